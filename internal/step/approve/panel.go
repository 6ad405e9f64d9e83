package approve

import (
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

var tones = map[string]page.Tone{"": page.Going, Approved: page.Good, Rejected: page.Late, Returned: page.Soon}

// Panel shows how many have approved, the public answers, and the reason of a no.
func (s *Approve) Panel(v step.View) page.Panel {
	st := v.State.(*state)
	standing := st.Outcome
	if standing == "" {
		standing = "waiting"
	}
	facts := page.Facts{List: []page.Fact{{
		Term: text.Key("approve.approvals"), Value: text.Key("approve.n_of", "N", len(st.Approved), "Of", s.Needs),
	}}}
	facts.List = append(facts.List, step.Shown(s.Fields, st.Answers)...)
	if st.Reason != "" {
		facts.List = append(facts.List, page.Fact{Term: text.Key("said.reason"), Value: text.Plain(st.Reason)})
	}
	return v.Card(&s.Common, page.Tag{Words: text.Key("approve.standing." + standing), Tone: tones[st.Outcome]}, st.Outcome != "", facts)
}
