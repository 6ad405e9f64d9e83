// Package docket tells where every matter stands now.
//
// In: runs folded from the ledger. Out: rows to find matters, deadlines and owed work by. Everything here can be
// thrown away and folded again from the ledger, and comes out the same to the byte.
package docket

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/store"
)

//go:embed docket.sql
var sqlText string

var (
	queries       = store.MustQueries("docket", sqlText)
	oneMatter     = queries.Get("matter")
	headMatter    = queries.Get("head")
	putMatter     = queries.Get("put")
	moveMatter    = queries.Get("move")
	listAll       = queries.Get("list")
	listMethod    = queries.Get("list-method")
	listStep      = queries.Get("list-step")
	listSubject   = queries.Get("list-subject")
	falling       = queries.Get("falling")
	countBegan    = queries.Get("count-began")
	countEnded    = queries.Get("count-ended")
	countAll      = queries.Get("count-list")
	countMethod   = queries.Get("count-list-method")
	countStep     = queries.Get("count-list-step")
	countSubject  = queries.Get("count-list-subject")
	openOnSubject = queries.Get("open-on-subject")
	countSteps    = queries.Get("count-steps")
	dueMatters    = queries.Get("due")
	nextDue       = queries.Get("next-due")
	workOf        = queries.Get("work-of")
	addWork       = queries.Get("add-work")
	dropWork      = queries.Get("drop-work")
	queue         = queries.Get("queue")
	clearWork     = queries.Get("clear-work")
	clearMatters  = queries.Get("clear-matters")
)

// Docket is that of one tenant.
type Docket struct{ tenant int64 }

// New gives a tenant's docket.
func New(tenant act.Tenant) *Docket { return &Docket{int64(tenant)} }

// Matter is one line of the docket. Instants are µs since 1970 UTC.
type Matter struct {
	Number  int64  `db:"matter"`
	Method  string `db:"method"`
	Charter string `db:"charter"`
	Subject string `db:"subject"` // "compound/yinghe91"
	Scope   string `db:"scope"`   // where the subject lies, as book.Path gives it
	TitleZH string `db:"title_zh"`
	TitleEN string `db:"title_en"`
	Step    string `db:"step"`
	Result  string `db:"result"`
	Opened  int64  `db:"opened"`
	Updated int64  `db:"updated"`
	Due     int64  `db:"due"` // 0: time alone never moves it
	Parent  int64  `db:"parent"`
	Item    string `db:"item"`
	Seq     int64  `db:"seq"`
	Head    string `db:"head"`
	Private bool   `db:"is_private"` // for whoever began it and those who handle it
}

// Work is one thing owed by a role.
type Work struct {
	Matter int64  `db:"matter"`
	Verb   string `db:"verb"`
	Item   string `db:"item"`
	Role   string `db:"role"`
	Step   string `db:"step"`
	Scope  string `db:"scope"`
	Opens  int64  `db:"opens"`
	Due    int64  `db:"due"` // Never where nothing presses
	Since  int64  `db:"since"`
}

// Never sorts after every instant.
const Never = int64(math.MaxInt64)

// Owed is Work with the matter it belongs to.
type Owed struct {
	Work
	Method  string `db:"method"`
	TitleZH string `db:"title_zh"`
	TitleEN string `db:"title_en"`
	Private bool   `db:"is_private"`
}

// Find gives one matter.
func (d *Docket) Find(ctx context.Context, q store.Q, number act.Matter) (Matter, bool, error) {
	return found(store.Get[Matter](ctx, q, oneMatter, d.tenant, int64(number)))
}

// Hold gives one matter and keeps others from writing to it until the transaction ends.
func (d *Docket) Hold(ctx context.Context, tx *store.Tx, number act.Matter) (Matter, bool, error) {
	return found(store.Get[Matter](ctx, tx, headMatter, d.tenant, int64(number)))
}

func found(m Matter, err error) (Matter, bool, error) {
	if errors.Is(err, store.ErrNotFound) {
		return Matter{}, false, nil
	}
	if err != nil {
		return Matter{}, false, fmt.Errorf("docket: %w", err)
	}
	return m, true, nil
}

// Put writes a matter's whole line.
func (d *Docket) Put(ctx context.Context, tx *store.Tx, m Matter) error {
	return store.Later(ctx, tx, putMatter, d.tenant, m.Number, m.Method, m.Charter, m.Subject, m.Scope, m.TitleZH, m.TitleEN,
		m.Step, m.Result, m.Opened, m.Updated, m.Due, m.Parent, m.Item, m.Seq, m.Head, m.Private)
}

// Move writes what an act changes in a line that is there already.
func (d *Docket) Move(ctx context.Context, tx *store.Tx, m Matter) error {
	return store.Later(ctx, tx, moveMatter, d.tenant, m.Number, m.Charter, m.Step, m.Result, m.Updated, m.Due, m.Seq, m.Head)
}

// WorkOf lists what is owed in one matter, in a fixed order.
func (d *Docket) WorkOf(ctx context.Context, q store.Q, number act.Matter) ([]Work, error) {
	return store.Select[Work](ctx, q, workOf, d.tenant, int64(number))
}

// SetWork makes the owed work of a matter what it is now, touching only rows that differ from before.
func (d *Docket) SetWork(ctx context.Context, tx *store.Tx, before, now []Work) error {
	type key struct{ verb, item, role string }
	old := make(map[key]Work, len(before))
	for _, w := range before {
		old[key{w.Verb, w.Item, w.Role}] = w
	}
	for _, w := range now {
		k := key{w.Verb, w.Item, w.Role}
		was, there := old[k]
		delete(old, k)
		if there && was == w {
			continue
		}
		if err := store.Later(ctx, tx, addWork, d.tenant, w.Matter, w.Verb, w.Item, w.Role, w.Step, w.Scope, w.Opens, w.Due, w.Since); err != nil {
			return fmt.Errorf("docket: work of matter %d: %w", w.Matter, err)
		}
	}
	for k, w := range old {
		if err := store.Later(ctx, tx, dropWork, d.tenant, w.Matter, k.verb, k.item, k.role); err != nil {
			return fmt.Errorf("docket: work of matter %d: %w", w.Matter, err)
		}
	}
	return nil
}

// Filter narrows a list of matters. Private ones are left out unless it says otherwise. The most specific of Subject, Method with Step, Method is used.
type Filter struct {
	Method  string
	Step    string
	Subject string
	Before  int64 // only numbers below this; 0 starts at the newest
	Limit   int   // default 50
	Private bool  // those that are private too: only for readers who may see them
}

// List gives matters, newest first.
func (d *Docket) List(ctx context.Context, q store.Q, f Filter) ([]Matter, error) {
	if f.Before <= 0 {
		f.Before = math.MaxInt64
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	switch {
	case f.Subject != "":
		return store.Select[Matter](ctx, q, listSubject, d.tenant, f.Before, f.Limit, f.Private, f.Subject)
	case f.Method != "" && f.Step != "":
		return store.Select[Matter](ctx, q, listStep, d.tenant, f.Before, f.Limit, f.Private, f.Method, f.Step)
	case f.Method != "":
		return store.Select[Matter](ctx, q, listMethod, d.tenant, f.Before, f.Limit, f.Private, f.Method)
	default:
		return store.Select[Matter](ctx, q, listAll, d.tenant, f.Before, f.Limit, f.Private)
	}
}

// Count is how many matters a filter leaves, whatever page is shown, counted no further than limit: an exact total of
// 100,000 matters costs more than the page itself.
func (d *Docket) Count(ctx context.Context, q store.Q, f Filter, limit int) (int64, error) {
	switch {
	case f.Subject != "":
		return store.Get[int64](ctx, q, countSubject, d.tenant, limit, f.Private, f.Subject)
	case f.Method != "" && f.Step != "":
		return store.Get[int64](ctx, q, countStep, d.tenant, limit, f.Private, f.Method, f.Step)
	case f.Method != "":
		return store.Get[int64](ctx, q, countMethod, d.tenant, limit, f.Private, f.Method)
	default:
		return store.Get[int64](ctx, q, countAll, d.tenant, limit, f.Private)
	}
}

// Falling lists public matters that time will move after an instant and up to another, in µs since 1970 UTC, the soonest first.
func (d *Docket) Falling(ctx context.Context, q store.Q, after, until int64, limit int) ([]Matter, error) {
	return store.Select[Matter](ctx, q, falling, d.tenant, after, until, limit)
}

// Flow is how many public matters began and how many ended from one instant on and before another, in µs since 1970 UTC.
func (d *Docket) Flow(ctx context.Context, q store.Q, from, until int64) (began, ended int64, err error) {
	if began, err = store.Get[int64](ctx, q, countBegan, d.tenant, from, until); err != nil {
		return 0, 0, err
	}
	ended, err = store.Get[int64](ctx, q, countEnded, d.tenant, from, until)
	return began, ended, err
}

// OpenOn finds an open matter of a method on a row.
func (d *Docket) OpenOn(ctx context.Context, q store.Q, subject act.RowID, method string) (act.Matter, bool, error) {
	n, err := store.Get[int64](ctx, q, openOnSubject, d.tenant, subject.String(), method)
	if errors.Is(err, store.ErrNotFound) {
		return 0, false, nil
	}
	return act.Matter(n), err == nil, err
}

// Standing is how many open matters stand at a step.
type Standing struct {
	Method string `db:"method"`
	Step   string `db:"step"`
	N      int64  `db:"n"`
}

// Standings counts open matters by step.
func (d *Docket) Standings(ctx context.Context, q store.Q) ([]Standing, error) {
	return store.Select[Standing](ctx, q, countSteps, d.tenant)
}

// Due is a matter that time must move, and the instant that was due.
type Due struct {
	Matter int64 `db:"matter"`
	At     int64 `db:"due"`
}

// DueBy lists matters that time must have moved by an instant, earliest first.
func (d *Docket) DueBy(ctx context.Context, q store.Q, micros int64, limit int) ([]Due, error) {
	return store.Select[Due](ctx, q, dueMatters, d.tenant, micros, limit)
}

// NextDue is the earliest instant at which time moves something.
func (d *Docket) NextDue(ctx context.Context, q store.Q) (micros int64, ok bool, err error) {
	n, err := store.Get[int64](ctx, q, nextDue, d.tenant)
	if errors.Is(err, store.ErrNotFound) {
		return 0, false, nil
	}
	return n, err == nil, err
}

// Queue lists what a role owes within a place ("" is the whole subdistrict), most pressing first.
func (d *Docket) Queue(ctx context.Context, q store.Q, role, scope string, limit int) ([]Owed, error) {
	from, to := scope, after(scope)
	return store.Select[Owed](ctx, q, queue, d.tenant, role, from, to, limit)
}

// QueueAbove lists what a role owes at a place and at each place above it: for those who hold something within a matter's
// subject, as an owner holds a flat within a compound. A path is pairs of a register and a row, as package book gives it.
func (d *Docket) QueueAbove(ctx context.Context, q store.Q, role, path string, limit int) ([]Owed, error) {
	var out []Owed
	for end := 0; ; {
		some, err := store.Select[Owed](ctx, q, queue, d.tenant, role, path[:end], path[:end]+"!", limit) // "!" comes before all of a path
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
		end = max(end, 1)
		for range 2 {
			next := -1
			if end < len(path) {
				next = strings.IndexByte(path[end:], '/')
			}
			if next < 0 {
				return out, nil
			}
			end += next + 1
		}
	}
}

// after is a string that sorts after everything that begins with a path; paths are made of ASCII.
func after(path string) string {
	if path == "" {
		return "~"
	}
	return strings.TrimSuffix(path, "/") + "0" // '0' follows '/'
}

// Clear throws the docket away, to be folded again.
func (d *Docket) Clear(ctx context.Context, tx *store.Tx) error {
	for _, query := range []*store.Query{clearPublications, clearPresences, clearReports, clearCells, clearMeasured, clearWork} {
		if _, err := store.Exec(ctx, tx, query, d.tenant); err != nil {
			return err
		}
	}
	_, err := store.Exec(ctx, tx, clearMatters, d.tenant)
	return err
}
