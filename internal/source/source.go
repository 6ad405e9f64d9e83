// Package source reads YAML and keeps the place of everything it read.
//
// In: the bytes of one file. Out: a Node that decodes strictly into Go values and can say at which line and column
// a key or value stands, so that every finding about a charter points into the file. It knows nothing of charters.
package source

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v4"
)

// Place is a position in a file; Line and Col count from 1.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Col  int    `json:"col"`
}

func (p Place) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col) }

// Compare orders places by file, line and column.
func (p Place) Compare(q Place) int {
	return cmp.Or(cmp.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Col, q.Col))
}

// Fault is something a file says wrongly, as YAML: a syntax error, an unknown key, a value of another type.
type Fault struct {
	Place  Place
	Code   string // yaml.syntax, yaml.unknown_key, yaml.type
	Detail string // the offending key or the library's own words
}

func (f Fault) Error() string { return fmt.Sprintf("%s: %s %s", f.Place, f.Code, f.Detail) }

// Node is a value of a file with its place. The zero Node is an absent value.
type Node struct {
	file string
	y    *yaml.Node
}

// Parse reads one document. A syntax error or a key that stands twice in one map is a Fault.
func Parse(file string, raw []byte) (Node, []Fault) {
	var doc yaml.Node
	if err := yaml.Load(raw, &doc); err != nil {
		return Node{}, faults(file, err)
	}
	y := &doc
	if y.Kind == yaml.DocumentNode && len(y.Content) > 0 {
		y = y.Content[0]
	}
	n := Node{file: file, y: y}
	return n, twice(file, y)
}

// twice reports keys that stand more than once in a map; the library checks this only when it decodes.
func twice(file string, y *yaml.Node) (out []Fault) {
	if y.Kind == yaml.MappingNode {
		seen := map[string]bool{}
		for i := 0; i+1 < len(y.Content); i += 2 {
			k := y.Content[i]
			if seen[k.Value] {
				out = append(out, Fault{Place{file, k.Line, k.Column}, "yaml.twice", k.Value})
			}
			seen[k.Value] = true
		}
	}
	for _, c := range y.Content {
		out = append(out, twice(file, c)...)
	}
	return out
}

var unknownKey = regexp.MustCompile(`^field (.+) not found in type`)

func faults(file string, err error) []Fault {
	var many *yaml.LoadErrors
	if errors.As(err, &many) {
		out := make([]Fault, 0, len(many.Errors))
		for _, e := range many.Errors {
			out = append(out, faults(file, e)...)
		}
		return out
	}
	f := Fault{Place: Place{File: file, Line: 1, Col: 1}, Code: "yaml.syntax", Detail: err.Error()}
	var one *yaml.LoadError
	if errors.As(err, &one) {
		f.Place.Line, f.Place.Col = max(one.Mark.Line, 1), max(one.Mark.Column, 1)
		f.Detail = one.Message
		if m := unknownKey.FindStringSubmatch(one.Message); m != nil {
			f.Code, f.Detail = "yaml.unknown_key", m[1]
		} else if one.Stage == yaml.ConstructorStage {
			f.Code = "yaml.type"
		}
	}
	return []Fault{f}
}

// Decode fills into, and reports every unknown key and every value of another type with its place.
func (n Node) Decode(into any) []Fault {
	if n.y == nil {
		return nil
	}
	if err := n.y.Load(into, yaml.WithKnownFields()); err != nil {
		return faults(n.file, err)
	}
	return nil
}

// Exists tells whether there is a value.
func (n Node) Exists() bool { return n.y != nil }

// File is the name given to Parse.
func (n Node) File() string { return n.file }

// Place is where the value stands; for an absent value, line 1.
func (n Node) Place() Place {
	if n.y == nil {
		return Place{File: n.file, Line: 1, Col: 1}
	}
	return Place{n.file, n.y.Line, n.y.Column}
}

// Get walks down by map keys (string) and list positions (int).
func (n Node) Get(path ...any) (Node, bool) {
	y := n.y
	for _, p := range path {
		y = child(y, p)
		if y == nil {
			return Node{file: n.file}, false
		}
	}
	return Node{n.file, y}, y != nil
}

func child(y *yaml.Node, p any) *yaml.Node {
	if y == nil {
		return nil
	}
	switch p := p.(type) {
	case string:
		if y.Kind == yaml.MappingNode {
			for i := 0; i+1 < len(y.Content); i += 2 {
				if y.Content[i].Value == p {
					return y.Content[i+1]
				}
			}
		}
	case int:
		if y.Kind == yaml.SequenceNode && p >= 0 && p < len(y.Content) {
			return y.Content[p]
		}
	}
	return nil
}

// At is the place of the value at path; where it is absent, the place of the nearest thing that holds it.
func (n Node) At(path ...any) Place {
	for i := len(path); i > 0; i-- {
		if c, ok := n.Get(path[:i]...); ok {
			return c.Place()
		}
	}
	return n.Place()
}

// KeyAt is the place of a map's key rather than of its value, which reads better for "this step …".
func (n Node) KeyAt(path ...any) Place {
	if len(path) == 0 {
		return n.Place()
	}
	parent, ok := n.Get(path[:len(path)-1]...)
	if key, isKey := path[len(path)-1].(string); ok && isKey && parent.y.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(parent.y.Content); i += 2 {
			if k := parent.y.Content[i]; k.Value == key {
				return Place{n.file, k.Line, k.Column}
			}
		}
	}
	return n.At(path...)
}

// Keys lists a map's keys in the order of the file.
func (n Node) Keys() []string {
	if n.y == nil || n.y.Kind != yaml.MappingNode {
		return nil
	}
	keys := make([]string, 0, len(n.y.Content)/2)
	for i := 0; i+1 < len(n.y.Content); i += 2 {
		keys = append(keys, n.y.Content[i].Value)
	}
	return keys
}

// Len is how many values a list has; zero for anything else.
func (n Node) Len() int {
	if n.y == nil || n.y.Kind != yaml.SequenceNode {
		return 0
	}
	return len(n.y.Content)
}

// Sort orders faults by place, so that output is the same every time.
func Sort(list []Fault) {
	slices.SortStableFunc(list, func(a, b Fault) int { return a.Place.Compare(b.Place) })
}
