package web_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"gongzhi/charters"
	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/clock"
	"gongzhi/internal/house"
	"gongzhi/internal/method"
	"gongzhi/internal/people"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/web"
)

// town is a whole house with a site before it, a compound, and one person for each role.
type town struct {
	t      *testing.T
	house  *house.House
	clock  *clock.Manual
	server *httptest.Server
	matter act.Matter

	// For the walk over everything; see TestEveryFieldForEveryRoleAtEveryDoor.
	roles, paths map[string]string // by login: the role, and where it is held
	rows         []act.RowID
	matters      []act.Matter
}

var start = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC) // 09:00 in Beijing, a Monday

const password = "an-example-word"

func init() { people.QuickPasswords() }

func newTown(t *testing.T) *town {
	t.Helper()
	w := emptyTown(t)
	w.build(context.Background())
	return w
}

// emptyTown has a house and nobody in it.
func emptyTown(t *testing.T) *town {
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
	w := &town{t: t, house: h, clock: c}
	w.server = httptest.NewServer(web.New(web.Config{House: h}).Handler())
	t.Cleanup(w.server.Close)
	return w
}

var (
	compound = act.RowID{Register: "compound", ID: "yanshi1"}
	part     = act.RowID{Register: "part", ID: "y1b1r101"}
)

func (w *town) build(ctx context.Context) {
	w.t.Helper()
	today := calendar.DateOf(start)
	building, person := act.RowID{Register: "building", ID: "y1b1"}, act.RowID{Register: "person", ID: "yanshijia"}
	entries := []register.Entry{
		{ID: compound, Parent: act.RowID{Register: "community", ID: "nyyh"}, Values: map[string]any{
			"name": "演示路1号院", "address": "演示路1号", "eligible": true, "households": int64(1),
		}},
		{ID: building, Parent: compound, Values: map[string]any{"number": "9号楼"}},
		{ID: person, Parent: compound, Values: map[string]any{"name": "演示己"}},
		{ID: part, Parent: building, Values: map[string]any{
			"room": "101", "area": int64(6000), "kind": "flat", "state": "sold", "owners": []string{person.String()},
		}},
	}
	by := act.By{Role: act.HouseItself}
	if _, err := w.house.Change(ctx, by, "test-compound", "registers/compound.yaml", book.Set{Entries: entries, On: today}); err != nil {
		w.t.Fatal(err)
	}
	for key, role := range w.house.Charter.Roles {
		if role.Own {
			continue
		}
		w.person(ctx, key, key, scopeOf(role.Scope))
	}
	receipt, err := w.house.Desk.Begin(ctx, w.actor("street_office"), "renovation", compound, step.Submission{ID: "begin-renovation-1"})
	if err != nil {
		w.t.Fatal(err)
	}
	w.matter = receipt.Matter
}

func scopeOf(reg string) act.RowID {
	switch reg {
	case "community":
		return act.RowID{Register: "community", ID: "nyyh"}
	case "compound":
		return compound
	}
	return act.RowID{}
}

func (w *town) person(ctx context.Context, login, role string, scope act.RowID) {
	w.t.Helper()
	person := act.Person("p-" + login)
	err := w.house.Desk.Keep(ctx, act.By{Role: act.HouseItself}, "account.added", "roles.yaml", map[string]any{"person": person}, nil, func(ctx context.Context, tx *store.Tx) error {
		if err := w.house.People.Add(ctx, tx, people.Account{Person: person, Login: login, Name: "演示" + login}, password); err != nil {
			return err
		}
		m := people.Mandate{ID: people.MandateID(person, role, scope), Person: person, Role: role, Scope: scope, Starts: calendar.DateOf(start)}
		if !scope.IsZero() {
			path, err := w.house.Book.Reader(ctx, tx, w.house.Tenant, w.house.Charter.Registers).Path(scope, calendar.DateOf(start))
			if err != nil {
				return err
			}
			m.Path = path
		}
		return w.house.People.Grant(ctx, tx, m)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) actor(login string) method.Actor {
	w.t.Helper()
	a, err := w.house.People.Actor(context.Background(), w.house.Store.Read(), act.Person("p-"+login), calendar.DateOf(w.clock.Now()))
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// visitor is a browser.
type visitor struct {
	*http.Client
	w *town
}

func (w *town) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &visitor{&http.Client{
		Transport: uncompressed, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, w}
}

// uncompressed does not ask for compressed answers, which was a sixth of the time of the long walks;
// TestAnswersAreCompressed does.
var uncompressed = func() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DisableCompression = true
	return t
}()

func (w *town) signedIn(login string) *visitor {
	w.t.Helper()
	v := w.visitor()
	if status, _, _ := v.post("/sign-in", url.Values{"login": {login}, "password": {password}}); status != http.StatusSeeOther {
		w.t.Fatalf("%s cannot sign in: %d", login, status)
	}
	return v
}

func (v *visitor) get(path string) (status int, body string, h http.Header) {
	v.w.t.Helper()
	return v.read(v.Get(v.w.server.URL + path))
}

func (v *visitor) post(path string, form url.Values) (status int, body string, h http.Header) {
	v.w.t.Helper()
	return v.read(v.PostForm(v.w.server.URL+path, form))
}

func (v *visitor) read(res *http.Response, err error) (int, string, http.Header) {
	v.w.t.Helper()
	if err != nil {
		v.w.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }() // read to its end
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		v.w.t.Fatal(err)
	}
	return res.StatusCode, string(raw), res.Header
}

// addresses fills the patterns with things that exist.
func (w *town) address(pattern string) string {
	_, path, _ := strings.Cut(pattern, " ")
	r := strings.NewReplacer(
		"{$}", "", "{n}", "1", "{verb}", "close", "{document}", "certificate", "{register}", "compound", "{id}", compound.ID, "{key}", "renovation", "{method}", "renovation",
		"{file...}", "charter.yaml", "{hash}", strings.Repeat("0", 64), "{other}", compound.ID, "{kind}", "sheet", "{source}", "compound", "{code}", "ABCDEFGHABCDEFGH",
		"{person}", "p-community_worker", "{do}", "close",
	)
	if strings.HasPrefix(path, "/receipts/") {
		path = strings.Replace(path, "{id}", "begin-renovation-1", 1)
	}
	return r.Replace(path)
}

// Every page answers every role, in every language, with a status that is meant, whole words, and the policy.
func TestEveryRouteForEveryRole(t *testing.T) {
	w := newTown(t)
	if _, err := w.house.PublicLog.Integrate(t.Context()); err != nil { // a proof is there once the log has the act
		t.Fatal(err)
	}
	readers := map[string]*visitor{"nobody": w.visitor()}
	for key, role := range w.house.Charter.Roles {
		if !role.Own {
			readers[key] = w.signedIn(key)
		}
	}
	for _, rt := range web.Routes() {
		if !strings.HasPrefix(rt.Pattern, "GET ") || strings.Contains(rt.Pattern, "{hash}") {
			continue
		}
		for name, v := range readers {
			for _, lang := range []string{"zh", "en"} {
				v.Jar.SetCookies(must(url.Parse(w.server.URL)), []*http.Cookie{{Name: "lang", Value: lang, Path: "/"}})
				path := w.address(rt.Pattern)
				status, body, h := v.get(path)
				role := w.house.Charter.Roles[name]
				want := allowed(rt.Audience, name != "nobody", role.Desk, role.Seals, role.Audit, name == "it_admin")
				if strings.HasSuffix(rt.Pattern, "/move") {
					want = want && role.Moves
				}
				if strings.HasSuffix(rt.Pattern, "/opening") {
					want = false // only who sent it, and none of these did
				}
				if strings.HasSuffix(rt.Pattern, "/move") {
					want = want && w.house.Charter.Moves(name) // the charter says who decides on it
				}
				admitted := status != http.StatusForbidden && !(status == http.StatusSeeOther && strings.HasPrefix(h.Get("Location"), "/sign-in"))
				if admitted != want && status != http.StatusConflict {
					t.Errorf("%s as %s (%s): %d, admitted %v, want %v", path, name, lang, status, admitted, want)
				}
				if status >= 500 {
					t.Errorf("%s as %s (%s): %d", path, name, lang, status)
				}
				if strings.Contains(body, "⟦") {
					t.Errorf("%s as %s (%s): words are missing: %s", path, name, lang, missing.FindString(body))
				}
				if h.Get("Content-Security-Policy") == "" {
					t.Errorf("%s: no content policy", path)
				}
			}
		}
	}
}

var missing = regexp.MustCompile(`⟦[^⟧]*⟧`)

func allowed(audience string, in, desk, seals, audits, admin bool) bool {
	switch audience {
	case "anyone":
		return true
	case "signedIn", "known", "byMethod":
		return in
	case "atDesk":
		return desk
	case "sealers":
		return desk && seals
	case "auditors":
		return desk && audits
	case "admins":
		return admin
	}
	return false
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// A stranger's page never names anybody.
func TestPublicPagesNameNobody(t *testing.T) {
	w := newTown(t)
	v := w.visitor()
	for _, path := range []string{"/", "/matters/1", "/matters/1/record", "/places/compound/" + compound.ID} {
		_, body, _ := v.get(path)
		for key := range w.house.Charter.Roles {
			if strings.Contains(body, "演示"+key) || strings.Contains(body, "p-"+key) {
				t.Errorf("%s names %s", path, key)
			}
		}
	}
}

func TestSignInIsSlowedDown(t *testing.T) {
	w := newTown(t)
	v := w.visitor()
	for i := range 12 {
		status, body, _ := v.post("/sign-in", url.Values{"login": {"community_worker"}, "password": {"wrong-password"}})
		if i < 10 && status != http.StatusForbidden {
			t.Fatalf("try %d: %d", i+1, status)
		}
		if i >= 10 && status != http.StatusTooManyRequests {
			t.Fatalf("try %d: %d, want to be slowed down", i+1, status)
		}
		if strings.Contains(body, "wrong-password") {
			t.Fatal("a password came back in the page")
		}
	}
	w.clock.Advance(2 * time.Minute)
	if status, _, _ := v.post("/sign-in", url.Values{"login": {"community_worker"}, "password": {password}}); status != http.StatusSeeOther {
		t.Errorf("after two minutes: %d", status)
	}
}

func TestRedirectsStayHere(t *testing.T) {
	w := newTown(t)
	v := w.visitor()
	for _, back := range []string{"https://elsewhere.example/", "//elsewhere.example", `/\elsewhere.example`, "/\t/elsewhere.example", "/x\\y"} {
		_, _, h := v.get("/prefer?" + url.Values{"lang": {"en"}, "back": {back}}.Encode())
		if h.Get("Location") != "/" {
			t.Errorf("%s leads to %s", back, h.Get("Location"))
		}
	}
}

func TestCrossOriginFormsAreRefused(t *testing.T) {
	w := newTown(t)
	r, err := http.NewRequest(http.MethodPost, w.server.URL+"/sign-in", strings.NewReader("login=x&password=y"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if status, _, _ := w.visitor().read(w.visitor().Do(r)); status != http.StatusForbidden {
		t.Errorf("%d", status)
	}
}

// What is too large is refused with a page that says so, and nothing is kept.
func TestHugeBodies(t *testing.T) {
	w := newTown(t)
	v := w.signedIn("community_worker")
	r, err := http.NewRequest(http.MethodPost, w.server.URL+"/desk/imports/roster/roster", io.LimitReader(zeros{}, 200<<20))
	if err != nil {
		t.Fatal(err)
	}
	r.ContentLength = 200 << 20
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	res, err := v.Do(r)
	if err != nil {
		return // the server closed the connection on us, which a client may see before the answer
	}
	status, body, _ := v.read(res, nil)
	if status != http.StatusRequestEntityTooLarge || !strings.Contains(body, "MB") {
		t.Errorf("%d", status)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestWrongAddresses(t *testing.T) {
	w := newTown(t)
	v := w.visitor()
	for _, path := range []string{
		"/matters/0", "/matters/x", "/matters/99999999999999999999", "/matters/7777", "/places/person/x", "/places/compound/none",
		"/methods/none", "/charter/../go.mod", "/charter/none.yaml", "/files/zz", "/receipts/none", "/none",
	} {
		if status, _, _ := v.get(path); status != http.StatusNotFound && status != http.StatusMovedPermanently && status != http.StatusTemporaryRedirect {
			t.Errorf("%s: %d", path, status)
		}
	}
}

// The roster of a compound is uploaded, previewed with its faults, corrected, confirmed; importing it again changes nothing.
func TestRosterFromFileToRegister(t *testing.T) {
	w := newTown(t)
	v := w.signedIn("community_worker")
	bad := "楼栋,单元,房号,建筑面积,业主姓名\n1,1,101,七十八,演示甲\n1,1,102,60.00㎡,演示乙\n"
	status, _, h := v.upload("/desk/imports/roster/roster", "名册.csv", bad)
	if status != http.StatusSeeOther {
		t.Fatalf("upload: %d", status)
	}
	status, body, _ := v.get(h.Get("Location"))
	if status != http.StatusOK || !strings.Contains(body, "七十八") || !strings.Contains(body, "corrected") {
		t.Fatalf("preview: %d, the fault is not shown", status)
	}
	if status, _, _ := v.post(h.Get("Location"), url.Values{"_id": {"import-bad-1"}}); status != http.StatusUnprocessableEntity {
		t.Errorf("a file with faults was confirmed: %d", status)
	}
	if status, _, hh := v.get(strings.Replace(h.Get("Location"), "?", "/corrected?", 1)); status != http.StatusOK || !strings.Contains(hh.Get("Content-Type"), "spreadsheet") {
		t.Errorf("corrected: %d", status)
	}
	good := strings.Replace(bad, "七十八", "７８．６２", 1)
	_, _, h = v.upload("/desk/imports/roster/roster", "名册.csv", good)
	at := h.Get("Location")
	if _, _, h := v.uploadUnder("under.find", "演示路1号院", "/desk/imports/roster/roster", "名册.csv", good); h.Get("Location") != at {
		t.Errorf("a compound that is named leads to %q, one that is chosen to %q", h.Get("Location"), at)
	}
	if status, body, _ := v.get(at); status != http.StatusOK || strings.Contains(body, "corrected") {
		t.Fatalf("preview of the good file: %d", status)
	}
	if status, _, h := v.post(at, url.Values{"_id": {"import-good-1"}}); status != http.StatusSeeOther || h.Get("Location") != "/desk/changes/import-good-1" {
		t.Fatalf("confirm: %d", status)
	}
	if status, body, _ := v.get("/desk/changes/import-good-1"); status != http.StatusOK || !strings.Contains(body, "撤销这一次") {
		t.Errorf("the import: %d", status)
	}
	rows, err := w.house.Book.Reader(context.Background(), w.house.Store.Read(), w.house.Tenant, w.house.Charter.Registers).Rows("part", compound, calendar.DateOf(start))
	if err != nil || len(rows) != 2 || rows[0].Int("area") != 7862 {
		t.Errorf("parts: %v %v", rows, err)
	}
	if _, body, _ := v.get(at); strings.Contains(body, `name="_id"`) {
		t.Error("the same file is offered for import again")
	}
}

func (v *visitor) upload(path, name, content string) (int, string, http.Header) {
	return v.uploadUnder("under", compound.String(), path, name, content)
}

// uploadUnder names the compound as it says.
func (v *visitor) uploadUnder(by, compound, path, name, content string) (int, string, http.Header) {
	v.w.t.Helper()
	file := filepath.Join(v.w.t.TempDir(), "f")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		v.w.t.Fatal(err)
	}
	body, typ := multipartForm(v.w.t, map[string]string{by: compound}, name, content)
	return v.read(v.Post(v.w.server.URL+path, typ, body))
}

// A session ends with the password it was begun under.
func TestANewPasswordEndsSessions(t *testing.T) {
	w := newTown(t)
	v := w.signedIn("community_worker")
	if status, _, _ := v.get("/desk"); status != http.StatusOK {
		t.Fatalf("before: %d", status)
	}
	err := w.house.Store.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return w.house.People.SetPassword(ctx, tx, "p-community_worker", "another-example")
	})
	if err != nil {
		t.Fatal(err)
	}
	if status, _, _ := v.get("/desk"); status != http.StatusSeeOther {
		t.Errorf("after: %d", status)
	}
}

// The administrator keeps accounts; rows of registers are for those whose role keeps them.
func TestTheAdministratorKeepsNoRegisters(t *testing.T) {
	w := newTown(t)
	v := w.signedIn("it_admin")
	if status, _, _ := v.upload("/desk/imports/roster/roster", "名册.csv", "楼栋,单元,房号,建筑面积,业主姓名\n1,1,101,60.00,演示丁\n"); status != http.StatusForbidden {
		t.Errorf("upload: %d", status)
	}
	at := "/desk/imports/roster/roster/" + string(act.Sum(nil)) + "?under=" + url.QueryEscape(compound.String())
	if status, _, _ := v.get(at); status != http.StatusForbidden {
		t.Errorf("preview: %d", status)
	}
	if status, _, _ := v.post(at, url.Values{"_id": {"import-admin-1"}}); status != http.StatusForbidden {
		t.Errorf("confirm: %d", status)
	}
}
