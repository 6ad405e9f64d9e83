package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gongzhi/internal/house"
	"gongzhi/internal/house/housetest"
)

// folder writes the test charter to disk, with one text replaced.
func folder(t *testing.T, file, from, to string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, housetest.Charter()); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, filepath.FromSlash(file))
	raw, err := os.ReadFile(name)
	if err != nil || !strings.Contains(string(raw), from) {
		t.Fatalf("%s: %v", file, err)
	}
	if err := os.WriteFile(name, []byte(strings.ReplaceAll(string(raw), from, to)), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestCharterDiffAndMove: an official compares the version in force with a new one, installs it, and has the one matter that
// is open go on under it.
func TestCharterDiffAndMove(t *testing.T) {
	before := folder(t, "methods/note.yaml", "within: 5 days", "within: 5 days")
	after := folder(t, "methods/note.yaml", "within: 5 days", "within: 9 days")
	data := t.TempDir()
	h := housetest.With(t, house.Config{Dir: data})
	r, err := h.Desk.Begin(t.Context(), housetest.Actor(t, h, "wang"), "note", housetest.Compound, housetest.Submission("sub-begin-1", ""))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if code, out := run(t, "charter", "diff", before, before); code != 0 || !strings.Contains(out, "没有差别") {
		t.Errorf("the same twice: %d %s", code, out)
	}
	code, out := run(t, "charter", "diff", "installed", after, "--data", data, "--json")
	var got struct {
		Changes []struct{ File, Path, Before, After string }
		Methods []string
		Open    []struct {
			Matter int64
			Step   string
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 1 {
		t.Fatalf("%d %v %s", code, err, out)
	}
	if len(got.Changes) != 1 || got.Changes[0].Path != "steps.write.within" || got.Changes[0].Before != "5 days" || got.Changes[0].After != "9 days" ||
		len(got.Methods) != 1 || got.Methods[0] != "note" || len(got.Open) != 1 || got.Open[0].Matter != int64(r.Matter) || got.Open[0].Step != "write" {
		t.Errorf("diff gives %s", out)
	}
	if code, out := run(t, "charter", "move", "1", "--data", data, "--decision", "决定"); code != 1 || !strings.Contains(out, "不用再改") {
		t.Errorf("moved to where it is: %d %s", code, out)
	}
	// A command beside the server goes by what is in force; naming a folder installs it.
	if code, out := run(t, "user", "list", "--data", data, "--charter", after); code != 0 {
		t.Fatalf("%d %s", code, out)
	}
	if code, out := run(t, "user", "list", "--data", data); code != 0 {
		t.Fatalf("%d %s", code, out)
	}
	code, out = run(t, "charter", "move", "1", "--data", data, "--decision", "2026年3月2日街道党工委会议决定")
	if code != 0 || !strings.Contains(out, "write") {
		t.Errorf("moved: %d %s", code, out)
	}
	if code, out := run(t, "charter", "diff", "installed", after, "--data", data); code != 0 {
		t.Errorf("after it was installed: %d %s", code, out)
	}
	if code, out := run(t, "refold", "--data", data); code != 0 {
		t.Errorf("the record is not whole: %s", out)
	}
	// The charter of another subdistrict is not put over these data.
	if code, out := run(t, "user", "list", "--data", data, "--charter", filepath.Join("..", "..", "charters", "linshanzhai")); code != 2 || !strings.Contains(out, "linshanzhai") {
		t.Errorf("another subdistrict's charter: %d %s", code, out)
	}
}
