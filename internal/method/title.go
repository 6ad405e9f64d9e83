package method

import (
	"fmt"
	"regexp"
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// subjectName stands in a title for the name of the row that the matter is about.
const subjectName = "subject"

// named is what a title names: {subject}, or the key of a question of the start.
var named = regexp.MustCompile(`\{(\w+)\}`)

// title puts names into the title: that of the subject, and what was answered at the start.
func (m *Method) title(c Context, subject string, said map[string]any) (text.Text, error) {
	names := map[string]text.Text{subjectName: {ZH: subject, EN: subject}}
	for _, x := range named.FindAllStringSubmatch(m.Title.ZH+m.Title.EN, -1) {
		f, asked := m.Start.Fields.Find(x[1])
		v, given := said[x[1]].(string)
		if !asked || !given {
			continue
		}
		name := text.Text{ZH: v, EN: v}
		if i := slices.IndexFunc(f.Options, func(o step.Option) bool { return o.Value == v }); i >= 0 {
			name = f.Options[i].Label
		}
		if f.Type == step.RowType {
			row, _, err := c.Book.Row(act.RowID{Register: f.Register, ID: v}, calendar.DateOf(c.Now))
			if err != nil {
				return text.Text{}, fmt.Errorf("method: %s: %w", m.Key, err)
			}
			name = text.Text{ZH: row.Name, EN: row.Name}
		}
		names[f.Key] = name
	}
	return fillTitle(m.Title, names), nil
}

// fillTitle puts names in at one go: a name that looks like the key of another stays as it is.
func fillTitle(t text.Text, names map[string]text.Text) text.Text {
	fill := func(s string, in func(text.Text) string) string {
		return named.ReplaceAllStringFunc(s, func(key string) string {
			if name, ok := names[key[1:len(key)-1]]; ok {
				return in(name)
			}
			return key
		})
	}
	return text.Text{ZH: fill(t.ZH, func(n text.Text) string { return n.ZH }), EN: fill(t.EN, func(n text.Text) string { return n.EN })}
}

// titled checks that a title names only what everybody may read and what is always there.
func (c *checker) titled() {
	m := c.m
	for _, x := range named.FindAllStringSubmatch(m.Title.ZH+m.Title.EN, -1) {
		f, asked := m.Start.Fields.Find(x[1])
		switch {
		case x[1] == subjectName && m.Subject != "" && !c.charter.Personal(m.Subject, ""):
		case x[1] == subjectName && m.Subject != "":
			c.add(step.Error, "title.personal", text.Args{"Register": m.Subject}, c.at("title"))
			return
		case !asked || !nameable(f, c.charter) || m.Start.Routine != nil:
			c.add(step.Error, "title.unknown", text.Args{"Name": x[0]}, c.at("title"))
			return
		}
	}
}

// nameable tells whether an answer may stand in a title: one that is public, always given, and short.
func nameable(f step.Field, c Charter) bool {
	short := f.Type == step.LineType || f.Type == step.ChoiceType || f.Type == step.RowType && !c.Personal(f.Register, "")
	return short && f.Required && !f.Personal && f.Audience == step.Public
}
