package indicator_test

import (
	"slices"
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

// What the public figures tell beyond the public matters is never about fewer than five private ones, in no group, in no
// difference between the groups and the whole, and in no difference between the figures of two days.
func TestPrivateMattersCannotBeWorkedOut(t *testing.T) {
	groups := []string{"", "component", "event", "other"}
	for seed := range 200 {
		x := uint32(seed*2654435761 + 1)
		next := func(n uint32) int64 {
			x = x*1664525 + 1013904223
			return int64((x >> 8) % n)
		}
		type matter struct {
			begun   int64 // a day; the month ends with the 29th
			group   string
			private bool
			moves   map[int64]int64 // day → bits from then on
		}
		var all []matter
		for range 20 + next(40) {
			m := matter{begun: next(32), group: groups[1+next(3)], private: next(2) == 0, moves: map[int64]int64{}}
			for range next(4) {
				m.moves[m.begun+next(40)] = next(4)
			}
			all = append(all, m)
		}
		asOf := func(day int64) (counts []indicator.Count) {
			for _, m := range all {
				if m.begun > day {
					continue
				}
				c := indicator.Count{Group: m.group, Private: m.private, N: 1}
				for d := m.begun; d <= day; d++ {
					if bits, moved := m.moves[d]; moved {
						c.Bits = bits
					}
				}
				counts = append(counts, c)
			}
			return counts
		}
		const end = 29
		var told [][]uint64 // by day: what each figure has more than the public matters
		for day := range int64(70) {
			counts, private := asOf(day), int64(0)
			var settled []indicator.Count
			if day >= end {
				settled = asOf(end)
			}
			public, left := indicator.Publish(counts, settled, 5)
			var open []indicator.Count
			for _, c := range counts {
				if c.Private {
					private += c.N
				} else {
					open = append(open, c)
				}
			}
			if counted := indicator.Tally(indicator.Hidden(public), "", 0); int64(counted)+left != private {
				t.Fatalf("seed %d, day %d: %d counted and %d left out of %d", seed, day, counted, left, private)
			}
			var more []uint64
			for _, group := range groups {
				if n := indicator.Tally(public, group, 0) - indicator.Tally(open, group, 0); n != 0 && n < 5 {
					t.Fatalf("seed %d, day %d: figures of %q tell of %d private matters", seed, day, group, n)
				}
				for mask := range int64(4) {
					more = append(more, indicator.Tally(public, group, mask)-indicator.Tally(open, group, mask))
				}
			}
			told = append(told, more)
		}
		nothing := make([]uint64, len(told[0]))
		last := told[len(told)-1]
		for day, more := range told {
			if !slices.Equal(more, nothing) && !slices.Equal(more, last) || day < end && !slices.Equal(more, nothing) {
				t.Fatalf("seed %d: what is told of private matters on day %d is neither nothing nor what is told in the end: %v, %v", seed, day, more, last)
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
