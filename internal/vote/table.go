package vote

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gongzhi/internal/exact"
	"gongzhi/internal/fault"
)

// table reads a CSV file by column name and gathers its faults. A row is one line: no cell may hold what nobody sees on
// paper, so none holds the end of a line, and a quotation mark left open spoils its own line and not all those below.
type table struct {
	in     *bufio.Reader
	column map[string]int
	width  int
	record []string
	line   int
	faults []fault.Field
	broken error // of the reader itself
}

// openTable reads the header. A header that lacks a column, has one twice or one that nobody knows is refused at
// once, because every row would then be misread.
func openTable(r io.Reader, columns, extras []string) (*table, error) {
	in := bufio.NewReader(r)
	if mark, _ := in.Peek(3); string(mark) == "\ufeff" { // as Excel writes
		_, _ = in.Discard(3) // was just peeked
	}
	t := &table{in: in, column: map[string]int{}}
	header, more := t.row()
	switch {
	case t.broken != nil:
		return nil, t.broken
	case !more:
		t.line = 1
		t.no("header", "vote.csv.empty", "")
		return nil, t.err()
	case !t.cells(header):
		t.no("header", "vote.csv.quotes", "")
		return nil, t.err()
	}
	for i, name := range t.record {
		name = strings.TrimSpace(name)
		if !utf8.ValidString(name) || invisible(name) {
			t.no("header", "vote.csv.header", "")
			continue
		}
		if _, twice := t.column[name]; twice {
			t.no(name, "vote.csv.column_twice", name)
		} else if !slices.Contains(columns, name) && !slices.Contains(extras, name) {
			t.no(name, "vote.csv.column_unknown", name)
		}
		t.column[name] = i
	}
	for _, name := range columns {
		if _, ok := t.column[name]; !ok {
			t.no(name, "vote.csv.column_missing", name)
		}
	}
	t.width = len(t.record)
	if err := t.err(); err != nil {
		return nil, err
	}
	return t, nil
}

// next goes to the next row that can be read as cells; the others become faults.
func (t *table) next() bool {
	for {
		row, more := t.row()
		switch {
		case !more:
			return false
		case !t.cells(row):
			t.no("row", "vote.csv.quotes", "")
		case len(t.record) != t.width:
			t.noArgs("row", "vote.csv.width", fault.Args{"Value": len(t.record), "Want": t.width})
		case plain(row):
			return true
		case !utf8.ValidString(row):
			t.no("row", "vote.csv.encoding", "")
		case slices.ContainsFunc(t.record, invisible):
			t.no("row", "vote.csv.invisible", "")
		default:
			return true
		}
	}
}

// row is the next line that is not blank, without its end. more is false after the last and where the reader broke.
func (t *table) row() (row string, more bool) {
	for {
		row, err := t.in.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			t.broken = fmt.Errorf("vote: reading after line %d: %w", t.line, err)
			return "", false
		}
		if row == "" {
			return "", false
		}
		t.line++
		if row = strings.TrimSuffix(strings.TrimSuffix(row, "\n"), "\r"); strings.TrimSpace(row) != "" {
			return row, true
		}
	}
}

// cells parts a row at its commas, and tells whether its quotation marks pair.
func (t *table) cells(row string) bool {
	t.record = t.record[:0]
	if !strings.Contains(row, `"`) {
		for cell := range strings.SplitSeq(row, ",") {
			t.record = append(t.record, cell)
		}
		return true
	}
	r := csv.NewReader(strings.NewReader(row))
	r.FieldsPerRecord = -1 // counted by next, so that the fault has its own words
	record, err := r.Read()
	t.record = append(t.record, record...)
	return err == nil
}

// plain rows, most of them, have nothing but what a typewriter has.
func plain(row string) bool {
	for i := range len(row) {
		if row[i] < ' ' || row[i] > '~' {
			return false
		}
	}
	return true
}

// invisible finds characters that nobody sees on paper and that would make two owners of one name: control characters,
// joiners, marks of direction. Blanks around a cell do no harm, they are trimmed.
func invisible(cell string) bool {
	return strings.ContainsFunc(strings.TrimSpace(cell), func(r rune) bool {
		return r < ' ' || r >= 0x7f && unicode.In(r, unicode.Cc, unicode.Cf)
	})
}

// cell is empty where the file has no such column.
func (t *table) cell(name string) string {
	i, ok := t.column[name]
	if !ok {
		return ""
	}
	return strings.TrimSpace(t.record[i])
}

// area reads a cell as any program reads a number, so that whoever recounts with another one finds the same: the
// full-width digits, units and commas that a form takes are refused.
func (t *table) area(name string) exact.Area {
	cell := t.cell(name)
	a, err := exact.ParseArea(cell)
	var bad *exact.ParseError
	switch {
	case errors.As(err, &bad):
		t.no(name, "vote.csv.area."+bad.Reason.String(), cell)
	case strings.Trim(cell, "0123456789.") != "":
		t.no(name, "vote.csv.area.plain", cell)
	}
	return a
}

func (t *table) no(name, code, value string) { t.noArgs(name, code, fault.Args{"Value": value}) }

func (t *table) noArgs(name, code string, args fault.Args) {
	t.faults = append(t.faults, fault.Field{Name: name, Row: t.line, Code: code, Args: args})
}

// err is nil, the reader's own error, or one refusal with all faults by line.
func (t *table) err() error {
	if t.broken != nil {
		return t.broken
	}
	if len(t.faults) == 0 {
		return nil
	}
	slices.SortStableFunc(t.faults, func(a, b fault.Field) int { return a.Row - b.Row })
	return &fault.Refusal{Kind: fault.Invalid, Code: "vote.csv.faults", Fields: t.faults, Args: fault.Args{"N": len(t.faults)}}
}
