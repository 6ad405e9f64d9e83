package api

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/method"
	"gongzhi/internal/redact"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
)

// The rows of registers, for programs of those who keep them: what a caller sees of each field, and what they may write,
// is what the desk shows them and lets them write. Values are strings as a person would type them, and are checked by the
// declaration of the register, which also gives the schema.

// rowKeys are the parameters of a list of rows; each field that a list can be cut by may be one more, "filter[key]".
var rowKeys = []string{"under", "on", "text", "cursor", "limit"}

// filterOf is the field that a parameter cuts a list by.
func filterOf(name string) (key string, ok bool) {
	key, ok = strings.CutPrefix(name, "filter[")
	return strings.TrimSuffix(key, "]"), ok && strings.HasSuffix(key, "]")
}

// shelf is one register, read as the caller may see it.
type shelf struct {
	schema *register.Schema
	in     *book.Reader
	on     calendar.Date // the day it is read as of
	past   bool
}

// registers lists the registers there are.
func (a *API) registers(r *http.Request, _ *caller) (answer, error) {
	if _, err := query(r); err != nil {
		return answer{}, err
	}
	out := registerList{Registers: []registerLine{}}
	for _, s := range a.Desk.Charter().Registers.All() {
		out.Registers = append(out.Registers, registerLine{s.Key, words{s.Name.ZH, s.Name.EN}, s.Parent})
	}
	return answer{body: out}, nil
}

// registerSchema is the JSON Schema of a row's values.
func (a *API) registerSchema(r *http.Request, _ *caller) (answer, error) {
	if _, err := query(r); err != nil {
		return answer{}, err
	}
	s, err := a.schema(r)
	if err != nil {
		return answer{}, err
	}
	l := language(r.Header.Get("Accept-Language"))
	return answer{lang: l, body: schemaOf(s, l)}, nil
}

func (a *API) schema(r *http.Request) (*register.Schema, error) {
	s, ok := a.Desk.Charter().Registers.Get(r.PathValue("register"))
	if !ok {
		return nil, fault.Refuse(fault.NotFound, "api.nowhere", fault.Basis{}, fault.Args{"Path": r.URL.Path})
	}
	return s, nil
}

func (a *API) today() calendar.Date { return calendar.DateOf(a.Clock.Now()) }

func clauseOf(s *register.Schema) string { return "registers/" + s.Key + ".yaml" }

// shelf opens a register for a caller who works at the desk.
func (a *API) shelf(ctx context.Context, q store.Q, c *caller, s *register.Schema, on string, bad *fault.Fields) (shelf, error) {
	charter, today := a.Desk.Charter(), a.today()
	rules := a.Book.Reader(ctx, q, a.Ledger.Tenant(), charter.Registers)
	eyes := redact.Eyes{Person: c.actor.Person, Domain: charter.Privacy.DomainOf}
	for _, m := range c.actor.Mandates {
		path := ""
		if !m.Scope.IsZero() {
			var err error
			if path, err = rules.Path(m.Scope, today); fault.Is(err, fault.NotFound) {
				continue // its place stands no more
			} else if err != nil {
				return shelf{}, err
			}
		}
		if held, ok := charter.Held(m.ID, m.Role, path); ok {
			eyes.Held = append(eyes.Held, held)
		}
	}
	if len(eyes.Held) == 0 {
		return shelf{}, fault.Refuse(fault.Denied, "api.not_kept", fault.Basis{Clause: clauseOf(s)}, nil)
	}
	x := shelf{schema: s, in: rules.For(eyes.Sees), on: today}
	if on != "" {
		day, err := calendar.ParseDate(on)
		if err != nil {
			bad.Add("on", "api.want_day", nil)
		} else {
			x.on, x.past = day, day.Before(today)
		}
	}
	return x, nil
}

// rows is a page of a register, in the order of its places.
func (a *API) rows(r *http.Request, c *caller) (answer, error) {
	s, err := a.schema(r)
	if err != nil {
		return answer{}, err
	}
	known := slices.Clone(rowKeys)
	for i := range s.Fields {
		if s.Fields[i].Filters() {
			known = append(known, "filter["+s.Fields[i].Key+"]")
		}
	}
	given, err := query(r, known...)
	if err != nil {
		return answer{}, err
	}
	var out rowList
	err = a.Store.View(r.Context(), func(ctx context.Context, q store.Q) error {
		var bad fault.Fields
		x, err := a.shelf(ctx, q, c, s, given.Get("on"), &bad)
		if err != nil {
			return err
		}
		limit := int(whole(given, "limit", 1, most, usual, &bad))
		f := book.Filter{Register: s.Key, On: x.on, Past: x.past, Text: given.Get("text"), Equal: map[string]string{}}
		if under := given.Get("under"); under != "" {
			if f.Under, err = row(under); err != nil {
				bad.Add("under", "api.want_row", nil)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(given)) {
			if key, ok := filterOf(name); ok {
				f.Equal[key] = given.Get(name)
			}
		}
		if err := bad.Err("api.body", fault.Basis{}); err != nil {
			return err
		}
		found, err := x.in.List(f, given.Get("cursor"), limit)
		if err != nil {
			return err
		}
		out = rowList{Rows: make([]rowShape, len(found.Rows)), Next: found.Next}
		for i, one := range found.Rows {
			out.Rows[i] = x.shape(one)
		}
		switch {
		case found.Total > book.Counted:
			out.Total = manyMore
		case found.Total >= 0:
			out.Total = strconv.Itoa(found.Total)
		}
		return nil
	})
	return answer{body: out}, err
}

// row is one row as it stood on a day.
func (a *API) row(r *http.Request, c *caller) (answer, error) {
	s, err := a.schema(r)
	if err != nil {
		return answer{}, err
	}
	given, err := query(r, "on")
	if err != nil {
		return answer{}, err
	}
	got, err := a.find(r.Context(), c, s, r.PathValue("row"), given.Get("on"))
	return answer{body: got}, err
}

func (a *API) find(ctx context.Context, c *caller, s *register.Schema, id, on string) (out rowShape, err error) {
	err = a.Store.View(ctx, func(ctx context.Context, q store.Q) error {
		var bad fault.Fields
		x, err := a.shelf(ctx, q, c, s, on, &bad)
		if err == nil {
			err = bad.Err("api.body", fault.Basis{})
		}
		if err != nil {
			return err
		}
		one, ok, err := x.in.Row(act.RowID{Register: s.Key, ID: id}, x.on)
		if err == nil && !ok {
			err = fault.Refuse(fault.NotFound, "book.no_row", fault.Basis{}, fault.Args{"Row": s.Key + "/" + id})
		}
		if err == nil {
			out = x.shape(one)
		}
		return err
	})
	return out, err
}

// shape is a row as it goes out: what the caller sees plainly, and the masks of what they see in part.
func (x shelf) shape(one register.Row) rowShape {
	out := rowShape{Row: one.ID.String(), Name: one.Name, Version: strconv.FormatInt(one.Version, 10), Values: map[string]any{}, Masked: one.Masked}
	if !one.Parent.IsZero() {
		out.Parent = one.Parent.String()
	}
	for i := range x.schema.Fields {
		f := &x.schema.Fields[i]
		switch v := one.Values[f.Key].(type) {
		case nil:
		case string:
			out.Values[f.Key] = v
		case []string:
			out.Values[f.Key] = v
		case bool:
			out.Values[f.Key] = map[bool]string{true: "yes", false: "no"}[v]
		default:
			out.Values[f.Key] = f.Say(v)
		}
	}
	return out
}

// The keys that the two bodies may have.
var (
	addRowKeys    = []string{"parent", "values"}
	changeRowKeys = []string{"version", "values"}
)

// addRow writes a new row. Its id follows from the Idempotency-Key, so that what is sent twice adds one.
func (a *API) addRow(r *http.Request, c *caller) (answer, error) {
	s, err := a.schema(r)
	if err != nil {
		return answer{}, err
	}
	b, err := a.body(r, addRowKeys...)
	if err != nil {
		return answer{}, err
	}
	e := register.Entry{ID: act.RowID{Register: s.Key, ID: a.Book.Pseudonym(a.Ledger.Tenant(), s.Key, b.ID)}}
	if e.Parent, err = row(b.parent); err != nil {
		var bad fault.Fields
		bad.Add("/parent", "api.want_row", nil)
		return answer{}, bad.Err("api.body", fault.Basis{})
	}
	return a.writeRow(r, c, s, b, e, e.Parent)
}

// changeRow writes another version of a row. What is not named stays as it is; what is given as nothing is cleared.
func (a *API) changeRow(r *http.Request, c *caller) (answer, error) {
	s, err := a.schema(r)
	if err != nil {
		return answer{}, err
	}
	b, err := a.body(r, changeRowKeys...)
	if err != nil {
		return answer{}, err
	}
	e := register.Entry{ID: act.RowID{Register: s.Key, ID: r.PathValue("row")}}
	if e.After, err = strconv.ParseInt(b.version, 10, 64); err != nil || e.After < 1 {
		var bad fault.Fields
		bad.Add("/version", "api.want_version", nil)
		return answer{}, bad.Err("api.body", fault.Basis{})
	}
	before, ok, err := a.Book.Reader(r.Context(), a.Store.Read(), a.Ledger.Tenant(), a.Desk.Charter().Registers).Row(e.ID, a.today())
	if err != nil {
		return answer{}, err
	}
	if !ok {
		return answer{}, fault.Refuse(fault.NotFound, "book.no_row", fault.Basis{}, fault.Args{"Row": e.ID.String()})
	}
	e.Parent = before.Parent
	return a.writeRow(r, c, s, b, e, e.ID)
}

// writeRow writes a change set of one row, under the mandate that keeps the register there.
func (a *API) writeRow(r *http.Request, c *caller, s *register.Schema, b body, e register.Entry, over act.RowID) (answer, error) {
	today, clause := a.today(), clauseOf(s)
	rules := a.Book.Reader(r.Context(), a.Store.Read(), a.Ledger.Tenant(), a.Desk.Charter().Registers)
	i := slices.IndexFunc(c.actor.Mandates, func(m method.Mandate) bool { return a.Desk.Charter().Keeps(m, rules, s.Key, over, today) })
	if i < 0 {
		return answer{}, fault.Refuse(fault.Denied, "api.not_kept", fault.Basis{Clause: clause}, nil)
	}
	var bad fault.Fields
	e.Values = map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(b.Values)) {
		f, ok := s.Field(key)
		if !ok || f.Formula != "" {
			bad.Add("/values/"+key, "api.unknown_key", nil)
			continue
		}
		v, why := f.Parse(strings.Join(b.Values[key], "、"), today)
		if why != nil {
			bad.Add("/values/"+key, why.Key(), why.Args)
			continue
		}
		e.Values[key] = v
	}
	if err := bad.Err("api.body", fault.Basis{Clause: clause}); err != nil {
		return answer{}, err
	}
	by := act.By{Person: c.actor.Person, Role: c.actor.Mandates[i].Role, Mandate: c.actor.Mandates[i].ID}
	err := a.Change(r.Context(), by, b.ID, clause, book.Set{Entries: []register.Entry{e}, On: today})
	if no, ok := fault.As(err); ok && (no.Code == "book.change_twice" || no.Code == "book.changed_since") {
		err = a.sentTwice(s, rules, b.ID, e, err)
	}
	if no, ok := fault.As(err); ok {
		for i, f := range no.Fields {
			if _, known := s.Field(f.Name); known {
				no.Fields[i].Name = "/values/" + f.Name
			}
		}
	}
	if err != nil {
		return answer{}, err
	}
	got, err := a.find(r.Context(), c, s, e.ID.ID, "")
	return answer{status: http.StatusCreated, location: fmt.Sprintf("%s/registers/%s/rows/%s", base, s.Key, e.ID.ID), body: got}, err
}

// sentTwice is nothing where the change set of this key wrote this version of the row with these values, and else the
// refusal. Of values that are sealed it cannot tell.
func (a *API) sentTwice(s *register.Schema, in *book.Reader, key string, e register.Entry, no error) error {
	versions, err := in.History(e.ID)
	if err != nil {
		return err
	}
	for _, v := range versions {
		if v.Change != key || v.N != e.After+1 {
			continue
		}
		same := true
		for name, value := range e.Values {
			if f, ok := s.Field(name); ok && !f.Personal {
				same = same && f.Say(value) == f.Say(v.Row.Values[name])
			}
		}
		if same {
			return nil
		}
	}
	return no
}
