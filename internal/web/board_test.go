package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
)

// The board of a section says how long it is, with the unit, what its shops promised, and how that stands in the record.
func TestTheBoardShowsWhatShopsPromised(t *testing.T) {
	w := newTown(t)
	ctx := context.Background()
	section, shop := act.RowID{Register: "road_section", ID: "yanshi"}, act.RowID{Register: "storefront", ID: "xiaochi"}
	set := book.Set{On: calendar.DateOf(start), Entries: []register.Entry{
		{ID: section, Parent: nyyh, Values: map[string]any{"name": "演示路东段", "length": int64(420)}},
		{ID: shop, Parent: section, Values: map[string]any{"name": "演示小吃店", "address": "演示路1号", "duties": []string{"hygiene", "order"}}},
	}}
	if _, err := w.house.Change(ctx, act.By{Role: act.HouseItself}, "add-shop-of-section", "registers/storefront.yaml", set); err != nil {
		t.Fatal(err)
	}
	got, err := w.house.Desk.Begin(ctx, w.actor("community_worker"), "storefront_pledge", shop, step.Submission{ID: "pledge-begin-1"})
	if err != nil {
		t.Fatal(err)
	}
	board := func() string {
		t.Helper()
		status, body, _ := w.visitor().get("/places/road_section/yanshi/board")
		if status != http.StatusOK {
			t.Fatal(status)
		}
		return body
	}
	if body := board(); !strings.Contains(body, "420 米") || !strings.Contains(body, "包秩序") || strings.Contains(body, "门前责任承诺") {
		t.Errorf("before it was given: %s", body)
	}
	_, err = w.house.Desk.Submit(ctx, w.actor("community_worker"), got.Matter, step.Submission{ID: "pledge-refused-1", Verb: "submit", Values: map[string][]string{"signed_or_not": {"refused"}}})
	if err != nil {
		t.Fatal(err)
	}
	if body := board(); !strings.Contains(body, "门前责任承诺：没有签（2026-03-02）") {
		t.Errorf("after it was refused: %s", body)
	}
}
