package web

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"strconv"

	"gongzhi/internal/act"
	"gongzhi/internal/attachment"
	"gongzhi/internal/book"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/sheet"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// An import keeps nothing between its pages but the uploaded file, by its digest: preview, corrected file and
// confirmation each read it anew against the registers as they then are. What is confirmed is what is compared at
// that moment, in the transaction that writes it.

// rosterImport is the import that the desk offers; a charter without it offers none.
const rosterImport = "roster"

func (s *Site) rosterOf() (*register.Import, error) {
	imp, ok := s.charter().Imports[rosterImport]
	if !ok {
		return nil, fault.Refuse(fault.NotFound, "web.import.none_declared", fault.Basis{Clause: "imports/"}, nil)
	}
	return imp, nil
}

func (s *Site) importPage(r *http.Request, rd *reader) (page.Page, error) {
	return s.importForm(r, rd, r.URL.Query().Get("under"), nil)
}

func (s *Site) importForm(r *http.Request, rd *reader, under string, problem *fault.Refusal) (page.Page, error) {
	imp, err := s.rosterOf()
	if err != nil {
		return page.Page{}, err
	}
	rows, err := s.registers(r.Context(), s.Store.Read(), rd).Rows(imp.Under, act.RowID{}, s.today())
	if err != nil {
		return page.Page{}, err
	}
	sch, err := s.schema(imp.Under)
	if err != nil {
		return page.Page{}, err
	}
	choose := page.Field{Name: nameSubject, Label: sch.Name.Words(), Input: page.Select, Required: true, Value: under}
	for _, row := range rows {
		choose.Options = append(choose.Options, page.Option{Value: row.ID.ID, Words: text.Plain(row.Name)})
	}
	p := page.Page{
		Frame: page.Desk, Title: imp.Name.Words(), Lead: text.Key("web.import.lead"),
		Head: []page.Link{{Words: text.Key("web.import.template"), Href: "/desk/import/template", Icon: "download"}},
		Blocks: []page.Block{page.Form{
			Action: "/desk/import", Files: true, Submit: text.Key("web.import.preview"), Problem: problem, Basis: &page.Basis{Clause: importFile(imp)},
			Fields: []page.Field{choose, {Name: "file", Label: text.Key("web.import.file"), Hint: text.Key("web.import.file_hint"), Input: page.File, Required: true, Accept: ".xlsx,.csv"}},
		}},
	}
	if problem != nil {
		p.Status = statuses[problem.Kind]
	}
	return p, nil
}

// upload keeps the file and goes to its preview.
func (s *Site) upload(r *http.Request, rd *reader) (page.Page, error) {
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		return page.Page{}, badForm(err)
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }() // temporary files; the system clears what is left
	under := r.PostFormValue(nameSubject)
	var bad fault.Fields
	if under == "" {
		bad.Add(nameSubject, "field.required", nil)
	}
	files := r.MultipartForm.File["file"]
	if len(files) != 1 {
		bad.Add("file", "field.required", nil)
	}
	if no, ok := fault.As(bad.Err("form.faults", fault.Basis{})); ok {
		return s.importForm(r, rd, under, no)
	}
	part, err := files[0].Open()
	if err != nil {
		return page.Page{}, badForm(err)
	}
	defer func() { _ = part.Close() }() // it was only read
	file, err := s.Files.Put(r.Context(), s.Store, files[0].Filename, part, attachment.Spreadsheet, "text/csv")
	if no, ok := fault.As(err); ok && no.Kind != fault.Unavailable {
		return s.importForm(r, rd, under, no)
	}
	if err != nil {
		return page.Page{}, err
	}
	return rd.redirect(r, fmt.Sprintf("/desk/import/%s/%s", under, file.Hash))
}

// rosterFile is an uploaded roster, read against the registers of today.
type rosterFile struct {
	under  act.RowID
	name   string // of the row it is about
	hash   string
	found  sheet.Found
	input  sheet.Input
	roster sheet.Roster
}

func (s *Site) readRoster(r *http.Request, rd *reader) (*rosterFile, error) {
	imp, err := s.rosterOf()
	if err != nil {
		return nil, err
	}
	f := &rosterFile{under: act.RowID{Register: imp.Under, ID: r.PathValue("under")}, hash: r.PathValue("hash")}
	row, ok, err := s.registers(r.Context(), s.Store.Read(), rd).Row(f.under, s.today())
	if err != nil {
		return nil, err
	}
	if !ok || !act.Digest(f.hash).Valid() {
		return nil, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	}
	f.name = row.Name
	if _, err := s.mandateOver(r.Context(), rd, f.under); err != nil {
		return nil, err
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
	if f.found, err = sheet.Find(tables, imp); err != nil {
		return nil, err
	}
	f.input = sheet.Input{
		Schemas: s.charter().Registers, Compound: f.under, On: s.today(),
		Name: func(parts ...string) string { return s.Book.Pseudonym(s.Ledger.Tenant(), parts...) },
	}
	f.roster = sheet.ReadRoster(f.found, f.input)
	return f, nil
}

// mandateOver finds a desk mandate of the reader that covers a row. What lies in no row is the whole subdistrict's.
func (s *Site) mandateOver(ctx context.Context, rd *reader, row act.RowID) (act.By, error) {
	in := s.rules(ctx, s.Store.Read())
	roles := s.charter().Roles
	for _, m := range rd.mandates {
		if row.IsZero() && !m.Scope.IsZero() {
			continue
		}
		if roles[m.Role].Desk && roles[m.Role].Books && asMandate(m).Over(in, roles[m.Role].Own, row, s.today()) {
			return act.By{Person: rd.account.Person, Role: m.Role, Mandate: m.ID}, nil
		}
	}
	return act.By{}, fault.Refuse(fault.Denied, "web.not_for_you", fault.Basis{}, nil)
}

// faultsShown is how many faults the page lists; the file to download lists all.
const faultsShown = 200

// preview shows what was read, what has to change, and what would change in the registers. Nothing is written.
func (s *Site) preview(r *http.Request, rd *reader) (page.Page, error) {
	f, err := s.readRoster(r, rd)
	if no, ok := fault.As(err); ok && (no.Kind == fault.Invalid || no.Kind == fault.Unsupported || no.Kind == fault.TooLarge) {
		return s.importForm(r, rd, r.PathValue("under"), no)
	}
	if err != nil {
		return page.Page{}, err
	}
	var plan *book.Plan
	if len(f.roster.Faults) == 0 {
		plan, err = s.Book.Plan(r.Context(), s.Store.Read(), s.Ledger.Tenant(), s.charter().Registers, f.roster.Set(f.found, f.input))
		if no, ok := fault.As(err); ok {
			return s.importForm(r, rd, f.under.ID, no)
		}
		if err != nil {
			return page.Page{}, err
		}
	}
	self := fmt.Sprintf("/desk/import/%s/%s", f.under.ID, f.hash)
	v := f.roster.Preview(f.found, plan)
	p := page.Page{
		Frame: page.Desk, Title: f.found.Import.Name.Words(), State: text.Plain(f.name), Lead: text.Key("web.import.read", "Rooms", v.Rooms, "People", v.People, "Area", v.Area),
		Back: &page.Link{Words: text.Key("web.import.another"), Href: "/desk/import?under=" + f.under.ID},
	}
	switch {
	case plan == nil:
		p.Blocks = append(p.Blocks, page.Banner{Tone: page.Late, Words: text.Key("web.import.fix"), Links: []page.Link{{Words: text.Key("web.import.corrected"), Href: self + "/corrected", Icon: "download"}}},
			faultTable("web.import.faults", v.Faults, true))
	case v.Counts.Added+v.Counts.Changed+v.Counts.Ended == 0:
		p.Blocks = append(p.Blocks, page.Banner{Tone: page.Plain, Words: text.Key("web.import.same")})
	default:
		p.Blocks = append(p.Blocks, page.Banner{Tone: page.Good, Words: text.Key("web.import.none")}, countFigures(v.Counts), page.Form{
			Action: self, Hidden: map[string]string{nameID: newID()}, Basis: &page.Basis{Clause: importFile(f.found.Import)},
			Submit: text.Key("web.import.confirm", "Added", v.Counts.Added, "Changed", v.Counts.Changed, "Ending", v.Counts.Ended),
		})
	}
	if len(v.Warnings) > 0 {
		p.Blocks = append(p.Blocks, faultTable("web.import.warnings", v.Warnings, false))
	}
	return p, nil
}

func countFigures(c book.Counts) page.Block {
	tile := func(key string, n int) page.Figure {
		return page.Figure{Label: text.Key(key), Value: text.Plain(strconv.Itoa(n)), Unit: text.Key("web.import.row")}
	}
	return page.Figures{List: []page.Figure{
		tile("web.import.added", c.Added), tile("web.import.changed", c.Changed), tile("web.import.unchanged", c.Unchanged), tile("web.import.ending", c.Ended),
	}}
}

func faultTable(caption string, list []sheet.Fault, bad bool) page.Block {
	t := page.Table{Caption: text.Key(caption), Total: strconv.Itoa(len(list)), Columns: []page.Column{
		{Words: text.Key("web.import.row"), Numeric: true}, {Words: text.Key("web.import.column")}, {Words: text.Key("web.import.value")}, {Words: text.Key("web.import.why")},
	}}
	for _, f := range list[:min(len(list), faultsShown)] {
		t.Rows = append(t.Rows, page.Row{Bad: bad, Cells: []page.Cell{
			{Words: text.Plain(strconv.Itoa(f.Row))}, {Words: text.Plain(f.Column)}, {Words: text.Plain(f.Value)}, {Words: f.Words()},
		}})
	}
	return page.Panel{Title: text.Key(caption), Blocks: []page.Block{t}}
}

// corrected gives the workbook to correct by.
func (s *Site) corrected(r *http.Request, rd *reader) (page.Page, error) {
	f, err := s.readRoster(r, rd)
	if err != nil {
		return page.Page{}, err
	}
	rd.attach(s.say(rd, text.Key("web.import.corrected_name", "Place", f.name)))
	return page.Page{}, sheet.WriteFaults(rd.writer, f.found, f.roster, func(w text.Words) string { return s.say(rd, w) })
}

// template gives an empty workbook with the headers.
func (s *Site) template(r *http.Request, rd *reader) (page.Page, error) {
	imp, err := s.rosterOf()
	if err != nil {
		return page.Page{}, err
	}
	rd.attach(s.say(rd, text.Key("web.import.template_name")))
	return page.Page{}, sheet.WriteTemplate(rd.writer, imp, s.charter().Registers, rd.lang, func(w text.Words) string { return s.say(rd, w) })
}

// attach answers with a workbook instead of a page.
func (rd *reader) attach(name string) {
	rd.done = true
	h := rd.writer.Header()
	h.Set("Content-Type", attachment.Spreadsheet)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
}

// confirm writes what the file says, in one transaction with the act that tells of it.
func (s *Site) confirm(r *http.Request, rd *reader) (page.Page, error) {
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	f, err := s.readRoster(r, rd)
	if err != nil {
		return page.Page{}, err
	}
	clause := importFile(f.found.Import)
	if err := f.roster.Err(fault.Basis{Clause: clause}); err != nil {
		return page.Page{}, err
	}
	by, err := s.mandateOver(r.Context(), rd, f.under)
	if err != nil {
		return page.Page{}, err
	}
	id := r.PostFormValue(nameID)
	if id == "" {
		return page.Page{}, fault.Refuse(fault.Invalid, "submission.id", fault.Basis{}, nil)
	}
	done, err := s.Change(r.Context(), by, id, clause, f.roster.Set(f.found, f.input))
	if store.IsConflict(err) { // the second of two clicks
		return rd.redirect(r, "/desk/registers/"+f.under.String())
	}
	if err != nil {
		return page.Page{}, err
	}
	return page.Page{
		Frame: page.Desk, Title: f.found.Import.Name.Words(), State: text.Plain(f.name),
		Blocks: []page.Block{
			page.Banner{Tone: page.Good, Words: text.Key("web.import.done", "Added", done.Added, "Changed", done.Changed, "Unchanged", done.Unchanged)},
			page.Rows{List: []page.Link{
				{Words: text.Plain(f.name), Href: "/desk/registers/" + f.under.String(), Icon: "table"},
				{Words: text.Key("web.nav.begin"), Href: "/desk/begin", Icon: "plus"},
			}},
		},
	}, nil
}

func importFile(imp *register.Import) string { return "imports/" + imp.Key + ".yaml" }
