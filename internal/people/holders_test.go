package people_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"gongzhi/charters"
	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/clock"
	"gongzhi/internal/house"
	"gongzhi/internal/people"
	"gongzhi/internal/store"
)

// Whoever holds a role over the place, or over one above it, is offered; a neighbour, a past or closed one is not. One's
// own flat lies within the place instead.
func TestHolders(t *testing.T) {
	ctx := context.Background()
	noon := time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)
	h, err := house.Open(ctx, house.Config{Charter: charters.Linshanzhai(), Clock: clock.Fixed(noon)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() }) // only read
	today := calendar.DateOf(noon)
	row := func(register, id string) act.RowID { return act.RowID{Register: register, ID: id} }
	const place = "/community/nyyh/compound/yanshi1/"
	err = h.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, m := range []struct {
			who, role, path string
			scope           act.RowID
			ends            int // days from today; 0 is open
		}{
			{"whole", "street_office", "", act.RowID{}, 0},
			{"community", "community_worker", "/community/nyyh/", row("community", "nyyh"), 0},
			{"neighbour", "community_worker", "/community/nyyh2/", row("community", "nyyh2"), 0},
			{"past", "community_worker", "/community/nyyh/", row("community", "nyyh"), -1},
			{"gone", "community_worker", "/community/nyyh/", row("community", "nyyh"), 0},
			{"builder", "contractor", place, row("compound", "yanshi1"), 0},
			{"elsewhere", "contractor", "/community/nyyh/compound/yanshi12/", row("compound", "yanshi12"), 0},
			{"owner", "owner", place + "building/b1/part/p101/", row("part", "p101"), 0},
			{"stranger", "owner", "/community/nyyh/compound/yanshi12/building/b1/part/p101/", row("part", "p102"), 0},
		} {
			person := act.Person("p-" + m.who)
			if err := h.People.Add(ctx, tx, people.Account{Person: person, Name: "演示" + m.who}, ""); err != nil {
				return err
			}
			given := people.Mandate{ID: people.MandateID(person, m.role, m.scope), Person: person, Role: m.role, Scope: m.scope, Path: m.path, Starts: today.Add(-10)}
			if m.ends != 0 {
				given.Ends = today.Add(m.ends)
			}
			if err := h.People.Grant(ctx, tx, given); err != nil {
				return err
			}
		}
		return h.People.Close(ctx, tx, "p-gone")
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		role string
		own  bool
		want []string
	}{
		{"street_office", false, []string{"演示whole"}},
		{"community_worker", false, []string{"演示community"}},
		{"contractor", false, []string{"演示builder"}},
		{"owner", true, []string{"演示owner"}},
		{"volunteer", false, nil},
	} {
		list, err := h.People.Holders(ctx, h.Store.Read(), tt.role, place, tt.own, today, 10)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, one := range list {
			got = append(got, one.Name)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s over %s: %v, want %v", tt.role, place, got, tt.want)
		}
	}
}
