package arch

import (
	_ "embed"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gongzhi/internal/charter"
	"gongzhi/internal/step/kinds"
	"gongzhi/internal/text"
)

//go:embed words.txt
var wordsTxt string

// word is one line of words.txt.
type word struct{ section, id, zh, en string }

func readWords(t *testing.T) (out []word) {
	t.Helper()
	section := ""
	seen := map[string]bool{}
	for i, line := range strings.Split(wordsTxt, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if name, ok := strings.CutPrefix(line, "== "); ok {
			section = name
			continue
		}
		cells := strings.Split(line, " | ")
		if len(cells) != 3 || section == "" || slices.Contains(cells, "") {
			t.Fatalf("words.txt:%d: want identifier | 中文 | English below a section, have %q", i+1, line)
		}
		if seen[cells[0]] {
			t.Errorf("words.txt:%d: %s stands twice", i+1, cells[0])
		}
		seen[cells[0]] = true
		out = append(out, word{section, cells[0], cells[1], cells[2]})
	}
	return out
}

// charters are all charters of the project, by folder.
func charters(t *testing.T) map[string]*charter.Charter {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(root, "charters/*/charter.yaml"))
	if err != nil || len(dirs) < 2 {
		t.Fatalf("charters: %v, %v", dirs, err)
	}
	out := map[string]*charter.Charter{}
	for _, d := range dirs {
		c, findings, err := charter.Load(os.DirFS(filepath.Dir(d)))
		if err != nil || charter.Broken(findings) {
			t.Fatalf("%s: %v %v", d, findings, err)
		}
		out[c.Head.Key] = c
	}
	return out
}

// Every package and every kind of step has a word in both languages, and docs/words.md is the list: the words kept by
// hand and those that the charters say. Write it with: go test ./internal/arch -update
func TestWords(t *testing.T) {
	list := readWords(t)
	byID := map[string]word{}
	for _, w := range list {
		byID[w.id] = w
	}
	for _, p := range own(t) {
		if _, ok := byID[p.Name]; !ok {
			t.Errorf("internal/arch/words.txt: package %s has no word", p.Name)
		}
	}
	for _, k := range kinds.All() {
		if _, ok := byID[k.Name()]; !ok {
			t.Errorf("internal/arch/words.txt: kind of step %s has no word", k.Name())
		}
	}
	var b strings.Builder
	b.WriteString("# Words 词语对照\n\nEach word of the field in Chinese, as it is called in code and charters, and in English. Written by `make generate` from\n" +
		"`internal/arch/words.txt` and the charters.\n")
	section := ""
	for _, w := range list {
		if w.section != section {
			section = w.section
			table(&b, section)
		}
		line(&b, w.zh, w.id, w.en)
	}
	all := charters(t)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		charterWords(&b, all[key])
	}
	written(t, "docs/words.md", b.String())
}

func table(b *strings.Builder, title string) {
	fmt.Fprintf(b, "\n## %s\n\n| 中文 | identifier | English |\n|---|---|---|\n", title)
}

func line(b *strings.Builder, zh, id, en string) { fmt.Fprintf(b, "| %s | `%s` | %s |\n", zh, id, en) }

func both(b *strings.Builder, id string, name text.Text) { line(b, name.ZH, id, name.EN) }

// charterWords are what one charter calls its roles, bodies, registers with their fields, methods with their steps and
// their ends.
func charterWords(b *strings.Builder, c *charter.Charter) {
	title := c.Head.Name.EN + " " + c.Head.Name.ZH
	table(b, title+": roles 角色")
	for _, key := range slices.Sorted(maps.Keys(c.Roles)) {
		both(b, key, c.Roles[key].Name)
	}
	table(b, title+": bodies 组织")
	for _, key := range slices.Sorted(maps.Keys(c.Bodies)) {
		both(b, key, c.Bodies[key].Name)
	}
	table(b, title+": registers 台账")
	for _, s := range c.Registers.All() {
		both(b, s.Key, s.Name)
		for _, f := range s.Fields {
			both(b, s.Key+"."+f.Key, f.Label)
		}
	}
	table(b, title+": methods 工作方法")
	for _, key := range c.MethodKeys() {
		m, _ := c.Method(key)
		both(b, key, m.Name)
		for _, p := range m.List {
			both(b, key+"."+p.Key, p.Step.Shared().Name)
		}
		for _, r := range slices.Sorted(maps.Keys(m.Results)) {
			both(b, key+" → "+r, m.Results[r])
		}
	}
}

// written holds that a generated file is what it should be, and writes it on request.
func written(t *testing.T, name, want string) {
	t.Helper()
	file := filepath.Join(root, name)
	have, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if string(have) == want {
		return
	}
	if !*update {
		t.Fatalf("%s is not what the code and the charters say: run go test ./internal/arch -update", name)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}
