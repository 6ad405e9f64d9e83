package register

import (
	"slices"
	"strings"

	"gongzhi/internal/source"
	"gongzhi/internal/text"
)

// Import says how a sheet that people keep becomes rows: one file of imports/.
type Import struct {
	Key      string            `yaml:"import"`
	Kind     string            `yaml:"kind"` // "roster": rooms with their owners
	Name     text.Text         `yaml:"name"`
	Hint     text.Text         `yaml:"hint,omitempty"`
	Under    string            `yaml:"under"`              // register of the row that the sheet is about
	Makes    map[string]string `yaml:"makes"`              // part of the sheet → register: building, part, person, unit
	Complete []string          `yaml:"complete,omitempty"` // registers that the sheet lists whole: what it leaves out ends
	Columns  []Column          `yaml:"columns"`

	node source.Node
}

// Column is one column of the sheet. Several words may stand in its header.
type Column struct {
	Key      string    `yaml:"key"`
	Label    text.Text `yaml:"label"`
	Synonyms []string  `yaml:"synonyms,omitempty"`
	Hint     text.Text `yaml:"hint,omitempty"`
	Field    string    `yaml:"field"`              // where it goes: "part.area"
	Required bool      `yaml:"required,omitempty"` // the sheet must have it
	Default  string    `yaml:"default,omitempty"`  // what an empty cell, or a sheet without the column, means
	Example  string    `yaml:"example,omitempty"`  // shown in the template
}

// Target splits Field into register and field.
func (c Column) Target() (reg, field string) {
	reg, field, _ = strings.Cut(c.Field, ".")
	return reg, field
}

// RosterKind is the import of rooms with their owners, and what it must know.
const RosterKind = "roster"

var (
	rosterMakes  = []string{"building", "part", "person", "unit"}
	rosterMust   = []string{"building", "room", "area", "owner"}
	rosterKnown  = []string{"building", "unit", "room", "area", "area_source", "kind", "state", "owner", "id_number", "phone", "builder", "note"}
	rosterOthers = []string{RosterKind}
)

// DecodeImport reads one file of imports/.
func DecodeImport(n source.Node) (*Import, []source.Fault) {
	i := &Import{node: n}
	return i, n.Decode(i)
}

// Column gives a column by its key.
func (i *Import) Column(key string) (Column, bool) {
	n := slices.IndexFunc(i.Columns, func(c Column) bool { return c.Key == key })
	if n < 0 {
		return Column{}, false
	}
	return i.Columns[n], true
}

// Headers are the words by which a column is known, as they compare.
func (c Column) Headers() []string {
	var all []string
	for _, w := range append([]string{c.Label.ZH, c.Label.EN}, c.Synonyms...) {
		if w = headerWord(w); w != "" && !slices.Contains(all, w) {
			all = append(all, w)
		}
	}
	return all
}

// headerWord is a word of a header as it compares: no blanks, plain width, small letters, and without what people add
// in brackets — a unit, "必填", "选填" — or a star.
func headerWord(s string) string {
	s = strings.ToLower(Tight(s))
	if open := strings.IndexAny(s, "([【"); open > 0 {
		s = s[:open]
	}
	return strings.Trim(s, "*:：、.。")
}

// HeaderWord is how two header cells are compared.
func HeaderWord(s string) string { return headerWord(s) }

// Check reports what is wrong with the import against the registers.
func (i *Import) Check(s *Schemas) []Finding {
	c := &checker{node: i.node}
	if !ValidID(i.Key) {
		c.add("register.key", text.Args{"Key": i.Key}, "import")
	}
	c.words(i.Name, "name")
	if !slices.Contains(rosterOthers, i.Kind) {
		c.add("import.kind", text.Args{"Kind": i.Kind}, "kind")
	}
	if _, ok := s.Get(i.Under); !ok {
		c.add("register.unknown_named", text.Args{"Register": i.Under, "Field": "under"}, "under")
	}
	for _, part := range rosterMakes {
		if _, ok := s.Get(i.Makes[part]); !ok {
			c.add("register.unknown_named", text.Args{"Register": i.Makes[part], "Field": part}, "makes", part)
		}
	}
	for n, key := range i.Complete {
		if _, ok := s.Get(key); !ok {
			c.add("register.unknown_named", text.Args{"Register": key, "Field": "complete"}, "complete", n)
		}
	}
	for _, key := range rosterMust {
		if _, ok := i.Column(key); !ok {
			c.add("import.column_missing", text.Args{"Column": key}, "columns")
		}
	}
	i.columns(c, s)
	slices.SortStableFunc(c.list, func(a, b Finding) int { return a.Place.Compare(b.Place) })
	return c.list
}

func (i *Import) columns(c *checker, s *Schemas) {
	owner := map[string]string{}
	seen := map[string]bool{}
	for n, col := range i.Columns {
		if !slices.Contains(rosterKnown, col.Key) || seen[col.Key] {
			c.add("import.column_key", text.Args{"Column": col.Key}, "columns", n, "key")
		}
		seen[col.Key] = true
		c.words(col.Label, "columns", n, "label")
		for _, word := range col.Headers() {
			if first, taken := owner[word]; taken {
				c.add("import.ambiguous", text.Args{"Word": word, "First": first, "Second": col.Key}, "columns", n)
			}
			owner[word] = col.Key
		}
		reg, key := col.Target()
		schema, ok := s.Get(reg)
		if !ok {
			c.add("register.unknown_named", text.Args{"Register": reg, "Field": col.Key}, "columns", n, "field")
			continue
		}
		f, ok := schema.Field(key)
		if !ok {
			c.add("register.field_unknown", text.Args{"Field": col.Field}, "columns", n, "field")
			continue
		}
		for _, cell := range []struct{ key, value string }{{"default", col.Default}, {"example", col.Example}} {
			if cell.value != "" && f.Type == Choice {
				if _, ok := f.option(cell.value); !ok {
					c.add("register.option_unknown", text.Args{"Field": col.Field, "Got": cell.value}, "columns", n, cell.key)
				}
			}
		}
	}
}

// Keys of the columns of a register's own sheet that are no fields.
const (
	SheetID     = "_id"
	SheetParent = "_parent"
)

// Sheet is the sheet of one register, as it is exported and read again: what a row is known by, where it lies, and a
// column for each field that is written. Shapes have files of their own.
func (s *Schema) Sheet() *Import {
	imp := &Import{Key: s.Key, Name: s.Name, Columns: []Column{{Key: SheetID, Label: text.Text{ZH: "记录编号", EN: "Row id"}}}}
	if s.Parent != "" {
		imp.Columns = append(imp.Columns, Column{Key: SheetParent, Label: text.Text{ZH: "上级记录", EN: "Lies in"}})
	}
	for _, f := range s.Fields {
		if f.Formula != "" || f.Type == Geometry {
			continue
		}
		imp.Columns = append(imp.Columns, Column{
			Key: f.Key, Label: f.Label, Synonyms: f.Synonyms, Hint: f.Hint, Field: s.Key + "." + f.Key, Required: f.Required && !f.Personal,
		})
	}
	return imp
}
