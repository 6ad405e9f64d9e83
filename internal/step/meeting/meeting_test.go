package meeting_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/step/meeting"
	"gongzhi/internal/step/steptest"
)

// Two bodies seldom pass by chance, so the walks are long; TestBothBodiesHaveToPass shows it for certain.
func TestKind(t *testing.T) {
	steptest.Run(t, meeting.Kind{}, func(w *steptest.World) { w.Runs, w.Length, w.Rare = 80, 100, []string{"passed"} })
}

var (
	secretary  = steptest.Who{Person: "sec", Role: "community_secretary"}
	worker     = steptest.Who{Person: "wang", Role: "community_worker"}
	supervisor = steptest.Who{Person: "sun", Role: "supervisor"}
)

func sub(verb, item string, pairs ...any) step.Submission {
	s := step.Submission{Verb: verb, Item: item, Values: map[string][]string{}}
	for i := 0; i < len(pairs); i += 2 {
		s.Values[pairs[i].(string)] = []string{fmt.Sprint(pairs[i+1])}
	}
	return s
}

func at(t *testing.T, s string) time.Time {
	t.Helper()
	when, err := calendar.ParseInstant(s)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func start(t *testing.T) *steptest.Sim {
	t.Helper()
	w := steptest.NewWorld()
	w.Now = at(t, "2026-03-01 09:00")
	return steptest.Start(t, steptest.Must(t, meeting.Kind{}, string(meeting.Kind{}.Example()), w), w)
}

func call(when string, entitled int, item string) step.Submission {
	return sub("call", item, "at", when, "place", "hall", "agenda", "the plan", "entitled", entitled)
}

func record(item string, present, yes, no, abstain int) step.Submission {
	return sub("record", item, "present", present, "yes", yes, "no", no, "abstain", abstain, "minutes", "as read out")
}

// hold takes one body from the call to the confirmed record.
func hold(t *testing.T, m *steptest.Sim, item string, entitled, present, yes, no, abstain int) {
	t.Helper()
	must(t, m.Submit(secretary, call("2026-03-08 15:00", entitled, item)))
	m.Until(at(t, "2026-03-08 17:00"))
	must(t, m.Submit(worker, record(item, present, yes, no, abstain)))
	must(t, m.Submit(supervisor, sub("confirm", item)))
}

// Notice on the 1st, seven days before: the 8th is the earliest, at any hour.
func TestNotice(t *testing.T) {
	for _, tt := range []struct {
		at string
		ok bool
	}{{"2026-03-07 23:59", false}, {"2026-03-08 00:00", true}, {"2026-03-08 15:00", true}} {
		m := start(t)
		err := m.Submit(secretary, call(tt.at, 15, "party"))
		if tt.ok {
			must(t, err)
			continue
		}
		r, ok := fault.As(err)
		if !ok || r.Code != "meeting.too_early" || r.Basis.Clause != "methods/example.yaml#example.notice" || r.Args["Earliest"] != "2026-03-08" {
			t.Errorf("%s: %+v", tt.at, err)
		}
	}
}

// The example: the party body needs more than half present and more than half of those to agree; the committee two
// thirds present and more than half of everyone.
func TestOutcomes(t *testing.T) {
	tests := []struct {
		name                                string
		item                                string
		entitled, present, yes, no, abstain int
		want                                string
	}{
		{"half present is no quorum", "party", 30, 15, 15, 0, 0, "not_quorate"},
		{"half of those present is not more than half", "party", 30, 16, 8, 0, 8, "not_passed"},
		{"just more than half", "party", 30, 16, 9, 7, 0, ""},
		{"two thirds present is enough", "committee", 9, 6, 5, 1, 0, ""},
		{"one short of two thirds", "committee", 9, 5, 5, 0, 0, "not_quorate"},
		{"most of those present, half of everyone", "committee", 10, 7, 5, 2, 0, "not_passed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := start(t)
			hold(t, m, tt.item, tt.entitled, tt.present, tt.yes, tt.no, tt.abstain)
			end, _ := m.Ended()
			if end.Outcome != tt.want {
				t.Errorf("outcome %q, want %q", end.Outcome, tt.want)
			}
		})
	}
}

func TestBothBodiesHaveToPass(t *testing.T) {
	m := start(t)
	hold(t, m, "party", 30, 20, 20, 0, 0)
	if _, ended := m.Ended(); ended {
		t.Fatal("one body decided for both")
	}
	must(t, m.Submit(secretary, call("2026-03-20 15:00", 9, "committee")))
	m.Until(at(t, "2026-03-20 16:00"))
	must(t, m.Submit(worker, record("committee", 9, 9, 0, 0)))
	must(t, m.Submit(supervisor, sub("confirm", "committee")))
	end, _ := m.Ended()
	if end.Outcome != "passed" || end.Facts["party_yes"] != float64(20) || end.Facts["committee_entitled"] != float64(9) {
		t.Errorf("ended as %+v", end)
	}
}

func TestRefusals(t *testing.T) {
	m := start(t)
	must(t, m.Submit(secretary, call("2026-03-08 15:00", 15, "party")))
	m.Until(at(t, "2026-03-08 14:59"))
	if err := m.Submit(worker, record("party", 10, 10, 0, 0)); !fault.Is(err, fault.Closed) {
		t.Errorf("recorded before it was held: %v", err)
	}
	m.Until(at(t, "2026-03-08 15:00"))
	for _, tt := range []struct {
		present, yes, no, abstain int
		field                     string
	}{{16, 10, 0, 0, "present"}, {10, 11, 0, 0, "yes"}, {10, 5, 5, 1, "yes"}} {
		r, ok := fault.As(m.Submit(worker, record("party", tt.present, tt.yes, tt.no, tt.abstain)))
		if !ok || r.Kind != fault.Invalid || len(r.Fields) != 1 || r.Fields[0].Name != tt.field {
			t.Errorf("%+v: got %+v", tt, r)
		}
	}
	must(t, m.Submit(worker, record("party", 10, 10, 0, 0)))
	self := steptest.Who{Person: "wang", Role: "supervisor"}
	if err := m.Submit(self, sub("confirm", "party")); !fault.Is(err, fault.Denied) {
		t.Errorf("the recorder confirmed: %v", err)
	}
}

// A record that is sent back is written again; whoever wrote either of the two may confirm neither.
func TestReturnedRecord(t *testing.T) {
	m := start(t)
	must(t, m.Submit(secretary, call("2026-03-08 15:00", 15, "party")))
	m.Until(at(t, "2026-03-08 16:00"))
	must(t, m.Submit(worker, record("party", 15, 15, 0, 0)))
	must(t, m.Submit(supervisor, sub("return", "party", "reason", "the sheet has 14 names")))
	other := steptest.Who{Person: "sun", Role: "community_worker"}
	must(t, m.Submit(other, record("party", 14, 14, 0, 0)))
	for _, who := range []steptest.Who{{Person: "wang", Role: "supervisor"}, supervisor} {
		if err := m.Submit(who, sub("confirm", "party")); !fault.Is(err, fault.Denied) {
			t.Errorf("%s confirmed: %v", who.Person, err)
		}
	}
}

func TestANewDateNeedsItsNoticeToo(t *testing.T) {
	m := start(t)
	must(t, m.Submit(secretary, call("2026-03-08 15:00", 15, "party")))
	m.Until(at(t, "2026-03-05 09:00"))
	late := sub("postpone", "party", "at", "2026-03-11 15:00", "place", "hall", "agenda", "the plan", "entitled", 15, "why", "the hall is taken")
	if err := m.Submit(secretary, late); !fault.Is(err, fault.Invalid) {
		t.Errorf("six days' notice was taken: %v", err)
	}
	late.Values["at"] = []string{"2026-03-12 15:00"}
	must(t, m.Submit(secretary, late))
}

// Members who stand in a register are counted on the day of the call, not typed.
func TestMembersAreCounted(t *testing.T) {
	w := steptest.NewWorld()
	yaml := strings.Replace(string(meeting.Kind{}.Example()), "- key: party\n", "- key: party\n    members: part\n", 1)
	w.Now = at(t, "2026-03-01 09:00")
	m := steptest.Start(t, steptest.Must(t, meeting.Kind{}, yaml, w), w)
	if err := m.Submit(secretary, call("2026-03-08 15:00", 99, "party")); !fault.Is(err, fault.Invalid) {
		t.Errorf("a typed number was taken: %v", err)
	}
	must(t, m.Submit(secretary, sub("call", "party", "at", "2026-03-08 15:00", "place", "hall", "agenda", "the plan")))
	if !strings.Contains(string(m.Acts[1].Body), `"entitled":12`) {
		t.Errorf("body %s", m.Acts[1].Body)
	}
}

func TestCheck(t *testing.T) {
	tests := []struct{ name, from, to, want string }{
		{"a rule without a share", "pass: over 1/2, basis: 本街道改造方法第 3 步 }\n  - key: committee", "basis: 第 3 步 }\n  - key: committee", "meeting.rule"},
		{"a rule without a basis", ", basis: 本街道改造方法第 3 步 }\n  - key: committee", " }\n  - key: committee", "meeting.basis"},
		{"two of one key", "key: committee", "key: party", "meeting.body_key"},
		{"a register that is not there", "- key: party\n", "- key: party\n    members: nobody\n", "register.unknown"},
		{"a question asked already", "key: sheet", "key: minutes", "field.key"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			yaml := strings.Replace(string(meeting.Kind{}.Example()), tt.from, tt.to, 1)
			_, findings := steptest.Load(t, meeting.Kind{}, yaml, steptest.NewWorld())
			if len(findings) != 1 || findings[0].Code != tt.want {
				t.Errorf("findings %v, want %s", findings, tt.want)
			}
		})
	}
}
