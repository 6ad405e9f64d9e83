package step

import (
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"gongzhi/internal/calendar"
	"gongzhi/internal/expr"
	"gongzhi/internal/text"
)

// Common is what every step may say, whatever its kind. Kinds embed it inline.
type Common struct {
	Kind    string            `yaml:"kind"`
	Name    text.Text         `yaml:"name"`
	Term    text.Text         `yaml:"term,omitempty"`    // its place in the method's name: 一征, 三议之一
	Says    text.Text         `yaml:"says,omitempty"`    // one sentence for those who are asked
	Law     string            `yaml:"law,omitempty"`     // the law or document it rests on, as cited
	Assumed bool              `yaml:"assumed,omitempty"` // a default nobody has confirmed; shown with its badge
	Within  Span              `yaml:"within,omitempty"`  // how long the step should take; colours the light
	Offline Span              `yaml:"offline,omitempty"` // may be filled in without signal; what arrives within this time counts from when it was filled in
	Limit   string            `yaml:"limit,omitempty"`   // CEL that gives another length of time, such as that of a category; where it gives none, Within holds
	Next    map[string]Target `yaml:"next"`              // where each outcome leads

	limit *expr.Program // Limit, once it was checked
}

// Shared gives the embedded Common, so that kinds need not write it.
func (c *Common) Shared() *Common { return c }

// Task is what certain roles do, and how long it should take.
type Task struct {
	By     []string `yaml:"by"`
	Within Span     `yaml:"within,omitempty"`
}

// Target is where an outcome leads: another step, or "end RESULT", or the first branch whose condition holds.
type Target struct {
	To       string
	Branches []Branch
}

// Branch is one conditional way. The last one has no When.
type Branch struct {
	When string `yaml:"when,omitempty"`
	To   string `yaml:"to"`
}

// UnmarshalYAML accepts a step's key, or a list of branches.
func (t *Target) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		t.To = n.Value
		return nil
	}
	return n.Load(&t.Branches, yaml.WithKnownFields())
}

// All lists every place the target may lead to.
func (t Target) All() []string {
	if len(t.Branches) == 0 {
		return []string{t.To}
	}
	var out []string
	for _, b := range t.Branches {
		out = append(out, b.To)
	}
	return out
}

// Span is a length of time in one unit. The day it starts on does not count, unless the rule says so.
type Span struct {
	N     int
	Unit  Unit
	Today bool // "3 workdays from today": the day it starts on is the first, where it is one that counts
}

// fromToday ends a Span whose first day counts.
const fromToday = " from today"

// Unit of a Span.
type Unit = calendar.Unit

// The units, as a charter writes them.
const (
	Days      = calendar.Days
	Workdays  = calendar.Workdays
	Hours     = calendar.ClockHours
	Workhours = calendar.Workhours
	Months    = calendar.Months
)

var units = []Unit{Days, Workdays, Hours, Workhours, Months}

// IsZero tells whether no span was given.
func (s Span) IsZero() bool { return s == Span{} }

func (s Span) String() string {
	if s.Today {
		return fmt.Sprintf("%d %s%s", s.N, s.Unit, fromToday)
	}
	return fmt.Sprintf("%d %s", s.N, s.Unit)
}

// UnmarshalText reads "7 days", "5 workdays", "2 workhours", "3 workdays from today".
func (s *Span) UnmarshalText(raw []byte) error {
	var unit, more string
	plain, today := strings.CutSuffix(string(raw), fromToday)
	if n, err := fmt.Sscanf(plain+" .", "%d %s %s", &s.N, &unit, &more); err != nil || n != 3 || more != "." || s.N < 1 {
		return fmt.Errorf("want a length of time such as %q or %q, not %q", "7 days", "5 workdays", raw)
	}
	for _, u := range units {
		if name := u.String(); name != unit && name != unit+"s" {
			continue
		}
		s.Unit, s.Today = u, today
		if today && s.Unit != Days && s.Unit != Workdays {
			return fmt.Errorf("a first day counts in days and workdays only, not in %q", raw)
		}
		return nil
	}
	return fmt.Errorf("%q is no unit of time; use days, workdays, hours, workhours or months", unit)
}

// MarshalText writes what UnmarshalText reads.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Words say the span to a reader.
func (s Span) Words() text.Words {
	words := text.Key("span."+s.Unit.String(), "N", s.N)
	if s.Today {
		return text.Key("span.today", "Span", words)
	}
	return words
}

// End is when a span that starts at from is over, and how that was counted.
func (s Span) End(cal *calendar.Calendar, from time.Time) (time.Time, calendar.Explanation) {
	switch s.Unit {
	case Workdays:
		if s.Today {
			return cal.EndWorkdaysFrom(from, s.N)
		}
		return cal.EndWorkdays(from, s.N)
	case Hours:
		return cal.EndHours(from, time.Duration(s.N)*time.Hour)
	case Workhours:
		return cal.EndWorkhours(from, time.Duration(s.N)*time.Hour)
	case Months:
		return cal.EndMonths(from, s.N)
	case Days:
		if s.Today {
			return cal.EndDaysFrom(from, s.N)
		}
	}
	return cal.EndDays(from, s.N)
}

// CheckLimit types Limit. It needs Within beside it: a rule that finds no length of time must not leave a matter without.
func (c *Common) CheckLimit(k *Checker) {
	if c.Limit == "" {
		return
	}
	if c.Within.IsZero() {
		k.Error("limit.within", nil, "limit")
	}
	c.limit = k.Compile(c.Limit, expr.Text, "limit")
	c.limitOptions(k)
}

// limitOptions makes sure that where a limit is the column of a row that was chosen at the start, every option of it is a
// length of time: another would silently leave the step with Within.
func (c *Common) limitOptions(k *Checker) {
	parts := strings.Split(c.Limit, ".")
	asks, ok := k.Charter.(interface {
		Options(register, field string) []string
	})
	if !ok || len(parts) != 3 || parts[0] != "rows" {
		return
	}
	asked, _ := k.Start.Find(parts[1])
	for _, o := range asks.Options(asked.Register, parts[2]) {
		if new(Span).UnmarshalText([]byte(o)) != nil {
			k.Error("limit.option", text.Args{"Column": parts[2], "Value": o}, "limit")
		}
	}
}

// Within is how long a step has: what its limit gives, such as the time that the category of this matter has, else what
// the method says.
func (v View) Within(c *Common) Span {
	if c.limit == nil || v.Vars == nil || c.Within.IsZero() {
		return c.Within
	}
	var s Span
	got, err := c.limit.Text(v.Vars())
	if err != nil || s.UnmarshalText([]byte(got)) != nil {
		return c.Within
	}
	return s
}

// Arrived is when what was filled in without signal until an instant has had its time to arrive.
func (v View) Arrived(c *Common, until time.Time) time.Time {
	if c.Offline.IsZero() {
		return until
	}
	at, _ := c.Offline.End(v.Calendar, until)
	return at
}
