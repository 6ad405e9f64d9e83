package demo_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gongzhi/charters"
	"gongzhi/internal/calendar"
	"gongzhi/internal/clock"
	"gongzhi/internal/demo"
	"gongzhi/internal/docket"
	"gongzhi/internal/house"
	"gongzhi/internal/house/housetest"
	"gongzhi/internal/people"
	"gongzhi/internal/timekeeper"
)

func init() { people.QuickPasswords() }

// now is a Thursday evening without a holiday near; holidays are tried below.
var now = calendar.MustDate("2026-11-19").Start().Add(20 * time.Hour)

func open(t *testing.T, dir string, at time.Time) (*house.House, *demo.Result) {
	t.Helper()
	h, r, err := demo.Open(context.Background(), house.Config{Charter: charters.Linshanzhai(), Dir: dir, Clock: clock.Fixed(at)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h, r
}

func matters(t *testing.T, h *house.House) []docket.Matter {
	t.Helper()
	list, err := h.Docket.List(context.Background(), h.Store.Read(), docket.Filter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Each renovation stands at another stage, and every way in opens.
func TestOpen(t *testing.T) {
	began := time.Now()
	h, r := open(t, "", now)
	t.Logf("filled in %s", time.Since(began).Round(time.Millisecond))
	at := map[string]string{}
	problems, steps := map[string]int{}, 0
	for _, m := range matters(t, h) {
		if m.Method == "problem" { // several about one community
			if problems[m.Step+m.Result]++; problems[m.Step] == 1 {
				steps++
			}
			continue
		}
		if key := m.Method + " " + m.Subject; at[key] == "" { // the latest comes first
			at[key] = m.Step + m.Result
		}
	}
	if problems["resolved"] != 3 || steps < 3 {
		t.Errorf("problems stand at %v", problems)
	}
	want := map[string]string{
		"renovation compound/yanshi12":   "completed",
		"renovation compound/yanshi7":    "works",
		"renovation compound/yanshi5":    "publicity_1",
		"renovation compound/yanshi91":   "owners_ballot",
		"renovation compound/yanshi9":    "solicit",
		"renovation compound/yanshi21":   "propose",
		"renovation compound/yanshi23":   "roll_notice",
		"renovation compound/yanshi25":   "propose",
		"renovation compound/yanshi31":   "owners_ballot",
		"renovation compound/yanshi33":   "publicity_1",
		"renovation compound/yanshi35":   "works",
		"renovation compound/yanshi41":   "handover",
		"renovation compound/yanshi43":   "completed",
		"renovation compound/yanshi51":   "completed",
		"renovation compound/yanshi53":   "propose",
		"defect compound/yanshi12":       "repair",
		"compound_head compound/yanshi7": "publicity",
		"road_claim community/daihe1":    "claim",

		"road_rating road_section/yanshi-n": "red",
		"road_rating road_section/yanshi-s": "plain",
		"road_rating road_section/yanshi-w": "plain",
		"weekly_cleaning community/daihe1":  "clean",
		"road_patrol road_section/yanshi-n": "patrol", // today's
	}
	for key, step := range want {
		if at[key] != step {
			t.Errorf("%s is at %q, want %q", key, at[key], step)
		}
	}
	if len(at) != len(want) {
		t.Errorf("there are %v", at)
	}
	if len(r.SignIns) < 15 {
		t.Errorf("%d sign-ins", len(r.SignIns))
	}
	roles := map[string]bool{}
	for _, s := range r.SignIns {
		roles[s.Role.ZH] = true
		if _, err := h.People.SignIn(context.Background(), h.Store.Read(), s.Login, s.Password, "", now); err != nil {
			t.Errorf("%s cannot sign in: %v", s.Login, err)
		}
	}
	for key, role := range h.Charter.Roles {
		if !roles[role.Name.ZH] && !role.NoAccount { // whoever has none has no account to sign in with
			t.Errorf("nobody can sign in as %s", key)
		}
	}
	if !h.Clock.Now().Equal(now) {
		t.Errorf("the clock stands at %s, want %s", h.Clock.Now(), now)
	}
	if err := h.Verify(context.Background()); err != nil {
		t.Error(err)
	}
}

// The second start brings nothing new and the same passwords; a start that follows a filling that was broken off
// finishes it.
func TestOpenAgain(t *testing.T) {
	dir := t.TempDir()
	h, first := open(t, dir, now)
	before := matters(t, h)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "demo-sign-ins.txt")
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the list of sign-ins: %v, %v", info, err)
	}
	later := now.Add(26 * time.Hour)
	h, again := open(t, dir, later)
	if len(again.SignIns) != len(first.SignIns) || again.SignIns[0] != first.SignIns[0] {
		t.Errorf("sign-ins changed: %v", again.SignIns)
	}
	if after := matters(t, h); len(after) != len(before) || after[0].Seq != before[0].Seq {
		t.Errorf("%d matters, before %d", len(after), len(before))
	}
	if !h.Clock.Now().Equal(later) {
		t.Errorf("the clock stands at %s", h.Clock.Now())
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, bytes.Replace(raw, []byte("filled "), []byte("begun "), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	h, _ = open(t, dir, now)
	if after := matters(t, h); len(after) != len(before) || after[0].Seq != before[0].Seq {
		t.Errorf("filled twice: %d matters, before %d", len(after), len(before))
	}
}

// A start in or after a long holiday, or on a day that no calendar covers yet, tells the same stories: holidays move ends, and never past what follows.
func TestAnyDay(t *testing.T) {
	if testing.Short() {
		t.Skip("opens many houses")
	}
	for _, date := range []string{"2026-02-18", "2026-03-02", "2026-05-06", "2026-10-05", "2027-01-01"} {
		day := calendar.MustDate(date)
		t.Run(day.String(), func(t *testing.T) {
			h, _ := open(t, "", day.Start().Add(13*time.Hour))
			if n := len(matters(t, h)); n != 47 {
				t.Errorf("%d matters", n)
			}
		})
	}
}

// The plan opens rounds each day. A demo that nobody walks for a year has each of them at its end, few open at a time, and
// not hundreds that were missed.
func TestAYear(t *testing.T) {
	at := clock.NewManual(now)
	h, _, err := demo.Open(context.Background(), house.Config{Charter: charters.Linshanzhai(), Clock: at})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	rounds := func() (ended map[string]int, open int) {
		list, err := h.Docket.List(context.Background(), h.Store.Read(), docket.Filter{Method: "road_patrol", Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		ended = map[string]int{}
		for _, m := range list {
			if m.Step == "" {
				ended[m.Result]++
			} else {
				open++
			}
		}
		return ended, open
	}
	// A Thursday evening: the third chief walked yesterday and six, five and three days ago, did not finish once and missed once;
	// the first came on both Mondays, the second yesterday. Two rounds wait today.
	ended, open := rounds()
	if ended["patrolled"] != 7 || ended["unfinished"] != 1 || ended["missed"] != 1 || open != 2 {
		t.Errorf("to begin with: %v, %d open", ended, open)
	}
	keeper := timekeeper.New(timekeeper.Config{Desk: h.Desk, Docket: h.Docket, Store: h.Store, Clock: at})
	for range 52 {
		at.Advance(7 * 24 * time.Hour)
		if _, err := keeper.CatchUp(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	ended, open = rounds()
	if open > 1 || ended["missed"] != 1+2+30+30+52 {
		t.Errorf("after a year: %v, %d open", ended, open)
	}
}

// A house with matters of its own is let alone.
func TestOwnMattersAreLetAlone(t *testing.T) {
	dir := t.TempDir()
	cfg := house.Config{Charter: housetest.Charter(), Dir: dir, Clock: clock.Fixed(now)}
	h := housetest.With(t, cfg)
	if _, err := h.Desk.Begin(context.Background(), housetest.Actor(t, h, "wang"), "note", housetest.Compound, housetest.Submission("sub-00000001", "")); err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if h, _, err := demo.Open(context.Background(), cfg); err == nil {
		_ = h.Close()
		t.Error("it was filled")
	}
	if _, err := os.Stat(filepath.Join(dir, "demo-sign-ins.txt")); err == nil {
		t.Error("sign-ins were written")
	}
}
