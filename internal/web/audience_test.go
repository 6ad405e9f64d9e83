package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/api"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/desk"
	"gongzhi/internal/method"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/step/steptest"
	"gongzhi/internal/store"
	"gongzhi/internal/web"
)

// Every field × every role × every door. Nothing here names a field, a route or a role of its own: registers, methods,
// roles and routes are walked as they are declared, so that what is added tomorrow is covered tomorrow. A placeholder
// in a pattern that the test does not know fails it.

// secret is a value somewhere in the house that not everybody may read.
type secret struct {
	what      string // person.phone of person/x
	value     string // as it would stand in an answer of any door
	under     string // path of the place it belongs to
	personal  bool   // sealed: plain only where it was opened for a purpose
	about     string // login of the person it is about or who said it
	file      bool   // value is the digest of a file
	elsewhere string // a part of addresses on which the same words stand for something that is no secret
}

// may says whether a role may read a secret on an address, by the rule and not by the code: the oracle of the test.
func (s secret) may(w *town, login, path string) bool {
	if login == s.about && (strings.HasPrefix(path, "/me") || strings.HasPrefix(path, "/desk/registers/")) {
		return true
	}
	role := w.house.Charter.Roles[w.roles[login]]
	if !role.Desk || !strings.HasPrefix(s.under, w.paths[login]) {
		return false
	}
	privacy, reg := w.house.Charter.Privacy, strings.Split(s.what, ".")[0]
	if domain := privacy.DomainOf(reg); domain != "" && !slices.Contains(privacy.Domains[domain].Roles, w.roles[login]) {
		return false
	}
	if s.personal {
		return role.Seals && (strings.Contains(path, "/sealed") || s.file && strings.HasPrefix(path, "/files/"))
	}
	return role.Seals || role.Books
}

func TestEveryFieldForEveryRoleAtEveryDoor(t *testing.T) {
	if testing.Short() {
		t.Skip("a minute of reading, which neither another database nor the race detector makes another")
	}
	w := newTown(t)
	w.letEverybodyIn()
	secrets := append(w.fillRegisters(), w.walkMethods()...)
	if len(secrets) < 30 {
		t.Fatalf("only %d secrets are there to look for", len(secrets))
	}
	routes, forms := w.everyAddress("GET", secrets), w.everyAddress("POST", secrets)
	readers := map[string]*visitor{"": w.visitor()}
	for login := range w.roles {
		readers[login] = w.signedIn(login)
	}
	shown := &sightings{of: map[string]bool{}}
	t.Run("readers", func(t *testing.T) { // nobody's pages depend on what another has read
		for login, v := range readers {
			t.Run(login, func(t *testing.T) {
				t.Parallel()
				w.walk(v, login, routes, forms, secrets, shown)
			})
		}
	})
	w.lookAtAPI(secrets, shown)
	// What nobody was ever shown was not tested: each secret is read by somebody whose task it is.
	for _, s := range secrets {
		if !shown.of[s.value] {
			t.Errorf("%s was shown to nobody, not even to those who may read it", s.what)
		}
	}
}

// sightings are the values that were shown to somebody.
type sightings struct {
	mu sync.Mutex
	of map[string]bool
}

func (s *sightings) add(value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of[value] = true
}

// walk opens every address as one reader, what links with a query lead to, and has every form refused.
func (w *town) walk(v *visitor, login string, routes, forms []string, secrets []secret, shown *sightings) {
	w.statePurposes(v)
	seen := map[string]bool{}
	for todo := slices.Clone(routes); len(todo) > 0; todo = todo[1:] {
		path := todo[0]
		_, body, h := v.get(path)
		w.look(secrets, login, path, body+h.Get("Location")+h.Get("Content-Disposition"), shown)
		for _, more := range queried.FindAllStringSubmatch(body, -1) { // tabs, filters, next pages
			if href := html.UnescapeString(more[1]); !seen[href] && !strings.HasPrefix(href, "/prefer?") && !strings.HasPrefix(href, "/sign-in?") {
				seen[href] = true
				todo = append(todo, href)
			}
		}
	}
	for _, path := range forms { // nothing is answered, so each is refused: refusals must not tell either
		_, body, _ := v.post(path, url.Values{"_id": {"audience-" + login}, "_step": {"?"}})
		w.look(secrets, login, path, body, shown)
	}
}

var queried = regexp.MustCompile(`href="(/[^"]*\?[^"]*)"`)

// look reports secrets in an answer to whom they are not for.
func (w *town) look(secrets []secret, login, path, answer string, shown *sightings) {
	for _, s := range secrets {
		if s.elsewhere != "" && strings.Contains(path, s.elsewhere) {
			continue
		}
		if s.file && strings.Contains(path, s.value) && !strings.HasPrefix(path, "/files/") {
			continue // an address given back
		}
		there := strings.Contains(answer, s.value)
		if s.file && strings.HasPrefix(path, "/files/") {
			there = strings.HasSuffix(path, s.value) && strings.HasPrefix(answer, "%PDF")
		}
		if !there {
			continue
		}
		if !s.may(w, login, path) {
			w.t.Errorf("%s, as %q: %s stands there, which is not for them", path, login, s.what)
		}
		shown.add(s.value)
	}
}

// letEverybodyIn adds, for each role of the desk over a place, somebody in another place, and owners.
func (w *town) letEverybodyIn() {
	ctx := context.Background()
	for key, role := range w.house.Charter.Roles {
		switch {
		case role.Own:
			w.person(ctx, key, key, part)
		case role.Scope == "community":
			w.person(ctx, key+"_elsewhere", key, act.RowID{Register: "community", ID: "bishagang"})
		}
	}
	w.person(ctx, "yanshijia", "owner", part)
	w.roles, w.paths = map[string]string{}, map[string]string{}
	on := calendar.DateOf(w.clock.Now())
	for after := ""; ; {
		list := must(w.house.People.List(ctx, w.house.Store.Read(), after, 100))
		if len(list) == 0 {
			return
		}
		for _, a := range list {
			for _, m := range must(w.house.People.Mandates(ctx, w.house.Store.Read(), a.Person, on)) {
				w.roles[a.Login], w.paths[a.Login] = m.Role, m.Path
			}
			after = a.Login
		}
	}
}

// fillRegisters puts a row with every field into every register, in the compound where everybody works, and gives the
// values that are not for everybody.
func (w *town) fillRegisters() (out []secret) {
	w.t.Helper()
	ctx, on := context.Background(), calendar.DateOf(w.clock.Now())
	rng := rand.New(rand.NewPCG(1, 2))
	parents := map[string]act.RowID{"compound": compound, "community": {Register: "community", ID: "nyyh"}, "part": part, "building": {Register: "building", ID: "y1b1"}}
	var set book.Set
	set.On = on
	for _, sch := range w.house.Charter.Registers.All() {
		id := act.RowID{Register: sch.Key, ID: "q" + sch.Key + "q"}
		e := register.Entry{ID: id, Parent: parents[sch.Parent], Values: map[string]any{}}
		if sch.Parent != "" && e.Parent.IsZero() {
			e.Parent = act.RowID{Register: sch.Parent, ID: "q" + sch.Parent + "q"}
		}
		for i := range sch.Fields {
			f := &sch.Fields[i]
			if f.Formula != "" {
				continue
			}
			v := w.made(rng, f, i)
			if v == nil {
				if f.Required {
					w.t.Fatalf("%s.%s is required and the test can make no value of it", sch.Key, f.Key)
				}
				continue
			}
			e.Values[f.Key] = v
			if said := f.Say(v); f.Audience != register.Public && len(said) > 8 {
				if w.house.Charter.Privacy.DomainOf(sch.Key) != "" && f.Type != register.Line && f.Type != register.Text {
					continue // another register, not kept apart, may say the same day or person
				}
				s := secret{what: sch.Key + "." + f.Key, value: said, personal: f.Personal || f.Audience == register.Self}
				if f.Type == register.OneRow || f.Type == register.Rows {
					s.elsewhere = "/registers/" + f.Registers[0] // where the row itself is at home its id is its address
				}
				out = append(out, s)
			}
		}
		set.Entries = append(set.Entries, e)
	}
	if _, err := w.house.Change(ctx, act.By{Role: act.HouseItself}, "test-secrets", "registers/", set); err != nil {
		w.t.Fatal(err)
	}
	in := w.house.Book.Reader(ctx, w.house.Store.Read(), w.house.Tenant, w.house.Charter.Registers)
	for i := range out {
		reg, _, _ := strings.Cut(out[i].what, ".")
		out[i].under = must(in.Path(act.RowID{Register: reg, ID: "q" + reg + "q"}, on))
		w.rows = append(w.rows, act.RowID{Register: reg, ID: "q" + reg + "q"})
	}
	w.rows = append(w.rows, act.RowID{Register: "person", ID: "yanshijia"})
	return out
}

// made makes a value of a field that the register takes and that can be recognised; nil where it cannot.
func (w *town) made(rng *rand.Rand, f *register.Field, order int) any {
	on := calendar.DateOf(w.clock.Now())
	tries := []string{}
	switch f.Type {
	case register.Line, register.Text:
		tries = []string{fmt.Sprintf("密%08x", rng.Uint32()), "12345678", fmt.Sprint(rng.IntN(1e9)), "101", "甲"}
	case register.Choice, register.Many:
		tries = []string{f.Options[0].Value}
	case register.Yes:
		tries = []string{"是"}
	case register.Count, register.Money, register.Area:
		tries = []string{fmt.Sprint(1000000 + rng.IntN(8999999)), "1950", "2020", "50", "7", "1"}
	case register.Date:
		tries = []string{fmt.Sprintf("19%02d-0%d-1%d", 50+order, 1+rng.IntN(9), rng.IntN(9))} // later fields later, as periods want
	case register.Phone:
		tries = []string{fmt.Sprintf("138%08d", rng.IntN(1e8))}
	case register.IDNumber:
		tries = []string{idNumber(rng)}
	case register.USCC:
		tries = []string{"91350100M000100Y43"}
	case register.OneRow, register.Rows:
		for _, r := range f.Registers {
			tries = append(tries, r+"/q"+r+"q")
		}
	case register.Division:
		tries = []string{"410102001", "410102"}
	case register.Place:
		tries = []string{"演示路1号院"}
	case register.Geometry:
		tries = []string{`{"type":"Point","coordinates":[113.6,34.7]}`}
	}
	for _, s := range tries {
		if v, why := f.Parse(s, on); why == nil && v != nil {
			return v
		}
	}
	return nil
}

// idNumber makes a number of the form of GB 11643 for nobody.
func idNumber(rng *rand.Rand) string {
	n := fmt.Sprintf("1101051949%02d%02d%03d", 1+rng.IntN(12), 1+rng.IntN(28), rng.IntN(1000))
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(n[i]-'0') * weight
	}
	return n + string("10X98765432"[sum%11])
}

// walkMethods sends people through every method for a while, and gives every sealed answer that came of it.
func (w *town) walkMethods() (out []secret) {
	w.t.Helper()
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(3, 4))
	for _, key := range w.house.Charter.MethodKeys() {
		m, _ := w.house.Charter.Method(key)
		number, ok := w.beginAny(rng, m)
		if !ok {
			continue // begun by another method
		}
		for range 60 {
			w.moveAny(rng, number)
		}
	}
	matters := must(w.house.Ledger.Matters(ctx, w.house.Store.Read()))
	for _, n := range matters {
		if n == act.House {
			continue
		}
		w.matters = append(w.matters, n)
		m, _, err := w.house.Docket.Find(ctx, w.house.Store.Read(), n)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, a := range must(w.house.Ledger.Acts(ctx, w.house.Store.Read(), n, 0)) {
			for field, v := range must(w.house.Ledger.Unseal(ctx, w.house.Store.Read(), a)) {
				s := secret{what: fmt.Sprintf("%s of act %d of matter %d (%s)", field, a.Seq, n, m.Method), value: v, under: m.Scope, personal: true, about: strings.TrimPrefix(string(a.By.Person), "p-")}
				if files := act.FilesIn([]byte(v)); len(files) > 0 {
					s.value, s.file = string(files[0]), true
				}
				if len(s.value) > 8 {
					out = append(out, s)
				}
			}
		}
	}
	return out
}

func (w *town) beginAny(rng *rand.Rand, m *method.Method) (act.Matter, bool) {
	ctx := context.Background()
	in := w.house.Book.Reader(ctx, w.house.Store.Read(), w.house.Tenant, w.house.Charter.Registers)
	var subject act.RowID
	if m.Subject != "" {
		rows := must(in.Rows(m.Subject, act.RowID{}, calendar.DateOf(w.clock.Now())))
		for _, row := range rows {
			if row.ID == compound || row.ID.ID == "nyyh" || row.ID == part || row.ID.ID == "q"+m.Subject+"q" && subject.IsZero() {
				subject = row.ID
			}
		}
	}
	for login, role := range w.roles {
		if !slices.Contains(m.Start.By, role) || strings.HasSuffix(login, "_elsewhere") {
			continue
		}
		for range 30 {
			s := w.answers(rng, step.Ask{Fields: m.Start.Fields}, step.View{Now: w.clock.Now(), Matter: step.Matter{Subject: subject}})
			if r, err := w.house.Desk.Begin(ctx, w.actor(login), m.Key, subject, s); err == nil {
				return r.Matter, true
			} else if strings.Contains(err.Error(), "method.once") {
				return w.matter, true
			}
		}
	}
	return 0, false
}

// answers makes up what a form asks, with real files.
func (w *town) answers(rng *rand.Rand, a step.Ask, view step.View) step.Submission {
	ctx := context.Background()
	view.Book = w.house.Book.Reader(ctx, w.house.Store.Read(), w.house.Tenant, w.house.Charter.Registers)
	s := steptest.Answer(rng, a, view)
	for key := range s.Files {
		f, err := w.house.Files.Put(ctx, w.house.Store, "演示.pdf", strings.NewReader(fmt.Sprintf("%%PDF-1.4 %x", rng.Uint64())))
		if err != nil {
			w.t.Fatal(err)
		}
		s.Files[key] = []step.File{f}
	}
	return s
}

func (w *town) moveAny(rng *rand.Rand, number act.Matter) {
	ctx := context.Background()
	type may struct {
		login string
		ask   step.Ask
	}
	var can []may
	var view step.View
	err := w.house.Desk.Read(ctx, number, func(_ context.Context, _ store.Q, st desk.Standing) error {
		view = step.View{Now: st.Context.Now, Matter: st.Run.Matter}
		for login := range w.roles {
			for _, a := range st.For(w.actor(login)) {
				can = append(can, may{login, a})
			}
		}
		for _, c := range st.Run.Children {
			if c.Result == "" && rng.IntN(2) == 0 {
				number = c.Matter
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	slices.SortFunc(can, func(a, b may) int {
		return strings.Compare(a.login+a.ask.Verb+a.ask.Item, b.login+b.ask.Verb+b.ask.Item)
	})
	if len(can) == 0 || rng.IntN(8) == 0 {
		w.clock.Advance(26 * time.Hour)
		_ = w.house.Desk.Tick(ctx, number, w.clock.Now()) // what is not due does not move
		return
	}
	x := can[rng.IntN(len(can))]
	s := w.answers(rng, x.ask, view)
	for _, f := range x.ask.Fields {
		if f.Type == step.PersonType {
			s.Values[f.Key] = []string{"p-" + f.Roles[0]}
		}
	}
	_, _ = w.house.Desk.Submit(ctx, w.actor(x.login), number, s) // one time in eight it is made to be refused
}

// everyAddress fills every placeholder of every pattern of the site with everything it may stand for here.
func (w *town) everyAddress(want string, secrets []secret) []string {
	w.t.Helper()
	var files, methods, matters []string
	for _, s := range secrets {
		if s.file {
			files = append(files, s.value)
		}
	}
	for _, n := range w.matters {
		matters = append(matters, fmt.Sprint(n))
	}
	methods = w.house.Charter.MethodKeys()
	var registers []string
	for _, sch := range w.house.Charter.Registers.All() {
		registers = append(registers, sch.Key)
	}
	var parts []string
	for _, row := range w.rows {
		if row.Register == "part" {
			parts = append(parts, row.ID)
		}
	}
	fill := map[string][]string{
		"{part}": append(parts, "no-such-part"),
		"{$}":    {""}, "{set}": {"problem"}, "{n}": matters, "{verb}": {"close", "record", "object", "post", "submit"}, "{key}": methods, "{method}": methods,
		"{step}": {"owners_ballot", "vote"}, "{visit}": {"1"}, "{file}": {"certificate.json", "roll.csv", "ballots.csv"},
		"{document}": {"certificate", "publicity_1-1", "review-1"}, "{link}": {"no-such-link"}, "{code}": {"ABCDEFGHABCDEFGH"},
		"{hash}": files, "{other}": {"qpersonq"}, "{person}": {"p-community_worker", "nobody"}, "{do}": {"give", "recall", "password", "close"}, "{kind}": {"sheet", "shapes", "roster"}, "{source}": {"roster", "person", "compound"}, "{file...}": {"roles.yaml"}, "{register}": registers, "{change}": {"demo-places"}, "{id}": {"begin-renovation-1"},
		"{path...}": {"0/000", "entries/000", "entries/000.p/9"}, "{matter}": append(matters, "0"), "{seq}": {"1", "2", "3", "7", "12"}, "{digest}": {string(w.house.Charter.Digest)},
	}
	var out []string
	for _, rt := range web.Routes() {
		verb, pattern, _ := strings.Cut(rt.Pattern, " ")
		if verb != want || pattern == "/sign-out" {
			continue
		}
		paths := []string{pattern}
		if strings.Contains(pattern, "{register}/{id}") {
			paths = nil
			for _, row := range w.rows {
				paths = append(paths, strings.Replace(pattern, "{register}/{id}", row.String(), 1))
			}
		}
		for name, values := range fill {
			var more []string
			for _, p := range paths {
				if !strings.Contains(p, name) {
					more = append(more, p)
					continue
				}
				for _, v := range values {
					more = append(more, strings.Replace(p, name, v, 1))
				}
			}
			paths = more
		}
		for _, p := range paths {
			if strings.Contains(p, "{") {
				w.t.Fatalf("the test does not know what %s may stand for", pattern)
			}
		}
		out = append(out, paths...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// statePurposes is what a reader has to say before anything sealed is opened.
func (w *town) statePurposes(v *visitor) {
	for _, n := range w.matters {
		v.post(fmt.Sprintf("/desk/matters/%d/sealed", n), url.Values{"purpose": {"handle_matter"}})
	}
	for _, row := range w.rows {
		v.post("/desk/registers/"+row.String()+"/sealed", url.Values{"purpose": {"handle_matter"}})
	}
}

// lookAtAPI asks every address of the API as everybody, and sends every writing address something it refuses.
func (w *town) lookAtAPI(secrets []secret, shown *sightings) {
	h := w.house
	server := httptest.NewServer(api.New(api.For(h, nil)).Handler())
	w.t.Cleanup(server.Close)
	tokens := map[string]string{"": ""}
	for login := range w.roles {
		err := h.Store.Write(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
			tokens[login], err = h.People.IssueToken(ctx, tx, act.Person("p-"+login), "test", tx.Now().Add(time.Hour))
			return err
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
	for _, pattern := range api.Patterns() {
		verb, path, _ := strings.Cut(pattern, " ")
		paths := []string{strings.Replace(path, "{id}", "begin-renovation-1", 1)}
		if strings.Contains(path, "{n}") {
			paths = nil
			for _, n := range w.matters {
				paths = append(paths, strings.Replace(path, "{n}", fmt.Sprint(n), 1))
			}
		}
		if strings.Contains(path, "{register}") {
			paths = nil
			for _, row := range w.rows {
				paths = append(paths, strings.NewReplacer("{register}", row.Register, "{row}", row.ID).Replace(path))
			}
		}
		for _, p := range paths {
			if strings.Contains(p, "{") {
				w.t.Fatalf("the test does not know what %s may stand for", pattern)
			}
			if verb == "GET" && (strings.HasSuffix(p, "/acts") || strings.HasSuffix(p, "/rows")) {
				p += "?limit=100"
			}
			for login, token := range tokens {
				r := must(http.NewRequest(verb, server.URL+p, strings.NewReader(`{"verb":"close","method":"renovation","subject":"compound/yanshi1","version":"99","values":{"?":"?"}}`)))
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("Idempotency-Key", "audience-"+login)
				if token != "" {
					r.Header.Set("Authorization", "Bearer "+token)
				}
				_, body, _ := w.visitor().read(http.DefaultClient.Do(r))
				var plain any
				if json.Unmarshal([]byte(body), &plain) == nil {
					body = fmt.Sprint(plain) // without the escapes of JSON
				}
				w.look(secrets, login, p, body, shown)
			}
		}
	}
}
