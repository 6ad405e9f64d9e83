package calendar

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"gongzhi/internal/source"
	"gongzhi/internal/text"
)

// file is one file of calendars/. A folder may hold several: the holidays come from the State Council, the office
// hours from the subdistrict.
type file struct {
	ReachBack int                  `yaml:"reach_back"`
	Holidays  map[string]text.Text `yaml:"holidays"`
	Years     map[int]yearFile     `yaml:"years"`
	Office    *officeFile          `yaml:"office"`
}

type yearFile struct {
	Sources []Source    `yaml:"sources"`
	Days    []spellFile `yaml:"days"`
}

// spellFile is one numbered line of a notice.
type spellFile struct {
	Of   []string `yaml:"of"` // keys of holidays
	From Date     `yaml:"from"`
	To   Date     `yaml:"to"` // From when left out
	Work []Date   `yaml:"work"`
	By   string   `yaml:"by"` // number of the source, the year's first when left out
}

type officeFile struct {
	Hours Hours  `yaml:"hours"`
	Basis string `yaml:"basis"`
}

// Decode reads the files of a charter's calendars/ into one Calendar and reports everything wrong with them, each at
// its line. With any fault the Calendar is nil: a deadline must not be counted with half a table.
//
// Beside the faults of package source there are calendar.holiday (a holiday not named in the file), calendar.words (a
// name or title not in every language), calendar.source (a year without a source, a source without number or date, or
// one that is not listed), calendar.order (a spell that ends before it begins, or has no beginning), calendar.year (a
// day outside its year, or a year given twice), calendar.twice (a day arranged twice), calendar.weekday (a make-up day
// that is not on a weekend), calendar.reach (not 0 to 31 days) and calendar.basis (office hours without a basis).
func Decode(files ...source.Node) (*Calendar, []source.Fault) {
	d := decoder{cal: &Calendar{days: map[Date]Day{}, years: map[int]Year{}}}
	for _, n := range files {
		d.file(n)
	}
	if len(d.faults) > 0 {
		source.Sort(d.faults)
		return nil, d.faults
	}
	return d.cal, nil
}

type decoder struct {
	cal    *Calendar
	faults []source.Fault
}

func (d *decoder) fault(p source.Place, code, detail string) {
	d.faults = append(d.faults, source.Fault{Place: p, Code: "calendar." + code, Detail: detail})
}

func (d *decoder) file(n source.Node) {
	var f file
	if faults := n.Decode(&f); len(faults) > 0 {
		d.faults = append(d.faults, faults...)
		return // what follows would only repeat them in other words
	}
	if f.ReachBack < 0 || f.ReachBack > 31 {
		d.fault(n.At("reach_back"), "reach", strconv.Itoa(f.ReachBack))
		f.ReachBack = 31 // so that the days it was meant for are not faulted as well
	}
	d.cal.reach = max(d.cal.reach, f.ReachBack)
	for key, words := range f.Holidays {
		d.words(n.KeyAt("holidays", key), words)
	}
	if f.Office != nil {
		if f.Office.Basis == "" || len(f.Office.Hours) == 0 {
			d.fault(n.KeyAt("office"), "basis", "")
		}
		d.cal.hours = f.Office.Hours
	}
	for _, year := range slices.Sorted(maps.Keys(f.Years)) { // in order, so that a day arranged twice faults the later year
		d.year(n, year, f.Years[year], f.Holidays)
	}
}

// words faults a name that some reader could not read.
func (d *decoder) words(p source.Place, t text.Text) {
	if t.ZH == "" || t.EN == "" {
		d.fault(p, "words", t.ZH+t.EN)
	}
}

func (d *decoder) year(n source.Node, year int, yf yearFile, names map[string]text.Text) {
	key := []any{"years", strconv.Itoa(year)}
	in := func(path ...any) source.Place { return n.At(append(slices.Clone(key), path...)...) }
	if _, twice := d.cal.years[year]; twice || year < 1 || year > 9999 {
		d.fault(n.KeyAt(key...), "year", strconv.Itoa(year))
		return
	}
	if len(yf.Sources) == 0 {
		d.fault(n.KeyAt(key...), "source", "")
		return
	}
	for i, s := range yf.Sources {
		if s.No == "" || s.Date.IsZero() {
			d.fault(in("sources", i), "source", s.No)
		}
		d.words(in("sources", i, "title"), s.Title)
	}
	out := Year{Year: year, Sources: yf.Sources}
	for i, sp := range yf.Days {
		at := func(path ...any) source.Place { return in(append([]any{"days", i}, path...)...) }
		d.spell(at, &out, sp, names)
	}
	slices.SortFunc(out.Days, func(a, b Day) int { return a.Date.Compare(b.Date) })
	d.cal.years[year] = out
}

// spell enters one line of a notice: the days off and those worked in exchange.
func (d *decoder) spell(at func(...any) source.Place, y *Year, sp spellFile, names map[string]text.Text) {
	day := Day{Known: true, Source: &y.Sources[0]}
	if sp.By != "" {
		by := slices.IndexFunc(y.Sources, func(s Source) bool { return s.No == sp.By })
		if by < 0 {
			d.fault(at("by"), "source", sp.By)
			return
		}
		day.Source = &y.Sources[by]
	}
	if len(sp.Of) == 0 {
		d.fault(at("of"), "holiday", "")
	}
	for j, of := range sp.Of {
		if _, ok := names[of]; !ok {
			d.fault(at("of", j), "holiday", of)
		}
		day.Names = append(day.Names, names[of])
	}
	if sp.To.IsZero() {
		sp.To = sp.From
	}
	if sp.From.IsZero() || sp.To.Before(sp.From) {
		d.fault(at("from"), "order", sp.From.String())
		return
	}
	day.Kind = Holiday
	for date := sp.From; d.add(at("from"), y, day, date) && date != sp.To; {
		date = date.Add(1) // one fault is enough for a spell, so add ends it
	}
	day.Kind = MakeUp
	for j, date := range sp.Work {
		if w := date.Weekday(); w != time.Saturday && w != time.Sunday {
			d.fault(at("work", j), "weekday", date.String())
			continue
		}
		d.add(at("work", j), y, day, date)
	}
}

// add puts one arranged day into the table, and reports whether it could.
func (d *decoder) add(p source.Place, y *Year, day Day, date Date) bool {
	day.Date = date
	switch _, twice := d.cal.days[date]; {
	case date.Year() != y.Year && date.Add(d.cal.reach).Year() != y.Year:
		d.fault(p, "year", date.String())
		return false
	case twice:
		d.fault(p, "twice", date.String())
		return false
	}
	d.cal.days[date] = day
	y.Days = append(y.Days, day)
	return true
}
