package meeting

import (
	"gongzhi/internal/calendar"
	"gongzhi/internal/exact"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
	"gongzhi/internal/vote"
)

// Panel shows for each body when it meets, what it decides, and the numbers against its rule.
func (m *Meeting) Panel(v step.View) page.Panel {
	st := v.State.(*state)
	p := v.Card(&m.Common, st.tag(), st.Ended)
	for _, b := range m.Bodies {
		p.Blocks = append(p.Blocks, m.section(b, st.of(b.Key)))
	}
	return p
}

func (st *state) tag() page.Tag {
	switch st.Outcome {
	case "":
		return page.Tag{Words: text.Key("meeting.going"), Tone: page.Going}
	case vote.Passed.String():
		return page.Tag{Words: text.Key("meeting.outcome." + st.Outcome), Tone: page.Good}
	}
	return page.Tag{Words: text.Key("meeting.outcome." + st.Outcome), Tone: page.Late}
}

func (m *Meeting) section(b Body, s *sitting) page.Section {
	out := page.Section{Title: b.Name.Words()}
	state := func(key string, tone page.Tone) {
		out.Blocks = append(out.Blocks, page.Tag{Words: text.Key("meeting." + key), Tone: tone})
	}
	switch {
	case s.Called.IsZero():
		state("to_call", page.Going)
		return out
	case s.Confirmed && s.Outcome == vote.Passed.String():
		state("outcome."+s.Outcome, page.Good)
	case s.Confirmed:
		state("outcome."+s.Outcome, page.Late)
	case !s.Recorded.IsZero():
		state("to_confirm", page.Going)
	case s.Returned != "":
		state("returned", page.Soon)
		out.Blocks = append(out.Blocks, page.Prose{Words: []text.Words{text.Plain(s.Returned)}})
	default:
		state("called", page.Going)
	}
	facts := page.Facts{List: []page.Fact{
		{Term: text.Key("meeting.field.at"), Value: text.Plain(calendar.Minute(s.Call.At))},
		{Term: text.Key("meeting.field.place"), Value: text.Plain(s.Call.Place)},
		{Term: text.Key("meeting.field.agenda"), Value: text.Plain(s.Call.Agenda)},
	}}
	facts.List = append(facts.List, step.Shown(m.Call.Fields, s.Call.Answers)...)
	if !s.Recorded.IsZero() {
		facts.List = append(facts.List, page.Fact{Term: text.Key("meeting.field.minutes"), Value: text.Plain(s.Record.Minutes)})
		if s.Record.Changes != "" {
			facts.List = append(facts.List, page.Fact{Term: text.Key("meeting.field.changes"), Value: text.Plain(s.Record.Changes)})
		}
		facts.List = append(facts.List, step.Shown(m.Record.Fields, s.Record.Answers)...)
		facts.List = append(facts.List, step.Shown(m.Confirm.Fields, s.ConfirmedA)...)
	}
	out.Blocks = append(out.Blocks, facts)
	if m.slack(s) == 0 && s.Recorded.IsZero() {
		out.Blocks = append(out.Blocks, page.Banner{Tone: page.Soon, Words: text.Key("meeting.no_slack", "Notice", m.noticeWords())})
	}
	if !s.Recorded.IsZero() {
		out.Blocks = append(out.Blocks, b.tally(s))
	}
	return out
}

// slack is how many days earlier the meeting could lawfully have been, or -1 where no notice in days is asked. None
// is lawful and still worth a warning: a day lost in the post would void the meeting.
func (m *Meeting) slack(s *sitting) int {
	if m.Notice.Unit != step.Days {
		return -1
	}
	return calendar.Ahead(calendar.DateOf(s.Called), calendar.DateOf(s.Call.At), m.Notice.N).Slack
}

func (b Body) tally(s *sitting) page.Tally {
	n := s.Record.numbers
	whole, label := n.Present, "meeting.agree_present"
	if b.Rule.Of == vote.OfEntitled {
		whole, label = s.Call.Entitled, "meeting.agree_entitled"
	}
	t := page.Tally{Note: text.Key("meeting.numbers", "Yes", n.Yes, "No", n.No, "Abstain", n.Abstain)}
	quorum := step.People.Meter(text.Key("meeting.attendance"), uint64(n.Present), uint64(s.Call.Entitled), b.Rule.Quorum)
	if b.Rule.Quorum == (exact.Threshold{}) {
		quorum.Reached = n.Present > 0
	}
	t.Meters = append(t.Meters, quorum, step.People.Meter(text.Key(label), uint64(n.Yes), uint64(whole), b.Rule.Pass))
	return t
}
