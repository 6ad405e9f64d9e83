package people

import (
	"context"
	"encoding/base32"
	"fmt"
	"time"

	"github.com/pquerna/otp/totp"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/store"
)

// HasPassword tells whether the account signs in by a password; households come by their code and have none.
func (a Account) HasPassword() bool { return a.password != "" }

// Prove tells whether who sits at an open session is the one it was opened for: what hangs on a password is not changed
// on the word of a browser that was left open. withCode asks for the second factor's code as well. The refusal stands at
// the fields current and code.
func (p *People) Prove(ctx context.Context, q store.Q, person act.Person, password, code string, withCode bool, now time.Time) error {
	a, ok, err := p.Find(ctx, q, person)
	if err != nil {
		return err
	}
	if !ok || a.Closed || !a.HasPassword() {
		return fault.Refuse(fault.Denied, "people.no_password", fault.Basis{}, nil)
	}
	var bad fault.Fields
	if !checkPassword(ctx, a.password, password) {
		bad.Add("current", "people.password_wrong", nil)
	} else if withCode && a.TwoFactor {
		secret, err := p.vault.Open(p.place("totp", person), a.totp)
		if err != nil {
			return err
		}
		if !validCode(string(secret), code, now) {
			bad.Add("code", "people.code_wrong", nil)
		}
	}
	return bad.Err("form.faults", fault.Basis{})
}

// NewSecond makes the secret of a second factor, or takes the one given, and the otpauth address that hands it to a
// telephone. Nothing is kept until SetSecond has seen a code made of it.
func NewSecond(place, login, secret string) (made, address string, err error) {
	opts := totp.GenerateOpts{Issuer: place, AccountName: login}
	if secret != "" {
		if opts.Secret, err = base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret); err != nil || len(opts.Secret) == 0 {
			return "", "", fault.Refuse(fault.Invalid, "web.bad_form", fault.Basis{}, nil)
		}
	}
	key, err := totp.Generate(opts)
	if err != nil {
		return "", "", fmt.Errorf("people: second factor: %w", err)
	}
	return key.Secret(), key.URL(), nil
}

// SetSecond keeps a second factor, which ends the person's sessions. It refuses a code that the secret does not make: the
// telephone does not have it yet, and would not let its owner in.
func (p *People) SetSecond(ctx context.Context, tx *store.Tx, person act.Person, secret, code string) error {
	if !validCode(secret, code, tx.Now()) {
		var bad fault.Fields
		bad.Add("code", "people.code_wrong", nil)
		return bad.Err("form.faults", fault.Basis{})
	}
	_, err := store.Exec(ctx, tx, setTOTP, p.tenant, string(person), p.vault.Seal(p.place("totp", person), []byte(secret)))
	return err
}

// DropSecond takes a second factor away.
func (p *People) DropSecond(ctx context.Context, tx *store.Tx, person act.Person) error {
	_, err := store.Exec(ctx, tx, setTOTP, p.tenant, string(person), []byte{})
	return err
}

func validCode(secret, code string, now time.Time) bool {
	valid, err := totp.ValidateCustom(code, secret, now, totpOpts)
	return err == nil && valid
}
