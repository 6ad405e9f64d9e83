package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"
)

// Tx is the inside of one write. It is used by the closure it is given to, while that closure runs, and by no other
// goroutine.
//
// A statement that fails fails the write, even if the closure carries on: PostgreSQL would refuse the rest anyway,
// and both engines shall behave alike. Expect a conflict with ON CONFLICT DO NOTHING and the number of rows.
type Tx struct {
	q     Q
	now   time.Time
	after []func()
	err   error // the first statement that failed
	ended bool

	shared map[any]any // between the writes of a batch; nil where there is none
	asked  bool        // for something shared
}

// Now is the instant of this write, in UTC, cut to the microsecond as it is stored. All writes of one batch share it,
// and it is never earlier than the moment the write was handed in.
func (tx *Tx) Now() time.Time { return tx.now }

// AfterCommit has fn run once this write is on disk, before it is answered, in the order of the writes. fn must be
// quick and must not write to the store: everybody waits for it.
func (tx *Tx) AfterCommit(fn func()) { tx.after = append(tx.after, fn) }

// Shared gives what the write before this one in the same batch kept under a key, or keeps what make gives. It is for what
// is costly to read and seldom changes, such as rows of a register. It is passed on only from a write that asked for
// something shared to the next that does, and not from one that failed: a write that goes about something else may have
// changed what it was made of.
func (tx *Tx) Shared(key any, make func() any) any {
	tx.asked = true
	kept, ok := tx.shared[key]
	if !ok {
		kept = make()
		if tx.shared != nil {
			tx.shared[key] = kept
		}
	}
	return kept
}

var errEnded = errors.New("store: this Tx has ended; it lives as long as its closure")

func (tx *Tx) engine() Engine { return tx.q.engine() }

func (tx *Tx) usable() error {
	if tx.ended {
		return errEnded
	}
	if tx.err != nil {
		return fmt.Errorf("an earlier statement failed: %w", tx.err)
	}
	return nil
}

func (tx *Tx) note(err error) error {
	if err != nil && tx.err == nil {
		tx.err = err
	}
	return err
}

func (tx *Tx) exec(ctx context.Context, text string, args ...any) (int64, error) {
	if err := tx.usable(); err != nil {
		return 0, err
	}
	n, err := tx.q.exec(ctx, text, args...)
	return n, tx.note(err)
}

func (tx *Tx) later(ctx context.Context, query *Query, args []any) error {
	pg, ok := tx.q.(*pgTx)
	if !ok {
		_, err := tx.exec(ctx, query.text(tx.engine()), args...)
		return err
	}
	if err := tx.usable(); err != nil {
		return err
	}
	pg.pending = append(pg.pending, pending{query, args})
	return nil
}

func (tx *Tx) query(ctx context.Context, text string, args ...any) (rows, func(error) error, error) {
	if err := tx.usable(); err != nil {
		return nil, nil, err
	}
	found, end, err := tx.q.query(ctx, text, args...)
	if err != nil {
		return nil, nil, tx.note(err)
	}
	return found, func(err error) error { return tx.note(end(err)) }, nil
}

func (tx *Tx) bulk(ctx context.Context, text string, n int, args func(i int) []any) error {
	if err := tx.usable(); err != nil {
		return err
	}
	if pg, ok := tx.q.(*pgTx); ok {
		return tx.note(pg.pipeline(ctx, text, n, args))
	}
	for i := range n {
		if _, err := tx.exec(ctx, text, args(i)...); err != nil {
			return fmt.Errorf("row %d: %w", i, err)
		}
	}
	return nil
}

// run calls fn and keeps its panic inside: one resident's bad submission must not take the others' with it.
func (tx *Tx) run(ctx context.Context, log *slog.Logger, fn func(context.Context, *Tx) error) (err error) {
	defer func() {
		tx.ended = true
		if p := recover(); p != nil {
			log.Error("store: a write panicked", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("store: a write panicked: %v", p)
		}
		if err == nil && tx.err != nil {
			err = fmt.Errorf("store: a statement failed and the write went on: %w", tx.err)
		}
	}()
	return fn(context.WithValue(ctx, insideWrite{}, true), tx)
}

// insideWrite marks the context of a closure, so that a Write inside a Write is refused instead of waiting for itself.
type insideWrite struct{}

var errNested = errors.New("store: a Write inside a Write would wait for itself; pass the Tx on")

// settle runs the hooks of a write that stands. One that panics takes nothing else with it.
func (tx *Tx) settle(log *slog.Logger) {
	for _, fn := range tx.after {
		func() {
			defer func() {
				if p := recover(); p != nil {
					log.Error("store: a hook panicked", "panic", p, "stack", string(debug.Stack()))
				}
			}()
			fn()
		}()
	}
}
