package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Q runs queries: a [Tx], the querier of [DB.Read], or that of [DB.View]. Only this package makes them.
type Q interface {
	engine() Engine
	exec(ctx context.Context, text string, args ...any) (int64, error)
	// query gives rows and what must be called once they have been read, also after a failure among them.
	query(ctx context.Context, text string, args ...any) (rows, func(error) error, error)
}

// rows are those of one query: [sql.Rows], or SQLite's own.
type rows interface {
	Columns() ([]string, error)
	Next() bool
	Scan(into ...any) error
	Err() error
	Close() error
}

// session is one SQLite connection with its prepared statements. It serves one goroutine at a time.
//
// It never hands a context that can be cancelled to SQLite. An interrupted INSERT takes the whole transaction with
// it, that is, everybody else in the batch. Instead the context is asked before each statement and between rows.
type session struct {
	conn   *sql.Conn // what keeps the handle alive
	handle handle
	stmts  map[string]*liteStmt
	open   bool // rows are being read
	wrote  bool // a statement that may change something was run, whether it did or not
}

// maxStmts bounds the prepared statements of a connection. Named queries are some hundreds; only lists with changing
// conditions can pass it, and then all are prepared anew.
const maxStmts = 512

var errOpenRows = errors.New("store: a query was run while the rows of another are being read; use Select")

func newSession(ctx context.Context, pool *sql.DB) (*session, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, unavailable(err)
	}
	s := &session{conn: conn, stmts: map[string]*liteStmt{}}
	err = conn.Raw(func(c any) (err error) {
		s.handle, err = handleOf(c)
		return err
	})
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return s, nil
}

func (s *session) engine() Engine { return SQLite }

func (s *session) close() error {
	var errs []error
	for _, stmt := range s.stmts {
		errs = append(errs, stmt.close())
	}
	return errors.Join(append(errs, s.conn.Close())...)
}

func (s *session) prepare(text string) (*liteStmt, error) {
	if s.open {
		return nil, errOpenRows
	}
	if stmt, ok := s.stmts[text]; ok {
		return stmt, nil
	}
	if len(s.stmts) >= maxStmts {
		for key, stmt := range s.stmts {
			if err := stmt.close(); err != nil {
				return nil, err
			}
			delete(s.stmts, key)
		}
	}
	stmt, err := s.handle.prepare(text)
	if err != nil {
		return nil, err
	}
	s.stmts[text] = stmt
	return stmt, nil
}

func (s *session) exec(ctx context.Context, text string, args ...any) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	stmt, err := s.prepare(text)
	if err != nil {
		return 0, unavailable(err)
	}
	s.wrote = s.wrote || stmt.writes
	n, err := stmt.exec(args)
	return n, unavailable(err)
}

func (s *session) query(ctx context.Context, text string, args ...any) (rows, func(error) error, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	stmt, err := s.prepare(text)
	if err != nil {
		return nil, nil, unavailable(err)
	}
	s.wrote = s.wrote || stmt.writes
	found, err := stmt.query(args)
	if err != nil {
		return nil, nil, unavailable(err)
	}
	s.open = true
	return found, func(err error) error {
		s.open = false
		return unavailable(err)
	}, nil
}

// liteReader lends a reading connection for each query.
type liteReader struct{ db *DB }

func (liteReader) engine() Engine { return SQLite }

func (r liteReader) exec(context.Context, string, ...any) (int64, error) {
	return 0, errors.New("store: this querier only reads; write inside DB.Write")
}

func (r liteReader) query(ctx context.Context, text string, args ...any) (rows, func(error) error, error) {
	s, err := r.db.takeReader(ctx)
	if err != nil {
		return nil, nil, err
	}
	found, end, err := s.query(ctx, text, args...)
	if err != nil {
		r.db.putReader(s)
		return nil, nil, err
	}
	return found, func(err error) error {
		err = end(err)
		r.db.putReader(s)
		return err
	}, nil
}

func (db *DB) takeReader(ctx context.Context) (*session, error) {
	select {
	case s := <-db.readers:
		return s, nil
	default:
	}
	select {
	case s := <-db.readers:
		return s, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("store: waiting for a reading connection: %w", ctx.Err())
	}
}

func (db *DB) putReader(s *session) { db.readers <- s }
