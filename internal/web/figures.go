package web

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/docket"
	"gongzhi/internal/exact"
	"gongzhi/internal/fault"
	"gongzhi/internal/indicator"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// figuresPage shows a set of indicators for a month: every rate with its numerator and denominator, and every sum with its
// unit, as the record stood at an instant; each number opens the matters behind it. What it says of an instant that has
// passed never changes.
func (s *Site) figuresPage(r *http.Request, rd *reader) (page.Page, error) {
	set, month, err := s.figuresOf(r)
	if err != nil {
		return page.Page{}, err
	}
	counts, left, err := s.published(r.Context(), set, month, rd)
	if err != nil {
		return page.Page{}, err
	}
	months, err := s.months(r, set, month)
	if err != nil {
		return page.Page{}, err
	}
	p := page.Page{
		Frame: page.Resident, Title: set.Name.Words(), Lead: set.Says.Words(), State: text.Plain(month.key),
		Back: &page.Link{Words: text.Key("web.home_name"), Href: "/"},
	}
	p.Blocks = append(p.Blocks,
		page.Prose{Words: []text.Words{text.Key("figures.cutoff", "At", month.cutoff(), "Month", month.key)}},
		page.Buttons{Quiet: true, List: months})
	if left > 0 {
		words := text.Key("figures.left_out", "N", left)
		if fewest := s.charter().Privacy.Fewest; left < int64(fewest) {
			words = text.Key("figures.left_out_few", "N", fewest)
		}
		p.Blocks = append(p.Blocks, page.Prose{Words: []text.Words{words}})
	}
	if n := indicator.Tally(indicator.Hidden(counts), "", 0); n > 0 && !rd.counts() {
		p.Blocks = append(p.Blocks, page.Prose{Words: []text.Words{text.Key("figures.settled", "N", int(n), "Day", calendar.DateOf(month.settles()).String())}})
	}
	for _, group := range append([]string{""}, indicator.Groups(counts)...) {
		if len(set.Rates) > 0 {
			p.Blocks = append(p.Blocks, s.rates(set, counts, group, month))
		}
		if len(set.Sums) > 0 {
			p.Blocks = append(p.Blocks, s.sums(set, counts, group, month))
		}
	}
	measures := page.Table{Caption: text.Key("figures.measures"), Columns: []page.Column{
		{Key: "measure", Words: text.Key("figures.measure")}, {Key: "n", Words: set.Unit.Words(), Numeric: true},
	}}
	for _, key := range set.Order() {
		n := indicator.Tally(counts, "", set.Mask(key))
		href := month.rows(set, "", key)
		measures.Rows = append(measures.Rows, page.Row{Href: href, Cells: []page.Cell{
			{Words: set.Measures[key].Name.Words(), Href: href}, {Words: text.Plain(strconv.FormatUint(n, 10))},
		}})
	}
	p.Blocks = append(p.Blocks, measures)
	return p, nil
}

// sums is a table of a set's sums for all matters or for those of one group.
func (s *Site) sums(set *indicator.Set, counts []indicator.Count, group string, month month) page.Table {
	name := text.Key("figures.sums")
	if group != "" {
		name = s.groupWords(set, group)
	}
	t := page.Table{Caption: name, Columns: []page.Column{
		{Key: "sum", Words: name}, {Key: "n", Words: text.Key("figures.total"), Numeric: true}, {Key: "unit", Words: text.Key("figures.unit")},
	}}
	for i, x := range set.Sums {
		href := month.rows(set, group, x.Key)
		t.Rows = append(t.Rows, page.Row{Href: href, Cells: []page.Cell{
			{Words: x.Name.Words(), Href: href}, {Words: amount(x, indicator.Total(counts, group, i))}, {Words: x.Unit.Words()},
		}})
	}
	return t
}

// amount writes a sum: a whole number, or an area.
func amount(x indicator.Sum, n int64) text.Words {
	if x.Area {
		return text.Plain(exact.Area(n).Grouped())
	}
	return text.Plain(strconv.FormatInt(n, 10))
}

// counts tells whether the reader sees what nobody else does: whoever works at the desk for the whole subdistrict.
func (rd *reader) counts() bool { return rd != nil && rd.desk && rd.everywhere() }

// published are the counts that a reader may see, and how many matters are left out of them; for nobody in particular where
// rd is nil.
func (s *Site) published(ctx context.Context, set *indicator.Set, m month, rd *reader) ([]indicator.Count, int64, error) {
	counts, err := s.Desk.Figures(ctx, s.Store.Read(), set, m.behind())
	if err != nil || rd.counts() {
		return counts, 0, err
	}
	var settled []indicator.Count
	if at := m.settles(); !m.asOf.Before(at) {
		b := m.behind()
		b.AsOf = at
		if settled, err = s.Desk.Figures(ctx, s.Store.Read(), set, b); err != nil {
			return nil, 0, err
		}
	}
	public, left := indicator.Publish(counts, settled, s.charter().Privacy.Fewest)
	return public, left, nil
}

// months lead to the month before and the one after, as far as anything is on record, and to the same month as it stood when
// it had ended.
func (s *Site) months(r *http.Request, set *indicator.Set, m month) (out []page.Link, err error) {
	first, err := s.Ledger.Page(r.Context(), s.Store.Read(), act.House, 0, 1)
	if err != nil {
		return nil, err
	}
	at := "/figures/" + set.Key + "?month="
	if len(first) > 0 && first[0].At.Before(m.from) {
		out = append(out, page.Link{Words: text.Key("figures.before"), Href: at + m.next(-1)})
	}
	if m.day != "" {
		out = append(out, page.Link{Words: text.Key("figures.now"), Href: at + m.key})
	}
	if end := calendar.DateOf(m.until).Add(-1).String(); m.day != end && !m.until.After(s.Clock.Now()) {
		out = append(out, page.Link{Words: text.Key("figures.month_end"), Href: at + m.key + "&as_of=" + end})
	}
	if !m.until.After(s.Clock.Now()) {
		out = append(out, page.Link{Words: text.Key("figures.after"), Href: at + m.next(1)})
	}
	return out, nil
}

// ratesNamed is how many rates of a set the link to it names.
const ratesNamed = 4

// figuresLinks lead to every set of indicators.
func (s *Site) figuresLinks() (out []page.Link) {
	sets := s.charter().Indicators
	for _, key := range slices.Sorted(maps.Keys(sets)) {
		note := sets[key].Says.Words()
		if rates := sets[key].Rates; len(rates) > 0 {
			var names []text.Text
			for _, r := range rates[:min(len(rates), ratesNamed)] {
				names = append(names, r.Name)
			}
			note = text.Key("figures.note", "Rates", inOneLine(names))
		}
		out = append(out, page.Link{Words: sets[key].Name.Words(), Note: note, Href: "/figures/" + key, Icon: "scale"})
	}
	return out
}

// rates is a table of a set's rates for all matters or for those of one group.
func (s *Site) rates(set *indicator.Set, counts []indicator.Count, group string, month month) page.Table {
	name := text.Key("figures.all")
	if group != "" {
		name = s.groupWords(set, group)
	}
	t := page.Table{Caption: name, Columns: []page.Column{
		{Key: "rate", Words: name}, {Key: "value", Words: text.Key("figures.value"), Numeric: true},
		{Key: "part", Words: text.Key("figures.part"), Numeric: true}, {Key: "of", Words: text.Key("figures.of"), Numeric: true},
	}}
	for _, x := range set.Rates {
		v := set.Value(x, counts, group)
		value := text.Key("figures.nothing")
		if p, ok := v.Percent(2); ok {
			value = text.Plain(p + "%")
		}
		part, of := set.Measures[x.Part].Name, set.Measures[x.Of].Name
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			{Words: x.Name.Words()}, {Words: value},
			{Words: text.Key("figures.count", "Measure", part, "N", strconv.FormatUint(v.Num, 10)), Href: month.rows(set, group, x.Part, x.Of)},
			{Words: text.Key("figures.count", "Measure", of, "N", strconv.FormatUint(v.Den, 10)), Href: month.rows(set, group, x.Of)},
		}})
	}
	return t
}

// groupWords are the label of the option that a group stands for.
func (s *Site) groupWords(set *indicator.Set, group string) text.Words {
	c := s.charter()
	m, _ := c.Method(set.Method)
	for _, f := range m.Start.Fields {
		if i := slices.IndexFunc(f.Options, func(o step.Option) bool { return o.Value == group }); f.Key == set.Group.Field && i >= 0 {
			return f.Options[i].Label.Words()
		}
		if f.Key != set.Group.Row {
			continue
		}
		if sch, ok := c.Registers.Get(f.Register); ok {
			if col, ok := sch.Field(set.Group.Column); ok {
				for _, o := range col.Options {
					if o.Value == group {
						return o.Label.Words()
					}
				}
			}
		}
	}
	return text.Plain(group)
}

// figuresRows lists the matters behind a figure. Private ones are not shown; one line stands for all of them that are in the
// figure.
func (s *Site) figuresRows(r *http.Request, rd *reader) (page.Page, error) {
	set, month, err := s.figuresOf(r)
	if err != nil {
		return page.Page{}, err
	}
	q := r.URL.Query()
	b := month.behind()
	b.Group, b.Limit = q.Get("group"), pageOf+1
	b.Before, _ = strconv.ParseInt(q.Get("before"), 10, 64) // anything else starts at the newest
	var named, measures []string
	sum := -1
	for _, key := range strings.Split(q.Get("measures"), ",") {
		if i := slices.IndexFunc(set.Sums, func(x indicator.Sum) bool { return x.Key == key }); i >= 0 && sum < 0 {
			sum, named = i, append(named, set.Sums[i].Name.In(rd.lang))
			if set.Sums[i].When != "" {
				measures = append(measures, set.Sums[i].When)
			}
			continue
		}
		if set.Mask(key) == 0 {
			return page.Page{}, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
		}
		measures, named = append(measures, key), append(named, set.Measures[key].Name.In(rd.lang))
	}
	list, err := s.Desk.Behind(r.Context(), s.Store.Read(), set, measures, b)
	if err != nil {
		return page.Page{}, err
	}
	counts, _, err := s.published(r.Context(), set, month, rd)
	if err != nil {
		return page.Page{}, err
	}
	t := page.Table{Caption: set.Name.Words(), Empty: text.Key("web.matters_none"), Columns: []page.Column{
		{Key: "number", Words: text.Key("web.col.number"), Numeric: true}, {Key: "title", Words: text.Key("web.col.matter")},
		{Key: "standing", Words: text.Key("web.col.standing")}, {Key: "opened", Words: text.Key("web.col.opened")},
	}}
	if sum >= 0 {
		t.Columns = append(t.Columns, page.Column{Key: "adds", Words: set.Sums[sum].Unit.Words(), Numeric: true})
	}
	if len(list) > pageOf {
		list = list[:pageOf]
		q.Set("before", strconv.FormatInt(list[pageOf-1].Number, 10))
		t.Next = r.URL.Path + "?" + q.Encode()
	}
	for _, m := range list {
		href := fmt.Sprintf("/matters/%d", m.Number)
		line := page.Row{Href: href, Cells: []page.Cell{
			{Words: text.Plain(strconv.FormatInt(m.Number, 10))}, {Words: title(m.Matter), Href: href}, {Words: s.standing(m.Matter)}, {Words: text.Plain(date(m.Opened).String())},
		}}
		if m.Private && !rd.counts() {
			continue
		}
		if m.Private && !s.handles(rd, m.Matter) {
			line = page.Row{Cells: []page.Cell{{Words: text.Plain("—")}, {Words: text.Key("figures.private")}, {}, {}}}
		}
		if sum >= 0 {
			line.Cells = append(line.Cells, page.Cell{Words: amount(set.Sums[sum], m.Sums[sum])})
		}
		t.Rows = append(t.Rows, line)
	}
	if line, any := hiddenLine(set, counts, b.Group, measures, sum); any && t.Next == "" && !rd.counts() {
		t.Rows = append(t.Rows, line)
	}
	return page.Page{
		Frame: page.Resident, Title: text.Plain(strings.Join(named, " · ")), Lead: text.Key("figures.rows", "Month", month.key, "At", month.cutoff()),
		Back: &page.Link{Words: set.Name.Words(), Href: "/figures/" + set.Key + "?" + month.query().Encode()}, Blocks: []page.Block{t},
	}, nil
}

// hiddenLine stands for all private matters in a figure at once, behind the others: where one of them stood among the numbers
// would tell which it is.
func hiddenLine(set *indicator.Set, counts []indicator.Count, group string, measures []string, sum int) (line page.Row, any bool) {
	mask := int64(0)
	for _, key := range measures {
		mask |= set.Mask(key)
	}
	hidden := indicator.Hidden(counts)
	n := indicator.Tally(hidden, group, mask)
	line = page.Row{Cells: []page.Cell{{Words: text.Plain("—")}, {Words: text.Key("figures.private_many", "N", int(n))}, {}, {}}}
	if sum >= 0 {
		line.Cells = append(line.Cells, page.Cell{Words: amount(set.Sums[sum], indicator.Total(hidden, group, sum))})
	}
	return line, n > 0
}

// month is the period that figures are for, and the instant as of which they are told.
type month struct {
	key         string // 2026-03
	from, until time.Time
	day         string    // the last day that counts, where one was asked for; else as of now
	asOf        time.Time // what was recorded later does not count
}

func (m month) next(n int) string {
	return calendar.DateOf(m.from).AddMonths(n).String()[:7]
}

// settles is the last instant of the month, as of which private matters are counted: see [indicator.Publish].
func (m month) settles() time.Time { return m.until.Add(-time.Microsecond) }

func (m month) behind() docket.Behind {
	return docket.Behind{From: m.from, Until: m.until, AsOf: m.asOf}
}

// cutoff is the instant as of which figures are told: the end of a day, or now.
func (m month) cutoff() text.Words {
	if m.day != "" {
		return text.Key("figures.end_of", "Day", m.day)
	}
	return text.Plain(calendar.Minute(m.asOf))
}

func (m month) query() url.Values {
	q := url.Values{"month": {m.key}}
	if m.day != "" {
		q.Set("as_of", m.day)
	}
	return q
}

func (m month) rows(set *indicator.Set, group string, measures ...string) string {
	q := m.query()
	q.Set("measures", strings.Join(measures, ","))
	if group != "" {
		q.Set("group", group)
	}
	return "/figures/" + set.Key + "/rows?" + q.Encode()
}

// figuresOf reads the set, the month and the last day of an address; without a month it is the one that runs, without a day
// it is as of now. A day that has not ended yet is as of now, too, since it may still change.
func (s *Site) figuresOf(r *http.Request) (*indicator.Set, month, error) {
	nowhere := fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	set, ok := s.charter().Indicators[r.PathValue("set")]
	if !ok {
		return nil, month{}, nowhere
	}
	q := r.URL.Query()
	key := q.Get("month")
	if key == "" {
		key = s.today().String()[:7]
	}
	first, err := calendar.ParseDate(key + "-01")
	if err != nil {
		return nil, month{}, nowhere
	}
	m := monthOf(first, s.Clock.Now())
	if day := q.Get("as_of"); day != "" {
		last, err := calendar.ParseDate(day)
		if err != nil {
			return nil, month{}, nowhere
		}
		if end := last.Add(1).Start(); !end.After(m.asOf) {
			m.day, m.asOf = day, end.Add(-time.Microsecond)
		}
	}
	return set, m, nil
}

// monthOf is the month that a day lies in, as of an instant.
func monthOf(d calendar.Date, now time.Time) month {
	year, m, day := d.YMD()
	first := d.Add(1 - day)
	return month{key: fmt.Sprintf("%04d-%02d", year, m), from: first.Start(), until: first.AddMonths(1).Start(), asOf: now}
}
