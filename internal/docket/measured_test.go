package docket_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gongzhi/internal/docket"
	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
)

// What held at an instant is told of that instant, whatever came later: exactly at the act that changed it, a moment before,
// and long after; what was said twice at one instant, or again without a change, is one thing.
func TestMeasuresAsOfAnInstant(t *testing.T) {
	at := func(n int64) time.Time { return time.UnixMicro(n) }
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := filled(t, db, 3)
		say := func(matter, since, bits int64, sums ...int64) {
			t.Helper()
			err := db.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				return d.Measure(ctx, tx, docket.Measured{Set: "s", Matter: matter, Since: since, Opened: 10 + matter, Charter: "c", Group: "g", Bits: bits, Sums: sums})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		say(1, 100, 1, 0, 0)
		say(1, 200, 1, 0, 0) // nothing changed
		say(1, 300, 3, 49, 50)
		say(2, 250, 1, 7, 7)
		say(2, 250, 5, 8, 9) // twice at one instant
		say(2, 400, 1, 8, 9) // and back
		for _, tt := range []struct {
			asOf  int64
			want  string // bits × how many
			total int64
			rows  int // behind bit 2
		}{
			{99, "", 0, 0}, {100, "1×1", 0, 0}, {249, "1×1", 0, 0}, {250, "1×1 5×1", 8, 0}, {299, "1×1 5×1", 8, 0}, {300, "3×1 5×1", 57, 1},
			{399, "3×1 5×1", 57, 1}, {400, "1×1 3×1", 57, 1}, {1 << 60, "1×1 3×1", 57, 1},
		} {
			b := docket.Behind{Set: "s", From: at(0), Until: at(100), AsOf: at(tt.asOf)}
			counts, err := d.Counts(t.Context(), db.Read(), b)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for i, c := range counts {
				if i > 0 {
					got += " "
				}
				got += fmt.Sprintf("%d×%d", c.Bits, c.N)
			}
			total := int64(0)
			for _, c := range counts {
				sums, err := c.Amounts()
				if err != nil {
					t.Fatal(err)
				}
				total += sums[0] * c.N
			}
			if got != tt.want || total != tt.total {
				t.Errorf("as of %d: %q, sum %d, want %q, %d", tt.asOf, got, total, tt.want, tt.total)
			}
			b.Charter, b.Mask, b.Limit = "c", 2, 10
			rows, err := d.Behind(t.Context(), db.Read(), b)
			if err != nil || len(rows) != tt.rows || len(rows) == 1 && (rows[0].Number != 1 || rows[0].Sums != "49,50") {
				t.Errorf("as of %d: behind it %+v %v", tt.asOf, rows, err)
			}
		}
	})
}
