package desk

import (
	"context"
	"fmt"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/charter"
	"gongzhi/internal/ledger"
	"gongzhi/internal/method"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
)

// Routine begins what the clock has to begin by now: for each method with a routine, day by day since it was last looked at,
// also when the house was closed meanwhile. A matter begins at the hour of its day, recorded when it is written, and only
// once, whoever looks. It gives the next hour at which something may have to be begun; zero where nothing is routine.
func (d *Desk) Routine(ctx context.Context) (next time.Time, err error) {
	c := d.Charter()
	for _, key := range c.MethodKeys() {
		m, _ := c.Method(key)
		if m.Start.Routine == nil {
			continue
		}
		at, err := d.routine(ctx, c, m)
		if err != nil {
			return time.Time{}, err
		}
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next, nil
}

// routine is Routine for one method.
func (d *Desk) routine(ctx context.Context, c *charter.Charter, m *method.Method) (next time.Time, err error) {
	now, at := d.clock.Now(), m.Start.Routine.At
	today := calendar.DateOf(now)
	name := "routine/" + m.Key
	reached, known, err := d.ledger.Reached(ctx, d.db.Read(), name)
	if err != nil {
		return time.Time{}, err
	}
	if !known { // nothing is made up for the time before there was a routine
		reached = now
		if err := d.reach(ctx, name, now); err != nil {
			return time.Time{}, err
		}
	}
	for day := calendar.DateOf(reached); !day.After(today); day = day.Add(1) {
		hour := at.On(day)
		if !hour.After(reached) {
			continue
		}
		if hour.After(now) {
			return hour, nil
		}
		if err := d.beginAll(ctx, c, m, day, hour); err != nil {
			return time.Time{}, err
		}
		if err := d.reach(ctx, name, hour); err != nil {
			return time.Time{}, err
		}
	}
	return at.On(today.Add(1)), nil
}

func (d *Desk) reach(ctx context.Context, name string, at time.Time) error {
	return unavailable(d.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return d.ledger.Reach(ctx, tx, name, at) }))
}

// beginAll begins the matters of one day, each in a transaction of its own.
func (d *Desk) beginAll(ctx context.Context, c *charter.Charter, m *method.Method, day calendar.Date, hour time.Time) error {
	sch, _ := c.Registers.Get(m.PlannedIn())
	holds := func(row register.Row) bool { return sch == nil || sch.Holds(row, day) }
	var rows, subjects []register.Row
	err := d.db.View(ctx, func(ctx context.Context, q store.Q) (err error) {
		rows, subjects, err = m.Planned(d.around(ctx, q, c, hour), day, holds)
		return err
	})
	for i := range rows {
		if err == nil {
			err = d.beginOne(ctx, c, m, rows[i], subjects[i], day, hour)
		}
	}
	if err != nil {
		return fmt.Errorf("desk: the routine of %s on %s: %w", m.Key, day, err)
	}
	return nil
}

func (d *Desk) beginOne(ctx context.Context, c *charter.Charter, m *method.Method, row, subject register.Row, day calendar.Date, hour time.Time) error {
	id := m.RoutineID(row.ID, day)
	var got ledger.Receipt
	return d.once(ctx, id, id, &got, func(ctx context.Context, tx *store.Tx) (*session, error) {
		draft, by := m.BeginRoutine(row, subject, day)
		scope, err := d.scope(ctx, tx, subject.ID, day)
		if err != nil {
			return nil, err
		}
		number, err := d.ledger.Number(ctx, tx, "matter")
		if err != nil {
			return nil, err
		}
		w := d.fresh(tx, c, m, act.Matter(number), d.around(ctx, tx, c, hour), tx.Now())
		w.id, w.scope = id, scope
		return w, w.launch(ctx, by, draft, tx.Now())
	})
}
