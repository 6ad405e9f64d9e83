package outbox

import (
	"context"

	"gongzhi/internal/act"
	"gongzhi/internal/store"
	"gongzhi/internal/vault"
)

var (
	preferencesAfter = queries.Get("preferences-after")
	resealPreference = queries.Get("reseal-preference")
)

// Reseal moves addresses to the vault's present key, those of at most limit people after one, and says how many were under
// another and where to go on; next is empty at the end.
func (o *Outbox) Reseal(ctx context.Context, tx *store.Tx, after string, limit int) (next string, moved int, err error) {
	type row struct {
		Person  string `db:"person"`
		Address []byte `db:"address"`
	}
	rows, err := store.Select[row](ctx, tx, preferencesAfter, o.tenant, after, limit)
	if err != nil {
		return "", 0, err
	}
	return vault.Pass(rows, limit, func(r row) string { return r.Person }, func(r row) (bool, error) {
		if o.Vault.Fresh(r.Address) {
			return false, nil
		}
		address, err := o.Vault.Reseal(o.place(act.Person(r.Person)), r.Address)
		if err != nil {
			return false, err
		}
		_, err = store.Exec(ctx, tx, resealPreference, o.tenant, r.Person, address)
		return err == nil, err
	})
}
