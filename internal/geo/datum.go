package geo

import "math"

// toWGS84 takes the offset of commercial maps off. The offset is published nowhere; these are the coefficients that all
// open converters share, and the way back is found by trying, since nobody knows its inverse either.
func toWGS84(lon, lat float64, d Datum) (float64, float64) {
	switch d {
	case BD09:
		lon, lat = fromBD09(lon, lat)
		return toWGS84(lon, lat, GCJ02)
	case GCJ02:
		if !offset(lon, lat) {
			return lon, lat
		}
		x, y := lon, lat
		for range 8 {
			gx, gy := toGCJ02(x, y)
			x, y = x-(gx-lon), y-(gy-lat)
		}
		return x, y
	case WGS84, CGCS2000:
	}
	return lon, lat
}

// offset tells whether commercial maps shift this place: all of China as a box.
func offset(lon, lat float64) bool {
	return 72.004 <= lon && lon <= 137.8347 && 0.8293 <= lat && lat <= 55.8271
}

func toGCJ02(lon, lat float64) (float64, float64) {
	const a, e2 = 6378245.0, 0.00669342162296594323
	x, y := lon-105, lat-35
	wave := func(v, one, two, l1, l2 float64) float64 {
		return (one*math.Sin(v*l1*math.Pi) + two*math.Sin(v*l2*math.Pi)) * 2 / 3
	}
	both := wave(x, 20, 20, 6, 2)
	dlat := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*math.Sqrt(math.Abs(x)) + both +
		wave(y, 20, 40, 1, 1.0/3) + wave(y, 160, 320, 1.0/12, 1.0/30)
	dlon := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*math.Sqrt(math.Abs(x)) + both +
		wave(x, 20, 40, 1, 1.0/3) + wave(x, 150, 300, 1.0/12, 1.0/30)
	rad := lat * math.Pi / 180
	magic := 1 - e2*math.Sin(rad)*math.Sin(rad)
	dlat = dlat * 180 / (a * (1 - e2) / (magic * math.Sqrt(magic)) * math.Pi)
	dlon = dlon * 180 / (a / math.Sqrt(magic) * math.Cos(rad) * math.Pi)
	return lon + dlon, lat + dlat
}

func fromBD09(lon, lat float64) (float64, float64) {
	const k = math.Pi * 3000 / 180
	x, y := lon-0.0065, lat-0.006
	z := math.Hypot(x, y) - 0.00002*math.Sin(y*k)
	theta := math.Atan2(y, x) - 0.000003*math.Cos(x*k)
	return z * math.Cos(theta), z * math.Sin(theta)
}
