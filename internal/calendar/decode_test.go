package calendar_test

import (
	"strings"
	"testing"
	"time"

	"gongzhi/internal/calendar"
	"gongzhi/internal/source"
)

// good is a table with two years, in the fewest lines.
const good = `reach_back: 3
holidays:
  new_year: { zh: 元旦, en: New Year's Day }
years:
  2019:
    sources:
      - { no: 甲1号, title: { zh: 通知, en: Notice }, date: 2018-12-04 }
      - { no: 乙2号, title: { zh: 调整, en: Change }, date: 2019-01-01 }
    days:
      - { of: [new_year], from: 2018-12-30, to: 2019-01-01, work: [2018-12-29] }
      - { of: [new_year], from: 2019-01-03, by: 乙2号 }
office: { hours: "08:30-12:00,14:00-18:00", basis: 街道规定 }
`

func decode(t *testing.T, files ...string) (*calendar.Calendar, []source.Fault) {
	t.Helper()
	var nodes []source.Node
	for _, f := range files {
		n, faults := source.Parse("c.yaml", []byte(f))
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		nodes = append(nodes, n)
	}
	return calendar.Decode(nodes...)
}

func TestDecode(t *testing.T) {
	c, faults := decode(t, good)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	y := c.Years()[0]
	var got []string
	for _, d := range y.Days {
		got = append(got, d.Date.String()+" "+d.Kind.String()+" "+d.Source.No)
	}
	want := "2018-12-29 make_up 甲1号, 2018-12-30 holiday 甲1号, 2018-12-31 holiday 甲1号, 2019-01-01 holiday 甲1号, 2019-01-03 holiday 乙2号"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	// A day another year's notice arranges is known, its neighbours in an uncovered year are not.
	if !c.Day(day("2018-12-31")).Known || c.Day(day("2018-12-28")).Known {
		t.Error("2018 is covered by the notice for 2019 alone")
	}
}

func TestDecodeFaults(t *testing.T) {
	tests := []struct {
		name     string
		old, new string // what is changed in good
		code     string
		line     int
	}{
		{"unknown key", "reach_back: 3", "reach_bak: 3", "yaml.unknown_key", 1},
		{"no date", "from: 2019-01-03", "from: 2019-02-30", "yaml.type", 11},
		{"a year that is no number", "  2019:", "  year:", "yaml.type", 5},
		{"reach of a year", "reach_back: 3", "reach_back: 365", "calendar.reach", 1},
		{"negative reach", "reach_back: 3", "reach_back: -1", "calendar.reach", 1},
		{"no English name", ", en: New Year's Day", "", "calendar.words", 3},
		{"no Chinese title", "zh: 调整, ", "", "calendar.words", 8},
		{"unknown holiday", "of: [new_year], from: 2019-01-03", "of: [christmas], from: 2019-01-03", "calendar.holiday", 11},
		{"no holiday", "of: [new_year], from: 2019-01-03", "from: 2019-01-03", "calendar.holiday", 11},
		{"no sources", "sources:\n      - { no: 甲1号, title: { zh: 通知, en: Notice }, date: 2018-12-04 }\n      - { no: 乙2号, title: { zh: 调整, en: Change }, date: 2019-01-01 }", "sources: []", "calendar.source", 5},
		{"no number", "no: 甲1号, ", "", "calendar.source", 7},
		{"no date of the source", ", date: 2018-12-04", "", "calendar.source", 7},
		{"unlisted source", "by: 乙2号", "by: 丙3号", "calendar.source", 11},
		{"ends before it begins", "to: 2019-01-01", "to: 2018-12-29", "calendar.order", 10},
		{"no beginning", "from: 2018-12-30, ", "", "calendar.order", 10},
		{"day of the next year", "from: 2019-01-03", "from: 2020-01-03", "calendar.year", 11},
		{"day too far back", "from: 2019-01-03", "from: 2018-12-28", "calendar.year", 11},
		{"runs on into the next year", "from: 2019-01-03", "from: 2019-12-31, to: 2020-01-02", "calendar.year", 11},
		{"a mistyped year of a make-up day", "work: [2018-12-29]", "work: [2008-12-28]", "calendar.year", 10},
		{"a day twice", "from: 2019-01-03", "from: 2019-01-01", "calendar.twice", 11},
		{"off and worked", "work: [2018-12-29]", "work: [2018-12-30]", "calendar.twice", 10},
		{"a make-up day on a Friday", "work: [2018-12-29]", "work: [2018-12-28]", "calendar.weekday", 10},
		{"hours without basis", ", basis: 街道规定", "", "calendar.basis", 12},
		{"impossible hours", "08:30-12:00", "12:00-08:30", "yaml.type", 12},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(good, tt.old) {
				t.Fatalf("nothing to change: %q", tt.old)
			}
			c, faults := decode(t, strings.Replace(good, tt.old, tt.new, 1))
			if c != nil || len(faults) == 0 {
				t.Fatal("accepted")
			}
			if f := faults[0]; f.Code != tt.code || f.Place.Line != tt.line || f.Place.Col < 1 {
				t.Errorf("faults %v, want %s at line %d", faults, tt.code, tt.line)
			}
			if len(faults) != 1 {
				t.Errorf("one slip gave %d faults: %v", len(faults), faults)
			}
		})
	}
}

func TestDecodeFolder(t *testing.T) {
	holidays, office, _ := strings.Cut(good, "office:")
	c, faults := decode(t, holidays, "office:"+office)
	if len(faults) > 0 || len(c.Years()) != 1 || c.Hours().String() != "08:30-12:00,14:00-18:00" {
		t.Errorf("two files: %v", faults)
	}
	if c, faults = decode(t, holidays, holidays); c != nil || len(faults) != 1 || faults[0].Code != "calendar.year" {
		t.Errorf("the same year in two files: %v", faults)
	}
	if c, faults := calendar.Decode(); len(faults) > 0 || len(c.Years()) != 0 || c.Day(day("2026-10-01")).Known {
		t.Errorf("no files at all: %v", faults)
	}
}

func TestParseHours(t *testing.T) {
	for _, s := range []string{"08:30-12:00,14:00-18:00", "08:30–12:00，14:00–18:00", " 08：30—12：00、 14:00 ～ 18:00 "} {
		if h, err := calendar.ParseHours(s); err != nil || h.String() != "08:30-12:00,14:00-18:00" {
			t.Errorf("ParseHours(%q) = %v, %v", s, h, err)
		}
	}
	if h, err := calendar.ParseHours("00:00-24:00"); err != nil || h.String() != "00:00-24:00" {
		t.Errorf("a whole day: %v, %v", h, err)
	}
	if h, err := calendar.ParseHours("08:30-12:00,12:00-18:00"); err != nil || len(h) != 2 {
		t.Errorf("touching: %v, %v", h, err)
	}
	for _, s := range []string{"", "08:30", "8:30-12:00", "12:00-08:30", "08:30-08:30", "08:30-25:00", "08:30-12:60", "08:30-12:00,11:00-18:00", "14:00-18:00,08:30-12:00", "08:30-12:00,", "24:00-24:00"} {
		if h, err := calendar.ParseHours(s); err == nil {
			t.Errorf("ParseHours(%q) = %v, want a refusal", s, h)
		}
	}
	h, err := calendar.ParseHours("09:00-17:00")
	if err != nil {
		t.Fatal(err)
	}
	c := shipped(t)
	if got := c.WithHours(h).AddWorkHours(at("2026-03-02 08:00"), 4*time.Hour); got != at("2026-03-02 13:00") {
		t.Errorf("with other hours: %v", got.In(calendar.Zone))
	}
	if c.Hours().String() == h.String() {
		t.Error("WithHours changed the calendar it was asked of")
	}
}
