package docket

import (
	"context"

	"gongzhi/internal/act"
	"gongzhi/internal/store"
)

var (
	putPresence    = queries.Get("put-presence")
	presences      = queries.Get("presences")
	clearPresences = queries.Get("clear-presences")
)

// Presence is somebody who came to a place of a session; without a person it says how many hours all who did worked there.
type Presence struct {
	Matter int64  `db:"matter"`
	Step   string `db:"step"`
	Item   string `db:"item"`
	Person string `db:"person"`
	Came   int64  `db:"came"` // µs since 1970 UTC
	Hours  int64  `db:"hours"`
}

// Served is a presence with the matter it belongs to, and the hours that were said of the place; 0 as long as none were.
type Served struct {
	Presence

	Method  string `db:"method"`
	Result  string `db:"result"`
	TitleZH string `db:"title_zh"`
	TitleEN string `db:"title_en"`
}

// PutPresence keeps one.
func (d *Docket) PutPresence(ctx context.Context, tx *store.Tx, p Presence) error {
	_, err := store.Exec(ctx, tx, putPresence, d.tenant, p.Matter, p.Step, p.Item, p.Person, p.Came, p.Hours)
	return err
}

// Served lists where somebody came, the latest first.
func (d *Docket) Served(ctx context.Context, q store.Q, person act.Person, limit int) ([]Served, error) {
	return store.Select[Served](ctx, q, presences, d.tenant, string(person), limit)
}
