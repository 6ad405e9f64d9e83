package ledger

import (
	"context"
	"errors"
	"fmt"

	"gongzhi/internal/act"
	"gongzhi/internal/store"
)

// Sealed names one sealed value.
type Sealed struct {
	Matter act.Matter `db:"matter"`
	Seq    int64      `db:"seq"`
	Field  string     `db:"field"`
}

// NextSealed is the first matter after another that still holds sealed values; ok is false when there is none.
func (l *Ledger) NextSealed(ctx context.Context, q store.Q, after act.Matter) (m act.Matter, ok bool, err error) {
	n, err := store.Get[int64](ctx, q, sealedAfter, int64(l.tenant), int64(after))
	if errors.Is(err, store.ErrNotFound) {
		return 0, false, nil
	}
	return act.Matter(n), err == nil, err
}

// EraseSome forgets sealed values of a matter, at most so many, and gives which, with the files nothing names any more.
func (l *Ledger) EraseSome(ctx context.Context, tx *store.Tx, matter act.Matter, limit int) (gone []Sealed, files []act.Digest, err error) {
	gone, err = store.Select[Sealed](ctx, tx, sealedOf, int64(l.tenant), int64(matter), limit)
	if err != nil {
		return nil, nil, fmt.Errorf("ledger: sealed values of matter %d: %w", matter, err)
	}
	for _, s := range gone {
		_, some, err := l.Erase(ctx, tx, matter, s.Seq, s.Field)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, some...)
	}
	return gone, files, nil
}

// SealedBy gives the acts by which one person sealed something, after one of them, in the order of matters.
func (l *Ledger) SealedBy(ctx context.Context, q store.Q, person act.Person, matter act.Matter, seq int64, limit int) ([]act.Act, error) {
	rows, err := store.Select[row](ctx, q, sealedBy, int64(l.tenant), string(person), int64(matter), seq, limit)
	if err != nil {
		return nil, fmt.Errorf("ledger: acts of a person: %w", err)
	}
	out := make([]act.Act, len(rows))
	for i, r := range rows {
		if out[i], err = fromRow(r); err != nil {
			return nil, err
		}
	}
	return out, nil
}
