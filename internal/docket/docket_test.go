package docket_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gongzhi/internal/docket"
	"gongzhi/internal/ledger"
	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
)

// filled is a docket with so many matters, of which every thousandth stands at another step of another method about
// another row.
func filled(t testing.TB, db *store.DB, matters int64) *docket.Docket {
	t.Helper()
	d := docket.New(1)
	write := func(fn func(context.Context, *store.Tx) error) {
		t.Helper()
		if err := db.Write(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	write(func(ctx context.Context, tx *store.Tx) error {
		return ledger.New(1, nil).AddTenant(ctx, tx, "t", "t", tx.Now())
	})
	for n := int64(1); n <= matters; {
		write(func(ctx context.Context, tx *store.Tx) error {
			for end := min(n+5000, matters+1); n < end; n++ {
				m := docket.Matter{
					Number: n, Method: "repair", Charter: "c", Subject: "compound/a", Scope: "/compound/a/", TitleZH: "楼院报修", Step: "handle", Seq: 2,
					Head: fmt.Sprint(n), Opened: n, Updated: n,
				}
				if n%1000 == 0 {
					m.Method, m.Step, m.Subject = "rare", "wait", "compound/b"
				}
				if err := d.Put(ctx, tx, m); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return d
}

var filters = map[string]docket.Filter{
	"all": {}, "method": {Method: "repair"}, "step": {Method: "repair", Step: "handle"}, "subject": {Subject: "compound/a"},
	"rare method": {Method: "rare"}, "rare step": {Method: "rare", Step: "wait"}, "rare subject": {Subject: "compound/b"}, "no such step": {Method: "repair", Step: "wait"},
}

func TestListsAndCounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := filled(t, db, 3000)
		want := map[string][2]int64{ // the newest and how many
			"all": {3000, 3000}, "method": {2999, 2997}, "step": {2999, 2997}, "subject": {2999, 2997}, "rare method": {3000, 3},
			"rare step": {3000, 3}, "rare subject": {3000, 3}, "no such step": {0, 0},
		}
		for name, f := range filters {
			list, err := d.List(t.Context(), db.Read(), f)
			if err != nil {
				t.Fatal(err)
			}
			n, err := d.Count(t.Context(), db.Read(), f, 1_000_000)
			if err != nil {
				t.Fatal(err)
			}
			newest := int64(0)
			if len(list) > 0 {
				newest = list[0].Number
			}
			if newest != want[name][0] || n != want[name][1] || len(list) != int(min(n, 50)) {
				t.Errorf("%s: newest %d, %d of them, %d shown; want %v", name, newest, n, len(list), want[name])
			}
			for i := 1; i < len(list); i++ {
				if list[i].Number >= list[i-1].Number {
					t.Errorf("%s: %d follows %d", name, list[i].Number, list[i-1].Number)
				}
			}
			if n, err := d.Count(t.Context(), db.Read(), f, 2); err != nil || n > 2 {
				t.Errorf("%s: counting did not stop at 2: %d, %v", name, n, err)
			}
			f.Before = 2000
			older, err := d.List(t.Context(), db.Read(), f)
			if err != nil || len(older) > 0 && older[0].Number >= 2000 {
				t.Errorf("%s: the page before 2000 begins at %v, %v", name, older, err)
			}
		}
	})
}

// A list costs the same at any number of matters, also where the filter leaves few: it must not look through the rest.
func BenchmarkList(b *testing.B) {
	for _, matters := range []int64{1_000, 30_000} {
		db := storetest.Open(b, store.Config{Now: time.Now})
		d := filled(b, db, matters)
		for name, f := range filters {
			b.Run(fmt.Sprintf("%s of %d", name, matters), func(b *testing.B) {
				for b.Loop() {
					if _, err := d.List(b.Context(), db.Read(), f); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
