package book

import (
	"errors"
	"slices"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
)

// Same gives the row that is, by the fields its register names, the same as these values in that place.
func (r *Reader) Same(schema *register.Schema, parent act.RowID, values map[string]any) (act.RowID, bool, error) {
	paths, err := store.Select[string](r.ctx, r.q, hasWord, r.tenant, r.book.sameWord(r.tenant, schema, parent, values), schema.Key, 1)
	if err != nil || len(paths) == 0 {
		return act.RowID{}, false, err
	}
	return rowAt(paths[0]), true, nil
}

// Named gives the rows of some registers that are called exactly so on a day, two at most: more than one is no answer.
func (r *Reader) Named(registers []string, name string, on calendar.Date) (ids []act.RowID, err error) {
	terms := register.Terms(name)
	for _, key := range registers {
		after := ""
		for len(terms) > 0 {
			p, err := r.List(Filter{Register: key, On: on, Text: name}, after, maxPage)
			if err != nil {
				return nil, err
			}
			for _, row := range p.Rows {
				if row.Name == name && len(ids) < 2 {
					ids = append(ids, row.ID)
				}
			}
			if after = p.Next; after == "" || len(ids) == 2 {
				break
			}
		}
	}
	return ids, nil
}

// NamedBy tells whether any row but those left out names a row in one of its open fields.
func (r *Reader) NamedBy(id act.RowID, but func(act.RowID) bool) (bool, error) {
	for _, schema := range r.schemas.All() {
		for i := range schema.Fields {
			f := &schema.Fields[i]
			if !f.Filters() || !slices.Contains(f.Registers, id.Register) {
				continue
			}
			paths, err := store.Select[string](r.ctx, r.q, hasWord, r.tenant, register.FilterWord(f.Key, id.String()), schema.Key, maxPage)
			if err != nil {
				return false, err
			}
			for _, path := range paths {
				if !but(rowAt(path)) {
					return true, nil
				}
			}
		}
	}
	return false, nil
}

// Done is a change set that was written.
type Done struct {
	ID     string
	On     calendar.Date
	Counts Counts
	Root   act.Digest
	Undoes string // the change it takes back, or empty
	Made   time.Time
	Rows   []act.RowID
}

// Change gives a change set. It refuses one that never was with [fault.NotFound].
func (r *Reader) Change(id string) (Done, error) {
	ch, err := store.Get[changeRow](r.ctx, r.q, changeByID, r.tenant, id)
	if errors.Is(err, store.ErrNotFound) {
		return Done{}, fault.Refuse(fault.NotFound, "book.no_change", fault.Basis{}, fault.Args{"Change": id})
	}
	if err != nil {
		return Done{}, err
	}
	d := Done{
		ID: ch.ID, Counts: Counts{ch.Added, ch.Changed, ch.Unchanged, ch.Ended}, Root: act.Digest(ch.Root), Undoes: ch.Undoes,
		Made: time.UnixMicro(ch.Made).UTC(),
	}
	if d.On, err = calendar.ParseDate(ch.ValidOn); err != nil {
		return d, err
	}
	rows, err := store.Select[stored](r.ctx, r.q, ofChange, r.tenant, id)
	for _, s := range rows {
		d.Rows = append(d.Rows, s.row())
	}
	return d, err
}
