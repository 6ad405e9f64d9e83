package calendar

import (
	"fmt"
	"time"
)

// Zone is the zone of every legal date: Asia/Shanghai, eight hours ahead of UTC. It is fixed, so that a binary without
// zone files and a replay on another machine agree; summer time was last kept in 1991, before anything recorded here.
var Zone = time.FixedZone("Asia/Shanghai", 8*60*60)

// Date is a day of the civil calendar in [Zone], from 0001-01-01 to 9999-12-31. The zero Date is no date. Dates can be
// compared with == and used as map keys.
type Date struct {
	n int32 // days since 0000-12-31; a day number makes an impossible date, such as February 30, impossible to hold
}

const (
	layout   = "2006-01-02"
	daySecs  = 24 * 60 * 60
	dayOne   = -62135596800 // 0001-01-01 in Unix seconds
	lastDate = 3_652_059    // 9999-12-31
)

// NewDate returns the date of a year, month and day. It refuses one that is not in the calendar; it never normalises,
// because 31 April in a form is a slip and not 1 May.
func NewDate(year int, month time.Month, day int) (Date, error) {
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if y, m, d := t.Date(); year < 1 || year > 9999 || y != year || m != month || d != day {
		return Date{}, fmt.Errorf("calendar: %04d-%02d-%02d is not a day", year, int(month), day)
	}
	return ofUTC(t), nil
}

// ParseDate reads "2026-03-02" and nothing else: a text with a time, or in another order, has to be read by whoever
// knows what it means.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(layout, s)
	if err != nil || len(s) != len(layout) || t.Year() < 1 {
		return Date{}, fmt.Errorf("calendar: %q is not a date like 2026-03-02", s)
	}
	return ofUTC(t), nil
}

// MustDate is ParseDate for constants and tests; it panics.
func MustDate(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// DateOf is the date in [Zone] at the instant t. An instant outside the calendar gives its nearest day.
func DateOf(t time.Time) Date {
	return clamp((t.Unix() + 8*60*60 - dayOne) / daySecs)
}

// LastDay is the last date of a period that ends at the instant ends: at 24:00 it is still that day, not the next.
func LastDay(ends time.Time) Date { return DateOf(ends.Add(-1)) }

// ofUTC takes the date fields of t as they stand.
func ofUTC(t time.Time) Date { return clamp((t.Unix() - dayOne) / daySecs) }

// clamp turns days since 0001-01-01 into a Date, the first or last one when there is none.
func clamp(days int64) Date { return Date{int32(max(0, min(lastDate-1, days)) + 1)} }

func (d Date) utc() time.Time { return time.Unix(int64(d.n-1)*daySecs+dayOne, 0).UTC() }

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d.n == 0 }

// YMD is the year, month and day, all zero for no date.
func (d Date) YMD() (year int, month time.Month, day int) {
	if d.IsZero() {
		return 0, 0, 0
	}
	return d.utc().Date()
}

// Year is the year, 0 for no date.
func (d Date) Year() int {
	y, _, _ := d.YMD()
	return y
}

// Weekday is the day of the week; it means nothing for no date.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// Compare orders dates; no date comes first.
func (d Date) Compare(e Date) int { return int(max(-1, min(1, d.n-e.n))) }

// Before reports whether d is earlier than e.
func (d Date) Before(e Date) bool { return d.n < e.n }

// After reports whether d is later than e.
func (d Date) After(e Date) bool { return d.n > e.n }

// Sub is the number of days from e to d, negative when d is earlier.
func (d Date) Sub(e Date) int { return int(d.n - e.n) }

// Add is the date n days later, earlier when n is negative. It stops at the ends of the calendar, and no date plus
// anything is no date.
func (d Date) Add(n int) Date {
	if d.IsZero() {
		return d
	}
	n = max(-lastDate, min(lastDate, n)) // so that the sum cannot wrap
	return clamp(int64(d.n) - 1 + int64(n))
}

// AddMonths is the day that corresponds n months later, or the last day of that month when it has no such day
// (Civil Code art. 202): 31 January and one month is 28 or 29 February. Count from the first day every time; counting
// on from a shortened result would lose days. It stops at the ends of the calendar.
func (d Date) AddMonths(n int) Date {
	if d.IsZero() {
		return d
	}
	y, m, day := d.YMD()
	n = max(-12*9999, min(12*9999, n))
	first := time.Date(y, m+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	switch {
	case first.Year() < 1:
		return Date{1}
	case first.Year() > 9999:
		return Date{lastDate}
	}
	last := first.AddDate(0, 1, -1).Day()
	return ofUTC(first).Add(min(day, last) - 1)
}

// Start is the instant the day begins in [Zone], in UTC.
func (d Date) Start() time.Time { return d.utc().Add(-8 * time.Hour) }

// End is the instant the day is over: its 24:00, which is the next day's 0:00.
func (d Date) End() time.Time { return d.Start().Add(24 * time.Hour) }

// String is "2026-03-02", and "" for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.utc().Format(layout)
}

// MarshalText is String, for JSON and YAML.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText accepts what [ParseDate] does, and nothing for no date.
func (d *Date) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	*d, err = ParseDate(string(b))
	return err
}

// Minute says an instant in Beijing to the minute: "2026-03-02 16:00".
func Minute(at time.Time) string { return at.In(Zone).Format("2006-01-02 15:04") }

// instants are the ways a form, a scenario and a file write an instant; without a zone it is in [Zone].
var instants = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"}

// ParseInstant reads "2026-03-02T16:00", as a browser's form sends it, "2026-03-02 16:00", or RFC 3339 with a zone. The
// instant is in UTC and whole microseconds, as package clock gives them. It refuses a date without a time.
func ParseInstant(s string) (time.Time, error) {
	for _, l := range instants {
		if t, err := time.ParseInLocation(l, s, Zone); err == nil {
			return t.UTC().Truncate(time.Microsecond), nil
		}
	}
	return time.Time{}, fmt.Errorf("calendar: %q is not an instant like 2026-03-02 16:00", s)
}
