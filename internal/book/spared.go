package book

import (
	"context"
	"unicode/utf8"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
)

var (
	spare  = queries.Get("spare")
	spared = queries.Get("spared")
)

// Ways in which characters come that nobody typed.
const (
	BySheet = "sheet" // an import wrote them: the values of rows it added, and those it changed
	ByStep  = "step"  // a step wrote into a register what was answered before
	ByForm  = "form"  // a form was filled in from a register, and sent with them unchanged
)

// Spared is how many characters nobody had to type.
type Spared struct {
	How   string `db:"how"`
	N     int64  `db:"n"`
	Since string `db:"since"` // first day, 2006-01-02
}

// Spare adds to the count of a day. It counts characters as people see them, whoever would have typed them.
func (b *Book) Spare(ctx context.Context, tx *store.Tx, tenant act.Tenant, on calendar.Date, how string, n int) error {
	if n == 0 {
		return nil
	}
	_, err := store.Exec(ctx, tx, spare, int64(tenant), on.String(), how, int64(n))
	return err
}

// Spared gives the counts by how the characters came.
func (r *Reader) Spared() ([]Spared, error) {
	return store.Select[Spared](r.ctx, r.q, spared, r.tenant)
}

// Written is how many characters a plan writes: of the values that rows get or that change, as they are shown.
func (p *Plan) Written(schemas *register.Schemas) (n int) {
	for _, list := range [][]Change{p.Added, p.Changed} {
		for _, ch := range list {
			schema, ok := schemas.Get(ch.ID.Register)
			if !ok {
				continue
			}
			for _, d := range ch.Fields {
				if f, ok := schema.Field(d.Field); ok && d.New != nil {
					n += utf8.RuneCountInString(f.Say(d.New))
				}
			}
		}
	}
	return n
}
