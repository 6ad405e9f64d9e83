package dispatch

import (
	"gongzhi/internal/calendar"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Panel shows which team has it and by which rule, until when, what moved its time, and the report. People are not
// named here: the history shows who acted, to those who may know.
func (s *Dispatch) Panel(v step.View) page.Panel {
	st := v.State.(*state)
	standing, tone := "unsent", page.Soon
	switch {
	case st.Outcome == Done:
		standing, tone = Done, page.Good
	case st.Outcome == Returned:
		standing, tone = Returned, page.Late
	case !st.Parked.IsZero():
		standing, tone = "parked", page.Soon
	case st.Wanted != "":
		standing, tone = "extension_asked", page.Going
	case st.To != "":
		standing, tone = "sent", page.Going
	}
	over := st.Outcome != ""
	var blocks []page.Block
	if !over && st.To != "" {
		d := page.Deadline{Label: text.Key("dispatch.due"), Due: st.Due, Now: v.Now}
		if due, count := st.Limit.End(v.Calendar, st.Since); due.Equal(st.Due) {
			d.Count = &count // where it was extended or parked the acts say how it came about
		}
		if !st.Parked.IsZero() {
			d = page.Deadline{Label: text.Key("dispatch.review_due"), Due: st.Review, Now: v.Now}
		}
		blocks = append(blocks, d)
	}
	var facts []page.Fact
	fact := func(key string, value text.Words) {
		facts = append(facts, page.Fact{Term: text.Key("dispatch." + key), Value: value})
	}
	if st.To != "" {
		fact("to", s.Teams[st.To].Words())
		if said := s.said(st.Rule); st.Rule != "" && !said.IsZero() {
			fact("rule", said.Words())
		} else {
			fact("rule", text.Key("dispatch.by_hand"))
		}
		fact("limit", st.Limit.Words())
	}
	for _, n := range []struct {
		key string
		n   int
	}{{"reworks", int(reworked(v, st))}, {"returns", st.Returns}, {"extended", st.Extended}, {"parkings", st.Parkings}, {"urged", st.Urged}} {
		if n.n > 0 {
			fact(n.key, text.Key("dispatch.times", "N", n.n))
		}
	}
	if d, err := calendar.ParseDate(st.Wanted); err == nil {
		fact("until", text.Plain(d.String()))
		fact("why_wanted", text.Plain(st.WhyWanted))
	}
	if st.Reason != "" {
		facts = append(facts, page.Fact{Term: text.Key("said.reason"), Value: text.Plain(st.Reason)})
	}
	facts = append(facts, step.Shown(s.Fields, st.Report)...)
	if len(facts) > 0 {
		blocks = append(blocks, page.Facts{List: facts})
	}
	shown := s.Common
	if st.To != "" {
		shown.Within = step.Span{} // it runs from the sending and is shown above
	}
	return v.Card(&shown, page.Tag{Words: text.Key("dispatch.standing." + standing), Tone: tone}, over, blocks...)
}
