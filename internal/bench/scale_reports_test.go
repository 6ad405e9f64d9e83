package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
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
)

// scaleStart is a Monday, ten years before the calendars of holidays end.
var scaleStart = time.Date(2016, 3, 7, 1, 0, 0, 0, time.UTC)

const perDay = 55 // reports: 200,000 in ten years

// scalePassword opens the accounts of a house of reports.
const scalePassword = "an-example-word"

// progress is how far the reports of a house have come. It is kept beside the data, so that a house can be taken up again.
type progress struct {
	Reports int
	Days    int
	Acts    int64
}

const progressFile = "scale.json"

// scale is a house that problem reports are written into.
type scale struct {
	t      testing.TB
	dir    string // "" keeps nothing
	perDay int
	house  *house.House
	clock  *clock.Manual
	actors map[string]method.Actor
	keeper *timekeeper.Keeper
	progress
	acts atomic.Int64 // of the reports
}

var scaleRoles = []string{"hotline", "community_worker", "grid_worker", "dispatcher", "cleaning_team", "facility_team", "green_team", "order_team", "problem_checker"}

// openScale opens a house of reports in a folder, as it was left there; url is its database where that is not SQLite.
func openScale(t testing.TB, dir, url string) *scale {
	t.Helper()
	s := &scale{t: t, dir: dir, perDay: perDay, actors: map[string]method.Actor{}}
	var err error
	if dir != "" {
		raw, err := os.ReadFile(filepath.Join(dir, progressFile))
		if err == nil {
			err = json.Unmarshal(raw, &s.progress)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	s.acts.Store(s.Acts)
	s.clock = clock.NewManual(scaleStart.AddDate(0, 0, s.Days))
	if s.house, err = house.Open(t.Context(), house.Config{Charter: charters.Linshanzhai(), Dir: dir, URL: url, Clock: s.clock}); err != nil {
		t.Fatal(err)
	}
	s.keeper = timekeeper.New(timekeeper.Config{Store: s.house.Store, Docket: s.house.Docket, Desk: s.house.Desk, Clock: s.clock})
	for _, role := range scaleRoles {
		person := act.Person("p-" + role)
		if s.Days == 0 {
			m := people.Mandate{Role: role, Starts: calendar.DateOf(scaleStart)}
			if err := s.house.Admit(t.Context(), act.By{Role: act.HouseItself}, people.Account{Person: person, Login: role, Name: "演示" + role}, scalePassword, m); err != nil {
				t.Fatal(err)
			}
		}
		if s.actors[role], err = s.house.Actor(t.Context(), person); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// close keeps how far it came and closes the house.
func (s *scale) close() {
	s.t.Helper()
	s.Acts = s.acts.Load()
	raw, err := json.Marshal(s.progress)
	if err == nil {
		err = os.WriteFile(filepath.Join(s.dir, progressFile), raw, 0o600)
	}
	if err := errors.Join(err, s.house.Close()); err != nil {
		s.t.Fatal(err)
	}
}

var (
	scaleCommunities = []string{"bishagang", "nyyh", "huzhulu"}
	scaleCategories  = []string{"litter", "dirty_road", "cover", "lamp", "parking", "bin"}
)

// report brings reports up to a number, so many a day, many at once as people would. The public log takes each day in.
func (s *scale) report(upTo int) {
	s.t.Helper()
	ctx := s.t.Context()
	began, from := time.Now(), s.Reports
	for s.Reports < upTo {
		if s.Reports >= s.Days*s.perDay {
			s.Days++
			s.clock.Advance(24 * time.Hour)
			if _, err := s.keeper.CatchUp(ctx); err != nil {
				s.t.Fatal(err)
			}
		}
		var group sync.WaitGroup
		day := min(s.Days*s.perDay, upTo) - s.Reports
		for i := range day {
			n := s.Reports + i
			group.Go(func() {
				if err := s.one(n); err != nil {
					s.t.Errorf("report %d: %v", n, err)
				}
			})
		}
		group.Wait()
		for added := int64(1); added > 0 && !s.t.Failed(); {
			var err error
			if added, err = s.house.PublicLog.Integrate(ctx); err != nil {
				s.t.Error(err)
			}
		}
		if s.t.Failed() {
			s.t.FailNow()
		}
		s.Reports += day
	}
	s.t.Logf("%d reports more in %s", s.Reports-from, time.Since(began).Round(time.Second))
}

// one is a report: most end when they are answered at once, one in ten goes all the way, one in twenty waits for an answer
// ever after.
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
	if n%20 == 5 {
		return nil
	}
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
