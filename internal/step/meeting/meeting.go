// Package meeting is the step in which one or several bodies meet and vote by heads.
//
// In: the bodies that must pass it, each with its rule, and who calls, records and confirms. Out: for each body the
// call in time, the numbers of the vote, and a confirmation by somebody who did not write them down. It holds numbers
// and no names, so it serves a secret vote. All bodies have to pass; the first that does not decides the outcome.
package meeting

import (
	_ "embed"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/expr"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
	"gongzhi/internal/vote"
)

// Kind makes meetings.
type Kind struct{}

//go:embed example.yaml
var example []byte

// Name is the word in the charter.
func (Kind) Name() string { return "meeting" }

// Example is a meeting as a charter writes it.
func (Kind) Example() []byte { return example }

// Decode reads a meeting.
func (Kind) Decode(n source.Node) (step.Step, []source.Fault) {
	var m Meeting
	return &m, n.Decode(&m)
}

// Meeting is one such step.
type Meeting struct {
	step.Common `yaml:",inline"`

	Call    Task      `yaml:"call"`
	Notice  step.Span `yaml:"notice,omitempty"` // how long before the meeting it has to be called
	Record  Task      `yaml:"record"`
	Confirm Task      `yaml:"confirm"`
	Bodies  []Body    `yaml:"bodies"`
}

// Task is what certain roles do, and how long it should take.
type Task struct {
	By     []string    `yaml:"by"`
	Fields step.Fields `yaml:"fields,omitempty"`
	Within step.Span   `yaml:"within,omitempty"`
}

// Body is one that has to pass the matter.
type Body struct {
	Key     string        `yaml:"key"`
	Name    text.Text     `yaml:"name"`
	Body    string        `yaml:"body,omitempty"`    // which of the charter's bodies meets; where its law gives it a rule, Rule is no weaker
	Members string        `yaml:"members,omitempty"` // register whose rows below the subject are the members; else the caller says how many
	Rule    vote.HeadRule `yaml:"rule"`
}

// Outcomes are those of a vote.
func (m *Meeting) Outcomes() []string {
	return []string{vote.Passed.String(), vote.NotPassed.String(), vote.NotQuorate.String()}
}

// Facts are the numbers of each body: party_present.
func (m *Meeting) Facts() map[string]expr.Type {
	facts := map[string]expr.Type{}
	for _, b := range m.Bodies {
		for _, name := range []string{"entitled", "present", "yes", "no", "abstain"} {
			facts[b.Key+"_"+name] = expr.Int
		}
	}
	return facts
}

// Check wants bodies with keys and names of their own, and a rule for each: what must be present, what passes, of
// whom, and on what basis. A rule by which fewer than those who oppose could pass is not refused here: the law the
// charter cites decides, not this package.
func (m *Meeting) Check(c *step.Checker) {
	for key, t := range map[string]Task{"call": m.Call, "record": m.Record, "confirm": m.Confirm} {
		c.Roles(t.By, key, "by")
		c.Fields(t.Fields, key, "fields")
	}
	c.Reserved(m.Call.Fields, []string{"at", "place", "agenda", "entitled", "why"}, "call", "fields")
	c.Reserved(m.Record.Fields, []string{"present", "yes", "no", "abstain", "minutes", "changes"}, "record", "fields")
	if len(m.Bodies) == 0 {
		c.Error("meeting.no_body", nil, "bodies")
	}
	seen := map[string]bool{}
	for i, b := range m.Bodies {
		if b.Key == "" || seen[b.Key] {
			c.Error("meeting.body_key", text.Args{"Body": b.Key}, "bodies", i, "key")
		}
		seen[b.Key] = true
		c.Words(b.Name, "bodies", i, "name")
		if b.Members != "" {
			if _, ok := c.Charter.RegisterFields(b.Members); !ok {
				c.Error("register.unknown", text.Args{"Register": b.Members}, "bodies", i, "members")
			}
		}
		if b.Rule.Pass.Den == 0 || b.Rule.Of == 0 {
			c.Error("meeting.rule", text.Args{"Body": b.Name}, "bodies", i, "rule")
		} else if b.Rule.Basis == "" {
			c.Error("meeting.basis", text.Args{"Body": b.Name}, "bodies", i, "rule")
		}
	}
}

// Enter records nothing.
func (m *Meeting) Enter(step.View) ([]act.Draft, error) { return nil, nil }

// Due is never: nobody can hold a meeting but its members.
func (m *Meeting) Due(step.View) (at time.Time, ok bool) { return time.Time{}, false }

// Tick has nothing to do.
func (m *Meeting) Tick(step.View) ([]act.Draft, error) { return nil, nil }

func (m *Meeting) body(key string) (Body, bool) {
	for _, b := range m.Bodies {
		if b.Key == key {
			return b, true
		}
	}
	return Body{}, false
}
