// Package act is the act: who did what, when, under which clause.
//
// An act is one thing done in one matter. It is made from a Draft that the rules return, gets its number, its place
// in the matter's hash chain and its commitments in the ledger, and never changes afterwards. Its body is public.
// What is personal is sealed: the act holds a salted commitment, the value lies in the vault and may be erased there
// while the chain still verifies.
package act

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

type (
	// Tenant is one subdistrict. Every key of the database begins with it.
	Tenant int64
	// Matter is the number of one run of a method, counted from 1 within a tenant. Matter 0 is the house's own
	// book: charters installed, registers changed, mandates given, values erased.
	Matter int64
	// Person is an opaque, stable name of a person; never a real name.
	Person string
	// Digest is a SHA-256 in lower-case hex.
	Digest string
)

// House is the matter under which the house keeps its own acts.
const House Matter = 0

// Kinds of acts that the engine itself writes. The kinds of steps write their own, named "kind.verb".
const (
	Started     = "matter.started" // a matter begins; body: Start
	Entered     = "step.entered"   // the matter comes to a step
	Ended       = "step.ended"     // the step ends; body: Ending
	Closed      = "matter.closed"  // nothing follows; body: Closing
	Opened      = "child.opened"   // a child matter was started; body: Child
	ChildClosed = "child.closed"   // a child matter reached its end; body: Child
	Kept        = "row.kept"       // a row of a register was written with it; body: Written
	Added       = "matter.added"   // something was said beside the steps; body: Addition
	Moved       = "matter.moved"   // the matter goes on under another version of the charter; body: Move
	Erased      = "value.erased"   // a sealed value was removed from the vault
	Installed   = "charter.installed"
	Changed     = "register.changed" // a change set; body: counts and the root of its rows
	Issued      = "codes.issued"     // household codes were made; body: for which compound, how many parts
	LogOpened   = "log.opened"       // the public log begins; body: KeyGiven
	LogKey      = "log.key"          // its key changes; body: KeyGiven
)

// By is who acted: a person under a mandate, or the clock, or the house itself.
type By struct {
	Person  Person `json:"person,omitempty"`
	Role    string `json:"role"`              // key of the charter's roles; "clock" and "house" are reserved
	Mandate string `json:"mandate,omitempty"` // the mandate that allowed it
}

const (
	Clock       = "clock"
	HouseItself = "house"
)

// Basis is the version of the charter and the clause in it under which the act was done.
type Basis struct {
	Charter Digest `json:"charter"`
	Clause  string `json:"clause,omitempty"` // "methods/renovation.yaml#publicity_1"
}

// Commitment stands in an act for a sealed value.
type Commitment struct {
	Field string `json:"field"`
	Hash  Digest `json:"hash"` // SHA-256 of salt, a zero byte, and the value
}

// Blind is the field of a sealed nothing. What one household answered is withheld from the public, but the act's hash
// is not, and there are few answers to try: without a commitment whose salt nobody knows, whoever holds the receipt
// could find the answer that fits the hash.
const Blind = "blind"

// Act is one entry of a matter's record. At is when it counts as done (for the clock, the instant that was due;
// from a phone without signal, the phone's own instant within the tolerance); Recorded is when it was written.
// Within a matter At never goes back: what a phone did at ten counts from half past where somebody else's act of then
// is on record, and Made still says ten.
type Act struct {
	Tenant     Tenant          `json:"tenant"`
	Matter     Matter          `json:"matter"`
	Seq        int64           `json:"seq"` // from 1 within the matter, without gaps
	Kind       string          `json:"kind"`
	Step       string          `json:"step,omitempty"`
	At         time.Time       `json:"at"`
	Recorded   time.Time       `json:"recorded"`
	Made       time.Time       `json:"made,omitzero"` // what a phone without signal said, never after At: later where something else was recorded first
	By         By              `json:"by"`
	Basis      Basis           `json:"basis"`
	Submission string          `json:"submission,omitempty"`
	Body       json.RawMessage `json:"body"`
	Sealed     []Commitment    `json:"sealed,omitempty"`
	Prev       Digest          `json:"prev"`
	Hash       Digest          `json:"-"`
}

// Draft is what rules want recorded. The engine adds step, person and basis, the ledger the rest.
type Draft struct {
	Kind   string
	Clause string            // key path within the step; empty is the step itself
	Body   any               // public; marshalled as JSON; integers, strings, booleans, lists and maps only
	Sealed map[string]string // personal values by field, to be sealed

	Slip    *Slip // goes into the urn of the step's secret vote and into no act
	OpenUrn bool  // the urn was read for this act: it is emptied for good
}

// Slip is what one person chose in a secret vote. Slips of one vote are equally long.
type Slip struct {
	Text string
	Most int // how many slips the urn can come to hold
}

// Seal sets the place in the chain and the hash over everything.
func (a *Act) Seal(prev Digest) error {
	a.Prev = prev
	raw, err := a.Canonical()
	if err != nil {
		return err
	}
	a.Hash = Sum(raw)
	return nil
}

// Verify says what is wrong with this act as the successor of prev, or nil.
func (a Act) Verify(prev Digest, seq int64) error {
	if a.Seq != seq {
		return fmt.Errorf("act: matter %d: number %d stands where %d belongs", a.Matter, a.Seq, seq)
	}
	if a.Prev != prev {
		return fmt.Errorf("act: matter %d: act %d does not follow the one before it", a.Matter, a.Seq)
	}
	raw, err := a.Canonical()
	if err != nil {
		return err
	}
	if got := Sum(raw); got != a.Hash {
		return fmt.Errorf("act: matter %d: act %d was changed after it was recorded", a.Matter, a.Seq)
	}
	return nil
}

// Withheld tells whether the public may see that this was done, but not what it says: it tells how one household
// answered. Such an act is blinded when it is recorded, so everybody can see that it is one.
func (a Act) Withheld() bool {
	return slices.ContainsFunc(a.Sealed, func(c Commitment) bool { return c.Field == Blind })
}

// When is when it was done by the word of whoever did it: Made where a phone said so, else At.
func (a Act) When() time.Time {
	if a.Made.IsZero() {
		return a.At
	}
	return a.Made
}

// Into reads the body into a value of the kind's own type.
func (a Act) Into(v any) error {
	if err := json.Unmarshal(a.Body, v); err != nil {
		return fmt.Errorf("act: body of %s, matter %d, act %d: %w", a.Kind, a.Matter, a.Seq, err)
	}
	return nil
}

// Commit makes the commitment to a sealed value. Whoever holds salt and value can open it; without the salt
// nothing is learnt, however short the value.
func Commit(field string, salt []byte, value string) Commitment {
	h := sha256.New()
	h.Write(salt)
	h.Write([]byte{0})
	h.Write([]byte(value))
	return Commitment{Field: field, Hash: Digest(hex.EncodeToString(h.Sum(nil)))}
}

// Sum is the digest of some bytes.
func Sum(raw []byte) Digest {
	s := sha256.Sum256(raw)
	return Digest(hex.EncodeToString(s[:]))
}
