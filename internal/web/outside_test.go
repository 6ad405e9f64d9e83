package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"gongzhi/charters"
	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/clock"
	"gongzhi/internal/house"
	"gongzhi/internal/people"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/web"
)

// street is a house on disk behind a real server, which can be killed and started again at any moment, and a section of
// road with chiefs. It is what phones without signal are tried against.
type street struct {
	t      *testing.T
	dir    string
	clock  *clock.Manual
	house  *house.House
	server *httptest.Server
	rows   int
}

func newStreet(t *testing.T) *street {
	t.Helper()
	s := &street{t: t, dir: t.TempDir(), clock: clock.NewManual(start)}
	s.open()
	t.Cleanup(func() { s.close() })
	for _, login := range []string{"jia", "yi"} {
		m := people.Mandate{Role: "road_chief_3", Starts: calendar.DateOf(start)}
		account := people.Account{Person: act.Person("p-" + login), Login: login, Name: "演示" + login}
		if err := s.house.Admit(t.Context(), act.By{Role: act.HouseItself}, account, password, m); err != nil {
			t.Fatal(err)
		}
	}
	office := people.Mandate{Role: "street_office", Starts: calendar.DateOf(start)}
	if err := s.house.Admit(t.Context(), act.By{Role: act.HouseItself}, people.Account{Person: "p-office", Login: "office", Name: "演示办"}, password, office); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *street) open() {
	s.t.Helper()
	h, err := house.Open(context.Background(), house.Config{Charter: charters.Linshanzhai(), Dir: s.dir, Clock: s.clock, NoLog: true})
	if err != nil {
		s.t.Fatal(err)
	}
	s.house = h
	s.server = httptest.NewServer(web.New(web.Config{House: h}).Handler())
}

// close is what a kill looks like from outside: connections break, and nothing is finished that was not on disk.
func (s *street) close() {
	s.server.CloseClientConnections()
	s.server.Close()
	if err := s.house.Close(); err != nil {
		s.t.Error(err)
	}
}

func (s *street) kill() {
	s.close()
	s.open()
}

// patrol begins a round over so many places of a section of its own.
func (s *street) patrol(places int) (n act.Matter, section string) {
	s.t.Helper()
	s.rows++
	section = fmt.Sprintf("s%d", s.rows)
	at := act.RowID{Register: "road_section", ID: section}
	set := book.Set{On: calendar.DateOf(s.clock.Now()), Entries: []register.Entry{
		{ID: at, Parent: act.RowID{Register: "community", ID: "nyyh"}, Values: map[string]any{"name": "演示路" + section}},
	}}
	for i := range places {
		set.Entries = append(set.Entries, register.Entry{
			ID: act.RowID{Register: "patrol_point", ID: placeOf(section, i)}, Parent: at, Values: map[string]any{"name": fmt.Sprintf("第%d点", i)},
		})
	}
	if _, err := s.house.Change(s.t.Context(), act.By{Role: act.HouseItself}, "add-"+section+"-rows", "registers/road_section.yaml", set); err != nil {
		s.t.Fatal(err)
	}
	who, err := s.house.Actor(s.t.Context(), "p-office")
	if err != nil {
		s.t.Fatal(err)
	}
	got, err := s.house.Desk.Begin(s.t.Context(), who, "road_patrol", at, step.Submission{ID: "begin-" + section + "-now", Values: map[string][]string{"level": {"third"}}})
	if err != nil {
		s.t.Fatal(err)
	}
	return got.Matter, section
}

func placeOf(section string, i int) string { return fmt.Sprintf("%sp%d", section, i) }

// entry is one thing that lies in a phone's queue, as assets/ts/queue.ts keeps it.
type entry struct {
	id, action, group string
	values            url.Values
	photo             []byte
	made              time.Time // truly
	state             string    // "", taken, refused
	answer            answerOf
	tried             bool          // it may have reached the server once
	way               time.Duration // the longest that a copy of it was on its way: what no clock can tell
}

type answerOf struct {
	State, Href, Kind, Code, Words, Now, NowHref string
	There                                        []struct{ When, Who, What, Said string }
	Fields                                       []struct{ Label, Words string }
}

// phone is a browser with a queue. It does what queue.ts does: one entry at a time, the next when the one before was
// answered, the same id again where no answer came, and behind what was refused nothing of the same matter.
type phone struct {
	s        *street
	login    string
	skew     time.Duration // of its clock
	client   *http.Client
	net      *badNet
	queue    []*entry
	signedIn bool
}

func (s *street) phone(login string, net *badNet, skew time.Duration) *phone {
	p := &phone{s: s, login: login, skew: skew, net: net}
	p.signIn()
	return p
}

func (p *phone) signIn() {
	p.s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.s.t.Fatal(err)
	}
	p.client = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := p.client.PostForm(p.s.server.URL+"/sign-in", url.Values{"login": {p.login}, "password": {password}})
	if err != nil {
		p.s.t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		p.s.t.Fatalf("%s cannot sign in: %d", p.login, res.StatusCode)
	}
	p.signedIn = true
}

func (p *phone) page(path string) string {
	p.s.t.Helper()
	res, err := p.client.Get(p.s.server.URL + path)
	if err != nil {
		p.s.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }() // read to its end
	raw, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		p.s.t.Fatalf("GET %s: %d %v", path, res.StatusCode, err)
	}
	return string(raw)
}

var questionsIn = regexp.MustCompile(`name="_questions" value="([0-9a-f]+)"`)

// opened takes what a form page says, so that it can be filled in without signal later.
func (p *phone) opened(path string) (questions string) {
	p.s.t.Helper()
	m := questionsIn.FindStringSubmatch(p.page(path))
	if m == nil {
		p.s.t.Fatalf("%s may not be filled in without signal", path)
	}
	return m[1]
}

func (p *phone) fill(id, action, group string, values url.Values, photo []byte) *entry {
	e := &entry{id: id, action: action, group: group, values: values, photo: photo, made: p.s.clock.Now()}
	p.queue = append(p.queue, e)
	return e
}

func (p *phone) millis(at time.Time) string {
	return strconv.FormatInt(at.Add(p.skew).UnixMilli(), 10)
}

func (p *phone) body(e *entry) ([]byte, string) {
	var buf bytes.Buffer
	m := multipart.NewWriter(&buf)
	write := func(name, value string) {
		if err := m.WriteField(name, value); err != nil {
			p.s.t.Fatal(err)
		}
	}
	for name, values := range e.values {
		for _, v := range values {
			write(name, v)
		}
	}
	write("_id", e.id)
	write("_by", "p-"+p.login)
	write("_made", p.millis(e.made))
	write("_sent", p.millis(p.s.clock.Now()))
	if e.photo != nil {
		f, err := m.CreateFormFile("photo_of_place", e.id+".jpg")
		if err == nil {
			_, err = f.Write(e.photo)
		}
		if err != nil {
			p.s.t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		p.s.t.Fatal(err)
	}
	return buf.Bytes(), m.FormDataContentType()
}

// flush is one round. What cannot be sent stays.
func (p *phone) flush() {
	held := map[string]bool{}
	for _, e := range slices.Clone(p.queue) {
		if e.state == "refused" {
			held[e.group] = true
		}
		if e.state != "" || held[e.group] {
			continue
		}
		raw, typ := p.body(e)
		e.tried = true
		answer, err := p.net.send(p, e, raw, typ)
		if err != nil {
			return // no signal; try again later
		}
		if answer.Kind == "sign_in" {
			p.signedIn = false
			return
		}
		e.state, e.answer = answer.State, answer
		if e.state == "refused" {
			held[e.group] = true
		}
	}
}

// badNet loses, doubles, delays and breaks what it carries, by chance.
type badNet struct {
	rng  *rand.Rand
	s    *street
	calm bool
	late []func() // requests that are still on their way and arrive when nobody waits for them any more
}

// longestWay is how long a request may be on its way at most: no connection stands for longer without a sign of life.
const longestWay = 15 * time.Minute

var errLost = errors.New("lost")

func (n *badNet) send(p *phone, e *entry, raw []byte, typ string) (answerOf, error) {
	deliver := func(body []byte, length int64) (answerOf, error) {
		req, err := http.NewRequest(http.MethodPost, n.s.server.URL+e.action, io.NopCloser(bytes.NewReader(body)))
		if err != nil {
			return answerOf{}, err
		}
		req.ContentLength = length
		req.Header.Set("Content-Type", typ)
		req.Header.Set("Gongzhi-Queue", "1")
		res, err := p.client.Do(req)
		if err != nil {
			return answerOf{}, err
		}
		defer func() { _ = res.Body.Close() }() // read to its end
		got, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode >= 500 || res.Header.Get("Content-Type") != "application/json" {
			return answerOf{}, fmt.Errorf("%d %w", res.StatusCode, errors.Join(err, errLost))
		}
		var a answerOf
		return a, json.Unmarshal(got, &a)
	}
	whole := func() (answerOf, error) { return deliver(raw, int64(len(raw))) }
	if n.calm {
		return whole()
	}
	switch n.rng.IntN(12) {
	case 0: // never arrives
		return answerOf{}, errLost
	case 1: // arrives, and the answer is lost
		_, _ = whole()
		return answerOf{}, errLost
	case 2: // arrives twice
		_, _ = whole()
		return whole()
	case 3: // twice at the same time
		done := make(chan struct{})
		go func() { defer close(done); _, _ = whole() }()
		a, err := whole()
		<-done
		return a, err
	case 4, 5: // given up, and arrives much later, after things that were sent after it
		left := n.s.clock.Now()
		n.late = append(n.late, func() {
			way := n.s.clock.Now().Sub(left)
			if way > longestWay {
				return
			}
			e.way = max(e.way, way)
			_, _ = whole()
		})
		return answerOf{}, errLost
	case 6: // breaks off halfway
		_, _ = deliver(raw[:len(raw)/2], int64(len(raw)))
		return answerOf{}, errLost
	case 7: // the server is killed just before
		n.s.kill()
		return answerOf{}, errLost
	case 8: // and just after
		_, _ = whole()
		n.s.kill()
		return answerOf{}, errLost
	}
	return whole()
}

// arrive lets some of what is late arrive, in any order.
func (n *badNet) arrive(all bool) {
	n.rng.Shuffle(len(n.late), func(i, j int) { n.late[i], n.late[j] = n.late[j], n.late[i] })
	k := n.rng.IntN(len(n.late) + 1)
	if all {
		k = len(n.late)
	}
	for _, f := range n.late[:k] {
		f()
	}
	n.late = n.late[k:]
}

var jpeg = append([]byte("\xff\xd8\xff\xe0"), bytes.Repeat([]byte("演示照片"), 2000)...)

// runsOutside is which made-up days are walked: GONGZHI_WALK_SEED gives the first, GONGZHI_WALK_DAYS how many from there.
func runsOutside(t *testing.T) (first, n uint64) {
	number := func(name string, otherwise uint64) uint64 {
		raw := os.Getenv(name)
		if raw == "" {
			return otherwise
		}
		n, err := strconv.ParseUint(raw, 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return n
	}
	n = 200
	if testing.Short() {
		n = 12
	}
	if first = number("GONGZHI_WALK_SEED", 0); first > 0 {
		return first, number("GONGZHI_WALK_DAYS", 1)
	}
	return 1, n
}

// Two people with two phones walk the same round while the network does its worst and the server is killed now and then.
// In the end nothing is lost, nothing is doubled, each phone's own order is kept, times are those of the phones, and
// whatever was refused says why and shows the other side.
func TestNothingIsLostOrDoubledWithoutSignal(t *testing.T) {
	s := newStreet(t)
	first, n := runsOutside(t)
	for seed := first; seed < first+n; seed++ {
		if !s.day(seed) {
			t.Fatalf("seed %d: run again with GONGZHI_WALK_SEED=%d", seed, seed)
		}
	}
}

// day is one walk.
func (s *street) day(seed uint64) (ok bool) {
	t := s.t
	rng := rand.New(rand.NewPCG(seed, 7))
	net := &badNet{rng: rng, s: s}
	const places = 5
	matter, section := s.patrol(places)
	phones := []*phone{
		s.phone("jia", net, time.Duration(rng.IntN(7200)-3600)*time.Second),
		s.phone("yi", net, time.Duration(rng.IntN(86400*3)-86400)*time.Second),
	}
	act0 := fmt.Sprintf("/matters/%d/do/look", matter)
	questions := phones[0].opened(act0 + "?_item=" + placeOf(section, 0))
	report := phones[1].opened("/begin/problem")
	tooLong := rng.IntN(5) == 0
	n := 0
	for range 14 {
		p := phones[rng.IntN(2)]
		s.clock.Advance(time.Duration(rng.IntN(1500)+1) * time.Second)
		if tooLong && rng.IntN(5) == 0 {
			s.clock.Advance(9 * time.Hour)
		}
		n++
		id := fmt.Sprintf("phone-%d-%d", seed, n)
		if rng.IntN(4) == 0 {
			p.fill(id, "/begin/problem", id, url.Values{
				"_subject": {"nyyh"}, "_questions": {report}, "category": {"anything"}, "place": {id}, "words": {id}, "openness": {"public"}, "signature": {"named"},
			}, nil)
		} else {
			place := placeOf(section, rng.IntN(places))
			p.fill(id, act0, strconv.Itoa(int(matter)), url.Values{
				"_step": {"patrol"}, "_item": {place}, "_questions": {questions}, "finding": {[]string{"fine", "settled", "problem"}[rng.IntN(3)]}, "what_it_is": {id}, "kind_of_problem": {"litter"},
			}, jpeg)
		}
		switch rng.IntN(6) {
		case 0, 1:
			p.flush()
		case 2:
			net.arrive(false)
		case 3: // the session ends
			p.client.Jar, _ = cookiejar.New(nil)
		case 4: // what was not tried yet is changed, or taken out
			if e := p.queue[rng.IntN(len(p.queue))]; !e.tried && e.values.Has("what_it_is") {
				e.values.Set("what_it_is", "changed "+e.id)
			} else if !e.tried {
				p.queue = slices.DeleteFunc(p.queue, func(x *entry) bool { return x == e })
			}
		}
	}
	net.calm = true
	net.arrive(true)
	for range 3 {
		for _, p := range phones {
			if !p.signedIn {
				p.signIn()
			}
			p.flush()
			// A person looks at what was refused and takes it out, so that what waits behind it goes on.
			for _, e := range p.queue {
				if e.state == "refused" {
					if e.answer.Words == "" || (e.action == act0 && e.answer.Now == "") {
						t.Errorf("seed %d: refused without a reason or without the other side: %+v", seed, e.answer)
					}
					e.group = "looked at " + e.id
				}
			}
		}
	}
	for range len(phones[0].queue) + len(phones[1].queue) { // each refusal may hold all others back
		for _, p := range phones {
			p.flush()
			for _, e := range p.queue {
				if e.state == "refused" {
					e.group = "looked at " + e.id
				}
			}
		}
	}
	return s.tally(seed, matter, phones)
}

// tally holds what is on record against what lay in the phones.
func (s *street) tally(seed uint64, matter act.Matter, phones []*phone) bool {
	t := s.t
	q := s.house.Store.Read()
	acts, err := s.house.Ledger.Acts(t.Context(), q, matter, 0)
	if err != nil {
		t.Fatal(err)
	}
	good := true
	bad := func(format string, args ...any) {
		good = false
		t.Errorf("seed %d: "+format, append([]any{seed}, args...)...)
	}
	if err := s.house.Ledger.Verify(t.Context(), q, matter); err != nil {
		bad("the chain does not verify: %v", err)
	}
	at := map[string]int64{}      // by submission: its place in the record
	places := map[string]string{} // by place: which submission looked at it
	bySubmission := map[string]act.Act{}
	for _, a := range acts {
		if a.Kind != "patrol.looked" {
			continue
		}
		var b struct {
			Item    string
			Answers map[string]any
		}
		if err := a.Into(&b); err != nil {
			t.Fatal(err)
		}
		if other, twice := places[b.Item]; twice {
			bad("%s was looked at by %s and by %s", b.Item, other, a.Submission)
		}
		if _, twice := at[a.Submission]; twice {
			bad("%s is on record twice", a.Submission)
		}
		places[b.Item], at[a.Submission], bySubmission[a.Submission] = a.Submission, a.Seq, a
	}
	for _, p := range phones {
		before := int64(0)
		for _, e := range p.queue {
			if e.state == "" {
				bad("%s is neither taken nor refused: %+v", e.id, e.answer)
				continue
			}
			got, there, err := s.house.Ledger.Submission(t.Context(), q, e.id)
			if err != nil {
				t.Fatal(err)
			}
			if there != (e.state == "taken") {
				bad("%s was %s, on record: %t", e.id, e.state, there)
			}
			if e.state != "taken" || got.Matter != matter {
				continue
			}
			a := bySubmission[e.id]
			var b struct {
				Item    string
				Answers map[string]string
			}
			if err := a.Into(&b); err != nil || b.Item != e.values.Get("_item") || b.Answers["what_it_is"] != e.values.Get("what_it_is") || b.Answers["finding"] != e.values.Get("finding") {
				bad("%s: recorded %s, filled in %v", e.id, a.Body, e.values)
			}
			if d := a.When().Sub(e.made); d < -2*time.Second || d > e.way+2*time.Second {
				bad("%s was made at %s, recorded as of %s", e.id, e.made, a.When())
			}
			if at[e.id] < before {
				bad("%s stands before what its phone did earlier", e.id)
			}
			before = at[e.id]
		}
	}
	return good
}
