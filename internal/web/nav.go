package web

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"gongzhi/internal/docket"
	"gongzhi/internal/method"
	"gongzhi/internal/page"
	"gongzhi/internal/text"
	"gongzhi/internal/web/ui"
)

const (
	navMethods   = 6 // methods named at the side: those with most matters under way
	navRegisters = 6 // registers named at the side: those that methods are about
	countsFor    = 20 * time.Second
)

// nav is the desk's navigation: work, governance, registers, administration. There are dozens of methods and registers;
// those in use stand here, all others are one page away, and the one that is open stands beside the list of all.
func (s *Site) nav(ctx context.Context, rd *reader, path, query string) []ui.Group {
	link := func(key, href, icon string) page.Link {
		return page.Link{Words: text.Key(key), Href: href, Icon: icon, Here: path == href && query == ""}
	}
	work := []page.Link{link("web.nav.queue", "/desk", "inbox"), link("web.agenda.title", "/desk/calendar", "calendar"), link("meetings.title", meetingsHref, "users-group"), link("notices.title", "/desk/notices", "file-text")}
	if len(s.routines()) > 0 {
		work = append(work, link("plans.title", plansHref, "road"))
	}
	govern := append(s.busiest(ctx, path, query), link("web.nav.matters", "/desk/matters", "clipboard-list"), link("web.nav.begin", "/desk/begin", "plus"))
	registers := append(s.navRegisters(path), link("lists.all", "/desk/registers", "table"), link("web.nav.import", "/desk/import", "upload"), link("jobs.title", workHref, "clock"))
	manage := []page.Link{link("web.nav.charter", "/charter", "scale"), link("settings.title", settingsHref, "settings")}
	if rd.audits {
		manage = append(manage, link("privacy.log", "/desk/access", "history"))
	}
	if rd.holds(adminRole) {
		manage = append(manage, link("web.nav.people", "/desk/people", "users"), link("web.nav.codes", "/desk/codes", "qrcode"), link("keys.title", "/desk/keys", "login"),
			link("outbox.desk.title", "/desk/messages", "message"), link("web.book.title", "/desk/ledger", "book"))
	}
	return []ui.Group{
		{Title: text.Key("web.nav.work"), Links: work}, {Title: text.Key("web.nav.govern"), Links: govern},
		{Title: text.Key("web.nav.registers"), Links: registers}, {Title: text.Key("web.nav.admin"), Links: manage},
	}
}

// busiest are the methods with most matters under way, each with how many.
func (s *Site) busiest(ctx context.Context, path, query string) (out []page.Link) {
	open := s.openByMethod(ctx)
	keys := slices.DeleteFunc(s.charter().MethodKeys(), func(key string) bool { return open[key] == 0 })
	slices.SortStableFunc(keys, func(a, b string) int { return cmp.Compare(open[b], open[a]) })
	for _, key := range keys[:min(len(keys), navMethods)] {
		m := s.charter().Methods[key]
		here := path == "/desk/matters" && query == "method="+key
		out = append(out, page.Link{Words: brief(m.Name).Words(), Href: "/desk/matters?method=" + key, Icon: "list-check", Count: open[key], Here: here})
	}
	return out
}

// brief is a name without what stands in brackets after it: at the side there is room for one line.
func brief(t text.Text) text.Text {
	t.ZH, _, _ = strings.Cut(t.ZH, "（")
	t.EN, _, _ = strings.Cut(t.EN, " (")
	return t
}

// openByMethod is how many matters of each method are under way. It may be some seconds old; where it cannot be had, it is
// empty, and pages that only put what is busy first can still be read.
func (s *Site) openByMethod(ctx context.Context) map[string]int {
	standings, err := s.standings.get(countsFor, func() ([]docket.Standing, error) { return s.Docket.Standings(ctx, s.Store.Read()) })
	if err != nil {
		s.Log.Error("matters under way not counted", "error", err)
	}
	open := map[string]int{}
	for _, x := range standings {
		open[x.Method] += int(x.N)
	}
	return open
}

// staged are the methods whose matters go through stages, those with most under way first.
func (s *Site) staged(ctx context.Context) (out []*method.Method) {
	for _, key := range s.charter().MethodKeys() {
		if m := s.charter().Methods[key]; len(m.Stages) > 0 && m.Subject != "" {
			out = append(out, m)
		}
	}
	open := s.openByMethod(ctx)
	slices.SortStableFunc(out, func(a, b *method.Method) int { return cmp.Compare(open[b.Key], open[a.Key]) })
	return out
}

// navRegisters are the registers that methods are about, and the one that is open.
func (s *Site) navRegisters(path string) (out []page.Link) {
	c := s.charter()
	about := map[string]int{}
	for _, m := range c.Methods {
		about[m.Subject]++
	}
	keys := []string{}
	open := func(key string) bool { return strings.HasPrefix(path+"/", "/desk/registers/"+key+"/") }
	for _, sch := range c.Registers.All() {
		if about[sch.Key] > 0 && !sch.Personal() || open(sch.Key) {
			keys = append(keys, sch.Key)
		}
	}
	slices.SortStableFunc(keys, func(a, b string) int { return cmp.Compare(about[b], about[a]) })
	for i, key := range keys {
		if i >= navRegisters && !open(key) {
			continue
		}
		sch, _ := c.Registers.Get(key)
		out = append(out, page.Link{Words: sch.Name.Words(), Href: "/desk/registers/" + key, Icon: "table", Here: open(key)})
	}
	return out
}
