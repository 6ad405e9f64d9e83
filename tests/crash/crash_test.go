// Package crash kills the house and fills its disk, and looks at what is left.
//
// In: a house under load in a process of its own. Out: proof that whatever was answered is on disk, that every chain
// verifies, and that recovery needs no hand.
package crash

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/clock"
	"gongzhi/internal/desk"
	"gongzhi/internal/fault"
	"gongzhi/internal/house"
	"gongzhi/internal/house/housetest"
	"gongzhi/internal/ledger"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
)

var ctx = context.Background()

// folder names the variable that makes this test binary the server that will be killed.
const folder = "GONGZHI_CRASH_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(rekeyed); dir != "" {
		fmt.Fprintln(os.Stderr, turn(dir))
		os.Exit(1)
	}
	if dir := os.Getenv(folder); dir != "" {
		fmt.Fprintln(os.Stderr, serve(dir, os.Getenv(folder+"_ROUND")))
		os.Exit(1) // it only ever ends by being killed
	}
	os.Exit(m.Run())
}

// acknowledged is one line of the server: a submission that was answered, with its receipt.
type acknowledged struct {
	ID      string         `json:"id"`
	Receipt ledger.Receipt `json:"receipt"`
}

const writers = 24

// serve opens the house and has many people write to it at once, each at matters of their own and all at one. What
// was answered is said on stdout, after it was answered and not before.
func serve(dir, round string) error {
	h, err := house.Open(ctx, house.Config{Dir: dir, URL: os.Getenv(folder + "_URL"), Charter: housetest.Charter()})
	if err != nil {
		return err
	}
	wang, err := h.Actor(ctx, "wang")
	if err != nil {
		return err
	}
	h.PublicLog.Every = 10 * time.Millisecond // so that kills fall into integrations, too
	go func() { _ = h.PublicLog.Run(ctx) }()
	var mu sync.Mutex
	enc := json.NewEncoder(os.Stdout)
	tell := func(id string, r ledger.Receipt, err error) error {
		if _, refused := fault.As(err); refused && !fault.Is(err, fault.Unavailable) {
			return nil
		}
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		return enc.Encode(acknowledged{id, r})
	}
	begin := func(id string) (ledger.Receipt, error) {
		r, err := h.Desk.Begin(ctx, wang, "note", housetest.Compound, step.Submission{ID: id})
		return r, errors.Join(err, tell(id, r, err))
	}
	write := func(id string, m act.Matter) error {
		s := step.Submission{ID: id, Verb: "submit", Values: map[string][]string{"line": {id}, "secret": {"for " + id}}}
		r, err := h.Desk.Submit(ctx, wang, m, s)
		return tell(id, r, err)
	}
	shared, err := begin("crash-" + round + "-shared")
	if err != nil {
		return err
	}
	failed := make(chan error, writers)
	for w := range writers {
		go func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("crash-%s-%d-%d", round, w, i)
				r, err := begin(id)
				if err == nil && i%3 > 0 {
					err = write(id+"-w", r.Matter)
				}
				if err == nil && i%5 == 0 {
					err = write(id+"-s", shared.Matter)
				}
				if err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	return <-failed
}

func TestKilledUnderLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("kills a server fifty times")
	}
	for engine, kills := range map[store.Engine]int{store.SQLite: 50, store.Postgres: 12} {
		t.Run(engine.String(), func(t *testing.T) { killedUnderLoad(t, storetest.URL(t, engine), kills) })
	}
}

func killedUnderLoad(t *testing.T, url string, kills int) {
	cfg := house.Config{Dir: t.TempDir(), URL: url, Charter: housetest.Charter()}
	if err := housetest.With(t, cfg).Close(); err != nil {
		t.Fatal(err)
	}
	began, total := clock.System.Now(), 0
	signed := map[int64]string{}
	for round := range kills {
		said := killed(t, cfg, round)
		total += len(said)
		h, err := house.Open(ctx, cfg)
		if err != nil {
			t.Fatalf("round %d: it does not open any more: %v", round, err)
		}
		for _, a := range said {
			got, there, err := h.Ledger.Submission(ctx, h.Store.Read(), a.ID)
			a.Receipt.Content = got.Content // not told to clients
			if err != nil || !there || got != a.Receipt {
				t.Fatalf("round %d: %s was answered with %+v; on record is %+v, %v, %v", round, a.ID, a.Receipt, got, there, err)
			}
			list, err := h.Ledger.Acts(ctx, h.Store.Read(), got.Matter, got.First-1)
			if err != nil || len(list) == 0 || list[len(list)-1].Seq < got.Last {
				t.Fatalf("round %d: the acts of %s are gone: %v", round, a.ID, err)
			}
		}
		logged(t, h, signed)
		if round == kills-1 {
			if err := h.Verify(ctx); err != nil {
				t.Error(err)
			}
			if n, err := h.Desk.Refold(ctx); err != nil || n == 0 {
				t.Errorf("folding the docket again: %d, %v", n, err)
			}
		} else if err := h.Ledger.Verify(ctx, h.Store.Read(), said[len(said)-1].Receipt.Matter); err != nil {
			t.Error(err)
		}
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d submissions acknowledged over %d kills in %s", total, kills, clock.System.Now().Sub(began))
}

// logged has the public log take in what a kill left, and makes sure that every act is one leaf, that no two trees of one
// size were ever signed, and that each checkpoint of before is the beginning of the log as it is now.
func logged(t *testing.T, h *house.House, signed map[int64]string) {
	t.Helper()
	q := h.Store.Read()
	for n := int64(1); n > 0; {
		before, begun, err := h.PublicLog.Tree(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		if root, again := signed[before.Size]; begun && again && root != before.Root {
			t.Fatalf("two trees of size %d were signed", before.Size)
		}
		signed[before.Size] = before.Root
		if n, err = h.PublicLog.Integrate(ctx); err != nil {
			t.Fatal(err)
		}
		if left, err := h.Ledger.Unlogged(ctx, q, 1); err != nil {
			t.Fatal(err)
		} else if n == 0 && len(left) > 0 { // on PostgreSQL whoever was killed holds the lease for some seconds more
			time.Sleep(50 * time.Millisecond)
			n = 1
		}
	}
	now, _, err := h.PublicLog.Tree(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	for size, root := range signed {
		if got, there, err := h.PublicLog.RootAt(ctx, q, size); size > 0 && (err != nil || !there || fmt.Sprintf("%x", got[:]) != root) {
			t.Fatalf("the log of %d leaves is not the beginning of the one of %d: %v", size, now.Size, err)
		}
	}
	matters, err := h.Ledger.Matters(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	acts := int64(0)
	for _, m := range matters {
		last, _, err := h.Ledger.Last(ctx, q, m)
		if err != nil {
			t.Fatal(err)
		}
		acts += last
	}
	if acts != now.Size {
		t.Fatalf("%d acts are %d leaves", acts, now.Size)
	}
}

// killed starts the server, lets it work for a moment, kills it, and gives what it had answered until then.
func killed(t *testing.T, cfg house.Config, round int) []acknowledged {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), folder+"="+cfg.Dir, folder+"_URL="+cfg.URL, fmt.Sprintf("%s_ROUND=%d", folder, round))
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said []acknowledged
	var timer *time.Timer
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil { // the last line may be cut off by the kill: then it was not said
			if !errors.Is(err, io.EOF) && !errors.Is(err, os.ErrClosed) {
				t.Fatal(err)
			}
			break
		}
		var a acknowledged
		if err := json.Unmarshal(line, &a); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		said = append(said, a)
		if timer == nil { // it works; from here on any moment may be its last
			timer = time.AfterFunc(time.Duration(rand.IntN(250))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		}
	}
	_ = cmd.Wait() // killed, as it should be
	if timer == nil || complaint.Len() > 0 {
		t.Fatalf("round %d: the server ended by itself after %d answers: %s", round, len(said), complaint.String())
	}
	return said
}

// A disk without room: the answer says so, reading goes on, and when there is room again nobody has to do anything.
func TestAFullDisk(t *testing.T) {
	c := clock.NewManual(housetest.Start)
	h := housetest.With(t, house.Config{Dir: filepath.Join(t.TempDir(), "data"), Clock: c})
	wang := housetest.Actor(t, h, "wang")
	first, err := h.Desk.Begin(ctx, wang, "renewal", housetest.Compound, housetest.Submission("sub-00000001", "", "why", "x"))
	if err != nil {
		t.Fatal(err)
	}
	// Registered after the opening, which has every registered query looked at: no owner has such a one.
	limits := store.MustQueries("crash", "-- name: tight\nPRAGMA max_page_count = 1;\n\n-- name: wide\nPRAGMA max_page_count = 1000000;\n")
	limit := func(name string) {
		err := h.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			_, err := store.Exec(ctx, tx, limits.Get(name))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	limit("tight") // SQLite then takes no page beyond those it has
	answered, n := first, 0
	for err == nil {
		if n++; n > 5000 {
			t.Fatal("the file never filled")
		}
		var r ledger.Receipt
		r, err = h.Desk.Begin(ctx, wang, "note", housetest.Compound, housetest.Submission(fmt.Sprintf("sub-fill-%05d", n), ""))
		if err == nil {
			answered = r
		}
	}
	refused, ok := fault.As(err)
	if !ok || refused.Kind != fault.Unavailable || refused.Code != "desk.unavailable" {
		t.Fatalf("on a full disk the answer is %v", err)
	}
	for range 3 {
		err := h.Desk.Read(ctx, answered.Matter, func(_ context.Context, _ store.Q, s desk.Standing) error {
			if s.Run.Step != "write" {
				return fmt.Errorf("it stands at %q", s.Run.Step)
			}
			return nil
		})
		if err != nil {
			t.Errorf("reading on a full disk: %v", err)
		}
	}
	limit("wide")
	again, err := h.Desk.Begin(ctx, wang, "note", housetest.Compound, housetest.Submission(fmt.Sprintf("sub-fill-%05d", n), ""))
	if err != nil || again.Matter != answered.Matter+1 {
		t.Errorf("with room again: %+v, %v; the last before was %+v", again, err, answered)
	}
	if err := h.Verify(ctx); err != nil {
		t.Error(err)
	}
}
