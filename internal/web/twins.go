package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/text"
)

// Rows that may be one person are shown with what speaks for it; somebody decides, and nothing is merged by itself. The
// values compared stay masked: whoever must see them opens them, for a purpose, as everywhere.

const (
	twinsShown = 200
	nameKeep   = "keep"
	keepBoth   = "both"
)

// twinsOf are the pairs of a register that the reader may decide on.
func (s *Site) twinsOf(ctx context.Context, rd *reader, sch *register.Schema) (list []book.Twin, err error) {
	in := s.registers(ctx, s.Store.Read(), rd)
	roles := s.charter().Roles
	for _, m := range rd.mandates {
		if role := roles[m.Role]; !role.Desk || !role.Books || role.Own {
			continue
		}
		some, err := in.Twins(sch.Key, m.Scope, s.today(), twinsShown)
		if err != nil {
			return nil, err
		}
		for _, t := range some {
			if !slices.ContainsFunc(list, func(u book.Twin) bool { return u.One == t.One && u.Other == t.Other }) {
				list = append(list, t)
			}
		}
	}
	return list, nil
}

// twins lists the pairs of one register.
func (s *Site) twins(r *http.Request, rd *reader) (page.Page, error) {
	sch, err := s.schema(r.PathValue("register"))
	if err != nil {
		return page.Page{}, err
	}
	list, err := s.twinsOf(r.Context(), rd, sch)
	if err != nil {
		return page.Page{}, err
	}
	in := s.registers(r.Context(), s.Store.Read(), rd)
	above := map[act.RowID]register.Row{}
	t := page.Table{Caption: text.Key("twins.title"), Empty: text.Key("twins.none"), Total: bounded(len(list)), Columns: []page.Column{
		{Words: text.Key("twins.first")}, {Words: text.Key("twins.second")}, {Words: text.Key("web.col.within")}, {Words: text.Key("twins.equal")}, {Words: text.Key("web.col.do")},
	}}
	for _, pair := range list {
		one, _, err := in.Row(pair.One, s.today())
		if err != nil {
			return page.Page{}, err
		}
		other, _, err := in.Row(pair.Other, s.today())
		if err != nil {
			return page.Page{}, err
		}
		place, err := s.within(in, one, s.today(), above)
		if err != nil {
			return page.Page{}, err
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			{Words: text.Plain(one.Name), Href: "/desk/registers/" + pair.One.String()}, {Words: text.Plain(other.Name), Href: "/desk/registers/" + pair.Other.String()},
			{Words: text.Plain(place)}, {Words: labelsOf(sch, pair.Equal)}, {Words: text.Key("twins.look"), Href: twinHref(pair.One, pair.Other)},
		}})
	}
	return page.Page{
		Frame: page.Desk, Title: text.Key("twins.title"), State: sch.Name.Words(), Lead: text.Key("twins.lead"), Blocks: []page.Block{t},
		Back: &page.Link{Words: sch.Name.Words(), Href: "/desk/registers/" + sch.Key},
	}, nil
}

func twinHref(one, other act.RowID) string {
	return fmt.Sprintf("/desk/duplicates/%s/%s/%s", one.Register, one.ID, other.ID)
}

func labelsOf(sch *register.Schema, keys []string) text.Words {
	var all text.Text
	for i, key := range keys {
		f, _ := sch.Field(key)
		if i > 0 {
			all.ZH, all.EN = all.ZH+"、", all.EN+", "
		}
		all.ZH, all.EN = all.ZH+f.Label.ZH, all.EN+f.Label.EN
	}
	return all.Words()
}

// twinPair is the pair that an address names, if the reader may decide on it.
func (s *Site) twinPair(r *http.Request, rd *reader) (sch *register.Schema, pair book.Twin, err error) {
	if sch, err = s.schema(r.PathValue("register")); err != nil {
		return sch, pair, err
	}
	list, err := s.twinsOf(r.Context(), rd, sch)
	if err != nil {
		return sch, pair, err
	}
	i := slices.IndexFunc(list, func(t book.Twin) bool { return t.One.ID == r.PathValue("id") && t.Other.ID == r.PathValue("other") })
	if i < 0 {
		return sch, pair, fault.Refuse(fault.NotFound, "twins.gone", fault.Basis{Clause: "registers/" + sch.Key + ".yaml#twins"}, nil)
	}
	return sch, list[i], nil
}

func (s *Site) twin(r *http.Request, rd *reader) (page.Page, error) {
	sch, pair, err := s.twinPair(r, rd)
	if err != nil {
		return page.Page{}, err
	}
	return s.twinPage(r, rd, sch, pair, nil)
}

// twinPage shows both rows side by side, what names each, and asks which stays.
func (s *Site) twinPage(r *http.Request, rd *reader, sch *register.Schema, pair book.Twin, problem *fault.Refusal) (page.Page, error) {
	in := s.registers(r.Context(), s.Store.Read(), rd)
	t := page.Table{Caption: text.Key("twins.evidence"), Columns: []page.Column{{Words: text.Key("twins.field")}, {Words: text.Key("twins.first")}, {Words: text.Key("twins.second")}, {Words: text.Key("twins.equal")}}}
	var rows [2]register.Row
	for i, id := range []act.RowID{pair.One, pair.Other} {
		row, ok, err := in.Row(id, s.today())
		if err != nil {
			return page.Page{}, err
		}
		if !ok {
			return page.Page{}, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
		}
		rows[i] = row
	}
	said := func(row register.Row, f *register.Field) (text.Words, error) {
		if masked, ok := row.Masked[f.Key]; ok {
			return text.Plain(masked), nil
		}
		return s.valueWords(in, f, row.Values[f.Key], s.today())
	}
	for i := range sch.Fields {
		f := &sch.Fields[i]
		one, err := said(rows[0], f)
		if err != nil {
			return page.Page{}, err
		}
		other, err := said(rows[1], f)
		if err != nil {
			return page.Page{}, err
		}
		same := text.Words{}
		if slices.Contains(pair.Equal, f.Key) {
			same = text.Key("web.yes")
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Words: f.Label.Words()}, {Words: one}, {Words: other}, {Words: same}}})
	}
	form := page.Form{
		Title: text.Key("twins.decide"), Action: twinHref(pair.One, pair.Other), Hidden: map[string]string{nameID: newID()}, Submit: text.Key("twins.go"), Problem: problem,
		Basis: &page.Basis{Clause: "registers/" + sch.Key + ".yaml", Law: sch.Basis},
		Fields: []page.Field{{Name: nameKeep, Label: text.Key("twins.which"), Input: page.Choice, Required: true, Options: []page.Option{
			{Value: pair.One.ID, Words: text.Key("twins.keep_one"), Hint: text.Plain(rows[0].Name)},
			{Value: pair.Other.ID, Words: text.Key("twins.keep_other"), Hint: text.Plain(rows[1].Name)},
			{Value: keepBoth, Words: text.Key("twins.both"), Hint: text.Key("twins.both_hint")},
		}}},
	}
	p := page.Page{
		Frame: page.Desk, Title: text.Key("twins.pair"), State: text.Plain(rows[0].Name), Lead: text.Key("twins.pair_lead", "Fields", labelsOf(sch, pair.Equal)),
		Back: &page.Link{Words: text.Key("twins.title"), Href: "/desk/duplicates/" + sch.Key}, Blocks: []page.Block{t, form},
	}
	for i, id := range []act.RowID{pair.One, pair.Other} {
		named, err := s.naming(in, id)
		if err != nil {
			return p, err
		}
		named = append([]page.Link{{Words: text.Plain(rows[i].Name), Href: "/desk/registers/" + id.String(), Icon: "table"}}, named...)
		p.Aside = append(p.Aside, page.Rows{Title: text.Key([]string{"twins.first", "twins.second"}[i]), List: named})
	}
	if problem != nil {
		p.Status = statuses[problem.Kind]
	}
	return p, nil
}

// twinDecide merges the two, or notes that they are two.
func (s *Site) twinDecide(r *http.Request, rd *reader) (page.Page, error) {
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	sch, pair, err := s.twinPair(r, rd)
	id := r.PostForm.Get(nameID)
	if no, ok := fault.As(err); ok && no.Code == "twins.gone" && id != "" { // the second of two clicks
		if _, err := s.rules(r.Context(), s.Store.Read()).Change(id); err == nil {
			return rd.redirect(r, changePath(id))
		}
	}
	if err != nil {
		return page.Page{}, err
	}
	row, _, err := s.rules(r.Context(), s.Store.Read()).Row(pair.One, s.today())
	if err != nil {
		return page.Page{}, err
	}
	by, err := s.mandateOver(r.Context(), rd, sch.Key, row.Parent)
	if err != nil {
		return page.Page{}, err
	}
	keep, gone := pair.One, pair.Other
	switch r.PostForm.Get(nameKeep) {
	case pair.One.ID:
	case pair.Other.ID:
		keep, gone = gone, keep
	case keepBoth:
		if err := s.KeepApart(r.Context(), by, pair.One, pair.Other); err != nil {
			return page.Page{}, err
		}
		return rd.redirect(r, "/desk/duplicates/"+sch.Key)
	default:
		var bad fault.Fields
		bad.Add(nameKeep, "field.required", nil)
		no, _ := fault.As(bad.Err("form.faults", fault.Basis{}))
		return s.twinPage(r, rd, sch, pair, no)
	}
	if id == "" {
		return page.Page{}, fault.Refuse(fault.Invalid, "submission.id", fault.Basis{}, nil)
	}
	_, err = s.Merge(r.Context(), by, id, keep, gone)
	if no, ok := fault.As(err); ok && (no.Kind == fault.Conflict || no.Kind == fault.Invalid) && no.Code != "book.change_twice" {
		return s.twinPage(r, rd, sch, pair, no)
	} else if err != nil && !ok {
		return page.Page{}, err
	}
	return rd.redirect(r, changePath(id))
}
