package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/clock"
	"gongzhi/internal/docket"
	"gongzhi/internal/fault"
	"gongzhi/internal/geo"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/text"
)

// recent is a value that may be a while old, for what many pages show and few people change.
type recent[T any] struct {
	mu   sync.Mutex
	made time.Time
	v    T
}

// get gives the value, made anew when it is older than most. It is the machine's clock that counts: this is about
// sparing work, not about the time of the place.
func (r *recent[T]) get(most time.Duration, build func() (T, error)) (T, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := clock.System.Now()
	if !r.made.IsZero() && now.Sub(r.made) < most {
		return r.v, nil
	}
	v, err := build()
	if err == nil {
		r.v, r.made = v, now
	}
	return v, err
}

// forget has the value made anew when it is next asked for.
func (r *recent[T]) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.made = time.Time{}
}

// shapesFor is how old the shapes on maps may be.
const shapesFor = time.Minute

// mapRow is a row of a register as maps show it.
type mapRow struct {
	register.Row
	shape geo.Shape
}

// layers are the rows of every register that has shapes anyone may see, by register.
type layers map[string][]mapRow

func (s *Site) allLayers(ctx context.Context) (layers, error) {
	return s.layers.get(shapesFor, func() (layers, error) {
		out := layers{}
		in := s.registers(ctx, s.Store.Read(), nobody) // kept for every reader, so as anyone sees it
		for _, sch := range s.charter().Registers.All() {
			f, ok := sch.Shaped()
			if !ok {
				continue
			}
			rows, err := in.Rows(sch.Key, act.RowID{}, s.today())
			if err != nil {
				return nil, err
			}
			for _, row := range rows {
				out[sch.Key] = append(out[sch.Key], mapRow{row, register.Shape(row.Values[f.Key])})
			}
		}
		return out, nil
	})
}

// beneath is what lies under the map of a register: the borders of what its rows lie in, and roads, which are the
// registers whose shapes are lines, by their stars where they were rated.
func (s *Site) beneath(all layers, name string, stars map[act.RowID]int) (out []page.Place) {
	regs := s.charter().Registers
	above := map[string]bool{}
	for sch, ok := regs.Get(name); ok && sch.Parent != ""; sch, ok = regs.Get(sch.Parent) {
		above[sch.Parent] = true
	}
	for _, sch := range regs.All() {
		for _, row := range all[sch.Key] {
			if above[sch.Key] || row.shape.Kind == geo.Line && sch.Key != name {
				out = append(out, page.Place{Shape: row.shape, Name: text.Plain(row.Name), Stars: stars[row.ID]})
			}
		}
	}
	return out
}

// locator is where a row lies, as a strip; nil where it has no shape.
func (s *Site) locator(ctx context.Context, id act.RowID) (*page.Map, error) {
	all, err := s.allLayers(ctx)
	if err != nil {
		return nil, err
	}
	m := page.Map{Strip: true, Ground: s.beneath(all, id.Register, nil)}
	found := false
	for _, row := range all[id.Register] {
		p := page.Place{Shape: row.shape, Name: text.Plain(row.Name), Here: row.ID == id}
		if p.Here && !row.shape.IsZero() {
			found, m.Says = true, text.Key("web.map.locator", "Name", row.Name)
		}
		m.Places = append(m.Places, p)
	}
	if !found {
		return nil, nil
	}
	return &m, nil
}

// stepped is how a stage, or a step where a method has no stages, is coloured: from 1 to 7, evenly.
func stepped(n, of int) int {
	if n <= 0 || of <= 1 {
		return max(0, n)
	}
	return 1 + (n-1)*6/(of-1)
}

// placeList is every row of a register that has pages of its own, on a map and by where it lies. A resident finds their
// compound here.
func (s *Site) placeList(r *http.Request, rd *reader) (page.Page, error) {
	name := r.PathValue("register")
	sch, known := s.charter().Registers.Get(name)
	if !known || !s.public(name) || sch.Personal() {
		return page.Page{}, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	}
	in := s.registers(r.Context(), s.Store.Read(), rd)
	rows, err := in.Rows(name, act.RowID{}, s.today())
	if err != nil {
		return page.Page{}, err
	}
	want := strings.TrimSpace(r.URL.Query().Get("q"))
	p := page.Page{
		Frame: page.Resident, Title: text.Key("web.map.all", "Register", sch.Name), Back: &page.Link{Words: text.Key("web.home_name"), Href: "/"},
		Blocks: []page.Block{page.Form{Get: true, Action: "/places/" + name, Submit: text.Key("web.map.find"), Fields: []page.Field{
			{Name: "q", Label: text.Key("web.map.name"), Hint: text.Key("web.map.name_hint"), Input: page.Line, Value: want},
		}}},
	}
	if want == "" {
		all, err := s.allLayers(r.Context())
		if err != nil {
			return p, err
		}
		if m, ok := s.stagesMap(r, all, name); ok {
			m.Title = text.Key("web.map.title")
			p.Blocks = append(p.Blocks, m)
		}
	}
	groups, order := map[act.RowID][]page.Link{}, []act.RowID{}
	for _, row := range rows {
		if !strings.Contains(register.Tight(row.Name), register.Tight(want)) {
			continue
		}
		if _, seen := groups[row.Parent]; !seen {
			order = append(order, row.Parent)
		}
		groups[row.Parent] = append(groups[row.Parent], page.Link{Words: text.Plain(row.Name), Href: placeHref(row.ID), Icon: "map-pin"})
	}
	if len(order) == 0 {
		p.Blocks = append(p.Blocks, page.Rows{Empty: text.Key("web.map.none", "Name", want)})
	}
	for _, parent := range order {
		title := sch.Name.Words()
		if above, ok, err := in.Row(parent, s.today()); err != nil {
			return p, err
		} else if ok {
			title = text.Plain(above.Name)
		}
		p.Blocks = append(p.Blocks, page.Rows{Title: title, List: groups[parent]})
	}
	return p, nil
}

// stagesMap is the map of a register by the stages of the first method that is run on it.
func (s *Site) stagesMap(r *http.Request, all layers, name string) (page.Map, bool) {
	for _, key := range s.charter().MethodKeys() {
		m := s.charter().Methods[key]
		if m.Subject != name || len(m.Stages) == 0 {
			continue
		}
		list, err := s.Docket.List(r.Context(), s.Store.Read(), docket.Filter{Method: key, Limit: mattersOnMap})
		if err != nil {
			return page.Map{}, false
		}
		return s.mapOf(m, all, list, nil, ratings{}), true
	}
	return page.Map{}, false
}

// layer gives a register's shapes with what anyone may know of its rows, as GeoJSON for other maps.
func (s *Site) layer(r *http.Request, rd *reader) (page.Page, error) {
	name := r.PathValue("register")
	sch, known := s.charter().Registers.Get(name)
	if !known {
		return page.Page{}, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	}
	if _, ok := sch.Shaped(); !ok {
		return page.Page{}, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	}
	all, err := s.allLayers(r.Context())
	if err != nil {
		return page.Page{}, err
	}
	h := rd.writer.Header()
	h.Set("Content-Type", "application/geo+json")
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%s.geojson", sch.Key))
	rd.done = true
	return page.Page{}, writeLayer(rd.writer, sch, all[name], s.charter().Head.Demo)
}

type feature struct {
	Type       string          `json:"type"`
	ID         string          `json:"id"`
	Properties map[string]any  `json:"properties"`
	Geometry   json.RawMessage `json:"geometry"`
}

// writeLayer writes a feature for each row, one a line. A row without a shape is a feature without a geometry, so that
// whoever draws knows what is missing.
func writeLayer(w http.ResponseWriter, sch *register.Schema, rows []mapRow, demo bool) error {
	note := ""
	if demo {
		note = `"note":"演示数据，图形为虚构",`
	}
	if _, err := fmt.Fprintf(w, "{\"type\":\"FeatureCollection\",\"name\":%q,%s\"features\":[\n", sch.Key, note); err != nil {
		return err
	}
	for i, row := range rows {
		f := feature{Type: "Feature", ID: row.ID.ID, Properties: map[string]any{"name": row.Name}, Geometry: json.RawMessage("null")}
		if !row.shape.IsZero() {
			f.Geometry = json.RawMessage(row.shape.String())
		}
		if !row.Parent.IsZero() {
			f.Properties["parent"] = row.Parent.String()
		}
		for j := range sch.Fields {
			if x := &sch.Fields[j]; x.Audience == register.Public && !x.Personal && x.Type != register.Geometry && row.Values[x.Key] != nil {
				f.Properties[x.Key] = x.Say(row.Values[x.Key])
			}
		}
		raw, err := json.Marshal(f)
		if err != nil {
			return err
		}
		end := ",\n"
		if i == len(rows)-1 {
			end = "\n"
		}
		if _, err := fmt.Fprintf(w, "%s%s", raw, end); err != nil {
			return err
		}
	}
	_, err := fmt.Fprint(w, "]}\n")
	return err
}
