package open311

import (
	"context"
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
)

type endpoint struct {
	Specification string   `xml:"specification" json:"specification"`
	URL           string   `xml:"url" json:"url"`
	Changeset     string   `xml:"changeset" json:"changeset"`
	Type          string   `xml:"type" json:"type"`
	Formats       []string `xml:"formats>format" json:"formats"`
}

type discovered struct {
	XMLName    xml.Name   `xml:"discovery" json:"-"`
	Changeset  string     `xml:"changeset" json:"changeset"`
	Contact    string     `xml:"contact" json:"contact"`
	KeyService string     `xml:"key_service" json:"key_service"`
	Endpoints  []endpoint `xml:"endpoints>endpoint" json:"endpoints"`
}

// changeset is when the services or what they ask last changed: with a version of the charter, or a row of the registers they
// are read from. Clients keep both until it moves.
func (d *Door) changeset(ctx context.Context, q store.Q, c *call) (string, error) {
	at, err := d.Book(ctx, q).Changed(d.today(), c.categories(), areaCode(c))
	if err != nil {
		return "", err
	}
	installed, _, err := d.Ledger.LastOfHouse(ctx, q, act.Installed)
	if err != nil {
		return "", err
	}
	if installed.At.After(at) {
		at = installed.At
	}
	return stamp(at), nil
}

func (d *Door) discovery(r *http.Request, c *call) (answer, error) {
	if c.name != "discovery" {
		return answer{}, wrong(http.StatusNotFound, "nowhere")
	}
	typ := "production"
	if c.charter.Head.Demo {
		typ = "test"
	}
	changeset, err := d.changeset(r.Context(), d.Store.Read(), c)
	if err != nil {
		return answer{}, err
	}
	got := discovered{Changeset: changeset, Contact: c.say(c.to.Contact.Words()), KeyService: c.say(c.to.Keys.Words()), Endpoints: []endpoint{{
		Specification: Spec, URL: d.origin(r) + Base, Changeset: changeset, Type: typ, Formats: []string{"text/xml", "application/json"},
	}}}
	return answer{xml: got, json: got}, nil
}

type service struct {
	Code        string `xml:"service_code" json:"service_code"`
	Name        string `xml:"service_name" json:"service_name"`
	Description string `xml:"description" json:"description"`
	Metadata    bool   `xml:"metadata" json:"metadata"`
	Type        string `xml:"type" json:"type"`
	Keywords    string `xml:"keywords" json:"keywords"`
	Group       string `xml:"group" json:"group"`
}

type services struct {
	XMLName xml.Name  `xml:"services"`
	List    []service `xml:"service"`
}

// lists answers services and requests, which share the form of their addresses.
func (d *Door) lists(r *http.Request, c *call) (answer, error) {
	switch c.name {
	case "services":
		return d.serviceList(r, c)
	case "requests":
		return d.requestList(r, c)
	}
	return answer{}, wrong(http.StatusNotFound, "nowhere")
}

func (d *Door) serviceList(r *http.Request, c *call) (answer, error) {
	rows, err := d.services(r.Context(), d.Store.Read(), c)
	if err != nil {
		return answer{}, err
	}
	out := make([]service, len(rows))
	for i, row := range rows {
		out[i] = service{
			Code: row.ID.ID, Name: row.Name, Description: d.described(c, row), Metadata: true, Type: "realtime", Keywords: "", Group: d.grouped(c, row),
		}
	}
	return answer{xml: services{List: out}, json: out}, nil
}

// described says what a row's own register says of it, in one line: its standard, version and code.
func (d *Door) described(c *call, row register.Row) string {
	sch, ok := c.charter.Registers.Get(row.ID.Register)
	if !ok {
		return ""
	}
	var parts []string
	for _, key := range sch.Same {
		if f, ok := sch.Field(key); ok && f.Audience == register.Public && row.Values[key] != nil {
			parts = append(parts, f.Say(row.Values[key]))
		}
	}
	return strings.Join(parts, " ")
}

func (d *Door) grouped(c *call, row register.Row) string {
	sch, ok := c.charter.Registers.Get(row.ID.Register)
	if !ok || row.Values[c.to.Group] == nil {
		return ""
	}
	f, ok := sch.Field(c.to.Group)
	if !ok {
		return ""
	}
	return f.Say(row.Values[c.to.Group])
}

type value struct {
	Key  string `xml:"key" json:"key"`
	Name string `xml:"name" json:"name"`
}

type attribute struct {
	Variable    bool    `xml:"variable" json:"variable"`
	Code        string  `xml:"code" json:"code"`
	Datatype    string  `xml:"datatype" json:"datatype"`
	Required    bool    `xml:"required" json:"required"`
	DatatypeSay string  `xml:"datatype_description" json:"datatype_description"`
	Order       int     `xml:"order" json:"order"`
	Description string  `xml:"description" json:"description"`
	Values      []value `xml:"values>value" json:"values"`
}

type definition struct {
	XMLName    xml.Name    `xml:"service_definition" json:"-"`
	Code       string      `xml:"service_code" json:"service_code"`
	Attributes []attribute `xml:"attributes>attribute" json:"attributes"`
}

// definition of a service: every one has the one attribute which area it is in.
func (d *Door) definition(r *http.Request, c *call) (answer, error) {
	if c.name == "" {
		return answer{}, wrong(http.StatusBadRequest, "no_service")
	}
	if _, err := d.service(r.Context(), d.Store.Read(), c, c.name); err != nil {
		return answer{}, err
	}
	areas, err := d.areas(r.Context(), d.Store.Read(), c)
	if err != nil {
		return answer{}, err
	}
	a := attribute{Variable: true, Code: areaCode(c), Datatype: "singlevaluelist", Order: 1, Description: c.say(c.to.Area.Words())}
	for _, row := range areas {
		a.Values = append(a.Values, value{row.ID.ID, row.Name})
	}
	got := definition{Code: c.name, Attributes: []attribute{a}}
	return answer{xml: got, json: got}, nil
}

// service finds one that is offered.
func (d *Door) service(ctx context.Context, q store.Q, c *call, code string) (register.Row, error) {
	rows, err := d.services(ctx, q, c)
	if err != nil {
		return register.Row{}, err
	}
	i := slices.IndexFunc(rows, func(row register.Row) bool { return row.ID.ID == code })
	if i < 0 {
		return register.Row{}, wrong(http.StatusNotFound, "service", "Code", code)
	}
	return rows[i], nil
}

// areaCode is the code of the attribute: the register of subjects.
func areaCode(c *call) string {
	m, _ := c.charter.Method(c.to.Method)
	return m.Subject
}

func (d *Door) areas(ctx context.Context, q store.Q, c *call) ([]register.Row, error) {
	return d.Book(ctx, q).Rows(areaCode(c), act.RowID{}, d.today())
}

func (d *Door) today() calendar.Date { return calendar.DateOf(d.Clock.Now()) }

// stamp is an instant in the zone of the place.
func stamp(at time.Time) string { return at.In(calendar.Zone).Format(time.RFC3339) }

// point is what lat and long say; ok is false where neither was given.
func point(lat, long string) (p step.Point, ok bool, err error) {
	if lat == "" && long == "" {
		return p, false, nil
	}
	if p, ok = step.ParsePoint(long + "," + lat); !ok {
		return p, false, wrong(http.StatusBadRequest, "place")
	}
	return p, true, nil
}
