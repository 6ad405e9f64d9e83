package geo

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func parse(t *testing.T, raw string) Shape {
	t.Helper()
	s, fault := Parse(raw, WGS84)
	if fault != nil {
		t.Fatalf("%s: %v", raw, fault)
	}
	return s
}

func box(w, s, e, n float64) string {
	return fmt.Sprintf(`{"type":"Polygon","coordinates":[[[%[1]v,%[2]v],[%[3]v,%[2]v],[%[3]v,%[4]v],[%[1]v,%[4]v],[%[1]v,%[2]v]]]}`, w, s, e, n)
}

// Half of the ellipsoid is half of the surface that stands in every table.
func TestAreaOfTheEarth(t *testing.T) {
	got, want := float64(parse(t, box(-90, -90, 90, 90)).Area())/1e8, 510065621.724/2
	if math.Abs(got-want) > want*1e-10 {
		t.Errorf("%.3f km², want %.3f", got, want)
	}
}

// Between two parallels and two meridians the area is the sum of what the two radii of curvature span, strip by strip.
func TestAreaIsThatOfTheCurvature(t *testing.T) {
	for _, south := range []float64{0, 34, 60} {
		const strips = 1000
		e2 := flattening * (2 - flattening)
		sum := 0.0
		for i := range strips {
			lat := (south + (float64(i)+0.5)/strips) * math.Pi / 180
			w := 1 - e2*math.Sin(lat)*math.Sin(lat)
			sum += axis * axis * (1 - e2) / (w * w) * math.Cos(lat)
		}
		want := sum / strips * (math.Pi / 180) * (math.Pi / 180) / 1e6
		if got := float64(parse(t, box(113, south, 114, south+1)).Area()) / 1e8; math.Abs(got-want) > want*1e-7 {
			t.Errorf("from %v°: %.6f km², want %.6f", south, got, want)
		}
	}
}

// A compound is so small that its sides measured one by one, by another formula, give its area too.
func TestAreaOfACompound(t *testing.T) {
	s := parse(t, box(113.6300, 34.7490, 113.6316, 34.7498))
	wide := float64(parse(t, `{"type":"LineString","coordinates":[[113.6300,34.7494],[113.6316,34.7494]]}`).Length())
	high := float64(parse(t, `{"type":"LineString","coordinates":[[113.6300,34.7490],[113.6300,34.7498]]}`).Length())
	if wide != 146 && wide != 147 || high != 89 {
		t.Errorf("%v m by %v m", wide, high)
	}
	if got := float64(s.Area()) / 100; math.Abs(got-146.48*88.75) > 5 {
		t.Errorf("%.2f m², want about %.2f", got, 146.48*88.75)
	}
	hole := strings.Replace(box(113.6300, 34.7490, 113.6316, 34.7498), "]]]", "]],"+
		"[[113.6304,34.7492],[113.6308,34.7492],[113.6308,34.7496],[113.6304,34.7496],[113.6304,34.7492]]]", 1)
	with := parse(t, hole)
	want := s.Area() - parse(t, box(113.6304, 34.7492, 113.6308, 34.7496)).Area()
	if got := with.Area(); got < want-1 || got > want+1 {
		t.Errorf("with a hole %v, want %v", got, want)
	}
}

func TestParse(t *testing.T) {
	tests := []struct{ name, raw, want string }{
		{"closed and turned as the standard wants", `{"type":"Polygon","coordinates":[[[0,0],[0,1],[1,1],[1,0]]]}`, `{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]],"datum":"WGS84"}`},
		{"a height is let go, digits beyond a centimetre too", `{"type":"Point","coordinates":[113.63012345678,34.7,105.2]}`, `{"type":"Point","coordinates":[113.6301235,34.7],"datum":"WGS84"}`},
		{"a feature", `{"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[0,0],[0,0],[1,0]]}}`, `{"type":"LineString","coordinates":[[0,0],[1,0]],"datum":"WGS84"}`},
		{"a collection of one, with its datum", `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4490"}},"features":[{"type":"Feature","geometry":{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}}]}`, `{"type":"MultiPoint","coordinates":[[1,2],[3,4]],"datum":"CGCS2000"}`},
		{"a multipolygon", `{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[5,5],[6,5],[6,6],[5,5]]]]}`, `{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[5,5],[6,5],[6,6],[5,5]]]],"datum":"WGS84"}`},
		{"what was converted stays told", `{"type":"Point","coordinates":[1,2],"datum":"WGS84","from":"GCJ-02"}`, `{"type":"Point","coordinates":[1,2],"datum":"WGS84","from":"GCJ-02"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := parse(t, tt.raw)
			if got := s.String(); got != tt.want {
				t.Errorf("%s\nwant %s", got, tt.want)
			}
			if again := parse(t, s.String()); again.String() != s.String() {
				t.Errorf("read back as %s", again)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct{ code, raw string }{
		{"json", `POLYGON((0 0,1 0,1 1))`},
		{"type", `{"type":"Circle","coordinates":[0,0]}`},
		{"position", `{"type":"Point","coordinates":["east"]}`},
		{"position", `{"type":"Polygon","coordinates":[0,0]}`},
		{"range", `{"type":"Point","coordinates":[34.7,113.6]}`}, // latitude first
		{"range", `{"type":"Point","coordinates":[460000,3847000]}`},
		{"crs", `{"type":"Point","coordinates":[1,2],"crs":{"properties":{"name":"urn:ogc:def:crs:EPSG::4547"}}}`},
		{"datum", `{"type":"Point","coordinates":[1,2],"datum":"Xi'an 80"}`},
		{"ring", `{"type":"Polygon","coordinates":[[[0,0],[1,1],[2,2],[0,0]]]}`},
		{"ring", `{"type":"Polygon","coordinates":[[[0,0],[1,1]]]}`},
		{"crosses", `{"type":"Polygon","coordinates":[[[0,0],[4,1],[4,0],[0,2],[0,0]]]}`},
		{"line", `{"type":"LineString","coordinates":[[0,0],[0,0]]}`},
		{"empty", `{"type":"MultiPolygon","coordinates":[]}`},
		{"empty", `{"type":"Feature","geometry":null}`},
		{"several", `{"type":"FeatureCollection","features":[]}`},
		{"large", `{"type":"LineString","coordinates":[` + strings.Repeat("[0,0],[1,1],", MaxPositions/2) + `[2,2]]}`},
		{"large", strings.Repeat(" ", MaxBytes+1)},
	}
	for _, tt := range tests {
		if _, fault := Parse(tt.raw, WGS84); fault == nil || fault.Code != tt.code {
			t.Errorf("%.60s: %v, want %s", tt.raw, fault, tt.code)
		}
	}
}

// The offset at one place was measured with another converter: 568.6 m on a sphere. Taking it off leads back to the centimetre.
func TestOffsetDatums(t *testing.T) {
	const lon, lat = 113.630, 34.749
	glon, glat := toGCJ02(lon, lat)
	from, to := Position{int32(lon * perDegree), int32(lat * perDegree)}, Position{int32(glon * perDegree), int32(glat * perDegree)}
	if d := distance(from, to); math.Abs(d-568.6) > 1 {
		t.Errorf("the offset is %.1f m, want 568.6", d)
	}
	s, fault := Parse(fmt.Sprintf(`{"type":"Point","coordinates":[%.7f,%.7f]}`, glon, glat), GCJ02)
	if fault != nil {
		t.Fatal(fault)
	}
	if d := distance(s.Middle(), from); d > 0.02 || s.Datum != WGS84 || s.From != GCJ02 {
		t.Errorf("back within %.3f m as %s from %s", d, s.Datum, s.From)
	}
	if x, y := toWGS84(2.35, 48.85, GCJ02); x != 2.35 || y != 48.85 {
		t.Errorf("Paris was moved to %v, %v", x, y)
	}
	z := math.Hypot(glon, glat) + 0.00002*math.Sin(glat*math.Pi*3000/180)
	theta := math.Atan2(glat, glon) + 0.000003*math.Cos(glon*math.Pi*3000/180)
	b, _ := Parse(fmt.Sprintf(`{"type":"Point","coordinates":[%.7f,%.7f]}`, z*math.Cos(theta)+0.0065, z*math.Sin(theta)+0.006), BD09)
	if d := distance(b.Middle(), from); d > 1 { // its published inverse is itself only good to a metre
		t.Errorf("the other offset leads %.2f m away", d)
	}
}

func TestRead(t *testing.T) {
	list, fault := Read([]byte(`{"type":"FeatureCollection","datum":"CGCS2000","features":[
		{"type":"Feature","id":"a","properties":{"name":"甲院","households":12,"old":null},"geometry":{"type":"Point","coordinates":[1,2]}},
		{"type":"Feature","id":7,"properties":null,"geometry":{"type":"Point","coordinates":[1]}}]}`), WGS84)
	if fault != nil || len(list) != 2 {
		t.Fatal(list, fault)
	}
	if a := list[0]; a.ID != "a" || a.Properties["name"] != "甲院" || a.Properties["households"] != "12" || a.Shape.Datum != CGCS2000 {
		t.Errorf("%+v", a)
	}
	if b := list[1]; b.ID != "7" || b.Fault == nil || b.Fault.Code != "position" {
		t.Errorf("%+v", b)
	}
	for code, raw := range map[string]string{"json": `{`, "collection": `{"type":"Feature"}`, "crs": `{"type":"FeatureCollection","crs":{"properties":{"name":"x"}}}`} {
		if _, fault := Read([]byte(raw), WGS84); fault == nil || fault.Code != code {
			t.Errorf("%s: %v", raw, fault)
		}
	}
}

// Wherever a ring begins and whichever way it runs, it is the same ground: one area, one middle.
func TestStartAndDirectionDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(3, 12).Draw(t, "corners")
		var ring []string
		for i := range n { // a star around a middle never crosses itself
			r := rapid.Float64Range(0.0005, 0.002).Draw(t, "radius")
			at := 2 * math.Pi * float64(i) / float64(n)
			ring = append(ring, fmt.Sprintf("[%.7f,%.7f]", 113.63+r*math.Cos(at), 34.749+r*math.Sin(at)))
		}
		read := func(ring []string) Shape {
			s, fault := Parse(`{"type":"Polygon","coordinates":[[`+strings.Join(ring, ",")+`]]}`, CGCS2000)
			if fault != nil {
				t.Fatal(fault)
			}
			return s
		}
		a := read(ring)
		k := rapid.IntRange(0, n-1).Draw(t, "start")
		turned := append(append([]string{}, ring[k:]...), ring[:k]...)
		for i, j := 0, len(turned)-1; i < j; i, j = i+1, j-1 {
			turned[i], turned[j] = turned[j], turned[i]
		}
		b := read(turned)
		if d := int64(a.Area()) - int64(b.Area()); d < -1 || d > 1 || a.Area() == 0 {
			t.Fatalf("%v and %v", a.Area(), b.Area())
		}
		if distance(a.Middle(), b.Middle()) > 0.05 {
			t.Fatalf("%v and %v", a.Middle(), b.Middle())
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(box(0, 0, 1, 1))
	f.Add(`{"type":"Point","coordinates":[113.6,34.7],"datum":"BD-09"}`)
	f.Fuzz(func(t *testing.T, raw string) {
		s, fault := Parse(raw, WGS84)
		if fault != nil {
			return
		}
		again, fault := Parse(s.String(), WGS84)
		if fault != nil || again.String() != s.String() {
			t.Fatalf("%s reads back as %s, %v", s, again, fault)
		}
	})
}

func TestHolds(t *testing.T) {
	ring := parse(t, `{"type":"Polygon","coordinates":[[[113.6,34.7],[113.7,34.7],[113.7,34.8],[113.6,34.8],[113.6,34.7]],[[113.64,34.74],[113.66,34.74],[113.66,34.76],[113.64,34.76],[113.64,34.74]]]}`)
	at := func(lon, lat float64) Position { return Position{int32(lon * 1e7), int32(lat * 1e7)} }
	for _, c := range []struct {
		what string
		at   Position
		want bool
	}{
		{"inside", at(113.62, 34.72), true}, {"in the hole", at(113.65, 34.75), false}, {"on the border", at(113.65, 34.7), true},
		{"at a corner", at(113.6, 34.7), true}, {"level with a corner, outside", at(113.5, 34.7), false}, {"east", at(113.71, 34.75), false},
		{"level with the hole's corner, inside", at(113.62, 34.74), true}, {"north", at(113.65, 34.81), false},
	} {
		if got := ring.Holds(c.at); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
	if parse(t, `{"type":"Point","coordinates":[113.6,34.7]}`).Holds(at(113.6, 34.7)) {
		t.Error("a point holds nothing")
	}
}

func TestMetres(t *testing.T) {
	p := Position{1136120000, 347480000}
	// A ten-thousandth of a degree of latitude is 11.1 m here, of longitude 9.1 m.
	for q, want := range map[Position]int64{p: 0, {p.Lon, p.Lat + 1000}: 11, {p.Lon + 1000, p.Lat}: 9, {p.Lon + 10000, p.Lat + 10000}: 144} {
		if got := Metres(p, q); got != want {
			t.Errorf("to %v: %d m, want %d", q, got, want)
		}
	}
}
