package outbox

import (
	"slices"
	"strings"

	"gongzhi/internal/act"
)

// Persons is a few people, each once and one a line, as a row keeps them.
type Persons string

// PersonsOf gives people in the form of a row.
func PersonsOf(list []act.Person) Persons {
	lines := make([]string, len(list))
	for i, p := range list {
		lines[i] = string(p)
	}
	slices.Sort(lines)
	return Persons(strings.Join(slices.Compact(lines), "\n"))
}

func (p Persons) list() []string {
	if p == "" {
		return nil
	}
	return strings.Split(string(p), "\n")
}

// Has tells whether somebody is among them.
func (p Persons) Has(who act.Person) bool { return slices.Contains(p.list(), string(who)) }

// And are those who are in both.
func (p Persons) And(other Persons) Persons {
	return Persons(strings.Join(slices.DeleteFunc(p.list(), func(one string) bool { return !other.Has(act.Person(one)) }), "\n"))
}

// Or are those who are in one of them or in both.
func (p Persons) Or(other Persons) Persons {
	all := append(p.list(), other.list()...)
	slices.Sort(all)
	return Persons(strings.Join(slices.Compact(all), "\n"))
}
