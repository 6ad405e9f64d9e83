package exact

import "strings"

// Money is an amount in fen (分), a hundredth of a yuan. It may be negative: a refund is money too.
type Money int64

// moneyUnits lists what may follow an amount and how many decimals of it make whole fen; longer ones first.
var moneyUnits = []struct {
	suffix string
	places int
}{{"亿元", 10}, {"万元", 6}, {"亿", 10}, {"万", 6}, {"元", 2}}

// ParseMoney reads "1,234.50", "￥1,234.50", "15 元", "12.5 万元" or "1.2亿元", each exactly.
//
// It refuses an amount finer than a fen, one above 2^53−1 fen (90 万亿元), another currency or unit, and commas that
// do not group thousands.
func ParseMoney(s string) (Money, error) {
	text := ascii(s)
	text, minus := strings.CutPrefix(text, "-")
	text, _ = strings.CutPrefix(text, "¥")
	text = strings.TrimSpace(text)
	places := 2
	for _, u := range moneyUnits {
		if rest, ok := strings.CutSuffix(text, u.suffix); ok {
			text, places = strings.TrimSpace(rest), u.places
			break
		}
	}
	text, reason := unitless(text, nil)
	var n uint64
	if reason == 0 {
		n, reason = decimal(text, places)
	}
	if reason == Negative { // a second sign, as in --5
		reason = NotANumber
	}
	if reason != 0 {
		return 0, &ParseError{What: "money", Text: s, Reason: reason}
	}
	if minus {
		return -Money(n), nil
	}
	return Money(n), nil
}

// String writes the amount in yuan with both decimals and no unit: "-1234.50".
func (m Money) String() string { return m.format(false) }

// Grouped is String with thousands commas: "-1,234.50".
func (m Money) Grouped() string { return m.format(true) }

func (m Money) format(grouped bool) string {
	if m < 0 {
		return "-" + fixed(-uint64(m), 2, grouped) // unsigned negation is right even for the least int64
	}
	return fixed(uint64(m), 2, grouped)
}

// Plus adds two amounts. ok is false, and the sum zero, when it would pass what a Money may hold.
func (m Money) Plus(n Money) (sum Money, ok bool) {
	sum = m + n
	wrapped := (m > 0 && n > 0 && sum < 0) || (m < 0 && n < 0 && sum >= 0)
	if wrapped || sum > limit || sum < -limit {
		return 0, false
	}
	return sum, true
}

// MarshalText is the form in YAML and JSON: a text, for the reason [Area.MarshalText] gives.
func (m Money) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText accepts what [ParseMoney] does.
func (m *Money) UnmarshalText(b []byte) (err error) {
	*m, err = ParseMoney(string(b))
	return err
}
