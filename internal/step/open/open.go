// Package open is the step that starts other matters and waits for them.
//
// In: the method of the children, what they are about (rows of a register below the matter's subject on the day, a list
// in the file, or the subject itself), and what to wait for: all of them, any one, none, or a condition over them. Out:
// one child for each, and the outcome done or failed. A matter stands at one step; whatever runs beside it is a child,
// opened here. It asks nobody anything: the children do. Where there is nothing to open it is done at once, and when the
// last child has ended it ends too, whatever the condition says, so that nobody waits for what can no longer come.
package open

import (
	_ "embed"
	"fmt"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/expr"
	"gongzhi/internal/register"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Kind makes steps that open children.
type Kind struct{}

//go:embed example.yaml
var example []byte

// Name is the word in the charter.
func (Kind) Name() string { return "open" }

// Example is such a step as a charter writes it.
func (Kind) Example() []byte { return example }

// Decode reads such a step.
func (Kind) Decode(n source.Node) (step.Step, []source.Fault) {
	s := Open{Wait: waitAll}
	return &s, n.Decode(&s)
}

// Open is one such step.
type Open struct {
	step.Common `yaml:",inline"`

	Method   string    `yaml:"method"`              // of the children
	For      Rows      `yaml:"for,omitempty"`       // a child for each row; or
	Items    []Item    `yaml:"items,omitempty"`     // a child for each of these; where neither is said, one child
	Title    text.Text `yaml:"title,omitempty"`     // of a child; {item} and {matter} are replaced. Where not said, the item's name
	Wait     string    `yaml:"wait,omitempty"`      // all, any or none; all where not said
	Until    string    `yaml:"until,omitempty"`     // CEL over children, instead of wait
	FailWhen string    `yaml:"fail_when,omitempty"` // CEL over children: it has failed, whatever else may come

	until, failWhen *expr.Program // compiled by Check
	when            *expr.Program
	row             map[string]expr.Type // what When may use
}

// Rows are those of one register below the matter's subject; with When, those for which it holds on the day.
type Rows struct {
	Register string `yaml:"register"`
	When     string `yaml:"when,omitempty"` // CEL over row
}

// Item is one child of a list, with what it is told at its start.
type Item struct {
	step.Item `yaml:",inline"`

	Facts map[string]any `yaml:"facts,omitempty"`
}

// What to wait for.
const (
	waitAll  = "all"
	waitAny  = "any"
	waitNone = "none"
)

// Outcomes of the step.
const (
	Done   = "done"
	Failed = "failed"
)

// child is one that was opened.
type child struct {
	Matter act.Matter
	Item   string
	Closed bool
	Result string
}

type state struct {
	Children []child
	At       map[act.Matter]int // place in Children
	Closed   int
	Outcome  string
}

// names are what the conditions may use beside the names of the method: for each child its item, whether it has ended,
// and its result, which is "" until then.
var names = map[string]expr.Type{
	"children": expr.Objects(map[string]expr.Type{"item": expr.Text, "closed": expr.Bool, "result": expr.Text}),
}

// Outcomes leave failed out where no condition could bring it about.
func (s *Open) Outcomes() []string {
	if s.Until == "" && s.FailWhen == "" {
		return []string{Done}
	}
	return []string{Done, Failed}
}

// Facts are how many children there were and how many of them have ended.
func (s *Open) Facts() map[string]expr.Type {
	return map[string]expr.Type{"count": expr.Int, "closed": expr.Int}
}

// Check wants another method, one source of children, and conditions that hold for the names there are.
func (s *Open) Check(c *step.Checker) {
	switch {
	case s.Method == c.Method:
		c.Error("open.self", nil, "method") // every child would open children, without end
	case !c.Charter.HasMethod(s.Method):
		c.Error("open.method", text.Args{"Method": s.Method}, "method")
	}
	if reg := s.For.Register; reg != "" {
		fields, _ := c.Charter.RegisterFields(reg)
		c.Register(reg, "for", "register")
		if len(s.Items) > 0 {
			c.Error("items.twice", nil, "items")
		}
		s.row = marks(fields)
	} else if len(s.Items) > 0 {
		items := make([]step.Item, len(s.Items))
		for i, it := range s.Items {
			items[i] = it.Item
			for key, value := range it.Facts {
				switch value.(type) {
				case string, int, bool:
				default:
					c.Error("open.fact", text.Args{"Fact": key}, "items", i, "facts", key)
				}
			}
		}
		c.Items(items, "items")
	}
	if !s.Title.IsZero() {
		c.Words(s.Title, "title")
	}
	_, saysWait := c.Node.Get("wait")
	switch {
	case saysWait && s.Until != "":
		c.Error("open.both", nil, "until")
	case s.Wait != waitAll && s.Wait != waitAny && s.Wait != waitNone:
		c.Error("open.wait", text.Args{"Wait": s.Wait}, "wait")
	case s.Wait == waitNone && s.FailWhen != "":
		c.Error("open.never", nil, "fail_when")
	}
	s.compile(c)
}

// marks are the fields of a register that a condition may use: what is ticked, chosen, counted or dated. Words are not
// among them, since which rows get a child is public and would tell what the words say of somebody.
func marks(fields map[string]string) map[string]expr.Type {
	out := map[string]expr.Type{}
	for key, typ := range fields {
		switch step.Type(typ) {
		case step.YesType:
			out[key] = expr.Bool
		case step.CountType, step.AreaType, step.MoneyType:
			out[key] = expr.Int
		case step.ChoiceType, step.DateType:
			out[key] = expr.Text
		case step.LineType, step.TextType, step.ManyType, step.InstantType, step.PhoneType, step.RowType, step.PersonType, step.PointType, step.FileType:
		}
	}
	return out
}

func (s *Open) compile(c *step.Checker) {
	if s.For.When != "" {
		s.when = s.compileIn(c, map[string]expr.Type{"row": expr.Object(s.row)}, s.For.When, "for", "when")
	}
	if s.Until != "" {
		s.until = s.compileIn(c, names, s.Until, "until")
	}
	if s.FailWhen != "" {
		s.failWhen = s.compileIn(c, names, s.FailWhen, "fail_when")
	}
}

// compileIn types a condition that may use further names beside those of the method.
func (s *Open) compileIn(c *step.Checker, more map[string]expr.Type, src string, path ...any) *expr.Program {
	env, err := c.Env.With(more)
	if err != nil {
		c.Error("expr", text.Args{"Why": err.Error(), "Source": src}, path...)
		return nil
	}
	outer := c.Env
	c.Env = env
	defer func() { c.Env = outer }()
	return c.Compile(src, expr.Bool, path...)
}

// Enter opens the children. Where none is waited for, or there are none, the step is done.
func (s *Open) Enter(v step.View) ([]act.Draft, error) {
	drafts, err := s.open(v)
	if err != nil {
		return nil, err
	}
	if n := len(drafts); n == 0 || s.Wait == waitNone {
		drafts = append(drafts, step.End(Done, map[string]any{"count": n, "closed": 0}))
	}
	return drafts, nil
}

func (s *Open) open(v step.View) (drafts []act.Draft, err error) {
	add := func(subject act.RowID, it step.Item, facts map[string]any) {
		d := step.Open(s.Method, subject, s.title(v, it), it.Key, facts)
		d.Clause = "method"
		drafts = append(drafts, d)
	}
	switch {
	case s.For.Register != "":
		rows, err := v.Book.Rows(s.For.Register, v.Matter.Subject, v.Today())
		if err != nil {
			return nil, fmt.Errorf("open: %s: %w", v.Key, err)
		}
		for _, r := range rows {
			if s.wanted(v, r) {
				add(r.ID, step.Item{Key: r.ID.ID, Name: text.Text{ZH: r.Name, EN: r.Name}}, nil)
			}
		}
	case len(s.Items) > 0:
		for _, it := range s.Items {
			add(v.Matter.Subject, it.Item, it.Facts)
		}
	default:
		add(v.Matter.Subject, step.Item{Name: v.Matter.Title}, nil)
	}
	return drafts, nil
}

// wanted tells whether the condition on rows holds. A field that the row leaves empty is no, nought or nothing; a
// condition that cannot be answered does not hold.
func (s *Open) wanted(v step.View, r register.Row) bool {
	if s.For.When == "" {
		return true
	}
	row := make(map[string]any, len(s.row))
	for key, typ := range s.row {
		if row[key] = r.Values[key]; row[key] == nil {
			row[key] = typ.Zero()
		}
	}
	vars := v.Visible()
	vars["row"] = row
	ok, err := s.when.Bool(vars)
	return ok && err == nil
}

// title is what a child is called.
func (s *Open) title(v step.View, it step.Item) text.Text {
	if s.Title.IsZero() {
		return it.Name
	}
	fill := func(in, item, matter string) string {
		return strings.NewReplacer("{item}", item, "{matter}", matter).Replace(in)
	}
	return text.Text{ZH: fill(s.Title.ZH, it.Name.ZH, v.Matter.Title.ZH), EN: fill(s.Title.EN, it.Name.EN, v.Matter.Title.EN)}
}

// Fold keeps which children are open and how the others ended.
func (s *Open) Fold(given any, a act.Act) (any, error) {
	st, ok := given.(*state)
	if !ok {
		st = &state{At: map[act.Matter]int{}}
	}
	switch a.Kind {
	case act.Opened, act.ChildClosed:
		var c act.Child
		if err := a.Into(&c); err != nil {
			return nil, err
		}
		i, known := st.At[c.Matter]
		switch {
		case a.Kind == act.Opened:
			st.At[c.Matter] = len(st.Children)
			st.Children = append(st.Children, child{Matter: c.Matter, Item: c.Item})
		case known && !st.Children[i].Closed:
			st.Children[i].Closed, st.Children[i].Result = true, c.Result
			st.Closed++
		}
	case act.Ended:
		return st, step.Outcome(a, &st.Outcome)
	}
	return st, nil
}

// Asks for nothing: the children ask.
func (s *Open) Asks(step.View) []step.Ask { return nil }

// Take looks again when the engine says that a child has ended. Nobody else is heard.
func (s *Open) Take(v step.View, sub step.Submission) ([]act.Draft, error) {
	st := v.State.(*state)
	if sub.Verb != step.VerbChildClosed || v.Who.Role != act.HouseItself || v.Who.Person != "" || st.Outcome != "" {
		_, err := step.Asked(s, v, sub)
		return nil, err
	}
	outcome := s.judge(v, st)
	if outcome == "" {
		return nil, nil
	}
	return []act.Draft{step.End(outcome, map[string]any{"count": len(st.Children), "closed": st.Closed})}, nil
}

// judge gives the outcome, or "" while there is something to wait for. A condition that cannot be answered does not
// hold, here as everywhere.
func (s *Open) judge(v step.View, st *state) string {
	vars := v.Visible()
	list := make([]any, len(st.Children))
	for i, c := range st.Children {
		list[i] = map[string]any{"item": c.Item, "closed": c.Closed, "result": c.Result}
	}
	vars["children"] = list
	holds := func(p *expr.Program) bool {
		if p == nil {
			return false
		}
		ok, err := p.Bool(vars)
		return ok && err == nil
	}
	all := st.Closed == len(st.Children)
	switch {
	case holds(s.failWhen):
		return Failed
	case s.Until != "" && holds(s.until), s.Until == "" && (all || s.Wait == waitAny && st.Closed > 0):
		return Done
	case all:
		return Failed // nobody is left who could still make the condition true
	default:
		return ""
	}
}

// Due is never: children have deadlines of their own.
func (s *Open) Due(step.View) (at time.Time, ok bool) { return time.Time{}, false }

// Tick has nothing to do.
func (s *Open) Tick(step.View) ([]act.Draft, error) { return nil, nil }
