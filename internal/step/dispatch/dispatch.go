// Package dispatch is the step that sends a problem to the team in charge and follows it until it is dealt with.
//
// In: the teams, the rules by which area and category choose one, how long the handling may take, and who may extend,
// park and urge. Out: an act for each move, and the outcome done with a report, or returned. Every sending names the
// rule that fired, or the person who chose and why. The time is part of the sending's act: it moves only by an
// extension that another person approved, or by parking, for which authority is needed. Whoever handled it never
// verifies it: that is for the step after, with not_by.
package dispatch

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

// Kind makes dispatches.
type Kind struct{}

//go:embed example.yaml
var example []byte

// Name is the word in the charter.
func (Kind) Name() string { return "dispatch" }

// Example is a dispatch as a charter writes it.
func (Kind) Example() []byte { return example }

// Decode reads a dispatch.
func (Kind) Decode(n source.Node) (step.Step, []source.Fault) {
	var s Dispatch
	return &s, n.Decode(&s)
}

// Dispatch is one such step. Within, which every step may have, is required here: it runs from each sending.
type Dispatch struct {
	step.Common `yaml:",inline"`

	By      []string             `yaml:"by"`                // who sends by hand what no rule covers, or what came back
	To      []string             `yaml:"to"`                // roles of the teams
	Teams   map[string]text.Text `yaml:"teams"`             // what each of them is called
	Route   Route                `yaml:"route,omitempty"`   // which team it goes to by itself
	Returns int                  `yaml:"returns,omitempty"` // how often it may come back and be sent again; the next return ends the step
	Fields  step.Fields          `yaml:"fields,omitempty"`  // the report that finishes the handling
	Extend  *Extend              `yaml:"extend,omitempty"`
	Park    *Park                `yaml:"park,omitempty"`
	Urge    *Urge                `yaml:"urge,omitempty"`
}

// Extend lets a team ask for more time while there is some, and others grant it.
type Extend struct {
	By   []string `yaml:"by"`
	Most int      `yaml:"most"` // extensions granted in one visit
}

// Park lets somebody with authority set a problem aside until a day: the time does not run meanwhile.
type Park struct {
	By      []string  `yaml:"by"`
	Most    int       `yaml:"most"`    // times in one visit
	Longest step.Span `yaml:"longest"` // until the day on which it goes on by itself
}

// Urge lets somebody press for it in public.
type Urge struct {
	By []string `yaml:"by"`
}

// Outcomes of a dispatch.
const (
	Done     = "done"
	Returned = "returned"
)

// Names of facts.
const (
	returns  = "returns"  // how often it came back
	resent   = "resent"   // how often it was sent elsewhere by hand
	extended = "extended" // how often the time was extended
	parked   = "parked"   // how often it was parked
	urged    = "urged"    // how often it was pressed for
	reworks  = "reworks"  // how often it had come back after it was done
	late     = "late"     // whether it was finished after its time
	lates    = "lates"    // how many sendings ran out of time, in all its visits; those sent elsewhere or returned too late among them
	team     = "team"     // the role that finished it
	rule     = "rule"     // the rule that chose the team; empty where a person did
)

var reserved = []string{returns, resent, extended, parked, urged, reworks, late, lates, team, rule}

// sent is the act of every sending.
const sent = "dispatch.sent"

// body is that of every act of the kind; each uses a part of it.
type body struct {
	To      string         `json:"to,omitempty"`
	Rule    string         `json:"rule,omitempty"`
	Limit   string         `json:"limit,omitempty"` // "3 workdays"
	Due     string         `json:"due,omitempty"`   // an instant, as step.InstantLayout
	Until   string         `json:"until,omitempty"` // a day
	Reason  string         `json:"reason,omitempty"`
	Answers map[string]any `json:"answers,omitempty"`
}

// state is which team has it and how its time stands.
type state struct {
	To, Rule  string // To is "" while nobody has it
	Limit     step.Span
	Since     time.Time
	Due       time.Time
	Sendings  int
	Returns   int
	Over      int // sendings whose time had run out when the team returned it or it was sent elsewhere
	Extended  int
	Parkings  int
	Urged     int
	Parked    time.Time  // since when; zero where it is not
	Review    time.Time  // when it goes on by itself
	Wanted    string     // the day an extension is asked for
	WantedBy  act.Person // who asked
	WhyWanted string
	Reason    string // of the latest return, sending by hand, parking or urging
	Report    map[string]any
	Outcome   string
}

// Outcomes are done and returned.
func (s *Dispatch) Outcomes() []string { return []string{Done, Returned} }

// Facts are how it went, and the public answers of the report.
func (s *Dispatch) Facts() map[string]expr.Type {
	facts := s.Fields.Facts()
	for _, n := range []string{returns, resent, extended, parked, urged, reworks, lates} {
		facts[n] = expr.Int
	}
	facts[late], facts[team], facts[rule] = expr.Bool, expr.Text, expr.Text
	return facts
}

// Check wants teams with names, a time, rules that neither overlap nor leave a gap, and an authority other than the
// team for everything that moves the time.
func (s *Dispatch) Check(c *step.Checker) {
	c.Roles(s.By, "by")
	c.Roles(s.To, "to")
	if s.Within.IsZero() {
		c.Error("dispatch.within", nil, "within")
	}
	if s.Returns < 0 {
		c.Error("dispatch.returns", nil, "returns")
	}
	for i, to := range s.To {
		if name, ok := s.Teams[to]; ok {
			c.Words(name, "teams", to)
		} else {
			c.Error("dispatch.team", text.Args{"Role": to}, "to", i)
		}
	}
	c.Fields(s.Fields, "fields")
	c.Reserved(s.Fields, reserved, "fields")
	if s.Extend != nil {
		s.authority(c, s.Extend.By, "extend")
		if s.Extend.Most < 1 {
			c.Error("dispatch.most", nil, "extend", "most")
		}
	}
	if s.Park != nil {
		s.authority(c, s.Park.By, "park")
		if s.Park.Most < 1 {
			c.Error("dispatch.most", nil, "park", "most")
		}
		if s.Park.Longest.IsZero() {
			c.Error("dispatch.longest", nil, "park", "longest")
		}
	}
	if s.Urge != nil {
		c.Roles(s.Urge.By, "urge", "by")
	}
	s.routes(c)
}

// authority makes sure that a team cannot stop its own clock.
func (s *Dispatch) authority(c *step.Checker, by []string, key string) {
	c.Roles(by, key, "by")
	for i, r := range by {
		if slices.Contains(s.To, r) {
			c.Error("dispatch.authority", text.Args{"Role": r}, key, "by", i)
		}
	}
}
