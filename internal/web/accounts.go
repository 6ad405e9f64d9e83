package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/people"
	"gongzhi/internal/text"
)

const (
	peopleHref = "/desk/people"
	nameAll    = "all" // households, too
)

func personHref(person act.Person) string { return peopleHref + "/" + url.PathEscape(string(person)) }

// peopleList shows accounts and what each may act as today.
func (s *Site) peopleList(r *http.Request, _ *reader) (page.Page, error) {
	q, ctx, asked := s.Store.Read(), r.Context(), r.URL.Query()
	login, all, of := strings.TrimSpace(asked.Get(nameLogin)), asked.Get(nameAll) != "", s.People.WithPassword
	if all {
		of = s.People.List
	}
	list, err := of(ctx, q, asked.Get("after"), pageOf+1)
	if err == nil && login != "" {
		var a people.Account
		var found bool
		a, found, err = s.People.ByLogin(ctx, q, login)
		if list = nil; found {
			list = []people.Account{a}
		}
	}
	if err != nil {
		return page.Page{}, err
	}
	t := page.Table{
		Caption: text.Key("web.nav.people"), Empty: text.Key("accounts.find_none", "Login", login),
		Columns: []page.Column{
			{Words: text.Key("web.col.name")}, {Words: text.Key("web.sign_in.login")}, {Words: text.Key("accounts.mandates")}, {Words: text.Key("web.col.second")}, {Words: text.Key("accounts.standing")},
		},
		Filters: &page.Form{Get: true, Action: peopleHref, Submit: text.Key("lists.filter"), Fields: []page.Field{
			{Name: nameLogin, Label: text.Key("accounts.find"), Input: page.Line, Value: login, Width: 20},
			{Name: nameAll, Label: text.Key("accounts.all"), Input: page.Yes, Value: asked.Get(nameAll)},
		}},
	}
	if len(list) > pageOf {
		list = list[:pageOf]
		next := url.Values{"after": {list[pageOf-1].Login}}
		if all {
			next.Set(nameAll, "yes")
		}
		t.Next = peopleHref + "?" + next.Encode()
	}
	for _, a := range list {
		mandates, err := s.People.Mandates(ctx, q, a.Person, s.today())
		if err != nil {
			return page.Page{}, err
		}
		second, standing := text.Key("web.no"), text.Key("accounts.active")
		if a.TwoFactor {
			second = text.Key("web.yes")
		}
		if a.Closed {
			standing = text.Key("accounts.closed")
		}
		t.Rows = append(t.Rows, page.Row{Href: personHref(a.Person), Cells: []page.Cell{
			{Words: nameOf(a), Href: personHref(a.Person)}, {Words: loginOf(a)}, {Words: s.roleNames(mandates)}, {Words: second}, {Words: standing},
		}})
	}
	return page.Page{
		Frame: page.Desk, Title: text.Key("web.nav.people"), Lead: text.Key("accounts.lead"), Blocks: []page.Block{t},
		Head: []page.Link{{Words: text.Key("accounts.new"), Href: peopleHref + "/new", Icon: "plus"}},
	}, nil
}

// nameOf is what an account is called; of one whose person was forgotten nothing is left to call it by.
func nameOf(a people.Account) text.Words {
	if a.Name == "" {
		return text.Key("accounts.nameless")
	}
	return text.Plain(a.Name)
}

// loginOf is what is typed at the door. Who comes by a household's code types none, and what the house calls them is for
// machines.
func loginOf(a people.Account) text.Words {
	if !a.HasPassword() {
		return text.Key("accounts.by_code")
	}
	return text.Plain(a.Login)
}

// roleNames are the roles somebody holds, each once with over how many places.
func (s *Site) roleNames(mandates []people.Mandate) text.Words {
	c, held, order := s.charter(), map[string]int{}, []string{}
	for _, m := range mandates {
		if held[m.Role]++; held[m.Role] == 1 {
			order = append(order, m.Role)
		}
	}
	var zh, en []string
	for _, role := range order {
		words := c.RoleName(role)
		if n := held[role]; n > 1 {
			words = text.Key("accounts.places", "Role", words, "N", n)
		}
		zh, en = append(zh, c.Texts.Say(text.ZH, words)), append(en, c.Texts.Say(text.EN, words))
	}
	return text.Text{ZH: strings.Join(zh, "、"), EN: strings.Join(en, ", ")}.Words()
}

// accountPage is one person: what they hold, and what may be done about their account.
func (s *Site) accountPage(r *http.Request, rd *reader) (page.Page, error) {
	a, err := s.account(r)
	if err != nil {
		return page.Page{}, err
	}
	mandates, err := s.People.Mandates(r.Context(), s.Store.Read(), a.Person, s.today())
	if err != nil {
		return page.Page{}, err
	}
	here := personHref(a.Person)
	t := page.Table{
		Caption: text.Key("accounts.mandates"), Empty: text.Key("accounts.mandates_none"),
		Columns: []page.Column{{Words: text.Key("accounts.role")}, {Words: text.Key("accounts.where")}, {Words: text.Key("accounts.since")}, {Words: text.Key("web.col.do")}},
	}
	for _, m := range mandates {
		where, err := s.mandateWhere(r.Context(), rd, m)
		if err != nil {
			return page.Page{}, err
		}
		recall := page.Link{Words: text.Key("accounts.do.recall"), Href: here + "/recall?" + url.Values{nameMandate: {m.ID}}.Encode()}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			{Words: s.charter().RoleName(m.Role)}, {Words: where}, {Words: text.Plain(m.Starts.String())}, {Block: page.Buttons{Quiet: true, List: []page.Link{recall}}},
		}})
	}
	p := s.accountFrame(a)
	p.Back = &page.Link{Words: text.Key("web.nav.people"), Href: peopleHref}
	p.Lead = text.Key("accounts.lead")
	if done := r.URL.Query().Get("done"); slices.Contains([]string{"give", "recall", "close"}, done) {
		p.Blocks = append(p.Blocks, page.Banner{Tone: page.Good, Words: text.Key("accounts.done." + done)})
	}
	second := text.Key("web.no")
	if a.TwoFactor {
		second = text.Key("web.yes")
	}
	p.Blocks = append(p.Blocks, page.Panel{Blocks: []page.Block{page.Facts{List: []page.Fact{
		{Term: text.Key("web.sign_in.login"), Value: loginOf(a)}, {Term: text.Key("web.col.second"), Value: second},
	}}}}, page.Panel{Title: text.Key("accounts.mandates"), Blocks: []page.Block{t}})
	if !a.Closed {
		var rows []page.Link
		for _, do := range []string{"give", "password", "close"} {
			rows = append(rows, page.Link{Words: text.Key("accounts.do." + do), Note: text.Key("accounts.says." + do), Href: here + "/" + do})
		}
		p.Blocks = append(p.Blocks, page.Rows{List: rows})
	}
	return p, nil
}

func (s *Site) accountFrame(a people.Account) page.Page {
	p := page.Page{Frame: page.Desk, Title: nameOf(a), State: text.Key("accounts.active")}
	if a.Closed {
		p.State = text.Key("accounts.closed")
	}
	return p
}

func (s *Site) account(r *http.Request) (people.Account, error) {
	a, ok, err := s.People.Find(r.Context(), s.Store.Read(), act.Person(r.PathValue("person")))
	if err == nil && !ok {
		err = fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	}
	return a, err
}

// mandateWhere says over what a mandate is held.
func (s *Site) mandateWhere(ctx context.Context, rd *reader, m people.Mandate) (text.Words, error) {
	if m.Scope.IsZero() {
		return text.Key("accounts.whole"), nil
	}
	row, ok, err := s.registers(ctx, s.Store.Read(), rd).Row(m.Scope, s.today())
	if err != nil || !ok || row.Name == "" {
		return text.Plain(m.Scope.ID), err
	}
	return text.Plain(row.Name), nil
}
