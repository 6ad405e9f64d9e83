package house

import (
	"context"
	"maps"
	"slices"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
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
	Reason string        `json:"reason,omitempty"` // what it rests on
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

// Recalled is the act of a mandate's end, in the house's own book; its body is Mandated, with the last day in Ends.
const Recalled = "mandate.recalled"

// Recall ends a mandate after a last day, with the act of it. It refuses with [fault.NotFound] where the person holds no
// such mandate today.
func (h *House) Recall(ctx context.Context, by act.By, person act.Person, role string, scope act.RowID, last calendar.Date, reason string) error {
	body := Mandated{ID: people.MandateID(person, role, scope), Person: person, Role: role, Ends: last, Reason: reason}
	if !scope.IsZero() {
		body.Scope = scope.String()
	}
	return h.Desk.Keep(ctx, by, Recalled, "roles.yaml#roles."+role, &body, nil, func(ctx context.Context, tx *store.Tx) error {
		held, err := h.People.Mandates(ctx, tx, person, calendar.DateOf(tx.Now()))
		if err != nil {
			return err
		}
		i := slices.IndexFunc(held, func(m people.Mandate) bool { return m.ID == body.ID })
		if i < 0 {
			return fault.Refuse(fault.NotFound, "people.no_mandate", fault.Basis{Clause: "roles.yaml#roles." + role}, fault.Args{"Role": role, "Scope": body.Scope})
		}
		body.Starts = held[i].Starts
		return h.People.Recall(ctx, tx, body.ID, last)
	})
}

// recallFormer ends the mandates, and the unused codes, of those who stood in a row's field that says who holds a role
// over it and stand there no more: whoever sold a flat does not vote for it. It gives the mandates it ended.
func (h *House) recallFormer(ctx context.Context, tx *store.Tx, p *book.Plan) (ended []string, err error) {
	roles := h.Desk.Charter().Roles
	last := p.On.Add(-1)
	for _, key := range slices.Sorted(maps.Keys(roles)) {
		role := roles[key]
		if role.HeldBy == "" {
			continue
		}
		for _, ch := range slices.Concat(p.Changed, p.Ending) {
			if ch.ID.Register != role.Scope {
				continue
			}
			for _, d := range ch.Fields {
				was, _ := d.Old.([]string)
				is, _ := d.New.([]string)
				for _, row := range was {
					if d.Field != role.HeldBy || slices.Contains(is, row) {
						continue
					}
					person := act.Person(row[strings.IndexByte(row, '/')+1:])
					id := people.MandateID(person, key, ch.ID)
					held, err := h.People.Mandates(ctx, tx, person, p.On)
					if err != nil {
						return nil, err
					}
					if slices.ContainsFunc(held, func(m people.Mandate) bool { return m.ID == id }) {
						if err := h.People.Recall(ctx, tx, id, last); err != nil {
							return nil, err
						}
						ended = append(ended, id)
					}
					if err := h.People.Void(ctx, tx, person, ch.ID); err != nil {
						return nil, err
					}
				}
			}
		}
	}
	return ended, nil
}

// Actor is somebody with what they may act as today.
func (h *House) Actor(ctx context.Context, person act.Person) (method.Actor, error) {
	return h.People.Actor(ctx, h.Store.Read(), person, calendar.DateOf(h.Clock.Now()))
}
