package step

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"gongzhi/internal/expr"
	"gongzhi/internal/source"
	"gongzhi/internal/text"
)

// Severity of a Finding.
type Severity string

const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Finding is one thing the check says about a charter. Words are in the text files under "check.CODE".
type Finding struct {
	Place    source.Place `json:"place"`
	Severity Severity     `json:"severity"`
	Code     string       `json:"code"`
	Args     text.Args    `json:"args,omitempty"`
	Run      []string     `json:"run,omitempty"` // the shortest run that shows a fault of a path
}

// Words say the finding.
func (f Finding) Words() text.Words { return text.Words{Key: "check." + f.Code, Args: f.Args} }

// Findings sorts by place, then code, so that every check prints the same.
func Findings(list []Finding) []Finding {
	slices.SortStableFunc(list, func(a, b Finding) int {
		return cmp.Or(a.Place.Compare(b.Place), cmp.Compare(a.Code, b.Code))
	})
	return list
}

// Charter is what a step may ask about the rest of the charter while it is checked.
type Charter interface {
	HasRole(key string) bool
	HasBody(key string) bool
	HasMethod(key string) bool
	// RegisterFields gives the fields of a register by key with their types, and whether it exists.
	RegisterFields(name string) (map[string]string, bool)
	// Profiles gives a rule file set by name ("owners"), and whether it exists. Its type is known to the kind that uses it.
	Profiles(name string) (any, bool)
}

// Checker collects what is wrong with one step. Paths are keys and positions below the step.
type Checker struct {
	Charter Charter
	Method  string
	Key     string
	Steps   []string                      // keys of the method's steps, in the order of the file
	Find    func(key string) (Step, bool) // one of them; nil where a step is checked by itself
	Env     *expr.Env                     // the names a condition at this step may use
	Subject string                        // register whose rows the method is run on
	Start   Fields                        // what is asked at its start
	Results []string                      // how its matters can end; nil where a step is checked by itself
	Node    source.Node
	List    []Finding
}

// Error reports a fault at a path of the step.
func (c *Checker) Error(code string, args text.Args, path ...any) { c.add(Error, code, args, path) }

// Warn reports something that works but should be looked at.
func (c *Checker) Warn(code string, args text.Args, path ...any) { c.add(Warning, code, args, path) }

func (c *Checker) add(s Severity, code string, args text.Args, path []any) {
	if args == nil {
		args = text.Args{}
	}
	args["Step"] = c.Key
	if len(path) > 0 {
		args["Key"] = fmt.Sprint(path[len(path)-1])
	}
	place := c.Node.At(path...)
	c.List = append(c.List, Finding{Place: place, Severity: s, Code: code, Args: args})
}

// Roles makes sure that at least one role is named and that each exists.
func (c *Checker) Roles(roles []string, path ...any) {
	if len(roles) == 0 {
		c.Error("role.none", nil, path...)
	}
	for i, r := range roles {
		if !c.Charter.HasRole(r) {
			c.Error("role.unknown", text.Args{"Role": r}, append(slices.Clone(path), i)...)
		}
	}
}

// Ends makes sure that each of a list is a result of the method.
func (c *Checker) Ends(results []string, path ...any) {
	for i, r := range results {
		if c.Results != nil && !slices.Contains(c.Results, r) {
			c.Error("next.result", text.Args{"Result": r}, append(slices.Clone(path), i)...)
		}
	}
}

// Words makes sure that words exist in every language.
func (c *Checker) Words(t text.Text, path ...any) {
	if t.ZH == "" {
		c.Error("words.zh", nil, path...)
	}
	if t.EN == "" {
		c.Error("words.en", nil, path...)
	}
}

// Compile types a condition. It returns nil, after reporting, when the condition is wrong.
func (c *Checker) Compile(src string, want expr.Type, path ...any) *expr.Program {
	p, err := c.Env.Compile(src, want)
	if err != nil {
		c.Error("expr", text.Args{"Why": err.Error(), "Source": src}, path...)
		return nil
	}
	return p
}

// Fields checks a list of questions.
func (c *Checker) Fields(fs Fields, path ...any) {
	seen := map[string]bool{}
	for i, f := range fs {
		at := func(key string) []any { return append(slices.Clone(path), i, key) }
		if f.Key == "" || seen[f.Key] {
			c.Error("field.key", text.Args{"Field": f.Key}, at("key")...)
		}
		seen[f.Key] = true
		c.Words(f.Label, at("label")...)
		if !slices.Contains(Types, f.Type) {
			c.Error("field.type", text.Args{"Field": f.Key, "Type": string(f.Type)}, at("type")...)
		}
		if wants := f.Type == ChoiceType || f.Type == ManyType; wants != (len(f.Options) > 0) {
			c.Error("field.options", text.Args{"Field": f.Key}, at("options")...)
		}
		for j, o := range f.Options {
			c.Words(o.Label, append(at("options"), j, "label")...)
		}
		if f.Type == RowType {
			if _, ok := c.Charter.RegisterFields(f.Register); !ok {
				c.Error("register.unknown", text.Args{"Register": f.Register}, at("register")...)
			}
		}
		if f.Type == PersonType {
			c.Roles(f.Roles, at("roles")...)
		}
		if columns, _ := c.Charter.RegisterFields(f.Register); f.Offered != "" && (f.Type != RowType || columns[f.Offered] != "yes") {
			c.Error("field.offered", text.Args{"Field": f.Key, "Offered": f.Offered}, at("offered")...)
		}
		if f.Decimals != 0 && (f.Type != PointType || f.Decimals < 1 || f.Decimals > 5) {
			c.Error("field.decimals", text.Args{"Field": f.Key}, at("decimals")...)
		}
		if a := f.Along; a != nil {
			of, _ := fs.Find(a.Point)
			columns, _ := c.Charter.RegisterFields(f.Register)
			drawn := slices.Contains(slices.Collect(maps.Values(columns)), "geometry")
			if f.Type != RowType || !drawn || of.Type != PointType || a.Metres < 1 || a.Metres > FurthestAlong || a.Apart < 1 || a.Apart > a.Metres {
				c.Error("field.along", text.Args{"Field": f.Key, "Metres": FurthestAlong}, at("along")...)
			}
		}
		if f.Fill != "" {
			known, _ := c.Charter.RegisterFields(FilledFrom)
			key, ok := f.Fills()
			if _, there := known[key]; !ok || !there {
				c.Error("field.fill", text.Args{"Field": f.Key, "Fill": f.Fill}, at("fill")...)
			}
		}
		switch f.Audience {
		case Public:
			if f.Personal || f.Type == PhoneType {
				c.Error("field.personal_public", text.Args{"Field": f.Key}, at("audience")...)
			}
		case Staff, Self:
		default:
			c.Error("field.audience", text.Args{"Field": f.Key}, at("audience")...)
		}
	}
}
