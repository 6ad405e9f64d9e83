package exact

import "math/bits"

// Area is an area in hundredths of a square metre, the precision of the property register.
type Area uint64

// areaUnits are the ways a deed, a survey and a spreadsheet write the same unit; longer ones first.
var areaUnits = []string{"平方米", "平米", "平方", "㎡", "m²", "M²", "m2", "M2"}

// ParseArea reads an area as people write it: "78.62", "７８．６２ 平方米", "1,158.00㎡".
//
// It refuses with a [*ParseError] an empty text, a negative area, more than two decimals (even zeros: whoever wrote
// them measured something else), another unit, commas that do not group thousands, and more than 2^53−1 hundredths.
func ParseArea(s string) (Area, error) {
	text, reason := unitless(ascii(s), areaUnits)
	var n uint64
	if reason == 0 {
		n, reason = decimal(text, 2)
	}
	if reason != 0 {
		return 0, &ParseError{What: "area", Text: s, Reason: reason}
	}
	return Area(n), nil
}

// String writes the area in square metres with both decimals and no unit: "1158.00".
func (a Area) String() string { return fixed(uint64(a), 2, false) }

// Grouped is String with thousands commas, for tables: "1,158.00".
func (a Area) Grouped() string { return fixed(uint64(a), 2, true) }

// Plus adds two areas. ok is false, and the sum zero, when it would pass what an Area may hold; a roll whose areas do
// not add up must not be counted.
func (a Area) Plus(b Area) (sum Area, ok bool) {
	n, carry := bits.Add64(uint64(a), uint64(b), 0)
	if carry != 0 || n > limit {
		return 0, false
	}
	return Area(n), true
}

// MarshalText is the form in YAML and JSON: a text, because a JSON number 78.62 is a float to most readers.
func (a Area) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText accepts what [ParseArea] does.
func (a *Area) UnmarshalText(b []byte) (err error) {
	*a, err = ParseArea(string(b))
	return err
}

// Mu is an area in hundredths of a mu (亩). Fifteen mu are one hectare, so a mu is exactly 2000/3 m²; the 666.667 m²
// seen in reports is that, rounded.
type Mu uint64

var muUnits = []string{"亩"}

// ParseMu reads "2.5 亩". It refuses what [ParseArea] refuses.
func ParseMu(s string) (Mu, error) {
	text, reason := unitless(ascii(s), muUnits)
	var n uint64
	if reason == 0 {
		n, reason = decimal(text, 2)
	}
	if reason != 0 {
		return 0, &ParseError{What: "mu", Text: s, Reason: reason}
	}
	return Mu(n), nil
}

// String writes the number of mu with both decimals and no unit: "2.50".
func (m Mu) String() string { return fixed(uint64(m), 2, false) }

// SquareMetres is the area in m², exact: one mu is 2000/3. ok is false when the numerator does not fit.
func (m Mu) SquareMetres() (f Fraction, ok bool) {
	hi, lo := bits.Mul64(uint64(m), 20) // hundredths of a mu × 2000/3 ÷ 100
	if hi != 0 {
		return Fraction{}, false
	}
	if lo%3 == 0 {
		return Fraction{Num: lo / 3, Den: 1}, true
	}
	return Fraction{Num: lo, Den: 3}, true
}

// Area is the area to the nearest hundredth of a square metre. exact is false when it had to be rounded, which is
// whenever the hundredths of a mu are no multiple of three; ok is false when it is more than an Area may hold.
func (m Mu) Area() (a Area, exact, ok bool) {
	hi, lo := bits.Mul64(uint64(m), 2000)
	if hi != 0 || lo/3 > limit-1 {
		return 0, false, false
	}
	return Area(lo/3 + lo%3/2), lo%3 == 0, true // thirds never tie: .33 goes down, .67 up
}
