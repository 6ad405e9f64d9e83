package vote

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"gongzhi/internal/fault"
)

// Item is one question with the rule that decides it. Where Also names further rules, all of them must pass: a lift
// needs the statute and the local rule.
type Item struct {
	ID   ItemID
	Rule Rule
	Also []Rule
}

// Terms are how one vote is held: what the method declares before it opens.
type Terms struct {
	Items []Item
	// Precedence lists channels whose ballots stand against those of the others whatever their time, strongest
	// first. Channels not listed are equal and weakest; without a list only time decides.
	Precedence []Channel
	// ProxyLimit is how many heads one person may vote for by mandate; the earliest stand. 0 means no limit.
	ProxyLimit int
	// Representatives are co-owners whom the owners of a disputed head have confirmed: only they vote for it.
	Representatives map[HeadID]OwnerID
	// Closes is the first instant that is too late; zero while no close is set.
	Closes time.Time
	// Follow asks for the "silent follow the majority" figures, where the rule lets them be shown.
	Follow bool
}

// intake is the part of counting that looks at one ballot alone. Close and Tally share it; everything that needs two
// ballots they do separately, which is what lets one test the other.
type intake struct {
	roll  *Roll
	terms Terms
	items map[ItemID]int
	ranks [len(channelNames)]int
}

// newIntake refuses terms that name no item, one item twice, or a rule without a pass clause.
func newIntake(roll *Roll, terms Terms) (*intake, error) {
	in := &intake{roll: roll, terms: terms, items: make(map[ItemID]int, len(terms.Items))}
	refuse := func(code string, item ItemID) (*intake, error) {
		return nil, fault.Refuse(fault.Invalid, code, fault.Basis{}, fault.Args{"Item": string(item)})
	}
	if len(terms.Items) == 0 {
		return refuse("vote.terms.no_item", "")
	}
	for i, it := range terms.Items {
		if _, twice := in.items[it.ID]; twice {
			return refuse("vote.terms.item_twice", it.ID)
		}
		for _, r := range append([]Rule{it.Rule}, it.Also...) {
			if r.Pass.IsZero() {
				return refuse("vote.terms.no_rule", it.ID)
			}
		}
		in.items[it.ID] = i
	}
	for i, c := range terms.Precedence {
		if c > 0 && int(c) < len(in.ranks) && in.ranks[c] == 0 {
			in.ranks[c] = len(terms.Precedence) - i
		}
	}
	return in, nil
}

// cast is a ballot that nothing speaks against when it is looked at alone.
type cast struct {
	ballot  *Ballot
	rank    int
	head    int32
	index   int32     // its place among those that are counted together
	line    int32     // the one part it speaks for; -1 for all of the head
	voter   int32     // place among the head's owners; -1 for any of several
	choices []Choice  // by item; 0 where it says nothing
	notes   []Invalid // items of it that do not count, should the rest stand
	reason  Reason    // why it does not count after all, seen beside others
	stands  int       // parts for which it is the voter's ballot
}

// lines are the parts that the ballot speaks for.
func (in *intake) lines(c *cast) []int32 {
	if c.line < 0 {
		return in.roll.linesOf[c.head]
	}
	return in.roll.oneLine(c.line)
}

// admit places a ballot, or gives the first reason against it. notes are its items that do not count although the
// rest does.
func (in *intake) admit(b *Ballot) (c cast, notes []Invalid, why Reason) {
	c.ballot, c.line, c.head = b, -1, -1
	if b.Void != 0 {
		return c, nil, b.Void
	}
	if b.Part != "" {
		line, ok := in.roll.byPart[b.Part]
		if !ok {
			return c, nil, UnknownPart
		}
		c.line, c.head = line, in.roll.headOf[line]
		if c.head < 0 {
			return c, nil, ExcludedSpace
		}
		if b.ForHead {
			c.line = -1
		}
	} else {
		head, ok := in.roll.byHead[b.Head]
		if !ok {
			return c, nil, UnknownPart
		}
		c.head = head
	}
	if why = in.voter(b, &c); why != 0 {
		return c, nil, why
	}
	if m := b.Mandate; b.Channel == Proxy || m != nil {
		if m == nil || m.Holder == "" || m.Scan == "" || (!m.Revoked.IsZero() && !b.At.Before(m.Revoked)) {
			return c, nil, NoMandate
		}
	}
	switch {
	case !b.Signed:
		return c, nil, Unsigned
	case !in.terms.Closes.IsZero() && !b.At.Before(in.terms.Closes):
		return c, nil, Late
	}
	notes, why = in.choices(b, &c)
	if b.Channel > 0 && int(b.Channel) < len(in.ranks) {
		c.rank = in.ranks[b.Channel]
	}
	return c, notes, why
}

func (in *intake) voter(b *Ballot, c *cast) Reason {
	owners := in.roll.heads[c.head].Owners
	switch {
	case b.Voter == "":
		return Unidentified
	case len(owners) == 0:
		return UnknownVoter
	case b.Voter != AnyOwner:
		i, ok := slices.BinarySearch(owners, b.Voter)
		if !ok {
			return UnknownVoter
		}
		c.voter = int32(i)
	case len(owners) > 1:
		c.voter = -1
	}
	return 0
}

// choices reads the marks. An item outside the agenda or the mandate, or one that cannot be read, does not count; the
// others do. When none is left the whole ballot is invalid.
func (in *intake) choices(b *Ballot, c *cast) (notes []Invalid, why Reason) {
	c.choices = make([]Choice, len(in.terms.Items))
	left := 0
	for id, choice := range b.Choices {
		i, ok := in.items[id]
		switch {
		case !ok:
			notes = append(notes, Invalid{b.ID, OffAgenda, id, b.Seq})
		case choice < Yes || choice > Abstain:
			notes = append(notes, Invalid{b.ID, SpoiledBallot, id, b.Seq})
		case b.Mandate != nil && !b.Mandate.covers(id):
			notes = append(notes, Invalid{b.ID, OutOfMandate, id, b.Seq})
		default:
			c.choices[i] = choice
			left++
		}
	}
	if left > 0 {
		return notes, 0
	}
	why = Blank
	for _, n := range notes {
		if why == Blank || n.Reason < why {
			why = n.Reason
		}
	}
	return nil, why
}

// earlier orders by time alone, for the limit on proxies: first come, first served.
func earlier(a, b *Ballot) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.ID, b.ID))
}

// weaker orders the ballots of one voter; the last one stands.
func weaker(a, b *cast) int {
	return cmp.Or(cmp.Compare(a.rank, b.rank), earlier(a.ballot, b.ballot))
}

// notRepresentative tells whether the owners have named somebody else to vote for the head.
func (in *intake) notRepresentative(c *cast) bool {
	h := in.roll.heads[c.head]
	who, named := in.terms.Representatives[h.ID]
	return named && (c.voter < 0 || h.Owners[c.voter] != who)
}

// same tells whether two ballots of one id, both signed and admitted, are the same thing sent twice. Where the second
// stands in the ledger does not matter.
func same(a, b *Ballot) bool {
	if (a.Mandate == nil) != (b.Mandate == nil) {
		return false
	}
	if m, n := a.Mandate, b.Mandate; m != nil &&
		(m.Holder != n.Holder || m.Scan != n.Scan || !slices.Equal(m.Items, n.Items) || !m.Revoked.Equal(n.Revoked)) {
		return false
	}
	return a.Head == b.Head && a.Part == b.Part && a.ForHead == b.ForHead && a.Voter == b.Voter && a.Channel == b.Channel && a.At.Equal(b.At) &&
		maps.Equal(a.Choices, b.Choices)
}
