package method

import (
	"slices"
	"strings"

	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// hands makes sure that who handles never verifies. A task that can say not_by judges what was done before it; every
// earlier step at which the same role does something must then be named there, or one person could check their own
// work. The roles that people hold for themselves (owner, resident) handle nothing by answering or objecting.
func (c *checker) hands() {
	for _, p := range c.m.List {
		for _, t := range partsOf(p.Step).tasks {
			if !t.checks {
				continue
			}
			for _, earlier := range c.m.List {
				c.kept(p, t, earlier)
			}
		}
	}
}

// kept reports a step whose people may come to judge it themselves, with the shortest run on which they do.
func (c *checker) kept(p *Placed, t task, earlier *Placed) {
	if earlier.Key == p.Key || slices.Contains(t.notBy, earlier.Key) {
		return
	}
	var both []string
	for _, e := range partsOf(earlier.Step).tasks {
		if e.checks {
			continue // it judged too, and had to keep away from the work itself
		}
		for _, r := range slices.Concat(e.by, e.to) {
			if slices.Contains(t.by, r) && !c.charter.OwnRole(r) && !slices.Contains(both, r) {
				both = append(both, r)
			}
		}
	}
	if len(both) == 0 {
		return
	}
	run := c.search(query{to: p.Key, track: earlier.Key, want: func(last string) bool { return last != "" }})
	if run == nil {
		return
	}
	c.add(step.Error, "hands.same", text.Args{"Step": p.Key, "Other": earlier.Key, "Roles": strings.Join(both, ", ")},
		p.Node.At(join(t.path, t.key)...), append(run, p.Key)...)
}

// waits makes sure that whatever somebody has to do has a time: a matter that waits without one is forgotten. A right,
// such as objecting, presses nobody and needs none.
func (c *checker) waits(p *Placed) {
	if !p.Step.Shared().Within.IsZero() {
		return
	}
	parts := partsOf(p.Step)
	for _, t := range parts.tasks {
		if t.within || !slices.ContainsFunc(t.by, func(r string) bool { return !c.charter.OwnRole(r) }) {
			continue
		}
		place := p.Node.At(join(t.path, t.key)...)
		switch {
		case parts.window:
		case parts.days: // they run once somebody has begun, and nothing says until when they must
			c.add(step.Warning, "wait.window", text.Args{"Step": p.Key}, place)
		default:
			c.add(step.Error, "wait.deadline", text.Args{"Step": p.Key, "Key": said(join(t.path, t.key))}, place)
		}
		return // once for each step is enough
	}
}
