package vote_test

import (
	"fmt"
	"testing"
	"time"

	"gongzhi/internal/exact"
	"gongzhi/internal/fault"
	"gongzhi/internal/vote"
)

var opens = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// compound makes a sold flat per area (0.01 m²), each of its own owner: part p1 of owner o1, and so on.
func compound(areas ...exact.Area) (parts []vote.Part) {
	for i, a := range areas {
		parts = append(parts, vote.Part{
			ID: vote.PartID(fmt.Sprintf("p%d", i+1)), Room: fmt.Sprintf("%06d", i+1), Area: a, Kind: vote.Dwelling, State: vote.Sold,
			Owners: []vote.OwnerID{vote.OwnerID(fmt.Sprintf("o%d", i+1))},
		})
	}
	return parts
}

// equal is n flats of one area.
func equal(n int, area exact.Area) []vote.Part {
	areas := make([]exact.Area, n)
	for i := range areas {
		areas[i] = area
	}
	return compound(areas...)
}

func roll(t testing.TB, parts []vote.Part, opts vote.RollOptions) vote.Roll {
	t.Helper()
	r, err := vote.NewRoll(parts, opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ballot is a signed household's ballot for one part on the sole item, received n minutes after the opening.
func ballot(id string, part vote.PartID, choice vote.Choice, n int) vote.Ballot {
	return vote.Ballot{
		ID: vote.BallotID(id), Part: part, Voter: vote.AnyOwner, Channel: vote.Paper, At: opens.Add(time.Duration(n) * time.Minute),
		Seq: uint64(n), Signed: true, Choices: map[vote.ItemID]vote.Choice{vote.SoleItem: choice},
	}
}

// say gives one ballot per part from first to last.
func say(choice vote.Choice, first, last int) (ballots []vote.Ballot) {
	for i := first; i <= last; i++ {
		ballots = append(ballots, ballot(fmt.Sprintf("b%d", i), vote.PartID(fmt.Sprintf("p%d", i)), choice, i))
	}
	return ballots
}

func unsigned(ballots []vote.Ballot) []vote.Ballot {
	for i := range ballots {
		ballots[i].Signed = false
	}
	return ballots
}

func join(lists ...[]vote.Ballot) (all []vote.Ballot) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// mixed is the compound of example 3: six single owners, g with two flats, a couple, g with k, and a builder with
// three flats, one of them sold and not handed over.
func mixed() []vote.Part {
	own := func(id string, area exact.Area, owners ...vote.OwnerID) vote.Part {
		return vote.Part{ID: vote.PartID(id), Room: id, Area: area, Kind: vote.Dwelling, State: vote.Sold, Owners: owners}
	}
	parts := []vote.Part{
		own("a", 80_00, "a"), own("b", 80_00, "b"), own("c", 80_00, "c"), own("d", 80_00, "d"), own("e", 80_00, "e"), own("f", 80_00, "f"),
		own("g1", 95_00, "g"), own("g2", 105_00, "g"), own("h", 90_00, "h2", "h1"), own("k", 88_00, "k", "g"),
		own("x1", 100_00), own("x2", 100_00), own("x3", 100_00, "buyer"),
	}
	parts[10].State, parts[11].State, parts[12].State = vote.Unsold, vote.Unsold, vote.Undelivered
	return parts
}

func TestWorkedExamples(t *testing.T) {
	l := statutes(t)
	const passed, failed, short = vote.Passed, vote.NotPassed, vote.NotQuorate
	lifts2018, lifts2021 := profile(t, rules+"lift_zhengzhou_2018.yaml"), profile(t, rules+"lift_zhengzhou_2021.yaml")
	nine := []exact.Area{75_00, 75_00, 75_00, 75_00, 150_00, 150_00, 100_00, 100_00, 100_00} // 900 m²; the first six are 600
	three := []vote.Ballot{
		ballot("1", "a", vote.Yes, 1), ballot("2", "b", vote.Yes, 2), ballot("3", "c", vote.Yes, 3), ballot("4", "d", vote.Yes, 4),
		ballot("5", "e", vote.Yes, 5), ballot("6", "f", vote.No, 6), ballot("7", "g1", vote.Yes, 7), ballot("8", "g2", vote.Yes, 8),
	}
	couple, both := ballot("9", "h", vote.Yes, 9), ballot("10", "k", vote.Yes, 10)
	// 40 flats of 135.00 are 5,400 m²; 29 of 53.00 and one of 63.00 are 1,600; thirty of 100.00 are silent.
	seven := make([]exact.Area, 100)
	for i := range seven {
		switch {
		case i < 40:
			seven[i] = 135_00
		case i < 69:
			seven[i] = 53_00
		case i == 69:
			seven[i] = 63_00
		default:
			seven[i] = 100_00
		}
	}
	tests := []struct {
		name                 string
		parts                []vote.Part
		ballots              []vote.Ballot
		area, heads          string // participation, per cent
		yesArea, yesHeads    string // agreement of those who took part
		ordinary, special    vote.Outcome
		oldOrdinary, oldSpec vote.Outcome
	}{
		{"1: six of ten agree", equal(10, 100_00), join(say(vote.Yes, 1, 6), say(vote.No, 7, 7)),
			"70.00", "70.00", "85.71", "85.71", passed, passed, passed, failed},
		{"2a: half the area is not more than half", compound(nine...), join(say(vote.Yes, 1, 4), say(vote.No, 5, 6)),
			"66.67", "66.67", "50.00", "66.67", failed, failed, failed, failed},
		{"2b: exactly three quarters counts", compound(nine...), join(say(vote.Yes, 1, 5), say(vote.No, 6, 6)),
			"66.67", "66.67", "75.00", "83.33", passed, passed, failed, failed},
		{"2c: three quarters of the area, two thirds of the heads", compound(75_00, 75_00, 150_00, 150_00, 75_00, 75_00, 100_00, 100_00, 100_00),
			join(say(vote.Yes, 1, 4), say(vote.No, 5, 6)),
			"66.67", "66.67", "75.00", "66.67", passed, failed, failed, failed},
		{"3a: seven of ten heads, not the area", mixed(), three,
			"58.72", "70.00", "88.24", "85.71", short, short, passed, failed},
		{"3b: the couple's one vote; 2.00 m² short", mixed(), join(three, []vote.Ballot{couple}),
			"66.49", "80.00", "89.61", "87.50", short, short, passed, failed},
		{"3c: and the flat of g with k", mixed(), join(three, []vote.Ballot{couple, both}),
			"74.09", "90.00", "90.68", "88.89", passed, passed, passed, passed},
		{"4a: a lift, nine of twelve", equal(12, 60_00), join(say(vote.Yes, 1, 9), say(vote.No, 10, 12)),
			"100.00", "100.00", "75.00", "75.00", passed, passed, passed, passed},
		{"4b: a lift, eight of twelve", equal(12, 60_00), join(say(vote.Yes, 1, 8), say(vote.No, 9, 12)),
			"100.00", "100.00", "66.67", "66.67", passed, failed, passed, passed},
		{"4c: a lift, eight yes and four silent", equal(12, 60_00), say(vote.Yes, 1, 8),
			"66.67", "66.67", "100.00", "100.00", passed, passed, passed, passed},
		{"5: forty of a hundred silent", equal(100, 50_00), join(say(vote.Yes, 1, 40), say(vote.No, 41, 60)),
			"60.00", "60.00", "66.67", "66.67", short, short, failed, failed},
		{"6: abstentions take part, unsigned ballots do not", equal(30, 100_00),
			join(say(vote.Yes, 1, 11), say(vote.No, 12, 17), say(vote.Abstain, 18, 20), unsigned(say(vote.Yes, 21, 22))),
			"66.67", "66.67", "55.00", "55.00", passed, failed, failed, failed},
		{"6x: seventeen alone would not be enough", equal(30, 100_00), join(say(vote.Yes, 1, 11), say(vote.No, 12, 17)),
			"56.67", "56.67", "64.71", "64.71", short, short, failed, failed},
		{"7: the area agrees, the heads do not", compound(seven...), join(say(vote.Yes, 1, 40), say(vote.No, 41, 70)),
			"70.00", "70.00", "77.14", "57.14", passed, failed, failed, failed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := roll(t, tt.parts, vote.RollOptions{Builder: "builder"})
			for _, want := range []struct {
				rule    vote.Rule
				outcome vote.Outcome
			}{
				{l.ordinary, tt.ordinary}, {l.special, tt.special}, {l.oldOrdinary, tt.oldOrdinary}, {l.oldSpecial, tt.oldSpec},
				// The lifts' files: the statute of their time, and two thirds of all beside it.
				{rule(t, lifts2021, "special"), tt.special}, {rule(t, lifts2021, "consent"), tt.oldSpec},
				{rule(t, lifts2018, "special"), tt.oldSpec}, {rule(t, lifts2018, "consent"), tt.oldSpec},
			} {
				n, err := vote.Close(r, tt.ballots, want.rule, time.Time{})
				if err != nil {
					t.Fatal(err)
				}
				it := n.Items[0]
				if it.Outcome != want.outcome {
					t.Errorf("%s: %v, want %v (cast %+v, yes %+v of %+v)", want.rule.Name(), it.Outcome, want.outcome, it.Cast, it.Yes, it.Total)
				}
				for _, share := range []struct {
					name, want string
					part, all  uint64
				}{
					{"participation by area", tt.area, uint64(it.Cast.Area), uint64(it.Total.Area)},
					{"participation by heads", tt.heads, it.Cast.Heads, it.Total.Heads},
					{"yes by area", tt.yesArea, uint64(it.Yes.Area), uint64(it.Cast.Area)},
					{"yes by heads", tt.yesHeads, it.Yes.Heads, it.Cast.Heads},
				} {
					if got, _ := exact.Percent(share.part, share.all, 2); got != share.want {
						t.Errorf("%s = %s %%, want %s %%", share.name, got, share.want)
					}
				}
			}
		})
	}
}

func count(t testing.TB, parts []vote.Part, ballots []vote.Ballot, r vote.Rule) vote.Count {
	t.Helper()
	n, err := vote.Close(roll(t, parts, vote.RollOptions{Builder: "builder"}), ballots, r, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestExample3IsShortByTwoSquareMetres(t *testing.T) {
	ballots := []vote.Ballot{
		ballot("1", "a", vote.Yes, 1), ballot("2", "b", vote.Yes, 2), ballot("3", "c", vote.Yes, 3), ballot("4", "d", vote.Yes, 4),
		ballot("5", "e", vote.Yes, 5), ballot("6", "f", vote.No, 6), ballot("7", "g1", vote.Yes, 7), ballot("8", "g2", vote.Yes, 8),
		ballot("9", "h", vote.Yes, 9),
	}
	n := count(t, mixed(), ballots, statutes(t).ordinary)
	v := n.Items[0].Verdicts[0]
	if c := v.Checks[0]; c.Name != "quorum.area" || c.Met || c.Part != 770_00 || c.Whole != 1158_00 || c.Missing != 2_00 || c.OutOfReach {
		t.Errorf("area: %+v, want 770.00 of 1158.00, 2.00 missing", c)
	}
	if left, right := v.Checks[0].Products(); left != "2310.00" || right != "2316.00" {
		t.Errorf("products %s and %s, want 3×770.00 and 2×1158.00", left, right)
	}
	if c := v.Checks[1]; c.Name != "quorum.heads" || !c.Met || c.Part != 8 || c.Whole != 10 || c.Missing != 0 {
		t.Errorf("heads: %+v, want 8 of 10, met", c)
	}
	if failed := v.Failed(); len(failed) != 1 || failed[0].Name != "quorum.area" {
		t.Errorf("failed %+v, want the area quorum alone", failed)
	}
	if len(n.Silent) != 2 || n.Silent[0] != "k" || n.Silent[1] != "x1" {
		t.Errorf("silent heads %v, want k and the builder's", n.Silent)
	}
}

func TestExample4NeedsBothRules(t *testing.T) {
	l := statutes(t)
	r := roll(t, equal(12, 60_00), vote.RollOptions{})
	terms := vote.Terms{Items: []vote.Item{{ID: "lift", Rule: l.special, Also: []vote.Rule{l.lift}}}}
	tests := []struct {
		name    string
		yes, no int
		want    vote.Outcome
		failed  string
	}{
		{"4a", 9, 3, vote.Passed, "[]"},
		{"4b: the local rule alone", 8, 4, vote.NotPassed, "[owners_civil_code_2021#special]"},
		{"4c", 8, 0, vote.Passed, "[]"},
		{"neither", 7, 5, vote.NotPassed, "[owners_civil_code_2021#special lift_consent_example#consent]"},
		{"nobody", 0, 0, vote.NotQuorate, "[owners_civil_code_2021#special lift_consent_example#consent]"},
	}
	for _, tt := range tests {
		ballots := join(say(vote.Yes, 1, tt.yes), say(vote.No, tt.yes+1, tt.yes+tt.no))
		for i := range ballots {
			ballots[i].Choices = map[vote.ItemID]vote.Choice{"lift": ballots[i].Choices[vote.SoleItem]}
		}
		n, err := terms.Close(r, ballots)
		if err != nil {
			t.Fatal(err)
		}
		if it := n.Items[0]; it.Outcome != tt.want || fmt.Sprint(it.FailedRules()) != tt.failed {
			t.Errorf("%s: %v, failed %v; want %v, %s", tt.name, it.Outcome, it.FailedRules(), tt.want, tt.failed)
		}
	}
}

func TestExample5MajorityIsFollowedForInformationOnly(t *testing.T) {
	l := statutes(t)
	r := roll(t, equal(100, 50_00), vote.RollOptions{})
	ballots := join(say(vote.Yes, 1, 40), say(vote.No, 41, 60))
	terms := vote.Terms{Items: []vote.Item{{ID: vote.SoleItem, Rule: l.ordinary}}, Follow: true}
	n, err := terms.Close(r, ballots)
	if err != nil {
		t.Fatal(err)
	}
	it := n.Items[0]
	if it.Outcome != vote.NotQuorate {
		t.Errorf("outcome %v, want not quorate whatever the silent might think", it.Outcome)
	}
	f := it.Followed
	if f == nil || f.Majority != vote.Yes || f.Cast.Heads != 100 || f.Yes != (vote.Sides{Area: 4000_00, Heads: 80}) || f.Verdict.Outcome != vote.Passed {
		t.Errorf("followed %+v, want 80 of 100, passed", f)
	}
	civil := profile(t, rules+"owners_civil_code_2021.yaml")
	never, _ := civil.For("fund_raise")
	terms.Items[0].Rule = never
	if n, err = terms.Close(r, ballots); err != nil || n.Items[0].Followed != nil {
		t.Errorf("raising funds: followed %+v, %v; want none", n.Items[0].Followed, err)
	}
	terms.Items[0].Rule = l.ordinary
	if n, err = terms.Close(r, join(say(vote.Yes, 1, 30), say(vote.No, 31, 60))); err != nil || n.Items[0].Followed != nil {
		t.Errorf("a tie has no majority: followed %+v, %v", n.Items[0].Followed, err)
	}
	// Two large flats against three small ones: the area says yes, the heads say no.
	odd := roll(t, compound(200_00, 200_00, 50_00, 50_00, 50_00, 50_00), vote.RollOptions{})
	if n, err = terms.Close(odd, join(say(vote.Yes, 1, 2), say(vote.No, 3, 5))); err != nil || n.Items[0].Followed != nil {
		t.Errorf("axes that disagree have no majority: followed %+v, %v", n.Items[0].Followed, err)
	}
	if n, err = terms.Close(r, join(say(vote.Yes, 1, 20), say(vote.No, 21, 60))); err != nil || n.Items[0].Followed == nil ||
		n.Items[0].Followed.Majority != vote.No || n.Items[0].Followed.Yes.Heads != 20 || n.Items[0].Followed.Cast.Heads != 100 {
		t.Errorf("a majority against: followed %+v, %v", n.Items[0].Followed, err)
	}
}

func TestUnderAnotherProfile(t *testing.T) {
	l := statutes(t)
	n := count(t, equal(10, 100_00), join(say(vote.Yes, 1, 6), say(vote.No, 7, 7)), l.special)
	if got := n.Items[0].Under(l.oldSpecial).Outcome; n.Items[0].Outcome != vote.Passed || got != vote.NotPassed {
		t.Errorf("example 1: %v now, %v then; want passed, not passed", n.Items[0].Outcome, got)
	}
}

// TestEveryClauseAtItsEdge tries each clause one hundredth of a square metre, or one head, below and at its share.
func TestEveryClauseAtItsEdge(t *testing.T) {
	l := statutes(t)
	const all, N = 900_00, 900 // divisible by 2, 3 and 4
	type nums struct{ castA, castN, yesA, yesN uint64 }
	tests := []struct {
		name string
		rule vote.Rule
		nums
		want vote.Outcome
	}{
		{"ordinary: exactly two thirds take part, just over half agree", l.ordinary, nums{600_00, 600, 300_01, 301}, vote.Passed},
		{"ordinary: 0.01 m² below two thirds", l.ordinary, nums{599_99, 600, 599_99, 600}, vote.NotQuorate},
		{"ordinary: one head below two thirds", l.ordinary, nums{600_00, 599, 600_00, 599}, vote.NotQuorate},
		{"ordinary: exactly half the area", l.ordinary, nums{600_00, 600, 300_00, 301}, vote.NotPassed},
		{"ordinary: exactly half the heads", l.ordinary, nums{600_00, 600, 300_01, 300}, vote.NotPassed},
		{"ordinary: an odd whole, 0.01 m² over half", l.ordinary, nums{600_01, 601, 300_01, 301}, vote.Passed},
		{"ordinary: an odd whole, 0.01 m² below half", l.ordinary, nums{600_01, 601, 300_00, 301}, vote.NotPassed},
		{"special: exactly three quarters", l.special, nums{600_00, 600, 450_00, 450}, vote.Passed},
		{"special: 0.01 m² below three quarters", l.special, nums{600_00, 600, 449_99, 450}, vote.NotPassed},
		{"special: one head below three quarters", l.special, nums{600_00, 600, 450_00, 449}, vote.NotPassed},
		{"special: 0.01 m² below two thirds", l.special, nums{599_99, 600, 599_99, 600}, vote.NotQuorate},
		{"special: one head below two thirds", l.special, nums{600_00, 599, 600_00, 599}, vote.NotQuorate},
		{"2007 ordinary: just over half of all", l.oldOrdinary, nums{450_01, 451, 450_01, 451}, vote.Passed},
		{"2007 ordinary: exactly half of all area", l.oldOrdinary, nums{all, N, 450_00, 451}, vote.NotPassed},
		{"2007 ordinary: exactly half of all heads", l.oldOrdinary, nums{all, N, 450_01, 450}, vote.NotPassed},
		{"2007 special: exactly two thirds of all", l.oldSpecial, nums{600_00, 600, 600_00, 600}, vote.Passed},
		{"2007 special: 0.01 m² below", l.oldSpecial, nums{all, N, 599_99, 600}, vote.NotPassed},
		{"2007 special: one head below", l.oldSpecial, nums{all, N, 600_00, 599}, vote.NotPassed},
		{"lift, local: exactly two thirds of all", l.lift, nums{600_00, 600, 600_00, 600}, vote.Passed},
		{"lift, local: one head below", l.lift, nums{all, N, 600_00, 599}, vote.NotPassed},
		{"lift, local: 0.01 m² below", l.lift, nums{all, N, 599_99, 600}, vote.NotPassed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			side := func(a, n uint64) vote.Sides { return vote.Sides{Area: exact.Area(a), Heads: n} }
			v := tt.rule.Judge(side(all, N), side(tt.castA, tt.castN), side(tt.yesA, tt.yesN))
			if v.Outcome != tt.want {
				t.Errorf("%v, want %v: %+v", v.Outcome, tt.want, v.Checks)
			}
		})
	}
}

func TestNothingPassesOnNothing(t *testing.T) {
	l := statutes(t)
	for _, r := range []vote.Rule{l.ordinary, l.special, l.oldOrdinary, l.oldSpecial, l.lift} {
		want := vote.NotPassed
		if !r.Quorum.IsZero() {
			want = vote.NotQuorate
		}
		for name, parts := range map[string][]vote.Part{"nobody on the roll": nil, "no area": equal(3, 0), "nobody votes": equal(3, 50_00)} {
			var ballots []vote.Ballot
			if name == "no area" {
				ballots = say(vote.Yes, 1, 3)
			}
			if got := count(t, parts, ballots, r).Items[0].Outcome; got != want {
				t.Errorf("%s, %s: %v, want %v", r.Name(), name, got, want)
			}
		}
	}
}

func TestMissingReachesTheShareAndNoSooner(t *testing.T) {
	l := statutes(t)
	tests := []struct {
		name       string
		yes, no    int
		rule       vote.Rule
		check      string
		missing    uint64
		outOfReach bool
	}{
		{"four of ten: three more to take part", 4, 0, l.ordinary, "quorum.heads", 3, false},
		{"2 yes, 5 no: every further yes also takes part", 2, 5, l.ordinary, "pass.heads", 4, true},
		{"3 yes, 4 no: two more", 3, 4, l.ordinary, "pass.heads", 2, false},
		{"5 yes, 2 no: one more for three quarters", 5, 2, l.special, "pass.heads", 1, false},
		{"4 yes, 3 no: five more, three left", 4, 3, l.special, "pass.heads", 5, true},
		{"3 yes, 5 no: three more, two left", 3, 5, l.ordinary, "pass.heads", 3, true},
		{"6 yes, 3 no: three more, one left", 6, 3, l.special, "pass.heads", 3, true},
		{"6 yes, 2 no: all that is missing is nothing", 6, 2, l.special, "pass.heads", 0, false},
		{"old: exactly the last one is wanted", 6, 3, l.oldSpecial, "pass.heads", 1, false},
		{"the same by area", 5, 2, l.special, "pass.area", 100_00, false},
		{"old: six yes want one", 6, 1, l.oldSpecial, "pass.heads", 1, false},
		{"old: two more than half", 4, 1, l.oldOrdinary, "pass.heads", 2, false},
		{"old: seven against", 3, 7, l.oldSpecial, "pass.heads", 4, true},
		{"nobody yet", 0, 0, l.ordinary, "pass.heads", 1, false},
		{"met", 7, 0, l.ordinary, "pass.heads", 0, false},
	}
	for _, tt := range tests {
		n := count(t, equal(10, 100_00), join(say(vote.Yes, 1, tt.yes), say(vote.No, tt.yes+1, tt.yes+tt.no)), tt.rule)
		for _, c := range n.Items[0].Verdicts[0].Checks {
			if c.Name == tt.check && (c.Missing != tt.missing || c.OutOfReach != tt.outOfReach || c.Basis == "") {
				t.Errorf("%s: missing %d, out of reach %v, basis %q; want %d, %v", tt.name, c.Missing, c.OutOfReach, c.Basis, tt.missing, tt.outOfReach)
			}
		}
	}
}

func TestTermsThatCannotBeCounted(t *testing.T) {
	r := statutes(t).ordinary
	tests := map[string]struct {
		terms vote.Terms
		code  string
	}{
		"no item":       {vote.Terms{}, "vote.terms.no_item"},
		"no rule":       {vote.Terms{Items: []vote.Item{{ID: "1"}}}, "vote.terms.no_rule"},
		"no other rule": {vote.Terms{Items: []vote.Item{{ID: "1", Rule: r, Also: []vote.Rule{{}}}}}, "vote.terms.no_rule"},
		"one twice":     {vote.Terms{Items: []vote.Item{{ID: "1", Rule: r}, {ID: "1", Rule: r}}}, "vote.terms.item_twice"},
	}
	for name, tt := range tests {
		_, err := tt.terms.Close(roll(t, equal(1, 1), vote.RollOptions{}), nil)
		if no, ok := fault.As(err); !ok || no.Kind != fault.Invalid || no.Code != tt.code {
			t.Errorf("%s: %v, want %s", name, err, tt.code)
		}
		if _, err := vote.NewTally(roll(t, equal(1, 1), vote.RollOptions{}), tt.terms); err == nil {
			t.Errorf("%s: a tally was made of it", name)
		}
	}
}
