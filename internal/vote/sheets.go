package vote

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gongzhi/internal/calendar"
)

// Sheets are the two files from which anyone can recount one item, without names: parts and owners are numbered by what
// stands in the files and by nothing else, so that no number leads back to a door; instants are given by their day and
// the order of the lines. Areas stand as they are, because without them there is no count: who knows a neighbour's
// area to the hundredth may know the neighbour's line. A method says whether its sheets are published.
type Sheets struct {
	Roll    []byte // as [ReadRoll] reads it
	Ballots []byte // as [ReadBallots] reads it, with the columns that are not needed elsewhere
	Report  Report // what these two give under the same terms: to the last digit what the real ones gave
}

// Sheets makes the files of one item of a closed vote. It fails rather than give files whose count is another one.
func (t Terms) Sheets(roll Roll, ballots []Ballot, id ItemID) (Sheets, error) {
	i := slices.IndexFunc(t.Items, func(it Item) bool { return it.ID == id })
	if i < 0 {
		return Sheets{}, fmt.Errorf("vote: no item %q", id)
	}
	m := masking{terms: t, roll: &roll, item: i}
	reasons := make([]Reason, len(ballots))
	n, err := t.close(roll, ballots, func(i int, why Invalid) {
		if why.Item == "" || why.Item == id {
			reasons[i] = why.Reason
		}
	})
	if err != nil {
		return Sheets{}, err
	}
	m.gather(ballots, reasons)
	m.number()
	m.order()
	out := Sheets{Roll: m.rollFile(), Ballots: m.ballotFile()}
	again, err := t.recount(out, i, roll.opts)
	if err != nil {
		return Sheets{}, err
	}
	was, is := n.Items[i], again.Items[0]
	was.Item = is.Item
	was.Followed, is.Followed = nil, nil
	if was.Total != is.Total || was.Yes != is.Yes || was.No != is.No || was.Abstain != is.Abstain || was.Disputed != is.Disputed || was.Outcome != is.Outcome {
		return Sheets{}, fmt.Errorf("vote: the sheets of %s give %v, the count %v", id, is, was)
	}
	out.Report, _ = again.Report(SoleItem)
	return out, nil
}

// recount reads the sheets as a stranger would.
func (t Terms) recount(s Sheets, item int, opts RollOptions) (Count, error) {
	roll, err := ReadRoll(bytes.NewReader(s.Roll), RollOptions{CountSpecialSpaces: opts.CountSpecialSpaces})
	if err != nil {
		return Count{}, fmt.Errorf("vote: the masked roll: %w", err)
	}
	ballots, err := ReadBallots(bytes.NewReader(s.Ballots))
	if err != nil {
		return Count{}, fmt.Errorf("vote: the masked ballots: %w", err)
	}
	return Offline(t.Items[item], t.Precedence, t.Closes).Close(roll, ballots)
}

// otherItems stands for the rest of an agenda in a count of one item.
const otherItems ItemID = "others"

// Offline are the terms of a count from files: one question, and a place for ballots that answer others.
func Offline(item Item, precedence []Channel, closes time.Time) Terms {
	item.ID = SoleItem
	return Terms{Items: []Item{item, {ID: otherItems, Rule: item.Rule}}, Precedence: precedence, Closes: closes}
}

// inTheFile are the reasons that the columns show by themselves; others have to be told.
var inTheFile = []Reason{UnknownPart, ExcludedSpace, Unsigned, Late, SpoiledBallot, Superseded}

// masking numbers a vote anew.
type masking struct {
	terms Terms
	roll  *Roll
	item  int
	casts []masked // in the order of the file
	parts []string // by line of the roll
	heads []string // by head
}

// masked is a ballot with its place on the roll; -1 where it has none.
type masked struct {
	*Ballot
	line, head int32
	reason     Reason // of the real count; 0 where it counts
	void       Reason // what the file has to say of it
	others     bool   // it answers other items of the agenda
}

// gather places the ballots, in the order of time.
func (m *masking) gather(ballots []Ballot, reasons []Reason) {
	id := m.terms.Items[m.item].ID
	for i := range ballots {
		b := masked{Ballot: &ballots[i], line: -1, head: -1, reason: reasons[i]}
		if b.Part != "" {
			if line, ok := m.roll.byPart[b.Part]; ok {
				b.line, b.head = line, m.roll.headOf[line]
			}
			if b.ForHead && b.head >= 0 {
				b.line = -1
			}
		} else if head, ok := m.roll.byHead[b.Head]; ok {
			b.head = head
		}
		said := b.Choices[id]
		marked := said >= Yes && said <= Abstain // then what is spoiled stands elsewhere on the paper
		if !slices.Contains(inTheFile, b.reason) || b.reason == SpoiledBallot && marked {
			b.void = b.reason
		}
		b.others = (b.void == 0 || b.void == OutOfMandate) && slices.ContainsFunc(m.terms.Items, func(it Item) bool {
			c := b.Choices[it.ID]
			return it.ID != id && c >= Yes && c <= Abstain && (b.Mandate == nil || b.Mandate.covers(it.ID))
		})
		m.casts = append(m.casts, b)
	}
	slices.SortStableFunc(m.casts, func(a, b masked) int { return earlier(a.Ballot, b.Ballot) })
}

// order lists the ballots part by part, so that no line can be told from the hour at which the public record has a ballot
// come in. Which of them is the later one matters within a head only.
func (m *masking) order() {
	place := func(b masked) string {
		switch {
		case b.head >= 0:
			return m.parts[m.roll.linesOf[b.head][0]]
		case b.line >= 0:
			return m.parts[b.line]
		}
		return ""
	}
	slices.SortStableFunc(m.casts, func(a, b masked) int { return cmp.Compare(place(a), place(b)) })
}

// number gives parts and heads their numbers in the order of what the files say of them: the areas, then how and when
// they voted. What looks the same in the files may be numbered either way.
func (m *masking) number() {
	said := make([]strings.Builder, len(m.roll.lines))
	ofHead := make([]strings.Builder, len(m.roll.heads))
	for i := range m.casts {
		b := &m.casts[i]
		text := fmt.Sprintf(" %v %v %v %v %v", b.Choices[m.terms.Items[m.item].ID], b.Channel, b.Signed, m.day(b.At), b.reason)
		switch {
		case b.line >= 0:
			said[b.line].WriteString(text)
		case b.head >= 0:
			ofHead[b.head].WriteString(text)
		}
	}
	type place struct {
		key   string
		lines []int32
		head  int32
	}
	key := func(line int32) string {
		l := &m.roll.lines[line]
		return fmt.Sprintf("%d %d %016d%s", l.Kind, l.State, l.Area, &said[line])
	}
	var places []place
	for h, lines := range m.roll.linesOf {
		p := place{lines: slices.Clone(lines), head: int32(h)}
		slices.SortFunc(p.lines, func(a, b int32) int { return cmp.Compare(key(a), key(b)) })
		for _, l := range p.lines {
			p.key += key(l) + ";"
		}
		p.key += ofHead[h].String()
		places = append(places, p)
	}
	for line, h := range m.roll.headOf {
		if h < 0 {
			places = append(places, place{key: key(int32(line)), lines: []int32{int32(line)}, head: -1})
		}
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Compare(a.key, b.key) })
	m.parts, m.heads = make([]string, len(m.roll.lines)), make([]string, len(m.roll.heads))
	n := 0
	for i, p := range places {
		for _, line := range p.lines {
			n++
			m.parts[line] = fmt.Sprintf("p%05d", n)
		}
		if p.head >= 0 {
			m.heads[p.head] = fmt.Sprintf("o%05d", i+1)
		}
	}
}

// owner is the name in the files of one of a head's owners. It belongs to this head alone, also where the same person
// owns something else beside other people.
func (m *masking) owner(head int32, i int) string { return fmt.Sprintf("%s.%d", m.heads[head], i+1) }

func (m *masking) rollFile() []byte {
	builder := int32(-1) // the first builder's head; the files know no second one, who stands there as any owner does
	rows := make([][]string, len(m.roll.lines))
	for i := range m.roll.lines {
		l, head := &m.roll.lines[i], m.roll.headOf[i]
		kind, owners := Dwelling.String(), []string{"nobody"}
		switch {
		case head < 0:
			kind = Space.String()
		case l.State != Sold && (builder < 0 || builder == head):
			builder, kind, owners = head, l.State.String(), nil
		default:
			if l.Kind == Space {
				kind = Space.String()
			}
			owners = []string{m.heads[head]} // nobody is registered: it weighs and does not vote
			if known := m.roll.heads[head].Owners; len(known) > 0 {
				owners = make([]string, len(known))
				for j := range known {
					owners[j] = m.owner(head, j)
				}
			}
		}
		rows[i] = []string{m.parts[i], kind, l.Area.String(), strings.Join(owners, ";")}
	}
	slices.SortFunc(rows, func(a, b []string) int { return cmp.Compare(a[0], b[0]) })
	return sheet(rollColumns, rows)
}

func (m *masking) ballotFile() []byte {
	columns := slices.Concat(ballotColumns, ballotExtras)
	var rows [][]string
	for i := range m.casts {
		b := &m.casts[i]
		part, voter, whom := "none", "", "part"
		switch {
		case b.line >= 0:
			part = m.parts[b.line]
		case b.head >= 0:
			part, whom = m.parts[m.roll.linesOf[b.head][0]], forHead
		}
		if b.head >= 0 {
			if j := slices.Index(m.roll.heads[b.head].Owners, b.Voter); j >= 0 && m.roll.heads[b.head].Grouping != BuilderHeld {
				voter = m.owner(b.head, j)
			}
		}
		choice, void := "", ""
		if c := b.Choices[m.terms.Items[m.item].ID]; c >= Yes && c <= Spoiled {
			choice = c.String()
		} else if b.void == 0 && !b.others {
			choice = Spoiled.String()
		}
		if b.void != 0 {
			void = b.void.String()
		}
		rows = append(rows, []string{
			fmt.Sprintf("b%05d", len(rows)+1), part, choice, strconv.FormatBool(b.Signed), channelIndex(b.Channel).String(), m.day(b.At).Format(time.RFC3339Nano),
			voter, whom, void, strconv.FormatBool(b.others),
		})
	}
	return sheet(columns, rows)
}

// day is the beginning of the day on which a ballot came in, or the close for one that came later that day: enough to
// tell whether it was late, and the order of the lines tells the rest.
func (m *masking) day(at time.Time) time.Time {
	day := calendar.DateOf(at).Start().In(calendar.Zone)
	if c := m.terms.Closes; !c.IsZero() && !at.Before(c) && day.Before(c) {
		return c.In(calendar.Zone)
	}
	return day
}

func sheet(columns []string, rows [][]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(columns) // a Buffer takes everything
	_ = w.WriteAll(rows)
	return b.Bytes()
}
