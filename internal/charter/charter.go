// Package charter reads a subdistrict's folder, checks it whole and builds the rules from it.
//
// In: a folder of YAML files. Out: a Charter — roles, bodies, registers, rule profiles, the calendar, methods, words —
// and every finding about it, each with its place. A charter is named by the digest of its files: the same files are
// the same version, wherever they lie.
package charter

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

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

// Charter is everything a subdistrict has decided. It does not change once loaded.
type Charter struct {
	Digest    act.Digest
	Head      Head
	Roles     map[string]Role
	Bodies    map[string]Body
	Registers *register.Schemas
	Imports   map[string]*register.Import
	Rules     map[string]vote.Profiles // by the first word of their ids: "owners"
	Calendar  *calendar.Calendar
	Methods   map[string]*method.Method
	Texts     *text.Bundle // the house's words, with the charter's own over them
	Scenarios []string     // paths of scenario files
	Files     fs.FS
}

// Head is charter.yaml.
type Head struct {
	Key      string    `yaml:"charter"`
	Name     text.Text `yaml:"name"`
	District text.Text `yaml:"district,omitempty"`
	Code     string    `yaml:"code,omitempty"` // division code, 9 or 12 digits
	Source   string    `yaml:"source,omitempty"`
	Hotline  string    `yaml:"hotline,omitempty"`
	Demo     bool      `yaml:"demo,omitempty"` // its people and addresses are made up, and every page says so
}

// Role is what people may be mandated as.
type Role struct {
	Key   string    `yaml:"-"`
	Name  text.Text `yaml:"name"`
	Does  text.Text `yaml:"does,omitempty"`
	Scope string    `yaml:"scope,omitempty"` // register whose rows it is given over; empty is the whole subdistrict
	Own   bool      `yaml:"own,omitempty"`   // holds something within a matter's subject, such as a flat
	Desk  bool      `yaml:"desk,omitempty"`  // works at the desk
	Seals bool      `yaml:"reads_sealed,omitempty"`
	Basis string    `yaml:"basis,omitempty"`
}

// Body is a committee, a unit, a meeting: someone who decides together.
type Body struct {
	Key     string    `yaml:"-"`
	Name    text.Text `yaml:"name"`
	Kind    string    `yaml:"kind"`
	Scope   string    `yaml:"scope,omitempty"` // register whose rows have one each
	Basis   string    `yaml:"basis,omitempty"`
	Assumed bool      `yaml:"assumed,omitempty"`
}

// Load reads a folder. Findings come sorted; with any error among them the Charter may be looked at, drawn and
// described, but must not be run. err is only for a folder that cannot be read at all.
func Load(files fs.FS) (*Charter, []step.Finding, error) {
	digest, err := Digest(files)
	if err != nil {
		return nil, nil, err
	}
	l := &loader{files: files, c: &Charter{
		Digest: digest, Files: files, Roles: map[string]Role{}, Bodies: map[string]Body{}, Imports: map[string]*register.Import{},
		Rules: map[string]vote.Profiles{}, Methods: map[string]*method.Method{},
	}}
	l.head()
	l.roles()
	l.bodies()
	l.registers()
	l.rules()
	l.calendar()
	l.texts()
	l.methods()
	l.scenarios()
	l.check()
	return l.c, step.Findings(l.list), nil
}

// Broken tells whether any finding is an error.
func Broken(list []step.Finding) bool {
	return slices.ContainsFunc(list, func(f step.Finding) bool { return f.Severity == step.Error })
}

// Method finds a method.
func (c *Charter) Method(key string) (*method.Method, bool) { m, ok := c.Methods[key]; return m, ok }

// MethodKeys lists the methods in a fixed order.
func (c *Charter) MethodKeys() []string { return slices.Sorted(maps.Keys(c.Methods)) }

// OwnRoles are the roles whose scope lies within a matter's subject.
func (c *Charter) OwnRoles() map[string]bool {
	own := map[string]bool{}
	for key, r := range c.Roles {
		if r.Own {
			own[key] = true
		}
	}
	return own
}

// RoleName is what a role is called; the clock and the house have names too.
func (c *Charter) RoleName(key string) text.Words {
	if r, ok := c.Roles[key]; ok {
		return r.Name.Words()
	}
	return text.Key("role." + key)
}

// HasRole and the methods below answer what steps ask while they are checked.
func (c *Charter) HasRole(key string) bool { _, ok := c.Roles[key]; return ok }

func (c *Charter) HasBody(key string) bool { _, ok := c.Bodies[key]; return ok }

func (c *Charter) HasMethod(key string) bool { _, ok := c.Methods[key]; return ok }

func (c *Charter) RegisterFields(name string) (map[string]string, bool) {
	return c.Registers.FieldTypes(name)
}

func (c *Charter) Profiles(name string) (any, bool) { p, ok := c.Rules[name]; return p, ok }

// loader gathers findings while it reads.
type loader struct {
	files fs.FS
	c     *Charter
	list  []step.Finding
	names map[string]source.Place // where each method stands
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
	raw, err := fs.ReadFile(l.files, name)
	if err != nil {
		return source.Node{}, false
	}
	n, faults := source.Parse(name, raw)
	l.faults(faults)
	return n, len(faults) == 0
}

// each parses every YAML file of a folder, by name.
func (l *loader) each(dir string, do func(name string, n source.Node)) {
	names, _ := fs.Glob(l.files, dir+"/*.yaml") // the pattern is well-formed
	slices.Sort(names)
	for _, name := range names {
		if n, ok := l.parse(name); ok {
			do(name, n)
		}
	}
}

func (l *loader) head() {
	n, ok := l.parse("charter.yaml")
	if !ok {
		l.error(source.Place{File: "charter.yaml", Line: 1, Col: 1}, "charter.missing", nil)
		return
	}
	l.faults(n.Decode(&l.c.Head))
	l.words(l.c.Head.Name, n, "name")
}

func (l *loader) words(t text.Text, n source.Node, path ...any) {
	for code, s := range map[string]string{"words.zh": t.ZH, "words.en": t.EN} {
		if s == "" {
			l.error(n.At(path...), code, text.Args{"Key": fmt.Sprint(path[len(path)-1])})
		}
	}
}

func (l *loader) roles() {
	n, ok := l.parse("roles.yaml")
	if !ok {
		return
	}
	var file struct {
		Roles map[string]Role `yaml:"roles"`
	}
	l.faults(n.Decode(&file))
	for key, r := range file.Roles {
		if key == act.Clock || key == act.HouseItself {
			l.error(n.KeyAt("roles", key), "role.reserved", text.Args{"Role": key})
		}
		r.Key = key
		l.c.Roles[key] = r
		l.words(r.Name, n, "roles", key, "name")
	}
}

func (l *loader) bodies() {
	l.each("bodies", func(name string, n source.Node) {
		var file struct {
			Bodies map[string]Body `yaml:"bodies"`
		}
		l.faults(n.Decode(&file))
		for key, b := range file.Bodies {
			if _, twice := l.c.Bodies[key]; twice {
				l.error(n.KeyAt("bodies", key), "body.twice", text.Args{"Body": key})
			}
			b.Key = key
			l.c.Bodies[key] = b
			l.words(b.Name, n, "bodies", key, "name")
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

func (l *loader) texts() {
	own, err := fs.Sub(l.files, "texts")
	if err != nil {
		own = l.files
	}
	bundle, err := text.New(text.House(), own)
	if err != nil {
		l.error(source.Place{File: "texts", Line: 1, Col: 1}, "texts", text.Args{"Detail": err.Error()})
		bundle, _ = text.New(text.House()) // tested to be whole
	}
	l.c.Texts = bundle
}

func (l *loader) methods() {
	l.names = map[string]source.Place{}
	table := method.Kinds(kinds.All())
	l.each("methods", func(name string, n source.Node) {
		m, faults := method.Decode(n, table)
		l.faults(faults)
		if len(faults) > 0 {
			return
		}
		if _, twice := l.c.Methods[m.Key]; twice {
			l.error(n.At("method"), "method.twice", text.Args{"Method": m.Key})
			return
		}
		if want := strings.TrimSuffix(path.Base(name), ".yaml"); m.Key != want {
			l.warn(n.At("method"), "method.file", text.Args{"Method": m.Key, "File": want})
		}
		l.c.Methods[m.Key] = m
		l.names[m.Key] = n.At("method")
	})
}

func (l *loader) scenarios() {
	names, _ := fs.Glob(l.files, "scenarios/*.txtar") // the pattern is well-formed
	slices.Sort(names)
	l.c.Scenarios = names
}

// check asks every method; it comes last because methods may name each other.
func (l *loader) check() {
	for _, key := range l.c.MethodKeys() {
		l.list = append(l.list, l.c.Methods[key].Check(l.c)...)
	}
}
