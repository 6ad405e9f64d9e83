package step

import (
	"maps"
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
)

// Known tells whether a row stands in its register today at or below the matter's subject: what a RowType field may
// name. Without a subject every row of the register may be named.
func (v View) Known(id act.RowID) bool {
	if v.Book == nil {
		return false
	}
	_, ok, err := v.Book.Row(id, v.Today())
	return err == nil && ok && (v.Matter.Subject.IsZero() || v.Book.Covers(v.Matter.Subject, id, v.Today()))
}

// Visible is what CEL conditions see, as a map that the caller may add to.
func (v View) Visible() map[string]any {
	if v.Vars == nil {
		return map[string]any{}
	}
	return maps.Clone(v.Vars())
}

// Find is the ask that a submission answers, by verb and item.
func Find(asks []Ask, s Submission) (Ask, bool) {
	i := slices.IndexFunc(asks, func(a Ask) bool { return a.Verb == s.Verb && a.Item == s.Item })
	if i < 0 {
		return Ask{}, false
	}
	return asks[i], true
}

// Asked is Find over what the step asks now. What is not asked is refused, whoever sends it: the engine looks first,
// and a kind looks again, so that nothing can follow an end.
func Asked(s Step, v View, sub Submission) (Ask, error) {
	ask, ok := Find(s.Asks(v), sub)
	if !ok {
		return Ask{}, fault.Refuse(fault.Closed, "step.not_asked", v.Basis("", s.Shared()),
			fault.Args{"Step": s.Shared().Name, "Verb": sub.Verb})
	}
	return ask, nil
}

// Units are the rows of a register at or below the matter's subject, as of today: who is asked, or has a say.
func (v View) Units(name string) ([]string, error) {
	rows, err := v.Book.Rows(name, v.Matter.Subject, v.Today())
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID.ID
	}
	return ids, nil
}

// Discreet is a step some of whose acts tell what one household said. The public may see that such an act was
// recorded, and the totals; the rest is for those who handle the matter and for the household itself.
type Discreet interface {
	Discreet() []string // kinds of acts
}

// Rounds is a step that wants to hear from every unit of a register.
type Rounds interface {
	// Left are the units not heard from yet, in the order of the register: the doors to knock on.
	Left(v View) []act.RowID
}
