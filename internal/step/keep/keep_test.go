package keep_test

import (
	"maps"
	"slices"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/step"
	"gongzhi/internal/step/keep"
	"gongzhi/internal/step/steptest"
)

func TestKind(t *testing.T) { steptest.Run(t, keep.Kind{}) }

// What stands in the act is what was answered: the matter's own row where it is about one, a new one otherwise, nothing
// where the question was left empty, and no word where its step was not passed.
func TestWhatIsWritten(t *testing.T) {
	const head = "kind: keep\nname: { zh: 登记, en: Entry }\nwithin: 3 days\nby: [secretary]\nnext: { kept: end done }\n"
	for _, tt := range []struct {
		name, yaml, row string
		values          map[string]any
	}{
		{"the subject's row", head + "register: compound\ntell: { builder: results.ask.builder_found }\n", "compound/c1", map[string]any{"builder": "b1"}},
		{"left empty", head + "register: compound\ntell: { builder: results.ask.nothing }\n", "compound/c1", map[string]any{"builder": nil}},
		{"not passed", head + "register: compound\ntell: { builder: results.other.builder_found }\n", "compound/c1", map[string]any{}},
		{"a new row", head + "register: part\ntell: { builder: subject, state: matter.state_of }\n", "part/m1-example", map[string]any{"builder": "compound/c1", "state": "sold"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := steptest.NewWorld()
			w.Facts["state_of"] = "sold"
			w.Results["ask"] = step.Result{Outcome: "done", Facts: map[string]any{"builder_found": "b1"}}
			m := steptest.Start(t, steptest.Must(t, keep.Kind{}, tt.yaml, w), w)
			if err := m.Submit(steptest.Who{Person: "p1", Role: "secretary"}, step.Submission{Verb: "keep"}); err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(m.Acts, func(a act.Act) bool { return a.Kind == act.Kept })
			var got act.Written
			if i < 0 || m.Acts[i].Into(&got) != nil || got.Row != tt.row || !maps.Equal(got.Values, tt.values) {
				t.Errorf("written %+v, want %s %v", got, tt.row, tt.values)
			}
		})
	}
}

// Whoever brings the matter here writes the row by that, where they may; the clock and others leave it to those who may.
func TestWhoeverBringsItHere(t *testing.T) {
	w := steptest.NewWorld()
	s := steptest.Must(t, keep.Kind{}, string(keep.Kind{}.Example()), w)
	v := steptest.Start(t, s, w).View()
	for _, tt := range []struct {
		by   act.By
		want int
	}{{act.By{Person: "p1", Role: "community_secretary"}, 2}, {act.By{Person: "p2", Role: "street_office"}, 0}, {act.By{Role: act.Clock}, 0}} {
		v.Who = tt.by
		if drafts, err := s.Enter(v); err != nil || len(drafts) != tt.want {
			t.Errorf("%+v: %d drafts, %v; want %d", tt.by, len(drafts), err, tt.want)
		}
	}
}
