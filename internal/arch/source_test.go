package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// root is the top of the project as seen from this folder.
const root = "../.."

const module = "gongzhi/"

// file is one parsed Go file. Name is from the root, with slashes; pkg is its path under internal/.
type file struct {
	name, pkg string
	test      bool
	ast       *ast.File
}

// imports are the paths a file imports, each with its place.
func (f file) imports(fset *token.FileSet) map[string]token.Position {
	all := map[string]token.Position{}
	for _, s := range f.ast.Imports {
		if p, err := strconv.Unquote(s.Path.Value); err == nil {
			all[p] = place(fset, f, s)
		}
	}
	return all
}

func place(fset *token.FileSet, f file, n ast.Node) token.Position {
	p := fset.Position(n.Pos())
	p.Filename = f.name
	return p
}

// goFiles parses every Go file under internal/ without asking the go command, so that the rule can be tested while
// the code does not yet build. testdata is skipped.
func goFiles(t *testing.T, fset *token.FileSet) (all []file) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(root, "internal"), func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "dist" || d.Name() == "node_modules") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(p, ".go") {
			return nil
		}
		tree, err := parser.ParseFile(fset, p, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		all = append(all, file{
			name: rel,
			pkg:  strings.TrimPrefix(path.Dir(rel), "internal/"),
			test: strings.HasSuffix(rel, "_test.go"),
			ast:  tree,
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 5 {
		t.Fatalf("only %d Go files found under internal/: the walk looks at the wrong place", len(all))
	}
	return all
}

// tracked lists the project's files, from the root, with slashes: what git would commit, or every file when the
// source came without its history.
func tracked(t *testing.T) (all []string) {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root
	if out, err := cmd.Output(); err == nil {
		for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
			if _, err := os.Stat(filepath.Join(root, name)); err == nil {
				all = append(all, name)
			}
		}
	} else {
		skip := []string{".git", "node_modules", "bin", "var", "dist", ".tools"}
		err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && slices.Contains(skip, d.Name()) {
				return fs.SkipDir
			}
			if d.Type().IsRegular() {
				rel, err := filepath.Rel(root, p)
				if err != nil {
					return err
				}
				all = append(all, filepath.ToSlash(rel))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Contains(all, "go.mod") {
		t.Fatalf("go.mod is not among the %d files found: the walk looks at the wrong place", len(all))
	}
	return all
}
