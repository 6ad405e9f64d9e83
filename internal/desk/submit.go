package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/charter"
	"gongzhi/internal/docket"
	"gongzhi/internal/fault"
	"gongzhi/internal/ledger"
	"gongzhi/internal/method"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/urn"
)

// A submission is answered in these moves, all in one transaction:
//
//	same id before?  → the same receipt
//	hold the matter  → fold its run → let time pass up to now → ask the method
//	→ append the acts → move the docket → start children, tell parents → remember the id

// session is one matter being written to.
type session struct {
	desk    *Desk
	tx      *store.Tx
	charter *charter.Charter
	method  *method.Method
	run     *method.Run
	scope   string
	work    []docket.Work
	given   given
	asks    []step.Ask // what the matter waits for after this, once it is in the docket
	due     int64      // as the docket has it
	fresh   bool       // the docket has no row yet
	chain   *ledger.Chain
	context method.Context
	now     time.Time // when what is recorded here is written; context.Now is when it counts as done
	id      string    // submission
	made    time.Time // what the phone says that wrote it without signal; zero where it came at once
	opened  []child
}

type child struct {
	number act.Matter
	start  act.Start
	sealed map[string]string // what it is told that only those who handle it read
	at     time.Time
}

// Begin starts a matter of a method on a row. The submission carries what the method asks at the start.
func (d *Desk) Begin(ctx context.Context, who method.Actor, key string, subject act.RowID, s step.Submission) (ledger.Receipt, error) {
	content := digest(s, key, subject.String())
	var out ledger.Receipt
	err := d.once(ctx, s.ID, content, &out, func(ctx context.Context, tx *store.Tx) (*session, error) {
		c := d.Charter()
		m, ok := c.Method(key)
		if !ok {
			return nil, fault.Refuse(fault.NotFound, "method.unknown", fault.Basis{Clause: "methods/"}, fault.Args{"Method": key})
		}
		around := d.around(ctx, tx, c, tx.Now())
		made, err := m.MadeAtStart(around, s)
		if err != nil {
			return nil, err
		}
		if !made.IsZero() {
			around.Now = made
		}
		draft, by, err := m.Begin(around, who, subject, s)
		if err != nil {
			return nil, err
		}
		scope, err := d.scope(ctx, tx, subject, calendar.DateOf(around.Now))
		if err != nil {
			return nil, err
		}
		// On PostgreSQL all who begin something wait here for each other, up to the commit: what can be known before the
		// number is, and what must hold for one at a time is asked after it.
		number, err := d.ledger.Number(ctx, tx, "matter")
		if err != nil {
			return nil, err
		}
		if m.Start.Only {
			other, there, err := d.docket.OpenOn(ctx, tx, subject, key)
			if err != nil {
				return nil, err
			}
			if there {
				basis := fault.Basis{Clause: m.File() + "#start.once"}
				return nil, fault.Refuse(fault.Conflict, "method.once", basis, fault.Args{"Matter": int64(other)})
			}
		}
		w := d.fresh(tx, c, m, act.Matter(number), around, tx.Now())
		w.id, w.made, w.scope = s.ID, made, scope
		if err := w.launch(ctx, by, draft, tx.Now()); err != nil {
			return nil, err
		}
		if around.Own[by.Role] || by.Role == around.NoAccount { // whoever reports something wants to know what becomes of it
			return w, d.outbox.Follow(ctx, tx, act.Matter(number), by.Person)
		}
		return w, nil
	})
	return out, err
}

// Submit gives a submission to a matter.
func (d *Desk) Submit(ctx context.Context, who method.Actor, number act.Matter, s step.Submission) (ledger.Receipt, error) {
	content := digest(s, fmt.Sprint(number))
	var out ledger.Receipt
	err := d.once(ctx, s.ID, content, &out, func(ctx context.Context, tx *store.Tx) (*session, error) {
		w, err := d.open(ctx, tx, number)
		if err != nil {
			return nil, err
		}
		if !w.method.OpensTo(w.run, w.context, who) {
			d.writing.Add(number, &held{w.run, w.work, w.given})
			return nil, unknown(number)
		}
		before := w.run.Seq
		if err := w.pass(w.now); err != nil {
			return nil, err
		}
		w.id = s.ID
		if w.made, err = w.method.Made(w.run, w.context, s); err == nil {
			if !w.made.IsZero() {
				w.context.Now = later(w.made, w.run.Entered)
			}
			err = w.method.Take(w.run, w.context, who, s, w.record)
			w.context.Now = w.now
		}
		if err != nil {
			if _, refused := fault.As(err); refused && w.run.Seq == before {
				d.writing.Add(number, &held{w.run, w.work, w.given}) // untouched: a flood of bad submissions must not cost a replay each
			}
			return nil, err
		}
		if !w.made.IsZero() { // what the answer led to may itself have been due before now
			made := w.made
			w.made = time.Time{}
			if err := w.pass(w.now); err != nil {
				return nil, err
			}
			w.made = made
		}
		return w, w.finish(ctx, w.now)
	})
	return out, err
}

// Tick lets time pass in one matter up to an instant, but not beyond that of the transaction. What falls due is
// recorded as done at the instant that was due. It is an error when the docket says that something is due and nothing
// follows: whoever calls must not call at once again.
func (d *Desk) Tick(ctx context.Context, number act.Matter, until time.Time) error {
	return unavailable(d.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		w, err := d.open(ctx, tx, number)
		if err != nil {
			return err
		}
		if w.now.Before(until) {
			until = w.now
		}
		if err := w.pass(until); err != nil {
			return err
		}
		if len(w.chain.Acts()) == 0 && w.due > 0 && w.due <= until.UnixMicro() {
			return fmt.Errorf("desk: matter %d is due at %s, but nothing follows", number, time.UnixMicro(w.due).UTC().Format(time.RFC3339))
		}
		return w.finish(ctx, until)
	}))
}

var idForm = regexp.MustCompile(`^[0-9A-Za-z_-]{8,64}$`)

// once runs a write that one submission id may cause only once. The same id again gives the receipt of the first
// time, also when the rules would refuse it now; the same id with other content is refused.
func (d *Desk) once(ctx context.Context, id, content string, out *ledger.Receipt, write func(context.Context, *store.Tx) (*session, error)) error {
	if !idForm.MatchString(id) {
		return fault.Refuse(fault.Invalid, "submission.id", fault.Basis{}, nil)
	}
	err := d.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		before, there, err := d.ledger.Submission(ctx, tx, id)
		if err != nil {
			return err
		}
		if there {
			if before.Content != content {
				return fault.Refuse(fault.Conflict, "submission.reused", fault.Basis{}, fault.Args{"Matter": int64(before.Matter)})
			}
			*out = before
			return nil
		}
		w, err := write(ctx, tx)
		if err != nil {
			return err
		}
		acts := w.chain.Acts()
		if len(acts) == 0 {
			return fmt.Errorf("desk: matter %d took submission %s and recorded nothing", w.run.Matter.Number, id)
		}
		receipt := ledger.Receipt{ID: id, Matter: w.run.Matter.Number, First: acts[0].Seq, Last: acts[len(acts)-1].Seq, Content: content, Recorded: tx.Now().UnixMicro()}
		if err := d.ledger.Note(ctx, tx, receipt); err != nil {
			return err
		}
		*out = receipt
		return nil
	})
	if err == nil {
		return nil
	}
	*out = ledger.Receipt{}
	if _, refused := fault.As(err); !refused && !store.IsConflict(err) {
		return unavailable(err)
	}
	// On PostgreSQL the same submission may have been on its way twice, and the other one was first: then its receipt is
	// the answer, not the refusal that its success has led to.
	before, there, lookup := d.ledger.Submission(ctx, d.db.Read(), id)
	switch {
	case lookup == nil && there && before.Content == content:
		*out = before
		return nil
	case store.IsConflict(err):
		return fault.Refuse(fault.Conflict, "submission.twice", fault.Basis{}, nil)
	}
	return err
}

// unavailable turns a disk that cannot be written into words for the person; other faults of ours stay what they are.
func unavailable(err error) error {
	if errors.Is(err, store.ErrUnavailable) {
		return errors.Join(fault.Refuse(fault.Unavailable, "desk.unavailable", fault.Basis{}, nil), err)
	}
	return err
}

func digest(s step.Submission, more ...string) string {
	s.Made = time.Time{} // a phone that sends twice may say another instant
	// There are few ways to choose, so even a digest of a choice would tell it.
	s.Values = maps.Clone(s.Values)
	maps.DeleteFunc(s.Values, func(name string, _ []string) bool { return strings.HasPrefix(name, step.Secret) })
	raw, err := json.Marshal(struct {
		S    step.Submission
		More []string
	}{s, more})
	if err != nil {
		panic(err) // strings and numbers only
	}
	return string(act.Sum(raw))
}

// open holds a matter for writing and has its run ready.
func (d *Desk) open(ctx context.Context, tx *store.Tx, number act.Matter) (*session, error) {
	m, ok, err := d.docket.Hold(ctx, tx, number)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, unknown(number)
	}
	c, err := d.version(ctx, tx, act.Digest(m.Charter))
	if err != nil {
		return nil, err
	}
	meth, ok := c.Method(m.Method)
	if !ok {
		return nil, fmt.Errorf("desk: charter %s has no method %q, but matter %d runs it", c.Digest, m.Method, number)
	}
	h, ok := d.writing.Get(number)
	anew := !ok || h.run.Seq != m.Seq || h.run.Head != act.Digest(m.Head)
	if anew {
		acts, err := d.ledger.Acts(ctx, tx, number, 0)
		if err != nil {
			return nil, err
		}
		run, err := meth.Replay(number, acts)
		if err != nil {
			return nil, err
		}
		if run.Seq != m.Seq || run.Head != act.Digest(m.Head) {
			return nil, fmt.Errorf("desk: the docket has matter %d at act %d, the ledger at %d; refold the docket", number, m.Seq, run.Seq)
		}
		work, err := d.docket.WorkOf(ctx, tx, number)
		if err != nil {
			return nil, err
		}
		h = &held{run: run, work: work}
	}
	// Until it is put back whole, nobody may meet a run that was half changed.
	d.writing.Remove(number)
	// Never before what is recorded already: another server's clock, or this one before it was set back, was ahead.
	now := later(tx.Now(), h.run.Updated)
	w := &session{
		desk: d, tx: tx, charter: c, method: meth, run: h.run, scope: m.Scope, work: h.work, given: h.given, due: m.Due,
		chain: d.ledger.Chain(number, m.Seq, act.Digest(m.Head)), context: d.around(ctx, tx, c, now), now: now,
	}
	if anew {
		w.given = givenBy(meth.Asks(w.run, w.context))
	}
	return w, nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// fresh is a session for a matter that begins at the instant of its surroundings.
func (d *Desk) fresh(tx *store.Tx, c *charter.Charter, m *method.Method, number act.Matter, around method.Context, now time.Time) *session {
	return &session{
		desk: d, tx: tx, charter: c, method: m, run: method.NewRun(number), fresh: true,
		chain: d.ledger.Chain(number, 0, ""), context: around, now: now,
	}
}

// launch starts a matter whose first act is draft, and lets time pass in it.
func (w *session) launch(ctx context.Context, by act.By, draft act.Draft, until time.Time) error {
	if err := w.method.Launch(w.run, w.context, by, draft, w.record); err != nil {
		return err
	}
	if err := w.pass(until); err != nil {
		return err
	}
	return w.finish(ctx, until)
}

// record turns a draft into the next act of the chain.
func (w *session) record(key string, by act.By, clause string, d act.Draft) (act.Act, error) {
	if d.Kind == act.Opened {
		start, ok := d.Body.(act.Start)
		if !ok {
			return act.Act{}, fmt.Errorf("desk: step %s opens a child without saying which", key)
		}
		// The rules call back without a context; the transaction ends with the caller's own at its next statement.
		n, err := w.desk.ledger.Number(context.Background(), w.tx, "matter")
		if err != nil {
			return act.Act{}, err
		}
		start.Parent = w.run.Matter.Number
		w.opened = append(w.opened, child{act.Matter(n), start, d.Sealed, w.context.Now})
		d.Body, d.Sealed = act.Child{Matter: act.Matter(n), Method: start.Method, Item: start.Item}, nil
	}
	a := act.Act{
		// Never before what is on record already, which a phone without signal could not know.
		Kind: d.Kind, Step: key, At: later(w.context.Now, w.run.At), Recorded: w.now, By: by,
		Basis: act.Basis{Charter: w.charter.Digest, Clause: clause}, Submission: w.id,
	}
	if by.Person != "" {
		a.Made = w.made
	}
	if err := w.keep(by, a.Basis.Clause, d); err != nil {
		return act.Act{}, err
	}
	if err := w.urn(key, d); err != nil {
		return act.Act{}, err
	}
	start, _ := d.Body.(act.Start)
	if w.method.Discreet(a) || w.run.Matter.Private || start.Private && d.Kind == act.Started {
		d.Sealed = blinded(d.Sealed)
	}
	return w.chain.Add(a, d.Body, d.Sealed)
}

// urn drops a draft's slip into the urn of the step, or empties it; the transaction that records the act does both.
func (w *session) urn(key string, d act.Draft) error {
	box := urn.Box{Matter: w.run.Matter.Number, Step: key, Visit: w.run.Visits[key]}
	if d.Slip != nil {
		if err := w.desk.urns.Drop(context.Background(), w.tx, box, *d.Slip); err != nil {
			return err
		}
	}
	if d.OpenUrn {
		return w.desk.urns.Empty(context.Background(), w.tx, box)
	}
	return nil
}

// blinded adds the commitment to nothing that keeps what a household answered from being guessed; see [act.Blind].
func blinded(sealed map[string]string) map[string]string {
	out := map[string]string{act.Blind: ""}
	for field, value := range sealed {
		out[field] = value
	}
	return out
}

// maxTicks bounds how often time may move one matter in one go; the suite of steps proves that each tick makes
// progress, this keeps a mistake from running forever.
const maxTicks = 1000

// pass lets every deadline up to an instant fall, in order, each act at the instant that was due. Afterwards it is now.
func (w *session) pass(until time.Time) error {
	defer func() { w.context.Now = w.now }()
	for range maxTicks {
		due, ok := w.method.Due(w.run, w.context)
		if !ok || due.After(until) {
			return nil
		}
		seq := w.run.Seq
		w.context.Now = later(due, w.run.At) // a deadline that was moved into the past falls now, not before
		if err := w.method.Tick(w.run, w.context, w.record); err != nil {
			return fmt.Errorf("desk: matter %d, due %s: %w", w.run.Matter.Number, due.Format(time.RFC3339), err)
		}
		if w.run.Seq == seq {
			return fmt.Errorf("desk: matter %d is due at %s, but nothing follows", w.run.Matter.Number, due.Format(time.RFC3339))
		}
	}
	return fmt.Errorf("desk: matter %d was moved %d times and is still due", w.run.Matter.Number, maxTicks)
}

// finish writes the acts and the docket, starts children and tells the parent. Time passes in them as far as here.
func (w *session) finish(ctx context.Context, until time.Time) error {
	d, number := w.desk, w.run.Matter.Number
	closed := w.run.Closed && len(w.chain.Acts()) > 0 // before the children: one that ends at once may close this matter too
	if len(w.chain.Acts()) > 0 {
		before, given := w.work, w.given
		if err := w.chain.Write(ctx, w.tx); err != nil {
			return err
		}
		if err := w.project(ctx); err != nil {
			return err
		}
		if err := w.measure(ctx); err != nil {
			return err
		}
		if err := w.publish(ctx, w.chain.Acts()); err != nil {
			return err
		}
		if err := d.outbox.Add(ctx, w.tx, w.news(before, given)); err != nil {
			return err
		}
	}
	d.writing.Add(number, &held{w.run, w.work, w.given})
	for _, c := range w.opened {
		m, ok := w.charter.Method(c.start.Method)
		if !ok {
			return fmt.Errorf("desk: charter %s has no method %q", w.charter.Digest, c.start.Method)
		}
		child := d.fresh(w.tx, w.charter, m, c.number, d.around(ctx, w.tx, w.charter, c.at), w.now)
		child.id = w.id
		var err error
		if child.scope, err = d.scope(ctx, w.tx, c.start.Subject, calendar.DateOf(c.at)); err != nil {
			return err
		}
		if err := child.launch(ctx, act.By{Role: act.HouseItself}, m.BeginChild(child.context, c.start, c.sealed), until); err != nil {
			return err
		}
	}
	w.opened = nil
	if parent := w.run.Matter.Parent; parent != 0 && closed {
		return w.tell(ctx, parent, until)
	}
	return nil
}

// tell lets the parent know that this matter has ended, at the instant it did.
func (w *session) tell(ctx context.Context, parent act.Matter, until time.Time) error {
	child := act.Child{Matter: w.run.Matter.Number, Method: w.method.Key, Item: w.run.Matter.Item, Result: w.run.Result}
	p, err := w.desk.open(ctx, w.tx, parent)
	if err != nil {
		return err
	}
	p.now = later(p.now, w.now)
	if err := p.pass(w.run.At); err != nil {
		return err
	}
	p.id = w.id
	p.context.Now = later(w.run.At, p.run.At)
	if err := p.method.ChildClosed(p.run, p.context, child, p.record); err != nil {
		return err
	}
	if err := p.pass(until); err != nil {
		return err
	}
	return p.finish(ctx, until)
}

// project makes the docket say where the run stands.
func (w *session) project(ctx context.Context) error {
	due, ok := w.method.Due(w.run, w.context)
	if !ok {
		due = time.Time{} // a kind may say an instant that no longer moves anything
	}
	row := line(w.run, w.scope, due)
	put := w.desk.docket.Move
	if w.fresh {
		put = w.desk.docket.Put
	}
	if err := put(ctx, w.tx, row); err != nil {
		return err
	}
	w.fresh = false
	if err := w.report(ctx); err != nil {
		return err
	}
	w.asks = w.method.Asks(w.run, w.context)
	now := owed(w.run, w.scope, w.asks)
	if err := w.desk.docket.SetWork(ctx, w.tx, w.work, now); err != nil {
		return err
	}
	w.work, w.given = now, givenBy(w.asks)
	if !due.IsZero() {
		w.tx.AfterCommit(w.desk.nudge)
	}
	return nil
}
