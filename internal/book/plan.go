package book

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
)

// Set is what somebody wants written: a single row or a whole import.
type Set struct {
	Entries  []register.Entry
	Under    act.RowID     // the row an import is about; zero for single edits
	Complete []string      // registers that Entries list whole below Under: other rows of theirs will end
	End      []act.RowID   // rows to end by name
	On       calendar.Date // the first day it holds
	// Progress, where it is not nil, is told how many entries have been compared of how many, and by Apply how many lines
	// have been written of how many. It must return at once.
	Progress func(done, total int)
}

// Plan is what a Set would do to the rows as they now are. Nothing has been written.
type Plan struct {
	On        calendar.Date
	Added     []Change
	Changed   []Change
	Ending    []Change
	Unchanged []act.RowID
	undoes    string
	progress  func(done, total int)
}

// Change is one row that would get a new version.
type Change struct {
	ID     act.RowID
	Parent act.RowID
	Row    int    // of the sheet, 0 where there was none
	Fields []Diff // what differs, in the order of the schema; empty for rows that end

	after  int64 // the version it follows, 0 for none
	path   string
	values map[string]any // all of them, personal ones too; nil for rows that end
	from   spot           // where it lay while it stood
	before map[string]any // all values it had; nil where it did not stand
}

// Title is what people call the row by its own fields, after the change, or before it where the row ends. A name that
// tells of a person is masked.
func (c Change) Title(schema *register.Schema) string {
	values := c.values
	if values == nil {
		values = c.before
	}
	said := maps.Clone(values)
	for _, key := range schema.TitleFields() {
		if f, ok := schema.Field(key); ok && f.Personal {
			said[key] = f.Masked(said[key])
		}
	}
	return cmp.Or(schema.TitleOf(said, ""), c.ID.ID)
}

// Diff is a value before and after; nil where there is none. Personal values are in the open here: whoever plans
// a change of them may see them.
type Diff struct {
	Field    string
	Old, New any
}

// Counts of the plan.
func (p *Plan) Counts() Counts {
	return Counts{Added: len(p.Added), Changed: len(p.Changed), Unchanged: len(p.Unchanged), Ended: len(p.Ending)}
}

// Plan compares a set with the rows as they are.
//
// It refuses, with every faulty row at once, values that do not fit their schema, a row named twice or the same as
// another in its place, a parent that does not stand or is of the wrong register, a day before the row's last change
// (history is not rewritten), moving or ending a row that others still lie in.
// With [fault.Conflict] it refuses a row that has another version than its writer saw.
func (b *Book) Plan(ctx context.Context, q store.Q, tenant act.Tenant, schemas *register.Schemas, set Set) (*Plan, error) {
	p := planner{
		ctx: ctx, b: b, q: q, tenant: tenant, schemas: schemas, set: set,
		plan: &Plan{On: set.On}, known: map[act.RowID]*stored{}, loaded: map[string]bool{}, paths: map[act.RowID]string{},
	}
	if p.plan.progress = set.Progress; set.Progress == nil {
		p.plan.progress = func(int, int) {}
	}
	if err := p.load(); err != nil {
		return nil, err
	}
	for n, e := range p.inOrder() {
		p.plan.progress(n, len(set.Entries))
		if err := p.entry(e); err != nil {
			return nil, err
		}
	}
	if err := p.endings(); err != nil {
		return nil, err
	}
	if err := p.siblings(); err != nil {
		return nil, err
	}
	if len(p.bad) > 0 {
		return nil, &fault.Refusal{Kind: fault.Invalid, Code: "book.faults", Fields: p.bad, Args: fault.Args{"N": len(p.bad)}}
	}
	return p.plan, nil
}

type planner struct {
	ctx     context.Context
	b       *Book
	q       store.Q
	tenant  act.Tenant
	schemas *register.Schemas
	set     Set
	plan    *Plan
	under   string                // path of set.Under
	known   map[act.RowID]*stored // last versions; nil for rows that never were
	loaded  map[string]bool       // registers read whole below under
	paths   map[act.RowID]string  // of every row seen to stand, after the plan
	bad     []fault.Field
}

func (p *planner) fault(row int, name, code string, args fault.Args) {
	p.bad = append(p.bad, fault.Field{Name: name, Row: row, Code: code, Args: args})
}

// load reads below Under whatever the set may touch, in one range each, so that an import of 20,000 rows is not
// 20,000 questions.
func (p *planner) load() error {
	if p.set.Under.IsZero() {
		return nil
	}
	top, err := p.last(p.set.Under)
	if err != nil {
		return err
	}
	if top == nil || top.Ended == 1 {
		return fault.Refuse(fault.NotFound, "book.no_row", fault.Basis{}, fault.Args{"Row": p.set.Under.String()})
	}
	p.under = top.Path
	names := slices.Clone(p.set.Complete)
	for _, e := range p.set.Entries {
		if !slices.Contains(names, e.ID.Register) {
			names = append(names, e.ID.Register)
		}
	}
	from, to := below(top.Path)
	for _, name := range names {
		rows, err := store.Select[stored](p.ctx, p.q, latestUnder, p.tenant, name, from, to)
		if err != nil {
			return err
		}
		for i := range rows {
			p.known[rows[i].row()] = &rows[i]
		}
	}
	return nil
}

// last is the last version of a row, nil when it never was.
func (p *planner) last(id act.RowID) (*stored, error) {
	if s, ok := p.known[id]; ok {
		return s, nil
	}
	s, err := store.Get[stored](p.ctx, p.q, latest, p.tenant, id.Register, id.ID)
	if errors.Is(err, store.ErrNotFound) {
		p.known[id] = nil
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p.known[id] = &s
	return &s, nil
}

// inOrder gives the entries parents first, since a row may lie in one that the same set brings.
func (p *planner) inOrder() []register.Entry {
	rank := map[string]int{}
	for i, s := range p.schemas.All() {
		rank[s.Key] = i
	}
	list := slices.Clone(p.set.Entries)
	slices.SortStableFunc(list, func(a, b register.Entry) int { return cmp.Compare(rank[a.ID.Register], rank[b.ID.Register]) })
	return list
}

func (p *planner) entry(e register.Entry) error {
	schema, ok := p.schemas.Get(e.ID.Register)
	if !ok || !register.ValidID(e.ID.ID) {
		p.fault(e.Row, e.ID.String(), "book.bad_id", fault.Args{"Row": e.ID.String()})
		return nil
	}
	if _, twice := p.paths[e.ID]; twice {
		p.fault(e.Row, e.ID.String(), "book.twice", fault.Args{"Row": e.ID.String()})
		return nil
	}
	old, err := p.last(e.ID)
	if err != nil {
		return err
	}
	path, ok, err := p.place(schema, e)
	if err != nil || !ok {
		return err
	}
	p.paths[e.ID] = path
	before := map[string]any{}
	ch := Change{ID: e.ID, Parent: e.Parent, Row: e.Row, path: path}
	if old != nil {
		if before, err = p.b.all(p.tenant, *old); err != nil {
			return err
		}
		if err := p.b.was(&ch, *old, before); err != nil {
			return err
		}
	}
	if e.After != 0 && (old == nil || old.Version != e.After) {
		return fault.Refuse(fault.Conflict, "book.changed_since", fault.Basis{}, fault.Args{"Row": e.ID.String()})
	}
	ch.values = merged(before, e)
	for _, f := range schema.CheckValues(ch.values) {
		f.Row = e.Row
		p.bad = append(p.bad, f)
	}
	ch.Fields = diff(schema, before, ch.values)
	switch {
	case old == nil:
		p.plan.Added = append(p.plan.Added, ch)
	case old.Ended == 1 && old.ValidFrom <= p.set.On.String():
		ch.after = old.Version
		p.plan.Added = append(p.plan.Added, ch)
	case len(ch.Fields) == 0 && old.Path == path && old.Ended == 0:
		p.plan.Unchanged = append(p.plan.Unchanged, e.ID)
	case old.ValidFrom > p.set.On.String():
		p.fault(e.Row, e.ID.String(), "book.backdated", fault.Args{"Row": e.ID.String(), "Since": old.ValidFrom})
	default:
		ch.after = old.Version
		if old.Path != path {
			if err := p.empty(schema, *old, e.Row, "book.moved"); err != nil {
				return err
			}
		}
		p.plan.Changed = append(p.plan.Changed, ch)
	}
	return nil
}

// place finds where a row will lie; ok is false after a fault.
func (p *planner) place(schema *register.Schema, e register.Entry) (path string, ok bool, err error) {
	if e.Parent.Register != schema.Parent {
		p.fault(e.Row, e.ID.String(), "book.wrong_parent", fault.Args{"Row": e.ID.String(), "Parent": schema.Parent})
		return "", false, nil
	}
	if e.Parent.IsZero() {
		return pathOf("", e.ID), true, nil
	}
	if above, planned := p.paths[e.Parent]; planned {
		return pathOf(above, e.ID), true, nil
	}
	above, err := p.last(e.Parent)
	if err != nil {
		return "", false, err
	}
	if above == nil || above.Ended == 1 || above.ValidFrom > p.set.On.String() {
		p.fault(e.Row, e.ID.String(), "book.no_parent", fault.Args{"Row": e.ID.String(), "Parent": e.Parent.String()})
		return "", false, nil
	}
	return pathOf(above.Path, e.ID), true, nil
}

// endings plans the end of what a complete list leaves out, and of what is to end by name.
func (p *planner) endings() error {
	end := slices.Clone(p.set.End)
	from, to := below(p.under)
	for _, name := range p.set.Complete {
		for id, s := range p.known {
			if id.Register == name && s != nil && s.Ended == 0 && p.under != "" && from < s.Path && s.Path < to {
				if _, named := p.paths[id]; !named {
					end = append(end, id)
				}
			}
		}
	}
	slices.SortFunc(end, func(a, b act.RowID) int { return cmp.Compare(a.String(), b.String()) })
	for _, id := range slices.Compact(end) {
		s, err := p.last(id)
		if err != nil {
			return err
		}
		_, ok := p.schemas.Get(id.Register)
		switch {
		case !ok || s == nil || s.Ended == 1:
			p.fault(0, id.String(), "book.no_row", fault.Args{"Row": id.String()})
			continue
		case s.ValidFrom > p.set.On.String():
			p.fault(0, id.String(), "book.backdated", fault.Args{"Row": id.String(), "Since": s.ValidFrom})
			continue
		}
		b, err := s.decode()
		if err != nil {
			return err
		}
		values, err := p.b.all(p.tenant, *s)
		if err != nil {
			return err
		}
		ch := Change{ID: id, after: s.Version, path: s.Path}
		if b.Parent != nil {
			ch.Parent = *b.Parent
		}
		if err := p.b.was(&ch, *s, values); err != nil {
			return err
		}
		p.plan.Ending = append(p.plan.Ending, ch)
	}
	for _, ch := range p.plan.Ending {
		schema, _ := p.schemas.Get(ch.ID.Register)
		if err := p.empty(schema, *p.known[ch.ID], 0, "book.ending"); err != nil {
			return err
		}
	}
	return nil
}

// empty makes sure that nothing will stand below a row that moves or ends, but what ends with it.
func (p *planner) empty(schema *register.Schema, s stored, row int, code string) error {
	ending := func(id act.RowID) bool {
		return slices.ContainsFunc(p.plan.Ending, func(c Change) bool { return c.ID == id })
	}
	from, to := below(s.Path)
	for _, child := range p.schemas.All() {
		if child.Parent != schema.Key {
			continue
		}
		// One more than end with it is enough to find one that does not.
		ids, err := store.Select[string](p.ctx, p.q, anyUnder, p.tenant, child.Key, from, to, len(p.plan.Ending)+1)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if lies := (act.RowID{Register: child.Key, ID: id}); !ending(lies) {
				p.fault(row, s.row().String(), code, fault.Args{"Row": s.row().String(), "Below": lies.String()})
				return nil
			}
		}
	}
	return nil
}

// was notes what a row was and where it lay, if it stood.
func (b *Book) was(ch *Change, s stored, values map[string]any) error {
	if s.Ended == 1 {
		return nil
	}
	open, err := s.decode()
	if err != nil {
		return err
	}
	ch.before, ch.from.path = values, s.Path
	if open.Parent != nil {
		ch.from.parent = *open.Parent
	}
	return nil
}

// all gives every value of a version, personal ones too.
func (b *Book) all(tenant act.Tenant, s stored) (map[string]any, error) {
	open, err := s.decode()
	if err != nil {
		return nil, err
	}
	personal, err := b.personal(tenant, s, func(string) bool { return true })
	if err != nil {
		return nil, err
	}
	for k, v := range personal {
		open.Values[k] = v
	}
	return open.Values, nil
}

func merged(before map[string]any, e register.Entry) map[string]any {
	after := make(map[string]any, len(before)+len(e.Values)+len(e.Defaults))
	for k, v := range e.Defaults {
		after[k] = v
	}
	for k, v := range before {
		after[k] = v
	}
	for k, v := range e.Values {
		if list, ok := v.([]string); v == nil || ok && len(list) == 0 {
			delete(after, k)
		} else {
			after[k] = v
		}
	}
	return after
}

func diff(schema *register.Schema, before, after map[string]any) (list []Diff) {
	for _, f := range schema.Fields {
		if a, b := before[f.Key], after[f.Key]; !same(a, b) {
			list = append(list, Diff{Field: f.Key, Old: a, New: b})
		}
	}
	return list
}

// Differing are the fields of a row whose values differ, in the order of its register.
func Differing(schema *register.Schema, before, after map[string]any) (keys []string) {
	for _, d := range diff(schema, before, after) {
		keys = append(keys, d.Field)
	}
	return keys
}

func same(a, b any) bool {
	x, ok := a.([]string)
	if y, also := b.([]string); ok && also {
		return slices.Equal(x, y)
	}
	return fmt.Sprintf("%T %v", a, a) == fmt.Sprintf("%T %v", b, b)
}
