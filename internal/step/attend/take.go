package attend

import (
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Verbs.
const (
	signUp   = "sign_up"
	withdraw = "withdraw"
	arrive   = "arrive"
	mark     = "mark" // whoever runs it checks somebody in who has no phone, or no signal
	say      = "record"
)

// who is the question whom somebody else checks in.
const who = "who"

// Asks: until it begins to sign up, and from then on to check in; whoever runs it owes the record of each place.
func (s *Attend) Asks(v step.View) (out []step.Ask) {
	st := v.State.(*state)
	begins, closes := s.begins(v), s.closes(v)
	if st.Outcome != "" || !v.Now.Before(closes) {
		return nil
	}
	begun := !v.Now.Before(begins)
	for _, p := range st.Items {
		add := func(a step.Ask) {
			a.Item, a.Words, a.Lead = p.Key, text.Key("attend.verb."+a.Verb, "Item", p.Name), s.Says.Words()
			out = append(out, a)
		}
		have, came := st.Signed[p.Key], st.Came[p.Key]
		if !begun && !st.full(p) {
			add(step.Ask{Verb: signUp, By: s.By, Except: have, Fields: s.Fields, Due: begins, Clause: "by"})
		}
		if still := without(have, came); len(still) > 0 {
			add(step.Ask{Verb: withdraw, By: s.By, Only: still, Due: closes, Clause: "by"})
		}
		_, said := st.Records[p.Key] // said again, it is put right
		add(step.Ask{Verb: say, By: s.Record.By, Fields: s.Record.Fields, Opens: begins, Due: closes, Owed: !said, Again: true, Clause: "record"})
		if !st.full(p) || len(without(have, came)) > 0 {
			add(step.Ask{Verb: arrive, By: s.By, Except: came, Opens: begins, Due: closes, Clause: "by"})
		}
		whom := step.Field{Key: who, Label: text.Named("attend.who"), Type: step.PersonType, Roles: s.By, Required: true, Audience: step.Public}
		add(step.Ask{Verb: mark, By: s.Record.By, Fields: step.Fields{whom}, Opens: begins, Due: closes, Again: true, Clause: "record"})
	}
	return out
}

// without are those of a list who are not in another.
func without(all, some []act.Person) (out []act.Person) {
	for _, p := range all {
		if !slices.Contains(some, p) {
			out = append(out, p)
		}
	}
	return out
}

// Take records who signed up, came, or gave up their place, and what was said of a place.
func (s *Attend) Take(v step.View, sub step.Submission) ([]act.Draft, error) {
	st := v.State.(*state)
	if no := s.noRoom(v, st, sub); no != nil {
		return nil, no
	}
	ask, answers, err := step.Answered(s, v, sub)
	if err != nil {
		return nil, err
	}
	basis := v.Basis(ask.Clause, &s.Common)
	b := body{Item: sub.Item, Answers: answers.Open}
	d := act.Draft{Clause: ask.Clause, Sealed: answers.Sealed}
	switch sub.Verb {
	case signUp:
		d.Kind = signed
	case withdraw:
		d.Kind = withdrawn
	case arrive:
		d.Kind = arrived
	case mark:
		person, _ := answers.Open[who].(string)
		b.Person, b.Answers, d.Kind = act.Person(person), nil, arrived
		if slices.Contains(st.Came[sub.Item], b.Person) {
			var bad fault.Fields
			bad.Add(who, "attend.there", nil)
			return nil, bad.Err("form.faults", basis)
		}
	case say:
		d.Kind = recorded
		if heads, came := step.Number(answers.Open, s.Record.Heads), len(st.Came[sub.Item]); heads < int64(came) {
			var bad fault.Fields
			bad.Add(s.Record.Heads, "attend.fewer", fault.Args{"N": came})
			return nil, bad.Err("form.faults", basis)
		}
	}
	d.Body = b
	return []act.Draft{d}, nil
}

// noRoom says that a place takes no more, or that sign-up is over, instead of that nothing is asked: the one thing that
// somebody who stands there wants to know. A place that is theirs stays theirs.
func (s *Attend) noRoom(v step.View, st *state, sub step.Submission) error {
	i := slices.IndexFunc(st.Items, func(p place) bool { return p.Key == sub.Item })
	if i < 0 || st.Outcome != "" || !v.Now.Before(s.closes(v)) {
		return nil
	}
	begun, theirs := !v.Now.Before(s.begins(v)), slices.Contains(st.Signed[sub.Item], v.Who.Person)
	if sub.Verb == signUp && begun {
		return fault.Refuse(fault.Closed, "attend.begun", v.Basis("sign_up", &s.Common), fault.Args{"Begins": calendar.Minute(s.begins(v))})
	}
	if !st.full(st.Items[i]) {
		return nil
	}
	if sub.Verb == signUp && !begun || sub.Verb == arrive && begun && !theirs {
		return fault.Refuse(fault.Closed, "attend.full", v.Basis("seats_each", &s.Common), fault.Args{"Item": st.Items[i].Name, "Seats": st.Items[i].Seats})
	}
	return nil
}

// Attends tells of an act who came to which place, or how many hours stand to the credit of all who did.
func (s *Attend) Attends(a act.Act) (p step.Presence, ok bool) {
	var b body
	if a.Kind != arrived && a.Kind != recorded || a.Into(&b) != nil {
		return p, false
	}
	p = step.Presence{Item: b.Item, Hours: step.Number(b.Answers, s.Record.Hours)}
	if a.Kind == arrived {
		p.Person = a.By.Person
		if b.Person != "" {
			p.Person = b.Person
		}
	}
	return p, true
}

// Credits tells whether the hours stand once the matter has ended so.
func (s *Attend) Credits(result string) bool {
	return result != "" && (len(s.Credit) == 0 || slices.Contains(s.Credit, result))
}

// Places are those of the file, or the register whose rows they are.
func (s *Attend) Places() (register string, items []step.Item) { return s.Register, s.Items }
