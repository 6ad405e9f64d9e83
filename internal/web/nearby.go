package web

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"net/url"
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/docket"
	"gongzhi/internal/geo"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// nearbyShown is how many reports that may be the same one are shown, and nearbyLooked how many are looked at for them.
const (
	nearbyShown  = 5
	nearbyLooked = 200
)

// metresPerDegree is how long a degree of latitude is at least; a box that is a little too large is cut by true distances.
const metresPerDegree = 110_500

// nearby are the open reports that may be the same as the one that is about to be sent, nearest first: of its category,
// no further away and no older than the method says. Where no place was given, those about the same row, newest first.
// Each can be followed instead of being reported again.
func (s *Site) nearby(ctx context.Context, rd *reader, b starting, subject act.RowID) ([]page.Block, error) {
	n := b.m.Start.Nearby
	spot, category, placed := b.m.Located()
	if n == nil || !placed {
		return nil, nil
	}
	since := s.today().Add(-n.Days).Start().UnixMicro()
	q, of := s.Store.Read(), b.sub.Value(category)
	at, here := step.ParsePoint(b.sub.Value(spot))
	var list []docket.Report
	var err error
	if here {
		list, err = s.Docket.Near(ctx, q, b.m.Key, of, boxAround(at, n.Metres), since, nearbyLooked)
	} else {
		list, err = s.Docket.Same(ctx, q, b.m.Key, of, subject.String(), since, nearbyShown)
	}
	if err != nil {
		return nil, err
	}
	away := func(x docket.Report) int64 { return geo.Metres(onGround(at.Lon, at.Lat), onGround(x.Lon, x.Lat)) }
	if here {
		list = slices.DeleteFunc(list, func(x docket.Report) bool { return away(x) > n.Metres })
		slices.SortStableFunc(list, func(x, y docket.Report) int { return cmp.Compare(away(x), away(y)) })
	}
	if len(list) == 0 {
		return nil, nil
	}
	name, err := s.rowName(ctx, b.m, category, of)
	if err != nil {
		return nil, err
	}
	panel := page.Panel{Title: text.Key("reports.near"), Blocks: []page.Block{page.Prose{Words: []text.Words{text.Key("reports.near_lead", "Metres", n.Metres, "Days", n.Days)}}}}
	for _, x := range list[:min(len(list), nearbyShown)] {
		m, ok, err := s.Docket.Find(ctx, q, act.Matter(x.Matter))
		if err != nil {
			return nil, err
		}
		if !ok || m.Private {
			continue
		}
		note := text.Key("reports.since", "Day", day(date(x.Opened), s.Clock.Now()), "Standing", s.standing(m))
		if here {
			note = text.Key("reports.away", "Metres", away(x), "Day", day(date(x.Opened), s.Clock.Now()), "Standing", s.standing(m))
		}
		panel.Blocks = append(panel.Blocks, page.Rows{List: []page.Link{{Words: text.Key("reports.one", "N", x.Matter, "Category", name), Note: note, Href: fmt.Sprintf("/matters/%d", x.Matter), Icon: "map-pin"}}})
		if rd.signedIn() {
			panel.Blocks = append(panel.Blocks, page.Form{Action: fmt.Sprintf("/matters/%d/follow", x.Matter), Submit: text.Key("reports.same"), Quiet: true})
		}
	}
	if !rd.signedIn() {
		panel.Blocks = append(panel.Blocks, page.Prose{Words: []text.Words{text.Key("reports.near_no_account")}})
	}
	return []page.Block{panel}, nil
}

// rowName is what the row is called that a question of the start names.
func (s *Site) rowName(ctx context.Context, m interface{ Questions(string) step.Fields }, key, id string) (string, error) {
	for _, f := range m.Questions("") {
		if f.Key != key || f.Type != step.RowType {
			continue
		}
		row, ok, err := s.registers(ctx, s.Store.Read(), nobody).Row(act.RowID{Register: f.Register, ID: id}, s.today())
		if ok || err != nil {
			return row.Name, err
		}
	}
	return id, nil
}

// onGround is a place in millionths of a degree as maps reckon.
func onGround(lon, lat int64) geo.Position {
	return step.Point{Lon: lon, Lat: lat}.Ground()
}

// boxAround is a box that has everything within so many metres in it.
func boxAround(at step.Point, metres int64) docket.Box {
	north := float64(metres) / metresPerDegree * 1e6
	east := north / max(0.01, math.Cos(float64(at.Lat)/1e6*math.Pi/180))
	return docket.Box{West: at.Lon - int64(east) - 1, East: at.Lon + int64(east) + 1, South: at.Lat - int64(north) - 1, North: at.Lat + int64(north) + 1}
}

// reportsHere are the ways to report something about a row: the methods that residents may begin and that ask for such a
// row, or are about one. The code on a board opens the page where they stand.
func (s *Site) reportsHere(id act.RowID) (out []page.Link) {
	for _, key := range s.charter().MethodKeys() {
		m := s.charter().Methods[key]
		if !s.residentsBegin(m) {
			continue
		}
		name := ""
		_, category, placed := m.Located()
		if placed && m.Subject == id.Register {
			name = "subject"
		}
		for _, f := range m.Start.Fields {
			if name == "" && f.Type == step.RowType && f.Audience == step.Public && f.Register == id.Register && f.Key != category {
				name = f.Key
			}
		}
		if name != "" {
			out = append(out, page.Link{Words: text.Key("reports.report_here", "Method", m.Name), Note: m.Says.Words(), Href: "/begin/" + key + "?" + url.Values{name: {id.ID}}.Encode(), Icon: "message-report"})
		}
	}
	return out
}
