package scenario_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gongzhi/internal/calendar"
	"gongzhi/internal/house/housetest"
	"gongzhi/internal/scenario"
	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
	"gongzhi/internal/text"
)

// charters are those of the repository, and the one of the tests.
func charters(t *testing.T) map[string]fs.FS {
	t.Helper()
	out := map[string]fs.FS{"housetest": housetest.Charter()}
	dirs, err := filepath.Glob("../../charters/*/charter.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		out[filepath.Base(filepath.Dir(d))] = os.DirFS(filepath.Dir(d))
	}
	return out
}

// Every scenario of every charter, on each engine, in a house whose data outlives a restart.
func TestScenarios(t *testing.T) {
	for name, files := range charters(t) {
		list, err := fs.Glob(files, "scenarios/*.txtar")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range list {
			raw, err := fs.ReadFile(files, file)
			if err != nil {
				t.Fatal(err)
			}
			for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
				t.Run(name+"/"+strings.TrimSuffix(filepath.Base(file), ".txtar")+"/"+engine.String(), func(t *testing.T) {
					t.Parallel()
					c := scenario.Config{Charter: files, Dir: t.TempDir(), URL: storetest.URL(t, engine), Out: t.Output()}
					if err := c.Play(context.Background(), file, raw); err != nil {
						t.Error(err)
					}
				})
			}
		}
	}
}

// A script that is wrong fails at its line, whatever is wrong with it.
func TestWrongScriptsFail(t *testing.T) {
	const begin = "at 2026-03-02 16:00\nas wang begin note compound/c1\n"
	tests := []struct{ name, script, want string }{
		{"unknown command", "at 2026-03-02 16:00\ndance", "s:2: dance: there is no command"},
		{"no hour", "at noon", "write it as: at"},
		{"unexpected refusal", "as qian begin note compound/c1", "step.not_yours"},
		{"expected refusal did not come", "! as wang begin note compound/c1", "should have been refused"},
		{"another refusal", "! as qian begin note compound/c1\nstderr method.once", "s:2: stderr method.once: the refusal was step.not_yours"},
		{"stderr after nothing", begin + "stderr x", "nothing was refused"},
		{"a fault is no refusal", "! as nobody begin note compound/c1", "nobody is called nobody"},
		{"wrong step", begin + "expect matter 1 at done", "matter 1 is at write"},
		{"not closed", begin + "expect matter 1 closed noted", "matter 1 is at write"},
		{"wrong result", begin + "as wang submit 1 submit line=x\nexpect matter 1 closed other", "closed: noted"},
		{"no means no", begin + "expect no matter 1 at write", "matter 1 is at write"},
		{"no such fact", begin + "expect fact 1 write.line x", "has not ended"},
		{"wrong fact", begin + "as wang submit 1 submit line=x\nexpect fact 1 write.line y", "write.line is x"},
		{"no work", begin + "expect work chief 1 submit", "owed is"},
		{"no ask", begin + "expect ask qian 1 submit", "qian may nothing"},
		{"owed until another hour", begin + "expect work community_worker 1 submit by 2026-03-03 00:00", "owed is"},
		{"owed until no hour", begin + "expect work community_worker 1 submit by noon", "write it as: expect work"},
		{"back in time", begin + "at 2026-03-02 15:59", "time does not go back"},
		{"never due", begin + "expect due 1 2026-03-03 00:00", "time alone never moves it"},
		{"unknown matter", "expect matter 7 at x", "matter.unknown"},
		{"unknown role", "person x king@compound/c1\nas x", "no role"},
		{"missing file", begin + "as wang submit 1 submit absent.yaml", "no file absent.yaml"},
		{"open quote", `as wang begin note "compound`, "not closed"},
		{"nobody acts", "begin note compound/c1", "nobody acts yet"},
		{"nested answers", begin + "as wang submit 1 submit a.yaml\n-- a.yaml --\nline: {a: b}\n", "neither words nor a list"},
		{"bad value", "row compound/c9 in community/south name=x eligible=maybe", "register.value"},
		{"wrong place", "row compound/c9 in community/west name=x", "book.no_parent"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := scenario.Run(context.Background(), housetest.Charter(), "s", []byte(tt.script+"\n"), nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Run = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestShowSaysWhatIsAsked(t *testing.T) {
	for _, lang := range text.Langs {
		var out bytes.Buffer
		c := scenario.Config{Charter: housetest.Charter(), Out: &out, Lang: lang, Start: calendar.MustDate("2026-02-12").Start()}
		script := "as wang begin renewal compound/c1 why=x\nas wang submit 1 submit plan=p cost=1\nas sun submit 1 post summary=s\nshow 1\n"
		if err := c.Play(context.Background(), "s", []byte(script)); err != nil {
			t.Fatal(err)
		}
		got := out.String()
		for _, want := range []string{"publicity", "object", "reason=", "2026-02-19 24:00", "owner"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in\n%s", lang, want, got)
			}
		}
		if strings.Contains(got, "⟦") || strings.Contains(got, "<no value>") {
			t.Errorf("%s: words are missing in\n%s", lang, got)
		}
	}
}
