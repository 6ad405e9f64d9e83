package charter

import (
	"slices"

	"gongzhi/internal/method"
	"gongzhi/internal/step/ballot"
	"gongzhi/internal/step/meeting"
	"gongzhi/internal/step/notice"
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
		if !posted(m, p.Key) {
			l.error(p.Node.At("roll"), "ballot.roll_unposted", text.Args{"Step": p.Key})
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

// meetings proves the same of meetings: a body whose law says how it decides decides no more easily than that.
func (l *loader) meetings(m *method.Method) {
	for _, p := range m.List {
		step, ok := p.Step.(*meeting.Meeting)
		if !ok {
			continue
		}
		for i, b := range step.Bodies {
			body, known := l.c.Bodies[b.Body]
			switch {
			case b.Body == "":
			case !known:
				l.error(p.Node.At("bodies", i, "body"), "body.unknown", text.Args{"Body": b.Body})
			case body.Rule != nil && !b.Rule.NoWeaker(*body.Rule):
				l.error(p.Node.At("bodies", i, "rule"), "meeting.weaker", text.Args{"Body": b.Name, "Basis": body.Rule.Basis})
			}
		}
	}
}

// posted tells whether a vote cannot begin before its roll was published for checking: some notice publishes it, and the
// method requires that notice to have closed, which it does only when its days are over and every objection is resolved.
func posted(m *method.Method, ballot string) bool {
	return slices.ContainsFunc(m.List, func(p *method.Placed) bool {
		n, ok := p.Step.(*notice.Notice)
		return ok && n.Roll == ballot && slices.Contains(m.Requires[ballot], p.Key+".closed")
	})
}

// enough tells whether some rule that must be met is no weaker than the statute; together they are then none either.
func enough(p vote.Profile, rules []string, statute vote.Rule) bool {
	return slices.ContainsFunc(rules, func(key string) bool {
		r, ok := p.Rule(key)
		return ok && r.NoWeaker(statute)
	})
}
