// Package ballot is the step in which owners decide jointly: the statutory vote on two axes, area and heads.
//
// In: the register of parts, the set of rule profiles, the questions, and who opens, casts, enters and checks. Out: a
// roll frozen when the vote opens, every ballot, and a count that anyone can repeat from the acts alone. The law in
// force on the day the vote closes decides, and its numbers stand in the opening act. Paper counts like a phone: it is
// entered by one person and entered again, unseen, by another; where the two differ a third decides. The names of
// owners are nowhere here, only the opaque names of the register.
package ballot

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

// Kind makes ballots.
type Kind struct{}

//go:embed example.yaml
var example []byte

// Name is the word in the charter.
func (Kind) Name() string { return "ballot" }

// Example is a ballot as a charter writes it.
func (Kind) Example() []byte { return example }

// Decode reads a ballot.
func (Kind) Decode(n source.Node) (step.Step, []source.Fault) {
	var b Ballot
	return &b, n.Decode(&b)
}

// Ballot is one such step.
type Ballot struct {
	step.Common `yaml:",inline"`

	Roll       Roll           `yaml:"roll"`
	Rule       string         `yaml:"rule"`           // name of a set of rule profiles
	Matter     string         `yaml:"matter"`         // the rule of the profile that decides: ordinary, special
	Also       []string       `yaml:"also,omitempty"` // further rules of the profile that must be met too
	Items      []Item         `yaml:"items"`
	Window     step.Span      `yaml:"window"`
	Precedence []vote.Channel `yaml:"precedence,omitempty"` // strongest first; else only time decides between two ballots
	Show       string         `yaml:"show"`                 // while open: participation, or all
	Open       step.Task      `yaml:"open"`
	Cast       step.Task      `yaml:"cast"`
	Paper      step.Task      `yaml:"enter,omitempty"` // paper; within is how long after the close it may still be typed in
	Verify     step.Task      `yaml:"verify,omitempty"`
	Settle     step.Task      `yaml:"settle,omitempty"`
	Proxy      Proxy          `yaml:"proxy,omitempty"`
	Represent  step.Task      `yaml:"represent,omitempty"` // records which co-owner votes for a flat, where they disagree
	Deliver    Deliver        `yaml:"deliver,omitempty"`
	Boxes      Boxes          `yaml:"boxes,omitempty"`
	Recount    step.Task      `yaml:"recount,omitempty"`  // counts the papers by hand before the vote is counted; never who typed one in
	Stations   []step.Item    `yaml:"stations,omitempty"` // where one may vote before witnesses
	Assist     Assist         `yaml:"assist,omitempty"`
	// PublishBallots puts the count into public files from which anyone recounts it. They hold nothing by which a line could be
	// told to be somebody's (see vote.Sheets); owners are told before they vote.
	PublishBallots bool   `yaml:"publish_ballots,omitempty"`
	Follows        string `yaml:"follows,omitempty"` // clause of the covenant by which the silent follow the majority; shown, never counted

	profiles vote.Profiles // set by Check
}

// Roll says which fields of a register hold what the roll needs. A part's building is the row above it.
type Roll struct {
	Register           string   `yaml:"register"`
	Area               string   `yaml:"area"`   // 0.01 m²
	Owners             string   `yaml:"owners"` // rows or names
	Unit               string   `yaml:"unit,omitempty"`
	Room               string   `yaml:"room,omitempty"`
	Source             string   `yaml:"area_source,omitempty"`
	State              string   `yaml:"state,omitempty"`   // sold, unsold or undelivered; sold where no field is named
	Builder            string   `yaml:"builder,omitempty"` // who votes for what is not sold or not handed over
	Kind               string   `yaml:"kind,omitempty"`
	Spaces             []string `yaml:"spaces,omitempty"` // values of kind that are special spaces, such as parking
	CountSpecialSpaces bool     `yaml:"count_special_spaces"`
	SpacesRule         string   `yaml:"spaces_rule,omitempty"` // where the rule that counts them is on file
}

// Proxy lets an owner give somebody a written mandate. Its paper is entered like any other, with a scan of the mandate;
// how many heads one person may vote for is a number of the rule profile.
type Proxy struct {
	Holders []string `yaml:"holders"` // roles of those who may hold a mandate
}

// Item is one question.
type Item struct {
	Key     vote.ItemID `yaml:"key"`
	Label   text.Text   `yaml:"label"`
	Decides string      `yaml:"decides"` // what the statute calls it: rebuild, fund_raise. The charter's check holds Matter against it
}

const (
	participation = "participation"
	all           = "all"
)

// Outcomes are those of a vote. With several items it is passed when every item is.
func (b *Ballot) Outcomes() []string {
	return []string{vote.Passed.String(), vote.NotPassed.String(), vote.NotQuorate.String()}
}

// Facts are the certificate: areas in 0.01 m². Those of an item carry its key in front: renovate_yes_area.
func (b *Ballot) Facts() map[string]expr.Type {
	facts := map[string]expr.Type{
		"area": expr.Int, "heads": expr.Int, "cast_area": expr.Int, "cast_heads": expr.Int, "profile": expr.Text, "clause": expr.Text, "root": expr.Text,
	}
	for _, it := range b.Items {
		facts[string(it.Key)+"_yes_area"], facts[string(it.Key)+"_yes_heads"], facts[string(it.Key)+"_outcome"] = expr.Int, expr.Int, expr.Text
	}
	return facts
}

// Check wants a register with the fields named, a rule in every profile of the set, questions with keys of their own,
// and three pairs of hands for paper. Special spaces count only where the rule that says so is on file.
func (b *Ballot) Check(c *step.Checker) {
	b.checkRoll(c)
	set, _ := c.Charter.Profiles(b.Rule)
	var ok bool
	if b.profiles, ok = set.(vote.Profiles); !ok || len(b.profiles.All()) == 0 {
		c.Error("ballot.profiles", text.Args{"Rule": b.Rule}, "rule")
	}
	for _, p := range b.profiles.All() {
		for _, key := range append([]string{b.Matter}, b.Also...) {
			if _, ok := p.Rule(key); !ok {
				c.Error("ballot.no_rule", text.Args{"Rule": key, "Profile": p.ID}, "matter")
			}
		}
	}
	if len(b.Items) == 0 {
		c.Error("ballot.no_items", nil, "items")
	}
	seen := map[vote.ItemID]bool{}
	for _, key := range []vote.ItemID{"part", "signed", "scan", "received", "holder", "mandate", "mandate_date", "covers", "station", "decision", "reason", "paper_no", "helper", "helped"} {
		seen[key] = true
	}
	for i, it := range b.Items {
		if it.Key == "" || seen[it.Key] {
			c.Error("ballot.item", text.Args{"Item": string(it.Key)}, "items", i, "key")
		}
		seen[it.Key] = true
		c.Words(it.Label, "items", i, "label")
	}
	if b.Window.IsZero() {
		c.Error("ballot.window", nil, "window")
	}
	if b.Show != participation && b.Show != all {
		c.Error("ballot.show", text.Args{"Value": b.Show}, "show")
	}
	c.Roles(b.Open.By, "open", "by")
	c.Roles(b.Cast.By, "cast", "by")
	if len(b.Paper.By) > 0 {
		c.Roles(b.Paper.By, "enter", "by")
		c.Roles(b.Verify.By, "verify", "by")
		c.Roles(b.Settle.By, "settle", "by")
	}
	if len(b.Represent.By) > 0 {
		c.Roles(b.Represent.By, "represent", "by")
	}
	b.checkPaper(c)
	b.checkAssist(c)
	if len(b.Proxy.Holders) > 0 {
		c.Roles(b.Proxy.Holders, "proxy", "holders")
		if len(b.Paper.By) == 0 {
			c.Error("ballot.proxy", nil, "proxy")
		}
	}
}

func (b *Ballot) checkRoll(c *step.Checker) {
	fields, ok := c.Charter.RegisterFields(b.Roll.Register)
	if !ok {
		c.Error("register.unknown", text.Args{"Register": b.Roll.Register}, "roll", "register")
		return
	}
	r := b.Roll
	for _, f := range []struct {
		key, name string
		required  bool
	}{
		{"area", r.Area, true}, {"owners", r.Owners, true}, {"unit", r.Unit, false}, {"room", r.Room, false},
		{"area_source", r.Source, false}, {"state", r.State, false}, {"builder", r.Builder, false}, {"kind", r.Kind, false},
	} {
		if f.name == "" && !f.required {
			continue
		}
		if _, ok := fields[f.name]; !ok {
			c.Error("ballot.field", text.Args{"Field": f.name, "Register": r.Register}, "roll", f.key)
		}
	}
	if r.CountSpecialSpaces && r.SpacesRule == "" {
		c.Error("ballot.spaces", nil, "roll", "count_special_spaces")
	}
}

// Enter records nothing: a person opens the vote when the roll has been published.
func (b *Ballot) Enter(step.View) ([]act.Draft, error) { return nil, nil }

// Due is the close, and after it the moment until which paper may still be typed in.
func (b *Ballot) Due(v step.View) (at time.Time, ok bool) {
	st := v.State.(*state)
	switch {
	case st.Ended || st.Opened.IsZero() || st.Boxed:
		return time.Time{}, false
	case st.Closed:
		return b.until(v, st), true
	}
	return st.Closes, true
}

// until is when the last paper may be typed in. It must have been received before the close.
func (b *Ballot) until(v step.View, st *state) time.Time {
	if len(b.Paper.By) == 0 || b.Paper.Within.IsZero() {
		return st.Closes
	}
	from := st.Closes
	if u := b.Paper.Within.Unit; u == step.Days || u == step.Workdays || u == step.Months {
		from = from.Add(-1) // closed at 24:00 of the 12th, two days are the 13th and the 14th
	}
	at, _ := b.Paper.Within.End(v.Calendar, from)
	return at
}

// Tick closes the vote, and counts it as soon as no paper waits to be read or counted by hand.
func (b *Ballot) Tick(v step.View) ([]act.Draft, error) {
	st := v.State.(*state)
	due, ok := b.Due(v)
	if !ok || v.Now.Before(due) {
		return nil, nil
	}
	if waiting := st.waiting(0); waiting > 0 || v.Now.Before(b.until(v, st)) || b.recounts(st) {
		kind := boxed
		if v.Now.Before(b.until(v, st)) {
			kind = closed
		}
		return []act.Draft{{Kind: kind, Clause: "window", Body: closedBody{waiting}}}, nil
	}
	return st.count(nil)
}

// rules are those of the profile in force on the day the vote closes.
func (b *Ballot) rules(closes time.Time) (rules []vote.Rule, proxies int, ok bool) {
	p, ok := b.profiles.On(lastDay(closes))
	if !ok {
		return nil, 0, false
	}
	for _, key := range append([]string{b.Matter}, b.Also...) {
		r, ok := p.Rule(key)
		if !ok {
			return nil, 0, false
		}
		rules = append(rules, r)
	}
	return rules, p.Proxy.Heads, true
}
