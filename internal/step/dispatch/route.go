package dispatch

import (
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Route chooses a team by where something is and of what category.
type Route struct {
	On     string `yaml:"on"`     // the field of the start that names the category, a row of a register
	Column string `yaml:"column"` // the choice in that register by which rules tell categories apart
	Rules  []Rule `yaml:"rules"`
}

// Rule sends some categories in some areas to a team. Areas are ids of the subject's register; none means everywhere
// but in Except.
type Rule struct {
	Key    string    `yaml:"key"`
	Values []string  `yaml:"values"`
	Areas  []string  `yaml:"areas,omitempty"`
	Except []string  `yaml:"except,omitempty"`
	To     string    `yaml:"to"`
	Says   text.Text `yaml:"says"`
}

// fits tells whether a rule is about a category in an area.
func (r Rule) fits(value, area string) bool {
	return slices.Contains(r.Values, value) && (len(r.Areas) == 0 || slices.Contains(r.Areas, area)) && !slices.Contains(r.Except, area)
}

// rule finds the rule that fires for a matter; ok is false where none does, such as for a category that the register
// was given without a class. The check has proved that no two do.
func (s *Dispatch) rule(v step.View) (Rule, bool) {
	if s.Route.On == "" || v.Vars == nil {
		return Rule{}, false
	}
	rows, _ := v.Vars()["rows"].(map[string]any)
	row, _ := rows[s.Route.On].(map[string]any)
	value, _ := row[s.Route.Column].(string)
	i := slices.IndexFunc(s.Route.Rules, func(r Rule) bool { return r.fits(value, v.Matter.Subject.ID) })
	if i < 0 {
		return Rule{}, false
	}
	return s.Route.Rules[i], true
}

// ByItself tells a sending by rule from one that somebody chose.
func (s *Dispatch) ByItself(a act.Act) bool {
	var b body
	return a.Kind == sent && len(a.Body) > 0 && a.Into(&b) == nil && b.Rule != ""
}

// Said names the team, the rule that fired and the time, of a sending; the day and the reason, of whatever has them.
func (s *Dispatch) Said(a act.Act) (said text.Words) {
	var b body
	if a.Kind == act.Ended || a.Kind == act.Entered || len(a.Body) == 0 || a.Into(&b) != nil {
		return said
	}
	var limit step.Span
	if a.Kind == sent && limit.UnmarshalText([]byte(b.Limit)) == nil {
		rule := s.said(b.Rule).Words()
		if b.Rule == "" || rule.IsZero() {
			rule = text.Key("dispatch.by_hand")
		}
		said = text.Key("dispatch.said", "To", s.Teams[b.To], "Rule", rule, "Limit", limit.Words())
	}
	if b.Until != "" {
		said = step.Besides(said, text.Key("dispatch.said_until", "Day", b.Until))
	}
	if b.Reason != "" {
		said = step.Besides(said, text.Key("dispatch.said_reason", "Reason", b.Reason))
	}
	return said
}

// said are the words of a rule by its key.
func (s *Dispatch) said(key string) text.Text {
	if i := slices.IndexFunc(s.Route.Rules, func(r Rule) bool { return r.Key == key }); i >= 0 {
		return s.Route.Rules[i].Says
	}
	return text.Text{}
}

// places is what the check of rules asks of a charter beside what every step may.
type places interface {
	// Options are the values of a choice in a register, in the order of the file.
	Options(register, field string) []string
	// Seeds are the ids of the rows that the charter brings for a register.
	Seeds(register string) []string
}

// routes proves that every category goes to exactly one team, in every area the charter names and in any other.
func (s *Dispatch) routes(c *step.Checker) {
	r := s.Route
	if r.On == "" && len(r.Rules) == 0 {
		return
	}
	i := slices.IndexFunc(c.Start, func(f step.Field) bool {
		return f.Key == r.On && f.Type == step.RowType && f.Audience == step.Public && f.Required
	})
	if i < 0 {
		c.Error("route.on", text.Args{"Field": r.On}, "route", "on")
		return
	}
	seen := map[string]bool{}
	for j, one := range r.Rules {
		at := func(key string) []any { return []any{"route", "rules", j, key} }
		if one.Key == "" || seen[one.Key] {
			c.Error("route.key", text.Args{"Rule": one.Key}, at("key")...)
		}
		seen[one.Key] = true
		c.Words(one.Says, at("says")...)
		if !slices.Contains(s.To, one.To) {
			c.Error("route.to", text.Args{"Role": one.To}, at("to")...)
		}
	}
	known, ok := c.Charter.(places)
	if !ok {
		return
	}
	options := known.Options(c.Start[i].Register, r.Column)
	if len(options) == 0 {
		c.Error("route.column", text.Args{"Column": r.Column, "Register": c.Start[i].Register}, "route", "column")
		return
	}
	seeds := known.Seeds(c.Subject)
	areas := append(slices.Clone(seeds), "") // "" stands for every area that the register may get later
	for j, one := range r.Rules {
		for _, list := range []struct {
			key   string
			areas []string
		}{{"areas", one.Areas}, {"except", one.Except}} {
			for k, a := range list.areas {
				if !slices.Contains(seeds, a) {
					c.Warn("route.area", text.Args{"Rule": one.Key, "Area": a, "Register": c.Subject}, "route", "rules", j, list.key, k)
				}
			}
		}
		for k, v := range one.Values {
			if !slices.Contains(options, v) {
				c.Error("route.value", text.Args{"Value": v, "Column": r.Column}, "route", "rules", j, "values", k)
			}
		}
	}
	s.cover(c, options, areas)
}

// cover reports categories that no rule takes and pairs of rules that take the same, each once.
func (s *Dispatch) cover(c *step.Checker, options, areas []string) {
	told := map[[2]string]bool{}
	for _, value := range options {
		var gaps []string
		for _, area := range areas {
			var fit []int
			for j, one := range s.Route.Rules {
				if one.fits(value, area) {
					fit = append(fit, j)
				}
			}
			switch {
			case len(fit) == 0 && area == "":
				gaps = append(gaps, "*")
			case len(fit) == 0:
				gaps = append(gaps, area)
			case len(fit) > 1:
				first, second := s.Route.Rules[fit[0]], s.Route.Rules[fit[1]]
				if pair := [2]string{first.Key, second.Key}; !told[pair] {
					told[pair] = true
					c.Error("route.overlap", text.Args{"First": first.Key, "Second": second.Key, "Value": value, "Area": area}, "route", "rules", fit[1])
				}
			}
		}
		if len(gaps) > 0 {
			c.Error("route.gap", text.Args{"Value": value, "Areas": gaps}, "route", "rules")
		}
	}
}
