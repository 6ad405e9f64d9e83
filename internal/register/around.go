package register

import (
	"cmp"
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/geo"
)

// Shaped is the field of a register that says where a row lies on the ground, for everybody to see; ok is false where there is
// none.
func (s *Schema) Shaped() (f *Field, ok bool) {
	for i := range s.Fields {
		if f := &s.Fields[i]; f.Type == Geometry && f.Audience == Public && !f.Personal {
			return f, true
		}
	}
	return nil, false
}

// Around is the first of some rows within whose borders a place lies; zero where it lies in none. whole tells whether every row
// has borders: then such a place is outside of all of them, and not only of those that are known.
func Around(rows []Row, field string, at geo.Position) (id act.RowID, whole bool) {
	whole = len(rows) > 0
	for _, row := range rows {
		shape := Shape(row.Values[field])
		if shape.Holds(at) {
			return row.ID, true
		}
		whole = whole && shape.Kind == geo.Polygon
	}
	return act.RowID{}, whole
}

// Passing is a row whose line passes by a place, so many metres away.
type Passing struct {
	Row    Row
	Metres int64
}

// Along are the rows whose lines pass within so many metres of a place and are not told apart by it: the nearest one, and those
// that are further by less than apart metres. One alone is the row that the place is on.
func Along(rows []Row, field string, at geo.Position, metres, apart int64) (list []Passing) {
	for _, row := range rows {
		if away, ok := Shape(row.Values[field]).Away(at); ok && away <= metres {
			list = append(list, Passing{row, away})
		}
	}
	slices.SortFunc(list, func(a, b Passing) int {
		return cmp.Or(cmp.Compare(a.Metres, b.Metres), cmp.Compare(a.Row.ID.ID, b.Row.ID.ID))
	})
	return slices.DeleteFunc(list, func(x Passing) bool { return x.Metres-list[0].Metres >= apart })
}
