package web

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/people"
	"gongzhi/internal/register"
	"gongzhi/internal/text"
)

// What an administrator does about an account. Each is a page of its own that says what follows and asks what it rests on,
// and an act in the house's own book, as when it is done at the machine (gongzhi user).

const (
	nameRole    = "role"
	namePlace   = "scope"
	nameReason  = "reason"
	nameMandate = "mandate"
	nameWho     = "name"
	maxName     = 80
	madeLength  = 12 // letters and digits of a password made here: 60 bits
)

// byAdmin is who acts on these pages.
func byAdmin(rd *reader) act.By {
	by := act.By{Person: rd.account.Person, Role: adminRole}
	for _, m := range rd.mandates {
		if m.Role == adminRole {
			by.Mandate = m.ID
		}
	}
	return by
}

// madePassword is one that nobody chose, shown once.
func madePassword() string { return strings.ToLower(rand.Text()[:madeLength]) }

var accountReason = page.Field{Name: nameReason, Label: text.Key("accounts.reason"), Hint: text.Key("accounts.reason_hint"), Input: page.Line, Required: true, Max: maxReason}

func (s *Site) accountNew(r *http.Request, rd *reader) (page.Page, error) {
	return s.newForm(url.Values{}, nil), nil
}

func (s *Site) newForm(given url.Values, problem *fault.Refusal) page.Page {
	reason := accountReason
	reason.Value = given.Get(nameReason)
	p := page.Page{
		Frame: page.Desk, Title: text.Key("accounts.new"), Lead: text.Key("accounts.new_lead"), Back: &page.Link{Words: text.Key("web.nav.people"), Href: peopleHref},
		Blocks: []page.Block{page.Form{Action: peopleHref + "/new", Submit: text.Key("accounts.add"), Problem: problem, Basis: &page.Basis{Clause: "roles.yaml"}, Fields: []page.Field{
			{Name: nameLogin, Label: text.Key("accounts.login"), Hint: text.Key("accounts.login_hint"), Input: page.Line, Required: true, Width: 20, Value: given.Get(nameLogin)},
			{Name: nameWho, Label: text.Key("accounts.name"), Input: page.Line, Required: true, Width: 20, Value: given.Get(nameWho)}, reason,
		}}},
	}
	if problem != nil {
		p.Status = statuses[problem.Kind]
	}
	return p
}

func (s *Site) accountAdd(r *http.Request, rd *reader) (page.Page, error) {
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	login, name := strings.TrimSpace(r.PostForm.Get(nameLogin)), strings.TrimSpace(r.PostForm.Get(nameWho))
	reason := strings.TrimSpace(r.PostForm.Get(nameReason))
	var bad fault.Fields
	for field, v := range map[string]string{nameLogin: login, nameWho: name} {
		if v == "" {
			bad.Add(field, "field.required", nil)
		} else if n := len([]rune(v)); n > maxName {
			bad.Add(field, "field.long", fault.Args{"Max": maxName, "Got": n})
		}
	}
	reasonOf(&bad, reason)
	err := bad.Err("form.faults", fault.Basis{})
	password, person := madePassword(), act.Person("")
	if err == nil {
		person, err = s.AddAccount(r.Context(), byAdmin(rd), login, name, password, reason)
	}
	if no, ok := fault.As(err); ok && no.Kind != fault.Unavailable {
		return s.newForm(r.PostForm, no), nil
	}
	if err != nil {
		return page.Page{}, err
	}
	return shownOnce(text.Plain(name), person, login, password), nil
}

// shownOnce hands over a password.
func shownOnce(name text.Words, person act.Person, login, password string) page.Page {
	return page.Page{
		Frame: page.Desk, Title: name, Lead: text.Key("accounts.once"), Back: &page.Link{Words: name, Href: personHref(person)},
		Blocks: []page.Block{page.Panel{Blocks: []page.Block{
			page.Facts{List: []page.Fact{{Term: text.Key("web.sign_in.login"), Value: text.Plain(login)}, {Term: text.Key("accounts.password"), Block: page.Code{Text: password}}}},
		}}},
	}
}

func reasonOf(bad *fault.Fields, reason string) {
	if no, refused := fault.As(reasonGiven(reason)); refused {
		for _, f := range no.Fields {
			bad.Add(f.Name, f.Code, f.Args)
		}
	}
}

// accountOrder is what a form of these pages is about: the account, and the mandate where it is recalled.
type accountOrder struct {
	do      string
	account people.Account
	mandate people.Mandate
}

// accountAbout refuses what nobody may do to themselves, and what is over: there has to be another administrator to take the
// last one's place.
func (s *Site) accountAbout(r *http.Request, rd *reader) (x accountOrder, err error) {
	if x.do = r.PathValue("do"); !slices.Contains([]string{"give", "recall", "password", "close"}, x.do) {
		return x, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	}
	if x.account, err = s.account(r); err != nil {
		return x, err
	}
	if x.account.Closed {
		return x, fault.Refuse(fault.Closed, "people.closed", fault.Basis{Clause: "roles.yaml"}, nil)
	}
	if x.do == "recall" {
		held, err := s.People.Mandates(r.Context(), s.Store.Read(), x.account.Person, s.today())
		if err != nil {
			return x, err
		}
		i := slices.IndexFunc(held, func(m people.Mandate) bool { return m.ID == r.FormValue(nameMandate) })
		if i < 0 {
			return x, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
		}
		x.mandate = held[i]
	}
	if x.account.Person == rd.account.Person && (x.do == "close" || x.mandate.Role == adminRole) {
		return x, fault.Refuse(fault.Denied, "people.not_yourself", fault.Basis{Clause: "roles.yaml#roles." + adminRole}, nil)
	}
	return x, nil
}

func (s *Site) accountForm(r *http.Request, rd *reader) (page.Page, error) {
	x, err := s.accountAbout(r, rd)
	if err != nil {
		return page.Page{}, err
	}
	return s.aboutForm(r, rd, x, url.Values{}, nil)
}

func (s *Site) aboutForm(r *http.Request, rd *reader, x accountOrder, given url.Values, problem *fault.Refusal) (page.Page, error) {
	here, name := personHref(x.account.Person), text.Plain(x.account.Name)
	reason := accountReason
	reason.Value = given.Get(nameReason)
	form := page.Form{
		Action: here + "/" + x.do, Submit: text.Key("accounts.go." + x.do), Problem: problem, Basis: &page.Basis{Clause: "roles.yaml"}, Danger: x.do == "close" || x.do == "recall",
	}
	p := page.Page{Frame: page.Desk, Title: text.Key("accounts.do." + x.do), State: name, Lead: text.Key("accounts.says." + x.do), Back: &page.Link{Words: name, Href: here}}
	switch x.do {
	case "give":
		fields, err := s.giveFields(r, rd, given)
		if err != nil {
			return p, err
		}
		form.Fields = fields
	case "recall":
		where, err := s.mandateWhere(r.Context(), rd, x.mandate)
		if err != nil {
			return p, err
		}
		role := s.charter().RoleName(x.mandate.Role)
		form.Submit, form.Hidden = text.Key("accounts.go.recall", "Role", role), map[string]string{nameMandate: x.mandate.ID}
		p.Blocks = append(p.Blocks, page.Facts{List: []page.Fact{{Term: text.Key("accounts.role"), Value: role}, {Term: text.Key("accounts.where"), Value: where}}})
	case "close":
		form.Submit = text.Key("accounts.go.close", "Name", x.account.Name)
	}
	form.Fields = append(form.Fields, reason)
	p.Blocks = append(p.Blocks, form)
	if problem != nil {
		p.Status = statuses[problem.Kind]
	}
	return p, nil
}

// giveFields are the roles that are given here, and the places they may be given over.
func (s *Site) giveFields(r *http.Request, rd *reader, given url.Values) ([]page.Field, error) {
	role := page.Field{Name: nameRole, Label: text.Key("accounts.role"), Input: page.Select, Required: true, Value: given.Get(nameRole)}
	for _, key := range s.givable() {
		role.Options = append(role.Options, page.Option{Value: key, Words: s.charter().RoleName(key)})
	}
	place, err := s.scopes(r, rd).field(page.Field{Name: namePlace, Label: text.Key("accounts.place"), Hint: text.Key("accounts.place_hint")}, given.Get(namePlace), given.Get(namePlace+page.PickText))
	return []page.Field{role, place}, err
}

// givable are the roles that are not for one's own flat: those follow from the roll, by a code.
func (s *Site) givable() (out []string) {
	for key, role := range s.charter().Roles {
		if !role.Own {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out
}

// scopes offers the rows that roles are given over.
func (s *Site) scopes(r *http.Request, rd *reader) picker {
	var registers []string
	for _, key := range s.givable() {
		if over := s.charter().Roles[key].Scope; over != "" && !slices.Contains(registers, over) {
			registers = append(registers, over)
		}
	}
	slices.Sort(registers)
	return s.picker(s.registers(r.Context(), s.Store.Read(), rd), rd, registers)
}

func (s *Site) accountDo(r *http.Request, rd *reader) (page.Page, error) {
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	x, err := s.accountAbout(r, rd)
	if err != nil {
		return page.Page{}, err
	}
	var bad fault.Fields
	reason, password, scope := strings.TrimSpace(r.PostForm.Get(nameReason)), madePassword(), ""
	reasonOf(&bad, reason)
	if x.do == "give" {
		if scope, err = s.scopeGiven(r, rd, &bad); err != nil {
			return page.Page{}, err
		}
	}
	if err = bad.Err("form.faults", fault.Basis{Clause: "roles.yaml"}); err == nil {
		ctx, by, person := r.Context(), byAdmin(rd), x.account.Person
		switch x.do {
		case "give":
			err = s.Mandate(ctx, by, person, r.PostForm.Get(nameRole), scope, reason)
		case "recall":
			err = s.Recall(ctx, by, person, x.mandate.Role, x.mandate.Scope, s.today().Add(-1), reason)
		case "password":
			err = s.SetPassword(ctx, by, person, password, reason)
		case "close":
			err = s.CloseAccount(ctx, by, person, reason)
		}
	}
	if no, ok := fault.As(err); ok && no.Kind != fault.Unavailable {
		return s.aboutForm(r, rd, x, r.PostForm, no)
	}
	if err != nil {
		return page.Page{}, err
	}
	if x.do == "password" {
		return shownOnce(text.Plain(x.account.Name), x.account.Person, x.account.Login, password), nil
	}
	return rd.redirect(r, fmt.Sprintf("%s?done=%s", personHref(x.account.Person), x.do))
}

// scopeGiven is the place that a role is given over, as the form says it; a role that needs another kind of place, or
// none, is told so at the field.
func (s *Site) scopeGiven(r *http.Request, rd *reader, bad *fault.Fields) (string, error) {
	key := r.PostForm.Get(nameRole)
	role, known := s.charter().Roles[key]
	if !known || role.Own {
		bad.Add(nameRole, "field.required", nil)
		return "", nil
	}
	scope, found, err := s.scopes(r, rd).chosen(namePlace, r.PostForm.Get(namePlace), strings.TrimSpace(r.PostForm.Get(namePlace+page.PickText)), bad)
	if err != nil || !found {
		return scope, err
	}
	id, _ := register.ParseRowID(scope)
	switch {
	case role.Scope == "" && scope != "":
		bad.Add(namePlace, "accounts.place_unwanted", fault.Args{"Role": role.Name})
	case role.Scope != id.Register:
		sch, err := s.schema(role.Scope)
		if err != nil {
			return scope, err
		}
		bad.Add(namePlace, "accounts.place_wanted", fault.Args{"Role": role.Name, "Register": sch.Name})
	}
	return scope, nil
}
