package web

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// tries slows down guessing: each name at each address may fail a few times, then once a minute. Behind a proxy all
// share one address, so an address as a whole is given much more: somebody else's failures must not shut the door.
type tries struct {
	mu   sync.Mutex
	list map[string]*rate.Limiter
}

const (
	triesAtOnce  = 10
	triesEvery   = time.Minute
	placesAtOnce = 300
	placesEvery  = time.Second
	triesKept    = 10_000 // limiters remembered; beyond, all are forgotten rather than memory filled
)

func newTries() *tries { return &tries{list: map[string]*rate.Limiter{}} }

// take counts a try at an instant before it is made, so that many at once are all counted. ok is false when there were
// too many; back takes the try back when it succeeded.
func (t *tries) take(r *http.Request, name string, now time.Time) (back func(), ok bool) {
	from := host(r)
	t.mu.Lock()
	defer t.mu.Unlock()
	one := t.limiter(from+" "+strings.ToLower(strings.TrimSpace(name)), triesEvery, triesAtOnce).ReserveN(now, 1)
	all := t.limiter(from, placesEvery, placesAtOnce).ReserveN(now, 1)
	back = func() { one.CancelAt(now); all.CancelAt(now) }
	if one.DelayFrom(now) > 0 || all.DelayFrom(now) > 0 {
		back()
		return nil, false
	}
	return back, true
}

// host is the address that a request comes from.
func host(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func (t *tries) limiter(key string, every time.Duration, atOnce int) *rate.Limiter {
	if len(t.list) >= triesKept {
		clear(t.list)
	}
	l, ok := t.list[key]
	if !ok {
		l = rate.NewLimiter(rate.Every(every), atOnce)
		t.list[key] = l
	}
	return l
}

func (s *Site) signInPage(r *http.Request, rd *reader) (page.Page, error) {
	return s.signInForm(r.URL.Query().Get("back"), "", nil), nil
}

func (s *Site) signInForm(back, login string, problem *fault.Refusal) page.Page {
	form := page.Form{
		Action: "/sign-in", Hidden: map[string]string{"back": local(back)}, Submit: text.Key("web.sign_in.go"), Problem: problem,
		Fields: []page.Field{
			{Name: "login", Label: text.Key("web.sign_in.login"), Input: page.Line, Required: true, Value: login, Width: 20},
			{Name: "password", Label: text.Key("web.sign_in.password"), Input: page.Secret, Required: true, Width: 20},
			{Name: "code", Label: text.Key("web.sign_in.code"), Hint: text.Key("web.sign_in.code_hint"), Input: page.Line, Width: 6},
		},
	}
	p := page.Page{
		Frame: page.Resident, Title: text.Key("web.sign_in.title"), Lead: text.Key("web.sign_in.lead"),
		Blocks: []page.Block{form, page.Rows{List: []page.Link{{Words: text.Key("web.code.title"), Note: text.Key("web.code.note"), Href: "/code", Icon: "qrcode"}}}},
	}
	if s.charter().NoAccount() != "" {
		p.Blocks = append(p.Blocks, page.Rows{List: []page.Link{{Words: text.Key("reports.have_slip"), Note: text.Key("reports.have_slip_note"), Href: "/check", Icon: "receipt"}}})
	}
	if len(s.demo) > 0 {
		t := page.Table{
			Caption: text.Key("web.sign_in.demo"),
			Columns: []page.Column{{Words: text.Key("web.sign_in.role")}, {Words: text.Key("web.sign_in.login")}, {Words: text.Key("web.sign_in.password")}},
		}
		for _, d := range s.demo {
			t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Words: d.Role.Words()}, {Words: text.Plain(d.Login)}, {Words: text.Plain(d.Password)}}})
		}
		p.Blocks = append(p.Blocks, t)
	}
	if problem != nil {
		p.Status = statuses[problem.Kind]
	}
	return p
}

func (s *Site) signIn(r *http.Request, rd *reader) (page.Page, error) {
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	login, back := r.PostForm.Get("login"), r.PostForm.Get("back")
	now := s.Clock.Now()
	giveBack, ok := s.tries.take(r, login, now)
	if !ok {
		return still(r, s.signInForm(back, login, fault.Refuse(fault.TooMany, "web.slow_down", fault.Basis{}, nil))), nil
	}
	a, err := s.People.SignIn(r.Context(), s.Store.Read(), login, r.PostForm.Get("password"), r.PostForm.Get("code"), now)
	if no, ok := fault.As(err); ok {
		return still(r, s.signInForm(back, login, no)), nil
	}
	if err != nil {
		return page.Page{}, err
	}
	giveBack()
	return s.enter(r, rd, a.Person, back)
}

// enter begins a session under a new token, so that a token known before is worth nothing.
func (s *Site) enter(r *http.Request, rd *reader, person act.Person, back string) (page.Page, error) {
	if err := s.sessions.RenewToken(r.Context()); err != nil {
		return page.Page{}, err
	}
	account, _, err := s.People.Find(r.Context(), s.Store.Read(), person)
	if err != nil {
		return page.Page{}, err
	}
	s.sessions.Put(r.Context(), sessionPerson, string(person))
	s.sessions.Put(r.Context(), sessionProof, account.Proof())
	if kept := carried(r); kept != nil {
		return goOn(kept), nil
	}
	if back = local(back); back == "/" {
		mandates, err := s.People.Mandates(r.Context(), s.Store.Read(), person, s.today())
		if err != nil {
			return page.Page{}, err
		}
		back = "/me"
		for _, m := range mandates {
			if s.charter().Roles[m.Role].Desk {
				back = "/desk"
			}
		}
	}
	return rd.redirect(r, back)
}

func (s *Site) signOutPage(*http.Request, *reader) (page.Page, error) {
	return page.Page{
		Frame: page.Resident, Title: text.Key("web.sign_out"),
		Blocks: []page.Block{page.Form{Action: "/sign-out", Submit: text.Key("web.sign_out"), Lead: text.Key("web.sign_out_lead")}},
	}, nil
}

func (s *Site) signOut(r *http.Request, rd *reader) (page.Page, error) {
	if err := s.sessions.Destroy(r.Context()); err != nil {
		return page.Page{}, err
	}
	return rd.redirect(r, "/")
}

// browserCookie marks the browser that a form for a code was given to, for as long as somebody takes to type it.
const browserCookie = "gongzhi_code"

func (s *Site) codePage(r *http.Request, rd *reader) (page.Page, error) {
	if _, err := r.Cookie(browserCookie); err != nil {
		http.SetCookie(rd.writer, &http.Cookie{
			Name: browserCookie, Value: rand.Text(), Path: "/code", MaxAge: 3600, HttpOnly: true, Secure: s.sessions.Cookie.Secure, SameSite: http.SameSiteLaxMode,
		})
	}
	return codeForm(r.URL.Query().Get("c"), r.URL.Query().Get("back"), nil), nil
}

func codeForm(code, back string, problem *fault.Refusal) page.Page {
	p := page.Page{
		Frame: page.Resident, Title: text.Key("web.code.title"), Lead: text.Key("web.code.lead"), Back: &page.Link{Words: text.Key("web.sign_in.title"), Href: "/sign-in"},
		Blocks: []page.Block{page.Form{
			Action: "/code", Hidden: map[string]string{"back": local(back)}, Submit: text.Key("web.code.go"), Problem: problem,
			Fields: []page.Field{{Name: "household_code", Label: text.Key("web.code.label"), Hint: text.Key("web.code.hint"), Input: page.Line, Required: true, Value: code, Width: 16}},
		}},
	}
	if problem != nil {
		p.Status = statuses[problem.Kind]
	}
	return p
}

// code lets a household in. Opening the address of a printed QR code only fills the form in: the code is used up by
// the button, not by a scanner that looks ahead.
func (s *Site) code(r *http.Request, rd *reader) (page.Page, error) {
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	code, back := r.PostForm.Get("household_code"), r.PostForm.Get("back")
	now := s.Clock.Now()
	giveBack, ok := s.tries.take(r, code, now)
	if !ok {
		return still(r, codeForm(code, back, fault.Refuse(fault.TooMany, "web.slow_down", fault.Basis{}, nil))), nil
	}
	browser := ""
	if c, err := r.Cookie(browserCookie); err == nil {
		browser = c.Value
	}
	var person act.Person
	err := s.Store.Write(r.Context(), func(ctx context.Context, tx *store.Tx) error {
		a, _, err := s.People.Redeem(ctx, tx, code, browser)
		person = a.Person
		return err
	})
	if no, ok := fault.As(err); ok {
		return still(r, codeForm(code, back, no)), nil
	}
	if err != nil {
		return page.Page{}, err
	}
	giveBack()
	return s.enter(r, rd, person, back)
}

// badForm is a body that is no form: too large, or broken off.
func badForm(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	return fault.Refuse(fault.Invalid, "web.bad_form", fault.Basis{}, nil)
}
