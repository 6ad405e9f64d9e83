package book

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/redact"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
)

// Reader reads one tenant's rows as one reader may see them. It is what steps know as step.Book. It lasts no longer
// than its querier and belongs to one goroutine.
type Reader struct {
	ctx     context.Context // the interface of steps carries none; a Reader lives within one request
	book    *Book
	q       store.Q
	tenant  act.Tenant
	schemas *register.Schemas
	sees    Sees
	bound   bool // to somebody who reads, not to the rules
	names   map[nameKey]string
	seen    map[nameKey]stored // nil: every question goes to the database
}

type nameKey struct {
	row act.RowID
	on  calendar.Date
}

// Sees tells how much of a field of a row, which lies at a path, is shown.
type Sees func(row act.RowID, path string, f *register.Field) redact.Sight

// Reader reads as the rules of the house do, with every personal field closed: such fields are absent, and names of
// people are masked. What is shown to somebody is read with For.
func (b *Book) Reader(ctx context.Context, q store.Q, tenant act.Tenant, schemas *register.Schemas) *Reader {
	return &Reader{
		ctx: ctx, book: b, q: q, tenant: tenant, schemas: schemas,
		sees: redact.Everything, names: map[nameKey]string{},
	}
}

// For gives a reader bound to somebody's eyes: what is hidden from them is absent, also from names, and what they see
// masked stands in register.Row.Masked. Whoever shows personal values in plain has the access log written first.
func (r *Reader) For(sees Sees) *Reader {
	bound := *r
	bound.sees, bound.bound, bound.names = sees, true, map[nameKey]string{}
	return &bound
}

// Open gives a reader to whom the personal fields are open that may says so of. Whoever calls it has checked the
// mandate and writes the access log.
func (r *Reader) Open(may func(register, field string) bool) *Reader {
	open := *r
	open.names = map[nameKey]string{}
	open.sees = func(row act.RowID, path string, f *register.Field) redact.Sight {
		if may(row.Register, f.Key) {
			return redact.Plain
		}
		return r.sees(row, path, f)
	}
	return &open
}

// Remembering gives a reader that reads each version once. It is for one transaction that changes no rows: who asks
// where a row lies, what covers it and what it is called means the same few versions each time.
func (r *Reader) Remembering() *Reader {
	with := *r
	with.seen = map[nameKey]stored{}
	return &with
}

// In gives the same reader, with what it remembers, to another write of the same batch.
func (r *Reader) In(ctx context.Context, q store.Q) *Reader {
	with := *r
	with.ctx, with.q = ctx, q
	return &with
}

// Rows are the rows of one register that lie below a row on a day, at any depth, or all of them when under is zero. They
// come in the order of their place: building 3 before building 10.
func (r *Reader) Rows(name string, under act.RowID, on calendar.Date) ([]register.Row, error) {
	from, to, ok, err := r.bounds(under, on)
	if err != nil || !ok {
		return nil, err
	}
	found, err := store.Select[stored](r.ctx, r.q, asOfUnder, r.tenant, name, from, to, on.String())
	if err != nil {
		return nil, err
	}
	return r.show(found, on)
}

// bounds are those of the paths below a row; ok is false when there is no such row on that day.
func (r *Reader) bounds(under act.RowID, on calendar.Date) (from, to string, ok bool, err error) {
	if under.IsZero() {
		from, to = below("")
		return from, to, true, nil
	}
	top, err := r.stored(under, on)
	if errors.Is(err, store.ErrNotFound) {
		return "", "", false, nil
	}
	if err != nil {
		return "", "", false, err
	}
	from, to = below(top.Path)
	return from, to, true, nil
}

func (r *Reader) stored(id act.RowID, on calendar.Date) (stored, error) {
	key := nameKey{id, on}
	if s, ok := r.seen[key]; ok {
		return s, nil
	}
	s, err := store.Get[stored](r.ctx, r.q, asOf, r.tenant, id.Register, id.ID, on.String())
	if err == nil && r.seen != nil {
		r.seen[key] = s
	}
	return s, err
}

// Row is one row as it stood on a day, and whether it did.
func (r *Reader) Row(id act.RowID, on calendar.Date) (register.Row, bool, error) {
	s, err := r.stored(id, on)
	if errors.Is(err, store.ErrNotFound) {
		return register.Row{}, false, nil
	}
	if err != nil {
		return register.Row{}, false, err
	}
	rows, err := r.show([]stored{s}, on)
	if err != nil {
		return register.Row{}, false, err
	}
	return rows[0], true, nil
}

// Covers tells whether a row is, or lies below, another on a day. A row that does not stand covers nothing.
func (r *Reader) Covers(above, under act.RowID, on calendar.Date) bool {
	a, err := r.stored(above, on)
	if err != nil {
		return false
	}
	b, err := r.stored(under, on)
	if err != nil {
		return false
	}
	from, to := below(a.Path)
	return a.Path == b.Path || from < b.Path && b.Path < to
}

// Path is where a row lies on a day, from the top, plain and ending in "/": "/community/nyyh/compound/yinghe91/". One row
// covers another when its path begins the other's. It refuses a row that does not stand with [fault.NotFound].
func (r *Reader) Path(id act.RowID, on calendar.Date) (string, error) {
	s, err := r.stored(id, on)
	if errors.Is(err, store.ErrNotFound) {
		return "", fault.Refuse(fault.NotFound, "book.no_row", fault.Basis{}, fault.Args{"Row": id.String()})
	}
	return plain(s.Path), err
}

// Find gives the rows whose personal field has exactly this value on a day; the field must be declared for look-up.
func (r *Reader) Find(name, field, value string, on calendar.Date) ([]register.Row, error) {
	s, ok := r.schemas.Get(name)
	if !ok {
		return nil, fmt.Errorf("book: there is no register %q", name)
	}
	if f, ok := s.Field(field); !ok || !f.Lookup {
		return nil, fmt.Errorf("book: %s.%s is not declared for look-up", name, field)
	}
	found, err := store.Select[stored](r.ctx, r.q, byBlind, r.tenant, name, field,
		r.book.blind(r.tenant, name, field, value), on.String())
	if err != nil {
		return nil, err
	}
	return r.show(found, on)
}

// sight tells how much of a field of a version is shown. Of a field that the charter no longer knows, only the rules see
// what they once wrote.
func (r *Reader) sight(s stored, key string) redact.Sight {
	if schema, ok := r.schemas.Get(s.Register); ok {
		if f, ok := schema.Field(key); ok {
			return r.sees(s.row(), plain(s.Path), f)
		}
	}
	if r.bound {
		return redact.Hidden
	}
	return redact.Plain
}

// Version is one entry of a row's history.
type Version struct {
	Row    register.Row
	N      int64
	From   calendar.Date
	To     calendar.Date // first day it no longer held; zero for the last version
	Ended  bool
	Change string
	Made   time.Time
	Hash   act.Digest
}

// Changed is when any row of some registers was last written, or a version of it began to hold; zero where there are none.
func (r *Reader) Changed(on calendar.Date, registers ...string) (at time.Time, err error) {
	for _, name := range registers {
		got, err := store.Get[struct {
			Made  int64  `db:"made"`
			Began string `db:"began"`
		}](r.ctx, r.q, changed, r.tenant, name, on.String())
		if err != nil {
			return at, err
		}
		if made := time.UnixMicro(got.Made); got.Made > 0 && made.After(at) {
			at = made
		}
		if day, err := calendar.ParseDate(got.Began); err == nil && day.Start().After(at) {
			at = day.Start()
		}
	}
	return at, nil
}

// History gives every version of a row, first to last; none for a row that never was.
func (r *Reader) History(id act.RowID) ([]Version, error) {
	all, err := store.Select[stored](r.ctx, r.q, history, r.tenant, id.Register, id.ID)
	if err != nil {
		return nil, err
	}
	var out []Version
	for _, s := range all {
		from, err := calendar.ParseDate(s.ValidFrom)
		if err != nil {
			return nil, err
		}
		rows, err := r.show([]stored{s}, from)
		if err != nil {
			return nil, err
		}
		v := Version{
			Row: rows[0], N: s.Version, From: from, Ended: s.Ended == 1, Change: s.Change,
			Made: time.UnixMicro(s.Made).UTC(), Hash: act.Digest(s.Hash),
		}
		if s.ValidTo != forever {
			if v.To, err = calendar.ParseDate(s.ValidTo); err != nil {
				return nil, err
			}
		}
		out = append(out, v)
	}
	return out, nil
}

// show turns versions into rows as this reader may see them.
func (r *Reader) show(list []stored, on calendar.Date) ([]register.Row, error) {
	rows := make([]register.Row, 0, len(list))
	for _, s := range list {
		b, err := s.decode()
		if err != nil {
			return nil, err
		}
		row := register.Row{ID: s.row(), Version: s.Version, Values: b.Values}
		if schema, ok := r.schemas.Get(s.Register); ok {
			row.Values = schema.Compute(b.Values)
		}
		if b.Parent != nil {
			row.Parent = *b.Parent
		}
		for key := range row.Values {
			if r.sight(s, key) != redact.Plain {
				delete(row.Values, key)
			}
		}
		personal, err := r.book.personal(r.tenant, s, r.needs(s))
		if err != nil {
			return nil, err
		}
		if row.Name, err = r.name(s, row, personal, on); err != nil {
			return nil, err
		}
		for key, v := range personal {
			switch sight := r.sight(s, key); {
			case sight == redact.Plain:
				row.Values[key] = v
			case sight == redact.Masked && r.bound:
				if row.Masked == nil {
					row.Masked = map[string]string{}
				}
				row.Masked[key] = r.masked(s, key, v)
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// needs tells which sealed fields have to be opened for this reader: those that are plain to them, and those whose masked
// form is shown or is part of the row's name. The rest stays closed.
func (r *Reader) needs(s stored) func(field string) bool {
	var title []string
	if schema, ok := r.schemas.Get(s.Register); ok {
		title = schema.TitleFields()
	}
	return func(field string) bool {
		switch r.sight(s, field) {
		case redact.Plain:
			return true
		case redact.Masked:
			return r.bound || slices.Contains(title, field)
		case redact.Hidden:
		}
		return false
	}
}

func (r *Reader) masked(s stored, key, v string) string {
	if schema, ok := r.schemas.Get(s.Register); ok {
		if f, ok := schema.Field(key); ok {
			return f.Masked(v)
		}
	}
	return ""
}

// personal opens those sealed fields of a version that are needed.
func (b *Book) personal(tenant act.Tenant, s stored, needs func(field string) bool) (map[string]string, error) {
	sealed, err := s.sealedOf()
	if err != nil {
		return nil, err
	}
	opened := make(map[string]string, len(sealed))
	for field, v := range sealed {
		if !needs(field) {
			continue
		}
		if opened[field], err = b.open(tenant, s.row(), field, v); err != nil {
			return nil, err
		}
	}
	return opened, nil
}

// name calls a row what people call it; a personal field in its title is masked unless it is open to the reader.
func (r *Reader) name(s stored, row register.Row, personal map[string]string, on calendar.Date) (string, error) {
	schema, ok := r.schemas.Get(s.Register)
	if !ok {
		return s.ID, nil // its register was dropped from the charter
	}
	values := make(map[string]any, len(row.Values)+len(personal))
	for k, v := range row.Values {
		values[k] = v
	}
	for key, v := range personal {
		values[key] = v
		if r.sight(s, key) != redact.Plain {
			values[key] = r.masked(s, key, v)
		}
	}
	for _, key := range schema.TitleFields() { // a membership is called by its member
		if f, ok := schema.Field(key); ok && f.Type == register.OneRow {
			named, _ := values[key].(string)
			if id, ok := register.ParseRowID(named); ok {
				name, err := r.nameOf(id, on)
				if err != nil {
					return "", err
				}
				values[key] = name
			}
		}
	}
	above, err := r.nameOf(row.Parent, on)
	if err != nil {
		return "", err
	}
	// Somebody who was forgotten still is a row, known by its id alone.
	return cmp.Or(schema.TitleOf(values, above), s.ID), nil
}

func (r *Reader) nameOf(id act.RowID, on calendar.Date) (string, error) {
	if id.IsZero() {
		return "", nil
	}
	key := nameKey{id, on}
	if name, ok := r.names[key]; ok {
		return name, nil
	}
	row, _, err := r.Row(id, on)
	if err != nil {
		return "", err
	}
	r.names[key] = row.Name
	return row.Name, nil
}
