package step

import (
	"slices"

	"gongzhi/internal/page"
	"gongzhi/internal/text"
)

// Reason is the question that every decision against somebody asks: why. It is public, because a decision whose reason
// nobody may read cannot be checked; the hint says so to whoever writes it.
func Reason() Field {
	return Field{
		Key: "reason", Label: text.Named("said.reason"), Hint: text.Named("said.reason_hint"), Type: TextType, Required: true, Audience: Public,
	}
}

// Reserved checks that no question of a charter takes the key of one that the kind itself asks beside it.
func (c *Checker) Reserved(fs Fields, taken []string, path ...any) {
	for i, f := range fs {
		if slices.Contains(taken, f.Key) {
			c.Error("field.key", text.Args{"Field": f.Key}, append(slices.Clone(path), i, "key")...)
		}
	}
}

// Listed joins names: "水、电、路".
func Listed(names []text.Text) text.Words {
	var out text.Words
	for _, n := range names {
		out = Joined(out, n.Words())
	}
	return out
}

// Card is the frame of a step's panel: its name, what the charter says of it, where it stands and how long it
// should take.
func (v View) Card(c *Common, standing page.Tag, over bool, blocks ...page.Block) page.Panel {
	p := page.Panel{Title: c.Name.Words(), Tag: c.Term.Words(), Accent: !over}
	if !c.Says.IsZero() {
		p.Blocks = append(p.Blocks, page.Prose{Words: []text.Words{c.Says.Words()}})
	}
	p.Blocks = append(p.Blocks, standing)
	if within := v.Within(c); !over && !within.IsZero() {
		due, count := within.End(v.Calendar, v.Entered)
		p.Blocks = append(p.Blocks, page.Deadline{Label: text.Key("said.within"), Due: due, Now: v.Now, Count: &count})
	}
	p.Blocks = append(p.Blocks, blocks...)
	return p
}
