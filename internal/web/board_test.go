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
		{ID: section, Parent: nyyh, Values: map[string]any{
			"name": "演示路东段", "length": int64(420), "from_to": "演示路口至演示桥", "first_chief": "演示甲（区住建局）", "second_chief": "演示乙（街道办）",
			"third_chief": "演示丙（社区）", "phone": "0371-0000001", "partner_lead": "演示丁（演示单位）", "property_lead": "演示戊（演示物业）",
		}},
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
	for _, want := range []string{"演示路口至演示桥", "一级路长", "演示甲（区住建局）", "演示乙（街道办）", "演示丙（社区）", "0371-0000001", "演示丁（演示单位）", "演示戊（演示物业）", "12345"} {
		if !strings.Contains(board(), want) {
			t.Errorf("%s is not on the board", want)
		}
	}
	_, err = w.house.Desk.Submit(ctx, w.actor("community_worker"), got.Matter, step.Submission{ID: "pledge-refused-1", Verb: "submit", Values: map[string][]string{"signed_or_not": {"refused"}}})
	if err != nil {
		t.Fatal(err)
	}
	if body := board(); !strings.Contains(body, "门前责任承诺：没有签（2026-03-02）") {
		t.Errorf("after it was refused: %s", body)
	}
	everyFigureOpensItsRows(t, w.visitor(), "/figures/storefront_pledge?month=2026-03", 7)
	if _, body, _ := w.visitor().get("/figures/storefront_pledge?month=2026-03"); !strings.Contains(body, "签订并核对 0") || !strings.Contains(body, "有结果 1") {
		t.Errorf("the rate of those who signed: %s", body)
	}
}
