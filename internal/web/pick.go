package web

import (
	"slices"
	"strings"
	"unicode"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// A row is chosen from a list where there are few, and where there are many by typing part of its name: the form comes
// back with those that have it. No page ever loads a register to offer it.

const (
	fewRows     = 30   // are offered as a list
	picksShown  = 12   // are offered at once to somebody who looks for one
	mostWalked  = 2000 // rows below a place are compared by their whole names
	walkedAtOne = 500
)

// picker offers rows of some registers to one reader.
type picker struct {
	s         *Site
	in        *book.Reader
	rd        *reader
	registers []string
	under     act.RowID      // rows at or below it; zero: everywhere
	bare      bool           // one register, whose rows are sent by their ids alone
	reach     register.Reach // of whoever looks
	within    map[act.RowID]register.Row
}

// picker offers rows as forms of registers send them, "unit/u1".
func (s *Site) picker(in *book.Reader, rd *reader, registers []string) picker {
	return picker{s: s, in: in, rd: rd, registers: registers, reach: register.ToStaff, within: map[act.RowID]register.Row{}}
}

// pickerOf offers the rows of one register below a place, as questions of methods send them, "u1".
func (s *Site) pickerOf(in *book.Reader, rd *reader, name string, under act.RowID) picker {
	p := s.picker(in, rd, []string{name})
	p.under, p.bare = under, true
	if !rd.desk {
		p.reach = register.ToAll
	}
	return p
}

// send is a row as its form sends it, and parse reads that.
func (p picker) send(id act.RowID) string {
	if p.bare {
		return id.ID
	}
	return id.String()
}

func (p picker) parse(s string) (act.RowID, bool) {
	if p.bare {
		return act.RowID{Register: p.registers[0], ID: s}, s != ""
	}
	return register.ParseRowID(s)
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
	if row, ok, err := p.row(value); err != nil {
		return x, err
	} else if ok {
		rows = append(rows, row)
	}
	if typed != "" {
		more, _, err := p.look(typed, picksShown)
		if err != nil {
			return x, err
		}
		for _, row := range more {
			if p.send(row.ID) != value {
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

// row is the one that was chosen, if there is one and it may be.
func (p picker) row(value string) (row register.Row, ok bool, err error) {
	id, ok := p.parse(value)
	if !ok || !slices.Contains(p.registers, id.Register) {
		return row, false, nil
	}
	row, ok, err = p.in.Row(id, p.s.today())
	return row, ok && (p.under.IsZero() || p.in.Covers(p.under, id, p.s.today())), err
}

// options name rows, with the place each lies in where that is not said by the name.
func (p picker) options(rows []register.Row) (out []page.Option, err error) {
	for _, row := range rows {
		place := ""
		if p.under.IsZero() { // else all lie in the same one
			if place, err = p.s.within(p.in, row, p.s.today(), p.within); err != nil {
				return nil, err
			}
		}
		words := row.Name
		if place != "" && !strings.Contains(row.Name, place) {
			words += "（" + place + "）"
		}
		out = append(out, page.Option{Value: p.send(row.ID), Words: text.Plain(words)})
	}
	return out, nil
}

// pickRows reads the answers to questions that name a row: what was typed to look for one is replaced by the row that is
// meant. It refuses, with every such question at once, where that is none or several.
func (s *Site) pickRows(in *book.Reader, rd *reader, fields step.Fields, under act.RowID, sub step.Submission, basis fault.Basis) error {
	var bad fault.Fields
	for _, f := range fields {
		line := f.Key + page.PickText
		typed := strings.TrimSpace(sub.Value(line))
		if f.Type != step.RowType || typed == "" {
			delete(sub.Values, line)
			continue
		}
		row, found, err := s.pickerOf(in, rd, f.Register, under).chosen(f.Key, sub.Value(f.Key), typed, &bad)
		if err != nil {
			return err
		}
		if found {
			delete(sub.Values, line)
			sub.Values[f.Key] = []string{row}
		}
	}
	return bad.Err("form.faults", basis)
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
	same := slices.DeleteFunc(slices.Clone(rows), func(row register.Row) bool { return row.Name != typed })
	switch {
	case len(same) == 1:
		return p.send(same[0].ID), true, nil
	case len(rows) == 0:
		row, ok, err := p.row(typed) // a code, or what a list says of the row
		if ok || err != nil {
			return p.send(row.ID), ok, err
		}
		bad.Add(name, "lists.pick_none", fault.Args{"Text": typed})
	case len(rows) == 1:
		return p.send(rows[0].ID), true, nil
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
			got, err = p.in.List(book.Filter{Register: name, Under: p.under, On: p.s.today(), Text: typed, Reach: p.reach}, "", limit+1)
			if some = got.Rows; err == nil && len(some) == 0 && typed != "" && !p.under.IsZero() {
				some, err = p.numbered(name, typed, limit+1)
			}
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

// numbered finds rows by the numbers and letters of their whole names, places above included: "3-2-401" is 401 on the
// second staircase of building 3. Those that say the end of the name come before those that leave something out.
func (p picker) numbered(name, typed string, limit int) (rows []register.Row, err error) {
	want := tokens(typed)
	if len(want) == 0 {
		return nil, nil
	}
	var loose []register.Row
	after := ""
	for walked := 0; walked < mostWalked; walked += walkedAtOne {
		got, err := p.in.List(book.Filter{Register: name, Under: p.under, On: p.s.today()}, after, walkedAtOne)
		if err != nil {
			return nil, err
		}
		for _, row := range got.Rows {
			have := tokens(row.Name)
			switch {
			case endsIn(have, want), endsIn(want, have): // the compound may be said, too
				rows = append(rows, row)
			case len(have) > 0 && have[len(have)-1] == want[len(want)-1] && inOrder(have, want):
				loose = append(loose, row)
			}
		}
		if after = got.Next; after == "" {
			break
		}
	}
	if len(rows) == 0 {
		rows = loose
	}
	return rows[:min(len(rows), limit)], nil
}

// tokens are the numbers and letters of a place: "3号楼2单元401", "3-2-401" and "3 2 401" have the same.
func tokens(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func endsIn(have, want []string) bool {
	n := len(want)
	return n > 0 && n <= len(have) && slices.Equal(have[len(have)-n:], want)
}

// inOrder tells whether all that is wanted is there, one after the other, whatever stands between.
func inOrder(have, want []string) bool {
	for _, x := range have {
		if len(want) > 0 && x == want[0] {
			want = want[1:]
		}
	}
	return len(want) == 0
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
			here := p.under.IsZero() || p.in.Covers(p.under, row.ID, p.s.today())
			if here && !seen[row.ID] && len(rows) < limit && p.s.keeps(p.rd, path) {
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
		at := m.Scope
		if !p.under.IsZero() && (at.IsZero() || p.in.Covers(at, p.under, p.s.today())) {
			at = p.under
		}
		if !p.under.IsZero() && !p.in.Covers(p.under, at, p.s.today()) {
			continue // somewhere else
		}
		got, err := p.in.List(book.Filter{Register: sch.Key, Under: at, On: p.s.today()}, "", limit-len(rows))
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
