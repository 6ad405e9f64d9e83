package book_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
)

// Pairs are proposed by what their register says, strongest first; never across places, never against a number that
// both have, never again once somebody found them to be two. Merged, what named the one names the other, and it can be
// taken back.
func TestTwins(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db)
		elsewhere := act.RowID{Register: "compound", ID: "elsewhere"}
		building := act.RowID{Register: "building", ID: "b1"}
		person := func(id, name, number, phone string, in act.RowID) register.Entry {
			e := register.Entry{ID: act.RowID{Register: "person", ID: id}, Parent: in, Values: map[string]any{"name": name}}
			if number != "" {
				e.Values["id_number"] = number
			}
			if phone != "" {
				e.Values["phone"] = phone
			}
			return e
		}
		const one, other = "11010519491231002X", "110105194912310038"
		h.must(book.Set{On: day1, Entries: []register.Entry{
			{ID: elsewhere, Parent: act.RowID{Register: "community", ID: "nyyh"}, Values: map[string]any{"name": "演示别院", "address": "演示路1号"}},
			{ID: building, Parent: compound, Values: map[string]any{"number": "1号楼"}},
			person("a1", "演示甲", "", "13800000001", compound), person("a2", "演示甲", one, "13800000001", compound), // name and telephone
			person("b1", "演示乙", "", "", compound), person("b2", "演示乙", "", "13800000002", compound), // the name alone
			person("c1", "演示丙", one, "13800000003", elsewhere), // a number of another compound
			person("d1", "演示丁", other, "13800000004", compound), person("d2", "演示丁", "", "13800000004", elsewhere),
			person("e1", "演示戊", "", "13800000005", compound), person("e2", "演示己", "", "13800000005", compound), // a household's telephone
			{ID: act.RowID{Register: "part", ID: "p1"}, Parent: building, Values: map[string]any{
				"room": "101", "area": int64(6000), "kind": "flat", "state": "sold", "owners": []string{"person/a1", "person/b1"}}},
		}})
		reader := h.reader()
		pairs := func() (list []string) {
			t.Helper()
			found, err := reader.Twins("person", act.RowID{}, day1, 100)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range found {
				list = append(list, fmt.Sprint(p.One.ID, " ", p.Other.ID, " ", p.Equal))
			}
			return list
		}
		if d := cmp.Diff([]string{"a1 a2 [name phone]", "b1 b2 [name]"}, pairs()); d != "" {
			t.Fatal(d)
		}
		h.write(func(ctx context.Context, tx *store.Tx) error {
			return h.book.Apart(ctx, tx, tenant, act.RowID{Register: "person", ID: "b2"}, act.RowID{Register: "person", ID: "b1"})
		})
		keep, gone := act.RowID{Register: "person", ID: "a2"}, act.RowID{Register: "person", ID: "a1"}
		set, err := reader.Merging(keep, gone, day2)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := h.must(set); got != (book.Counts{Changed: 1, Unchanged: 1, Ended: 1}) {
			t.Errorf("merged: %+v", got)
		}
		part, _, err := reader.Row(act.RowID{Register: "part", ID: "p1"}, day2)
		if err != nil || !slices.Equal(part.List("owners"), []string{"person/a2", "person/b1"}) {
			t.Errorf("the owners are %v, %v", part.List("owners"), err)
		}
		if got := pairs(); len(got) != 0 {
			t.Errorf("still proposed: %v", got)
		}
		if _, err := reader.Merging(keep, act.RowID{Register: "person", ID: "c1"}, day2); err == nil {
			t.Error("people of two compounds were merged")
		}
		change := h.id()
		h.write(func(ctx context.Context, tx *store.Tx) error {
			p, err := h.book.Undo(ctx, tx, tenant, h.schemas, change, func(act.RowID) (bool, error) { return false, nil })
			if err != nil {
				return err
			}
			_, _, err = h.book.Apply(ctx, tx, tenant, h.schemas, p, tx.Now(), "undo-"+change)
			return err
		})
		part, _, err = reader.Row(act.RowID{Register: "part", ID: "p1"}, day2)
		if err != nil || !slices.Equal(part.List("owners"), []string{"person/a1", "person/b1"}) {
			t.Errorf("taken back, the owners are %v, %v", part.List("owners"), err)
		}
	})
}
