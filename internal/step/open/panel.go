package open

import (
	"fmt"

	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// most is how many children a panel lists; a page of its own lists them all, with links.
const most = 100

var tones = map[string]page.Tone{"": page.Going, Done: page.Good, Failed: page.Late}

// Panel says how many children there are and how many have ended, and lists the first of them.
func (s *Open) Panel(v step.View) page.Panel {
	st := v.State.(*state)
	standing := st.Outcome
	if standing == "" {
		standing = "waiting"
	}
	t := page.Table{
		Caption: text.Key("open.caption", "N", st.Closed, "Of", len(st.Children)), Empty: text.Key("open.empty"), Total: fmt.Sprint(len(st.Children)),
		Columns: []page.Column{{Key: "item", Words: text.Key("open.column.item")}, {Key: "standing", Words: text.Key("open.column.standing")}},
	}
	for _, c := range st.Children[:min(most, len(st.Children))] {
		tag := page.Tag{Words: text.Key("open.child.open"), Tone: page.Going}
		if c.Closed {
			tag = page.Tag{Words: text.Key("open.child.closed"), Tone: page.Good}
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Words: s.name(v, c)}, {Block: tag}}})
	}
	return v.Card(&s.Common, page.Tag{Words: text.Key("open.standing." + standing), Tone: tones[st.Outcome]}, st.Outcome != "", t)
}

// name is what people call the thing a child is about.
func (s *Open) name(v step.View, c child) text.Words {
	for _, it := range s.Items {
		if it.Key == c.Item {
			return it.Name.Words()
		}
	}
	if s.For.Register != "" {
		if row, ok, err := v.Book.Row(step.RowOf(s.For.Register, step.Item{Key: c.Item}), v.Today()); err == nil && ok {
			return text.Plain(row.Name)
		}
	}
	if c.Item == "" {
		return v.Matter.Title.Words()
	}
	return text.Plain(c.Item)
}
