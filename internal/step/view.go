package step

import (
	"maps"
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/exact"
	"gongzhi/internal/expr"
	"gongzhi/internal/fault"
	"gongzhi/internal/vote"
)

// Earlier is a matter of the same method about the same row that has ended before.
type Earlier struct {
	Matter  act.Matter
	Facts   map[string]any // said at its start
	Results map[string]Result
	Result  string // how it ended
}

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

// Answered is Asked, and what was answered: read against the fields of the ask, and refused on the basis of its clause.
func Answered(s Step, v View, sub Submission) (Ask, Answers, error) {
	ask, err := Asked(s, v, sub)
	if err != nil {
		return Ask{}, Answers{}, err
	}
	answers, err := ask.Fields.Read(sub, v.Basis(ask.Clause, s.Shared()), v.Known)
	return ask, answers, err
}

// Unsaying is a step whose end may leave facts out, because they would tell of too few: no condition may use those.
type Unsaying interface {
	Unsaid() []string
}

// Said are the facts of a step's end that conditions may use.
func Said(s Step) map[string]expr.Type {
	facts := maps.Clone(s.Facts())
	if u, ok := s.(Unsaying); ok {
		for _, name := range u.Unsaid() {
			delete(facts, name)
		}
	}
	return facts
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

// Weighed is a step that hears from units of unequal weight: some doors matter more than others.
type Weighed interface {
	Rounds
	// Weights are the areas that those who are left would bring.
	Weights(v View) map[act.RowID]exact.Area
}

// Contacts is a step whose acts tell that somebody spoke to a unit, or stood at its door.
type Contacts interface {
	Contact(a act.Act) (unit act.RowID, ok bool)
}

// Enrols is a step that freezes a roll of who may vote when it begins, so that another step can publish that roll for
// checking before.
type Enrols interface {
	Step
	// Enrol builds the roll as the registers had it on a day. It refuses a register that gives no roll.
	Enrol(v View, on calendar.Date) (vote.Roll, error)
	// Enrolled gives the roll that an act of this step froze; ok is false for every other act.
	Enrolled(a act.Act) (roll vote.Roll, on calendar.Date, ok bool, err error)
	// Enrols is the register whose rows are the parts of the roll.
	Enrols() string
}

// Posts is a step that may publish the roll of another.
type Posts interface {
	Step
	// Posts is the key of the step whose roll it publishes, or "".
	Posts() string
	// Posted gives the day as of which an act published the roll; ok is false for every other act.
	Posted(a act.Act) (on calendar.Date, ok bool, err error)
}

// The facts by which the step that published a roll tells the one that freezes it which it was.
const (
	RollOf   = "roll_of"   // key of the step the roll is for
	RollDay  = "roll_day"  // the day it was taken as of, 2006-01-02
	RollRoot = "roll_root" // its SHA-256
)

// Proven is a step that states figures which anyone can work out again from the file, and from the acts of the visit as
// far as they are public.
type Proven interface {
	// Prove looks at one act before it is folded into v.State. whole is false where bodies of earlier acts of the visit
	// were withheld: then State is not whole either, and figures are only held against each other. It says what does
	// not follow, as a fault.Refusal with a code, or nil.
	Prove(v View, a act.Act, whole bool) error
}
