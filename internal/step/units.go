package step

import (
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/text"
)

// Units are the rows of a register at or below the matter's subject that are asked, one voice each: the households of a
// compound. A step freezes the list when it begins. Rows that nobody lives in, such as parking spaces, are left out by
// their kind.
type Units struct {
	Register string   `yaml:"register"`
	Kind     string   `yaml:"kind,omitempty"`   // the field that tells rows apart
	Spaces   []string `yaml:"spaces,omitempty"` // values of it that are no household
}

// CheckUnits wants a register and, where rows are left out, the field that says which.
func (c *Checker) CheckUnits(u Units, path ...any) {
	fields, ok := c.Charter.RegisterFields(u.Register)
	if !ok {
		c.Error("register.unknown", text.Args{"Register": u.Register}, append(slices.Clone(path), "register")...)
		return
	}
	if _, ok := fields[u.Kind]; !ok && (u.Kind != "" || len(u.Spaces) > 0) {
		c.Error("units.kind", text.Args{"Register": u.Register, "Field": u.Kind}, append(slices.Clone(path), "kind")...)
	}
}

// In are the units as they stand today, by the ids of their rows, in the order of the register.
func (u Units) In(v View) (ids []string, err error) {
	rows, err := v.Book.Rows(u.Register, v.Matter.Subject, v.Today())
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if u.Kind == "" || !slices.Contains(u.Spaces, r.Text(u.Kind)) {
			ids = append(ids, r.ID.ID)
		}
	}
	return ids, nil
}

// Left are those of a frozen list that have not been heard, as rows.
func (u Units) Left(ids []string, heard func(id string) bool) (out []act.RowID) {
	for _, id := range ids {
		if !heard(id) {
			out = append(out, act.RowID{Register: u.Register, ID: id})
		}
	}
	return out
}
