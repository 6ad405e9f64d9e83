package claim

import (
	"fmt"

	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Panel lists the things with how each stands, and until when they may be claimed. Claimants are not named: what a
// charter wants known of them it asks as a public question.
func (s *Claim) Panel(v step.View) page.Panel {
	st := v.State.(*state)
	items, _ := st.counts()
	standing, tone := "open", page.Going
	switch {
	case st.Outcome == Claimed:
		standing, tone = Claimed, page.Good
	case st.Outcome == Lapsed:
		standing, tone = Lapsed, page.Late
	case s.shut(v, st):
		standing, tone = "shut", page.Soon
	}
	var blocks []page.Block
	if standing == "open" {
		due, count := s.Window.End(v.Calendar, v.Entered)
		blocks = append(blocks, page.Deadline{Label: text.Key("claim.closes"), Due: due, Now: v.Now, Count: &count})
	}
	t := page.Table{
		Caption: text.Key("claim.caption", "N", items, "Of", len(st.Items)),
		Columns: []page.Column{{Key: "item", Words: text.Key("claim.column.item")}, {Key: "standing", Words: text.Key("claim.column.standing")}},
		Empty:   text.Key("claim.empty"), Total: fmt.Sprint(len(st.Items)),
	}
	for _, it := range st.Items {
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Words: it.Name.Words()}, {Block: s.tag(st.Claims[it.Key])}}})
	}
	shown := s.Common
	shown.Within = step.Span{} // the window says it
	return v.Card(&shown, page.Tag{Words: text.Key("claim.standing." + standing), Tone: tone}, st.Outcome != "", append(blocks, t)...)
}

// tag is how one thing stands.
func (s *Claim) tag(list []one) page.Tag {
	confirmed := 0
	for _, c := range list {
		if c.Confirmed {
			confirmed++
		}
	}
	switch {
	case len(list) == 0:
		return page.Tag{Words: text.Key("claim.item.free")}
	case s.Together:
		return page.Tag{Words: text.Key("claim.item.shared", "N", len(list), "Confirmed", confirmed), Tone: page.Going}
	case confirmed == 0:
		return page.Tag{Words: text.Key("claim.item.waiting"), Tone: page.Going}
	default:
		return page.Tag{Words: text.Key("claim.item.confirmed"), Tone: page.Good}
	}
}
