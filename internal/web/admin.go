package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/people"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// codeDays is how long a printed household code may lie before it is used.
const codeDays = 90

// codesPage chooses the compound whose households get codes.
func (s *Site) codesPage(r *http.Request, rd *reader) (page.Page, error) {
	return s.codesForm(r, rd, nil)
}

func (s *Site) codesForm(r *http.Request, rd *reader, problem *fault.Refusal) (page.Page, error) {
	rows, err := s.registers(r.Context(), s.Store.Read(), rd).Rows("compound", act.RowID{}, s.today())
	if err != nil {
		return page.Page{}, err
	}
	x := page.Field{Name: "compound", Label: text.Key("web.place"), Input: page.Select, Required: true}
	for _, row := range rows {
		x.Options = append(x.Options, page.Option{Value: row.ID.ID, Words: text.Plain(row.Name)})
	}
	p := page.Page{
		Frame: page.Desk, Title: text.Key("web.nav.codes"), Lead: text.Key("web.codes_lead", "N", codeDays),
		Blocks: []page.Block{page.Form{
			Action: "/desk/codes", Submit: text.Key("web.codes_go"), Fields: []page.Field{x}, Problem: problem, Hidden: map[string]string{nameID: newID()},
		}},
	}
	if problem != nil {
		p.Status = statuses[problem.Kind]
	}
	return p, nil
}

// issueCodes makes a code for every owner of every part of a compound and leads to where they are shown, to be printed and
// cut. Only the digests are kept: sheets that were lost cannot be shown again, only replaced.
func (s *Site) issueCodes(r *http.Request, rd *reader) (page.Page, error) {
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	compound := act.RowID{Register: "compound", ID: r.PostForm.Get("compound")}
	id := r.PostForm.Get(nameID)
	if id == "" {
		return page.Page{}, fault.Refuse(fault.Invalid, "submission.id", fault.Basis{}, nil)
	}
	in := s.rules(r.Context(), s.Store.Read()) // codes go to owners, whom the page itself does not name
	parts, err := in.Rows("part", compound, s.today())
	if err != nil {
		return page.Page{}, err
	}
	if len(parts) == 0 {
		return s.codesForm(r, rd, fault.InField("compound", "web.codes_none", fault.Basis{}))
	}
	row, _, err := in.Row(compound, s.today())
	if err != nil {
		return page.Page{}, err
	}
	o := order{key: codesKey(rd, id), person: rd.account.Person, title: text.Key("web.codes_of", "Place", row.Name), href: "/desk/codes/" + id, takes: reads}
	_, err = s.jobs.start(r.Context(), o, func(ctx context.Context, j *job) (any, error) { return s.codes(ctx, rd, compound, parts, j) })
	if err != nil {
		return page.Page{}, err
	}
	return rd.redirect(r, o.href)
}

func codesKey(rd *reader, id string) string { return "codes " + string(rd.account.Person) + " " + id }

// codes makes them, all in one transaction with the act that says how many, and gives the page to print. It is held in
// memory for as long as it may be shown: codes are to lie on no disk.
func (s *Site) codes(ctx context.Context, rd *reader, compound act.RowID, parts []register.Row, j *job) (page.Page, error) {
	p := page.Page{Frame: page.Paper, Title: text.Key("web.codes_title"), Lead: text.Key("web.codes_print", "N", codeDays)}
	by := act.By{Person: rd.account.Person, Role: adminRole}
	body := map[string]any{"compound": compound.ID, "parts": len(parts)}
	err := s.Desk.Keep(ctx, by, act.Issued, "roles.yaml#roles.owner", body, nil, func(ctx context.Context, tx *store.Tx) error {
		p.Blocks = nil // on PostgreSQL a transaction may be tried again
		in := s.rules(ctx, tx)
		for i, part := range parts {
			j.tell(stageCodes, i, len(parts))
			path, err := in.Path(part.ID, s.today())
			if err != nil {
				return err
			}
			for _, owner := range part.List("owners") {
				h := people.Household{Person: ownerPerson(owner), Name: part.Name, Role: "owner", Scope: part.ID, Path: path}
				code, err := s.People.Issue(ctx, tx, h, tx.Now().Add(codeDays*24*time.Hour))
				if err != nil {
					return err
				}
				p.Blocks = append(p.Blocks, page.Section{Title: text.Plain(part.Name), Blocks: []page.Block{
					page.QR{Href: "/code?" + url.Values{"c": {code}}.Encode(), Note: text.Plain(code)},
				}})
			}
		}
		return nil
	})
	return p, err
}

// codesIssued shows codes to whoever made them, for some minutes, or how far they have got.
func (s *Site) codesIssued(r *http.Request, rd *reader) (page.Page, error) {
	j, there := s.jobs.find(codesKey(rd, r.PathValue("id")))
	if !there {
		return page.Page{}, fault.Refuse(fault.NotFound, "web.codes_gone", fault.Basis{}, nil)
	}
	p := page.Page{Frame: page.Desk, Title: j.title, Back: &page.Link{Words: text.Key("web.nav.codes"), Href: "/desk/codes"}}
	if !j.wait(r.Context()) {
		return j.going(p), nil
	}
	if j.err != nil {
		s.jobs.drop(j) // nothing was written, and the form asks again
		return page.Page{}, j.err
	}
	if j.seen() && r.URL.Query().Get(queryTake) == "" {
		p.Blocks = []page.Block{
			page.Banner{Tone: page.Good, Words: text.Key("web.codes_ready", "Minutes", int(jobsKept/time.Minute))},
			page.Buttons{List: []page.Link{{Words: text.Key("jobs.open"), Href: marked(j.href, queryTake), Icon: "external-link"}}},
		}
		return p, nil
	}
	p, _ = j.result.(page.Page)
	return p, nil
}

// ownerPerson is how acts name an owner: by the row of the person register, which says nothing by itself.
func ownerPerson(row string) act.Person { return act.Person(strings.TrimPrefix(row, "person/")) }
