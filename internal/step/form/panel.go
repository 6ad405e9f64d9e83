package form

import (
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Panel shows the public answers once they are there. What is counted is shown before, as it stands now: whoever fills the
// form in sees what it will rest on.
func (f *Form) Panel(v step.View) page.Panel {
	st := v.State.(*state)
	p := page.Panel{Title: f.Name.Words(), Tag: f.Term.Words(), Accent: !st.Ended}
	if !f.Says.IsZero() {
		p.Blocks = append(p.Blocks, page.Prose{Words: []text.Words{f.Says.Words()}})
	}
	if !st.Given {
		p.Blocks = append(p.Blocks, page.Tag{Words: text.Key("form.waiting"), Tone: page.Going})
		if figures, err := v.Count(f.Counted); err == nil {
			p.Blocks = append(p.Blocks, v.Figures(f.Counted, figures)...)
		}
		return p
	}
	p.Blocks = append(p.Blocks, page.Tag{Words: text.Key("form.given"), Tone: page.Good})
	p.Blocks = append(p.Blocks, v.Figures(f.Counted, st.Counted)...)
	if facts := step.Shown(f.Fields, st.Answers); len(facts) > 0 {
		p.Blocks = append(p.Blocks, page.Facts{List: facts})
	}
	return p
}
