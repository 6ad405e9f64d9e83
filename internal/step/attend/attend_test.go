package attend_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/step/attend"
	"gongzhi/internal/step/steptest"
)

var example = string(attend.Kind{}.Example())

func TestKind(t *testing.T) { steptest.Run(t, attend.Kind{}) }

var worker = steptest.Who{Person: "w1", Role: "community_worker"}

func volunteer(n int) steptest.Who {
	return steptest.Who{Person: act.Person(fmt.Sprintf("v%d", n)), Role: "volunteer"}
}

func do(verb, item string) step.Submission { return step.Submission{Verb: verb, Item: item} }

func record(item, heads, hours, waste string) step.Submission {
	return step.Submission{Verb: "record", Item: item, Values: map[string][]string{"heads": {heads}, "hours": {hours}, "waste": {waste}}}
}

func session(t *testing.T) *steptest.Sim {
	w := steptest.NewWorld()
	return steptest.Start(t, steptest.Must(t, attend.Kind{}, example, w), w)
}

func begin(m *steptest.Sim) { m.Until(m.Now.Add(40 * time.Hour)) }

// A place for three: the third sign-up is taken and the fourth refused; whoever gives a place up makes room for the next.
func TestPlacesLeft(t *testing.T) {
	m := session(t)
	for n := 1; n <= 3; n++ {
		if err := m.Submit(volunteer(n), do("sign_up", "east")); err != nil {
			t.Fatalf("sign-up %d: %v", n, err)
		}
	}
	no, _ := fault.As(m.Submit(volunteer(4), do("sign_up", "east")))
	if no == nil || no.Code != "attend.full" || no.Args["Seats"] != int64(3) {
		t.Fatalf("the fourth of three: %v", no)
	}
	if err := m.Submit(volunteer(4), do("sign_up", "west")); err != nil {
		t.Errorf("the other place has room: %v", err)
	}
	if err := m.Submit(volunteer(2), do("withdraw", "east")); err != nil {
		t.Fatal(err)
	}
	if err := m.Submit(volunteer(4), do("sign_up", "east")); err != nil {
		t.Errorf("a place was given up: %v", err)
	}
	begin(m)
	// On the day those three have their places, and nobody else may come.
	if no, _ := fault.As(m.Submit(volunteer(2), do("arrive", "east"))); no == nil || no.Code != "attend.full" {
		t.Errorf("came without a place: %v", no)
	}
	if err := m.Submit(volunteer(4), do("arrive", "east")); err != nil {
		t.Errorf("came to their own place: %v", err)
	}
	if err := m.Submit(volunteer(2), do("arrive", "west")); err != nil {
		t.Errorf("came unannounced where there is room: %v", err)
	}
}

func TestWhen(t *testing.T) {
	m := session(t)
	if err := m.Submit(volunteer(1), do("arrive", "east")); !fault.Is(err, fault.Closed) {
		t.Errorf("checked in before it began: %v", err)
	}
	begin(m)
	if err := m.Submit(volunteer(1), do("sign_up", "east")); !fault.Is(err, fault.Closed) {
		t.Errorf("signed up after it had begun: %v", err)
	}
	if err := m.Submit(volunteer(1), do("arrive", "east")); err != nil {
		t.Fatal(err)
	}
	if err := m.Submit(volunteer(1), do("arrive", "east")); !fault.Is(err, fault.Denied) {
		t.Errorf("checked in twice at one place: %v", err)
	}
}

// Persons are counted once, person-times as often as somebody came; hours are those of everybody who was there.
func TestPersonsAndPersonTimes(t *testing.T) {
	tests := []struct {
		name                         string
		came                         map[string][]int // volunteers who checked in, by place
		heads                        map[string][2]string
		outcome                      string
		persons, times, hours, waste float64
	}{
		{"nobody checks in, heads only", nil, map[string][2]string{"east": {"32", "2"}, "west": {"18", "2"}}, "done", 50, 50, 100, 6},
		{"two who go to both places", map[string][]int{"east": {1, 2}, "west": {1, 2}}, map[string][2]string{"east": {"10", "1"}, "west": {"5", "3"}}, "done", 13, 15, 25, 6},
		{"one place without a record", map[string][]int{"east": {1}, "west": {2}}, map[string][2]string{"east": {"4", "2"}}, "partial", 5, 5, 8, 3},
		{"checked in, and nobody ran it", map[string][]int{"east": {1}}, nil, "missed", 1, 1, 0, 0},
		{"nobody came", nil, nil, "missed", 0, 0, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := session(t)
			begin(m)
			for place, list := range tt.came {
				for _, n := range list {
					if err := m.Submit(volunteer(n), do("arrive", place)); err != nil {
						t.Fatal(err)
					}
				}
			}
			for place, r := range tt.heads {
				if err := m.Submit(worker, record(place, r[0], r[1], "3")); err != nil {
					t.Fatal(err)
				}
			}
			m.Until(m.Now.Add(10 * 24 * time.Hour))
			end, _ := m.Ended()
			if end.Outcome != tt.outcome || end.Facts["persons"] != tt.persons || end.Facts["person_times"] != tt.times ||
				end.Facts["person_hours"] != tt.hours || end.Facts["sum_waste"] != tt.waste {
				t.Errorf("ended %+v", end)
			}
		})
	}
}

// Heads count everybody, so they are at least those who checked in; a check-in that comes later is one more, and said so.
func TestHeadsAreAtLeastThoseWhoCheckedIn(t *testing.T) {
	m := session(t)
	begin(m)
	for n := 1; n <= 2; n++ {
		if err := m.Submit(volunteer(n), do("arrive", "east")); err != nil {
			t.Fatal(err)
		}
	}
	no, _ := fault.As(m.Submit(worker, record("east", "1", "2", "0")))
	if no == nil || no.Fields[0].Code != "attend.fewer" {
		t.Fatalf("one head where two checked in: %v", no)
	}
	if err := m.Submit(worker, record("east", "2", "2", "0")); err != nil {
		t.Fatal(err)
	}
	if err := m.Submit(volunteer(3), do("arrive", "east")); err != nil {
		t.Fatal(err)
	}
	m.Until(m.Now.Add(10 * 24 * time.Hour))
	end, _ := m.Ended()
	if end.Facts["over"] != 1.0 || end.Facts["persons"] != 3.0 || end.Facts["person_hours"] != 6.0 {
		t.Errorf("ended %+v", end)
	}
}

func TestCheckedInBySomebodyElse(t *testing.T) {
	m := session(t)
	begin(m)
	by := step.Submission{Verb: "mark", Item: "east", Values: map[string][]string{"who": {"v1"}}}
	if err := m.Submit(worker, by); err != nil {
		t.Fatal(err)
	}
	no, _ := fault.As(m.Submit(worker, by))
	if no == nil || no.Fields[0].Code != "attend.there" {
		t.Errorf("checked in twice: %v", no)
	}
	if err := m.Submit(volunteer(1), do("arrive", "east")); !fault.Is(err, fault.Denied) {
		t.Errorf("checked themselves in as well: %v", err)
	}
	if err := m.Submit(volunteer(1), by); !fault.Is(err, fault.Denied) {
		t.Errorf("a volunteer checked somebody in: %v", err)
	}
	for _, a := range m.Acts {
		if p, ok := m.Step.(step.Attended).Attends(a); ok && (p.Person != "v1" || p.Item != "east") {
			t.Errorf("to the credit of %+v", p)
		}
	}
}

func TestPlacesOfARegister(t *testing.T) {
	w := steptest.NewWorld()
	w.Fields["spot"] = map[string]string{"name": "line", "seats": "count"}
	for key, seats := range map[string]int64{"few": 1, "any": 0} {
		w.Book = append(w.Book, register.Row{ID: act.RowID{Register: "spot", ID: key}, Parent: w.Subject, Name: key, Values: map[string]any{"seats": seats}})
	}
	yaml := strings.NewReplacer(example[strings.Index(example, "items:"):strings.Index(example, "sign_up:")], "register: spot\nseats: seats\n").Replace(example)
	m := steptest.Start(t, steptest.Must(t, attend.Kind{}, yaml, w), w)
	for n := 1; n <= 9; n++ {
		if err := m.Submit(volunteer(n), do("sign_up", "any")); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Submit(volunteer(1), do("sign_up", "few")); err != nil {
		t.Fatal(err)
	}
	if no, _ := fault.As(m.Submit(volunteer(2), do("sign_up", "few"))); no == nil || no.Code != "attend.full" {
		t.Errorf("the second of one: %v", no)
	}
}

// Held on a day of the week: the step waits for it, whenever the matter came. 2026-03-02 is a Monday.
func TestTheDayOfTheWeek(t *testing.T) {
	for _, tt := range []struct {
		day, came   string
		begins, end string
	}{
		{"fri", "2026-03-02 16:00", "2026-03-06 00:00", "2026-03-08 00:00"}, // and a day for what was written without signal
		{"fri", "2026-03-06 09:00", "2026-03-06 09:00", "2026-03-08 00:00"},
		{"fri", "2026-03-07 09:00", "2026-03-13 00:00", "2026-03-15 00:00"},
		{"mon", "2026-03-02 00:00", "2026-03-02 00:00", "2026-03-04 00:00"},
		{"sun", "2026-03-02 23:59", "2026-03-08 00:00", "2026-03-10 00:00"},
	} {
		w := steptest.NewWorld()
		instant := func(s string) time.Time {
			at, err := calendar.ParseInstant(strings.Replace(s, " ", "T", 1))
			if err != nil {
				t.Fatal(err)
			}
			return at
		}
		w.Now = instant(tt.came)
		yaml := strings.NewReplacer("sign_up: 1 days", "on: "+tt.day, "window: 2 days", "").Replace(example)
		m := steptest.Start(t, steptest.Must(t, attend.Kind{}, yaml, w), w)
		if before := instant(tt.begins).Add(-time.Minute); before.After(m.Now) {
			m.Until(before)
			if err := m.Submit(volunteer(1), do("arrive", "east")); !fault.Is(err, fault.Closed) {
				t.Errorf("%+v: checked in a minute early: %v", tt, err)
			}
		}
		m.Until(instant(tt.begins))
		if err := m.Submit(volunteer(1), do("arrive", "east")); err != nil {
			t.Errorf("%+v: %v", tt, err)
		}
		if due, _ := m.Step.Due(m.View()); !due.Equal(instant(tt.end)) {
			t.Errorf("%+v: ends %s", tt, due)
		}
	}
}

// What was said of a place may be put right until it is over; the last word counts.
func TestARecordIsPutRight(t *testing.T) {
	m := session(t)
	begin(m)
	for _, heads := range []string{"81", "18"} {
		if err := m.Submit(worker, record("east", heads, "2", "0")); err != nil {
			t.Fatal(err)
		}
	}
	m.Until(m.Now.Add(10 * 24 * time.Hour))
	if end, _ := m.Ended(); end.Facts["persons"] != 18.0 {
		t.Errorf("ended %+v", end)
	}
}

func TestCheck(t *testing.T) {
	tests := []struct{ name, from, to, want string }{
		{"no end", "window: 2 days ", "window: 1 days ", "attend.window"},
		{"no day", "sign_up: 1 days", "on: someday #", "attend.on"},
		{"a day and a length of time", "sign_up: 1 days", "on: fri #", "attend.both"},
		{"heads that nobody counts", "heads: heads ", "heads: waste ", "attend.counts"},
		{"hours that nobody says", "hours: hours ", "hours: length ", "attend.counts"},
		{"a sum of nothing", "sums: [waste]", "sums: [colour]", "attend.sums"},
		{"seats that no register says", "seats_each: 3", "seats: seats", "attend.seats"},
		{"a question that the kind asks itself", "    - { key: hours,", "    - { key: who, label: { zh: 谁, en: Who }, type: line, audience: public }\n    - { key: hours,", "field.key"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := steptest.NewWorld()
			_, findings := steptest.Load(t, attend.Kind{}, strings.Replace(example, tt.from, tt.to, 1), w)
			if len(findings) == 0 || findings[0].Code != tt.want {
				t.Errorf("findings %v, want %s", findings, tt.want)
			}
		})
	}
}
