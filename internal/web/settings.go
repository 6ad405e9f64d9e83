package web

import (
	"net/http"
	"net/url"
	"strconv"

	"gongzhi/internal/outbox"
	"gongzhi/internal/page"
	"gongzhi/internal/text"
	"gongzhi/internal/web/ui"
)

const settingsHref = "/desk/settings"

// settings is how the reader works here: how pages look, how they are told, as what they act. Whoever keeps accounts also
// sees what the house runs on.
func (s *Site) settings(r *http.Request, rd *reader) (page.Page, error) {
	q := s.Store.Read()
	prefer, err := s.Outbox.Preference(r.Context(), q, rd.account.Person)
	if err != nil {
		return page.Page{}, err
	}
	how := prefer.Channel
	if how == "" {
		how = "none"
	}
	told := page.Rows{List: []page.Link{
		{Words: text.Key("outbox.settings"), Note: text.Key("settings.told", "How", text.Key("outbox.how_"+how)), Href: "/me/notifications/settings", Icon: "bell"},
		{Words: text.Key("feed.mine"), Note: text.Key("settings.calendar"), Href: "/me/calendar", Icon: "calendar"},
	}}
	mandates := page.Facts{}
	names := s.placeNames(r.Context(), q, rd)
	for _, m := range rd.mandates {
		where, err := names(m.Path)
		if err != nil {
			return page.Page{}, err
		}
		mandates.List = append(mandates.List, page.Fact{Term: s.charter().RoleName(m.Role), Value: where})
	}
	p := page.Page{
		Frame: page.Desk, Title: text.Key("settings.title"), Lead: text.Key("settings.lead"),
		Blocks: []page.Block{
			page.Panel{Title: text.Key("settings.looks"), Blocks: []page.Block{
				page.Prose{Words: []text.Words{text.Key("settings.looks_lead")}}, s.looks(rd),
			}},
			page.Panel{Title: text.Key("settings.telling"), Blocks: []page.Block{told}},
			page.Panel{Title: text.Key("web.me.roles"), Blocks: []page.Block{mandates, page.Facts{List: []page.Fact{
				{Term: text.Key("web.sign_in.login"), Value: text.Plain(rd.account.Login)},
			}}, page.Rows{List: ownSecrets(rd)}}},
		},
	}
	if !rd.holds(adminRole) {
		return p, nil
	}
	counts, err := s.Outbox.Counts(r.Context(), q)
	if err != nil {
		return page.Page{}, err
	}
	dead := 0
	for _, c := range counts {
		if c.State == outbox.Dead {
			dead += int(c.N)
		}
	}
	c := s.charter()
	p.Blocks = append(p.Blocks, page.Panel{Title: text.Key("settings.house"), Blocks: []page.Block{page.Facts{List: []page.Fact{
		{Term: text.Key("web.col.charter"), Value: text.Plain(string(c.Digest[:12])), Href: "/charter"},
		{Term: text.Key("web.methods"), Value: text.Plain(strconv.Itoa(len(c.Methods))), Href: "/methods"},
		{Term: text.Key("settings.registers"), Value: text.Plain(strconv.Itoa(len(c.Registers.All()))), Href: "/desk/registers"},
		{Term: text.Key("settings.dead"), Value: text.Plain(strconv.Itoa(dead)), Href: "/desk/messages"},
		{Term: text.Key("log.title"), Value: text.Key("settings.log"), Href: "/log"},
	}}}})
	return p, nil
}

// looks are the ways to look at pages as links, each of which works without script; the one in use is ticked.
func (s *Site) looks(rd *reader) page.Facts {
	link := func(key, name, value string, here bool) page.Link {
		l := page.Link{Words: text.Key(key), Href: ui.Prefer + "?" + url.Values{name: {value}, "back": {settingsHref}}.Encode()}
		if here {
			l.Words, l.Icon = text.Key("settings.here", "What", l.Words), "check"
		}
		return l
	}
	choice := func(key string, links ...page.Link) page.Fact {
		return page.Fact{Term: text.Key(key), Block: page.Buttons{Quiet: true, List: links}}
	}
	return page.Facts{List: []page.Fact{
		choice("settings.language", link("settings.zh", "lang", string(text.ZH), rd.lang == text.ZH), link("settings.en", "lang", string(text.EN), rd.lang == text.EN)),
		choice("settings.size", link("settings.size_1", "size", "1", rd.size == ui.Normal), link("settings.size_2", "size", "2", rd.size == ui.Large), link("settings.size_3", "size", "3", rd.size == ui.Largest)),
		choice("settings.theme", link("settings.day", "theme", "day", !rd.night), link("settings.night", "theme", "night", rd.night)),
	}}
}
