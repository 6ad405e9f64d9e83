package secretballot

import (
	"fmt"

	"strings"

	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
	"gongzhi/internal/vote"
)

// Panel shows how many have voted, and totals once it is counted. While it is open nothing of the choices can be shown:
// nobody has them.
func (b *Ballot) Panel(v step.View) page.Panel {
	st := v.State.(*state)
	p := v.Card(&b.Common, st.tag(), st.Ended)
	if st.Closes.IsZero() {
		return p
	}
	if !st.Ended {
		p.Blocks = append(p.Blocks, page.Deadline{Label: text.Key("ballot.closes"), Due: st.Closes, Now: v.Now})
	}
	p.Blocks = append(p.Blocks, page.Tally{
		Meters: []page.Meter{step.Households.Meter(text.Key("secret_ballot.voted"), uint64(len(st.Ticked)), uint64(st.Entitled), b.Rule.Quorum)},
		Note:   text.Key("secret_ballot.apart"),
	})
	if c := st.Counted; c != nil && !c.Void {
		t := page.Table{Caption: text.Key("secret_ballot.result"), Columns: []page.Column{
			{Words: text.Key("secret_ballot.item")}, {Words: text.Key("ballot.choice.yes"), Numeric: true}, {Words: text.Key("ballot.choice.no"), Numeric: true},
			{Words: text.Key("ballot.choice.abstain"), Numeric: true}, {Words: text.Key("secret_ballot.outcome")},
		}}
		for _, it := range c.Items {
			t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
				{Words: it.Label.Words()}, {Words: text.Plain(fmt.Sprint(it.Yes))}, {Words: text.Plain(fmt.Sprint(it.No))}, {Words: text.Plain(fmt.Sprint(it.Abstain))},
				{Words: text.Key("ballot.outcome." + it.Outcome.String())},
			}})
		}
		p.Blocks = append(p.Blocks, t)
		if len(c.Elected) > 0 {
			p.Blocks = append(p.Blocks, page.Banner{Tone: page.Good, Words: text.Key("secret_ballot.elected", "Names", strings.Join(c.Elected, "、"))})
		}
	}
	p.Blocks = append(p.Blocks, page.Basis{Clause: v.Clause("rule"), Law: b.Rule.Basis})
	return p
}

func (st *state) tag() page.Tag {
	switch {
	case st.Ended && st.Outcome == vote.Passed.String():
		return page.Tag{Words: text.Key("ballot.outcome." + st.Outcome), Tone: page.Good}
	case st.Ended && st.Outcome == void:
		return page.Tag{Words: text.Key("secret_ballot.void"), Tone: page.Late}
	case st.Ended:
		return page.Tag{Words: text.Key("ballot.outcome." + st.Outcome), Tone: page.Late}
	case st.Closes.IsZero():
		return page.Tag{Words: text.Key("ballot.to_open"), Tone: page.Going}
	case st.Closed:
		return page.Tag{Words: text.Key("secret_ballot.counting"), Tone: page.Going}
	}
	return page.Tag{Words: text.Key("secret_ballot.is_open"), Tone: page.Going}
}

// Told says how many voted, and who was elected.
func (b *Ballot) Told(facts map[string]any) text.Words {
	return text.Key("secret_ballot.told", "Present", step.Number(facts, "present"), "Entitled", step.Number(facts, "entitled"))
}
