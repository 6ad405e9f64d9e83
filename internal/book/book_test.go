package book_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/register"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
	"gongzhi/internal/text"
	"gongzhi/internal/vault"
)

var _ step.Book = (*book.Reader)(nil)

const tenant act.Tenant = 1

var (
	newTenant = store.MustQueries("booktest", `
-- name: tenant
INSERT INTO tenant (tenant, name, title, made) VALUES ($1, $2, $2, 0);
-- name: damage
UPDATE register_row SET body = replace(body, $3, $4) WHERE tenant = $1 AND id = $2;
-- name: words
SELECT word || ' ' || register || ' ' || path FROM register_word WHERE tenant = $1 ORDER BY word, register, path;
-- name: raw
SELECT body || sealed FROM register_row WHERE tenant = $1;`)
	day1, day2, day3 = calendar.MustDate("2026-03-02"), calendar.MustDate("2026-03-10"), calendar.MustDate("2026-04-01")
	compound         = act.RowID{Register: "compound", ID: "yinghe91"}
)

// house is a book with its database and the registers of Linshanzhai.
type house struct {
	t       testing.TB
	db      *store.DB
	book    *book.Book
	schemas *register.Schemas
	n       int
}

func open(t testing.TB, db *store.DB) *house {
	t.Helper()
	v, err := vault.New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, db: db, book: book.New(v), schemas: schemas(t)}
	h.write(func(ctx context.Context, tx *store.Tx) error {
		for _, id := range []act.Tenant{tenant, 2} {
			if _, err := store.Exec(ctx, tx, newTenant.Get("tenant"), id, fmt.Sprint("t", id)); err != nil {
				return err
			}
		}
		return nil
	})
	h.must(book.Set{On: day1, Entries: h.schemas.Seeds(day1)})
	h.must(book.Set{On: day1, Entries: []register.Entry{{
		ID: compound, Parent: act.RowID{Register: "community", ID: "nyyh"},
		Values: map[string]any{"name": "颍河路91号院", "address": "颍河路91号"},
	}}})
	return h
}

func schemas(t testing.TB) *register.Schemas {
	t.Helper()
	names, err := filepath.Glob("../../charters/linshanzhai/registers/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no registers: %v", err)
	}
	var list []*register.Schema
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		n, _ := source.Parse(name, raw)
		s, faults := register.Decode(n)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		list = append(list, s)
	}
	return register.NewSchemas(list...)
}

func (h *house) write(fn func(context.Context, *store.Tx) error) {
	h.t.Helper()
	if err := h.db.Write(context.Background(), fn); err != nil {
		h.t.Fatal(err)
	}
}

// apply plans and writes a set; the id of the change is c1, c2, ….
func (h *house) apply(set book.Set) (counts book.Counts, root act.Digest, err error) {
	h.t.Helper()
	h.n++
	err = h.db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		p, err := h.book.Plan(ctx, tx, tenant, h.schemas, set)
		if err != nil {
			return err
		}
		counts, root, err = h.book.Apply(ctx, tx, tenant, h.schemas, p, tx.Now(), h.id())
		return err
	})
	return counts, root, err
}

func (h *house) index() {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *store.Tx) error { return h.book.Index(ctx, tx, tenant, h.schemas) })
}

func (h *house) id() string { return fmt.Sprint("c", h.n) }

func (h *house) must(set book.Set) (book.Counts, act.Digest) {
	h.t.Helper()
	counts, root, err := h.apply(set)
	if err != nil {
		h.t.Fatalf("%v: %+v", err, fields(err))
	}
	return counts, root
}

func fields(err error) []fault.Field {
	if r, ok := fault.As(err); ok {
		return r.Fields
	}
	return nil
}

func (h *house) reader() *book.Reader {
	return h.book.Reader(context.Background(), h.db.Read(), tenant, h.schemas)
}

func everything(string, string) bool { return true }

func building(n string) register.Entry {
	return register.Entry{
		ID: act.RowID{Register: "building", ID: "yinghe91-" + n}, Parent: compound, Values: map[string]any{"number": n + "号楼"},
	}
}

func part(b, room string, area int64, owners ...string) register.Entry {
	return register.Entry{
		ID:     act.RowID{Register: "part", ID: "yinghe91-" + b + "-1-" + room},
		Parent: act.RowID{Register: "building", ID: "yinghe91-" + b},
		Values: map[string]any{"unit": "1", "room": room, "area": area, "kind": "flat", "state": "sold", "owners": owners},
	}
}

func person(id, name, phone string) register.Entry {
	return register.Entry{
		ID: act.RowID{Register: "person", ID: id}, Parent: compound,
		Values: map[string]any{"name": name, "phone": phone, "id_number": "11010519491231002X"},
	}
}

// roster is a small import: two buildings, three rooms, two people.
func roster() book.Set {
	return book.Set{
		On: day1, Under: compound, Complete: []string{"part"},
		Entries: []register.Entry{
			part("10", "101", 80_00, "person/p1"), part("3", "101", 78_62, "person/p1"), part("3", "102", 78_62, "person/p2"),
			person("p1", "王演示", "13800000001"), person("p2", "李演示", "13800000002"), building("10"), building("3"),
		},
	}
}

func names(rows []register.Row) (list []string) {
	for _, r := range rows {
		list = append(list, r.Name)
	}
	return list
}

func TestBook(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for _, tt := range []struct {
			name string
			test func(*house)
		}{
			{"import and again", testImport}, {"as of", testAsOf}, {"complete lists end rows", testEnding},
			{"refusals write nothing", testRefusals}, {"personal fields", testPersonal}, {"forgetting", testForget},
			{"undo", testUndo}, {"undo refused", testUndoRefused}, {"pages", testPages}, {"conflicts", testConflict},
			{"damage is found", testDamage},
		} {
			t.Run(tt.name, func(t *testing.T) {
				tt.test(open(t, storetest.Open(t, store.Config{URL: storetest.URL(t, db.Engine())})))
			})
		}
		if err := db.CheckAll(context.Background()); err != nil {
			t.Error(err)
		}
	})
	for _, err := range store.CheckQueries(store.Registered()) {
		if !strings.Contains(err.Error(), "booktest") {
			t.Error(err)
		}
	}
}

func testImport(h *house) {
	counts, root := h.must(roster())
	if want := (book.Counts{Added: 7}); counts != want {
		h.t.Errorf("first import: %+v, want %+v", counts, want)
	}
	if err := h.book.Verify(context.Background(), h.db.Read(), tenant, h.id(), root); err != nil {
		h.t.Error(err)
	}
	// The same file again changes nothing, and its root is that of no versions at all.
	counts, root = h.must(roster())
	if want := (book.Counts{Unchanged: 7}); counts != want || root != act.Sum(nil) {
		h.t.Errorf("second import: %+v %s, want %+v", counts, root, want)
	}
	rows, err := h.reader().Rows("part", compound, day1)
	if err != nil {
		h.t.Fatal(err)
	}
	if d := cmp.Diff([]string{"3号楼1单元101", "3号楼1单元102", "10号楼1单元101"}, names(rows)); d != "" {
		h.t.Error(d)
	}
	want := map[string]any{"unit": "1", "room": "101", "area": int64(78_62), "kind": "flat", "state": "sold", "owners": []string{"person/p1"}}
	if d := cmp.Diff(want, rows[0].Values); d != "" {
		h.t.Error(d)
	}
	if rows[0].Parent != building("3").ID {
		h.t.Errorf("a room lies in %v", rows[0].Parent)
	}
}

func testAsOf(h *house) {
	h.must(roster())
	sold := part("3", "102", 78_62, "person/p1")
	sold.Values = map[string]any{"owners": []string{"person/p1"}, "note": "过户"}
	if counts, _ := h.must(book.Set{On: day2, Entries: []register.Entry{sold}}); counts.Changed != 1 {
		h.t.Fatalf("%+v", counts)
	}
	for _, tt := range []struct {
		on   calendar.Date
		want []string
		ok   bool
	}{
		{day1.Add(-1), nil, false}, {day1, []string{"person/p2"}, true}, {day2.Add(-1), []string{"person/p2"}, true},
		{day2, []string{"person/p1"}, true}, {day3, []string{"person/p1"}, true},
	} {
		row, ok, err := h.reader().Row(sold.ID, tt.on)
		if err != nil || ok != tt.ok {
			h.t.Fatal(ok, err)
		}
		if d := cmp.Diff(tt.want, row.List("owners")); d != "" {
			h.t.Errorf("%s: %s", tt.on, d)
		}
	}
	// What an entry does not name stays as it was.
	row, _, _ := h.reader().Row(sold.ID, day2)
	if row.Int("area") != 78_62 || row.Text("note") != "过户" {
		h.t.Errorf("after a change: %v", row.Values)
	}
	versions, err := h.reader().History(sold.ID)
	if err != nil || len(versions) != 2 || versions[0].To != day2 || !versions[1].To.IsZero() || versions[1].Change != h.id() {
		h.t.Errorf("history: %+v, %v", versions, err)
	}
	for _, tt := range []struct {
		above, below act.RowID
		on           calendar.Date
		want         bool
	}{
		{compound, sold.ID, day1, true}, {sold.ID, compound, day1, false}, {compound, compound, day1, true},
		{building("3").ID, sold.ID, day1, true}, {building("10").ID, sold.ID, day1, false},
		{compound, sold.ID, day1.Add(-1), false}, {act.RowID{Register: "community", ID: "baihua"}, sold.ID, day1, false},
	} {
		if got := h.reader().Covers(tt.above, tt.below, tt.on); got != tt.want {
			h.t.Errorf("%v covers %v on %s: %v", tt.above, tt.below, tt.on, got)
		}
	}
	path, err := h.reader().Path(sold.ID, day1)
	if want := "/community/nyyh/compound/yinghe91/building/yinghe91-3/part/yinghe91-3-1-102/"; path != want || err != nil {
		h.t.Errorf("path %q, %v", path, err)
	}
	if _, err := h.reader().Path(sold.ID, day1.Add(-1)); !fault.Is(err, fault.NotFound) {
		h.t.Errorf("path of a row that does not stand: %v", err)
	}
	// Other tenants see none of it.
	other, err := h.book.Reader(context.Background(), h.db.Read(), 2, h.schemas).Rows("part", act.RowID{}, day3)
	if err != nil || len(other) != 0 {
		h.t.Errorf("another tenant sees %v, %v", other, err)
	}
}

func testEnding(h *house) {
	h.must(roster())
	fewer := roster()
	fewer.On, fewer.Entries = day2, fewer.Entries[1:] // without room 101 of building 10
	counts, root := h.must(fewer)
	if want := (book.Counts{Unchanged: 6, Ended: 1}); counts != want {
		h.t.Fatalf("%+v, want %+v", counts, want)
	}
	if err := h.book.Verify(context.Background(), h.db.Read(), tenant, h.id(), root); err != nil {
		h.t.Error(err)
	}
	for on, want := range map[calendar.Date]int{day1: 3, day2.Add(-1): 3, day2: 2} {
		if rows, err := h.reader().Rows("part", compound, on); err != nil || len(rows) != want {
			h.t.Errorf("%s: %d rooms, want %d (%v)", on, len(rows), want, err)
		}
	}
	// It comes back as a new version of the same row.
	again := roster()
	again.On = day3
	if counts, _ := h.must(again); counts.Added != 1 || counts.Unchanged != 6 {
		h.t.Errorf("%+v", counts)
	}
	versions, err := h.reader().History(part("10", "101", 0).ID)
	if err != nil || len(versions) != 3 || !versions[1].Ended || versions[2].N != 3 {
		h.t.Errorf("%+v, %v", versions, err)
	}
}

func testRefusals(h *house) {
	h.must(roster())
	later := part("3", "101", 80_00, "person/p1")
	h.must(book.Set{On: day2, Entries: []register.Entry{later}})
	small := part("3", "101", 80_00)
	small.Values["area"], small.Row = "80", 7
	moved := part("3", "101", 80_00)
	moved.Parent = compound
	secondBuilding, alsoEleven := building("3"), building("11")
	secondBuilding.ID.ID, alsoEleven.ID.ID = "other-3", "other-11"
	tests := []struct {
		name string
		set  book.Set
		code string
		row  int
	}{
		{"a value of another type", book.Set{On: day3, Entries: []register.Entry{small}}, "register.value.type", 7},
		{"before its last change", book.Set{On: day1, Entries: []register.Entry{part("3", "101", 90_00)}}, "book.backdated", 0},
		{"twice", book.Set{On: day3, Entries: []register.Entry{later, later}}, "book.twice", 0},
		{"a second building 3", book.Set{On: day3, Entries: []register.Entry{secondBuilding}}, "book.same", 0},
		{"two new ones that are one", book.Set{On: day3, Entries: []register.Entry{building("11"), alsoEleven}}, "book.same", 0},
		{"no parent", book.Set{On: day3, Entries: []register.Entry{part("9", "101", 80_00)}}, "book.no_parent", 0},
		{"parent of another register", book.Set{On: day3, Entries: []register.Entry{moved}}, "book.wrong_parent", 0},
		{"bad id", book.Set{On: day3, Entries: []register.Entry{{ID: act.RowID{Register: "unit", ID: "演示"}}}}, "book.bad_id", 0},
		{"no register", book.Set{On: day3, Entries: []register.Entry{{ID: act.RowID{Register: "moon", ID: "x"}}}}, "book.bad_id", 0},
		{"ending what others lie in", book.Set{On: day3, End: []act.RowID{building("3").ID}}, "book.ending", 0},
		{"ending nothing", book.Set{On: day3, End: []act.RowID{building("9").ID}}, "book.no_row", 0},
		{"under nothing", book.Set{On: day3, Under: building("9").ID}, "book.no_row", 0},
	}
	for _, tt := range tests {
		_, _, err := h.apply(tt.set)
		r, ok := fault.As(err)
		if !ok {
			h.t.Errorf("%s: %v", tt.name, err)
			continue
		}
		code, row := r.Code, 0
		if len(r.Fields) > 0 {
			code, row = r.Fields[0].Code, r.Fields[0].Row
		}
		if code != tt.code || row != tt.row {
			h.t.Errorf("%s: %s at row %d (%v)", tt.name, code, row, err)
		}
	}
	// What would change nothing has no day to be too early.
	if counts, _ := h.must(book.Set{On: day1, Entries: []register.Entry{later}}); counts.Unchanged != 1 {
		h.t.Errorf("%+v", counts)
	}
	// A set is written whole or not at all.
	_, _, err := h.apply(book.Set{On: day3, Entries: []register.Entry{building("11"), part("9", "101", 80_00)}})
	if err == nil {
		h.t.Error("half a set was taken")
	}
	if _, ok, _ := h.reader().Row(building("11").ID, day3); ok {
		h.t.Error("half a set was written")
	}
	// With what lies in it, a building may end.
	if counts, _ := h.must(book.Set{On: day3, End: []act.RowID{building("10").ID, part("10", "101", 0).ID}}); counts.Ended != 2 {
		h.t.Errorf("%+v", counts)
	}
}

func testPersonal(h *house) {
	h.must(roster())
	rows, err := h.reader().Rows("person", compound, day1)
	if err != nil {
		h.t.Fatal(err)
	}
	if d := cmp.Diff([]string{"王*", "李*"}, names(rows)); d != "" {
		h.t.Error(d)
	}
	for _, r := range rows {
		if len(r.Values) != 0 {
			h.t.Errorf("a closed reader sees %v", r.Values)
		}
	}
	row, _, err := h.reader().Open(everything).Row(act.RowID{Register: "person", ID: "p1"}, day1)
	if err != nil || row.Name != "王演示" || row.Text("phone") != "13800000001" || row.Text("id_number") != "11010519491231002X" {
		h.t.Errorf("an open reader sees %v, %v", row, err)
	}
	row, _, err = h.reader().Open(func(_, f string) bool { return f == "phone" }).Row(row.ID, day1)
	if err != nil || row.Name != "王*" || row.Text("phone") == "" || row.Text("id_number") != "" {
		h.t.Errorf("a reader of telephones sees %v, %v", row, err)
	}
	found, err := h.reader().Find("person", "phone", "13800000002", day1)
	if err != nil || len(found) != 1 || found[0].ID.ID != "p2" {
		h.t.Errorf("found %v, %v", found, err)
	}
	moved := person("p2", "李演示", "13800000009")
	h.must(book.Set{On: day2, Entries: []register.Entry{moved}})
	for on, want := range map[calendar.Date]int{day1: 1, day2: 0} {
		if found, err := h.reader().Find("person", "phone", "13800000002", on); err != nil || len(found) != want {
			h.t.Errorf("%s: found %v, %v", on, found, err)
		}
	}
	if _, err := h.reader().Find("unit", "phone", "13800000000", day1); err == nil {
		h.t.Error("a field without look-up was looked up")
	}
	raws, err := store.Select[string](context.Background(), h.db.Read(), newTenant.Get("raw"), tenant)
	if err != nil || len(raws) == 0 {
		h.t.Fatal(err)
	}
	for _, raw := range raws {
		for _, secret := range []string{"王演示", "李演示", "13800000001", "11010519491231002X"} {
			if strings.Contains(raw, secret) {
				h.t.Errorf("%q lies open in the database", secret)
			}
		}
	}
	if a, b := h.book.Pseudonym(tenant, "x", "yz"), h.book.Pseudonym(tenant, "xy", "z"); a == b || !register.ValidID(a) {
		h.t.Errorf("pseudonyms %q, %q", a, b)
	}
}

func testForget(h *house) {
	_, root := h.must(roster())
	id := act.RowID{Register: "person", ID: "p1"}
	h.write(func(ctx context.Context, tx *store.Tx) error { return h.book.Forget(ctx, tx, tenant, id) })
	row, ok, err := h.reader().Open(everything).Row(id, day1)
	if err != nil || !ok || len(row.Values) != 0 || row.Name != "p1" {
		h.t.Errorf("after forgetting: %v %v %v", row, ok, err)
	}
	if found, _ := h.reader().Find("person", "phone", "13800000001", day1); len(found) != 0 {
		h.t.Error("somebody forgotten was found")
	}
	if err := h.book.Verify(context.Background(), h.db.Read(), tenant, h.id(), root); err != nil {
		h.t.Errorf("forgetting broke the root: %v", err)
	}
	err = h.db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return h.book.Forget(ctx, tx, tenant, act.RowID{Register: "person", ID: "p9"})
	})
	if !fault.Is(err, fault.NotFound) {
		h.t.Errorf("forgetting nobody: %v", err)
	}
}

func unused(act.RowID) (bool, error) { return false, nil }

func (h *house) undo(change string, used func(act.RowID) (bool, error)) error {
	h.n++
	return h.db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		p, err := h.book.Undo(ctx, tx, tenant, h.schemas, change, used)
		if err != nil {
			return err
		}
		_, _, err = h.book.Apply(ctx, tx, tenant, h.schemas, p, tx.Now(), h.id())
		return err
	})
}

func testUndo(h *house) {
	h.must(roster())
	second := roster()
	second.On = day2
	second.Entries = append(second.Entries[1:], part("3", "103", 60_00, "person/p2"))
	second.Entries[1].Values["owners"] = []string{"person/p1", "person/p2"}
	if counts, _ := h.must(second); counts != (book.Counts{Added: 1, Changed: 1, Unchanged: 5, Ended: 1}) {
		h.t.Fatalf("%+v", counts)
	}
	if err := h.undo(h.id(), unused); err != nil {
		h.t.Fatal(err, fields(err))
	}
	for _, on := range []calendar.Date{day1, day2, day3} {
		rows, err := h.reader().Rows("part", compound, on)
		if err != nil || len(rows) != 3 || len(rows[1].List("owners")) != 1 {
			h.t.Errorf("%s: %v, %v", on, rows, err)
		}
	}
	again := roster()
	again.On = day3
	if counts, _ := h.must(again); counts != (book.Counts{Unchanged: 7}) {
		h.t.Errorf("the first file is no longer unchanged: %+v", counts)
	}
}

func testUndoRefused(h *house) {
	h.must(roster())
	first := h.id()
	busy := errors.New("busy")
	for _, tt := range []struct {
		name   string
		change string
		used   func(act.RowID) (bool, error)
		check  func(error) bool
	}{
		{"never was", "c99", unused, func(err error) bool { return fault.Is(err, fault.NotFound) }},
		{"in use", first, func(id act.RowID) (bool, error) { return id.Register == "part", nil }, func(err error) bool { return fault.Is(err, fault.Conflict) }},
		{"nobody knows", first, func(act.RowID) (bool, error) { return false, busy }, func(err error) bool { return errors.Is(err, busy) }},
		{"others lie in it", "c2", unused, func(err error) bool { return fault.Is(err, fault.Conflict) }},
	} {
		if err := h.undo(tt.change, tt.used); !tt.check(err) {
			h.t.Errorf("%s: %v", tt.name, err)
		}
	}
	h.must(book.Set{On: day2, Entries: []register.Entry{part("3", "101", 70_00)}})
	if err := h.undo(first, unused); !fault.Is(err, fault.Conflict) {
		h.t.Errorf("changed since: %v", err)
	}
}

func testPages(h *house) {
	set := book.Set{On: day1, Under: compound, Entries: []register.Entry{building("3")}}
	for n := range 25 {
		e := part("3", fmt.Sprint(101+n), 50_00)
		if n%5 == 0 {
			e.Values["state"] = "unsold"
		}
		set.Entries = append(set.Entries, e)
	}
	h.must(set)
	var seen []string
	after := ""
	for range 10 {
		page, err := h.reader().List(book.Filter{Register: "part", Under: compound, On: day1}, after, 10)
		if err != nil {
			h.t.Fatal(err)
		}
		seen = append(seen, names(page.Rows)...)
		if after = page.Next; after == "" {
			break
		}
	}
	if len(seen) != 25 || seen[0] != "3号楼1单元101" || seen[24] != "3号楼1单元125" {
		h.t.Errorf("pages show %v", seen)
	}
	page, err := h.reader().List(book.Filter{Register: "part", Under: compound, On: day1, Equal: map[string]string{"state": "unsold"}}, "", 5)
	if err != nil || len(page.Rows) != 5 || page.Next != "" {
		h.t.Errorf("unsold: %v %q, %v", names(page.Rows), page.Next, err)
	}
	if _, err := h.reader().List(book.Filter{Register: "part", On: day1}, "!", 5); !fault.Is(err, fault.Invalid) {
		h.t.Errorf("a cursor that is none: %v", err)
	}
	if page, err := h.reader().List(book.Filter{Register: "part", Under: building("9").ID, On: day1}, "", 5); err != nil || len(page.Rows) != 0 {
		h.t.Errorf("under nothing: %v, %v", page, err)
	}
}

// Two people plan from the same state; the second to write is told, and nothing of hers is kept.
func testConflict(h *house) {
	h.must(roster())
	plan := func(area int64) *book.Plan {
		p, err := h.book.Plan(context.Background(), h.db.Read(), tenant, h.schemas,
			book.Set{On: day2, Entries: []register.Entry{part("3", "101", area)}})
		if err != nil {
			h.t.Fatal(err)
		}
		return p
	}
	first, second := plan(70_00), plan(71_00)
	apply := func(p *book.Plan, id string) error {
		return h.db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			_, _, err := h.book.Apply(ctx, tx, tenant, h.schemas, p, tx.Now(), id)
			return err
		})
	}
	if err := apply(first, "x1"); err != nil {
		h.t.Fatal(err)
	}
	if err := apply(second, "x2"); !fault.Is(err, fault.Conflict) {
		h.t.Errorf("the second: %v", err)
	}
	if err := apply(plan(72_00), "x1"); !fault.Is(err, fault.Conflict) {
		h.t.Errorf("the same change again: %v", err)
	}
	if row, _, _ := h.reader().Row(part("3", "101", 0).ID, day2); row.Int("area") != 70_00 {
		h.t.Errorf("area %d", row.Int("area"))
	}
}

func testDamage(h *house) {
	_, root := h.must(roster())
	h.write(func(ctx context.Context, tx *store.Tx) error {
		n, err := store.Exec(ctx, tx, newTenant.Get("damage"), tenant, "yinghe91-3-1-101", "7862", "9862")
		if err == nil && n != 1 {
			err = fmt.Errorf("%d rows damaged", n)
		}
		return err
	})
	if err := h.book.Verify(context.Background(), h.db.Read(), tenant, h.id(), root); err == nil {
		h.t.Error("a changed area was not found")
	}
}

func TestWords(t *testing.T) {
	b, err := text.New(text.House())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range text.Langs {
		for _, code := range []string{
			"faults", "no_row", "bad_id", "twice", "backdated", "wrong_parent", "no_parent", "moved", "ending",
			"changed_since", "change_twice", "no_change", "undo_later", "undo_used", "cursor", "same",
		} {
			if !b.Has(l, "book."+code) {
				t.Errorf("%s: no words for book.%s", l, code)
			}
		}
	}
}
