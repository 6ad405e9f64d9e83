package web

import (
	"net/http"
	"time"

	"gongzhi/internal/calendar"
	"gongzhi/internal/page"
	"gongzhi/internal/text"
)

const workHref = "/desk/work"

// workPage lists the reader's own long work: what is under way and how far it is, what lies ready, and what came to
// nothing and why. Whoever left a page finds it here.
func (s *Site) workPage(r *http.Request, rd *reader) (page.Page, error) {
	t := page.Table{
		Caption: text.Key("jobs.title"), Empty: text.Key("jobs.none"),
		Columns: []page.Column{{Words: text.Key("jobs.what")}, {Words: text.Key("jobs.since")}, {Words: text.Key("jobs.standing")}, {Words: text.Key("web.col.do")}},
	}
	p := page.Page{Frame: page.Desk, Title: text.Key("jobs.title"), Lead: text.Key("jobs.lead", "Minutes", int(jobsKept/time.Minute))}
	for _, j := range s.jobs.of(rd.account.Person) {
		standing, do := page.Cell{}, page.Link{Words: text.Key("jobs.look"), Href: j.href}
		switch {
		case !j.ended():
			m := j.meter()
			standing.Words, p.Refresh = m.Label, 2*time.Second
			if !m.Shown.IsZero() {
				standing.Words = text.Key("value.and", "First", m.Label, "Then", m.Shown)
			}
		case j.err != nil:
			standing.Block = page.Tag{Words: text.Key("jobs.failed"), Tone: page.Late}
			do.Words = text.Key("jobs.why")
		default:
			standing.Block = page.Tag{Words: text.Key("jobs.done"), Tone: page.Good}
			do.Words = text.Key("jobs.result")
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			{Words: j.title}, {Words: text.Plain(j.asked.In(calendar.Zone).Format("15:04"))}, standing, {Block: page.Buttons{Quiet: true, List: []page.Link{do}}},
		}})
	}
	p.Blocks = []page.Block{t}
	return p, nil
}
