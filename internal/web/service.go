package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"gongzhi/internal/act"

	"gongzhi/internal/desk"
	"gongzhi/internal/docket"
	"gongzhi/internal/fault"
	"gongzhi/internal/method"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// What somebody did as a volunteer, for themselves: where they came, the hours that stand to their credit, and a certificate
// to print. Nobody else opens it: volunteers are named in public only where they want to be.

// servedMost is how many sessions one page shows: two a week for ten years.
const servedMost = 1000

// served is one time that somebody came.
type served struct {
	docket.Served

	place   string
	credits bool // the session was checked, and its hours stand
}

// service gathers what the reader did, the latest first, and the hours that stand.
func (s *Site) service(ctx context.Context, q store.Q, rd *reader) (out []served, hours int64, err error) {
	list, err := s.Docket.Served(ctx, q, rd.account.Person, servedMost)
	if err != nil {
		return nil, 0, err
	}
	for _, x := range list {
		one := served{Served: x, place: x.Item}
		if at, ok := s.attended(x.Method, x.Step); ok {
			one.credits = at.Credits(x.Result)
			register, items := at.Places()
			if i := slices.IndexFunc(items, func(it step.Item) bool { return it.Key == x.Item }); i >= 0 {
				one.place = items[i].Name.In(rd.lang)
			}
			day := date(x.Came)
			if row, there, err := s.registers(ctx, q, rd).Row(act.RowID{Register: register, ID: x.Item}, day); err != nil {
				return nil, 0, err
			} else if there {
				one.place = row.Name
			}
		}
		if one.credits {
			hours += x.Hours
		}
		out = append(out, one)
	}
	return out, hours, nil
}

// attended is a step that people come to.
func (s *Site) attended(of, key string) (step.Attended, bool) {
	m, ok := s.charter().Method(of)
	if !ok {
		return nil, false
	}
	placed, ok := m.Step(key)
	if !ok {
		return nil, false
	}
	at, ok := placed.Step.(step.Attended)
	return at, ok
}

// servicePage is the reader's own list.
func (s *Site) servicePage(r *http.Request, rd *reader) (page.Page, error) {
	list, hours, err := s.service(r.Context(), s.Store.Read(), rd)
	if err != nil {
		return page.Page{}, err
	}
	t := page.Table{Caption: text.Key("service.caption", "N", len(list), "Hours", hours), Empty: text.Key("service.none"), Columns: []page.Column{
		{Key: "day", Words: text.Key("service.day")}, {Key: "matter", Words: text.Key("web.col.matter")}, {Key: "place", Words: text.Key("service.place")},
		{Key: "hours", Words: text.Key("service.hours"), Numeric: true}, {Key: "standing", Words: text.Key("web.col.standing")},
	}}
	stands := false
	for _, x := range list {
		standing := page.Tag{Words: text.Key("service.waits"), Tone: page.Going}
		switch {
		case x.credits:
			standing, stands = page.Tag{Words: text.Key("service.stands"), Tone: page.Good}, true
		case x.Result != "":
			standing = page.Tag{Words: text.Key("service.falls"), Tone: page.Late}
		}
		href := "/matters/" + strconv.FormatInt(x.Matter, 10)
		t.Rows = append(t.Rows, page.Row{Href: href, Cells: []page.Cell{
			{Words: text.Plain(date(x.Came).String())}, {Words: text.Text{ZH: x.TitleZH, EN: x.TitleEN}.Words(), Href: href}, {Words: text.Plain(x.place)},
			{Words: text.Plain(strconv.FormatInt(x.Hours, 10))}, {Block: standing},
		}})
	}
	p := page.Page{
		Frame: page.Resident, Title: text.Key("service.title"), Lead: text.Key("service.lead"), State: text.Key("service.total", "Hours", hours),
		Back: &page.Link{Words: text.Key("web.me.title"), Href: "/me"}, Blocks: []page.Block{t},
	}
	if stands {
		p.Blocks = append(p.Blocks, page.Rows{List: []page.Link{{Words: text.Key("service.certificate"), Note: text.Key("service.certificate_note"), Href: "/me/service/certificate", Icon: "printer"}}})
	}
	return p, nil
}

// serviceCertificate is a certificate of the hours that stand, to print. Where none do there is nothing to certify.
func (s *Site) serviceCertificate(r *http.Request, rd *reader) (page.Page, error) {
	list, hours, err := s.service(r.Context(), s.Store.Read(), rd)
	if err != nil {
		return page.Page{}, err
	}
	list = slices.DeleteFunc(list, func(x served) bool { return !x.credits })
	if len(list) == 0 {
		return page.Page{}, fault.Refuse(fault.NotFound, "service.nothing", fault.Basis{}, nil)
	}
	slices.Reverse(list)
	first, last := date(list[0].Came), date(list[len(list)-1].Came)
	issuer := s.charter().Head.Name.Words()
	o := page.Official{
		Issuer: issuer, Title: text.Key("service.certificate"),
		Body:   []page.Para{{Words: text.Key("service.certified", "Name", rd.account.Name, "From", first.String(), "Until", last.String(), "N", len(list), "Hours", hours)}},
		Signed: issuer, Date: longDay(s.Clock.Now()), Check: text.Key("service.check"), Href: s.address(r) + "/matters/" + strconv.FormatInt(list[len(list)-1].Matter, 10) + "/record",
	}
	for _, x := range list {
		o.Facts = append(o.Facts, page.Fact{
			Term:  text.Plain(date(x.Came).String()),
			Value: text.Key("service.line", "Matter", text.Text{ZH: x.TitleZH, EN: x.TitleEN}, "N", x.Matter, "Place", x.place, "Hours", x.Hours),
		})
	}
	return page.Page{
		Frame: page.Paper, Title: text.Key("service.certificate"), Back: &page.Link{Words: text.Key("service.title"), Href: "/me/service"}, Blocks: []page.Block{o},
	}, nil
}

// serves is the way to that list, for whoever holds a role that comes to such things.
func (s *Site) serves(rd *reader) []page.Link {
	for _, key := range s.charter().MethodKeys() {
		m := s.charter().Methods[key]
		for _, p := range m.List {
			roles, _ := p.Roles()
			if _, ok := p.Step.(step.Attended); ok && slices.ContainsFunc(roles, rd.holds) {
				return []page.Link{{Words: text.Key("service.title"), Note: text.Key("service.note"), Href: "/me/service", Icon: "receipt"}}
			}
		}
	}
	return nil
}

// here is what may be done at a place now: the code on its board leads to this page. A session is about a row that the
// place lies in.
func (s *Site) here(ctx context.Context, q store.Q, rd *reader, id act.RowID) ([]page.Link, error) {
	var out []page.Link
	in := s.registers(ctx, q, nobody)
	row, ok, err := in.Row(id, s.today())
	for ok && err == nil && !row.Parent.IsZero() {
		if row, ok, err = in.Row(row.Parent, s.today()); err != nil || !ok {
			break
		}
		for _, key := range s.charter().MethodKeys() {
			if !s.sessionAt(key, row.ID.Register, id.Register) {
				continue
			}
			n, there, err := s.Docket.OpenOn(ctx, q, row.ID, key)
			if err != nil {
				return nil, err
			}
			if !there {
				continue
			}
			links, err := s.hereIn(ctx, rd, n, id.ID)
			if err != nil {
				return nil, err
			}
			out = append(out, links...)
		}
	}
	return out, err
}

// sessionAt tells whether a method that is run on one register has a session whose places are rows of another.
func (s *Site) sessionAt(key, subject, places string) bool {
	m := s.charter().Methods[key]
	return m.Subject == subject && slices.ContainsFunc(m.List, func(p *method.Placed) bool {
		at, ok := p.Step.(step.Attended)
		if !ok {
			return false
		}
		register, _ := at.Places()
		return register == places
	})
}

// hereIn are the ways to what one matter asks at a place. Who is not signed in sees all of them and signs in on the way.
func (s *Site) hereIn(ctx context.Context, rd *reader, n act.Matter, item string) (out []page.Link, err error) {
	err = s.Desk.Open(ctx, rd.actor(), n, func(_ context.Context, _ store.Q, st desk.Standing) error {
		asks := st.Asks()
		if rd.signedIn() {
			asks = st.For(rd.actor())
		}
		for _, a := range asks {
			if a.Item != item || st.Context.Now.Before(a.Opens) || len(a.Only) > 0 && !rd.signedIn() {
				continue
			}
			out = append(out, page.Link{
				Words: a.Words, Note: st.Run.Matter.Title.Words(), Href: fmt.Sprintf("/matters/%d/do/%s?%s=%s", n, a.Verb, nameItem, item), Icon: "checkbox",
			})
		}
		return nil
	})
	return out, err
}
