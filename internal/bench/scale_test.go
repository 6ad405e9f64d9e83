package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gongzhi/charters"
	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/clock"
	"gongzhi/internal/docket"
	"gongzhi/internal/house"
	"gongzhi/internal/method"
	"gongzhi/internal/people"
	"gongzhi/internal/step"
	"gongzhi/internal/timekeeper"
	"gongzhi/internal/web"
)

// Ten years of a subdistrict's problem reports: every one goes through the desk, as it would have, so that what is measured
// has its chain, its docket, its figures and its messages. It takes minutes, and runs where it is asked for:
//
//	GONGZHI_SCALE=200000 go test ./internal/bench -run TestScale -timeout 60m -v
//
// The same questions are put at a hundredth, at a tenth and at the whole; docs/scale.md says what came out.
func TestScale(t *testing.T) {
	whole, _ := strconv.Atoi(os.Getenv("GONGZHI_SCALE"))
	if whole == 0 {
		t.Skip("set GONGZHI_SCALE to the number of reports")
	}
	s := newScale(t)
	var measures []map[string]time.Duration
	sizes := []int{whole / 100, whole / 10, whole}
	for _, n := range sizes {
		s.report(n)
		measures = append(measures, s.measure())
	}
	last, err := s.house.Docket.List(t.Context(), s.house.Store.Read(), docket.Filter{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d reports, %d acts, newest matter %d, %s of the clock", s.n, s.acts.Load(), last[0].Number, s.clock.Now().Sub(scaleStart).Round(24*time.Hour))
	for _, q := range s.questions() {
		a, b, c := measures[0][q.name], measures[1][q.name], measures[2][q.name]
		t.Logf("| %s | %s | %s | %s | %.2f |", q.name, shown(a), shown(b), shown(c), float64(c)/float64(b))
		if c > 4*b && c > 5*time.Millisecond {
			t.Errorf("%s is not flat: %s at %d, %s at %d", q.name, b, sizes[1], c, sizes[2])
		}
	}
}

func shown(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}

// scaleStart is a Monday, ten years before the calendars of holidays end.
var scaleStart = time.Date(2016, 3, 7, 1, 0, 0, 0, time.UTC)

const perDay = 55 // 200,000 in ten years

type scale struct {
	t      *testing.T
	house  *house.House
	clock  *clock.Manual
	pages  http.Handler
	actors map[string]method.Actor
	keeper *timekeeper.Keeper
	n      int          // reports so far
	days   int          // and days
	acts   atomic.Int64 // of the reports
}

func newScale(t *testing.T) *scale {
	t.Helper()
	c := clock.NewManual(scaleStart)
	h, err := house.Open(t.Context(), house.Config{Charter: charters.Linshanzhai(), Dir: t.TempDir(), Clock: c, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	s := &scale{t: t, house: h, clock: c, pages: web.New(web.Config{House: h}).Handler(), actors: map[string]method.Actor{}}
	s.keeper = timekeeper.New(timekeeper.Config{Store: h.Store, Docket: h.Docket, Desk: h.Desk, Clock: c})
	for _, role := range []string{"hotline", "community_worker", "grid_worker", "dispatcher", "cleaning_team", "facility_team", "green_team", "order_team", "problem_checker"} {
		person := act.Person("p-" + role)
		m := people.Mandate{Role: role, Starts: calendar.DateOf(scaleStart)}
		if err := h.Admit(t.Context(), act.By{Role: act.HouseItself}, people.Account{Person: person, Login: role, Name: "演示" + role}, "an-example-word", m); err != nil {
			t.Fatal(err)
		}
		if s.actors[role], err = h.Actor(t.Context(), person); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

var (
	scaleCommunities = []string{"bishagang", "nyyh", "huzhulu"}
	scaleCategories  = []string{"litter", "dirty_road", "cover", "lamp", "parking", "bin"}
)

// report brings reports up to a number, so many a day, many at once as people would.
func (s *scale) report(upTo int) {
	s.t.Helper()
	began := time.Now()
	from := s.n
	for s.n < upTo {
		if s.n >= s.days*perDay {
			s.days++
			s.clock.Advance(24 * time.Hour)
			if _, err := s.keeper.CatchUp(s.t.Context()); err != nil {
				s.t.Fatal(err)
			}
		}
		var group sync.WaitGroup
		day := min(s.days*perDay, upTo) - s.n
		for i := range day {
			n := s.n + i
			group.Go(func() {
				if err := s.one(n); err != nil {
					s.t.Errorf("report %d: %v", n, err)
				}
			})
		}
		group.Wait()
		if s.t.Failed() {
			s.t.FailNow()
		}
		s.n += day
	}
	s.t.Logf("%d reports more in %s", s.n-from, time.Since(began).Round(time.Second))
}

// one is a report: nine in ten end when they are answered at once, the others go all the way.
func (s *scale) one(n int) error {
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(uint64(n), 11))
	where := act.RowID{Register: "community", ID: scaleCommunities[n%len(scaleCommunities)]}
	got, err := s.house.Desk.Begin(ctx, s.actors["hotline"], "problem", where, step.Submission{ID: fmt.Sprintf("scale-begin-%09d", n), Channel: "api", Values: map[string][]string{
		"category": {scaleCategories[rng.IntN(len(scaleCategories))]}, "place": {fmt.Sprintf("演示路%d号", n%500)}, "words": {"演示"}, "openness": {"public"}, "signature": {"anonymous"},
		"spot": {fmt.Sprintf("113.%06d,34.%06d", 600000+rng.IntN(40000), 740000+rng.IntN(20000))},
	}})
	if err != nil {
		return err
	}
	say := func(role, verb string, pairs ...string) error {
		sub := step.Submission{ID: fmt.Sprintf("scale-%s-%09d-%s", verb, n, pairs[0]), Verb: verb, Values: map[string][]string{}}
		for _, p := range pairs[1:] {
			k, v, _ := strings.Cut(p, "=")
			sub.Values[k] = []string{v}
		}
		var err error
		got, err = s.house.Desk.Submit(ctx, s.actors[role], got.Matter, sub)
		return err
	}
	defer func() { s.acts.Add(got.Last) }()
	if n%10 > 0 {
		return say("community_worker", "submit", "1", "acceptance=not_ours", "account=演示，不属于本街道")
	}
	steps := [][]string{
		{"community_worker", "submit", "1", "acceptance=accepted", "account=演示"}, {"grid_worker", "submit", "2", "finding=real", "found=属实"},
		{"dispatcher", "approve", "3"}, {"", "finish", "4", "done_how=已办"}, {"problem_checker", "sheet", "5", "dealt_with=pass"}, {"dispatcher", "submit", "6", "reply=已办"},
	}
	for _, x := range steps {
		role := x[0]
		if role == "" {
			if role, err = s.team(ctx, got.Matter); err != nil {
				return err
			}
		}
		if err := say(role, x[1], x[2:]...); err != nil {
			return err
		}
	}
	return nil
}

// team is whom the rules sent it to.
func (s *scale) team(ctx context.Context, n act.Matter) (string, error) {
	list, err := s.house.Docket.WorkOf(ctx, s.house.Store.Read(), n)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(list, func(w docket.Work) bool { return w.Verb == "finish" })
	if i < 0 {
		return "", fmt.Errorf("matter %d waits for nobody", n)
	}
	return list[i].Role, nil
}

type question struct {
	name string
	ask  func() error
}

func (s *scale) questions() []question {
	get := func(path string) func() error {
		return func() error {
			w := httptest.NewRecorder()
			s.pages.ServeHTTP(w, httptest.NewRequestWithContext(s.t.Context(), http.MethodGet, path, nil))
			if w.Code != http.StatusOK {
				return fmt.Errorf("%s: %d", path, w.Code)
			}
			return nil
		}
	}
	month := calendar.DateOf(s.clock.Now()).AddMonths(-1)
	key := month.String()[:7]
	end := calendar.MustDate(key + "-01").AddMonths(1).Add(-1).String()
	submitted := 0
	return []question{
		{"list of all matters", get("/matters")},
		{"list of one method", get("/matters?method=problem")},
		{"one matter", get(fmt.Sprintf("/matters/%d", max(1, s.n/2)))},
		{"its record", get(fmt.Sprintf("/matters/%d/record", max(1, s.n/2)))},
		{"figures of a month", get("/figures/problem?month=" + key)},
		{"figures as of its end", get("/figures/problem?month=" + key + "&as_of=" + end)},
		{"rows of a figure", get("/figures/problem/rows?month=" + key + "&measures=closed,filed")},
		{"reports of 90 days", func() error {
			now := s.clock.Now()
			_, err := s.house.Docket.Reports(s.t.Context(), s.house.Store.Read(), docket.Asked{Method: "problem", From: now.AddDate(0, 0, -90), Until: now, Limit: 1000})
			return err
		}},
		{"work of a role", func() error {
			_, err := s.house.Docket.Queue(s.t.Context(), s.house.Store.Read(), "community_worker", "", 50)
			return err
		}},
		{"a submission", func() error {
			submitted++
			_, err := s.house.Desk.Begin(s.t.Context(), s.actors["hotline"], "problem", act.RowID{Register: "community", ID: "nyyh"}, step.Submission{
				ID: fmt.Sprintf("scale-extra-%d-%d", s.n, submitted), Values: map[string][]string{
					"category": {"litter"}, "place": {"演示路"}, "words": {"演示"}, "openness": {"public"}, "signature": {"anonymous"},
				},
			})
			return err
		}},
	}
}

// measure asks every question in turns and gives the median of each.
func (s *scale) measure() map[string]time.Duration {
	s.t.Helper()
	const rounds = 31
	list := s.questions()
	took := map[string][]time.Duration{}
	for range rounds {
		for _, q := range list {
			began := time.Now()
			if err := q.ask(); err != nil {
				s.t.Fatalf("%s: %v", q.name, err)
			}
			took[q.name] = append(took[q.name], time.Since(began))
		}
	}
	out := map[string]time.Duration{}
	for name, all := range took {
		slices.Sort(all)
		out[name] = all[len(all)/2]
	}
	return out
}
