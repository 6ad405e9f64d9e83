package charter

import (
	"slices"

	"gongzhi/internal/method"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// counted checks the figures that a method takes from the records of another: that its matters are about such rows, that the
// rows lie at or below the subject, and what the conditions say. It comes once all methods have been checked, for their names
// are what the conditions use.
func (l *loader) counted(m *method.Method) {
	for _, p := range m.List {
		s, ok := p.Step.(step.Counting)
		if !ok {
			continue
		}
		for i, c := range s.Counts() {
			at := func(key string) []any { return []any{"counted", i, key} }
			other, ok := l.c.Methods[c.From]
			if !ok || other.Measured() == nil {
				continue // the step has said so, or the other method has faults of its own
			}
			args := text.Args{"Field": c.Key, "From": c.From, "Each": c.Each, "Subject": m.Subject}
			if other.Subject != c.Each || c.Link == "" && c.Each != m.Subject && !slices.Contains(l.c.Above(c.Each), m.Subject) {
				l.error(p.Node.At(at("each")...), "counted.each", args)
			}
			if c.Link != "" && !l.names(c.Each, c.Link, m.Subject) {
				l.error(p.Node.At(at("link")...), "counted.link", args)
			}
			if key, err := c.Bind(other.Measured()); err != nil {
				src := map[string]string{"when": c.When, "take": c.Take}[key]
				l.error(p.Node.At(at(key)...), "expr", text.Args{"Why": err.Error(), "Source": src})
			}
		}
	}
}

// names tells whether a field of a register names one row of another.
func (l *loader) names(name, field, of string) bool {
	schema, ok := l.c.Registers.Get(name)
	if !ok {
		return false
	}
	f, ok := schema.Field(field)
	return ok && f.Type == register.OneRow && slices.Contains(f.Registers, of)
}
