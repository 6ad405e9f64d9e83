package secretballot_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	secretballot "gongzhi/internal/step/secret_ballot"
	"gongzhi/internal/step/steptest"
)

func TestKind(t *testing.T) {
	steptest.Run(t, secretballot.Kind{}, func(w *steptest.World) { w.Rare = []string{"passed", "void", "not_quorate", "not_passed"} })
}

var (
	secretary = steptest.Who{Person: "sec", Role: "community_secretary"}
	clerk     = steptest.Who{Person: "c1", Role: "clerk"}
	teller    = steptest.Who{Person: "sun", Role: "supervisor"}
)

func household(i int) steptest.Who {
	return steptest.Who{Person: act.Person(fmt.Sprintf("r%02d", i)), Role: "resident", Scope: act.RowID{Register: "part", ID: fmt.Sprintf("u%02d", i)}}
}

func sub(verb string, pairs ...string) step.Submission {
	s := step.Submission{Verb: verb, Values: map[string][]string{}}
	for i := 0; i < len(pairs); i += 2 {
		s.Values[pairs[i]] = []string{pairs[i+1]}
	}
	return s
}

// slip is a vote for each candidate by letter: "yyna".
func slip(marks string) step.Submission {
	s := sub("cast")
	for i, m := range marks {
		s.Values[fmt.Sprintf("%sc%d", step.Secret, i+1)] = []string{map[rune]string{'y': "yes", 'n': "no", 'a': "abstain"}[m]}
	}
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// start opens the example's election of three among four in a compound of twelve households.
func start(t *testing.T) *steptest.Sim {
	t.Helper()
	w := steptest.NewWorld()
	m := steptest.Start(t, steptest.Must(t, secretballot.Kind{}, string(secretballot.Kind{}.Example()), w), w)
	must(t, m.Submit(secretary, sub("open", "names", "演示甲\n演示乙\n演示丙\n演示丁")))
	return m
}

func vote(t *testing.T, m *steptest.Sim, slips ...string) {
	t.Helper()
	for i, s := range slips {
		must(t, m.Submit(household(i+1), slip(s)))
	}
}

// end lets the window pass.
func end(t *testing.T, m *steptest.Sim) act.Ending {
	t.Helper()
	m.Until(m.Now.AddDate(0, 0, 7))
	e, ended := m.Ended()
	if !ended {
		t.Fatal("it did not end")
	}
	return e
}

// More than half of twelve are seven; more than half of those present pass; three seats.
func TestElection(t *testing.T) {
	tests := []struct {
		name    string
		slips   []string
		outcome string
		elected []any
	}{
		{"nobody came", nil, "not_quorate", []any{}},
		{"half came", strings.Fields(strings.Repeat("yyyn ", 6)), "not_quorate", []any{}},
		{"one more than half came, all agree", strings.Fields(strings.Repeat("yyyn ", 7)), "passed", []any{"演示甲", "演示乙", "演示丙"}},
		{"half of those present is not more than half", strings.Fields("yyyn yyyn yyyn yynn yynn yynn yynn yynn"), "not_passed", []any{"演示甲", "演示乙"}},
		{"level at the last seat", strings.Fields("yyyn yyyn yyyn yyyn yyny yyny yyny yyny yyaa"), "not_passed", []any{"演示甲", "演示乙"}},
		{"most votes first", strings.Fields("nyyy nyyy nyyy nyyy nyya nyna nyna"), "passed", []any{"演示乙", "演示丙", "演示丁"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := start(t)
			vote(t, m, tt.slips...)
			e := end(t, m)
			if e.Outcome != tt.outcome || !reflect.DeepEqual(e.Facts["elected"], tt.elected) || e.Facts["present"] != float64(len(tt.slips)) {
				t.Errorf("ended %s with %v", e.Outcome, e.Facts)
			}
		})
	}
}

func TestWhoMayVote(t *testing.T) {
	m := start(t)
	if err := m.Submit(household(1), slip("yyyy")); !fault.Is(err, fault.Invalid) {
		t.Errorf("four for three seats: %v", err)
	}
	must(t, m.Submit(household(1), slip("yyyn")))
	if r, _ := fault.As(m.Submit(household(1), slip("nnnn"))); r == nil || r.Code != "secret_ballot.ticked" {
		t.Errorf("the same household again: %v", r)
	}
	other := household(1)
	other.Person = "wife"
	if r, _ := fault.As(m.Submit(other, slip("nnnn"))); r == nil || r.Code != "secret_ballot.ticked" {
		t.Errorf("another of the household: %v", r)
	}
	must(t, m.Submit(clerk, sub("hand_out", "voter", "u02")))
	if r, _ := fault.As(m.Submit(household(2), slip("nnnn"))); r == nil || r.Code != "secret_ballot.ticked" {
		t.Errorf("online after taking a paper: %v", r)
	}
	m.Until(m.Now.AddDate(0, 0, 7))
	if r, _ := fault.As(m.Submit(household(3), slip("nnnn"))); r == nil || r.Code != "secret_ballot.closed" {
		t.Errorf("after the close: %v", r)
	}
}

// Papers are ticked off where everybody is, and counted by tellers; no more of them than were handed out.
func TestPapers(t *testing.T) {
	m := start(t)
	vote(t, m, strings.Fields(strings.Repeat("yyyn ", 5))...)
	for i := 6; i <= 8; i++ {
		must(t, m.Submit(clerk, sub("hand_out", "voter", fmt.Sprintf("u%02d", i))))
	}
	m.Until(m.Now.AddDate(0, 0, 7))
	if _, ended := m.Ended(); ended {
		t.Fatal("counted without the papers")
	}
	piles := func(n string) step.Submission {
		s := sub("tally")
		for i := range 4 {
			for _, c := range []string{"yes", "no", "abstain"} {
				s.Values[fmt.Sprintf("c%d_%s", i+1, c)] = []string{"0"}
			}
			s.Values[fmt.Sprintf("c%d_no", i+1)] = []string{n}
		}
		return s
	}
	if err := m.Submit(teller, piles("4")); !fault.Is(err, fault.Invalid) {
		t.Errorf("four of three papers: %v", err)
	}
	must(t, m.Submit(teller, piles("2"))) // the third was void or did not come back: present all the same
	if e, _ := m.Ended(); e.Outcome != "passed" || e.Facts["present"] != float64(8) {
		t.Errorf("ended %+v", e)
	}
}

// An urn that holds another number of slips than people were ticked off is no vote.
func TestAnUrnThatDoesNotFitIsVoid(t *testing.T) {
	m := start(t)
	vote(t, m, strings.Fields(strings.Repeat("yyyn ", 8))...)
	m.Urn = m.Urn[1:]
	if e := end(t, m); e.Outcome != "void" {
		t.Errorf("ended %+v", e)
	}
}

// Nothing in any act before the count depends on what was chosen, and the count tells totals.
func TestNoActTellsAChoice(t *testing.T) {
	bodies := func(slips ...string) (before []string, last string) {
		m := start(t)
		vote(t, m, slips...)
		for _, a := range m.Acts {
			before = append(before, a.Kind+string(a.Body))
		}
		end(t, m)
		return before, string(m.Acts[len(m.Acts)-2].Body)
	}
	a, lastA := bodies(strings.Fields("ynna nyna nnya ynny annn nnna ynnn nynn")...)
	b, lastB := bodies(strings.Fields("nynn ynnn nnna annn ynny nnya nyna ynna")...)
	if !reflect.DeepEqual(a, b) {
		t.Error("the acts of a vote differ with what people chose")
	}
	if lastA != lastB {
		t.Error("the count differs with who chose what")
	}
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct{ from, to, want string }{
		{"candidates: { most: 9, seats: 3 }", "", "secret_ballot.one_of"},
		{"seats: 3", "seats: 0", "secret_ballot.seats"},
		{"most: 9", "most: 2", "secret_ballot.seats"},
		{", basis: 城市居民委员会组织法第十条", "", "secret_ballot.rule"},
		{"window: 5 days\n", "", "secret_ballot.window"},
		{"register: part", "register: nothing", "register.unknown"},
		{"tally: { by: [supervisor], within: 2 days }", "", "role.none"},
	} {
		yaml := strings.Replace(string(secretballot.Kind{}.Example()), tt.from, tt.to, 1)
		if _, findings := steptest.Load(t, secretballot.Kind{}, yaml, steptest.NewWorld()); len(findings) != 1 || findings[0].Code != tt.want {
			t.Errorf("%q: findings %v, want %s", tt.to, findings, tt.want)
		}
	}
}
