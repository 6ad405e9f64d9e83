package web

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/docket"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/people"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

const (
	feedLength    = 50                  // entries of a feed
	calendarSince = 90 * 24 * time.Hour // how long meetings stay in the calendar after they were held
	sitemapLength = 5000
	meetingHours  = 2 // how long a meeting is put into calendars; the charter does not say
)

// feed answers with a file for programs. It may be kept for five minutes and asked for again with what it carries: by
// its ETag, or by when it last changed.
func (s *Site) feed(r *http.Request, rd *reader, kind, cache string, body []byte, changed time.Time) (page.Page, error) {
	rd.done = true
	h := rd.writer.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", cache)
	h.Set("ETag", `"`+string(act.Sum(body))[:32]+`"`)
	http.ServeContent(rd.writer, r, "", changed, bytes.NewReader(body))
	return page.Page{}, nil
}

const forAll = "public, max-age=300"

// feedLang is the language of a feed: its readers have no cookies, so it stands in the address.
func feedLang(r *http.Request) text.Lang {
	if r.URL.Query().Get("lang") == string(text.EN) {
		return text.EN
	}
	return text.ZH
}

// entryName is the matter's title with the step's name.
func (s *Site) entryName(l text.Lang, p docket.Published) string {
	title := text.Text{ZH: p.TitleZH, EN: p.TitleEN}
	name := text.Plain(p.Step)
	if m, ok := s.charter().Method(p.Method); ok {
		if placed, ok := m.Step(p.Step); ok {
			name = placed.Step.Shared().Name.Words()
		}
	}
	return s.charter().Texts.Say(l, text.Key("feed.entry", "Matter", title, "Step", name))
}

// The elements of RFC 4287 that we use.
type (
	atomFeed struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Lang    string      `xml:"xml:lang,attr"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		Updated string      `xml:"updated"`
		Author  atomAuthor  `xml:"author"`
		Links   []atomLink  `xml:"link"`
		Entries []atomEntry `xml:"entry"`
	}
	atomAuthor struct {
		Name string `xml:"name"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr,omitempty"`
		Href string `xml:"href,attr"`
	}
	atomEntry struct {
		ID        string     `xml:"id"`
		Title     string     `xml:"title"`
		Published string     `xml:"published"`
		Updated   string     `xml:"updated"`
		Links     []atomLink `xml:"link"`
		Summary   string     `xml:"summary"`
	}
)

// tag names a thing for ever (RFC 4151), whatever its address becomes.
func (s *Site) tag(r *http.Request, path string) string {
	host := "localhost"
	if u, err := url.Parse(s.address(r)); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return "tag:" + host + ",2026-01-01:" + path
}

// noticesFeed is the newest notices as Atom.
func (s *Site) noticesFeed(r *http.Request, rd *reader) (page.Page, error) {
	list, err := s.Docket.Published(r.Context(), s.Store.Read(), step.NoticeList, 0, docket.Never, feedLength)
	if err != nil {
		return page.Page{}, err
	}
	c, l, at := s.charter(), feedLang(r), s.address(r)
	f := atomFeed{
		Lang: l.Tag(), ID: s.tag(r, "notices"), Title: c.Texts.Say(l, text.Key("feed.notices", "Place", c.Head.Name)), Author: atomAuthor{c.Head.Name.In(l)},
		Links: []atomLink{{"self", "application/atom+xml", at + r.URL.RequestURI()}, {"alternate", "text/html", at + "/"}},
	}
	changed := time.UnixMicro(0)
	for _, p := range list {
		if changed.Before(time.UnixMicro(p.Changed)) {
			changed = time.UnixMicro(p.Changed)
		}
		if p.Over {
			continue
		}
		f.Entries = append(f.Entries, atomEntry{
			ID: s.tag(r, fmt.Sprintf("matters/%d/%s", p.Matter, p.Step)), Title: s.entryName(l, p),
			Published: rfc3339(p.Begins), Updated: rfc3339(p.Changed),
			Links:   []atomLink{{"alternate", "text/html", fmt.Sprintf("%s/matters/%d", at, p.Matter)}},
			Summary: c.Texts.Say(l, text.Key("feed.notice", "From", calendar.DateOf(time.UnixMicro(p.Begins)).String(), "Until", calendar.LastDay(time.UnixMicro(p.Ends)).String())),
		})
	}
	f.Updated = changed.UTC().Format(time.RFC3339)
	body, err := xml.MarshalIndent(f, "", " ")
	if err != nil {
		return page.Page{}, err
	}
	return s.feed(r, rd, "application/atom+xml; charset=utf-8", forAll, append([]byte(xml.Header), body...), changed)
}

func rfc3339(micros int64) string { return time.UnixMicro(micros).UTC().Format(time.RFC3339) }

// newCalendar is an empty one with its name.
func (s *Site) newCalendar(name string) *ics.Calendar {
	cal := ics.NewCalendarFor("Gongzhi")
	cal.SetMethod(ics.MethodPublish)
	cal.SetName(name)
	cal.SetXWRCalName(name)
	return cal
}

func (s *Site) uid(r *http.Request, what string) string {
	host := "localhost"
	if u, err := url.Parse(s.address(r)); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return what + "@" + host
}

const icsType = "text/calendar; charset=utf-8"

// meetingsFeed is the meetings that were called, as a calendar to subscribe to.
func (s *Site) meetingsFeed(r *http.Request, rd *reader) (page.Page, error) {
	list, err := s.Docket.Published(r.Context(), s.Store.Read(), step.MeetingList, s.Clock.Now().Add(-calendarSince).UnixMicro(), docket.Never, 10*feedLength)
	if err != nil {
		return page.Page{}, err
	}
	c, l := s.charter(), feedLang(r)
	cal := s.newCalendar(c.Texts.Say(l, text.Key("feed.meetings", "Place", c.Head.Name)))
	changed := time.UnixMicro(0)
	for _, p := range list {
		at := time.UnixMicro(p.Changed)
		if changed.Before(at) {
			changed = at
		}
		e := cal.AddEvent(s.uid(r, fmt.Sprintf("matter-%d-%s-%s", p.Matter, p.Step, p.Item)))
		e.SetDtStampTime(at.UTC())
		e.SetSequence(int(p.Seq)) // grows each time it is called anew
		e.SetStartAt(time.UnixMicro(p.Begins).UTC())
		e.SetEndAt(time.UnixMicro(p.Begins).UTC().Add(meetingHours * time.Hour))
		e.SetSummary(s.entryName(l, p))
		e.SetLocation(p.Place)
		e.SetURL(fmt.Sprintf("%s/matters/%d", s.address(r), p.Matter))
	}
	return s.feed(r, rd, icsType, forAll, []byte(cal.Serialize(ics.WithNewLineWindows)), changed)
}

// dutiesFeed is what one person owes and until when, behind the link that only they know.
func (s *Site) dutiesFeed(r *http.Request, rd *reader) (page.Page, error) {
	q := s.Store.Read()
	person, ok, err := s.People.LinkPerson(r.Context(), q, r.PathValue("link"))
	if err != nil {
		return page.Page{}, err
	}
	if !ok {
		return page.Page{}, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	}
	who := &reader{account: people.Account{Person: person}}
	if who.mandates, err = s.People.Mandates(r.Context(), q, person, s.today()); err != nil {
		return page.Page{}, err
	}
	list, err := s.owedTo(r.Context(), q, who)
	if err != nil {
		return page.Page{}, err
	}
	c, l := s.charter(), feedLang(r)
	cal := s.newCalendar(c.Texts.Say(l, text.Key("feed.duties", "Place", c.Head.Name)))
	for _, w := range list {
		if w.Due == docket.Never {
			continue
		}
		p := docket.Published{Publication: docket.Publication{Matter: w.Matter, Step: w.Step}, Method: w.Method, TitleZH: w.TitleZH, TitleEN: w.TitleEN}
		e := cal.AddEvent(s.uid(r, fmt.Sprintf("work-%d-%s-%s-%s", w.Matter, w.Step, w.Verb, w.Item)))
		last := calendar.LastDay(time.UnixMicro(w.Due))
		e.SetDtStampTime(time.UnixMicro(w.Since).UTC())
		e.SetAllDayStartAt(noon(last))
		e.SetAllDayEndAt(noon(last.Add(1)))
		e.SetSummary(s.entryName(l, p))
		e.SetURL(fmt.Sprintf("%s/matters/%d", s.address(r), w.Matter))
	}
	return s.feed(r, rd, icsType, "private, no-cache", []byte(cal.Serialize(ics.WithNewLineWindows)), time.Time{})
}

// myCalendar makes and recalls the secret link of a reader's own calendar.
func (s *Site) myCalendar(r *http.Request, rd *reader) (page.Page, error) {
	return s.calendarLink(r, rd, "")
}

func (s *Site) calendarLink(r *http.Request, rd *reader, link string) (page.Page, error) {
	made, there, err := s.People.LinkMade(r.Context(), s.Store.Read(), rd.account.Person)
	if err != nil {
		return page.Page{}, err
	}
	p := page.Page{
		Frame: page.Resident, Title: text.Key("feed.mine"), Lead: text.Key("feed.mine_lead"), Back: &page.Link{Words: text.Key("web.me.title"), Href: "/me"},
	}
	if link != "" {
		p.Blocks = append(p.Blocks, page.Banner{Tone: page.Good, Words: text.Key("feed.once")}, page.Code{Text: s.address(r) + "/calendars/" + link + "/duties.ics"})
	} else if there {
		p.Blocks = append(p.Blocks, page.Prose{Words: []text.Words{text.Key("feed.since", "Day", calendar.DateOf(made).String())}})
	}
	p.Blocks = append(p.Blocks, page.Form{Action: "/me/calendar", Submit: text.Key("feed.make"), Lead: text.Key("feed.make_lead"), Hidden: map[string]string{"do": "make"}})
	if there {
		p.Blocks = append(p.Blocks, page.Form{Action: "/me/calendar", Submit: text.Key("feed.recall"), Danger: true, Quiet: true, Hidden: map[string]string{"do": "recall"}})
	}
	p.Blocks = append(p.Blocks, feedRows())
	return p, nil
}

// feedRows are the feeds for everybody.
func feedRows() page.Block {
	return page.Rows{Title: text.Key("feed.all"), List: []page.Link{
		{Words: text.Key("feed.notices_link"), Note: text.Plain("Atom"), Href: "/feeds/notices.atom", Icon: "file-text"},
		{Words: text.Key("feed.meetings_link"), Note: text.Plain("iCalendar"), Href: "/feeds/meetings.ics", Icon: "calendar"},
	}}
}

func (s *Site) calendarSet(r *http.Request, rd *reader) (page.Page, error) {
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	link := ""
	err := s.Store.Write(r.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
		if r.PostForm.Get("do") == "make" {
			link, err = s.People.NewLink(ctx, tx, rd.account.Person)
			return err
		}
		return s.People.RecallLink(ctx, tx, rd.account.Person)
	})
	if err != nil {
		return page.Page{}, err
	}
	return s.calendarLink(r, rd, link)
}

type sitemap struct {
	XMLName xml.Name      `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	URLs    []sitemapPage `xml:"url"`
}

type sitemapPage struct {
	At      string `xml:"loc"`
	Changed string `xml:"lastmod,omitempty"`
}

// sitemap lists the pages that anyone may find.
func (s *Site) sitemap(r *http.Request, rd *reader) (page.Page, error) {
	at := s.address(r)
	var m sitemap
	for _, path := range []string{"/", "/matters", "/methods", "/about", "/api"} {
		m.URLs = append(m.URLs, sitemapPage{At: at + path})
	}
	for _, key := range s.charter().MethodKeys() {
		m.URLs = append(m.URLs, sitemapPage{At: at + "/methods/" + key})
	}
	list, err := s.Docket.List(r.Context(), s.Store.Read(), docket.Filter{Limit: sitemapLength})
	if err != nil {
		return page.Page{}, err
	}
	changed := time.UnixMicro(0)
	for _, x := range list {
		m.URLs = append(m.URLs, sitemapPage{fmt.Sprintf("%s/matters/%d", at, x.Number), rfc3339(x.Updated)})
		if changed.Before(time.UnixMicro(x.Updated)) {
			changed = time.UnixMicro(x.Updated)
		}
	}
	body, err := xml.MarshalIndent(m, "", " ")
	if err != nil {
		return page.Page{}, err
	}
	return s.feed(r, rd, "application/xml; charset=utf-8", forAll, append([]byte(xml.Header), body...), changed)
}

// robots asks programs that gather pages to leave alone what is somebody's own.
func (s *Site) robots(r *http.Request, rd *reader) (page.Page, error) {
	var b strings.Builder
	b.WriteString("User-agent: *\n")
	for _, path := range []string{"/desk", "/me", "/sign-in", "/sign-out", "/code", "/receipts", "/check", "/calendars", "/prefer", "/matters/*/do/"} {
		b.WriteString("Disallow: " + path + "\n")
	}
	b.WriteString("\nSitemap: " + s.address(r) + "/sitemap.xml\n")
	return s.feed(r, rd, "text/plain; charset=utf-8", forAll, []byte(b.String()), time.Time{})
}

// noon is an instant of a day whose date is the same in UTC, which the calendar's library writes.
func noon(d calendar.Date) time.Time {
	year, month, day := d.YMD()
	return time.Date(year, month, day, 12, 0, 0, 0, time.UTC)
}
