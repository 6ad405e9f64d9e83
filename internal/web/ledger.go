package web

import (
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

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
			{Words: text.Plain(a.At.In(calendar.Zone).Format("2006-01-02 15:04"))}, {Block: page.Basis{Words: text.Plain(a.Basis.Clause), Clause: a.Basis.Clause}}, {Words: text.Plain(string(a.Hash[:12]))},
		}})
	}
	p := page.Page{Frame: page.Desk, Title: text.Key("web.book.title"), Lead: text.Key("web.book.lead"), Blocks: []page.Block{t}}
	if len(acts) > 0 {
		p.Blocks = append(p.Blocks, older("/desk/ledger", acts[len(acts)-1].Seq)...)
	}
	return p, nil
}

// charterPage is the whole charter: its methods, what in it still waits to be confirmed, and every file as it stands.
func (s *Site) charterPage(r *http.Request, rd *reader) (page.Page, error) {
	c := s.charter()
	open := page.Table{Caption: text.Key("web.charter.assumed"), Empty: text.Key("web.charter.assumed_none"), Columns: []page.Column{{Words: text.Key("web.charter.step")}, {Words: text.Key("web.col.method")}, {Words: text.Key("web.charter.basis")}}}
	for _, key := range c.MethodKeys() {
		m := c.Methods[key]
		for _, p := range m.List {
			if common := p.Step.Shared(); common.Assumed {
				href := "/methods/" + key + "#" + p.Key
				open.Rows = append(open.Rows, page.Row{Href: href, Cells: []page.Cell{{Words: common.Name.Words()}, {Words: m.Name.Words()}, {Block: basisOf(m, p)}}})
			}
		}
	}
	open.Total = strconv.Itoa(len(open.Rows))
	p := page.Page{
		Frame: page.Resident, Title: text.Key("web.charter.title", "Place", c.Head.Name), Lead: text.Key("web.charter.lead", "Digest", string(c.Digest[:12])), Back: &page.Link{Words: text.Key("web.methods"), Href: "/methods"},
		Blocks: []page.Block{page.Panel{Title: text.Key("web.charter.assumed"), Blocks: []page.Block{page.Prose{Words: []text.Words{text.Key("web.charter.assumed_lead")}}, open}}},
	}
	folders := map[string][]page.Link{}
	var order []string
	err := fs.WalkDir(c.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".yaml") {
			return err
		}
		dir := path.Dir(name)
		if !slices.Contains(order, dir) {
			order = append(order, dir)
		}
		folders[dir] = append(folders[dir], page.Link{Words: text.Plain(name), Href: "/charter/" + name, Icon: "file-text"})
		return nil
	})
	for _, dir := range order {
		key := "web.charter.folder." + dir
		title := text.Plain(dir)
		if c.Texts.Has(text.ZH, key) {
			title = text.Key(key)
		} else if dir == "." {
			title = text.Key("web.charter.root")
		}
		p.Blocks = append(p.Blocks, page.Rows{Title: title, List: folders[dir]})
	}
	return p, err
}
