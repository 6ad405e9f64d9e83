package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/desk"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// maxReason is the longest reason for an erasure.
const maxReason = 200

var reasonField = page.Field{Name: "reason", Label: text.Key("web.erase.reason"), Hint: text.Key("web.erase.hint"), Input: page.Line, Required: true, Max: maxReason}

// reasonGiven refuses an erasure without a reason, or with one that nobody will read to its end.
func reasonGiven(reason string) error {
	var bad fault.Fields
	if reason == "" {
		bad.Add("reason", "field.required", nil)
	}
	if got := len([]rune(reason)); got > maxReason {
		bad.Add("reason", "field.long", fault.Args{"Max": maxReason, "Got": got})
	}
	return bad.Err("form.faults", fault.Basis{})
}

// erasePage states what erasing means before it is done: a page of its own, a typed reason, no confirmation that pops up.
func (s *Site) erasePage(r *http.Request, rd *reader) (page.Page, error) {
	return s.eraseForm(r, rd, r.URL.Query().Get("act"), r.URL.Query().Get("field"), nil)
}

func (s *Site) eraseForm(r *http.Request, rd *reader, seq, field string, problem *fault.Refusal) (page.Page, error) {
	n, err := number(r, "n")
	if err != nil {
		return page.Page{}, err
	}
	var p page.Page
	err = s.Desk.Open(r.Context(), rd.actor(), act.Matter(n), func(ctx context.Context, q store.Q, st desk.Standing) error {
		if _, err := sealer(st, rd); err != nil {
			return err
		}
		p = page.Page{
			Frame: page.Desk, Title: text.Key("web.erase.title"), State: st.Run.Matter.Title.Words(), Lead: text.Key("web.erase.lead", "Act", seq),
			Back: &page.Link{Words: st.Run.Matter.Title.Words(), Href: fmt.Sprintf("/desk/matters/%d", n)},
			Blocks: []page.Block{page.Form{
				Action: fmt.Sprintf("/desk/matters/%d/erase", n), Danger: true, Submit: text.Key("web.erase.go"), Problem: problem,
				Hidden: map[string]string{"act": seq, "field": field}, Basis: &page.Basis{Law: st.Charter.Roles["street_office"].Basis, Clause: "roles.yaml"},
				Fields: []page.Field{reasonField},
			}},
		}
		return nil
	})
	if problem != nil {
		p.Status = statuses[problem.Kind]
	}
	return p, err
}

// erase forgets one sealed value.
func (s *Site) erase(r *http.Request, rd *reader) (page.Page, error) {
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	n, err := number(r, "n")
	if err != nil {
		return page.Page{}, err
	}
	seq, field, reason := r.PostForm.Get("act"), r.PostForm.Get("field"), r.PostForm.Get("reason")
	if no, ok := fault.As(reasonGiven(reason)); ok {
		return s.eraseForm(r, rd, seq, field, no)
	}
	e := desk.Erasure{Matter: act.Matter(n), Field: field, Reason: reason}
	if e.Seq, err = strconv.ParseInt(seq, 10, 64); err != nil {
		return page.Page{}, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	}
	var by act.By
	err = s.Desk.Open(r.Context(), rd.actor(), e.Matter, func(ctx context.Context, q store.Q, st desk.Standing) (err error) {
		by, err = sealer(st, rd)
		return err
	})
	if err != nil {
		return page.Page{}, err
	}
	if err := s.Desk.Erase(r.Context(), by, e); err != nil {
		return page.Page{}, err
	}
	return rd.redirect(r, fmt.Sprintf("/desk/matters/%d", n))
}

// sealer is the mandate under which a reader opens, and may erase, sealed answers of a matter.
func sealer(st desk.Standing, rd *reader) (act.By, error) {
	domain := st.Charter.Privacy.DomainOfMethod(st.Method.Key)
	return mandateOver(st, rd, func(role string) bool { return st.Charter.Roles[role].Seals && st.Charter.Privacy.Admits(role, domain) })
}

// mandateOver is the first mandate of a reader that reaches a matter, in a role that may do what is asked.
func mandateOver(st desk.Standing, rd *reader, may func(role string) bool) (act.By, error) {
	on := calendar.DateOf(st.Context.Now)
	for _, m := range rd.mandates {
		if may(m.Role) && asMandate(m).Over(st.Context.Book, st.Context.Own[m.Role], st.Run.Matter.Subject, on) {
			return act.By{Person: rd.account.Person, Role: m.Role, Mandate: m.ID}, nil
		}
	}
	return act.By{}, fault.Refuse(fault.Denied, "web.not_for_you", fault.Basis{}, nil)
}

// eraseRowPage states what erasing the personal fields of a row means, and asks for the reason.
func (s *Site) eraseRowPage(r *http.Request, rd *reader) (page.Page, error) {
	id, _, err := s.erasable(r, rd)
	if err != nil {
		return page.Page{}, err
	}
	return s.eraseRowForm(r, rd, id, nil)
}

// erasable is the row that is to be forgotten, and the mandate under which the reader may do so.
func (s *Site) erasable(r *http.Request, rd *reader) (id act.RowID, by act.By, err error) {
	sch, err := s.schema(r.PathValue("register"))
	if err != nil {
		return id, by, err
	}
	id = act.RowID{Register: sch.Key, ID: r.PathValue("id")}
	path, err := s.rules(r.Context(), s.Store.Read()).Path(id, s.today())
	if err != nil {
		return id, by, err
	}
	by, ok := s.eyes(rd).Opens(id.Register, path)
	if !ok {
		return id, by, fault.Refuse(fault.Denied, "web.not_for_you", fault.Basis{}, nil)
	}
	return id, by, nil
}

func (s *Site) eraseRowForm(r *http.Request, rd *reader, id act.RowID, problem *fault.Refusal) (page.Page, error) {
	row, _, err := s.registers(r.Context(), s.Store.Read(), rd).Row(id, s.today())
	if err != nil {
		return page.Page{}, err
	}
	to := "/desk/registers/" + id.String()
	p := page.Page{
		Frame: page.Desk, Title: text.Key("web.erase.row_title"), State: text.Plain(row.Name), Lead: text.Key("web.erase.row_lead"),
		Back: &page.Link{Words: text.Plain(row.Name), Href: to},
		Blocks: []page.Block{page.Form{
			Action: to + "/erase", Danger: true, Submit: text.Key("web.erase.go"), Problem: problem, Basis: &page.Basis{Clause: "privacy.yaml"},
			Fields: []page.Field{reasonField},
		}},
	}
	if problem != nil {
		p.Status = statuses[problem.Kind]
	}
	return p, nil
}

// eraseRow forgets the personal fields of a row.
func (s *Site) eraseRow(r *http.Request, rd *reader) (page.Page, error) {
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	id, by, err := s.erasable(r, rd)
	if err != nil {
		return page.Page{}, err
	}
	reason := r.PostForm.Get("reason")
	if no, ok := fault.As(reasonGiven(reason)); ok {
		return s.eraseRowForm(r, rd, id, no)
	}
	if err := s.EraseRow(r.Context(), by, id, reason); err != nil {
		return page.Page{}, err
	}
	return rd.redirect(r, "/desk/registers/"+id.String())
}
