package feedback_test

import (
	"strings"
	"testing"
	"time"

	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/step/feedback"
	"gongzhi/internal/step/steptest"
)

func TestKind(t *testing.T) { steptest.Run(t, feedback.Kind{}) }

var starter = steptest.Who{Person: "starter", Role: "resident"}

func say(verb, mark string) step.Submission {
	return step.Submission{Verb: verb, Values: map[string][]string{"mark": {mark}}}
}

func start(t *testing.T) *steptest.Sim {
	t.Helper()
	w := steptest.NewWorld()
	return steptest.Start(t, steptest.Must(t, feedback.Kind{}, string(feedback.Kind{}.Example()), w), w)
}

func TestGrades(t *testing.T) {
	for mark, want := range map[string]string{"1": "unsatisfied", "2": "unsatisfied", "3": "satisfied", "5": "satisfied"} {
		m := start(t)
		if err := m.Submit(starter, say("answer", mark)); err != nil {
			t.Fatal(err)
		}
		if end, _ := m.Ended(); end.Outcome != want {
			t.Errorf("%s is %s, want %s", mark, end.Outcome, want)
		}
	}
}

func TestWhoMay(t *testing.T) {
	for _, tt := range []struct {
		name string
		who  steptest.Who
		sub  step.Submission
		want fault.Kind
	}{
		{"a neighbour", steptest.Who{Person: "other", Role: "resident"}, say("answer", "5"), fault.Denied},
		{"the starter as a clerk", steptest.Who{Person: "starter", Role: "community_worker"}, say("record", "5"), fault.Denied},
		{"a grade there is not", starter, say("answer", "6"), fault.Invalid},
		{"no grade", starter, step.Submission{Verb: "answer"}, fault.Invalid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := start(t).Submit(tt.who, tt.sub); !fault.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}

// Five days from Monday the 2nd are over at midnight after Saturday the 7th.
func TestSilence(t *testing.T) {
	m := start(t)
	over := time.Date(2026, 3, 7, 16, 0, 0, 0, time.UTC)
	m.Until(over.Add(-time.Second))
	if _, ended := m.Ended(); ended {
		t.Fatal("ended early")
	}
	m.Until(over)
	if end, _ := m.Ended(); end.Outcome != feedback.Unanswered {
		t.Errorf("ended %+v", end)
	}
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct{ from, to, want string }{
		{"satisfied: 3", "satisfied: 1", "feedback.satisfied"},
		{"satisfied: 3", "satisfied: 6", "feedback.satisfied"},
		{"window: 5 days\n", "", "feedback.window"},
		{"personal: true, audience: staff", "audience: public", "feedback.reason"},
		{"key: why", "key: mark", "field.key"},
	} {
		yaml := strings.Replace(string(feedback.Kind{}.Example()), tt.from, tt.to, 1)
		_, findings := steptest.Load(t, feedback.Kind{}, yaml, steptest.NewWorld())
		if len(findings) != 1 || findings[0].Code != tt.want {
			t.Errorf("findings %v, want %s", findings, tt.want)
		}
	}
}
