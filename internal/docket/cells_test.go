package docket_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"gongzhi/internal/docket"
	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
)

// reported is a docket with so many reports over a few kilometres: one in three has ended, one in ten is private, one in
// seven was not placed.
func reported(t testing.TB, db *store.DB, n int64) (*docket.Docket, []docket.Report) {
	t.Helper()
	d := filled(t, db, n)
	rng := rand.New(rand.NewPCG(7, 130))
	var list []docket.Report
	err := db.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		for i := int64(1); i <= n; i++ {
			r := docket.Report{
				Matter: i, Method: "problem", Category: fmt.Sprintf("c%d", i%4), Subject: fmt.Sprintf("community/s%d", i%5), Placed: i%7 > 0, Opened: i / 2, Open: true, Private: i%10 == 0,
			}
			if r.Placed {
				r.Lon, r.Lat = 113_600_000+rng.Int64N(40_000), 34_740_000+rng.Int64N(20_000)
			}
			if err := d.PutReport(ctx, tx, r); err != nil {
				return err
			}
			list = append(list, r)
		}
		for i := range list { // some end, some of them are taken up again, and something else is done in all
			for _, open := range [][]bool{{true}, {false, false}, {false, true, true}, {false, true, false}}[i/4%4] {
				list[i].Open = open
				if err := d.PutReport(ctx, tx, list[i]); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return d, list
}

func wanted(r docket.Report, a docket.Shown) bool {
	in := a.In == docket.Everywhere || r.Placed && r.Lat >= a.In.South && r.Lat <= a.In.North && r.Lon >= a.In.West && r.Lon <= a.In.East
	return !r.Private && in && (a.Category == "" || r.Category == a.Category) && (a.Subject == "" || r.Subject == a.Subject) &&
		(r.Open && a.Open || !r.Open && a.Ended) && r.Opened >= a.Since
}

// Lists and counts by squares say of every cut what going through all reports says.
func TestReportsBySquares(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d, all := reported(t, db, 700)
		box := docket.Box{West: 113_610_000, South: 34_745_000, East: 113_619_000, North: 34_751_000}
		for _, a := range []docket.Shown{
			{Open: true, In: docket.Everywhere}, {Open: true, Ended: true, In: docket.Everywhere}, {Ended: true, Since: 200, In: docket.Everywhere},
			{Open: true, Category: "c2", In: docket.Everywhere}, {Open: true, Ended: true, Category: "c1", Subject: "community/s3", In: docket.Everywhere},
			{Ended: true, Since: 100, Category: "c3", In: box}, {Open: true, In: box}, {Open: true, Ended: true, In: box}, {Open: true, Subject: "community/s1", In: box},
		} {
			a.Method = "problem"
			var want []int64
			for _, r := range slices.Backward(all) {
				if wanted(r, a) {
					want = append(want, r.Matter)
				}
			}
			slices.SortStableFunc(want, func(x, y int64) int { return int(y/2 - x/2) })
			if len(want) == 0 {
				t.Fatalf("%+v: nothing to look for", a)
			}
			var got []int64
			for after := (docket.Report{}); ; {
				page, err := d.Shown(t.Context(), db.Read(), a, after, 13)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range page {
					got = append(got, r.Matter)
				}
				if len(page) < 13 {
					break
				}
				after = page[12]
			}
			if !slices.Equal(got, want) {
				t.Errorf("%+v: %d listed, want %d: %v, %v", a, len(got), len(want), got, want)
			}
			if a.In == box && a.Since == 0 {
				list, err := d.ShownIn(t.Context(), db.Read(), a, 1000)
				if err != nil {
					t.Fatal(err)
				}
				got = nil
				for _, r := range list {
					got = append(got, r.Matter)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%+v: in the box %v, want %v", a, got, want)
				}
			}
			for _, size := range docket.Sizes {
				cells, err := d.Cells(t.Context(), db.Read(), a, size)
				if err != nil {
					t.Fatal(err)
				}
				left := int64(0)
				for _, c := range cells {
					in := a
					in.In = c.Square
					n := int64(0)
					for _, r := range all {
						if c.Placed && wanted(r, in) || !c.Placed && !r.Placed && wanted(r, a) {
							n++
						}
					}
					if c.N != n {
						t.Errorf("%+v: %d in %+v, want %d", a, c.N, c.Square, n)
					}
					left += n
				}
				if a.In == docket.Everywhere && left != int64(len(want)) {
					t.Errorf("%+v: %d in squares of %d, want %d", a, left, size, len(want))
				}
			}
		}
	})
}
