package outbox

import (
	"context"

	"gongzhi/internal/act"
	"gongzhi/internal/store"
)

var (
	addFollower  = queries.Get("add-follower")
	dropFollower = queries.Get("drop-follower")
	followersOf  = queries.Get("followers")
	followedBy   = queries.Get("followed")
	followsOne   = queries.Get("follows")
	anyFollower  = queries.Get("any-follower")
)

// Follow has a person told how a matter goes, until they say otherwise. Whoever follows already goes on doing so. That the
// person may see the matter is the caller's to know.
func (o *Outbox) Follow(ctx context.Context, tx *store.Tx, matter act.Matter, person act.Person) error {
	_, err := store.Exec(ctx, tx, addFollower, o.tenant, int64(matter), string(person), tx.Now().UnixMicro())
	return err
}

// Unfollow ends that.
func (o *Outbox) Unfollow(ctx context.Context, tx *store.Tx, matter act.Matter, person act.Person) error {
	_, err := store.Exec(ctx, tx, dropFollower, o.tenant, int64(matter), string(person))
	return err
}

// Follows tells whether a person follows a matter.
func (o *Outbox) Follows(ctx context.Context, q store.Q, matter act.Matter, person act.Person) (bool, error) {
	n, err := store.Get[int64](ctx, q, followsOne, o.tenant, int64(matter), string(person))
	return n > 0, err
}

// Followed are the matters that a person follows, the latest chosen first. It is for that person alone.
func (o *Outbox) Followed(ctx context.Context, q store.Q, person act.Person, limit int) ([]act.Matter, error) {
	list, err := store.Select[int64](ctx, q, followedBy, o.tenant, string(person), limit)
	out := make([]act.Matter, len(list))
	for i, n := range list {
		out[i] = act.Matter(n)
	}
	return out, err
}

// followers adds those who follow a matter and can still sign in. Of a private one only those are told who began it: all
// others could not open it.
func (o *Outbox) followers(ctx context.Context, q store.Q, e Event, add func(act.Person)) error {
	m, _, err := o.Docket.Find(ctx, q, act.Matter(e.Matter))
	if err != nil {
		return err
	}
	var starter act.Person
	if m.Private {
		first, err := o.Ledger.Page(ctx, q, act.Matter(e.Matter), 0, 1)
		if err != nil {
			return err
		}
		for _, a := range first {
			starter = a.By.Person
		}
	}
	list, err := store.Select[string](ctx, q, followersOf, o.tenant, e.Matter, crowd)
	if err != nil {
		return err
	}
	for _, p := range list {
		if who := act.Person(p); !m.Private || who == starter {
			add(who)
		}
	}
	return nil
}
