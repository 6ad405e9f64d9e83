// Package solicit is the step that asks every household, by phone and from door to door.
//
// In: the register of units, the questions, who records, how often a door is knocked on, and what share of all must
// have been covered. Out: one opinion per unit, the visits to those who were not met, and counts. A unit is covered
// when it has answered, or when it was visited as often as the charter says and nobody was there. It cannot close
// before enough units are covered. A later opinion of a unit supersedes the earlier one, which stays in the record.
package solicit

import (
	_ "embed"
	"regexp"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/exact"
	"gongzhi/internal/expr"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Kind makes solicitations.
type Kind struct{}

//go:embed example.yaml
var example []byte

// Name is the word in the charter.
func (Kind) Name() string { return "solicit" }

// Example is a solicitation as a charter writes it.
func (Kind) Example() []byte { return example }

// Decode reads a solicitation.
func (Kind) Decode(n source.Node) (step.Step, []source.Fault) {
	var s Solicit
	return &s, n.Decode(&s)
}

// Solicit is one such step.
type Solicit struct {
	step.Common `yaml:",inline"`

	Units    step.Units      `yaml:"units"`
	Fields   step.Fields     `yaml:"fields"`
	Answer   Task            `yaml:"answer,omitempty"` // a unit for itself, online
	Record   Task            `yaml:"record"`           // somebody at the door, on the phone, in a meeting, from paper
	Sign     bool            `yaml:"sign,omitempty"`   // what is recorded for a unit has to be signed by it
	Visits   int             `yaml:"visits"`           // without meeting anybody, after which a unit counts as not reached
	Apart    step.Span       `yaml:"apart,omitempty"`  // at least so long between two such visits; in days or hours
	Coverage exact.Threshold `yaml:"coverage"`         // of all units, to be covered before it may close
	Close    Task            `yaml:"close"`
	Window   step.Span       `yaml:"window,omitempty"` // at its end it closes by itself, or is overdue
}

// Task is what certain roles may do.
type Task struct {
	By []string `yaml:"by"`
}

const done = "done"

// Outcomes: it ends when enough were covered, and not otherwise.
func (s *Solicit) Outcomes() []string { return []string{done} }

// Facts are counts: of units, and of each option of each question that is marked and public (whether_yes). Of the latter
// the act that ends it has those that tell of nobody; see [step.Cells].
func (s *Solicit) Facts() map[string]expr.Type {
	facts := map[string]expr.Type{}
	for _, name := range []string{"units", "attempted", "answered", "unreached", "signed"} {
		facts[name] = expr.Int
	}
	for _, f := range s.Fields {
		for _, o := range marks(f) {
			facts[f.Key+"_"+o.Value] = expr.Int
		}
	}
	return facts
}

// Unsaid are the counts of options: which of them the end tells depends on what was said, so no condition may use them.
func (s *Solicit) Unsaid() (names []string) {
	for _, f := range s.Fields {
		for _, o := range marks(f) {
			names = append(names, f.Key+"_"+o.Value)
		}
	}
	return names
}

// marks are the options of a question that can be counted in public.
func marks(f step.Field) []step.Option {
	if f.Audience != step.Public {
		return nil
	}
	if f.Type == step.YesType {
		return []step.Option{{Value: "yes", Label: text.Named("value.yes")}, {Value: "no", Label: text.Named("value.no")}}
	}
	return f.Options
}

var name = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// Check wants a register, questions whose counts a condition can name, words in a household's own hand to be sealed,
// and a share to reach.
func (s *Solicit) Check(c *step.Checker) {
	c.CheckUnits(s.Units, "units")
	c.Fields(s.Fields, "fields")
	c.Reserved(s.Fields, []string{"unit", "channel", "result", "units", "attempted", "answered", "unreached", "signed"}, "fields")
	for i, f := range s.Fields {
		marked := f.Type == step.ChoiceType || f.Type == step.ManyType || f.Type == step.YesType
		if !marked && f.Audience == step.Public {
			c.Error("solicit.words_public", text.Args{"Field": f.Key}, "fields", i, "audience")
		}
		if marked && f.Audience != step.Public {
			c.Warn("solicit.uncounted", text.Args{"Field": f.Key}, "fields", i, "audience")
		}
		for j, o := range f.Options {
			if !name.MatchString(f.Key + "_" + o.Value) {
				c.Error("solicit.name", text.Args{"Option": o.Value}, "fields", i, "options", j, "value")
			}
		}
	}
	if len(s.Fields) == 0 {
		c.Error("solicit.no_fields", nil, "fields")
	}
	c.Roles(s.Record.By, "record", "by")
	c.Roles(s.Close.By, "close", "by")
	if len(s.Answer.By) > 0 {
		c.Roles(s.Answer.By, "answer", "by")
	}
	if s.Visits < 1 {
		c.Error("solicit.visits", nil, "visits")
	}
	if u := s.Apart.Unit; u != 0 && u != step.Days && u != step.Hours {
		c.Error("solicit.apart", nil, "apart")
	}
	if s.Coverage.Den == 0 {
		c.Error("solicit.coverage", nil, "coverage")
	}
}

// Enter freezes the list of units. An empty list is not frozen: somebody has to fill the register first.
func (s *Solicit) Enter(v step.View) ([]act.Draft, error) { return s.start(v) }

func (s *Solicit) start(v step.View) ([]act.Draft, error) {
	ids, err := s.Units.In(v)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	body := startedBody{Units: ids}
	if !s.Window.IsZero() {
		body.Closes, _ = s.Window.End(v.Calendar, v.Now)
	}
	return []act.Draft{{Kind: started, Clause: "units", Body: body}}, nil
}

// Due is the end of the window, if there is one.
func (s *Solicit) Due(v step.View) (at time.Time, ok bool) {
	st := v.State.(*state)
	return st.Closes, !st.Closes.IsZero() && !st.Ended && !st.Overdue
}

// Tick closes when enough are covered; else it records that the time is over and the work is not done.
func (s *Solicit) Tick(v step.View) ([]act.Draft, error) {
	st := v.State.(*state)
	if due, ok := s.Due(v); !ok || v.Now.Before(due) {
		return nil, nil
	}
	if !s.covered(st) {
		missing, _ := s.Coverage.Short(st.Covered, uint64(len(st.Units)))
		return []act.Draft{{Kind: overdue, Clause: "window", Body: overdueBody{missing}}}, nil
	}
	return []act.Draft{s.end(st, v.Fewest)}, nil
}

func (s *Solicit) covered(st *state) bool { return s.Coverage.Met(st.Covered, uint64(len(st.Units))) }

func (s *Solicit) end(st *state, fewest int) act.Draft {
	facts := map[string]any{
		"units": len(st.Units), "attempted": st.Attempted, "answered": st.Answered, "unreached": st.Unreached, "signed": st.Signed,
	}
	for _, f := range s.Fields {
		for i, n := range st.cells(f, fewest) {
			if n >= 0 {
				facts[f.Key+"_"+marks(f)[i].Value] = n
			}
		}
	}
	return step.End(done, facts)
}

// cells are the counts of a question's options, in their order; -1 where it would tell of too few.
func (st *state) cells(f step.Field, fewest int) []int {
	options := marks(f)
	counts := make([]int, len(options))
	for i, o := range options {
		counts[i] = st.Counts[f.Key+"_"+o.Value]
	}
	for i, shown := range step.Cells(counts, st.Answered, f.Type != step.ManyType, fewest) {
		if !shown {
			counts[i] = -1
		}
	}
	return counts
}

// Discreet are the acts that tell what one unit said, or that nobody was at home.
func (s *Solicit) Discreet() []string { return []string{answered, recorded} }

// Contact is a household that answered, or a door at which somebody stood.
func (s *Solicit) Contact(a act.Act) (unit act.RowID, ok bool) {
	var b opinionBody
	if (a.Kind != answered && a.Kind != recorded) || a.Into(&b) != nil {
		return act.RowID{}, false
	}
	return act.RowID{Register: s.Units.Register, ID: b.Unit}, true
}

// Left are the units that are not covered.
func (s *Solicit) Left(v step.View) []act.RowID {
	st := v.State.(*state)
	return s.Units.Left(st.Units, func(id string) bool {
		u := st.By[id]
		return u != nil && (u.Answered || u.Visits >= s.Visits)
	})
}
