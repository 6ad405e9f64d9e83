package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"gongzhi/internal/calendar"
	"gongzhi/internal/docket"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// How far ahead the calendar looks, and how far the agenda beside the queue does.
const (
	calendarDays = 31
	agendaDays   = 7
)

// entry is one thing with its day: what the reader owes by then, or what time ends then in a matter they work on.
type entry struct {
	at   time.Time
	link page.Link
}

// agenda gathers what falls due up to a day, earliest first. What is late already stands in the queue.
func (s *Site) agenda(ctx context.Context, q store.Q, rd *reader, owed []duty, until calendar.Date) ([]entry, error) {
	now := s.Clock.Now()
	within := func(micros int64) (time.Time, bool) {
		at := time.UnixMicro(micros)
		return at, micros > 0 && micros != docket.Never && at.After(now) && !calendar.LastDay(at).After(until)
	}
	var out []entry
	for _, w := range owed {
		at, ok := within(w.Due)
		if !ok {
			continue
		}
		out = append(out, entry{at, page.Link{
			Words: text.Text{ZH: w.TitleZH, EN: w.TitleEN}.Words(), Note: w.verb(), Href: doHref(w.Matter, step.Ask{Verb: w.Verb, Item: w.Item}), Icon: "checkbox",
		}})
	}
	open, err := s.Docket.List(ctx, q, docket.Filter{Limit: mattersOnMap})
	if err != nil {
		return nil, err
	}
	for _, m := range open {
		at, ok := within(m.Due)
		if !ok || !rd.over(m.Scope) {
			continue
		}
		out = append(out, entry{at, page.Link{Words: title(m), Note: text.Key("web.agenda.ends", "Standing", s.standing(m)), Href: fmt.Sprintf("/desk/matters/%d", m.Number), Icon: "clock"}})
	}
	slices.SortStableFunc(out, func(a, b entry) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.link.Href, b.link.Href)) })
	return out, nil
}

// byDay groups an agenda by the last day of each thing.
func (s *Site) byDay(list []entry) (out []page.Block) {
	for len(list) > 0 {
		day := calendar.LastDay(list[0].at)
		rows := page.Rows{Title: dayName(day, s.today())}
		for len(list) > 0 && calendar.LastDay(list[0].at) == day {
			rows.List, list = append(rows.List, list[0].link), list[1:]
		}
		out = append(out, rows)
	}
	return out
}

// dayName is a day as people call it: today, tomorrow, or its date with the day of the week.
func dayName(d, today calendar.Date) text.Words {
	_, month, n := d.YMD()
	args := []any{"Month", int(month), "Day", n, "Week", text.Key("web.agenda.week_" + strconv.Itoa(int(d.Weekday())))}
	switch d.Sub(today) {
	case 0:
		return text.Key("web.agenda.today", args...)
	case 1:
		return text.Key("web.agenda.tomorrow", args...)
	}
	return text.Key("web.agenda.day", args...)
}

// calendarPage is the month ahead: what the reader owes and what ends by itself.
func (s *Site) calendarPage(r *http.Request, rd *reader) (page.Page, error) {
	q := s.Store.Read()
	owed, err := s.owedTo(r.Context(), q, rd)
	if err != nil {
		return page.Page{}, err
	}
	list, err := s.agenda(r.Context(), q, rd, owed, s.today().Add(calendarDays))
	if err != nil {
		return page.Page{}, err
	}
	p := page.Page{Frame: page.Desk, Title: text.Key("web.agenda.title"), Lead: text.Key("web.agenda.lead", "N", calendarDays, "Count", len(list)), Blocks: s.byDay(list)}
	if len(list) == 0 {
		p.Blocks = []page.Block{page.Rows{Empty: text.Key("web.agenda.none", "N", calendarDays)}}
	}
	return p, nil
}
