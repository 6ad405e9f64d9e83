package meeting

import (
	"slices"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
	"gongzhi/internal/vote"
)

func line(key string, typ step.Type, required bool) step.Field {
	return step.Field{Key: key, Label: text.Named("meeting.field." + key), Type: typ, Required: required, Audience: step.Public}
}

// Asks: each body is called, its vote recorded once it has met, and the record confirmed by somebody else.
func (m *Meeting) Asks(v step.View) (asks []step.Ask) {
	st := v.State.(*state)
	if st.Ended {
		return nil
	}
	for _, b := range m.Bodies {
		s := st.of(b.Key)
		switch {
		case s.Confirmed:
		case s.Called.IsZero():
			asks = append(asks, step.Ask{
				Verb: "call", Item: b.Key, By: m.Call.By, Words: text.Key("meeting.call", "Body", b.Name), Lead: m.callLead(),
				Fields: m.callFields(b), Owed: true, Clause: "call",
			})
		case s.Recorded.IsZero():
			asks = append(asks, step.Ask{
				Verb: "record", Item: b.Key, By: m.Record.By, Words: text.Key("meeting.record", "Body", b.Name), Lead: text.Key("meeting.record_lead", "Entitled", s.Call.Entitled),
				Fields: append(step.Fields{
					line("present", step.CountType, true), line("yes", step.CountType, true), line("no", step.CountType, true),
					line("abstain", step.CountType, true), line("minutes", step.TextType, true), line("changes", step.TextType, false),
				}, m.Record.Fields...),
				Opens: s.Call.At, Due: due(v, m.Record.Within, s.Call.At), Owed: true, Clause: "record",
			}, step.Ask{
				Verb: "postpone", Item: b.Key, By: m.Call.By, Words: text.Key("meeting.postpone", "Body", b.Name), Lead: m.callLead(),
				Fields: append(m.callFields(b), line("why", step.TextType, true)), Clause: "call",
			})
		default:
			asks = append(asks, step.Ask{
				Verb: "confirm", Item: b.Key, By: m.Confirm.By, Except: slices.Clone(s.Hands), Words: text.Key("meeting.confirm", "Body", b.Name),
				Lead:   text.Key("meeting.confirm_lead", "Present", s.Record.Present, "Yes", s.Record.Yes, "No", s.Record.No, "Abstain", s.Record.Abstain),
				Fields: m.Confirm.Fields, Due: due(v, m.Confirm.Within, s.Recorded), Owed: true, Clause: "confirm",
			}, step.Ask{
				Verb: "return", Item: b.Key, By: m.Confirm.By, Except: slices.Clone(s.Hands), Words: text.Key("meeting.return", "Body", b.Name),
				Fields: step.Fields{step.Reason()}, Clause: "confirm",
			})
		}
	}
	return asks
}

func (m *Meeting) callLead() text.Words {
	if m.Notice.IsZero() {
		return text.Words{}
	}
	return text.Key("meeting.call_lead", "Notice", m.Notice.Words())
}

func (m *Meeting) callFields(b Body) step.Fields {
	fields := step.Fields{line("at", step.InstantType, true), line("place", step.LineType, true), line("agenda", step.TextType, true)}
	if b.Members == "" {
		fields = append(fields, line("entitled", step.CountType, true))
	}
	return append(fields, m.Call.Fields...)
}

func due(v step.View, s step.Span, from time.Time) time.Time {
	if s.IsZero() {
		return time.Time{}
	}
	at, _ := s.End(v.Calendar, from)
	return at
}

// Take answers a submission.
func (m *Meeting) Take(v step.View, sub step.Submission) ([]act.Draft, error) {
	ask, err := step.Asked(m, v, sub)
	if err != nil {
		return nil, err
	}
	basis := v.Basis(ask.Clause, &m.Common)
	if v.Now.Before(ask.Opens) {
		return nil, fault.Refuse(fault.Closed, "meeting.not_held", basis, fault.Args{"At": calendar.Minute(ask.Opens)})
	}
	answers, err := ask.Fields.Read(sub, basis, v.Known)
	if err != nil {
		return nil, err
	}
	b, _ := m.body(ask.Item)
	s := v.State.(*state).of(b.Key)
	switch ask.Verb {
	case "call", "postpone":
		return m.call(v, b, answers)
	case "record":
		return m.record(b, s, answers, basis)
	case "return":
		return []act.Draft{{Kind: returned, Clause: "confirm", Body: returnedBody{b.Key, answers.Open["reason"].(string)}}}, nil
	}
	outcome := b.count(s).Outcome.String()
	drafts := []act.Draft{{Kind: confirmed, Clause: "confirm", Body: confirmedBody{b.Key, outcome, answers.Open}, Sealed: answers.Sealed}}
	return m.maybeEnd(v.State.(*state), b.Key, outcome, drafts), nil
}

// call refuses a date that the notice does not allow. The day of the call does not count and the number itself is
// included: called on the 1st with 15 days' notice, a body may meet on the 16th.
func (m *Meeting) call(v step.View, b Body, answers step.Answers) ([]act.Draft, error) {
	basis := v.Basis("notice", &m.Common)
	at, err := calendar.ParseInstant(take[string](answers.Open, "at"))
	if err != nil {
		return nil, err
	}
	if earliest := m.earliest(v); at.Before(earliest) {
		return nil, &fault.Refusal{
			Kind: fault.Invalid, Code: "meeting.too_early", Basis: basis, Args: fault.Args{"Notice": m.noticeWords(), "Earliest": calendar.DateOf(earliest).String()},
			Fields: []fault.Field{{Name: "at", Code: "meeting.from", Args: fault.Args{"Earliest": calendar.DateOf(earliest).String()}}},
		}
	}
	body := calledBody{
		Body: b.Key, At: at, Place: take[string](answers.Open, "place"), Agenda: take[string](answers.Open, "agenda"),
		Entitled: take[int64](answers.Open, "entitled"), Why: take[string](answers.Open, "why"),
	}
	if b.Members != "" {
		rows, err := v.Book.Rows(b.Members, v.Matter.Subject, v.Today())
		if err != nil {
			return nil, err
		}
		body.Entitled = int64(len(rows))
	}
	if body.Entitled == 0 {
		return nil, fault.Refuse(fault.Invalid, "meeting.nobody", v.Basis("bodies", &m.Common), fault.Args{"Body": b.Name})
	}
	body.Answers = answers.Open
	return []act.Draft{{Kind: called, Clause: "call", Body: body, Sealed: answers.Sealed}}, nil
}

// take moves a value out of the answers, so that the rest are those of the charter's own questions.
func take[T any](open map[string]any, key string) T {
	v, _ := open[key].(T)
	delete(open, key)
	return v
}

func (m *Meeting) noticeWords() text.Words {
	if m.Notice.IsZero() {
		return text.Key("meeting.no_notice")
	}
	return m.Notice.Words()
}

// earliest is the first instant a body called now may meet. Without a notice it is now.
func (m *Meeting) earliest(v step.View) time.Time {
	switch m.Notice.Unit {
	case step.Days:
		return calendar.EarliestEvent(v.Today(), m.Notice.N).Start()
	case step.Workdays:
		return v.Calendar.AddWorkdays(v.Today(), m.Notice.N).Start()
	case step.Months:
		return v.Today().AddMonths(m.Notice.N).Start()
	case step.Hours, step.Workhours:
		at, _ := m.Notice.End(v.Calendar, v.Now)
		return at
	}
	return v.Now
}

func (m *Meeting) record(b Body, s *sitting, answers step.Answers, basis fault.Basis) ([]act.Draft, error) {
	body := recordedBody{
		Body: b.Key, Minutes: take[string](answers.Open, "minutes"), Changes: take[string](answers.Open, "changes"),
		numbers: numbers{
			Present: take[int64](answers.Open, "present"), Yes: take[int64](answers.Open, "yes"),
			No: take[int64](answers.Open, "no"), Abstain: take[int64](answers.Open, "abstain"),
		},
	}
	body.Answers = answers.Open
	var bad fault.Fields
	if body.Present > s.Call.Entitled {
		bad.Add("present", "meeting.more_present", fault.Args{"Present": body.Present, "Entitled": s.Call.Entitled})
	}
	if body.Yes > body.Present || body.No > body.Present-body.Yes || body.Abstain > body.Present-body.Yes-body.No {
		bad.Add("yes", "meeting.more_votes", fault.Args{"Present": body.Present})
	}
	if err := bad.Err("form.faults", basis); err != nil {
		return nil, err
	}
	return []act.Draft{{Kind: recorded, Clause: "record", Body: body, Sealed: answers.Sealed}}, nil
}

// maybeEnd ends the step when this body failed, or was the last to pass.
func (m *Meeting) maybeEnd(st *state, body, outcome string, drafts []act.Draft) []act.Draft {
	if outcome == vote.Passed.String() {
		for _, b := range m.Bodies {
			if b.Key != body && !st.of(b.Key).Confirmed {
				return drafts
			}
		}
	}
	facts := map[string]any{}
	for _, b := range m.Bodies {
		s := st.of(b.Key)
		for name, n := range map[string]int64{
			"entitled": s.Call.Entitled, "present": s.Record.Present, "yes": s.Record.Yes, "no": s.Record.No, "abstain": s.Record.Abstain,
		} {
			facts[b.Key+"_"+name] = n
		}
	}
	return append(drafts, step.End(outcome, facts))
}
