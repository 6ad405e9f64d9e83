package open311

import (
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/desk"
	"gongzhi/internal/docket"
	"gongzhi/internal/fault"
	"gongzhi/internal/method"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// The most that one list spans and holds, as the specification has it.
const (
	window = 90 * 24 * time.Hour
	most   = 1000
)

type request struct {
	ID          string  `xml:"service_request_id" json:"service_request_id"`
	Status      string  `xml:"status" json:"status"`
	Notes       maybe   `xml:"status_notes" json:"status_notes"`
	Name        string  `xml:"service_name" json:"service_name"`
	Code        string  `xml:"service_code" json:"service_code"`
	Description maybe   `xml:"description" json:"description"`
	Agency      maybe   `xml:"agency_responsible" json:"agency_responsible"`
	Notice      maybe   `xml:"service_notice" json:"service_notice"`
	Requested   string  `xml:"requested_datetime" json:"requested_datetime"`
	Updated     string  `xml:"updated_datetime" json:"updated_datetime"`
	Expected    maybe   `xml:"expected_datetime" json:"expected_datetime"`
	Address     maybe   `xml:"address" json:"address"`
	AddressID   maybe   `xml:"address_id" json:"address_id"`
	Zipcode     maybe   `xml:"zipcode" json:"zipcode"`
	Lat         degrees `xml:"lat" json:"lat"`
	Long        degrees `xml:"long" json:"long"`
	Media       maybe   `xml:"media_url" json:"media_url"`
}

type requests struct {
	XMLName xml.Name  `xml:"service_requests"`
	List    []request `xml:"request"`
}

func answered(list []request) answer {
	if list == nil {
		list = []request{}
	}
	return answer{xml: requests{List: list}, json: list}
}

// request answers for one id or a list of them in the address. Of one that is not there, or is private, it says the same.
func (d *Door) request(r *http.Request, c *call) (answer, error) {
	return d.byID(r, c, list(c.name))
}

func (d *Door) byID(r *http.Request, c *call, ids []string) (answer, error) {
	if len(ids) == 0 {
		return answer{}, wrong(http.StatusBadRequest, "no_id")
	}
	var out []request
	for _, id := range ids[:min(len(ids), most)] {
		got, ok, err := d.one(r, c, id)
		if err != nil {
			return answer{}, err
		}
		if ok {
			out = append(out, got)
		}
	}
	if len(out) == 0 {
		return answer{}, wrong(http.StatusNotFound, "request", "ID", strings.Join(ids, ", "))
	}
	return answered(out), nil
}

func (d *Door) requestList(r *http.Request, c *call) (answer, error) {
	if ids := list(r.Form["service_request_id"]...); len(ids) > 0 { // then all else is not looked at
		return d.byID(r, c, ids)
	}
	asked := docket.Asked{Method: c.to.Method, Categories: list(r.Form["service_code"]...), Limit: most}
	for _, code := range asked.Categories {
		if _, ok, err := d.Book(r.Context(), d.Store.Read()).Row(act.RowID{Register: c.categories(), ID: code}, d.today()); err != nil {
			return answer{}, err
		} else if !ok {
			return answer{}, wrong(http.StatusNotFound, "service", "Code", code)
		}
	}
	for _, s := range list(r.Form["status"]...) {
		switch s {
		case "open":
			asked.Open = true
		case "closed":
			asked.Closed = true
		default:
			return answer{}, wrong(http.StatusBadRequest, "status", "Status", s)
		}
	}
	var err error
	if asked.From, asked.Until, err = d.span(r); err != nil {
		return answer{}, err
	}
	found, err := d.Docket.Reports(r.Context(), d.Store.Read(), asked)
	if err != nil {
		return answer{}, err
	}
	var out []request
	for _, x := range found {
		got, ok, err := d.one(r, c, strconv.FormatInt(x.Matter, 10))
		if err != nil {
			return answer{}, err
		}
		if ok {
			out = append(out, got)
		}
	}
	return answered(out), nil
}

// span is the stretch of time that is asked for: ninety days at most, up to now where nothing is said. The end is
// counted in, to the second.
func (d *Door) span(r *http.Request) (from, until time.Time, err error) {
	read := func(name string) (t time.Time, given bool, err error) {
		s := r.Form.Get(name)
		if s == "" {
			return t, false, nil
		}
		if t, err = instant(s); err != nil {
			return t, true, wrong(http.StatusBadRequest, "date", "Name", name)
		}
		return t, true, nil
	}
	from, begins, err := read("start_date")
	if err != nil {
		return from, until, err
	}
	until, ends, err := read("end_date")
	if err != nil {
		return from, until, err
	}
	switch {
	case !begins && !ends:
		until = d.Clock.Now()
		from = until.Add(-window)
	case !begins:
		from = until.Add(-window)
	case !ends:
		until = from.Add(window)
	case until.Before(from):
		return from, until, wrong(http.StatusBadRequest, "backwards")
	case until.Sub(from) > window:
		return from, until, wrong(http.StatusBadRequest, "window", "Days", int(window.Hours()/24))
	}
	return from, until.Truncate(time.Second).Add(time.Second), nil
}

// one is a matter as a service request; ok is false for what is none, or not public.
func (d *Door) one(r *http.Request, c *call, id string) (out request, ok bool, err error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n < 1 {
		return out, false, nil
	}
	err = d.Desk.Open(r.Context(), method.Actor{}, act.Matter(n), func(ctx context.Context, q store.Q, st desk.Standing) error {
		if st.Row.Method != c.to.Method {
			return nil
		}
		ok = true
		out, err = d.shown(ctx, q, r, c, st)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return out, false, nil
	}
	return out, ok, err
}

func (d *Door) shown(ctx context.Context, q store.Q, r *http.Request, c *call, st desk.Standing) (request, error) {
	facts := st.Run.Matter.Facts
	said := func(key string) string { s, _ := facts[key].(string); return s }
	out := request{
		ID: strconv.FormatInt(st.Row.Number, 10), Status: "open", Code: said(c.to.Category),
		Requested: stamp(st.Run.Matter.Opened), Updated: stamp(st.Run.Updated), Address: maybe(said(c.to.Place)),
	}
	row, there, err := st.Context.Book.Row(act.RowID{Register: c.categories(), ID: out.Code}, calendar.DateOf(st.Run.Matter.Opened))
	if err != nil {
		return out, err
	}
	if out.Name = row.Name; !there {
		out.Name = out.Code
	}
	key, field, _ := strings.Cut(c.to.Said, ".")
	account, _ := st.Run.Results[key].Facts[field].(string)
	out.Description = maybe(account)
	if p, ok := step.ParsePoint(said(c.to.Spot)); ok {
		out.Lat, out.Long = degrees(step.Degrees(p.Lat)), degrees(step.Degrees(p.Lon))
	}
	standing := text.Words{}
	if st.Run.Closed {
		out.Status, standing = "closed", st.Method.Results[st.Run.Result].Words()
	} else if p, ok := st.Method.Step(st.Run.Step); ok {
		standing = p.Step.Shared().Name.Words()
		out.Agency, out.Expected = d.owed(c, st)
	}
	out.Notes = maybe(c.say(standing))
	out.Media, err = d.media(ctx, q, r, c, st)
	return out, err
}

// owed says who has to do something now and until when: the deadline is the one that the charter's limits give.
func (d *Door) owed(c *call, st desk.Standing) (agency, expected maybe) {
	for _, a := range st.Asks() {
		if !a.Owed {
			continue
		}
		if agency == "" && len(a.By) > 0 {
			agency = maybe(c.say(st.Charter.RoleName(a.By[0])))
		}
		if expected == "" && !a.Due.IsZero() {
			expected = maybe(stamp(a.Due))
		}
	}
	return agency, expected
}

// media is the first photograph that is public.
func (d *Door) media(ctx context.Context, q store.Q, r *http.Request, c *call, st desk.Standing) (maybe, error) {
	if len(c.to.Photos) == 0 || len(st.Run.Results) == 0 {
		return "", nil
	}
	acts, err := d.Ledger.Acts(ctx, q, st.Run.Matter.Number, 0)
	if err != nil {
		return "", err
	}
	for _, path := range c.to.Photos {
		key, field, _ := strings.Cut(path, ".")
		for _, a := range acts {
			var body struct {
				Answers map[string]json.RawMessage `json:"answers"`
			}
			if a.Step != key || len(a.Body) == 0 || a.Into(&body) != nil {
				continue
			}
			if files := act.FilesIn(body.Answers[field]); len(files) > 0 {
				return maybe(d.origin(r) + "/files/" + string(files[0])), nil
			}
		}
	}
	return "", nil
}

type given struct {
	ID      string `xml:"service_request_id" json:"service_request_id"`
	Notice  maybe  `xml:"service_notice" json:"service_notice"`
	Account maybe  `xml:"account_id" json:"account_id"`
}

type givens struct {
	XMLName xml.Name `xml:"service_requests"`
	List    []given  `xml:"request"`
}

type tokened struct {
	ID    string `xml:"service_request_id" json:"service_request_id"`
	Token string `xml:"token" json:"token"`
}

type tokens struct {
	XMLName xml.Name  `xml:"service_requests"`
	List    []tokened `xml:"request"`
}

// token tells which request a receipt is for. Ids are given at once here, so nobody has to ask.
func (d *Door) token(r *http.Request, c *call) (answer, error) {
	if c.name == "" {
		return answer{}, wrong(http.StatusBadRequest, "no_token")
	}
	got, ok, err := d.Ledger.Submission(r.Context(), d.Store.Read(), c.name)
	if err != nil {
		return answer{}, err
	}
	if ok {
		_, ok, err = d.one(r, c, strconv.FormatInt(int64(got.Matter), 10))
	}
	if err != nil {
		return answer{}, err
	}
	if !ok {
		return answer{}, wrong(http.StatusNotFound, "token", "Token", c.name)
	}
	out := []tokened{{strconv.FormatInt(int64(got.Matter), 10), c.name}}
	return answer{xml: tokens{List: out}, json: out}, nil
}

// post makes a service request in the name of whoever the API key is for.
func (d *Door) post(r *http.Request, c *call) (answer, error) {
	if c.name != "requests" {
		return answer{}, wrong(http.StatusNotFound, "nowhere")
	}
	who, err := d.actor(r)
	if err != nil {
		return answer{}, err
	}
	f := r.PostForm
	code := f.Get("service_code")
	if code == "" {
		return answer{}, wrong(http.StatusBadRequest, "no_service")
	}
	row, err := d.service(r.Context(), d.Store.Read(), c, code)
	if err != nil {
		return answer{}, err
	}
	at, placed, err := point(f.Get("lat"), f.Get("long"))
	if err != nil {
		return answer{}, err
	}
	address := strings.Join(strings.Fields(f.Get("address_string")), " ")
	if !placed && address == "" {
		if f.Get("address_id") != "" { // there is no repository of addresses that it could be an id of
			return answer{}, wrong(http.StatusBadRequest, "address_id")
		}
		return answer{}, wrong(http.StatusBadRequest, "no_place")
	}
	area := "attribute[" + areaCode(c) + "]"
	subject, err := d.subject(r.Context(), c, cmp.Or(f.Get(area), f.Get(area+"[]")), at, placed)
	if err != nil {
		return answer{}, err
	}
	s := step.Submission{ID: d.NewID(), Channel: "api", Values: map[string][]string{c.to.Category: {code}}}
	for key, v := range c.to.Preset {
		s.Values[key] = []string{v}
	}
	s.Values[c.to.Place] = []string{address}
	if address == "" {
		s.Values[c.to.Place] = []string{at.String()}
	}
	if placed {
		s.Values[c.to.Spot] = []string{at.String()}
	}
	if placed {
		if err := d.along(r.Context(), c, at, &s); err != nil {
			return answer{}, err
		}
	}
	words := strings.TrimSpace(f.Get("description"))
	if words == "" {
		words = row.Name
	}
	if media := f.Get("media_url"); media != "" {
		words += "\n" + media
	}
	s.Values[c.to.Words] = []string{words}
	if phone := f.Get("phone"); phone != "" && c.to.Phone != "" {
		s.Values[c.to.Phone] = []string{phone}
	}
	receipt, err := d.Desk.Begin(r.Context(), who, c.to.Method, subject, s)
	if err != nil {
		return answer{}, err
	}
	out := []given{{ID: strconv.FormatInt(int64(receipt.Matter), 10), Notice: maybe(c.say(text.Key("open311.received", "Receipt", receipt.ID)))}}
	return answer{http.StatusCreated, givens{List: out}, out}, nil
}

// along fills in the rows that a place tells by the lines that pass it. Where it does not tell several apart nobody is here to
// choose, and it stays open.
func (d *Door) along(ctx context.Context, c *call, at step.Point, s *step.Submission) error {
	m, _ := c.charter.Method(c.to.Method)
	for _, f := range m.Start.Fields {
		if f.Along == nil || f.Along.Point != c.to.Spot {
			continue
		}
		schema, _ := c.charter.Registers.Get(f.Register)
		shape, drawn := schema.Shaped()
		if !drawn {
			continue
		}
		rows, err := d.Book(ctx, d.Store.Read()).Rows(f.Register, act.RowID{}, d.today())
		if err != nil {
			return err
		}
		spot, _ := m.Start.Fields.Find(f.Along.Point)
		if list := register.Along(rows, shape.Key, at.Rounded(spot.Decimals).Ground(), f.Along.Metres, f.Along.Apart); len(list) == 1 {
			s.Values[f.Key] = []string{list[0].Row.ID.ID}
		}
	}
	return nil
}

// actor is the person an API key acts for.
func (d *Door) actor(r *http.Request) (method.Actor, error) {
	key := r.PostForm.Get("api_key")
	if key == "" {
		return method.Actor{}, wrong(http.StatusForbidden, "no_key")
	}
	now := d.Clock.Now()
	person, ok, err := d.People.TokenPerson(r.Context(), d.Store.Read(), key, now)
	if err != nil {
		return method.Actor{}, err
	}
	if !ok {
		return method.Actor{}, wrong(http.StatusForbidden, "key")
	}
	return d.People.Actor(r.Context(), d.Store.Read(), person, calendar.DateOf(now))
}

// subject is the row that a request is about: as the attribute says, else the one whose borders the place lies in, else the one
// the charter falls back on. A place outside of every one of them is refused, where all have borders.
func (d *Door) subject(ctx context.Context, c *call, said string, at step.Point, placed bool) (act.RowID, error) {
	q := d.Store.Read()
	if placed {
		schema, _ := c.charter.Registers.Get(areaCode(c))
		if f, drawn := schema.Shaped(); drawn {
			areas, err := d.areas(ctx, q, c)
			if err != nil {
				return act.RowID{}, err
			}
			here, whole := register.Around(areas, f.Key, at.Ground())
			switch {
			case here.IsZero() && whole:
				return act.RowID{}, wrong(http.StatusBadRequest, "outside", "Place", at.String())
			case said == "" && !here.IsZero():
				return here, nil
			}
		}
	}
	id := act.RowID{Register: areaCode(c), ID: said}
	if said == "" {
		id.ID = c.to.Fallback
	}
	_, ok, err := d.Book(ctx, q).Row(id, d.today())
	if err == nil && !ok {
		err = wrong(http.StatusBadRequest, "area", "Area", said)
	}
	return id, err
}
