package patrol

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/geo"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Found opens a matter for what somebody found: whatever the place and the answers say is told to it, so that nobody types
// it again. What is sealed here is sealed there.
type Found struct {
	Field  string            `yaml:"field"`           // the choice that tells
	Is     []string          `yaml:"is"`              // answers of it that mean: something was found
	Needs  []string          `yaml:"needs,omitempty"` // questions that must be answered then
	Method string            `yaml:"method"`          // of the child matter
	About  string            `yaml:"about,omitempty"` // the register of the row it is about, at or above the subject; the subject itself where not said
	Title  text.Text         `yaml:"title,omitempty"` // of the child; {place} is replaced. Where not said, the place's name
	Tell   map[string]string `yaml:"tell,omitempty"`  // question of its start: question here, or place, subject, or place.FIELD of the place's row
	Say    map[string]string `yaml:"say,omitempty"`   // question of its start: what is always answered
}

// What a child may be told beside the answers.
const (
	Place   = "place"   // the name of the place
	Subject = "subject" // the row that the patrol is about
	OfPlace = "place."  // and a field of the place's row
)

func (s *Patrol) checkFound(c *step.Checker) {
	field, ok := s.Fields.Find(s.Found.Field)
	if !ok || field.Type != step.ChoiceType || !field.Required || field.Audience != step.Public {
		c.Error("patrol.found", text.Args{"Field": s.Found.Field}, "found", "field")
	}
	for i, value := range s.Found.Is {
		if ok && !slices.ContainsFunc(field.Options, func(o step.Option) bool { return o.Value == value }) {
			c.Error("patrol.answer", text.Args{"Field": s.Found.Field, "Answer": value}, "found", "is", i)
		}
	}
	for i, key := range s.Found.Needs {
		if _, ok := s.Fields.Find(key); !ok {
			c.Error("patrol.needs", text.Args{"Field": key}, "found", "needs", i)
		}
	}
	if !c.Charter.HasMethod(s.Found.Method) {
		c.Error("open.method", text.Args{"Method": s.Found.Method}, "found", "method")
	}
	if s.Found.About != "" {
		if _, ok := c.Charter.RegisterFields(s.Found.About); !ok {
			c.Error("register.unknown", text.Args{"Register": s.Found.About}, "found", "about")
		}
	}
	if !s.Found.Title.IsZero() {
		c.Words(s.Found.Title, "found", "title")
	}
	for _, key := range slices.Sorted(maps.Keys(s.Found.Tell)) {
		if from := s.Found.Tell[key]; !s.tells(c, from) {
			c.Error("patrol.tell", text.Args{"Field": from}, "found", "tell", key)
		}
	}
}

// tells whether a source that Tell names is one. A field of the place's row must be public: what it says is not sealed.
func (s *Patrol) tells(c *step.Checker, from string) bool {
	if from == Place || from == Subject {
		return true
	}
	if column, ok := strings.CutPrefix(from, OfPlace); ok {
		fields, _ := c.Charter.RegisterFields(s.Register)
		there := slices.Contains([]string{string(register.Line), string(register.Text), string(register.Geometry)}, fields[column])
		p, asks := c.Charter.(interface {
			Personal(register, field string) bool
		})
		return there && !(asks && p.Personal(s.Register, column))
	}
	_, ok := s.Fields.Find(from)
	return ok
}

func (s *Patrol) found(answers map[string]any) bool {
	if s.Found == nil {
		return false
	}
	value, _ := answers[s.Found.Field].(string)
	return slices.Contains(s.Found.Is, value)
}

// open is the matter of what was found.
func (s *Patrol) open(v step.View, st *state, item string, answers step.Answers) (act.Draft, error) {
	var missing fault.Fields
	for _, key := range s.Found.Needs {
		_, open := answers.Open[key]
		if _, sealed := answers.Sealed[key]; !open && !sealed {
			missing.Add(key, "patrol.needed", nil)
		}
	}
	if err := missing.Err("form.faults", v.Basis("found.needs", &s.Common)); err != nil {
		return act.Draft{}, err
	}
	subject, err := s.about(v)
	if err != nil {
		return act.Draft{}, err
	}
	place := text.Text{}
	if i := slices.IndexFunc(st.Items, func(it step.Item) bool { return it.Key == item }); i >= 0 {
		place = st.Items[i].Name
	}
	facts, sealed := map[string]any{}, map[string]string{}
	for key, value := range s.Found.Say {
		facts[key] = value
	}
	for key, from := range s.Found.Tell {
		column, ofPlace := strings.CutPrefix(from, OfPlace)
		switch {
		case from == Place:
			facts[key] = place.ZH
		case from == Subject:
			facts[key] = v.Matter.Subject.ID
		case ofPlace:
			value, err := s.ofPlace(v, item, column)
			if err != nil {
				return act.Draft{}, err
			}
			if value != nil {
				facts[key] = value
			}
		default:
			if value, ok := answers.Open[from]; ok {
				facts[key] = value
			} else if value, ok := answers.Sealed[from]; ok {
				sealed[key] = value
			}
		}
	}
	title := place
	if t := s.Found.Title; !t.IsZero() {
		title = text.Text{ZH: strings.ReplaceAll(t.ZH, "{place}", place.ZH), EN: strings.ReplaceAll(t.EN, "{place}", place.EN)}
	}
	d := step.Open(s.Found.Method, subject, title, item, facts)
	d.Clause, d.Sealed = "found", sealed
	return d, nil
}

// about is the row that the child is about: the subject, or the row of a register that it lies in.
func (s *Patrol) about(v step.View) (act.RowID, error) {
	id := v.Matter.Subject
	for s.Found.About != "" && id.Register != s.Found.About && !id.IsZero() {
		row, ok, err := v.Book.Row(id, v.Today())
		if err != nil {
			return act.RowID{}, fmt.Errorf("patrol: %s: %w", v.Key, err)
		}
		if !ok || row.Parent.IsZero() {
			return act.RowID{}, fault.Refuse(fault.NotFound, "patrol.nowhere", v.Basis("found.about", &s.Common), fault.Args{"Subject": v.Matter.Subject.String()})
		}
		id = row.Parent
	}
	return id, nil
}

// ofPlace is what the row of a place says; nil where it says nothing. Of shapes a point alone is told.
func (s *Patrol) ofPlace(v step.View, item, column string) (any, error) {
	row, ok, err := v.Book.Row(act.RowID{Register: s.Register, ID: item}, v.Today())
	if err != nil {
		return nil, fmt.Errorf("patrol: %s: %w", v.Key, err)
	}
	value, there := row.Values[column]
	if !ok || !there {
		return nil, nil
	}
	shape := register.Shape(value)
	switch {
	case shape.IsZero():
		return value, nil
	case shape.Kind != geo.Point:
		return nil, nil
	}
	at := shape.Parts[0][0][0]
	const finer = 10 // a shape is kept to a digit more than a point
	return step.Point{Lon: int64(at.Lon) / finer, Lat: int64(at.Lat) / finer}.String(), nil
}
