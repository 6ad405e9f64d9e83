package desk

import (
	"context"
	"fmt"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/store"
)

// Refold throws the docket away and folds it again from the ledger, after verifying every chain. It gives the number
// of matters. Nothing else may write meanwhile; it is one transaction, so a failure leaves the docket as it was.
func (d *Desk) Refold(ctx context.Context) (int, error) {
	n := 0
	err := d.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		matters, err := d.ledger.Matters(ctx, tx)
		if err != nil {
			return err
		}
		if err := d.docket.Clear(ctx, tx); err != nil {
			return err
		}
		for _, number := range matters {
			if err := d.ledger.Verify(ctx, tx, number); err != nil {
				return err
			}
			if number == act.House {
				continue
			}
			if err := d.refold(ctx, tx, number); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	d.writing.Purge()
	d.reading.Purge()
	return n, err
}

func (d *Desk) refold(ctx context.Context, tx *store.Tx, number act.Matter) error {
	acts, err := d.ledger.Acts(ctx, tx, number, 0)
	if err != nil {
		return err
	}
	var start act.Start
	if len(acts) == 0 || acts[0].Kind != act.Started {
		return fmt.Errorf("desk: matter %d does not begin with a start", number)
	}
	if err := acts[0].Into(&start); err != nil {
		return err
	}
	// The last act names the version the matter goes by now: moving to another is an act of its own.
	c, err := d.version(ctx, tx, acts[len(acts)-1].Basis.Charter)
	if err != nil {
		return err
	}
	m, ok := c.Method(start.Method)
	if !ok {
		return fmt.Errorf("desk: charter %s has no method %q", c.Digest, start.Method)
	}
	run, err := m.Replay(number, acts)
	if err != nil {
		return err
	}
	scope, err := d.scope(ctx, tx, start.Subject, calendar.DateOf(run.Matter.Opened))
	if err != nil {
		return err
	}
	w := &session{
		desk: d, tx: tx, charter: c, method: m, run: run, scope: scope, fresh: true,
		// What is due and owed was last worked out when the last act was written.
		context: d.around(ctx, tx, c, run.Updated),
	}
	if err := w.project(ctx); err != nil {
		return err
	}
	if err := d.remeasure(ctx, tx, number, start.Method, acts); err != nil {
		return err
	}
	return w.publish(ctx, acts)
}

// remeasure goes through a matter's acts once more and keeps what was measured after each thing that was recorded, by the
// version of the charter that it went by then: figures as of an earlier day come out as they did on that day.
func (d *Desk) remeasure(ctx context.Context, tx *store.Tx, number act.Matter, key string, acts []act.Act) error {
	var w *session
	for i, a := range acts {
		if w == nil || a.Basis.Charter != w.charter.Digest {
			c, err := d.version(ctx, tx, a.Basis.Charter)
			if err != nil {
				return err
			}
			m, ok := c.Method(key)
			if !ok {
				return fmt.Errorf("desk: charter %s has no method %q", c.Digest, key)
			}
			w = &session{desk: d, tx: tx, charter: c, method: m}
			if w.run, err = m.Replay(number, acts[:i]); err != nil {
				return err
			}
		}
		if len(w.charter.Measures(key)) == 0 {
			continue
		}
		if err := w.method.Fold(w.run, a); err != nil {
			return err
		}
		if i+1 < len(acts) && acts[i+1].Recorded.Equal(a.Recorded) {
			continue
		}
		w.context = d.around(ctx, tx, w.charter, a.Recorded)
		if err := w.measure(ctx); err != nil {
			return err
		}
	}
	return nil
}
