// Package arch keeps the list of the house's storeys and the tests that hold the code to it.
//
// In: layers.txt and the project's own files. Out: test failures that name the file, the line and the rule it breaks.
// Nothing imports it, and it changes nothing but, on request, the table of storeys in ARCHITECTURE.md.
package arch

import (
	_ "embed"
	"fmt"
	"path"
	"strings"
)

//go:embed layers.txt
var layersTxt string

// Beside is the storey of tools that stand next to the house: they may import all of it, nothing may import them.
const Beside = "beside"

// A Package is one line of layers.txt. Level counts storeys from 0, the ground.
type Package struct {
	Name, Storey, For string
	Level             int
}

// House is the packages in the order of layers.txt.
type House []Package

// Read parses the text of layers.txt. It refuses a package before the first storey, one without a purpose and one
// that is listed twice, since each would make the rule say less than it seems to.
func Read(txt string) (House, error) {
	var h House
	storey, level := "", -1
	for i, line := range strings.Split(txt, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if name, ok := strings.CutPrefix(line, "== "); ok {
			storey, level = name, level+1
			continue
		}
		name, purpose, ok := strings.Cut(line, ": ")
		if !ok || storey == "" {
			return nil, fmt.Errorf("layers.txt:%d: want \"package: what it is for\" under a storey, have %q", i+1, line)
		}
		if p, ok := h.Find(name); ok && p.Name == name {
			return nil, fmt.Errorf("layers.txt:%d: %s is listed twice", i+1, name)
		}
		h = append(h, Package{Name: name, Storey: storey, For: purpose, Level: level})
	}
	return h, nil
}

// Find gives the line for a package path under internal/, or that of the nearest listed folder above it.
func (h House) Find(pkg string) (Package, bool) {
	for p := pkg; p != "."; p = path.Dir(p) {
		for _, q := range h {
			if q.Name == p {
				return q, true
			}
		}
	}
	return Package{}, false
}

// May says why a package may not import another, or "" when it may. Both are paths under internal/.
func (h House) May(from, to string) string {
	f, ok := h.Find(from)
	if !ok {
		return from + " is in no storey: add it to internal/arch/layers.txt"
	}
	t, ok := h.Find(to)
	if !ok {
		return to + " is in no storey: add it to internal/arch/layers.txt"
	}
	switch {
	case f.Storey == Beside:
		return ""
	case t.Storey == Beside:
		return fmt.Sprintf("%s stands beside the house: nothing may import it", to)
	case t.Level > f.Level:
		return fmt.Sprintf("%s (%s) must not import %s (%s), which stands below it", from, f.Storey, to, t.Storey)
	}
	// A kind of step is one folder that can be read, copied and removed alone.
	if kind(from) && kind(to) && from != to {
		return fmt.Sprintf("%s must not import %s: a kind of step stands alone", from, to)
	}
	return ""
}

// kind says whether a package is a kind of step, not the list of kinds nor the suite that proves them.
func kind(pkg string) bool {
	dir, name := path.Split(pkg)
	return dir == "step/" && name != "kinds" && name != "steptest"
}

// Table is the storeys as a table for ARCHITECTURE.md.
func (h House) Table() string {
	var b strings.Builder
	b.WriteString("| storey | package | what it is for |\n|---|---|---|\n")
	last := ""
	for _, p := range h {
		storey := p.Storey
		if storey == last {
			storey = ""
		}
		last = p.Storey
		fmt.Fprintf(&b, "| %s | `%s` | %s |\n", storey, p.Name, strings.ReplaceAll(p.For, "|", `\|`))
	}
	return b.String()
}
