package open_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/expr"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/step/open"
	"gongzhi/internal/step/steptest"
	"gongzhi/internal/text"
)

var example = string(open.Kind{}.Example())

func TestKind(t *testing.T) { steptest.Run(t, open.Kind{}) }

// with replaces the example's lines from one to before another.
func with(from, to, by string) string {
	i := strings.Index(example, from)
	return example[:i] + by + example[i+strings.Index(example[i:], to):]
}

func waiting(what string) string { return with("until:", "next:", what) }

func TestWaiting(t *testing.T) {
	tests := []struct {
		name, yaml string
		results    []string // of east, middle, west; "" stays open
		want       string
		closed     float64
	}{
		{"all: two of three", waiting("wait: all\n"), []string{"done", "stopped", ""}, "", 0},
		{"all: three of three, whatever their results", waiting("wait: all\n"), []string{"done", "stopped", "stopped"}, "done", 3},
		{"all is what is meant where nothing is said", waiting(""), []string{"done", "done", "done"}, "done", 3},
		{"any: none yet", waiting("wait: any\n"), []string{"", "", ""}, "", 0},
		{"any: the first, whatever its result", waiting("wait: any\n"), []string{"stopped", "", ""}, "done", 1},
		{"none", waiting("wait: none\n"), []string{"", "", ""}, "done", 0},
		{"more than half: one of three", example, []string{"done", "", ""}, "", 0},
		{"more than half: two of three", example, []string{"done", "done", ""}, "done", 2},
		{"more than half stopped", example, []string{"stopped", "stopped", ""}, "failed", 2},
		{"one each", example, []string{"done", "stopped", ""}, "", 0},
		{"the last decides", example, []string{"done", "stopped", "done"}, "done", 3},
		{"neither holds and nobody is left", example, []string{"done", "stopped", "else"}, "failed", 3},
		{"all, and one stopped", waiting("wait: all\nfail_when: children.exists(c, c.result == 'stopped')\n"), []string{"", "stopped", ""}, "failed", 1},
		{"a condition over items", waiting("until: children.exists(c, c.item == 'west' && c.closed)\n"), []string{"done", "done", ""}, "", 0},
		{"a condition that divides by nought does not hold", waiting("until: 1 / children.filter(c, c.result == 'x').size() == 1\n"), []string{"done", "", ""}, "", 0},
		{"and fails in the end rather than wait for ever", waiting("until: 1 / children.filter(c, c.result == 'x').size() == 1\n"), []string{"done", "done", "done"}, "failed", 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := steptest.NewWorld()
			s, findings := steptest.Load(t, open.Kind{}, tt.yaml, w)
			if len(findings) > 0 {
				t.Fatal(findings)
			}
			m := steptest.Start(t, s, w)
			for i, item := range []string{"east", "middle", "west"} {
				if tt.results[i] != "" {
					if err := m.Close(item, tt.results[i]); err != nil {
						t.Fatalf("%s: %v", item, err)
					}
				}
			}
			end, ended := m.Ended()
			if ended != (tt.want != "") || end.Outcome != tt.want {
				t.Fatalf("ended %v as %q, want %q", ended, end.Outcome, tt.want)
			}
			if ended && (end.Facts["closed"] != tt.closed || end.Facts["count"] != 3.) {
				t.Errorf("facts %v, want %v closed of 3", end.Facts, tt.closed)
			}
		})
	}
}

// Earlier results stand beside the children in a condition.
func TestAConditionSeesTheMethod(t *testing.T) {
	w := steptest.NewWorld()
	w.Names["results"] = expr.Object(map[string]expr.Type{"ballot": expr.Object(map[string]expr.Type{"need": expr.Int})})
	w.Vars["results"] = map[string]any{"ballot": map[string]any{"need": int64(2)}}
	yaml := waiting("until: children.filter(c, c.closed).size() >= results.ballot.need\n")
	m := steptest.Start(t, steptest.Must(t, open.Kind{}, yaml, w), w)
	for i, item := range []string{"east", "west"} {
		if _, ended := m.Ended(); ended {
			t.Fatalf("ended after %d", i)
		}
		if err := m.Close(item, "x"); err != nil {
			t.Fatal(err)
		}
	}
	if end, ended := m.Ended(); !ended || end.Outcome != "done" {
		t.Errorf("ended %v as %q", ended, end.Outcome)
	}
}

func starts(t *testing.T, m *steptest.Sim) []act.Start {
	t.Helper()
	drafts, err := m.Step.Enter(m.View())
	if err != nil {
		t.Fatal(err)
	}
	var out []act.Start
	for _, d := range drafts {
		if start, ok := d.Body.(act.Start); ok {
			out = append(out, start)
		}
	}
	return out
}

func TestWhatIsOpened(t *testing.T) {
	w := steptest.NewWorld()
	m := steptest.Start(t, steptest.Must(t, open.Kind{}, example, w), w)
	list := starts(t, m)
	if len(list) != 3 || list[0].Item != "east" || list[0].Subject != w.Subject || list[0].Method != "household_visit" || list[0].Title != (text.Text{ZH: "例：东单元", EN: "example: East entrance"}) ||
		fmt.Sprint(list[0].Facts) != "map[visits:3]" || list[1].Facts != nil {
		t.Errorf("items: %+v", list)
	}
	m = steptest.Start(t, steptest.Must(t, open.Kind{}, with("title:", "until:", "for: { register: part }\n"), w), w)
	if list = starts(t, m); len(list) != 12 || list[0].Subject != (act.RowID{Register: "part", ID: "u01"}) || list[0].Title.ZH != "1-101" || list[0].Item != "u01" {
		t.Errorf("rows: %+v", list)
	}
	m = steptest.Start(t, steptest.Must(t, open.Kind{}, with("title:", "until:", ""), w), w)
	if list = starts(t, m); len(list) != 1 || list[0].Subject != w.Subject || list[0].Item != "" || list[0].Title != m.View().Matter.Title {
		t.Errorf("one: %+v", list)
	}
	if err := m.Close("", "done"); err != nil {
		t.Error(err)
	}
	if end, ended := m.Ended(); !ended || end.Outcome != "done" {
		t.Errorf("one: ended %v as %q", ended, end.Outcome)
	}
}

// Of the rows only those for which the condition holds get a child; a field left empty is nought, and a row is not
// chosen by what is written in words.
func TestOnlyRowsThatQualify(t *testing.T) {
	w := steptest.NewWorld()
	for i := range w.Book {
		if w.Book[i].ID.Register == "part" && w.Book[i].ID.ID < "u04" {
			w.Book[i].Values = map[string]any{"rooms": int64(i)}
		}
	}
	w.Fields["part"] = map[string]string{"rooms": "count", "note": "line"}
	rows := func(when string) string {
		return with("items:", "next:", "for: { register: part, when: "+when+" }\n")
	}
	m := steptest.Start(t, steptest.Must(t, open.Kind{}, rows("row.rooms > 0"), w), w)
	want := 0
	for _, r := range w.Book {
		if n, _ := r.Values["rooms"].(int64); r.ID.Register == "part" && n > 0 {
			want++
		}
	}
	if list := starts(t, m); len(list) != want || want == 0 || want == 12 {
		t.Errorf("%d children, want %d", len(list), want)
	}
	for _, when := range []string{"row.note == 'x'", "row.missing > 1"} {
		if _, findings := steptest.Load(t, open.Kind{}, rows(when), w); len(findings) != 1 || findings[0].Code != "expr" {
			t.Errorf("%s: %v", when, findings)
		}
	}
}

func TestNothingToOpenIsDone(t *testing.T) {
	for _, wait := range []string{"wait: all\n", "wait: any\n", "wait: none\n", "until: children.size() > 5\n"} {
		w := steptest.NewWorld()
		w.Fields["household"] = map[string]string{"name": "line"}
		yaml := with("items:", "next:", "for: { register: household }\n"+wait)
		m := steptest.Start(t, steptest.Must(t, open.Kind{}, yaml, w), w)
		if end, ended := m.Ended(); !ended || end.Outcome != "done" || end.Facts["count"] != 0. {
			t.Errorf("%s ended %v as %+v", wait, ended, end)
		}
	}
}

// A person who says that a child has ended is not heard, whatever role they claim.
func TestOnlyTheEngineSpeaksForChildren(t *testing.T) {
	w := steptest.NewWorld()
	m := steptest.Start(t, steptest.Must(t, open.Kind{}, waiting("wait: any\n"), w), w)
	s := step.Submission{Verb: step.VerbChildClosed, Item: "east"}
	for _, role := range []string{"contractor", act.HouseItself} {
		if err := m.Take(steptest.Who{Person: "p1", Role: role}, s); !fault.Is(err, fault.Closed) {
			t.Errorf("as %s: %v", role, err)
		}
	}
}

// A subdistrict's largest compounds have some two thousand households; a condition over them must still be answered.
func TestManyChildren(t *testing.T) {
	w := steptest.NewWorld()
	s := steptest.Must(t, open.Kind{}, example, w)
	var state any
	fold := func(kind string, c act.Child) {
		var err error
		body := fmt.Sprintf(`{"matter":%d,"item":%q,"result":%q}`, c.Matter, c.Item, c.Result)
		if state, err = s.Fold(state, act.Act{Kind: kind, Body: []byte(body)}); err != nil {
			t.Fatal(err)
		}
	}
	const n = 2000
	for i := range n {
		fold(act.Opened, act.Child{Matter: act.Matter(i + 1), Item: fmt.Sprint(i)})
	}
	take := func() ([]act.Draft, error) {
		return s.Take(step.View{State: state, Who: act.By{Role: act.HouseItself}}, step.Submission{Verb: step.VerbChildClosed})
	}
	for i := range n/2 + 1 {
		if i == n/2 {
			if drafts, err := take(); err != nil || len(drafts) != 0 {
				t.Fatalf("exactly half is not more than half: %v %v", drafts, err)
			}
		}
		fold(act.ChildClosed, act.Child{Matter: act.Matter(i + 1), Item: fmt.Sprint(i), Result: "done"})
	}
	drafts, err := take()
	if err != nil || len(drafts) != 1 || drafts[0].Body.(act.Ending).Outcome != "done" {
		t.Errorf("after %d of %d: %v %v", n/2+1, n, drafts, err)
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name, yaml string
		want       []string
	}{
		{"a method that opens itself", strings.Replace(example, "method: household_visit", "method: example", 1), []string{"open.self"}},
		{"rows and items", example + "for: { register: part }\n", []string{"items.twice"}},
		{"a register that does not exist", with("items:", "until:", "for: { register: flats }\n"), []string{"register.unknown"}},
		{"an item twice", strings.Replace(example, "key: west", "key: east", 1), []string{"items.key"}},
		{"a title in one language", strings.Replace(example, ", en: \"{matter}: {item}\"", "", 1), []string{"words.en"}},
		{"a fact that is a list", strings.Replace(example, "visits: 3", "visits: [3]", 1), []string{"open.fact"}},
		{"wait and until", example + "wait: all\n", []string{"open.both"}},
		{"waiting for some", waiting("wait: some\n"), []string{"open.wait"}},
		{"failing without waiting", waiting("wait: none\nfail_when: children.size() == 0\n"), []string{"open.never"}},
		{"a name that does not exist", waiting("until: kids.size() > 1\n"), []string{"expr"}},
		{"a field that does not exist", waiting("until: children.all(c, c.done)\n"), []string{"expr"}},
		{"no yes or no", waiting("until: children.size()\n"), []string{"expr"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, findings := steptest.Load(t, open.Kind{}, tt.yaml, steptest.NewWorld())
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
