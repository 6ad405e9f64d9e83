package ballot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/step/ballot"
	"gongzhi/internal/step/steptest"
	"gongzhi/internal/vote"
)

// laws are the rule files of the first charter.
func laws(t *testing.T) vote.Profiles {
	t.Helper()
	return steptest.Laws(t, "../../../charters/linshanzhai/rules")
}

func suit(t *testing.T) func(*steptest.World) {
	return func(w *steptest.World) {
		w.Profiles["owners"] = laws(t)
	}
}

func TestKind(t *testing.T) {
	steptest.Run(t, ballot.Kind{}, suit(t), func(w *steptest.World) { w.Runs, w.Length, w.Rare = 50, 60, []string{"passed", "not_passed"} })
}

var (
	secretary  = steptest.Who{Person: "sec", Role: "community_secretary"}
	clerk1     = steptest.Who{Person: "c1", Role: "clerk"}
	clerk2     = steptest.Who{Person: "c2", Role: "clerk"}
	supervisor = steptest.Who{Person: "sun", Role: "supervisor"}
)

func owner(i int) steptest.Who {
	return steptest.Who{Person: act.Person(fmt.Sprintf("o%02d", i)), Role: "owner", Scope: act.RowID{Register: "part", ID: fmt.Sprintf("u%02d", i)}}
}

func sub(verb, item string, pairs ...string) step.Submission {
	s := step.Submission{Verb: verb, Item: item, Values: map[string][]string{}, Files: map[string][]step.File{}}
	for i := 0; i < len(pairs); i += 2 {
		s.Values[pairs[i]] = []string{pairs[i+1]}
	}
	return s
}

func scanned(s step.Submission) step.Submission {
	s.Files["scan"] = []step.File{{Name: "1.jpg", Type: "image/jpeg", Size: 1, Hash: act.Sum([]byte("scan"))}}
	s.Values["received"] = []string{"2026-03-03 10:00"}
	return s
}

func at(t *testing.T, s string) time.Time {
	t.Helper()
	when, err := calendar.ParseInstant(s)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// world has n flats of 100.00 m², each of one owner.
func world(t *testing.T, n int) *steptest.World {
	t.Helper()
	w := steptest.NewWorld()
	w.Now = at(t, "2026-03-02 16:00")
	w.Profiles["owners"] = laws(t)
	w.Book = w.Book[:1]
	for i := range n {
		w.Book = append(w.Book, register.Row{
			ID: act.RowID{Register: "part", ID: fmt.Sprintf("u%02d", i+1)}, Parent: w.Subject, Name: fmt.Sprint(i + 1),
			Values: map[string]any{"area": int64(100_00), "owners": []string{fmt.Sprintf("person/o%02d", i+1)}, "state": "sold", "kind": "flat",
				"area_source": "register", "unit": "1", "room": fmt.Sprint(100 + i), "builder": ""},
		})
	}
	return w
}

// byHand is what the example says of the count by hand.
const byHand = "recount: { by: [supervisor, owner] }\n"

// open opens the example's vote, without the count by hand.
func open(t *testing.T, w *steptest.World, change ...string) *steptest.Sim {
	t.Helper()
	return opened(t, w, append(change, byHand, "")...)
}

func opened(t *testing.T, w *steptest.World, change ...string) *steptest.Sim {
	t.Helper()
	yaml := strings.NewReplacer(change...).Replace(string(ballot.Kind{}.Example()))
	m := steptest.Start(t, steptest.Must(t, ballot.Kind{}, yaml, w), w)
	must(t, m.Submit(secretary, sub("open", "")))
	return m
}

func vote1(m *steptest.Sim, who steptest.Who, choice string) error {
	return m.Submit(who, sub("cast", "", "renovate", choice, "fund", choice))
}

// run casts yes, no and abstain in this order by as many owners, closes, and gives the ending.
func run(t *testing.T, m *steptest.Sim, yes, no, abstain int) act.Ending {
	t.Helper()
	i := 0
	for _, c := range []struct {
		n      int
		choice string
	}{{yes, "yes"}, {no, "no"}, {abstain, "abstain"}} {
		for range c.n {
			i++
			must(t, vote1(m, owner(i), c.choice))
		}
	}
	m.Until(at(t, "2026-03-20 00:00"))
	end, ended := m.Ended()
	if !ended {
		t.Fatal("the vote did not end")
	}
	return end
}

// Civil Code art. 278, equal flats: two thirds must take part; special matters need three quarters of those.
func TestTheLawIsExact(t *testing.T) {
	special, ordinary := "matter: special", "matter: ordinary"
	tests := []struct {
		name             string
		n                int
		matter           string
		yes, no, abstain int
		want             string
	}{
		{"one household short of two thirds", 9, special, 5, 0, 0, "not_quorate"},
		{"exactly two thirds, all agree", 9, special, 6, 0, 0, "passed"},
		{"exactly three quarters agree", 12, special, 6, 2, 0, "passed"},
		{"one short of three quarters", 12, special, 5, 3, 0, "not_passed"},
		{"half is not more than half", 12, ordinary, 4, 4, 0, "not_passed"},
		{"just more than half", 12, ordinary, 5, 3, 0, "passed"},
		{"who abstains takes part", 12, ordinary, 4, 0, 4, "not_passed"},
		{"nobody voted", 9, special, 0, 0, 0, "not_quorate"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			end := run(t, open(t, world(t, tt.n), special, tt.matter), tt.yes, tt.no, tt.abstain)
			if end.Outcome != tt.want || end.Facts["profile"] != "owners_civil_code_2021" {
				t.Errorf("outcome %s, want %s; facts %v", end.Outcome, tt.want, end.Facts)
			}
			if end.Facts["renovate_yes_heads"] != float64(tt.yes) || end.Facts["cast_area"] != float64((tt.yes+tt.no+tt.abstain)*100_00) {
				t.Errorf("facts %v", end.Facts)
			}
		})
	}
}

// The day the vote closes chooses the law, not the day it opens: 2020-12-28 and ten days is 2021-01-07.
func TestTheDayOfDecisionChoosesTheLaw(t *testing.T) {
	for _, tt := range []struct{ opens, profile string }{
		{"2020-12-20 09:00", "owners_property_law_2007"}, {"2020-12-21 23:59", "owners_property_law_2007"}, {"2020-12-22 00:00", "owners_civil_code_2021"},
	} {
		w := world(t, 3)
		w.Now = at(t, tt.opens)
		m := open(t, w)
		if !strings.Contains(string(m.Acts[1].Body), `"profile":"`+tt.profile+`"`) {
			t.Errorf("opened %s: %.300s", tt.opens, m.Acts[1].Body)
		}
	}
	w := world(t, 3)
	w.Now = at(t, "2006-01-01 09:00")
	m := steptest.Start(t, steptest.Must(t, ballot.Kind{}, string(ballot.Kind{}.Example()), w), w)
	if r, _ := fault.As(m.Submit(secretary, sub("open", ""))); r == nil || r.Code != "ballot.no_law" {
		t.Errorf("a vote before any law: %v", r)
	}
}

func TestLateByAnInstant(t *testing.T) {
	m := open(t, world(t, 3))
	m.Until(at(t, "2026-03-12 23:59:59"))
	must(t, vote1(m, owner(1), "yes"))
	m.Until(at(t, "2026-03-13 00:00"))
	r, ok := fault.As(vote1(m, owner(2), "yes"))
	if !ok || r.Code != "ballot.closed" || r.Kind != fault.Closed || r.Basis.Clause != "methods/example.yaml#example.window" {
		t.Errorf("at midnight: %+v", r)
	}
}

func TestAChangedBallotCountsOnce(t *testing.T) {
	m := open(t, world(t, 3))
	for _, c := range []string{"no", "abstain", "yes"} {
		must(t, vote1(m, owner(1), c))
	}
	end := run(t, m, 3, 0, 0)
	if end.Facts["cast_heads"] != float64(3) || end.Facts["fund_yes_heads"] != float64(3) {
		t.Errorf("facts %v", end.Facts)
	}
}

// One owner with two flats is one head, and a ballot for one flat speaks for both.
func TestTwoFlatsOneVote(t *testing.T) {
	w := world(t, 3)
	w.Book[2].Values["owners"] = []string{"person/o01"}
	end := run(t, open(t, w), 1, 0, 0)
	if end.Facts["heads"] != float64(2) || end.Facts["area"] != float64(300_00) || end.Facts["renovate_yes_area"] != float64(200_00) {
		t.Errorf("facts %v", end.Facts)
	}
}

// Whom to visit: every flat of a household that has not voted.
func TestLeft(t *testing.T) {
	w := world(t, 4)
	w.Book[2].Values["owners"] = []string{"person/o01"}
	m := open(t, w)
	must(t, vote1(m, owner(1), "no")) // speaks for u01 and u02
	left := m.Step.(step.Rounds).Left(m.View())
	if len(left) != 2 || left[0].ID != "u03" || left[1].ID != "u04" {
		t.Errorf("left %v", left)
	}
}

// Co-owners who contradict each other have not voted until they agree.
func TestCoOwnersWhoDisagree(t *testing.T) {
	w := world(t, 3)
	w.Book[1].Values["owners"] = []string{"person/o01", "person/wife"}
	m := open(t, w)
	wife := steptest.Who{Person: "wife", Role: "owner", Scope: owner(1).Scope}
	must(t, vote1(m, owner(1), "yes"))
	must(t, vote1(m, wife, "no"))
	must(t, vote1(m, owner(2), "yes"))
	name := sub("represent", "", "part", "u01", "owner", "o02")
	name.Files["proof"] = []step.File{{Name: "p.jpg", Type: "image/jpeg", Size: 1, Hash: act.Sum([]byte("p"))}}
	if r, _ := fault.As(m.Submit(clerk1, name)); r == nil || r.Code != "ballot.not_owner" {
		t.Errorf("somebody else's owner represents it: %v", r)
	}
	settled := *m // the same vote, where the couple names one of them
	m.Until(at(t, "2026-03-20 00:00"))
	end, _ := m.Ended()
	if end.Outcome != "not_quorate" || end.Facts["cast_heads"] != float64(1) {
		t.Errorf("ended %+v", end)
	}
	name.Values["owner"] = []string{"wife"}
	settled.Acts, settled.State = settled.Acts[:len(settled.Acts):len(settled.Acts)], settled.Refold()
	must(t, settled.Submit(clerk1, name))
	settled.Until(at(t, "2026-03-20 00:00"))
	end, _ = settled.Ended()
	if end.Outcome != "not_passed" || end.Facts["cast_heads"] != float64(2) || end.Facts["renovate_yes_heads"] != float64(1) {
		t.Errorf("with a representative: %+v", end)
	}
}

func TestTheRollIsFrozen(t *testing.T) {
	w := world(t, 3)
	m := open(t, w)
	w.Book = w.Book[:2] // two flats are sold away the day after
	end := run(t, m, 3, 0, 0)
	if end.Facts["heads"] != float64(3) || end.Outcome != "passed" {
		t.Errorf("ended %+v", end)
	}
	stranger := steptest.Who{Person: "x", Role: "owner", Scope: act.RowID{Register: "part", ID: "u99"}}
	m = open(t, world(t, 3))
	if r, _ := fault.As(vote1(m, stranger, "yes")); r == nil || r.Code != "ballot.not_on_roll" {
		t.Errorf("not on the roll: %v", r)
	}
}

func TestAFaultyRollDoesNotOpen(t *testing.T) {
	w := world(t, 3)
	w.Book[1].Values["state"] = "rented"
	m := steptest.Start(t, steptest.Must(t, ballot.Kind{}, string(ballot.Kind{}.Example()), w), w)
	r, ok := fault.As(m.Submit(secretary, sub("open", "")))
	if !ok || r.Code != "ballot.roll" || r.Args["Rows"] != "u01" {
		t.Errorf("got %+v", r)
	}
}

func paperOf(verb, item, part, choice string) step.Submission {
	return sub(verb, item, "part", part, "signed", "yes", "renovate", choice, "fund", choice)
}

func TestPaperIsEnteredTwice(t *testing.T) {
	m := open(t, world(t, 3))
	m.Until(at(t, "2026-03-04 10:00"))
	must(t, m.Submit(clerk1, scanned(paperOf("enter", "", "u01", "yes"))))
	if err := m.Submit(clerk1, paperOf("verify", "1", "u01", "yes")); !fault.Is(err, fault.Denied) {
		t.Errorf("one person entered it twice: %v", err)
	}
	must(t, m.Submit(clerk2, paperOf("verify", "1", "u01", "yes")))
	must(t, m.Submit(clerk1, scanned(paperOf("enter", "", "u02", "yes"))))
	must(t, m.Submit(clerk2, paperOf("verify", "2", "u02", "no"))) // differs
	for _, who := range []steptest.Who{{Person: "c1", Role: "supervisor"}, {Person: "c2", Role: "supervisor"}} {
		if err := m.Submit(who, sub("settle", "2", "decision", "void", "reason", "r")); !fault.Is(err, fault.Denied) {
			t.Errorf("%s settled their own entry: %v", who.Person, err)
		}
	}
	// The window and the two days for typing in are over; the paper that differs holds the count.
	m.Until(at(t, "2026-03-20 00:00"))
	if _, ended := m.Ended(); ended {
		t.Fatal("counted while a paper was unsettled")
	}
	must(t, m.Submit(supervisor, func() step.Submission {
		s := paperOf("settle", "2", "u02", "yes")
		s.Values["decision"], s.Values["reason"] = []string{"count"}, []string{"read from the sheet"}
		return s
	}()))
	end, _ := m.Ended()
	if end.Outcome != "passed" || end.Facts["renovate_yes_heads"] != float64(2) {
		t.Errorf("ended %+v", end)
	}
}

// The Civil Code profile lets one person vote for three heads; the fourth does not count. Without the written mandate
// there is no proxy.
func TestProxies(t *testing.T) {
	m := open(t, world(t, 6))
	m.Until(at(t, "2026-03-04 10:00"))
	for i := range 4 {
		part, no := fmt.Sprintf("u%02d", i+1), fmt.Sprint(i+1)
		s := scanned(paperOf("enter", "", part, "yes"))
		s.Values["holder"] = []string{"p-zhou"}
		if r, _ := fault.As(m.Submit(clerk1, s)); r == nil || len(r.Fields) != 1 || r.Fields[0].Name != "mandate" {
			t.Fatalf("a proxy without a mandate: %v", r)
		}
		s.Files["mandate"] = []step.File{{Name: "m.jpg", Type: "image/jpeg", Size: 1, Hash: act.Sum([]byte(part))}}
		must(t, m.Submit(clerk1, s))
		v := paperOf("verify", no, part, "yes")
		v.Values["holder"] = []string{"p-zhou"}
		must(t, m.Submit(clerk2, v))
	}
	must(t, vote1(m, owner(5), "yes"))
	m.Until(at(t, "2026-03-20 00:00"))
	if end, _ := m.Ended(); end.Facts["cast_heads"] != float64(4) || end.Outcome != "passed" { // three by proxy and one online
		t.Errorf("ended %+v", end)
	}
}

func TestPaperStandsAgainstTheNet(t *testing.T) {
	m := open(t, world(t, 1))
	m.Until(at(t, "2026-03-04 10:00"))
	must(t, m.Submit(clerk1, scanned(paperOf("enter", "", "u01", "no"))))
	must(t, m.Submit(clerk2, paperOf("verify", "1", "u01", "no")))
	must(t, vote1(m, owner(1), "yes")) // later, and still weaker by the charter's precedence
	m.Until(at(t, "2026-03-20 00:00"))
	if end, _ := m.Ended(); end.Outcome != "not_passed" {
		t.Errorf("ended %+v", end)
	}
}

// What came too late may still be typed in and is listed; what came before the vote, or tomorrow, is a slip of the pen.
func TestPaperMustHaveComeInTime(t *testing.T) {
	m := open(t, world(t, 3))
	m.Until(at(t, "2026-03-13 10:00")) // closed, and still open for typing in
	for _, tt := range []struct {
		received string
		ok       bool
	}{{"2026-03-13 10:01", false}, {"2026-03-02 15:59", false}, {"", false}, {"2026-03-12 23:59", true}} {
		s := scanned(paperOf("enter", "", "u01", "yes"))
		s.Values["received"] = []string{tt.received} // left open it would be now, and the vote is over
		if err := m.Submit(clerk1, s); (err == nil) != tt.ok {
			t.Errorf("received %s: %v", tt.received, err)
		}
	}
	m.Until(at(t, "2026-03-15 00:00"))
	if r, _ := fault.As(m.Submit(clerk1, scanned(paperOf("enter", "", "u02", "yes")))); r == nil || r.Kind != fault.Closed {
		t.Errorf("typed in after the days for it: %v", r)
	}
	must(t, m.Submit(clerk2, paperOf("verify", "1", "u01", "yes")))
	if _, ended := m.Ended(); !ended {
		t.Error("the last paper did not end it")
	}
}

func TestCheck(t *testing.T) {
	tests := []struct{ name, from, to, want string }{
		{"rules that are not there", "rule: owners", "rule: tenants", "ballot.profiles"},
		{"a matter no law knows", "matter: special", "matter: special\nalso: [consent]", "ballot.no_rule"},
		{"spaces without their rule", "count_special_spaces: false", "count_special_spaces: true", "ballot.spaces"},
		{"a field the register has not", "area: area", "area: size", "ballot.field"},
		{"two questions of one key", "key: fund", "key: renovate", "ballot.item"},
		{"paper without a second hand", "verify: { by: [clerk] }", "", "role.none"},
		{"nobody says what is shown", "show: participation", "show: some", "ballot.show"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			yaml := strings.Replace(string(ballot.Kind{}.Example()), tt.from, tt.to, 1)
			_, findings := steptest.Load(t, ballot.Kind{}, yaml, world(t, 1))
			if len(findings) == 0 || findings[0].Code != tt.want {
				t.Errorf("findings %v, want %s", findings, tt.want)
			}
		})
	}
}

// Whoever was let in for a flat and has sold it since has no vote there: the roll says who owns it.
func TestOnlyAnOwnerOnTheRollCasts(t *testing.T) {
	w := world(t, 3)
	w.Book[2].Values["owners"] = []string{"person/buyer"}
	m := open(t, w)
	r, ok := fault.As(vote1(m, owner(2), "yes"))
	if !ok || r.Code != "ballot.not_voter" || r.Kind != fault.Denied {
		t.Errorf("the seller: %+v", r)
	}
	must(t, vote1(m, owner(1), "yes"))
}
