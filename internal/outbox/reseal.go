package outbox

import (
	"context"

	"gongzhi/internal/act"
	"gongzhi/internal/store"
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
	for _, r := range rows {
		next = r.Person
		if o.Vault.Fresh(r.Address) {
			continue
		}
		address, err := o.Vault.Reseal(o.place(act.Person(r.Person)), r.Address)
		if err != nil {
			return "", moved, err
		}
		if _, err := store.Exec(ctx, tx, resealPreference, o.tenant, r.Person, address); err != nil {
			return "", moved, err
		}
		moved++
	}
	if len(rows) < limit {
		next = ""
	}
	return next, moved, nil
}
