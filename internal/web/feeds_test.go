package web_test

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"gongzhi/charters"
	"gongzhi/internal/act"
	"gongzhi/internal/demo"
	"gongzhi/internal/house"
	"gongzhi/internal/web"
)

const publicOrigin = "https://gongzhi.example"

// showcase serves the demo, which has notices posted and meetings called, under a configured origin.
func showcase(t *testing.T) (*httptest.Server, *house.House) {
	t.Helper()
	h, _, err := demo.Open(context.Background(), house.Config{Charter: charters.Linshanzhai()})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(web.New(web.Config{House: h, Origin: publicOrigin}).Handler())
	t.Cleanup(func() {
		s.Close()
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, h
}

func fetch(t *testing.T, address string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest("GET", address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func TestFeeds(t *testing.T) {
	s, _ := showcase(t)
	t.Run("notices", func(t *testing.T) {
		res, body := fetch(t, s.URL+"/feeds/notices.atom")
		if res.StatusCode != 200 || res.Header.Get("Content-Type") != "application/atom+xml; charset=utf-8" {
			t.Fatalf("%d %s", res.StatusCode, res.Header.Get("Content-Type"))
		}
		validAtom(t, body)
	})
	t.Run("meetings", func(t *testing.T) {
		res, body := fetch(t, s.URL+"/feeds/meetings.ics?lang=en")
		if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/calendar; charset=utf-8" {
			t.Fatalf("%d %s", res.StatusCode, res.Header.Get("Content-Type"))
		}
		validCalendar(t, body)
	})
	t.Run("kept", func(t *testing.T) {
		for _, path := range []string{"/feeds/notices.atom", "/feeds/meetings.ics", "/sitemap.xml", "/robots.txt"} {
			first, _ := fetch(t, s.URL+path)
			tag := first.Header.Get("ETag")
			if tag == "" || !strings.Contains(first.Header.Get("Cache-Control"), "max-age=") {
				t.Errorf("%s: ETag %q, Cache-Control %q", path, tag, first.Header.Get("Cache-Control"))
			}
			if again, body := fetch(t, s.URL+path, "If-None-Match", tag); again.StatusCode != 304 || body != "" {
				t.Errorf("%s: asked again: %d", path, again.StatusCode)
			}
			if path == "/robots.txt" {
				continue
			}
			changed := first.Header.Get("Last-Modified")
			if again, _ := fetch(t, s.URL+path, "If-Modified-Since", changed); changed == "" || again.StatusCode != 304 {
				t.Errorf("%s: asked again since %q: %d", path, changed, again.StatusCode)
			}
		}
	})
	t.Run("sitemap", func(t *testing.T) {
		_, body := fetch(t, s.URL+"/sitemap.xml")
		var m struct {
			URLs []string `xml:"url>loc"`
		}
		if err := xml.Unmarshal([]byte(body), &m); err != nil || len(m.URLs) < 10 {
			t.Fatalf("%d pages, %v", len(m.URLs), err)
		}
		for _, at := range m.URLs {
			path, ok := strings.CutPrefix(at, publicOrigin)
			if !ok {
				t.Errorf("%s is not where we are", at)
			}
			if res, _ := fetch(t, s.URL+path); res.StatusCode != 200 {
				t.Errorf("%s: %d", at, res.StatusCode)
			}
		}
		if _, robots := fetch(t, s.URL+"/robots.txt"); !strings.Contains(robots, "\nSitemap: "+publicOrigin+"/sitemap.xml\n") || !strings.Contains(robots, "Disallow: /desk\n") {
			t.Errorf("robots.txt: %s", robots)
		}
	})
}

// validAtom holds a feed to what RFC 4287 says must be there.
func validAtom(t *testing.T, body string) {
	t.Helper()
	type link struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	}
	var f struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		ID      []string `xml:"id"`
		Title   []string `xml:"title"`
		Updated []string `xml:"updated"`
		Author  []string `xml:"author>name"`
		Links   []link   `xml:"link"`
		Entries []struct {
			ID      []string `xml:"id"`
			Title   []string `xml:"title"`
			Updated []string `xml:"updated"`
			Links   []link   `xml:"link"`
			Summary []string `xml:"summary"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal([]byte(body), &f); err != nil {
		t.Fatal(err)
	}
	one := func(what string, list []string) string {
		t.Helper()
		if len(list) != 1 || strings.TrimSpace(list[0]) == "" || strings.Contains(list[0], "⟦") {
			t.Errorf("%s: %q", what, list)
			return ""
		}
		return list[0]
	}
	seen := map[string]bool{}
	common := func(id, title, updated []string, links []link) {
		t.Helper()
		name := one("id", id)
		if u, err := url.Parse(name); err != nil || u.Scheme != "tag" || seen[name] {
			t.Errorf("id %q is no IRI or stands twice", name)
		}
		seen[name] = true
		one("title", title)
		if _, err := time.Parse(time.RFC3339, one("updated", updated)); err != nil {
			t.Error(err)
		}
		for _, l := range links {
			if !strings.HasPrefix(l.Href, publicOrigin+"/") {
				t.Errorf("link %q", l.Href)
			}
		}
	}
	common(f.ID, f.Title, f.Updated, f.Links)
	one("author", f.Author)
	if len(f.Links) != 2 || f.Links[0].Rel != "self" || len(f.Entries) == 0 {
		t.Errorf("links %v, %d entries", f.Links, len(f.Entries))
	}
	for _, e := range f.Entries {
		common(e.ID, e.Title, e.Updated, e.Links)
		one("summary", e.Summary)
	}
}

// validCalendar holds a calendar to RFC 5545: lines end in CRLF and are at most 75 octets, and every event has what it must.
func validCalendar(t *testing.T, body string) {
	t.Helper()
	for _, line := range strings.Split(strings.TrimSuffix(body, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("a line of %d octets: %q", len(line), line)
		}
	}
	cal, err := ics.ParseCalendar(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if len(cal.Events()) == 0 {
		t.Error("no events")
	}
	seen := map[string]bool{}
	for _, e := range cal.Events() {
		uid := e.Id()
		if !strings.HasSuffix(uid, "@gongzhi.example") || seen[uid] {
			t.Errorf("uid %q", uid)
		}
		seen[uid] = true
		for _, p := range []ics.ComponentProperty{ics.ComponentPropertyDtstamp, ics.ComponentPropertyDtStart, ics.ComponentPropertySummary, ics.ComponentPropertyUrl} {
			if v := e.GetProperty(p); v == nil || v.Value == "" || strings.Contains(v.Value, "⟦") {
				t.Errorf("%s: %s is %v", uid, p, v)
			}
		}
	}
}

// body is what an answer holds.
func body(_ int, body string, _ http.Header) string { return body }

var calendarLink = regexp.MustCompile(`/calendars/([A-Z0-9]+)/duties\.ics`)

// Somebody's own calendar lies behind a link that is shown once, changes when made anew, and can be stopped.
func TestACalendarOfOnesOwn(t *testing.T) {
	w := newTown(t)
	c := w.signedIn("community_worker")
	made := body(c.post("/me/calendar", url.Values{"do": {"make"}}))
	found := calendarLink.FindStringSubmatch(made)
	if found == nil {
		t.Fatalf("no link is shown: %s", made)
	}
	path := "/calendars/" + found[1] + "/duties.ics"
	res, raw := fetch(t, w.server.URL+path)
	if res.StatusCode != 200 || res.Header.Get("Cache-Control") != "private, no-cache" || !strings.Contains(raw, "BEGIN:VCALENDAR") {
		t.Fatalf("%d %v %s", res.StatusCode, res.Header, raw)
	}
	if strings.Contains(body(c.get("/me/calendar")), found[1]) {
		t.Error("the link is shown again")
	}
	if res, _ := fetch(t, w.server.URL+"/calendars/"+strings.Repeat("A", 26)+"/duties.ics"); res.StatusCode != 404 {
		t.Errorf("a link nobody made: %d", res.StatusCode)
	}
	again := calendarLink.FindStringSubmatch(body(c.post("/me/calendar", url.Values{"do": {"make"}})))
	if res, _ := fetch(t, w.server.URL+path); again == nil || again[1] == found[1] || res.StatusCode != 404 {
		t.Errorf("the old link after a new one: %d", res.StatusCode)
	}
	body(c.post("/me/calendar", url.Values{"do": {"recall"}}))
	if res, _ := fetch(t, w.server.URL+"/calendars/"+again[1]+"/duties.ics"); res.StatusCode != 404 {
		t.Errorf("a link that was stopped: %d", res.StatusCode)
	}
}

func TestNotifications(t *testing.T) {
	w := newTown(t)
	if _, err := w.house.Outbox.Spread(context.Background(), w.house.Store); err != nil {
		t.Fatal(err)
	}
	c := w.signedIn("community_worker")
	if page := body(c.get("/me/notifications")); !strings.Contains(page, "演示路1号院") || !strings.Contains(page, "未读 1 条") {
		t.Errorf("what the worker owes is not told: %s", page)
	}
	body(c.post("/me/notifications", url.Values{}))
	if page := body(c.get("/me/notifications")); strings.Contains(page, "未读 1 条") {
		t.Error("it is still unread")
	}
	if status, page, _ := c.post("/me/notifications/settings", url.Values{"kinds": {"work"}, "channel": {"email"}, "email": {"nobody"}}); status != 422 || !strings.Contains(page, "nobody") {
		t.Errorf("an address that is none: %d", status)
	}
	body(c.post("/me/notifications/settings", url.Values{"kinds": {"work"}, "channel": {"email"}, "email": {"yanshi@yanshi.example"}}))
	if page := body(c.get("/me/notifications/settings")); !strings.Contains(page, "yanshi@yanshi.example") {
		t.Error("the address is not kept")
	}
}

// Every document that the demo's matters have left can be read and taken along, with all its words, in both languages.
func TestDocuments(t *testing.T) {
	s, h := showcase(t)
	seen := map[string]int{}
	for n := 1; n <= 12; n++ {
		row, ok, err := h.Docket.Find(context.Background(), h.Store.Read(), act.Matter(n))
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			continue
		}
		names := []string{"certificate"}
		for key := range h.Charter.Methods[row.Method].List {
			p := h.Charter.Methods[row.Method].List[key]
			names = append(names, p.Key+".notice", p.Key+".resolution")
			for _, item := range []string{"party", "committee", "owners", "meeting", "joint"} {
				names = append(names, p.Key+".minutes."+item, p.Key+".resolution."+item)
			}
		}
		for _, name := range names {
			at := fmt.Sprintf("%s/matters/%d/documents/%s", s.URL, n, name)
			for _, lang := range []string{"zh", "en"} {
				res, page := fetch(t, at, "Cookie", "lang="+lang)
				if res.StatusCode == 404 {
					continue
				}
				_, kind, _ := strings.Cut(name, ".")
				kind, _, _ = strings.Cut(kind, ".")
				seen[kind]++
				if res.StatusCode != 200 || strings.Contains(page, "⟦") || strings.Contains(page, "<no value>") {
					t.Errorf("%s (%s): %d %s", at, lang, res.StatusCode, missing.FindString(page))
				}
				if file, raw := fetch(t, at+"/docx", "Cookie", "lang="+lang); file.StatusCode != 200 || !strings.HasPrefix(raw, "PK") {
					t.Errorf("%s/docx: %d", at, file.StatusCode)
				}
			}
		}
	}
	for _, kind := range []string{"notice", "minutes", "resolution", ""} { // "" is the certificate
		if seen[kind] == 0 {
			t.Errorf("no document of kind %q: %v", kind, seen)
		}
	}
}
