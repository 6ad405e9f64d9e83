package step

import (
	"fmt"
	"maps"
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/expr"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/text"
)

// Counted is a figure that the records of other matters give, so that nobody types it: of each row, what its latest ended
// matter of another method says, and over the rows the least, the most, or the sum. Whoever takes an answer writes the
// figure and where it comes from into the act, so that what follows from it follows from the act alone.
type Counted struct {
	Key   string    `yaml:"key"`
	Label text.Text `yaml:"label"`
	From  string    `yaml:"from"`           // the other method
	Each  string    `yaml:"each"`           // register, of the rows at or below the subject, or
	Link  string    `yaml:"link,omitempty"` // of those that name the subject in this field
	When  string    `yaml:"when,omitempty"` // CEL over such a matter; the latest for which it holds counts
	Take  string    `yaml:"take"`           // CEL over it, a whole number
	Of    string    `yaml:"of"`             // least, most or sum; a row without such a matter is nought

	when, take *expr.Program
}

// The ways to make one figure of several rows.
const (
	OfLeast = "least"
	OfMost  = "most"
	OfSum   = "sum"
)

// Figure is what was counted, and from what.
type Figure struct {
	Value int64  `json:"value"`
	Of    []Part `json:"of"` // a row each, in the order of the register
}

// Part is what one row adds. Matter is 0 where it has no such matter.
type Part struct {
	Row    string     `json:"row"`
	Matter act.Matter `json:"matter,omitempty"`
	Value  int64      `json:"value"`
}

// Counting is a step that has figures counted.
type Counting interface {
	Counts() []*Counted
}

// Bind types the conditions by the names that the other method gives.
func (c *Counted) Bind(env *expr.Env) (key string, err error) {
	if c.When != "" {
		if c.when, err = env.Compile(c.When, expr.Bool); err != nil {
			return "when", err
		}
	}
	c.take, err = env.Compile(c.Take, expr.Int)
	return "take", err
}

// Says gives what one matter adds; ok is false where it does not count. What cannot be answered does not count.
func (c *Counted) Says(vars map[string]any) (n int64, ok bool) {
	if c.when != nil {
		if holds, err := c.when.Bool(vars); err != nil || !holds {
			return 0, false
		}
	}
	if c.take == nil {
		return 0, false
	}
	n, err := c.take.Int(vars)
	return n, err == nil
}

// Over makes one figure of what the rows say. Of no rows it is nought.
func (c *Counted) Over(parts []Part) Figure {
	f := Figure{Of: parts}
	for i, p := range parts {
		switch {
		case c.Of == OfSum:
			f.Value += p.Value
		case i == 0, c.Of == OfLeast && p.Value < f.Value, c.Of == OfMost && p.Value > f.Value:
			f.Value = p.Value
		}
	}
	return f
}

// Count works figures out as the record stands now, by key. Where no record is at hand they are nought.
func (v View) Count(list []*Counted) (map[string]Figure, error) {
	out := make(map[string]Figure, len(list))
	for _, c := range list {
		out[c.Key] = Figure{Of: []Part{}}
		if v.Counted == nil {
			continue
		}
		f, err := v.Counted(c)
		if err != nil {
			return nil, err
		}
		out[c.Key] = f
	}
	return out, nil
}

// Figures shows what was counted: each figure, and below it what every row adds, with the matter that says so.
func (v View) Figures(list []*Counted, figures map[string]Figure) []page.Block {
	var out []page.Block
	for _, c := range list {
		f := figures[c.Key]
		facts := page.Facts{List: []page.Fact{{Term: c.Label.Words(), Value: text.Key("counted.figure", "N", f.Value, "Rows", len(f.Of))}}}
		for _, p := range f.Of {
			fact := page.Fact{Term: text.Plain(p.Row), Value: text.Key("counted.none")}
			if id, ok := register.ParseRowID(p.Row); ok && v.Book != nil {
				if row, there, err := v.Book.Row(id, v.Today()); err == nil && there {
					fact.Term = text.Plain(row.Name)
				}
			}
			if p.Matter != 0 {
				fact.Value, fact.Href = text.Key("counted.part", "N", p.Value, "Matter", int64(p.Matter)), fmt.Sprintf("/matters/%d", p.Matter)
			}
			facts.List = append(facts.List, fact)
		}
		out = append(out, facts)
	}
	return out
}

// Counted checks what a step can see of its figures; what the other method gives, the check of the charter sees.
func (c *Checker) Counted(list []*Counted, beside Fields, path ...any) {
	seen := map[string]bool{}
	for _, f := range beside {
		seen[f.Key] = true
	}
	for i, x := range list {
		at := func(key string) []any { return append(slices.Clone(path), i, key) }
		if x.Key == "" || seen[x.Key] {
			c.Error("field.key", text.Args{"Field": x.Key}, at("key")...)
		}
		seen[x.Key] = true
		c.Words(x.Label, at("label")...)
		if !slices.Contains([]string{OfLeast, OfMost, OfSum}, x.Of) {
			c.Error("counted.of", text.Args{"Field": x.Key}, at("of")...)
		}
		if !c.Charter.HasMethod(x.From) {
			c.Error("counted.from", text.Args{"Field": x.Key, "From": x.From}, at("from")...)
		}
		c.Register(x.Each, at("each")...)
	}
}

// WithFigures adds figures to facts.
func WithFigures(facts map[string]any, figures map[string]Figure) map[string]any {
	for _, key := range slices.Sorted(maps.Keys(figures)) {
		facts[key] = figures[key].Value
	}
	return facts
}
