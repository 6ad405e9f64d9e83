package vote_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gongzhi/internal/vote"
)

// agenda is a vote on two items by the ordinary rule over two flats of one owner each, one of a couple, two of one
// owner and one parking space.
func agenda(t testing.TB) (vote.Roll, vote.Terms) {
	parts := equal(6, 100_00)
	parts[2].Owners = []vote.OwnerID{"wife", "husband"}
	parts[4].Owners = parts[3].Owners // o4 owns p4 and p5
	parts[5].Kind = vote.Space
	r := statutes(t).ordinary
	return roll(t, parts, vote.RollOptions{}), vote.Terms{
		Items:  []vote.Item{{ID: "roof", Rule: r}, {ID: "fund", Rule: r}},
		Closes: opens.Add(24 * time.Hour),
	}
}

// by is an owner's own ballot for a head, with the same choice on both items.
func by(id string, head vote.HeadID, voter vote.OwnerID, choice vote.Choice, n int) vote.Ballot {
	return vote.Ballot{
		ID: vote.BallotID(id), Head: head, Voter: voter, Channel: vote.Online, At: opens.Add(time.Duration(n) * time.Minute),
		Seq: uint64(n), Signed: true, Choices: map[vote.ItemID]vote.Choice{"roof": choice, "fund": choice},
	}
}

func with(b vote.Ballot, change func(*vote.Ballot)) vote.Ballot {
	change(&b)
	return b
}

func TestEveryReason(t *testing.T) {
	r, terms := agenda(t)
	good := by("b", "p1", "o1", vote.Yes, 1)
	mandate := func(change func(*vote.Mandate)) vote.Ballot {
		m := vote.Mandate{Holder: "son", Scan: "sha256:1"}
		change(&m)
		return with(good, func(b *vote.Ballot) { b.Channel, b.Mandate = vote.Proxy, &m })
	}
	tests := []struct {
		name   string
		ballot vote.Ballot
		want   string // reasons of the ballot and of its items
	}{
		{"counts", good, "[]"},
		{"no such head", with(good, func(b *vote.Ballot) { b.Head = "p99" }), "[unknown_part]"},
		{"no head at all", with(good, func(b *vote.Ballot) { b.Head = "" }), "[unknown_part]"},
		{"a head is named by its first part only", with(good, func(b *vote.Ballot) { b.Head, b.Voter = "p5", "o4" }), "[unknown_part]"},
		{"a part may be named instead", with(good, func(b *vote.Ballot) { b.Head, b.Part, b.Voter = "", "p5", "o4" }), "[]"},
		{"a space that is left out", with(good, func(b *vote.Ballot) { b.Head, b.Part = "", "p6" }), "[excluded_space]"},
		{"nobody", with(good, func(b *vote.Ballot) { b.Voter = "" }), "[unidentified]"},
		{"a stranger", with(good, func(b *vote.Ballot) { b.Voter = "o2" }), "[unknown_voter]"},
		{"a household's paper", with(good, func(b *vote.Ballot) { b.Voter, b.Channel = vote.AnyOwner, vote.Paper }), "[]"},
		{"a proxy without a mandate", with(good, func(b *vote.Ballot) { b.Channel = vote.Proxy }), "[no_mandate]"},
		{"a mandate nobody scanned", mandate(func(m *vote.Mandate) { m.Scan = "" }), "[no_mandate]"},
		{"a mandate for nobody", mandate(func(m *vote.Mandate) { m.Holder = "" }), "[no_mandate]"},
		{"withdrawn at that instant", mandate(func(m *vote.Mandate) { m.Revoked = good.At }), "[no_mandate]"},
		{"withdrawn afterwards", mandate(func(m *vote.Mandate) { m.Revoked = good.At.Add(1) }), "[]"},
		{"a mandate for one item", mandate(func(m *vote.Mandate) { m.Items = []vote.ItemID{"roof"} }), "[out_of_mandate fund]"},
		{"a mandate for something else", mandate(func(m *vote.Mandate) { m.Items = []vote.ItemID{"lift"} }), "[out_of_mandate]"},
		{"not signed", with(good, func(b *vote.Ballot) { b.Signed = false }), "[unsigned]"},
		{"the last instant", with(good, func(b *vote.Ballot) { b.At = terms.Closes.Add(-1) }), "[]"},
		{"the first instant too late", with(good, func(b *vote.Ballot) { b.At = terms.Closes }), "[late]"},
		{"late by another clock's zone", with(good, func(b *vote.Ballot) { b.At = terms.Closes.In(time.FixedZone("", -3600)) }), "[late]"},
		{"one item spoiled", with(good, func(b *vote.Ballot) { b.Choices = map[vote.ItemID]vote.Choice{"roof": vote.Yes, "fund": vote.Spoiled} }), "[spoiled fund]"},
		{"all spoiled", with(good, func(b *vote.Ballot) { b.Choices = map[vote.ItemID]vote.Choice{"roof": vote.Spoiled, "fund": 0} }), "[spoiled]"},
		{"blank", with(good, func(b *vote.Ballot) { b.Choices = nil }), "[blank]"},
		{"something nobody announced", with(good, func(b *vote.Ballot) { b.Choices = map[vote.ItemID]vote.Choice{"roof": vote.No, "lift": vote.Yes} }), "[off_agenda lift]"},
		{"only that", with(good, func(b *vote.Ballot) { b.Choices = map[vote.ItemID]vote.Choice{"lift": vote.Yes} }), "[off_agenda]"},
		{"unsigned comes before late and spoiled", with(good, func(b *vote.Ballot) { b.Signed, b.At, b.Choices = false, terms.Closes, nil }), "[unsigned]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n, err := terms.Close(r, []vote.Ballot{tt.ballot})
			if err != nil {
				t.Fatal(err)
			}
			got := []string{}
			for _, i := range n.Invalid {
				s := i.Reason.String()
				if i.Item != "" {
					s += " " + string(i.Item)
				}
				got = append(got, s)
			}
			if fmt.Sprint(got) != tt.want {
				t.Errorf("%v, want %s", got, tt.want)
			}
			if valid := n.Standing == 1; valid != (n.Items[0].Cast.Heads+n.Items[1].Cast.Heads > 0) || n.Ballots != 1 {
				t.Errorf("standing %d, cast %d and %d heads", n.Standing, n.Items[0].Cast.Heads, n.Items[1].Cast.Heads)
			}
		})
	}
}

func TestSeveralBallotsOfOneHead(t *testing.T) {
	r, terms := agenda(t)
	paper := func(b vote.Ballot) vote.Ballot { return with(b, func(b *vote.Ballot) { b.Channel = vote.Paper }) }
	part := func(b vote.Ballot, p vote.PartID) vote.Ballot {
		return with(b, func(b *vote.Ballot) { b.Part = p })
	}
	proxy := func(id string, head vote.HeadID, voter vote.OwnerID, n int) vote.Ballot {
		return with(by(id, head, voter, vote.Yes, n), func(b *vote.Ballot) {
			b.Channel, b.Mandate = vote.Proxy, &vote.Mandate{Holder: "son", Scan: "s"}
		})
	}
	precedence := []vote.Channel{vote.Station, vote.Paper}
	limit := func(n int) func(*vote.Terms) { return func(t *vote.Terms) { t.ProxyLimit = n } }
	tests := []struct {
		name     string
		terms    func(*vote.Terms)
		ballots  []vote.Ballot
		yes, no  vote.Sides // of the first item
		invalid  string
		disputed int
	}{
		{"the latest stands", nil, []vote.Ballot{by("1", "p1", "o1", vote.Yes, 1), by("2", "p1", "o1", vote.No, 2)},
			vote.Sides{}, vote.Sides{Area: 100_00, Heads: 1}, "1 superseded", 0},
		{"whatever came into the ledger first", nil, []vote.Ballot{with(by("1", "p1", "o1", vote.Yes, 1), func(b *vote.Ballot) { b.Seq = 7 }), by("2", "p1", "o1", vote.No, 2)},
			vote.Sides{}, vote.Sides{Area: 100_00, Heads: 1}, "1 superseded", 0},
		{"at one instant the later number", nil, []vote.Ballot{by("1", "p1", "o1", vote.Yes, 1), with(by("0", "p1", "o1", vote.No, 1), func(b *vote.Ballot) { b.Seq = 2 })},
			vote.Sides{}, vote.Sides{Area: 100_00, Heads: 1}, "1 superseded", 0},
		{"an invalid one takes nobody's place", nil, []vote.Ballot{by("1", "p1", "o1", vote.Yes, 1), with(by("2", "p1", "o1", vote.No, 2), func(b *vote.Ballot) { b.Signed = false })},
			vote.Sides{Area: 100_00, Heads: 1}, vote.Sides{}, "2 unsigned", 0},
		{"paper before online, though earlier", func(t *vote.Terms) { t.Precedence = precedence },
			[]vote.Ballot{paper(by("1", "p1", "o1", vote.Yes, 1)), by("2", "p1", "o1", vote.No, 2)},
			vote.Sides{Area: 100_00, Heads: 1}, vote.Sides{}, "2 superseded", 0},
		{"a household's paper is its only owner's", nil, []vote.Ballot{by("1", "p1", vote.AnyOwner, vote.Yes, 1), by("2", "p1", "o1", vote.No, 2)},
			vote.Sides{}, vote.Sides{Area: 100_00, Heads: 1}, "1 superseded", 0},
		{"a couple of one mind is one head", nil, []vote.Ballot{by("1", "p3", "wife", vote.Yes, 1), by("2", "p3", "husband", vote.Yes, 2)},
			vote.Sides{Area: 100_00, Heads: 1}, vote.Sides{}, "", 0},
		{"a couple of two minds has not voted", nil, []vote.Ballot{by("1", "p3", "wife", vote.Yes, 1), by("2", "p3", "husband", vote.No, 2)},
			vote.Sides{}, vote.Sides{}, "", 2},
		{"abstaining contradicts yes", nil, []vote.Ballot{by("1", "p3", "wife", vote.Yes, 1), by("2", "p3", "husband", vote.Abstain, 2)},
			vote.Sides{}, vote.Sides{}, "", 2},
		{"until one of them gives in", nil, []vote.Ballot{by("1", "p3", "wife", vote.Yes, 1), by("2", "p3", "husband", vote.No, 2), by("3", "p3", "husband", vote.Yes, 3)},
			vote.Sides{Area: 100_00, Heads: 1}, vote.Sides{}, "2 superseded", 0},
		{"or is named by both", func(t *vote.Terms) { t.Representatives = map[vote.HeadID]vote.OwnerID{"p3": "husband"} },
			[]vote.Ballot{by("1", "p3", "wife", vote.Yes, 1), by("2", "p3", "husband", vote.No, 2), by("3", "p3", vote.AnyOwner, vote.Yes, 3)},
			vote.Sides{}, vote.Sides{Area: 100_00, Heads: 1}, "1 not_representative, 3 not_representative", 0},
		{"two flats, one head", nil, []vote.Ballot{by("1", "p4", "o4", vote.Yes, 1)},
			vote.Sides{Area: 200_00, Heads: 1}, vote.Sides{}, "", 0},
		{"two flats, a ballot for each", nil, []vote.Ballot{part(by("1", "", "o4", vote.Yes, 1), "p4"), part(by("2", "", "o4", vote.Yes, 2), "p5")},
			vote.Sides{Area: 200_00, Heads: 1}, vote.Sides{}, "", 0},
		{"only one of two flats", nil, []vote.Ballot{part(by("1", "", "o4", vote.Yes, 1), "p5")},
			vote.Sides{Area: 100_00, Heads: 1}, vote.Sides{}, "", 0},
		{"two flats, two opinions", nil, []vote.Ballot{part(by("1", "", "o4", vote.Yes, 1), "p4"), part(by("2", "", "o4", vote.No, 2), "p5")},
			vote.Sides{}, vote.Sides{}, "", 2},
		{"the same ballot sent twice", nil, []vote.Ballot{by("1", "p1", "o1", vote.Yes, 1), with(by("1", "p1", "o1", vote.Yes, 1), func(b *vote.Ballot) { b.Seq = 7 })},
			vote.Sides{Area: 100_00, Heads: 1}, vote.Sides{}, "1 duplicate", 0},
		{"two ballots of one id: neither is known to be the one", nil, []vote.Ballot{by("0", "p2", "o2", vote.Yes, 1), by("1", "p1", "o1", vote.Yes, 2), by("1", "p1", "o1", vote.No, 3)},
			vote.Sides{Area: 100_00, Heads: 1}, vote.Sides{}, "1 duplicate, 1 duplicate", 0},
		{"one id for husband and wife", nil, []vote.Ballot{by("1", "p3", "wife", vote.Yes, 1), by("1", "p3", "husband", vote.Yes, 1)},
			vote.Sides{}, vote.Sides{}, "1 duplicate, 1 duplicate", 0},
		{"a proxy within the limit", limit(2), []vote.Ballot{proxy("1", "p1", "o1", 1), proxy("2", "p2", "o2", 2), proxy("3", "p1", "o1", 3)},
			vote.Sides{Area: 200_00, Heads: 2}, vote.Sides{}, "1 superseded", 0},
		{"one head too many: the earliest stand", limit(2), []vote.Ballot{proxy("3", "p4", "o4", 3), proxy("1", "p1", "o1", 1), proxy("2", "p2", "o2", 2)},
			vote.Sides{Area: 200_00, Heads: 2}, vote.Sides{}, "3 proxy_limit", 0},
		{"over the limit takes nobody's place", limit(1), []vote.Ballot{by("1", "p4", "o4", vote.No, 1), proxy("2", "p1", "o1", 2), proxy("3", "p4", "o4", 3)},
			vote.Sides{Area: 100_00, Heads: 1}, vote.Sides{Area: 200_00, Heads: 1}, "3 proxy_limit", 0},
		{"no limit", limit(0), []vote.Ballot{proxy("1", "p1", "o1", 1), proxy("2", "p2", "o2", 2), proxy("3", "p4", "o4", 3)},
			vote.Sides{Area: 400_00, Heads: 3}, vote.Sides{}, "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			terms := terms
			if tt.terms != nil {
				tt.terms(&terms)
			}
			n, err := terms.Close(r, tt.ballots)
			if err != nil {
				t.Fatal(err)
			}
			invalid := ""
			for i, v := range n.Invalid {
				if i > 0 {
					invalid += ", "
				}
				invalid += string(v.Ballot) + " " + v.Reason.String()
			}
			if it := n.Items[0]; it.Yes != tt.yes || it.No != tt.no || invalid != tt.invalid || len(n.Disputed) != tt.disputed {
				t.Errorf("yes %v, no %v, invalid %q, %d disputed\nwant %v, %v, %q, %d", it.Yes, it.No, invalid, len(n.Disputed), tt.yes, tt.no, tt.invalid, tt.disputed)
			}
		})
	}
}

func TestDisputeNamesPartsAndBallots(t *testing.T) {
	r, terms := agenda(t)
	only := func(b vote.Ballot, item vote.ItemID, c vote.Choice) vote.Ballot {
		return with(b, func(b *vote.Ballot) { b.Choices[item] = c })
	}
	n, err := terms.Close(r, []vote.Ballot{by("w", "p3", "wife", vote.Yes, 1), only(by("h", "p3", "husband", vote.Yes, 2), "fund", vote.No)})
	if err != nil {
		t.Fatal(err)
	}
	if len(n.Disputed) != 1 {
		t.Fatalf("disputed %+v, want the fund only", n.Disputed)
	}
	d := n.Disputed[0]
	if d.Item != "fund" || d.Head != "p3" || !slices.Equal(d.Parts, []vote.PartID{"p3"}) || !slices.Equal(d.Ballots, []vote.BallotID{"h", "w"}) {
		t.Errorf("dispute %+v", d)
	}
	if roof, _ := n.Item("roof"); roof.Yes.Heads != 1 {
		t.Errorf("the roof is agreed: %+v", roof)
	}
	if fund, _ := n.Item("fund"); fund.Cast.Heads != 0 || fund.Disputed != (vote.Sides{Area: 100_00, Heads: 1}) || fund.Silent.Heads != 3 {
		t.Errorf("the fund is not cast: %+v", fund)
	}
	if n.Standing != 2 || len(n.Silent) != 3 {
		t.Errorf("standing %d, silent %v", n.Standing, n.Silent)
	}
}

func TestLateBallotsAreListed(t *testing.T) {
	n, err := vote.Close(roll(t, equal(2, 1_00), vote.RollOptions{}), say(vote.Yes, 1, 2), statutes(t).ordinary, opens.Add(2*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if late := n.Late(); len(late) != 1 || late[0].Ballot != "b2" || n.Items[0].Cast.Heads != 1 {
		t.Errorf("late %+v, cast %d", late, n.Items[0].Cast.Heads)
	}
}

func TestTallyConfirmSettlesADispute(t *testing.T) {
	r, terms := agenda(t)
	tally, err := vote.NewTally(r, terms)
	if err != nil {
		t.Fatal(err)
	}
	tally.Add(by("1", "p3", "wife", vote.Yes, 1))
	tally.Add(by("2", "p3", "husband", vote.No, 2))
	if f := tally.Figures(); f.Items[0].Disputed.Heads != 1 || !tally.Voted("p3") || tally.Voted("p1") {
		t.Errorf("before: %+v", f.Items[0])
	}
	tally.Confirm("p3", "wife")
	if f := tally.Figures(); f.Items[0].Disputed.Heads != 0 || f.Items[0].Yes.Heads != 1 || f.Reasons[vote.NotRepresentative] != 1 {
		t.Errorf("confirmed: %+v", f)
	}
	tally.Confirm("p3", "")
	if f := tally.Figures(); f.Items[0].Disputed.Heads != 1 || f.Standing != 2 {
		t.Errorf("withdrawn: %+v", f)
	}
	if terms.Representatives != nil {
		t.Error("Confirm changed the caller's terms")
	}
}
