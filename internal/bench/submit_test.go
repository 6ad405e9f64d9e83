package main

import (
	"context"
	"crypto/rand"
	"os"
	"sync"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/people"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
)

// What a submission costs behind the doors, on a disk that syncs, when 64 come at a time: sharing commits, and not.
func BenchmarkSubmit(b *testing.B) {
	for name, on := range map[string]settings{"grouped": {}, "alone": {Batch: 1}, "postgres": {}} {
		b.Run(name, func(b *testing.B) {
			if name == "postgres" {
				on.URL = storetest.URL(b, store.Postgres)
			}
			on.Dir = b.TempDir()
			h, err := openHouse(on)
			if err != nil {
				b.Fatal(err)
			}
			defer func() {
				if err := h.Close(); err != nil {
					b.Error(err)
				}
			}()
			ctx, who := context.Background(), act.Person("u1")
			err = h.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
				if err := h.People.Add(ctx, tx, people.Account{Person: who, Name: "某某"}, ""); err != nil {
					return err
				}
				return h.People.Grant(ctx, tx, people.Mandate{ID: "m1", Person: who, Role: "resident", Scope: subject, Starts: calendar.DateOf(tx.Now())})
			})
			if err != nil {
				b.Fatal(err)
			}
			actor, err := h.People.Actor(ctx, h.Store.Read(), who, calendar.DateOf(h.Clock.Now()))
			if err != nil {
				b.Fatal(err)
			}
			turns := make(chan struct{})
			var wait sync.WaitGroup
			for range 64 {
				wait.Go(func() {
					for range turns {
						_, err := h.Desk.Begin(ctx, actor, "repair", subject, step.Submission{ID: rand.Text(), Channel: "api", Values: map[string][]string{
							"what": {"三层灯坏"}, "details": {details}, "sort": {"light"}, "urgency": {"3"}, "phone": {"13800000000"},
						}})
						if err != nil {
							b.Error(err)
						}
					}
				})
			}
			b.ReportAllocs()
			before, _ := busy(os.Getpid())
			for b.Loop() {
				turns <- struct{}{}
			}
			close(turns)
			wait.Wait()
			if after, err := busy(os.Getpid()); err == nil { // what else the machine does falls on ns/op, not on this
				b.ReportMetric(float64((after-before).Microseconds())/float64(b.N), "cpu-µs/op")
			}
		})
	}
}
