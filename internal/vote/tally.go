package vote

import (
	"maps"
	"slices"

	"gongzhi/internal/exact"
)

// Tally counts while a vote is open. Adding a ballot costs in proportion to the parts it speaks for, not to the
// ballots already there; reading costs the same at every size. At every moment, whatever the order in which ballots
// were added, Figures equals what [Terms.Close] would give for the same ballots.
//
// A Tally can be thrown away and rebuilt from the ledger. It is not safe for use by several goroutines at once.
type Tally struct {
	in      *intake
	figures Figures // Items hold sums only; verdicts are made when read
	slots   [][]slot
	says    []says    // by line and item
	heads   []opinion // by head and item
	voted   []int     // by head: standing ballots, counted once per part
	byID    map[BallotID][]*live
	holders map[OwnerID][]held
}

// live is a cast with what speaks against it at present. All of it may change when another ballot comes.
type live struct {
	cast
	notRep, overLimit, twice bool
	listed                   Reason // how the figures count it now; notListed before they do
}

const notListed Reason = -1

func (l *live) out() bool { return l.notRep || l.overLimit || l.twice }

func (l *live) why() Reason {
	switch {
	case l.notRep:
		return NotRepresentative
	case l.overLimit:
		return ProxyLimit
	case l.twice:
		return Duplicate
	case l.stands == 0:
		return Superseded
	}
	return 0
}

// slot is one voter's ballots for one part, weakest first, and the one that stands.
type slot struct {
	voter int32
	all   []*live
	now   *live
}

type says int // ballots standing for a part that say something to an item

// opinion is what a head says to an item: standing ballots by choice, counted once per part, and the area of the
// parts they speak for.
type opinion struct {
	by   [Abstain + 1]int
	area exact.Area
}

// held is a head for which somebody holds a mandate, with the ballots cast under it.
type held struct {
	head  int32
	first *Ballot
	casts []*live
}

// NewTally starts an empty count. It refuses the terms that [Terms.Close] refuses.
func NewTally(roll Roll, terms Terms) (*Tally, error) {
	terms.Representatives = maps.Clone(terms.Representatives)
	in, err := newIntake(&roll, terms)
	if err != nil {
		return nil, err
	}
	items := len(terms.Items)
	t := &Tally{
		in: in, slots: make([][]slot, len(roll.lines)), says: make([]says, len(roll.lines)*items),
		heads: make([]opinion, len(roll.heads)*items), voted: make([]int, len(roll.heads)),
		byID: map[BallotID][]*live{}, holders: map[OwnerID][]held{},
		figures: Figures{Total: roll.total, SilentHeads: len(roll.heads), Items: make([]ItemCount, items)},
	}
	for i := range t.figures.Items {
		it := &t.figures.Items[i]
		it.Item, it.Total, it.Silent = terms.Items[i].ID, roll.total, roll.total
	}
	return t, nil
}

// Add counts one more ballot and says why it does not count, or 0 where it does. A later ballot may change either.
func (t *Tally) Add(b Ballot) Reason {
	t.figures.Ballots++
	b.Choices = maps.Clone(b.Choices)
	c, _, why := t.in.admit(&b)
	if why != 0 {
		t.figures.Reasons[why]++
		return why
	}
	l := &live{cast: c, listed: notListed}
	l.notRep = t.in.notRepresentative(&l.cast)
	changed := append(t.hold(l), t.twins(l)...)
	for _, line := range t.in.lines(&l.cast) {
		s := t.slot(line, l.voter)
		at, _ := slices.BinarySearchFunc(s.all, l, func(a, b *live) int { return weaker(&a.cast, &b.cast) })
		s.all = slices.Insert(s.all, at, l)
	}
	t.settle(append(changed, l))
	return l.listed
}

// Confirm records whom the owners of a head have named to vote for it, or with "" that they have withdrawn it. An
// unknown head changes nothing.
func (t *Tally) Confirm(head HeadID, owner OwnerID) {
	h, ok := t.in.roll.byHead[head]
	if !ok {
		return
	}
	if t.in.terms.Representatives == nil {
		t.in.terms.Representatives = map[HeadID]OwnerID{}
	}
	t.in.terms.Representatives[head] = owner
	if owner == "" {
		delete(t.in.terms.Representatives, head)
	}
	var changed []*live
	for _, line := range t.in.roll.linesOf[h] {
		for _, s := range t.slots[line] {
			for _, l := range s.all {
				l.notRep = t.in.notRepresentative(&l.cast)
				changed = append(changed, l)
			}
		}
	}
	t.settle(changed)
}

// Figures reads the count as it stands.
func (t *Tally) Figures() Figures {
	f := t.figures
	f.Items = slices.Clone(f.Items)
	for i := range f.Items {
		it := &f.Items[i]
		it.Cast = it.Yes.plus(it.No).plus(it.Abstain)
		it.judge(t.in.terms.Items[i], t.in.terms.Follow)
	}
	return f
}

// Voted tells whether a head has a ballot standing, which is what a list of doors to knock on asks.
func (t *Tally) Voted(head HeadID) bool {
	h, ok := t.in.roll.byHead[head]
	return ok && t.voted[h] > 0
}

func (t *Tally) slot(line, voter int32) *slot {
	for i := range t.slots[line] {
		if t.slots[line][i].voter == voter {
			return &t.slots[line][i]
		}
	}
	t.slots[line] = append(t.slots[line], slot{voter: voter})
	return &t.slots[line][len(t.slots[line])-1]
}

// hold keeps the heads of one proxy in the order they came. A ballot that was received earlier but arrives here later
// may push another head over the limit; those ballots are returned.
func (t *Tally) hold(l *live) (changed []*live) {
	if l.ballot.Mandate == nil || t.in.terms.ProxyLimit <= 0 {
		return nil
	}
	who := l.ballot.Mandate.Holder
	list := t.holders[who]
	i := slices.IndexFunc(list, func(h held) bool { return h.head == l.head })
	if i < 0 {
		i = len(list)
		list = append(list, held{head: l.head, first: l.ballot})
	}
	list[i].casts = append(list[i].casts, l)
	if earlier(l.ballot, list[i].first) < 0 {
		list[i].first = l.ballot
	}
	slices.SortFunc(list, func(a, b held) int { return earlier(a.first, b.first) })
	t.holders[who] = list
	for i, h := range list {
		over := i >= t.in.terms.ProxyLimit
		for _, c := range h.casts {
			if c.overLimit != over {
				c.overLimit = over
				changed = append(changed, c)
			}
		}
	}
	return changed
}

// twins treats ballots of one id: of equal ones the strongest is kept, of different ones none.
func (t *Tally) twins(l *live) (changed []*live) {
	all := append(t.byID[l.ballot.ID], l)
	t.byID[l.ballot.ID] = all
	if len(all) == 1 {
		return nil
	}
	keep := all[0]
	for _, c := range all[1:] {
		if !same(keep.ballot, c.ballot) {
			keep = nil
			break
		}
		if weaker(&keep.cast, &c.cast) < 0 {
			keep = c
		}
	}
	for _, c := range all {
		c.twice = c != keep
	}
	return all
}

// settle brings slots and figures up to date after what speaks against these ballots has changed.
func (t *Tally) settle(changed []*live) {
	for _, l := range changed {
		for _, line := range t.in.lines(&l.cast) {
			t.restand(line, t.slot(line, l.voter))
		}
	}
	for _, l := range changed {
		t.list(l)
	}
}

// restand finds the strongest ballot of the slot that nothing speaks against.
func (t *Tally) restand(line int32, s *slot) {
	var now *live
	for i := len(s.all) - 1; i >= 0 && now == nil; i-- {
		if !s.all[i].out() {
			now = s.all[i]
		}
	}
	old := s.now
	if now == old {
		return
	}
	s.now = now
	if old != nil {
		t.move(line, old, -1)
		t.list(old)
	}
	if now != nil {
		t.move(line, now, +1)
		t.list(now)
	}
}

// move takes a ballot into the sums of one part (by +1) or out of them (by -1).
func (t *Tally) move(line int32, l *live, by int) {
	l.stands += by
	if t.voted[l.head] == 0 {
		t.figures.SilentHeads--
	}
	t.voted[l.head] += by
	if t.voted[l.head] == 0 {
		t.figures.SilentHeads++
	}
	items := len(t.figures.Items)
	area := t.in.roll.lines[line].Area
	for i, choice := range l.choices {
		if choice == 0 {
			continue
		}
		o, n := &t.heads[int(l.head)*items+i], &t.says[int(line)*items+i]
		from, weight := t.side(i, l.head, o)
		*from = from.minus(weight)
		if *n == 0 {
			o.area += area
		}
		*n += says(by)
		if *n == 0 {
			o.area -= area
		}
		o.by[choice] += by
		to, weight := t.side(i, l.head, o)
		*to = to.plus(weight)
	}
}

// side is the sum that a head's opinion belongs to, and what it weighs there.
func (t *Tally) side(item int, head int32, o *opinion) (*Sides, Sides) {
	it := &t.figures.Items[item]
	yes, no, abstain := o.by[Yes] > 0, o.by[No] > 0, o.by[Abstain] > 0
	switch voted := (Sides{o.area, 1}); {
	case yes && !no && !abstain:
		return &it.Yes, voted
	case no && !yes && !abstain:
		return &it.No, voted
	case abstain && !yes && !no:
		return &it.Abstain, voted
	case yes || no || abstain:
		return &it.Disputed, voted
	}
	return &it.Silent, Sides{t.in.roll.heads[head].Area, 1}
}

// list counts the ballot among the standing ones or under its reason, and takes it out where it was.
func (t *Tally) list(l *live) {
	why := l.why()
	if why == l.listed {
		return
	}
	count := func(why Reason, by int) {
		if why == 0 {
			t.figures.Standing += by
			t.figures.Channels[channelIndex(l.ballot.Channel)] += by
		} else {
			t.figures.Reasons[why] += by
		}
	}
	if l.listed != notListed {
		count(l.listed, -1)
	}
	count(why, +1)
	l.listed = why
}
