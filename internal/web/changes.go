package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/docket"
	"gongzhi/internal/fault"
	"gongzhi/internal/house"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/text"
)

// openedSince is how many of the newest matters are looked through for one that was opened while a change was taken back.
const openedSince = 500

func changePath(id string) string { return "/desk/changes/" + url.PathEscape(id) }

// change is one change set: what it did, and the way to take it back while nothing leans on it. While it is being written it
// is how far that has got.
func (s *Site) change(r *http.Request, rd *reader) (page.Page, error) {
	id := r.PathValue("change")
	p := page.Page{Frame: page.Desk, Title: text.Key("lists.change")}
	if going, ok, err := s.writing(r, rd, id, p); ok || err != nil {
		return going, err
	}
	return s.changePage(r, rd, id, nil)
}

// writing shows how far a change set has got that is being written here or by another process. ok is false where it is not,
// or no more; an error is why it came to nothing.
func (s *Site) writing(r *http.Request, rd *reader, id string, p page.Page) (_ page.Page, ok bool, err error) {
	if j, begun := s.jobs.find(writingKey(id)); begun && j.person == rd.account.Person {
		if !j.wait(r.Context()) {
			return j.going(p), true, nil
		}
		_, err := s.jobs.take(j)
		return p, false, err
	}
	o, ok, err := s.Book.Open(r.Context(), s.Store.Read(), s.Ledger.Tenant())
	if err != nil || !ok || o.Change != id {
		return p, false, err
	}
	return goingOn(p, page.Tally{Meters: []page.Meter{meter(stageWriting, o.Done, o.Total)}}), true, nil
}

func (s *Site) changePage(r *http.Request, rd *reader, id string, problem *fault.Refusal) (page.Page, error) {
	in := s.registers(r.Context(), s.Store.Read(), rd)
	done, err := in.Change(id)
	if err != nil {
		return page.Page{}, err
	}
	p := page.Page{Frame: page.Desk, Title: text.Key("lists.change"), Lead: text.Key("lists.change_lead", "Day", done.On.String()), Blocks: []page.Block{countFigures(done.Counts)}}
	if done.Undoes != "" {
		p.Blocks = slices.Insert(p.Blocks, 0, page.Block(page.Banner{Tone: page.Good, Words: text.Key("lists.undone"), Links: []page.Link{{Words: text.Key("lists.undoes"), Href: changePath(done.Undoes)}}}))
		return p, nil
	}
	p.Blocks = append(p.Blocks, page.Form{
		Title: text.Key("lists.undo"), Lead: text.Key("lists.undo_lead"), Action: changePath(done.ID) + "/undo",
		Hidden: map[string]string{nameID: newID()}, Submit: text.Key("lists.undo"), Danger: true, Quiet: true, Problem: problem,
	})
	if problem != nil {
		p.Status = statuses[problem.Kind]
	}
	return p, nil
}

// undo takes a change set back, unless something leans on its rows by now.
func (s *Site) undo(r *http.Request, rd *reader) (page.Page, error) {
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	in := s.rules(r.Context(), s.Store.Read())
	done, err := in.Change(r.PathValue("change"))
	if err != nil {
		return page.Page{}, err
	}
	var by act.By
	over := map[act.RowID]bool{}   // by register and place
	for _, id := range done.Rows { // a mandate over each: what somebody may not write they may not take back
		row, ok, err := s.stoodLast(in, id)
		if err != nil {
			return page.Page{}, err
		}
		at := act.RowID{Register: id.Register, ID: row.Parent.String()}
		if ok && !over[at] {
			if by, err = s.mandateOver(r.Context(), rd, id.Register, row.Parent); err != nil {
				return page.Page{}, err
			}
			over[at] = true
		}
	}
	if by.Role == "" {
		if by, err = s.mandateOver(r.Context(), rd, "", act.RowID{}); err != nil {
			return page.Page{}, err
		}
	}
	id := r.PostForm.Get(nameID)
	if id == "" {
		return page.Page{}, fault.Refuse(fault.Invalid, "submission.id", fault.Basis{}, nil)
	}
	o := order{key: writingKey(id), person: rd.account.Person, title: text.Key("lists.undo"), href: changePath(id), takes: reads}
	j, err := s.jobs.start(r.Context(), o, func(ctx context.Context, j *job) (any, error) {
		defer s.layers.forget()
		used, still := s.leaning(ctx, s.rules(ctx, s.Store.Read()), done)
		_, err := s.Undo(ctx, by, id, "registers/", done.ID, house.Undoing{Used: used, Still: still, Progress: j.counting(stageWriting)})
		return nil, err
	})
	if err != nil {
		return page.Page{}, err
	}
	if !j.wait(r.Context()) {
		return rd.redirect(r, changePath(id))
	}
	_, err = s.jobs.take(j)
	if no, ok := fault.As(err); ok && no.Code == "book.change_twice" { // the second of two clicks
		return rd.redirect(r, changePath(id))
	}
	if no, ok := fault.As(err); ok && no.Kind == fault.Conflict {
		return s.changePage(r, rd, done.ID, no)
	}
	if err != nil {
		return page.Page{}, err
	}
	return rd.redirect(r, changePath(id))
}

// stoodLast is a row as it stands, or as it last stood.
func (s *Site) stoodLast(in *book.Reader, id act.RowID) (register.Row, bool, error) {
	row, ok, err := in.Row(id, s.today())
	if ok || err != nil {
		return row, ok, err
	}
	versions, err := in.History(id)
	for i := len(versions) - 1; i >= 0 && err == nil; i-- {
		if !versions[i].Ended {
			return versions[i].Row, true, nil
		}
	}
	return row, false, err
}

// leaning tells of a row whether anything outside its change set leans on it: a row that names it, or a matter about it
// or about a place above it that was opened since. still refuses where such a matter was opened after a row was asked about.
func (s *Site) leaning(ctx context.Context, in *book.Reader, done book.Done) (used func(act.RowID) (bool, error), still func() error) {
	own := map[act.RowID]bool{}
	for _, id := range done.Rows {
		own[id] = true
	}
	opened := map[act.RowID]bool{} // places with a matter opened since
	known := map[act.RowID]bool{}
	began := s.Clock.Now().UnixMicro()
	still = func() error {
		list, err := s.Docket.List(ctx, s.Store.Read(), docket.Filter{Limit: openedSince})
		if err != nil {
			return err
		}
		for _, m := range list {
			if at, ok := register.ParseRowID(m.Subject); ok && known[at] && m.Opened >= began {
				return fault.Refuse(fault.Conflict, "book.undo_used", fault.Basis{}, fault.Args{"Row": m.Subject})
			}
		}
		return nil
	}
	used = func(id act.RowID) (bool, error) {
		if named, err := in.NamedBy(id, func(other act.RowID) bool { return own[other] }); named || err != nil {
			return named, err
		}
		for at := id; !at.IsZero(); {
			if !known[at] {
				list, err := s.Docket.List(ctx, s.Store.Read(), docket.Filter{Subject: at.String(), Limit: 1})
				if err != nil {
					return false, err
				}
				known[at], opened[at] = true, len(list) > 0 && list[0].Opened >= done.Made.UnixMicro()
			}
			if opened[at] {
				return true, nil
			}
			row, ok, err := in.Row(at, s.today())
			if err != nil || !ok {
				return false, err
			}
			at = row.Parent
		}
		return false, nil
	}
	return used, still
}
