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

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/desk"
	"gongzhi/internal/page"
	"gongzhi/internal/people"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
	"gongzhi/internal/vote"
)

// enrolled is the roll of a matter as its page shows it.
type enrolled struct {
	step   string // that votes by it
	roll   vote.Roll
	day    calendar.Date
	frozen bool
}

// rollOf finds the roll that was published last: the one the vote froze, else the one that hangs for checking. ok is
// false while there is none.
func (s *Site) rollOf(ctx context.Context, q store.Q, st desk.Standing) (out enrolled, ok bool, err error) {
	acts, err := s.Ledger.Acts(ctx, q, st.Run.Matter.Number, 0)
	if err != nil {
		return out, false, err
	}
	for _, a := range slices.Backward(acts) {
		placed, known := st.Method.Step(a.Step)
		if !known {
			continue
		}
		if e, enrols := placed.Step.(step.Enrols); enrols {
			roll, day, froze, err := e.Enrolled(a)
			if froze || err != nil {
				return enrolled{a.Step, roll, day, true}, froze, err
			}
		}
		n, posts := placed.Step.(step.Posts)
		if !posts {
			continue
		}
		day, hung, err := n.Posted(a)
		if err != nil {
			return out, false, err
		}
		if e, enrols := enrols(st, n.Posts()); hung && enrols {
			view := step.View{Now: st.Context.Now, Matter: st.Run.Matter, Key: n.Posts(), Calendar: st.Context.Calendar, Book: st.Context.Book, File: st.Method.File()}
			roll, err := e.Enrol(view, day)
			return enrolled{n.Posts(), roll, day, false}, err == nil, err
		}
	}
	return out, false, nil
}

// roll is the page of who may vote and with what weight, each line with the rule that made it so. Owners are masked; who
// is signed in finds their own line.
func (s *Site) roll(r *http.Request, rd *reader) (page.Page, error) {
	n, err := number(r, "n")
	if err != nil {
		return page.Page{}, err
	}
	var p page.Page
	err = s.Desk.Open(r.Context(), rd.actor(), act.Matter(n), func(ctx context.Context, q store.Q, st desk.Standing) error {
		e, ok, err := s.rollOf(ctx, q, st)
		if err != nil {
			return err
		}
		p = page.Page{
			Frame: page.Resident, Title: text.Key("roll.of", "Matter", st.Run.Matter.Title),
			Back: &page.Link{Words: st.Run.Matter.Title.Words(), Href: fmt.Sprintf("/matters/%d", n)},
		}
		if !ok {
			p.Lead = text.Key("roll.none")
			return nil
		}
		p.State, p.Lead = text.Key("roll.posted"), text.Key("roll.lead", "Day", e.day.String())
		if e.frozen {
			p.State, p.Lead = text.Key("roll.frozen"), text.Key("roll.lead_frozen", "Day", e.day.String())
		}
		placed, _ := st.Method.Step(e.step)
		table, err := s.rollTable(st, rd, e, r.URL.Query())
		if err != nil {
			return err
		}
		basis := basisOf(st.Method, placed)
		basis.Clause += ".roll"
		p.Blocks = []page.Block{
			page.Facts{List: []page.Fact{
				{Term: text.Key("roll.total"), Value: text.Key("roll.total_is", "Parts", len(e.roll.Lines()), "Area", e.roll.Total().Area.Grouped(), "Heads", e.roll.Total().Heads)},
				{Term: text.Key("roll.root"), Value: text.Plain(string(e.roll.Root()))},
			}},
			table,
			page.Panel{Title: text.Key("roll.rules"), Blocks: []page.Block{page.Prose{Words: rollRules(e.roll)}, page.Basis{Words: text.Key("roll.rule_law")}, basis}},
		}
		return nil
	})
	return p, err
}

// rollRules are the rules that made the roll what it is, in words.
func rollRules(r vote.Roll) []text.Words {
	spaces := text.Key("roll.rule_spaces_out")
	if o := r.Options(); o.CountSpecialSpaces {
		spaces = text.Key("roll.rule_spaces_in", "Rule", o.SpacesRule)
	}
	return []text.Words{text.Key("roll.rule_area"), text.Key("roll.rule_heads"), text.Key("roll.rule_builder"), spaces}
}

// rollTable lists one building of the roll, or all of it where there is one building only.
func (s *Site) rollTable(st desk.Standing, rd *reader, e enrolled, q url.Values) (page.Table, error) {
	t := page.Table{Caption: text.Key("roll.title"), Columns: []page.Column{
		{Words: text.Key("roll.col.part")}, {Words: text.Key("roll.col.area"), Numeric: true}, {Words: text.Key("roll.col.source")},
		{Words: text.Key("roll.col.owners")}, {Words: text.Key("roll.col.head")}, {Words: text.Key("roll.col.why")},
	}}
	heads := map[vote.HeadID]int{}
	for i, h := range e.roll.Heads() {
		heads[h.ID] = i + 1
	}
	buildings, mine := []string{}, ""
	for _, l := range e.roll.Lines() {
		if !slices.Contains(buildings, l.Building) {
			buildings = append(buildings, l.Building)
		}
		if mine == "" && owns(rd, l.Part) {
			mine = l.Building
		}
	}
	shown := q.Get("building")
	if !slices.Contains(buildings, shown) && len(buildings) > 1 {
		shown = buildings[0]
		if mine != "" {
			shown = mine // an owner comes to look at their own line
		}
	}
	of, _ := enrols(st, e.step)
	register := of.Enrols()
	if len(buildings) > 1 {
		for _, b := range buildings {
			first := slices.IndexFunc(e.roll.Lines(), func(l vote.Line) bool { return l.Building == b })
			name, err := nameAbove(st.Context.Book, act.RowID{Register: register, ID: string(e.roll.Lines()[first].ID)}, e.day)
			if err != nil {
				return t, err
			}
			t.Tabs = append(t.Tabs, page.Link{Words: text.Plain(cmp.Or(name, b)), Href: "?" + url.Values{"building": {b}}.Encode(), Here: b == shown})
		}
	}
	for _, l := range e.roll.Lines() {
		if len(buildings) > 1 && l.Building != shown {
			continue
		}
		row, err := s.rollRow(st, rd, e, l, register, heads)
		if err != nil {
			return t, err
		}
		t.Rows = append(t.Rows, row)
	}
	t.Total = strconv.Itoa(len(t.Rows))
	return t, nil
}

func (s *Site) rollRow(st desk.Standing, rd *reader, e enrolled, l vote.Line, register string, heads map[vote.HeadID]int) (page.Row, error) {
	name := text.Plain(string(l.ID))
	if row, ok, err := st.Context.Book.Row(act.RowID{Register: register, ID: string(l.ID)}, e.day); err != nil {
		return page.Row{}, err
	} else if ok {
		name = text.Plain(row.Name)
	}
	source := text.Key("roll.no_source")
	if l.Source != 0 {
		source = text.Key("vote.source." + l.Source.String())
	}
	owners, err := s.rollOwners(st, e, l)
	if err != nil {
		return page.Row{}, err
	}
	head := page.Cell{Words: text.Key("roll.left_out")}
	if no, ok := heads[l.Head]; ok {
		head.Words = text.Key("roll.head", "N", no)
	}
	cells := []page.Cell{{Words: name}, {Words: text.Plain(l.Area.Grouped())}, {Words: source}, {Words: owners}, head, {Words: text.Key(l.Grouping.Key())}}
	if owns(rd, l.Part) {
		cells[4] = page.Cell{Block: page.Tag{Words: step.Joined(text.Key("roll.own"), head.Words), Tone: page.Good}}
	}
	return page.Row{Cells: cells}, nil
}

// rollOwners names who votes for a part, people masked as the register masks them for everybody.
func (s *Site) rollOwners(st desk.Standing, e enrolled, l vote.Line) (text.Words, error) {
	owners := l.Owners
	if l.Grouping == vote.BuilderHeld {
		owners = []vote.OwnerID{l.Builder}
	}
	if len(owners) == 0 {
		return text.Key("roll.nobody"), nil
	}
	names := make([]string, len(owners))
	for i, o := range owners {
		names[i] = "＊"
		register, id, _ := strings.Cut(string(o), "/")
		if row, ok, err := st.Context.Book.Row(act.RowID{Register: register, ID: id}, e.day); err != nil {
			return text.Words{}, err
		} else if ok {
			names[i] = row.Name
		}
	}
	return text.Text{ZH: strings.Join(names, "、"), EN: strings.Join(names, ", ")}.Words(), nil
}

// owns tells whether the reader is an owner of a part: by name on the roll, or let in for the flat.
func owns(rd *reader, p vote.Part) bool {
	if !rd.signedIn() {
		return false
	}
	for _, o := range p.Owners {
		if _, id, _ := strings.Cut(string(o), "/"); id == string(rd.account.Person) || string(o) == string(rd.account.Person) {
			return true
		}
	}
	return slices.ContainsFunc(rd.mandates, func(m people.Mandate) bool { return m.Scope.ID == string(p.ID) })
}

// enrols finds a step of the method that votes by a roll.
func enrols(st desk.Standing, key string) (step.Enrols, bool) {
	placed, ok := st.Method.Step(key)
	if !ok {
		return nil, false
	}
	e, ok := placed.Step.(step.Enrols)
	return e, ok
}

// rollLink leads to the roll from the matter's page, once there is one.
func (s *Site) rollLink(st desk.Standing) []page.Link {
	for _, key := range st.Run.Path {
		p, ok := st.Method.Step(key)
		if !ok {
			continue
		}
		_, votes := p.Step.(step.Enrols)
		if n, ok := p.Step.(step.Posts); votes || ok && n.Posts() != "" {
			return []page.Link{{Words: text.Key("roll.link"), Note: text.Key("roll.link_note"), Href: fmt.Sprintf("/matters/%d/roll", st.Row.Number), Icon: "table"}}
		}
	}
	return nil
}
