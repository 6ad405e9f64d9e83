package meeting

import (
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/step"
	"gongzhi/internal/vote"
)

// The acts of a meeting. A later one of the same body supersedes; the earlier stays in the record.
const (
	called    = "meeting.called"
	recorded  = "meeting.recorded"
	confirmed = "meeting.confirmed"
	returned  = "meeting.returned" // the confirmer finds the record wrong
)

type (
	calledBody struct {
		Body     string         `json:"body"`
		At       time.Time      `json:"at"`
		Place    string         `json:"place"`
		Agenda   string         `json:"agenda"`
		Entitled int64          `json:"entitled"`
		Why      string         `json:"why,omitempty"` // of a new date
		Answers  map[string]any `json:"answers,omitempty"`
	}
	numbers struct {
		Present int64 `json:"present"`
		Yes     int64 `json:"yes"`
		No      int64 `json:"no"`
		Abstain int64 `json:"abstain"`
	}
	recordedBody struct {
		Body string `json:"body"`
		numbers
		Minutes string         `json:"minutes"`
		Changes string         `json:"changes,omitempty"` // what the body changed in the draft
		Answers map[string]any `json:"answers,omitempty"`
	}
	confirmedBody struct {
		Body    string         `json:"body"`
		Outcome string         `json:"outcome"`
		Answers map[string]any `json:"answers,omitempty"`
	}
	returnedBody struct {
		Body   string `json:"body"`
		Reason string `json:"reason"`
	}
)

// sitting is where one body stands.
type sitting struct {
	Call       calledBody
	Called     time.Time // zero while it is not called
	Record     recordedBody
	Recorder   act.Person
	Recorded   time.Time // zero while there is no record, or it was returned
	Returned   string    // why the last record was returned
	Confirmed  bool
	Outcome    string
	Hands      []act.Person // all who wrote a record
	ConfirmedA map[string]any
}

type state struct {
	Sittings map[string]*sitting
	Ended    bool
	Outcome  string
}

func (st *state) of(body string) *sitting {
	s, ok := st.Sittings[body]
	if !ok {
		return &sitting{}
	}
	return s
}

// Fold adds one act.
func (m *Meeting) Fold(s any, a act.Act) (any, error) {
	st, ok := s.(*state)
	if !ok {
		st = &state{Sittings: map[string]*sitting{}}
	}
	switch a.Kind {
	case called, recorded, confirmed, returned:
		var which struct {
			Body string `json:"body"`
		}
		if err := a.Into(&which); err != nil {
			return nil, err
		}
		if st.Sittings[which.Body] == nil {
			st.Sittings[which.Body] = &sitting{}
		}
		return st, st.Sittings[which.Body].fold(a)
	case act.Ended:
		st.Ended = true
		return st, step.Outcome(a, &st.Outcome)
	}
	return st, nil
}

func (s *sitting) fold(a act.Act) error {
	switch a.Kind {
	case called:
		var b calledBody
		if err := a.Into(&b); err != nil {
			return err
		}
		s.Call, s.Called = b, a.At
	case recorded:
		var b recordedBody
		if err := a.Into(&b); err != nil {
			return err
		}
		s.Record, s.Recorder, s.Recorded, s.Returned = b, a.By.Person, a.At, ""
		s.Hands = append(s.Hands, a.By.Person)
	case returned:
		var b returnedBody
		if err := a.Into(&b); err != nil {
			return err
		}
		s.Recorded, s.Returned = time.Time{}, b.Reason
	case confirmed:
		var b confirmedBody
		if err := a.Into(&b); err != nil {
			return err
		}
		s.Confirmed, s.Outcome, s.ConfirmedA = true, b.Outcome, b.Answers
	}
	return nil
}

// count judges a record. The numbers were checked when they were recorded, so it cannot refuse.
func (b Body) count(s *sitting) vote.HeadCount {
	n := s.Record.numbers
	c, err := b.Rule.CountHeads(uint64(s.Call.Entitled), uint64(n.Present), uint64(n.Yes), uint64(n.No), uint64(n.Abstain))
	if err != nil {
		return vote.HeadCount{Outcome: vote.NotQuorate}
	}
	return c
}
