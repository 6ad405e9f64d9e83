package house

import (
	"context"
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/people"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
)

// The acts of accounts, in the house's own book. Their body is Noted.
const (
	AccountAdded  = "account.added"
	AccountClosed = "account.closed"
	PasswordSet   = "account.password"
	SecondSet     = "account.second_factor" // set anew or taken away
)

// Noted says whose account it is, by the opaque name, and what the act rests on.
type Noted struct {
	Person act.Person `json:"person"`
	Reason string     `json:"reason,omitempty"`
}

func (h *House) note(ctx context.Context, by act.By, kind string, person act.Person, reason string, do func(context.Context, *store.Tx) error) error {
	return h.Desk.Keep(ctx, by, kind, "roles.yaml", Noted{person, reason}, nil, do)
}

// AddAccount lets somebody new in, with an opaque name made here. It refuses a login that is taken and a password that is
// too short.
func (h *House) AddAccount(ctx context.Context, by act.By, login, name, password, reason string) (act.Person, error) {
	person := people.NewPerson()
	return person, h.note(ctx, by, AccountAdded, person, reason, func(ctx context.Context, tx *store.Tx) error {
		return h.People.Add(ctx, tx, people.Account{Person: person, Login: login, Name: name}, password)
	})
}

// SetPassword changes somebody's password, which ends their sessions.
func (h *House) SetPassword(ctx context.Context, by act.By, person act.Person, password, reason string) error {
	return h.note(ctx, by, PasswordSet, person, reason, func(ctx context.Context, tx *store.Tx) error {
		return h.People.SetPassword(ctx, tx, person, password)
	})
}

// ChangePassword changes one's own password, which ends one's sessions. It refuses who does not know the old one.
func (h *House) ChangePassword(ctx context.Context, by act.By, old, password string) error {
	if err := h.People.Prove(ctx, h.Store.Read(), by.Person, old, "", false, h.Clock.Now()); err != nil {
		return err
	}
	return h.SetPassword(ctx, by, by.Person, password, "")
}

// SetSecond gives one a second factor, after a code made by it and the password.
func (h *House) SetSecond(ctx context.Context, by act.By, password, secret, code string) error {
	if err := h.People.Prove(ctx, h.Store.Read(), by.Person, password, "", false, h.Clock.Now()); err != nil {
		return err
	}
	return h.note(ctx, by, SecondSet, by.Person, "", func(ctx context.Context, tx *store.Tx) error {
		return h.People.SetSecond(ctx, tx, by.Person, secret, code)
	})
}

// DropSecond takes one's own second factor away. Who lost the telephone cannot; an administrator gives them a new one.
func (h *House) DropSecond(ctx context.Context, by act.By, password, code string) error {
	if err := h.People.Prove(ctx, h.Store.Read(), by.Person, password, code, true, h.Clock.Now()); err != nil {
		return err
	}
	return h.note(ctx, by, SecondSet, by.Person, "", func(ctx context.Context, tx *store.Tx) error {
		return h.People.DropSecond(ctx, tx, by.Person)
	})
}

// CloseAccount shuts somebody out. What they did stays.
func (h *House) CloseAccount(ctx context.Context, by act.By, person act.Person, reason string) error {
	return h.note(ctx, by, AccountClosed, person, reason, func(ctx context.Context, tx *store.Tx) error {
		return h.People.Close(ctx, tx, person)
	})
}

// Mandate gives somebody a role from today on, over a place where the role is for one: scope as it is typed,
// "community/nyyh". It refuses a role that the charter does not know, a place of another kind, and a mandate that is held.
func (h *House) Mandate(ctx context.Context, by act.By, person act.Person, role, scope, reason string) error {
	clause := fault.Basis{Clause: "roles.yaml#roles." + role}
	r, known := h.Desk.Charter().Roles[role]
	if !known {
		return fault.Refuse(fault.NotFound, "people.role", fault.Basis{Clause: "roles.yaml"}, fault.Args{"Role": role})
	}
	id, err := scopeOf(role, r.Scope, scope)
	if err != nil {
		return err
	}
	today := calendar.DateOf(h.Clock.Now())
	m := people.Mandate{ID: people.MandateID(person, role, id), Person: person, Role: role, Scope: id, Starts: today}
	body := Mandated{ID: m.ID, Person: person, Role: role, Starts: today, Reason: reason}
	if !id.IsZero() {
		body.Scope = id.String()
	}
	return h.Desk.Keep(ctx, by, Given, clause.Clause, body, nil, func(ctx context.Context, tx *store.Tx) error {
		held, err := h.People.Mandates(ctx, tx, person, today)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(held, func(x people.Mandate) bool { return x.ID == m.ID }) {
			return fault.Refuse(fault.Conflict, "people.mandate_held", clause, fault.Args{"Role": r.Name})
		}
		if !id.IsZero() {
			if m.Path, err = h.registers(ctx, tx).Path(id, today); err != nil {
				return err
			}
		}
		return h.People.Grant(ctx, tx, m)
	})
}

// scopeOf reads the place of a mandate, which must be a row of the role's register, or none.
func scopeOf(role, want, scope string) (act.RowID, error) {
	id, fine := register.ParseRowID(scope)
	if scope == "" && want == "" || fine && id.Register == want {
		return id, nil
	}
	args := fault.Args{"Scope": scope, "Register": want}
	code := "people.scope"
	if want == "" {
		code = "people.no_scope"
	}
	return act.RowID{}, &fault.Refusal{
		Kind: fault.Invalid, Code: code, Basis: fault.Basis{Clause: "roles.yaml#roles." + role}, Args: args, Fields: []fault.Field{{Name: "scope", Code: code, Args: args}},
	}
}
