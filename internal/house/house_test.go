package house_test

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/clock"
	"gongzhi/internal/fault"
	"gongzhi/internal/house"
	"gongzhi/internal/house/housetest"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
)

// Every query that any owner wrote, on the schema that all migrations together make: the rules that keep it fit for a
// database sharded by tenant, and the database's own opinion. The house links all owners, so nobody is left out.
func TestQueriesAndSchema(t *testing.T) {
	for _, err := range store.CheckQueries(store.Registered()) {
		t.Error(err)
	}
	housetest.Each(t, func(t *testing.T, h *house.House, _ *clock.Manual) {
		ctx := context.Background()
		for _, err := range store.CheckSchema(ctx, h.Store) {
			t.Error(err)
		}
		if err := h.Store.CheckAll(ctx); err != nil {
			t.Error(err)
		}
	})
}

func TestSeedsComeOnce(t *testing.T) {
	ctx := context.Background()
	cfg := house.Config{Dir: t.TempDir(), Clock: clock.NewManual(housetest.Start), Charter: housetest.Charter()}
	h := open(t, cfg)
	on := calendar.DateOf(housetest.Start)
	reader := func(h *house.House) *book.Reader {
		return h.Book.Reader(ctx, h.Store.Read(), h.Tenant, h.Charter.Registers)
	}
	rows, err := reader(h).Rows("part", housetest.Compound, on)
	if err != nil || len(rows) != 3 {
		t.Fatalf("seeded flats: %d, %v; want 3", len(rows), err)
	}
	// The subdistrict changes a row; the next start must not take that back.
	id := act.RowID{Register: "compound", ID: "c1"}
	south := act.RowID{Register: "community", ID: "south"}
	set := book.Set{On: on, Entries: []register.Entry{{ID: id, Parent: south, Values: map[string]any{"name": "壹号院"}}}}
	changed, err := h.Change(ctx, act.By{Person: "wang", Role: "worker"}, "edit-0001", "registers/compound.yaml", set)
	if err != nil || changed.Changed != 1 || changed.Root == "" {
		t.Fatalf("Change = %+v, %v", changed, err)
	}
	if err := h.Book.Verify(ctx, h.Store.Read(), h.Tenant, changed.ID, changed.Root); err != nil {
		t.Error(err)
	}
	if again, err := h.Change(ctx, act.By{Person: "wang", Role: "worker"}, "edit-0002", "registers/compound.yaml", set); err != nil || again.Unchanged != 1 || again.Root != "" {
		t.Errorf("a set that changes nothing: %+v, %v", again, err)
	}
	before := houseActs(t, h)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	h = open(t, cfg)
	row, ok, err := reader(h).Row(id, on)
	if err != nil || !ok || row.Name != "壹号院" {
		t.Errorf("after the restart c1 is called %q, %v, %v", row.Name, ok, err)
	}
	if after := houseActs(t, h); len(after) != len(before) {
		t.Errorf("the second start recorded %d acts more", len(after)-len(before))
	}
	if got := kinds(before); got != "charter.installed register.changed log.opened register.changed" {
		t.Errorf("the house's book says %s", got)
	}
}

func kinds(acts []act.Act) string {
	var out []string
	for _, a := range acts {
		out = append(out, a.Kind)
	}
	return strings.Join(out, " ")
}

func open(t *testing.T, cfg house.Config) *house.House {
	t.Helper()
	h, err := house.Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h
}

func houseActs(t *testing.T, h *house.House) []act.Act {
	t.Helper()
	acts, err := h.Ledger.Acts(context.Background(), h.Store.Read(), act.House, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Ledger.Verify(context.Background(), h.Store.Read(), act.House); err != nil {
		t.Error(err)
	}
	return acts
}

func TestBrokenCharterIsRefused(t *testing.T) {
	dir := t.TempDir()
	_, err := house.Open(context.Background(), house.Config{Dir: dir, Charter: edited(t, "methods/note.yaml", "end noted", "end nowhere")})
	var broken *house.Broken
	if !errors.As(err, &broken) || !strings.Contains(err.Error(), "methods/note.yaml:") {
		t.Fatalf("a broken charter: %v", err)
	}
	if found, _ := filepath.Glob(filepath.Join(dir, "*")); len(found) > 0 {
		t.Errorf("it was refused, but %v was made", found)
	}
}

// edited is the charter with one replacement in one file.
func edited(t *testing.T, name, old, with string) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(housetest.Charter(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(housetest.Charter(), path)
		if path == name {
			changed := strings.ReplaceAll(string(raw), old, with)
			if changed == string(raw) {
				t.Fatalf("%s does not say %q", name, old)
			}
			raw = []byte(changed)
		}
		out[path] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The clock was set back while the house was closed: what is recorded next is not dated before what is there.
func TestClockSetBackOverARestart(t *testing.T) {
	ctx := context.Background()
	c := clock.NewManual(housetest.Start)
	cfg := house.Config{Dir: t.TempDir(), Clock: c, Charter: housetest.Charter()}
	h := housetest.With(t, cfg)
	c.Advance(housetest.Day)
	r, err := h.Desk.Begin(ctx, housetest.Actor(t, h, "wang"), "note", housetest.Compound, housetest.Submission("sub-00000001", ""))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	c.Advance(-72 * time.Hour)
	h = open(t, cfg)
	if now := h.Clock.Now(); now.Before(r.At()) {
		t.Errorf("after the restart it is %s, before the last act at %s", now, r.At())
	}
	r2, err := h.Desk.Submit(ctx, housetest.Actor(t, h, "wang"), r.Matter, housetest.Submission("sub-00000002", "submit", "line", "x"))
	if err != nil || r2.At().Before(r.At()) {
		t.Errorf("back-dated: %v after %v, %v", r2.At(), r.At(), err)
	}
}

func TestAdmitRefusesAPlaceThatIsNotThere(t *testing.T) {
	h, _ := housetest.Open(t)
	p := housetest.Person{Name: "ghost", Role: "owner", Scope: act.RowID{Register: "part", ID: "p999"}}
	err := housetest.TryAdmit(h, p)
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("Admit = %v", err)
	}
	if _, there, _ := h.People.Find(context.Background(), h.Store.Read(), "ghost"); there {
		t.Error("an account was left behind")
	}
}
