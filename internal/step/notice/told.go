package notice

import (
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Told says what was objected and answered.
func (n *Notice) Told(facts map[string]any) text.Words {
	received := step.Number(facts, "objections")
	if received == 0 {
		return text.Key("notice.told_none")
	}
	return text.Key("notice.told", "Received", received, "Answered", step.Number(facts, "answered"))
}
