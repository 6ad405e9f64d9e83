package sheet

import (
	"strings"

	"github.com/xuri/excelize/v2"

	"gongzhi/internal/fault"
	"gongzhi/internal/register"
	"gongzhi/internal/text"
)

// headerDepth is how many rows may stand above the header: titles, the date, who filled it in.
const headerDepth = 30

// Found is the table of a file that an import reads, with its header.
type Found struct {
	Table   Table
	Import  *register.Import
	Header  int            // the row the header stands in, as the person sees it
	Columns map[string]int // column of the import → position in the table, from 0
	Ignored []string       // headers that the import does not know; their columns are not read
	body    []Row
}

// Match is one line of "this column was read as that", for the preview.
type Match struct {
	Column register.Column
	Letter string // "C"
	Header string // as it stands in the sheet
}

// Find looks for the header of an import in the sheets of a file: the row, among the first thirty of each sheet, where
// the most of its columns stand, whatever their order. Titles above it are skipped.
//
// It refuses when no row looks like a header, when a column that must be there is missing, and when two cells of the
// header mean the same column; it says which headers it saw.
func Find(tables []Table, imp *register.Import) (Found, error) {
	byWord := map[string]string{}
	for _, c := range imp.Columns {
		for _, w := range c.Headers() {
			byWord[w] = c.Key
		}
	}
	best, most := Found{}, 0
	var words []string
	for _, t := range tables {
		for i, row := range t.Rows[:min(len(t.Rows), headerDepth)] {
			f := matchHeader(t, i, imp, byWord)
			// A title such as 业主花名册 over one cell is no header; a header of a roster has at least two columns.
			if len(f.Columns) > most && len(f.Columns) >= 2 {
				best, most = f, len(f.Columns)
				words = row.Cells
			}
		}
	}
	if most == 0 {
		return Found{}, refuse(fault.Invalid, "no_header", fault.Args{"Columns": labels(imp, func(c register.Column) bool { return c.Required })})
	}
	if first, second, ok := best.twice(words, byWord); ok {
		return Found{}, refuse(fault.Invalid, "column_twice", fault.Args{"First": first, "Second": second, "Row": best.Header})
	}
	missing := func(c register.Column) bool { _, ok := best.Columns[c.Key]; return c.Required && !ok }
	if names := labels(imp, missing); !names.IsZero() {
		return Found{}, refuse(fault.Invalid, "column_missing", fault.Args{
			"Columns": names, "Found": strings.Join(nonBlank(words), "、"), "Row": best.Header,
		})
	}
	return best, nil
}

func matchHeader(t Table, i int, imp *register.Import, byWord map[string]string) Found {
	f := Found{Table: t, Import: imp, Header: t.Rows[i].N, Columns: map[string]int{}, body: t.Rows[i+1:]}
	for n, cell := range t.Rows[i].Cells {
		key, known := byWord[register.HeaderWord(cell)]
		if _, taken := f.Columns[key]; known && !taken {
			f.Columns[key] = n
		} else if !known && cell != "" {
			f.Ignored = append(f.Ignored, cell)
		}
	}
	return f
}

// twice finds two header cells that mean one column. The reader must not choose between them.
func (f Found) twice(words []string, byWord map[string]string) (first, second string, found bool) {
	for n, cell := range words {
		key, known := byWord[register.HeaderWord(cell)]
		if at := f.Columns[key]; known && at != n {
			return letter(at) + " " + words[at], letter(n) + " " + cell, true
		}
	}
	return "", "", false
}

// labels joins the labels of some columns. In English each keeps its Chinese word, since that is what the sheet needs.
func labels(imp *register.Import, which func(register.Column) bool) text.Words {
	var zh, en []string
	for _, c := range imp.Columns {
		if which(c) {
			zh, en = append(zh, c.Label.ZH), append(en, c.Label.EN+"（"+c.Label.ZH+"）")
		}
	}
	return text.Text{ZH: strings.Join(zh, "、"), EN: strings.Join(en, ", ")}.Words()
}

func nonBlank(cells []string) (out []string) {
	for _, c := range cells {
		if c != "" {
			out = append(out, c)
		}
	}
	return out
}

// letter is how a spreadsheet calls a column: 0 is "A".
func letter(i int) string {
	name, err := excelize.ColumnNumberToName(i + 1)
	if err != nil {
		return "?"
	}
	return name
}

// Matches lists what was read as what, in the order of the import.
func (f Found) Matches() []Match {
	header := f.headerCells()
	var out []Match
	for _, c := range f.Import.Columns {
		if at, ok := f.Columns[c.Key]; ok {
			out = append(out, Match{Column: c, Letter: letter(at), Header: header.cell(at)})
		}
	}
	return out
}

func (f Found) headerCells() Row {
	for _, r := range f.Table.Rows {
		if r.N == f.Header {
			return r
		}
	}
	return Row{}
}
