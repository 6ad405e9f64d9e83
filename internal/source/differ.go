package source

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Difference is one place at which two versions of a file say something else. Text is as a person would write it on one
// line; it is empty, and the line zero, where a version says nothing there.
type Difference struct {
	Path             string // "steps.solicit.fields[whether].label.zh"
	Before, After    string
	WasLine, NowLine int
}

// Differences lists what two versions of a file say differently, in the order of the newer one; what it no longer has
// comes where it stood. Comments, order of keys and ways of writing the same value do not count. Entries of a list are the
// same entry when they bear the same key, value, name or id; a list of plain values is compared as a whole.
func Differences(before, after Node) []Difference {
	d := &differ{}
	d.compare("", before.y, after.y)
	return d.found
}

type differ struct{ found []Difference }

func (d *differ) compare(path string, was, now *yaml.Node) {
	if was == nil && now == nil {
		return
	}
	if was != nil && now != nil && was.Kind == now.Kind {
		switch {
		case was.Kind == yaml.MappingNode:
			d.each(path, byKey(was), byKey(now), func(key string) string { return strings.TrimPrefix(path+"."+key, ".") })
			return
		case was.Kind == yaml.SequenceNode && named(was) && named(now):
			d.each(path, byName(was), byName(now), func(key string) string { return path + "[" + key + "]" })
			return
		}
	}
	b, a := oneLine(was), oneLine(now)
	if b != a {
		d.found = append(d.found, Difference{path, b, a, line(was), line(now)})
	}
}

// entry is a value with what it goes by among its neighbours.
type entry struct {
	key   string
	value *yaml.Node
}

func (d *differ) each(path string, was, now []entry, at func(string) string) {
	of := func(list []entry, key string) *yaml.Node {
		if i := slices.IndexFunc(list, func(e entry) bool { return e.key == key }); i >= 0 {
			return list[i].value
		}
		return nil
	}
	gone := func(from int) int { // those that stood here and are not there any more
		for ; from < len(was) && of(now, was[from].key) == nil; from++ {
			d.compare(at(was[from].key), was[from].value, nil)
		}
		return from
	}
	next := gone(0)
	for _, e := range now {
		old := of(was, e.key)
		d.compare(at(e.key), old, e.value)
		if i := slices.IndexFunc(was, func(x entry) bool { return x.key == e.key }); old != nil && i >= next {
			next = gone(i + 1)
		}
	}
	for i := next; i < len(was); i++ {
		if of(now, was[i].key) == nil {
			d.compare(at(was[i].key), was[i].value, nil)
		}
	}
}

func byKey(y *yaml.Node) []entry {
	var out []entry
	for i := 0; i+1 < len(y.Content); i += 2 {
		out = append(out, entry{y.Content[i].Value, y.Content[i+1]})
	}
	return out
}

// named tells whether every entry of a list bears a name of its own.
func named(y *yaml.Node) bool {
	seen := map[string]bool{}
	for _, e := range byName(y) {
		if e.key == "" || seen[e.key] {
			return false
		}
		seen[e.key] = true
	}
	return true
}

func byName(y *yaml.Node) []entry {
	out := make([]entry, len(y.Content))
	for i, c := range y.Content {
		out[i].value = c
		for _, key := range []string{"key", "value", "id", "name", "date"} {
			if v := child(c, key); v != nil {
				out[i].key = oneLine(v)
				break
			}
		}
	}
	return out
}

func line(y *yaml.Node) int {
	if y == nil {
		return 0
	}
	return y.Line
}

// oneLine writes a value as a person would on one line: a plain text as it is, anything else in flow style.
func oneLine(y *yaml.Node) string {
	if y == nil {
		return ""
	}
	if y.Kind == yaml.ScalarNode {
		if y.Value == "" || strings.TrimSpace(y.Value) != y.Value {
			return strconv.Quote(y.Value)
		}
		return y.Value
	}
	raw, err := yaml.Dump(flow(y), yaml.WithLineWidth(-1))
	if err != nil {
		return y.Value // it was read from a file; what can be read can be written
	}
	return string(bytes.TrimSpace(raw))
}

// flow copies a value without its comments, in one line's style.
func flow(y *yaml.Node) *yaml.Node {
	out := &yaml.Node{Kind: y.Kind, Tag: y.Tag, Value: y.Value}
	if y.Kind != yaml.ScalarNode {
		out.Style = yaml.FlowStyle
	}
	for _, c := range y.Content {
		out.Content = append(out.Content, flow(c))
	}
	return out
}
