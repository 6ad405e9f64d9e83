package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/store"
)

// Message is one thing to be carried to one person or target.
type Message struct {
	ID      string     `db:"id"`
	Channel string     `db:"channel"`
	Person  act.Person `db:"person"` // "" for a target outside
	Matter  int64      `db:"matter"`
	Kind    string     `db:"kind"`
	Step    string     `db:"step"`
	Due     int64      `db:"due"`
	At      int64      `db:"at"`
	Made    int64      `db:"made"`
	Tries   int64      `db:"tries"` // this one included
	Fault   string     `db:"fault"` // of the try before
}

// States of a message.
const (
	Waiting = iota + 1
	Sent
	Dead
)

// How often and how long a message is tried: 1, 2, 4 … minutes apart, at most six hours, some two days in all.
const (
	firstPause   = time.Minute
	longestPause = 6 * time.Hour
	mostTries    = 16
	messageLease = 5 * time.Minute // longer than any try may last
)

// keepSent is how long what was sent is remembered, so that the same event cannot be sent again.
const keepSent = 90 * 24 * time.Hour

// Permanent marks a fault that another try would not mend: no such mailbox, a hook that is gone.
type Permanent struct{ Err error }

func (p *Permanent) Error() string { return p.Err.Error() }
func (p *Permanent) Unwrap() error { return p.Err }

// Take claims waiting messages of one channel, oldest first. Until its lease ends nobody else gets them.
func (o *Outbox) Take(ctx context.Context, db *store.DB, channel string, limit int) ([]Message, error) {
	var list []Message
	err := db.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		now := tx.Now()
		list, err = store.Select[Message](ctx, tx, claimMessages, o.tenant, channel, now.UnixMicro(), now.Add(messageLease).UnixMicro(), limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	return list, nil
}

// Settle says what became of messages that were taken: err nil is sent, a [Permanent] one or one too many gives up,
// any other waits for its next try.
func (o *Outbox) Settle(ctx context.Context, db *store.DB, list []Message, err error) error {
	return db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, m := range list {
			state, ready, why := Sent, tx.Now(), ""
			if err != nil {
				var permanent *Permanent
				state, why = Waiting, cut(err.Error())
				ready = ready.Add(min(longestPause, firstPause<<min(m.Tries-1, 20)))
				if errors.As(err, &permanent) || m.Tries >= mostTries {
					state = Dead
				}
			}
			if _, err := store.Exec(ctx, tx, settleMessage, o.tenant, m.ID, state, ready.UnixMicro(), why); err != nil {
				return err
			}
		}
		return nil
	})
}

// cut keeps what a server says about itself within bounds.
func cut(s string) string {
	const most = 300
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// Given lists what was given up, newest first.
func (o *Outbox) Given(ctx context.Context, q store.Q, limit int) ([]Message, error) {
	return store.Select[Message](ctx, q, deadMessages, o.tenant, limit)
}

// Count is how many messages of a channel are in a state.
type Count struct {
	Channel string `db:"channel"`
	State   int64  `db:"state"`
	N       int64  `db:"n"`
}

// Counts tells how many messages stand where.
func (o *Outbox) Counts(ctx context.Context, q store.Q) ([]Count, error) {
	return store.Select[Count](ctx, q, countStates, o.tenant)
}

// Retry lets a message that was given up be tried again from the beginning. It gives false when there is none such.
func (o *Outbox) Retry(ctx context.Context, tx *store.Tx, id string) (bool, error) {
	n, err := store.Exec(ctx, tx, retryMessage, o.tenant, id, tx.Now().UnixMicro())
	tx.AfterCommit(o.nudge)
	return n > 0, err
}

// Sweep forgets what was sent long ago.
func (o *Outbox) Sweep(ctx context.Context, db *store.DB) error {
	return db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := store.Exec(ctx, tx, sweepMessages, o.tenant, tx.Now().Add(-keepSent).UnixMicro())
		return err
	})
}
