package geo

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
)

// The most that one shape may hold: the border of a whole city district has some hundred corners.
const (
	MaxBytes     = 256 << 10
	MaxPositions = 5000
)

// Fault is why something is no shape. Its words stand under "geo." + Code.
type Fault struct {
	Code string
	N    int // of the ring, position or feature it is about, from 1; 0 where there is none
}

// Error is for logs.
func (f *Fault) Error() string { return "geo: " + f.Code }

func bad(code string, n int) *Fault { return &Fault{code, n} }

// object is any GeoJSON object, as far as shapes go.
type object struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`
	Geometry    *object         `json:"geometry"`
	Features    []object        `json:"features"`
	Datum       Datum           `json:"datum"`
	From        Datum           `json:"from"`
	CRS         *struct {
		Properties struct {
			Name string `json:"name"`
		} `json:"properties"`
	} `json:"crs"`
}

// crsNames are the names under which older GeoJSON tells the datum; every other one is refused, because a projected
// coordinate read as degrees would lie anywhere.
var crsNames = map[string]Datum{
	"urn:ogc:def:crs:OGC:1.3:CRS84": WGS84, "urn:ogc:def:crs:OGC::CRS84": WGS84, "urn:ogc:def:crs:EPSG::4326": WGS84, "EPSG:4326": WGS84,
	"urn:ogc:def:crs:EPSG::4490": CGCS2000, "EPSG:4490": CGCS2000,
}

func (o *object) datum(or Datum) (Datum, *Fault) {
	d := or
	if o.CRS != nil {
		known, ok := crsNames[o.CRS.Properties.Name]
		if !ok {
			return "", bad("crs", 0)
		}
		d = known
	}
	if o.Datum != "" {
		d = o.Datum
	}
	if !slices.Contains(Datums, d) {
		return "", bad("datum", 0)
	}
	return d, nil
}

// Parse reads one shape: a GeoJSON geometry, a feature, or a collection with a single feature. in is the datum that is
// meant where the text names none. Offset datums are converted. A ring that is not closed is closed, and rings are
// turned the way RFC 7946 wants them. The fault says what is wrong; there is no shape then.
func Parse(raw string, in Datum) (Shape, *Fault) {
	if len(raw) > MaxBytes {
		return Shape{}, bad("large", 0)
	}
	var o object
	if err := json.Unmarshal([]byte(raw), &o); err != nil {
		return Shape{}, bad("json", 0)
	}
	d, fault := o.datum(in)
	if fault != nil {
		return Shape{}, fault
	}
	if o.Type == "FeatureCollection" {
		if len(o.Features) != 1 {
			return Shape{}, bad("several", 0)
		}
		o = o.Features[0]
		if d, fault = o.datum(d); fault != nil {
			return Shape{}, fault
		}
	}
	if o.Type == "Feature" {
		if o.Geometry == nil {
			return Shape{}, bad("empty", 0)
		}
		o = *o.Geometry
		if d, fault = o.datum(d); fault != nil {
			return Shape{}, fault
		}
	}
	return o.shape(d)
}

func (o *object) shape(d Datum) (Shape, *Fault) {
	s := Shape{Datum: d, From: o.From}
	var parts [][][][]json.Number
	into := func(v any) *Fault {
		if json.Unmarshal(o.Coordinates, v) != nil {
			return bad("position", 0)
		}
		return nil
	}
	var fault *Fault
	switch o.Type {
	case "Point":
		s.Kind = Point
		var c []json.Number
		fault = into(&c)
		parts = [][][][]json.Number{{{c}}}
	case "MultiPoint":
		s.Kind = Point
		var c [][]json.Number
		fault = into(&c)
		for _, one := range c {
			parts = append(parts, [][][]json.Number{{one}})
		}
	case "LineString":
		s.Kind = Line
		var c [][]json.Number
		fault = into(&c)
		parts = [][][][]json.Number{{c}}
	case "MultiLineString":
		s.Kind = Line
		var c [][][]json.Number
		fault = into(&c)
		for _, one := range c {
			parts = append(parts, [][][]json.Number{one})
		}
	case "Polygon":
		s.Kind = Polygon
		var c [][][]json.Number
		fault = into(&c)
		parts = [][][][]json.Number{c}
	case "MultiPolygon":
		s.Kind = Polygon
		fault = into(&parts)
	default:
		return Shape{}, bad("type", 0)
	}
	if fault != nil {
		return Shape{}, fault
	}
	return s.fill(parts)
}

// fill reads the positions, makes what may be made good, and refuses the rest.
func (s Shape) fill(parts [][][][]json.Number) (Shape, *Fault) {
	n, rings := 0, 0
	for _, given := range parts {
		var part []Path
		for i, path := range given {
			rings++
			var read Path
			for _, c := range path {
				if n++; n > MaxPositions {
					return Shape{}, bad("large", 0)
				}
				p, fault := position(c, s.Datum, n)
				if fault != nil {
					return Shape{}, fault
				}
				if len(read) == 0 || read[len(read)-1] != p {
					read = append(read, p)
				}
			}
			read, fault := s.path(read, i > 0, rings)
			if fault != nil {
				return Shape{}, fault
			}
			part = append(part, read)
		}
		if len(part) == 0 {
			return Shape{}, bad("empty", 0)
		}
		s.Parts = append(s.Parts, part)
	}
	if s.IsZero() {
		return Shape{}, bad("empty", 0)
	}
	if s.Datum == GCJ02 || s.Datum == BD09 {
		s.From, s.Datum = s.Datum, WGS84
	}
	return s, nil
}

func (s Shape) path(p Path, hole bool, n int) (Path, *Fault) {
	switch s.Kind {
	case Point:
		if len(p) != 1 {
			return nil, bad("empty", 0)
		}
	case Line:
		if len(p) < 2 {
			return nil, bad("line", n)
		}
	case Polygon:
		if len(p) > 1 && p[0] == p[len(p)-1] {
			p = p[:len(p)-1]
		}
		if len(p) < 3 || twice(p) == 0 {
			return nil, bad("ring", n)
		}
		if crosses(p) {
			return nil, bad("crosses", n)
		}
		if (twice(p) < 0) != hole {
			slices.Reverse(p[1:]) // the first corner stays the first
		}
	}
	return p, nil
}

func position(c []json.Number, d Datum, n int) (Position, *Fault) {
	if len(c) < 2 || len(c) > 3 { // a height is let go
		return Position{}, bad("position", n)
	}
	lon, err := c[0].Float64()
	lat, err2 := c[1].Float64()
	if err != nil || err2 != nil {
		return Position{}, bad("position", n)
	}
	if math.Abs(lon) > 180 || math.Abs(lat) > 90 {
		return Position{}, bad("range", n)
	}
	lon, lat = toWGS84(lon, lat, d)
	return Position{int32(math.Round(lon * perDegree)), int32(math.Round(lat * perDegree))}, nil
}

// crosses tells whether two sides of a ring have a point in common that is not a corner between neighbours.
func crosses(ring Path) bool {
	n := len(ring)
	for i := range n {
		a, b := ring[i], ring[(i+1)%n]
		for j := i + 1; j < n; j++ {
			c, d := ring[j], ring[(j+1)%n]
			next, last := j == i+1, i == 0 && j == n-1
			switch {
			case next && turn(a, b, d) == 0 && between(a, d, b): // back over the same line
				return true
			case last && turn(c, d, b) == 0 && between(c, b, d):
				return true
			case next || last:
			case meet(a, b, c, d):
				return true
			}
		}
	}
	return false
}

// turn is which way one goes at b from a to c: 1 left, -1 right, 0 straight on.
func turn(a, b, c Position) int {
	return sign(int64(b.Lon-a.Lon)*int64(c.Lat-a.Lat) - int64(b.Lat-a.Lat)*int64(c.Lon-a.Lon))
}

// between tells whether c lies within the box of a and b.
func between(a, c, b Position) bool {
	return min(a.Lon, b.Lon) <= c.Lon && c.Lon <= max(a.Lon, b.Lon) && min(a.Lat, b.Lat) <= c.Lat && c.Lat <= max(a.Lat, b.Lat)
}

func meet(a, b, c, d Position) bool {
	p, q, r, t := turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)
	if p != q && r != t {
		return true
	}
	return p == 0 && between(a, c, b) || q == 0 && between(a, d, b) || r == 0 && between(c, a, d) || t == 0 && between(c, b, d)
}

// Feature is one shape of a layer with what is said of it.
type Feature struct {
	ID         string
	Properties map[string]string // texts and numbers, as written; anything else is left out
	Shape      Shape
	Fault      *Fault // why there is no shape
}

// Read reads a layer: a GeoJSON feature collection. A feature that is no shape carries its fault; the error is about
// the file.
func Read(raw []byte, in Datum) ([]Feature, *Fault) {
	var file struct {
		object
		Features []struct {
			object
			ID         any            `json:"id"`
			Properties map[string]any `json:"properties"`
		} `json:"features"`
	}
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if d.Decode(&file) != nil {
		return nil, bad("json", 0)
	}
	if file.Type != "FeatureCollection" {
		return nil, bad("collection", 0)
	}
	datum, fault := file.datum(in)
	if fault != nil {
		return nil, fault
	}
	out := make([]Feature, len(file.Features))
	for i, f := range file.Features {
		out[i] = Feature{ID: said(f.ID), Properties: map[string]string{}}
		for key, v := range f.Properties {
			if s := said(v); s != "" {
				out[i].Properties[key] = s
			}
		}
		one, fault := f.datum(datum)
		switch {
		case fault != nil:
			out[i].Fault = fault
		case f.Geometry == nil:
			out[i].Fault = bad("empty", 0)
		default:
			if one, fault = f.Geometry.datum(one); fault != nil {
				out[i].Fault = fault
			} else {
				out[i].Shape, out[i].Fault = f.Geometry.shape(one)
			}
		}
	}
	return out, nil
}

func said(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}
