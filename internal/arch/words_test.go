package arch

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"gongzhi/internal/text"
)

// wordKey is how keys of the text files look: group.name, at any depth. A literal that ends in a dot is the beginning
// of keys that are put together; those are met by the tests that say them.
var wordKey = regexp.MustCompile(`^[a-z_]+(\.[a-z0-9_]+)+$`)

// Every code of a refusal and every key of words that stands in the code has words in every language: a person who is
// told no is told it in sentences.
func TestWordsForEveryKey(t *testing.T) {
	words, err := text.New(text.House())
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	for _, f := range goFiles(t, fset) {
		if f.test {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			for _, lit := range keysIn(n) {
				key, err := strconv.Unquote(lit.Value)
				if err != nil || !wordKey.MatchString(key) {
					continue
				}
				for _, l := range text.Langs {
					if !words.Has(l, key) {
						t.Errorf("%s: no words in %s for %s", place(fset, f, lit), l, key)
					}
				}
			}
			return true
		})
	}
}

// speakers are functions that take a key, with the place of it among their arguments.
var speakers = map[string]int{"Refuse": 1, "Key": 0, "Named": 0, "About": 0, "Add": 1}

// keysIn gives the keys that one call or one literal names.
func keysIn(n ast.Node) (keys []*ast.BasicLit) {
	add := func(x ast.Expr) {
		if lit, ok := x.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			keys = append(keys, lit)
		}
	}
	switch n := n.(type) {
	case *ast.CallExpr:
		sel, ok := n.Fun.(*ast.SelectorExpr)
		if !ok {
			break
		}
		i, ok := speakers[sel.Sel.Name]
		if x, isName := sel.X.(*ast.Ident); ok && len(n.Args) > i && isName && slices.Contains([]string{"fault", "text", "bad", "fields"}, x.Name) {
			add(n.Args[i])
		}
	case *ast.CompositeLit:
		name, ok := n.Type.(*ast.SelectorExpr)
		if !ok || name.Sel.Name != "Refusal" && name.Sel.Name != "Words" && name.Sel.Name != "Field" {
			break
		}
		if x, isName := name.X.(*ast.Ident); !isName || x.Name != "fault" && x.Name != "text" {
			break
		}
		for _, e := range n.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				if k, ok := kv.Key.(*ast.Ident); ok && (k.Name == "Code" || k.Name == "Key") {
					add(kv.Value)
				}
			}
		}
	}
	return keys
}

// A test that finds no key proves nothing.
func TestWordKeysAreSeen(t *testing.T) {
	fset, seen := token.NewFileSet(), map[string]bool{}
	for _, f := range goFiles(t, fset) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			for _, lit := range keysIn(n) {
				if key, err := strconv.Unquote(lit.Value); err == nil && !f.test {
					seen[key] = true
				}
			}
			return true
		})
	}
	for _, key := range []string{"submission.reused", "step.not_yours", "form.faults", "matter.unknown"} {
		if !seen[key] {
			t.Errorf("%s stands in the code and was not seen", key)
		}
	}
}
