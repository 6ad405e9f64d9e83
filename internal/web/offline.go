package web

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/desk"
	"gongzhi/internal/fault"
	"gongzhi/internal/ledger"
	"gongzhi/internal/method"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// What a phone wrote without signal it sends later, to the same address as the form, and wants an answer that a program
// reads: taken with its receipt, or refused with everything a person needs to decide what becomes of it. See
// docs/decisions/0013-offline-queue.md.

// headerQueue marks a request of the queue.
const headerQueue = "Gongzhi-Queue"

// Form fields of the queue.
const (
	nameMade      = "_made"      // when it was filled in, in milliseconds of the phone's clock
	nameSent      = "_sent"      // when it was sent, by the same clock
	nameBy        = "_by"        // the account it was filled in under
	nameQuestions = "_questions" // which questions the form asked
)

func queued(r *http.Request) bool { return r.Header.Get(headerQueue) != "" }

// made is when a request of the queue says that it was filled in, by our clock: a phone's clock may be wrong, but it
// tells how long ago that was. Zero where nothing was said.
func (s *Site) made(r *http.Request) time.Time {
	made, err := strconv.ParseInt(r.PostFormValue(nameMade), 10, 64)
	if err != nil || !queued(r) {
		return time.Time{}
	}
	sent, err := strconv.ParseInt(r.PostFormValue(nameSent), 10, 64)
	if err != nil {
		return time.Time{}
	}
	return s.Clock.Now().Add(-time.Duration(sent-made) * time.Millisecond)
}

// questionsMark tells one version of a form from another: an answer must not come to mean something else because the
// method was changed while the phone had no signal.
func questionsMark(fields step.Fields) string {
	raw, err := json.Marshal(fields)
	if err != nil {
		panic(err) // strings and numbers only
	}
	return string(act.Sum(raw))[:16]
}

// sameWriter refuses what was written under another account: on a phone that several people use, nobody signs for others.
func sameWriter(r *http.Request, rd *reader) error {
	if by := r.PostFormValue(nameBy); by != "" && by != string(rd.account.Person) {
		return fault.Refuse(fault.SignIn, "offline.other_person", fault.Basis{}, nil)
	}
	return nil
}

// sameQuestions refuses answers to questions that are not asked so any more. What is on record already is not looked at
// again, and what is not asked at all the desk refuses.
func (s *Site) sameQuestions(r *http.Request, rd *reader, n act.Matter, sub step.Submission) error {
	if err := sameWriter(r, rd); err != nil {
		return err
	}
	if _, known, err := s.Ledger.Submission(r.Context(), s.Store.Read(), sub.ID); known || err != nil {
		return err
	}
	return s.Desk.Open(r.Context(), rd.actor(), n, func(_ context.Context, _ store.Q, st desk.Standing) error {
		a, ok := find(st, rd, sub.Verb, sub.Item)
		if !ok || sub.Step != "" && sub.Step != st.Run.Step || r.PostFormValue(nameQuestions) == questionsMark(a.Fields) {
			return nil
		}
		return fault.Refuse(fault.Conflict, "offline.questions", fault.Basis{Clause: st.Method.File() + "#" + st.Run.Step}, nil)
	})
}

// sameStart is sameQuestions for what begins a matter.
func (s *Site) sameStart(r *http.Request, rd *reader, m *method.Method, sub step.Submission) error {
	if err := sameWriter(r, rd); err != nil {
		return err
	}
	if _, known, err := s.Ledger.Submission(r.Context(), s.Store.Read(), sub.ID); known || err != nil {
		return err
	}
	if r.PostFormValue(nameQuestions) != questionsMark(m.Start.Fields) {
		return fault.Refuse(fault.Conflict, "offline.questions", fault.Basis{Clause: m.File() + "#start"}, nil)
	}
	return nil
}

// queueAnswer is what the queue is told.
type queueAnswer struct {
	State  string       `json:"state"` // taken or refused
	Href   string       `json:"href,omitempty"`
	Kind   string       `json:"kind,omitempty"`
	Code   string       `json:"code,omitempty"`
	Words  string       `json:"words,omitempty"`
	Basis  string       `json:"basis,omitempty"`
	Clause string       `json:"basisHref,omitempty"`
	Fields []queueFault `json:"fields,omitempty"`
	// The other side, where two met: how the matter stands, and what was recorded there last.
	Now     string       `json:"now,omitempty"`
	NowHref string       `json:"nowHref,omitempty"`
	There   []queueThere `json:"there,omitempty"`
}

type queueFault struct {
	Label string `json:"label"`
	Words string `json:"words"`
}

type queueThere struct {
	When string `json:"when"`
	Who  string `json:"who"`
	What string `json:"what"`
	Said string `json:"said"`
}

func (s *Site) takeQueued(rd *reader, got ledger.Receipt) (page.Page, error) {
	rd.done = true
	return page.Page{}, writeJSON(rd.writer, http.StatusOK, queueAnswer{State: "taken", Href: "/receipts/" + got.ID})
}

func writeJSON(w http.ResponseWriter, status int, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "private, no-store")
	w.WriteHeader(status)
	_, _ = w.Write(raw) // the phone may have gone; it will ask again
	return nil
}

// refuseQueued answers the queue with a refusal and with the other side of it.
func (s *Site) refuseQueued(w http.ResponseWriter, r *http.Request, rd *reader, no *fault.Refusal, status int) {
	a := queueAnswer{
		State: "refused", Kind: no.Kind.String(), Code: no.Code, Words: s.say(rd, text.Words{Key: no.Code, Args: no.Args}),
		Basis: no.Basis.Law, Clause: clauseHref(no.Basis.Clause),
	}
	if a.Basis == "" {
		a.Basis = no.Basis.Clause
	}
	if n, err := number(r, "n"); err == nil {
		// Without the other side the refusal is still one; its reason is told.
		if err := s.otherSide(r, rd, act.Matter(n), no, &a); err != nil {
			s.Log.Error("the standing of a matter could not be told to a phone", "matter", n, "error", err)
		}
	}
	if len(a.Fields) == 0 {
		for _, f := range no.Fields {
			a.Fields = append(a.Fields, queueFault{f.Name, s.say(rd, text.Words{Key: f.Code, Args: f.Args})})
		}
	}
	if err := writeJSON(w, status, a); err != nil {
		s.Log.Error("a phone could not be answered", "path", r.URL.Path, "error", err)
	}
}

// othersShown is how many acts of the other side are told.
const othersShown = 3

func (s *Site) otherSide(r *http.Request, rd *reader, n act.Matter, no *fault.Refusal, a *queueAnswer) error {
	return s.Desk.Open(r.Context(), rd.actor(), n, func(ctx context.Context, q store.Q, st desk.Standing) error {
		a.Now, a.NowHref = s.say(rd, s.standing(st.Row)), s.matterHref(rd, int64(n))
		at := r.PostFormValue(nameStep)
		for _, f := range no.Fields {
			name := fieldName(st.Charter, st.Method, at, f.Name)
			a.Fields = append(a.Fields, queueFault{s.say(rd, name), s.say(rd, text.Words{Key: f.Code, Args: f.Args})})
		}
		if no.Kind != fault.Closed && no.Kind != fault.Conflict && no.Kind != fault.NotFound {
			return nil
		}
		acts, err := s.Ledger.Latest(ctx, q, n, 1<<62, 20)
		if err != nil {
			return err
		}
		for _, x := range acts {
			if x.By.Person == "" || x.Kind == act.Entered || x.Kind == act.Ended || x.Kind == act.Closed || len(a.There) == othersShown {
				continue
			}
			e := s.entry(st, x)
			a.There = append(a.There, queueThere{
				calendar.Minute(x.When()), s.say(rd, e.Who), s.say(rd, e.What), s.say(rd, e.Note),
			})
		}
		return nil
	})
}

// offline tells whether a form among the blocks may be filled in without signal.
func offline(blocks []page.Block) bool {
	return slices.ContainsFunc(blocks, func(b page.Block) bool {
		switch b := b.(type) {
		case page.Form:
			return b.Offline != 0
		case page.Panel:
			return offline(b.Blocks)
		case page.Section:
			return offline(b.Blocks)
		}
		return false
	})
}
