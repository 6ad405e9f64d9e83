package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Write runs fn in a transaction and returns when its changes are on disk, or have left no trace.
//
// An error or panic of fn takes back what fn did and nothing else; Write returns that error. On SQLite fn joins the
// writes that are waiting: one transaction, one sync for all; a lone write waits for nobody. So fn must be quick, and must
// not wait, render or call out: everybody stands behind it. fn may run again: on SQLite when another write of its batch
// failed, on PostgreSQL when two transactions got into each other's way. So whatever it does outside the Tx either can be
// done twice, or belongs in AfterCommit.
//
// A disk that is full or fails, or a connection that is lost, fails all writes of the batch with [ErrUnavailable];
// the store works again by itself when the cause is gone. If ctx ends before fn has begun, fn never runs and Write
// returns the context's error; once begun, fn sees the context at its next statement, and what it committed stands.
func (db *DB) Write(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	if ctx.Value(insideWrite{}) != nil {
		return errNested
	}
	if db.engine == Postgres {
		return db.writePostgres(ctx, fn)
	}
	return db.writer.submit(ctx, fn)
}

// writer is the one goroutine that changes a SQLite file.
type writer struct {
	open  func(context.Context) (*session, error)
	now   func() time.Time
	log   *slog.Logger
	max   int
	dirty func() // told after each commit
	wait  func() // Config.Synced
	queue chan *request
	alone <-chan func() // what the checkpointer does between two batches

	stopping chan struct{}
	stop     sync.Once
	stopped  chan struct{}

	session *session // nil until opened, and again after it was lost
}

// request is one write on its way through the writer.
type request struct {
	ctx   context.Context
	fn    func(context.Context, *Tx) error
	tx    *Tx
	err   error
	state atomic.Int32
	done  chan struct{}
}

// A request is either taken by the writer or left by its caller, never both.
const (
	waiting int32 = iota
	taken
	left
)

func newWriter(db *DB, limit int, open func(context.Context) (*session, error), dirty, wait func(), alone <-chan func()) *writer {
	w := &writer{
		open: open, now: db.now, log: db.log, max: limit, dirty: dirty, wait: wait, alone: alone,
		// Room for some batches; beyond it callers wait at the door, where their context can still end.
		queue:    make(chan *request, 4*limit),
		stopping: make(chan struct{}), stopped: make(chan struct{}),
	}
	go w.loop()
	return w
}

func (w *writer) submit(ctx context.Context, fn func(context.Context, *Tx) error) error {
	r := &request{ctx: ctx, fn: fn, done: make(chan struct{})}
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case w.queue <- r:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.stopping:
		return ErrClosed
	}
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		if r.state.CompareAndSwap(waiting, left) {
			return ctx.Err()
		}
		<-r.done // it has begun: the caller must learn how it ended
		return r.err
	case <-w.stopped:
		select {
		case <-r.done:
			return r.err
		default:
			return ErrClosed
		}
	}
}

func (w *writer) close() {
	w.stop.Do(func() { close(w.stopping) })
	<-w.stopped
	if w.session != nil {
		if err := w.session.close(); err != nil {
			w.log.Error("store: closing the writing connection", "err", err)
		}
	}
}

func (w *writer) loop() {
	whole := false
	defer func() {
		if !whole { // a closure ended this goroutine (runtime.Goexit, as testing's FailNow does): go on in another
			go w.loop()
			return
		}
		close(w.stopped)
	}()
	batch := make([]*request, 0, w.max)
	for {
		select {
		case <-w.stopping:
			whole = true
			return
		case do := <-w.alone:
			do()
		case r := <-w.queue:
			batch = w.collect(append(batch[:0], r))
			w.commit(batch)
		}
	}
}

// collect takes what is waiting now and does not wait for more. Nobody joins once the instant of the batch is read,
// so that no submission is dated before it was made.
func (w *writer) collect(batch []*request) []*request {
	for len(batch) < w.max {
		select {
		case r := <-w.queue:
			batch = append(batch, r)
		default:
			return batch
		}
	}
	return batch
}

// errAgain ends an attempt in which a write failed that had changed something already.
var errAgain = errors.New("store: the batch must run again with savepoints")

// commit runs one batch and answers everybody in it.
//
// It is tried without savepoints at first. SQLite keeps a copy of each page that changes after a savepoint, and all
// writes change the same few, so a savepoint each costs a sixth of all there is to do. Nearly every write that fails does
// so before it has changed anything; where one has, all is taken back and the batch runs again, each with its savepoint.
func (w *writer) commit(batch []*request) {
	live := batch[:0]
	for _, r := range batch {
		if r.state.CompareAndSwap(waiting, taken) {
			live = append(live, r)
		}
	}
	if len(live) == 0 {
		return
	}
	ended := errors.New("store: the goroutine of the writer was ended from inside a write")
	defer func() {
		if ended != nil {
			w.rollback()
		}
		for _, r := range live {
			if ended != nil {
				r.err = ended
			}
			close(r.done)
		}
	}()

	now := w.now().UTC().Truncate(time.Microsecond)
	kept, err := w.attempt(live, now, false)
	if errors.Is(err, errAgain) {
		w.rollback()
		kept, err = w.attempt(live, now, true)
	}
	if err == nil && kept > 0 {
		err = w.end()
	}
	ended = nil
	if err != nil || kept == 0 {
		w.rollback()
	}
	if err != nil {
		for _, r := range live {
			r.err = fmt.Errorf("store: write: %w", err)
		}
		return
	}
	for _, r := range live {
		if r.err == nil {
			r.tx.settle(w.log)
		}
	}
	if kept > 0 {
		w.dirty()
	}
}

// attempt begins a transaction and runs every write in it. It gives the number of those that stand if it is committed; an
// error is the end of all of them.
func (w *writer) attempt(live []*request, now time.Time, savepoints bool) (kept int, err error) {
	if err := w.begin(); err != nil {
		return 0, outage(err)
	}
	shared := map[any]any{}
	for _, r := range live {
		if savepoints {
			if err := w.control("SAVEPOINT w"); err != nil {
				return 0, outage(err)
			}
		}
		w.session.wrote = false
		r.tx = &Tx{q: w.session, now: now, shared: shared}
		r.err = r.tx.run(r.ctx, w.log, r.fn)
		w.session.open = false
		if r.err != nil || !r.tx.asked {
			clear(shared)
		}
		switch {
		case errors.Is(r.tx.err, ErrUnavailable):
			return 0, r.tx.err // SQLite may have left the transaction by itself: nothing may follow
		case r.err == nil:
			kept++
		case savepoints:
			if err := w.control("ROLLBACK TO w"); err != nil {
				return 0, outage(err)
			}
		case w.session.wrote && len(live) > 1:
			return 0, errAgain
		}
		if savepoints {
			if err := w.control("RELEASE w"); err != nil {
				return 0, outage(err)
			}
		}
	}
	return kept, nil
}

// end commits what stands.
func (w *writer) end() error {
	if err := w.control("COMMIT"); err != nil {
		return outage(err)
	}
	if w.wait != nil {
		w.wait()
	}
	return nil
}

// begin opens the transaction, and the connection when there is none.
func (w *writer) begin() error {
	ctx := context.Background() // the batch belongs to no single caller
	if w.session == nil {
		s, err := w.open(ctx)
		if err != nil {
			return err
		}
		w.session = s
	}
	return w.control("BEGIN IMMEDIATE")
}

func (w *writer) control(statement string) error {
	_, err := w.session.exec(context.Background(), statement)
	return err
}

// rollback leaves the connection outside any transaction, or gives it up.
func (w *writer) rollback() {
	if w.session == nil {
		return
	}
	w.session.open = false
	err := w.control("ROLLBACK")
	if err == nil || strings.Contains(err.Error(), "no transaction is active") {
		return
	}
	w.log.Error("store: the writing connection is given up", "err", err)
	if err := discard(w.session); err != nil {
		w.log.Error("store: closing it", "err", err)
	}
	w.session = nil
}
