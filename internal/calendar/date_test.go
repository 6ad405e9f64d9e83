package calendar_test

import (
	"encoding/json"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"

	"gongzhi/internal/calendar"
)

func day(s string) calendar.Date { return calendar.MustDate(s) }

// at reads an instant in Shanghai.
func at(s string) time.Time {
	t, err := calendar.ParseInstant(s)
	if err != nil {
		panic(err)
	}
	return t
}

func anyDate(t *rapid.T) calendar.Date {
	return day("2016-01-01").Add(rapid.IntRange(-400, 12*366).Draw(t, "day")) // the table, and a year to each side
}

func TestParseDate(t *testing.T) {
	for _, s := range []string{"2026-03-02", "0001-01-01", "9999-12-31", "2024-02-29", "1970-01-01", "1969-12-31"} {
		d, err := calendar.ParseDate(s)
		if err != nil || d.String() != s || d.IsZero() {
			t.Errorf("ParseDate(%q) = %v, %v", s, d, err)
		}
	}
	for _, s := range []string{
		"", "2026-3-2", "2026/03/02", "20260302", "2026-02-29", "2026-04-31", "2026-13-01", "2026-00-10", "0000-12-31",
		"2026-03-02T00:00:00Z", " 2026-03-02", "2026年3月2日", "-026-03-02", "12026-03-02", "２０２６-03-02",
	} {
		if d, err := calendar.ParseDate(s); err == nil || !d.IsZero() {
			t.Errorf("ParseDate(%q) = %v, %v, want a refusal", s, d, err)
		}
	}
}

func TestNewDate(t *testing.T) {
	if d, err := calendar.NewDate(2024, time.February, 29); err != nil || d != day("2024-02-29") {
		t.Errorf("a leap day: %v, %v", d, err)
	}
	for _, bad := range [][3]int{{2023, 2, 29}, {2026, 4, 31}, {2026, 13, 1}, {2026, 1, 0}, {0, 1, 1}, {10000, 1, 1}} {
		if d, err := calendar.NewDate(bad[0], time.Month(bad[1]), bad[2]); err == nil || !d.IsZero() {
			t.Errorf("NewDate(%v) = %v, want a refusal", bad, d)
		}
	}
}

func TestDateOf(t *testing.T) {
	tests := []struct{ instant, want string }{
		{"2026-03-01T15:59:59.999999Z", "2026-03-01"}, // 23:59:59 in Shanghai
		{"2026-03-01T16:00:00Z", "2026-03-02"},
		{"2026-03-02T15:59:59Z", "2026-03-02"},
		{"1969-12-31T16:00:00Z", "1970-01-01"},
		{"1969-12-31T15:59:59Z", "1969-12-31"},
	}
	for _, tt := range tests {
		instant, err := time.Parse(time.RFC3339Nano, tt.instant)
		if err != nil {
			t.Fatal(err)
		}
		if got := calendar.DateOf(instant); got != day(tt.want) {
			t.Errorf("DateOf(%s) = %v, want %s", tt.instant, got, tt.want)
		}
	}
	if got := calendar.DateOf(time.Time{}.AddDate(-5, 0, 0)); got != day("0001-01-01") {
		t.Errorf("before the calendar: %v", got)
	}
	d := day("2026-03-09")
	if got := calendar.LastDay(d.End()); got != d {
		t.Errorf("24:00 of %v belongs to %v", d, got)
	}
	if got := calendar.LastDay(d.Start()); got != d.Add(-1) {
		t.Errorf("0:00 of %v belongs to %v", d, got)
	}
}

func TestDateOrder(t *testing.T) {
	a, b := day("2026-02-28"), day("2026-03-01")
	if !a.Before(b) || b.Before(a) || !b.After(a) || a.Compare(b) != -1 || b.Compare(a) != 1 || a.Compare(a) != 0 || b.Sub(a) != 1 {
		t.Errorf("%v and %v are out of order", a, b)
	}
	if (calendar.Date{}).Compare(day("0001-01-01")) != -1 {
		t.Error("no date does not come first")
	}
	if y, m, d := (calendar.Date{}).YMD(); y != 0 || m != 0 || d != 0 {
		t.Errorf("no date is %d-%d-%d", y, m, d)
	}
	if w := day("2026-03-02").Weekday(); w != time.Monday {
		t.Errorf("2026-03-02 is a %v", w)
	}
}

func TestDateAdd(t *testing.T) {
	tests := []struct {
		from string
		n    int
		want string
	}{
		{"2024-02-28", 1, "2024-02-29"},
		{"2024-02-28", 2, "2024-03-01"},
		{"2025-12-31", 1, "2026-01-01"},
		{"2026-01-01", -1, "2025-12-31"},
		{"9999-12-31", 1, "9999-12-31"},
		{"0001-01-01", -1, "0001-01-01"},
		{"2026-01-01", 1<<63 - 1, "9999-12-31"},
		{"2026-01-01", -1 << 63, "0001-01-01"},
	}
	for _, tt := range tests {
		if got := day(tt.from).Add(tt.n); got != day(tt.want) {
			t.Errorf("%s + %d = %v, want %s", tt.from, tt.n, got, tt.want)
		}
	}
	if !(calendar.Date{}).Add(5).IsZero() || !(calendar.Date{}).AddMonths(5).IsZero() {
		t.Error("no date plus something is a date")
	}
}

func TestAddMonths(t *testing.T) {
	tests := []struct {
		from string
		n    int
		want string
	}{
		{"2026-01-15", 1, "2026-02-15"},
		{"2026-01-31", 1, "2026-02-28"},
		{"2024-01-31", 1, "2024-02-29"},
		{"2026-01-31", 2, "2026-03-31"}, // not 28 March
		{"2026-03-31", 1, "2026-04-30"},
		{"2026-11-30", 3, "2027-02-28"},
		{"2024-02-29", 12, "2025-02-28"},
		{"2026-03-31", -1, "2026-02-28"},
		{"2026-01-15", -1, "2025-12-15"},
		{"2026-01-15", 0, "2026-01-15"},
		{"9999-06-01", 7, "9999-12-31"},
		{"0001-06-01", -6, "0001-01-01"},
		{"2026-01-01", 1<<63 - 1, "9999-12-31"},
		{"2026-01-01", -1 << 63, "0001-01-01"},
	}
	for _, tt := range tests {
		if got := day(tt.from).AddMonths(tt.n); got != day(tt.want) {
			t.Errorf("%s and %d months = %v, want %s", tt.from, tt.n, got, tt.want)
		}
	}
}

// TestAddMonthsClamps holds it to art. 202: the right month, and the same day or the last.
func TestAddMonthsClamps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, n := anyDate(t), rapid.IntRange(-240, 240).Draw(t, "months")
		got := d.AddMonths(n)
		y, m, dd := d.YMD()
		gy, gm, gd := got.YMD()
		if gy*12+int(gm) != y*12+int(m)+n {
			t.Fatalf("%v and %d months is %v", d, n, got)
		}
		if last := got.Add(1).String()[8:] == "01"; gd != dd && (!last || gd > dd) {
			t.Fatalf("%v and %d months is %v, which is neither the same day nor the last", d, n, got)
		}
	})
}

func TestDateInFiles(t *testing.T) {
	type file struct {
		From calendar.Date  `yaml:"from" json:"from"`
		To   calendar.Date  `yaml:"to" json:"to"`
		Till *calendar.Date `yaml:"till,omitempty" json:"till,omitempty"`
	}
	var got file
	if err := yaml.Load([]byte("from: 2026-03-02\nto: \"2026-03-09\"\n"), &got); err != nil {
		t.Fatal(err)
	}
	want := file{From: day("2026-03-02"), To: day("2026-03-09")}
	if got != want {
		t.Errorf("from YAML: %v, want %v", got, want)
	}
	for _, codec := range []struct {
		name string
		out  func(any) ([]byte, error)
		in   func([]byte, any) error
	}{
		{"JSON", json.Marshal, json.Unmarshal},
		{"YAML", func(v any) ([]byte, error) { return yaml.Dump(v) }, func(b []byte, v any) error { return yaml.Load(b, v) }},
	} {
		for _, v := range []file{want, {}} {
			b, err := codec.out(v)
			if err != nil {
				t.Fatal(err)
			}
			var back file
			if err := codec.in(b, &back); err != nil || back != v {
				t.Errorf("%s: %s read back as %v, %v", codec.name, b, back, err)
			}
		}
	}
	if b, err := json.Marshal(map[calendar.Date]int{day("2026-03-02"): 1}); err != nil || string(b) != `{"2026-03-02":1}` {
		t.Errorf("as a key: %s, %v", b, err)
	}
	if err := yaml.Load([]byte("from: 2026-02-30\n"), &got); err == nil {
		t.Error("30 February was read from YAML")
	}
}

func TestParseInstant(t *testing.T) {
	want := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for _, s := range []string{"2026-03-02T16:00", "2026-03-02 16:00", "2026-03-02T16:00:00", "2026-03-02T16:00:00+08:00", "2026-03-02T08:00:00Z"} {
		if got, err := calendar.ParseInstant(s); err != nil || got != want {
			t.Errorf("ParseInstant(%q) = %v, %v, want %v", s, got, err, want)
		}
	}
	if got, err := calendar.ParseInstant("2026-03-02T08:00:00.0000019Z"); err != nil || got != want.Add(time.Microsecond) {
		t.Errorf("finer than a microsecond: %v, %v", got, err)
	}
	for _, s := range []string{"", "2026-03-02", "16:00", "2026-03-02 24:00", "2026-02-30 16:00", "2026-03-02 16:00 "} {
		if got, err := calendar.ParseInstant(s); err == nil {
			t.Errorf("ParseInstant(%q) = %v, want a refusal", s, got)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-03-02", "2024-02-29", "2023-02-29", "", "0000-00-00", "9999-12-31", "2026-3-2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := calendar.ParseDate(s)
		if err != nil {
			if !d.IsZero() {
				t.Fatalf("ParseDate(%q) refused and yet gave %v", s, d)
			}
			return
		}
		if d.String() != s {
			t.Fatalf("ParseDate(%q) = %v", s, d)
		}
		if calendar.DateOf(d.Start()) != d || calendar.DateOf(d.End().Add(-1)) != d || calendar.LastDay(d.End()) != d {
			t.Fatalf("%v does not hold its own first and last instants", d)
		}
		y, m, dd := d.YMD()
		if back, err := calendar.NewDate(y, m, dd); err != nil || back != d {
			t.Fatalf("%v taken apart and put together is %v, %v", d, back, err)
		}
	})
}
