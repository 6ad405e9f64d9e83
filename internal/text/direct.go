package text

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// direct is a message that needs no template engine: plain words, or words with places to be filled in and nothing
// else. Nearly all are; a page has some thirty, and package text/template took an eighth of the time of drawing one.
type direct struct {
	words  []string // one more than places
	places []string
}

var place = regexp.MustCompile(`\{\{\s*\.([A-Za-z][A-Za-z0-9_]*)\s*\}\}`)

// directly reads a message; ok is false where it has plural forms, or an action that does more than fill a place.
func directly(m *i18n.Message) (direct, bool) {
	if m.One != "" {
		return direct{}, false
	}
	if !strings.Contains(m.Other, "{{") {
		return direct{words: []string{m.Other}}, true
	}
	var d direct
	last := 0
	for _, at := range place.FindAllStringSubmatchIndex(m.Other, -1) {
		d.words = append(d.words, m.Other[last:at[0]])
		d.places = append(d.places, m.Other[at[2]:at[3]])
		last = at[1]
	}
	d.words = append(d.words, m.Other[last:])
	return d, !strings.Contains(strings.Join(d.words, ""), "{{")
}

// say fills the places; ok is false where a value is none of the simple types, or missing: how those are shown is the
// template engine's to say.
func (d direct) say(args Args, sub func(Words) string) (s string, ok bool) {
	switch args["N"].(type) {
	case nil, int, int64:
	default:
		return "", false // a count that is none must be noticed, also where no plural depends on it
	}
	if len(d.places) == 0 {
		return d.words[0], true
	}
	var b strings.Builder
	for i, name := range d.places {
		b.WriteString(d.words[i])
		switch v := args[name].(type) {
		case string:
			b.WriteString(v)
		case int:
			b.WriteString(strconv.Itoa(v))
		case int64:
			b.WriteString(strconv.FormatInt(v, 10))
		case Words:
			b.WriteString(sub(v))
		case Text:
			b.WriteString(sub(v.Words()))
		default:
			return "", false
		}
	}
	b.WriteString(d.words[len(d.places)])
	return b.String(), true
}
