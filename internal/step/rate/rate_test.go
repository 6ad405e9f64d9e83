package rate_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/step/rate"
	"gongzhi/internal/step/steptest"
)

func TestKind(t *testing.T) {
	steptest.Run(t, rate.Kind{}, func(w *steptest.World) { w.Book, w.Runs, w.Length = w.Book[:5], 100, 60 })
}

var worker = steptest.Who{Person: "wang", Role: "community_worker"}

func owner(i int) steptest.Who {
	return steptest.Who{Person: act.Person(fmt.Sprint("o", i)), Role: "owner", Scope: act.RowID{Register: "part", ID: fmt.Sprintf("u%02d", i)}}
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

func sheet(works, order int) step.Submission {
	return step.Submission{Verb: "answer", Values: map[string][]string{"works": {fmt.Sprint(works)}, "order": {fmt.Sprint(order)}}}
}

func start(t *testing.T, n int, change ...string) *steptest.Sim {
	t.Helper()
	w := steptest.NewWorld()
	w.Now = at(t, "2026-03-02 09:00")
	w.Book = w.Book[:1]
	for i := range n {
		w.Book = append(w.Book, register.Row{ID: owner(i + 1).Scope, Parent: w.Subject, Name: fmt.Sprint(i + 1), Values: map[string]any{"kind": "flat"}})
	}
	yaml := strings.NewReplacer(change...).Replace(string(rate.Kind{}.Example()))
	return steptest.Start(t, steptest.Must(t, rate.Kind{}, yaml, w), w)
}

// Three fifths of five is three. The window ends at 24:00 of the 9th, the extension at 24:00 of the 14th.
func TestReachIsExact(t *testing.T) {
	tests := []struct {
		name         string
		early, later int // answers in the window, and in the extension
		want         string
		at           string
	}{
		{"enough in time", 3, 0, "rated", "2026-03-10 00:00"},
		{"one more in the extension", 2, 1, "rated", "2026-03-15 00:00"},
		{"one short after all", 2, 0, "not_reached", "2026-03-15 00:00"},
		{"nobody", 0, 0, "not_reached", "2026-03-15 00:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := start(t, 5)
			for i := range tt.early {
				must(t, m.Submit(owner(i+1), sheet(5, 4)))
			}
			m.Until(at(t, "2026-03-11 09:00"))
			for i := range tt.later {
				must(t, m.Submit(owner(tt.early+i+1), sheet(5, 4)))
			}
			m.Until(at(t, "2026-04-01 00:00"))
			end, _ := m.Ended()
			if last := m.Acts[len(m.Acts)-1]; end.Outcome != tt.want || !last.At.Equal(at(t, tt.at)) {
				t.Errorf("ended as %q at %s, want %q at %s", end.Outcome, last.At, tt.want, tt.at)
			}
		})
	}
}

func TestSumsAreOfTheLatestSheets(t *testing.T) {
	m := start(t, 3)
	must(t, m.Submit(owner(1), sheet(1, 1)))
	must(t, m.Submit(owner(1), sheet(5, 4))) // changed
	must(t, m.Submit(owner(2), sheet(3, 5)))
	s := sheet(5, 3)
	s.Verb, s.Values["unit"], s.Values["channel"] = "record", []string{"u03"}, []string{"door"}
	must(t, m.Submit(worker, s))
	m.Until(at(t, "2026-03-10 00:00"))
	end, _ := m.Ended()
	want := map[string]any{"works_sum": 13., "works_count": 3., "works_satisfied": 2., "order_sum": 12., "order_count": 3., "order_satisfied": 2.}
	for key, v := range want {
		if end.Facts[key] != v {
			t.Errorf("%s = %v, want %v", key, end.Facts[key], v)
		}
	}
	if mean := results(m).Rows[0].Cells[1].Words.Args["Mean"]; mean != "4.3" { // 13/3
		t.Errorf("mean %v", mean)
	}
}

func results(m *steptest.Sim) page.Table {
	for _, b := range m.Step.Panel(m.View()).Blocks {
		if t, ok := b.(page.Table); ok {
			return t
		}
	}
	return page.Table{}
}

func TestMarksAreHiddenWhileItRuns(t *testing.T) {
	m := start(t, 3)
	must(t, m.Submit(owner(1), sheet(1, 1)))
	if got := results(m); len(got.Rows) > 0 {
		t.Errorf("the panel shows %v", got)
	}
}

func TestRefusals(t *testing.T) {
	m := start(t, 3)
	if r, _ := fault.As(m.Submit(owner(9), sheet(5, 5))); r == nil || r.Code != "rate.not_listed" {
		t.Errorf("a flat that is not on the list: %v", r)
	}
	if r, _ := fault.As(m.Submit(owner(1), sheet(6, 5))); r == nil || len(r.Fields) != 1 {
		t.Errorf("six of five: %v", r)
	}
	for i := range 3 {
		must(t, m.Submit(owner(i+1), sheet(5, 5)))
	}
	m.Until(at(t, "2026-03-10 00:00"))
	if r, _ := fault.As(m.Submit(owner(1), sheet(5, 5))); r == nil || r.Code != "rate.closed" || r.Basis.Clause != "methods/example.yaml#example.window" {
		t.Errorf("at the closing instant: %v", r)
	}
}

func TestCheck(t *testing.T) {
	tests := []struct{ name, from, to, want string }{
		{"satisfied above the best", "satisfied: 4", "satisfied: 6", "rate.marks"},
		{"a reason in public", "personal: true, audience: staff", "audience: public", "rate.reason"},
		{"two questions of one key", "key: order", "key: works", "field.key"},
		{"no share to reach", "reach: at_least 3/5\n", "", "rate.reach"},
		{"no window", "window: 7 days\n", "", "rate.window"},
		{"a register that is not there", "register: part", "register: nobody", "register.unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			yaml := strings.Replace(string(rate.Kind{}.Example()), tt.from, tt.to, 1)
			_, findings := steptest.Load(t, rate.Kind{}, yaml, steptest.NewWorld())
			if len(findings) != 1 || findings[0].Code != tt.want {
				t.Errorf("findings %v, want %s", findings, tt.want)
			}
		})
	}
}
