package web_test

import (
	"context"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"gongzhi/internal/act"
	"gongzhi/internal/charter"
)

// install puts a version in force that says something else in one file.
func (w *town) install(file, old, new string) *charter.Charter {
	w.t.Helper()
	was := w.house.Charter
	files := fstest.MapFS{}
	err := fs.WalkDir(was.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(was.Files, name)
		if name == file {
			raw = []byte(strings.Replace(string(raw), old, new, 1))
		}
		files[name] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	now, findings, err := charter.Load(files)
	if err != nil || charter.Broken(findings) {
		w.t.Fatal(err, findings)
	}
	if err := w.house.Desk.Install(context.Background(), act.By{Role: act.HouseItself}, now); err != nil {
		w.t.Fatal(err)
	}
	return now
}

// An earlier version stands beside the one in force, with what differs, value by value.
func TestAVersionBesideTheOneInForce(t *testing.T) {
	w := newTown(t)
	was := w.house.Charter
	now := w.install("methods/defect.yaml", "within: 2 workdays", "within: 3 workdays")
	v := w.visitor()
	if _, body, _ := v.get("/charter"); !strings.Contains(body, string(was.Digest[:12])) || !strings.Contains(body, string(now.Digest[:12])) {
		t.Error("the two versions are not listed")
	}
	status, body, _ := v.get("/charter/versions/" + string(was.Digest))
	if status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	for _, want := range []string{"steps.look.within", "2 workdays", "3 workdays", "1 处不同", "质量问题报修"} {
		if !strings.Contains(body, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if status, _, _ := v.get("/charter/versions/" + strings.Repeat("0", 64)); status != http.StatusNotFound {
		t.Errorf("a version that never was: %d", status)
	}
}
