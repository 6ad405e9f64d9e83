package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/api"
	"gongzhi/internal/calendar"
	"gongzhi/internal/clock"
	"gongzhi/internal/house"
	"gongzhi/internal/people"
	"gongzhi/internal/store"
)

var compound = act.RowID{Register: "compound", ID: "yinghe91"}

// world is the whole house behind the door, with a worker and a resident who hold tokens.
type world struct {
	t        *testing.T
	house    *house.House
	clock    *clock.Manual
	handler  http.Handler
	worker   string
	resident string
	other    string // a resident of another compound
}

// monday is 2026-03-02 16:00 in Beijing.
var monday = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, clock: clock.NewManual(monday)}
	h, err := house.Open(t.Context(), house.Config{Charter: os.DirFS("../bench/testdata/charter"), Clock: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	w.house = h
	w.handler = api.New(api.For(h, nil)).Handler()
	w.worker = w.person("uworker", "worker", act.RowID{})
	w.resident = w.person("uresident", "resident", compound)
	w.other = w.person("uother", "resident", act.RowID{Register: "compound", ID: "huzhu3"})
	return w
}

// person opens an account with one mandate and gives a token for it.
func (w *world) person(id act.Person, role string, scope act.RowID) (token string) {
	w.t.Helper()
	w.write(func(ctx context.Context, tx *store.Tx) error {
		if err := w.house.People.Add(ctx, tx, people.Account{Person: id, Name: "某某"}, ""); err != nil {
			return err
		}
		m := people.Mandate{ID: people.MandateID(id, role, scope), Person: id, Role: role, Scope: scope, Starts: calendar.DateOf(monday)}
		if err := w.house.People.Grant(ctx, tx, m); err != nil {
			return err
		}
		var err error
		token, err = w.house.People.IssueToken(ctx, tx, id, "test", monday.AddDate(1, 0, 0))
		return err
	})
	return token
}

func (w *world) write(fn func(context.Context, *store.Tx) error) {
	w.t.Helper()
	if err := w.house.Store.Write(w.t.Context(), fn); err != nil {
		w.t.Fatal(err)
	}
}

// got is an answer with its JSON read.
type got struct {
	status int
	header http.Header
	raw    string
	body   map[string]any
}

func (g got) str(path ...string) string {
	var v any = g.body
	for _, key := range path {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	s, _ := v.(string)
	return s
}

// do sends a request; headers come as name, value pairs.
func (w *world) do(method, path, token, body string, headers ...string) got {
	w.t.Helper()
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, path, in)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	g := got{status: rec.Code, header: rec.Header(), raw: rec.Body.String()}
	dec := json.NewDecoder(bytes.NewReader(rec.Body.Bytes()))
	if err := dec.Decode(&g.body); err != nil {
		w.t.Fatalf("%s %s: no JSON: %q", method, path, g.raw)
	}
	return g
}

func (w *world) post(path, token, key, body string, headers ...string) got {
	return w.do("POST", path, token, body, append(headers, "Idempotency-Key", key)...)
}

const repair = `{"method":"repair","subject":"compound/yinghe91","values":{"what":"三层灯坏","details":"夜间通行不便","sort":"light","urgency":"3","phone":"13800000000"}}`

func (w *world) want(g got, status int, code string) {
	w.t.Helper()
	if g.status != status || code != "" && g.str("code") != code {
		w.t.Errorf("got %d %s, want %d %s", g.status, g.raw, status, code)
	}
}

func TestARepairFromBeginningToEnd(t *testing.T) {
	w := newWorld(t)
	began := w.post("/api/v1/matters", w.resident, "key-begin-1", repair)
	w.want(began, 201, "")
	if began.str("matter") != "1" || began.header.Get("Location") != "/api/v1/matters/1" || began.str("recorded") != "2026-03-02T08:00:00Z" {
		t.Fatalf("receipt %s at %q", began.raw, began.header.Get("Location"))
	}

	at := w.do("GET", "/api/v1/matters/1", "", "")
	w.want(at, 200, "")
	if at.str("step") != "handle" || at.str("title", "zh") != "颍河路91号院报修" || at.str("facts", "sort") != "light" {
		t.Errorf("standing %s", at.raw)
	}
	if strings.Contains(at.raw, "13800000000") || strings.Contains(at.raw, "uresident") {
		t.Errorf("the standing tells whom it is about: %s", at.raw)
	}
	// Five working days from Monday 2026-03-02 end on Monday the 9th at 24:00 in Beijing.
	if at.str("deadline", "at") != "2026-03-09T16:00:00Z" || at.str("deadline", "counted", "last") != "2026-03-09" {
		t.Errorf("deadline %v", at.body["deadline"])
	}
	asks := at.body["asks"].([]any)
	first := asks[0].(map[string]any)
	if len(asks) != 1 || first["verb"] != "submit" || first["mine"] != nil || first["clause"] != "methods/repair.yaml#handle.fields" {
		t.Errorf("asks %v", asks)
	}
	if mine := w.do("GET", "/api/v1/matters/1", w.worker, "").body["asks"].([]any)[0].(map[string]any); mine["mine"] != true {
		t.Errorf("the worker is not told that this is theirs: %v", mine)
	}

	w.clock.Advance(time.Hour)
	took := w.post("/api/v1/matters/1/submissions", w.worker, "key-submit-1", `{"step":"handle","verb":"submit","values":{"outcome":"已更换灯具"}}`)
	w.want(took, 201, "")
	if took.header.Get("Location") != "/api/v1/receipts/key-submit-1" {
		t.Errorf("location %q", took.header.Get("Location"))
	}
	closed := w.do("GET", "/api/v1/matters/1", "", "")
	if closed.str("result") != "done" || closed.body["step"] != nil || closed.body["asks"] != nil || closed.str("results", "handle", "outcome") != "done" {
		t.Errorf("closed %s", closed.raw)
	}
	if r := w.do("GET", "/api/v1/receipts/key-submit-1", "", ""); r.raw != took.raw {
		t.Errorf("receipt %s, want %s", r.raw, took.raw)
	}
	late := w.post("/api/v1/matters/1/submissions", w.worker, "key-submit-2", `{"step":"handle","verb":"submit","values":{"outcome":"x"}}`)
	w.want(late, 409, "form.closed")
	if late.str("clause") != "methods/repair.yaml#handle" {
		t.Errorf("the refusal names %q", late.str("clause"))
	}

	record := w.do("GET", "/api/v1/matters/1/acts?limit=2", "", "")
	acts := record.body["acts"].([]any)
	if len(acts) != 2 || record.str("after") != "2" {
		t.Fatalf("record %s", record.raw)
	}
	started := acts[0].(map[string]any)
	if started["role"] != "resident" || started["sealed"].([]any)[0] != "phone" || strings.Contains(record.raw, "uresident") || strings.Contains(record.raw, "1380") {
		t.Errorf("started %v", started)
	}
	rest := w.do("GET", "/api/v1/matters/1/acts?after=2", "", "")
	if n := len(rest.body["acts"].([]any)); n != 3 || rest.body["after"] != nil {
		t.Errorf("%d acts follow: %s", n, rest.raw)
	}
	last := rest.body["acts"].([]any)[2].(map[string]any)
	if last["hash"] != closed.str("last", "hash") || last["kind"] != act.Closed {
		t.Errorf("last act %v, want the hash %s", last, closed.str("last", "hash"))
	}
}

func TestTheSameKeyGetsTheSameAnswer(t *testing.T) {
	w := newWorld(t)
	first := w.post("/api/v1/matters", w.resident, "key-begin-1", repair)
	w.clock.Advance(48 * time.Hour)
	again := w.post("/api/v1/matters", w.resident, "key-begin-1", repair)
	if first.status != 201 || again.status != first.status || again.raw != first.raw || again.header.Get("Location") != first.header.Get("Location") {
		t.Errorf("first %d %s, again %d %s", first.status, first.raw, again.status, again.raw)
	}
	w.want(w.post("/api/v1/matters", w.resident, "key-begin-1", strings.Replace(repair, "light", "pipe", 1)), 409, "submission.reused")
	if list := w.do("GET", "/api/v1/matters", "", ""); list.str("total") != "1" {
		t.Errorf("there are %s matters", list.str("total"))
	}
	const done = `{"verb":"submit","values":{"outcome":"已更换"}}`
	one := w.post("/api/v1/matters/1/submissions", w.worker, "key-submit-1", done)
	two := w.post("/api/v1/matters/1/submissions", w.worker, "key-submit-1", done)
	if one.status != 201 || two.raw != one.raw {
		t.Errorf("one %s, two %s", one.raw, two.raw)
	}
}

func TestANoticeExplainsItsDays(t *testing.T) {
	w := newWorld(t)
	w.want(w.post("/api/v1/matters", w.worker, "key-begin-1", `{"method":"posting","subject":"compound/yinghe91"}`), 201, "")
	posting := w.do("GET", "/api/v1/matters/1", w.worker, "").body["asks"].([]any)[0].(map[string]any)["verb"].(string)
	w.want(w.post("/api/v1/matters/1/submissions", w.worker, "key-post-1", `{"verb":"`+posting+`","values":{"summary":"改造方案"}}`), 201, "")
	at := w.do("GET", "/api/v1/matters/1", "", "")
	// Seven days from Monday the 2nd: the first is the 3rd, the last the 9th.
	if at.str("due") != "2026-03-09T16:00:00Z" || at.str("deadline", "at") != at.str("due") || at.str("deadline", "counted", "first") != "2026-03-03" {
		t.Errorf("due %s, deadline %v", at.str("due"), at.body["deadline"])
	}
	w.clock.Advance(8 * 24 * time.Hour)
	late := w.post("/api/v1/matters/1/submissions", w.resident, "key-object-1", `{"step":"publicity","verb":"object","values":{"reason":"不同意"}}`, "Accept-Language", "en")
	w.want(late, 409, "notice.closed")
	if late.str("law") != "测速用的规定" && late.str("clause") == "" || late.header.Get("Content-Language") != "en" {
		t.Errorf("problem %s", late.raw)
	}
}

func TestRefusals(t *testing.T) {
	w := newWorld(t)
	w.want(w.post("/api/v1/matters", w.resident, "key-begin-1", repair), 201, "")
	tests := []struct {
		name, method, path, token, key, body string
		status                               int
		code                                 string
		field                                string // "name code" of the first faulty field
	}{
		{"no token", "POST", "/api/v1/matters", "", "key-00001", repair, 401, "api.token", ""},
		{"a token nobody issued", "GET", "/api/v1/matters", "gongzhi_NOBODY", "", "", 401, "api.token", ""},
		{"not one of our tokens", "GET", "/api/v1/matters/1", "x", "", "", 401, "api.token", ""},
		{"another role", "POST", "/api/v1/matters", w.worker, "key-00002", repair, 403, "step.not_yours", ""},
		{"another compound", "POST", "/api/v1/matters", w.other, "key-00003", repair, 403, "step.not_yours", ""},
		{"a resident at the worker's task", "POST", "/api/v1/matters/1/submissions", w.resident, "key-00004", `{"verb":"submit","values":{"outcome":"x"}}`, 403, "step.not_yours", ""},
		{"no key", "POST", "/api/v1/matters", w.resident, "", repair, 422, "api.no_key", ""},
		{"a key too short", "POST", "/api/v1/matters", w.resident, "short", repair, 422, "submission.id", ""},
		{"no such method", "POST", "/api/v1/matters", w.resident, "key-00005", `{"method":"no"}`, 404, "method.unknown", ""},
		{"no such row", "POST", "/api/v1/matters", w.resident, "key-00006", strings.Replace(repair, "yinghe91", "x", 1), 404, "method.subject", ""},
		{"a row that is none", "POST", "/api/v1/matters", w.resident, "key-00007", `{"method":"repair","subject":"yinghe91"}`, 422, "api.body", "/subject api.want_row"},
		{"a missing answer", "POST", "/api/v1/matters", w.resident, "key-00008", strings.Replace(repair, `"sort":"light",`, "", 1), 422, "form.faults", "sort field.required"},
		{"an answer nobody asked for", "POST", "/api/v1/matters", w.resident, "key-00009", strings.Replace(repair, `"sort"`, `"colour":"red","sort"`, 1), 422, "form.faults", "colour field.unasked"},
		{"an unknown key", "POST", "/api/v1/matters", w.resident, "key-00010", `{"method":"repair","who":{"a":[1,{}]},"subject":""}`, 422, "api.body", "/who api.unknown_key"},
		{"a key of the other address", "POST", "/api/v1/matters/1/submissions", w.worker, "key-00011", `{"method":"repair"}`, 422, "api.body", "/method api.unknown_key"},
		{"another case", "POST", "/api/v1/matters", w.resident, "key-00012", `{"Method":"repair"}`, 422, "api.body", "/Method api.unknown_key"},
		{"a key twice", "POST", "/api/v1/matters", w.resident, "key-00013", `{"method":"repair","method":"posting"}`, 422, "api.body", "/method api.twice"},
		{"an answer twice", "POST", "/api/v1/matters", w.resident, "key-00014", `{"method":"repair","values":{"sort":"light","sort":"pipe"}}`, 422, "api.body", "/values/sort api.twice"},
		{"a number", "POST", "/api/v1/matters", w.resident, "key-00015", strings.Replace(repair, `"3"`, "3", 1), 422, "api.body", "/values/urgency api.want_string"},
		{"a null", "POST", "/api/v1/matters", w.resident, "key-00016", strings.Replace(repair, `"3"`, "null", 1), 422, "api.body", "/values/urgency api.want_string"},
		{"lists in lists", "POST", "/api/v1/matters", w.resident, "key-00017", strings.Replace(repair, `"3"`, `[["3"],{"a":1},"2"]`, 1), 422, "api.body", "/values/urgency api.want_string"},
		{"no object", "POST", "/api/v1/matters", w.resident, "key-00018", `[]`, 422, "api.body", "/ api.want_object"},
		{"values that are none", "POST", "/api/v1/matters", w.resident, "key-00019", `{"values":["a",{"b":[]}],"method":"repair"}`, 422, "api.body", "/values api.want_object"},
		{"an instant that is none", "POST", "/api/v1/matters", w.resident, "key-00020", `{"made":"yesterday"}`, 422, "api.body", "/made api.want_instant"},
		{"half a body", "POST", "/api/v1/matters", w.resident, "key-00021", repair[:40], 422, "api.json", ""},
		{"two bodies", "POST", "/api/v1/matters", w.resident, "key-00022", repair + repair, 422, "api.json", ""},
		{"a comma too many", "POST", "/api/v1/matters", w.resident, "key-00023", `{"method":"repair",}`, 422, "api.json", ""},
		{"no UTF-8", "POST", "/api/v1/matters", w.resident, "key-00024", "{\"method\":\"\xff\"}", 422, "api.utf8", ""},
		{"too large", "POST", "/api/v1/matters", w.resident, "key-00025", `{"method":"` + strings.Repeat("x", 300<<10) + `"}`, 413, "api.too_large", ""},
		{"text over its limit", "POST", "/api/v1/matters", w.resident, "key-00026", strings.Replace(repair, "夜间通行不便", strings.Repeat("长", 4001), 1), 422, "form.faults", "details field.long"},
		{"parameters where none are taken", "POST", "/api/v1/matters?dry=1", w.resident, "key-00027", repair, 422, "api.body", "dry api.unknown_key"},
		{"an item that is not there", "POST", "/api/v1/matters/1/submissions", w.worker, "key-00028", `{"verb":"submit","item":"7"}`, 404, "step.item", ""},
		{"a verb nobody asks", "POST", "/api/v1/matters/1/submissions", w.worker, "key-00029", `{"verb":"object"}`, 409, "step.not_asked", ""},
		{"a matter that is not there", "POST", "/api/v1/matters/2/submissions", w.worker, "key-00030", `{"verb":"submit"}`, 404, "matter.unknown", ""},
		{"no such matter", "GET", "/api/v1/matters/2", "", "", "", 404, "matter.unknown", ""},
		{"the house's own book", "GET", "/api/v1/matters/0", "", "", "", 404, "api.nowhere", ""},
		{"the house's acts", "GET", "/api/v1/matters/0/acts", "", "", "", 404, "api.nowhere", ""},
		{"no number", "GET", "/api/v1/matters/one", "", "", "", 404, "api.nowhere", ""},
		{"a number in another form", "GET", "/api/v1/matters/01", "", "", "", 404, "api.nowhere", ""},
		{"acts of no matter", "GET", "/api/v1/matters/9/acts", "", "", "", 404, "matter.unknown", ""},
		{"no receipt", "GET", "/api/v1/receipts/key-00001", "", "", "", 404, "api.no_receipt", ""},
		{"a filter misspelt", "GET", "/api/v1/matters?metod=repair", "", "", "", 422, "api.body", "metod api.unknown_key"},
		{"a filter twice", "GET", "/api/v1/matters?method=a&method=b", "", "", "", 422, "api.body", "method api.twice"},
		{"a step of no method", "GET", "/api/v1/matters?step=handle", "", "", "", 422, "api.body", "step api.needs"},
		{"two filters of which one would be dropped", "GET", "/api/v1/matters?method=repair&subject=compound/x", "", "", "", 422, "api.body", "method api.either"},
		{"too many at once", "GET", "/api/v1/matters?limit=101", "", "", "", 422, "api.body", "limit api.want_number"},
		{"a cursor that is none", "GET", "/api/v1/matters?before=x", "", "", "", 422, "api.body", "before api.want_number"},
		{"after what is no act", "GET", "/api/v1/matters/1/acts?after=-1", "", "", "", 422, "api.body", "after api.want_number"},
		{"nowhere", "GET", "/api/v1/nowhere", "", "", "", 404, "api.nowhere", ""},
		{"another version", "GET", "/api/v2/matters", "", "", "", 404, "api.nowhere", ""},
		{"a method not taken", "DELETE", "/api/v1/matters/1", w.worker, "", "", 405, "api.method", ""},
		{"put where post belongs", "PUT", "/api/v1/matters", w.worker, "", "", 405, "api.method", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, lang := range []string{"zh-CN", "en-GB"} {
				var headers []string
				if tt.key != "" {
					headers = []string{"Idempotency-Key", tt.key}
				}
				g := w.do(tt.method, tt.path, tt.token, tt.body, append(headers, "Accept-Language", lang)...)
				if g.status != tt.status || g.str("code") != tt.code || g.header.Get("Content-Type") != "application/problem+json" {
					t.Fatalf("got %d %s %s, want %d %s", g.status, g.header.Get("Content-Type"), g.raw, tt.status, tt.code)
				}
				if g.body["status"] != float64(tt.status) || g.str("title") == "" || g.str("detail") == "" || strings.Contains(g.raw, "⟦") || strings.Contains(g.raw, "<no value>") {
					t.Errorf("words are missing: %s", g.raw)
				}
				if tt.field != "" {
					list, _ := g.body["fields"].([]any)
					if len(list) == 0 {
						t.Fatalf("no fields: %s", g.raw)
					}
					f := list[0].(map[string]any)
					if have := f["field"].(string) + " " + f["code"].(string); have != tt.field {
						t.Errorf("field %q, want %q", have, tt.field)
					}
				}
			}
		})
	}
	if list := w.do("GET", "/api/v1/matters", "", ""); list.str("total") != "1" {
		t.Errorf("a refusal left something: %s", list.raw)
	}
}

func TestMediaType(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		kind   string
		status int
	}{
		{"application/json", 201}, {"application/json; charset=utf-8", 201}, {"application/json; charset=gbk", 415},
		{"text/plain", 415}, {"application/x-www-form-urlencoded", 415}, {"", 415},
	} {
		g := w.post("/api/v1/matters", w.resident, "key-"+strings.Repeat("k", len(tt.kind)+8), repair, "Content-Type", tt.kind)
		if g.status != tt.status {
			t.Errorf("%q: %d %s, want %d", tt.kind, g.status, g.raw, tt.status)
		}
	}
}

func TestMethodNotAllowedSaysWhatIs(t *testing.T) {
	w := newWorld(t)
	if g := w.do("DELETE", "/api/v1/matters", "", ""); g.header.Get("Allow") != "GET, POST" {
		t.Errorf("Allow: %q", g.header.Get("Allow"))
	}
}

func TestListPages(t *testing.T) {
	w := newWorld(t)
	for i := range 5 {
		w.want(w.post("/api/v1/matters", w.resident, "key-begin-"+string(rune('a'+i)), repair), 201, "")
	}
	var seen []string
	path := "/api/v1/matters?method=repair&step=handle&limit=2"
	for next := ""; ; {
		g := w.do("GET", path+next, "", "")
		if g.str("total") != "5" {
			t.Errorf("total %s", g.raw)
		}
		for _, m := range g.body["matters"].([]any) {
			seen = append(seen, m.(map[string]any)["matter"].(string))
		}
		if g.str("next") == "" {
			break
		}
		next = "&before=" + g.str("next")
	}
	if got := strings.Join(seen, " "); got != "5 4 3 2 1" {
		t.Errorf("pages give %s", got)
	}
	if g := w.do("GET", "/api/v1/matters?subject=compound/yinghe91&limit=1", "", ""); g.str("total") != "5" {
		t.Errorf("by subject: %s", g.raw)
	}
	if g := w.do("GET", "/api/v1/matters?method=posting", "", ""); g.str("total") != "0" || len(g.body["matters"].([]any)) != 0 {
		t.Errorf("of another method: %s", g.raw)
	}
}

func TestCountingStops(t *testing.T) {
	w := newWorld(t)
	first := w.post("/api/v1/matters", w.resident, "key-begin-1", repair)
	w.want(first, 201, "")
	w.write(func(ctx context.Context, tx *store.Tx) error {
		m, _, err := w.house.Docket.Find(ctx, tx, 1)
		for n := int64(2); n <= 1001 && err == nil; n++ {
			m.Number = n
			err = w.house.Docket.Put(ctx, tx, m)
		}
		return err
	})
	if g := w.do("GET", "/api/v1/matters?limit=1", "", ""); g.str("total") != "1,000+" {
		t.Errorf("1,001 matters are counted as %s", g.str("total"))
	}
	if g := w.do("GET", "/api/v1/matters?before=2", "", ""); g.str("total") != "1,000+" || len(g.body["matters"].([]any)) != 1 {
		t.Errorf("the last page says %s", g.raw)
	}
}

func TestRecalledTokensEndWithinSeconds(t *testing.T) {
	w := newWorld(t)
	w.want(w.do("GET", "/api/v1/matters", w.worker, ""), 200, "")
	tokens, err := w.house.People.Tokens(t.Context(), w.house.Store.Read(), "uworker")
	if err != nil || len(tokens) != 1 || tokens[0].Label != "test" {
		t.Fatalf("tokens %v, %v", tokens, err)
	}
	if strings.Contains(w.worker, tokens[0].ID) {
		t.Error("a token's name gives the token away")
	}
	w.write(func(ctx context.Context, tx *store.Tx) error {
		if ok, err := w.house.People.RecallToken(ctx, tx, "uresident", tokens[0].ID); ok || err != nil {
			t.Errorf("somebody else's token was recalled: %v, %v", ok, err)
		}
		ok, err := w.house.People.RecallToken(ctx, tx, "uworker", tokens[0].ID)
		if !ok {
			t.Error("the token was not found")
		}
		return err
	})
	w.clock.Advance(3 * time.Second)
	w.want(w.do("GET", "/api/v1/matters", w.worker, ""), 401, "api.token")
}

func TestTokensEnd(t *testing.T) {
	w := newWorld(t)
	w.clock.Set(monday.AddDate(1, 0, 0).Add(-time.Second))
	w.want(w.do("GET", "/api/v1/matters", w.worker, ""), 200, "")
	w.clock.Advance(4 * time.Second)
	w.want(w.do("GET", "/api/v1/matters", w.worker, ""), 401, "api.token")
}

func TestClosedAccountsHaveNoToken(t *testing.T) {
	w := newWorld(t)
	w.write(func(ctx context.Context, tx *store.Tx) error { return w.house.People.Close(ctx, tx, "uworker") })
	w.want(w.do("GET", "/api/v1/matters", w.worker, ""), 401, "api.token")
}

func TestAMandateRecalledEndsWithTheDay(t *testing.T) {
	w := newWorld(t)
	w.write(func(ctx context.Context, tx *store.Tx) error {
		return w.house.People.Recall(ctx, tx, people.MandateID("uresident", "resident", compound), calendar.DateOf(monday))
	})
	w.want(w.post("/api/v1/matters", w.resident, "key-begin-1", repair), 201, "")
	w.clock.Set(time.Date(2026, 3, 2, 15, 59, 59, 0, time.UTC)) // one second before midnight in Beijing
	w.want(w.post("/api/v1/matters", w.resident, "key-begin-2", repair), 201, "")
	w.clock.Advance(time.Second)
	w.want(w.post("/api/v1/matters", w.resident, "key-begin-3", repair), 403, "step.not_yours")
}
