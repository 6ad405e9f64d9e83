package charter

import (
	"maps"
	"path"
	"slices"
	"strings"

	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// HasRole and the methods below answer what methods and steps ask while they are checked.
func (c *Charter) HasRole(key string) bool { _, ok := c.Roles[key]; return ok }

func (c *Charter) HasBody(key string) bool { _, ok := c.Bodies[key]; return ok }

func (c *Charter) HasMethod(key string) bool { _, ok := c.Methods[key]; return ok }

func (c *Charter) RegisterFields(name string) (map[string]string, bool) {
	return c.Registers.FieldTypes(name)
}

func (c *Charter) Profiles(name string) (any, bool) { p, ok := c.Rules[name]; return p, ok }

func (c *Charter) NoAccountRole(key string) bool { return c.Roles[key].NoAccount }

func (c *Charter) OwnRole(key string) bool { return c.Roles[key].Own }

// Above are the registers whose rows those of a register lie in, the nearest first.
func (c *Charter) Above(register string) (up []string) {
	for s, ok := c.Registers.Get(register); ok && s.Parent != "" && !slices.Contains(up, s.Parent); s, ok = c.Registers.Get(s.Parent) {
		up = append(up, s.Parent)
	}
	return up
}

// Personal tells whether a register's field tells of a person; for the field "", whether the name of a row does.
func (c *Charter) Personal(register, field string) bool {
	schema, ok := c.Registers.Get(register)
	if !ok {
		return false
	}
	if field == "" {
		return schema.Personal()
	}
	f, ok := schema.Field(field)
	return ok && f.Personal
}

// Options are the values of a choice in a register, in the order of the file; nil where there is no such choice.
func (c *Charter) Options(register, field string) (out []string) {
	schema, ok := c.Registers.Get(register)
	if !ok {
		return nil
	}
	f, ok := schema.Field(field)
	if !ok {
		return nil
	}
	for _, o := range f.Options {
		out = append(out, o.Value)
	}
	return out
}

// Seeds are the ids of the rows that the charter brings for a register.
func (c *Charter) Seeds(register string) (out []string) {
	schema, ok := c.Registers.Get(register)
	if !ok {
		return nil
	}
	for _, row := range schema.Seed {
		out = append(out, row.ID)
	}
	return out
}

// asks is the charter as its methods see it while they are checked: a method that has faults of its own is still there,
// so that nobody is told that it does not exist.
type asks struct {
	*Charter
	declared map[string]source.Place
}

func (a asks) HasMethod(key string) bool { _, ok := a.declared[key]; return ok }

// check asks every method; it comes last because methods may name each other.
func (l *loader) check() {
	keys := l.c.MethodKeys()
	found := make([][]step.Finding, len(keys))
	sideBySide(len(keys), func(i int) { found[i] = l.c.Methods[keys[i]].Check(asks{l.c, l.declared}) })
	for i, key := range keys {
		m := l.c.Methods[key]
		l.list = append(l.list, found[i]...)
		l.children(m)
		l.keeps(m)
		l.votes(m)
		l.meetings(m)
		l.stepRules(m)
	}
	for _, key := range l.c.MethodKeys() {
		l.counted(l.c.Methods[key])
	}
	l.indicators()
	l.circles()
	l.unused()
	l.unread()
}

// unused warns of roles that no method and no body names. Those who work at the desk keep registers and accounts, which
// no method says.
func (l *loader) unused() {
	if Broken(l.list) {
		return // what could not be read may name it
	}
	used := map[string]bool{}
	for _, m := range l.c.Methods {
		maps.Copy(used, m.Mentions())
	}
	for _, b := range l.c.Bodies {
		for _, r := range b.Roles {
			used[r] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(l.c.Roles)) {
		if !used[key] && !l.c.Roles[key].Desk {
			l.warn(l.roleAt[key], "role.unused", text.Args{"Role": key})
		}
	}
}

// folders are what a charter is made of, with how the names of their files end.
var folders = map[string]string{
	"bodies": ".yaml", "registers": ".yaml", "imports": ".yaml", "rules": ".yaml", "calendars": ".yaml", "methods": ".yaml",
	"indicators": ".yaml", "reports": ".yaml", "texts": ".yaml", "scenarios": ".txtar",
}

// unread warns of files that nothing reads: a method saved as .yml, or in a folder of another name, would otherwise be
// missed in silence. Notes beside a charter (.md, .txt) and rosters to try it with (.xlsx, .csv) are let alone.
func (l *loader) unread() {
	for _, name := range slices.Sorted(maps.Keys(l.raw)) {
		dir, ext := path.Dir(name), path.Ext(name)
		switch {
		case name == "charter.yaml", name == "roles.yaml", name == privacyFile, name == open311File, slices.Contains([]string{".md", ".txt", ".xlsx", ".csv"}, ext):
		case dir == "texts":
			if !strings.HasSuffix(name, ".zh.yaml") && !strings.HasSuffix(name, ".en.yaml") {
				l.warn(source.Place{File: name, Line: 1, Col: 1}, "charter.unread", nil)
			}
		case folders[dir] != ext || ext == "":
			l.warn(source.Place{File: name, Line: 1, Col: 1}, "charter.unread", nil)
		}
	}
}
