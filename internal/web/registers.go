package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/redact"
	"gongzhi/internal/register"
	"gongzhi/internal/text"
)

// registerList names every register with how many rows it has.
func (s *Site) registerList(r *http.Request, rd *reader) (page.Page, error) {
	in := s.registers(r.Context(), s.Store.Read(), rd)
	var list []page.Link
	for _, sch := range s.charter().Registers.All() {
		got, err := in.List(book.Filter{Register: sch.Key, On: s.today()}, "", 1)
		if err != nil {
			return page.Page{}, err
		}
		list = append(list, page.Link{
			Words: sch.Name.Words(), Note: text.Key("lists.rows", "N", bounded(got.Total)), Href: "/desk/registers/" + sch.Key, Icon: "table",
		})
	}
	p := page.Page{
		Frame: page.Desk, Title: text.Key("web.nav.registers"), Blocks: []page.Block{page.Rows{List: list}},
		Head: []page.Link{{Words: text.Key("web.nav.import"), Href: "/desk/import", Icon: "upload"}},
	}
	counts, err := in.Spared()
	if err != nil {
		return p, err
	}
	if len(counts) > 0 {
		f := page.Figures{}
		for _, c := range counts {
			f.List = append(f.List, page.Figure{
				Label: text.Key("lists.spared_" + c.How), Value: text.Plain(strconv.FormatInt(c.N, 10)), Unit: text.Key("lists.characters"), Note: text.Key("lists.spared_since", "Day", c.Since),
			})
		}
		p.Blocks = append(p.Blocks, page.Section{Title: text.Key("lists.spared"), Blocks: []page.Block{f, page.Prose{Words: []text.Words{text.Key("lists.spared_how")}}}})
	}
	return p, nil
}

func (s *Site) schema(key string) (*register.Schema, error) {
	sch, ok := s.charter().Registers.Get(key)
	if !ok {
		return nil, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	}
	return sch, nil
}

// asOf is the day that a page of registers is asked for, and whether it lies before today.
func (s *Site) asOf(r *http.Request) (on calendar.Date, past bool, err error) {
	said := r.URL.Query().Get(queryOn)
	if said == "" {
		return s.today(), false, nil
	}
	on, ok := register.ReadDate(said)
	if !ok {
		return on, false, fault.Refuse(fault.Invalid, "lists.filter_unknown", fault.Basis{}, fault.Args{"Name": queryOn})
	}
	return on, on.Before(s.today()), nil
}

// registerRow is one row: its fields as they stood on a day, what names it, and how it came to be.
func (s *Site) registerRow(r *http.Request, rd *reader) (page.Page, error) {
	sch, err := s.schema(r.PathValue("register"))
	if err != nil {
		return page.Page{}, err
	}
	on, past, err := s.asOf(r)
	if err != nil {
		return page.Page{}, err
	}
	id := act.RowID{Register: sch.Key, ID: r.PathValue("id")}
	in := s.registers(r.Context(), s.Store.Read(), rd)
	row, ok, err := in.Row(id, on)
	if err != nil {
		return page.Page{}, err
	}
	if !ok {
		return page.Page{}, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	}
	path, err := in.Path(id, on)
	if err != nil {
		return page.Page{}, err
	}
	facts := page.Facts{}
	eyes := s.eyes(rd)
	for i := range sch.Fields {
		f := &sch.Fields[i]
		value, err := s.factWords(in, eyes.Sees(id, path, f), f, row, on)
		if err != nil {
			return page.Page{}, err
		}
		facts.List = append(facts.List, page.Fact{Term: f.Label.Words(), Value: value})
	}
	history, err := s.rowHistory(in, sch, id)
	if err != nil {
		return page.Page{}, err
	}
	p := page.Page{
		Frame: page.Desk, Title: text.Plain(row.Name), Lead: sch.Name.Words(), Back: &page.Link{Words: sch.Name.Words(), Href: "/desk/registers/" + sch.Key},
		Blocks: []page.Block{page.Panel{Title: text.Key("web.facts"), Blocks: []page.Block{facts}}, page.Panel{Title: text.Key("web.versions"), Blocks: []page.Block{history}}},
		Head:   []page.Link{{Words: text.Key("web.row.change"), Href: "/desk/registers/" + id.String() + "/change", Icon: "edit"}},
	}
	if _, may := eyes.Opens(id.Register, path); may && len(row.Masked) > 0 {
		p.Head = append(p.Head, page.Link{Words: text.Key("privacy.open"), Href: "/desk/registers/" + id.String() + "/sealed", Icon: "lock"},
			page.Link{Words: text.Key("web.erase.row_title"), Href: "/desk/registers/" + id.String() + "/erase", Icon: "trash"})
	}
	if past {
		p.Head = nil
		p.Blocks = slices.Insert(p.Blocks, 0, page.Block(page.Banner{
			Tone: page.Soon, Words: text.Key("lists.past", "Day", on.String()), Links: []page.Link{{Words: text.Key("lists.back"), Href: "/desk/registers/" + id.String()}},
		}))
	}
	if r.URL.Query().Get("done") != "" {
		p.Blocks = slices.Insert(p.Blocks, 0, page.Block(page.Banner{Tone: page.Good, Words: text.Key("web.row.done")}))
	}
	if below := s.below(sch, id); len(below) > 0 {
		p.Aside = append(p.Aside, page.Rows{Title: text.Key("web.below"), List: below})
	}
	named, err := s.naming(in, id)
	if err != nil {
		return page.Page{}, err
	}
	if len(named) > 0 {
		p.Aside = append(p.Aside, page.Rows{Title: text.Key("lists.used_by"), List: named})
	}
	return p, nil
}

// counted puts the unit of a field after its value.
func counted(f *register.Field, value text.Words) text.Words {
	if f.Unit.IsZero() || value.IsZero() {
		return value
	}
	return text.Key("lists.quantity", "N", value, "Unit", f.Unit)
}

// factWords is one value on the page of its row as the reader may see it: itself, its mask, or that it is not for them.
// What is computed says from what.
func (s *Site) factWords(in *book.Reader, sight redact.Sight, f *register.Field, row register.Row, on calendar.Date) (text.Words, error) {
	switch {
	case sight == redact.Hidden:
		return text.Key("privacy.hidden"), nil
	case sight == redact.Masked && row.Masked[f.Key] != "":
		return text.Plain(row.Masked[f.Key]), nil
	case sight == redact.Masked:
		return text.Key("web.sealed_field"), nil
	}
	value, err := s.valueWords(in, f, row.Values[f.Key], on)
	if err != nil || value.IsZero() && f.Formula == "" {
		return value, err
	}
	value = counted(f, value)
	switch {
	case f.Formula != "" && row.Values[f.Key] == nil:
		return text.Key("lists.computed_not", "Formula", f.Formula), nil
	case f.Formula != "":
		return text.Key("lists.computed", "Value", value, "Formula", f.Formula), nil
	case f.Assumed:
		return text.Key("lists.assumed", "Value", value), nil
	}
	return value, nil
}

// rowHistory is every version of a row with what changed in it. A personal value is not shown, only that it stands.
func (s *Site) rowHistory(in *book.Reader, sch *register.Schema, id act.RowID) (page.Table, error) {
	t := page.Table{Caption: text.Key("web.versions"), Columns: []page.Column{
		{Words: text.Key("web.col.version"), Numeric: true}, {Words: text.Key("web.col.from")}, {Words: text.Key("web.col.until")}, {Words: text.Key("lists.changed")},
	}}
	versions, err := in.History(id)
	if err != nil {
		return t, err
	}
	before := map[string]any{}
	for _, v := range versions {
		until := text.Key("web.still")
		if !v.To.IsZero() {
			until = text.Plain(v.To.String())
		}
		what := text.Key("lists.first")
		switch {
		case v.Ended:
			what = text.Key("lists.ended")
		case v.N > 1:
			var zh, en []string
			for _, key := range book.Differing(sch, before, v.Row.Values) {
				f, _ := sch.Field(key)
				zh, en = append(zh, f.Label.ZH), append(en, f.Label.EN)
			}
			what = text.Text{ZH: strings.Join(zh, "、"), EN: strings.Join(en, ", ")}.Words()
		}
		if !v.Ended {
			before = v.Row.Values
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			{Words: text.Plain(strconv.FormatInt(v.N, 10))}, {Words: text.Plain(v.From.String()), Href: fmt.Sprintf("/desk/registers/%s?on=%s", id, v.From)},
			{Words: until}, {Words: what},
		}})
	}
	return t, nil
}

// below are the registers whose rows lie in those of this one.
func (s *Site) below(sch *register.Schema, id act.RowID) (list []page.Link) {
	for _, other := range s.charter().Registers.All() {
		if other.Parent == sch.Key {
			list = append(list, page.Link{Words: other.Name.Words(), Href: "/desk/registers/" + other.Key + "?under=" + id.String(), Icon: "table"})
		}
	}
	return list
}

// naming are the lists of rows that name a row in one of their fields, with how many there are.
func (s *Site) naming(in *book.Reader, id act.RowID) (list []page.Link, err error) {
	for _, other := range s.charter().Registers.All() {
		for i := range other.Fields {
			f := &other.Fields[i]
			if !f.Filters() || !slices.Contains(f.Registers, id.Register) {
				continue
			}
			l := listing{schema: other}
			got, err := in.List(book.Filter{Register: other.Key, On: s.today(), Equal: map[string]string{f.Key: id.String()}}, "", 1)
			if err != nil {
				return nil, err
			}
			if len(got.Rows) > 0 {
				list = append(list, page.Link{
					Words: text.Key("lists.used", "Register", other.Name, "Field", f.Label), Note: text.Key("lists.rows", "N", bounded(got.Total)),
					Href: l.with(l.path(), queryFilter+f.Key, id.String()), Icon: "table",
				})
			}
		}
	}
	return list, nil
}
