package charter

import (
	"maps"
	"slices"

	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Privacy is privacy.yaml: what personal information is read for, and how long it is kept.
type Privacy struct {
	Officer  text.Text          `yaml:"officer,omitempty"` // who answers for it, and how to reach them
	Purposes map[string]Purpose `yaml:"purposes"`          // the dictionary from which whoever opens something sealed chooses
	// Retention is how long what is kept, by the name of each rule; what no rule names is kept.
	Retention map[string]Retention `yaml:"retention,omitempty"`
	// Fewest is how many must have answered before it is public how they divide.
	Fewest int `yaml:"fewest,omitempty"`
	// Requests is the method by which somebody asks to see, correct or delete their own data.
	Requests string `yaml:"requests,omitempty"`
	// Domains are data kept apart from all other, such as the Party's: of what is not public in them, only their roles see
	// anything.
	Domains map[string]Domain `yaml:"domains,omitempty"`
}

// Domain is data that only some roles look into, though others hold mandates over the same places.
type Domain struct {
	Name      text.Text `yaml:"name"`
	Roles     []string  `yaml:"roles"`
	Registers []string  `yaml:"registers,omitempty"`
	Methods   []string  `yaml:"methods,omitempty"` // whose sealed answers are within it
	Basis     string    `yaml:"basis,omitempty"`
}

// DomainOf is the domain of a register, "" where it is in none.
func (p Privacy) DomainOf(register string) string {
	for key, d := range p.Domains {
		if slices.Contains(d.Registers, register) {
			return key
		}
	}
	return ""
}

// DomainOfMethod is the domain of the sealed answers in a method's matters, "" where they are in none.
func (p Privacy) DomainOfMethod(method string) string {
	for key, d := range p.Domains {
		if slices.Contains(d.Methods, method) {
			return key
		}
	}
	return ""
}

// DomainsOf are the domains that a role looks into.
func (p Privacy) DomainsOf(role string) (keys []string) {
	for _, key := range slices.Sorted(maps.Keys(p.Domains)) {
		if slices.Contains(p.Domains[key].Roles, role) {
			keys = append(keys, key)
		}
	}
	return keys
}

// Admits tells whether a role may look into a domain; into "" every role may.
func (p Privacy) Admits(role, domain string) bool {
	return domain == "" || slices.Contains(p.Domains[domain].Roles, role)
}

// Held is a sort of data that can be destroyed when its time is over.
type Held string

const (
	HeldAnswers Held = "answers" // sealed answers of closed matters, with their files
	HeldRows    Held = "rows"    // personal fields of rows that have ended
	HeldAccess  Held = "access"  // entries of the access log
	HeldCodes   Held = "codes"   // household codes that were used or have expired
	HeldUploads Held = "uploads" // files that were sent and that no answer names
)

// HeldKinds lists them all.
var HeldKinds = []Held{HeldAnswers, HeldRows, HeldAccess, HeldCodes, HeldUploads}

// Retention is how long one sort of data is kept: answers from the day their matter closed, rows from the day they
// ended, everything else from the day it was made.
type Retention struct {
	Data      Held      `yaml:"data"`
	Name      text.Text `yaml:"name"`
	Methods   []string  `yaml:"methods,omitempty"`   // for answers: of matters of these methods; none named is every method no other rule names
	Registers []string  `yaml:"registers,omitempty"` // for rows
	Keep      step.Span `yaml:"keep,omitempty"`
	// AtClose destroys answers as soon as the matter has closed, with those of every matter it opened: what was collected for
	// an emergency ends with it.
	AtClose bool    `yaml:"at_close,omitempty"`
	Minimum Minimum `yaml:"minimum,omitempty"` // a floor that the law sets
	Basis   string  `yaml:"basis,omitempty"`
	Assumed bool    `yaml:"assumed,omitempty"` // a default nobody has confirmed
}

// Minimum is the shortest time the law allows.
type Minimum struct {
	Keep step.Span `yaml:"keep"`
	Law  string    `yaml:"law"`
}

// RetentionKeys lists the rules in a fixed order.
func (p Privacy) RetentionKeys() []string { return slices.Sorted(maps.Keys(p.Retention)) }

// KeptBy finds the rule for the answers of matters of a method; ok is false where they are kept for good.
func (p Privacy) KeptBy(method string) (key string, ok bool) {
	for _, k := range p.RetentionKeys() {
		switch r := p.Retention[k]; {
		case r.Data != HeldAnswers:
		case slices.Contains(r.Methods, method):
			return k, true
		case len(r.Methods) == 0:
			key, ok = k, true
		}
	}
	return key, ok
}

// Purpose is what something sealed may be opened for.
type Purpose struct {
	Name  text.Text `yaml:"name"`
	Basis string    `yaml:"basis"` // the law it rests on
}

// PurposeKeys lists the purposes in a fixed order.
func (p Privacy) PurposeKeys() []string { return slices.Sorted(maps.Keys(p.Purposes)) }

const privacyFile = "privacy.yaml"

// privacy reads privacy.yaml. A charter whose roles open sealed values must say what for.
func (l *loader) privacy() {
	n, ok := l.parse(privacyFile)
	if ok {
		l.faults(n.Decode(&l.c.Privacy))
		for key, p := range l.c.Privacy.Purposes {
			l.words(p.Name, n, "purposes", key, "name")
			if p.Basis == "" {
				l.error(n.KeyAt("purposes", key), "privacy.basis", text.Args{"Key": key})
			}
		}
	}
	l.domains(n)
	for key, r := range l.c.Privacy.Retention {
		l.retention(n, key, r)
	}
	for _, key := range slices.Sorted(maps.Keys(l.c.Roles)) {
		if l.c.Roles[key].Seals && len(l.c.Privacy.Purposes) == 0 {
			l.error(l.roleAt[key], "privacy.purposes", text.Args{"Role": key})
		}
	}
}

// domains makes sure that each names roles and registers there are, and that nothing is in two of them: nobody could tell
// whose it is.
func (l *loader) domains(n source.Node) {
	within := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(l.c.Privacy.Domains)) {
		d := l.c.Privacy.Domains[key]
		l.words(d.Name, n, "domains", key, "name")
		if len(d.Roles) == 0 || len(d.Registers)+len(d.Methods) == 0 {
			l.error(n.KeyAt("domains", key), "domain.empty", text.Args{"Key": key})
		}
		for i, role := range d.Roles {
			if _, known := l.c.Roles[role]; !known {
				l.error(n.At("domains", key, "roles", i), "role.unknown", text.Args{"Role": role})
			}
		}
		for i, name := range d.Registers {
			l.register(name, n, "domains", key, "registers", i)
			if first, twice := within[name]; twice {
				l.error(n.At("domains", key, "registers", i), "domain.twice", text.Args{"Register": name, "First": first})
			}
			within[name] = key
		}
	}
}

func (l *loader) retention(n source.Node, key string, r Retention) {
	l.words(r.Name, n, "retention", key, "name")
	if !slices.Contains(HeldKinds, r.Data) {
		l.error(n.At("retention", key, "data"), "retention.data", text.Args{"Data": string(r.Data)})
	}
	if r.AtClose == !r.Keep.IsZero() || r.AtClose && (r.Data != HeldAnswers || len(r.Methods) == 0) || (len(r.Registers) > 0) != (r.Data == HeldRows) {
		l.error(n.KeyAt("retention", key), "retention.keep", text.Args{"Key": key})
	}
	if r.Basis == "" && !r.Assumed {
		l.error(n.KeyAt("retention", key), "retention.basis", text.Args{"Key": key})
	}
	if !r.Minimum.Keep.IsZero() && shorter(r.Keep, r.Minimum.Keep) {
		l.error(n.At("retention", key, "keep"), "retention.short", text.Args{"Key": key, "Keep": r.Keep.Words(), "Least": r.Minimum.Keep.Words(), "Law": r.Minimum.Law})
	}
	for i, name := range r.Registers {
		l.register(name, n, "retention", key, "registers", i)
	}
}

// shorter tells whether a time to keep is surely or possibly shorter than another; in different units they are compared
// by their shortest and longest lengths.
func shorter(keep, least step.Span) bool {
	if keep.Unit == least.Unit {
		return keep.N < least.N
	}
	days := func(s step.Span, month int) int {
		if s.Unit == step.Months {
			return s.N * month
		}
		return s.N
	}
	return days(keep, 28) < days(least, 31)
}

// keptMethods makes sure that rules of retention name methods that exist; it comes after the methods were read.
func (l *loader) keptMethods() {
	n, ok := l.parse(privacyFile)
	if !ok {
		return
	}
	for _, key := range l.c.Privacy.RetentionKeys() {
		for i, name := range l.c.Privacy.Retention[key].Methods {
			if _, known := l.declared[name]; !known {
				l.error(n.At("retention", key, "methods", i), "retention.method", text.Args{"Method": name})
			}
		}
	}
	if name := l.c.Privacy.Requests; name != "" {
		if _, known := l.declared[name]; !known {
			l.error(n.At("requests"), "retention.method", text.Args{"Method": name})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(l.c.Privacy.Domains)) {
		for i, name := range l.c.Privacy.Domains[key].Methods {
			if _, known := l.declared[name]; !known {
				l.error(n.At("domains", key, "methods", i), "retention.method", text.Args{"Method": name})
			}
		}
	}
}
