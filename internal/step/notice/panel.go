package notice

import (
	"gongzhi/internal/calendar"
	"gongzhi/internal/exact"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Panel shows what is published, the days, and every objection by number with its answer. Who objected and what they
// wrote is not here: it is sealed.
func (n *Notice) Panel(v step.View) page.Panel {
	st := v.State.(*state)
	p := v.Card(&n.Common, st.tag(), st.Ended)
	if !st.Posted.IsZero() {
		p.Blocks = append(p.Blocks, n.block(v, st))
		facts := step.Shown(n.Fields, st.Answers)
		if r := st.Roll; r != nil {
			facts = append(facts,
				page.Fact{Term: text.Key("roll.day"), Value: text.Plain(r.Day.String())},
				page.Fact{Term: text.Key("roll.total"), Value: text.Key("roll.total_is", "Parts", r.Parts, "Area", exact.Area(r.Area).Grouped(), "Heads", r.Heads)},
				page.Fact{Term: text.Key("roll.root"), Value: text.Plain(string(r.Root))})
		}
		if len(facts) > 0 {
			p.Blocks = append(p.Blocks, page.Facts{List: facts})
		}
	}
	if st.Held && !st.Ended {
		p.Blocks = append(p.Blocks, page.Banner{Tone: page.Soon, Words: text.Key("notice.held", "N", unresolved(st.Objections))})
	}
	if len(st.Objections) > 0 {
		p.Blocks = append(p.Blocks, n.objections(st))
	}
	for _, h := range st.Hung {
		p.Blocks = append(p.Blocks, page.Section{
			Title:  text.Key("notice.hung_on", "Date", calendar.DateOf(h.At).String()),
			Blocks: []page.Block{page.Facts{List: step.Shown(n.Hang.Fields, h.Answers)}},
		})
	}
	for _, r := range st.Reports {
		p.Blocks = append(p.Blocks, page.Section{
			Title:  text.Key("notice.report_of", "Date", calendar.DateOf(r.At).String()),
			Blocks: []page.Block{page.Facts{List: step.Shown(n.Report.Fields, r.Answers)}},
		})
	}
	return p
}

func (st *state) tag() page.Tag {
	switch {
	case st.Ended && st.Outcome == upheld:
		return page.Tag{Words: text.Key("notice.standing.upheld"), Tone: page.Late}
	case st.Ended:
		return page.Tag{Words: text.Key("notice.over"), Tone: page.Good}
	case st.Posted.IsZero():
		return page.Tag{Words: text.Key("notice.to_post"), Tone: page.Going}
	}
	return page.Tag{Words: text.Key("notice.open"), Tone: page.Going}
}

func (n *Notice) block(v step.View, st *state) page.Notice {
	from, last := calendar.DateOf(st.Posted), calendar.LastDay(st.Closes)
	_, counted := n.Days.End(v.Calendar, st.Posted)
	days := last.Sub(from)
	answered := 0
	for _, o := range st.Objections {
		if o.Answers != nil {
			answered++
		}
	}
	return page.Notice{
		Day: max(0, min(v.Today().Sub(from), days)), Days: days, Open: !st.Ended && !st.Held && v.Now.Before(st.Closes),
		Closes:   page.Deadline{Label: text.Key("notice.closes"), Due: st.Closes, Now: v.Now, Count: &counted},
		Received: len(st.Objections), Answered: answered,
	}
}

func (n *Notice) objections(st *state) page.Table {
	t := page.Table{
		Caption: text.Key("notice.objections"),
		Columns: []page.Column{
			{Key: "no", Words: text.Key("notice.no"), Numeric: true}, {Key: "at", Words: text.Key("notice.received_on")},
			{Key: "state", Words: text.Key("notice.state")}, {Key: "reply", Words: text.Key("notice.reply")},
		},
	}
	for _, o := range st.Objections {
		tone := page.Good
		if o.stands() {
			tone = page.Going
		}
		reply := text.Words{}
		for _, f := range step.Shown(n.Answer.Fields, o.Answers) {
			reply = step.Joined(reply, f.Value)
		}
		if o.Reason != "" {
			reply = step.Joined(reply, text.Plain(o.Reason))
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			{Words: text.Key("notice.number", "No", o.No)}, {Words: text.Plain(calendar.DateOf(o.At).String())},
			{Block: page.Tag{Words: text.Key("notice.standing." + o.Standing.String()), Tone: tone}}, {Words: reply},
		}})
	}
	return t
}
