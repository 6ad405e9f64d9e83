package charter_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gongzhi/internal/text"
)

// reporters are the functions that take the code of a finding as their first word.
var reporters = []string{"Error", "Warn", "error", "warn", "add", "addRun", "fault", "need"}

var codeForm = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$`)

// checked are the packages whose code may report findings. Kinds of steps stand below step.
var checked = []string{"source", "step", "method", "register", "vote", "calendar", "charter"}

// codes finds every code that the house can report, with the packages that do, by reading its source: a list kept by
// hand would be short of the newest.
func codes(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for _, top := range checked {
		err := filepath.WalkDir(filepath.Join("..", top), func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.Contains(name, "steptest") {
				return err
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			pkg := filepath.ToSlash(strings.TrimPrefix(filepath.Dir(name), ".."+string(filepath.Separator)))
			see := func(code string) {
				if !slices.Contains(out[code], pkg) {
					out[code] = append(out[code], pkg)
				}
			}
			ast.Inspect(f, func(n ast.Node) bool { codesIn(n, pkg, see); return true })
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(out) < 80 {
		t.Fatalf("only %d codes found: the walk looks at the wrong place", len(out))
	}
	return out
}

func codesIn(n ast.Node, pkg string, see func(string)) {
	switch n := n.(type) {
	case *ast.CallExpr:
		name := ""
		switch f := n.Fun.(type) {
		case *ast.SelectorExpr:
			name = f.Sel.Name
		case *ast.Ident:
			name = f.Name
		}
		for i, arg := range n.Args {
			code, ok := literal(arg)
			if !ok {
				continue
			}
			dotted := strings.Contains(code, ".")
			switch {
			case !codeForm.MatchString(code) || i > 2:
			case pkg == "calendar" && name == "fault":
				see("calendar." + code)
			case slices.Contains(reporters, name) && (dotted || i < 2), name == "at" && dotted:
				see(code)
			}
			return
		}
	case *ast.CompositeLit:
		if s, ok := n.Type.(*ast.SelectorExpr); !ok || s.Sel.Name != "Fault" && s.Sel.Name != "Finding" {
			return
		}
		for _, e := range n.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				if k, ok := kv.Key.(*ast.Ident); ok && k.Name == "Code" {
					if code, ok := literal(kv.Value); ok {
						see(code)
					}
				}
			}
		}
	case *ast.BasicLit:
		if code, ok := literal(n); ok && pkg == "source" && strings.HasPrefix(code, "yaml.") {
			see(code)
		}
	}
}

func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(l.Value)
	return s, err == nil
}

func TestEveryCodeHasWords(t *testing.T) {
	bundle, err := text.New(text.House())
	if err != nil {
		t.Fatal(err)
	}
	for code, pkgs := range codes(t) {
		for _, l := range text.Langs {
			if !bundle.Has(l, "check."+code) {
				t.Errorf("check.%s of %v has no words in %s", code, pkgs, l)
			}
		}
	}
}

// ownTests are the packages whose own tests show their codes: a corpus case would only repeat them.
var ownTests = []string{"register", "vote", "calendar", "step"}

// TestEveryCodeIsShown holds that no finding exists which nothing has ever caused: each has a broken charter in the
// corpus or, where it belongs to a register, a rule file, the calendar or one kind of step, stands in that package's tests.
func TestEveryCodeIsShown(t *testing.T) {
	shown := map[string]bool{}
	for _, c := range corpus(t) {
		for _, want := range c.want {
			shown[want.code] = true
		}
	}
	all := codes(t)
	for _, code := range slices.Sorted(maps.Keys(all)) {
		if shown[code] || unshown[code] != "" {
			continue
		}
		if !slices.ContainsFunc(all[code], func(pkg string) bool { return inTests(t, pkg, code) }) {
			t.Errorf("%s of %v is shown by no broken charter in testdata/broken", code, all[code])
		}
	}
	for code := range unshown {
		if all[code] == nil || shown[code] {
			t.Errorf("%s is excused from the corpus without need", code)
		}
	}
}

func inTests(t *testing.T, pkg, code string) bool {
	if !slices.ContainsFunc(ownTests, func(p string) bool { return strings.HasPrefix(pkg, p) }) {
		return false
	}
	names, err := filepath.Glob(filepath.Join("..", filepath.FromSlash(pkg), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(raw), code) {
			return true
		}
	}
	return false
}
