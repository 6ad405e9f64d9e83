package web

import (
	"context"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/desk"
	"gongzhi/internal/fault"
	"gongzhi/internal/geo"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// begunPanel is what was said publicly when the matter began: what it is, where it is. Rows go by their names, and lead to
// their pages where everybody may see those.
func (s *Site) begunPanel(st desk.Standing, atDesk bool) ([]page.Block, error) {
	var f page.Facts
	on := calendar.DateOf(st.Context.Now)
	for _, q := range st.Method.Start.Fields {
		v, there := st.Run.Matter.Facts[q.Key]
		if !there || v == nil || v == "" || q.Audience != step.Public {
			continue
		}
		x := page.Fact{Term: q.Label.Words(), Value: text.Text{ZH: say(q, v, text.ZH), EN: say(q, v, text.EN)}.Words()}
		if id, ok := v.(string); ok && q.Type == step.RowType {
			row, known, err := st.Context.Book.Row(act.RowID{Register: q.Register, ID: id}, on)
			if err != nil {
				return nil, err
			}
			if known {
				x.Value = text.Plain(row.Name)
			}
			sch, _ := st.Charter.Registers.Get(q.Register)
			if _, drawn := sch.Shaped(); known && drawn {
				x.Href = placeHref(row.ID)
				if atDesk {
					x.Href = "/desk/registers/" + row.ID.String()
				}
			}
		}
		f.List = append(f.List, x)
	}
	if len(f.List) == 0 {
		return nil, nil
	}
	return []page.Block{page.Panel{Title: text.Key("web.begun"), Blocks: []page.Block{f}}}, nil
}

// spotAround is how much of the ground a map shows to each side of a place, in 1e-7 degrees: some 250 metres.
const spotAround = 25_000

// spotOn puts the place that was given at the start on the strip of a matter, or gives a strip of its own.
func (s *Site) spotOn(ctx context.Context, st desk.Standing, strip *page.Map) (*page.Map, error) {
	key, _, placed := st.Method.Located()
	said, _ := st.Run.Matter.Facts[key].(string)
	at, ok := step.ParsePoint(said)
	if !placed || !ok {
		return strip, nil
	}
	here := at.Ground()
	if strip == nil {
		all, err := s.allLayers(ctx)
		if err != nil {
			return nil, err
		}
		strip = &page.Map{Strip: true, Ground: s.beneath(all, st.Run.Matter.Subject.Register, nil), Says: text.Key("web.map.spot", "Place", said)}
	}
	strip.Window = geo.Bounds{
		Min: geo.Position{Lon: here.Lon - spotAround, Lat: here.Lat - spotAround}, Max: geo.Position{Lon: here.Lon + spotAround, Lat: here.Lat + spotAround},
	}
	strip.Dots = []page.Dot{{At: here, Name: text.Key("web.map.spot", "Place", said), Href: "/map/" + st.Method.Key}}
	return strip, nil
}

// picturesShown is how many of the files that a matter has published its page shows; its record names all of them.
const picturesShown = 24

// publishedPanel is what a matter has published: photographs to look at, and other files as links.
func (s *Site) publishedPanel(ctx context.Context, q store.Q, n act.Matter) (out []page.Block, err error) {
	uses, err := s.Ledger.FilesNamed(ctx, q, n, picturesShown)
	if err != nil {
		return nil, err
	}
	pictures, files := page.Pictures{Title: text.Key("web.pictures")}, page.Rows{Title: text.Key("web.files")}
	seen := map[act.Digest]bool{}
	for _, u := range uses {
		if seen[u.Hash] {
			continue
		}
		seen[u.Hash] = true
		f, public, err := s.Files.Find(ctx, q, u.Hash)
		if fault.Is(err, fault.NotFound) || err == nil && !public {
			continue // destroyed since, or of a private matter
		}
		if err != nil {
			return nil, err
		}
		href := "/files/" + string(u.Hash)
		if strings.HasPrefix(f.Type, "image/") {
			pictures.List = append(pictures.List, page.Picture{Src: href, Words: text.Key("web.picture", "N", len(pictures.List)+1, "Name", f.Name)})
			continue
		}
		files.List = append(files.List, page.Link{Words: text.Plain(f.Name), Href: href, Icon: "paperclip"})
	}
	if len(pictures.List) > 0 {
		out = append(out, pictures)
	}
	if len(files.List) > 0 {
		out = append(out, files)
	}
	return out, nil
}
