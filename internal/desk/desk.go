// Package desk is the one way in: every change to the ledger passes through it.
//
// In: a person and a submission, or an instant that was due. Out: a receipt, or a refusal. The desk holds the matter,
// folds its run, asks the method, writes the acts and the docket in one transaction, and answers when they are on
// disk. Submissions that arrive together share a transaction; each is still accepted or refused on its own.
package desk

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"gongzhi/internal/act"
	"gongzhi/internal/attachment"
	"gongzhi/internal/calendar"
	"gongzhi/internal/charter"
	"gongzhi/internal/clock"
	"gongzhi/internal/docket"
	"gongzhi/internal/ledger"
	"gongzhi/internal/method"
	"gongzhi/internal/outbox"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/urn"
)

// Book is what the desk needs to know of registers: rows as of a date, and where a row lies.
type Book interface {
	step.Book
	// Path is where a row lies, from the top: "/community/nyyh/compound/yinghe91/". Paths are ASCII and end in "/".
	Path(id act.RowID, on calendar.Date) (string, error)
}

// Config says what a desk works with.
type Config struct {
	Store   *store.DB                           // required
	Ledger  *ledger.Ledger                      // required
	Docket  *docket.Docket                      // required
	Files   *attachment.Files                   // required: what answers name
	Outbox  *outbox.Outbox                      // required
	Book    func(context.Context, store.Q) Book // required: registers as one transaction sees them
	Urns    *urn.Urns                           // required: slips of secret votes
	Write   Write                               // required: rows that steps write
	Charter *charter.Charter                    // required: the version new matters begin under
	Clock   clock.Clock                         // required: the one that also stamps the store's transactions
	Log     *slog.Logger                        // default discards
	Runs    int                                 // folded matters kept in memory; default 4096
}

// Write writes one row of a register as the change set id, from a day on, and gives the body of the act that tells of it in
// the house's own book; changed is false where the row says all of it already. It refuses what the book refuses.
type Write func(ctx context.Context, tx *store.Tx, id string, e register.Entry, on calendar.Date) (body any, changed bool, err error)

// Desk is safe for concurrent use.
type Desk struct {
	db     *store.DB
	ledger *ledger.Ledger
	docket *docket.Docket
	files  *attachment.Files
	outbox *outbox.Outbox
	book   func(context.Context, store.Q) Book
	urns   *urn.Urns
	write  Write
	clock  clock.Clock
	log    *slog.Logger

	mu       sync.RWMutex
	current  *charter.Charter
	house    int64 // number of the act in the house's own book up to which an installation would be known
	versions map[act.Digest]*charter.Charter

	writing *lru.Cache[act.Matter, *held]   // runs as the last accepted write left them; only writers touch them
	reading *lru.Cache[act.Matter, *shared] // runs for readers, folded from what is committed
	wake    chan struct{}                   // tells the timekeeper that deadlines changed
}

// held is a run with the work that the docket has on it. It is valid only while number and hash of its last act are
// those of the docket's row, so a transaction that was rolled back leaves nothing wrong behind.
type held struct {
	run   *method.Run
	work  []docket.Work
	given given
}

// New makes a desk. The charter must have no errors.
func New(c Config) (*Desk, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Runs == 0 {
		c.Runs = 4096
	}
	writing, err := lru.New[act.Matter, *held](c.Runs)
	if err != nil {
		return nil, fmt.Errorf("desk: %w", err)
	}
	reading, err := lru.New[act.Matter, *shared](c.Runs)
	if err != nil {
		return nil, fmt.Errorf("desk: %w", err)
	}
	return &Desk{
		db: c.Store, ledger: c.Ledger, docket: c.Docket, files: c.Files, outbox: c.Outbox, book: c.Book, urns: c.Urns, write: c.Write, clock: c.Clock, log: c.Log,
		current: c.Charter, versions: map[act.Digest]*charter.Charter{c.Charter.Digest: c.Charter},
		writing: writing, reading: reading, wake: make(chan struct{}, 1),
	}, nil
}

// Charter is the version new matters begin under.
func (d *Desk) Charter() *charter.Charter {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.current
}

// Wake is signalled when a deadline may have come closer.
func (d *Desk) Wake() <-chan struct{} { return d.wake }

func (d *Desk) nudge() {
	select {
	case d.wake <- struct{}{}:
	default: // somebody is awake already
	}
}

// version finds the charter that a matter is pinned to.
func (d *Desk) version(ctx context.Context, q store.Q, digest act.Digest) (*charter.Charter, error) {
	d.mu.RLock()
	c, ok := d.versions[digest]
	d.mu.RUnlock()
	if ok {
		return c, nil
	}
	raw, err := d.ledger.Charter(ctx, q, digest)
	if err != nil {
		return nil, fmt.Errorf("desk: charter %s: %w", digest, err)
	}
	files, err := charter.Unpack(raw)
	if err != nil {
		return nil, err
	}
	c, findings, err := charter.Recent(files)
	if err != nil {
		return nil, err
	}
	if charter.Broken(findings) {
		return nil, fmt.Errorf("desk: charter %s no longer passes the check: %s", digest, findings[0].Code)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.versions[digest] = c
	return c, nil
}

// Install makes a charter the version for new matters, keeps its files and records the installation in the house's
// own book. Installing the version that is current already does nothing.
func (d *Desk) Install(ctx context.Context, by act.By, c *charter.Charter) error {
	last, err := d.ledger.LastInstalled(ctx, d.db.Read())
	if err != nil {
		return err
	}
	var files []byte // packed before the transaction, and only for a version that is new
	if last != c.Digest {
		if files, err = charter.Pack(c.Files); err != nil {
			return err
		}
	}
	err = unavailable(d.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := d.ledger.AddTenant(ctx, tx, c.Head.Key, c.Head.Name.ZH, tx.Now()); err != nil {
			return err
		}
		last, err := d.ledger.LastInstalled(ctx, tx)
		if err != nil || last == c.Digest {
			return err
		}
		if files == nil { // another process has installed another version since
			if files, err = charter.Pack(c.Files); err != nil {
				return err
			}
		}
		if err := d.ledger.KeepCharter(ctx, tx, c.Digest, files, tx.Now()); err != nil {
			return err
		}
		body := map[string]any{"charter": c.Head.Key, "digest": c.Digest, "methods": c.MethodKeys()}
		return d.houseAct(ctx, tx, by, c.Digest, act.Installed, "charter.yaml", body, nil)
	}))
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.current, d.versions[c.Digest] = c, c
	return nil
}

// Follow takes up a version that another process has installed on the same database; it does nothing where none has. New
// matters here then begin under it as they do there.
func (d *Desk) Follow(ctx context.Context) error {
	q := d.db.Read()
	seq, _, err := d.ledger.Last(ctx, q, act.House)
	d.mu.RLock()
	known, current := d.house, d.current.Digest
	d.mu.RUnlock()
	if err != nil || seq == known {
		return err
	}
	last, err := d.ledger.LastInstalled(ctx, q)
	if err != nil {
		return err
	}
	c := d.Charter()
	if last != "" && last != current {
		if c, err = d.version(ctx, q, last); err != nil {
			return err
		}
		d.log.Info("desk: another process has installed a version of the charter", "digest", last)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.current.Digest == current { // else this process has installed one meanwhile
		d.current, d.house = c, seq
	}
	return nil
}

// Keep does something in the house's own book: what do writes and the act that tells of it are one transaction. The
// body is public; it names people by their opaque ids only.
func (d *Desk) Keep(ctx context.Context, by act.By, kind, clause string, body any, sealed map[string]string, do func(context.Context, *store.Tx) error) error {
	return d.KeepIf(ctx, by, kind, clause, body, sealed, func(ctx context.Context, tx *store.Tx) (bool, error) { return true, do(ctx, tx) })
}

// KeepIf is Keep for what may turn out to change nothing: then do says false and no act is recorded. The body may be a
// pointer to what do fills in.
func (d *Desk) KeepIf(ctx context.Context, by act.By, kind, clause string, body any, sealed map[string]string, do func(context.Context, *store.Tx) (bool, error)) error {
	return unavailable(d.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if changed, err := do(ctx, tx); err != nil || !changed {
			return err
		}
		return d.houseAct(ctx, tx, by, d.Charter().Digest, kind, clause, body, sealed)
	}))
}

// houseAct records one act in the house's own book.
func (d *Desk) houseAct(ctx context.Context, tx *store.Tx, by act.By, version act.Digest, kind, clause string, body any, sealed map[string]string) error {
	// The house's book has no row in the docket to hold; its counter keeps two servers from writing the same number.
	if _, err := d.ledger.Number(ctx, tx, "house"); err != nil {
		return err
	}
	seq, head, err := d.ledger.Last(ctx, tx, act.House)
	if err != nil {
		return err
	}
	chain := d.ledger.Chain(act.House, seq, head)
	a := act.Act{Kind: kind, At: tx.Now(), Recorded: tx.Now(), By: by, Basis: act.Basis{Charter: version, Clause: clause}}
	if _, err := chain.Add(a, body, sealed); err != nil {
		return err
	}
	return chain.Write(ctx, tx)
}

// around is the context that a method sees at an instant.
func (d *Desk) around(ctx context.Context, q store.Q, c *charter.Charter, now time.Time) method.Context {
	slips := func(m act.Matter, step string, visit int) ([]string, error) {
		return d.urns.Slips(ctx, q, urn.Box{Matter: m, Step: step, Visit: visit})
	}
	earlier := func(m act.Matter, key string, subject act.RowID) ([]step.Earlier, error) {
		return d.earlier(ctx, q, m, key, subject)
	}
	counted := func(m step.Matter, x *step.Counted) (step.Figure, error) { return d.counted(ctx, q, now, m, x) }
	return method.Context{
		Now: now, Calendar: c.Calendar, Book: d.book(ctx, q), Urn: slips, Earlier: earlier, Counted: counted, Charter: c.Digest, Own: c.OwnRoles(), NoAccount: c.NoAccount(), Fewest: c.Privacy.Fewest,
	}
}

// scope is where a matter's subject lies; matters without a subject lie in the whole subdistrict.
func (d *Desk) scope(ctx context.Context, q store.Q, subject act.RowID, on calendar.Date) (string, error) {
	if subject.IsZero() {
		return "", nil
	}
	return d.book(ctx, q).Path(subject, on)
}

// line is the docket's row of a run.
func line(r *method.Run, scope string, due time.Time) docket.Matter {
	m := docket.Matter{
		Number: int64(r.Matter.Number), Method: r.Matter.Method, Charter: string(r.Charter), Scope: scope,
		TitleZH: r.Matter.Title.ZH, TitleEN: r.Matter.Title.EN, Step: r.Step, Result: r.Result,
		Opened: r.Matter.Opened.UnixMicro(), Updated: r.Updated.UnixMicro(), Parent: int64(r.Matter.Parent), Item: r.Matter.Item,
		Seq: r.Seq, Head: string(r.Head), Private: r.Matter.Private,
	}
	if !r.Matter.Subject.IsZero() {
		m.Subject = r.Matter.Subject.String()
	}
	if !due.IsZero() {
		m.Due = due.UnixMicro()
	}
	return m
}

// owed turns asks into the docket's rows of work: one for each role that may do it.
func owed(r *method.Run, scope string, asks []step.Ask) []docket.Work {
	var out []docket.Work
	for _, a := range asks {
		if !a.Owed {
			continue
		}
		for _, role := range a.By {
			w := docket.Work{
				Matter: int64(r.Matter.Number), Verb: a.Verb, Item: a.Item, Role: role, Step: r.Step, Scope: scope,
				Due: docket.Never, Since: r.Entered.UnixMicro(),
			}
			if !a.Opens.IsZero() {
				w.Opens = a.Opens.UnixMicro()
			}
			if !a.Due.IsZero() {
				w.Due = a.Due.UnixMicro()
			}
			out = append(out, w)
		}
	}
	return out
}
