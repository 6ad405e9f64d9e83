// Package indicator is measures over matters, with their inputs and their cut-off.
//
// In: a set of measures as a charter declares it, and what conditions see of one matter. Out: which measures hold for the
// matter, and rates as two exact counts, never as a rounded share. Each rate names its numerator and its denominator. It
// keeps nothing and reads no clock: which matters, of what period, as of when, is for whoever asks.
package indicator

import (
	"maps"
	"slices"

	"gongzhi/internal/exact"
	"gongzhi/internal/expr"
	"gongzhi/internal/source"
	"gongzhi/internal/text"
)

// MaxMeasures is how many measures a set may have: a matter's are kept as the bits of one number.
const MaxMeasures = 48

// Set is one file of indicators/: measures over the matters of one method.
type Set struct {
	Key      string             `yaml:"indicators"`
	Name     text.Text          `yaml:"name"`
	Says     text.Text          `yaml:"says,omitempty"`
	Method   string             `yaml:"method"`
	Unit     text.Text          `yaml:"unit"`            // what is counted: 件
	Group    Group              `yaml:"group,omitempty"` // by what the figures may be told apart
	Measures map[string]Measure `yaml:"measures"`
	Sums     []Sum              `yaml:"sums,omitempty"`
	Rates    []Rate             `yaml:"rates,omitempty"`
	Trend    string             `yaml:"trend,omitempty"` // the rate that the wall draws month by month
	Assumed  bool               `yaml:"assumed,omitempty"`

	order []string
	run   []*expr.Program
	node  source.Node
}

// Group is a choice of the row that a matter named at its start, or a choice made at the start itself.
type Group struct {
	Row    string `yaml:"row,omitempty"`
	Column string `yaml:"column,omitempty"`
	Field  string `yaml:"field,omitempty"`
}

// Measure is whether something holds for a matter.
type Measure struct {
	Name text.Text `yaml:"name"`
	When string    `yaml:"when"` // CEL over subject, matter, rows, results and visits
}

// Sum adds up a whole number over the matters: persons here, person-times there, each with its own unit and never one for
// the other.
type Sum struct {
	Key  string    `yaml:"key"`
	Name text.Text `yaml:"name"`
	Unit text.Text `yaml:"unit"`
	Of   string    `yaml:"of"`             // CEL, a whole number
	When string    `yaml:"when,omitempty"` // the measure that must hold for a matter to count; all where not said
	Area bool      `yaml:"area,omitempty"` // hundredths of a square metre
	run  *expr.Program
}

// Rate is one measure's part of another.
type Rate struct {
	Key  string    `yaml:"key"`
	Name text.Text `yaml:"name"`
	Part string    `yaml:"part"` // numerator: matters for which both measures hold
	Of   string    `yaml:"of"`   // denominator
}

// Decode reads a set.
func Decode(n source.Node) (*Set, []source.Fault) {
	s := &Set{node: n}
	faults := n.Decode(s)
	measures, _ := n.Get("measures")
	s.order = measures.Keys()
	return s, faults
}

// Node is where the set stands.
func (s *Set) Node() source.Node { return s.node }

// Order lists the measures in the order of the file; a measure's place is its bit.
func (s *Set) Order() []string { return s.order }

// Fault is what is wrong with a set, at a path of its file.
type Fault struct {
	Code string
	Args text.Args
	Path []any
}

// Check compiles the measures. env is what conditions over the method's matters may use.
func (s *Set) Check(env *expr.Env) (out []Fault) {
	bad := func(code string, args text.Args, path ...any) { out = append(out, Fault{code, args, path}) }
	if len(s.order) > MaxMeasures {
		bad("indicator.many", text.Args{"Max": MaxMeasures}, "measures")
		return out
	}
	s.run = make([]*expr.Program, len(s.order))
	for i, key := range s.order {
		p, err := env.Compile(s.Measures[key].When, expr.Bool)
		if err != nil {
			bad("expr", text.Args{"Why": err.Error(), "Source": s.Measures[key].When}, "measures", key, "when")
			continue
		}
		s.run[i] = p
	}
	seen := map[string]bool{}
	for i, x := range s.Sums {
		if x.Key == "" || seen[x.Key] || slices.Contains(s.order, x.Key) {
			bad("indicator.key", text.Args{"Rate": x.Key}, "sums", i, "key")
		}
		seen[x.Key] = true
		if x.When != "" && !slices.Contains(s.order, x.When) {
			bad("indicator.measure", text.Args{"Measure": x.When}, "sums", i, "when")
		}
		p, err := env.Compile(x.Of, expr.Int)
		if err != nil {
			bad("expr", text.Args{"Why": err.Error(), "Source": x.Of}, "sums", i, "of")
			continue
		}
		s.Sums[i].run = p
	}
	for i, r := range s.Rates {
		if r.Key == "" || seen[r.Key] {
			bad("indicator.key", text.Args{"Rate": r.Key}, "rates", i, "key")
		}
		seen[r.Key] = true
		for at, m := range map[string]string{"part": r.Part, "of": r.Of} {
			if !slices.Contains(s.order, m) {
				bad("indicator.measure", text.Args{"Measure": m}, "rates", i, at)
			}
		}
	}
	if _, ok := s.Drawn(); s.Trend != "" && !ok {
		bad("indicator.trend", text.Args{"Rate": s.Trend}, "trend")
	}
	return out
}

// Drawn is the rate of the trend; ok is false where the set names none.
func (s *Set) Drawn() (Rate, bool) {
	i := slices.IndexFunc(s.Rates, func(r Rate) bool { return r.Key == s.Trend })
	if i < 0 {
		return Rate{}, false
	}
	return s.Rates[i], true
}

// Bits are the measures that hold for one matter. A condition that cannot be answered does not hold.
func (s *Set) Bits(vars map[string]any) (bits int64) {
	for i, p := range s.run {
		if p == nil {
			continue
		}
		if ok, err := p.Bool(vars); err == nil && ok {
			bits |= 1 << i
		}
	}
	return bits
}

// Amounts are what one matter adds to each sum. What cannot be answered adds nothing.
func (s *Set) Amounts(vars map[string]any) []int64 {
	if len(s.Sums) == 0 {
		return nil
	}
	bits, out := s.Bits(vars), make([]int64, len(s.Sums))
	for i, x := range s.Sums {
		if x.run == nil || x.When != "" && bits&s.Mask(x.When) == 0 {
			continue
		}
		if n, err := x.run.Int(vars); err == nil {
			out[i] = n
		}
	}
	return out
}

// Of is the group of one matter, "" where it has none.
func (s *Set) Of(vars map[string]any) string {
	if s.Group.Field != "" {
		matter, _ := vars["matter"].(map[string]any)
		group, _ := matter[s.Group.Field].(string)
		return group
	}
	rows, _ := vars["rows"].(map[string]any)
	row, _ := rows[s.Group.Row].(map[string]any)
	group, _ := row[s.Group.Column].(string)
	return group
}

// Mask is the bit of a measure; 0 where there is none of that name.
func (s *Set) Mask(measure string) int64 {
	i := slices.Index(s.order, measure)
	if i < 0 {
		return 0
	}
	return 1 << i
}

// From gives bits that another version of the set wrote in the order of this one. A measure that it did not have does
// not hold.
func (s *Set) From(other *Set, bits int64) (out int64) {
	for i, key := range s.order {
		if mask := other.Mask(key); mask != 0 && bits&mask != 0 {
			out |= 1 << i
		}
	}
	return out
}

// SumsFrom is From for amounts: a sum that the other version did not have is nought.
func (s *Set) SumsFrom(other *Set, amounts []int64) []int64 {
	out := make([]int64, len(s.Sums))
	for i, x := range s.Sums {
		j := slices.IndexFunc(other.Sums, func(y Sum) bool { return y.Key == x.Key })
		if j >= 0 && j < len(amounts) {
			out[i] = amounts[j]
		}
	}
	return out
}

// Within is the bits of the measures whose conditions use no names but these.
func (s *Set) Within(names ...string) (mask int64) {
	for i, p := range s.run {
		if p != nil && !slices.ContainsFunc(p.Names(), func(n string) bool { return !slices.Contains(names, n) }) {
			mask |= 1 << i
		}
	}
	return mask
}

// Count is how many matters have exactly these bits and amounts, in a group.
type Count struct {
	Group string
	Bits  int64
	Sums  []int64
	N     int64
	// Private is for matters that are not shown to everybody.
	Private bool
}

// Total is the sum at a place of the file over counts, in one group or in all.
func Total(counts []Count, group string, i int) (n int64) {
	for _, c := range counts {
		if i < len(c.Sums) && (group == "" || c.Group == group) {
			n += c.Sums[i] * c.N
		}
	}
	return n
}

// Tally adds up counts: how many matters every bit of mask holds for, in one group or in all.
func Tally(counts []Count, group string, mask int64) (n uint64) {
	for _, c := range counts {
		if c.Bits&mask == mask && (group == "" || c.Group == group) {
			n += uint64(max(0, c.N))
		}
	}
	return n
}

// Value is a rate over counts. Its denominator is zero where nothing is there to share.
func (s *Set) Value(r Rate, counts []Count, group string) exact.Fraction {
	part, of := s.Mask(r.Part), s.Mask(r.Of)
	return exact.Fraction{Num: Tally(counts, group, part|of), Den: Tally(counts, group, of)}
}

// Groups lists the groups that occur, in order.
func Groups(counts []Count) []string {
	seen := map[string]bool{}
	for _, c := range counts {
		if c.Group != "" {
			seen[c.Group] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}
