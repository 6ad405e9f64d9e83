package method

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// paths walks every run a method allows, as far as outcomes tell runs apart, and reports steps that are never
// reached, steps from which no end can be reached, loops without a bound, and required order that some run breaks.
// What a condition (when) decides is taken both ways, so a proof here holds whatever the values are.
func (c *checker) paths() {
	if len(c.m.List) == 0 {
		return
	}
	c.reach()
	c.ends()
	c.loops()
	for _, key := range slices.Sorted(maps.Keys(c.m.Requires)) {
		for i, r := range c.m.Requires[key] {
			c.required(key, r, i)
		}
	}
	c.hands()
	c.again()
}

// arrows are the ways out of each step. One that leads to a bounded step may lead where its bound sends it instead.
func (m *Method) arrows() map[string][]Way {
	out := map[string][]Way{}
	for _, w := range m.Ways() {
		out[w.From] = append(out[w.From], w)
		if b, bounded := m.Visits[w.To]; bounded {
			out[w.From] = append(out[w.From], Way{w.From, w.Outcome, w.When, b.Then})
		}
	}
	return out
}

// reach reports steps that no run comes to.
func (c *checker) reach() {
	for _, p := range c.m.List {
		if c.search(query{to: p.Key}) == nil {
			c.add(step.Error, "path.unreachable", text.Args{"Step": p.Key}, c.m.Node.KeyAt("steps", p.Key))
		}
	}
}

// ends reports steps from which no end can be reached, with the shortest run that gets stuck there.
func (c *checker) ends() {
	arrows := c.m.arrows()
	canEnd := map[string]bool{}
	for changed := true; changed; {
		changed = false
		for _, p := range c.m.List {
			if canEnd[p.Key] {
				continue
			}
			for _, w := range arrows[p.Key] {
				if _, end := EndOf(w.To); end || canEnd[w.To] {
					canEnd[p.Key], changed = true, true
				}
			}
		}
	}
	for _, p := range c.m.List {
		if canEnd[p.Key] {
			continue
		}
		if run := c.search(query{to: p.Key}); run != nil {
			c.addRun("path.no_end", text.Args{"Step": p.Key}, append(run, p.Key), "steps", p.Key)
		}
	}
}

// addRun reports an error that a run shows, at a key.
func (c *checker) addRun(code string, args text.Args, run []string, key ...any) {
	c.add(step.Error, code, args, c.m.Node.KeyAt(key...), run...)
}

// loops reports the shortest cycle through each step that no bound of visits cuts. Where a bound sends a matter counts
// as an arrow like any other, since it can be taken again and again; a cycle is told once, at its first step in the file.
func (c *checker) loops() {
	arrows := map[string][]Way{}
	for _, w := range c.m.Ways() {
		if b, bounded := c.m.Visits[w.To]; bounded {
			w.To = b.Then
		}
		arrows[w.From] = append(arrows[w.From], w)
	}
	told := map[string]bool{}
	for _, p := range c.m.List {
		cycle := shortestCycle(arrows, p.Key)
		if cycle == nil || told[p.Key] {
			continue
		}
		for _, at := range cycle {
			key, _, _ := strings.Cut(at, ".")
			told[key] = true
		}
		c.addRun("path.loop", text.Args{"Step": p.Key}, append(cycle, p.Key), "steps", p.Key)
	}
}

// shortestCycle finds the shortest way from a step back to it, as "step.outcome"; nil where there is none.
func shortestCycle(arrows map[string][]Way, key string) []string {
	type node struct {
		at  string
		run []string
	}
	seen := map[string]bool{}
	for queue := []node{{at: key}}; len(queue) > 0; queue = queue[1:] {
		n := queue[0]
		for _, w := range arrows[n.at] {
			run := append(slices.Clone(n.run), w.From+"."+w.Outcome)
			if w.To == key {
				return run
			}
			if _, end := EndOf(w.To); !end && !seen[w.To] {
				seen[w.To] = true
				queue = append(queue, node{w.To, run})
			}
		}
	}
	return nil
}

// required proves that whenever a run comes to key, the latest ending of the other step was the one required.
func (c *checker) required(key, requirement string, i int) {
	other, outcome, _ := strings.Cut(requirement, ".")
	if p, ok := c.m.Step(other); !ok || !slices.Contains(p.Step.Outcomes(), outcome) {
		return // told already
	}
	run := c.search(query{to: key, track: other, want: func(last string) bool { return last != outcome }})
	if run == nil {
		return
	}
	run = append(run, key)
	c.add(step.Error, "path.requires", text.Args{"Step": key, "Requires": requirement}, c.at("requires", key, i), run...)
}

// query asks for a run that comes to a step, having passed another as wanted.
type query struct {
	to    string
	track string                 // the step whose latest outcome matters; "" for none
	want  func(last string) bool // of that outcome, "" when the step was not passed; nil wants nothing
}

// counted is how far visits of a bounded step are told apart: three with up to four such steps, less with more, so that
// what there is to walk stays small. Bounds above it are walked as if they could be reached early: a proof still
// holds, and a run that is shown may then be shorter than a real one.
func (m *Method) counted() int {
	switch n := len(m.Visits); {
	case n <= 4:
		return 3
	case n <= 9:
		return 1
	default:
		return 0
	}
}

// search finds the shortest run that answers a query, breadth first. The run is the list of "step.outcome" passed; it
// is empty, not nil, when the step is the first one, and nil when there is no such run.
func (c *checker) search(q query) []string {
	type node struct {
		at     string
		last   string
		visits map[string]int // of bounded steps, up to counted
		run    []string
	}
	name := func(n node) string { return fmt.Sprintln(n.at, n.last, n.visits) } // maps print in order of their keys
	ways, counted := map[string][]Way{}, c.m.counted()
	for _, w := range c.m.Ways() {
		ways[w.From] = append(ways[w.From], w)
	}
	enter := func(n node, w Way, to string) node {
		next := node{at: to, last: n.last, visits: n.visits, run: append(slices.Clone(n.run), w.From+"."+w.Outcome)}
		if w.From == q.track {
			next.last = w.Outcome
		}
		if _, bounded := c.m.Visits[to]; bounded && n.visits[to] < counted {
			next.visits = map[string]int{to: 1}
			for k, v := range n.visits {
				if k == to {
					v++
				}
				next.visits[k] = v
			}
		}
		return next
	}
	first := enter(node{}, Way{}, c.m.First())
	first.run = []string{}
	seen := map[string]bool{name(first): true}
	for queue := []node{first}; len(queue) > 0; queue = queue[1:] {
		n := queue[0]
		if n.at == q.to && (q.want == nil || q.want(n.last)) {
			return n.run
		}
		for _, w := range ways[n.at] {
			for _, to := range c.m.leads(w.To, n.visits[w.To], counted) {
				if _, end := EndOf(to); end {
					continue
				}
				if next := enter(n, w, to); !seen[name(next)] {
					seen[name(next)] = true
					queue = append(queue, next)
				}
			}
		}
	}
	return nil
}

// leads are the places an arrow may lead to after so many visits of its target, as far as they were counted.
func (m *Method) leads(to string, visits, counted int) []string {
	b, bounded := m.Visits[to]
	switch {
	case !bounded || visits < min(b.Most, counted):
		return []string{to}
	case visits >= b.Most:
		return []string{b.Then}
	default:
		return []string{to, b.Then}
	}
}
