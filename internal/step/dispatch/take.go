package dispatch

import (
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Enter sends the matter where the rules say. What no rule covers waits for somebody to choose.
func (s *Dispatch) Enter(v step.View) ([]act.Draft, error) {
	r, ok := s.rule(v)
	if !ok {
		return nil, nil
	}
	return []act.Draft{s.send(v, "route.rules", body{To: r.To, Rule: r.Key})}, nil
}

// send is the act of a sending, with the time that runs from it.
func (s *Dispatch) send(v step.View, clause string, b body) act.Draft {
	within := v.Within(&s.Common)
	due, _ := within.End(v.Calendar, v.Now)
	b.Limit, b.Due = within.String(), instant(due)
	return act.Draft{Kind: sent, Clause: clause, Body: b}
}

func instant(t time.Time) string { return t.UTC().Format(step.InstantLayout) }

func read(s string) time.Time {
	t, _ := time.Parse(step.InstantLayout, s) // the kind wrote it itself; anything else is no time
	return t
}

// Fold keeps which team has it and how its time stands.
func (s *Dispatch) Fold(given any, a act.Act) (any, error) {
	st, ok := given.(*state)
	if !ok {
		st = &state{}
	}
	if a.Kind == act.Ended {
		return st, step.Outcome(a, &st.Outcome)
	}
	if a.Kind == act.Entered {
		return st, nil
	}
	var b body
	if err := a.Into(&b); err != nil {
		return nil, err
	}
	switch a.Kind {
	case sent:
		st.over(a.At)
		st.To, st.Rule, st.Since, st.Due, st.Reason = b.To, b.Rule, a.At, read(b.Due), b.Reason
		if err := st.Limit.UnmarshalText([]byte(b.Limit)); err != nil {
			return nil, err
		}
		st.Wanted, st.WantedBy, st.WhyWanted = "", "", ""
		st.Sendings++
	case "dispatch.returned":
		st.over(a.At)
		st.To, st.Rule, st.Reason, st.Due = "", "", b.Reason, time.Time{}
		st.Wanted, st.WantedBy, st.WhyWanted = "", "", ""
		st.Returns++
	case "dispatch.extension_asked":
		st.Wanted, st.WantedBy, st.WhyWanted = b.Until, a.By.Person, b.Reason
	case "dispatch.extended":
		st.Due, st.Wanted, st.WantedBy = read(b.Due), "", ""
		st.Extended++
	case "dispatch.not_extended":
		st.Wanted, st.WantedBy, st.Reason = "", "", b.Reason
	case "dispatch.parked":
		st.Parked, st.Review, st.Reason = a.At, read(b.Due), b.Reason
		st.Wanted, st.WantedBy, st.WhyWanted = "", "", ""
		st.Parkings++
	case "dispatch.resumed":
		st.Due, st.Parked, st.Review = read(b.Due), time.Time{}, time.Time{}
	case "dispatch.urged":
		st.Urged, st.Reason = st.Urged+1, b.Reason
	case "dispatch.finished":
		st.Report = b.Answers
	}
	return st, nil
}

// over notes, when a team stops having it, whether its time had run out: sending it elsewhere makes nothing undone.
func (st *state) over(at time.Time) {
	if st.To != "" && !at.Before(st.Due) {
		st.Over++
	}
}

// The kind's own questions.
func (s *Dispatch) toField() step.Field {
	f := step.Field{Key: "to", Label: text.Named("dispatch.to"), Type: step.ChoiceType, Required: true, Audience: step.Public}
	for _, role := range s.To {
		f.Options = append(f.Options, step.Option{Value: role, Label: s.Teams[role]})
	}
	return f
}

func day(key string) step.Field {
	return step.Field{Key: "until", Label: text.Named("dispatch." + key), Type: step.DateType, Required: true, Audience: step.Public}
}

// Asks go to the team that has it. Sending it elsewhere is a right of the dispatchers; once the time has passed it is
// owed too, so that late work stands in two queues and not in one that nobody may be looking at.
func (s *Dispatch) Asks(v step.View) []step.Ask {
	st := v.State.(*state)
	ask := func(verb string, by []string, fields step.Fields, clause string) step.Ask {
		return step.Ask{Verb: verb, By: by, Words: text.Key("dispatch.verb." + verb), Lead: text.Key("dispatch.lead." + verb), Fields: fields, Due: st.Due, Clause: clause}
	}
	switch {
	case st.Outcome != "":
		return nil
	case st.To == "":
		a := ask("send", s.By, step.Fields{s.toField(), step.Reason()}, "by")
		a.Due, a.Owed = time.Time{}, true
		return []step.Ask{a}
	case !st.Parked.IsZero():
		a := ask("resume", s.Park.By, step.Fields{step.Reason()}, "park")
		a.Due, a.Owed = st.Review, true // it stands in the queue of whoever parked it: that is the parking list
		return []step.Ask{a}
	}
	finish := ask("finish", []string{st.To}, s.Fields, "fields")
	finish.Lead, finish.Owed = s.Says.Words(), true
	asks := []step.Ask{finish, ask("return", []string{st.To}, step.Fields{step.Reason()}, "returns")}
	if s.Extend != nil && st.Wanted == "" && st.Extended < s.Extend.Most && v.Now.Before(st.Due) {
		asks = append(asks, ask("ask_extension", []string{st.To}, step.Fields{day("until"), step.Reason()}, "extend"))
	}
	if s.Extend != nil && st.Wanted != "" {
		grant := ask("extend", s.Extend.By, nil, "extend")
		refuse := ask("refuse_extension", s.Extend.By, step.Fields{step.Reason()}, "extend")
		grant.Owed = true
		grant.Except, refuse.Except = []act.Person{st.WantedBy}, []act.Person{st.WantedBy}
		asks = append(asks, grant, refuse)
	}
	if s.Park != nil && st.Parkings < s.Park.Most {
		asks = append(asks, ask("park", s.Park.By, step.Fields{day("review"), step.Reason()}, "park"))
	}
	if s.Urge != nil {
		asks = append(asks, ask("urge", s.Urge.By, step.Fields{step.Reason()}, "urge"))
	}
	again := ask("resend", s.By, step.Fields{s.toField(), step.Reason()}, "by")
	again.Owed = !v.Now.Before(st.Due)
	return append(asks, again)
}

// Take passes it on, moves its time, or ends it.
func (s *Dispatch) Take(v step.View, sub step.Submission) ([]act.Draft, error) {
	ask, answers, err := step.Answered(s, v, sub)
	if err != nil {
		return nil, err
	}
	basis := v.Basis(ask.Clause, &s.Common)
	st := v.State.(*state)
	words := func(key string) string { w, _ := answers.Open[key].(string); return w }
	d := act.Draft{Clause: ask.Clause, Sealed: answers.Sealed}
	b := body{Reason: words("reason")}
	switch sub.Verb {
	case "send", "resend":
		b.To = words("to")
		return []act.Draft{s.send(v, ask.Clause, b)}, nil
	case "return":
		d.Kind, d.Body = "dispatch.returned", b
		if st.Returns < s.Returns {
			return []act.Draft{d}, nil
		}
		facts := s.ending(v, st)
		facts[returns] = st.Returns + 1
		return []act.Draft{d, step.End(Returned, facts)}, nil
	case "ask_extension":
		b.Until = words("until")
		if !lastOf(b.Until).After(st.Due) {
			return nil, wrongDay("dispatch.extension_earlier", basis, st.Due)
		}
		d.Kind = "dispatch.extension_asked"
	case "extend":
		d.Kind, b.Until, b.Due = "dispatch.extended", st.Wanted, instant(lastOf(st.Wanted))
	case "refuse_extension":
		d.Kind = "dispatch.not_extended"
	case "park":
		longest, _ := s.Park.Longest.End(v.Calendar, v.Now)
		review := lastOf(words("until"))
		if !review.After(v.Now) || review.After(longest) {
			return nil, wrongDay("dispatch.review_day", basis, longest)
		}
		d.Kind, b.Until, b.Due = "dispatch.parked", words("until"), instant(review)
	case "resume":
		d.Kind, b.Due = "dispatch.resumed", instant(s.goesOn(v, st))
	case "urge":
		d.Kind = "dispatch.urged"
	default: // finish, the only other verb that is asked
		d.Kind, d.Body = "dispatch.finished", body{Answers: answers.Open}
		facts := s.ending(v, st)
		for key, value := range answers.Facts(s.Fields) {
			facts[key] = value
		}
		return []act.Draft{d, step.End(Done, facts)}, nil
	}
	d.Body = b
	return []act.Draft{d}, nil
}

func wrongDay(code string, basis fault.Basis, limit time.Time) error {
	var bad fault.Fields
	bad.Add("until", code, fault.Args{"Day": calendar.LastDay(limit)})
	return bad.Err("form.faults", basis)
}

// lastOf is the first instant after a day.
func lastOf(day string) time.Time {
	d, err := calendar.ParseDate(day)
	if err != nil {
		return time.Time{} // the field was read as a date before
	}
	return d.End()
}

// ending are the facts of an ending now.
func (s *Dispatch) ending(v step.View, st *state) map[string]any {
	resends := max(0, st.Sendings-1-st.Returns)
	isLate, total := !v.Now.Before(st.Due), step.Number(v.Results[v.Key].Facts, lates)+int64(st.Over)
	if isLate {
		total++
	}
	return map[string]any{
		returns: st.Returns, resent: resends, extended: st.Extended, parked: st.Parkings, urged: st.Urged, reworks: reworked(v, st),
		late: isLate, lates: total, team: st.To, rule: st.Rule,
	}
}

// reworked is how often it has come back after it was done; what came back because a team returned it is no rework.
func reworked(v step.View, st *state) int64 {
	latest := v.Results[v.Key] // the visit before, until this one has ended
	n := step.Number(latest.Facts, reworks)
	if st.Outcome == "" && latest.Outcome == Done {
		n++
	}
	return n
}

// goesOn is the time of a problem that was parked until now.
func (s *Dispatch) goesOn(v step.View, st *state) time.Time {
	return v.Calendar.TakenUp(st.Limit.Unit, st.Due, st.Parked, v.Now)
}

// Due is when what is parked goes on by itself. Nothing else moves by time alone: it only becomes late.
func (s *Dispatch) Due(v step.View) (at time.Time, ok bool) {
	st := v.State.(*state)
	return st.Review, st.Outcome == "" && !st.Parked.IsZero()
}

// Tick lets what is parked go on.
func (s *Dispatch) Tick(v step.View) ([]act.Draft, error) {
	st := v.State.(*state)
	return []act.Draft{{Kind: "dispatch.resumed", Clause: "park", Body: body{Due: instant(s.goesOn(v, st))}}}, nil
}
