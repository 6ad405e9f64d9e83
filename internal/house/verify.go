package house

import (
	"context"

	"gongzhi/internal/act"
	"gongzhi/internal/store"
)

// Verify walks the chain of every matter and of the access log, and recomputes the root of every change of the registers. It says the first
// thing that is wrong, or nil.
func (h *House) Verify(ctx context.Context) error {
	return h.Store.View(ctx, func(ctx context.Context, q store.Q) error {
		matters, err := h.Ledger.Matters(ctx, q)
		if err != nil {
			return err
		}
		for _, m := range matters {
			if err := h.Ledger.Verify(ctx, q, m); err != nil {
				return err
			}
		}
		acts, err := h.Ledger.Acts(ctx, q, act.House, 0)
		if err != nil {
			return err
		}
		if err := h.Access.Verify(ctx, q); err != nil {
			return err
		}
		for _, a := range acts {
			if a.Kind != act.Changed {
				continue
			}
			var c Changed
			if err := a.Into(&c); err != nil {
				return err
			}
			if err := h.Book.Verify(ctx, q, h.Tenant, c.ID, c.Root); err != nil {
				return err
			}
		}
		return nil
	})
}
