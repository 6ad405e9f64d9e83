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
	lookedAt    = 1000 // reports that a map looks at one by one at most; where there are more it goes by squares
	listedBelow = 30   // reports in the list beneath, at once
	closedDays  = 90   // how long ago what is shown as ended was begun at most
)

// Words of the address of a map: which reports are on it, and what of the ground.
const (
	queryCategory = "category"
	queryState    = "state"
	queryBox      = "box"
	queryBefore   = "before"
	stateClosed   = "closed" // of late
	stateAll      = "all"    // since the beginning
)

// reportsMap is where the public matters of a method are, as a picture and as a list: what is under way or, where asked
// for, what has ended lately, or all there ever was. What is private is on neither. A place is shown as exactly as the
// method keeps it, and no more so. What it costs does not depend on how many there are.
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
	all, err := s.allLayers(ctx)
	if err != nil {
		return page.Page{}, err
	}
	window := boxOf(q.Get(queryBox))
	x := page.Map{Title: text.Key("reports.map"), Ground: append(groundPlaces(all, m.Subject), s.beneath(all, m.Subject, nil)...), Window: window}
	keep := r.URL.Query()
	keep.Del(queryBox)
	keep.Del(queryBefore)
	x.Zoom = r.URL.Path + "?" + keep.Encode() + "&" + queryBox + "="
	after, _ := strconv.ParseInt(q.Get(queryBefore), 10, 64) // anything else starts at the newest
	found, err := s.placed(ctx, s.reportsAsked(m, q), x, after)
	if err != nil {
		return page.Page{}, err
	}
	for _, one := range found.dots {
		if one.Placed {
			x.Dots = append(x.Dots, page.Dot{At: onGround(one.Lon, one.Lat), Name: text.Key("reports.one", "N", one.Matter, "Category", names[one.Category]), Href: fmt.Sprintf("/matters/%d", one.Matter)})
		}
	}
	for _, c := range found.cells {
		x.Dots = append(x.Dots, page.Dot{At: onGround(c.Lon, c.Lat), N: int(c.N), Around: geo.Bounds{Min: onGround(c.Square.West, c.Square.South), Max: onGround(c.Square.East, c.Square.North)}})
	}
	x.Says = text.Key("reports.map_says", "Method", m.Name, "N", found.all, "Unplaced", found.unplaced)
	p := page.Page{
		Frame: page.Resident, Title: text.Key("reports.map_of", "Method", m.Name), Lead: text.Key("reports.map_lead"),
		Back: &page.Link{Words: text.Key("web.home_name"), Href: "/"},
	}
	if q.Get(queryState) != "" {
		p.Lead = text.Key("reports.map_lead_all")
	}
	if s.residentsBegin(m) {
		p.Actions = []page.Link{{Words: text.Key("reports.report", "Method", m.Name), Href: "/begin/" + m.Key, Icon: "message-report"}}
	}
	t, err := s.reportsTable(r, m, names, found, q)
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

// reportsAsked is which public reports an address asks for.
func (s *Site) reportsAsked(m *method.Method, asked url.Values) docket.Shown {
	x := docket.Shown{Method: m.Key, Category: asked.Get(queryCategory), Open: true, In: docket.Everywhere}
	switch asked.Get(queryState) {
	case stateClosed:
		x.Open, x.Ended, x.Since = false, true, s.Clock.Now().AddDate(0, 0, -closedDays).UnixMicro()
	case stateAll:
		x.Ended = true
	}
	if id := asked.Get(queryUnder); id != "" {
		x.Subject = act.RowID{Register: m.Subject, ID: id}.String()
	}
	return x
}

// onMap is what a map shows: each report, or how many lie in each square where they are more than can be looked at.
type onMap struct {
	all, unplaced int64
	dots          []docket.Report
	cells         []docket.Cell
	list          []docket.Report // the page of the list, and one more where it goes on
	total         int64           // of the list; -1 where it is not known to the last one
}

// placed finds what a map shows of some reports, and the page of its list that follows a report.
func (s *Site) placed(ctx context.Context, a docket.Shown, x page.Map, after int64) (found onMap, err error) {
	q := s.Store.Read()
	size := docket.Sizes[len(docket.Sizes)-1]
	if a.Since > 0 {
		size = docket.Sizes[0] // these squares are counted when they are asked for: once
	}
	whole, err := s.Docket.Cells(ctx, q, a, size)
	if err != nil {
		return found, err
	}
	extent := x.Window
	for _, c := range whole {
		found.all += c.N
		if !c.Placed {
			found.unplaced += c.N
		} else if x.Window.IsZero() {
			at := onGround(c.Lon, c.Lat)
			extent = extent.With(geo.Bounds{Min: at, Max: at})
		}
	}
	if x.Window.IsZero() {
		for _, p := range x.Ground {
			extent = extent.With(geo.Around(p.Shape))
		}
	} else {
		a.In = boxOn(x.Window)
	}
	looked := found.all // to find them one by one
	if found.cells = whole; a.Since == 0 {
		size = squares(extent)
		any := a
		any.Category, any.Subject = "", ""
		near, err := s.Docket.Cells(ctx, q, any, size)
		if err != nil {
			return found, err
		}
		if looked = count(near); looked > lookedAt {
			if found.cells, err = s.Docket.Cells(ctx, q, a, size); err != nil {
				return found, err
			}
		}
	}
	if looked <= lookedAt {
		found.cells = nil
		return found, s.oneByOne(ctx, a, &found, after)
	}
	found.cells = slices.DeleteFunc(found.cells, func(c docket.Cell) bool { return !c.Placed || !a.In.Has(c.Lon, c.Lat) })
	if found.total = -1; x.Window.IsZero() {
		found.total = found.all
	}
	from := docket.Report{}
	if after > 0 {
		last, _, err := s.Docket.Find(ctx, q, act.Matter(after))
		if err != nil {
			return found, err
		}
		from = docket.Report{Matter: after, Opened: last.Opened}
	}
	found.list, err = s.Docket.Shown(ctx, q, a, from, listedBelow+1)
	return found, err
}

// oneByOne finds every report and cuts the page of the list out of them.
func (s *Site) oneByOne(ctx context.Context, a docket.Shown, found *onMap, after int64) (err error) {
	if a.In == docket.Everywhere || a.Since > 0 {
		found.dots, err = s.Docket.Shown(ctx, s.Store.Read(), a, docket.Report{}, lookedAt)
	} else {
		found.dots, err = s.Docket.ShownIn(ctx, s.Store.Read(), a, lookedAt)
	}
	found.total, found.list = int64(len(found.dots)), found.dots
	if i := slices.IndexFunc(found.dots, func(x docket.Report) bool { return x.Matter == after }); i >= 0 {
		found.list = found.dots[i+1:]
	}
	return err
}

func count(cells []docket.Cell) (n int64) {
	for _, c := range cells {
		n += c.N
	}
	return n
}

// squares is the side of those squares that are as large as what a map gathers into one dot, or less.
func squares(b geo.Bounds) int64 {
	const across = 11 // dots on a map, by the cells it gathers them in
	side := max(int64(b.Max.Lon)-int64(b.Min.Lon), int64(b.Max.Lat)-int64(b.Min.Lat)) / 10 / across
	size := docket.Sizes[0]
	for _, larger := range docket.Sizes[1:] {
		if larger <= side {
			size = larger
		}
	}
	return size
}

// boxOn is a stretch of ground as reports say where they are.
func boxOn(b geo.Bounds) docket.Box {
	return docket.Box{West: int64(b.Min.Lon) / 10, South: int64(b.Min.Lat) / 10, East: int64(b.Max.Lon) / 10, North: int64(b.Max.Lat) / 10}
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
func (s *Site) reportsTable(r *http.Request, m *method.Method, names map[string]string, found onMap, q url.Values) (page.Table, error) {
	ctx := r.Context()
	t := page.Table{
		Caption: text.Key("reports.map_list"), Empty: text.Key("reports.map_none"),
		Columns: []page.Column{
			{Words: text.Key("web.col.number"), Numeric: true}, {Words: text.Key("reports.what")}, {Words: text.Key("reports.where")},
			{Words: text.Key("web.col.standing")}, {Words: text.Key("web.col.opened")},
		},
	}
	var err error
	if t.Filters, err = s.reportsFilters(r, m, q); err != nil {
		return t, err
	}
	if found.total >= 0 {
		t.Total = strconv.FormatInt(found.total, 10)
	}
	for i, one := range found.list {
		if i == listedBelow {
			next := r.URL.Query()
			next.Set(queryBefore, strconv.FormatInt(found.list[i-1].Matter, 10))
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
		Options: []page.Option{{Value: stateClosed, Words: text.Key("reports.closed", "Days", closedDays)}, {Value: stateAll, Words: text.Key("reports.ever")}},
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
