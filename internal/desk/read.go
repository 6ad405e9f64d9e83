package desk

import (
	"context"
	"fmt"
	"sync"

	"gongzhi/internal/act"
	"gongzhi/internal/charter"
	"gongzhi/internal/docket"
	"gongzhi/internal/fault"
	"gongzhi/internal/method"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
)

// shared is a run that readers share. Readers hold mu for reading; whoever finds it behind folds it on.
type shared struct {
	mu  sync.RWMutex
	run *method.Run
}

// Standing is a matter as a reader meets it. It is valid only inside the function it is handed to.
type Standing struct {
	Row     docket.Matter
	Charter *charter.Charter
	Method  *method.Method
	Run     *method.Run
	Context method.Context
}

// Asks is what the matter waits for.
func (s Standing) Asks() []step.Ask { return s.Method.Asks(s.Run, s.Context) }

// For keeps the asks a person may answer.
func (s Standing) For(who method.Actor) []step.Ask { return s.Method.For(s.Run, s.Context, who) }

// Open shows a matter to somebody. One that is private, and not theirs to see, is to them as if it were not there.
func (d *Desk) Open(ctx context.Context, who method.Actor, number act.Matter, show func(ctx context.Context, q store.Q, s Standing) error) error {
	return d.Read(ctx, number, func(ctx context.Context, q store.Q, s Standing) error {
		if !s.Method.OpensTo(s.Run, s.Context, who) {
			return unknown(number)
		}
		return show(ctx, q, s)
	})
}

func unknown(number act.Matter) error {
	return fault.Refuse(fault.NotFound, "matter.unknown", fault.Basis{}, fault.Args{"Matter": int64(number)})
}

// Read shows a matter as it stands on disk, whoever may see it: for what shows nothing to a reader. See Open.
func (d *Desk) Read(ctx context.Context, number act.Matter, show func(ctx context.Context, q store.Q, s Standing) error) error {
	return d.db.View(ctx, func(ctx context.Context, q store.Q) error {
		row, ok, err := d.docket.Find(ctx, q, number)
		if err != nil {
			return err
		}
		if !ok {
			return unknown(number)
		}
		c, err := d.version(ctx, q, act.Digest(row.Charter))
		if err != nil {
			return err
		}
		m, ok := c.Method(row.Method)
		if !ok {
			return fmt.Errorf("desk: charter %s has no method %q", c.Digest, row.Method)
		}
		sh, err := d.share(ctx, q, m, row)
		if err != nil {
			return err
		}
		sh.mu.RLock()
		defer sh.mu.RUnlock()
		if sh.run.Seq != row.Seq { // somebody with a newer snapshot folded it on in the meantime
			acts, err := d.ledger.Acts(ctx, q, number, 0)
			if err != nil {
				return err
			}
			run, err := m.Replay(number, acts)
			if err != nil {
				return err
			}
			sh = &shared{run: run}
		}
		return show(ctx, q, Standing{Row: row, Charter: c, Method: m, Run: sh.run, Context: d.around(ctx, q, c, d.clock.Now())})
	})
}

// share gives the run that this row describes. A snapshot older than what others have folded gets a run of its own.
func (d *Desk) share(ctx context.Context, q store.Q, m *method.Method, row docket.Matter) (*shared, error) {
	number := act.Matter(row.Number)
	sh, ok := d.reading.Get(number)
	if !ok {
		sh = &shared{run: method.NewRun(number)}
		if before, there, _ := d.reading.PeekOrAdd(number, sh); there {
			sh = before
		}
	}
	sh.mu.Lock()
	defer sh.mu.Unlock()
	switch {
	case sh.run.Seq > row.Seq:
		sh = &shared{run: method.NewRun(number)}
	case sh.run.Seq > 0 && sh.run.Charter != act.Digest(row.Charter): // it was moved; what was folded was folded by other rules
		sh.run = method.NewRun(number)
	}
	if sh.run.Seq == row.Seq {
		return sh, nil
	}
	acts, err := d.ledger.Acts(ctx, q, number, sh.run.Seq)
	if err != nil {
		return nil, err
	}
	for _, a := range acts {
		if err := m.Fold(sh.run, a); err != nil {
			d.reading.Remove(number)
			return nil, err
		}
	}
	if sh.run.Seq != row.Seq || sh.run.Head != act.Digest(row.Head) {
		d.reading.Remove(number)
		return nil, fmt.Errorf("desk: the docket has matter %d at act %d, the ledger at %d; refold the docket", number, row.Seq, sh.run.Seq)
	}
	return sh, nil
}
