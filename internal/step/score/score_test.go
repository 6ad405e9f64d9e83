package score_test

import (
	"strings"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/step/score"
	"gongzhi/internal/step/steptest"
)

var example = string(score.Kind{}.Example())

var office = steptest.Who{Person: "p1", Role: "street_office"}

func world() *steptest.World {
	w := steptest.NewWorld()
	w.Facts["month_of"] = "2026-06-30"
	return w
}

func TestKind(t *testing.T) {
	steptest.Run(t, score.Kind{}, func(w *steptest.World) {
		w.Facts["month_of"], w.Rare = "2026-06-30", []string{"red"}
	})
}

func sheet(pairs ...string) step.Submission {
	s := step.Submission{Verb: "rate", Values: map[string][]string{"fire_lane": {"no"}}}
	for i := 0; i < len(pairs); i += 2 {
		s.Values[pairs[i]] = []string{pairs[i+1]}
	}
	return s
}

func TestTheScale(t *testing.T) {
	tests := []struct {
		name   string
		sheet  step.Submission
		grade  string
		points float64
		stars  float64
	}{
		{"nothing found", sheet(), "red", 50, 2},
		{"exactly the red line", sheet("litter", "5"), "red", 45, 1},
		{"one short of it", sheet("litter", "6"), "plain", 44, 1},
		{"85 % of 25 is 21.25: 22 left lights the star", sheet("litter", "3"), "red", 47, 2},
		{"21 left does not", sheet("litter", "4"), "red", 46, 1},
		{"exactly the black line is not below it", sheet("litter", "15"), "plain", 35, 1},
		{"just below it", sheet("litter", "16"), "black", 34, 1},
		{"a dimension never goes below nought", sheet("litter", "999"), "black", 25, 1},
		{"two kinds in one dimension", sheet("litter", "1", "grease", "2"), "red", 45, 1},
		{"a veto, whatever the score", sheet("fire_lane", "yes"), "black", 50, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := world()
			m := steptest.Start(t, steptest.Must(t, score.Kind{}, example, w), w)
			if err := m.Submit(office, tt.sheet); err != nil {
				t.Fatal(err)
			}
			end, _ := m.Ended()
			if end.Outcome != tt.grade || end.Facts["score"] != tt.points || end.Facts["stars"] != tt.stars {
				t.Errorf("ended %+v, want %s with %v points and %v stars", end, tt.grade, tt.points, tt.stars)
			}
		})
	}
}

func rated(n act.Matter, month, grade string) step.Earlier {
	return step.Earlier{Matter: n, Facts: map[string]any{"month_of": month}, Results: map[string]step.Result{"example": {Outcome: grade}}}
}

func TestMonthsInARow(t *testing.T) {
	tests := []struct {
		name    string
		earlier []step.Earlier // latest first
		months  float64
		titled  bool
	}{
		{"the first", nil, 1, false},
		{"the second", []step.Earlier{rated(2, "2026-05-31", "red")}, 2, false},
		{"the third", []step.Earlier{rated(2, "2026-05-31", "red"), rated(1, "2026-04-30", "red")}, 3, true},
		{"a month without a rating breaks it", []step.Earlier{rated(2, "2026-05-31", "red"), rated(1, "2026-03-31", "red")}, 2, false},
		{"another grade breaks it", []step.Earlier{rated(3, "2026-05-31", "red"), rated(2, "2026-04-30", "plain"), rated(1, "2026-03-31", "red")}, 2, false},
		{"rated twice: the latest counts", []step.Earlier{rated(3, "2026-05-31", "black"), rated(2, "2026-05-30", "red")}, 1, false},
		{"in any order of the rating itself", []step.Earlier{rated(9, "2026-04-30", "red"), rated(2, "2026-05-31", "red")}, 3, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := world()
			w.Earlier = tt.earlier
			m := steptest.Start(t, steptest.Must(t, score.Kind{}, example, w), w)
			if err := m.Submit(office, sheet()); err != nil {
				t.Fatal(err)
			}
			end, _ := m.Ended()
			if end.Facts["streak"] != tt.months || end.Facts["titled"] != tt.titled {
				t.Errorf("%+v, want %v months, titled %t", end.Facts, tt.months, tt.titled)
			}
		})
	}
}

// A rating that whoever decides threw out, or that is rated anew, does not count in the row.
func TestOnlyWhatStandsIsInTheRow(t *testing.T) {
	ended := func(n act.Matter, month, grade, result string) step.Earlier {
		e := rated(n, month, grade)
		e.Result = result
		return e
	}
	tests := []struct {
		name    string
		earlier []step.Earlier // latest first
		months  float64
	}{
		{"both stand", []step.Earlier{ended(2, "2026-05-31", "red", "red"), ended(1, "2026-04-30", "red", "red")}, 3},
		{"the month before was dropped", []step.Earlier{ended(2, "2026-05-31", "red", "dropped"), ended(1, "2026-04-30", "red", "red")}, 1},
		{"dropped, and rated anew", []step.Earlier{ended(3, "2026-05-31", "red", "red"), ended(2, "2026-05-31", "red", "dropped"), ended(1, "2026-04-30", "red", "red")}, 3},
		{"rated anew, and that was dropped", []step.Earlier{ended(3, "2026-05-31", "black", "dropped"), ended(2, "2026-05-31", "red", "red")}, 2},
		{"rated anew as black, which stands", []step.Earlier{ended(3, "2026-05-31", "black", "black"), ended(2, "2026-05-31", "red", "red")}, 1},
	}
	stands := strings.Replace(example, "times: 3,", "times: 3, stands: [red, black, plain],", 1)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := world()
			w.Earlier = tt.earlier
			m := steptest.Start(t, steptest.Must(t, score.Kind{}, stands, w), w)
			if err := m.Submit(office, sheet()); err != nil {
				t.Fatal(err)
			}
			if end, _ := m.Ended(); end.Facts["streak"] != tt.months {
				t.Errorf("%+v, want %v months", end.Facts, tt.months)
			}
		})
	}
}

func TestRatedOnce(t *testing.T) {
	w := world()
	m := steptest.Start(t, steptest.Must(t, score.Kind{}, example, w), w)
	if err := m.Submit(office, sheet()); err != nil {
		t.Fatal(err)
	}
	if err := m.Submit(office, sheet("litter", "9")); !fault.Is(err, fault.Closed) {
		t.Errorf("rated again: %v", err)
	}
}

func TestCheck(t *testing.T) {
	tests := []struct{ name, from, to, want string }{
		{"a dimension without weight", "weight: 25\n    points:\n      - { key: litter", "weight: 0\n    points:\n      - { key: litter", "score.weight"},
		{"points that cost nothing", "off: 3", "off: 0", "score.off"},
		{"no share", "lit: at_least 85/100\n", "", "score.lit"},
		{"a last grade with a condition", "key: plain, name: { zh: 不挂旗, en: No flag }", "key: plain, name: { zh: 不挂旗, en: No flag }, when: score > 1", "score.otherwise"},
		{"a condition over what is not on the sheet", "score >= 45", "points >= 45", "expr"},
		{"a streak of a grade there is not", "grade: red, times", "grade: gold, times", "score.streak"},
		{"a key twice", "key: grease", "key: litter", "items.key"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, findings := steptest.Load(t, score.Kind{}, strings.Replace(example, tt.from, tt.to, 1), world())
			if len(findings) == 0 || findings[0].Code != tt.want {
				t.Errorf("findings %v, want %s", findings, tt.want)
			}
		})
	}
}
