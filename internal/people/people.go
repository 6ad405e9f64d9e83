// Package people holds accounts and mandates.
//
// In: a login and a password, or a household's one-time code. Out: who that is, and what they may act as on a day.
// Names and second factors are sealed under the vault's key, passwords are argon2id, codes and cookies are kept as
// digests: the database alone lets nobody in and names nobody.
package people

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/method"
	"gongzhi/internal/store"
	"gongzhi/internal/vault"
)

//go:embed people.sql
var sqlText string

var (
	queries        = store.MustQueries("people", sqlText)
	oneAccount     = queries.Get("account")
	accountByLogin = queries.Get("account-by-login")
	accounts       = queries.Get("accounts")
	byPassword     = queries.Get("accounts-by-password")
	addAccount     = queries.Get("add-account")
	setPassword    = queries.Get("set-password")
	setTOTP        = queries.Get("set-totp")
	closeAccount   = queries.Get("close-account")
	mandatesOn     = queries.Get("mandates")
	roleHolders    = queries.Get("holders")
	rolesHeld      = queries.Get("roles-held")
	addMandate     = queries.Get("add-mandate")
	endMandate     = queries.Get("end-mandate")
	addCode        = queries.Get("add-code")
	useCode        = queries.Get("use-code")
	codeAgain      = queries.Get("code-again")
	dropCodes      = queries.Get("drop-codes")
	voidCodes      = queries.Get("void-codes")
	forgetCodes    = queries.Get("forget-codes")
	forgetAccount  = queries.Get("forget-account")
	findSession    = queries.Get("session")
	putSession     = queries.Get("put-session")
	dropSession    = queries.Get("drop-session")
	sweepSessions  = queries.Get("sweep-sessions")
)

// People are those of one tenant.
type People struct {
	tenant int64
	vault  *vault.Vault
}

// New gives the people of a tenant.
func New(tenant act.Tenant, v *vault.Vault) *People { return &People{int64(tenant), v} }

// Account is someone who can sign in.
type Account struct {
	Person    act.Person
	Login     string
	Name      string
	TwoFactor bool
	Closed    bool
	password  string
	totp      []byte
}

type accountRow struct {
	Person   string `db:"person"`
	Login    string `db:"login"`
	Name     []byte `db:"name"`
	Password string `db:"password"`
	TOTP     []byte `db:"totp"`
	Closed   int64  `db:"closed"`
	Made     int64  `db:"made"`
}

func (p *People) place(kind string, person act.Person) string {
	return fmt.Sprintf("account/%d/%s/%s", p.tenant, person, kind)
}

func (p *People) account(r accountRow) (Account, error) {
	name, err := p.vault.Open(p.place("name", act.Person(r.Person)), r.Name)
	if err != nil {
		return Account{}, err
	}
	return Account{
		Person: act.Person(r.Person), Login: r.Login, Name: string(name), TwoFactor: len(r.TOTP) > 0, Closed: r.Closed != 0,
		password: r.Password, totp: r.TOTP,
	}, nil
}

// Proof changes with the password and the second factor, and says nothing of either: a session that was begun under
// another is over.
func (a Account) Proof() string {
	return string(act.Sum([]byte(a.password + "\x00" + string(a.totp)))[:16])
}

// Find gives one account.
func (p *People) Find(ctx context.Context, q store.Q, person act.Person) (Account, bool, error) {
	r, err := store.Get[accountRow](ctx, q, oneAccount, p.tenant, string(person))
	if errors.Is(err, store.ErrNotFound) {
		return Account{}, false, nil
	}
	if err != nil {
		return Account{}, false, err
	}
	a, err := p.account(r)
	return a, err == nil, err
}

// List gives accounts in the order of their logins, after one of them.
func (p *People) List(ctx context.Context, q store.Q, after string, limit int) ([]Account, error) {
	return p.list(ctx, q, accounts, after, limit)
}

// WithPassword is List without those who come by a household's code.
func (p *People) WithPassword(ctx context.Context, q store.Q, after string, limit int) ([]Account, error) {
	return p.list(ctx, q, byPassword, after, limit)
}

func (p *People) list(ctx context.Context, q store.Q, query *store.Query, after string, limit int) ([]Account, error) {
	rows, err := store.Select[accountRow](ctx, q, query, p.tenant, after, limit)
	if err != nil {
		return nil, err
	}
	out := make([]Account, len(rows))
	for i, r := range rows {
		if out[i], err = p.account(r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// NewPerson makes an opaque name for a person.
func NewPerson() act.Person { return act.Person("u" + randomHex(8)) }

func randomHex(n int) string {
	raw := make([]byte, n)
	if _, err := rand.Read(raw); err != nil {
		panic(err) // the machine has no randomness; nothing safe can follow
	}
	return hex.EncodeToString(raw)
}

// Add makes an account. An empty password means that the person signs in by code only.
func (p *People) Add(ctx context.Context, tx *store.Tx, a Account, password string) error {
	hash := ""
	if password != "" {
		var err error
		if hash, err = hashPassword(password); err != nil {
			return err
		}
	}
	if a.Login == "" {
		a.Login = string(a.Person)
	}
	_, err := store.Exec(ctx, tx, addAccount, p.tenant, string(a.Person), strings.ToLower(a.Login),
		p.vault.Seal(p.place("name", a.Person), []byte(a.Name)), hash, []byte{}, tx.Now().UnixMicro())
	if store.IsConflict(err) {
		return fault.Refuse(fault.Conflict, "people.login_taken", fault.Basis{}, fault.Args{"Login": a.Login})
	}
	return err
}

// SetPassword changes a password.
func (p *People) SetPassword(ctx context.Context, tx *store.Tx, person act.Person, password string) error {
	hash, err := hashPassword(password)
	if err != nil {
		return err
	}
	_, err = store.Exec(ctx, tx, setPassword, p.tenant, string(person), hash)
	return err
}

// Close shuts an account; what it did stays.
func (p *People) Close(ctx context.Context, tx *store.Tx, person act.Person) error {
	_, err := store.Exec(ctx, tx, closeAccount, p.tenant, string(person), tx.Now().UnixMicro())
	return err
}

// TwoFactor makes a new second factor for a person. The secret is shown once, as text and as an otpauth address.
func (p *People) TwoFactor(ctx context.Context, tx *store.Tx, person act.Person, place, login string) (secret, address string, err error) {
	if secret, address, err = NewSecond(place, login, ""); err != nil {
		return "", "", err
	}
	_, err = store.Exec(ctx, tx, setTOTP, p.tenant, string(person), p.vault.Seal(p.place("totp", person), []byte(secret)))
	return secret, address, err
}

// SignIn checks a login with its password and, where the person has a second factor, its code. Every failure is the
// same refusal and takes the same time: it tells nobody which logins exist.
func (p *People) SignIn(ctx context.Context, q store.Q, login, password, code string, now time.Time) (Account, error) {
	wrong := fault.Refuse(fault.Denied, "people.sign_in_failed", fault.Basis{}, nil)
	r, err := store.Get[accountRow](ctx, q, accountByLogin, p.tenant, strings.ToLower(strings.TrimSpace(login)))
	if errors.Is(err, store.ErrNotFound) {
		checkPassword(ctx, noPassword(), password)
		return Account{}, wrong
	}
	if err != nil {
		return Account{}, err
	}
	a, err := p.account(r)
	if err != nil {
		return Account{}, err
	}
	hash := a.password
	if hash == "" {
		hash = noPassword()
	}
	ok := checkPassword(ctx, hash, password)
	if !ok || a.password == "" || a.Closed {
		return Account{}, wrong
	}
	if !a.TwoFactor {
		return a, nil
	}
	secret, err := p.vault.Open(p.place("totp", a.Person), a.totp)
	if err != nil {
		return Account{}, err
	}
	if code == "" {
		return Account{}, fault.Refuse(fault.Denied, "people.code_wanted", fault.Basis{}, nil)
	}
	if !validCode(string(secret), code, now) {
		return Account{}, wrong
	}
	return a, nil
}

// Mandate is a role over a place for a time.
type Mandate struct {
	ID     string
	Person act.Person
	Role   string
	Scope  act.RowID // zero is the whole subdistrict
	Path   string    // where the scope lies
	Starts calendar.Date
	Ends   calendar.Date // zero until recalled
}

type mandateRow struct {
	ID       string `db:"id"`
	Person   string `db:"person"`
	Role     string `db:"role"`
	Register string `db:"register"`
	Row      string `db:"row"`
	Path     string `db:"path"`
	Starts   string `db:"starts"`
	Ends     string `db:"ends"`
}

// Grant gives a mandate. Giving one that is in force does nothing; one that was recalled is given anew.
func (p *People) Grant(ctx context.Context, tx *store.Tx, m Mandate) error {
	ends := ""
	if !m.Ends.IsZero() {
		ends = m.Ends.String()
	}
	_, err := store.Exec(ctx, tx, addMandate, p.tenant, m.ID, string(m.Person), m.Role, m.Scope.Register, m.Scope.ID, m.Path, m.Starts.String(), ends, tx.Now().UnixMicro())
	return err
}

// MandateID names a mandate by what it is, so that the same one cannot be given twice.
func MandateID(person act.Person, role string, scope act.RowID) string {
	return string(act.Sum([]byte(string(person) + "\x00" + role + "\x00" + scope.String()))[:16])
}

// Recall ends a mandate with a last day.
func (p *People) Recall(ctx context.Context, tx *store.Tx, id string, last calendar.Date) error {
	_, err := store.Exec(ctx, tx, endMandate, p.tenant, id, last.String())
	return err
}

// Mandates are those of a person in force on a day.
func (p *People) Mandates(ctx context.Context, q store.Q, person act.Person, on calendar.Date) ([]Mandate, error) {
	rows, err := store.Select[mandateRow](ctx, q, mandatesOn, p.tenant, string(person), on.String())
	if err != nil {
		return nil, err
	}
	out := make([]Mandate, len(rows))
	for i, r := range rows {
		if out[i], err = r.mandate(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r mandateRow) mandate() (m Mandate, err error) {
	m = Mandate{ID: r.ID, Person: act.Person(r.Person), Role: r.Role, Scope: act.RowID{Register: r.Register, ID: r.Row}, Path: r.Path}
	if m.Starts, err = calendar.ParseDate(r.Starts); err != nil {
		return m, fmt.Errorf("people: mandate %s: %w", r.ID, err)
	}
	if r.Ends != "" {
		if m.Ends, err = calendar.ParseDate(r.Ends); err != nil {
			return m, fmt.Errorf("people: mandate %s: %w", r.ID, err)
		}
	}
	return m, nil
}

// Holder is somebody with the mandate that makes them one.
type Holder struct {
	Mandate
	Name string
}

// Holders are those who hold a role on a day over a place, by its path: an official's mandate is for the place itself
// or one above it, and one's own flat lies within it. Whoever holds the role over two places stands there twice. No
// more than limit are given for each place above and for all below.
func (p *People) Holders(ctx context.Context, q store.Q, role, path string, own bool, on calendar.Date, limit int) ([]Holder, error) {
	if own {
		return p.holders(ctx, q, role, path, path+"\x7f", on, limit)
	}
	out, err := p.holders(ctx, q, role, "", "!", on, limit) // no path is less than "/" but the empty one
	for at := 1; err == nil && at < len(path); {
		// Paths are pairs of a register and a row: "/community/nyyh/compound/yinghe91/".
		for range 2 {
			next := strings.IndexByte(path[at:], '/')
			if next < 0 {
				return out, nil
			}
			at += next + 1
		}
		var some []Holder
		some, err = p.holders(ctx, q, role, path[:at], path[:at]+"!", on, limit) // "!" comes before all of an identifier
		out = append(out, some...)
	}
	return out, err
}

// RolesHeld are the roles that anybody holds, or held once.
func (p *People) RolesHeld(ctx context.Context, q store.Q) (map[string]bool, error) {
	list, err := store.Select[string](ctx, q, rolesHeld, p.tenant)
	held := make(map[string]bool, len(list))
	for _, role := range list {
		held[role] = true
	}
	return held, err
}

func (p *People) holders(ctx context.Context, q store.Q, role, from, to string, on calendar.Date, limit int) ([]Holder, error) {
	type row struct {
		mandateRow
		Sealed []byte `db:"name"`
	}
	rows, err := store.Select[row](ctx, q, roleHolders, p.tenant, role, from, to, on.String(), limit)
	if err != nil {
		return nil, err
	}
	out := make([]Holder, len(rows))
	for i, r := range rows {
		if out[i].Mandate, err = r.mandate(); err != nil {
			return nil, err
		}
		name, err := p.vault.Open(p.place("name", out[i].Person), r.Sealed)
		if err != nil {
			return nil, err
		}
		out[i].Name = string(name)
	}
	return out, nil
}

// Actor is a person with what they may act as on a day, as methods want it.
func (p *People) Actor(ctx context.Context, q store.Q, person act.Person, on calendar.Date) (method.Actor, error) {
	list, err := p.Mandates(ctx, q, person, on)
	if err != nil {
		return method.Actor{}, err
	}
	a := method.Actor{Person: person, Mandates: make([]method.Mandate, len(list))}
	for i, m := range list {
		a.Mandates[i] = method.Mandate{ID: m.ID, Role: m.Role, Scope: m.Scope}
	}
	return a, nil
}

// ByLogin finds an account by what is typed at sign-in.
func (p *People) ByLogin(ctx context.Context, q store.Q, login string) (Account, bool, error) {
	r, err := store.Get[accountRow](ctx, q, accountByLogin, p.tenant, strings.ToLower(strings.TrimSpace(login)))
	if errors.Is(err, store.ErrNotFound) {
		return Account{}, false, nil
	}
	if err != nil {
		return Account{}, false, err
	}
	a, err := p.account(r)
	return a, err == nil, err
}
