package solicit

import (
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Told says how many were asked and how many answered, and of what everybody had to answer how that divides, as far as it
// tells of nobody.
func (s *Solicit) Told(facts map[string]any) text.Words {
	words := text.Key("solicit.told", "Units", step.Number(facts, "units"), "Answered", step.Number(facts, "answered"), "Unreached", step.Number(facts, "unreached"))
	for _, f := range s.Fields {
		if !f.Required || f.Type == step.ManyType {
			continue
		}
		all := true
		for _, o := range marks(f) {
			n, told := facts[f.Key+"_"+o.Value]
			if all = all && told; told {
				words = step.Besides(words, text.Key("solicit.told_option", "Option", o.Label, "N", n))
			}
		}
		if !all {
			words = step.Besides(words, text.Key("solicit.told_few", "Question", f.Label))
		}
	}
	return words
}
