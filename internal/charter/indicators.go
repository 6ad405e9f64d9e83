package charter

import (
	"path"
	"strings"

	"gongzhi/internal/indicator"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// indicators reads indicators/. It comes after the methods have been checked, for their names are what conditions use.
func (l *loader) indicators() {
	l.each("indicators", func(name string, n source.Node) {
		s, faults := indicator.Decode(n)
		l.faults(faults)
		if len(faults) > 0 {
			return
		}
		if want := strings.TrimSuffix(path.Base(name), ".yaml"); s.Key != want {
			l.error(n.At("indicators"), "indicator.file", text.Args{"Set": s.Key, "File": want})
			return
		}
		l.words(s.Name, n, "name")
		l.words(s.Unit, n, "unit")
		for _, key := range s.Order() {
			l.words(s.Measures[key].Name, n, "measures", key, "name")
		}
		for i, x := range s.Sums {
			l.words(x.Name, n, "sums", i, "name")
			l.words(x.Unit, n, "sums", i, "unit")
		}
		for i, r := range s.Rates {
			l.words(r.Name, n, "rates", i, "name")
		}
		m, ok := l.c.Methods[s.Method]
		if !ok || m.Measured() == nil {
			if _, declared := l.declared[s.Method]; !declared {
				l.error(n.At("method"), "indicator.method", text.Args{"Method": s.Method})
			}
			return
		}
		if s.Group.Row != "" {
			field := l.startRow(m, s.Group.Row)
			if len(l.c.Options(field, s.Group.Column)) == 0 {
				l.error(n.At("group"), "indicator.group", text.Args{"Row": s.Group.Row, "Column": s.Group.Column})
			}
		}
		if f, _ := m.Start.Fields.Find(s.Group.Field); s.Group.Field != "" &&
			(s.Group.Row != "" || f.Type != step.ChoiceType || f.Audience != step.Public) {
			l.error(n.At("group"), "indicator.group_field", text.Args{"Field": s.Group.Field})
		}
		for _, f := range s.Check(m.Measured()) {
			l.error(n.At(f.Path...), f.Code, f.Args)
		}
		l.c.Indicators[s.Key] = s
	})
}
