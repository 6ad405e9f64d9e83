package register

import (
	"strings"
	"unicode/utf8"
)

// title is a parsed template: text, {field}, and [parts that vanish when a field in them is empty].
type title []piece

type piece struct {
	text  string
	field string
	group title // optional
}

// parentName is the place of the parent's own name in a template.
const parentName = "parent"

// parseTitle never fails: what it cannot read stays as text, and Check reports braces that do not pair.
func parseTitle(s string) (t title) {
	for s != "" {
		i := strings.IndexAny(s, "{[")
		if i < 0 {
			return append(t, piece{text: s})
		}
		if i > 0 {
			t = append(t, piece{text: s[:i]})
		}
		end := strings.IndexByte(s[i:], map[byte]byte{'{': '}', '[': ']'}[s[i]])
		if end < 0 {
			return append(t, piece{text: s[i:]})
		}
		inner := s[i+1 : i+end]
		if s[i] == '{' {
			t = append(t, piece{field: inner})
		} else {
			t = append(t, piece{group: parseTitle(inner)})
		}
		s = s[i+end+1:]
	}
	return t
}

func (t title) fields() (keys []string) {
	for _, p := range t {
		if p.field != "" && p.field != parentName {
			keys = append(keys, p.field)
		}
		keys = append(keys, p.group.fields()...)
	}
	return keys
}

// paired tells whether every brace was read as one.
func (t title) paired() bool {
	for _, p := range t {
		if strings.ContainsAny(p.text+p.field, "{}[]") || !p.group.paired() {
			return false
		}
	}
	return true
}

func (t title) fill(say func(field string) string) (out string, whole bool) {
	whole = true
	for _, p := range t {
		switch {
		case p.field != "":
			v := say(p.field)
			whole = whole && v != ""
			out += v
		case p.group != nil:
			if v, ok := p.group.fill(say); ok {
				out += v
			}
		default:
			out += p.text
		}
	}
	return out, whole
}

// TitleFields are the fields that the name of a row is made of.
func (s *Schema) TitleFields() []string { return s.title.fields() }

// TitleOf is what people call a row with these values below a parent of that name. Choices appear by their Chinese
// label, since names of places are Chinese in every language.
func (s *Schema) TitleOf(values map[string]any, parent string) string {
	out, _ := s.title.fill(func(key string) string {
		if key == parentName {
			return parent
		}
		f, ok := s.Field(key)
		if !ok {
			return ""
		}
		return f.Say(values[key])
	})
	return out
}

// MaskName leaves the first character of a person's name: "王*".
func MaskName(s string) string {
	if s == "" {
		return ""
	}
	_, n := utf8.DecodeRuneInString(s)
	return s[:n] + "*"
}

// MaskPhone leaves the first three and last four digits of a number: "138****8888". A shorter one vanishes whole.
func MaskPhone(s string) string {
	if len(s) < 8 {
		return strings.Repeat("*", len(s))
	}
	return s[:3] + strings.Repeat("*", len(s)-7) + s[len(s)-4:]
}

// MaskID leaves the first and last character of an identity number.
func MaskID(s string) string {
	if len(s) < 3 {
		return strings.Repeat("*", len(s))
	}
	return s[:1] + strings.Repeat("*", len(s)-2) + s[len(s)-1:]
}

// Masked is a personal value as it may be shown to those who may not read it. Types without a usual mask vanish.
func (f *Field) Masked(v any) string {
	s, ok := v.(string)
	switch {
	case !ok:
		return ""
	case f.Type == Phone:
		return MaskPhone(s)
	case f.Type == IDNumber:
		return MaskID(s)
	case f.Type == Line:
		return MaskName(s)
	}
	return ""
}
