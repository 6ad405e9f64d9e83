package outbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/store"
)

const (
	eventLease = 2 * time.Minute // a compound of 20,000 households is told in less
	eventsOnce = 50
	crowd      = 20_000 // most people told of one event, for each role
	chunk      = 200    // people told in one transaction
)

type taken struct {
	ID string `db:"id"`
	Event
	Tries int64 `db:"tries"`
}

// Spread takes the events that wait, finds out who is told, and makes their notes and messages. It gives how many events
// it finished. An event that could not be spread is taken again after its lease; what was made of it by then is not
// made twice.
func (o *Outbox) Spread(ctx context.Context, db *store.DB) (int, error) {
	var list []taken
	err := db.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		now := tx.Now()
		list, err = store.Select[taken](ctx, tx, claimEvents, o.tenant, now.UnixMicro(), now.Add(eventLease).UnixMicro(), eventsOnce)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("outbox: %w", err)
	}
	n := 0
	for _, e := range list {
		if err := o.spread(ctx, db, e); err != nil {
			if ctx.Err() != nil {
				return n, ctx.Err()
			}
			o.Log.Error("outbox: an event could not be spread; it will be tried again", "event", e.ID, "tries", e.Tries, "err", err)
			continue
		}
		n++
	}
	return n, nil
}

func (o *Outbox) spread(ctx context.Context, db *store.DB, e taken) error {
	var who []act.Person
	over, private := false, false
	err := db.View(ctx, func(ctx context.Context, q store.Q) (err error) {
		// Work that was done before anybody could be told of it is no news.
		m, _, err := o.Docket.Find(ctx, q, act.Matter(e.Matter))
		if over = e.Kind == Work && m.Step != e.Step; over || err != nil {
			return err
		}
		private = m.Private
		who, err = o.audience(ctx, q, e.Event)
		return err
	})
	if err != nil {
		return err
	}
	o.mu.Lock()
	targets := o.following(e.Kind)
	o.mu.Unlock()
	if over || private { // webhooks and robots speak to anyone
		targets = nil
	}
	for len(who) > chunk {
		if err := db.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return o.tell(ctx, tx, e.Event, who[:chunk]) }); err != nil {
			return err
		}
		who = who[chunk:]
	}
	return db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := o.tell(ctx, tx, e.Event, who); err != nil {
			return err
		}
		for _, name := range targets {
			if err := o.message(ctx, tx, e.Event, name, ""); err != nil {
				return err
			}
		}
		_, err := store.Exec(ctx, tx, dropEvent, o.tenant, e.ID)
		return err
	})
}

// audience is everybody who is told of an event, each once, without the one who caused it.
func (o *Outbox) audience(ctx context.Context, q store.Q, e Event) ([]act.Person, error) {
	seen := map[act.Person]bool{"": true}
	cause, err := o.Ledger.Page(ctx, q, act.Matter(e.Matter), e.Seq-1, 1)
	if err != nil {
		return nil, err
	}
	for _, a := range cause {
		seen[a.By.Person] = true
	}
	var out []act.Person
	add := func(p act.Person) {
		if !seen[p] && !e.Spared.Has(p) && (e.Named == "" || e.Named.Has(p)) {
			seen[p] = true
			out = append(out, p)
		}
	}
	on := calendar.DateOf(time.UnixMicro(e.At))
	holders := func(role string, own bool) error {
		list, err := o.People.Holders(ctx, q, role, e.Scope, own, on, crowd)
		for _, h := range list {
			add(h.Person)
		}
		return err
	}
	own := o.Own()
	switch e.Kind {
	case Work, Added:
		if e.Named != "" {
			err = o.named(ctx, q, e, on, add)
			break
		}
		err = holders(e.Role, own[e.Role])
	case Notice:
		for role := range own {
			if err = holders(role, true); err != nil {
				break
			}
		}
	case Decided:
		if err = o.hands(ctx, q, e, add); err == nil {
			err = o.followers(ctx, q, e, add)
		}
	case Moved:
		err = o.followers(ctx, q, e, add)
	default:
		err = fmt.Errorf("outbox: no such kind of event: %q", e.Kind)
	}
	slices.Sort(out)
	return out, err
}

// named adds those to whom work was given by name, as long as they may do it: they hold the role where the matter lies, or
// everybody holds it.
func (o *Outbox) named(ctx context.Context, q store.Q, e Event, on calendar.Date, add func(act.Person)) error {
	for _, line := range e.Named.list() {
		account, there, err := o.People.Find(ctx, q, act.Person(line))
		if err != nil {
			return err
		}
		if !there || account.Closed {
			continue
		}
		held, err := o.People.Mandates(ctx, q, account.Person, on)
		if err != nil {
			return err
		}
		may := o.NoAccount != nil && e.Role == o.NoAccount()
		for _, m := range held {
			may = may || m.Role == e.Role && (strings.HasPrefix(e.Scope, m.Path) || strings.HasPrefix(m.Path, e.Scope))
		}
		if may {
			add(account.Person)
		}
	}
	return nil
}

// hands adds everybody who did something in a matter and can still sign in.
func (o *Outbox) hands(ctx context.Context, q store.Q, e Event, add func(act.Person)) error {
	acts, err := o.Ledger.Acts(ctx, q, act.Matter(e.Matter), 0)
	if err != nil {
		return err
	}
	known := map[act.Person]bool{"": true}
	for _, a := range acts {
		if known[a.By.Person] {
			continue
		}
		known[a.By.Person] = true
		account, there, err := o.People.Find(ctx, q, a.By.Person)
		if err != nil {
			return err
		}
		if there && !account.Closed {
			add(a.By.Person)
		}
	}
	return nil
}

// tell makes the notes of some people and, for those who want it, their messages.
func (o *Outbox) tell(ctx context.Context, tx *store.Tx, e Event, who []act.Person) error {
	for _, person := range who {
		p, err := o.Preference(ctx, tx, person)
		if err != nil {
			return err
		}
		if !p.wants(e.Kind) {
			continue
		}
		if _, err := store.Exec(ctx, tx, addNote, o.tenant, string(person), e.about(), e.At, e.Matter, e.Kind, e.Step, e.Due); err != nil {
			return err
		}
		if p.Channel != "" {
			if err := o.message(ctx, tx, e, p.Channel, person); err != nil {
				return err
			}
		}
	}
	return nil
}

// message puts one message into the queue. Its id does not depend on the way it goes: whoever changes their preference
// while an event is spread for the second time is still told once.
func (o *Outbox) message(ctx context.Context, tx *store.Tx, e Event, channel string, person act.Person) error {
	to := "person " + string(person)
	if person == "" {
		to = "target " + channel
	}
	id := string(act.Sum(fmt.Appendf(nil, "%d\x00%s\x00%s", o.tenant, e.about(), to))[:32])
	_, err := store.Exec(ctx, tx, addMessage, o.tenant, id, channel, string(person), e.Matter, e.Kind, e.Step, e.Due, e.At, tx.Now().UnixMicro())
	if err == nil {
		tx.AfterCommit(o.nudge)
	}
	return err
}
