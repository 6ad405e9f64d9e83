package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// CheckSchema tells where the tables of db break the rules that let one schema grow over many machines, sharded by
// tenant. It looks at what was really made, on either engine. The table in which the migrations count is not ours.
func CheckSchema(ctx context.Context, db *DB) []error {
	load := liteTables
	if db.engine == Postgres {
		load = pgTables
	}
	tables, triggers, err := load(ctx, db.pool)
	if err != nil {
		return []error{fmt.Errorf("store: reading the schema: %w", err)}
	}
	if len(tables) == 0 {
		return []error{fmt.Errorf("store: no tables: the schema was not migrated")}
	}
	var errs []error
	for _, t := range tables {
		for _, said := range t.check() {
			errs = append(errs, fmt.Errorf("table %s: %s", t.name, said))
		}
	}
	for _, name := range triggers {
		errs = append(errs, fmt.Errorf("trigger %s: a sharded database runs none; write what it would write in Go", name))
	}
	return errs
}

// table is what the rules ask of a table.
type table struct {
	name    string
	columns []column
	key     []string   // of the primary key
	uniques [][]string // of UNIQUE constraints and indexes; "" stands for an expression
	foreign []foreignKey
}

type column struct {
	name, kind string
	notNull    bool
	fallback   string // DEFAULT
}

type foreignKey struct {
	to        string
	from, ref []string
	onDelete  string
	onUpdate  string
}

// kinds are the types that mean the same on both engines.
var kinds = []string{"bigint", "text", "bytea", "boolean", "double precision"}

func (t table) check() []string {
	var said []string
	say := func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }

	i := slices.IndexFunc(t.columns, func(c column) bool { return c.name == "tenant" })
	switch {
	case i < 0:
		say("no column tenant")
	case t.columns[i].kind != "bigint" || !t.columns[i].notNull:
		say("tenant is %s, null %v; it must be bigint NOT NULL", t.columns[i].kind, !t.columns[i].notNull)
	}
	for _, c := range t.columns {
		if !slices.Contains(kinds, c.kind) {
			say("column %s is %s; use %s: times are µs as bigint, exact numbers integers in the smallest unit, JSON canonical text",
				c.name, c.kind, strings.Join(kinds, ", "))
		}
		if n := strings.ToLower(c.fallback); strings.Contains(n, "nextval") || strings.Contains(n, "(") || strings.Contains(n, "current_") {
			say("column %s has DEFAULT %s: ids and instants are made by the application", c.name, c.fallback)
		}
	}
	switch {
	case len(t.key) == 0:
		say("no primary key: it could not be moved online")
	case t.key[0] != "tenant":
		say("primary key (%s) does not lead with tenant", strings.Join(t.key, ", "))
	}
	for _, u := range t.uniques {
		if u[0] != "tenant" {
			say("UNIQUE (%s) does not lead with tenant", strings.Join(u, ", "))
		}
	}
	for _, f := range t.foreign {
		at := slices.Index(f.from, "tenant")
		if at < 0 || at >= len(f.ref) || f.ref[at] != "tenant" {
			say("foreign key (%s) to %s does not carry tenant to tenant", strings.Join(f.from, ", "), f.to)
		}
		for _, action := range []string{f.onDelete, f.onUpdate} {
			if action == "SET NULL" || action == "SET DEFAULT" {
				say("foreign key to %s: %s would touch tenant; a sharded database refuses it", f.to, action)
			}
		}
		if f.onUpdate == "CASCADE" {
			say("foreign key to %s: ON UPDATE CASCADE; keys do not change", f.to)
		}
	}
	return said
}

// bookkeeping is the table of the migrations themselves.
const bookkeeping = "goose_db_version"

// collect runs a query of text columns and hands each row to fn; NULL is "".
func collect(ctx context.Context, pool *sql.DB, n int, fn func(row []string), query string, args ...any) error {
	rows, err := pool.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	cells := make([]sql.NullString, n)
	into := make([]any, n)
	for i := range cells {
		into[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		row := make([]string, n)
		for i, c := range cells {
			row[i] = c.String
		}
		fn(row)
	}
	return rows.Err()
}

// liteTables reads the schema of SQLite. Virtual tables and what stands behind them are not looked at: they are
// indexes for search that PostgreSQL has in another form.
func liteTables(ctx context.Context, pool *sql.DB) (tables []table, triggers []string, err error) {
	err = collect(ctx, pool, 1, func(r []string) { tables = append(tables, table{name: r[0]}) },
		`SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
		   AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name <> $1 ORDER BY name`, bookkeeping)
	for i := range tables {
		t := &tables[i]
		if err == nil {
			err = collect(ctx, pool, 5, func(r []string) {
				t.columns = append(t.columns, column{r[0], strings.ToLower(r[1]), r[2] == "1", r[3]})
			}, `SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info($1) ORDER BY cid`, t.name)
		}
		if err == nil {
			err = collect(ctx, pool, 1, func(r []string) { t.key = append(t.key, r[0]) },
				`SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk`, t.name)
		}
		if err == nil {
			last := ""
			err = collect(ctx, pool, 2, func(r []string) {
				if r[0] != last {
					t.uniques, last = append(t.uniques, nil), r[0]
				}
				n := len(t.uniques) - 1
				t.uniques[n] = append(t.uniques[n], r[1])
			}, `SELECT l.name, i.name FROM pragma_index_list($1) AS l, pragma_index_info(l.name) AS i
			     WHERE l."unique" = 1 AND l.origin <> 'pk' ORDER BY l.seq, i.seqno`, t.name)
		}
		if err == nil {
			last := ""
			err = collect(ctx, pool, 6, func(r []string) {
				if r[0] != last {
					t.foreign, last = append(t.foreign, foreignKey{to: r[1], onDelete: r[4], onUpdate: r[5]}), r[0]
				}
				f := &t.foreign[len(t.foreign)-1]
				f.from, f.ref = append(f.from, r[2]), append(f.ref, r[3])
			}, `SELECT id, "table", "from", coalesce("to", "from"), on_delete, on_update FROM pragma_foreign_key_list($1) ORDER BY id, seq`, t.name)
		}
	}
	if err == nil {
		err = collect(ctx, pool, 1, func(r []string) { triggers = append(triggers, r[0]) },
			`SELECT name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name`)
	}
	return tables, triggers, err
}

// pgTables reads the schema of PostgreSQL, as far as it is in the first schema of the search path.
func pgTables(ctx context.Context, pool *sql.DB) (tables []table, triggers []string, err error) {
	err = collect(ctx, pool, 1, func(r []string) { tables = append(tables, table{name: r[0]}) },
		`SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
		   AND relname <> $1 ORDER BY relname`, bookkeeping)
	for i := range tables {
		t := &tables[i]
		if err == nil {
			err = collect(ctx, pool, 4, func(r []string) {
				t.columns = append(t.columns, column{r[0], r[1], r[2] == "true", r[3]})
			}, `SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text,
			           CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END
			      FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
			     WHERE a.attrelid = quote_ident($1)::regclass AND a.attnum > 0 AND NOT a.attisdropped
			       AND format_type(a.atttypid, a.atttypmod) <> 'tsvector' ORDER BY a.attnum`, t.name)
		}
		if err == nil {
			last := ""
			err = collect(ctx, pool, 3, func(r []string) {
				if r[1] == "true" {
					t.key = append(t.key, r[2])
					return
				}
				if r[0] != last {
					t.uniques, last = append(t.uniques, nil), r[0]
				}
				n := len(t.uniques) - 1
				t.uniques[n] = append(t.uniques[n], r[2])
			}, `SELECT c.relname, x.indisprimary::text, a.attname
			      FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
			      CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY AS k (col, n)
			      LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.col AND k.col > 0
			     WHERE x.indrelid = quote_ident($1)::regclass AND x.indisunique AND k.n <= x.indnkeyatts ORDER BY c.relname, k.n`, t.name)
		}
		if err == nil {
			last := ""
			err = collect(ctx, pool, 6, func(r []string) {
				if r[0] != last {
					t.foreign, last = append(t.foreign, foreignKey{to: r[1], onDelete: r[4], onUpdate: r[5]}), r[0]
				}
				f := &t.foreign[len(t.foreign)-1]
				f.from, f.ref = append(f.from, r[2]), append(f.ref, r[3])
			}, `SELECT f.conname, f.confrelid::regclass::text, a.attname, b.attname,
			           CASE f.confdeltype WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' WHEN 'c' THEN 'CASCADE' ELSE '' END,
			           CASE f.confupdtype WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' WHEN 'c' THEN 'CASCADE' ELSE '' END
			      FROM pg_constraint f CROSS JOIN LATERAL unnest(f.conkey, f.confkey) WITH ORDINALITY AS k (x, y, n)
			      JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.x
			      JOIN pg_attribute b ON b.attrelid = f.confrelid AND b.attnum = k.y
			     WHERE f.contype = 'f' AND f.conrelid = quote_ident($1)::regclass ORDER BY f.conname, k.n`, t.name)
		}
	}
	if err == nil {
		err = collect(ctx, pool, 1, func(r []string) { triggers = append(triggers, r[0]) },
			`SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
			  WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace ORDER BY t.tgname`)
	}
	return tables, triggers, err
}
