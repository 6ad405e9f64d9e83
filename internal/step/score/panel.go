package score

import (
	"fmt"

	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Panel shows the sheet: what is left of each dimension and why, the stars, the grade, and how many months in a row.
func (s *Score) Panel(v step.View) page.Panel {
	st := v.State.(*state)
	tag := page.Tag{Words: text.Key("score.waiting"), Tone: page.Going}
	if !st.Rated {
		return v.Card(&s.Common, tag, false)
	}
	b := st.Sheet
	tag = page.Tag{Words: text.Key("score.rated_as", "Grade", s.name(b.Grade)), Tone: page.Good}
	facts := page.Facts{List: []page.Fact{
		{Term: text.Key("score.score"), Value: text.Key("score.of", "N", b.Score, "Of", s.whole())},
		{Term: text.Key("score.stars"), Value: text.Key("score.of", "N", b.Stars, "Of", len(s.Dimensions))},
	}}
	for _, it := range s.Vetoes {
		for _, key := range b.Vetoes {
			if key == it.Key {
				facts.List = append(facts.List, page.Fact{Term: text.Key("score.vetoed"), Value: it.Name.Words()})
			}
		}
	}
	if s.Streak != nil && b.Streak > 0 {
		words := text.Key("score.months", "N", b.Streak)
		if b.Streak >= s.Streak.Times {
			words = text.Key("score.title", "N", b.Streak, "Title", s.Streak.Name)
		}
		facts.List = append(facts.List, page.Fact{Term: text.Key("score.streak"), Value: words})
	}
	t := page.Table{
		Caption: text.Key("score.caption"), Total: fmt.Sprint(len(s.Dimensions)),
		Columns: []page.Column{
			{Key: "dimension", Words: text.Key("score.column.dimension")}, {Key: "left", Words: text.Key("score.column.left"), Numeric: true}, {Key: "why", Words: text.Key("score.column.why")},
		},
	}
	for _, d := range s.Dimensions {
		why := text.Words{}
		for _, p := range d.Points {
			if n := b.Found[p.Key]; n > 0 {
				why = step.Besides(why, text.Key("score.off", "Item", p.Name, "N", n, "Off", int(n)*p.Off))
			}
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Words: d.Name.Words()}, {Words: text.Key("score.of", "N", b.Left[d.Key], "Of", d.Weight)}, {Words: why}}})
	}
	return v.Card(&s.Common, tag, st.Outcome != "", facts, t)
}

func (s *Score) whole() (sum int) {
	for _, d := range s.Dimensions {
		sum += d.Weight
	}
	return sum
}

func (s *Score) name(grade string) text.Text {
	name, _ := s.GradeName(grade)
	return name
}

// GradeName is what the charter calls a grade.
func (s *Score) GradeName(outcome string) (text.Text, bool) {
	for _, g := range s.Grades {
		if g.Key == outcome {
			return g.Name, true
		}
	}
	return text.Text{ZH: outcome, EN: outcome}, false
}

// Told gives score and stars.
func (s *Score) Told(facts map[string]any) text.Words {
	return text.Key("score.told", "Score", step.Number(facts, "score"), "Of", s.whole(), "Stars", step.Number(facts, "stars"))
}

// Rating reads the stars of a sheet that has ended.
func (s *Score) Rating(matter, ended map[string]any) (step.Rating, bool) {
	if _, there := ended["score"]; !there {
		return step.Rating{}, false
	}
	r := step.Rating{Score: step.Number(ended, "score"), Of: int64(s.whole())}
	if day, ok := matter[s.Month].(string); ok && len(day) >= len("2006-01") {
		r.Month = day[:len("2006-01")]
	}
	for _, d := range s.Dimensions {
		left := step.Number(ended, d.Key+"_left")
		r.Stars = append(r.Stars, step.Star{Item: d.Item, Lit: s.Lit.Met(uint64(max(left, 0)), uint64(d.Weight))})
	}
	return r, true
}
