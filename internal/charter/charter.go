// Package charter reads a subdistrict's folder, checks it whole and builds the rules from it.
//
// In: a folder of YAML files. Out: a Charter — roles, bodies, registers, rule profiles, the calendar, methods, words —
// and every finding about it, each with its place. A charter is named by the digest of its files: the same files are
// the same version, wherever they lie.
package charter

//go:generate go test . -run ^TestSchemas$ -count=1 -update

import (
	"io/fs"
	"maps"
	"slices"

	lru "github.com/hashicorp/golang-lru/v2"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/indicator"
	"gongzhi/internal/method"
	"gongzhi/internal/register"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
	"gongzhi/internal/vote"
)

// Charter is everything a subdistrict has decided. It does not change once loaded.
type Charter struct {
	Digest     act.Digest
	Head       Head
	Roles      map[string]Role
	Bodies     map[string]Body
	Privacy    Privacy
	Registers  *register.Schemas
	Imports    map[string]*register.Import
	Rules      map[string]vote.Profiles // by the first word of their ids: "owners"
	Calendar   *calendar.Calendar
	Methods    map[string]*method.Method
	Indicators map[string]*indicator.Set
	Open311    *Open311     // how other systems report by GeoReport; nil where they cannot
	Texts      *text.Bundle // the house's words, with the charter's own over them
	Scenarios  []string     // paths of scenario files
	Files      fs.FS

	// Asked at every look at a matter.
	own       map[string]bool
	noAccount string
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
	// HeldBy is the field of the scope's register that says who may hold the role over a row, such as the owners of a
	// flat: whoever is struck from it loses the mandate.
	HeldBy string `yaml:"held_by,omitempty"`
	Desk   bool   `yaml:"desk,omitempty"` // works at the desk
	Seals  bool   `yaml:"reads_sealed,omitempty"`
	Books  bool   `yaml:"keeps_registers,omitempty"` // may import, add and correct rows
	Audit  bool   `yaml:"audits,omitempty"`          // reads the log of who opened what was sealed
	// NoAccount is the role of those who have no account: everybody holds it, and nobody is given it. It may stand only among
	// those who begin a method, and lets its holder do only what asks for them by name.
	NoAccount bool   `yaml:"no_account,omitempty"`
	System    bool   `yaml:"system,omitempty"`        // another system, which may be given keys at the desk; never a person
	Moves     bool   `yaml:"moves_matters,omitempty"` // may decide that an open matter goes on under the version in force
	Basis     string `yaml:"basis,omitempty"`
}

// Body is a committee, a unit, a meeting: someone who decides together.
type Body struct {
	Key     string    `yaml:"-"`
	Name    text.Text `yaml:"name"`
	Kind    string    `yaml:"kind"`
	Scope   string    `yaml:"scope,omitempty"`  // register whose rows have one each
	Roles   []string  `yaml:"roles,omitempty"`  // whose holders sit in it
	Formed  text.Text `yaml:"formed,omitempty"` // how it comes about
	Size    string    `yaml:"size,omitempty"`   // how many sit in it, as its basis says: "5-9"
	Term    string    `yaml:"term,omitempty"`   // for how long: "5 years"
	Basis   string    `yaml:"basis,omitempty"`
	Assumed bool      `yaml:"assumed,omitempty"` // a default nobody has confirmed

	Rule *vote.HeadRule `yaml:"rule,omitempty"` // what its law asks of a decision; a method may ask for more, not for less
}

// Load reads a folder. Findings come sorted; with any error among them the Charter may be looked at, drawn and
// described, but must not be run. err is for a folder that cannot be read at all: where what is wrong lies with the
// folder (too large, a link among its files) it is a fault.Refusal.
func Load(files fs.FS) (*Charter, []step.Finding, error) {
	raw, err := read(files)
	if err != nil {
		return nil, nil, err
	}
	c, found := load(raw, digest(raw), files)
	return c, found, nil
}

// kept is what Recent has loaded last.
type kept struct {
	charter *Charter
	found   []step.Finding
}

const recentKept = 4

var recent, _ = lru.New[act.Digest, kept](recentKept) // fails only where nothing is to be kept

// Recent is Load where the same version is likely to be loaded again, as by each scenario of a folder: the last few are
// kept by their digest, for the same files are the same charter, and no charter changes once loaded.
func Recent(files fs.FS) (*Charter, []step.Finding, error) {
	raw, err := read(files)
	if err != nil {
		return nil, nil, err
	}
	name := digest(raw)
	k, ok := recent.Get(name)
	if !ok {
		k.charter, k.found = load(raw, name, files)
		recent.Add(name, k)
	}
	c := *k.charter
	c.Files = files // where it lies now; the folder it was first read from may be gone
	return &c, slices.Clone(k.found), nil
}

func load(raw map[string][]byte, name act.Digest, files fs.FS) (*Charter, []step.Finding) {
	l := &loader{raw: raw, roleAt: map[string]source.Place{}, declared: map[string]source.Place{}, c: &Charter{
		Digest: name, Files: files, Roles: map[string]Role{}, Bodies: map[string]Body{}, Imports: map[string]*register.Import{},
		Rules: map[string]vote.Profiles{}, Methods: map[string]*method.Method{}, Indicators: map[string]*indicator.Set{},
		own: map[string]bool{},
	}}
	l.parseAll()
	l.head()
	l.registers()
	l.roles()
	l.privacy()
	l.bodies()
	l.rules()
	l.calendar()
	l.texts()
	l.methods()
	l.keptMethods()
	l.open311()
	l.scenarios()
	l.check()
	return l.c, step.Findings(l.list)
}

// Broken tells whether any finding is an error.
func Broken(list []step.Finding) bool {
	return slices.ContainsFunc(list, func(f step.Finding) bool { return f.Severity == step.Error })
}

// Method finds a method.
func (c *Charter) Method(key string) (*method.Method, bool) { m, ok := c.Methods[key]; return m, ok }

// MethodKeys lists the methods in a fixed order.
func (c *Charter) MethodKeys() []string { return slices.Sorted(maps.Keys(c.Methods)) }

// Measures are the sets of indicators over one method, in a fixed order.
func (c *Charter) Measures(method string) (out []*indicator.Set) {
	for _, key := range slices.Sorted(maps.Keys(c.Indicators)) {
		if c.Indicators[key].Method == method {
			out = append(out, c.Indicators[key])
		}
	}
	return out
}

// ImportKeys lists the declared imports in a fixed order.
func (c *Charter) ImportKeys() []string { return slices.Sorted(maps.Keys(c.Imports)) }

// OwnRoles are the roles whose scope lies within a matter's subject. The map is everybody's: it must not be changed.
func (c *Charter) OwnRoles() map[string]bool { return c.own }

// NoAccount is the role of those who have no account; empty where there is none.
func (c *Charter) NoAccount() string { return c.noAccount }

// Moves tells whether holders of a role may move a matter to this version; whoever sits at the machine may.
func (c *Charter) Moves(role string) bool { return role == act.HouseItself || c.Roles[role].Moves }

// RoleName is what a role is called; the clock and the house have names too.
func (c *Charter) RoleName(key string) text.Words {
	if r, ok := c.Roles[key]; ok {
		return r.Name.Words()
	}
	return text.Key("role." + key)
}
