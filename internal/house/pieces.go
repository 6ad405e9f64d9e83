package house

import (
	"context"
	"errors"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/store"
)

// pieces is how a change set is planned that is written in pieces.
type pieces struct {
	plan   func(context.Context, store.Q) (*book.Plan, error)
	still  func() error // asked in the transaction that shows it; nil where nothing beside the registers matters
	told   func(done, total int)
	spares bool // what it writes is counted as not typed
}

// inPieces is change for very many rows: nobody else waits for more than a piece of it, or for the moment in which all of it
// is shown. Where registers change all the time meanwhile it is written in one transaction after all.
func (h *House) inPieces(ctx context.Context, by act.By, clause string, body Changed, how pieces) (out Changed, err error) {
	schemas := h.Desk.Charter().Registers
	x, err := h.Book.InPieces(ctx, h.Store, h.Tenant, schemas, body.ID, how.plan, how.told)
	if errors.Is(err, book.ErrBusy) {
		return h.atOnce(ctx, by, clause, body, how)
	}
	if err != nil {
		return Changed{}, err
	}
	for {
		if err = h.shown(ctx, by, clause, &body, how, x); !errors.Is(err, book.ErrMoved) {
			break
		}
		if err = x.Again(ctx); err != nil {
			break
		}
	}
	if closed := x.Close(ctx); closed != nil { // what is left over is tidied up by the next import, or at the next start
		h.Log.Error("a change set was not tidied up", "change", body.ID, "error", closed)
	}
	if errors.Is(err, book.ErrBusy) {
		return h.atOnce(ctx, by, clause, body, how)
	}
	if err != nil {
		return Changed{}, err
	}
	return body, nil
}

func (h *House) shown(ctx context.Context, by act.By, clause string, body *Changed, how pieces, x *book.Pieces) error {
	p := x.Plan()
	body.Counts, body.On = p.Counts(), p.On
	if body.Added+body.Changed+body.Ended == 0 {
		return nil
	}
	written := 0
	if how.spares {
		written = p.Written(h.Desk.Charter().Registers)
	}
	return h.Desk.KeepIf(ctx, by, act.Changed, clause, body, nil, func(ctx context.Context, tx *store.Tx) (_ bool, err error) {
		if body.Counts, body.Root, err = x.Show(ctx, tx); err != nil {
			return false, err
		}
		if how.still != nil {
			if err := how.still(); err != nil {
				return false, err
			}
		}
		if err := h.Book.Spare(ctx, tx, h.Tenant, calendar.DateOf(tx.Now()), book.BySheet, written); err != nil {
			return false, err
		}
		body.Recalled, err = h.recallFormer(ctx, tx, p)
		return true, err
	})
}

// atOnce writes in one transaction what was to be written in pieces.
func (h *House) atOnce(ctx context.Context, by act.By, clause string, body Changed, how pieces) (Changed, error) {
	return h.change(ctx, by, clause, body, func(ctx context.Context, tx *store.Tx) (*book.Plan, error) {
		p, err := how.plan(ctx, tx)
		if err != nil || !how.spares {
			return p, err
		}
		return p, h.Book.Spare(ctx, tx, h.Tenant, calendar.DateOf(tx.Now()), book.BySheet, p.Written(h.Desk.Charter().Registers))
	})
}
