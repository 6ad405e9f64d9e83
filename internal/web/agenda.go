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
	weeksAhead   = 5
	monthsAhead  = 5
	daysInWeek   = 7
	dayShown     = 3 // in a cell of the month; the list below has them all
)

const calendarHref = "/desk/calendar"

// fallingShown is the most matters whose ends are looked at, the soonest first.
const fallingShown = 2000

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
	falling, err := s.Docket.Falling(ctx, q, now.UnixMicro(), until.End().UnixMicro(), fallingShown)
	if err != nil {
		return nil, err
	}
	for _, m := range falling {
		at, ok := within(m.Due)
		if !ok || !rd.over(m.Scope) {
			continue
		}
		out = append(out, entry{at, page.Link{Words: title(m), Note: text.Key("web.agenda.ends", "Standing", s.standing(m)), Href: fmt.Sprintf("/desk/matters/%d", m.Number), Icon: "clock"}})
	}
	coming, _, err := s.gathered(ctx, q, rd, now.UnixMicro(), until.End().UnixMicro())
	if err != nil {
		return nil, err
	}
	for _, g := range coming {
		if !g.At.After(now) || calendar.DateOf(g.At).After(until) {
			continue
		}
		what := g.what()
		note := text.Key("web.agenda.meets", "Time", g.At.In(calendar.Zone).Format("15:04"), "Place", g.Place)
		// A thing that is due at midnight belongs to the day before; a meeting belongs to the day it begins on.
		out = append(out, entry{g.At.Add(1), page.Link{Words: what.Words, Note: note, Href: what.Href, Icon: "users-group"}})
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
	today := s.today()
	first, asked := monthAsked(r, today)
	last := first.Add(weeksAhead*daysInWeek - 1)
	if asked {
		last = first.AddMonths(1).Add(-1)
	}
	list, err := s.agenda(r.Context(), q, rd, owed, last)
	if err != nil {
		return page.Page{}, err
	}
	p := page.Page{Frame: page.Desk, Title: text.Key("web.agenda.title"), Blocks: []page.Block{s.monthGrid(list, first, last, asked)}}
	none := text.Key("web.agenda.none", "N", calendarDays)
	if asked {
		year, month, _ := first.YMD()
		list = slices.DeleteFunc(list, func(e entry) bool { return calendar.LastDay(e.at).Before(first) })
		p.Lead, none = text.Key("web.agenda.month_lead", "Year", year, "Month", int(month), "Count", len(list)), text.Key("web.agenda.month_none")
		p.Back = &page.Link{Words: text.Key("web.agenda.more", "N", calendarDays), Href: calendarHref}
	} else {
		list = slices.DeleteFunc(list, func(e entry) bool { return calendar.LastDay(e.at).After(today.Add(calendarDays)) })
		p.Lead = text.Key("web.agenda.lead", "N", calendarDays, "Count", len(list))
	}
	if p.Blocks = append(p.Blocks, s.byDay(list)...); len(list) == 0 {
		p.Blocks = append(p.Blocks, page.Rows{Empty: none})
	}
	return p, nil
}

// monthAsked is the first day of the month ahead that is looked at or, where none was asked for, the Monday of this week:
// nothing is kept here of what is over; that stands in the matters.
func monthAsked(r *http.Request, today calendar.Date) (first calendar.Date, asked bool) {
	for n := 1; n <= monthsAhead; n++ {
		if month := monthAfter(today, n); r.URL.Query().Get("month") == month.String()[:len("2006-01")] {
			return month, true
		}
	}
	return monday(today), false
}

// monthAfter is the first day of a month, counted from the one a day is in.
func monthAfter(d calendar.Date, n int) calendar.Date {
	_, _, day := d.YMD()
	return d.Add(1 - day).AddMonths(n)
}

func monday(d calendar.Date) calendar.Date {
	return d.Add(-((int(d.Weekday()) + daysInWeek - 1) % daysInWeek))
}

// monthGrid lays what falls on the days from first to last out in weeks.
func (s *Site) monthGrid(list []entry, first, last calendar.Date, asked bool) page.Month {
	today := s.today()
	x := page.Month{Title: text.Key("web.agenda.weeks", "N", weeksAhead)}
	way := func(key, icon string, to calendar.Date) page.Link {
		l := page.Link{Words: text.Key(key), Icon: icon, Href: calendarHref}
		if to.After(today) {
			l.Href += "?month=" + to.String()[:len("2006-01")]
		}
		return l
	}
	next := monthAfter(today, 1)
	if asked {
		year, month, _ := first.YMD()
		x.Title = text.Key("web.agenda.month", "Year", year, "Month", int(month))
		x.Ways, next = append(x.Ways, way("web.agenda.before", "chevron-left", first.AddMonths(-1))), first.AddMonths(1)
	}
	if !next.After(monthAfter(today, monthsAhead)) {
		x.Ways = append(x.Ways, way("web.agenda.after", "chevron-right", next))
	}
	for i := range daysInWeek {
		x.Weekdays = append(x.Weekdays, text.Key("web.agenda.week_"+strconv.Itoa((i+1)%daysInWeek)))
	}
	for from := monday(first); !from.After(last); from = from.Add(daysInWeek) {
		var week []page.Day
		for i := range daysInWeek {
			d := from.Add(i)
			_, month, n := d.YMD()
			cell := page.Day{Words: text.Plain(strconv.Itoa(n)), Away: d.Before(first) || d.After(last) || d.Before(today), Today: d == today}
			if n == 1 || len(x.Weeks) == 0 && i == 0 {
				cell.Words = text.Key("web.agenda.date", "Month", int(month), "Day", n)
			}
			for _, e := range list {
				switch {
				case calendar.LastDay(e.at) != d:
				case len(cell.List) == dayShown:
					cell.More++
				default:
					cell.List = append(cell.List, e.link)
				}
			}
			week = append(week, cell)
		}
		x.Weeks = append(x.Weeks, week)
	}
	return x
}
