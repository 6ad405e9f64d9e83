package ledger

import (
	"context"
	"fmt"

	"gongzhi/internal/act"
	"gongzhi/internal/store"
	"gongzhi/internal/vault"
)

var (
	sealedPage = queries.Get("sealed-page")
	reseal     = queries.Get("reseal")
)

// Reseal moves sealed values to the vault's present key, at most limit of them after one, and says how many were under
// another and where to go on; next is empty at the end. Commitments are over the values, so no act changes.
func (l *Ledger) Reseal(ctx context.Context, tx *store.Tx, after string, limit int) (next string, moved int, err error) {
	type row struct {
		Matter int64  `db:"matter"`
		Seq    int64  `db:"seq"`
		Field  string `db:"field"`
		Value  []byte `db:"value"`
	}
	last := row{Matter: -1}
	if after != "" {
		if _, err := fmt.Sscanf(after, "%d %d %s", &last.Matter, &last.Seq, &last.Field); err != nil {
			return "", 0, fmt.Errorf("ledger: cursor %q: %w", after, err)
		}
	}
	rows, err := store.Select[row](ctx, tx, sealedPage, int64(l.tenant), last.Matter, last.Seq, last.Field, limit)
	if err != nil {
		return "", 0, fmt.Errorf("ledger: %w", err)
	}
	return vault.Pass(rows, limit, func(r row) string { return fmt.Sprintf("%d %d %s", r.Matter, r.Seq, r.Field) }, func(r row) (bool, error) {
		if l.vault.Fresh(r.Value) {
			return false, nil
		}
		a := act.Act{Tenant: l.tenant, Matter: act.Matter(r.Matter), Seq: r.Seq}
		value, err := l.vault.Reseal(place(a, r.Field), r.Value)
		if err != nil {
			return false, err
		}
		if _, err := store.Exec(ctx, tx, reseal, int64(l.tenant), r.Matter, r.Seq, r.Field, value); err != nil {
			return false, fmt.Errorf("ledger: %w", err)
		}
		return true, nil
	})
}
