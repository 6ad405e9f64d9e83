package ui

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"gongzhi/internal/geo"
	"gongzhi/internal/page"
)

// A map is drawn in whole units on a sheet of mapWide units; a strip is lower and shows one place among its neighbours.
const (
	mapWide    = 1000
	mapMargin  = 24
	stripHigh  = 290
	stripReach = 5 // how many times as wide as its place a strip is
)

// drawing is a page.Map on its sheet.
type drawing struct {
	Box    string
	Slice  string
	Roads  []drawn
	Fields []drawn // borders
	Plots  []drawn
	Labels []caption
	Pins   []caption
	Hits   []hit
	Dots   []gathered
	Listed []page.Link
	Rest   int // places without anything to say
}

type drawn struct{ ID, D, Class string }

type caption struct {
	X, Y  int
	Class string
	Words string
}

// gathered is the dots that lie together on the sheet.
type gathered struct {
	X, Y, R int
	N       string // how many, where there are several
	Href    string
	Name    string
}

type hit struct{ Href, Name, ID string }

// sheet turns positions into units: plane over so small a ground, with a degree of longitude as short as it is there.
type sheet struct {
	west, north  float64
	wide, narrow float64 // units in 1e-7 degree of latitude, and how much shorter one of longitude is
	high         int
}

func newSheet(b geo.Bounds, strip bool) sheet {
	middle := float64(b.Min.Lat) + float64(b.Max.Lat-b.Min.Lat)/2
	s := sheet{narrow: math.Cos(middle / 1e7 * math.Pi / 180), west: float64(b.Min.Lon), north: float64(b.Max.Lat)}
	east, south := float64(b.Max.Lon-b.Min.Lon)*s.narrow, float64(b.Max.Lat-b.Min.Lat)
	east, south = max(east, 1), max(south, 1)
	if strip {
		s.wide, s.high = mapWide/(max(east, south)*stripReach), stripHigh
		s.west -= (mapWide/s.wide - east) / 2 / s.narrow
		s.north += (stripHigh/s.wide - south) / 2
		return s
	}
	s.wide = min((mapWide-2*mapMargin)/east, (mapWide-2*mapMargin)/south)
	s.high = int(south*s.wide) + 2*mapMargin
	s.west -= (mapWide/s.wide - east) / 2 / s.narrow
	s.north += mapMargin / s.wide
	return s
}

func (s sheet) at(p geo.Position) (x, y int) {
	return int(math.Round((float64(p.Lon) - s.west) * s.narrow * s.wide)), int(math.Round((s.north - float64(p.Lat)) * s.wide))
}

// path is the d of an SVG path.
func (s sheet) path(shape geo.Shape) string {
	var b strings.Builder
	for _, path := range shape.Paths() {
		for i, p := range path {
			x, y := s.at(p)
			b.WriteString([]string{"M", "L"}[min(i, 1)] + strconv.Itoa(x) + " " + strconv.Itoa(y))
		}
		if shape.Kind == geo.Polygon {
			b.WriteByte('Z')
		}
	}
	return b.String()
}

// steep tells whether a line runs up rather than across, so that its name is set upright.
func (s sheet) steep(shape geo.Shape) bool {
	b := geo.Around(shape)
	x1, y1 := s.at(b.Min)
	x2, y2 := s.at(b.Max)
	return y1-y2 > x2-x1
}

// draw lays a map out. What lies outside a strip is left away.
func draw(ctx context.Context, x page.Map) drawing {
	shapes := func(list []page.Place, all bool) (out []geo.Shape) {
		for _, p := range list {
			if !p.Shape.IsZero() && (all || p.Here) {
				out = append(out, p.Shape)
			}
		}
		return out
	}
	ground := geo.Around(shapes(x.Places, !x.Strip)...)
	if !x.Strip {
		ground = geo.Around(append(append(shapes(x.Ground, true), shapes(x.Places, true)...), points(x.Dots)...)...)
	}
	if !x.Window.IsZero() {
		ground = x.Window
	}
	if ground.IsZero() {
		return drawing{Listed: listed(x.Places)}
	}
	s := newSheet(ground, x.Strip)
	d := drawing{Box: "0 0 " + strconv.Itoa(mapWide) + " " + strconv.Itoa(s.high), Slice: "xMidYMid meet", Listed: listed(x.Places)}
	if x.Strip {
		d.Slice = "xMidYMid slice"
	}
	seen := geo.Bounds{Min: s.back(0, s.high), Max: s.back(mapWide, 0)}
	for _, p := range x.Ground {
		if p.Shape.IsZero() || !geo.Around(p.Shape).Meets(seen) {
			continue
		}
		l := caption{Words: t(ctx, p.Name), Class: "map-border"}
		if p.Shape.Kind == geo.Line {
			road := drawn{D: s.path(p.Shape)}
			if p.Stars > 0 {
				road.Class = "map-stars-" + strconv.Itoa(shade(p.Stars))
			}
			d.Roads = append(d.Roads, road)
			l.Class = "map-road-name"
			if s.steep(p.Shape) {
				l.Class += " map-upright"
			}
			l.X, l.Y = s.beside(p.Shape, x.Strip)
		} else {
			d.Fields = append(d.Fields, drawn{D: s.path(p.Shape)})
			l.X, l.Y = s.at(p.Shape.Middle())
		}
		if !x.Strip || p.Shape.Kind == geo.Line {
			d.Labels = append(d.Labels, l)
		}
	}
	for _, p := range x.Places {
		if p.Shape.IsZero() || !geo.Around(p.Shape).Meets(seen) {
			if !p.Shape.IsZero() || p.Note.IsZero() {
				d.Rest++
			}
			continue
		}
		if p.Note.IsZero() {
			d.Rest++
		}
		one := drawn{ID: id(ctx, "map-place"), D: s.path(p.Shape), Class: "map-" + p.Shape.Kind.String() + " map-" + stageClass(p.Step)}
		if p.Here {
			one.Class += " map-here"
		}
		if p.Late > 0 {
			one.Class += " map-late"
			px, py := s.at(p.Shape.Middle())
			d.Pins = append(d.Pins, caption{X: px, Y: py, Words: strconv.Itoa(p.Late)})
		}
		d.Plots = append(d.Plots, one)
		if p.Href != "" && !x.Strip {
			name := t(ctx, p.Name)
			if !p.Note.IsZero() {
				name = say(ctx, "map.place", "Name", p.Name, "Note", p.Note)
			}
			d.Hits = append(d.Hits, hit{p.Href, name, one.ID})
		}
	}
	d.Dots = s.gather(ctx, x)
	// What is outlined is drawn last, over its neighbours' borders.
	slices.SortStableFunc(d.Plots, func(a, b drawn) int { return rank(a.Class) - rank(b.Class) })
	return d
}

func rank(class string) int {
	return strings.Count(class, "map-late") + 2*strings.Count(class, "map-here")
}

// back is at the other way round.
func (s sheet) back(x, y int) geo.Position {
	return geo.Position{Lon: int32(s.west + float64(x)/s.wide/s.narrow), Lat: int32(s.north - float64(y)/s.wide)}
}

// beside is where the name of a road stands: by its middle, or, on a strip, where the strip shows it.
func (s sheet) beside(shape geo.Shape, strip bool) (x, y int) {
	x, y = s.at(shape.Middle())
	if !strip {
		return x, y
	}
	path := shape.Parts[0][0]
	x1, y1 := s.at(path[0])
	x2, y2 := s.at(path[len(path)-1])
	if s.steep(shape) {
		y = s.high * 2 / 3 // clear of the way back, which lies over the strip
		if y2 != y1 {
			x = x1 + (x2-x1)*(y-y1)/(y2-y1)
		}
		return x, y
	}
	x = mapWide * 4 / 5
	if x2 != x1 {
		y = y1 + (y2-y1)*(x-x1)/(x2-x1)
	}
	return x, y
}

// listed are the places with something to say, what is late first.
func listed(places []page.Place) (out []page.Link) {
	list := slices.Clone(places)
	slices.SortStableFunc(list, func(a, b page.Place) int { return b.Late - a.Late })
	for _, p := range list {
		if p.Note.IsZero() {
			continue
		}
		l := page.Link{Words: p.Name, Note: p.Note, Href: p.Href}
		if p.Late > 0 {
			l.Tone = page.Late
		}
		out = append(out, l)
	}
	return out
}

func points(dots []page.Dot) (out []geo.Shape) {
	for _, dot := range dots {
		out = append(out, geo.Shape{Kind: geo.Point, Parts: [][]geo.Path{{{dot.At}}}})
	}
	return out
}

// Dots that are nearer to each other than a thumb are gathered: by the cells of a grid over the sheet.
const (
	gridCell = 90
	dotLeast = 14
	dotMost  = 36
)

// gather puts the dots of a map onto the sheet, those of one cell as one at their middle, in the order of the sheet. One
// alone leads to itself, several to the ground around them.
func (s sheet) gather(ctx context.Context, x page.Map) []gathered {
	type at struct{ column, row int }
	cells := map[at][]page.Dot{}
	for _, dot := range x.Dots {
		px, py := s.at(dot.At)
		if px < 0 || py < 0 || px > mapWide || py > s.high {
			continue
		}
		c := at{px / gridCell, py / gridCell}
		cells[c] = append(cells[c], dot)
	}
	var out []gathered
	for _, c := range slices.SortedFunc(maps.Keys(cells), func(a, b at) int { return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.column, b.column)) }) {
		g, n := gathered{R: dotLeast}, 0
		for _, dot := range cells[c] {
			px, py := s.at(dot.At)
			g.X, g.Y, n = g.X+px*max(1, dot.N), g.Y+py*max(1, dot.N), n+max(1, dot.N)
		}
		g.X, g.Y = g.X/n, g.Y/n
		if dot := cells[c][0]; n == 1 && dot.Href != "" {
			g.Href, g.Name = dot.Href, t(ctx, dot.Name)
		} else {
			g.Href, g.Name = x.Zoom+boxed(cells[c]), say(ctx, "map.gathered", "N", n)
		}
		if n > 1 {
			g.N, g.R = rounded(ctx, n), min(dotMost, 18+4*len(strconv.Itoa(n)))
		}
		out = append(out, g)
	}
	return out
}

// rounded is a number as it fits into a dot; the dot's title has it in full.
func rounded(ctx context.Context, n int) string {
	switch {
	case n >= 9500:
		return say(ctx, "map.myriads", "N", (n+5000)/10_000, "Thousands", (n+500)/1000)
	case n >= 1000:
		return say(ctx, "map.thousands", "N", (n+500)/1000)
	}
	return strconv.Itoa(n)
}

// boxed is the ground around some dots, as an address says it, with some thirty metres on each side.
func boxed(list []page.Dot) string {
	const beside = 3000
	b := geo.Around(points(list)...)
	for _, dot := range list {
		b = b.With(dot.Around)
	}
	n := func(x int32) string { return strconv.Itoa(int(x)) }
	return n(b.Min.Lon-beside) + "," + n(b.Min.Lat-beside) + "," + n(b.Max.Lon+beside) + "," + n(b.Max.Lat+beside)
}
