package people

import (
	"context"

	"gongzhi/internal/act"
	"gongzhi/internal/store"
	"gongzhi/internal/vault"
)

var (
	accountsAfter = queries.Get("accounts-after")
	resealAccount = queries.Get("reseal-account")
	codesAfter    = queries.Get("codes-after")
	resealCode    = queries.Get("reseal-code")
)

// ResealAccounts moves names and second factors to the vault's present key, of at most limit accounts after one, and says
// how many were under another and where to go on; next is empty at the end.
func (p *People) ResealAccounts(ctx context.Context, tx *store.Tx, after string, limit int) (next string, moved int, err error) {
	type row struct {
		Person string `db:"person"`
		Name   []byte `db:"name"`
		TOTP   []byte `db:"totp"`
	}
	rows, err := store.Select[row](ctx, tx, accountsAfter, p.tenant, after, limit)
	if err != nil {
		return "", 0, err
	}
	return vault.Pass(rows, limit, func(r row) string { return r.Person }, func(r row) (bool, error) {
		name, totp := r.Name, r.TOTP
		if p.vault.Fresh(name) && (len(totp) == 0 || p.vault.Fresh(totp)) {
			return false, nil
		}
		name, err := p.vault.Reseal(p.place("name", act.Person(r.Person)), name)
		if err != nil {
			return false, err
		}
		if len(totp) > 0 {
			if totp, err = p.vault.Reseal(p.place("totp", act.Person(r.Person)), totp); err != nil {
				return false, err
			}
		}
		_, err = store.Exec(ctx, tx, resealAccount, p.tenant, r.Person, name, totp)
		return err == nil, err
	})
}

// ResealCodes does the same to the names that household codes carry.
func (p *People) ResealCodes(ctx context.Context, tx *store.Tx, after string, limit int) (next string, moved int, err error) {
	type row struct {
		Digest string `db:"digest"`
		Person string `db:"person"`
		Name   []byte `db:"name"`
	}
	rows, err := store.Select[row](ctx, tx, codesAfter, p.tenant, after, limit)
	if err != nil {
		return "", 0, err
	}
	return vault.Pass(rows, limit, func(r row) string { return r.Digest }, func(r row) (bool, error) {
		if p.vault.Fresh(r.Name) {
			return false, nil
		}
		name, err := p.vault.Reseal(p.place("name", act.Person(r.Person)), r.Name)
		if err != nil {
			return false, err
		}
		_, err = store.Exec(ctx, tx, resealCode, p.tenant, r.Digest, name)
		return err == nil, err
	})
}
