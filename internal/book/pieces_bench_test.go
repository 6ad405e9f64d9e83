package book_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gongzhi/internal/book"
	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
)

// BenchmarkInPieces is BenchmarkImport in pieces, and tells how long the longest of its transactions held up others.
func BenchmarkInPieces(b *testing.B) {
	for _, engine := range [...]store.Engine{store.SQLite, store.Postgres} {
		b.Run(engine.String(), func(b *testing.B) {
			h := open(b, storetest.Open(b, store.Config{URL: storetest.URL(b, engine)}))
			round := 0
			var longest, showing time.Duration
			for b.Loop() {
				round++
				ended, waited := make(chan struct{}), make(chan time.Duration)
				go func() {
					var most time.Duration
					for {
						select {
						case <-ended:
							waited <- most
							return
						default:
						}
						from := time.Now()
						_ = h.db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
							return h.book.Apart(ctx, tx, tenant, compound, compound)
						})
						most = max(most, time.Since(from))
						time.Sleep(time.Millisecond)
					}
				}()
				x, err := h.pieces(fmt.Sprint("import-", round), book.Set{On: day1, Entries: enterprises(20_000, round)})
				if err != nil {
					b.Fatal(err)
				}
				from := time.Now()
				if _, _, err := h.show(x); err != nil {
					b.Fatal(err)
				}
				showing = max(showing, time.Since(from))
				if err := x.Close(context.Background()); err != nil {
					b.Fatal(err)
				}
				close(ended)
				longest = max(longest, <-waited)
			}
			b.ReportMetric(float64(longest.Milliseconds()), "longest-wait-ms")
			b.ReportMetric(float64(showing.Milliseconds()), "showing-ms")
		})
	}
}
