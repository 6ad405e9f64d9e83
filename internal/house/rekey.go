package house

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"gongzhi/internal/act"
	"gongzhi/internal/store"
	"gongzhi/internal/vault"
)

// Rekeyed is the act by which everything sealed came under a new key, in the house's own book; its body says how much.
const Rekeyed = "key.changed"

// resealedAtOnce is how many values one transaction moves: it must not hold the others up.
const resealedAtOnce = 200

// Rekey gives the vault a new key and moves everything sealed to it, also while other servers run. Broken off at any
// point, it goes on where it stopped when it is done again: what is sealed says under which key. told hears how many
// values have been moved so far.
//
// The key of the index stays: ids of people, household codes and look-ups are made from it.
func (h *House) Rekey(ctx context.Context, told func(moved int)) (moved int, err error) {
	path := filepath.Join(h.keys, "vault.key")
	if h.temp != "" {
		return 0, errors.New("house: a house without a folder has no file of keys")
	}
	if _, err := vault.Turn(path); err != nil {
		return 0, err
	}
	// Whoever began to write before the new key was there may still seal under the old one.
	if err := h.Store.Older(ctx); err != nil {
		return 0, err
	}
	rooms := []func(context.Context, *store.Tx, string, int) (string, int, error){
		h.Ledger.Reseal, h.People.ResealAccounts, h.People.ResealCodes, h.Outbox.Reseal,
		func(ctx context.Context, tx *store.Tx, after string, limit int) (string, int, error) {
			return h.Book.Reseal(ctx, tx, h.Tenant, after, limit)
		},
	}
	for { // until a round finds nothing any more
		found := 0
		for _, room := range rooms {
			n, err := h.reseal(ctx, room, func(n int) { told(moved + found + n) })
			if found += n; err != nil {
				return moved + found, err
			}
		}
		if moved += found; found == 0 {
			break
		}
	}
	if err := vault.Settle(path); err != nil {
		return moved, err
	}
	body := struct {
		N int `json:"n"`
	}{moved}
	return moved, h.Desk.Keep(ctx, act.By{Role: act.HouseItself}, Rekeyed, "privacy.yaml", body, nil, func(context.Context, *store.Tx) error { return nil })
}

func (h *House) reseal(ctx context.Context, room func(context.Context, *store.Tx, string, int) (string, int, error), told func(int)) (moved int, err error) {
	for after := ""; ; {
		var next string
		var n int
		err := h.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			next, n, err = room(ctx, tx, after, resealedAtOnce)
			return err
		})
		if err != nil {
			return moved, fmt.Errorf("house: moving to the new key: %w", err)
		}
		moved += n
		told(moved)
		if after = next; after == "" {
			return moved, nil
		}
	}
}
