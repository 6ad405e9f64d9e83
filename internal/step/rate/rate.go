// Package rate is the step in which households say how well it was done.
//
// In: the register of units, the questions, which marks there are, how many must be reached, and for how long. Out:
// one sheet per unit, and sums. Only sums are published: marks belong to no household in public, and a mean is shown
// as a sum divided by a count, rounded for the eye. When too few were reached the time may be extended once, and then
// the step ends as not reached, which is no verdict on the work.
package rate

import (
	_ "embed"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/exact"
	"gongzhi/internal/expr"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Kind makes ratings.
type Kind struct{}

//go:embed example.yaml
var example []byte

// Name is the word in the charter.
func (Kind) Name() string { return "rate" }

// Example is a rating as a charter writes it.
func (Kind) Example() []byte { return example }

// Decode reads a rating.
func (Kind) Decode(n source.Node) (step.Step, []source.Fault) {
	var r Rate
	return &r, n.Decode(&r)
}

// Rate is one such step.
type Rate struct {
	step.Common `yaml:",inline"`

	Units     step.Units      `yaml:"units"`
	Questions []Question      `yaml:"questions"`
	Marks     []text.Text     `yaml:"marks"`            // from the worst, which is 1, to the best
	Satisfied int             `yaml:"satisfied"`        // the mark from which on a household counts as satisfied
	Reason    *step.Field     `yaml:"reason,omitempty"` // a word in the household's own hand; always sealed
	Answer    Task            `yaml:"answer,omitempty"`
	Record    Task            `yaml:"record,omitempty"`
	Open      Task            `yaml:"open"`  // freezes the list where it was empty on arrival
	Reach     exact.Threshold `yaml:"reach"` // of all units
	Window    step.Span       `yaml:"window"`
	Extend    step.Span       `yaml:"extend,omitempty"` // once, when too few were reached
}

// Question is one thing that is marked.
type Question struct {
	Key   string    `yaml:"key"`
	Label text.Text `yaml:"label"`
}

// Task is what certain roles may do.
type Task struct {
	By []string `yaml:"by"`
}

const (
	rated      = "rated"
	notReached = "not_reached"
)

// Outcomes: too few answers are no verdict.
func (r *Rate) Outcomes() []string { return []string{rated, notReached} }

// Facts are sums: works_sum, works_count, works_satisfied.
func (r *Rate) Facts() map[string]expr.Type {
	facts := map[string]expr.Type{"units": expr.Int, "answered": expr.Int}
	for _, q := range r.Questions {
		for _, name := range []string{"_sum", "_count", "_satisfied"} {
			facts[q.Key+name] = expr.Int
		}
	}
	return facts
}

// Check wants a register, questions and marks, somebody to answer or to record, and a share to reach.
func (r *Rate) Check(c *step.Checker) {
	c.CheckUnits(r.Units, "units")
	seen := map[string]bool{"unit": true, "channel": true, "reason": true, "units": true, "answered": true}
	for i, q := range r.Questions {
		if q.Key == "" || seen[q.Key] {
			c.Error("field.key", text.Args{"Field": q.Key}, "questions", i, "key")
		}
		seen[q.Key] = true
		c.Words(q.Label, "questions", i, "label")
	}
	if len(r.Questions) == 0 {
		c.Error("rate.no_questions", nil, "questions")
	}
	for i, m := range r.Marks {
		c.Words(m, "marks", i)
	}
	if len(r.Marks) < 2 || r.Satisfied < 1 || r.Satisfied > len(r.Marks) {
		c.Error("rate.marks", text.Args{"N": len(r.Marks), "Satisfied": r.Satisfied}, "marks")
	}
	if r.Reason != nil {
		c.Words(r.Reason.Label, "reason", "label")
		if r.Reason.Audience == step.Public || r.Reason.Key != "reason" || (r.Reason.Type != step.TextType && r.Reason.Type != step.LineType) {
			c.Error("rate.reason", nil, "reason")
		}
	}
	if len(r.Answer.By) == 0 && len(r.Record.By) == 0 {
		c.Error("role.none", nil, "answer")
	}
	for key, t := range map[string]Task{"answer": r.Answer, "record": r.Record} {
		if len(t.By) > 0 {
			c.Roles(t.By, key, "by")
		}
	}
	c.Roles(r.Open.By, "open", "by")
	if r.Reach.Den == 0 {
		c.Error("rate.reach", nil, "reach")
	}
	if r.Window.IsZero() {
		c.Error("rate.window", nil, "window")
	}
}

// Enter freezes the list of units and opens the window. An empty list is not frozen.
func (r *Rate) Enter(v step.View) ([]act.Draft, error) { return r.open(v) }

func (r *Rate) open(v step.View) ([]act.Draft, error) {
	ids, err := r.Units.In(v)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	closes, _ := r.Window.End(v.Calendar, v.Now)
	return []act.Draft{{Kind: opened, Clause: "window", Body: openedBody{Units: ids, Closes: closes}}}, nil
}

// Due is the end of the window.
func (r *Rate) Due(v step.View) (at time.Time, ok bool) {
	st := v.State.(*state)
	return st.Closes, !st.Closes.IsZero() && !st.Ended
}

// Tick publishes the sums when enough were reached, extends once where the charter allows it, and else ends without a
// verdict.
func (r *Rate) Tick(v step.View) ([]act.Draft, error) {
	st := v.State.(*state)
	if due, ok := r.Due(v); !ok || v.Now.Before(due) {
		return nil, nil
	}
	switch {
	case st.Answered >= v.Fewest && r.Reach.Met(uint64(st.Answered), uint64(len(st.Units))):
		return []act.Draft{r.end(st, rated, v.Fewest)}, nil
	case !r.Extend.IsZero() && !st.Extended:
		closes, _ := r.Extend.End(v.Calendar, r.extendFrom(st.Closes))
		missing, _ := r.Reach.Short(uint64(st.Answered), uint64(len(st.Units)))
		return []act.Draft{{Kind: extended, Clause: "extend", Body: extendedBody{closes, missing}}}, nil
	}
	return []act.Draft{r.end(st, notReached, v.Fewest)}, nil
}

// extendFrom is what the extension counts from. A window of days ended at 24:00 of its last day, so the first day of the
// extension is the next.
func (r *Rate) extendFrom(closes time.Time) time.Time {
	if u := r.Extend.Unit; u == step.Days || u == step.Workdays || u == step.Months {
		return closes.Add(-1)
	}
	return closes
}

// end tells the sums, unless they would be those of too few.
func (r *Rate) end(st *state, outcome string, fewest int) act.Draft {
	facts := map[string]any{"units": len(st.Units), "answered": st.Answered}
	for _, q := range r.Questions {
		s := st.Sums[q.Key]
		if int(s.Count) < fewest {
			continue
		}
		facts[q.Key+"_sum"], facts[q.Key+"_count"], facts[q.Key+"_satisfied"] = s.Sum, s.Count, s.Satisfied
	}
	return step.End(outcome, facts)
}

// Discreet are the acts that hold one household's marks.
func (r *Rate) Discreet() []string { return []string{answered, recorded} }

// Left are the units that have not answered.
func (r *Rate) Left(v step.View) []act.RowID {
	st := v.State.(*state)
	return r.Units.Left(st.Units, func(id string) bool { return st.Marks[id] != nil })
}
