package step

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"gongzhi/internal/geo"
)

// Point is a place on the ground in millionths of a degree, CGCS2000: about a tenth of a metre. What a telephone measures
// (WGS84) differs by less.
type Point struct {
	Lon, Lat int64
}

var decimalDegrees = regexp.MustCompile(`^(-?)([0-9]{1,3})(?:\.([0-9]{1,20}))?$`)

// ParsePoint reads "113.612,34.748"; the comma may be a Chinese one. It refuses what lies nowhere on the earth.
func ParsePoint(s string) (Point, bool) {
	lon, lat, ok := strings.Cut(strings.ReplaceAll(s, "，", ","), ",")
	x, okX := micros(lon, 180)
	y, okY := micros(lat, 90)
	return Point{x, y}, ok && okX && okY
}

// Ground is the place as shapes reckon.
func (p Point) Ground() geo.Position {
	return geo.Position{Lon: int32(p.Lon * 10), Lat: int32(p.Lat * 10)}
}

// micros reads degrees up to most, rounding at the sixth decimal.
func micros(s string, most int64) (int64, bool) {
	m := decimalDegrees.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return 0, false
	}
	digits := (m[3] + "0000000")[:7]
	n, err := strconv.ParseInt(m[2]+digits, 10, 64)
	if err != nil {
		return 0, false
	}
	n = (n + 5) / 10
	if m[1] != "" {
		n = -n
	}
	return n, -most*1_000_000 <= n && n <= most*1_000_000
}

// String is the form that ParsePoint reads, always with six decimals.
func (p Point) String() string { return Degrees(p.Lon) + "," + Degrees(p.Lat) }

// Degrees writes millionths of a degree with six decimals.
func Degrees(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%06d", sign, n/1_000_000, n%1_000_000)
}

// Rounded keeps so many decimals of a degree, from 1 to 5; any other number keeps all six.
func (p Point) Rounded(decimals int) Point {
	if decimals < 1 || decimals > 5 {
		return p
	}
	unit := int64(1)
	for range 6 - decimals {
		unit *= 10
	}
	return Point{nearest(p.Lon, unit), nearest(p.Lat, unit)}
}

// nearest is the nearest multiple of a unit; what lies in the middle goes away from zero.
func nearest(n, unit int64) int64 {
	if n < 0 {
		return -nearest(-n, unit)
	}
	return (n + unit/2) / unit * unit
}
