package calendar_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongzhi/internal/calendar"
)

func TestEndDays(t *testing.T) {
	tests := []struct {
		name, start string
		n           int
		first, ends string
	}{
		{"posted in the afternoon, seven days", "2026-03-02 16:00", 7, "2026-03-03", "2026-03-10 00:00"},
		{"posted in the day's first minute", "2026-03-02 00:00", 7, "2026-03-03", "2026-03-10 00:00"},
		{"posted in the day's last minute", "2026-03-02 23:59", 7, "2026-03-03", "2026-03-10 00:00"},
		{"posted a minute later", "2026-03-03 00:00", 7, "2026-03-04", "2026-03-11 00:00"},
		{"over a leap day", "2024-02-27 09:00", 3, "2024-02-28", "2024-03-02 00:00"},
		{"the last day is a holiday, a floor does not care", "2026-09-28 09:00", 5, "2026-09-29", "2026-10-04 00:00"},
		{"no days: the rest of the day", "2026-03-02 16:00", 0, "2026-03-03", "2026-03-03 00:00"},
		{"fewer than none counts as none", "2026-03-02 16:00", -3, "2026-03-03", "2026-03-03 00:00"},
	}
	c := new(calendar.Calendar) // days are counted without a table
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ends, e := c.EndDays(at(tt.start), tt.n)
			if want := at(tt.ends); ends != want || e.Ends != want || c.End(at(tt.start), tt.n) != want {
				t.Errorf("ends %v, want %v", ends.In(calendar.Zone), tt.ends)
			}
			if e.First != day(tt.first) || e.Last != calendar.LastDay(ends) || e.N != tt.n || e.Unit != calendar.Days || e.Start != at(tt.start) {
				t.Errorf("explained as %+v", e)
			}
			if e.Provisional || e.Skipped != nil || e.Moved != nil {
				t.Errorf("natural days need no table, yet: %+v", e)
			}
		})
	}
}

func TestEndMonths(t *testing.T) {
	tests := []struct {
		start string
		n     int
		last  string
	}{
		{"2026-01-15 10:00", 1, "2026-02-15"},
		{"2026-01-31 10:00", 1, "2026-02-28"},
		{"2024-01-31 10:00", 1, "2024-02-29"},
		{"2026-11-30 10:00", 3, "2027-02-28"},
		{"2026-03-01 10:00", 12, "2027-03-01"},
		{"2026-03-01 10:00", 0, "2026-03-01"},
	}
	c := new(calendar.Calendar)
	for _, tt := range tests {
		ends, e := c.EndMonths(at(tt.start), tt.n)
		if e.Last != day(tt.last) || ends != day(tt.last).End() || e.Provisional {
			t.Errorf("%s and %d months: %+v, want %s", tt.start, tt.n, e, tt.last)
		}
	}
}

func dates(days []calendar.Day) []string {
	var out []string
	for _, d := range days {
		out = append(out, d.Date.String())
	}
	return out
}

func TestEndWorkdays(t *testing.T) {
	spring := []string{"2026-02-15", "2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20", "2026-02-21", "2026-02-22", "2026-02-23"}
	tests := []struct {
		name, start     string
		n               int
		first, last     string
		skipped, madeUp []string
		missing         []int
	}{
		{"an ordinary week", "2026-03-09 16:00", 3, "2026-03-10", "2026-03-12", nil, nil, nil},
		{"over a weekend", "2026-03-12 16:00", 3, "2026-03-13", "2026-03-17", []string{"2026-03-14", "2026-03-15"}, nil, nil},
		{"over Spring Festival with a worked Saturday", "2026-02-12 10:00", 5, "2026-02-13", "2026-02-26", spring, []string{"2026-02-14"}, nil},
		{"begun on a holiday", "2026-10-03 10:00", 1, "2026-10-08", "2026-10-08", []string{"2026-10-04", "2026-10-05", "2026-10-06", "2026-10-07"}, nil, nil},
		{"begun on a worked Saturday, which does not count", "2026-10-10 10:00", 1, "2026-10-12", "2026-10-12", []string{"2026-10-11"}, nil, nil},
		{"over the extension of 2020", "2020-01-22 10:00", 2, "2020-01-23", "2020-02-03", []string{"2020-01-24", "2020-01-25", "2020-01-26", "2020-01-27", "2020-01-28", "2020-01-29", "2020-01-30", "2020-01-31", "2020-02-01", "2020-02-02"}, nil, nil},
		{"up to where the table is sure", "2026-12-24 10:00", 2, "2026-12-25", "2026-12-28", []string{"2026-12-26", "2026-12-27"}, nil, nil},
		{"one day further", "2026-12-24 10:00", 3, "2026-12-25", "2026-12-29", []string{"2026-12-26", "2026-12-27"}, nil, []int{2027}},
		{"beyond the table", "2026-12-30 10:00", 2, "2026-12-31", "2027-01-01", nil, nil, []int{2027}},
		{"before the table", "2014-12-30 10:00", 2, "2014-12-31", "2015-01-01", nil, nil, []int{2014, 2015}},
		{"none", "2026-03-14 10:00", 0, "", "2026-03-14", nil, nil, nil},
	}
	c := shipped(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ends, e := c.EndWorkdays(at(tt.start), tt.n)
			if e.First.String() != tt.first || e.Last != day(tt.last) || ends != day(tt.last).End() {
				t.Errorf("counted from %v to %v, want %s to %s", e.First, e.Last, tt.first, tt.last)
			}
			if got := dates(e.Skipped); !slices.Equal(got, tt.skipped) {
				t.Errorf("skipped %v, want %v", got, tt.skipped)
			}
			if got := dates(e.MadeUp); !slices.Equal(got, tt.madeUp) {
				t.Errorf("made up %v, want %v", got, tt.madeUp)
			}
			if e.Provisional != (tt.missing != nil) || !slices.Equal(e.Missing, tt.missing) {
				t.Errorf("provisional %v for want of %v, want %v", e.Provisional, e.Missing, tt.missing)
			}
		})
	}
}

func TestMoved(t *testing.T) {
	tests := []struct {
		name, start string
		n           int
		last        string
		moved       []string
		missing     []int
	}{
		{"the last day is worked", "2026-03-02 10:00", 7, "2026-03-09", nil, nil},
		{"a Saturday", "2026-03-07 10:00", 7, "2026-03-16", []string{"2026-03-14", "2026-03-15"}, nil},
		{"a Sunday", "2026-03-08 10:00", 7, "2026-03-16", []string{"2026-03-15"}, nil},
		{"a worked Saturday", "2026-02-13 10:00", 15, "2026-02-28", nil, nil},
		{"a Monday off in lieu", "2026-02-08 10:00", 15, "2026-02-24", []string{"2026-02-23"}, nil},
		{"a holiday followed by a worked Saturday", "2024-10-05 10:00", 1, "2024-10-08", []string{"2024-10-06", "2024-10-07"}, nil},
		{"worked, but the next notice may change it", "2026-12-20 10:00", 10, "2026-12-30", nil, []int{2027}},
		{"a Saturday beyond the table", "2027-01-01 10:00", 1, "2027-01-04", []string{"2027-01-02", "2027-01-03"}, []int{2027}},
	}
	c := shipped(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, floor := c.EndDays(at(tt.start), tt.n)
			ends, e := c.Moved(floor)
			if e.Last != day(tt.last) || ends != day(tt.last).End() || e.Ends != ends {
				t.Errorf("moved to %v (%v), want %s", e.Last, ends, tt.last)
			}
			if got := dates(e.Moved); !slices.Equal(got, tt.moved) {
				t.Errorf("moved over %v, want %v", got, tt.moved)
			}
			if e.Provisional != (tt.missing != nil) || !slices.Equal(e.Missing, tt.missing) {
				t.Errorf("provisional %v for want of %v, want %v", e.Provisional, e.Missing, tt.missing)
			}
			if floor.Moved != nil || floor.Ends != c.End(at(tt.start), tt.n) {
				t.Error("the floor changed with it")
			}
		})
	}
	_, month := c.EndMonths(at("2026-01-15 10:00"), 1) // a Sunday that begins Spring Festival
	if _, e := c.Moved(month); month.Last != day("2026-02-15") || e.Last != day("2026-02-24") || len(e.Moved) != 9 {
		t.Errorf("a month to %v moved to %v over %v", month.Last, e.Last, dates(e.Moved))
	}
	for _, n := range []int{1, 5} {
		_, e := c.EndWorkdays(at("2026-09-30 10:00"), n)
		if _, m := c.Moved(e); !cmp.Equal(e, m, cmp.Comparer(func(a, b calendar.Date) bool { return a == b })) {
			t.Errorf("%d workdays moved", n)
		}
	}
}

// What stood still has as much of its own time left as it had. Spring Festival 2026: 15 to 23 February off, the Saturdays 14
// and 28 February worked.
func TestTakenUp(t *testing.T) {
	office, err := calendar.ParseHours("08:30-12:00, 14:00-18:00")
	if err != nil {
		t.Fatal(err)
	}
	c := shipped(t).WithHours(office)
	tests := []struct {
		name                string
		unit                calendar.Unit
		due, stopped, again string
		want                string
	}{
		{"the last working minute of a Friday before a worked Saturday", calendar.Workhours, "2026-02-13 18:00", "2026-02-13 17:59", "2026-02-14 00:00", "2026-02-14 08:31"},
		{"over the festival", calendar.Workhours, "2026-02-14 18:00", "2026-02-14 17:00", "2026-02-17 00:00", "2026-02-24 09:30"},
		{"over noon", calendar.Workhours, "2026-03-02 15:00", "2026-03-02 11:00", "2026-03-03 08:00", "2026-03-03 10:30"},
		{"not a minute of office hours was left", calendar.Workhours, "2026-03-03 00:00", "2026-03-02 20:00", "2026-03-07 00:00", "2026-03-10 00:00"},
		{"two working days and a rest", calendar.Workdays, "2026-02-26 00:00", "2026-02-14 10:00", "2026-03-02 00:00", "2026-03-05 00:00"},
		{"a worked Saturday is one of them", calendar.Workdays, "2026-02-28 00:00", "2026-02-27 10:00", "2026-02-28 00:00", "2026-03-01 00:00"},
		{"stopped and taken up on days off", calendar.Workdays, "2026-03-10 00:00", "2026-03-07 10:00", "2026-03-14 12:00", "2026-03-17 00:00"},
		{"days of the clock", calendar.Days, "2026-03-10 00:00", "2026-03-05 10:00", "2026-03-08 00:00", "2026-03-13 00:00"},
		{"a month", calendar.Months, "2026-03-10 00:00", "2026-03-05 10:00", "2026-03-06 10:00", "2026-03-11 00:00"},
		{"hours of the clock", calendar.ClockHours, "2026-03-02 18:00", "2026-03-02 17:00", "2026-03-05 00:00", "2026-03-05 01:00"},
		{"over when it was stopped", calendar.Workdays, "2026-03-03 00:00", "2026-03-03 00:00", "2026-03-09 00:00", "2026-03-03 00:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := c.TakenUp(tt.unit, at(tt.due), at(tt.stopped), at(tt.again)); got != at(tt.want) {
				t.Errorf("over at %v, want %s", got.In(calendar.Zone), tt.want)
			}
		})
	}
}

// However long it stands still, what is left is never less than it was, nor is time given that was not there.
func TestTakenUpAtOnceChangesNothing(t *testing.T) {
	c := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		start := at("2026-01-05 09:00").Add(time.Duration(rapid.IntRange(0, 300*24*60).Draw(t, "minutes")) * time.Minute)
		due, _ := c.EndWorkdays(start, rapid.IntRange(1, 20).Draw(t, "days"))
		stopped := start.Add(time.Duration(rapid.IntRange(0, int(due.Sub(start).Minutes())-1).Draw(t, "until it stood still")) * time.Minute)
		if got := c.TakenUp(calendar.Workdays, due, stopped, stopped); !got.Equal(due) {
			t.Fatalf("stopped and taken up at %v: over at %v, was %v", stopped, got, due)
		}
	})
}

func TestEndHours(t *testing.T) {
	c := shipped(t)
	tests := []struct {
		start  string
		length time.Duration
		ends   string
		last   string
	}{
		{"2026-03-07 23:00", 24 * time.Hour, "2026-03-08 23:00", "2026-03-08"},
		{"2026-03-07 00:00", 24 * time.Hour, "2026-03-08 00:00", "2026-03-07"}, // 24:00 of Saturday
		{"2026-03-07 00:00", 0, "2026-03-07 00:00", "2026-03-07"},
		{"2026-03-07 00:00", -time.Hour, "2026-03-07 00:00", "2026-03-07"},
	}
	for _, tt := range tests {
		ends, e := c.EndHours(at(tt.start), tt.length)
		if ends != at(tt.ends) || e.Last != day(tt.last) || e.Provisional || e.Unit != calendar.ClockHours {
			t.Errorf("%v from %s: %+v, want %s", tt.length, tt.start, e, tt.ends)
		}
		if e.Unit.String() != "hours" {
			t.Errorf("unit %v", e.Unit)
		}
	}
	if _, e := c.EndHours(at("2026-03-07 00:00"), 1<<63-1); !e.Provisional {
		t.Error("292 years were counted without a doubt")
	}
}

func TestEndWorkhours(t *testing.T) {
	const h = time.Hour
	tests := []struct {
		name, start     string
		length          time.Duration
		ends, last      string
		skipped, spells int
		madeUp          int
	}{
		{"to closing time, not to the next opening", "2026-03-02 16:00", 2 * h, "2026-03-02 18:00", "2026-03-02", 0, 1, 0},
		{"half a minute before closing", "2026-03-02 16:00", 2*h - 30*time.Second, "2026-03-02 17:59:30", "2026-03-02", 0, 1, 0},
		{"a minute more", "2026-03-02 16:00", 2*h + time.Minute, "2026-03-03 08:31", "2026-03-03", 0, 2, 0},
		{"over the midday break", "2026-03-02 11:30", h, "2026-03-02 14:30", "2026-03-02", 0, 2, 0},
		{"in the midday break", "2026-03-02 12:30", h, "2026-03-02 15:00", "2026-03-02", 0, 1, 0},
		{"before opening", "2026-03-02 07:00", 30 * time.Minute, "2026-03-02 09:00", "2026-03-02", 0, 1, 0},
		{"at closing on Friday", "2026-03-06 18:00", h, "2026-03-09 09:30", "2026-03-09", 2, 1, 0},
		{"on a Saturday", "2026-03-07 10:00", h, "2026-03-09 09:30", "2026-03-09", 2, 1, 0},
		{"two full days", "2026-03-02 08:30", 15 * h, "2026-03-03 18:00", "2026-03-03", 0, 4, 0},
		{"into a worked Saturday", "2026-02-13 17:30", h, "2026-02-14 09:00", "2026-02-14", 0, 2, 1},
		{"over Spring Festival", "2026-02-14 17:30", h, "2026-02-24 09:00", "2026-02-24", 9, 2, 1},
		{"begun after a worked Saturday closed", "2026-02-14 18:00", h, "2026-02-24 09:30", "2026-02-24", 9, 1, 0},
		{"none", "2026-03-07 10:00", 0, "2026-03-07 10:00", "2026-03-07", 0, 0, 0},
		{"less than none", "2026-03-07 10:00", -h, "2026-03-07 10:00", "2026-03-07", 0, 0, 0},
	}
	c := shipped(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ends, e := c.EndWorkhours(at(tt.start), tt.length)
			if ends != at(tt.ends) || e.Ends != ends || c.AddWorkHours(at(tt.start), tt.length) != ends {
				t.Errorf("ends %v, want %s", ends.In(calendar.Zone), tt.ends)
			}
			if e.Last != day(tt.last) || len(e.Skipped) != tt.skipped || len(e.Spells) != tt.spells || len(e.MadeUp) != tt.madeUp {
				t.Errorf("explained as %+v", e)
			}
			if e.Provisional {
				t.Errorf("provisional for want of %v", e.Missing)
			}
		})
	}
	if _, e := c.EndWorkhours(at("2026-12-31 17:00"), 2*h); !e.Provisional || !slices.Equal(e.Missing, []int{2027}) {
		t.Errorf("beyond the table: %+v", e)
	}
	whole := new(calendar.Calendar) // no office hours: whole working days
	if ends, e := whole.EndWorkhours(at("2026-03-06 16:00"), 10*h); ends != at("2026-03-09 02:00") || !e.Provisional {
		t.Errorf("without office hours: %+v", e)
	}
}

// TestLongPeriodsEnd gives lengths no rule has: they must end, be marked, and not take long.
func TestLongPeriodsEnd(t *testing.T) {
	c := shipped(t)
	start, far := at("2026-03-02 16:00"), at("9999-12-30 16:00")
	begun := time.Now()
	for name, e := range map[string]calendar.Explanation{
		"days":            second(c.EndDays(start, 1<<62)),
		"months":          second(c.EndMonths(start, 1<<62)),
		"workdays":        second(c.EndWorkdays(start, 1<<62)),
		"workhours":       second(c.EndWorkhours(start, 1<<62)),
		"workdays at end": second(c.EndWorkdays(far, 5)),
		"workhours there": second(c.EndWorkhours(far, 100*time.Hour)),
	} {
		if !e.Provisional || e.Ends.Before(e.Start) {
			t.Errorf("%s: ends %v, provisional %v", name, e.Ends, e.Provisional)
		}
	}
	if d := c.AddWorkdays(day("9999-12-30"), 100); d != day("9999-12-31") {
		t.Errorf("working days at the end of the calendar: %v", d)
	}
	if d := c.AddWorkdays(day("0001-01-02"), -100); d != day("0001-01-01") {
		t.Errorf("working days at its beginning: %v", d)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

func second(_ time.Time, e calendar.Explanation) calendar.Explanation { return e }

func TestAhead(t *testing.T) {
	tests := []struct {
		name, given, event string
		days, slack        int
		enough             bool
		earliest, latest   string
	}{
		{"just in time", "2026-03-01", "2026-03-16", 15, 0, true, "2026-03-16", "2026-03-01"},
		{"a day late", "2026-03-01", "2026-03-15", 15, -1, false, "2026-03-16", "2026-02-28"},
		{"a day to spare", "2026-03-01", "2026-03-17", 15, 1, true, "2026-03-16", "2026-03-02"},
		{"after the event", "2026-03-17", "2026-03-16", 15, -16, false, "2026-04-01", "2026-03-01"},
		{"no notice needed", "2026-03-16", "2026-03-16", 0, 0, true, "2026-03-16", "2026-03-16"},
	}
	for _, tt := range tests {
		got := calendar.Ahead(day(tt.given), day(tt.event), tt.days)
		want := calendar.Lead{Given: day(tt.given), Event: day(tt.event), Days: tt.days, Earliest: day(tt.earliest), Latest: day(tt.latest), Slack: tt.slack}
		if got != want || got.Enough() != tt.enough {
			t.Errorf("%s: %+v, want %+v", tt.name, got, want)
		}
	}
}

func TestWorkdaysBetween(t *testing.T) {
	c := shipped(t)
	tests := []struct {
		from, to string
		want     int
	}{
		{"2026-03-09", "2026-03-09", 0},
		{"2026-03-09", "2026-03-10", 1},
		{"2026-03-13", "2026-03-16", 1}, // Friday to Monday
		{"2026-03-13", "2026-03-15", 0}, // Friday to Sunday
		{"2026-02-13", "2026-02-24", 2}, // the worked Saturday and the Tuesday after
		{"2026-03-10", "2026-03-09", -1},
		{"2026-03-16", "2026-03-13", -1},
		{"2026-03-15", "2026-03-13", -1},
	}
	for _, tt := range tests {
		if got := c.WorkdaysBetween(day(tt.from), day(tt.to)); got != tt.want {
			t.Errorf("%s to %s: %d, want %d", tt.from, tt.to, got, tt.want)
		}
	}
}

// TestExplanationAsJSON fixes the words a page and the API find in an explanation.
func TestExplanationAsJSON(t *testing.T) {
	_, e := shipped(t).EndWorkdays(at("2026-02-13 17:30"), 2)
	b, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		`"start":"2026-02-13T09:30:00Z"`, `"unit":"workdays","n":2`, `"first":"2026-02-14","last":"2026-02-24","ends":"2026-02-24T16:00:00Z"`,
		`{"date":"2026-02-15","kind":"holiday","names":[{"zh":"春节","en":"Spring Festival"}],"source":{"no":"国办发明电〔2025〕7号"`,
		`"made_up":[{"date":"2026-02-14","kind":"make_up"`, `"provisional":false`,
	} {
		if !strings.Contains(string(b), part) {
			t.Errorf("no %s in %s", part, b)
		}
	}
}

func TestNamesOfWhatIsNot(t *testing.T) {
	if got := calendar.Kind(0).String() + calendar.Kind(9).String() + calendar.Unit(0).String(); got != "calendar.kind(0)calendar.kind(9)calendar.unit(0)" {
		t.Error(got)
	}
}

func anyStart(t *rapid.T) time.Time {
	return anyDate(t).Start().Add(time.Duration(rapid.Int64Range(0, int64(24*time.Hour)-1).Draw(t, "time")))
}

func TestWorkdayLaws(t *testing.T) {
	c := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		d, n := anyDate(t), rapid.IntRange(-300, 300).Draw(t, "n")
		got := c.AddWorkdays(d, n)
		if n != 0 && !c.IsWorkday(got) {
			t.Fatalf("%d working days from %v is %v, a day off", n, d, got)
		}
		if back := c.WorkdaysBetween(d, got); back != n {
			t.Fatalf("%d working days from %v is %v, but there are %d between", n, d, got, back)
		}
		if further := c.AddWorkdays(d, n+1); !further.After(got) {
			t.Fatalf("%d working days from %v is %v and one more is %v", n, d, got, further)
		}
		if later := c.AddWorkdays(d.Add(1), n); later.Before(got) {
			t.Fatalf("begun a day later, %d working days end earlier: %v, %v", n, got, later)
		}
		e := anyDate(t)
		if back := c.AddWorkdays(d, c.WorkdaysBetween(d, e)); c.IsWorkday(e) && d != e && back != e {
			t.Fatalf("from %v by the working days to %v comes to %v", d, e, back)
		}
	})
}

func TestPeriodLaws(t *testing.T) {
	c := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		start, n := anyStart(t), rapid.IntRange(0, 200).Draw(t, "n")
		ends, e := c.EndDays(start, n)
		if ends.Sub(start) < time.Duration(n)*24*time.Hour || ends.Sub(start) > time.Duration(n+1)*24*time.Hour {
			t.Fatalf("%d days from %v end %v", n, start, ends)
		}
		movedTo, m := c.Moved(e)
		if movedTo.Before(ends) || !c.IsWorkday(m.Last) || (len(m.Moved) == 0) != movedTo.Equal(ends) {
			t.Fatalf("%v moved to %v over %v", e.Last, m.Last, dates(m.Moved))
		}
		ends, w := c.EndWorkdays(start, n)
		if w.Last != c.AddWorkdays(calendar.DateOf(start), n) || ends != w.Last.End() {
			t.Fatalf("%d workdays from %v end %v", n, start, ends)
		}
		if w.Last.Sub(calendar.DateOf(start)) != n+len(w.Skipped) {
			t.Fatalf("%d workdays from %v to %v with %d skipped do not add up", n, start, w.Last, len(w.Skipped))
		}
		for _, d := range w.Skipped {
			if d.Kind.Worked() {
				t.Fatalf("%v was skipped and is %v", d.Date, d.Kind)
			}
		}
		if w.Provisional != (len(w.Missing) > 0) {
			t.Fatalf("provisional %v for want of %v", w.Provisional, w.Missing)
		}
	})
}

func TestWorkhourLaws(t *testing.T) {
	c := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		start := anyStart(t)
		a := time.Duration(rapid.Int64Range(1, int64(40*time.Hour)).Draw(t, "a"))
		b := time.Duration(rapid.Int64Range(1, int64(40*time.Hour)).Draw(t, "b"))
		first, e := c.EndWorkhours(start, a)
		var sum time.Duration
		last := start
		for _, s := range e.Spells {
			if s.From.Before(last) || !s.From.Before(s.To) || !c.IsWorkday(calendar.DateOf(s.From)) {
				t.Fatalf("spell %v after %v", s, last)
			}
			sum, last = sum+s.To.Sub(s.From), s.To
		}
		if sum != a || last != first {
			t.Fatalf("%v of office time from %v: %v until %v", a, start, sum, last)
		}
		if twice, once := c.AddWorkHours(first, b), c.AddWorkHours(start, a+b); twice != once {
			t.Fatalf("%v and then %v from %v: %v, at once: %v", a, b, start, twice, once)
		}
	})
}
