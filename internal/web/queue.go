package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/desk"
	"gongzhi/internal/docket"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// queueLimit is the most work shown at once; there is always a most pressing part of a longer queue.
const queueLimit = 200

// duty is one piece of work as its reader meets it. ask is how the step asks for it now; it has no verb where the matter
// has moved on in between.
type duty struct {
	docket.Owed
	ask step.Ask
}

// verb is what the button says.
func (d duty) verb() text.Words {
	if d.ask.Verb == "" {
		return text.Key("web.do")
	}
	return d.ask.Words
}

// owedTo gathers what the reader owes, most pressing first. A thing that two of their roles may do is listed once; what
// the rule keeps from them by name, or gave to somebody else by name, is not theirs.
func (s *Site) owedTo(ctx context.Context, q store.Q, rd *reader) ([]duty, error) {
	own := s.charter().OwnRoles()
	seen := map[string]bool{}
	var all []docket.Owed
	for _, m := range rd.mandates {
		queue := s.Docket.Queue
		if own[m.Role] {
			queue = s.Docket.QueueAbove // their flat lies in a matter's place, not the place in their flat
		}
		list, err := queue(ctx, q, m.Role, m.Path, queueLimit)
		if err != nil {
			return nil, err
		}
		for _, w := range list {
			id := fmt.Sprintf("%d %s %s", w.Matter, w.Verb, w.Item)
			if !seen[id] {
				seen[id] = true
				all = append(all, w)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b docket.Owed) int { return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.Matter, b.Matter)) })
	var out []duty
	asks := map[int64][]step.Ask{} // a matter with many open items is looked at once
	for _, w := range all[:min(len(all), queueLimit)] {
		list, known := asks[w.Matter]
		if !known {
			err := s.Desk.Read(ctx, act.Matter(w.Matter), func(_ context.Context, _ store.Q, st desk.Standing) error {
				list = st.Asks()
				return nil
			})
			if err != nil {
				return nil, err
			}
			asks[w.Matter] = list
		}
		d := duty{Owed: w}
		if i := slices.IndexFunc(list, func(a step.Ask) bool { return a.Verb == w.Verb && a.Item == w.Item }); i >= 0 {
			d.ask = list[i]
		}
		me := rd.account.Person
		if slices.Contains(d.ask.Except, me) || len(d.ask.Only) > 0 && !slices.Contains(d.ask.Only, me) {
			continue
		}
		out = append(out, d)
	}
	return out, nil
}

// stepName is what a step of a method is called.
func (s *Site) stepName(method, key string) text.Words {
	if m, ok := s.charter().Method(method); ok {
		if p, ok := m.Step(key); ok {
			return p.Step.Shared().Name.Words()
		}
	}
	return text.Plain(key)
}

// light says how pressing a thing is: late, today, soon (three quarters of its time have gone), or in time.
func light(since, due int64, now time.Time) page.Light {
	if due == docket.Never {
		return page.Light{Tone: page.Plain, Words: text.Key("web.light.none")}
	}
	at := time.UnixMicro(due)
	last := calendar.LastDay(at)
	days := last.Sub(calendar.DateOf(now))
	l := page.Light{Tone: page.Good, Words: text.Key("web.light.left", "N", days), Note: text.Plain(last.String())}
	switch {
	case !now.Before(at):
		l.Tone, l.Words = page.Late, text.Key("web.light.late", "N", max(1, -days))
	case days == 0:
		l.Tone, l.Words = page.Soon, text.Key("web.light.today")
	case now.UnixMicro()-since >= (due-since)/4*3:
		l.Tone = page.Going
	}
	return l
}

// The ways to cut the queue, by the tone of the light.
var toneNames = map[page.Tone]string{page.Late: "late", page.Soon: "today", page.Going: "soon", page.Good: "good", page.Plain: "none"}

// queue is what the reader owes, with the day at the side and the places they answer for beneath.
func (s *Site) queue(r *http.Request, rd *reader) (page.Page, error) {
	q := s.Store.Read()
	list, err := s.owedTo(r.Context(), q, rd)
	if err != nil {
		return page.Page{}, err
	}
	now := s.Clock.Now()
	t := page.Table{
		Caption: text.Key("web.nav.queue"), Empty: text.Key("web.queue_none"),
		Columns: []page.Column{
			{Words: text.Key("web.col.matter")}, {Words: text.Key("web.col.standing")}, {Words: text.Key("queue.where")}, {Words: text.Key("web.col.due")}, {Words: text.Key("web.col.do")},
		},
	}
	counts := map[page.Tone]int{}
	want, same := r.URL.Query().Get("light"), sameOf(r.URL.Query().Get("same"))
	names := s.placeNames(r.Context(), q, rd)
	for _, w := range list {
		l := light(w.Since, w.Due, now)
		counts[l.Tone]++
		if want != "" && want != toneNames[l.Tone] || same.verb != "" && same != w.same() {
			continue
		}
		where, err := names(parentPath(w.Scope)) // the matter's own name says what it is about
		if err != nil {
			return page.Page{}, err
		}
		row := page.Row{Href: fmt.Sprintf("/desk/matters/%d", w.Matter), Cells: []page.Cell{
			{Words: text.Text{ZH: w.TitleZH, EN: w.TitleEN}.Words(), Href: fmt.Sprintf("/desk/matters/%d", w.Matter)},
			{Words: s.stepName(w.Method, w.Step)}, {Words: where}, {Block: l},
			{Block: page.Buttons{Quiet: true, List: []page.Link{{Words: w.verb(), Href: doHref(w.Matter, step.Ask{Verb: w.Verb, Item: w.Item})}}}},
		}}
		if same.verb != "" {
			row.Value = strconv.FormatInt(w.Matter, 10)
		}
		t.Rows = append(t.Rows, row)
	}
	tab := func(key string, tone page.Tone, n int) page.Link {
		value, href := toneNames[tone], "/desk"
		if tone == page.Plain {
			value = ""
		} else {
			href += "?light=" + value
		}
		return page.Link{Words: text.Key(key), Count: n, Href: href, Tone: tone, Here: want == value}
	}
	t.Tabs = []page.Link{
		tab("web.light.all", page.Plain, len(list)), tab("web.light.is_late", page.Late, counts[page.Late]),
		tab("queue.today", page.Soon, counts[page.Soon]), tab("web.light.is_soon", page.Going, counts[page.Going]),
	}
	s.offerTogether(&t, list, same)
	aside, err := s.dayAhead(r.Context(), q, rd, list)
	if err != nil {
		return page.Page{}, err
	}
	blocks := []page.Block{t}
	if begun, err := s.Docket.List(r.Context(), q, docket.Filter{Limit: 1}); err != nil {
		return page.Page{}, err
	} else if len(begun) == 0 {
		blocks = append(blocks, firstSteps(rd))
	}
	if places, ok, err := s.answersFor(r.Context(), q, rd); err != nil {
		return page.Page{}, err
	} else if ok {
		blocks = append(blocks, places)
	}
	lead := text.Key("queue.lead", "Name", rd.account.Name, "Late", counts[page.Late], "Today", counts[page.Soon])
	if counts[page.Late]+counts[page.Soon] == 0 {
		lead = text.Key("queue.calm", "Name", rd.account.Name)
	}
	return page.Page{
		Frame: page.Desk, Title: text.Key("web.nav.queue"), Lead: lead, Blocks: blocks, Aside: aside,
		Head: []page.Link{{Words: text.Key("web.nav.begin"), Href: "/desk/begin", Icon: "plus"}},
	}, nil
}

// firstSteps lead whoever opens a house in which nothing was begun yet, in the order in which one thing needs the other.
func firstSteps(rd *reader) page.Rows {
	step := func(key, href, icon string) page.Link {
		return page.Link{Words: text.Key("first." + key), Note: text.Key("first." + key + "_note"), Href: href, Icon: icon}
	}
	x := page.Rows{Title: text.Key("first.title")}
	if rd.holds(adminRole) {
		x.List = append(x.List, step("people", peopleHref, "users"))
	}
	x.List = append(x.List, step("registers", "/desk/registers", "table"), step("import", "/desk/import", "upload"))
	if rd.holds(adminRole) {
		x.List = append(x.List, step("codes", "/desk/codes", "qrcode"))
	}
	return page.Rows{Title: x.Title, List: append(x.List, step("begin", "/desk/begin", "plus"))}
}

// dayAhead is the agenda beside the queue.
func (s *Site) dayAhead(ctx context.Context, q store.Q, rd *reader, list []duty) ([]page.Block, error) {
	soon, err := s.agenda(ctx, q, rd, list, s.today().Add(agendaDays))
	if err != nil {
		return nil, err
	}
	aside := s.byDay(soon)
	if len(aside) == 0 {
		aside = []page.Block{page.Rows{Title: text.Key("web.agenda.title"), Empty: text.Key("web.agenda.none", "N", agendaDays)}}
	}
	return append(aside, page.Rows{List: []page.Link{{Words: text.Key("web.agenda.title"), Note: text.Key("web.agenda.more", "N", calendarDays), Href: "/desk/calendar", Icon: "calendar"}}}), nil
}

func (s *Site) methodName(key string) text.Words {
	if m, ok := s.charter().Method(key); ok {
		return m.Name.Words()
	}
	return text.Plain(key)
}

// placeNames gives the name of the last row of a path, each looked up once.
func (s *Site) placeNames(ctx context.Context, q store.Q, rd *reader) func(path string) (text.Words, error) {
	in, names := s.registers(ctx, q, rd), map[string]text.Words{}
	return func(path string) (text.Words, error) {
		if w, known := names[path]; known {
			return w, nil
		}
		parts := strings.Split(strings.Trim(path, "/"), "/")
		if len(parts) < 2 {
			return text.Key("web.whole", "Place", s.charter().Head.Name), nil
		}
		row, ok, err := in.Row(act.RowID{Register: parts[len(parts)-2], ID: parts[len(parts)-1]}, s.today())
		if err != nil || !ok {
			return text.Words{}, err
		}
		names[path] = text.Plain(row.Name)
		return names[path], nil
	}
}

// parentPath is the path of what a row lies in, and that of the row itself where it lies in nothing.
func parentPath(path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if len(parts) < 4 {
		return path
	}
	return "/" + strings.Join(parts[:len(parts)-2], "/") + "/"
}

// placesShown is how many of the places they answer for the desk shows beneath the queue.
const placesShown = 12

// answersFor are the places of a method with stages that the reader answers for, with how far each is: what ends first
// at the top, then what is under way. There is no such panel for those who answer for no place.
func (s *Site) answersFor(ctx context.Context, q store.Q, rd *reader) (page.Block, bool, error) {
	staged := s.staged(ctx)
	if len(staged) == 0 {
		return nil, false, nil
	}
	m := staged[0]
	sch, known := s.charter().Registers.Get(m.Subject)
	if !known || sch.Personal() {
		return nil, false, nil
	}
	var rows []register.Row
	seen := map[act.RowID]bool{}
	in := s.registers(ctx, q, rd)
	for _, mandate := range rd.mandates {
		if s.charter().Roles[mandate.Role].Own {
			continue
		}
		some, err := in.Rows(m.Subject, mandate.Scope, s.today())
		if err != nil {
			return nil, false, err
		}
		for _, row := range some {
			if !seen[row.ID] {
				seen[row.ID], rows = true, append(rows, row)
			}
		}
	}
	if len(rows) == 0 {
		return nil, false, nil
	}
	list, err := s.Docket.List(ctx, q, docket.Filter{Method: m.Key, Limit: mattersOnMap})
	if err != nil {
		return nil, false, err
	}
	at := newest(list)
	due := func(row register.Row) int64 {
		x, there := at[row.ID]
		switch {
		case !there:
			return docket.Never
		case x.Step == "" || x.Due == 0:
			return docket.Never - 1
		}
		return x.Due
	}
	slices.SortStableFunc(rows, func(a, b register.Row) int { return cmp.Compare(due(a), due(b)) })
	t := page.Table{
		Caption: sch.Name.Words(), Total: strconv.Itoa(len(rows)),
		Columns: []page.Column{{Words: sch.Name.Words()}, {Words: text.Key("queue.stage")}, {Words: text.Key("web.col.standing")}, {Words: text.Key("web.col.due")}},
		Links: []page.Link{
			{Words: text.Key("lists.import", "Register", sch.Name), Href: "/desk/imports/" + sheetKind + "/" + sch.Key, Icon: "upload"},
			{Words: text.Key("queue.all_of", "Register", sch.Name), Href: "/desk/registers/" + sch.Key, Icon: "table"},
		},
	}
	now := s.Clock.Now()
	for _, row := range rows[:min(len(rows), placesShown)] {
		cells := []page.Cell{{Words: text.Plain(row.Name)}, {Words: text.Key("web.wall.not_in")}, {}, {}}
		href := "/desk/registers/" + row.ID.String()
		if x, there := at[row.ID]; there {
			n := m.StageOf(x.Step, x.Result)
			cells[1] = page.Cell{Block: page.Progress{N: n, Of: len(m.Stages), Words: stageWords(m, n)}}
			cells[2] = page.Cell{Words: s.standing(x)}
			if x.Step != "" && x.Due > 0 {
				cells[3] = page.Cell{Block: light(x.Updated, x.Due, now)}
			}
			href = fmt.Sprintf("/desk/matters/%d", x.Number)
		}
		cells[0].Href = href
		t.Rows = append(t.Rows, page.Row{Href: href, Cells: cells})
	}
	return page.Panel{Title: text.Key("queue.places", "Register", sch.Name), Blocks: []page.Block{t}}, true, nil
}

func sameOf(s string) same {
	parts := strings.Split(s, "/")
	if len(parts) != 3 {
		return same{}
	}
	return same{parts[0], parts[1], parts[2]}
}

// same is one verb of one step of one method: what can be done together.
type same struct{ method, step, verb string }

func (x same) String() string { return x.method + "/" + x.step + "/" + x.verb }

// same is what a duty can be done together with. It has no verb where it cannot: things that are named one by one, that
// cannot be undone, or whose questions are about the matter itself each have a page of their own.
func (d duty) same() same {
	alone := d.ask.Verb == "" || d.ask.Item != "" || d.ask.Danger || slices.ContainsFunc(d.ask.Fields, func(f step.Field) bool {
		return f.Type == step.FileType || f.Type == step.PersonType || f.Type == step.RowType || strings.HasPrefix(f.Key, step.Secret)
	})
	if alone {
		return same{}
	}
	return same{d.Method, d.Step, d.Verb}
}

// offerTogether puts above the queue what can be done together, or, once one of them is chosen, the button for the rows
// that are ticked.
func (s *Site) offerTogether(t *page.Table, list []duty, chosen same) {
	type offer struct {
		words text.Words
		n     int
	}
	offers, order := map[same]offer{}, []same{}
	for _, d := range list {
		x := d.same()
		if x.verb == "" {
			continue
		}
		o, known := offers[x]
		if !known {
			order = append(order, x)
		}
		offers[x] = offer{d.verb(), o.n + 1}
	}
	if o, ok := offers[chosen]; ok {
		t.Chips = []page.Link{{Words: text.Key("queue.only", "Verb", o.words), Href: "/desk"}}
		t.Bulk = &page.Form{Action: "/desk/together", Hidden: map[string]string{nameSame: chosen.String()}, Submit: text.Key("queue.together_go", "Verb", o.words)}
		return
	}
	for _, x := range order {
		if o := offers[x]; o.n > 1 {
			t.Links = append(t.Links, page.Link{Words: text.Key("queue.together", "Verb", o.words, "N", o.n), Href: "/desk?" + url.Values{"same": {x.String()}}.Encode(), Icon: "checkbox"})
		}
	}
}
