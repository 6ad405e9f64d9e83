package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
)

// The wall shows the stars of a road once they were posted, not while somebody could still turn them down, and says where
// there is nothing to show instead of drawing noughts.
func TestStarsOnTheWall(t *testing.T) {
	w := newTown(t)
	road := act.RowID{Register: "road_section", ID: "yanshi-e"}
	set := book.Set{On: calendar.DateOf(start), Entries: []register.Entry{{ID: road, Parent: act.RowID{Register: "community", ID: "nyyh"}, Values: map[string]any{"name": "演示路东段"}}}}
	if _, err := w.house.Change(context.Background(), act.By{Role: act.HouseItself}, "test-road", "registers/road_section.yaml", set); err != nil {
		t.Fatal(err)
	}
	wall := func() string {
		t.Helper()
		w.again()
		status, body, _ := w.visitor().get("/wall")
		if status != http.StatusOK {
			t.Fatalf("%d", status)
		}
		return body
	}
	if body := wall(); !strings.Contains(body, "还没有公布过评分") || !strings.Contains(body, "算不出按期结案率") {
		t.Error("a wall without ratings and reports does not say so")
	}
	begun, err := w.house.Desk.Begin(context.Background(), w.actor("street_office"), "road_rating", road, step.Submission{ID: "stars-begin-1", Values: map[string][]string{"month_of": {"2026-03-02"}}})
	if err != nil {
		t.Fatal(err)
	}
	w.matter = begun.Matter
	w.do("street_office", "stars-rate-1", "rate", "", "cars", "5", "illegal_structure", "no", "fire_lane", "no", "accident", "no")
	w.do("street_leader", "stars-agree-1", "approve", "")
	if strings.Contains(wall(), "演示路东段") {
		t.Error("a rating stands on the wall before it was posted")
	}
	w.do("street_office", "stars-post-1", "post", "", "rating_notice", "演示")
	w.clock.Advance(4 * 24 * time.Hour)
	if err := w.house.Desk.Tick(context.Background(), w.matter, w.clock.Now()); err != nil {
		t.Fatal(err)
	}
	body := wall()
	for _, s := range []string{"3 月，1 条", "演示路东段", "4 颗星，共 5 颗；90 分，满分 100 分", "stars-4", "/matters?method=road_rating"} {
		if !strings.Contains(body, s) {
			t.Errorf("the wall does not say %q", s)
		}
	}
	if n := strings.Count(body, `class="lit"`); n != 4 {
		t.Errorf("%d stars are lit, want 4", n)
	}
}

// The wall draws the rate that the charter names, month by month, and each value opens its month; each value of the weeks
// opens its matters.
func TestTrendsOnTheWall(t *testing.T) {
	x := newReporter(t)
	x.report("litter", true, false)
	x.report("litter", true, true)
	x.report("cover", false, false)
	_, body, _ := x.w.visitor().get("/wall")
	for _, s := range []string{`<a href="/figures/problem?month=2026-03">33.3%</a>`, "/matters?began=2026-03-02", "/matters?ended=2026-03-02"} {
		if !strings.Contains(body, s) {
			t.Errorf("the wall does not say %q", s)
		}
	}
	if strings.Contains(body, ">0.0%<") {
		t.Error("a month without reports has a share")
	}
	_, began, _ := x.w.visitor().get("/matters?began=2026-03-02")
	_, ended, _ := x.w.visitor().get("/matters?ended=2026-03-02")
	if strings.Count(began, `href="/matters/`) <= strings.Count(ended, `href="/matters/`) || !strings.Contains(ended, "2026-03-02 起一周办结") {
		t.Error("the weeks do not open their matters")
	}
}
