package web

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/people"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// keyDays is how long a key for another system is good; whoever needs it longer comes again.
const keyDays = 365

// Names of the form for keys.
const (
	nameLogin = "login"
	nameLabel = "label"
	nameKeyID = "key"
)

// keysPage lists the keys of one account and issues new ones. A system acts under the mandates of the account that its key
// is for, so it gets one of its own.
func (s *Site) keysPage(r *http.Request, rd *reader) (page.Page, error) {
	return s.keysForm(r, r.URL.Query().Get(nameLogin), nil)
}

func (s *Site) keysForm(r *http.Request, login string, problem *fault.Refusal) (page.Page, error) {
	p := page.Page{Frame: page.Desk, Title: text.Key("keys.title"), Lead: text.Key("keys.lead", "N", keyDays)}
	if problem != nil {
		p.Status = statuses[problem.Kind]
	}
	p.Blocks = append(p.Blocks, page.Form{
		Action: "/desk/keys", Submit: text.Key("keys.issue"), Problem: problem, Fields: []page.Field{
			{Name: nameLogin, Label: text.Key("web.sign_in.login"), Hint: text.Key("keys.login_hint"), Input: page.Line, Required: true, Value: login, Max: 64},
			{Name: nameLabel, Label: text.Key("keys.label"), Hint: text.Key("keys.label_hint"), Input: page.Line, Required: true, Value: r.FormValue(nameLabel), Max: 64},
		},
	})
	if login == "" {
		return p, nil
	}
	a, ok, err := s.accountOf(r.Context(), login)
	if err != nil || !ok {
		return p, err
	}
	list, err := s.People.Tokens(r.Context(), s.Store.Read(), a.Person)
	if err != nil {
		return p, err
	}
	for _, k := range list {
		p.Blocks = append(p.Blocks, page.Panel{Title: text.Plain(k.Label), Blocks: []page.Block{
			page.Facts{List: []page.Fact{
				{Term: text.Key("keys.made"), Value: text.Plain(calendar.Minute(k.Made))}, {Term: text.Key("keys.expires"), Value: text.Plain(calendar.Minute(k.Expires))},
			}},
			page.Form{Action: "/desk/keys/recall", Submit: text.Key("keys.recall"), Danger: true, Quiet: true, Hidden: map[string]string{nameLogin: login, nameKeyID: k.ID}},
		}})
	}
	if len(list) == 0 {
		p.Blocks = append(p.Blocks, page.Rows{Empty: text.Key("keys.none", "Login", login)})
	}
	return p, nil
}

func (s *Site) accountOf(ctx context.Context, login string) (people.Account, bool, error) {
	return s.People.ByLogin(ctx, s.Store.Read(), login)
}

// isSystem tells whether an account is for another system and nothing else. A key lets whoever holds it act in the name of
// the account: nobody may be given one for a person, not by the administrator either.
func (s *Site) isSystem(ctx context.Context, person act.Person) (bool, error) {
	mandates, err := s.People.Mandates(ctx, s.Store.Read(), person, s.today())
	if err != nil || len(mandates) == 0 {
		return false, err
	}
	for _, m := range mandates {
		if !s.charter().Roles[m.Role].System {
			return false, nil
		}
	}
	return true, nil
}

// issueKey makes a key and shows it once; only its digest is kept.
func (s *Site) issueKey(r *http.Request, rd *reader) (page.Page, error) {
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	login, label := r.PostForm.Get(nameLogin), r.PostForm.Get(nameLabel)
	a, ok, err := s.accountOf(r.Context(), login)
	if err != nil {
		return page.Page{}, err
	}
	var bad fault.Fields
	if !ok || a.Closed {
		bad.Add(nameLogin, "keys.unknown", nil)
	}
	if ok && !a.Closed {
		if system, err := s.isSystem(r.Context(), a.Person); err != nil {
			return page.Page{}, err
		} else if !system {
			bad.Add(nameLogin, "keys.not_system", nil)
		}
	}
	if label == "" || len(label) > 200 {
		bad.Add(nameLabel, "field.required", nil)
	}
	if no, refused := fault.As(bad.Err("form.faults", fault.Basis{})); refused {
		return s.keysForm(r, login, no)
	}
	key := ""
	by := act.By{Person: rd.account.Person, Role: adminRole}
	err = s.Desk.Keep(r.Context(), by, "account.token", "roles.yaml#roles."+adminRole, map[string]any{"person": a.Person}, nil, func(ctx context.Context, tx *store.Tx) (err error) {
		key, err = s.People.IssueToken(ctx, tx, a.Person, label, tx.Now().Add(keyDays*24*time.Hour))
		return err
	})
	if err != nil {
		return page.Page{}, err
	}
	back := "/desk/keys?" + url.Values{nameLogin: {login}}.Encode()
	return page.Page{
		Frame: page.Desk, Title: text.Key("keys.issued"), Lead: text.Key("keys.once"), Back: &page.Link{Words: text.Key("keys.title"), Href: back},
		Blocks: []page.Block{page.Code{Text: key}, page.Facts{List: []page.Fact{{Term: text.Key("keys.label"), Value: text.Plain(label)}, {Term: text.Key("web.sign_in.login"), Value: text.Plain(login)}}}},
	}, nil
}

// recallKey ends a key at once.
func (s *Site) recallKey(r *http.Request, rd *reader) (page.Page, error) {
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	login := r.PostForm.Get(nameLogin)
	a, ok, err := s.accountOf(r.Context(), login)
	if err != nil {
		return page.Page{}, err
	}
	if !ok {
		return page.Page{}, fault.Refuse(fault.NotFound, "keys.unknown", fault.Basis{}, nil)
	}
	by := act.By{Person: rd.account.Person, Role: adminRole}
	err = s.Desk.KeepIf(r.Context(), by, "account.token_recalled", "roles.yaml#roles."+adminRole, map[string]any{"person": a.Person}, nil, func(ctx context.Context, tx *store.Tx) (bool, error) {
		return s.People.RecallToken(ctx, tx, a.Person, r.PostForm.Get(nameKeyID))
	})
	if err != nil {
		return page.Page{}, err
	}
	return rd.redirect(r, "/desk/keys?"+url.Values{nameLogin: {login}}.Encode())
}
