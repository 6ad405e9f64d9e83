package arch

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	decisionName = regexp.MustCompile(`^(\d{4})-[a-z0-9-]+\.md$`)
	decisionDate = regexp.MustCompile(`\b20\d\d-[01]\d-[0-3]\d\b`)
)

// The index of decisions is made from the records themselves. A record has a number of its own with none left out, a
// title, a date, and fits on a page. Update the index with: go test ./internal/arch -update
func TestDecisionsIndex(t *testing.T) {
	dir := filepath.Join(root, "docs/decisions")
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("# Decisions\n\nWritten from the records by `make generate`. A record is never rewritten, only superseded.\n\n| no. | date | decision |\n|---|---|---|\n")
	last := ""
	for _, e := range entries {
		if e.Name() == "README.md" {
			continue
		}
		m := decisionName.FindStringSubmatch(e.Name())
		if m == nil {
			t.Errorf("docs/decisions/%s: want a name like 0007-docket-is-rebuilt.md", e.Name())
			continue
		}
		if m[1] == last { // numbers may be skipped: who works side by side draws them beforehand
			t.Errorf("docs/decisions/%s: number %s is taken", e.Name(), last)
		}
		last = m[1]
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		first, rest, _ := strings.Cut(string(text), "\n")
		title, ok := strings.CutPrefix(first, "# ")
		date := decisionDate.FindString(rest)
		if !ok || date == "" {
			t.Errorf("docs/decisions/%s: wants a title in the first line and a date", e.Name())
		}
		if lines := strings.Count(string(text), "\n"); lines > 60 {
			t.Errorf("docs/decisions/%s: %d lines, more than a page", e.Name(), lines)
		}
		fmt.Fprintf(&b, "| %s | %s | [%s](%s) |\n", m[1], date, title, e.Name())
	}
	index := filepath.Join(dir, "README.md")
	have, err := os.ReadFile(index)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if string(have) == b.String() {
		return
	}
	if !*update {
		t.Fatal("docs/decisions/README.md is not the list of the records: run go test ./internal/arch -update")
	}
	if err := os.WriteFile(index, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
