package patrol_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/expr"
	"gongzhi/internal/fault"
	"gongzhi/internal/register"
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

// What the place, the subject and the answers say is told, sealed where it was sealed; nothing is typed twice.
func TestWhatIsFoundOpensAMatter(t *testing.T) {
	w := world()
	w.Fields["corner"] = map[string]string{"name": "line", "where": "geometry"}
	w.Fields["street"] = map[string]string{"name": "line"}
	street, corner := act.RowID{Register: "street", ID: "s1"}, act.RowID{Register: "corner", ID: "east"}
	w.Book = append(w.Book, register.Row{ID: street, Name: "演示街"},
		register.Row{ID: corner, Parent: w.Subject, Name: "东口", Values: map[string]any{"where": `{"type":"Point","coordinates":[113.6120005,34.748]}`}})
	w.Book[0].Parent = street
	yaml := strings.NewReplacer(
		example[strings.Index(example, "items:"):strings.Index(example, "window:")], "register: corner\n",
		"tell: { place: place, words: what, photos: photo }", "about: street\n  tell: { place: place, words: what, photos: photo, spot: place.where, section: subject }",
	).Replace(example)
	m := steptest.Start(t, steptest.Must(t, patrol.Kind{}, yaml, w), w)
	drafts, err := m.Step.Take(m.View(), look("east", "problem"))
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(drafts, func(d act.Draft) bool { return d.Kind == act.Opened })
	if i < 0 {
		t.Fatal("nothing was opened")
	}
	got := drafts[i].Body.(act.Start)
	want := map[string]any{"place": "东口", "words": "井盖缺失", "spot": "113.612000,34.748000", "section": "c1", "openness": "public"}
	if got.Subject != street || got.Title.ZH != "东口路面问题" || got.Method != "problem" || !maps.Equal(got.Facts, want) {
		t.Errorf("opened %+v", got)
	}
	if sealed := drafts[i].Sealed["photos"]; !strings.Contains(sealed, "a.jpg") {
		t.Errorf("the photograph was not told: %q", sealed)
	}
}

func TestWhatIsFoundHasToBeSaid(t *testing.T) {
	for _, tt := range []struct {
		finding, what string
		want          string
	}{
		{"fine", "", ""},
		{"problem", "井盖缺失", ""},
		{"problem", "", "patrol.needed"},
		{"problem", "  ", "patrol.needed"},
	} {
		w := world()
		m := steptest.Start(t, steptest.Must(t, patrol.Kind{}, example, w), w)
		sub := look("middle", tt.finding)
		sub.Values["what"] = []string{tt.what}
		err := m.Submit(chief, sub)
		no, _ := fault.As(err)
		if (err != nil) != (tt.want != "") || no != nil && (no.Fields[0].Name != "what" || no.Fields[0].Code != tt.want) {
			t.Errorf("%s %q: %v", tt.finding, tt.what, err)
		}
	}
}

func TestWhatIsFoundMustLieSomewhere(t *testing.T) {
	w := world()
	w.Fields["street"] = map[string]string{"name": "line"}
	yaml := strings.Replace(example, "  title: {", "  about: street\n  title: {", 1)
	m := steptest.Start(t, steptest.Must(t, patrol.Kind{}, yaml, w), w)
	if no, _ := fault.As(m.Submit(chief, look("middle", "problem"))); no == nil || no.Code != "patrol.nowhere" {
		t.Errorf("a compound that lies in no street: %v", no)
	}
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
		{"what tells is no choice", "  field: finding", "  field: what", "patrol.found"},
		{"an answer that cannot be given", "is: [problem]", "is: [broken]", "patrol.answer"},
		{"telling what nobody asks", "words: what", "words: colour", "patrol.tell"},
		{"telling what no place says", "words: what", "words: place.colour", "patrol.tell"},
		{"needing what nobody asks", "needs: [what]", "needs: [colour]", "patrol.needs"},
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
