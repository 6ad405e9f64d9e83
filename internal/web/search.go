package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/text"
)

// search finds rows of registers for anyone: what stands in public fields of rows that have a page.
func (s *Site) search(r *http.Request, rd *reader) (page.Page, error) {
	p := page.Page{Frame: page.Resident, Title: text.Key("search.title"), Lead: text.Key("search.lead"), Back: &page.Link{Words: text.Key("web.home_name"), Href: "/"}}
	return s.searched(r, rd, p, "/search", []book.Sight{book.Everywhere}, func(h book.Hits, row register.Row) string {
		if !s.public(h.Schema.Key) {
			return ""
		}
		return "/places/" + row.ID.String()
	})
}

// deskSearch finds what anyone finds, and within the reader's own places what staff may see there.
func (s *Site) deskSearch(r *http.Request, rd *reader) (page.Page, error) {
	p := page.Page{Frame: page.Desk, Title: text.Key("search.title"), Lead: text.Key("search.desk_lead")}
	sights := []book.Sight{book.Everywhere}
	roles := s.charter().Roles
	for _, m := range rd.mandates {
		if role := roles[m.Role]; role.Desk && role.Books && (m.Scope.IsZero() || m.Path != "") {
			sights = append(sights, book.Sight{Path: "/" + strings.TrimPrefix(m.Path, "/"), Reach: register.ToStaff})
		}
	}
	return s.searched(r, rd, p, "/desk/search", sights, func(_ book.Hits, row register.Row) string {
		return "/desk/registers/" + row.ID.String()
	})
}

// searched is the form and what was found. page says where a row is read; empty leaves it out.
func (s *Site) searched(r *http.Request, rd *reader, p page.Page, self string, sights []book.Sight, at func(book.Hits, register.Row) string) (page.Page, error) {
	what := strings.TrimSpace(r.URL.Query().Get(queryText))
	p.Blocks = []page.Block{page.Form{
		Get: true, Action: self, Submit: text.Key("search.title"), Quiet: true,
		Fields: []page.Field{{Name: queryText, Label: text.Key("search.what"), Hint: text.Key("lists.text_hint"), Input: page.Line, Value: what, Max: register.MaxLine}},
	}}
	if what == "" {
		return p, nil
	}
	in := s.registers(r.Context(), s.Store.Read(), rd)
	hits, err := in.Search(what, sights, s.today())
	if err != nil {
		return p, err
	}
	any := false
	above := map[act.RowID]register.Row{}
	for _, h := range hits {
		rows := page.Rows{Title: text.Key("search.found", "Register", h.Schema.Name)}
		for _, row := range h.Rows {
			href := at(h, row)
			if href == "" {
				continue
			}
			place, err := s.within(in, row, s.today(), above)
			if err != nil {
				return p, err
			}
			rows.List = append(rows.List, page.Link{Words: text.Plain(row.Name), Note: text.Plain(place), Href: href, Icon: "table"})
		}
		if h.More && p.Frame == page.Desk {
			rows.List = append(rows.List, page.Link{Words: text.Key("search.more"), Href: fmt.Sprintf("/desk/registers/%s?%s", h.Schema.Key, url.Values{queryText: {what}}.Encode()), Icon: "search"})
		}
		if len(rows.List) > 0 {
			any = true
			p.Blocks = append(p.Blocks, rows)
		}
	}
	switch {
	case any:
	case len(register.Terms(what)) == 0 || !findable(what):
		p.Blocks = append(p.Blocks, page.Banner{Tone: page.Plain, Words: text.Key("search.short")})
	default:
		p.Blocks = append(p.Blocks, page.Banner{Tone: page.Plain, Words: text.Key("search.none", "Text", what)})
	}
	return p, nil
}

// findable tells whether some term is long enough to find anything by.
func findable(what string) bool {
	for _, t := range register.Terms(what) {
		if len(t.Words)+len(t.Prefixes) > 0 {
			return true
		}
	}
	return false
}
