package ballot

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
	"gongzhi/internal/vote"
)

// Deliver is who notes how each household got its ballot, and which ways need a proof.
type Deliver struct {
	By    []string `yaml:"by"`
	Proof []Way    `yaml:"proof"`
}

// Boxes is who keeps the log of the sealed boxes, and how many witnesses it takes to seal or to open one.
type Boxes struct {
	By        []string `yaml:"by"`
	Witnesses int      `yaml:"witnesses"`
}

// Way is how a ballot was brought to a household.
type Way int

const (
	Hand        Way = iota + 1 // handed over against a signature
	Mail                       // registered
	Electronic                 // sent, and read
	Refused                    // offered, and not taken
	Unreachable                // nobody was met: it has to be posted
	Posted                     // put up in the compound, for those nobody met
)

var wayNames = [...]string{Hand: "hand", Mail: "mail", Electronic: "electronic", Refused: "refused", Unreachable: "unreachable", Posted: "posted"}

func (w Way) String() string {
	if w < Hand || int(w) >= len(wayNames) {
		return fmt.Sprintf("ballot.Way(%d)", int(w))
	}
	return wayNames[w]
}

// MarshalText writes what UnmarshalText reads.
func (w Way) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText reads "hand", "mail" and so on.
func (w *Way) UnmarshalText(raw []byte) error {
	i := slices.Index(wayNames[1:], string(raw))
	if i < 0 {
		return fmt.Errorf("%q is no way to bring a ballot; use one of %v", raw, wayNames[1:])
	}
	*w = Way(i + 1)
	return nil
}

// The acts of ballots as things.
const (
	delivered = "ballot.delivered"
	boxSealed = "ballot.box_sealed"
	boxOpened = "ballot.box_opened"
	recounted = "ballot.recounted"
	revoked   = "ballot.revoked"
)

type (
	deliveredBody struct {
		Part  vote.PartID  `json:"part"`
		Way   Way          `json:"way"`
		Proof []act.Digest `json:"proof,omitempty"` // of the files; the files themselves are sealed
	}
	boxBody struct {
		Box       string `json:"box"`
		Place     string `json:"place"`
		Seal      string `json:"seal"`
		Papers    int64  `json:"papers"`
		Witnesses int    `json:"witnesses"` // how many; their names are sealed
	}
	recountedBody struct {
		Differences []step.Difference `json:"differences"`
	}
	revokedBody struct {
		Head vote.HeadID `json:"head"`
	}
)

// checkPaper wants whoever does something with paper to be somebody, and paper to be there at all.
func (b *Ballot) checkPaper(c *step.Checker) {
	for key, by := range map[string][]string{"deliver": b.Deliver.By, "boxes": b.Boxes.By, "recount": b.Recount.By} {
		if len(by) == 0 {
			continue
		}
		c.Roles(by, key, "by")
		if len(b.Paper.By) == 0 {
			c.Error("ballot.no_paper", text.Args{"What": key}, key)
		}
	}
	if len(b.Boxes.By) > 0 && b.Boxes.Witnesses < 1 {
		c.Error("ballot.witnesses", nil, "boxes", "witnesses")
	}
	if len(b.Stations) > 0 {
		c.Items(b.Stations, "stations")
	}
}

// paperAsks are what is done with ballots as things. Bringing them and the boxes end with the vote's papers; a count by
// hand is owed when every paper was read twice.
func (b *Ballot) paperAsks(v step.View, st *state) (asks []step.Ask) {
	part := step.Field{Key: "part", Label: text.Named("ballot.part"), Type: step.RowType, Register: b.Roll.Register, Required: true, Audience: step.Public}
	if len(b.Deliver.By) > 0 && !st.Boxed {
		way := step.Field{Key: "way", Label: text.Named("ballot.way"), Type: step.ChoiceType, Required: true, Audience: step.Public}
		for _, name := range wayNames[1:] {
			way.Options = append(way.Options, step.Option{Value: name, Label: text.Named("ballot.way_is." + name)})
		}
		asks = append(asks, step.Ask{
			Verb: "deliver", By: b.Deliver.By, Words: text.Key("ballot.deliver"), Lead: text.Key("ballot.deliver_lead"), Due: st.Closes, Clause: "deliver",
			Fields: step.Fields{part, way, {Key: "delivery_proof", Label: text.Named("ballot.delivery_proof"), Hint: text.Named("ballot.delivery_proof_hint"),
				Type: step.FileType, Audience: step.Staff, Personal: true}},
		})
	}
	if len(b.Boxes.By) > 0 && !st.Ended {
		asks = append(asks, b.boxAsk(st, boxSealed), b.boxAsk(st, boxOpened))
	}
	if len(b.Proxy.Holders) > 0 && !st.Closed {
		asks = append(asks,
			step.Ask{Verb: "revoke", By: b.Cast.By, Words: text.Key("ballot.revoke"), Lead: text.Key("ballot.revoke_lead"), Due: st.Closes, Own: true, Danger: true, Clause: "proxy"},
			step.Ask{
				Verb: "revoke_paper", By: b.Paper.By, Words: text.Key("ballot.revoke_paper"), Lead: text.Key("ballot.revoke_lead"), Due: st.Closes, Clause: "proxy",
				Fields: step.Fields{part, {Key: "revocation", Label: text.Named("ballot.revocation"), Type: step.FileType, Required: true, Audience: step.Staff, Personal: true}},
			})
	}
	if !st.Boxed || st.waiting(0) > 0 || !b.recounts(st) {
		return asks
	}
	if n := len(st.Recounts); n > 0 && len(st.Recounts[n-1].Differences) > 0 {
		no := step.Field{Key: "paper_no", Label: text.Named("ballot.paper_no"), Type: step.CountType, Max: len(st.Entries), Required: true, Audience: step.Public}
		asks = append(asks, step.Ask{
			Verb: "correct", By: b.Settle.By, Words: text.Key("ballot.correct"), Lead: text.Key("ballot.correct_lead"), Danger: true, Clause: "settle",
			Fields: append(step.Fields{no}, b.settleFields()...),
		})
	}
	return append(asks, step.Ask{
		Verb: "recount", By: b.Recount.By, Except: st.hands(), Words: text.Key("ballot.recount"), Lead: text.Key("ballot.recount_lead", "N", st.papers(0)),
		Fields: b.recountFields(), Owed: true, Clause: "recount",
	})
}

func (b *Ballot) boxAsk(st *state, kind string) step.Ask {
	line := func(key string) step.Field {
		return step.Field{Key: key, Label: text.Named("ballot." + key), Type: step.LineType, Max: 40, Required: true, Audience: step.Public}
	}
	a := step.Ask{
		Verb: strings.TrimPrefix(kind, "ballot."), By: b.Boxes.By, Words: text.Key(kind), Lead: text.Key("ballot.box_lead", "N", b.Boxes.Witnesses), Clause: "boxes",
		Fields: step.Fields{line("box"), line("box_place"), line("seal")},
	}
	if kind == boxOpened {
		a.Fields = append(a.Fields, step.Field{Key: "box_papers", Label: text.Named("ballot.box_papers"), Type: step.CountType, Required: true, Audience: step.Public})
	}
	a.Fields = append(a.Fields, step.Field{
		Key: "witnesses", Label: text.Named("ballot.witnesses"), Hint: text.Named("ballot.witnesses_hint"), Type: step.TextType, Required: true, Audience: step.Staff, Personal: true,
	})
	return a
}

// deliver notes how a household got its ballot. Posting is for those whom nobody met or who did not take it.
func (b *Ballot) deliver(st *state, s step.Submission, answers step.Answers, basis fault.Basis) ([]act.Draft, error) {
	body := deliveredBody{Part: vote.PartID(answers.Open["part"].(string))}
	if err := body.Way.UnmarshalText([]byte(answers.Open["way"].(string))); err != nil {
		return nil, err
	}
	for _, f := range s.Files["delivery_proof"] {
		body.Proof = append(body.Proof, f.Hash)
	}
	var bad fault.Fields
	if _, ok := st.Roll.HeadOf(body.Part); !ok {
		bad.Add("part", "ballot.not_voting", nil)
	}
	if slices.Contains(b.Deliver.Proof, body.Way) && len(body.Proof) == 0 {
		bad.Add("delivery_proof", "ballot.proof_missing", nil)
	}
	if before := st.Delivered[body.Part]; body.Way == Posted && !slices.ContainsFunc(before, func(d deliveredBody) bool { return d.Way == Unreachable || d.Way == Refused }) {
		bad.Add("way", "ballot.posted_first", nil)
	}
	if err := bad.Err("form.faults", basis); err != nil {
		return nil, err
	}
	return []act.Draft{{Kind: delivered, Clause: "deliver", Body: body, Sealed: answers.Sealed}}, nil
}

// box notes that a box was sealed or opened. A box is opened with the seal that it was closed with, or the log says
// nothing; so both are refused out of turn.
func (b *Ballot) box(v step.View, st *state, kind string, answers step.Answers, basis fault.Basis) ([]act.Draft, error) {
	body := boxBody{Box: answers.Open["box"].(string), Place: answers.Open["box_place"].(string), Seal: answers.Open["seal"].(string)}
	body.Papers, _ = answers.Open["box_papers"].(int64)
	body.Witnesses = len(strings.FieldsFunc(answers.Sealed["witnesses"], func(r rune) bool { return strings.ContainsRune("\n、，,；; ", r) }))
	var bad fault.Fields
	if body.Witnesses < b.Boxes.Witnesses {
		bad.Add("witnesses", "ballot.witnesses_few", fault.Args{"Want": b.Boxes.Witnesses, "Got": body.Witnesses})
	}
	var last *step.BoxEvent
	for i := range st.Boxes {
		if st.Boxes[i].Box == body.Box {
			last = &st.Boxes[i]
		}
	}
	switch sealed := last != nil && !last.Opened; {
	case kind == boxSealed && sealed:
		bad.Add("box", "ballot.box_is_sealed", fault.Args{"Seal": last.Seal})
	case kind == boxOpened && !sealed:
		bad.Add("box", "ballot.box_not_sealed", nil)
	case kind == boxOpened && last.Seal != body.Seal:
		bad.Add("seal", "ballot.seal_differs", fault.Args{"Seal": last.Seal})
	}
	if err := bad.Err("form.faults", basis); err != nil {
		return nil, err
	}
	return []act.Draft{{Kind: kind, Clause: "boxes", Body: body, Sealed: answers.Sealed}}, nil
}

// revoke takes back every mandate that the owners of a head have given so far. Ballots already handed in by mandate
// stand; the owners may still vote themselves.
func (b *Ballot) revoke(v step.View, st *state, part vote.PartID, own bool, answers step.Answers) ([]act.Draft, error) {
	head, ok := st.Roll.HeadOf(part)
	if !ok || len(head.Owners) == 0 || own && voter(head, v.Who.Person) == vote.AnyOwner {
		return nil, fault.Refuse(fault.Denied, "ballot.not_voter", v.Basis("roll", &b.Common), fault.Args{"Part": string(part)})
	}
	return []act.Draft{{Kind: revoked, Clause: "proxy", Body: revokedBody{head.ID}, Sealed: answers.Sealed}}, nil
}

var recountChoices = []vote.Choice{vote.Yes, vote.No, vote.Abstain, vote.Spoiled}

func recountKey(item vote.ItemID, c vote.Choice) string { return string(item) + "_" + c.String() }

// recountFields asks of every question how many papers say what.
func (b *Ballot) recountFields() (out step.Fields) {
	for _, it := range b.Items {
		for _, c := range recountChoices {
			out = append(out, step.Field{
				Key: recountKey(it.Key, c), Label: text.About("ballot.pile."+c.String(), it.Label), Type: step.CountType, Required: true, Audience: step.Public,
			})
		}
	}
	return out
}

// recount holds the piles against what was typed in. Where they agree the vote is counted; where they do not, the record
// says where, and the papers are looked at again.
func (b *Ballot) recount(st *state, answers step.Answers) ([]act.Draft, error) {
	body := recountedBody{Differences: []step.Difference{}}
	for _, it := range b.Items {
		for _, c := range recountChoices {
			var typed int64
			for _, e := range st.Entries {
				if e.Standing == done && e.First.Choices[it.Key] == c {
					typed++
				}
			}
			if hand, _ := answers.Open[recountKey(it.Key, c)].(int64); hand != typed {
				body.Differences = append(body.Differences, step.Difference{Item: it.Key, Choice: c, Hand: hand, Typed: typed})
			}
		}
	}
	d := act.Draft{Kind: recounted, Clause: "recount", Body: body}
	if len(body.Differences) > 0 {
		return []act.Draft{d}, nil
	}
	drafts, err := st.count(nil)
	return append([]act.Draft{d}, drafts...), err
}

// recounts tells whether papers still have to be counted by hand before the vote is.
func (b *Ballot) recounts(st *state) bool { return len(b.Recount.By) > 0 && st.papers(0) > 0 }

// papers is how many papers are in the count, leaving one out.
func (st *state) papers(except int) (n int) {
	for _, e := range st.Entries {
		if e.Standing == done && e.No != except {
			n++
		}
	}
	return n
}

// hands are all who typed a paper in, or helped to fill it in: they do not count it too.
func (st *state) hands() (who []act.Person) {
	for _, e := range st.Entries {
		who = step.Both(who, e.hands()...)
	}
	return who
}

// hands are those who have had this paper in theirs.
func (e entry) hands() []act.Person {
	if e.First.Helper == "" {
		return slices.Clone(e.Hands)
	}
	return step.Both(e.Hands, e.First.Helper)
}

// correct reads a paper once more that both readers read alike, after a count by hand that came out otherwise.
func (b *Ballot) correct(v step.View, st *state, answers step.Answers, basis fault.Basis) ([]act.Draft, error) {
	n, _ := answers.Open["paper_no"].(int64)
	if n < 1 || n > int64(len(st.Entries)) || st.Entries[n-1].Standing != done {
		var bad fault.Fields
		bad.Add("paper_no", "ballot.no_such_paper", nil)
		return nil, bad.Err("form.faults", basis)
	}
	if slices.Contains(st.Entries[n-1].Hands, v.Who.Person) {
		return nil, fault.Refuse(fault.Denied, "step.own_work", basis, nil)
	}
	return b.settle(v, st, int(n), answers, basis)
}

// foldPaper adds an act of ballots as things.
func (st *state) foldPaper(a act.Act) error {
	switch a.Kind {
	case delivered:
		var d deliveredBody
		if err := a.Into(&d); err != nil {
			return err
		}
		if st.Delivered == nil {
			st.Delivered, st.DeliveredAt = map[vote.PartID][]deliveredBody{}, map[vote.PartID]time.Time{}
		}
		st.Delivered[d.Part] = append(st.Delivered[d.Part], d)
		st.DeliveredAt[d.Part] = a.At
	case boxSealed, boxOpened:
		var b boxBody
		if err := a.Into(&b); err != nil {
			return err
		}
		st.Boxes = append(st.Boxes, step.BoxEvent{
			At: a.At, Opened: a.Kind == boxOpened, Box: b.Box, Place: b.Place, Seal: b.Seal, Papers: b.Papers, Witnesses: b.Witnesses,
		})
	case recounted:
		var r recountedBody
		if err := a.Into(&r); err != nil {
			return err
		}
		st.Recounts = append(st.Recounts, step.Recount{At: a.At, Differences: r.Differences})
	case revoked:
		var r revokedBody
		if err := a.Into(&r); err != nil {
			return err
		}
		if st.Revoked == nil {
			st.Revoked = map[vote.HeadID]time.Time{}
		}
		st.Revoked[r.Head] = a.At
	}
	return nil
}

// Sheet is what every household's printed ballot says, once the vote is open.
func (b *Ballot) Sheet(v step.View) (step.Sheet, bool) {
	st, ok := v.State.(*state)
	if !ok || st.Opened.IsZero() || len(b.Paper.By) == 0 {
		return step.Sheet{}, false
	}
	s := step.Sheet{Roll: st.Roll, Root: st.Root, Closes: st.Closes, Stations: b.Stations, Proxy: len(b.Proxy.Holders) > 0, Assist: len(b.Assist.By) > 0}
	for _, it := range b.Items {
		s.Items = append(s.Items, step.Item{Key: string(it.Key), Name: it.Label})
	}
	for _, c := range []vote.Choice{vote.Yes, vote.No, vote.Abstain} {
		s.Choices = append(s.Choices, text.Key("ballot.choice."+c.String()))
	}
	return s, true
}

// Papers is how the ballots went out, and what came back.
func (b *Ballot) Papers(v step.View) step.Papers {
	st := v.State.(*state)
	p := step.Papers{Ways: wayNames[1:], Delivered: map[vote.PartID]step.Delivery{}, Boxes: st.Boxes, Recounts: st.Recounts}
	for part, list := range st.Delivered {
		last := list[len(list)-1].Way
		p.Delivered[part] = step.Delivery{Way: last.String(), At: st.DeliveredAt[part], Tries: len(list), Done: last != Unreachable}
	}
	for _, e := range st.Entries {
		x := step.Entered{No: e.No, Part: e.First.Part, Void: e.Standing == void, Reason: e.Reason, Channel: e.ballot(st).Channel, Hands: e.Hands}
		switch e.Standing {
		case once:
			x.Waits = "verify"
		case unequal:
			x.Waits = "settle"
		case done, void:
		}
		p.Entered = append(p.Entered, x)
	}
	return p
}
