package attend

import (
	"fmt"

	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

var tones = map[string]page.Tone{Done: page.Good, Partial: page.Soon, Missed: page.Late}

// Panel lists the places with how many each still takes, how many came, and what was said of it. Nobody is named.
func (s *Attend) Panel(v step.View) page.Panel {
	st := v.State.(*state)
	standing, span, due, label := st.Outcome, s.Window, s.closes(v), "attend.closes"
	switch {
	case st.Outcome != "":
	case v.Now.Before(s.begins(v)):
		standing, span, due, label = "signing", s.SignUp, s.begins(v), "attend.begins"
	case v.Now.Before(s.closes(v)):
		standing = "going"
	default:
		standing = "waiting"
	}
	var blocks []page.Block
	if st.Outcome == "" {
		d := page.Deadline{Label: text.Key(label), Due: due, Now: v.Now}
		if !span.IsZero() {
			_, count := span.End(v.Calendar, v.Entered)
			d.Count = &count
		}
		blocks = append(blocks, d)
	}
	t := page.Table{
		Caption: text.Key("attend.caption", "N", len(st.Records), "Of", len(st.Items)), Total: fmt.Sprint(len(st.Items)),
		Columns: []page.Column{
			{Key: "place", Words: text.Key("attend.column.place")}, {Key: "left", Words: text.Key("attend.column.left"), Numeric: true},
			{Key: "signed", Words: text.Key("attend.column.signed"), Numeric: true}, {Key: "came", Words: text.Key("attend.column.came"), Numeric: true},
			{Key: "heads", Words: text.Key("attend.column.heads"), Numeric: true}, {Key: "hours", Words: text.Key("attend.column.hours"), Numeric: true},
		},
	}
	number := func(n int64, said bool) page.Cell {
		if !said {
			return page.Cell{Words: text.Plain("—")}
		}
		return page.Cell{Words: text.Plain(fmt.Sprint(n))}
	}
	for _, p := range st.Items {
		left, any := st.left(p)
		r, said := st.Records[p.Key]
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			{Words: p.Name.Words()}, number(left, !any), number(int64(len(st.Signed[p.Key])), true), number(int64(len(st.Came[p.Key])), true),
			number(r.Heads, said), number(r.Hours, said),
		}})
	}
	tone, over := tones[st.Outcome]
	if !over {
		tone = page.Going
	}
	shown := s.Common
	shown.Within = step.Span{} // the window says it
	return v.Card(&shown, page.Tag{Words: text.Key("attend.standing." + standing), Tone: tone}, st.Outcome != "", append(blocks, t)...)
}

// Told says how many people came, and how often somebody did.
func (s *Attend) Told(facts map[string]any) text.Words {
	return text.Key("attend.told", "Persons", step.Number(facts, "persons"), "Times", step.Number(facts, "person_times"),
		"Hours", step.Number(facts, "person_hours"), "Places", step.Number(facts, "recorded"))
}
