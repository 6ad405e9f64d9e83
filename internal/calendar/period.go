package calendar

import "time"

// longest is the longest period that is counted, in days: a hundred years. A longer one is a slip in a charter; it is
// cut and marked provisional rather than walked day by day.
const longest = 36_600

// Unit is what a period is measured in.
type Unit int

const (
	Days Unit = iota + 1
	Workdays
	ClockHours // hours of the clock, day and night
	Workhours
	Months
)

var unitNames = [...]string{Days: "days", Workdays: "workdays", ClockHours: "hours", Workhours: "workhours", Months: "months"}

func (u Unit) String() string { return name(unitNames[:], int(u), "unit") }

// MarshalText is the name.
func (u Unit) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// Explanation tells how a period was counted, so that anyone can count it again on a wall calendar.
type Explanation struct {
	Start  time.Time     `json:"start"` // what set the period going
	Unit   Unit          `json:"unit"`
	N      int           `json:"n,omitempty"`      // days, workdays or months
	Length time.Duration `json:"length,omitempty"` // hours and workhours, in nanoseconds

	First Date      `json:"first,omitzero"` // the first day that counts; none in a period of hours
	Last  Date      `json:"last"`           // the day it ends on, after any move
	Ends  time.Time `json:"ends"`           // the first instant after it: 24:00 of Last for periods of days

	Skipped []Day     `json:"skipped,omitempty"` // days off passed over while counting working time
	MadeUp  []Day     `json:"made_up,omitempty"` // Saturdays and Sundays that counted, being make-up days
	Moved   []Day     `json:"moved,omitempty"`   // days off that moved the end on
	Spells  []Stretch `json:"spells,omitempty"`  // the office hours that made up a period of workhours

	Provisional bool  `json:"provisional"`       // a day it depends on is not covered by the table, or it was cut
	Missing     []int `json:"missing,omitempty"` // the years whose notice would settle it
}

// Stretch is time that counted, without a break.
type Stretch struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// see records that the count depends on a day.
func (e *Explanation) see(d Day, c *Calendar) {
	if d.Known {
		return
	}
	e.Provisional = true
	year := d.Date.Year()
	if _, ok := c.years[year]; ok {
		year++ // the last days of a year wait for the next year's notice
	}
	for _, y := range e.Missing {
		if y == year {
			return
		}
	}
	e.Missing = append(e.Missing, year)
}

// cut brings n into 0…most. A period is never negative: nothing may end before it begins.
func (e *Explanation) cut(n, most int) int {
	if n > most {
		e.Provisional = true
		return most
	}
	return max(n, 0)
}

func (e *Explanation) finish(last Date) (time.Time, Explanation) {
	e.Last, e.Ends = last, last.End()
	return e.Ends, *e
}

// End is when a period of n natural days that starts at the instant start is over; see [Calendar.EndDays].
func (c *Calendar) End(start time.Time, days int) time.Time {
	ends, _ := c.EndDays(start, days)
	return ends
}

// EndDays is when a period of n natural days is over: 24:00 of the nth day after the day of start, which does not
// count (Civil Code art. 201). It depends on no table. A floor, such as seven days of public notice, ends there; a
// limit set by law for doing something may end later, see [Calendar.Moved].
func (c *Calendar) EndDays(start time.Time, n int) (time.Time, Explanation) {
	e := Explanation{Start: start.UTC(), Unit: Days, N: n}
	day := DateOf(start)
	e.First = day.Add(1)
	return e.finish(day.Add(e.cut(n, longest)))
}

// EndDaysFrom is EndDays where the rule lets the day of start count as the first.
func (c *Calendar) EndDaysFrom(start time.Time, n int) (time.Time, Explanation) {
	ends, e := c.EndDays(start, n-1)
	e.N, e.First = n, DateOf(start)
	return ends, e
}

// EndMonths is when a period of n months is over: 24:00 of the corresponding day, or of the month's last day when
// there is none (Civil Code art. 202).
func (c *Calendar) EndMonths(start time.Time, n int) (time.Time, Explanation) {
	e := Explanation{Start: start.UTC(), Unit: Months, N: n}
	day := DateOf(start)
	e.First = day.Add(1)
	return e.finish(day.AddMonths(e.cut(n, longest/30)))
}

// EndWorkdays is when a period of n working days is over: 24:00 of the nth working day after the day of start, which
// does not count even when it is one.
func (c *Calendar) EndWorkdays(start time.Time, n int) (time.Time, Explanation) {
	e := Explanation{Start: start.UTC(), Unit: Workdays, N: n}
	d := DateOf(start)
	for left := e.cut(n, longest); left > 0; {
		next := d.Add(1)
		if next == d { // the end of the calendar
			e.Provisional = true
			break
		}
		d = next
		day := c.Day(d)
		e.see(day, c)
		if !day.Kind.Worked() {
			e.Skipped = append(e.Skipped, day)
			continue
		}
		if day.Kind == MakeUp {
			e.MadeUp = append(e.MadeUp, day)
		}
		if e.First.IsZero() {
			e.First = d
		}
		left--
	}
	return e.finish(d)
}

// EndWorkdaysFrom is EndWorkdays where the rule lets the day of start count as the first, if it is a working day.
func (c *Calendar) EndWorkdaysFrom(start time.Time, n int) (time.Time, Explanation) {
	day := c.Day(DateOf(start))
	if !day.Kind.Worked() {
		ends, e := c.EndWorkdays(start, n)
		e.see(day, c)
		return ends, e
	}
	ends, e := c.EndWorkdays(start, n-1)
	e.see(day, c)
	e.N, e.First = n, day.Date
	if day.Kind == MakeUp {
		e.MadeUp = append([]Day{day}, e.MadeUp...)
	}
	return ends, e
}

// EndHours is when a period of hours is over. It runs from the instant start, at night and on holidays too (Civil Code
// art. 201, second paragraph).
func (c *Calendar) EndHours(start time.Time, length time.Duration) (time.Time, Explanation) {
	e := Explanation{Start: start.UTC(), Unit: ClockHours, Length: length}
	const most = longest * 24 * time.Hour
	if length > most {
		length, e.Provisional = most, true
	}
	e.Ends = e.Start.Add(max(length, 0))
	e.Last = lastDayFrom(e)
	return e.Ends, e
}

// EndWorkhours is when that much office time has passed since the instant start. Time outside the office hours and on
// days off does not count. A period that fills the last minute before closing ends at closing, not when the office
// opens again. Without office hours a working day counts from 0:00 to 24:00.
func (c *Calendar) EndWorkhours(start time.Time, length time.Duration) (time.Time, Explanation) {
	e := Explanation{Start: start.UTC(), Unit: Workhours, Length: length, Ends: start.UTC()}
	hours := c.counted()
	d := DateOf(start)
	for walked := 0; length > 0; walked++ {
		day := c.Day(d)
		e.see(day, c)
		switch {
		case !day.Kind.Worked():
			e.Skipped = append(e.Skipped, day)
		default:
			spells := len(e.Spells)
			length = e.work(d, hours, length)
			if day.Kind == MakeUp && len(e.Spells) > spells {
				e.MadeUp = append(e.MadeUp, day)
			}
		}
		next := d.Add(1)
		if length > 0 && (walked == longest || next == d) {
			e.Provisional = true
			break
		}
		d = next
	}
	e.Last = lastDayFrom(e)
	return e.Ends, e
}

// work counts the office hours of one day and returns what is left of length.
func (e *Explanation) work(d Date, hours Hours, length time.Duration) time.Duration {
	for _, span := range hours {
		from, to := span.On(d)
		if from.Before(e.Start) {
			from = e.Start
		}
		if length <= 0 || !from.Before(to) {
			continue
		}
		if to.Sub(from) > length {
			to = from.Add(length)
		}
		length -= to.Sub(from)
		e.Spells = append(e.Spells, Stretch{from, to})
		e.Ends = to
	}
	return length
}

// lastDayFrom is the day a period of hours ends on; one of no length ends on the day it starts.
func lastDayFrom(e Explanation) Date {
	if e.Ends.After(e.Start) {
		return LastDay(e.Ends)
	}
	return DateOf(e.Start)
}

// TakenUp is when a period that was to end at the instant due is over after it stood still from stopped until again: it has
// as much time left as it had, counted in its own unit. Of working time only what is worked counts, within the office
// hours where it is counted in hours; where nothing but time off was left, the next working day is. A period of days,
// working days or months still ends with a day. What was over when it was stopped stays over, at due.
func (c *Calendar) TakenUp(u Unit, due, stopped, again time.Time) time.Time {
	if !due.After(stopped) {
		return due
	}
	switch u {
	case Workdays, Workhours:
		counted := c
		if u == Workdays {
			counted = c.WithHours(nil) // whole days
		}
		left := counted.worked(stopped, due)
		if left == 0 {
			ends, _ := c.EndWorkdaysFrom(again, 1)
			return ends
		}
		ends := counted.AddWorkHours(again, left)
		if u == Workdays {
			return LastDay(ends).End()
		}
		return ends
	case ClockHours:
		return again.Add(due.Sub(stopped))
	case Days, Months:
	}
	return LastDay(again.Add(due.Sub(stopped))).End()
}

// worked is how much working time lies between two instants.
func (c *Calendar) worked(from, to time.Time) (sum time.Duration) {
	for d := DateOf(from); d.Start().Before(to); {
		if c.IsWorkday(d) {
			for _, span := range c.counted() {
				opens, closes := span.On(d)
				if opens.Before(from) {
					opens = from
				}
				if closes.After(to) {
					closes = to
				}
				sum += max(closes.Sub(opens), 0)
			}
		}
		next := d.Add(1)
		if next == d { // the end of the calendar
			break
		}
		d = next
	}
	return sum
}

// counted are the hours of a working day that count: without office hours the whole of it.
func (c *Calendar) counted() Hours {
	if len(c.hours) == 0 {
		return Hours{{0, 24 * 60}}
	}
	return c.hours
}

// AddWorkHours is [Calendar.EndWorkhours] without its explanation.
func (c *Calendar) AddWorkHours(start time.Time, length time.Duration) time.Time {
	ends, _ := c.EndWorkhours(start, length)
	return ends
}

// Moved moves the end of a period of days or months on to the next working day when its last day is a day off (Civil
// Code art. 203): the day people are really off decides, so a Sunday that is a make-up day does not move it, and a
// Monday off in lieu does. It is for limits within which somebody must act. A floor, a period that must have passed
// before something may happen, is not moved: it is over when it is over. Periods of hours and of working days never
// end on a day off and come back as they are.
func (c *Calendar) Moved(e Explanation) (time.Time, Explanation) {
	if e.Unit != Days && e.Unit != Months {
		return e.Ends, e
	}
	d := e.Last
	for {
		day := c.Day(d)
		e.see(day, c)
		if day.Kind.Worked() {
			break
		}
		e.Moved = append(e.Moved, day)
		next := d.Add(1)
		if next == d {
			e.Provisional = true
			break
		}
		d = next
	}
	return e.finish(d)
}

// Lead is how a notice stands to the event it announces, when a rule wants it so many days before (“15日前”).
type Lead struct {
	Given    Date `json:"given"`    // the day of the notice
	Event    Date `json:"event"`    // the day of the meeting
	Days     int  `json:"days"`     // how many before the rule wants
	Earliest Date `json:"earliest"` // the earliest day for the event, given the notice
	Latest   Date `json:"latest"`   // the latest day for the notice, given the event
	Slack    int  `json:"slack"`    // days to spare; zero is lawful but deserves a warning, negative is too late
}

// Ahead compares a notice with its event. A notice on the 1st allows a meeting 15 days before which it must be given
// on the 16th at the earliest: the day of the notice does not count and the number itself is included.
func Ahead(given, event Date, days int) Lead {
	return Lead{
		Given: given, Event: event, Days: days,
		Earliest: EarliestEvent(given, days), Latest: LatestNotice(event, days),
		Slack: event.Sub(given) - days,
	}
}

// Enough reports whether the notice is early enough.
func (l Lead) Enough() bool { return l.Slack >= 0 }

// EarliestEvent is the earliest day for what needs notice so many days before, when the notice is given on given.
func EarliestEvent(given Date, days int) Date { return given.Add(max(days, 0)) }

// LatestNotice is the latest day on which notice can be given so many days before event.
func LatestNotice(event Date, days int) Date { return event.Add(-max(days, 0)) }
