package web_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"gongzhi/internal/house"
	"gongzhi/internal/house/housetest"
	"gongzhi/internal/web"
)

// Tiles of the log as anybody fetches them: over HTTP on loopback, full ones, several at a time.
func BenchmarkTheLogIsServed(b *testing.B) {
	ctx := context.Background()
	h := housetest.With(b, house.Config{Dir: b.TempDir()})
	wang := housetest.Actor(b, h, "wang")
	for i := range 256 {
		if _, err := h.Desk.Begin(ctx, wang, "note", housetest.Compound, housetest.Submission(fmt.Sprintf("bench-%08d", i), "")); err != nil {
			b.Fatal(err)
		}
	}
	for n := int64(1); n > 0; {
		var err error
		if n, err = h.PublicLog.Integrate(ctx); err != nil {
			b.Fatal(err)
		}
	}
	server := httptest.NewServer(web.New(web.Config{House: h}).Handler())
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	for name, path := range map[string]string{"checkpoint": "/log/checkpoint", "hashes": "/log/tile/0/000", "entries": "/log/tile/entries/000"} {
		b.Run(name, func(b *testing.B) {
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					r, err := client.Get(server.URL + path)
					if err != nil {
						b.Error(err)
						return
					}
					if _, err := io.Copy(io.Discard, r.Body); err != nil || r.StatusCode != http.StatusOK {
						b.Errorf("%s: %d, %v", path, r.StatusCode, err)
					}
					_ = r.Body.Close()
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "served/s")
		})
	}
}
