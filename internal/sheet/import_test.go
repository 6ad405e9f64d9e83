package sheet_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/register"
	"gongzhi/internal/sheet"
	"gongzhi/internal/sheet/rostertest"
	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
	"gongzhi/internal/text"
	"gongzhi/internal/vault"
)

const tenant act.Tenant = 1

var newTenant = store.MustQueries("sheettest", `
-- name: tenant
INSERT INTO tenant (tenant, name, title, made) VALUES ($1, 't', 't', 0);`).Get("tenant")

// office is a book into which rosters are imported.
type office struct {
	t    testing.TB
	db   *store.DB
	book *book.Book
	in   sheet.Input
	n    int
}

func openOffice(t testing.TB, db *store.DB) *office {
	t.Helper()
	v, err := vault.New(bytes.Repeat([]byte{9}, 32))
	if err != nil {
		t.Fatal(err)
	}
	_, in := charter(t)
	o := &office{t: t, db: db, book: book.New(v), in: in}
	o.in.Name = func(parts ...string) string { return o.book.Pseudonym(tenant, parts...) }
	err = db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		_, err := store.Exec(ctx, tx, newTenant, tenant)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	o.apply(book.Set{On: today, Entries: o.in.Schemas.Seeds(today)})
	o.apply(book.Set{On: today, Entries: []register.Entry{{
		ID: o.in.Compound, Parent: act.RowID{Register: "community", ID: "nyyh"},
		Values: map[string]any{"name": "颍河路91号院", "address": "颍河路91号"},
	}}})
	return o
}

func (o *office) apply(set book.Set) (counts book.Counts) {
	o.t.Helper()
	o.n++
	err := o.db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		p, err := o.book.Plan(ctx, tx, tenant, o.in.Schemas, set)
		if err != nil {
			return err
		}
		counts, _, err = o.book.Apply(ctx, tx, tenant, o.in.Schemas, p, tx.Now(), fmt.Sprint("c", o.n))
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return counts
}

func (o *office) load(raw []byte, on calendar.Date) book.Counts {
	o.t.Helper()
	imp, _ := charter(o.t)
	tables, err := read(raw)
	if err != nil {
		o.t.Fatal(err)
	}
	f, err := sheet.Find(tables, imp)
	if err != nil {
		o.t.Fatal(err)
	}
	in := o.in
	in.On = on
	r := sheet.ReadRoster(f, in)
	if len(r.Faults) > 0 {
		o.t.Fatal(r.Faults)
	}
	return o.apply(r.Set(f, in))
}

// A roster is imported, imported again, and imported after a sale, on both databases.
func TestImport(t *testing.T) {
	raw, _ := demo(t, false)
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		const people, firms = 168 - 6, 2
		added := rostertest.Rooms + rostertest.Buildings + people + firms
		if got := o.load(raw, today); got != (book.Counts{Added: added}) {
			t.Errorf("first: %+v, want %d added", got, added)
		}
		later := today.Add(30)
		if got := o.load(raw, later); got != (book.Counts{Unchanged: added}) {
			t.Errorf("again: %+v, want %d unchanged", got, added)
		}
		reader := o.book.Reader(context.Background(), db.Read(), tenant, o.in.Schemas)
		parts, err := reader.Rows("part", o.in.Compound, today)
		if err != nil || len(parts) != rostertest.Rooms {
			t.Fatalf("%d rooms, %v", len(parts), err)
		}
		if got := parts[0].Name + " " + parts[len(parts)-1].Name; got != "1号楼1单元101 6号楼东铺" {
			t.Errorf("first and last room: %s", got)
		}
		owned := map[string]int{}
		for _, p := range parts {
			for _, o := range p.List("owners") {
				owned[o]++
			}
		}
		three := 0
		for id, n := range owned {
			row, _ := register.ParseRowID(id)
			if n != 3 {
				continue
			}
			three++
			person, ok, err := reader.Open(func(string, string) bool { return true }).Row(row, today)
			if err != nil || !ok || person.Name != rostertest.TwoFlats {
				t.Errorf("three rooms belong to %v, %v", person, err)
			}
		}
		if three != 1 {
			t.Errorf("%d own three rooms", three)
		}
		// Written out and read back, nothing changes.
		imp, _ := charter(t)
		for _, l := range text.Langs {
			var out bytes.Buffer
			in := o.in
			in.On = later
			open := reader.Open(func(string, string) bool { return true })
			if err := sheet.WriteRoster(&out, imp, in, open, l); err != nil {
				t.Fatal(err)
			}
			if got := o.load(out.Bytes(), later); got != (book.Counts{Unchanged: added}) {
				t.Errorf("%s, read back: %+v, want %d unchanged", l, got, added)
			}
		}
		// What was typed in by hand stays where the sheet has no such column, and what the sheet has overrides.
		room := parts[0].ID
		o.apply(book.Set{On: later, Entries: []register.Entry{{ID: room, Parent: parts[0].Parent, Values: map[string]any{"kind": "special_space", "note": "手记"}}}})
		if got := o.load(raw, later); got.Changed != 1 || got.Unchanged != added-1 {
			t.Errorf("after an edit: %+v", got)
		}
		row, _, err := reader.Row(room, later)
		if err != nil || row.Text("kind") != "special_space" || row.Text("note") != "" {
			t.Errorf("after an edit: %v, %v", row.Values, err)
		}
	})
}

// BenchmarkImport plans and writes 20,000 rooms with their owners, and then finds them all unchanged.
func BenchmarkImport(b *testing.B) {
	lines := []string{header}
	for n := range 20_000 {
		lines = append(lines, fmt.Sprintf("%d,%d,%d,78.62,演示甲,,%d", n/100+1, n/25%4+1, n%25+101, 13800000000+n))
	}
	imp, _ := charter(b)
	f, err := sheet.Find(rows(lines...), imp)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		o := openOffice(b, storetest.Open(b, store.Config{}))
		for _, want := range []book.Counts{{Added: 40_200}, {Unchanged: 40_200}} {
			if got := o.apply(sheet.ReadRoster(f, o.in).Set(f, o.in)); got != want {
				b.Errorf("%+v, want %+v", got, want)
			}
		}
	}
}
