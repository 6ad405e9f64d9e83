package people

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/store"
)

// letters are those of a household code: no 0 O 1 I L, which paper and eyes confuse.
const letters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

// codeLength gives 31^12, more than 2^59 codes: guessing through a door that lets a few tries a minute in is hopeless.
const codeLength = 12

// NewCode makes a household code, as printed: three groups of four.
func NewCode() string {
	var b strings.Builder
	for i := 0; i < codeLength; {
		var one [1]byte
		if _, err := rand.Read(one[:]); err != nil {
			panic(err) // the machine has no randomness; nothing safe can follow
		}
		if int(one[0]) >= 256-256%len(letters) {
			continue // every letter equally likely
		}
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(letters[int(one[0])%len(letters)])
		i++
	}
	return b.String()
}

// normal is a code as it is compared: what people add or change when they type it does not matter.
func normal(code string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'ａ' && r <= 'ｚ':
			r = r - 'ａ' + 'A'
		case r >= 'Ａ' && r <= 'Ｚ':
			r = r - 'Ａ' + 'A'
		case r >= '０' && r <= '９':
			r = r - '０' + '0'
		case r >= 'a' && r <= 'z':
			r = r - 'a' + 'A'
		}
		if strings.ContainsRune(letters, r) {
			return r
		}
		return -1
	}, code)
}

// Household is whom a code lets in, and as what.
type Household struct {
	Person act.Person
	Name   string
	Role   string
	Scope  act.RowID
	Path   string
}

// Issue makes a one-time code for a household; it is shown once and kept as a digest only. Codes of the same household
// that nobody has used yet are worth nothing from now on.
func (p *People) Issue(ctx context.Context, tx *store.Tx, h Household, expires time.Time) (code string, err error) {
	code = NewCode()
	digest := p.vault.Index(fmt.Sprintf("%d/household", p.tenant), normal(code))
	name := p.vault.Seal(p.place("name", h.Person), []byte(h.Name))
	if _, err := store.Exec(ctx, tx, voidCodes, p.tenant, string(h.Person), h.Scope.Register, h.Scope.ID, tx.Now().UnixMicro()); err != nil {
		return "", err
	}
	_, err = store.Exec(ctx, tx, addCode, p.tenant, digest, string(h.Person), name, h.Role, h.Scope.Register, h.Scope.ID, h.Path, expires.UnixMicro())
	return code, err
}

// again is for how long the browser that used a code may send it once more.
const again = 10 * time.Minute

// Void makes the unused codes of somebody for a place worth nothing.
func (p *People) Void(ctx context.Context, tx *store.Tx, person act.Person, scope act.RowID) error {
	_, err := store.Exec(ctx, tx, voidCodes, p.tenant, string(person), scope.Register, scope.ID, tx.Now().UnixMicro())
	return err
}

// Forget takes away what an account and household codes say of a person: the name in both, and with it the codes. The
// account and its mandates stay, known by an opaque name.
func (p *People) Forget(ctx context.Context, tx *store.Tx, person act.Person) error {
	if _, err := store.Exec(ctx, tx, forgetCodes, p.tenant, string(person)); err != nil {
		return err
	}
	_, err := store.Exec(ctx, tx, forgetAccount, p.tenant, string(person), p.vault.Seal(p.place("name", person), nil))
	return err
}

// Redeem lets a household in. The first use opens the account, if there is none yet, and gives the mandate from
// today on. A code that is unknown, used or expired is refused in the same words; the browser that used it may send it
// again for some minutes, since the answer may have been lost on the way. browser is a secret that the form was given
// with, "" where there is none.
func (p *People) Redeem(ctx context.Context, tx *store.Tx, code, browser string) (Account, Mandate, error) {
	type row struct {
		Person   string `db:"person"`
		Name     []byte `db:"name"`
		Role     string `db:"role"`
		Register string `db:"register"`
		Row      string `db:"row"`
		Path     string `db:"path"`
	}
	digest := p.vault.Index(fmt.Sprintf("%d/household", p.tenant), normal(code))
	if browser != "" {
		browser = p.vault.Index(fmt.Sprintf("%d/browser", p.tenant), browser)
	}
	r, err := store.Get[row](ctx, tx, useCode, p.tenant, digest, tx.Now().UnixMicro(), browser)
	if errors.Is(err, store.ErrNotFound) {
		r, err = store.Get[row](ctx, tx, codeAgain, p.tenant, digest, tx.Now().Add(-again).UnixMicro(), browser)
	}
	if errors.Is(err, store.ErrNotFound) {
		return Account{}, Mandate{}, fault.Refuse(fault.Denied, "people.code_unknown", fault.Basis{}, nil)
	}
	if err != nil {
		return Account{}, Mandate{}, err
	}
	person := act.Person(r.Person)
	name, err := p.vault.Open(p.place("name", person), r.Name)
	if err != nil {
		return Account{}, Mandate{}, err
	}
	a, there, err := p.Find(ctx, tx, person)
	if err != nil {
		return Account{}, Mandate{}, err
	}
	if there && a.Closed {
		return Account{}, Mandate{}, fault.Refuse(fault.Denied, "people.code_unknown", fault.Basis{}, nil)
	}
	if !there {
		a = Account{Person: person, Login: string(person), Name: string(name)}
		if err := p.Add(ctx, tx, a, ""); err != nil {
			return Account{}, Mandate{}, err
		}
	}
	scope := act.RowID{Register: r.Register, ID: r.Row}
	m := Mandate{ID: MandateID(person, r.Role, scope), Person: person, Role: r.Role, Scope: scope, Path: r.Path, Starts: calendar.DateOf(tx.Now())}
	return a, m, p.Grant(ctx, tx, m)
}

// DropCodes removes codes that were used, or had expired, before an instant, and gives how many.
func (p *People) DropCodes(ctx context.Context, tx *store.Tx, before time.Time) (int64, error) {
	return store.Exec(ctx, tx, dropCodes, p.tenant, before.UnixMicro())
}
