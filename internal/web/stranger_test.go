package web_test

import (
	"context"
	"crypto/ed25519"
	"net/http"
	"strings"
	"testing"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"gongzhi/internal/act"
	"gongzhi/internal/store"
	"gongzhi/internal/tlog"
)

// A tool that others wrote for logs of these formats, and that knows nothing of this house, reads the log over HTTP: it opens
// the checkpoint, reads every entry with its proof, proves that a later tree goes on from an earlier one, and cosigns.
func TestAToolOfOthersReadsTheLog(t *testing.T) {
	w := newTown(t)
	ctx := context.Background()
	var given act.KeyGiven
	if a, _, err := w.house.Ledger.LastOfHouse(ctx, w.house.Store.Read(), act.LogOpened); err != nil || a.Into(&given) != nil {
		t.Fatal(err)
	}
	key, err := note.NewVerifier(given.Key)
	if err != nil {
		t.Fatal(err)
	}
	fetcher, err := torchwood.NewTileFetcher(w.server.URL + "/log")
	if err != nil {
		t.Fatal(err)
	}
	client, err := torchwood.NewClient(fetcher)
	if err != nil {
		t.Fatal(err)
	}
	read := func(verifiers ...note.Verifier) (torchwood.Checkpoint, *note.Note) {
		if _, err := w.house.PublicLog.Integrate(ctx); err != nil {
			t.Fatal(err)
		}
		signed, err := fetcher.ReadEndpoint(ctx, "checkpoint")
		if err != nil {
			t.Fatal(err)
		}
		n, err := note.Open(signed, note.VerifierList(verifiers...))
		if err != nil {
			t.Fatal(err)
		}
		c, err := torchwood.ParseCheckpoint(n.Text)
		if err != nil || c.Origin != given.Origin {
			t.Fatalf("%+v, %v", c, err)
		}
		return c, n
	}

	before, _ := read(key)
	for range 300 { // more than one tile of entries
		if err := w.house.Desk.Keep(ctx, act.By{Role: act.HouseItself}, "log.tried", "charter.yaml", map[string]any{}, nil,
			func(context.Context, *store.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	now, _ := read(key)
	if now.N < before.N+300 {
		t.Fatalf("%d entries, then %d", before.N, now.N)
	}
	var at int64
	for at < now.N {
		from := at
		for i, entry := range client.Entries(ctx, now.Tree, from) {
			if _, _, err := tlog.ReadLeaf(entry); err != nil || i != at {
				t.Fatalf("entry %d, where %d should stand: %v", i, at, err)
			}
			at++
		}
		if client.Err() != nil || at == from {
			t.Fatalf("at entry %d: %v", at, client.Err())
		}
	}
	if _, _, err := client.Entry(ctx, now.Tree, now.N/2); err != nil {
		t.Error(err)
	}
	proof, err := xtlog.ProveTree(now.N, before.N, torchwood.TileHashReaderWithContext(ctx, now.Tree, fetcher))
	if err != nil {
		t.Fatal(err)
	}
	if err := xtlog.CheckTree(proof, now.N, now.Hash, before.N, before.Hash); err != nil {
		t.Errorf("the log does not go on from what it was: %v", err)
	}

	witness, err := torchwood.NewCosignatureSigner("witness.example", ed25519.NewKeyFromSeed(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.house.AddWitness(witness.Verifier().String()); err != nil {
		t.Fatal(err)
	}
	cosigned, err := note.Sign(&note.Note{Text: now.String()}, witness)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.Post(w.server.URL+"/log/cosignatures", "text/plain", strings.NewReader(string(cosigned)))
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	if r.StatusCode != http.StatusNoContent {
		t.Errorf("its signature was answered with %d", r.StatusCode)
	}
	if _, n := read(key, witness.Verifier()); len(n.Sigs) != 2 {
		t.Errorf("%d signatures stand under the checkpoint", len(n.Sigs))
	}
}
