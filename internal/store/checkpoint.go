package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// checkpointer moves the write-ahead log into the database file from a connection of its own, in the gaps between
// writes, so that no write waits for it. Under a steady load it does so at least every half second.
//
// SQLite begins its log anew only when all of it has been moved, which under a steady load is never: it grew to four
// times the database, everything read had to be looked for in it, and the next start went through all of it. So when the
// log is long, the writer is held while the little that came meanwhile is moved too.
type checkpointer struct {
	session *session
	log     *slog.Logger
	alone   chan<- func() // what is sent here runs while nothing is written
	woken   chan struct{}
	stop    chan struct{}
	once    sync.Once
	stopped chan struct{}
}

const (
	idleGap        = 20 * time.Millisecond
	checkpointWait = 500 * time.Millisecond

	few   = 512  // pages: the checkpointer tries to come down to so many before it holds the writer
	tries = 3    // as often as this
	many  = 2048 // with more left than this a reader holds on to what it sees: not now
)

// Pages, of 4 KiB. Tests shorten them.
var (
	longIdle = 1024 // a log that is cut off when nobody writes, so that the next start finds none
	longBusy = 8192 // a log that is begun anew though others wait for it
)

func newCheckpointer(s *session, log *slog.Logger, alone chan<- func()) *checkpointer {
	c := &checkpointer{session: s, log: log, alone: alone, woken: make(chan struct{}, 1), stop: make(chan struct{}),
		stopped: make(chan struct{})}
	go c.loop()
	return c
}

func (c *checkpointer) dirty() {
	select {
	case c.woken <- struct{}{}:
	default:
	}
}

func (c *checkpointer) close() {
	c.once.Do(func() { close(c.stop) })
	<-c.stopped
	if err := c.session.close(); err != nil {
		c.log.Error("store: closing the checkpointing connection", "err", err)
	}
}

func (c *checkpointer) loop() {
	defer close(c.stopped)
	for {
		select {
		case <-c.stop:
			return
		case <-c.woken:
		}
		idle, stop := c.untilIdle()
		if stop {
			return
		}
		if err := c.move(idle); err != nil {
			c.log.Warn("store: checkpoint", "err", err)
		}
	}
}

// move takes the log into the database file, and sees that a long one ends.
func (c *checkpointer) move(idle bool) error {
	// PASSIVE waits for nobody: what a reader still needs is moved the next time.
	const passive = "PRAGMA wal_checkpoint(PASSIVE)"
	long, last := longBusy, passive // once all is moved, the next write begins the log anew
	if idle {
		long, last = longIdle, "PRAGMA wal_checkpoint(TRUNCATE)"
	}
	size, moved, err := c.checkpoint(passive)
	for n := 1; n < tries && err == nil && size >= long && size-moved > few; n++ {
		size, moved, err = c.checkpoint(passive)
	}
	if err != nil || size < long || size-moved > many {
		return err
	}
	done := make(chan struct{})
	select {
	case c.alone <- func() {
		defer close(done)
		_, _, err = c.checkpoint(last)
	}:
		<-done
	case <-c.stop:
	}
	return err
}

// checkpoint runs one and gives the pages of the log, and how many of them are in the database file.
func (c *checkpointer) checkpoint(statement string) (size, moved int, err error) {
	found, end, err := c.session.query(context.Background(), statement)
	if err != nil {
		return 0, 0, err
	}
	var blocked int64
	var pages, done int64
	if found.Next() {
		err = found.Scan(&blocked, &pages, &done)
	}
	if err = end(errors.Join(err, found.Err(), found.Close())); err != nil { //nolint:sqlclosecheck // end comes after it
		return 0, 0, fmt.Errorf("store: %w", err)
	}
	return int(pages), int(done), nil
}

// untilIdle returns when no write has come for idleGap, or after checkpointWait.
func (c *checkpointer) untilIdle() (idle, stop bool) {
	gap, late := time.NewTimer(idleGap), time.NewTimer(checkpointWait)
	defer gap.Stop()
	defer late.Stop()
	for {
		select {
		case <-c.stop:
			return false, true
		case <-c.woken:
			gap.Reset(idleGap)
		case <-gap.C:
			return true, false
		case <-late.C:
			return false, false
		}
	}
}
