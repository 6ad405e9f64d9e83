package vote

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Figures are the numbers of a vote, open or closed.
type Figures struct {
	Total       Sides
	Ballots     int                    // all that came in: Standing and Reasons together
	Standing    int                    // those that count, disputed ones too
	Channels    [len(channelNames)]int // the standing ones by Channel
	Reasons     [len(reasonNames)]int  // the others by Reason
	SilentHeads int                    // heads with no standing ballot
	Items       []ItemCount            // in the order of the agenda
}

// Count is the fixed result of a vote. It lists every ballot that does not count, with the reason.
type Count struct {
	Figures
	Invalid  []Invalid // by sequence and id
	Disputed []Dispute // by item, then roll order
	Silent   []HeadID  // heads with no standing ballot, in roll order: whom to visit
}

// Invalid is a ballot, or where Item is set one item of it, that does not count.
type Invalid struct {
	Ballot BallotID
	Reason Reason
	Item   ItemID
	Seq    uint64
}

// Dispute is a head whose ballots contradict each other on an item: it has not cast a vote on it until its owners
// settle who speaks for them.
type Dispute struct {
	Item    ItemID
	Head    HeadID
	Parts   []PartID   // those that carry a choice, in roll order
	Ballots []BallotID // sorted
}

// Late lists the ballots received at or after the close.
func (c Count) Late() (late []Invalid) {
	for _, i := range c.Invalid {
		if i.Reason == Late {
			late = append(late, i)
		}
	}
	return late
}

// Item finds the result of one item.
func (c Count) Item(id ItemID) (ItemCount, bool) {
	for _, it := range c.Items {
		if it.Item == id {
			return it, true
		}
	}
	return ItemCount{}, false
}

// Close counts the ballots by one rule and fixes the result. Every item that a ballot speaks of is counted; [SoleItem]
// where none does. It is [Terms.Close] without precedence, proxy limit or agenda; the offline count is made by it.
//
// Ballots received at or after the instant at are late; a zero at means that there was no close.
func Close(roll Roll, ballots []Ballot, rule Rule, at time.Time) (Count, error) {
	found := map[ItemID]bool{}
	for i := range ballots {
		for id := range ballots[i].Choices {
			found[id] = true
		}
	}
	if len(found) == 0 {
		found[SoleItem] = true
	}
	terms := Terms{Closes: at}
	for _, id := range slices.Sorted(maps.Keys(found)) {
		terms.Items = append(terms.Items, Item{ID: id, Rule: rule})
	}
	return terms.Close(roll, ballots)
}

// Close counts the ballots under these terms and fixes the result.
//
// No ballot is an error and none is dropped: what does not count is in Count.Invalid, what contradicts itself in
// Count.Disputed. A head counts once, with the area of those of its parts for which it voted. The order in which
// ballots are given changes nothing. Close refuses with [fault.Invalid] terms without items or rules; it never
// returns part of a Count.
func (t Terms) Close(roll Roll, ballots []Ballot) (Count, error) {
	return t.close(roll, ballots, func(int, Invalid) {})
}

// close also tells why each ballot, or one item of it, does not count, by its place in ballots.
func (t Terms) close(roll Roll, ballots []Ballot, reasons func(i int, why Invalid)) (Count, error) {
	in, err := newIntake(&roll, t)
	if err != nil {
		return Count{}, err
	}
	n := Count{Figures: Figures{Total: roll.total, Ballots: len(ballots), Items: make([]ItemCount, len(t.Items))}}
	casts := make([]cast, 0, len(ballots))
	for i := range ballots {
		c, notes, why := in.admit(&ballots[i])
		if why == 0 {
			c.index, c.notes = int32(i), notes
			casts = append(casts, c)
			continue
		}
		n.reject(&ballots[i], why)
		reasons(i, Invalid{Reason: why})
	}
	order := make([]*cast, len(casts))
	for i := range casts {
		order[i] = &casts[i]
	}
	slices.SortFunc(order, weaker)
	in.compare(order)
	slots := in.stand(order)
	for _, c := range order {
		switch {
		case c.reason == 0 && c.stands == 0:
			c.reason = Superseded
		case c.reason == 0:
			n.Standing++
			n.Channels[channelIndex(c.ballot.Channel)]++
			n.Invalid = append(n.Invalid, c.notes...)
			for _, note := range c.notes {
				reasons(int(c.index), note)
			}
			continue
		}
		n.reject(c.ballot, c.reason)
		reasons(int(c.index), Invalid{Reason: c.reason})
	}
	slices.SortFunc(n.Invalid, func(a, b Invalid) int {
		return cmp.Or(cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.Ballot, b.Ballot), cmp.Compare(a.Item, b.Item), cmp.Compare(a.Reason, b.Reason))
	})
	for i := range n.Items {
		in.count(&n, i, slots)
	}
	for h := range roll.heads {
		if !slices.ContainsFunc(roll.linesOf[h], func(line int32) bool { return len(slots[line]) > 0 }) {
			n.Silent = append(n.Silent, roll.heads[h].ID)
		}
	}
	n.SilentHeads = len(n.Silent)
	return n, nil
}

func (n *Count) reject(b *Ballot, why Reason) {
	n.Reasons[why]++
	n.Invalid = append(n.Invalid, Invalid{Ballot: b.ID, Reason: why, Seq: b.Seq})
}

// compare finds what speaks against a ballot only beside others: a named representative, the limit on proxies, an id
// used twice. Casts come in the order of weaker.
func (in *intake) compare(casts []*cast) {
	var byProxy []*cast
	byID := make(map[BallotID]*cast, len(casts))
	conflict := map[BallotID]bool{}
	for _, c := range casts {
		if in.notRepresentative(c) {
			c.reason = NotRepresentative
		}
		if c.ballot.Mandate != nil {
			byProxy = append(byProxy, c)
		}
	}
	if in.terms.ProxyLimit > 0 {
		slices.SortFunc(byProxy, func(a, b *cast) int { return earlier(a.ballot, b.ballot) })
		heads := map[OwnerID][]int32{}
		for _, c := range byProxy {
			who := c.ballot.Mandate.Holder
			switch {
			case slices.Contains(heads[who], c.head):
			case len(heads[who]) < in.terms.ProxyLimit:
				heads[who] = append(heads[who], c.head)
			case c.reason == 0:
				c.reason = ProxyLimit
			}
		}
	}
	var again []*cast
	for _, c := range casts {
		first, twice := byID[c.ballot.ID]
		byID[c.ballot.ID] = c
		if !twice {
			continue
		}
		again = append(again, first)
		if !same(first.ballot, c.ballot) {
			conflict[c.ballot.ID] = true
		}
	}
	for _, c := range again {
		if c.reason == 0 {
			c.reason = Duplicate
		}
	}
	if len(conflict) > 0 {
		for _, c := range casts {
			if c.reason == 0 && conflict[c.ballot.ID] {
				c.reason = Duplicate
			}
		}
	}
}

// stand gives each part the ballots that stand for it, one per voter.
func (in *intake) stand(casts []*cast) [][]*cast {
	slots := make([][]*cast, len(in.roll.lines))
	for _, c := range casts {
		if c.reason != 0 {
			continue
		}
	lines:
		for _, line := range in.lines(c) {
			c.stands++
			for i, old := range slots[line] {
				if old.voter == c.voter {
					old.stands--
					slots[line][i] = c
					continue lines
				}
			}
			slots[line] = append(slots[line], c)
		}
	}
	return slots
}

// count adds up one item, head by head.
func (in *intake) count(n *Count, item int, slots [][]*cast) {
	it := &n.Items[item]
	it.Item, it.Total = in.terms.Items[item].ID, in.roll.total
	for h := range in.roll.heads {
		head := &in.roll.heads[h]
		said := 0 // a bit per choice
		voted := Sides{Heads: 1}
		for _, line := range in.roll.linesOf[h] {
			speaks := false
			for _, c := range slots[line] {
				if choice := c.choices[item]; choice != 0 {
					said |= 1 << choice
					speaks = true
				}
			}
			if speaks {
				voted.Area += in.roll.lines[line].Area
			}
		}
		switch said {
		case 1 << Yes:
			it.Yes = it.Yes.plus(voted)
		case 1 << No:
			it.No = it.No.plus(voted)
		case 1 << Abstain:
			it.Abstain = it.Abstain.plus(voted)
		case 0:
			it.Silent = it.Silent.plus(Sides{head.Area, 1})
		default:
			it.Disputed = it.Disputed.plus(voted)
			n.Disputed = append(n.Disputed, in.dispute(item, int32(h), slots))
		}
	}
	it.Cast = it.Yes.plus(it.No).plus(it.Abstain)
	it.judge(in.terms.Items[item], in.terms.Follow)
}

func (in *intake) dispute(item int, head int32, slots [][]*cast) Dispute {
	d := Dispute{Item: in.terms.Items[item].ID, Head: in.roll.heads[head].ID}
	for _, line := range in.roll.linesOf[head] {
		speaks := false
		for _, c := range slots[line] {
			if c.choices[item] != 0 {
				speaks = true
				d.Ballots = append(d.Ballots, c.ballot.ID)
			}
		}
		if speaks {
			d.Parts = append(d.Parts, in.roll.lines[line].ID)
		}
	}
	slices.Sort(d.Ballots)
	d.Ballots = slices.Compact(d.Ballots)
	return d
}

func channelIndex(c Channel) Channel {
	if c < Online || c > Elsewhere {
		return Elsewhere
	}
	return c
}
