// Package expr is the CEL a charter may write.
//
// In: a condition as text and the names it may use, each with its type. Out: a Program, typed when the charter is
// loaded, that gives the same answer for the same values. A condition cannot loop without bound, reads no clock and
// knows nothing but the values handed to it.
package expr

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Type of a name or of a condition's answer.
type Type struct {
	kind   kind
	fields map[string]Type // for Object
}

type kind int

const (
	boolKind kind = iota + 1
	intKind
	textKind
	textsKind
	objectKind
	objectsKind
)

var (
	Bool  = Type{kind: boolKind}
	Int   = Type{kind: intKind}  // counts, areas in 0.01 m², money in fen
	Text  = Type{kind: textKind} // words, options, and dates as "2026-03-02", which compare as dates do
	Texts = Type{kind: textsKind}
)

// Object is a value with named fields. A field that is not declared cannot be written.
func Object(fields map[string]Type) Type { return Type{kind: objectKind, fields: fields} }

// Objects is a list of such values.
func Objects(fields map[string]Type) Type { return Type{kind: objectsKind, fields: fields} }

func (t Type) String() string {
	return [...]string{boolKind: "yes or no", intKind: "number", textKind: "text", textsKind: "texts", objectKind: "object", objectsKind: "list"}[t.kind]
}

// Zero is the value of a name nothing is known about yet: no, nought, empty.
func (t Type) Zero() any {
	switch t.kind {
	case boolKind:
		return false
	case intKind:
		return int64(0)
	case textsKind:
		return []string{}
	case objectKind:
		return map[string]any{}
	case objectsKind:
		return []any{}
	case textKind:
	}
	return ""
}

// costLimit bounds what one evaluation may do. Most conditions cost a few dozen; one over the two thousand households of
// a large compound, counting them by result, costs some tens of thousands, and one that pairs them all is stopped.
const costLimit = 100_000

// Env is the set of names that conditions in one place may use.
type Env struct {
	cel  *cel.Env
	vars map[string]Type
}

// NewEnv declares the names.
func NewEnv(vars map[string]Type) (*Env, error) {
	p := &provider{Registry: types.NewEmptyRegistry(), objects: map[string]map[string]*types.FieldType{}}
	opts := []cel.EnvOption{cel.CustomTypeProvider(p)}
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		opts = append(opts, cel.Variable(name, p.declare(name, vars[name])))
	}
	env, err := cel.NewEnv(opts...)
	if err != nil {
		return nil, fmt.Errorf("expr: %w", err)
	}
	return &Env{cel: env, vars: vars}, nil
}

// With declares further names beside those there are. A name that stands in both takes the type given here.
func (e *Env) With(more map[string]Type) (*Env, error) {
	vars := maps.Clone(e.vars)
	if vars == nil {
		vars = map[string]Type{}
	}
	maps.Copy(vars, more)
	return NewEnv(vars)
}

// Fault is where and why a condition is wrong. Line and Col count from 1 within the condition.
type Fault struct {
	Line, Col int
	Why       string
}

func (f *Fault) Error() string { return fmt.Sprintf("%d:%d: %s", f.Line, f.Col, f.Why) }

// Program is a typed condition.
type Program struct {
	Source string
	run    cel.Program
	names  []string
}

// Compile types src. The answer must be of type want. A *Fault says where src is wrong.
func (e *Env) Compile(src string, want Type) (*Program, error) {
	checked, issues := e.cel.Compile(src)
	if issues.Err() != nil {
		first := issues.Errors()[0]
		return nil, &Fault{Line: first.Location.Line(), Col: first.Location.Column() + 1, Why: first.Message}
	}
	if got := checked.OutputType(); !got.IsExactType(simple(want)) {
		return nil, &Fault{Line: 1, Col: 1, Why: fmt.Sprintf("gives %s, want %s", got, want)}
	}
	run, err := e.cel.Program(checked, cel.CostLimit(costLimit), cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return nil, &Fault{Line: 1, Col: 1, Why: err.Error()}
	}
	p := &Program{Source: src, run: run}
	ast.PostOrderVisit(checked.NativeRep().Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		if x.Kind() == ast.IdentKind && e.vars[x.AsIdent()].kind != 0 && !slices.Contains(p.names, x.AsIdent()) {
			p.names = append(p.names, x.AsIdent())
		}
	}))
	slices.Sort(p.names)
	return p, nil
}

// Names are the declared names that the condition uses.
func (p *Program) Names() []string { return p.names }

// Bool evaluates a condition. A value that is missing, or a division by zero, is an error: a condition that cannot
// be answered is never taken for true.
func (p *Program) Bool(vars map[string]any) (bool, error) {
	v, err := p.eval(vars)
	if err != nil {
		return false, err
	}
	b, ok := v.(bool)
	if !ok {
		return false, fmt.Errorf("expr: %q gave %T", p.Source, v)
	}
	return b, nil
}

// Int evaluates a formula.
func (p *Program) Int(vars map[string]any) (int64, error) {
	v, err := p.eval(vars)
	if err != nil {
		return 0, err
	}
	n, ok := v.(int64)
	if !ok {
		return 0, fmt.Errorf("expr: %q gave %T", p.Source, v)
	}
	return n, nil
}

// Text evaluates to words, such as an option of a register.
func (p *Program) Text(vars map[string]any) (string, error) {
	v, err := p.eval(vars)
	if err != nil {
		return "", err
	}
	s, ok := v.(string)
	if !ok {
		return "", fmt.Errorf("expr: %q gave %T", p.Source, v)
	}
	return s, nil
}

func (p *Program) eval(vars map[string]any) (any, error) {
	out, _, err := p.run.Eval(vars)
	if err != nil {
		return nil, fmt.Errorf("expr: %q: %w", p.Source, err)
	}
	return out.Value(), nil
}

// simple is the CEL type of a type without fields.
func simple(t Type) *types.Type {
	switch t.kind {
	case boolKind:
		return types.BoolType
	case intKind:
		return types.IntType
	case textsKind:
		return types.NewListType(types.StringType)
	case textKind, objectKind, objectsKind:
	}
	return types.StringType
}

// provider tells CEL which fields an object has. Values stay plain maps.
type provider struct {
	*types.Registry
	objects map[string]map[string]*types.FieldType
}

func (p *provider) declare(name string, t Type) *types.Type {
	if t.kind != objectKind && t.kind != objectsKind {
		return simple(t)
	}
	name += ":" // a type's name must not be one that a condition could write, or CEL takes the path for the type
	fields := map[string]*types.FieldType{}
	for key, ft := range t.fields {
		fields[key] = &types.FieldType{Type: p.declare(name+key, ft), IsSet: isSet(key), GetFrom: getFrom(key)}
	}
	p.objects[name] = fields
	object := types.NewObjectType(name)
	if t.kind == objectsKind {
		return types.NewListType(object)
	}
	return object
}

func (p *provider) FindStructType(name string) (*types.Type, bool) {
	if _, ok := p.objects[name]; ok {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return p.Registry.FindStructType(name)
}

func (p *provider) FindStructFieldNames(name string) ([]string, bool) {
	fields, ok := p.objects[name]
	return slices.Sorted(maps.Keys(fields)), ok
}

func (p *provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	f, ok := p.objects[name][field]
	return f, ok
}

func (p *provider) NewValue(name string, _ map[string]ref.Val) ref.Val {
	return types.NewErr("a condition may not build a %s", name)
}

func isSet(key string) ref.FieldTester {
	return func(target any) bool { m, ok := target.(map[string]any); _, has := m[key]; return ok && has }
}

var errUnset = errors.New("not known yet")

func getFrom(key string) ref.FieldGetter {
	return func(target any) (any, error) {
		m, ok := target.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%s: %v", key, reflect.TypeOf(target))
		}
		v, ok := m[key]
		if !ok {
			return nil, fmt.Errorf("%s: %w", key, errUnset)
		}
		return v, nil
	}
}
