package charter_test

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"gongzhi/internal/charter"
	"gongzhi/internal/fault"
)

func readAll(dir fs.FS, name string) ([]byte, error) { return fs.ReadFile(dir, name) }

// What is no text, or no YAML, is a finding at its line; what is no charter at all is a refusal.
func TestOddFiles(t *testing.T) {
	tests := []struct {
		name string
		add  map[string]string
		want string // the finding, or the code of the refusal
	}{
		{"saved in GB 18030", map[string]string{"methods/odd.yaml": "method: odd\nname: \xd0\xde\xc9\xc9\n"}, "methods/odd.yaml:2:1: error yaml.utf8"},
		{"a picture", map[string]string{"texts/odd.zh.yaml": "\x89PNG\r\n\x1a\n"}, "texts/odd.zh.yaml:1:1: error yaml.utf8"},
		{"an empty file", map[string]string{"methods/odd.yaml": ""}, "methods/odd.yaml:1:1: error yaml.type"},
		{"a list where a map should be", map[string]string{"methods/odd.yaml": "- a\n- b\n"}, "methods/odd.yaml:1:1: error yaml.type"},
		{"one word", map[string]string{"roles.yaml": "roles"}, "roles.yaml:1:1: error yaml.type"},
		{"a file of 4 MiB and a byte", map[string]string{"methods/odd.yaml": strings.Repeat("#", 4<<20+1)}, "charter.too_large"},
		{"a folder over 32 MiB", large(), "charter.too_large"},
		{"a folder of 2,001 files", many(2001), "charter.too_many"},
		{"as many as may be", many(2000 - len(base(t))), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := base(t)
			for name, s := range tt.add {
				files[name] = []byte(s)
			}
			_, findings, err := charter.Load(folder(files))
			if r, refused := fault.As(err); refused {
				if r.Code != tt.want {
					t.Errorf("refused as %s, want %s", r.Code, tt.want)
				}
				return
			}
			if err != nil || tt.want != "" && !slices.Contains(said(findings), tt.want) || tt.want == "" && len(findings) > 0 {
				t.Errorf("%v, findings %v, want %s", err, said(findings), tt.want)
			}
		})
	}
}

func large() map[string]string {
	out := map[string]string{}
	for _, c := range "abcdefghi" {
		out["registers/"+string(c)+".md"] = strings.Repeat("#", 4<<20)
	}
	return out
}

func many(n int) map[string]string {
	out := map[string]string{}
	for i := range n {
		out["notes/"+strings.Repeat("a", i%50)+string(rune('a'+i%26))+strings.Repeat("b", i/26)+".md"] = ""
	}
	return out
}

// A link among the files is refused, whether it leads round in a circle, out of the folder or nowhere: reading it
// would make the version depend on what lies elsewhere. A pipe would never end.
func TestLinks(t *testing.T) {
	for _, target := range []string{".", "loop.yaml", "/etc/hostname", "nowhere.yaml", "charter.yaml"} {
		dir := t.TempDir()
		if err := os.CopyFS(dir, folder(base(t))); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, filepath.Join(dir, "loop.yaml")); err != nil {
			t.Skip(err) // a machine without links
		}
		_, _, err := charter.Load(os.DirFS(dir))
		if r, ok := fault.As(err); !ok || r.Code != "charter.irregular" {
			t.Errorf("link to %s: %v", target, err)
		}
	}
}

// Files whose names begin with a dot are an editor's or a system's, and no part of a version.
func TestHiddenFilesDoNotCount(t *testing.T) {
	files := base(t)
	before, _, err := charter.Load(folder(files))
	if err != nil {
		t.Fatal(err)
	}
	files["methods/.mend.yaml.swp"], files[".git/config"], files["methods/.odd.yaml"] = []byte("x"), []byte("x"), []byte("[")
	after, findings, err := charter.Load(folder(files))
	if err != nil || len(findings) > 0 || after.Digest != before.Digest {
		t.Errorf("%v %v, %s became %s", err, findings, before.Digest, after.Digest)
	}
	files["README.md"] = []byte("x")
	if other, _, _ := charter.Load(folder(files)); other.Digest == before.Digest {
		t.Error("a file more, and the same version")
	}
}

// What was packed is the same version, and packing depends on the files only.
func TestPack(t *testing.T) {
	files := base(t)
	first, err := charter.Pack(folder(files))
	if err != nil {
		t.Fatal(err)
	}
	second, err := charter.Pack(folder(maps.Clone(files)))
	if err != nil || !bytes.Equal(first, second) {
		t.Fatalf("%v: two packs of the same files differ", err)
	}
	unpacked, err := charter.Unpack(first)
	if err != nil {
		t.Fatal(err)
	}
	a, errA := charter.Digest(folder(files))
	b, errB := charter.Digest(unpacked)
	if errA != nil || errB != nil || a != b {
		t.Errorf("%v %v: %s became %s", errA, errB, a, b)
	}
	if _, err := charter.Unpack([]byte("no zip")); err == nil {
		t.Error("what is no zip was unpacked")
	}
}

// FuzzLoad holds that no text whatever, in any file of a charter, brings the check down, and that whatever is found
// wrong is said in words.
func FuzzLoad(f *testing.F) {
	files := base(f)
	names := slices.Sorted(maps.Keys(files))
	for i, name := range names {
		f.Add(uint8(i), files[name])
	}
	mend := slices.Index(names, "methods/mend.yaml")
	for _, s := range []string{
		"steps: {a: &x {kind: form, next: {done: b}}, b: *x}", "<<: *a", "steps:\n  a: {kind: form, fields: [*a]}", "a: &a [*a]",
		"steps: {a: {kind: [form]}}", "steps: {1: {kind: form}}", "results: {? [a] : b}", "? {a: b}\n: c", "--- a\n--- b", "%YAML 9",
		"steps: {a: {kind: open, items: [{facts: {a: &a {b: *a}}}]}}", "start: {when: \"" + strings.Repeat("(", 300) + "\"}",
		strings.Repeat("[", 5000), strings.Repeat("- ", 5000), "steps: {a: {kind: notice, days: 99999999999999999999 days}}",
	} {
		f.Add(uint8(mend), []byte(s))
	}
	f.Fuzz(func(t *testing.T, at uint8, raw []byte) {
		name := names[int(at)%len(names)]
		changed := maps.Clone(files)
		changed[name] = raw
		out := fstest.MapFS{}
		for n, b := range changed {
			out[n] = &fstest.MapFile{Data: b, Mode: 0o644}
		}
		c, findings, err := charter.Load(out)
		if err != nil {
			return
		}
		for _, x := range findings {
			if x.Place.Line < 1 || x.Place.Col < 1 {
				t.Errorf("%s has no place", x.Code)
			}
			if words := c.Texts.Say("zh", x.Words()); strings.Contains(words, "⟦") {
				t.Errorf("%s: %s", x.Code, words)
			}
		}
		for _, key := range c.MethodKeys() {
			c.Draw(c.Methods[key], "zh")
		}
	})
}
