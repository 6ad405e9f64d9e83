package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/libc"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// openSQLite makes the pool all connections come from. Each connection is set up alike; what differs between the
// writer, the readers and the checkpointer is set when they are taken.
func (db *DB) openSQLite(ctx context.Context, c Config) error {
	db.engine = SQLite
	path, sync, err := db.litePath(c.URL)
	if err != nil {
		return err
	}
	// Made here, not by SQLite, because the file holds what people told us: nobody else on the machine reads it.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	connector, err := sqlite.NewConnector(liteDSN(path, sync))
	if err != nil {
		return fmt.Errorf("store: %s: %w", path, err)
	}
	db.pool = sql.OpenDB(steady{connector})
	if err := db.pool.PingContext(ctx); err != nil {
		return fmt.Errorf("store: %s: %w", path, err)
	}
	return nil
}

// litePath turns a URL into a path and the degree of syncing. ":memory:" becomes a file in a temporary folder, because
// SQLite's own memory databases lock readers and writers against each other and would so behave unlike the real one.
func (db *DB) litePath(u string) (path, sync string, err error) {
	switch {
	case u == ":memory:":
		dir, err := os.MkdirTemp("", "gongzhi-store-")
		if err != nil {
			return "", "", fmt.Errorf("store: %w", err)
		}
		db.cleanup = func() error { return os.RemoveAll(dir) }
		return filepath.Join(dir, "memory.db"), "OFF", nil
	case u == "":
		u = "gongzhi.db"
	case strings.HasPrefix(u, "file:"):
		u = strings.TrimPrefix(u, "file:")
	case strings.Contains(u, "://"):
		scheme, _, _ := strings.Cut(u, "://")
		return "", "", fmt.Errorf("store: cannot open a %s database: give a file, or postgres://…", scheme)
	}
	if strings.ContainsAny(u, "?#") {
		return "", "", fmt.Errorf("store: %q: the path of a SQLite file takes no ? or #; its settings are fixed", u)
	}
	path, err = filepath.Abs(u)
	if err != nil {
		return "", "", fmt.Errorf("store: %w", err)
	}
	return path, "FULL", nil
}

func liteDSN(path, sync string) string {
	v := url.Values{}
	for _, pragma := range []string{
		"busy_timeout(10000)", // another process may be copying the file
		"journal_mode(WAL)",
		"synchronous(" + sync + ")", // FULL: the log is synced at each commit, so an answer is on disk
		"foreign_keys(1)",
		"wal_autocheckpoint(0)",        // the checkpointer does it, out of the writer's way
		"journal_size_limit(67108864)", // 64 MiB: give back what one large import made of the log
		"temp_store(MEMORY)",
		"cache_size(-16000)", // KiB a connection
		"trusted_schema(0)",
	} {
		v.Add("_pragma", pragma)
	}
	v.Set("_txlock", "immediate") // for the migrations: read-then-write must not find somebody else has begun
	v.Set("_dqs", "0")            // "name" is a column or a mistake, never a text
	v.Set("_defensive", "1")
	u := url.URL{Scheme: "file", Path: path, OmitHost: true, RawQuery: v.Encode()}
	return u.String()
}

// startSQLite takes the connections out of the pool and starts those that work behind the scenes.
func (db *DB) startSQLite(ctx context.Context, c Config) error {
	db.readers = make(chan *session, c.Conns)
	for range c.Conns {
		s, err := newSession(ctx, db.pool)
		if err != nil {
			return fmt.Errorf("store: reading connection: %w", err)
		}
		db.readers <- s
		if _, err := s.exec(ctx, "PRAGMA query_only=1"); err != nil {
			return fmt.Errorf("store: reading connection: %w", err)
		}
	}
	s, err := newSession(ctx, db.pool)
	if err != nil {
		return fmt.Errorf("store: checkpointing connection: %w", err)
	}
	// It never waits for a lock: what cannot be done now is done the next time.
	if _, err := s.exec(ctx, "PRAGMA busy_timeout=0"); err != nil {
		return fmt.Errorf("store: checkpointing connection: %w", err)
	}
	alone := make(chan func())
	db.checker = newCheckpointer(s, db.log, alone)
	open := func(ctx context.Context) (*session, error) { return newSession(ctx, db.pool) }
	db.writer = newWriter(db, c.BatchMax, open, db.checker.dirty, c.Synced, alone)
	db.checker.dirty() // a process that was killed may have left a long log
	return nil
}

// Backup writes a copy of the whole database to path, which must not exist, while reading and writing go on. The copy
// is complete when it appears under that name. On PostgreSQL it refuses: pg_dump does this better.
func (db *DB) Backup(ctx context.Context, path string) error {
	if db.engine == Postgres {
		return errors.New("store: back PostgreSQL up with pg_dump or its own archiving; gongzhi copies SQLite only")
	}
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("store: backup: %s exists already; a backup never overwrites", path)
	}
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	_, err = db.pool.ExecContext(ctx, "VACUUM INTO $1", part)
	if err == nil {
		err = f.Sync() // SQLite does not sync what it vacuums into
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Link(part, path) // unlike a rename, a link does not replace what appeared meanwhile
	}
	if err := errors.Join(err, os.Remove(part)); err != nil {
		return fmt.Errorf("store: backup: %w", unavailable(err))
	}
	if dir, err := os.Open(filepath.Dir(path)); err == nil {
		err = errors.Join(dir.Sync(), dir.Close())
		if err != nil {
			return fmt.Errorf("store: backup: %w", err)
		}
	}
	return nil
}

// discard closes a connection whose state is not known. Where database/sql has closed it already its statements went
// with it, and touching them would reach freed memory.
func discard(s *session) error {
	if s.conn.Raw(func(any) error { return nil }) == nil {
		for _, stmt := range s.stmts {
			_ = stmt.close() // the connection goes anyway
		}
		_ = s.conn.Raw(func(any) error { return driver.ErrBadConn }) // that is how one asks for it to be closed
	}
	if err := s.conn.Close(); err != nil && !errors.Is(err, sql.ErrConnDone) {
		return err
	}
	return nil
}

// steady switches the query planner stability guarantee on in each new connection. This SQLite keeps STAT4 samples:
// after an ANALYZE it would otherwise plan a prepared query anew whenever a bound value changes, which costs a list
// a seventh of its speed and makes its plan depend on who asks.
type steady struct{ driver.Connector }

func (c steady) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if on, err := plannerStability(conn, 1); err != nil || !on {
		return nil, errors.Join(fmt.Errorf("store: cannot steady the query planner (now %v)", on), err, conn.Close())
	}
	return conn, nil
}

// plannerStability sets (1, 0) or asks (-1) for SQLITE_DBCONFIG_ENABLE_QPSG. The driver has no option for it.
func plannerStability(conn driver.Conn, set int32) (on bool, err error) {
	h, err := handleOf(conn)
	if err != nil {
		return false, err
	}
	const args = 3 * 8 // two variadic values of 8 bytes and the answer
	mem := h.tls.Alloc(args)
	defer h.tls.Free(args)
	answer := mem + 16
	rc := sqlite3.Xsqlite3_db_config(h.tls, h.db, sqlite3.SQLITE_DBCONFIG_ENABLE_QPSG,
		libc.VaList(mem, set, answer))
	if rc != sqlite3.SQLITE_OK {
		return false, fmt.Errorf("sqlite3_db_config answered %d", rc)
	}
	return binary.NativeEndian.Uint32(libc.GoBytes(answer, 4)) != 0, nil
}
