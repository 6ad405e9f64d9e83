package arch

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// private finds what belongs to one machine or one workplace: a clone elsewhere could not follow it. The words are
// put together from halves, or this file would find itself.
var private = regexp.MustCompile(strings.Join([]string{
	`/wo` + `rk/(main|shared|tmp|\.)`,
	`(^|[^\w.])/ro` + `ot/`,
	`(^|[^\w.])/ho` + `me/[a-z]`,
	`/Us` + `ers/[A-Za-z]`,
	`registry\.npm` + `js|npmm` + `irror|proxy\.go` + `lang\.org|gop` + `roxy\.(cn|io)|(deb|security)\.deb` + `ian\.org`,
	`shar` + `ed/(stack|style|design|domain|product|scale|architecture)`,
	`\biss` + `ues show\b|\.libr` + `ary/|\bbrief` + `\.md\b`,
}, "|"))

func TestNothingPrivate(t *testing.T) {
	for _, name := range tracked(t) {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0 {
			continue // a picture or a spreadsheet
		}
		for i, line := range strings.Split(string(b), "\n") {
			if m := private.FindString(line); m != "" {
				t.Errorf("%s:%d: %q belongs to one machine or workplace", name, i+1, strings.TrimSpace(m))
			}
		}
	}
}

// The lock file pins by version and hash, and works from any mirror.
func TestLockNamesNoRegistry(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(b, []byte(`"resolved"`)) {
		t.Error("package-lock.json says where packages came from: run npm install with the .npmrc of this project")
	}
	if !bytes.Contains(b, []byte(`"integrity": "sha512-`)) {
		t.Error("package-lock.json pins nothing by its hash")
	}
}

const han = `[\p{Han}]`

var (
	// halfWidth is , : ; ( ) next to a Han character; in Chinese text they are written ， ： ； （ ）.
	halfWidth = regexp.MustCompile(han + `[,:;()]|[,:;()]` + han)
	// code is what is not Chinese text although it stands in one: placeholders, code, addresses, CEL.
	code = regexp.MustCompile("`[^`]*`" + `|\{\{.*?\}\}|\{[^{}]*\}|https?://\S+|\]\([^)]*\)`)
)

// badPunctuation gives the first fault in a line of Chinese text, or "".
func badPunctuation(s string) string {
	return halfWidth.FindString(code.ReplaceAllString(s, " "))
}

func TestBadPunctuation(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"公示不少于 7 天（依据：第 5 步），可先核对名册", ""},
		{"公示,异议", "示,"},
		{"依据:民法典", "据:"},
		{"(暂定)结果", "(暂"},
		{"28日 18:00 前，共 12, 13 户", ""}, // next to a digit, not to a Han character
		{"还有 {n} 天；{place}: {date}", ""},
		{"{place}:截止", ":截"},
		{"运行 `check(目录)` 之后", ""},
		{"见[名册](docs/名册.md)", ""},
		{"plain (English), text: here", ""},
	} {
		if got := badPunctuation(tt.in); got != tt.want {
			t.Errorf("badPunctuation(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// Chinese text is set with full-width punctuation. In YAML only values are text: keys and comments are not shown.
func TestChinesePunctuation(t *testing.T) {
	for _, name := range tracked(t) {
		yamlText := strings.HasSuffix(name, ".zh.yaml") || strings.HasPrefix(name, "charters/") && strings.HasSuffix(name, ".yaml")
		prose := strings.HasSuffix(name, ".md") && strings.Contains(strings.ToLower(name), "zh")
		switch {
		case strings.Contains(name, "testdata/"):
		case yamlText:
			b, err := os.ReadFile(filepath.Join(root, name))
			if err != nil {
				t.Fatal(err)
			}
			var doc yaml.Node
			if err := yaml.Unmarshal(b, &doc); err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			values(&doc, func(n *yaml.Node) {
				if bad := badPunctuation(n.Value); bad != "" && !looksLikeCEL(n.Value) {
					t.Errorf("%s:%d: half-width punctuation in Chinese text: %q", name, n.Line, bad)
				}
			})
		case prose:
			b, err := os.ReadFile(filepath.Join(root, name))
			if err != nil {
				t.Fatal(err)
			}
			fenced := false
			for i, line := range strings.Split(string(b), "\n") {
				if strings.HasPrefix(strings.TrimSpace(line), "```") {
					fenced = !fenced
				}
				if bad := badPunctuation(line); bad != "" && !fenced {
					t.Errorf("%s:%d: half-width punctuation in Chinese text: %q", name, i+1, bad)
				}
			}
		}
	}
}

// values calls see with every scalar that is a value: list items and the right-hand sides of mappings.
func values(n *yaml.Node, see func(*yaml.Node)) {
	switch n.Kind {
	case yaml.ScalarNode:
		see(n)
	case yaml.MappingNode:
		for i := 1; i < len(n.Content); i += 2 {
			values(n.Content[i], see)
		}
	case yaml.DocumentNode, yaml.SequenceNode:
		for _, c := range n.Content {
			values(c, see)
		}
	case yaml.AliasNode, yaml.StreamNode:
	}
}

// looksLikeCEL says that a value is a condition, where Chinese stands only in quotes.
func looksLikeCEL(s string) bool {
	return slices.ContainsFunc([]string{"==", "!=", "&&", "||", ">=", "<=", ".size()", " in ["}, func(op string) bool {
		return strings.Contains(s, op)
	})
}

// Words stand in text files with their English; a component only looks them up.
func TestNoBareWordsInComponents(t *testing.T) {
	comment := regexp.MustCompile(`//.*|<!--.*?-->`)
	word := regexp.MustCompile(`\p{Han}+`)
	for _, name := range tracked(t) {
		if !strings.HasSuffix(name, ".templ") && !strings.HasPrefix(name, "assets/ts/") {
			continue
		}
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(b), "\n") {
			if w := word.FindString(comment.ReplaceAllString(line, "")); w != "" {
				t.Errorf("%s:%d: %q belongs in a text file, with its English", name, i+1, w)
			}
		}
	}
}
