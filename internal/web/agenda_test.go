package web_test

import (
	"net/http"
	"strings"
	"testing"
)

// The calendar has the weeks ahead as a grid and as a list, and each of the next months; a month that is over, or none, is
// these weeks.
func TestTheCalendarHasAMonth(t *testing.T) {
	w := newTown(t) // 2 March 2026, a Monday
	v := w.signedIn("community_worker")
	status, body, _ := v.get("/desk/calendar")
	if status != http.StatusOK || !strings.Contains(body, "从本周起的 5 周") || !strings.Contains(body, `aria-current="date"`) || strings.Contains(body, "上个月") {
		t.Errorf("%d: %s", status, body)
	}
	if strings.Count(body, ">演示路1号院综合改造<") < 2 {
		t.Error("what is due is not both in the grid and in the list")
	}
	const april = "/desk/calendar?month=2026-04"
	_, body, _ = v.get(april)
	if !strings.Contains(body, "2026年4月") || !strings.Contains(body, `href="/desk/calendar"`) || !strings.Contains(body, "month=2026-05") || strings.Contains(body, `aria-current="date"`) {
		t.Errorf("April: %s", body)
	}
	if got := strings.Count(body, "<td"); got != 35 { // 30 March to 3 May
		t.Errorf("April has %d days in its weeks", got)
	}
	for _, other := range []string{"2026-01", "2027-03", "x", "2026-08", "2026-13"} {
		_, body, _ := v.get("/desk/calendar?month=" + other)
		if last := other == "2026-08"; last == strings.Contains(body, "从本周起的") || last && strings.Contains(body, "下个月") {
			t.Errorf("%s: what is shown, or where it leads", other)
		}
	}
}
