package patrol

import (
	"fmt"

	"gongzhi/internal/calendar"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

var tones = map[string]page.Tone{"": page.Going, Done: page.Good, Partial: page.Soon, Missed: page.Late}

// Panel lists the places with when each was looked at and whether something was found. Who looked is not named.
func (s *Patrol) Panel(v step.View) page.Panel {
	st := v.State.(*state)
	standing := st.Outcome
	if standing == "" {
		standing = "going"
	}
	var blocks []page.Block
	if st.Outcome == "" {
		due, count := s.Window.End(v.Calendar, v.Entered)
		blocks = append(blocks, page.Deadline{Label: text.Key("patrol.closes"), Due: due, Now: v.Now, Count: &count})
	}
	t := page.Table{
		Caption: text.Key("patrol.caption", "N", len(st.Seen), "Of", len(st.Items)), Total: fmt.Sprint(len(st.Items)),
		Columns: []page.Column{{Key: "place", Words: text.Key("patrol.column.place")}, {Key: "looked", Words: text.Key("patrol.column.looked")}},
	}
	for _, it := range st.Items {
		tag := page.Tag{Words: text.Key("patrol.place.waiting")}
		if x, ok := st.Seen[it.Key]; ok {
			at := x.At.In(calendar.Zone).Format("15:04")
			tag = page.Tag{Words: text.Key("patrol.place.good", "At", at), Tone: page.Good}
			if x.Found {
				tag = page.Tag{Words: text.Key("patrol.place.found", "At", at), Tone: page.Soon}
			}
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Words: it.Name.Words()}, {Block: tag}}})
	}
	shown := s.Common
	shown.Within = step.Span{} // the window says it
	return v.Card(&shown, page.Tag{Words: text.Key("patrol.standing." + standing), Tone: tones[st.Outcome]}, st.Outcome != "", append(blocks, t)...)
}

// Told says how many places were looked at.
func (s *Patrol) Told(facts map[string]any) text.Words {
	return text.Key("patrol.told", "Of", step.Number(facts, "places"), "N", step.Number(facts, "looked"), "Found", step.Number(facts, "found"))
}
