package web

import (
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/desk"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// certifiedVisit is one visit of a matter to a step that has ended: what a certificate is about.
type certifiedVisit struct {
	matter act.Matter
	step   string
	visit  int
	rules  act.Digest // of the charter
}

func (v certifiedVisit) href() string {
	return fmt.Sprintf("/matters/%d/certificates/%s/%d", v.matter, url.PathEscape(v.step), v.visit)
}

// certificatesKept is how many certificates are kept at hand: what has ended does not change, and a large vote takes a
// second to recount.
const certificatesKept = 32

// certificate recounts what the address names, from the acts.
func (s *Site) certificate(r *http.Request, rd *reader) (v certifiedVisit, c step.Certificate, title text.Words, err error) {
	n, err := number(r, "n")
	if err != nil {
		return v, c, title, err
	}
	visit, err := number(r, "visit")
	if err != nil {
		return v, c, title, err
	}
	none := fault.Refuse(fault.NotFound, "certificate.none", fault.Basis{}, nil)
	err = s.Desk.Open(r.Context(), rd.actor(), act.Matter(n), func(ctx context.Context, q store.Q, st desk.Standing) error {
		title = st.Run.Matter.Title.Words()
		v = certifiedVisit{act.Matter(n), r.PathValue("step"), int(visit), st.Charter.Digest}
		var there bool
		if c, there = s.certificates.Get(v); there {
			return nil
		}
		placed, ok := st.Method.Step(v.step)
		if !ok {
			return none
		}
		certified, ok := placed.Step.(step.Certified)
		if !ok {
			return none
		}
		acts, err := s.visitActs(ctx, q, v)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(acts, func(a act.Act) bool { return a.Kind == act.Ended }) {
			return none
		}
		if c, err = certified.Certify(acts); err != nil {
			return err
		}
		s.certificates.Add(v, c)
		return nil
	})
	return v, c, title, err
}

// visitActs are the acts of one visit.
func (s *Site) visitActs(ctx context.Context, q store.Q, v certifiedVisit) (out []act.Act, err error) {
	acts, err := s.Ledger.Acts(ctx, q, v.matter, 0)
	visit := 0
	for _, a := range acts {
		if a.Step == v.step && a.Kind == act.Entered {
			visit++
		}
		if a.Step == v.step && visit == v.visit {
			out = append(out, a)
		}
	}
	return out, err
}

// certificatePage is the certificate for a resident, and the same to be printed.
func (s *Site) certificatePage(r *http.Request, rd *reader) (page.Page, error) {
	v, c, title, err := s.certificate(r, rd)
	if err != nil {
		return page.Page{}, err
	}
	p := page.Page{Frame: page.Resident, Title: text.Key("certificate.title"), State: title, Lead: text.Key("certificate.lead"), Blocks: slices.Clone(c.Blocks),
		Back: &page.Link{Words: title, Href: fmt.Sprintf("/matters/%d", v.matter)}}
	if r.PathValue("file") == "print" {
		p.Frame = page.Paper
		return p, nil
	}
	links := []page.Link{
		{Words: text.Key("certificate.print"), Href: v.href() + "/print", Icon: "printer"},
		{Words: text.Key("certificate.json"), Note: text.Key("certificate.json_note"), Href: v.href() + "/certificate.json", Icon: "file-text"},
	}
	for _, f := range c.Files {
		links = append(links, page.Link{Words: f.Words, Note: f.Note, Href: v.href() + "/" + url.PathEscape(f.Name), Icon: "download"})
	}
	p.Blocks = append(p.Blocks, page.Panel{Title: text.Key("certificate.files"), Blocks: []page.Block{page.Rows{List: links}}})
	return p, nil
}

// certificateFile is the certificate as JSON, one of its files, or the page to be printed.
func (s *Site) certificateFile(r *http.Request, rd *reader) (page.Page, error) {
	name := r.PathValue("file")
	if name == "print" {
		return s.certificatePage(r, rd)
	}
	v, c, _, err := s.certificate(r, rd)
	if err != nil {
		return page.Page{}, err
	}
	if name == "certificate.json" {
		raw, err := json.MarshalIndent(c.Data, "", "  ")
		if err != nil {
			return page.Page{}, fmt.Errorf("web: certificate of matter %d: %w", v.matter, err)
		}
		return rd.send(r, "application/json; charset=utf-8", "no-store", append(raw, '\n'))
	}
	i := slices.IndexFunc(c.Files, func(f step.Enclosure) bool { return f.Name == name })
	if i < 0 {
		return s.nowhere(r, rd)
	}
	rd.writer.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": fmt.Sprintf("%d-%s", v.matter, name)}))
	return rd.send(r, c.Files[i].Type+"; charset=utf-8", "no-store", c.Files[i].Content)
}

// certificateLink leads to the certificate of an ended step, where it has one.
func certificateLink(st desk.Standing, key string) []page.Link {
	placed, ok := st.Method.Step(key)
	if !ok {
		return nil
	}
	if _, ok := placed.Step.(step.Certified); !ok {
		return nil
	}
	v := certifiedVisit{matter: act.Matter(st.Row.Number), step: key, visit: st.Run.Visits[key]}
	return []page.Link{{Words: text.Key("certificate.link"), Href: v.href()}}
}
