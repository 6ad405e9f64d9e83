package secretballot

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
	"gongzhi/internal/vote"
)

// Asks: the vote is opened; while it is open people vote, or are handed a paper; papers are counted at the end.
func (b *Ballot) Asks(v step.View) []step.Ask {
	st := v.State.(*state)
	switch {
	case st.Ended:
		return nil
	case st.Closes.IsZero():
		return []step.Ask{{
			Verb: "open", By: b.Open.By, Words: text.Key("secret_ballot.open"), Lead: text.Key("secret_ballot.open_lead", "Window", b.Window.Words()),
			Fields: b.openFields(), Owed: true, Clause: "window",
		}}
	case st.Closed:
		return []step.Ask{{
			Verb: "tally", By: b.Tally.By, Words: text.Key("secret_ballot.tally"), Lead: text.Key("secret_ballot.tally_lead", "N", st.Paper),
			Fields: st.tallyFields(), Owed: true, Clause: "tally",
		}}
	}
	asks := []step.Ask{{
		Verb: "cast", By: b.Cast.By, Words: text.Key("secret_ballot.cast"), Lead: text.Key("secret_ballot.cast_lead"), Fields: st.choiceFields(),
		Due: st.Closes, Own: b.Voters.Register != "", Clause: "cast",
	}}
	if len(b.HandOut.By) > 0 {
		field := step.Field{Key: "voter", Label: text.Named("secret_ballot.voter"), Type: step.PersonType, Roles: b.Cast.By, Required: true, Audience: step.Public}
		if b.Voters.Register != "" {
			field.Type, field.Register, field.Roles = step.RowType, b.Voters.Register, nil
		}
		asks = append(asks, step.Ask{
			Verb: "hand_out", By: b.HandOut.By, Words: text.Key("secret_ballot.hand_out"), Lead: text.Key("secret_ballot.hand_out_lead"),
			Fields: step.Fields{field}, Due: st.Closes, Clause: "hand_out",
		})
	}
	return asks
}

func (b *Ballot) openFields() (out step.Fields) {
	if b.Voters.Register == "" {
		out = append(out, step.Field{Key: "entitled", Label: text.Named("secret_ballot.entitled"), Type: step.CountType, Required: true, Audience: step.Public})
	}
	if b.Candidates.Seats > 0 {
		out = append(out, step.Field{Key: "names", Label: text.Named("secret_ballot.names"), Hint: text.Named("secret_ballot.names_hint"), Type: step.TextType, Required: true, Audience: step.Public})
	}
	return out
}

var options = []vote.Choice{vote.Yes, vote.No, vote.Abstain}

// choiceFields are the questions. Their names mark them as secret, so that no part of the house keeps what they say.
func (st *state) choiceFields() (out step.Fields) {
	for _, it := range st.Items {
		f := step.Field{Key: step.Secret + it.Key, Label: it.Label, Type: step.ChoiceType, Required: true, Audience: step.Public}
		for _, c := range options {
			f.Options = append(f.Options, step.Option{Value: c.String(), Label: text.Named("ballot.choice." + c.String())})
		}
		out = append(out, f)
	}
	return out
}

func tallyKey(item string, c vote.Choice) string { return item + "_" + c.String() }

// tallyFields ask how many papers say what of each question; the rest of those handed out are void or did not come back.
func (st *state) tallyFields() (out step.Fields) {
	for _, it := range st.Items {
		for _, c := range options {
			out = append(out, step.Field{Key: tallyKey(it.Key, c), Label: text.About("ballot.pile."+c.String(), it.Label), Type: step.CountType, Required: true, Audience: step.Public})
		}
	}
	return out
}

// Take answers a submission.
func (b *Ballot) Take(v step.View, s step.Submission) ([]act.Draft, error) {
	st := v.State.(*state)
	if (s.Verb == "cast" || s.Verb == "hand_out") && !st.Closes.IsZero() && (st.Ended || st.Closed || !v.Now.Before(st.Closes)) {
		return nil, fault.Refuse(fault.Closed, "secret_ballot.closed", v.Basis("window", &b.Common), fault.Args{"Step": b.Name, "Verb": s.Verb})
	}
	ask, answers, err := step.Answered(b, v, s)
	if err != nil {
		return nil, err
	}
	basis := v.Basis(ask.Clause, &b.Common)
	switch ask.Verb {
	case "open":
		return b.open(v, answers, basis)
	case "cast":
		voter := string(v.Who.Person)
		if b.Voters.Register != "" {
			voter = v.Scope.ID
			if v.Scope.Register != b.Voters.Register {
				voter = ""
			}
		}
		return b.cast(st, voter, answers, basis)
	case "hand_out":
		voter := answers.Open["voter"].(string)
		if err := st.mayTick(voter, basis); err != nil {
			return nil, err
		}
		return []act.Draft{{Kind: ticked, Clause: "hand_out", Body: tickedBody{Voter: voter, Paper: true}}}, nil
	}
	return b.tally(v, st, answers, basis)
}

// open freezes who may vote, and the names that are voted on.
func (b *Ballot) open(v step.View, answers step.Answers, basis fault.Basis) ([]act.Draft, error) {
	body := openedBody{Items: b.Items}
	body.Closes, _ = b.Window.End(v.Calendar, v.Now)
	var bad fault.Fields
	if b.Voters.Register != "" {
		ids, err := b.Voters.In(v)
		if err != nil {
			return nil, err
		}
		body.Voters, body.Entitled = ids, int64(len(ids))
	} else {
		body.Entitled = answers.Open["entitled"].(int64)
	}
	if names, ok := answers.Open["names"].(string); ok {
		seen := map[string]bool{}
		for _, name := range strings.FieldsFunc(names, func(r rune) bool { return r == '\n' }) {
			if name = strings.TrimSpace(name); name == "" {
				continue
			}
			if seen[name] {
				bad.Add("names", "secret_ballot.name_twice", fault.Args{"Name": name})
			}
			seen[name] = true
			body.Items = append(body.Items, Item{Key: candidateKey(len(body.Items)), Label: label(name)})
		}
		if n := len(body.Items); n < b.Candidates.Seats || n > b.Candidates.Most {
			bad.Add("names", "secret_ballot.how_many", fault.Args{"Least": b.Candidates.Seats, "Most": b.Candidates.Most, "Got": n})
		}
	}
	if err := bad.Err("form.faults", basis); err != nil {
		return nil, err
	}
	if body.Entitled < 1 || body.Entitled > maxEntitled {
		return nil, fault.Refuse(fault.Invalid, "secret_ballot.nobody", v.Basis("voters", &b.Common), fault.Args{"Most": maxEntitled})
	}
	return []act.Draft{{Kind: opened, Clause: "window", Body: body}}, nil
}

// maxEntitled bounds the urn, which is as large as everybody's slip together from its first moment.
const maxEntitled = 20_000

// mayTick refuses who is not on the list, who has voted, and one more than are entitled.
func (st *state) mayTick(voter string, basis fault.Basis) error {
	switch {
	case voter == "" || st.Voters != nil && !st.Voters[voter]:
		return fault.Refuse(fault.Denied, "secret_ballot.not_entitled", basis, nil)
	case st.Ticked[voter]:
		return fault.Refuse(fault.Conflict, "secret_ballot.ticked", basis, nil)
	case int64(len(st.Ticked)) >= st.Entitled:
		return fault.Refuse(fault.Denied, "secret_ballot.more", basis, fault.Args{"Entitled": st.Entitled})
	}
	return nil
}

// cast ticks the voter off and drops the slip. The act holds nothing of the choice, and the slip nothing of the voter.
func (b *Ballot) cast(st *state, voter string, answers step.Answers, basis fault.Basis) ([]act.Draft, error) {
	if err := st.mayTick(voter, basis); err != nil {
		return nil, err
	}
	slip, yes := make([]byte, len(st.Items)), 0
	for i, it := range st.Items {
		choice := answers.Open[step.Secret+it.Key].(string)
		slip[i] = choice[0] // yes, no and abstain begin differently
		if choice == vote.Yes.String() {
			yes++
		}
	}
	if b.Candidates.Seats > 0 && yes > b.Candidates.Seats {
		var bad fault.Fields
		bad.Add(step.Secret+st.Items[0].Key, "secret_ballot.too_many", fault.Args{"Seats": b.Candidates.Seats})
		return nil, bad.Err("form.faults", basis)
	}
	return []act.Draft{{Kind: ticked, Clause: "cast", Body: tickedBody{Voter: voter}, Slip: &act.Slip{Text: string(slip), Most: int(st.Entitled)}}}, nil
}

// tally takes what the tellers counted of the papers.
func (b *Ballot) tally(v step.View, st *state, answers step.Answers, basis fault.Basis) ([]act.Draft, error) {
	papers := map[string]int64{}
	var bad fault.Fields
	for _, it := range st.Items {
		var sum int64
		for _, c := range options {
			n := answers.Open[tallyKey(it.Key, c)].(int64)
			papers[tallyKey(it.Key, c)] = n
			if n > st.Paper { // before adding, so that no sum can pass what a number holds
				n = st.Paper + 1
			}
			sum += n
		}
		if sum > st.Paper {
			bad.Add(tallyKey(it.Key, vote.Yes), "secret_ballot.more_papers", fault.Args{"Item": it.Label, "Paper": st.Paper})
		}
	}
	if err := bad.Err("form.faults", basis); err != nil {
		return nil, err
	}
	return b.count(v, st, papers)
}

// count opens the urn and adds what the tellers counted. Only totals leave it; the slips as a set, without an order, are
// sealed behind a commitment, so that a court can have them counted again.
func (b *Ballot) count(v step.View, st *state, papers map[string]int64) ([]act.Draft, error) {
	online := len(st.Ticked) - int(st.Paper)
	var slips []string
	var err error
	if v.Urn != nil {
		slips, err = v.Urn()
	}
	if err != nil || len(slips) != online {
		body := countedBody{Entitled: st.Entitled, Present: int64(len(st.Ticked)), Void: true}
		return []act.Draft{{Kind: counted, Clause: "rule", Body: body, OpenUrn: true}, step.End(void, b.facts(st, nil))}, nil
	}
	slices.Sort(slips)
	body := countedBody{Entitled: st.Entitled, Present: int64(len(st.Ticked)), Basis: b.Rule.Basis, Items: make([]itemBody, len(st.Items))}
	outcomes := make([]vote.Outcome, len(st.Items))
	for i, it := range st.Items {
		n := map[vote.Choice]int64{}
		for _, c := range options {
			n[c] = papers[tallyKey(it.Key, c)]
			for _, s := range slips {
				if i < len(s) && s[i] == c.String()[0] {
					n[c]++
				}
			}
		}
		c, err := b.Rule.CountHeads(uint64(st.Entitled), uint64(len(st.Ticked)), uint64(n[vote.Yes]), uint64(n[vote.No]), uint64(n[vote.Abstain]))
		if err != nil {
			return nil, fmt.Errorf("secret_ballot: %w", err)
		}
		body.Items[i], outcomes[i] = itemBody{it.Key, it.Label, n[vote.Yes], n[vote.No], n[vote.Abstain], c.Outcome}, c.Outcome
	}
	outcome := slices.Max(outcomes) // passed, not passed, not quorate: the worst stands for all
	if b.Candidates.Seats > 0 {
		outcome = b.elect(&body)
	}
	d := act.Draft{Kind: counted, Clause: "rule", Body: body, Sealed: map[string]string{"slips": strings.Join(slips, "\n")}, OpenUrn: true}
	return []act.Draft{d, step.End(outcome.String(), b.facts(st, body.Elected))}, nil
}

// elect fills the seats with those who passed, most votes first. Where two are level at the last seat neither has it.
func (b *Ballot) elect(body *countedBody) vote.Outcome {
	passed := slices.DeleteFunc(slices.Clone(body.Items), func(it itemBody) bool { return it.Outcome != vote.Passed })
	slices.SortStableFunc(passed, func(x, y itemBody) int { return cmp.Compare(y.Yes, x.Yes) })
	if seats := b.Candidates.Seats; len(passed) > seats {
		level := passed[seats].Yes
		passed = slices.DeleteFunc(passed[:seats:seats], func(it itemBody) bool { return it.Yes == level })
	}
	for _, it := range passed {
		body.Elected = append(body.Elected, it.Label.ZH)
	}
	switch {
	case len(body.Elected) == b.Candidates.Seats:
		return vote.Passed
	case slices.ContainsFunc(body.Items, func(it itemBody) bool { return it.Outcome == vote.NotQuorate }):
		return vote.NotQuorate
	}
	return vote.NotPassed
}

func (b *Ballot) facts(st *state, elected []string) map[string]any {
	return map[string]any{"entitled": st.Entitled, "present": int64(len(st.Ticked)), "elected": append([]string{}, elected...)}
}

// Left are the households that have not voted.
func (b *Ballot) Left(v step.View) []act.RowID {
	st := v.State.(*state)
	return b.Voters.Left(st.List, func(id string) bool { return st.Ticked[id] })
}
