package method_test

import (
	"testing"

	"gongzhi/internal/calendar"
	"gongzhi/internal/method"
)

func TestRhythm(t *testing.T) {
	cal := &calendar.Calendar{}
	tests := []struct {
		name   string
		rhythm method.Rhythm
		day    string
		want   bool
	}{
		{"every day", method.Rhythm{Every: "day"}, "2026-03-01", true},
		{"a working day", method.Rhythm{Every: "workday"}, "2026-03-02", true},
		{"a Sunday is none", method.Rhythm{Every: "workday"}, "2026-03-01", false},
		{"Monday", method.Rhythm{Weekdays: []method.Weekday{1}}, "2026-03-02", true},
		{"Friday", method.Rhythm{Weekdays: []method.Weekday{5}}, "2026-03-06", true},
		{"Sunday is the seventh", method.Rhythm{Weekdays: []method.Weekday{7}}, "2026-03-01", true},
		{"not Monday", method.Rhythm{Weekdays: []method.Weekday{1}}, "2026-03-01", false},
		{"the 15th", method.Rhythm{Days: []int{1, 15}}, "2026-03-15", true},
		{"the 14th", method.Rhythm{Days: []int{1, 15}}, "2026-03-14", false},
		{"the 31st of a month with 31 days", method.Rhythm{Days: []int{31}}, "2026-03-31", true},
		{"the 30th of such a month", method.Rhythm{Days: []int{31}}, "2026-03-30", false},
		{"the last of a month with 30", method.Rhythm{Days: []int{31}}, "2026-04-30", true},
		{"the last of February", method.Rhythm{Days: []int{30}}, "2026-02-28", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.rhythm.On(cal, calendar.MustDate(tt.day)); got != tt.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
