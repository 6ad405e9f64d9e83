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
	if !st.Ended && st.Answered > 0 { // whoever looked before and after a visit would know what was said at that door
		p.Blocks = append(p.Blocks, page.Prose{Words: []text.Words{text.Key("solicit.hidden")}})
		return p
	}
	for _, f := range s.Fields {
		if b, ok := divided(f, st, v.Fewest); ok {
			p.Blocks = append(p.Blocks, page.Section{Title: f.Label.Words(), Blocks: []page.Block{b}})
		}
	}
	return p
}

// divided is how the answers to one question divide, as far as that tells of nobody.
func divided(f step.Field, st *state, fewest int) (page.Block, bool) {
	options := marks(f)
	if len(options) == 0 || st.Answered == 0 {
		return nil, false
	}
	if st.Answered < fewest {
		return page.Prose{Words: []text.Words{text.Key("step.too_few", "N", fewest)}}, true
	}
	t := page.Tally{}
	for i, n := range st.cells(f, fewest) {
		if n < 0 {
			t.Note = text.Key("step.cells_few", "N", fewest)
			continue
		}
		t.Meters = append(t.Meters, step.Households.Meter(options[i].Label.Words(), uint64(n), uint64(st.Answered), exact.Threshold{}))
	}
	return t, true
}
