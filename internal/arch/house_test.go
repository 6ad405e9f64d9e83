package arch

import (
	"flag"
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of storeys into ARCHITECTURE.md")

// Tests may use the whole house, so only the code itself is held to the storeys.
func TestStoreys(t *testing.T) {
	h, fset := own(t), token.NewFileSet()
	for _, f := range goFiles(t, fset) {
		if _, ok := h.Find(f.pkg); !ok {
			t.Errorf("%s: package %s is in no storey: add it to internal/arch/layers.txt", f.name, f.pkg)
			continue
		}
		if f.test {
			continue
		}
		for imp, at := range f.imports(fset) {
			if to, ok := strings.CutPrefix(imp, module+"internal/"); ok {
				if why := h.May(f.pkg, to); why != "" {
					t.Errorf("%s: %s", at, why)
				}
			}
		}
	}
}

// forbidden says why a rule, or anything a rule stands on, may not import a package: a citizen recounts a vote from
// public files alone, and the answer must not depend on the machine, the network, the hour or chance.
func forbidden(imp string) string {
	switch {
	case imp == "database/sql" || strings.HasPrefix(imp, "database/"):
		return "a database"
	case imp == "net/url", imp == "net/netip", imp == "net/mail":
		return "" // only parse
	case imp == "net" || strings.HasPrefix(imp, "net/"):
		return "the network"
	case imp == "os" || strings.HasPrefix(imp, "os/") || imp == "syscall" || imp == "io/ioutil":
		return "the machine"
	case imp == "math/rand" || imp == "math/rand/v2" || imp == "crypto/rand":
		return "chance"
	case imp == module+"internal/clock":
		return "the clock"
	}
	return ""
}

// hourly are the names in package time whose answer depends on when they are asked.
var hourly = []string{"Now", "Since", "Until", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer", "Sleep"}

func TestRulesArePure(t *testing.T) {
	h, fset := own(t), token.NewFileSet()
	files := goFiles(t, fset)
	imports := map[string][]string{}
	for _, f := range files {
		if f.test {
			continue
		}
		for imp := range f.imports(fset) {
			if to, ok := strings.CutPrefix(imp, module+"internal/"); ok {
				imports[f.pkg] = append(imports[f.pkg], to)
			}
		}
	}
	// reach is every package a rule stands on, with the rule that brought it in.
	reach := map[string]string{}
	var walk func(pkg, rule string)
	walk = func(pkg, rule string) {
		if _, seen := reach[pkg]; seen {
			return
		}
		reach[pkg] = rule
		for _, to := range imports[pkg] {
			walk(to, rule)
		}
	}
	for _, f := range files {
		// steptest is a suite for tests; it is not built into the binary.
		if p, ok := h.Find(f.pkg); ok && p.Storey == "rules" && f.pkg != "step/steptest" {
			walk(f.pkg, f.pkg)
		}
	}
	for _, f := range files {
		rule, ok := reach[f.pkg]
		if !ok || f.test {
			continue
		}
		for imp, at := range f.imports(fset) {
			if what := forbidden(imp); what != "" {
				t.Errorf("%s: imports %s, so the rule %s would depend on %s", at, imp, rule, what)
			}
		}
		if !timeIsImported(f) {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if ok && named(s.X, "time") && slices.Contains(hourly, s.Sel.Name) {
				t.Errorf("%s: time.%s makes the rule %s depend on the hour: take the instant as an argument",
					place(fset, f, s), s.Sel.Name, rule)
			}
			return true
		})
	}
}

func timeIsImported(f file) bool {
	return slices.ContainsFunc(f.ast.Imports, func(s *ast.ImportSpec) bool { return s.Path.Value == `"time"` })
}

func named(x ast.Expr, name string) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == name
}

// bound are the names in package math that are integers.
var bound = regexp.MustCompile(`^(Max|Min)(Int|Uint)\d*$`)

// Shares and counts are integers and fractions: a float would round "two thirds or more" by accident.
func TestNoFloatsInCounts(t *testing.T) {
	fset := token.NewFileSet()
	for _, f := range goFiles(t, fset) {
		if f.pkg != "exact" && f.pkg != "vote" {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if n.Kind == token.FLOAT || n.Kind == token.IMAG {
					t.Errorf("%s: floating-point number %s", place(fset, f, n), n.Value)
				}
			case *ast.Ident:
				if n.Name == "float64" || n.Name == "float32" {
					t.Errorf("%s: %s", place(fset, f, n), n.Name)
				}
			case *ast.SelectorExpr:
				if named(n.X, "math") && !bound.MatchString(n.Sel.Name) {
					t.Errorf("%s: math.%s is floating point", place(fset, f, n), n.Sel.Name)
				}
				if n.Sel.Name == "ParseFloat" || n.Sel.Name == "Float" || n.Sel.Name == "Float64" {
					t.Errorf("%s: %s makes a floating-point number", place(fset, f, n), n.Sel.Name)
				}
			}
			return true
		})
	}
}

// Every package says in its comment what comes in, what goes out and what it never does.
func TestPackageComments(t *testing.T) {
	fset := token.NewFileSet()
	said := map[string]bool{}
	for _, f := range goFiles(t, fset) {
		if !f.test && !ast.IsGenerated(f.ast) {
			said[f.pkg] = said[f.pkg] || f.ast.Doc != nil && strings.HasPrefix(f.ast.Doc.Text(), "Package ")
		}
	}
	for pkg, ok := range said {
		if !ok {
			t.Errorf("internal/%s: no package comment", pkg)
		}
	}
}

const tableStart, tableEnd = "<!-- storeys: written from internal/arch/layers.txt -->\n", "<!-- end of storeys -->"

// The table in ARCHITECTURE.md is the list itself. Update it with: go test ./internal/arch -update
func TestArchitectureTable(t *testing.T) {
	name := filepath.Join(root, "ARCHITECTURE.md")
	have, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(have), tableStart)
	_, after, ok2 := strings.Cut(rest, tableEnd)
	if !ok || !ok2 {
		t.Fatalf("ARCHITECTURE.md must hold the lines %s and %s", strconv.Quote(tableStart), strconv.Quote(tableEnd))
	}
	want := before + tableStart + "\n" + own(t).Table() + "\n" + tableEnd + after
	if want == string(have) {
		return
	}
	if !*update {
		t.Fatal("the table of storeys in ARCHITECTURE.md is not that of layers.txt: run go test ./internal/arch -update")
	}
	if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}
