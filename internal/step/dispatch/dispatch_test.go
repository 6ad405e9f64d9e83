package dispatch_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/step/dispatch"
	"gongzhi/internal/step/steptest"
)

// world is one where the matter was begun with a category of a class.
func world(class, within string) *steptest.World {
	w := steptest.NewWorld()
	w.Vars["rows"] = map[string]any{"category": map[string]any{"class": class, "handle_within": within}}
	return w
}

func TestKind(t *testing.T) {
	steptest.Run(t, dispatch.Kind{}, func(w *steptest.World) { w.Rare = []string{dispatch.Returned} }) // see TestReturns
}

func TestKindByHand(t *testing.T) {
	steptest.Run(t, dispatch.Kind{}, func(w *steptest.World) {
		w.Vars["rows"] = map[string]any{"category": map[string]any{"class": "", "handle_within": ""}}
	})
}

func start(t *testing.T, class, within string) *steptest.Sim {
	t.Helper()
	w := world(class, within)
	return steptest.Start(t, steptest.Must(t, dispatch.Kind{}, string(dispatch.Kind{}.Example()), w), w)
}

func who(role string) steptest.Who { return steptest.Who{Person: act.Person("p-" + role), Role: role} }

func say(verb string, pairs ...string) step.Submission {
	s := step.Submission{Verb: verb, Values: map[string][]string{}}
	for _, p := range pairs {
		key, value, _ := strings.Cut(p, "=")
		s.Values[key] = []string{value}
	}
	return s
}

func must(t *testing.T, m *steptest.Sim, w steptest.Who, s step.Submission) {
	t.Helper()
	if err := m.Submit(w, s); err != nil {
		t.Fatalf("%s: %v", s.Verb, err)
	}
}

func due(t *testing.T, m *steptest.Sim, verb string) time.Time {
	t.Helper()
	i := slices.IndexFunc(m.Asks(), func(a step.Ask) bool { return a.Verb == verb })
	if i < 0 {
		t.Fatalf("%s is not asked", verb)
	}
	return m.Asks()[i].Due
}

// Monday 2 March 2026, 16:00 in Beijing: the world's hour.
func TestLimits(t *testing.T) {
	day := func(d, h int) time.Time { return time.Date(2026, 3, d, h-8, 0, 0, 0, time.UTC) }
	for _, tt := range []struct {
		within string
		want   time.Time
	}{
		{"", day(5, 24)}, // the method's own 3 working days
		{"2 hours", day(2, 18)},
		{"24 hours", day(3, 16)},
		{"1 days", day(3, 24)},
		{"1 days from today", day(2, 24)},
		{"1 workdays", day(3, 24)},
		{"1 workdays from today", day(2, 24)},
		{"5 workdays", day(9, 24)},
		{"5 workdays from today", day(6, 24)},
		{"7 days", day(9, 24)},
		{"soon", day(5, 24)}, // no length of time: the method's own
	} {
		t.Run(tt.within, func(t *testing.T) {
			if got := due(t, start(t, "environment", tt.within), "finish"); !got.Equal(tt.want) {
				t.Errorf("due %s, want %s", got, tt.want)
			}
		})
	}
}

func TestRoutes(t *testing.T) {
	for _, tt := range []struct{ class, want string }{{"environment", "cleaning_team"}, {"order", "order_team"}, {"", ""}} {
		m := start(t, tt.class, "")
		asks := m.Asks()
		if tt.want == "" {
			if len(asks) != 1 || asks[0].Verb != "send" || !asks[0].Owed {
				t.Errorf("what no rule covers asks %v", asks)
			}
			must(t, m, who("dispatcher"), say("send", "to=order_team", "reason=nearest"))
			asks, tt.want = m.Asks(), "order_team"
		}
		if asks[0].Verb != "finish" || asks[0].By[0] != tt.want {
			t.Errorf("%s went to %v", tt.class, asks[0].By)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		name string
		who  steptest.Who
		sub  step.Submission
		want fault.Kind
	}{
		{"another team finishes", who("order_team"), say("finish", "result=x"), fault.Denied},
		{"a report without its result", who("cleaning_team"), say("finish"), fault.Invalid},
		{"a return without a reason", who("cleaning_team"), say("return"), fault.Invalid},
		{"the team parks its own work", who("cleaning_team"), say("park", "until=2026-03-20", "reason=x"), fault.Denied},
		{"parked until yesterday", who("director"), say("park", "until=2026-03-01", "reason=x"), fault.Invalid},
		{"parked for too long", who("director"), say("park", "until=2026-09-01", "reason=x"), fault.Invalid},
		{"an extension that ends before", who("cleaning_team"), say("ask_extension", "until=2026-03-05", "reason=x"), fault.Invalid},
		{"an extension nobody asked for", who("deputy_director"), say("extend"), fault.Closed},
		{"urged by a stranger", who("resident"), say("urge", "reason=x"), fault.Denied},
		{"sent to nobody", who("dispatcher"), say("resend", "to=nobody", "reason=x"), fault.Invalid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := start(t, "environment", "").Submit(tt.who, tt.sub); !fault.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}

func TestExtension(t *testing.T) {
	m := start(t, "environment", "")
	must(t, m, who("cleaning_team"), say("ask_extension", "until=2026-03-10", "reason=parts"))
	both := steptest.Who{Person: "p-cleaning_team", Role: "deputy_director"}
	if err := m.Submit(both, say("extend")); !fault.Is(err, fault.Denied) {
		t.Fatalf("who asked granted it: %v", err)
	}
	must(t, m, who("deputy_director"), say("extend"))
	if got, want := due(t, m, "finish"), time.Date(2026, 3, 10, 16, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("due %s, want %s", got, want)
	}
	if err := m.Submit(who("cleaning_team"), say("ask_extension", "until=2026-03-20", "reason=more")); !fault.Is(err, fault.Closed) {
		t.Errorf("a second extension: %v", err)
	}
	m.Until(time.Date(2026, 3, 10, 16, 0, 0, 0, time.UTC))
	must(t, m, who("cleaning_team"), say("finish", "result=x"))
	if end, _ := m.Ended(); end.Facts["late"] != true || end.Facts["extended"] != 1. {
		t.Errorf("at midnight after the last day it is late: %v", end.Facts)
	}
}

// Parked on Wednesday with two days left, and taken up twelve days later: the days are still there.
func TestParking(t *testing.T) {
	m := start(t, "environment", "3 workdays")
	m.Until(time.Date(2026, 3, 4, 2, 0, 0, 0, time.UTC))
	must(t, m, who("director"), say("park", "until=2026-03-15", "reason=parts"))
	if err := m.Submit(who("cleaning_team"), say("finish", "result=x")); !fault.Is(err, fault.Closed) {
		t.Fatalf("finished while parked: %v", err)
	}
	m.Until(time.Date(2026, 3, 15, 16, 0, 0, 0, time.UTC))
	if got, want := due(t, m, "finish"), time.Date(2026, 3, 17, 16, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("due %s, want %s", got, want)
	}
	must(t, m, who("director"), say("park", "until=2026-03-20", "reason=more parts"))
	must(t, m, who("director"), say("resume", "reason=they came"))
	if err := m.Submit(who("director"), say("park", "until=2026-03-25", "reason=again")); !fault.Is(err, fault.Closed) {
		t.Errorf("parked a third time: %v", err)
	}
}

// What was late when it was parked is late afterwards.
func TestParkingForgivesNothing(t *testing.T) {
	m := start(t, "environment", "2 hours")
	late := due(t, m, "finish")
	m.Until(late.Add(time.Hour))
	must(t, m, who("director"), say("park", "until=2026-03-04", "reason=x"))
	must(t, m, who("director"), say("resume", "reason=x"))
	if got := due(t, m, "finish"); !got.Equal(late) {
		t.Errorf("due %s, was %s", got, late)
	}
}

// What was left of the time when it was parked is left afterwards, in its own unit: the nights and weekends of office
// hours, and the days off of working days, neither count nor are they given twice.
func TestParkingKeepsWhatWasLeft(t *testing.T) {
	at := func(d, h, m int) time.Time { return time.Date(2026, 3, d, h-8, m, 0, 0, time.UTC) }
	for _, tt := range []struct {
		name, within string
		park         time.Time
		until        string
		want         time.Time
	}{
		{"an hour of the office is left, and runs when it opens", "2 workhours", at(2, 17, 0), "2026-03-15", at(16, 9, 30)},
		{"parked overnight, with the office shut", "4 workhours", at(2, 20, 0), "2026-03-03", at(4, 10, 30)},
		{"over a weekend only: the days after it are still there, and Friday's rest", "3 workdays", at(4, 10, 0), "2026-03-08", at(10, 24, 0)},
		{"days of the clock move by as long as it was parked", "7 days", at(4, 10, 0), "2026-03-08", at(14, 24, 0)},
		{"so do hours, to the minute", "24 hours", at(2, 18, 0), "2026-03-02", at(3, 22, 0)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := world("environment", tt.within)
			w.Calendar = w.Calendar.WithHours(calendar.Hours{{From: 8*60 + 30, To: 12 * 60}, {From: 14 * 60, To: 18 * 60}})
			m := steptest.Start(t, steptest.Must(t, dispatch.Kind{}, string(dispatch.Kind{}.Example()), w), w)
			m.Until(tt.park)
			must(t, m, who("director"), say("park", "until="+tt.until, "reason=parts"))
			review, err := calendar.ParseDate(tt.until)
			if err != nil {
				t.Fatal(err)
			}
			m.Until(review.End())
			if got := due(t, m, "finish"); !got.Equal(tt.want) {
				t.Errorf("due %s, want %s", got.In(calendar.Zone), tt.want.In(calendar.Zone))
			}
		})
	}
}

// Parked with the time running out meanwhile: it is not late, for it stood still.
func TestParkedOverTheEnd(t *testing.T) {
	m := start(t, "environment", "2 hours")
	m.Until(due(t, m, "finish").Add(-time.Minute))
	must(t, m, who("director"), say("park", "until=2026-03-04", "reason=x"))
	m.Until(time.Date(2026, 3, 4, 16, 0, 0, 0, time.UTC))
	must(t, m, who("cleaning_team"), say("finish", "result=x"))
	if end, _ := m.Ended(); end.Facts["late"] != false || end.Facts["lates"] != 0. {
		t.Errorf("ended %v", end.Facts)
	}
}

// More time is asked for while there is some: at the last minute it is, and may be granted afterwards; at the end of the
// time nobody asks for more.
func TestExtensionIsAskedForInTime(t *testing.T) {
	m := start(t, "environment", "2 hours")
	end := due(t, m, "finish")
	m.Until(end.Add(-time.Minute))
	must(t, m, who("cleaning_team"), say("ask_extension", "until=2026-03-03", "reason=parts"))
	m.Until(end.Add(time.Hour))
	must(t, m, who("deputy_director"), say("extend"))
	must(t, m, who("cleaning_team"), say("finish", "result=x"))
	if end, _ := m.Ended(); end.Facts["lates"] != 0. {
		t.Errorf("asked in time and granted: %v", end.Facts)
	}
	m = start(t, "environment", "2 hours")
	m.Until(end)
	if err := m.Submit(who("cleaning_team"), say("ask_extension", "until=2026-03-03", "reason=parts")); !fault.Is(err, fault.Closed) {
		t.Errorf("asked for when the time was over: %v", err)
	}
}

// A sending whose time ran out stays late, whoever has it afterwards.
func TestLateStaysLate(t *testing.T) {
	for _, tt := range []struct {
		name  string
		after time.Duration // from the end of its time
		move  func(t *testing.T, m *steptest.Sim)
		lates float64
	}{
		{"sent elsewhere at the last minute", -time.Minute, resend, 0},
		{"sent elsewhere when its time was over", 0, resend, 1},
		{"returned at the last minute", -time.Minute, giveBack, 0},
		{"returned when its time was over", 0, giveBack, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := start(t, "environment", "2 hours")
			m.Until(due(t, m, "finish").Add(tt.after))
			tt.move(t, m)
			must(t, m, who("order_team"), say("finish", "result=x"))
			if end, _ := m.Ended(); end.Facts["late"] != false || end.Facts["lates"] != tt.lates {
				t.Errorf("ended %v, want %v late", end.Facts, tt.lates)
			}
		})
	}
}

func resend(t *testing.T, m *steptest.Sim) {
	t.Helper()
	must(t, m, who("dispatcher"), say("resend", "to=order_team", "reason=theirs"))
}

func giveBack(t *testing.T, m *steptest.Sim) {
	t.Helper()
	must(t, m, who("cleaning_team"), say("return", "reason=not ours"))
	must(t, m, who("dispatcher"), say("send", "to=order_team", "reason=theirs"))
}

func TestReturns(t *testing.T) {
	m := start(t, "environment", "")
	must(t, m, who("cleaning_team"), say("return", "reason=not ours"))
	must(t, m, who("dispatcher"), say("send", "to=order_team", "reason=theirs"))
	must(t, m, who("order_team"), say("return", "reason=not ours either"))
	if end, _ := m.Ended(); end.Outcome != dispatch.Returned || end.Facts["returns"] != 2. {
		t.Errorf("ended %+v", end)
	}
}

// Work that was done and comes back is rework; what comes back because nobody's team would have it is not.
func TestReworks(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before map[string]step.Result
		want   float64
	}{
		{"the first time", nil, 0},
		{"done before", map[string]step.Result{"example": {Outcome: dispatch.Done}}, 1},
		{"returned before", map[string]step.Result{"example": {Outcome: dispatch.Returned}}, 0},
		{"done over once, then returned", map[string]step.Result{"example": {Outcome: dispatch.Returned, Facts: map[string]any{"reworks": 1.}}}, 1},
		{"done over once already", map[string]step.Result{"example": {Outcome: dispatch.Done, Facts: map[string]any{"reworks": 1.}}}, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := world("environment", "")
			w.Results = tt.before
			m := steptest.Start(t, steptest.Must(t, dispatch.Kind{}, string(dispatch.Kind{}.Example()), w), w)
			must(t, m, who("cleaning_team"), say("finish", "result=x"))
			if end, _ := m.Ended(); end.Facts["reworks"] != tt.want {
				t.Errorf("ended %v, want %v", end.Facts, tt.want)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct{ name, from, to, want string }{
		{"no time", "within: 3 workdays\nlimit: rows.category.handle_within\n", "", "dispatch.within"},
		{"back less than never", "returns: 1", "returns: -1", "dispatch.returns"},
		{"a team without a name", "  order_team: { zh: 城管中队, en: Order team }\n", "", "dispatch.team"},
		{"extended never", "most: 1", "most: 0", "dispatch.most"},
		{"parked never", "most: 2", "most: 0", "dispatch.most"},
		{"parked for ever", ", longest: 60 days", "", "dispatch.longest"},
		{"a team parks", "by: [director], most", "by: [cleaning_team], most", "dispatch.authority"},
		{"a report that hides a fact", "key: result", "key: late", "field.key"},
		{"a category nobody is asked", "on: category", "on: place", "route.on"},
		{"a rule without a key", "key: litter", `key: ""`, "route.key"},
		{"a rule for nobody's team", "to: cleaning_team", "to: fire_brigade", "route.to"},
		{"a limit without a fallback", "within: 3 workdays\n", "", "limit.within"},
		{"a limit that is no name", "rows.category.handle_within", "rows.category.nothing", "expr"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			yaml := strings.Replace(string(dispatch.Kind{}.Example()), tt.from, tt.to, 1)
			_, findings := steptest.Load(t, dispatch.Kind{}, yaml, world("", ""))
			if !slices.ContainsFunc(findings, func(f step.Finding) bool { return f.Code == tt.want }) {
				t.Errorf("findings %v, want %s", findings, tt.want)
			}
		})
	}
}
