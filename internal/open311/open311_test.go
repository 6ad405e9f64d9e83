package open311_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"gongzhi/charters"
	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/clock"
	"gongzhi/internal/desk"
	"gongzhi/internal/house"
	"gongzhi/internal/open311"
	"gongzhi/internal/people"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// world is a whole house with the door before it and a key for another system.
type world struct {
	t     *testing.T
	house *house.House
	clock *clock.Manual
	door  http.Handler
	url   string
	key   string
	n     int
}

var start = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC) // 09:00 in Beijing, a Monday

func newWorld(t *testing.T) *world {
	t.Helper()
	ctx := context.Background()
	c := clock.NewManual(start)
	h, err := house.Open(ctx, house.Config{Charter: charters.Linshanzhai(), Clock: c})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{t: t, house: h, clock: c}
	for _, role := range []string{"hotline", "community_worker", "grid_worker", "dispatcher", "facility_team"} {
		w.person(role)
	}
	err = h.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		w.key, err = h.People.IssueToken(ctx, tx, "p-hotline", "another system", tx.Now().Add(24*time.Hour))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.door = open311.New(open311.Config{
		Store: h.Store, Desk: h.Desk, Docket: h.Docket, Ledger: h.Ledger, People: h.People, Clock: h.Clock,
		Book: func(ctx context.Context, q store.Q) open311.Book {
			return h.Book.Reader(ctx, q, h.Tenant, h.Desk.Charter().Registers)
		},
		NewID: func() string { w.n++; return fmt.Sprintf("open311-%08d", w.n) },
	}).Handler()
	server := httptest.NewServer(w.door)
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

func (w *world) person(role string) {
	w.t.Helper()
	person := act.Person("p-" + role)
	err := w.house.Desk.Keep(context.Background(), act.By{Role: act.HouseItself}, "account.added", "roles.yaml", map[string]any{"person": person}, nil, func(ctx context.Context, tx *store.Tx) error {
		if err := w.house.People.Add(ctx, tx, people.Account{Person: person, Login: role, Name: "演示" + role}, "an-example-word"); err != nil {
			return err
		}
		return w.house.People.Grant(ctx, tx, people.Mandate{ID: people.MandateID(person, role, act.RowID{}), Person: person, Role: role, Starts: calendar.DateOf(start)})
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) submit(role string, n act.Matter, verb string, pairs ...string) {
	w.t.Helper()
	actor, err := w.house.People.Actor(context.Background(), w.house.Store.Read(), act.Person("p-"+role), calendar.DateOf(w.clock.Now()))
	if err != nil {
		w.t.Fatal(err)
	}
	s := step.Submission{ID: fmt.Sprintf("submit-%s-%d-%s", role, n, verb), Verb: verb, Values: map[string][]string{}}
	for _, p := range pairs {
		k, v, _ := strings.Cut(p, "=")
		s.Values[k] = []string{v}
	}
	if _, err := w.house.Desk.Submit(context.Background(), actor, n, s); err != nil {
		w.t.Fatalf("%s: %v", verb, err)
	}
}

func (w *world) begin(openness string) act.Matter {
	w.t.Helper()
	actor, err := w.house.People.Actor(context.Background(), w.house.Store.Read(), "p-hotline", calendar.DateOf(w.clock.Now()))
	if err != nil {
		w.t.Fatal(err)
	}
	w.n++
	got, err := w.house.Desk.Begin(context.Background(), actor, "problem", act.RowID{Register: "community", ID: "bishagang"}, step.Submission{
		ID: fmt.Sprintf("begin-%08d", w.n), Values: map[string][]string{
			"category": {"cover"}, "place": {"演示路口"}, "spot": {"113.612,34.748"}, "words": {"原话不公开"}, "openness": {openness}, "signature": {"anonymous"},
			"reporter_phone": {"13800000001"},
		},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return got.Matter
}

func (w *world) get(path string) (int, string, string) {
	w.t.Helper()
	return w.read(http.Get(w.url + path))
}

func (w *world) post(format string, pairs ...string) (int, string, string) {
	w.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return w.read(http.PostForm(w.url+open311.Base+"/requests."+format, form))
}

func (w *world) read(res *http.Response, err error) (int, string, string) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return res.StatusCode, string(body), res.Header.Get("Content-Type")
}

func (w *world) list(path string) (out []map[string]any) {
	w.t.Helper()
	status, body, _ := w.get(path)
	if err := json.Unmarshal([]byte(body), &out); err != nil || status != http.StatusOK {
		w.t.Fatalf("%s: %d %s", path, status, body)
	}
	return out
}

// Our own server passes everything that the checker asks, with requests of every standing there.
func TestOurServerConforms(t *testing.T) {
	w := newWorld(t)
	closed := w.begin("public")
	w.submit("community_worker", closed, "submit", "acceptance=not_ours", "account=不归本街道管")
	going := w.begin("public")
	w.submit("community_worker", going, "submit", "acceptance=accepted", "account=井盖破损")
	w.begin("private")
	found := open311.Check(context.Background(), open311.Server{URL: w.url, Key: w.key, Write: true})
	words, err := text.New(text.House())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range found {
		if !r.OK {
			t.Errorf("%s: %s", r.Code, r.Why)
		}
		for _, l := range text.Langs {
			if !words.Has(l, "open311.check."+r.Code) {
				t.Errorf("open311.check.%s has no words in %s", r.Code, l)
			}
		}
	}
	if len(found) < 35 {
		t.Errorf("only %d things were looked at", len(found))
	}
}

// A request goes its way: what other systems see follows the matter.
func TestARequestFromBeginningToEnd(t *testing.T) {
	w := newWorld(t)
	status, body, _ := w.post("json", "api_key", w.key, "service_code", "cover", "lat", "34.748", "long", "113.612", "description", "原话不公开", "phone", "13800000001", "attribute[community]", "nyyh")
	var made []map[string]any
	if err := json.Unmarshal([]byte(body), &made); err != nil || status != http.StatusCreated || len(made) != 1 {
		t.Fatalf("%d %s", status, body)
	}
	id := made[0]["service_request_id"].(string)
	one := func() map[string]any { return w.list(open311.Base + "/requests/" + id + ".json")[0] }
	got := one()
	// Accepting a manhole cover takes two working hours: nine o'clock until eleven.
	for key, want := range map[string]any{
		"status": "open", "service_code": "cover", "service_name": "井盖破损或丢失", "description": nil, "lat": 34.748, "long": 113.612,
		"requested_datetime": "2026-03-02T09:00:00+08:00", "expected_datetime": "2026-03-02T11:00:00+08:00", "status_notes": "受理", "zipcode": nil, "media_url": nil,
	} {
		if got[key] != want {
			t.Errorf("%s is %v, want %v", key, got[key], want)
		}
	}
	n := act.Matter(1)
	w.clock.Advance(30 * time.Minute)
	w.submit("community_worker", n, "submit", "acceptance=accepted", "account=路口井盖破损")
	w.submit("grid_worker", n, "submit", "finding=real", "found=属实")
	w.submit("dispatcher", n, "approve")
	got = one()
	// Sent at half past nine, to be dealt with in two hours.
	for key, want := range map[string]any{
		"description": "路口井盖破损", "agency_responsible": "市政维护队", "expected_datetime": "2026-03-02T11:30:00+08:00", "status_notes": "派遣处置",
		"updated_datetime": "2026-03-02T09:30:00+08:00",
	} {
		if got[key] != want {
			t.Errorf("%s is %v, want %v", key, got[key], want)
		}
	}
	if _, body, _ := w.get(open311.Base + "/requests.xml"); strings.Contains(body, "原话不公开") || strings.Contains(body, "13800000001") {
		t.Error("what was written for the handlers comes out")
	}
}

// borders draws communities as squares of a hundredth of a degree, side by side from 113.60 on, and leaves out the last where
// one is to have none.
func (w *world) borders(all bool) (ids []string) {
	w.t.Helper()
	ctx := context.Background()
	rows, err := w.house.Book.Reader(ctx, w.house.Store.Read(), w.house.Tenant, w.house.Charter.Registers).Rows("community", act.RowID{}, calendar.DateOf(start))
	if err != nil {
		w.t.Fatal(err)
	}
	set := book.Set{On: calendar.DateOf(w.clock.Now())}
	for i, row := range rows {
		ids = append(ids, row.ID.ID)
		if i == len(rows)-1 && !all {
			continue
		}
		west, east := 113.60+float64(i)/100, 113.61+float64(i)/100
		shape := fmt.Sprintf(`{"type":"Polygon","coordinates":[[[%.2f,34.74],[%.2f,34.74],[%.2f,34.75],[%.2f,34.75],[%.2f,34.74]]]}`, west, east, east, west, west)
		set.Entries = append(set.Entries, register.Entry{ID: row.ID, Parent: row.Parent, Values: map[string]any{"shape": shape}})
	}
	if _, err := w.house.Change(ctx, act.By{Role: act.HouseItself}, fmt.Sprint("borders-", all), "registers/community.yaml", set); err != nil {
		w.t.Fatal(err)
	}
	return ids
}

// A place goes to the community within whose borders it lies, and one outside of all of them is refused, once all have borders.
func TestTheAreaServed(t *testing.T) {
	w := newWorld(t)
	send := func(format string, more ...string) (int, string) {
		t.Helper()
		status, body, _ := w.post(format, append([]string{"api_key", w.key, "service_code", "cover", "lat", "34.745"}, more...)...)
		return status, body
	}
	about := func(n act.Matter) (id string) {
		t.Helper()
		err := w.house.Desk.Read(context.Background(), n, func(_ context.Context, _ store.Q, st desk.Standing) error {
			id = st.Run.Matter.Subject.ID
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	ids := w.borders(false)
	for i, tt := range []struct {
		more []string
		want string
	}{
		{[]string{"long", "113.605"}, ids[0]},
		{[]string{"long", "113.615"}, ids[1]},
		{[]string{"long", "113.605", "attribute[community]", ids[2]}, ids[2]}, // whoever says which knows better
		{[]string{"long", "120.1"}, "bishagang"},                              // it may lie in the one without borders
	} {
		if status, body := send("json", tt.more...); status != http.StatusCreated {
			t.Fatalf("%v: %d %s", tt.more, status, body)
		}
		if got := about(act.Matter(i + 1)); got != tt.want {
			t.Errorf("%v is about %s, want %s", tt.more, got, tt.want)
		}
	}
	w.borders(true)
	for _, format := range []string{"json", "xml"} {
		for _, more := range [][]string{{"long", "120.1"}, {"long", "120.1", "attribute[community]", ids[0]}, {"long", "113.5999"}} {
			if status, body := send(format, more...); status != http.StatusBadRequest || !strings.Contains(body, "不在本街道的范围内") {
				t.Errorf("%s, %v: %d %s", format, more, status, body)
			}
		}
	}
	if status, body, _ := w.post("json", "api_key", w.key, "service_code", "cover", "address_string", "演示路口"); status != http.StatusCreated {
		t.Errorf("an address alone: %d %s", status, body)
	}
	for _, r := range open311.Check(context.Background(), open311.Server{URL: w.url, Key: w.key, Write: true}) {
		if !r.OK {
			t.Errorf("%s: %s", r.Code, r.Why)
		}
	}
}

func TestPrivateRequestsNeverComeOut(t *testing.T) {
	w := newWorld(t)
	n := w.begin("private")
	for _, path := range []string{"/requests.json", "/requests.xml", "/requests.json?service_code=cover", "/requests.json?status=open"} {
		if _, body, _ := w.get(open311.Base + path); strings.Contains(body, "演示路口") || strings.Contains(body, fmt.Sprintf(`"%d"`, n)) {
			t.Errorf("%s shows it: %s", path, body)
		}
	}
	for _, path := range []string{fmt.Sprintf("/requests/%d.json", n), fmt.Sprintf("/requests.json?service_request_id=%d", n), "/tokens/begin-00000001.json"} {
		if status, body, _ := w.get(open311.Base + path); status != http.StatusNotFound || strings.Contains(body, "演示路口") {
			t.Errorf("%s answers %d %s", path, status, body)
		}
	}
}

func TestRefusals(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		name   string
		pairs  []string
		status int
	}{
		{"no key", []string{"service_code", "cover", "address_string", "x"}, 403},
		{"a key nobody has", []string{"api_key", "gongzhi_x", "service_code", "cover", "address_string", "x"}, 403},
		{"no service", []string{"api_key", w.key, "address_string", "x"}, 400},
		{"an unknown service", []string{"api_key", w.key, "service_code", "x", "address_string", "x"}, 404},
		{"a service no longer offered", []string{"api_key", w.key, "service_code", "cover_2007", "address_string", "x"}, 404},
		{"nowhere", []string{"api_key", w.key, "service_code", "cover"}, 400},
		{"the id of an address", []string{"api_key", w.key, "service_code", "cover", "address_id", "7"}, 400},
		{"a description without end", []string{"api_key", w.key, "service_code", "cover", "address_string", "x", "description", strings.Repeat("长", 4001)}, 400},
		{"half a place", []string{"api_key", w.key, "service_code", "cover", "lat", "34.7"}, 400},
		{"no place on earth", []string{"api_key", w.key, "service_code", "cover", "lat", "134.7", "long", "113"}, 400},
		{"another jurisdiction", []string{"api_key", w.key, "service_code", "cover", "address_string", "x", "jurisdiction_id", "elsewhere"}, 404},
		{"an unknown community", []string{"api_key", w.key, "service_code", "cover", "address_string", "x", "attribute[community]", "atlantis"}, 400},
		{"a telephone that is none", []string{"api_key", w.key, "service_code", "cover", "address_string", "x", "phone", "call me"}, 400},
	} {
		for _, format := range []string{"json", "xml"} {
			status, body, kind := w.post(format, tt.pairs...)
			if status != tt.status || !strings.Contains(body, fmt.Sprint(tt.status)) {
				t.Errorf("%s, %s: %d %s", tt.name, format, status, body)
			}
			if want := map[string]string{"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}[format]; kind != want {
				t.Errorf("%s: content type %q", tt.name, kind)
			}
		}
	}
	if got := w.list(open311.Base + "/requests.json"); len(got) != 0 {
		t.Errorf("what was refused is there: %v", got)
	}
}

func TestSpans(t *testing.T) {
	w := newWorld(t)
	w.begin("public")
	w.clock.Set(start.Add(100 * 24 * time.Hour))
	w.begin("public")
	for _, tt := range []struct {
		query string
		want  int // -1: refused with 400
	}{
		{"", 1},
		{"start_date=2026-03-01T00:00:00Z", 1},
		{"start_date=2026-03-02T09:00:00%2B08:00&end_date=2026-03-02T09:00:00%2B08:00", 1},
		{"start_date=2026-03-02T09:00:01%2B08:00&end_date=2026-03-03T00:00:00%2B08:00", 0},
		{"end_date=2026-03-02T01:00:00Z", 1},
		{"start_date=2026-01-01T00:00:00Z&end_date=2026-06-01T00:00:00Z", -1},
		{"start_date=2026-06-01T00:00:00Z&end_date=2026-05-01T00:00:00Z", -1},
		{"start_date=2026-03-02", -1},
		{"status=closed", 0},
		{"status=lost", -1},
		{"service_request_id=1,2", 2},
		{"service_request_id=1&service_request_id=2", 2},
		{"service_request_id=1&status=closed&service_code=lamp", 1}, // the ids override all else
		{"service_request_id=&status=&service_code=&start_date=&end_date=&jurisdiction_id=", 1},
		{"start_date=2026-03-01T00:00Z", 1}, // the note allows leaving out the seconds
		{"status=open&status=closed", 1},
		{"status=closed&status=open", 1},
		{"service_code=lamp&service_code=cover", 1},
		{"service_code=lamp", 0},
		{"service_code=lamp,cover&status=open,closed&start_date=2026-03-01T00:00:00Z", 1},
	} {
		status, body, _ := w.get(open311.Base + "/requests.json?" + tt.query)
		if tt.want < 0 {
			if status != http.StatusBadRequest {
				t.Errorf("%s: %d %s", tt.query, status, body)
			}
			continue
		}
		if got := w.list(open311.Base + "/requests.json?" + tt.query); len(got) != tt.want {
			t.Errorf("%s: %d entries, want %d", tt.query, len(got), tt.want)
		}
	}
}

// A list holds a thousand at most, the newest.
func TestAtMostAThousand(t *testing.T) {
	if testing.Short() {
		t.Skip("a thousand submissions")
	}
	w := newWorld(t)
	for range 1001 {
		w.begin("public")
	}
	list := w.list(open311.Base + "/requests.json")
	if len(list) != 1000 || list[0]["service_request_id"] != "1001" || list[999]["service_request_id"] != "2" {
		t.Errorf("%d requests, from %v to %v", len(list), list[0]["service_request_id"], list[len(list)-1]["service_request_id"])
	}
}

// What is not there is null in JSON and an empty element in XML: each is made from the other.
func TestWhatIsNotThere(t *testing.T) {
	w := newWorld(t)
	w.begin("public")
	_, asJSON, _ := w.get(open311.Base + "/requests/1.json")
	_, asXML, _ := w.get(open311.Base + "/requests/1.xml")
	for _, key := range []string{"description", "service_notice", "address_id", "zipcode", "media_url"} {
		if !strings.Contains(asJSON, `"`+key+`":null`) || !strings.Contains(asXML, "<"+key+"></"+key+">") {
			t.Errorf("%s:\n%s\n%s", key, asJSON, asXML)
		}
	}
	for path, want := range map[string]int{"/services/.json": 400, "/requests/.json": 400, "/tokens/.json": 400, "/services/.xml": 400, "/tokens/.xml": 400} {
		if status, body, _ := w.get(open311.Base + path); status != want {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

// Whoever keeps the services in store sees by the changeset that they, or the communities to choose from, have changed.
func TestTheChangesetMoves(t *testing.T) {
	w := newWorld(t)
	seen := func() (changeset string) {
		t.Helper()
		var d struct{ Changeset string }
		_, body, _ := w.get("/open311/discovery.json")
		if err := json.Unmarshal([]byte(body), &d); err != nil {
			t.Fatal(err)
		}
		return d.Changeset
	}
	first := seen()
	w.clock.Advance(time.Hour)
	w.begin("public")
	if got := seen(); got != first {
		t.Errorf("a report moved it from %s to %s", first, got)
	}
	for i, e := range []register.Entry{
		{ID: act.RowID{Register: "problem_category", ID: "lamp"}, Values: map[string]any{"name": "路灯不亮或闪烁"}},
		{ID: act.RowID{Register: "community", ID: "nyyh"}, Values: map[string]any{"name": "演示社区"}},
	} {
		w.clock.Advance(time.Hour)
		if _, err := w.house.Change(context.Background(), act.By{Role: act.HouseItself}, fmt.Sprint("changeset-", i), "registers/"+e.ID.Register+".yaml", book.Set{On: calendar.DateOf(w.clock.Now()), Entries: []register.Entry{e}}); err != nil {
			t.Fatal(err)
		}
		if got, want := seen(), w.clock.Now().In(calendar.Zone).Format(time.RFC3339); got != want {
			t.Errorf("%s changed at %s: %s", e.ID, want, got)
		}
	}
}

// faulty is our server with one fault: it changes what comes out where at matches the path.
func (w *world) faulty(change func(r *http.Request, res *http.Response, body string) string) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		w.door.ServeHTTP(rec, r)
		res := rec.Result()
		body, _ := io.ReadAll(res.Body)
		changed := change(r, res, string(body))
		for k, v := range res.Header {
			out.Header()[k] = v
		}
		out.WriteHeader(res.StatusCode)
		_, _ = io.WriteString(out, changed)
	}))
	w.t.Cleanup(s.Close)
	return s
}

// answer is what our door answers, whatever a faulty one was asked.
func (w *world) answer(path string) string {
	rec := httptest.NewRecorder()
	w.door.ServeHTTP(rec, httptest.NewRequest("GET", open311.Base+path, nil))
	return rec.Body.String()
}

// known answers for a jurisdiction that nobody serves.
func known(path, format, answer string) func(*http.Request, *http.Response, string) string {
	return func(r *http.Request, res *http.Response, body string) string {
		if r.URL.Query().Get("jurisdiction_id") == "nowhere.example" && strings.Contains(r.URL.Path, path) && strings.HasSuffix(r.URL.Path, format) {
			res.StatusCode = 200
			return answer
		}
		return body
	}
}

// A server may ask something of every request: the checker answers it, and finds nothing wrong.
func TestCheckAnswersWhatIsRequired(t *testing.T) {
	w := newWorld(t)
	w.begin("public")
	server := w.faulty(func(r *http.Request, res *http.Response, body string) string {
		if r.Method == http.MethodPost && res.StatusCode == http.StatusCreated && r.PostForm.Get("attribute[community]") == "" {
			res.StatusCode = http.StatusBadRequest
			return `[{"code":400,"description":"which community?"}]`
		}
		return strings.NewReplacer(`"required":false`, `"required":true`, "<required>false<", "<required>true<").Replace(body)
	})
	posted := false
	for _, r := range open311.Check(context.Background(), open311.Server{URL: server.URL, Key: w.key, Write: true}) {
		posted = posted || r.Code == "post_json"
		if !r.OK {
			t.Errorf("%s: %s", r.Code, r.Why)
		}
	}
	if !posted {
		t.Error("nothing was posted")
	}
}

// The checker notices each fault, and says so at the right check.
func TestCheckerNotices(t *testing.T) {
	w := newWorld(t)
	n := w.begin("public")
	w.submit("community_worker", n, "submit", "acceptance=accepted", "account=井盖破损")
	closed := w.begin("public")
	w.submit("community_worker", closed, "submit", "acceptance=not_ours", "account=不归本街道管")
	replace := func(old, with string) func(*http.Request, *http.Response, string) string {
		return func(_ *http.Request, _ *http.Response, body string) string {
			return strings.ReplaceAll(body, old, with)
		}
	}
	for _, tt := range []struct {
		name   string
		want   string
		change func(r *http.Request, res *http.Response, body string) string
	}{
		{"XML without its charset", "services_xml", func(_ *http.Request, res *http.Response, body string) string {
			if strings.HasPrefix(res.Header.Get("Content-Type"), "text/xml") {
				res.Header.Set("Content-Type", "text/xml")
			}
			return body
		}},
		{"XML as application/xml", "requests_xml", func(_ *http.Request, res *http.Response, body string) string {
			if strings.HasPrefix(res.Header.Get("Content-Type"), "text/xml") {
				res.Header.Set("Content-Type", "application/xml; charset=utf-8")
			}
			return body
		}},
		{"arrays in an object", "services_json", func(r *http.Request, _ *http.Response, body string) string {
			if strings.HasSuffix(r.URL.Path, "services.json") {
				return `{"services":` + body + `}`
			}
			return body
		}},
		{"ids that are numbers", "requests_json", replace(`"service_request_id":"1"`, `"service_request_id":1`)},
		{"places that are words", "requests_json", func(_ *http.Request, _ *http.Response, body string) string {
			return strings.ReplaceAll(body, `"lat":34.748000`, `"lat":"34.748000"`)
		}},
		{"dates without a zone", "requests_json", replace(`+08:00"`, `"`)},
		{"a standing of its own", "requests_json", replace(`"status":"open"`, `"status":"in progress"`)},
		{"errors that are no list", "request_unknown_json", func(_ *http.Request, res *http.Response, body string) string {
			if res.StatusCode >= 400 {
				return `{"error":"no"}`
			}
			return body
		}},
		{"errors with another code", "definition_unknown_xml", replace("<code>404</code>", "<code>1</code>")},
		{"errors without words", "post_no_key_json", func(_ *http.Request, res *http.Response, body string) string {
			if res.StatusCode == 403 {
				return `[{"code":403,"description":""}]`
			}
			return body
		}},
		{"unknown things answered with nothing", "request_unknown_json", func(r *http.Request, res *http.Response, body string) string {
			if strings.Contains(r.URL.Path, "999999999999.json") {
				res.StatusCode = 200
				return "[]"
			}
			return body
		}},
		{"anyone may write", "post_bad_key_json", func(r *http.Request, res *http.Response, body string) string {
			if r.Method == "POST" {
				res.StatusCode = 201
				return `[{"service_request_id":"7"}]`
			}
			return body
		}},
		{"filters that do nothing", "filter_closed", func(r *http.Request, _ *http.Response, body string) string {
			if r.URL.Query().Get("status") == "closed" {
				return w.answer("/requests.json")
			}
			return body
		}},
		{"wrong dates are let pass", "date_wrong", func(r *http.Request, res *http.Response, body string) string {
			if r.URL.Query().Get("start_date") == "yesterday" && strings.HasSuffix(r.URL.Path, ".json") {
				res.StatusCode = 200
				return "[]"
			}
			return body
		}},
		{"another root", "requests_xml", replace("service_requests>", "requests>")},
		{"no discovery", "discovery_json", func(r *http.Request, res *http.Response, body string) string {
			if strings.Contains(r.URL.Path, "discovery.json") {
				res.StatusCode = 404
			}
			return body
		}},
		{"an endpoint of another version", "discovery_xml", func(r *http.Request, _ *http.Response, body string) string {
			if strings.HasSuffix(r.URL.Path, ".xml") {
				return strings.ReplaceAll(body, open311.Spec, "http://wiki.open311.org/GeoReport_v1")
			}
			return body
		}},
		{"metadata that is a word", "services_json", replace(`"metadata":true`, `"metadata":"yes"`)},
		{"a definition without values", "definition_json", func(r *http.Request, _ *http.Response, body string) string {
			if strings.Contains(r.URL.Path, "/services/") {
				return strings.Replace(body, `"values":[{`, `"other":[{`, 1)
			}
			return body
		}},
		{"XML without a declaration", "services_xml", func(_ *http.Request, res *http.Response, body string) string {
			if strings.HasPrefix(res.Header.Get("Content-Type"), "text/xml") {
				_, body, _ = strings.Cut(body, "?>")
			}
			return body
		}},
		{"JSON in another charset", "requests_json", func(_ *http.Request, res *http.Response, body string) string {
			if strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
				res.Header.Set("Content-Type", "application/json; charset=gbk")
			}
			return body
		}},
		{"a third kind of endpoint", "discovery_json", replace(`"type":"test"`, `"type":"dev"`)},
		{"an endpoint without XML", "discovery_json", replace(`"text/xml",`, "")},
		{"nobody to ask", "discovery_xml", func(_ *http.Request, _ *http.Response, body string) string {
			return regexp.MustCompile(`<contact>.*</contact>`).ReplaceAllString(body, "<contact></contact>")
		}},
		{"XML of another status", "requests_xml", replace("<status>open</status>", "<status>closed</status>")},
		{"XML of another service", "services_xml", replace("<service_name>路灯不亮</service_name>", "<service_name>Lamp</service_name>")},
		{"an attribute of order nought", "definition_json", replace(`"order":1`, `"order":0`)},
		{"an attribute of a type there is not", "definition_json", replace(`"datatype":"singlevaluelist"`, `"datatype":"select"`)},
		{"an attribute that does not say whether it is required", "definition_json", replace(`"required":false`, `"optional":true`)},
		{"two attributes in one place", "definition_json", func(r *http.Request, _ *http.Response, body string) string {
			if strings.Contains(r.URL.Path, "/services/") {
				return strings.Replace(body, `"attributes":[`, `"attributes":[{"variable":true,"code":"A","datatype":"string","required":false,"datatype_description":"","order":1,"description":"","values":null},`, 1)
			}
			return body
		}},
		{"a value twice", "definition_json", func(r *http.Request, _ *http.Response, body string) string {
			if strings.Contains(r.URL.Path, "/services/") {
				return strings.Replace(body, `"values":[`, `"values":[{"key":"nyyh","name":"x"},`, 1)
			}
			return body
		}},
		{"an attribute that differs in XML", "definition_xml", replace("<datatype>singlevaluelist</datatype>", "<datatype>text</datatype>")},
		{"any jurisdiction has definitions", "definition_jurisdiction_xml", known("/services/", "xml", `<?xml version="1.0" encoding="UTF-8"?><service_definition></service_definition>`)},
		{"any jurisdiction has requests", "requests_jurisdiction_json", known("/requests.json", "json", "[]")},
		{"an empty parameter is looked for", "optional_empty", func(r *http.Request, _ *http.Response, body string) string {
			if q := r.URL.Query(); q.Has("status") && q.Get("status") == "" {
				return "[]"
			}
			return body
		}},
		{"only the first of a parameter counts", "filter_repeated", func(r *http.Request, _ *http.Response, body string) string {
			if len(r.URL.Query()["status"]) > 1 {
				return w.answer("/requests.json?status=open")
			}
			return body
		}},
		{"ids override nothing", "request_ids_override", func(r *http.Request, res *http.Response, body string) string {
			if r.URL.Query().Has("status") && r.URL.Query().Get("service_request_id") != "" {
				return "[]"
			}
			return body
		}},
		{"a year at once", "window", func(r *http.Request, res *http.Response, body string) string {
			if res.StatusCode == 400 && r.URL.Query().Has("end_date") {
				res.StatusCode = 200
				all := w.answer("/requests.json")
				return strings.Replace(all, `"requested_datetime":"2026-03-02`, `"requested_datetime":"2025-06-02`, 1)
			}
			return body
		}},
		{"any jurisdiction will do", "services_jurisdiction", func(r *http.Request, res *http.Response, body string) string {
			if r.URL.Query().Get("jurisdiction_id") == "nowhere.example" {
				res.StatusCode = 200
				return "[]"
			}
			return body
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			noticed := ""
			for _, r := range open311.Check(context.Background(), open311.Server{URL: w.faulty(tt.change).URL}) {
				if !r.OK {
					noticed += r.Code + " "
				}
			}
			if !strings.Contains(noticed, tt.want+" ") {
				t.Errorf("noticed %q, want %s", noticed, tt.want)
			}
		})
	}
}

// A place on a road names its section; where two cross, nobody is there to choose and it stays open.
func TestAPlaceOnARoad(t *testing.T) {
	w := newWorld(t)
	set := book.Set{On: calendar.DateOf(w.clock.Now())}
	for i, line := range []string{"[113.61,34.745],[113.63,34.745]", "[113.62,34.74],[113.62,34.75]"} {
		set.Entries = append(set.Entries, register.Entry{
			ID: act.RowID{Register: "road_section", ID: fmt.Sprint("yanshi-", i)}, Parent: act.RowID{Register: "community", ID: "bishagang"},
			Values: map[string]any{"name": fmt.Sprint("演示路", i), "shape": `{"type":"LineString","coordinates":[` + line + `]}`},
		})
	}
	if _, err := w.house.Change(context.Background(), act.By{Role: act.HouseItself}, "roads", "registers/road_section.yaml", set); err != nil {
		t.Fatal(err)
	}
	for i, tt := range []struct{ lat, long, want string }{
		{"34.745", "113.613", "yanshi-0"}, {"34.7485", "113.6201", "yanshi-1"}, {"34.745", "113.62", ""}, {"34.749", "113.613", ""},
	} {
		if status, body, _ := w.post("json", "api_key", w.key, "service_code", "cover", "lat", tt.lat, "long", tt.long); status != http.StatusCreated {
			t.Fatalf("%v: %d %s", tt, status, body)
		}
		err := w.house.Desk.Read(context.Background(), act.Matter(i+1), func(_ context.Context, _ store.Q, st desk.Standing) error {
			if got, _ := st.Run.Matter.Facts["section"].(string); got != tt.want {
				t.Errorf("%s,%s: the section is %q, want %q", tt.lat, tt.long, got, tt.want)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
