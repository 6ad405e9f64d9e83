package ballot

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
	"gongzhi/internal/vote"
)

// itemFields are the questions. Somebody who holds the pen for a paper must be able to say that a mark cannot be read.
func (b *Ballot) itemFields(onPaper bool) (out step.Fields) {
	for _, it := range b.Items {
		f := step.Field{Key: string(it.Key), Label: it.Label, Type: step.ChoiceType, Required: true, Audience: step.Public}
		names := []vote.Choice{vote.Yes, vote.No, vote.Abstain}
		if onPaper {
			names = append(names, vote.Spoiled)
		}
		for _, c := range names {
			f.Options = append(f.Options, step.Option{Value: c.String(), Label: text.Named("ballot.choice." + c.String())})
		}
		out = append(out, f)
	}
	return out
}

func (b *Ballot) paperFields() step.Fields {
	fields := step.Fields{
		{Key: "part", Label: text.Named("ballot.part"), Type: step.RowType, Register: b.Roll.Register, Required: true, Audience: step.Public},
		{Key: "signed", Label: text.Named("ballot.signed"), Type: step.YesType, Required: true, Audience: step.Public},
	}
	if len(b.Proxy.Holders) > 0 {
		fields = append(fields, step.Field{Key: "holder", Label: text.Named("ballot.holder"), Hint: text.Named("ballot.holder_hint"), Type: step.PersonType,
			Roles: b.Proxy.Holders, Audience: step.Public})
	}
	return append(fields, b.itemFields(true)...)
}

// scanFields are asked at the first entry only.
func (b *Ballot) scanFields() step.Fields {
	fields := step.Fields{
		{Key: "scan", Label: text.Named("ballot.scan"), Type: step.FileType, Required: true, Audience: step.Staff, Personal: true},
		{Key: "received", Label: text.Named("ballot.received"), Type: step.InstantType, Required: true, Audience: step.Public},
	}
	if len(b.Proxy.Holders) > 0 {
		fields = append(fields, step.Field{Key: "mandate", Label: text.Named("ballot.mandate"), Type: step.FileType, Audience: step.Staff, Personal: true})
	}
	return fields
}

// optional lets a paper be settled as void without reading it.
func optional(fs step.Fields) step.Fields {
	for i := range fs {
		fs[i].Required = false
	}
	return fs
}

// Asks: the vote is opened; while it is open owners cast and clerks enter; every paper waits for a second person, and
// for a third where two read it differently.
func (b *Ballot) Asks(v step.View) []step.Ask {
	st := v.State.(*state)
	if st.Ended {
		return nil
	}
	if st.Opened.IsZero() {
		return []step.Ask{{
			Verb: "open", By: b.Open.By, Words: text.Key("ballot.open"), Lead: text.Key("ballot.open_lead", "Window", b.Window.Words()), Owed: true, Clause: "window",
		}}
	}
	var asks []step.Ask
	if !st.Closed {
		asks = append(asks, step.Ask{
			Verb: "cast", By: b.Cast.By, Words: text.Key("ballot.cast"), Lead: text.Key("ballot.cast_lead"), Fields: b.itemFields(false),
			Due: st.Closes, Own: true, Clause: "cast",
		})
	}
	if len(b.Paper.By) > 0 && !st.Boxed {
		asks = append(asks, step.Ask{
			Verb: "enter", By: b.Paper.By, Words: text.Key("ballot.enter"), Lead: text.Key("ballot.enter_lead"),
			Fields: append(b.paperFields(), b.scanFields()...), Due: b.until(v, st), Clause: "enter",
		})
	}
	if len(b.Represent.By) > 0 && !st.Closed {
		asks = append(asks, step.Ask{
			Verb: "represent", By: b.Represent.By, Words: text.Key("ballot.represent"), Lead: text.Key("ballot.represent_lead"), Due: st.Closes, Clause: "represent",
			Fields: step.Fields{
				{Key: "part", Label: text.Named("ballot.part"), Type: step.RowType, Register: b.Roll.Register, Required: true, Audience: step.Public},
				{Key: "owner", Label: text.Named("ballot.owner"), Type: step.PersonType, Roles: b.Cast.By, Required: true, Audience: step.Public},
				{Key: "proof", Label: text.Named("ballot.proof"), Type: step.FileType, Required: true, Audience: step.Staff, Personal: true},
			},
		})
	}
	for _, e := range st.Entries {
		no := strconv.Itoa(e.No)
		switch e.Standing {
		case once:
			asks = append(asks, step.Ask{
				Verb: "verify", Item: no, By: b.Verify.By, Except: slices.Clone(e.Hands), Words: text.Key("ballot.verify", "No", e.No),
				Lead: text.Key("ballot.verify_lead"), Fields: b.paperFields(), Due: b.until(v, st), Owed: true, Clause: "verify",
			})
		case unequal:
			asks = append(asks, step.Ask{
				Verb: "settle", Item: no, By: b.Settle.By, Except: slices.Clone(e.Hands), Words: text.Key("ballot.settle", "No", e.No),
				Lead: text.Key("ballot.settle_lead"), Fields: append(append(step.Fields{{
					Key: "decision", Label: text.Named("ballot.decision"), Type: step.ChoiceType, Required: true, Audience: step.Public,
					Options: []step.Option{{Value: "count", Label: text.Named("ballot.count_it")}, {Value: "void", Label: text.Named("ballot.void_it")}},
				}}, optional(b.paperFields())...), step.Reason()), Due: b.until(v, st), Owed: true, Clause: "settle",
			})
		case done, void:
		}
	}
	return asks
}

// Take answers a submission. The closing instant itself is too late: a window of days ends at 24:00 of its last day.
func (b *Ballot) Take(v step.View, s step.Submission) ([]act.Draft, error) {
	st := v.State.(*state)
	if (s.Verb == "cast" || s.Verb == "represent") && !st.Opened.IsZero() && (st.Ended || st.Closed || !v.Now.Before(st.Closes)) {
		return nil, b.late(v, st, "window")
	}
	ask, err := step.Asked(b, v, s)
	if err != nil {
		return nil, err
	}
	if s.Verb == "enter" && !v.Now.Before(b.until(v, st)) {
		return nil, b.late(v, st, "enter")
	}
	basis := v.Basis(ask.Clause, &b.Common)
	answers, err := ask.Fields.Read(s, basis, v.Known)
	if err != nil {
		return nil, err
	}
	switch ask.Verb {
	case "open":
		return b.open(v)
	case "cast":
		return b.cast(v, st, answers)
	case "represent":
		return b.represent(v, st, answers)
	}
	no, _ := strconv.Atoi(ask.Item) // the item of an ask of ours
	if ask.Verb == "settle" {
		return b.settle(v, st, no, answers, basis)
	}
	p, err := b.paper(v, st, answers.Open)
	switch {
	case err != nil:
		return nil, err
	case ask.Verb == "enter":
		return b.enter(v, st, p, s, answers, basis)
	case !equal(p, st.Entries[no-1].First):
		return []act.Draft{{Kind: differs, Clause: "verify", Body: verifiedBody{no, &p}}}, nil
	}
	return st.after(no, &p, act.Draft{Kind: verified, Clause: "verify", Body: verifiedBody{No: no}})
}

// settle decides how a paper reads that two people read differently, or that it does not count.
func (b *Ballot) settle(v step.View, st *state, no int, answers step.Answers, basis fault.Basis) ([]act.Draft, error) {
	body := settledBody{No: no, Void: answers.Open["decision"] == "void", Reason: answers.Open["reason"].(string)}
	if !body.Void {
		var missing fault.Fields
		for _, f := range b.paperFields() {
			if _, ok := answers.Open[f.Key]; !ok && f.Required {
				missing.Add(f.Key, "field.required", nil)
			}
		}
		if err := missing.Err("form.faults", basis); err != nil {
			return nil, err
		}
		p, err := b.paper(v, st, answers.Open)
		if err != nil {
			return nil, err
		}
		body.Paper = &p
	}
	return st.after(no, body.Paper, act.Draft{Kind: settled, Clause: "settle", Body: body})
}

func (b *Ballot) late(v step.View, st *state, clause string) error {
	return fault.Refuse(fault.Closed, "ballot.closed", v.Basis(clause, &b.Common), fault.Args{"Step": b.Name})
}

// open freezes the roll as of today and fixes the law by the day the vote closes.
func (b *Ballot) open(v step.View) ([]act.Draft, error) {
	closes, _ := b.Window.End(v.Calendar, v.Now)
	rules, proxies, ok := b.rules(closes)
	if !ok {
		return nil, fault.Refuse(fault.Invalid, "ballot.no_law", v.Basis("rule", &b.Common), fault.Args{"Day": lastDay(closes).String()})
	}
	roll, on, err := b.freeze(v)
	if err != nil {
		return nil, err
	}
	total, opts := roll.Total(), roll.Options()
	body := openedBody{
		Closes: closes, Day: on, Root: roll.Root(), CountSpecialSpaces: opts.CountSpecialSpaces, SpacesRule: opts.SpacesRule, Area: uint64(total.Area), Heads: total.Heads,
		Roll: linesOf(roll), ProxyLimit: proxies,
	}
	for _, r := range rules {
		body.Rules = append(body.Rules, ruleOf(r))
	}
	for _, it := range b.Items {
		body.Items = append(body.Items, string(it.Key))
	}
	for _, c := range b.Precedence {
		body.Precedence = append(body.Precedence, c.String())
	}
	return []act.Draft{{Kind: opened, Clause: "roll", Body: body}}, nil
}

func (b *Ballot) choices(open map[string]any) choices {
	out := choices{}
	for _, it := range b.Items {
		var c vote.Choice
		if name, ok := open[string(it.Key)].(string); ok && c.UnmarshalText([]byte(name)) == nil {
			out[it.Key] = c
		}
	}
	return out
}

// cast is a ballot for the head that the voter's part belongs to, for all of that head's parts.
func (b *Ballot) cast(v step.View, st *state, answers step.Answers) ([]act.Draft, error) {
	head, ok := st.Roll.HeadOf(vote.PartID(v.Scope.ID))
	if !ok || v.Scope.Register != b.Roll.Register || len(head.Owners) == 0 {
		return nil, fault.Refuse(fault.Denied, "ballot.not_on_roll", v.Basis("roll", &b.Common), fault.Args{"Part": v.Scope.ID})
	}
	// Who is let in for a flat may have sold it since; the roll says who owns it.
	owner := voter(head, v.Who.Person)
	if owner == vote.AnyOwner {
		return nil, fault.Refuse(fault.Denied, "ballot.not_voter", v.Basis("roll", &b.Common), fault.Args{"Part": v.Scope.ID})
	}
	body := castBody{
		Ballot: vote.BallotID(fmt.Sprintf("online-%d", len(st.Ballots)+1)), Head: head.ID, Voter: owner, Choices: b.choices(answers.Open),
	}
	return []act.Draft{{Kind: cast, Clause: "cast", Body: body}}, nil
}

// represent records whom the co-owners of a flat have named, in writing, to vote for it. From then on only that one's
// ballots stand, those already cast too.
func (b *Ballot) represent(v step.View, st *state, answers step.Answers) ([]act.Draft, error) {
	part := vote.PartID(answers.Open["part"].(string))
	head, ok := st.Roll.HeadOf(part)
	owner := vote.AnyOwner
	if ok {
		owner = voter(head, act.Person(answers.Open["owner"].(string)))
	}
	if owner == vote.AnyOwner {
		return nil, fault.Refuse(fault.Invalid, "ballot.not_owner", v.Basis("represent", &b.Common), fault.Args{"Part": string(part)})
	}
	return []act.Draft{{Kind: named, Clause: "represent", Body: namedBody{head.ID, owner}, Sealed: answers.Sealed}}, nil
}

// voter is the owner that a person is on the roll. Co-owners who vote apart may contradict each other; somebody whose
// mandate names the flat and not the owner votes for the household.
func voter(head vote.Head, who act.Person) vote.OwnerID {
	for _, o := range head.Owners {
		if _, name, found := strings.Cut(string(o), "/"); string(o) == string(who) || (found && name == string(who)) {
			return o
		}
	}
	return vote.AnyOwner
}

// paper is what somebody reads from a sheet. Its part must be on the roll and have an owner.
func (b *Ballot) paper(v step.View, st *state, open map[string]any) (paper, error) {
	part, _ := open["part"].(string)
	if head, ok := st.Roll.HeadOf(vote.PartID(part)); !ok || len(head.Owners) == 0 {
		return paper{}, fault.Refuse(fault.Invalid, "ballot.not_on_roll", v.Basis("roll", &b.Common), fault.Args{"Part": part})
	}
	holder, _ := open["holder"].(string)
	return paper{Part: vote.PartID(part), Signed: open["signed"] == true, Holder: holder, Choices: b.choices(open)}, nil
}

// enter takes a paper that was received while the vote was open. It does not count before it was typed in twice.
func (b *Ballot) enter(v step.View, st *state, p paper, s step.Submission, answers step.Answers, basis fault.Basis) ([]act.Draft, error) {
	received, err := calendar.ParseInstant(answers.Open["received"].(string))
	if err != nil {
		return nil, err
	}
	var bad fault.Fields
	switch {
	case received.Before(st.Opened) || !received.Before(st.Closes):
		bad.Add("received", "ballot.received_between", fault.Args{"From": local(st.Opened), "To": local(st.Closes)})
	case received.After(v.Now):
		bad.Add("received", "ballot.received_later", nil)
	}
	if p.Holder != "" && len(s.Files["mandate"]) == 0 {
		bad.Add("mandate", "ballot.no_mandate", nil)
	}
	if err := bad.Err("form.faults", basis); err != nil {
		return nil, err
	}
	body := enteredBody{No: len(st.Entries) + 1, Paper: p, Received: received}
	for _, f := range s.Files["scan"] {
		body.Scan = append(body.Scan, f.Hash)
	}
	for _, f := range s.Files["mandate"] {
		body.Mandate = append(body.Mandate, f.Hash)
	}
	return []act.Draft{{Kind: entered, Clause: "enter", Body: body, Sealed: answers.Sealed}}, nil
}

func local(at time.Time) string { return at.In(calendar.Zone).Format("2006-01-02 15:04") }

// after counts at once when the vote was over and this was the last paper.
func (st *state) after(no int, p *paper, d act.Draft) ([]act.Draft, error) {
	if !st.Boxed || st.waiting(no) > 0 {
		return []act.Draft{d}, nil
	}
	var more []vote.Ballot
	if p != nil {
		e := st.Entries[no-1]
		e.First = *p
		more = append(more, e.ballot())
	}
	drafts, err := st.count(more)
	return append([]act.Draft{d}, drafts...), err
}
