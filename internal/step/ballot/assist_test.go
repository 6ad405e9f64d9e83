package ballot_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/step/steptest"
)

func helpOf(m *steptest.Sim) step.Help { return m.Step.(step.Assisted).Help(m.View()) }

// helped has an owner vote with a helper's name on a paper, received at that time of 2026-03-03.
func helped(t *testing.T, m *steptest.Sim, no int, helper, at string) {
	t.Helper()
	typed(t, m, no, set(paperOf("enter", "", fmt.Sprintf("u%02d", no), "yes"), "received", "2026-03-03 "+at, "helper", helper))
}

func TestHelpIsPutDownAndCountsLikeTheRest(t *testing.T) {
	m := open(t, world(t, 9))
	m.Until(at(t, "2026-03-04 10:00"))
	helped(t, m, 1, "vol", "09:00")
	helped(t, m, 2, "vol", "10:00")
	helped(t, m, 3, "other", "10:00")
	must(t, m.Submit(owner(4), sub("cast", "", "renovate", "yes", "fund", "yes", "helped", "family")))
	must(t, vote1(m, owner(5), "yes"))
	h := helpOf(m)
	if h.Voted != 5 || h.Heads != 4 || h.Online != 1 || !slices.Equal(h.Helpers, []step.Helper{{Who: "vol", Heads: 2}, {Who: "other", Heads: 1}}) || len(h.Odd) != 0 {
		t.Errorf("%+v", h)
	}
	must(t, vote1(m, owner(6), "yes"))
	m.Until(at(t, "2026-03-20 00:00"))
	if end, _ := m.Ended(); end.Outcome != "passed" || end.Facts["cast_heads"] != float64(6) {
		t.Errorf("help changed the count: %+v", end)
	}
}

// Each rule of what stands out, at its edge: one fewer is not listed.
func TestWhatStandsOut(t *testing.T) {
	type paper struct {
		no         int
		helper, at string
	}
	const watch = "  watch:\n    - { of: helper, heads: 10, share: over 1/5 }\n    - { of: helper, heads: 8, within: 1 hours }\n    - { of: device, heads: 3 }\n"
	tests := []struct {
		name   string
		watch  string
		papers []paper
		alone  int // further owners who vote for themselves
		device []string
		want   []step.Odd
	}{
		{name: "three by one helper", watch: "{ of: helper, heads: 3 }", papers: []paper{{1, "a", "09:00"}, {2, "a", "10:00"}, {3, "a", "11:00"}}, want: []step.Odd{{Of: "helper", Who: "a", Heads: 3}}},
		{name: "two", watch: "{ of: helper, heads: 3 }", papers: []paper{{1, "a", "09:00"}, {2, "a", "10:00"}, {3, "b", "11:00"}}},
		{name: "three in less than an hour", watch: "{ of: helper, heads: 3, within: 1 hours }", papers: []paper{{1, "a", "09:00"}, {2, "a", "10:10"}, {3, "a", "10:30"}, {4, "a", "11:09"}}, want: []step.Odd{{Of: "helper", Who: "a", Heads: 3}}},
		{name: "three in an hour to the minute", watch: "{ of: helper, heads: 3, within: 1 hours }", papers: []paper{{1, "a", "10:10"}, {2, "a", "10:30"}, {3, "a", "11:10"}}},
		{name: "a third of all is not over a third", watch: "{ of: helper, heads: 2, share: over 1/3 }", papers: []paper{{1, "a", "09:00"}, {2, "a", "09:00"}}, alone: 4},
		{name: "two of five are", watch: "{ of: helper, heads: 2, share: over 1/3 }", papers: []paper{{1, "a", "09:00"}, {2, "a", "09:00"}}, alone: 3, want: []step.Odd{{Of: "helper", Who: "a", Heads: 2, Share: true}}},
		{name: "three from one telephone", watch: "{ of: device, heads: 3 }", device: []string{"x", "x", "y", "x"}, want: []step.Odd{{Of: "device", Heads: 3}}},
		{name: "two, and others unknown", watch: "{ of: device, heads: 3 }", device: []string{"x", "x", "", "", ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := open(t, world(t, 9), watch, "  watch:\n    - "+tt.watch+"\n")
			m.Until(at(t, "2026-03-04 10:00"))
			for _, p := range tt.papers {
				helped(t, m, p.no, p.helper, p.at)
			}
			for i := range tt.alone {
				must(t, vote1(m, owner(9-i), "yes"))
			}
			for i, d := range tt.device {
				s := sub("cast", "", "renovate", "yes", "fund", "yes")
				s.Device = d
				must(t, m.Submit(owner(i+1), s))
				must(t, m.Submit(owner(i+1), s)) // who changes their mind is one household all the same
			}
			got := helpOf(m).Odd
			for i := range got {
				got[i].From, got[i].Until, got[i].Within = time.Time{}, time.Time{}, step.Span{}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
		})
	}
}

// Who helped to fill in a paper has no other hand in it.
func TestAHelperTypesNothingIn(t *testing.T) {
	m := open(t, world(t, 3))
	m.Until(at(t, "2026-03-04 10:00"))
	own := with(set(paperOf("enter", "", "u01", "yes"), "received", "2026-03-03 10:00", "helper", "c1"), "scan")
	if r, _ := fault.As(m.Submit(clerk1, own)); r == nil || len(r.Fields) != 1 || r.Fields[0].Code != "ballot.helper_types" {
		t.Errorf("a helper typed it in: %v", r)
	}
	must(t, m.Submit(clerk2, own))
	if err := m.Submit(clerk1, set(paperOf("verify", "1", "u01", "yes"), "helper", "c1")); !fault.Is(err, fault.Denied) {
		t.Errorf("a helper read it again: %v", err)
	}
	third := steptest.Who{Person: act.Person("c3"), Role: "clerk"}
	must(t, m.Submit(third, set(paperOf("verify", "1", "u01", "yes"), "helper", "c1")))
}
