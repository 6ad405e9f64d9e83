package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/charter"
	"gongzhi/internal/desk"
	"gongzhi/internal/docket"
	"gongzhi/internal/method"
	"gongzhi/internal/page"
	"gongzhi/internal/people"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

func title(m docket.Matter) text.Words { return text.Text{ZH: m.TitleZH, EN: m.TitleEN}.Words() }

// matterLink is one matter in a list: its name and where it stands.
func (s *Site) matterLink(m docket.Matter) page.Link {
	note := text.Key("web.standing.on", "Day", date(m.Opened).String(), "Standing", s.standing(m)) // patrols of one section have one name
	return page.Link{Words: title(m), Note: note, Href: fmt.Sprintf("/matters/%d", m.Number), Icon: "building"}
}

// standing says where a matter stands: "第 4 步，共 11 步：业主决议", or that it is on a way round, or how it ended.
func (s *Site) standing(m docket.Matter) text.Words {
	meth, ok := s.charter().Method(m.Method)
	if !ok {
		return text.Key("web.standing.old")
	}
	if m.Step == "" {
		return text.Key("web.standing.closed", "Result", meth.Results[m.Result])
	}
	p, ok := meth.Step(m.Step)
	if !ok {
		return text.Key("web.standing.old")
	}
	n := meth.Number(m.Step)
	if n == 0 {
		return text.Key("web.standing.aside", "Name", p.Step.Shared().Name)
	}
	return text.Key("web.standing.step", "N", n, "Of", len(meth.Line()), "Name", p.Step.Shared().Name)
}

// pageOf is how many matters a list shows at once.
const pageOf = 50

// matters is the public list.
func (s *Site) matters(r *http.Request, rd *reader) (page.Page, error) {
	t, err := s.matterTable(r, rd, "/matters/%d", "/matters")
	if err != nil {
		return page.Page{}, err
	}
	return page.Page{Frame: page.Resident, Title: text.Key("web.matters"), Back: &page.Link{Words: text.Key("web.home_name"), Href: "/"}, Blocks: []page.Block{t}}, nil
}

func (s *Site) matterTable(r *http.Request, rd *reader, href, self string) (page.Table, error) {
	q := r.URL.Query()
	f := docket.Filter{Method: q.Get("method"), Step: q.Get("step"), Subject: q.Get("subject"), Limit: pageOf + 1}
	f.Before, _ = strconv.ParseInt(q.Get("before"), 10, 64) // anything else starts at the newest
	keep, chips, err := s.narrowed(r, self)
	if err != nil {
		return page.Table{}, err
	}
	f.Private = strings.HasPrefix(self, "/desk/")
	var list []docket.Matter
	older := int64(0) // where the list goes on, if it does
	if q.Get("late") != "" {
		list, err = s.lateMatters(r.Context(), f, keep)
	} else {
		list, older, err = s.lookThrough(r.Context(), f, keep)
	}
	if err != nil {
		return page.Table{}, err
	}
	t := page.Table{
		Caption: text.Key("web.matters"), Empty: text.Key("web.matters_none"),
		Columns: []page.Column{
			{Key: "number", Words: text.Key("web.col.number"), Numeric: true}, {Key: "title", Words: text.Key("web.col.matter")},
			{Key: "standing", Words: text.Key("web.col.standing")}, {Key: "opened", Words: text.Key("web.col.opened")},
		},
		Chips: chips,
	}
	if len(list) > pageOf {
		list = list[:pageOf]
		older = list[pageOf-1].Number
	}
	if older > 0 {
		q.Set("before", strconv.FormatInt(older, 10))
		t.Next = self + "?" + q.Encode()
	}
	for _, m := range list {
		if m.Private && !s.handles(rd, m) {
			continue
		}
		t.Rows = append(t.Rows, page.Row{Href: fmt.Sprintf(href, m.Number), Cells: []page.Cell{
			{Words: text.Plain(strconv.FormatInt(m.Number, 10))}, {Words: title(m), Href: fmt.Sprintf(href, m.Number)},
			{Words: s.standing(m)}, {Words: text.Plain(date(m.Opened).String())},
		}})
	}
	return t, nil
}

// A list that the docket cannot narrow by itself is looked through so many matters at once, and so many times for a page.
const (
	lookedThrough = 2000
	looksAPage    = 5
)

// lookThrough lists matters, the newest first, that pass keep. Where it has looked at so many that the page has to do, older
// is from where on the next one goes on, full or not: nothing is left out because it is old.
func (s *Site) lookThrough(ctx context.Context, f docket.Filter, keep func(docket.Matter) bool) (list []docket.Matter, older int64, err error) {
	if keep == nil {
		list, err = s.Docket.List(ctx, s.Store.Read(), f)
		return list, 0, err
	}
	f.Limit = lookedThrough
	for range looksAPage {
		some, err := s.Docket.List(ctx, s.Store.Read(), f)
		if err != nil {
			return nil, 0, err
		}
		for _, m := range some {
			if keep(m) {
				list = append(list, m)
			}
		}
		if len(some) < lookedThrough {
			return list, 0, nil
		}
		if f.Before = some[lookedThrough-1].Number; len(list) > pageOf {
			break
		}
	}
	return list, f.Before, nil
}

// lateMatters are those in which somebody is late and that pass keep, the newest first.
func (s *Site) lateMatters(ctx context.Context, f docket.Filter, keep func(docket.Matter) bool) ([]docket.Matter, error) {
	late, err := s.late(ctx, s.Store.Read())
	if err != nil {
		return nil, err
	}
	slices.SortFunc(late, func(a, b overdue) int { return cmp.Compare(b.Matter, a.Matter) })
	var out []docket.Matter
	for _, x := range late {
		m, ok, err := s.Docket.Find(ctx, s.Store.Read(), act.Matter(x.Matter))
		if err != nil {
			return nil, err
		}
		if ok && (f.Before <= 0 || m.Number < f.Before) && (f.Step == "" || m.Step == f.Step) && (f.Subject == "" || m.Subject == f.Subject) && keep(m) {
			out = append(out, m)
		}
	}
	return out, nil
}

// handles tells whether the reader may have a task in a matter, which lets them see one that is private.
func (s *Site) handles(rd *reader, m docket.Matter) bool {
	meth, ok := s.charter().Method(m.Method)
	own := s.charter().OwnRoles()
	return ok && slices.ContainsFunc(rd.mandates, func(md people.Mandate) bool {
		return meth.Handles(md.Role) && !own[md.Role] && (md.Scope.IsZero() || strings.HasPrefix(m.Scope, md.Path))
	})
}

// A week of matters, by its Monday, as the trend of the wall counts them.
const (
	queryBegan = "began"
	queryEnded = "ended"
)

// narrowed reads the ways to narrow a list of matters that the docket has no index for, as the figures of the wall lead
// to: a stage, what is late, what lies under a row. keep is nil where none is asked.
func (s *Site) narrowed(r *http.Request, self string) (keep func(docket.Matter) bool, chips []page.Link, err error) {
	q := r.URL.Query()
	var tests []func(docket.Matter) bool
	add := func(name string, w text.Words, test func(docket.Matter) bool) {
		without := r.URL.Query()
		without.Del(name)
		chips, tests = append(chips, page.Link{Words: w, Href: self + "?" + without.Encode()}), append(tests, test)
	}
	m, ok := s.charter().Method(q.Get("method"))
	if ok {
		add("method", m.Name.Words(), func(x docket.Matter) bool { return x.Method == m.Key })
		if n, err := strconv.Atoi(q.Get("stage")); err == nil && n > 0 && n <= len(m.Stages) {
			add("stage", stageWords(m, n), func(x docket.Matter) bool { return m.StageOf(x.Step, x.Result) == n })
		}
	}
	if id, ok := register.ParseRowID(q.Get("under")); ok {
		row, ok, err := s.registers(r.Context(), s.Store.Read(), nobody).Row(id, s.today())
		if err != nil {
			return nil, nil, err
		}
		if ok {
			add("under", text.Plain(row.Name), func(x docket.Matter) bool { return strings.Contains(x.Scope, "/"+id.String()+"/") })
		}
	}
	for name, at := range map[string]func(docket.Matter) int64{
		queryBegan: func(x docket.Matter) int64 { return x.Opened },
		queryEnded: func(x docket.Matter) int64 {
			if x.Step != "" {
				return 0
			}
			return x.Updated
		},
	} {
		if week, err := calendar.ParseDate(q.Get(name)); err == nil {
			from, until := week.Start().UnixMicro(), week.Add(7).Start().UnixMicro()
			add(name, text.Key("web.wall.week_"+name, "Day", week.String()), func(x docket.Matter) bool { return at(x) >= from && at(x) < until })
		}
	}
	if q.Get("late") != "" {
		add("late", text.Key("web.light.is_late"), func(docket.Matter) bool { return true }) // it is such a list
	}
	if len(tests) == 0 || len(tests) == 1 && ok {
		return nil, chips, nil // the docket knows the method itself
	}
	return func(x docket.Matter) bool {
		return !slices.ContainsFunc(tests, func(test func(docket.Matter) bool) bool { return !test(x) })
	}, chips, nil
}

// matter is the public page of one matter: what is asked, where it stands, how it came there.
func (s *Site) matter(r *http.Request, rd *reader) (page.Page, error) {
	n, err := number(r, "n")
	if err != nil {
		return page.Page{}, err
	}
	var p page.Page
	err = s.Desk.Open(r.Context(), rd.actor(), act.Matter(n), func(ctx context.Context, q store.Q, st desk.Standing) error {
		if p, err = s.matterPage(ctx, q, st, rd); err != nil {
			return err
		}
		follow, err := s.followForm(ctx, q, st, rd)
		p.Blocks = append(p.Blocks, follow...)
		if subject := st.Run.Matter.Subject; err == nil && !subject.IsZero() {
			p.Locator, err = s.locator(ctx, subject)
		}
		if err == nil {
			p.Locator, err = s.spotOn(ctx, st, p.Locator)
		}
		return err
	})
	return p, err
}

func (s *Site) matterPage(ctx context.Context, q store.Q, st desk.Standing, rd *reader) (p page.Page, err error) {
	m := st.Method
	p = page.Page{
		Frame: page.Resident, Title: st.Run.Matter.Title.Words(), State: s.standing(st.Row),
		Back: &page.Link{Words: text.Key("web.matters"), Href: "/matters"},
	}
	if sub := st.Run.Matter.Subject; !sub.IsZero() {
		p.Back = &page.Link{Words: placeTerm(st.Charter, sub), Href: placeHref(sub)}
		if p.Lead, err = s.where(st); err != nil {
			return p, err
		}
	}
	if panel, ok := m.Panel(st.Run, st.Context); ok {
		panel.Accent = true
		panel.Blocks = ownTimeFirst(panel.Blocks)
		if placed, ok := m.Step(st.Run.Step); ok {
			panel.Blocks = append(panel.Blocks, basisOf(m, placed))
		}
		yours, err := s.yours(st, rd)
		if err != nil {
			return p, err
		}
		panel.Blocks = slices.Insert(slices.Clone(panel.Blocks), afterProse(panel.Blocks), yours...)
		p.Blocks = append(p.Blocks, panel)
		all, bar := s.actions(st, rd)
		p.Actions = all[:min(bar, 2)]
		if len(all) > len(p.Actions) {
			title := text.Key("web.me.owed")
			if !rd.signedIn() {
				title = text.Key("web.may_do") // whoever has not said who they are owes nothing yet
			}
			p.Blocks = append(p.Blocks, page.Panel{Title: title, Blocks: []page.Block{page.Rows{List: all}}})
		}
	} else {
		p.Blocks = append(p.Blocks, page.Banner{Tone: page.Good, Words: text.Key("web.closed", "Result", m.Results[st.Run.Result], "Day", day(calendar.DateOf(st.Run.Updated), st.Context.Now))})
	}
	begun, err := s.begunPanel(st, false)
	if err != nil {
		return p, err
	}
	published, err := s.publishedPanel(ctx, q, st.Run.Matter.Number)
	if err != nil {
		return p, err
	}
	p.Blocks = append(append(append(p.Blocks, begun...), published...), s.stepsPanel(st))
	if len(st.Run.Children) > 0 {
		var rows []page.Link
		for _, c := range st.Run.Children {
			l := page.Link{Words: text.Key("web.child", "N", int64(c.Matter), "Item", c.Item), Href: fmt.Sprintf("/matters/%d", c.Matter)}
			if c.Result != "" {
				l.Note = text.Key("web.child_done")
			}
			rows = append(rows, l)
		}
		p.Blocks = append(p.Blocks, page.Panel{Title: text.Key("web.children"), Blocks: []page.Block{page.Rows{List: rows}}})
	}
	p.Blocks = append(p.Blocks, page.Rows{List: append(append(s.rollLink(st), s.paperLinks(st, "")...), []page.Link{
		{Words: text.Key("web.record"), Note: text.Key("web.record_note"), Href: fmt.Sprintf("/matters/%d/record", st.Row.Number), Icon: "history"},
		{Words: text.Key("web.rules_of", "Method", m.Name), Href: "/methods/" + m.Key, Icon: "scale"},
	}...)})
	if m.OpenToAll(rd.noAccount) && !rd.known() {
		p.Blocks = append(p.Blocks, page.Rows{List: []page.Link{{Words: text.Key("reports.have_slip"), Note: text.Key("reports.have_slip_note"), Href: "/check", Icon: "receipt"}}})
	}
	p.Foot, err = s.responsible(st)
	return p, err
}

// placeTerm is what the row is called that a matter is about: the compound, the community, the section of road.
func placeTerm(c *charter.Charter, id act.RowID) text.Words {
	sch, known := c.Registers.Get(id.Register)
	if !known {
		return text.Key("web.place")
	}
	return text.Key("web.place_of", "Register", sch.Name)
}

// where says in what a matter's subject lies, and the few words that its register has for it: how many buildings and
// households.
func (s *Site) where(st desk.Standing) (text.Words, error) {
	id, on := st.Run.Matter.Subject, calendar.DateOf(st.Context.Now)
	name, err := nameAbove(st.Context.Book, id, on)
	if err != nil {
		return text.Words{}, err
	}
	words := text.Words{}
	if name != "" {
		words = text.Plain(name)
	}
	sch, known := st.Charter.Registers.Get(id.Register)
	if !known || len(sch.Brief) == 0 {
		return words, nil
	}
	row, _, err := st.Context.Book.Row(id, on)
	if err != nil {
		return words, err
	}
	brief := text.Words{}
	for _, key := range sch.Brief {
		f, ok := sch.Field(key)
		if v, there := row.Values[key]; ok && there && f.Audience == register.Public && !f.Personal {
			one := f.Told(v)
			if !f.Unit.IsZero() {
				one = text.Key("lists.quantity", "N", one, "Unit", f.Unit)
			}
			if brief.IsZero() {
				brief = one
			} else {
				brief = text.Key("web.brief", "First", brief, "Then", one)
			}
		}
	}
	switch {
	case brief.IsZero():
		return words, nil
	case words.IsZero():
		return brief, nil
	}
	return text.Key("web.where_brief", "Where", words, "Brief", brief), nil
}

// yours says of each home of the reader whether the step has heard from it.
func (s *Site) yours(st desk.Standing, rd *reader) (out []page.Block, err error) {
	placed, ok := st.Method.Step(st.Run.Step)
	if !ok {
		return nil, nil
	}
	if _, rounds := placed.Step.(step.Rounds); !rounds || len(rd.mandates) == 0 {
		return nil, nil
	}
	left, weights := st.Method.Left(st.Run, st.Context), st.Method.Weights(st.Run, st.Context)
	asked := false // whoever is asked for nothing here has no say, so nothing of theirs is missing
	for _, a := range st.For(rd.actor()) {
		asked = asked || slices.ContainsFunc(a.By, func(role string) bool { return st.Charter.OwnRoles()[role] })
	}
	said := map[act.RowID]bool{}
	for _, m := range rd.mandates {
		if !st.Charter.OwnRoles()[m.Role] || said[m.Scope] || !strings.Contains(m.Path, "/"+st.Run.Matter.Subject.String()+"/") {
			continue
		}
		said[m.Scope] = true
		row, there, err := st.Context.Book.Row(m.Scope, s.today())
		if err != nil {
			return nil, err
		}
		home := text.Plain(row.Name)
		if area := weights[m.Scope]; area > 0 {
			home = text.Key("web.yours.area", "Home", row.Name, "Area", area.Grouped())
		}
		switch {
		case !there:
		case slices.Contains(left, m.Scope):
			out = append(out, page.Banner{Tone: page.Soon, Words: text.Key(s.ofKind("web.yours.left", placed), "Home", home)})
		case asked:
			out = append(out, page.Banner{Tone: page.Good, Words: text.Key(s.ofKind("web.yours.heard", placed), "Home", home)})
		}
	}
	return out, nil
}

// ofKind is the words for a kind of step, where it has its own.
func (s *Site) ofKind(key string, p *method.Placed) string {
	if own := key + "." + p.Step.Shared().Kind; s.charter().Texts.Has(text.ZH, own) {
		return own
	}
	return key + ".any"
}

// nameAbove is what the row is called in which a row lies; empty where it lies in none.
func nameAbove(book step.Book, id act.RowID, on calendar.Date) (name string, err error) {
	row, ok, err := book.Row(id, on)
	if err != nil || !ok || row.Parent.IsZero() {
		return "", err
	}
	row, _, err = book.Row(row.Parent, on)
	return row.Name, err
}

// responsible says which roles a matter waits for now, and where to telephone: in the community of its subject, or the
// hotline. Roles are public, the people in them are not.
func (s *Site) responsible(st desk.Standing) ([]text.Words, error) {
	phone := st.Charter.Head.Hotline
	on := calendar.DateOf(st.Context.Now)
	for id := st.Run.Matter.Subject; !id.IsZero(); {
		row, ok, err := st.Context.Book.Row(id, on)
		if err != nil || !ok {
			return nil, err
		}
		if sch, known := st.Charter.Registers.Get(id.Register); known {
			if f, ok := sch.Field("phone"); ok && f.Audience == register.Public && row.Text("phone") != "" {
				phone = row.Text("phone")
				break
			}
		}
		id = row.Parent
	}
	var foot []text.Words
	var zh, en []string
	for _, a := range st.Asks() {
		for _, role := range a.By {
			name := st.Charter.RoleName(role)
			if z := st.Charter.Texts.Say(text.ZH, name); a.Owed && !st.Charter.OwnRoles()[role] && !slices.Contains(zh, z) {
				zh, en = append(zh, z), append(en, st.Charter.Texts.Say(text.EN, name))
			}
		}
	}
	if len(zh) > 0 {
		foot = append(foot, text.Key("web.responsible", "Who", text.Text{ZH: strings.Join(zh, "、"), EN: strings.Join(en, ", ")}))
	}
	if phone != "" {
		foot = append(foot, text.Key("web.hotline", "Phone", phone))
	}
	return foot, nil
}

// ownTimeFirst puts the time a step as a whole may take behind everything else, where the step has a closing time of
// its own: a reader wants to know first until when they may vote, and is misled by two clocks side by side.
func ownTimeFirst(blocks []page.Block) []page.Block {
	isTime := func(b page.Block) bool {
		switch b.(type) {
		case page.Deadline, page.Notice:
			return true
		}
		return false
	}
	first := slices.IndexFunc(blocks, isTime)
	if first < 0 || !slices.ContainsFunc(blocks[first+1:], isTime) {
		return blocks
	}
	whole := blocks[first]
	return append(slices.Delete(slices.Clone(blocks), first, first+1), whole)
}

// afterProse is the place behind the words a panel begins with.
func afterProse(blocks []page.Block) int {
	for i, b := range blocks {
		if _, ok := b.(page.Prose); !ok {
			return i
		}
	}
	return len(blocks)
}

// actions are what a reader can do now, what is owed first: the fixed bar has room for two, and lists the rest. The first
// bar of them may stand there; what cannot be undone does not lie under a thumb.
func (s *Site) actions(st desk.Standing, rd *reader) (out []page.Link, bar int) {
	var asks []step.Ask
	if rd.known() {
		asks = st.For(rd.actor())
	} else {
		own := st.Charter.OwnRoles()
		for _, a := range st.Asks() {
			if _, _, beside := st.Method.BesideOf(a.Verb); beside {
				continue // for whoever began it, and here nobody knows who that is
			}
			if slices.ContainsFunc(a.By, func(role string) bool { return own[role] }) {
				asks = append(asks, a)
			}
		}
	}
	slices.SortStableFunc(asks, func(a, b step.Ask) int {
		rank := func(a step.Ask) int {
			switch {
			case a.Danger:
				return 2
			case a.Owed:
				return 0
			}
			return 1
		}
		return cmp.Compare(rank(a), rank(b))
	})
	for _, a := range asks {
		if !st.Context.Now.Before(a.Opens) {
			if !a.Danger {
				bar++
			}
			out = append(out, page.Link{Words: a.Words, Href: doHref(st.Row.Number, a), Icon: "checkbox"})
		}
	}
	return out, bar
}

// stepsPanel is the method's main line as a list, with what happened at each step. Ways round stand where they lie in
// the file, once the matter has been there.
func (s *Site) stepsPanel(st desk.Standing) page.Block {
	steps := page.Steps{Lead: st.Method.Says.Words()}
	for _, p := range st.Method.List {
		common := p.Step.Shared()
		result, ended := st.Run.Results[p.Key]
		x := page.Step{Name: common.Name.Words(), Term: common.Term.Words(), Aside: st.Method.Number(p.Key) == 0}
		if x.Aside && !ended && p.Key != st.Run.Step {
			continue
		}
		switch {
		case p.Key == st.Run.Step:
			x.Standing = page.Now
			x.Note = text.Key("web.step.since", "Day", day(calendar.DateOf(st.Run.Entered), st.Context.Now))
		case ended:
			x.Standing = page.Done
			if good := p.Step.Outcomes(); result.Outcome != good[0] {
				x.Standing = page.Failed
			}
			x.Note = text.Key("web.step.ended", "Day", day(calendar.DateOf(result.At), st.Context.Now), "Outcome", outcome(st.Charter, p.Step, result.Outcome))
			if teller, ok := p.Step.(step.Teller); ok {
				if told := teller.Told(result.Facts); !told.IsZero() {
					x.Note = text.Key("web.step.told", "Ended", x.Note, "Told", told)
				}
			}
			x.Links = []page.Link{{Words: text.Key("web.evidence"), Href: fmt.Sprintf("/matters/%d/record#%s", st.Row.Number, p.Key)}}
			x.Links = append(certificateLink(st, p.Key), x.Links...)
		case st.Run.Closed:
			x.Standing = page.Skipped
		default:
			x.Note = common.Says.Words()
		}
		steps.List = append(steps.List, x)
	}
	return page.Panel{Title: text.Key("web.where"), Blocks: []page.Block{steps}}
}

// day says a date as people do: without the year while it is this one.
func day(d calendar.Date, now time.Time) text.Words {
	year, month, n := d.YMD()
	zh, en := fmt.Sprintf("%d月%d日", month, n), fmt.Sprintf("%d %s", n, month)
	if year != calendar.DateOf(now).Year() {
		zh, en = fmt.Sprintf("%d年%s", year, zh), fmt.Sprintf("%s %d", en, year)
	}
	return text.Text{ZH: zh, EN: en}.Words()
}

// outcome says how a step ended.
func outcome(c *charter.Charter, of step.Step, name string) text.Words {
	if own, ok := method.OutcomeWords(of, name); ok {
		return own.Words()
	}
	key := "outcome." + of.Shared().Kind + "." + name
	if c.Texts.Has(text.ZH, key) {
		return text.Key(key)
	}
	return text.Plain(name)
}

func basisOf(m *method.Method, p *method.Placed) page.Basis {
	common := p.Step.Shared()
	law := common.Law
	if law == "" {
		law = m.Law
	}
	return page.Basis{Law: law, Clause: m.File() + "#" + p.Key, Assumed: common.Assumed}
}

func placeHref(id act.RowID) string { return "/places/" + id.Register + "/" + id.ID }

// record is every act of a matter, newest first, each with its place in the chain.
func (s *Site) record(r *http.Request, rd *reader) (page.Page, error) {
	n, err := number(r, "n")
	if err != nil {
		return page.Page{}, err
	}
	var p page.Page
	err = s.Desk.Open(r.Context(), rd.actor(), act.Matter(n), func(ctx context.Context, q store.Q, st desk.Standing) error {
		h, first, err := s.history(ctx, q, st, rd, before(r), actsOnPage)
		if err != nil {
			return err
		}
		p = page.Page{
			Frame: page.Resident, Title: text.Key("web.record_of", "Matter", st.Run.Matter.Title), Lead: text.Key("web.record_lead"),
			Back: &page.Link{Words: st.Run.Matter.Title.Words(), Href: fmt.Sprintf("/matters/%d", n)}, Blocks: append(h, older(fmt.Sprintf("/matters/%d/record", n), first)...),
		}
		return nil
	})
	return p, err
}

// history groups acts by step, newest step first, so that a step's evidence has one address.
func (s *Site) history(ctx context.Context, q store.Q, st desk.Standing, rd *reader, below int64, limit int) (blocks []page.Block, first int64, err error) {
	acts, err := s.Ledger.Latest(ctx, q, st.Run.Matter.Number, below, limit)
	if err != nil {
		return nil, 0, err
	}
	if len(acts) > 0 {
		first = acts[len(acts)-1].Seq
	}
	var out []page.Block
	var list []page.Entry
	flush := func(key string) {
		if len(list) == 0 {
			return
		}
		name := text.Key("web.matter_itself")
		if p, ok := st.Method.Step(key); ok {
			name = p.Step.Shared().Name.Words()
		}
		out = append(out, page.Section{ID: key, Title: name, Blocks: []page.Block{page.History{List: list}}})
		list = nil
	}
	key := ""
	for _, a := range acts {
		if a.Step != key {
			flush(key)
			key = a.Step
		}
		list = append(list, s.entry(st, a))
	}
	flush(key)
	return out, first, nil
}

// entry is one act as anyone may see it: the role that acted, never the name.
func (s *Site) entry(st desk.Standing, a act.Act) page.Entry {
	c, m := st.Charter, st.Method
	e := page.Entry{Who: c.RoleName(a.By.Role), What: what(c, m, a), At: a.At, Hash: string(a.Hash)}
	if !m.Discreet(a) { // what one household answered is shown to nobody as a line, only in totals
		e.Note = note(st.Context.Book, m, a)
	}
	if a.Recorded.Sub(a.At) > time.Minute {
		e.Late = a.Recorded
	}
	e.Basis = &page.Basis{Clause: a.Basis.Clause}
	if p, ok := m.Step(a.Step); ok {
		e.Basis.Law = p.Step.Shared().Law
		if own, ok := p.Step.(step.ByItself); ok && own.ByItself(a) {
			e.Who = text.Key("web.by_rule") // whoever brought it there did not send it
		}
		if says, ok := p.Step.(step.Sayer); ok {
			e.Note = step.Besides(says.Said(a), e.Note)
		}
	}
	for _, x := range a.Sealed {
		if x.Field == act.Blind {
			continue
		}
		e.Sealed = append(e.Sealed, fieldName(c, m, a.Step, x.Field))
	}
	return e
}

// what says what an act did; kinds of acts have their words under "act.".
func what(c *charter.Charter, m *method.Method, a act.Act) text.Words {
	key := "act." + a.Kind
	if !c.Texts.Has(text.ZH, key) {
		return text.Plain(a.Kind)
	}
	args := []any{}
	switch a.Kind {
	case act.Ended:
		var e act.Ending
		if a.Into(&e) == nil {
			if p, ok := m.Step(a.Step); ok {
				args = append(args, "Outcome", outcome(c, p.Step, e.Outcome))
			}
		}
	case act.Closed:
		var e act.Closing
		if a.Into(&e) == nil {
			args = append(args, "Result", m.Results[e.Result])
		}
	case act.Opened, act.ChildClosed:
		var e act.Child
		if a.Into(&e) == nil {
			args = append(args, "N", int64(e.Matter))
		}
	case act.Entered:
		if p, ok := m.Step(a.Step); ok {
			args = append(args, "Step", p.Step.Shared().Name)
		}
	}
	return text.Key(key, args...)
}
