package web

import (
	"context"
	"io"
	"net/url"
	"slices"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/attachment"
	"gongzhi/internal/book"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/sheet"
	"gongzhi/internal/text"
)

// The kinds of sheets, as they stand in addresses.
const (
	sheetKind  = "sheet"  // of one register
	rosterKind = "roster" // declared in imports/
	shapesKind = "shapes" // the places of one register's rows, as GeoJSON
)

var tables = []string{attachment.Spreadsheet, "text/csv"}

// sheetIntake is the sheet of one register.
type sheetIntake struct {
	s      *Site
	schema *register.Schema
}

func (i sheetIntake) kind() string               { return sheetKind }
func (i sheetIntake) takes() []string            { return tables }
func (i sheetIntake) declared() *register.Import { return i.schema.Sheet() }
func (i sheetIntake) clause() string             { return "registers/" + i.schema.Key + ".yaml" }

func (i sheetIntake) fields(ctx context.Context, rd *reader, given url.Values) (list []page.Field, err error) {
	places, err := i.places(ctx, rd)
	if err != nil {
		return nil, err
	}
	if len(places) > 0 {
		list = append(list, page.Field{Name: queryUnder, Label: text.Key("lists.scope"), Input: page.Select, Options: places, Value: given.Get(queryUnder)})
	}
	return append(list, page.Field{
		Name: nameWhole, Label: text.Key("lists.whole"), Hint: text.Key("lists.whole_hint"), Input: page.Choice, Value: given.Get(nameWhole),
		Options: []page.Option{{Value: "", Words: text.Key("web.no")}, {Value: wholeYes, Words: text.Key("web.yes")}},
	}), nil
}

// places are those a sheet may be about: where the reader keeps registers, and the whole subdistrict where they keep all
// of it.
func (i sheetIntake) places(ctx context.Context, rd *reader) (out []page.Option, err error) {
	in := i.s.rules(ctx, i.s.Store.Read())
	roles := i.s.charter().Roles
	for _, m := range rd.mandates {
		if role := roles[m.Role]; !role.Desk || !role.Books || role.Own {
			continue
		}
		o := page.Option{Words: text.Key("lists.everywhere")}
		if !m.Scope.IsZero() {
			row, ok, err := in.Row(m.Scope, i.s.today())
			if err != nil {
				return nil, err
			}
			if !ok || i.schema.Parent == "" {
				continue
			}
			o = page.Option{Value: m.Scope.String(), Words: text.Plain(row.Name)}
		}
		if !slices.ContainsFunc(out, func(p page.Option) bool { return p.Value == o.Value }) {
			out = append(out, o)
		}
	}
	return out, nil
}

func (i sheetIntake) place(ctx context.Context, rd *reader, given url.Values) (at importing, err error) {
	at.whole = given.Get(nameWhole) == wholeYes
	if under := given.Get(queryUnder); under != "" {
		if at, err = i.s.placeNamed(ctx, rd, under, at); err != nil {
			return at, err
		}
	}
	if at.whole && at.under.IsZero() {
		return at, fault.Refuse(fault.Invalid, "lists.whole_where", fault.Basis{Clause: i.clause()}, nil)
	}
	at.by, err = i.s.mandateOver(ctx, rd, i.schema.Key, at.under)
	return at, err
}

// placeNamed finds the row that a sheet is about.
func (s *Site) placeNamed(ctx context.Context, rd *reader, under string, at importing) (importing, error) {
	id, ok := register.ParseRowID(under)
	if !ok {
		return at, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	}
	row, ok, err := s.registers(ctx, s.Store.Read(), rd).Row(id, s.today())
	if err == nil && !ok {
		err = fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	}
	at.under, at.name = id, row.Name
	return at, err
}

// table finds the table of a sheet in its file.
func table(ctx context.Context, file *attachment.Stored, imp *register.Import) (sheet.Found, error) {
	tables, err := sheet.Read(ctx, file, file.Size)
	if err != nil {
		return sheet.Found{}, err
	}
	return sheet.Find(tables, imp)
}

func (i sheetIntake) read(ctx context.Context, at importing, file *attachment.Stored, j *job) (reading, error) {
	found, err := table(ctx, file, i.declared())
	if err != nil {
		return reading{}, err
	}
	in := i.s.rules(ctx, i.s.Store.Read())
	on := i.s.today()
	rows, err := sheet.ReadRows(found, sheet.TableInput{
		Schema: i.schema, On: on, Under: at.under, Progress: j.counting(stageRows),
		Row: func(id act.RowID) (register.Row, bool, error) { return in.Row(id, on) },
		Same: func(parent act.RowID, values map[string]any) (act.RowID, bool, error) {
			return in.Same(i.schema, parent, values)
		},
		Named: func(registers []string, name string) ([]act.RowID, error) { return in.Named(registers, name, on) },
		New:   func(parts ...string) string { return i.s.Book.Pseudonym(i.s.Ledger.Tenant(), parts...) },
	})
	if err != nil {
		return reading{}, err
	}
	said := reading{found: found, lead: text.Key("lists.read", "N", len(rows.Entries)), faults: rows.Faults, set: book.Set{Entries: rows.Entries, On: on}}
	said.faults = append(said.faults, i.outside(in, at, rows.Entries)...)
	if at.whole {
		said.set.Under, said.set.Complete = at.under, []string{i.schema.Key}
	}
	return said, nil
}

// outside makes a fault of every row that lies beyond the place the sheet is about: nobody writes where they have no
// mandate by naming it in a cell.
func (i sheetIntake) outside(in *book.Reader, at importing, entries []register.Entry) (faults []sheet.Fault) {
	if at.under.IsZero() {
		return nil
	}
	within := map[act.RowID]bool{}
	for _, e := range entries {
		lies, known := within[e.Parent]
		if !known {
			lies = in.Covers(at.under, e.Parent, i.s.today())
			within[e.Parent] = lies
		}
		if !lies {
			faults = append(faults, sheet.Fault{Row: e.Row, Key: register.SheetParent, Code: "lists.outside"})
		}
	}
	return faults
}

func (i sheetIntake) template(w io.Writer, rd *reader) error {
	return sheet.WriteTemplate(w, i.declared(), i.s.charter().Registers, rd.lang, func(w text.Words) string { return i.s.say(rd, w) })
}

// rosterIntake is a roster of rooms and owners as the charter declares it.
type rosterIntake struct {
	s   *Site
	imp *register.Import
}

func (i rosterIntake) kind() string               { return rosterKind }
func (i rosterIntake) takes() []string            { return tables }
func (i rosterIntake) declared() *register.Import { return i.imp }
func (i rosterIntake) clause() string             { return "imports/" + i.imp.Key + ".yaml" }

func (i rosterIntake) fields(ctx context.Context, rd *reader, given url.Values) ([]page.Field, error) {
	sch, err := i.s.schema(i.imp.Under)
	if err != nil {
		return nil, err
	}
	choose, err := i.picker(ctx, rd).field(page.Field{Name: queryUnder, Label: sch.Name.Words(), Required: true}, given.Get(queryUnder), given.Get(queryUnder+page.PickText))
	return []page.Field{choose}, err
}

func (i rosterIntake) picker(ctx context.Context, rd *reader) picker {
	return i.s.picker(i.s.registers(ctx, i.s.Store.Read(), rd), rd, []string{i.imp.Under})
}

func (i rosterIntake) place(ctx context.Context, rd *reader, given url.Values) (at importing, err error) {
	var bad fault.Fields
	under, _, err := i.picker(ctx, rd).chosen(queryUnder, given.Get(queryUnder), strings.TrimSpace(given.Get(queryUnder+page.PickText)), &bad)
	if err != nil {
		return at, err
	}
	if id, _ := register.ParseRowID(under); id.Register != i.imp.Under && bad.Err("", fault.Basis{}) == nil {
		bad.Add(queryUnder, "field.required", nil)
	}
	if err := bad.Err("form.faults", fault.Basis{Clause: i.clause()}); err != nil {
		return at, err
	}
	if at, err = i.s.placeNamed(ctx, rd, under, at); err != nil {
		return at, err
	}
	at.by, err = i.s.mandateOver(ctx, rd, i.imp.Makes["person"], at.under)
	return at, err
}

func (i rosterIntake) read(ctx context.Context, at importing, file *attachment.Stored, j *job) (reading, error) {
	found, err := table(ctx, file, i.imp)
	if err != nil {
		return reading{}, err
	}
	in := sheet.Input{
		Schemas: i.s.charter().Registers, Compound: at.under, On: i.s.today(), Progress: j.counting(stageRows),
		Name: func(parts ...string) string { return i.s.Book.Pseudonym(i.s.Ledger.Tenant(), parts...) },
	}
	r := sheet.ReadRoster(found, in)
	return reading{
		found: found, lead: text.Key("web.import.read", "Rooms", r.Rooms, "People", r.People, "Area", r.Area.Grouped()), faults: r.Faults, warnings: r.Warnings,
		set: r.Set(found, in),
	}, nil
}

func (i rosterIntake) template(w io.Writer, rd *reader) error {
	return sheet.WriteTemplate(w, i.imp, i.s.charter().Registers, rd.lang, func(w text.Words) string { return i.s.say(rd, w) })
}

// mandateOver finds a desk mandate of the reader under which they keep a register at a row. What lies in no row is the
// whole subdistrict's.
func (s *Site) mandateOver(ctx context.Context, rd *reader, name string, row act.RowID) (act.By, error) {
	in := s.rules(ctx, s.Store.Read())
	for _, m := range rd.mandates {
		if s.charter().Keeps(asMandate(m), in, name, row, s.today()) {
			return act.By{Person: rd.account.Person, Role: m.Role, Mandate: m.ID}, nil
		}
	}
	return act.By{}, fault.Refuse(fault.Denied, "web.not_for_you", fault.Basis{}, nil)
}
