package timekeeper_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/clock"
	"gongzhi/internal/desk"
	"gongzhi/internal/house"
	"gongzhi/internal/house/housetest"
	"gongzhi/internal/store"
	"gongzhi/internal/timekeeper"
)

var ctx = context.Background()

func keeper(h *house.House) *timekeeper.Keeper {
	return timekeeper.New(timekeeper.Config{Desk: h.Desk, Docket: h.Docket, Store: h.Store, Clock: h.Clock})
}

// road begins a claim of road sections that lapses after three working days when nobody comes.
func road(t *testing.T, h *house.House, id string) act.Matter {
	t.Helper()
	r, err := h.Desk.Begin(ctx, housetest.Actor(t, h, "wang"), "road", housetest.Compound, housetest.Submission(id, ""))
	if err != nil {
		t.Fatal(err)
	}
	return r.Matter
}

func standing(t *testing.T, h *house.House, m act.Matter) (step, result string) {
	t.Helper()
	err := h.Desk.Read(ctx, m, func(_ context.Context, _ store.Q, s desk.Standing) error {
		step, result = s.Run.Step, s.Run.Result
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return step, result
}

func last(t *testing.T, h *house.House, m act.Matter) act.Act {
	t.Helper()
	list, err := h.Ledger.Acts(ctx, h.Store.Read(), m, 0)
	if err != nil || len(list) == 0 {
		t.Fatal(err)
	}
	return list[len(list)-1]
}

// The house was closed for weeks. What fell due meanwhile counts as done at its own instant, in order, and is dated
// beside it with the instant at which it was written.
func TestCatchesUpAfterARestart(t *testing.T) {
	c := clock.NewManual(housetest.Start)
	cfg := house.Config{Dir: t.TempDir(), Clock: c}
	h := housetest.With(t, cfg)
	var matters []act.Matter
	for i := range 3 { // due on three days that follow each other
		matters = append(matters, road(t, h, fmt.Sprintf("sub-road-%03d", i)))
		c.Advance(housetest.Day)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	c.Advance(30 * housetest.Day)
	h = housetest.With(t, cfg)
	next, err := keeper(h).CatchUp(ctx)
	if err != nil || !next.IsZero() {
		t.Fatalf("CatchUp = %s, %v; nothing more is in sight", next, err)
	}
	var before time.Time
	for i, m := range matters {
		step, result := standing(t, h, m)
		a := last(t, h, m)
		want := time.Date(2026, 3, []int{5, 6, 9}[i], 16, 0, 0, 0, time.UTC) // 24:00 in Beijing; a weekend lies between
		if step != "" || result != "nobody" || !a.At.Equal(want) || !a.Recorded.Equal(h.Clock.Now()) || a.By.Role != act.Clock {
			t.Errorf("matter %d: at %q, result %q, done %s (want %s), recorded %s, by %s", m, step, result, a.At, want, a.Recorded, a.By.Role)
		}
		if a.At.Before(before) {
			t.Errorf("matter %d moved out of order", m)
		}
		before = a.At
	}
	if err := h.Verify(ctx); err != nil {
		t.Error(err)
	}
}

func TestJustUnderExactlyJustOver(t *testing.T) {
	due := time.Date(2026, 3, 5, 16, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		at    time.Time
		moved bool
	}{"a microsecond before": {due.Add(-time.Microsecond), false}, "at the instant": {due, true}, "after": {due.Add(time.Hour), true}} {
		t.Run(name, func(t *testing.T) {
			h, c := housetest.Open(t)
			m := road(t, h, "sub-road-001")
			c.Set(tt.at)
			next, err := keeper(h).CatchUp(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if step, _ := standing(t, h, m); (step == "") != tt.moved {
				t.Errorf("it stands at %q", step)
			}
			if !tt.moved && !next.Equal(due) {
				t.Errorf("the next deadline is %s, want %s", next, due)
			}
		})
	}
}

// A crowd that is due at one instant is moved whole, and none twice.
func TestManyAtOneInstant(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, c *clock.Manual) {
		var matters []act.Matter
		for i := range 60 {
			matters = append(matters, road(t, h, fmt.Sprintf("sub-road-%03d", i)))
		}
		c.Advance(30 * housetest.Day)
		if _, err := keeper(h).CatchUp(ctx); err != nil {
			t.Fatal(err)
		}
		for _, m := range matters {
			if step, result := standing(t, h, m); step != "" || result != "nobody" {
				t.Errorf("matter %d: at %q, %q", m, step, result)
			}
		}
		if err := h.Verify(ctx); err != nil {
			t.Error(err)
		}
	})
}

// Two servers keep the same deadlines: each falls once.
func TestTwoKeepers(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, c *clock.Manual) {
		m := road(t, h, "sub-road-001")
		c.Advance(30 * housetest.Day)
		errs := make(chan error, 2)
		for range 2 {
			go func() { _, err := keeper(h).CatchUp(ctx); errs <- err }()
		}
		for range 2 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		list, err := h.Ledger.Acts(ctx, h.Store.Read(), m, 0)
		if err != nil {
			t.Fatal(err)
		}
		ended := 0
		for _, a := range list {
			if a.Kind == act.Closed {
				ended++
			}
		}
		if ended != 1 {
			t.Errorf("the matter was closed %d times", ended)
		}
	})
}

// One matter that cannot be moved (its acts were damaged) stops no other and is not tried without end.
func TestADamagedMatterStopsNoOther(t *testing.T) {
	h, c := housetest.Open(t)
	bad := road(t, h, "sub-road-001")
	good := road(t, h, "sub-road-002")
	err := h.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		row, _, err := h.Docket.Find(ctx, tx, bad)
		if err != nil {
			return err
		}
		row.Head = "somewhere else"
		return h.Docket.Move(ctx, tx, row)
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Advance(30 * housetest.Day)
	k := keeper(h)
	next, err := k.CatchUp(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if step, _ := standing(t, h, good); step != "" {
		t.Errorf("the other matter still stands at %q", step)
	}
	if wait := next.Sub(h.Clock.Now()); wait < time.Second || wait > time.Minute {
		t.Errorf("the damaged one is tried again in %s", wait)
	}
	if _, err := h.Desk.Refold(ctx); err != nil { // what the operator does about it
		t.Fatal(err)
	}
	c.Advance(time.Hour)
	if next, err = k.CatchUp(ctx); err != nil || !next.IsZero() {
		t.Errorf("after the docket was folded again: %s, %v", next, err)
	}
	if step, _ := standing(t, h, bad); step != "" {
		t.Errorf("the repaired matter still stands at %q", step)
	}
}

// Run sleeps until the desk says that a deadline came closer, and ends with its context.
func TestRunWakesAndEnds(t *testing.T) {
	h, c := housetest.Open(t)
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- keeper(h).Run(running) }()
	m := road(t, h, "sub-road-001")
	c.Advance(30 * housetest.Day)
	road(t, h, "sub-road-002") // wakes it
	deadline := time.After(20 * time.Second)
	for {
		if step, _ := standing(t, h, m); step == "" {
			break
		}
		select {
		case <-deadline:
			t.Fatal("nobody woke it")
		case <-time.After(5 * time.Millisecond):
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Run = %v", err)
	}
}
