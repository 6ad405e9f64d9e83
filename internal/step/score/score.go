// Package score is the step at which somebody rates a thing by a scale: points off for what is found, dimension by
// dimension.
//
// In: the scale of the file (dimensions with their weights, what is counted in each and what it costs, vetoes, from which
// share a star is lit, and grades), and how often each was found. Out: one act with the counts, and a grade as the outcome.
// What is left of a dimension is its weight less the points off, never below nought; the score is the sum. All of it is
// whole points, and shares are compared as fractions, so anybody can work it out again from the act and the file. A grade
// that has been reached so many months in a row may carry a title; the earlier ones are named in the act.
package score

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/exact"
	"gongzhi/internal/expr"
	"gongzhi/internal/fault"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Kind makes ratings.
type Kind struct{}

//go:embed example.yaml
var example []byte

// Name is the word in the charter.
func (Kind) Name() string { return "score" }

// Example is a rating as a charter writes it.
func (Kind) Example() []byte { return example }

// Decode reads a rating.
func (Kind) Decode(n source.Node) (step.Step, []source.Fault) {
	var s Score
	return &s, n.Decode(&s)
}

// Score is one such step.
type Score struct {
	step.Common `yaml:",inline"`

	By         []string        `yaml:"by"`
	NotBy      []string        `yaml:"not_by,omitempty"` // steps whose people may not rate
	Month      string          `yaml:"month,omitempty"`  // the date, asked at the start, that says which month is rated
	Dimensions []Dimension     `yaml:"dimensions"`
	Vetoes     []step.Item     `yaml:"vetoes,omitempty"`
	Lit        exact.Threshold `yaml:"lit"`    // of its weight, what must be left of a dimension for its star
	Grades     []Grade         `yaml:"grades"` // the first whose condition holds; the last has none
	Streak     *Streak         `yaml:"streak,omitempty"`
	Fields     step.Fields     `yaml:"fields,omitempty"`
}

// Dimension is one star.
type Dimension struct {
	step.Item `yaml:",inline"`

	Weight int      `yaml:"weight"`
	Points []Points `yaml:"points"`
}

// Points is what each occurrence of something costs.
type Points struct {
	step.Item `yaml:",inline"`

	Off int `yaml:"off"`
}

// Grade is one outcome.
type Grade struct {
	step.Item `yaml:",inline"`

	When string `yaml:"when,omitempty"` // CEL over score, stars and vetoed
}

// Streak is a title for a grade reached in so many months in a row, the rated one among them.
type Streak struct {
	step.Item `yaml:",inline"`

	Grade  string   `yaml:"grade"`
	Times  int      `yaml:"times"`
	Stands []string `yaml:"stands,omitempty"` // results of the method with which a month's rating stands; any where not said
}

const rated = "score.rated"

// body is everything the grade follows from.
type body struct {
	Found   map[string]int64 `json:"found"` // how often, by point
	Vetoes  []string         `json:"vetoes,omitempty"`
	Left    map[string]int   `json:"left"` // by dimension
	Score   int              `json:"score"`
	Stars   int              `json:"stars"`
	Grade   string           `json:"grade"`
	Before  []act.Matter     `json:"before,omitempty"` // the months before it that the streak counts, latest first
	Streak  int              `json:"streak,omitempty"`
	Answers map[string]any   `json:"answers,omitempty"`
}

type state struct {
	Rated   bool
	Sheet   body
	Outcome string
}

// Outcomes are the grades.
func (s *Score) Outcomes() []string {
	out := make([]string, len(s.Grades))
	for i, g := range s.Grades {
		out[i] = g.Key
	}
	return out
}

// Facts are the figures a later condition, or next month's rating, may use.
func (s *Score) Facts() map[string]expr.Type {
	out := map[string]expr.Type{"score": expr.Int, "stars": expr.Int, "vetoes": expr.Int, "streak": expr.Int, "titled": expr.Bool}
	for _, d := range s.Dimensions {
		out[d.Key+"_left"] = expr.Int
	}
	return out
}

var names = map[string]expr.Type{"score": expr.Int, "stars": expr.Int, "vetoed": expr.Bool}

// Check wants a whole scale: dimensions with weights, points that cost something, grades of which the last always holds.
func (s *Score) Check(c *step.Checker) {
	c.Roles(s.By, "by")
	c.NotBy(s.NotBy, "not_by")
	c.Fields(s.Fields, "fields")
	var dims, points []step.Item
	for i, d := range s.Dimensions {
		dims = append(dims, d.Item)
		if d.Weight < 1 {
			c.Error("score.weight", text.Args{"Item": d.Key}, "dimensions", i, "weight")
		}
		for j, p := range d.Points {
			points = append(points, p.Item)
			if p.Off < 1 {
				c.Error("score.off", text.Args{"Item": p.Key}, "dimensions", i, "points", j, "off")
			}
			c.Words(p.Name, "dimensions", i, "points", j, "name")
		}
	}
	c.Items(dims, "dimensions")
	seen := map[string]bool{}
	for _, it := range slices.Concat(points, s.Vetoes) {
		if it.Key == "" || seen[it.Key] {
			c.Error("items.key", text.Args{"Item": it.Key}, "dimensions")
		}
		seen[it.Key] = true
	}
	if s.Lit == (exact.Threshold{}) {
		c.Error("score.lit", nil, "lit")
	}
	s.checkGrades(c)
}

func (s *Score) checkGrades(c *step.Checker) {
	var grades []step.Item
	for i, g := range s.Grades {
		grades = append(grades, g.Item)
		last := i == len(s.Grades)-1
		if last != (g.When == "") {
			c.Error("score.otherwise", text.Args{"Item": g.Key}, "grades", i)
		}
	}
	c.Items(grades, "grades")
	for i, g := range s.Grades {
		if g.When != "" {
			if _, err := s.condition(g.When); err != nil {
				c.Error("expr", text.Args{"Why": err.Error(), "Source": g.When}, "grades", i, "when")
			}
		}
	}
	if s.Streak == nil {
		return
	}
	c.Words(s.Streak.Name, "streak", "name")
	c.Ends(s.Streak.Stands, "streak", "stands")
	if s.Month == "" || s.Streak.Times < 2 || !slices.Contains(s.Outcomes(), s.Streak.Grade) {
		c.Error("score.streak", text.Args{"Grade": s.Streak.Grade}, "streak")
	}
}

// condition compiles a grade's condition. It sees the figures of the sheet and nothing else, so that the grade follows
// from the sheet alone.
func (s *Score) condition(src string) (*expr.Program, error) {
	env, err := expr.NewEnv(names)
	if err != nil {
		return nil, err
	}
	return env.Compile(src, expr.Bool)
}

// Enter records nothing.
func (s *Score) Enter(step.View) ([]act.Draft, error) { return nil, nil }

// Fold keeps the sheet.
func (s *Score) Fold(given any, a act.Act) (any, error) {
	st, ok := given.(*state)
	if !ok {
		st = &state{}
	}
	switch a.Kind {
	case rated:
		if err := a.Into(&st.Sheet); err != nil {
			return nil, err
		}
		st.Rated = true
	case act.Ended:
		return st, step.Outcome(a, &st.Outcome)
	}
	return st, nil
}

// fields is the sheet: how often each was found, empty for never; each veto; and what the file asks besides.
func (s *Score) fields() step.Fields {
	var out step.Fields
	for _, d := range s.Dimensions {
		for _, p := range d.Points {
			out = append(out, step.Field{
				Key: p.Key, Label: text.About("score.point", p.Name), Hint: text.About("score.hint", d.Name), Type: step.CountType, Max: 999, Audience: step.Public,
			})
		}
	}
	for _, v := range s.Vetoes {
		out = append(out, step.Field{Key: v.Key, Label: text.About("score.veto", v.Name), Type: step.YesType, Required: true, Audience: step.Public})
	}
	return append(out, s.Fields...)
}

// Asks for the sheet.
func (s *Score) Asks(v step.View) []step.Ask {
	if st := v.State.(*state); st.Outcome != "" {
		return nil
	}
	return []step.Ask{{
		Verb: "rate", By: s.By, Except: v.Hands(s.NotBy), Words: text.Key("score.verb.rate"), Lead: s.Says.Words(), Fields: s.fields(), Owed: true, Clause: "dimensions",
	}}
}

// Take works out the sheet, the grade and the streak.
func (s *Score) Take(v step.View, sub step.Submission) ([]act.Draft, error) {
	_, answers, err := step.Answered(s, v, sub)
	if err != nil {
		return nil, err
	}
	basis := v.Basis("dimensions", &s.Common)
	b := s.sheet(answers.Open)
	if b.Grade, err = s.grade(b); err != nil {
		return nil, err
	}
	if err := s.streak(v, &b, basis); err != nil {
		return nil, err
	}
	facts := map[string]any{"score": b.Score, "stars": b.Stars, "vetoes": len(b.Vetoes), "streak": b.Streak, "titled": s.Streak != nil && b.Streak >= s.Streak.Times}
	for key, left := range b.Left {
		facts[key+"_left"] = left
	}
	return []act.Draft{{Kind: rated, Clause: "dimensions", Body: b, Sealed: answers.Sealed}, step.End(b.Grade, facts)}, nil
}

// sheet is the arithmetic of the scale.
func (s *Score) sheet(answers map[string]any) body {
	b := body{Found: map[string]int64{}, Left: map[string]int{}, Answers: maps.Clone(answers)}
	for _, d := range s.Dimensions {
		left := d.Weight
		for _, p := range d.Points {
			if n, ok := answers[p.Key].(int64); ok && n > 0 {
				b.Found[p.Key] = n
				left -= int(n) * p.Off
			}
			delete(b.Answers, p.Key)
		}
		left = max(left, 0)
		b.Left[d.Key] = left
		b.Score += left
		if s.Lit.Met(uint64(left), uint64(d.Weight)) {
			b.Stars++
		}
	}
	for _, v := range s.Vetoes {
		if yes, _ := answers[v.Key].(bool); yes {
			b.Vetoes = append(b.Vetoes, v.Key)
		}
		delete(b.Answers, v.Key)
	}
	return b
}

func (s *Score) grade(b body) (string, error) {
	vars := map[string]any{"score": int64(b.Score), "stars": int64(b.Stars), "vetoed": len(b.Vetoes) > 0}
	for _, g := range s.Grades {
		if g.When == "" {
			return g.Key, nil
		}
		p, err := s.condition(g.When)
		if err != nil {
			return "", fmt.Errorf("score: grade %s: %w", g.Key, err)
		}
		if ok, err := p.Bool(vars); err == nil && ok {
			return g.Key, nil
		}
	}
	return "", fmt.Errorf("score: no grade holds for %d points", b.Score)
}

// streak counts the months in a row up to this one with the grade of the streak. Of several ratings of one month the
// latest that stands counts. A month whose rating is still under way is not looked for: only what has ended counts.
func (s *Score) streak(v step.View, b *body, basis fault.Basis) error {
	if s.Streak == nil || b.Grade != s.Streak.Grade {
		return nil
	}
	month, ok := monthOf(v.Matter.Facts[s.Month])
	if !ok {
		return fault.Refuse(fault.Invalid, "score.month", basis, nil)
	}
	earlier, err := v.Earlier()
	if err != nil {
		return err
	}
	by := map[int]step.Earlier{}
	for _, e := range earlier { // latest first
		if len(s.Streak.Stands) > 0 && !slices.Contains(s.Streak.Stands, e.Result) {
			continue
		}
		if m, ok := monthOf(e.Facts[s.Month]); ok {
			if _, known := by[m]; !known {
				by[m] = e
			}
		}
	}
	b.Streak = 1
	for m := month - 1; ; m-- {
		e, there := by[m]
		if !there || e.Results[v.Key].Outcome != s.Streak.Grade {
			return nil
		}
		b.Streak++
		b.Before = append(b.Before, e.Matter)
	}
}

// monthOf counts months, so that the one before January is December.
func monthOf(v any) (int, bool) {
	day, _ := v.(string)
	d, err := calendar.ParseDate(day)
	if err != nil {
		return 0, false
	}
	year, month, _ := d.YMD()
	return year*12 + int(month), true
}

// Due is never: within colours the light.
func (s *Score) Due(step.View) (at time.Time, ok bool) { return time.Time{}, false }

// Tick has nothing to do.
func (s *Score) Tick(step.View) ([]act.Draft, error) { return nil, nil }
