package notice

import (
	"slices"
	"strconv"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

var acceptedField = step.Field{Key: "accepted", Label: text.Named("notice.accepted"), Type: step.ChoiceType, Required: true, Audience: step.Public,
	Options: []step.Option{{Value: "yes", Label: text.Named("notice.accepted_yes")}, {Value: "no", Label: text.Named("notice.accepted_no")}}}

// Asks: the posting is owed first; while the notice stands, objecting is a right and every unresolved objection is owed
// an answer or a decision by somebody other than the objector.
func (n *Notice) Asks(v step.View) []step.Ask {
	st := v.State.(*state)
	if st.Ended {
		return nil
	}
	if !st.open() {
		return append([]step.Ask{{
			Verb: "post", By: n.By, Words: text.Key("notice.post"), Lead: text.Key("notice.post_lead", "Days", n.Days.Words()),
			Fields: n.Fields, Owed: true, Clause: "days",
		}}, n.unresolvedAsks(v, st)...)
	}
	var asks []step.Ask
	if n.Object.given() && !st.Held {
		asks = append(asks, step.Ask{
			Verb: "object", By: n.Object.By, Words: text.Key("notice.object"), Lead: text.Key("notice.object_lead"),
			Fields: n.Object.Fields, Due: st.Closes, Own: true, Clause: "object",
		})
	}
	if who := st.objectors(); len(who) > 0 {
		asks = append(asks, step.Ask{Verb: "withdraw", By: n.Object.By, Only: who, Words: text.Key("notice.withdraw"), Own: true, Clause: "object"})
	}
	asks = append(asks, n.unresolvedAsks(v, st)...)
	if n.Report.given() {
		asks = append(asks, step.Ask{
			Verb: "report", By: n.Report.By, Words: text.Key("notice.report"), Fields: n.Report.Fields, Clause: "report",
			Due: n.reportDue(v, st), Owed: !n.Report.Every.IsZero() && !st.Held,
		})
	}
	if n.Hang.given() {
		asks = append(asks, step.Ask{
			Verb: "hang", By: n.Hang.By, Words: text.Key("notice.hang"), Lead: text.Key("notice.hang_lead"), Fields: n.Hang.Fields, Clause: "hang",
			Due: within(v, n.Hang.Within, st.Posted), Owed: !n.Hang.Within.IsZero() && len(st.Hung) == 0,
		})
	}
	if !st.Held {
		asks = append(asks, step.Ask{
			Verb: "retract", By: n.By, Words: text.Key("notice.retract"), Lead: text.Key("notice.retract_lead"),
			Fields: step.Fields{step.Reason()}, Danger: true, Clause: "days",
		})
	}
	return asks
}

func (n *Notice) unresolvedAsks(v step.View, st *state) (asks []step.Ask) {
	for _, o := range st.Objections {
		if !o.stands() {
			continue
		}
		no := strconv.Itoa(o.No)
		escalated := n.Unresolved == escalate && o.Standing == disputed
		if !escalated {
			asks = append(asks, step.Ask{
				Verb: "answer", Item: no, By: n.Answer.By, Except: []act.Person{o.By}, Words: text.Key("notice.answer", "No", o.No),
				Fields: append(slices.Clone(n.Answer.Fields), acceptedField), Due: within(v, n.Answer.Within, o.Since), Owed: true, Clause: "answer",
			})
		}
		if n.Settle.given() && o.Standing == disputed {
			asks = append(asks, step.Ask{
				Verb: "settle", Item: no, By: n.Settle.By, Except: step.Both([]act.Person{o.By}, append([]act.Person{st.PostedBy}, o.Hands...)...),
				Words: text.Key("notice.settle", "No", o.No), Lead: text.Key("notice.settle_lead"),
				Fields: step.Fields{n.decisionField(), step.Reason()}, Due: within(v, n.Settle.Within, o.Since), Owed: escalated, Clause: "settle",
			})
		}
	}
	return asks
}

// decisionField offers to dismiss only where the charter lets somebody overrule an objection.
func (n *Notice) decisionField() step.Field {
	f := step.Field{Key: "decision", Label: text.Named("notice.decision"), Type: step.ChoiceType, Required: true, Audience: step.Public,
		Options: []step.Option{{Value: upheld, Label: text.Named("notice.upheld")}}}
	if n.Unresolved == escalate {
		f.Options = append(f.Options, step.Option{Value: dismissed, Label: text.Named("notice.dismissed")})
	}
	return f
}

func within(v step.View, s step.Span, from time.Time) time.Time {
	if s.IsZero() {
		return time.Time{}
	}
	at, _ := s.End(v.Calendar, from)
	return at
}

func (n *Notice) reportDue(v step.View, st *state) time.Time {
	last := st.Posted
	if k := len(st.Reports); k > 0 && st.Reports[k-1].At.After(last) {
		last = st.Reports[k-1].At
	}
	return within(v, n.Report.Every, last)
}

// Take answers a submission. An objection at the closing instant or after it is refused with the clause that sets the
// days; the last day is the whole day.
func (n *Notice) Take(v step.View, s step.Submission) ([]act.Draft, error) {
	st := v.State.(*state)
	if s.Verb == "object" && !st.Posted.IsZero() && (st.Ended || st.Held || !v.Now.Before(st.Closes)) {
		return nil, fault.Refuse(fault.Closed, "notice.closed", v.Basis("days", &n.Common),
			fault.Args{"Step": n.Name, "Verb": s.Verb})
	}
	ask, answers, err := step.Answered(n, v, s)
	if err != nil {
		return nil, err
	}
	switch ask.Verb {
	case "post":
		closes, _ := n.Days.End(v.Calendar, v.Now)
		body := postedBody{Answers: answers.Open, Closes: closes}
		if body.Roll, err = n.roll(v); err != nil {
			return nil, err
		}
		return []act.Draft{{Kind: posted, Clause: "days", Body: body, Sealed: answers.Sealed}}, nil
	case "object":
		return []act.Draft{{Kind: objected, Clause: "object", Body: objectedBody{len(st.Objections) + 1, answers.Open}, Sealed: answers.Sealed}}, nil
	case "withdraw":
		return n.withdraw(v, st)
	case "report":
		return []act.Draft{{Kind: reported, Clause: "report", Body: reportedBody{answers.Open}, Sealed: answers.Sealed}}, nil
	case "hang":
		return []act.Draft{{Kind: hung, Clause: "hang", Body: hungBody{answers.Open}, Sealed: answers.Sealed}}, nil
	case "retract":
		return []act.Draft{{Kind: retracted, Clause: "days", Body: retractedBody{answers.Open["reason"].(string)}}}, nil
	}
	no, _ := strconv.Atoi(ask.Item) // the item of an ask of ours
	if ask.Verb == "answer" {
		accepted, now := answers.Open["accepted"] == "yes", disputed
		if accepted {
			now = resolved
		}
		delete(answers.Open, "accepted")
		d := act.Draft{Kind: answered, Clause: "answer", Body: answeredBody{no, answers.Open, accepted}, Sealed: answers.Sealed}
		return st.after(d, st.with(no, now, v.Who.Person)), nil
	}
	decision := answers.Open["decision"].(string)
	d := act.Draft{Kind: settled, Clause: "settle", Body: settledBody{no, decision, answers.Open["reason"].(string)}}
	if decision == upheld {
		return []act.Draft{d, st.ending(upheld, st.with(no, wasUpheld, v.Who.Person))}, nil
	}
	return st.after(d, st.with(no, wasDismissed, v.Who.Person)), nil
}

// roll is the ballot's roll as of today, to be published with the notice.
func (n *Notice) roll(v step.View) (*roll, error) {
	if n.enrols == nil {
		return nil, nil
	}
	r, err := n.enrols.Enrol(v, v.Today())
	if err != nil {
		return nil, err
	}
	total := r.Total()
	return &roll{n.Roll, v.Today(), r.Root(), uint64(total.Area), total.Heads, len(r.Lines())}, nil
}

// withdraw takes back the submitter's own latest objection that still stands.
func (n *Notice) withdraw(v step.View, st *state) ([]act.Draft, error) {
	for _, o := range slices.Backward(st.Objections) {
		if o.By == v.Who.Person && o.stands() {
			d := act.Draft{Kind: withdrawn, Clause: "object", Body: withdrawnBody{o.No}}
			return st.after(d, st.with(o.No, takenBack, v.Who.Person)), nil
		}
	}
	return nil, fault.Refuse(fault.Denied, "notice.none_of_yours", v.Basis("object", &n.Common), nil)
}

// after ends a notice that was held only by the objection this draft resolves; list is how they stand with it.
func (st *state) after(d act.Draft, list []objection) []act.Draft {
	if st.Held && unresolved(list) == 0 {
		return []act.Draft{d, st.ending(closed, list)}
	}
	return []act.Draft{d}
}
