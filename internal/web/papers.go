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
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
	"gongzhi/internal/vote"
)

// balloting is a vote that is open on paper, as the pages around its papers need it.
type balloting struct {
	n        int64
	st       desk.Standing
	sheet    step.Sheet
	papers   step.Papers
	help     step.Help
	register string
}

// onPaper reads the vote at which a matter stands; it refuses where there is none, or none on paper.
func (s *Site) onPaper(r *http.Request, rd *reader, show func(context.Context, store.Q, balloting) error) error {
	n, err := number(r, "n")
	if err != nil {
		return err
	}
	return s.Desk.Open(r.Context(), rd.actor(), act.Matter(n), func(ctx context.Context, q store.Q, st desk.Standing) error {
		placed, _ := st.Method.Step(st.Run.Step)
		if placed != nil {
			if v, ok := placed.Step.(step.OnPaper); ok {
				view := st.Method.View(st.Run, st.Context)
				if sheet, open := v.Sheet(view); open {
					b := balloting{n: n, st: st, sheet: sheet, papers: v.Papers(view), register: v.Enrols()}
					if v, ok := placed.Step.(step.Assisted); ok {
						b.help = v.Help(view)
					}
					return show(ctx, q, b)
				}
			}
		}
		return fault.Refuse(fault.Closed, "papers.none", fault.Basis{Clause: st.Method.File() + "#" + st.Run.Step}, nil)
	})
}

// where is what a household's part is called, with its building.
func (b balloting) where(part vote.PartID) (string, error) {
	row, ok, err := b.st.Context.Book.Row(act.RowID{Register: b.register, ID: string(part)}, calendar.DateOf(b.st.Context.Now))
	if err != nil || !ok {
		return string(part), err
	}
	return row.Name, nil
}

// voting are the lines of the roll that vote, in its order.
func (b balloting) voting() (out []vote.Line) {
	for _, l := range b.sheet.Roll.Lines() {
		if l.Head != "" {
			out = append(out, l)
		}
	}
	return out
}

// paperCode is where the code on a printed ballot leads: a clerk to the paper in their hand, everybody else to the vote.
func (s *Site) paperCode(r *http.Request, rd *reader) (page.Page, error) {
	n, err := number(r, "n")
	if err != nil {
		return page.Page{}, err
	}
	switch {
	case rd.desk:
		return rd.redirect(r, fmt.Sprintf("/desk/matters/%d/papers?", n)+url.Values{"find": {r.PathValue("part")}}.Encode())
	case rd.signedIn():
		return rd.redirect(r, fmt.Sprintf("/matters/%d/do/cast", n))
	}
	return rd.redirect(r, fmt.Sprintf("/matters/%d", n))
}

// printed are the ballots of a building, or of the whole vote, each on a page of its own. A large vote has thousands, so
// they are drawn into a file.
func (s *Site) printed(r *http.Request, rd *reader) (page.Page, error) {
	building := r.URL.Query().Get("building")
	var x production
	err := s.onPaper(r, rd, func(_ context.Context, _ store.Q, b balloting) error {
		if !slices.ContainsFunc(b.voting(), func(l vote.Line) bool { return building == "" || l.Building == building }) {
			return fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
		}
		x.title = text.Key("papers.print_of", "Matter", b.st.Run.Matter.Title)
		x.back = &page.Link{Words: text.Key("papers.title"), Href: fmt.Sprintf("/desk/matters/%d/papers", b.n)}
		return nil
	})
	if err != nil {
		return page.Page{}, err
	}
	return s.producePage(r, rd, x, func(r *http.Request) (p page.Page, err error) {
		pinned := s.pinned(r.Context())
		err = s.onPaper(r, rd, func(_ context.Context, _ store.Q, b balloting) error {
			p = page.Page{Frame: page.Paper, Title: text.Key("papers.print"), State: b.st.Run.Matter.Title.Words(), Back: x.back}
			for _, l := range b.voting() {
				if building != "" && l.Building != building {
					continue
				}
				where, err := b.where(l.ID)
				if err != nil {
					return err
				}
				sheet := b.print(l, where)
				if pinned != nil {
					sheet.Fine = append(sheet.Fine, pinned.Note)
				}
				p.Blocks = append(p.Blocks, sheet)
			}
			return nil
		})
		return p, err
	})
}

func (b balloting) print(l vote.Line, where string) page.Sheet {
	until := calendar.Minute(b.sheet.Closes.Add(-time.Minute))
	s := page.Sheet{
		Title: text.Key("papers.sheet", "Matter", b.st.Run.Matter.Title), For: text.Plain(where), Lead: text.Key("papers.weight", "Area", l.Area.Grouped()),
		QR:    page.QR{Href: fmt.Sprintf("/matters/%d/b/%s", b.n, url.PathEscape(string(l.ID))), Note: text.Key("papers.qr")},
		Lines: []text.Words{text.Key("papers.sign"), text.Key("papers.date")},
		Notes: []text.Words{text.Key("papers.how"), text.Key("papers.until", "Until", until)},
		Fine:  []text.Words{text.Key("papers.root", "Root", string(b.sheet.Root)), text.Key("papers.log", "Seq", b.st.Run.Seq, "Head", string(b.st.Run.Head))},
	}
	for _, it := range b.sheet.Items {
		s.Questions = append(s.Questions, page.Question{Words: it.Name.Words(), Choices: b.sheet.Choices})
	}
	for _, x := range b.sheet.Stations {
		s.Notes = append(s.Notes, text.Key("papers.station", "Place", x.Name))
	}
	if b.sheet.Assist {
		s.Lines = append(s.Lines, text.Key("papers.sign_help"))
	}
	if b.sheet.Proxy {
		s.Lines = append(s.Lines, text.Key("papers.holder"))
	}
	return s
}

// papersPage is the desk's page of the papers of a vote: find the one in hand, type it in, see what waits.
func (s *Site) papersPage(r *http.Request, rd *reader) (p page.Page, err error) {
	find := strings.TrimSpace(r.URL.Query().Get("find"))
	err = s.onPaper(r, rd, func(ctx context.Context, q store.Q, b balloting) error {
		self := fmt.Sprintf("/desk/matters/%d/papers", b.n)
		p = page.Page{
			Frame: page.Desk, Title: text.Key("papers.title"), State: b.st.Run.Matter.Title.Words(), Lead: text.Key("papers.lead"),
			Back: &page.Link{Words: b.st.Run.Matter.Title.Words(), Href: fmt.Sprintf("/desk/matters/%d", b.n)},
			Head: []page.Link{
				{Words: text.Key("papers.print"), Href: fmt.Sprintf("/desk/matters/%d/print", b.n), Icon: "printer"},
				{Words: text.Key("papers.delivery"), Href: fmt.Sprintf("/desk/matters/%d/delivery", b.n), Icon: "route"},
			},
		}
		if done := r.URL.Query().Get("done"); done != "" {
			p.Blocks = append(p.Blocks, page.Banner{Tone: page.Good, Words: text.Key("web.done", "Receipt", done)})
		}
		form := page.Form{Get: true, Action: self, Submit: text.Key("papers.find"), Fields: []page.Field{{
			Name: "find", Label: text.Key("papers.find_label"), Hint: text.Key("papers.find_hint"), Input: page.Line, Required: true, Value: find, Width: 30, Focus: true,
		}}}
		if find != "" {
			found, err := b.found(find)
			if err != nil {
				return err
			}
			if len(found) == 1 {
				if to := b.next(rd, found[0]); to != "" {
					p, err = rd.redirect(r, to+"&"+url.Values{nameBack: {self}}.Encode())
					return err
				}
				where, err := b.where(found[0])
				if err != nil {
					return err
				}
				p.Blocks = append(p.Blocks, page.Banner{Tone: page.Soon, Words: text.Key("papers.other_hands", "Part", where)})
				form.Fields[0].Value = ""
			} else {
				var bad fault.Fields
				bad.Add("find", "papers.found", fault.Args{"N": len(found)})
				form.Problem, _ = fault.As(bad.Err("form.faults", fault.Basis{}))
			}
		}
		queue, err := b.queue(rd, self)
		if err != nil {
			return err
		}
		p.Blocks = append(p.Blocks, form, queue)
		p.Blocks = append(p.Blocks, b.sums()...)
		help, err := s.helpPanel(ctx, q, b.help)
		if err != nil {
			return err
		}
		p.Blocks = append(p.Blocks, help...)
		return nil
	})
	return p, err
}

// found are the parts that somebody means who scanned a ballot's code or typed building, staircase and room.
func (b balloting) found(words string) (out []vote.PartID, err error) {
	if _, after, scanned := strings.Cut(words, "/b/"); scanned {
		if words, err = url.PathUnescape(after); err != nil {
			return nil, nil //nolint:nilerr // a code that is no address names nothing
		}
	}
	want := tokens(words)
	for _, l := range b.sheet.Roll.Lines() {
		if string(l.ID) == words {
			return []vote.PartID{l.ID}, nil
		}
		where, err := b.where(l.ID)
		if err != nil {
			return nil, err
		}
		if endsIn(tokens(where), want) {
			out = append(out, l.ID)
		}
	}
	return out, nil
}

// next is the form that a paper in hand is for: the second reading or the settling of one that was typed in, else the
// first. It is empty where the reader may do none of them.
func (b balloting) next(rd *reader, part vote.PartID) string {
	asks, waits := b.st.For(rd.actor()), false
	for _, e := range b.papers.Entered {
		if e.Part != part || e.Waits == "" {
			continue
		}
		waits = true
		for _, a := range asks {
			if a.Verb == e.Waits && a.Item == strconv.Itoa(e.No) {
				return doHref(b.n, a)
			}
		}
	}
	if i := slices.IndexFunc(asks, func(a step.Ask) bool { return a.Verb == "enter" }); i >= 0 && !waits {
		return doHref(b.n, asks[i]) + "?" + url.Values{"part": {string(part)}}.Encode()
	}
	return ""
}

// queue lists the papers that wait, those that two people read differently first, and those that were made void.
func (b balloting) queue(rd *reader, self string) (page.Block, error) {
	t := page.Table{Caption: text.Key("papers.queue"), Empty: text.Key("papers.queue_none"), Columns: []page.Column{
		{Words: text.Key("papers.no"), Numeric: true}, {Words: text.Key("ballot.part")}, {Words: text.Key("papers.standing")}, {Words: text.Key("web.col.do")},
	}}
	list := slices.DeleteFunc(slices.Clone(b.papers.Entered), func(e step.Entered) bool { return e.Waits == "" && !e.Void })
	order := map[string]int{"settle": 0, "verify": 1}
	slices.SortStableFunc(list, func(x, y step.Entered) int {
		rank := func(e step.Entered) int {
			if n, ok := order[e.Waits]; ok {
				return n
			}
			return len(order)
		}
		return cmp.Compare(rank(x), rank(y))
	})
	asks := b.st.For(rd.actor())
	for _, e := range list {
		where := text.Key("papers.unreadable")
		if e.Part != "" {
			name, err := b.where(e.Part)
			if err != nil {
				return nil, err
			}
			where = text.Plain(name)
		}
		standing := page.Cell{Block: page.Tag{Words: text.Key("papers.waits." + cmp.Or(e.Waits, "nothing")), Tone: map[string]page.Tone{"settle": page.Late, "verify": page.Going}[e.Waits]}}
		if e.Void {
			standing = page.Cell{Words: text.Key("papers.void", "Reason", e.Reason)}
		}
		var do []page.Link
		for _, a := range asks {
			if a.Item == strconv.Itoa(e.No) {
				do = append(do, page.Link{Words: a.Words, Href: doHref(b.n, a) + "&" + url.Values{nameBack: {self}}.Encode()})
			}
		}
		cell := page.Cell{Words: text.Key("papers.other_hands_short")}
		if len(do) > 0 || e.Void {
			cell = page.Cell{Block: page.Buttons{Quiet: true, List: do}}
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Words: text.Plain(strconv.Itoa(e.No))}, {Words: where}, standing, cell}})
	}
	t.Total = strconv.Itoa(len(t.Rows))
	return page.Section{Title: text.Key("papers.queue"), Blocks: []page.Block{t}}, nil
}

// sums are what anybody may know of the papers: how many went out and how, how many came back, the boxes, and whether
// the count by hand agreed. They name no household.
func (b balloting) sums() []page.Block {
	var facts page.Facts
	ways, got := map[string]int{}, 0
	for _, d := range b.papers.Delivered {
		ways[d.Way]++
		if d.Done {
			got++
		}
	}
	facts.List = append(facts.List, page.Fact{Term: text.Key("papers.delivered"), Value: text.Key("papers.of", "N", got, "All", len(b.voting()))})
	for _, w := range b.papers.Ways {
		if ways[w] > 0 {
			facts.List = append(facts.List, page.Fact{Term: text.Key("ballot.way_is." + w), Value: text.Plain(strconv.Itoa(ways[w]))})
		}
	}
	var waits, void, boxed int
	for _, e := range b.papers.Entered {
		if e.Waits != "" {
			waits++
		}
		if e.Void {
			void++
		}
	}
	facts.List = append(facts.List, page.Fact{Term: text.Key("papers.entered"), Value: text.Key("papers.entered_is", "N", len(b.papers.Entered), "Waits", waits, "Void", void)})
	out := []page.Block{page.Section{Title: text.Key("papers.sums"), Blocks: []page.Block{facts}}}
	if len(b.papers.Boxes) > 0 {
		t := page.Table{Caption: text.Key("papers.boxes"), Columns: []page.Column{
			{Words: text.Key("papers.when")}, {Words: text.Key("ballot.box")}, {Words: text.Key("ballot.box_place")}, {Words: text.Key("ballot.seal")},
			{Words: text.Key("papers.standing")}, {Words: text.Key("papers.witnesses"), Numeric: true}, {Words: text.Key("papers.counted"), Numeric: true},
		}}
		for _, e := range b.papers.Boxes {
			what, papers := text.Key("papers.sealed"), text.Words{}
			if e.Opened {
				what, papers = text.Key("papers.opened"), text.Plain(strconv.FormatInt(e.Papers, 10))
				boxed += int(e.Papers)
			}
			t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
				{Words: text.Plain(calendar.Minute(e.At))}, {Words: text.Plain(e.Box)}, {Words: text.Plain(e.Place)}, {Words: text.Plain(e.Seal)},
				{Words: what}, {Words: text.Plain(strconv.Itoa(e.Witnesses))}, {Words: papers},
			}})
		}
		blocks := []page.Block{t}
		if boxed > 0 && boxed != len(b.papers.Entered) {
			blocks = append(blocks, page.Banner{Tone: page.Soon, Words: text.Key("papers.boxes_differ", "Boxes", boxed, "Entered", len(b.papers.Entered))})
		}
		out = append(out, page.Section{Title: text.Key("papers.boxes"), Blocks: blocks})
	}
	for _, c := range b.papers.Recounts {
		if len(c.Differences) == 0 {
			continue
		}
		t := page.Table{Caption: text.Key("papers.differs"), Columns: []page.Column{
			{Words: text.Key("papers.question")}, {Words: text.Key("papers.mark")}, {Words: text.Key("papers.by_hand"), Numeric: true}, {Words: text.Key("papers.typed"), Numeric: true},
		}}
		for _, d := range c.Differences {
			item := text.Plain(string(d.Item))
			if i := slices.IndexFunc(b.sheet.Items, func(x step.Item) bool { return x.Key == string(d.Item) }); i >= 0 {
				item = b.sheet.Items[i].Name.Words()
			}
			t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
				{Words: item}, {Words: text.Key("ballot.choice." + d.Choice.String())}, {Words: text.Plain(strconv.FormatInt(d.Hand, 10))}, {Words: text.Plain(strconv.FormatInt(d.Typed, 10))},
			}})
		}
		out = append(out, page.Section{Title: text.Key("papers.recount_of", "At", calendar.Minute(c.At)), Blocks: []page.Block{
			page.Banner{Tone: page.Late, Words: text.Key("papers.differs_lead")}, t,
		}})
	}
	return out
}

// papersPublic is the same for anyone, without a household.
func (s *Site) papersPublic(r *http.Request, rd *reader) (p page.Page, err error) {
	err = s.onPaper(r, rd, func(_ context.Context, _ store.Q, b balloting) error {
		p = page.Page{
			Frame: page.Resident, Title: text.Key("papers.public"), State: b.st.Run.Matter.Title.Words(),
			Back: &page.Link{Words: b.st.Run.Matter.Title.Words(), Href: fmt.Sprintf("/matters/%d", b.n)}, Blocks: b.sums(),
		}
		if facts := helpSums(b.help); len(facts) > 0 {
			p.Blocks = append(p.Blocks, page.Section{Title: text.Key("papers.help"), Blocks: []page.Block{page.Facts{List: facts}}})
		}
		return nil
	})
	return p, err
}

// delivery lists every household of a building with how its ballot was brought, and what is left to do.
func (s *Site) delivery(r *http.Request, rd *reader) (p page.Page, err error) {
	building := r.URL.Query().Get("building")
	err = s.onPaper(r, rd, func(_ context.Context, _ store.Q, b balloting) error {
		self := fmt.Sprintf("/desk/matters/%d/delivery", b.n)
		t := page.Table{Caption: text.Key("papers.delivery"), Columns: []page.Column{
			{Words: text.Key("ballot.part")}, {Words: text.Key("ballot.way")}, {Words: text.Key("papers.when")}, {Words: text.Key("web.col.do")},
		}}
		can := slices.ContainsFunc(b.st.For(rd.actor()), func(a step.Ask) bool { return a.Verb == "deliver" })
		seen := map[string]bool{}
		here := building
		for _, l := range b.voting() {
			if here == "" {
				here = l.Building
			}
			if !seen[l.Building] {
				seen[l.Building] = true
				name, err := nameAbove(b.st.Context.Book, act.RowID{Register: b.register, ID: string(l.ID)}, s.today())
				if err != nil {
					return err
				}
				t.Tabs = append(t.Tabs, page.Link{Words: text.Plain(cmp.Or(name, l.Building)), Href: self + "?" + url.Values{"building": {l.Building}}.Encode(), Here: l.Building == here})
			}
			if l.Building != here {
				continue
			}
			where, err := b.where(l.ID)
			if err != nil {
				return err
			}
			way, when := page.Cell{Block: page.Tag{Words: text.Key("papers.not_yet"), Tone: page.Soon}}, text.Words{}
			if d, ok := b.papers.Delivered[l.ID]; ok {
				tone := page.Good
				if !d.Done {
					tone = page.Soon
				}
				way = page.Cell{Block: page.Tag{Words: text.Key("ballot.way_is." + d.Way), Tone: tone}}
				when = text.Key("papers.tries", "At", calendar.Minute(d.At), "N", d.Tries)
			}
			do := page.Cell{}
			if can {
				to := fmt.Sprintf("/matters/%d/do/deliver?", b.n) + url.Values{"part": {string(l.ID)}, nameBack: {self + "?building=" + url.QueryEscape(here)}}.Encode()
				do = page.Cell{Block: page.Buttons{Quiet: true, List: []page.Link{{Words: text.Key("papers.note"), Href: to}}}}
			}
			t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Words: text.Plain(where)}, way, {Words: when}, do}})
		}
		t.Total = strconv.Itoa(len(t.Rows))
		p = page.Page{
			Frame: page.Desk, Title: text.Key("papers.delivery"), State: b.st.Run.Matter.Title.Words(), Lead: text.Key("papers.delivery_lead"),
			Back:   &page.Link{Words: text.Key("papers.title"), Href: fmt.Sprintf("/desk/matters/%d/papers", b.n)},
			Head:   []page.Link{{Words: text.Key("papers.print"), Href: fmt.Sprintf("/desk/matters/%d/print?", b.n) + url.Values{"building": {here}}.Encode(), Icon: "printer"}},
			Blocks: append([]page.Block{t}, b.sums()...),
		}
		return nil
	})
	return p, err
}

// paperLinks lead to the pages of the papers, while the vote is on.
func (s *Site) paperLinks(st desk.Standing, at string) []page.Link {
	placed, ok := st.Method.Step(st.Run.Step)
	if !ok {
		return nil
	}
	v, ok := placed.Step.(step.OnPaper)
	if !ok {
		return nil
	}
	if _, open := v.Sheet(st.Method.View(st.Run, st.Context)); !open {
		return nil
	}
	return []page.Link{{Words: text.Key("papers.title"), Note: text.Key("papers.link_note"), Href: fmt.Sprintf("%s/matters/%d/papers", at, st.Row.Number), Icon: "file-text"}}
}
