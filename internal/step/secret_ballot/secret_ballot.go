// Package secretballot is the step in which people vote in secret: a branch, a residents' committee's election.
//
// In: who may vote, the questions or the candidates, the rule, and for how long. Out: who has voted, each ticked off
// once, and at the end nothing but totals. What somebody chose is in no act: it goes into the urn of the vote, where it
// has no name, no place in an order and no time, and the urn is read once, when it is counted. Whoever votes on paper is
// ticked off in the same place when the paper is handed out; the tellers count those papers.
package secretballot

import (
	_ "embed"
	"fmt"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/expr"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
	"gongzhi/internal/vote"
)

// Kind makes secret ballots.
type Kind struct{}

//go:embed example.yaml
var example []byte

// Name is the word in the charter.
func (Kind) Name() string { return "secret_ballot" }

// Example is a secret ballot as a charter writes it.
func (Kind) Example() []byte { return example }

// Decode reads a secret ballot.
func (Kind) Decode(n source.Node) (step.Step, []source.Fault) {
	var b Ballot
	return &b, n.Decode(&b)
}

// Ballot is one such step.
type Ballot struct {
	step.Common `yaml:",inline"`

	Voters     step.Units    `yaml:"voters,omitempty"`     // one vote each; else who opens it says how many are entitled
	Items      []Item        `yaml:"items,omitempty"`      // questions that the charter asks
	Candidates Candidates    `yaml:"candidates,omitempty"` // or people, named when the vote opens
	Rule       vote.HeadRule `yaml:"rule"`
	Window     step.Span     `yaml:"window"`
	Open       step.Task     `yaml:"open"`
	Cast       step.Task     `yaml:"cast"`
	HandOut    step.Task     `yaml:"hand_out,omitempty"` // ticks off who is given a paper
	Tally      step.Task     `yaml:"tally,omitempty"`    // counts those papers
}

// Candidates are named by who opens the vote. A ballot may agree to as many as there are seats.
type Candidates struct {
	Most  int `yaml:"most"`
	Seats int `yaml:"seats"`
}

// Item is one question.
type Item struct {
	Key   string    `yaml:"key" json:"key"`
	Label text.Text `yaml:"label" json:"label"`
}

// void is the outcome of a vote whose urn cannot be read, or holds another number of slips than people were ticked off.
const void = "void"

// Outcomes are those of a vote. With several questions it is passed when each is; of candidates, when every seat is filled.
func (b *Ballot) Outcomes() []string {
	return []string{vote.Passed.String(), vote.NotPassed.String(), vote.NotQuorate.String(), void}
}

// Facts are totals, and who was elected.
func (b *Ballot) Facts() map[string]expr.Type {
	return map[string]expr.Type{"entitled": expr.Int, "present": expr.Int, "elected": expr.Texts}
}

// Check wants one thing to vote on, a rule with its basis, and somebody to count papers where papers are handed out.
func (b *Ballot) Check(c *step.Checker) {
	if b.Voters.Register != "" {
		c.CheckUnits(b.Voters, "voters")
	}
	if people := b.Candidates != (Candidates{}); people == (len(b.Items) > 0) {
		c.Error("secret_ballot.one_of", nil, "items")
	} else if people && (b.Candidates.Seats < 1 || b.Candidates.Most < b.Candidates.Seats || b.Candidates.Most > maxItems) {
		c.Error("secret_ballot.seats", text.Args{"Most": maxItems}, "candidates")
	}
	seen := map[string]bool{}
	for i, it := range b.Items {
		if it.Key == "" || seen[it.Key] || i >= maxItems {
			c.Error("field.key", text.Args{"Field": it.Key}, "items", i, "key")
		}
		seen[it.Key] = true
		c.Words(it.Label, "items", i, "label")
	}
	if b.Rule.Pass.Den == 0 || b.Rule.Of == 0 || b.Rule.Basis == "" {
		c.Error("secret_ballot.rule", nil, "rule")
	}
	if b.Window.IsZero() {
		c.Error("secret_ballot.window", nil, "window")
	}
	c.Roles(b.Open.By, "open", "by")
	c.Roles(b.Cast.By, "cast", "by")
	if len(b.HandOut.By) > 0 || len(b.Tally.By) > 0 {
		c.Roles(b.HandOut.By, "hand_out", "by")
		c.Roles(b.Tally.By, "tally", "by")
	}
}

// maxItems keeps a slip short; no election of a compound or a committee has more names.
const maxItems = 30

// Enter records nothing: a person opens the vote.
func (b *Ballot) Enter(step.View) ([]act.Draft, error) { return nil, nil }

// Due is the close.
func (b *Ballot) Due(v step.View) (at time.Time, ok bool) {
	st := v.State.(*state)
	return st.Closes, !st.Closes.IsZero() && !st.Closed && !st.Ended
}

// Tick closes the vote, and counts it where no papers wait for the tellers.
func (b *Ballot) Tick(v step.View) ([]act.Draft, error) {
	st := v.State.(*state)
	if due, ok := b.Due(v); !ok || v.Now.Before(due) {
		return nil, nil
	}
	if st.Paper > 0 {
		return []act.Draft{{Kind: closed, Clause: "window", Body: closedBody{st.Paper}}}, nil
	}
	return b.count(v, st, nil)
}

// label is a candidate's name as a question. It is the same in every language.
func label(name string) text.Text { return text.Text{ZH: name, EN: name} }

func candidateKey(i int) string { return fmt.Sprintf("c%d", i+1) }
