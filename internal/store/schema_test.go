package store_test

import (
	"context"
	"testing"

	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
)

func TestTheHouseKeepsTheRules(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for _, err := range store.CheckSchema(context.Background(), db) {
			t.Error(err)
		}
	})
	for _, err := range store.CheckQueries(store.Registered()) {
		t.Error(err)
	}
}

func TestCheckSchema(t *testing.T) {
	const parent = `CREATE TABLE parent (tenant bigint NOT NULL, id bigint NOT NULL, PRIMARY KEY (tenant, id), UNIQUE (tenant));`
	tests := []struct {
		name, ddl, want string
	}{
		{"a good table", `CREATE TABLE good (tenant bigint NOT NULL, id bigint NOT NULL, body text NOT NULL, raw bytea, yes boolean,
			share double precision, n bigint NOT NULL DEFAULT 0, PRIMARY KEY (tenant, id), UNIQUE (tenant, body));
			CREATE INDEX good_body ON good (body); CREATE UNIQUE INDEX good_raw ON good (tenant, lower(body)) WHERE yes;`, ""},
		{"a good reference", parent + `CREATE TABLE child (tenant bigint NOT NULL, id bigint NOT NULL, parent bigint,
			PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, parent) REFERENCES parent (tenant, id) ON DELETE CASCADE);`, ""},
		{"no tenant", `CREATE TABLE bad (id bigint NOT NULL PRIMARY KEY);`, "table bad: no column tenant"},
		{"tenant may be null", `CREATE TABLE bad (tenant bigint, id bigint NOT NULL UNIQUE);`, "table bad: tenant is bigint, null true"},
		{"tenant too small", `CREATE TABLE bad (tenant integer NOT NULL, id bigint NOT NULL, PRIMARY KEY (tenant, id));`, "table bad: tenant is integer"},
		{"no key", `CREATE TABLE bad (tenant bigint NOT NULL, id bigint NOT NULL);`, "table bad: no primary key"},
		{"key without tenant", `CREATE TABLE bad (tenant bigint NOT NULL, id bigint NOT NULL PRIMARY KEY);`, "table bad: primary key (id) does not lead"},
		{"tenant last", `CREATE TABLE bad (tenant bigint NOT NULL, id bigint NOT NULL, PRIMARY KEY (id, tenant));`, "table bad: primary key (id, tenant) does not lead"},
		{"unique without tenant", `CREATE TABLE bad (tenant bigint NOT NULL, id bigint NOT NULL, phone text UNIQUE, PRIMARY KEY (tenant, id));`, "table bad: UNIQUE (phone) does not lead"},
		{"unique index without tenant", `CREATE TABLE bad (tenant bigint NOT NULL, id bigint NOT NULL, phone text, PRIMARY KEY (tenant, id));
			CREATE UNIQUE INDEX bad_phone ON bad (phone) WHERE phone IS NOT NULL;`, "table bad: UNIQUE (phone) does not lead"},
		{"unique expression", `CREATE TABLE bad (tenant bigint NOT NULL, id bigint NOT NULL, phone text, PRIMARY KEY (tenant, id));
			CREATE UNIQUE INDEX bad_phone ON bad (lower(phone), tenant);`, "table bad: UNIQUE (, tenant) does not lead"},
		{"reference without tenant", `CREATE TABLE parent (tenant bigint NOT NULL, id bigint NOT NULL UNIQUE, PRIMARY KEY (tenant, id));
			CREATE TABLE bad (tenant bigint NOT NULL, id bigint NOT NULL, parent bigint REFERENCES parent (id), PRIMARY KEY (tenant, id));`,
			"table bad: foreign key (parent) to parent does not carry"},
		{"reference crosswise", `CREATE TABLE parent (tenant bigint NOT NULL, id bigint NOT NULL, PRIMARY KEY (tenant, id), UNIQUE (id, tenant));
			CREATE TABLE bad (tenant bigint NOT NULL, id bigint NOT NULL, PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, id) REFERENCES parent (id, tenant));`,
			"table bad: foreign key (tenant, id) to parent does not carry"},
		{"set null", parent + `CREATE TABLE bad (tenant bigint NOT NULL, id bigint NOT NULL, parent bigint, PRIMARY KEY (tenant, id),
			FOREIGN KEY (tenant, parent) REFERENCES parent (tenant, id) ON DELETE SET NULL);`, "table bad: foreign key to parent: SET NULL"},
		{"set default", parent + `CREATE TABLE bad (tenant bigint NOT NULL, id bigint NOT NULL, parent bigint, PRIMARY KEY (tenant, id),
			FOREIGN KEY (tenant, parent) REFERENCES parent (tenant, id) ON DELETE SET DEFAULT);`, "table bad: foreign key to parent: SET DEFAULT"},
		{"a small id", `CREATE TABLE bad (tenant bigint NOT NULL, id integer NOT NULL, PRIMARY KEY (tenant, id));`, "table bad: column id is integer"},
		{"numeric", `CREATE TABLE bad (tenant bigint NOT NULL, area numeric NOT NULL, PRIMARY KEY (tenant, area));`, "table bad: column area is numeric"},
		{"a timestamp", `CREATE TABLE bad (tenant bigint NOT NULL, at date NOT NULL, PRIMARY KEY (tenant, at));`, "table bad: column at is date"},
		{"a clock", `CREATE TABLE bad (tenant bigint NOT NULL, at text NOT NULL DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (tenant, at));`, "table bad: column at has DEFAULT"},
		{"a trigger", `CREATE TABLE bad (tenant bigint NOT NULL PRIMARY KEY);
			/*sqlite CREATE TRIGGER bad_trigger AFTER INSERT ON bad BEGIN SELECT 1; END; */
			/*postgres CREATE TRIGGER bad_trigger BEFORE UPDATE ON bad FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger(); */`,
			"trigger bad_trigger"},
	}
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			for _, tt := range tests {
				t.Run(tt.name, func(t *testing.T) {
					ctx := context.Background()
					ddl := "-- +goose Up\n-- +goose StatementBegin\n" + tt.ddl + "\n-- +goose StatementEnd\n"
					db, err := store.OpenWith(ctx, store.Config{URL: storetest.URL(t, engine), Now: fixed}, testFiles(t, ddl))
					if err != nil {
						t.Fatal(err)
					}
					defer db.Close()
					errs := store.CheckSchema(ctx, db)
					if tt.want == "" && len(errs) > 0 {
						t.Errorf("refused: %v", errs)
					}
					if tt.want != "" && !anySays(errs, tt.want) {
						t.Errorf("found %v, want %q", errs, tt.want)
					}
				})
			}
		})
	}
}
