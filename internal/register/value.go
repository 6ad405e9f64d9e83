package register

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/exact"
	"gongzhi/internal/fault"
	"gongzhi/internal/geo"
	"gongzhi/internal/text"
)

// Longest values that are taken at all; the same as for answers to a step.
const (
	MaxLine = 200
	MaxText = 4000
	maxInt  = 1<<53 - 1 // beyond this JSON readers elsewhere lose digits
)

// ValueFault is why a value is refused. Its words stand under "register.value." + Code.
type ValueFault struct {
	Code string
	Args fault.Args
}

// Key is the key of its words.
func (v *ValueFault) Key() string { return "register.value." + v.Code }

func no(code string, pairs ...any) (any, *ValueFault) {
	v := &ValueFault{Code: code, Args: fault.Args{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Args[pairs[i].(string)] = pairs[i+1]
	}
	return nil, v
}

// Parse reads a value as people write it: "７８．６２㎡", "2026年3月2日", "是", "138 0000 1234", an option by its value, label
// or synonym, several options or rows separated by 、 or the like. An empty text is nil, and a fault where the field is
// required. on is the day the value is written down.
func (f *Field) Parse(s string, on calendar.Date) (any, *ValueFault) {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	if Fold(s) == "" {
		if f.Required {
			return no("required")
		}
		return nil, nil
	}
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' }) {
		return no("characters")
	}
	switch f.Type {
	case Line, Text:
		return f.words(s)
	case Choice:
		if v, ok := f.option(s); ok {
			return v, nil
		}
		return no("option", "Got", s, "Options", f.optionWords())
	case Many:
		return f.many(s)
	case Yes:
		switch strings.ToLower(Tight(s)) {
		case "是", "有", "对", "√", "✓", "✔", "yes", "y", "true", "1":
			return true, nil
		case "否", "无", "不是", "没有", "×", "✗", "no", "n", "false", "0":
			return false, nil
		}
		return no("yes", "Got", s)
	case Count, Area, Money:
		n, why, ok := f.quantity(s)
		if !ok {
			return no(string(f.Type)+"_"+why, "Got", s)
		}
		return f.within(n)
	case Date:
		d, ok := ReadDate(s)
		if !ok {
			return no("date", "Got", s)
		}
		return d.String(), nil
	case Phone:
		if p, ok := PhoneNumber(s); ok {
			return p, nil
		}
		return no("phone", "Got", s)
	case IDNumber:
		v, why := PersonalDocument(s, on)
		if why != "" {
			return no(string(why))
		}
		return v, nil
	case USCC:
		v, why := CreditCode(s)
		if why != "" {
			return no(string(why))
		}
		return v, nil
	case Division:
		v, ok := DivisionCode(s)
		if !ok || f.pattern != nil && !f.pattern.MatchString(v) {
			return no("division", "Got", s)
		}
		return v, nil
	case Place:
		a, ok := ParseAddress(s)
		if !ok {
			return no("address", "Got", s)
		}
		return a.String(), nil
	case OneRow, Rows:
		return f.rows(s)
	case Geometry:
		return f.shape(s)
	}
	return no("type", "Type", string(f.Type))
}

func (f *Field) words(s string) (any, *ValueFault) {
	limit := MaxText
	if f.Type == Line {
		limit = MaxLine
		if strings.Contains(s, "\n") {
			return no("one_line")
		}
	}
	if n := utf8.RuneCountInString(s); n > limit {
		return no("long", "Max", limit, "Got", n)
	}
	if f.pattern != nil && !f.pattern.MatchString(s) {
		return no("pattern", "Got", s)
	}
	return s, nil
}

// Fits says why a value of the right type is not one that the field takes: a quantity out of its bounds, words that are too
// long or of another form. It is nil where it is; whether the type is right, [Schema.CheckValues] says.
func (f *Field) Fits(v any) *ValueFault {
	switch v := v.(type) {
	case int64:
		_, why := f.within(v)
		return why
	case string:
		if f.Type == Line || f.Type == Text {
			_, why := f.words(v)
			return why
		}
	}
	return nil
}

// shape reads GeoJSON; where it names no datum it is that of the survey.
func (f *Field) shape(s string) (any, *ValueFault) {
	if point, code := coordinate(s); code != "" {
		return no(code, "Got", s)
	} else if point != "" {
		s = point
	}
	shape, why := geo.Parse(s, geo.CGCS2000)
	if why != nil {
		return no("geometry_"+why.Code, "N", why.N)
	}
	if len(f.Shapes) > 0 && !slices.Contains(f.Shapes, shape.Kind.String()) {
		return no("geometry_kind", "Kind", shape.Kind.String())
	}
	return shape.String(), nil
}

// Shape is the shape that a value of a geometry holds; zero where the row has none.
func Shape(v any) geo.Shape {
	s, _ := v.(string)
	shape, _ := geo.Parse(s, geo.CGCS2000) // it was parsed when it was written; what it would refuse now is no shape
	return shape
}

func (f *Field) option(s string) (string, bool) {
	want := strings.ToLower(Tight(s))
	for _, o := range f.Options {
		for _, word := range append([]string{o.Value, o.Label.ZH, o.Label.EN}, o.Synonyms...) {
			if word != "" && strings.ToLower(Tight(word)) == want {
				return o.Value, true
			}
		}
	}
	return "", false
}

// optionWords lists the options as a person would write them, for the words of a refusal.
func (f *Field) optionWords() string {
	words := make([]string, len(f.Options))
	for i, o := range f.Options {
		words[i] = o.Label.ZH
	}
	return strings.Join(words, "、")
}

var several = regexp.MustCompile(`[、，,;；/／|\n]+`)

// Several splits what was written as a list: by 、，,;；/ or a new line. Blank items vanish.
func Several(s string) []string {
	var out []string
	for _, p := range several.Split(s, -1) {
		if p = strings.TrimSpace(p); Fold(p) != "" {
			out = append(out, p)
		}
	}
	return out
}

func (f *Field) many(s string) (any, *ValueFault) {
	var list []string
	for _, one := range Several(s) {
		v, ok := f.option(one)
		if !ok {
			return no("option", "Got", one, "Options", f.optionWords())
		}
		list = append(list, v)
	}
	return f.list(list)
}

// list is a value of several; commas with nothing between them are no value.
func (f *Field) list(list []string) (any, *ValueFault) {
	if len(list) == 0 {
		if f.Required {
			return no("required")
		}
		return nil, nil
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

var severalRows = regexp.MustCompile(`[、，,;；|\s]+`) // a slash is part of a row's name

func (f *Field) rows(s string) (any, *ValueFault) {
	var list []string
	items := []string{s}
	if f.Type == Rows {
		items = severalRows.Split(s, -1)
	}
	for _, one := range items {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		id, ok := ParseRowID(one)
		if !ok || !slices.Contains(f.Registers, id.Register) {
			return no("row", "Got", one)
		}
		list = append(list, id.String())
	}
	if f.Type == OneRow {
		return list[0], nil
	}
	return f.list(list)
}

// quantity reads a count, an area or an amount as its smallest unit. why is the reason's name where it cannot.
func (f *Field) quantity(s string) (n int64, why string, ok bool) {
	switch f.Type {
	case Area:
		a, err := exact.ParseArea(s)
		return int64(a), reason(err), err == nil
	case Money:
		m, err := exact.ParseMoney(s)
		return int64(m), reason(err), err == nil
	case Count:
		s = Tight(s)
		for _, unit := range []string{f.Unit.ZH, f.Unit.EN} {
			if unit != "" {
				s = strings.TrimSpace(strings.TrimSuffix(s, Tight(unit)))
			}
		}
		s = strings.ReplaceAll(s, ",", "")
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 0 || n > maxInt {
			return 0, "number", false
		}
		return n, "", true
	case Line, Text, Choice, Many, Yes, Date, Phone, IDNumber, USCC, Division, Place, OneRow, Rows, Geometry: // no quantities
	}
	return 0, "type", false
}

func reason(err error) string {
	var p *exact.ParseError
	if errors.As(err, &p) {
		return p.Reason.String()
	}
	return ""
}

func (f *Field) within(n int64) (any, *ValueFault) {
	switch {
	case f.min != nil && n < *f.min:
		return no("low", "Min", f.Min, "Got", f.Say(n))
	case f.max != nil && n > *f.max:
		return no("high", "Max", f.Max, "Got", f.Say(n))
	}
	return n, nil
}

var dateForm = regexp.MustCompile(`^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$|^(\d{4})(\d{2})(\d{2})$`)

// ReadDate reads 2026-03-02, 2026/3/2, 2026.3.2, 2026年3月2日 and 20260302, in digits of either width. A year alone, or
// the day before the month, is no date.
func ReadDate(s string) (calendar.Date, bool) {
	m := dateForm.FindStringSubmatch(Tight(s))
	if m == nil {
		return calendar.Date{}, false
	}
	if m[1] == "" {
		m = m[3:]
	}
	y, _ := strconv.Atoi(m[1])
	mo, _ := strconv.Atoi(m[2])
	day, _ := strconv.Atoi(m[3])
	d, err := calendar.NewDate(y, time.Month(mo), day)
	return d, err == nil
}

// Say writes a value back as a person would: areas and money with their decimals, choices by their Chinese label.
// Parse reads what Say writes.
func (f *Field) Say(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return "是" // a value of a Chinese sheet, which Parse reads back
		}
		return "否"
	case int64:
		if f.Type == Area {
			return exact.Area(v).String()
		}
		if f.Type == Money {
			return exact.Money(v).String()
		}
		return strconv.FormatInt(v, 10)
	case []string:
		words := make([]string, len(v))
		for i, one := range v {
			words[i] = f.label(one)
		}
		return strings.Join(words, "、")
	case string:
		return f.label(v)
	}
	return fmt.Sprint(v)
}

// Told says a value to a reader. It is what Say writes, but an area has its unit, and a shape is told by its kind and
// its size, with how that was measured.
func (f *Field) Told(v any) text.Words {
	switch {
	case v == nil:
		return text.Words{}
	case f.Type == Area:
		return text.Plain(f.Say(v) + " ㎡")
	case f.Type != Geometry:
		return text.Plain(f.Say(v))
	}
	s := Shape(v)
	w := text.Key("geo."+s.Kind.String(), "Length", s.Length(), "Area", s.Area().Grouped(), "Datum", string(s.Datum))
	if s.From != "" {
		w = text.Key("geo.from", "Shape", w, "From", string(s.From))
	}
	return w
}

// OptionLabel is the label of an option, or the value itself where it is none any more.
func (f *Field) OptionLabel(value string) text.Text {
	for _, o := range f.Options {
		if o.Value == value {
			return o.Label
		}
	}
	return text.Text{ZH: value, EN: value}
}

// AssumedOption tells whether an option is a default that nobody has confirmed.
func (f *Field) AssumedOption(value string) bool {
	return slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == value && o.Assumed })
}

func (f *Field) label(value string) string { return cmp.Or(f.OptionLabel(value).ZH, value) }

var idForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,79}$`)

// ValidID tells whether a text may be a row's id: it stands in addresses and in the index, so it is short and plain.
func ValidID(s string) bool { return idForm.MatchString(s) }

// ParseRowID reads "compound/yinghe91".
func ParseRowID(s string) (act.RowID, bool) {
	reg, id, ok := strings.Cut(s, "/")
	if !ok || !ValidID(reg) || !ValidID(id) {
		return act.RowID{}, false
	}
	return act.RowID{Register: reg, ID: id}, true
}
