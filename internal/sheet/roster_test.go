package sheet_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/register"
	"gongzhi/internal/sheet"
	"gongzhi/internal/sheet/rostertest"
	"gongzhi/internal/source"
	"gongzhi/internal/text"
)

var today = calendar.MustDate("2026-03-02")

// linshanzhai reads the declarations of the first charter, once.
var linshanzhai = sync.OnceValues(func() (imp *register.Import, schemas *register.Schemas) {
	const dir = "../../charters/linshanzhai/"
	names, err := filepath.Glob(dir + "registers/*.yaml")
	if err != nil || len(names) == 0 {
		panic(fmt.Sprint("no registers: ", err))
	}
	node := func(name string) source.Node {
		raw, err := os.ReadFile(name)
		if err != nil {
			panic(err)
		}
		n, faults := source.Parse(name, raw)
		if len(faults) > 0 {
			panic(faults)
		}
		return n
	}
	var list []*register.Schema
	for _, name := range names {
		s, faults := register.Decode(node(name))
		if len(faults) > 0 {
			panic(faults)
		}
		list = append(list, s)
	}
	imp, faults := register.DecodeImport(node(dir + "imports/roster.yaml"))
	if len(faults) > 0 {
		panic(faults)
	}
	return imp, register.NewSchemas(list...)
})

func charter(testing.TB) (*register.Import, sheet.Input) {
	imp, schemas := linshanzhai()
	return imp, sheet.Input{
		Schemas: schemas, Compound: act.RowID{Register: "compound", ID: "yinghe91"}, On: today,
		Name: func(parts ...string) string {
			sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
			return hex.EncodeToString(sum[:8])
		},
	}
}

// roster reads a table as a roster; the table must have a header.
func roster(t testing.TB, tables []sheet.Table) (sheet.Found, sheet.Roster) {
	t.Helper()
	imp, in := charter(t)
	f, err := sheet.Find(tables, imp)
	if err != nil {
		t.Fatal(err)
	}
	return f, sheet.ReadRoster(f, in)
}

// rows makes a table of comma-separated lines, numbered from 1.
func rows(lines ...string) []sheet.Table {
	t := sheet.Table{}
	for i, l := range lines {
		t.Rows = append(t.Rows, sheet.Row{N: i + 1, Cells: strings.Split(l, ",")})
	}
	return []sheet.Table{t}
}

const header = "楼栋,单元,房号,建筑面积,业主姓名,身份证号,电话,房屋状态,开发商,备注"

func demo(t testing.TB, faulty bool) ([]byte, []rostertest.Expect) {
	t.Helper()
	var b bytes.Buffer
	expect, err := rostertest.Write(&b, faulty)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), expect
}

func TestDemoRoster(t *testing.T) {
	raw, _ := demo(t, false)
	tables, err := read(raw)
	if err != nil {
		t.Fatal(err)
	}
	f, r := roster(t, tables)
	for _, x := range r.Faults {
		t.Errorf("row %d %s %q: %s", x.Row, x.Column, x.Value, x.Code)
	}
	if f.Header != 4 || r.Rooms != rostertest.Rooms {
		t.Errorf("header in row %d, %d rooms", f.Header, r.Rooms)
	}
	if d := cmp.Diff([]string{"序号", "电费户号"}, f.Ignored); d != "" {
		t.Error(d)
	}
	count := map[string]int{}
	unsold, builders := 0, map[string]bool{}
	var area int64
	for _, e := range r.Entries {
		count[e.ID.Register]++
		if s, _ := e.Values["state"].(string); s == "unsold" {
			unsold++
			if owners := e.Values["owners"].([]string); len(owners) != 1 || owners[0] != e.Values["builder"] {
				t.Errorf("unsold %s belongs to %v, built by %v", e.ID, owners, e.Values["builder"])
			}
		}
		if b, _ := e.Values["builder"].(string); b != "" {
			builders[b] = true
		}
		if a, ok := e.Values["area"].(int64); ok {
			area += a
		}
		if schema, ok := mustSchemas(t).Get(e.ID.Register); !ok || len(schema.CheckValues(withDefaults(e))) > 0 {
			t.Errorf("%s: %v", e.ID, schema.CheckValues(withDefaults(e)))
		}
	}
	// 170 rooms; 6 the builder's, a shop's a firm's, one nobody's; one owner of three; two rooms with a second owner.
	want := map[string]int{"building": rostertest.Buildings, "part": 170, "unit": 2, "person": 170 - 6 - 1 - 1 - 2 + 2}
	if d := cmp.Diff(want, count); d != "" {
		t.Error(d)
	}
	if unsold != rostertest.Unsold || len(builders) != 1 || area != int64(r.Area) {
		t.Errorf("%d unsold, builders %v, areas %d and %d", unsold, builders, area, r.Area)
	}
	byID := map[string]register.Entry{}
	for _, e := range r.Entries {
		byID[e.ID.String()] = e
	}
	a, b, both := byID["part/yinghe91-1-1-101"], byID["part/yinghe91-2-1-301"], byID["part/yinghe91-3-1-301"]
	if d := cmp.Diff(a.Values["owners"], b.Values["owners"]); d != "" || len(both.Values["owners"].([]string)) != 2 {
		t.Errorf("the owner of two flats: %s; with another: %v", d, both.Values["owners"])
	}
	if merged := byID["part/yinghe91-4-2-102"]; merged.Parent.ID != "yinghe91-4" {
		t.Errorf("a room of the merged building: %+v", merged)
	}
	var codes []string
	for _, w := range r.Warnings {
		codes = append(codes, fmt.Sprintf("%d %s", w.Row, strings.TrimPrefix(w.Code, "sheet.row.")))
	}
	if d := cmp.Diff([]string{"28 name_only", "29 owner_unknown", "181 foot"}, codes); d != "" {
		t.Error(d)
	}
}

func mustSchemas(t testing.TB) *register.Schemas {
	_, in := charter(t)
	return in.Schemas
}

func withDefaults(e register.Entry) map[string]any {
	v := maps.Clone(e.Values)
	for k, d := range e.Defaults {
		if _, ok := v[k]; !ok {
			v[k] = d
		}
	}
	return v
}

// Each fault that was put in is found at its row and column, and no other.
func TestDemoFaults(t *testing.T) {
	raw, expect := demo(t, true)
	tables, err := read(raw)
	if err != nil {
		t.Fatal(err)
	}
	f, r := roster(t, tables)
	var got []rostertest.Expect
	for _, x := range r.Faults {
		got = append(got, rostertest.Expect{Row: x.Row, Key: x.Key, Got: x.Code})
		if x.Column == "" || x.Value == "" {
			t.Errorf("row %d: a fault without its column or value", x.Row)
		}
	}
	if d := cmp.Diff(expect, got); d != "" {
		t.Error(d)
	}
	if f.Table.Name != "业主名册" {
		t.Errorf("the sheet %q was read", f.Table.Name)
	}
	if err := sheet.Refusal(r.Faults, fault.Basis{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a faulty roster is not refused: %v", err)
	}
	again, _ := demo(t, true)
	if !bytes.Equal(raw, again) {
		t.Error("the demonstration is not the same twice")
	}
}

func TestFind(t *testing.T) {
	imp, _ := charter(t)
	for _, tt := range []struct {
		name   string
		tables []sheet.Table
		row    int
		code   string
	}{
		{"plain", rows(header, "1,1,101,60,甲"), 1, ""},
		{"below titles", rows("花名册", "业主,面积", header, "1,1,101,60,甲"), 3, ""},
		{"units, stars, blanks, full width", rows("楼　号*,单元号（选填）,房 号,建筑面积（㎡）:,业主 姓名"), 1, ""},
		{"in English", rows("Building,Room,Area,Owner"), 1, ""},
		{"on the second sheet", append(rows("说明"), rows(header)...), 1, ""},
		{"none", rows("a,b,c", "d,e,f"), 0, "sheet.no_header"},
		{"one word is no header", rows("业主", "1,2"), 0, "sheet.no_header"},
		{"a column is missing", rows("楼栋,房号,业主"), 0, "sheet.column_missing"},
		{"two columns are one", rows("楼栋,房号,面积,业主,建筑面积"), 0, "sheet.column_twice"},
		{"too far down", rows(append(slices.Repeat([]string{"x"}, 30), header)...), 0, "sheet.no_header"},
	} {
		f, err := sheet.Find(tt.tables, imp)
		code := ""
		if r, ok := fault.As(err); ok {
			code = r.Code
		}
		if code != tt.code || f.Header != tt.row {
			t.Errorf("%s: row %d, %q; want %d, %q", tt.name, f.Header, code, tt.row, tt.code)
		}
	}
	_, err := sheet.Find(rows("楼栋,房号,业主,职业"), imp)
	if r, _ := fault.As(err); r == nil || !strings.Contains(fmt.Sprint(r.Args), "建筑面积") || !strings.Contains(fmt.Sprint(r.Args), "职业") {
		t.Errorf("what is missing and what was found: %v", r)
	}
}

// One row for each way a cell can be wrong or need a look.
func TestRows(t *testing.T) {
	const id1, id2 = "11010519491231002X", "999999194001010013"
	tests := []struct {
		name     string
		lines    []string
		faults   []string // "row column code"
		warnings []string
	}{
		{"good", []string{"1号楼,1,101,60,甲某," + id1 + ",13800000001"}, nil, nil},
		{"no building", []string{",1,101,60,甲某," + id1}, []string{"2 building sheet.row.building_blank"}, nil},
		{"no room", []string{"1,1,,60,甲某," + id1}, []string{"2 room register.value.required"}, nil},
		{"no area", []string{"1,1,101,,甲某," + id1}, []string{"2 area register.value.required"}, nil},
		{"no area worth the name", []string{"1,1,101,0.5,甲某," + id1}, []string{"2 area register.value.low"}, nil},
		{"negative", []string{"1,1,101,-60,甲某," + id1}, []string{"2 area register.value.area_negative"}, nil},
		{"script for a room", []string{"1,1,<script>,60,甲某," + id1}, []string{"2 room register.value.pattern"}, nil},
		{"script for a name", []string{"1,1,101,60,<b>甲</b>," + id1}, []string{"2 id_number sheet.row.counts_differ", "2 owner sheet.row.name", "2 owner sheet.row.name"}, nil},
		{"the same room, spelled otherwise", []string{"1号楼,1,101,60,甲某," + id1, "１栋,一单元,101室,60,乙某," + id2},
			[]string{"2 room sheet.row.room_twice", "3 room sheet.row.room_twice"}, nil},
		{"the same room in small letters", []string{"A座,1,101a,60,甲某," + id1, "a,1,101A,60,乙某," + id2},
			[]string{"2 room sheet.row.room_twice", "3 room sheet.row.room_twice"}, nil},
		{"number wrong", []string{"1,1,101,60,甲某,110105194912310021"}, []string{"2 id_number register.value.id_checksum"}, nil},
		{"one number, two names", []string{"1,1,101,60,甲某," + id1, "1,1,102,60,乙某," + id1},
			[]string{"2 id_number sheet.row.number_two_names", "3 id_number sheet.row.number_two_names"}, nil},
		{"two names, one number", []string{"1,1,101,60,甲某、乙某," + id1}, []string{"2 id_number sheet.row.counts_differ"},
			nil},
		{"two names, the first without a number", []string{"1,1,101,60,甲某、乙某,无、" + id1}, nil, []string{"2 owner name_only"}},
		{"nobody has one", []string{"1,1,101,60,甲某、乙某,无,无"}, nil, []string{"2 owner name_only", "2 owner name_only"}},
		{"two names, one telephone", []string{"1,1,101,60,甲某、乙某," + id1 + "、" + id2 + ",13800000001"}, nil, []string{"2 phone phone_first"}},
		{"two names and a blank", []string{"1,1,101,60,甲某 乙某," + id1}, []string{"2 owner sheet.row.name_space"}, nil},
		{"a name and padding", []string{"1,1,101,60,甲　某," + id1}, nil, nil},
		{"a remark beside the name", []string{"1,1,101,60,甲某（已故）," + id1}, nil, nil},
		{"the same name twice", []string{"1,1,101,60,甲某、甲某," + id1 + "、" + id2}, []string{"2 owner sheet.row.name_twice"}, nil},
		{"unsold, builder named", []string{"1,1,101,60,,,,未售,演示置业有限公司"}, nil, nil},
		{"unsold, builder in the owner's cell", []string{"1,1,101,60,演示置业有限公司（开发商）,,,未售"}, nil, nil},
		{"unsold, nobody named", []string{"1,1,101,60,开发商,,,未售"}, []string{"2 builder sheet.row.builder_missing"}, nil},
		{"unsold, named elsewhere", []string{"1,1,101,60,开发商,,,未售", "1,1,102,60,,,,未售,演示置业有限公司"}, nil, nil},
		{"unsold, two builders elsewhere", []string{"1,1,101,60,,,,未售", "1,1,102,60,,,,未售,演示置业公司", "1,1,103,60,,,,未售,演示地产公司"},
			[]string{"2 builder sheet.row.builder_missing"}, nil},
		{"unsold, with an owner", []string{"1,1,101,60,甲某," + id1 + ",,未售,演示置业有限公司"}, []string{"2 owner sheet.row.unsold_owner"}, nil},
		{"undelivered", []string{"1,1,101,60,甲某," + id1 + ",,已售未交付,演示置业有限公司"}, nil, nil},
		{"undelivered, no builder", []string{"1,1,101,60,甲某," + id1 + ",,未交付"}, []string{"2 builder sheet.row.builder_missing"}, nil},
		{"a firm owns, its code wrong", []string{"1,1,101,60,演示商店,91350100M000100Y44"}, []string{"2 id_number register.value.uscc_checksum"}, nil},
		{"nobody owns", []string{"1,1,101,60,"}, nil, []string{"2 owner owner_unknown"}},
		{"name alone, twice", []string{"1,1,101,60,甲某", "1,1,102,60,甲某"}, nil, []string{"2 owner name_only", "3 owner name_only_again"}},
		{"namesakes", []string{"1,1,101,60,甲某," + id1, "1,1,102,60,甲某,,13800000001"}, nil, []string{"3 owner namesake"}},
		{"namesakes with numbers are two", []string{"1,1,101,60,甲某," + id1, "1,1,102,60,甲某," + id2}, nil, nil},
		{"one telephone, two numbers", []string{"1,1,101,60,甲某," + id1 + ",13800000001", "1,1,102,60,甲某," + id2 + ",13800000001"}, nil, []string{"3 owner same_name_phone"}},
		{"one person, two telephones", []string{"1,1,101,60,甲某," + id1 + ",13800000001", "1,1,102,60,甲某," + id1 + ",13800000002"}, nil, []string{"3 phone phone_differs"}},
		{"header again", []string{"1,1,101,60,甲某," + id1, header}, nil, []string{"3  header_again"}},
		{"total", []string{"1,1,101,60,甲某," + id1, "合计,,,60"}, nil, []string{"3  foot"}},
		{"no rooms", nil, []string{"1  sheet.row.no_rooms"}, nil},
		{"numbers as spreadsheets keep them", []string{"1.0,1,101.0,78.62000000000001,甲某," + id1 + ",1.3800000001E10"}, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, r := roster(t, rows(append([]string{header}, tt.lines...)...))
			var faults, warnings []string
			for _, f := range r.Faults {
				faults = append(faults, fmt.Sprintf("%d %s %s", f.Row, f.Key, f.Code))
			}
			for _, f := range r.Warnings {
				warnings = append(warnings, fmt.Sprintf("%d %s %s", f.Row, f.Key, strings.TrimPrefix(f.Code, "sheet.row.")))
			}
			if d := cmp.Diff(tt.faults, faults); d != "" {
				t.Error("faults", d)
			}
			if d := cmp.Diff(tt.warnings, warnings); d != "" {
				t.Error("warnings", d)
			}
		})
	}
}

// Who is one person and who is not, over rows.
func TestPeople(t *testing.T) {
	const id1 = "11010519491231002X"
	owners := func(r sheet.Roster, n int) []string {
		for _, e := range r.Entries {
			if e.ID.Register == "part" && e.Row == n {
				return e.Values["owners"].([]string)
			}
		}
		return nil
	}
	for _, tt := range []struct {
		name   string
		lines  []string
		one    bool
		people int
	}{
		{"same number", []string{"1,1,101,60,甲 某," + id1, "1,1,102,60,甲某," + strings.ToLower(id1)}, true, 1},
		{"same name and telephone, number once", []string{"1,1,101,60,甲某,,138 0000 0001", "1,1,102,60,甲某," + id1 + ",13800000001"}, true, 1},
		{"same name and telephone, no number", []string{"1,1,101,60,甲某,,13800000001", "1,1,102,60,甲某,,13800000001"}, true, 1},
		{"same telephone, other name", []string{"1,1,101,60,甲某,,13800000001", "1,1,102,60,乙某,,13800000001"}, false, 2},
		{"name alone beside a number", []string{"1,1,101,60,甲某," + id1, "1,1,102,60,甲某"}, false, 2},
	} {
		_, r := roster(t, rows(append([]string{header}, tt.lines...)...))
		if len(r.Faults) > 0 {
			t.Errorf("%s: %v", tt.name, r.Faults)
		}
		if one := cmp.Equal(owners(r, 2), owners(r, 3)); one != tt.one || r.People != tt.people {
			t.Errorf("%s: one person %v, %d people", tt.name, one, r.People)
		}
	}
}

// The order of rows and columns is the writer's own; ids, owners and sums do not depend on it.
func TestOrderMeansNothing(t *testing.T) {
	raw, _ := demo(t, false)
	tables, err := read(raw)
	if err != nil {
		t.Fatal(err)
	}
	f, want := roster(t, tables)
	head := slices.IndexFunc(f.Table.Rows, func(r sheet.Row) bool { return r.N == f.Header })
	width := len(f.Table.Rows[head].Cells)
	rapid.Check(t, func(rt *rapid.T) {
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		columns := rnd.Perm(width)
		var list []sheet.Row
		for _, r := range f.Table.Rows[head:] {
			cells := make([]string, width)
			for i, c := range r.Cells {
				cells[columns[i]] = c
			}
			list = append(list, sheet.Row{N: r.N, Cells: cells})
		}
		rnd.Shuffle(len(list)-1, func(i, j int) { list[i+1], list[j+1] = list[j+1], list[i+1] })
		_, got := roster(t, []sheet.Table{{Rows: list}})
		if len(got.Faults) > 0 || got.Area != want.Area || got.People != want.People {
			rt.Fatalf("%d faults, area %s, %d people", len(got.Faults), got.Area, got.People)
		}
		byID := func(list []register.Entry) map[string]any {
			m := map[string]any{}
			for _, e := range list {
				m[e.ID.String()] = e.Values
			}
			return m
		}
		if d := cmp.Diff(byID(want.Entries), byID(got.Entries)); d != "" {
			rt.Fatal(d)
		}
	})
}

func say(t testing.TB) sheet.Say {
	b, err := text.New(text.House())
	if err != nil {
		t.Fatal(err)
	}
	return func(w text.Words) string {
		s := b.Say(text.ZH, w)
		if strings.Contains(s, "⟦") || strings.Contains(s, "<no value>") {
			t.Errorf("words are missing: %s", s)
		}
		return s
	}
}

func TestWriteFaults(t *testing.T) {
	raw, expect := demo(t, true)
	tables, err := read(raw)
	if err != nil {
		t.Fatal(err)
	}
	f, r := roster(t, tables)
	var b bytes.Buffer
	if err := sheet.WriteFaults(&b, f, r.Faults, r.Warnings, say(t)); err != nil {
		t.Fatal(err)
	}
	x, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	list, err := x.GetRows("要改的地方")
	if err != nil || len(list) != 1+len(expect)+len(r.Warnings) {
		t.Errorf("%d lines, %v", len(list), err)
	}
	for i, e := range expect {
		if got := list[i+1][0]; got != fmt.Sprint(e.Row) || len(list[i+1]) != 4 {
			t.Errorf("line %d is about row %s, want %d", i+2, got, e.Row)
		}
	}
	const copied = "原表（红格要改）"
	comments, err := x.GetComments(copied)
	if err != nil || len(comments) != len(expect) {
		t.Errorf("%d comments, %v", len(comments), err)
	}
	if title, err := x.GetCellValue(copied, "A1"); err != nil || !strings.Contains(title, "演示数据") {
		t.Errorf("the copy begins with %q, %v", title, err)
	}
	// Corrected in the copy, the list beside it does not disturb reading it back.
	var again bytes.Buffer
	if err := sheet.WriteFaults(&again, f, r.Faults, r.Warnings, say(t)); err != nil {
		t.Fatal(err)
	}
	back, err := read(again.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if g, s := roster(t, back); g.Table.Name != copied || len(s.Faults) != len(r.Faults) {
		t.Errorf("read back from %q with %d faults, want %d", g.Table.Name, len(s.Faults), len(r.Faults))
	}
}

// A long sheet is marked to its last row; only so many cells say why, the list says it of all.
func TestALongSheetIsMarked(t *testing.T) {
	const rows, wrong = 20_000, 2_500
	var raw bytes.Buffer
	if err := sheet.WriteTable(&raw, "名册", func(yield func([]string) bool) {
		yield([]string{"楼栋", "单元", "房号", "建筑面积", "面积来源", "业主姓名", "身份证号", "电话", "房屋状态", "开发商", "备注", "类别"})
		for n := range rows {
			area := "78.62㎡"
			if n >= rows-wrong {
				area = "待测"
			}
			yield([]string{fmt.Sprint(n/100+1, "号楼"), fmt.Sprint(n/25%4 + 1), fmt.Sprint(n%25 + 101), area, "登记", "演示甲", "", fmt.Sprint(13800000000 + n), "已售", "", "", "住宅"})
		}
	}); err != nil {
		t.Fatal(err)
	}
	tables, err := read(raw.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	f, r := roster(t, tables)
	var b bytes.Buffer
	if err := sheet.WriteFaults(&b, f, r.Faults, nil, say(t)); err != nil {
		t.Fatal(err)
	}
	x, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	const copied = "原表（红格要改）"
	comments, err := x.GetComments(copied)
	if err != nil || len(comments) != 2_000 {
		t.Errorf("%d comments, %v", len(comments), err)
	}
	for row, want := range map[int]string{rows + 1: "待测", 2: "78.62㎡"} {
		at := fmt.Sprint("D", row)
		said, err := x.GetCellValue(copied, at)
		if err != nil || said != want {
			t.Errorf("%s says %q, want %q: %v", at, said, want, err)
		}
		style, err := x.GetCellStyle(copied, at)
		if err != nil {
			t.Fatal(err)
		}
		is, err := x.GetStyle(style)
		if err != nil || (len(is.Fill.Color) > 0) != (want == "待测") {
			t.Errorf("%s is coloured %v: %v", at, is.Fill.Color, err)
		}
	}
}

func TestTemplate(t *testing.T) {
	imp, in := charter(t)
	for _, l := range text.Langs {
		var b bytes.Buffer
		if err := sheet.WriteTemplate(&b, imp, in.Schemas, l, say(t)); err != nil {
			t.Fatal(err)
		}
		tables, err := read(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		f, err := sheet.Find(tables, imp)
		if err != nil || len(f.Columns) != len(imp.Columns) || len(f.Ignored) > 0 {
			t.Errorf("%s: %d columns, %v", l, len(f.Columns), err)
		}
	}
}

// BenchmarkRead reads and judges twenty thousand rows of twelve columns.
func BenchmarkRead(b *testing.B) {
	var raw bytes.Buffer
	err := sheet.WriteTable(&raw, "名册", func(yield func([]string) bool) {
		yield([]string{"楼栋", "单元", "房号", "建筑面积", "面积来源", "业主姓名", "身份证号", "电话", "房屋状态", "开发商", "备注", "类别"})
		for n := range 20_000 {
			yield([]string{
				fmt.Sprint(n/100+1, "号楼"), fmt.Sprint(n/25%4 + 1), fmt.Sprint(n%25 + 101), "78.62㎡", "登记", "演示甲",
				"", fmt.Sprint(13800000000 + n), "已售", "", "", "住宅",
			})
		}
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		tables, err := read(raw.Bytes())
		if err != nil {
			b.Fatal(err)
		}
		if _, r := roster(b, tables); len(r.Faults) > 0 || r.Rooms != 20_000 || r.People != 20_000 {
			b.Fatalf("%d faults, %d rooms, %d people", len(r.Faults), r.Rooms, r.People)
		}
	}
}

// Whatever stands in the cells, reading ends, rows are numbered as they were, and a faultless roster fits its schemas.
func FuzzRoster(f *testing.F) {
	f.Add(header, "1号楼,1,101,60,甲某", "2,,101室,７８．６２㎡,乙、丙")
	f.Add("房号,业主,楼,面积", "101,甲,1,60", "合计,,,")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		imp, in := charter(t)
		found, err := sheet.Find(rows(a, b, c), imp)
		if err != nil {
			if _, ok := fault.As(err); !ok {
				t.Errorf("%v is no refusal", err)
			}
			return
		}
		r := sheet.ReadRoster(found, in)
		for _, x := range slices.Concat(r.Faults, r.Warnings) {
			if x.Row < 1 || x.Row > 3 || x.Code == "" {
				t.Errorf("a fault at row %d: %q", x.Row, x.Code)
			}
		}
		if len(r.Faults) > 0 {
			return
		}
		for _, e := range r.Entries {
			s, ok := in.Schemas.Get(e.ID.Register)
			if !ok || !register.ValidID(e.ID.ID) {
				t.Fatalf("id %s", e.ID)
			}
			if bad := s.CheckValues(withDefaults(e)); len(bad) > 0 {
				t.Errorf("%s: %v", e.ID, bad)
			}
		}
	})
}

// Every word that can be said exists in both languages.
func TestWords(t *testing.T) {
	b, err := text.New(text.House())
	if err != nil {
		t.Fatal(err)
	}
	zh, en := b.Keys(text.ZH), b.Keys(text.EN)
	if d := cmp.Diff(only(zh, "sheet."), only(en, "sheet.")); d != "" {
		t.Error(d)
	}
	code := regexpCodes(t)
	for _, c := range code {
		if !b.Has(text.ZH, c) {
			t.Errorf("no words for %s", c)
		}
	}
}

func only(keys []string, prefix string) []string {
	return slices.DeleteFunc(keys, func(k string) bool { return !strings.HasPrefix(k, prefix) })
}
