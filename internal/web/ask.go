package web

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/desk"
	"gongzhi/internal/fault"
	"gongzhi/internal/geo"
	"gongzhi/internal/page"
	"gongzhi/internal/people"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// Names of form fields that are not answers. Answers have the names of their questions, which cannot begin with "_".
const (
	nameID    = "_id"    // of the submission; made with the form, so that a second click sends the same
	nameStep  = "_step"  // the step the form was shown for
	nameItem  = "_item"  // which of several like things
	nameAs    = "_as"    // the mandate to act under
	nameStage = "_stage" // "send", or "change" to go back from the check
	nameFile  = "_file_" // + question + "_" + number: a file that was sent already
	nameBack  = "_back"  // the page to come back to when it was sent
	nameMany  = "_many_" // + question + "_" + number: one of several answers, looked over already
)

const (
	stageSend   = "send"
	stageChange = "change"
	stageLook   = "look" // to see what it looks like, and begin nothing: of a phone that keeps the form and may send it later
)

// doHref is the address of the form for an ask.
func doHref(matter int64, a step.Ask) string {
	to := fmt.Sprintf("/matters/%d/do/%s", matter, url.PathEscape(a.Verb))
	if a.Item != "" {
		to += "?" + url.Values{nameItem: {a.Item}}.Encode()
	}
	return to
}

// find gives the ask that a request is about, if the reader may answer it.
func find(st desk.Standing, rd *reader, verb, item string) (step.Ask, bool) {
	asks := st.For(rd.actor())
	i := slices.IndexFunc(asks, func(a step.Ask) bool { return a.Verb == verb && a.Item == item })
	if i < 0 {
		return step.Ask{}, false
	}
	return asks[i], true
}

// ask shows the form of one ask.
func (s *Site) ask(r *http.Request, rd *reader) (page.Page, error) {
	q := r.URL.Query()
	// An address may say which row a form is about, as the code on a paper does; it never answers a question.
	rows := map[string][]string{}
	for name, v := range q {
		if !strings.HasPrefix(name, "_") {
			rows[name] = v
		}
	}
	return s.askPage(r, rd, step.Submission{ID: newID(), Item: q.Get(nameItem), Values: rows}, nil)
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// askPage shows a form with what was answered so far and what is wrong with it.
func (s *Site) askPage(r *http.Request, rd *reader, sub step.Submission, problem *fault.Refusal) (page.Page, error) {
	n, err := number(r, "n")
	if err != nil {
		return page.Page{}, err
	}
	var p page.Page
	err = s.Desk.Open(r.Context(), rd.actor(), act.Matter(n), func(ctx context.Context, q store.Q, st desk.Standing) error {
		a, ok := find(st, rd, r.PathValue("verb"), sub.Item)
		if !ok {
			return fault.Refuse(fault.Closed, "web.not_asked", fault.Basis{Clause: st.Method.File() + "#" + st.Run.Step}, nil)
		}
		if r.Method == http.MethodGet {
			maps.DeleteFunc(sub.Values, func(name string, _ []string) bool {
				return !slices.ContainsFunc(a.Fields, func(f step.Field) bool { return f.Key == name && f.Type == step.RowType })
			})
		}
		form, err := s.form(ctx, q, st, rd, a, sub)
		if err != nil {
			return err
		}
		s.markDevice(r, rd, a, st.Context.Now)
		form.Problem = problem
		offerKept(&form, sub)
		if back := r.FormValue(nameBack); back != "" {
			form.Hidden[nameBack] = local(back)
			focusFirst(form.Fields)
		}
		p = page.Page{
			Frame: s.frame(rd), Title: a.Words, Lead: a.Lead, State: st.Run.Matter.Title.Words(),
			Back: &page.Link{Words: st.Run.Matter.Title.Words(), Href: s.matterHref(rd, n)}, Blocks: []page.Block{form},
		}
		if rd.seals && slices.ContainsFunc(a.Fields, func(f step.Field) bool { return len(f.Covers) > 0 }) {
			p.Blocks = append(p.Blocks, page.Rows{List: []page.Link{{Words: text.Key("cover.way"), Note: text.Key("cover.way_note"), Href: fmt.Sprintf("/desk/matters/%d/sealed?step=", n), Icon: "edit"}}})
		}
		if problem != nil {
			p.Status = statuses[problem.Kind]
		}
		return nil
	})
	return p, err
}

// focusFirst puts the keyboard on the first question that has no answer yet: who types in one paper after another
// reaches for nothing else.
func focusFirst(fields []page.Field) {
	i := slices.IndexFunc(fields, func(f page.Field) bool { return f.Value == "" && len(f.Values) == 0 })
	if i >= 0 {
		fields[i].Focus = true
	}
}

// frame is the desk for those who work there, and the resident's page for everybody else.
func (s *Site) frame(rd *reader) page.Frame {
	if rd.desk {
		return page.Desk
	}
	return page.Resident
}

func (s *Site) matterHref(rd *reader, n int64) string {
	if rd.desk {
		return fmt.Sprintf("/desk/matters/%d", n)
	}
	return fmt.Sprintf("/matters/%d", n)
}

// form is the form of an ask, with what was answered so far.
func (s *Site) form(ctx context.Context, q store.Q, st desk.Standing, rd *reader, a step.Ask, sub step.Submission) (page.Form, error) {
	placed, _ := st.Method.Step(st.Run.Step)
	basis := basisOf(st.Method, placed)
	if a.Clause != "" {
		basis.Clause += "." + a.Clause
	}
	_, own, beside := st.Method.BesideOf(a.Verb)
	if beside {
		basis = page.Basis{Clause: own.Clause, Law: own.Law}
	}
	f := page.Form{
		Action: fmt.Sprintf("/matters/%d/do/%s", st.Row.Number, url.PathEscape(a.Verb)),
		Hidden: map[string]string{nameID: sub.ID, nameStep: st.Run.Step, nameItem: sub.Item},
		Submit: a.Words, Danger: a.Danger, Basis: &basis,
	}
	if !rd.desk && len(a.Fields) > 0 {
		f.Submit = text.Key("web.to_check")
	}
	if !beside && !placed.Step.Shared().Offline.IsZero() {
		f.Offline, f.Submit, f.Hidden[nameQuestions] = page.Follow, a.Words, questionsMark(a.Fields)
		f.Hidden[nameStage], f.Again = stageSend, a.Again
	}
	if as := s.capacities(st, rd, a); len(as) > 1 {
		f.Fields = append(f.Fields, page.Field{Name: nameAs, Label: text.Key("web.as"), Input: page.Choice, Options: as, Required: true, Value: sub.As})
	}
	fills := map[string]string{}
	if len(sub.Values) == 0 { // a form that is opened, not one that comes back
		var err error
		if fills, err = s.fills(ctx, q, rd, a.Fields); err != nil {
			return f, err
		}
	}
	for _, x := range a.Fields {
		field, err := s.field(s.registers(ctx, q, rd), st.Run.Matter.Subject, rd, x, sub)
		if v, ok := fills[x.Key]; ok {
			field.Value = v
		}
		if err == nil && x.Type == step.PersonType {
			field.Options, err = s.holders(ctx, q, st, rd, x.Roles)
		}
		if err != nil {
			return f, err
		}
		if len(x.Covers) > 0 {
			if field.Options, err = s.covered(ctx, q, st.Run.Matter.Number, x); err != nil {
				return f, err
			}
		}
		f.Fields = append(f.Fields, field)
	}
	for _, x := range a.Fields {
		if len(x.Covers) > 0 {
			continue // offered again
		}
		for i, file := range sub.Files[x.Key] {
			f.Hidden[fileName(x.Key, i)] = string(file.Hash)
		}
	}
	return f, nil
}

// capacities lists the mandates under which the reader could do it, where there are several.
func (s *Site) capacities(st desk.Standing, rd *reader, a step.Ask) []page.Option {
	var out []page.Option
	for _, m := range rd.mandates {
		if !slices.Contains(a.By, m.Role) {
			continue
		}
		if !asMandate(m).Over(st.Context.Book, st.Context.Own[m.Role], st.Run.Matter.Subject, calendar.DateOf(st.Context.Now)) {
			continue
		}
		o := page.Option{Value: m.ID, Words: st.Charter.RoleName(m.Role)}
		if row, ok, err := st.Context.Book.Row(m.Scope, calendar.DateOf(st.Context.Now)); ok && err == nil {
			o.Hint = text.Plain(row.Name)
		}
		out = append(out, o)
	}
	return out
}

// inputs is the control for each type of question.
var inputs = map[step.Type]page.Input{
	step.LineType: page.Line, step.TextType: page.Area, step.ChoiceType: page.Choice, step.ManyType: page.Many, step.YesType: page.Choice,
	step.CountType: page.Number, step.AreaType: page.Number, step.MoneyType: page.Number, step.DateType: page.Date,
	step.InstantType: page.Instant, step.PhoneType: page.Phone, step.RowType: page.Select, step.PersonType: page.Select, step.PointType: page.Line, step.FileType: page.File,
}

func (s *Site) field(in *book.Reader, under act.RowID, rd *reader, x step.Field, sub step.Submission) (page.Field, error) {
	f := page.Field{
		Name: x.Key, Label: x.Label.Words(), Hint: x.Hint.Words(), Input: inputs[x.Type], Required: x.Required, Sealed: x.Audience != step.Public,
		Value: sub.Value(x.Key), Values: sub.Values[x.Key], Max: x.Max,
	}
	for _, o := range x.Options {
		f.Options = append(f.Options, page.Option{Value: o.Value, Words: o.Label.Words()})
	}
	switch x.Type {
	case step.CountType:
		f.Width = 10
	case step.YesType:
		f.Options = []page.Option{{Value: "yes", Words: text.Key("web.yes")}, {Value: "no", Words: text.Key("web.no")}}
	case step.AreaType:
		f.Unit, f.Width = text.Plain("㎡"), 14
	case step.MoneyType:
		f.Unit, f.Width = text.Key("web.yuan"), 14
	case step.FileType:
		f.Copies = len(x.Covers) > 0
		if x.Photo {
			f.Accept = "image/*" // WeChat opens the camera for this, and offers the album
			break
		}
		f.Accept = ".jpg,.jpeg,.png,.webp,.pdf,.xlsx,.csv"
	case step.RowType:
		f, err := s.pickerOf(in, rd, x.Register, under).field(f, f.Value, sub.Value(x.Key+page.PickText))
		if err == nil && x.Offered != "" {
			f.Options, err = s.offered(in, x, f)
		}
		return f, err
	case step.PointType:
		f.Draw = &page.Drawing{Kind: geo.Point.String(), Degrees: true, Ground: s.groundOf()}
	case step.LineType, step.TextType, step.ChoiceType, step.ManyType, step.DateType, step.InstantType, step.PhoneType, step.PersonType:
	}
	return f, nil
}

// holdersShown is how many people a form offers for each role and place.
const holdersShown = 1000

// holders are the people a form may name. At the desk they stand with their names; anybody else sees the role and the
// place it is held over, and a number where that does not tell two apart.
func (s *Site) holders(ctx context.Context, q store.Q, st desk.Standing, rd *reader, roles []string) ([]page.Option, error) {
	today := calendar.DateOf(st.Context.Now)
	in := s.registers(ctx, q, rd)
	path := "/"
	if sub := st.Run.Matter.Subject; !sub.IsZero() {
		var err error
		if path, err = in.Path(sub, today); err != nil {
			return nil, err
		}
	}
	var out []page.Option
	seen := map[act.Person]bool{}
	for _, role := range roles {
		list, err := s.People.Holders(ctx, q, role, path, st.Context.Own[role], today, holdersShown)
		if err != nil {
			return nil, err
		}
		for _, h := range list {
			if seen[h.Person] {
				continue
			}
			seen[h.Person] = true
			where := st.Charter.Head.Name
			if row, ok, err := in.Row(h.Scope, today); err != nil {
				return nil, err
			} else if ok {
				where = text.Text{ZH: row.Name, EN: row.Name}
			}
			role := st.Charter.Roles[h.Role].Name
			words := text.Key("web.holder", "Role", role, "Place", where, "N", len(out)+1)
			if rd.desk {
				words = text.Key("web.holder_named", "Name", h.Name, "Role", role, "Place", where)
			}
			out = append(out, page.Option{Value: string(h.Person), Words: words})
		}
	}
	return out, nil
}

// answer takes what was sent: back to the form where something is wrong, to the check where a resident has not looked
// it over yet, else to the desk.
func (s *Site) answer(r *http.Request, rd *reader) (page.Page, error) {
	n, err := number(r, "n")
	if err != nil {
		return page.Page{}, err
	}
	fields, err := s.questions(r, rd, act.Matter(n))
	if err != nil {
		return page.Page{}, err
	}
	sub, err := s.submission(r, rd, act.Matter(n), func() (bool, error) { return s.asked(r, rd, act.Matter(n)) })
	sub.Verb, sub.Device = r.PathValue("verb"), device(r, n)
	if err == nil {
		err = s.uncovered(r.Context(), act.Matter(n), fields, &sub)
	}
	if no, ok := fault.As(err); ok && len(no.Fields) > 0 && !queued(r) {
		return s.askPage(r, rd, sub, no)
	}
	if err != nil {
		return page.Page{}, err
	}
	stage := r.FormValue(nameStage)
	if stage != stageChange {
		err := s.pickAnswers(r, rd, act.Matter(n), fields, sub)
		if no, ok := fault.As(err); ok && no.Kind == fault.Invalid && !queued(r) {
			return s.askPage(r, rd, sub, no)
		}
		if err != nil {
			return page.Page{}, err
		}
	}
	if queued(r) {
		if err := s.sameQuestions(r, rd, act.Matter(n), sub); err != nil {
			return page.Page{}, err
		}
		stage = stageSend // looked over on the phone, for as long as its owner liked
	}
	if stage == stageChange {
		return s.askPage(r, rd, sub, nil)
	}
	if !rd.desk && stage != stageSend {
		if p, ok, err := s.checkPage(r, rd, act.Matter(n), sub); ok || err != nil {
			return p, err
		}
	}
	receipt, err := s.Desk.Submit(r.Context(), rd.actor(), act.Matter(n), sub)
	if no, ok := fault.As(err); ok {
		if (no.Kind == fault.Invalid || len(no.Fields) > 0) && !queued(r) {
			return s.askPage(r, rd, sub, no)
		}
		return page.Page{}, err
	}
	if err != nil {
		return page.Page{}, err
	}
	s.spare(r.Context(), rd, fields, sub)
	if err := s.publishFiles(r.Context(), receipt.Matter, receipt.First, receipt.Last); err != nil {
		s.Log.Error("files not published", "matter", n, "error", err)
	}
	if queued(r) {
		return s.takeQueued(rd, receipt)
	}
	if back := r.PostFormValue(nameBack); rd.desk && back != "" {
		to, query, _ := strings.Cut(local(back), "?")
		if query != "" {
			query += "&"
		}
		return rd.redirect(r, to+"?"+query+url.Values{"done": {receipt.ID}}.Encode())
	}
	if rd.desk {
		return rd.redirect(r, fmt.Sprintf("/desk/matters/%d?done=%s", n, receipt.ID))
	}
	return rd.redirect(r, "/receipts/"+receipt.ID)
}

// asked tells whether the matter waits for anything from the reader. From others no file is kept: what they send is
// refused, and the desk says why.
func (s *Site) asked(r *http.Request, rd *reader, n act.Matter) (yes bool, err error) {
	err = s.Desk.Open(r.Context(), rd.actor(), n, func(_ context.Context, _ store.Q, st desk.Standing) error {
		if made := s.made(r); !made.IsZero() && made.Before(st.Context.Now) {
			st.Context.Now = made // what was asked then may be answered still; the desk says whether
		}
		yes = len(st.For(rd.actor())) > 0
		return nil
	})
	return yes, err
}

// questions are those of the ask that a request answers; none where the reader is not asked.
func (s *Site) questions(r *http.Request, rd *reader, n act.Matter) (fields step.Fields, err error) {
	err = s.Desk.Read(r.Context(), n, func(_ context.Context, _ store.Q, st desk.Standing) error {
		for _, a := range st.For(rd.actor()) {
			if a.Verb == r.PathValue("verb") {
				fields = a.Fields
			}
		}
		return nil
	})
	return fields, err
}

// pickAnswers is pickRows for the questions of an ask.
func (s *Site) pickAnswers(r *http.Request, rd *reader, n act.Matter, fields step.Fields, sub step.Submission) error {
	if !slices.ContainsFunc(fields, func(f step.Field) bool { return f.Type == step.RowType }) {
		return nil
	}
	return s.Desk.Open(r.Context(), rd.actor(), n, func(ctx context.Context, q store.Q, st desk.Standing) error {
		return s.pickRows(s.registers(ctx, q, rd), rd, fields, st.Run.Matter.Subject, sub, fault.Basis{Clause: st.Method.File() + "#" + st.Run.Step})
	})
}

// checkPage shows every answer before it is sent. It is left out where there is nothing to look over, and where the
// answers are not well-formed yet, so that the desk says what is wrong.
func (s *Site) checkPage(r *http.Request, rd *reader, n act.Matter, sub step.Submission) (p page.Page, ok bool, err error) {
	err = s.Desk.Open(r.Context(), rd.actor(), n, func(ctx context.Context, q store.Q, st desk.Standing) error {
		a, found := find(st, rd, sub.Verb, sub.Item)
		if !found || len(a.Fields) == 0 || (sub.Step != "" && sub.Step != st.Run.Step) {
			return nil
		}
		known := func(id act.RowID) bool {
			_, there, err := st.Context.Book.Row(id, calendar.DateOf(st.Context.Now))
			return there && err == nil
		}
		if _, err := a.Fields.Read(sub, fault.Basis{}, known); err != nil {
			return nil
		}
		form, err := s.form(ctx, q, st, rd, a, sub)
		if err != nil {
			return err
		}
		p = page.Page{
			Frame: page.Resident, Title: text.Key("web.look_over"), Lead: text.Key("web.look_over_lead"), State: a.Words,
			Back: &page.Link{Words: st.Run.Matter.Title.Words(), Href: fmt.Sprintf("/matters/%d", n)}, Blocks: lookOver(form, sub, a.Words),
		}
		ok = true
		return nil
	})
	return p, ok, err
}

// lookOver shows every answer of a form, with the button that sends them and the one that leads back to it.
func lookOver(form page.Form, sub step.Submission, send text.Words) []page.Block {
	c := page.Check{Form: page.Form{Action: form.Action, Hidden: form.Hidden, Submit: send, Danger: form.Danger, Basis: form.Basis}}
	c.Form.Hidden[nameStage] = stageSend
	for _, f := range form.Fields {
		said := shown(f, sub)
		if said.IsZero() {
			said = text.Key("web.not_said")
		}
		c.Answers = append(c.Answers, page.Fact{Term: f.Label, Value: said})
		switch {
		case f.Input == page.Many:
			for i, v := range f.Values {
				c.Form.Hidden[fmt.Sprintf("%s%s_%d", nameMany, f.Name, i)] = v
			}
		case f.Input != page.File:
			c.Form.Hidden[f.Name] = f.Value
		}
	}
	change := page.Form{Action: form.Action, Hidden: map[string]string{}, Submit: text.Key("web.change_answers"), Quiet: true}
	for k, v := range c.Form.Hidden {
		change.Hidden[k] = v
	}
	change.Hidden[nameStage] = stageChange
	return []page.Block{c, change}
}

// shown is an answer as the person gave it.
func shown(f page.Field, sub step.Submission) text.Words {
	if f.Input == page.File {
		var names []string
		for _, x := range sub.Files[f.Name] {
			names = append(names, x.Name)
		}
		return text.Plain(strings.Join(names, "、"))
	}
	var said []string
	for _, o := range f.Options {
		if o.Value == f.Value && f.Input != page.Many {
			if o.Hint.IsZero() {
				return o.Words
			}
			return o.Hint
		}
		if slices.Contains(f.Values, o.Value) {
			said = append(said, o.Words.Text.ZH)
		}
	}
	if f.Input == page.Many {
		return text.Plain(strings.Join(said, "、"))
	}
	return text.Plain(f.Value)
}

// maxFiles is how many files one form may bring.
const maxFiles = 20

// submission reads a form into a submission, and keeps its files if they are wanted: asked tells, once it is known that
// there are any. What was recorded already may be sent again with its files, whatever is asked by now. Of files that are kept
// already, whoever answers may name those they sent themselves and the covered copies of the matter (0 where it is yet to begin);
// the others are left out, which is refused in the fields that named them.
func (s *Site) submission(r *http.Request, rd *reader, n act.Matter, asked func() (bool, error)) (step.Submission, error) {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			return step.Submission{}, badForm(err)
		}
		defer func() { _ = r.MultipartForm.RemoveAll() }() // temporary files; the system clears what is left
	} else if err := r.ParseForm(); err != nil {
		return step.Submission{}, badForm(err)
	}
	sub := step.Submission{
		ID: r.PostFormValue(nameID), Step: r.PostFormValue(nameStep), Item: r.PostFormValue(nameItem), As: r.PostFormValue(nameAs),
		Values: map[string][]string{}, Files: map[string][]step.File{}, Channel: "web", Made: s.made(r),
	}
	who := rd.actor().Person
	if code, ok := people.ReadSlip(r.PostFormValue(nameCode)); ok && !rd.signedIn() {
		who, _ = s.People.Slip(code)
	}
	var bad fault.Fields
	for _, name := range sortedNames(r.PostForm) {
		values := r.PostForm[name]
		if !strings.HasPrefix(name, "_") {
			if strings.Join(values, "") != "" {
				sub.Values[name] = values
			}
			continue
		}
		if key, ok := numbered(name, nameMany); ok {
			sub.Values[key] = append(sub.Values[key], values...)
		}
		if key, ok := numbered(name, nameFile); ok {
			file, ok, err := s.mayName(r.Context(), n, who, act.Digest(values[0]))
			switch {
			case err != nil:
				return sub, err
			case !ok:
				bad.Add(key, "file.not_yours", nil)
			default:
				sub.Files[key] = append(sub.Files[key], file)
			}
		}
	}
	if r.MultipartForm == nil || len(r.MultipartForm.File) == 0 {
		return sub, bad.Err("form.faults", fault.Basis{})
	}
	_, known, err := s.Ledger.Submission(r.Context(), s.Store.Read(), sub.ID)
	if err == nil && !known {
		known, err = asked()
	}
	if err != nil {
		return sub, err
	}
	if !known {
		return sub, bad.Err("form.faults", fault.Basis{})
	}
	taken := 0
	for _, key := range slices.Sorted(maps.Keys(r.MultipartForm.File)) {
		for _, h := range r.MultipartForm.File[key] {
			if h.Size == 0 && h.Filename == "" {
				continue
			}
			if taken++; taken > maxFiles {
				return sub, fault.Refuse(fault.TooLarge, "web.too_many_files", fault.Basis{}, fault.Args{"Max": maxFiles})
			}
			part, err := h.Open()
			if err != nil {
				return sub, badForm(err)
			}
			file, err := s.Files.Take(r.Context(), s.Store, who, h.Filename, part)
			if cerr := part.Close(); err == nil {
				err = cerr
			}
			if no, ok := fault.As(err); ok && no.Kind != fault.Unavailable && !queued(r) { // one file is not taken; all the rest is kept
				bad.Add(key, no.Code, no.Args)
				continue
			}
			if err != nil {
				return sub, err
			}
			sub.Files[key] = append(sub.Files[key], file)
		}
	}
	return sub, bad.Err("form.faults", fault.Basis{})
}

// sortedNames gives the names of a form in one order, numbers at their end by size: the same answers sent again are
// then the same submission.
func sortedNames(form url.Values) []string {
	return slices.SortedFunc(maps.Keys(form), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
}

// numbered takes the question out of "_file_photo_0".
func numbered(name, prefix string) (question string, ok bool) {
	rest, ok := strings.CutPrefix(name, prefix)
	i := strings.LastIndexByte(rest, '_')
	if !ok || i < 1 {
		return "", false
	}
	return rest[:i], true
}

// publishFiles opens to anyone the files that public answers of the new acts name; in a private matter there are none.
func (s *Site) publishFiles(ctx context.Context, n act.Matter, first, last int64) error {
	if m, ok, err := s.Docket.Find(ctx, s.Store.Read(), n); err != nil || !ok || m.Private {
		return err
	}
	acts, err := s.Ledger.Acts(ctx, s.Store.Read(), n, first-1)
	if err != nil {
		return err
	}
	var hashes []act.Digest
	for _, a := range acts {
		if a.Seq <= last {
			hashes = append(hashes, act.FilesIn(a.Body)...)
		}
	}
	if len(hashes) == 0 {
		return nil
	}
	return s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, h := range hashes {
			if err := s.Files.Publish(ctx, tx, h); err != nil {
				return err
			}
		}
		return nil
	})
}
