package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/text"
)

// The fan is the network of regional Party building as the report draws it: the working committee is the pivot, the
// communities' joint committees are the ribs, the partner units that sit in them the leaf. It follows from the dated
// rows of two registers, so it can be seen as of any day.

const (
	fanBodies  = "body"
	fanMembers = "membership"
)

// fan is the network on one day.
type fan struct {
	pivot string
	ribs  []rib
	units int // each once, in however many committees it sits
}

// rib is one joint committee with its members.
type rib struct {
	name    string
	formed  string
	members []member
}

type member struct {
	id              act.RowID
	name            string
	from, agreement string
}

// fanOn reads the network as of a day.
func (s *Site) fanOn(r *http.Request, rd *reader, on calendar.Date) (f fan, err error) {
	in := s.registers(r.Context(), s.Store.Read(), rd)
	bodies, err := in.Rows(fanBodies, act.RowID{}, on)
	if err != nil {
		return f, err
	}
	members, err := in.Rows(fanMembers, act.RowID{}, on)
	if err != nil {
		return f, err
	}
	under, units := map[act.RowID][]member{}, map[act.RowID]bool{}
	for _, m := range members {
		id, ok := register.ParseRowID(m.Text("member"))
		if !ok || id.Register != "unit" || !during(m, "from", "until", on) {
			continue
		}
		under[m.Parent] = append(under[m.Parent], member{id, m.Name, m.Text("from"), m.Text("agreement")})
	}
	for _, b := range bodies {
		if !during(b, "formed", "ends", on) {
			continue
		}
		switch b.Text("kind") {
		case "working_committee":
			f.pivot = b.Name
		case "joint_committee":
			list := under[b.ID]
			slices.SortFunc(list, func(a, b member) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.id.ID, b.id.ID)) })
			for _, m := range list {
				units[m.id] = true
			}
			f.ribs = append(f.ribs, rib{b.Name, b.Text("formed"), list})
		}
	}
	f.units = len(units)
	return f, nil
}

// during tells whether a day lies within the dates a row gives itself; the last day does not count, as with terms.
func during(row register.Row, from, until string, on calendar.Date) bool {
	day := on.String()
	return row.Text(from) <= day && (row.Text(until) == "" || day < row.Text(until))
}

// fanLink leads to the fan, where the charter keeps its registers.
func (s *Site) fanLink() []page.Link {
	if _, ok := s.charter().Registers.Get(fanMembers); !ok {
		return nil
	}
	return []page.Link{{Words: text.Key("fan.title"), Note: text.Key("fan.note"), Href: "/fan", Icon: "users-group"}}
}

// fanPage draws the fan and lists beneath it what it shows.
func (s *Site) fanPage(r *http.Request, rd *reader) (page.Page, error) {
	if _, ok := s.charter().Registers.Get(fanMembers); !ok {
		return page.Page{}, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	}
	on, said := s.today(), r.URL.Query().Get("on")
	form := page.Form{Get: true, Action: "/fan", Submit: text.Key("fan.show"), Fields: []page.Field{{Name: "on", Label: text.Key("fan.on"), Input: page.Date, Value: on.String()}}}
	if said != "" {
		day, err := calendar.ParseDate(said)
		if err != nil {
			form.Problem = fault.InField("on", "field.date", fault.Basis{})
		} else {
			on = day
		}
		form.Fields[0].Value = said
	}
	f, err := s.fanOn(r, rd, on)
	if err != nil {
		return page.Page{}, err
	}
	p := page.Page{
		Frame: page.Resident, Title: text.Key("fan.title"), Lead: text.Key("fan.lead", "Day", on.String(), "Ribs", len(f.ribs), "Units", f.units),
		Back: &page.Link{Words: text.Key("web.home_name"), Href: "/"},
	}
	if len(f.ribs) == 0 {
		p.Blocks = []page.Block{page.Banner{Tone: page.Plain, Words: text.Key("fan.none")}, form}
	} else {
		p.Blocks = []page.Block{page.Diagram{SVG: f.draw(), Caption: text.Key("fan.caption", "Pivot", f.pivot, "Ribs", len(f.ribs), "Units", f.units)}, form}
	}
	if form.Problem != nil {
		p.Status = statuses[form.Problem.Kind]
	}
	for _, b := range f.ribs {
		t := page.Table{
			Caption: text.Plain(b.name), Empty: text.Key("fan.no_members"), Total: strconv.Itoa(len(b.members)),
			Columns: []page.Column{{Words: text.Key("fan.unit")}, {Words: text.Key("fan.since")}, {Words: text.Key("fan.agreement")}},
		}
		for _, m := range b.members {
			t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Words: text.Plain(m.name)}, {Words: text.Plain(m.from)}, {Words: text.Plain(m.agreement)}}})
		}
		p.Blocks = append(p.Blocks, page.Section{Title: text.Key("fan.rib", "Name", b.name, "Formed", b.formed), Blocks: []page.Block{t}})
	}
	p.Foot = []text.Words{text.Key("fan.basis")}
	return p, nil
}

// Measures of the drawing, in pixels.
const (
	fanWide, fanHigh   = 720, 474
	fanX, fanY         = 360, 400 // the pivot
	fanInner, fanRib   = 44, 210  // where ribs begin and where the leaf does
	fanOuter           = 340
	fanFrom, fanTo     = 172.0, 8.0 // degrees, from the left
	fanDot, fanDotStep = 5, 15
)

// draw draws the fan with presentation attributes only, in the colours of the day theme. Every unit is a dot that says
// its name; the list beneath says the same in words.
func (f fan) draw() string {
	d := newDrawing(fanWide, fanHigh)
	width := (fanTo - fanFrom) / float64(len(f.ribs))
	for i, b := range f.ribs {
		from, to := fanFrom+width*float64(i), fanFrom+width*float64(i+1)
		shade := drawSoft
		if i%2 == 1 {
			shade = drawSunken
		}
		d.sector(fanX, fanY, fanRib, fanOuter, from, to, shade)
		middle := (from + to) / 2
		d.spoke(fanX, fanY, fanInner, fanRib, middle)
		d.along(fanX, fanY, fanInner+30, fanRib-8, middle, b.name)
		// Dots fill the leaf from within, row by row, as many in each as there is room for.
		n := 0
		for r := fanRib + fanDotStep; n < len(b.members) && r < fanOuter; r += fanDotStep {
			room := max(1, d.room(r, from, to, fanDotStep))
			for k := 0; k < room && n < len(b.members); k++ {
				d.dot(fanX, fanY, r, from+(to-from)*(float64(k)+0.5)/float64(room), fanDot, b.members[n].name)
				n++
			}
		}
		d.at(fanX, fanY, fanOuter+14, middle, fmt.Sprint(len(b.members)))
	}
	d.disc(fanX, fanY, fanInner-4)
	d.words(fanX, fanY+fanInner+18, 15, f.pivot)
	return d.done()
}
