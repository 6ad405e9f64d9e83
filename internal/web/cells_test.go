package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"gongzhi/internal/api"
	"gongzhi/internal/step"
)

// Of forty flats, 39 say yes and one says no. Nothing that anybody can look at tells how many said no,
// nor what the number could be worked out from; while it goes on, nothing tells how it divides at all.
func TestASmallCellIsNowhere(t *testing.T) {
	w := newTown(t)
	matter := w.flats()
	worker, secretary := w.actor("community_worker"), w.actor("community_secretary")
	n := 0
	record := func(whether string) {
		n++
		values := map[string][]string{"unit": {fmt.Sprintf("y1b10u%d-%d01", 1+(n-1)/20, 1+(n-1)%20)}, "channel": {"door"}, "result": {"signed"}}
		if whether != "" {
			values["whether"] = []string{whether}
		}
		if _, err := w.house.Desk.Submit(t.Context(), worker, matter, step.Submission{ID: fmt.Sprintf("cell-%d-0000", n), Step: "solicit", Verb: "record", Values: values}); err != nil {
			t.Fatal(err)
		}
	}
	doors := []string{
		fmt.Sprintf("/matters/%d", matter), fmt.Sprintf("/matters/%d/record", matter), fmt.Sprintf("/api/v1/matters/%d", matter),
		fmt.Sprintf("/api/v1/matters/%d/acts?limit=100", matter), "/matters", "/wall", "/places/compound/pick1", "/feeds/notices.atom", "/feeds/meetings.ics",
	}
	h := w.house
	programs := httptest.NewServer(api.New(api.For(h, nil)).Handler())
	t.Cleanup(programs.Close)
	get := func(path string) (int, string) {
		v, base := w.visitor(), w.server.URL
		if strings.HasPrefix(path, "/api/") {
			base = programs.URL
		}
		status, body, _ := v.read(v.Get(base + path))
		return status, body
	}
	public := func() string {
		var all strings.Builder
		for _, path := range doors {
			if status, body := get(path); status == http.StatusOK {
				all.WriteString(body)
			} else if strings.HasPrefix(path, fmt.Sprintf("/matters/%d", matter)) || strings.HasPrefix(path, "/api") {
				t.Fatalf("%s: %d", path, status)
			}
		}
		return all.String()
	}
	for range 36 {
		record("agree")
	}
	if got := public(); strings.Contains(got, "36 / 36") || !strings.Contains(got, "先公布，谁家刚答复就能看出谁怎么说") {
		t.Error("how the answers divide is told while it goes on")
	}
	record("agree")
	record("against")
	record("agree")
	record("agree")
	if _, err := w.house.Desk.Submit(t.Context(), secretary, matter, step.Submission{ID: "cell-close-0000", Step: "solicit", Verb: "close"}); err != nil {
		t.Fatal(err)
	}
	got := public()
	for _, told := range []string{"whether_agree", "whether_against", "39 / 40", "1 / 40"} {
		if strings.Contains(got, told) {
			t.Errorf("the public can see %q: %s", told, regexp.MustCompile(`.{60}`+told+`.{60}`).FindString(got))
		}
	}
	if !strings.Contains(got, "能由此算出太少的，不公布") {
		t.Error("nobody says why figures are missing")
	}
	// What was not small is told: nobody said "unsure".
	_, body := get(doors[2])
	var standing struct {
		Results map[string]struct {
			Facts map[string]any `json:"facts"`
		} `json:"results"`
	}
	if err := json.Unmarshal([]byte(body), &standing); err != nil {
		t.Fatal(err)
	}
	facts := standing.Results["solicit"].Facts
	if facts["answered"] != float64(40) || facts["whether_unsure"] != float64(0) {
		t.Errorf("the result tells %v", facts)
	}
}
