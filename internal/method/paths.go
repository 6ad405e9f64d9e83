package method

import (
	"fmt"
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
	for _, key := range slices.Sorted(keys(c.m.Requires)) {
		for i, r := range c.m.Requires[key] {
			c.required(key, r, i)
		}
	}
}

// arrows are the ways out of each step, bounds of visits included.
func (c *checker) arrows() map[string][]Way {
	out := map[string][]Way{}
	for _, w := range c.m.Ways() {
		out[w.From] = append(out[w.From], w)
		if b, bounded := c.m.Visits[w.To]; bounded {
			out[w.From] = append(out[w.From], Way{w.From, w.Outcome, w.When, b.Then})
		}
	}
	return out
}

// reach reports steps that no run comes to.
func (c *checker) reach() {
	arrows := c.arrows()
	seen := map[string]bool{c.m.First(): true}
	for queue := []string{c.m.First()}; len(queue) > 0; queue = queue[1:] {
		for _, w := range arrows[queue[0]] {
			if _, end := EndOf(w.To); !end && !seen[w.To] {
				seen[w.To] = true
				queue = append(queue, w.To)
			}
		}
	}
	for _, p := range c.m.List {
		if !seen[p.Key] {
			c.add(step.Error, "path.unreachable", text.Args{"Step": p.Key}, c.m.Node.KeyAt("steps", p.Key))
		}
	}
}

// ends reports steps from which no end can be reached, with the shortest run that gets stuck there.
func (c *checker) ends() {
	arrows := c.arrows()
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
		if run := c.shortest(p.Key); !canEnd[p.Key] && run != nil {
			c.add(step.Error, "path.no_end", text.Args{"Step": p.Key, "Run": strings.Join(run, " → ")}, c.m.Node.KeyAt("steps", p.Key), run...)
		}
	}
}

// shortest is the shortest run from the beginning to a step, as "step.outcome" for each step passed.
func (c *checker) shortest(to string) []string {
	return c.search(to, nil)
}

// loops reports a cycle that no bound of visits cuts.
func (c *checker) loops() {
	arrows := map[string][]Way{}
	for _, w := range c.m.Ways() {
		arrows[w.From] = append(arrows[w.From], w)
	}
	const fresh, open, done = 0, 1, 2
	state := map[string]int{}
	var run []string
	var visit func(key string)
	visit = func(key string) {
		state[key] = open
		for _, w := range arrows[key] {
			if _, end := EndOf(w.To); end {
				continue
			}
			if _, bounded := c.m.Visits[w.To]; bounded {
				if state[w.To] == fresh {
					visit(w.To)
				}
				continue
			}
			run = append(run, w.From+"."+w.Outcome)
			switch state[w.To] {
			case fresh:
				visit(w.To)
			case open:
				from := slices.IndexFunc(run, func(s string) bool { return strings.HasPrefix(s, w.To+".") })
				if from >= 0 {
					cycle := append(slices.Clone(run[from:]), w.To)
					c.add(step.Error, "path.loop", text.Args{"Step": w.To, "Run": strings.Join(cycle, " → ")}, c.m.Node.KeyAt("steps", w.To), cycle...)
				}
			}
			run = run[:len(run)-1]
		}
		state[key] = done
	}
	for _, p := range c.m.List {
		if state[p.Key] == fresh {
			visit(p.Key)
		}
	}
}

// required proves that whenever a run comes to key, the latest ending of the other step was the one required.
func (c *checker) required(key, requirement string, i int) {
	other, outcome, ok := strings.Cut(requirement, ".")
	if !ok {
		return
	}
	run := c.search(key, func(last map[string]string) bool { return last[other] != outcome })
	if run != nil {
		c.add(step.Error, "path.requires", text.Args{"Step": key, "Requires": requirement, "Run": strings.Join(append(run, key), " → ")},
			c.at("requires", key, i), append(run, key)...)
	}
}

// search finds the shortest run that comes to a step while bad holds of the latest outcomes (bad nil: any run). It
// explores pairs of a step and the outcomes that matter, breadth first, so the first found is shortest. The run is
// the list of "step.outcome" passed; it is empty, not nil, when the step is the first one.
func (c *checker) search(to string, bad func(last map[string]string) bool) []string {
	type node struct {
		at   string
		last map[string]string
		run  []string
	}
	arrows := c.arrows()
	name := func(n node) string {
		var b strings.Builder
		b.WriteString(n.at)
		for _, k := range slices.Sorted(keys(n.last)) {
			fmt.Fprintf(&b, " %s=%s", k, n.last[k])
		}
		return b.String()
	}
	relevant := c.relevant(bad != nil)
	first := node{at: c.m.First(), last: map[string]string{}, run: []string{}}
	seen := map[string]bool{name(first): true}
	for queue := []node{first}; len(queue) > 0; queue = queue[1:] {
		n := queue[0]
		if n.at == to && (bad == nil || bad(n.last)) {
			return n.run
		}
		for _, w := range arrows[n.at] {
			if _, end := EndOf(w.To); end {
				continue
			}
			next := node{at: w.To, last: n.last, run: append(slices.Clone(n.run), w.From+"."+w.Outcome)}
			if relevant[w.From] {
				next.last = map[string]string{}
				for k, v := range n.last {
					next.last[k] = v
				}
				next.last[w.From] = w.Outcome
			}
			if id := name(next); !seen[id] {
				seen[id] = true
				queue = append(queue, next)
			}
		}
	}
	return nil
}

// relevant are the steps whose outcomes some requirement names; others need not be told apart.
func (c *checker) relevant(any bool) map[string]bool {
	out := map[string]bool{}
	if any {
		for _, list := range c.m.Requires {
			for _, r := range list {
				other, _, _ := strings.Cut(r, ".")
				out[other] = true
			}
		}
	}
	return out
}
