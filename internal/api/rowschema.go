package api

import (
	"fmt"
	"strings"

	"gongzhi/internal/register"
	"gongzhi/internal/text"
)

// registerList names the registers.
type registerList struct {
	Registers []registerLine `json:"registers"`
}

// registerLine is one register.
type registerLine struct {
	Register string `json:"register"`
	Name     words  `json:"name"`
	Parent   string `json:"parent,omitempty"` // the register whose rows its own lie in
}

// rowList is a page of rows. Next is the cursor of the page after; absent on the last.
type rowList struct {
	Rows  []rowShape `json:"rows"`
	Total string     `json:"total,omitempty"` // "27" or, where counting stops, "1,000+"; absent where only walking all would tell
	Next  string     `json:"next,omitempty"`
}

// rowShape is one row as its reader may see it.
type rowShape struct {
	Row     string            `json:"row"`
	Name    string            `json:"name"`
	Parent  string            `json:"parent,omitempty"`
	Version string            `json:"version"`
	Values  map[string]any    `json:"values"`
	Masked  map[string]string `json:"masked,omitempty"`
}

// schemaOf is the JSON Schema of what a row of a register holds, in one language: the words of its fields, and of their
// types what a schema can say. Check digits, codes and formulas are left to the house, which checks all of it.
func schemaOf(s *register.Schema, l text.Lang) object {
	var props object
	needed := []string{}
	for i := range s.Fields {
		f := &s.Fields[i]
		o := valueSchema(f, l)
		o = append(object{{"title", f.Label.In(l)}}, o...)
		if !f.Hint.IsZero() {
			o = append(o, member{"description", f.Hint.In(l)})
		}
		if f.Formula != "" {
			o = append(o, member{"readOnly", true}, member{"x-formula", f.Formula})
		}
		o = append(o, member{"x-type", string(f.Type)}, member{"x-audience", string(f.Audience)})
		if f.Personal {
			o = append(o, member{"x-personal", true})
		}
		if f.Filters() {
			o = append(o, member{"x-filter", true})
		}
		props = append(props, member{f.Key, o})
		if f.Required {
			needed = append(needed, f.Key)
		}
	}
	return object{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"$id", base + "/registers/" + s.Key}, {"title", s.Name.In(l)}, {"type", "object"},
		{"required", needed}, {"additionalProperties", false}, {"properties", props}, {"x-parent", s.Parent}, {"x-basis", s.Basis},
	}
}

// valueSchema is what a value looks like: a string as a person would type it, or several.
func valueSchema(f *register.Field, l text.Lang) object {
	str := func(more ...member) object { return append(object{{"type", "string"}}, more...) }
	many := func(one object) object { return object{{"type", "array"}, {"items", one}, {"uniqueItems", true}} }
	options := func() object {
		var list []object
		for _, o := range f.Options {
			list = append(list, object{{"const", o.Value}, {"title", o.Label.In(l)}})
		}
		return str(member{"oneOf", list})
	}
	rows := str(member{"pattern", fmt.Sprintf("^(%s)/[^/]+$", strings.Join(f.Registers, "|"))})
	switch f.Type {
	case register.Choice:
		return options()
	case register.Many:
		return many(options())
	case register.Yes:
		return str(member{"enum", []string{"yes", "no"}})
	case register.Count:
		return str(member{"pattern", "^[0-9]+$"})
	case register.Area, register.Money:
		return str(member{"pattern", `^-?[0-9]+(\.[0-9]{1,2})?$`})
	case register.Date:
		return str(member{"format", "date"})
	case register.OneRow:
		return rows
	case register.Rows:
		return many(rows)
	case register.Geometry:
		return str(member{"contentMediaType", "application/geo+json"})
	case register.Line:
		o := str(member{"maxLength", register.MaxLine})
		if f.Pattern != "" {
			o = append(o, member{"pattern", "^(" + f.Pattern + ")$"})
		}
		return o
	case register.Text:
		return str(member{"maxLength", register.MaxText})
	case register.Phone, register.IDNumber, register.USCC, register.Division, register.Place:
	}
	return str()
}
