package calendar_test

import (
	"os"
	"testing"
	"time"

	"gongzhi/internal/calendar"
	"gongzhi/internal/source"
)

const folder = "../../charters/linshanzhai/calendars/"

// shipped is the table of the first charter, read as the charter package reads it.
func shipped(t testing.TB) *calendar.Calendar {
	t.Helper()
	var nodes []source.Node
	for _, name := range []string{"state_council.yaml", "office_hours.yaml"} {
		raw, err := os.ReadFile(folder + name)
		if err != nil {
			t.Fatal(err)
		}
		n, faults := source.Parse(name, raw)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		nodes = append(nodes, n)
	}
	c, faults := calendar.Decode(nodes...)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return c
}

// TestShippedYears counts every year against its notice: days off in spells, and weekend days worked.
func TestShippedYears(t *testing.T) {
	want := map[int]struct {
		off, work, sources int
		no                 string
	}{
		2016: {24, 6, 1, "国办发明电〔2015〕18号"},
		2017: {24, 5, 1, "国办发明电〔2016〕17号"},
		2018: {23, 6, 1, "国办发明电〔2017〕12号"},
		2019: {24, 7, 2, "国办发明电〔2018〕15号"},
		2020: {30, 6, 2, "国办发明电〔2019〕16号"},
		2021: {31, 7, 1, "国办发明电〔2020〕27号"},
		2022: {31, 7, 1, "国办发明电〔2021〕11号"},
		2023: {27, 7, 1, "国办发明电〔2022〕16号"},
		2024: {28, 8, 1, "国办发明电〔2023〕7号"},
		2025: {28, 5, 1, "国办发明电〔2024〕12号"},
		2026: {33, 6, 1, "国办发明电〔2025〕7号"},
	}
	years := shipped(t).Years()
	if len(years) != len(want) {
		t.Errorf("%d years, want %d", len(years), len(want))
	}
	for _, y := range years {
		off, work := 0, 0
		for _, d := range y.Days {
			switch d.Kind {
			case calendar.Holiday:
				off++
			case calendar.MakeUp:
				work++
			case calendar.Workday, calendar.Weekend:
				t.Errorf("%v is arranged as %v", d.Date, d.Kind)
			}
			if d.Source == nil || len(d.Names) == 0 || !d.Known {
				t.Errorf("%v has no source or no name", d.Date)
			}
		}
		w := want[y.Year]
		if off != w.off || work != w.work || len(y.Sources) != w.sources || y.Sources[0].No != w.no {
			t.Errorf("%d: %d off, %d worked by %v, want %+v", y.Year, off, work, y.Sources, w)
		}
		if s := y.Sources[0]; s.Date.Year() != y.Year-1 {
			t.Errorf("the notice for %d is dated %v", y.Year, s.Date)
		}
	}
}

func TestShippedDays(t *testing.T) {
	tests := []struct {
		date string
		kind calendar.Kind
		name string // Chinese name of the first holiday
		no   string // source
	}{
		{"2016-02-06", calendar.MakeUp, "春节", "国办发明电〔2015〕18号"},
		{"2016-05-02", calendar.Holiday, "劳动节", "国办发明电〔2015〕18号"}, // a Monday made up for 1 May, a Sunday
		{"2017-09-30", calendar.MakeUp, "中秋节", "国办发明电〔2016〕17号"},
		{"2018-12-29", calendar.MakeUp, "元旦", "国办发明电〔2018〕15号"}, // by the next year's notice
		{"2018-12-31", calendar.Holiday, "元旦", "国办发明电〔2018〕15号"},
		{"2019-05-02", calendar.Holiday, "劳动节", "国办发明电〔2019〕3号"}, // by the change
		{"2019-05-05", calendar.MakeUp, "劳动节", "国办发明电〔2019〕3号"},
		{"2020-01-19", calendar.MakeUp, "春节", "国办发明电〔2019〕16号"},
		{"2020-01-30", calendar.Holiday, "春节", "国办发明电〔2019〕16号"},
		{"2020-01-31", calendar.Holiday, "春节", "国办发明电〔2020〕1号"}, // by the extension
		{"2020-02-01", calendar.Holiday, "春节", "国办发明电〔2020〕1号"}, // first announced as a workday
		{"2020-02-02", calendar.Holiday, "春节", "国办发明电〔2020〕1号"},
		{"2020-02-03", calendar.Workday, "", ""},
		{"2022-12-31", calendar.Holiday, "元旦", "国办发明电〔2022〕16号"},
		{"2023-09-29", calendar.Holiday, "中秋节", "国办发明电〔2022〕16号"},
		{"2024-02-04", calendar.MakeUp, "春节", "国办发明电〔2023〕7号"},
		{"2024-02-09", calendar.Workday, "", ""}, // the eve
		{"2024-02-18", calendar.MakeUp, "春节", "国办发明电〔2023〕7号"},
		{"2025-01-28", calendar.Holiday, "春节", "国办发明电〔2024〕12号"}, // the eve, a holiday from 2025
		{"2025-05-02", calendar.Holiday, "劳动节", "国办发明电〔2024〕12号"},
		{"2026-01-04", calendar.MakeUp, "元旦", "国办发明电〔2025〕7号"},
		{"2026-02-14", calendar.MakeUp, "春节", "国办发明电〔2025〕7号"},
		{"2026-02-23", calendar.Holiday, "春节", "国办发明电〔2025〕7号"},
		{"2026-02-24", calendar.Workday, "", ""},
		{"2026-02-28", calendar.MakeUp, "春节", "国办发明电〔2025〕7号"},
		{"2026-05-09", calendar.MakeUp, "劳动节", "国办发明电〔2025〕7号"},
		{"2026-09-20", calendar.MakeUp, "国庆节", "国办发明电〔2025〕7号"},
		{"2026-10-10", calendar.MakeUp, "国庆节", "国办发明电〔2025〕7号"},
		{"2026-10-11", calendar.Weekend, "", ""},
	}
	c := shipped(t)
	for _, tt := range tests {
		got := c.Day(day(tt.date))
		if got.Kind != tt.kind || !got.Known || got.Date != day(tt.date) {
			t.Errorf("%s is %v (known %v), want %v", tt.date, got.Kind, got.Known, tt.kind)
		}
		if got.Kind.Worked() != c.IsWorkday(day(tt.date)) {
			t.Errorf("%s: IsWorkday disagrees with Day", tt.date)
		}
		if tt.name == "" {
			if got.Source != nil || got.Names != nil {
				t.Errorf("%s is ordinary, yet has %v by %v", tt.date, got.Names, got.Source)
			}
			continue
		}
		if len(got.Names) == 0 || got.Names[0].ZH != tt.name || got.Names[0].EN == "" || got.Source == nil || got.Source.No != tt.no {
			t.Errorf("%s is for %v by %v, want %s by %s", tt.date, got.Names, got.Source, tt.name, tt.no)
		}
	}
	if names := c.Day(day("2025-10-06")).Names; len(names) != 2 {
		t.Errorf("2025-10-06 is for %v, want National Day and Mid-Autumn", names)
	}
}

// TestShippedYearsAddUp checks each notice against the law it carries out. Days off are moved, not given: the weekdays
// off less the weekend days worked are exactly the holidays of 全国年节及纪念日放假办法, 11 until 2024 and 13 since. Only
// the extension of 2020 gave more: Friday 31 January, and Saturday 1 February was not worked after all.
func TestShippedYearsAddUp(t *testing.T) {
	for _, y := range shipped(t).Years() {
		want := 11
		switch {
		case y.Year == 2020, y.Year >= 2025:
			want = 13
		}
		got := 0
		for _, d := range y.Days {
			w := d.Date.Weekday()
			weekend := w == time.Saturday || w == time.Sunday
			switch {
			case d.Kind == calendar.Holiday && !weekend:
				got++
			case d.Kind == calendar.MakeUp && weekend:
				got--
			case d.Kind == calendar.MakeUp:
				t.Errorf("the make-up day %v is a %v", d.Date, w)
			}
		}
		if got != want {
			t.Errorf("%d takes %d weekdays off, want %d", y.Year, got, want)
		}
	}
}

func TestCoverage(t *testing.T) {
	c := shipped(t)
	tests := []struct {
		date  string
		known bool
	}{
		{"2015-12-31", false},
		{"2016-01-01", true},
		{"2024-12-31", true}, // the notice for 2025 is there, and leaves it alone
		{"2026-12-28", true},
		{"2026-12-29", false}, // the notice for 2027 may still arrange it
		{"2026-12-31", false},
		{"2027-01-01", false},
	}
	for _, tt := range tests {
		if got := c.Day(day(tt.date)); got.Known != tt.known {
			t.Errorf("%s: known %v, want %v", tt.date, got.Known, tt.known)
		}
	}
	empty := new(calendar.Calendar)
	if d := empty.Day(day("2026-10-01")); d.Known || d.Kind != calendar.Workday {
		t.Errorf("the empty table says %+v of 1 October", d)
	}
	if d := empty.Day(day("2026-10-10")); d.Kind != calendar.Weekend {
		t.Errorf("the empty table says %+v of a Saturday", d)
	}
}

func TestShippedHours(t *testing.T) {
	if got := shipped(t).Hours().String(); got != "08:30-12:00,14:00-18:00" {
		t.Errorf("office hours %s", got)
	}
}
