// Package store keeps every row: one connection to SQLite or PostgreSQL, the migrations, the named queries.
//
// In: a URL, closures that read or write, and the .sql files that owner packages hand to [MustQueries]. Out: rows as
// structs, and writes that are on disk when they are answered. On SQLite all writes pass one writer that commits what
// is waiting together ([DB.Write]); on PostgreSQL a write is an ordinary transaction.
//
// It knows no act, matter or rule. It owns the tables tenant and setting and no other: each table has one owner
// package, which adds its own numbered file to migrations/ and keeps its SQL beside its Go. It never reads a clock
// (an instant comes from Config.Now), never counts beyond what is asked, and never answers before the disk has.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"time"
)

// Engine is the database a DB speaks to.
type Engine int

const (
	SQLite Engine = iota + 1
	Postgres
)

var engineNames = [...]string{SQLite: "sqlite", Postgres: "postgres"}

func (e Engine) String() string { return engineNames[e] }

// Config says where the rows are kept and how.
type Config struct {
	// URL is a SQLite file ("gongzhi.db", "file:gongzhi.db"), ":memory:" for a database that is gone after Close
	// (a private temporary file, so that it behaves exactly as the real one), or "postgres://…". Default "gongzhi.db".
	URL string
	// Now gives the instant of a batch of writes; required. It is called once per batch.
	Now func() time.Time
	// Log receives checkpoints that fail, panics in writes, lost connections. Default discards.
	Log *slog.Logger
	// BatchMax is the most writes one commit on SQLite may carry; 1 switches grouping off. Default 256.
	BatchMax int
	// Synced, if set, is called after each commit on SQLite and before anybody is answered. It is there to measure what
	// grouping is worth on a disk that syncs slowly.
	Synced func()
	// Conns is the number of connections: readers on SQLite (default 4, or the processors if more), the whole pool
	// on PostgreSQL (default 32).
	Conns int
}

// DB is an open database. It is safe for use by many goroutines; the zero value is not usable.
type DB struct {
	engine  Engine
	pool    *sql.DB // every connection is taken from here
	log     *slog.Logger
	now     func() time.Time
	readers chan *session // SQLite only
	writer  *writer       // SQLite only
	checker *checkpointer // SQLite only
	cleanup func() error  // removes what ":memory:" left behind
	once    sync.Once
}

// Open connects, brings the schema up to date and starts the writer.
//
// Several processes may open one PostgreSQL at the same time: the migrations take a lock. A SQLite file belongs to
// one process; others may read it.
func Open(ctx context.Context, c Config) (*DB, error) {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return nil, fmt.Errorf("store: embedded migrations: %w", err)
	}
	return open(ctx, c, files)
}

func open(ctx context.Context, c Config, migrations fs.FS) (*DB, error) {
	if c.Now == nil {
		return nil, errors.New("store: Config.Now is required: the store reads no clock of its own")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.BatchMax <= 0 {
		c.BatchMax = 256
	}
	db := &DB{log: c.Log, now: c.Now, cleanup: func() error { return nil }}
	var err error
	if strings.HasPrefix(c.URL, "postgres://") || strings.HasPrefix(c.URL, "postgresql://") {
		if c.Conns <= 0 {
			c.Conns = 32
		}
		err = db.openPostgres(c)
	} else {
		if c.Conns <= 0 {
			c.Conns = max(4, runtime.NumCPU())
		}
		err = db.openSQLite(ctx, c)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := db.migrate(ctx, migrations); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if db.engine == SQLite {
		if err := db.startSQLite(ctx, c); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	return db, nil
}

// Close waits for the batch that is being written, refuses those still waiting with [ErrClosed], and disconnects.
// Closing again does nothing.
func (db *DB) Close() (err error) {
	db.once.Do(func() { err = db.shut() })
	return err
}

func (db *DB) shut() error {
	if db.writer != nil {
		db.writer.close()
	}
	if db.checker != nil {
		db.checker.close()
	}
	var errs []error
	for len(db.readers) > 0 {
		errs = append(errs, (<-db.readers).close())
	}
	if db.pool != nil {
		errs = append(errs, db.pool.Close())
	}
	return errors.Join(append(errs, db.cleanup())...)
}

// Engine tells which database this is, for the rare caller whose doubt a @postgres query does not settle.
func (db *DB) Engine() Engine { return db.engine }

// Read gives a querier that sees what is committed, each query on its own. Use [DB.View] when several queries must
// see the same state. Inside a Write use its Tx instead: a Read there does not see what the Tx has done.
func (db *DB) Read() Q {
	if db.engine == Postgres {
		return pgQuerier{db.pool}
	}
	return liteReader{db}
}

// View runs fn over one unchanging snapshot. fn must not write, and must not keep q.
func (db *DB) View(ctx context.Context, fn func(ctx context.Context, q Q) error) error {
	if db.engine == Postgres {
		return db.viewPostgres(ctx, fn)
	}
	s, err := db.takeReader(ctx)
	if err != nil {
		return err
	}
	defer db.putReader(s)
	if _, err := s.exec(ctx, "BEGIN"); err != nil {
		return fmt.Errorf("store: view: %w", err)
	}
	defer func() {
		// WithoutCancel: the snapshot must end also when the reader has gone away.
		if _, err := s.exec(context.WithoutCancel(ctx), "ROLLBACK"); err != nil {
			db.log.Error("store: a read snapshot did not end", "err", err)
		}
	}()
	return fn(ctx, s)
}

// CheckAll prepares every registered query on this database and reports all that it refuses: names and columns on
// both engines, types on PostgreSQL only. Call it at boot, so that a typo stops the start and not a resident.
func (db *DB) CheckAll(ctx context.Context) error {
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("store: check queries: %w", err)
	}
	defer conn.Close()
	var errs []error
	for _, q := range Registered() {
		stmt, err := conn.PrepareContext(ctx, q.text(db.engine))
		if err != nil {
			errs = append(errs, fmt.Errorf("store: query %s on %s: %w", q, db.engine, err))
			continue
		}
		if err := stmt.Close(); err != nil { //nolint:sqlclosecheck // deferred, hundreds would stay open until the end
			errs = append(errs, fmt.Errorf("store: query %s: %w", q, err))
		}
	}
	return errors.Join(errs...)
}
