// Package api is the door for programs: JSON over HTTP.
//
// In: a request, perhaps with a bearer token. Out: a JSON answer, or a problem (RFC 9457) that names the clause which
// says no. Every route stands in one list with its audience. Numbers of matters, ids and instants are strings; words
// stand in both languages, and only the words of a problem follow Accept-Language. Nothing is decided here: what is
// sent goes to the desk, under the same rules as from a browser, and what the public may not see does not come out.
package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/clock"
	"gongzhi/internal/desk"
	"gongzhi/internal/docket"
	"gongzhi/internal/fault"
	"gongzhi/internal/house"
	"gongzhi/internal/ledger"
	"gongzhi/internal/people"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// Config says what the door shows and where it writes.
type Config struct {
	Store  *store.DB      // required
	Desk   *desk.Desk     // required
	Docket *docket.Docket // required
	Ledger *ledger.Ledger // required
	People *people.People // required
	Book   *book.Book     // required
	Clock  clock.Clock    // required
	Log    *slog.Logger   // default discards
	// Change writes rows of registers, and the act about them. Required.
	Change func(ctx context.Context, by act.By, id, clause string, set book.Set) error
}

// For is the configuration of the door of a house.
func For(h *house.House, log *slog.Logger) Config {
	return Config{
		Store: h.Store, Desk: h.Desk, Docket: h.Docket, Ledger: h.Ledger, People: h.People, Book: h.Book, Clock: h.Clock, Log: log,
		Change: func(ctx context.Context, by act.By, id, clause string, set book.Set) error {
			_, err := h.Change(ctx, by, id, clause, set)
			return err
		},
	}
}

// API is the door of one subdistrict.
type API struct {
	Config
	known *known
}

// New builds the door.
func New(c Config) *API {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &API{Config: c, known: newKnown()}
}

// base begins every address of this version.
const base = "/api/v1"

// maxBody is the largest body taken. The longest answers of a form have 4,000 characters each.
const maxBody = 256 << 10

// Handler answers everything under /api/.
func (a *API) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, rt := range a.routes() {
		mux.Handle(rt.pattern, a.serve(rt))
	}
	mux.HandleFunc("/", a.nowhere)
	return mux
}

// answer is what a route gives.
type answer struct {
	status   int // 0 is 200
	location string
	lang     text.Lang // of the words in the body, where it speaks one language only
	body     any
}

// serve runs one route for whoever asks.
func (a *API) serve(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil {
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		}
		c, err := a.caller(r)
		if err == nil {
			err = rt.audience.admits(c)
		}
		var got answer
		if err == nil {
			got, err = rt.handle(r, c)
		}
		if err != nil {
			a.fail(w, r, err)
			return
		}
		h := w.Header()
		if got.location != "" {
			h["Location"] = []string{got.location}
		}
		if got.lang != "" {
			speaks(h, got.lang)
		}
		if got.status == 0 {
			got.status = http.StatusOK
		}
		a.write(w, "application/json", got.status, got.body)
	})
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// write encodes one answer. It is whole before the first byte goes out, so a value that cannot be encoded is a fault of
// ours and not half an answer.
func (a *API) write(w http.ResponseWriter, kind string, status int, body any) {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false) // it is no HTML, and nosniff says so to browsers
	if err := enc.Encode(body); err != nil {
		a.Log.Error("answer not encoded", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h["Content-Type"] = []string{kind}
	h["Cache-Control"] = []string{"no-store"}
	h["X-Content-Type-Options"] = []string{"nosniff"}
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes()) // the caller may have gone
}

// nowhere answers what no route matches: a wrong method where the address exists, else nothing of that name.
func (a *API) nowhere(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, rt := range a.routes() {
		method, path, _ := strings.Cut(rt.pattern, " ")
		if alike(path, r.URL.Path) {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		a.fail(w, r, fault.Refuse(fault.NotFound, "api.nowhere", fault.Basis{}, fault.Args{"Path": r.URL.Path}))
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	no := fault.Refuse(fault.Unsupported, "api.method", fault.Basis{}, fault.Args{"Method": r.Method, "Allowed": strings.Join(allowed, ", ")})
	a.problem(w, r, http.StatusMethodNotAllowed, no)
}

// alike tells whether an address has the form of a pattern.
func alike(pattern, path string) bool {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return false
	}
	for i, part := range want {
		if !strings.HasPrefix(part, "{") && part != have[i] || have[i] == "" && i > 0 {
			return false
		}
	}
	return true
}

// fail answers with the problem of a refusal, or says plainly that the fault is ours.
func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		err = fault.Refuse(fault.TooLarge, "api.too_large", fault.Basis{}, fault.Args{"Max": maxBody >> 10})
	}
	no, refused := fault.As(err)
	if !refused {
		if r.Context().Err() != nil {
			return // the caller has gone
		}
		a.Log.Error("request failed", "method", r.Method, "path", r.URL.Path, "error", err)
		a.problem(w, r, http.StatusInternalServerError, fault.Refuse(fault.Unavailable, "api.broken", fault.Basis{}, nil))
		return
	}
	status := statuses[no.Kind]
	switch no.Kind {
	case fault.SignIn:
		w.Header().Set("WWW-Authenticate", `Bearer realm="gongzhi"`)
	case fault.Unavailable:
		a.Log.Error("cannot write", "path", r.URL.Path, "error", err)
		w.Header().Set("Retry-After", "5")
	case fault.Invalid, fault.Denied, fault.NotFound, fault.Closed, fault.Conflict, fault.TooLarge, fault.Unsupported, fault.TooMany:
	}
	a.problem(w, r, status, no)
}
