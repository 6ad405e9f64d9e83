package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"gongzhi/internal/store"
)

// onPostgres opens a house of reports on PostgreSQL that holds what one on SQLite holds, row by row: writing ten years
// through the desk twice would take an hour, and the rows are the same. The schema is made by the migrations.
func onPostgres(t *testing.T, dir, server string) *scale {
	t.Helper()
	ctx := t.Context()
	admin, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatal(err)
	}
	name := "scale_" + filepath.Base(dir)
	_, err = admin.Exec(ctx, "CREATE DATABASE "+name)
	_ = admin.Close(ctx)
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	at.Path = "/" + name
	db, err := store.Open(ctx, store.Config{URL: at.String(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := copyRows(ctx, filepath.Join(dir, "gongzhi.db"), at.String()); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s copied in %s", name, time.Since(began).Round(time.Second))
	beside := t.TempDir() // keys, files and progress
	if err := os.CopyFS(filepath.Join(beside, "keys"), os.DirFS(filepath.Join(dir, "keys"))); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, progressFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(beside, progressFile), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	s := openScale(t, beside, at.String())
	t.Cleanup(func() { _ = s.house.Close() })
	return s
}

// copyRows fills every table of a PostgreSQL database from the table of the same name in a SQLite file.
func copyRows(ctx context.Context, file, to string) error {
	from, err := sql.Open("sqlite", "file:"+file+"?mode=ro")
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	into, err := pgx.Connect(ctx, to)
	if err != nil {
		return err
	}
	defer func() { _ = into.Close(ctx) }()
	if _, err := into.Exec(ctx, "SET session_replication_role = replica"); err != nil { // what one row refers to may come later
		return err
	}
	found, err := into.Query(ctx, `SELECT table_name, column_name, data_type FROM information_schema.columns
		WHERE table_schema = 'public' AND is_generated = 'NEVER' AND table_name <> 'goose_db_version' ORDER BY table_name, ordinal_position`)
	if err != nil {
		return err
	}
	type column struct{ Table, Name, Type string }
	columns, err := pgx.CollectRows(found, pgx.RowToStructByPos[column])
	if err != nil {
		return err
	}
	for _, c := range columns {
		if _, err := into.Exec(ctx, "TRUNCATE "+c.Table+" CASCADE"); err != nil {
			return err
		}
	}
	for len(columns) > 0 {
		n := 1
		for n < len(columns) && columns[n].Table == columns[0].Table {
			n++
		}
		table, of := columns[0].Table, columns[:n]
		columns = columns[n:]
		var names, types []string
		for _, c := range of {
			names, types = append(names, c.Name), append(types, c.Type)
		}
		if err := copyTable(ctx, from, into, table, names, types); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	_, err = into.Exec(ctx, "ANALYZE")
	return err
}

func copyTable(ctx context.Context, from *sql.DB, into *pgx.Conn, table string, names, types []string) error {
	var there int
	if err := from.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?", table).Scan(&there); err != nil || there == 0 {
		return err // there are tables that only PostgreSQL has
	}
	rows, err := from.QueryContext(ctx, "SELECT "+strings.Join(names, ", ")+" FROM "+table) //nolint:gosec // names of the schema
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	_, err = into.CopyFrom(ctx, pgx.Identifier{table}, names, pgx.CopyFromFunc(func() ([]any, error) {
		if !rows.Next() {
			return nil, rows.Err()
		}
		values, at := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			at[i] = &values[i]
		}
		if err := rows.Scan(at...); err != nil {
			return nil, err
		}
		for i, kind := range types {
			switch v := values[i].(type) {
			case int64:
				if kind == "boolean" {
					values[i] = v != 0
				}
			case []byte:
				values[i] = append([]byte{}, v...) // an empty one comes as nil, which would be none
				if kind == "text" {
					values[i] = string(v)
				}
			case string:
				if kind == "bytea" {
					values[i] = []byte(v)
				}
			}
		}
		return values, nil
	}))
	return err
}
