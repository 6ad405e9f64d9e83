package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/charter"
	"gongzhi/internal/fault"
	"gongzhi/internal/method"
	"gongzhi/internal/page"
	"gongzhi/internal/people"
	"gongzhi/internal/redact"
	"gongzhi/internal/text"
	"gongzhi/internal/web/ui"
)

// reader is who asks, and how they like to read.
type reader struct {
	lang     text.Lang
	size     int
	night    bool
	account  people.Account
	mandates []people.Mandate
	desk     bool       // holds a role that works at the desk
	seals    bool       // holds a role that reads sealed answers
	audits   bool       // holds a role that reads the access log
	slip     act.Person // the name of somebody without an account who came with the code of a receipt
	// noAccount is the role that everybody holds, where there is one.
	noAccount string
	writer    http.ResponseWriter
	done      bool // the answer has been written
}

// nobody is a reader who has not signed in.
var nobody = &reader{}

func (rd *reader) signedIn() bool { return rd.account.Person != "" }

// known tells whether the reader can be told from others: by an account, or by the code of a receipt.
func (rd *reader) known() bool { return rd.signedIn() || rd.slip != "" }

// actor is the reader as methods want them.
func (rd *reader) actor() method.Actor {
	a := method.Actor{Person: rd.account.Person, Mandates: make([]method.Mandate, len(rd.mandates), len(rd.mandates)+1)}
	for i, m := range rd.mandates {
		a.Mandates[i] = asMandate(m)
	}
	if !rd.signedIn() {
		a.Person = rd.slip
	}
	if rd.noAccount != "" {
		a.Mandates = append(a.Mandates, method.Mandate{Role: rd.noAccount})
	}
	return a
}

func asMandate(m people.Mandate) method.Mandate {
	return method.Mandate{ID: m.ID, Role: m.Role, Scope: m.Scope}
}

// eyes are what the reader sees with: their mandates at the desk, each where its place lies.
func (s *Site) eyes(rd *reader) redact.Eyes {
	c := s.charter()
	eyes := redact.Eyes{Person: rd.account.Person, Domain: c.Privacy.DomainOf}
	for _, m := range rd.mandates {
		if held, ok := c.Held(m.ID, m.Role, m.Path); ok {
			eyes.Held = append(eyes.Held, held)
		}
	}
	return eyes
}

// holds tells whether the reader has a role, anywhere.
func (rd *reader) holds(role string) bool {
	for _, m := range rd.mandates {
		if m.Role == role {
			return true
		}
	}
	return false
}

// everywhere tells whether a mandate of the reader is held over the whole subdistrict.
func (rd *reader) everywhere() bool {
	return slices.ContainsFunc(rd.mandates, func(m people.Mandate) bool { return m.Scope.IsZero() })
}

// over tells whether a mandate of the reader reaches a place, given by its path.
func (rd *reader) over(path string) bool {
	for _, m := range rd.mandates {
		if m.Scope.IsZero() || strings.HasPrefix(path, m.Path) {
			return true
		}
	}
	return false
}

// mandateWords say in which capacity the reader is here.
func (rd *reader) mandateWords(c *charter.Charter) text.Words {
	if len(rd.mandates) == 0 {
		return text.Key("web.no_mandate")
	}
	return c.RoleName(rd.mandates[0].Role)
}

// redirect answers with another address; only addresses of our own are followed.
func (rd *reader) redirect(r *http.Request, to string) (page.Page, error) {
	rd.done = true
	http.Redirect(rd.writer, r, local(to), http.StatusSeeOther)
	return page.Page{}, nil
}

// local keeps a redirect within this site.
func local(to string) string {
	// Browsers drop control characters before they read an address, so "/\t/elsewhere" would lead elsewhere.
	odd := func(c rune) bool { return c < ' ' || c == 0x7f || c == '\\' }
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsFunc(to, odd) {
		return "/"
	}
	return to
}

// Names in the session. The proof ends it when the password or the second factor changes.
const (
	sessionPerson = "person"
	sessionProof  = "proof"
)

// reader finds out who asks.
func (s *Site) reader(r *http.Request) (*reader, error) {
	rd := preferences(r)
	rd.noAccount = s.charter().NoAccount()
	person := act.Person(s.sessions.GetString(r.Context(), sessionPerson))
	if person == "" {
		rd.slip = act.Person(s.sessions.GetString(r.Context(), sessionSlip))
		return rd, nil
	}
	q := s.Store.Read()
	account, ok, err := s.People.Find(r.Context(), q, person)
	if err != nil {
		return rd, err
	}
	if !ok || account.Closed || s.sessions.GetString(r.Context(), sessionProof) != account.Proof() {
		return rd, nil
	}
	rd.account = account
	if rd.mandates, err = s.People.Mandates(r.Context(), q, person, s.today()); err != nil {
		return rd, err
	}
	roles := s.charter().Roles
	for _, m := range rd.mandates {
		rd.desk = rd.desk || roles[m.Role].Desk
		rd.seals = rd.seals || roles[m.Role].Seals
		rd.audits = rd.audits || roles[m.Role].Audit
	}
	return rd, nil
}

// preferences are read from cookies, so that the server draws the page as the reader wants it from the first byte.
func preferences(r *http.Request) *reader {
	rd := &reader{lang: text.ZH, size: ui.Normal}
	if c, err := r.Cookie("lang"); err == nil && c.Value == string(text.EN) {
		rd.lang = text.EN
	}
	if c, err := r.Cookie("size"); err == nil {
		if n, err := strconv.Atoi(c.Value); err == nil && n >= ui.Normal && n <= ui.Largest {
			rd.size = n
		}
	}
	if c, err := r.Cookie("theme"); err == nil {
		rd.night = c.Value == "night"
	}
	return rd
}

// prefer remembers a reader's choice and goes back.
func (s *Site) prefer(r *http.Request, rd *reader) (page.Page, error) {
	q := r.URL.Query()
	for _, name := range []string{"lang", "size", "theme"} {
		if v := q.Get(name); v != "" && len(v) < 16 {
			http.SetCookie(rd.writer, &http.Cookie{
				Name: name, Value: v, Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode,
			})
		}
	}
	return rd.redirect(r, q.Get("back"))
}

// audience is who may use a route. There is no default: the zero value admits nobody.
type audience int

const (
	anyone   audience = iota + 1
	byMethod          // whoever may begin the method, as its handler finds out
	known             // has an account here, or the code of a receipt
	signedIn          // has an account here
	atDesk            // holds a mandate whose role works at the desk
	sealers           // works at the desk and reads sealed answers
	auditors          // works at the desk and reads the access log
	admins            // holds the role that keeps accounts
)

// adminRole keeps accounts and codes. It is the one role the house itself knows, because before any charter's rules
// can be asked somebody must be let in.
const adminRole = "it_admin"

var errSignIn = fault.Refuse(fault.SignIn, "step.sign_in", fault.Basis{}, nil)

func (a audience) admits(rd *reader) error {
	switch a {
	case anyone, byMethod:
		return nil
	case signedIn, known:
		if rd.signedIn() || a == known && rd.known() {
			return nil
		}
		return errSignIn
	case atDesk, sealers, auditors, admins:
		if !rd.signedIn() {
			return errSignIn
		}
		if rd.desk && (a == atDesk || a == sealers && rd.seals || a == auditors && rd.audits || a == admins && rd.holds(adminRole)) {
			return nil
		}
	}
	return fault.Refuse(fault.Denied, "web.not_for_you", fault.Basis{}, nil)
}

func date(micros int64) calendar.Date { return calendar.DateOf(time.UnixMicro(micros)) }
