package method

import (
	"maps"
	"slices"

	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// OpenToAll tells whether somebody without an account may begin the method, in the role that is held without one.
func (m *Method) OpenToAll(noAccount string) bool {
	return noAccount != "" && slices.Contains(m.Start.By, noAccount)
}

// noAccount checks what is answered for those who have no account, and that no step waits for them: everybody would be
// asked.
func (c *checker) noAccount() {
	given := c.m.Start.NoAccount
	open := slices.ContainsFunc(c.m.Start.By, c.charter.NoAccountRole)
	for _, key := range slices.Sorted(maps.Keys(given)) {
		f, _ := c.m.Start.Fields.Find(key)
		known := f.Type == step.ChoiceType && slices.ContainsFunc(f.Options, func(o step.Option) bool { return o.Value == given[key] })
		if !open || !known {
			c.add(step.Error, "start.no_account", text.Args{"Field": key, "Value": given[key]}, c.at("start", "no_account", key))
		}
	}
	for _, p := range c.m.List {
		for _, t := range partsOf(p.Step).tasks {
			for _, r := range slices.Concat(t.by, t.to) {
				if c.charter.NoAccountRole(r) {
					c.add(step.Error, "role.no_account", text.Args{"Role": r, "Step": p.Key}, p.Node.At(join(t.path, t.key)...))
				}
			}
		}
	}
}

// covers checks that what is published in a covered copy is a picture that somebody is asked for and that is not public.
func (c *checker) covers() {
	all := c.questions()
	for _, q := range all {
		for _, key := range q.Covers {
			known := slices.ContainsFunc(all, func(x asked) bool { return x.Key == key && x.Type == step.FileType && x.Audience != step.Public })
			if !known || q.Type != step.FileType || q.Audience != step.Public {
				c.add(step.Error, "field.covers", text.Args{"Field": q.Key, "Of": key}, q.place)
			}
		}
	}
}

// The furthest and the longest ago that is still nearby.
const (
	nearestMost = 5000
	nearbyDays  = 3660
)

// nearby checks that what is nearby can be told: by a category and a place that the start asks for.
func (c *checker) nearby() {
	n := c.m.Start.Nearby
	if n == nil {
		return
	}
	_, category, placed := c.m.Located()
	if !placed || category == "" {
		c.add(step.Error, "start.nearby", nil, c.at("start", "nearby"))
	}
	if n.Metres < 1 || n.Metres > nearestMost || n.Days < 1 || n.Days > nearbyDays {
		c.add(step.Error, "start.nearby_range", text.Args{"Metres": nearestMost, "Days": nearbyDays}, c.at("start", "nearby"))
	}
}
