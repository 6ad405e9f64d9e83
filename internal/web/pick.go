package web

import (
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/text"
)

// A row is chosen from a list where there are few, and where there are many by typing part of its name: the form comes
// back with those that have it. No page ever loads a register to offer it.

const (
	fewRows    = 30 // are offered as a list
	picksShown = 12 // are offered at once to somebody who looks for one
)

// picker offers rows of some registers to one reader.
type picker struct {
	s         *Site
	in        *book.Reader
	rd        *reader
	registers []string
	within    map[act.RowID]register.Row
}

func (s *Site) picker(in *book.Reader, rd *reader, registers []string) picker {
	return picker{s, in, rd, registers, map[act.RowID]register.Row{}}
}

// field offers rows: value is the one that is chosen, typed what was looked for.
func (p picker) field(x page.Field, value, typed string) (page.Field, error) {
	x.Value = value
	if rows, more, err := p.look("", fewRows); err != nil {
		return x, err
	} else if !more {
		x.Input = page.Select
		x.Options, err = p.options(rows)
		return x, err
	}
	x.Input = page.Pick
	var rows []register.Row
	if id, ok := register.ParseRowID(value); ok {
		row, ok, err := p.in.Row(id, p.s.today())
		if err != nil {
			return x, err
		}
		if ok {
			rows = append(rows, row)
		}
	}
	if typed != "" {
		more, _, err := p.look(typed, picksShown)
		if err != nil {
			return x, err
		}
		for _, row := range more {
			if row.ID.String() != value {
				rows = append(rows, row)
			}
		}
	}
	var err error
	if x.Options, err = p.options(rows); err != nil {
		return x, err
	}
	if !x.Required && value != "" {
		x.Options = append(x.Options, page.Option{Words: text.Key("lists.nothing")})
	}
	return x, nil
}

// options name rows, with the place each lies in where that is not said by the name.
func (p picker) options(rows []register.Row) (out []page.Option, err error) {
	for _, row := range rows {
		place, err := p.s.within(p.in, row, p.s.today(), p.within)
		if err != nil {
			return nil, err
		}
		words := row.Name
		if place != "" && !strings.Contains(row.Name, place) {
			words += "（" + place + "）"
		}
		out = append(out, page.Option{Value: row.ID.String(), Words: text.Plain(words)})
	}
	return out, nil
}

// chosen is the row that was meant: the one that was ticked, or the only one that what was typed finds. Where it finds
// none or several, a fault says so and the form comes back with them.
func (p picker) chosen(name, value, typed string, bad *fault.Fields) (row string, found bool, err error) {
	if typed == "" {
		return value, true, nil
	}
	rows, more, err := p.look(typed, picksShown)
	if err != nil {
		return value, false, err
	}
	var same []register.Row
	for _, row := range rows {
		if row.Name == typed || row.ID.String() == typed {
			same = append(same, row)
		}
	}
	switch {
	case len(same) == 1:
		return same[0].ID.String(), true, nil
	case len(rows) == 0:
		bad.Add(name, "lists.pick_none", fault.Args{"Text": typed})
	case len(rows) == 1:
		return rows[0].ID.String(), true, nil
	case more:
		bad.Add(name, "lists.pick_more", fault.Args{"Text": typed, "N": len(rows)})
	default:
		bad.Add(name, "lists.pick_several", fault.Args{"Text": typed, "N": len(rows)})
	}
	return value, false, nil
}

// look gives rows that fit what was typed, or the first of all. Of people those who live where the reader keeps registers
// are found, and by the whole of a name or a number only.
func (p picker) look(typed string, limit int) (rows []register.Row, more bool, err error) {
	for _, name := range p.registers {
		sch, err := p.s.schema(name)
		if err != nil {
			return nil, false, err
		}
		var some []register.Row
		if sch.Personal() {
			some, err = p.people(sch, typed, limit+1)
		} else {
			var got book.Page
			got, err = p.in.List(book.Filter{Register: name, On: p.s.today(), Text: typed, Reach: register.ToStaff}, "", limit+1)
			some = got.Rows
		}
		if err != nil {
			return nil, false, err
		}
		rows = append(rows, some...)
	}
	if len(rows) > limit {
		return rows[:limit], true, nil
	}
	return rows, false, nil
}

func (p picker) people(sch *register.Schema, typed string, limit int) (rows []register.Row, err error) {
	if typed == "" {
		return p.first(sch, limit)
	}
	seen := map[act.RowID]bool{}
	for i := range sch.Fields {
		f := &sch.Fields[i]
		v, why := f.Parse(typed, p.s.today())
		whole, _ := v.(string)
		if !f.Lookup || why != nil || whole == "" {
			continue
		}
		found, err := p.in.Find(sch.Key, f.Key, whole, p.s.today())
		if err != nil {
			return nil, err
		}
		for _, row := range found {
			path, err := p.in.Path(row.ID, p.s.today())
			if err != nil {
				return nil, err
			}
			if !seen[row.ID] && len(rows) < limit && p.s.keeps(p.rd, path) {
				seen[row.ID], rows = true, append(rows, row)
			}
		}
	}
	return rows, nil
}

func (p picker) first(sch *register.Schema, limit int) (rows []register.Row, err error) {
	for _, m := range p.rd.mandates {
		if role := p.s.charter().Roles[m.Role]; !role.Desk || !role.Books {
			continue
		}
		got, err := p.in.List(book.Filter{Register: sch.Key, Under: m.Scope, On: p.s.today()}, "", limit-len(rows))
		if err != nil {
			return nil, err
		}
		if rows = append(rows, got.Rows...); len(rows) >= limit {
			break
		}
	}
	return rows, nil
}

// keeps tells whether the reader keeps registers at a path.
func (s *Site) keeps(rd *reader, path string) bool {
	roles := s.charter().Roles
	for _, m := range rd.mandates {
		if role := roles[m.Role]; role.Desk && role.Books && !role.Own && (m.Scope.IsZero() || strings.HasPrefix(path, m.Path)) {
			return true
		}
	}
	return false
}
