package web

import (
	"net/http"

	"gongzhi/internal/act"
	"gongzhi/internal/docket"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// boardRows is how many rows of one kind a board names; the page behind its code has all.
const boardRows = 40

// board is what hangs at a place, printed: what anyone may know of it, what lies in it, and a code that opens its page. A
// road section's says who its chiefs are and how often they come.
func (s *Site) board(r *http.Request, rd *reader) (page.Page, error) {
	id := act.RowID{Register: r.PathValue("register"), ID: r.PathValue("id")}
	in := s.registers(r.Context(), s.Store.Read(), nobody) // a board has one reader: everybody
	row, ok, err := in.Row(id, s.today())
	if err != nil {
		return page.Page{}, err
	}
	sch, known := s.charter().Registers.Get(id.Register)
	if !ok || !known || !s.public(id.Register) {
		return page.Page{}, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	}
	p := page.Page{
		Frame: page.Paper, Title: text.Plain(row.Name), State: sch.Name.Words(), Back: &page.Link{Words: text.Plain(row.Name), Href: placeHref(id)},
		Blocks: []page.Block{openFacts(sch, row), page.QR{Href: placeHref(id), Note: text.Key("web.board.code")}},
	}
	for _, below := range s.charter().Registers.All() {
		if below.Parent != id.Register {
			continue
		}
		rows, err := in.Rows(below.Key, id, s.today())
		if err != nil {
			return page.Page{}, err
		}
		list := page.Facts{}
		for _, x := range rows {
			if below.Holds(x, s.today()) && len(list.List) < boardRows {
				ended, err := s.lastEnded(r, x.ID)
				if err != nil {
					return page.Page{}, err
				}
				list.List = append(list.List, page.Fact{Term: text.Plain(x.Name), Value: step.Besides(chosen(below, x), ended)})
			}
		}
		if len(list.List) > 0 {
			p.Blocks = append(p.Blocks, page.Section{Title: below.Name.Words(), Blocks: []page.Block{list}})
		}
	}
	if h := s.charter().Head.Hotline; h != "" {
		p.Foot = append(p.Foot, text.Key("web.hotline", "Phone", h))
	}
	return p, nil
}

// lastEnded is how the latest public matter about a row ended, such as that a shop has given its promise.
func (s *Site) lastEnded(r *http.Request, id act.RowID) (text.Words, error) {
	list, err := s.Docket.List(r.Context(), s.Store.Read(), docket.Filter{Subject: id.String(), Limit: 5})
	if err != nil {
		return text.Words{}, err
	}
	for _, m := range list {
		if meth, ok := s.charter().Method(m.Method); ok && m.Step == "" {
			return text.Key("web.board.ended", "Method", meth.Name, "Result", meth.Results[m.Result], "Day", date(m.Updated).String()), nil
		}
	}
	return text.Words{}, nil
}

// openFacts are the fields of a row that anyone may read, but for its shape.
func openFacts(sch *register.Schema, row register.Row) page.Facts {
	facts := page.Facts{}
	for i := range sch.Fields {
		f := &sch.Fields[i]
		if v, there := row.Values[f.Key]; there && f.Audience == register.Public && !f.Personal && f.Type != register.Geometry {
			facts.List = append(facts.List, page.Fact{Term: f.Label.Words(), Value: counted(f, f.Told(v))})
		}
	}
	return facts
}

// chosen is what a line says of a row beside its name: the answers that are chosen from a list.
func chosen(sch *register.Schema, row register.Row) (out text.Words) {
	for i := range sch.Fields {
		f := &sch.Fields[i]
		if v, there := row.Values[f.Key]; there && f.Audience == register.Public && !f.Personal && (f.Type == register.Choice || f.Type == register.Many) {
			if out.IsZero() {
				out = f.Told(v)
			} else {
				out = text.Key("value.besides", "First", out, "Then", f.Told(v))
			}
		}
	}
	return out
}
