package demo

import (
	"fmt"
	"math"
	"strconv"

	"gongzhi/internal/act"
	"gongzhi/internal/geo"
)

// The ground of the demo is made up: a plan of streets that nobody has walked. A block between streets is a community,
// with its compounds in rows; the last block is a park. Lengths are metres from the north-western corner.
const (
	columns, lines      = 4, 3
	blockWide, blockLow = 460.0, 400.0
	half                = 14.0 // of a street, with its pavements
	across              = 4    // compounds of a block, each way
	gap                 = 7.0  // between two of them
	turned              = 3.0  // degrees from north
	cornerLon           = 113.6210
	cornerLat           = 34.7600
)

// blocks are the communities in the order of their blocks, row by row; empty is the park.
var blocks = []string{"bishagang", "daihe1", "nyyh", "daihe2", "huzhulu", "daihe3", "yihelu", "daihe4", "baihua", "daihe5", "rensheju", ""}

// ground is the plan with what lies on it.
type ground struct {
	communities map[string]geo.Shape
	plots       map[string][]geo.Shape // of each community, from the north-west
}

// lay draws the plan.
func lay() ground {
	g := ground{map[string]geo.Shape{}, map[string][]geo.Shape{}}
	for i, id := range blocks {
		if id == "" {
			continue
		}
		x, y := float64(i%columns)*blockWide, float64(i/columns)*blockLow
		g.communities[id] = polygon(x, y, x+blockWide, y+blockLow)
		wide, low := (blockWide-2*half)/across, (blockLow-2*half)/across
		plots := across * across
		if id == "rensheju" {
			plots -= 2 // room for a garden, and 174 compounds in all
		}
		for n := range plots {
			row, col := n/across, n%across
			// No two streets of a real place have the same houses; an odd step apart is enough.
			shift := float64((i*7+row*5)%4-1) * 9
			edge := func(c int) float64 {
				if c == 0 || c == across {
					return float64(c) * wide
				}
				return float64(c)*wide + shift
			}
			g.plots[id] = append(g.plots[id], polygon(
				x+half+edge(col)+gap/2, y+half+float64(row)*low+gap/2, x+half+edge(col+1)-gap/2, y+half+float64(row+1)*low-gap/2))
		}
	}
	return g
}

func polygon(x1, y1, x2, y2 float64) geo.Shape {
	return geo.Shape{Kind: geo.Polygon, Datum: geo.CGCS2000, Parts: [][]geo.Path{{{on(x1, y1), on(x1, y2), on(x2, y2), on(x2, y1)}}}}
}

func street(x1, y1, x2, y2 float64) geo.Shape {
	return geo.Shape{Kind: geo.Line, Datum: geo.CGCS2000, Parts: [][]geo.Path{{{on(x1, y1), on((x1+x2)/2, (y1+y2)/2), on(x2, y2)}}}}
}

// on turns metres east and south of the corner into a position.
func on(x, y float64) geo.Position {
	const metre = 1 / 111_200.0 // of a meridian, in degrees; good enough for what is made up
	sin, cos := math.Sincos(turned * math.Pi / 180)
	east, south := x*cos-y*sin, x*sin+y*cos
	return geo.Position{
		Lon: int32(math.Round((cornerLon + east*metre/math.Cos(cornerLat*math.Pi/180)) * 1e7)),
		Lat: int32(math.Round((cornerLat - south*metre) * 1e7)),
	}
}

// place gives the next plot of a community to a compound.
func (g ground) place(community string) string {
	plots := g.plots[community]
	if len(plots) == 0 {
		return ""
	}
	g.plots[community] = plots[1:]
	return plots[0].String()
}

// section is a section of road with its chiefs at three levels.
type section struct {
	ID, Name, Length, Phone string

	FromTo string `yaml:"from_to"`
	Chiefs [3]string
}

// roads are the streets of the plan. The demo's own sections of road are parts of them.
func (f *filler) roads(s *rowSet) {
	const wide, low = columns * blockWide, lines * blockLow
	shapes := map[string]geo.Shape{
		"yanshi-n": street(blockWide, 0, blockWide, low/2), "yanshi-s": street(blockWide, low/2, blockWide, low), "yanshi-w": street(0, blockLow, wide/2, blockLow),
	}
	for _, r := range f.cast.Sections {
		s.add(row("road_section", r.ID), row("community", f.cast.Community), map[string]string{
			"name": r.Name, "length": r.Length, "from_to": r.FromTo, "phone": r.Phone, "shape": shapes[r.ID].String(),
			"first_chief": r.Chiefs[0], "second_chief": r.Chiefs[1], "third_chief": r.Chiefs[2],
		})
	}
	for _, p := range f.cast.Points {
		s.add(row("patrol_point", p.ID), row("road_section", f.cast.Sections[0].ID), map[string]string{"name": p.Name})
	}
	for _, p := range f.cast.Plans {
		values := map[string]string{"level": p.Level, "rhythm": p.Rhythm, "from": f.today.Add(-p.Since).String()}
		if p.Until > 0 {
			values["until"] = f.today.Add(p.Until).String()
		}
		s.add(row("patrol_plan", p.ID), row("road_section", f.cast.Sections[0].ID), values)
	}
	for _, p := range f.cast.Cleaning {
		s.add(row("cleaning_place", p.ID), row("community", f.cast.Community), map[string]string{"name": p.Name, "seats": p.Seats})
	}
	add := func(id, name, community string, shape geo.Shape) {
		s.add(row("road_section", id), row("community", community), map[string]string{"name": name, "length": strconv.FormatInt(shape.Length(), 10), "shape": shape.String()})
	}
	for i := range columns + 1 {
		if x := float64(i) * blockWide; i != 1 {
			add(fmt.Sprintf("yanshi-lu-%d", i+1), fmt.Sprintf("演示%s路", digits[i]), blocks[min(i, columns-2)], street(x, 0, x, low))
		}
	}
	for i := range lines + 1 {
		if y := float64(i) * blockLow; i != 1 {
			add(fmt.Sprintf("yanshi-jie-%d", i+1), fmt.Sprintf("演示%s街", digits[i]), blocks[min(i, lines-1)*columns], street(0, y, wide, y))
		}
	}
	add("yanshi-e", "演示东街", blocks[columns-1], street(wide/2, blockLow, wide, blockLow))
}

// digits are how streets are numbered.
var digits = []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一"}

// neighbours are the compounds in which nothing happens yet: every plot that is left.
func (g ground) neighbours(s *rowSet) {
	for i, community := range blocks {
		for n := 1; len(g.plots[community]) > 0 && community != ""; n++ {
			name := fmt.Sprintf("演示%s巷%d号院", digits[i], n*2)
			s.add(row("compound", fmt.Sprintf("yanshi-%s-%d", community, n)), row("community", community), map[string]string{
				"name": name, "address": name + "（演示数据）", "year_built": strconv.Itoa(1984 + (i*5+n*3)%24), "eligible": []string{"yes", "no"}[min(1, (i+n)%5/4)],
				"households": strconv.Itoa(24 + (i*11+n*17)%120), "management_mode": []string{"none", "self_managed", "property_firm"}[(i+n)%3], "shape": g.place(community),
			})
		}
	}
}

// home is the community a compound lies in.
func (f *filler) home(c compound) act.RowID {
	if c.Community != "" {
		return row("community", c.Community)
	}
	return row("community", f.cast.Community)
}
