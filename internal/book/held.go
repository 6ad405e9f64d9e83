package book

import (
	"context"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/store"
)

// EndedHolding gives rows of a register that ended before a day and still hold personal values, at most so many.
func (b *Book) EndedHolding(ctx context.Context, q store.Q, tenant act.Tenant, register string, before calendar.Date, limit int) ([]act.RowID, error) {
	ids, err := store.Select[string](ctx, q, endedRows, tenant, register, before.String(), limit)
	if err != nil {
		return nil, err
	}
	out := make([]act.RowID, len(ids))
	for i, id := range ids {
		out[i] = act.RowID{Register: register, ID: id}
	}
	return out, nil
}
