// Package outbox keeps what people are to be told.
//
// In: events, written in the transaction of the acts they follow from, so that nothing is told that did not happen and
// nothing that happened is forgotten. Out: notes, which a person sees here, and messages, which a courier takes, carries
// out of the house and settles. An event, and a message, is taken for a while only: when its taker dies it is taken
// again, so a message may go out twice but always under the same id. Nobody is told the same event twice, in whatever
// capacities; who just acted is not told what they did, and who may not do a piece of work, or was not given it, is not told
// of it.
package outbox

import (
	"context"
	_ "embed"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/docket"
	"gongzhi/internal/ledger"
	"gongzhi/internal/people"
	"gongzhi/internal/store"
	"gongzhi/internal/vault"
)

//go:embed outbox.sql
var sqlText string

var (
	queries       = store.MustQueries("outbox", sqlText)
	addEvent      = queries.Get("add-event")
	claimEvents   = queries.Get("claim-events")
	dropEvent     = queries.Get("drop-event")
	addNote       = queries.Get("add-note")
	notesOf       = queries.Get("notes")
	countUnseen   = queries.Get("count-unseen")
	seeNotes      = queries.Get("see-notes")
	addMessage    = queries.Get("add-message")
	claimMessages = queries.Get("claim-messages")
	settleMessage = queries.Get("settle-message")
	deadMessages  = queries.Get("dead")
	countStates   = queries.Get("count-states")
	retryMessage  = queries.Get("retry")
	sweepMessages = queries.Get("sweep-messages")
	preferenceOf  = queries.Get("preference")
	setPreference = queries.Get("set-preference")
)

// Kinds of events.
const (
	Work    = "work"    // something new is owed by a role
	Notice  = "notice"  // something was published that residents may answer
	Decided = "decided" // a matter came to its end
	Moved   = "moved"   // a matter that somebody follows came to another step
	Added   = "added"   // something was said beside the steps, of which the method tells; its verb stands for the step
)

// Event is something of which somebody is to be told. Instants are µs since 1970 UTC.
type Event struct {
	Matter int64  `db:"matter"`
	Seq    int64  `db:"seq"` // of the act it follows from
	Kind   string `db:"kind"`
	Role   string `db:"role"` // work: who owes it; added: who is told
	Step   string `db:"step"`
	Scope  string `db:"scope"` // where the matter lies, as book.Path gives it
	Verb   string `db:"verb"`  // work: what is owed
	Due    int64  `db:"due"`   // 0 where nothing presses
	At     int64  `db:"at"`

	Spared Persons `db:"spared"` // work: those who may not do it
	Named  Persons `db:"named"`  // work: when not "", those to whom it was given by name; nobody else is told
}

// id names an event.
func (e Event) id() string {
	return fmt.Sprintf("%d-%d-%s-%s-%s", e.Matter, e.Seq, e.Kind, e.Role, e.Verb)
}

// about names what a person is told once, in whatever capacities.
func (e Event) about() string { return fmt.Sprintf("%d-%d-%s", e.Matter, e.Seq, e.Kind) }

// Target is somebody outside who is told: a webhook or a robot, by the name it has in the configuration.
type Target struct {
	Name  string
	Kinds []string
}

// Config says whose outbox this is.
type Config struct {
	Tenant act.Tenant             // required
	Vault  *vault.Vault           // required
	People *people.People         // required
	Ledger *ledger.Ledger         // required
	Docket *docket.Docket         // required
	Own    func() map[string]bool // required: roles whose scope lies within a matter's
	// NoAccount is the role that everybody holds without being given it; default none.
	NoAccount func() string
	Log       *slog.Logger // default discards
}

// Outbox is that of one tenant. It is safe for concurrent use.
type Outbox struct {
	Config
	tenant int64
	wake   chan struct{}

	mu      sync.Mutex
	targets []Target
	held    map[string]bool // roles that somebody holds
	until   time.Time       // when held is looked up anew
}

// New gives a tenant's outbox.
func New(c Config) *Outbox {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Outbox{Config: c, tenant: int64(c.Tenant), wake: make(chan struct{}, 1)}
}

// Connect adds those outside who are told. Call it before the first event that they shall hear of.
func (o *Outbox) Connect(targets ...Target) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.targets = append(o.targets, targets...)
}

// Wake is signalled when there is something new to spread or to carry.
func (o *Outbox) Wake() <-chan struct{} { return o.wake }

func (o *Outbox) nudge() {
	select {
	case o.wake <- struct{}{}:
	default: // somebody is awake already
	}
}

// heldFor is how long the roles that somebody holds are taken as known: every submission asks for them.
const heldFor = 10 * time.Second

// Add keeps events in the transaction of their acts. Work that nobody would be told of is left out: a row is written
// only where a person holds the role, or a target outside follows such work.
func (o *Outbox) Add(ctx context.Context, tx *store.Tx, events []Event) error {
	for _, e := range events {
		wanted, err := o.wanted(ctx, tx, e)
		if err != nil {
			return err
		}
		if !wanted {
			continue
		}
		if err := store.Later(ctx, tx, addEvent, o.tenant, e.id(), e.Matter, e.Seq, e.Kind, e.Role, e.Step, e.Scope, e.Verb, e.Due, e.At, string(e.Spared), string(e.Named)); err != nil {
			return fmt.Errorf("outbox: event %s: %w", e.id(), err)
		}
		tx.AfterCommit(o.nudge)
	}
	return nil
}

func (o *Outbox) wanted(ctx context.Context, tx *store.Tx, e Event) (bool, error) {
	if e.Kind == Moved { // every matter moves, and few are followed
		n, err := store.Get[int64](ctx, tx, anyFollower, o.tenant, e.Matter)
		return n > 0, err
	}
	if e.Kind != Work || e.Named != "" {
		return true, nil // few, and whom to tell is known only later
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.following(e.Kind)) > 0 {
		return true, nil
	}
	if !tx.Now().Before(o.until) {
		held, err := o.People.RolesHeld(ctx, tx)
		if err != nil {
			return false, err
		}
		o.held, o.until = held, tx.Now().Add(heldFor)
	}
	return o.held[e.Role], nil
}

// following are the targets that are told of a kind. Call it under the lock.
func (o *Outbox) following(kind string) (out []string) {
	for _, t := range o.targets {
		for _, k := range t.Kinds {
			if k == kind {
				out = append(out, t.Name)
			}
		}
	}
	return out
}
