package web_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/web"
)

// busy puts a second site before the same house, at which long work waits until it is let go.
func (w *town) busy() (release func()) {
	w.t.Helper()
	site, release := web.Busy(web.Config{House: w.house})
	w.server = httptest.NewServer(site.Handler())
	w.t.Cleanup(w.server.Close)
	return release
}

var marked = regexp.MustCompile(`href="([^"]*(take|again)=1[^"]*)"`)

func link(t *testing.T, body, mark string) string {
	t.Helper()
	for _, m := range marked.FindAllStringSubmatch(body, -1) {
		if m[2] == mark {
			return html.UnescapeString(m[1])
		}
	}
	t.Fatalf("no link to %s: %s", mark, body)
	return ""
}

// An export that takes long shows that it waits, is found again after its page was left, lies ready to be taken more than
// once, and is made anew when asked. It is nobody else's.
func TestAnExportThatTakesLong(t *testing.T) {
	w := newTown(t)
	release := w.busy()
	v, other := w.signedIn("community_secretary"), w.signedIn("community_worker")
	v.add("need", url.Values{"_parent": {"community/nyyh"}, "title": {"演示停车位"}, "category": {"parking"}, "source": {"survey"}, "raised": {"2026-03-01"}, "state": {"draft"}})
	const path = "/desk/registers/need/export.csv?f.category=parking"
	status, body, _ := v.get(path)
	if status != http.StatusOK || !strings.Contains(body, "data-refresh") || !strings.Contains(body, "排队") {
		t.Fatalf("%d: it does not say that it waits", status)
	}
	if _, body, _ := v.get("/desk/work"); !strings.Contains(body, "导出：需求（csv）") || !strings.Contains(body, html.EscapeString(path)) {
		t.Error("whoever left the page does not find it again")
	}
	if _, body, _ := other.get("/desk/work"); strings.Contains(body, "需求（csv）") {
		t.Error("somebody else's work is listed")
	}
	release()
	status, body = v.waited(path)
	if status != http.StatusOK || !strings.Contains(body, "做好") {
		t.Fatalf("%d: it is not ready", status)
	}
	take := link(t, body, "take")
	for range 2 {
		status, file, h := v.get(take)
		if status != http.StatusOK || !strings.Contains(file, "演示停车位") || !strings.Contains(h.Get("Content-Disposition"), "attachment") {
			t.Errorf("%d: the file cannot be taken", status)
		}
	}
	v.add("need", url.Values{"_parent": {"community/nyyh"}, "title": {"演示车棚"}, "category": {"parking"}, "source": {"survey"}, "raised": {"2026-03-01"}, "state": {"draft"}})
	_, _, h := v.get(link(t, body, "again"))
	if h.Get("Location") != path {
		t.Fatalf("made anew at %q", h.Get("Location"))
	}
	if _, body = v.waited(path); strings.Contains(body, "做好") {
		_, body, _ = v.get(link(t, body, "take"))
	}
	if !strings.Contains(body, "演示车棚") {
		t.Error("what was made anew is old")
	}
}

// An address that ends in a question mark is the one without; and whoever asks for a file that is not made yet is led to
// where it is being made, since a page that asks again by itself gets nowhere with a file.
func TestAFileIsMadeOnce(t *testing.T) {
	w := newTown(t)
	release := w.busy()
	v := w.signedIn("community_secretary")
	const path = "/desk/registers/need/export.csv"
	if _, body, _ := v.get(path + "?"); !strings.Contains(body, "data-refresh") {
		t.Fatal("it is not under way")
	}
	if status, _, h := v.get(path + "?take=1"); status != http.StatusSeeOther || h.Get("Location") != path {
		t.Errorf("%d %q: a file that is not there yet is shown as under way at its own address", status, h.Get("Location"))
	}
	if _, list, _ := v.get("/desk/work"); strings.Count(list, "导出：需求（csv）") != 1 {
		t.Error("it is made twice")
	}
	release()
	_, body := v.waited(path + "?")
	if _, file, h := v.get(link(t, body, "take")); !strings.Contains(h.Get("Content-Disposition"), "attachment") {
		t.Errorf("the file cannot be taken: %.200s", file)
	}
}

// Work that comes to nothing says why, where it is listed and where it was asked for, and can be tried again.
func TestWorkThatFails(t *testing.T) {
	w := newTown(t)
	release := w.busy()
	v := w.signedIn("community_secretary")
	path := "/desk/imports/sheet/need/" + string(act.Sum([]byte("nothing"))) + "/corrected?under=community%2Fnyyh"
	if _, body, _ := v.get(path); !strings.Contains(body, "data-refresh") {
		t.Fatal("it is not under way")
	}
	release()
	_, body := v.waited(path)
	if !strings.Contains(body, "再试一次") || !strings.Contains(body, "文件") {
		t.Errorf("it does not say why, or offers no other try: %s", body)
	}
	if _, list, _ := v.get("/desk/work"); !strings.Contains(list, "没有做成") {
		t.Error("the list does not say that it failed")
	}
	if _, _, h := v.get(link(t, body, "again")); h.Get("Location") != path {
		t.Errorf("tried again at %q", h.Get("Location"))
	}
}

// Codes that take long to make are shown to whoever made them, and are made once however often the form is sent.
func TestCodesThatTakeLong(t *testing.T) {
	w := newTown(t)
	release := w.busy()
	v, before := w.signedIn("it_admin"), w.acts(act.House)
	form := url.Values{"_id": {"codes-test-1"}, "compound": {"yanshi1"}}
	_, _, h := v.post("/desk/codes", form)
	if _, _, again := v.post("/desk/codes", form); again.Get("Location") != h.Get("Location") {
		t.Error("the form sent twice leads to two places")
	}
	if _, body, _ := v.get(h.Get("Location")); !strings.Contains(body, "data-refresh") {
		t.Fatal("it is not under way")
	}
	release()
	_, body := v.waited(h.Get("Location"))
	status, sheets, _ := v.get(link(t, body, "take"))
	if code := regexp.MustCompile(`[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}`); status != http.StatusOK || !code.MatchString(sheets) {
		t.Errorf("%d: no code is shown", status)
	}
	if n := w.acts(act.House) - before; n != 1 {
		t.Errorf("%d acts", n)
	}
	if status, _, _ := w.signedIn("street_office").get(h.Get("Location")); status == http.StatusOK {
		t.Error("codes are shown to somebody else")
	}
}
