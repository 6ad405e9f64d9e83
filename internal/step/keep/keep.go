// Package keep is the step at which what was answered becomes a row of a register, so that nobody types it twice.
//
// In: who may write the row, which register, and which answer stands for which of its fields. Out: one act that says what
// was written, from which the desk writes the row in the same transaction, and the outcome kept. Whoever brings the matter
// here and may write the row has written it by that; otherwise the step waits for somebody who may. A question that was
// left empty clears its field; a step that the matter did not pass says nothing about it.
package keep

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/expr"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Kind makes such steps.
type Kind struct{}

//go:embed example.yaml
var example []byte

// Name is the word in the charter.
func (Kind) Name() string { return "keep" }

// Example is such a step as a charter writes it.
func (Kind) Example() []byte { return example }

// Decode reads one.
func (Kind) Decode(n source.Node) (step.Step, []source.Fault) {
	var s Keep
	return &s, n.Decode(&s)
}

// Keep is one such step.
type Keep struct {
	step.Common `yaml:",inline"`

	By []string `yaml:"by"`
	// Register whose row is written: the subject's own row where the matter is about one of it, else a new row, below the
	// subject where the register lies below the subject's.
	Register string            `yaml:"register"`
	Tell     map[string]string `yaml:"tell"` // field: matter.QUESTION, results.STEP.QUESTION or subject

	shown step.Fields // the fields of Tell as the register has them
}

// Kept is the outcome.
const Kept = "kept"

// Subject is what Tell writes where the field names the row that the matter is about.
const Subject = "subject"

type state struct {
	Row     act.Written
	Outcome string
}

// Outcomes is kept: what cannot be written is refused, and the matter stays where it was.
func (s *Keep) Outcomes() []string { return []string{Kept} }

// Facts are none: the register has them.
func (s *Keep) Facts() map[string]expr.Type { return map[string]expr.Type{} }

// Check wants people, a register, and fields of it. Whether each answer fits its field, and whether these people may write
// there, the check of the charter sees.
func (s *Keep) Check(c *step.Checker) {
	c.Roles(s.By, "by")
	c.Register(s.Register, "register")
	fields, _ := c.Charter.RegisterFields(s.Register)
	if len(s.Tell) == 0 {
		c.Error("keep.nothing", nil, "tell")
	}
	s.shown = nil
	for _, key := range slices.Sorted(maps.Keys(s.Tell)) {
		if fields[key] == "" {
			c.Error("keep.field", text.Args{"Register": s.Register, "Field": key}, "tell", key)
		}
		s.shown = append(s.shown, step.Field{Key: key, Label: text.Text{ZH: key, EN: key}, Type: step.LineType, Audience: step.Public})
	}
}

// Shows has the step name its fields as the register does.
func (s *Keep) Shows(fs step.Fields) { s.shown = fs }

// Source reads one of the names that Tell gives: the question and its step, "" for the start. ok is false for the subject.
func Source(name string) (key, question string, ok bool) {
	switch parts := strings.Split(name, "."); {
	case len(parts) == 2 && parts[0] == "matter":
		return "", parts[1], true
	case len(parts) == 3 && parts[0] == "results":
		return parts[1], parts[2], true
	}
	return "", "", false
}

// row is what is to be written.
func (s *Keep) row(v step.View) act.Written {
	id := v.Matter.Subject
	if id.Register != s.Register {
		id = act.RowID{Register: s.Register, ID: fmt.Sprintf("m%d-%s", v.Matter.Number, v.Key)}
	}
	out := act.Written{Row: id.String(), Values: map[string]any{}}
	for field, name := range s.Tell {
		key, question, ok := Source(name)
		switch {
		case !ok:
			out.Values[field] = v.Matter.Subject.String()
		case key == "":
			out.Values[field] = v.Matter.Facts[question]
		default:
			if r, passed := v.Results[key]; passed {
				out.Values[field] = r.Facts[question]
			}
		}
	}
	return out
}

func (s *Keep) write(v step.View) []act.Draft {
	return []act.Draft{{Kind: act.Kept, Clause: "tell", Body: s.row(v)}, step.End(Kept, nil)}
}

// Enter writes the row where whoever brought the matter here may.
func (s *Keep) Enter(v step.View) ([]act.Draft, error) {
	if v.Who.Person == "" || !slices.Contains(s.By, v.Who.Role) {
		return nil, nil
	}
	return s.write(v), nil
}

// Fold keeps what was written.
func (s *Keep) Fold(given any, a act.Act) (any, error) {
	st, ok := given.(*state)
	if !ok {
		st = &state{}
	}
	switch a.Kind {
	case act.Kept:
		return st, a.Into(&st.Row)
	case act.Ended:
		return st, step.Outcome(a, &st.Outcome)
	}
	return st, nil
}

// Asks for one press: there is nothing left to be typed.
func (s *Keep) Asks(v step.View) []step.Ask {
	if v.State.(*state).Outcome != "" {
		return nil
	}
	return []step.Ask{{Verb: "keep", By: s.By, Words: text.Key("keep.verb"), Lead: s.Says.Words(), Owed: true, Clause: "tell"}}
}

// Take writes the row.
func (s *Keep) Take(v step.View, sub step.Submission) ([]act.Draft, error) {
	if _, _, err := step.Answered(s, v, sub); err != nil {
		return nil, err
	}
	return s.write(v), nil
}

// Due is never: within colours the light.
func (s *Keep) Due(step.View) (at time.Time, ok bool) { return time.Time{}, false }

// Tick has nothing to do.
func (s *Keep) Tick(step.View) ([]act.Draft, error) { return nil, nil }
