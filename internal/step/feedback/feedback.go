// Package feedback is the step that asks whoever began the matter whether they are satisfied.
//
// In: grades, the least that counts as satisfied, and how long there is to answer. Out: one act with the grade, and the
// outcome satisfied, unsatisfied, or unanswered when the time is over. The grade is public, the reason is sealed. Staff
// may record what somebody said on the telephone. Silence is neither praise nor blame.
package feedback

import (
	_ "embed"
	"fmt"
	"strconv"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/expr"
	"gongzhi/internal/page"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Kind makes such questions.
type Kind struct{}

//go:embed example.yaml
var example []byte

// Name is the word in the charter.
func (Kind) Name() string { return "feedback" }

// Example is one as a charter writes it.
func (Kind) Example() []byte { return example }

// Decode reads one.
func (Kind) Decode(n source.Node) (step.Step, []source.Fault) {
	var s Feedback
	return &s, n.Decode(&s)
}

// Feedback is one such step.
type Feedback struct {
	step.Common `yaml:",inline"`

	Marks     []text.Text `yaml:"marks"`            // from the worst to the best
	Satisfied int         `yaml:"satisfied"`        // the least mark, from 1, that counts as satisfied
	Reason    *step.Field `yaml:"reason,omitempty"` // why, never public
	Record    Record      `yaml:"record,omitempty"` // who may enter what was said on the telephone
	Window    step.Span   `yaml:"window"`           // how long there is to answer
}

// Record says who may answer for somebody.
type Record struct {
	By []string `yaml:"by"`
}

// Outcomes of a question.
const (
	Satisfied   = "satisfied"
	Unsatisfied = "unsatisfied"
	Unanswered  = "unanswered"
)

// mark is the question and the fact of it.
const mark = "mark"

type body struct {
	Mark int `json:"mark"`
}

type state struct {
	Mark    int
	Outcome string
}

// Outcomes are the three.
func (s *Feedback) Outcomes() []string { return []string{Satisfied, Unsatisfied, Unanswered} }

// Facts are the grade, 0 where nobody answered.
func (s *Feedback) Facts() map[string]expr.Type { return map[string]expr.Type{mark: expr.Int} }

// Check wants grades, a line between them, and a time.
func (s *Feedback) Check(c *step.Checker) {
	for i, m := range s.Marks {
		c.Words(m, "marks", i)
	}
	if s.Satisfied < 2 || s.Satisfied > len(s.Marks) {
		c.Error("feedback.satisfied", text.Args{"N": s.Satisfied, "Of": len(s.Marks)}, "satisfied")
	}
	if s.Window.IsZero() {
		c.Error("feedback.window", nil, "window")
	}
	if s.Reason != nil {
		c.Fields(step.Fields{*s.Reason}, "reason")
		c.Reserved(step.Fields{*s.Reason}, []string{mark}, "reason")
		if s.Reason.Audience == step.Public {
			c.Error("feedback.reason", nil, "reason", "audience")
		}
	}
	if len(s.Record.By) > 0 {
		c.Roles(s.Record.By, "record", "by")
	}
}

// Enter records nothing.
func (s *Feedback) Enter(step.View) ([]act.Draft, error) { return nil, nil }

// Fold keeps the grade.
func (s *Feedback) Fold(given any, a act.Act) (any, error) {
	st, ok := given.(*state)
	if !ok {
		st = &state{}
	}
	switch a.Kind {
	case "feedback.answered", "feedback.recorded":
		var b body
		if err := a.Into(&b); err != nil {
			return nil, err
		}
		st.Mark = b.Mark
	case act.Ended:
		return st, step.Outcome(a, &st.Outcome)
	}
	return st, nil
}

func (s *Feedback) fields() step.Fields {
	f := step.Field{Key: mark, Label: s.Name, Type: step.ChoiceType, Required: true, Audience: step.Public}
	for i, m := range s.Marks {
		f.Options = append(f.Options, step.Option{Value: strconv.Itoa(i + 1), Label: m})
	}
	if s.Reason == nil {
		return step.Fields{f}
	}
	return step.Fields{f, *s.Reason}
}

// Asks go to whoever began the matter, and as a right to those who may record what they said.
func (s *Feedback) Asks(v step.View) []step.Ask {
	if v.State.(*state).Outcome != "" {
		return nil
	}
	due, _ := s.Due(v)
	ask := func(verb string, by ...string) step.Ask {
		return step.Ask{
			Verb: verb, By: by, Words: text.Key("feedback.verb." + verb), Lead: s.Says.Words(), Fields: s.fields(), Due: due, Clause: "marks",
		}
	}
	var asks []step.Ask
	if from := v.Matter.Starter; from.Person != "" {
		a := ask("answer", from.Role)
		a.Only, a.Told = []act.Person{from.Person}, true
		asks = append(asks, a)
	}
	if len(s.Record.By) > 0 {
		a := ask("record", s.Record.By...)
		a.Except = []act.Person{v.Matter.Starter.Person}
		asks = append(asks, a)
	}
	return asks
}

// Take records the grade and ends.
func (s *Feedback) Take(v step.View, sub step.Submission) ([]act.Draft, error) {
	ask, answers, err := step.Answered(s, v, sub)
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(answers.Open[mark].(string)) // required, and one of the options
	if err != nil {
		return nil, fmt.Errorf("feedback: %w", err)
	}
	outcome := Satisfied
	if n < s.Satisfied {
		outcome = Unsatisfied
	}
	kind := "feedback.answered"
	if sub.Verb == "record" {
		kind = "feedback.recorded"
	}
	return []act.Draft{{Kind: kind, Clause: ask.Clause, Body: body{n}, Sealed: answers.Sealed}, step.End(outcome, map[string]any{mark: n})}, nil
}

// Due is when the time to answer is over.
func (s *Feedback) Due(v step.View) (at time.Time, ok bool) {
	at, _ = s.Window.End(v.Calendar, v.Entered)
	return at, v.State.(*state).Outcome == ""
}

// Tick ends without an answer.
func (s *Feedback) Tick(step.View) ([]act.Draft, error) {
	return []act.Draft{step.End(Unanswered, map[string]any{mark: 0})}, nil
}

// Panel shows the grade, or until when there is to answer.
func (s *Feedback) Panel(v step.View) page.Panel {
	st := v.State.(*state)
	standing, tone := "waiting", page.Going
	switch st.Outcome {
	case Satisfied:
		standing, tone = Satisfied, page.Good
	case Unsatisfied:
		standing, tone = Unsatisfied, page.Late
	case Unanswered:
		standing, tone = Unanswered, page.Plain
	}
	var blocks []page.Block
	if st.Outcome == "" {
		due, count := s.Window.End(v.Calendar, v.Entered)
		blocks = append(blocks, page.Deadline{Label: text.Key("feedback.due"), Due: due, Now: v.Now, Count: &count})
	}
	if st.Mark > 0 && st.Mark <= len(s.Marks) {
		blocks = append(blocks, page.Facts{List: []page.Fact{{Term: text.Key("feedback.mark"), Value: s.Marks[st.Mark-1].Words()}}})
	}
	shown := s.Common
	shown.Within = step.Span{} // the window says it
	return v.Card(&shown, page.Tag{Words: text.Key("feedback.standing." + standing), Tone: tone}, st.Outcome != "", blocks...)
}
