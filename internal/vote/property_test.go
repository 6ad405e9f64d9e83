package vote_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongzhi/internal/exact"
	"gongzhi/internal/vote"
)

// drawRoll makes a small roll in which owners share flats, hold several and know nothing of each other, so that every
// way of grouping meets every way of voting.
func drawRoll(t *rapid.T) vote.Roll {
	owners := rapid.SampledFrom([][]vote.OwnerID{{"a"}, {"b"}, {"c"}, {"a", "b"}, {"b", "c"}, nil})
	var parts []vote.Part
	for i := range rapid.IntRange(0, 9).Draw(t, "parts") {
		parts = append(parts, vote.Part{
			ID:     vote.PartID(fmt.Sprintf("p%d", i)),
			Area:   exact.Area(rapid.SampledFrom([]uint64{0, 1, 50_00, 66_67, 100_00}).Draw(t, "area")),
			Owners: owners.Draw(t, "owners"),
			Kind:   rapid.SampledFrom([]vote.Kind{vote.Dwelling, vote.Dwelling, vote.Dwelling, vote.Space}).Draw(t, "kind"),
			State:  rapid.SampledFrom([]vote.State{vote.Sold, vote.Sold, vote.Sold, vote.Unsold, vote.Undelivered}).Draw(t, "state"),
		})
	}
	r, err := vote.NewRoll(parts, vote.RollOptions{Builder: "x", CountSpecialSpaces: rapid.Bool().Draw(t, "spaces")})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func drawTerms(t *rapid.T, l law) vote.Terms {
	rule := rapid.SampledFrom([]vote.Rule{l.ordinary, l.special, l.oldOrdinary, l.oldSpecial})
	terms := vote.Terms{
		Items:      []vote.Item{{ID: "1", Rule: rule.Draw(t, "rule 1")}, {ID: "2", Rule: rule.Draw(t, "rule 2"), Also: []vote.Rule{l.lift}}},
		ProxyLimit: rapid.IntRange(0, 2).Draw(t, "limit"),
		Closes:     opens.Add(time.Duration(rapid.IntRange(8, 12).Draw(t, "closes")) * time.Minute),
		Follow:     rapid.Bool().Draw(t, "follow"),
	}
	terms.Precedence = rapid.SampledFrom([][]vote.Channel{nil, {vote.Paper}, {vote.Station, vote.Online}}).Draw(t, "precedence")
	if rapid.Bool().Draw(t, "represented") {
		terms.Representatives = map[vote.HeadID]vote.OwnerID{"p1": "b", "p2": "a"}
	}
	return terms
}

// drawBallots draws mostly valid ballots from few voters, times and parts, so that they meet each other: the same
// voter again, co-owners, one proxy for many, one id for two ballots, a ballot sent twice.
func drawBallots(t *rapid.T, r vote.Roll) (ballots []vote.Ballot) {
	odds := func(name string, n int) bool { return rapid.IntRange(1, n).Draw(t, name) == 1 }
	heads := r.Heads()
	for i := range rapid.IntRange(0, 30).Draw(t, "ballots") {
		if i > 0 && odds("sent twice", 8) {
			again := rapid.SampledFrom(ballots).Draw(t, "again")
			again.Seq = rapid.Uint64Range(0, 9).Draw(t, "seq")
			ballots = append(ballots, again)
			continue
		}
		b := vote.Ballot{
			ID:      vote.BallotID(fmt.Sprint(i)),
			Head:    "p99",
			Voter:   "a",
			Channel: rapid.SampledFrom([]vote.Channel{0, vote.Online, vote.Paper, vote.Station, vote.Proxy, vote.Proxy}).Draw(t, "channel"),
			At:      opens.Add(time.Duration(rapid.IntRange(0, 9).Draw(t, "at")) * time.Minute),
			Seq:     rapid.Uint64Range(0, 9).Draw(t, "seq"),
			Signed:  !odds("unsigned", 16),
			Choices: rapid.MapOfN(rapid.SampledFrom([]vote.ItemID{"1", "2", "3"}),
				rapid.SampledFrom([]vote.Choice{vote.Yes, vote.Yes, vote.No, vote.Abstain, vote.Spoiled}), 0, 3).Draw(t, "choices"),
		}
		if i > 0 && odds("same id", 10) {
			b.ID = rapid.SampledFrom(ballots).Draw(t, "whose id").ID
		}
		if len(heads) > 0 && !odds("unknown place", 16) {
			h := rapid.SampledFrom(heads).Draw(t, "head")
			if b.Head = h.ID; rapid.Bool().Draw(t, "by part") {
				b.Part = rapid.SampledFrom(h.Parts).Draw(t, "part")
			}
			b.Voter = rapid.SampledFrom(append([]vote.OwnerID{vote.AnyOwner}, h.Owners...)).Draw(t, "voter")
		}
		if odds("unknown voter", 16) {
			b.Voter = rapid.SampledFrom([]vote.OwnerID{"", "z"}).Draw(t, "stranger")
		}
		if b.Channel == vote.Proxy && !odds("no mandate", 16) {
			b.Mandate = &vote.Mandate{Holder: rapid.SampledFrom([]vote.OwnerID{"m", "n"}).Draw(t, "holder"), Scan: "s"}
			if odds("scope", 8) {
				b.Mandate.Items = []vote.ItemID{"1"}
			}
		}
		ballots = append(ballots, b)
	}
	return ballots
}

func mustClose(t *rapid.T, terms vote.Terms, r vote.Roll, ballots []vote.Ballot) vote.Count {
	n, err := terms.Close(r, ballots)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// laws are what must hold of every count.
func laws(l law) func(t *rapid.T) {
	return func(t *rapid.T) {
		r, terms := drawRoll(t), drawTerms(t, l)
		ballots := drawBallots(t, r)
		tally, err := vote.NewTally(r, terms)
		if err != nil {
			t.Fatal(err)
		}
		for i, b := range ballots {
			tally.Add(b)
			if want := mustClose(t, terms, r, ballots[:i+1]).Figures; !cmp.Equal(tally.Figures(), want) {
				t.Fatalf("tally after %d ballots is not the recount (-recount +tally):\n%s", i+1, cmp.Diff(want, tally.Figures()))
			}
		}
		n := mustClose(t, terms, r, ballots)
		shuffled := rapid.Permutation(ballots).Draw(t, "shuffled")
		if diff := cmp.Diff(n, mustClose(t, terms, r, shuffled)); diff != "" {
			t.Fatalf("the order of ballots changed the count:\n%s", diff)
		}
		cut := rapid.IntRange(0, len(ballots)).Draw(t, "cut")
		if diff := cmp.Diff(n, mustClose(t, terms, r, slices.Concat(ballots[cut:], ballots[:cut]))); diff != "" {
			t.Fatalf("splitting and merging the file changed the count:\n%s", diff)
		}
		everyBallotIsAccountedFor(t, n)
		for i, it := range n.Items {
			everyHeadIsCountedOnce(t, it)
			theFormulaAgrees(t, terms.Items[i], it, l)
		}
		for _, head := range n.Silent {
			aYesNeverHurts(t, terms, r, ballots, n, head)
		}
	}
}

func everyBallotIsAccountedFor(t *rapid.T, n vote.Count) {
	sum, channels, listed := n.Standing, 0, 0
	for _, c := range n.Reasons {
		sum += c
	}
	for _, c := range n.Channels {
		channels += c
	}
	for _, i := range n.Invalid {
		if i.Item == "" {
			listed++
		}
	}
	if sum != n.Ballots || channels != n.Standing || listed != n.Ballots-n.Standing {
		t.Fatalf("%d ballots, %d standing (%d by channel), %d listed as invalid, %v by reason", n.Ballots, n.Standing, channels, listed, n.Reasons)
	}
}

func everyHeadIsCountedOnce(t *rapid.T, it vote.ItemCount) {
	heads := it.Yes.Heads + it.No.Heads + it.Abstain.Heads + it.Disputed.Heads + it.Silent.Heads
	area := it.Yes.Area + it.No.Area + it.Abstain.Area + it.Disputed.Area + it.Silent.Area
	if heads != it.Total.Heads || area > it.Total.Area {
		t.Fatalf("%d heads of %d, %v m² of %v: %+v", heads, it.Total.Heads, area, it.Total.Area, it)
	}
	if it.Cast.Heads != it.Yes.Heads+it.No.Heads+it.Abstain.Heads || it.Cast.Area != it.Yes.Area+it.No.Area+it.Abstain.Area {
		t.Fatalf("cast is not yes, no and abstain: %+v", it)
	}
}

// theFormulaAgrees judges by the formula as a lawyer would write it, apart from rules and thresholds. The areas drawn
// are small, so plain multiplication cannot wrap.
func theFormulaAgrees(t *rapid.T, item vote.Item, it vote.ItemCount, l law) {
	A, N, Ap, Np, Ay, Ny := uint64(it.Total.Area), it.Total.Heads, uint64(it.Cast.Area), it.Cast.Heads, uint64(it.Yes.Area), it.Yes.Heads
	if A == 0 || N == 0 {
		if it.Outcome == vote.Passed {
			t.Fatalf("passed on nothing: %+v", it)
		}
		return
	}
	quorate := 3*Ap >= 2*A && 3*Np >= 2*N
	want := vote.NotPassed
	switch item.Rule.Name() {
	case l.ordinary.Name():
		if !quorate {
			want = vote.NotQuorate
		} else if 2*Ay > Ap && 2*Ny > Np {
			want = vote.Passed
		}
	case l.special.Name():
		if !quorate {
			want = vote.NotQuorate
		} else if 4*Ay >= 3*Ap && 4*Ny >= 3*Np {
			want = vote.Passed
		}
	case l.oldOrdinary.Name():
		if 2*Ay > A && 2*Ny > N {
			want = vote.Passed
		}
	case l.oldSpecial.Name():
		if 3*Ay >= 2*A && 3*Ny >= 2*N {
			want = vote.Passed
		}
	}
	if got := it.Verdicts[0].Outcome; got != want {
		t.Fatalf("%s: %v, the formula says %v: %+v", item.Rule.Name(), got, want, it)
	}
	if len(item.Also) > 0 && it.Outcome == vote.Passed && (3*Ay < 2*A || 3*Ny < 2*N) {
		t.Fatalf("passed against the second rule: %+v", it)
	}
}

// aYesNeverHurts lets a silent head agree to everything, with all its parts.
func aYesNeverHurts(t *rapid.T, terms vote.Terms, r vote.Roll, ballots []vote.Ballot, before vote.Count, head vote.HeadID) {
	h, _ := r.Head(head)
	if len(h.Owners) == 0 {
		return
	}
	yes := vote.Ballot{ID: "yes", Head: head, Voter: h.Owners[0], Channel: vote.Online, At: opens, Signed: true,
		Choices: map[vote.ItemID]vote.Choice{"1": vote.Yes, "2": vote.Yes}}
	after := mustClose(t, terms, r, append(slices.Clone(ballots), yes))
	for i := range after.Items {
		if before.Items[i].Outcome == vote.Passed && after.Items[i].Outcome != vote.Passed {
			t.Fatalf("a further yes of %s turned %+v into %+v", head, before.Items[i], after.Items[i])
		}
	}
}

func TestLawsOfCounting(t *testing.T) { rapid.Check(t, laws(statutes(t))) }

// TestSheetsGiveTheSameCount: the files that a vote publishes, read by a stranger, give its numbers, and name nobody.
func TestSheetsGiveTheSameCount(t *testing.T) {
	l := statutes(t)
	rapid.Check(t, func(t *rapid.T) {
		r, terms := drawRoll(t), drawTerms(t, l)
		ballots := drawBallots(t, r)
		n := mustClose(t, terms, r, ballots)
		for i, it := range terms.Items {
			s, err := terms.Sheets(r, ballots, it.ID)
			if err != nil {
				t.Fatal(err)
			}
			want, _ := n.Report(it.ID)
			if s.Report.Area != want.Area || s.Report.Heads != want.Heads || s.Report.Outcome != want.Outcome || !cmp.Equal(s.Report.Checks, want.Checks) ||
				len(s.Report.Disputed) != len(want.Disputed) {
				t.Fatalf("item %d: %+v, want %+v", i, s.Report, want)
			}
			reasons := func(r vote.Report) (list []vote.Reason) {
				for _, x := range r.Invalid {
					list = append(list, x.Reason)
				}
				slices.Sort(list)
				return list
			}
			if !slices.Equal(reasons(s.Report), reasons(want)) {
				t.Fatalf("item %d: invalid %v, want %v", i, s.Report.Invalid, want.Invalid)
			}
		}
	})
}

// TestSheetsTellNothingButTheTotals: whoever swaps flats with somebody who said the same, or is found invalid for the same,
// finds the very same files: no line leads to a door by its area, by how many flats somebody owns, or by when they voted.
func TestSheetsTellNothingButTheTotals(t *testing.T) {
	l := statutes(t)
	terms := vote.Terms{Items: []vote.Item{{ID: vote.SoleItem, Rule: l.special}}, Closes: opens.Add(240 * time.Hour)}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 12).Draw(t, "flats")
		areas := make([]exact.Area, n)
		for i := range areas {
			areas[i] = exact.Area(rapid.Uint64Range(1, 200_00).Draw(t, "area"))
		}
		said := rapid.SliceOfN(rapid.SampledFrom([]vote.Choice{0, vote.Yes, vote.No, vote.Abstain, vote.Spoiled}), n, n).Draw(t, "said")
		files := func(place []int) vote.Sheets {
			var parts []vote.Part
			var ballots []vote.Ballot
			for i, at := range place {
				id := vote.PartID(fmt.Sprintf("p%02d", i))
				parts = append(parts, vote.Part{ID: id, Area: areas[at], Owners: []vote.OwnerID{vote.OwnerID(id)}, Kind: vote.Dwelling, State: vote.Sold})
				if said[i] != 0 {
					b := ballot(fmt.Sprint(i), id, said[i], i)
					b.Channel, b.At = vote.Channel(i%4+1), opens.Add(time.Duration(at)*time.Hour)
					b.Mandate = &vote.Mandate{Holder: "m", Scan: "s"}
					ballots = append(ballots, b)
				}
			}
			r, err := vote.NewRoll(parts, vote.RollOptions{})
			if err != nil {
				t.Fatal(err)
			}
			s, err := terms.Sheets(r, ballots, vote.SoleItem)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		there := make([]int, n)
		for i := range there {
			there[i] = i
		}
		other := slices.Clone(there)
		for range n { // swaps among those who said the same
			i, j := rapid.IntRange(0, n-1).Draw(t, "one"), rapid.IntRange(0, n-1).Draw(t, "other")
			if said[i] == said[j] {
				other[i], other[j] = other[j], other[i]
			}
		}
		a, b := files(there), files(other)
		if string(a.Roll) != string(b.Roll) || string(a.Ballots) != string(b.Ballots) {
			t.Fatalf("the files tell the flats apart:\n%s\n%s\n%s\n%s", a.Roll, b.Roll, a.Ballots, b.Ballots)
		}
	})
}

// FuzzLawsOfCounting looks for a roll and ballots that break a law of counting.
func FuzzLawsOfCounting(f *testing.F) { f.Fuzz(rapid.MakeFuzz(laws(statutes(f)))) }

// TestMoreYesNeverTurnsAPassIntoAFail tries the bare arithmetic at sizes that no small roll reaches.
func TestMoreYesNeverTurnsAPassIntoAFail(t *testing.T) {
	l := statutes(t)
	rapid.Check(t, func(t *rapid.T) {
		const most = 1 << 50
		side := func(a, n uint64) vote.Sides { return vote.Sides{Area: exact.Area(a), Heads: n} }
		upTo := func(name string, most uint64) uint64 { return rapid.Uint64Range(0, most).Draw(t, name) }
		A, N := upTo("A", most), upTo("N", most)
		Ap, Np := upTo("Ap", A), upTo("Np", N)
		Ay, Ny := upTo("Ay", Ap), upTo("Ny", Np)
		da, dn := upTo("more area", A-Ap), upTo("more heads", N-Np)
		for _, r := range []vote.Rule{l.ordinary, l.special, l.oldOrdinary, l.oldSpecial, l.lift} {
			before := r.Judge(side(A, N), side(Ap, Np), side(Ay, Ny))
			after := r.Judge(side(A, N), side(Ap+da, Np+dn), side(Ay+da, Ny+dn))
			if before.Outcome == vote.Passed && after.Outcome != vote.Passed {
				t.Fatalf("%s: %+v, then %+v", r.Name(), before, after)
			}
			for _, c := range before.Checks {
				missingIsTheLeast(t, c)
			}
		}
	})
}

// missingIsTheLeast: with what is missing the condition is met, with one less it is not.
func missingIsTheLeast(t *rapid.T, c vote.Check) {
	if c.Met || c.Whole == 0 {
		return
	}
	grows := uint64(0)
	if c.Of == vote.OfCast {
		grows = 1
	}
	if !c.Threshold.Met(c.Part+c.Missing, c.Whole+grows*c.Missing) || c.Missing == 0 ||
		c.Threshold.Met(c.Part+c.Missing-1, c.Whole+grows*(c.Missing-1)) {
		t.Fatalf("missing %d of %+v", c.Missing, c)
	}
}

// TestConfirmingOwnersInAnyOrder: a tally that learns of representatives while ballots come in ends where a recount
// that knows them from the start does.
func TestConfirmingOwnersInAnyOrder(t *testing.T) {
	l := statutes(t)
	rapid.Check(t, func(t *rapid.T) {
		r, terms := drawRoll(t), drawTerms(t, l)
		ballots := drawBallots(t, r)
		terms.Representatives = nil
		tally, err := vote.NewTally(r, terms)
		if err != nil {
			t.Fatal(err)
		}
		final := map[vote.HeadID]vote.OwnerID{}
		for _, b := range ballots {
			tally.Add(b)
			if rapid.IntRange(0, 3).Draw(t, "confirm") == 0 {
				head := vote.HeadID(fmt.Sprintf("p%d", rapid.IntRange(0, 9).Draw(t, "head")))
				who := rapid.SampledFrom([]vote.OwnerID{"a", "b", "c", ""}).Draw(t, "who")
				tally.Confirm(head, who)
				if final[head] = who; who == "" {
					delete(final, head)
				}
			}
		}
		terms.Representatives = final
		if diff := cmp.Diff(mustClose(t, terms, r, ballots).Figures, tally.Figures()); diff != "" {
			t.Fatalf("(-recount +tally):\n%s", diff)
		}
	})
}
