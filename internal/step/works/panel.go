package works

import (
	"fmt"

	"gongzhi/internal/exact"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

var tones = map[stage]page.Tone{waiting: page.Plain, started: page.Going, submitted: page.Soon, accepted: page.Good}

// Panel lists the packages with where each stands, the last report, and what it waits for; then the approved changes.
func (s *Works) Panel(v step.View) page.Panel {
	st := v.State.(*state)
	standing := page.Tag{Words: text.Key("works.standing.open", "N", st.Accepted, "Of", len(s.Packages)), Tone: page.Going}
	if st.Outcome != "" {
		standing = page.Tag{Words: text.Key("works.standing.completed"), Tone: page.Good}
	}
	t := page.Table{
		Caption: text.Key("works.caption"), Empty: text.Key("works.empty"), Total: fmt.Sprint(len(s.Packages)),
		Columns: []page.Column{
			{Key: "package", Words: text.Key("works.column.package")}, {Key: "stage", Words: text.Key("works.column.stage")},
			{Key: "last", Words: text.Key("works.column.last")},
		},
	}
	for _, p := range s.Packages {
		at := st.Pieces[p.Key]
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			{Words: p.Name.Words()}, {Block: page.Tag{Words: text.Key("works.stage." + string(at.Stage)), Tone: tones[at.Stage]}}, {Words: s.last(st, p)},
		}})
	}
	blocks := []page.Block{t}
	if st.Proposed > 0 {
		blocks = append(blocks, page.Facts{List: []page.Fact{
			{Term: text.Key("works.changes"), Value: text.Key("works.changes_n", "N", st.Changes, "Pending", len(st.Pending))},
			{Term: text.Key("works.added_cost"), Value: text.Key("value.money", "Money", exact.Money(st.Cost).Grouped())},
			{Term: text.Key("works.days"), Value: text.Key("span.days", "N", st.Days)},
		}})
	}
	return v.Card(&s.Common, standing, st.Outcome != "", blocks...)
}

// last is the news of one package: why it came back, what it waits for, or the last report.
func (s *Works) last(st *state, p Package) text.Words {
	at := st.Pieces[p.Key]
	switch {
	case at.Stage == accepted && len(at.Waivers) > 0:
		return text.Key("works.waived")
	case at.Reason != "":
		return text.Key("works.came_back", "Reason", at.Reason)
	case at.Stage == waiting && len(s.before(st, p)) > 0:
		return text.Key("works.waits", "Blocking", step.Listed(s.before(st, p)))
	case at.Stage == submitted && len(s.blocked(st, p)) > 0:
		return text.Key("works.waits", "Blocking", step.Listed(s.blocked(st, p)))
	case at.Last != "":
		return text.Plain(at.Last)
	default:
		return text.Key("works.no_news")
	}
}
