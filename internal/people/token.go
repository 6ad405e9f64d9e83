package people

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/store"
)

var (
	addToken    = queries.Get("add-token")
	tokenPerson = queries.Get("token-person")
	tokensOf    = queries.Get("tokens")
	dropToken   = queries.Get("drop-token")
)

// tokenPrefix lets people and scanners of leaked secrets see what they have found.
const tokenPrefix = "gongzhi_"

// Token is what a program signs in with in a person's name. ID is a keyed digest: it names the token in lists and lets
// nobody in.
type Token struct {
	ID      string    `db:"digest"`
	Label   string    `db:"label"`
	Expires time.Time `db:"-"`
	Made    time.Time `db:"-"`
}

// IssueToken makes a token with which a program acts as this person, under the person's mandates of the day. It is shown
// once and kept as a digest only. It refuses with [fault.Invalid] a token that would be over already, and with
// [fault.NotFound] a person who has no open account.
func (p *People) IssueToken(ctx context.Context, tx *store.Tx, person act.Person, label string, expires time.Time) (token string, err error) {
	if !tx.Now().Before(expires) {
		return "", fault.Refuse(fault.Invalid, "people.token_expires", fault.Basis{}, fault.Args{"Expires": expires})
	}
	a, there, err := p.Find(ctx, tx, person)
	if err != nil {
		return "", err
	}
	if !there || a.Closed {
		return "", fault.Refuse(fault.NotFound, "people.unknown", fault.Basis{}, fault.Args{"Person": string(person)})
	}
	token = tokenPrefix + rand.Text()
	_, err = store.Exec(ctx, tx, addToken, p.tenant, p.TokenID(token), string(person), label, expires.UnixMicro(), tx.Now().UnixMicro())
	return token, err
}

// TokenID is the digest under which a token is kept.
func (p *People) TokenID(token string) string {
	return p.vault.Index(fmt.Sprintf("%d/token", p.tenant), token)
}

// TokenPerson tells in whose name a token acts now. An unknown, expired or recalled token and a closed account are all
// the same: false.
func (p *People) TokenPerson(ctx context.Context, q store.Q, token string, now time.Time) (act.Person, bool, error) {
	if !strings.HasPrefix(token, tokenPrefix) {
		return "", false, nil
	}
	person, err := store.Get[string](ctx, q, tokenPerson, p.tenant, p.TokenID(token), now.UnixMicro())
	if errors.Is(err, store.ErrNotFound) {
		return "", false, nil
	}
	return act.Person(person), err == nil, err
}

// Tokens lists a person's tokens, oldest first, those that are over too.
func (p *People) Tokens(ctx context.Context, q store.Q, person act.Person) ([]Token, error) {
	type row struct {
		Token
		Expires int64 `db:"expires"`
		Made    int64 `db:"made"`
	}
	rows, err := store.Select[row](ctx, q, tokensOf, p.tenant, string(person))
	if err != nil {
		return nil, err
	}
	out := make([]Token, len(rows))
	for i, r := range rows {
		r.Token.Expires, r.Token.Made = time.UnixMicro(r.Expires).UTC(), time.UnixMicro(r.Made).UTC()
		out[i] = r.Token
	}
	return out, nil
}

// RecallToken ends a token of a person. It gives false when there was none of that name.
func (p *People) RecallToken(ctx context.Context, tx *store.Tx, person act.Person, id string) (bool, error) {
	n, err := store.Exec(ctx, tx, dropToken, p.tenant, string(person), id)
	return n > 0, err
}
