package house

import (
	"context"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/store"
)

// Apart is the act by which two rows that seemed one were found to be two, in the house's own book; its body is Told.
const Apart = "rows.apart"

// Told names two rows, and says nothing of what stands in them.
type Told struct {
	Rows []string `json:"rows"`
}

// Merge makes one row of two as the change set id: what named gone names keep, which takes over what it lacked; gone ends.
// It is taken back as any change set is. It refuses with [fault.Conflict] to let a row go that an account is named by:
// what was done under that name would lose its person.
func (h *House) Merge(ctx context.Context, by act.By, id string, keep, gone act.RowID) (Changed, error) {
	schemas := h.Desk.Charter().Registers
	clause := "registers/" + keep.Register + ".yaml#twins"
	body := Changed{ID: id, Merged: []string{gone.String(), keep.String()}}
	return h.change(ctx, by, clause, body, func(ctx context.Context, tx *store.Tx) (*book.Plan, error) {
		if _, there, err := h.People.Find(ctx, tx, act.Person(gone.ID)); err != nil {
			return nil, err
		} else if there {
			return nil, fault.Refuse(fault.Conflict, "twins.account", fault.Basis{Clause: clause}, nil)
		}
		set, err := h.Book.Reader(ctx, tx, h.Tenant, schemas).Merging(keep, gone, calendar.DateOf(tx.Now()))
		if err != nil {
			return nil, err
		}
		return h.Book.Plan(ctx, tx, h.Tenant, schemas, set)
	})
}

// KeepApart records that two rows are two, so that they are not proposed again.
func (h *House) KeepApart(ctx context.Context, by act.By, one, other act.RowID) error {
	clause := "registers/" + one.Register + ".yaml#twins"
	return h.Desk.Keep(ctx, by, Apart, clause, Told{[]string{one.String(), other.String()}}, nil, func(ctx context.Context, tx *store.Tx) error {
		return h.Book.Apart(ctx, tx, h.Tenant, one, other)
	})
}
