package web

import (
	"context"
	"net/http"
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/desk"
	"gongzhi/internal/docket"
	"gongzhi/internal/method"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// fieldForms is how many forms the page for those who work outside holds at most: it must open on a slow line.
const fieldForms = 60

// fieldPage is everything the reader has to do that may be done without signal, each with its form, on one page: opened
// once with signal, it is all that is needed for the round.
func (s *Site) fieldPage(r *http.Request, rd *reader) (page.Page, error) {
	list, err := s.owedTo(r.Context(), s.Store.Read(), rd)
	if err != nil {
		return page.Page{}, err
	}
	p := page.Page{
		Frame: page.Resident, Title: text.Key("web.field.title"), Lead: text.Key("web.field.lead"),
		Back: &page.Link{Words: text.Key("web.me.title"), Href: "/me"},
		Kept: true, // also when nothing is asked: yesterday's round must not open in place of this
	}
	var matters []int64
	for _, w := range list {
		if !slices.Contains(matters, w.Matter) {
			matters = append(matters, w.Matter)
		}
	}
	comes, err := s.gatherings(r.Context(), s.Store.Read(), rd)
	if err != nil {
		return page.Page{}, err
	}
	for _, n := range comes {
		if !slices.Contains(matters, n) {
			matters = append(matters, n)
		}
	}
	left := fieldForms
	for _, n := range matters {
		var panel page.Panel
		err := s.Desk.Open(r.Context(), rd.actor(), act.Matter(n), func(ctx context.Context, q store.Q, st desk.Standing) (err error) {
			panel, err = s.fieldPanel(ctx, q, st, rd, &left)
			return err
		})
		if err != nil {
			return page.Page{}, err
		}
		if len(panel.Blocks) > 0 {
			p.Blocks = append(p.Blocks, panel)
		}
	}
	if len(p.Blocks) == 0 {
		p.Blocks = append(p.Blocks, page.Prose{Words: []text.Words{text.Key("web.field.none")}})
	}
	var rounds, more []page.Link
	for _, key := range s.charter().MethodKeys() {
		switch m := s.charter().Methods[key]; {
		case !slices.ContainsFunc(m.Start.By, rd.holds):
		case !m.Start.Offline.IsZero():
			more = append(more, page.Link{Words: text.Key("web.field.begin", "Method", m.Name), Note: m.Says.Words(), Href: "/begin/" + key, Icon: "plus"})
		case s.goesRound(rd, m):
			rounds = append(rounds, page.Link{Words: text.Key("web.field.round", "Method", m.Name), Note: m.Says.Words(), Href: "/begin/" + key, Icon: "plus"})
		}
	}
	plans, err := s.plansOf(r.Context(), s.Store.Read(), rd)
	if err != nil {
		return p, err
	}
	p.Blocks = append(p.Blocks, plans...)
	if len(rounds) > 0 {
		p.Blocks = append(p.Blocks, page.Rows{Title: text.Key("web.field.rounds"), List: rounds})
	}
	if len(more) > 0 {
		p.Blocks = append(p.Blocks, page.Rows{Title: text.Key("web.field.more"), List: more})
	}
	return p, nil
}

// plansOf are the plans at the places of whoever goes round there.
func (s *Site) plansOf(ctx context.Context, q store.Q, rd *reader) (out []page.Block, err error) {
	seen := map[act.RowID]bool{}
	for _, x := range rd.mandates {
		if x.Scope.IsZero() || seen[x.Scope] || s.charter().Roles[x.Role].Own {
			continue
		}
		seen[x.Scope] = true
		some, err := s.planned(ctx, q, rd, x.Scope)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// goesRound tells whether the reader themselves does the first step of a method outside: whoever goes round may also go when
// no plan has opened it.
func (s *Site) goesRound(rd *reader, m *method.Method) bool {
	if len(m.List) == 0 || m.List[0].Step.Shared().Offline.IsZero() {
		return false
	}
	if _, session := m.List[0].Step.(step.Attended); session {
		return false
	}
	roles, _ := m.List[0].Roles()
	return slices.ContainsFunc(roles, rd.holds)
}

// outside is the way to that page, for whoever holds a role that works there.
func (s *Site) outside(rd *reader) []page.Link {
	for _, key := range s.charter().MethodKeys() {
		m := s.charter().Methods[key]
		for _, p := range m.List {
			roles, _ := p.Roles()
			if !p.Step.Shared().Offline.IsZero() && slices.ContainsFunc(roles, rd.holds) {
				return []page.Link{{Words: text.Key("web.field.title"), Note: text.Key("web.field.note"), Href: "/field", Icon: "map-2"}}
			}
		}
	}
	return nil
}

// gatheringsLooked is how many sessions of one kind are looked through for those that the reader may come to: there is one
// in each community at a time, or two.
const gatheringsLooked = 50

// gatherings are the open matters at which people come together, and to which the reader's roles may come. Nobody owes
// that, so it stands in no queue; it is done on the spot all the same.
func (s *Site) gatherings(ctx context.Context, q store.Q, rd *reader) (out []int64, err error) {
	for _, key := range s.charter().MethodKeys() {
		for _, p := range s.charter().Methods[key].List {
			roles, _ := p.Roles()
			if _, ok := p.Step.(step.Attended); !ok || p.Step.Shared().Offline.IsZero() || !slices.ContainsFunc(roles, rd.holds) {
				continue
			}
			list, err := s.Docket.List(ctx, q, docket.Filter{Method: key, Step: p.Key, Limit: gatheringsLooked})
			if err != nil {
				return nil, err
			}
			for _, m := range list {
				out = append(out, m.Number)
			}
		}
	}
	return out, nil
}

// onTheSpot are the asks of a step that are answered where it is, those first that the reader is expected at. At a session
// that is what opens with the day itself: people sign up from home.
func onTheSpot(st desk.Standing, placed *method.Placed, rd *reader) (out []step.Ask) {
	_, session := placed.Step.(step.Attended)
	theirs := map[string]bool{}
	for _, a := range st.For(rd.actor()) {
		if len(a.Only) > 0 {
			theirs[a.Item] = true // only who holds a place may give it up
		}
		if _, _, beside := st.Method.BesideOf(a.Verb); beside || st.Context.Now.Before(a.Opens) || session && a.Opens.IsZero() {
			continue // what may be said beside the steps is sent with signal, from the matter's own page
		}
		out = append(out, a)
	}
	slices.SortStableFunc(out, func(a, b step.Ask) int {
		switch {
		case theirs[a.Item] && !theirs[b.Item]:
			return -1
		case theirs[b.Item] && !theirs[a.Item]:
			return 1
		}
		return 0
	})
	return out
}

// fieldPanel is one matter with the forms that may be filled in without signal; without blocks where it has none.
func (s *Site) fieldPanel(ctx context.Context, q store.Q, st desk.Standing, rd *reader, left *int) (page.Panel, error) {
	panel := page.Panel{Title: st.Run.Matter.Title.Words()}
	placed, ok := st.Method.Step(st.Run.Step)
	if !ok || placed.Step.Shared().Offline.IsZero() {
		return panel, nil
	}
	panel.Tag = placed.Step.Shared().Name.Words()
	for _, a := range onTheSpot(st, placed, rd) {
		if *left == 0 {
			break
		}
		*left--
		f, err := s.form(ctx, q, st, rd, a, step.Submission{ID: newID(), Item: a.Item})
		if err != nil {
			return panel, err
		}
		f.Title, f.Fold, f.Offline, f.Submit, f.Basis = a.Words, true, page.Stay, text.Key("web.field.send"), nil
		if len(f.Fields) == 0 { // one press, nothing to unfold
			f.Title, f.Fold, f.Submit = text.Words{}, false, a.Words
		}
		panel.Blocks = append(panel.Blocks, f)
	}
	if len(panel.Blocks) > 0 {
		panel.Blocks = slices.Insert(panel.Blocks, 0, page.Block(page.Prose{Words: []text.Words{placed.Step.Shared().Says.Words()}}))
		panel.Blocks = append(panel.Blocks, basisOf(st.Method, placed))
	}
	return panel, nil
}
