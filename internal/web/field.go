package web

import (
	"context"
	"net/http"
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/desk"
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
	}
	var matters []int64
	for _, w := range list {
		if !slices.Contains(matters, w.Matter) {
			matters = append(matters, w.Matter)
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
	var more []page.Link
	for _, key := range s.charter().MethodKeys() {
		if m := s.charter().Methods[key]; !m.Start.Offline.IsZero() && slices.ContainsFunc(m.Start.By, rd.holds) {
			more = append(more, page.Link{Words: text.Key("web.field.begin", "Method", m.Name), Note: m.Says.Words(), Href: "/begin/" + key, Icon: "plus"})
		}
	}
	if len(more) > 0 {
		p.Blocks = append(p.Blocks, page.Rows{Title: text.Key("web.field.more"), List: more})
	}
	return p, nil
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

// fieldPanel is one matter with the forms that may be filled in without signal; without blocks where it has none.
func (s *Site) fieldPanel(ctx context.Context, q store.Q, st desk.Standing, rd *reader, left *int) (page.Panel, error) {
	panel := page.Panel{Title: st.Run.Matter.Title.Words()}
	placed, ok := st.Method.Step(st.Run.Step)
	if !ok || placed.Step.Shared().Offline.IsZero() {
		return panel, nil
	}
	panel.Tag = placed.Step.Shared().Name.Words()
	for _, a := range st.For(rd.actor()) {
		if _, _, beside := st.Method.BesideOf(a.Verb); beside || *left == 0 || st.Context.Now.Before(a.Opens) {
			continue // what may be said beside the steps is sent with signal, from the matter's own page
		}
		*left--
		f, err := s.form(ctx, q, st, rd, a, step.Submission{ID: newID(), Item: a.Item})
		if err != nil {
			return panel, err
		}
		f.Title, f.Fold, f.Offline, f.Submit, f.Basis = a.Words, true, page.Stay, text.Key("web.field.send"), nil
		panel.Blocks = append(panel.Blocks, f)
	}
	if len(panel.Blocks) > 0 {
		panel.Blocks = slices.Insert(panel.Blocks, 0, page.Block(page.Prose{Words: []text.Words{placed.Step.Shared().Says.Words()}}))
		panel.Blocks = append(panel.Blocks, basisOf(st.Method, placed))
	}
	return panel, nil
}
