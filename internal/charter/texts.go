package charter

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"gongzhi/internal/source"
	"gongzhi/internal/text"
)

// message is one sentence of a text file with its place; plural forms are joined, since they say the same.
type message struct {
	place source.Place
	said  string
}

// messages walks a text file. Leaves that are no words are given to bad.
func messages(prefix string, n source.Node, see func(key string, m message), bad func(source.Place)) {
	keys := n.Keys()
	if slices.Contains(keys, "other") {
		var forms map[string]string
		if len(n.Decode(&forms)) > 0 {
			bad(n.Place())
			return
		}
		see(prefix, message{n.Place(), strings.Join(slices.Sorted(maps.Values(forms)), "\n")})
		return
	}
	for _, key := range keys {
		child, _ := n.Get(key)
		id := strings.TrimPrefix(prefix+"."+key, ".")
		if len(child.Keys()) > 0 {
			messages(id, child, see, bad)
			continue
		}
		var leaf any
		child.Decode(&leaf) // what is no words is told below
		if s, ok := leaf.(string); ok {
			see(id, message{child.Place(), s})
		} else {
			bad(child.Place())
		}
	}
}

var (
	action      = regexp.MustCompile(`\{\{[^}]*\}\}`)
	placeholder = regexp.MustCompile(`\.([A-Z]\w*)`)
)

// placeholders are what a sentence fills in.
func placeholders(said string) map[string]bool {
	out := map[string]bool{}
	for _, a := range action.FindAllString(said, -1) {
		for _, m := range placeholder.FindAllStringSubmatch(a, -1) {
			out[m[1]] = true
		}
	}
	return out
}

// texts checks the charter's own sentences against the house's, and puts both together.
func (l *loader) texts() {
	before := len(l.list)
	own := map[text.Lang]map[string]message{}
	for _, lang := range text.Langs {
		own[lang] = map[string]message{}
		for _, name := range l.in("texts", "."+string(lang)+".yaml") {
			if n, ok := l.parse(name); ok {
				messages("", n, func(key string, m message) { l.message(own[lang], lang, key, m) },
					func(p source.Place) { l.error(p, "texts.words", nil) })
			}
		}
	}
	for i, lang := range text.Langs {
		other := text.Langs[1-i]
		for _, key := range slices.Sorted(maps.Keys(own[lang])) {
			if _, both := own[other][key]; !both {
				l.error(own[lang][key].place, "texts.missing", text.Args{"Name": key, "Lang": string(other)})
			}
		}
	}
	sources := []fs.FS{text.House()}
	if dir, err := fs.Sub(l.c.Files, "texts"); err == nil && len(l.list) == before {
		sources = append(sources, dir)
	}
	bundle, err := text.New(sources...)
	if err != nil {
		l.error(source.Place{File: "texts", Line: 1, Col: 1}, "texts.unread", text.Args{"Detail": err.Error()})
		bundle = &text.Bundle{} // says keys, so that the other findings can still be told
	}
	l.c.Texts = bundle
}

// message checks one sentence of one language.
func (l *loader) message(own map[string]message, lang text.Lang, key string, m message) {
	if first, twice := own[key]; twice {
		l.error(m.place, "texts.twice", text.Args{"Name": key, "First": first.place.String()})
	}
	own[key] = m
	house, known := text.Original(lang, key)
	if !known {
		l.warn(m.place, "texts.unused", text.Args{"Name": key})
		return
	}
	if _, err := template.New("").Parse(m.said); err != nil {
		l.error(m.place, "texts.template", text.Args{"Name": key, "Detail": err.Error()})
		return
	}
	there := placeholders(house)
	for _, p := range slices.Sorted(maps.Keys(placeholders(m.said))) {
		if !there[p] {
			l.error(m.place, "texts.place", text.Args{"Name": key, "Place": p})
		}
	}
}
