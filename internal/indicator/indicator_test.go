package indicator_test

import (
	"testing"

	"gongzhi/internal/expr"
	"gongzhi/internal/indicator"
	"gongzhi/internal/source"
)

const file = `
indicators: sample
name: { zh: 样例, en: Sample }
method: report
unit: { zh: 件, en: reports }
group: { row: category, column: kind }
measures:
  filed: { name: { zh: 立案, en: Filed }, when: visits > 0 }
  closed: { name: { zh: 结案, en: Closed }, when: state == 'closed' }
  on_time: { name: { zh: 按期, en: In time }, when: state == 'closed' && late == 0 }
rates:
  - { key: closing, name: { zh: 结案率, en: Closing rate }, part: closed, of: filed }
  - { key: in_time, name: { zh: 按期结案率, en: In time }, part: on_time, of: filed }
`

func load(t *testing.T) *indicator.Set {
	t.Helper()
	n, faults := source.Parse("indicators/sample.yaml", []byte(file))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	s, faults := indicator.Decode(n)
	env, err := expr.NewEnv(map[string]expr.Type{"visits": expr.Int, "state": expr.Text, "late": expr.Int})
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	if found := s.Check(env); len(found) > 0 {
		t.Fatal(found)
	}
	return s
}

// The bulletin: of 972 filed, 911 closed and 737 in time; events 902 of 956, components 9 of 16.
func TestBulletin(t *testing.T) {
	s := load(t)
	counts := map[indicator.Count]int64{}
	add := func(kind string, n int, state string, late int64) {
		for range n {
			vars := map[string]any{
				"visits": int64(1), "state": state, "late": late,
				"rows": map[string]any{"category": map[string]any{"kind": kind}},
			}
			counts[indicator.Count{Group: s.Of(vars), Bits: s.Bits(vars)}]++
		}
	}
	add("event", 731, "closed", 0)
	add("event", 171, "closed", 1)
	add("event", 54, "open", 0)
	add("component", 6, "closed", 0)
	add("component", 3, "closed", 2)
	add("component", 7, "open", 1)
	var list []indicator.Count
	for c, n := range counts {
		c.N = n
		list = append(list, c)
	}
	for _, tt := range []struct{ rate, group, fraction, percent string }{
		{"closing", "", "911/972", "93.72"}, {"in_time", "", "737/972", "75.82"},
		{"closing", "event", "902/956", "94.35"}, {"closing", "component", "9/16", "56.25"},
	} {
		for _, r := range s.Rates {
			if r.Key != tt.rate {
				continue
			}
			got := s.Value(r, list, tt.group)
			if p, ok := got.Percent(2); got.String() != tt.fraction || p != tt.percent || !ok {
				t.Errorf("%s of %q is %s, %s %%; want %s, %s %%", tt.rate, tt.group, got, p, tt.fraction, tt.percent)
			}
		}
	}
	if got := indicator.Groups(list); len(got) != 2 {
		t.Errorf("groups %v", got)
	}
}

// Of nothing there is no share.
func TestNothing(t *testing.T) {
	s := load(t)
	if _, ok := s.Value(s.Rates[0], nil, "").Percent(2); ok {
		t.Error("a share of nothing has a value")
	}
}

// What the public figures tell beyond the public matters is never about fewer than five private ones, in no group and in
// no difference between the groups and the whole.
func TestPrivateMattersCannotBeWorkedOut(t *testing.T) {
	for seed := range 200 {
		var counts []indicator.Count
		x := uint32(seed*2654435761 + 1)
		next := func(n uint32) int64 {
			x = x*1664525 + 1013904223
			return int64((x >> 8) % n)
		}
		for _, group := range []string{"component", "event", "other"} {
			for bits := range int64(4) {
				counts = append(counts, indicator.Count{Group: group, Bits: bits, N: next(9)}, indicator.Count{Group: group, Bits: bits, Private: true, N: next(4)})
			}
		}
		public, left := indicator.Publish(counts, 5)
		private := map[string]int64{}
		for _, c := range counts {
			if c.Private {
				private[c.Group] += c.N
				private[""] += c.N
			}
		}
		if left != 0 && left != private[""] {
			t.Fatalf("%d are left out of %d", left, private[""])
		}
		for _, group := range []string{"", "component", "event", "other"} {
			more := indicator.Tally(public, group, 0)
			for _, c := range counts {
				if !c.Private && (group == "" || c.Group == group) {
					more -= uint64(c.N)
				}
			}
			if more != 0 && (more < 5 || left != 0) {
				t.Fatalf("seed %d: figures of %q tell of %d private matters", seed, group, more)
			}
		}
	}
}
