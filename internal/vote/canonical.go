package vote

import (
	"strconv"
	"unicode/utf8"
)

// Canonical is the roll as lines of RFC 8785 JSON: first the rules and totals, then one line per part in roll order,
// each ended by a newline. Two rolls have the same bytes exactly when they give every head the same weight and the
// same reasons, whatever the order their parts came in. Areas are integers in 0.01 m².
func (r Roll) Canonical() []byte {
	b := make([]byte, 0, 200*(len(r.lines)+1))
	b = append(b, `{"area":`...)
	b = strconv.AppendUint(b, uint64(r.total.Area), 10)
	b = append(b, `,"count_special_spaces":`...)
	b = strconv.AppendBool(b, r.opts.CountSpecialSpaces)
	b = append(b, `,"heads":`...)
	b = strconv.AppendUint(b, r.total.Heads, 10)
	b = append(b, `,"parts":`...)
	b = strconv.AppendInt(b, int64(len(r.lines)), 10)
	b = append(b, `,"roll":1,"spaces_rule":`...)
	b = appendString(b, r.opts.SpacesRule)
	b = append(b, "}\n"...)
	for i := range r.lines {
		b = r.lines[i].appendCanonical(b)
	}
	return b
}

func (l *Line) appendCanonical(b []byte) []byte {
	b = append(b, `{"area":`...)
	b = strconv.AppendUint(b, uint64(l.Area), 10)
	text := func(key, value string) {
		b = append(b, ',', '"')
		b = append(b, key...)
		b = append(b, '"', ':')
		b = appendString(b, value)
	}
	source := ""
	if l.Source != 0 {
		source = l.Source.String()
	}
	text("builder", string(l.Builder))
	text("building", l.Building)
	text("grouping", l.Grouping.String())
	text("head", string(l.Head))
	text("kind", l.Kind.String())
	b = append(b, `,"owners":[`...)
	for i, o := range l.Owners {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, string(o))
	}
	b = append(b, ']')
	text("part", string(l.ID))
	text("room", l.Room)
	text("source", source)
	text("state", l.State.String())
	text("unit", l.Unit)
	return append(b, "}\n"...)
}

// appendString writes a JSON string as RFC 8785 wants it, which encoding/json does not: only what must be escaped is.
// Bytes that are no UTF-8 become U+FFFD, as they would in any JSON.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', byte(c))
		case c >= '\b' && c <= '\r' && c != '\v':
			b = append(b, '\\', "btn_fr"[c-'\b'])
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = utf8.AppendRune(b, c)
		}
	}
	return append(b, '"')
}
