package vote_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongzhi/internal/vote"
)

// A neighbour's recount: the two files read as text and counted as docs/count.md says, head by head, with fractions and
// none of the code that counts here. What it finds must be what [vote.Close] reports, to the byte.

type rollRow struct{ part, kind, area, owners string }

type ballotRow struct {
	id, part, choice string
	signed           bool
	at               time.Time
}

func drawRollRows(t *rapid.T) (rows []rollRow) {
	for i := range rapid.IntRange(0, 9).Draw(t, "parts") {
		rows = append(rows, rollRow{
			part:   fmt.Sprintf("p%d", i),
			kind:   rapid.SampledFrom([]string{"dwelling", "dwelling", "dwelling", "space", "unsold", "undelivered"}).Draw(t, "kind"),
			area:   rapid.SampledFrom([]string{"0", "0.01", "50", "66.67", "100.0", "133.33"}).Draw(t, "area"),
			owners: rapid.SampledFrom([]string{"a", "b", "a;b", "b;a", " b ; a;b", "c"}).Draw(t, "owners"),
		})
	}
	return rows
}

func drawBallotRows(t *rapid.T, parts int) (rows []ballotRow) {
	odds := func(name string, n int) bool { return rapid.IntRange(1, n).Draw(t, name) == 1 }
	for i := range rapid.IntRange(0, 25).Draw(t, "ballots") {
		rows = append(rows, ballotRow{
			id: fmt.Sprintf("b%d", i), part: fmt.Sprintf("p%d", rapid.IntRange(0, parts).Draw(t, "part")), // one of them is on no roll
			choice: rapid.SampledFrom([]string{"yes", "yes", "yes", "no", "abstain", "spoiled"}).Draw(t, "choice"),
			signed: !odds("unsigned", 12), at: opens.Add(time.Duration(rapid.IntRange(0, 9).Draw(t, "at")) * time.Minute),
		})
	}
	return rows
}

func rollFile(rows []rollRow) string {
	var b strings.Builder
	b.WriteString("part_id,kind,area_m2,owners\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "%s,%s,%s,%s\n", r.part, r.kind, r.area, r.owners)
	}
	return b.String()
}

func ballotFile(rows []ballotRow) string {
	var b strings.Builder
	b.WriteString("ballot_id,part_id,choice,signed,channel,received_at\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "%s,%s,%s,%v,paper,%s\n", r.id, r.part, r.choice, r.signed, r.at.Format(time.RFC3339))
	}
	return b.String()
}

// byTheFiles is what gongzhi count does.
func byTheFiles(t *rapid.T, roll, ballots string, rule vote.Rule, closes time.Time, spaces bool) vote.Report {
	r, err := vote.ReadRoll(strings.NewReader(roll), vote.RollOptions{CountSpecialSpaces: spaces})
	if err != nil {
		t.Fatal(err)
	}
	list, err := vote.ReadBallots(strings.NewReader(ballots))
	if err != nil {
		t.Fatal(err)
	}
	n, err := vote.Close(r, list, rule, closes)
	if err != nil {
		t.Fatal(err)
	}
	report, _ := n.Report(vote.SoleItem)
	return report
}

type share struct {
	num, den int64
	over     bool
}

// clause is what a rule asks, written down a second time.
type clause struct {
	quorum, pass share
	ofRoll       bool
}

func clauses(l law) map[string]clause {
	two, half, three := share{2, 3, false}, share{1, 2, true}, share{3, 4, false}
	return map[string]clause{
		l.ordinary.Name(): {two, half, false}, l.special.Name(): {two, three, false},
		l.oldOrdinary.Name(): {share{}, half, true}, l.oldSpecial.Name(): {share{}, two, true},
	}
}

func byANeighbour(rows []rollRow, ballots []ballotRow, c clause, closes time.Time, spaces bool) vote.Report {
	type head struct {
		parts []string
		said  map[string]bool
		area  *big.Rat // of the parts it voted for
	}
	area := map[string]*big.Rat{}
	kind, headOf := map[string]string{}, map[string]string{}
	heads := map[string]*head{}
	sums := map[string]*big.Rat{}
	for _, s := range []string{"total", "yes", "no", "abstain"} {
		sums[s] = new(big.Rat)
	}
	for _, r := range rows {
		kind[r.part] = r.kind
		area[r.part], _ = new(big.Rat).SetString(r.area)
		if r.kind == "space" && !spaces {
			continue
		}
		owners := strings.Split(r.owners, ";")
		for i := range owners {
			owners[i] = strings.TrimSpace(owners[i])
		}
		slices.Sort(owners)
		name := fmt.Sprint(slices.Compact(owners))
		if r.kind == "unsold" || r.kind == "undelivered" {
			name = "the builder"
		}
		headOf[r.part] = name
		if heads[name] == nil {
			heads[name] = &head{said: map[string]bool{}, area: new(big.Rat)}
		}
		sums["total"].Add(sums["total"], area[r.part])
	}
	stands := map[string]ballotRow{}
	why := map[string]string{}
	for _, b := range ballots {
		switch {
		case kind[b.part] == "":
			why[b.id] = "unknown_part"
		case kind[b.part] == "space" && !spaces:
			why[b.id] = "excluded_space"
		case !b.signed:
			why[b.id] = "unsigned"
		case !closes.IsZero() && !b.at.Before(closes):
			why[b.id] = "late"
		case b.choice == "spoiled":
			why[b.id] = "spoiled"
		default:
			old, any := stands[b.part]
			if any && old.at.After(b.at) {
				why[b.id] = "superseded"
				continue
			}
			if any {
				why[old.id] = "superseded"
			}
			stands[b.part] = b
		}
	}
	for part, b := range stands {
		h := heads[headOf[part]]
		h.parts = append(h.parts, part)
		h.said[b.choice] = true
		h.area.Add(h.area, area[part])
	}
	count := map[string]uint64{}
	out := vote.Report{Invalid: []vote.ReportInvalid{}, Disputed: []vote.ReportDispute{}, Checks: []vote.ReportCheck{}}
	for _, h := range heads {
		slices.Sort(h.parts)
		switch len(h.said) {
		case 0:
		case 1:
			for choice := range h.said {
				count[choice]++
				sums[choice].Add(sums[choice], h.area)
			}
		default:
			var d vote.ReportDispute
			for _, p := range h.parts {
				d.Parts = append(d.Parts, vote.PartID(p))
			}
			out.Disputed = append(out.Disputed, d)
		}
	}
	first := func(name string) (least string) {
		for p, h := range headOf {
			if h == name && (least == "" || p < least) {
				least = p
			}
		}
		return least
	}
	slices.SortFunc(out.Disputed, func(a, b vote.ReportDispute) int {
		return cmp.Compare(first(headOf[string(a.Parts[0])]), first(headOf[string(b.Parts[0])]))
	})
	for _, b := range ballots {
		if w := why[b.id]; w != "" {
			var reason vote.Reason
			_ = reason.UnmarshalText([]byte(w))
			out.Invalid = append(out.Invalid, vote.ReportInvalid{Ballot: vote.BallotID(b.id), Reason: reason})
		}
	}
	cast := new(big.Rat).Add(new(big.Rat).Add(sums["yes"], sums["no"]), sums["abstain"])
	voted := count["yes"] + count["no"] + count["abstain"]
	m2 := func(r *big.Rat) string { return r.FloatString(2) }
	out.Area = vote.ReportArea{Total: m2(sums["total"]), Participated: m2(cast), Yes: m2(sums["yes"]), No: m2(sums["no"]), Abstain: m2(sums["abstain"])}
	out.Heads = vote.ReportHeads{Total: uint64(len(heads)), Participated: voted, Yes: count["yes"], No: count["no"], Abstain: count["abstain"]}
	number := func(n uint64) *big.Rat { return new(big.Rat).SetUint64(n) }
	check := func(name string, s share, part, whole *big.Rat) bool {
		left, right := new(big.Rat).Mul(big.NewRat(s.den, 1), part), new(big.Rat).Mul(big.NewRat(s.num, 1), whole)
		met := whole.Sign() > 0 && (left.Cmp(right) > 0 || !s.over && left.Cmp(right) == 0)
		places := 0
		if strings.HasSuffix(name, "area") {
			places = 2
		}
		out.Checks = append(out.Checks, vote.ReportCheck{
			Name: name, Left: vote.Product(left.FloatString(places)), Right: vote.Product(right.FloatString(places)), Met: met,
		})
		return met
	}
	out.Outcome = vote.Passed
	if c.quorum.den > 0 {
		a := check("quorum.area", c.quorum, cast, sums["total"])
		if h := check("quorum.heads", c.quorum, number(voted), number(uint64(len(heads)))); !a || !h {
			out.Outcome = vote.NotQuorate
		}
	}
	wholeArea, wholeHeads := cast, voted
	if c.ofRoll {
		wholeArea, wholeHeads = sums["total"], uint64(len(heads))
	}
	a := check("pass.area", c.pass, sums["yes"], wholeArea)
	if h := check("pass.heads", c.pass, number(count["yes"]), number(wholeHeads)); (!a || !h) && out.Outcome == vote.Passed {
		out.Outcome = vote.NotPassed
	}
	return out
}

// neighbours counts the same two files both ways, then shuffled, cut in two and put together again, with further yeses.
func neighbours(l law) func(t *rapid.T) {
	return func(t *rapid.T) {
		rows := drawRollRows(t)
		ballots := drawBallotRows(t, len(rows))
		rule := rapid.SampledFrom([]vote.Rule{l.ordinary, l.special, l.oldOrdinary, l.oldSpecial}).Draw(t, "rule")
		spaces := rapid.Bool().Draw(t, "spaces")
		var closes time.Time
		if rapid.Bool().Draw(t, "has a close") {
			closes = opens.Add(time.Duration(rapid.IntRange(5, 10).Draw(t, "closes")) * time.Minute)
		}
		ours := byTheFiles(t, rollFile(rows), ballotFile(ballots), rule, closes, spaces)
		theirs := byANeighbour(rows, ballots, clauses(l)[rule.Name()], closes, spaces)
		if diff := gocmp.Diff(theirs, ours); diff != "" {
			t.Fatalf("(-neighbour +ours):\n%s", diff)
		}
		// Where no two ballots of a part come at one instant, which is what lines decide, lines decide nothing.
		for i := range ballots {
			ballots[i].at = ballots[i].at.Add(time.Duration(i) * time.Second)
		}
		ours = byTheFiles(t, rollFile(rows), ballotFile(ballots), rule, closes, spaces)
		shuffled := rapid.Permutation(ballots).Draw(t, "shuffled")
		cut := rapid.IntRange(0, len(shuffled)).Draw(t, "cut")
		for name, other := range map[string]vote.Report{
			"ballots in another order": byTheFiles(t, rollFile(rows), ballotFile(shuffled), rule, closes, spaces),
			"cut and joined again":     byTheFiles(t, rollFile(rows), ballotFile(slices.Concat(shuffled[cut:], shuffled[:cut])), rule, closes, spaces),
			"parts in another order":   byTheFiles(t, rollFile(rapid.Permutation(rows).Draw(t, "rows")), ballotFile(ballots), rule, closes, spaces),
		} {
			slices.SortFunc(other.Invalid, byID) // they are listed in the order of the file
			same := ours
			same.Invalid = slices.Clone(ours.Invalid)
			slices.SortFunc(same.Invalid, byID)
			if diff := gocmp.Diff(same, other); diff != "" {
				t.Fatalf("%s: %s", name, diff)
			}
		}
		if ours.Outcome == vote.Passed {
			aLaterYesNeverHurts(t, rows, ballots, rule, closes, spaces)
		}
	}
}

func byID(a, b vote.ReportInvalid) int { return cmp.Compare(a.Ballot, b.Ballot) }

// aLaterYesNeverHurts lets the owners of one part agree with all they own, whatever they said before.
func aLaterYesNeverHurts(t *rapid.T, rows []rollRow, ballots []ballotRow, rule vote.Rule, closes time.Time, spaces bool) {
	r, err := vote.ReadRoll(strings.NewReader(rollFile(rows)), vote.RollOptions{CountSpecialSpaces: spaces})
	if err != nil {
		t.Fatal(err)
	}
	for i := range ballots { // make room before the close
		ballots[i].at = ballots[i].at.Add(-time.Hour)
	}
	if byTheFiles(t, rollFile(rows), ballotFile(ballots), rule, closes, spaces).Outcome != vote.Passed {
		return // ballots that were late have come in
	}
	h := rapid.SampledFrom(r.Heads()).Draw(t, "head")
	more := slices.Clone(ballots)
	for i, p := range h.Parts {
		more = append(more, ballotRow{fmt.Sprintf("yes%d", i), string(p), "yes", true, opens})
	}
	if got := byTheFiles(t, rollFile(rows), ballotFile(more), rule, closes, spaces); got.Outcome != vote.Passed {
		t.Fatalf("after a yes of %v: %v", h.Parts, got.Outcome)
	}
}

func TestANeighboursRecountAgrees(t *testing.T) { rapid.Check(t, neighbours(statutes(t))) }

// FuzzANeighboursRecount looks for files that the two count differently.
func FuzzANeighboursRecount(f *testing.F) { f.Fuzz(rapid.MakeFuzz(neighbours(statutes(f)))) }

// TestReportIsReadAsItIsWritten: whoever reads the JSON with the same types finds what was written.
func TestReportIsReadAsItIsWritten(t *testing.T) {
	n := count(t, equal(3, 50_00), say(vote.Yes, 1, 2), statutes(t).special)
	want, _ := n.Report(vote.SoleItem)
	raw, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got vote.Report
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var any map[string]any
	if err := json.Unmarshal(raw, &any); err != nil {
		t.Fatal(err)
	}
	if keys := slices.Sorted(maps.Keys(any)); !slices.Equal(keys, []string{"area", "checks", "disputed", "heads", "invalid", "outcome"}) {
		t.Errorf("keys %v", keys)
	}
}
