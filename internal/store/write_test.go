package store_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
)

var errRefused = errors.New("refused by the rule")

// TestManyWritersTogether lets two hundred goroutines write at once; a third of them is refused after having written.
// Exactly what was answered "yes" must be there, with its hooks, and nothing else.
func TestManyWritersTogether(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		const writers, writes = 200, 5
		var (
			wg             sync.WaitGroup
			committed, yes atomic.Int64
		)
		for w := range writers {
			wg.Go(func() {
				for i := range writes {
					id := int64(w*writes + i)
					err := db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
						tx.AfterCommit(func() { committed.Add(1) })
						if err := addNote(id, "x")(ctx, tx); err != nil {
							return err
						}
						switch id % 6 {
						case 0:
							return errRefused
						case 3:
							panic("a fault of ours")
						}
						return nil
					})
					switch {
					case id%6 == 0 && !errors.Is(err, errRefused):
						t.Errorf("write %d: %v, want the closure's own error", id, err)
					case id%6 == 3 && (err == nil || !strings.Contains(err.Error(), "a fault of ours")):
						t.Errorf("write %d: %v, want its panic as an error", id, err)
					case id%3 != 0 && err != nil:
						t.Errorf("write %d: %v", id, err)
					case id%3 != 0:
						yes.Add(1)
					}
				}
			})
		}
		wg.Wait()
		notes, err := store.Select[note](ctx, db.Read(), testQueries.Get("notes"), 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range notes {
			if n.ID%3 == 0 {
				t.Errorf("note %d was refused and is there", n.ID)
			}
		}
		if int64(len(notes)) != yes.Load() || committed.Load() != yes.Load() {
			t.Errorf("%d answered yes; %d stored, %d hooks after commit", yes.Load(), len(notes), committed.Load())
		}
	})
}

// batchOf holds the writer inside a first write until n more are waiting behind it, so that they become one batch. It
// returns when all have been answered.
func batchOf(t *testing.T, db *store.DB, writes ...func(context.Context, *store.Tx) error) []error {
	t.Helper()
	began, release := make(chan struct{}), make(chan struct{})
	first := make(chan error, 1)
	go func() {
		first <- db.Write(context.Background(), func(context.Context, *store.Tx) error {
			close(began)
			<-release
			return nil
		})
	}()
	<-began
	errs := make([]error, len(writes))
	var wg sync.WaitGroup
	for i, fn := range writes {
		wg.Go(func() { errs[i] = db.Write(context.Background(), fn) })
		for db.Waiting() <= i { // one after the other, so that their order is known
			runtime.Gosched()
		}
	}
	close(release)
	wg.Wait()
	if err := <-first; err != nil {
		t.Fatal(err)
	}
	return errs
}

func TestABatchSharesItsInstantAndKeepsItsOrder(t *testing.T) {
	var calls atomic.Int64
	db := openTest(t, store.Config{Now: func() time.Time {
		return testInstant.Add(time.Duration(calls.Add(1)) * time.Second)
	}})
	var order []string
	var instants []time.Time
	write := func(name string, err error) func(context.Context, *store.Tx) error {
		return func(_ context.Context, tx *store.Tx) error {
			instants = append(instants, tx.Now())
			tx.AfterCommit(func() { order = append(order, name+" stands") })
			return err
		}
	}
	errs := batchOf(t, db, write("a", nil), write("b", errRefused), write("c", nil))
	if errs[0] != nil || !errors.Is(errs[1], errRefused) || errs[2] != nil {
		t.Errorf("answers %v", errs)
	}
	if want := []string{"a stands", "c stands"}; !slices.Equal(order, want) {
		t.Errorf("hooks ran %q, want %q", order, want)
	}
	want := testInstant.Add(2 * time.Second).Truncate(time.Microsecond)
	for i, at := range instants {
		if at != want {
			t.Errorf("write %d: instant %v, want %v for all", i, at, want)
		}
	}
	if calls.Load() != 2 {
		t.Errorf("the clock was read %d times for two batches", calls.Load())
	}
}

// TestSharedBetweenWrites: what a write kept reaches the next one of its batch, unless something came between that may have
// changed what it was made of.
func TestSharedBetweenWrites(t *testing.T) {
	db := openTest(t, store.Config{})
	made := 0
	var got []int
	asks := func(err error) func(context.Context, *store.Tx) error {
		return func(_ context.Context, tx *store.Tx) error {
			got = append(got, tx.Shared("rows", func() any { made++; return made }).(int))
			return err
		}
	}
	other := func(context.Context, *store.Tx) error { return nil }
	batchOf(t, db, asks(nil), asks(nil), other, asks(nil), asks(errRefused), asks(nil), asks(nil))
	if want := []int{1, 1, 2, 2, 3, 3}; !slices.Equal(got, want) {
		t.Errorf("in one batch the writes saw %v, want %v", got, want)
	}
	got = nil
	batchOf(t, db, asks(nil))
	if want := []int{4}; !slices.Equal(got, want) {
		t.Errorf("the next batch saw %v, want %v: it has to read anew", got, want)
	}
}

func TestWhatIsWrittenLater(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		add := func(ctx context.Context, tx *store.Tx, id int64) error {
			return store.Later(ctx, tx, testQueries.Get("add-note"), 1, id, []byte("a"), true)
		}
		err := db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			for id := range int64(3) {
				if err := add(ctx, tx, id); err != nil {
					return err
				}
			}
			if n, err := store.Get[int64](ctx, tx, testQueries.Get("count-notes"), 1); err != nil || n != 3 {
				t.Errorf("the write sees %d rows of its own, %v; want 3", n, err)
			}
			if err := add(ctx, tx, 3); err != nil {
				return err
			}
			if n, err := store.Exec(ctx, tx, testQueries.Get("touch-note"), 1, 3); err != nil || n != 1 {
				t.Errorf("touched %d rows, %v; want the one asked for before", n, err)
			}
			return add(ctx, tx, 4) // goes with the commit
		})
		if n := countNotes(t, db); err != nil || n != 5 {
			t.Fatalf("%d rows, %v; want 5", n, err)
		}

		for name, after := range map[string]func(context.Context, *store.Tx) error{
			"with the commit": func(context.Context, *store.Tx) error { return nil },
			"with the next statement": func(ctx context.Context, tx *store.Tx) error {
				_, err := store.Get[int64](ctx, tx, testQueries.Get("count-notes"), 1)
				return err
			},
			"with one whose failure nobody minds": func(ctx context.Context, tx *store.Tx) error {
				_, _ = store.Get[int64](ctx, tx, testQueries.Get("count-notes"), 1)
				return nil
			},
		} {
			err := db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
				if err := errors.Join(add(ctx, tx, 100), add(ctx, tx, 4)); err != nil { // SQLite says it at once
					return err
				}
				return after(ctx, tx)
			})
			if !store.IsConflict(err) || !strings.Contains(err.Error(), "add-note") {
				t.Errorf("%s: err = %v, want a conflict of add-note", name, err)
			}
			if n := countNotes(t, db); n != 5 {
				t.Errorf("%s: %d rows, want 5: a failure takes the whole write back", name, n)
			}
		}
	})
}

// TestWhatHadWrittenRunsTheBatchAgain: savepoints are for a batch in which a write fails after it has changed something. One
// that is refused before that costs nobody anything.
func TestWhatHadWrittenRunsTheBatchAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		fail func(context.Context, *store.Tx) error
		want int
	}{
		"refused after writing": {func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(addNote(9, "x")(ctx, tx), errRefused)
		}, 2},
		"refused after reading": {func(ctx context.Context, tx *store.Tx) error {
			_, err := store.Select[note](ctx, tx, testQueries.Get("notes"), 1)
			return errors.Join(err, errRefused)
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			db := openTest(t, store.Config{})
			ran, stood := 0, 0
			write := func(ctx context.Context, tx *store.Tx) error {
				ran++
				tx.AfterCommit(func() { stood++ })
				return addNote(1, "x")(ctx, tx)
			}
			errs := batchOf(t, db, write, tt.fail, addNote(2, "x"))
			if errs[0] != nil || !errors.Is(errs[1], errRefused) || errs[2] != nil {
				t.Errorf("answers %v", errs)
			}
			if ran != tt.want || stood != 1 || countNotes(t, db) != 2 {
				t.Errorf("the first ran %d times and stood %d times, %d notes; want %d, 1 and 2", ran, stood, countNotes(t, db), tt.want)
			}
		})
	}
}

// TestASavepointLeavesNoTrace breaks each kind of thing in the middle of a batch.
func TestASavepointLeavesNoTrace(t *testing.T) {
	failing := map[string]func(context.Context, *store.Tx) error{
		"an error after writing": func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(addNote(50, "x")(ctx, tx), addNote(51, "x")(ctx, tx), errRefused)
		},
		"a conflict": func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(addNote(50, "x")(ctx, tx), addNote(1, "taken")(ctx, tx))
		},
		"a conflict that is swallowed": func(ctx context.Context, tx *store.Tx) error {
			_ = addNote(50, "x")(ctx, tx)
			_ = addNote(1, "taken")(ctx, tx)
			return nil
		},
		"a broken check": func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(addNote(50, "x")(ctx, tx), addNote(51, strings.Repeat("x", 3_000_000))(ctx, tx))
		},
		"a panic with rows open": func(ctx context.Context, tx *store.Tx) error {
			_ = addNote(50, "x")(ctx, tx)
			for _, err := range store.Each[note](ctx, tx, testQueries.Get("notes"), 1) {
				panic(fmt.Sprint("in the middle: ", err))
			}
			return nil
		},
		"a write inside": func(ctx context.Context, tx *store.Tx) error {
			_ = addNote(50, "x")(ctx, tx)
			return storeOf(tx).Write(ctx, addNote(51, "x"))
		},
	}
	for name, fail := range failing {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, db *store.DB) {
				current.Store(db)
				ctx := context.Background()
				if err := db.Write(ctx, addNote(1, "first")); err != nil {
					t.Fatal(err)
				}
				var errs []error
				if db.Engine() == store.SQLite {
					errs = batchOf(t, db, addNote(2, "before"), fail, addNote(3, "after"))
				} else {
					for _, fn := range []func(context.Context, *store.Tx) error{addNote(2, "before"), fail, addNote(3, "after")} {
						errs = append(errs, db.Write(ctx, fn))
					}
				}
				if errs[0] != nil || errs[1] == nil || errs[2] != nil {
					t.Errorf("answers %v, want only the second to fail", errs)
				}
				notes, err := store.Select[note](ctx, db.Read(), testQueries.Get("notes"), 1)
				if err != nil || len(notes) != 3 || string(notes[0].Body) != "first" {
					t.Errorf("%d notes, %v; want 1, 2 and 3 as they were", len(notes), err)
				}
			})
		})
	}
}

// current lets a closure reach the store it runs in, as careless code would.
var current atomic.Pointer[store.DB]

func storeOf(*store.Tx) *store.DB { return current.Load() }

// TestAFullDiskFailsTheBatchAndPasses fills the file to a limit SQLite itself enforces.
func TestAFullDiskFailsTheBatchAndPasses(t *testing.T) {
	ctx := context.Background()
	db := openTest(t, store.Config{})
	if err := db.Write(ctx, addNote(1, "before")); err != nil {
		t.Fatal(err)
	}
	if err := db.PragmaOnWriter(ctx, "PRAGMA max_page_count=40"); err != nil {
		t.Fatal(err)
	}
	var stood atomic.Int64
	hooked := func(fn func(context.Context, *store.Tx) error) func(context.Context, *store.Tx) error {
		return func(ctx context.Context, tx *store.Tx) error {
			tx.AfterCommit(func() { stood.Add(1) })
			return fn(ctx, tx)
		}
	}
	big := strings.Repeat("x", 1<<20)
	swallows := func(ctx context.Context, tx *store.Tx) error {
		_ = addNote(3, big)(ctx, tx) // and goes on as if nothing had happened
		_ = addNote(4, "after")(ctx, tx)
		return nil
	}
	for name, tooMuch := range map[string]func(context.Context, *store.Tx) error{"told": addNote(3, big), "swallowed": swallows} {
		errs := batchOf(t, db, hooked(addNote(2, "small")), hooked(tooMuch), addNote(5, "never begun"))
		for i, err := range errs {
			if !errors.Is(err, store.ErrUnavailable) || !store.IsFull(err) {
				t.Errorf("%s: write %d: %v, want ErrUnavailable and full", name, i, err)
			}
		}
		if stood.Load() != 0 {
			t.Errorf("%s: %d hooks ran as if it had been kept", name, stood.Load())
		}
		if n := countNotes(t, db); n != 1 {
			t.Errorf("%s: %d notes, want the first alone", name, n)
		}
	}
	if err := db.Write(ctx, addNote(2, "small")); err != nil {
		t.Errorf("what still fits: %v", err)
	}
	if err := db.PragmaOnWriter(ctx, "PRAGMA max_page_count=100000"); err != nil {
		t.Fatal(err)
	}
	if err := db.Write(ctx, addNote(3, big)); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if n := countNotes(t, db); n != 3 {
		t.Errorf("%d notes at the end, want 3", n)
	}
}

// TestALostConnectionIsReplaced takes the writing connection away between two writes.
func TestALostConnectionIsReplaced(t *testing.T) {
	ctx := context.Background()
	db := openTest(t, store.Config{})
	err := db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		tx.AfterCommit(func() {
			if err := db.LoseWriter(); err != nil {
				t.Error(err)
			}
		})
		return addNote(1, "x")(ctx, tx)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Write(ctx, addNote(2, "x")); err != nil {
		t.Errorf("after it: %v", err)
	}
	if n := countNotes(t, db); n != 2 {
		t.Errorf("%d notes, want 2", n)
	}
}

func TestAWaiterMayLeave(t *testing.T) {
	db := openTest(t, store.Config{})
	ctx, cancel := context.WithCancel(context.Background())
	ran := false
	errs := batchOf(t, db,
		func(context.Context, *store.Tx) error { return nil },
		addNote(1, "stays"),
	)
	if errs[1] != nil {
		t.Fatal(errs[1])
	}
	began, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = db.Write(context.Background(), func(context.Context, *store.Tx) error { close(began); <-release; return nil })
	})
	<-began
	left := make(chan error, 1)
	go func() { left <- db.Write(ctx, func(context.Context, *store.Tx) error { ran = true; return nil }) }()
	for db.Waiting() == 0 {
		runtime.Gosched()
	}
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) { // answered while the writer is still held
		t.Errorf("left with %v", err)
	}
	close(release)
	wg.Wait()
	if err := db.Write(context.Background(), addNote(2, "later")); err != nil {
		t.Fatal(err)
	}
	if ran {
		t.Error("a write ran whose caller had left")
	}
	if err := db.Write(ctx, addNote(3, "never")); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that had ended: %v", err)
	}
}

// TestLeavingWhileItRuns: the caller's context ends inside its own closure. The next statement sees it, nobody else does.
func TestLeavingWhileItRuns(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		ctx, cancel := context.WithCancel(context.Background())
		err := db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			if err := addNote(1, "x")(ctx, tx); err != nil {
				return err
			}
			cancel()
			return addNote(2, "x")(ctx, tx)
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("err = %v, want the context's", err)
		}
		if n := countNotes(t, db); n != 0 {
			t.Errorf("%d notes, want none", n)
		}
	})
}

func TestATxEndsWithItsClosure(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		var kept *store.Tx
		if err := db.Write(context.Background(), func(_ context.Context, tx *store.Tx) error { kept = tx; return nil }); err != nil {
			t.Fatal(err)
		}
		if err := addNote(1, "late")(context.Background(), kept); err == nil {
			t.Error("a Tx wrote after its closure had ended")
		}
	})
}

// TestAClosureMayEndItsGoroutine: runtime.Goexit is what FailNow of a test does inside a closure.
func TestAClosureMayEndItsGoroutine(t *testing.T) {
	db := openTest(t, store.Config{})
	err := db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		_ = addNote(1, "x")(ctx, tx)
		runtime.Goexit()
		return nil
	})
	if err == nil {
		t.Error("no error")
	}
	if err := db.Write(context.Background(), addNote(2, "x")); err != nil {
		t.Fatal(err)
	}
	if n := countNotes(t, db); n != 1 {
		t.Errorf("%d notes, want the second alone", n)
	}
}

func TestCloseAnswersEverybody(t *testing.T) {
	db := openTest(t, store.Config{BatchMax: 2})
	var stood, refused atomic.Int64
	var wg sync.WaitGroup
	for id := range int64(100) {
		wg.Go(func() {
			switch err := db.Write(context.Background(), addNote(id, "x")); {
			case err == nil:
				stood.Add(1)
			case errors.Is(err, store.ErrClosed):
				refused.Add(1)
			default:
				t.Errorf("write %d: %v", id, err)
			}
		})
	}
	for db.Waiting() == 0 && stood.Load() < 50 {
		runtime.Gosched()
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if stood.Load()+refused.Load() != 100 {
		t.Errorf("%d stood, %d refused of 100", stood.Load(), refused.Load())
	}
	if err := db.Write(context.Background(), addNote(1000, "x")); !errors.Is(err, store.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// TestPostgresTriesAgain makes two transactions wait for each other; PostgreSQL ends one, and the store runs it again.
func TestPostgresTriesAgain(t *testing.T) {
	db := openTest(t, store.Config{URL: storetest.URL(t, store.Postgres)})
	ctx := context.Background()
	for id := range int64(2) {
		if err := db.Write(ctx, addNote(id, "x")); err != nil {
			t.Fatal(err)
		}
	}
	var runs, stood atomic.Int64
	var both, wg sync.WaitGroup
	both.Add(2)
	cross := func(a, b int64) {
		var once sync.Once
		err := db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			runs.Add(1)
			tx.AfterCommit(func() { stood.Add(1) })
			if _, err := store.Exec(ctx, tx, testQueries.Get("touch-note"), 1, a); err != nil {
				return err
			}
			once.Do(func() { both.Done(); both.Wait() })
			_, err := store.Exec(ctx, tx, testQueries.Get("touch-note"), 1, b)
			return err
		})
		if err != nil {
			t.Errorf("%d then %d: %v", a, b, err)
		}
	}
	wg.Go(func() { cross(0, 1) })
	wg.Go(func() { cross(1, 0) })
	wg.Wait()
	if runs.Load() != 3 || stood.Load() != 2 {
		t.Errorf("%d runs, %d stood; want 3 and 2", runs.Load(), stood.Load())
	}
	notes, err := store.Select[note](ctx, db.Read(), testQueries.Get("notes"), 1)
	if err != nil || len(notes) != 2 || string(notes[0].Body) != "x++" || string(notes[1].Body) != "x++" {
		t.Errorf("notes %v, %v; want each touched twice", notes, err)
	}
}

// BenchmarkWrite measures one durable row a write from 64 goroutines, grouped and not, and from one alone.
//
//	go test ./internal/store -run '^$' -bench Write -count 5
func BenchmarkWrite(b *testing.B) {
	for _, bb := range []struct {
		name              string
		clients, batchMax int
	}{{"64_grouped", 64, 256}, {"64_single", 64, 1}, {"1_grouped", 1, 256}, {"1_single", 1, 1}} {
		b.Run(bb.name, func(b *testing.B) {
			db := openTest(b, store.Config{BatchMax: bb.batchMax})
			body := strings.Repeat("字", 100)
			var next atomic.Int64
			var wg sync.WaitGroup
			b.ResetTimer()
			for range bb.clients {
				wg.Go(func() {
					for {
						id := next.Add(1)
						if id > int64(b.N) {
							return
						}
						if err := db.Write(context.Background(), addNote(id, body)); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
		})
	}
}

// BenchmarkRead measures one row by its key, with statements kept (as always) and through plain database/sql.
func BenchmarkRead(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	db := openTest(b, store.Config{})
	for id := range int64(100) {
		if err := db.Write(ctx, addNote(id, fmt.Sprint(id))); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("kept", func(b *testing.B) {
		for i := range b.N {
			if _, err := store.Get[note](ctx, db.Read(), testQueries.Get("note"), 1, i%100); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("unprepared", func(b *testing.B) {
		for i := range b.N {
			if err := db.PlainNote(ctx, testQueries.Get("note"), 1, i%100); err != nil {
				b.Fatal(err)
			}
		}
	})
}
