package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gongzhi/internal/access"
	"gongzhi/internal/act"
	"gongzhi/internal/desk"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/redact"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// What is sealed stands on pages of its own. Whoever opens one has said what for, once for each place and session; each
// opening is written to the access log before anything is shown, and if it cannot be written nothing is.

const (
	sessionPurpose = "purpose " // begins the names under which a session keeps purposes; the place follows
	namePurpose    = "purpose"
)

// purpose is what the reader said they open sealed values of a place for.
func (s *Site) purpose(r *http.Request, place string) (string, bool) {
	key := s.sessions.GetString(r.Context(), sessionPurpose+place)
	_, known := s.charter().Privacy.Purposes[key]
	return key, known
}

// statePurpose takes the form of purposeForm.
func (s *Site) statePurpose(r *http.Request, rd *reader, place string) (page.Page, error) {
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	key := r.PostForm.Get(namePurpose)
	if _, known := s.charter().Privacy.Purposes[key]; !known {
		problem := fault.InField(namePurpose, "field.required", fault.Basis{})
		return s.purposePage(r, problem), nil
	}
	s.sessions.Put(r.Context(), sessionPurpose+place, key)
	return rd.redirect(r, r.URL.RequestURI())
}

// purposePage asks what something sealed is opened for. The form goes to the address of the page it opens.
func (s *Site) purposePage(r *http.Request, problem *fault.Refusal) page.Page {
	p := s.charter().Privacy
	x := page.Field{Name: namePurpose, Label: text.Key("privacy.purpose"), Input: page.Choice, Required: true}
	for _, key := range p.PurposeKeys() {
		x.Options = append(x.Options, page.Option{Value: key, Words: p.Purposes[key].Name.Words(), Hint: text.Plain(p.Purposes[key].Basis)})
	}
	out := page.Page{
		Frame: page.Desk, Title: text.Key("privacy.open"), Lead: text.Key("privacy.open_lead"),
		Back: &page.Link{Words: text.Key("privacy.back"), Href: strings.TrimSuffix(r.URL.Path, "/sealed")},
		Blocks: []page.Block{page.Form{
			Action: r.URL.RequestURI(), Submit: text.Key("privacy.open_go"), Problem: problem, Fields: []page.Field{x}, Basis: &page.Basis{Clause: "privacy.yaml#purposes"},
		}},
	}
	if problem != nil {
		out.Status = statuses[problem.Kind]
	}
	return out
}

// noted writes to the access log what is about to be shown.
func (s *Site) noted(ctx context.Context, list []access.Entry) error {
	if len(list) == 0 {
		return nil
	}
	return s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return s.Access.Add(ctx, tx, list...) })
}

// sealedMost is how many of the newest acts of a matter are looked through for sealed answers.
const sealedMost = 500

// sealedMatter opens the sealed answers of one step of a matter, the one at hand unless another is chosen.
func (s *Site) sealedMatter(r *http.Request, rd *reader) (page.Page, error) {
	n, err := number(r, "n")
	if err != nil {
		return page.Page{}, err
	}
	var p page.Page
	var log []access.Entry
	asks, place := false, ""
	err = s.Desk.Open(r.Context(), rd.actor(), act.Matter(n), func(ctx context.Context, q store.Q, st desk.Standing) error {
		by, err := sealer(st, rd)
		if err != nil {
			return err
		}
		place = st.Row.Scope
		purpose, said := s.purpose(r, place)
		if asks = !said || r.Method == http.MethodPost; asks {
			return nil
		}
		key := st.Run.Step
		if r.URL.Query().Has("step") { // empty for what a matter was begun with
			key = r.URL.Query().Get("step")
		}
		p, log, err = s.sealedAnswers(ctx, q, st, key)
		for i := range log {
			log[i].By, log[i].Purpose = by, purpose
		}
		return err
	})
	switch {
	case err != nil:
		return page.Page{}, err
	case asks && r.Method == http.MethodPost:
		return s.statePurpose(r, rd, place)
	case asks:
		return s.purposePage(r, nil), nil
	}
	return p, s.noted(r.Context(), log)
}

// sealedAnswers is the page of the sealed answers of one step, and what has to be noted before it is shown.
func (s *Site) sealedAnswers(ctx context.Context, q store.Q, st desk.Standing, key string) (p page.Page, log []access.Entry, err error) {
	n := st.Row.Number
	acts, err := s.Ledger.Latest(ctx, q, st.Run.Matter.Number, 1<<62, sealedMost)
	if err != nil {
		return p, nil, err
	}
	var tabs []page.Link
	t := page.Table{
		Caption: text.Key("web.sealed"), Empty: text.Key("privacy.sealed_none"),
		Columns: []page.Column{{Words: text.Key("web.col.what")}, {Words: text.Key("web.col.answer")}, {Words: text.Key("web.col.do")}},
	}
	for _, a := range acts {
		if len(a.Sealed) == 0 {
			continue
		}
		href := fmt.Sprintf("/desk/matters/%d/sealed?", n) + url.Values{"step": {a.Step}}.Encode()
		if !slices.ContainsFunc(tabs, func(l page.Link) bool { return l.Href == href }) {
			name := text.Key("web.matter_itself")
			if placed, ok := st.Method.Step(a.Step); ok {
				name = placed.Step.Shared().Name.Words()
			}
			tabs = append(tabs, page.Link{Words: name, Href: href, Here: a.Step == key})
		}
		if a.Step != key {
			continue
		}
		values, err := s.Ledger.Unseal(ctx, q, a)
		if err != nil {
			return p, nil, err
		}
		e := access.Entry{Door: "web", Place: st.Row.Scope, Object: access.Act(a.Matter, a.Seq), Subject: a.By.Person}
		for _, c := range a.Sealed {
			if c.Field == act.Blind {
				continue
			}
			v, there := values[c.Field]
			answer, do := page.Cell{Words: text.Plain(v)}, page.Cell{}
			if files := sealedFiles(v); len(files) > 0 {
				answer = page.Cell{Block: page.Rows{List: append(files, coverLinks(n, v)...)}}
			}
			if there {
				e.Fields = append(e.Fields, c.Field)
				do = page.Cell{
					Words: text.Key("web.erase.title"),
					Href:  fmt.Sprintf("/desk/matters/%d/erase?", n) + url.Values{"act": {strconv.FormatInt(a.Seq, 10)}, "field": {c.Field}}.Encode(),
				}
			} else {
				answer = page.Cell{Words: text.Key("web.erased")}
			}
			t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
				{Words: text.Key("web.sealed_of", "Act", a.Seq, "Field", fieldName(st.Charter, st.Method, a.Step, c.Field))}, answer, do,
			}})
		}
		if len(e.Fields) > 0 {
			log = append(log, e)
		}
	}
	if len(tabs) > 1 || len(tabs) == 1 && !tabs[0].Here {
		t.Tabs = tabs
	}
	return page.Page{
		Frame: page.Desk, Title: text.Key("web.sealed"), State: st.Run.Matter.Title.Words(), Lead: text.Key("privacy.noted"),
		Back: &page.Link{Words: st.Run.Matter.Title.Words(), Href: fmt.Sprintf("/desk/matters/%d", n)}, Blocks: []page.Block{t},
	}, log, nil
}

// sealedLink leads those who may to the sealed answers of a matter.
func sealedLink(st desk.Standing, rd *reader) []page.Link {
	if _, err := sealer(st, rd); err != nil {
		return nil
	}
	return []page.Link{{Words: text.Key("web.sealed"), Note: text.Key("privacy.noted"), Href: fmt.Sprintf("/desk/matters/%d/sealed", st.Row.Number), Icon: "lock"}}
}

// sealedFiles are the links to files that a sealed answer names.
func sealedFiles(v string) []page.Link {
	var list []step.File
	if json.Unmarshal([]byte(v), &list) != nil {
		return nil
	}
	out := make([]page.Link, len(list))
	for i, f := range list {
		out[i] = page.Link{Words: text.Plain(f.Name), Href: "/files/" + string(f.Hash), Icon: "paperclip"}
	}
	return out
}

// openFile makes sure that the reader may open one of the sealed answers that name a file, has said what for, and is on
// record with it. Whoever has not said it yet is led to the page of the answers, which asks.
func (s *Site) openFile(r *http.Request, rd *reader, hash act.Digest) (ask string, err error) {
	unknown := fault.Refuse(fault.NotFound, "file.unknown", fault.Basis{}, nil)
	if !rd.seals {
		return "", unknown
	}
	uses, err := s.Ledger.FileUses(r.Context(), s.Store.Read(), hash)
	if err != nil {
		return "", err
	}
	for _, u := range uses {
		var e access.Entry
		err := s.Desk.Open(r.Context(), rd.actor(), u.Matter, func(ctx context.Context, q store.Q, st desk.Standing) (err error) {
			if e.By, err = sealer(st, rd); err != nil {
				return err
			}
			acts, err := s.Ledger.Page(ctx, q, u.Matter, u.Seq-1, 1)
			if err != nil {
				return err
			}
			e.Purpose, _ = s.purpose(r, st.Row.Scope)
			e.Door, e.Place, e.Object, e.Fields, e.Subject = "web", st.Row.Scope, access.Act(u.Matter, u.Seq), []string{u.Field}, acts[0].By.Person
			return nil
		})
		switch {
		case fault.Is(err, fault.Denied):
			continue
		case err != nil:
			return "", err
		case e.Purpose == "":
			return fmt.Sprintf("/desk/matters/%d/sealed", u.Matter), nil
		}
		return "", s.noted(r.Context(), []access.Entry{e})
	}
	return "", unknown
}

// sealedRow opens the personal fields of one row.
func (s *Site) sealedRow(r *http.Request, rd *reader) (page.Page, error) {
	sch, err := s.schema(r.PathValue("register"))
	if err != nil {
		return page.Page{}, err
	}
	id, q := act.RowID{Register: sch.Key, ID: r.PathValue("id")}, s.Store.Read()
	in := s.rules(r.Context(), q)
	path, err := in.Path(id, s.today())
	if err != nil {
		return page.Page{}, err
	}
	by, ok := s.eyes(rd).Opens(id.Register, path)
	if !ok {
		return page.Page{}, fault.Refuse(fault.Denied, "web.not_for_you", fault.Basis{}, nil)
	}
	place := strings.TrimSuffix(path, id.Register+"/"+id.ID+"/")
	if r.Method == http.MethodPost {
		return s.statePurpose(r, rd, place)
	}
	purpose, said := s.purpose(r, place)
	if !said {
		return s.purposePage(r, nil), nil
	}
	row, _, err := in.For(func(act.RowID, string, *register.Field) redact.Sight { return redact.Plain }).Row(id, s.today())
	if err != nil {
		return page.Page{}, err
	}
	e := access.Entry{By: by, Purpose: purpose, Door: "web", Place: place, Object: access.Row(id)}
	if id.Register == redact.Persons {
		e.Subject = ownerPerson(id.String())
	}
	facts := page.Facts{}
	for i := range sch.Fields {
		f := &sch.Fields[i]
		if !f.Personal && f.Audience != register.Self {
			continue
		}
		if v, there := row.Values[f.Key]; there {
			e.Fields = append(e.Fields, f.Key)
			facts.List = append(facts.List, page.Fact{Term: f.Label.Words(), Value: text.Plain(f.Say(v))})
		}
	}
	p := page.Page{
		Frame: page.Desk, Title: text.Key("privacy.sealed_row"), State: sch.Name.Words(), Lead: text.Key("privacy.noted"),
		Back:   &page.Link{Words: sch.Name.Words(), Href: "/desk/registers/" + id.String()},
		Blocks: []page.Block{page.Panel{Title: text.Key("web.facts"), Blocks: []page.Block{facts}}},
	}
	if len(e.Fields) == 0 {
		p.Blocks = []page.Block{page.Banner{Tone: page.Plain, Words: text.Key("privacy.sealed_none")}}
		return p, nil
	}
	return p, s.noted(r.Context(), []access.Entry{e})
}
