package solicit_test

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
	"gongzhi/internal/step/solicit"
	"gongzhi/internal/step/steptest"
)

func TestKind(t *testing.T) {
	steptest.Run(t, solicit.Kind{}, func(w *steptest.World) {
		w.Book, w.Runs, w.Length = w.Book[:5], 100, 60 // four flats: with twelve, chance seldom covers nine tenths
	})
}

var (
	secretary = steptest.Who{Person: "sec", Role: "community_secretary"}
	worker    = steptest.Who{Person: "wang", Role: "community_worker"}
)

func owner(i int) steptest.Who {
	return steptest.Who{Person: act.Person(fmt.Sprint("o", i)), Role: "owner", Scope: act.RowID{Register: "part", ID: fmt.Sprintf("u%02d", i)}}
}

func sub(verb string, pairs ...string) step.Submission {
	s := step.Submission{Verb: verb, Values: map[string][]string{}}
	for i := 0; i < len(pairs); i += 2 {
		s.Values[pairs[i]] = []string{pairs[i+1]}
	}
	return s
}

func opinion(unit, whether string) step.Submission {
	return sub("record", "unit", unit, "channel", "door", "result", "signed", "whether", whether)
}

func nobody(unit string) step.Submission {
	return sub("record", "unit", unit, "channel", "door", "result", "not_reached")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func start(t *testing.T, n int, change ...string) *steptest.Sim {
	t.Helper()
	w := steptest.NewWorld()
	w.Now = at(t, "2026-03-02 09:00")
	w.Book = w.Book[:1]
	for i := range n {
		w.Book = append(w.Book, register.Row{ID: owner(i + 1).Scope, Parent: w.Subject, Name: fmt.Sprint(i + 1), Values: map[string]any{"kind": "flat"}})
	}
	yaml := strings.NewReplacer(change...).Replace(string(solicit.Kind{}.Example()))
	return steptest.Start(t, steptest.Must(t, solicit.Kind{}, yaml, w), w)
}

func at(t *testing.T, s string) time.Time {
	t.Helper()
	when, err := calendar.ParseInstant(s)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

// Nine tenths of twenty is eighteen: at seventeen it cannot close, and the refusal says that one is missing.
func TestCoverageIsExact(t *testing.T) {
	m := start(t, 20)
	for i := range 17 {
		must(t, m.Submit(owner(i+1), sub("answer", "whether", "agree")))
	}
	r, ok := fault.As(m.Submit(secretary, sub("close")))
	if !ok || r.Code != "solicit.too_few" || r.Args["N"] != 1 || r.Basis.Clause != "methods/example.yaml#example.coverage" {
		t.Fatalf("at seventeen: %+v", r)
	}
	must(t, m.Submit(owner(18), sub("answer", "whether", "against")))
	must(t, m.Submit(secretary, sub("close")))
	end, _ := m.Ended()
	if end.Facts["whether_agree"] != float64(17) || end.Facts["whether_against"] != float64(1) || end.Facts["answered"] != float64(18) {
		t.Errorf("facts %v", end.Facts)
	}
}

// A door counts as not reached after three visits on three days, and no earlier.
func TestThreeVisits(t *testing.T) {
	m := start(t, 1)
	for day, want := range []string{"2026-03-03 00:00", "2026-03-04 00:00"} {
		must(t, m.Submit(worker, nobody("u01")))
		r, _ := fault.As(m.Submit(worker, nobody("u01")))
		if r == nil || r.Code != "solicit.too_soon" || r.Args["Next"] != want {
			t.Fatalf("visit %d again on the same day: %v", day+1, r)
		}
		if err := m.Submit(secretary, sub("close")); !fault.Is(err, fault.Closed) {
			t.Fatalf("closed after %d visits: %v", day+1, err)
		}
		m.Until(at(t, want))
	}
	must(t, m.Submit(worker, nobody("u01")))
	must(t, m.Submit(secretary, sub("close")))
	end, _ := m.Ended()
	if end.Facts["unreached"] != float64(1) || end.Facts["answered"] != float64(0) || end.Facts["attempted"] != float64(1) {
		t.Errorf("facts %v", end.Facts)
	}
}

func TestALaterOpinionSupersedes(t *testing.T) {
	m := start(t, 1)
	must(t, m.Submit(worker, nobody("u01")))
	must(t, m.Submit(worker, opinion("u01", "against")))
	must(t, m.Submit(owner(1), sub("answer", "whether", "agree")))
	if err := m.Submit(worker, nobody("u01")); !fault.Is(err, fault.Conflict) {
		t.Errorf("a visit to who has answered: %v", err)
	}
	must(t, m.Submit(secretary, sub("close")))
	end, _ := m.Ended()
	if end.Facts["whether_agree"] != float64(1) || end.Facts["whether_against"] != float64(0) || end.Facts["answered"] != float64(1) || end.Facts["signed"] != float64(1) {
		t.Errorf("facts %v", end.Facts)
	}
}

// Somebody met after three visits is no longer unreached, and the coverage stays what it was.
func TestMetAfterAll(t *testing.T) {
	m := start(t, 1, "apart: 1 days\n", "")
	for range 3 {
		must(t, m.Submit(worker, nobody("u01")))
	}
	must(t, m.Submit(worker, opinion("u01", "unsure")))
	must(t, m.Submit(secretary, sub("close")))
	end, _ := m.Ended()
	if end.Facts["unreached"] != float64(0) || end.Facts["answered"] != float64(1) {
		t.Errorf("facts %v", end.Facts)
	}
}

func TestTheWindow(t *testing.T) {
	short, full := start(t, 2), start(t, 2)
	must(t, short.Submit(owner(1), sub("answer", "whether", "agree")))
	short.Until(at(t, "2026-05-01 00:00"))
	if _, ended := short.Ended(); ended {
		t.Error("it closed with half of the households")
	}
	must(t, short.Submit(owner(2), sub("answer", "whether", "agree"))) // late is better than never: the work goes on
	must(t, short.Submit(secretary, sub("close")))
	for i := range 2 {
		must(t, full.Submit(owner(i+1), sub("answer", "whether", "agree")))
	}
	full.Until(at(t, "2026-05-01 00:00"))
	if end, ended := full.Ended(); !ended || end.Outcome != "done" {
		t.Error("it did not close at the end of its window")
	}
}

func TestRefusals(t *testing.T) {
	m := start(t, 2)
	tests := []struct {
		name string
		who  steptest.Who
		s    step.Submission
		code string
	}{
		{"a flat that is not on the list", owner(9), sub("answer", "whether", "agree"), "solicit.not_listed"},
		{"an opinion without the question", worker, sub("record", "unit", "u01", "channel", "door", "result", "signed"), "form.faults"},
		{"an opinion of nobody met", worker, sub("record", "unit", "u01", "channel", "door", "result", "not_reached", "whether", "agree"), "form.faults"},
		{"not signed, where it has to be", worker, sub("record", "unit", "u01", "channel", "phone", "result", "oral", "whether", "agree"), "form.faults"},
	}
	for _, tt := range tests {
		if r, _ := fault.As(m.Submit(tt.who, tt.s)); r == nil || r.Code != tt.code {
			t.Errorf("%s: %v, want %s", tt.name, r, tt.code)
		}
	}
}

// An empty register is not frozen as an empty list: that would be a solicitation of nobody, closed at once.
func TestAnEmptyListWaits(t *testing.T) {
	w := steptest.NewWorld()
	s := steptest.Must(t, solicit.Kind{}, string(solicit.Kind{}.Example()), w)
	flats := w.Book[1:]
	w.Book = w.Book[:1]
	m := steptest.Start(t, s, w)
	if r, _ := fault.As(m.Submit(secretary, sub("start"))); r == nil || r.Code != "solicit.nobody" {
		t.Fatalf("an empty list: %v", r)
	}
	w.Book = append(w.Book, flats...)
	must(t, m.Submit(secretary, sub("start")))
	must(t, m.Submit(owner(1), sub("answer", "whether", "agree")))
}

// A parking space has an owner but no household: it is neither asked nor counted, so nine of ten flats are enough.
func TestSpacesAreNoHouseholds(t *testing.T) {
	w := steptest.NewWorld()
	w.Book = append(w.Book, register.Row{ID: owner(99).Scope, Parent: w.Subject, Name: "P-01", Values: map[string]any{"kind": "special_space"}})
	m := steptest.Start(t, steptest.Must(t, solicit.Kind{}, string(solicit.Kind{}.Example()), w), w)
	if left := m.Step.(step.Rounds).Left(m.View()); len(left) != 12 {
		t.Errorf("%d doors to knock on for 12 flats and a parking space", len(left))
	}
	if r, _ := fault.As(m.Submit(owner(99), sub("answer", "whether", "agree"))); r == nil || r.Code != "solicit.not_listed" {
		t.Errorf("a parking space answers: %v", r)
	}
	for i := range 11 {
		must(t, m.Submit(owner(i+1), sub("answer", "whether", "agree")))
	}
	must(t, m.Submit(secretary, sub("close")))
}

func TestTheListIsFrozen(t *testing.T) {
	m := start(t, 2)
	m.World.Book = append(m.World.Book, register.Row{ID: owner(3).Scope, Parent: m.World.Subject, Name: "3"})
	if r, _ := fault.As(m.Submit(owner(3), sub("answer", "whether", "agree"))); r == nil || r.Code != "solicit.not_listed" {
		t.Errorf("a flat added later: %v", r)
	}
	left := m.Step.(step.Rounds).Left(m.View())
	if len(left) != 2 || left[0] != owner(1).Scope {
		t.Errorf("left %v", left)
	}
	must(t, m.Submit(owner(1), sub("answer", "whether", "agree")))
	if left := m.Step.(step.Rounds).Left(m.View()); len(left) != 1 || left[0] != owner(2).Scope {
		t.Errorf("left %v", left)
	}
}

func TestCheck(t *testing.T) {
	tests := []struct{ name, from, to, want string }{
		{"words in public", "type: text, personal: true, audience: staff", "type: text, audience: public", "solicit.words_public"},
		{"marks that are not counted", "    required: true\n    audience: public", "    required: true\n    audience: staff", "solicit.uncounted"},
		{"an option no condition can name", "value: against", "value: not-agreed", "solicit.name"},
		{"no share to reach", "coverage: at_least 9/10\n", "", "solicit.coverage"},
		{"no number of visits", "visits: 3\n", "", "solicit.visits"},
		{"months between visits", "apart: 1 days", "apart: 1 months", "solicit.apart"},
		{"a register that is not there", "register: part", "register: nobody", "register.unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			yaml := strings.Replace(string(solicit.Kind{}.Example()), tt.from, tt.to, 1)
			_, findings := steptest.Load(t, solicit.Kind{}, yaml, steptest.NewWorld())
			if len(findings) != 1 || findings[0].Code != tt.want {
				t.Errorf("findings %v, want %s", findings, tt.want)
			}
		})
	}
}
