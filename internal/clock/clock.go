// Package clock is the only reader of time.
//
// Everything else takes the instant as an argument, so that a rule gives the same answer whenever it is asked and a
// replay years later agrees with the day itself. Only the desk, the timekeeper and the wiring hold a Clock. Every
// instant it gives is in UTC and whole microseconds, the finest that both databases keep: an instant read back equals
// the one that was written. Legal dates and working hours are not its business; see package calendar.
package clock

import (
	"sync"
	"time"
)

// Clock tells the instant. An implementation is safe for concurrent use.
type Clock interface {
	Now() time.Time
}

// System is the machine's clock.
var System Clock = system{}

type system struct{}

func (system) Now() time.Time { return whole(time.Now()) }

// whole drops what is finer than a microsecond, the location, and the monotonic reading, which would make two equal
// instants compare as different.
func whole(t time.Time) time.Time { return t.Round(0).UTC().Truncate(time.Microsecond) }

// Fixed is a clock that stands still, for a count or a rehearsal "as of" an instant.
func Fixed(at time.Time) Clock { return fixed{whole(at)} }

type fixed struct{ at time.Time }

func (f fixed) Now() time.Time { return f.at }

// Manual is a clock moved by hand, for scenarios. Unlike a good clock it may also be set back, because a bad one can be.
type Manual struct {
	mu sync.Mutex
	at time.Time
}

// NewManual returns a clock that stands at the instant at until it is moved.
func NewManual(at time.Time) *Manual { return &Manual{at: whole(at)} }

func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.at
}

// Set moves the clock to the instant at, forward or back.
func (m *Manual) Set(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = whole(at)
}

// Advance moves the clock by d, back when d is negative, and returns the new instant.
func (m *Manual) Advance(d time.Duration) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = whole(m.at.Add(d))
	return m.at
}

// Steady is a clock that never goes back: not below its floor, and not below any instant it has told.
//
// A machine's clock can be set back, by an administrator or by the network. An act recorded then would carry an instant
// before the acts it answers, a ballot cast after the close could seem to be in time, and replay would meet the
// deadlines in another order. Steady repeats its last instant until the machine has caught up, so acts are late at
// worst, never back-dated. It is not strictly increasing; order within an instant is the ledger's.
//
// It cannot know a clock that ran ahead from one that is right: after the mistake is corrected it stands still until
// the true time passes the false one. Behind tells how long that will be, for the operator's page.
type Steady struct {
	clock Clock
	mu    sync.Mutex
	floor time.Time
}

// NewSteady wraps c. The floor is the instant of the last act on record, so that a restart forgets nothing; the zero
// time means that there is none.
func NewSteady(c Clock, floor time.Time) *Steady {
	return &Steady{clock: c, floor: up(floor)}
}

// up is whole, rounded up: a floor is never lowered, not even by less than a microsecond.
func up(t time.Time) time.Time {
	w := whole(t)
	if w.Before(t) {
		w = w.Add(time.Microsecond)
	}
	return w
}

func (s *Steady) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	// Read inside the lock: two readings taken outside could be told in the wrong order.
	if now := whole(s.clock.Now()); now.After(s.floor) {
		s.floor = now
	}
	return s.floor
}

// Raise lifts the floor to the instant at, as when acts of another process are seen. It never lowers it.
func (s *Steady) Raise(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at = up(at); at.After(s.floor) {
		s.floor = at
	}
}

// Behind is how far the wrapped clock is behind the instant this one tells; zero when it is not.
func (s *Steady) Behind() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(0, s.floor.Sub(whole(s.clock.Now())))
}
