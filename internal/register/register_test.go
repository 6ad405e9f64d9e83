package register_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongzhi/internal/calendar"
	"gongzhi/internal/exact"
	"gongzhi/internal/register"
	"gongzhi/internal/source"
	"gongzhi/internal/text"
)

var today = calendar.MustDate("2026-03-02")

// decode reads schemas from YAML documents, each under the file name "N.yaml".
func decode(t *testing.T, docs ...string) *register.Schemas {
	t.Helper()
	var list []*register.Schema
	for i, doc := range docs {
		n, faults := source.Parse(fmt.Sprintf("%d.yaml", i+1), []byte(doc))
		s, more := register.Decode(n)
		if faults = append(faults, more...); len(faults) > 0 {
			t.Fatal(faults)
		}
		list = append(list, s)
	}
	return register.NewSchemas(list...)
}

// linshanzhai reads the registers that the first charter brings.
func linshanzhai(t *testing.T) *register.Schemas {
	t.Helper()
	var docs []string
	names, err := filepath.Glob("../../charters/linshanzhai/registers/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no registers found: %v", err)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, string(raw))
	}
	return decode(t, docs...)
}

func TestLinshanzhaiIsClean(t *testing.T) {
	s := linshanzhai(t)
	for _, f := range s.Check() {
		t.Errorf("%s %s %v", f.Place, f.Code, f.Args)
	}
	raw, err := os.ReadFile("../../charters/linshanzhai/imports/roster.yaml")
	if err != nil {
		t.Fatal(err)
	}
	n, _ := source.Parse("imports/roster.yaml", raw)
	imp, faults := register.DecodeImport(n)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for _, f := range imp.Check(s) {
		t.Errorf("%s %s %v", f.Place, f.Code, f.Args)
	}
	if got := len(s.Seeds(today)); got != 61 {
		t.Errorf("%d rows are seeded, want what sources name", got)
	}
}

const base = `register: a
name: { zh: 甲, en: A }
same: [k]
title: "{k}"
fields:
  - { key: k, label: { zh: 键, en: Key }, type: line, required: true, audience: public }
`

// formula is the base with a computed field n.
func formula(cel, typ string) string {
	return base + fmt.Sprintf("  - { key: n, label: { zh: 数, en: N }, formula: %q, audience: public, type: %s }\n", cel, typ)
}

// Each fault of a declaration is found, once, at its own line.
func TestCheck(t *testing.T) {
	child := strings.NewReplacer("register: a", "register: b\nparent: a").Replace(base)
	tests := []struct {
		name string
		docs []string
		want []string // "file:line CODE"
	}{
		{"clean", []string{base, child}, nil},
		{"parent unknown", []string{strings.Replace(base, "same:", "parent: z\nsame:", 1)}, []string{"1.yaml:3 register.parent"}},
		{"circle of two", []string{
			strings.Replace(base, "same:", "parent: b\nsame:", 1), child,
		}, []string{"1.yaml:3 register.circle", "2.yaml:2 register.circle"}},
		{"own parent", []string{strings.Replace(base, "same:", "parent: a\nsame:", 1)}, []string{"1.yaml:3 register.circle"}},
		{"below a circle, told once at the circle", []string{
			strings.Replace(base, "same:", "parent: a\nsame:", 1), child,
		}, []string{"1.yaml:3 register.circle"}},
		{"twice", []string{base, base}, []string{"2.yaml:1 register.twice"}},
		{"no words", []string{strings.Replace(base, ", en: A", "", 1)}, []string{"1.yaml:2 register.words"}},
		{"nothing tells rows apart", []string{strings.Replace(base, "same: [k]\n", "", 1)}, []string{"1.yaml:1 register.same_none"}},
		{"same names no field", []string{strings.Replace(base, "[k]", "[x]", 1)}, []string{"1.yaml:3 register.field_unknown"}},
		{"title names no field", []string{strings.Replace(base, `"{k}"`, `"{parent}{x}"`, 1)}, []string{"1.yaml:4 register.field_unknown"}},
		{"title brace open", []string{strings.Replace(base, `"{k}"`, `"{k"`, 1)}, []string{"1.yaml:4 register.title"}},
		{"field twice", []string{base + base[strings.LastIndex(base, "  - "):]}, []string{"1.yaml:7 register.field_key"}},
		{"type unknown", []string{strings.Replace(base, "type: line", "type: float", 1)}, []string{"1.yaml:6 register.field_type"}},
		{"choice of nothing", []string{strings.Replace(base, "type: line", "type: choice", 1)}, []string{"1.yaml:6 register.field_options"}},
		{"row of nothing", []string{strings.Replace(base, "type: line", "type: row", 1)}, []string{"1.yaml:6 register.field_registers"}},
		{"shapes of what is no geometry", []string{strings.Replace(base, "type: line", "type: line, shapes: [point]", 1)}, []string{"1.yaml:6 register.shapes"}},
		{"shapes of an unknown kind", []string{strings.Replace(base, "type: line", "type: geometry, shapes: [circle]", 1)}, []string{"1.yaml:6 register.shapes"}},
		{"row of an unknown register", []string{strings.Replace(base, "type: line", "type: rows, registers: [z]", 1)}, []string{"1.yaml:6 register.unknown_named"}},
		{"pattern does not compile", []string{strings.Replace(base, "type: line", `type: line, pattern: "("`, 1)}, []string{"1.yaml:6 register.pattern"}},
		{"bound is no area", []string{strings.Replace(base, "type: line", `type: area, min: "2亩"`, 1)}, []string{"1.yaml:6 register.bound"}},
		{"bounds crossed", []string{strings.Replace(base, "type: line", `type: area, min: "2", max: "1"`, 1)}, []string{"1.yaml:6 register.bound"}},
		{"personal and public", []string{strings.Replace(base, "audience: public", "audience: public, personal: true", 1)}, []string{"1.yaml:6 register.personal_public"}},
		{"telephone and public", []string{strings.Replace(base, "type: line", "type: phone", 1)}, []string{"1.yaml:6 register.personal_public"}},
		{"no audience", []string{strings.Replace(base, ", audience: public", "", 1)}, []string{"1.yaml:6 register.audience"}},
		{"look-up of what is open", []string{strings.Replace(base, "audience: public", "audience: staff, lookup: true", 1)}, []string{"1.yaml:6 register.personal_type"}},
		{"option words shared", []string{strings.Replace(base, "type: line", "type: choice, options: [{ value: x, label: { zh: 一, en: One } }, { value: y, label: { zh: 二, en: Two }, synonyms: [一] }]", 1)}, []string{"1.yaml:6 register.option_ambiguous"}},
		{"seed without its parent", []string{base, child + "rows: [{ id: r, values: { k: v } }]\n"}, []string{"2.yaml:8 register.seed_parent"}},
		{"period of no dates", []string{strings.Replace(base, "same:", "period: { from: k, until: z }\nsame:", 1)}, []string{"1.yaml:3 register.period", "1.yaml:3 register.period"}},
		{"open, with names that are not", []string{strings.Replace(strings.Replace(base, "same:", "open: true\nsame:", 1), "audience: public", "audience: staff", 1)}, []string{"1.yaml:3 register.open"}},
		{"formula", []string{formula("k.size() * 2", "count")}, nil},
		{"formula of an unknown field", []string{formula("z * 2", "count")}, []string{"1.yaml:7 register.formula"}},
		{"formula of another type", []string{formula("k", "count")}, []string{"1.yaml:7 register.formula"}},
		{"formula for a text", []string{formula("k.size()", "line")}, []string{"1.yaml:7 register.formula_type"}},
		{"formula of a required field", []string{formula("k.size()", "count, required: true")}, []string{"1.yaml:7 register.formula_written"}},
		{"formula of a personal field", []string{strings.Replace(formula("k.size()", "count"), "required: true, audience: public", "personal: true, audience: staff", 1)}, []string{"1.yaml:7 register.formula"}},
		{"formula of a computed field", []string{formula("n + 1", "count")}, []string{"1.yaml:7 register.formula"}},
		{"seed lacks a value", []string{base + "rows: [{ id: r, values: {} }]\n"}, []string{"1.yaml:7 register.seed_value"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range decode(t, tt.docs...).Check() {
				got = append(got, fmt.Sprintf("%s:%d %s", f.Place.File, f.Place.Line, f.Code))
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestImportCheck(t *testing.T) {
	raw, err := os.ReadFile("../../charters/linshanzhai/imports/roster.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, old, new, want string }{
		{"a word for two columns", "[状态, ", "[面积, ", "import.ambiguous"},
		{"the same word in brackets", "[状态, ", "[面积（㎡）, ", "import.ambiguous"},
		{"unknown field", "part.note", "part.remark", "register.field_unknown"},
		{"unknown register", "building.number", "tower.number", "register.unknown_named"},
		{"unknown kind", "kind: roster", "kind: ledger", "import.kind"},
		{"a column nobody reads", "- key: note", "- key: remark", "import.column_key"},
		{"a column that must be", "- key: room", "- key: note", "import.column_missing"},
		{"a default that is no option", "default: sold", "default: gone", "register.option_unknown"},
		{"under nothing", "under: compound", "under: village", "register.unknown_named"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n, _ := source.Parse("roster.yaml", []byte(strings.Replace(string(raw), tt.old, tt.new, 1)))
			imp, faults := register.DecodeImport(n)
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			var codes []string
			for _, f := range imp.Check(linshanzhai(t)) {
				codes = append(codes, f.Code)
			}
			if !strings.Contains(strings.Join(codes, " "), tt.want) {
				t.Errorf("found %v, want %s", codes, tt.want)
			}
		})
	}
}

func TestParse(t *testing.T) {
	option := []register.Option{
		{Value: "sold", Label: text.Text{ZH: "已售", EN: "Sold"}, Synonyms: []string{"已出售"}},
		{Value: "unsold", Label: text.Text{ZH: "未售", EN: "Unsold"}},
	}
	tests := []struct {
		name string
		f    register.Field
		in   string
		want any
		code string
	}{
		{"area with unit", register.Field{Type: register.Area}, "78.62㎡", int64(78_62), ""},
		{"area in full width", register.Field{Type: register.Area}, "　７８．６２ 平方米", int64(78_62), ""},
		{"area of three decimals is not rounded", register.Field{Type: register.Area}, "78.625", nil, "area_too_many_decimals"},
		{"area below zero", register.Field{Type: register.Area}, "-1", nil, "area_negative"},
		{"area in mu", register.Field{Type: register.Area}, "2亩", nil, "area_unknown_unit"},
		{"area that is a word", register.Field{Type: register.Area}, "待测", nil, "area_not_a_number"},
		{"money", register.Field{Type: register.Money}, "1.5万元", int64(15_000_00), ""},
		{"count with its unit", register.Field{Type: register.Count, Unit: text.Text{ZH: "户"}}, "１７０ 户", int64(170), ""},
		{"count with another unit", register.Field{Type: register.Count, Unit: text.Text{ZH: "户"}}, "170栋", nil, "count_number"},
		{"count below zero", register.Field{Type: register.Count}, "-1", nil, "count_number"},
		{"count past 2^53-1", register.Field{Type: register.Count}, "9007199254740992", nil, "count_number"},
		{"yes", register.Field{Type: register.Yes}, "是", true, ""},
		{"no", register.Field{Type: register.Yes}, "否", false, ""},
		{"perhaps", register.Field{Type: register.Yes}, "大概", nil, "yes"},
		{"option by label", register.Field{Type: register.Choice, Options: option}, " 已 售 ", "sold", ""},
		{"option by synonym", register.Field{Type: register.Choice, Options: option}, "已出售", "sold", ""},
		{"option in English", register.Field{Type: register.Choice, Options: option}, "UNSOLD", "unsold", ""},
		{"no option", register.Field{Type: register.Choice, Options: option}, "出租", nil, "option"},
		{"several options, sorted, once", register.Field{Type: register.Many, Options: option}, "未售、已售；已售", []string{"sold", "unsold"}, ""},
		{"date as written", register.Field{Type: register.Date}, "2026年3月2日", "2026-03-02", ""},
		{"date with slashes", register.Field{Type: register.Date}, "2026/3/2", "2026-03-02", ""},
		{"date without marks", register.Field{Type: register.Date}, "20260302", "2026-03-02", ""},
		{"a day that is none", register.Field{Type: register.Date}, "2026-02-30", nil, "date"},
		{"a year alone", register.Field{Type: register.Date}, "2026", nil, "date"},
		{"mobile with blanks", register.Field{Type: register.Phone}, "+86 138 0000 1234", "13800001234", ""},
		{"mobile with hyphens, full width", register.Field{Type: register.Phone}, "１３８－００００－１２３４", "13800001234", ""},
		{"fixed", register.Field{Type: register.Phone}, "0371-67000000", "0371-67000000", ""},
		{"mobile one short", register.Field{Type: register.Phone}, "1380000123", nil, "phone"},
		{"resident number", register.Field{Type: register.IDNumber}, "11010519491231002x", "11010519491231002X", ""},
		{"credit code", register.Field{Type: register.USCC}, "91350100m000100y43", "91350100M000100Y43", ""},
		{"row", register.Field{Type: register.OneRow, Registers: []string{"unit"}}, "unit/u1", "unit/u1", ""},
		{"row of another register", register.Field{Type: register.OneRow, Registers: []string{"unit"}}, "person/p1", nil, "row"},
		{"rows sorted, once", register.Field{Type: register.Rows, Registers: []string{"unit"}}, "unit/b unit/a、unit/b", []string{"unit/a", "unit/b"}, ""},
		{"shape in one spelling", register.Field{Type: register.Geometry, Shapes: []string{"polygon"}}, `{ "type": "Polygon", "coordinates": [[[113.63,34.74],[113.63,34.75],[113.64,34.75]]] }`,
			`{"type":"Polygon","coordinates":[[[113.63,34.74],[113.64,34.75],[113.63,34.75],[113.63,34.74]]],"datum":"CGCS2000"}`, ""},
		{"shape of another kind", register.Field{Type: register.Geometry, Shapes: []string{"polygon"}}, `{"type":"Point","coordinates":[113.63,34.74]}`, nil, "geometry_kind"},
		{"shape that crosses itself", register.Field{Type: register.Geometry}, `{"type":"Polygon","coordinates":[[[0,0],[4,1],[4,0],[0,2]]]}`, nil, "geometry_crosses"},
		{"no shape", register.Field{Type: register.Geometry}, "文化宫路 1 号", nil, "geometry_json"},
		{"nothing", register.Field{Type: register.Line}, " 　", nil, ""},
		{"nothing where required", register.Field{Type: register.Line, Required: true}, "", nil, "required"},
		{"two lines in one", register.Field{Type: register.Line}, "a\nb", nil, "one_line"},
		{"200 characters", register.Field{Type: register.Line}, strings.Repeat("字", 200), strings.Repeat("字", 200), ""},
		{"201 characters", register.Field{Type: register.Line}, strings.Repeat("字", 201), nil, "long"},
		{"4,001 characters", register.Field{Type: register.Text}, strings.Repeat("字", 4001), nil, "long"},
		{"control characters", register.Field{Type: register.Line}, "a\x00b", nil, "characters"},
		{"broken UTF-8", register.Field{Type: register.Line}, "a\xff", nil, "characters"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, why := tt.f.Parse(tt.in, today)
			code := ""
			if why != nil {
				code = why.Code
			}
			if d := cmp.Diff(tt.want, got); d != "" || code != tt.code {
				t.Errorf("Parse(%q) = %v, %q; want %v, %q", tt.in, got, code, tt.want, tt.code)
			}
		})
	}
}

// Bounds and patterns hold for the declared part register: just under, exactly, just over.
func TestBounds(t *testing.T) {
	s, _ := linshanzhai(t).Get("part")
	area, _ := s.Field("area")
	for in, code := range map[string]string{"0.99": "low", "1": "", "100000": "", "100000.01": "high"} {
		_, why := area.Parse(in, today)
		if got := codeOf(why); got != code {
			t.Errorf("area %s: %q, want %q", in, got, code)
		}
	}
	room, _ := s.Field("room")
	for in, code := range map[string]string{"401": "", "东户": "", "4 01": "pattern", "<b>": "pattern", "4-01": ""} {
		_, why := room.Parse(in, today)
		if got := codeOf(why); got != code {
			t.Errorf("room %s: %q, want %q", in, got, code)
		}
	}
}

func codeOf(v *register.ValueFault) string {
	if v == nil {
		return ""
	}
	return v.Code
}

// The worked examples of the standards, each with one character wrong, and dates at their edges.
func TestResidentID(t *testing.T) {
	tests := []struct {
		name, in string
		want     register.IDFault
	}{
		{"GB 11643 example", "11010519491231002X", ""},
		{"small x, full width, blanks", "１１０１０５ 19491231 002x", ""},
		{"check digit wrong", "110105194912310021", register.IDChecksum},
		{"digit wrong", "11010519491231003X", register.IDChecksum},
		{"digits exchanged", "11010519491213002X", register.IDChecksum},
		{"17 digits", "1101051949123100", register.IDLength},
		{"fifteen digits", "110105491231002", register.IDOld},
		{"letter inside", "11010519491231O02X", register.IDLength},
		{"no such day", idWithCheck("11010519490230002"), register.IDDate},
		{"born today", idWithCheck("11010520260302002"), register.IDDate},
		{"born yesterday", idWithCheck("11010520260301002"), ""},
		{"as a number, in E notation", "4.10102199001011E+17", register.IDRounded},
		{"as a number, zeros at the end", "410102199001011000", register.IDRounded},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, got := register.ResidentID(tt.in, today); got != tt.want {
				t.Errorf("ResidentID(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
	if got, why := register.PersonalDocument("h01234567", today); got != "H01234567" || why != "" {
		t.Errorf("a permit is read as %q, %q", got, why)
	}
}

// idWithCheck adds the check character by the other formula of the standard: the weights are 2^(18-i) mod 11.
func idWithCheck(digits string) string {
	sum, w := 0, 2
	for i := len(digits) - 1; i >= 0; i-- {
		sum += w * int(digits[i]-'0')
		w = w * 2 % 11
	}
	return digits + string("10X98765432"[sum%11])
}

// Any single wrong digit is found: that is what the weights promise.
func FuzzResidentIDFindsOneWrongDigit(f *testing.F) {
	f.Add(uint8(3), uint8(1))
	f.Fuzz(func(t *testing.T, at, by uint8) {
		b := []byte("11010519491231002X")
		i := int(at) % 17
		shift := by%9 + 1
		b[i] = '0' + (b[i]-'0'+shift)%10
		if _, why := register.ResidentID(string(b), today); why == "" {
			t.Errorf("%s passes", b)
		}
	})
}

func TestCreditCode(t *testing.T) {
	tests := []struct {
		name, in string
		want     register.IDFault
	}{
		{"GB 32100 example", "91350100M000100Y43", ""},
		{"one character wrong", "91350100M000100Y44", register.USCCChecksum},
		{"a letter not in use", "91350100I000100Y43", register.USCCForm},
		{"seventeen", "91350100M000100Y4", register.USCCForm},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, got := register.CreditCode(tt.in); got != tt.want {
				t.Errorf("CreditCode(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
	for code, want := range map[string]bool{"M000100Y4": true, "M000100Y5": false, "M000100Y": false, "m000100Y4": false} {
		if got := register.OrganisationCode(code); got != want {
			t.Errorf("OrganisationCode(%q) = %v", code, got)
		}
	}
}

func TestTitle(t *testing.T) {
	s, _ := linshanzhai(t).Get("part")
	for _, tt := range []struct {
		values map[string]any
		want   string
	}{
		{map[string]any{"unit": "2", "room": "401"}, "3号楼2单元401"},
		{map[string]any{"room": "401"}, "3号楼401"},
	} {
		if got := s.TitleOf(tt.values, "3号楼"); got != tt.want {
			t.Errorf("TitleOf(%v) = %q, want %q", tt.values, got, tt.want)
		}
	}
	if s.Personal() {
		t.Error("the name of a room is taken for personal")
	}
	if p, _ := linshanzhai(t).Get("person"); !p.Personal() {
		t.Error("the name of a person is taken for open")
	}
}

func TestMasks(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{register.MaskName("王演示"), "王*"},
		{register.MaskName("王"), "王*"},
		{register.MaskName(""), ""},
		{register.MaskPhone("13888888888"), "138****8888"},
		{register.MaskPhone("6700"), "****"},
		{register.MaskID("11010519491231002X"), "1****************X"},
		{register.MaskID("1"), "*"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestCheckValues(t *testing.T) {
	s, _ := linshanzhai(t).Get("part")
	good := func() map[string]any {
		return map[string]any{"room": "401", "area": int64(78_62), "kind": "flat", "state": "sold", "owners": []string{"person/p1"}}
	}
	if bad := s.CheckValues(good()); len(bad) > 0 {
		t.Errorf("a good row has faults: %v", bad)
	}
	for _, tt := range []struct {
		name, field string
		value       any
		code        string
	}{
		{"required", "area", nil, "register.value.required"},
		{"float", "area", 78.62, "register.value.type"},
		{"option", "state", "burnt", "register.value.type"},
		{"row of another register", "owners", []string{"part/x"}, "register.value.type"},
		{"no such field", "colour", "red", "register.value.unknown"},
	} {
		v := good()
		v[tt.field] = tt.value
		bad := s.CheckValues(v)
		if len(bad) != 1 || bad[0].Name != tt.field || bad[0].Code != tt.code {
			t.Errorf("%s: %v", tt.name, bad)
		}
	}
}

// Whatever Parse takes, Say writes so that Parse reads the same.
func FuzzParseSay(f *testing.F) {
	for _, s := range []string{"78.62㎡", "1,158.00", "１２", "2026年3月2日", "13800001234", "0371-67000000", "11010519491231002X", "410102001000", "颍河路91号院3号楼2单元401室"} {
		for n := range register.Types {
			f.Add(uint8(n), s)
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, in string) {
		field := register.Field{Type: register.Types[int(n)%len(register.Types)], Registers: []string{"unit"}}
		v, why := field.Parse(in, today)
		if why != nil || v == nil {
			return
		}
		back, why := field.Parse(field.Say(v), today)
		if d := cmp.Diff(v, back); d != "" || why != nil {
			t.Errorf("%s %q: %v becomes %v, %v", field.Type, in, v, back, why)
		}
	})
}

// Every code a value can be refused with has words in both languages.
func TestWords(t *testing.T) {
	b, err := text.New(text.House())
	if err != nil {
		t.Fatal(err)
	}
	codes := []string{
		"required", "characters", "option", "yes", "date", "phone", "row", "type", "unknown", "one_line", "long",
		"pattern", "coordinate_datum", "period", "division", "address", "low", "high", "count_number",
		string(register.IDLength), string(register.IDOld), string(register.IDDate), string(register.IDChecksum),
		string(register.IDRounded), string(register.USCCForm), string(register.USCCChecksum), string(register.USCCDepartment),
	}
	for r := exact.Empty; r <= exact.UnknownUnit; r++ {
		codes = append(codes, "area_"+r.String(), "money_"+r.String())
	}
	for _, l := range text.Langs {
		for _, c := range codes {
			if !b.Has(l, "register.value."+c) {
				t.Errorf("%s: no words for register.value.%s", l, c)
			}
		}
		for _, c := range findings {
			if !b.Has(l, "check."+c) {
				t.Errorf("%s: no words for check.%s", l, c)
			}
		}
	}
}

var findings = []string{
	"register.key", "register.twice", "register.words", "register.parent", "register.circle", "register.field_key",
	"register.same_none", "register.field_unknown", "register.title", "register.field_type", "register.field_options",
	"register.field_registers", "register.unknown_named", "register.pattern", "register.bound", "register.personal_public",
	"register.audience", "register.personal_type", "register.option_ambiguous", "register.option_unknown", "register.seed_id",
	"register.seed_parent", "register.seed_value", "register.period", "register.formula", "register.formula_type", "register.open",
	"register.formula_written", "import.kind", "import.column_missing", "import.column_key", "import.ambiguous",
}

// What is computed is whole numbers of the fields' own units; what cannot be computed stays empty.
func TestCompute(t *testing.T) {
	s, _ := linshanzhai(t).Get("key_project")
	for _, tt := range []struct {
		name, floor, land string
		want              any
	}{
		{"the report's project: 438,655 m² on 94.32 mu", "438655", "62880", int64(697)},
		{"land not said", "438655", "", nil},
		{"no land at all", "438655", "0", nil},
	} {
		values, bad := s.Parse(map[string]string{"name": "演示", "state": "在建", "floor_area": tt.floor, "land_area": tt.land}, today)
		if len(bad) > 0 {
			t.Fatal(bad)
		}
		got := s.Compute(values)
		if got["density"] != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got["density"], tt.want)
		}
		if _, written := values["density"]; written {
			t.Errorf("%s: the row itself was changed", tt.name)
		}
		got["density"] = int64(1)
		if bad := s.CheckValues(got); len(bad) != 1 || bad[0].Code != "register.value.unknown" {
			t.Errorf("%s: a computed value is written: %v", tt.name, bad)
		}
	}
}

// A period of one day is one; one that runs backwards is refused.
func TestPeriod(t *testing.T) {
	s, _ := linshanzhai(t).Get("membership")
	for until, code := range map[string]string{"": "", "2026-03-02": "", "2026-03-01": "register.value.period"} {
		in := map[string]string{"member": "unit/u1", "seat": "委员", "from": "2026-03-02", "until": until}
		got := ""
		if _, bad := s.Parse(in, today); len(bad) == 1 {
			got = bad[0].Code
		}
		if got != code {
			t.Errorf("until %q: %q, want %q", until, got, code)
		}
	}
}
