package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/docket"
	"gongzhi/internal/fault"
	"gongzhi/internal/geo"
	"gongzhi/internal/method"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

const (
	dotsShown   = 2000 // reports on one map at most, the newest
	listedBelow = 30   // of them in the list beneath, at once
	closedDays  = 90   // how long ago what is shown as ended was begun at most
)

// Words of the address of a map: which reports are on it, and what of the ground.
const (
	queryCategory = "category"
	queryState    = "state"
	queryBox      = "box"
	stateClosed   = "closed"
)

// reportsMap is where the public matters of a method are, as a picture and as a list: what is under way or, where asked
// for, what has ended lately. What is private is on neither. A place is shown as exactly as the method keeps it, and no
// more so.
func (s *Site) reportsMap(r *http.Request, rd *reader) (page.Page, error) {
	m, ok := s.charter().Method(r.PathValue("method"))
	if !ok {
		return page.Page{}, fault.Refuse(fault.NotFound, "method.unknown", fault.Basis{}, fault.Args{"Method": r.PathValue("method")})
	}
	_, category, placed := m.Located()
	if !placed || category == "" {
		return page.Page{}, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	}
	ctx, q := r.Context(), r.URL.Query()
	names, err := s.categories(ctx, m, category)
	if err != nil {
		return page.Page{}, err
	}
	list, err := s.reportsAsked(ctx, m, q)
	if err != nil {
		return page.Page{}, err
	}
	all, err := s.allLayers(ctx)
	if err != nil {
		return page.Page{}, err
	}
	window := boxOf(q.Get(queryBox))
	x := page.Map{Title: text.Key("reports.map"), Ground: append(groundPlaces(all, m.Subject), s.beneath(all, m.Subject, nil)...), Window: window}
	keep := r.URL.Query()
	keep.Del(queryBox)
	keep.Del("before")
	x.Zoom = r.URL.Path + "?" + keep.Encode() + "&" + queryBox + "="
	unplaced := 0
	for _, one := range list {
		if one.Placed {
			x.Dots = append(x.Dots, page.Dot{At: onGround(one.Lon, one.Lat), Name: text.Key("reports.one", "N", one.Matter, "Category", names[one.Category]), Href: fmt.Sprintf("/matters/%d", one.Matter)})
		} else {
			unplaced++
		}
	}
	x.Says = text.Key("reports.map_says", "Method", m.Name, "N", len(list), "Unplaced", unplaced)
	p := page.Page{
		Frame: page.Resident, Title: text.Key("reports.map_of", "Method", m.Name), Lead: text.Key("reports.map_lead"),
		Back: &page.Link{Words: text.Key("web.home_name"), Href: "/"},
	}
	if s.residentsBegin(m) {
		p.Actions = []page.Link{{Words: text.Key("reports.report", "Method", m.Name), Href: "/begin/" + m.Key, Icon: "message-report"}}
	}
	t, err := s.reportsTable(r, m, names, within(list, window), q)
	if err != nil {
		return p, err
	}
	if !window.IsZero() {
		t.Chips = append(t.Chips, page.Link{Words: text.Key("reports.here_only"), Href: r.URL.Path + "?" + keep.Encode()})
	}
	p.Blocks = []page.Block{x, t}
	return p, nil
}

// categories are the names of the rows that a method's matters are sorted by.
func (s *Site) categories(ctx context.Context, m *method.Method, key string) (map[string]string, error) {
	out := map[string]string{}
	for _, f := range m.Start.Fields {
		if f.Key != key {
			continue
		}
		rows, err := s.registers(ctx, s.Store.Read(), nobody).Rows(f.Register, act.RowID{}, s.today())
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			out[row.ID.ID] = row.Name
		}
	}
	return out, nil
}

// reportsAsked are the public reports that an address asks for, the newest first.
func (s *Site) reportsAsked(ctx context.Context, m *method.Method, asked url.Values) (list []docket.Report, err error) {
	q := s.Store.Read()
	if asked.Get(queryState) == stateClosed {
		now := s.Clock.Now()
		list, err = s.Docket.Reports(ctx, q, docket.Asked{Method: m.Key, From: now.AddDate(0, 0, -closedDays), Until: now.Add(1), Closed: true, Limit: dotsShown})
	} else {
		list, err = s.Docket.OpenReports(ctx, q, m.Key, dotsShown)
	}
	if err != nil {
		return nil, err
	}
	under := ""
	if id := asked.Get(queryUnder); id != "" {
		under = "/" + m.Subject + "/" + id + "/"
	}
	of := asked.Get(queryCategory)
	var out []docket.Report
	for _, one := range list {
		if of != "" && one.Category != of {
			continue
		}
		if under != "" {
			x, _, err := s.Docket.Find(ctx, q, act.Matter(one.Matter))
			if err != nil {
				return nil, err
			}
			if !strings.Contains(x.Scope, under) {
				continue
			}
		}
		out = append(out, one)
	}
	return out, nil
}

func within(list []docket.Report, window geo.Bounds) []docket.Report {
	if window.IsZero() {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(x docket.Report) bool {
		at := onGround(x.Lon, x.Lat)
		return !x.Placed || !window.Meets(geo.Bounds{Min: at, Max: at})
	})
}

// boxOf reads a stretch of ground from an address; what is none shows all of it.
func boxOf(s string) (b geo.Bounds) {
	parts := strings.Split(s, ",")
	if len(parts) != 4 {
		return b
	}
	var n [4]int32
	for i, part := range parts {
		v, err := strconv.ParseInt(part, 10, 32)
		if err != nil {
			return b
		}
		n[i] = int32(v)
	}
	if n[0] >= n[2] || n[1] >= n[3] {
		return b
	}
	return geo.Bounds{Min: geo.Position{Lon: n[0], Lat: n[1]}, Max: geo.Position{Lon: n[2], Lat: n[3]}}
}

// groundPlaces are the shapes of what a method is about, as ground.
func groundPlaces(all layers, register string) (out []page.Place) {
	for _, row := range all[register] {
		out = append(out, page.Place{Shape: row.shape, Name: text.Plain(row.Name)})
	}
	return out
}

// reportsTable is the list beneath the map, with the ways to cut both.
func (s *Site) reportsTable(r *http.Request, m *method.Method, names map[string]string, list []docket.Report, q url.Values) (page.Table, error) {
	ctx := r.Context()
	t := page.Table{
		Caption: text.Key("reports.map_list"), Empty: text.Key("reports.map_none"), Total: strconv.Itoa(len(list)),
		Columns: []page.Column{
			{Words: text.Key("web.col.number"), Numeric: true}, {Words: text.Key("reports.what")}, {Words: text.Key("reports.where")},
			{Words: text.Key("web.col.standing")}, {Words: text.Key("web.col.opened")},
		},
	}
	var err error
	if t.Filters, err = s.reportsFilters(r, m, q); err != nil {
		return t, err
	}
	before, _ := strconv.ParseInt(q.Get("before"), 10, 64) // anything else starts at the newest
	for _, one := range list {
		if before > 0 && one.Matter >= before {
			continue
		}
		if len(t.Rows) == listedBelow {
			last := *r.URL
			next := last.Query()
			next.Set("before", t.Rows[len(t.Rows)-1].Cells[0].Words.Text.ZH)
			t.Next = r.URL.Path + "?" + next.Encode()
			break
		}
		x, ok, err := s.Docket.Find(ctx, s.Store.Read(), act.Matter(one.Matter))
		if err != nil {
			return t, err
		}
		if !ok || x.Private {
			continue
		}
		where := text.Words{}
		if id, ok := above(x.Scope, m.Subject); ok {
			row, _, err := s.registers(ctx, s.Store.Read(), nobody).Row(id, s.today())
			if err != nil {
				return t, err
			}
			where = text.Plain(row.Name)
		}
		href := fmt.Sprintf("/matters/%d", one.Matter)
		t.Rows = append(t.Rows, page.Row{Href: href, Cells: []page.Cell{
			{Words: text.Plain(strconv.FormatInt(one.Matter, 10))}, {Words: text.Plain(names[one.Category]), Href: href}, {Words: where},
			{Words: s.standing(x)}, {Words: text.Plain(date(one.Opened).String())},
		}})
	}
	return t, nil
}

func (s *Site) reportsFilters(r *http.Request, m *method.Method, q url.Values) (*page.Form, error) {
	f := page.Form{Get: true, Action: r.URL.Path, Fields: []page.Field{{
		Name: queryState, Label: text.Key("web.col.standing"), Input: page.Select, Value: q.Get(queryState),
		Options: []page.Option{{Value: stateClosed, Words: text.Key("reports.closed", "Days", closedDays)}},
	}}}
	in := s.registers(r.Context(), s.Store.Read(), nobody)
	choose := func(name, register, offered string, label text.Words) error {
		rows, err := in.Rows(register, act.RowID{}, s.today())
		x := page.Field{Name: name, Label: label, Input: page.Select, Value: q.Get(name)}
		for _, row := range rows {
			if yes, _ := row.Values[offered].(bool); yes || offered == "" {
				x.Options = append(x.Options, page.Option{Value: row.ID.ID, Words: text.Plain(row.Name)})
			}
		}
		f.Fields = append(f.Fields, x)
		return err
	}
	_, category, _ := m.Located()
	for _, question := range m.Start.Fields {
		if question.Key == category && question.Type == step.RowType {
			if err := choose(queryCategory, question.Register, question.Offered, question.Label.Words()); err != nil {
				return nil, err
			}
		}
	}
	if sch, ok := s.charter().Registers.Get(m.Subject); ok {
		if err := choose(queryUnder, m.Subject, "", sch.Name.Words()); err != nil {
			return nil, err
		}
	}
	return &f, nil
}
