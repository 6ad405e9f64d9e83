package method

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"gongzhi/internal/expr"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Charter is what the check of a method asks about the rest of the charter.
type Charter interface {
	step.Charter
	// OwnRole tells whether people hold the role for something of their own, as owners do, and not to handle matters.
	OwnRole(key string) bool
	// NoAccountRole tells whether the role is that of those who have no account.
	NoAccountRole(key string) bool
	// Personal tells whether a field of a register tells of a person; for the field "", whether a row's name does.
	Personal(register, field string) bool
	// Above are the registers whose rows those of a register lie in, the nearest first.
	Above(register string) []string
}

// Check finds everything wrong with a method that its file and the rest of the charter can show, and compiles its
// conditions. A method with errors must not be run.
func (m *Method) Check(charter Charter) []step.Finding {
	c := &checker{m: m, charter: charter}
	c.head()
	c.env = c.names()
	if m.Start.When != "" {
		m.when = c.compile(m.Start.When, m.Node, "start", "when")
	}
	visits := map[string]expr.Type{}
	for _, p := range m.List {
		visits[p.Key] = expr.Int
	}
	if env, err := c.env.With(map[string]expr.Type{"visits": expr.Object(visits)}); err == nil {
		m.measured = env
	}
	if m.Start.Private != "" {
		m.private = c.compile(m.Start.Private, m.Node, "start", "private")
	}
	for _, p := range m.List {
		c.step(p)
		c.waits(p)
	}
	c.results()
	c.stages()
	c.known()
	if !c.broken {
		c.paths()
	}
	return step.Findings(c.list)
}

type checker struct {
	m       *Method
	charter Charter
	env     *expr.Env
	list    []step.Finding
	broken  bool // an arrow leads nowhere, so paths cannot be walked
}

func (c *checker) add(sev step.Severity, code string, args text.Args, place source.Place, run ...string) {
	c.list = append(c.list, step.Finding{Place: place, Severity: sev, Code: code, Args: args, Run: run})
}

func (c *checker) at(path ...any) source.Place { return c.m.Node.At(path...) }

func (c *checker) words(t text.Text, path ...any) {
	if t.ZH == "" {
		c.add(step.Error, "words.zh", text.Args{"Key": path[len(path)-1]}, c.at(path...))
	}
	if t.EN == "" {
		c.add(step.Error, "words.en", text.Args{"Key": path[len(path)-1]}, c.at(path...))
	}
}

// name is how methods and steps may be called: conditions, addresses and files use the same word.
var name = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

func (c *checker) head() {
	m := c.m
	if !name.MatchString(m.Key) {
		c.add(step.Error, "method.key", text.Args{"Method": m.Key}, c.at("method"))
	}
	if len(m.List) == 0 {
		c.add(step.Error, "method.no_steps", nil, c.at("steps"))
	}
	c.words(m.Name, "name")
	c.words(m.Says, "says")
	c.words(m.Title, "title")
	for _, r := range slices.Sorted(maps.Keys(m.Results)) {
		c.words(m.Results[r], "results", r)
	}
	if m.Subject != "" {
		if _, ok := c.charter.RegisterFields(m.Subject); !ok {
			c.add(step.Error, "register.unknown", text.Args{"Register": m.Subject}, c.at("subject"))
		}
	}
	start := &step.Checker{Charter: c.charter, Method: m.Key, Key: "start", Node: m.Node}
	start.Roles(m.Start.By, "start", "by")
	start.Fields(m.Start.Fields, "start", "fields")
	c.list = append(c.list, start.List...)
	c.titled()
	c.noAccount()
	c.covers()
	c.nearby()
	c.besides()
	c.bounds()
	c.requirements()
	c.routine()
}

// votes are the kinds of steps whose answers may lie nowhere but where they are counted.
var votes = []string{"ballot", "secret_ballot"}

// bounds checks what keeps loops finite.
func (c *checker) bounds() {
	m := c.m
	for _, key := range slices.Sorted(maps.Keys(m.Visits)) {
		b := m.Visits[key]
		if _, ok := m.Step(key); !ok {
			c.add(step.Error, "step.unknown", text.Args{"Step": key}, c.m.Node.KeyAt("visits", key))
		}
		if b.Most < 1 {
			c.add(step.Error, "visits.most", text.Args{"Step": key}, c.at("visits", key))
		}
		c.target(b.Then, c.at("visits", key, "then"))
	}
}

func (c *checker) requirements() {
	m := c.m
	for key, list := range m.Requires {
		if _, ok := m.Step(key); !ok {
			c.add(step.Error, "step.unknown", text.Args{"Step": key}, c.m.Node.KeyAt("requires", key))
		}
		for i, r := range list {
			other, outcome, _ := strings.Cut(r, ".")
			p, ok := m.Step(other)
			if !ok || !slices.Contains(p.Step.Outcomes(), outcome) {
				c.add(step.Error, "requires.unknown", text.Args{"Step": key, "Requires": r}, c.at("requires", key, i))
			}
		}
	}
}

// results reports endings that no arrow leads to: they would stand in lists and figures, and nothing ever be there.
func (c *checker) results() {
	used := map[string]bool{}
	for _, b := range c.m.Visits {
		used[b.Then] = true
	}
	for _, w := range c.m.Ways() {
		used[w.To] = true
	}
	for _, r := range slices.Sorted(maps.Keys(c.m.Results)) {
		if !used["end "+r] {
			c.add(step.Warning, "result.unused", text.Args{"Result": r}, c.m.Node.KeyAt("results", r))
		}
	}
}

// target makes sure an arrow leads somewhere.
func (c *checker) target(to string, place source.Place) {
	if result, ok := EndOf(to); ok {
		if _, known := c.m.Results[result]; !known {
			c.add(step.Error, "next.result", text.Args{"Result": result}, place)
		}
		return
	}
	if _, ok := c.m.Step(to); !ok {
		c.broken = true
		c.add(step.Error, "next.unknown", text.Args{"To": to}, place)
	}
}

func (c *checker) compile(src string, n source.Node, path ...any) *expr.Program {
	p, err := c.env.Compile(src, expr.Bool)
	if err != nil {
		c.add(step.Error, "expr", text.Args{"Why": err.Error(), "Source": src}, n.At(path...))
		return nil
	}
	return p
}

// names declares what conditions of this method may use: the subject's row, the start's answers, earlier results.
func (c *checker) names() *expr.Env {
	vars := map[string]expr.Type{}
	if fields, ok := c.charter.RegisterFields(c.m.Subject); ok {
		subject := map[string]expr.Type{}
		c.m.subjectZero = map[string]any{}
		for key, typ := range fields {
			if c.charter.Personal(c.m.Subject, key) {
				continue // where a matter goes is public, and would tell what the field says
			}
			subject[key] = exprType(step.Type(typ))
			c.m.subjectZero[key] = subject[key].Zero()
		}
		vars["subject"] = expr.Object(subject)
	}
	matter, rows := map[string]expr.Type{}, map[string]expr.Type{}
	c.m.rowsAt = map[string]namedRow{}
	for _, f := range c.m.Start.Fields {
		if f.Audience != step.Public {
			continue
		}
		matter[f.Key] = exprType(f.Type)
		if fields, ok := c.charter.RegisterFields(f.Register); ok && f.Type == step.RowType {
			row := namedRow{f.Register, map[string]any{}}
			types := map[string]expr.Type{}
			for key, typ := range fields {
				if !c.charter.Personal(f.Register, key) {
					types[key] = exprType(step.Type(typ))
					row.zero[key] = types[key].Zero()
				}
			}
			c.m.rowsAt[f.Key], rows[f.Key] = row, expr.Object(types)
		}
	}
	vars["matter"], vars["rows"] = expr.Object(matter), expr.Object(rows)
	results := map[string]expr.Type{}
	for _, p := range c.m.List {
		fields := map[string]expr.Type{"outcome": expr.Text}
		for name, t := range step.Said(p.Step) {
			fields[name] = t
		}
		results[p.Key] = expr.Object(fields)
	}
	vars["results"] = expr.Object(results)
	env, err := expr.NewEnv(vars)
	if err != nil {
		panic(err) // the names are made above
	}
	return env
}

func exprType(t step.Type) expr.Type {
	switch t {
	case step.YesType:
		return expr.Bool
	case step.CountType, step.AreaType, step.MoneyType:
		return expr.Int
	case step.ManyType, "rows":
		return expr.Texts
	case step.LineType, step.TextType, step.ChoiceType, step.DateType, step.InstantType, step.PhoneType, step.RowType, step.PersonType, step.PointType, step.FileType:
	}
	return expr.Text
}

func (c *checker) find(key string) (step.Step, bool) {
	p, ok := c.m.Step(key)
	if !ok {
		return nil, false
	}
	return p.Step, true
}

func (c *checker) step(p *Placed) {
	common := p.Step.Shared()
	steps, _ := c.m.Node.Get("steps")
	sc := &step.Checker{Charter: c.charter, Method: c.m.Key, Key: p.Key, Steps: steps.Keys(), Find: c.find, Env: c.env, Subject: c.m.Subject, Start: c.m.Start.Fields, Results: slices.Sorted(maps.Keys(c.m.Results)), Node: p.Node}
	if !name.MatchString(p.Key) {
		c.add(step.Error, "step.key", text.Args{"Step": p.Key}, c.m.Node.KeyAt("steps", p.Key))
	}
	sc.Words(common.Name, "name")
	common.CheckLimit(sc)
	p.Step.Check(sc)
	c.list = append(c.list, sc.List...)

	if !common.Offline.IsZero() && slices.Contains(votes, common.Kind) {
		c.add(step.Error, "offline.vote", nil, p.Node.At("offline"))
	}
	outcomes := p.Step.Outcomes()
	for _, o := range outcomes {
		if _, ok := common.Next[o]; !ok {
			c.broken = true
			c.add(step.Error, "next.missing", text.Args{"Step": p.Key, "Outcome": o}, p.Node.At("next"))
		}
	}
	for _, o := range slices.Sorted(maps.Keys(common.Next)) {
		if !slices.Contains(outcomes, o) {
			c.add(step.Error, "next.outcome", text.Args{"Step": p.Key, "Outcome": o}, p.Node.KeyAt("next", o))
			continue
		}
		t := common.Next[o]
		if len(t.Branches) == 0 {
			c.target(t.To, p.Node.At("next", o))
			p.next[o] = []branch{{to: t.To}}
			continue
		}
		var list []branch
		for i, b := range t.Branches {
			c.target(b.To, p.Node.At("next", o, i, "to"))
			last := i == len(t.Branches)-1
			if last != (b.When == "") {
				c.add(step.Error, "next.otherwise", text.Args{"Step": p.Key, "Outcome": o}, p.Node.At("next", o, i))
			}
			br := branch{to: b.To}
			if b.When != "" {
				br.when = c.compile(b.When, p.Node, "next", o, i, "when")
			}
			list = append(list, br)
		}
		p.next[o] = list
	}
}
