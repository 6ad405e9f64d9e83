package form_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/step/form"
	"gongzhi/internal/step/steptest"
)

func TestKind(t *testing.T) { steptest.Run(t, form.Kind{}) }

var worker = steptest.Who{Person: "p1", Role: "community_worker"}

func values(pairs ...string) map[string][]string {
	m := map[string][]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = []string{pairs[i+1]}
	}
	return m
}

func TestTheChosenOptionIsTheOutcome(t *testing.T) {
	w := steptest.NewWorld()
	m := steptest.Start(t, steptest.Must(t, form.Kind{}, string(form.Kind{}.Example()), w), w)
	err := m.Submit(worker, step.Submission{Verb: "submit", Values: values("drawings", "12", "contact", "13800000000", "result", "missing")})
	if err != nil {
		t.Fatal(err)
	}
	end, ended := m.Ended()
	if !ended || end.Outcome != "missing" || end.Facts["drawings"] != float64(12) {
		t.Errorf("ended %v as %+v", ended, end)
	}
	if raw := string(m.Acts[1].Body); strings.Contains(raw, "13800000000") || len(m.Acts[1].Sealed) != 1 {
		t.Errorf("the telephone number is not sealed: %s %v", raw, m.Acts[1].Sealed)
	}
}

func TestRefusalsNameEveryField(t *testing.T) {
	w := steptest.NewWorld()
	m := steptest.Start(t, steptest.Must(t, form.Kind{}, string(form.Kind{}.Example()), w), w)
	err := m.Submit(worker, step.Submission{Verb: "submit", Values: values("drawings", "-1", "contact", "1", "result", "perhaps", "extra", "1")})
	r, ok := fault.As(err)
	if !ok || r.Kind != fault.Invalid || len(r.Fields) != 4 {
		t.Errorf("got %v, want four places to change", err)
	}
}

func TestCheck(t *testing.T) {
	tests := []struct{ name, from, to, want string }{
		{"the decision is no choice", "decide: result", "decide: note", "form.decide"},
		{"the decision is hidden", "    required: true\n    audience: public", "    required: true\n    audience: staff", "form.decide"},
		{"the decision may be left out", "    required: true\n", "", "form.decide"},
		{"nobody to do it", "by: [community_worker]", "by: []", "role.none"},
		{"a telephone number in public", "required: true, audience: staff", "required: true, audience: public", "field.personal_public"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			yaml := strings.Replace(string(form.Kind{}.Example()), tt.from, tt.to, 1)
			_, findings := steptest.Load(t, form.Kind{}, yaml, steptest.NewWorld())
			if len(findings) != 1 || findings[0].Code != tt.want {
				t.Errorf("findings %v, want %s", findings, tt.want)
			}
		})
	}
}

// What was counted stands in the act with what it comes from, and conditions see it; what is counted later changes nothing.
func TestWhatIsCountedStandsInTheAct(t *testing.T) {
	w := steptest.NewWorld()
	w.Counted = map[string]step.Figure{"defects": {Value: 3, Of: []step.Part{{Row: "part/u01", Matter: 7, Value: 3}, {Row: "part/u02"}}}}
	m := steptest.Start(t, steptest.Must(t, form.Kind{}, string(form.Kind{}.Example()), w), w)
	sent := step.Submission{Verb: "submit", Values: map[string][]string{"drawings": {"1"}, "contact": {"13900000000"}, "result": {"complete"}}}
	typed := sent
	typed.Values = maps.Clone(sent.Values)
	typed.Values["defects"] = []string{"0"}
	if err := m.Submit(worker, typed); err == nil {
		t.Error("a figure that is counted could be typed")
	}
	if err := m.Submit(worker, sent); err != nil {
		t.Fatal(err)
	}
	w.Counted = map[string]step.Figure{"defects": {Value: 9}}
	end, _ := m.Ended()
	if got := step.Number(end.Facts, "defects"); got != 3 {
		t.Errorf("the fact says %d, want 3", got)
	}
	shown := fmt.Sprintf("%+v", m.Step.Panel(m.View()))
	if !strings.Contains(shown, "/matters/7") || strings.Contains(shown, "N:9") {
		t.Errorf("the panel shows %s", shown)
	}
}
