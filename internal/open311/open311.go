// Package open311 is the door for Open311 GeoReport v2: how a city's systems report problems and see what becomes of them.
//
// In: requests as the specification has them (http://wiki.open311.org/GeoReport_v2), with the mapping that a charter's
// open311.yaml gives. Out: XML or JSON, strict: bare JSON arrays, text/xml; charset=utf-8, errors as a list with 400, 403
// and 404 as specified. Ids are strings. What is private never comes out, nor what somebody wrote for those who handle
// it: the description is the account that staff published. It writes through the desk like any other door.
//
// Check asks the same of any server, ours included.
package open311

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/charter"
	"gongzhi/internal/clock"
	"gongzhi/internal/desk"
	"gongzhi/internal/docket"
	"gongzhi/internal/ledger"
	"gongzhi/internal/people"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// Config says what the door shows and where it writes.
type Config struct {
	Store  *store.DB                                 // required
	Desk   *desk.Desk                                // required
	Docket *docket.Docket                            // required
	Ledger *ledger.Ledger                            // required
	People *people.People                            // required
	Book   func(ctx context.Context, q store.Q) Book // required
	Clock  clock.Clock                               // required
	Origin string                                    // before addresses; default is what the request says
	NewID  func() string                             // of submissions; default a UUIDv7
	Log    *slog.Logger                              // default discards
}

// Book reads registers.
type Book interface {
	step.Book
	// Changed is when any row of some registers was last written, or began to hold by a day.
	Changed(on calendar.Date, registers ...string) (time.Time, error)
}

// Door is that of one subdistrict.
type Door struct{ Config }

// New builds the door.
func New(c Config) *Door {
	if c.NewID == nil {
		c.NewID = func() string { return uuid.Must(uuid.NewV7()).String() }
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Door{c}
}

// Base begins every address but the discovery's.
const Base = "/open311/v2"

// Spec is the name of the specification, as a discovery says it.
const Spec = "http://wiki.open311.org/GeoReport_v2"

// maxForm is the largest body taken.
const maxForm = 64 << 10

// Handler answers everything under /open311/.
func (d *Door) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, rt := range []struct {
		pattern string
		handle  func(*http.Request, *call) (answer, error)
	}{
		{"GET /open311/{file}", d.discovery},
		{"GET " + Base + "/services/{file}", d.definition},
		{"GET " + Base + "/requests/{file}", d.request},
		{"GET " + Base + "/tokens/{file}", d.token},
		{"GET " + Base + "/{file}", d.lists},
		{"POST " + Base + "/{file}", d.post},
	} {
		mux.Handle(rt.pattern, d.serve(rt.handle))
	}
	mux.Handle("/", d.serve(func(*http.Request, *call) (answer, error) { return answer{}, wrong(http.StatusNotFound, "nowhere") }))
	return mux
}

// call is one request with what it is about.
type call struct {
	charter *charter.Charter
	to      *charter.Open311
	name    string // of the resource, without its format
	json    bool
}

func (d *Door) serve(handle func(*http.Request, *call) (answer, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &call{charter: d.Desk.Charter()}
		c.to = c.charter.Open311
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		got, err := d.answer(r, c, handle)
		if err != nil {
			got = d.fault(r, c, err)
		}
		d.write(w, c, got)
	})
}

func (d *Door) answer(r *http.Request, c *call, handle func(*http.Request, *call) (answer, error)) (answer, error) {
	file := r.PathValue("file")
	if file == "" {
		file = r.URL.Path
	}
	name, format, ok := cutLast(file, ".")
	switch {
	case !ok, format != "xml" && format != "json":
		return answer{}, wrong(http.StatusNotFound, "format")
	case c.to == nil:
		c.json = format == "json"
		return answer{}, wrong(http.StatusNotFound, "nowhere")
	}
	c.name, c.json = name, format == "json"
	if err := r.ParseForm(); err != nil {
		return answer{}, wrong(http.StatusBadRequest, "form")
	}
	// There is one jurisdiction here: it may be left out, but not be another.
	if id := r.Form.Get("jurisdiction_id"); id != "" && id != c.charter.Head.Key {
		return answer{}, wrong(http.StatusNotFound, "jurisdiction", "ID", id)
	}
	return handle(r, c)
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func (d *Door) origin(r *http.Request) string {
	if d.Origin != "" {
		return d.Origin
	}
	scheme := "http://"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https://"
	}
	return scheme + r.Host
}

// say puts words into the language of the place.
func (c *call) say(w text.Words) string { return c.charter.Texts.Say(text.ZH, w) }

// services are the rows that are offered, in the order of their register.
func (d *Door) services(ctx context.Context, q store.Q, c *call) ([]register.Row, error) {
	rows, err := d.Book(ctx, q).Rows(c.categories(), act.RowID{}, d.today())
	if err != nil {
		return nil, err
	}
	var out []register.Row
	for _, row := range rows {
		if offered, _ := row.Values[c.to.Offered].(bool); offered || c.to.Offered == "" {
			out = append(out, row)
		}
	}
	return out, nil
}

// categories is the register whose rows are services.
func (c *call) categories() string {
	m, ok := c.charter.Method(c.to.Method)
	if !ok {
		return ""
	}
	for _, f := range m.Start.Fields {
		if f.Key == c.to.Category {
			return f.Register
		}
	}
	return ""
}
