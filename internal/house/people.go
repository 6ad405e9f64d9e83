package house

import (
	"context"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/method"
	"gongzhi/internal/people"
	"gongzhi/internal/store"
)

// Given is the act of a mandate, in the house's own book.
const Given = "mandate.given"

// Mandated is its body. People stand in it by their opaque names only.
type Mandated struct {
	ID     string        `json:"mandate"`
	Person act.Person    `json:"person"`
	Role   string        `json:"role"`
	Scope  string        `json:"scope,omitempty"` // "community/nyyh"; empty is the whole subdistrict
	Starts calendar.Date `json:"starts"`
	Ends   calendar.Date `json:"ends,omitzero"`
}

// Admit makes sure that somebody has an account and gives them a mandate, with the act of it, in one transaction. An
// account that is there stays as it is; a mandate that was given before is not given again. It refuses a place that
// does not stand on the mandate's first day.
func (h *House) Admit(ctx context.Context, by act.By, who people.Account, password string, m people.Mandate) error {
	m.Person, m.ID = who.Person, people.MandateID(who.Person, m.Role, m.Scope)
	body := Mandated{ID: m.ID, Person: m.Person, Role: m.Role, Starts: m.Starts, Ends: m.Ends}
	if !m.Scope.IsZero() {
		body.Scope = m.Scope.String()
	}
	return h.Desk.KeepIf(ctx, by, Given, "roles.yaml#roles."+m.Role, body, nil, func(ctx context.Context, tx *store.Tx) (bool, error) {
		if _, there, err := h.People.Find(ctx, tx, who.Person); err != nil {
			return false, err
		} else if !there {
			if err := h.People.Add(ctx, tx, who, password); err != nil {
				return false, err
			}
		}
		held, err := h.People.Mandates(ctx, tx, who.Person, m.Starts)
		if err != nil {
			return false, err
		}
		for _, other := range held {
			if other.ID == m.ID {
				return false, nil
			}
		}
		if !m.Scope.IsZero() {
			if m.Path, err = h.registers(ctx, tx).Path(m.Scope, m.Starts); err != nil {
				return false, err
			}
		}
		return true, h.People.Grant(ctx, tx, m)
	})
}

// Actor is somebody with what they may act as today.
func (h *House) Actor(ctx context.Context, person act.Person) (method.Actor, error) {
	return h.People.Actor(ctx, h.Store.Read(), person, calendar.DateOf(h.Clock.Now()))
}
