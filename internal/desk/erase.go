package desk

import (
	"context"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/store"
)

// Erasure is the body of the act value.erased: which value was removed, not what it was.
type Erasure struct {
	Matter act.Matter `json:"matter"`
	Seq    int64      `json:"seq"`
	Field  string     `json:"field"`
	Reason string     `json:"reason"`
}

// Erase forgets one sealed value, and removes the files that nothing else names. Its commitment stays, so the chain still verifies and anyone can see that something
// was removed, by whom, when and why; without the salt nobody can try values against the commitment. It refuses a value
// that is not there, or not there any more.
func (d *Desk) Erase(ctx context.Context, by act.By, e Erasure) error {
	var gone []act.Digest
	err := d.Keep(ctx, by, act.Erased, "roles.yaml", e, nil, func(ctx context.Context, tx *store.Tx) error {
		found, files, err := d.ledger.Erase(ctx, tx, e.Matter, e.Seq, e.Field)
		if err != nil {
			return err
		}
		if !found {
			return fault.Refuse(fault.NotFound, "desk.nothing_sealed", fault.Basis{}, fault.Args{"Matter": int64(e.Matter), "Act": e.Seq})
		}
		gone = files
		return d.files.Forget(ctx, tx, files)
	})
	if err != nil {
		return err
	}
	return d.files.Clear(ctx, d.db.Read(), gone)
}
