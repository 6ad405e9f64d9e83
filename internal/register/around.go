package register

import (
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
