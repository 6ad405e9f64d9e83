package verify

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/charter"
	"gongzhi/internal/indicator"
	"gongzhi/internal/method"
	"gongzhi/internal/text"
)

// Said is a set of indicators as the office says it: what is measured, and the figures of every month in which a matter
// was begun. Private matters are not listed; they are counted where there are so many that no figure tells of a single one.
type Said struct {
	Set      string        `json:"set"`
	Charter  act.Digest    `json:"charter"` // the version in force, whose definitions these are
	Method   string        `json:"method"`
	Measures []SaidMeasure `json:"measures"`
	Rates    []SaidRate    `json:"rates"`
	Months   []SaidMonth   `json:"months"`
}

// SaidMeasure is when a measure holds for a matter, in the charter's own words.
type SaidMeasure struct {
	Key  string    `json:"key"`
	Name text.Text `json:"name"`
	When string    `json:"when"`
}

// SaidRate is which measure is shared by which.
type SaidRate struct {
	Key  string    `json:"key"`
	Name text.Text `json:"name"`
	Part string    `json:"part"`
	Of   string    `json:"of"`
}

// SaidMonth is the figures over the matters that were begun in a month, as they stood at the checkpoint.
type SaidMonth struct {
	Month    string                  `json:"month"` // 2026-03
	Measures map[string]uint64       `json:"measures"`
	Rates    []SaidValue             `json:"rates"`
	Public   map[string][]act.Matter `json:"public"`  // by group: the matters that everybody can look at
	Private  uint64                  `json:"private"` // how many more there were
	// Left is how many of them are counted nowhere: all, or those alone that were not on record when the month ended; see
	// [indicator.Publish]. Those that are counted are so as they stood when it ended.
	Left uint64 `json:"left"`
}

// SaidValue is one rate over all matters of a month, or over one group of them.
type SaidValue struct {
	Rate  string `json:"rate"`
	Group string `json:"group,omitempty"`
	Part  uint64 `json:"numerator"`
	Of    uint64 `json:"denominator"`
}

// Measured is what is measured of one matter, in the order of the set.
type Measured struct {
	Matter  act.Matter
	Opened  time.Time
	Group   string
	Bits    int64
	Private bool
}

// Say writes down a set's figures over matters, for the bundle. Private matters are counted where fewest permits, as settled
// has them by month: as they stood when it ended, nothing of a month that was not over with the newest act of the bundle.
func Say(set *indicator.Set, version act.Digest, list []Measured, settled map[string][]indicator.Count, fewest int) Said {
	out := Said{Set: set.Key, Charter: version, Method: set.Method, Months: []SaidMonth{}}
	for _, key := range set.Order() {
		m := set.Measures[key]
		out.Measures = append(out.Measures, SaidMeasure{key, m.Name, m.When})
	}
	for _, r := range set.Rates {
		out.Rates = append(out.Rates, SaidRate{r.Key, r.Name, r.Part, r.Of})
	}
	months := map[string][]Measured{}
	for _, m := range list {
		months[monthOf(m.Opened)] = append(months[monthOf(m.Opened)], m)
	}
	for _, month := range slices.Sorted(maps.Keys(months)) {
		out.Months = append(out.Months, sayMonth(set, month, months[month], settled[month], fewest))
	}
	return out
}

func monthOf(at time.Time) string { return Month(at).String()[:len("2026-03")] }

// Month is the first day of the month that an instant lies in.
func Month(at time.Time) calendar.Date {
	on := calendar.DateOf(at)
	_, _, day := on.YMD()
	return on.Add(1 - day)
}

func monthEnd(at time.Time) time.Time { return Month(at).AddMonths(1).Start() }

func sayMonth(set *indicator.Set, month string, list []Measured, settled []indicator.Count, fewest int) SaidMonth {
	out := SaidMonth{Month: month, Measures: map[string]uint64{}, Rates: []SaidValue{}, Public: map[string][]act.Matter{}}
	counts := make([]indicator.Count, len(list))
	for i, m := range list {
		counts[i] = indicator.Count{Group: m.Group, Bits: m.Bits, N: 1, Private: m.Private}
		if m.Private {
			out.Private++
			continue
		}
		out.Public[m.Group] = append(out.Public[m.Group], m.Matter)
	}
	counts, left := indicator.Publish(counts, settled, fewest)
	out.Left = uint64(left)
	for _, key := range set.Order() {
		out.Measures[key] = indicator.Tally(counts, "", set.Mask(key))
	}
	for _, group := range append([]string{""}, indicator.Groups(counts)...) {
		for _, r := range set.Rates {
			v := set.Value(r, counts, group)
			out.Rates = append(out.Rates, SaidValue{r.Key, group, v.Num, v.Den})
		}
	}
	return out
}

// found is what the bundle itself gives of one matter.
type found struct {
	Measured
	sets []foundOf
	late bool // private, and not on record when its month had ended
}

// foundOf is which measures of a set hold, in the order of the set in force.
type foundOf struct {
	set         string
	known, bits int64 // those of which it can be told whether they hold, and those that do
}

func (f found) of(set string) (foundOf, bool) {
	i := slices.IndexFunc(f.sets, func(x foundOf) bool { return x.set == set })
	if i < 0 {
		return foundOf{}, false
	}
	return f.sets[i], true
}

// measure keeps what follows for the indicators from a matter; of a private one, from its record when its month had ended.
// names are what is known of its run; none where it could not be followed.
func (v *verifier) measure(first act.Act, c *charter.Charter, m *method.Method, run *method.Run, names ...string) {
	f := found{Measured: Measured{Matter: first.Matter, Opened: first.At, Private: first.Withheld()}}
	f.late = f.Private && !first.Recorded.Before(monthEnd(first.At))
	var vars map[string]any
	for _, by := range c.Measures(m.Key) {
		now := v.inForce(by.Key)
		if now == nil {
			continue
		}
		if vars == nil {
			vars = m.Vars(run, method.Context{})
		}
		x := foundOf{set: by.Key, known: now.From(by, by.Within(names...))}
		if len(names) == 0 {
			x.known = 0
		}
		for i, key := range now.Order() { // what its version did not measure does not hold
			if by.Mask(key) == 0 {
				x.known |= 1 << i
			}
		}
		x.bits = now.From(by, by.Bits(vars)) & x.known
		f.sets = append(f.sets, x)
	}
	if len(f.sets) > 0 {
		v.found = append(v.found, f)
	}
}

// fromActs is what the acts of a matter tell of its run; rows of registers are not in the bundle.
var fromActs = []string{"results", "matter", "visits"}

// lastVersion is the version that was installed last; nil where it cannot be run.
func (v *verifier) lastVersion() *charter.Charter { return v.house.charters[v.house.last] }

func (v *verifier) inForce(set string) *indicator.Set {
	if c := v.lastVersion(); c != nil {
		return c.Indicators[set]
	}
	return nil
}

const indicatorsFile = "indicators.json"

func (v *verifier) figure(code, why string, args ...any) {
	v.add(Figures, Finding{Code: code, File: indicatorsFile, Leaf: -1, Why: fmt.Sprintf(why, args...)})
}

// figures holds what the office says of its indicators against what follows from the matters in the bundle. What no
// public byte decides — private matters, conditions over registers — can only be bounded: a figure must lie between what
// the others give and that with all of these.
func (v *verifier) figures() {
	raw := v.read(Figures, indicatorsFile)
	if raw == nil {
		return
	}
	var said []Said
	if err := json.Unmarshal(raw, &said); err != nil {
		v.figure("indicator.form", "%v", err)
		return
	}
	c := v.lastVersion()
	if c == nil {
		return // the charter's own finding says why
	}
	by := map[string]Said{}
	for _, s := range said {
		if _, twice := by[s.Set]; twice || c.Indicators[s.Set] == nil {
			v.figure("indicator.set", "%s", s.Set)
			continue
		}
		by[s.Set] = s
	}
	for _, key := range slices.Sorted(maps.Keys(c.Indicators)) {
		s, ok := by[key]
		if !ok {
			v.figure("indicator.set", "%s", key)
			continue
		}
		v.set(c, c.Indicators[key], s)
	}
}

func (v *verifier) set(c *charter.Charter, set *indicator.Set, s Said) {
	if s.Charter != c.Digest {
		v.figure("indicator.charter", "%s: %s, in force is %s", s.Set, s.Charter, c.Digest)
		return
	}
	defined := s
	defined.Months = []SaidMonth{}
	if !reflect.DeepEqual(defined, Say(set, c.Digest, nil, nil, 0)) {
		v.figure("indicator.definition", "%s", s.Set)
		return
	}
	are := map[string][]found{}
	for _, f := range v.found {
		if _, measured := f.of(s.Set); measured {
			are[monthOf(f.Opened)] = append(are[monthOf(f.Opened)], f)
		}
	}
	seen := map[string]bool{}
	for _, m := range s.Months {
		if seen[m.Month] || len(are[m.Month]) == 0 {
			v.figure("indicator.month", "%s %s", s.Set, m.Month)
			continue
		}
		seen[m.Month] = true
		v.month(set, m, are[m.Month], uint64(c.Privacy.Fewest))
	}
	for _, month := range slices.Sorted(maps.Keys(are)) {
		if !seen[month] {
			v.figure("indicator.month", "%s %s", s.Set, month)
		}
	}
}

func (v *verifier) month(set *indicator.Set, m SaidMonth, list []found, fewest uint64) {
	where := set.Key + " " + m.Month
	group := map[act.Matter]string{}
	named := 0
	for g, matters := range m.Public {
		for _, n := range matters {
			group[n] = g
			named++
		}
	}
	public, private, settled := 0, uint64(0), uint64(0)
	for i := range list {
		g, listed := group[list[i].Matter]
		if list[i].Private == listed {
			v.at(Figures, "indicator.matters", v.chains[list[i].Matter][0], "%s", where)
			return
		}
		if list[i].Private {
			private++
			if !list[i].late {
				settled++
			}
			continue
		}
		list[i].Group = g
		public++
	}
	if named != public {
		v.figure("indicator.matters", "%s: %d are listed, %d were begun", where, named, public)
		return
	}
	counted := m.Left != private
	switch {
	case m.Private != private || counted && m.Left != private-settled:
		v.figure("indicator.private", "%s: said are %d and %d of them left out, withheld are %d, of which %d were on record when the month ended", where, m.Private, m.Left, private, settled)
		return
	case counted && settled < fewest:
		v.figure("indicator.few", "%s: the figures tell of %d private matters, fewer than %d", where, settled, fewest)
		return
	case counted && v.newest.Before(monthEnd(list[0].Opened)):
		v.figure("indicator.early", "%s: private matters are counted before the month has ended", where)
		return
	}
	list = slices.DeleteFunc(list, func(f found) bool { return f.Private && (!counted || f.late) })
	if len(m.Measures) != len(set.Order()) {
		v.figure("indicator.definition", "%s", where)
		return
	}
	for _, key := range set.Order() {
		v.between(set, list, where+" "+key, m.Measures[key], "", set.Mask(key))
	}
	v.rates(set, m, list, where)
}

// rates holds the shares against their measures, and groups against the whole.
func (v *verifier) rates(set *indicator.Set, m SaidMonth, list []found, where string) {
	groups := []string{""}
	for _, s := range m.Rates {
		if !slices.Contains(groups, s.Group) {
			groups = append(groups, s.Group)
		}
	}
	for g := range m.Public {
		if !slices.Contains(groups, g) {
			v.figure("indicator.rate", "%s: nothing is said of %s", where, g)
			return
		}
	}
	at := 0
	total := map[string]uint64{} // of the denominators of groups
	for _, g := range groups {
		for _, r := range set.Rates {
			name := strings.TrimSpace(where + " " + g + " " + r.Key)
			if at >= len(m.Rates) || m.Rates[at].Rate != r.Key || m.Rates[at].Group != g {
				v.figure("indicator.rate", "%s should stand here", name)
				return
			}
			s := m.Rates[at]
			at++
			part, of := set.Mask(r.Part), set.Mask(r.Of)
			whole := m.Measures[r.Of]
			if g != "" {
				total[r.Key] += s.Of
			}
			if s.Part > s.Of || g == "" && s.Of != whole || total[r.Key] > whole {
				v.figure("indicator.rate", "%s: %d of %d", name, s.Part, s.Of)
				continue
			}
			v.between(set, list, name+" ("+r.Part+")", s.Part, g, part|of)
			v.between(set, list, name+" ("+r.Of+")", s.Of, g, of)
		}
	}
	if at != len(m.Rates) {
		v.figure("indicator.rate", "%s: %s is said twice", where, m.Rates[at].Rate)
	}
}

// between makes sure that a figure lies between the matters that have every bit of the mask and those that may.
func (v *verifier) between(set *indicator.Set, list []found, name string, said uint64, group string, mask int64) {
	least, most := uint64(0), uint64(0)
	for _, f := range list {
		x, _ := f.of(set.Key)
		other := group != "" && !f.Private && f.Group != group // in which group a private one is, nobody is told
		switch {
		case other || mask&x.known&^x.bits != 0:
		case mask&x.known == mask && (group == "" || !f.Private):
			least++
			most++
		default:
			most++
		}
	}
	v.report.Figures++
	if least < most {
		v.report.Bounded++
	}
	switch {
	case said < least:
		v.figure("indicator.less", "%s: said are %d, there are %d", name, said, least)
	case said > most:
		v.figure("indicator.more", "%s: said are %d, there are at most %d", name, said, most)
	}
}
