package notice_test

import (
	"strings"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/step/notice"
	"gongzhi/internal/step/steptest"
)

func TestKind(t *testing.T) { steptest.Run(t, notice.Kind{}) }

var (
	secretary = steptest.Who{Person: "sec", Role: "community_secretary"}
	worker    = steptest.Who{Person: "wang", Role: "community_worker"}
	office    = steptest.Who{Person: "office", Role: "subdistrict_office"}
	li        = steptest.Who{Person: "li", Role: "resident"}
	zhao      = steptest.Who{Person: "zhao", Role: "resident"}
)

func sub(verb, item string, pairs ...string) step.Submission {
	s := step.Submission{Verb: verb, Item: item, Values: map[string][]string{}}
	for i := 0; i < len(pairs); i += 2 {
		s.Values[pairs[i]] = []string{pairs[i+1]}
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

// start posts the notice on 2026-03-02 at 16:00.
func start(t *testing.T, change ...string) *steptest.Sim {
	t.Helper()
	w := steptest.NewWorld()
	w.Now = at(t, "2026-03-02 16:00")
	yaml := strings.NewReplacer(change...).Replace(string(notice.Kind{}.Example()))
	m := steptest.Start(t, steptest.Must(t, notice.Kind{}, yaml, w), w)
	must(t, m.Submit(secretary, sub("post", "", "summary", "Renovation of compound 12")))
	return m
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func outcome(m *steptest.Sim) string {
	end, _ := m.Ended()
	return end.Outcome
}

// The day of posting does not count and the last day is a whole day: Civil Code arts 201 and 203.
func TestTheLastDayIsAWholeDay(t *testing.T) {
	m := start(t)
	m.Until(at(t, "2026-03-09 23:59"))
	must(t, m.Submit(li, sub("object", "", "reason", "the lift is missing")))
	m.Until(at(t, "2026-03-10 00:00"))
	r, ok := fault.As(m.Submit(zhao, sub("object", "", "reason", "too late")))
	if !ok || r.Kind != fault.Closed || r.Code != "notice.closed" || r.Basis.Clause != "methods/example.yaml#example.days" {
		t.Errorf("at midnight: %+v", r)
	}
}

func TestItClosesAtTheInstantAndNotBefore(t *testing.T) {
	m := start(t)
	m.Until(at(t, "2026-03-09 23:59:59"))
	if _, ended := m.Ended(); ended {
		t.Fatal("it closed before its time")
	}
	m.Until(at(t, "2026-03-12 09:00"))
	last := m.Acts[len(m.Acts)-1]
	if outcome(m) != "closed" || !last.At.Equal(at(t, "2026-03-10 00:00")) {
		t.Errorf("ended as %q at %s", outcome(m), last.At)
	}
	if r, _ := fault.As(m.Submit(li, sub("object", "", "reason", "late"))); r == nil || r.Code != "notice.closed" {
		t.Errorf("after the end: %v", r)
	}
}

func TestAnUnansweredObjectionHoldsTheEnd(t *testing.T) {
	m := start(t)
	must(t, m.Submit(li, sub("object", "", "reason", "the lift is missing")))
	m.Until(at(t, "2026-03-12 09:00"))
	if _, ended := m.Ended(); ended {
		t.Fatal("it closed over an objection nobody answered")
	}
	must(t, m.Submit(worker, sub("answer", "1", "reply", "it is in lot 3", "accepted", "yes")))
	end, ended := m.Ended()
	if !ended || end.Outcome != "closed" || end.Facts["objections"] != float64(1) || end.Facts["answered"] != float64(1) {
		t.Errorf("ended %v as %+v", ended, end)
	}
}

func TestNobodyAnswersTheirOwnObjection(t *testing.T) {
	m := start(t)
	self := steptest.Who{Person: "wang", Role: "resident"}
	must(t, m.Submit(self, sub("object", "", "reason", "as a resident")))
	if err := m.Submit(worker, sub("answer", "1", "reply", "all is well", "accepted", "yes")); !fault.Is(err, fault.Denied) {
		t.Errorf("got %v", err)
	}
}

func TestEscalation(t *testing.T) {
	for _, decision := range []string{"upheld", "dismissed"} {
		t.Run(decision, func(t *testing.T) {
			m := start(t)
			must(t, m.Submit(li, sub("object", "", "reason", "the lift is missing")))
			must(t, m.Submit(worker, sub("answer", "1", "reply", "no", "accepted", "no")))
			again := steptest.Who{Person: "wang", Role: "subdistrict_office"}
			if err := m.Submit(again, sub("settle", "1", "decision", decision, "reason", "r")); !fault.Is(err, fault.Denied) {
				t.Errorf("who answered also decided: %v", err)
			}
			if decision == "dismissed" {
				m.Until(at(t, "2026-03-11 00:00"))
			}
			must(t, m.Submit(office, sub("settle", "1", "decision", decision, "reason", "as measured")))
			want := map[string]string{"upheld": "upheld", "dismissed": "closed"}[decision]
			if outcome(m) != want {
				t.Errorf("outcome %q, want %q", outcome(m), want)
			}
		})
	}
}

// Where the charter blocks, nobody can overrule an objection: it is answered until it is accepted, withdrawn, or upheld.
func TestBlock(t *testing.T) {
	m := start(t, "unresolved: escalate", "unresolved: block")
	must(t, m.Submit(li, sub("object", "", "reason", "the lift is missing")))
	must(t, m.Submit(worker, sub("answer", "1", "reply", "no", "accepted", "no")))
	if err := m.Submit(office, sub("settle", "1", "decision", "dismissed", "reason", "r")); !fault.Is(err, fault.Invalid) {
		t.Errorf("dismissed all the same: %v", err)
	}
	m.Until(at(t, "2026-04-01 00:00"))
	if _, ended := m.Ended(); ended {
		t.Fatal("it closed over an objection")
	}
	if err := m.Submit(zhao, sub("withdraw", "")); !fault.Is(err, fault.Denied) {
		t.Errorf("a stranger withdrew it: %v", err)
	}
	must(t, m.Submit(li, sub("withdraw", "")))
	if outcome(m) != "closed" {
		t.Errorf("outcome %q", outcome(m))
	}
}

func TestTheWordsOfAnObjectionAreSealed(t *testing.T) {
	m := start(t)
	must(t, m.Submit(li, sub("object", "", "reason", "I live in flat 301")))
	last := m.Acts[len(m.Acts)-1]
	if got := string(last.Body); got != `{"no":1}` || len(last.Sealed) != 1 || last.Sealed[0].Field != "reason" {
		t.Errorf("body %s, sealed %v", got, last.Sealed)
	}
}

func TestPostedAnewTheDaysStartAnew(t *testing.T) {
	m := start(t)
	m.Until(at(t, "2026-03-08 10:00"))
	must(t, m.Submit(secretary, sub("retract", "", "reason", "a wrong annex")))
	m.Until(at(t, "2026-03-20 10:00"))
	if _, ended := m.Ended(); ended {
		t.Fatal("it closed without being posted")
	}
	must(t, m.Submit(secretary, sub("post", "", "summary", "corrected")))
	m.Until(at(t, "2026-03-27 23:59"))
	if _, ended := m.Ended(); ended {
		t.Fatal("it closed before seven days")
	}
	m.Until(at(t, "2026-03-28 00:00"))
	if outcome(m) != "closed" {
		t.Errorf("outcome %q", outcome(m))
	}
}

func TestCheck(t *testing.T) {
	tests := []struct{ name, from, to, want string }{
		{"one day under the floor", "days: 7 days\nminimum", "days: 6 days\nminimum", "notice.short"},
		{"another unit than the floor", "days: 7 days\nminimum", "days: 7 workdays\nminimum", "notice.unit"},
		{"a floor without its law", ", law: 参照四议两公开的通行做法", "", "notice.minimum"},
		{"an objection in public", "personal: true, audience: staff", "audience: public", "notice.objection_public"},
		{"published to staff only", "type: file, audience: public", "type: file, audience: staff", "notice.published"},
		{"nobody to answer", "answer:\n  by: [community_worker]", "answer:\n  by: []", "role.none"},
		{"nobody says what holds", "unresolved: escalate", "unresolved: ignore", "notice.unresolved"},
		{"escalated to nobody", "settle: { by: [subdistrict_office], within: 5 workdays }", "", "role.none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			yaml := strings.Replace(string(notice.Kind{}.Example()), tt.from, tt.to, 1)
			_, findings := steptest.Load(t, notice.Kind{}, yaml, steptest.NewWorld())
			if len(findings) != 1 || findings[0].Code != tt.want {
				t.Errorf("findings %v, want %s", findings, tt.want)
			}
		})
	}
}

// The proof that the sheet hangs is owed by its time until it is given once; afterwards it may be given again, and a
// notice that is taken back takes its proof with it.
func TestItHangs(t *testing.T) {
	m := start(t)
	owed := func() (owed, there bool) {
		for _, a := range m.Asks() {
			if a.Verb == "hang" {
				return a.Owed, true
			}
		}
		return false, false
	}
	if yes, _ := owed(); !yes {
		t.Error("posted, and nobody owes the proof that it hangs")
	}
	if err := m.Submit(li, sub("hang", "", "hung_at", "1号楼")); err == nil {
		t.Error("a resident says that it hangs")
	}
	hang := sub("hang", "", "hung_at", "1号楼单元门口")
	hang.Files = map[string][]step.File{"hung_photo": {{Name: "x.jpg", Type: "image/jpeg", Size: 1, Hash: act.Sum([]byte("x"))}}}
	must(t, m.Submit(worker, hang))
	if yes, there := owed(); yes || !there {
		t.Errorf("seen once: owed %v, asked %v", yes, there)
	}
	must(t, m.Submit(secretary, sub("retract", "", "reason", "a mistake in it")))
	must(t, m.Submit(secretary, sub("post", "", "summary", "the right one")))
	if yes, _ := owed(); !yes {
		t.Error("posted anew, and the old proof still counts")
	}
}
