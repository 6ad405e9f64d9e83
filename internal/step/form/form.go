// Package form is the step that asks somebody to fill in a form once.
//
// In: the roles that may fill it in and its questions. Out: one act with the public answers, the others sealed, and an
// outcome: done, or the option chosen where one question decides. It asks nobody twice and has no deadline of its own.
package form

import (
	_ "embed"
	"slices"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/expr"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Kind makes forms.
type Kind struct{}

//go:embed example.yaml
var example []byte

// Name is the word in the charter.
func (Kind) Name() string { return "form" }

// Example is a form as a charter writes it.
func (Kind) Example() []byte { return example }

// Decode reads a form.
func (Kind) Decode(n source.Node) (step.Step, []source.Fault) {
	var f Form
	return &f, n.Decode(&f)
}

// Form is one such step.
type Form struct {
	step.Common `yaml:",inline"`

	By      []string        `yaml:"by"`
	Fields  step.Fields     `yaml:"fields"`
	Decide  string          `yaml:"decide,omitempty"`  // the choice whose option is the outcome
	Counted []*step.Counted `yaml:"counted,omitempty"` // figures that the house works out when the form is sent
}

const done = "done"

// submitted is the act of a form that was filled in.
const submitted = "form.submitted"

type body struct {
	Answers map[string]any         `json:"answers"`
	Counted map[string]step.Figure `json:"counted,omitempty"`
}

// state holds what the public may see of the answers.
type state struct {
	Answers map[string]any
	Counted map[string]step.Figure
	Given   bool
	Ended   bool
	Outcome string
}

// Outcomes are the options of the deciding question, or done.
func (f *Form) Outcomes() []string {
	field, ok := f.deciding()
	if !ok {
		return []string{done}
	}
	out := make([]string, len(field.Options))
	for i, o := range field.Options {
		out[i] = o.Value
	}
	return out
}

func (f *Form) deciding() (step.Field, bool) {
	i := slices.IndexFunc(f.Fields, func(x step.Field) bool { return x.Key == f.Decide && x.Type == step.ChoiceType })
	if f.Decide == "" || i < 0 {
		return step.Field{}, false
	}
	return f.Fields[i], true
}

// Facts are the public answers, and the figures.
func (f *Form) Facts() map[string]expr.Type {
	facts := f.Fields.Facts()
	for _, c := range f.Counted {
		facts[c.Key] = expr.Int
	}
	return facts
}

// Counts are the figures.
func (f *Form) Counts() []*step.Counted { return f.Counted }

// Check wants roles, questions, and a deciding question that is a choice, required and public: an outcome that nobody
// may read could not be followed by anyone.
func (f *Form) Check(c *step.Checker) {
	c.Roles(f.By, "by")
	c.Fields(f.Fields, "fields")
	if len(f.Fields) == 0 {
		c.Error("form.no_fields", nil, "fields")
	}
	c.Counted(f.Counted, f.Fields, "counted")
	if f.Decide == "" {
		return
	}
	if field, ok := f.deciding(); !ok || !field.Required || field.Audience != step.Public {
		c.Error("form.decide", text.Args{"Field": f.Decide}, "decide")
	}
}

// Enter records nothing: arriving is an act of the engine.
func (f *Form) Enter(step.View) ([]act.Draft, error) { return nil, nil }

// Fold keeps the public answers.
func (f *Form) Fold(s any, a act.Act) (any, error) {
	st, ok := s.(*state)
	if !ok {
		st = &state{}
	}
	switch a.Kind {
	case submitted:
		var b body
		if err := a.Into(&b); err != nil {
			return nil, err
		}
		st.Answers, st.Counted, st.Given = b.Answers, b.Counted, true
	case act.Ended:
		st.Ended = true
		return st, step.Outcome(a, &st.Outcome)
	}
	return st, nil
}

// Asks is the form itself, owed until it was filled in.
func (f *Form) Asks(v step.View) []step.Ask {
	if v.State.(*state).Ended {
		return nil
	}
	return []step.Ask{{
		Verb: "submit", By: f.By, Words: text.Key("form.submit"), Lead: f.Says.Words(), Fields: f.Fields, Owed: true, Clause: "fields",
	}}
}

// Take records the answers and ends.
func (f *Form) Take(v step.View, s step.Submission) ([]act.Draft, error) {
	_, answers, err := step.Answered(f, v, s)
	if err != nil {
		return nil, err
	}
	outcome := done
	if field, ok := f.deciding(); ok {
		outcome = answers.Open[field.Key].(string) // required and public, or the check would have said so
	}
	figures, err := v.Count(f.Counted)
	if err != nil {
		return nil, err
	}
	return []act.Draft{
		{Kind: submitted, Clause: "fields", Body: body{answers.Open, figures}, Sealed: answers.Sealed},
		step.End(outcome, step.WithFigures(answers.Facts(f.Fields), figures)),
	}, nil
}

// Due is never: within colours the light, it does not move the matter.
func (f *Form) Due(step.View) (at time.Time, ok bool) { return time.Time{}, false }

// Tick has nothing to do.
func (f *Form) Tick(step.View) ([]act.Draft, error) { return nil, nil }
