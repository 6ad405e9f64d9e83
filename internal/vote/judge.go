package vote

import (
	"fmt"
	"math/big"
	"strings"

	"gongzhi/internal/exact"
)

// Check is one condition of a rule with its numbers: Part of Whole against Threshold, met when
// Den×Part ≥ Num×Whole (> where the threshold is strict).
type Check struct {
	Name      string // quorum.area, quorum.heads, pass.area, pass.heads
	Basis     string
	Threshold exact.Threshold
	Of        Whole
	Part      uint64 // 0.01 m² or heads
	Whole     uint64
	Met       bool
	// Missing is how much more has to take part (quorum) or to agree (pass) for this condition alone: 0.01 m² or
	// heads, 0 once met. For a share of those who take part it allows that every further yes makes them more.
	Missing uint64
	// OutOfReach is true when even all who have not voted could not bring it, unless somebody changes a ballot.
	OutOfReach bool
}

// Products are the two integers that were compared, Den×Part and Num×Whole; those of an area are in m² with two
// decimals. They are texts because they may pass 64 bits.
func (c Check) Products() (left, right string) {
	return product(c.Threshold.Den, c.Part, c.byArea()), product(c.Threshold.Num, c.Whole, c.byArea())
}

// Worked is the comparison as one would write it on paper: "3 × 770.00 = 2310.00 ≥ 2316.00 = 2 × 1158.00".
func (c Check) Worked() string {
	left, right := c.Products()
	sign := "≥"
	if c.Threshold.Strict {
		sign = ">"
	}
	return fmt.Sprintf("%d × %s = %s %s %s = %d × %s",
		c.Threshold.Den, product(1, c.Part, c.byArea()), left, sign, right, c.Threshold.Num, product(1, c.Whole, c.byArea()))
}

// Key is the key of its words.
func (c Check) Key() string { return "vote.check." + strings.ReplaceAll(c.Name, ".", "_") }

func (c Check) byArea() bool { return c.Name == quorumArea || c.Name == passArea }

func product(a, b uint64, area bool) string {
	n := new(big.Int).Mul(new(big.Int).SetUint64(a), new(big.Int).SetUint64(b))
	if !area {
		return n.String()
	}
	whole, rest := n.QuoRem(n, big.NewInt(100), new(big.Int))
	return fmt.Sprintf("%s.%02d", whole, rest.Uint64())
}

const (
	quorumArea  = "quorum.area"
	quorumHeads = "quorum.heads"
	passArea    = "pass.area"
	passHeads   = "pass.heads"
)

// Verdict is what one rule says of one item.
type Verdict struct {
	Rule    string // Rule.Name
	Basis   string
	Outcome Outcome
	Checks  []Check
}

// Failed lists the conditions that were not met.
func (v Verdict) Failed() (failed []Check) {
	for _, c := range v.Checks {
		if !c.Met {
			failed = append(failed, c)
		}
	}
	return failed
}

// Judge applies the rule to the numbers of one item. Without a quorum clause the outcome is never NotQuorate. Nothing
// passes when there is nobody on the roll, or nobody took part.
func (r Rule) Judge(total, cast, yes Sides) Verdict {
	v := Verdict{Rule: r.Name(), Basis: r.Basis, Outcome: Passed, Checks: make([]Check, 0, 4)}
	left := Sides{total.Area - cast.Area, total.Heads - cast.Heads}
	if !r.Quorum.IsZero() {
		v.Checks = append(v.Checks,
			check(quorumArea, r.Quorum, r.Quorum.Area, uint64(cast.Area), uint64(total.Area), uint64(left.Area)),
			check(quorumHeads, r.Quorum, r.Quorum.Heads, cast.Heads, total.Heads, left.Heads))
		if !v.Checks[0].Met || !v.Checks[1].Met {
			v.Outcome = NotQuorate
		}
	}
	whole := total
	if r.Pass.Of == OfCast {
		whole = cast
	}
	a := check(passArea, r.Pass, r.Pass.Area, uint64(yes.Area), uint64(whole.Area), uint64(left.Area))
	h := check(passHeads, r.Pass, r.Pass.Heads, yes.Heads, whole.Heads, left.Heads)
	v.Checks = append(v.Checks, a, h)
	if v.Outcome == Passed && (!a.Met || !h.Met) {
		v.Outcome = NotPassed
	}
	return v
}

func check(name string, clause Clause, t exact.Threshold, part, whole, left uint64) Check {
	c := Check{Name: name, Basis: clause.Basis, Threshold: t, Of: clause.Of, Part: part, Whole: whole, Met: t.Met(part, whole)}
	if c.Met {
		return c
	}
	ok := true
	if clause.Of == OfCast {
		c.Missing, ok = missingYes(t, part, whole)
	} else {
		c.Missing, ok = t.Short(part, whole)
	}
	c.OutOfReach = !ok || c.Missing > left
	return c
}

// missingYes is the least x for which yes+x of cast+x meets t: x × (Den−Num) must reach Num×cast − Den×yes. ok is
// false when none does, as when everyone must agree and somebody has not.
func missingYes(t exact.Threshold, yes, cast uint64) (x uint64, ok bool) {
	n := func(v uint64) *big.Int { return new(big.Int).SetUint64(v) }
	if t.Den == 0 || t.Num > t.Den {
		return 0, false
	}
	if cast == 0 {
		return 1, true
	}
	behind := new(big.Int).Sub(n(0).Mul(n(t.Num), n(cast)), n(0).Mul(n(t.Den), n(yes)))
	gain := n(t.Den - t.Num) // what one more yes makes good
	if gain.Sign() == 0 {
		return 0, false
	}
	q, rest := n(0).QuoRem(behind, gain, n(0))
	if t.Strict || rest.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	return q.Uint64(), q.IsUint64()
}

// ItemCount is the result of one item of the agenda.
type ItemCount struct {
	Item     ItemID
	Total    Sides // A and N
	Cast     Sides // valid and not disputed; abstentions are cast
	Yes      Sides
	No       Sides
	Abstain  Sides
	Disputed Sides // co-owners contradict each other: not cast
	Silent   Sides // heads that said nothing to this item
	Verdicts []Verdict
	Outcome  Outcome // Passed when every rule is; else that of the first rule that is not
	Followed *Followed
}

// Followed is what would be if silent owners followed the majority. For information only: it decides nothing.
type Followed struct {
	Majority Choice // Yes or No
	Cast     Sides
	Yes      Sides
	Verdict  Verdict // by the item's first rule
}

// Under judges the same numbers by another rule, for information.
func (c ItemCount) Under(r Rule) Verdict { return r.Judge(c.Total, c.Cast, c.Yes) }

// FailedRules names the rules that the item did not pass; where two apply, as for lifts, both must.
func (c ItemCount) FailedRules() (names []string) {
	for _, v := range c.Verdicts {
		if v.Outcome != Passed {
			names = append(names, v.Rule)
		}
	}
	return names
}

func (c *ItemCount) judge(item Item, follow bool) {
	c.Verdicts = append(make([]Verdict, 0, 1+len(item.Also)), c.Under(item.Rule))
	for _, r := range item.Also {
		c.Verdicts = append(c.Verdicts, c.Under(r))
	}
	c.Outcome = Passed
	for _, v := range c.Verdicts {
		if v.Outcome != Passed {
			c.Outcome = v.Outcome
			break
		}
	}
	if follow && item.Rule.Follow {
		c.Followed = c.follow(item.Rule)
	}
}

// follow gives nil where the axes disagree about the majority: there is then nothing to follow.
func (c *ItemCount) follow(r Rule) *Followed {
	f := Followed{Cast: c.Cast.plus(c.Silent), Yes: c.Yes}
	switch {
	case c.Yes.Area > c.No.Area && c.Yes.Heads > c.No.Heads:
		f.Majority, f.Yes = Yes, c.Yes.plus(c.Silent)
	case c.No.Area > c.Yes.Area && c.No.Heads > c.Yes.Heads:
		f.Majority = No
	default:
		return nil
	}
	f.Verdict = r.Judge(c.Total, f.Cast, f.Yes)
	return &f
}

func (s Sides) plus(t Sides) Sides  { return Sides{s.Area + t.Area, s.Heads + t.Heads} }
func (s Sides) minus(t Sides) Sides { return Sides{s.Area - t.Area, s.Heads - t.Heads} }
