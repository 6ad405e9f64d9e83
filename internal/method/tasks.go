package method

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"gongzhi/internal/calendar"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// task is one key of a step that lets roles do something: "by", or one that ends in it, such as "confirm_by". Kinds name
// their tasks and the groups they stand in freely (answer, settle), so they are found by shape, and a new kind is covered
// without a word here.
type task struct {
	path   []any  // of the group that the key stands in
	key    string // by, confirm_by
	by     []string
	to     []string // further roles that do the work, where by only gives it to them
	notBy  []string
	checks bool // the group can say not_by: it judges what others did
	within bool // it says how long it may take
}

// question is a field somewhere in a step, with the roles that are asked.
type question struct {
	step.Field
	path []any
	by   []string
}

// parts are what the check wants to know of a step beyond what step.Step tells.
type parts struct {
	tasks     []task
	questions []question
	window    bool      // it has a length of time of its own, which runs from when a matter arrives
	days      bool      // it has one that runs from when somebody does something, as the days of a notice do from the posting
	lasts     step.Span // whichever of the two it is
	opens     []opened
}

// opened is a method that a step opens child matters of.
type opened struct {
	method string
	path   []any
}

var (
	fieldsType = reflect.TypeFor[step.Fields]()
	spanType   = reflect.TypeFor[step.Span]()
	commonType = reflect.TypeFor[step.Common]()
	rolesType  = reflect.TypeFor[[]string]()
)

// partsOf reads a step's YAML struct.
func partsOf(s step.Step) parts {
	var p parts
	p.walk(reflect.Indirect(reflect.ValueOf(s)), nil, nil)
	return p
}

func (p *parts) walk(v reflect.Value, path []any, by []string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			p.walk(v.Elem(), path, by)
		}
	case reflect.Slice:
		for i := range v.Len() {
			p.walk(v.Index(i), join(path, i), by)
		}
	case reflect.Map:
		if v.Type().Key().Kind() == reflect.String {
			for _, k := range slices.SortedFunc(maps.Keys(toMap(v)), strings.Compare) {
				p.walk(v.MapIndex(reflect.ValueOf(k).Convert(v.Type().Key())), join(path, k), by)
			}
		}
	case reflect.Struct:
		p.group(v, path, by)
	default:
	}
}

func toMap(v reflect.Value) map[string]bool {
	out := map[string]bool{}
	for _, k := range v.MapKeys() {
		out[k.String()] = true
	}
	return out
}

func join(path []any, more ...any) []any { return append(slices.Clone(path), more...) }

// group reads the keys of one struct. Its "by" holds for its questions and for everything inside that has none.
func (p *parts) group(v reflect.Value, path []any, by []string) {
	t := task{path: path}
	var doers []task
	keyed(v, func(key string, f reflect.Value) {
		switch {
		case key == "not_by" && f.Type() == rolesType:
			t.notBy, t.checks = f.Interface().([]string), true
		case (key == "by" || strings.HasSuffix(key, "_by")) && f.Type() == rolesType:
			roles := f.Interface().([]string)
			doers = append(doers, task{key: key, by: roles})
			if key == "by" {
				by = roles
			}
		case key == "to" && f.Type() == rolesType:
			t.to = f.Interface().([]string)
		case f.Type() == spanType && !f.Interface().(step.Span).IsZero() && (key == "within" || key == "every"):
			t.within = true
		case f.Type() == spanType && !f.Interface().(step.Span).IsZero() && len(path) == 0 && (key == "window" || key == "days"):
			p.window, p.days, p.lasts = key == "window", key == "days", f.Interface().(step.Span)
		case key == "method" && f.Kind() == reflect.String && f.String() != "":
			p.opens = append(p.opens, opened{f.String(), join(path, key)})
		}
	})
	for _, d := range doers {
		if len(d.by) == 0 {
			continue
		}
		one := t
		one.key, one.by = d.key, d.by
		if d.key != "by" {
			one.to = nil // that is whom the work is given to, not who judges it
		}
		p.tasks = append(p.tasks, one)
	}
	keyed(v, func(key string, f reflect.Value) {
		if f.Type() == fieldsType {
			for i, q := range f.Interface().(step.Fields) {
				p.questions = append(p.questions, question{q, join(path, key, i), by})
			}
			return
		}
		if key != "minimum" { // a floor is no window, and nobody acts in it
			p.walk(f, join(path, key), by)
		}
	})
}

// keyed calls see with every exported field of a struct that has a key in the YAML. What every step may say is left out.
func keyed(v reflect.Value, see func(key string, f reflect.Value)) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case f.Type == commonType || !f.IsExported() || key == "-":
		case key != "":
			see(key, v.Field(i))
		case f.Anonymous && f.Type.Kind() == reflect.Struct:
			keyed(v.Field(i), see)
		}
	}
}

// Roles are those a step is for: whoever its own by and to name or, where it has several tasks and none of its own, all
// of them. Lasts is the time it takes by itself, such as the days of a notice; zero where it has none.
func (p *Placed) Roles() (roles []string, lasts step.Span) {
	all := partsOf(p.Step)
	own := slices.ContainsFunc(all.tasks, func(t task) bool { return len(t.path) == 0 })
	for _, t := range all.tasks {
		if own && len(t.path) > 0 {
			continue
		}
		for _, r := range slices.Concat(t.by, t.to) {
			if !slices.Contains(roles, r) {
				roles = append(roles, r)
			}
		}
	}
	return roles, all.lasts
}

// tasked are the roles of every step's tasks.
func (m *Method) tasked() map[string]bool {
	out := map[string]bool{}
	for _, p := range m.List {
		for _, t := range partsOf(p.Step).tasks {
			for _, r := range slices.Concat(t.by, t.to) {
				out[r] = true
			}
		}
	}
	return out
}

// Handles tells whether a role has a task in some step.
func (m *Method) Handles(role string) bool { return m.handlers()[role] }

// OpensTo tells whether a person may see a private matter: who began it, and those who may handle some step of it where
// it is about. Everybody may see any other.
func (m *Method) OpensTo(r *Run, c Context, who Actor) bool {
	if !r.Matter.Private {
		return true
	}
	if who.Person != "" && who.Person == r.Matter.Starter.Person {
		return true
	}
	return slices.ContainsFunc(who.Mandates, func(md Mandate) bool {
		return m.handlers()[md.Role] && !c.Own[md.Role] && md.Over(c.Book, false, r.Matter.Subject, calendar.DateOf(c.Now))
	})
}

// Mentions are all words that stand as values in the method's steps and start. A role, a body or a register that is not
// among them is surely not used, whatever key a kind would name it under.
func (m *Method) Mentions() map[string]bool {
	out := map[string]bool{}
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem())
			}
		case reflect.String:
			out[v.String()] = true
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Map:
			for _, k := range v.MapKeys() {
				walk(v.MapIndex(k))
			}
		case reflect.Struct:
			keyed(v, func(_ string, f reflect.Value) { walk(f) })
		default:
		}
	}
	walk(reflect.ValueOf(m.Start))
	for _, p := range m.List {
		walk(reflect.ValueOf(p.Step))
	}
	return out
}

// Opened is a step that starts child matters of another method.
type Opened struct {
	Step, Method string
	Path         []any // of the method's name, below the step
}

// Opens lists what the method's steps open.
func (m *Method) Opens() []Opened {
	var out []Opened
	for _, p := range m.List {
		for _, o := range partsOf(p.Step).opens {
			out = append(out, Opened{p.Key, o.method, o.path})
		}
	}
	return out
}

// said is a path as it is written in a finding: "answer.by".
func said(path []any) string {
	words := make([]string, len(path))
	for i, p := range path {
		words[i] = fmt.Sprint(p)
	}
	return strings.Join(words, ".")
}

// OutcomeWords are a charter's own words for an outcome: the name of a grade, or the label of the option that a deciding
// question offers.
func OutcomeWords(s step.Step, outcome string) (text.Text, bool) {
	if g, ok := s.(step.Grader); ok {
		return g.GradeName(outcome)
	}
	for _, q := range partsOf(s).questions {
		if q.Type != step.ChoiceType || !sameValues(q.Options, s.Outcomes()) {
			continue
		}
		for _, o := range q.Options {
			if o.Value == outcome {
				return o.Label, true
			}
		}
	}
	return text.Text{}, false
}

func sameValues(options []step.Option, outcomes []string) bool {
	return slices.EqualFunc(options, outcomes, func(o step.Option, out string) bool { return o.Value == out })
}
