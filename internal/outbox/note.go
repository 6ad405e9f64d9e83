package outbox

import (
	"context"
	"errors"
	"fmt"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/store"
)

// Note is what one person is shown here.
type Note struct {
	ID     string `db:"id"`
	Made   int64  `db:"made"` // when it happened, µs since 1970 UTC
	Seen   int64  `db:"seen"` // 0 not yet
	Matter int64  `db:"matter"`
	Kind   string `db:"kind"`
	Step   string `db:"step"`
	Due    int64  `db:"due"`
}

// Notes are those of a person, newest first.
func (o *Outbox) Notes(ctx context.Context, q store.Q, person act.Person, limit int) ([]Note, error) {
	return store.Select[Note](ctx, q, notesOf, o.tenant, string(person), limit)
}

// Unseen counts a person's notes not seen yet, no further than limit.
func (o *Outbox) Unseen(ctx context.Context, q store.Q, person act.Person, limit int) (int64, error) {
	return store.Get[int64](ctx, q, countUnseen, o.tenant, string(person), limit)
}

// See marks all of a person's notes as seen.
func (o *Outbox) See(ctx context.Context, tx *store.Tx, person act.Person) error {
	_, err := store.Exec(ctx, tx, seeNotes, o.tenant, string(person), tx.Now().UnixMicro())
	return err
}

// The ways out of the house that a person may choose.
const (
	Email = "email"
	SMS   = "sms"
)

// Preference is how a person wants to be told. Channel is "" for here only.
type Preference struct {
	Person  act.Person
	Channel string
	Address string
	Work    bool
	Notice  bool
	Decided bool
	Moved   bool // of what they follow
}

func (p Preference) wants(kind string) bool {
	switch kind {
	case Work, Added: // of what one has to do
		return p.Work
	case Notice:
		return p.Notice
	case Moved:
		return p.Moved
	}
	return p.Decided
}

func (o *Outbox) place(person act.Person) string {
	return fmt.Sprintf("preference/%d/%s", o.tenant, person)
}

// Preference gives that of a person; where they said nothing, everything is shown here and nothing is sent.
func (o *Outbox) Preference(ctx context.Context, q store.Q, person act.Person) (Preference, error) {
	type row struct {
		Person  string `db:"person"`
		Channel string `db:"channel"`
		Address []byte `db:"address"`
		Work    bool   `db:"work"`
		Notice  bool   `db:"notice"`
		Decided bool   `db:"decided"`
		Moved   bool   `db:"followed"`
	}
	r, err := store.Get[row](ctx, q, preferenceOf, o.tenant, string(person))
	if errors.Is(err, store.ErrNotFound) {
		return Preference{Person: person, Work: true, Notice: true, Decided: true, Moved: true}, nil
	}
	if err != nil {
		return Preference{}, err
	}
	address, err := o.Vault.Open(o.place(person), r.Address)
	if err != nil {
		return Preference{}, err
	}
	return Preference{Person: person, Channel: r.Channel, Address: string(address), Work: r.Work, Notice: r.Notice, Decided: r.Decided, Moved: r.Moved}, nil
}

// Prefer keeps how a person wants to be told. It refuses with [fault.Invalid] an address that is none.
func (o *Outbox) Prefer(ctx context.Context, tx *store.Tx, p Preference) error {
	var bad fault.Fields
	switch p.Channel {
	case Email:
		if !isMail(p.Address) {
			bad.Add("email", "outbox.email", nil)
		}
	case SMS:
		if !isMobile(p.Address) {
			bad.Add("phone", "outbox.phone", nil)
		}
	case "":
		p.Address = ""
	default:
		bad.Add("channel", "outbox.channel", nil)
	}
	if err := bad.Err("outbox.faults", fault.Basis{}); err != nil {
		return err
	}
	_, err := store.Exec(ctx, tx, setPreference, o.tenant, string(p.Person), p.Channel, o.Vault.Seal(o.place(p.Person), []byte(p.Address)),
		p.Work, p.Notice, p.Decided, p.Moved, tx.Now().UnixMicro())
	return err
}
