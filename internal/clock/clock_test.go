package clock_test

import (
	"sync"
	"testing"
	"time"

	"gongzhi/internal/clock"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestInstantsAreWholeAndUTC(t *testing.T) {
	shanghai := time.FixedZone("Asia/Shanghai", 8*60*60)
	odd := time.Date(2026, 3, 2, 20, 0, 0, 1999, shanghai)
	want := noon.Add(time.Microsecond)
	manual := clock.NewManual(noon)
	manual.Set(odd)
	for name, c := range map[string]clock.Clock{
		"fixed":  clock.Fixed(odd),
		"new":    clock.NewManual(odd),
		"set":    manual,
		"steady": clock.NewSteady(clock.Fixed(odd), time.Time{}),
	} {
		if got := c.Now(); got != want { // == on purpose: location and monotonic reading must be gone too
			t.Errorf("%s tells %#v, want %#v", name, got, want)
		}
	}
	if got := clock.System.Now(); got != got.Round(0).UTC().Truncate(time.Microsecond) {
		t.Errorf("the system clock tells %#v", got)
	}
}

func TestSystemMoves(t *testing.T) {
	before := time.Now().Add(-time.Second)
	if got := clock.System.Now(); got.Before(before) || got.After(before.Add(time.Minute)) {
		t.Errorf("the system clock tells %v, and it is %v", got, before)
	}
}

func TestManual(t *testing.T) {
	m := clock.NewManual(noon)
	if got := m.Advance(90 * time.Minute); got != noon.Add(90*time.Minute) || m.Now() != got {
		t.Errorf("advanced to %v, tells %v", got, m.Now())
	}
	if got := m.Advance(-2 * time.Hour); got != noon.Add(-30*time.Minute) {
		t.Errorf("moved back to %v", got)
	}
	m.Set(noon.AddDate(-1, 0, 0))
	if got := m.Now(); got != noon.AddDate(-1, 0, 0) {
		t.Errorf("set back, tells %v", got)
	}
}

func TestSteady(t *testing.T) {
	m := clock.NewManual(noon)
	s := clock.NewSteady(m, noon.Add(-time.Hour))
	steps := []struct {
		name   string
		set    time.Time
		raise  time.Time
		want   time.Time
		behind time.Duration
	}{
		{"above the floor", noon, time.Time{}, noon, 0},
		{"standing still", noon, time.Time{}, noon, 0},
		{"set back an hour", noon.Add(-time.Hour), time.Time{}, noon, time.Hour},
		{"catching up", noon.Add(-time.Microsecond), time.Time{}, noon, time.Microsecond},
		{"caught up", noon, time.Time{}, noon, 0},
		{"on", noon.Add(time.Microsecond), time.Time{}, noon.Add(time.Microsecond), 0},
		{"raised by another's act", noon, noon.Add(time.Minute), noon.Add(time.Minute), time.Minute},
		{"a lower floor is ignored", noon, noon.Add(-time.Minute), noon.Add(time.Minute), time.Minute},
		{"raised within a microsecond", noon, noon.Add(time.Minute + 1), noon.Add(time.Minute + time.Microsecond), time.Minute + time.Microsecond},
	}
	for _, st := range steps {
		m.Set(st.set)
		s.Raise(st.raise)
		if got := s.Now(); got != st.want {
			t.Errorf("%s: %v, want %v", st.name, got, st.want)
		}
		if got := s.Behind(); got != st.behind {
			t.Errorf("%s: behind by %v, want %v", st.name, got, st.behind)
		}
	}
}

func TestSteadyStartsAtTheLastAct(t *testing.T) {
	s := clock.NewSteady(clock.NewManual(noon.AddDate(0, 0, -1)), noon)
	if got := s.Now(); got != noon {
		t.Errorf("after a restart with the clock set back a day it tells %v, want %v", got, noon)
	}
}

// TestSteadyUnderUse has readers and a clock that jumps both ways; no reader may see time go back.
func TestSteadyUnderUse(t *testing.T) {
	m := clock.NewManual(noon)
	s := clock.NewSteady(m, time.Time{})
	var readers, mover sync.WaitGroup
	done := make(chan struct{})
	mover.Add(1)
	go func() {
		defer mover.Done()
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
				m.Advance(time.Duration(i%7-3) * time.Second)
			}
		}
	}()
	for range 4 {
		readers.Add(1)
		go func() {
			defer readers.Done()
			last := time.Time{}
			for range 5_000 {
				now := s.Now()
				if now.Before(last) {
					t.Errorf("%v was told after %v", now, last)
					return
				}
				last = now
			}
		}()
	}
	readers.Wait()
	close(done)
	mover.Wait()
}
