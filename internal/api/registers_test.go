package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"gongzhi/charters"
	"gongzhi/internal/act"
	"gongzhi/internal/api"
	"gongzhi/internal/calendar"
	"gongzhi/internal/clock"
	"gongzhi/internal/house"
)

// linshanzhai is a world with the subdistrict's own charter.
func linshanzhai(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, clock: clock.NewManual(monday)}
	h, err := house.Open(t.Context(), house.Config{Charter: charters.Linshanzhai(), Clock: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	w.house, w.handler = h, api.New(api.For(h, nil)).Handler()
	w.worker = w.person("uworker", "community_worker", act.RowID{Register: "community", ID: "nyyh"})
	w.other = w.person("uother", "community_worker", act.RowID{Register: "community", ID: "baihua"})
	return w
}

// A row is written as the desk writes it: checked by its declaration, under a mandate over its place, against the version
// that was seen, and once however often it is sent.
func TestARowIsWritten(t *testing.T) {
	w := linshanzhai(t)
	const to = "/api/v1/registers/need/rows"
	need := `{"parent":"community/nyyh","values":{"title":"演示停车位","category":"parking","source":"survey","raised":"2026-03-01","state":"draft"}}`
	add := func(token, key, body string) got { return w.do("POST", to, token, body, "Idempotency-Key", key) }
	first := add(w.worker, "need-key-1", need)
	w.want(first, 201, "")
	again := add(w.worker, "need-key-1", need)
	w.want(again, 201, "")
	if first.body["row"] != again.body["row"] || first.body["version"] != "1" || again.body["version"] != "1" {
		t.Errorf("sent twice it is %v and %v", first.body, again.body)
	}
	row, _ := first.body["row"].(string)
	at := "/api/v1/registers/" + strings.Replace(row, "/", "/rows/", 1)
	w.want(w.do("GET", at, w.worker, ""), 200, "")
	w.want(add(w.other, "need-key-2", need), 403, "api.not_kept")                                               // another community's
	w.want(add(w.worker, "need-key-3", `{"parent":"community/nyyh","values":{"title":"演示"}}`), 422, "")         // required values are missing
	w.want(add(w.worker, "need-key-4", strings.Replace(need, "parking", "flying", 1)), 422, "")                 // no such option
	w.want(add(w.worker, "need-key-5", strings.Replace(need, `"state"`, `"colour":"red","state"`, 1)), 422, "") // no such field
	w.want(add(w.worker, "need-key-6", strings.Replace(need, "community/nyyh", "nyyh", 1)), 422, "")
	change := func(key, version, values string) got {
		return w.do("POST", at, w.worker, fmt.Sprintf(`{"version":%q,"values":%s}`, version, values), "Idempotency-Key", key)
	}
	w.want(change("need-change-1", "1", `{"state":"published"}`), 201, "")
	w.want(change("need-change-2", "1", `{"state":"draft"}`), 409, "book.changed_since")
	w.want(change("need-change-3", "0", `{"state":"draft"}`), 422, "")
	w.want(change("need-change-1", "1", `{"state":"published"}`), 201, "") // sent again
	w.want(change("need-change-1", "1", `{"state":"draft"}`), 409, "")     // the same key with other content
	w.want(change("need-key-1", "2", `{"state":"draft"}`), 409, "")
	got := w.do("GET", at, w.worker, "")
	values, _ := got.body["values"].(map[string]any)
	if got.body["version"] != "2" || values["state"] != "published" || values["title"] != "演示停车位" {
		t.Errorf("the row is %v", got.body)
	}
	// What is read back says the same as what was sent, and fits the register's own schema.
	schema := w.do("GET", "/api/v1/registers/need", "", "")
	w.want(schema, 200, "")
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(schema.raw))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("need.json", doc); err != nil {
		t.Fatal(err)
	}
	raw, _ := json.Marshal(values)
	if err := valid(t, compiled(t, c, "need.json"), raw); err != nil {
		t.Errorf("what was taken does not fit the schema: %v", err)
	}
	if valid(t, compiled(t, c, "need.json"), []byte(strings.Replace(string(raw), "parking", "flying", 1))) == nil {
		t.Error("the schema takes an option that there is not")
	}
	for _, path := range []string{"?filter[category]=parking", "?under=community/nyyh", "?text=停车", "?on=2026-03-02"} {
		list := w.do("GET", to+path, w.worker, "")
		w.want(list, 200, "")
		if rows, _ := list.body["rows"].([]any); len(rows) != 1 {
			t.Errorf("%s: %s", path, list.raw)
		}
	}
	if list := w.do("GET", to+"?on=2026-03-01", w.worker, ""); !strings.Contains(list.raw, `"rows":[]`) {
		t.Errorf("it stood before it was written: %s", list.raw)
	}
}

// Every register has a schema that is one, and the seeds of every register come page after page, each row once.
func TestEveryRegisterIsRead(t *testing.T) {
	w := linshanzhai(t)
	seeds := map[string]int{}
	for _, e := range w.house.Desk.Charter().Registers.Seeds(calendar.DateOf(monday)) {
		seeds[e.ID.Register]++
	}
	for _, s := range w.house.Desk.Charter().Registers.All() {
		g := w.do("GET", "/api/v1/registers/"+s.Key, "", "", "Accept-Language", "en")
		w.want(g, 200, "")
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(g.raw))
		if err != nil {
			t.Fatal(err)
		}
		c := jsonschema.NewCompiler()
		if err := c.AddResource(s.Key+".json", doc); err != nil {
			t.Fatal(err)
		}
		compiled(t, c, s.Key+".json")
		seen := map[any]bool{}
		for cursor := ""; ; {
			page := w.do("GET", "/api/v1/registers/"+s.Key+"/rows?limit=7&cursor="+cursor, w.worker, "")
			w.want(page, 200, "")
			for _, one := range page.body["rows"].([]any) {
				row := one.(map[string]any)["row"]
				if seen[row] {
					t.Errorf("%v comes twice", row)
				}
				seen[row] = true
			}
			next, _ := page.body["next"].(string)
			if cursor = next; next == "" {
				break
			}
		}
		if len(seen) != seeds[s.Key] {
			t.Errorf("%s: %d rows, %d of the charter", s.Key, len(seen), seeds[s.Key])
		}
	}
}
