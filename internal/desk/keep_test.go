package desk_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/clock"
	"gongzhi/internal/fault"
	"gongzhi/internal/house"
	"gongzhi/internal/house/housetest"
	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
)

// census asks for a flat, and enters it below its compound; then it marks the compound itself.
const census = `
method: census
name: { zh: 补登, en: Census }
says: { zh: 问清，登记。, en: "Ask, enter." }
subject: compound
title: { zh: "{subject}补登", en: "Census of {subject}" }
start:
  by: [worker]
  fields:
    - { key: door, label: { zh: 房号, en: Door }, type: line, required: true, audience: public }
    - { key: size, label: { zh: 面积, en: Size }, type: area, required: true, audience: public }
results:
  done: { zh: 已登记, en: Entered }
steps:
  ask:
    kind: form
    name: { zh: 问清, en: Ask }
    within: 5 days
    by: [worker]
    fields:
      - { key: fine, label: { zh: 符合条件, en: Fits }, type: "yes", audience: public }
    next: { done: flat }
  flat:
    kind: keep
    name: { zh: 登记房屋, en: Enter the flat }
    within: 5 days
    by: [worker]
    register: part
    tell: { room: matter.door, area: matter.size }
    next: { kept: mark }
  mark:
    kind: keep
    name: { zh: 登记楼院, en: Enter the compound }
    within: 5 days
    by: [secretary]
    register: compound
    tell: { eligible: results.ask.fine }
    next: { kept: end done }
`

func withCensus(t *testing.T) fs.FS {
	t.Helper()
	out := fstest.MapFS{"methods/census.yaml": {Data: []byte(census)}}
	err := fs.WalkDir(housetest.Charter(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(housetest.Charter(), path)
		if path == "roles.yaml" {
			raw = []byte(strings.ReplaceAll(string(raw), "worker }, scope: community", "worker }, scope: community, desk: true, keeps_registers: true"))
			raw = []byte(strings.ReplaceAll(string(raw), "Secretary }, scope: community", "Secretary }, scope: community, desk: true, keeps_registers: true"))
		}
		out[path] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// What was answered stands in the registers with the act, under the mandate of whoever brought the matter there or pressed
// the button, and the book's roots hold; what the register refuses leaves nothing behind.
func TestAStepWritesARow(t *testing.T) {
	for _, engine := range [...]store.Engine{store.SQLite, store.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			c := clock.NewManual(housetest.Start)
			h := housetest.With(t, house.Config{Dir: t.TempDir(), URL: storetest.URL(t, engine), Clock: c, Charter: withCensus(t)})
			row := func(id act.RowID) map[string]any {
				t.Helper()
				x, ok, err := h.Book.Reader(ctx, h.Store.Read(), h.Tenant, h.Charter.Registers).Row(id, calendar.DateOf(c.Now()))
				if err != nil {
					t.Fatal(err)
				}
				if !ok {
					return nil
				}
				return x.Values
			}
			changes := func() (out []act.Act) {
				t.Helper()
				for _, a := range acts(t, h, act.House) {
					if a.Kind == act.Changed && strings.HasPrefix(a.Basis.Clause, "methods/") {
						out = append(out, a)
					}
				}
				return out
			}
			flat := act.RowID{Register: "part", ID: "m1-flat"}
			r := begin(t, h, "wang", "census", "census-begin-1", "door", "104", "size", "55.50")
			must(t, h, "wang", r.Matter, "census-ask-01", "submit", "fine", "no")
			if got := row(flat); got["room"] != "104" || got["area"] != int64(5550) {
				t.Errorf("the flat is %v", got)
			}
			if where := at(t, h, r.Matter); where != "mark" {
				t.Fatalf("the matter stands at %q: wang may not mark the compound", where)
			}
			if got := row(housetest.Compound)["eligible"]; got != true {
				t.Errorf("marked before anybody who may has: %v", got)
			}
			first := must(t, h, "sun", r.Matter, "census-mark-1", "keep")
			if again := must(t, h, "sun", r.Matter, "census-mark-1", "keep"); again != first {
				t.Errorf("sent again: %+v, first %+v", again, first)
			}
			if got := row(housetest.Compound)["eligible"]; got != false {
				t.Errorf("the compound is %v", got)
			}
			made := changes()
			if len(made) != 2 || made[0].By.Person != "wang" || made[1].By.Person != "sun" || made[1].Basis.Clause != "methods/census.yaml#mark.tell" {
				t.Fatalf("changes of registers: %+v", made)
			}

			// The same flat once more is refused by its register, in words, and nothing is recorded anywhere.
			r = begin(t, h, "wang", "census", "census-begin-2", "door", "104", "size", "60.00")
			before := len(acts(t, h, r.Matter))
			_, err := submit(t, h, "wang", r.Matter, "census-ask-02", "submit")
			no, refused := fault.As(err)
			if !refused || no.Basis.Clause != "methods/census.yaml#flat.tell" || len(no.Fields) == 0 {
				t.Errorf("a flat that is there: %v", err)
			}
			if n := len(acts(t, h, r.Matter)); n != before || len(changes()) != 2 || at(t, h, r.Matter) != "ask" {
				t.Errorf("a refusal left %d acts, %d changes, the matter at %q", n-before, len(changes())-2, at(t, h, r.Matter))
			}
			whole(t, h)
		})
	}
}
