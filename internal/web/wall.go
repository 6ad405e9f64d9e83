package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/docket"
	"gongzhi/internal/exact"
	"gongzhi/internal/method"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// mattersOnMap is the most matters a wall looks at, newest first: ten for each compound of a large subdistrict.
const mattersOnMap = 2000

// lateShown is how many late matters the wall lists; the page behind lists all.
const lateShown = 7

// weeksShown is how far back the wall's trend goes.
const weeksShown = 12

// overdue is a matter in which somebody is late, by what is most late in it.
type overdue struct {
	docket.Owed
	days int
}

// late gathers what is overdue, the longest first, once for each matter: what every role owes, from the front of its
// queue.
func (s *Site) late(ctx context.Context, q store.Q) ([]overdue, error) {
	now := s.Clock.Now()
	found := map[int64]overdue{}
	for role := range s.charter().Roles {
		list, err := s.Docket.Queue(ctx, q, role, "", queueLimit)
		if err != nil {
			return nil, err
		}
		for _, w := range list {
			if w.Due == docket.Never || now.UnixMicro() < w.Due || w.Private {
				continue
			}
			days := max(1, calendar.DateOf(now).Sub(calendar.LastDay(time.UnixMicro(w.Due))))
			if was, ok := found[w.Matter]; !ok || days > was.days || days == was.days && w.Role < was.Role {
				found[w.Matter] = overdue{w, days}
			}
		}
	}
	out := make([]overdue, 0, len(found))
	for _, x := range found {
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b overdue) int { return cmp.Or(b.days-a.days, cmp.Compare(a.Matter, b.Matter)) })
	return out, nil
}

// lateLinks are late matters as rows: what, at which step, and who owes it.
func (s *Site) lateLinks(list []overdue) (out []page.Link) {
	for _, x := range list {
		step := text.Plain(x.Step)
		if m, ok := s.charter().Method(x.Method); ok {
			if p, ok := m.Step(x.Step); ok {
				step = p.Step.Shared().Name.Words()
			}
		}
		out = append(out, page.Link{
			Words: text.Text{ZH: x.TitleZH, EN: x.TitleEN}.Words(), Note: text.Key("web.wall.owed", "Step", step, "Role", s.charter().RoleName(x.Role)),
			Href: fmt.Sprintf("/matters/%d", x.Matter), Count: x.days, Unit: text.Key("web.wall.days", "N", x.days), Tone: page.Late,
		})
	}
	return out
}

// lateRows are the longest, and the way to all of them.
func (s *Site) lateRows(list []overdue) []page.Link {
	out := s.lateLinks(list[:min(len(list), lateShown)])
	if len(list) > lateShown {
		out = append(out, page.Link{Words: text.Key("web.wall.late_all", "N", len(list)), Href: "/matters?late=1"})
	}
	return out
}

// newest keeps the last matter of each subject; list is newest first.
func newest(list []docket.Matter) map[act.RowID]docket.Matter {
	out := map[act.RowID]docket.Matter{}
	for _, m := range list {
		if id, ok := register.ParseRowID(m.Subject); ok {
			if _, seen := out[id]; !seen {
				out[id] = m
			}
		}
	}
	return out
}

// stageWords is what a stage is called, with 0 for what no matter of the method is about.
func stageWords(m *method.Method, n int) text.Words {
	if n == 0 {
		return text.Key("web.wall.not_in")
	}
	return m.Stages[n-1].Name.Words()
}

// mapOf shows where the matters of a method stand, each on the ground it is about.
func (s *Site) mapOf(m *method.Method, all layers, list []docket.Matter, late []overdue, rated ratings) page.Map {
	days := map[int64]int{}
	for _, x := range late {
		days[x.Matter] = x.days
	}
	at := newest(list)
	counts := make([]int, len(m.Stages)+1)
	x := page.Map{Ground: s.beneath(all, m.Subject, rated.stars()), Lines: rated.key()}
	for _, row := range all[m.Subject] {
		p := page.Place{Shape: row.shape, Name: text.Plain(row.Name), Href: placeHref(row.ID)}
		n := 0
		if matter, ok := at[row.ID]; ok {
			n = m.StageOf(matter.Step, matter.Result)
			p.Note, p.Late, p.Href = s.standing(matter), days[matter.Number], fmt.Sprintf("/matters/%d", matter.Number)
			if p.Late > 0 {
				p.Note = text.Key("web.wall.late_at", "Standing", p.Note, "N", p.Late)
			}
		}
		p.Step = stepped(n, len(m.Stages))
		counts[n]++
		x.Places = append(x.Places, p)
	}
	for n, c := range counts {
		k := page.Stage{Words: stageWords(m, n), N: c, Step: stepped(n, len(m.Stages))}
		if n > 0 {
			k.Href = stageHref(m, n)
		}
		x.Key = append(x.Key, k)
	}
	x.Says = text.Key("web.wall.map_says", "Method", m.Name, "All", len(all[m.Subject]), "In", len(all[m.Subject])-counts[0], "Late", len(late))
	return x
}

func stageHref(m *method.Method, n int) string {
	return fmt.Sprintf("/matters?method=%s&stage=%d", m.Key, n)
}

// walls are the methods a wall can show: those with stages, on rows that have a place on the map. The busiest comes first.
func (s *Site) walls(ctx context.Context, all layers) []*method.Method {
	return slices.DeleteFunc(s.staged(ctx), func(m *method.Method) bool { return len(all[m.Subject]) == 0 })
}

// wall is the big screen: how far one method has come on the ground, what is late, and how work comes and goes.
func (s *Site) wall(r *http.Request, rd *reader) (page.Page, error) {
	c, q := s.charter(), s.Store.Read()
	p := page.Page{Frame: page.Wall, Title: text.Key("web.wall_title", "Place", c.Head.Name), Lead: text.Key("web.wall_lead"), Refresh: 30 * time.Second}
	all, err := s.allLayers(r.Context())
	if err != nil {
		return p, err
	}
	late, err := s.late(r.Context(), q)
	if err != nil {
		return p, err
	}
	flow, err := s.flow(r.Context(), q)
	if err != nil {
		return p, err
	}
	shares, err := s.shares(r.Context())
	if err != nil {
		return p, err
	}
	rated, err := s.rated(r.Context())
	if err != nil {
		return p, err
	}
	p.Aside = append([]page.Block{
		page.Rows{Title: text.Key("web.wall.late_list"), List: s.lateRows(late), Empty: text.Key("web.wall.late_none")},
		flow,
	}, shares...)
	methods := s.walls(r.Context(), all)
	if len(methods) == 0 {
		p.Blocks = []page.Block{page.Rows{Empty: text.Key("web.wall.none")}}
		return p, nil
	}
	m := methods[0]
	for _, other := range methods {
		if other.Key == r.URL.Query().Get("method") {
			m = other
		}
	}
	if len(methods) > 1 {
		for _, other := range methods {
			p.Head = append(p.Head, page.Link{Words: other.Name.Words(), Href: "/wall?method=" + other.Key, Here: other == m})
		}
	}
	list, err := s.Docket.List(r.Context(), q, docket.Filter{Method: m.Key, Limit: mattersOnMap})
	if err != nil {
		return p, err
	}
	p.Lead = m.Name.Words()
	on := s.mapOf(m, all, list, late, rated)
	on.Folded, on.Near = true, true
	p.Blocks = []page.Block{s.tiles(m, on, late), on}
	p.Side = s.wallSide(m, all, on, list, late)
	if matrix, any := s.matrix(rated); any {
		p.Side = append(p.Side, matrix)
	}
	return p, nil
}

// tiles are the figures over the wall; each opens its rows.
func (s *Site) tiles(m *method.Method, on page.Map, late []overdue) page.Figures {
	total, last := len(on.Places), len(m.Stages)
	in := total - on.Key[0].N
	sub, _ := s.charter().Registers.Get(m.Subject)
	done := on.Key[last].N
	unit := text.Key("web.wall.unit")
	f := page.Figures{List: []page.Figure{
		{Label: sub.Name.Words(), Value: text.Plain(strconv.Itoa(total)), Unit: unit, Note: text.Key("web.wall.of_register"), Href: "/places/" + m.Subject},
		{Label: text.Key("web.wall.in"), Value: text.Plain(strconv.Itoa(in)), Unit: unit, Note: shareNote(in, total), Href: "/matters?method=" + m.Key},
		{Label: stageWords(m, last), Value: text.Plain(strconv.Itoa(done)), Unit: unit, Note: shareNote(done, in), Href: stageHref(m, last)},
	}}
	busiest := 0
	for n := 1; n < last; n++ {
		if busiest == 0 || on.Key[n].N > on.Key[busiest].N {
			busiest = n
		}
	}
	if busiest > 0 {
		f.List = append(f.List, page.Figure{Label: stageWords(m, busiest), Value: text.Plain(strconv.Itoa(on.Key[busiest].N)), Unit: unit, Note: text.Key("web.wall.busiest"), Href: stageHref(m, busiest)})
	}
	going := 0
	for n := 1; n < last; n++ {
		going += on.Key[n].N
	}
	f.List = append(f.List, page.Figure{Label: text.Key("web.wall.going"), Value: text.Plain(strconv.Itoa(going)), Unit: unit, Note: shareNote(going, in), Href: "/matters?method=" + m.Key})
	tile := page.Figure{Label: text.Key("web.wall.late"), Value: text.Plain(strconv.Itoa(len(late))), Unit: text.Key("web.wall.matters"), Note: text.Key("web.wall.late_none"), Href: "/matters?late=1"}
	if len(late) > 0 {
		tile.Tone, tile.Note = page.Late, text.Key("web.wall.longest", "N", late[0].days)
	}
	f.List = append(f.List, tile)
	return f
}

// shareNote says a part of a whole in per cent; of nothing there is no share.
func shareNote(part, all int) text.Words {
	p, ok := exact.Percent(uint64(max(0, part)), uint64(max(0, all)), 1)
	if !ok {
		return text.Words{}
	}
	return text.Key("web.wall.share", "Share", p)
}

// wallSide is the left of the wall: the stages with what is late in each, and how far each community has come.
func (s *Site) wallSide(m *method.Method, all layers, on page.Map, list []docket.Matter, late []overdue) []page.Block {
	most := 1
	for _, k := range on.Key[1:] {
		most = max(most, k.N)
	}
	behind := map[int]int{}
	for _, x := range late {
		if x.Method == m.Key {
			behind[m.StageOf(x.Step, "")]++
		}
	}
	stages := page.Ordered{Title: text.Key("web.wall.stages", "N", len(m.Stages))}
	for n := 1; n <= len(m.Stages); n++ {
		k := on.Key[n]
		k.Of, k.Late = most, behind[n]
		stages.List = append(stages.List, k)
	}
	sub, _ := s.charter().Registers.Get(m.Subject)
	bars := page.Bars{Title: text.Key("web.wall.progress"), Note: text.Key("web.wall.done_of_in")}
	at := newest(list)
	for _, above := range all[sub.Parent] {
		counts, in := make([]int, len(m.Stages)+1), 0
		for _, row := range all[m.Subject] {
			if matter, ok := at[row.ID]; ok && row.Parent == above.ID {
				counts[m.StageOf(matter.Step, matter.Result)]++
				in++
			}
		}
		bar := page.Bar{Words: text.Plain(above.Name), Shown: text.Plain(fmt.Sprintf("%d/%d", counts[len(m.Stages)], in)), Href: "/matters?method=" + m.Key + "&under=" + above.ID.String()}
		for n := len(m.Stages); n > 0; n-- {
			if counts[n] > 0 {
				bar.Parts = append(bar.Parts, page.Stage{Words: stageWords(m, n), N: counts[n], Of: in, Step: stepped(n, len(m.Stages))})
			}
		}
		bars.List = append(bars.List, bar)
	}
	slices.SortStableFunc(bars.List, func(a, b page.Bar) int { return len(b.Parts) - len(a.Parts) })
	return []page.Block{stages, bars}
}

// flow is how many matters began and ended in each of the last weeks.
func (s *Site) flow(ctx context.Context, q store.Q) (x page.Trend, err error) {
	today := s.today()
	monday := today.Add(-(int(today.Weekday()) + 6) % 7)
	first := monday.Add(-7 * (weeksShown - 1))
	x.Lines = []page.Series{{Words: text.Key("web.wall.began")}, {Words: text.Key("web.wall.ended")}}
	var sum [2]int64
	for i := range weeksShown {
		week := first.Add(7 * i)
		began, ended, err := s.Docket.Flow(ctx, q, week.Start().UnixMicro(), week.Add(7).Start().UnixMicro())
		if err != nil {
			return x, err
		}
		_, month, day := week.YMD()
		x.Lines[0].Points = append(x.Lines[0].Points, page.Point{N: int(began), Href: "/matters?" + queryBegan + "=" + week.String()})
		x.Lines[1].Points = append(x.Lines[1].Points, page.Point{N: int(ended), Href: "/matters?" + queryEnded + "=" + week.String()})
		x.Labels = append(x.Labels, text.Plain(fmt.Sprintf("%d/%d", month, day)))
		sum[0], sum[1] = sum[0]+began, sum[1]+ended
	}
	x.Title = text.Key("web.wall.flow", "N", weeksShown)
	x.Says = text.Key("web.wall.flow_says", "N", weeksShown, "Began", sum[0], "Ended", sum[1])
	return x, nil
}
