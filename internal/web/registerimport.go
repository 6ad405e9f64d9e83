package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/attachment"
	"gongzhi/internal/book"
	"gongzhi/internal/docket"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/sheet"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// The sheet of one register, uploaded or pasted. As with rosters nothing is kept between the pages but the file; what is
// confirmed is compared again in the transaction that writes it.

const (
	namePaste = "paste"
	nameWhole = "whole" // the sheet lists everything: what it leaves out ends
	wholeYes  = "yes"
)

func (s *Site) sheetPage(r *http.Request, rd *reader) (page.Page, error) {
	return s.sheetForm(r, rd, url.Values{queryUnder: {r.URL.Query().Get(queryUnder)}}, nil)
}

func (s *Site) sheetForm(r *http.Request, rd *reader, given url.Values, problem *fault.Refusal) (page.Page, error) {
	sch, err := s.schema(r.PathValue("register"))
	if err != nil {
		return page.Page{}, err
	}
	self := "/desk/registers/" + sch.Key
	form := page.Form{
		Action: "/desk/sheets/" + sch.Key, Files: true, Submit: text.Key("web.import.preview"), Problem: problem, Basis: &page.Basis{Clause: registerFile(sch)},
		Fields: []page.Field{
			{Name: "file", Label: text.Key("web.import.file"), Hint: text.Key("web.import.file_hint"), Input: page.File, Accept: ".xlsx,.csv"},
			{Name: namePaste, Label: text.Key("lists.paste"), Hint: text.Key("lists.paste_hint"), Input: page.Area, Value: given.Get(namePaste)},
		},
	}
	places, err := s.importPlaces(r.Context(), rd, sch)
	if err != nil {
		return page.Page{}, err
	}
	if len(places) > 0 {
		form.Fields = append(form.Fields, page.Field{Name: queryUnder, Label: text.Key("lists.scope"), Input: page.Select, Options: places, Value: given.Get(queryUnder)})
	}
	form.Fields = append(form.Fields, page.Field{
		Name: nameWhole, Label: text.Key("lists.whole"), Hint: text.Key("lists.whole_hint"), Input: page.Choice, Value: given.Get(nameWhole),
		Options: []page.Option{{Value: "", Words: text.Key("web.no")}, {Value: wholeYes, Words: text.Key("web.yes")}},
	})
	p := page.Page{
		Frame: page.Desk, Title: text.Key("lists.import", "Register", sch.Name), Lead: text.Key("lists.import_lead"), Blocks: []page.Block{form},
		Back: &page.Link{Words: sch.Name.Words(), Href: self},
		Head: []page.Link{{Words: text.Key("web.import.template"), Href: self + "/template", Icon: "download"}, {Words: text.Key("lists.xlsx"), Href: self + "/export.xlsx", Icon: "download"}},
	}
	if problem != nil {
		p.Status = statuses[problem.Kind]
	}
	return p, nil
}

// importPlaces are the places a sheet may be about: where the reader keeps registers, and the whole subdistrict where
// they keep all of it.
func (s *Site) importPlaces(ctx context.Context, rd *reader, sch *register.Schema) (out []page.Option, err error) {
	in := s.rules(ctx, s.Store.Read())
	roles := s.charter().Roles
	for _, m := range rd.mandates {
		if role := roles[m.Role]; !role.Desk || !role.Books || role.Own {
			continue
		}
		o := page.Option{Words: text.Key("lists.everywhere")}
		if !m.Scope.IsZero() {
			row, ok, err := in.Row(m.Scope, s.today())
			if err != nil {
				return nil, err
			}
			if !ok || sch.Parent == "" {
				continue
			}
			o = page.Option{Value: m.Scope.String(), Words: text.Plain(row.Name)}
		}
		if !slices.ContainsFunc(out, func(p page.Option) bool { return p.Value == o.Value }) {
			out = append(out, o)
		}
	}
	return out, nil
}

func registerFile(sch *register.Schema) string { return "registers/" + sch.Key + ".yaml" }

// sheetUpload keeps the file, or what was pasted as one, and goes to its preview.
func (s *Site) sheetUpload(r *http.Request, rd *reader) (page.Page, error) {
	sch, err := s.schema(r.PathValue("register"))
	if err != nil {
		return page.Page{}, err
	}
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		return page.Page{}, badForm(err)
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }() // temporary files; the system clears what is left
	var file struct{ Hash string }
	pasted := strings.TrimSpace(r.PostForm.Get(namePaste))
	files := r.MultipartForm.File["file"]
	switch {
	case pasted != "":
		stored, err := s.Files.Put(r.Context(), s.Store, sch.Key+".csv", strings.NewReader(pasted), "text/csv")
		if no, ok := fault.As(err); ok && no.Kind != fault.Unavailable {
			return s.sheetForm(r, rd, r.PostForm, no)
		}
		if err != nil {
			return page.Page{}, err
		}
		file.Hash = string(stored.Hash)
	case len(files) == 1 && files[0].Size > 0:
		part, err := files[0].Open()
		if err != nil {
			return page.Page{}, badForm(err)
		}
		defer func() { _ = part.Close() }() // it was only read
		stored, err := s.Files.Put(r.Context(), s.Store, files[0].Filename, part, attachment.Spreadsheet, "text/csv")
		if no, ok := fault.As(err); ok && no.Kind != fault.Unavailable {
			return s.sheetForm(r, rd, r.PostForm, no)
		}
		if err != nil {
			return page.Page{}, err
		}
		file.Hash = string(stored.Hash)
	default:
		var bad fault.Fields
		bad.Add("file", "lists.no_file", nil)
		no, _ := fault.As(bad.Err("form.faults", fault.Basis{}))
		return s.sheetForm(r, rd, r.PostForm, no)
	}
	q := url.Values{}
	for _, key := range []string{queryUnder, nameWhole} {
		if v := r.PostForm.Get(key); v != "" {
			q.Set(key, v)
		}
	}
	return rd.redirect(r, fmt.Sprintf("/desk/sheets/%s/%s?%s", sch.Key, file.Hash, q.Encode()))
}

// sheetFile is an uploaded sheet, read against the register of today.
type sheetFile struct {
	schema *register.Schema
	under  act.RowID
	whole  bool
	hash   string
	by     act.By
	found  sheet.Found
	rows   sheet.Rows
}

func (f sheetFile) set(s *Site) book.Set {
	set := book.Set{Entries: f.rows.Entries, On: s.today()}
	if f.whole {
		set.Under, set.Complete = f.under, []string{f.schema.Key}
	}
	return set
}

func (f sheetFile) href(more string) string {
	q := url.Values{}
	if !f.under.IsZero() {
		q.Set(queryUnder, f.under.String())
	}
	if f.whole {
		q.Set(nameWhole, wholeYes)
	}
	return fmt.Sprintf("/desk/sheets/%s/%s%s?%s", f.schema.Key, f.hash, more, q.Encode())
}

func (s *Site) readSheet(r *http.Request, rd *reader) (*sheetFile, error) {
	sch, err := s.schema(r.PathValue("register"))
	if err != nil {
		return nil, err
	}
	f := &sheetFile{schema: sch, hash: r.PathValue("hash"), whole: r.URL.Query().Get(nameWhole) == wholeYes}
	if under := r.URL.Query().Get(queryUnder); under != "" {
		var ok bool
		if f.under, ok = register.ParseRowID(under); !ok {
			return nil, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
		}
	}
	if f.whole && f.under.IsZero() {
		return nil, fault.Refuse(fault.Invalid, "lists.whole_where", fault.Basis{Clause: registerFile(sch)}, nil)
	}
	if f.by, err = s.mandateOver(r.Context(), rd, f.under); err != nil {
		return nil, err
	}
	if !act.Digest(f.hash).Valid() {
		return nil, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	}
	stored, err := s.Files.Get(r.Context(), s.Store.Read(), act.Digest(f.hash))
	if err != nil {
		return nil, err
	}
	defer func() { _ = stored.Close() }() // it was only read
	tables, err := sheet.Read(r.Context(), stored, stored.Size)
	if err != nil {
		return nil, err
	}
	if f.found, err = sheet.Find(tables, sch.Sheet()); err != nil {
		return nil, err
	}
	in := s.rules(r.Context(), s.Store.Read())
	f.rows, err = sheet.ReadRows(f.found, sheet.TableInput{
		Schema: sch, On: s.today(), Under: f.under,
		Row: func(id act.RowID) (register.Row, bool, error) { return in.Row(id, s.today()) },
		Same: func(parent act.RowID, values map[string]any) (act.RowID, bool, error) {
			return in.Same(sch, parent, values)
		},
		Named: func(registers []string, name string) ([]act.RowID, error) {
			return in.Named(registers, name, s.today())
		},
		New: func(parts ...string) string { return s.Book.Pseudonym(s.Ledger.Tenant(), parts...) },
	})
	if err != nil {
		return nil, err
	}
	f.outside(in, s)
	return f, nil
}

// outside makes a fault of every row that lies beyond the place the sheet is about: nobody writes where they have no
// mandate by naming it in a cell.
func (f *sheetFile) outside(in *book.Reader, s *Site) {
	if f.under.IsZero() {
		return
	}
	within := map[act.RowID]bool{}
	for _, e := range f.rows.Entries {
		lies, known := within[e.Parent]
		if !known {
			lies = in.Covers(f.under, e.Parent, s.today())
			within[e.Parent] = lies
		}
		if !lies {
			f.rows.Faults = append(f.rows.Faults, sheet.Fault{Row: e.Row, Key: register.SheetParent, Code: "lists.outside"})
		}
	}
}

// sheetPreview shows what would change, value by value. Nothing is written.
func (s *Site) sheetPreview(r *http.Request, rd *reader) (page.Page, error) {
	f, err := s.readSheet(r, rd)
	if no, ok := fault.As(err); ok && (no.Kind == fault.Invalid || no.Kind == fault.Unsupported || no.Kind == fault.TooLarge) {
		return s.sheetForm(r, rd, r.URL.Query(), no)
	}
	if err != nil {
		return page.Page{}, err
	}
	p := page.Page{
		Frame: page.Desk, Title: text.Key("lists.import", "Register", f.schema.Name), Lead: text.Key("lists.read", "N", len(f.rows.Entries)),
		Back: &page.Link{Words: text.Key("web.import.another"), Href: "/desk/sheets/" + f.schema.Key},
	}
	if len(f.rows.Faults) > 0 {
		p.Blocks = []page.Block{
			page.Banner{Tone: page.Late, Words: text.Key("web.import.fix"), Links: []page.Link{{Words: text.Key("web.import.corrected"), Href: f.href("/corrected"), Icon: "download"}}},
			faultTable("web.import.faults", f.rows.Faults, true),
		}
		return p, nil
	}
	plan, err := s.Book.Plan(r.Context(), s.Store.Read(), s.Ledger.Tenant(), s.charter().Registers, f.set(s))
	if no, ok := fault.As(err); ok {
		return s.sheetForm(r, rd, r.URL.Query(), no)
	}
	if err != nil {
		return page.Page{}, err
	}
	c := plan.Counts()
	if c.Added+c.Changed+c.Ended == 0 {
		p.Blocks = []page.Block{page.Banner{Tone: page.Plain, Words: text.Key("web.import.same")}, countFigures(c)}
		return p, nil
	}
	diff, err := s.diffTable(s.registers(r.Context(), s.Store.Read(), rd), f.schema, plan)
	if err != nil {
		return page.Page{}, err
	}
	p.Blocks = []page.Block{
		page.Banner{Tone: page.Good, Words: text.Key("web.import.none")}, countFigures(c),
		page.Form{
			Action: f.href(""), Hidden: map[string]string{nameID: newID()}, Basis: &page.Basis{Clause: registerFile(f.schema)},
			Submit: text.Key("web.import.confirm", "Added", c.Added, "Changed", c.Changed, "Ending", c.Ended),
		},
		diff,
	}
	return p, nil
}

// diffTable lists what would change, row by row and value by value, the first of them.
func (s *Site) diffTable(in *book.Reader, sch *register.Schema, plan *book.Plan) (page.Block, error) {
	t := page.Table{Caption: text.Key("lists.diff"), Columns: []page.Column{
		{Words: text.Key("web.import.row"), Numeric: true}, {Words: text.Key("lists.what")}, {Words: text.Key("web.col.name")},
		{Words: text.Key("web.import.column")}, {Words: text.Key("lists.old")}, {Words: text.Key("lists.new")},
	}}
	value := func(f *register.Field, v any) (text.Words, error) {
		if unseen(f) && v != nil {
			return text.Key("web.sealed_field"), nil
		}
		return s.valueWords(in, f, v, s.today())
	}
	for _, list := range []struct {
		key     string
		changes []book.Change
	}{{"web.import.ending", plan.Ending}, {"web.import.changed", plan.Changed}, {"web.import.added", plan.Added}} {
		for _, ch := range list.changes {
			if len(t.Rows) >= faultsShown {
				t.Total = bounded(plan.Counts().Added + plan.Counts().Changed + plan.Counts().Ended)
				break
			}
			name := text.Plain(ch.Title(sch))
			number := text.Words{}
			if ch.Row > 0 {
				number = text.Plain(strconv.Itoa(ch.Row))
			}
			if list.key != "web.import.changed" {
				t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Words: number}, {Words: text.Key(list.key)}, {Words: name}, {}, {}, {}}})
				continue
			}
			for _, d := range ch.Fields {
				field, _ := sch.Field(d.Field)
				old, err := value(field, d.Old)
				if err != nil {
					return nil, err
				}
				now, err := value(field, d.New)
				if err != nil {
					return nil, err
				}
				t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Words: number}, {Words: text.Key(list.key)}, {Words: name}, {Words: field.Label.Words()}, {Words: old}, {Words: now}}})
			}
		}
	}
	return page.Panel{Title: text.Key("lists.diff"), Blocks: []page.Block{t}}, nil
}

// sheetCorrected gives the workbook to correct by.
func (s *Site) sheetCorrected(r *http.Request, rd *reader) (page.Page, error) {
	f, err := s.readSheet(r, rd)
	if err != nil {
		return page.Page{}, err
	}
	rd.attach(s.say(rd, text.Key("web.import.corrected_name", "Place", f.schema.Name)))
	return page.Page{}, sheet.WriteFaults(rd.writer, f.found, sheet.Roster{Faults: f.rows.Faults}, func(w text.Words) string { return s.say(rd, w) })
}

// sheetConfirm writes what the file says, in one transaction with the act that tells of it.
func (s *Site) sheetConfirm(r *http.Request, rd *reader) (page.Page, error) {
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	f, err := s.readSheet(r, rd)
	if err != nil {
		return page.Page{}, err
	}
	clause := registerFile(f.schema)
	if err := (sheet.Roster{Faults: f.rows.Faults}).Err(fault.Basis{Clause: clause}); err != nil {
		return page.Page{}, err
	}
	id := r.PostForm.Get(nameID)
	if id == "" {
		return page.Page{}, fault.Refuse(fault.Invalid, "submission.id", fault.Basis{}, nil)
	}
	done, err := s.Change(r.Context(), f.by, id, clause, f.set(s))
	no, refused := fault.As(err)
	if err != nil && !store.IsConflict(err) && (!refused || no.Code != "book.change_twice") { // the second of two clicks
		return page.Page{}, err
	}
	if err == nil && done.Added+done.Changed+done.Ended == 0 {
		return rd.redirect(r, f.href(""))
	}
	return rd.redirect(r, "/desk/changes/"+url.PathEscape(id))
}

// change is one change set: what it did, and the way to take it back while nothing leans on it.
func (s *Site) change(r *http.Request, rd *reader) (page.Page, error) {
	return s.changePage(r, rd, nil)
}

func (s *Site) changePage(r *http.Request, rd *reader, problem *fault.Refusal) (page.Page, error) {
	in := s.registers(r.Context(), s.Store.Read(), rd)
	done, err := in.Change(r.PathValue("change"))
	if err != nil {
		return page.Page{}, err
	}
	p := page.Page{Frame: page.Desk, Title: text.Key("lists.change"), Lead: text.Key("lists.change_lead", "Day", done.On.String()), Blocks: []page.Block{countFigures(done.Counts)}}
	if done.Undoes != "" {
		p.Blocks = slices.Insert(p.Blocks, 0, page.Block(page.Banner{Tone: page.Good, Words: text.Key("lists.undone"), Links: []page.Link{{Words: text.Key("lists.undoes"), Href: "/desk/changes/" + url.PathEscape(done.Undoes)}}}))
		return p, nil
	}
	p.Blocks = append(p.Blocks, page.Form{
		Title: text.Key("lists.undo"), Lead: text.Key("lists.undo_lead"), Action: "/desk/changes/" + url.PathEscape(done.ID) + "/undo",
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
	over := map[act.RowID]bool{}
	for _, id := range done.Rows { // a mandate over each: what somebody may not write they may not take back
		row, ok, err := in.Row(id, s.today())
		if err != nil {
			return page.Page{}, err
		}
		if ok && !over[row.Parent] {
			if by, err = s.mandateOver(r.Context(), rd, row.Parent); err != nil {
				return page.Page{}, err
			}
			over[row.Parent] = true
		}
	}
	if by.Role == "" {
		if by, err = s.mandateOver(r.Context(), rd, act.RowID{}); err != nil {
			return page.Page{}, err
		}
	}
	id := r.PostForm.Get(nameID)
	if id == "" {
		return page.Page{}, fault.Refuse(fault.Invalid, "submission.id", fault.Basis{}, nil)
	}
	_, err = s.Undo(r.Context(), by, id, "registers/", done.ID, s.leaning(r.Context(), in, done))
	if no, ok := fault.As(err); ok && no.Code == "book.change_twice" { // the second of two clicks
		return rd.redirect(r, "/desk/changes/"+url.PathEscape(id))
	}
	if no, ok := fault.As(err); ok && no.Kind == fault.Conflict {
		return s.changePage(r, rd, no)
	}
	if err != nil {
		return page.Page{}, err
	}
	return rd.redirect(r, "/desk/changes/"+url.PathEscape(id))
}

// leaning tells of a row whether anything outside its change set leans on it: a row that names it, or a matter about it
// or about a place above it that was opened since.
func (s *Site) leaning(ctx context.Context, in *book.Reader, done book.Done) func(act.RowID) (bool, error) {
	own := map[act.RowID]bool{}
	for _, id := range done.Rows {
		own[id] = true
	}
	opened := map[act.RowID]bool{} // places with a matter opened since
	known := map[act.RowID]bool{}
	return func(id act.RowID) (bool, error) {
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
}
