// Package attend is the step at which people come together at several places: a weekly cleaning, a day of volunteering.
//
// In: the places with how many each takes, who may come, how long they may sign up and until when it lasts, and what whoever
// runs it says of each place. Out: an act for every sign-up, check-in and record, and the outcome done, partial or missed. A
// person who comes to two places is one person and two person-times; both are counted, never one for the other. Those who
// came without an account are heads that the record of the place counts, and nobody is named. What a phone wrote without
// signal counts from when it was written, so the step ends only when that has had its time to arrive.
package attend

import (
	_ "embed"
	"fmt"
	"slices"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/expr"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Kind makes such steps.
type Kind struct{}

//go:embed example.yaml
var example []byte

// Name is the word in the charter.
func (Kind) Name() string { return "attend" }

// Example is such a step as a charter writes it.
func (Kind) Example() []byte { return example }

// Decode reads one.
func (Kind) Decode(n source.Node) (step.Step, []source.Fault) {
	var s Attend
	return &s, n.Decode(&s)
}

// Attend is one such step.
type Attend struct {
	step.Common `yaml:",inline"`

	By        []string    `yaml:"by"`                   // who may sign up and check in
	Items     []step.Item `yaml:"items,omitempty"`      // the places; or
	Register  string      `yaml:"register,omitempty"`   // the rows of this register below the subject
	Seats     string      `yaml:"seats,omitempty"`      // the field of the register that says how many a place takes
	SeatsEach int         `yaml:"seats_each,omitempty"` // how many a place takes that does not say; 0 is any number
	On        string      `yaml:"on,omitempty"`         // the day of the week it is held on, mon to sun: people sign up until that day; or
	SignUp    step.Span   `yaml:"sign_up,omitempty"`    // how long people may sign up before it begins; where not said, it begins at once
	Window    step.Span   `yaml:"window,omitempty"`     // when it is over, counted from the same instant
	Fields    step.Fields `yaml:"fields,omitempty"`     // what is asked of whoever signs up
	Record    Record      `yaml:"record"`
	Credit    []string    `yaml:"credit,omitempty"` // results of the method after which the hours stand to people's credit; any where not said
}

// Record is what whoever runs it says of each place.
type Record struct {
	By     []string    `yaml:"by"`
	Heads  string      `yaml:"heads"`          // the question that counts everybody who was there
	Hours  string      `yaml:"hours"`          // the question how many hours each worked
	Sums   []string    `yaml:"sums,omitempty"` // questions whose answers are added up
	Fields step.Fields `yaml:"fields"`
}

// Outcomes.
const (
	Done    = "done"    // every place has its record
	Partial = "partial" // some have
	Missed  = "missed"  // none has
)

// Kinds of acts.
const (
	listed    = "attend.listed"
	signed    = "attend.signed"
	withdrawn = "attend.withdrawn"
	arrived   = "attend.arrived"
	recorded  = "attend.recorded"
)

// place is one place with how many it takes; 0 is any number.
type place struct {
	step.Item

	Seats int64 `json:"seats,omitempty"`
}

type opening struct {
	Items []place `json:"items"`
}

type body struct {
	Item    string         `json:"item"`
	Person  act.Person     `json:"person,omitempty"` // whom somebody else checked in
	Answers map[string]any `json:"answers,omitempty"`
}

// record is what was said of one place.
type record struct {
	Heads, Hours int64
	Sums         map[string]int64
}

type state struct {
	Items   []place
	Signed  map[string][]act.Person // who holds a place, by item
	Came    map[string][]act.Person // who checked in
	Records map[string]record
	Outcome string
}

// Outcomes are done, partial and missed.
func (s *Attend) Outcomes() []string { return []string{Done, Partial, Missed} }

// Facts: places and those with a record, sign-ups, people who checked in (each once), check-ins beyond the heads counted,
// persons, person-times and person-hours, and each sum as sum_KEY.
func (s *Attend) Facts() map[string]expr.Type {
	out := map[string]expr.Type{}
	for _, key := range []string{"places", "recorded", "signed", "named", "over", "persons", "person_times", "person_hours"} {
		out[key] = expr.Int
	}
	for _, key := range s.Record.Sums {
		out["sum_"+key] = expr.Int
	}
	return out
}

// Check wants both sides, one source of places, a time, and questions that count.
func (s *Attend) Check(c *step.Checker) {
	c.Roles(s.By, "by")
	c.Roles(s.Record.By, "record", "by")
	if s.Register == "" {
		c.Items(s.Items, "items")
	} else {
		if len(s.Items) > 0 {
			c.Error("items.twice", nil, "items")
		}
		c.Register(s.Register, "register")
	}
	if s.Seats != "" {
		if fields, _ := c.Charter.RegisterFields(s.Register); fields[s.Seats] != string(step.CountType) {
			c.Error("attend.seats", text.Args{"Register": s.Register, "Field": s.Seats}, "seats")
		}
	}
	day := slices.Contains(weekdays[:], s.On)
	if s.On != "" && !day {
		c.Error("attend.on", text.Args{"Day": s.On}, "on")
	}
	if spans := !s.Window.IsZero() || !s.SignUp.IsZero(); day == spans && s.On != "" {
		c.Error("attend.both", nil, "on")
	}
	if s.On == "" && s.Window.IsZero() || !s.SignUp.IsZero() && s.SignUp.Unit == s.Window.Unit && s.SignUp.N >= s.Window.N {
		c.Error("attend.window", nil, "window")
	}
	c.Ends(s.Credit, "credit")
	c.Fields(s.Fields, "fields")
	c.Fields(s.Record.Fields, "record", "fields")
	c.Reserved(s.Record.Fields, []string{who}, "record", "fields")
	for at, key := range map[string]string{"heads": s.Record.Heads, "hours": s.Record.Hours} {
		if f, ok := s.Record.Fields.Find(key); !ok || f.Type != step.CountType || !f.Required || f.Audience != step.Public {
			c.Error("attend.counts", text.Args{"Field": key}, "record", at)
		}
	}
	for i, key := range s.Record.Sums {
		if f, ok := s.Record.Fields.Find(key); !ok || f.Audience != step.Public || !slices.Contains([]step.Type{step.CountType, step.AreaType, step.MoneyType}, f.Type) {
			c.Error("attend.sums", text.Args{"Field": key}, "record", "sums", i)
		}
	}
}

// Enter fixes the list of places and how many each takes.
func (s *Attend) Enter(v step.View) ([]act.Draft, error) {
	var places []place
	for _, it := range s.Items {
		places = append(places, place{it, int64(s.SeatsEach)})
	}
	if s.Register != "" {
		rows, err := v.Book.Rows(s.Register, v.Matter.Subject, v.Today())
		if err != nil {
			return nil, fmt.Errorf("attend: %s: %w", v.Key, err)
		}
		for _, r := range rows {
			p := place{step.Item{Key: r.ID.ID, Name: text.Text{ZH: r.Name, EN: r.Name}}, int64(s.SeatsEach)}
			if n := r.Int(s.Seats); n > 0 {
				p.Seats = n
			}
			places = append(places, p)
		}
	}
	drafts := []act.Draft{{Kind: listed, Clause: "window", Body: opening{places}}}
	if len(places) == 0 { // with nowhere to come to, nobody can
		drafts = append(drafts, s.end(&state{}))
	}
	return drafts, nil
}

// Fold keeps who holds a place, who came, and what was said of each place.
func (s *Attend) Fold(given any, a act.Act) (any, error) {
	st, ok := given.(*state)
	if !ok {
		st = &state{Signed: map[string][]act.Person{}, Came: map[string][]act.Person{}, Records: map[string]record{}}
	}
	var b body
	switch a.Kind {
	case listed:
		var o opening
		if err := a.Into(&o); err != nil {
			return nil, err
		}
		st.Items = o.Items
	case signed, withdrawn, arrived, recorded:
		if err := a.Into(&b); err != nil {
			return nil, err
		}
		st.fold(s, a.Kind, a.By.Person, b)
	case act.Ended:
		var e act.Ending
		if err := a.Into(&e); err != nil {
			return nil, err
		}
		st.Outcome = e.Outcome
	}
	return st, nil
}

func (st *state) fold(s *Attend, kind string, by act.Person, b body) {
	if b.Person != "" {
		by = b.Person
	}
	switch kind {
	case signed:
		st.Signed[b.Item] = step.Both(st.Signed[b.Item], by)
	case withdrawn:
		st.Signed[b.Item] = slices.DeleteFunc(slices.Clone(st.Signed[b.Item]), func(p act.Person) bool { return p == by })
	case arrived:
		st.Came[b.Item] = step.Both(st.Came[b.Item], by)
	case recorded:
		r := record{Heads: step.Number(b.Answers, s.Record.Heads), Hours: step.Number(b.Answers, s.Record.Hours), Sums: map[string]int64{}}
		for _, key := range s.Record.Sums {
			r.Sums[key] = step.Number(b.Answers, key)
		}
		st.Records[b.Item] = r
	}
}

// left is how many more a place takes, besides those who signed up or came; any tells that it takes any number.
func (st *state) left(p place) (n int64, any bool) {
	if p.Seats == 0 {
		return 0, true
	}
	return max(0, p.Seats-int64(len(step.Both(st.Signed[p.Key], st.Came[p.Key]...)))), false
}

func (st *state) full(p place) bool {
	n, any := st.left(p)
	return !any && n == 0
}

// end adds everything up.
func (s *Attend) end(st *state) act.Draft {
	facts := map[string]any{}
	plus := func(key string, n int64) {
		have, _ := facts[key].(int64)
		facts[key] = have + n
	}
	for key := range s.Facts() {
		plus(key, 0)
	}
	var named []act.Person
	var checkins int64
	for _, p := range st.Items {
		came, r := int64(len(st.Came[p.Key])), st.Records[p.Key]
		there := max(r.Heads, came) // a check-in that arrived late may be one more than was counted
		named = step.Both(named, st.Came[p.Key]...)
		checkins += came
		plus("signed", int64(len(st.Signed[p.Key])))
		plus("person_times", there)
		plus("person_hours", there*r.Hours)
		if _, said := st.Records[p.Key]; said {
			plus("recorded", 1)
			plus("over", there-r.Heads)
		}
		for _, key := range s.Record.Sums {
			plus("sum_"+key, r.Sums[key])
		}
	}
	plus("places", int64(len(st.Items)))
	plus("named", int64(len(named)))
	// Those who checked in are counted once; of all others it is not known that they went anywhere else.
	times, _ := facts["person_times"].(int64)
	plus("persons", times-checkins+int64(len(named)))
	outcome := Partial
	switch len(st.Records) {
	case 0:
		outcome = Missed
	case len(st.Items):
		outcome = Done
	}
	return step.End(outcome, facts)
}

// weekdays in the order of time.Weekday.
var weekdays = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// day is the day it is held on, where it is held on a day of the week: the first such day from the day the matter came here.
func (s *Attend) day(v step.View) (calendar.Date, bool) {
	i := slices.Index(weekdays[:], s.On)
	if i < 0 {
		return calendar.Date{}, false
	}
	came := calendar.DateOf(v.Entered)
	return came.Add((i - int(came.Weekday()) + 7) % 7), true
}

func (s *Attend) begins(v step.View) time.Time {
	if day, ok := s.day(v); ok {
		return day.Start()
	}
	if s.SignUp.IsZero() {
		return v.Entered
	}
	at, _ := s.SignUp.End(v.Calendar, v.Entered)
	return at
}

func (s *Attend) closes(v step.View) time.Time {
	if day, ok := s.day(v); ok {
		return day.Add(1).Start()
	}
	at, _ := s.Window.End(v.Calendar, v.Entered)
	return at
}

// Due is when it is over, and what was written in time has had its time to arrive.
func (s *Attend) Due(v step.View) (at time.Time, ok bool) {
	if v.State.(*state).Outcome != "" {
		return time.Time{}, false
	}
	return v.Arrived(&s.Common, s.closes(v)), true
}

// Tick ends it.
func (s *Attend) Tick(v step.View) ([]act.Draft, error) {
	if at, ok := s.Due(v); !ok || v.Now.Before(at) {
		return nil, nil
	}
	return []act.Draft{s.end(v.State.(*state))}, nil
}
