package inspect

import (
	"fmt"
	"strings"

	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

var tones = map[string]page.Tone{"": page.Going, Passed: page.Good, Conditional: page.Soon, Failed: page.Late}

// Panel shows how many sheets are in; the marks only once all are, so that nobody who has yet to look is led.
func (s *Inspect) Panel(v step.View) page.Panel {
	st := v.State.(*state)
	standing := st.Outcome
	if standing == "" {
		standing = "waiting"
	}
	tag := page.Tag{Words: text.Key("inspect.standing." + standing), Tone: tones[st.Outcome]}
	facts := page.Facts{List: []page.Fact{{Term: text.Key("inspect.sheets"), Value: text.Key("inspect.n_of", "N", len(st.Did), "Of", s.Inspectors)}}}
	return v.Card(&s.Common, tag, st.Outcome != "", facts, s.table(st))
}

func (s *Inspect) table(st *state) page.Table {
	t := page.Table{
		Caption: text.Key("inspect.caption"), Empty: text.Key("inspect.empty"), Total: fmt.Sprint(len(s.Items)),
		Columns: []page.Column{{Key: "item", Words: text.Key("inspect.column.item")}, {Key: "result", Words: text.Key("inspect.column.result")}},
	}
	if st.Outcome != "" {
		t.Columns = append(t.Columns, page.Column{Key: "notes", Words: text.Key("inspect.column.notes")})
	}
	for _, p := range s.Items {
		name := page.Cell{Words: p.Name.Words()}
		if p.Veto {
			name.Words = text.Key("inspect.veto", "Item", p.Name)
		}
		if st.Outcome == "" {
			t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{name, {Words: text.Key("inspect.later")}}})
			continue
		}
		c := st.Points[p.Key]
		tag := page.Tag{Words: text.Key("inspect.counts", "Pass", c.Pass, "Fail", c.Fail, "NA", c.NA), Tone: page.Good}
		if s.failed(c) {
			tag.Tone = page.Late
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{name, {Block: tag}, {Words: text.Plain(strings.Join(c.Notes, "\n"))}}, Bad: s.failed(c)})
	}
	return t
}
