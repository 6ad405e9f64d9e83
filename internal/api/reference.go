package api

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"gongzhi/internal/page"
	"gongzhi/internal/text"
)

// Reference is the description as a page for people, from the same list of routes and the same shapes. The other doors
// need no part of the API to show it.
func Reference() page.Page {
	words := func(key string) text.Words { return text.Key("api.doc." + key) }
	p := page.Page{
		Frame: page.Resident, Title: words("title"), Lead: words("says"), Back: &page.Link{Words: text.Key("web.home_name"), Href: "/"},
		Blocks: []page.Block{
			page.Facts{List: []page.Fact{{Term: words("version"), Value: text.Plain(Version)}, {Term: words("address"), Value: text.Plain(base)}}},
			page.Rows{List: []page.Link{{Words: words("file"), Note: words("file_note"), Href: base + "/openapi.json", Icon: "download"}}},
			page.Panel{Title: words("example"), Blocks: []page.Block{page.Code{Text: "curl -H 'Accept-Language: zh' $HOST" + base + "/matters?limit=2\n\n" +
				"curl -X POST $HOST" + base + "/matters \\\n  -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \\\n" +
				"  -H 'Idempotency-Key: 01970000-0000-7000-8000-000000000001' \\\n  -d '{\"method\":\"...\",\"subject\":\"compound/...\",\"values\":{}}'"}}},
		},
	}
	for _, key := range []string{"keys", "pages", "problems"} {
		p.Blocks = append(p.Blocks, page.Section{ID: key, Title: words(key), Blocks: []page.Block{page.Prose{Words: []text.Words{words(key + "_says")}}}})
	}
	d := &describer{say: func(string) string { return "" }, done: map[string]bool{}} // for the shapes; the page has words
	for _, rt := range (&API{}).routes() {
		p.Blocks = append(p.Blocks, operationSection(d, rt))
	}
	d.of(reflect.TypeFor[problem]())
	shapes := page.Section{ID: "shapes", Title: words("shapes")}
	for _, s := range d.schemas {
		shapes.Blocks = append(shapes.Blocks, shapeTable(s.key, s.value.(object)))
	}
	p.Blocks = append(p.Blocks, shapes)
	return p
}

// operationSection is one route.
func operationSection(d *describer, rt route) page.Block {
	method, path, _ := strings.Cut(rt.pattern, " ")
	op := d.operation(rt) // gathers the shapes it leads to
	who := text.Key("api.doc.open")
	if rt.audience == tokenHolder {
		who = text.Key("api.doc.with_token")
	}
	section := page.Section{ID: rt.id, Title: text.Key("api.op." + rt.id + ".title"), Folded: true, Blocks: []page.Block{
		page.Code{Text: method + " " + path}, page.Tag{Words: who, Tone: page.Going}, page.Prose{Words: []text.Words{text.Key("api.op." + rt.id + ".says")}},
	}}
	if params, ok := op.get("parameters").([]object); ok {
		t := page.Table{Caption: text.Key("api.doc.params"), Columns: []page.Column{
			{Words: text.Key("api.doc.name")}, {Words: text.Key("api.doc.where")}, {Words: text.Key("api.doc.type")}, {Words: text.Key("api.doc.meaning")},
		}}
		for _, x := range params {
			name, _ := x.get("name").(string)
			in, _ := x.get("in").(string)
			schema, _ := x.get("schema").(object)
			t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
				{Words: text.Plain(name)}, {Words: text.Key("api.doc.in." + in)}, {Words: text.Plain(typeOf(schema))},
				{Words: text.Key("api.param." + strings.ToLower(strings.ReplaceAll(name, "-", "_")))},
			}})
		}
		section.Blocks = append(section.Blocks, t)
	}
	status := http.StatusOK
	f := page.Facts{}
	if rt.takes != nil {
		status = http.StatusCreated
		f.List = append(f.List, page.Fact{Term: text.Key("api.doc.body"), Value: text.Plain(bodyName(rt.id)), Href: "#" + bodyName(rt.id)})
	}
	f.List = append(f.List, page.Fact{Term: text.Plain(strconv.Itoa(status)), Value: text.Key("api.op." + rt.id + ".gives")})
	for _, k := range refusals(method, rt) {
		f.List = append(f.List, page.Fact{Term: text.Plain(strconv.Itoa(statuses[k])), Value: text.Key("api.kind." + k.String())})
	}
	section.Blocks = append(section.Blocks, f)
	return section
}

// shapeTable is one schema, key by key.
func shapeTable(name string, schema object) page.Block {
	t := page.Table{Caption: text.Plain(name), Columns: []page.Column{
		{Words: text.Key("api.doc.name")}, {Words: text.Key("api.doc.type")}, {Words: text.Key("api.doc.needed")}, {Words: text.Key("api.doc.meaning")},
	}}
	needed := map[string]bool{}
	list, _ := schema.get("required").([]string)
	for _, key := range list {
		needed[key] = true
	}
	props, _ := schema.get("properties").(object)
	for _, x := range props {
		yes := text.Key("web.no")
		if needed[x.key] {
			yes = text.Key("web.yes")
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Words: text.Plain(x.key)}, {Words: text.Plain(typeOf(x.value.(object)))}, {Words: yes}, {Words: text.Key(fieldWords(name, x.key))}}})
	}
	return page.Section{ID: name, Title: text.Plain(name), Folded: true, Blocks: []page.Block{t}}
}

// typeOf names a schema in a word.
func typeOf(o object) string {
	if to, ok := o.get("$ref").(string); ok {
		return to[strings.LastIndexByte(to, '/')+1:]
	}
	s, _ := o.get("type").(string)
	if form, ok := o.get("format").(string); ok {
		return form
	}
	if items, ok := o.get("items").(object); ok {
		return typeOf(items) + "[]"
	}
	return s
}
