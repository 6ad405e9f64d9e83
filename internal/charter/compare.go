package charter

import (
	"bytes"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/source"
)

// Change is what two versions say differently at one place.
type Change struct {
	File string `json:"file"`
	source.Difference
}

// Where is the place as a clause is cited: "methods/renovation.yaml#steps.solicit.window".
func (c Change) Where() string {
	if c.Path == "" {
		return c.File
	}
	return c.File + "#" + c.Path
}

// Shared tells whether every method may follow it otherwise, such as the calendar, a rule or a register. Texts, imports and
// scenarios change nothing that a matter does.
func (c Change) Shared() bool {
	switch part, _, _ := strings.Cut(c.File, "/"); part {
	case "methods", "texts", "scenarios", "imports":
		return false
	}
	return true
}

// Comparison is what lies between two versions of a charter.
type Comparison struct {
	Changes []Change // in the order of the files
	// Methods are those that a matter would follow otherwise: their own file changed, or one that all share. A method that
	// one version does not have is among them.
	Methods []string
}

// Compare lists what changes from one version to another. Of YAML files the values are compared, others as a whole. err is
// for folders that cannot be read; see [Load].
func Compare(before, after fs.FS) (Comparison, error) {
	was, err := read(before)
	if err != nil {
		return Comparison{}, err
	}
	now, err := read(after)
	if err != nil {
		return Comparison{}, err
	}
	var out Comparison
	methods := map[string]bool{}
	names := maps.Clone(was)
	maps.Copy(names, now)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		out.Changes = append(out.Changes, changesOf(name, was[name], now[name])...)
	}
	shared := slices.ContainsFunc(out.Changes, Change.Shared)
	for name := range names {
		own := func(c Change) bool { return c.File == name }
		if path.Dir(name) == "methods" && (shared || slices.ContainsFunc(out.Changes, own)) {
			methods[strings.TrimSuffix(path.Base(name), path.Ext(name))] = true
		}
	}
	out.Methods = slices.Sorted(maps.Keys(methods))
	return out, nil
}

func changesOf(name string, was, now []byte) []Change {
	if bytes.Equal(was, now) {
		return nil
	}
	whole := func() []Change {
		d := source.Difference{}
		if was != nil {
			d.Before, d.WasLine = string(act.Sum(was)), 1
		}
		if now != nil {
			d.After, d.NowLine = string(act.Sum(now)), 1
		}
		return []Change{{name, d}}
	}
	if was == nil || now == nil || path.Ext(name) != ".yaml" {
		return whole()
	}
	before, bad := source.Parse(name, was)
	after, worse := source.Parse(name, now)
	if len(bad)+len(worse) > 0 {
		return whole()
	}
	var out []Change
	for _, d := range source.Differences(before, after) {
		out = append(out, Change{name, d})
	}
	return out
}
