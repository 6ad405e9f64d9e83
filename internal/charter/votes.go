package charter

import (
	"slices"

	"gongzhi/internal/method"
	"gongzhi/internal/step/ballot"
	"gongzhi/internal/text"
	"gongzhi/internal/vote"
)

// votes proves that no vote is weaker than the statute it cites for what it decides. Every profile is held against
// it, those of the past too: which one counts is known only on the day of the decision.
func (l *loader) votes(m *method.Method) {
	for _, p := range m.List {
		b, ok := p.Step.(*ballot.Ballot)
		if !ok {
			continue
		}
		for i, item := range b.Items {
			place := p.Node.At("items", i, "decides")
			if item.Decides == "" {
				l.error(p.Node.At("items", i), "ballot.decides", text.Args{"Item": item.Label})
				continue
			}
			for _, profile := range l.c.Rules[b.Rule].All() {
				statute, ok := profile.For(item.Decides)
				if !ok {
					l.error(place, "ballot.not_law", text.Args{"Decides": item.Decides, "Profile": profile.ID})
				} else if !enough(profile, append([]string{b.Matter}, b.Also...), statute) {
					l.error(p.Node.At("matter"), "ballot.weaker", text.Args{
						"Item": item.Label, "Decides": item.Decides, "Rule": b.Matter, "Statute": statute.Name(), "Basis": statute.Basis,
					})
				}
			}
		}
	}
}

// enough tells whether some rule that must be met is no weaker than the statute; together they are then none either.
func enough(p vote.Profile, rules []string, statute vote.Rule) bool {
	return slices.ContainsFunc(rules, func(key string) bool {
		r, ok := p.Rule(key)
		return ok && r.NoWeaker(statute)
	})
}
