package vote

import (
	"fmt"
	"io"
	"strings"
	"time"

	"gongzhi/internal/fault"
)

var (
	rollColumns   = []string{"part_id", "kind", "area_m2", "owners"}
	ballotColumns = []string{"ballot_id", "part_id", "choice", "signed", "channel", "received_at"}
	// ballotExtras may follow; the files that a vote publishes have them.
	ballotExtras = []string{"voter", "speaks_for", "void", "answers_others"}
)

// forHead in the column speaks_for makes a ballot one of all the parts of its head.
const forHead = "head"

// offlineBuilder cannot be an owner of the file, where ";" parts one owner from the next.
const offlineBuilder OwnerID = ";builder"

// ReadRoll reads the roll that anyone may recount, UTF-8 with a header line. Columns, in any order:
//
//	part_id  every part once
//	kind     dwelling, space, unsold or undelivered
//	area_m2  digits, and after a point at most two more; neither unit nor commas
//	owners   ids joined by ";"; not read for unsold and undelivered, which are the builder's, all one head
//
// It refuses with [fault.Invalid] and every fault at once, each with its line, counted from 1 with the header. An error
// of the reader is returned as it is.
func ReadRoll(r io.Reader, opts RollOptions) (Roll, error) {
	if opts.Builder == "" {
		opts.Builder = offlineBuilder
	}
	t, err := openTable(r, rollColumns, nil)
	if err != nil {
		return Roll{}, err
	}
	var parts []Part
	var lines []int
	for t.next() {
		p := Part{ID: PartID(t.cell("part_id")), Kind: Dwelling, State: Sold}
		switch kind := t.cell("kind"); kind {
		case "dwelling":
		case "space":
			p.Kind = Space
		case "unsold":
			p.State = Unsold
		case "undelivered":
			p.State = Undelivered
		default:
			t.no("kind", "vote.csv.kind", kind)
		}
		p.Area = t.area("area_m2")
		if p.State == Sold {
			for owner := range strings.SplitSeq(t.cell("owners"), ";") {
				owner = strings.TrimSpace(owner)
				if owner == "" || OwnerID(owner) == AnyOwner {
					code := "vote.csv.owners"
					if t.cell("owners") == "" {
						code = "vote.csv.owners_missing"
					}
					t.no("owners", code, t.cell("owners"))
					p.Owners = nil
					break
				}
				p.Owners = append(p.Owners, OwnerID(owner))
			}
		}
		parts, lines = append(parts, p), append(lines, t.line)
	}
	roll, err := NewRoll(parts, opts)
	if refusal, ok := fault.As(err); ok {
		for _, f := range refusal.Fields {
			f.Row = lines[f.Row-1]
			if first, ok := f.Args["First"].(int); ok {
				f.Args["First"] = lines[first-1]
			}
			t.faults = append(t.faults, f)
		}
	} else if err != nil {
		return Roll{}, err
	}
	if err := t.err(); err != nil {
		return Roll{}, err
	}
	return roll, nil
}

// ReadBallots reads the ballots of one question, UTF-8 with a header line. Columns, in any order:
//
//	ballot_id    every ballot once
//	part_id      the part it votes for; one that is not on the roll makes the ballot invalid, not the file
//	choice       yes, no, abstain or spoiled
//	signed       true or false
//	channel      how it came in; any word, it changes no offline count
//	received_at  RFC 3339, with its offset
//
// and, where the vote that published the file needs them to be repeated:
//
//	voter       the one of the part's owners who voted; empty for the household
//	speaks_for  part, which is meant where it is empty, or head: for all the parts of the part's head
//	void        the reason of a ballot that was found invalid on papers that the file does not have
//	answers_others  true where the same paper answers other questions too: it stands, although what it says here may be
//	            spoiled, not covered by the mandate, or nothing, with an empty choice
//
// Of two ballots received at the same instant the later line is the later one. It refuses as ReadRoll does.
func ReadBallots(r io.Reader) ([]Ballot, error) {
	t, err := openTable(r, ballotColumns, ballotExtras)
	if err != nil {
		return nil, err
	}
	var ballots []Ballot
	seen := map[BallotID]int{}
	marks := map[bool][]map[ItemID]Choice{false: {nil}, true: {{otherItems: Yes}}} // made once; nobody writes to a ballot's
	for c := Yes; c <= Spoiled; c++ {
		marks[false] = append(marks[false], map[ItemID]Choice{SoleItem: c})
		marks[true] = append(marks[true], map[ItemID]Choice{SoleItem: c, otherItems: Yes})
	}
	for t.next() {
		b := Ballot{ID: BallotID(t.cell("ballot_id")), Part: PartID(t.cell("part_id")), Voter: AnyOwner, Seq: uint64(t.line)}
		if first, twice := seen[b.ID]; twice {
			t.noArgs("ballot_id", "vote.csv.ballot_twice", fault.Args{"Value": string(b.ID), "First": first})
		} else if b.ID == "" {
			t.no("ballot_id", "vote.csv.ballot_missing", "")
		} else {
			seen[b.ID] = t.line
		}
		others := t.extras(&b)
		var choice Choice
		if t.cell("choice") == "" && (b.Void != 0 || others) {
			// nothing is said here
		} else if err := choice.UnmarshalText([]byte(t.cell("choice"))); err != nil {
			t.no("choice", "vote.csv.choice", t.cell("choice"))
		}
		b.Choices = marks[others][choice]
		switch s := t.cell("signed"); s {
		case "true", "false":
			b.Signed = s == "true"
		default:
			t.no("signed", "vote.csv.signed", s)
		}
		if err := b.Channel.UnmarshalText([]byte(t.cell("channel"))); err != nil {
			b.Channel = Elsewhere
		} else if b.Channel == Proxy && b.Mandate == nil {
			b.Mandate = &Mandate{Holder: "?", Scan: "?"} // a paper that the file cannot show; whoever wrote the file has checked it
		}
		if b.At, err = ReadInstant(t.cell("received_at")); err != nil {
			t.no("received_at", "vote.csv.received_at", t.cell("received_at"))
		}
		ballots = append(ballots, b)
	}
	if err := t.err(); err != nil {
		return nil, err
	}
	return ballots, nil
}

// extras reads the columns that a file need not have, and tells whether the paper answers other questions too.
func (t *table) extras(b *Ballot) (others bool) {
	if voter := t.cell("voter"); voter != "" {
		b.Voter = OwnerID(voter)
	}
	switch whom := t.cell("speaks_for"); whom {
	case "", "part":
	case forHead:
		b.ForHead = true
	default:
		t.no("speaks_for", "vote.csv.speaks_for", whom)
	}
	switch also := t.cell("answers_others"); also {
	case "", "true", "false":
		others = also == "true"
	default:
		t.no("answers_others", "vote.csv.signed", also)
	}
	if void := t.cell("void"); void != "" {
		if err := b.Void.UnmarshalText([]byte(void)); err != nil {
			t.no("void", "vote.csv.void", void)
		}
	}
	if b.Void == OutOfMandate && others {
		b.Void, b.Mandate = 0, &Mandate{Holder: "?", Scan: "?", Items: []ItemID{otherItems}}
	}
	return others
}

// ReadInstant reads an RFC 3339 date and time with its offset, and refuses what [time.Parse] takes beyond that: an hour of
// one digit, a comma before the fraction, an offset of a day.
func ReadInstant(s string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("vote: %w", err)
	}
	offset := s[len(s)-6:]
	if s[13] != ':' || strings.Contains(s, ",") || (s[len(s)-1] != 'Z' && (offset[1:3] > "23" || offset[4:] > "59")) {
		return time.Time{}, fmt.Errorf("vote: %q is not RFC 3339", s)
	}
	return at, nil
}
