package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/geo"
	"gongzhi/internal/method"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// nameSubject is the form field that names the row a matter is begun on.
const nameSubject = "_subject"

// nameCode is the code by which whoever has no account finds their matter again. It is made with the form, as the id of a
// submission is, so that a second click is the same.
const nameCode = "_code"

// starting is a matter that somebody is about to begin: what they answered, and about which row.
type starting struct {
	m       *method.Method
	sub     step.Submission
	subject string
	code    string // of whoever has no account
	passing []passing
	marks   map[string]string // hidden fields that say for which place was looked
}

// starts finds the method that an address names, and sends whoever may not begin it without an account to sign in.
func (s *Site) starts(r *http.Request, rd *reader) (*method.Method, error) {
	m, ok := s.charter().Method(r.PathValue("method"))
	switch {
	case !ok:
		return nil, fault.Refuse(fault.NotFound, "method.unknown", fault.Basis{}, fault.Args{"Method": r.PathValue("method")})
	case !rd.signedIn() && !m.OpenToAll(rd.noAccount):
		return nil, errSignIn
	}
	return m, nil
}

func (s *Site) beginForm(r *http.Request, rd *reader) (page.Page, error) {
	m, err := s.starts(r, rd)
	if err != nil {
		return page.Page{}, err
	}
	q := r.URL.Query()
	b := starting{m: m, sub: step.Submission{ID: newID(), Values: map[string][]string{}}, subject: q.Get("subject")}
	if !rd.signedIn() {
		b.code = s.People.NewSlip()
	}
	in := s.registers(r.Context(), s.Store.Read(), rd)
	for _, f := range m.Start.Fields { // a code on a board says which section of road it is about: ?section=yanshi-n
		v := q.Get(f.Key)
		if v == "" || f.Audience != step.Public {
			continue
		}
		b.sub.Values[f.Key] = []string{v}
		if f.Type == step.RowType && b.subject == "" { // which lies where the matter then does
			path, err := in.Path(act.RowID{Register: f.Register, ID: v}, s.today())
			if err != nil {
				return page.Page{}, err
			}
			if row, ok := above(path, m.Subject); ok {
				b.subject = row.ID
			}
		}
	}
	return s.beginPage(r, rd, b, nil)
}

// atTheDesk tells whether a form stands at the desk.
func atTheDesk(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/desk/") }

func (s *Site) beginPage(r *http.Request, rd *reader, b starting, problem *fault.Refusal) (page.Page, error) {
	f, err := s.startForm(r, rd, b)
	if err != nil {
		return page.Page{}, err
	}
	f.Problem = problem
	b.alongChoices(&f, problem)
	offerKept(&f, b.sub)
	p := page.Page{Frame: page.Desk, Title: b.m.Name.Words(), Lead: b.m.Says.Words(), Back: &page.Link{Words: text.Key("web.nav.begin"), Href: "/desk/begin"}, Blocks: []page.Block{f}}
	if !atTheDesk(r) {
		p.Frame, p.Back = page.Resident, &page.Link{Words: text.Key("web.home_name"), Href: "/"}
	}
	if !rd.signedIn() {
		p.Blocks = append(p.Blocks, page.Rows{List: []page.Link{{
			Words: text.Key("reports.sign_in"), Note: text.Key("reports.sign_in_note"), Href: "/sign-in?back=" + url.QueryEscape(r.URL.RequestURI()), Icon: "login",
		}}})
	}
	if problem != nil {
		p.Status = statuses[problem.Kind]
	}
	return p, nil
}

// offerKept shows the files that were sent already, which may be left out; where answers are looked over they are carried along.
func offerKept(f *page.Form, sub step.Submission) {
	for i, x := range f.Fields {
		for n, file := range sub.Files[x.Name] {
			if x.Copies {
				continue // all of them are offered
			}
			delete(f.Hidden, fileName(x.Name, n))
			f.Fields[i].Options = append(f.Fields[i].Options, page.Option{Value: string(file.Hash), Words: text.Plain(file.Name)})
		}
	}
}

// startForm is what a method asks at its start, with what was answered so far.
func (s *Site) startForm(r *http.Request, rd *reader, b starting) (page.Form, error) {
	m, ctx := b.m, r.Context()
	f := page.Form{
		Action: r.URL.Path, Hidden: map[string]string{nameID: b.sub.ID}, Submit: text.Key("web.begin_go", "Method", m.Name),
		Basis: &page.Basis{Clause: m.File() + "#start", Law: m.Law},
	}
	if b.code != "" {
		f.Hidden = map[string]string{nameCode: b.code}
	}
	switch {
	case !m.Start.Offline.IsZero() && s.goesOut(rd, m):
		f.Offline, f.Hidden[nameQuestions] = page.Follow, questionsMark(m.Start.Fields)
		if f.Look = !atTheDesk(r); f.Look {
			f.Submit = text.Key("web.begin_send", "Method", m.Name)
		}
	case !atTheDesk(r):
		f.Submit = text.Key("web.to_check")
	}
	for k, v := range b.marks {
		f.Hidden[k] = v
	}
	in := s.registers(ctx, s.Store.Read(), rd)
	var subject []page.Field
	after := "" // the question that the subject follows; none: it stands first
	if m.Subject != "" {
		x, err := s.subjectField(r, rd, b)
		if err != nil {
			return f, err
		}
		if subject = []page.Field{x}; s.toldByPlace(m) { // it is asked behind the place then
			after, _, _ = m.Located()
		}
	}
	if after == "" {
		f.Fields = subject
	}
	fills := map[string]string{}
	if len(b.sub.Values) == 0 {
		var err error
		if fills, err = s.fills(ctx, s.Store.Read(), rd, m.Start.Fields); err != nil {
			return f, err
		}
	}
	for _, q := range m.Start.Fields {
		if _, given := m.Start.NoAccount[q.Key]; given && b.code != "" {
			continue
		}
		x, err := s.field(in, act.RowID{}, rd, q, b.sub) // nothing stands yet: any row may be named
		if err != nil {
			return f, err
		}
		if v, ok := fills[q.Key]; ok {
			x.Value = v
		}
		f.Fields = append(f.Fields, x)
		for i, file := range b.sub.Files[q.Key] {
			f.Hidden[fileName(q.Key, i)] = string(file.Hash)
		}
		if q.Key == after {
			f.Fields = append(f.Fields, subject...)
		}
	}
	return f, nil
}

// goesOut tells whether the reader begins a method in a role of those who work outside, for whom it is kept on the phone
// where there is no signal. Whoever reports for themselves looks it over instead, and sees what is near.
func (s *Site) goesOut(rd *reader, m *method.Method) bool {
	own := s.charter().OwnRoles()
	return slices.ContainsFunc(m.Start.By, func(role string) bool { return !own[role] && rd.holds(role) })
}

func fileName(question string, n int) string { return fmt.Sprintf("%s%s_%d", nameFile, question, n) }

// subjectField asks which row the matter is about. The desk chooses among all, and so does everybody where anybody may
// begin; else a resident among where they live. Where a place on the map tells it, it need not be chosen.
func (s *Site) subjectField(r *http.Request, rd *reader, b starting) (page.Field, error) {
	in := s.registers(r.Context(), s.Store.Read(), rd)
	sch, _ := s.charter().Registers.Get(b.m.Subject)
	x := page.Field{Name: nameSubject, Label: sch.Name.Words(), Required: true}
	homes, err := s.livesIn(in, rd, b.m.Subject)
	if err != nil {
		return x, err
	}
	chosen := b.subject
	if chosen == "" && !atTheDesk(r) && len(homes) > 0 {
		chosen = homes[0].Value
	}
	if atTheDesk(r) || rd.everywhere() || b.m.OpenToAll(rd.noAccount) {
		x, err = s.pickerOf(in, rd, b.m.Subject, act.RowID{}).field(x, chosen, r.PostFormValue(nameSubject+page.PickText))
	} else {
		if len(homes) == 0 {
			homes, err = s.offeredTo(r.Context(), in, rd, b.m)
		}
		if x.Input, x.Value, x.Options = page.Select, chosen, homes; len(homes) == 0 {
			x.Hint = text.Key("web.begin_nowhere")
		}
	}
	if err != nil {
		return x, err
	}
	if len(x.Options) == 1 && x.Value == "" {
		x.Value = x.Options[0].Value
	}
	if x.Value == "" && s.toldByPlace(b.m) {
		x.Required, x.Hint = false, text.Key("reports.by_spot", "Register", sch.Name)
	}
	return x, nil
}

// toldByPlace tells whether a place on the map says which row a matter is about: its rows are drawn, and the place is asked.
func (s *Site) toldByPlace(m *method.Method) bool {
	sch, _ := s.charter().Registers.Get(m.Subject)
	_, drawn := sch.Shaped()
	_, _, placed := m.Located()
	return drawn && placed
}

// subjectOf is the row that a matter is to be about: the one that was chosen, else the one that the place on the map lies in.
func (s *Site) subjectOf(ctx context.Context, b starting) (act.RowID, error) {
	if b.m.Subject == "" {
		return act.RowID{}, nil
	}
	if b.subject != "" {
		return act.RowID{Register: b.m.Subject, ID: b.subject}, nil
	}
	if spot, _, placed := b.m.Located(); placed {
		if at, ok := step.ParsePoint(b.sub.Value(spot)); ok {
			all, err := s.allLayers(ctx)
			if err != nil {
				return act.RowID{}, err
			}
			for _, row := range all[b.m.Subject] {
				if row.shape.Holds(at.Ground()) {
					return row.ID, nil
				}
			}
		}
	}
	if id, ok, err := s.subjectAlong(ctx, b); ok || err != nil {
		return id, err
	}
	return act.RowID{}, fault.InField(nameSubject, "field.required", fault.Basis{Clause: b.m.File() + "#start"})
}

func (s *Site) begin(r *http.Request, rd *reader) (page.Page, error) {
	m, err := s.starts(r, rd)
	if err != nil {
		return page.Page{}, err
	}
	if queued(r) && !rd.signedIn() { // what waited for a signal is somebody's, whose session has ended
		return page.Page{}, errSignIn
	}
	if !rd.signedIn() && !s.tries.report(r, s.Clock.Now()) {
		return page.Page{}, fault.Refuse(fault.TooMany, "reports.too_many", fault.Basis{Clause: m.File() + "#start"}, nil)
	}
	b := starting{m: m}
	b.sub, err = s.submission(r, rd, 0, func() (bool, error) { return true, nil })
	if err == nil {
		err = s.uncovered(r.Context(), 0, m.Start.Fields, &b.sub)
	}
	faulty, ok := fault.As(err)
	if ok = ok && len(faulty.Fields) > 0 && !queued(r); err != nil && !ok {
		return page.Page{}, err
	}
	b.subject = r.PostFormValue(nameSubject)
	if !rd.signedIn() {
		if err := s.withoutAccount(r, rd, &b); err != nil {
			return page.Page{}, err
		}
	}
	if faulty != nil || r.PostFormValue(nameStage) == stageChange {
		return s.beginPage(r, rd, b, faulty)
	}
	err = s.pickStart(r, rd, m, &b.subject, b.sub)
	if no, ok := fault.As(err); ok && no.Kind == fault.Invalid && !queued(r) {
		return s.beginPage(r, rd, b, no)
	}
	if err != nil {
		return page.Page{}, err
	}
	if queued(r) {
		if err := s.sameStart(r, rd, m, b.sub); err != nil {
			return page.Page{}, err
		}
	}
	if !queued(r) && r.PostFormValue(nameStage) != stageSend { // afterwards it was seen, or there is nobody to see it
		err := s.along(r, &b)
		if no, ok := fault.As(err); ok && r.PostFormValue(nameStage) != stageLook {
			return s.beginPage(r, rd, b, no)
		} else if !ok && err != nil {
			return page.Page{}, err
		}
	}
	subject, err := s.subjectOf(r.Context(), b)
	if no, ok := fault.As(err); ok && !queued(r) {
		return s.beginPage(r, rd, b, no)
	}
	if err != nil {
		return page.Page{}, err
	}
	b.subject = subject.ID
	if r.PostFormValue(nameStage) == stageLook {
		return s.look(r, rd, b, subject)
	}
	if !atTheDesk(r) && !queued(r) && r.PostFormValue(nameStage) != stageSend {
		if p, ok, err := s.beginCheck(r, rd, b, subject, m.Start.Fields); ok || err != nil {
			return p, err
		}
	}
	receipt, err := s.Desk.Begin(r.Context(), rd.actor(), m.Key, subject, b.sub)
	if no, ok := fault.As(err); ok && no.Kind != fault.Unavailable && !queued(r) {
		return s.beginPage(r, rd, b, no)
	}
	if err != nil {
		return page.Page{}, err
	}
	s.spare(r.Context(), rd, m.Start.Fields, b.sub)
	if err := s.publishFiles(r.Context(), receipt.Matter, receipt.First, receipt.Last); err != nil {
		s.Log.Error("files not published", "matter", int64(receipt.Matter), "error", err)
	}
	switch {
	case queued(r):
		return s.takeQueued(rd, receipt)
	case b.code != "":
		return rd.redirect(r, slipHref(b.code))
	case !atTheDesk(r):
		return rd.redirect(r, "/receipts/"+receipt.ID)
	}
	return rd.redirect(r, fmt.Sprintf("/desk/matters/%d?done=%s", int64(receipt.Matter), receipt.ID))
}

// look is beginCheck for a phone that has signal and keeps what was filled in all the same: the photographs stay there until it
// is sent, and nothing begins.
func (s *Site) look(r *http.Request, rd *reader, b starting, subject act.RowID) (page.Page, error) {
	words := slices.DeleteFunc(slices.Clone(b.m.Start.Fields), func(f step.Field) bool { return f.Type == step.FileType })
	p, ok, err := s.beginCheck(r, rd, b, subject, words)
	if ok || err != nil {
		return p, err
	}
	return page.Page{}, fault.Refuse(fault.Invalid, "form.faults", fault.Basis{Clause: b.m.File() + "#start"}, nil)
}

// beginCheck shows what is about to be sent, and before it what others have reported there already. It is left out where
// the answers are not well-formed yet, so that the desk says what is wrong.
func (s *Site) beginCheck(r *http.Request, rd *reader, b starting, subject act.RowID, fields step.Fields) (p page.Page, ok bool, err error) {
	in := s.registers(r.Context(), s.Store.Read(), rd)
	known := func(id act.RowID) bool {
		_, there, err := in.Row(id, calendar.DateOf(s.Clock.Now()))
		return there && err == nil
	}
	if _, err := fields.Read(b.sub, fault.Basis{}, known); err != nil {
		return p, false, nil
	}
	if b.m.Subject != "" && !known(subject) {
		return p, false, nil
	}
	form, err := s.startForm(r, rd, b)
	if err != nil {
		return p, false, err
	}
	p = page.Page{
		Frame: page.Resident, Title: text.Key("web.look_over"), Lead: text.Key("web.look_over_lead"), State: b.m.Name.Words(),
		Back: &page.Link{Words: text.Key("web.home_name"), Href: "/"},
	}
	near, err := s.nearby(r.Context(), rd, b, subject)
	if err != nil {
		return p, false, err
	}
	p.Blocks = append(append(near, b.alongSays()...), lookOver(form, b.sub, text.Key("web.begin_send", "Method", b.m.Name))...)
	return p, true, nil
}

// offered keeps the rows that a question offers: those that say so, and the one that was chosen already.
func (s *Site) offered(in *book.Reader, x step.Field, f page.Field) (out []page.Option, err error) {
	for _, o := range f.Options {
		row, _, err := in.Row(act.RowID{Register: x.Register, ID: o.Value}, s.today())
		if err != nil {
			return nil, err
		}
		if yes, _ := row.Values[x.Offered].(bool); yes || o.Value == f.Value {
			out = append(out, o)
		}
	}
	return out, nil
}

// groundOf are the layers that lie beneath the map of a place: the widest grounds of the subdistrict, and roads.
func (s *Site) groundOf() (out []string) {
	for _, sch := range s.charter().Registers.All() {
		f, ok := sch.Shaped()
		if ok && (sch.Parent == "" || len(f.Shapes) == 1 && f.Shapes[0] == geo.Line.String()) {
			out = append(out, "/layers/"+sch.Key)
		}
	}
	return out
}

// pickStart is pickRows for what begins a matter, and for the row that it is begun on.
func (s *Site) pickStart(r *http.Request, rd *reader, m *method.Method, subject *string, sub step.Submission) error {
	in := s.registers(r.Context(), s.Store.Read(), rd)
	basis := fault.Basis{Clause: m.File() + "#start"}
	if typed := strings.TrimSpace(r.PostFormValue(nameSubject + page.PickText)); typed != "" && m.Subject != "" {
		var bad fault.Fields
		id, _, err := s.pickerOf(in, rd, m.Subject, act.RowID{}).chosen(nameSubject, *subject, typed, &bad)
		if err == nil {
			err = bad.Err("form.faults", basis)
		}
		if err != nil {
			return err
		}
		*subject = id
	}
	return s.pickRows(in, rd, m.Start.Fields, act.RowID{}, sub, basis)
}

// belowOffered is how many rows below one's places are offered at most: as a list, which is there without signal too.
const belowOffered = 200

// offeredTo are the rows that a method may be about within the places of those who begin it there: the shops of a chief's
// section.
func (s *Site) offeredTo(ctx context.Context, in *book.Reader, rd *reader, m *method.Method) (out []page.Option, err error) {
	now := method.Context{Now: s.Clock.Now(), Book: s.rules(ctx, s.Store.Read())}
	seen := map[act.RowID]bool{}
	for _, x := range rd.mandates {
		if x.Scope.IsZero() || s.charter().Roles[x.Role].Own || !slices.Contains(m.Start.By, x.Role) {
			continue
		}
		rows, _, err := s.pickerOf(in, rd, m.Subject, x.Scope).look("", belowOffered)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if !seen[row.ID] && m.About(now, row.ID) {
				seen[row.ID] = true
				out = append(out, page.Option{Value: row.ID.ID, Words: text.Plain(row.Name)})
			}
		}
	}
	return out, nil
}

// livesIn are the rows of a register that the places of a reader lie in, or are: of whoever lives somewhere, that
// compound and not the others.
func (s *Site) livesIn(in *book.Reader, rd *reader, name string) (out []page.Option, err error) {
	seen := map[act.RowID]bool{}
	for _, m := range rd.mandates {
		parts := strings.Split(strings.Trim(m.Path, "/"), "/")
		for i := 0; i+1 < len(parts); i += 2 {
			id := act.RowID{Register: parts[i], ID: parts[i+1]}
			if id.Register != name || seen[id] {
				continue
			}
			seen[id] = true
			row, ok, err := in.Row(id, s.today())
			if err != nil {
				return nil, err
			}
			if ok {
				out = append(out, page.Option{Value: id.ID, Words: text.Plain(row.Name)})
			}
		}
	}
	return out, nil
}
