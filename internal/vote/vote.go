// Package vote counts ballots exactly as a charter prescribes.
//
// In: a Roll (who may vote, with what weight), the Ballots cast, and a Rule. Out: a Count that anyone can
// recompute from the same three. It does no I/O beyond a reader it is handed, reads no clock and has no floating
// point: shares are compared as fractions, so "two thirds or more" means exactly that.
//
// Owners' votes are named: every ballot belongs to a voter and weighs on two axes, area and heads. Votes of a
// meeting, which may be secret, are counted by number alone (see [HeadRule.CountHeads]) and never touch a Ballot.
package vote

import (
	"fmt"
	"slices"
	"time"

	"gongzhi/internal/exact"
)

type (
	OwnerID  string // opaque; two spellings are two owners
	PartID   string // one exclusive part: a flat, or a special space
	HeadID   string // one vote by number; named by the first of its parts in roll order
	BallotID string
	ItemID   string // one question of the agenda
)

// SoleItem is the question of a vote that asks only one, as in the offline files.
const SoleItem ItemID = "item"

// AnyOwner is the voter of a ballot that was identified by its part and a signature rather than by an account: the
// printed ballot of a household, and every ballot of the offline files. Where a head has one owner it is that owner.
const AnyOwner OwnerID = "*"

// Sides is an amount on both axes of an owners' vote.
type Sides struct {
	Area  exact.Area // 0.01 m²
	Heads uint64     // votes by number
}

// Choice is what a ballot says to one item.
type Choice int

const (
	Yes Choice = iota + 1
	No
	Abstain // takes part, and agrees to nothing
	Spoiled // marked so that nobody can tell: not cast for this item
)

var choiceNames = [...]string{Yes: "yes", No: "no", Abstain: "abstain", Spoiled: "spoiled"}

func (c Choice) String() string               { return nameOf(choiceNames[:], int(c)) }
func (c Choice) MarshalText() ([]byte, error) { return marshalName(choiceNames[:], int(c)) }
func (c *Choice) UnmarshalText(raw []byte) error {
	return unmarshalName(choiceNames[:], raw, (*int)(c))
}

// Channel is how a ballot came in.
type Channel int

const (
	Online    Channel = iota + 1
	Paper             // printed, signed, entered by staff
	Proxy             // cast by somebody holding a written mandate
	Station           // at a voting station, witnessed
	Elsewhere         // any other way that the offline files name; counts like the rest
)

var channelNames = [...]string{Online: "online", Paper: "paper", Proxy: "proxy", Station: "station", Elsewhere: "other"}

func (c Channel) String() string               { return nameOf(channelNames[:], int(c)) }
func (c Channel) MarshalText() ([]byte, error) { return marshalName(channelNames[:], int(c)) }
func (c *Channel) UnmarshalText(raw []byte) error {
	return unmarshalName(channelNames[:], raw, (*int)(c))
}

// Outcome is how a vote ended under one rule. Not reaching the quorum is not the same as being voted down.
type Outcome int

const (
	Passed Outcome = iota + 1
	NotPassed
	NotQuorate
)

var outcomeNames = [...]string{Passed: "passed", NotPassed: "not_passed", NotQuorate: "not_quorate"}

func (o Outcome) String() string               { return nameOf(outcomeNames[:], int(o)) }
func (o Outcome) MarshalText() ([]byte, error) { return marshalName(outcomeNames[:], int(o)) }
func (o *Outcome) UnmarshalText(raw []byte) error {
	return unmarshalName(outcomeNames[:], raw, (*int)(o))
}

// Reason is why a ballot, or one item of it, does not count. Where several apply the first in this order is given,
// so that the same ballot is never explained in two ways.
type Reason int

const (
	UnknownPart       Reason = iota + 1 // names a part or head that is not on the roll
	ExcludedSpace                       // names a special space, and spaces do not vote here
	Unidentified                        // names no voter
	UnknownVoter                        // names somebody who does not own this head
	NoMandate                           // cast for another without a written mandate, or after it was withdrawn
	Unsigned                            //
	Late                                // received at the close or after it
	SpoiledBallot                       // no item is marked so that one can tell
	Blank                               // no item is marked
	OffAgenda                           // speaks only of items that are not on the agenda
	NotRepresentative                   // the owners have named one of them to vote, and it is another
	ProxyLimit                          // the holder votes for more heads than the rule lets one person
	Duplicate                           // the same ballot again; or two that differ under one id, of which neither counts
	Superseded                          // a later ballot, or one by a stronger channel, stands in its place
	OutOfMandate                        // one item only: the mandate does not cover it
)

var reasonNames = [...]string{
	UnknownPart: "unknown_part", ExcludedSpace: "excluded_space", Unidentified: "unidentified", UnknownVoter: "unknown_voter",
	NoMandate: "no_mandate", Unsigned: "unsigned", Late: "late", SpoiledBallot: "spoiled", Blank: "blank", OffAgenda: "off_agenda",
	NotRepresentative: "not_representative", ProxyLimit: "proxy_limit", Duplicate: "duplicate", Superseded: "superseded",
	OutOfMandate: "out_of_mandate",
}

func (r Reason) String() string               { return nameOf(reasonNames[:], int(r)) }
func (r Reason) MarshalText() ([]byte, error) { return marshalName(reasonNames[:], int(r)) }
func (r *Reason) UnmarshalText(raw []byte) error {
	return unmarshalName(reasonNames[:], raw, (*int)(r))
}

// Key is the key of its words.
func (r Reason) Key() string { return "vote.reason." + r.String() }

// Ballot is one paper, or one submission, as it came in. It names a head, or one part of a head; a head's ballot
// speaks for all of its parts.
type Ballot struct {
	ID      BallotID
	Head    HeadID // one of Head and Part; Part wins where both are set
	Part    PartID
	ForHead bool    // with Part: it speaks for all the parts of that one's head
	Voter   OwnerID // the owner who votes, also where a proxy holds the pen; [AnyOwner] for a household's paper
	Channel Channel
	At      time.Time // when it was received
	Seq     uint64    // ledger sequence or line; decides between equal instants
	Signed  bool
	Choices map[ItemID]Choice
	Mandate *Mandate // set where somebody votes for the owner
	Void    Reason   // found invalid already, for a reason that what is above does not show; zero otherwise
}

// Mandate is an owner's written authority to vote in their place.
type Mandate struct {
	Holder  OwnerID
	Scan    string    // hash of the scanned paper; without it there is no mandate
	Items   []ItemID  // what it covers; none means the whole agenda
	Revoked time.Time // zero while it stands
}

// covers tells whether the mandate is for that question.
func (m *Mandate) covers(id ItemID) bool { return len(m.Items) == 0 || slices.Contains(m.Items, id) }

func nameOf(names []string, i int) string {
	if i < 1 || i >= len(names) {
		return fmt.Sprintf("vote(%d)", i)
	}
	return names[i]
}

func marshalName(names []string, i int) ([]byte, error) {
	if i < 1 || i >= len(names) {
		return nil, fmt.Errorf("vote: %d is not a member of its set", i)
	}
	return []byte(names[i]), nil
}

func unmarshalName(names []string, raw []byte, into *int) error {
	for i, n := range names {
		if i > 0 && n == string(raw) {
			*into = i
			return nil
		}
	}
	return fmt.Errorf("%q is none of %v", raw, names[1:])
}
