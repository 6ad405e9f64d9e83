package web

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/desk"
	"gongzhi/internal/fault"
	"gongzhi/internal/ledger"
	"gongzhi/internal/page"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
	"gongzhi/internal/verify"
)

// led are the acts that a submission led to in its matter.
func (s *Site) led(ctx context.Context, q store.Q, got ledger.Receipt) ([]act.Act, error) {
	list, err := s.Ledger.Page(ctx, q, got.Matter, got.First-1, int(got.Last-got.First+1))
	if err != nil {
		return nil, err
	}
	var out []act.Act
	for _, a := range list {
		if a.Submission == got.ID { // deadlines that fell just before are nobody's
			out = append(out, a)
		}
	}
	return out, nil
}

// receiptOf finds a receipt; every page and file of it begins here.
func (s *Site) receiptOf(r *http.Request) (ledger.Receipt, []act.Act, error) {
	got, ok, err := s.Ledger.Submission(r.Context(), s.Store.Read(), r.PathValue("id"))
	if err != nil {
		return got, nil, err
	}
	if !ok {
		return got, nil, fault.Refuse(fault.NotFound, "web.no_receipt", fault.Basis{}, nil)
	}
	acts, err := s.led(r.Context(), s.Store.Read(), got)
	return got, acts, err
}

// actedFor tells whether the reader is who acted, for themselves. What a clerk has typed in for others is not theirs to open:
// that is read at the desk, for a purpose on record.
func (s *Site) actedFor(acts []act.Act, rd *reader) bool {
	mine := s.charter().OwnRoles()
	return rd.signedIn() && len(acts) > 0 && !slices.ContainsFunc(acts, func(a act.Act) bool {
		return a.By.Person != rd.account.Person || !mine[a.By.Role]
	})
}

// proofOf says whether the acts are in the log yet, and where their proof is.
func (s *Site) proofOf(ctx context.Context, got ledger.Receipt, acts []act.Act, rd *reader) (*page.Proof, error) {
	if len(acts) == 0 {
		return nil, nil
	}
	n, ok, err := s.PublicLog.Find(ctx, s.Store.Read(), got.Matter, acts[len(acts)-1].Seq)
	if err != nil {
		return nil, err
	}
	if !ok {
		return &page.Proof{}, nil
	}
	given, _, err := s.LogKey(ctx)
	if err != nil {
		return nil, err
	}
	p := &page.Proof{Entry: n + 1, Href: "/receipts/" + got.ID + "/proof", Command: "gongzhi verify --key '" + given.Key + "' --receipt " + got.ID + ".json"}
	if s.actedFor(acts, rd) {
		p.Opening = "/receipts/" + got.ID + "/opening"
	}
	return p, nil
}

// proof is the proof of a receipt as a file. It says nothing that the log does not.
func (s *Site) proof(r *http.Request, rd *reader) (page.Page, error) { return s.proven(r, rd, false) }

// opening is the same with what the reader did, in full, and what opens its commitments. It is for who acted only.
func (s *Site) opening(r *http.Request, rd *reader) (page.Page, error) { return s.proven(r, rd, true) }

func (s *Site) proven(r *http.Request, rd *reader, opened bool) (page.Page, error) {
	got, acts, err := s.receiptOf(r)
	if err != nil {
		return page.Page{}, err
	}
	if opened && !s.actedFor(acts, rd) {
		return page.Page{}, fault.Refuse(fault.Denied, "log.not_yours", fault.Basis{}, nil)
	}
	out := verify.Receipt{Submission: got.ID, Matter: got.Matter}
	err = s.Store.View(r.Context(), func(ctx context.Context, q store.Q) error {
		if out.Checkpoint, err = s.PublicLog.Checkpoint(ctx, q); err != nil {
			return err
		}
		for _, a := range acts {
			one, err := s.provenAct(ctx, q, a, opened)
			if err != nil {
				return err
			}
			out.Acts = append(out.Acts, one)
		}
		return nil
	})
	if err != nil {
		return page.Page{}, err
	}
	given, _, err := s.LogKey(r.Context())
	if err != nil {
		return page.Page{}, err
	}
	out.Key = given.Key
	raw, err := json.MarshalIndent(out, "", "\t")
	if err != nil {
		return page.Page{}, fmt.Errorf("web: proof: %w", err)
	}
	rd.done = true
	h := rd.writer.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Disposition", `attachment; filename="`+got.ID+`.json"`)
	_, _ = rd.writer.Write(append(raw, '\n')) // the reader may have gone
	return page.Page{}, nil
}

func (s *Site) provenAct(ctx context.Context, q store.Q, a act.Act, opened bool) (verify.ReceiptAct, error) {
	n, ok, err := s.PublicLog.Find(ctx, q, a.Matter, a.Seq)
	if err != nil {
		return verify.ReceiptAct{}, err
	}
	if !ok {
		return verify.ReceiptAct{}, fault.Refuse(fault.Unavailable, "log.pending", fault.Basis{}, nil)
	}
	in, err := s.PublicLog.Prove(ctx, q, n)
	if err != nil {
		return verify.ReceiptAct{}, err
	}
	out := verify.ReceiptAct{Index: n, Leaf: string(in.Leaf), Path: []string{}}
	for _, h := range in.Path {
		out.Path = append(out.Path, hex.EncodeToString(h[:]))
	}
	if !opened {
		return out, nil
	}
	raw, err := a.Canonical()
	if err != nil {
		return out, err
	}
	out.Act = string(raw)
	openings, err := s.Ledger.Open(ctx, q, a)
	for _, o := range openings {
		out.Sealed = append(out.Sealed, verify.Value(o))
	}
	return out, err
}

// receipt confirms a submission, and proves that it is in the public log.
func (s *Site) receipt(r *http.Request, rd *reader) (page.Page, error) {
	got, acts, err := s.receiptOf(r)
	if err != nil {
		return page.Page{}, err
	}
	m, _, err := s.Docket.Find(r.Context(), s.Store.Read(), got.Matter)
	if err != nil {
		return page.Page{}, err
	}
	proof, err := s.proofOf(r.Context(), got, acts, rd)
	if err != nil {
		return page.Page{}, err
	}
	x := page.Receipt{Code: strings.ToUpper(strings.ReplaceAll(got.ID, "-", "")), Href: "/receipts/" + got.ID, At: got.At(), Proof: proof}
	recorded := text.Key("web.receipt_acts", "First", got.First, "Last", got.Last)
	if m.Private {
		err := s.Desk.Open(r.Context(), rd.actor(), got.Matter, func(context.Context, store.Q, desk.Standing) error { return nil })
		if fault.Is(err, fault.NotFound) {
			// The ids of submissions stand in the public log: that something private was recorded, and nothing about it.
			x.Next = []text.Words{recorded}
			return page.Page{
				Frame: page.Resident, Title: text.Key("web.received"), State: text.Key("figures.private_matter"),
				Back: &page.Link{Words: text.Key("log.title"), Href: "/log"}, Blocks: []page.Block{x},
			}, nil
		}
		if err != nil {
			return page.Page{}, err
		}
	}
	x.Next = []text.Words{text.Key("web.receipt_next", "Standing", s.standing(m)), recorded}
	x.Links = []page.Link{
		{Words: text.Key("web.back_to_matter"), Href: fmt.Sprintf("/matters/%d", m.Number), Icon: "chevron-left"},
		{Words: text.Key("web.record"), Href: fmt.Sprintf("/matters/%d/record", m.Number), Icon: "history"},
	}
	return page.Page{
		Frame: page.Resident, Title: text.Key("web.received"), State: title(m), Back: &page.Link{Words: title(m), Href: fmt.Sprintf("/matters/%d", m.Number)},
		Blocks: []page.Block{x},
	}, nil
}
