package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gongzhi/internal/cli"
)

const tryFolder = "../house/housetest/charter"

func TestTry(t *testing.T) {
	script := strings.Join([]string{
		"help", "as wang", "begin renewal compound/c1", `begin renewal compound/c1 why="It leaks"`, "submit 1 submit plan=p cost=1",
		"dance", "as sun submit 1 post summary=s", "at 2026-03-10 00:00", "quit", "never read",
	}, "\n")
	for _, lang := range []string{"zh", "en"} {
		var out, errs bytes.Buffer
		code := cli.Main([]string{"try", tryFolder, "--at", "2026-03-02 16:00", "--lang", lang}, strings.NewReader(script), &out, &errs)
		if code != 0 || errs.Len() > 0 {
			t.Fatalf("%s: exit %d, %s", lang, code, errs.String())
		}
		for _, want := range []string{
			"submit N VERB", "2026-03-02 16:00", "form.faults", "why: ", "methods/renewal.yaml#start", "plan=", "dance", "publicity", "2026-03-09 24:00", "approval",
		} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %q in\n%s", lang, want, out.String())
			}
		}
		if strings.Contains(out.String(), "⟦") || strings.Contains(out.String(), "never read") {
			t.Errorf("%s:\n%s", lang, out.String())
		}
	}
}

func TestTryPlaysAScenarioFirst(t *testing.T) {
	var out, errs bytes.Buffer
	file := filepath.Join(tryFolder, "scenarios", "renewal.txtar")
	if code := cli.Main([]string{"try", tryFolder, "--scenario", file}, strings.NewReader("show 1\n"), &out, &errs); code != 0 {
		t.Fatalf("exit %d: %s", code, errs.String())
	}
	if !strings.Contains(out.String(), "done") {
		t.Errorf("the matter is not shown at its end:\n%s", out.String())
	}
	wrong := filepath.Join(t.TempDir(), "wrong.txtar")
	if err := os.WriteFile(wrong, []byte("at 2026-03-02 16:00\n\ndance\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if code := cli.Main([]string{"try", tryFolder, "--scenario", wrong}, strings.NewReader(""), &out, &errs); code == 0 || !strings.Contains(errs.String(), "wrong.txtar:3") {
		t.Errorf("a scenario that is wrong: exit %d, %s", code, errs.String())
	}
}

func TestTryRefuses(t *testing.T) {
	for name, args := range map[string][]string{
		"no folder": {"try"}, "no such folder": {"try", "nowhere"}, "no hour": {"try", tryFolder, "--at", "noon"}, "unknown flag": {"try", tryFolder, "--loud"},
	} {
		var out, errs bytes.Buffer
		if code := cli.Main(args, strings.NewReader(""), &out, &errs); code != 2 || errs.Len() == 0 {
			t.Errorf("%s: exit %d, %q", name, code, errs.String())
		}
	}
}
