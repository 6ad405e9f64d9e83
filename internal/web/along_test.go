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
)

// cross draws two roads that cross at 113.62, 34.75, one from west to east and one from south to north.
func (w *town) cross() {
	w.t.Helper()
	var entries []register.Entry
	for id, line := range map[string]string{"yanshi-we": "[113.61,34.75],[113.63,34.75]", "yanshi-sn": "[113.62,34.74],[113.62,34.76]"} {
		community := map[string]string{"yanshi-we": "nyyh", "yanshi-sn": "bishagang"}[id]
		entries = append(entries, register.Entry{ID: act.RowID{Register: "road_section", ID: id}, Parent: act.RowID{Register: "community", ID: community}, Values: map[string]any{
			"name": "演示路" + id, "shape": `{"type":"LineString","coordinates":[` + line + `],"datum":"CGCS2000"}`,
		}})
	}
	if entries[0].ID.ID > entries[1].ID.ID {
		entries[0], entries[1] = entries[1], entries[0]
	}
	set := book.Set{On: calendar.DateOf(w.clock.Now()), Entries: entries}
	if _, err := w.house.Change(w.t.Context(), act.By{Role: act.HouseItself}, "draw-roads", "registers/road_section.yaml", set); err != nil {
		w.t.Fatal(err)
	}
}

var hiddenInput = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

// A place tells the section of road it is on, with how far away that is; a crossing tells none, and whoever reports chooses, also
// none of them. What they say themselves stands, and a place that moved is looked at anew.
func TestAPlaceTellsTheSectionOfRoad(t *testing.T) {
	w := newTown(t)
	w.letEverybodyIn()
	w.cross()
	v := w.visitor()
	var hidden url.Values
	send := func(more url.Values) (int, string) {
		t.Helper()
		_, body, _ := v.get("/begin/problem")
		form := problem(url.Values{"_code": {codeField.FindStringSubmatch(body)[1]}})
		for k, values := range more {
			form[k] = values
		}
		status, body, _ := v.post("/begin/problem", form)
		hidden = url.Values{}
		for _, m := range hiddenInput.FindAllStringSubmatch(body, -1) {
			hidden.Set(m[1], m[2])
		}
		return status, body
	}
	const ask = "都差不多远"
	for _, tt := range []struct {
		name, spot, want string
		asked            bool
		more             url.Values
	}{
		{"on one", "113.613,34.75", "yanshi-we", false, nil},
		{"beside one, 44 m", "113.613,34.7504", "yanshi-we", false, nil},
		{"too far, 56 m", "113.613,34.7505", "", false, nil},
		{"nowhere near", "113.65,34.80", "", false, nil},
		{"at the crossing", "113.62,34.75", "", true, nil},
		{"near the crossing, 9 m and 11 m", "113.6201,34.7501", "", true, nil},
		{"near the crossing, 0 m and 18 m", "113.6202,34.75", "", true, nil},
		{"past it, 0 m and 27 m", "113.6203,34.75", "yanshi-we", false, nil},
		{"rounded onto the crossing", "113.620049,34.750049", "", true, nil},
		{"chosen at the crossing", "113.62,34.75", "yanshi-sn", false, url.Values{"section": {"yanshi-sn"}}},
		{"said by the code on a board, far away", "113.65,34.80", "yanshi-sn", false, url.Values{"section": {"yanshi-sn"}}},
		{"none of them", "113.62,34.75", "", false, url.Values{"_along_section": {"113.620000,34.750000 "}}},
		{"no place", "", "", false, nil},
		{"asked for another place before", "113.613,34.75", "yanshi-we", false, url.Values{"_along_section": {"113.620000,34.750000 "}}},
		{"found for another place before", "113.65,34.80", "", false, url.Values{"section": {"yanshi-we"}, "_along_section": {"113.613000,34.750000 yanshi-we"}}},
		{"chosen against what was found", "113.613,34.75", "yanshi-sn", false, url.Values{"section": {"yanshi-sn"}, "_along_section": {"113.613000,34.750000 yanshi-we"}}},
	} {
		form := url.Values{"spot": {tt.spot}}
		for k, v := range tt.more {
			form[k] = v
		}
		status, body := send(form)
		if asked := status == http.StatusUnprocessableEntity && strings.Contains(body, ask); asked != tt.asked {
			t.Errorf("%s: it asks which one: %v (%d)", tt.name, asked, status)
		}
		if tt.asked {
			for _, id := range []string{"yanshi-we", "yanshi-sn"} {
				if !strings.Contains(body, `value="`+id+`"`) || !strings.Contains(body, "演示路"+id+"，离位置约") {
					t.Errorf("%s: %s is not offered with its distance", tt.name, id)
				}
			}
			continue
		}
		if got := hidden.Get("section"); status != http.StatusOK || got != tt.want {
			t.Errorf("%s: %d, the section is %q, want %q", tt.name, status, got, tt.want)
		}
		found := strings.Contains(body, "按地图位置填的是“演示路"+tt.want+"”") && strings.Contains(body, "暂按默认值")
		if want := tt.want != "" && hidden.Get("_along_section") != "" && strings.HasSuffix(hidden.Get("_along_section"), " "+tt.want); found != want {
			t.Errorf("%s: it says how the section came there: %v, want %v", tt.name, found, want)
		}
	}

	// What was looked over is what is recorded. Without a choice the matter goes to the community whose road it is.
	_, body, _ := v.get("/begin/problem")
	form := problem(url.Values{"_code": {codeField.FindStringSubmatch(body)[1]}, "spot": {"113.62,34.757"}})
	form.Del("_subject")
	if status, body, _ := v.post("/begin/problem", form); status != http.StatusOK || !strings.Contains(body, "离位置约 0 米") {
		t.Fatalf("%d %s", status, body)
	} else {
		for _, m := range hiddenInput.FindAllStringSubmatch(body, -1) {
			form.Set(m[1], m[2])
		}
	}
	form.Set("_stage", "send")
	if status, body, _ := v.post("/begin/problem", form); status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, body)
	}
	n, acts := w.newest()
	if s := string(acts[0].Body); !strings.Contains(s, `"section":"yanshi-sn"`) || !strings.Contains(s, "bishagang") {
		t.Errorf("recorded: %s", s)
	}
	if _, body, _ := w.visitor().get(fmt.Sprintf("/matters/%d", n)); !strings.Contains(body, "演示路yanshi-sn") {
		t.Error("the matter's page does not name the section")
	}
	w.verifies()
}

// The record says of every sending where it went and by which rule, also once the matter has moved on, in both languages.
func TestTheRecordSaysWhichRuleFired(t *testing.T) {
	w := newTown(t)
	w.visitor().report(nil)
	n, _ := w.newest()
	w.as("community_worker", n, "submit", map[string]string{"acceptance": "accepted", "account": "演示路口有垃圾"})
	w.as("grid_worker", n, "submit", map[string]string{"finding": "real", "found": "属实"})
	w.as("dispatcher", n, "approve", nil)
	w.as("dispatcher", n, "resend", map[string]string{"to": "order_team", "reason": "演示：摊位留下的"})
	w.as("order_team", n, "finish", map[string]string{"done_how": "已清运"})
	v := w.visitor()
	at := fmt.Sprintf("/matters/%d/record", n)
	_, body, _ := v.get(at)
	for _, want := range []string{"派给保洁队；依据：市容环境类，派保洁队；期限 ", "派给城管执法中队；依据：由派遣员选派；期限 ", "演示：摊位留下的", "按规则自动"} {
		if !strings.Contains(body, want) {
			t.Errorf("the record does not say %q", want)
		}
	}
	v.get("/prefer?back=%2F&lang=en")
	if _, body, _ := v.get(at); !strings.Contains(body, "To Cleaning team; by the rule: Cleanliness: the cleaning team; time ") {
		t.Error("the record does not say it in English")
	}
}
