package book_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
)

// A thousand rows are written as every row is, then copied within the database until there are as many as asked. Ids of
// letters keep paths readable to the copying statement.
const (
	copyRows = `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < cast($3 AS bigint) - 1),
s (t) AS (SELECT substr($4, cast(i / 676 AS integer) + 1, 1) || substr($4, cast(i / 26 % 26 AS integer) + 1, 1) || substr($4, cast(i % 26 AS integer) + 1, 1) FROM n)
INSERT INTO register_row (tenant, register, id, version, path, valid_from, valid_to, ended, body, hash, sealed, change, made)
SELECT r.tenant, r.register, r.id || s.t, r.version, substr(r.path, 1, length(r.path) - 1) || s.t || '/', r.valid_from, r.valid_to, r.ended,
	replace(r.body, '"id":"' || r.id || '"', '"id":"' || r.id || s.t || '"'), r.hash, r.sealed, r.change, r.made
FROM register_row r CROSS JOIN s WHERE r.tenant = $1 AND r.register = $2 AND r.id > 'copy' AND r.id < 'copz'`
	copyWords = `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < cast($5 AS bigint) - 1),
s (t) AS (SELECT substr($6, cast(i / 676 AS integer) + 1, 1) || substr($6, cast(i / 26 % 26 AS integer) + 1, 1) || substr($6, cast(i % 26 AS integer) + 1, 1) FROM n)
INSERT INTO register_word (tenant, word, register, path, reach)
SELECT w.tenant, w.word, w.register, substr(w.path, 1, length(w.path) - 1) || s.t || '/', w.reach
FROM register_word w CROSS JOIN s WHERE w.tenant = $1 AND w.register = $2 AND w.path > $3 AND w.path < $4`
)

var million = store.MustQueries("millionbench", "-- name: rows\n"+copyRows+" ORDER BY r.id, s.t;\n-- name: words\n"+copyWords+" ORDER BY w.word, w.path, s.t;\n-- name: analyze\nANALYZE")

const alphabet = "abcdefghijklmnopqrstuvwxyz"

// letters writes a number as three letters.
func letters(n int) string {
	return string([]byte{byte('a' + n/676), byte('a' + n/26%26), byte('a' + n%26)})
}

// BenchmarkMillion shows that lists and searches cost what their page costs, not what the register holds: run it with
//
//	go test ./internal/book -run '^$' -bench Million -benchtime 200x
//
// for SQLite, and within scripts/with-postgres for both.
func BenchmarkMillion(b *testing.B) {
	for _, engine := range [...]store.Engine{store.SQLite, store.Postgres} {
		for _, n := range []int{10_000, 1_000_000} {
			b.Run(fmt.Sprintf("%s/%d", engine, n), func(b *testing.B) {
				url := storetest.URL(b, engine)
				h := open(b, storetest.Open(b, store.Config{URL: url}))
				fillTo(h, url, n)
				listsAndSearches(b, h)
			})
		}
	}
}

// bare takes from the PostgreSQL tables what makes filling them slow, and gives what puts it back: an index is built from
// sorted rows in a fraction of the time it takes to grow.
var bare, dressed = []string{
	"SET session_replication_role = replica", // no foreign key is asked for each of the rows
	"SET maintenance_work_mem = '1GB'",
	"ALTER TABLE register_word SET UNLOGGED",
	"ALTER TABLE register_word DROP CONSTRAINT register_word_pkey",
	"DROP INDEX register_row_path",
	"DROP INDEX register_row_change",
}, []string{
	"ALTER TABLE register_word ADD PRIMARY KEY (tenant, word, register, path)",
	"CREATE INDEX register_row_path ON register_row (tenant, register, path, valid_from)",
	"CREATE INDEX register_row_change ON register_row (tenant, change)",
	"ANALYZE",
}

func fillPostgres(h *house, url string, copies int) {
	db, err := sql.Open("pgx", url)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = db.Close() }() // it only filled
	conn, err := db.Conn(context.Background())
	if err != nil {
		h.t.Fatal(err)
	}
	run := func(statement string, args ...any) {
		h.t.Helper()
		if _, err := conn.ExecContext(context.Background(), statement, args...); err != nil {
			h.t.Fatalf("%s: %v", statement, err)
		}
	}
	for _, s := range bare {
		run(s)
	}
	run(copyWords, int64(tenant), "compound", "/community/nyyh/compound/copy", "/community/nyyh/compound/copz", copies, alphabet)
	run(copyRows, int64(tenant), "compound", copies, alphabet)
	for _, s := range dressed {
		run(s)
	}
}

func fillTo(h *house, url string, n int) {
	h.t.Helper()
	set := book.Set{On: day1}
	for i := range 1000 {
		mode := "none"
		if i%50 == 0 {
			mode = "self_managed"
		}
		set.Entries = append(set.Entries, register.Entry{
			ID: act.RowID{Register: "compound", ID: "copy" + letters(i)}, Parent: act.RowID{Register: "community", ID: "nyyh"},
			Values: map[string]any{"name": fmt.Sprintf("演示第%d号楼院", i+1), "address": fmt.Sprintf("演示路%d号", i+1), "management_mode": mode, "eligible": i%2 == 0},
		})
	}
	h.must(set)
	h.must(book.Set{On: day1, Entries: []register.Entry{{
		ID: act.RowID{Register: "compound", ID: "single"}, Parent: act.RowID{Register: "community", ID: "nyyh"},
		Values: map[string]any{"name": "独一无二大院", "address": "演示路9999号", "management_mode": "none", "eligible": true},
	}}})
	copies := n/1000 - 1
	if h.db.Engine() == store.Postgres {
		fillPostgres(h, url, copies)
		return
	}
	h.write(func(ctx context.Context, tx *store.Tx) error {
		if _, err := store.Exec(ctx, tx, million.Get("words"), int64(tenant), "compound", "/community/nyyh/compound/copy", "/community/nyyh/compound/copz", copies, alphabet); err != nil {
			return err
		}
		if _, err := store.Exec(ctx, tx, million.Get("rows"), int64(tenant), "compound", copies, alphabet); err != nil {
			return err
		}
		_, err := store.Exec(ctx, tx, million.Get("analyze"))
		return err
	})
}

func listsAndSearches(b *testing.B, h *house) {
	list := func(name string, f book.Filter, after string, want int) (next string) {
		f.Register, f.On = "compound", day2
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				p, err := h.reader().List(f, after, 50)
				if err != nil || len(p.Rows) != want {
					b.Fatalf("%d rows, want %d: %v", len(p.Rows), want, err)
				}
				next = p.Next
			}
		})
		return next
	}
	list("first page", book.Filter{}, "", 50)
	middle, err := h.reader().List(book.Filter{Register: "compound", On: day2, Equal: map[string]string{"management_mode": "self_managed"}}, "", 50)
	if err != nil {
		b.Fatal(err)
	}
	list("a page further on", book.Filter{}, middle.Next, 50)
	list("one filter", book.Filter{Equal: map[string]string{"management_mode": "self_managed"}}, "", 50)
	list("two filters", book.Filter{Equal: map[string]string{"management_mode": "self_managed", "eligible": "true"}}, "", 50)
	list("text that one row has", book.Filter{Text: "独一无二"}, "", 1)
	list("text that all have", book.Filter{Text: "演示"}, "", 50)
	sights := []book.Sight{{Path: "/", Reach: register.ToStaff}}
	for name, what := range map[string]string{"search two characters": "无二", "search initials": "dywe", "search a number": "9999", "search what all have": "楼院"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				hits, err := h.reader().Search(what, sights, day2)
				if err != nil || len(hits) == 0 {
					b.Fatalf("%d hits, %v", len(hits), err)
				}
			}
		})
	}
}
