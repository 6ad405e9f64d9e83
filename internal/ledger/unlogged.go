package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/store"
)

// Stretch is acts First to Last of one matter, which one write added. It waits for the public log.
type Stretch struct {
	Recorded int64      `db:"recorded"` // µs since 1970 UTC
	Matter   act.Matter `db:"matter"`
	First    int64      `db:"first"`
	Last     int64      `db:"last"`
}

func (l *Ledger) queue(ctx context.Context, tx *store.Tx, acts []act.Act) error {
	first, last := acts[0], acts[len(acts)-1]
	return store.Later(ctx, tx, queueUnlogged, int64(l.tenant), first.Recorded.UnixMicro(), int64(first.Matter), first.Seq, last.Seq)
}

// Unlogged are the stretches that the public log does not hold yet, in the order in which it takes them. Those of one
// matter come in the order of their acts.
func (l *Ledger) Unlogged(ctx context.Context, q store.Q, limit int) ([]Stretch, error) {
	return store.Select[Stretch](ctx, q, unlogged, int64(l.tenant), limit)
}

// LastUnlogged is when the newest act was recorded that the public log does not hold yet; the zero time when it holds all.
func (l *Ledger) LastUnlogged(ctx context.Context, q store.Q) (time.Time, error) {
	micros, err := store.Get[int64](ctx, q, lastUnlogged, int64(l.tenant))
	if errors.Is(err, store.ErrNotFound) {
		return time.Time{}, nil
	}
	return time.UnixMicro(micros).UTC(), err
}

// Logged takes stretches off the queue, in the transaction that puts them into the log. It is an error when one is not
// waiting any more: it would be in the log twice.
func (l *Ledger) Logged(ctx context.Context, tx *store.Tx, list []Stretch) error {
	for _, s := range list {
		n, err := store.Exec(ctx, tx, takeLogged, int64(l.tenant), s.Recorded, int64(s.Matter), s.First)
		if err != nil {
			return err
		}
		if n != 1 {
			return fmt.Errorf("ledger: acts %d to %d of matter %d are in the log already", s.First, s.Last, s.Matter)
		}
	}
	return nil
}
