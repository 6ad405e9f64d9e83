package verify_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"gongzhi/internal/verify"
)

// within are the names that the second verifier finds too, beside everything about files, chain, tree and signature. It
// runs no methods.
var within = []string{"ballot.count_wrong", "ballot.count_other", "ballot.root_wrong", "ballot.total_wrong", "ballot.receipts_wrong", "ballot.no_count", "ballot.outcome_wrong", "tally.differs", "tally.form",
	"indicator.form", "indicator.charter", "indicator.month", "indicator.matters", "indicator.private", "indicator.rate"}

// A verifier in another language, written from docs/log.md, agrees on the untouched bundles and on every tampering that
// lies in its reach, by name.
func TestTheSecondVerifierAgrees(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not here")
	}
	if testing.Short() {
		t.Skip("it needs the whole corpus, and neither database nor goroutines")
	}
	w, other := newTown(t, 2), newTown(t, 3)
	type bundle struct {
		Dir   string `json:"dir"`
		Key   string `json:"key"`
		Since string `json:"since"`
	}
	var list []bundle
	var names, want []string
	put := func(name string, files fstest.MapFS, opts verify.Options, code string) {
		dir := t.TempDir()
		for path, f := range files {
			to := filepath.Join(dir, filepath.FromSlash(path))
			if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(to, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		list, names, want = append(list, bundle{dir, opts.Key, string(opts.Since)}), append(names, name), append(want, code)
	}
	trusting := verify.Options{Key: w.key.Public, Since: w.old}
	put("untouched", w.public, trusting, "")
	put("untouched, opened", w.opened, trusting, "")
	kept := &verify.Charters{}
	for _, m := range mutations() {
		x := tamper(w, other, kept)
		m.do(x)
		r, err := verify.Bundle(x.files, x.opts)
		if err != nil || len(x.opts.Witnesses) > 0 {
			continue
		}
		if f := r.Findings[0]; f.Layer <= verify.Signature || slices.Contains(within, f.Code) {
			put(m.name, x.files, x.opts, f.Code)
		}
	}
	raw, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	index := filepath.Join(t.TempDir(), "list.json")
	if err := os.WriteFile(index, raw, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(node, filepath.Join("..", "..", "tests", "verifier", "corpus.mjs"), index).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var found [][]string
	if err := json.Unmarshal(out, &found); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for i, got := range found {
		first := ""
		if len(got) > 0 {
			first = got[0]
		}
		if first != want[i] {
			t.Errorf("%s: it says %s, not %q", names[i], strings.Join(got[:min(3, len(got))], " "), want[i])
		}
	}
	if len(found) < 60 {
		t.Errorf("only %d bundles", len(found))
	}
}
