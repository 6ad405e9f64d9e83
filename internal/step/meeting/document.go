package meeting

import (
	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
	"gongzhi/internal/vote"
)

// folded is where the step stands after its acts.
func (m *Meeting) folded(acts []act.Act) (*state, error) {
	var folded any
	for _, a := range acts {
		var err error
		if folded, err = m.Fold(folded, a); err != nil {
			return nil, err
		}
	}
	st, _ := folded.(*state)
	return st, nil
}

// Sittings are the bodies that were called, each with its latest call and record.
func (m *Meeting) Sittings(acts []act.Act) ([]step.Sitting, error) {
	st, err := m.folded(acts)
	if st == nil || err != nil {
		return nil, err
	}
	var out []step.Sitting
	for _, b := range m.Bodies {
		s := st.of(b.Key)
		if s.Called.IsZero() {
			continue
		}
		x := step.Sitting{
			Item: b.Key, Body: b.Name, At: s.Call.At, Place: s.Call.Place, Agenda: s.Call.Agenda, Entitled: s.Call.Entitled,
			Recorded: s.Recorded, Returned: s.Returned != "", Confirmed: s.Confirmed,
		}
		if !s.Recorded.IsZero() {
			x.Present = s.Record.Present
		}
		if s.Confirmed {
			x.Result = step.Tagged{Words: text.Key("meeting.outcome." + s.Outcome), Good: s.Outcome == vote.Passed.String()}
		}
		out = append(out, x)
	}
	return out, nil
}

// Documents: for each body the minutes once its record is confirmed, and where it passed the matter, its resolution.
func (m *Meeting) Documents(acts []act.Act) ([]step.Document, error) {
	st, err := m.folded(acts)
	if st == nil || err != nil {
		return nil, err
	}
	seq := map[string]int64{}
	for _, a := range acts {
		var b confirmedBody
		if a.Kind == confirmed && a.Into(&b) == nil {
			seq[b.Body] = a.Seq
		}
	}
	var out []step.Document
	for _, b := range m.Bodies {
		s := st.of(b.Key)
		if !s.Confirmed {
			continue
		}
		r := s.Record
		numbers := []any{"Body", b.Name, "Entitled", s.Call.Entitled, "Present", r.Present, "Yes", r.Yes, "No", r.No, "Abstain", r.Abstain}
		facts := []page.Fact{
			{Term: text.Key("meeting.field.at"), Value: text.Plain(calendar.Minute(s.Call.At))},
			{Term: text.Key("meeting.field.place"), Value: text.Plain(s.Call.Place)},
			{Term: text.Key("official.meeting_of"), Value: b.Name.Words()},
			{Term: text.Key("official.present"), Value: text.Key("official.present_of", numbers...)},
		}
		body := step.Headed([]page.Fact{
			{Term: text.Key("meeting.field.agenda"), Value: text.Plain(s.Call.Agenda)},
			{Term: text.Key("meeting.field.minutes"), Value: text.Plain(r.Minutes)},
			{Term: text.Key("official.vote"), Value: text.Key("official.vote_of", numbers...)},
			{Term: text.Key("official.outcome"), Value: text.Key("meeting.outcome." + s.Outcome)},
		})
		doc := step.Document{Kind: step.MinutesPaper, Item: b.Key, Body: body, Facts: facts, By: b.Name.Words(), At: s.Recorded, Seq: seq[b.Key]}
		out = append(out, doc)
		if s.Outcome == vote.Passed.String() {
			doc.Kind, doc.Facts = step.ResolutionPaper, nil
			doc.Body = []page.Para{{Words: text.Key("official.resolved", append(numbers, "At", calendar.DateOf(s.Call.At).String())...)}}
			if r.Changes != "" {
				doc.Body = append(doc.Body, page.Para{Words: text.Key("official.changes", "Changes", r.Changes)})
			}
			doc.Body = append(doc.Body, page.Para{Words: text.Key("official.rule", "Basis", b.Rule.Basis)})
			out = append(out, doc)
		}
	}
	return out, nil
}
