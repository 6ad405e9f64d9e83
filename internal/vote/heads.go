package vote

import (
	"gongzhi/internal/exact"
	"gongzhi/internal/fault"
)

// HeadRule decides in a meeting where everybody weighs the same: a residents' meeting, a committee, a branch.
type HeadRule struct {
	Quorum exact.Threshold `yaml:"quorum"` // of all entitled, to be present; zero where presence is no condition
	Of     HeadWhole       `yaml:"of"`     // what Pass is a share of
	Pass   exact.Threshold `yaml:"pass"`
	Basis  string          `yaml:"basis"`
}

// HeadWhole is what a meeting's share is taken of. Who is present and gives no vote is still present.
type HeadWhole int

const (
	OfPresent HeadWhole = iota + 1
	OfEntitled
)

var headWholeNames = [...]string{OfPresent: "present", OfEntitled: "entitled"}

func (w HeadWhole) String() string               { return nameOf(headWholeNames[:], int(w)) }
func (w HeadWhole) MarshalText() ([]byte, error) { return marshalName(headWholeNames[:], int(w)) }
func (w *HeadWhole) UnmarshalText(raw []byte) error {
	return unmarshalName(headWholeNames[:], raw, (*int)(w))
}

// NoWeaker reports whether whatever passes r would also pass the rule u that a law gives such a body. It may answer false
// for an odd pair that would in fact do; it never answers true wrongly.
func (r HeadRule) NoWeaker(u HeadRule) bool {
	// Who needs a share of all entitled to agree needs that share of them to be present.
	quorum := u.Quorum.Den == 0 || r.Quorum.Den != 0 && r.Quorum.Implies(u.Quorum) || r.Of == OfEntitled && r.Pass.Implies(u.Quorum)
	// A share of all entitled is at least that share of those present, not the other way round.
	pass := (r.Of == OfEntitled || u.Of == OfPresent) && r.Pass.Implies(u.Pass)
	return r.Pass.Den != 0 && quorum && pass
}

// HeadCount is the result of a meeting's vote. It knows numbers only, so that it serves a secret vote.
type HeadCount struct {
	Entitled, Present, Yes, No, Abstain uint64
	NoVote                              uint64 // present without a valid vote: paper void, blank or not handed in
	Outcome                             Outcome
	Checks                              []Check // quorum.heads, pass.heads
}

// CountHeads judges a vote by its numbers. Nothing passes when nobody is entitled or nobody is present.
//
// It refuses with [fault.Invalid] more present than entitled, more votes than present, and a rule without a pass
// share or without what it is taken of.
func (r HeadRule) CountHeads(entitled, present, yes, no, abstain uint64) (HeadCount, error) {
	if r.Pass.Den == 0 || (r.Of != OfPresent && r.Of != OfEntitled) {
		return HeadCount{}, fault.Refuse(fault.Invalid, "vote.heads.no_rule", fault.Basis{Law: r.Basis}, nil)
	}
	var fields fault.Fields
	if present > entitled {
		fields.Add("present", "vote.heads.more_present", fault.Args{"Present": present, "Entitled": entitled})
	}
	rest, ok := present, true
	for _, n := range []uint64{yes, no, abstain} { // subtracting cannot wrap, as adding the three could
		if n > rest {
			ok = false
			break
		}
		rest -= n
	}
	if !ok {
		fields.Add("yes", "vote.heads.more_votes", fault.Args{"Yes": yes, "No": no, "Abstain": abstain, "Present": present})
	}
	if err := fields.Err("vote.heads.numbers", fault.Basis{Law: r.Basis}); err != nil {
		return HeadCount{}, err
	}
	c := HeadCount{Entitled: entitled, Present: present, Yes: yes, No: no, Abstain: abstain, NoVote: rest, Outcome: Passed}
	absent := entitled - present
	if r.Quorum.Den != 0 {
		q := check(quorumHeads, Clause{Of: OfRoll, Basis: r.Basis}, r.Quorum, present, entitled, absent)
		c.Checks = append(c.Checks, q)
		if !q.Met {
			c.Outcome = NotQuorate
		}
	}
	of, whole := OfCast, present
	if r.Of == OfEntitled {
		of, whole = OfRoll, entitled
	}
	p := check(passHeads, Clause{Of: of, Basis: r.Basis}, r.Pass, yes, whole, absent)
	// In a meeting those who are there can still raise a hand, so what is missing is missing of a whole that stands.
	if !p.Met {
		p.Missing, ok = r.Pass.Short(yes, whole)
		p.OutOfReach = !ok || p.Missing > rest+absent
	}
	c.Checks = append(c.Checks, p)
	if c.Outcome == Passed && !p.Met {
		c.Outcome = NotPassed
	}
	return c, nil
}
