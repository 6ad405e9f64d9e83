package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gongzhi/internal/act"
)

// A sheet is pasted, seen value by value, confirmed, found unchanged when it comes again, exported, read back without a
// change, and taken back as long as nothing leans on it.
func TestRegisterSheets(t *testing.T) {
	w := newTown(t)
	v := w.signedIn("community_secretary")
	paste := func(content string) (status int, body, location string) {
		t.Helper()
		status, body, h := v.postForm("/desk/imports/sheet/need", map[string]string{"paste": content, "under": "community/nyyh"})
		if location = h.Get("Location"); status == http.StatusSeeOther {
			status, body = v.waited(location)
		}
		return status, body, location
	}
	const head = "需求名称\t类　别\t来源\t提出日期\t状态\t受益户数（户）\n"
	before := w.acts(act.House)
	status, body, _ := paste(head + "演示停车位\t停车\t走访\t2026/3/1\t待核实\t12\n演示活动室\t球场\t会议\t昨天\t待核实\t\n")
	if status != http.StatusOK || !strings.Contains(body, "“球场”不在可选范围内") || !strings.Contains(body, "“昨天”不是日期") || w.acts(act.House) != before {
		t.Fatalf("%d: faults are not told, or something was written", status)
	}
	sheet := "社区需求一览\t\t\t\t\t\n" + head + "演示停车位\t停车\t走访\t2026/3/1\t待核实\t12\n演示活动室\t场地\t会议\t2026年3月1日\t已发布\t\n"
	status, body, at := paste(sheet)
	if status != http.StatusOK || !strings.Contains(body, "新增 2，修改 0，停用 0") {
		t.Fatalf("%d: the preview does not add up: %s", status, body)
	}
	confirm := func(at, form string) string {
		t.Helper()
		status, body, h := v.post(at, url.Values{"_id": {hiddenID.FindStringSubmatch(form)[1]}})
		if status != http.StatusSeeOther {
			t.Fatalf("%d %s", status, body)
		}
		return h.Get("Location")
	}
	done := confirm(at, body)
	if w.acts(act.House) != before+1 {
		t.Errorf("%d acts for one import", w.acts(act.House)-before)
	}
	if _, body, _ := paste(sheet); !strings.Contains(body, "文件和台账一致") {
		t.Error("the same sheet again is not the same")
	}
	_, body, at = paste(head + "演示停车位\t停车\t走访\t2026/3/1\t已核实\t15\n")
	for _, s := range []string{"新增 0，修改 1，停用 0", "受益户数", "12", "15", "待核实", "已核实"} {
		if !strings.Contains(body, s) {
			t.Errorf("the difference does not say %q", s)
		}
	}

	for _, file := range []string{"export.csv", "export.csv?charset=gb18030", "export.xlsx"} {
		status, exported, h := v.get("/desk/registers/need/" + file)
		if status != http.StatusOK || !strings.Contains(h.Get("Content-Disposition"), "attachment") {
			t.Fatalf("%s: %d", file, status)
		}
		var body string
		form, typ := multipartForm(t, map[string]string{"under": "community/nyyh"}, strings.Split(file, "?")[0], exported)
		status, body, h = v.read(v.Post(w.server.URL+"/desk/imports/sheet/need", typ, form))
		if status == http.StatusSeeOther {
			status, body = v.waited(h.Get("Location"))
		}
		if status != http.StatusOK || !strings.Contains(body, "文件和台账一致") {
			t.Errorf("%s read back: %d, is not the same", file, status)
		}
	}
	_, exported, _ := v.get("/desk/registers/need/export.csv?f.category=venue")
	if !strings.Contains(exported, "类别：场地") || !strings.Contains(exported, "共 1 条") || strings.Contains(exported, "停车位") {
		t.Errorf("an export does not carry its filter: %q", exported)
	}

	// The second import stands in the way of taking back the first; without it, both rows go.
	second := confirm(at, body)
	undo := func(change string) (int, string) {
		t.Helper()
		_, form, _ := v.get(change)
		status, body, _ := v.post(change+"/undo", url.Values{"_id": {hiddenID.FindStringSubmatch(form)[1]}})
		return status, body
	}
	if status, body := undo(done); status != http.StatusConflict || !strings.Contains(body, "之后又有改动") {
		t.Errorf("%d: a change under another was taken back", status)
	}
	if status, _ := undo(second); status != http.StatusSeeOther {
		t.Errorf("%d: the last change cannot be taken back", status)
	}
	if _, body, _ := v.get("/desk/registers/need?q=" + url.QueryEscape("停车位")); !strings.Contains(body, "待核实") {
		t.Error("the row is not as it was")
	}

	// Nobody writes elsewhere by naming it in a cell, nor beyond their place.
	_, body, _ = paste("上级记录\t" + head + "百花社区\t演示\t停车\t走访\t2026/3/1\t待核实\t1\n")
	if !strings.Contains(body, "不在所选的范围内") {
		t.Error("a row of another community was taken")
	}
	if status, _, _ := v.get(strings.Replace(at, "nyyh", "baihua", 1)); status != http.StatusForbidden {
		t.Errorf("%d: another community's import is open", status)
	}
}

// postForm sends fields as a form with files does.
func (v *visitor) postForm(path string, fields map[string]string) (int, string, http.Header) {
	v.w.t.Helper()
	body, typ := multipartForm(v.w.t, fields, "none.csv", "")
	return v.read(v.Post(v.w.server.URL+path, typ, body))
}
