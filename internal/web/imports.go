package web

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/attachment"
	"gongzhi/internal/book"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/people"
	"gongzhi/internal/register"
	"gongzhi/internal/sheet"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// One page imports every sheet: that of one register, or a roster that makes rows of several. An import keeps nothing
// between its pages but the uploaded file, by its digest: preview, corrected file and confirmation each read it anew
// against the registers as they then are. What is confirmed is compared again in the transaction that writes it.

const (
	namePaste   = "paste"
	nameWhole   = "whole" // the sheet lists everything: what it leaves out ends
	wholeYes    = "yes"
	queryChange = "change" // the change set that a confirmation writes
)

// intake is one kind of sheet: what the import page asks beside the file, and what it makes of it.
type intake interface {
	kind() string    // in its address: sheet, roster or shapes
	takes() []string // types of files; the first is what pasted text is taken for
	declared() *register.Import
	clause() string
	fields(ctx context.Context, rd *reader, given url.Values) ([]page.Field, error)
	// place is what the sheet is about, by what was answered. It refuses whoever keeps no registers there.
	place(ctx context.Context, rd *reader, given url.Values) (importing, error)
	read(ctx context.Context, at importing, file *attachment.Stored, j *job) (reading, error)
	template(w io.Writer, rd *reader) error
}

// importing is a sheet's place and who brings it.
type importing struct {
	under act.RowID // zero: the whole subdistrict
	name  string    // of that row
	whole bool
	by    act.By
}

// reading is what a sheet says.
type reading struct {
	found            sheet.Found // the table it stands in; empty for shapes
	lead             text.Words
	faults, warnings []sheet.Fault
	set              book.Set
}

func (s *Site) intake(r *http.Request) (intake, error) {
	key := r.PathValue("source")
	if r.PathValue("kind") == rosterKind {
		if imp, ok := s.charter().Imports[key]; ok {
			return rosterIntake{s, imp}, nil
		}
		return nil, fault.Refuse(fault.NotFound, "web.import.none_declared", fault.Basis{Clause: "imports/"}, nil)
	}
	sch, err := s.schema(key)
	if err != nil {
		return nil, err
	}
	switch f, drawn := sch.Shaped(); {
	case r.PathValue("kind") == sheetKind:
		return sheetIntake{s, sch}, nil
	case r.PathValue("kind") == shapesKind && drawn:
		return shapesIntake{sheetIntake{s, sch}, f}, nil
	}
	return nil, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
}

func importPath(in intake) string { return "/desk/imports/" + in.kind() + "/" + in.declared().Key }

// keepsAny tells whether the reader keeps a register anywhere.
func (s *Site) keepsAny(rd *reader, key string) bool {
	c := s.charter()
	return slices.ContainsFunc(rd.mandates, func(m people.Mandate) bool {
		role := c.Roles[m.Role]
		return role.Desk && role.Books && c.Privacy.Admits(m.Role, c.Privacy.DomainOf(key))
	})
}

// importChoice lists what can be imported: what the charter declares, then the sheets of those registers that the reader keeps.
func (s *Site) importChoice(_ *http.Request, rd *reader) (page.Page, error) {
	declared, own, shapes := page.Rows{}, page.Rows{Title: text.Key("imports.sheets")}, page.Rows{Title: text.Key("imports.shapes")}
	for _, key := range s.charter().ImportKeys() {
		imp := s.charter().Imports[key]
		if !s.keepsAny(rd, imp.Makes["person"]) {
			continue
		}
		declared.List = append(declared.List, page.Link{Words: imp.Name.Words(), Note: imp.Hint.Words(), Href: importPath(rosterIntake{s, imp}), Icon: "upload"})
	}
	for _, sch := range s.charter().Registers.All() {
		if !s.keepsAny(rd, sch.Key) {
			continue
		}
		own.List = append(own.List, page.Link{Words: sch.Name.Words(), Href: importPath(sheetIntake{s, sch}), Icon: "table"})
		if f, drawn := sch.Shaped(); drawn {
			shapes.List = append(shapes.List, page.Link{Words: sch.Name.Words(), Note: f.Label.Words(), Href: importPath(shapesIntake{sheetIntake{s, sch}, f}), Icon: "map-2"})
		}
	}
	p := page.Page{Frame: page.Desk, Title: text.Key("web.nav.import"), Lead: text.Key("web.import.lead")}
	for _, rows := range []page.Rows{declared, own, shapes} {
		if len(rows.List) > 0 {
			p.Blocks = append(p.Blocks, rows)
		}
	}
	if len(p.Blocks) == 0 {
		p.Blocks = []page.Block{page.Banner{Tone: page.Plain, Words: text.Key("imports.none_kept")}}
	}
	return p, nil
}

func (s *Site) importPage(r *http.Request, rd *reader) (page.Page, error) {
	in, err := s.intake(r)
	if err != nil {
		return page.Page{}, err
	}
	return s.importForm(r.Context(), rd, in, r.URL.Query(), nil)
}

func (s *Site) importForm(ctx context.Context, rd *reader, in intake, given url.Values, problem *fault.Refusal) (page.Page, error) {
	form := page.Form{
		Action: importPath(in), Files: true, Submit: text.Key("web.import.preview"), Problem: problem, Basis: &page.Basis{Clause: in.clause()},
		Fields: []page.Field{
			{Name: "file", Label: text.Key("web.import.file"), Hint: text.Key("imports.hint." + in.kind()), Input: page.File, Accept: importEndings[in.takes()[0]]},
			{Name: namePaste, Label: text.Key("lists.paste"), Hint: text.Key("imports.paste." + in.kind()), Input: page.Area, Value: given.Get(namePaste)},
		},
	}
	more, err := in.fields(ctx, rd, given)
	if err != nil {
		return page.Page{}, err
	}
	form.Fields = append(form.Fields, more...)
	p := importFrame(in, importing{})
	p.Lead, p.Blocks = text.Key("lists.import_lead"), []page.Block{form}
	p.Back = &page.Link{Words: text.Key("web.nav.import"), Href: "/desk/import"}
	template := page.Link{Words: text.Key("web.import.template"), Href: importPath(in) + "/template", Icon: "download"}
	switch key := in.declared().Key; in.kind() {
	case rosterKind:
		p.Head = []page.Link{template}
	case sheetKind:
		p.Head = []page.Link{template, {Words: text.Key("lists.xlsx"), Href: "/desk/registers/" + key + "/export.xlsx", Icon: "download"}}
	case shapesKind:
		p.Head = []page.Link{{Words: text.Key("imports.geojson"), Href: "/layers/" + key, Icon: "download"}}
	}
	if problem != nil {
		p.Status = statuses[problem.Kind]
	}
	return p, nil
}

// importFrame is what every page of an import has.
func importFrame(in intake, at importing) page.Page {
	p := page.Page{Frame: page.Desk, Title: text.Key("lists.import", "Register", in.declared().Name), State: text.Plain(at.name)}
	q := url.Values{}
	if !at.under.IsZero() {
		q.Set(queryUnder, at.under.String())
	}
	p.Back = &page.Link{Words: text.Key("web.import.another"), Href: importPath(in) + "?" + q.Encode()}
	return p
}

// importUpload keeps the file, or what was pasted as one, and goes to its preview.
func (s *Site) importUpload(r *http.Request, rd *reader) (page.Page, error) {
	in, err := s.intake(r)
	if err != nil {
		return page.Page{}, err
	}
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		return page.Page{}, badForm(err)
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }() // temporary files; the system clears what is left
	var hash act.Digest
	at, err := in.place(r.Context(), rd, r.PostForm)
	if err == nil {
		hash, err = s.importFile(r, in)
	}
	if no, ok := fault.As(err); ok && no.Kind != fault.Unavailable && no.Kind != fault.Denied {
		return s.importForm(r.Context(), rd, in, r.PostForm, no)
	}
	if err != nil {
		return page.Page{}, err
	}
	return rd.redirect(r, importOf{in, at, hash}.href(""))
}

// importFile keeps what was sent. Either a file or a text is.
func (s *Site) importFile(r *http.Request, in intake) (act.Digest, error) {
	if pasted := strings.TrimSpace(r.PostForm.Get(namePaste)); pasted != "" {
		ending := pastedEndings[in.takes()[0]]
		stored, err := s.Files.Put(r.Context(), s.Store, in.declared().Key+ending, strings.NewReader(pasted), in.takes()...)
		return stored.Hash, err
	}
	files := r.MultipartForm.File["file"]
	if len(files) != 1 {
		var bad fault.Fields
		bad.Add("file", "lists.no_file", nil)
		return "", bad.Err("form.faults", fault.Basis{})
	}
	part, err := files[0].Open()
	if err != nil {
		return "", badForm(err)
	}
	defer func() { _ = part.Close() }() // it was only read
	stored, err := s.Files.Put(r.Context(), s.Store, files[0].Filename, part, in.takes()...)
	return stored.Hash, err
}

// importEndings are the endings of files, by the type that is wanted first; pastedEndings that of a text.
var (
	importEndings = map[string]string{attachment.Spreadsheet: ".xlsx,.csv", attachment.GeoJSON: ".geojson,.json"}
	pastedEndings = map[string]string{attachment.Spreadsheet: ".csv", attachment.GeoJSON: ".geojson"}
)

// importOf is an import as its address says: which sheet, where it belongs, which file.
type importOf struct {
	intake
	at   importing
	hash act.Digest
}

func (f importOf) href(more string, with ...string) string {
	q := url.Values{}
	if !f.at.under.IsZero() {
		q.Set(queryUnder, f.at.under.String())
	}
	if f.at.whole {
		q.Set(nameWhole, wholeYes)
	}
	for i := 0; i+1 < len(with); i += 2 {
		q.Set(with[i], with[i+1])
	}
	return (&url.URL{Path: fmt.Sprintf("%s/%s%s", importPath(f.intake), f.hash, more), RawQuery: q.Encode()}).String()
}

// order is the import as work that may take long.
func (f importOf) order(rd *reader, key, href string) order {
	return order{key: key, person: rd.account.Person, title: importFrame(f, f.at).Title, href: href, takes: reads}
}

func (s *Site) importOf(r *http.Request, rd *reader) (f importOf, err error) {
	if f.intake, err = s.intake(r); err != nil {
		return f, err
	}
	if f.hash = act.Digest(r.PathValue("hash")); !f.hash.Valid() {
		return f, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	}
	f.at, err = f.place(r.Context(), rd, r.URL.Query())
	return f, err
}

// readSheet reads the file against the registers of today.
func (s *Site) readSheet(ctx context.Context, f importOf, j *job) (reading, error) {
	j.tell(stageReading, 0, 0)
	stored, err := s.Files.Get(ctx, s.Store.Read(), f.hash)
	if err != nil {
		return reading{}, err
	}
	defer func() { _ = stored.Close() }() // it was only read
	return f.read(ctx, f.at, stored, j)
}

// importPreview shows what was read, what has to change, and what would change in the registers. Nothing is written.
// While the sheet is read, or written after the confirmation, it shows how far that has got.
func (s *Site) importPreview(r *http.Request, rd *reader) (page.Page, error) {
	f, err := s.importOf(r, rd)
	if err != nil {
		return page.Page{}, err
	}
	var broken bool
	if change := r.URL.Query().Get(queryChange); change != "" {
		if p, ok, err := s.importWriting(r, rd, f, change); ok || err != nil {
			return p, err
		}
		broken = true
	}
	o := f.order(rd, "preview "+string(rd.account.Person)+" "+f.href(""), f.href(""))
	j, err := s.jobs.start(r.Context(), o, func(ctx context.Context, j *job) (any, error) { return s.previewed(ctx, rd, f, j) })
	if err != nil {
		return page.Page{}, err
	}
	if !j.wait(r.Context()) {
		return j.going(importFrame(f, f.at)), nil
	}
	shown, err := s.jobs.take(j)
	p, err := s.importAnswer(r, rd, f, shown, err)
	if err == nil && broken {
		p.Blocks = slices.Insert(p.Blocks, 0, page.Block(page.Banner{Tone: page.Late, Words: text.Key("imports.broken_off")}))
	}
	return p, err
}

// importAnswer shows what a job made, or asks again for a file where that one was refused.
func (s *Site) importAnswer(r *http.Request, rd *reader, f importOf, shown any, err error) (page.Page, error) {
	if no, ok := fault.As(err); ok && no.Kind != fault.Unavailable && no.Kind != fault.Denied && no.Kind != fault.NotFound {
		return s.importForm(r.Context(), rd, f.intake, r.URL.Query(), no)
	}
	if err != nil {
		return page.Page{}, err
	}
	p, _ := shown.(page.Page)
	return p, nil
}

// faultsShown is how many faults the page lists; the file to download lists all.
const faultsShown = 200

func (s *Site) previewed(ctx context.Context, rd *reader, f importOf, j *job) (page.Page, error) {
	said, err := s.readSheet(ctx, f, j)
	if err != nil {
		return page.Page{}, err
	}
	p := importFrame(f, f.at)
	p.Lead = said.lead
	if list := said.found.Ignored; len(list) > 0 { // nothing is dropped without a word
		p.Blocks = append(p.Blocks, page.Banner{Tone: page.Plain, Words: text.Key("imports.ignored", "Columns", strings.Join(list, "、"))})
	}
	if len(said.faults) > 0 {
		fix := page.Banner{Tone: page.Late, Words: text.Key("web.import.fix"), Links: []page.Link{{Words: text.Key("web.import.corrected"), Href: f.href("/corrected"), Icon: "download"}}}
		p.Blocks = append(p.Blocks, fix, faultTable("web.import.faults", said.faults, true))
	} else {
		said.set.Progress = j.counting(stageCompare)
		plan, err := s.Book.Plan(ctx, s.Store.Read(), s.Ledger.Tenant(), s.charter().Registers, said.set)
		if err != nil {
			return p, err
		}
		c := plan.Counts()
		if c.Added+c.Changed+c.Ended == 0 {
			p.Blocks = append(p.Blocks, page.Banner{Tone: page.Plain, Words: text.Key("web.import.same")}, countFigures(c))
		} else {
			diff, err := s.diffTable(s.registers(ctx, s.Store.Read(), rd), plan)
			if err != nil {
				return p, err
			}
			p.Blocks = append(p.Blocks, page.Banner{Tone: page.Good, Words: text.Key("web.import.none")}, countFigures(c), page.Form{
				Action: f.href(""), Hidden: map[string]string{nameID: newID()}, Basis: &page.Basis{Clause: f.clause()},
				Submit: text.Key("web.import.confirm", "Added", c.Added, "Changed", c.Changed, "Ending", c.Ended),
			}, diff)
		}
	}
	if len(said.warnings) > 0 {
		p.Blocks = append(p.Blocks, faultTable("web.import.warnings", said.warnings, false))
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

// diffTable lists what would change, row by row and value by value, the first of them.
func (s *Site) diffTable(in *book.Reader, plan *book.Plan) (page.Block, error) {
	t := page.Table{Caption: text.Key("lists.diff"), Columns: []page.Column{
		{Words: text.Key("web.import.row"), Numeric: true}, {Words: text.Key("lists.what")}, {Words: text.Key("imports.register")}, {Words: text.Key("web.col.name")},
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
				t.Total = strconv.Itoa(plan.Counts().Added + plan.Counts().Changed + plan.Counts().Ended)
				break
			}
			sch, err := s.schema(ch.ID.Register)
			if err != nil {
				return nil, err
			}
			number := text.Words{}
			if ch.Row > 0 {
				number = text.Plain(strconv.Itoa(ch.Row))
			}
			start := []page.Cell{{Words: number}, {Words: text.Key(list.key)}, {Words: sch.Name.Words()}, {Words: text.Plain(ch.Title(sch))}}
			line := func(more ...page.Cell) { t.Rows = append(t.Rows, page.Row{Cells: append(start[:4:4], more...)}) }
			if list.key != "web.import.changed" {
				line(page.Cell{}, page.Cell{}, page.Cell{})
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
				line(page.Cell{Words: field.Label.Words()}, page.Cell{Words: old}, page.Cell{Words: now})
			}
		}
	}
	return page.Panel{Title: text.Key("lists.diff"), Blocks: []page.Block{t}}, nil
}

// importCorrected gives the workbook to correct by.
func (s *Site) importCorrected(r *http.Request, rd *reader) (page.Page, error) {
	f, err := s.importOf(r, rd)
	if err != nil {
		return page.Page{}, err
	}
	name := f.at.name
	if name == "" {
		name = f.declared().Name.In(rd.lang)
	}
	title := text.Key("web.import.corrected_name", "Place", name)
	return s.produce(r, rd, production{title: title, takes: reads, name: s.say(rd, title), kind: attachment.Spreadsheet}, func(ctx context.Context, j *job, w io.Writer) error {
		said, err := s.readSheet(ctx, f, j)
		if err != nil {
			return err
		}
		j.tell(stageWriting, 0, 0)
		return sheet.WriteFaults(w, said.found, said.faults, said.warnings, func(w text.Words) string { return s.say(rd, w) })
	})
}

// importTemplate gives an empty workbook with the headers.
func (s *Site) importTemplate(r *http.Request, rd *reader) (page.Page, error) {
	in, err := s.intake(r)
	if err != nil {
		return page.Page{}, err
	}
	rd.attach(s.say(rd, text.Key("lists.template_name", "Register", in.declared().Name)) + ".xlsx")
	return page.Page{}, in.template(rd.writer, rd)
}

// attach answers with a workbook instead of a page.
func (rd *reader) attach(name string) {
	rd.done = true
	h := rd.writer.Header()
	h.Set("Content-Type", attachment.Spreadsheet)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
}

// importConfirm writes what the file says, in one transaction with the act that tells of it.
func (s *Site) importConfirm(r *http.Request, rd *reader) (page.Page, error) {
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	f, err := s.importOf(r, rd)
	if err != nil {
		return page.Page{}, err
	}
	id := r.PostForm.Get(nameID)
	if id == "" {
		return page.Page{}, fault.Refuse(fault.Invalid, "submission.id", fault.Basis{}, nil)
	}
	o := f.order(rd, writingKey(id), f.href("", queryChange, id))
	j, err := s.jobs.start(r.Context(), o, func(ctx context.Context, j *job) (any, error) { return nil, s.importWrite(ctx, f, id, j) })
	if err != nil {
		return page.Page{}, err
	}
	if !j.wait(r.Context()) {
		return rd.redirect(r, f.href("", queryChange, id))
	}
	if _, err = s.jobs.take(j); err != nil {
		return s.importAnswer(r, rd, f, nil, err)
	}
	return rd.redirect(r, changePath(id))
}

func writingKey(change string) string { return "write " + change }

func (s *Site) importWrite(ctx context.Context, f importOf, id string, j *job) error {
	said, err := s.readSheet(ctx, f, j)
	if err != nil {
		return err
	}
	if err := sheet.Refusal(said.faults, fault.Basis{Clause: f.clause()}); err != nil {
		return err
	}
	said.set.Progress = j.counting(stageWriting)
	defer s.layers.forget() // who draws sees at once what they brought
	done, err := s.Import(ctx, f.at.by, id, f.clause(), said.set)
	if no, ok := fault.As(err); ok && no.Code == "book.change_twice" || store.IsConflict(err) { // the second of two clicks
		return nil
	}
	if err == nil && done.Added+done.Changed+done.Ended == 0 {
		return fault.Refuse(fault.Conflict, "web.import.same", fault.Basis{Clause: f.clause()}, nil)
	}
	return err
}

// importWriting shows a confirmed import: how far it has got, or what it did. ok is false where nothing is known of it:
// the server was stopped before it was shown, nothing of it was written, and it is to be confirmed again.
func (s *Site) importWriting(r *http.Request, rd *reader, f importOf, id string) (p page.Page, ok bool, err error) {
	p, ok, err = s.writing(r, rd, id, importFrame(f, f.at))
	if err != nil {
		p, err = s.importAnswer(r, rd, f, nil, err)
		return p, true, err
	}
	if ok {
		return p, true, nil
	}
	p, err = s.changePage(r, rd, id, nil)
	if no, refused := fault.As(err); refused && no.Code == "book.no_change" {
		return p, false, nil
	}
	return p, true, err
}
