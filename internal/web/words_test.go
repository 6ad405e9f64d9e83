package web_test

import (
	"context"
	"testing"

	"gongzhi/charters"
	"gongzhi/internal/act"
	"gongzhi/internal/demo"
	"gongzhi/internal/house"
	"gongzhi/internal/text"
)

// The record says in words what each kind of act did; the demo's matters come through most of them.
func TestEveryActHasWords(t *testing.T) {
	ctx := context.Background()
	h, _, err := demo.Open(ctx, house.Config{Charter: charters.Linshanzhai()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}()
	matters, err := h.Ledger.Matters(ctx, h.Store.Read())
	if err != nil || len(matters) < 5 {
		t.Fatalf("%d matters, %v", len(matters), err)
	}
	seen := map[string]bool{}
	for _, m := range matters {
		acts, err := h.Ledger.Acts(ctx, h.Store.Read(), m, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range acts {
			seen[a.Kind] = seen[a.Kind] || m != act.House
		}
	}
	for kind, shown := range seen {
		if shown && !h.Charter.Texts.Has(text.ZH, "act."+kind) {
			t.Errorf("no words for %s", kind)
		}
	}
}
