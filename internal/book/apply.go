package book

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
)

// blindRow is a line of register_blind.
type blindRow struct {
	Tenant   int64  `db:"tenant"`
	Register string `db:"register"`
	Field    string `db:"field"`
	Blind    string `db:"blind"`
	ID       string `db:"id"`
	Version  int64  `db:"version"`
}

// changeRow is a line of register_change.
type changeRow struct {
	ID        string `db:"id"`
	ValidOn   string `db:"valid_on"`
	Added     int    `db:"added"`
	Changed   int    `db:"changed"`
	Unchanged int    `db:"unchanged"`
	Ended     int    `db:"ended"`
	Root      string `db:"root"`
	Undoes    string `db:"undoes"`
	Made      int64  `db:"made"`
}

// Apply writes a plan as the change set id, in the transaction that also appends the act about it, and gives the
// counts and the root for that act. Make the plan in the same transaction: Apply refuses with [fault.Conflict] when a
// row has got another version since, and when the id was used before.
func (b *Book) Apply(ctx context.Context, tx *store.Tx, tenant act.Tenant, schemas *register.Schemas, p *Plan, at time.Time, id string) (Counts, act.Digest, error) {
	if _, err := store.Get[changeRow](ctx, tx, changeByID, tenant, id); err == nil {
		return Counts{}, "", fault.Refuse(fault.Conflict, "book.change_twice", fault.Basis{}, fault.Args{"Change": id})
	} else if !errors.Is(err, store.ErrNotFound) {
		return Counts{}, "", err
	}
	w := writer{b: b, tenant: tenant, schemas: schemas, on: p.On, at: at.UnixMicro(), id: id, to: forever}
	for _, list := range p.lists() {
		for _, ch := range list.changes {
			if err := w.version(ch, list.ended); err != nil {
				return Counts{}, "", err
			}
		}
	}
	if err := b.Turn(ctx, tx, tenant); err != nil {
		return Counts{}, "", err
	}
	if err := b.untaken(ctx, tx, tenant, w.rows); err != nil {
		return Counts{}, "", err
	}
	for _, s := range w.rows {
		if s.Version == 1 {
			continue
		}
		n, err := store.Exec(ctx, tx, closeVersion, tenant, s.Register, s.ID, s.Version-1, s.ValidFrom)
		if err != nil {
			return Counts{}, "", err
		}
		if n != 1 {
			return Counts{}, "", fault.Refuse(fault.Conflict, "book.changed_since", fault.Basis{}, fault.Args{"Row": s.row().String()})
		}
	}
	lines := len(w.rows) + len(w.blinds) + len(w.words)
	if err := bulk(ctx, tx, write, w.rows, p.told(0, lines)); err != nil {
		if store.IsConflict(err) {
			return Counts{}, "", fault.Refuse(fault.Conflict, "book.changed_since", fault.Basis{}, fault.Args{"Row": ""})
		}
		return Counts{}, "", err
	}
	if err := bulk(ctx, tx, writeBlind, w.blinds, p.told(len(w.rows), lines)); err != nil {
		return Counts{}, "", err
	}
	for _, d := range w.dropped {
		if _, err := store.Exec(ctx, tx, dropWord, tenant, d.Word, d.Register, d.Path); err != nil {
			return Counts{}, "", err
		}
	}
	w.sort()
	if err := bulk(ctx, tx, writeWord, w.words, p.told(len(w.rows)+len(w.blinds), lines)); err != nil {
		return Counts{}, "", err
	}
	counts, root := p.Counts(), rootOf(linesOf(w.rows))
	_, err := store.Exec(ctx, tx, writeChange, tenant, id, p.On.String(), counts.Added, counts.Changed, counts.Unchanged,
		counts.Ended, string(root), p.undoes, w.at)
	return counts, root, err
}

// list are changes of one sort.
type list struct {
	changes []Change
	ended   bool
}

func (p *Plan) lists() []list { return []list{{p.Added, false}, {p.Changed, false}, {p.Ending, true}} }

// told counts on from some lines that were written before.
func (p *Plan) told(before, total int) func(int) {
	return func(n int) {
		if p.progress != nil {
			p.progress(before+n, total)
		}
	}
}

// atOnce is how many lines are written before their writer is told of it.
const atOnce = 1000

func bulk[T any](ctx context.Context, tx *store.Tx, q *store.Query, rows []T, told func(int)) error {
	n := 0
	for some := range slices.Chunk(rows, atOnce) {
		if err := store.Bulk(ctx, tx, q, some); err != nil {
			return err
		}
		n += len(some)
		told(n)
	}
	return nil
}

// writer turns changes into versions.
type writer struct {
	b       *Book
	tenant  act.Tenant
	schemas *register.Schemas
	on      calendar.Date
	at      int64
	id      string
	to      string // valid_to of what is written: forever, or unshown
	rows    []stored
	blinds  []blindRow
	words   []wordRow
	dropped []wordRow // words that rows no longer have
}

func (w *writer) version(ch Change, ended bool) error {
	open := body{Register: ch.ID.Register, ID: ch.ID.ID, Version: ch.after + 1, From: w.on, Ended: ended, Values: map[string]any{}}
	if !ch.Parent.IsZero() {
		open.Parent = &ch.Parent
	}
	schema, ok := w.schemas.Get(ch.ID.Register)
	if !ok {
		return fmt.Errorf("book: there is no register %q", ch.ID.Register)
	}
	var now map[string]any
	if !ended {
		now = ch.values
	}
	w.reword(schema, ch.ID, ch.from, spot{ch.Parent, ch.path}, ch.before, now)
	sealed := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(ch.values)) {
		f, ok := schema.Field(key)
		v, isText := ch.values[key].(string)
		if !ok || !f.Personal || !isText {
			open.Values[key] = ch.values[key]
			continue
		}
		box, commitment, err := w.b.seal(w.tenant, ch.ID, key, v)
		if err != nil {
			return err
		}
		sealed[key] = box
		open.Sealed = append(open.Sealed, commitment)
		if f.Lookup {
			w.blinds = append(w.blinds, blindRow{
				Tenant: int64(w.tenant), Register: ch.ID.Register, Field: key,
				Blind: w.b.blind(w.tenant, ch.ID.Register, key, v), ID: ch.ID.ID, Version: open.Version,
			})
		}
	}
	text, hash, err := open.canonical()
	if err != nil {
		return err
	}
	boxes, err := json.Marshal(sealed)
	if err != nil {
		return fmt.Errorf("book: %s: %w", ch.ID, err)
	}
	s := stored{
		Tenant: int64(w.tenant), Register: ch.ID.Register, ID: ch.ID.ID, Version: open.Version, Path: ch.path,
		ValidFrom: w.on.String(), ValidTo: w.to, Body: text, Hash: string(hash), Sealed: string(boxes),
		Change: w.id, Made: w.at,
	}
	if ended {
		s.Ended = 1
	}
	w.rows = append(w.rows, s)
	return nil
}

// sort puts words in the order of the index, which is then written from its beginning to its end: in that of the rows, every
// word of an import would be a page of its own.
func (w *writer) sort() {
	slices.SortFunc(w.words, func(a, b wordRow) int {
		if c := strings.Compare(a.Word, b.Word); c != 0 {
			return c
		}
		if c := strings.Compare(a.Register, b.Register); c != 0 {
			return c
		}
		return strings.Compare(a.Path, b.Path)
	})
}

// linesOf are the lines of a root, one for each version.
func linesOf(rows []stored) []string {
	lines := make([]string, len(rows))
	for i, s := range rows {
		lines[i] = fmt.Sprintf("%s %d %s\n", s.row(), s.Version, s.Hash)
	}
	return lines
}

// rootOf is SHA-256 over one line for each version, "register/id version hash", in the order of those lines.
func rootOf(lines []string) act.Digest {
	slices.Sort(lines)
	return act.Sum([]byte(strings.Join(lines, "")))
}

// Verify recomputes the root of a change set from the versions in the database. It says which version was altered, or
// that versions are missing or were added; nil when all is as the act recorded it. Erased values do not matter to it.
func (b *Book) Verify(ctx context.Context, q store.Q, tenant act.Tenant, id string, root act.Digest) error {
	rows, err := store.Select[stored](ctx, q, ofChange, tenant, id)
	if err != nil {
		return err
	}
	for _, s := range rows {
		if act.Sum([]byte(s.Body)) != act.Digest(s.Hash) {
			return fmt.Errorf("book: version %d of %s was changed after it was recorded", s.Version, s.row())
		}
	}
	if got := rootOf(linesOf(rows)); got != root {
		return fmt.Errorf("book: the versions of change %s do not add up to its root", id)
	}
	return nil
}

// Undo plans to take a change set back: rows it added end, rows it changed or ended are again as they were, from the
// same day on, so that they never seem to have been otherwise. used tells whether something else leans on a row.
//
// It refuses with [fault.NotFound] a change that never was and with [fault.Conflict] one whose rows have changed again
// or are in use.
func (b *Book) Undo(ctx context.Context, q store.Q, tenant act.Tenant, schemas *register.Schemas, id string, used func(act.RowID) (bool, error)) (*Plan, error) {
	ch, err := store.Get[changeRow](ctx, q, changeByID, tenant, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, fault.Refuse(fault.NotFound, "book.no_change", fault.Basis{}, fault.Args{"Change": id})
	}
	if err != nil {
		return nil, err
	}
	rows, err := store.Select[stored](ctx, q, ofChange, tenant, id)
	if err != nil {
		return nil, err
	}
	on, err := calendar.ParseDate(ch.ValidOn)
	if err != nil {
		return nil, fmt.Errorf("book: change %s: %w", id, err)
	}
	p := planner{
		ctx: ctx, b: b, q: q, tenant: tenant, schemas: schemas, set: Set{On: on},
		plan: &Plan{On: on, undoes: id}, known: map[act.RowID]*stored{}, paths: map[act.RowID]string{},
	}
	for _, s := range rows {
		if s.ValidTo != forever {
			return nil, fault.Refuse(fault.Conflict, "book.undo_later", fault.Basis{}, fault.Args{"Row": s.row().String()})
		}
		if inUse, err := used(s.row()); err != nil {
			return nil, err
		} else if inUse {
			return nil, fault.Refuse(fault.Conflict, "book.undo_used", fault.Basis{}, fault.Args{"Row": s.row().String()})
		}
		if err := p.takeBack(s); err != nil {
			return nil, err
		}
	}
	if err := p.endings(); err != nil {
		return nil, err
	}
	if len(p.bad) > 0 {
		return nil, &fault.Refusal{Kind: fault.Conflict, Code: "book.faults", Fields: p.bad, Args: fault.Args{"N": len(p.bad)}}
	}
	return p.plan, nil
}

// takeBack plans the opposite of one version.
func (p *planner) takeBack(s stored) error {
	if s.Version == 1 {
		p.set.End = append(p.set.End, s.row())
		return nil
	}
	before, err := store.Get[stored](p.ctx, p.q, versionOf, p.tenant, s.Register, s.ID, s.Version-1)
	if err != nil {
		return err
	}
	if before.Ended == 1 {
		p.set.End = append(p.set.End, s.row())
		return nil
	}
	open, err := before.decode()
	if err != nil {
		return err
	}
	values, err := p.b.all(p.tenant, before)
	if err != nil {
		return err
	}
	ch := Change{ID: s.row(), after: s.Version, path: before.Path, values: values}
	if open.Parent != nil {
		ch.Parent = *open.Parent
	}
	if s.Ended == 1 {
		p.plan.Added = append(p.plan.Added, ch)
		return nil
	}
	now, err := p.b.all(p.tenant, s)
	if err != nil {
		return err
	}
	if err := p.b.was(&ch, s, now); err != nil {
		return err
	}
	if schema, ok := p.schemas.Get(s.Register); ok {
		ch.Fields = diff(schema, now, values)
	}
	p.plan.Changed = append(p.plan.Changed, ch)
	return nil
}

// Forget erases the personal fields of a row in all its versions, and every way to find it by them. Hashes and roots
// stay as they are. The caller records the act of erasing.
func (b *Book) Forget(ctx context.Context, tx *store.Tx, tenant act.Tenant, id act.RowID) error {
	if _, err := store.Exec(ctx, tx, forgetBlinded, tenant, id.Register, id.ID); err != nil {
		return err
	}
	n, err := store.Exec(ctx, tx, forgetSealed, tenant, id.Register, id.ID)
	if err == nil && n == 0 {
		return fault.Refuse(fault.NotFound, "book.no_row", fault.Basis{}, fault.Args{"Row": id.String()})
	}
	return err
}
