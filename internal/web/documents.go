package web

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/desk"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/report"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// certificateText is the one document that the matter as a whole leaves.
const certificate = "certificate"

// paper is a document with its address within the matter.
type paper struct {
	name string // "publicity_1.notice", "deliberate.minutes.party", "certificate"
	page.Official
}

// papers are all documents that a matter has left, in the order of its steps.
func (s *Site) papers(ctx context.Context, q store.Q, st desk.Standing, origin string) ([]paper, error) {
	acts, err := s.Ledger.Acts(ctx, q, st.Run.Matter.Number, 0)
	if err != nil {
		return nil, err
	}
	latest := map[string][]act.Act{} // of each step's latest visit
	for _, a := range acts {
		if a.Kind == act.Entered {
			latest[a.Step] = nil
		}
		latest[a.Step] = append(latest[a.Step], a)
	}
	issuer := st.Charter.Head.Name.Words()
	title := st.Run.Matter.Title
	var out []paper
	for _, placed := range st.Method.List {
		from, ok := placed.Step.(step.Documenter)
		if !ok || len(latest[placed.Key]) == 0 {
			continue
		}
		list, err := from.Documents(latest[placed.Key])
		if err != nil {
			return nil, err
		}
		for _, d := range list {
			by := d.By
			if by.IsZero() {
				by = issuer
			}
			name := placed.Key + "." + d.Kind
			if d.Item != "" {
				name += "." + d.Item
			}
			out = append(out, paper{name, page.Official{
				Issuer: issuer, Title: text.Key("official.title."+d.Kind, "Matter", title, "Step", placed.Step.Shared().Name, "By", by),
				Body: d.Body, Facts: d.Facts, Annex: d.Annex, Signed: by, Date: longDay(d.At),
				Check: text.Key("official.check", "Matter", st.Row.Number, "Act", d.Seq), Href: fmt.Sprintf("%s/matters/%d/record#%s", origin, st.Row.Number, placed.Key),
			}})
		}
	}
	if st.Run.Closed {
		out = append(out, paper{certificate, s.certificateText(st, origin)})
	}
	return out, nil
}

// certificateText says how each step of a closed matter ended, and by which chain of acts anyone can check it.
func (s *Site) certificateText(st desk.Standing, origin string) page.Official {
	c := st.Charter
	o := page.Official{
		Issuer: c.Head.Name.Words(), Title: text.Key("official.title.certificate", "Matter", st.Run.Matter.Title),
		Body: []page.Para{{Words: text.Key("official.closed", "Matter", st.Run.Matter.Title, "Method", st.Method.Name, "From", calendar.DateOf(st.Run.Matter.Opened).String(),
			"Until", calendar.DateOf(st.Run.At).String(), "Result", st.Method.Results[st.Run.Result])}},
		Signed: c.Head.Name.Words(), Date: longDay(st.Run.At),
		Check: text.Key("official.check_chain", "Matter", st.Row.Number, "Act", st.Run.Seq, "Hash", string(st.Run.Head)),
		Href:  fmt.Sprintf("%s/matters/%d/record", origin, st.Row.Number),
	}
	for _, placed := range st.Method.List {
		r, ended := st.Run.Results[placed.Key]
		if !ended {
			continue
		}
		says := outcome(c, placed.Step, r.Outcome)
		if teller, ok := placed.Step.(step.Teller); ok {
			says = step.Besides(says, teller.Told(r.Facts))
		}
		o.Facts = append(o.Facts, page.Fact{Term: placed.Step.Shared().Name.Words(), Value: text.Key("official.ended", "Day", calendar.DateOf(r.At).String(), "Says", says)})
	}
	return o
}

// longDay is a date as official documents write it: 2026年3月2日.
func longDay(at time.Time) text.Words {
	year, month, d := calendar.DateOf(at).YMD()
	return text.Text{ZH: fmt.Sprintf("%d年%d月%d日", year, month, d), EN: fmt.Sprintf("%d %s %d", d, month, year)}.Words()
}

// withPaper finds one document of a matter.
func (s *Site) withPaper(r *http.Request, rd *reader) (found paper, matter text.Text, err error) {
	n, err := number(r, "n")
	if err != nil {
		return found, matter, err
	}
	err = s.Desk.Open(r.Context(), rd.actor(), act.Matter(n), func(ctx context.Context, q store.Q, st desk.Standing) error {
		list, err := s.papers(ctx, q, st, s.address(r))
		if err != nil {
			return err
		}
		matter = st.Run.Matter.Title
		for _, p := range list {
			if p.name == r.PathValue("document") {
				found = p
				found.Pinned = s.pinned(ctx)
				return nil
			}
		}
		return fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	})
	return found, matter, err
}

// document is one document to be read and printed.
func (s *Site) document(r *http.Request, rd *reader) (page.Page, error) {
	p, matter, err := s.withPaper(r, rd)
	if err != nil {
		return page.Page{}, err
	}
	href := fmt.Sprintf("/matters/%s", r.PathValue("n"))
	return page.Page{
		Frame: page.Paper, Title: p.Title, Back: &page.Link{Words: matter.Words(), Href: href},
		Head:   []page.Link{{Words: text.Key("official.docx"), Href: href + "/documents/" + url.PathEscape(p.name) + "/docx", Icon: "download"}},
		Blocks: []page.Block{p.Official},
	}, nil
}

const docxType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// docx is the same document as a Word file.
func (s *Site) docx(r *http.Request, rd *reader) (page.Page, error) {
	p, _, err := s.withPaper(r, rd)
	if err != nil {
		return page.Page{}, err
	}
	say := func(w text.Words) string { return s.say(rd, w) }
	raw, err := report.Docx(p.Official, say)
	if err != nil {
		return page.Page{}, err
	}
	rd.done = true
	h := rd.writer.Header()
	h.Set("Content-Type", docxType)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": say(p.Title) + ".docx"}))
	h.Set("Cache-Control", "no-store")
	_, _ = rd.writer.Write(raw) // the reader may have gone
	return page.Page{}, nil
}

// documentsPanel lists what can be printed or taken along as a Word file.
func (s *Site) documentsPanel(ctx context.Context, q store.Q, st desk.Standing) ([]page.Block, error) {
	list, err := s.papers(ctx, q, st, "")
	if err != nil || len(list) == 0 {
		return nil, err
	}
	rows := make([]page.Link, len(list))
	for i, p := range list {
		rows[i] = page.Link{Words: p.Title, Note: text.Key("official.print"), Href: fmt.Sprintf("/matters/%d/documents/%s", st.Row.Number, url.PathEscape(p.name)), Icon: "printer"}
	}
	return []page.Block{page.Rows{Title: text.Key("official.list"), List: rows}}, nil
}
