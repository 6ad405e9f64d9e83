package charter

import (
	"maps"
	"slices"
	"strings"

	"gongzhi/internal/method"
	"gongzhi/internal/register"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/step/open"
	"gongzhi/internal/step/patrol"
	"gongzhi/internal/text"
)

// children checks what one method opens of another: that the other is run on such rows, and is told at its start what
// it must be told. A child begins without a person who could be asked.
func (l *loader) children(m *method.Method) {
	for _, p := range m.List {
		if round, ok := p.Step.(*patrol.Patrol); ok && round.Found != nil {
			l.found(m, p, round)
		}
		s, ok := p.Step.(*open.Open)
		if !ok {
			continue
		}
		child, ok := l.c.Methods[s.Method]
		if !ok || child == m {
			continue // the step has said so
		}
		subject := m.Subject
		if s.For.Register != "" {
			subject = s.For.Register
		}
		if child.Subject != subject {
			l.error(p.Node.At("method"), "opens.subject", text.Args{"Method": child.Key, "Wants": child.Subject, "Gets": subject})
		}
		if len(s.Items) == 0 {
			l.told(child, nil, func(string) source.Place { return p.Node.At("method") })
		}
		for i, item := range s.Items {
			l.told(child, item.Facts, func(key string) source.Place { return p.Node.At("items", i, "facts", key) })
		}
	}
}

// found checks what a patrol opens for what is found, as children does: what is told has to be an answer there too, and must
// not become more public than it was.
func (l *loader) found(m *method.Method, p *method.Placed, round *patrol.Patrol) {
	f := round.Found
	child, ok := l.c.Methods[f.Method]
	if !ok || child == m {
		return
	}
	about := m.Subject
	for about != "" && f.About != "" && about != f.About {
		sch, _ := l.c.Registers.Get(about)
		about = ""
		if sch != nil {
			about = sch.Parent
		}
	}
	if child.Subject != about {
		l.error(p.Node.At("found", "method"), "opens.subject", text.Args{"Method": child.Key, "Wants": child.Subject, "Gets": about})
	}
	facts := map[string]any{}
	for key := range f.Tell {
		facts[key] = true
	}
	for key := range f.Say {
		facts[key] = true
	}
	at := func(key string) source.Place {
		if _, said := f.Tell[key]; said {
			return p.Node.At("found", "tell", key)
		}
		if _, said := f.Say[key]; said {
			return p.Node.At("found", "say", key)
		}
		return p.Node.At("found", "method")
	}
	l.told(child, facts, at)
	for _, asked := range child.Start.Fields {
		if value, said := f.Say[asked.Key]; said && !answers(asked, value) {
			l.error(at(asked.Key), "opens.answer", text.Args{"Method": child.Key, "Field": asked.Key, "Answer": value})
		}
		from, told := l.source(m, round, f.Tell[asked.Key])
		if !told {
			continue
		}
		if from.Audience != step.Public && asked.Audience == step.Public || from.Personal && !asked.Personal {
			l.error(at(asked.Key), "opens.audience", text.Args{"Method": child.Key, "Field": asked.Key, "From": from.Key})
		} else if !l.fits(from, asked) {
			l.error(at(asked.Key), "opens.kind", text.Args{"Method": child.Key, "Field": asked.Key, "From": from.Key})
		}
	}
}

// source is a question to which what Tell names is the answer: one of the round, the name of the place, the subject, or a field
// of the place's row.
func (l *loader) source(m *method.Method, round *patrol.Patrol, name string) (step.Field, bool) {
	from := step.Field{Key: name, Audience: step.Public, Type: step.LineType}
	column, ofPlace := strings.CutPrefix(name, patrol.OfPlace)
	switch {
	case name == "":
		return from, false
	case name == patrol.Subject:
		from.Type, from.Register = step.RowType, m.Subject
	case ofPlace:
		if fields, _ := l.c.RegisterFields(round.Register); fields[column] == string(register.Geometry) {
			from.Type = step.PointType
		} else {
			from.Type = step.Type(fields[column])
		}
	case name != patrol.Place:
		i := slices.IndexFunc(round.Fields, func(x step.Field) bool { return x.Key == name })
		if i < 0 {
			return from, false // the step has said so
		}
		from = round.Fields[i]
	}
	return from, true
}

// answers tells whether what a charter always says answers a question.
func answers(asked step.Field, value string) bool {
	switch asked.Type {
	case step.LineType, step.TextType:
		return value != ""
	case step.ChoiceType:
		return slices.ContainsFunc(asked.Options, func(o step.Option) bool { return o.Value == value })
	case step.ManyType, step.YesType, step.CountType, step.AreaType, step.MoneyType, step.DateType, step.InstantType, step.PhoneType,
		step.RowType, step.PersonType, step.PointType, step.FileType:
	}
	return false
}

// fits tells whether every answer to one question is one to another: the same type, words where words are wanted, or a
// choice between rows that the charter itself brings.
func (l *loader) fits(from, asked step.Field) bool {
	words := []step.Type{step.LineType, step.TextType}
	switch {
	case asked.Type == step.TextType && slices.Contains(words, from.Type):
		return true
	case asked.Type == step.RowType && from.Type == step.ChoiceType:
		seeds := l.c.Seeds(asked.Register)
		return !slices.ContainsFunc(from.Options, func(o step.Option) bool { return !slices.Contains(seeds, o.Value) })
	case asked.Type == step.ChoiceType && from.Type == step.ChoiceType:
		return !slices.ContainsFunc(from.Options, func(o step.Option) bool { return !answers(asked, o.Value) })
	case asked.Type == step.LineType && from.Type == step.LineType:
		return asked.Max == 0 || from.Max > 0 && from.Max <= asked.Max
	}
	return asked.Type == from.Type && asked.Register == from.Register
}

// told compares what a child is told with what its start asks.
func (l *loader) told(child *method.Method, facts map[string]any, at func(key string) source.Place) {
	asked := map[string]bool{}
	for _, f := range child.Start.Fields {
		asked[f.Key] = true
		if _, given := facts[f.Key]; f.Required && !given {
			l.error(at(f.Key), "opens.required", text.Args{"Method": child.Key, "Field": f.Key})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(facts)) {
		if !asked[key] {
			l.error(at(key), "opens.unasked", text.Args{"Method": child.Key, "Field": key})
		}
	}
}

// circles reports methods that would open each other without end. The finding stands where the first of them, in order
// of their keys, opens the next.
func (l *loader) circles() {
	told := map[string]bool{}
	for _, key := range l.c.MethodKeys() {
		way := l.opensAgain(key)
		if len(way) < 3 || told[key] { // a method that opens itself is told by the step
			continue
		}
		for _, k := range way {
			told[k] = true
		}
		m := l.c.Methods[key]
		for _, o := range m.Opens() {
			if o.Method == way[1] {
				p, _ := m.Step(o.Step)
				l.list = append(l.list, step.Finding{
					Place: p.Node.At(o.Path...), Severity: step.Error, Code: "opens.circle", Args: text.Args{"Method": key}, Run: way,
				})
				break
			}
		}
	}
}

// opensAgain is the shortest way by which a method comes to open itself, nil where it never does.
func (l *loader) opensAgain(key string) []string {
	seen := map[string]bool{}
	for queue := [][]string{{key}}; len(queue) > 0; queue = queue[1:] {
		way := queue[0]
		m, ok := l.c.Methods[way[len(way)-1]]
		if !ok {
			continue
		}
		for _, o := range m.Opens() {
			next := append(slices.Clone(way), o.Method)
			if o.Method == key {
				return next
			}
			if !seen[o.Method] {
				seen[o.Method] = true
				queue = append(queue, next)
			}
		}
	}
	return nil
}
