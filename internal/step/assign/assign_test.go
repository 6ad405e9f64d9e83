package assign_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/step/assign"
	"gongzhi/internal/step/steptest"
)

func TestKind(t *testing.T) { steptest.Run(t, assign.Kind{}) }

func start(t *testing.T) *steptest.Sim {
	t.Helper()
	w := steptest.NewWorld()
	return steptest.Start(t, steptest.Must(t, assign.Kind{}, string(assign.Kind{}.Example()), w), w)
}

var secretary = steptest.Who{Person: "s", Role: "community_secretary"}

func worker(p string) steptest.Who { return steptest.Who{Person: act.Person(p), Role: "grid_worker"} }

// say makes a submission of "key=value" pairs.
func say(verb string, pairs ...string) step.Submission {
	s := step.Submission{Verb: verb, Values: map[string][]string{}}
	for _, p := range pairs {
		key, value, _ := strings.Cut(p, "=")
		s.Values[key] = []string{value}
	}
	return s
}

func TestHands(t *testing.T) {
	type turn struct {
		who     steptest.Who
		sub     step.Submission
		refused fault.Kind
	}
	give := turn{secretary, say("assign", "assignee=w1", "task=mend the gate"), 0}
	accept := turn{worker("w1"), say("accept"), 0}
	back := turn{worker("w1"), say("return", "reason=not our street"), 0}
	finish := turn{worker("w1"), say("finish", "result=mended", "hours=3"), 0}
	tests := []struct {
		name  string
		turns []turn
		want  string
		facts map[string]any
	}{
		{"named, accepted, finished", []turn{give, accept, finish}, "done", map[string]any{"returns": 0., "late": false, "result": "mended", "hours": 3.}},
		{"nobody in charge yet", []turn{{worker("w1"), say("accept"), fault.Closed}}, "", nil},
		{"somebody else accepts", []turn{give, {worker("w2"), say("accept"), fault.Denied}}, "", nil},
		{"somebody else finishes", []turn{give, accept, {worker("w2"), say("finish", "result=x"), fault.Denied}}, "", nil},
		{"finished before it was accepted", []turn{give, {worker("w1"), say("finish", "result=x"), fault.Closed}}, "", nil},
		{"named under a role that is not asked", []turn{give, {steptest.Who{Person: "w1", Role: "resident"}, say("accept"), fault.Denied}}, "", nil},
		{"a report without its result", []turn{give, accept, {worker("w1"), say("finish"), fault.Invalid}}, "", nil},
		{"comes back once and is given again", []turn{give, back, {secretary, say("assign", "assignee=w2", "task=mend"), 0}}, "", nil},
		{"comes back without a reason", []turn{give, {worker("w1"), say("return"), fault.Invalid}}, "", nil},
		{"comes back once too often", []turn{give, back, give, back}, "returned", map[string]any{"returns": 2.}},
		{"accepted work does not come back", []turn{give, accept, {worker("w1"), say("return", "reason=x"), fault.Closed}}, "", nil},
		{"another is named over somebody who is gone", []turn{
			give, accept, {secretary, say("reassign", "assignee=w2", "task=mend", "reason=on leave"), 0},
			{worker("w1"), say("finish", "result=x"), fault.Closed}, {worker("w2"), say("accept"), 0}, {worker("w2"), say("finish", "result=mended"), 0},
		}, "done", map[string]any{"reassigned": 1.}},
		{"another without a reason", []turn{give, {secretary, say("reassign", "assignee=w2", "task=mend"), fault.Invalid}}, "", nil},
		{"named by a sentence", []turn{{secretary, say("assign", "assignee=old Wang next door", "task=x"), fault.Invalid}}, "", nil},
		{"finished twice", []turn{give, accept, finish, {worker("w1"), say("finish", "result=x"), fault.Closed}}, "done", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := start(t)
			for i, turn := range tt.turns {
				err := m.Submit(turn.who, turn.sub)
				if turn.refused == 0 && err != nil || turn.refused != 0 && !fault.Is(err, turn.refused) {
					t.Fatalf("turn %d, %s: %v, want %v", i, turn.sub.Verb, err, turn.refused)
				}
			}
			end, ended := m.Ended()
			if ended != (tt.want != "") || end.Outcome != tt.want {
				t.Fatalf("ended %v as %q, want %q", ended, end.Outcome, tt.want)
			}
			for key, want := range tt.facts {
				if end.Facts[key] != want {
					t.Errorf("fact %s is %v, want %v", key, end.Facts[key], want)
				}
			}
		})
	}
}

// Five working days from Monday the 2nd of March are over at midnight after Monday the 9th. At that instant the work is
// late, and naming another is owed.
func TestLate(t *testing.T) {
	over := time.Date(2026, 3, 9, 16, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name string
		at   time.Time
		late bool
	}{{"a second before", over.Add(-time.Second), false}, {"at midnight", over, true}} {
		t.Run(tt.name, func(t *testing.T) {
			m := start(t)
			for _, err := range []error{m.Submit(secretary, say("assign", "assignee=w1", "task=x")), m.Submit(worker("w1"), say("accept"))} {
				if err != nil {
					t.Fatal(err)
				}
			}
			m.Until(tt.at)
			i := slices.IndexFunc(m.Asks(), func(a step.Ask) bool { return a.Verb == "reassign" })
			if got := m.Asks()[i]; got.Owed != tt.late || !got.Due.Equal(over) {
				t.Errorf("naming another is owed: %v, due %s; want %v, %s", got.Owed, got.Due, tt.late, over)
			}
			if err := m.Submit(worker("w1"), say("finish", "result=x")); err != nil {
				t.Fatal(err)
			}
			if end, _ := m.Ended(); end.Facts["late"] != tt.late {
				t.Errorf("late is %v", end.Facts["late"])
			}
		})
	}
}

func TestCheck(t *testing.T) {
	tests := []struct{ name, from, to, want string }{
		{"nobody names", "by: [community_secretary]", "by: []", "role.none"},
		{"nobody to be named", "to: [grid_worker, volunteer]", "to: []", "role.none"},
		{"no time", "within: 5 workdays\n", "", "assign.within"},
		{"back less than never", "returns: 1", "returns: -1", "assign.returns"},
		{"a report that hides a fact", "key: hours", "key: late", "field.key"},
		{"a task that hides who", "key: task,", "key: assignee,", "field.key"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			yaml := strings.Replace(string(assign.Kind{}.Example()), tt.from, tt.to, 1)
			_, findings := steptest.Load(t, assign.Kind{}, yaml, steptest.NewWorld())
			if len(findings) != 1 || findings[0].Code != tt.want {
				t.Errorf("findings %v, want %s", findings, tt.want)
			}
		})
	}
}
