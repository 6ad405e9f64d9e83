package book

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
)

var (
	twins     = queries.Get("twins")
	apart     = queries.Get("apart")
	keepApart = queries.Get("keep-apart")
)

// Twin is two rows that may be one thing: by which fields they are equal, as their register says that must be looked at.
type Twin struct {
	One, Other act.RowID
	Equal      []string // keys of fields
}

// twinsScanned is how many pairs of equal values are looked at; a name that half a town bears must not cost more.
const twinsScanned = 20_000

// Twins gives pairs of rows in one place that their register proposes to look at, strongest evidence first, without
// those that were found to be two. It compares blind indexes, so nothing is opened for it.
func (r *Reader) Twins(name string, under act.RowID, on calendar.Date, limit int) ([]Twin, error) {
	schema, ok := r.schemas.Get(name)
	if !ok || len(schema.Twins.Propose) == 0 {
		return nil, nil
	}
	from, to, ok, err := r.bounds(under, on)
	if err != nil || !ok {
		return nil, err
	}
	type pair struct {
		Field     string `db:"field"`
		One       string `db:"one"`
		Other     string `db:"other"`
		OnePath   string `db:"one_path"`
		OtherPath string `db:"other_path"`
	}
	found, err := store.Select[pair](r.ctx, r.q, twins, r.tenant, name, from, to, twinsScanned)
	if err != nil {
		return nil, err
	}
	known, err := store.Select[pair](r.ctx, r.q, apart, r.tenant, name)
	if err != nil {
		return nil, err
	}
	two := map[[2]string]bool{}
	for _, p := range known {
		two[[2]string{p.One, p.Other}] = true
	}
	var all []Twin
	for i := 0; i < len(found); {
		p := found[i]
		t := Twin{One: act.RowID{Register: name, ID: p.One}, Other: act.RowID{Register: name, ID: p.Other}}
		for ; i < len(found) && found[i].One == p.One && found[i].Other == p.Other; i++ {
			t.Equal = append(t.Equal, found[i].Field)
		}
		if above(p.OnePath) != above(p.OtherPath) || two[[2]string{p.One, p.Other}] || t.rank(schema) < 0 {
			continue
		}
		contradicted, err := r.contradicted(schema, t, on)
		if err != nil {
			return nil, err
		}
		if !contradicted {
			all = append(all, t)
		}
	}
	slices.SortStableFunc(all, func(a, b Twin) int { return cmp.Compare(a.rank(schema), b.rank(schema)) })
	return all[:min(len(all), limit)], nil
}

// above is the path of the row that one lies in.
func above(path string) string {
	parts := strings.Split(strings.TrimSuffix(path, "/"), "/")
	return strings.Join(parts[:max(len(parts)-2, 0)], "/")
}

// rank is the first of the register's proposals that a pair meets, -1 where it meets none.
func (t Twin) rank(schema *register.Schema) int {
	return slices.IndexFunc(schema.Twins.Propose, func(fields []string) bool {
		return !slices.ContainsFunc(fields, func(key string) bool { return !slices.Contains(t.Equal, key) })
	})
}

// contradicted tells whether both rows hold a field that one thing has only one of, and hold it otherwise.
func (r *Reader) contradicted(schema *register.Schema, t Twin, on calendar.Date) (bool, error) {
	for _, key := range schema.Twins.Never {
		if slices.Contains(t.Equal, key) {
			continue
		}
		both := true
		for _, id := range []act.RowID{t.One, t.Other} {
			s, err := r.stored(id, on)
			if err != nil {
				return false, err
			}
			boxes, err := s.sealedOf()
			if err != nil {
				return false, err
			}
			_, there := boxes[key]
			both = both && there
		}
		if both {
			return true, nil
		}
	}
	return false, nil
}

func refuseRow(id act.RowID) error {
	return fault.Refuse(fault.NotFound, "book.no_row", fault.Basis{}, fault.Args{"Row": id.String()})
}

// Apart notes that two rows are two. The caller records the act.
func (b *Book) Apart(ctx context.Context, tx *store.Tx, tenant act.Tenant, one, other act.RowID) error {
	first, second := one.ID, other.ID
	if second < first {
		first, second = second, first
	}
	_, err := store.Exec(ctx, tx, keepApart, tenant, one.Register, first, second, tx.Now().UnixMicro())
	return err
}

// Merging is the set that makes one row of two: whatever names the one that goes names the other from now on, what the
// other lacks it takes over, and the one that goes ends. It refuses rows of different registers or places.
func (r *Reader) Merging(keep, gone act.RowID, on calendar.Date) (Set, error) {
	set := Set{On: on, End: []act.RowID{gone}}
	schema, ok := r.schemas.Get(keep.Register)
	if !ok || keep.Register != gone.Register || keep == gone {
		return set, refuseRow(gone)
	}
	var both [2]stored
	var values [2]map[string]any
	for i, id := range []act.RowID{keep, gone} {
		var err error
		if both[i], err = r.stored(id, on); err != nil {
			return set, refuseRow(id)
		}
		if values[i], err = r.book.all(r.tenant, both[i]); err != nil {
			return set, err
		}
	}
	if above(both[0].Path) != above(both[1].Path) {
		return set, refuseRow(gone)
	}
	kept := register.Entry{ID: keep, Values: map[string]any{}}
	b, err := both[0].decode()
	if err != nil {
		return set, err
	}
	if b.Parent != nil {
		kept.Parent = *b.Parent
	}
	for key, v := range values[1] {
		if _, there := values[0][key]; !there {
			kept.Values[key] = v
		}
	}
	set.Entries = append(set.Entries, kept)
	more, err := r.renamed(schema.Key, keep, gone, on)
	set.Entries = append(set.Entries, more...)
	return set, err
}

// renamed are the rows that name one row, naming another.
func (r *Reader) renamed(name string, keep, gone act.RowID, on calendar.Date) (list []register.Entry, err error) {
	entries := map[act.RowID]register.Entry{}
	var order []act.RowID
	for _, other := range r.schemas.All() {
		for i := range other.Fields {
			f := &other.Fields[i]
			if !f.Filters() || !slices.Contains(f.Registers, name) {
				continue
			}
			paths, err := store.Select[string](r.ctx, r.q, hasWord, r.tenant, register.FilterWord(f.Key, gone.String()), other.Key, maxPage)
			if err != nil {
				return nil, err
			}
			for _, path := range paths {
				row, ok, err := r.Row(rowAt(path), on)
				if err != nil {
					return nil, err
				}
				if !ok {
					continue
				}
				e, begun := entries[row.ID]
				if !begun {
					e = register.Entry{ID: row.ID, Parent: row.Parent, Values: map[string]any{}}
					order = append(order, row.ID)
				}
				switch v := row.Values[f.Key].(type) {
				case string:
					e.Values[f.Key] = keep.String()
				case []string:
					now := slices.Clone(v)
					for i := range now {
						if now[i] == gone.String() {
							now[i] = keep.String()
						}
					}
					slices.Sort(now)
					e.Values[f.Key] = slices.Compact(now)
				}
				entries[row.ID] = e
			}
		}
	}
	for _, id := range order {
		list = append(list, entries[id])
	}
	return list, nil
}
