package ballot

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

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

// paperFields are what a sheet says, in the order in which it is read; what few sheets say comes last.
func (b *Ballot) paperFields() step.Fields {
	return append(b.sheetFields(), b.rareFields()...)
}

func (b *Ballot) sheetFields() step.Fields {
	return append(step.Fields{
		{Key: "part", Label: text.Named("ballot.part"), Hint: text.Named("ballot.part_hint"), Type: step.RowType, Register: b.Roll.Register, Audience: step.Public},
		{Key: "signed", Label: text.Named("ballot.signed"), Type: step.YesType, Required: true, Audience: step.Public},
	}, b.itemFields(true)...)
}

func (b *Ballot) rareFields() (fields step.Fields) {
	if len(b.Stations) > 0 {
		station := step.Field{Key: "station", Label: text.Named("ballot.station"), Hint: text.Named("ballot.station_hint"), Type: step.ChoiceType, Audience: step.Public}
		for _, x := range b.Stations {
			station.Options = append(station.Options, step.Option{Value: x.Key, Label: x.Name})
		}
		fields = append(fields, station)
	}
	if len(b.Proxy.Holders) > 0 {
		fields = append(fields, step.Field{Key: "holder", Label: text.Named("ballot.holder"), Hint: text.Named("ballot.holder_hint"), Type: step.PersonType,
			Roles: b.Proxy.Holders, Audience: step.Public})
	}
	if len(b.Proxy.Holders) > 0 && len(b.Items) > 1 {
		covers := step.Field{Key: "covers", Label: text.Named("ballot.covers"), Hint: text.Named("ballot.covers_hint"), Type: step.ManyType, Audience: step.Public}
		for _, it := range b.Items {
			covers.Options = append(covers.Options, step.Option{Value: string(it.Key), Label: it.Label})
		}
		fields = append(fields, covers)
	}
	return append(fields, b.paperHelp()...)
}

// enterFields are a sheet at its first reading: the scan and when it came in belong to it, and to a mandate its paper.
func (b *Ballot) enterFields() step.Fields {
	fields := append(b.sheetFields(),
		step.Field{Key: "scan", Label: text.Named("ballot.scan"), Type: step.FileType, Required: true, Audience: step.Staff, Personal: true},
		step.Field{Key: "received", Label: text.Named("ballot.received"), Hint: text.Named("ballot.received_hint"), Type: step.InstantType, Audience: step.Public},
	)
	fields = append(fields, b.rareFields()...)
	if len(b.Proxy.Holders) > 0 {
		fields = append(fields,
			step.Field{Key: "mandate", Label: text.Named("ballot.mandate"), Type: step.FileType, Audience: step.Staff, Personal: true},
			step.Field{Key: "mandate_date", Label: text.Named("ballot.mandate_date"), Type: step.DateType, Audience: step.Public})
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
			Verb: "cast", By: b.Cast.By, Words: text.Key("ballot.cast"), Lead: b.castLead(), Fields: append(b.itemFields(false), b.onlineHelp()...),
			Due: st.Closes, Own: true, Device: b.watches(ofDevice), Clause: "cast",
		})
	}
	if len(b.Paper.By) > 0 && !st.Boxed {
		asks = append(asks, step.Ask{
			Verb: "enter", By: b.Paper.By, Words: text.Key("ballot.enter"), Lead: text.Key("ballot.enter_lead"),
			Fields: b.enterFields(), Due: b.until(v, st), Clause: "enter",
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
				Verb: "verify", Item: no, By: b.Verify.By, Except: e.hands(), Words: text.Key("ballot.verify", "No", e.No),
				Lead: text.Key("ballot.verify_lead"), Fields: b.paperFields(), Due: b.until(v, st), Owed: true, Clause: "verify",
			}, step.Ask{
				Verb: "void", Item: no, By: b.Settle.By, Except: slices.Clone(e.Hands), Words: text.Key("ballot.void", "No", e.No),
				Lead: text.Key("ballot.void_lead"), Fields: step.Fields{step.Reason()}, Danger: true, Clause: "settle",
			})
		case unequal:
			asks = append(asks, step.Ask{
				Verb: "settle", Item: no, By: b.Settle.By, Except: slices.Clone(e.Hands), Words: text.Key("ballot.settle", "No", e.No),
				Lead: text.Key("ballot.settle_lead"), Fields: b.settleFields(), Due: b.until(v, st), Owed: true, Clause: "settle",
			})
		case done, void:
		}
	}
	return append(asks, b.paperAsks(v, st)...)
}

// settleFields ask how a paper reads, or why it does not count.
func (b *Ballot) settleFields() step.Fields {
	decision := step.Field{Key: "decision", Label: text.Named("ballot.decision"), Type: step.ChoiceType, Required: true, Audience: step.Public,
		Options: []step.Option{{Value: "count", Label: text.Named("ballot.count_it")}, {Value: "void", Label: text.Named("ballot.void_it")}}}
	return append(append(step.Fields{decision}, optional(b.paperFields())...), step.Reason())
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
		return b.cast(v, st, s.Device, answers)
	case "represent":
		return b.represent(v, st, answers)
	case "deliver":
		return b.deliver(st, s, answers, basis)
	case "box_sealed", "box_opened":
		return b.box(v, st, "ballot."+ask.Verb, answers, basis)
	case "revoke":
		return b.revoke(v, st, vote.PartID(v.Scope.ID), true, answers)
	case "revoke_paper":
		return b.revoke(v, st, vote.PartID(answers.Open["part"].(string)), false, answers)
	case "recount":
		return b.recount(st, answers)
	case "correct":
		return b.correct(v, st, answers, basis)
	}
	no, _ := strconv.Atoi(ask.Item) // the item of an ask of ours
	switch ask.Verb {
	case "settle":
		return b.settle(v, st, no, answers, basis)
	case "void":
		body := settledBody{No: no, Void: true, Reason: answers.Open["reason"].(string)}
		return b.after(st, no, nil, act.Draft{Kind: settled, Clause: "settle", Body: body})
	}
	p := b.paper(answers.Open)
	switch {
	case ask.Verb == "enter":
		return b.enter(v, st, p, s, answers, basis)
	case !equal(p, st.Entries[no-1].First):
		return []act.Draft{{Kind: differs, Clause: "verify", Body: verifiedBody{no, &p}}}, nil
	}
	return b.after(st, no, &p, act.Draft{Kind: verified, Clause: "verify", Body: verifiedBody{No: no}})
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
		p := b.paper(answers.Open)
		body.Paper = &p
	}
	return b.after(st, no, body.Paper, act.Draft{Kind: settled, Clause: "settle", Body: body})
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
func (b *Ballot) cast(v step.View, st *state, device string, answers step.Answers) ([]act.Draft, error) {
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
	body.Helped, _ = answers.Open["helped"].(string)
	if b.watches(ofDevice) {
		body.Device = device
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

// paper is what somebody reads from a sheet. Whatever it names is taken down: a part that is not on the roll, or none
// that anybody can read, makes a ballot that does not count and is listed with its reason.
func (b *Ballot) paper(open map[string]any) paper {
	p := paper{Signed: open["signed"] == true, Choices: b.choices(open)}
	part, _ := open["part"].(string)
	p.Part = vote.PartID(part)
	p.Holder, _ = open["holder"].(string)
	p.Station, _ = open["station"].(string)
	helper, _ := open["helper"].(string)
	p.Helper = act.Person(helper)
	if covers, _ := open["covers"].([]string); p.Holder != "" && len(covers) < len(b.Items) {
		for _, item := range covers {
			p.Covers = append(p.Covers, vote.ItemID(item))
		}
	}
	return p
}

// enter takes a paper that came in since the vote opened; one that came too late is listed and does not count. None counts
// before it was typed in twice.
func (b *Ballot) enter(v step.View, st *state, p paper, s step.Submission, answers step.Answers, basis fault.Basis) ([]act.Draft, error) {
	received, said := v.Now, answers.Open["received"] != nil
	if said {
		var err error
		if received, err = calendar.ParseInstant(answers.Open["received"].(string)); err != nil {
			return nil, err
		}
	}
	var bad fault.Fields
	switch {
	case !said && st.Closed:
		bad.Add("received", "ballot.received_when", nil)
	case received.Before(st.Opened):
		bad.Add("received", "ballot.received_before", fault.Args{"From": calendar.Minute(st.Opened)})
	case received.After(v.Now):
		bad.Add("received", "ballot.received_later", nil)
	}
	if p.Holder != "" && len(s.Files["mandate"]) == 0 {
		bad.Add("mandate", "ballot.no_mandate", nil)
	}
	if p.Helper != "" && p.Helper == v.Who.Person {
		bad.Add("helper", "ballot.helper_types", nil)
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
	body.Mandated, _ = answers.Open["mandate_date"].(string)
	return []act.Draft{{Kind: entered, Clause: "enter", Body: body, Sealed: answers.Sealed}}, nil
}

// after counts at once when the vote was over, this was the last paper, and none is left to be counted by hand.
func (b *Ballot) after(st *state, no int, p *paper, d act.Draft) ([]act.Draft, error) {
	e := st.Entries[no-1]
	more, papers := e.voided(), st.papers(no)
	if p != nil {
		e.First = *p
		more, papers = e.ballot(st), papers+1
	}
	if !st.Boxed || st.waiting(no) > 0 || len(b.Recount.By) > 0 && papers > 0 {
		return []act.Draft{d}, nil
	}
	resolved := *st
	resolved.Ballots = slices.DeleteFunc(slices.Clone(st.Ballots), func(x vote.Ballot) bool { return x.ID == e.id() }) // as it was read before
	drafts, err := resolved.count([]vote.Ballot{more})
	return append([]act.Draft{d}, drafts...), err
}
