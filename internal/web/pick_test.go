package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
)

// flats adds thirty compounds, and to the first a building with forty flats that are asked whether to renovate.
func (w *town) flats() act.Matter {
	w.t.Helper()
	b := act.RowID{Register: "building", ID: "y1b10"}
	var entries []register.Entry
	for unit := 1; unit <= 2; unit++ {
		for floor := 1; floor <= 20; floor++ {
			entries = append(entries, register.Entry{ID: act.RowID{Register: "part", ID: fmt.Sprintf("y1b10u%d-%d01", unit, floor)}, Parent: b, Values: map[string]any{
				"unit": fmt.Sprint(unit), "room": fmt.Sprintf("%d01", floor), "area": int64(6000), "kind": "flat", "state": "sold",
			}})
		}
	}
	asked := act.RowID{Register: "compound", ID: "pick1"}
	entries = append(entries, register.Entry{ID: b, Parent: asked, Values: map[string]any{"number": "10号楼"}})
	for n := 1; n <= 30; n++ {
		entries = append(entries, register.Entry{ID: act.RowID{Register: "compound", ID: fmt.Sprintf("pick%d", n)}, Parent: act.RowID{Register: "community", ID: "nyyh"}, Values: map[string]any{
			"name": fmt.Sprintf("演示巷%d号院", n), "address": fmt.Sprintf("演示巷%d号", n), "eligible": true,
		}})
	}
	if _, err := w.house.Change(w.t.Context(), act.By{Role: act.HouseItself}, "test-flats", "registers/part.yaml", book.Set{Entries: entries, On: calendar.DateOf(w.clock.Now())}); err != nil {
		w.t.Fatal(err)
	}
	receipt, err := w.house.Desk.Begin(w.t.Context(), w.actor("street_office"), "renovation", asked, step.Submission{ID: "begin-renovation-pick"})
	if err != nil {
		w.t.Fatal(err)
	}
	return receipt.Matter
}

var offered = regexp.MustCompile(`type="radio"[^>]*name="(unit|_subject)" value="([^"]+)"( checked)?`)

// A question that names one of many rows takes part of its name, or its numbers; a form never carries a register.
func TestARowIsLookedForInAForm(t *testing.T) {
	w := newTown(t)
	matter := w.flats()
	v := w.signedIn("community_worker")
	to := fmt.Sprintf("/matters/%d/do/record", matter)
	_, form, _ := v.get(to)
	if strings.Contains(form, `<select id="f-unit"`) || !strings.Contains(form, `name="unit.find"`) || strings.Contains(form, "y1b10u1-301") {
		t.Fatal("the form carries every flat")
	}
	answers := func(typed string) url.Values {
		a := w.formOf(v, to)
		for name, value := range map[string]string{"unit.find": typed, "channel": "door", "result": "signed", "whether": "agree", "_stage": "send"} {
			a.Set(name, value)
		}
		return a
	}
	for _, tt := range []struct {
		typed string
		many  int // flats that come back to choose from
	}{
		{"没有这一户", 0}, {"301", 2}, {"10-301", 2}, {"", 0},
	} {
		status, body, _ := v.post(to, answers(tt.typed))
		if got := len(offered.FindAllString(body, -1)); status != http.StatusUnprocessableEntity || got != tt.many {
			t.Errorf("%q: %d with %d to choose from, want %d", tt.typed, status, got, tt.many)
		}
		if tt.typed != "" && !strings.Contains(body, tt.typed) {
			t.Errorf("%q: what was looked for is not said", tt.typed)
		}
	}
	for _, typed := range []string{"10-2-301", "10号楼1单元401", "演示巷1号院10号楼[1单元]501", "y1b10u1-601"} {
		if status, body, _ := v.post(to, answers(typed)); status != http.StatusSeeOther {
			t.Errorf("%q: %d %s", typed, status, regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " "))
		}
	}
	if _, body, _ := v.get(to + "?unit=y1b10u2-701"); !strings.Contains(body, `value="y1b10u2-701" checked`) {
		t.Error("the address does not say which flat it is about")
	}
	_, doors, _ := v.get(fmt.Sprintf("/desk/matters/%d/doors", matter))
	if !strings.Contains(doors, "unit=y1b10u2-801") || strings.Contains(doors, "unit=y1b10u2-301") {
		t.Error("the doors that are left do not lead to their forms")
	}
	// A flat of another compound is none here, whatever its id.
	a := answers("")
	a.Set("unit", "elsewhere")
	if status, _, _ := v.post(to, a); status != http.StatusUnprocessableEntity {
		t.Errorf("a flat that is none was taken: %d", status)
	}
}

// The row a matter is begun on is looked for in the same way.
func TestASubjectIsLookedFor(t *testing.T) {
	w := newTown(t)
	w.flats()
	v := w.signedIn("community_secretary")
	_, form, _ := v.get("/desk/begin/renovation")
	if strings.Contains(form, `<select id="f-_subject"`) || !strings.Contains(form, `name="_subject.find"`) {
		t.Fatal("the form carries every compound")
	}
	answers := w.formOf(v, "/desk/begin/renovation")
	answers.Set("listed_as", "2026年演示改造计划")
	answers.Set("_subject.find", "演示巷")
	status, body, _ := v.post("/desk/begin/renovation", answers)
	if got := len(offered.FindAllString(body, -1)); status != http.StatusUnprocessableEntity || got != 12 || !strings.Contains(body, `value="2026年演示改造计划"`) {
		t.Errorf("%d with %d to choose from", status, got)
	}
	answers.Set("_subject.find", "演示巷7号院")
	if status, body, _ = v.post("/desk/begin/renovation", answers); status != http.StatusSeeOther {
		t.Errorf("%d %s", status, body)
	}
}
