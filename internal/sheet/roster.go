package sheet

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/exact"
	"gongzhi/internal/fault"
	"gongzhi/internal/register"
	"gongzhi/internal/text"
)

// Fault is one cell that has to change, or, as a warning, one that somebody should look at.
type Fault struct {
	Row    int    // as the person sees it
	Column string // the header of the sheet; empty for a fault of the whole row
	Key    string // the column of the import
	Value  string // what stands there
	Code   string // key of its words
	Args   fault.Args
}

// Words say what is wrong and what to do.
func (f Fault) Words() text.Words { return text.Words{Key: f.Code, Args: f.Args} }

// Input is what a roster is read for.
type Input struct {
	Schemas  *register.Schemas
	Compound act.RowID
	On       calendar.Date
	// Name turns what tells one person or firm from others into an id that gives nothing of it away; the same parts
	// always give the same id. book.Book has it.
	Name func(parts ...string) string
	// Progress, where it is not nil, is told how many rows have been read of how many.
	Progress func(done, total int)
}

// Roster is what a sheet of rooms and owners says.
type Roster struct {
	Entries  []register.Entry // buildings, parts, people, firms; complete only where there are no faults
	Faults   []Fault          // by row; while there is one, nothing may be written
	Warnings []Fault
	Rooms    int
	People   int
	Area     exact.Area
}

// ReadRoster reads a roster: one room a row.
//
// Rooms are known by building, staircase and room number; people by their document's number, or else by name and
// telephone, or else by name within the compound, which leaves them to be confirmed. Rooms not yet sold belong to the
// builder. The same sheet gives the same ids every time. People are never merged on a guess: where two rows may mean
// one person, both stand, with a warning.
func ReadRoster(f Found, in Input) Roster {
	r := reader{
		in: in, found: f, header: f.headerCells(), makes: f.Import.Makes, fields: map[string]*register.Field{},
		rooms: map[string]*room{}, buildings: map[string]register.Entry{}, units: map[string]register.Entry{},
	}
	for _, c := range f.Import.Columns {
		reg, key := c.Target()
		if s, ok := in.Schemas.Get(reg); ok {
			if field, ok := s.Field(key); ok {
				r.fields[c.Key] = field
			}
		}
	}
	for n, row := range f.body {
		if in.Progress != nil {
			in.Progress(n, len(f.body))
		}
		if !r.aside(row) {
			r.room(row)
		}
	}
	r.builders()
	r.people()
	r.finish()
	return r.out
}

type reader struct {
	in        Input
	found     Found
	header    Row
	makes     map[string]string
	fields    map[string]*register.Field // by column
	order     []*room
	rooms     map[string]*room // by id
	buildings map[string]register.Entry
	units     map[string]register.Entry // by id
	mentions  []*mention
	out       Roster
}

// room is one row while it is read.
type room struct {
	row      Row
	entry    register.Entry
	state    string
	builder  string // id of the firm
	wants    bool   // a builder, which the row does not name
	mentions []*mention
	firms    []string
}

// mention is a person as one cell names them.
type mention struct {
	row         Row
	name        string
	idNumber    string
	phone       string
	id          string // once it is known who it is
	group       *mention
	needsReview bool // a name and nothing else
	faulty      bool // the number or the telephone could not be read
}

func (r *reader) raw(row Row, column string) string {
	if at, ok := r.found.Columns[column]; ok {
		return row.cell(at)
	}
	return ""
}

func (r *reader) has(column string) bool {
	_, ok := r.found.Columns[column]
	return ok
}

func (r *reader) report(list *[]Fault, row Row, column, code string, args fault.Args) {
	f := Fault{Row: row.N, Key: column, Code: code, Args: args}
	if at, ok := r.found.Columns[column]; ok {
		f.Column, f.Value = r.header.cell(at), row.cell(at)
	}
	*list = append(*list, f)
}

func (r *reader) fault(row Row, column, code string, args fault.Args) {
	r.report(&r.out.Faults, row, column, "sheet.row."+code, args)
}

func (r *reader) warn(row Row, column, code string, args fault.Args) {
	r.report(&r.out.Warnings, row, column, "sheet.row."+code, args)
}

// aside tells whether a row is none of a room: the header once more, or a total or a signature at the foot. That it is
// left out is said, since a room must not vanish behind a word.
func (r *reader) aside(row Row) bool {
	if slices.Equal(row.Cells, r.header.Cells) {
		r.warn(row, "", "header_again", nil)
		return true
	}
	if r.raw(row, "room") != "" || r.raw(row, "area") != "" && r.raw(row, "owner") != "" {
		return false
	}
	first := register.Tight(slices.Concat(nonBlank(row.Cells), []string{""})[0])
	for _, word := range []string{"合计", "总计", "小计", "共计", "制表", "填表", "审核", "说明", "注:", "备注"} {
		if strings.HasPrefix(first, word) {
			r.warn(row, "", "foot", fault.Args{"Text": first})
			return true
		}
	}
	return false
}

// value reads one cell by its field; ok is false after a fault. A blank cell means the column's default.
func (r *reader) value(row Row, column string) (v any, ok bool) {
	field, known := r.fields[column]
	if !known {
		return nil, true
	}
	cell := r.raw(row, column)
	if cell == "" {
		c, _ := r.found.Import.Column(column)
		cell = c.Default
	}
	if field.Type == register.Area || field.Type == register.Money {
		cell = tidyDecimal(cell)
	}
	return r.parse(row, column, field, cell)
}

func (r *reader) parse(row Row, column string, field *register.Field, cell string) (any, bool) {
	v, why := field.Parse(cell, r.in.On)
	if why != nil {
		r.report(&r.out.Faults, row, column, why.Key(), why.Args)
		return nil, false
	}
	return v, true
}

func (r *reader) room(row Row) {
	number, okB := r.building(row)
	unit, okU := r.name(row, "unit", unitName)
	no, okR := r.name(row, "room", roomName)
	entry := register.Entry{Row: row.N, Values: map[string]any{}, Defaults: map[string]any{}}
	for _, column := range []string{"area", "area_source", "kind", "state", "note"} {
		v, ok := r.value(row, column)
		_, field := mustColumn(r.found.Import, column).Target()
		switch {
		case !ok || field == "":
		case r.has(column):
			entry.Values[field] = v
		case v != nil:
			entry.Defaults[field] = v
		}
	}
	if !okB || !okU || !okR {
		return
	}
	buildingID := r.in.Compound.ID + "-" + slug(number)
	entry.ID = act.RowID{Register: r.makes["part"], ID: buildingID + "-" + cmp.Or(slug(unit), "0") + "-" + slug(no)}
	entry.Parent = act.RowID{Register: r.makes["building"], ID: buildingID}
	if unit != "" || r.has("unit") {
		entry.Values["unit"] = orNil(unit)
	}
	entry.Values["room"] = no
	if _, ok := r.buildings[buildingID]; !ok {
		r.buildings[buildingID] = register.Entry{
			ID: entry.Parent, Parent: r.in.Compound, Row: row.N, Values: map[string]any{"number": number},
		}
	}
	one := &room{row: row, entry: entry, state: stateOf(entry)}
	if first, twice := r.rooms[entry.ID.ID]; twice {
		// Which of the two is right only the person knows, so both have the fault.
		r.fault(first.row, "room", "room_twice", fault.Args{"Other": row.N})
		r.fault(row, "room", "room_twice", fault.Args{"Other": first.row.N})
	} else {
		r.rooms[entry.ID.ID] = one
		r.order = append(r.order, one)
	}
	r.owners(one)
}

func mustColumn(imp *register.Import, key string) register.Column {
	c, _ := imp.Column(key)
	return c
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func stateOf(e register.Entry) string {
	if s, ok := e.Values["state"].(string); ok {
		return s
	}
	s, _ := e.Defaults["state"].(string)
	return s
}

func (r *reader) building(row Row) (string, bool) {
	cell := buildingName(r.raw(row, "building"))
	if cell == "" {
		r.fault(row, "building", "building_blank", nil)
		return "", false
	}
	v, ok := r.parse(row, "building", r.fields["building"], cell)
	name, _ := v.(string)
	return name, ok
}

func (r *reader) name(row Row, column string, plain func(string) string) (string, bool) {
	field, known := r.fields[column]
	if !known {
		return "", true
	}
	v, ok := r.parse(row, column, field, plain(r.raw(row, column)))
	name, _ := v.(string)
	return name, ok
}

// finish puts entries and faults in order and adds up.
func (r *reader) finish() {
	for _, id := range slices.Sorted(maps.Keys(r.buildings)) {
		r.out.Entries = append(r.out.Entries, r.buildings[id])
	}
	for _, id := range slices.Sorted(maps.Keys(r.units)) {
		r.out.Entries = append(r.out.Entries, r.units[id])
	}
	r.out.Entries = append(r.out.Entries, r.persons()...)
	for _, one := range r.order {
		owners := make([]string, 0, len(one.mentions)+len(one.firms))
		for _, m := range one.mentions {
			owners = append(owners, act.RowID{Register: r.makes["person"], ID: m.id}.String())
		}
		for _, id := range one.firms {
			owners = append(owners, act.RowID{Register: r.makes["unit"], ID: id}.String())
		}
		slices.Sort(owners)
		one.entry.Values["owners"] = slices.Compact(owners)
		one.entry.Values["builder"] = nil
		if one.builder != "" {
			one.entry.Values["builder"] = act.RowID{Register: r.makes["unit"], ID: one.builder}.String()
		}
		r.out.Entries = append(r.out.Entries, one.entry)
		if area, ok := one.entry.Values["area"].(int64); ok {
			if sum, ok := r.out.Area.Plus(exact.Area(area)); ok {
				r.out.Area = sum
			} else {
				r.fault(one.row, "area", "area_sum", nil)
			}
		}
	}
	r.out.Rooms = len(r.order)
	if r.out.Rooms == 0 && len(r.out.Faults) == 0 {
		r.report(&r.out.Faults, r.header, "", "sheet.row.no_rooms", nil)
	}
	byRow := func(a, b Fault) int { return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Key, b.Key)) }
	slices.SortStableFunc(r.out.Faults, byRow)
	slices.SortStableFunc(r.out.Warnings, byRow)
}

// Refusal refuses a sheet that has faults, with a field for each; nil when it may be written.
func Refusal(faults []Fault, basis fault.Basis) error {
	if len(faults) == 0 {
		return nil
	}
	fields := make([]fault.Field, len(faults))
	for i, f := range faults {
		fields[i] = fault.Field{Name: f.Key, Row: f.Row, Code: f.Code, Args: f.Args}
	}
	return &fault.Refusal{Kind: fault.Invalid, Code: "sheet.faults", Basis: basis, Args: fault.Args{"N": len(fields)}, Fields: fields}
}

// Set is what to hand to package book: the rows, below the compound, and which registers the sheet lists whole.
func (r Roster) Set(f Found, in Input) book.Set {
	return book.Set{Entries: r.Entries, Under: in.Compound, Complete: f.Import.Complete, On: in.On}
}
