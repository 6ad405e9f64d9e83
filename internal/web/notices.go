package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/desk"
	"gongzhi/internal/docket"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/step/notice"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// noticesShown is how many notices the desk lists at once, the latest first.
const noticesShown = 200

// notices are what the reader has to post, and what hangs now where they work: with the sheet to print and the days left.
func (s *Site) notices(r *http.Request, rd *reader) (page.Page, error) {
	q := s.Store.Read()
	owed, err := s.owedTo(r.Context(), q, rd)
	if err != nil {
		return page.Page{}, err
	}
	now := s.Clock.Now()
	post := page.Table{
		Caption: text.Key("notices.to_post"), Empty: text.Key("notices.to_post_none"),
		Columns: []page.Column{{Words: text.Key("web.col.matter")}, {Words: text.Key("web.col.standing")}, {Words: text.Key("web.col.due")}, {Words: text.Key("web.col.do")}},
	}
	for _, d := range owed {
		if !s.isNotice(d.Method, d.Step) || d.ask.Verb == "" {
			continue
		}
		href := fmt.Sprintf("/desk/matters/%d", d.Matter)
		post.Rows = append(post.Rows, page.Row{Href: href, Cells: []page.Cell{
			{Words: text.Text{ZH: d.TitleZH, EN: d.TitleEN}.Words(), Href: href}, {Words: s.stepName(d.Method, d.Step)}, {Block: light(d.Since, d.Due, now)},
			{Block: page.Buttons{Quiet: true, List: []page.Link{{Words: d.verb(), Href: doHref(d.Matter, d.ask)}}}},
		}})
	}
	post.Total = strconv.Itoa(len(post.Rows))
	hang, err := s.hanging(r.Context(), q, rd)
	if err != nil {
		return page.Page{}, err
	}
	return page.Page{
		Frame: page.Desk, Title: text.Key("notices.title"), Lead: text.Key("notices.lead", "Post", len(post.Rows), "Hang", len(hang.Rows)),
		Blocks: []page.Block{
			page.Panel{Title: text.Key("notices.to_post"), Blocks: []page.Block{post}},
			page.Panel{Title: text.Key("notices.hang"), Blocks: []page.Block{hang}},
		},
	}, nil
}

func (s *Site) isNotice(method, key string) bool {
	m, ok := s.charter().Method(method)
	if !ok {
		return false
	}
	p, ok := m.Step(key)
	return ok && p.Step.Shared().Kind == "notice"
}

// hanging are the notices that stand now in the places the reader works for.
func (s *Site) hanging(ctx context.Context, q store.Q, rd *reader) (page.Table, error) {
	t := page.Table{
		Caption: text.Key("notices.hang"), Empty: text.Key("notices.hang_none"),
		Columns: []page.Column{{Words: text.Key("web.col.matter")}, {Words: text.Key("web.col.standing")}, {Words: text.Key("notices.since")}, {Words: text.Key("web.col.due")}, {Words: text.Key("notices.proof")}, {Words: text.Key("web.col.do")}},
	}
	list, err := s.Docket.Published(ctx, q, step.NoticeList, 0, docket.Never, noticesShown)
	if err != nil {
		return t, err
	}
	now := s.Clock.Now()
	for _, p := range list {
		if p.Over || p.Ends != 0 && !now.Before(time.UnixMicro(p.Ends)) {
			continue
		}
		m, ok, err := s.Docket.Find(ctx, q, act.Matter(p.Matter))
		if err != nil {
			return t, err
		}
		if !ok || m.Step != p.Step || !rd.over(m.Scope) {
			continue
		}
		due := docket.Never
		if p.Ends != 0 {
			due = p.Ends
		}
		proof, do, err := s.hung(ctx, q, rd, m)
		if err != nil {
			return t, err
		}
		href, paper := fmt.Sprintf("/desk/matters/%d", p.Matter), fmt.Sprintf("/matters/%d/documents/%s", p.Matter, url.PathEscape(p.Step+".notice"))
		t.Rows = append(t.Rows, page.Row{Href: href, Cells: []page.Cell{
			{Words: title(m), Href: href}, {Words: s.stepName(p.Method, p.Step)}, {Words: text.Plain(calendar.DateOf(time.UnixMicro(p.Begins)).String())},
			{Block: light(p.Begins, due, now)},
			proof, {Block: page.Buttons{Quiet: true, List: append(do, page.Link{Words: text.Key("notices.print"), Href: paper, Icon: "printer"})}},
		}})
	}
	t.Total = strconv.Itoa(len(t.Rows))
	return t, nil
}

// hung tells when the sheet of a notice was last seen hanging, and gives the button to say so anew where that is for the
// reader to say.
func (s *Site) hung(ctx context.Context, q store.Q, rd *reader, m docket.Matter) (proof page.Cell, do []page.Link, err error) {
	acts, err := s.Ledger.Acts(ctx, q, act.Matter(m.Number), 0)
	if err != nil {
		return proof, nil, err
	}
	n, last := 0, time.Time{}
	for _, a := range acts {
		switch {
		case a.Step != m.Step:
		case a.Kind == act.Entered:
			n = 0
		case a.Kind == notice.Hung:
			n, last = n+1, a.At
		}
	}
	err = s.Desk.Read(ctx, act.Matter(m.Number), func(_ context.Context, _ store.Q, st desk.Standing) error {
		for _, a := range st.For(rd.actor()) {
			if a.Clause == "hang" {
				do = append(do, page.Link{Words: a.Words, Href: doHref(m.Number, a), Icon: "camera"})
			}
		}
		return nil
	})
	switch {
	case n > 0:
		proof.Words = text.Key("notices.seen", "N", n, "Day", day(calendar.DateOf(last), s.Clock.Now()))
	case len(do) > 0:
		proof.Block = page.Tag{Words: text.Key("notices.unseen"), Tone: page.Soon}
	default:
		proof.Words = text.Key("notices.no_proof")
	}
	return proof, do, err
}
