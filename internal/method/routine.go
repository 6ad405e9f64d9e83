package method

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Routine has the clock begin matters again and again: a patrol each day, a cleaning each Friday. How often is data: of
// the method, or of the plan's own row.
type Routine struct {
	For     string            `yaml:"for,omitempty"`    // a matter for each row of this register, about the row of the method's subject it lies in; where not said, for each row of the subject
	At      Hour              `yaml:"at"`               // of the day: "06:00"
	Rhythm  string            `yaml:"rhythm,omitempty"` // the row's choice that names one of Rhythms; where not said there is one, for all rows
	Rhythms map[string]Rhythm `yaml:"rhythms"`
	Tell    map[string]string `yaml:"tell,omitempty"` // question of the start: public field of the row, or "today"
}

// Rhythm says on which days.
type Rhythm struct {
	Every    string    `yaml:"every,omitempty"`    // day, or workday
	Weekdays []Weekday `yaml:"weekdays,omitempty"` // mon to sun
	Days     []int     `yaml:"days,omitempty"`     // of the month; one that a month does not have is its last
}

// Hour is a time of day in Beijing, in minutes.
type Hour int

// UnmarshalText reads "06:00".
func (h *Hour) UnmarshalText(raw []byte) error {
	at, err := time.Parse("15:04", string(raw))
	if err != nil {
		return err
	}
	*h = Hour(at.Hour()*60 + at.Minute())
	return nil
}

// MarshalText writes what UnmarshalText reads.
func (h Hour) MarshalText() ([]byte, error) {
	return []byte(time.Date(2000, 1, 1, 0, int(h), 0, 0, time.UTC).Format("15:04")), nil
}

// On is that hour of a day.
func (h Hour) On(d calendar.Date) time.Time { return d.Start().Add(time.Duration(h) * time.Minute) }

// Weekday is a day of the week by its first three letters, Monday first.
type Weekday int

var weekdays = []string{"", "mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// UnmarshalText reads "fri".
func (w *Weekday) UnmarshalText(raw []byte) error {
	i := slices.Index(weekdays, string(raw))
	if i < 1 {
		return fmt.Errorf("%q is no day of the week; use mon to sun", raw)
	}
	*w = Weekday(i)
	return nil
}

// MarshalText writes what UnmarshalText reads.
func (w Weekday) MarshalText() ([]byte, error) {
	if w < 1 || int(w) >= len(weekdays) {
		return nil, fmt.Errorf("method: no weekday %d", int(w))
	}
	return []byte(weekdays[w]), nil
}

// On tells whether a rhythm falls on a day.
func (r Rhythm) On(cal *calendar.Calendar, d calendar.Date) bool {
	switch r.Every {
	case "day":
		return true
	case "workday":
		if cal.IsWorkday(d) {
			return true
		}
	}
	if slices.Contains(r.Weekdays, Weekday((int(d.Weekday())+6)%7+1)) {
		return true
	}
	_, _, day := d.YMD()
	_, _, tomorrow := d.Add(1).YMD()
	last := tomorrow == 1
	return slices.ContainsFunc(r.Days, func(n int) bool { return n == day || last && n > day })
}

// Of is the rhythm of a row, if it has any.
func (r *Routine) Of(row register.Row) (Rhythm, bool) {
	if r.Rhythm == "" {
		for _, only := range r.Rhythms {
			return only, true
		}
	}
	rhythm, ok := r.Rhythms[row.Text(r.Rhythm)]
	return rhythm, ok
}

// PlannedIn is the register for whose rows the clock begins matters.
func (m *Method) PlannedIn() string {
	if m.Start.Routine.For == "" {
		return m.Subject
	}
	return m.Start.Routine.For
}

// Planned are the rows for which the clock begins a matter on a day, each with the row that the matter is about.
func (m *Method) Planned(c Context, d calendar.Date, holds func(register.Row) bool) (rows, subjects []register.Row, err error) {
	all, err := c.Book.Rows(m.PlannedIn(), act.RowID{}, d)
	if err != nil {
		return nil, nil, err
	}
	for _, row := range all {
		rhythm, ok := m.Start.Routine.Of(row)
		if !ok || !rhythm.On(c.Calendar, d) || !holds(row) {
			continue
		}
		subject, ok, err := m.PlannedAbout(c.Book, row, d)
		if err != nil {
			return nil, nil, err
		}
		if ok {
			rows, subjects = append(rows, row), append(subjects, subject)
		}
	}
	return rows, subjects, nil
}

// PlannedAbout climbs from a row that says how often to the one its matters are about, the first of the method's subject; ok
// is false where it lies below none.
func (m *Method) PlannedAbout(b step.Book, row register.Row, d calendar.Date) (subject register.Row, ok bool, err error) {
	subject, there := row, true
	for there && subject.ID.Register != m.Subject && !subject.Parent.IsZero() {
		if subject, there, err = b.Row(subject.Parent, d); err != nil {
			return subject, false, err
		}
	}
	return subject, there && subject.ID.Register == m.Subject, nil
}

// today is the day a matter is begun on, among what a start may be told.
const today = "today"

// BeginRoutine is the first act of a matter that the clock begins for a row.
func (m *Method) BeginRoutine(row, subject register.Row, day calendar.Date) (act.Draft, act.By) {
	facts := map[string]any{}
	for key, from := range m.Start.Routine.Tell {
		if from == today {
			facts[key] = day.String()
		} else if v, ok := row.Values[from]; ok {
			facts[key] = v
		}
	}
	start := act.Start{Method: m.Key, Subject: subject.ID, Title: fillTitle(m.Title, map[string]text.Text{subjectName: {ZH: subject.Name, EN: subject.Name}}), Facts: facts}
	return act.Draft{Kind: act.Started, Body: start}, act.By{Role: act.Clock}
}

// begun tells whether the clock may have begun a matter at an instant with these facts: it tells no more than the routine
// does and, where that tells the day, began it on one of a rhythm and not before its hour. It may be later, when the house
// was closed. Which row it was for need not be public, so it is not asked.
func (r *Routine) begun(cal *calendar.Calendar, at time.Time, facts map[string]any) bool {
	if r == nil {
		return false
	}
	for key, said := range facts {
		switch from, told := r.Tell[key]; {
		case !told:
			return false
		case from == today:
			day, err := calendar.ParseDate(fmt.Sprint(said))
			falls := func(x Rhythm) bool { return x.On(cal, day) }
			if err != nil || at.Before(r.At.On(day)) || !slices.ContainsFunc(slices.Collect(maps.Values(r.Rhythms)), falls) {
				return false
			}
		}
	}
	return true
}

// routine checks when the clock begins matters: with a rhythm for every answer of the field that names it, and telling all
// that the start has to know.
func (c *checker) routine() {
	m, r := c.m, c.m.Start.Routine
	if r == nil {
		return
	}
	fields, known := c.charter.RegisterFields(m.PlannedIn())
	if !known {
		c.add(step.Error, "register.unknown", text.Args{"Register": m.PlannedIn()}, c.at("start", "routine", "for"))
		return
	}
	if len(r.Rhythms) == 0 || r.Rhythm == "" && len(r.Rhythms) > 1 {
		c.add(step.Error, "routine.rhythms", nil, c.at("start", "routine", "rhythms"))
	}
	if r.Rhythm != "" && fields[r.Rhythm] != string(step.ChoiceType) {
		c.add(step.Error, "routine.field", text.Args{"Register": m.PlannedIn(), "Field": r.Rhythm}, c.at("start", "routine", "rhythm"))
	}
	for _, key := range slices.Sorted(maps.Keys(r.Rhythms)) {
		x := r.Rhythms[key]
		outside := slices.ContainsFunc(x.Days, func(n int) bool { return n < 1 || n > 31 })
		if x.Every != "" && x.Every != "day" && x.Every != "workday" || outside || x.Every == "" && len(x.Weekdays)+len(x.Days) == 0 {
			c.add(step.Error, "routine.rhythm", text.Args{"Rhythm": key}, c.at("start", "routine", "rhythms", key))
		}
	}
	for _, f := range m.Start.Fields {
		if _, told := r.Tell[f.Key]; f.Required && !told {
			c.add(step.Error, "routine.required", text.Args{"Field": f.Key}, c.at("start", "routine"))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(r.Tell)) {
		_, asked := fields[r.Tell[key]]
		asked = asked || r.Tell[key] == today
		if _, known := m.Start.Fields.Find(key); !known || !asked || c.charter.Personal(m.PlannedIn(), r.Tell[key]) {
			c.add(step.Error, "routine.tell", text.Args{"Field": key, "From": r.Tell[key]}, c.at("start", "routine", "tell", key))
		}
	}
}

// RoutineID names one beginning: the same row on the same day is begun once, whoever looks at the clock.
func (m *Method) RoutineID(row act.RowID, d calendar.Date) string {
	return "routine-" + string(act.Sum([]byte(m.Key + "|" + row.String() + "|" + d.String())))[:32]
}
