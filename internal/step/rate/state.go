package rate

import (
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/step"
)

// The acts of a rating.
const (
	opened   = "rate.opened"
	answered = "rate.answered" // by a unit for itself
	recorded = "rate.recorded" // by somebody for a unit
	extended = "rate.extended"
)

type (
	openedBody struct {
		Units  []string  `json:"units"`
		Closes time.Time `json:"closes"`
	}
	sheetBody struct {
		Unit    string         `json:"unit"`
		Channel string         `json:"channel"`
		Marks   map[string]int `json:"marks"`
	}
	extendedBody struct {
		Closes  time.Time `json:"closes"`
		Missing uint64    `json:"missing"`
	}
)

// sum of one question. The mean is Sum divided by Count.
type sum struct{ Sum, Count, Satisfied int }

type state struct {
	Units    []string
	Listed   map[string]bool
	Marks    map[string]map[string]int // by unit and question; the latest sheet
	Sums     map[string]sum
	Answered int
	From     time.Time // from when Closes was counted
	Closes   time.Time
	Extended bool
	Ended    bool
	Outcome  string
}

// Fold adds one act. A unit's later sheet takes the place of its earlier one in the sums.
func (r *Rate) Fold(v any, a act.Act) (any, error) {
	st, ok := v.(*state)
	if !ok {
		st = &state{Listed: map[string]bool{}, Marks: map[string]map[string]int{}, Sums: map[string]sum{}}
	}
	switch a.Kind {
	case opened:
		var b openedBody
		if err := a.Into(&b); err != nil {
			return nil, err
		}
		st.Units, st.From, st.Closes = b.Units, a.At, b.Closes
		for _, id := range b.Units {
			st.Listed[id] = true
		}
	case answered, recorded:
		var b sheetBody
		if err := a.Into(&b); err != nil {
			return nil, err
		}
		if old := st.Marks[b.Unit]; old != nil {
			r.add(st, old, -1)
		} else {
			st.Answered++
		}
		st.Marks[b.Unit] = b.Marks
		r.add(st, b.Marks, +1)
	case extended:
		var b extendedBody
		if err := a.Into(&b); err != nil {
			return nil, err
		}
		st.From, st.Closes, st.Extended = r.extendFrom(st.Closes), b.Closes, true
	case act.Ended:
		st.Ended = true
		return st, step.Outcome(a, &st.Outcome)
	}
	return st, nil
}

func (r *Rate) add(st *state, marks map[string]int, by int) {
	for key, mark := range marks {
		s := st.Sums[key]
		s.Sum, s.Count = s.Sum+by*mark, s.Count+by
		if mark >= r.Satisfied {
			s.Satisfied += by
		}
		st.Sums[key] = s
	}
}
