// Command lint is the project's short list of linters in one program.
//
// In: a package, handed over one at a time by `go vet -vettool`, so the go command caches what is clean and a
// second run takes a moment. Out: findings as file:line:col. It never changes a file.
//
// It is a module of its own, so that the linters' dependencies never reach the product's go.mod or its binary.
// staticcheck is built beside it as a program of its own, because its check for unused code looks at several
// packages together, which vet does not allow.
package main

import (
	forbidigo "github.com/ashanbrown/forbidigo/v2/pkg/analyzer"
	"github.com/jingyugao/rowserrcheck/passes/rowserr"
	"github.com/kisielk/errcheck/errcheck"
	"github.com/nishanths/exhaustive/passes/exhaustive"
	"github.com/polyfloyd/go-errorlint/errorlint"
	sqlclose "github.com/ryanrolds/sqlclosecheck/pkg/analyzer"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"
)

func main() { unitchecker.Main(linters()...) }

func linters() []*analysis.Analyzer {
	return []*analysis.Analyzer{
		quiet(errcheck.Analyzer, either(deferredClose, printed)),
		quiet(exhaustive.Analyzer, strangersSwitch),
		quiet(errorlint.NewAnalyzer(), nil),
		quiet(rowserr.NewAnalyzer(), nil),
		quiet(sqlclose.NewAnalyzer(), nil),
		quiet(readsClock(), mayReadClock),
		reasons,
	}
}

// readsClock finds every reading of the machine's clock. What depends on the hour takes a clock.Clock or an
// instant, or a replay would not give the same answer twice.
func readsClock() *analysis.Analyzer {
	a := forbidigo.NewAnalyzer()
	set(a, "analyze_types", "true")
	set(a, "permit", "false") // nolint with a reason is the one way out
	set(a, "p", `{p: "^time\\.(Now|Since|Until)$", pkg: "^time$", msg: "only internal/clock reads the clock; take a clock.Clock or an instant"}`)
	return a
}

func set(a *analysis.Analyzer, name, value string) {
	if err := a.Flags.Set(name, value); err != nil {
		panic(a.Name + ": " + err.Error())
	}
}
