package register

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"gongzhi/internal/expr"
	"gongzhi/internal/geo"
)

// exprTypes are the types whose values a formula may use, and, but for texts, give.
var exprTypes = map[Type]expr.Type{
	Line: expr.Text, Choice: expr.Text, Date: expr.Text, Many: expr.Texts, Rows: expr.Texts, Yes: expr.Bool,
	Count: expr.Int, Area: expr.Int, Money: expr.Int,
}

// compile types the formulas over the fields that are written. A personal value is no part of a formula: what is
// computed from it would tell of it.
func (s *Schema) compile() {
	names := map[string]expr.Type{}
	for _, f := range s.Fields {
		if t, ok := exprTypes[f.Type]; ok && f.Formula == "" && !f.Personal {
			names[f.Key] = t
		}
		if f.Type == Geometry && !f.Personal {
			names[f.Key+measured] = expr.Int
			s.measures = s.measures || s.asksFor(f.Key+measured)
		}
	}
	var env *expr.Env
	for i := range s.Fields {
		f := &s.Fields[i]
		if f.Formula == "" {
			continue
		}
		if env == nil {
			var err error
			if env, err = expr.NewEnv(names); err != nil {
				f.faulty = &expr.Fault{Line: 1, Col: 1, Why: err.Error()}
				return
			}
		}
		want := expr.Int
		if f.Type == Yes {
			want = expr.Bool
		}
		var err error
		if f.program, err = env.Compile(f.Formula, want); err != nil && !errors.As(err, &f.faulty) {
			f.faulty = &expr.Fault{Line: 1, Col: 1, Why: err.Error()}
		}
	}
}

// measured ends the name under which a formula finds the area of a shape, in 0.01 m² on the ellipsoid: "shape_area".
const measured = "_area"

// asksFor tells whether any formula of the register uses a name: measuring a shape costs more than all else.
func (s *Schema) asksFor(name string) bool {
	return slices.ContainsFunc(s.Fields, func(f Field) bool { return strings.Contains(f.Formula, name) })
}

// measure adds the areas of a row's shapes.
func (s *Schema) measure(values map[string]any) map[string]any {
	out := maps.Clone(values)
	for i := range s.Fields {
		raw, ok := values[s.Fields[i].Key].(string)
		if s.Fields[i].Type != Geometry || !ok {
			continue
		}
		if shape, wrong := geo.Parse(raw, geo.CGCS2000); wrong == nil {
			out[s.Fields[i].Key+measured] = int64(shape.Area())
		}
	}
	return out
}

// Compute adds what the register's formulas give for a row. One that cannot be computed, because a value is missing or
// would divide by nothing, leaves its field empty. The values given are not changed.
func (s *Schema) Compute(values map[string]any) map[string]any {
	out, known := values, values
	if s.measures {
		known = s.measure(values)
	}
	for i := range s.Fields {
		f := &s.Fields[i]
		if f.program == nil {
			continue
		}
		var v any
		var err error
		if f.Type == Yes {
			v, err = f.program.Bool(known)
		} else {
			v, err = f.program.Int(known)
		}
		if err != nil {
			continue
		}
		if len(out) == len(values) {
			out = maps.Clone(values)
		}
		out[f.Key] = v
	}
	return out
}
