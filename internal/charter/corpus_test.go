package charter_test

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"gongzhi/internal/charter"
	"gongzhi/internal/step"
)

var update = flag.Bool("update", false, "write what the check says into testdata/broken, and the schemas")

// wanted is one expected finding, as it stands in the comment of a case.
type wanted struct{ line, code string }

// broken is one case: the base with files added, replaced, edited or removed.
type broken struct {
	name string
	file string
	arc  *txtar.Archive
	why  string
	want []wanted
}

// corpus reads testdata/broken. The comment of a case is one line saying what is wrong, an empty line, then what the
// check says: "file:line:col: severity code", and under it, where there is one, the run.
func corpus(t *testing.T) []broken {
	t.Helper()
	names, err := filepath.Glob("testdata/broken/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var out []broken
	for _, name := range names {
		arc, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		why, rest, _ := strings.Cut(string(arc.Comment), "\n")
		b := broken{name: strings.TrimSuffix(filepath.Base(name), ".txtar"), file: name, arc: arc, why: why}
		for line := range strings.Lines(rest) {
			if line = strings.TrimSpace(line); line != "" {
				words := strings.Fields(line)
				b.want = append(b.want, wanted{line, words[min(2, len(words)-1)]})
			}
		}
		out = append(out, b)
	}
	return out
}

func base(t testing.TB) map[string][]byte {
	t.Helper()
	arc, err := txtar.ParseFile("testdata/base.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range arc.Files {
		files[f.Name] = f.Data
	}
	return files
}

// spoil puts a case over the base. A file called "edit NAME" holds pairs of old and new text, as
// "<<<", old, "===", new, ">>>"; one called "remove NAME" takes a file away; any other is a whole file.
func spoil(t *testing.T, files map[string][]byte, arc *txtar.Archive) {
	t.Helper()
	for _, f := range arc.Files {
		switch verb, name, _ := strings.Cut(f.Name, " "); verb {
		case "remove":
			if files[name] == nil {
				t.Fatalf("there is no %s to remove", name)
			}
			delete(files, name)
		case "edit":
			for edit := range strings.SplitSeq(strings.TrimSpace(string(f.Data)), "\n>>>") {
				from, to, ok := strings.Cut(strings.TrimPrefix(strings.TrimLeft(edit, "\n"), "<<<\n"), "\n===")
				if edit == "" {
					continue
				}
				if !ok || bytes.Count(files[name], []byte(from)) != 1 {
					t.Fatalf("%q does not stand exactly once in %s", from, name)
				}
				files[name] = bytes.Replace(files[name], []byte(from), []byte(strings.TrimPrefix(to, "\n")), 1)
			}
		default:
			files[f.Name] = f.Data
		}
	}
}

func folder(files map[string][]byte) fs.FS {
	out := fstest.MapFS{}
	for name, raw := range files {
		out[name] = &fstest.MapFile{Data: raw, Mode: 0o644}
	}
	return out
}

func said(list []step.Finding) []string {
	var out []string
	for _, f := range list {
		line := fmt.Sprintf("%s: %s %s", f.Place, f.Severity, f.Code)
		if len(f.Run) > 0 {
			line += " (" + strings.Join(f.Run, " → ") + ")"
		}
		out = append(out, line)
	}
	return out
}

func TestBaseIsClean(t *testing.T) {
	_, findings, err := charter.Load(folder(base(t)))
	if err != nil || len(findings) > 0 {
		t.Fatalf("%v %s", err, strings.Join(said(findings), "\n"))
	}
}

func TestBrokenCharters(t *testing.T) {
	cases := corpus(t)
	if len(cases) < 40 {
		t.Fatalf("only %d broken charters", len(cases))
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			files := base(t)
			spoil(t, files, c.arc)
			loaded, findings, err := charter.Load(folder(files))
			if err != nil {
				t.Fatal(err)
			}
			got := said(findings)
			if *update {
				c.arc.Comment = []byte(c.why + "\n\n" + strings.Join(got, "\n") + "\n")
				if err := os.WriteFile(c.file, txtar.Format(c.arc), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			var want []string
			for _, w := range c.want {
				want = append(want, w.line)
			}
			if len(got) == 0 || !slices.Equal(got, want) {
				t.Errorf("%s\ngot:\n%s\nwant:\n%s", c.why, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			for _, f := range findings { // every place is one that an editor can open
				if lines := bytes.Count(files[f.Place.File], []byte("\n")) + 1; f.Place.Line > lines && files[f.Place.File] != nil {
					t.Errorf("%s: the file has %d lines", f.Place, lines)
				}
				if words := loaded.Texts.Say("zh", f.Words()); strings.Contains(words, "<no value>") || strings.Contains(words, "⟦") {
					t.Errorf("%s says %q", f.Code, words)
				}
			}
		})
	}
}

// The order of the files on disk, and of keys in maps, must not show in what is said.
func TestSameFindingsEveryTime(t *testing.T) {
	files := base(t)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		files[name] = bytes.ReplaceAll(files[name], []byte("en:"), []byte("eng:"))
	}
	_, first, err := charter.Load(folder(files))
	if err != nil || len(first) < 10 {
		t.Fatal(err, len(first))
	}
	for range 20 {
		_, again, err := charter.Load(folder(files))
		if err != nil || !slices.Equal(said(first), said(again)) {
			t.Fatalf("%v\n%s\n%s", err, strings.Join(said(first), "\n"), strings.Join(said(again), "\n"))
		}
	}
}

// unshown are codes that no file can show, each with the reason.
var unshown = map[string]string{
	"yaml.utf8":    "an archive is text; TestOddFiles shows it",
	"texts.unread": "every sentence is checked before the files are read together, so nothing is left to be found then",
}
