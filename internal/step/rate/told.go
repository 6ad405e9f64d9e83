package rate

import (
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Told says how many rated and, of each question, how many of them were satisfied.
func (r *Rate) Told(facts map[string]any) text.Words {
	words := text.Key("rate.told", "Units", step.Number(facts, "units"), "Answered", step.Number(facts, "answered"))
	for _, q := range r.Questions {
		if _, told := facts[q.Key+"_count"]; !told {
			continue // too few answered
		}
		words = step.Besides(words, text.Key("rate.told_question", "Question", q.Label, "Satisfied", step.Number(facts, q.Key+"_satisfied"), "Count", step.Number(facts, q.Key+"_count")))
	}
	return words
}
