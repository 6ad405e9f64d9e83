package patrol_test

import (
	"strings"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/expr"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/step/patrol"
	"gongzhi/internal/step/steptest"
)

var example = string(patrol.Kind{}.Example())

func world() *steptest.World {
	w := steptest.NewWorld()
	w.Names["matter"] = expr.Object(map[string]expr.Type{"level": expr.Text})
	w.Vars["matter"] = map[string]any{"level": "third"}
	return w
}

func TestKind(t *testing.T) { steptest.Run(t, patrol.Kind{}) }

var chief = steptest.Who{Person: "p1", Role: "grid_worker"}

func look(item, finding string) step.Submission {
	return step.Submission{Verb: "look", Item: item, Values: map[string][]string{"finding": {finding}, "what": {"井盖缺失"}},
		Files: map[string][]step.File{"photo": {{Name: "a.jpg", Type: "image/jpeg", Size: 9, Hash: act.Sum([]byte("a"))}}}}
}

func TestTheRound(t *testing.T) {
	tests := []struct {
		name    string
		at      map[string]time.Duration // after the beginning
		finding string
		want    string
		found   float64
	}{
		{"every place, nothing found", map[string]time.Duration{"east": 0, "middle": time.Hour, "west": 2 * time.Hour}, "fine", "done", 0},
		{"every place, each with something", map[string]time.Duration{"east": 0, "middle": time.Hour, "west": 2 * time.Hour}, "problem", "done", 3},
		{"one place", map[string]time.Duration{"east": 0}, "fine", "partial", 0},
		{"none", nil, "fine", "missed", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := world()
			m := steptest.Start(t, steptest.Must(t, patrol.Kind{}, example, w), w)
			for _, item := range []string{"east", "middle", "west"} {
				if _, goes := tt.at[item]; !goes {
					continue
				}
				if err := m.Submit(chief, look(item, tt.finding)); err != nil {
					t.Fatal(err)
				}
			}
			if _, over := m.Ended(); !over {
				m.Until(m.Now.Add(30 * 24 * time.Hour))
			}
			end, _ := m.Ended()
			if end.Outcome != tt.want || end.Facts["found"] != tt.found {
				t.Errorf("ended %+v, want %s with %v found", end, tt.want, tt.found)
			}
		})
	}
}

func TestAPlaceIsLookedAtOnce(t *testing.T) {
	w := world()
	m := steptest.Start(t, steptest.Must(t, patrol.Kind{}, example, w), w)
	if err := m.Submit(chief, look("east", "fine")); err != nil {
		t.Fatal(err)
	}
	if err := m.Submit(chief, look("east", "problem")); !fault.Is(err, fault.Closed) {
		t.Errorf("a second look at one place: %v", err)
	}
}

func TestWhatIsFoundOpensAMatter(t *testing.T) {
	w := world()
	m := steptest.Start(t, steptest.Must(t, patrol.Kind{}, example, w), w)
	if err := m.Submit(chief, look("middle", "problem")); err != nil {
		t.Fatal(err)
	}
	for _, a := range m.Acts {
		if a.Kind == act.Opened {
			return
		}
	}
	t.Error("nothing was opened")
}

func TestOnlyWhoseTurnItIs(t *testing.T) {
	w := world()
	yaml := strings.Replace(example, "items:", "turn: { grid_worker: matter.level == 'second' }\nitems:", 1)
	m := steptest.Start(t, steptest.Must(t, patrol.Kind{}, yaml, w), w)
	if err := m.Submit(chief, look("east", "fine")); err == nil {
		t.Error("somebody went whose turn it was not")
	}
	if err := m.Submit(steptest.Who{Person: "p2", Role: "street_office"}, look("east", "fine")); err != nil {
		t.Error(err)
	}
}

func TestCheck(t *testing.T) {
	tests := []struct{ name, from, to, want string }{
		{"no time", "window: 1 days\n", "", "patrol.window"},
		{"a turn of nobody who goes", "items:", "turn: { owner: 'true' }\nitems:", "patrol.turn"},
		{"what tells is no choice", "found: { field: finding", "found: { field: what", "patrol.found"},
		{"an answer that cannot be given", "is: [problem]", "is: [broken]", "patrol.answer"},
		{"telling what is not public", "what_is_wrong: what", "what_is_wrong: photo", "patrol.tell"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := world()
			_, findings := steptest.Load(t, patrol.Kind{}, strings.Replace(example, tt.from, tt.to, 1), w)
			if len(findings) == 0 || findings[0].Code != tt.want {
				t.Errorf("findings %v, want %s", findings, tt.want)
			}
		})
	}
}
