package act

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/gowebpki/jcs"
)

// Canonical gives the bytes that are hashed: RFC 8785 JSON of the act without its own hash.
//
// Nearly every act is written straight in its canonical form: sorted keys, whole numbers, plain strings. Whatever is not
// that simple goes the long way, through package json and package jcs; both give the same bytes, which a fuzz test holds
// them to. The short way takes an eighth of the time, and every submission needs it several times.
func (a Act) Canonical() ([]byte, error) {
	if len(a.Body) == 0 {
		a.Body = json.RawMessage("{}")
	}
	if out, ok := a.plain(make([]byte, 0, 640+len(a.Body))); ok {
		return out, nil
	}
	return a.thorough()
}

func (a Act) thorough() ([]byte, error) {
	raw, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("act: %s: %w", a.Kind, err)
	}
	return jcs.Transform(raw)
}

// plain writes the act with its keys in order, or gives up.
func (a Act) plain(to []byte) (_ []byte, ok bool) {
	p := &plain{to: to, ok: true}
	p.instant(`{"at":`, a.At)
	p.string(`,"basis":{"charter":`, string(a.Basis.Charter))
	p.optional(`,"clause":`, a.Basis.Clause)
	p.to = append(p.to, `},"body":`...)
	p.value(a.Body)
	p.to = append(p.to, `,"by":{`...)
	p.optional(`"mandate":`, a.By.Mandate)
	if a.By.Mandate != "" {
		p.to = append(p.to, ',')
	}
	p.optional(`"person":`, string(a.By.Person))
	if a.By.Person != "" {
		p.to = append(p.to, ',')
	}
	p.string(`"role":`, a.By.Role)
	p.string(`},"kind":`, a.Kind)
	if !a.Made.IsZero() {
		p.instant(`,"made":`, a.Made)
	}
	p.number(`,"matter":`, int64(a.Matter))
	p.string(`,"prev":`, string(a.Prev))
	p.instant(`,"recorded":`, a.Recorded)
	for i, c := range a.Sealed {
		p.string(map[bool]string{true: `,"sealed":[{"field":`, false: `,{"field":`}[i == 0], c.Field)
		p.string(`,"hash":`, string(c.Hash))
		p.to = append(p.to, '}')
	}
	if len(a.Sealed) > 0 {
		p.to = append(p.to, ']')
	}
	p.number(`,"seq":`, a.Seq)
	p.optional(`,"step":`, a.Step)
	p.optional(`,"submission":`, a.Submission)
	p.number(`,"tenant":`, int64(a.Tenant))
	return append(p.to, '}'), p.ok
}

// plain collects canonical bytes for as long as all is simple.
type plain struct {
	to []byte
	ok bool
}

func (p *plain) number(key string, n int64) {
	p.ok = p.ok && n >= 0 && n < 1e15 // beyond 2^53 the canonical form rounds
	p.to = strconv.AppendInt(append(p.to, key...), n, 10)
}

func (p *plain) instant(key string, t time.Time) {
	p.ok = p.ok && t.Location() == time.UTC && t.Year() >= 1 && t.Year() <= 9999
	p.to = append(t.AppendFormat(append(append(p.to, key...), '"'), time.RFC3339Nano), '"')
}

func (p *plain) optional(key, s string) {
	if s != "" {
		p.string(key, s)
	}
}

func (p *plain) string(key, s string) {
	for i := range len(s) {
		p.ok = p.ok && s[i] >= ' ' && s[i] != '"' && s[i] != '\\'
	}
	p.ok = p.ok && utf8.ValidString(s)
	p.to = append(append(append(append(p.to, key...), '"'), s...), '"')
}

// value appends a body in canonical form.
func (p *plain) value(raw []byte) {
	if !p.ok {
		return
	}
	rest := p.any(raw, 0)
	p.ok = p.ok && len(space(rest)) == 0
}

// deepest is how far bodies may be nested before the long way is taken, which has bounds of its own.
const deepest = 32

func space(raw []byte) []byte {
	for len(raw) > 0 && (raw[0] == ' ' || raw[0] == '\n' || raw[0] == '\t' || raw[0] == '\r') {
		raw = raw[1:]
	}
	return raw
}

// any takes one value from raw and gives what follows it. Once ok is false nothing that it gives counts.
func (p *plain) any(raw []byte, depth int) []byte {
	raw = space(raw)
	if len(raw) == 0 || depth > deepest {
		p.ok = false
		return nil
	}
	switch raw[0] {
	case '{':
		return p.object(raw[1:], depth)
	case '[':
		return p.list(raw[1:], depth)
	case '"':
		n := quoted(raw)
		return p.copy(raw, n)
	case 't':
		return p.literal(raw, "true")
	case 'f':
		return p.literal(raw, "false")
	case 'n':
		return p.literal(raw, "null")
	}
	return p.copy(raw, integer(raw))
}

// copy takes n bytes as they are; none means that they are not simple.
func (p *plain) copy(raw []byte, n int) []byte {
	if n == 0 {
		p.ok = false
		return nil
	}
	p.to = append(p.to, raw[:n]...)
	return raw[n:]
}

func (p *plain) literal(raw []byte, word string) []byte {
	if !bytes.HasPrefix(raw, []byte(word)) {
		p.ok = false
		return nil
	}
	return p.copy(raw, len(word))
}

// quoted is the length of a string that is the same in canonical form, or 0: other escapes than these have two spellings.
func quoted(raw []byte) int {
	for i := 1; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '"':
			return i + 1
		case c < ' ':
			return 0
		case c == '\\':
			if i++; i >= len(raw) || !bytes.ContainsRune([]byte(`"\bfnrt`), rune(raw[i])) {
				return 0
			}
		}
	}
	return 0
}

// integer is the length of a whole number of at most 15 digits, or 0.
func integer(raw []byte) int {
	i := 0
	if raw[0] == '-' {
		i++
	}
	start := i
	for i < len(raw) && raw[i] >= '0' && raw[i] <= '9' {
		i++
	}
	digits := i - start
	if digits == 0 || digits > 15 || raw[start] == '0' && i > 1 { // -0 and 007
		return 0
	}
	if i < len(raw) && !bytes.ContainsRune([]byte(",]} \n\t\r"), rune(raw[i])) {
		return 0
	}
	return i
}

func (p *plain) list(raw []byte, depth int) []byte {
	p.to = append(p.to, '[')
	if raw = space(raw); len(raw) > 0 && raw[0] == ']' {
		p.to = append(p.to, ']')
		return raw[1:]
	}
	for {
		raw = space(p.any(raw, depth+1))
		if !p.ok || len(raw) == 0 || raw[0] != ',' && raw[0] != ']' {
			p.ok = false
			return nil
		}
		p.to = append(p.to, raw[0])
		if raw[0] == ']' {
			return raw[1:]
		}
		raw = raw[1:]
	}
}

// object takes the members as they come and puts them in order where they are not.
func (p *plain) object(raw []byte, depth int) []byte {
	type member struct {
		key      []byte
		from, to int // where it stands in p.to, its key included
	}
	start := len(p.to)
	p.to = append(p.to, '{')
	if raw = space(raw); len(raw) > 0 && raw[0] == '}' {
		p.to = append(p.to, '}')
		return raw[1:]
	}
	var few [12]member
	members, sorted := few[:0], true
	for {
		raw = space(raw)
		n := 0
		if len(raw) > 0 && raw[0] == '"' {
			n = quoted(raw)
		}
		if n == 0 || !simpleKey(raw[1:n-1]) {
			p.ok = false
			return nil
		}
		at := len(p.to)
		rest := space(p.copy(raw, n))
		if len(rest) == 0 || rest[0] != ':' {
			p.ok = false
			return nil
		}
		p.to = append(p.to, ':')
		rest = space(p.any(rest[1:], depth+1))
		if !p.ok || len(rest) == 0 || rest[0] != ',' && rest[0] != '}' {
			p.ok = false
			return nil
		}
		m := member{raw[1 : n-1], at, len(p.to)}
		if len(members) > 0 {
			sorted = sorted && bytes.Compare(members[len(members)-1].key, m.key) < 0
		}
		members = append(members, m)
		if rest[0] == '}' {
			raw = rest[1:]
			break
		}
		p.to = append(p.to, ',')
		raw = rest[1:]
	}
	if sorted {
		p.to = append(p.to, '}')
		return raw
	}
	slices.SortFunc(members, func(a, b member) int {
		order := bytes.Compare(a.key, b.key)
		p.ok = p.ok && order != 0 // a key twice
		return order
	})
	came := slices.Clone(p.to[start:])
	p.to = append(p.to[:start], '{')
	for i, m := range members {
		if i > 0 {
			p.to = append(p.to, ',')
		}
		p.to = append(p.to, came[m.from-start:m.to-start]...)
	}
	p.to = append(p.to, '}')
	return raw
}

// simpleKey tells whether a key sorts by its bytes as it does by UTF-16, which all of ASCII does.
func simpleKey(key []byte) bool {
	for _, c := range key {
		if c >= utf8.RuneSelf || c == '\\' {
			return false
		}
	}
	return true
}

// SameBody tells whether two bodies say the same, however they are spelt.
func SameBody(a, b json.RawMessage) bool {
	x, errX := jcs.Transform(a)
	y, errY := jcs.Transform(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
