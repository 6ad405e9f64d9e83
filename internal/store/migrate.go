package store

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// migrationFiles are the tables of every owner package, in the order they came to be. To add one, take the next
// number: migrations/0007_ledger.sql, beginning with "-- +goose Up", in the SQL both engines share; what only one
// understands stands in a comment that names it: /*sqlite WITHOUT ROWID*/ or /*postgres …*/. There is no way down.
//
//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrate brings the schema up to date; when it is, it does nothing.
func (db *DB) migrate(ctx context.Context, files fs.FS) error {
	dialect := goose.DialectSQLite3
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithSlog(db.log)}
	if db.engine == Postgres {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker() // several processes may start at once
		if err != nil {
			return fmt.Errorf("store: migrations: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, db.pool, dialectFS{files, db.engine}, options...)
	if err != nil {
		return fmt.Errorf("store: migrations: %w", err)
	}
	done, err := provider.Up(ctx)
	if err != nil {
		return fmt.Errorf("store: migrations: %w", unavailable(err))
	}
	if n := len(done); n > 0 {
		db.log.Info("store: migrated", "files", n, "last", path.Base(done[n-1].Source.Path))
	}
	return nil
}

// dialectFS shows each migration as one engine should read it.
type dialectFS struct {
	fs.FS
	engine Engine
}

var forOneEngine = regexp.MustCompile(`(?s)/\*(sqlite|postgres)\s(.*?)\*/`)

func (d dialectFS) Open(name string) (fs.File, error) {
	f, err := d.FS.Open(name)
	if err != nil || path.Ext(name) != ".sql" {
		return f, err
	}
	info, err := f.Stat()
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		return nil, err
	}
	text, err := fs.ReadFile(d.FS, name)
	if err != nil {
		return nil, err
	}
	text = forOneEngine.ReplaceAllFunc(text, func(comment []byte) []byte {
		m := forOneEngine.FindSubmatch(comment)
		if string(m[1]) != d.engine.String() {
			return nil
		}
		return m[2]
	})
	return &memFile{bytes.NewReader(text), info}, nil
}

// memFile is a file whose text has been changed in passing.
type memFile struct {
	*bytes.Reader
	info fs.FileInfo
}

func (m *memFile) Stat() (fs.FileInfo, error) { return m.info, nil }
func (m *memFile) Close() error               { return nil }
