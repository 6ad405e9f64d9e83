package web_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gongzhi/internal/docket"
	"gongzhi/internal/store"
)

var (
	gatheredDots = regexp.MustCompile(`(?s)<g class="map-dots".*?</g>`)
	oneDot       = regexp.MustCompile(`(?s)<a href="([^"]+)".*?</a>`)
	dotCount     = regexp.MustCompile(`<title>(\d+) 件在这里`)
	olderReports = regexp.MustCompile(`href="(/map/problem\?[^"]*before=\d+[^"]*)"`)
	listedReport = regexp.MustCompile(`<td[^>]*><a href="/matters/(\d+)"`)
)

// dots reads the dots of a map: how many reports they stand for, and where the largest leads.
func dots(t *testing.T, body string) (n int, closer string) {
	t.Helper()
	most := 0
	for _, a := range oneDot.FindAllStringSubmatch(gatheredDots.FindString(body), -1) {
		one := 1
		if m := dotCount.FindStringSubmatch(a[0]); m != nil {
			one, _ = strconv.Atoi(m[1])
		}
		n += one
		if one > most && strings.Contains(a[1], "box=") {
			most, closer = one, strings.ReplaceAll(a[1], "&amp;", "&")
		}
	}
	return n, closer
}

// However many reports there are, the map stands for all of them in a page of the same length, leads closer until each is
// there by itself, and its list goes on to the last.
func TestMapOfManyReports(t *testing.T) {
	w := newTown(t)
	rng := rand.New(rand.NewPCG(20, 5))
	const many = 3000
	err := w.house.Store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		for n := int64(5001); n <= 5000+many; n++ {
			m := docket.Matter{Number: n, Method: "problem", Charter: string(w.house.Charter.Digest), Subject: "community/nyyh", Scope: "/community/nyyh/", TitleZH: "演示", TitleEN: "demo", Step: "accept", Opened: n, Updated: n}
			r := docket.Report{
				Matter: n, Method: "problem", Category: "litter", Subject: m.Subject, Opened: n, Updated: n, Open: true,
				Placed: n%100 > 0, Lon: 113_600_000 + rng.Int64N(40_000), Lat: 34_740_000 + rng.Int64N(20_000),
			}
			if err := w.house.Docket.Put(ctx, tx, m); err != nil {
				return err
			}
			if err := w.house.Docket.PutReport(ctx, tx, r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	v := w.visitor()
	status, body, _ := v.get("/map/problem")
	n, closer := dots(t, body)
	if status != http.StatusOK || n != many-many/100 || len(body) > 60_000 {
		t.Errorf("%d: the map stands for %d reports in %d bytes", status, n, len(body))
	}
	if want := fmt.Sprintf("%d 件，其中 %d 件", many, many/100); !strings.Contains(body, want) {
		t.Errorf("it does not say %q", want)
	}
	for step := 0; closer != ""; step++ {
		_, near, _ := v.get(closer)
		got, next := dots(t, near)
		if got == 0 || got >= n || step > 6 {
			t.Fatalf("%s: %d of %d", closer, got, n)
		}
		n, closer = got, next
	}
	seen := map[string]bool{}
	for path := "/map/problem?state=all"; path != "" && len(seen) < 100; {
		_, body, _ := v.get(path)
		for _, m := range listedReport.FindAllStringSubmatch(body, -1) {
			if seen[m[1]] {
				t.Errorf("%s is listed twice", m[1])
			}
			seen[m[1]] = true
		}
		path = ""
		if m := olderReports.FindStringSubmatch(body); m != nil {
			path = strings.ReplaceAll(m[1], "&amp;", "&")
		}
	}
	if len(seen) < 100 || !seen["8000"] || !seen["7911"] {
		t.Errorf("%d are listed page by page", len(seen))
	}
}
