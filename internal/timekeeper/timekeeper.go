// Package timekeeper wakes the desk when a deadline falls.
//
// In: the docket's deadlines and the clock. Out: ticks, given to the desk in the order in which they were due, also
// when the house was closed in the meantime. It decides nothing: what a deadline leads to is the method's, and the act
// carries the instant that was due. One matter that cannot be moved stops no other; it is tried again later.
package timekeeper

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/clock"
	"gongzhi/internal/desk"
	"gongzhi/internal/docket"
	"gongzhi/internal/store"
)

// Config says whose deadlines are kept.
type Config struct {
	Desk   *desk.Desk     // required
	Docket *docket.Docket // required
	Store  *store.DB      // required
	Clock  clock.Clock    // required: the desk's own
	Log    *slog.Logger   // default discards
	Look   time.Duration  // how long at most until looking again; default 30 s
	Chores []Chore        // what is done besides, at the start and then every hour
}

// Chore is housekeeping: sweeping what has expired, destroying what is no longer kept. One that fails is tried again with
// the next round, and stops no other.
type Chore struct {
	Name string
	Do   func(context.Context) error
}

// Keeper keeps deadlines. One goroutine runs it.
type Keeper struct {
	Config
	round time.Time  // when the chores are done next
	mu    sync.Mutex // over stuck, while a crowd is moved
	stuck map[act.Matter]stuck

	routine time.Time // the next hour at which the clock may have to begin something; zero where nobody has looked yet
}

// stuck is a matter that could not be moved.
type stuck struct {
	tries int
	again time.Time
}

const (
	look    = 30 * time.Second // another process may have set a deadline, or installed a charter
	first   = time.Second      // until a matter that could not be moved is tried again; doubled each time
	longest = 10 * time.Minute
	page    = 256 // deadlines read at a time
	few     = 16
	round   = time.Hour
)

// New makes a timekeeper.
func New(c Config) *Keeper {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Look == 0 {
		c.Look = look
	}
	return &Keeper{Config: c, stuck: map[act.Matter]stuck{}}
}

// Run catches up with what fell due while nobody was there, and then keeps time until the context ends. It returns
// nil then; what goes wrong meanwhile is logged and tried again.
func (k *Keeper) Run(ctx context.Context) error {
	for {
		if err := k.Desk.Follow(ctx); err != nil && ctx.Err() == nil {
			k.Log.Error("timekeeper: looking for a new version of the charter", "err", err)
		}
		next, err := k.CatchUp(ctx)
		k.Chore(ctx)
		if ctx.Err() != nil {
			return nil
		}
		wait := k.Look
		if err != nil {
			k.Log.Error("timekeeper: looking for deadlines", "err", err)
			wait = first
		} else if !next.IsZero() {
			wait = max(0, min(k.Look, next.Sub(k.Clock.Now())))
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-k.Desk.Wake():
			timer.Stop()
		case <-ctx.Done():
			timer.Stop()
			return nil
		}
	}
}

// Chore does the chores if a round is due.
func (k *Keeper) Chore(ctx context.Context) {
	now := k.Clock.Now()
	if now.Before(k.round) {
		return
	}
	k.round = now.Add(round)
	for _, c := range k.Chores {
		if err := c.Do(ctx); err != nil && ctx.Err() == nil {
			k.Log.Error("timekeeper: a chore was not done; it will be tried again", "chore", c.Name, "in", round, "err", err)
		}
	}
}

// CatchUp lets everything fall that is due by now, in the order in which it was due, and gives the next instant at
// which something will have to be done; the zero time when nothing is in sight. Matters that could not be moved are
// left for later; the error is only for deadlines that could not be read.
func (k *Keeper) CatchUp(ctx context.Context) (next time.Time, err error) {
	now := k.Clock.Now()
	if k.routine.IsZero() || !now.Before(k.routine) {
		if k.routine, err = k.Desk.Routine(ctx); err != nil {
			k.routine = time.Time{}
			return time.Time{}, err
		}
		if hourly := now.Add(time.Hour); !k.routine.IsZero() && hourly.Before(k.routine) {
			k.routine = hourly // a charter installed meanwhile may have another hour
		}
	}
	for ctx.Err() == nil {
		due, err := k.earliest(ctx, now)
		if err != nil {
			return time.Time{}, err
		}
		if len(due) == 0 {
			next, err := k.next(ctx, now)
			if !k.routine.IsZero() && (next.IsZero() || k.routine.Before(next)) {
				next = k.routine
			}
			return next, err
		}
		k.ticks(ctx, due, now)
	}
	return time.Time{}, ctx.Err()
}

// earliest gives the matters that share the earliest instant that was due. Only one instant at a time: what follows
// from it may itself have been due before the next.
func (k *Keeper) earliest(ctx context.Context, now time.Time) ([]docket.Due, error) {
	list, err := k.Docket.DueBy(ctx, k.Store.Read(), now.UnixMicro(), page+len(k.stuck))
	if err != nil {
		return nil, err
	}
	var out []docket.Due
	for _, d := range list {
		if s, ok := k.stuck[act.Matter(d.Matter)]; ok && now.Before(s.again) {
			continue
		}
		if len(out) > 0 && d.At != out[0].At {
			break
		}
		out = append(out, d)
	}
	return out, nil
}

// ticks moves matters that were due at one instant. Many fall due together at midnight: a crowd of them shares the
// desk's transactions, a few are moved one after the other.
func (k *Keeper) ticks(ctx context.Context, due []docket.Due, now time.Time) {
	if len(due) < few {
		for _, d := range due {
			k.tick(ctx, d, now)
		}
		return
	}
	var all sync.WaitGroup
	for _, d := range due {
		all.Go(func() { k.tick(ctx, d, now) })
	}
	all.Wait()
}

func (k *Keeper) tick(ctx context.Context, d docket.Due, now time.Time) {
	number := act.Matter(d.Matter)
	err := k.Desk.Tick(ctx, number, time.UnixMicro(d.At).UTC())
	if err != nil && ctx.Err() != nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if err == nil {
		delete(k.stuck, number)
		return
	}
	s := k.stuck[number]
	pause := min(longest, first<<min(s.tries, 20))
	if errors.Is(err, store.ErrUnavailable) {
		pause = first // the disk's fault, not the matter's
	}
	k.stuck[number] = stuck{s.tries + 1, now.Add(pause)}
	k.Log.Error("timekeeper: a deadline could not be kept; it will be tried again", "matter", d.Matter, "in", pause, "err", err)
}

// next is the earliest of the next deadline and the next time to try what is stuck.
func (k *Keeper) next(ctx context.Context, now time.Time) (time.Time, error) {
	list, err := k.Docket.DueBy(ctx, k.Store.Read(), now.Add(k.Look).UnixMicro(), 1+len(k.stuck))
	if err != nil {
		return time.Time{}, err
	}
	var next time.Time
	for _, d := range list {
		at := time.UnixMicro(d.At).UTC()
		if s, ok := k.stuck[act.Matter(d.Matter)]; ok && at.Before(s.again) {
			at = s.again
		}
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next, nil
}
