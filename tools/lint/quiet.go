package main

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// nolint is `//nolint:errcheck,exhaustive // the reason`, on the line it excuses or alone on the line above.
var nolint = regexp.MustCompile(`^//nolint:([a-z,]+)(?:\s+//\s*(\S.*))?$`)

// allowed says that a finding at pos is no fault by the rules of this house.
type allowed func(pass *analysis.Pass, pos token.Pos) bool

// quiet runs an analyzer and drops what a nolint comment excuses, what the house allows, and what stands in
// generated files, whose author is a program.
func quiet(a *analysis.Analyzer, ok allowed) *analysis.Analyzer {
	run := a.Run
	b := *a
	b.Run = func(pass *analysis.Pass) (any, error) {
		excused := map[string][]int{}
		generated := map[string]bool{}
		for _, f := range pass.Files {
			name := pass.Fset.Position(f.Pos()).Filename
			generated[name] = ast.IsGenerated(f)
			source, err := pass.ReadFile(name)
			if err != nil {
				return nil, err
			}
			lines := strings.Split(string(source), "\n")
			for _, c := range comments(f) {
				m := nolint.FindStringSubmatch(c.Text)
				if m == nil || !slices.Contains(strings.Split(m[1], ","), a.Name) {
					continue
				}
				line := pass.Fset.Position(c.Pos()).Line
				if strings.HasPrefix(strings.TrimSpace(lines[line-1]), "//") {
					line++ // alone on its line, it speaks of the next
				}
				excused[name] = append(excused[name], line)
			}
		}
		p := *pass
		p.Report = func(d analysis.Diagnostic) {
			at := pass.Fset.Position(d.Pos)
			if generated[at.Filename] || slices.Contains(excused[at.Filename], at.Line) || ok != nil && ok(pass, d.Pos) {
				return
			}
			d.Message = a.Name + ": " + d.Message
			pass.Report(d)
		}
		return run(&p)
	}
	return &b
}

// reasons finds nolint comments that do not say why.
var reasons = &analysis.Analyzer{
	Name: "reasons",
	Doc:  "finds nolint comments without a reason",
	Run: func(pass *analysis.Pass) (any, error) {
		for _, f := range pass.Files {
			for _, c := range comments(f) {
				if !strings.HasPrefix(c.Text, "//nolint") {
					continue
				}
				if m := nolint.FindStringSubmatch(c.Text); m == nil || m[2] == "" {
					pass.Reportf(c.Pos(), "reasons: write //nolint:name // and why")
				}
			}
		}
		return nil, nil
	},
}

func comments(f *ast.File) (all []*ast.Comment) {
	for _, g := range f.Comments {
		all = append(all, g.List...)
	}
	return all
}

// deferredClose allows `defer x.Close()` and `defer tx.Rollback()`: they are the way out of a path that has
// already failed. What was written is closed by hand on the good path, and there the error counts. Tests may
// also leave a Close unchecked, because what they assert comes before it.
func deferredClose(pass *analysis.Pass, pos token.Pos) bool {
	test := strings.HasSuffix(pass.Fset.Position(pos).Filename, "_test.go")
	found := false
	inspectAt(pass, pos, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.DeferStmt:
			found = found || closes(n.Call)
		case *ast.ExprStmt:
			if c, ok := n.X.(*ast.CallExpr); ok && test {
				found = found || closes(c)
			}
		}
	})
	return found
}

func closes(c *ast.CallExpr) bool {
	s, ok := c.Fun.(*ast.SelectorExpr)
	return ok && (s.Sel.Name == "Close" || s.Sel.Name == "Rollback")
}

// printed allows fmt.Fprint, Fprintf and Fprintln without a look at the error, unless they write to a file: a command
// is handed its terminal as an io.Writer and has nowhere else to say that it is gone, and a builder never fails. A file
// is known by its type; there a lost line is lost data, and the error counts.
func printed(pass *analysis.Pass, pos token.Pos) bool {
	found := false
	inspectAt(pass, pos, func(n ast.Node) {
		s, ok := n.(*ast.ExprStmt)
		if !ok {
			return
		}
		call, ok := s.X.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 || call.Lparen != pos { // and no call among its arguments
			return
		}
		fun, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return
		}
		f, ok := pass.TypesInfo.Uses[fun.Sel].(*types.Func)
		if !ok || f.Pkg() == nil || f.Pkg().Path() != "fmt" || !strings.HasPrefix(f.Name(), "Fprint") {
			return
		}
		found = found || types.TypeString(pass.TypesInfo.TypeOf(call.Args[0]), nil) != "*os.File"
	})
	return found
}

// either allows what one of the rules allows.
func either(rules ...allowed) allowed {
	return func(pass *analysis.Pass, pos token.Pos) bool {
		return slices.ContainsFunc(rules, func(ok allowed) bool { return ok(pass, pos) })
	}
}

// strangersSwitch allows a switch over somebody else's closed set (reflect.Kind, yaml.Kind): only our own sets are
// promised to be listed in full.
func strangersSwitch(pass *analysis.Pass, pos token.Pos) bool {
	found := false
	inspectAt(pass, pos, func(n ast.Node) {
		s, ok := n.(*ast.SwitchStmt)
		if !ok || s.Pos() != pos || s.Tag == nil {
			return
		}
		named, ok := types.Unalias(pass.TypesInfo.TypeOf(s.Tag)).(*types.Named)
		found = found || ok && named.Obj().Pkg() != nil && !strings.HasPrefix(named.Obj().Pkg().Path(), "gongzhi/")
	})
	return found
}

// mayReadClock names who may read the machine's clock: the clock itself, measuring programs, and tests, which
// have to give up at some moment.
func mayReadClock(pass *analysis.Pass, pos token.Pos) bool {
	path := strings.TrimSuffix(strings.Fields(pass.Pkg.Path())[0], "_test")
	return path == "gongzhi/internal/clock" || path == "gongzhi/internal/bench" || strings.HasPrefix(path, "gongzhi/internal/bench/") ||
		strings.HasSuffix(pass.Fset.Position(pos).Filename, "_test.go")
}

// inspectAt calls see with every node that holds pos.
func inspectAt(pass *analysis.Pass, pos token.Pos, see func(ast.Node)) {
	for _, f := range pass.Files {
		ast.Inspect(f, func(n ast.Node) bool {
			if n == nil || pos < n.Pos() || pos >= n.End() {
				return false
			}
			see(n)
			return true
		})
	}
}
