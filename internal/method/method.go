// Package method runs a working method: which step is next, who may act, what a submission leads to.
//
// In: a method as a charter wrote it, where a matter stands, and something submitted (or the hour). Out: acts, or a
// refusal. The same acts always fold to the same standing. It holds no rule of any subdistrict: those are in the
// file. It does no I/O; registers are read through step.Book, the instant is an argument.
package method

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"gongzhi/internal/expr"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Method is one working method: one file.
type Method struct {
	Key      string               `yaml:"method"`
	Name     text.Text            `yaml:"name"`
	Says     text.Text            `yaml:"says"`
	Law      string               `yaml:"law,omitempty"`
	Subject  string               `yaml:"subject,omitempty"` // register whose rows it is run on
	Title    text.Text            `yaml:"title"`             // {subject} is replaced by the row's name, {QUESTION} by what was answered at the start
	Start    Start                `yaml:"start"`
	Results  map[string]text.Text `yaml:"results"` // how a matter can end
	Visits   map[string]Bound     `yaml:"visits,omitempty"`
	Requires map[string][]string  `yaml:"requires,omitempty"` // step: ["other.outcome", …]
	Stages   []Stage              `yaml:"stages,omitempty"`   // what a wall and a map show
	Beside   map[string]*Beside   `yaml:"beside,omitempty"`   // what may be said while it is open, without moving it
	Steps    map[string]any       `yaml:"steps"`              // decoded one by one into List

	List []*Placed   `yaml:"-"` // the steps in the order of the file
	Node source.Node `yaml:"-"`

	byKey       map[string]*Placed
	when        *expr.Program
	private     *expr.Program
	measured    *expr.Env              // see Measured
	handlers    func() map[string]bool // see Handles
	once        sync.Once              // for line
	line        []*Placed
	subjectZero map[string]any      // what conditions see of a field that a row leaves empty
	rowsAt      map[string]namedRow // by the field that names them
}

// namedRow is a row that somebody names at the start, such as the category of a problem. Conditions see what it says.
type namedRow struct {
	register string
	zero     map[string]any
}

// Start says who may begin a matter, on which rows, and what is asked at the beginning.
type Start struct {
	By     []string    `yaml:"by"`
	When   string      `yaml:"when,omitempty"` // CEL over subject
	Fields step.Fields `yaml:"fields,omitempty"`
	Only   bool        `yaml:"once,omitempty"` // a row has at most one open matter of this method
	// Offline lets a matter be begun without signal; what arrives within this time counts from when it was filled in.
	Offline step.Span `yaml:"offline,omitempty"`
	Routine *Routine  `yaml:"routine,omitempty"` // the clock begins matters too
	// Private is CEL over the public answers: where it holds, the matter is for whoever began it and those who handle it.
	Private string `yaml:"private,omitempty"`
	// NoAccount answers questions for those who have no account, who are not asked them: whether they leave their name. That
	// they may begin at all says By, where it names the role that is held without an account.
	NoAccount map[string]string `yaml:"no_account,omitempty"`
	Nearby    *Nearby           `yaml:"nearby,omitempty"`
}

// Nearby has whoever begins a matter see the open ones of the same category close by before they send theirs. Where no
// place on the map was given, close by is about the same row.
type Nearby struct {
	Metres int64 `yaml:"metres"`
	Days   int   `yaml:"days"` // those that were begun within so many days
}

// Bound keeps a loop finite: a step is visited at most so often, then the matter goes where Then says.
type Bound struct {
	Most int    `yaml:"most"`
	Then string `yaml:"then"`
}

// Placed is a step in its method.
type Placed struct {
	Key  string
	Step step.Step
	Node source.Node

	next      map[string][]branch
	questions step.Fields
}

type branch struct {
	when *expr.Program // nil: always
	to   string
}

// Decode reads a method from its file. kinds are the kinds of steps by name. Faults of form are returned; a method
// with faults may still be looked at, but not run.
func Decode(n source.Node, kinds map[string]step.Kind) (*Method, []source.Fault) {
	m := &Method{Node: n, byKey: map[string]*Placed{}}
	m.handlers = sync.OnceValue(m.tasked)
	faults := n.Decode(m)
	steps, ok := n.Get("steps")
	if !ok {
		return m, append(faults, source.Fault{Place: n.Place(), Code: "method.no_steps"})
	}
	for _, key := range steps.Keys() {
		node, _ := steps.Get(key)
		var head struct {
			Kind string `yaml:"kind"`
		}
		raw := map[string]any{}
		if f := node.Decode(&raw); f != nil {
			faults = append(faults, f...)
			continue
		}
		head.Kind, _ = raw["kind"].(string)
		kind, known := kinds[head.Kind]
		if !known {
			faults = append(faults, source.Fault{Place: node.At("kind"), Code: "method.kind", Detail: head.Kind})
			continue
		}
		s, f := kind.Decode(node)
		faults = append(faults, f...)
		if s == nil {
			continue
		}
		p := &Placed{Key: key, Step: s, Node: node, next: map[string][]branch{}, questions: questionsIn(node)}
		m.List = append(m.List, p)
		m.byKey[key] = p
	}
	return m, faults
}

// File is the name of the method's file, for clauses.
func (m *Method) File() string { return m.Node.File() }

// Step finds a step by key.
func (m *Method) Step(key string) (*Placed, bool) { p, ok := m.byKey[key]; return p, ok }

// First is the step a matter begins at.
func (m *Method) First() string {
	if len(m.List) == 0 {
		return ""
	}
	return m.List[0].Key
}

// Line is the main line of a method: the steps of the shortest run to the first result the file names, which is the
// one the method is for. Other steps are ways round, taken when something did not go as hoped.
func (m *Method) Line() []*Placed {
	m.once.Do(func() { m.line = m.mainLine() })
	return m.line
}

// mainLine searches breadth first; steps come out in the order in which they are passed.
func (m *Method) mainLine() []*Placed {
	results, _ := m.Node.Get("results")
	goal := ""
	if keys := results.Keys(); len(keys) > 0 {
		goal = keys[0]
	}
	from := map[string]string{m.First(): ""}
	for queue := []string{m.First()}; len(queue) > 0; queue = queue[1:] {
		for _, w := range m.Ways() {
			if w.From != queue[0] {
				continue
			}
			if result, end := EndOf(w.To); end {
				if result != goal {
					continue
				}
				var line []*Placed
				for at := w.From; at != ""; at = from[at] {
					line = append(line, m.byKey[at])
				}
				slices.Reverse(line)
				return line
			}
			if _, seen := from[w.To]; !seen {
				from[w.To] = w.From
				queue = append(queue, w.To)
			}
		}
	}
	return m.List
}

// Number is a step's place on the main line, from 1; a way round has none and gives 0.
func (m *Method) Number(key string) int {
	return 1 + slices.IndexFunc(m.Line(), func(p *Placed) bool { return p.Key == key })
}

// EndOf splits a target: an end's result, or a step's key.
func EndOf(to string) (result string, isEnd bool) { return strings.CutPrefix(to, "end ") }

// Way is one arrow of a method.
type Way struct{ From, Outcome, When, To string }

// Ways lists every arrow: from each outcome of each step to where it may lead, bounds of visits included.
func (m *Method) Ways() []Way {
	var out []Way
	for _, p := range m.List {
		for _, o := range p.Step.Outcomes() {
			t, ok := p.Step.Shared().Next[o]
			if !ok {
				continue
			}
			if len(t.Branches) == 0 {
				out = append(out, Way{p.Key, o, "", t.To})
			}
			for _, b := range t.Branches {
				out = append(out, Way{p.Key, o, b.When, b.To})
			}
		}
	}
	return out
}

// Kinds makes the table that Decode wants.
func Kinds(list []step.Kind) map[string]step.Kind {
	out := make(map[string]step.Kind, len(list))
	for _, k := range list {
		if _, twice := out[k.Name()]; twice {
			panic(fmt.Sprintf("method: two kinds of step are called %q", k.Name()))
		}
		out[k.Name()] = k
	}
	return out
}

// Located tells by which questions of the start a matter says where something is, and of what category: the first public
// point and the first public row. ok is false where nothing asks for a point.
func (m *Method) Located() (spot, category string, ok bool) {
	for _, f := range m.Start.Fields {
		switch {
		case f.Audience != step.Public:
		case f.Type == step.PointType && spot == "":
			spot = f.Key
		case f.Type == step.RowType && category == "":
			category = f.Key
		}
	}
	return spot, category, spot != ""
}

// Questions are all the questions a step asks, whoever they are put to: every list called "fields" in its YAML. With
// an empty key they are those of the start.
func (m *Method) Questions(key string) step.Fields {
	if key == "" {
		return m.Start.Fields
	}
	p, ok := m.Step(key)
	if !ok {
		return nil
	}
	return p.questions
}

// questionsIn gathers the lists called "fields" below a node, in the order of the file.
func questionsIn(n source.Node) step.Fields {
	var out step.Fields
	for _, key := range n.Keys() {
		below, _ := n.Get(key)
		if key == "fields" {
			var fs step.Fields
			if below.Decode(&fs) == nil {
				out = append(out, fs...)
			}
			continue
		}
		out = append(out, questionsIn(below)...)
	}
	for i := range n.Len() {
		below, _ := n.Get(i)
		out = append(out, questionsIn(below)...)
	}
	return out
}
