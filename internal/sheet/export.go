package sheet

import (
	"fmt"
	"io"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/register"
	"gongzhi/internal/text"
)

// nobody holds the place of a number or telephone that somebody does not have; reading a roster knows it.
const nobody = "无"

// WriteRoster writes the rooms and owners of a compound as they stood on a day, under the headers of the import: read
// back, it changes nothing. rd must be open for what the columns show; what it may not see stays blank, and such a
// sheet is for reading only.
func WriteRoster(w io.Writer, imp *register.Import, in Input, rd *book.Reader, lang text.Lang) error {
	e := exporter{in: in, imp: imp, rd: rd, rows: map[act.RowID]register.Row{}}
	parts, err := rd.Rows(imp.Makes["part"], in.Compound, in.On)
	if err != nil {
		return err
	}
	for _, name := range []string{"building", "person"} {
		list, err := rd.Rows(imp.Makes[name], in.Compound, in.On)
		if err != nil {
			return err
		}
		for _, r := range list {
			e.rows[r.ID] = r
		}
	}
	var failed error
	err = WriteTable(w, imp.Name.In(lang), func(yield func([]string) bool) {
		head := make([]string, len(imp.Columns))
		for i, c := range imp.Columns {
			head[i] = c.Label.In(lang)
		}
		if !yield(head) {
			return
		}
		for _, p := range parts {
			line, err := e.line(p)
			if failed = err; err != nil || !yield(line) {
				return
			}
		}
	})
	if failed != nil {
		return failed
	}
	return err
}

type exporter struct {
	in   Input
	imp  *register.Import
	rd   *book.Reader
	rows map[act.RowID]register.Row
}

// row finds a row by the text of its id; those outside the compound are read once.
func (e *exporter) row(name string) (register.Row, error) {
	id, ok := register.ParseRowID(name)
	if !ok {
		return register.Row{}, fmt.Errorf("sheet: %q is no row", name)
	}
	if r, ok := e.rows[id]; ok {
		return r, nil
	}
	r, _, err := e.rd.Row(id, e.in.On)
	e.rows[id] = r
	return r, err
}

func (e *exporter) line(part register.Row) ([]string, error) {
	var owners []register.Row
	for _, id := range part.List("owners") {
		r, err := e.row(id)
		if err != nil {
			return nil, err
		}
		owners = append(owners, r)
	}
	line := make([]string, len(e.imp.Columns))
	for i, c := range e.imp.Columns {
		var err error
		if line[i], err = e.cell(c, part, owners); err != nil {
			return nil, err
		}
	}
	return line, nil
}

func (e *exporter) cell(c register.Column, part register.Row, owners []register.Row) (string, error) {
	switch c.Key {
	case "owner":
		return each(owners, func(r register.Row) string { return r.Name }), nil
	case "id_number":
		return each(owners, func(r register.Row) string {
			if r.ID.Register == e.imp.Makes["unit"] {
				return r.Text("uscc")
			}
			return r.Text("id_number")
		}), nil
	case "phone":
		return each(owners, func(r register.Row) string {
			if r.ID.Register == e.imp.Makes["unit"] {
				return "" // a roster keeps people's telephones only
			}
			return r.Text("phone")
		}), nil
	case "builder":
		if part.Text("builder") == "" {
			return "", nil
		}
		r, err := e.row(part.Text("builder"))
		return r.Name, err
	}
	reg, key := c.Target()
	from := part
	if reg == e.imp.Makes["building"] {
		from = e.rows[part.Parent]
	}
	if s, ok := e.in.Schemas.Get(reg); ok {
		if f, ok := s.Field(key); ok {
			return f.Say(from.Values[key]), nil
		}
	}
	return "", nil
}

// each joins one value of every owner, or nothing where none has any.
func each(owners []register.Row, value func(register.Row) string) string {
	list := make([]string, len(owners))
	some := false
	for i, r := range owners {
		list[i] = value(r)
		some = some || list[i] != ""
		if list[i] == "" {
			list[i] = nobody
		}
	}
	if !some {
		return ""
	}
	return strings.Join(list, "、")
}
