package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi/datamodel"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"gongzhi/internal/api"
)

//go:generate go test . -run ^TestDescriptionIsCommitted$ -count=1 -update

var update = flag.Bool("update", false, "write docs/openapi.yaml, when it has a new version")

const committed = "../../docs/openapi.yaml"

// described gives the description as this house serves it.
func described(t *testing.T, w *world, lang string) []byte {
	t.Helper()
	g := w.do("GET", "/api/v1/openapi.json", "", "", "Accept-Language", lang)
	w.want(g, 200, "")
	return []byte(g.raw)
}

// asYAML writes JSON as YAML, in the same order.
func asYAML(t *testing.T, raw []byte) []byte {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	plain(&doc)
	var buf bytes.Buffer
	buf.WriteString("# Generated from internal/api by scripts/generate.\n")
	enc := yaml.NewEncoder(&buf)
	enc.SetIndent(2)
	if err := enc.Encode(&doc); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// plain takes the style of JSON away; empty lists and objects keep theirs, which YAML has no other for.
func plain(n *yaml.Node) {
	if len(n.Content) > 0 || n.Kind == yaml.ScalarNode {
		n.Style = 0
	}
	for _, c := range n.Content {
		plain(c)
	}
}

func versionOf(t *testing.T, raw []byte) string {
	t.Helper()
	var doc struct {
		Info struct {
			Version string `yaml:"version"`
		} `yaml:"info"`
	}
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Info.Version
}

// What programs were told must not change under the same version, not even by -update.
func TestDescriptionIsCommitted(t *testing.T) {
	now := asYAML(t, described(t, newWorld(t), "zh"))
	before, err := os.ReadFile(committed)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	switch {
	case bytes.Equal(before, now):
	case len(before) > 0 && versionOf(t, before) == versionOf(t, now):
		t.Errorf("the description changed and is still version %s: raise api.Version, then run scripts/generate", api.Version)
	case !*update:
		t.Errorf("docs/openapi.yaml is not version %s: run scripts/generate", api.Version)
	default:
		if err := os.WriteFile(committed, now, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDescriptionIsValid(t *testing.T) {
	w := newWorld(t)
	for _, lang := range []string{"zh", "en"} {
		raw := described(t, w, lang)
		if _, from, missing := strings.Cut(string(raw), "⟦"); missing {
			t.Errorf("%s: words are missing: %.40s", lang, from)
		}
		c := compiler(t, raw)
		rules := compiled(t, c, "openapi.json")
		if err := valid(t, rules, raw); err != nil {
			t.Errorf("%s: %v", lang, err)
		}
		broken := strings.Replace(string(raw), `"operationId"`, `"operationID"`, 1)
		if valid(t, rules, []byte(broken)) == nil {
			t.Error("a misspelt key passes for a valid description")
		}
		var doc struct {
			Components struct {
				Schemas map[string]any `json:"schemas"`
			} `json:"components"`
		}
		if err := json.Unmarshal(raw, &doc); err != nil {
			t.Fatal(err)
		}
		for name := range doc.Components.Schemas { // each is a schema, and what it leads to exists
			compiled(t, c, "description.json#/components/schemas/"+name)
		}
	}
}

// compiler has the description and what OpenAPI says of descriptions.
func compiler(t *testing.T, raw []byte) *jsonschema.Compiler {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for name, raw := range map[string]string{"openapi.json": datamodel.OpenAPI31SchemaData, "description.json": string(raw)} {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource(name, doc); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func compiled(t *testing.T, c *jsonschema.Compiler, at string) *jsonschema.Schema {
	t.Helper()
	s, err := c.Compile(at)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func valid(t *testing.T, s *jsonschema.Schema, raw []byte) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(v)
}

// What goes out is what the description says, on every route and at every status, and nothing goes out that it does not
// mention.
func TestAnswersFollowTheDescription(t *testing.T) {
	w := newWorld(t)
	raw := described(t, w, "en")
	c := compiler(t, raw)
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	send := func(method, pattern, path, token, key, body string, want int) {
		t.Helper()
		var headers []string
		if key != "" {
			headers = []string{"Idempotency-Key", key}
		}
		g := w.do(method, path, token, body, headers...)
		w.want(g, want, "")
		at := "description.json#/paths/" + strings.NewReplacer("/", "~1", "{", "%7B", "}", "%7D").Replace(pattern) + "/" + strings.ToLower(method)
		status := strconv.Itoa(g.status)
		kind := g.header.Get("Content-Type")
		answers := doc["paths"].(map[string]any)[pattern].(map[string]any)[strings.ToLower(method)].(map[string]any)["responses"].(map[string]any)
		given, ok := answers[status].(map[string]any)
		if !ok {
			t.Fatalf("%s %s answers %s, which the description does not mention", method, pattern, status)
		}
		schema := at + "/responses/" + status + "/content/" + strings.ReplaceAll(kind, "/", "~1") + "/schema"
		if to, ok := given["$ref"].(string); ok {
			schema = "description.json" + to + "/content/" + strings.ReplaceAll(kind, "/", "~1") + "/schema"
		}
		if err := valid(t, compiled(t, c, schema), []byte(g.raw)); err != nil {
			t.Errorf("%s %s: %s is not as described: %v", method, path, g.raw, err)
		}
		for key := range g.body { // the shapes leave room for more, so that a new key breaks nobody; today there is none
			if kind == "application/json" && pattern != "/api/v1/openapi.json" && pattern != "/api/v1/registers/{register}" && !bytes.Contains(raw, []byte(`"`+key+`":{`)) {
				t.Errorf("%s %s: the key %s is not described", method, path, key)
			}
		}
		if want < 300 && body != "" {
			if err := valid(t, compiled(t, c, at+"/requestBody/content/application~1json/schema"), []byte(body)); err != nil {
				t.Errorf("%s %s was taken and is not as described: %v", method, path, err)
			}
		}
		seen[pattern+" "+strings.ToLower(method)] = true
	}
	const matters, matter, acts = "/api/v1/matters", "/api/v1/matters/{n}", "/api/v1/matters/{n}/acts"
	const submissions, receipts, itself = "/api/v1/matters/{n}/submissions", "/api/v1/receipts/{id}", "/api/v1/openapi.json"
	send("POST", matters, matters, w.resident, "key-begin-1", repair, 201)
	send("POST", matters, matters, w.worker, "key-begin-2", `{"method":"posting","subject":"compound/yinghe91"}`, 201)
	posting := w.do("GET", "/api/v1/matters/2", w.worker, "").body["asks"].([]any)[0].(map[string]any)["verb"].(string)
	send("POST", submissions, "/api/v1/matters/2/submissions", w.worker, "key-post-1", `{"verb":"`+posting+`","values":{"summary":"改造方案"}}`, 201)
	send("GET", matters, matters+"?limit=1", "", "", "", 200)
	send("GET", matter, "/api/v1/matters/1", w.worker, "", "", 200)
	send("GET", matter, "/api/v1/matters/2", "", "", "", 200)
	send("POST", submissions, "/api/v1/matters/1/submissions", w.worker, "key-submit-1", `{"step":"handle","verb":"submit","values":{"outcome":"已更换灯具"}}`, 201)
	send("GET", matter, "/api/v1/matters/1", "", "", "", 200)
	send("GET", acts, "/api/v1/matters/1/acts", "", "", "", 200)
	send("GET", receipts, "/api/v1/receipts/key-submit-1", "", "", "", 200)
	send("GET", itself, itself, "", "", "", 200)
	send("POST", matters, matters, "", "key-begin-3", repair, 401)
	send("POST", matters, matters, w.worker, "key-begin-3", repair, 403)
	send("GET", matter, "/api/v1/matters/9", "", "", "", 404)
	send("POST", submissions, "/api/v1/matters/1/submissions", w.worker, "key-submit-2", `{"verb":"submit"}`, 409)
	send("POST", matters, matters, w.resident, "key-begin-4", `{"method":"repair","values":{"x":1}}`, 422)
	send("GET", matters, matters+"?limit=x", "", "", "", 422)
	const registers, register = "/api/v1/registers", "/api/v1/registers/{register}"
	const rows, row = "/api/v1/registers/{register}/rows", "/api/v1/registers/{register}/rows/{row}"
	send("GET", registers, registers, "", "", "", 200)
	send("GET", register, registers+"/compound", "", "", "", 200)
	send("GET", register, registers+"/nothing", "", "", "", 404)
	send("GET", rows, registers+"/compound/rows?limit=1", w.worker, "", "", 200)
	send("GET", rows, registers+"/compound/rows", "", "", "", 401)
	send("GET", rows, registers+"/compound/rows", w.resident, "", "", 403)
	send("GET", rows, registers+"/compound/rows?filter[name]=x", w.worker, "", "", 422)
	send("GET", row, registers+"/compound/rows/yinghe91", w.worker, "", "", 200)
	send("POST", rows, registers+"/compound/rows", w.worker, "key-row-1", `{"values":{"name":"演示路5号院"}}`, 201)
	send("POST", row, registers+"/compound/rows/yinghe91", w.worker, "key-row-2", `{"version":"1","values":{"name":"颍河路91号大院"}}`, 201)
	send("POST", row, registers+"/compound/rows/yinghe91", w.worker, "key-row-3", `{"version":"1","values":{"name":"又一个名字"}}`, 409)
	send("POST", row, registers+"/compound/rows/yinghe91", w.worker, "key-row-4", `{"version":"2","values":{"name":"","colour":"red"}}`, 422)
	send("POST", row, registers+"/compound/rows/yinghe91", w.resident, "key-row-5", `{"version":"2","values":{"name":"我家"}}`, 403)
	for path, methods := range doc["paths"].(map[string]any) {
		for method := range methods.(map[string]any) {
			if !seen[path+" "+method] {
				t.Errorf("%s %s was not tried", method, path)
			}
		}
	}
}

func TestDescriptionSpeaksTheLanguageAskedFor(t *testing.T) {
	w := newWorld(t)
	for lang, title := range map[string]string{"zh-CN": "共治平台接口", "en": "Gongzhi API"} {
		g := w.do("GET", "/api/v1/openapi.json", "", "", "Accept-Language", lang)
		var doc struct {
			Info struct{ Title, Version string }
		}
		if err := json.Unmarshal([]byte(g.raw), &doc); err != nil {
			t.Fatal(err)
		}
		if doc.Info.Title != title || doc.Info.Version != api.Version || g.header.Get("Vary") != "Accept-Language" {
			t.Errorf("%s: %+v, %v", lang, doc.Info, g.header)
		}
	}
}
