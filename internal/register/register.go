// Package register is the typed tables a charter declares: what a row holds, what makes two rows the same, who may
// read a field, and how a sheet of a subdistrict maps to them.
//
// In: the files registers/*.yaml and imports/*.yaml, and values as people write them. Out: schemas that have been
// checked together, typed values, and faults coded by field. It keeps no rows: package book does. It reads no clock;
// where a date matters (nobody is born tomorrow) it is an argument.
package register

import (
	"regexp"

	"gongzhi/internal/expr"
	"gongzhi/internal/source"
	"gongzhi/internal/text"
)

// Type of a field's value.
type Type string

const (
	Line     Type = "line"      // one line, 200 characters; kept as string
	Text     Type = "text"      // paragraphs, 4,000 characters; string
	Choice   Type = "choice"    // one of Options; string, the option's value
	Many     Type = "many"      // some of Options; []string, sorted
	Yes      Type = "yes"       // bool
	Count    Type = "count"     // a whole number, zero or more; int64
	Area     Type = "area"      // 0.01 m²; int64
	Money    Type = "money"     // fen; int64
	Date     Type = "date"      // string "2006-01-02"
	Phone    Type = "phone"     // string without blanks and country code
	IDNumber Type = "id_number" // resident identity number (GB 11643) or another document's; string
	USCC     Type = "uscc"      // unified social credit code (GB 32100); string
	Division Type = "division"  // division code of 6, 9 or 12 digits (GB/T 2260, GB/T 10114); string
	Place    Type = "address"   // standard address (GB/T 23705); string, see [ParseAddress] for its parts
	OneRow   Type = "row"       // another row; string "register/id"
	Rows     Type = "rows"      // several rows; []string, sorted
	Geometry Type = "geometry"  // a shape on the ground; string, the one spelling of [geo.Shape]
)

// Types lists every type a charter may write.
var Types = []Type{
	Line, Text, Choice, Many, Yes, Count, Area, Money, Date, Phone, IDNumber, USCC, Division, Place, OneRow, Rows, Geometry,
}

// Audience is who may read a field. There is no default.
type Audience string

const (
	Public Audience = "public" // anyone
	Staff  Audience = "staff"  // those with a mandate over the row
	Self   Audience = "self"   // the person the row is about, and those whose task needs it
)

// Schema is one register as its file declares it.
type Schema struct {
	Key    string    `yaml:"register"`
	Name   text.Text `yaml:"name"`
	Parent string    `yaml:"parent,omitempty"` // the register its rows lie in; empty at the top
	Same   []string  `yaml:"same"`             // fields that tell one row from another below the same parent
	Title  string    `yaml:"title"`            // how a row is called: "{parent}[{unit}单元]{room}"
	Brief  []string  `yaml:"brief,omitempty"`  // what is said beside the name where there is room for a few words: public fields only
	Basis  string    `yaml:"basis,omitempty"`
	Open   bool      `yaml:"open,omitempty"`   // each row has a page for anyone, who may search for it
	Period Period    `yaml:"period,omitempty"` // what holds for a time says so in two of its fields
	Twins  Twins     `yaml:"twins,omitempty"`  // which rows may be one thing and are to be looked at
	Fields []Field   `yaml:"fields"`
	Seed   []Seed    `yaml:"rows,omitempty"` // rows that the charter itself brings

	node     source.Node
	title    title
	at       map[string]int
	measures bool // a formula uses the area of a shape
}

// Twins says when two rows of one place may be the same person or thing. They are shown to somebody who decides; nothing
// is merged by itself.
type Twins struct {
	// Propose lists sets of personal fields declared for look-up, the strongest evidence first: rows that are equal in all of
	// one set are proposed.
	Propose [][]string `yaml:"propose"`
	// Never are fields of which one thing has only one: rows that both have it and differ in it are two.
	Never []string `yaml:"never,omitempty"`
}

// Period names the date fields between which a row holds: a membership, a term of office, an award. The day Until is
// the last on which it does; a row without one holds still.
type Period struct {
	From  string `yaml:"from"`
	Until string `yaml:"until"`
}

// Field is one column of a register.
type Field struct {
	Key       string    `yaml:"key"`
	Label     text.Text `yaml:"label"`
	Synonyms  []string  `yaml:"synonyms,omitempty"` // other words that head this column in sheets people keep
	Hint      text.Text `yaml:"hint,omitempty"`
	Type      Type      `yaml:"type"`
	Unit      text.Text `yaml:"unit,omitempty"` // what is counted: 户, 栋, 年; may follow the number
	Options   []Option  `yaml:"options,omitempty"`
	Registers []string  `yaml:"registers,omitempty"` // that row and rows may name
	Required  bool      `yaml:"required,omitempty"`
	Min       string    `yaml:"min,omitempty"`     // least quantity, as people write it
	Max       string    `yaml:"max,omitempty"`     // greatest
	Shapes    []string  `yaml:"shapes,omitempty"`  // kinds of shapes a geometry may be: point, line, polygon
	Pattern   string    `yaml:"pattern,omitempty"` // RE2 over the whole value of a line or a division code
	Audience  Audience  `yaml:"audience"`
	Personal  bool      `yaml:"personal,omitempty"` // tells of a person: encrypted at rest, never public
	Lookup    bool      `yaml:"lookup,omitempty"`   // personal, but a row may be found by its exact value
	Assumed   bool      `yaml:"assumed,omitempty"`  // a default nobody has confirmed; shown with its badge
	Formula   string    `yaml:"formula,omitempty"`  // CEL over the other fields; the value is computed, never written

	program  *expr.Program
	faulty   *expr.Fault // why Formula cannot be computed
	min, max *int64
	pattern  *regexp.Regexp
}

// Option is one possible value of a choice, with the other words people write for it.
type Option struct {
	Value    string    `yaml:"value"`
	Label    text.Text `yaml:"label"`
	Synonyms []string  `yaml:"synonyms,omitempty"`
	Assumed  bool      `yaml:"assumed,omitempty"` // a default nobody has confirmed; shown with its badge
}

// Seed is a row that a charter brings with it, written as people write values.
type Seed struct {
	ID     string            `yaml:"id"`
	Parent string            `yaml:"parent,omitempty"` // id in the parent register
	Values map[string]string `yaml:"values"`
}

// Decode reads one file of registers/. A schema with faults is still returned, for the findings of Check.
func Decode(n source.Node) (*Schema, []source.Fault) {
	s := &Schema{node: n, at: map[string]int{}}
	faults := n.Decode(s)
	s.title = parseTitle(s.Title)
	for i := range s.Fields {
		f := &s.Fields[i]
		if _, twice := s.at[f.Key]; !twice {
			s.at[f.Key] = i
		}
		if f.Pattern != "" {
			f.pattern, _ = regexp.Compile(`^(?:` + f.Pattern + `)$`) // Check reports it
		}
		f.min, f.max = f.bound(f.Min), f.bound(f.Max)
	}
	s.compile()
	return s, faults
}

// Field gives a field by its key.
func (s *Schema) Field(key string) (*Field, bool) {
	i, ok := s.at[key]
	if !ok {
		return nil, false
	}
	return &s.Fields[i], true
}

// Personal tells whether the name of a row tells of a person, so that it must be masked.
func (s *Schema) Personal() bool {
	for _, key := range s.title.fields() {
		if f, ok := s.Field(key); ok && f.Personal {
			return true
		}
	}
	return false
}

// bound reads Min or Max as a value of the field's type; nil where there is none, or none that can be read.
func (f *Field) bound(s string) *int64 {
	if s == "" {
		return nil
	}
	n, _, ok := f.quantity(s)
	if !ok {
		return nil
	}
	return &n
}
