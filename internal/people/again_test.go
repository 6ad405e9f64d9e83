package people_test

import (
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/clock"
	"gongzhi/internal/house"
	"gongzhi/internal/house/housetest"
	"gongzhi/internal/people"
	"gongzhi/internal/store"
)

// An answer lost on the way does not cost a household its code: the browser that used it may send it again for ten
// minutes; no other browser may, and not later.
func TestACodeAgainFromTheSameBrowser(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, c *clock.Manual) {
		var paper string
		must(t, write(t, h, func(tx *store.Tx) (err error) {
			flat := act.RowID{Register: "part", ID: "p103"}
			paper, err = h.People.Issue(ctx, tx, people.Household{Person: "house103", Name: "丙", Role: "owner", Scope: flat, Path: "/x/"}, tx.Now().Add(time.Hour))
			return err
		}))
		from := func(browser string) error {
			return write(t, h, func(tx *store.Tx) error { _, _, err := h.People.Redeem(ctx, tx, paper, browser); return err })
		}
		must(t, from("this"))
		must(t, from("this"))
		for _, other := range []string{"another", ""} {
			if got := code(from(other)); got != "people.code_unknown" {
				t.Errorf("from %q: %q", other, got)
			}
		}
		c.Advance(9 * time.Minute)
		must(t, from("this"))
		c.Advance(2 * time.Minute)
		if got := code(from("this")); got != "people.code_unknown" {
			t.Errorf("after eleven minutes: %q", got)
		}
	})
}
