package courier_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/charter"
	"gongzhi/internal/clock"
	"gongzhi/internal/courier"
	"gongzhi/internal/house"
	"gongzhi/internal/house/housetest"
	"gongzhi/internal/outbox"
	"gongzhi/internal/store"
)

const origin = "https://gongzhi.example"

// office is a house with a courier.
type office struct {
	t       *testing.T
	house   *house.House
	clock   *clock.Manual
	courier *courier.Courier
	why     error // the last try did not go
}

func open(t *testing.T, ch courier.Channels) *office {
	t.Helper()
	h, c := housetest.Open(t)
	k, err := courier.New(courier.Config{
		Outbox: h.Outbox, Store: h.Store, Docket: h.Docket, Charter: func() *charter.Charter { return h.Desk.Charter() }, Clock: h.Clock, Origin: origin,
		Channels: ch, Patience: time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	return &office{t: t, house: h, clock: c, courier: k}
}

func (o *office) prefer(who act.Person, channel, address string) {
	o.t.Helper()
	err := o.house.Store.Write(o.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return o.house.Outbox.Prefer(ctx, tx, outbox.Preference{Person: who, Channel: channel, Address: address, Work: true, Notice: true, Decided: true})
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

// begin has somebody begin a note, which others then owe.
func (o *office) begin(id string) {
	o.t.Helper()
	if _, err := o.house.Desk.Begin(o.t.Context(), housetest.Actor(o.t, o.house, "wang"), "note", housetest.Compound, housetest.Submission(id, "")); err != nil {
		o.t.Fatal(err)
	}
	if n, err := o.house.Outbox.Spread(o.t.Context(), o.house.Store); err != nil || n == 0 {
		o.t.Fatalf("%d events were spread, %v", n, err)
	}
}

// carry tries once, and keeps why it did not go.
func (o *office) carry(channel string, want int, fails bool) {
	o.t.Helper()
	n, err := o.courier.Carry(o.t.Context(), channel)
	if n != want || (err != nil) != fails {
		o.t.Fatalf("carried %d, %v; want %d, failing %v", n, err, want, fails)
	}
	o.why = err
}

func (o *office) states(channel string) (out [outbox.Dead + 1]int64) {
	o.t.Helper()
	counts, err := o.house.Outbox.Counts(o.t.Context(), o.house.Store.Read())
	if err != nil {
		o.t.Fatal(err)
	}
	for _, c := range counts {
		if c.Channel == channel {
			out[c.State] = c.N
		}
	}
	return out
}

func (o *office) want(channel string, waiting, sent, dead int64) {
	o.t.Helper()
	if got := o.states(channel); got[outbox.Waiting] != waiting || got[outbox.Sent] != sent || got[outbox.Dead] != dead {
		o.t.Errorf("%s: waiting, sent, dead are %v, want %d %d %d", channel, got[1:], waiting, sent, dead)
	}
}

func mailTo(s *server) courier.Channels {
	return courier.Channels{Email: &courier.Mail{Server: s.listen.Addr().String(), TLS: "none", From: "试验街道 <no-reply@gongzhi.example>"}}
}

func TestALetterArrives(t *testing.T) {
	s := newServer(t)
	o := open(t, mailTo(s))
	o.prefer("li", outbox.Email, "li@yanshi.example")
	o.begin("begin-0001")
	o.carry(outbox.Email, 1, false)
	letters := s.got()
	if len(letters) != 1 {
		t.Fatalf("%d letters", len(letters))
	}
	m, subject, body := read(t, letters[0])
	if m.Header.Get("To") != "<li@yanshi.example>" || !strings.Contains(subject, "记事") || !strings.Contains(body, origin+"/matters/1\r\n") ||
		!strings.HasSuffix(m.Header.Get("Message-ID"), "@gongzhi.example>") || m.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("header %v, subject %q, body %q", m.Header, subject, body)
	}
	for _, line := range strings.Split(strings.TrimSuffix(letters[0], "\r\n"), "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("a line the protocol does not allow: %q", line)
		}
	}
	o.carry(outbox.Email, 0, false) // it is not sent twice
	o.want(outbox.Email, 0, 1, 0)
}

func TestLettersOverTLSAndWithASignIn(t *testing.T) {
	s := newServer(t)
	offered, ca := certificate(t)
	ch := mailTo(s)
	ch.Email.TLS, ch.Email.CA, ch.Email.User, ch.Email.Password = "starttls", ca, "robot", "a-made-up-word"
	o := open(t, ch)
	o.prefer("li", outbox.Email, "li@yanshi.example")
	o.begin("begin-0001")
	// A server that offers no TLS gets neither the password nor the letter.
	o.carry(outbox.Email, 1, true)
	if len(s.signins)+len(s.got()) > 0 {
		t.Errorf("sent without TLS: %v %v", s.signins, s.got())
	}
	s.set(func() { s.tls = offered })
	o.clock.Advance(time.Minute)
	o.carry(outbox.Email, 1, false)
	if len(s.got()) != 1 || len(s.signins) != 1 || s.signins[0] != "\x00robot\x00a-made-up-word" {
		t.Errorf("letters %d, sign-ins %q", len(s.got()), s.signins)
	}
}

func TestAMailServerThatFails(t *testing.T) {
	for _, tt := range []struct {
		name, verb, says string
		dead             bool
	}{
		{"no such mailbox", "RCPT", "550 5.1.1 no such mailbox", true},
		{"a mailbox that is full for now", "RCPT", "452 4.2.2 full", false},
		{"a letter it will not have", "BODY", "554 5.7.1 no", true},
		{"a letter it cannot take now", "BODY", "451 4.3.0 later", false},
		{"a sender it does not like", "MAIL", "553 5.1.8 not you", false}, // our fault, not the letter's
		{"greylisted", "DATA", "450 4.7.1 again later", false},
		{"no greeting of ours", "EHLO", "421 too busy", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t)
			o := open(t, mailTo(s))
			o.prefer("li", outbox.Email, "li@yanshi.example")
			o.begin("begin-0001")
			s.set(func() { s.says[tt.verb] = tt.says })
			if tt.verb == "EHLO" {
				s.set(func() { s.says["HELO"] = tt.says })
			}
			o.carry(outbox.Email, 1, true)
			if tt.dead {
				o.want(outbox.Email, 0, 0, 1)
				dead, err := o.house.Outbox.Given(t.Context(), o.house.Store.Read(), 10)
				if err != nil || len(dead) != 1 || !strings.Contains(dead[0].Fault, tt.says[4:]) {
					t.Fatalf("given up %+v, %v", dead, err)
				}
				if err := o.house.Store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
					_, err := o.house.Outbox.Retry(ctx, tx, dead[0].ID)
					return err
				}); err != nil {
					t.Fatal(err)
				}
			} else {
				o.want(outbox.Email, 1, 0, 0)
				o.carry(outbox.Email, 0, false) // not at once again
				o.clock.Advance(time.Minute)
			}
			s.set(func() { s.says = map[string]string{} })
			o.carry(outbox.Email, 1, false)
			o.want(outbox.Email, 0, 1, 0)
		})
	}
}

// A server that falls silent, also in the middle of a letter, costs one try; what comes later is the same letter.
func TestAMailServerThatFallsSilent(t *testing.T) {
	for _, where := range []string{"EHLO", "RCPT", "DATA", "BODY"} {
		t.Run(where, func(t *testing.T) {
			s := newServer(t)
			o := open(t, mailTo(s))
			o.prefer("li", outbox.Email, "li@yanshi.example")
			o.begin("begin-0001")
			s.set(func() { s.hang = where })
			o.carry(outbox.Email, 1, true)
			o.want(outbox.Email, 1, 0, 0)
			s.set(func() { s.hang = "" })
			o.clock.Advance(time.Minute)
			o.carry(outbox.Email, 1, false)
			if len(s.got()) != 1 {
				t.Errorf("%d letters", len(s.got()))
			}
		})
	}
}

func TestAPersonWhoChangedTheirMind(t *testing.T) {
	s := newServer(t)
	o := open(t, mailTo(s))
	o.prefer("li", outbox.Email, "li@yanshi.example")
	o.begin("begin-0001")
	o.prefer("li", "", "")
	o.carry(outbox.Email, 1, true)
	if len(s.got()) != 0 {
		t.Error("a letter went to somebody who wants none")
	}
}

// receiver is another system's end of a hook, or a chat's.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	answer string
	header []http.Header
	bodies []string
	urls   []string
	onPost func()
}

func newReceiver(t *testing.T, answer string) *receiver {
	t.Helper()
	r := &receiver{status: 200, answer: answer}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		raw, _ := io.ReadAll(q.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.header, r.bodies, r.urls = append(r.header, q.Header), append(r.bodies, string(raw)), append(r.urls, q.URL.RequestURI())
		if r.onPost != nil {
			r.onPost()
		}
		if r.status >= 300 && r.status < 400 {
			w.Header().Set("Location", r.URL+"/inside")
		}
		w.WriteHeader(r.status)
		_, _ = io.WriteString(w, r.answer)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) set(status int, answer string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status, r.answer = status, answer
}

const secret = "a-made-up-secret-of-some-length"

func hookTo(r *receiver, private bool) courier.Channels {
	return courier.Channels{Hooks: []courier.Hook{{Name: "city", URL: r.URL + "/told", Secret: secret, Kinds: []string{outbox.Work}, Private: private}}}
}

func mac(secret, content string) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(content))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func TestAHookIsToldAndCanCheckIt(t *testing.T) {
	r := newReceiver(t, "")
	o := open(t, hookTo(r, true))
	o.begin("begin-0001")
	r.set(500, "")
	o.carry("city", 1, true)
	o.want("city", 1, 0, 0)
	r.set(204, "")
	o.clock.Advance(time.Minute)
	o.carry("city", 1, false)
	o.want("city", 0, 1, 0)
	if len(r.bodies) != 2 {
		t.Fatalf("%d posts", len(r.bodies))
	}
	for i, h := range r.header {
		id, at := h.Get("Webhook-Id"), h.Get("Webhook-Timestamp")
		if h.Get("Webhook-Signature") != "v1,"+mac(secret, id+"."+at+"."+r.bodies[i]) || id != r.header[0].Get("Webhook-Id") {
			t.Errorf("post %d: %v does not fit %s", i, h, r.bodies[i])
		}
	}
	var body struct {
		ID, Kind, Matter, Link string
		Title                  struct{ ZH, EN string }
	}
	if err := json.Unmarshal([]byte(r.bodies[0]), &body); err != nil || body.Kind != outbox.Work || body.Matter != "1" || body.Link != origin+"/matters/1" || body.Title.EN == "" {
		t.Errorf("%+v, %v", body, err)
	}
}

func TestAHookThatRefusesForGoodOrLeadsElsewhere(t *testing.T) {
	for _, status := range []int{301, 302, 307, 400, 403, 404, 410} {
		r := newReceiver(t, "")
		o := open(t, hookTo(r, true))
		o.begin("begin-0001")
		r.set(status, "")
		o.carry("city", 1, true)
		o.want("city", 0, 0, 1)
		if len(r.urls) != 1 || r.urls[0] != "/told" {
			t.Errorf("%d: asked %v", status, r.urls)
		}
	}
}

// Without being told that a hook lies in our own network, nothing is posted there, by whatever name.
func TestNothingIsPostedInsideUnlessConfigured(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"} {
		r := newReceiver(t, "")
		ch := hookTo(r, false)
		ch.Hooks[0].URL = strings.Replace(ch.Hooks[0].URL, "127.0.0.1", host, 1)
		o := open(t, ch)
		o.begin("begin-0001")
		o.carry("city", 1, true)
		o.want("city", 0, 0, 1)
		if len(r.bodies) > 0 || !strings.Contains(o.why.Error(), "private") {
			t.Errorf("%s: %d posts, %v", host, len(r.bodies), o.why)
		}
	}
}

// The process dies after it has sent and before it could note so: it is sent again, under the same id.
func TestKilledBetweenSendingAndNoting(t *testing.T) {
	r := newReceiver(t, "")
	o := open(t, hookTo(r, true))
	o.begin("begin-0001")
	ctx, kill := context.WithCancel(t.Context())
	r.onPost = kill
	if _, err := o.courier.Carry(ctx, "city"); err == nil {
		t.Fatal("it noted what it could not")
	}
	r.onPost = nil
	o.want("city", 1, 0, 0)
	o.carry("city", 0, false) // the lease of the dead one still stands
	o.clock.Advance(10 * time.Minute)
	o.carry("city", 1, false)
	o.want("city", 0, 1, 0)
	if len(r.header) != 2 || r.header[0].Get("Webhook-Id") != r.header[1].Get("Webhook-Id") {
		t.Errorf("%d posts under %v", len(r.header), r.header)
	}
}

// A clock that is set back gives nobody a message twice, and holds up none for long.
func TestTheClockMoves(t *testing.T) {
	r := newReceiver(t, "")
	o := open(t, hookTo(r, true))
	o.begin("begin-0001")
	o.clock.Set(housetest.Start.Add(-48 * time.Hour))
	o.carry("city", 1, false)
	o.clock.Set(housetest.Start.Add(48 * time.Hour))
	o.carry("city", 0, false)
	o.want("city", 0, 1, 0)
}

func TestAHookThatNeverAnswersWellIsGivenUp(t *testing.T) {
	r := newReceiver(t, "")
	o := open(t, hookTo(r, true))
	o.begin("begin-0001")
	r.set(503, "")
	for range 16 {
		o.carry("city", 1, true)
		o.clock.Advance(7 * time.Hour)
	}
	o.carry("city", 0, false)
	o.want("city", 0, 0, 1)
}

func TestRobotsGetOneDigest(t *testing.T) {
	for _, kind := range []string{"wecom", "dingtalk"} {
		t.Run(kind, func(t *testing.T) {
			r := newReceiver(t, `{"errcode":0,"errmsg":"ok"}`)
			o := open(t, courier.Channels{Robots: []courier.Robot{{
				Name: "office", Kind: kind, URL: r.URL + "/send?key=made-up", Secret: secret, Kinds: []string{outbox.Work}, Private: true,
			}}})
			for _, id := range []string{"begin-0001", "begin-0002", "begin-0003"} {
				o.begin(id)
			}
			r.set(200, `{"errcode":45009,"errmsg":"api freq out of limit"}`)
			o.carry("office", 3, true)
			o.want("office", 3, 0, 0)
			r.set(200, `{"errcode":0,"errmsg":"ok"}`)
			o.clock.Advance(time.Minute)
			o.carry("office", 3, false)
			o.want("office", 0, 3, 0)
			var post struct {
				Type     string `json:"msgtype"`
				Markdown struct{ Content, Title, Text string }
			}
			if err := json.Unmarshal([]byte(r.bodies[1]), &post); err != nil || post.Type != "markdown" {
				t.Fatalf("%s, %v", r.bodies[1], err)
			}
			words := post.Markdown.Content + post.Markdown.Text
			if strings.Count(words, "\n") != 3 || len(words) > 4096 || !strings.Contains(words, origin+"/matters/3") {
				t.Errorf("digest %q", words)
			}
			q := mustQuery(t, r.urls[1])
			if kind == "dingtalk" {
				if at := q["timestamp"]; q["sign"] != mac(secret, at+"\n"+secret) || len(at) != 13 || q["key"] != "made-up" {
					t.Errorf("signed %v", q)
				}
			}
			o.begin("begin-0004")
			gone := map[string]string{"wecom": `{"errcode":93000,"errmsg":"invalid webhook url"}`, "dingtalk": `{"errcode":310000,"errmsg":"sign not match"}`}
			r.set(200, gone[kind])
			o.carry("office", 1, true)
			o.want("office", 0, 3, 1)
		})
	}
}

func mustQuery(t *testing.T, uri string) map[string]string {
	t.Helper()
	r, err := http.NewRequest("GET", "http://x"+uri, nil)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for k, v := range r.URL.Query() {
		out[k] = v[0]
	}
	return out
}

func TestSMSThroughAnAdapter(t *testing.T) {
	r := newReceiver(t, "")
	o := open(t, courier.Channels{SMS: &courier.SMS{URL: r.URL, Secret: secret, Private: true}})
	o.prefer("li", outbox.SMS, "13800000000")
	o.begin("begin-0001")
	o.carry(outbox.SMS, 1, false)
	var body struct{ ID, Phone, Text string }
	if err := json.Unmarshal([]byte(r.bodies[0]), &body); err != nil || body.Phone != "13800000000" || body.ID != r.header[0].Get("Webhook-Id") || !strings.Contains(body.Text, origin) {
		t.Errorf("%s, %v", r.bodies[0], err)
	}
}

// Left to itself the courier carries what the desk writes, and stops when it is told to.
func TestRun(t *testing.T) {
	r := newReceiver(t, "")
	arrived := make(chan struct{})
	r.onPost = sync.OnceFunc(func() { close(arrived) })
	o := open(t, hookTo(r, true))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- o.courier.Run(ctx) }()
	if _, err := o.house.Desk.Begin(t.Context(), housetest.Actor(t, o.house, "wang"), "note", housetest.Compound, housetest.Submission("begin-0001", "")); err != nil {
		t.Fatal(err)
	}
	select {
	case <-arrived:
	case <-time.After(20 * time.Second):
		t.Fatal("nothing arrived")
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestChannelFiles(t *testing.T) {
	good := `
email: { server: "smtp.example:587", from: "试验街道 <no-reply@gongzhi.example>", user: robot, password: made-up }
sms: { url: "https://sms.example/send", secret: a-made-up-secret-of-some-length }
webhooks: [{ name: city, url: "https://city.example/in", secret: a-made-up-secret-of-some-length, kinds: [decided] }]
robots: [{ name: office, kind: wecom, url: "https://chat.example/send?key=x", kinds: [work, notice], every: 30 }]
`
	load := func(s string) error {
		file := filepath.Join(t.TempDir(), "channels.yaml")
		if err := os.WriteFile(file, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := courier.Load(file)
		return err
	}
	if err := load(good); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, from, to string }{
		{"an unknown key", "server:", "sever:"},
		{"no port", "smtp.example:587", "smtp.example"},
		{"a password in clear", `"smtp.example:587",`, `"smtp.example:587", tls: none,`},
		{"a hook without TLS", "https://city", "http://city"},
		{"a name and password in the address", "https://city", "https://a:b@city"},
		{"a secret that can be guessed", "sms.example/send\", secret: a-made-up-secret-of-some-length", "sms.example/send\", secret: short"},
		{"an unknown kind", "[decided]", "[everything]"},
		{"no kinds", "[decided]", "[]"},
		{"one name twice", "name: office", "name: city"},
		{"the name of a channel", "name: office", "name: email"},
		{"an unknown chat", "kind: wecom", "kind: icq"},
	} {
		err := load(strings.Replace(good, tt.from, tt.to, 1))
		if err == nil {
			t.Errorf("%s passes", tt.name)
		} else if strings.Contains(err.Error(), "made-up") {
			t.Errorf("%s: the error tells a secret: %v", tt.name, err)
		}
	}
}
