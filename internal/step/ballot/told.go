package ballot

import (
	"gongzhi/internal/exact"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Told says who took part and, of each item, who agreed: by heads and by area, as the law counts.
func (b *Ballot) Told(facts map[string]any) text.Words {
	area := func(name string) string { return exact.Area(step.Number(facts, name)).Grouped() }
	words := text.Key("ballot.told", "Cast", step.Number(facts, "cast_heads"), "Heads", step.Number(facts, "heads"), "CastArea", area("cast_area"), "Area", area("area"))
	for _, it := range b.Items {
		key := string(it.Key)
		yes := text.Key("ballot.told_yes", "Heads", step.Number(facts, key+"_yes_heads"), "Area", area(key+"_yes_area"))
		if len(b.Items) > 1 {
			yes = text.Key("ballot.told_item", "Item", it.Label, "Heads", step.Number(facts, key+"_yes_heads"), "Area", area(key+"_yes_area"))
		}
		words = step.Besides(words, yes)
	}
	return words
}
