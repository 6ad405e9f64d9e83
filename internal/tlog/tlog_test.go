package tlog_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"gongzhi/internal/act"
	"gongzhi/internal/clock"
	"gongzhi/internal/house"
	"gongzhi/internal/house/housetest"
	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
	"gongzhi/internal/tlog"
)

var ctx = context.Background()

// busy records n notes, each with a sealed value.
func busy(t testing.TB, h *house.House, from, n int) {
	t.Helper()
	wang := housetest.Actor(t, h, "wang")
	for i := from; i < from+n; i++ {
		r, err := h.Desk.Begin(ctx, wang, "note", housetest.Compound, housetest.Submission(fmt.Sprintf("note-%08d", i), ""))
		if err != nil {
			t.Fatal(err)
		}
		s := housetest.Submission(fmt.Sprintf("line-%08d", i), "submit", "line", fmt.Sprint(i), "secret", "电话")
		if _, err := h.Desk.Submit(ctx, wang, r.Matter, s); err != nil {
			t.Fatal(err)
		}
	}
}

func integrate(t testing.TB, l *tlog.Log) tlog.Tree {
	t.Helper()
	for {
		n, err := l.Integrate(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	tree, ok, err := l.Tree(ctx, l.Store.Read())
	if err != nil || !ok {
		t.Fatalf("there is no tree: %v", err)
	}
	return tree
}

// whole holds a log against the ledger: every act is one leaf, in the order of its matter, the leaves give the root, and
// the key on record has signed it.
func whole(t testing.TB, h *house.House) tlog.Checkpoint {
	t.Helper()
	q := h.Store.Read()
	tree := integrate(t, h.PublicLog)
	acts, err := h.PublicLog.Acts(ctx, q, 0, tree.Size)
	if err != nil {
		t.Fatal(err)
	}
	next := map[act.Matter]int64{}
	var hashes []xtlog.Hash
	reader := xtlog.HashReaderFunc(func(at []int64) ([]xtlog.Hash, error) {
		out := make([]xtlog.Hash, len(at))
		for i, x := range at {
			out[i] = hashes[x]
		}
		return out, nil
	})
	for n, a := range acts {
		if next[a.Matter]++; a.Seq != next[a.Matter] {
			t.Fatalf("leaf %d is act %d of matter %d, which should be %d", n, a.Seq, a.Matter, next[a.Matter])
		}
		leaf, err := tlog.Leaf(a)
		if err != nil {
			t.Fatal(err)
		}
		more, err := xtlog.StoredHashes(int64(n), leaf, reader)
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, more...)
	}
	matters, err := h.Ledger.Matters(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range matters {
		if last, _, err := h.Ledger.Last(ctx, q, m); err != nil || last != next[m] {
			t.Errorf("matter %d has %d acts and %d leaves, %v", m, last, next[m], err)
		}
	}
	root, err := xtlog.TreeHash(tree.Size, reader)
	if err != nil {
		t.Fatal(err)
	}
	a, _, err := h.Ledger.LastOfHouse(ctx, q, act.LogOpened)
	if err != nil {
		t.Fatal(err)
	}
	var given act.KeyGiven
	if err := a.Into(&given); err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(given.Key)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := h.PublicLog.Checkpoint(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	c, _, err := tlog.OpenCheckpoint([]byte(signed), v)
	if err != nil || c.Size != tree.Size || c.Root != root {
		t.Fatalf("the checkpoint says %d %s, the leaves %d %s; %v", c.Size, c.Hex(), tree.Size, root, err)
	}
	return c
}

func TestEveryActIsALeaf(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, _ *clock.Manual) {
		busy(t, h, 0, 120) // more leaves than one tile has
		first := whole(t, h)
		if first.Size < 300 {
			t.Fatalf("only %d leaves", first.Size)
		}
		busy(t, h, 120, 3)
		second := whole(t, h)
		q := h.Store.Read()
		for _, size := range []int64{0, 1, 255, 256, 257, first.Size} {
			root, ok, err := h.PublicLog.RootAt(ctx, q, size)
			if err != nil || !ok {
				t.Fatal(err)
			}
			if size == first.Size && root != first.Root {
				t.Error("the log of today does not hold the checkpoint of before")
			}
			if size == 0 {
				continue
			}
			_, path, err := h.PublicLog.Consistency(ctx, q, size)
			if err != nil {
				t.Fatal(err)
			}
			if err := xtlog.CheckTree(path, second.Size, second.Root, size, root); err != nil {
				t.Errorf("from %d: %v", size, err)
			}
		}
		for n := range second.Size {
			if _, err := h.PublicLog.Prove(ctx, q, n); err != nil {
				t.Fatalf("leaf %d: %v", n, err)
			}
		}
		if _, ok, err := h.PublicLog.Find(ctx, q, 999_999, 1); ok || err != nil {
			t.Errorf("an act that is not there was found, %v", err)
		}
		if _, ok, err := h.PublicLog.RootAt(ctx, q, second.Size+1); ok || err != nil {
			t.Errorf("the root of a size not reached: %v", err)
		}
	})
}

// A crash at any point of an integration loses nothing, doubles nothing, and no two trees of one size are ever signed:
// what a crash leaves unsigned is signed later over the same leaves.
func TestBrokenOffAnywhere(t *testing.T) {
	crash := errors.New("the power is out")
	housetest.Each(t, func(t *testing.T, h *house.House, _ *clock.Manual) {
		seen := map[int64]string{}
		for round := range 12 {
			busy(t, h, round*5, 5)
			at := []tlog.Stage{tlog.Read, tlog.Held, tlog.Signed, tlog.Written}[round%4]
			h.PublicLog.Step = func(s tlog.Stage) error {
				if s == at {
					return crash
				}
				return nil
			}
			before, _, err := h.PublicLog.Tree(ctx, h.Store.Read())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.PublicLog.Integrate(ctx); !errors.Is(err, crash) {
				t.Fatalf("round %d: %v", round, err)
			}
			if after, _, err := h.PublicLog.Tree(ctx, h.Store.Read()); err != nil || after != before {
				t.Fatalf("round %d: the tree moved from %+v to %+v, %v", round, before, after, err)
			}
			h.PublicLog.Step = nil
			c := whole(t, h)
			if root, twice := seen[c.Size]; twice && root != c.Hex() {
				t.Fatalf("two trees of size %d", c.Size)
			}
			seen[c.Size] = c.Hex()
		}
	})
}

// Several processes serve one database: whoever is first moves the tree, nobody puts an act in twice.
func TestTwoIntegrate(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, c *clock.Manual) {
		busy(t, h, 0, 20)
		integrate(t, h.PublicLog)
		signer, err := tlog.NewKey(make([]byte, 32), "other")
		if err != nil {
			t.Fatal(err)
		}
		other := tlog.New(tlog.Config{Tenant: h.Tenant, Store: h.Store, Ledger: h.Ledger, Clock: h.Clock})
		other.SignWith(signer)
		busy(t, h, 20, 5)
		if n, err := other.Integrate(ctx); h.Store.Engine() == store.Postgres && n != 0 || err != nil {
			t.Errorf("the other took the lease: %d, %v", n, err)
		}
		busy(t, h, 30, 1)
		c.Advance(housetest.Day)
		h.PublicLog.Step = func(s tlog.Stage) error { // between reading and writing, the other is faster
			h.PublicLog.Step = nil
			_, err := other.Integrate(ctx)
			return err
		}
		if n, err := h.PublicLog.Integrate(ctx); n != 0 || err != nil {
			t.Errorf("both moved the tree: %d, %v", n, err)
		}
		c.Advance(housetest.Day)
		busy(t, h, 25, 1)
		whole(t, h)
	})
}

func TestWithheldLeavesTellNothing(t *testing.T) {
	a := act.Act{Tenant: 1, Matter: 7, Seq: 1, Kind: "ballot.cast", Step: "vote", At: housetest.Start, Recorded: housetest.Start,
		By: act.By{Person: "p1", Role: "owner"}, Body: []byte(`{"choices":{"renovate":"yes"}}`), Sealed: []act.Commitment{act.Commit(act.Blind, []byte("salt"), "")}}
	if err := a.Seal(""); err != nil {
		t.Fatal(err)
	}
	leaf, err := tlog.Leaf(a)
	if err != nil {
		t.Fatal(err)
	}
	if s := string(leaf); strings.Contains(s, "yes") || strings.Contains(s, "body") || !strings.Contains(s, string(a.Hash)) {
		t.Errorf("the leaf says %s", s)
	}
	back, left, err := tlog.ReadLeaf(leaf)
	if err != nil || left != tlog.Withheld || back.Hash != a.Hash || len(back.Body) > 0 || back.Seq != 1 {
		t.Errorf("read back: %+v, %q, %v", back, left, err)
	}
	for name, raw := range map[string]string{
		"a space": " " + string(leaf), "a body beside the hash": strings.Replace(string(leaf), `"by"`, `"body":{},"by"`, 1), "another order": `{"seq":1,` + string(leaf[1:]),
		"nothing": "", "cut off": string(leaf[:40]), "not JSON": "leaf",
	} {
		if _, _, err := tlog.ReadLeaf([]byte(raw)); err == nil {
			t.Errorf("%s was not noticed", name)
		}
	}
}

func TestLargeActs(t *testing.T) {
	a := act.Act{Tenant: 1, Matter: 7, Seq: 1, Kind: "ballot.opened", At: housetest.Start, Recorded: housetest.Start, By: act.By{Role: "clock"},
		Body: []byte(`{"roll":"` + strings.Repeat("一", 30_000) + `"}`)}
	if err := a.Seal(""); err != nil {
		t.Fatal(err)
	}
	leaf, err := tlog.Leaf(a)
	if err != nil || len(leaf) > 1000 || !tlog.IsLarge(a) {
		t.Fatalf("a leaf of %d bytes, %v", len(leaf), err)
	}
	if _, left, err := tlog.ReadLeaf(leaf); err != nil || left != tlog.Large {
		t.Errorf("read back: %q, %v", left, err)
	}
}

func TestTilePaths(t *testing.T) {
	for _, tt := range []struct {
		path  string
		level int
		n     int64
		w     int
	}{
		{"tile/0/000", 0, 0, 256}, {"tile/0/x001/x234/067", 0, 1_234_067, 256}, {"tile/1/000.p/17", 1, 0, 17}, {"tile/entries/x001/000.p/1", -1, 1000, 1},
	} {
		level, n, w, ok := tlog.ReadTilePath(tt.path)
		if !ok || level != tt.level || n != tt.n || w != tt.w {
			t.Errorf("%s: %d %d %d %v", tt.path, level, n, w, ok)
		}
	}
	for _, path := range []string{"", "tile", "tile/0", "tile/0/0", "tile/0/1234", "tile/0/x000/001", "tile/0/001.p/256", "tile/0/001.p/0", "tile/0/001.p/01", "tile/9/000", "tile/-1/000", "tile/0/001/002", "tile/0/../000"} {
		if _, _, _, ok := tlog.ReadTilePath(path); ok {
			t.Errorf("%q is no path of a tile", path)
		}
	}
}

func TestWitnesses(t *testing.T) {
	h, c := housetest.Open(t)
	busy(t, h, 0, 5)
	first := whole(t, h)
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	vkey := tlog.WitnessKey("xianlin.example/witness", key.Public().(ed25519.PublicKey))
	if err := h.AddWitness(vkey); err != nil {
		t.Fatal(err)
	}
	if err := h.AddWitness("nobody"); err == nil {
		t.Error("what is no key was taken as a witness")
	}
	witnesses, err := h.Witnesses()
	if err != nil || len(witnesses) != 1 {
		t.Fatal(witnesses, err)
	}
	take := func(text string) error {
		_, err := h.PublicLog.Cosigned(ctx, []byte(text), witnesses)
		return err
	}
	sealed := func(c tlog.Checkpoint, signed string) string {
		return c.String() + "\n" + tlog.Cosign("xianlin.example/witness", key, signed, housetest.Start)
	}
	good := sealed(first, first.String())
	if err := take(good); err != nil {
		t.Fatal(err)
	}
	signed, err := h.PublicLog.Checkpoint(ctx, h.Store.Read())
	if err != nil || strings.Count(signed, "\n— ") != 2 {
		t.Errorf("the checkpoint carries %q, %v", signed, err)
	}
	fork := first
	fork.Root[0]++
	ahead := first
	ahead.Size++
	elsewhere := first
	elsewhere.Origin = "gongzhi/elsewhere"
	for code, text := range map[string]string{
		"log.not_ours": sealed(fork, fork.String()), "log.no_checkpoint": sealed(elsewhere, elsewhere.String()), "log.cosignature": sealed(first, fork.String()),
		"log.no_witness": first.String() + "\n" + tlog.Cosign("stranger", key, first.String(), housetest.Start),
	} {
		if err := take(text); err == nil || !strings.Contains(err.Error(), code) {
			t.Errorf("%s: %v", code, err)
		}
	}
	if err := take(sealed(ahead, ahead.String())); err == nil {
		t.Error("a checkpoint that the log has not reached was taken")
	}
	c.Advance(housetest.Day)
	busy(t, h, 5, 1)
	whole(t, h)
	list, err := h.PublicLog.Witnessed(ctx, h.Store.Read())
	if err != nil || len(list) != 1 || list[0].Size != first.Size || !list[0].At().Equal(housetest.Start) || list[0].Name() != "xianlin.example/witness" {
		t.Errorf("witnessed: %+v, %v", list, err)
	}
}

// The key is changed on record, the old key names the new one, and what was signed before still verifies.
func TestKeyIsChanged(t *testing.T) {
	dir := t.TempDir()
	c := clock.NewManual(housetest.Start)
	cfg := house.Config{Dir: dir, Charter: housetest.Charter(), Clock: c}
	h := housetest.With(t, cfg)
	busy(t, h, 0, 2)
	before := whole(t, h)
	given, err := h.ChangeLogKey(ctx, act.By{Role: act.HouseItself}, false)
	if err != nil || !tlog.HandedOver(given.Before, given.Key, given.Signed) || tlog.HandedOver(given.Key, given.Key, given.Signed) {
		t.Fatalf("%+v, %v", given, err)
	}
	integrate(t, h.PublicLog)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := house.Open(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = again.Close() }()
	busy(t, again, 10, 1)
	tree := integrate(t, again.PublicLog)
	v, err := note.NewVerifier(given.Key)
	if err != nil {
		t.Fatal(err)
	}
	if got, _, err := tlog.OpenCheckpoint([]byte(tree.Note), v); err != nil || got.Size <= before.Size {
		t.Errorf("after the restart: %+v, %v", got, err)
	}
}

// The key is changed by another process while this one runs, as `gongzhi log key` does beside a server: this one signs nothing
// more with the old key, and goes on with the new one by itself. Where the new one is not to be had, the queue waits.
func TestKeyIsChangedByAnotherProcess(t *testing.T) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			c := clock.NewManual(housetest.Start)
			cfg := house.Config{Dir: t.TempDir(), URL: storetest.URL(t, engine), Charter: housetest.Charter(), Clock: c}
			h := housetest.With(t, cfg)
			busy(t, h, 0, 2)
			before := integrate(t, h.PublicLog)
			other, err := house.Open(ctx, cfg)
			if err != nil {
				t.Fatal(err)
			}
			given, err := other.ChangeLogKey(ctx, act.By{Role: act.HouseItself}, false)
			if err := errors.Join(err, other.Close()); err != nil {
				t.Fatal(err)
			}
			c.Advance(housetest.Day)
			busy(t, h, 10, 1)
			path := filepath.Join(cfg.Dir, "keys", "log.key")
			if err := os.Rename(path, path+".away"); err != nil {
				t.Fatal(err)
			}
			if n, err := h.PublicLog.Integrate(ctx); err == nil || n != 0 {
				t.Errorf("without the key on record %d leaves were signed, %v", n, err)
			}
			if err := os.Rename(path+".away", path); err != nil {
				t.Fatal(err)
			}
			tree := integrate(t, h.PublicLog)
			v, err := note.NewVerifier(given.Key)
			if err != nil {
				t.Fatal(err)
			}
			if got, _, err := tlog.OpenCheckpoint([]byte(tree.Note), v); err != nil || got.Size <= before.Size {
				t.Errorf("after another changed the key: %+v, %v", got, err)
			}
		})
	}
}

// Whoever is forgotten leaves every leaf as it was.
func TestErasingKeepsProofs(t *testing.T) {
	h, _ := housetest.Open(t)
	busy(t, h, 0, 3)
	before := whole(t, h)
	var sealed act.Act
	acts, err := h.PublicLog.Acts(ctx, h.Store.Read(), 0, before.Size)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range acts {
		if len(a.Sealed) > 0 {
			sealed = a
		}
	}
	if sealed.Seq == 0 {
		t.Fatal("nothing is sealed")
	}
	if err := h.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		gone, _, err := h.Ledger.Erase(ctx, tx, sealed.Matter, sealed.Seq, sealed.Sealed[0].Field)
		if !gone {
			return errors.New("nothing was erased")
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if after := whole(t, h); after != before {
		t.Errorf("the log went from %v to %v", before, after)
	}
	n, _, err := h.PublicLog.Find(ctx, h.Store.Read(), sealed.Matter, sealed.Seq)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.PublicLog.Prove(ctx, h.Store.Read(), n); err != nil {
		t.Error(err)
	}
}
