// Package assign is the step that puts one named person in charge of a piece of work.
//
// In: the roles that name somebody, the roles that somebody may hold, how long the work may take, and how often it may
// come back. Out: an act each time it changes hands, and the outcome done with a report, or returned. The time runs
// anew from each naming. Nobody but the person named can accept, return or finish; whoever named them can always name
// another, so that the work is never stuck with somebody who has gone. Who handled it never verifies it: that is for
// the step after, with not_by.
package assign

import (
	_ "embed"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/expr"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Kind makes assignments.
type Kind struct{}

//go:embed example.yaml
var example []byte

// Name is the word in the charter.
func (Kind) Name() string { return "assign" }

// Example is an assignment as a charter writes it.
func (Kind) Example() []byte { return example }

// Decode reads an assignment.
func (Kind) Decode(n source.Node) (step.Step, []source.Fault) {
	var s Assign
	return &s, n.Decode(&s)
}

// Assign is one such step. Within, which every step may have, is required here: it runs from each naming.
type Assign struct {
	step.Common `yaml:",inline"`

	By      []string    `yaml:"by"`                // who names the person in charge
	To      []string    `yaml:"to"`                // roles of which that person holds one
	Returns int         `yaml:"returns,omitempty"` // how often it may come back and be given to another; the next return ends the step
	Task    step.Fields `yaml:"task,omitempty"`    // what is said when naming
	Fields  step.Fields `yaml:"fields,omitempty"`  // the report that finishes the work
}

// Outcomes of an assignment.
const (
	Done     = "done"
	Returned = "returned"
)

// Names of facts and of the questions that the kind itself asks.
const (
	assignee   = "assignee"
	returns    = "returns"    // how often it came back
	reassigned = "reassigned" // how often another was named before it was finished
	late       = "late"       // whether it was finished after its time
)

type body struct {
	Assignee act.Person     `json:"assignee,omitempty"`
	Reason   string         `json:"reason,omitempty"`
	Answers  map[string]any `json:"answers,omitempty"`
}

// state is who is in charge now and how the work got there.
type state struct {
	Assignee   act.Person // "" while nobody is
	Since      time.Time  // when they were named
	Accepted   bool
	Returns    int
	Reassigned int
	Reason     string // of the last return or of naming another
	Task       map[string]any
	Report     map[string]any
	Outcome    string
}

// Outcomes are done and returned.
func (s *Assign) Outcomes() []string { return []string{Done, Returned} }

// Facts are how often it changed hands, whether it was late, and the public answers of the report.
func (s *Assign) Facts() map[string]expr.Type {
	facts := s.Fields.Facts()
	facts[returns], facts[reassigned], facts[late] = expr.Int, expr.Int, expr.Bool
	return facts
}

// Check wants both sides named, a time, and questions that do not hide the kind's own.
func (s *Assign) Check(c *step.Checker) {
	c.Roles(s.By, "by")
	c.Roles(s.To, "to")
	if s.Within.IsZero() {
		c.Error("assign.within", nil, "within")
	}
	if s.Returns < 0 {
		c.Error("assign.returns", nil, "returns")
	}
	c.Fields(s.Task, "task")
	c.Reserved(s.Task, []string{assignee, "reason"}, "task")
	c.Fields(s.Fields, "fields")
	c.Reserved(s.Fields, []string{returns, reassigned, late}, "fields")
}

// Enter records nothing: somebody has to be named first.
func (s *Assign) Enter(step.View) ([]act.Draft, error) { return nil, nil }

// Fold keeps who is in charge.
func (s *Assign) Fold(given any, a act.Act) (any, error) {
	st, ok := given.(*state)
	if !ok {
		st = &state{}
	}
	var b body
	switch a.Kind {
	case "assign.assigned", "assign.reassigned", "assign.accepted", "assign.returned", "assign.finished":
		if err := a.Into(&b); err != nil {
			return nil, err
		}
	case act.Ended:
		return st, step.Outcome(a, &st.Outcome)
	}
	switch a.Kind {
	case "assign.assigned", "assign.reassigned":
		st.Assignee, st.Since, st.Accepted, st.Task, st.Reason = b.Assignee, a.At, false, b.Answers, b.Reason
		if a.Kind == "assign.reassigned" {
			st.Reassigned++
		}
	case "assign.accepted":
		st.Accepted = true
	case "assign.returned":
		st.Assignee, st.Since, st.Accepted, st.Reason = "", time.Time{}, false, b.Reason
		st.Returns++
	case "assign.finished":
		st.Report = b.Answers
	}
	return st, nil
}

// due is when the work has to be finished: within counts from the naming.
func (s *Assign) due(v step.View, st *state) time.Time {
	at, _ := s.Within.End(v.Calendar, st.Since)
	return at
}

// who asks for the person in charge.
func (s *Assign) who() step.Field {
	return step.Field{Key: assignee, Label: text.Named("assign.assignee"), Type: step.PersonType, Roles: s.To, Required: true, Audience: step.Public}
}

// Asks go to whoever has the work in hand. Naming another is a right of those who named the first; once the time has
// passed it is owed too, so that late work stands in two queues and not in one that nobody may be looking at.
func (s *Assign) Asks(v step.View) []step.Ask {
	st := v.State.(*state)
	if st.Outcome != "" {
		return nil
	}
	if st.Assignee == "" {
		return []step.Ask{{
			Verb: "assign", By: s.By, Words: text.Key("assign.verb.assign"), Lead: s.Says.Words(),
			Fields: append(step.Fields{s.who()}, s.Task...), Owed: true, Clause: "by",
		}}
	}
	due := s.due(v, st)
	mine := func(verb string, fields step.Fields, owed bool, clause string) step.Ask {
		return step.Ask{
			Verb: verb, By: s.To, Only: []act.Person{st.Assignee}, Words: text.Key("assign.verb." + verb), Lead: s.Says.Words(),
			Fields: fields, Due: due, Owed: owed, Clause: clause,
		}
	}
	var asks []step.Ask
	if st.Accepted {
		asks = append(asks, mine("finish", s.Fields, true, "fields"))
	} else {
		asks = append(asks, mine("accept", nil, true, "to"), mine("return", step.Fields{step.Reason()}, false, "returns"))
	}
	return append(asks, step.Ask{
		Verb: "reassign", By: s.By, Words: text.Key("assign.verb.reassign"), Lead: text.Key("assign.reassign"),
		Fields: append(step.Fields{s.who(), step.Reason()}, s.Task...), Due: due, Owed: !v.Now.Before(due), Clause: "by",
	})
}

// Take passes the work on, or ends it.
func (s *Assign) Take(v step.View, sub step.Submission) ([]act.Draft, error) {
	ask, answers, err := step.Answered(s, v, sub)
	if err != nil {
		return nil, err
	}
	st := v.State.(*state)
	open := answers.Open
	d := act.Draft{Clause: ask.Clause, Sealed: answers.Sealed}
	facts := map[string]any{returns: st.Returns, reassigned: st.Reassigned, late: false}
	switch sub.Verb {
	case "assign", "reassign":
		b := body{Assignee: act.Person(open[assignee].(string))}
		b.Reason, _ = open["reason"].(string)
		delete(open, assignee)
		delete(open, "reason")
		b.Answers = open
		d.Kind, d.Body = "assign."+sub.Verb+"ed", b
		return []act.Draft{d}, nil
	case "accept":
		d.Kind = "assign.accepted"
		return []act.Draft{d}, nil
	case "return":
		d.Kind, d.Body = "assign.returned", body{Reason: open["reason"].(string)}
		if st.Returns < s.Returns {
			return []act.Draft{d}, nil
		}
		facts[returns] = st.Returns + 1
		return []act.Draft{d, step.End(Returned, facts)}, nil
	default: // finish, the only other verb that is asked
		d.Kind, d.Body = "assign.finished", body{Answers: open}
		for key, value := range answers.Facts(s.Fields) {
			facts[key] = value
		}
		facts[late] = !v.Now.Before(s.due(v, st))
		return []act.Draft{d, step.End(Done, facts)}, nil
	}
}

// Due is never: time makes the work late, it does not finish it.
func (s *Assign) Due(step.View) (at time.Time, ok bool) { return time.Time{}, false }

// Tick has nothing to do.
func (s *Assign) Tick(step.View) ([]act.Draft, error) { return nil, nil }
