package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/api"
	"gongzhi/internal/calendar"
	"gongzhi/internal/docket"
	"gongzhi/internal/open311"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/web"
)

// question is something that a house of reports is asked; ask gives the bytes of the answer, 0 where none is sent.
type question struct {
	name string
	ask  func() (bytes int, err error)
}

// asked is a house of reports with its doors open.
type asked struct {
	*scale
	doors     http.Handler
	cookies   map[string][]*http.Cookie // of those who are signed in, by role
	questions []question
}

func newAsked(s *scale) *asked {
	s.t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/api/", api.New(api.For(s.house, nil)).Handler())
	mux.Handle("/open311/", open311.New(open311.Config{
		Store: s.house.Store, Desk: s.house.Desk, Docket: s.house.Docket, Ledger: s.house.Ledger, People: s.house.People, Clock: s.house.Clock,
		Book: func(ctx context.Context, q store.Q) open311.Book {
			return s.house.Book.Reader(ctx, q, s.house.Tenant, s.house.Desk.Charter().Registers)
		},
	}).Handler())
	mux.Handle("/", web.New(web.Config{House: s.house}).Handler())
	a := &asked{scale: s, doors: mux, cookies: map[string][]*http.Cookie{}}
	for _, role := range []string{"community_worker", "dispatcher"} {
		form := url.Values{"login": {role}, "password": {scalePassword}}
		r := httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, "/sign-in", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		a.doors.ServeHTTP(w, r)
		if w.Code != http.StatusSeeOther {
			s.t.Fatalf("%s is not let in: %d %s", role, w.Code, w.Body)
		}
		a.cookies[role] = w.Result().Cookies()
	}
	a.questions = a.ten()
	return a
}

// get asks for a page as somebody; "" is anyone.
func (a *asked) get(role, path string) func() (int, error) {
	return func() (int, error) {
		r := httptest.NewRequestWithContext(a.t.Context(), http.MethodGet, path, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		for _, c := range a.cookies[role] {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		a.doors.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			return 0, fmt.Errorf("%s: %d", path, w.Code)
		}
		return w.Body.Len(), nil
	}
}

// ten are the questions of docs/scale.md.
func (a *asked) ten() []question {
	month := calendar.DateOf(a.clock.Now()).AddMonths(-1)
	key := month.String()[:7]
	end := calendar.MustDate(key + "-01").AddMonths(1).Add(-1).String()
	half := max(1, a.Reports/2)
	submitted := 0
	worker := "community_worker"
	return []question{
		{"list of all matters", a.get("", "/matters")},
		{"list of one method", a.get("", "/matters?method=problem")},
		{"one matter", a.get("", fmt.Sprintf("/matters/%d", half))},
		{"its record", a.get("", fmt.Sprintf("/matters/%d/record", half))},
		{"figures of a month", a.get("", "/figures/problem?month="+key)},
		{"figures as of its end", a.get("", "/figures/problem?month="+key+"&as_of="+end)},
		{"rows of a figure", a.get("", "/figures/problem/rows?month="+key+"&measures=closed,filed")},
		{"map, what is open", a.get("", "/map/problem")},
		{"map, close up", a.get("", "/map/problem?box=1136100000,347450000,1136120000,347460000")},
		{"map, closer", a.get("", "/map/problem?box=1136100000,347450000,1136200000,347500000")},
		{"map, all there ever was", a.get("", "/map/problem?state=all")},
		{"map, all, closer", a.get("", "/map/problem?state=all&box=1136100000,347450000,1136200000,347500000")},
		{"map, all, close up", a.get("", "/map/problem?state=all&box=1136100000,347450000,1136120000,347460000")},
		{"map, what has ended", a.get("", "/map/problem?state=closed")},
		{"map, one community", a.get("", "/map/problem?under=nyyh")},
		{"map, one category", a.get("", "/map/problem?category=lamp")},
		{"wall", a.get("", "/wall")},
		{"home", a.get("", "/")},
		{"late matters", a.get("", "/matters?late=1")},
		{"matters of a community", a.get("", "/matters?method=problem&under=community%2Fnyyh")},
		{"search", a.get("", "/search?q="+url.QueryEscape("演示"))},
		{"page of a community", a.get("", "/places/community/nyyh")},
		{"pages for finders", a.get("", "/sitemap.xml")},
		{"notices, Atom", a.get("", "/feeds/notices.atom")},
		{"public log", a.get("", "/log")},
		{"desk: what I owe", a.get(worker, "/desk")},
		{"desk: list", a.get(worker, "/desk/matters?method=problem")},
		{"desk: one matter", a.get(worker, fmt.Sprintf("/desk/matters/%d", half))},
		{"desk: work of all", a.get(worker, "/desk/work")},
		{"desk: search", a.get(worker, "/desk/search?q="+url.QueryEscape("演示"))},
		{"desk: ledger", a.get(worker, "/desk/ledger")},
		{"desk: calendar", a.get(worker, "/desk/calendar")},
		{"Open311, list", a.get("", "/open311/v2/requests.json")},
		{"Open311, one", a.get("", fmt.Sprintf("/open311/v2/requests/%d.json", half))},
		{"API, list", a.get("", "/api/v1/matters")},
		{"reports of 90 days", func() (int, error) {
			now := a.clock.Now()
			_, err := a.house.Docket.Reports(a.t.Context(), a.house.Store.Read(), docket.Asked{Method: "problem", From: now.AddDate(0, 0, -90), Until: now, Limit: 1000})
			return 0, err
		}},
		{"work of a role", func() (int, error) {
			_, err := a.house.Docket.Queue(a.t.Context(), a.house.Store.Read(), "community_worker", "", 50)
			return 0, err
		}},
		{"a submission", func() (int, error) {
			submitted++
			_, err := a.house.Desk.Begin(a.t.Context(), a.actors["hotline"], "problem", act.RowID{Register: "community", ID: "nyyh"}, step.Submission{
				ID: fmt.Sprintf("scale-extra-%d-%d-%d", a.Reports, time.Now().UnixNano(), submitted), Values: map[string][]string{
					"category": {"litter"}, "place": {"演示路"}, "words": {"演示"}, "openness": {"public"}, "signature": {"anonymous"}, "spot": {"113.620000,34.750000"},
				},
			})
			return 0, err
		}},
	}
}
