package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// add writes a row by its form and gives its id.
func (v *visitor) add(register string, answers url.Values) string {
	v.w.t.Helper()
	_, form, _ := v.get("/desk/registers/" + register + "/new")
	answers.Set("_id", hiddenID.FindStringSubmatch(form)[1])
	status, body, h := v.post("/desk/registers/"+register+"/new", answers)
	if status != http.StatusSeeOther {
		v.w.t.Fatalf("%s: %d %s", register, status, body)
	}
	id, _, _ := strings.Cut(strings.TrimPrefix(h.Get("Location"), "/desk/registers/"+register+"/"), "?")
	return id
}

// A list is cut by its address; every cut can be taken away, and one that cannot be understood is refused.
func TestRegisterLists(t *testing.T) {
	w := newTown(t)
	v := w.signedIn("community_secretary")
	v.add("need", url.Values{"_parent": {"community/nyyh"}, "title": {"演示停车位"}, "category": {"parking"}, "source": {"survey"}, "raised": {"2026-03-01"}, "state": {"draft"}})
	v.add("need", url.Values{"_parent": {"community/nyyh"}, "title": {"演示活动室"}, "category": {"venue"}, "source": {"meeting"}, "raised": {"2026-03-01"}, "state": {"published"}})
	for _, tt := range []struct {
		name, path string
		status     int
		has, lacks []string
	}{
		{"all", "/desk/registers/need", http.StatusOK, []string{"演示停车位", "演示活动室", "export.xlsx"}, nil},
		{"by an option", "/desk/registers/need?f.category=parking", http.StatusOK, []string{"演示停车位", "类别：停车"}, []string{"演示活动室"}},
		{"by two options", "/desk/registers/need?f.category=parking&f.state=published", http.StatusOK, []string{"还没有数据"}, []string{"演示停车位", "演示活动室"}},
		{"by text", "/desk/registers/need?q=%E6%B4%BB%E5%8A%A8", http.StatusOK, []string{"演示活动室"}, []string{"演示停车位"}},
		{"by initials", "/desk/registers/need?q=ysh", http.StatusOK, []string{"演示活动室"}, []string{"演示停车位"}},
		{"below a row", "/desk/registers/need?under=community%2Fbaihua", http.StatusOK, []string{"还没有数据", "位于：百花社区"}, []string{"演示停车位"}},
		{"before it was written", "/desk/registers/need?on=2026-02-01", http.StatusOK, []string{"截至日期：2026-02-01"}, []string{"演示停车位"}},
		{"a filter that there is not", "/desk/registers/need?f.colour=red", http.StatusUnprocessableEntity, nil, nil},
		{"a personal field is no filter", "/desk/registers/person?f.name=x", http.StatusUnprocessableEntity, nil, nil},
		{"a day that is none", "/desk/registers/need?on=yesterday", http.StatusUnprocessableEntity, nil, nil},
		{"a cursor that is none", "/desk/registers/need?after=!", http.StatusUnprocessableEntity, nil, nil},
		{"markup is text", "/desk/registers/need?q=%3Cscript%3Ealert(1)", http.StatusOK, []string{"&lt;script&gt;"}, []string{"<script>alert"}},
	} {
		status, body, _ := v.get(tt.path)
		if status != tt.status {
			t.Errorf("%s: %d, want %d", tt.name, status, tt.status)
		}
		for _, s := range tt.has {
			if !strings.Contains(body, s) {
				t.Errorf("%s: does not say %q", tt.name, s)
			}
		}
		for _, s := range tt.lacks {
			if strings.Contains(body, s) {
				t.Errorf("%s: says %q", tt.name, s)
			}
		}
	}
	_, body, _ := v.get("/desk/registers/term")
	if !strings.Contains(body, "待确认") {
		t.Error("a default is not marked as one")
	}
	_, body, _ = v.get("/desk/registers/key_project/zhongyuan_jingmao")
	for _, s := range []string{"697 %", "floor_area * 100 / land_area"} {
		if !strings.Contains(body, s) {
			t.Errorf("a computed value does not say %q", s)
		}
	}
}

var hiddenSeen = regexp.MustCompile(`name="_seen" value="([^"]+)"`)

// Of two who change one row, the second is shown what the first wrote, and loses nothing they typed.
func TestTwoChangeOneRow(t *testing.T) {
	w := newTown(t)
	one, two := w.signedIn("community_secretary"), w.signedIn("community_worker")
	id := one.add("need", url.Values{"_parent": {"community/nyyh"}, "title": {"演示停车位"}, "category": {"parking"}, "source": {"survey"}, "raised": {"2026-03-01"}, "state": {"draft"}})
	path := "/desk/registers/need/" + id + "/change"
	answers := func(form, title, state string) url.Values {
		return url.Values{"_id": {hiddenID.FindStringSubmatch(form)[1]}, "_seen": {hiddenSeen.FindStringSubmatch(form)[1]}, "title": {title}, "category": {"parking"},
			"source": {"survey"}, "raised": {"2026-03-01"}, "state": {state}}
	}
	_, first, _ := one.get(path)
	_, second, _ := two.get(path)
	if status, body, _ := one.post(path, answers(first, "演示停车位", "published")); status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, body)
	}
	status, again, _ := two.post(path, answers(second, "演示停车场", "draft"))
	if status != http.StatusConflict {
		t.Fatalf("%d: a stale form was taken", status)
	}
	for _, s := range []string{"别人已改为“已发布”", "别人已改为“演示停车位”", `value="演示停车场"`} {
		if !strings.Contains(again, s) {
			t.Errorf("the page does not say %q", s)
		}
	}
	if status, _, _ := two.post(path, answers(again, "演示停车场", "published")); status != http.StatusSeeOther {
		t.Fatalf("%d: having seen it, one may save", status)
	}
	_, body, _ := two.get("/desk/registers/need/" + id)
	if !strings.Contains(body, "演示停车场") || !strings.Contains(body, "已发布") {
		t.Error("the row does not hold both changes")
	}
	stale := answers(again, "x", "draft")
	stale.Del("_seen")
	if status, _, _ := two.post(path, stale); status != http.StatusUnprocessableEntity {
		t.Errorf("%d: a form without its version was taken", status)
	}
}

// Search shows everyone what everyone may see, and staff what they may within their places.
func TestSearchPages(t *testing.T) {
	w := newTown(t)
	v := w.signedIn("community_secretary")
	v.add("need", url.Values{"_parent": {"community/nyyh"}, "title": {"演示停车位"}, "category": {"parking"}, "source": {"survey"}, "raised": {"2026-03-01"}, "state": {"draft"}})
	status, body, _ := w.visitor().get("/search?q=" + url.QueryEscape("停车"))
	if status != http.StatusOK || !strings.Contains(body, "/places/need/") {
		t.Errorf("%d: a resident does not find an open row", status)
	}
	if _, body, _ = w.visitor().get("/search?q=nyyh"); !strings.Contains(body, "农业银行社区") {
		t.Error("initials find nothing")
	}
	if _, body, _ = w.visitor().get("/search?q=" + url.QueryEscape("车")); !strings.Contains(body, "至少打两个字") {
		t.Error("one character is not said to be too little")
	}
	if status, _, _ = w.visitor().get("/desk/search?q=x"); status == http.StatusOK {
		t.Error("the desk's search is open to anyone")
	}
	if status, body, _ = v.get("/desk/search?q=" + url.QueryEscape("停车")); status != http.StatusOK || !strings.Contains(body, "/desk/registers/need/") {
		t.Errorf("%d: staff do not find it", status)
	}
}
