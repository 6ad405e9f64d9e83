package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// small is a charter without findings.
var small = map[string]string{
	"charter.yaml": "charter: small\nname: { zh: 小街道, en: Small }\n",
	"roles.yaml":   "roles:\n  worker:\n    name: { zh: 社区工作者, en: Worker }\n    desk: true\n",
	"methods/ask.yaml": `method: ask
name: { zh: 询问, en: Asking }
says: { zh: 问一次。, en: Ask once. }
title: { zh: 询问, en: Asking }
start: { by: [worker] }
results:
  done: { zh: 已答, en: Answered }
steps:
  form:
    kind: form
    name: { zh: 回答, en: Answer }
    within: 2 days
    by: [worker]
    fields:
      - { key: word, label: { zh: 一句话, en: One word }, type: line, required: true, audience: public }
    next: { done: end done }
`,
}

func write(t *testing.T, change func(files map[string]string)) string {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{}
	for name, s := range small {
		files[name] = s
	}
	if change != nil {
		change(files)
	}
	for name, s := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func run(args ...string) (code int, out, err string) {
	var o, e bytes.Buffer
	code = Main(args, strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

func replace(file, from, to string) func(map[string]string) {
	return func(files map[string]string) { files[file] = strings.Replace(files[file], from, to, 1) }
}

func TestCheckExits(t *testing.T) {
	unused := replace("roles.yaml", "roles:\n", "roles:\n  guest:\n    name: { zh: 客人, en: Guest }\n")
	broken := replace("methods/ask.yaml", "done: end done", "done: again")
	tests := []struct {
		name     string
		change   func(map[string]string)
		flags    []string
		code     int
		out, err string // what has to be there
	}{
		{"clean", nil, nil, 0, "没有发现问题。", ""},
		{"clean in English", nil, []string{"--lang", "en"}, 0, "Nothing found.", ""},
		{"a warning", unused, nil, 0, "roles.yaml:2:3: warning role.unused 没有方法或组织用到角色“guest”", ""},
		{"a warning, strictly", unused, []string{"--strict"}, 1, "role.unused", ""},
		{"an error", broken, nil, 1, "ask.yaml:16:19: error next.unknown 方法里没有“again”这一步。", ""},
		{"an error in English", broken, []string{"--lang=en"}, 1, `error next.unknown The method has no step "again".`, ""},
		{"a run is shown", replace("methods/ask.yaml", "done: end done", "done: form"), nil, 1, "    最短的走法：form.done → form\n", ""},
		{"a flag that there is not", nil, []string{"--fast"}, 2, "", "参数不对"},
		{"a language that there is not", nil, []string{"--lang", "fr"}, 2, "", "语言只能是 zh 或 en"},
		{"one folder too many", nil, []string{"."}, 2, "", "参数不对"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, out, err := run(append([]string{"check", write(t, tt.change)}, tt.flags...)...)
			if code != tt.code || !strings.Contains(out, tt.out) || !strings.Contains(err, tt.err) || (tt.err == "") != (err == "") {
				t.Errorf("exit %d, out %q, err %q", code, out, err)
			}
		})
	}
}

func TestCheckUnusable(t *testing.T) {
	link := write(t, nil)
	if err := os.Symlink("loop", filepath.Join(link, "loop")); err != nil {
		t.Skip(err)
	}
	huge := write(t, func(files map[string]string) { files["roles.yaml"] = strings.Repeat("# \n", 2<<20) })
	tests := []struct{ name, dir, want string }{
		{"no folder", filepath.Join(t.TempDir(), "none"), "读不出来"},
		{"a file", filepath.Join(write(t, nil), "charter.yaml"), "请写明章程所在的文件夹"},
		{"a link in a circle", link, "不是普通文件"},
		{"a file of 6 MB", huge, "“roles.yaml”太大"},
	}
	for _, tt := range tests {
		if code, out, err := run("check", tt.dir); code != 2 || out != "" || !strings.Contains(err, tt.want) {
			t.Errorf("%s: exit %d, out %q, err %q", tt.name, code, out, err)
		}
	}
	if code, _, err := run("check"); code != 2 || !strings.Contains(err, "gongzhi check") {
		t.Errorf("no folder named: exit %d, %q", code, err)
	}
}

func TestCheckPlaysScenarios(t *testing.T) {
	wrong := func(files map[string]string) {
		files["scenarios/day.txtar"] = "at 2026-03-02 09:00\nexpect matter 1 at form\n"
	}
	code, out, _ := run("check", write(t, wrong))
	if code != 1 || !strings.Contains(out, "scenarios/day.txtar：没有通过") {
		t.Errorf("exit %d, %s", code, out)
	}
	if code, out, _ := run("check", "--quick", write(t, wrong)); code != 0 || strings.Contains(out, "scenarios") {
		t.Errorf("quick: exit %d, %s", code, out)
	}
}

func TestCheckJSON(t *testing.T) {
	dir := write(t, replace("methods/ask.yaml", "done: end done", "done: form"))
	code, out, _ := run("check", "--json", dir)
	var got struct {
		Charter  string
		Errors   int
		Findings []struct {
			File, Severity, Code, Message string
			Line, Col                     int
			Run                           []string
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 1 {
		t.Fatalf("exit %d: %v\n%s", code, err, out)
	}
	if got.Charter != "small" || got.Errors != len(got.Findings)-1 { // and a warning that no end is used
		t.Errorf("%+v", got)
	}
	for _, f := range got.Findings {
		if f.Code == "path.loop" && (f.File != "methods/ask.yaml" || f.Line != 9 || len(f.Run) != 2 || f.Message == "") {
			t.Errorf("%+v", f)
		}
	}
	if code, out, _ := run("check", "--json", write(t, nil)); code != 0 || !strings.Contains(out, `"findings": []`) {
		t.Errorf("clean: exit %d, %s", code, out)
	}
}

func TestDraw(t *testing.T) {
	dir := write(t, nil)
	if code, out, _ := run("draw", dir, "ask"); code != 0 || !strings.HasPrefix(out, "<svg") || !strings.Contains(out, "回答") {
		t.Errorf("exit %d, %.200s", code, out)
	}
	if code, out, _ := run("draw", dir, "ask", "--lang", "en"); code != 0 || !strings.Contains(out, ">Answer<") {
		t.Errorf("exit %d, %.200s", code, out)
	}
	if code, out, err := run("draw", dir, "tell"); code != 2 || out != "" || !strings.Contains(err, "现有：ask") {
		t.Errorf("exit %d, %q %q", code, out, err)
	}
}

// The help lists every command with a sentence, in both languages; a word that is no command is not guessed at.
func TestHelp(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		code, out, err := run("help", "--lang", lang)
		if code != 0 || err != "" || strings.Contains(out, "⟦") {
			t.Errorf("%s: exit %d, %q, %s", lang, code, err, out)
		}
		for _, c := range commands() {
			if !strings.Contains(out, "gongzhi "+c.name) {
				t.Errorf("%s: no %s in %s", lang, c.name, out)
			}
		}
	}
	if code, out, err := run("chekc"); code != 2 || out != "" || !strings.Contains(err, "没有“chekc”这个命令") {
		t.Errorf("exit %d, %q %q", code, out, err)
	}
	if code, out, _ := run(); code != 2 || !strings.Contains(out, "gongzhi check") {
		t.Errorf("no words: exit %d, %s", code, out)
	}
}
