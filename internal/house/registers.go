package house

import (
	"context"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/desk"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
)

// registers gives the desk the registers as one transaction sees them. Submissions that share a transaction share what was
// read of them: thousands are about the same few dozen compounds.
func (h *House) registers(ctx context.Context, q store.Q) desk.Book {
	schemas := h.Desk.Charter().Registers
	read := func() any {
		return &registers{h.Book.Reader(ctx, q, h.Tenant, schemas).Remembering(), map[at]found{}, map[pair]bool{}}
	}
	tx, writes := q.(*store.Tx)
	if !writes {
		return read().(*registers)
	}
	known := tx.Shared(schemas, read).(*registers)
	return &registers{known.Reader.In(ctx, q), known.rows, known.covers}
}

// registers remembers what was asked: the engine looks at the same few rows again and again while it answers one
// submission, and while it does they do not change. It belongs to one goroutine, like its Reader.
type registers struct {
	*book.Reader
	rows   map[at]found
	covers map[pair]bool
}

type at struct {
	id act.RowID
	on calendar.Date
}

type pair struct {
	above, below act.RowID
	on           calendar.Date
}

type found struct {
	row register.Row
	ok  bool
}

// Row is one row as it stood on a day.
func (r *registers) Row(id act.RowID, on calendar.Date) (register.Row, bool, error) {
	if f, known := r.rows[at{id, on}]; known {
		return f.row, f.ok, nil
	}
	row, ok, err := r.Reader.Row(id, on)
	if err == nil {
		r.rows[at{id, on}] = found{row, ok}
	}
	return row, ok, err
}

// Covers tells whether a row is, or lies below, another.
func (r *registers) Covers(above, below act.RowID, on calendar.Date) bool {
	k := pair{above, below, on}
	yes, known := r.covers[k]
	if !known {
		yes = r.Reader.Covers(above, below, on)
		r.covers[k] = yes
	}
	return yes
}
