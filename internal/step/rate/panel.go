package rate

import (
	"fmt"

	"gongzhi/internal/exact"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Panel shows how many were reached; the marks only when it is over, so that nobody follows the first.
func (r *Rate) Panel(v step.View) page.Panel {
	st := v.State.(*state)
	tag := page.Tag{Words: text.Key("rate.going"), Tone: page.Going}
	switch {
	case st.Ended && st.Outcome == rated:
		tag = page.Tag{Words: text.Key("rate.rated"), Tone: page.Good}
	case st.Ended:
		tag = page.Tag{Words: text.Key("rate.not_reached"), Tone: page.Late}
	case len(st.Units) == 0:
		tag = page.Tag{Words: text.Key("rate.empty"), Tone: page.Soon}
	}
	p := v.Card(&r.Common, tag, st.Ended)
	if len(st.Units) == 0 {
		return p
	}
	if !st.Ended {
		span := r.Window
		if st.Extended {
			span = r.Extend
		}
		_, counted := span.End(v.Calendar, st.From)
		p.Blocks = append(p.Blocks, page.Deadline{Label: text.Key("rate.closes"), Due: st.Closes, Now: v.Now, Count: &counted})
	}
	if st.Extended {
		p.Blocks = append(p.Blocks, page.Banner{Tone: page.Soon, Words: text.Key("rate.extended", "Extend", r.Extend.Words())})
	}
	reached := step.Households.Meter(text.Key("rate.reached"), uint64(st.Answered), uint64(len(st.Units)), r.Reach)
	t := page.Tally{Meters: []page.Meter{reached}}
	if !st.Ended {
		t.Note = text.Key("rate.hidden")
	}
	p.Blocks = append(p.Blocks, t)
	if st.Ended && st.Answered > 0 {
		p.Blocks = append(p.Blocks, r.results(st, v.Fewest))
	}
	return p
}

func (r *Rate) results(st *state, fewest int) page.Table {
	t := page.Table{
		Caption: text.Key("rate.results"),
		Columns: []page.Column{
			{Key: "question", Words: text.Key("rate.question")}, {Key: "mean", Words: text.Key("rate.mean"), Numeric: true},
			{Key: "satisfied", Words: text.Key("rate.satisfied"), Numeric: true}, {Key: "count", Words: text.Key("rate.count"), Numeric: true},
		},
	}
	for _, q := range r.Questions {
		s := st.Sums[q.Key]
		if int(s.Count) < fewest {
			few := page.Cell{Words: text.Key("step.too_few", "N", fewest)}
			t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Words: q.Label.Words()}, few, few, {Words: text.Plain(fmt.Sprint(s.Count))}}})
			continue
		}
		// A mean is a share of a hundredth: Percent divides by the count and rounds half up without a float.
		mean, _ := exact.Percent(uint64(s.Sum), 100*uint64(s.Count), 1)
		satisfied, _ := exact.Percent(uint64(s.Satisfied), uint64(s.Count), 1)
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			{Words: q.Label.Words()},
			{Words: text.Key("rate.mean_of", "Mean", mean, "Best", len(r.Marks), "Sum", s.Sum, "Count", s.Count)},
			{Words: text.Key("rate.satisfied_of", "Percent", satisfied, "Satisfied", s.Satisfied)},
			{Words: text.Plain(fmt.Sprint(s.Count))},
		}})
	}
	return t
}
