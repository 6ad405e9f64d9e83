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
		{name: "list of all matters", ask: a.get("", "/matters")},
		{name: "list of one method", ask: a.get("", "/matters?method=problem")},
		{name: "one matter", ask: a.get("", fmt.Sprintf("/matters/%d", half))},
		{name: "its record", ask: a.get("", fmt.Sprintf("/matters/%d/record", half))},
		{name: "figures of a month", ask: a.get("", "/figures/problem?month="+key)},
		{name: "figures as of its end", ask: a.get("", "/figures/problem?month="+key+"&as_of="+end)},
		{name: "rows of a figure", ask: a.get("", "/figures/problem/rows?month="+key+"&measures=closed,filed")},
		{name: "map, what is open", ask: a.get("", "/map/problem")},
		{name: "map, close up", ask: a.get("", "/map/problem?box=1136100000,347450000,1136120000,347460000")},
		{name: "map, closer", ask: a.get("", "/map/problem?box=1136100000,347450000,1136200000,347500000")},
		{name: "map, all there ever was", ask: a.get("", "/map/problem?state=all")},
		{name: "map, all, closer", ask: a.get("", "/map/problem?state=all&box=1136100000,347450000,1136200000,347500000")},
		{name: "map, all, close up", ask: a.get("", "/map/problem?state=all&box=1136100000,347450000,1136120000,347460000")},
		{name: "map, what has ended", ask: a.get("", "/map/problem?state=closed")},
		{name: "map, one community", ask: a.get("", "/map/problem?under=nyyh")},
		{name: "map, one category", ask: a.get("", "/map/problem?category=lamp")},
		{name: "wall", ask: a.get("", "/wall")},
		{name: "home", ask: a.get("", "/")},
		{name: "late matters", ask: a.get("", "/matters?late=1")},
		{name: "matters of a community", ask: a.get("", "/matters?method=problem&under=community%2Fnyyh")},
		{name: "search", ask: a.get("", "/search?q="+url.QueryEscape("演示"))},
		{name: "page of a community", ask: a.get("", "/places/community/nyyh")},
		{name: "pages for finders", ask: a.get("", "/sitemap.xml")},
		{name: "notices, Atom", ask: a.get("", "/feeds/notices.atom")},
		{name: "public log", ask: a.get("", "/log")},
		{name: "desk: what I owe", ask: a.get(worker, "/desk")},
		{name: "desk: list", ask: a.get(worker, "/desk/matters?method=problem")},
		{name: "desk: one matter", ask: a.get(worker, fmt.Sprintf("/desk/matters/%d", half))},
		{name: "desk: work of all", ask: a.get(worker, "/desk/work")},
		{name: "desk: search", ask: a.get(worker, "/desk/search?q="+url.QueryEscape("演示"))},
		{name: "desk: ledger", ask: a.get(worker, "/desk/ledger")},
		{name: "desk: calendar", ask: a.get(worker, "/desk/calendar")},
		{name: "Open311, list", ask: a.get("", "/open311/v2/requests.json")},
		{name: "Open311, one", ask: a.get("", fmt.Sprintf("/open311/v2/requests/%d.json", half))},
		{name: "API, list", ask: a.get("", "/api/v1/matters")},
		{name: "reports of 90 days", ask: func() (int, error) {
			now := a.clock.Now()
			_, err := a.house.Docket.Reports(a.t.Context(), a.house.Store.Read(), docket.Asked{Method: "problem", From: now.AddDate(0, 0, -90), Until: now, Limit: 1000})
			return 0, err
		}},
		{name: "work of a role", ask: func() (int, error) {
			_, err := a.house.Docket.Queue(a.t.Context(), a.house.Store.Read(), "community_worker", "", 50)
			return 0, err
		}},
		{name: "a submission", ask: func() (int, error) {
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
