package inspect_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/step/inspect"
	"gongzhi/internal/step/steptest"
)

var example = string(inspect.Kind{}.Example())

// world has works that b1 reported.
func world() *steptest.World {
	w := steptest.NewWorld()
	w.Did["works"] = []act.Person{"b1"}
	return w
}

func TestKind(t *testing.T) {
	steptest.Run(t, inspect.Kind{}, func(w *steptest.World) { *w = *world() })
}

// sheet marks water, paving and lamps by p, f or n; what fails gets a note.
func sheet(marks string) step.Submission {
	s := step.Submission{Verb: "sheet", Values: map[string][]string{"signed": {"yes"}}}
	for i, key := range []string{"water", "paving", "lamps"} {
		s.Values[key] = []string{map[byte]string{'p': "pass", 'f': "fail", 'n': "na"}[marks[i]]}
		if marks[i] == 'f' {
			s.Values[key+"_note"] = []string{"it is not right"}
		}
	}
	return s
}

func TestSheets(t *testing.T) {
	type turn struct {
		who, role, marks string
		refused          fault.Kind
	}
	tests := []struct {
		name, from, to string
		turns          []turn
		want           string
		failed, vetoed float64
	}{
		{"two of three", "", "", []turn{{"a", "supervisor", "ppp", 0}, {"b", "resident_rep", "ppp", 0}}, "", 0, 0},
		{"all pass", "", "", []turn{{"a", "supervisor", "ppp", 0}, {"b", "resident_rep", "ppn", 0}, {"c", "designer", "ppp", 0}}, "passed", 0, 0},
		{"one point fails and may be put right", "", "", []turn{{"a", "supervisor", "pfp", 0}, {"b", "resident_rep", "ppp", 0}, {"c", "designer", "ppp", 0}}, "conditional", 1, 0},
		{"two points are more than allowed", "", "", []turn{{"a", "supervisor", "pfp", 0}, {"b", "resident_rep", "ppf", 0}, {"c", "designer", "ppp", 0}}, "failed", 2, 0},
		{"a veto fails the whole, whatever is allowed", "", "", []turn{{"a", "supervisor", "fpp", 0}, {"b", "resident_rep", "ppp", 0}, {"c", "designer", "ppp", 0}}, "failed", 1, 1},
		{"one against two passes where two have to fail it", "fail_at: 1", "fail_at: 2", []turn{{"a", "supervisor", "fpp", 0}, {"b", "resident_rep", "ppp", 0}, {"c", "designer", "ppp", 0}}, "passed", 0, 0},
		{"exactly two fail it", "fail_at: 1", "fail_at: 2", []turn{{"a", "supervisor", "fpp", 0}, {"b", "resident_rep", "fpp", 0}, {"c", "designer", "ppp", 0}}, "failed", 1, 1},
		{"the same person twice", "", "", []turn{{"a", "supervisor", "ppp", 0}, {"a", "resident_rep", "ppp", fault.Denied}}, "", 0, 0},
		{"the builder inspects the works", "", "", []turn{{"b1", "supervisor", "ppp", fault.Denied}}, "", 0, 0},
		{"not everything can be left out", "", "", []turn{{"a", "supervisor", "npp", fault.Invalid}}, "", 0, 0},
		{"no seat is left for a second designer", "", "", []turn{{"a", "designer", "ppp", 0}, {"b", "designer", "ppp", fault.Denied}, {"c", "supervisor", "ppp", 0}, {"d", "supervisor", "ppp", fault.Denied}, {"e", "resident_rep", "ppp", 0}}, "passed", 0, 0},
		{"nothing after the last", "", "", []turn{{"a", "supervisor", "ppp", 0}, {"b", "resident_rep", "ppp", 0}, {"c", "designer", "ppp", 0}, {"d", "designer", "fff", fault.Closed}}, "passed", 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := world()
			m := steptest.Start(t, steptest.Must(t, inspect.Kind{}, strings.Replace(example, tt.from, tt.to, 1), w), w)
			for i, turn := range tt.turns {
				err := m.Submit(steptest.Who{Person: act.Person(turn.who), Role: turn.role}, sheet(turn.marks))
				if turn.refused == 0 && err != nil || turn.refused != 0 && !fault.Is(err, turn.refused) {
					t.Fatalf("sheet %d: %v, want %v", i, err, turn.refused)
				}
			}
			end, ended := m.Ended()
			if ended != (tt.want != "") || end.Outcome != tt.want {
				t.Fatalf("ended %v as %q, want %q", ended, end.Outcome, tt.want)
			}
			if ended && (end.Facts["failed"] != tt.failed || end.Facts["vetoed"] != tt.vetoed) {
				t.Errorf("facts %v, want %v failed, %v vetoed", end.Facts, tt.failed, tt.vetoed)
			}
		})
	}
}

// Every point that failed without a reason is named in one refusal.
func TestAFailureSaysWhy(t *testing.T) {
	w := world()
	m := steptest.Start(t, steptest.Must(t, inspect.Kind{}, example, w), w)
	s := sheet("ffp")
	delete(s.Values, "water_note")
	s.Values["paving_note"] = []string{" "}
	err := m.Submit(steptest.Who{Person: "a", Role: "supervisor"}, s)
	r, ok := fault.As(err)
	if !ok || len(r.Fields) != 2 || r.Fields[0].Name != "water_note" || r.Fields[1].Name != "paving_note" {
		t.Errorf("got %v, want both notes", err)
	}
}

// Photos for staff are sealed and can be found again; nobody is shown a mark before all sheets are in.
func TestWhatIsShown(t *testing.T) {
	w := world()
	m := steptest.Start(t, steptest.Must(t, inspect.Kind{}, example, w), w)
	s := sheet("fpp")
	s.Files = map[string][]step.File{"water_photo": {{Name: "leak.jpg", Type: "image/jpeg", Size: 10, Hash: "abc"}}}
	v := m.View()
	v.Who = act.By{Person: "a", Role: "supervisor"}
	drafts, err := m.Step.Take(v, s)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := drafts[0].Sealed["water_photo"], `[{"hash":"abc","name":"leak.jpg","size":10,"type":"image/jpeg"}]`; got != want {
		t.Errorf("sealed %s, want %s", got, want)
	}
	if err := m.Submit(steptest.Who{Person: "a", Role: "supervisor"}, s); err != nil {
		t.Fatal(err)
	}
	if shown := fmt.Sprintf("%+v", m.Step.Panel(m.View())); strings.Contains(shown, "it is not right") || strings.Contains(shown, "inspect.counts") {
		t.Errorf("a mark is shown before all sheets are in: %s", shown)
	}
}

func TestCheck(t *testing.T) {
	tests := []struct{ name, from, to, want string }{
		{"nobody inspects", "by: [supervisor, designer, resident_rep]\nnot_by: [works]\ninspectors: 3\nseats: { supervisor: 1, resident_rep: 1 }", "by: []\ninspectors: 3", "role.none"},
		{"no number", "inspectors: 3\nseats: { supervisor: 1, resident_rep: 1 }\n", "", "inspect.inspectors"},
		{"more seats than inspectors", "resident_rep: 1", "resident_rep: 3", "inspect.inspectors"},
		{"a seat for nobody", "seats: { supervisor: 1, ", "seats: { mayor: 1, ", "inspect.seat"},
		{"a seat of nought", "seats: { supervisor: 1, ", "seats: { supervisor: 0, ", "inspect.seat"},
		{"more failures than inspectors", "fail_at: 1", "fail_at: 4", "inspect.fail_at"},
		{"failing without anybody", "fail_at: 1", "fail_at: 0", "inspect.fail_at"},
		{"everything may fail", "allow: 1", "allow: 3", "inspect.allow"},
		{"a point twice", "key: paving", "key: water", "items.key"},
		{"a point that is another's note", "key: paving", "key: water_note", "items.key"},
		{"a question that hides a point", "key: signed", "key: lamps_note", "field.key"},
		{"photos for nobody", "photo: staff", "photo: friends", "field.audience"},
		{"a step that does not exist", "not_by: [works]", "not_by: [work]", "not_by"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(example, tt.from) {
				t.Fatalf("the example has no %q", tt.from)
			}
			_, findings := steptest.Load(t, inspect.Kind{}, strings.Replace(example, tt.from, tt.to, 1), world())
			var got []string
			for _, f := range findings {
				got = append(got, f.Code)
			}
			if !slices.Equal(got, []string{tt.want}) {
				t.Errorf("findings %v, want %s", got, tt.want)
			}
		})
	}
}
