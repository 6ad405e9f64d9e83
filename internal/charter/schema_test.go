package charter_test

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"gongzhi/internal/calendar"
	"gongzhi/internal/charter"
	"gongzhi/internal/exact"
	"gongzhi/internal/indicator"
	"gongzhi/internal/method"
	"gongzhi/internal/register"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/step/kinds"
	"gongzhi/internal/vote"
)

// The schemas let an editor complete keys and underline what is misspelt. They are made from the same Go types that
// read the files, and from the comments beside them, so they cannot fall behind; what only the check can know (does
// that step exist?) is not in them.

const schemaDir = "../../docs/schema"

// schemas are the files of a charter that have one, by the name of the schema, with the type that reads them.
var schemas = map[string]reflect.Type{
	"charter": reflect.TypeFor[charter.Head](),
	"roles": reflect.TypeFor[struct {
		Roles map[string]charter.Role `yaml:"roles"`
	}](),
	"bodies": reflect.TypeFor[struct {
		Bodies map[string]charter.Body `yaml:"bodies"`
	}](),
	"privacy":   reflect.TypeFor[charter.Privacy](),
	"open311":   reflect.TypeFor[charter.Open311](),
	"indicator": reflect.TypeFor[indicator.Set](),
	"register":  reflect.TypeFor[register.Schema](),
	"import":    reflect.TypeFor[register.Import](),
	"rules":     reflect.TypeFor[vote.Profile](),
	"method":    reflect.TypeFor[method.Method](),
}

// schemaOf tells which schema a file of a charter follows, "" for none.
func schemaOf(name string) string {
	switch name {
	case "charter.yaml":
		return "charter"
	case "roles.yaml":
		return "roles"
	case "privacy.yaml":
		return "privacy"
	case "open311.yaml":
		return "open311"
	}
	return map[string]string{"bodies": "bodies", "registers": "register", "imports": "import", "rules": "rules", "methods": "method", "indicators": "indicator"}[path.Dir(name)]
}

// optional are keys that a file may leave out although their Go field has no omitempty.
var optional = map[string]bool{
	"vote.Profile.Until": true, "vote.Profile.Ordinary": true, "vote.Profile.Special": true, "vote.Profile.Consent": true,
	"vote.Profile.Proxy": true, "vote.Profile.Counting": true, "vote.Profile.Follow": true, "vote.Rule.Quorum": true,
	"vote.Rule.Matters": true, "vote.HeadRule.Quorum": true, "vote.Counting.Area": true, "vote.Counting.Heads": true,
	"vote.Counting.CoOwned": true, "vote.Counting.Builder": true, "vote.Counting.Spaces": true,
}

type object = map[string]any

type generator struct {
	defs     object
	comments map[string]string
}

func pattern(p, why string) object { return object{"type": "string", "pattern": p, "description": why} }

func enum[T ~string](list []T) object { return object{"enum": list} }

// special are the types that write themselves in one word, and the lists of words.
var special = map[reflect.Type]object{
	reflect.TypeFor[step.Span]():         pattern(`^[1-9][0-9]* (day|workday|hour|workhour|month)s?$`, `a length of time: "7 days", "5 workdays"`),
	reflect.TypeFor[exact.Threshold]():   pattern(`^(at_least|over) [0-9]+/[0-9]+$`, `a share: "at_least 2/3" includes it, "over 1/2" does not`),
	reflect.TypeFor[calendar.Date]():     pattern(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`, "a date: 2026-03-02"),
	reflect.TypeFor[method.Hour]():       pattern(`^[0-2][0-9]:[0-5][0-9]$`, `an hour in Beijing: "06:00"`),
	reflect.TypeFor[step.Type]():         enum(step.Types),
	reflect.TypeFor[register.Type]():     enum(register.Types),
	reflect.TypeFor[charter.Held]():      enum(charter.HeldKinds),
	reflect.TypeFor[step.Audience]():     enum([]step.Audience{step.Public, step.Staff, step.Self}),
	reflect.TypeFor[register.Audience](): enum([]register.Audience{register.Public, register.Staff, register.Self}),
}

func (g *generator) of(t reflect.Type) object {
	if s, ok := special[t]; ok {
		return s
	}
	if words := namesOf(t); words != nil {
		return object{"enum": words}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return g.of(t.Elem())
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return object{"type": "integer"}
	case reflect.Slice:
		return object{"type": "array", "items": g.of(t.Elem())}
	case reflect.Map:
		if t.Elem().Kind() == reflect.Interface {
			return object{"type": "object"}
		}
		return object{"type": "object", "additionalProperties": g.of(t.Elem())}
	case reflect.Struct:
		if t == reflect.TypeFor[step.Target]() {
			return object{"description": `a step, or "end RESULT"; or several, each but the last with a condition`,
				"oneOf": []any{object{"type": "string"}, object{"type": "array", "items": g.of(reflect.TypeFor[step.Branch]())}}}
		}
		if t.Name() == "" {
			return g.fields(t)
		}
		name := t.String()
		if _, done := g.defs[name]; !done {
			g.defs[name] = true // holds the place while the type speaks of itself
			g.defs[name] = g.fields(t)
		}
		return object{"$ref": "#/$defs/" + name}
	default:
		panic(fmt.Sprintf("no schema for %s", t))
	}
}

// namesOf lists the words of a closed set, whose numbers begin at one and marshal as words.
func namesOf(t reflect.Type) (words []string) {
	if t.Kind() != reflect.Int || !t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		return nil
	}
	for i := 1; i < 50; i++ {
		v := reflect.New(t).Elem()
		v.SetInt(int64(i))
		raw, err := v.Interface().(encoding.TextMarshaler).MarshalText()
		if err != nil || strings.Contains(string(raw), "(") {
			break
		}
		words = append(words, string(raw))
	}
	return words
}

func (g *generator) fields(t reflect.Type) object {
	properties, required := object{}, []string{}
	var add func(t reflect.Type)
	add = func(t reflect.Type) {
		for i := range t.NumField() {
			f := t.Field(i)
			key, rest, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			if strings.Contains(rest, "inline") {
				add(f.Type)
				continue
			}
			if key == "" || key == "-" || !f.IsExported() {
				continue
			}
			name := t.String() + "." + f.Name
			s := g.of(f.Type)
			if why := g.comments[name]; why != "" {
				s = withDescription(s, why)
			}
			properties[key] = s
			if !strings.Contains(rest, "omitempty") && !optional[name] && f.Type.Kind() != reflect.Bool {
				required = append(required, key)
			}
		}
	}
	add(t)
	s := object{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		slices.Sort(required)
		s["required"] = required
	}
	if why := g.comments[t.String()]; why != "" {
		s["description"] = why
	}
	return s
}

func withDescription(s object, why string) object {
	out := object{}
	for k, v := range s {
		out[k] = v
	}
	out["description"] = why
	return out
}

// kinds adds one definition for each kind of step and chooses among them by the word after kind.
func (g *generator) kinds(t *testing.T) object {
	var names []string
	var choose []any
	for _, k := range kinds.All() {
		n, _ := source.Parse("example.yaml", k.Example())
		s, faults := k.Decode(n)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		names = append(names, k.Name())
		choose = append(choose, object{
			"if":   object{"properties": object{"kind": object{"const": k.Name()}}, "required": []string{"kind"}},
			"then": g.of(reflect.TypeOf(s)),
		})
	}
	return object{"type": "object", "required": []string{"kind"}, "properties": object{"kind": object{"enum": names}}, "allOf": choose}
}

func generate(t *testing.T, name string, comments map[string]string) []byte {
	t.Helper()
	g := &generator{defs: object{}, comments: comments}
	root := g.fields(schemas[name])
	if name == "method" {
		root["properties"].(object)["steps"] = object{
			"type": "object", "description": comments["method.Method.Steps"], "propertyNames": object{"pattern": "^[a-z][a-z0-9_]{0,63}$"},
			"additionalProperties": g.kinds(t),
		}
	}
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "Gongzhi charter: " + name
	root["$comment"] = "made by go generate ./internal/charter; not to be edited"
	if len(g.defs) > 0 {
		root["$defs"] = g.defs
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(root); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// commentsOf reads what is written beside the fields of the types, by "package.Type.Field".
func commentsOf(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, top := range []string{"charter", "method", "register", "vote", "step", "text"} {
		err := filepath.WalkDir(filepath.Join("..", top), func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			for _, d := range f.Decls {
				decl, ok := d.(*ast.GenDecl)
				if !ok || decl.Tok != token.TYPE {
					continue
				}
				for _, s := range decl.Specs {
					one := s.(*ast.TypeSpec)
					typ, ok := one.Type.(*ast.StructType)
					if !ok {
						continue
					}
					key := f.Name.Name + "." + one.Name.Name
					out[key] = plain(decl.Doc.Text())
					for _, field := range typ.Fields.List {
						for _, n := range field.Names {
							out[key+"."+n.Name] = plain(field.Doc.Text() + " " + field.Comment.Text())
						}
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func plain(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestSchemas(t *testing.T) {
	comments := commentsOf(t)
	for name := range schemas {
		file := filepath.Join(schemaDir, name+".json")
		want := generate(t, name, comments)
		if *update {
			if err := os.MkdirAll(schemaDir, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the types say now (%v): run go generate ./internal/charter", file, err)
		}
	}
}

func compile(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile(filepath.Join(schemaDir, name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// plainYAML reads a file as an editor does: maps, lists and words, dates as words.
func plainYAML(t *testing.T, raw []byte) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	var walk func(v any) any
	walk = func(v any) any {
		switch v := v.(type) {
		case map[string]any:
			for k := range v {
				v[k] = walk(v[k])
			}
		case []any:
			for i := range v {
				v[i] = walk(v[i])
			}
		case time.Time:
			return v.Format(time.DateOnly)
		}
		return v
	}
	return walk(v)
}

// What the check finds whole, the schemas must not underline.
func TestChartersFollowTheirSchemas(t *testing.T) {
	trees := map[string]fs.FS{"base": folder(base(t)), "linshanzhai": os.DirFS("../../charters/linshanzhai")}
	for tree, files := range trees {
		seen := 0
		err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || schemaOf(name) == "" || path.Ext(name) != ".yaml" {
				return err
			}
			raw, err := fs.ReadFile(files, name)
			if err != nil {
				return err
			}
			seen++
			if err := compile(t, schemaOf(name)).Validate(plainYAML(t, raw)); err != nil {
				t.Errorf("%s/%s: %v", tree, name, err)
			}
			return nil
		})
		if err != nil || seen < 8 {
			t.Errorf("%s: %v after %d files", tree, err, seen)
		}
	}
}

func TestSchemasRefuse(t *testing.T) {
	tests := []struct{ name, file, from, to string }{
		{"a misspelt key", "methods/mend.yaml", "subject: compound", "subjekt: compound"},
		{"a misspelt key of a step", "methods/mend.yaml", "returnable: true", "returnible: true"},
		{"a kind that there is not", "methods/mend.yaml", "kind: approve", "kind: decree"},
		{"a key of another kind", "methods/mend.yaml", "returnable: true", "inspectors: 2"},
		{"a length of time without a unit", "methods/mend.yaml", "days: 7 days\n    min", "days: 7\n    min"},
		{"a type that there is not", "methods/mend.yaml", "type: money", "type: number"},
		{"no English", "methods/mend.yaml", "name: { zh: 修缮, en: Mending }", "name: { zh: 修缮 }"},
		{"a share that is no fraction", "rules/owners_2021.yaml", "area: over 1/2", "area: half"},
		{"a role without a name", "roles.yaml", "    name: { zh: 社区书记, en: Community secretary }", "    desk: true"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			raw := string(base(t)[tt.file])
			if strings.Count(raw, tt.from) != 1 {
				t.Fatalf("%q stands %d times", tt.from, strings.Count(raw, tt.from))
			}
			s := compile(t, schemaOf(tt.file))
			if s.Validate(plainYAML(t, []byte(strings.Replace(raw, tt.from, tt.to, 1)))) == nil {
				t.Error("the schema sees nothing wrong")
			}
		})
	}
}

// A file that names its schema names the right one, from where it lies.
func TestFilesNameTheirSchema(t *testing.T) {
	dir := os.DirFS("../../charters/linshanzhai")
	err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".yaml" {
			return err
		}
		raw, err := fs.ReadFile(dir, name)
		if err != nil {
			return err
		}
		first, _, _ := strings.Cut(string(raw), "\n")
		said, ok := strings.CutPrefix(first, "# yaml-language-server: $schema=")
		if !ok {
			return nil
		}
		if want := strings.Repeat("../", 2+strings.Count(name, "/")) + "docs/schema/" + schemaOf(name) + ".json"; said != want {
			t.Errorf("%s names %s, want %s", name, said, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
