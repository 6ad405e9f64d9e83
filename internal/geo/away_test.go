package geo_test

import (
	"math"
	"testing"

	"gongzhi/internal/geo"
)

// At 34.75° a ten-thousandth of a degree is 11.1 m to the north and 9.2 m to the east.
func TestAway(t *testing.T) {
	line := geo.Shape{Kind: geo.Line, Parts: [][]geo.Path{{{{Lon: 1136100000, Lat: 347500000}, {Lon: 1136200000, Lat: 347500000}, {Lon: 1136200000, Lat: 347600000}}}}}
	for _, tt := range []struct {
		name string
		at   geo.Position
		want int64
	}{
		{"on a corner", geo.Position{Lon: 1136200000, Lat: 347500000}, 0},
		{"on a side", geo.Position{Lon: 1136150000, Lat: 347500000}, 0},
		{"north of a side", geo.Position{Lon: 1136110000, Lat: 347510000}, 111},
		{"south of it", geo.Position{Lon: 1136110000, Lat: 347499000}, 11},
		{"east of the other", geo.Position{Lon: 1136210000, Lat: 347550000}, 92},
		{"before the beginning", geo.Position{Lon: 1136090000, Lat: 347500000}, 92},
		{"past a corner, across", geo.Position{Lon: 1136210000, Lat: 347490000}, int64(math.Round(math.Hypot(91.6, 111)))},
	} {
		if got, ok := line.Away(tt.at); !ok || got < tt.want-1 || got > tt.want+1 {
			t.Errorf("%s: %d m, %v; want %d", tt.name, got, ok, tt.want)
		}
	}
	point := geo.Shape{Kind: geo.Line, Parts: [][]geo.Path{{{{Lon: 1136100000, Lat: 347500000}, {Lon: 1136100000, Lat: 347500000}}}}}
	if got, ok := point.Away(geo.Position{Lon: 1136100000, Lat: 347510000}); !ok || got != 111 {
		t.Errorf("a side without length: %d, %v", got, ok)
	}
	for name, s := range map[string]geo.Shape{"nothing": {}, "a polygon": {Kind: geo.Polygon, Parts: line.Parts}, "an empty line": {Kind: geo.Line}} {
		if _, ok := s.Away(geo.Position{}); ok {
			t.Errorf("%s has a distance", name)
		}
	}
}
