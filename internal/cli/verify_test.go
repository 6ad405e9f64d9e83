package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gongzhi/internal/cli"
	"gongzhi/internal/text"
)

func run(t *testing.T, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	code := cli.Main(args, strings.NewReader(""), &out, &out)
	return code, out.String()
}

func TestExportAndVerify(t *testing.T) {
	data, dir := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "bundle")
	if code, out := run(t, "export", dir, "--data", data); code != 0 {
		t.Fatal(out)
	}
	if code, out := run(t, "export", dir, "--data", data); code != 2 || !strings.Contains(out, dir) {
		t.Errorf("into a full folder: %d %s", code, out)
	}
	code, out := run(t, "verify", dir, "--json")
	if code != 0 {
		t.Fatal(out)
	}
	var report struct{ Key string }
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatal(err)
	}
	signed := filepath.Join(dir, "checkpoint")
	for _, args := range [][]string{{"verify", dir}, {"verify", "--lang", "en", "--key", report.Key, "--since", signed, dir}} {
		if code, out := run(t, args...); code != 0 || strings.Contains(out, "verify.") {
			t.Errorf("%v: %d %s", args, code, out)
		}
	}
	raw, err := os.ReadFile(signed)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(signed, bytes.Replace(raw, []byte("gongzhi/"), []byte("gongzhi-"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, out := run(t, "verify", dir); code != 1 || !strings.Contains(out, "checkpoint.origin") {
		t.Errorf("of another log: %d %s", code, out)
	}
	for _, args := range [][]string{{"verify"}, {"verify", t.TempDir()}, {"verify", dir, "--since", "nowhere"}, {"export"}, {"log", "nonsense", "--data", data}} {
		if code, _ := run(t, args...); code != 2 {
			t.Errorf("%v: %d", args, code)
		}
	}
	if code, out := run(t, "log", "--data", data); code != 0 || !strings.HasPrefix(out, "gongzhi/linshanzhai/") {
		t.Errorf("log: %d %s", code, out)
	}
	if code, out := run(t, "log", "key", "--data", data); code != 0 {
		t.Errorf("log key: %d %s", code, out)
	}
	if code, out := run(t, "export", dir+"2", "--data", data); code != 0 {
		t.Fatal(out)
	}
	if code, out := run(t, "verify", dir+"2", "--key", report.Key); code != 0 {
		t.Errorf("after the key was changed, by the key of before: %d %s", code, out)
	}
}

var named = regexp.MustCompile(`"((?:bundle|entries|leaf|tree|checkpoint|since|chain|time|charter|mandate|withheld|key|witness|tally|indicator|method)\.[a-z_]+|ballot\.[a-z_]+_(?:wrong|other|count))"`)

// Every name that a finding can have has its sentence in both languages.
func TestFindingsHaveWords(t *testing.T) {
	words, err := text.New(text.House())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, file := range []string{"../verify/verify.go", "../verify/matters.go", "../verify/figures.go", "../method/follow.go", "../step/ballot/prove.go", "../step/ballot/state.go"} {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(raw), -1) {
			if slices.Contains([]string{"mandate.given", "mandate.recalled", "ballot.counted"}, m[1]) {
				continue
			}
			key := m[1]
			if !strings.HasPrefix(key, "ballot.") {
				key = "verify." + key
			}
			n++
			for _, l := range text.Langs {
				if !words.Has(l, key) {
					t.Errorf("%s names %s, which has no words in %s", file, m[1], l)
				}
			}
		}
	}
	if n < 60 {
		t.Errorf("only %d names were found", n)
	}
}
