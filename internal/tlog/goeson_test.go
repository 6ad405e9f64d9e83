package tlog_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/note"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"gongzhi/internal/tlog"
)

// leaves are a log of so many entries, of which one may be another than it was.
func leaves(n, other int) []xtlog.Hash {
	out := make([]xtlog.Hash, n)
	for i := range out {
		out[i] = xtlog.RecordHash(fmt.Appendf(nil, "entry %d", i))
	}
	if other >= 0 {
		out[other] = xtlog.RecordHash([]byte("another"))
	}
	return out
}

// rootOf is the root over leaves, by the plain definition.
func rootOf(h []xtlog.Hash) xtlog.Hash {
	if len(h) == 1 {
		return h[0]
	}
	k := 1
	for k*2 < len(h) {
		k *= 2
	}
	return xtlog.NodeHash(rootOf(h[:k]), rootOf(h[k:]))
}

// serving gives the tiles over leaves.
func serving(h []xtlog.Hash) func(string) ([]byte, error) {
	return func(path string) ([]byte, error) {
		level, n, w, ok := tlog.ReadTilePath(path)
		if !ok || level < 0 {
			return nil, fmt.Errorf("no tile %s", path)
		}
		var out []byte
		span := int64(1) << (tlog.Height * level)
		for i := range int64(w) {
			from := (n<<tlog.Height + i) * span
			root := rootOf(h[from : from+span])
			out = append(out, root[:]...)
		}
		return out, nil
	}
}

// A witness signs what goes on from what it signed, and nothing else.
func TestGoesOn(t *testing.T) {
	key, err := tlog.NewKey(bytes.Repeat([]byte{1}, 32), "gongzhi/test/")
	if err != nil {
		t.Fatal(err)
	}
	log, err := note.NewVerifier(key.Public)
	if err != nil {
		t.Fatal(err)
	}
	at := func(h []xtlog.Hash) tlog.Checkpoint {
		return tlog.Checkpoint{Origin: log.Name(), Size: int64(len(h)), Root: rootOf(h)}
	}
	signed := func(c tlog.Checkpoint) []byte {
		raw, err := note.Sign(&note.Note{Text: c.String()}, key.Signer)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	for _, sizes := range [][2]int{{1, 2}, {255, 256}, {256, 257}, {7, 1000}, {300, 66000}, {65536, 66000}} {
		h := leaves(sizes[1], -1)
		before, now := at(h[:sizes[0]]), at(h)
		if got, err := tlog.GoesOn(signed(now), log, &before, serving(h)); err != nil || got != now {
			t.Errorf("%v: %v", sizes, err)
		}
		if _, err := tlog.GoesOn(signed(now), log, nil, nil); err != nil {
			t.Errorf("%v, the first that is seen: %v", sizes, err)
		}
		if _, err := tlog.GoesOn(signed(now), log, &now, nil); err != nil {
			t.Errorf("%v, the same again: %v", sizes, err)
		}
		if _, err := tlog.GoesOn(signed(before), log, &now, serving(h)); !errors.Is(err, tlog.ErrForked) {
			t.Errorf("%v, shorter than it was: %v", sizes, err)
		}
		for _, other := range []int{0, sizes[0] / 2, sizes[0] - 1} {
			forked := leaves(sizes[1], other)
			if _, err := tlog.GoesOn(signed(at(forked)), log, &before, serving(forked)); !errors.Is(err, tlog.ErrForked) {
				t.Errorf("%v, entry %d rewritten: %v", sizes, other, err)
			}
			// Tiles that are not those of the root prove nothing, and accuse nobody.
			if _, err := tlog.GoesOn(signed(at(forked)), log, &before, serving(h)); err == nil || errors.Is(err, tlog.ErrForked) {
				t.Errorf("%v, tiles of another tree: %v", sizes, err)
			}
		}
		same := at(leaves(sizes[0], 0))
		if _, err := tlog.GoesOn(signed(same), log, &before, nil); !errors.Is(err, tlog.ErrForked) {
			t.Errorf("%v, another root at one size: %v", sizes, err)
		}
	}
	stranger, err := tlog.NewKey(bytes.Repeat([]byte{2}, 32), log.Name())
	if err != nil {
		t.Fatal(err)
	}
	raw, err := note.Sign(&note.Note{Text: at(leaves(3, -1)).String()}, stranger.Signer)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := at(leaves(3, -1))
	elsewhere.Origin = "gongzhi/elsewhere"
	for name, raw := range map[string][]byte{"another key": raw, "another log": signed(elsewhere), "no checkpoint": []byte("all is well\n")} {
		if _, err := tlog.GoesOn(raw, log, nil, nil); err == nil || errors.Is(err, tlog.ErrForked) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
