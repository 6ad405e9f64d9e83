package web

import (
	"net/http"
	"slices"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/people"
	"gongzhi/internal/text"
)

// What the reader signs in with, kept by themselves: the password and the second factor. Each change asks for the
// password, ends every other session and is an act in the house's own book, as when an administrator makes it.

const (
	passwordHref = "/me/password"
	secondHref   = "/me/second-factor"
	nameCurrent  = "current"
	nameNew      = "password"
	nameAgain    = "again"
	nameDigits   = "code"
	nameSecret   = "secret"
)

// ownSecrets lead there. Households come by their code and have no password to keep.
func ownSecrets(rd *reader) []page.Link {
	if !rd.account.HasPassword() {
		return nil
	}
	second := text.Key("secrets.second_off")
	if rd.account.TwoFactor {
		second = text.Key("secrets.second_on")
	}
	return []page.Link{
		{Words: text.Key("secrets.password"), Note: text.Key("secrets.password_note"), Href: passwordHref, Icon: "lock"},
		{Words: text.Key("secrets.second"), Note: second, Href: secondHref, Icon: "qrcode"},
	}
}

// byThemselves is the reader, in the first capacity they have; who has none acts as the house lets anyone with an account.
func byThemselves(rd *reader) act.By {
	by := act.By{Person: rd.account.Person, Role: act.HouseItself}
	if len(rd.mandates) > 0 {
		by.Role, by.Mandate = rd.mandates[0].Role, rd.mandates[0].ID
	}
	return by
}

func secretsPage(rd *reader, title, lead text.Words) page.Page {
	p := page.Page{Frame: page.Resident, Title: title, Lead: lead, Back: &page.Link{Words: text.Key("web.me.title"), Href: "/me"}}
	if rd.desk {
		p.Back = &page.Link{Words: text.Key("settings.title"), Href: settingsHref}
	}
	return p
}

func (s *Site) passwordPage(r *http.Request, rd *reader) (page.Page, error) {
	return s.passwordForm(rd, r.URL.Query().Has("done"), nil)
}

func (s *Site) passwordForm(rd *reader, done bool, problem *fault.Refusal) (page.Page, error) {
	p := secretsPage(rd, text.Key("secrets.password"), text.Key("secrets.password_lead"))
	if !rd.account.HasPassword() {
		return p, fault.Refuse(fault.NotFound, "people.no_password", fault.Basis{}, nil)
	}
	if done {
		p.Blocks = append(p.Blocks, page.Banner{Tone: page.Good, Words: text.Key("secrets.password_done")})
	}
	secret := func(name, label, autofill string) page.Field {
		return page.Field{Name: name, Label: text.Key(label), Input: page.Secret, Required: true, Width: 20, Autofill: autofill}
	}
	fresh := secret(nameNew, "secrets.new", "new-password")
	fresh.Hint = text.Key("secrets.new_hint", "Min", people.MinPassword)
	p.Blocks = append(p.Blocks, page.Form{Action: passwordHref, Submit: text.Key("secrets.password_go"), Problem: problem, Fields: []page.Field{
		secret(nameCurrent, "secrets.current", "current-password"), fresh, secret(nameAgain, "secrets.again", "new-password"),
	}})
	if problem != nil {
		p.Status = statuses[problem.Kind]
	}
	return p, nil
}

func (s *Site) passwordSave(r *http.Request, rd *reader) (page.Page, error) {
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	old, fresh := r.PostForm.Get(nameCurrent), r.PostForm.Get(nameNew)
	var bad fault.Fields
	switch {
	case fresh == "":
		bad.Add(nameNew, "field.required", nil)
	case fresh == old:
		bad.Add(nameNew, "people.password_same", nil)
	case fresh != r.PostForm.Get(nameAgain):
		bad.Add(nameAgain, "people.password_differs", nil)
	}
	err := bad.Err("form.faults", fault.Basis{})
	if err == nil {
		err = s.proved(r, rd, func() error { return s.ChangePassword(r.Context(), byThemselves(rd), old, fresh) })
	}
	if no, ok := fault.As(err); ok && no.Kind != fault.Unavailable {
		return s.passwordForm(rd, false, no)
	}
	if err != nil {
		return page.Page{}, err
	}
	return s.stay(r, rd, passwordHref)
}

func (s *Site) secondPage(r *http.Request, rd *reader) (page.Page, error) {
	return s.secondForm(r, rd, "", nil)
}

// secondForm sets a second factor, or takes it away where there is one. A new secret travels within the form until a code
// made of it has come back: before that it lets nobody in and is kept nowhere.
func (s *Site) secondForm(r *http.Request, rd *reader, secret string, problem *fault.Refusal) (page.Page, error) {
	p := secretsPage(rd, text.Key("secrets.second"), text.Key("secrets.second_lead"))
	if !rd.account.HasPassword() {
		return p, fault.Refuse(fault.NotFound, "people.no_password", fault.Basis{}, nil)
	}
	form := page.Form{Action: secondHref, Problem: problem, Fields: []page.Field{
		{Name: nameCurrent, Label: text.Key("secrets.current"), Input: page.Secret, Required: true, Width: 20},
		{Name: nameDigits, Label: text.Key("web.sign_in.code"), Hint: text.Key("secrets.code_hint"), Input: page.Line, Required: true, Width: 6, Autofill: "one-time-code"},
	}}
	if rd.account.TwoFactor {
		p.State, form.Submit, form.Danger = text.Key("secrets.on"), text.Key("secrets.second_drop"), true
		p.Lead = text.Key("secrets.second_drop_lead")
		if r.URL.Query().Has("done") {
			p.Blocks = append(p.Blocks, page.Banner{Tone: page.Good, Words: text.Key("secrets.second_done")})
		}
	} else {
		made, address, err := people.NewSecond(s.charter().Head.Name.In(rd.lang), rd.account.Login, secret)
		if err != nil {
			return page.Page{}, err
		}
		p.State, form.Submit, form.Hidden = text.Key("secrets.off"), text.Key("secrets.second_go"), map[string]string{nameSecret: made}
		if r.URL.Query().Has("done") {
			p.Blocks = append(p.Blocks, page.Banner{Tone: page.Good, Words: text.Key("secrets.second_dropped")})
		}
		p.Blocks = append(p.Blocks, page.Panel{Title: text.Key("secrets.scan"), Blocks: []page.Block{
			page.QR{Text: address, Note: text.Key("secrets.scan_note")}, page.Prose{Words: []text.Words{text.Key("secrets.by_hand")}}, page.Code{Text: inFours(made)},
		}})
	}
	p.Blocks = append(p.Blocks, form)
	if problem != nil {
		p.Status = statuses[problem.Kind]
	}
	return p, nil
}

// inFours is a secret as it is typed, so that the eye does not lose its place; authenticators leave the blanks out.
func inFours(secret string) string {
	var groups []string
	for group := range slices.Chunk([]rune(secret), 4) {
		groups = append(groups, string(group))
	}
	return strings.Join(groups, " ")
}

func (s *Site) secondSave(r *http.Request, rd *reader) (page.Page, error) {
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	password, code, secret := r.PostForm.Get(nameCurrent), r.PostForm.Get(nameDigits), r.PostForm.Get(nameSecret)
	err := s.proved(r, rd, func() error {
		if rd.account.TwoFactor {
			return s.DropSecond(r.Context(), byThemselves(rd), password, code)
		}
		return s.SetSecond(r.Context(), byThemselves(rd), password, secret, code)
	})
	if no, ok := fault.As(err); ok && no.Kind != fault.Unavailable {
		return s.secondForm(r, rd, secret, no)
	}
	if err != nil {
		return page.Page{}, err
	}
	return s.stay(r, rd, secondHref)
}

// proved does what asks for the reader's password, and counts a wrong one as at the door: an open browser is no place to
// guess in.
func (s *Site) proved(r *http.Request, rd *reader, do func() error) error {
	giveBack, ok := s.tries.take(r, rd.account.Login, s.Clock.Now())
	if !ok {
		return fault.Refuse(fault.TooMany, "web.slow_down", fault.Basis{}, nil)
	}
	err := do()
	if err == nil {
		giveBack()
	}
	return err
}

// stay keeps this one session, under a new token, over a change that ended all others.
func (s *Site) stay(r *http.Request, rd *reader, to string) (page.Page, error) {
	if err := s.sessions.RenewToken(r.Context()); err != nil {
		return page.Page{}, err
	}
	account, _, err := s.People.Find(r.Context(), s.Store.Read(), rd.account.Person)
	if err != nil {
		return page.Page{}, err
	}
	s.sessions.Put(r.Context(), sessionProof, account.Proof())
	return rd.redirect(r, to+"?done=1")
}
