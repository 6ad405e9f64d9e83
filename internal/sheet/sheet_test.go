package sheet_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"gongzhi/internal/fault"
	"gongzhi/internal/sheet"
)

func read(raw []byte) ([]sheet.Table, error) {
	return sheet.Read(context.Background(), bytes.NewReader(raw), int64(len(raw)))
}

// workbook makes an .xlsx whose first sheet has these rows; change may do more to it.
func workbook(t testing.TB, rows [][]any, change func(*excelize.File)) []byte {
	t.Helper()
	x := excelize.NewFile()
	for i, row := range rows {
		if err := x.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(x)
	}
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pack makes an archive of parts.
func pack(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// edit rewrites the parts of a workbook.
func edit(t testing.TB, raw []byte, change func(name, content string) string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = change(f.Name, string(content))
	}
	return pack(t, parts)
}

func same(_, content string) string { return content }

func TestRead(t *testing.T) {
	raw := workbook(t, [][]any{{"标题"}, nil, {"楼号", " 房号　", 78.62, 13800001234, true}, {"", "　", ""}}, func(x *excelize.File) {
		if err := x.SetCellFormula("Sheet1", "F3", "=1+1"); err != nil {
			t.Fatal(err)
		}
		if _, err := x.NewSheet("隐藏"); err != nil {
			t.Fatal(err)
		}
		if err := x.SetCellValue("隐藏", "A1", "不读"); err != nil {
			t.Fatal(err)
		}
		if err := x.SetSheetVisible("隐藏", false); err != nil {
			t.Fatal(err)
		}
	})
	got, err := read(raw)
	if err != nil {
		t.Fatal(err)
	}
	want := []sheet.Table{{Name: "Sheet1", Rows: []sheet.Row{
		{N: 1, Cells: []string{"标题"}},
		{N: 3, Cells: []string{"楼号", "房号", "78.62", "13800001234", "1"}},
	}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// A cell merged downwards stands for every row it covers; blank cells that are not merged stay blank.
func TestMerged(t *testing.T) {
	raw := workbook(t, [][]any{{"楼号", "房号"}, {"1号楼", "101"}, {"", "102"}, {"", "103"}, {"", "104"}}, func(x *excelize.File) {
		if err := x.MergeCell("Sheet1", "A2", "A4"); err != nil {
			t.Fatal(err)
		}
	})
	got, err := read(raw)
	if err != nil {
		t.Fatal(err)
	}
	want := []sheet.Row{
		{N: 1, Cells: []string{"楼号", "房号"}}, {N: 2, Cells: []string{"1号楼", "101"}}, {N: 3, Cells: []string{"1号楼", "102"}},
		{N: 4, Cells: []string{"1号楼", "103"}}, {N: 5, Cells: []string{"", "104"}},
	}
	if d := cmp.Diff(want, got[0].Rows); d != "" {
		t.Error(d)
	}
}

func TestReadCSV(t *testing.T) {
	const text = "楼号,房号,业主\n\n1号楼,101,\"演示甲\n（已故）\"\n1号楼,102,䶮演示\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	want := []sheet.Row{
		{N: 1, Cells: []string{"楼号", "房号", "业主"}}, {N: 3, Cells: []string{"1号楼", "101", "演示甲\n（已故）"}},
		{N: 4, Cells: []string{"1号楼", "102", "䶮演示"}},
	}
	for name, raw := range map[string]string{
		"UTF-8": text, "UTF-8 with its mark": "\ufeff" + text, "GB18030": gb,
		"tabs": strings.ReplaceAll(text, ",", "\t"), "returns": strings.ReplaceAll(text, "\n", "\r\n"),
	} {
		got, err := read([]byte(raw))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(want, got[0].Rows); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// Files are known by what is in them: the name does not come this far.
func TestRefused(t *testing.T) {
	good := workbook(t, [][]any{{"楼号", "房号"}, {"1", "101"}}, nil)
	ole := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600)
	zeros := strings.Repeat("0", 40<<20)
	tests := []struct {
		name string
		raw  []byte
		kind fault.Kind
		code string
	}{
		{"empty", nil, fault.Invalid, "sheet.empty"},
		{"a workbook of nothing", workbook(t, nil, nil), fault.Invalid, "sheet.empty"},
		{"CSV of blanks", []byte(" \n,,\n"), fault.Invalid, "sheet.empty"},
		{"20 MiB and a byte", make([]byte, 20<<20+1), fault.TooLarge, "sheet.too_many_bytes"},
		{"PDF", []byte("%PDF-1.7\n"), fault.Unsupported, "sheet.kind.pdf"},
		{"PNG", []byte("\x89PNG\r\n\x1a\n"), fault.Unsupported, "sheet.kind.picture"},
		{"BMP", []byte("BM\x00\x00"), fault.Unsupported, "sheet.kind.picture"},
		{"program", []byte("MZ\x90\x00"), fault.Unsupported, "sheet.kind.program"},
		{"web page called .xls", []byte("\ufeff<html><table>"), fault.Unsupported, "sheet.kind.web"},
		{"UTF-16", []byte("\xff\xfe\x00\x00"), fault.Unsupported, "sheet.kind.utf16"},
		{"binary", []byte("abc\x00def"), fault.Unsupported, "sheet.kind.unknown"},
		{"bytes of no encoding", []byte("a,b\n\xff\xff\xff,c\n"), fault.Unsupported, "sheet.kind.encoding"},
		{"old .xls", []byte(ole), fault.Unsupported, "sheet.kind.xls"},
		{"password", []byte(ole + "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"), fault.Unsupported, "sheet.password"},
		{"document", pack(t, map[string]string{"word/document.xml": "x", "[Content_Types].xml": "x"}), fault.Unsupported, "sheet.kind.document"},
		{"archive", pack(t, map[string]string{"a.txt": "x"}), fault.Unsupported, "sheet.kind.archive"},
		{"xlsb", pack(t, map[string]string{"xl/workbook.bin": "x"}), fault.Unsupported, "sheet.kind.xlsb"},
		{"ods", pack(t, map[string]string{"mimetype": "x", "content.xml": "x"}), fault.Unsupported, "sheet.kind.ods"},
		{"bomb in the sheet", edit(t, good, func(name, content string) string {
			if strings.Contains(name, "worksheets/") {
				return content + zeros
			}
			return content
		}), fault.Unsupported, "sheet.bomb"},
		{"bomb in the styles", edit(t, good, func(name, content string) string {
			if strings.HasSuffix(name, "styles.xml") {
				return content + zeros
			}
			return content
		}), fault.Unsupported, "sheet.bomb"},
		{"cut off", good[:len(good)-40], fault.Invalid, "sheet.damaged"},
		{"XML breaks off", edit(t, workbook(t, [][]any{{"楼号"}, {"1"}, {"2"}}, nil), func(name, content string) string {
			if strings.Contains(name, "worksheets/") {
				return strings.Replace(content, `<row r="2">`, `<oops <row r="2">`, 1)
			}
			return content
		}), fault.Invalid, "sheet.damaged"},
		{"201 columns", []byte(strings.Repeat("x,", 200) + "x\n"), fault.TooLarge, "sheet.too_many_columns"},
		{"a cell of 20,000 letters", []byte(strings.Repeat("x", 20_000) + "\n"), fault.TooLarge, "sheet.cell_too_long"},
		{"50,001 rows", []byte(strings.Repeat("x,y\n", 50_001)), fault.TooLarge, "sheet.too_many_rows"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := read(tt.raw)
			if r, ok := fault.As(err); !ok || r.Kind != tt.kind || r.Code != tt.code {
				t.Errorf("got %v, want %s %s", err, tt.kind, tt.code)
			}
		})
	}
	if _, err := read([]byte("BM,MZ\n1,2\n")); err != nil {
		t.Errorf("a table that begins as a picture might is refused: %v", err)
	}
	if _, err := read(edit(t, good, same)); err != nil {
		t.Errorf("a workbook packed again is refused: %v", err)
	}
	if got, err := read([]byte(strings.Repeat("x,y\n", 50_000))); err != nil || len(got[0].Rows) != 50_000 {
		t.Errorf("50,000 rows: %v", err)
	}
}

// A directory that understates a part does not get more out of it.
func TestLyingDirectory(t *testing.T) {
	good := workbook(t, [][]any{{"楼号", "房号"}, {"1", "101"}}, nil)
	lying := edit(t, good, func(name, content string) string {
		if strings.Contains(name, "worksheets/") {
			return strings.Replace(content, "</sheetData>", strings.Repeat(`<row r="9"></row>`, 5_000)+"</sheetData>", 1)
		}
		return content
	})
	z, err := zip.NewReader(bytes.NewReader(lying), int64(len(lying)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if !strings.Contains(f.Name, "worksheets/") {
			continue
		}
		size := []byte{byte(f.UncompressedSize64), byte(f.UncompressedSize64 >> 8), byte(f.UncompressedSize64 >> 16), 0}
		if n := bytes.Count(lying, size); n == 0 {
			t.Fatal("the size is not in the directory")
		}
		lying = bytes.ReplaceAll(lying, size, []byte{200, 0, 0, 0})
	}
	if _, err := read(lying); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestMacrosAreNotRunAndDoNotHinder(t *testing.T) {
	raw := edit(t, workbook(t, [][]any{{"楼号", "房号"}, {"1", "101"}}, nil), func(name, content string) string {
		if name == "[Content_Types].xml" {
			return strings.Replace(content, "spreadsheetml.sheet.main+xml", "vnd.ms-excel.sheet.macroEnabled.main+xml", 1)
		}
		return content
	})
	if got, err := read(raw); err != nil || len(got[0].Rows) != 2 {
		t.Errorf("%v, %v", got, err)
	}
}

// A sheet of 100,000 rows is refused, and reading as far as the limit takes little memory.
func TestHundredThousandRows(t *testing.T) {
	if testing.Short() {
		t.Skip("writes a large workbook")
	}
	// The rows are written here and not by the library: under the race detector that alone takes a minute.
	raw := edit(t, workbook(t, [][]any{{"楼号", "单元", "房号", "面积", "依据", "姓名"}}, nil), func(name, content string) string {
		if !strings.Contains(name, "worksheets/") {
			return content
		}
		var rows strings.Builder
		for n := range 100_000 {
			fmt.Fprintf(&rows, `<row r="%d">`, n+2)
			for i, value := range []string{"1号楼", "1", fmt.Sprint(n), "78.62", "不动产登记簿", "演示甲"} {
				fmt.Fprintf(&rows, `<c r="%c%d" t="inlineStr"><is><t>%s</t></is></c>`, 'A'+i, n+2, value)
			}
			rows.WriteString("</row>")
		}
		return strings.Replace(content, "</sheetData>", rows.String()+"</sheetData>", 1)
	})
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := read(raw)
	runtime.ReadMemStats(&after)
	if !fault.Is(err, fault.TooLarge) {
		t.Errorf("got %v, want a refusal", err)
	}
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 160<<20 {
		t.Errorf("reading took %d MiB", grown>>20)
	}
}

// Nothing is left on the disk, whether a large workbook is read, breaks off or is found damaged when half of it is unpacked.
func TestNothingIsLeftBehind(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, dir)
	}
	large := edit(t, workbook(t, [][]any{{"楼号", "房号"}}, nil), func(name, content string) string {
		if !strings.Contains(name, "worksheets/") {
			return content
		}
		var rows strings.Builder
		for n := range 40_000 {
			fmt.Fprintf(&rows, `<row r="%[1]d"><c r="A%[1]d" t="inlineStr"><is><t>%[2]s%[1]d</t></is></c></row>`, n+2, strings.Repeat("演示", 60))
		}
		return strings.Replace(content, "</sheetData>", rows.String()+"</sheetData>", 1)
	})
	damaged := edit(t, large, func(name, content string) string {
		if strings.HasSuffix(name, "workbook.xml") {
			return content[:len(content)/2]
		}
		return content
	})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, tt := range []struct {
		name string
		ctx  context.Context
		raw  []byte
		good bool
	}{{"whole", context.Background(), large, true}, {"damaged", context.Background(), damaged, false}, {"gone away", ctx, large, false}} {
		if _, err := sheet.Read(tt.ctx, bytes.NewReader(tt.raw), int64(len(tt.raw))); (err == nil) != tt.good {
			t.Errorf("%s: %v", tt.name, err)
		}
		left, err := os.ReadDir(dir)
		if err != nil || len(left) > 0 {
			t.Errorf("%s: %v is left, %v", tt.name, left, err)
		}
	}
	if err := sheet.WriteTable(io.Discard, "名单", func(yield func([]string) bool) {
		for range 200_000 {
			if !yield([]string{"演示甲演示甲演示甲演示甲演示甲演示甲", "1号楼1单元101"}) {
				return
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("after writing %v is left, %v", left, err)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	raw := []byte(strings.Repeat("x,y\n", 5_000))
	if _, err := sheet.Read(ctx, bytes.NewReader(raw), int64(len(raw))); err == nil {
		t.Error("a reader who has gone away is still served")
	}
}

// No file, however broken, brings the reader down; and it never gives more than the limits.
func FuzzRead(f *testing.F) {
	f.Add([]byte("楼号,房号\n1,101\n"))
	f.Add([]byte("\ufeff\"a\nb\",c\n\n\"d"))
	f.Add(workbook(f, [][]any{{"楼号", "房号"}, {"1", 101}}, nil))
	f.Fuzz(func(t *testing.T, raw []byte) {
		tables, err := read(raw)
		if err != nil {
			if _, ok := fault.As(err); !ok {
				t.Errorf("%v is no refusal", err)
			}
			return
		}
		for _, table := range tables {
			last := 0
			for _, row := range table.Rows {
				if row.N <= last || len(row.Cells) > sheet.MaxCols || len(row.Cells) == 0 {
					t.Errorf("row %d after %d with %d cells", row.N, last, len(row.Cells))
				}
				last = row.N
			}
		}
	})
}
