package web

import (
	"context"
	"fmt"
	"net/http"
	"path"

	"gongzhi/internal/act"
	"gongzhi/internal/charter"
	"gongzhi/internal/desk"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// movePage shows what would be otherwise under the version of the charter in force, and asks for the decision by which an
// open matter goes on under it.
func (s *Site) movePage(r *http.Request, rd *reader) (page.Page, error) {
	return s.moveForm(r, rd, "", nil)
}

func (s *Site) moveForm(r *http.Request, rd *reader, decision string, problem *fault.Refusal) (page.Page, error) {
	n, err := number(r, "n")
	if err != nil {
		return page.Page{}, err
	}
	var p page.Page
	err = s.Desk.Open(r.Context(), rd.actor(), act.Matter(n), func(ctx context.Context, q store.Q, st desk.Standing) error {
		if _, err := s.mover(st, rd); err != nil {
			return err
		}
		if !s.movable(st) {
			return fault.Refuse(fault.Conflict, "move.there", fault.Basis{Clause: "roles.yaml"}, fault.Args{"Matter": n})
		}
		changes, err := s.changesFor(st)
		if err != nil {
			return err
		}
		at := fmt.Sprintf("/desk/matters/%d", n)
		p = page.Page{
			Frame: page.Desk, Title: text.Key("move.title"), State: st.Run.Matter.Title.Words(), Lead: text.Key("move.lead"),
			Back: &page.Link{Words: st.Run.Matter.Title.Words(), Href: at},
			Blocks: []page.Block{page.Panel{Title: text.Key("move.changes"), Blocks: []page.Block{changes}}, page.Form{
				Action: at + "/move", Submit: text.Key("move.go"), Problem: problem, Basis: &page.Basis{Clause: "roles.yaml"},
				Fields: []page.Field{{Name: "decision", Label: text.Key("move.decision"), Hint: text.Key("move.hint"), Input: page.Area, Value: decision,
					Required: true, Max: desk.MaxDecision}},
			}},
		}
		return nil
	})
	if problem != nil {
		p.Status = statuses[problem.Kind]
	}
	return p, err
}

// move has a matter go on under the version in force.
func (s *Site) move(r *http.Request, rd *reader) (page.Page, error) {
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	n, err := number(r, "n")
	if err != nil {
		return page.Page{}, err
	}
	var by act.By
	err = s.Desk.Open(r.Context(), rd.actor(), act.Matter(n), func(_ context.Context, _ store.Q, st desk.Standing) (err error) {
		by, err = s.mover(st, rd)
		return err
	})
	if err != nil {
		return page.Page{}, err
	}
	decision := r.PostForm.Get("decision")
	err = s.Desk.Move(r.Context(), by, act.Matter(n), decision)
	if no, refused := fault.As(err); refused && no.Kind != fault.Denied && no.Code != "move.there" {
		return s.moveForm(r, rd, decision, no)
	}
	if err != nil {
		return page.Page{}, err
	}
	return rd.redirect(r, fmt.Sprintf("/desk/matters/%d", n))
}

// mover is the mandate under which a reader may move a matter.
func (s *Site) mover(st desk.Standing, rd *reader) (act.By, error) {
	return mandateOver(st, rd, s.charter().Moves)
}

// movable tells whether a matter is open and goes by a version that is no longer in force.
func (s *Site) movable(st desk.Standing) bool {
	return !st.Run.Closed && st.Charter.Digest != s.charter().Digest
}

// moveLink leads whoever may move a matter to where they do.
func (s *Site) moveLink(st desk.Standing, rd *reader) []page.Link {
	if _, err := s.mover(st, rd); err != nil || !s.movable(st) {
		return nil
	}
	return []page.Link{{Words: text.Key("move.title"), Note: text.Key("move.note"), Href: fmt.Sprintf("/desk/matters/%d/move", st.Row.Number), Icon: "scale"}}
}

// changesShown is how many places at which two versions differ stand on the page; gongzhi charter diff lists all.
const changesShown = 100

// changesFor lists what differs, between a matter's version and the one in force, in all that the matter goes by.
func (s *Site) changesFor(st desk.Standing) (page.Block, error) {
	between, err := charter.Compare(st.Charter.Files, s.charter().Files)
	if err != nil {
		return nil, err
	}
	t := differences(text.Key("move.changes"), text.Key("move.was"))
	t.Empty = text.Key("move.none")
	for _, c := range between.Changes {
		if c.Shared() || path.Base(c.File) == path.Base(st.Method.File()) {
			t.Rows = append(t.Rows, difference(c.Where(), c))
		}
	}
	if len(t.Rows) > changesShown {
		t.Rows, t.Total = t.Rows[:changesShown], fmt.Sprintf("%d / %d", changesShown, len(t.Rows))
	}
	return t, nil
}
