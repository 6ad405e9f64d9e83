package house

import (
	"context"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/redact"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
)

// Changed is the body of the act register.changed: what one change set did, and the root over the versions it wrote.
type Changed struct {
	ID    string        `json:"change"`
	On    calendar.Date `json:"on"` // the first day it holds
	Under string        `json:"under,omitempty"`
	book.Counts
	Root   act.Digest `json:"root"`
	Undoes string     `json:"undoes,omitempty"`
	// Recalled are the mandates that ended because whoever held them stands in the row no more, such as the seller of a
	// flat.
	Recalled []string `json:"recalled,omitempty"`
	// Merged are the row that went and the one that stands for it from now on, where two were found to be one.
	Merged []string `json:"merged,omitempty"`
}

// Change writes a set of rows as the change set id, and one act with its counts and its root, in one transaction. A
// set that changes nothing is not recorded; its counts say so. It refuses what [book.Book.Plan] and
// [book.Book.Apply] refuse. The clause says what allows it: "imports/roster.yaml", "registers/compound.yaml#rows".
func (h *House) Change(ctx context.Context, by act.By, id, clause string, set book.Set) (Changed, error) {
	return h.change(ctx, by, clause, bodyOf(id, set), func(ctx context.Context, tx *store.Tx) (*book.Plan, error) {
		return h.Book.Plan(ctx, tx, h.Tenant, h.Desk.Charter().Registers, set)
	})
}

// Import is Change for rows that came in a sheet: what it writes is counted as not typed. A long sheet is written in pieces,
// between which others write, and all of it is shown at once, with its act: whoever reads sees none of it or the whole.
func (h *House) Import(ctx context.Context, by act.By, id, clause string, set book.Set) (Changed, error) {
	body := bodyOf(id, set)
	if len(set.Entries) > book.PieceRows || len(set.Complete) > 0 {
		return h.inPieces(ctx, by, clause, body, pieces{
			plan: func(ctx context.Context, q store.Q) (*book.Plan, error) {
				return h.Book.Plan(ctx, q, h.Tenant, h.Desk.Charter().Registers, set)
			},
			told: set.Progress, spares: true,
		})
	}
	return h.change(ctx, by, clause, body, func(ctx context.Context, tx *store.Tx) (*book.Plan, error) {
		schemas := h.Desk.Charter().Registers
		p, err := h.Book.Plan(ctx, tx, h.Tenant, schemas, set)
		if err != nil {
			return nil, err
		}
		return p, h.Book.Spare(ctx, tx, h.Tenant, calendar.DateOf(tx.Now()), book.BySheet, p.Written(schemas))
	})
}

func bodyOf(id string, set book.Set) Changed {
	body := Changed{ID: id, On: set.On}
	if !set.Under.IsZero() {
		body.Under = set.Under.String()
	}
	return body
}

// Undoing is what taking a change set back has to know.
type Undoing struct {
	Used     func(act.RowID) (bool, error) // whether something else leans on a row
	Still    func() error                  // refuses where something has begun to since Used was asked; may be nil
	Progress func(done, total int)         // as in [book.Set]; may be nil
}

// Undo takes a change set back as a change set of its own, id; a long one in pieces, as it was written.
func (h *House) Undo(ctx context.Context, by act.By, id, clause, undoes string, how Undoing) (Changed, error) {
	body := Changed{ID: id, Undoes: undoes}
	done, err := h.Book.Reader(ctx, h.Store.Read(), h.Tenant, h.Desk.Charter().Registers).Change(undoes)
	if err != nil {
		return Changed{}, err
	}
	plan := func(ctx context.Context, q store.Q) (*book.Plan, error) {
		return h.Book.Undo(ctx, q, h.Tenant, h.Desk.Charter().Registers, undoes, how.Used)
	}
	if len(done.Rows) > book.PieceRows {
		return h.inPieces(ctx, by, clause, body, pieces{plan: plan, still: how.Still, told: how.Progress})
	}
	return h.change(ctx, by, clause, body, func(ctx context.Context, tx *store.Tx) (*book.Plan, error) { return plan(ctx, tx) })
}

func (h *House) change(ctx context.Context, by act.By, clause string, body Changed, plan func(context.Context, *store.Tx) (*book.Plan, error)) (Changed, error) {
	err := h.Desk.KeepIf(ctx, by, act.Changed, clause, &body, nil, func(ctx context.Context, tx *store.Tx) (bool, error) {
		if err := h.Book.Hold(ctx, tx, h.Tenant); err != nil {
			return false, err
		}
		p, err := plan(ctx, tx)
		if err != nil {
			return false, err
		}
		return h.apply(ctx, tx, p, &body)
	})
	if err != nil {
		return Changed{}, err
	}
	return body, nil
}

// apply writes a plan and fills in what the act about it says; false where there is nothing to write.
func (h *House) apply(ctx context.Context, tx *store.Tx, p *book.Plan, body *Changed) (changed bool, err error) {
	body.Counts, body.On = p.Counts(), p.On
	if body.Added+body.Changed+body.Ended == 0 {
		return false, nil
	}
	if body.Recalled, err = h.recallFormer(ctx, tx, p); err != nil {
		return false, err
	}
	body.Counts, body.Root, err = h.Book.Apply(ctx, tx, h.Tenant, h.Desk.Charter().Registers, p, tx.Now(), body.ID)
	return true, err
}

// write is how a step of a matter writes a row; nobody typed what it writes.
func (h *House) write(ctx context.Context, tx *store.Tx, id string, e register.Entry, on calendar.Date) (any, bool, error) {
	schemas, body := h.Desk.Charter().Registers, Changed{ID: id}
	if err := h.Book.Hold(ctx, tx, h.Tenant); err != nil {
		return nil, false, err
	}
	p, err := h.Book.Plan(ctx, tx, h.Tenant, schemas, book.Set{Entries: []register.Entry{e}, On: on})
	if err != nil {
		return nil, false, err
	}
	if err := h.Book.Spare(ctx, tx, h.Tenant, on, book.ByStep, p.Written(schemas)); err != nil {
		return nil, false, err
	}
	changed, err := h.apply(ctx, tx, p, &body)
	return body, changed, err
}

// RowErased is the act by which the personal fields of one row were erased, in the house's own book; its body is Erased.
const RowErased = "row.erased"

// Erased says of which row, and why; never what stood there.
type Erased struct {
	Row    string `json:"row"`
	Reason string `json:"reason"`
}

// EraseRow forgets the personal fields of a row in all its versions. The row stays, known by its id, and every hash with
// it. Of a person it forgets besides what else says who that is: the name of their account, the name on their household
// codes and the codes with it, and where they are told. It refuses a row that never was with [fault.NotFound].
func (h *House) EraseRow(ctx context.Context, by act.By, id act.RowID, reason string) error {
	return h.Desk.Keep(ctx, by, RowErased, "privacy.yaml", Erased{id.String(), reason}, nil, func(ctx context.Context, tx *store.Tx) error {
		if err := h.Book.Forget(ctx, tx, h.Tenant, id); err != nil || id.Register != redact.Persons {
			return err
		}
		if err := h.People.Forget(ctx, tx, act.Person(id.ID)); err != nil {
			return err
		}
		told, err := h.Outbox.Preference(ctx, tx, act.Person(id.ID))
		if err != nil || told.Address == "" {
			return err
		}
		told.Channel = "" // with it goes the address
		return h.Outbox.Prefer(ctx, tx, told)
	})
}

// seed writes the rows that the charter brings and that never were in the book: what the subdistrict has changed since
// is not taken back by the next start.
func (h *House) seed(ctx context.Context) error {
	on := calendar.DateOf(h.Clock.Now())
	reader := h.Book.Reader(ctx, h.Store.Read(), h.Tenant, h.Charter.Registers)
	set := book.Set{On: on}
	for _, e := range h.Charter.Registers.Seeds(on) {
		before, err := reader.History(e.ID)
		if err != nil {
			return err
		}
		if len(before) == 0 {
			set.Entries = append(set.Entries, e)
		}
	}
	if len(set.Entries) == 0 {
		return nil
	}
	id := "seed-" + string(h.Charter.Digest[:16]) + "-" + h.Clock.Now().UTC().Format(time.DateOnly)
	_, err := h.Change(ctx, act.By{Role: act.HouseItself}, id, "registers/", set)
	return err
}
