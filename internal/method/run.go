package method

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/expr"
	"gongzhi/internal/step"
)

// Run is where one matter stands. It is folded from the matter's acts and holds nothing else.
type Run struct {
	Matter   step.Matter
	Charter  act.Digest // the version it goes by
	Step     string     // "" before the first and after the last
	Entered  time.Time
	State    any
	Visits   map[string]int
	Results  map[string]step.Result
	Did      map[string][]act.Person
	Path     []string // steps in the order they were entered
	Children []act.Child
	Added    map[string]int // how often something was said beside the steps
	Closed   bool
	Result   string
	At       time.Time // when its latest act counts as done
	Updated  time.Time // when its latest act was recorded
	Seq      int64
	Head     act.Digest

	// Withheld says that acts of this visit were folded without their bodies, by somebody who may not see them: State
	// is then not whole. At the desk it is never set.
	Withheld bool
	Hidden   []act.Act // those acts
}

// NewRun is a matter before its first act.
func NewRun(number act.Matter) *Run {
	return &Run{Matter: step.Matter{Number: number}, Visits: map[string]int{}, Results: map[string]step.Result{}, Did: map[string][]act.Person{}, Added: map[string]int{}}
}

// Fold adds one act. It trusts that the act was checked when it was recorded; an error means that the act does not
// belong to this method.
func (m *Method) Fold(r *Run, a act.Act) error {
	r.Seq, r.Head, r.At, r.Updated = a.Seq, a.Hash, a.At, a.Recorded
	switch a.Kind {
	case act.Started:
		var s act.Start
		if err := a.Into(&s); err != nil {
			return err
		}
		r.Charter = a.Basis.Charter
		r.Matter = step.Matter{
			Number: a.Matter, Method: s.Method, Title: s.Title, Subject: s.Subject, Opened: a.At, Parent: s.Parent, Item: s.Item, Facts: whole(s.Facts),
			Starter: a.By, Private: s.Private,
		}
	case act.Moved:
		r.Charter = a.Basis.Charter
	case act.Entered:
		r.Step, r.Entered, r.State, r.Withheld, r.Hidden = a.Step, a.At, nil, false, nil
		r.Visits[a.Step]++
		r.Path = append(r.Path, a.Step)
	case act.Ended:
		var e act.Ending
		if err := a.Into(&e); err != nil {
			return err
		}
		r.Results[a.Step] = step.Result{Outcome: e.Outcome, At: a.At, Facts: whole(e.Facts)}
	case act.Closed:
		var c act.Closing
		if err := a.Into(&c); err != nil {
			return err
		}
		r.Closed, r.Result, r.Step = true, c.Result, ""
	case act.Opened:
		var c act.Child
		if err := a.Into(&c); err != nil {
			return err
		}
		r.Children = append(r.Children, c)
	case act.Added: // its body may be withheld, its clause never is
		r.Added[besideKey(a)]++
	case act.ChildClosed:
		var c act.Child
		if err := a.Into(&c); err != nil {
			return err
		}
		for i := range r.Children {
			if r.Children[i].Matter == c.Matter {
				r.Children[i].Result = c.Result
			}
		}
	}
	if a.Step == "" || a.Step != r.Step {
		return nil
	}
	if p := a.By.Person; p != "" && a.Kind != act.Entered && !slices.Contains(r.Did[a.Step], p) && !m.byItself(a) {
		r.Did[a.Step] = append(r.Did[a.Step], p)
	}
	if len(a.Body) == 0 {
		r.Withheld, r.Hidden = true, append(r.Hidden, a)
		return nil
	}
	placed, ok := m.Step(a.Step)
	if !ok {
		return fmt.Errorf("method: %s has no step %q, but act %d of matter %d is there", m.Key, a.Step, a.Seq, a.Matter)
	}
	state, err := placed.Step.Fold(r.State, a)
	if err != nil {
		return fmt.Errorf("method: %s: %w", a.Step, err)
	}
	r.State = state
	return nil
}

func (m *Method) byItself(a act.Act) bool {
	placed, ok := m.Step(a.Step)
	if !ok {
		return false
	}
	s, ok := placed.Step.(step.ByItself)
	return ok && s.ByItself(a)
}

// Replay folds a whole record.
func (m *Method) Replay(number act.Matter, acts []act.Act) (*Run, error) {
	r := NewRun(number)
	for _, a := range acts {
		if err := m.Fold(r, a); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// whole gives facts their Go types back after JSON, in place: whole numbers are integers. Other numbers, and those
// beyond 2^53, which no fact is, come as JSON writes them.
func whole(facts map[string]any) map[string]any {
	for k, v := range facts {
		facts[k] = integers(v)
	}
	return facts
}

func integers(v any) any {
	switch v := v.(type) {
	case float64:
		if n := int64(v); float64(n) == v && math.Abs(v) <= 1<<53 {
			return n
		}
		raw, err := json.Marshal(v)
		if err != nil {
			return v // package json reads no such number
		}
		return string(raw)
	case []any:
		for i := range v {
			v[i] = integers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = integers(v[k])
		}
	}
	return v
}

// Context is what surrounds a run: the hour and what the charter and registers say.
type Context struct {
	Now      time.Time
	Calendar *calendar.Calendar
	Book     step.Book
	Charter  act.Digest
	Urn      func(m act.Matter, step string, visit int) ([]string, error)                 // slips of a secret vote; nil where there are none
	Earlier  func(m act.Matter, method string, subject act.RowID) ([]step.Earlier, error) // ended matters like this one, latest first; nil where there are none
	// Counted works out a figure from other matters than this one; nil where there are none.
	Counted func(m step.Matter, c *step.Counted) (step.Figure, error)
	Own     map[string]bool // roles whose scope lies within the subject (an owner's flat), not above it
	Fewest  int             // see step.View
	// NoAccount is the role that whoever has no account acts in, and that nobody has to be given. Somebody who holds it may
	// begin what names it, and do what asks for them by name; it lets nobody do anything else.
	NoAccount string
}

// view is what the step at hand may know.
func (m *Method) view(r *Run, c Context, by act.By, scope act.RowID) step.View {
	v := step.View{
		Now: c.Now, Matter: r.Matter, Key: r.Step, Visit: r.Visits[r.Step], Entered: r.Entered, State: r.State, Hidden: r.Hidden, Who: by, Scope: scope,
		Calendar: c.Calendar, Results: r.Results, Did: r.Did, Book: c.Book, File: m.File(), Fewest: c.Fewest,
	}
	if c.Urn != nil {
		v.Urn = func() ([]string, error) { return c.Urn(r.Matter.Number, r.Step, r.Visits[r.Step]) }
	}
	v.Earlier = func() ([]step.Earlier, error) {
		if c.Earlier == nil {
			return nil, nil
		}
		return c.Earlier(r.Matter.Number, m.Key, r.Matter.Subject)
	}
	if c.Counted != nil {
		v.Counted = func(x *step.Counted) (step.Figure, error) { return c.Counted(r.Matter, x) }
	}
	var vars map[string]any
	v.Vars = func() map[string]any { // most steps have no condition, and a submission needs many views
		if vars == nil {
			vars = m.vars(r, c)
		}
		return vars
	}
	return v
}

// vars are the values conditions see. Results of steps not visited are empty: no outcome, zero, no.
func (m *Method) vars(r *Run, c Context) map[string]any {
	results := make(map[string]any, len(m.List))
	for _, p := range m.List {
		got := r.Results[p.Key]
		fields := map[string]any{"outcome": got.Outcome}
		for name, t := range step.Said(p.Step) {
			if v, ok := got.Facts[name]; ok {
				fields[name] = v
			} else {
				fields[name] = t.Zero()
			}
		}
		results[p.Key] = fields
	}
	vars := map[string]any{"results": results, "matter": m.facts(r), "rows": m.rows(r, c)}
	if m.Subject != "" && c.Book != nil {
		vars["subject"] = m.subject(r.Matter.Subject, c)
	}
	return vars
}

// Measured is what measures over this method's matters may use: what its conditions may, and how often each step was come
// to. It is nil before the check.
func (m *Method) Measured() *expr.Env { return m.measured }

// Vars are the values for that.
func (m *Method) Vars(r *Run, c Context) map[string]any {
	vars := m.vars(r, c)
	visits := make(map[string]any, len(m.List))
	for _, p := range m.List {
		visits[p.Key] = int64(r.Visits[p.Key])
	}
	vars["visits"] = visits
	return vars
}

func (m *Method) facts(r *Run) map[string]any {
	out := map[string]any{}
	for _, f := range m.Start.Fields {
		if v, ok := r.Matter.Facts[f.Key]; ok {
			out[f.Key] = v
		} else {
			out[f.Key] = exprType(f.Type).Zero()
		}
	}
	return out
}

// rows are those named at the start, as they stood when the matter came to the step at hand: a limit that is changed in
// the register holds for what arrives afterwards.
func (m *Method) rows(r *Run, c Context) map[string]any {
	on := calendar.DateOf(c.Now)
	if !r.Entered.IsZero() {
		on = calendar.DateOf(r.Entered)
	}
	out := make(map[string]any, len(m.rowsAt))
	for key, named := range m.rowsAt {
		values := maps.Clone(named.zero)
		id, _ := r.Matter.Facts[key].(string)
		if c.Book != nil && id != "" {
			if row, ok, err := c.Book.Row(act.RowID{Register: named.register, ID: id}, on); err == nil && ok {
				maps.Copy(values, row.Values)
			}
		}
		out[key] = values
	}
	return out
}

// subject is the row the matter is about, as it stands today. A register that cannot be read counts as silent, so a
// condition over it is not met.
func (m *Method) subject(id act.RowID, c Context) map[string]any {
	row, ok, err := c.Book.Row(id, calendar.DateOf(c.Now))
	if err != nil || !ok {
		return map[string]any{}
	}
	out := make(map[string]any, len(m.subjectZero)+len(row.Values))
	for k, v := range m.subjectZero {
		out[k] = v
	}
	for k, v := range row.Values {
		out[k] = v
	}
	return out
}
