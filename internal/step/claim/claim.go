// Package claim is the step at which people take things on: a section of road, a wall, a project of a list.
//
// In: the things to be claimed (from the file, or the rows of a register below the matter's subject on the day it
// opens), who may claim, who confirms, and how long it is open. Out: an act for each claim and each answer to it, and
// the outcome claimed or lapsed. A thing has one claim at a time unless the file says that it may be shared. Nobody
// confirms their own claim. When the window closes nobody new may come, but whoever came in time is answered first:
// a claim never falls through because the answer was slow.
package claim

import (
	_ "embed"
	"fmt"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/expr"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Kind makes claims.
type Kind struct{}

//go:embed example.yaml
var example []byte

// Name is the word in the charter.
func (Kind) Name() string { return "claim" }

// Example is a claim as a charter writes it.
func (Kind) Example() []byte { return example }

// Decode reads a claim.
func (Kind) Decode(n source.Node) (step.Step, []source.Fault) {
	var s Claim
	return &s, n.Decode(&s)
}

// Claim is one such step.
type Claim struct {
	step.Common `yaml:",inline"`

	By        []string    `yaml:"by"`                 // who may claim
	ConfirmBy []string    `yaml:"confirm_by"`         // who answers a claim
	Items     []step.Item `yaml:"items,omitempty"`    // what may be claimed; or
	Register  string      `yaml:"register,omitempty"` // every row of this register below the subject
	Together  bool        `yaml:"shared,omitempty"`   // several may claim the same thing
	Window    step.Span   `yaml:"window"`             // how long new claims are taken
	Fields    step.Fields `yaml:"fields,omitempty"`   // what a claim has to answer
}

// Outcomes of a claim.
const (
	Claimed = "claimed" // at least one thing is in confirmed hands
	Lapsed  = "lapsed"  // nothing is
)

// body names the item and, of several claims to it, which.
type body struct {
	Item    string         `json:"item"`
	N       int            `json:"n"` // the how-manieth claim to this item
	Reason  string         `json:"reason,omitempty"`
	Answers map[string]any `json:"answers,omitempty"`
}

type opening struct {
	Items []step.Item `json:"items"`
}

// one is a claim that stands.
type one struct {
	N         int
	By        act.Person
	Confirmed bool
}

type state struct {
	Items   []step.Item
	Claims  map[string][]one // that stand, by item
	Made    map[string]int   // how many were ever made, by item
	Waiting int              // that have no answer yet
	Shut    bool
	Outcome string
}

// Outcomes are claimed and lapsed.
func (s *Claim) Outcomes() []string { return []string{Claimed, Lapsed} }

// Facts are how many things there were, how many are in confirmed hands, and by how many claims.
func (s *Claim) Facts() map[string]expr.Type {
	return map[string]expr.Type{"items": expr.Int, "claimed": expr.Int, "claims": expr.Int}
}

// Check wants one source of things, both sides, and a window: claiming is a right, so only the window ends the wait.
func (s *Claim) Check(c *step.Checker) {
	c.Roles(s.By, "by")
	c.Roles(s.ConfirmBy, "confirm_by")
	if s.Register == "" {
		c.Items(s.Items, "items")
	} else {
		if len(s.Items) > 0 {
			c.Error("items.twice", nil, "items")
		}
		c.Register(s.Register, "register")
	}
	if s.Window.IsZero() {
		c.Error("claim.window", nil, "window")
	}
	c.Fields(s.Fields, "fields")
}

// Enter fixes the list of things. With nothing to claim the step has lapsed.
func (s *Claim) Enter(v step.View) ([]act.Draft, error) {
	items := s.Items
	if s.Register != "" {
		var err error
		if items, err = v.Rows(s.Register); err != nil {
			return nil, fmt.Errorf("claim: %s: %w", v.Key, err)
		}
	}
	drafts := []act.Draft{{Kind: "claim.opened", Clause: "window", Body: opening{items}}}
	if len(items) == 0 {
		drafts = append(drafts, step.End(Lapsed, map[string]any{"items": 0, "claimed": 0, "claims": 0}))
	}
	return drafts, nil
}

// Fold keeps the claims that stand.
func (s *Claim) Fold(given any, a act.Act) (any, error) {
	st, ok := given.(*state)
	if !ok {
		st = &state{Claims: map[string][]one{}, Made: map[string]int{}}
	}
	var b body
	switch a.Kind {
	case "claim.opened":
		var o opening
		if err := a.Into(&o); err != nil {
			return nil, err
		}
		st.Items = o.Items
	case "claim.claimed", "claim.confirmed", "claim.rejected", "claim.released":
		if err := a.Into(&b); err != nil {
			return nil, err
		}
		st.fold(a, b)
	case "claim.shut":
		st.Shut = true
	case act.Ended:
		return st, step.Outcome(a, &st.Outcome)
	}
	return st, nil
}

func (st *state) fold(a act.Act, b body) {
	list := st.Claims[b.Item]
	if a.Kind == "claim.claimed" {
		st.Made[b.Item] = b.N
		st.Claims[b.Item] = append(list, one{N: b.N, By: a.By.Person})
		st.Waiting++
		return
	}
	for i, c := range list {
		if c.N != b.N {
			continue
		}
		if !c.Confirmed {
			st.Waiting--
		}
		if a.Kind == "claim.confirmed" {
			list[i].Confirmed = true
		} else {
			st.Claims[b.Item] = append(list[:i:i], list[i+1:]...)
		}
		return
	}
}

// counts says how many things are in confirmed hands, and by how many claims.
func (st *state) counts() (items, claims int) {
	for _, list := range st.Claims {
		n := 0
		for _, c := range list {
			if c.Confirmed {
				n++
			}
		}
		claims += n
		items += min(n, 1)
	}
	return items, claims
}

func (st *state) end() act.Draft {
	items, claims := st.counts()
	outcome := Lapsed
	if claims > 0 {
		outcome = Claimed
	}
	return step.End(outcome, map[string]any{"items": len(st.Items), "claimed": items, "claims": claims})
}

func (s *Claim) closes(v step.View) time.Time {
	at, _ := s.Window.End(v.Calendar, v.Entered)
	return at
}

// shut tells whether new claims are over: at the closing instant, even if the clock has not called yet.
func (s *Claim) shut(v step.View, st *state) bool { return st.Shut || !v.Now.Before(s.closes(v)) }

// name is how a claim is named in a submission: by its item, and where several may stand, by its number too.
func (s *Claim) name(item string, n int) string {
	if s.Together {
		return fmt.Sprintf("%s#%d", item, n)
	}
	return item
}

// place is what an ask is about.
type place struct {
	item string
	n    int
}

// Asks offers what is free and wants an answer to what was claimed.
func (s *Claim) Asks(v step.View) []step.Ask {
	asks, _ := s.asks(v)
	return asks
}

// asks gives, beside each ask, the claim it is about; Take needs it and a name need not be taken apart again.
func (s *Claim) asks(v step.View) (asks []step.Ask, places []place) {
	st := v.State.(*state)
	if st.Outcome != "" {
		return nil, nil
	}
	closes, shut := s.closes(v), s.shut(v, st)
	add := func(p place, a step.Ask, name text.Text) {
		a.Words, a.Lead = text.Key("claim.verb."+a.Verb, "Item", name), s.Says.Words()
		asks, places = append(asks, a), append(places, p)
	}
	for _, it := range st.Items {
		list := st.Claims[it.Key]
		if !shut && (s.Together || len(list) == 0) {
			var have []act.Person
			for _, c := range list {
				have = step.Both(have, c.By)
			}
			add(place{it.Key, st.Made[it.Key] + 1}, step.Ask{Verb: "claim", Item: it.Key, By: s.By, Except: have, Fields: s.Fields, Due: closes, Clause: "by"}, it.Name)
		}
		for _, c := range list {
			p, name := place{it.Key, c.N}, s.name(it.Key, c.N)
			own := []act.Person{c.By}
			if !c.Confirmed {
				add(p, step.Ask{Verb: "confirm", Item: name, By: s.ConfirmBy, Except: own, Owed: true, Clause: "confirm_by"}, it.Name)
				add(p, step.Ask{Verb: "reject", Item: name, By: s.ConfirmBy, Except: own, Fields: step.Fields{step.Reason()}, Clause: "confirm_by"}, it.Name)
			}
			add(p, step.Ask{Verb: "release", Item: name, By: s.By, Only: own, Fields: step.Fields{step.Reason()}, Clause: "by"}, it.Name)
		}
	}
	return asks, places
}

var kinds = map[string]string{"claim": "claim.claimed", "confirm": "claim.confirmed", "reject": "claim.rejected", "release": "claim.released"}

// Take records a claim or an answer to one, and ends when nothing is left to wait for.
func (s *Claim) Take(v step.View, sub step.Submission) ([]act.Draft, error) {
	ask, answers, err := step.Answered(s, v, sub)
	if err != nil {
		return nil, err
	}
	asks, places := s.asks(v)
	var p place
	for i, a := range asks {
		if a.Verb == sub.Verb && a.Item == sub.Item {
			p = places[i]
		}
	}
	b := body{Item: p.item, N: p.n}
	if sub.Verb == "claim" {
		b.Answers = answers.Open
	} else {
		b.Reason, _ = answers.Open["reason"].(string)
	}
	drafts := []act.Draft{{Kind: kinds[sub.Verb], Clause: ask.Clause, Body: b, Sealed: answers.Sealed}}
	next := v.State.(*state).after(sub.Verb, p)
	if done := next.taken() && !s.Together; done || s.shut(v, next) && next.Waiting == 0 {
		drafts = append(drafts, next.end())
	}
	return drafts, nil
}

// after is the state as it will be. The view's own state must not change.
func (st *state) after(verb string, p place) *state {
	next := *st
	next.Claims = make(map[string][]one, len(st.Claims)+1)
	next.Made = map[string]int{}
	for item, list := range st.Claims {
		next.Claims[item] = append([]one(nil), list...)
	}
	next.fold(act.Act{Kind: kinds[verb]}, body{Item: p.item, N: p.n})
	return &next
}

// taken tells whether everything is in confirmed hands.
func (st *state) taken() bool {
	items, _ := st.counts()
	return items == len(st.Items) && st.Waiting == 0
}

// Due is when the window closes.
func (s *Claim) Due(v step.View) (at time.Time, ok bool) {
	st := v.State.(*state)
	if st.Outcome != "" || st.Shut {
		return time.Time{}, false
	}
	return s.closes(v), true
}

// Tick closes the window. Claims without an answer keep the step open until they have one.
func (s *Claim) Tick(v step.View) ([]act.Draft, error) {
	if at, ok := s.Due(v); !ok || v.Now.Before(at) {
		return nil, nil
	}
	st := v.State.(*state)
	if st.Waiting > 0 {
		return []act.Draft{{Kind: "claim.shut", Clause: "window"}}, nil
	}
	return []act.Draft{st.end()}, nil
}
