package meeting

import (
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Told says of each body how many came and how many agreed.
func (m *Meeting) Told(facts map[string]any) (words text.Words) {
	for _, b := range m.Bodies {
		words = step.Besides(words, text.Key("meeting.told", "Body", b.Name, "Entitled", step.Number(facts, b.Key+"_entitled"),
			"Present", step.Number(facts, b.Key+"_present"), "Yes", step.Number(facts, b.Key+"_yes")))
	}
	return words
}
