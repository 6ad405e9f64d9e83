package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/desk"
	"gongzhi/internal/exact"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// building is one house with the doors in it that were not heard from.
type building struct {
	name string
	rows []register.Row
	area exact.Area
}

// doors lists the households not heard from yet, building by building, with when each was last spoken to. Where the step
// weighs them, as a vote does, the building that is missing most area comes first, and in it the largest flat; else
// all stand in the order of the register. It is printed and taken along.
func (s *Site) doors(r *http.Request, rd *reader) (page.Page, error) {
	n, err := number(r, "n")
	if err != nil {
		return page.Page{}, err
	}
	var p page.Page
	err = s.Desk.Open(r.Context(), rd.actor(), act.Matter(n), func(ctx context.Context, q store.Q, st desk.Standing) error {
		acts, err := s.Ledger.Acts(ctx, q, st.Run.Matter.Number, 0)
		if err != nil {
			return err
		}
		weights := st.Method.Weights(st.Run, st.Context)
		houses, err := buildings(st, weights)
		if err != nil {
			return err
		}
		p = page.Page{
			Frame: page.Desk, Title: text.Key("web.doors"), State: st.Run.Matter.Title.Words(), Lead: s.standing(st.Row),
			Back: &page.Link{Words: st.Run.Matter.Title.Words(), Href: fmt.Sprintf("/desk/matters/%d", n)},
		}
		if panel, ok := st.Method.Panel(st.Run, st.Context); ok && weights != nil {
			for _, b := range panel.Blocks { // what is still missing, on both axes
				if t, ok := b.(page.Tally); ok {
					p.Blocks = append(p.Blocks, t)
				}
			}
		}
		last := st.Method.Contacts(acts)
		for _, h := range houses {
			p.Blocks = append(p.Blocks, page.Section{Title: text.Plain(h.name), Blocks: []page.Block{doorTable(h, rd, st, weights, last)}})
		}
		if len(houses) == 0 {
			p.Blocks = append(p.Blocks, page.Banner{Tone: page.Good, Words: text.Key("web.doors_none")})
		}
		return nil
	})
	return p, err
}

// buildings gather the doors under the row above each.
func buildings(st desk.Standing, weights map[act.RowID]exact.Area) ([]building, error) {
	today := calendar.DateOf(st.Context.Now)
	var out []building
	place := map[act.RowID]int{}
	for _, id := range st.Method.Left(st.Run, st.Context) {
		row, ok, err := st.Context.Book.Row(id, today)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		i, known := place[row.Parent]
		if !known {
			i = len(out)
			place[row.Parent] = i
			name, err := nameAbove(st.Context.Book, id, today)
			if err != nil {
				return nil, err
			}
			out = append(out, building{name: name})
		}
		out[i].rows = append(out[i].rows, row)
		out[i].area += weights[id]
	}
	for _, h := range out {
		slices.SortStableFunc(h.rows, func(a, b register.Row) int { return cmp.Compare(weights[b.ID], weights[a.ID]) })
	}
	slices.SortStableFunc(out, func(a, b building) int { return cmp.Compare(b.area, a.area) })
	return out, nil
}

// noting is the first form by which the reader says what came of a door, and the question in it that names the door.
func noting(st desk.Standing, rd *reader, of string) (a step.Ask, key string, ok bool) {
	for _, a := range st.For(rd.actor()) {
		for _, f := range a.Fields {
			if f.Type == step.RowType && f.Register == of && f.Required && a.Item == "" {
				return a, f.Key, true
			}
		}
	}
	return a, "", false
}

func doorTable(h building, rd *reader, st desk.Standing, weights map[act.RowID]exact.Area, last map[act.RowID]time.Time) page.Table {
	now := st.Context.Now
	t := page.Table{Caption: text.Plain(h.name), Total: strconv.Itoa(len(h.rows)), Columns: []page.Column{{Words: text.Key("web.col.name")}}}
	if weights != nil {
		t.Caption = text.Key("doors.building", "Name", h.name, "N", len(h.rows), "Area", h.area.Grouped())
		t.Columns = append(t.Columns, page.Column{Words: text.Key("doors.area"), Numeric: true})
	}
	t.Columns = append(t.Columns, page.Column{Words: text.Key("doors.last")})
	ask, key, may := noting(st, rd, h.rows[0].ID.Register)
	if may {
		t.Columns = append(t.Columns, page.Column{Words: text.Key("web.col.do")})
	}
	for _, row := range h.rows {
		cells := []page.Cell{{Words: text.Plain(row.Name), Href: "/desk/registers/" + row.ID.String()}}
		if weights != nil {
			cells = append(cells, page.Cell{Words: text.Key("value.area", "Area", weights[row.ID].Grouped())})
		}
		contact := page.Cell{Words: text.Key("doors.never")}
		if at, ok := last[row.ID]; ok {
			contact.Words = day(calendar.DateOf(at), now)
		}
		cells = append(cells, contact)
		if may {
			to := doHref(st.Row.Number, ask) + "?" + url.Values{key: {row.ID.ID}, nameBack: {fmt.Sprintf("/desk/matters/%d/doors", st.Row.Number)}}.Encode()
			cells = append(cells, page.Cell{Block: page.Buttons{Quiet: true, List: []page.Link{{Words: ask.Words, Href: to}}}})
		}
		t.Rows = append(t.Rows, page.Row{Cells: cells})
	}
	return t
}
