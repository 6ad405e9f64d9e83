package desk

import (
	"context"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/docket"
	"gongzhi/internal/method"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
)

// What a step may look at beside its own matter: ended ones, whose records no longer change.

// Of a row's matters so many are looked through, and so many of one method are given: with one a month, two years.
const (
	earlierLooked = 500
	earlierGiven  = 24
)

// ended calls with the ended matters of a method about a row, before one of them or all where it is 0, latest first, until it
// is told to stop.
func (d *Desk) ended(ctx context.Context, q store.Q, before act.Matter, key string, subject act.RowID, see func(*method.Method, *method.Run) (more bool)) error {
	list, err := d.docket.List(ctx, q, docket.Filter{Subject: subject.String(), Before: int64(before), Limit: earlierLooked})
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.Method != key || x.Step != "" {
			continue
		}
		c, err := d.version(ctx, q, act.Digest(x.Charter))
		if err != nil {
			return err
		}
		m, ok := c.Method(key)
		if !ok {
			continue
		}
		acts, err := d.ledger.Acts(ctx, q, act.Matter(x.Number), 0)
		if err != nil {
			return err
		}
		run, err := m.Replay(act.Matter(x.Number), acts)
		if err != nil {
			return err
		}
		if !see(m, run) {
			return nil
		}
	}
	return nil
}

// earlier are the ended matters of a method about a row, before one of them, latest first.
func (d *Desk) earlier(ctx context.Context, q store.Q, before act.Matter, key string, subject act.RowID) (out []step.Earlier, err error) {
	if subject.IsZero() {
		return nil, nil
	}
	err = d.ended(ctx, q, before, key, subject, func(_ *method.Method, run *method.Run) bool {
		out = append(out, step.Earlier{Matter: run.Matter.Number, Facts: run.Matter.Facts, Results: run.Results, Result: run.Result})
		return len(out) < earlierGiven
	})
	return out, err
}

// counted works out a figure over the rows at or below a matter's subject, or those that name it. Private matters do not count: the figure is public.
func (d *Desk) counted(ctx context.Context, q store.Q, now time.Time, m step.Matter, c *step.Counted) (step.Figure, error) {
	book, parts, under := d.book(ctx, q), []step.Part{}, m.Subject
	if c.Link != "" {
		under = act.RowID{}
	}
	rows, err := book.Rows(c.Each, under, calendar.DateOf(now))
	if err != nil {
		return step.Figure{}, err
	}
	around := method.Context{Now: now, Book: book}
	for _, row := range rows {
		if c.Link != "" && row.Text(c.Link) != m.Subject.String() {
			continue
		}
		part := step.Part{Row: row.ID.String()}
		err := d.ended(ctx, q, 0, c.From, row.ID, func(of *method.Method, run *method.Run) bool {
			if run.Matter.Private || run.Matter.Number == m.Number {
				return true
			}
			n, ok := c.Says(of.Vars(run, around))
			if ok {
				part.Matter, part.Value = run.Matter.Number, n
			}
			return !ok
		})
		if err != nil {
			return step.Figure{}, err
		}
		parts = append(parts, part)
	}
	return c.Over(parts), nil
}
