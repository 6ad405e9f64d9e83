package charter

import (
	"maps"
	"slices"
	"strings"

	"gongzhi/internal/method"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/step/keep"
	"gongzhi/internal/text"
)

// keeps checks the steps that write rows: that the row has a place, that those who write it keep that register, and that
// every answer fits the field it is written into and is as public there as here.
func (l *loader) keeps(m *method.Method) {
	for _, p := range m.List {
		s, ok := p.Step.(*keep.Keep)
		if !ok {
			continue
		}
		schema, ok := l.c.Registers.Get(s.Register)
		if !ok {
			continue // the step has said so
		}
		own := s.Register == m.Subject
		if !own && schema.Parent != "" && schema.Parent != m.Subject {
			l.error(p.Node.At("register"), "keep.place", text.Args{"Register": s.Register, "Subject": m.Subject})
		}
		if m.Start.Private != "" {
			l.error(p.Node.At("register"), "keep.private", text.Args{"Register": s.Register})
		}
		for i, role := range s.By {
			r, known := l.c.Roles[role]
			wide := own || schema.Parent != "" || r.Scope == ""
			if known && !(r.Desk && r.Books && wide && l.c.Privacy.Admits(role, l.c.Privacy.DomainOf(s.Register))) {
				l.error(p.Node.At("by", i), "keep.role", text.Args{"Role": role, "Register": s.Register})
			}
		}
		for i := range schema.Fields {
			f := &schema.Fields[i]
			if _, told := s.Tell[f.Key]; f.Required && !told && !own {
				l.error(p.Node.At("tell"), "keep.required", text.Args{"Register": s.Register, "Field": f.Key})
			}
		}
		var shown step.Fields
		for _, key := range slices.Sorted(maps.Keys(s.Tell)) {
			f, ok := schema.Field(key)
			if !ok {
				continue // the step has said so
			}
			from, ok := l.answer(m, s.Tell[key])
			args := text.Args{"Register": s.Register, "Field": key, "From": s.Tell[key]}
			switch at := p.Node.At("tell", key); {
			case !ok:
				l.error(at, "keep.source", args)
			case f.Personal || f.Formula != "":
				l.error(at, "keep.personal", args)
			case !holds(f, from):
				l.error(at, "keep.kind", args)
			case f.Required && !from.Required:
				l.error(at, "keep.optional", args)
			}
			if from.Type != step.RowType {
				shown = append(shown, step.Field{Key: key, Label: f.Label, Type: from.Type, Options: from.Options, Audience: step.Public})
			}
		}
		s.Shows(shown)
	}
}

// answer is the public question that conditions know by a name, or what names the subject.
func (l *loader) answer(m *method.Method, name string) (step.Field, bool) {
	if name == keep.Subject && m.Subject != "" {
		return step.Field{Type: step.RowType, Register: m.Subject, Required: true}, true
	}
	key, question, ok := keep.Source(name)
	if !ok {
		return step.Field{}, false
	}
	if p, there := m.Step(key); key != "" {
		if !there {
			return step.Field{}, false
		}
		if _, fact := p.Step.Facts()[question]; !fact {
			return step.Field{}, false
		}
	}
	f, ok := m.Questions(key).Find(question)
	return f, ok && f.Audience == step.Public
}

// holds tells whether every answer to a question is a value of a field. Numbers, dates and yes stand alike in both.
func holds(f *register.Field, from step.Field) bool {
	options := func() bool {
		return !slices.ContainsFunc(from.Options, func(o step.Option) bool {
			return !slices.ContainsFunc(f.Options, func(x register.Option) bool { return x.Value == o.Value })
		})
	}
	switch from.Type {
	case step.ChoiceType:
		return f.Type == register.Choice && options()
	case step.ManyType:
		return f.Type == register.Many && options()
	case step.LineType:
		return f.Type == register.Line || f.Type == register.Text
	case step.RowType:
		return f.Type == register.OneRow && from.Key == "" && slices.Contains(f.Registers, from.Register) // an answer names its row without the register
	case step.TextType, step.YesType, step.CountType, step.AreaType, step.MoneyType, step.DateType:
		return strings.EqualFold(string(f.Type), string(from.Type))
	case step.InstantType, step.PhoneType, step.PersonType, step.PointType, step.FileType:
	}
	return false
}
