package calendar

import (
	"fmt"
	"strings"
	"time"
)

// Hours are the office hours of a working day, in order and apart: 08:30–12:00, 14:00–18:00.
type Hours []Span

// Span is a stretch of a day in minutes from midnight; To is not part of it and may be 24:00.
type Span struct {
	From, To int
}

// On is the stretch on one day.
func (s Span) On(d Date) (from, to time.Time) {
	start := d.Start()
	return start.Add(time.Duration(s.From) * time.Minute), start.Add(time.Duration(s.To) * time.Minute)
}

func (s Span) String() string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", s.From/60, s.From%60, s.To/60, s.To%60)
}

var hoursWriting = strings.NewReplacer("–", "-", "—", "-", "～", "-", "~", "-", "：", ":", "，", ",", "、", ",")

// ParseHours reads "08:30-12:00,14:00-18:00"; dashes and commas may be Chinese ones. It refuses an empty text, a time
// that is not on the clock, a stretch that ends before it begins, and stretches that overlap or are out of order.
func ParseHours(s string) (Hours, error) {
	var h Hours
	for _, part := range strings.Split(hoursWriting.Replace(s), ",") {
		a, b, ok := strings.Cut(strings.TrimSpace(part), "-")
		from, okA := minutes(a)
		to, okB := minutes(b)
		if !ok || !okA || !okB || from >= to {
			return nil, fmt.Errorf("calendar: %q is not office hours like 08:30-12:00", part)
		}
		if len(h) > 0 && from < h[len(h)-1].To {
			return nil, fmt.Errorf("calendar: office hours %q overlap or are out of order", s)
		}
		h = append(h, Span{from, to})
	}
	return h, nil
}

// minutes reads "08:30", and "24:00" for the end of the day.
func minutes(s string) (int, bool) {
	s = strings.TrimSpace(s)
	if s == "24:00" {
		return 24 * 60, true
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err == nil && len(s) == len("15:04")
}

func (h Hours) String() string {
	parts := make([]string, len(h))
	for i, s := range h {
		parts[i] = s.String()
	}
	return strings.Join(parts, ",")
}

// MarshalText is the form [ParseHours] reads.
func (h Hours) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText accepts what [ParseHours] does.
func (h *Hours) UnmarshalText(b []byte) (err error) {
	*h, err = ParseHours(string(b))
	return err
}
