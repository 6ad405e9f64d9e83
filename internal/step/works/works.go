// Package works is the step during which packages of work are carried out and accepted one by one.
//
// In: the packages, which of them wait for others, which class has to be accepted before which (inside before outside,
// as the file says it), and who builds, accepts, waives and decides on changes. Out: an act for each start, report,
// submission, acceptance, return, waiver and change order, and the outcome completed once every package is accepted and
// no change is left undecided. The order is never bent quietly: accepting out of turn takes a written reason by a person
// who neither built nor accepts that package. Whoever worked on a package never accepts it.
package works

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

// Kind makes works.
type Kind struct{}

//go:embed example.yaml
var example []byte

// Name is the word in the charter.
func (Kind) Name() string { return "works" }

// Example is works as a charter writes them.
func (Kind) Example() []byte { return example }

// Decode reads works.
func (Kind) Decode(n source.Node) (step.Step, []source.Fault) {
	var s Works
	return &s, n.Decode(&s)
}

// Works is one such step.
type Works struct {
	step.Common `yaml:",inline"`

	By       []string      `yaml:"by"`                  // who builds: starts, reports, submits, asks for changes
	AcceptBy []string      `yaml:"accept_by"`           // who accepts a package or returns it
	Packages []Package     `yaml:"packages"`            // what is to be done
	Order    []Order       `yaml:"order,omitempty"`     // which class is accepted before which
	WaiveBy  []string      `yaml:"waive_by,omitempty"`  // who may let a package be accepted out of order; nobody where not said
	ChangeBy []string      `yaml:"change_by,omitempty"` // who decides on change orders; there are none where not said
	Report   Report        `yaml:"report,omitempty"`    // how often progress is owed; whenever there is some where not said
	Photo    step.Audience `yaml:"photo,omitempty"`     // who may see photos of progress; none are asked for where not said
	Fields   step.Fields   `yaml:"fields,omitempty"`    // what an acceptance has to answer
}

// Package is one piece of the works.
type Package struct {
	step.Item `yaml:",inline"`

	Class string   `yaml:"class,omitempty"` // a word of the charter that Order speaks of
	After []string `yaml:"after,omitempty"` // packages that have to be accepted before this may start
}

// Order says that no package of class Then may be accepted before all of class First are.
type Order struct {
	First string `yaml:"first"`
	Then  string `yaml:"then"`
}

// Report says how often whoever builds owes a report of each package under way.
type Report struct {
	Every step.Span `yaml:"every"`
}

// Completed is the only outcome: works end when they are done.
const Completed = "completed"

// stage of a package.
type stage string

const (
	waiting   stage = "waiting"
	started   stage = "started"
	submitted stage = "submitted"
	accepted  stage = "accepted"
)

// body of every act here. Cost is in fen and may be negative; Days are more (or no) days of building time.
type body struct {
	Package string         `json:"package"`
	Change  int            `json:"change,omitempty"`
	Text    string         `json:"text,omitempty"`
	Reason  string         `json:"reason,omitempty"`
	Cost    int64          `json:"cost,omitempty"`
	Days    int64          `json:"days,omitempty"`
	Answers map[string]any `json:"answers,omitempty"`
}

// piece is where one package stands.
type piece struct {
	Stage   stage
	Hands   []act.Person // who worked on it
	Waivers []act.Person // who let it go out of order
	Reports int
	Last    string    // the last report
	Since   time.Time // when it was last heard of: its start or its last report
	Reason  string    // of the last return
}

// change is an order that nobody has decided on yet.
type change struct {
	N       int
	Package string
	By      act.Person
	Cost    int64
	Days    int64
	Reason  string
}

// state is folded act by act; no act makes it look at more than its own package.
type state struct {
	Pieces   map[string]*piece
	Left     map[string]int // packages not accepted yet, by class
	Accepted int
	Waived   int
	Proposed int // change orders ever asked for
	Pending  []change
	Changes  int // approved
	Cost     int64
	Days     int64
	Outcome  string
}

// Outcomes is completed alone.
func (s *Works) Outcomes() []string { return []string{Completed} }

// Facts are counts, and of the approved changes the cost in fen and the days.
func (s *Works) Facts() map[string]expr.Type {
	return map[string]expr.Type{
		"packages": expr.Int, "accepted": expr.Int, "waived": expr.Int, "changes": expr.Int, "cost": expr.Int, "days": expr.Int,
	}
}

func (s *Works) find(key string) (Package, bool) {
	i := slices.IndexFunc(s.Packages, func(p Package) bool { return p.Key == key })
	if i < 0 {
		return Package{}, false
	}
	return s.Packages[i], true
}

// Check wants both sides named, packages that exist, and an order in which they can all be finished.
func (s *Works) Check(c *step.Checker) {
	c.Roles(s.By, "by")
	c.Roles(s.AcceptBy, "accept_by")
	if len(s.WaiveBy) > 0 {
		c.Roles(s.WaiveBy, "waive_by")
	}
	if len(s.ChangeBy) > 0 {
		c.Roles(s.ChangeBy, "change_by")
	}
	items := make([]step.Item, len(s.Packages))
	for i, p := range s.Packages {
		items[i] = p.Item
		for j, key := range p.After {
			if _, ok := s.find(key); !ok || key == p.Key {
				c.Error("works.after", text.Args{"Package": p.Name, "Other": key}, "packages", i, "after", j)
			}
		}
	}
	c.Items(items, "packages")
	for i, o := range s.Order {
		for _, side := range []struct{ key, class string }{{"first", o.First}, {"then", o.Then}} {
			if !slices.ContainsFunc(s.Packages, func(p Package) bool { return p.Class == side.class && p.Class != "" }) {
				c.Error("works.class", text.Args{"Class": side.class}, "order", i, side.key)
			}
		}
	}
	if loop := s.loop(); len(loop) > 0 {
		c.Error("works.loop", text.Args{"Packages": step.Listed(loop)}, "packages")
	}
	c.Fields(s.Fields, "fields")
	switch s.Photo {
	case "", step.Public, step.Staff, step.Self:
	default:
		c.Error("field.audience", text.Args{"Field": "photo"}, "photo")
	}
}

// needs are the packages that have to be accepted before this one can be, directly.
func (s *Works) needs(p Package) []string {
	out := slices.Clone(p.After)
	for _, q := range s.Packages {
		if slices.ContainsFunc(s.Order, func(o Order) bool { return o.Then == p.Class && o.First == q.Class && p.Class != "" }) {
			out = append(out, q.Key)
		}
	}
	return out
}

// loop names packages that wait for each other, so that none of them could ever be accepted.
func (s *Works) loop() (names []text.Text) {
	done := map[string]bool{}
	for range s.Packages {
		for _, p := range s.Packages {
			if !slices.ContainsFunc(s.needs(p), func(key string) bool { _, known := s.find(key); return known && !done[key] }) {
				done[p.Key] = true
			}
		}
	}
	for _, p := range s.Packages {
		if !done[p.Key] {
			names = append(names, p.Name)
		}
	}
	return names
}

// Enter records nothing.
func (s *Works) Enter(step.View) ([]act.Draft, error) { return nil, nil }

// Fold keeps where each package stands.
func (s *Works) Fold(given any, a act.Act) (any, error) {
	st, ok := given.(*state)
	if !ok {
		st = &state{Pieces: map[string]*piece{}, Left: map[string]int{}}
		for _, p := range s.Packages {
			st.Pieces[p.Key] = &piece{Stage: waiting}
			st.Left[p.Class]++
		}
	}
	switch a.Kind {
	case "works.started", "works.reported", "works.submitted", "works.accepted", "works.returned", "works.waived",
		"works.change", "works.change_approved", "works.change_refused":
		var b body
		if err := a.Into(&b); err != nil {
			return nil, err
		}
		if p, ok := s.find(b.Package); ok {
			st.fold(a, b, p)
		}
	case act.Ended:
		return st, step.Outcome(a, &st.Outcome)
	}
	return st, nil
}

func (st *state) fold(a act.Act, b body, p Package) {
	at := st.Pieces[p.Key]
	switch a.Kind {
	case "works.started", "works.reported", "works.submitted":
		at.Hands = step.Both(at.Hands, a.By.Person)
	}
	switch a.Kind {
	case "works.started":
		at.Stage, at.Since = started, a.At
	case "works.reported":
		at.Reports, at.Last, at.Since = at.Reports+1, b.Text, a.At
	case "works.submitted":
		at.Stage, at.Reason = submitted, ""
	case "works.returned":
		at.Stage, at.Reason = started, b.Reason
	case "works.accepted":
		at.Stage = accepted
		st.Accepted++
		st.Left[p.Class]--
	case "works.waived":
		at.Waivers = step.Both(at.Waivers, a.By.Person)
		st.Waived++
	case "works.change":
		st.Proposed = b.Change
		st.Pending = append(st.Pending, change{b.Change, b.Package, a.By.Person, b.Cost, b.Days, b.Reason})
	case "works.change_approved", "works.change_refused":
		i := slices.IndexFunc(st.Pending, func(c change) bool { return c.N == b.Change })
		if a.Kind == "works.change_approved" {
			st.Changes++
			st.Cost += st.Pending[i].Cost
			st.Days += st.Pending[i].Days
		}
		st.Pending = slices.Delete(st.Pending, i, i+1)
	}
}

// Due is never: works are done when they are accepted.
func (s *Works) Due(step.View) (at time.Time, ok bool) { return time.Time{}, false }

// Tick has nothing to do.
func (s *Works) Tick(step.View) ([]act.Draft, error) { return nil, nil }
