package solicit

import (
	"time"

	"gongzhi/internal/act"
)

// The acts of a solicitation.
const (
	started  = "solicit.started"
	answered = "solicit.answered" // by a unit for itself
	recorded = "solicit.recorded" // by somebody for a unit: an opinion, or a visit that met nobody
	overdue  = "solicit.overdue"
)

// Results of a contact.
const (
	signed     = "signed"
	oral       = "oral"
	notReached = "not_reached"
)

type (
	startedBody struct {
		Units  []string  `json:"units"`
		Closes time.Time `json:"closes,omitzero"`
	}
	opinionBody struct {
		Unit    string         `json:"unit"`
		Channel string         `json:"channel"`
		Result  string         `json:"result"`
		Answers map[string]any `json:"answers,omitempty"` // marks only; words are sealed
	}
	overdueBody struct {
		Missing uint64 `json:"missing"`
	}
)

// unit is what is known of one household's part in it.
type unit struct {
	Answered bool
	Signed   bool
	Visits   int       // that met nobody
	Last     time.Time // of those
	Marks    []string  // names of the counts it stands in
}

// state keeps every count up to date, so that an act costs the same whatever number of units there are.
type state struct {
	Units   []string
	By      map[string]*unit
	Started time.Time
	Closes  time.Time
	Overdue bool
	Ended   bool

	Attempted, Answered, Unreached, Signed int
	Covered                                uint64
	Counts                                 map[string]int
}

// Fold adds one act.
func (s *Solicit) Fold(v any, a act.Act) (any, error) {
	st, ok := v.(*state)
	if !ok {
		st = &state{By: map[string]*unit{}, Counts: map[string]int{}}
	}
	switch a.Kind {
	case started:
		var b startedBody
		if err := a.Into(&b); err != nil {
			return nil, err
		}
		st.Units, st.Started, st.Closes = b.Units, a.At, b.Closes
		for _, id := range b.Units {
			st.By[id] = &unit{}
		}
	case answered, recorded:
		var b opinionBody
		if err := a.Into(&b); err != nil {
			return nil, err
		}
		s.fold(st, b, a.At)
	case overdue:
		st.Overdue = true
	case act.Ended:
		st.Ended = true
	}
	return st, nil
}

func (s *Solicit) fold(st *state, b opinionBody, at time.Time) {
	u := st.By[b.Unit]
	if !u.Answered && u.Visits == 0 {
		st.Attempted++
	}
	unreached := u.Visits >= s.Visits
	if b.Result == notReached {
		u.Visits, u.Last = u.Visits+1, at
		if !unreached && u.Visits >= s.Visits {
			st.Unreached++
			st.Covered++
		}
		return
	}
	switch {
	case u.Answered:
		for _, m := range u.Marks {
			st.Counts[m]--
		}
		if u.Signed {
			st.Signed--
		}
	case unreached: // met after all
		st.Unreached--
		st.Answered++
	default:
		st.Answered++
		st.Covered++
	}
	u.Answered, u.Signed, u.Marks = true, b.Result == signed, s.marked(b.Answers)
	for _, m := range u.Marks {
		st.Counts[m]++
	}
	if u.Signed {
		st.Signed++
	}
}

// marked names the counts that these answers stand in, in the order of the questions.
func (s *Solicit) marked(answers map[string]any) (out []string) {
	for _, f := range s.Fields {
		for _, o := range marks(f) {
			if chosen(answers[f.Key], o.Value) {
				out = append(out, f.Key+"_"+o.Value)
			}
		}
	}
	return out
}

func chosen(v any, option string) bool {
	switch v := v.(type) {
	case string:
		return v == option
	case bool:
		return v == (option == "yes")
	case []any:
		for _, x := range v {
			if x == option {
				return true
			}
		}
	}
	return false
}
