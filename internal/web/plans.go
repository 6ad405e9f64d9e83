package web

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/desk"
	"gongzhi/internal/docket"
	"gongzhi/internal/fault"
	"gongzhi/internal/method"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// What the clock begins again and again: who has to go where and how often, what is asked now and until when, and what
// became of it lately. All of it is read from the rows that say how often, and from the matters they began.

const plansHref = "/desk/plans"

const (
	plansBack  = 14 // days looked back
	plansAhead = 31 // days in which the next one is looked for
	plansShown = 20 // rows on one page
)

// plan is one row that says how often.
type plan struct {
	row, subject register.Row
	often        text.Words
	next         calendar.Date // zero where there is none soon
	open         docket.Matter // under way; its number is 0 where none is
	last         docket.Matter // the latest that ended
	begun        int
	ended        map[string]int // by result
}

// routines are the methods that the clock begins.
func (s *Site) routines() (out []*method.Method) {
	for _, key := range s.charter().MethodKeys() {
		if m := s.charter().Methods[key]; m.Start.Routine != nil {
			out = append(out, m)
		}
	}
	return out
}

// plans are those at or below a place; zero is everywhere. Rows that name no rhythm are no plan.
func (s *Site) plans(ctx context.Context, q store.Q, rd *reader, m *method.Method, under act.RowID) (out []plan, err error) {
	in, c := s.registers(ctx, q, rd), s.charter()
	sch, known := c.Registers.Get(m.PlannedIn())
	if !known {
		return nil, nil
	}
	rows, err := in.Rows(m.PlannedIn(), under, s.today())
	if err != nil {
		return nil, err
	}
	if under.Register == m.PlannedIn() {
		row, ok, err := in.Row(under, s.today())
		if err != nil {
			return nil, err
		}
		if ok {
			rows = append(rows, row)
		}
	}
	for _, row := range rows {
		if _, ok := m.Start.Routine.Of(row); !ok || !sch.Holds(row, s.today()) {
			continue
		}
		p := plan{row: row, ended: map[string]int{}}
		if f, ok := sch.Field(m.Start.Routine.Rhythm); ok {
			p.often = f.Told(row.Values[f.Key])
		}
		if p.subject, _, err = m.PlannedAbout(in, row, s.today()); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b plan) int {
		return cmp.Or(cmp.Compare(a.subject.Name, b.subject.Name), cmp.Compare(a.row.ID.ID, b.row.ID.ID))
	})
	return out, nil
}

// fate fills in when a plan comes next and what became of it.
func (s *Site) fate(ctx context.Context, q store.Q, m *method.Method, p *plan) error {
	sch, _ := s.charter().Registers.Get(m.PlannedIn())
	rhythm, _ := m.Start.Routine.Of(p.row)
	falls := func(d calendar.Date) bool { return rhythm.On(s.charter().Calendar, d) && sch.Holds(p.row, d) }
	for d, now := s.today(), s.Clock.Now(); d.Sub(s.today()) <= plansAhead; d = d.Add(1) {
		if falls(d) && m.Start.Routine.At.On(d).After(now) {
			p.next = d
			break
		}
	}
	for d := s.today(); s.today().Sub(d) < plansBack; d = d.Add(-1) {
		if !falls(d) {
			continue
		}
		got, there, err := s.Ledger.Submission(ctx, q, m.RoutineID(p.row.ID, d))
		if err != nil {
			return err
		}
		if !there {
			continue // the plan was entered later
		}
		x, there, err := s.Docket.Find(ctx, q, got.Matter)
		if err != nil || !there {
			return err
		}
		p.begun++
		switch {
		case x.Step == "":
			p.ended[x.Result]++
			if p.last.Number == 0 {
				p.last = x
			}
		case p.open.Number == 0:
			p.open = x
		}
	}
	return nil
}

// nowOf says what is asked, until when; else how the latest ended.
func (s *Site) nowOf(ctx context.Context, m *method.Method, p plan) (page.Cell, error) {
	switch {
	case p.open.Number != 0:
		words := text.Key("plans.waits")
		err := s.Desk.Read(ctx, act.Matter(p.open.Number), func(_ context.Context, _ store.Q, st desk.Standing) error {
			if asks := st.Asks(); len(asks) > 0 && !asks[0].Due.IsZero() {
				words = text.Key("plans.until", "N", len(asks), "Due", endOf(asks[0].Due))
			}
			return nil
		})
		return page.Cell{Words: words, Href: fmt.Sprintf("/matters/%d", p.open.Number)}, err
	case p.last.Number != 0:
		words := text.Key("plans.last", "Day", date(p.last.Opened).String(), "Result", m.Results[p.last.Result])
		return page.Cell{Words: words, Href: fmt.Sprintf("/matters/%d", p.last.Number)}, nil
	}
	return page.Cell{Words: text.Key("plans.never")}, nil
}

// endOf says an end. Midnight is 24:00 of the day that ends with it.
func endOf(at time.Time) string {
	if local := at.In(calendar.Zone); local.Format("15:04:05") == "00:00:00" {
		return calendar.LastDay(at).String() + " 24:00"
	}
	return calendar.Minute(at)
}

// lately counts how those of the last days ended, what came most often first.
func lately(m *method.Method, p plan) (words text.Words) {
	keys := slices.Sorted(maps.Keys(p.ended))
	slices.SortStableFunc(keys, func(a, b string) int { return cmp.Compare(p.ended[b], p.ended[a]) })
	for _, key := range keys {
		one := text.Key("plans.ended", "Result", m.Results[key], "N", p.ended[key])
		if words.IsZero() {
			words = one
		} else {
			words = text.Key("plans.and", "First", words, "Then", one)
		}
	}
	if words.IsZero() {
		return text.Key("plans.begun", "N", p.begun)
	}
	return text.Key("plans.lately", "N", p.begun, "Ended", words)
}

// planTable shows plans of one method.
func (s *Site) planTable(ctx context.Context, q store.Q, m *method.Method, list []plan) (page.Table, error) {
	t := page.Table{Caption: m.Name.Words(), Columns: []page.Column{
		{Key: "who", Words: text.Key("plans.who")}, {Key: "often", Words: text.Key("plans.often")}, {Key: "now", Words: text.Key("plans.now")},
		{Key: "next", Words: text.Key("plans.next")}, {Key: "lately", Words: text.Key("plans.days", "N", plansBack)},
	}}
	for i := range list {
		p := &list[i]
		if err := s.fate(ctx, q, m, p); err != nil {
			return t, err
		}
		now, err := s.nowOf(ctx, m, *p)
		if err != nil {
			return t, err
		}
		next := text.Key("plans.none")
		if !p.next.IsZero() {
			next = text.Plain(p.next.String())
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			{Words: text.Plain(p.row.Name), Href: placeHref(p.subject.ID)}, {Words: p.often}, now, {Words: next}, {Words: lately(m, *p)},
		}})
	}
	return t, nil
}

// planned are the plans at a place, to be shown on its own page and to those who go round there.
func (s *Site) planned(ctx context.Context, q store.Q, rd *reader, place act.RowID) (out []page.Block, err error) {
	for _, m := range s.routines() {
		list, err := s.plans(ctx, q, rd, m, place)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 || len(list) > plansShown { // a whole community's are at the desk
			continue
		}
		t, err := s.planTable(ctx, q, m, list)
		if err != nil {
			return nil, err
		}
		out = append(out, page.Panel{Title: text.Key("plans.title"), Blocks: []page.Block{t}})
	}
	return out, nil
}

// plansPage is every plan, by method, some at a time: ?method=road_patrol&after=20.
func (s *Site) plansPage(r *http.Request, rd *reader) (page.Page, error) {
	q, ctx := r.URL.Query(), r.Context()
	p := page.Page{Frame: page.Desk, Title: text.Key("plans.title"), Lead: text.Key("plans.lead")}
	want := q.Get("method")
	after, _ := strconv.Atoi(q.Get("after")) // anything else starts at the first
	found := want == ""
	for _, m := range s.routines() {
		if want != "" && want != m.Key {
			continue
		}
		found = true
		list, err := s.plans(ctx, s.Store.Read(), rd, m, act.RowID{})
		if err != nil {
			return p, err
		}
		if len(list) == 0 {
			continue
		}
		from := min(max(0, after), len(list))
		to := min(from+plansShown, len(list))
		t, err := s.planTable(ctx, s.Store.Read(), m, list[from:to])
		if err != nil {
			return p, err
		}
		t.Total = fmt.Sprint(len(list))
		if to < len(list) {
			t.Next = plansHref + "?" + url.Values{"method": {m.Key}, "after": {fmt.Sprint(to)}}.Encode()
		}
		p.Blocks = append(p.Blocks, t)
	}
	if !found {
		return p, fault.Refuse(fault.NotFound, "method.unknown", fault.Basis{}, fault.Args{"Method": want})
	}
	if len(p.Blocks) == 0 {
		p.Blocks = append(p.Blocks, page.Prose{Words: []text.Words{text.Key("plans.nowhere")}})
	}
	return p, nil
}
