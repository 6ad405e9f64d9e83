package approve_test

import (
	"slices"
	"strings"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/step/approve"
	"gongzhi/internal/step/steptest"
)

// world has a draft that p1 wrote.
func world() *steptest.World {
	w := steptest.NewWorld()
	w.Did["draft"] = []act.Person{"p1"}
	return w
}

func TestKind(t *testing.T) {
	steptest.Run(t, approve.Kind{}, func(w *steptest.World) { *w = *world() })
}

func start(t *testing.T, from, to string) *steptest.Sim {
	t.Helper()
	w := world()
	yaml := string(approve.Kind{}.Example())
	if from != "" && !strings.Contains(yaml, from) {
		t.Fatalf("the example has no %q", from)
	}
	return steptest.Start(t, steptest.Must(t, approve.Kind{}, strings.Replace(yaml, from, to, 1), w), w)
}

func chief(p string) steptest.Who { return steptest.Who{Person: act.Person(p), Role: "section_chief"} }

func say(verb, reason string) step.Submission {
	s := step.Submission{Verb: verb, Values: map[string][]string{}}
	if reason != "" {
		s.Values["reason"] = []string{reason}
	}
	return s
}

func TestDecisions(t *testing.T) {
	type turn struct {
		who, verb, reason string
		refused           fault.Kind // 0: taken
	}
	tests := []struct {
		name     string
		from, to string
		turns    []turn
		want     string // outcome, "" while it waits
		n        float64
	}{
		{"one of two is not enough", "", "", []turn{{"p2", "approve", "", 0}}, "", 0},
		{"two of two", "", "", []turn{{"p2", "approve", "", 0}, {"p3", "approve", "", 0}}, "approved", 2},
		{"the same person does not count twice", "", "", []turn{{"p2", "approve", "", 0}, {"p2", "approve", "", fault.Denied}}, "", 0},
		{"whoever approved may not reject after all", "", "", []turn{{"p2", "approve", "", 0}, {"p2", "reject", "why", fault.Denied}}, "", 0},
		{"the author of the draft decides nothing", "", "", []turn{{"p1", "approve", "", fault.Denied}, {"p1", "reject", "why", fault.Denied}, {"p1", "return", "why", fault.Denied}}, "", 0},
		{"one no decides", "", "", []turn{{"p2", "approve", "", 0}, {"p3", "reject", "too dear", 0}}, "rejected", 1},
		{"a no without a reason", "", "", []turn{{"p2", "reject", "", fault.Invalid}}, "", 0},
		{"a reason of blanks is none", "", "", []turn{{"p2", "reject", "  \n", fault.Invalid}}, "", 0},
		{"back for correction", "", "", []turn{{"p2", "return", "sum is missing", 0}}, "returned", 0},
		{"back without a reason", "", "", []turn{{"p2", "return", "", fault.Invalid}}, "", 0},
		{"one is enough where needs is not said", "needs: 2\n", "", []turn{{"p2", "approve", "", 0}}, "approved", 1},
		{"nothing after the end", "needs: 2\n", "", []turn{{"p2", "approve", "", 0}, {"p3", "reject", "late", fault.Closed}}, "approved", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := start(t, tt.from, tt.to)
			for i, turn := range tt.turns {
				err := m.Submit(chief(turn.who), say(turn.verb, turn.reason))
				if turn.refused == 0 && err != nil || turn.refused != 0 && !fault.Is(err, turn.refused) {
					t.Fatalf("turn %d: %s %s: %v, want %v", i, turn.who, turn.verb, err, turn.refused)
				}
			}
			end, ended := m.Ended()
			if ended != (tt.want != "") || end.Outcome != tt.want {
				t.Fatalf("ended %v as %q, want %q", ended, end.Outcome, tt.want)
			}
			if ended && end.Facts["approvals"] != tt.n {
				t.Errorf("approvals %v, want %v", end.Facts["approvals"], tt.n)
			}
		})
	}
}

func TestOnlyWhatMayGoBackGoesBack(t *testing.T) {
	w := world()
	yaml := strings.NewReplacer("returnable: true\n", "", ", returned: draft", "").Replace(string(approve.Kind{}.Example()))
	m := steptest.Start(t, steptest.Must(t, approve.Kind{}, yaml, w), w)
	if err := m.Submit(chief("p2"), say("return", "why")); !fault.Is(err, fault.Closed) {
		t.Errorf("return: %v", err)
	}
}

// What is written for staff is sealed; what is public, is a fact for later conditions.
func TestAnswersBySealAndFact(t *testing.T) {
	m := start(t, "needs: 2", "needs: 1")
	s := say("approve", "")
	s.Values["condition"], s.Values["internal"] = []string{"keep the trees"}, []string{"ask the budget office"}
	if err := m.Submit(chief("p2"), s); err != nil {
		t.Fatal(err)
	}
	a := m.Acts[1]
	if strings.Contains(string(a.Body), "budget office") || len(a.Sealed) != 1 {
		t.Errorf("the internal remark is not sealed: %s", a.Body)
	}
	if end, _ := m.Ended(); end.Facts["condition"] != "keep the trees" || end.Facts["internal"] != nil {
		t.Errorf("facts %v", end.Facts)
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name, from, to string
		want           []string
	}{
		{"as it is", "", "", nil},
		{"nobody decides", "by: [section_chief, deputy_director]", "by: []", []string{"role.none"}},
		{"nobody has to approve", "needs: 2", "needs: 0", []string{"approve.needs"}},
		{"less than nobody", "needs: 2", "needs: -1", []string{"approve.needs"}},
		{"a step that does not exist", "not_by: [draft]", "not_by: [drafting]", []string{"not_by"}},
		{"the step itself", "not_by: [draft]", "not_by: [example]", []string{"not_by"}},
		{"a question that hides a fact", "key: condition", "key: approvals", []string{"field.key"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, findings := steptest.Load(t, approve.Kind{}, strings.Replace(string(approve.Kind{}.Example()), tt.from, tt.to, 1), world())
			var got []string
			for _, f := range findings {
				got = append(got, f.Code)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("findings %v, want %v", got, tt.want)
			}
		})
	}
}
