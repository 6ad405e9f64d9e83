package step

import (
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/text"
)

// ByItself is a step that records something of its own accord when a matter arrives, such as where a rule sends it. The act
// names whoever brought the matter there, but it is not their doing.
type ByItself interface {
	ByItself(a act.Act) bool
}

// Hands are the people who acted at any of these steps, each once: whom a rule keeps from checking their own work.
func (v View) Hands(steps []string) []act.Person {
	var out []act.Person
	for _, key := range steps {
		out = Both(out, v.Did[key]...)
	}
	return out
}

// Both joins lists of people, each named once. The first list is not changed.
func Both(a []act.Person, more ...act.Person) []act.Person {
	out := slices.Clone(a)
	for _, p := range more {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// NotBy makes sure that the steps whose people are kept away exist, and are not the step itself: a rule about a step
// that is not there would keep nobody away, and nobody would notice.
func (c *Checker) NotBy(steps []string, path ...any) {
	for i, key := range steps {
		if key == c.Key || !slices.Contains(c.Steps, key) {
			c.Error("not_by", text.Args{"Other": key}, append(slices.Clone(path), i)...)
		}
	}
}
