package vote

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"time"

	"gongzhi/internal/calendar"
	"gongzhi/internal/exact"
)

// Sheets are the two files from which anyone can recount one item. They tell of nobody what the totals of the certificate do
// not tell already: the roll of a vote is public with every part's area, so a line with its own area, or one of an owner
// of three flats, would be as good as a name. Each head is therefore one line, and those that said the same share their
// area evenly, to the hundredth; instants and channels are left out. A ballot that does not count stands without a part,
// with its reason. A method says whether its sheets are published.
type Sheets struct {
	Roll    []byte // as [ReadRoll] reads it
	Ballots []byte // as [ReadBallots] reads it, with the column void
	Report  Report // what these two give under the same terms: to the last digit what the real ones gave
}

// Sheets makes the files of one item of a closed vote. It fails rather than give files whose count is another one.
func (t Terms) Sheets(roll Roll, ballots []Ballot, id ItemID) (Sheets, error) {
	i := slices.IndexFunc(t.Items, func(it Item) bool { return it.ID == id })
	if i < 0 {
		return Sheets{}, fmt.Errorf("vote: no item %q", id)
	}
	var invalid []Reason
	n, err := t.close(roll, ballots, func(_ int, why Invalid) {
		if why.Item == "" || why.Item == id {
			invalid = append(invalid, why.Reason)
		}
	})
	if err != nil {
		return Sheets{}, err
	}
	was := n.Items[i]
	out := levelled(was, invalid, t.Closes)
	again, err := t.recount(out, i)
	if err != nil {
		return Sheets{}, err
	}
	is := again.Items[0]
	if was.Total != is.Total || was.Yes != is.Yes || was.No != is.No || was.Abstain != is.Abstain || was.Disputed != is.Disputed || was.Outcome != is.Outcome {
		return Sheets{}, fmt.Errorf("vote: the sheets of %s give %v, the count %v", id, is, was)
	}
	out.Report, _ = again.Report(SoleItem)
	return out, nil
}

// recount reads the sheets as a stranger would.
func (t Terms) recount(s Sheets, item int) (Count, error) {
	roll, err := ReadRoll(bytes.NewReader(s.Roll), RollOptions{})
	if err != nil {
		return Count{}, fmt.Errorf("vote: the sheet of the roll: %w", err)
	}
	ballots, err := ReadBallots(bytes.NewReader(s.Ballots))
	if err != nil {
		return Count{}, fmt.Errorf("vote: the sheet of the ballots: %w", err)
	}
	return Offline(t.Items[item], nil, t.Closes).Close(roll, ballots)
}

// otherItems stands for the rest of an agenda in a count of one item.
const otherItems ItemID = "others"

// Offline are the terms of a count from files: one question, and a place for ballots that answer others.
func Offline(item Item, precedence []Channel, closes time.Time) Terms {
	item.ID = SoleItem
	return Terms{Items: []Item{item, {ID: otherItems, Rule: item.Rule}}, Precedence: precedence, Closes: closes}
}

// sheets are the rows of the two files as they are made.
type sheets struct {
	roll, ballots [][]string
	heads         int
	at            string // one instant for all: the last day of the vote
}

// levelled makes the files from the totals of an item and from what its other ballots were found invalid for, and from
// nothing else: that is what makes them safe to publish.
func levelled(it ItemCount, invalid []Reason, closes time.Time) Sheets {
	s := sheets{at: calendar.LastDay(closes).Start().In(calendar.Zone).Format(time.RFC3339)}
	said := []struct {
		sides   Sides
		choices []Choice // one line each; two that differ are a head in dispute
	}{
		{it.Yes, []Choice{Yes}}, {it.No, []Choice{No}}, {it.Abstain, []Choice{Abstain}}, {it.Disputed, []Choice{Yes, No}}, {it.Silent, nil},
	}
	rest := it.Total.Area
	for _, g := range said {
		rest -= g.sides.Area
		for h := range g.sides.Heads {
			s.head(share(g.sides.Area, g.sides.Heads, h), g.choices)
		}
	}
	if rest > 0 { // parts for which their heads, who voted for others of theirs, said nothing: the first voter's, without a ballot
		s.part(rest, fmt.Sprintf("o%05d", 1))
	}
	slices.Sort(invalid)
	for _, why := range invalid {
		s.ballot("none", "", why.String())
	}
	return Sheets{Roll: sheet(rollColumns, s.roll), Ballots: sheet(append(slices.Clone(ballotColumns), "void"), s.ballots)}
}

// share is the nth of so many even shares of an area; what does not divide goes to the first ones, 0.01 m² each.
func share(area exact.Area, of, nth uint64) exact.Area {
	one, over := uint64(area)/of, uint64(area)%of
	if nth < over {
		one++
	}
	return exact.Area(one)
}

func (s *sheets) head(area exact.Area, choices []Choice) {
	s.heads++
	owner := fmt.Sprintf("o%05d", s.heads)
	if len(choices) == 0 {
		s.part(area, owner)
	}
	for i, c := range choices {
		part := s.part(share(area, uint64(len(choices)), uint64(i)), owner)
		s.ballot(part, c.String(), "")
	}
}

func (s *sheets) part(area exact.Area, owner string) (id string) {
	id = fmt.Sprintf("p%05d", len(s.roll)+1)
	s.roll = append(s.roll, []string{id, Dwelling.String(), area.String(), owner})
	return id
}

func (s *sheets) ballot(part, choice, void string) {
	s.ballots = append(s.ballots, []string{fmt.Sprintf("b%05d", len(s.ballots)+1), part, choice, "true", "", s.at, void})
}

func sheet(columns []string, rows [][]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(columns) // a Buffer takes everything
	_ = w.WriteAll(rows)
	return b.Bytes()
}
