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
	type sort struct {
		group string
		bits  int64
	}
	counts := map[sort]int64{}
	add := func(kind string, n int, state string, late int64) {
		for range n {
			vars := map[string]any{
				"visits": int64(1), "state": state, "late": late,
				"rows": map[string]any{"category": map[string]any{"kind": kind}},
			}
			counts[sort{s.Of(vars), s.Bits(vars)}]++
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
		list = append(list, indicator.Count{Group: c.group, Bits: c.bits, N: n})
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

// Sums are added up over the matters for which their measure holds, in one group or in all, each by itself.
func TestSums(t *testing.T) {
	n, faults := source.Parse("indicators/sample.yaml", []byte(`
indicators: sample
name: { zh: 样例, en: Sample }
method: session
unit: { zh: 场, en: sessions }
group: { field: level }
measures:
  held: { name: { zh: 已开展, en: Held }, when: state == 'held' }
sums:
  - { key: persons, name: { zh: 人数, en: Persons }, unit: { zh: 人, en: persons }, of: persons, when: held }
  - { key: times, name: { zh: 人次, en: Person-times }, unit: { zh: 人次, en: person-times }, of: times, when: held }
  - { key: all, name: { zh: 报名, en: Signed up }, unit: { zh: 人, en: persons }, of: persons }
`))
	s, more := indicator.Decode(n)
	env, err := expr.NewEnv(map[string]expr.Type{"state": expr.Text, "persons": expr.Int, "times": expr.Int, "matter": expr.Object(map[string]expr.Type{"level": expr.Text})})
	if err != nil || len(faults)+len(more) > 0 {
		t.Fatal(err, faults, more)
	}
	if found := s.Check(env); len(found) > 0 {
		t.Fatal(found)
	}
	var list []indicator.Count
	for _, x := range []struct {
		level, state   string
		persons, times int64
		n              int64
	}{{"first", "held", 622, 700, 2}, {"third", "held", 49, 50, 1}, {"third", "open", 5, 5, 1}} {
		vars := map[string]any{"state": x.state, "persons": x.persons, "times": x.times, "matter": map[string]any{"level": x.level}}
		list = append(list, indicator.Count{Group: s.Of(vars), Bits: s.Bits(vars), Sums: s.Amounts(vars), N: x.n})
	}
	for _, tt := range []struct {
		group string
		i     int
		want  int64
	}{{"", 0, 2*622 + 49}, {"", 1, 2*700 + 50}, {"", 2, 2*622 + 49 + 5}, {"third", 0, 49}, {"third", 1, 50}, {"first", 0, 2 * 622}, {"second", 0, 0}} {
		if got := indicator.Total(list, tt.group, tt.i); got != tt.want {
			t.Errorf("%s of %q: %d, want %d", s.Sums[tt.i].Key, tt.group, got, tt.want)
		}
	}
}
