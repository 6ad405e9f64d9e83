// Package web serves the pages.
//
// In: a request from a browser. Out: one page of the page model, drawn by web/ui, or a file. Every route stands in one
// list with its audience; a handler returns a page or an error, and one table turns the kinds of refusals into
// statuses. Every page works without script. Nothing is decided here: forms follow from what a step asks, and what is
// sent goes to the desk.
package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/klauspost/compress/gzhttp"

	"gongzhi/internal/attachment"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/charter"
	"gongzhi/internal/clock"
	"gongzhi/internal/docket"
	"gongzhi/internal/fault"
	"gongzhi/internal/house"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
	"gongzhi/internal/web/assets"
	"gongzhi/internal/web/ui"
)

// Config says what the site shows and where it writes.
type Config struct {
	House  *house.House // required
	Origin string       // "https://gongzhi.example", before the addresses in QR codes; default from the request
	Demo   []DemoPerson // sign-ins shown on the sign-in page of a demo; empty otherwise
}

// DemoPerson is a made-up person whose password is no secret.
type DemoPerson struct {
	Login, Password string
	Role            text.Text
}

// Site is the pages of one subdistrict.
type Site struct {
	*house.House
	origin   string
	demo     []DemoPerson
	sessions *scs.SessionManager
	tries    *tries
	jobs     *jobs
	layers   recent[layers]
	shown    recent[page.Figures]
	roads    recent[ratings]
	monthly  recent[[]page.Block]

	standings recent[[]docket.Standing] // open matters at each step

	certificates *lru.Cache[certifiedVisit, step.Certificate]
	entries      *lru.Cache[int64, []byte] // full tiles of the log's entries, which never change
}

// New builds the site.
func New(c Config) *Site {
	s := &Site{House: c.House, origin: c.Origin, demo: c.Demo, sessions: newSessions(), tries: newTries(), jobs: newJobs()}
	s.certificates, _ = lru.New[certifiedVisit, step.Certificate](certificatesKept) // fails only where nothing is to be kept
	s.entries, _ = lru.New[int64, []byte](entriesKept)
	s.sessions.Store = s.People.Sessions(s.Store, clock.System) // the manager reckons by the machine's clock, so must its store
	s.sessions.Lifetime = 30 * 24 * time.Hour
	s.sessions.Cookie.Name = "gongzhi"
	s.sessions.Cookie.HttpOnly = true
	s.sessions.Cookie.SameSite = http.SameSiteLaxMode
	s.sessions.Cookie.Secure = strings.HasPrefix(c.Origin, "https://")
	s.sessions.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) { s.fail(w, r, nil, err) }
	return s
}

// maxForm is the largest body taken: one file of the largest size and the answers around it.
const maxForm = attachment.MaxSize + 1<<20

// maxText is the largest body without files: the longest answers of a form have 4,000 characters each.
const maxText = 1 << 20

// Handler answers requests.
func (s *Site) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, rt := range s.routes() {
		mux.Handle(rt.pattern, s.serve(rt))
	}
	mux.Handle("GET "+assets.Prefix, assets.Handler())
	mux.Handle("GET /offline.js", assets.Worker())
	mux.HandleFunc("GET /healthz", s.healthy)
	mux.Handle("/", s.serve(route{"", anyone, s.nowhere}))
	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, nil, fault.Refuse(fault.Denied, "web.cross_origin", fault.Basis{}, nil))
	}))
	return gzhttp.GzipHandler(s.guard(s.sessions.LoadAndSave(crossOrigin.Handler(mux))))
}

// guard sets what every answer carries, and stops bodies that are too large before they are read.
func (s *Site) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; style-src-attr 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		if r.ContentLength > maxForm {
			s.fail(w, r, nil, &http.MaxBytesError{Limit: maxForm})
			return
		}
		most := int64(maxText)
		if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
			most = maxForm
		}
		r.Body = http.MaxBytesReader(w, r.Body, most)
		next.ServeHTTP(w, r)
	})
}

// statuses is the one table from kinds of refusals to statuses.
var statuses = map[fault.Kind]int{
	fault.Invalid: http.StatusUnprocessableEntity, fault.SignIn: http.StatusUnauthorized, fault.Denied: http.StatusForbidden,
	fault.NotFound: http.StatusNotFound, fault.Closed: http.StatusConflict, fault.Conflict: http.StatusConflict,
	fault.TooLarge: http.StatusRequestEntityTooLarge, fault.Unsupported: http.StatusUnsupportedMediaType,
	fault.TooMany: http.StatusTooManyRequests, fault.Unavailable: http.StatusServiceUnavailable,
}

// serve runs one route for whoever asks.
func (s *Site) serve(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rd, err := s.reader(r)
		if err == nil {
			err = rt.audience.admits(rd)
		}
		if err != nil {
			s.fail(w, r, rd, err)
			return
		}
		rd.writer = w
		p, err := rt.handle(r, rd)
		switch {
		case err != nil:
			s.fail(w, r, rd, err)
		case rd.done: // the handler has answered with a file or a redirect
		default:
			s.render(w, r, rd, p)
		}
	})
}

const htmlType = "text/html; charset=utf-8"

// render draws a page.
func (s *Site) render(w http.ResponseWriter, r *http.Request, rd *reader, p page.Page) {
	var buf bytes.Buffer
	if err := ui.Render(&buf, s.context(r, rd, p), p); err != nil {
		s.Log.Error("page not drawn", "path", r.URL.Path, "error", err)
		http.Error(w, s.say(rd, text.Key("web.broken")), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", htmlType)
	h.Set("Content-Language", rd.lang.Tag())
	h.Set("Cache-Control", "no-store")
	if rd.signedIn() {
		h.Set("Cache-Control", "private, no-store")
	}
	if p.Kept || offline(p.Blocks) {
		h.Set("Gongzhi-Offline", "1") // the browser may keep this page, to open it again without signal
	}
	if p.Status != 0 {
		w.WriteHeader(p.Status)
	}
	_, _ = buf.WriteTo(w) // the reader may have gone
}

func (s *Site) say(rd *reader, w text.Words) string {
	lang := text.ZH
	if rd != nil {
		lang = rd.lang
	}
	return s.charter().Texts.Say(lang, w)
}

func (s *Site) charter() *charter.Charter { return s.Desk.Charter() }

// fail answers with the page of a refusal, or says plainly that the fault is ours.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, rd *reader, err error) {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		err = fault.Refuse(fault.TooLarge, "web.too_large", fault.Basis{}, fault.Args{"Max": max(tooLarge.Limit>>20, 1)})
	}
	if rd == nil {
		rd = &reader{lang: preferences(r).lang, size: preferences(r).size}
	}
	no, refused := fault.As(err)
	if refused && no.Kind == fault.SignIn && queued(r) {
		s.refuseQueued(w, r, rd, no, http.StatusUnauthorized)
		return
	}
	if refused && no.Kind == fault.SignIn && r.Method == http.MethodGet {
		http.Redirect(w, r, "/sign-in?"+url.Values{"back": {r.URL.RequestURI()}}.Encode(), http.StatusSeeOther)
		return
	}
	if refused && no.Kind == fault.SignIn {
		s.render(w, r, rd, s.signInAgain(r))
		return
	}
	if !refused {
		if r.Context().Err() != nil {
			return // the reader has gone
		}
		s.Log.Error("request failed", "method", r.Method, "path", r.URL.Path, "error", err)
		no = fault.Refuse(fault.Unavailable, "web.broken", fault.Basis{}, nil)
	} else if no.Kind == fault.Unavailable {
		s.Log.Error("cannot write", "path", r.URL.Path, "error", err)
	}
	status := statuses[no.Kind]
	if !refused {
		status = http.StatusInternalServerError
	}
	if queued(r) {
		s.refuseQueued(w, r, rd, no, status)
		return
	}
	s.render(w, r, rd, refusal(r, rd, no, status))
}

// refusal is the page that says no: the words, the basis, and where to go on: back to the matter it was about, or to
// the first page. Whoever works at the desk stays there.
func refusal(r *http.Request, rd *reader, no *fault.Refusal, status int) page.Page {
	frame, first, root, help := page.Resident, page.Link{Words: text.Key("web.home_name"), Href: "/", Icon: "home"}, "", text.Key("web.help")
	if rd.desk && strings.HasPrefix(r.URL.Path, "/desk") {
		frame, first, root, help = page.Desk, page.Link{Words: text.Key("web.nav.queue"), Href: "/desk", Icon: "inbox"}, "/desk", text.Key("web.desk_help")
	}
	if n, err := number(r, "n"); err == nil && no.Kind != fault.NotFound {
		first = page.Link{Words: text.Key("web.back_to_matter"), Href: fmt.Sprintf("%s/matters/%d", root, n), Icon: "chevron-left"}
	}
	return page.Page{
		Frame: frame, Title: text.Key("web.refused." + no.Kind.String()), Status: status,
		Blocks: []page.Block{page.Refused{Refusal: no, Help: help, Links: []page.Link{first}}},
	}
}

func (s *Site) nowhere(*http.Request, *reader) (page.Page, error) {
	return page.Page{}, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
}

// healthy answers as soon as a row can be read.
func (s *Site) healthy(w http.ResponseWriter, r *http.Request) {
	if _, _, err := s.Docket.NextDue(r.Context(), s.Store.Read()); err != nil {
		http.Error(w, "unavailable", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n")) // the asker may have gone
}

// context is what web/ui must know of the reader.
func (s *Site) context(r *http.Request, rd *reader, p page.Page) *ui.Context {
	c := s.charter()
	u := &ui.Context{
		Lang: rd.lang, Bundle: c.Texts, Place: c.Head.Name, Size: rd.size, Night: rd.night, Path: r.URL.RequestURI(), Origin: s.address(r),
		Now: s.Clock.Now(), Demo: c.Head.Demo, Asset: assets.Path,
		Clause: clauseHref,
		Foot:   []page.Link{{Words: text.Key("web.about"), Href: "/about"}, {Words: text.Key("web.methods"), Href: "/methods"}, {Words: text.Key("log.title"), Href: "/log"}},
	}
	if r.Method != http.MethodGet {
		u.Path = r.URL.Path
	}
	if p.Frame == page.Paper {
		u.Checkpoint = s.pinned(r.Context())
	}
	if rd.signedIn() {
		u.Person = &ui.Person{ID: string(rd.account.Person), Name: rd.account.Name, Mandate: rd.mandateWords(c), Links: []page.Link{{Words: text.Key("web.me.title"), Href: "/me"}, {Words: text.Key("web.sign_out"), Href: "/sign-out"}}}
	}
	if p.Frame == page.Desk {
		u.Nav = s.nav(r.Context(), rd, r.URL.Path, r.URL.RawQuery)
		u.Tools = []page.Link{s.bell(r.Context(), rd), {Words: text.Key("web.wall_name"), Href: "/wall", Icon: "map-2"}, {Words: text.Key("web.public"), Href: "/", Icon: "home"}}
		u.Search = "/desk/search"
	}
	return u
}

func (s *Site) address(r *http.Request) string {
	if s.origin != "" {
		return s.origin
	}
	return "http://" + r.Host
}

// clauseHref is the page of a clause: "methods/renovation.yaml#publicity_1.days" is explained with its method.
func clauseHref(clause string) string {
	file, key, _ := strings.Cut(clause, "#")
	if name, ok := strings.CutPrefix(file, "methods/"); ok {
		step, _, _ := strings.Cut(key, ".")
		return "/methods/" + strings.TrimSuffix(name, ".yaml") + "#" + url.PathEscape(step)
	}
	if file == "" {
		return ""
	}
	return "/charter/" + file
}

// page number, ids and other small things from addresses.

func number(r *http.Request, name string) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || n < 1 {
		return 0, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	}
	return n, nil
}

func (s *Site) today() calendar.Date { return calendar.DateOf(s.Clock.Now()) }

// registers are the registers as the reader may see them. A page that shows rows reads them here.
func (s *Site) registers(ctx context.Context, q store.Q, rd *reader) *book.Reader {
	return s.rules(ctx, q).For(s.eyes(rd).Sees)
}

// rules are the registers as the rules of the house see them: to look up where something lies, never to show it.
func (s *Site) rules(ctx context.Context, q store.Q) *book.Reader {
	return s.Book.Reader(ctx, q, s.Ledger.Tenant(), s.charter().Registers)
}
