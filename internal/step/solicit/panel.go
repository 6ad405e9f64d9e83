package solicit

import (
	"gongzhi/internal/exact"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Panel shows how many were covered and how the marks divide. It names no unit.
func (s *Solicit) Panel(v step.View) page.Panel {
	st := v.State.(*state)
	tag := page.Tag{Words: text.Key("solicit.going"), Tone: page.Going}
	switch {
	case st.Ended:
		tag = page.Tag{Words: text.Key("solicit.over"), Tone: page.Good}
	case len(st.Units) == 0:
		tag = page.Tag{Words: text.Key("solicit.empty"), Tone: page.Soon}
	case st.Overdue:
		tag = page.Tag{Words: text.Key("solicit.overdue"), Tone: page.Late}
	}
	p := v.Card(&s.Common, tag, st.Ended)
	if len(st.Units) == 0 {
		return p
	}
	if !st.Closes.IsZero() && !st.Ended {
		_, counted := s.Window.End(v.Calendar, st.Started)
		p.Blocks = append(p.Blocks, page.Deadline{Label: text.Key("solicit.closes"), Due: st.Closes, Now: v.Now, Count: &counted})
	}
	all := uint64(len(st.Units))
	p.Blocks = append(p.Blocks, page.Tally{
		Meters: []page.Meter{
			step.Households.Meter(text.Key("solicit.covered"), st.Covered, all, s.Coverage),
			step.Households.Meter(text.Key("solicit.answered"), uint64(st.Answered), all, exact.Threshold{}),
		},
		Note: text.Key("solicit.unreached", "Unreached", st.Unreached, "Visits", s.Visits),
	})
	for _, f := range s.Fields {
		t := page.Tally{}
		for _, o := range marks(f) {
			t.Meters = append(t.Meters, step.Households.Meter(o.Label.Words(), uint64(st.Counts[f.Key+"_"+o.Value]), uint64(st.Answered), exact.Threshold{}))
		}
		switch {
		case len(t.Meters) == 0 || st.Answered == 0:
		case st.Answered < v.Fewest:
			p.Blocks = append(p.Blocks, page.Section{Title: f.Label.Words(), Blocks: []page.Block{page.Prose{Words: []text.Words{text.Key("step.too_few", "N", v.Fewest)}}}})
		default:
			p.Blocks = append(p.Blocks, page.Section{Title: f.Label.Words(), Blocks: []page.Block{t}})
		}
	}
	return p
}
