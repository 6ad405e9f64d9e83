package charter

import (
	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/method"
	"gongzhi/internal/redact"
	"gongzhi/internal/step"
)

// What a mandate sees and keeps of registers is the same through every door.

// Held is a mandate as far as seeing goes, held at a path; ok is false for roles that do not work at the desk.
func (c *Charter) Held(id, role, path string) (h redact.Held, ok bool) {
	r := c.Roles[role]
	if !r.Desk || r.Own {
		return h, false
	}
	return redact.Held{ID: id, Role: role, Path: path, Staff: r.Books || r.Seals, Seals: r.Seals, Domains: c.Privacy.DomainsOf(role)}, true
}

// Keeps tells whether a mandate lets its holder write a row of a register on a day. What lies under no row is kept by those
// over the whole subdistrict.
func (c *Charter) Keeps(m method.Mandate, in step.Book, register string, row act.RowID, on calendar.Date) bool {
	r := c.Roles[m.Role]
	if row.IsZero() && !m.Scope.IsZero() {
		return false
	}
	return r.Desk && r.Books && c.Privacy.Admits(m.Role, c.Privacy.DomainOf(register)) && m.Over(in, r.Own, row, on)
}
