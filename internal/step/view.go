package step

import (
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
