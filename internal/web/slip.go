package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"gongzhi/internal/desk"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/people"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// Who reports without an account comes back with the code of their receipt. It opens that one matter to them: to see it
// where it is private, and to answer what it asks of whoever began it.

// sessionSlip is under which name of a slip a browser acts.
const sessionSlip = "slip"

func slipHref(code string) string { return "/r/" + code }

// Reports without an account from one address: so many at once, then one a minute. Behind a proxy or a telephone company
// many share one, so it is far more than one person reports, and far less than would drown those who read them.
const (
	reportsAtOnce = 60
	reportsEvery  = time.Minute
)

// report counts a form of somebody without an account before it is read. It gives false when there were too many.
func (t *tries) report(r *http.Request, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.limiter("report "+host(r), reportsEvery, reportsAtOnce).AllowN(now, 1)
}

// withoutAccount makes a report that of nobody: under the name and the id that its code gives, with the answers that the
// method gives for whoever has no account.
func (s *Site) withoutAccount(r *http.Request, rd *reader, b *starting) error {
	code, ok := people.ReadSlip(r.PostFormValue(nameCode))
	if !ok {
		return fault.Refuse(fault.Invalid, "submission.id", fault.Basis{}, nil)
	}
	b.code = code
	rd.slip, b.sub.ID = s.People.Slip(code)
	for key, v := range b.m.Start.NoAccount {
		b.sub.Values[key] = []string{v}
	}
	return nil
}

// slip is the receipt of a report without an account. Whoever opens it may go on as the one who made it.
func (s *Site) slip(r *http.Request, rd *reader) (page.Page, error) {
	unknown := fault.Refuse(fault.NotFound, "reports.no_slip", fault.Basis{}, nil)
	code, ok := people.ReadSlip(r.PathValue("code"))
	if !ok {
		return page.Page{}, unknown
	}
	back, ok := s.tries.take(r, "slip", s.Clock.Now())
	if !ok {
		return page.Page{}, fault.Refuse(fault.TooMany, "web.slow_down", fault.Basis{}, nil)
	}
	person, id := s.People.Slip(code)
	got, ok, err := s.Ledger.Submission(r.Context(), s.Store.Read(), id)
	if err != nil {
		return page.Page{}, err
	}
	if !ok {
		return page.Page{}, unknown
	}
	back()
	if !rd.signedIn() { // under an account nobody acts as somebody else: the two would be joined
		s.sessions.Put(r.Context(), sessionSlip, string(person))
		rd.slip = person
	}
	holder := &reader{lang: rd.lang, slip: person, noAccount: rd.noAccount}
	var p page.Page
	err = s.Desk.Open(r.Context(), holder.actor(), got.Matter, func(_ context.Context, _ store.Q, st desk.Standing) error {
		p = s.slipPage(rd, holder, st, code, got.At())
		return nil
	})
	return p, err
}

// leaveSlip has a browser forget the receipt it came with.
func (s *Site) leaveSlip(r *http.Request, rd *reader) (page.Page, error) {
	s.sessions.Remove(r.Context(), sessionSlip)
	return rd.redirect(r, "/")
}

func (s *Site) slipPage(rd, holder *reader, st desk.Standing, code string, at time.Time) page.Page {
	matter := st.Run.Matter.Title.Words()
	to := fmt.Sprintf("/matters/%d", st.Row.Number)
	receipt := page.Receipt{
		Code: code, Href: slipHref(code), At: at,
		Next: []text.Words{text.Key("reports.keep"), text.Key("web.receipt_next", "Standing", s.standing(st.Row))},
	}
	if rd.signedIn() {
		receipt.Next = append(receipt.Next, text.Key("reports.sign_out_first"))
	} else {
		for _, a := range st.For(holder.actor()) {
			receipt.Links = append(receipt.Links, page.Link{Words: a.Words, Note: a.Lead, Href: doHref(st.Row.Number, a), Icon: "checkbox"})
		}
	}
	receipt.Links = append(receipt.Links,
		page.Link{Words: text.Key("reports.open", "N", st.Row.Number), Href: to, Icon: "chevron-right"},
		page.Link{Words: text.Key("web.record"), Href: to + "/record", Icon: "history"})
	p := page.Page{
		Frame: page.Resident, Title: text.Key("web.received"), State: matter, Back: &page.Link{Words: text.Key("web.home_name"), Href: "/"},
		Blocks: []page.Block{receipt},
	}
	if !rd.signedIn() {
		p.Blocks = append(p.Blocks, page.Form{Action: "/r", Submit: text.Key("reports.leave"), Quiet: true})
	}
	return p
}
