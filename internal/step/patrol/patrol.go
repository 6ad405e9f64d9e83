// Package patrol is the step at which somebody goes round and looks at several places, one after the other.
//
// In: the places (from the file, the rows of a register below the matter's subject on the day, or the subject alone), who
// goes, for how long it may take, and what is asked at each place. Out: one act for each place, a child matter for each
// thing that was found, and the outcome done, partial or missed when the time is over. What a phone wrote without signal
// and sends within the time that the file allows counts from when it was written, so the step waits that long for it
// before it says that a place was missed. It keeps no track of anybody: where and when is said only of the places.
package patrol

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/expr"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Kind makes patrols.
type Kind struct{}

//go:embed example.yaml
var example []byte

// Name is the word in the charter.
func (Kind) Name() string { return "patrol" }

// Example is a patrol as a charter writes it.
func (Kind) Example() []byte { return example }

// Decode reads a patrol.
func (Kind) Decode(n source.Node) (step.Step, []source.Fault) {
	var s Patrol
	return &s, n.Decode(&s)
}

// Patrol is one such step.
type Patrol struct {
	step.Common `yaml:",inline"`

	By       []string          `yaml:"by"`
	Turn     map[string]string `yaml:"turn,omitempty"`     // role: CEL; only while it holds does the role go. A role not named always may
	Items    []step.Item       `yaml:"items,omitempty"`    // the places; or
	Register string            `yaml:"register,omitempty"` // the rows of this register below the subject; where there are none, the subject itself
	Window   step.Span         `yaml:"window"`             // how long the round may take
	Fields   step.Fields       `yaml:"fields"`             // what is asked at each place
	Found    *Found            `yaml:"found,omitempty"`    // what becomes of what is found

	turns map[string]*expr.Program
}

// Outcomes of a patrol.
const (
	Done    = "done"    // every place was looked at
	Partial = "partial" // some were
	Missed  = "missed"  // none was
)

// Kinds of acts.
const (
	listed = "patrol.listed"
	looked = "patrol.looked"
)

type opening struct {
	Items []step.Item `json:"items"`
}

type body struct {
	Item    string         `json:"item"`
	Answers map[string]any `json:"answers"`
	Found   bool           `json:"found,omitempty"`
}

// visit is one place that was looked at.
type visit struct {
	At    time.Time
	Found bool
}

type state struct {
	Items   []step.Item
	Seen    map[string]visit
	Found   int
	Outcome string
}

// Outcomes are done, partial and missed.
func (s *Patrol) Outcomes() []string { return []string{Done, Partial, Missed} }

// Facts are how many places there were, how many were looked at, and at how many something was found.
func (s *Patrol) Facts() map[string]expr.Type {
	return map[string]expr.Type{"places": expr.Int, "looked": expr.Int, "found": expr.Int}
}

// Check wants people, a time, one source of places, questions, and a choice that tells what was found.
func (s *Patrol) Check(c *step.Checker) {
	c.Roles(s.By, "by")
	s.turns = map[string]*expr.Program{}
	for _, role := range slices.Sorted(maps.Keys(s.Turn)) {
		if !slices.Contains(s.By, role) {
			c.Error("patrol.turn", text.Args{"Role": role}, "turn", role)
		}
		s.turns[role] = c.Compile(s.Turn[role], expr.Bool, "turn", role)
	}
	switch {
	case s.Register != "" && len(s.Items) > 0:
		c.Error("items.twice", nil, "items")
	case s.Register != "":
		c.Register(s.Register, "register")
	case len(s.Items) > 0:
		c.Items(s.Items, "items")
	}
	if s.Window.IsZero() {
		c.Error("patrol.window", nil, "window")
	}
	c.Fields(s.Fields, "fields")
	if len(s.Fields) == 0 {
		c.Error("form.no_fields", nil, "fields")
	}
	if s.Found != nil {
		s.checkFound(c)
	}
}

// Enter fixes the list of places, so that one added meanwhile is not missed.
func (s *Patrol) Enter(v step.View) ([]act.Draft, error) {
	items := s.Items
	if s.Register != "" {
		var err error
		if items, err = v.Rows(s.Register); err != nil {
			return nil, fmt.Errorf("patrol: %s: %w", v.Key, err)
		}
	}
	if len(items) == 0 {
		items = []step.Item{{Key: "whole", Name: v.Matter.Title}}
	}
	return []act.Draft{{Kind: listed, Clause: "window", Body: opening{items}}}, nil
}

// Fold keeps which places were looked at.
func (s *Patrol) Fold(given any, a act.Act) (any, error) {
	st, ok := given.(*state)
	if !ok {
		st = &state{Seen: map[string]visit{}}
	}
	switch a.Kind {
	case listed:
		var o opening
		if err := a.Into(&o); err != nil {
			return nil, err
		}
		st.Items = o.Items
	case looked:
		var b body
		if err := a.Into(&b); err != nil {
			return nil, err
		}
		st.Seen[b.Item] = visit{At: a.When(), Found: b.Found}
		if b.Found {
			st.Found++
		}
	case act.Ended:
		return st, step.Outcome(a, &st.Outcome)
	}
	return st, nil
}

func (s *Patrol) closes(v step.View) time.Time {
	at, _ := s.Window.End(v.Calendar, v.Entered)
	return at
}

// goes are the roles whose turn it is. A condition that cannot be answered does not hold.
func (s *Patrol) goes(v step.View) []string {
	if len(s.Turn) == 0 {
		return s.By
	}
	vars := v.Visible()
	var out []string
	for _, role := range s.By {
		p, conditional := s.turns[role]
		if !conditional {
			out = append(out, role)
			continue
		}
		if p == nil {
			continue
		}
		if ok, err := p.Bool(vars); err == nil && ok {
			out = append(out, role)
		}
	}
	return out
}

// Asks is each place that was not looked at yet, while there is time.
func (s *Patrol) Asks(v step.View) (out []step.Ask) {
	st := v.State.(*state)
	by := s.goes(v)
	end := s.closes(v)
	if st.Outcome != "" || len(by) == 0 || !v.Now.Before(end) {
		return nil
	}
	for _, it := range st.Items {
		if _, seen := st.Seen[it.Key]; !seen {
			out = append(out, step.Ask{
				Verb: "look", Item: it.Key, By: by, Words: text.Key("patrol.verb.look", "Item", it.Name), Lead: s.Says.Words(),
				Fields: s.Fields, Due: end, Owed: true, Clause: "fields",
			})
		}
	}
	return out
}

// Take records one place, and opens a matter for what was found there. The last place ends the round.
func (s *Patrol) Take(v step.View, sub step.Submission) ([]act.Draft, error) {
	_, answers, err := step.Answered(s, v, sub)
	if err != nil {
		return nil, err
	}
	st := v.State.(*state)
	found := s.found(answers.Open)
	drafts := []act.Draft{{Kind: looked, Clause: "fields", Body: body{sub.Item, answers.Open, found}, Sealed: answers.Sealed}}
	if found {
		child, err := s.open(v, st, sub.Item, answers)
		if err != nil {
			return nil, err
		}
		drafts = append(drafts, child)
	}
	if len(st.Seen)+1 < len(st.Items) {
		return drafts, nil
	}
	n := st.Found
	if found {
		n++
	}
	return append(drafts, end(Done, len(st.Items), len(st.Items), n)), nil
}

func end(outcome string, places, seen, found int) act.Draft {
	return step.End(outcome, map[string]any{"places": places, "looked": seen, "found": found})
}

// Due is when the time is over, and what was written in time has had its time to arrive.
func (s *Patrol) Due(v step.View) (at time.Time, ok bool) {
	if v.State.(*state).Outcome != "" {
		return time.Time{}, false
	}
	return v.Arrived(&s.Common, s.closes(v)), true
}

// Tick says what was missed.
func (s *Patrol) Tick(v step.View) ([]act.Draft, error) {
	st := v.State.(*state)
	outcome := Partial
	if len(st.Seen) == 0 {
		outcome = Missed
	}
	return []act.Draft{end(outcome, len(st.Items), len(st.Seen), st.Found)}, nil
}
