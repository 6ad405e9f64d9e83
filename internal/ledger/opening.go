package ledger

import (
	"context"
	"encoding/hex"
	"fmt"

	"gongzhi/internal/act"
	"gongzhi/internal/store"
)

// Opening is what opens a commitment: whoever has it can show what was sealed, and nobody else can.
type Opening struct {
	Field string `json:"field"`
	Salt  string `json:"salt"` // hex
	Value string `json:"value"`
}

// Open gives what opens the commitments of one act. A value that was erased is absent for good. Whoever calls this has
// made sure that the act is the reader's own.
func (l *Ledger) Open(ctx context.Context, q store.Q, a act.Act) ([]Opening, error) {
	type sealed struct {
		Field string `db:"field"`
		Salt  []byte `db:"salt"`
		Value []byte `db:"value"`
	}
	rows, err := store.Select[sealed](ctx, q, unseal, int64(l.tenant), int64(a.Matter), a.Seq)
	if err != nil {
		return nil, fmt.Errorf("ledger: opening: %w", err)
	}
	out := make([]Opening, len(rows))
	for i, r := range rows {
		plain, err := l.vault.Open(place(a, r.Field), r.Value)
		if err != nil {
			return nil, err
		}
		out[i] = Opening{r.Field, hex.EncodeToString(r.Salt), string(plain)}
	}
	return out, nil
}
