package works

import (
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Told says how many packages were accepted, and how many against the order.
func (s *Works) Told(facts map[string]any) text.Words {
	return text.Key("works.told", "Accepted", step.Number(facts, "accepted"), "Waived", step.Number(facts, "waived"), "Changes", step.Number(facts, "changes"))
}
