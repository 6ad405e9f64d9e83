package web_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/register"
)

const drawnShape = `{"type":"Polygon","coordinates":[[[113.63,34.75],[113.631,34.75],[113.631,34.751],[113.63,34.75]]],"datum":"CGCS2000"}`

// draw gives the compound of the town a shape.
func (w *town) draw() {
	w.t.Helper()
	set := book.Set{On: calendar.DateOf(start), Entries: []register.Entry{{ID: compound, Parent: act.RowID{Register: "community", ID: "nyyh"}, Values: map[string]any{"shape": drawnShape}}}}
	if _, err := w.house.Change(context.Background(), act.By{Role: act.HouseItself}, "test-shape", "registers/compound.yaml", set); err != nil {
		w.t.Fatal(err)
	}
}

// A shape that was drawn is on the wall, on the page of the matter about it, and in the layer that others load.
func TestShapesAreShown(t *testing.T) {
	w := newTown(t)
	w.draw()
	v := w.visitor()
	status, body, h := v.get("/layers/compound")
	var layer struct {
		Features []struct {
			ID         string
			Properties map[string]any
			Geometry   json.RawMessage
		}
	}
	if status != http.StatusOK || h.Get("Content-Type") != "application/geo+json" || json.Unmarshal([]byte(body), &layer) != nil || len(layer.Features) != 1 {
		t.Fatalf("%d %s %s", status, h.Get("Content-Type"), body)
	}
	if f := layer.Features[0]; string(f.Geometry) != drawnShape || f.Properties["name"] != "演示路1号院" || f.Properties["parent"] != "community/nyyh" {
		t.Errorf("%+v", f)
	}
	for _, name := range []string{"person", "part", "nothing"} { // nothing to draw, or not for everybody
		if status, _, _ := v.get("/layers/" + name); status != http.StatusNotFound {
			t.Errorf("%s: %d", name, status)
		}
	}
	for path, want := range map[string]string{
		"/wall": "map-stage-1", "/matters/1": "map-here", "/places/compound": "演示路1号院", "/places/compound?q=1号": "演示路1号院",
		"/places/compound?q=%E6%B2%A1%E6%9C%89": "没有名称里带", "/places/compound/yanshi1": "㎡（按 CGCS2000 椭球面计算）",
		"/matters?method=renovation&stage=1": "演示路1号院综合改造", "/matters?method=renovation&under=community/nyyh": "演示路1号院综合改造",
	} {
		if status, body, _ := v.get(path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d without %q", path, status, want)
		}
	}
	for _, path := range []string{"/matters?method=renovation&stage=5", "/matters?late=1", "/matters?under=community/baihua"} {
		if _, body, _ := v.get(path); strings.Contains(body, "演示路1号院综合改造") {
			t.Errorf("%s lists what does not belong", path)
		}
	}
	if status, _, _ := v.get("/places/person"); status != http.StatusNotFound {
		t.Errorf("people are listed: %d", status)
	}
}

// What is late is counted, listed by days, and marked on the ground.
func TestTheWallShowsWhatIsLate(t *testing.T) {
	w := newTown(t)
	w.draw()
	w.clock.Set(start.AddDate(0, 3, 0))
	_, body, _ := w.visitor().get("/wall")
	for _, want := range []string{"figure-late", "map-late", "map-days", "href=\"/matters?late=1\""} {
		if !strings.Contains(body, want) {
			t.Errorf("the wall has no %s", want)
		}
	}
	if _, body, _ := w.visitor().get("/matters?late=1"); !strings.Contains(body, "演示路1号院综合改造") {
		t.Error("what is late is not listed")
	}
}

// The first page leads to what can be reported; a resident reports it about the place they live in, and gets a receipt.
func TestAResidentReports(t *testing.T) {
	w := newTown(t)
	w.person(context.Background(), "resident", "resident", part)
	if _, body, _ := w.visitor().get("/"); !strings.Contains(body, `href="/begin/defect"`) || !strings.Contains(body, `href="/places/compound"`) {
		t.Error("the first page does not lead to reports and compounds")
	}
	v := w.signedIn("resident")
	status, form, _ := v.get("/begin/defect")
	if status != http.StatusOK || !strings.Contains(form, `value="yanshi1" selected`) {
		t.Fatalf("%d, the form: %s", status, form)
	}
	answers := w.formOf(v, "/begin/defect")
	answers.Set("_subject", compound.ID)
	answers.Set("where_it_is", "1号楼门口")
	if status, body, _ := v.post("/begin/defect", answers); status != http.StatusUnprocessableEntity {
		t.Errorf("half an answer: %d %s", status, body)
	}
	answers.Set("what_is_wrong", "门口积水")
	if status, body, _ := v.post("/begin/defect", answers); status != http.StatusOK || !strings.Contains(body, "门口积水") || !strings.Contains(body, `value="change"`) {
		t.Errorf("nothing to look over: %d %s", status, body)
	}
	answers.Set("_stage", "send")
	status, _, h := v.post("/begin/defect", answers)
	if status != http.StatusSeeOther || !strings.HasPrefix(h.Get("Location"), "/receipts/") {
		t.Fatalf("%d to %s", status, h.Get("Location"))
	}
	if _, body, _ := v.get(h.Get("Location")); !strings.Contains(body, "质量问题") {
		t.Error("the receipt does not name the matter")
	}
	if status, _, _ := v.get("/begin/renovation"); status != http.StatusOK { // the form says who may; sending it is refused
		t.Errorf("/begin/renovation: %d", status)
	}
	if _, body, _ := v.get("/me"); !strings.Contains(body, "60.00 ㎡") {
		t.Error("my page does not show my home")
	}
}

// Whatever the wall counts, the calendar, the charter and the house's book answer with what stands behind it.
func TestWhatTheDeskOpens(t *testing.T) {
	w := newTown(t)
	v := w.signedIn("community_secretary")
	for path, want := range map[string]string{
		"/desk/calendar": "演示路1号院综合改造", "/desk": "/desk/calendar", "/charter": "methods/renovation.yaml",
		"/desk/ledger": "改动台账", "/desk/ledger?before=2": "<table", "/matters/1/record?before=2": "事项开始",
	} {
		if status, body, _ := v.get(path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d without %q", path, status, want)
		}
	}
}
