package docket

import (
	"context"
	"fmt"

	"gongzhi/internal/act"
	"gongzhi/internal/store"
)

var (
	putPublication    = queries.Get("publish")
	publishedOf       = queries.Get("published")
	publicationsOf    = queries.Get("publications-of")
	clearPublications = queries.Get("clear-publications")
)

// Publication is a notice or a meeting as a public list shows it. Instants are µs since 1970 UTC.
type Publication struct {
	Matter  int64  `db:"matter"`
	Step    string `db:"step"`
	Item    string `db:"item"`
	Kind    string `db:"kind"`
	Begins  int64  `db:"begins"`
	Ends    int64  `db:"ends"` // 0 where it has none
	Place   string `db:"place"`
	Seq     int64  `db:"seq"` // of the act that made it what it is
	Changed int64  `db:"changed"`
	Over    bool   `db:"is_over"` // taken back
}

// Published is a Publication with the matter it belongs to.
type Published struct {
	Publication
	Method  string `db:"method"`
	Scope   string `db:"scope"` // where the matter's subject lies
	TitleZH string `db:"title_zh"`
	TitleEN string `db:"title_en"`
}

// Publish puts an entry on its list, in the place of the one before.
func (d *Docket) Publish(ctx context.Context, tx *store.Tx, p Publication) error {
	err := store.Later(ctx, tx, putPublication, d.tenant, p.Matter, p.Step, p.Item, p.Kind, p.Begins, p.Ends, p.Place, p.Seq, p.Changed, p.Over)
	if err != nil {
		return fmt.Errorf("docket: publication of matter %d: %w", p.Matter, err)
	}
	return nil
}

// Published lists one kind of entries of public matters that begin at an instant or later and before another ([Never] is
// no end), the latest first.
func (d *Docket) Published(ctx context.Context, q store.Q, kind string, from, until int64, limit int) ([]Published, error) {
	return store.Select[Published](ctx, q, publishedOf, d.tenant, kind, from, until, limit)
}

// PublicationsOf lists the entries of one matter, in a fixed order.
func (d *Docket) PublicationsOf(ctx context.Context, q store.Q, number act.Matter) ([]Publication, error) {
	return store.Select[Publication](ctx, q, publicationsOf, d.tenant, int64(number))
}
