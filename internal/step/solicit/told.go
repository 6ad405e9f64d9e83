package solicit

import (
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Told says how many were asked and how many answered.
func (s *Solicit) Told(facts map[string]any) text.Words {
	return text.Key("solicit.told", "Units", step.Number(facts, "units"), "Answered", step.Number(facts, "answered"), "Unreached", step.Number(facts, "unreached"))
}
