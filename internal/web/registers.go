package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/redact"
	"gongzhi/internal/register"
	"gongzhi/internal/text"
)

func (s *Site) registerList(r *http.Request, rd *reader) (page.Page, error) {
	var list []page.Link
	for _, sch := range s.charter().Registers.All() {
		list = append(list, page.Link{Words: sch.Name.Words(), Href: "/desk/registers/" + sch.Key, Icon: "table"})
	}
	return page.Page{Frame: page.Desk, Title: text.Key("web.nav.registers"), Blocks: []page.Block{page.Rows{List: list}}}, nil
}

func (s *Site) schema(key string) (*register.Schema, error) {
	sch, ok := s.charter().Registers.Get(key)
	if !ok {
		return nil, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	}
	return sch, nil
}

// register lists the rows of one register as they stand today; personal fields stay sealed in lists.
func (s *Site) register(r *http.Request, rd *reader) (page.Page, error) {
	sch, err := s.schema(r.PathValue("register"))
	if err != nil {
		return page.Page{}, err
	}
	q := r.URL.Query()
	f := book.Filter{Register: sch.Key, On: s.today()}
	if under, ok := register.ParseRowID(q.Get("under")); ok {
		f.Under = under
	}
	in := s.registers(r.Context(), s.Store.Read(), rd)
	got, err := in.List(f, q.Get("after"), pageOf)
	if err != nil {
		return page.Page{}, err
	}
	t := page.Table{Caption: sch.Name.Words(), Empty: text.Key("web.rows_none"), Columns: []page.Column{{Words: text.Key("web.col.name")}}}
	var shown []*register.Field
	for i := range sch.Fields {
		f := &sch.Fields[i]
		if !f.Personal && len(shown) < 6 && f.Type != register.Rows && f.Type != register.Geometry {
			shown = append(shown, f)
			t.Columns = append(t.Columns, page.Column{Words: f.Label.Words(), Numeric: f.Type == register.Area || f.Type == register.Count})
		}
	}
	if sch.Parent != "" {
		t.Columns = slices.Insert(t.Columns, 1, page.Column{Words: text.Key("web.col.within")})
	}
	places := map[act.RowID]register.Row{}
	for _, row := range got.Rows {
		href := fmt.Sprintf("/desk/registers/%s/%s", sch.Key, row.ID.ID)
		cells := []page.Cell{{Words: text.Plain(row.Name), Href: href}}
		if sch.Parent != "" {
			place, err := s.within(in, row, places)
			if err != nil {
				return page.Page{}, err
			}
			cells = append(cells, page.Cell{Words: text.Plain(place)})
		}
		for _, f := range shown {
			cells = append(cells, page.Cell{Words: text.Plain(f.Say(row.Values[f.Key]))})
		}
		t.Rows = append(t.Rows, page.Row{Href: href, Cells: cells})
	}
	if got.Next != "" {
		q.Set("after", got.Next)
		t.Next = "/desk/registers/" + sch.Key + "?" + q.Encode()
	}
	add := "/desk/registers/" + sch.Key + "/new"
	if !f.Under.IsZero() && f.Under.Register == sch.Parent {
		add += "?under=" + f.Under.ID
	}
	return page.Page{
		Frame: page.Desk, Title: sch.Name.Words(), Lead: text.Key("web.as_of", "Day", s.today().String()), Blocks: []page.Block{t},
		Head: []page.Link{{Words: text.Key("web.row.new", "Register", sch.Name), Href: add, Icon: "plus"}},
	}, nil
}

// within names where a row lies: the nearest row above that its own name does not tell already. seen remembers rows
// above, which many rows of one page share.
func (s *Site) within(in *book.Reader, row register.Row, seen map[act.RowID]register.Row) (string, error) {
	for id := row.Parent; !id.IsZero(); {
		above, known := seen[id]
		if !known {
			var err error
			if above, known, err = in.Row(id, s.today()); err != nil || !known {
				return "", err
			}
			seen[id] = above
		}
		if !strings.Contains(row.Name, above.Name) {
			return above.Name, nil
		}
		id = above.Parent
	}
	return "", nil
}

// registerRow is one row: its fields as they stand, and how they came to be.
func (s *Site) registerRow(r *http.Request, rd *reader) (page.Page, error) {
	sch, err := s.schema(r.PathValue("register"))
	if err != nil {
		return page.Page{}, err
	}
	id := act.RowID{Register: sch.Key, ID: r.PathValue("id")}
	reader := s.registers(r.Context(), s.Store.Read(), rd)
	row, ok, err := reader.Row(id, s.today())
	if err != nil {
		return page.Page{}, err
	}
	if !ok {
		return page.Page{}, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	}
	path, err := reader.Path(id, s.today())
	if err != nil {
		return page.Page{}, err
	}
	facts := page.Facts{}
	for i := range sch.Fields {
		f := &sch.Fields[i]
		facts.List = append(facts.List, page.Fact{Term: f.Label.Words(), Value: s.seen(rd, row, path, f)})
	}
	versions, err := reader.History(id)
	if err != nil {
		return page.Page{}, err
	}
	t := page.Table{Caption: text.Key("web.versions"), Columns: []page.Column{{Words: text.Key("web.col.version"), Numeric: true}, {Words: text.Key("web.col.from")}, {Words: text.Key("web.col.until")}, {Words: text.Key("web.col.change")}}}
	for _, v := range versions {
		until := text.Key("web.still")
		if !v.To.IsZero() {
			until = text.Plain(v.To.String())
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			{Words: text.Plain(strconv.FormatInt(int64(v.N), 10))}, {Words: text.Plain(v.From.String())}, {Words: until}, {Words: text.Plain(v.Change)},
		}})
	}
	p := page.Page{
		Frame: page.Desk, Title: text.Plain(row.Name), Lead: sch.Name.Words(), Back: &page.Link{Words: sch.Name.Words(), Href: "/desk/registers/" + sch.Key},
		Blocks: []page.Block{page.Panel{Title: text.Key("web.facts"), Blocks: []page.Block{facts}}, page.Panel{Title: text.Key("web.versions"), Blocks: []page.Block{t}}},
		Head:   []page.Link{{Words: text.Key("web.row.change"), Href: "/desk/registers/" + id.String() + "/change", Icon: "edit"}},
	}
	if _, may := s.eyes(rd).Opens(path); may && len(row.Masked) > 0 {
		p.Head = append(p.Head, page.Link{Words: text.Key("privacy.open"), Href: "/desk/registers/" + id.String() + "/sealed", Icon: "lock"})
	}
	if r.URL.Query().Get("done") != "" {
		p.Blocks = append([]page.Block{page.Banner{Tone: page.Good, Words: text.Key("web.row.done")}}, p.Blocks...)
	}
	var below []page.Link
	for _, other := range s.charter().Registers.All() {
		if other.Parent == sch.Key {
			below = append(below, page.Link{Words: other.Name.Words(), Href: "/desk/registers/" + other.Key + "?under=" + id.String(), Icon: "table"})
		}
	}
	if len(below) > 0 {
		p.Aside = []page.Block{page.Rows{Title: text.Key("web.below"), List: below}}
	}
	return p, nil
}

// seen is a value as the reader may see it: itself, its mask, or that it is not for them.
func (s *Site) seen(rd *reader, row register.Row, path string, f *register.Field) text.Words {
	switch s.eyes(rd).Sees(row.ID, path, f) {
	case redact.Plain:
		return f.Told(row.Values[f.Key])
	case redact.Masked:
		if m := row.Masked[f.Key]; m != "" {
			return text.Plain(m)
		}
		return text.Key("web.sealed_field")
	case redact.Hidden:
	}
	return text.Key("privacy.hidden")
}
