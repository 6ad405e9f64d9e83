package method

import (
	"maps"
	"slices"

	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// asked is a question with the step that asks it; the start is the step "".
type asked struct {
	question
	step  string
	place source.Place
}

func (c *checker) questions() []asked {
	var out []asked
	for i, f := range c.m.Start.Fields {
		out = append(out, asked{question{f, nil, c.m.Start.By}, "", c.at("start", "fields", i, "key")})
	}
	for _, key := range c.m.BesideKeys() {
		b := c.m.Beside[key]
		by := b.By
		if len(by) == 0 {
			by = c.m.Start.By
		}
		for i, f := range b.Fields {
			out = append(out, asked{question{f, nil, by}, "", c.at("beside", key, "fields", i, "key")})
		}
	}
	for _, p := range c.m.List {
		for _, q := range partsOf(p.Step).questions {
			out = append(out, asked{q, p.Key, p.Node.At(join(q.path, "key")...)})
		}
	}
	return out
}

// known reports questions that a register has answered already: that of the matter's subject, those above it, or, of what
// people are asked for themselves, that of people. Words are typed once. Keys are the names of facts in a charter, so the
// same key is the same fact; a step that really asks for another one, such as a figure as found on the spot, gives it a key
// of its own. What people said of themselves may be filled in for them to correct, which is not asking again.
func (c *checker) known() {
	over := append([]string{c.m.Subject}, c.charter.Above(c.m.Subject)...)
	for _, q := range c.questions() {
		key, of := c.ofOneself(q)
		if of && q.Fill == "" {
			c.add(step.Error, "asked.self", text.Args{"Field": q.Key, "Register": step.FilledFrom, "Fill": "self." + key}, q.place)
		}
		if of {
			continue // it is about whoever answers, not about the place
		}
		for _, register := range over {
			if fields, ok := c.charter.RegisterFields(register); ok && fields[q.Key] != "" {
				c.add(step.Error, "asked.known", text.Args{"Field": q.Key, "Register": register}, q.place)
				break
			}
		}
	}
}

// ofOneself tells whether a question asks people, and nobody else, for what the register of people has of them: a field of
// the same key, or a telephone where it has one.
func (c *checker) ofOneself(q asked) (key string, ok bool) {
	fields, known := c.charter.RegisterFields(step.FilledFrom)
	if !known || !c.forSelf(q) {
		return "", false
	}
	if fields[q.Key] != "" {
		return q.Key, true
	}
	if q.Type == step.PhoneType {
		for _, key := range slices.Sorted(maps.Keys(fields)) {
			if fields[key] == string(step.PhoneType) {
				return key, true
			}
		}
	}
	return "", false
}

// forSelf tells whether only those are asked who hold their roles for something of their own.
func (c *checker) forSelf(q asked) bool {
	return len(q.by) > 0 && !slices.ContainsFunc(q.by, func(r string) bool { return !c.charter.OwnRole(r) })
}

// facts are the types that state something about the matter. Free words and files differ each time they are given.
var facts = []step.Type{
	step.LineType, step.ChoiceType, step.YesType, step.CountType, step.AreaType, step.MoneyType, step.DateType, step.RowType, step.PersonType,
}

// again reports a fact that one run asks for twice. With the same label it is the same question, which is an error;
// under another label it may be meant otherwise, which is a warning. Sealed answers are about whoever gives them, and
// what people are asked for themselves (owner, resident) is asked of each anew.
func (c *checker) again() {
	first := map[string]asked{}
	for _, q := range c.questions() {
		if q.Audience != step.Public || c.forSelf(q) || !slices.Contains(facts, q.Type) {
			continue
		}
		before, twice := first[q.Key]
		if !twice {
			first[q.Key] = q
			continue
		}
		run := c.between(before.step, q.step)
		if before.Type != q.Type || before.step == q.step || run == nil {
			continue
		}
		severity := step.Warning
		if before.Label == q.Label {
			severity = step.Error
		}
		c.add(severity, "asked.again", text.Args{"Field": q.Key, "Line": before.place.Line}, q.place, run...)
	}
}

// between is the shortest run that passes one step and comes to the other, in either order; nil if no run has both.
func (c *checker) between(a, b string) []string {
	if a == "" {
		return c.search(query{to: b})
	}
	run := c.search(query{to: b, track: a, want: func(last string) bool { return last != "" }})
	if run == nil {
		a, b = b, a
		run = c.search(query{to: b, track: a, want: func(last string) bool { return last != "" }})
	}
	if run == nil {
		return nil
	}
	return append(run, b)
}
