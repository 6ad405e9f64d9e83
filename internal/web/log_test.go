package web_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"gongzhi/internal/act"
	"gongzhi/internal/tlog"
	"gongzhi/internal/verify"
)

// fetch gets a file of the log as any tool would, without a cookie.
func (w *town) fetch(path string) (int, http.Header, []byte) {
	w.t.Helper()
	r, err := http.Get(w.server.URL + path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return r.StatusCode, r.Header, raw
}

// What is served is enough to recompute the tree, and the poster's address tells whether it still holds.
func TestTheLogIsServedAsFiles(t *testing.T) {
	w := newTown(t)
	ctx := context.Background()
	if status, _, _ := w.fetch("/log/checkpoint"); status != http.StatusNotFound {
		t.Errorf("a checkpoint before the first: %d", status)
	}
	if status, _, _ := w.fetch("/log"); status != http.StatusOK {
		t.Errorf("the page before the first checkpoint: %d", status)
	}
	if _, err := w.house.PublicLog.Integrate(ctx); err != nil {
		t.Fatal(err)
	}
	a, _, err := w.house.Ledger.LastOfHouse(ctx, w.house.Store.Read(), act.LogOpened)
	if err != nil {
		t.Fatal(err)
	}
	var given act.KeyGiven
	if err := a.Into(&given); err != nil {
		t.Fatal(err)
	}
	key, err := note.NewVerifier(given.Key)
	if err != nil {
		t.Fatal(err)
	}
	status, header, signed := w.fetch("/log/checkpoint")
	if status != http.StatusOK || header.Get("Cache-Control") != "public, no-cache" || strings.Contains(header.Get("Vary"), "Cookie") || header.Get("Set-Cookie") != "" {
		t.Fatalf("checkpoint: %d %v", status, header)
	}
	c, _, err := tlog.OpenCheckpoint(signed, key)
	if err != nil {
		t.Fatal(err)
	}
	tiles := map[string][]byte{}
	for _, path := range tlog.TilesOf(c.Size) {
		status, header, raw := w.fetch("/log/" + path)
		if status != http.StatusOK || !strings.Contains(header.Get("Cache-Control"), "immutable") || header.Get("Content-Type") != "application/octet-stream" {
			t.Fatalf("%s: %d %v", path, status, header)
		}
		tiles[path] = raw
	}
	leaves, err := tlog.SplitEntries(tiles[tlog.TilePath(-1, 0, int(c.Size))])
	if err != nil || int64(len(leaves)) != c.Size {
		t.Fatalf("%d leaves of %d, %v", len(leaves), c.Size, err)
	}
	hashes := tiles[tlog.TilePath(0, 0, int(c.Size))]
	for n, leaf := range leaves {
		if h := xtlog.RecordHash(leaf); string(h[:]) != string(hashes[n*32:n*32+32]) {
			t.Errorf("leaf %d does not have the hash of its tile", n)
		}
		if _, _, err := tlog.ReadLeaf(leaf); err != nil {
			t.Errorf("leaf %d: %v", n, err)
		}
	}
	for _, path := range []string{"/log/tile/0/001", "/log/tile/entries/000", "/log/tile/0/000.p/255", "/log/tile/x", "/log/act/0/1", "/log/act/999/1", "/log/charter/00.zip"} {
		if status, _, _ := w.fetch(path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status, _, raw := w.fetch("/log/charter/" + string(w.house.Charter.Digest) + ".zip"); status != http.StatusOK || len(raw) < 1000 {
		t.Errorf("the charter: %d, %d bytes", status, len(raw))
	}
	for path, says := range map[string]string{
		"/log": given.Key, "/log/poster": c.Hex()[:4], "/log/at": "核对墙上的指纹",
		"/log/at?size=2&root=" + strings.Repeat("0", 32): "对不上", "/log/at?size=999999&root=" + strings.Repeat("0", 32): "少了",
		"/log/at?size=" + itoa(c.Size) + "&root=" + c.Hex()[:32]: "一条不少",
	} {
		if _, _, raw := w.fetch(path); !strings.Contains(string(raw), says) {
			t.Errorf("%s does not say %q", path, says)
		}
	}
	if status, _, _ := w.fetch("/log/at?size=x&root=y"); status != http.StatusUnprocessableEntity {
		t.Errorf("a fingerprint that is none: %d", status)
	}
	r, err := http.Post(w.server.URL+"/log/cosignatures", "text/plain", strings.NewReader("nothing"))
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	if r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("what is no checkpoint was answered with %d", r.StatusCode)
	}
}

// Anybody downloads all that is public and verifies it, without asking the office.
func TestTheBundleIsDownloaded(t *testing.T) {
	x := newReporter(t)
	if status, _, _ := x.w.fetch("/log/bundle.zip"); status != http.StatusNotFound {
		t.Errorf("a bundle before the first checkpoint: %d", status)
	}
	x.report("litter", true, false)
	if _, err := x.w.house.PublicLog.Integrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, _, raw := x.w.fetch("/log"); !strings.Contains(string(raw), `href="/log/bundle.zip"`) {
		t.Error("the page of the log does not lead to it")
	}
	bundle := func() (verify.Report, []byte) {
		status, header, raw := x.w.fetch("/log/bundle.zip")
		if status != http.StatusOK || header.Get("Content-Type") != "application/zip" {
			t.Fatalf("%d %v", status, header)
		}
		files, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			t.Fatal(err)
		}
		r, err := verify.Bundle(files, verify.Options{})
		// The mandates of this town were given behind the house's back; nothing else is wrong.
		r.Findings = slices.DeleteFunc(r.Findings, func(f verify.Finding) bool { return f.Code == "mandate.unknown" })
		if err != nil || !r.Good() || r.Figures == 0 {
			t.Errorf("%+v, %v", r, err)
		}
		return r, raw
	}
	before, raw := bundle()
	x.report("cover", false, false)
	if _, again := bundle(); !bytes.Equal(raw, again) {
		t.Error("within the hour it was made again")
	}
	x.w.clock.Advance(2 * time.Hour)
	if now, _ := bundle(); now.Size <= before.Size {
		t.Errorf("after two hours it still has %d entries", now.Size)
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
