package api

import (
	"bytes"
	"encoding"
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/text"
)

// Version is that of the description. Whatever changes in it, if only a word, is another version: docs/openapi.yaml
// holds the last one, and a test compares.
const Version = "1.1.0"

// operation is what the description says of a route beyond its address. Parameters in the address follow from the
// pattern; words stand in the text files (apidoc).
type operation struct {
	id    string
	query []string // parameters after the question mark
	takes []string // keys of the body; a route that takes one wants an Idempotency-Key
	gives any      // the shape of the answer
}

// object is a JSON object whose keys stay in the order they were written in, which is the one people read them in.
type object []member

type member struct {
	key   string
	value any
}

func (o object) MarshalJSON() ([]byte, error) {
	var buf bytes.Buffer
	buf.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			buf.WriteByte(',')
		}
		key, err := json.Marshal(m.key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		buf.Write(key)
		buf.WriteByte(':')
		buf.Write(value)
	}
	buf.WriteByte('}')
	return buf.Bytes(), nil
}

// get is the value of a key, or nil.
func (o object) get(key string) any {
	for _, m := range o {
		if m.key == key {
			return m.value
		}
	}
	return nil
}

func ref(part, name string) object { return object{{"$ref", "#/components/" + part + "/" + name}} }

// document answers with the description of this door.
func (a *API) document(r *http.Request, _ *caller) (answer, error) {
	if _, err := query(r); err != nil {
		return answer{}, err
	}
	l := language(r.Header.Get("Accept-Language"))
	return answer{lang: l, body: describe(a.Desk.Charter().Texts, l)}, nil
}

// describe is the OpenAPI 3.1 description in one language, made from the list of routes and the shapes that go out.
func describe(b *text.Bundle, l text.Lang) object {
	d := &describer{say: func(key string) string { return b.Say(l, text.Key(key)) }, done: map[string]bool{}}
	var paths object
	for _, rt := range (&API{}).routes() {
		method, path, _ := strings.Cut(rt.pattern, " ")
		op := member{strings.ToLower(method), d.operation(rt)}
		if n := len(paths); n > 0 && paths[n-1].key == path {
			paths[n-1].value = append(paths[n-1].value.(object), op)
			continue
		}
		paths = append(paths, member{path, object{op}})
	}
	responses := d.responses()
	return object{
		{"openapi", "3.1.0"},
		{"info", object{{"title", d.say("api.doc.title")}, {"version", Version}, {"description", d.say("api.doc.says")}}},
		{"servers", []object{{{"url", "/"}}}},
		{"security", []object{{}, {{"token", []string{}}}}},
		{"paths", paths},
		{"components", object{
			{"schemas", d.schemas},
			{"responses", responses},
			{"securitySchemes", object{{"token", object{{"type", "http"}, {"scheme", "bearer"}, {"description", d.say("api.doc.token")}}}}},
		}},
	}
}

// describer gathers the schemas that operations name.
type describer struct {
	say     func(key string) string
	done    map[string]bool
	schemas object
}

func (d *describer) operation(rt route) object {
	method, _, _ := strings.Cut(rt.pattern, " ")
	op := object{{"operationId", rt.id}, {"summary", d.say("api.op." + rt.id + ".title")}, {"description", d.say("api.op." + rt.id + ".says")}}
	if rt.audience == tokenHolder {
		op = append(op, member{"security", []object{{{"token", []string{}}}}})
	}
	var params []object
	for _, name := range inPath(rt.pattern) {
		params = append(params, d.parameter(name, "path", true))
	}
	for _, name := range rt.query {
		params = append(params, d.parameter(name, "query", false))
	}
	status := http.StatusOK
	if rt.takes != nil {
		params = append(params, d.parameter("Idempotency-Key", "header", true))
		status = http.StatusCreated
	}
	if len(params) > 0 {
		op = append(op, member{"parameters", params})
	}
	if rt.takes != nil {
		op = append(op, member{"requestBody", object{{"required", true}, {"content", object{{"application/json", object{{"schema", d.body(rt.id, rt.takes)}}}}}}})
	}
	good := object{{"description", d.say("api.op." + rt.id + ".gives")}}
	if rt.takes != nil {
		good = append(good, member{"headers", object{{"Location", object{{"description", d.say("api.doc.location")}, {"schema", object{{"type", "string"}}}}}}})
	}
	good = append(good, member{"content", object{{"application/json", object{{"schema", d.of(reflect.TypeOf(rt.gives))}}}}})
	answers := object{{strconv.Itoa(status), good}}
	for _, k := range refusals(method, rt) {
		answers = append(answers, member{strconv.Itoa(statuses[k]), ref("responses", k.String())})
	}
	answers = append(answers, member{"500", ref("responses", "broken")})
	return append(op, member{"responses", answers})
}

// refusals are the kinds that a route may answer with, in the order of their statuses. Closed shares that of Conflict.
func refusals(method string, rt route) []fault.Kind {
	out := []fault.Kind{fault.SignIn}
	if method == http.MethodPost || rt.audience == tokenHolder {
		out = append(out, fault.Denied)
	}
	if len(inPath(rt.pattern)) > 0 || method == http.MethodPost {
		out = append(out, fault.NotFound)
	}
	if method == http.MethodPost {
		out = append(out, fault.Conflict, fault.TooLarge, fault.Unsupported)
	}
	out = append(out, fault.Invalid)
	if method == http.MethodPost {
		out = append(out, fault.Unavailable)
	}
	return out
}

// inPath lists the parameters of a pattern's address.
func inPath(pattern string) []string {
	var out []string
	for _, part := range strings.Split(pattern, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			out = append(out, strings.TrimSuffix(name, "}"))
		}
	}
	return out
}

func (d *describer) parameter(name, in string, required bool) object {
	o := object{{"name", name}, {"in", in}, {"description", d.say("api.param." + strings.ToLower(strings.ReplaceAll(name, "-", "_")))}}
	if required {
		o = append(o, member{"required", true})
	}
	schema := object{{"type", "string"}}
	switch name {
	case "n", "before":
		schema = object{{"type", "integer"}, {"minimum", 1}}
	case "after":
		schema = object{{"type", "integer"}, {"minimum", 0}, {"default", 0}}
	case "limit":
		schema = object{{"type", "integer"}, {"minimum", 1}, {"maximum", most}, {"default", usual}}
	case "on":
		schema = object{{"type", "string"}, {"format", "date"}}
	case "filter":
		o = append(o, member{"style", "deepObject"}, member{"explode", true})
		schema = object{{"type", "object"}, {"additionalProperties", object{{"type", "string"}}}}
	case "id", "Idempotency-Key":
		schema = object{{"type", "string"}, {"pattern", "^[0-9A-Za-z_-]{8,64}$"}}
	}
	return append(o, member{"schema", schema})
}

// body is the schema of what a route takes. Nothing else may stand in it.
func (d *describer) body(id string, keys []string) object {
	name := bodyName(id)
	var props object
	for _, key := range keys {
		o := object{{"type", "string"}}
		switch key {
		case "made":
			o = append(o, member{"format", "date-time"})
		case "values":
			one := object{{"type", "string"}}
			many := object{{"type", "array"}, {"items", one}, {"maxItems", maxMany}}
			o = object{{"type", "object"}, {"maxProperties", maxValues}, {"additionalProperties", object{{"oneOf", []object{one, many}}}}}
		}
		props = append(props, member{key, append(o, member{"description", d.words(name, key)})})
	}
	needed := map[string][]string{"beginMatter": {"method"}, "submit": {"verb"}, "addRow": {"values"}, "changeRow": {"version", "values"}}[id]
	d.schemas = append(d.schemas, member{name, object{
		{"type", "object"}, {"required", needed}, {"additionalProperties", false}, {"properties", props},
	}})
	return ref("schemas", name)
}

func bodyName(id string) string { return strings.ToUpper(id[:1]) + id[1:] + "Body" }

// ownWords are the keys that mean something else in one shape than everywhere.
var ownWords = map[string]bool{
	"Problem_title": true, "Act_step": true, "SubmitBody_step": true, "Receipt_first": true, "Receipt_last": true, "Counted_last": true,
	"Problem_fields": true, "Problem_type": true, "Text_key": true, "RegisterLine_register": true, "RegisterLine_parent": true, "RowList_next": true,
	"Row_parent": true, "Row_values": true, "AddRowBody_parent": true, "AddRowBody_values": true, "ChangeRowBody_values": true, "Row_row": true,
}

// fieldWords name the words for one key of a schema.
func fieldWords(schema, key string) string {
	if own := schema + "_" + key; ownWords[own] {
		return "api.field." + own
	}
	return "api.field." + key
}

func (d *describer) words(schema, key string) string { return d.say(fieldWords(schema, key)) }

// names are what the shapes are called outside; others go by their Go name.
var names = map[reflect.Type]string{
	reflect.TypeFor[list](): "MatterList", reflect.TypeFor[line](): "MatterLine", reflect.TypeFor[standing](): "Matter",
	reflect.TypeFor[recorded](): "Act", reflect.TypeFor[problemField](): "ProblemField", reflect.TypeFor[rowShape](): "Row", reflect.TypeFor[calendar.Explanation](): "Counted",
}

var (
	instantType = reflect.TypeFor[time.Time]()
	dateType    = reflect.TypeFor[calendar.Date]()
	rawType     = reflect.TypeFor[json.RawMessage]()
	textType    = reflect.TypeFor[encoding.TextMarshaler]()
)

// of is the schema of a Go type as package json writes it.
func (d *describer) of(t reflect.Type) object {
	switch {
	case t == instantType:
		return object{{"type", "string"}, {"format", "date-time"}}
	case t == dateType:
		return object{{"type", "string"}, {"format", "date"}}
	case t == rawType:
		return object{{"type", "object"}}
	case t.Implements(textType):
		return object{{"type", "string"}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return d.of(t.Elem())
	case reflect.String:
		return object{{"type", "string"}}
	case reflect.Bool:
		return object{{"type", "boolean"}}
	case reflect.Int, reflect.Int64:
		return object{{"type", "integer"}}
	case reflect.Slice:
		return object{{"type", "array"}, {"items", d.of(t.Elem())}}
	case reflect.Map:
		if t.Elem().Kind() == reflect.Interface {
			return object{{"type", "object"}}
		}
		return object{{"type", "object"}, {"additionalProperties", d.of(t.Elem())}}
	case reflect.Struct:
		return d.shape(t)
	}
	panic("api: no schema for " + t.String()) // a shape of ours; a test describes all
}

// shape is the schema of a struct, kept once under its name.
func (d *describer) shape(t reflect.Type) object {
	name := names[t]
	if name == "" {
		name = strings.ToUpper(t.Name()[:1]) + t.Name()[1:]
	}
	if d.done[name] {
		return ref("schemas", name)
	}
	d.done[name] = true
	at := len(d.schemas)
	d.schemas = append(d.schemas, member{name, nil}) // its place, before those it leads to
	var props object
	var needed []string
	for _, f := range reflect.VisibleFields(t) {
		key, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || key == "" || key == "-" {
			continue
		}
		o := d.of(f.Type)
		if form := f.Tag.Get("format"); form != "" {
			o = append(o, member{"format", form})
		}
		props = append(props, member{key, append(o, member{"description", d.words(name, key)})})
		if !strings.HasPrefix(opts, "omit") {
			needed = append(needed, key)
		}
	}
	o := object{{"type", "object"}, {"description", d.say("api.schema." + name)}}
	if len(needed) > 0 {
		o = append(o, member{"required", needed})
	}
	d.schemas[at].value = append(o, member{"properties", props})
	return ref("schemas", name)
}

// responses are the refusals of every kind, and the fault that is ours.
func (d *describer) responses() object {
	content := member{"content", object{{"application/problem+json", object{{"schema", d.of(reflect.TypeFor[problem]())}}}}}
	var out object
	for k := fault.Invalid; k <= fault.Unavailable; k++ {
		if k == fault.Closed || k == fault.TooMany {
			continue // under the status of Conflict, and not given here
		}
		out = append(out, member{k.String(), object{{"description", d.say("api.kind." + k.String())}, content}})
	}
	return append(out, member{"broken", object{{"description", d.say("api.doc.broken")}, content}})
}
