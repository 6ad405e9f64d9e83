package sheet_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// regexpCodes finds in the source every code that is refused or reported with, so that none is forgotten in the list.
func regexpCodes(t *testing.T) (codes []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	forms := []struct {
		re     *regexp.Regexp
		prefix string
	}{
		{regexp.MustCompile(`refuse\(fault\.\w+, "(\w+)"`), "sheet."},
		{regexp.MustCompile(`otherKind\("(\w+)"`), "sheet.kind."},
		{regexp.MustCompile(`kind: "(\w+)"|, "(picture|archive|document|program|database)"\}`), "sheet.kind."},
		{regexp.MustCompile(`r\.(?:fault|warn)\([\w.]+, \w*"?\w*"?, "(\w+)"`), "sheet.row."},
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range forms {
			for _, m := range f.re.FindAllSubmatch(raw, -1) {
				if word := string(m[1]); word != "" {
					codes = append(codes, f.prefix+word)
				} else if len(m) > 2 {
					codes = append(codes, f.prefix+string(m[2]))
				}
			}
		}
	}
	if len(codes) < 40 {
		t.Fatalf("only %d codes found: %v", len(codes), codes)
	}
	return codes
}
