package secretballot

import (
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
	"gongzhi/internal/vote"
)

// The acts of a secret ballot. None of them tells how anybody voted.
const (
	opened  = "secret_ballot.opened"
	ticked  = "secret_ballot.ticked"
	closed  = "secret_ballot.closed"
	counted = "secret_ballot.counted"
)

type (
	openedBody struct {
		Closes   time.Time `json:"closes"`
		Entitled int64     `json:"entitled"`
		Voters   []string  `json:"voters,omitempty"`
		Items    []Item    `json:"items"`
	}
	tickedBody struct {
		Voter string `json:"voter"`
		Paper bool   `json:"paper,omitempty"` // was handed a paper, which lies in another box
	}
	closedBody struct {
		Paper int64 `json:"paper"` // papers the tellers have to count
	}
	countedBody struct {
		Entitled int64      `json:"entitled"`
		Present  int64      `json:"present"`
		Basis    string     `json:"basis,omitempty"`
		Items    []itemBody `json:"items,omitempty"`
		Elected  []string   `json:"elected,omitempty"`
		Void     bool       `json:"void,omitempty"`
	}
	itemBody struct {
		Key     string       `json:"key"`
		Label   text.Text    `json:"label"`
		Yes     int64        `json:"yes"`
		No      int64        `json:"no"`
		Abstain int64        `json:"abstain"`
		Outcome vote.Outcome `json:"outcome"`
	}
)

type state struct {
	Closes   time.Time // zero while it is not open
	Entitled int64
	List     []string        // rows that vote, in the order of the register
	Voters   map[string]bool // the same to look up; nil where the vote is not by rows of a register
	Items    []Item
	Ticked   map[string]bool
	Paper    int64
	Counted  *countedBody
	Closed   bool
	Ended    bool
	Outcome  string
}

// Fold adds one act.
func (b *Ballot) Fold(s any, a act.Act) (any, error) {
	st, ok := s.(*state)
	if !ok {
		st = &state{Ticked: map[string]bool{}}
	}
	switch a.Kind {
	case opened:
		var o openedBody
		if err := a.Into(&o); err != nil {
			return nil, err
		}
		st.Closes, st.Entitled, st.Items = o.Closes, o.Entitled, o.Items
		if o.Voters != nil {
			st.List, st.Voters = o.Voters, map[string]bool{}
			for _, id := range o.Voters {
				st.Voters[id] = true
			}
		}
	case ticked:
		var t tickedBody
		if err := a.Into(&t); err != nil {
			return nil, err
		}
		st.Ticked[t.Voter] = true
		if t.Paper {
			st.Paper++
		}
	case closed:
		st.Closed = true
	case counted:
		st.Counted = &countedBody{}
		return st, a.Into(st.Counted)
	case act.Ended:
		st.Ended = true
		return st, step.Outcome(a, &st.Outcome)
	}
	return st, nil
}
