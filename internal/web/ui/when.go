package ui

import (
	"context"
	"strconv"
	"time"

	"gongzhi/internal/calendar"
	"gongzhi/internal/page"
	"gongzhi/internal/text"
)

// stamp says an instant in the zone of legal dates: "11月28日 18:00", with the year when it is not this one.
func stamp(ctx context.Context, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	local := at.In(calendar.Zone)
	return say(ctx, "when.stamp", "Day", day(ctx, calendar.DateOf(at)), "Time", local.Format("15:04"))
}

// until is stamp for an end. Midnight is 24:00 of the day that ends with it: "11月28日 24:00" tells which day is the
// last one, "11月29日 00:00" misleads everybody who reads only the date.
func until(ctx context.Context, at time.Time) string {
	local := at.In(calendar.Zone)
	if h, m, s := local.Clock(); h == 0 && m == 0 && s == 0 && !at.IsZero() {
		return say(ctx, "when.stamp", "Day", day(ctx, calendar.LastDay(at)), "Time", "24:00")
	}
	return stamp(ctx, at)
}

// day says a date: "11月28日", with the year when it is not the reader's.
func day(ctx context.Context, d calendar.Date) text.Words {
	y, m, n := d.YMD()
	key := "ui.when.day"
	if y != calendar.DateOf(from(ctx).Now).Year() {
		key = "ui.when.day_year"
	}
	return text.Key(key, "Y", y, "M", int(m), "D", n, "Month", text.Key("ui.when.month."+strconv.Itoa(int(m))))
}

// machine is an instant for datetime attributes.
func machine(at time.Time) string { return at.In(calendar.Zone).Format(time.RFC3339) }

// clocked gives a deadline the reader's instant where its maker gave none.
func clocked(ctx context.Context, d page.Deadline) page.Deadline {
	if d.Now.IsZero() {
		d.Now = from(ctx).Now
	}
	return d
}

// left is the time until due in whole minutes, rounded up, so that one never reads "0 minutes" while there is time.
type left struct{ Days, Hours, Minutes int }

func leftOf(due, now time.Time) left {
	n := int((max(0, due.Sub(now)) + time.Minute - 1) / time.Minute)
	return left{Days: n / 1440, Hours: n / 60 % 24, Minutes: n % 60}
}

// Two units are enough to plan by: days and hours, then hours and minutes, then minutes.
func (l left) showDays() bool    { return l.Days > 0 }
func (l left) showHours() bool   { return l.Days > 0 || l.Hours > 0 }
func (l left) showMinutes() bool { return l.Days == 0 }

// counted says step by step how a period was counted, so that anyone can do it again on a wall calendar.
func counted(ctx context.Context, e *calendar.Explanation) []string {
	var out []string
	add := func(key string, pairs ...any) { out = append(out, say(ctx, "count."+key, pairs...)) }
	n := e.N
	if e.Unit == calendar.ClockHours || e.Unit == calendar.Workhours {
		n = int(e.Length / time.Hour)
	}
	if e.Unit >= calendar.Days && e.Unit <= calendar.Months {
		add("start."+e.Unit.String(), "N", n, "At", stamp(ctx, e.Start))
	}
	if !e.First.IsZero() {
		add("first", "Day", day(ctx, e.First))
	}
	if k := len(e.Skipped); k > 0 {
		add("skipped", "N", k, "Days", days(ctx, e.Skipped))
	}
	if k := len(e.MadeUp); k > 0 {
		add("made_up", "N", k, "Days", days(ctx, e.MadeUp))
	}
	if k := len(e.Moved); k > 0 {
		add("moved", "N", k, "Days", days(ctx, e.Moved))
	}
	if !e.Ends.IsZero() {
		add("ends", "At", until(ctx, e.Ends))
	}
	if e.Provisional {
		add("provisional")
	}
	return out
}

// days lists dates with the holiday each belongs to.
func days(ctx context.Context, list []calendar.Day) string {
	var out string
	for i, d := range list {
		if i > 0 {
			out += say(ctx, "when.list")
		}
		if len(d.Names) > 0 {
			out += say(ctx, "when.named", "Day", day(ctx, d.Date), "Name", d.Names[0])
		} else {
			out += t(ctx, day(ctx, d.Date))
		}
	}
	return out
}
