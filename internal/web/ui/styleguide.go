package ui

import (
	"time"

	"gongzhi/internal/calendar"
	"gongzhi/internal/exact"
	"gongzhi/internal/fault"
	"gongzhi/internal/geo"
	"gongzhi/internal/page"
	"gongzhi/internal/text"
)

// sampleNow is the instant of the sample data: 5 days and 7 hours before the vote on it closes.
var sampleNow = time.Date(2026, 11, 23, 11, 0, 0, 0, calendar.Zone)

var twoThirds = exact.Threshold{Num: 2, Den: 3}

// w is words of the style guide.
func w(key string, pairs ...any) text.Words { return text.Key("styleguide."+key, pairs...) }

// Styleguide is pages with every component in every state, on made-up data: a resident's matter, the parts of resident
// pages one by one, the workbench, the wall and a printed notice. Tests render them in every language, size and frame.
func Styleguide() []page.Page {
	return []page.Page{sampleMatter(), sampleParts(), sampleDesk(), sampleWall(), samplePaper(), sampleOfficial()}
}

func sampleVote() page.Deadline {
	e := calendar.Explanation{
		Start: time.Date(2026, 11, 18, 10, 0, 0, 0, calendar.Zone), Unit: calendar.Days, N: 10,
		First: calendar.MustDate("2026-11-19"), Last: calendar.MustDate("2026-11-28"),
		Ends: time.Date(2026, 11, 28, 18, 0, 0, 0, calendar.Zone),
	}
	return page.Deadline{Due: e.Ends, Now: sampleNow, Count: &e}
}

func sampleTally() page.Tally {
	return page.Tally{
		Meters: []page.Meter{
			{Label: w("tally.area"), Part: 5966_00, All: 8320_00, Shown: w("tally.area_shown"), Threshold: twoThirds, Verdict: w("tally.reached"), Reached: true},
			{Label: w("tally.heads"), Part: 68, All: 108, Shown: w("tally.heads_shown"), Threshold: twoThirds, Verdict: w("tally.short")},
		},
		Note: w("tally.note"),
	}
}

func sampleMatter() page.Page {
	strip := sampleMap()
	strip.Strip, strip.Title, strip.Key = true, text.Words{}, nil
	return page.Page{
		Frame: page.Resident, Title: w("matter.title"), State: w("matter.state"), Lead: w("matter.lead"),
		Back: &page.Link{Words: w("matter.back"), Href: "#"}, Locator: &strip,
		Blocks: []page.Block{
			page.Panel{
				Title: w("act.title"), Accent: true,
				Blocks: []page.Block{page.Prose{Words: []text.Words{w("act.lead")}}, sampleVote(), sampleTally()},
				Links: []page.Link{
					{Words: w("act.receipt"), Note: w("act.receipt_note"), Href: "#", Icon: "receipt"},
					{Words: w("act.rules"), Href: "#", Icon: "scale"},
				},
			},
			page.Panel{
				Title: w("notice.title"),
				Blocks: []page.Block{
					page.Notice{Day: 5, Days: 7, Open: true, Closes: page.Deadline{Due: time.Date(2026, 11, 25, 18, 0, 0, 0, calendar.Zone), Now: sampleNow}},
					page.Prose{Words: []text.Words{w("notice.lead")}},
				},
				Links: []page.Link{
					{Words: w("notice.check"), Href: "#", Icon: "home-edit"},
					{Words: w("notice.object"), Note: w("notice.objections"), Href: "#", Icon: "message-report"},
				},
			},
			sampleSteps(),
		},
		Actions: []page.Link{{Words: w("act.vote"), Href: "#", Icon: "checkbox"}, {Words: w("act.comment"), Href: "#"}},
		Foot:    []text.Words{w("matter.contact")},
	}
}

func sampleSteps() page.Steps {
	return page.Steps{
		Title: w("steps.title"), Lead: w("steps.lead"),
		List: []page.Step{
			{Name: w("steps.1.name"), Term: w("steps.1.term"), Note: w("steps.1.note"), Standing: page.Done, Links: []page.Link{{Words: w("steps.1.link"), Href: "#"}}},
			{Name: w("steps.2.name"), Term: w("steps.2.term"), Note: w("steps.2.note"), Standing: page.Done},
			{Name: w("steps.3.name"), Term: w("steps.3.term"), Note: w("steps.3.note"), Standing: page.Done, Links: []page.Link{{Words: w("steps.3.link"), Href: "#"}}},
			{Name: w("steps.4.name"), Term: w("steps.4.term"), Note: w("steps.4.note"), Standing: page.Now},
			{Name: w("steps.5.name"), Term: w("steps.5.term"), Note: w("steps.5.note")},
			{Name: w("steps.6.name"), Term: w("steps.6.term"), Note: w("steps.6.note")},
		},
	}
}

func sampleBasis() *page.Basis {
	return &page.Basis{Clause: "rules/owners_civil_code_2021.yaml#ordinary", Law: "民法典第二百七十八条", Href: "#"}
}

// sampleForm has every kind of control, and two faults.
func sampleForm() page.Form {
	option := func(n string) page.Option { return page.Option{Value: n, Words: w("form.option", "N", n)} }
	var many []page.Option
	for _, n := range []string{"1", "2", "3", "4", "5", "6", "7", "8"} {
		many = append(many, option(n))
	}
	return page.Form{
		Title: w("form.title"), Lead: w("form.lead"), Action: "#", Hidden: map[string]string{"csrf": "sample", "id": "0"},
		Fields: []page.Field{
			{Name: "choice", Label: w("form.choice"), Hint: w("form.choice_hint"), Input: page.Choice, Required: true, Value: "1",
				Options: []page.Option{{Value: "1", Words: w("form.yes"), Hint: w("form.yes_hint")}, {Value: "2", Words: w("form.no")}, {Value: "3", Words: w("form.abstain")}}},
			{Name: "phone", Label: w("form.phone"), Hint: w("form.phone_hint"), Input: page.Phone, Value: "1380013", Required: true, Width: 14, Sealed: true},
			{Name: "reason", Label: w("form.reason"), Input: page.Area, Max: 200, Value: `"<b>" & co`},
			{Name: "area", Label: w("form.area"), Input: page.Number, Unit: w("form.area_unit"), Value: "78.62", Width: 8},
			{Name: "date", Label: w("form.date"), Input: page.Date, Value: "2026-11-30"},
			{Name: "at", Label: w("form.at"), Input: page.Instant, Value: "2026-13-01", Required: true},
			{Name: "line", Label: w("form.line"), Input: page.Line},
			{Name: "secret", Label: w("form.secret"), Input: page.Secret, Required: true, Width: 12},
			{Name: "select", Label: w("form.select"), Input: page.Select, Options: many[:3], Value: "2"},
			{Name: "long", Label: w("form.long"), Input: page.Choice, Options: many},
			{Name: "many", Label: w("form.many"), Input: page.Many, Options: many[:3], Values: []string{"1", "3"}},
			{Name: "file", Label: w("form.file"), Hint: w("form.file_hint"), Input: page.File, Accept: "image/*", Max: 3},
			{Name: "agree", Label: w("form.agree"), Input: page.Yes, Required: true},
		},
		Submit: w("form.submit"), Basis: sampleBasis(),
		Problem: &fault.Refusal{Kind: fault.Invalid, Code: "styleguide.form.faults", Fields: []fault.Field{
			{Name: "phone", Code: "styleguide.form.phone_fault"},
			{Name: "at", Code: "styleguide.form.at_fault"},
		}},
	}
}

func sampleParts() page.Page {
	failed := sampleSteps()
	failed.Title, failed.Lead = w("steps.failed_title"), text.Words{}
	failed.List = failed.List[1:5]
	failed.List[1].Standing, failed.List[2].Standing = page.Failed, page.Skipped
	return page.Page{
		Frame: page.Resident, Title: w("parts.title"), State: w("parts.state"), Back: &page.Link{Words: w("matter.back"), Href: "#"},
		Blocks: []page.Block{
			page.Banner{Tone: page.Late, Words: w("banner.late"), Links: []page.Link{{Words: w("banner.link"), Href: "#"}}},
			page.Banner{Tone: page.Soon, Words: w("banner.soon")},
			page.Banner{Tone: page.Good, Words: w("banner.good")},
			page.Banner{Tone: page.Going, Words: w("banner.going")},
			page.Panel{Title: w("form.panel"), Blocks: []page.Block{sampleForm()}},
			page.Panel{Title: w("danger.title"), Blocks: []page.Block{page.Form{
				Lead: w("danger.lead"), Action: "#", Danger: true, Submit: w("danger.submit"), Basis: sampleBasis(),
				Fields:  []page.Field{{Name: "reason", Label: w("danger.reason"), Input: page.Area, Required: true}},
				Problem: &fault.Refusal{Kind: fault.Closed, Code: "styleguide.danger.closed", Basis: fault.Basis{Clause: "methods/renovation.yaml#publicity_1.days", Law: "民法典第二百零一条"}},
			}}},
			page.Section{ID: "check", Title: w("check.title"), Blocks: []page.Block{page.Check{
				Answers: []page.Fact{
					{Term: w("form.choice"), Value: w("form.yes"), Href: "#"},
					{Term: w("form.phone"), Value: text.Plain("13800138000"), Href: "#"},
					{Term: w("parts.state_term"), Block: page.Tag{Words: w("tag.going"), Tone: page.Going}},
				},
				Form: page.Form{Action: "#", Submit: w("check.submit")},
			}}},
			page.Receipt{Code: "7F3A9C2E41B8", Href: "/receipts/7F3A9C2E41B8", At: sampleNow, Next: []text.Words{w("receipt.next_1"), w("receipt.next_2")}, Links: []page.Link{{Words: w("receipt.complain"), Href: "#", Icon: "phone"}}},
			page.Refused{Refusal: &fault.Refusal{Kind: fault.Closed, Code: "styleguide.refused.words", Basis: fault.Basis{Clause: "methods/renovation.yaml#publicity_1.days", Law: "本街道改造方法第 5 步"}}, Help: w("refused.help"), Links: []page.Link{{Words: w("refused.link"), Href: "#"}}},
			page.Panel{Title: w("facts.title"), Tag: w("tag.going"), Blocks: []page.Block{page.Facts{List: []page.Fact{
				{Term: w("facts.community"), Value: w("facts.community_value"), Href: "#"},
				{Term: w("facts.light"), Block: page.Light{Tone: page.Soon, Words: w("light.soon"), Note: text.Plain("18:00")}},
				{Term: w("facts.basis"), Block: page.Basis{Words: w("facts.basis_value"), Href: "#", Assumed: true}},
			}}, page.Buttons{List: []page.Link{{Words: w("facts.primary"), Href: "#", Icon: "plus"}, {Words: w("facts.second"), Href: "#", Count: 3}}}}},
			page.Section{Title: w("folded.title"), Folded: true, Blocks: []page.Block{page.Prose{Words: []text.Words{w("folded.says")}}}},
			page.Section{Title: w("tags.title"), Blocks: []page.Block{
				page.Facts{List: []page.Fact{
					{Term: w("tags.plain"), Block: page.Tag{Words: w("tag.plain")}},
					{Term: w("tags.going"), Block: page.Tag{Words: w("tag.going"), Tone: page.Going}},
					{Term: w("tags.good"), Block: page.Tag{Words: w("tag.good"), Tone: page.Good}},
					{Term: w("tags.soon"), Block: page.Tag{Words: w("tag.soon"), Tone: page.Soon}},
					{Term: w("tags.late"), Block: page.Tag{Words: w("tag.late"), Tone: page.Late}},
					{Term: w("tags.progress"), Block: page.Progress{N: 2, Of: 7, Words: w("steps.3.name")}},
				}},
			}},
			page.Panel{Title: w("when.title"), Blocks: []page.Block{
				page.Deadline{Label: w("when.hours"), Due: sampleNow.Add(3*time.Hour + 20*time.Minute), Now: sampleNow},
				page.Deadline{Label: w("when.minutes"), Due: sampleNow.Add(90 * time.Second), Now: sampleNow},
				page.Deadline{Label: w("when.past"), Due: time.Date(2025, 12, 31, 24, 0, 0, 0, calendar.Zone), Now: sampleNow},
				page.Notice{Day: 7, Days: 7, Received: 3, Answered: 3, Closes: page.Deadline{Due: sampleNow.Add(-time.Hour), Now: sampleNow}},
				page.Notice{Days: 7},
			}},
			page.Tally{Meters: []page.Meter{
				{Label: w("tally.nothing"), Shown: w("tally.nothing_shown"), Threshold: twoThirds},
				{Label: w("tally.exact"), Part: 2, All: 3, Shown: w("tally.exact_shown"), Threshold: twoThirds, Verdict: w("tally.reached"), Reached: true},
				{Label: w("tally.count"), Part: 23, All: 68, Shown: w("tally.count_shown")},
			}},
			failed,
			sampleTable(false),
			page.Table{Caption: w("table.caption"), Columns: []page.Column{{Key: "name", Words: w("table.name")}}, Empty: w("table.empty")},
			page.Rows{Title: w("rows.title"), List: []page.Link{{Words: w("rows.one"), Note: w("rows.one_note"), Href: "#", Tone: page.Soon}, {Words: w("rows.two"), Href: "#", Icon: "file-text", Count: 2}}},
			page.Rows{Title: w("rows.none"), Empty: w("rows.empty")},
			sampleHistory(),
			page.Pictures{Title: w("pictures.title"), List: []page.Picture{{Src: samplePicture, Words: w("pictures.one")}, {Src: samplePicture, Words: w("pictures.two")}}},
			page.Prose{Raw: "**1**\n\n- [OK](https://example.org/a?b=1&c=2)\n- <script>\n\n1. A\n2. B"},
			page.Figures{List: sampleFigures()},
			page.Code{Text: "GET /api/v1/matters?limit=2"},
			page.Diagram{SVG: `<svg viewBox="0 0 120 24" width="120" height="24"><path d="M2 22 40 14 80 16 118 2" fill="none" stroke="currentColor" stroke-width="2"/></svg>`, Caption: w("diagram.caption")},
			page.QR{Href: "/matters/1", Note: w("qr.note")},
			sampleMap(), sampleDots(), page.Map{Says: w("map.says")}, sampleBars(), sampleTrend(), page.Trend{Title: w("trend.title")},
			page.Sheet{
				Title: w("paper.title"), For: text.Plain("1-101"), Lead: w("paper.state"), QR: page.QR{Href: "/matters/1", Note: w("qr.note")},
				Questions: []page.Question{{Words: w("paper.1"), Choices: []text.Words{text.Key("ballot.choice.yes"), text.Key("ballot.choice.no"), text.Key("ballot.choice.abstain")}}},
				Lines:     []text.Words{text.Key("papers.sign"), text.Key("papers.date")}, Notes: []text.Words{text.Key("papers.how")}, Fine: []text.Words{w("paper.2")},
			},
		},
		Foot: []text.Words{w("matter.contact")},
	}
}

func sampleHistory() page.History {
	return page.History{Title: w("history.title"), List: []page.Entry{
		{Who: w("history.clock"), What: w("history.closed"), At: sampleNow.Add(-time.Hour), Late: sampleNow, Basis: sampleBasis(), Hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
		{Who: w("history.who"), What: w("history.objected"), At: sampleNow.Add(-26 * time.Hour), Note: w("history.note"), Sealed: []text.Words{w("form.phone")}},
	}}
}

func sampleFigures() []page.Figure {
	return []page.Figure{
		{Label: w("figures.rate"), Value: text.Plain("96.1"), Unit: text.Plain("%"), Href: "#"},
		{Label: w("figures.days"), Value: text.Plain("2.3"), Unit: w("figures.days_unit"), Href: "#"},
		{Label: w("figures.late"), Value: text.Plain("9"), Unit: w("figures.late_unit"), Href: "#", Tone: page.Late, Note: w("figures.late_note")},
	}
}

// sampleTable is the register of compounds as the workbench shows it.
func sampleTable(desk bool) page.Table {
	x := page.Table{
		Caption: w("table.caption"), Total: "27",
		Columns: []page.Column{
			{Key: "name", Words: w("table.name")}, {Key: "no", Words: w("table.no")}, {Key: "homes", Words: w("table.homes"), Numeric: true},
			{Key: "stage", Words: w("table.stage")}, {Key: "due", Words: w("table.due")},
		},
		Next: "#next",
	}
	add := func(name, no, homes string, n int, stage string, l page.Light) {
		x.Rows = append(x.Rows, page.Row{Href: "#", Value: no, Cells: []page.Cell{
			{Words: w(name)}, {Words: text.Plain(no)}, {Words: text.Plain(homes)},
			{Block: page.Progress{N: n, Of: 7, Words: w(stage)}}, {Block: l},
		}})
	}
	add("table.row_1", "C070", "324", 2, "steps.3.name", page.Light{Tone: page.Late, Words: w("light.late", "N", 2)})
	add("table.row_2", "C071", "144", 2, "steps.3.name", page.Light{Tone: page.Going, Words: text.Plain("11-25")})
	add("table.row_3", "C069", "288", 3, "steps.4.name", page.Light{Tone: page.Good, Words: text.Plain("12-15")})
	add("table.row_4", "C073", "192", 1, "steps.1.name", page.Light{Words: w("light.none")})
	x.Rows[3].Bad = !desk
	if desk {
		x.Filters = &page.Form{Get: true, Action: "#", Fields: []page.Field{
			{Name: "stage", Label: w("table.stage"), Input: page.Select, Options: []page.Option{{Value: "3", Words: w("steps.3.name")}, {Value: "4", Words: w("steps.4.name")}}},
			{Name: "late", Label: w("table.only_late"), Input: page.Yes},
			{Name: "q", Label: w("table.search"), Input: page.Line, Width: 16},
		}}
		x.Chips = []page.Link{{Words: w("table.chip"), Href: "#"}}
		x.Links = []page.Link{{Words: w("table.import"), Href: "#", Icon: "upload"}, {Words: w("table.export"), Href: "#", Icon: "download"}}
	}
	return x
}

func sampleDesk() page.Page {
	queue := page.Table{
		Caption: w("queue.caption"),
		Tabs: []page.Link{
			{Words: w("queue.all"), Href: "#", Count: 23, Here: true}, {Words: w("queue.late"), Href: "#", Count: 2, Tone: page.Late},
			{Words: w("queue.today"), Href: "#", Count: 4, Tone: page.Soon}, {Words: w("queue.soon"), Href: "#", Count: 9, Tone: page.Going},
		},
		Columns: []page.Column{{Key: "what", Words: w("queue.what")}, {Key: "from", Words: w("queue.from")}, {Key: "where", Words: w("queue.where")}, {Key: "due", Words: w("table.due")}, {Key: "do"}},
		Bulk:    &page.Form{Action: "#", Submit: w("queue.bulk")},
	}
	add := func(n, verb string, tag bool, l page.Light) {
		c := page.Cell{Words: w("queue." + n + ".what")}
		if tag {
			c.Block = page.Tag{Words: w("queue.watched"), Tone: page.Late}
		}
		queue.Rows = append(queue.Rows, page.Row{Href: "#", Value: n, Cells: []page.Cell{
			c, {Words: w("queue." + n + ".from")}, {Words: w("queue." + n + ".where")}, {Block: l},
			{Block: page.Buttons{Quiet: true, List: []page.Link{{Words: w("queue." + verb), Href: "#"}}}},
		}})
	}
	add("1", "supply", true, page.Light{Tone: page.Late, Words: w("light.late", "N", 4), Note: text.Plain("11-19")})
	add("2", "go", true, page.Light{Tone: page.Late, Words: w("light.late", "N", 2), Note: text.Plain("11-21")})
	add("3", "remind", false, page.Light{Tone: page.Soon, Words: w("light.soon"), Note: text.Plain("18:00")})
	add("4", "take", false, page.Light{Tone: page.Soon, Words: w("light.soon"), Note: text.Plain("17:30")})
	add("5", "go", false, page.Light{Tone: page.Going, Words: w("light.left", "N", 2), Note: text.Plain("11-25")})
	return page.Page{
		Frame: page.Desk, Title: w("queue.title"), Lead: w("queue.lead"),
		Head: []page.Link{{Words: w("table.new"), Href: "#", Icon: "plus"}},
		Blocks: []page.Block{
			page.Panel{Blocks: []page.Block{queue}},
			page.Panel{Title: w("table.caption"), Blocks: []page.Block{sampleTable(true)}}, sampleMonth(),
		},
		Aside: []page.Block{
			page.Panel{Title: w("figures.title"), Blocks: []page.Block{page.Figures{List: sampleFigures()[:2]}}},
			page.Panel{Title: w("today.title"), Blocks: []page.Block{page.Facts{List: []page.Fact{
				{Term: text.Plain("09:00"), Value: w("today.1")}, {Term: text.Plain("10:30"), Value: w("today.2"), Href: "#"}, {Term: text.Plain("14:30"), Value: w("today.3")},
			}}}},
		},
	}
}

func sampleMonth() page.Month {
	x := page.Month{Title: w("month.title"), Ways: []page.Link{{Words: w("month.after"), Href: "#", Icon: "chevron-right"}}}
	for i := range 7 {
		x.Weekdays = append(x.Weekdays, text.Key("web.agenda.week_"+itoa((i+1)%7)))
	}
	for week := range 2 {
		var days []page.Day
		for i := range 7 {
			n := 7*week + i + 26
			days = append(days, page.Day{Words: text.Plain(itoa((n-1)%30 + 1)), Away: n <= 30, Today: n == 33})
		}
		x.Weeks = append(x.Weeks, days)
	}
	one := page.Link{Words: w("queue.1.what"), Href: "#"}
	x.Weeks[1][0].List = []page.Link{one}
	x.Weeks[1][3].List, x.Weeks[1][3].More = []page.Link{one, {Words: w("queue.2.what"), Href: "#"}}, 2
	return x
}

func sampleWall() page.Page {
	stages := page.Ordered{Title: w("wall.stages")}
	for i, n := range []int{39, 9, 12, 8, 11, 31, 14, 50} {
		stages.List = append(stages.List, page.Stage{Words: w("wall.stage", "N", i), N: n, Of: 50, Href: "#", Step: i})
	}
	stages.List[5].Late = 2
	m := sampleMap()
	m.Folded, m.Ground[1].Stars, m.Ground[2].Stars = true, 5, 3
	m.Lines = []page.Stage{{Words: w("matrix.five"), N: 1, Step: 5}, {Words: w("matrix.three"), N: 1, Step: 3}}
	return page.Page{
		Frame: page.Wall, Title: w("wall.title"), Lead: w("wall.lead"), Refresh: 30 * time.Second,
		Head:   []page.Link{{Words: w("wall.stages"), Href: "#", Here: true}, {Words: w("queue.title"), Href: "#"}},
		Blocks: []page.Block{page.Figures{List: sampleFigures()}, m},
		Side:   []page.Block{stages, sampleBars(), sampleMatrix(), page.Matrix{Title: w("matrix.title"), Empty: w("matrix.none")}},
		Aside:  []page.Block{page.Rows{Title: w("wall.late"), List: []page.Link{{Words: w("table.row_1"), Note: w("queue.1.what"), Href: "#", Tone: page.Late, Count: 4}}}, sampleTrend(), sampleShare()},
	}
}

// sampleMap is a street with three compounds: one late, one that is what the page is about, one not in scope.
func sampleMap() page.Map {
	at := func(x, y int32) geo.Position { return geo.Position{Lon: 1136300000 + x*10, Lat: 347490000 + y*10} }
	block := func(x, y, wide, high int32) geo.Shape {
		return geo.Shape{Kind: geo.Polygon, Datum: geo.CGCS2000, Parts: [][]geo.Path{{{at(x, y), at(x+wide, y), at(x+wide, y+high), at(x, y+high)}}}}
	}
	road := func(x1, y1, x2, y2 int32) geo.Shape {
		return geo.Shape{Kind: geo.Line, Datum: geo.CGCS2000, Parts: [][]geo.Path{{{at(x1, y1), at(x2, y2)}}}}
	}
	return page.Map{
		Title: w("map.title"), Says: w("map.says"),
		Ground: []page.Place{
			{Shape: block(0, 0, 4000, 2000), Name: w("facts.community_value")}, {Shape: road(0, 1000, 4000, 1000), Name: w("map.road")}, {Shape: road(2000, 0, 2000, 2000), Name: w("map.road")},
		},
		Places: []page.Place{
			{Shape: block(200, 1200, 1400, 600), Name: w("table.row_1"), Note: w("map.late"), Href: "#", Step: 5, Late: 11},
			{Shape: block(200, 200, 1400, 600), Name: w("table.row_2"), Note: w("map.going"), Href: "#", Step: 7, Here: true},
			{Shape: block(2400, 200, 1400, 600), Name: w("table.row_3"), Href: "#"},
			{Shape: geo.Shape{Kind: geo.Point, Datum: geo.WGS84, Parts: [][]geo.Path{{{at(3000, 1500)}}}}, Name: w("table.row_4"), Note: w("map.going"), Step: 1},
			{Name: w("table.row_4"), Note: w("map.undrawn")},
		},
		Key: []page.Stage{{Words: w("map.out"), N: 1}, {Words: w("wall.stage", "N", 5), N: 1, Step: 5, Href: "#"}, {Words: w("wall.stage", "N", 7), N: 1, Step: 7, Href: "#"}},
	}
}

// samplePicture is a grey wall with a dark door, so that the page needs no file.
const samplePicture = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 4 3'%3E%3Cpath fill='%23bbb' d='M0 0h4v3H0z'/%3E%3Cpath fill='%23555' d='M2 1h1v2H2z'/%3E%3C/svg%3E"

// sampleDots is the same street with reports: one alone, and three that lie too close together to be drawn apart.
func sampleDots() page.Map {
	m := sampleMap()
	m.Title, m.Says, m.Places, m.Key = w("dots.title"), w("dots.says"), nil, nil
	m.Zoom = "?box="
	for i, at := range [][2]int32{{600, 900}, {3000, 1050}, {3010, 1055}, {3020, 1045}} {
		m.Dots = append(m.Dots, page.Dot{At: geo.Position{Lon: 1136300000 + at[0]*10, Lat: 347490000 + at[1]*10}, Name: text.Plain(itoa(i + 1)), Href: "#"})
	}
	return m
}

func sampleBars() page.Bars {
	part := func(step, n, of int) page.Stage {
		return page.Stage{Words: w("wall.stage", "N", step), N: n, Of: of, Step: step}
	}
	return page.Bars{Title: w("bars.title"), Note: w("bars.note"), List: []page.Bar{
		{Words: w("facts.community_value"), Shown: text.Plain("13/15"), Href: "#", Parts: []page.Stage{part(7, 13, 15), part(4, 2, 15)}}, {Words: w("map.road"), Shown: text.Plain("0/0")},
	}}
}

func sampleTrend() page.Trend {
	x := page.Trend{Title: w("trend.title"), Says: w("trend.says"), Lines: []page.Series{
		{Words: w("trend.one"), Points: samplePoints(92, 99, 88, 71, 104, 121, 137)}, {Words: w("trend.two"), Points: samplePoints(104, 110, 84, 76, 125, 119, 124)},
	}}
	for _, day := range []string{"9/14", "9/21", "9/28", "10/5", "10/12", "10/19", "10/26"} {
		x.Labels = append(x.Labels, text.Plain(day))
	}
	return x
}

func samplePoints(list ...int) (out []page.Point) {
	for _, n := range list {
		out = append(out, page.Point{N: n, Href: "#"})
	}
	return out
}

// sampleShare is a rate that could not be reckoned in one of its months.
func sampleShare() page.Trend {
	return page.Trend{
		Title: w("share.title"), Says: w("share.says"), Each: w("share.month"), Percent: true,
		Labels: []text.Words{text.Plain("2026-08"), text.Plain("2026-09"), text.Plain("2026-10"), text.Plain("2026-11")},
		Lines: []page.Series{{Words: w("share.line"), Points: []page.Point{
			{N: 8800, Shown: text.Plain("88.0%"), Href: "#"}, {None: true}, {N: 9150, Shown: text.Plain("91.5%"), Href: "#"}, {N: 9610, Shown: text.Plain("96.1%"), Href: "#"},
		}}},
	}
}

func sampleMatrix() page.Matrix {
	road := func(name string, marks ...bool) page.Marked {
		return page.Marked{Words: w(name), Says: w("matrix.says"), Href: "#", Marks: marks}
	}
	return page.Matrix{
		Title: w("matrix.title"), Note: w("matrix.note"), All: &page.Link{Words: w("matrix.all"), Href: "#"}, Rows: []text.Words{w("matrix.clean"), w("matrix.order"), w("matrix.lit")},
		List: []page.Marked{road("map.road", true, true, true), road("table.row_1", true, false, true), road("table.row_2", false, false, false)},
	}
}

func samplePaper() page.Page {
	return page.Page{
		Frame: page.Paper, Title: w("paper.title"), State: w("paper.state"),
		Blocks: []page.Block{
			page.Prose{Words: []text.Words{w("paper.1"), w("paper.2")}}, sampleTally(), sampleTable(false),
			page.QR{Href: "/matters/1", Note: w("qr.note")},
		},
		Foot: []text.Words{w("matter.contact")},
	}
}

func sampleOfficial() page.Page {
	return page.Page{
		Frame: page.Paper, Title: w("official.title"), Back: &page.Link{Words: w("matter.back"), Href: "#"},
		Head: []page.Link{{Words: text.Key("official.docx"), Href: "#", Icon: "download"}},
		Blocks: []page.Block{page.Official{
			Issuer: w("official.issuer"), Number: w("official.number"), Title: w("official.title"), To: w("official.to"),
			Body:  []page.Para{{Words: w("official.head"), Level: 1}, {Words: w("official.text")}},
			Facts: []page.Fact{{Term: w("official.term"), Value: w("official.value")}}, Annex: []text.Words{w("official.annex")},
			Signed: w("official.issuer"), Date: w("official.date"), Check: text.Key("official.check", "Matter", 12, "Act", 34), Href: "/matters/12/record",
		}},
	}
}
