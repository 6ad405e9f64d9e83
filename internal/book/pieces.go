package book

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
)

// A change set of very many rows is written in pieces, so that nobody else waits for more than one of them, and shown all
// at once, with the act that tells of it. Until then its rows stand in the book with an empty valid_to: no question as of
// any day finds them, and nobody can write the same versions. Words and blinds that are there before their rows find
// nothing; those of what rows were before are dropped afterwards, and whoever finds a row by one looks at the row itself.
//
// What was planned outside the transaction that shows it holds as long as no register has changed since, which the number
// in register_turn tells; otherwise it is planned again, and written again if that differs.

var (
	nextTurn    = queries.Get("turn")
	turnNow     = queries.Get("turn-now")
	turnHeld    = queries.Get("turn-held")
	turnIf      = queries.Get("turn-if")
	openTake    = queries.Get("open-take")
	openNow     = queries.Get("open")
	openMove    = queries.Get("open-move")
	openShown   = queries.Get("open-shown")
	openEnd     = queries.Get("open-end")
	takenBy     = queries.Get("taken")
	closeBefore = queries.Get("close-before")
	show        = queries.Get("show")
)

const (
	// PieceRows is how many rows are written in one transaction.
	PieceRows = 200
	// pieceWords is how many words are, and wordBlock of how many rows they are held in memory to be put in order.
	pieceWords = 5000
	wordBlock  = 5000
	// replans is how often a change set is planned again because registers changed meanwhile.
	replans = 8
	// Lease is how long the writer of an open change set may be silent before it is taken for dead.
	Lease = 2 * time.Minute
	// turnPoll is how often somebody who waits for an open change set asks.
	turnPoll = 100 * time.Millisecond
)

// ErrMoved says that registers have changed since a change set was planned: plan it [Pieces.Again].
var ErrMoved = errors.New("book: registers have changed since this was planned")

// ErrBusy says that registers change too often for a change set to be written in pieces.
var ErrBusy = errors.New("book: registers change all the time; write it in one transaction")

// Turn counts a change of the registers.
func (b *Book) Turn(ctx context.Context, tx *store.Tx, tenant act.Tenant) error {
	_, err := store.Exec(ctx, tx, nextTurn, int64(tenant))
	return err
}

// Hold waits until nobody else changes the tenant's registers. Whoever plans a change in the transaction that writes it
// calls it first.
func (b *Book) Hold(ctx context.Context, tx *store.Tx, tenant act.Tenant) error {
	_, err := store.Get[int64](ctx, tx, turnHeld, int64(tenant))
	if errors.Is(err, store.ErrNotFound) {
		return nil // nothing was ever changed
	}
	return err
}

// Open is the change set that is being written in pieces.
type Open struct {
	Change string `db:"change"`
	Shown  int64  `db:"shown"` // 1: its rows stand, and are being tidied up
	Done   int    `db:"done"`  // rows written
	Total  int    `db:"total"` // of so many; 0 while it is being planned
	Seen   int64  `db:"seen"`  // µs since 1970 UTC
}

// Open gives the change set that some process is writing in pieces; ok is false where there is none.
func (b *Book) Open(ctx context.Context, q store.Q, tenant act.Tenant) (o Open, ok bool, err error) {
	o, err = store.Get[Open](ctx, q, openNow, int64(tenant))
	if errors.Is(err, store.ErrNotFound) {
		return o, false, nil
	}
	return o, err == nil, err
}

// untaken refuses with [fault.Conflict] rows whose next version is being written in pieces.
func (b *Book) untaken(ctx context.Context, tx *store.Tx, tenant act.Tenant, rows []stored) error {
	if _, ok, err := b.Open(ctx, tx, tenant); !ok || err != nil {
		return err
	}
	for _, s := range rows {
		n, err := store.Get[int](ctx, tx, takenBy, int64(tenant), s.Register, s.ID, s.Version)
		if err != nil {
			return err
		}
		if n > 0 {
			return fault.Refuse(fault.Conflict, "book.being_imported", fault.Basis{}, fault.Args{"Row": s.row().String()})
		}
	}
	return nil
}

// Pieces is a change set on its way into the book. It belongs to one goroutine.
type Pieces struct {
	b       *Book
	db      *store.DB
	tenant  act.Tenant
	schemas *register.Schemas
	id      string
	make    func(context.Context, store.Q) (*Plan, error)
	told    func(done, total int)

	plan     *Plan
	turn     int64  // of the registers, when they were read for the plan
	words    string // what words were made by then
	lines    []string
	follows  int // versions that follow another
	replaced bool
	shown    bool
	tries    int
}

// InPieces plans a change set, waits until no other is being written in pieces, and writes its rows so that nobody sees
// them yet. make plans it, over a snapshot of the registers, and may be called again. Whatever comes of it, Close it; after
// [Pieces.Show] was committed it stands, else nothing of it is left. told, where it is not nil, hears how many rows have been
// written of how many. It refuses an id that was used before as Apply does.
func (b *Book) InPieces(ctx context.Context, db *store.DB, tenant act.Tenant, schemas *register.Schemas, id string, make func(context.Context, store.Q) (*Plan, error), told func(done, total int)) (*Pieces, error) {
	if told == nil {
		told = func(int, int) {}
	}
	x := &Pieces{b: b, db: db, tenant: tenant, schemas: schemas, id: id, make: make, told: told}
	if _, twice := b.active.LoadOrStore(id, true); twice {
		return nil, x.twice()
	}
	if err := x.take(ctx); err != nil {
		b.active.Delete(id)
		return nil, err
	}
	if err := x.write(ctx); err != nil {
		return nil, errors.Join(err, x.Close(ctx))
	}
	return x, nil
}

// take waits for the turn of this change set. One whose process is gone is tidied up first.
func (x *Pieces) take(ctx context.Context) error {
	for {
		free := false
		var other Open
		var dead bool
		err := x.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			if _, err := store.Get[changeRow](ctx, tx, changeByID, int64(x.tenant), x.id); err == nil {
				return x.twice()
			} else if !errors.Is(err, store.ErrNotFound) {
				return err
			}
			n, err := store.Exec(ctx, tx, openTake, int64(x.tenant), x.id, tx.Now().UnixMicro())
			if free = n == 1; err != nil || free {
				return err
			}
			other, err = store.Get[Open](ctx, tx, openNow, int64(x.tenant))
			dead = x.b.dead(x.db, other, tx.Now())
			return err
		})
		switch {
		case err != nil:
			return err
		case free:
			return nil
		case dead:
			if err := x.b.finish(ctx, x.db, x.tenant, x.schemas, other.Change, other.Shown == 1); err != nil {
				return err
			}
			continue
		}
		select {
		case <-time.After(turnPoll):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (x *Pieces) twice() error {
	return fault.Refuse(fault.Conflict, "book.change_twice", fault.Basis{}, fault.Args{"Change": x.id})
}

// dead tells whether nobody writes an open change set any more. A SQLite file has one process.
func (b *Book) dead(db *store.DB, o Open, now time.Time) bool {
	if _, mine := b.active.Load(o.Change); mine {
		return false
	}
	return db.Engine() == store.SQLite || now.Sub(time.UnixMicro(o.Seen)) > Lease
}

// read plans over one snapshot.
func (x *Pieces) read(ctx context.Context) (p *Plan, turn int64, words string, err error) {
	err = x.db.View(ctx, func(ctx context.Context, q store.Q) (err error) {
		if turn, err = store.Get[int64](ctx, q, turnNow, int64(x.tenant)); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if words, err = store.Get[string](ctx, q, indexed, int64(x.tenant)); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		p, err = x.make(ctx, q)
		return err
	})
	return p, turn, words, err
}

// write plans and stages.
func (x *Pieces) write(ctx context.Context) (err error) {
	for ; x.tries < replans; x.tries++ {
		if x.plan, x.turn, x.words, err = x.read(ctx); err != nil {
			return err
		}
		if err = x.stage(ctx); !store.IsConflict(err) {
			return err
		}
		if err := x.b.unstage(ctx, x.db, x.tenant, x.schemas, x.id); err != nil {
			return err
		}
	}
	return ErrBusy
}

// Again plans anew after [ErrMoved], and writes anew where that makes another change set. It gives [ErrBusy] when that was
// tried too often.
func (x *Pieces) Again(ctx context.Context) error {
	if x.tries++; x.tries >= replans {
		return ErrBusy
	}
	p, turn, words, err := x.read(ctx)
	if err != nil {
		return err
	}
	if words == x.words && p.same(x.plan) {
		x.plan, x.turn = p, turn
		return nil
	}
	if err := x.b.unstage(ctx, x.db, x.tenant, x.schemas, x.id); err != nil {
		return err
	}
	return x.write(ctx)
}

// same tells whether two plans write the same versions.
func (p *Plan) same(other *Plan) bool {
	one, two := p.lists(), other.lists()
	if p.On != other.On || p.undoes != other.undoes {
		return false
	}
	for i := range one {
		if !slices.EqualFunc(one[i].changes, two[i].changes, func(a, b Change) bool {
			return a.ID == b.ID && a.Parent == b.Parent && a.after == b.after && a.path == b.path && reflect.DeepEqual(a.values, b.values) && reflect.DeepEqual(a.before, b.before)
		}) {
			return false
		}
	}
	return true
}

// stage writes the versions of the plan, piece by piece, unshown, and after each block of them their words. Words are
// written in the order of their index: in that of the rows every piece would write a page of it for each word. Rows come
// first, so that what a stopped process left can be found by them.
func (x *Pieces) stage(ctx context.Context) error {
	x.lines, x.follows, x.replaced = nil, 0, false
	counts := x.plan.Counts()
	total := counts.Added + counts.Changed + counts.Ended
	rows, worded := 0, 0 // a row is half done when it is written, and done with its words
	for _, l := range x.plan.lists() {
		for block := range slices.Chunk(l.changes, wordBlock) {
			all := writer{}
			for some := range slices.Chunk(block, PieceRows) {
				w := writer{b: x.b, tenant: x.tenant, schemas: x.schemas, on: x.plan.On, id: x.id, to: unshown}
				for _, ch := range some {
					if err := w.version(ch, l.ended); err != nil {
						return err
					}
					if ch.after > 0 {
						x.follows++
					}
				}
				err := x.piece(ctx, (rows+worded)/2, total, func(ctx context.Context, tx *store.Tx) error {
					if err := store.Bulk(ctx, tx, write, w.rows); err != nil {
						return err
					}
					return store.Bulk(ctx, tx, writeBlind, w.blinds)
				})
				if err != nil {
					return err
				}
				rows += len(some)
				all.words = append(all.words, w.words...)
				x.replaced = x.replaced || len(w.dropped) > 0
				x.lines = append(x.lines, linesOf(w.rows)...)
			}
			all.sort()
			written := 0
			for some := range slices.Chunk(all.words, pieceWords) {
				now := worded + len(block)*written/len(all.words)
				if err := x.piece(ctx, (rows+now)/2, total, func(ctx context.Context, tx *store.Tx) error { return store.Bulk(ctx, tx, writeWord, some) }); err != nil {
					return err
				}
				written += len(some)
			}
			worded += len(block)
		}
	}
	return nil
}

// piece writes some of it in one transaction, and tells how many rows are done.
func (x *Pieces) piece(ctx context.Context, done, total int, do func(context.Context, *store.Tx) error) error {
	err := x.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := x.move(ctx, tx, done, total); err != nil {
			return err
		}
		return do(ctx, tx)
	})
	x.told(done, total)
	return err
}

// move notes how far the writing has got. It fails where this change set was taken for dead and tidied up by another process.
func (x *Pieces) move(ctx context.Context, tx *store.Tx, done, total int) error {
	n, err := store.Exec(ctx, tx, openMove, int64(x.tenant), x.id, done, total, tx.Now().UnixMicro())
	if err == nil && n != 1 {
		err = fmt.Errorf("book: change %s was taken for dead while it was written", x.id)
	}
	return err
}

// Plan is what will be shown.
func (x *Pieces) Plan() *Plan { return x.plan }

// Show shows all that was written, in the transaction that also appends the act about it, and gives the counts and the
// root for that act. It gives [ErrMoved] where registers have changed since it was planned.
func (x *Pieces) Show(ctx context.Context, tx *store.Tx) (Counts, act.Digest, error) {
	if n, err := store.Exec(ctx, tx, turnIf, int64(x.tenant), x.turn); err != nil {
		return Counts{}, "", err
	} else if n != 1 {
		return Counts{}, "", ErrMoved
	}
	if n, err := store.Exec(ctx, tx, openShown, int64(x.tenant), x.id, tx.Now().UnixMicro()); err != nil || n != 1 {
		return Counts{}, "", errors.Join(err, fmt.Errorf("book: change %s is not open any more", x.id))
	}
	if x.follows > 0 {
		n, err := store.Exec(ctx, tx, closeBefore, int64(x.tenant), x.id, x.plan.On.String())
		if err != nil {
			return Counts{}, "", err
		}
		if int(n) != x.follows {
			return Counts{}, "", fmt.Errorf("book: change %s follows %d versions and found %d", x.id, x.follows, n)
		}
	}
	n, err := store.Exec(ctx, tx, show, int64(x.tenant), x.id, tx.Now().UnixMicro())
	if err != nil {
		return Counts{}, "", err
	}
	if int(n) != len(x.lines) {
		return Counts{}, "", fmt.Errorf("book: change %s has %d versions, and %d were written", x.id, n, len(x.lines))
	}
	counts, root := x.plan.Counts(), rootOf(x.lines)
	_, err = store.Exec(ctx, tx, writeChange, int64(x.tenant), x.id, x.plan.On.String(), counts.Added, counts.Changed, counts.Unchanged,
		counts.Ended, string(root), x.plan.undoes, tx.Now().UnixMicro())
	tx.AfterCommit(func() { x.shown = true })
	return counts, root, err
}

// Close tidies up: what was shown loses the words of what it was before, what was not is taken back. It does so also when
// the context has ended.
func (x *Pieces) Close(ctx context.Context) error {
	defer x.b.active.Delete(x.id)
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), Lease)
	defer stop()
	if x.shown && !x.replaced {
		return x.b.ended(ctx, x.db, x.tenant, x.id)
	}
	return x.b.finish(ctx, x.db, x.tenant, x.schemas, x.id, x.shown)
}
