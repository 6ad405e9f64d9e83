// Package inspect is the step at which several people look at finished work, point by point.
//
// In: the points, who inspects and how many different people it takes, and the earlier steps whose people may not. Out:
// one act for each sheet, and the outcome passed, failed, or conditional where the file allows a few points to be put
// right afterwards. Each inspector fills in a whole sheet; a point that failed says why. The same person never fills in
// two, and no sheet is shown before all are in, so that nobody follows another. It does no averaging: a point has failed
// when as many inspectors as the file says have failed it.
package inspect

import (
	_ "embed"
	"slices"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/expr"
	"gongzhi/internal/fault"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Kind makes inspections.
type Kind struct{}

//go:embed example.yaml
var example []byte

// Name is the word in the charter.
func (Kind) Name() string { return "inspect" }

// Example is an inspection as a charter writes it.
func (Kind) Example() []byte { return example }

// Decode reads an inspection.
func (Kind) Decode(n source.Node) (step.Step, []source.Fault) {
	s := Inspect{FailAt: 1}
	return &s, n.Decode(&s)
}

// Inspect is one such step.
type Inspect struct {
	step.Common `yaml:",inline"`

	By         []string       `yaml:"by"`
	NotBy      []string       `yaml:"not_by,omitempty"`  // steps whose people may not inspect
	Inspectors int            `yaml:"inspectors"`        // how many different people fill in a sheet
	Seats      map[string]int `yaml:"seats,omitempty"`   // how many of them at least are of a role
	Items      []Point        `yaml:"items"`             // what is looked at
	FailAt     int            `yaml:"fail_at,omitempty"` // how many inspectors have to fail a point; 1 where not said
	Allow      int            `yaml:"allow,omitempty"`   // how many points may fail and be put right afterwards
	Photo      step.Audience  `yaml:"photo,omitempty"`   // who may see photos; none are asked for where not said
	Fields     step.Fields    `yaml:"fields,omitempty"`  // what else a sheet asks
}

// Point is one thing to look at.
type Point struct {
	step.Item `yaml:",inline"`

	Veto bool `yaml:"veto,omitempty"` // the whole fails when this fails, whatever is allowed
	NA   bool `yaml:"na,omitempty"`   // may be marked as not there
}

// Outcomes of an inspection.
const (
	Passed      = "passed"
	Conditional = "conditional" // passed once a few points have been put right
	Failed      = "failed"
)

// Marks of a point.
const (
	pass = "pass"
	fail = "fail"
	na   = "na"
)

const sheet = "inspect.sheet"

type body struct {
	Marks   map[string]string `json:"marks"`
	Notes   map[string]string `json:"notes,omitempty"`
	Answers map[string]any    `json:"answers,omitempty"`
}

// count is what the sheets so far say of one point.
type count struct {
	Pass, Fail, NA int
	Notes          []string
}

type state struct {
	Did     []act.Person
	Roles   map[string]int
	Points  map[string]count
	Outcome string
}

// Outcomes leave conditional out where nothing may be put right afterwards.
func (s *Inspect) Outcomes() []string {
	if s.Allow > 0 {
		return []string{Passed, Conditional, Failed}
	}
	return []string{Passed, Failed}
}

// Facts are the numbers of sheets, of points, of those that failed, and of vetoes among them.
func (s *Inspect) Facts() map[string]expr.Type {
	return map[string]expr.Type{"inspectors": expr.Int, "items": expr.Int, "failed": expr.Int, "vetoed": expr.Int}
}

// Check wants points, enough inspectors to fill every seat, and marks that can add up.
func (s *Inspect) Check(c *step.Checker) {
	c.Roles(s.By, "by")
	c.NotBy(s.NotBy, "not_by")
	items := make([]step.Item, len(s.Items))
	var taken []string
	for i, p := range s.Items {
		items[i] = p.Item
		taken = append(taken, p.Key, note(p), photo(p))
	}
	c.Items(items, "items")
	for i, p := range s.Items {
		if slices.ContainsFunc(s.Items, func(q Point) bool { return note(q) == p.Key || photo(q) == p.Key }) {
			c.Error("items.key", text.Args{"Item": p.Key}, "items", i, "key")
		}
	}
	c.Fields(s.Fields, "fields")
	c.Reserved(s.Fields, taken, "fields")
	seats := 0
	for role, n := range s.Seats {
		if seats += n; n < 1 || !slices.Contains(s.By, role) {
			c.Error("inspect.seat", text.Args{"Role": role}, "seats", role)
		}
	}
	if s.Inspectors < max(1, seats) {
		c.Error("inspect.inspectors", text.Args{"N": s.Inspectors, "Seats": seats}, "inspectors")
	}
	if s.FailAt < 1 || s.FailAt > max(1, s.Inspectors) {
		c.Error("inspect.fail_at", text.Args{"N": s.FailAt, "Of": s.Inspectors}, "fail_at")
	}
	if s.Allow < 0 || s.Allow > 0 && s.Allow >= len(s.Items) {
		c.Error("inspect.allow", text.Args{"N": s.Allow, "Of": len(s.Items)}, "allow")
	}
	switch s.Photo {
	case "", step.Public, step.Staff, step.Self:
	default:
		c.Error("field.audience", text.Args{"Field": "photo"}, "photo")
	}
}

// Enter records nothing.
func (s *Inspect) Enter(step.View) ([]act.Draft, error) { return nil, nil }

// Fold adds up the sheets.
func (s *Inspect) Fold(given any, a act.Act) (any, error) {
	st, ok := given.(*state)
	if !ok {
		st = &state{Roles: map[string]int{}, Points: map[string]count{}}
	}
	switch a.Kind {
	case sheet:
		var b body
		if err := a.Into(&b); err != nil {
			return nil, err
		}
		st.Did = append(st.Did, a.By.Person)
		st.Roles[a.By.Role]++
		for _, p := range s.Items {
			st.Points[p.Key] = st.Points[p.Key].with(b.Marks[p.Key], b.Notes[p.Key])
		}
	case act.Ended:
		return st, step.Outcome(a, &st.Outcome)
	}
	return st, nil
}

func (c count) with(mark, note string) count {
	switch mark {
	case pass:
		c.Pass++
	case fail:
		c.Fail++
	case na:
		c.NA++
	}
	if note != "" {
		c.Notes = append(slices.Clone(c.Notes), note)
	}
	return c
}

func note(p Point) string  { return p.Key + "_note" }
func photo(p Point) string { return p.Key + "_photo" }

// fields is one sheet.
func (s *Inspect) fields() step.Fields {
	var out step.Fields
	for _, p := range s.Items {
		options := []step.Option{{Value: pass, Label: text.Named("inspect.mark.pass")}, {Value: fail, Label: text.Named("inspect.mark.fail")}}
		if p.NA {
			options = append(options, step.Option{Value: na, Label: text.Named("inspect.mark.na")})
		}
		out = append(out,
			step.Field{Key: p.Key, Label: p.Name, Type: step.ChoiceType, Options: options, Required: true, Audience: step.Public},
			step.Field{Key: note(p), Label: text.About("inspect.note", p.Name), Hint: text.Named("inspect.note_hint"), Type: step.TextType, Audience: step.Public})
		if s.Photo != "" {
			out = append(out, step.Field{Key: photo(p), Label: text.About("inspect.photo", p.Name), Type: step.FileType, Audience: s.Photo})
		}
	}
	return append(out, s.Fields...)
}

// roles are those still wanted: any of them while there is room beside the seats that are kept, else those with a seat.
func (s *Inspect) roles(st *state) []string {
	var lacking []string
	kept := 0
	for _, role := range s.By {
		if n := s.Seats[role] - st.Roles[role]; n > 0 {
			kept += n
			lacking = append(lacking, role)
		}
	}
	if s.Inspectors-len(st.Did) > kept {
		return s.By
	}
	return lacking
}

// Asks for one more sheet until all are in.
func (s *Inspect) Asks(v step.View) []step.Ask {
	st := v.State.(*state)
	if st.Outcome != "" {
		return nil
	}
	return []step.Ask{{
		Verb: "sheet", By: s.roles(st), Except: step.Both(v.Hands(s.NotBy), st.Did...), Words: text.Key("inspect.verb.sheet"),
		Lead: s.Says.Words(), Fields: s.fields(), Owed: true, Clause: "items",
	}}
}

// Take records a sheet; the last one decides.
func (s *Inspect) Take(v step.View, sub step.Submission) ([]act.Draft, error) {
	_, answers, err := step.Answered(s, v, sub)
	if err != nil {
		return nil, err
	}
	basis := v.Basis("items", &s.Common)
	b := body{Marks: map[string]string{}, Notes: map[string]string{}, Answers: answers.Open}
	var bad fault.Fields
	for _, p := range s.Items {
		b.Marks[p.Key] = b.Answers[p.Key].(string) // required and public
		delete(b.Answers, p.Key)
		if words, ok := b.Answers[note(p)].(string); ok {
			b.Notes[p.Key] = words
			delete(b.Answers, note(p))
		} else if b.Marks[p.Key] == fail {
			bad.Add(note(p), "inspect.why", fault.Args{"Item": p.Name})
		}
	}
	if err := bad.Err("form.faults", basis); err != nil {
		return nil, err
	}
	st := v.State.(*state)
	drafts := []act.Draft{{Kind: sheet, Clause: "items", Body: b, Sealed: answers.Sealed}}
	if len(st.Did)+1 < s.Inspectors {
		return drafts, nil
	}
	points := map[string]count{}
	for _, p := range s.Items {
		points[p.Key] = st.Points[p.Key].with(b.Marks[p.Key], "")
	}
	return append(drafts, s.end(points)), nil
}

// failed tells whether a point has failed.
func (s *Inspect) failed(c count) bool { return c.Fail >= s.FailAt }

func (s *Inspect) end(points map[string]count) act.Draft {
	failed, vetoed := 0, 0
	for _, p := range s.Items {
		if s.failed(points[p.Key]) {
			failed++
			if p.Veto {
				vetoed++
			}
		}
	}
	outcome := Failed
	switch {
	case failed == 0:
		outcome = Passed
	case vetoed == 0 && failed <= s.Allow:
		outcome = Conditional
	}
	return step.End(outcome, map[string]any{"inspectors": s.Inspectors, "items": len(s.Items), "failed": failed, "vetoed": vetoed})
}

// Due is never: work that nobody looked at has not passed.
func (s *Inspect) Due(step.View) (at time.Time, ok bool) { return time.Time{}, false }

// Tick has nothing to do.
func (s *Inspect) Tick(step.View) ([]act.Draft, error) { return nil, nil }
