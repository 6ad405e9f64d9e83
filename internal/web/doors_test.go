package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gongzhi/charters"
	"gongzhi/internal/calendar"
	"gongzhi/internal/clock"
	"gongzhi/internal/demo"
	"gongzhi/internal/docket"
	"gongzhi/internal/house"
	"gongzhi/internal/web"
)

// During a vote the doors stand building by building, the one that misses most area first, in it the largest flat, each
// with when somebody last spoke there; above them what is missing on both axes.
func TestDoorsOfAVote(t *testing.T) {
	at := calendar.MustDate("2026-11-19").Start().Add(20 * time.Hour)
	h, filled, err := demo.Open(context.Background(), house.Config{Charter: charters.Linshanzhai(), Clock: clock.Fixed(at)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	server := httptest.NewServer(web.New(web.Config{House: h}).Handler())
	t.Cleanup(server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	i := slices.IndexFunc(filled.SignIns, func(s demo.SignIn) bool { return s.Login == "worker" })
	in, err := client.PostForm(server.URL+"/sign-in", url.Values{"login": {"worker"}, "password": {filled.SignIns[i].Password}})
	if err != nil {
		t.Fatal(err)
	}
	_ = in.Body.Close()
	voting, err := h.Docket.List(t.Context(), h.Store.Read(), docket.Filter{Method: "renovation", Step: "owners_ballot"})
	if err != nil || len(voting) == 0 {
		t.Fatalf("no vote is on in the demo: %v", err)
	}
	got, err := client.Get(fmt.Sprintf("%s/desk/matters/%d/doors", server.URL, voting[len(voting)-1].Number)) // the first begun: six buildings
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	var b strings.Builder
	if err := got.Write(&b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	missing := regexp.MustCompile(`(\d+) 户，差 ([\d,]+\.\d\d) ㎡`).FindAllStringSubmatch(page, -1)
	if got.StatusCode != http.StatusOK || len(missing) < 2 || !strings.Contains(page, "还差") {
		t.Fatalf("%d, buildings %v", got.StatusCode, missing)
	}
	number := func(s string) string { // comparable as texts
		s = strings.NewReplacer(",", "", ".", "").Replace(s)
		return strings.Repeat("0", 12-len(s)) + s
	}
	for i := 1; i < len(missing); i++ {
		if number(missing[i][2]) > number(missing[i-1][2]) {
			t.Errorf("%s m² stand after %s", missing[i][2], missing[i-1][2])
		}
	}
	if !regexp.MustCompile(`\d+月\d+日|没有联系过`).MatchString(page) || strings.Contains(page, "⟦") {
		t.Error("nobody can see when a door was last tried")
	}
}
