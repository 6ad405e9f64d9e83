package sheet

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/register"
	"gongzhi/internal/text"
)

// The sheet of one register. What is exported reads back as it stands: a row by its id, another row by its name with
// its id in brackets, what the reader may not see by an empty cell, which changes nothing.

// TableInput is what a register's sheet is read against.
type TableInput struct {
	Schema *register.Schema
	On     calendar.Date
	Under  act.RowID // rows that name no row above lie in this one, where it is of the right register
	// Row gives a row as it stands. Same gives the row that is the same as these values in their place. Named gives the
	// rows that are called exactly so. New makes an id that is the same for the same parts every time.
	Row   func(act.RowID) (register.Row, bool, error)
	Same  func(parent act.RowID, values map[string]any) (act.RowID, bool, error)
	Named func(registers []string, name string) ([]act.RowID, error)
	New   func(parts ...string) string
	// Progress, where it is not nil, is told how many rows have been read of how many.
	Progress func(done, total int)
}

// Rows is what a register's sheet says.
type Rows struct {
	Entries []register.Entry
	Faults  []Fault // while there is one, nothing may be written
}

// ReadRows reads the sheet of a register. A row with an id is that row; one without is the row that is the same in its
// place, or else new. An error is one of the questions' own.
func ReadRows(f Found, in TableInput) (Rows, error) {
	t := tableReader{in: in, found: f, header: f.headerCells(), first: map[act.RowID]int{}, named: map[string]act.RowID{}}
	for n, row := range f.body {
		if in.Progress != nil {
			in.Progress(n, len(f.body))
		}
		if slices.Equal(row.Cells, t.header.Cells) {
			continue
		}
		if err := t.row(row); err != nil {
			return Rows{}, err
		}
	}
	if len(t.out.Entries) == 0 && len(t.out.Faults) == 0 {
		t.out.Faults = append(t.out.Faults, Fault{Row: f.Header, Code: "sheet.table.no_rows"})
	}
	return t.out, nil
}

type tableReader struct {
	in     TableInput
	found  Found
	header Row
	first  map[act.RowID]int // the row of the sheet that a row stands in
	named  map[string]act.RowID
	out    Rows
}

func (t *tableReader) cell(row Row, key string) (string, bool) {
	at, ok := t.found.Columns[key]
	if !ok {
		return "", false
	}
	cell := row.cell(at)
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune("=+-@", rune(cell[1])) {
		cell = cell[1:] // as WriteRows wrote it
	}
	return cell, true
}

func (t *tableReader) fault(row Row, key, code string, args fault.Args) {
	f := Fault{Row: row.N, Key: key, Code: code, Args: args}
	if at, ok := t.found.Columns[key]; ok {
		f.Column, f.Value = t.header.cell(at), row.cell(at)
	}
	t.out.Faults = append(t.out.Faults, f)
}

func (t *tableReader) row(row Row) error {
	faults := len(t.out.Faults)
	e := register.Entry{Row: row.N, Values: map[string]any{}}
	var old register.Row
	if id, _ := t.cell(row, register.SheetID); id != "" {
		e.ID = act.RowID{Register: t.in.Schema.Key, ID: register.Tight(id)}
		var ok bool
		var err error
		if register.ValidID(e.ID.ID) {
			if old, ok, err = t.in.Row(e.ID); err != nil {
				return err
			}
		}
		if !ok {
			t.fault(row, register.SheetID, "sheet.table.no_row", nil)
			return nil
		}
		e.Parent = old.Parent
	}
	if err := t.parent(row, &e); err != nil {
		return err
	}
	if err := t.values(row, &e); err != nil {
		return err
	}
	if len(t.out.Faults) > faults {
		return nil
	}
	if e.ID.ID == "" {
		same, ok, err := t.in.Same(e.Parent, e.Values)
		if err != nil {
			return err
		}
		if e.ID = same; !ok {
			e.ID = act.RowID{Register: t.in.Schema.Key, ID: "t" + t.in.New(t.in.Schema.Key, t.in.Schema.Sameness(e.Parent, e.Values))}
		}
	}
	if first, twice := t.first[e.ID]; twice {
		t.fault(row, register.SheetID, "sheet.table.twice", fault.Args{"Other": first})
		return nil
	}
	t.first[e.ID] = row.N
	t.out.Entries = append(t.out.Entries, e)
	return nil
}

func (t *tableReader) parent(row Row, e *register.Entry) error {
	schema := t.in.Schema
	if schema.Parent == "" {
		return nil
	}
	said, _ := t.cell(row, register.SheetParent)
	if said == "" {
		if e.Parent.IsZero() && t.in.Under.Register == schema.Parent {
			e.Parent = t.in.Under
		}
		if e.Parent.IsZero() {
			t.fault(row, register.SheetParent, "sheet.table.no_parent", nil)
		}
		return nil
	}
	id, why, err := t.resolve([]string{schema.Parent}, said)
	if err != nil {
		return err
	}
	if why != "" {
		t.fault(row, register.SheetParent, why, fault.Args{"Got": said})
	}
	e.Parent = id
	return nil
}

func (t *tableReader) values(row Row, e *register.Entry) error {
	for i := range t.in.Schema.Fields {
		f := &t.in.Schema.Fields[i]
		cell, there := t.cell(row, f.Key)
		hidden := f.Personal || f.Audience == register.Self
		switch {
		case f.Formula != "" || f.Type == register.Geometry:
			continue
		case !there, cell == "" && hidden && e.ID.ID != "":
			if f.Required && e.ID.ID == "" {
				t.fault(row, f.Key, "register.value.required", nil)
			}
			continue
		case f.Type == register.OneRow || f.Type == register.Rows:
			var err error
			if cell, err = t.references(row, f, cell); err != nil {
				return err
			}
		case f.Type == register.Area || f.Type == register.Money:
			cell = tidyDecimal(cell)
		case f.Type == register.Count || f.Type == register.Phone:
			cell = tidyWhole(cell)
		}
		v, why := f.Parse(cell, t.in.On)
		if why != nil {
			t.fault(row, f.Key, why.Key(), why.Args)
			continue
		}
		e.Values[f.Key] = v
	}
	return nil
}

// references puts ids in the place of the names in a cell.
func (t *tableReader) references(row Row, f *register.Field, cell string) (string, error) {
	list := []string{cell}
	if f.Type == register.Rows {
		list = register.Several(strings.ReplaceAll(cell, "/", "\x00")) // a slash is part of an id
	}
	var ids []string
	for _, said := range list {
		if said = strings.TrimSpace(strings.ReplaceAll(said, "\x00", "/")); said == "" {
			continue
		}
		id, why, err := t.resolve(f.Registers, said)
		if err != nil {
			return "", err
		}
		if why != "" {
			t.fault(row, f.Key, why, fault.Args{"Got": said})
			return "", nil
		}
		ids = append(ids, id.String())
	}
	return strings.Join(ids, "、"), nil
}

var inBrackets = regexp.MustCompile(`\[([a-z0-9_]+/[a-z0-9_-]+)\]$`)

// resolve finds the row that a cell names: by the id in brackets after its name, by the id alone, or by its whole name.
func (t *tableReader) resolve(registers []string, said string) (id act.RowID, why string, err error) {
	plain := register.Fold(said)
	if m := inBrackets.FindStringSubmatch(plain); m != nil {
		plain = m[1]
	}
	if id, ok := register.ParseRowID(plain); ok && slices.Contains(registers, id.Register) {
		return id, "", nil
	}
	key := strings.Join(registers, " ") + "\x00" + said
	if id, known := t.named[key]; known {
		return id, "", nil
	}
	found, err := t.in.Named(registers, said)
	switch {
	case err != nil:
		return id, "", err
	case len(found) == 0:
		return id, "sheet.table.nobody", nil
	case len(found) > 1:
		return id, "sheet.table.several", nil
	}
	t.named[key] = found[0]
	return found[0], "", nil
}

// Line is one row of an export: the id, the row above by its name and id, and the values as the reader sees them.
func Line(schema *register.Schema, row register.Row, name func(act.RowID) (string, error)) ([]string, error) {
	cite := func(id act.RowID) (string, error) {
		said, err := name(id)
		return said + " [" + id.String() + "]", err
	}
	line := []string{row.ID.ID}
	if schema.Parent != "" {
		above, err := cite(row.Parent)
		if err != nil {
			return nil, err
		}
		line = append(line, above)
	}
	for i := range schema.Fields {
		f := &schema.Fields[i]
		if f.Formula != "" || f.Type == register.Geometry {
			continue
		}
		said := f.Say(row.Values[f.Key])
		if f.Type == register.OneRow || f.Type == register.Rows {
			var cited []string
			for _, one := range references(row.Values[f.Key]) {
				c, err := cite(one)
				if err != nil {
					return nil, err
				}
				cited = append(cited, c)
			}
			said = strings.Join(cited, "、")
		}
		line = append(line, said)
	}
	return line, nil
}

func references(v any) (ids []act.RowID) {
	list, _ := v.([]string)
	if one, ok := v.(string); ok {
		list = []string{one}
	}
	for _, said := range list {
		if id, ok := register.ParseRowID(said); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// Format of an export.
type Format int

const (
	Excel   Format = iota + 1
	CSV            // UTF-8 with its mark, so that spreadsheets know it
	GB18030        // CSV for old office software
)

// WriteRows writes a title, the header of a register's sheet and its lines, in a stream.
func WriteRows(w io.Writer, format Format, schema *register.Schema, lang text.Lang, title string, lines iter.Seq2[[]string, error]) error {
	head := make([]string, 0, len(schema.Fields)+2)
	for _, c := range schema.Sheet().Columns {
		head = append(head, c.Label.In(lang))
	}
	var failed error
	rows := func(yield func([]string) bool) {
		if !yield([]string{title}) || !yield(head) {
			return
		}
		for line, err := range lines {
			if failed = err; err != nil || !yield(line) {
				return
			}
		}
	}
	var err error
	if format == Excel {
		err = WriteTable(w, schema.Name.In(lang), rows)
	} else {
		err = writeCSV(w, format, rows)
	}
	if failed != nil {
		return failed
	}
	return err
}

func writeCSV(w io.Writer, format Format, rows iter.Seq[[]string]) error {
	if format == GB18030 {
		w = simplifiedchinese.GB18030.NewEncoder().Writer(w)
	} else if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	out := csv.NewWriter(w)
	for row := range rows {
		if err := out.Write(harmless(row)); err != nil {
			return fmt.Errorf("sheet: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	return nil
}

// harmless keeps a spreadsheet from taking what somebody wrote for a formula.
func harmless(row []string) []string {
	out := slices.Clone(row)
	for i, cell := range out {
		if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) && !aNumber.MatchString(strings.TrimPrefix(cell, "-")) {
			out[i] = "'" + cell
		}
	}
	return out
}
