package web

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/desk"
	"gongzhi/internal/docket"
	"gongzhi/internal/page"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

func (s *Site) deskMatters(r *http.Request, rd *reader) (page.Page, error) {
	t, err := s.matterTable(r, rd, "/desk/matters/%d", "/desk/matters")
	if err != nil {
		return page.Page{}, err
	}
	t.Filters = &page.Form{Get: true, Action: "/desk/matters", Fields: []page.Field{{
		Name: "method", Label: text.Key("web.col.method"), Input: page.Select, Value: r.URL.Query().Get("method"), Options: s.methodOptions(),
	}}}
	return page.Page{
		Frame: page.Desk, Title: text.Key("web.nav.matters"), Blocks: []page.Block{t},
		Head: []page.Link{{Words: text.Key("web.nav.begin"), Href: "/desk/begin", Icon: "plus"}},
	}, nil
}

func (s *Site) methodOptions() []page.Option {
	c := s.charter()
	var out []page.Option
	for _, key := range c.MethodKeys() {
		out = append(out, page.Option{Value: key, Words: c.Methods[key].Name.Words()})
	}
	return out
}

// deskMatter is a matter as those see it who work on it: what is owed and by whom, the steps, every act.
func (s *Site) deskMatter(r *http.Request, rd *reader) (page.Page, error) {
	n, err := number(r, "n")
	if err != nil {
		return page.Page{}, err
	}
	var p page.Page
	err = s.Desk.Open(r.Context(), rd.actor(), act.Matter(n), func(ctx context.Context, q store.Q, st desk.Standing) error {
		history, _, err := s.history(ctx, q, st, rd, math.MaxInt64, actsAtDesk)
		if err != nil {
			return err
		}
		p = page.Page{
			Frame: page.Desk, Title: st.Run.Matter.Title.Words(), State: s.standing(st.Row),
			Back: &page.Link{Words: text.Key("web.nav.matters"), Href: "/desk/matters"},
			Head: []page.Link{{Words: text.Key("web.public_page"), Href: fmt.Sprintf("/matters/%d", n), Icon: "external-link"}},
		}
		if r.URL.Query().Get("done") != "" {
			p.Blocks = append(p.Blocks, page.Banner{Tone: page.Good, Words: text.Key("web.done", "Receipt", r.URL.Query().Get("done"))})
		}
		if panel, ok := st.Method.Panel(st.Run, st.Context); ok {
			panel.Accent, panel.Blocks = true, ownTimeFirst(panel.Blocks)
			placed, _ := st.Method.Step(st.Run.Step)
			panel.Blocks = append(panel.Blocks, basisOf(st.Method, placed))
			p.Blocks = append(p.Blocks, panel)
		}
		begun, err := s.begunPanel(st, true)
		if err != nil {
			return err
		}
		published, err := s.publishedPanel(ctx, q, act.Matter(n))
		if err != nil {
			return err
		}
		p.Blocks = append(append(append(p.Blocks, begun...), published...), addedPanel(st, rd)...)
		p.Blocks = append(p.Blocks, s.asksTable(st, rd))
		p.Blocks = append(p.Blocks, s.doorsPanel(st)...)
		if links := s.paperLinks(st, "/desk"); len(links) > 0 {
			p.Blocks = append(p.Blocks, page.Rows{List: links})
		}
		papers, err := s.documentsPanel(ctx, q, st)
		if err != nil {
			return err
		}
		p.Blocks = append(p.Blocks, papers...)
		p.Blocks = append(p.Blocks, page.Section{Title: text.Key("web.acts"), Blocks: history},
			page.Rows{List: append(append(sealedLink(st, rd), s.moveLink(st, rd)...), page.Link{Words: text.Key("web.record"), Href: fmt.Sprintf("/matters/%d/record", n), Icon: "history"})})
		p.Aside = []page.Block{s.stepsPanel(st), s.factsPanel(st)}
		return nil
	})
	return p, err
}

// addedPanel says what was added beside the steps, and leads those who may read it there.
func addedPanel(st desk.Standing, rd *reader) []page.Block {
	var rows []page.Link
	for _, key := range st.Method.BesideKeys() {
		if n := st.Run.Added[key]; n > 0 {
			l := page.Link{Words: st.Method.Beside[key].Name.Words(), Note: text.Key("beside.times", "N", n), Icon: "plus"}
			if _, err := sealer(st, rd); err == nil {
				l.Href = fmt.Sprintf("/desk/matters/%d/sealed?step=", st.Row.Number)
			} else {
				l.Href = fmt.Sprintf("/matters/%d/record", st.Row.Number)
			}
			rows = append(rows, l)
		}
	}
	if rows == nil {
		return nil
	}
	return []page.Block{page.Panel{Title: text.Key("beside.added"), Blocks: []page.Block{page.Rows{List: rows}}}}
}

// asksTable lists everything the matter waits for: of whom, until when, and a button where the reader may do it.
func (s *Site) asksTable(st desk.Standing, rd *reader) page.Block {
	mine := map[string]bool{}
	for _, a := range st.For(rd.actor()) {
		mine[a.Verb+"\x00"+a.Item] = true
	}
	t := page.Table{
		Caption: text.Key("web.asks"), Empty: text.Key("web.asks_none"),
		Columns: []page.Column{{Words: text.Key("web.col.what")}, {Words: text.Key("web.col.who")}, {Words: text.Key("web.col.due")}, {Words: text.Key("web.col.do")}},
	}
	for _, a := range st.Asks() {
		if _, _, beside := st.Method.BesideOf(a.Verb); beside && !mine[a.Verb+"\x00"+a.Item] {
			continue // somebody else's to say, and nothing that the matter waits for
		}
		names := make([]string, len(a.By))
		namesEN := make([]string, len(a.By))
		for i, role := range a.By {
			names[i], namesEN[i] = st.Charter.Texts.Say(text.ZH, st.Charter.RoleName(role)), st.Charter.Texts.Say(text.EN, st.Charter.RoleName(role))
		}
		l := page.Light{Words: text.Key("web.right")}
		if a.Owed {
			due := docket.Never
			if !a.Due.IsZero() {
				due = a.Due.UnixMicro()
			}
			l = light(st.Run.Entered.UnixMicro(), due, st.Context.Now)
		}
		do := page.Cell{Words: text.Key("web.not_yours")}
		switch {
		case st.Context.Now.Before(a.Opens):
			do = page.Cell{Words: text.Key("web.opens", "Day", calendar.DateOf(a.Opens).String())}
		case mine[a.Verb+"\x00"+a.Item]:
			do = page.Cell{Block: page.Buttons{Quiet: !a.Owed, List: []page.Link{{Words: a.Words, Href: doHref(st.Row.Number, a)}}}}
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			{Words: a.Words}, {Words: text.Text{ZH: strings.Join(names, "、"), EN: strings.Join(namesEN, ", ")}.Words()}, {Block: l}, do,
		}})
	}
	return page.Panel{Title: text.Key("web.asks"), Blocks: []page.Block{t}}
}

// actsAtDesk is how many acts the desk's page of a matter shows; the record shows the rest.
const actsAtDesk = 20

// doorsPanel says how many households were not heard from yet, and where they are listed.
func (s *Site) doorsPanel(st desk.Standing) []page.Block {
	left := st.Method.Left(st.Run, st.Context)
	if len(left) == 0 {
		return nil
	}
	return []page.Block{page.Rows{List: []page.Link{{
		Words: text.Key("web.doors_left", "N", len(left)), Note: text.Key("web.doors_note"), Href: fmt.Sprintf("/desk/matters/%d/doors", st.Row.Number), Icon: "route",
	}}}}
}

func (s *Site) factsPanel(st desk.Standing) page.Block {
	f := page.Facts{List: []page.Fact{
		{Term: text.Key("web.col.number"), Value: text.Plain(strconv.FormatInt(st.Row.Number, 10))},
		{Term: text.Key("web.col.method"), Value: st.Method.Name.Words(), Href: "/methods/" + st.Method.Key},
		{Term: text.Key("web.col.opened"), Value: text.Plain(calendar.DateOf(st.Run.Matter.Opened).String())},
		{Term: text.Key("web.col.charter"), Value: text.Plain(string(st.Charter.Digest[:12]))},
	}}
	if sub := st.Run.Matter.Subject; !sub.IsZero() {
		if row, ok, err := st.Context.Book.Row(sub, calendar.DateOf(st.Context.Now)); ok && err == nil {
			f.List = append(f.List, page.Fact{Term: placeTerm(st.Charter, sub), Value: text.Plain(row.Name), Href: "/desk/registers/" + sub.String()})
		}
	}
	return page.Panel{Title: text.Key("web.facts"), Blocks: []page.Block{f}}
}

// beginChoice lists the methods the reader may begin.
func (s *Site) beginChoice(r *http.Request, rd *reader) (page.Page, error) {
	c := s.charter()
	var list []page.Link
	for _, key := range c.MethodKeys() {
		m := c.Methods[key]
		if slices.ContainsFunc(m.Start.By, rd.holds) {
			list = append(list, page.Link{Words: m.Name.Words(), Note: m.Says.Words(), Href: "/desk/begin/" + key, Icon: "plus"})
		}
	}
	return page.Page{Frame: page.Desk, Title: text.Key("web.nav.begin"), Lead: text.Key("web.begin_lead"), Blocks: []page.Block{page.Rows{List: list, Empty: text.Key("web.begin_none")}}}, nil
}
