package register

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"

	"gongzhi/internal/act"
)

// A row is found by words that are kept beside it: what stands in its open fields, cut into pieces that a reader may
// type, and the values by which a list is filtered. What tells of a person is never among them.

// Reach is who may find a row by a word.
type Reach int64

const (
	ToAll   Reach = iota + 1 // it stands in a public field
	ToStaff                  // in one for those with a mandate over the row
	ToBook                   // by the book itself: two rows that are the same
)

// Searchable tells whether text is looked for in a field.
func (f *Field) Searchable() bool {
	switch f.Type {
	case Line, Place, USCC, Division, Phone:
		return f.reach() != 0
	case Text, Choice, Many, Yes, Count, Area, Money, Date, IDNumber, OneRow, Rows, Geometry:
	}
	return false
}

// Filters tells whether a list can be cut by the values of a field.
func (f *Field) Filters() bool {
	switch f.Type {
	case Choice, Many, Yes, OneRow, Rows:
		return f.reach() != 0 && f.Formula == ""
	case Line, Text, Count, Area, Money, Date, Phone, IDNumber, USCC, Division, Place, Geometry:
	}
	return false
}

// reach is who may find a row by a field; zero when nobody may.
func (f *Field) reach() Reach {
	switch {
	case f.Personal || f.Audience == Self:
		return 0
	case f.Audience == Public:
		return ToAll
	}
	return ToStaff
}

// FilterWord is the word of a row whose field has this value; a list of several values has a word for each.
func FilterWord(field, value string) string { return field + "=" + value }

const (
	initialsMark = "~"
	mostReadings = 4  // of a name, by characters that are read in two ways
	longestWord  = 40 // bytes; more tells nothing more
)

// Words are all words of a row, each with the widest reach it has.
func (s *Schema) Words(values map[string]any) map[string]Reach {
	out := map[string]Reach{}
	add := func(word string, r Reach) {
		if old, known := out[word]; word != "" && (!known || r < old) {
			out[word] = r
		}
	}
	for i := range s.Fields {
		f := &s.Fields[i]
		v, given := values[f.Key]
		if !given {
			continue
		}
		if f.Filters() {
			for _, one := range filterValues(v) {
				add(FilterWord(f.Key, one), f.reach())
			}
		}
		if said, ok := v.(string); ok && f.Searchable() {
			for _, word := range pieces(said) {
				add(word, f.reach())
			}
		}
	}
	name, widest := s.ownName(values)
	if widest != 0 {
		for _, initials := range Initials(name) {
			add(initialsMark+initials, widest)
		}
	}
	return out
}

// ownName is the name of a row without those above it, and who may know it; zero when that is nobody.
func (s *Schema) ownName(values map[string]any) (string, Reach) {
	widest := ToAll
	for _, key := range s.title.fields() {
		f, ok := s.Field(key)
		if !ok || f.reach() == 0 || f.Type == OneRow {
			return "", 0
		}
		widest = max(widest, f.reach())
	}
	return s.TitleOf(values, ""), widest
}

func filterValues(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []string:
		return v
	case bool:
		if v {
			return []string{"true"}
		}
		return []string{"false"}
	}
	return nil
}

// run is a stretch of Chinese characters, or of letters and digits.
type run struct {
	text string
	han  bool
}

// runs cuts a text where what it is written with changes; signs and blanks are between runs.
func runs(s string) (out []run) {
	for _, r := range strings.ToLower(Fold(s)) {
		han := unicode.Is(unicode.Han, r)
		if !han && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			out = append(out, run{})
			continue
		}
		if n := len(out); n > 0 && out[n-1].han == han && out[n-1].text != "" {
			out[n-1].text += string(r)
		} else {
			out = append(out, run{string(r), han})
		}
	}
	kept := out[:0]
	for _, one := range out {
		if one.text != "" {
			kept = append(kept, one)
		}
	}
	return kept
}

// pieces are the words of a text: every two neighbouring Chinese characters, a single one that stands alone, and letters
// and digits whole.
func pieces(s string) (out []string) {
	for _, one := range runs(s) {
		switch {
		case !one.han:
			out = append(out, one.text[:min(len(one.text), longestWord)])
		case utf8.RuneCountInString(one.text) == 1:
			out = append(out, one.text)
		default:
			out = append(out, pairs(one.text)...)
		}
	}
	return out
}

func pairs(s string) (out []string) {
	list := []rune(s)
	for i := 0; i+1 < len(list); i++ {
		out = append(out, string(list[i:i+2]))
	}
	return out
}

// Initials are the first letters of how a text is read, as people type it: 农业银行社区 is nyyhsq; letters and digits
// stay. Characters that are read in several ways give several, at most four.
func Initials(s string) []string {
	readings := []string{""}
	for _, one := range runs(s) {
		if !one.han {
			readings = each(readings, []string{one.text})
			continue
		}
		for _, r := range one.text {
			var letters []string
			for _, full := range pinyin.SinglePinyin(r, pinyin.Args{Style: pinyin.FirstLetter, Heteronym: true}) {
				if !slices.Contains(letters, full) {
					letters = append(letters, full)
				}
			}
			if len(letters) > 0 {
				readings = each(readings, letters)
			}
		}
	}
	kept := readings[:0]
	for _, one := range readings {
		if one != "" {
			kept = append(kept, one[:min(len(one), longestWord)])
		}
	}
	return kept
}

// each puts every ending behind every beginning, the first readings first, and no more than are kept.
func each(beginnings, endings []string) (out []string) {
	for _, e := range endings {
		for _, b := range beginnings {
			if len(out) < mostReadings {
				out = append(out, b+e)
			}
		}
	}
	return out
}

// Term is one thing that a reader looks for: what must stand in the row, as it compares, and the words by which such
// rows can be found.
type Term struct {
	Text string // no blanks, small letters
	// Words a row has whole, if the term stands in it; any row that has one without the term is only a candidate.
	Words []string
	// Prefixes begin words that a row may have; where there are Words they are not needed.
	Prefixes []string
}

// maxTerms is how many terms one search looks at.
const maxTerms = 4

// Terms reads what somebody typed: terms between blanks, every one of which must be found. A term of one Chinese
// character finds nothing by itself, and is only compared.
func Terms(query string) (out []Term) {
	for _, field := range strings.Fields(strings.ToLower(Fold(query))) {
		parts := runs(field)
		if len(parts) == 0 || len(out) == maxTerms {
			continue
		}
		t := Term{Text: Plain(field)}
		for i, one := range parts {
			switch {
			case one.han:
				t.Words = append(t.Words, pairs(one.text)...)
			case i > 0 && i < len(parts)-1: // at the ends it may be part of a longer number
				t.Words = append(t.Words, one.text)
			}
		}
		if len(parts) == 1 && !parts[0].han {
			t.Prefixes = append(t.Prefixes, parts[0].text)
			if len(parts[0].text) > 1 {
				t.Prefixes = append(t.Prefixes, initialsMark+parts[0].text)
			}
		} else if len(t.Words) == 0 && !parts[0].han {
			t.Prefixes = append(t.Prefixes, parts[0].text) // 3号: the number is what finds it
		} else if last := parts[len(parts)-1]; len(t.Words) == 0 && !last.han {
			t.Prefixes = append(t.Prefixes, last.text) // 号3
		}
		out = append(out, t)
	}
	return out
}

// Plain is a text as it is compared with a term: plain width, small letters, and only letters, digits and Chinese
// characters.
func Plain(s string) string {
	var b strings.Builder
	for _, one := range runs(s) {
		b.WriteString(one.text)
	}
	return b.String()
}

// Matches tells whether a term stands in a text, or begins how it is read.
func (t Term) Matches(said string) bool {
	if strings.Contains(Plain(said), t.Text) {
		return true
	}
	for _, initials := range Initials(said) {
		if len(t.Text) > 1 && strings.HasPrefix(initials, t.Text) {
			return true
		}
	}
	return false
}

// Matches tells whether every term stands in a field of a row, or in its own name, that a reader of this reach may see.
func (s *Schema) Matches(values map[string]any, terms []Term, reach Reach) bool {
	var said []string
	for i := range s.Fields {
		f := &s.Fields[i]
		if v, ok := values[f.Key].(string); ok && f.Searchable() && f.reach() <= reach {
			said = append(said, v)
		}
	}
	if name, widest := s.ownName(values); widest != 0 && widest <= reach {
		said = append(said, name)
	}
	for _, t := range terms {
		if !slices.ContainsFunc(said, t.Matches) {
			return false
		}
	}
	return true
}

// Sameness is what makes a row the same as another in its place, as one text.
func (s *Schema) Sameness(parent act.RowID, values map[string]any) string {
	var b strings.Builder
	b.WriteString(s.Key + "\x00" + parent.String())
	for _, key := range s.Same {
		f, ok := s.Field(key)
		if !ok {
			continue
		}
		b.WriteString("\x00" + f.Say(values[key]))
	}
	return b.String()
}
