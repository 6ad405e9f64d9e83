package step

import (
	"gongzhi/internal/act"
	"gongzhi/internal/text"
)

// Teller is a step that says in one line how it ended, for whoever reads the matter later.
type Teller interface {
	// Told puts the facts of an ending into words; empty when they tell nothing.
	Told(facts map[string]any) text.Words
}

// Sayer is a step some of whose acts say more than the answers in them, for whoever reads the record: where a matter was sent, and
// by which rule.
type Sayer interface {
	Said(a act.Act) text.Words
}

// Grader is a step whose outcomes have names of the charter's own.
type Grader interface {
	GradeName(outcome string) (text.Text, bool)
}

// Number reads a fact that is a whole number, or 0; a fact read back from an act may have become a float.
func Number(facts map[string]any, name string) int64 { return whole(facts[name]) }

// Besides puts one statement after another; either may be empty.
func Besides(a, b text.Words) text.Words {
	if a.IsZero() {
		return b
	}
	if b.IsZero() {
		return a
	}
	return text.Key("value.besides", "First", a, "Then", b)
}
