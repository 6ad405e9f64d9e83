package web

import (
	"fmt"
	"net/http"
	"strconv"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/page"
	"gongzhi/internal/text"
)

// actsOnPage is how many acts a page of a record shows.
const actsOnPage = 100

// older is the link to the page of acts before one, where there are any: acts are numbered from 1 without gaps.
func older(self string, first int64) []page.Block {
	if first <= 1 {
		return nil
	}
	return []page.Block{page.Rows{List: []page.Link{{
		Words: text.Key("web.older", "N", first-1), Href: fmt.Sprintf("%s?before=%d", self, first), Icon: "history",
	}}}}
}

// houseBook is the record of the house itself: accounts, mandates, registers, charters. Values of people are not in it.
func (s *Site) houseBook(r *http.Request, rd *reader) (page.Page, error) {
	acts, err := s.Ledger.Latest(r.Context(), s.Store.Read(), 0, before(r), actsOnPage)
	if err != nil {
		return page.Page{}, err
	}
	c := s.charter()
	t := page.Table{Caption: text.Key("web.book.title"), Empty: text.Key("web.book.none"), Columns: []page.Column{
		{Words: text.Key("web.col.number"), Numeric: true}, {Words: text.Key("web.col.what")}, {Words: text.Key("web.col.who")}, {Words: text.Key("web.book.at")}, {Words: text.Key("web.book.clause")}, {Words: text.Key("web.book.hash")},
	}}
	for _, a := range acts {
		what := text.Plain(a.Kind)
		if key := "act." + a.Kind; c.Texts.Has(text.ZH, key) {
			what = text.Key(key)
		}
		who := c.RoleName(a.By.Role)
		if a.By.Role == act.HouseItself {
			who = text.Key("web.book.itself")
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			{Words: text.Plain(strconv.FormatInt(a.Seq, 10))}, {Words: what}, {Words: who},
			{Words: text.Plain(calendar.Minute(a.At))}, {Block: page.Basis{Words: text.Plain(a.Basis.Clause), Clause: a.Basis.Clause}}, {Words: text.Plain(string(a.Hash[:12]))},
		}})
	}
	p := page.Page{Frame: page.Desk, Title: text.Key("web.book.title"), Lead: text.Key("web.book.lead"), Blocks: []page.Block{t}}
	if len(acts) > 0 {
		p.Blocks = append(p.Blocks, older("/desk/ledger", acts[len(acts)-1].Seq)...)
	}
	return p, nil
}
