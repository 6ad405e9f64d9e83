package book

import (
	"context"
	"errors"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
)

// What is left to do after a change set was written in pieces, or when its writer is gone. All of it can be done twice.

var (
	stagedOf     = queries.Get("staged")
	followedOf   = queries.Get("followed")
	unstage      = queries.Get("unstage")
	unstageBlind = queries.Get("unstage-blind")
	latestHeld   = queries.Get("latest-held")
)

// Sweep tidies up what a stopped process left open. What it had not shown is taken back: nothing of it was ever seen.
func (b *Book) Sweep(ctx context.Context, db *store.DB, tenant act.Tenant, schemas *register.Schemas, now time.Time) error {
	o, ok, err := b.Open(ctx, db.Read(), tenant)
	if err != nil || !ok || !b.dead(db, o, now) {
		return err
	}
	return b.finish(ctx, db, tenant, schemas, o.Change, o.Shown == 1)
}

// finish ends an open change set that nobody writes any more.
func (b *Book) finish(ctx context.Context, db *store.DB, tenant act.Tenant, schemas *register.Schemas, id string, shown bool) error {
	var err error
	if shown {
		err = b.tidy(ctx, db, tenant, schemas, id)
	} else {
		err = b.unstage(ctx, db, tenant, schemas, id)
	}
	if err != nil {
		return err
	}
	return b.ended(ctx, db, tenant, id)
}

func (b *Book) ended(ctx context.Context, db *store.DB, tenant act.Tenant, id string) error {
	return db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := store.Exec(ctx, tx, openEnd, int64(tenant), id)
		return err
	})
}

// unstage takes back versions that were not shown, piece by piece.
func (b *Book) unstage(ctx context.Context, db *store.DB, tenant act.Tenant, schemas *register.Schemas, id string) error {
	for left := true; left; {
		err := db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			rows, err := store.Select[stored](ctx, tx, stagedOf, int64(tenant), id, PieceRows)
			if err != nil {
				return err
			}
			left = len(rows) > 0
			for _, s := range rows {
				if err := b.drop(ctx, tx, tenant, schemas, s); err != nil {
					return err
				}
				if _, err := store.Exec(ctx, tx, unstage, int64(tenant), s.Register, s.ID, s.Version); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// drop drops the words and blinds of a version that will never be shown.
func (b *Book) drop(ctx context.Context, tx *store.Tx, tenant act.Tenant, schemas *register.Schemas, s stored) error {
	if err := b.stale(ctx, tx, tenant, schemas, s); err != nil {
		return err
	}
	schema, ok := schemas.Get(s.Register)
	if !ok {
		return nil
	}
	values, err := b.all(tenant, s)
	if err != nil {
		return err
	}
	for i := range schema.Fields {
		f := &schema.Fields[i]
		if v, ok := values[f.Key].(string); ok && f.Lookup {
			if _, err := store.Exec(ctx, tx, unstageBlind, int64(tenant), s.Register, f.Key, b.blind(tenant, s.Register, f.Key, v), s.ID, s.Version); err != nil {
				return err
			}
		}
	}
	return nil
}

// tidy drops, piece by piece, the words of what the rows of a shown change set were before.
func (b *Book) tidy(ctx context.Context, db *store.DB, tenant act.Tenant, schemas *register.Schemas, id string) error {
	var at act.RowID
	for left := true; left; {
		next := at
		err := db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			next = at
			rows, err := store.Select[stored](ctx, tx, followedOf, int64(tenant), id, at.Register, at.ID, PieceRows)
			if err != nil {
				return err
			}
			left = len(rows) > 0
			for _, s := range rows {
				before, err := store.Get[stored](ctx, tx, versionOf, int64(tenant), s.Register, s.ID, s.Version-1)
				if err != nil {
					return err
				}
				if err := b.stale(ctx, tx, tenant, schemas, before); err != nil {
					return err
				}
				next = s.row()
			}
			return nil
		})
		if err != nil {
			return err
		}
		at = next
	}
	return nil
}

// stale drops those words of a version that its row, as it stands now, does not have.
func (b *Book) stale(ctx context.Context, tx *store.Tx, tenant act.Tenant, schemas *register.Schemas, s stored) error {
	schema, ok := schemas.Get(s.Register)
	if !ok || s.Ended == 1 {
		return nil
	}
	from, before, err := b.lay(tenant, s)
	if err != nil {
		return err
	}
	var to spot
	var now map[string]any
	standing, err := store.Get[stored](ctx, tx, latestHeld, int64(tenant), s.Register, s.ID)
	if err == nil && standing.Ended == 0 {
		to, now, err = b.lay(tenant, standing)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	w := writer{b: b, tenant: tenant}
	w.reword(schema, s.row(), from, to, before, now)
	for _, d := range w.dropped {
		if _, err := store.Exec(ctx, tx, dropWord, int64(tenant), d.Word, d.Register, d.Path); err != nil {
			return err
		}
	}
	return nil
}

// lay is where a version lies and what it holds.
func (b *Book) lay(tenant act.Tenant, s stored) (at spot, values map[string]any, err error) {
	open, err := s.decode()
	if err != nil {
		return at, nil, err
	}
	if at.path = s.Path; open.Parent != nil {
		at.parent = *open.Parent
	}
	values, err = b.all(tenant, s)
	return at, values, err
}
