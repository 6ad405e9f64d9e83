package store_test

import (
	"strings"
	"testing"

	"gongzhi/internal/store"
)

func TestCheckQueries(t *testing.T) {
	const every = "-- tenants: all the timekeeper looks for work everywhere\n"
	tests := []struct {
		name string
		sql  string
		want string // part of the one finding; "" when the query is right
	}{
		{"one table", `SELECT id FROM act WHERE tenant = $1 AND id = $2`, ""},
		{"the value first", `SELECT id FROM act WHERE $1 = tenant`, ""},
		{"an alias", `SELECT a.id FROM act AS a WHERE a.tenant = $1`, ""},
		{"no table at all", `SELECT 1`, ""},
		{"a join that carries it", `SELECT a.id FROM act a JOIN matter m ON m.tenant = a.tenant AND m.id = a.matter WHERE a.tenant = $1`, ""},
		{"a left join", `SELECT a.id FROM act a LEFT JOIN matter m ON m.tenant = a.tenant WHERE a.tenant = $1`, ""},
		{"a list of tables", `SELECT a.id FROM act a, matter m WHERE a.tenant = $1 AND m.tenant = $1`, ""},
		{"a join by USING", `SELECT a.id FROM act a JOIN matter m USING (tenant, matter) WHERE a.tenant = $1`, ""},
		{"a page by keyset", `SELECT id FROM act WHERE tenant = $1 AND (at, id) > ($2, $3) ORDER BY at, id LIMIT $4`, ""},
		{"a row of values", `SELECT id FROM act WHERE (tenant, id) = ($1, $2)`, ""},
		{"many rows of values", `SELECT id FROM act WHERE (tenant, id) IN (($1, $2), ($1, $3))`, ""},
		{"alternatives in parentheses", `SELECT id FROM act WHERE tenant = $1 AND (a = 1 OR b = 2)`, ""},
		{"count", `SELECT count(*) FROM act WHERE tenant = $1`, ""},
		{"insert", `INSERT INTO act (tenant, id) VALUES ($1, $2) ON CONFLICT (tenant, id) DO UPDATE SET n = act.n + 1 RETURNING n`, ""},
		{"insert from a query", `INSERT INTO act (tenant, id) SELECT tenant, id FROM old WHERE tenant = $1 ON CONFLICT DO NOTHING`, ""},
		{"update", `UPDATE act SET a = 1, b = 2 WHERE tenant = $1 AND ver = $2`, ""},
		{"update from", `UPDATE act SET a = m.a FROM matter m WHERE act.tenant = $1 AND m.tenant = act.tenant`, ""},
		{"delete", `DELETE FROM act WHERE tenant = $1`, ""},
		{"a query that looks outward", `SELECT m.id FROM matter m WHERE m.tenant = $1 AND EXISTS (SELECT 1 FROM act a WHERE a.tenant = m.tenant)`, ""},
		{"with", `WITH RECURSIVE up (id) AS (SELECT id FROM body WHERE tenant = $1 UNION ALL SELECT b.parent FROM body b JOIN up ON up.id = b.id WHERE b.tenant = $1) SELECT id FROM up`, ""},
		{"a derived table", `SELECT x.n FROM (SELECT count(*) AS n FROM act WHERE tenant = $1) AS x`, ""},
		{"every tenant, with its reason", every + `SELECT DISTINCT tenant FROM job WHERE state = 'ready'`, ""},
		{"a function of tables", `SELECT value FROM json_each($1)`, ""},
		{"words inside a text", `SELECT id FROM act WHERE tenant = $1 AND note <> 'random() FROM nowhere ; FOR UPDATE'`, ""},
		{"is distinct from", `SELECT id FROM act WHERE tenant = $1 AND a IS NOT DISTINCT FROM $2`, ""},

		{"no tenant", `SELECT id FROM act WHERE id = $1`, "table act is not held"},
		{"no condition", `SELECT id FROM act`, "table act is not held"},
		{"tenant in the answer only", `SELECT tenant FROM act ORDER BY tenant`, "table act is not held"},
		{"a range of tenants", `SELECT id FROM act WHERE tenant > $1`, "table act is not held"},
		{"not that tenant", `SELECT id FROM act WHERE NOT (tenant = $1)`, "table act is not held"},
		{"held in one alternative", `SELECT id FROM act WHERE (tenant = $1 OR id = $2)`, "table act is not held"},
		{"an open OR", `SELECT id FROM act WHERE tenant = $1 AND a = 1 OR b = 2`, "OR beside tenant"},
		{"the second table free", `SELECT a.id FROM act a JOIN matter m ON m.id = a.matter WHERE a.tenant = $1`, "table m is not held"},
		{"whose tenant?", `SELECT a.id FROM act a JOIN matter m ON m.id = a.matter WHERE tenant = $1`, "without its table's name"},
		{"joined, but to none", `SELECT a.id FROM act a JOIN matter m ON m.tenant = a.tenant`, "none to a given one"},
		{"joined by USING, but to none", `SELECT a.id FROM act a JOIN matter m USING (tenant)`, "none to a given one"},
		{"free inside", `SELECT id FROM act WHERE tenant = $1 AND id IN (SELECT act FROM ballot)`, "table ballot is not held"},
		{"free in the second half", `SELECT id FROM act WHERE tenant = $1 UNION ALL SELECT id FROM old`, "table old is not held"},
		{"free in WITH", `WITH x AS (SELECT id FROM act) SELECT id FROM x`, "table act is not held"},
		{"free in what is inserted", `INSERT INTO act (tenant, id) SELECT $1, id FROM old`, "table old is not held"},
		{"insert for nobody", `INSERT INTO act (id) VALUES ($1)`, "INSERT without tenant"},
		{"insert without columns", `INSERT INTO act VALUES ($1, $2)`, "INSERT without tenant"},
		{"conflict without", `INSERT INTO act (tenant, id) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING`, "ON CONFLICT without tenant"},
		{"update of all", `UPDATE act SET a = 1`, "table act is not held"},
		{"set is no condition", `UPDATE act SET a = 1, tenant = $1 WHERE id = $2`, "SET tenant"},
		{"a row that moves", `UPDATE act SET tenant = $1 WHERE tenant = $2`, "SET tenant"},
		{"delete of all", `DELETE FROM act`, "table act is not held"},
		{"every tenant without a reason", "-- tenants: all\nSELECT id FROM act", "table act is not held"},
		{"a lock on all", every + `SELECT id FROM job FOR UPDATE SKIP LOCKED`, "over all tenants"},
		{"a lock SQLite does not know", `SELECT id FROM job WHERE tenant = $1 FOR UPDATE SKIP LOCKED`, "SQLite does not know"},
		{"recursion over all", every + `WITH RECURSIVE x AS (SELECT 1) SELECT id FROM x`, "RECURSIVE over all"},
		{"a query inside VALUES", `INSERT INTO act (tenant, id) VALUES ($1, (SELECT max(id) FROM act WHERE tenant = $1))`, "inside VALUES"},
		{"chance", `UPDATE act SET a = random() WHERE tenant = $1`, "random()"},
		{"a clock", `UPDATE act SET a = CURRENT_TIMESTAMP WHERE tenant = $1`, "Tx.Now"},
		{"a sequence", `INSERT INTO act (tenant, id) VALUES ($1, nextval('s'))`, "nextval()"},
		{"all columns", `SELECT * FROM act WHERE tenant = $1`, "spell the columns out"},
		{"all columns of one", `SELECT a.* FROM act a WHERE a.tenant = $1`, "spell the columns out"},
		{"a question mark", `SELECT id FROM act WHERE tenant = $1 AND id = ?`, "placeholder"},
		{"ilike", `SELECT id FROM act WHERE tenant = $1 AND a ILIKE $2`, "ILIKE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			queries, err := store.ParseQueries("test", "-- name: it\n"+tt.sql+";\n")
			if err != nil {
				t.Fatal(err)
			}
			errs := store.CheckQueries(queries)
			switch {
			case tt.want == "" && len(errs) > 0:
				t.Errorf("refused: %v", errs)
			case tt.want != "" && len(errs) == 0:
				t.Errorf("accepted, want %q", tt.want)
			case tt.want != "" && !anySays(errs, tt.want):
				t.Errorf("found %v, want %q", errs, tt.want)
			}
		})
	}
	locked, err := store.ParseQueries("test", "-- name: claim\nSELECT id FROM job WHERE tenant = $1;\n-- name: claim @postgres\nSELECT id FROM job WHERE id = $1 FOR UPDATE SKIP LOCKED;\n")
	if err != nil {
		t.Fatal(err)
	}
	if errs := store.CheckQueries(locked); len(errs) != 1 || !anySays(errs, "test/claim: table job is not held") {
		t.Errorf("the @postgres text: %v", errs)
	}
}

func anySays(errs []error, want string) bool {
	for _, err := range errs {
		if strings.Contains(err.Error(), want) {
			return true
		}
	}
	return false
}

func TestQueryFilesAreReadStrictly(t *testing.T) {
	tests := []struct{ name, file, want string }{
		{"nothing", "", "no queries"},
		{"only a comment", "-- about these queries\n", "no queries"},
		{"SQL before a name", "SELECT 1;\n-- name: a\nSELECT 1;", "before the first"},
		{"no SQL", "-- name: a\n-- later\n", "no SQL"},
		{"twice", "-- name: a\nSELECT 1;\n-- name: a\nSELECT 2;", "line 3: named twice"},
		{"twice for postgres", "-- name: a\nSELECT 1;\n-- name: a @postgres\nSELECT 2;\n-- name: a @postgres\nSELECT 2;", "named twice"},
		{"postgres alone", "-- name: a @postgres\nSELECT 1;", "no first one"},
		{"another engine", "-- name: a @mysql\nSELECT 1;", "not a query's name"},
		{"a bad name", "-- name: ActsAfter\nSELECT 1;", "not a query's name"},
		{"two statements", "-- name: a\nSELECT 1; SELECT 2;", "one statement"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := store.ParseQueries("owner", tt.file); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("err = %v, want %q", err, tt.want)
			}
		})
	}
	got, err := store.ParseQueries("owner", "-- name: a\n-- Why.\nSELECT ';', -- a note\n  2;\n\n-- name: a @postgres\nSELECT 3;\n")
	if err != nil || len(got) != 1 || got[0].Text(store.Postgres) != "SELECT 3" || !strings.HasPrefix(got[0].Text(store.SQLite), "SELECT ';'") {
		t.Errorf("read %v, %v", got, err)
	}
}

func TestMistakesStopTheProgram(t *testing.T) {
	for name, fn := range map[string]func(){
		"an unknown name":  func() { testQueries.Get("nota") },
		"an owner twice":   func() { store.MustQueries("store_test", "-- name: a\nSELECT 1;") },
		"a filter unasked": func() { testQueries.Get("note").And("id = $3") },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			fn()
		})
	}
}

func FuzzCheckQueries(f *testing.F) {
	f.Add("SELECT a.id FROM act a WHERE a.tenant = $1")
	f.Add("WITH x AS (SELECT 1) INSERT INTO a (tenant) VALUES (('")
	f.Add("UPDATE act SET a = (SELECT 1), tenant = $1 FROM ((")
	f.Fuzz(func(t *testing.T, sql string) {
		queries, err := store.ParseQueries("fuzz", "-- name: it\n"+sql)
		if err == nil {
			store.CheckQueries(queries) // whatever it is given, it answers
		}
	})
}
