package store

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// openPostgres makes the pool. pgx keeps prepared statements for each connection by itself.
func (db *DB) openPostgres(c Config) error {
	db.engine = Postgres
	config, err := pgx.ParseConfig(c.URL)
	if err != nil {
		return fmt.Errorf("store: the URL of the database: %w", err)
	}
	db.pool = stdlib.OpenDB(*config)
	db.pool.SetMaxOpenConns(c.Conns)
	db.pool.SetMaxIdleConns(c.Conns)
	return nil
}

// attempts is how often a write is tried that PostgreSQL gave up in favour of another.
const attempts = 6

func (db *DB) writePostgres(ctx context.Context, fn func(context.Context, *Tx) error) error {
	for n := 1; ; n++ {
		err := db.tryPostgres(ctx, fn)
		if err == nil || !isRetry(err) || n == attempts {
			return err
		}
		// 2 to 4 ms, doubled each time: the other transaction is short, and two must not meet again in step.
		pause := time.NewTimer(time.Duration(1+rand.Float64()) * time.Millisecond << n)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		}
	}
}

func (db *DB) tryPostgres(ctx context.Context, fn func(context.Context, *Tx) error) error {
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("store: write: %w", unavailable(err))
	}
	defer conn.Close()
	begun, err := conn.BeginTx(ctx, nil) // READ COMMITTED
	if err != nil {
		return fmt.Errorf("store: write: %w", unavailable(err))
	}
	held := &pgTx{conn: conn, tx: begun}
	tx := &Tx{q: held, now: db.now().UTC().Truncate(time.Microsecond)}
	stands := false
	defer func() { // also when the goroutine ends inside fn
		if !stands {
			_ = begun.Rollback() // it may be over already; the connection then goes back, or is thrown away, by itself
		}
	}()
	if err := tx.run(ctx, db.log, fn); err != nil {
		return err
	}
	if err := held.send(ctx); err != nil {
		return err
	}
	if err := begun.Commit(); err != nil {
		if isRetry(err) {
			return err
		}
		return fmt.Errorf("store: write: %w", outage(err))
	}
	stands = true
	tx.settle(db.log)
	return nil
}

func (db *DB) viewPostgres(ctx context.Context, fn func(context.Context, Q) error) error {
	tx, err := db.pool.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return fmt.Errorf("store: view: %w", unavailable(err))
	}
	defer func() { _ = tx.Rollback() }() // it changed nothing
	return fn(ctx, &pgTx{tx: tx})
}

// pgTx runs queries inside a transaction.
type pgTx struct {
	conn    *sql.Conn
	tx      *sql.Tx
	open    bool
	pending []pending
}

// pending is a statement of [Later] that has not been sent yet.
type pending struct {
	query *Query
	args  []any
}

func (*pgTx) engine() Engine { return Postgres }

func (p *pgTx) exec(ctx context.Context, text string, args ...any) (int64, error) {
	if p.open {
		return 0, errOpenRows
	}
	if err := p.send(ctx); err != nil {
		return 0, err
	}
	return pgExec(p.tx.ExecContext(ctx, text, args...))
}

func (p *pgTx) query(ctx context.Context, text string, args ...any) (rows, func(error) error, error) {
	if p.open {
		return nil, nil, errOpenRows
	}
	if err := p.send(ctx); err != nil {
		return nil, nil, err
	}
	found, err := p.tx.QueryContext(ctx, text, args...) //nolint:rowserrcheck // Each asks for it when it has walked them
	if err != nil {
		return nil, nil, unavailable(err)
	}
	p.open = true
	return found, func(err error) error {
		p.open = false
		return unavailable(err)
	}, nil
}

// send has what is pending run, in the order in which it was asked for.
func (p *pgTx) send(ctx context.Context) error {
	if len(p.pending) == 0 {
		return nil
	}
	all := p.pending
	p.pending = nil
	return p.conn.Raw(func(driverConn any) error {
		var batch pgx.Batch
		for _, x := range all {
			batch.Queue(x.query.text(Postgres), x.args...)
		}
		answers := driverConn.(*stdlib.Conn).Conn().SendBatch(ctx, &batch)
		for _, x := range all {
			if _, err := answers.Exec(); err != nil {
				_ = answers.Close() // tells the same
				return fmt.Errorf("%s: %w", x.query, unavailable(err))
			}
		}
		return unavailable(answers.Close())
	})
}

// pipeline sends one statement with many argument lists without waiting for each answer.
func (p *pgTx) pipeline(ctx context.Context, text string, n int, args func(i int) []any) error {
	if err := p.send(ctx); err != nil {
		return err
	}
	return p.conn.Raw(func(driverConn any) error {
		c := driverConn.(*stdlib.Conn).Conn()
		const chunk = 1000 // bounds what is held in memory at both ends
		for from := 0; from < n; from += chunk {
			var batch pgx.Batch
			for i := from; i < min(n, from+chunk); i++ {
				batch.Queue(text, args(i)...)
			}
			if err := c.SendBatch(ctx, &batch).Close(); err != nil {
				return unavailable(err)
			}
		}
		return nil
	})
}

// pgQuerier takes a connection of the pool for each query.
type pgQuerier struct{ pool *sql.DB }

func (pgQuerier) engine() Engine { return Postgres }

func (pgQuerier) exec(context.Context, string, ...any) (int64, error) {
	return liteReader{}.exec(context.Background(), "")
}

func (p pgQuerier) query(ctx context.Context, text string, args ...any) (rows, func(error) error, error) {
	found, err := p.pool.QueryContext(ctx, text, args...) //nolint:rowserrcheck // Each asks for it when it has walked them
	if err != nil {
		return nil, nil, unavailable(err)
	}
	return found, unavailable, nil
}

func pgExec(res sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, unavailable(err)
	}
	return res.RowsAffected()
}

// Older waits until every transaction that began before now has ended: what it will have written is there to be read,
// and whoever writes from now on has begun after. On SQLite a file has one writer, so being its turn is enough.
func (db *DB) Older(ctx context.Context) error {
	if db.engine == SQLite {
		return db.Write(ctx, func(context.Context, *Tx) error { return nil })
	}
	var since time.Time
	if err := db.pool.QueryRowContext(ctx, "SELECT clock_timestamp()").Scan(&since); err != nil {
		return fmt.Errorf("store: older transactions: %w", unavailable(err))
	}
	for {
		var n int
		err := db.pool.QueryRowContext(ctx, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND xact_start < $1 AND pid <> pg_backend_pid()`, since).Scan(&n)
		if err != nil {
			return fmt.Errorf("store: older transactions: %w", unavailable(err))
		}
		if n == 0 {
			return nil
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
