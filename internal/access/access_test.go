package access_test

import (
	"context"
	"math"
	"testing"
	"time"

	"gongzhi/internal/access"
	"gongzhi/internal/act"
	"gongzhi/internal/clock"
	"gongzhi/internal/house"
	"gongzhi/internal/house/housetest"
	"gongzhi/internal/store"
)

func read(subject act.Person) access.Entry {
	return access.Entry{By: act.By{Person: "wang", Role: "worker"}, Purpose: "handle", Door: "web", Object: "row person/x", Fields: []string{"name", "phone"}, Subject: subject}
}

func add(t *testing.T, h *house.House, list ...access.Entry) {
	t.Helper()
	err := h.Store.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error { return h.Access.Add(ctx, tx, list...) })
	if err != nil {
		t.Fatal(err)
	}
}

func TestEntriesAreChainedAndFoundByWhomTheyTellOf(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, _ *clock.Manual) {
		ctx, q := context.Background(), h.Store.Read()
		add(t, h, read("li"), read("zhao"))
		add(t, h, read("li"))
		about, err := h.Access.About(ctx, q, "li", math.MaxInt64, 10)
		if err != nil || len(about) != 2 || about[0].Seq != 3 || about[1].Fields[1] != "phone" {
			t.Fatalf("about li: %+v, %v", about, err)
		}
		if err := h.Access.Verify(ctx, q); err != nil {
			t.Error(err)
		}
	})
}

// The oldest are removed when their time is over; what is left still verifies, and the last one of all stays.
func TestDropKeepsTheChain(t *testing.T) {
	h, c := housetest.Open(t)
	ctx, q := context.Background(), h.Store.Read()
	add(t, h, read("li"), read("li"))
	c.Advance(200 * 24 * time.Hour)
	add(t, h, read("zhao"))
	drop := func(limit int) (g access.Gone) {
		err := h.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			g, err = h.Access.Drop(ctx, tx, tx.Now().Add(-180*24*time.Hour), limit)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	if g := drop(1); g.N != 1 || g.Upto != 1 {
		t.Errorf("the first: %+v", g)
	}
	g := drop(100)
	left, err := h.Access.Latest(ctx, q, math.MaxInt64, 10)
	if err != nil || g.N != 1 || len(left) != 1 || left[0].Prev != g.Hash {
		t.Errorf("dropped %+v, left %+v, %v", g, left, err)
	}
	if err := h.Access.Verify(ctx, q); err != nil {
		t.Error(err)
	}
	c.Advance(400 * 24 * time.Hour)
	if g := drop(100); g.N != 0 {
		t.Errorf("the last entry went too: %+v", g)
	}
}
