package people

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/store"
)

var (
	setLink    = queries.Get("set-link")
	linkPerson = queries.Get("link-person")
	linkOf     = queries.Get("link")
	dropLink   = queries.Get("drop-link")
)

// A calendar program has no password to give: it comes with a link that only its owner knows, and that reads what the
// owner owes and nothing else. There is one for each person; only a keyed digest is kept.

// NewLink makes a person's calendar link; the one before opens nothing any more.
func (p *People) NewLink(ctx context.Context, tx *store.Tx, person act.Person) (link string, err error) {
	link = rand.Text()
	_, err = store.Exec(ctx, tx, setLink, p.tenant, string(person), p.linkID(link), tx.Now().UnixMicro())
	return link, err
}

func (p *People) linkID(link string) string {
	return p.vault.Index(fmt.Sprintf("%d/calendar", p.tenant), link)
}

// LinkPerson tells whose link this is. One that was recalled, was never made, or belongs to a closed account is nobody's.
func (p *People) LinkPerson(ctx context.Context, q store.Q, link string) (act.Person, bool, error) {
	person, err := store.Get[string](ctx, q, linkPerson, p.tenant, p.linkID(link))
	if errors.Is(err, store.ErrNotFound) {
		return "", false, nil
	}
	return act.Person(person), err == nil, err
}

// LinkMade tells since when a person has a link.
func (p *People) LinkMade(ctx context.Context, q store.Q, person act.Person) (time.Time, bool, error) {
	made, err := store.Get[int64](ctx, q, linkOf, p.tenant, string(person))
	if errors.Is(err, store.ErrNotFound) {
		return time.Time{}, false, nil
	}
	return time.UnixMicro(made).UTC(), err == nil, err
}

// RecallLink makes a person's link worthless.
func (p *People) RecallLink(ctx context.Context, tx *store.Tx, person act.Person) error {
	_, err := store.Exec(ctx, tx, dropLink, p.tenant, string(person))
	return err
}
