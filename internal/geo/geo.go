// Package geo is shapes on the ground: points, lines and areas with the datum they are in.
//
// In: GeoJSON (RFC 7946) as drawing programs and neighbouring systems write it, in WGS 84, CGCS2000, or one of the
// offset datums of commercial maps. Out: shapes in WGS 84 or CGCS2000 that remember what they were converted from, one
// spelling for each, and their area and length on the ellipsoid. It knows no map, no tiles and no screen; package
// web/ui draws.
package geo

import (
	"slices"
	"strconv"
	"strings"
)

// Datum is what a pair of coordinates refers to. The two that are stored differ by centimetres; the offset ones by
// half a kilometre, so that a shape without its datum is worth nothing.
type Datum string

const (
	WGS84    Datum = "WGS84"    // satellite positioning; what GeoJSON means when it says nothing
	CGCS2000 Datum = "CGCS2000" // Chinese survey, EPSG:4490
	GCJ02    Datum = "GCJ-02"   // commercial maps in China; converted when read
	BD09     Datum = "BD-09"    // one commercial map; converted when read
)

// Datums lists every datum that can be read.
var Datums = []Datum{WGS84, CGCS2000, GCJ02, BD09}

// Kind of a shape.
type Kind int

const (
	Point Kind = iota + 1
	Line
	Polygon
)

var kindNames = [...]string{Point: "point", Line: "line", Polygon: "polygon"}

// Kinds are the names of the kinds, as charters write them.
var Kinds = kindNames[Point:]

func (k Kind) String() string {
	if k < Point || int(k) >= len(kindNames) {
		return "Kind(" + strconv.Itoa(int(k)) + ")"
	}
	return kindNames[k]
}

// Position is a place in 1e-7 degrees, which is a centimetre on the ground: exact, and the same however it was spelled.
type Position struct{ Lon, Lat int32 }

// perDegree is how many units make a degree.
const perDegree = 1e7

func (p Position) degrees() (lon, lat float64) {
	return float64(p.Lon) / perDegree, float64(p.Lat) / perDegree
}

// Path is one line, one ring, or one point. A ring's first position is not repeated at its end.
type Path []Position

// Shape is one or several points, lines or polygons. A part of a polygon is its outer ring, counter-clockwise, then its
// holes; a part of a line or a point is one path.
type Shape struct {
	Kind  Kind
	Datum Datum // WGS84 or CGCS2000
	From  Datum // the datum it was converted from; empty where none was
	Parts [][]Path
}

// IsZero tells that there is no shape.
func (s Shape) IsZero() bool { return len(s.Parts) == 0 }

// Paths gives every path of a shape.
func (s Shape) Paths() (all []Path) {
	for _, part := range s.Parts {
		all = append(all, part...)
	}
	return all
}

// Bounds is the least box around something, in 1e-7 degrees.
type Bounds struct{ Min, Max Position }

// IsZero tells that nothing is in it.
func (b Bounds) IsZero() bool { return b == Bounds{} }

// Around is the box around shapes; zero where there are none.
func Around(shapes ...Shape) (b Bounds) {
	for _, s := range shapes {
		for _, path := range s.Paths() {
			for _, p := range path {
				b = b.With(Bounds{p, p})
			}
		}
	}
	return b
}

// With is the box around both.
func (b Bounds) With(c Bounds) Bounds {
	switch {
	case b.IsZero():
		return c
	case c.IsZero():
		return b
	}
	return Bounds{
		Position{min(b.Min.Lon, c.Min.Lon), min(b.Min.Lat, c.Min.Lat)},
		Position{max(b.Max.Lon, c.Max.Lon), max(b.Max.Lat, c.Max.Lat)},
	}
}

// Meets tells whether two boxes have a place in common.
func (b Bounds) Meets(c Bounds) bool {
	return !b.IsZero() && !c.IsZero() && b.Min.Lon <= c.Max.Lon && c.Min.Lon <= b.Max.Lon && b.Min.Lat <= c.Max.Lat && c.Min.Lat <= b.Max.Lat
}

// Middle is where a name or a pin is put: the point itself, the middle of a line, the centroid of the largest polygon.
func (s Shape) Middle() Position {
	if s.IsZero() {
		return Position{}
	}
	switch s.Kind {
	case Polygon:
		largest := slices.MaxFunc(s.Parts, func(a, b []Path) int { return sign(twice(a[0]) - twice(b[0])) })
		return centroid(largest[0])
	case Line:
		path := s.Parts[0][0]
		a, b := path[(len(path)-1)/2], path[len(path)/2]
		return Position{a.Lon/2 + b.Lon/2, a.Lat/2 + b.Lat/2}
	case Point:
	}
	return s.Parts[0][0][0]
}

// centroid of a ring. Coordinates are taken from its first corner, so that products stay far from overflow.
func centroid(ring Path) Position {
	o := ring[0]
	var x, y, sum float64
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		px, py, qx, qy := float64(p.Lon-o.Lon), float64(p.Lat-o.Lat), float64(q.Lon-o.Lon), float64(q.Lat-o.Lat)
		w := px*qy - qx*py
		x, y, sum = x+(px+qx)*w, y+(py+qy)*w, sum+w
	}
	if sum == 0 {
		return o
	}
	return Position{o.Lon + int32(x/(3*sum)), o.Lat + int32(y/(3*sum))}
}

// twice is twice the signed area of a ring in units of the grid, exact: positive where it runs counter-clockwise.
func twice(ring Path) (sum int64) {
	o := ring[0]
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		sum += int64(p.Lon-o.Lon)*int64(q.Lat-o.Lat) - int64(q.Lon-o.Lon)*int64(p.Lat-o.Lat)
	}
	return sum
}

func sign(n int64) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

var geoJSON = map[Kind][2]string{Point: {"Point", "MultiPoint"}, Line: {"LineString", "MultiLineString"}, Polygon: {"Polygon", "MultiPolygon"}}

// String is the one spelling of a shape: a GeoJSON geometry with its datum as a further member. [Parse] reads it back.
func (s Shape) String() string {
	if s.IsZero() {
		return ""
	}
	var b strings.Builder
	many := len(s.Parts) > 1
	name := geoJSON[s.Kind][0]
	if many {
		name = geoJSON[s.Kind][1]
	}
	b.WriteString(`{"type":"` + name + `","coordinates":`)
	list(&b, many, s.Parts, func(part []Path) {
		list(&b, s.Kind == Polygon, part, func(path Path) {
			if s.Kind == Polygon {
				path = append(slices.Clone(path), path[0])
			}
			list(&b, s.Kind != Point, path, func(p Position) {
				b.WriteByte('[')
				writeDegrees(&b, p.Lon)
				b.WriteByte(',')
				writeDegrees(&b, p.Lat)
				b.WriteByte(']')
			})
		})
	})
	b.WriteString(`,"datum":"` + string(s.Datum) + `"`)
	if s.From != "" {
		b.WriteString(`,"from":"` + string(s.From) + `"`)
	}
	b.WriteByte('}')
	return b.String()
}

// list writes items with commas, within brackets where there may be several.
func list[T any](b *strings.Builder, brackets bool, items []T, one func(T)) {
	if brackets {
		b.WriteByte('[')
		defer b.WriteByte(']')
	}
	for i, item := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		one(item)
	}
}

func writeDegrees(b *strings.Builder, n int32) {
	s := strconv.FormatFloat(float64(n)/perDegree, 'f', 7, 64)
	b.WriteString(strings.TrimRight(strings.TrimRight(s, "0"), "."))
}
