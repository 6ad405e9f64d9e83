package solicit

import (
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

func choice(key string, values ...string) step.Field {
	f := step.Field{Key: key, Label: text.Named("solicit." + key), Type: step.ChoiceType, Required: true, Audience: step.Public}
	for _, v := range values {
		f.Options = append(f.Options, step.Option{Value: v, Label: text.Named("solicit." + key + "_" + v)})
	}
	return f
}

// recordFields ask for the unit, how it was met and what it said. The questions are needed only where it was met.
func (s *Solicit) recordFields() step.Fields {
	results := []string{signed, oral, notReached}
	if s.Sign {
		results = []string{signed, notReached}
	}
	fields := step.Fields{
		{Key: "unit", Label: text.Named("solicit.unit"), Type: step.RowType, Register: s.Units.Register, Required: true, Audience: step.Public},
		choice("channel", "door", "phone", "meeting", "paper"),
		choice("result", results...),
	}
	for _, f := range s.Fields {
		f.Required = false
		fields = append(fields, f)
	}
	return fields
}

// Asks: units answer for themselves as a right, workers owe a round of all that are left, and closing is owed as soon
// as it is allowed.
func (s *Solicit) Asks(v step.View) (asks []step.Ask) {
	st := v.State.(*state)
	switch {
	case st.Ended:
		return nil
	case len(st.Units) == 0:
		return []step.Ask{{Verb: "start", By: s.Close.By, Words: text.Key("solicit.start"), Lead: text.Key("solicit.start_lead"), Owed: true, Clause: "units"}}
	}
	if len(s.Answer.By) > 0 {
		asks = append(asks, step.Ask{
			Verb: "answer", By: s.Answer.By, Words: text.Key("solicit.answer"), Lead: s.Says.Words(), Fields: s.Fields, Due: st.Closes, Own: true, Clause: "answer",
		})
	}
	left := len(st.Units) - int(st.Covered)
	asks = append(asks, step.Ask{
		Verb: "record", By: s.Record.By, Words: text.Key("solicit.record"), Lead: text.Key("solicit.record_lead", "N", left), Fields: s.recordFields(),
		Due: st.Closes, Owed: left > 0, Clause: "record",
	}, step.Ask{
		Verb: "close", By: s.Close.By, Words: text.Key("solicit.close"), Owed: s.covered(st), Due: st.Closes, Clause: "close",
	})
	return asks
}

// Take answers a submission.
func (s *Solicit) Take(v step.View, sub step.Submission) ([]act.Draft, error) {
	ask, answers, err := step.Answered(s, v, sub)
	if err != nil {
		return nil, err
	}
	basis := v.Basis(ask.Clause, &s.Common)
	st := v.State.(*state)
	switch ask.Verb {
	case "start":
		drafts, err := s.start(v)
		if err == nil && len(drafts) == 0 {
			return nil, fault.Refuse(fault.Invalid, "solicit.nobody", v.Basis("units", &s.Common), nil)
		}
		return drafts, err
	case "answer":
		if v.Scope.Register != s.Units.Register || st.By[v.Scope.ID] == nil {
			return nil, s.notListed(v, v.Scope.ID)
		}
		body := opinionBody{Unit: v.Scope.ID, Channel: "online", Result: signed, Answers: answers.Open}
		return []act.Draft{{Kind: answered, Clause: "answer", Body: body, Sealed: answers.Sealed}}, nil
	case "record":
		return s.record(v, st, answers, basis)
	}
	if !s.covered(st) {
		missing, _ := s.Coverage.Short(st.Covered, uint64(len(st.Units)))
		return nil, fault.Refuse(fault.Closed, "solicit.too_few", v.Basis("coverage", &s.Common),
			fault.Args{"N": int(missing), "Covered": st.Covered, "Units": len(st.Units), "Share": step.Share(s.Coverage)})
	}
	return []act.Draft{s.end(st, v.Fewest)}, nil
}

func (s *Solicit) notListed(v step.View, id string) error {
	return fault.Refuse(fault.Denied, "solicit.not_listed", v.Basis("units", &s.Common), fault.Args{"Unit": id})
}

func (s *Solicit) record(v step.View, st *state, answers step.Answers, basis fault.Basis) ([]act.Draft, error) {
	body := opinionBody{Unit: answers.Open["unit"].(string), Channel: answers.Open["channel"].(string), Result: answers.Open["result"].(string)}
	for _, key := range []string{"unit", "channel", "result"} {
		delete(answers.Open, key)
	}
	u := st.By[body.Unit]
	if u == nil {
		return nil, s.notListed(v, body.Unit)
	}
	var bad fault.Fields
	for _, f := range s.Fields {
		_, open := answers.Open[f.Key]
		_, sealed := answers.Sealed[f.Key]
		switch given := open || sealed; {
		case body.Result == notReached && given:
			bad.Add(f.Key, "solicit.not_met", nil)
		case body.Result != notReached && f.Required && !given:
			bad.Add(f.Key, "field.required", nil)
		}
	}
	if err := bad.Err("form.faults", basis); err != nil {
		return nil, err
	}
	if body.Result == notReached {
		if u.Answered {
			return nil, fault.Refuse(fault.Conflict, "solicit.has_answer", basis, fault.Args{"Unit": body.Unit})
		}
		if next := s.next(u); u.Visits > 0 && v.Now.Before(next) {
			return nil, fault.Refuse(fault.Invalid, "solicit.too_soon", v.Basis("apart", &s.Common),
				fault.Args{"Apart": s.Apart.Words(), "Next": calendar.Minute(next)})
		}
	}
	body.Answers = answers.Open
	return []act.Draft{{Kind: recorded, Clause: "record", Body: body, Sealed: answers.Sealed}}, nil
}

// next is when a door may be knocked on again for a visit that counts. One day apart means any time on the next day.
func (s *Solicit) next(u *unit) time.Time {
	switch s.Apart.Unit {
	case step.Days:
		return calendar.EarliestEvent(calendar.DateOf(u.Last), s.Apart.N).Start()
	case step.Hours:
		return u.Last.Add(time.Duration(s.Apart.N) * time.Hour)
	case step.Workdays, step.Workhours, step.Months: // refused by Check
	}
	return u.Last
}
