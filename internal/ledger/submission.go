package ledger

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/store"
)

// Receipt says what a submission led to.
type Receipt struct {
	ID       string     `db:"id" json:"id"`
	Matter   act.Matter `db:"matter" json:"matter"`
	First    int64      `db:"first" json:"first"`
	Last     int64      `db:"last" json:"last"`
	Content  string     `db:"content" json:"-"`
	Recorded int64      `db:"recorded" json:"recorded"` // µs since 1970 UTC
}

// At is when it was recorded.
func (r Receipt) At() time.Time { return time.UnixMicro(r.Recorded).UTC() }

// Submission finds what a submission led to, if it was accepted before.
func (l *Ledger) Submission(ctx context.Context, q store.Q, id string) (Receipt, bool, error) {
	r, err := store.Get[Receipt](ctx, q, submissionByID, int64(l.tenant), id)
	if errors.Is(err, store.ErrNotFound) {
		return Receipt{}, false, nil
	}
	return r, err == nil, err
}

// Note remembers what a submission led to. The same id twice is a conflict.
func (l *Ledger) Note(ctx context.Context, tx *store.Tx, r Receipt) error {
	return store.Later(ctx, tx, noteSubmission, int64(l.tenant), r.ID, int64(r.Matter), r.First, r.Last, r.Content, r.Recorded)
}

// Number gives the next running number of that name, from 1.
func (l *Ledger) Number(ctx context.Context, tx *store.Tx, name string) (int64, error) {
	return store.Get[int64](ctx, tx, count, int64(l.tenant), name)
}

// KeepCharter stores the files of a charter version, so that matters pinned to it can always be run.
func (l *Ledger) KeepCharter(ctx context.Context, tx *store.Tx, digest act.Digest, files []byte, at time.Time) error {
	_, err := store.Exec(ctx, tx, keepCharter, int64(l.tenant), string(digest), files, at.UnixMicro())
	return err
}

// Charter gives the files of a version.
func (l *Ledger) Charter(ctx context.Context, q store.Q, digest act.Digest) ([]byte, error) {
	return store.Get[[]byte](ctx, q, charterFiles, int64(l.tenant), string(digest))
}

// Kept is a version of the charter that is kept here.
type Kept struct {
	Digest string `db:"digest"`
	Made   int64  `db:"made"` // when it was first installed, µs since 1970 UTC
}

// Charters are the versions that are kept, the newest first.
func (l *Ledger) Charters(ctx context.Context, q store.Q) ([]Kept, error) {
	return store.Select[Kept](ctx, q, allCharters, int64(l.tenant))
}

// LastInstalled is the version that the house's own book says is in force; empty before the first.
func (l *Ledger) LastInstalled(ctx context.Context, q store.Q) (act.Digest, error) {
	a, _, err := l.LastOfHouse(ctx, q, act.Installed)
	return a.Basis.Charter, err
}

// LastOfHouse is the latest act of that kind in the house's own book.
func (l *Ledger) LastOfHouse(ctx context.Context, q store.Q, kind string) (act.Act, bool, error) {
	r, err := store.Get[row](ctx, q, lastOfHouse, int64(l.tenant), kind)
	if errors.Is(err, store.ErrNotFound) {
		return act.Act{}, false, nil
	}
	if err != nil {
		return act.Act{}, false, err
	}
	a, err := fromRow(r)
	return a, err == nil, err
}

// AddTenant makes sure the tenant exists.
func (l *Ledger) AddTenant(ctx context.Context, tx *store.Tx, name, title string, at time.Time) error {
	_, err := store.Exec(ctx, tx, addTenant, int64(l.tenant), name, title, at.UnixMicro())
	return err
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// Reached is up to when something that is done again and again was done last; known is false before the first time.
func (l *Ledger) Reached(ctx context.Context, q store.Q, name string) (at time.Time, known bool, err error) {
	n, err := store.Get[int64](ctx, q, reached, int64(l.tenant), name)
	if errors.Is(err, store.ErrNotFound) {
		return time.Time{}, false, nil
	}
	return instant(n), err == nil, err
}

// Reach remembers it. It never goes back.
func (l *Ledger) Reach(ctx context.Context, tx *store.Tx, name string, at time.Time) error {
	_, err := store.Exec(ctx, tx, reach, int64(l.tenant), name, at.UnixMicro())
	return err
}
