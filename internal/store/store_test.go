package store_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
)

// testQueries are registered like those of any owner, so that CheckAll sees them. Their tables are made by
// testMigration, which only this package's own tests use.
var testQueries = store.MustQueries("store_test", `
-- name: add-note
INSERT INTO note (tenant, id, body, seen) VALUES ($1, $2, $3, $4);

-- name: note
-- One note. Walks the primary key.
SELECT tenant, id, body, seen FROM note WHERE tenant = $1 AND id = $2;

-- name: notes
SELECT tenant, id, body, seen FROM note WHERE tenant = $1 /*and*/ ORDER BY id;

-- name: count-notes
SELECT count(*) FROM note WHERE tenant = $1;

-- name: touch-note
UPDATE note SET body = body || '+' WHERE tenant = $1 AND id = $2;

-- name: engine-name
SELECT cast('sqlite' AS text);

-- name: engine-name @postgres
SELECT cast('postgres' AS text);
`)

const testMigration = `-- +goose Up
CREATE TABLE note (
	tenant bigint  NOT NULL,
	id     bigint  NOT NULL,
	body   bytea   NOT NULL CHECK (length(body) < 2000000),
	seen   boolean NOT NULL,
	PRIMARY KEY (tenant, id)
) /*sqlite WITHOUT ROWID*/ /*postgres WITH (fillfactor = 90)*/;
`

type note struct {
	Tenant int64  `db:"tenant"`
	ID     int64  `db:"id"`
	Body   []byte `db:"body"`
	Seen   bool   `db:"seen"`
}

// testInstant has nanoseconds, which a Tx must not show: they would not survive being stored.
var testInstant = time.Date(2026, 3, 2, 8, 0, 0, 123456789, time.UTC)

func fixed() time.Time { return testInstant }

// testFiles are the migrations of the house and one more.
func testFiles(t testing.TB, extra string) fstest.MapFS {
	t.Helper()
	own, err := store.MigrationFiles.ReadDir("migrations")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{"9999_test.sql": {Data: []byte(extra)}}
	for _, e := range own {
		data, err := store.MigrationFiles.ReadFile("migrations/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = &fstest.MapFile{Data: data}
	}
	return files
}

func openTest(t testing.TB, c store.Config) *store.DB {
	t.Helper()
	if c.URL == "" {
		c.URL = filepath.Join(t.TempDir(), "store.db")
	}
	if c.Now == nil {
		c.Now = fixed
	}
	db, err := store.OpenWith(context.Background(), c, testFiles(t, testMigration))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return db
}

// each runs test on every engine there is.
func each(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			test(t, openTest(t, store.Config{URL: storetest.URL(t, engine)}))
		})
	}
}

func addNote(id int64, body string) func(context.Context, *store.Tx) error {
	return func(ctx context.Context, tx *store.Tx) error {
		_, err := store.Exec(ctx, tx, testQueries.Get("add-note"), 1, id, []byte(body), true)
		return err
	}
}

func countNotes(t testing.TB, db *store.DB) int64 {
	t.Helper()
	n, err := store.Get[int64](context.Background(), db.Read(), testQueries.Get("count-notes"), 1)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRowsComeBackAsTheyWent(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		body := []byte{0, 255, '\'', 0xE5, 0x85, 0xB1}
		if err := db.Write(ctx, addNote(7, string(body))); err != nil {
			t.Fatal(err)
		}
		got, err := store.Get[note](ctx, db.Read(), testQueries.Get("note"), 1, 7)
		if err != nil || string(got.Body) != string(body) || !got.Seen || got.ID != 7 || got.Tenant != 1 {
			t.Errorf("Get = %+v, %v", got, err)
		}
		if _, err := store.Get[note](ctx, db.Read(), testQueries.Get("note"), 2, 7); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("another tenant's row: err = %v, want ErrNotFound", err)
		}
		if name, err := store.Get[string](ctx, db.Read(), testQueries.Get("engine-name")); err != nil || name != db.Engine().String() {
			t.Errorf("engine-name = %q, %v", name, err)
		}
		type half struct {
			ID int64 `db:"id"`
		}
		if _, err := store.Get[half](ctx, db.Read(), testQueries.Get("note"), 1, 7); err == nil || !strings.Contains(err.Error(), `"tenant"`) {
			t.Errorf("a column without a field: err = %v", err)
		}
		if _, err := store.Exec(ctx, db.Read(), testQueries.Get("touch-note"), 1, 7); err == nil {
			t.Error("a reader could write")
		}
	})
}

func TestBulkAndFilters(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		rows := make([]note, 2500)
		for i := range rows {
			rows[i] = note{Tenant: 1, ID: int64(i + 1), Body: fmt.Appendf(nil, "b%d", i%10), Seen: i%2 == 0}
		}
		bulk := func(ctx context.Context, tx *store.Tx) error {
			return store.Bulk(ctx, tx, testQueries.Get("add-note"), rows)
		}
		if err := db.Write(ctx, bulk); err != nil {
			t.Fatal(err)
		}
		notes := testQueries.Get("notes")
		got, err := store.Select[note](ctx, db.Read(), notes.And("id > $2", "id <= $3 OR id = $4"), 1, 10, 20, 2500)
		if err != nil || len(got) != 11 || got[0].ID != 11 || got[10].ID != 2500 || string(got[0].Body) != "b0" || string(got[1].Body) != "b1" {
			t.Errorf("filtered: %d rows, %v", len(got), err)
		}
		if all, err := store.Select[note](ctx, db.Read(), notes.And(), 1); err != nil || len(all) != 2500 {
			t.Errorf("all: %d rows, %v", len(all), err)
		}
		rows = rows[:2] // the same again: a conflict, which takes the whole import back
		rows[0].ID = 9000
		if err := db.Write(ctx, bulk); !store.IsConflict(err) || store.IsBroken(err) {
			t.Errorf("importing twice: err = %v, want a conflict", err)
		}
		if n := countNotes(t, db); n != 2500 {
			t.Errorf("%d rows after the refused import, want 2500", n)
		}
		type wrong struct {
			Tenant int64 `db:"tenant"`
		}
		err = db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			return store.Bulk(ctx, tx, testQueries.Get("add-note"), []wrong{{1}})
		})
		if err == nil || !strings.Contains(err.Error(), `column "id"`) {
			t.Errorf("a struct without the columns: err = %v", err)
		}
	})
}

func TestEachStopsAndHoldsOff(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		for id := range int64(5) {
			if err := db.Write(ctx, addNote(id, "x")); err != nil {
				t.Fatal(err)
			}
		}
		for range 50 { // leaving early gives the connection back, or the readers would run out
			for _, err := range store.Each[note](ctx, db.Read(), testQueries.Get("notes"), 1) {
				if err != nil {
					t.Fatal(err)
				}
				break
			}
		}
		err := db.View(ctx, func(ctx context.Context, q store.Q) error {
			for _, err := range store.Each[note](ctx, q, testQueries.Get("notes"), 1) {
				if err != nil {
					return err
				}
				if _, err := store.Get[int64](ctx, q, testQueries.Get("count-notes"), 1); err == nil {
					t.Error("a query ran while rows of the same View were open")
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		seen := 0
		var last error
		for _, err := range store.Each[note](ctx, db.Read(), testQueries.Get("notes"), 1) {
			if seen++; seen == 2 {
				cancel()
			}
			last = err
		}
		if !errors.Is(last, context.Canceled) {
			t.Errorf("walk of a cancelled reader ended with %v after %d rows", last, seen)
		}
	})
}

func TestViewDoesNotMove(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		err := db.View(ctx, func(ctx context.Context, q store.Q) error {
			before, err := store.Get[int64](ctx, q, testQueries.Get("count-notes"), 1)
			if err != nil {
				return err
			}
			if err := db.Write(context.Background(), addNote(1, "meanwhile")); err != nil {
				return err
			}
			after, err := store.Get[int64](ctx, q, testQueries.Get("count-notes"), 1)
			if err != nil || before != 0 || after != 0 {
				t.Errorf("in the view: %d, then %d (%v), want 0 and 0", before, after, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := countNotes(t, db); n != 1 {
			t.Errorf("after the view: %d, want 1", n)
		}
	})
}

func TestMigratingTwiceChangesNothing(t *testing.T) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			c := store.Config{URL: storetest.URL(t, engine)}
			first := openTest(t, c)
			if err := first.Write(context.Background(), addNote(1, "kept")); err != nil {
				t.Fatal(err)
			}
			if err := first.Close(); err != nil {
				t.Fatal(err)
			}
			if n := countNotes(t, openTest(t, c)); n != 1 {
				t.Errorf("%d notes after opening again, want 1", n)
			}
		})
	}
}

func TestAFaultyMigrationLeavesNothing(t *testing.T) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			c := store.Config{URL: storetest.URL(t, engine), Now: fixed}
			broken := testFiles(t, testMigration+"INSERT INTO nowhere VALUES (1);\n")
			if db, err := store.OpenWith(context.Background(), c, broken); err == nil {
				_ = db.Close()
				t.Fatal("a faulty migration was accepted")
			}
			openTest(t, c) // the corrected file must run: nothing of the faulty one was left
		})
	}
}

func TestCheckAllFindsTypos(t *testing.T) {
	// A registered query stays for the whole test binary, so the typo is made by taking the table away.
	each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		if err := db.CheckAll(ctx); err != nil {
			t.Fatalf("all is well, yet %v", err)
		}
		if err := db.Pool(ctx, "ALTER TABLE note RENAME COLUMN seen TO sean"); err != nil {
			t.Fatal(err)
		}
		err := db.CheckAll(ctx)
		if err == nil {
			t.Fatal("CheckAll is content with a column that is not there")
		}
		for _, name := range []string{"store_test/add-note", "store_test/note", "store_test/notes"} {
			if !strings.Contains(err.Error(), "query "+name+" on "+db.Engine().String()) {
				t.Errorf("CheckAll does not name %s: %v", name, err)
			}
		}
		if strings.Contains(err.Error(), "count-notes") {
			t.Errorf("CheckAll blames a query that is right: %v", err)
		}
	})
}

func TestBackup(t *testing.T) {
	ctx := context.Background()
	db := openTest(t, store.Config{})
	if err := db.Write(ctx, addNote(1, "kept")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := db.Backup(ctx, path); err != nil {
		t.Fatal(err)
	}
	if n := countNotes(t, openTest(t, store.Config{URL: path})); n != 1 {
		t.Errorf("%d notes in the copy, want 1", n)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy: %v, %v; want it readable by its owner only", info.Mode(), err)
	}
	if err := db.Backup(ctx, path); err == nil || !strings.Contains(err.Error(), "never overwrites") {
		t.Errorf("over an existing file: err = %v", err)
	}
	if err := db.Backup(ctx, filepath.Join(t.TempDir(), "none", "copy.db")); err == nil {
		t.Error("into a folder that is not there: no error")
	}
}

func TestMemoryIsGoneAfterClose(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	db := openTest(t, store.Config{URL: ":memory:"})
	if err := db.Write(context.Background(), addNote(1, "x")); err != nil {
		t.Fatal(err)
	}
	if n := countNotes(t, db); n != 1 {
		t.Fatalf("%d notes", n)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestTheLogIsMovedWhileOpen: the database file takes over what was written without anybody closing it.
func TestTheLogIsMovedWhileOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	db := openTest(t, store.Config{URL: path})
	if err := db.Write(context.Background(), addNote(1, strings.Repeat("x", 1_000_000))); err != nil {
		t.Fatal(err)
	}
	for tries := 0; ; tries++ {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > 1_000_000 {
			return
		}
		if tries == 500 {
			t.Fatalf("after 5 s the file has still %d bytes", info.Size())
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestALongLogBeginsAnew: also where somebody always writes, and when nobody does any more nothing of it is left.
func TestALongLogBeginsAnew(t *testing.T) {
	store.LongLog(t, 200)
	path := filepath.Join(t.TempDir(), "store.db")
	db := openTest(t, store.Config{URL: path})
	var (
		group sync.WaitGroup
		next  atomic.Int64
		again atomic.Bool
	)
	late := time.Now().Add(time.Minute)
	for range 4 {
		group.Go(func() {
			for !again.Load() && time.Now().Before(late) {
				if err := db.Write(context.Background(), addNote(next.Add(1), strings.Repeat("x", 50_000))); err != nil {
					t.Error(err)
					return
				}
				head, err := readHead(path+"-wal", 16)
				if err != nil {
					t.Error(err)
					return
				}
				// How often the log was begun stands at offset 12.
				again.Store(again.Load() || len(head) == 16 && binary.BigEndian.Uint32(head[12:]) > 0)
			}
		})
	}
	group.Wait()
	if !again.Load() {
		t.Fatalf("after %d writes it is still the first log", next.Load())
	}
	if err := db.Write(context.Background(), addNote(next.Add(1), strings.Repeat("x", 1_500_000))); err != nil {
		t.Fatal(err)
	}
	for size := int64(-1); size != 0 && !t.Failed(); time.Sleep(10 * time.Millisecond) {
		info, err := os.Stat(path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		if size = info.Size(); size > 0 && time.Now().After(late) {
			t.Errorf("nobody writes, and the log still has %d bytes", size)
		}
	}
}

// readHead reads the first n bytes of a file, fewer where it has fewer.
func readHead(path string, n int) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, n)
	n, err = io.ReadFull(f, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return head[:n], err
}

func TestEveryConnectionKeepsItsPlans(t *testing.T) {
	on, err := openTest(t, store.Config{}).PlannerSteady(context.Background())
	if err != nil || !on {
		t.Errorf("planner stability: %v, %v", on, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("this is no database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		c    store.Config
		want string
	}{
		{"no clock", store.Config{URL: filepath.Join(dir, "a.db")}, "Config.Now"},
		{"mysql", store.Config{URL: "mysql://localhost/x", Now: fixed}, "mysql"},
		{"own settings", store.Config{URL: "file:x.db?_pragma=synchronous(OFF)", Now: fixed}, "settings are fixed"},
		{"no such folder", store.Config{URL: filepath.Join(dir, "none", "a.db"), Now: fixed}, "none"},
		{"a folder", store.Config{URL: dir, Now: fixed}, dir},
		{"not a database", store.Config{URL: text, Now: fixed}, "not a database"},
		{"nobody answers", store.Config{URL: "postgres://gongzhi@127.0.0.1:1/x?connect_timeout=2", Now: fixed}, "127.0.0.1"},
		{"no such user@host", store.Config{URL: "postgres://%zz", Now: fixed}, "URL of the database"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			db, err := store.Open(context.Background(), tt.c)
			if err == nil {
				_ = db.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("err = %v, want it to say %q", err, tt.want)
			}
		})
	}
}
