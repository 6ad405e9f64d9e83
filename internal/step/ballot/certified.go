package ballot

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"gongzhi/internal/calendar"
	"gongzhi/internal/exact"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
	"gongzhi/internal/vote"
)

// blocks put a certificate before a reader: the result, how each item was counted, what the count rests on, what did not
// count, and what is told for information only.
func (b *Ballot) blocks(c *certificate) []page.Block {
	out := []page.Block{page.Panel{Title: text.Key("certificate.result"), Accent: true, Blocks: []page.Block{
		outcomeTag(c.Outcome), tookPart(c.Items[0].count), page.Basis{Clause: c.Clause, Law: c.Rules[0].Basis},
	}}}
	for _, it := range c.Items {
		out = append(out, b.itemPanel(it))
	}
	out = append(out, b.rulesPanel(c))
	for _, it := range c.Items {
		out = append(out, invalidPanel(it, len(c.Items) > 1))
	}
	out = append(out, informationPanel(c))
	roots := page.Facts{List: []page.Fact{
		{Term: text.Key("ballot.root"), Value: text.Plain(string(c.Roll.Root))},
		{Term: text.Key("certificate.receipts_root"), Value: text.Plain(string(c.Ballots.ReceiptsRoot))},
	}}
	for _, it := range c.Items {
		if it.Command != "" {
			roots.List = append(roots.List, page.Fact{Term: text.Key("certificate.command"), Value: text.Plain(it.Command)})
		}
	}
	lead := []text.Words{text.Key("certificate.check_lead")}
	if b.PublishBallots {
		lead = append(lead, text.Key("certificate.sheets_lead"))
	}
	check := page.Panel{Title: text.Key("certificate.check"), Blocks: []page.Block{page.Prose{Words: lead}, roots}}
	return append(out, check)
}

func outcomeTag(outcome string) page.Tag {
	t := page.Tag{Words: text.Key("ballot.outcome." + outcome), Tone: page.Late}
	if outcome == vote.Passed.String() {
		t.Tone = page.Good
	}
	return t
}

// tookPart shows both axes against the quorum of the item's first rule, or plainly where there is none.
func tookPart(it vote.ItemCount) page.Tally {
	var area, heads exact.Threshold
	for _, ch := range it.Verdicts[0].Checks {
		switch ch.Name {
		case "quorum.area":
			area = ch.Threshold
		case "quorum.heads":
			heads = ch.Threshold
		}
	}
	return two("ballot.took_part", it.Cast, it.Total, area, heads)
}

// itemPanel works every comparison out as one would on paper.
func (b *Ballot) itemPanel(it itemData) page.Panel {
	numbers := page.Table{
		Caption: text.Key("certificate.numbers"), Columns: []page.Column{
			{Words: text.Key("certificate.col.what")}, {Words: text.Key("ballot.by_area"), Numeric: true}, {Words: text.Key("ballot.by_heads"), Numeric: true},
		},
	}
	for _, row := range []struct {
		key   string
		sides vote.Sides
	}{
		{"total", it.count.Total}, {"participated", it.count.Cast}, {"yes", it.count.Yes}, {"no", it.count.No}, {"abstain", it.count.Abstain},
		{"disputed", it.count.Disputed}, {"silent", it.count.Silent},
	} {
		numbers.Rows = append(numbers.Rows, page.Row{Cells: []page.Cell{
			{Words: text.Key("certificate.row." + row.key)}, {Words: text.Key("value.area", "Area", row.sides.Area.Grouped())}, {Words: text.Plain(strconv.FormatUint(row.sides.Heads, 10))},
		}})
	}
	p := page.Panel{Title: it.Label.Words(), Blocks: []page.Block{outcomeTag(it.count.Outcome.String()), numbers}}
	for _, v := range it.count.Verdicts {
		t := page.Table{Caption: text.Key("certificate.rule", "Rule", v.Rule, "Basis", v.Basis), Columns: []page.Column{
			{Words: text.Key("certificate.col.check")}, {Words: text.Key("certificate.col.worked")}, {Words: text.Key("certificate.col.met")},
		}}
		for _, ch := range v.Checks {
			met := page.Tag{Words: text.Key("certificate.met"), Tone: page.Good}
			if !ch.Met {
				met = page.Tag{Words: text.Key("certificate.not_met"), Tone: page.Late}
			}
			t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Words: text.Key(ch.Key())}, {Words: text.Plain(ch.Worked())}, {Block: met}}})
		}
		p.Blocks = append(p.Blocks, page.Section{Title: text.Key("certificate.rule", "Rule", v.Rule, "Basis", v.Basis), Blocks: []page.Block{t}})
	}
	return p
}

// rulesPanel says how the roll was made and which ballots stand, each with its clause.
func (b *Ballot) rulesPanel(c *certificate) page.Panel {
	profile, _ := b.profiles.ByID(c.Rules[0].Profile)
	by := profile.Counting
	facts := page.Facts{}
	how := func(key, law string, pairs ...any) {
		value := text.Key("certificate.how."+key, pairs...)
		if law != "" {
			value = text.Key("certificate.by", "What", value, "Law", law)
		}
		facts.List = append(facts.List, page.Fact{Term: text.Key("certificate.term." + key), Value: value})
	}
	how("total", "", "Parts", c.Roll.Parts, "Area", c.Roll.Area, "Heads", int(c.Roll.Heads))
	how("area", by.Area, "Register", c.Roll.Sources[vote.Registered.String()], "Survey", c.Roll.Sources[vote.Surveyed.String()], "Contract", c.Roll.Sources[vote.Contracted.String()])
	how("heads", by.Heads, "N", c.Roll.Grouping[vote.SameOwners.String()])
	how("co_owned", by.CoOwned, "N", c.Roll.Grouping[vote.CoOwned.String()], "Named", c.Ballots.Representatives)
	how("builder", by.Builder, "N", c.Roll.Grouping[vote.BuilderHeld.String()])
	if n := c.Roll.Grouping[vote.OwnerUnknown.String()]; n > 0 {
		how("unknown", "", "N", n)
	}
	if c.Roll.CountSpecialSpaces {
		how("spaces_in", c.Roll.SpacesRule)
	} else {
		how("spaces", by.Spaces, "N", c.Roll.Grouping[vote.SpaceLeftOut.String()])
	}
	if c.Ballots.ProxyLimit > 0 {
		how("proxies", profile.Proxy.Basis, "N", c.Ballots.ProxyLimit)
	}
	if len(c.Ballots.Precedence) > 0 {
		facts.List = append(facts.List, page.Fact{Term: text.Key("certificate.term.precedence"), Value: channelWords(c.Ballots.Precedence)})
	} else {
		how("latest", "")
	}
	facts.List = append(facts.List, page.Fact{Term: text.Key("certificate.term.window"), Value: text.Key("certificate.how.window", "From", calendar.Minute(c.Opened), "To", calendar.Minute(c.Closes))},
		page.Fact{Term: text.Key("certificate.term.ballots"), Value: ballotWords(c.Ballots)})
	if h := c.Help; h != nil {
		how("help", "", "N", h.Heads, "Online", h.Online, "Helpers", h.Helpers, "Most", h.Most, "Odd", len(h.Odd))
	}
	return page.Panel{Title: text.Key("certificate.rules"), Blocks: []page.Block{facts}}
}

func channelWords(names []string) (out text.Words) {
	for _, n := range names {
		out = step.Joined(out, text.Key("vote.channel_"+n))
	}
	return out
}

func ballotWords(d ballotData) text.Words {
	out := text.Key("certificate.how.ballots", "Received", d.Received, "Standing", d.Standing)
	for _, name := range slices.Sorted(maps.Keys(d.Channels)) {
		out = step.Besides(out, text.Key("certificate.how.channel", "Channel", text.Key("vote.channel_"+name), "N", d.Channels[name]))
	}
	return out
}

// invalidPanel lists every ballot that does not count for an item and every head in dispute, under the numbers that the
// published files give them.
func invalidPanel(it itemData, named bool) page.Panel {
	title := text.Key("certificate.invalid")
	if named {
		title = text.Key("certificate.invalid_of", "Item", it.Label)
	}
	t := page.Table{
		Caption: title, Empty: text.Key("certificate.invalid_none"), Total: strconv.Itoa(len(it.Report.Invalid)),
		Columns: []page.Column{{Words: text.Key("certificate.col.ballot")}, {Words: text.Key("certificate.col.reason")}},
	}
	for _, i := range it.Report.Invalid {
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Words: text.Plain(string(i.Ballot))}, {Words: text.Key(i.Reason.Key())}}})
	}
	blocks := []page.Block{t}
	for _, d := range it.Report.Disputed {
		parts := make([]string, len(d.Parts))
		for i, p := range d.Parts {
			parts[i] = string(p)
		}
		blocks = append(blocks, page.Prose{Words: []text.Words{text.Key("certificate.disputed", "Parts", strings.Join(parts, "、"))}})
	}
	return page.Panel{Title: title, Blocks: blocks}
}

// informationPanel tells what other rules would have said. It stands apart and says first that it decides nothing.
func informationPanel(c *certificate) page.Panel {
	t := page.Table{Caption: text.Key("certificate.information"), Empty: text.Key("certificate.information_none"), Columns: []page.Column{
		{Words: text.Key("certificate.col.item")}, {Words: text.Key("certificate.col.rule")}, {Words: text.Key("certificate.col.would")},
	}}
	for _, it := range c.Items {
		for _, o := range it.Other {
			rule := text.Plain(o.Rule)
			if o.Followed {
				rule = text.Key("certificate.followed", "Rule", o.Rule)
			}
			t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Words: it.Label.Words()}, {Words: rule}, {Words: text.Key("ballot.outcome." + o.Outcome.String())}}})
		}
	}
	return page.Panel{Title: text.Key("certificate.information"), Blocks: []page.Block{page.Prose{Words: []text.Words{text.Key("certificate.information_lead")}}, t}}
}
