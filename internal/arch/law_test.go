package arch

import (
	_ "embed"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gongzhi/internal/source"
)

//go:embed law.md
var lawMD string

//go:embed law.txt
var lawTxt string

// evidence is how well a citation is known.
var evidence = []string{"law", "source", "knowledge", "assumption", "own"}

// citation is one line of law.txt.
type citation struct{ text, evidence, proof string }

func readLaw(t *testing.T) (out []citation) {
	t.Helper()
	for i, line := range strings.Split(lawTxt, "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line, " | ")
		if len(cells) != 3 || !slices.Contains(evidence, cells[1]) {
			t.Fatalf("law.txt:%d: want citation | evidence | proof, have %q", i+1, line)
		}
		if slices.ContainsFunc(out, func(c citation) bool { return c.text == cells[0] }) {
			t.Errorf("law.txt:%d: %s stands twice", i+1, cells[0])
		}
		out = append(out, citation{cells[0], cells[1], cells[2]})
	}
	return out
}

// cited are the places of every citation in every charter: file#key, as clauses are written.
func cited(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for _, pattern := range []string{"charters/*/*.yaml", "charters/*/*/*.yaml"} {
		names, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			rel, _ := filepath.Rel(filepath.Join(root, "charters"), name) // both below root
			citations(parsed(t, name), nil, func(text string, path []string) {
				for _, one := range strings.Split(text, "；") {
					out[one] = append(out[one], filepath.ToSlash(rel)+"#"+strings.Join(path, "."))
				}
			})
		}
	}
	if len(out) < 30 {
		t.Fatalf("only %d citations found: the walk looks at the wrong place", len(out))
	}
	return out
}

func parsed(t *testing.T, name string) source.Node {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	n, faults := source.Parse(name, raw)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return n
}

// citations walks a file for the keys under which a charter cites: law, basis, and all of counting.
func citations(n source.Node, path []string, see func(text string, path []string)) {
	for _, key := range n.Keys() {
		child, _ := n.Get(key)
		here := append(slices.Clone(path), key)
		var words string
		cites := key == "law" || key == "basis" || len(path) > 0 && path[len(path)-1] == "counting"
		if cites && len(child.Decode(&words)) == 0 {
			see(words, here)
			continue
		}
		citations(child, here, see)
	}
	for i := range n.Len() {
		child, _ := n.Get(i)
		citations(child, append(slices.Clone(path), fmt.Sprint(i)), see)
	}
}

// clause is a file and key that the hand-written part names.
var clause = regexp.MustCompile("`(charters/[a-z0-9_/]+\\.yaml)#([a-z0-9_.]+)`")

// Every citation of a charter is in the list with its evidence and what proves it, the list has none that no charter
// makes, and every scenario, package, file and key that is named is there. Write docs/law.md with:
// go test ./internal/arch -update
func TestLaw(t *testing.T) {
	where := cited(t)
	list := readLaw(t)
	for _, text := range slices.Sorted(maps.Keys(where)) {
		if !slices.ContainsFunc(list, func(c citation) bool { return c.text == text }) {
			t.Errorf("%s cites %q, which is not in internal/arch/law.txt", where[text][0], text)
		}
	}
	var b strings.Builder
	b.WriteString(lawMD)
	b.WriteString("\n| clause | evidence | where | proof |\n|---|---|---|---|\n")
	for _, c := range list {
		if len(where[c.text]) == 0 {
			t.Errorf("law.txt: no charter cites %q", c.text)
			continue
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", c.text, c.evidence, "`"+strings.Join(where[c.text], "`<br>`")+"`", proof(t, c))
	}
	for _, m := range clause.FindAllStringSubmatch(lawMD, -1) {
		path := []any{}
		for _, key := range strings.Split(m[2], ".") {
			path = append(path, key)
		}
		if _, ok := parsed(t, filepath.Join(root, m[1])).Get(path...); !ok {
			t.Errorf("law.md: there is no %s#%s", m[1], m[2])
		}
	}
	written(t, "docs/law.md", b.String())
}

// proof makes sure that what is said to prove a clause is there.
func proof(t *testing.T, c citation) string {
	t.Helper()
	if why, none := strings.CutPrefix(c.proof, "- "); none && why != "" {
		return "none: " + why
	}
	var out []string
	for _, p := range strings.Split(c.proof, ", ") {
		name := p
		if !strings.HasPrefix(p, "internal/") {
			folder, scenario, _ := strings.Cut(p, "/")
			name = "charters/" + folder + "/scenarios/" + scenario + ".txtar"
		}
		if _, err := os.Stat(filepath.Join(root, name)); err != nil {
			t.Errorf("law.txt: %s: %s does not exist", c.text, name)
		}
		out = append(out, "`"+name+"`")
	}
	return strings.Join(out, "<br>")
}
