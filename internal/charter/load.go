package charter

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/method"
	"gongzhi/internal/register"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/step/kinds"
	"gongzhi/internal/text"
	"gongzhi/internal/vote"
)

// divisionCode is a subdistrict's or a community's code in the national table: nine or twelve digits.
var divisionCode = regexp.MustCompile(`^[0-9]{9}([0-9]{3})?$`)

// rolesFile is roles.yaml, and bodiesFile a file of bodies/.
type (
	rolesFile struct {
		Roles map[string]Role `yaml:"roles"`
	}
	bodiesFile struct {
		Bodies map[string]Body `yaml:"bodies"`
	}
)

const headFile = "charter.yaml"

// Key reads which subdistrict's charter a folder holds, and nothing else of it.
func Key(files fs.FS) (string, error) {
	raw, err := fs.ReadFile(files, headFile)
	if err != nil {
		return "", fmt.Errorf("charter: %w", err)
	}
	var head Head
	n, faults := source.Parse(headFile, raw)
	if faults = append(faults, n.Decode(&head)...); len(faults) > 0 {
		return "", faults[0]
	}
	return head.Key, nil
}

// loader gathers findings while it reads.
type loader struct {
	raw      map[string][]byte
	c        *Charter
	parsed   map[string]parsed
	list     []step.Finding
	roleAt   map[string]source.Place
	declared map[string]source.Place // every method by its key, those with faults included
}

func (l *loader) error(place source.Place, code string, args text.Args) {
	l.list = append(l.list, step.Finding{Place: place, Severity: step.Error, Code: code, Args: args})
}

func (l *loader) warn(place source.Place, code string, args text.Args) {
	l.list = append(l.list, step.Finding{Place: place, Severity: step.Warning, Code: code, Args: args})
}

func (l *loader) faults(list []source.Fault) {
	for _, f := range list {
		l.error(f.Place, f.Code, text.Args{"Detail": f.Detail})
	}
}

// parse reads one file; ok is false where it is absent or no YAML.
func (l *loader) parse(name string) (source.Node, bool) {
	raw, ok := l.raw[name]
	if !ok {
		return source.Node{}, false
	}
	if !utf8.Valid(raw) {
		l.error(source.Place{File: name, Line: badLine(raw), Col: 1}, "yaml.utf8", nil)
		return source.Node{}, false
	}
	p := l.parsed[name]
	l.faults(p.faults)
	return p.node, len(p.faults) == 0
}

// parsed is what source.Parse says of a file.
type parsed struct {
	node   source.Node
	faults []source.Fault
}

// parseAll parses every YAML file, side by side: it is a third of the work. Files that are no UTF-8 are left to parse.
func (l *loader) parseAll() {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(l.raw)) {
		if path.Ext(name) == ".yaml" && utf8.Valid(l.raw[name]) {
			names = append(names, name)
		}
	}
	list := make([]parsed, len(names))
	sideBySide(len(names), func(i int) { list[i].node, list[i].faults = source.Parse(names[i], l.raw[names[i]]) })
	l.parsed = make(map[string]parsed, len(names))
	for i, name := range names {
		l.parsed[name] = list[i]
	}
}

// sideBySide does the i-th of n things for each i, as many at once as there are processors.
func sideBySide(n int, do func(i int)) {
	var (
		next  atomic.Int64
		group sync.WaitGroup
	)
	for range min(n, runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	group.Wait()
}

// badLine is the first line that is no UTF-8, which is what a file saved in another encoding looks like.
func badLine(raw []byte) int {
	line := 1
	for one := range bytes.Lines(raw) {
		if !utf8.Valid(one) {
			break
		}
		line++
	}
	return line
}

// each parses every YAML file of a folder, by name.
func (l *loader) each(dir string, do func(name string, n source.Node)) {
	for _, name := range l.in(dir, ".yaml") {
		if n, ok := l.parse(name); ok {
			do(name, n)
		}
	}
}

// in lists the files of a folder that end so, by name.
func (l *loader) in(dir, end string) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(l.raw)) {
		if path.Dir(name) == dir && strings.HasSuffix(name, end) {
			names = append(names, name)
		}
	}
	return names
}

func (l *loader) head() {
	if _, ok := l.raw[headFile]; !ok {
		l.error(source.Place{File: headFile, Line: 1, Col: 1}, "charter.missing", nil)
		return
	}
	n, ok := l.parse(headFile)
	if !ok {
		return
	}
	h := &l.c.Head
	l.faults(n.Decode(h))
	l.words(h.Name, n, "name")
	if h.Key == "" {
		l.error(n.At("charter"), "charter.key", nil)
	}
	if h.Code != "" && !divisionCode.MatchString(h.Code) {
		l.error(n.At("code"), "charter.code", text.Args{"Code": h.Code})
	}
}

// words makes sure that words exist in both languages.
func (l *loader) words(t text.Text, n source.Node, path ...any) {
	if t.ZH == "" {
		l.error(n.At(path...), "words.zh", nil)
	}
	if t.EN == "" {
		l.error(n.At(path...), "words.en", nil)
	}
}

func (l *loader) roles() {
	n, ok := l.parse("roles.yaml")
	if !ok {
		return
	}
	var file rolesFile
	l.faults(n.Decode(&file))
	for _, key := range slices.Sorted(maps.Keys(file.Roles)) {
		r := file.Roles[key]
		if key == act.Clock || key == act.HouseItself {
			l.error(n.KeyAt("roles", key), "role.reserved", text.Args{"Role": key})
		}
		r.Key = key
		l.c.Roles[key], l.roleAt[key] = r, n.KeyAt("roles", key)
		l.words(r.Name, n, "roles", key, "name")
		l.register(r.Scope, n, "roles", key, "scope")
		if fields, _ := l.c.RegisterFields(r.Scope); r.HeldBy != "" && fields[r.HeldBy] != string(register.Rows) {
			l.error(n.At("roles", key, "held_by"), "role.held_by", text.Args{"Role": key, "Field": r.HeldBy, "Register": r.Scope})
		}
		if r.NoAccount && (r.Scope != "" || r.Own || r.Desk || r.Seals || r.Books || r.Audit || r.System || r.Moves) {
			l.error(n.At("roles", key, "no_account"), "role.no_account_more", text.Args{"Role": key})
		}
		switch {
		case r.NoAccount && l.c.noAccount == "":
			l.c.noAccount = key
		case r.NoAccount:
			l.error(n.At("roles", key, "no_account"), "role.no_account_twice", text.Args{"Role": key, "Other": l.c.noAccount})
		}
		if r.Own {
			l.c.own[key] = true
		}
		if r.Own && r.Scope == "" {
			l.error(n.At("roles", key, "own"), "role.own_scope", text.Args{"Role": key})
		}
	}
}

// register makes sure that a register that is named exists.
func (l *loader) register(name string, n source.Node, path ...any) {
	if _, ok := l.c.Registers.Get(name); !ok && name != "" {
		l.error(n.At(path...), "register.unknown", text.Args{"Register": name})
	}
}

func (l *loader) bodies() {
	l.each("bodies", func(_ string, n source.Node) {
		var file bodiesFile
		l.faults(n.Decode(&file))
		for key, b := range file.Bodies {
			if _, twice := l.c.Bodies[key]; twice {
				l.error(n.KeyAt("bodies", key), "body.twice", text.Args{"Body": key})
				continue
			}
			b.Key = key
			l.c.Bodies[key] = b
			l.words(b.Name, n, "bodies", key, "name")
			l.register(b.Scope, n, "bodies", key, "scope")
			for i, r := range b.Roles {
				if !l.c.HasRole(r) {
					l.error(n.At("bodies", key, "roles", i), "role.unknown", text.Args{"Role": r})
				}
			}
			if b.Rule != nil {
				l.claims(n.At("bodies", key, "rule"), *b.Rule)
			}
			if b.Basis == "" && !b.Assumed {
				l.warn(n.KeyAt("bodies", key), "body.basis", text.Args{"Body": key})
			}
		}
	})
}

func (l *loader) registers() {
	var list []*register.Schema
	l.each("registers", func(_ string, n source.Node) {
		s, faults := register.Decode(n)
		l.faults(faults)
		if s != nil {
			list = append(list, s)
		}
	})
	l.c.Registers = register.NewSchemas(list...)
	l.registerFindings(l.c.Registers.Check())
	l.each("imports", func(_ string, n source.Node) {
		i, faults := register.DecodeImport(n)
		l.faults(faults)
		if i == nil || len(faults) > 0 {
			return
		}
		l.c.Imports[i.Key] = i
		l.registerFindings(i.Check(l.c.Registers))
	})
}

func (l *loader) registerFindings(list []register.Finding) {
	for _, f := range list {
		l.error(f.Place, f.Code, f.Args)
	}
}

func (l *loader) rules() {
	sets := map[string][]vote.Profile{}
	place := map[string]source.Place{}
	l.each("rules", func(_ string, n source.Node) {
		p, faults := vote.ReadProfile(n)
		l.faults(faults)
		if len(faults) > 0 {
			return
		}
		set, _, _ := strings.Cut(p.ID, "_")
		sets[set] = append(sets[set], p)
		place[p.ID] = n.At("in_force")
		l.lowered(n, p)
	})
	for _, set := range slices.Sorted(maps.Keys(sets)) {
		profiles, clashes := vote.NewProfiles(sets[set])
		for _, x := range clashes {
			l.error(place[x.Second], "rules.clash", text.Args{"First": x.First, "Second": x.Second})
		}
		l.c.Rules[set] = profiles
	}
}

func (l *loader) calendar() {
	var nodes []source.Node
	l.each("calendars", func(_ string, n source.Node) { nodes = append(nodes, n) })
	c, faults := calendar.Decode(nodes...)
	l.faults(faults)
	if c == nil {
		c = &calendar.Calendar{} // every day by its weekday, every result provisional
	}
	l.c.Calendar = c
}

func (l *loader) methods() {
	table := method.Kinds(kinds.All())
	var nodes []source.Node
	l.each("methods", func(_ string, n source.Node) { nodes = append(nodes, n) })
	read, wrong := make([]*method.Method, len(nodes)), make([][]source.Fault, len(nodes))
	sideBySide(len(nodes), func(i int) { read[i], wrong[i] = method.Decode(nodes[i], table) })
	for i, n := range nodes {
		m := read[i]
		l.faults(wrong[i])
		if _, twice := l.declared[m.Key]; twice {
			l.error(n.At("method"), "method.twice", text.Args{"Method": m.Key})
			continue
		}
		l.declared[m.Key] = n.At("method")
		if len(wrong[i]) > 0 {
			continue
		}
		if want := strings.TrimSuffix(path.Base(n.File()), ".yaml"); m.Key != want {
			l.warn(n.At("method"), "method.file", text.Args{"Method": m.Key, "File": want})
		}
		l.c.Methods[m.Key] = m
	}
}

func (l *loader) scenarios() { l.c.Scenarios = l.in("scenarios", ".txtar") }
