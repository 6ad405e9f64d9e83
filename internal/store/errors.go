package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	sqlite3 "modernc.org/sqlite/lib"
)

var (
	// ErrNotFound is returned by Get when no row answers.
	ErrNotFound = errors.New("store: not found")
	// ErrUnavailable marks a failure of the disk or the connection: nothing was kept, and the same write may
	// succeed later. Match it with errors.Is; [IsFull] tells whether room is what is missing.
	ErrUnavailable = errors.New("store: unavailable")
	// ErrClosed is returned for writes that were still waiting when the store closed.
	ErrClosed = errors.New("store: closed")
)

// IsFull reports whether err says that the disk is full, or the limit set for the database file is reached.
func IsFull(err error) bool {
	return liteCode(err)&0xff == sqlite3.SQLITE_FULL || pgState(err) == "53100"
}

// IsConflict reports whether err says that a primary key or UNIQUE index already holds that value. The name of the
// constraint is of no use here: on a sharded PostgreSQL it carries the number of the shard.
func IsConflict(err error) bool {
	code := liteCode(err)
	return code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY || code == sqlite3.SQLITE_CONSTRAINT_UNIQUE ||
		pgState(err) == "23505"
}

// IsBroken reports whether err says that a FOREIGN KEY, CHECK or NOT NULL would be broken.
func IsBroken(err error) bool {
	if IsConflict(err) {
		return false
	}
	state := pgState(err)
	return liteCode(err)&0xff == sqlite3.SQLITE_CONSTRAINT || len(state) == 5 && state[:2] == "23"
}

// unavailable wraps err with ErrUnavailable when it is the medium that failed and not the statement.
func unavailable(err error) error {
	if err == nil || errors.Is(err, ErrUnavailable) || !isOutage(err) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// outage wraps err with ErrUnavailable whatever it is: BEGIN, COMMIT and savepoints have no faults of their own.
func outage(err error) error {
	if errors.Is(err, ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// isOutage reports whether what failed is the disk, the memory, a lock or the connection. After one of these SQLite
// may have rolled the whole transaction back by itself, so nothing more can be trusted to be inside it.
func isOutage(err error) bool {
	switch liteCode(err) & 0xff {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB,
		sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED,
		sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_INTERRUPT:
		return true
	}
	if state := pgState(err); len(state) == 5 {
		switch state[:2] {
		case "08", "53", "57", "58", "XX": // connection, resources, operator, system, internal
			return state != "57014" // a query cancelled by its own reader
		}
		return false
	}
	var connect *pgconn.ConnectError
	var network net.Error
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false // the caller went away; the medium is well
	}
	return errors.As(err, &connect) || errors.As(err, &network) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF)
}

// isRetry reports whether PostgreSQL gave up this transaction in favour of another and it may be tried again.
func isRetry(err error) bool {
	state := pgState(err)
	return state == "40001" || state == "40P01"
}

// liteCode is the extended result code of SQLite, or 0.
func liteCode(err error) int {
	var e interface {
		error
		Code() int
	}
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

// pgState is the SQLSTATE of PostgreSQL, or "".
func pgState(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
