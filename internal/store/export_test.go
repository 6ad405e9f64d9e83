package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io/fs"
	"testing"
)

// OpenWith opens with other migrations than those of the house.
func OpenWith(ctx context.Context, c Config, migrations fs.FS) (*DB, error) {
	return open(ctx, c, migrations)
}

// LongLog is from how many pages a log counts as long, until the test ends. Call it before Open.
func LongLog(t testing.TB, pages int) {
	idle, busy := longIdle, longBusy
	t.Cleanup(func() { longIdle, longBusy = idle, busy })
	longIdle, longBusy = pages, pages
}

// MigrationFiles are those of the house.
var MigrationFiles = migrationFiles

// ParseQueries reads without registering.
func ParseQueries(owner string, files ...string) ([]*Query, error) {
	qs, err := parseQueries(owner, files)
	if err != nil {
		return nil, err
	}
	var all []*Query
	for _, name := range qs.names() {
		all = append(all, qs.byKey[name])
	}
	return all, nil
}

// Text is what an engine is sent.
func (q *Query) Text(e Engine) string { return q.text(e) }

// PlannerSteady asks each pooled connection whether its planner keeps its plans.
func (db *DB) PlannerSteady(ctx context.Context) (on bool, err error) {
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Close()
	err = conn.Raw(func(c any) error {
		on, err = plannerStability(c.(driver.Conn), -1)
		return err
	})
	return on, err
}

// Pool runs what no named query may, such as a PRAGMA or a broken table.
func (db *DB) Pool(ctx context.Context, text string) error {
	_, err := db.pool.ExecContext(ctx, text)
	return err
}

// PragmaOnWriter sets something on the writing connection, between batches.
func (db *DB) PragmaOnWriter(ctx context.Context, text string) error {
	return db.Write(ctx, func(ctx context.Context, tx *Tx) error {
		rows, end, err := tx.query(ctx, text)
		if err != nil {
			return err
		}
		for rows.Next() {
		}
		return end(errors.Join(rows.Err(), rows.Close())) //nolint:sqlclosecheck // end comes after it
	})
}

// Waiting is the number of writes in the queue.
func (db *DB) Waiting() int { return len(db.writer.queue) }

// LoseWriter gives the writing connection up, as after a failure of the disk; call it from AfterCommit.
func (db *DB) LoseWriter() error {
	s := db.writer.session
	db.writer.session = nil
	return discard(s)
}

// PlainNote reads one row of four columns as database/sql does without prepared statements.
func (db *DB) PlainNote(ctx context.Context, q *Query, args ...any) error {
	var (
		tenant, id int64
		body       []byte
		seen       bool
	)
	return db.pool.QueryRowContext(ctx, q.lite, args...).Scan(&tenant, &id, &body, &seen)
}
