// Package notice is the step that publishes something and hears objections.
//
// In: who posts, for how long, who may object, who answers. Out: the publication, every objection by number, every
// answer, and whether it closed or an objection was upheld. It never ends before its time, and never while an
// objection stands unresolved. What an objector writes is sealed; the answer is public.
package notice

import (
	_ "embed"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/expr"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Kind makes notices.
type Kind struct{}

//go:embed example.yaml
var example []byte

// Name is the word in the charter.
func (Kind) Name() string { return "notice" }

// Example is a notice as a charter writes it.
func (Kind) Example() []byte { return example }

// Decode reads a notice.
func (Kind) Decode(n source.Node) (step.Step, []source.Fault) {
	var s Notice
	return &s, n.Decode(&s)
}

// Notice is one such step.
type Notice struct {
	step.Common `yaml:",inline"`

	Roll string `yaml:"roll,omitempty"` // the ballot whose roll it publishes for checking

	By      []string    `yaml:"by"`
	Days    step.Span   `yaml:"days"` // from the posting; the day of posting does not count
	Minimum Minimum     `yaml:"minimum"`
	Fields  step.Fields `yaml:"fields"` // what is published
	Object  Task        `yaml:"object,omitempty"`
	Answer  Task        `yaml:"answer,omitempty"`
	// Unresolved says what becomes of an objection that its answer did not settle: block leaves it to the objector or
	// to those who may uphold it, so it cannot be overruled; escalate has those of Settle decide.
	Unresolved string `yaml:"unresolved,omitempty"`
	Settle     Task   `yaml:"settle,omitempty"`
	Report     Task   `yaml:"report,omitempty"` // progress that is published while the notice stands
	Hang       Task   `yaml:"hang,omitempty"`   // proof that the sheet hangs on the ground, such as a photograph

	enrols step.Enrols // set by Check where Roll is given
}

// Minimum is the floor below which no charter may set Days, and what it rests on.
type Minimum struct {
	Days step.Span `yaml:"days"`
	Law  string    `yaml:"law"`
}

// Task is something that certain roles do, with its own questions.
type Task struct {
	By     []string    `yaml:"by"`
	Fields step.Fields `yaml:"fields,omitempty"`
	Within step.Span   `yaml:"within,omitempty"` // answer, settle: how long it should take; hang: where given, it is owed by then
	Every  step.Span   `yaml:"every,omitempty"`  // report: how often
}

func (t Task) given() bool { return len(t.By) > 0 }

const (
	block    = "block"
	escalate = "escalate"
)

// Outcomes and decisions.
const (
	closed    = "closed"
	upheld    = "upheld"
	dismissed = "dismissed"
)

// Outcomes: upheld only where somebody may uphold.
func (n *Notice) Outcomes() []string {
	if n.Settle.given() {
		return []string{closed, upheld}
	}
	return []string{closed}
}

// Facts are counts of objections, and which roll was published.
func (n *Notice) Facts() map[string]expr.Type {
	facts := map[string]expr.Type{"objections": expr.Int, "answered": expr.Int, "withdrawn": expr.Int, "dismissed": expr.Int}
	if n.Roll != "" {
		facts[step.RollOf], facts[step.RollDay], facts[step.RollRoot] = expr.Text, expr.Text, expr.Text
	}
	return facts
}

// Check wants a floor and no less than it, everything published to be public, and everything an objector says in
// their own words to be sealed. Who may object must have somebody to answer.
func (n *Notice) Check(c *step.Checker) {
	c.Roles(n.By, "by")
	c.Fields(n.Fields, "fields")
	for i, f := range n.Fields {
		if f.Audience != step.Public {
			c.Error("notice.published", text.Args{"Field": f.Key}, "fields", i, "audience")
		}
	}
	n.checkDays(c)
	n.checkRoll(c)
	if n.Report.given() {
		c.Roles(n.Report.By, "report", "by")
		c.Fields(n.Report.Fields, "report", "fields")
	}
	if n.Hang.given() {
		c.Roles(n.Hang.By, "hang", "by")
		c.Fields(n.Hang.Fields, "hang", "fields")
	}
	if !n.Object.given() {
		return
	}
	c.Roles(n.Object.By, "object", "by")
	c.Fields(n.Object.Fields, "object", "fields")
	for i, f := range n.Object.Fields {
		marks := f.Type == step.ChoiceType || f.Type == step.ManyType || f.Type == step.YesType
		if !marks && f.Audience == step.Public {
			c.Error("notice.objection_public", text.Args{"Field": f.Key}, "object", "fields", i, "audience")
		}
	}
	c.Roles(n.Answer.By, "answer", "by")
	c.Fields(n.Answer.Fields, "answer", "fields")
	c.Reserved(n.Answer.Fields, []string{"accepted"}, "answer", "fields")
	switch n.Unresolved {
	case block:
		if n.Settle.given() {
			c.Roles(n.Settle.By, "settle", "by")
		}
	case escalate:
		c.Roles(n.Settle.By, "settle", "by")
	default:
		c.Error("notice.unresolved", text.Args{"Value": n.Unresolved}, "unresolved")
	}
}

// checkRoll wants a step that has a roll, and somebody who may object: a roll nobody can correct was not checked.
func (n *Notice) checkRoll(c *step.Checker) {
	if n.Roll == "" {
		return
	}
	if c.Find != nil {
		of, _ := c.Find(n.Roll)
		n.enrols, _ = of.(step.Enrols)
	}
	if n.enrols == nil {
		c.Error("notice.roll", text.Args{"Value": n.Roll}, "roll")
	}
	if !n.Object.given() {
		c.Error("notice.roll_objections", nil, "roll")
	}
}

// Posts is the ballot whose roll it publishes, or "".
func (n *Notice) Posts() string { return n.Roll }

// Posted gives the day as of which an act published the roll.
func (n *Notice) Posted(a act.Act) (on calendar.Date, ok bool, err error) {
	if a.Kind != posted {
		return on, false, nil
	}
	var b postedBody
	if err := a.Into(&b); err != nil || b.Roll == nil {
		return on, false, err
	}
	return b.Roll.Day, true, nil
}

func (n *Notice) checkDays(c *step.Checker) {
	switch {
	case n.Days.IsZero():
		c.Error("notice.days", nil, "days")
	case n.Minimum.Days.IsZero() || n.Minimum.Law == "":
		c.Error("notice.minimum", nil, "minimum")
	case n.Days.Unit != n.Minimum.Days.Unit:
		c.Error("notice.unit", text.Args{"Days": n.Days.Words(), "Minimum": n.Minimum.Days.Words()}, "days")
	case n.Days.N < n.Minimum.Days.N:
		c.Error("notice.short", text.Args{"Days": n.Days.Words(), "Minimum": n.Minimum.Days.Words(), "Law": n.Minimum.Law}, "days")
	}
}

// Enter records nothing: the notice is posted by a person.
func (n *Notice) Enter(step.View) ([]act.Draft, error) { return nil, nil }

// Due is the end of the notice, once it is posted, until that end was recorded.
func (n *Notice) Due(v step.View) (at time.Time, ok bool) {
	st := v.State.(*state)
	return st.Closes, st.open() && !st.Held
}

// Tick ends the notice, or records that objections hold it.
func (n *Notice) Tick(v step.View) ([]act.Draft, error) {
	st := v.State.(*state)
	if due, ok := n.Due(v); !ok || v.Now.Before(due) {
		return nil, nil
	}
	if left := unresolved(st.Objections); left > 0 {
		return []act.Draft{{Kind: held, Clause: "unresolved", Body: heldBody{left}}}, nil
	}
	return []act.Draft{st.ending(closed, st.Objections)}, nil
}
