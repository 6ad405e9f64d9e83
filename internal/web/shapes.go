package web

import (
	"context"
	"io"
	"net/url"

	"gongzhi/internal/act"
	"gongzhi/internal/attachment"
	"gongzhi/internal/book"
	"gongzhi/internal/fault"
	"gongzhi/internal/geo"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/sheet"
	"gongzhi/internal/text"
)

// shapesIntake is a layer of shapes for the rows of one register. It writes where rows lie and nothing else of them: a
// drawing program is not asked for what the register knows.
type shapesIntake struct {
	sheetIntake
	field *register.Field
}

func (i shapesIntake) kind() string    { return shapesKind }
func (i shapesIntake) takes() []string { return []string{attachment.GeoJSON} }

// fields asks where the rows lie, not whether the layer has them all: a missing shape ends no row.
func (i shapesIntake) fields(ctx context.Context, rd *reader, given url.Values) ([]page.Field, error) {
	list, err := i.sheetIntake.fields(ctx, rd, given)
	return list[:max(len(list)-1, 0)], err
}

func (i shapesIntake) place(ctx context.Context, rd *reader, given url.Values) (importing, error) {
	return i.sheetIntake.place(ctx, rd, url.Values{queryUnder: given[queryUnder]})
}

func (i shapesIntake) template(io.Writer, *reader) error {
	return fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
}

func (i shapesIntake) read(ctx context.Context, at importing, file *attachment.Stored, j *job) (reading, error) {
	raw, err := io.ReadAll(file) // no larger than an attachment may be
	if err != nil {
		return reading{}, err
	}
	features, why := geo.Read(raw, geo.WGS84)
	if why != nil {
		return reading{}, fault.Refuse(fault.Invalid, "register.value.geometry_"+why.Code, fault.Basis{Clause: i.clause()}, fault.Args{"N": why.N})
	}
	in, on, so := i.s.rules(ctx, i.s.Store.Read()), i.s.today(), j.counting(stageRows)
	said := reading{set: book.Set{On: on}}
	first := map[act.RowID]int{}
	for n, f := range features {
		so(n, len(features))
		bad := func(code string, args fault.Args) {
			said.faults = append(said.faults, sheet.Fault{Row: n + 1, Column: i.field.Label.ZH, Key: i.field.Key, Value: f.ID + f.Properties["name"], Code: code, Args: args})
		}
		row, code, err := i.row(in, f)
		switch other, twice := first[row.ID]; {
		case err != nil:
			return said, err
		case code != "":
			bad(code, fault.Args{"Got": f.ID + f.Properties["name"]})
			continue
		case twice:
			bad("sheet.table.twice", fault.Args{"Other": other})
			continue
		case f.Fault != nil && f.Fault.Code == "empty":
			continue // a feature without a shape says nothing of where the row lies
		case f.Fault != nil:
			bad("register.value.geometry_"+f.Fault.Code, fault.Args{"N": f.Fault.N})
			continue
		}
		first[row.ID] = n + 1
		v, no := i.field.Parse(f.Shape.String(), on)
		if no != nil {
			bad(no.Key(), no.Args)
			continue
		}
		said.set.Entries = append(said.set.Entries, register.Entry{ID: row.ID, Parent: row.Parent, Row: n + 1, Values: map[string]any{i.field.Key: v}})
	}
	said.faults = append(said.faults, i.outside(in, at, said.set.Entries)...)
	said.lead = text.Key("imports.features", "N", len(features))
	if len(said.set.Entries) == 0 && len(said.faults) == 0 {
		return said, fault.Refuse(fault.Invalid, "register.value.geometry_empty", fault.Basis{Clause: i.clause()}, nil)
	}
	return said, nil
}

// row is the one a feature is about: by its id, or by its name where only one has it. The code says why it is none.
func (i shapesIntake) row(in *book.Reader, f geo.Feature) (register.Row, string, error) {
	on := i.s.today()
	id := act.RowID{Register: i.schema.Key, ID: f.ID}
	if named, ok := register.ParseRowID(f.ID); ok && named.Register == i.schema.Key {
		id = named
	}
	if row, ok, err := in.Row(id, on); ok || err != nil {
		return row, "", err
	}
	if f.Properties["name"] == "" {
		return register.Row{}, "sheet.table.nobody", nil
	}
	list, err := in.Named([]string{i.schema.Key}, f.Properties["name"], on)
	switch {
	case err != nil:
		return register.Row{}, "", err
	case len(list) == 0:
		return register.Row{}, "sheet.table.nobody", nil
	case len(list) > 1:
		return register.Row{}, "sheet.table.several", nil
	}
	row, _, err := in.Row(list[0], on)
	return row, "", err
}

// drawing is what the map of a row's shape shows: the rows beside it and the places it lies in, as anyone may see them.
func (s *Site) drawing(sch *register.Schema, f *register.Field) *page.Drawing {
	d := &page.Drawing{Kind: geo.Kinds[len(geo.Kinds)-1]}
	if len(f.Shapes) > 0 {
		d.Kind = f.Shapes[len(f.Shapes)-1]
	}
	for at, ok := sch, true; ok; at, ok = s.charter().Registers.Get(at.Parent) {
		if _, drawn := at.Shaped(); drawn {
			d.Ground = append(d.Ground, "/layers/"+at.Key)
		}
	}
	return d
}
