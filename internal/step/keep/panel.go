package keep

import (
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Panel shows what is to be written, or was.
func (s *Keep) Panel(v step.View) page.Panel {
	st := v.State.(*state)
	tag, row := page.Tag{Words: text.Key("keep.waiting"), Tone: page.Going}, st.Row
	if st.Outcome == "" {
		row = s.row(v)
	} else {
		tag = page.Tag{Words: text.Key("keep.done"), Tone: page.Good}
	}
	said := map[string]any{}
	for field, value := range row.Values {
		if value != nil {
			said[field] = value
		}
	}
	return v.Card(&s.Common, tag, st.Outcome != "", page.Facts{List: step.Shown(s.shown, said)})
}
