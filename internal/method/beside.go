package method

import (
	"maps"
	"slices"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Beside is something that may be said while a matter is open, wherever it stands, and that moves it nowhere: what a
// reporter adds to a report.
type Beside struct {
	Name   text.Text   `yaml:"name"` // what the button says
	Says   text.Text   `yaml:"says,omitempty"`
	By     []string    `yaml:"by,omitempty"` // roles; where none is named, whoever began the matter, in a role that may
	Most   int         `yaml:"most"`         // how often in one matter
	Tells  *Tells      `yaml:"tells,omitempty"`
	Fields step.Fields `yaml:"fields"`
}

// Tells is the message that something was said beside the steps. Whoever the matter waits for then gets it, and the roles in To.
type Tells struct {
	Says text.Text `yaml:"says"`
	To   []string  `yaml:"to,omitempty"`
}

// BesideVerb begins the verbs of what stands beside the steps; the key follows.
const BesideVerb = "beside."

// BesideKeys lists what stands beside the steps, in a fixed order.
func (m *Method) BesideKeys() []string { return slices.Sorted(maps.Keys(m.Beside)) }

// BesideFields are all questions that stand beside the steps.
func (m *Method) BesideFields() (out step.Fields) {
	for _, key := range m.BesideKeys() {
		out = append(out, m.Beside[key].Fields...)
	}
	return out
}

// BesideOf gives what a verb means that stands beside the steps.
func (m *Method) BesideOf(verb string) (b *Beside, basis fault.Basis, ok bool) {
	key, ok := strings.CutPrefix(verb, BesideVerb)
	if !ok {
		return nil, fault.Basis{}, false
	}
	b, ok = m.Beside[key]
	return b, fault.Basis{Clause: m.File() + "#beside." + key, Law: m.Law}, ok
}

// BesideSaid gives what an act says beside the steps, by its verb; ok is false for every other act.
func (m *Method) BesideSaid(a act.Act) (verb string, b *Beside, ok bool) {
	if a.Kind != act.Added {
		return "", nil, false
	}
	verb = BesideVerb + besideKey(a)
	b, _, ok = m.BesideOf(verb)
	return verb, b, ok
}

// besideKey is what an act of this kind was said under: the end of its clause, which stands where its body is withheld.
func besideKey(a act.Act) string { return a.Basis.Clause[strings.LastIndex(a.Basis.Clause, ".")+1:] }

// besides are the asks beside the steps, for as long as the matter is open.
func (m *Method) besides(r *Run) (out []step.Ask) {
	if r.Closed {
		return nil
	}
	for _, key := range m.BesideKeys() {
		if a, ok := m.beside(r, key); ok && r.Added[key] < m.Beside[key].Most {
			out = append(out, a)
		}
	}
	return out
}

func (m *Method) beside(r *Run, key string) (step.Ask, bool) {
	b := m.Beside[key]
	a := step.Ask{Verb: BesideVerb + key, By: b.By, Words: b.Name.Words(), Lead: b.Says.Words(), Fields: b.Fields}
	if len(b.By) == 0 {
		if r.Matter.Starter.Person == "" { // the house or the clock began it, and has nothing to add
			return a, false
		}
		a.By, a.Only = m.Start.By, []act.Person{r.Matter.Starter.Person}
	}
	return a, true
}

// add takes what is said beside the steps. The form may have been shown at an earlier step.
func (m *Method) add(r *Run, c Context, who Actor, s step.Submission, record Recorder) error {
	b, basis, _ := m.BesideOf(s.Verb)
	key := strings.TrimPrefix(s.Verb, BesideVerb)
	a, ok := m.beside(r, key)
	args := fault.Args{"Name": b.Name, "Most": b.Most}
	switch {
	case r.Closed:
		return fault.Refuse(fault.Closed, "beside.closed", basis, args)
	case !ok:
		return fault.Refuse(fault.Denied, "step.by_name", basis, nil)
	}
	by, _, err := m.mandate(c, who, s.As, a, r.Matter.Subject, basis)
	if err != nil {
		return err
	}
	if r.Added[key] >= b.Most {
		return fault.Refuse(fault.Closed, "beside.most", basis, args)
	}
	answers, err := b.Fields.Read(s, basis, known(c))
	if err != nil {
		return err
	}
	if len(answers.Open)+len(answers.Sealed) == 0 {
		return fault.Refuse(fault.Invalid, "beside.empty", basis, args)
	}
	added, err := record("", by, basis.Clause, act.Draft{Kind: act.Added, Body: act.Addition{What: key, Answers: answers.Open}, Sealed: answers.Sealed})
	if err != nil {
		return err
	}
	return m.Fold(r, added)
}

// besides checks what stands beside the steps.
func (c *checker) besides() {
	for _, key := range c.m.BesideKeys() {
		b := c.m.Beside[key]
		if !name.MatchString(key) {
			c.add(step.Error, "step.key", text.Args{"Step": key}, c.m.Node.KeyAt("beside", key))
		}
		if b.Most < 1 {
			c.add(step.Error, "beside.most", text.Args{"Beside": key}, c.at("beside", key))
		}
		if len(b.Fields) == 0 {
			c.add(step.Error, "form.no_fields", text.Args{"Step": key}, c.at("beside", key))
		}
		c.words(b.Name, "beside", key, "name")
		k := &step.Checker{Charter: c.charter, Method: c.m.Key, Key: key, Node: c.m.Node}
		if len(b.By) > 0 {
			k.Roles(b.By, "beside", key, "by")
			for i, r := range b.By {
				if c.charter.NoAccountRole(r) {
					c.add(step.Error, "role.no_account", text.Args{"Role": r, "Step": key}, c.at("beside", key, "by", i))
				}
			}
		}
		if b.Tells != nil {
			c.words(b.Tells.Says, "beside", key, "tells", "says")
			k.Roles(b.Tells.To, "beside", key, "tells", "to")
			for i, r := range b.Tells.To {
				if c.charter.NoAccountRole(r) {
					c.add(step.Error, "role.no_account", text.Args{"Role": r, "Step": key}, c.at("beside", key, "tells", "to", i))
				}
			}
		}
		k.Fields(b.Fields, "beside", key, "fields")
		c.list = append(c.list, k.List...)
	}
}
