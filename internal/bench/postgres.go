package main

import (
	"database/sql"
	"fmt"
	"sync"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver
)

// inserts is what PostgreSQL itself does of the smallest durable thing: one row a transaction.
func inserts(url string, clients int, length time.Duration) (l load, err error) {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return l, err
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(clients)
	db.SetMaxIdleConns(clients)
	if _, err := db.Exec(`CREATE TABLE IF NOT EXISTS bare_insert (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL)`); err != nil {
		return l, fmt.Errorf("bare insert: %w", err)
	}
	var (
		mu   sync.Mutex
		wait sync.WaitGroup
	)
	start := time.Now()
	for range clients {
		wait.Go(func() {
			for time.Since(start) < length {
				_, err := db.Exec(`INSERT INTO bare_insert (body) VALUES ($1)`, details)
				mu.Lock()
				if err == nil {
					l.n++
				} else {
					l.bad, l.why = l.bad+1, err
				}
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	l.took = time.Since(start)
	return l, l.why
}
