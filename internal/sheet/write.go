package sheet

import (
	"errors"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"

	"gongzhi/internal/register"
	"gongzhi/internal/text"
)

// maxComments is how many faulty cells say in a comment what is wrong with them. Comments have to be held in memory; the
// other cells are red too, and the list beside the copy has what is to be said of them.
const maxComments = 2_000

// Say puts words into the language of whoever downloads.
type Say func(text.Words) string

// WriteFaults writes the workbook to correct by: a list of every fault and warning with its row, column, value and what
// to do, and a copy in which the faulty cells are red and the first 2,000 say the same in a comment. Rows are written as a
// stream: the memory it takes follows the faults and not the rows.
func WriteFaults(w io.Writer, f Found, faults, warnings []Fault, say Say) (err error) {
	x := excelize.NewFile()
	defer func() { err = errors.Join(err, x.Close()) }()
	list := say(text.Key("sheet.book.faults"))
	if err := x.SetSheetName("Sheet1", list); err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	if err := writeList(x, list, faults, warnings, say); err != nil {
		return fmt.Errorf("sheet: list of faults: %w", err)
	}
	if err := writeMarked(x, say(text.Key("sheet.book.copy")), f, faults, say); err != nil {
		return fmt.Errorf("sheet: marked copy: %w", err)
	}
	return x.Write(w)
}

func writeList(x *excelize.File, name string, faults, warnings []Fault, say Say) error {
	bold, err := x.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	s, err := x.NewStreamWriter(name)
	if err != nil {
		return err
	}
	for i, width := range []float64{8, 14, 26, 90} {
		if err := s.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	var head []any
	for _, key := range []string{"row", "column", "value", "what"} {
		head = append(head, excelize.Cell{StyleID: bold, Value: say(text.Key("sheet.book." + key))})
	}
	if err := s.SetRow("A1", head); err != nil {
		return err
	}
	n := 1
	for _, part := range []struct {
		list []Fault
		lead text.Words
	}{{faults, text.Words{}}, {warnings, text.Key("sheet.book.look")}} {
		for _, f := range part.list {
			n++
			words := say(f.Words())
			if !part.lead.IsZero() {
				words = say(part.lead) + words
			}
			if err := s.SetRow(fmt.Sprint("A", n), []any{f.Row, f.Column, f.Value, words}); err != nil {
				return err
			}
		}
	}
	return s.Flush()
}

// writeMarked copies the sheet as it was read, every cell a text, so that no number loses its last digits twice.
func writeMarked(x *excelize.File, name string, f Found, faults []Fault, say Say) error {
	if _, err := x.NewSheet(name); err != nil {
		return err
	}
	asText, err := x.NewStyle(&excelize.Style{NumFmt: 49})
	if err != nil {
		return err
	}
	red, err := x.NewStyle(&excelize.Style{NumFmt: 49, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFC7CE"}}})
	if err != nil {
		return err
	}
	marks := marksOf(f, faults)
	if err := comment(x, name, marks, faults, say); err != nil { // before the stream, which closes the sheet
		return err
	}
	out, err := x.NewStreamWriter(name)
	if err != nil {
		return err
	}
	for _, row := range f.Table.Rows {
		cells := make([]any, max(len(row.Cells), marks.width[row.N]))
		for i := range cells {
			_, bad := marks.said[spot{row.N, i}]
			switch cell := row.cell(i); {
			case bad:
				cells[i] = excelize.Cell{StyleID: red, Value: cell}
			case cell != "":
				cells[i] = excelize.Cell{StyleID: asText, Value: cell}
			}
		}
		if err := out.SetRow(fmt.Sprint("A", row.N), cells); err != nil {
			return err
		}
	}
	return out.Flush()
}

// spot is a cell: its row as people count, its column from 0.
type spot struct{ row, col int }

// marks are the faulty cells of a sheet.
type marks struct {
	said  map[spot][]int // which faults are said of a cell
	order []spot         // in the order of the faults
	width map[int]int    // of a row, as far as its last faulty cell
}

func marksOf(f Found, faults []Fault) marks {
	m := marks{said: map[spot][]int{}, width: map[int]int{}}
	for i, one := range faults {
		at := spot{one.Row, f.Columns[one.Key]} // 0, the first column, where the fault is of the whole row
		if m.said[at] == nil {
			m.order = append(m.order, at)
		}
		m.said[at] = append(m.said[at], i)
		m.width[at.row] = max(m.width[at.row], at.col+1)
	}
	return m
}

func comment(x *excelize.File, name string, m marks, faults []Fault, say Say) error {
	for _, at := range m.order[:min(len(m.order), maxComments)] {
		if at.row < 1 {
			continue // of the whole sheet: the list says it
		}
		said := ""
		for _, i := range m.said[at] {
			said += say(faults[i].Words()) + "\n"
		}
		if err := x.AddComment(name, excelize.Comment{Cell: fmt.Sprint(letter(at.col), at.row), Author: "Gongzhi", Text: said, Width: 260, Height: 90}); err != nil {
			return err
		}
	}
	return nil
}

// WriteTemplate writes an empty sheet for an import: the header, drop-downs for choices, cells that keep numbers of
// documents as text, and a second sheet that explains each column with an example. required columns carry a star.
func WriteTemplate(w io.Writer, imp *register.Import, schemas *register.Schemas, lang text.Lang, say Say) (err error) {
	x := excelize.NewFile()
	defer func() { err = errors.Join(err, x.Close()) }()
	name := say(imp.Name.Words())
	if err := x.SetSheetName("Sheet1", name); err != nil {
		return fmt.Errorf("sheet: template: %w", err)
	}
	if err := writeHeader(x, name, imp, schemas, lang); err != nil {
		return fmt.Errorf("sheet: template: %w", err)
	}
	if err := writeHints(x, say(text.Key("sheet.book.hints")), imp, lang, say); err != nil {
		return fmt.Errorf("sheet: template: %w", err)
	}
	return x.Write(w)
}

func writeHeader(x *excelize.File, name string, imp *register.Import, schemas *register.Schemas, lang text.Lang) error {
	bold, err := x.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, NumFmt: 49})
	if err != nil {
		return err
	}
	asText, err := x.NewStyle(&excelize.Style{NumFmt: 49})
	if err != nil {
		return err
	}
	for i, c := range imp.Columns {
		col := letter(i)
		head := c.Label.In(lang)
		if c.Required {
			head += "*"
		}
		if err := errors.Join(x.SetColStyle(name, col, asText), x.SetCellStr(name, col+"1", head),
			x.SetCellStyle(name, col+"1", col+"1", bold), x.SetColWidth(name, col, col, 16)); err != nil {
			return err
		}
		reg, key := c.Target()
		s, ok := schemas.Get(reg)
		if !ok {
			continue
		}
		if f, ok := s.Field(key); ok && len(f.Options) > 0 {
			words := make([]string, len(f.Options))
			for n, o := range f.Options {
				words[n] = o.Label.In(lang)
			}
			pick := excelize.NewDataValidation(true)
			pick.SetSqref(fmt.Sprintf("%s2:%s%d", col, col, MaxRows))
			if err := pick.SetDropList(words); err != nil {
				return err
			}
			if err := x.AddDataValidation(name, pick); err != nil {
				return err
			}
		}
	}
	return x.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

func writeHints(x *excelize.File, name string, imp *register.Import, lang text.Lang, say Say) error {
	if _, err := x.NewSheet(name); err != nil {
		return err
	}
	rows := [][]string{{say(imp.Hint.Words())}, {
		say(text.Key("sheet.book.column")), say(text.Key("sheet.book.hint")), say(text.Key("sheet.book.example")),
	}}
	for _, c := range imp.Columns {
		hint := c.Hint.In(lang)
		if c.Required {
			hint = say(text.Key("sheet.book.required")) + hint
		}
		rows = append(rows, []string{c.Label.In(lang), hint, c.Example})
	}
	for i, row := range rows {
		if err := x.SetSheetRow(name, fmt.Sprint("A", i+1), &row); err != nil {
			return err
		}
	}
	return errors.Join(x.SetColWidth(name, "A", "A", 18), x.SetColWidth(name, "B", "B", 60), x.SetColWidth(name, "C", "C", 24))
}

// WriteTable writes one sheet in a stream, for exports of any length; every cell is a text.
func WriteTable(w io.Writer, name string, rows func(yield func([]string) bool)) (err error) {
	x := excelize.NewFile()
	defer func() { err = errors.Join(err, x.Close()) }()
	if err := x.SetSheetName("Sheet1", name); err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	s, err := x.NewStreamWriter(name)
	if err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	n := 0
	for row := range rows {
		n++
		cells := make([]any, len(row))
		for i, c := range row {
			cells[i] = c
		}
		if err := s.SetRow(fmt.Sprint("A", n), cells); err != nil {
			return fmt.Errorf("sheet: row %d: %w", n, err)
		}
	}
	if err := s.Flush(); err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	return x.Write(w)
}
