// Package approve is the step at which somebody decides: yes, no, or back for correction.
//
// In: the roles that decide, how many different people it takes, and the earlier steps whose people may not. Out: one
// act for each decision and the outcome approved, rejected or returned. A no and a return always carry their reason.
// Nobody decides twice, and nobody is taken to have agreed because time went by.
package approve

import (
	_ "embed"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/expr"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Kind makes approvals.
type Kind struct{}

//go:embed example.yaml
var example []byte

// Name is the word in the charter.
func (Kind) Name() string { return "approve" }

// Example is an approval as a charter writes it.
func (Kind) Example() []byte { return example }

// Decode reads an approval.
func (Kind) Decode(n source.Node) (step.Step, []source.Fault) {
	s := Approve{Needs: 1}
	return &s, n.Decode(&s)
}

// Approve is one such step.
type Approve struct {
	step.Common `yaml:",inline"`

	By         []string    `yaml:"by"`
	NotBy      []string    `yaml:"not_by,omitempty"`     // steps whose people may not decide here
	Needs      int         `yaml:"needs,omitempty"`      // how many different people have to approve; 1 where not said
	Returnable bool        `yaml:"returnable,omitempty"` // whether it may go back for correction
	Fields     step.Fields `yaml:"fields,omitempty"`     // what an approval has to answer
}

// Outcomes of an approval.
const (
	Approved = "approved"
	Rejected = "rejected"
	Returned = "returned"
)

// verbs are what may be submitted; the act of each is named after its outcome.
var verbs = map[string]string{"approve": Approved, "reject": Rejected, "return": Returned}

// approvals is the fact that says how many have approved.
const approvals = "approvals"

type body struct {
	Reason  string         `json:"reason,omitempty"`
	Answers map[string]any `json:"answers,omitempty"`
}

// state holds who has approved, and the decision against.
type state struct {
	Approved []act.Person
	Answers  map[string]any // of the last approval
	Reason   string
	Outcome  string // "" until ended
}

// Outcomes depend on whether the matter may be returned.
func (s *Approve) Outcomes() []string {
	if s.Returnable {
		return []string{Approved, Rejected, Returned}
	}
	return []string{Approved, Rejected}
}

// Facts are the number of approvals and the public answers of the last one.
func (s *Approve) Facts() map[string]expr.Type {
	facts := s.Fields.Facts()
	facts[approvals] = expr.Int
	return facts
}

// Check wants roles, a number of people, and other steps that exist.
func (s *Approve) Check(c *step.Checker) {
	c.Roles(s.By, "by")
	c.NotBy(s.NotBy, "not_by")
	c.Fields(s.Fields, "fields")
	c.Reserved(s.Fields, []string{approvals}, "fields")
	if s.Needs < 1 {
		c.Error("approve.needs", text.Args{"N": s.Needs}, "needs")
	}
}

// Enter records nothing.
func (s *Approve) Enter(step.View) ([]act.Draft, error) { return nil, nil }

// Fold keeps who approved.
func (s *Approve) Fold(given any, a act.Act) (any, error) {
	st, ok := given.(*state)
	if !ok {
		st = &state{}
	}
	switch a.Kind {
	case "approve." + Approved, "approve." + Rejected, "approve." + Returned:
		var b body
		if err := a.Into(&b); err != nil {
			return nil, err
		}
		st.Reason = b.Reason
		if a.Kind == "approve."+Approved {
			st.Approved, st.Answers = append(st.Approved, a.By.Person), b.Answers
		}
	case act.Ended:
		return st, step.Outcome(a, &st.Outcome)
	}
	return st, nil
}

// Asks are the two or three answers. Whoever took part in a step of not_by, or has approved already, is kept away from
// all of them. Only the approval is owed: one line in the queue is enough for one decision.
func (s *Approve) Asks(v step.View) []step.Ask {
	st := v.State.(*state)
	if st.Outcome != "" {
		return nil
	}
	kept := step.Both(v.Hands(s.NotBy), st.Approved...)
	ask := func(verb string, fields step.Fields) step.Ask {
		return step.Ask{
			Verb: verb, By: s.By, Except: kept, Words: text.Key("approve.verb." + verb), Lead: s.Says.Words(), Fields: fields,
			Owed: verb == "approve", Clause: "by",
		}
	}
	asks := []step.Ask{ask("approve", s.Fields), ask("reject", step.Fields{step.Reason()})}
	if s.Returnable {
		asks = append(asks, ask("return", step.Fields{step.Reason()}))
	}
	return asks
}

// Take records a decision. One no decides; a yes decides when enough different people have said it.
func (s *Approve) Take(v step.View, sub step.Submission) ([]act.Draft, error) {
	ask, err := step.Asked(s, v, sub)
	if err != nil {
		return nil, err
	}
	answers, err := ask.Fields.Read(sub, v.Basis("fields", &s.Common), v.Known)
	if err != nil {
		return nil, err
	}
	st := v.State.(*state)
	outcome := verbs[sub.Verb]
	d := act.Draft{Kind: "approve." + outcome, Clause: "by", Body: body{Answers: answers.Open}, Sealed: answers.Sealed}
	facts := map[string]any{approvals: len(st.Approved)}
	if outcome != Approved {
		d.Body = body{Reason: answers.Open["reason"].(string)} // required and public
		return []act.Draft{d, step.End(outcome, facts)}, nil
	}
	n := len(st.Approved) + 1
	if n < s.Needs {
		return []act.Draft{d}, nil
	}
	facts = answers.Facts(s.Fields)
	facts[approvals] = n
	return []act.Draft{d, step.End(Approved, facts)}, nil
}

// Due is never: silence is no approval.
func (s *Approve) Due(step.View) (at time.Time, ok bool) { return time.Time{}, false }

// Tick has nothing to do.
func (s *Approve) Tick(step.View) ([]act.Draft, error) { return nil, nil }
