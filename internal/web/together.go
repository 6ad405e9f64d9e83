package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"gongzhi/internal/act"
	"gongzhi/internal/desk"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// Names of the form that does one thing for several matters.
const (
	nameSame = "_same"
	nameRow  = "row"     // a tick in the queue
	namePick = "_picked" // + "_" + number: a matter that was ticked, on the form with the questions
)

// togetherMost is how many matters can be done at once: each is a submission of its own.
const togetherMost = 100

// together does the same verb for several matters: the ticks of the queue lead to one form with the questions, and that
// to one submission for each matter. One that is refused does not hold up the others; the page says of each what became
// of it.
func (s *Site) together(r *http.Request, rd *reader) (page.Page, error) {
	sub, err := s.submission(r, rd, 0, func() (bool, error) { return false, nil })
	if err != nil {
		return page.Page{}, err
	}
	sub.Files = nil // one file is not of many matters
	base, err := uuid.Parse(sub.ID)
	if err != nil {
		base, sub.ID = uuid.Nil, newID()
	}
	x := sameOf(r.PostFormValue(nameSame))
	owed, err := s.owedTo(r.Context(), s.Store.Read(), rd)
	if err != nil {
		return page.Page{}, err
	}
	waits := map[int64]duty{}
	for _, d := range owed {
		if x.verb != "" && d.same() == x {
			waits[d.Matter] = d
		}
	}
	picked := ticked(r)
	if x.verb == "" || len(picked) == 0 {
		return rd.redirect(r, "/desk")
	}
	if len(picked) > togetherMost {
		return page.Page{}, fault.Refuse(fault.TooLarge, "queue.too_many", fault.Basis{}, fault.Args{"Max": togetherMost})
	}
	delete(sub.Values, nameRow)
	if r.PostFormValue(nameStage) != stageSend || base == uuid.Nil {
		return s.togetherForm(r, rd, x, sub, picked, waits, nil)
	}
	sub.Step, sub.Verb, sub.Item = x.step, x.verb, ""
	t := page.Table{
		Caption: text.Key("queue.outcome"), Total: strconv.Itoa(len(picked)),
		Columns: []page.Column{{Words: text.Key("web.col.matter")}, {Words: text.Key("queue.outcome")}, {Words: text.Key("queue.why")}},
	}
	done := 0
	for i, n := range picked {
		one := sub
		one.ID = uuid.NewSHA1(base, strconv.AppendInt(nil, n, 10)).String() // the same form sent again is the same submissions
		receipt, err := s.Desk.Submit(r.Context(), rd.actor(), act.Matter(n), one)
		no, refused := fault.As(err)
		if err != nil && !refused {
			return page.Page{}, err
		}
		if refused && i == 0 && no.Kind == fault.Invalid {
			return s.togetherForm(r, rd, x, sub, picked, waits, no) // what is wrong in one is wrong in all, and nothing was sent yet
		}
		name, err := s.matterName(r.Context(), n)
		if err != nil {
			return page.Page{}, err
		}
		row := page.Row{Bad: refused, Cells: []page.Cell{{Words: name, Href: fmt.Sprintf("/desk/matters/%d", n)}, {Block: page.Tag{Words: text.Key("queue.taken"), Tone: page.Good}}, {Words: text.Plain(receipt.ID)}}}
		if refused {
			row.Cells[1], row.Cells[2] = page.Cell{Block: page.Tag{Words: text.Key("queue.refused"), Tone: page.Late}}, page.Cell{Block: page.Refused{Refusal: no}}
		} else {
			done++
		}
		t.Rows = append(t.Rows, row)
	}
	return page.Page{
		Frame: page.Desk, Title: text.Key("queue.outcome"), Lead: text.Key("queue.outcome_lead", "Done", done, "Of", len(picked)),
		Back: &page.Link{Words: text.Key("web.nav.queue"), Href: "/desk"}, Blocks: []page.Block{t},
	}, nil
}

// ticked are the matters of a form, each once.
func ticked(r *http.Request) (out []int64) {
	seen := map[int64]bool{}
	add := func(s string) {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 0 && !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	for _, v := range r.PostForm[nameRow] {
		add(v)
	}
	for _, name := range sortedNames(r.PostForm) {
		if strings.HasPrefix(name, namePick+"_") {
			add(r.PostForm.Get(name))
		}
	}
	return out
}

// togetherForm asks once what is answered for all.
func (s *Site) togetherForm(r *http.Request, rd *reader, x same, sub step.Submission, picked []int64, waits map[int64]duty, problem *fault.Refusal) (page.Page, error) {
	first, ok := waits[picked[0]]
	if !ok {
		return page.Page{}, fault.Refuse(fault.Closed, "web.not_asked", fault.Basis{Clause: "methods/" + x.method + ".yaml#" + x.step}, nil)
	}
	var p page.Page
	err := s.Desk.Open(r.Context(), rd.actor(), act.Matter(first.Matter), func(ctx context.Context, q store.Q, st desk.Standing) error {
		form, err := s.form(ctx, q, st, rd, first.ask, sub)
		if err != nil {
			return err
		}
		form.Action, form.Problem, form.Submit = "/desk/together", problem, text.Key("queue.for_all", "Verb", first.ask.Words, "N", len(picked))
		form.Hidden[nameSame], form.Hidden[nameStage] = x.String(), stageSend
		rows := page.Rows{Title: text.Key("queue.picked", "N", len(picked))}
		for i, n := range picked {
			form.Hidden[fmt.Sprintf("%s_%d", namePick, i)] = strconv.FormatInt(n, 10)
			name, err := s.matterName(ctx, n)
			if err != nil {
				return err
			}
			rows.List = append(rows.List, page.Link{Words: name, Note: s.stepName(x.method, x.step), Href: fmt.Sprintf("/desk/matters/%d", n), Icon: "building"})
		}
		p = page.Page{
			Frame: page.Desk, Title: first.ask.Words, Lead: first.ask.Lead, State: text.Key("queue.picked", "N", len(picked)),
			Back: &page.Link{Words: text.Key("web.nav.queue"), Href: "/desk?same=" + x.String()}, Blocks: []page.Block{form}, Aside: []page.Block{rows},
		}
		if problem != nil {
			p.Status = statuses[problem.Kind]
		}
		return nil
	})
	return p, err
}

func (s *Site) matterName(ctx context.Context, n int64) (text.Words, error) {
	m, ok, err := s.Docket.Find(ctx, s.Store.Read(), act.Matter(n))
	if err != nil {
		return text.Words{}, err
	}
	if !ok {
		return text.Words{}, fault.Refuse(fault.NotFound, "matter.unknown", fault.Basis{}, fault.Args{"Matter": n})
	}
	return title(m), nil
}
