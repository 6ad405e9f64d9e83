package exact

import (
	"fmt"
	"strings"
	"unicode"
)

// limit is the largest count a quantity may hold: the largest integer every JSON reader keeps exactly. Canonical
// acts travel as JSON, so a larger number could be recounted differently by somebody else's program.
const limit = 1<<53 - 1

// Reason says why a text is not a quantity. Pages find their own words for it by its name.
type Reason int

const (
	Empty           Reason = iota + 1 // nothing but blanks
	NotANumber                        // a sign, letter, or point where a digit should be
	BadGrouping                       // commas that do not separate thousands: 11,58.00
	TooManyDecimals                   // finer than the quantity is kept; rounding is the writer's decision, not ours
	Negative                          // below zero where there is no such thing
	TooLarge                          // above the largest count kept exactly
	UnknownUnit                       // a unit other than the ones accepted here
	OutOfRange                        // a share that is nothing, or more than the whole
)

var reasonNames = [...]string{
	Empty: "empty", NotANumber: "not_a_number", BadGrouping: "bad_grouping", TooManyDecimals: "too_many_decimals",
	Negative: "negative", TooLarge: "too_large", UnknownUnit: "unknown_unit", OutOfRange: "out_of_range",
}

// String returns the name used as the key of a text, or "reason(n)" for a number that is no Reason.
func (r Reason) String() string {
	if r < Empty || int(r) >= len(reasonNames) {
		return fmt.Sprintf("reason(%d)", int(r))
	}
	return reasonNames[r]
}

// ParseError is the only error the Parse functions of this package return.
type ParseError struct {
	What   string // "area", "money", "mu", "fraction" or "threshold"
	Text   string // as it was given, so that a page can show the very cell that was refused
	Reason Reason
}

func (e *ParseError) Error() string {
	return fmt.Sprintf("exact: %s %q: %s", e.What, e.Text, strings.ReplaceAll(e.Reason.String(), "_", " "))
}

// ascii replaces full-width digits and signs, which Chinese input methods produce, by the ones Go reads, and trims
// blanks of either width.
func ascii(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～': // the full-width block mirrors ASCII
			return r - '！' + '!'
		case r == '−':
			return '-'
		case r == '￥':
			return '¥'
		}
		return r
	}, s)
	return strings.TrimFunc(s, unicode.IsSpace)
}

// decimal reads digits, with or without thousands commas, as a whole number of 10^-places units. It never rounds.
func decimal(s string, places int) (uint64, Reason) {
	if s == "" {
		return 0, Empty
	}
	if s[0] == '-' {
		return 0, Negative
	}
	whole, frac, point := strings.Cut(s, ".")
	whole, reason := ungroup(whole)
	switch {
	case reason != 0:
		return 0, reason
	case whole == "" || (point && frac == "") || !digits(whole) || !digits(frac):
		return 0, NotANumber
	case len(frac) > places:
		return 0, TooManyDecimals
	}
	var n uint64
	for _, c := range whole + frac + strings.Repeat("0", places-len(frac)) {
		n = n*10 + uint64(c-'0') // n is at most limit here, so this cannot wrap
		if n > limit {
			return 0, TooLarge
		}
	}
	return n, 0
}

// ungroup takes the commas out of 1,158. It refuses commas anywhere else, because 11,58 may be a decimal comma or a
// slip of the finger, and the two readings differ a hundredfold.
func ungroup(s string) (string, Reason) {
	groups := strings.Split(s, ",")
	if len(groups) == 1 {
		return s, 0
	}
	for i, g := range groups {
		if !digits(g) {
			return "", NotANumber
		}
		if (i > 0 && len(g) != 3) || (i == 0 && (g == "" || len(g) > 3)) {
			return "", BadGrouping
		}
	}
	return strings.Join(groups, ""), 0
}

func digits(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// unitless cuts one of units from the end of s. A number followed by anything else has an unknown unit: refusing it is
// the only safe answer, since 2 亩 read as 2 m² would be wrong by a factor of 667.
func unitless(s string, units []string) (string, Reason) {
	for _, u := range units {
		if rest, ok := strings.CutSuffix(s, u); ok {
			s = strings.TrimFunc(rest, unicode.IsSpace)
			break
		}
	}
	if s != "" && s[0] >= '0' && s[0] <= '9' {
		if last := []rune(s)[len([]rune(s))-1]; unicode.IsLetter(last) || unicode.IsSymbol(last) || last == '%' {
			return "", UnknownUnit
		}
	}
	return s, 0
}

// fixed writes n units of 10^-places, the whole part in groups of three when grouped.
func fixed(n uint64, places int, grouped bool) string {
	s := fmt.Sprintf("%0*d", places+1, n)
	whole, frac := s[:len(s)-places], s[len(s)-places:]
	if grouped {
		for i := len(whole) - 3; i > 0; i -= 3 {
			whole = whole[:i] + "," + whole[i:]
		}
	}
	if frac == "" {
		return whole
	}
	return whole + "." + frac
}
