package ballot

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/exact"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/vote"
)

// The acts of a ballot.
const (
	opened   = "ballot.opened"
	cast     = "ballot.cast"
	entered  = "ballot.entered"    // a paper, typed in once: not counted yet
	verified = "ballot.verified"   // typed in again by somebody else, the same
	differs  = "ballot.mismatched" // typed in again, not the same
	settled  = "ballot.settled"
	closed   = "ballot.closed" // no more ballots; papers received in time may still be typed in
	boxed    = "ballot.boxed"  // no more papers either; those that differ are being settled
	named    = "ballot.represented"
	counted  = "ballot.counted"
)

type (
	openedBody struct {
		Closes             time.Time     `json:"closes"`
		Day                calendar.Date `json:"day,omitzero"` // that the roll is as of; of the opening where it does not say
		Root               act.Digest    `json:"root"`
		CountSpecialSpaces bool          `json:"count_special_spaces"`
		SpacesRule         string        `json:"spaces_rule,omitempty"`
		Rules              []rule        `json:"rules"`
		Items              []string      `json:"items"`
		Precedence         []string      `json:"precedence,omitempty"`
		ProxyLimit         int           `json:"proxy_limit,omitempty"` // heads one person may vote for; 0 is no limit
		Area               uint64        `json:"area"`
		Heads              uint64        `json:"heads"`
		Roll               []rollLine    `json:"roll"`
	}
	// rule is what decides, in full, so that the count needs nothing but the acts.
	rule struct {
		Profile string  `json:"profile"`
		Key     string  `json:"key"`
		Basis   string  `json:"basis"`
		Quorum  *clause `json:"quorum,omitempty"`
		Pass    clause  `json:"pass"`
	}
	clause struct {
		Of    vote.Whole      `json:"of"`
		Area  exact.Threshold `json:"area"`
		Heads exact.Threshold `json:"heads"`
		Basis string          `json:"basis,omitempty"`
	}
	// rollLine is one part with the reason it stands under its head. Owners are opaque names.
	rollLine struct {
		Part     vote.PartID    `json:"part"`
		Building string         `json:"building,omitempty"`
		Unit     string         `json:"unit,omitempty"`
		Room     string         `json:"room,omitempty"`
		Area     uint64         `json:"area"`
		Source   string         `json:"source,omitempty"`
		Owners   []vote.OwnerID `json:"owners,omitempty"`
		Kind     vote.Kind      `json:"kind"`
		State    vote.State     `json:"state"`
		Builder  vote.OwnerID   `json:"builder,omitempty"`
		Head     vote.HeadID    `json:"head,omitempty"`
		Why      string         `json:"why"`
	}
	choices map[vote.ItemID]vote.Choice

	castBody struct {
		Ballot  vote.BallotID `json:"ballot"`
		Head    vote.HeadID   `json:"head"`
		Voter   vote.OwnerID  `json:"voter"`
		Choices choices       `json:"choices"`
		Helped  string        `json:"helped,omitempty"` // the kind of help that the voter says there was
		Device  string        `json:"device,omitempty"` // the same for all ballots of one browser in this matter, and says nothing else
	}
	paper struct {
		Part    vote.PartID   `json:"part"`
		Signed  bool          `json:"signed"`
		Holder  string        `json:"holder,omitempty"`  // opaque name of who votes for the owner
		Covers  []vote.ItemID `json:"covers,omitempty"`  // what the mandate is for, where not for everything
		Station string        `json:"station,omitempty"` // where it was cast before witnesses
		Helper  act.Person    `json:"helper,omitempty"`  // who helped to fill it in
		Choices choices       `json:"choices"`
	}
	enteredBody struct {
		No       int          `json:"no"`
		Paper    paper        `json:"paper"`
		Received time.Time    `json:"received"`
		Scan     []act.Digest `json:"scan"` // of the files; the files themselves are sealed
		Mandate  []act.Digest `json:"mandate,omitempty"`
		Mandated string       `json:"mandated,omitempty"` // the day on the mandate
	}
	verifiedBody struct {
		No    int    `json:"no"`
		Paper *paper `json:"paper,omitempty"` // as read the second time, where that differs
	}
	settledBody struct {
		No     int    `json:"no"`
		Void   bool   `json:"void"`
		Reason string `json:"reason"`
		Paper  *paper `json:"paper,omitempty"` // what counts
	}
	namedBody struct {
		Head  vote.HeadID  `json:"head"`
		Owner vote.OwnerID `json:"owner"`
	}
	closedBody struct {
		Waiting int `json:"waiting"`
	}
)

func ruleOf(r vote.Rule) rule {
	out := rule{Profile: r.Profile, Key: r.Key, Basis: r.Basis, Pass: clause(r.Pass)}
	if !r.Quorum.IsZero() {
		q := clause(r.Quorum)
		out.Quorum = &q
	}
	return out
}

func (r rule) rule() vote.Rule {
	out := vote.Rule{Profile: r.Profile, Key: r.Key, Basis: r.Basis, Pass: vote.Clause(r.Pass)}
	if r.Quorum != nil {
		out.Quorum = vote.Clause(*r.Quorum)
	}
	return out
}

func linesOf(roll vote.Roll) []rollLine {
	out := make([]rollLine, len(roll.Lines()))
	for i, l := range roll.Lines() {
		out[i] = rollLine{
			Part: l.ID, Building: l.Building, Unit: l.Unit, Room: l.Room, Area: uint64(l.Area), Owners: l.Owners, Kind: l.Kind, State: l.State,
			Builder: l.Builder, Head: l.Head, Why: l.Grouping.String(),
		}
		if l.Source != 0 {
			out[i].Source = l.Source.String()
		}
	}
	return out
}

func (b openedBody) roll() (vote.Roll, error) {
	parts := make([]vote.Part, len(b.Roll))
	for i, l := range b.Roll {
		parts[i] = vote.Part{
			ID: l.Part, Building: l.Building, Unit: l.Unit, Room: l.Room, Area: exact.Area(l.Area), Owners: l.Owners, Kind: l.Kind, State: l.State, Builder: l.Builder,
		}
		if l.Source != "" {
			if err := parts[i].Source.UnmarshalText([]byte(l.Source)); err != nil {
				return vote.Roll{}, err
			}
		}
	}
	roll, err := vote.NewRoll(parts, vote.RollOptions{CountSpecialSpaces: b.CountSpecialSpaces, SpacesRule: b.SpacesRule})
	if err != nil {
		return vote.Roll{}, err
	}
	if roll.Root() != b.Root {
		return vote.Roll{}, fault.Refuse(fault.Invalid, "ballot.root_wrong", fault.Basis{}, fault.Args{"Root": string(b.Root)})
	}
	return roll, nil
}

func (b openedBody) terms() (vote.Terms, error) {
	t := vote.Terms{Closes: b.Closes, ProxyLimit: b.ProxyLimit, Items: make([]vote.Item, len(b.Items))}
	for i, id := range b.Items {
		t.Items[i] = vote.Item{ID: vote.ItemID(id), Rule: b.Rules[0].rule()}
		for _, r := range b.Rules[1:] {
			t.Items[i].Also = append(t.Items[i].Also, r.rule())
		}
	}
	for _, name := range b.Precedence {
		var c vote.Channel
		if err := c.UnmarshalText([]byte(name)); err != nil {
			return t, err
		}
		t.Precedence = append(t.Precedence, c)
	}
	return t, nil
}

// standing of a paper.
type standing int

const (
	once    standing = iota + 1 // typed in by one person
	unequal                     // typed in twice, differently
	done                        // in the count
	void
)

type entry struct {
	No       int
	First    paper
	Second   *paper
	Mandate  string // hash of the scanned mandate
	Mandated string // the day it was given, 2006-01-02; empty where the paper does not say
	Reason   string // why it was settled so
	Received time.Time
	Hands    []act.Person
	Standing standing
}

func (e entry) waits() bool { return e.Standing == once || e.Standing == unequal }

// state is a roll, its terms and the ballots. The tally follows every ballot as it comes; the count at the end is made
// anew from all of them.
type state struct {
	Opened      time.Time
	Closes      time.Time
	Root        act.Digest
	Receipts    []act.Digest // hashes of the acts that brought a ballot
	Roll        vote.Roll
	Terms       vote.Terms
	Ballots     []vote.Ballot
	Online      []voted
	Entries     []entry
	Tally       *vote.Tally
	Revoked     map[vote.HeadID]time.Time // when the owners took back their mandates
	Delivered   map[vote.PartID][]deliveredBody
	DeliveredAt map[vote.PartID]time.Time
	Boxes       []step.BoxEvent
	Recounts    []step.Recount
	Closed      bool
	Boxed       bool
	Ended       bool
	Outcome     string

	Certificate *countedBody // as it was published
}

// waiting counts papers that are not resolved, leaving one out.
func (st *state) waiting(except int) (n int) {
	for _, e := range st.Entries {
		if e.waits() && e.No != except {
			n++
		}
	}
	return n
}

// Fold adds one act.
func (b *Ballot) Fold(s any, a act.Act) (any, error) {
	st, ok := s.(*state)
	if !ok {
		st = &state{}
	}
	if brought(a) {
		st.Receipts = append(st.Receipts, a.Hash)
	}
	switch a.Kind {
	case opened:
		return st, st.open(a)
	case cast:
		var c castBody
		if err := a.Into(&c); err != nil {
			return nil, err
		}
		st.add(vote.Ballot{
			ID: c.Ballot, Head: c.Head, Voter: c.Voter, Channel: vote.Online, At: a.At, Seq: uint64(a.Seq), Signed: true, Choices: c.Choices,
		})
		st.Online = append(st.Online, voted{c.Head, a.At, c.Device, c.Helped})
	case entered:
		var e enteredBody
		if err := a.Into(&e); err != nil {
			return nil, err
		}
		paper := entry{No: e.No, First: e.Paper, Received: e.Received, Mandated: e.Mandated, Hands: []act.Person{a.By.Person}, Standing: once}
		if len(e.Mandate) > 0 {
			paper.Mandate = string(e.Mandate[0])
		}
		st.Entries = append(st.Entries, paper)
	case verified, differs, settled:
		return st, st.resolve(a)
	case delivered, boxSealed, boxOpened, recounted, revoked:
		return st, st.foldPaper(a)
	case named:
		var n namedBody
		if err := a.Into(&n); err != nil {
			return nil, err
		}
		if st.Terms.Representatives == nil {
			st.Terms.Representatives = map[vote.HeadID]vote.OwnerID{}
		}
		st.Terms.Representatives[n.Head] = n.Owner
		st.Tally.Confirm(n.Head, n.Owner)
	case closed:
		st.Closed = true
	case boxed:
		st.Closed, st.Boxed = true, true
	case counted:
		st.Certificate = &countedBody{}
		return st, a.Into(st.Certificate)
	case act.Ended:
		st.Ended = true
		return st, step.Outcome(a, &st.Outcome)
	}
	return st, nil
}

func (st *state) open(a act.Act) (err error) {
	var b openedBody
	if err = a.Into(&b); err != nil {
		return err
	}
	st.Opened, st.Closes, st.Root = a.At, b.Closes, b.Root
	if st.Roll, err = b.roll(); err != nil {
		return err
	}
	if st.Terms, err = b.terms(); err != nil {
		return err
	}
	st.Tally, err = vote.NewTally(st.Roll, st.Terms)
	return err
}

func (st *state) add(b vote.Ballot) {
	st.Ballots = append(st.Ballots, b)
	st.Tally.Add(b)
}

func (st *state) resolve(a act.Act) error {
	var b settledBody // verified and mismatched acts are parts of it
	if err := a.Into(&b); err != nil {
		return err
	}
	e := &st.Entries[b.No-1]
	if e.Standing == done { // read anew after a count by hand that came out otherwise
		if err := st.withdraw(e.id()); err != nil {
			return err
		}
	}
	e.Hands, e.Reason = append(e.Hands, a.By.Person), b.Reason
	switch {
	case a.Kind == differs:
		e.Second, e.Standing = b.Paper, unequal
		return nil
	case b.Void:
		e.Standing = void
		st.add(e.voided())
		return nil
	case a.Kind == settled:
		e.First = *b.Paper
	}
	e.Standing = done
	st.add(e.ballot(st))
	return nil
}

// withdraw takes a ballot out of the tally, which knows no way back and so begins anew.
func (st *state) withdraw(id vote.BallotID) (err error) {
	st.Ballots = slices.DeleteFunc(st.Ballots, func(b vote.Ballot) bool { return b.ID == id })
	if st.Tally, err = vote.NewTally(st.Roll, st.Terms); err != nil {
		return err
	}
	for _, b := range st.Ballots {
		st.Tally.Add(b)
	}
	return nil
}

func (e entry) id() vote.BallotID { return vote.BallotID(fmt.Sprintf("paper-%d", e.No)) }

// ballot is the paper as it counts: it speaks for its household and stands as of the instant it was received.
func (e entry) ballot(st *state) vote.Ballot {
	b := vote.Ballot{
		ID: e.id(), Part: e.First.Part, Voter: vote.AnyOwner, Channel: vote.Paper, At: e.Received, Seq: uint64(e.No),
		Signed: e.First.Signed, Choices: e.First.Choices,
	}
	if e.First.Station != "" {
		b.Channel = vote.Station
	}
	if e.First.Holder == "" {
		return b
	}
	b.Channel, b.Mandate = vote.Proxy, &vote.Mandate{Holder: vote.OwnerID(e.First.Holder), Scan: e.Mandate, Items: e.First.Covers}
	head, _ := st.Roll.HeadOf(e.First.Part)
	// A mandate written after the day of the revocation is another one.
	if at, ok := st.Revoked[head.ID]; ok && e.Mandated <= calendar.DateOf(at).String() {
		b.Mandate.Revoked = at
	}
	return b
}

// voided is a paper that was made void: nothing on it is read, and the count lists it.
func (e entry) voided() vote.Ballot {
	b := vote.Ballot{
		ID: e.id(), Part: e.First.Part, Voter: vote.AnyOwner, Channel: vote.Paper, At: e.Received, Seq: uint64(e.No), Signed: true, Choices: choices{},
	}
	for item := range e.First.Choices {
		b.Choices[item] = vote.Spoiled
	}
	return b
}

func equal(a, b paper) bool { return reflect.DeepEqual(a, b) }

func lastDay(at time.Time) calendar.Date { return calendar.LastDay(at) }
