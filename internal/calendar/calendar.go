// Package calendar counts legal time: dates, periods, working days and working hours, as Chinese law counts them.
//
// In: a start, a length, and a table of holidays and make-up workdays (调休) read from a charter's calendars/. Out: the
// instant a period ends and an [Explanation] of how it was counted, as data that every door can show. It reads no clock.
// The table says what the State Council announced; how periods run (the first day does not count, a period ends at
// 24:00 of its last day, a month ends on the corresponding day) is law that is the same everywhere: Civil Code arts
// 200–204. Where the table has no notice for a year, Saturdays and Sundays are taken as off and the result says that
// it is provisional.
package calendar

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"gongzhi/internal/text"
)

// Calendar is a table of holidays and make-up days, with the office hours. It is never changed after it was decoded, so
// it is safe for concurrent use. The zero Calendar knows weekends only, and every answer of it is provisional.
type Calendar struct {
	days  map[Date]Day // the days that a notice arranged
	years map[int]Year
	reach int // how many days at the end of a year the notice for the next year may still arrange
	hours Hours
}

// Year is what the notices arranged for one year.
type Year struct {
	Year    int      `json:"year"`
	Sources []Source `json:"sources"` // the yearly notice first, then what changed it
	Days    []Day    `json:"days"`    // by date; some may be in the last days of the year before
}

// Source is the document that arranged a day.
type Source struct {
	No    string    `yaml:"no" json:"no"` // 国办发明电〔2025〕7号
	Title text.Text `yaml:"title" json:"title"`
	Date  Date      `yaml:"date" json:"date"`
}

// Kind says whether a day is worked, and why.
type Kind int

const (
	Workday Kind = iota + 1 // an ordinary Monday to Friday
	MakeUp                  // a Saturday or Sunday that a notice makes a workday
	Weekend                 // an ordinary Saturday or Sunday
	Holiday                 // off by a notice, whatever day of the week it is
)

var kindNames = [...]string{Workday: "workday", MakeUp: "make_up", Weekend: "weekend", Holiday: "holiday"}

func (k Kind) String() string { return name(kindNames[:], int(k), "kind") }

// MarshalText is the name, which is also the key of the words for it.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

func name(names []string, i int, what string) string {
	if i < 1 || i >= len(names) {
		return fmt.Sprintf("calendar.%s(%d)", what, i)
	}
	return names[i]
}

// Worked reports whether a day of this kind is a working day.
func (k Kind) Worked() bool { return k == Workday || k == MakeUp }

// Day is one day and why it is, or is not, a working day.
type Day struct {
	Date   Date        `json:"date"`
	Kind   Kind        `json:"kind"`
	Names  []text.Text `json:"names,omitempty"`  // the holidays it belongs to, or is made up for; two when they fall together
	Source *Source     `json:"source,omitempty"` // nil for an ordinary day
	Known  bool        `json:"known"`            // false when no notice for that time is in the table
}

// Day looks up one day.
func (c *Calendar) Day(d Date) Day {
	if day, ok := c.days[d]; ok {
		return day
	}
	day := Day{Date: d, Kind: Workday, Known: c.covers(d)}
	if w := d.Weekday(); w == time.Saturday || w == time.Sunday {
		day.Kind = Weekend
	}
	return day
}

// covers reports whether a day that no notice mentions is therefore ordinary, or merely unknown. The last days of a
// year stay unknown until the next year's notice is there: that for 2019 made 29 December 2018 a workday.
func (c *Calendar) covers(d Date) bool {
	_, this := c.years[d.Year()]
	if !this {
		return false
	}
	if d.Add(c.reach).Year() == d.Year() {
		return true
	}
	_, next := c.years[d.Year()+1]
	return next
}

// IsWorkday reports whether d is worked. Ask [Calendar.Day] to learn whether that is known, and why.
func (c *Calendar) IsWorkday(d Date) bool { return c.Day(d).Kind.Worked() }

// AddWorkdays is the nth working day after d, or before it when n is negative; d itself does not count. With n zero it
// is d, worked or not. It stops at the ends of the calendar.
func (c *Calendar) AddWorkdays(d Date, n int) Date {
	step := 1
	if n < 0 {
		step, n = -1, -max(n, -longest)
	}
	for n = min(n, longest); n > 0; {
		next := d.Add(step)
		if next == d {
			return d
		}
		if d = next; c.IsWorkday(d) {
			n--
		}
	}
	return d
}

// WorkdaysBetween is the number of working days after from up to and including to, so that it undoes AddWorkdays. When
// to is earlier it is the number from to until before from, negative.
func (c *Calendar) WorkdaysBetween(from, to Date) int {
	n := 0
	for d := from; d.Before(to); {
		if d = d.Add(1); c.IsWorkday(d) {
			n++
		}
	}
	for d := from; d.After(to); {
		if d = d.Add(-1); c.IsWorkday(d) {
			n--
		}
	}
	return n
}

// Years lists what the table holds, by year, for the page that shows it.
func (c *Calendar) Years() []Year {
	years := make([]Year, 0, len(c.years))
	for _, y := range slices.Sorted(maps.Keys(c.years)) {
		years = append(years, c.years[y])
	}
	return years
}

// Hours are the office hours, empty when the charter gives none.
func (c *Calendar) Hours() Hours { return slices.Clone(c.hours) }

// WithHours is the same calendar with other office hours.
func (c *Calendar) WithHours(h Hours) *Calendar {
	d := *c
	d.hours = slices.Clone(h)
	return &d
}
