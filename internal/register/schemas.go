package register

import (
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/geo"
	"gongzhi/internal/source"
	"gongzhi/internal/text"
)

// Finding is something a declaration says wrongly. Its words stand under "check." + Code.
type Finding struct {
	Place source.Place
	Code  string
	Args  text.Args
}

// Schemas are the registers of one charter. They do not change once built.
type Schemas struct {
	list  []*Schema // as given
	byKey map[string]*Schema
	order []*Schema // parents before what lies in them; registers in a circle are left out
}

// NewSchemas puts schemas together. It accepts faulty ones: Check tells of them.
func NewSchemas(list ...*Schema) *Schemas {
	s := &Schemas{list: list, byKey: map[string]*Schema{}}
	for _, one := range list {
		if _, twice := s.byKey[one.Key]; !twice {
			s.byKey[one.Key] = one
		}
	}
	placed := map[string]bool{"": true}
	for range list {
		for _, one := range list {
			if !placed[one.Key] && placed[one.Parent] && s.byKey[one.Key] == one {
				placed[one.Key] = true
				s.order = append(s.order, one)
			}
		}
	}
	return s
}

// Get gives a schema by its key.
func (s *Schemas) Get(key string) (*Schema, bool) {
	one, ok := s.byKey[key]
	return one, ok
}

// All lists the schemas, parents before what lies in them.
func (s *Schemas) All() []*Schema { return s.order }

// FieldTypes gives the fields of a register with their types, as the check of steps wants them.
func (s *Schemas) FieldTypes(key string) (map[string]string, bool) {
	one, ok := s.byKey[key]
	if !ok {
		return nil, false
	}
	types := map[string]string{}
	for _, f := range one.Fields {
		types[f.Key] = string(f.Type)
	}
	return types, true
}

// Check reports everything that is wrong with the registers, each with its place.
func (s *Schemas) Check() []Finding {
	var c checker
	seen := map[string]bool{}
	for _, one := range s.list {
		c.node = one.node
		switch {
		case !ValidID(one.Key):
			c.add("register.key", text.Args{"Key": one.Key}, "register")
		case seen[one.Key]:
			c.add("register.twice", text.Args{"Register": one.Key}, "register")
		}
		seen[one.Key] = true
		c.words(one.Name, "name")
		c.parents(s, one)
		c.schema(s, one)
	}
	slices.SortStableFunc(c.list, func(a, b Finding) int { return a.Place.Compare(b.Place) })
	return c.list
}

type checker struct {
	node source.Node
	list []Finding
}

func (c *checker) add(code string, args text.Args, path ...any) {
	c.list = append(c.list, Finding{Place: c.node.At(path...), Code: code, Args: args})
}

func (c *checker) words(t text.Text, path ...any) {
	if t.ZH == "" || t.EN == "" {
		c.add("register.words", text.Args{"Key": path[len(path)-1]}, path...)
	}
}

// parents makes sure that the parent exists and that walking up ends. A circle is told at each of its registers.
func (c *checker) parents(s *Schemas, one *Schema) {
	if one.Parent == "" {
		return
	}
	if _, ok := s.byKey[one.Parent]; !ok {
		c.add("register.parent", text.Args{"Register": one.Key, "Parent": one.Parent}, "parent")
		return
	}
	way := []string{one.Key}
	for up := one.Parent; up != ""; {
		way = append(way, up)
		if up == one.Key {
			c.add("register.circle", text.Args{"Register": one.Key, "Way": way}, "parent")
			return
		}
		next, ok := s.byKey[up]
		if !ok || len(way) > len(s.list)+1 { // another circle, told at its own registers
			return
		}
		up = next.Parent
	}
}

func (c *checker) schema(s *Schemas, one *Schema) {
	seen := map[string]bool{}
	for i := range one.Fields {
		f := &one.Fields[i]
		if !ValidID(f.Key) || f.Key == parentName || seen[f.Key] {
			c.add("register.field_key", text.Args{"Field": f.Key}, "fields", i, "key")
		}
		seen[f.Key] = true
		c.field(s, one, f, i)
	}
	if len(one.Same) == 0 {
		c.add("register.same_none", text.Args{"Register": one.Key}, "same")
	}
	for i, key := range one.Same {
		if _, ok := one.Field(key); !ok {
			c.add("register.field_unknown", text.Args{"Field": key}, "same", i)
		}
	}
	for i, key := range one.Brief {
		if _, ok := one.Field(key); !ok {
			c.add("register.field_unknown", text.Args{"Field": key}, "brief", i)
		}
	}
	if one.Title == "" || !one.title.paired() {
		c.add("register.title", text.Args{"Title": one.Title}, "title")
	}
	for _, key := range one.title.fields() {
		if _, ok := one.Field(key); !ok {
			c.add("register.field_unknown", text.Args{"Field": key}, "title")
		}
	}
	if _, reach := one.ownName(nil); one.Open && reach != ToAll {
		c.add("register.open", text.Args{"Register": one.Key}, "open")
	}
	c.twins(one)
	c.period(one)
	c.seeds(s, one)
}

// twins makes sure that rows can be compared by their blind indexes alone.
func (c *checker) twins(one *Schema) {
	fits := func(key string) bool { f, ok := one.Field(key); return ok && f.Lookup }
	for i, set := range one.Twins.Propose {
		for j, key := range set {
			if !fits(key) {
				c.add("register.twins", text.Args{"Field": key}, "twins", "propose", i, j)
			}
		}
	}
	for i, key := range one.Twins.Never {
		if !fits(key) {
			c.add("register.twins", text.Args{"Field": key}, "twins", "never", i)
		}
	}
}

// period makes sure that both ends are dates of the register.
func (c *checker) period(one *Schema) {
	if one.Period == (Period{}) {
		return
	}
	for end, key := range map[string]string{"from": one.Period.From, "until": one.Period.Until} {
		if f, ok := one.Field(key); !ok || f.Type != Date || f.Personal {
			c.add("register.period", text.Args{"Register": one.Key, "Field": key}, "period", end)
		}
	}
}

func (c *checker) field(s *Schemas, one *Schema, f *Field, i int) {
	at := func(code, key string, args text.Args) {
		args["Field"] = f.Key
		c.add(code, args, "fields", i, key)
	}
	c.words(f.Label, "fields", i, "label")
	if !slices.Contains(Types, f.Type) {
		at("register.field_type", "type", text.Args{"Type": string(f.Type)})
	}
	if wants := f.Type == Choice || f.Type == Many; wants != (len(f.Options) > 0) {
		at("register.field_options", "options", text.Args{})
	}
	c.options(f, i)
	c.formula(one, f, i)
	if wants := f.Type == OneRow || f.Type == Rows; wants != (len(f.Registers) > 0) {
		at("register.field_registers", "registers", text.Args{})
	}
	for _, key := range f.Registers {
		if _, ok := s.byKey[key]; !ok {
			at("register.unknown_named", "registers", text.Args{"Register": key})
		}
	}
	for _, kind := range f.Shapes {
		if f.Type != Geometry || !slices.Contains(geo.Kinds, kind) {
			at("register.shapes", "shapes", text.Args{"Shape": kind})
		}
	}
	if f.Pattern != "" && f.pattern == nil || f.Pattern != "" && f.Type != Line && f.Type != Division {
		at("register.pattern", "pattern", text.Args{"Pattern": f.Pattern})
	}
	if f.Min != "" && f.min == nil {
		at("register.bound", "min", text.Args{"Bound": f.Min})
	}
	if f.Max != "" && f.max == nil || f.min != nil && f.max != nil && *f.max < *f.min {
		at("register.bound", "max", text.Args{"Bound": f.Max})
	}
	switch f.Audience {
	case Public:
		if f.Personal || f.Type == Phone || f.Type == IDNumber {
			at("register.personal_public", "audience", text.Args{})
		}
	case Staff, Self:
	default:
		at("register.audience", "audience", text.Args{})
	}
	if f.Lookup && !f.Personal || f.Personal && !sealable(f.Type) {
		at("register.personal_type", "type", text.Args{"Type": string(f.Type)})
	}
}

// formula makes sure that a computed field can be computed, and asks for nothing that only a written one has.
func (c *checker) formula(one *Schema, f *Field, i int) {
	switch {
	case f.Formula == "":
	case f.Type != Count && f.Type != Area && f.Type != Money && f.Type != Yes:
		c.add("register.formula_type", text.Args{"Field": f.Key, "Type": string(f.Type)}, "fields", i, "type")
	case f.Required || f.Personal || f.Lookup || f.Min != "" || f.Max != "":
		c.add("register.formula_written", text.Args{"Field": f.Key}, "fields", i, "formula")
	case f.faulty != nil:
		c.add("register.formula", text.Args{"Field": f.Key, "Formula": f.Formula, "Why": f.faulty.Why}, "fields", i, "formula")
	default: // what is computed tells of what it is computed from
		for _, name := range f.program.Names() {
			if from, ok := one.Field(name); ok && wider(f.Audience, from.Audience) {
				c.add("register.formula_audience", text.Args{"Field": f.Key, "From": name}, "fields", i, "audience")
			}
		}
	}
}

// wider tells whether more people read for one audience than for another.
func wider(a, b Audience) bool {
	order := []Audience{Public, Staff, Self}
	return slices.Index(order, a) < slices.Index(order, b)
}

// sealable tells whether a personal field may be of this type: texts and dates, the forms in which people are told.
func sealable(t Type) bool {
	return slices.Contains([]Type{Line, Text, Date, Phone, IDNumber, USCC, Choice, Place}, t)
}

// options finds words that two options of one field share, so that nobody could tell which was meant.
func (c *checker) options(f *Field, i int) {
	owner := map[string]string{}
	for j, o := range f.Options {
		c.words(o.Label, "fields", i, "options", j, "label")
		for _, word := range append([]string{o.Value, o.Label.ZH, o.Label.EN}, o.Synonyms...) {
			word = headerWord(word)
			if first, taken := owner[word]; taken && first != o.Value {
				c.add("register.option_ambiguous", text.Args{"Field": f.Key, "Word": word, "First": first, "Second": o.Value},
					"fields", i, "options", j)
			}
			owner[word] = o.Value
		}
	}
}

// seeds makes sure that the rows a charter brings can be written, each beside the others and into registers that are empty yet.
func (c *checker) seeds(s *Schemas, one *Schema) {
	seen, same := map[string]bool{}, map[string]string{}
	for i, seed := range one.Seed {
		if !ValidID(seed.ID) || seen[seed.ID] {
			c.add("register.seed_id", text.Args{"ID": seed.ID}, "rows", i, "id")
		}
		seen[seed.ID] = true
		if (seed.Parent == "") != (one.Parent == "") {
			c.add("register.seed_parent", text.Args{"ID": seed.ID}, "rows", i)
		}
		// Seeds are known when the charter is written, so no date of theirs can be compared with a day of entry.
		values, faults := one.Parse(seed.Values, calendar.MustDate("9999-12-31"))
		for _, f := range faults {
			c.add("register.seed_value", text.Args{"ID": seed.ID, "Field": f.Name, "Why": text.Words{Key: f.Code, Args: f.Args}},
				"rows", i, "values", f.Name)
		}
		c.seedRows(s, one, i, values)
		if len(faults) > 0 {
			continue
		}
		what := one.Sameness(act.RowID{Register: one.Parent, ID: seed.Parent}, values)
		if other, taken := same[what]; taken {
			c.add("register.seed_same", text.Args{"ID": seed.ID, "Other": other}, "rows", i)
		} else {
			same[what] = seed.ID
		}
	}
}

// seedRows makes sure that whatever rows one names the charter brings too: there are no others when it is written.
func (c *checker) seedRows(s *Schemas, one *Schema, i int, values map[string]any) {
	for j := range one.Fields {
		f := &one.Fields[j]
		named, _ := values[f.Key].([]string)
		if name, ok := values[f.Key].(string); ok {
			named = []string{name}
		}
		if f.Type != OneRow && f.Type != Rows {
			continue
		}
		for _, name := range named {
			id, _ := ParseRowID(name)
			in, ok := s.Get(id.Register)
			if !ok || !slices.ContainsFunc(in.Seed, func(x Seed) bool { return x.ID == id.ID }) {
				c.add("register.seed_row", text.Args{"ID": one.Seed[i].ID, "Field": f.Key, "Row": name}, "rows", i, "values", f.Key)
			}
		}
	}
}

// Entry is a row to be written: the values of some of its fields. A field that is absent stays as it is, one that is
// nil is emptied.
type Entry struct {
	ID     act.RowID
	Parent act.RowID
	Values map[string]any
	// Defaults fill fields that the row does not have yet: what a sheet without the column means for a new row must
	// not undo what somebody wrote into an old one.
	Defaults map[string]any
	After    int64 // the version that the writer saw; 0 where that does not matter
	Row      int   // of the sheet it came from, as the person sees it; 0 where there was none
}

// Seeds are the rows the charter brings, parents first. Call it on schemas that Check found nothing wrong with.
func (s *Schemas) Seeds(on calendar.Date) []Entry {
	var all []Entry
	for _, one := range s.order {
		for _, seed := range one.Seed {
			values, _ := one.Parse(seed.Values, on)
			e := Entry{ID: act.RowID{Register: one.Key, ID: seed.ID}, Values: values}
			if seed.Parent != "" {
				e.Parent = act.RowID{Register: one.Parent, ID: seed.Parent}
			}
			all = append(all, e)
		}
	}
	return all
}

// Parse reads a whole row as people write it and gives its typed values, or a fault for each field that is wrong:
// those that cannot be read, required ones that are missing, and names that are no fields.
func (s *Schema) Parse(in map[string]string, on calendar.Date) (map[string]any, []fault.Field) {
	var bad []fault.Field
	values := map[string]any{}
	for i := range s.Fields {
		f := &s.Fields[i]
		if f.Formula != "" {
			continue
		}
		v, why := f.Parse(in[f.Key], on)
		if why != nil {
			bad = append(bad, fault.Field{Name: f.Key, Code: why.Key(), Args: why.Args})
		} else if v != nil {
			values[f.Key] = v
		}
	}
	return values, append(append(bad, s.backwards(values)...), s.unknown(keysOf(in))...)
}

// CheckValues makes sure that typed values are what the schema declares, whoever made them.
func (s *Schema) CheckValues(values map[string]any) []fault.Field {
	var bad []fault.Field
	for i := range s.Fields {
		f := &s.Fields[i]
		v, given := values[f.Key]
		if !given || v == nil {
			if f.Required {
				bad = append(bad, fault.Field{Name: f.Key, Code: "register.value.required"})
			}
			continue
		}
		if !f.holds(v) {
			bad = append(bad, fault.Field{Name: f.Key, Code: "register.value.type", Args: fault.Args{"Type": string(f.Type)}})
		}
	}
	return append(append(bad, s.backwards(values)...), s.unknown(keysOf(values))...)
}

// Holds tells whether a row holds on a day by its own period; a row of a register without periods always does.
func (s *Schema) Holds(r Row, on calendar.Date) bool {
	from, until, day := r.Text(s.Period.From), r.Text(s.Period.Until), on.String()
	return (from == "" || from <= day) && (until == "" || day <= until)
}

// backwards finds a period that ends before it begins.
func (s *Schema) backwards(values map[string]any) []fault.Field {
	from, _ := values[s.Period.From].(string)
	until, _ := values[s.Period.Until].(string)
	if from == "" || until == "" || from <= until {
		return nil
	}
	return []fault.Field{{Name: s.Period.Until, Code: "register.value.period", Args: fault.Args{"From": from, "Until": until}}}
}

func (f *Field) holds(v any) bool {
	switch v := v.(type) {
	case string:
		switch f.Type {
		case Choice:
			return slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == v })
		case OneRow:
			id, ok := ParseRowID(v)
			return ok && slices.Contains(f.Registers, id.Register)
		case Date:
			_, err := calendar.ParseDate(v)
			return err == nil
		case Line, Text, Phone, IDNumber, USCC, Division, Place:
			return true
		case Geometry:
			return !Shape(v).IsZero()
		case Many, Yes, Count, Area, Money, Rows:
		}
		return false
	case int64:
		return f.Type == Count || f.Type == Area || f.Type == Money
	case bool:
		return f.Type == Yes
	case []string:
		if f.Type == Rows {
			return !slices.ContainsFunc(v, func(one string) bool {
				id, ok := ParseRowID(one)
				return !ok || !slices.Contains(f.Registers, id.Register)
			})
		}
		return f.Type == Many
	}
	return false
}

func (s *Schema) unknown(keys []string) (bad []fault.Field) {
	for _, key := range keys {
		if f, ok := s.Field(key); !ok || f.Formula != "" {
			bad = append(bad, fault.Field{Name: key, Code: "register.value.unknown"})
		}
	}
	return bad
}

func keysOf[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
