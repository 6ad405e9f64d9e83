package form_test

import (
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
