package web

import (
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/api"
	"gongzhi/internal/docket"
	"gongzhi/internal/fault"
	"gongzhi/internal/method"
	"gongzhi/internal/page"
	"gongzhi/internal/people"
	"gongzhi/internal/register"
	"gongzhi/internal/text"
	"gongzhi/internal/web/ui"
)

// place is a row that matters are about, such as a compound: its open facts and its matters.
func (s *Site) place(r *http.Request, rd *reader) (page.Page, error) {
	id := act.RowID{Register: r.PathValue("register"), ID: r.PathValue("id")}
	q := s.Store.Read()
	row, ok, err := s.registers(r.Context(), q, rd).Row(id, s.today())
	if err != nil {
		return page.Page{}, err
	}
	sch, known := s.charter().Registers.Get(id.Register)
	if !ok || !known || !s.public(id.Register) {
		return page.Page{}, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	}
	facts := page.Facts{}
	for i := range sch.Fields {
		f := &sch.Fields[i]
		if v, there := row.Values[f.Key]; there && f.Audience == "public" && !f.Personal {
			facts.List = append(facts.List, page.Fact{Term: f.Label.Words(), Value: counted(f, f.Told(v))})
		}
	}
	list, err := s.Docket.List(r.Context(), q, docket.Filter{Subject: id.String(), Limit: 50})
	if err != nil {
		return page.Page{}, err
	}
	links := make([]page.Link, len(list))
	for i, m := range list {
		links[i] = s.matterLink(m)
	}
	here, err := s.here(r.Context(), q, rd, id)
	if err != nil {
		return page.Page{}, err
	}
	p := page.Page{
		Frame: page.Resident, Title: text.Plain(row.Name), State: sch.Name.Words(), Back: &page.Link{Words: text.Key("web.home_name"), Href: "/"},
		Blocks: []page.Block{
			page.Panel{Title: text.Key("web.matters"), Blocks: []page.Block{page.Rows{List: links, Empty: text.Key("web.matters_none")}}},
			page.Panel{Title: text.Key("web.facts"), Blocks: []page.Block{facts}},
			page.Rows{List: append(s.reportsHere(id), page.Link{Words: text.Key("web.board.link"), Note: text.Key("web.board.note"), Href: placeHref(id) + "/board", Icon: "printer"})},
		},
	}
	plans, err := s.planned(r.Context(), q, rd, id)
	if err != nil {
		return page.Page{}, err
	}
	p.Blocks = append(plans, p.Blocks...)
	if len(here) > 0 {
		p.Blocks = append([]page.Block{page.Panel{Title: text.Key("service.here"), Accent: true, Blocks: []page.Block{page.Rows{List: here}}}}, p.Blocks...)
	}
	return p, nil
}

// public tells whether rows of a register have a page of their own for anyone: those that methods are run on, and
// those of registers that say so.
func (s *Site) public(register string) bool {
	c := s.charter()
	if sch, ok := c.Registers.Get(register); ok && sch.Open {
		return true
	}
	for _, m := range c.Methods {
		if m.Subject == register {
			return true
		}
	}
	return false
}

// methods lists the working methods of the place.
func (s *Site) methods(r *http.Request, rd *reader) (page.Page, error) {
	c := s.charter()
	var list []page.Link
	for _, key := range c.MethodKeys() {
		m := c.Methods[key]
		list = append(list, page.Link{Words: m.Name.Words(), Note: m.Says.Words(), Href: "/methods/" + key, Icon: "scale"})
	}
	return page.Page{
		Frame: page.Resident, Title: text.Key("web.methods"), Lead: text.Key("web.methods_lead"), Back: &page.Link{Words: text.Key("web.home_name"), Href: "/"},
		Blocks: []page.Block{page.Rows{List: list, Empty: text.Key("web.methods_none")}},
	}, nil
}

// method explains one method: its drawing, and each step with the clause and law it rests on.
func (s *Site) method(r *http.Request, rd *reader) (page.Page, error) {
	c := s.charter()
	m, ok := c.Method(r.PathValue("key"))
	if !ok {
		return page.Page{}, fault.Refuse(fault.NotFound, "method.unknown", fault.Basis{}, fault.Args{"Method": r.PathValue("key")})
	}
	p := page.Page{
		Frame: page.Resident, Title: m.Name.Words(), Lead: m.Says.Words(), Back: &page.Link{Words: text.Key("web.methods"), Href: "/methods"},
	}
	p.Blocks = append(p.Blocks, page.Diagram{SVG: c.Draw(m, rd.lang), Caption: text.Key("web.method.drawing", "Method", m.Name)})
	for _, placed := range m.List {
		common := placed.Step.Shared()
		facts := page.Facts{}
		if !common.Within.IsZero() {
			facts.List = append(facts.List, page.Fact{Term: text.Key("web.method.within"), Value: common.Within.Words()})
		}
		for _, o := range placed.Step.Outcomes() {
			facts.List = append(facts.List, page.Fact{Term: outcome(c, placed.Step, o), Value: leads(m, common.Next[o].All())})
		}
		p.Blocks = append(p.Blocks, page.Section{ID: placed.Key, Title: common.Name.Words(), Blocks: []page.Block{
			page.Prose{Words: []text.Words{common.Says.Words()}}, facts, basisOf(m, placed),
		}})
	}
	p.Blocks = append(p.Blocks, page.Rows{List: []page.Link{{Words: text.Key("web.method.file"), Note: text.Plain(m.File()), Href: "/charter/" + m.File(), Icon: "file-text"}}})
	return p, nil
}

// leads says where an outcome leads.
func leads(m *method.Method, to []string) text.Words {
	var zh, en []string
	for _, t := range to {
		if result, end := strings.CutPrefix(t, "end "); end {
			w := m.Results[result]
			zh, en = append(zh, w.ZH), append(en, w.EN)
			continue
		}
		if p, ok := m.Step(t); ok {
			zh, en = append(zh, p.Step.Shared().Name.ZH), append(en, p.Step.Shared().Name.EN)
		}
	}
	return text.Key("web.method.then", "To", text.Text{ZH: strings.Join(zh, "，或 "), EN: strings.Join(en, ", or ")})
}

// file gives an attachment: to anyone if a public answer names it, else to those who may open the answer it belongs to.
func (s *Site) file(r *http.Request, rd *reader) (page.Page, error) {
	hash := r.PathValue("hash")
	if !act.Digest(hash).Valid() {
		return page.Page{}, fault.Refuse(fault.NotFound, "file.unknown", fault.Basis{}, nil)
	}
	f, err := s.Files.Get(r.Context(), s.Store.Read(), act.Digest(hash))
	if err != nil {
		return page.Page{}, err
	}
	defer func() { _ = f.Close() }() // nothing was written
	if !f.Public {
		ask, err := s.openFile(r, rd, f.Hash)
		if err != nil {
			return page.Page{}, err
		}
		if ask != "" {
			return rd.redirect(r, ask)
		}
	}
	rd.done = true
	h := rd.writer.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": f.Name}))
	h.Set("Cache-Control", "private, max-age=86400")
	if !f.Public {
		h.Set("Cache-Control", "private, no-store") // each reading is on record, so each comes here
	}
	http.ServeContent(rd.writer, r, "", time.Time{}, f)
	return page.Page{}, nil
}

var codeForm32 = regexp.MustCompile(`^[0-9A-F]{32}$`)

// checkReceipt finds a receipt by its code, however it is typed.
func (s *Site) checkReceipt(r *http.Request, rd *reader) (page.Page, error) {
	code := r.URL.Query().Get("receipt")
	f := page.Form{
		Get: true, Action: "/check", Submit: text.Key("web.check.go"),
		Fields: []page.Field{{Name: "receipt", Label: text.Key("web.check.label"), Hint: text.Key("web.check.hint"), Input: page.Line, Value: code, Required: true}},
	}
	p := page.Page{Frame: page.Resident, Title: text.Key("web.check.title"), Lead: text.Key("web.check.lead"), Back: &page.Link{Words: text.Key("web.home_name"), Href: "/"}}
	if slip, ok := people.ReadSlip(code); ok {
		return rd.redirect(r, slipHref(slip))
	}
	if code != "" {
		x := strings.Map(func(c rune) rune {
			if c == ' ' || c == '-' || c == '\t' {
				return -1
			}
			return c
		}, strings.ToUpper(code))
		if codeForm32.MatchString(x) {
			return rd.redirect(r, "/receipts/"+strings.ToLower(x[:8]+"-"+x[8:12]+"-"+x[12:16]+"-"+x[16:20]+"-"+x[20:]))
		}
		f.Problem = fault.InField("receipt", "web.no_receipt", fault.Basis{})
		p.Status = statuses[fault.Invalid]
	}
	p.Blocks = []page.Block{f}
	return p, nil
}

func (s *Site) about(*http.Request, *reader) (page.Page, error) {
	c := s.charter()
	facts := page.Facts{List: []page.Fact{
		{Term: text.Key("web.col.charter"), Value: text.Plain(string(c.Digest[:12])), Href: "/charter/charter.yaml"},
	}}
	if c.Head.Hotline != "" {
		facts.List = append(facts.List, page.Fact{Term: text.Key("web.phone"), Value: text.Plain(c.Head.Hotline)})
	}
	return page.Page{
		Frame: page.Resident, Title: text.Key("web.about"), Back: &page.Link{Words: text.Key("web.home_name"), Href: "/"},
		Blocks: []page.Block{page.Prose{Words: []text.Words{text.Key("web.about_access"), text.Key("web.about_privacy"), text.Key("web.about_record")}}, facts,
			page.Rows{List: []page.Link{{Words: text.Key("api.doc.title"), Note: text.Key("web.api_note"), Href: "/api", Icon: "file-text"}}}, feedRows()},
	}, nil
}

// apiReference describes the door for programs.
func (s *Site) apiReference(*http.Request, *reader) (page.Page, error) { return api.Reference(), nil }

// me is what is asked of the reader, and as what they are known.
func (s *Site) me(r *http.Request, rd *reader) (page.Page, error) {
	q := s.Store.Read()
	list, err := s.owedTo(r.Context(), q, rd)
	if err != nil {
		return page.Page{}, err
	}
	mandates := page.Facts{}
	seen, homes, subjects := map[string]bool{}, map[act.RowID]bool{}, map[string]bool{}
	for _, meth := range s.charter().Methods {
		subjects[meth.Subject] = true
	}
	var places []page.Link
	var households []page.Block
	for _, m := range rd.mandates {
		name := text.Key("web.whole", "Place", s.charter().Head.Name)
		if !m.Scope.IsZero() {
			row, ok, err := s.registers(r.Context(), q, rd).Row(m.Scope, s.today())
			if err != nil {
				return page.Page{}, err
			}
			if ok {
				name = text.Plain(row.Name)
			}
			if ok && s.charter().Roles[m.Role].Own && !homes[m.Scope] {
				homes[m.Scope] = true
				panel, err := s.household(r, rd, row)
				if err != nil {
					return page.Page{}, err
				}
				households = append(households, panel)
			}
		}
		mandates.List = append(mandates.List, page.Fact{Term: s.charter().RoleName(m.Role), Value: name})
		for _, id := range around(m.Path) {
			if subjects[id.Register] && !seen[id.String()] {
				seen[id.String()] = true
				matters, err := s.Docket.List(r.Context(), q, docket.Filter{Subject: id.String(), Limit: 10})
				if err != nil {
					return page.Page{}, err
				}
				for _, x := range matters {
					places = append(places, s.matterLink(x))
				}
			}
		}
	}
	var owed []page.Link
	for _, w := range list {
		owed = append(owed, page.Link{Words: text.Text{ZH: w.TitleZH, EN: w.TitleEN}.Words(), Note: w.verb(), Href: fmt.Sprintf("/matters/%d", w.Matter), Icon: "checkbox"})
	}
	title := text.Key("web.me.around")
	if len(homes) > 0 {
		title = text.Key("web.me.places")
	}
	p := page.Page{
		Frame: page.Resident, Title: text.Key("web.me.title"), State: text.Plain(rd.account.Name), Back: &page.Link{Words: text.Key("web.home_name"), Href: "/"},
		Blocks: []page.Block{
			page.Panel{Title: title, Accent: true, Blocks: []page.Block{page.Rows{List: places, Empty: text.Key("web.matters_none")}}},
		},
	}
	follows, err := s.followed(r.Context(), q, rd)
	if err != nil {
		return p, err
	}
	p.Blocks = append(p.Blocks, follows...)
	p.Blocks = append(append(p.Blocks, households...), page.Panel{Title: text.Key("web.me.roles"), Blocks: []page.Block{mandates}},
		page.Rows{Title: text.Key("web.me.more"), List: append(append(append(s.reports(), s.serves(rd)...), ownSecrets(rd)...),
			s.bell(r.Context(), rd), page.Link{Words: text.Key("feed.mine"), Href: "/me/calendar", Icon: "calendar"},
			page.Link{Words: text.Key("web.check.title"), Note: text.Key("web.check.note"), Href: "/check", Icon: "receipt"},
			page.Link{Words: text.Key("privacy.data"), Note: text.Key("privacy.data_note"), Href: "/me/data", Icon: "user"},
			page.Link{Words: text.Key("privacy.mine"), Note: text.Key("privacy.mine_note"), Href: "/me/access", Icon: "history"})})
	if len(owed) > 0 {
		p.Blocks = append([]page.Block{page.Panel{Title: text.Key("web.me.owed"), Blocks: []page.Block{page.Rows{List: owed}}}}, p.Blocks...)
	}
	if out := s.outside(rd); len(out) > 0 { // whoever works outside opens this page for nothing else
		p.Blocks = append([]page.Block{page.Rows{List: out}}, p.Blocks...)
	}
	return p, nil
}

// household is what the registers hold of the home somebody stands for, as anyone may know it: to be checked by those
// who live there, since their vote is counted by it.
func (s *Site) household(r *http.Request, rd *reader, row register.Row) (page.Block, error) {
	in := s.registers(r.Context(), s.Store.Read(), rd)
	sch, err := s.schema(row.ID.Register)
	if err != nil {
		return nil, err
	}
	place, err := s.within(in, row, s.today(), map[act.RowID]register.Row{})
	if err != nil {
		return nil, err
	}
	f := page.Facts{List: []page.Fact{{Term: sch.Name.Words(), Value: text.Plain(place + row.Name)}}}
	for i := range sch.Fields {
		x := &sch.Fields[i]
		if v, there := row.Values[x.Key]; there && x.Audience == register.Public && !x.Personal && x.Type != register.Geometry && x.Type != register.OneRow {
			f.List = append(f.List, page.Fact{Term: x.Label.Words(), Value: counted(x, x.Told(v))})
		}
	}
	return page.Panel{Title: text.Key("web.me.home"), Blocks: []page.Block{f, page.Prose{Words: []text.Words{text.Key("web.me.wrong")}}}}, nil
}

// around are the rows of a path, the nearest first.
func around(path string) (out []act.RowID) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for i := len(parts) - len(parts)%2 - 2; i >= 0; i -= 2 {
		out = append(out, act.RowID{Register: parts[i], ID: parts[i+1]})
	}
	return out
}

// above finds the row of a register on a path such as "/community/nyyh/compound/yinghe91/part/3-2-401/".
func above(path, register string) (act.RowID, bool) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for i := 0; i+1 < len(parts); i += 2 {
		if parts[i] == register {
			return act.RowID{Register: register, ID: parts[i+1]}, true
		}
	}
	return act.RowID{}, false
}

// styleguide shows every component in every state, one page for each frame.
func (s *Site) styleguide(r *http.Request, rd *reader) (page.Page, error) {
	pages := ui.Styleguide()
	n, err := strconv.Atoi(r.URL.Query().Get("frame"))
	if err != nil || n < 1 || n > len(pages) {
		n = 1
	}
	return pages[n-1], nil
}
