package charter

import (
	"slices"
	"strings"

	"gongzhi/internal/method"
	"gongzhi/internal/register"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Open311 is open311.yaml: which method other systems report to by GeoReport, and which of its questions and answers
// stand for what GeoReport speaks of. Fields are keys of the method's start, Said and Photos are "step.field".
type Open311 struct {
	Method   string            `yaml:"method"`
	Category string            `yaml:"category"`          // names a row; each row is a service
	Offered  string            `yaml:"offered,omitempty"` // a yes of that register: whether it is offered
	Group    string            `yaml:"group,omitempty"`   // a choice of that register, the service's group
	Place    string            `yaml:"place"`             // address_string
	Spot     string            `yaml:"spot"`              // lat and long
	Words    string            `yaml:"words"`             // description
	Phone    string            `yaml:"phone,omitempty"`
	Photos   []string          `yaml:"photos,omitempty"`  // files that are public
	Said     string            `yaml:"said"`              // the public account, which stands for the description
	Preset   map[string]string `yaml:"preset,omitempty"`  // answers that GeoReport has no place for
	Area     text.Text         `yaml:"area"`              // the question which subject it is about, an attribute of every service
	Fallback string            `yaml:"fallback"`          // the subject where neither the attribute nor the place says one
	Contact  text.Text         `yaml:"contact,omitempty"` // for the discovery
	Keys     text.Text         `yaml:"keys,omitempty"`    // how to come by an API key
}

const open311File = "open311.yaml"

func (l *loader) open311() {
	n, ok := l.parse(open311File)
	if !ok {
		return
	}
	o := &Open311{}
	l.faults(n.Decode(o))
	l.c.Open311 = o
	m, ok := l.c.Methods[o.Method]
	if !ok {
		if _, declared := l.declared[o.Method]; !declared {
			l.error(n.At("method"), "open311.method", text.Args{"Method": o.Method})
		}
		return
	}
	l.words(o.Area, n, "area")
	category := l.asked(m, n, o.Category, "category", step.RowType, true)
	l.asked(m, n, o.Place, "place", step.LineType, true)
	l.asked(m, n, o.Spot, "spot", step.PointType, true)
	l.asked(m, n, o.Words, "words", step.TextType, false)
	if o.Phone != "" {
		l.asked(m, n, o.Phone, "phone", step.PhoneType, false)
	}
	l.column(n, category.Register, o.Offered, "offered", register.Yes)
	l.column(n, category.Register, o.Group, "group", register.Choice)
	l.public(m, n, o.Said, step.TextType, "said")
	for i, p := range o.Photos {
		l.public(m, n, p, step.FileType, "photos", i)
	}
	known := []string{o.Category, o.Place, o.Spot, o.Words, o.Phone}
	for _, f := range m.Start.Fields {
		if _, preset := o.Preset[f.Key]; f.Required && !preset && !slices.Contains(known, f.Key) {
			l.error(n.At("preset"), "open311.preset", text.Args{"Field": f.Key})
		}
	}
}

// asked finds a question of the start, of a type; public where it has to be.
func (l *loader) asked(m *method.Method, n source.Node, key, at string, typ step.Type, public bool) step.Field {
	i := slices.IndexFunc(m.Start.Fields, func(f step.Field) bool {
		return f.Key == key && f.Type == typ && (f.Audience == step.Public) == public
	})
	if i < 0 {
		l.error(n.At(at), "open311.field", text.Args{"Field": key, "Type": string(typ), "Key": at})
		return step.Field{}
	}
	return m.Start.Fields[i]
}

// startRow is the register that a question of the start names a row of, "" where there is no such question.
func (l *loader) startRow(m *method.Method, key string) string {
	for _, f := range m.Start.Fields {
		if f.Key == key && f.Type == step.RowType && f.Audience == step.Public {
			return f.Register
		}
	}
	return ""
}

// column finds a field of the register of categories.
func (l *loader) column(n source.Node, name, key, at string, typ register.Type) {
	if key == "" || name == "" {
		return
	}
	fields, _ := l.c.RegisterFields(name)
	if fields[key] != string(typ) {
		l.error(n.At(at), "open311.column", text.Args{"Column": key, "Register": name, "Type": string(typ)})
	}
}

// public finds a public answer of a step, "step.field".
func (l *loader) public(m *method.Method, n source.Node, path string, typ step.Type, at ...any) {
	key, field, _ := strings.Cut(path, ".")
	ok := slices.ContainsFunc(m.Questions(key), func(f step.Field) bool { return f.Key == field && f.Type == typ && f.Audience == step.Public })
	if !ok || key == "" {
		l.error(n.At(at...), "open311.answer", text.Args{"Key": at[0], "Answer": path, "Type": string(typ)})
	}
}
