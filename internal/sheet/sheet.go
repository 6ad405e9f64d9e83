// Package sheet reads the spreadsheets a community keeps and writes the ones it gets back.
//
// In: an uploaded .xlsx or .csv and the charter's declaration of an import. Out: a table with the row numbers the
// person sees, the header found in it, register entries with ids that are the same every time, and every fault at its
// row, column and value; and workbooks to download. It writes no register: package book plans and applies.
//
// A file is judged by its content, never by its name, and before it is unpacked. Nothing in a file is ever run: macros
// and formulas are not evaluated, links are not followed. Nothing is dropped silently: what is not taken is a fault or
// a warning.
package sheet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"gongzhi/internal/fault"
	"gongzhi/internal/register"
)

// What is taken at most. A larger file is refused, not cut.
const (
	MaxBytes = 20 << 20 // of the file as uploaded
	MaxRows  = 50_000   // with something in them, over all sheets
	MaxCols  = 200
	MaxCell  = 4_000 // characters; the longest text any field takes
	maxText  = 96 << 20
)

// Table is one sheet of a workbook, or a CSV file. Blank rows are left out; the others keep their numbers.
type Table struct {
	Name string
	Rows []Row
}

// Row is one row. N counts from 1 as the person sees it; Cells have no blanks at their ends.
type Row struct {
	N     int
	Cells []string
}

func (r Row) cell(i int) string {
	if i < 0 || i >= len(r.Cells) {
		return ""
	}
	return r.Cells[i]
}

// Refuse makes a refusal about a file. Its words stand under "sheet.".
func refuse(kind fault.Kind, code string, args fault.Args) error {
	return fault.Refuse(kind, "sheet."+code, fault.Basis{}, args)
}

// Read reads an uploaded file of size bytes.
//
// It refuses with [fault.TooLarge] what passes the limits above, with [fault.Unsupported] any other kind of file, one
// that needs a password, and one that unpacks to far more than it is, and with [fault.Invalid] an empty or damaged one.
func Read(ctx context.Context, file io.ReaderAt, size int64) ([]Table, error) {
	switch {
	case size > MaxBytes:
		return nil, refuse(fault.TooLarge, "too_many_bytes", fault.Args{"Max": MaxBytes >> 20})
	case size == 0:
		return nil, refuse(fault.Invalid, "empty", nil)
	}
	kind, err := sniff(file, size)
	if err != nil {
		return nil, err
	}
	gather := &gatherer{}
	if kind == "csv" {
		err = readCSV(ctx, file, size, gather)
	} else {
		err = readXLSX(ctx, file, size, gather)
	}
	if err != nil {
		return nil, err
	}
	if gather.rows == 0 {
		return nil, refuse(fault.Invalid, "empty", nil)
	}
	return gather.tables, nil
}

// gatherer keeps rows within the limits.
type gatherer struct {
	tables []Table
	rows   int
	text   int
}

func (g *gatherer) begin(name string) { g.tables = append(g.tables, Table{Name: name}) }

func (g *gatherer) add(n int, cells []string) error {
	kept := make([]string, 0, min(len(cells), MaxCols))
	for i, c := range cells {
		c = strings.ToValidUTF8(strings.TrimSpace(c), "\ufffd")
		if register.Fold(c) == "" {
			continue
		}
		if i >= MaxCols {
			return refuse(fault.TooLarge, "too_many_columns", fault.Args{"Max": MaxCols, "Row": n})
		}
		if len(c) > MaxCell*3 { // a Chinese character is three bytes; the field itself counts exactly
			return refuse(fault.TooLarge, "cell_too_long", fault.Args{"Max": MaxCell, "Row": n})
		}
		for len(kept) < i {
			kept = append(kept, "")
		}
		kept = append(kept, strings.Clone(c)) // so that a cell does not hold on to the row it was read from
		g.text += len(c)
	}
	if len(kept) == 0 {
		return nil
	}
	if g.rows++; g.rows > MaxRows {
		return refuse(fault.TooLarge, "too_many_rows", fault.Args{"Max": MaxRows})
	}
	if g.text > maxText {
		return refuse(fault.TooLarge, "too_much_text", fault.Args{"Max": maxText >> 20})
	}
	t := &g.tables[len(g.tables)-1]
	t.Rows = append(t.Rows, Row{N: n, Cells: kept})
	return nil
}

// damaged wraps what a library says about a file that is broken inside; refusals pass as they are.
func damaged(err error) error {
	if _, ok := fault.As(err); ok || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return refuse(fault.Invalid, "damaged", fault.Args{"Why": fmt.Sprint(err)})
}
