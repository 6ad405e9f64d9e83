package tlog_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gongzhi/internal/clock"
	"gongzhi/internal/house"
	"gongzhi/internal/house/housetest"
	"gongzhi/internal/store"
	"gongzhi/internal/tlog"
)

// A submission with the log and without, in turns within one run: the difference is what the log costs who submits.
func BenchmarkSubmission(b *testing.B) {
	houses := map[string]*house.House{}
	for _, name := range []string{"with", "without"} {
		houses[name] = housetest.With(b, house.Config{Dir: b.TempDir(), Charter: housetest.Charter(), Clock: clock.System, NoLog: name == "without"})
	}
	running, stop := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() { _ = houses["with"].PublicLog.Run(running) })
	defer func() { stop(); done.Wait() }()
	took := map[string]time.Duration{}
	var n atomic.Int64
	const clients, each = 64, 8
	for range b.N {
		for _, name := range []string{"with", "without"} {
			h := houses[name]
			wang := housetest.Actor(b, h, "wang")
			began := clock.System.Now()
			var all sync.WaitGroup
			for range clients {
				all.Go(func() {
					for range each {
						if _, err := h.Desk.Begin(ctx, wang, "note", housetest.Compound, housetest.Submission(fmt.Sprintf("bench-%08d", n.Add(1)), "")); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			all.Wait()
			took[name] += clock.System.Now().Sub(began)
		}
	}
	count := float64(b.N * clients * each)
	b.ReportMetric(count/took["with"].Seconds(), "with/s")
	b.ReportMetric(count/took["without"].Seconds(), "without/s")
	b.ReportMetric(100*took["without"].Seconds()/took["with"].Seconds(), "%of-without")
	b.ReportMetric(0, "ns/op")
}

// Leaves a second through integration: read, hashed, put into tiles, signed, committed.
func BenchmarkIntegrate(b *testing.B) {
	h := housetest.With(b, house.Config{Dir: b.TempDir(), Charter: housetest.Charter(), Clock: clock.System})
	wang := housetest.Actor(b, h, "wang")
	n, leaves := 0, int64(0)
	var took time.Duration
	for range b.N {
		var all sync.WaitGroup
		for range 512 {
			n++
			id := fmt.Sprintf("bench-%08d", n)
			all.Go(func() {
				if _, err := h.Desk.Begin(ctx, wang, "note", housetest.Compound, housetest.Submission(id, "")); err != nil {
					b.Error(err)
				}
			})
		}
		all.Wait()
		began := clock.System.Now()
		for {
			added, err := h.PublicLog.Integrate(ctx)
			if err != nil {
				b.Fatal(err)
			}
			if added == 0 {
				break
			}
			leaves += added
		}
		took += clock.System.Now().Sub(began)
	}
	b.ReportMetric(float64(leaves)/took.Seconds(), "leaves/s")
	b.ReportMetric(0, "ns/op")
}

// A tile and a tile of entries as they are served, from the database.
func BenchmarkTile(b *testing.B) {
	h := housetest.With(b, house.Config{Dir: b.TempDir(), Charter: housetest.Charter(), Clock: clock.System})
	busy(b, h, 0, 120)
	integrate(b, h.PublicLog)
	for name, read := range map[string]func(store.Q) ([]byte, error){
		"hashes":  func(q store.Q) ([]byte, error) { return h.PublicLog.Tile(ctx, q, 0, 0, 256) },
		"entries": func(q store.Q) ([]byte, error) { return h.PublicLog.Entries(ctx, q, 0, 256) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := read(h.Store.Read()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A proof in a log of a million leaves, its tiles in memory as the operating system would keep them.
func BenchmarkProofAtAMillion(b *testing.B) {
	prove := tlog.Million()
	hashes, i := 0, int64(0)
	b.ResetTimer()
	for b.Loop() {
		i += 7919
		path, err := prove(i % 1_000_000)
		if err != nil {
			b.Fatal(err)
		}
		hashes = len(path)
	}
	b.ReportMetric(float64(hashes*32), "bytes")
}
