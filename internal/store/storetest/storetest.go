// Package storetest opens databases for tests.
//
// In: a test. Out: the same test run on SQLite and, where a server is offered, on PostgreSQL, each on a database of
// its own that is gone afterwards. It is never linked into the program.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // makes and drops the databases

	"gongzhi/internal/store"
)

// Env names the variable with the URL of a PostgreSQL server whose user may make databases; scripts/with-postgres
// sets it.
const Env = "GONGZHI_TEST_POSTGRES"

// Now is the instant of every write in a test, unless a Config says otherwise: 2026-03-02 16:00 in Beijing.
var Now = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// Each runs test on each engine, as subtests "sqlite" and "postgres". Without a server the second is skipped, and
// says so.
func Each(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	EachConfig(t, store.Config{}, test)
}

// EachConfig is Each with a configuration, whose URL is chosen here.
func EachConfig(t *testing.T, c store.Config, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	for _, engine := range [...]store.Engine{store.SQLite, store.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			c := c
			c.URL = URL(t, engine)
			test(t, Open(t, c))
		})
	}
}

// Open opens a database until the test ends: a new SQLite file unless c says where.
func Open(t testing.TB, c store.Config) *store.DB {
	t.Helper()
	if c.URL == "" {
		c.URL = URL(t, store.SQLite)
	}
	if c.Now == nil {
		c.Now = func() time.Time { return Now }
	}
	db, err := store.Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("closing the store: %v", err)
		}
	})
	return db
}

// URL makes an empty database for one test and gives its address. It skips the test when there is no server.
func URL(t testing.TB, engine store.Engine) string {
	t.Helper()
	if engine == store.SQLite {
		return filepath.Join(t.TempDir(), "store.db")
	}
	server := os.Getenv(Env)
	if server == "" {
		t.Skip("not run on PostgreSQL: no server in " + Env + "; try scripts/with-postgres go test")
	}
	at, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s: %v", Env, err)
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close() })
	name := "test_" + strings.ToLower(rand.Text())
	if _, err := admin.ExecContext(context.Background(), "CREATE DATABASE "+name); err != nil {
		t.Fatalf("making a database for the test: %v", err)
	}
	t.Cleanup(func() {
		if _, err := admin.ExecContext(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("dropping the test's database: %v", err)
		}
	})
	at.Path = "/" + name
	return at.String()
}
