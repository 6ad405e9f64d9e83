package step

import (
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/text"
)

// Item is one of several like things that a step is about: a section of road, a point of a checklist.
type Item struct {
	Key  string    `yaml:"key" json:"key"`
	Name text.Text `yaml:"name" json:"name"`
}

// Items checks that a list of things names something, each thing once and in every language.
func (c *Checker) Items(items []Item, path ...any) {
	if len(items) == 0 {
		c.Error("items.none", nil, path...)
	}
	seen := map[string]bool{}
	for i, it := range items {
		at := func(key string) []any { return append(slices.Clone(path), i, key) }
		if it.Key == "" || seen[it.Key] {
			c.Error("items.key", text.Args{"Item": it.Key}, at("key")...)
		}
		seen[it.Key] = true
		c.Words(it.Name, at("name")...)
	}
}

// Register makes sure that a register exists whose rows may become items. Items are public, so the names of its rows must
// not tell of a person.
func (c *Checker) Register(name string, path ...any) {
	if _, ok := c.Charter.RegisterFields(name); !ok {
		c.Error("register.unknown", text.Args{"Register": name}, path...)
		return
	}
	if p, ok := c.Charter.(interface {
		Personal(register, field string) bool
	}); ok && p.Personal(name, "") {
		c.Error("items.personal", text.Args{"Register": name}, path...)
	}
}

// Rows are the items that a register holds below the matter's subject today, under the names people call them by.
func (v View) Rows(register string) ([]Item, error) {
	rows, err := v.Book.Rows(register, v.Matter.Subject, v.Today())
	if err != nil {
		return nil, err
	}
	out := make([]Item, len(rows))
	for i, r := range rows {
		out[i] = Item{Key: r.ID.ID, Name: text.Text{ZH: r.Name, EN: r.Name}}
	}
	return out, nil
}

// RowOf is the row that an item of a register stands for.
func RowOf(register string, it Item) act.RowID { return act.RowID{Register: register, ID: it.Key} }
