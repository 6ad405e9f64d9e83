package assign

import (
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Panel shows where the work is, how often it came back and why, until when it is due, and the report. People are not
// named here: the history shows who acted, to those who may know.
func (s *Assign) Panel(v step.View) page.Panel {
	st := v.State.(*state)
	standing, tone := "unassigned", page.Soon
	switch {
	case st.Outcome == Done:
		standing, tone = Done, page.Good
	case st.Outcome == Returned:
		standing, tone = Returned, page.Late
	case st.Accepted:
		standing, tone = "accepted", page.Going
	case st.Assignee != "":
		standing, tone = "assigned", page.Going
	}
	var blocks []page.Block
	if st.Outcome == "" && st.Assignee != "" {
		due, count := s.Within.End(v.Calendar, st.Since)
		blocks = append(blocks, page.Deadline{Label: text.Key("assign.due"), Due: due, Now: v.Now, Count: &count})
	}
	facts := step.Shown(s.Task, st.Task)
	if st.Returns > 0 {
		facts = append(facts, page.Fact{Term: text.Key("assign.returns"), Value: text.Key("assign.times", "N", st.Returns)})
	}
	if st.Reassigned > 0 {
		facts = append(facts, page.Fact{Term: text.Key("assign.reassigned"), Value: text.Key("assign.times", "N", st.Reassigned)})
	}
	if st.Reason != "" {
		facts = append(facts, page.Fact{Term: text.Key("said.reason"), Value: text.Plain(st.Reason)})
	}
	facts = append(facts, step.Shown(s.Fields, st.Report)...)
	if len(facts) > 0 {
		blocks = append(blocks, page.Facts{List: facts})
	}
	shown := s.Common
	if st.Assignee != "" {
		shown.Within = step.Span{} // counted from the arrival; here the time runs from the naming and is shown above
	}
	return v.Card(&shown, page.Tag{Words: text.Key("assign.standing." + standing), Tone: tone}, st.Outcome != "", blocks...)
}
