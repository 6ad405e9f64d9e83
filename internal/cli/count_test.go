package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gongzhi/internal/vote"
)

const (
	civil = "../../charters/linshanzhai/rules/owners_civil_code_2021.yaml"
	older = "../../charters/linshanzhai/rules/owners_property_law_2007.yaml"
	lifts = "../../charters/linshanzhai/rules/lift_zhengzhou_2021.yaml"

	rollHead   = "part_id,kind,area_m2,owners\n"
	ballotHead = "ballot_id,part_id,choice,signed,channel,received_at\n"
	inTime     = "2026-03-02T09:00:00+08:00"
)

// file writes a file of its own folder and gives its path.
func file(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// flats is a roll of flats p1, p2 and so on, each of one owner.
func flats(areas ...string) string {
	var b strings.Builder
	b.WriteString(rollHead)
	for i, a := range areas {
		fmt.Fprintf(&b, "p%d,dwelling,%s,o%d\n", i+1, a, i+1)
	}
	return b.String()
}

func same(n int, area string) string {
	return flats(strings.Split(strings.TrimSuffix(strings.Repeat(area+" ", n), " "), " ")...)
}

// marks is a ballot for p1, p2 and so on: y yes, n no, a abstain, u an unsigned yes, - none.
func marks(s string) string {
	var b strings.Builder
	b.WriteString(ballotHead)
	for i, m := range s {
		choice := map[rune]string{'y': "yes", 'n': "no", 'a': "abstain", 'u': "yes"}[m]
		if choice != "" {
			fmt.Fprintf(&b, "b%d,p%d,%s,%v,paper,%s\n", i+1, i+1, choice, m != 'u', inTime)
		}
	}
	return b.String()
}

// ballotsFor are ballots for parts named one by one: "a=yes".
func ballotsFor(list ...string) string {
	var b strings.Builder
	b.WriteString(ballotHead)
	for i, s := range list {
		part, choice, _ := strings.Cut(s, "=")
		fmt.Fprintf(&b, "%d,%s,%s,true,paper,%s\n", i+1, part, choice, inTime)
	}
	return b.String()
}

func counted(t *testing.T, args ...string) (r vote.Report) {
	t.Helper()
	code, out, err := run(append([]string{"count", "--json"}, args...)...)
	if code != 0 || err != "" {
		t.Fatalf("exit %d, %s", code, err)
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return r
}

// TestCountWorkedExamples counts every worked example of the owners' vote from files, by every rule.
func TestCountWorkedExamples(t *testing.T) {
	const mixed = rollHead + "a,dwelling,80.00,a\nb,dwelling,80.00,b\nc,dwelling,80.00,c\nd,dwelling,80.00,d\ne,dwelling,80.00,e\nf,dwelling,80.00,f\n" +
		"g1,dwelling,95.00,g\ng2,dwelling,105.00,g\nh,dwelling,90.00,h1;h2\nk,dwelling,88.00,g;k\nx1,unsold,100.00,\nx2,unsold,100.00,\nx3,undelivered,100.00,buyer\n"
	three := []string{"a=yes", "b=yes", "c=yes", "d=yes", "e=yes", "f=no", "g1=yes", "g2=yes"}
	nine := flats("75", "75", "75", "75", "150", "150", "100", "100", "100")
	seven := strings.Fields(strings.Repeat("135.00 ", 40) + strings.Repeat("53.00 ", 29) + "63.00 " + strings.Repeat("100.00 ", 30))
	const pass, fail, short = "passed", "not_passed", "not_quorate"
	tests := []struct {
		name, roll, ballots            string
		took, agreed                   string // area/heads
		ordinary, special, old, oldSpc string
	}{
		{"1", same(10, "100"), marks("yyyyyyn"), "700.00/7", "600.00/6", pass, pass, pass, fail},
		{"2a", nine, marks("yyyynn"), "600.00/6", "300.00/4", fail, fail, fail, fail},
		{"2b", nine, marks("yyyyyn"), "600.00/6", "450.00/5", pass, pass, fail, fail},
		{"2c", flats("75", "75", "150", "150", "75", "75", "100", "100", "100"), marks("yyyynn"), "600.00/6", "450.00/4", pass, fail, fail, fail},
		{"3a", mixed, ballotsFor(three...), "680.00/7", "600.00/6", short, short, pass, fail},
		{"3b", mixed, ballotsFor(append(three, "h=yes")...), "770.00/8", "690.00/7", short, short, pass, fail},
		{"3c", mixed, ballotsFor(append(three, "h=yes", "k=yes")...), "858.00/9", "778.00/8", pass, pass, pass, pass},
		{"4a", same(12, "60"), marks("yyyyyyyyynnn"), "720.00/12", "540.00/9", pass, pass, pass, pass},
		{"4b", same(12, "60"), marks("yyyyyyyynnnn"), "720.00/12", "480.00/8", pass, fail, pass, pass},
		{"4c", same(12, "60"), marks("yyyyyyyy"), "480.00/8", "480.00/8", pass, pass, pass, pass},
		{"5", same(100, "50"), marks(strings.Repeat("y", 40) + strings.Repeat("n", 20)), "3000.00/60", "2000.00/40", short, short, fail, fail},
		{"6", same(30, "100"), marks("yyyyyyyyyyynnnnnnaaauu"), "2000.00/20", "1100.00/11", pass, fail, fail, fail},
		{"6x", same(30, "100"), marks("yyyyyyyyyyynnnnnn"), "1700.00/17", "1100.00/11", short, short, fail, fail},
		{"7", flats(seven...), marks(strings.Repeat("y", 40) + strings.Repeat("n", 30)), "7000.00/70", "5400.00/40", pass, fail, fail, fail},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			roll, ballots := file(t, "roll.csv", tt.roll), file(t, "ballots.csv", tt.ballots)
			for _, by := range []struct{ rule, want string }{
				{civil + "#ordinary", tt.ordinary}, {civil + "#special", tt.special}, {older + "#ordinary", tt.old}, {older + "#special", tt.oldSpc},
			} {
				r := counted(t, "--rule", by.rule, "--roll", roll, "--ballots", ballots)
				took, agreed := fmt.Sprintf("%s/%d", r.Area.Participated, r.Heads.Participated), fmt.Sprintf("%s/%d", r.Area.Yes, r.Heads.Yes)
				if r.Outcome.String() != by.want || took != tt.took || agreed != tt.agreed {
					t.Errorf("%s: %v, took part %s, agreed %s; want %s, %s, %s", by.rule, r.Outcome, took, agreed, by.want, tt.took, tt.agreed)
				}
				if quorum := strings.HasPrefix(r.Checks[0].Name, "quorum"); quorum != strings.HasPrefix(by.rule, civil) {
					t.Errorf("%s: checks %v", by.rule, r.Checks)
				}
			}
		})
	}
}

// A lift has two rules to meet; the flag is given for each, and the first that says no is the outcome.
func TestCountByTwoRules(t *testing.T) {
	roll, ballots := file(t, "roll.csv", same(12, "60")), file(t, "ballots.csv", marks("yyyyyyyynnnn"))
	both := []string{"--rule", lifts + "#special", "--rule", lifts + "#consent", "--roll", roll, "--ballots", ballots}
	if r := counted(t, both...); r.Outcome != vote.NotPassed || len(r.Checks) != 6 {
		t.Errorf("%+v", r)
	}
	if r := counted(t, both[2:]...); r.Outcome != vote.Passed {
		t.Errorf("the local rule alone: %+v", r)
	}
	if code, out, _ := run(append([]string{"count"}, both...)...); code != 0 || !strings.Contains(out, "lift_zhengzhou_2021#special：未通过") ||
		!strings.Contains(out, "lift_zhengzhou_2021#consent：通过") || !strings.Contains(out, "结果：未通过") {
		t.Errorf("exit %d, %s", code, out)
	}
}

// What a file may look like and still be the same count.
func TestCountReadsFilesAsTheyCome(t *testing.T) {
	roll, ballots := same(3, "50.00"), marks("yyn")
	crlf := func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
	tests := map[string][2]string{
		"plain":                {roll, ballots},
		"as Excel saves it":    {"\ufeff" + crlf(roll), "\ufeff" + crlf(ballots)},
		"no newline at end":    {strings.TrimSuffix(roll, "\n"), strings.TrimSuffix(ballots, "\n")},
		"blank lines":          {strings.ReplaceAll(roll, "\n", "\n\n"), ballots + "\n\n"},
		"every cell quoted":    {`"part_id","kind","area_m2","owners"` + "\n" + `"p1","dwelling","50.00","o1"` + "\n" + `"p2","dwelling","50","o2"` + "\n" + `"p3","dwelling","50.0","o3"` + "\n", ballots},
		"blanks around cells":  {strings.ReplaceAll(roll, ",", " , "), strings.ReplaceAll(ballots, ",", "\u3000,\u00a0")},
		"columns moved about":  {"owners,area_m2,part_id,kind\no1,50,p1,dwelling\no2,50,p2,dwelling\no3,50,p3,dwelling\n", ballots},
		"an owner twice":       {strings.ReplaceAll(roll, ",o1\n", ",o1;o1\n"), ballots},
		"times of other zones": {roll, strings.Replace(ballots, inTime, "2026-03-01T20:00:00.5-05:00", 1)},
	}
	for name, files := range tests {
		r := counted(t, "--roll", file(t, "roll.csv", files[0]), "--rule="+civil+"#ordinary", "--ballots", file(t, "ballots.csv", files[1]))
		if r.Outcome != vote.Passed || r.Heads.Total != 3 || r.Heads.Yes != 2 || r.Area.Yes != "100.00" {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// Every reason of an invalid ballot, in the order in which the first that applies is given, with and without spaces.
func TestCountReasons(t *testing.T) {
	roll := file(t, "roll.csv", rollHead+"p1,dwelling,50,o1\np2,dwelling,50,o1\ns,space,12.5,o1\nx,undelivered,30,o1\n")
	ballots := file(t, "ballots.csv", ballotHead+strings.Join([]string{
		"unknown,nowhere,spoiled,false,paper,2026-03-09T18:00:00+08:00",
		"space,s,spoiled,false,paper,2026-03-09T18:00:00+08:00",
		"unsigned,p1,spoiled,false,paper,2026-03-09T18:00:00+08:00",
		"late,p1,spoiled,true,paper,2026-03-09T10:00:00Z",
		"in-time,p1,no,true,paper,2026-03-09T17:59:59.999999999+08:00",
		"spoiled-after,p1,spoiled,true,paper,2026-03-09T17:59:59.999999999+08:00",
		"earlier,p1,abstain,true,paper,2026-03-02T09:00:00+08:00",
		"first,x,no,true,a box,2026-03-02T09:00:00+08:00",
		"same-instant,x,yes,true,online,2026-03-02T01:00:00Z",
	}, "\n")+"\n")
	tests := []struct {
		args    []string
		invalid string
		yes, no string
	}{
		{nil, "unknown unknown_part, space excluded_space, unsigned unsigned, late late, spoiled-after spoiled, earlier superseded, first superseded",
			"30.00/1", "50.00/1"},
		{[]string{"--count-special-spaces"}, "unknown unknown_part, space unsigned, unsigned unsigned, late late, spoiled-after spoiled, earlier superseded, first superseded",
			"30.00/1", "50.00/1"},
	}
	for _, tt := range tests {
		r := counted(t, append([]string{"--closes", "2026-03-09T18:00:00+08:00", "--rule", civil + "#special", "--roll", roll, "--ballots", ballots}, tt.args...)...)
		var invalid []string
		for _, i := range r.Invalid {
			invalid = append(invalid, fmt.Sprint(i.Ballot, " ", i.Reason))
		}
		yes, no := fmt.Sprintf("%s/%d", r.Area.Yes, r.Heads.Yes), fmt.Sprintf("%s/%d", r.Area.No, r.Heads.No)
		if got := strings.Join(invalid, ", "); got != tt.invalid || yes != tt.yes || no != tt.no {
			t.Errorf("%v: %s; yes %s, no %s", tt.args, got, yes, no)
		}
	}
}

// What contradicts itself is what stands, not what was superseded; what is disputed takes part with nothing.
func TestCountDisputes(t *testing.T) {
	roll := file(t, "roll.csv", rollHead+"g1,dwelling,95,g\ng2,dwelling,105,g\ng3,dwelling,50,g\nh,dwelling,50,h\n")
	at := func(n int) string { return fmt.Sprintf("true,paper,2026-03-02T09:%02d:00+08:00\n", n) }
	tests := map[string]struct {
		ballots, disputed string
		took              string
	}{
		"parts of one head differ":                   {"1,g1,yes," + at(1) + "2,g2,no," + at(2), "[{[g1 g2]}]", "0.00/0"},
		"abstaining differs from yes":                {"1,g1,yes," + at(1) + "2,g3,abstain," + at(2), "[{[g1 g3]}]", "0.00/0"},
		"the later ballot of the part agrees":        {"1,g1,yes," + at(1) + "2,g2,no," + at(2) + "3,g2,yes," + at(3), "[]", "200.00/1"},
		"the later ballot of the part disagrees":     {"1,g1,yes," + at(1) + "2,g2,yes," + at(2) + "3,g2,no," + at(3), "[{[g1 g2]}]", "0.00/0"},
		"in the file the other way about":            {"3,g2,no," + at(3) + "2,g2,yes," + at(2) + "1,g1,yes," + at(1), "[{[g1 g2]}]", "0.00/0"},
		"one ballot after another of the same part":  {"1,g1,yes," + at(1) + "2,g1,no," + at(2) + "3,g1,abstain," + at(3), "[]", "95.00/1"},
		"the ballot that differs is unsigned":        {"1,g1,yes," + at(1) + "2,g2,no,false,paper," + inTime + "\n", "[]", "95.00/1"},
		"the ballot that differs is spoiled":         {"1,g1,yes," + at(1) + "2,g2,spoiled," + at(2), "[]", "95.00/1"},
		"spoiled after a no: the no stands, differs": {"1,g1,yes," + at(1) + "2,g2,no," + at(2) + "3,g2,spoiled," + at(3), "[{[g1 g2]}]", "0.00/0"},
		"the ballot that differs is late":            {"1,g1,yes," + at(1) + "2,g2,no,true,paper,2026-03-09T18:00:00+08:00\n", "[]", "95.00/1"},
		"two owners of two minds are no dispute":     {"1,g1,yes," + at(1) + "2,h,no," + at(2), "[]", "145.00/2"},
	}
	for name, tt := range tests {
		r := counted(t, "--closes", "2026-03-09T18:00:00+08:00", "--rule", civil+"#special", "--roll", roll, "--ballots", file(t, "ballots.csv", ballotHead+tt.ballots))
		if took := fmt.Sprintf("%s/%d", r.Area.Participated, r.Heads.Participated); fmt.Sprint(r.Disputed) != tt.disputed || took != tt.took {
			t.Errorf("%s: disputed %v, took part %s; want %s, %s", name, r.Disputed, took, tt.disputed, tt.took)
		}
	}
}

// Nothing passes on nothing, by any rule.
func TestCountOfNothing(t *testing.T) {
	for _, rule := range []string{civil + "#ordinary", civil + "#special", older + "#ordinary", older + "#special", lifts + "#consent"} {
		for name, files := range map[string][2]string{
			"empty roll": {rollHead, ballotHead}, "a vote of nobody": {rollHead, marks("y")}, "flats without area": {same(3, "0"), marks("yyy")},
			"only spaces": {rollHead + "s,space,12,a\n", ballotsFor("s=yes")}, "nobody votes": {same(3, "50"), ballotHead},
		} {
			r := counted(t, "--rule", rule, "--roll", file(t, "r.csv", files[0]), "--ballots", file(t, "b.csv", files[1]))
			if want := map[bool]vote.Outcome{true: vote.NotQuorate, false: vote.NotPassed}[strings.HasPrefix(rule, civil)]; r.Outcome != want {
				t.Errorf("%s, %s: %v", rule, name, r.Outcome)
			}
		}
	}
}

// Whatever cannot be counted is said whole, of all files at once, and nothing is printed that could be taken for a count.
func TestCountRefuses(t *testing.T) {
	roll, ballots := file(t, "roll.csv", same(3, "50")), file(t, "ballots.csv", marks("yyn"))
	good := map[string]string{"--rule": civil + "#special", "--roll": roll, "--ballots": ballots}
	with := func(pairs ...string) (args []string) {
		use := map[string]string{}
		for k, v := range good {
			use[k] = v
		}
		for i := 0; i < len(pairs); i += 2 {
			use[pairs[i]] = pairs[i+1]
		}
		for _, k := range []string{"--rule", "--roll", "--ballots", "--closes"} {
			if v, set := use[k]; set && v != "" {
				args = append(args, k, v)
			}
		}
		return args
	}
	badRoll := file(t, "bad roll.csv", rollHead+"p1,flat,50,a\np1,dwelling,5e1,a\np2,dwelling,50.000,;\np3,dwelling,５０,a\n\np4,dwelling,50㎡,b\np5,dwelling,\"1,000\",b\np6,dwelling,1\n"+
		"p7,dwelling,-1,b\u200b\np8,unsold,,\np9,dwelling,50,\n")
	badBallots := file(t, "bad ballots.csv", ballotHead+"1,p1,YES,1,paper,2026-03-02\n1,p1,yes,TRUE,paper,"+inTime+"\n,p1,,true,paper,2026-03-02T9:00:00Z\n2,p1,yes,true,paper,2026-03-02T09:00:00,5Z\n")
	badRule := file(t, "bad rule.yaml", "profile: p\nin_force: 2021-01-01\nbasis: b\nevidence: law\nspecial:\n  basis: b\n  pass: { of: cast, area: over half, heads: over 1/2, basis: p }\nspecials: 1\n")
	tests := []struct {
		name string
		args []string
		want []string
	}{
		{"no words", nil, []string{"缺少 --rule --roll --ballots", "gongzhi count --rule"}},
		{"no ballots", with("--ballots", ""), []string{"缺少 --ballots", "gongzhi count --rule"}},
		{"a word too many", append(with(), "more.csv"), []string{"“more.csv”不属于任何参数", "gongzhi count --rule"}},
		{"two files of ballots", append(with(), "--ballots", ballots), []string{"--ballots 只能写一次"}},
		{"an unknown flag", append(with(), "--quick"), []string{"没有 --quick 这个参数"}},
		{"a flag without its value", append(with(), "--closes"), []string{"--closes 后面缺少内容"}},
		{"a yes that is none", append(with(), "--json=maybe"), []string{"--json 后面的内容不对"}},
		{"a day for a close", with("--closes", "2026-03-09"), []string{"截止时间“2026-03-09”不对"}},
		{"a close without its zone", with("--closes", "2026-03-09T18:00:00"), []string{"不对"}},
		{"a close of an hour 24", with("--closes", "2026-03-09T24:00:00+08:00"), []string{"不对"}},
		{"no such files", with("--roll", "none.csv", "--ballots", "neither.csv", "--rule", "rule.yaml#special"),
			[]string{"rule.yaml: 没有这个文件", "none.csv: 没有这个文件", "neither.csv: 没有这个文件"}},
		{"folders", with("--roll", t.TempDir(), "--rule", t.TempDir()+"#special"), []string{"这是文件夹", "这是文件夹"}},
		{"no such rule", with("--rule", civil+"#secret"), []string{"没有“secret”这一条", "ordinary, special"}},
		{"no rule named", with("--rule", civil), []string{"请在规则文件后面用 # 写明用哪一条：ordinary, special"}},
		{"a rule file with faults", with("--rule", badRule+"#special"), []string{badRule + ":7: ", badRule + ":8: "}},
		{"a rule file that is no rule", with("--rule", roll+"#special"), []string{roll + ":1: "}},
		{"the files exchanged", with("--roll", ballots, "--ballots", roll), []string{ballots + ":1: 缺少“owners”一列", roll + ":1: 缺少“choice”一列"}},
		{"empty files", with("--roll", file(t, "e.csv", ""), "--ballots", file(t, "f.csv", "\n\n")), []string{"e.csv:1: 文件是空的", "f.csv:1: 文件是空的"}},
		{"not UTF-8", with("--roll", file(t, "g.csv", rollHead+"p1,dwelling,1,\xd5\xc5\n"), "--rule", file(t, "g.yaml", "profile: \xd5\n")+"#special"),
			[]string{"g.yaml: 不是 UTF-8", "g.csv:2: 不是 UTF-8"}},
		{"every fault of every file", with("--roll", badRoll, "--ballots", badBallots, "--rule", badRule+"#special"), []string{
			badRule + ":7: ", badRule + ":8: ",
			badRoll + ":2: “flat”不是种类", badRoll + ":3: “5e1”不是面积", badRoll + ":3: 编号“p1”在第 2 行已经出现", badRoll + ":4: “50.000”多于两位小数", badRoll + ":4: “;”中有空的业主编号",
			badRoll + ":5: 请写成半角数字", badRoll + ":7: 请写成半角数字", badRoll + ":8: 请写成半角数字", badRoll + ":9: 这一行有 3 格，应有 4 格", badRoll + ":10: 这一行有看不见的字符",
			badRoll + ":11: 请填写面积", badRoll + ":12: 没有写业主",
			badBallots + ":2: “YES”不是选择", badBallots + ":2: “1”请改为 true 或 false", badBallots + ":2: “2026-03-02”不是时间", badBallots + ":3: 选票编号“1”在第 2 行已经出现",
			badBallots + ":3: “TRUE”请改为", badBallots + ":4: 缺少选票编号", badBallots + ":4: “”不是选择", badBallots + ":4: “2026-03-02T9:00:00Z”不是时间", badBallots + ":5: 这一行有 7 格",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, out, err := run(append([]string{"count", "--json"}, tt.args...)...)
			if code != 2 || out != "" {
				t.Errorf("exit %d, stdout %q", code, out)
			}
			at := 0
			for _, want := range tt.want {
				i := strings.Index(err[at:], want)
				if i < 0 {
					t.Fatalf("no %q, in this order, in\n%s", want, err)
				}
				at += i + len(want)
			}
			if strings.Contains(err, "⟦") {
				t.Errorf("words are missing: %s", err)
			}
		})
	}
}

// For a person: the same numbers, worked out on paper, in both languages.
func TestCountForAPerson(t *testing.T) {
	roll := file(t, "roll.csv", rollHead+"a,dwelling,770,a\nb,dwelling,388,b\ng1,dwelling,1000,g\ng2,dwelling,1000,g\ns,space,12,a\n")
	ballots := file(t, "ballots.csv", ballotsFor("a=yes", "b=no", "s=yes", "g1=yes", "g2=no"))
	for lang, want := range map[string][]string{
		"zh": {"面积（㎡）", "3 × 1158.00 = 3474.00 ≥ 6316.00 = 2 × 3158.00 ✗", "2 × 1 = 2 > 2 = 1 × 2 ✗", "这是特定空间", "g1, g2", "车位等特定空间没有计入", "结果：参与表决未达法定比例"},
		"en": {"Area (m²)", "3 × 1158.00 = 3474.00 ≥ 6316.00 = 2 × 3158.00 ✗", "A special space", "contradict each other", "Result: Too few took part"},
	} {
		code, out, err := run("count", "--lang", lang, "--rule", civil+"#ordinary", "--roll", roll, "--ballots", ballots)
		if code != 0 || err != "" || strings.Contains(out, "⟦") {
			t.Fatalf("%s: exit %d, %s%s", lang, code, err, out)
		}
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("%s: no %q in\n%s", lang, w, out)
			}
		}
	}
}

// BenchmarkCount100000 counts 100,000 parts and ballots from files, end to end.
func BenchmarkCount100000(b *testing.B) {
	var roll, ballots strings.Builder
	roll.WriteString(rollHead)
	ballots.WriteString(ballotHead)
	start := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for i := range 100_000 {
		fmt.Fprintf(&roll, "%06d,dwelling,%d.%02d,owner-%06d\n", i, 60+i%80, i%100, i)
		fmt.Fprintf(&ballots, "ballot-%06d,%06d,%s,true,paper,%s\n", i, i*7%100_000, []string{"yes", "yes", "yes", "no"}[i%4], start.Add(time.Duration(i)*time.Second).Format(time.RFC3339))
	}
	args := []string{"count", "--json", "--rule", civil + "#special", "--roll", file(b, "roll.csv", roll.String()), "--ballots", file(b, "ballots.csv", ballots.String())}
	for b.Loop() {
		if code, out, err := run(args...); code != 0 || !strings.Contains(out, `"outcome":"passed"`) {
			b.Fatal(code, out, err)
		}
	}
}
