package exact

import (
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// Fraction is a share, kept as the two numbers it came from and never reduced: 135/174 tells more than 45/58.
// A fraction with a zero denominator is no number; only [Fraction.Valid] and String are meant for it.
type Fraction struct {
	Num uint64 `json:"num"`
	Den uint64 `json:"den"`
}

// ParseFraction reads "2/3". It refuses a zero denominator, signs and decimals.
func ParseFraction(s string) (Fraction, error) {
	f, reason := fraction(s)
	if reason != 0 {
		return Fraction{}, &ParseError{What: "fraction", Text: s, Reason: reason}
	}
	return f, nil
}

func fraction(s string) (Fraction, Reason) {
	num, den, slash := strings.Cut(ascii(s), "/")
	num, den = strings.TrimSpace(num), strings.TrimSpace(den)
	if !slash || strings.Contains(num+den, ",") {
		return Fraction{}, NotANumber
	}
	n, reason := decimal(num, 0)
	if reason != 0 {
		return Fraction{}, reason
	}
	d, reason := decimal(den, 0)
	if reason == 0 && d == 0 {
		reason = OutOfRange
	}
	return Fraction{Num: n, Den: d}, reason
}

// Valid reports whether the denominator is not zero.
func (f Fraction) Valid() bool { return f.Den != 0 }

// Cmp compares two valid fractions: −1, 0 or +1. It multiplies crosswise in 128 bits, so it cannot overflow.
func (f Fraction) Cmp(g Fraction) int { return cross(f.Num, g.Den, g.Num, f.Den) }

// String is "2/3".
func (f Fraction) String() string {
	return strconv.FormatUint(f.Num, 10) + "/" + strconv.FormatUint(f.Den, 10)
}

// Percent is the fraction in hundredths to the given decimals; see [Percent].
func (f Fraction) Percent(decimals int) (text string, ok bool) {
	return Percent(f.Num, f.Den, decimals)
}

// cross compares a×b with c×d.
func cross(a, b, c, d uint64) int {
	hi1, lo1 := bits.Mul64(a, b)
	hi2, lo2 := bits.Mul64(c, d)
	switch {
	case hi1 < hi2 || (hi1 == hi2 && lo1 < lo2):
		return -1
	case hi1 == hi2 && lo1 == lo2:
		return 0
	}
	return 1
}

// Percent writes part of all in hundredths, rounded half up at the given decimals (0 to 9; others are brought into
// that range) and without the sign: 135 of 174 at one decimal is "77.6". ok is false when all is zero: a share of
// nothing is not 0 %, and the page must say so. For the eye only: compare with a [Threshold], never with this.
func Percent(part, all uint64, decimals int) (text string, ok bool) {
	if all == 0 {
		return "", false
	}
	decimals = max(0, min(9, decimals))
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals+2)), nil)
	den := new(big.Int).SetUint64(all)
	n := new(big.Int).SetUint64(part)
	n.Mul(n, scale).Lsh(n, 1).Add(n, den) // (2·part·scale + all) / 2·all is the half-up quotient
	s := n.Quo(n, den.Lsh(den, 1)).String()
	if pad := decimals + 1 - len(s); pad > 0 {
		s = strings.Repeat("0", pad) + s
	}
	if decimals == 0 {
		return s, true
	}
	return s[:len(s)-decimals] + "." + s[len(s)-decimals:], true
}

// Threshold is a share that must be reached, or passed when Strict. In a charter it reads "at_least 2/3" or
// "over 1/2": 以上 includes the number, 过半数 does not.
type Threshold struct {
	Strict   bool
	Num, Den uint64 // Den zero, as in the zero Threshold, is never met
}

const (
	atLeast = "at_least"
	over    = "over"
)

// ParseThreshold reads "at_least 2/3" or "over 1/2".
//
// It refuses a share no count can miss (at_least 0/1: leave the key out instead) and one no count can meet (over 1/1,
// or more than the whole), because either is a slip that would otherwise decide a vote.
func ParseThreshold(s string) (Threshold, error) {
	refuse := func(r Reason) (Threshold, error) {
		return Threshold{}, &ParseError{What: "threshold", Text: s, Reason: r}
	}
	words := strings.Fields(s)
	if len(words) == 0 {
		return refuse(Empty)
	}
	if len(words) != 2 || (words[0] != atLeast && words[0] != over) {
		return refuse(NotANumber)
	}
	f, reason := fraction(words[1])
	if reason != 0 {
		return refuse(reason)
	}
	t := Threshold{Strict: words[0] == over, Num: f.Num, Den: f.Den}
	if t.Num > t.Den || (t.Strict && t.Num == t.Den) || (!t.Strict && t.Num == 0) {
		return refuse(OutOfRange)
	}
	return t, nil
}

// Met reports whether part of all reaches the threshold. It is exact for every pair of integers.
//
// Nothing meets a threshold of an empty whole (nobody on the roll decides nothing), of a zero denominator, or with a
// part above the whole, which can only be a fault in counting and must not pass a vote.
func (t Threshold) Met(part, all uint64) bool {
	if t.Den == 0 || all == 0 || part > all {
		return false
	}
	c := cross(part, t.Den, t.Num, all)
	return c > 0 || (c == 0 && !t.Strict)
}

// Need is the smallest part of all that meets the threshold, so that a page can say "772.00 m² needed". ok is false
// when no part does.
func (t Threshold) Need(all uint64) (part uint64, ok bool) {
	if t.Den == 0 || all == 0 || t.Num > t.Den || (t.Strict && t.Num == t.Den) {
		return 0, false
	}
	hi, lo := bits.Mul64(all, t.Num)
	q, r := bits.Div64(hi, lo, t.Den) // the quotient is at most all, so it fits
	if t.Strict || r > 0 {
		q++
	}
	return q, true
}

// Short is how much part lacks to meet the threshold, zero when it does. ok is false when no part would.
func (t Threshold) Short(part, all uint64) (missing uint64, ok bool) {
	need, ok := t.Need(all)
	if !ok || part >= need {
		return 0, ok
	}
	return need - part, true
}

// Implies reports whether whatever meets t also meets u: t is no weaker than u. The check of a charter uses it to
// refuse a vote that asks for less than the statute it cites. A threshold that is never met implies every other.
func (t Threshold) Implies(u Threshold) bool {
	if t.Den == 0 {
		return true
	}
	if u.Den == 0 {
		return false
	}
	c := cross(t.Num, u.Den, u.Num, t.Den)
	return c > 0 || (c == 0 && (t.Strict || !u.Strict))
}

// Share is the bare fraction, for showing beside a count.
func (t Threshold) Share() Fraction { return Fraction{Num: t.Num, Den: t.Den} }

// String is the form [ParseThreshold] reads; the zero Threshold gives "".
func (t Threshold) String() string {
	switch {
	case t.Den == 0:
		return ""
	case t.Strict:
		return over + " " + t.Share().String()
	}
	return atLeast + " " + t.Share().String()
}

// MarshalText is the form in YAML and JSON.
func (t Threshold) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText accepts what [ParseThreshold] does, and nothing for the zero Threshold.
func (t *Threshold) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*t = Threshold{}
		return nil
	}
	*t, err = ParseThreshold(string(b))
	return err
}
