package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/docket"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

const (
	meetingsHref  = "/desk/meetings"
	meetingsShown = 50
	meetingsRead  = 500 // of all places, to find those that are the reader's
)

// meetings are those of the places the reader works for: what they have to do about them, those to come, and those that were
// held, with what became of their minutes.
func (s *Site) meetings(r *http.Request, rd *reader) (page.Page, error) {
	q, now := s.Store.Read(), s.Clock.Now().UnixMicro()
	owed, err := s.owedTo(r.Context(), q, rd)
	if err != nil {
		return page.Page{}, err
	}
	todo := s.meetingDuties(owed)
	coming, _, err := s.gathered(r.Context(), q, rd, now, docket.Never)
	if err != nil {
		return page.Page{}, err
	}
	slices.Reverse(coming) // what is next comes first
	before := now
	if n, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64); err == nil {
		before = min(n, now)
	}
	held, earlier, err := s.gathered(r.Context(), q, rd, 0, before)
	if err != nil {
		return page.Page{}, err
	}
	next := comingTable(coming)
	past := s.heldTable(held)
	if earlier > 0 {
		past.Next = meetingsHref + "?" + url.Values{"before": {strconv.FormatInt(earlier, 10)}}.Encode()
	}
	p := page.Page{
		Frame: page.Desk, Title: text.Key("meetings.title"), Lead: text.Key("meetings.lead", "Coming", len(coming), "Todo", len(todo.Rows)),
		Head: []page.Link{{Words: text.Key("feed.meetings_link"), Href: "/feeds/meetings.ics", Icon: "calendar"}},
	}
	if before == now { // the first page
		p.Blocks = append(p.Blocks, page.Panel{Title: text.Key("meetings.todo"), Blocks: []page.Block{todo}}, page.Panel{Title: text.Key("meetings.coming"), Blocks: []page.Block{next}})
	} else {
		p.Back = &page.Link{Words: text.Key("meetings.title"), Href: meetingsHref}
	}
	p.Blocks = append(p.Blocks, page.Panel{Title: text.Key("meetings.held"), Blocks: []page.Block{past}})
	return p, nil
}

// meetingDuties are what the reader owes at steps where bodies meet.
func (s *Site) meetingDuties(owed []duty) page.Table {
	t := page.Table{
		Caption: text.Key("meetings.todo"), Empty: text.Key("meetings.todo_none"),
		Columns: []page.Column{{Words: text.Key("web.col.matter")}, {Words: text.Key("web.col.standing")}, {Words: text.Key("web.col.due")}, {Words: text.Key("web.col.do")}},
	}
	for _, d := range owed {
		if _, meets := s.sitter(d.Method, d.Step); !meets || d.ask.Verb == "" {
			continue
		}
		href := fmt.Sprintf("/desk/matters/%d", d.Matter)
		t.Rows = append(t.Rows, page.Row{Href: href, Cells: []page.Cell{
			{Words: text.Text{ZH: d.TitleZH, EN: d.TitleEN}.Words(), Href: href}, {Words: s.stepName(d.Method, d.Step)}, {Block: light(d.Since, d.Due, s.Clock.Now())},
			{Block: page.Buttons{Quiet: true, List: []page.Link{{Words: d.verb(), Href: doHref(d.Matter, d.ask)}}}},
		}})
	}
	t.Total = strconv.Itoa(len(t.Rows))
	return t
}

func (s *Site) sitter(method, key string) (step.Sitter, bool) {
	m, ok := s.charter().Method(method)
	if !ok {
		return nil, false
	}
	p, ok := m.Step(key)
	if !ok {
		return nil, false
	}
	x, ok := p.Step.(step.Sitter)
	return x, ok
}

// gathering is a meeting on the list with what its acts say of it.
type gathering struct {
	docket.Published
	step.Sitting
}

// gathered lists the meetings of the reader's places that begin in a stretch of time, the latest first; where there are
// earlier ones, they begin before the instant earlier. Those of one instant stay on one page.
func (s *Site) gathered(ctx context.Context, q store.Q, rd *reader, from, until int64) (out []gathering, earlier int64, err error) {
	list, err := s.Docket.Published(ctx, q, step.MeetingList, from, until, meetingsRead)
	if err != nil {
		return nil, 0, err
	}
	type at struct {
		matter int64
		step   string
	}
	known := map[at][]step.Sitting{}
	for _, p := range list {
		if p.Over || !rd.over(p.Scope) {
			continue
		}
		if n := len(out); n >= meetingsShown && out[n-1].Begins != p.Begins {
			return out, out[n-1].Begins, nil
		}
		k := at{p.Matter, p.Step}
		if _, read := known[k]; !read {
			if known[k], err = s.sittings(ctx, q, p); err != nil {
				return nil, 0, err
			}
		}
		g := gathering{Published: p, Sitting: step.Sitting{At: time.UnixMicro(p.Begins), Place: p.Place}}
		if i := slices.IndexFunc(known[k], func(x step.Sitting) bool { return x.Item == p.Item }); i >= 0 {
			g.Sitting = known[k][i]
		}
		out = append(out, g)
	}
	if len(list) == meetingsRead {
		earlier = list[meetingsRead-1].Begins
	}
	return out, earlier, nil
}

// sittings reads the latest visit of a step where bodies meet.
func (s *Site) sittings(ctx context.Context, q store.Q, p docket.Published) ([]step.Sitting, error) {
	x, ok := s.sitter(p.Method, p.Step)
	if !ok {
		return nil, nil
	}
	acts, err := s.Ledger.StepActs(ctx, q, act.Matter(p.Matter), p.Step)
	if err != nil {
		return nil, err
	}
	for i := len(acts) - 1; i > 0; i-- {
		if acts[i].Kind == act.Entered {
			acts = acts[i:]
			break
		}
	}
	return x.Sittings(acts)
}

// what is a meeting's name: the body, and the matter it is about.
func (g gathering) what() page.Cell {
	matter := text.Text{ZH: g.TitleZH, EN: g.TitleEN}
	words := matter.Words()
	if !g.Body.IsZero() {
		words = text.Key("meetings.of", "Body", g.Body, "Matter", matter)
	}
	return page.Cell{Words: words, Href: fmt.Sprintf("/desk/matters/%d", g.Matter)}
}

func (g gathering) when() page.Cell {
	return page.Cell{Words: text.Plain(calendar.Minute(g.At))}
}

func comingTable(list []gathering) page.Table {
	t := page.Table{
		Caption: text.Key("meetings.coming"), Empty: text.Key("meetings.coming_none"),
		Columns: []page.Column{
			{Words: text.Key("meetings.when")}, {Words: text.Key("meetings.what")}, {Words: text.Key("meeting.field.place")},
			{Words: text.Key("meeting.field.agenda")}, {Words: text.Key("meetings.entitled"), Numeric: true},
		},
		Total: strconv.Itoa(len(list)),
	}
	for _, g := range list {
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			g.when(), g.what(), {Words: text.Plain(g.Sitting.Place)}, {Words: text.Plain(g.Agenda)}, {Words: text.Plain(strconv.FormatInt(g.Entitled, 10))},
		}})
	}
	return t
}

// heldTable says of each meeting whether its minutes are in, whether somebody else confirmed them, and what was decided.
func (s *Site) heldTable(list []gathering) page.Table {
	t := page.Table{
		Caption: text.Key("meetings.held"), Empty: text.Key("meetings.held_none"),
		Columns: []page.Column{
			{Words: text.Key("meetings.when")}, {Words: text.Key("meetings.what")}, {Words: text.Key("meetings.present")}, {Words: text.Key("meeting.field.minutes")},
			{Words: text.Key("meetings.result")}, {Words: text.Key("web.col.do")},
		},
	}
	for _, g := range list {
		minutes, present := page.Tag{Words: text.Key("meetings.minutes_missing"), Tone: page.Soon}, text.Key("meetings.called", "Entitled", g.Entitled)
		var result, do page.Cell
		switch {
		case g.Confirmed:
			minutes = page.Tag{Words: text.Key("meetings.minutes_confirmed"), Tone: page.Good}
			tag := page.Tag{Words: g.Result.Words, Tone: page.Late}
			if g.Result.Good {
				tag.Tone = page.Good
			}
			paper := fmt.Sprintf("/matters/%d/documents/%s", g.Matter, url.PathEscape(g.Step+"."+step.MinutesPaper+"."+g.Sitting.Item))
			result, do = page.Cell{Block: tag}, page.Cell{Block: page.Buttons{Quiet: true, List: []page.Link{{Words: text.Key("meetings.print"), Href: paper, Icon: "printer"}}}}
		case !g.Recorded.IsZero():
			minutes = page.Tag{Words: text.Key("meetings.minutes_waiting"), Tone: page.Going}
		case g.Returned:
			minutes = page.Tag{Words: text.Key("meetings.minutes_returned"), Tone: page.Late}
		}
		if !g.Recorded.IsZero() {
			present = text.Key("meetings.present_of", "Present", g.Present, "Entitled", g.Entitled)
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{g.when(), g.what(), {Words: present}, {Block: minutes}, result, do}})
	}
	return t
}
