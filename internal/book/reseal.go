package book

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"gongzhi/internal/act"
	"gongzhi/internal/store"
	"gongzhi/internal/vault"
)

var (
	sealedPage = queries.Get("sealed-page")
	reseal     = queries.Get("reseal")
)

// Reseal moves personal fields to the vault's present key, those of at most limit versions after one, and says how many
// versions were under another and where to go on; next is empty at the end. Hashes are over commitments to the values, so
// they stay.
func (b *Book) Reseal(ctx context.Context, tx *store.Tx, tenant act.Tenant, after string, limit int) (next string, moved int, err error) {
	type row struct {
		Register string `db:"register"`
		ID       string `db:"id"`
		Version  int64  `db:"version"`
		Sealed   string `db:"sealed"`
	}
	var last row
	if after != "" {
		if _, err := fmt.Sscanf(after, "%s %s %d", &last.Register, &last.ID, &last.Version); err != nil {
			return "", 0, fmt.Errorf("book: cursor %q: %w", after, err)
		}
	}
	rows, err := store.Select[row](ctx, tx, sealedPage, int64(tenant), last.Register, last.ID, last.Version, limit)
	if err != nil {
		return "", 0, err
	}
	return vault.Pass(rows, limit, func(r row) string { return fmt.Sprintf("%s %s %d", r.Register, r.ID, r.Version) }, func(r row) (bool, error) {
		boxes, err := stored{Register: r.Register, ID: r.ID, Sealed: r.Sealed}.sealedOf()
		if err != nil {
			return false, err
		}
		old := false
		for field, said := range boxes {
			box, err := base64.RawStdEncoding.DecodeString(said)
			if err != nil {
				return false, fmt.Errorf("book: %s of %s/%s is damaged: %w", field, r.Register, r.ID, err)
			}
			if b.vault.Fresh(box) {
				continue
			}
			if box, err = b.vault.Reseal(place(tenant, act.RowID{Register: r.Register, ID: r.ID}, field), box); err != nil {
				return false, fmt.Errorf("book: %w", err)
			}
			boxes[field], old = base64.RawStdEncoding.EncodeToString(box), true
		}
		if !old {
			return false, nil
		}
		raw, err := json.Marshal(boxes)
		if err != nil {
			return false, fmt.Errorf("book: %w", err)
		}
		_, err = store.Exec(ctx, tx, reseal, int64(tenant), r.Register, r.ID, r.Version, string(raw))
		return err == nil, err
	})
}
