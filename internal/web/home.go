package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"gongzhi/internal/calendar"
	"gongzhi/internal/docket"
	"gongzhi/internal/method"
	"gongzhi/internal/page"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// openShown and decidedShown are how many matters the first page lists of each.
const (
	openShown    = 20
	decidedShown = 4
)

// home is the place's first page: what is asked and published now, one's own compound, what can be reported, what was
// decided, and how far the place has come.
func (s *Site) home(r *http.Request, rd *reader) (page.Page, error) {
	c := s.charter()
	ctx, q := r.Context(), s.Store.Read()
	open, err := s.openNow(ctx, q)
	if err != nil {
		return page.Page{}, err
	}
	newest, err := s.Docket.List(ctx, q, docket.Filter{Limit: mattersOnMap / 10})
	if err != nil {
		return page.Page{}, err
	}
	var going, decided []page.Link
	for _, m := range newest {
		if m.Step == "" && len(decided) < decidedShown {
			decided = append(decided, s.matterLink(m))
		}
		if m.Step != "" && len(going) < decidedShown {
			going = append(going, s.matterLink(m))
		}
	}
	p := page.Page{
		Frame: page.Resident, Title: text.Key("web.home_title", "Place", c.Head.Name), Lead: text.Key("web.home_lead"),
		Blocks: []page.Block{
			page.Panel{Title: text.Key("web.open_now"), Accent: true, Blocks: []page.Block{page.Rows{List: open, Empty: text.Key("web.open_none")}}},
		},
	}
	if doors := append(s.own(rd), s.reports()...); len(doors) > 0 {
		p.Blocks = append(p.Blocks, page.Rows{Title: text.Key("web.home.doors"), List: doors})
	}
	if f, err := s.figures(ctx, q); err != nil {
		return p, err
	} else if len(f.List) > 0 {
		p.Blocks = append(p.Blocks, page.Panel{Title: text.Key("web.home.figures"), Blocks: []page.Block{f}, Links: []page.Link{{Words: text.Key("web.wall_name"), Note: text.Key("web.home.wall_note"), Href: "/wall", Icon: "map-2"}}})
	}
	if len(decided) > 0 {
		p.Blocks = append(p.Blocks, page.Rows{Title: text.Key("web.home.decided"), List: decided})
	}
	p.Blocks = append(p.Blocks,
		page.Rows{Title: text.Key("web.home.going"), Empty: text.Key("web.matters_none"), List: append(going, page.Link{Words: text.Key("web.matters"), Href: "/matters", Icon: "clipboard-list"})},
		page.Rows{Title: text.Key("web.home.check"), List: append([]page.Link{
			{Words: text.Key("search.title"), Note: text.Key("lists.text_hint"), Href: "/search", Icon: "search"},
			{Words: text.Key("web.check.title"), Note: text.Key("web.check.note"), Href: "/check", Icon: "receipt"},
			{Words: text.Key("web.methods"), Note: text.Key("web.methods_note"), Href: "/methods", Icon: "scale"},
		}, append(s.figuresLinks(), s.fanLink()...)...)})
	if h := c.Head.Hotline; h != "" {
		p.Foot = []text.Words{text.Key("web.hotline", "Phone", h)}
	}
	return p, nil
}

// openNow are the matters in which something is published or voted on now, what closes first at the top.
func (s *Site) openNow(ctx context.Context, q store.Q) ([]page.Link, error) {
	c := s.charter()
	var list []docket.Matter
	for _, key := range c.MethodKeys() {
		for _, p := range c.Methods[key].List {
			if kind := p.Step.Shared().Kind; kind != "notice" && kind != "ballot" && kind != "solicit" {
				continue
			}
			at, err := s.Docket.List(ctx, q, docket.Filter{Method: key, Step: p.Key, Limit: openShown})
			if err != nil {
				return nil, err
			}
			list = append(list, at...)
		}
	}
	slices.SortStableFunc(list, func(a, b docket.Matter) int {
		switch {
		case a.Due == b.Due:
			return 0
		case a.Due == 0 || b.Due != 0 && b.Due < a.Due:
			return 1
		}
		return -1
	})
	out := make([]page.Link, 0, len(list))
	for _, m := range list[:min(len(list), openShown)] {
		l := s.matterLink(m)
		if m.Due > 0 {
			at := time.UnixMicro(m.Due)
			left := calendar.LastDay(at).Sub(s.today())
			l.Note = text.Key("web.home.closes", "Standing", l.Note, "N", max(0, left), "Day", day(calendar.LastDay(at), s.Clock.Now()))
			if left <= 1 {
				l.Tone = page.Soon
			}
		}
		out = append(out, l)
	}
	return out, nil
}

// own are the ways to what is one's own: the page of the reader, or the sign-in, and the compounds of the place.
func (s *Site) own(rd *reader) []page.Link {
	var out []page.Link
	if rd.signedIn() {
		out = append(out, page.Link{Words: text.Key("web.me.title"), Note: text.Key("web.home.me_note"), Href: "/me", Icon: "user"})
	} else {
		out = append(out, page.Link{Words: text.Key("web.sign_in.title"), Note: text.Key("web.sign_in.note"), Href: "/sign-in", Icon: "login"})
	}
	seen := map[string]bool{}
	for _, key := range s.charter().MethodKeys() {
		m := s.charter().Methods[key]
		sch, ok := s.charter().Registers.Get(m.Subject)
		if !ok || seen[sch.Key] || len(m.Stages) == 0 || sch.Personal() {
			continue
		}
		seen[sch.Key] = true
		out = append(out, page.Link{Words: text.Key("web.home.find", "Register", sch.Name), Note: text.Key("web.home.find_note"), Href: "/places/" + sch.Key, Icon: "map-pin"})
	}
	return out
}

// reports are the methods that residents may begin.
func (s *Site) reports() (out []page.Link) {
	for _, key := range s.charter().MethodKeys() {
		if m := s.charter().Methods[key]; s.residentsBegin(m) {
			out = append(out, page.Link{Words: m.Name.Words(), Note: m.Says.Words(), Href: "/begin/" + key, Icon: "message-report"})
			if _, category, placed := m.Located(); placed && category != "" {
				out = append(out, page.Link{Words: text.Key("reports.map_of", "Method", m.Name), Note: text.Key("reports.map_lead"), Href: "/map/" + key, Icon: "map-2"})
			}
		}
	}
	return out
}

// residentsBegin tells whether somebody who only stands for their own home may begin a method.
func (s *Site) residentsBegin(m *method.Method) bool {
	own := s.charter().OwnRoles()
	if m.OpenToAll(s.charter().NoAccount()) {
		return true
	}
	return slices.ContainsFunc(m.Start.By, func(role string) bool { return own[role] })
}

// figures are how far the place has come, as on the wall.
func (s *Site) figures(ctx context.Context, q store.Q) (page.Figures, error) {
	return s.shown.get(shapesFor, func() (page.Figures, error) {
		all, err := s.allLayers(ctx)
		if err != nil {
			return page.Figures{}, err
		}
		methods := s.walls(ctx, all)
		if len(methods) == 0 {
			return page.Figures{}, nil
		}
		m := methods[0]
		list, err := s.Docket.List(ctx, q, docket.Filter{Method: m.Key, Limit: mattersOnMap})
		if err != nil {
			return page.Figures{}, err
		}
		f := s.tiles(m, s.mapOf(m, all, list, nil, ratings{}), nil)
		f.List = f.List[:3] // what is taken in and done; what is late is the office's to answer for first
		return f, nil
	})
}
