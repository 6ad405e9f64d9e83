package api

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"gongzhi/internal/act"
	"gongzhi/internal/desk"
	"gongzhi/internal/docket"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// Sizes of pages, and where counting stops.
const (
	usual    = 50
	most     = 100
	countTo  = 1000
	manyMore = "1,000+"
)

// The parameters that the two lists take.
var (
	listKeys = []string{"method", "step", "subject", "before", "limit"}
	actKeys  = []string{"after", "limit"}
)

// query reads the parameters of a list and refuses those it does not know: a filter that is misspelt must not come back
// as the whole list.
func query(r *http.Request, known ...string) (url.Values, error) {
	if r.URL.RawQuery == "" {
		return nil, nil
	}
	q, err := url.ParseQuery(r.URL.RawQuery)
	var bad fault.Fields
	if err != nil {
		bad.Add("?", "api.query", nil)
	}
	for _, key := range slices.Sorted(maps.Keys(q)) {
		switch {
		case !slices.Contains(known, key):
			bad.Add(key, "api.unknown_key", nil)
		case len(q[key]) > 1:
			bad.Add(key, "api.twice", nil)
		}
	}
	return q, bad.Err("api.body", fault.Basis{})
}

// whole is a whole number of a query within bounds, or its default where it is absent.
func whole(q url.Values, key string, least, greatest, otherwise int64, bad *fault.Fields) int64 {
	s := q.Get(key)
	if s == "" {
		return otherwise
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < least || n > greatest {
		bad.Add(key, "api.want_number", fault.Args{"Min": least, "Max": greatest})
		return otherwise
	}
	return n
}

// farthest is beyond every number of a matter or an act.
const farthest = 1<<53 - 1

// matters is the list, newest first.
func (a *API) matters(r *http.Request, _ *caller) (answer, error) {
	q, err := query(r, listKeys...)
	if err != nil {
		return answer{}, err
	}
	var bad fault.Fields
	limit := int(whole(q, "limit", 1, most, usual, &bad))
	f := docket.Filter{
		Method: q.Get("method"), Step: q.Get("step"), Subject: q.Get("subject"), Limit: limit + 1,
		Before: whole(q, "before", 1, farthest, 0, &bad),
	}
	switch {
	case f.Subject != "" && f.Method != "":
		bad.Add("method", "api.either", fault.Args{"Other": "subject"})
	case f.Step != "" && f.Method == "":
		bad.Add("step", "api.needs", fault.Args{"Other": "method"})
	}
	if err := bad.Err("api.body", fault.Basis{}); err != nil {
		return answer{}, err
	}
	var out list
	err = a.Store.View(r.Context(), func(ctx context.Context, q store.Q) error {
		found, err := a.Docket.List(ctx, q, f)
		if err != nil {
			return err
		}
		if len(found) > limit {
			found = found[:limit]
			out.Next = strconv.FormatInt(found[limit-1].Number, 10)
		}
		out.Matters = make([]line, len(found))
		for i, m := range found {
			out.Matters[i] = lineOf(m)
		}
		n := int64(len(found))
		if f.Before != 0 || out.Next != "" { // otherwise this page is all there is
			if n, err = a.Docket.Count(ctx, q, f, countTo+1); err != nil {
				return err
			}
		}
		out.Total = strconv.FormatInt(n, 10)
		if n > countTo {
			out.Total = manyMore
		}
		return nil
	})
	return answer{body: out}, err
}

// number is the number of a matter in an address. Anything else names no matter.
func number(r *http.Request) (act.Matter, error) {
	s := r.PathValue("n")
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 || s[0] == '0' || s[0] == '+' {
		return 0, fault.Refuse(fault.NotFound, "api.nowhere", fault.Basis{}, fault.Args{"Path": r.URL.Path})
	}
	return act.Matter(n), nil
}

// matter is where one matter stands.
func (a *API) matter(r *http.Request, c *caller) (answer, error) {
	n, err := number(r)
	if err != nil {
		return answer{}, err
	}
	if _, err := query(r); err != nil {
		return answer{}, err
	}
	var out *standing
	err = a.Desk.Open(r.Context(), c.actor, n, func(_ context.Context, _ store.Q, st desk.Standing) error {
		out = standingOf(st, c)
		return nil
	})
	return answer{body: out}, err
}

func standingOf(st desk.Standing, c *caller) *standing {
	b := st.Charter.Texts
	out := &standing{
		line: lineOf(st.Row), Charter: string(st.Charter.Digest), Facts: st.Run.Matter.Facts, Entered: instant(st.Run.Entered),
		Last: last{st.Run.Seq, string(st.Run.Head)},
	}
	if st.Run.Closed {
		out.Entered = ""
	}
	if p, ok := st.Method.Step(st.Run.Step); ok {
		out.StepName = said(b, p.Step.Shared().Name.Words())
		out.Deadline = deadlineOf(st, p.Step.Shared())
		out.Asks = asksOf(st, c)
	}
	if len(st.Run.Results) > 0 {
		out.Results = make(map[string]result, len(st.Run.Results))
		for key, r := range st.Run.Results {
			out.Results[key] = result{r.Outcome, instant(r.At), r.Facts}
		}
	}
	for _, k := range st.Run.Children {
		out.Children = append(out.Children, child{matterID(k.Matter), k.Method, k.Item, k.Result})
	}
	return out
}

// deadlineOf is when time moves the matter or, where it does not, how long the step should take.
func deadlineOf(st desk.Standing, common *step.Common) *deadline {
	if st.Row.Due != 0 {
		if panel, ok := st.Method.Panel(st.Run, st.Context); ok {
			for _, d := range deadlinesIn(panel.Blocks) {
				if d.Due.UnixMicro() == st.Row.Due && d.Count != nil {
					return &deadline{instant(d.Due), d.Count}
				}
			}
		}
	}
	within := st.Method.View(st.Run, st.Context).Within(common)
	if within.IsZero() {
		return nil
	}
	at, counted := within.End(st.Context.Calendar, st.Run.Entered)
	return &deadline{instant(at), &counted}
}

// deadlinesIn finds the deadlines that a panel explains.
func deadlinesIn(blocks []page.Block) []page.Deadline {
	var out []page.Deadline
	for _, b := range blocks {
		switch b := b.(type) {
		case page.Deadline:
			out = append(out, b)
		case page.Notice:
			out = append(out, b.Closes)
		case page.Panel:
			out = append(out, deadlinesIn(b.Blocks)...)
		case page.Section:
			out = append(out, deadlinesIn(b.Blocks)...)
		}
	}
	return out
}

// asksOf lists what the matter waits for.
func asksOf(st desk.Standing, c *caller) []ask {
	b := st.Charter.Texts
	all := st.Asks()
	mine := map[[2]string]bool{}
	if c.actor.Person != "" {
		for _, x := range st.For(c.actor) {
			mine[[2]string{x.Verb, x.Item}] = true
		}
	}
	out := make([]ask, len(all))
	for i, x := range all {
		clause := st.Method.File() + "#" + st.Run.Step
		if x.Clause != "" {
			clause += "." + x.Clause
		}
		out[i] = ask{
			Verb: x.Verb, Item: x.Item, By: x.By, Words: said(b, x.Words), Fields: fieldsOf(b, x.Fields), Opens: instant(x.Opens),
			Due: instant(x.Due), Owed: x.Owed, Clause: clause, Mine: mine[[2]string{x.Verb, x.Item}],
		}
	}
	return out
}

func fieldsOf(b *text.Bundle, fields step.Fields) []field {
	out := make([]field, len(fields))
	for i, f := range fields {
		out[i] = field{
			Key: f.Key, Label: said(b, f.Label.Words()), Type: string(f.Type), Register: f.Register, Required: f.Required, Max: f.Max,
			Audience: string(f.Audience),
		}
		for _, o := range f.Options {
			out[i].Options = append(out[i].Options, option{o.Value, said(b, o.Label.Words())})
		}
	}
	return out
}

// acts is the record of a matter, a page at a time.
func (a *API) acts(r *http.Request, c *caller) (answer, error) {
	n, err := number(r)
	if err != nil {
		return answer{}, err
	}
	q, err := query(r, actKeys...)
	if err != nil {
		return answer{}, err
	}
	var bad fault.Fields
	limit := int(whole(q, "limit", 1, most, usual, &bad))
	after := whole(q, "after", 0, farthest, 0, &bad)
	if err := bad.Err("api.body", fault.Basis{}); err != nil {
		return answer{}, err
	}
	out := record{Acts: []recorded{}}
	err = a.Desk.Open(r.Context(), c.actor, n, func(ctx context.Context, q store.Q, st desk.Standing) error {
		list, err := a.Ledger.Page(ctx, q, n, after, limit)
		if err != nil {
			return err
		}
		for _, x := range list {
			shown := recordedOf(x)
			if st.Method.Discreet(x) {
				shown.Body, shown.Withheld = json.RawMessage("{}"), true
			}
			out.Acts = append(out.Acts, shown)
			after = x.Seq
		}
		if after < st.Row.Seq && len(list) > 0 {
			out.After = strconv.FormatInt(after, 10)
		}
		return nil
	})
	return answer{body: out}, err
}

// receipt is what a submission led to. Whoever knows its id may see it: it says nothing that the record does not.
func (a *API) receipt(r *http.Request, _ *caller) (answer, error) {
	if _, err := query(r); err != nil {
		return answer{}, err
	}
	id := r.PathValue("id")
	got, ok, err := a.Ledger.Submission(r.Context(), a.Store.Read(), id)
	if err != nil {
		return answer{}, err
	}
	if !ok {
		return answer{}, fault.Refuse(fault.NotFound, "api.no_receipt", fault.Basis{}, fault.Args{"ID": id})
	}
	return answer{body: receiptOf(got)}, nil
}
