package ballot

import (
	"gongzhi/internal/exact"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
	"gongzhi/internal/vote"
)

// Panel shows who took part, on both axes, and how they voted once the vote is over or where the charter shows it
// before. It names no household.
func (b *Ballot) Panel(v step.View) page.Panel {
	st := v.State.(*state)
	p := v.Card(&b.Common, st.tag(), st.Ended)
	if st.Opened.IsZero() {
		return p
	}
	if !st.Ended {
		_, counted := b.Window.End(v.Calendar, st.Opened)
		p.Blocks = append(p.Blocks, page.Deadline{Due: st.Closes, Now: v.Now, Count: &counted})
	}
	if waiting := st.waiting(0); waiting > 0 {
		p.Blocks = append(p.Blocks, page.Banner{Tone: page.Soon, Words: text.Key("ballot.waiting", "N", waiting)})
	} else if st.Boxed && !st.Ended && b.recounts(st) {
		p.Blocks = append(p.Blocks, page.Banner{Tone: page.Soon, Words: text.Key("ballot.to_recount", "N", st.papers(0))})
	}
	f := st.Tally.Figures()
	p.Blocks = append(p.Blocks, st.participation(f, b.Show == participation && !st.Ended))
	if b.Show == all || st.Ended {
		for i, it := range b.Items {
			p.Blocks = append(p.Blocks, page.Section{Title: it.Label.Words(), Blocks: []page.Block{st.agreement(f.Items[i], i), verdict(f.Items[i], st.Ended)}})
		}
	}
	r := st.Terms.Items[0].Rule
	p.Blocks = append(p.Blocks,
		page.Basis{Clause: v.Clause("rule"), Law: r.Basis},
		page.Facts{List: []page.Fact{{Term: text.Key("ballot.root"), Value: text.Plain(string(st.Root))}}},
	)
	return p
}

func (st *state) tag() page.Tag {
	switch {
	case st.Ended && st.Outcome == vote.Passed.String():
		return page.Tag{Words: text.Key("ballot.outcome." + st.Outcome), Tone: page.Good}
	case st.Ended:
		return page.Tag{Words: text.Key("ballot.outcome." + st.Outcome), Tone: page.Late}
	case st.Opened.IsZero():
		return page.Tag{Words: text.Key("ballot.to_open"), Tone: page.Going}
	case st.Closed:
		return page.Tag{Words: text.Key("ballot.counting"), Tone: page.Going}
	}
	return page.Tag{Words: text.Key("ballot.is_open"), Tone: page.Going}
}

func (st *state) participation(f vote.Figures, hidden bool) page.Tally {
	it, q := f.Items[0], st.Terms.Items[0].Rule.Quorum
	t := two("ballot.took_part", it.Cast, f.Total, q.Area, q.Heads)
	t.Note = text.Key("ballot.on_paper", "N", f.Channels[vote.Paper])
	if hidden {
		t.Note = text.Key("ballot.hidden", "N", f.Channels[vote.Paper])
	}
	return t
}

func (st *state) agreement(it vote.ItemCount, i int) page.Tally {
	pass, whole := st.Terms.Items[i].Rule.Pass, it.Cast
	label := "ballot.agree_cast"
	if pass.Of == vote.OfRoll {
		whole, label = it.Total, "ballot.agree_roll"
	}
	t := two(label, it.Yes, whole, pass.Area, pass.Heads)
	t.Note = text.Key("ballot.numbers", "Yes", it.Yes.Heads, "No", it.No.Heads, "Abstain", it.Abstain.Heads, "Disputed", it.Disputed.Heads)
	return t
}

// two is the pair of meters, by area and by heads.
func two(label string, part, whole vote.Sides, area, heads exact.Threshold) page.Tally {
	return page.Tally{Meters: []page.Meter{
		step.SquareM.Meter(text.Key(label, "Axis", text.Key("ballot.by_area")), uint64(part.Area), uint64(whole.Area), area),
		step.Households.Meter(text.Key(label, "Axis", text.Key("ballot.by_heads")), part.Heads, whole.Heads, heads),
	}}
}

func verdict(it vote.ItemCount, ended bool) page.Tag {
	words := text.Key("ballot.outcome." + it.Outcome.String())
	if !ended {
		return page.Tag{Words: text.Key("ballot.as_of_now", "Outcome", words), Tone: page.Going}
	}
	if it.Outcome == vote.Passed {
		return page.Tag{Words: words, Tone: page.Good}
	}
	return page.Tag{Words: words, Tone: page.Late}
}
