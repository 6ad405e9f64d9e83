package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/text"
)

// One row is added or changed by a form that follows from its register's file; many come by import.

const (
	nameParent = "_parent" // the row above
	nameSeen   = "_seen"   // the version that the form was made from
)

// rowInputs is the control for each type of value that one control can hold.
var rowInputs = map[register.Type]page.Input{
	register.Line: page.Line, register.Text: page.Area, register.Choice: page.Choice, register.Yes: page.Choice, register.Count: page.Number,
	register.Area: page.Number, register.Money: page.Number, register.Date: page.Date, register.Phone: page.Phone, register.IDNumber: page.Line,
	register.USCC: page.Line, register.Division: page.Line, register.Place: page.Line, register.Many: page.Many, register.OneRow: page.Select,
	register.Geometry: page.Area,
}

// rowDraft is a row as somebody is writing it.
type rowDraft struct {
	schema *register.Schema
	id     act.RowID // zero ID while it is new
	parent act.RowID
	values url.Values
	send   string // the change set's id
	seen   int64  // the version the form was made from; 0 while it is new
}

func (d rowDraft) new() bool { return d.id.ID == "" }

func (s *Site) rowNew(r *http.Request, rd *reader) (page.Page, error) {
	sch, err := s.schema(r.PathValue("register"))
	if err != nil {
		return page.Page{}, err
	}
	d := rowDraft{schema: sch, values: url.Values{}, send: newID()}
	if under, ok := register.ParseRowID(r.URL.Query().Get(queryUnder)); ok && under.Register == sch.Parent {
		d.parent = under
	}
	return s.rowForm(r, rd, d, nil)
}

func (s *Site) rowEdit(r *http.Request, rd *reader) (page.Page, error) {
	d, _, err := s.rowDraft(r, rd)
	if err != nil {
		return page.Page{}, err
	}
	d.send = newID()
	return s.rowForm(r, rd, d, nil)
}

// rowDraft is a row that stands, as its form starts. What is sealed stays out: an empty answer leaves it as it is.
func (s *Site) rowDraft(r *http.Request, rd *reader) (d rowDraft, row register.Row, err error) {
	if d.schema, err = s.schema(r.PathValue("register")); err != nil {
		return d, row, err
	}
	d.id = act.RowID{Register: d.schema.Key, ID: r.PathValue("id")}
	row, ok, err := s.registers(r.Context(), s.Store.Read(), rd).Row(d.id, s.today())
	if err != nil {
		return d, row, err
	}
	if !ok {
		return d, row, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	}
	d.parent, d.values, d.seen = row.Parent, url.Values{}, row.Version
	for i := range d.schema.Fields {
		f := &d.schema.Fields[i]
		switch v := row.Values[f.Key].(type) {
		case nil:
		case string: // an option or a row by its value, not by its label
			d.values[f.Key] = []string{v}
		case []string:
			d.values[f.Key] = v
		default:
			d.values[f.Key] = []string{f.Say(v)}
		}
	}
	return d, row, nil
}

func (s *Site) rowForm(r *http.Request, rd *reader, d rowDraft, problem *fault.Refusal) (page.Page, error) {
	form := page.Form{
		Action: "/desk/registers/" + d.schema.Key + "/new", Hidden: map[string]string{nameID: d.send}, Submit: text.Key("web.row.add"),
		Problem: problem, Basis: &page.Basis{Clause: "registers/" + d.schema.Key + ".yaml", Law: d.schema.Basis},
	}
	p := page.Page{
		Frame: page.Desk, Title: text.Key("web.row.new", "Register", d.schema.Name), Lead: text.Key("web.row.lead"),
		Back: &page.Link{Words: d.schema.Name.Words(), Href: "/desk/registers/" + d.schema.Key},
	}
	in := s.registers(r.Context(), s.Store.Read(), rd)
	if !d.new() {
		form.Action, form.Submit = "/desk/registers/"+d.id.String()+"/change", text.Key("web.row.save")
		form.Hidden[nameSeen] = strconv.FormatInt(d.seen, 10)
		p.Title = text.Key("web.row.change")
		if row, ok, err := in.Row(d.id, s.today()); err != nil {
			return p, err
		} else if ok {
			p.State = text.Plain(row.Name)
			p.Back = &page.Link{Words: text.Plain(row.Name), Href: "/desk/registers/" + d.id.String()}
		}
	} else if d.schema.Parent != "" {
		above, err := s.schema(d.schema.Parent)
		if err != nil {
			return p, err
		}
		x, err := s.picker(in, rd, []string{d.schema.Parent}).field(
			page.Field{Name: nameParent, Label: above.Name.Words(), Required: true}, idOf(d.parent), d.values.Get(nameParent+page.PickText))
		if err != nil {
			return p, err
		}
		form.Fields = append(form.Fields, x)
	}
	for i := range d.schema.Fields {
		f := &d.schema.Fields[i]
		input, ok := rowInputs[f.Type]
		if !ok || f.Formula != "" {
			continue // several rows, such as the owners of a flat, come by import
		}
		x := page.Field{
			Name: f.Key, Label: f.Label.Words(), Hint: f.Hint.Words(), Unit: f.Unit.Words(), Input: input, Required: f.Required && (d.new() || !f.Personal),
			Values: d.values[f.Key], Sealed: f.Personal,
		}
		if len(x.Values) > 0 {
			x.Value = x.Values[0]
		}
		switch f.Type {
		case register.Yes:
			x.Options = []page.Option{{Value: "是", Words: text.Key("web.yes")}, {Value: "否", Words: text.Key("web.no")}}
		case register.OneRow:
			var err error
			if x, err = s.picker(in, rd, f.Registers).field(x, x.Value, d.values.Get(f.Key+page.PickText)); err != nil {
				return p, err
			}
		case register.Count:
			x.Width = 10
		case register.Area:
			x.Unit, x.Width = text.Plain("㎡"), 14
		case register.Money:
			x.Unit, x.Width = text.Key("web.yuan"), 14
		case register.Geometry:
			x.Draw = s.drawing(d.schema, f)
		case register.Line, register.Text, register.Choice, register.Many, register.Date, register.Phone, register.IDNumber, register.USCC,
			register.Division, register.Place, register.Rows:
		}
		for _, o := range f.Options {
			x.Options = append(x.Options, page.Option{Value: o.Value, Words: o.Label.Words()})
		}
		form.Fields = append(form.Fields, x)
	}
	if problem != nil {
		p.Status = statuses[problem.Kind]
	}
	p.Blocks = []page.Block{form}
	return p, nil
}

// rowAdd writes a new row. Its id follows from the id of the submission, so that a second click adds nothing.
func (s *Site) rowAdd(r *http.Request, rd *reader) (page.Page, error) {
	sch, err := s.schema(r.PathValue("register"))
	if err != nil {
		return page.Page{}, err
	}
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	d := rowDraft{schema: sch, values: r.PostForm, send: r.PostForm.Get(nameID)}
	d.parent, _ = register.ParseRowID(r.PostForm.Get(nameParent))
	id := act.RowID{Register: sch.Key, ID: s.Book.Pseudonym(s.Ledger.Tenant(), sch.Key, d.send)}
	return s.rowWrite(r, rd, d, id, nil)
}

func (s *Site) rowChange(r *http.Request, rd *reader) (page.Page, error) {
	d, _, err := s.rowDraft(r, rd)
	if err != nil {
		return page.Page{}, err
	}
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	d.values, d.send = r.PostForm, r.PostForm.Get(nameID)
	if d.seen, err = strconv.ParseInt(r.PostForm.Get(nameSeen), 10, 64); err != nil || d.seen < 1 {
		return page.Page{}, fault.Refuse(fault.Invalid, "lists.no_version", fault.Basis{}, nil)
	}
	return s.rowWrite(r, rd, d, d.id, map[string]any{})
}

// rowWrite reads the answers, and writes them as a change set of one row. kept is nil for a new row; for one that
// stands, what is answered with nothing is cleared, unless it is sealed and was not shown.
func (s *Site) rowWrite(r *http.Request, rd *reader, d rowDraft, id act.RowID, kept map[string]any) (page.Page, error) {
	if d.values.Get(nameStage) == stageChange {
		return s.rowForm(r, rd, d, nil)
	}
	if d.send == "" {
		return page.Page{}, fault.Refuse(fault.Invalid, "submission.id", fault.Basis{}, nil)
	}
	var bad fault.Fields
	if err := s.picks(r, rd, &d, kept == nil, &bad); err != nil {
		return page.Page{}, err
	}
	values := map[string]any{}
	for i := range d.schema.Fields {
		f := &d.schema.Fields[i]
		if _, asked := rowInputs[f.Type]; !asked || f.Formula != "" {
			continue
		}
		given := strings.Join(d.values[f.Key], "、")
		if given == "" && kept != nil && unseen(f) {
			continue
		}
		v, why := f.Parse(given, s.today())
		if why != nil {
			bad.Add(f.Key, why.Key(), why.Args)
			continue
		}
		if v != nil || kept != nil {
			values[f.Key] = v
		}
	}
	clause := "registers/" + d.schema.Key + ".yaml"
	if no, ok := fault.As(bad.Err("form.faults", fault.Basis{Clause: clause})); ok {
		return s.rowForm(r, rd, d, no)
	}
	over := d.parent
	if kept != nil {
		over = id
	}
	by, err := s.mandateOver(r.Context(), rd, d.schema.Key, over)
	if err != nil {
		return page.Page{}, err
	}
	defer s.layers.forget()
	_, err = s.Change(r.Context(), by, d.send, clause, book.Set{Entries: []register.Entry{{ID: id, Parent: d.parent, Values: values, After: d.seen}}, On: s.today()})
	if no, ok := fault.As(err); ok && no.Code == "book.changed_since" {
		return s.rowConflict(r, rd, d, no)
	}
	if no, ok := fault.As(err); ok && no.Kind == fault.Invalid {
		return s.rowForm(r, rd, d, no)
	}
	if no, ok := fault.As(err); ok && no.Code == "book.change_twice" { // the second of two clicks
		err = nil
	}
	if err != nil {
		return page.Page{}, err
	}
	return rd.redirect(r, fmt.Sprintf("/desk/registers/%s?%s", id, url.Values{"done": {"1"}}.Encode()))
}

// picks puts the rows that were looked for in the place of what was typed.
func (s *Site) picks(r *http.Request, rd *reader, d *rowDraft, isNew bool, bad *fault.Fields) error {
	in := s.registers(r.Context(), s.Store.Read(), rd)
	one := func(name string, registers []string) (string, error) {
		typed := strings.TrimSpace(d.values.Get(name + page.PickText))
		row, found, err := s.picker(in, rd, registers).chosen(name, d.values.Get(name), typed, bad)
		if found { // it is the answer from here on
			d.values.Del(name + page.PickText)
		}
		return row, err
	}
	if isNew && d.schema.Parent != "" {
		above, err := one(nameParent, []string{d.schema.Parent})
		if err != nil {
			return err
		}
		if d.parent, _ = register.ParseRowID(above); d.parent.IsZero() && d.values.Get(nameParent+page.PickText) == "" {
			bad.Add(nameParent, "field.required", nil)
		}
	}
	for i := range d.schema.Fields {
		if f := &d.schema.Fields[i]; f.Type == register.OneRow && f.Formula == "" {
			row, err := one(f.Key, f.Registers)
			if err != nil {
				return err
			}
			d.values[f.Key] = []string{row}
		}
	}
	return nil
}

// idOf is a row as forms send it; nothing where there is none.
func idOf(id act.RowID) string {
	if id.IsZero() || id.ID == "" {
		return ""
	}
	return id.String()
}

// unseen tells whether a form leaves a value out, so that an empty answer leaves it as it is.
func unseen(f *register.Field) bool { return f.Personal || f.Audience == register.Self }

// rowConflict shows the form again to somebody whose row was changed by another while they wrote: at each field that
// differs, what the other wrote stands beside what they did. Sent again, theirs is written over it, knowingly.
func (s *Site) rowConflict(r *http.Request, rd *reader, d rowDraft, no *fault.Refusal) (page.Page, error) {
	now, row, err := s.rowDraft(r, rd)
	if err != nil {
		return page.Page{}, err
	}
	d.seen = now.seen
	in := s.registers(r.Context(), s.Store.Read(), rd)
	told := *no
	told.Fields = nil
	for i := range d.schema.Fields {
		f := &d.schema.Fields[i]
		if _, asked := rowInputs[f.Type]; !asked || unseen(f) || f.Formula != "" {
			continue
		}
		mine, why := f.Parse(strings.Join(d.values[f.Key], "、"), s.today())
		if why == nil && f.Say(mine) == f.Say(row.Values[f.Key]) {
			continue
		}
		theirs, err := s.valueWords(in, f, row.Values[f.Key], s.today())
		if err != nil {
			return page.Page{}, err
		}
		if theirs.IsZero() {
			theirs = text.Key("lists.nothing")
		}
		told.Fields = append(told.Fields, fault.Field{Name: f.Key, Code: "lists.theirs", Args: fault.Args{"Value": theirs}})
	}
	return s.rowForm(r, rd, d, &told)
}
