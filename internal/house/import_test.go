package house_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/clock"
	"gongzhi/internal/fault"
	"gongzhi/internal/house"
	"gongzhi/internal/house/housetest"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
)

var clerk = act.By{Person: "wang", Role: "worker"}

// flats is a sheet of so many flats of c1.
func flats(n int) book.Set {
	set := book.Set{On: calendar.DateOf(housetest.Start), Under: housetest.Compound}
	for i := range n {
		set.Entries = append(set.Entries, register.Entry{
			ID: act.RowID{Register: "part", ID: fmt.Sprintf("n%05d", i)}, Parent: housetest.Compound, Row: i + 2,
			Values: map[string]any{"room": fmt.Sprint(1000 + i), "area": int64(60_00), "owner": fmt.Sprintf("演示%d", i)},
		})
	}
	return set
}

func standing(t *testing.T, h *house.House) int {
	t.Helper()
	rows, err := h.Book.Reader(context.Background(), h.Store.Read(), h.Tenant, h.Charter.Registers).Rows("part", housetest.Compound, calendar.DateOf(housetest.Start))
	if err != nil {
		t.Fatal(err)
	}
	return len(rows)
}

// Residents submit while a long sheet is imported: many times while it is being written, and each of them waits for no more
// than a small part of what the import takes.
func TestSubmissionsGoOnWhileASheetIsImported(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, _ *clock.Manual) {
		ctx, rows := context.Background(), 20_000
		if testing.Short() || h.Store.Engine() == store.Postgres { // where writers do not wait for each other anyway
			rows = 4000
		}
		worker := housetest.Actor(t, h, "wang")
		ended, told := make(chan struct{}), make(chan [2]time.Duration)
		go func() {
			var longest, between time.Duration
			for i := 0; ; i++ {
				select {
				case <-ended:
					told <- [2]time.Duration{longest, between}
					return
				default:
				}
				from := clock.System.Now()
				o, open, err := h.Book.Open(ctx, h.Store.Read(), h.Tenant)
				if err != nil {
					t.Error(err)
				}
				if _, err := h.Desk.Begin(ctx, worker, "note", housetest.Compound, housetest.Submission(fmt.Sprintf("note-%08d", i), "")); err != nil {
					t.Errorf("%v", err)
				}
				longest = max(longest, clock.System.Now().Sub(from))
				if open && o.Done > 0 && o.Done < o.Total {
					between++
				}
			}
		}()
		from := clock.System.Now()
		done, err := h.Import(ctx, clerk, "import-0001", "registers/part.yaml", flats(rows))
		took := clock.System.Now().Sub(from)
		close(ended)
		waits := <-told
		if err != nil || done.Added != rows || standing(t, h) != rows+3 {
			t.Fatalf("%+v, %v", done, err)
		}
		t.Logf("%d rows took %v, meanwhile %d submissions, of which the longest waited %v, 1/%d of it", rows, took, waits[1], waits[0], took/max(waits[0], 1))
		if waits[1] < 5 || waits[0] > took/2 {
			t.Errorf("%d submissions were taken while it was written, and one waited %v of %v", waits[1], waits[0], took)
		}
	})
}

// One file that is confirmed by two people at once is written once, and neither is told what is not so.
func TestOneSheetTwiceAtOnce(t *testing.T) {
	const rows = 3 * book.PieceRows
	housetest.Each(t, func(t *testing.T, h *house.House, _ *clock.Manual) {
		before := len(houseActs(t, h))
		var both [2]house.Changed
		var wait sync.WaitGroup
		for i := range both {
			wait.Go(func() {
				var err error
				if both[i], err = h.Import(context.Background(), clerk, fmt.Sprintf("import-%04d", i), "registers/part.yaml", flats(rows)); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if both[0].Added+both[1].Added != rows || both[0].Unchanged+both[1].Unchanged != rows || standing(t, h) != rows+3 {
			t.Errorf("%+v and %+v, %d rows", both[0], both[1], standing(t, h))
		}
		if n := len(houseActs(t, h)) - before; n != 1 {
			t.Errorf("%d acts", n)
		}
	})
}

// What a stopped process had not shown is gone at the next start; the same sheet is then imported, is the same when it comes
// again, and is taken back whole.
func TestAnImportBrokenOff(t *testing.T) {
	ctx, rows := context.Background(), 3*book.PieceRows
	cfg := house.Config{Dir: t.TempDir(), Clock: clock.NewManual(housetest.Start), Charter: housetest.Charter()}
	h := open(t, cfg)
	before := len(houseActs(t, h))
	_, err := h.Book.InPieces(ctx, h.Store, h.Tenant, h.Charter.Registers, "import-0001", func(ctx context.Context, q store.Q) (*book.Plan, error) {
		return h.Book.Plan(ctx, q, h.Tenant, h.Charter.Registers, flats(rows))
	}, nil)
	if err != nil || standing(t, h) != 3 {
		t.Fatalf("%d rows are seen before they are shown, %v", standing(t, h), err)
	}
	if err := h.Close(); err != nil { // the process ends here
		t.Fatal(err)
	}
	h = open(t, cfg)
	if _, open, err := h.Book.Open(ctx, h.Store.Read(), h.Tenant); open || err != nil || standing(t, h) != 3 || len(houseActs(t, h)) != before {
		t.Errorf("something is left of what was broken off: %v %v", open, err)
	}
	done, err := h.Import(ctx, clerk, "import-0001", "registers/part.yaml", flats(rows))
	if err != nil || done.Added != rows || h.Book.Verify(ctx, h.Store.Read(), h.Tenant, done.ID, done.Root) != nil {
		t.Fatalf("%+v %v", done, err)
	}
	if again, err := h.Import(ctx, clerk, "import-0002", "registers/part.yaml", flats(rows)); err != nil || again.Unchanged != rows || again.Root != "" {
		t.Errorf("again: %+v %v", again, err)
	}
	never := func(act.RowID) (bool, error) { return false, nil }
	busy := func() error {
		return fault.Refuse(fault.Conflict, "book.undo_used", fault.Basis{}, fault.Args{"Row": ""})
	}
	if _, err := h.Undo(ctx, clerk, "undo-0001", "registers/", done.ID, house.Undoing{Used: never, Still: busy}); !fault.Is(err, fault.Conflict) || standing(t, h) != rows+3 {
		t.Errorf("it was taken back although a matter was begun meanwhile: %v", err)
	}
	undone, err := h.Undo(ctx, clerk, "undo-0002", "registers/", done.ID, house.Undoing{Used: never})
	if err != nil || undone.Ended != rows || standing(t, h) != 3 {
		t.Errorf("%+v %v", undone, err)
	}
	if n := len(houseActs(t, h)) - before; n != 2 {
		t.Errorf("%d acts, want that of the import and that of taking it back", n)
	}
}

// A disk that fails in the middle of an import takes nothing with it but the import.
func TestAnImportThatFailsInTheMiddle(t *testing.T) {
	h, _ := housetest.Open(t)
	ctx, stop := context.WithCancel(context.Background())
	set := flats(3 * book.PieceRows)
	set.Progress = func(done, total int) {
		if total == len(set.Entries) && done >= book.PieceRows/2 && done < total {
			stop()
		}
	}
	if _, err := h.Import(ctx, clerk, "import-0001", "registers/part.yaml", set); err == nil {
		t.Fatal("it went on")
	}
	if _, open, err := h.Book.Open(context.Background(), h.Store.Read(), h.Tenant); open || err != nil || standing(t, h) != 3 {
		t.Errorf("something is left: %v %v", open, err)
	}
	set.Progress = nil
	if done, err := h.Import(context.Background(), clerk, "import-0001", "registers/part.yaml", set); err != nil || done.Added != len(set.Entries) {
		t.Errorf("%+v %v", done, err)
	}
}
