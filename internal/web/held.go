package web

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/outbox"
	"gongzhi/internal/page"
	"gongzhi/internal/redact"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// What is held about somebody, for themselves: everything, why, how long, and who looked. The page and the file say the
// same.

// held is a person's own copy. Instants are RFC 3339 in UTC; words are in the reader's language.
type held struct {
	Place    string       `json:"place"`
	Made     string       `json:"made"`
	Person   act.Person   `json:"person"`
	Officer  string       `json:"officer,omitempty"`
	Account  heldAccount  `json:"account"`
	Mandates []heldRole   `json:"mandates"`
	Rows     []heldRow    `json:"register_rows"`
	Answers  []heldAnswer `json:"answers"`
	Service  []heldTime   `json:"service,omitempty"` // where they came as volunteers
	Readings []heldLook   `json:"readings"`
	Told     []heldNote   `json:"told"`
	Contact  heldContact  `json:"contact"`
	Tokens   []heldToken  `json:"tokens,omitempty"`
	Calendar string       `json:"calendar_link_made,omitempty"`
	More     bool         `json:"more,omitempty"` // there is more than one copy shows
}

type heldAccount struct {
	Login     string `json:"login"`
	Name      string `json:"name"`
	TwoFactor bool   `json:"second_factor"`
}

type heldRole struct {
	Role  string `json:"role"`
	Scope string `json:"scope,omitempty"`
	From  string `json:"from"`
	Until string `json:"until,omitempty"`
}

type heldRow struct {
	Register string      `json:"register"`
	ID       string      `json:"id"`
	Why      string      `json:"why,omitempty"`
	Kept     string      `json:"kept"`
	Fields   []heldField `json:"fields"`
}

type heldField struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

type heldTime struct {
	Matter int64  `json:"matter"`
	At     string `json:"at"`
	Place  string `json:"place"`
	Hours  int64  `json:"hours"`
	Stands bool   `json:"stands"`
}

type heldAnswer struct {
	Matter   int64  `json:"matter"`
	Title    string `json:"title"`
	At       string `json:"at"`
	Question string `json:"question"`
	Answer   string `json:"answer,omitempty"` // absent once erased
	Erased   bool   `json:"erased,omitempty"`
	Why      string `json:"why,omitempty"`
	Kept     string `json:"kept"`
}

// heldNote is something they were told; heldContact is how they want to be told.
type heldNote struct {
	Matter int64  `json:"matter"`
	At     string `json:"at"`
	Words  string `json:"words"`
	Seen   string `json:"seen,omitempty"`
}

type heldContact struct {
	Channel string `json:"channel"` // email, sms, or empty: here only
	Address string `json:"address,omitempty"`
	Work    bool   `json:"work"`
	Notices bool   `json:"notices"`
	Decided bool   `json:"decided"`
}

type heldToken struct {
	Label string `json:"label"`
	Until string `json:"until"`
}

type heldLook struct {
	At      string `json:"at"`
	Role    string `json:"role"`
	Purpose string `json:"purpose"`
	What    string `json:"what"`
}

// heldMost is how many answers, and how many readings, one copy shows.
const heldMost = 1000

// toldShown is how many of what somebody was told stand on the page; the file has all.
const toldShown = 20

// gather collects what is held about the reader.
func (s *Site) gather(ctx context.Context, rd *reader) (held, error) {
	c, q := s.charter(), s.Store.Read()
	say := func(w text.Words) string { return c.Texts.Say(rd.lang, w) }
	h := held{
		Place: c.Head.Name.In(rd.lang), Made: s.Clock.Now().UTC().Format(step.InstantLayout), Person: rd.account.Person, Officer: c.Privacy.Officer.In(rd.lang),
		Account: heldAccount{rd.account.Login, rd.account.Name, rd.account.TwoFactor}, Mandates: []heldRole{}, Rows: []heldRow{}, Answers: []heldAnswer{}, Readings: []heldLook{},
	}
	for _, m := range rd.mandates {
		r := heldRole{Role: say(c.RoleName(m.Role)), From: m.Starts.String()}
		if !m.Scope.IsZero() {
			r.Scope = m.Scope.String()
		}
		if !m.Ends.IsZero() {
			r.Until = m.Ends.String()
		}
		h.Mandates = append(h.Mandates, r)
	}
	if err := s.gatherRow(ctx, q, rd, &h, say); err != nil {
		return h, err
	}
	if err := s.gatherAnswers(ctx, q, rd, &h, say); err != nil {
		return h, err
	}
	if err := s.gatherTold(ctx, q, rd, &h, say); err != nil {
		return h, err
	}
	times, _, err := s.service(ctx, q, rd)
	if err != nil {
		return h, err
	}
	for _, x := range times {
		h.Service = append(h.Service, heldTime{x.Matter, time.UnixMicro(x.Came).UTC().Format(step.InstantLayout), x.place, x.Hours, x.credits})
	}
	list, err := s.Access.About(ctx, q, rd.account.Person, math.MaxInt64, heldMost+1)
	if err != nil {
		return h, err
	}
	if len(list) > heldMost {
		list, h.More = list[:heldMost], true
	}
	for _, e := range list {
		what, err := s.whatWasRead(ctx, q, e)
		if err != nil {
			return h, err
		}
		h.Readings = append(h.Readings, heldLook{e.At.Format(step.InstantLayout), say(c.RoleName(e.By.Role)), say(s.purposeName(e.Purpose)), say(what)})
	}
	return h, nil
}

// gatherTold adds what the reader was told, how they want to be told, and what lets programs in under their name.
func (s *Site) gatherTold(ctx context.Context, q store.Q, rd *reader, h *held, say func(text.Words) string) error {
	instant := func(micros int64) string { return time.UnixMicro(micros).UTC().Format(step.InstantLayout) }
	notes, err := s.Outbox.Notes(ctx, q, rd.account.Person, heldMost+1)
	if err != nil {
		return err
	}
	if len(notes) > heldMost {
		notes, h.More = notes[:heldMost], true
	}
	h.Told = []heldNote{}
	for _, n := range notes {
		m, ok, err := s.Docket.Find(ctx, q, act.Matter(n.Matter))
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		note := heldNote{Matter: n.Matter, At: instant(n.Made), Words: say(outbox.Say(s.charter(), m, n.Kind, n.Step, n.Due))}
		if n.Seen > 0 {
			note.Seen = instant(n.Seen)
		}
		h.Told = append(h.Told, note)
	}
	p, err := s.Outbox.Preference(ctx, q, rd.account.Person)
	if err != nil {
		return err
	}
	h.Contact = heldContact{p.Channel, p.Address, p.Work, p.Notice, p.Decided}
	tokens, err := s.People.Tokens(ctx, q, rd.account.Person)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		h.Tokens = append(h.Tokens, heldToken{t.Label, t.Expires.UTC().Format(step.InstantLayout)})
	}
	made, there, err := s.People.LinkMade(ctx, q, rd.account.Person)
	if there {
		h.Calendar = made.UTC().Format(step.InstantLayout)
	}
	return err
}

// gatherRow adds the row that the reader is in the register of people.
func (s *Site) gatherRow(ctx context.Context, q store.Q, rd *reader, h *held, say func(text.Words) string) error {
	id := act.RowID{Register: redact.Persons, ID: string(rd.account.Person)}
	sch, known := s.charter().Registers.Get(id.Register)
	row, there, err := s.registers(ctx, q, rd).Row(id, s.today())
	if err != nil || !there || !known {
		return err
	}
	out := heldRow{Register: say(sch.Name.Words()), ID: id.ID, Why: sch.Basis, Kept: say(s.rowKept(id.Register))}
	for i := range sch.Fields {
		f := &sch.Fields[i]
		if v, ok := row.Values[f.Key]; ok {
			out.Fields = append(out.Fields, heldField{say(f.Label.Words()), say(f.Told(v))})
		}
	}
	h.Rows = append(h.Rows, out)
	return nil
}

// gatherAnswers adds what the reader answered in confidence.
func (s *Site) gatherAnswers(ctx context.Context, q store.Q, rd *reader, h *held, say func(text.Words) string) error {
	acts, err := s.Ledger.SealedBy(ctx, q, rd.account.Person, 0, 0, heldMost+1)
	if err != nil {
		return err
	}
	if len(acts) > heldMost {
		acts, h.More = acts[:heldMost], true
	}
	for _, a := range acts {
		if a.Matter == act.House {
			continue
		}
		m, ok, err := s.Docket.Find(ctx, q, a.Matter)
		if err != nil {
			return err
		}
		meth, known := s.charter().Method(m.Method)
		if !ok || !known {
			continue
		}
		values, err := s.Ledger.Unseal(ctx, q, a)
		if err != nil {
			return err
		}
		for _, c := range a.Sealed {
			if c.Field == act.Blind {
				continue
			}
			v, there := values[c.Field]
			h.Answers = append(h.Answers, heldAnswer{
				Matter: m.Number, Title: say(title(m)), At: a.At.Format(step.InstantLayout), Question: say(fieldName(s.charter(), meth, a.Step, c.Field)),
				Answer: v, Erased: !there, Why: meth.Law, Kept: say(s.answersKept(m.Method)),
			})
		}
	}
	return nil
}

// answersKept says how long answers in matters of a method are kept.
func (s *Site) answersKept(method string) text.Words {
	p := s.charter().Privacy
	key, ok := p.KeptBy(method)
	switch r := p.Retention[key]; {
	case !ok:
		return text.Key("privacy.kept_for_good")
	case r.AtClose:
		return text.Key("privacy.kept_to_close")
	default:
		return text.Key("privacy.kept_after_close", "Time", r.Keep.Words())
	}
}

func (s *Site) rowKept(register string) text.Words {
	p := s.charter().Privacy
	for _, key := range p.RetentionKeys() {
		if r := p.Retention[key]; slices.Contains(r.Registers, register) {
			return text.Key("privacy.kept_after_end", "Time", r.Keep.Words())
		}
	}
	return text.Key("privacy.kept_for_good")
}

// myDataFile is the copy as a file.
func (s *Site) myDataFile(r *http.Request, rd *reader) (page.Page, error) {
	h, err := s.gather(r.Context(), rd)
	if err != nil {
		return page.Page{}, err
	}
	rd.done = true
	rd.writer.Header().Set("Content-Type", "application/json; charset=utf-8")
	rd.writer.Header().Set("Content-Disposition", `attachment; filename="my-data.json"`)
	rd.writer.Header().Set("Cache-Control", "private, no-store")
	e := json.NewEncoder(rd.writer)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return page.Page{}, e.Encode(h)
}

// byClock is an instant of the copy as a clock here shows it; the file keeps it for programs.
func byClock(instant string) string {
	at, err := time.Parse(time.RFC3339, instant)
	if err != nil {
		return instant
	}
	return calendar.Minute(at)
}

// myData is the copy to read.
func (s *Site) myData(r *http.Request, rd *reader) (page.Page, error) {
	h, err := s.gather(r.Context(), rd)
	if err != nil {
		return page.Page{}, err
	}
	plain := func(label text.Words, v string) page.Fact { return page.Fact{Term: label, Value: text.Plain(v)} }
	account := page.Facts{List: []page.Fact{plain(text.Key("web.sign_in.login"), h.Account.Login), plain(text.Key("web.col.name"), h.Account.Name)}}
	for _, m := range h.Mandates {
		account.List = append(account.List, plain(text.Plain(m.Role), m.From))
	}
	p := page.Page{
		Frame: page.Resident, Title: text.Key("privacy.data"), Lead: text.Key("privacy.data_lead"), Back: &page.Link{Words: text.Key("web.me.title"), Href: "/me"},
		Blocks: []page.Block{page.Panel{Title: text.Key("privacy.data_account"), Blocks: []page.Block{account}}},
	}
	for _, row := range h.Rows {
		f := page.Facts{}
		for _, x := range row.Fields {
			f.List = append(f.List, plain(text.Plain(x.Label), x.Value))
		}
		f.List = append(f.List, plain(text.Key("privacy.why"), row.Why), plain(text.Key("privacy.how_long"), row.Kept))
		p.Blocks = append(p.Blocks, page.Panel{Title: text.Plain(row.Register), Blocks: []page.Block{f}})
	}
	t := page.Table{Caption: text.Key("privacy.data_answers"), Empty: text.Key("privacy.data_none"), Columns: []page.Column{
		{Words: text.Key("web.col.matter")}, {Words: text.Key("web.col.what")}, {Words: text.Key("web.col.answer")}, {Words: text.Key("privacy.how_long")},
	}}
	for _, a := range h.Answers {
		answer := page.Cell{Words: text.Plain(a.Answer)}
		if files := sealedFiles(a.Answer); len(files) > 0 {
			names := make([]string, len(files))
			for i, f := range files {
				names[i] = s.say(rd, f.Words)
			}
			answer = page.Cell{Words: text.Plain(fmt.Sprint(names))}
		}
		if a.Erased {
			answer = page.Cell{Words: text.Key("web.erased")}
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			{Words: text.Plain(a.Title), Href: "/matters/" + strconv.FormatInt(a.Matter, 10)}, {Words: text.Plain(a.Question)}, answer, {Words: text.Plain(a.Kept)},
		}})
	}
	links := []page.Link{
		{Words: text.Key("privacy.mine"), Note: text.Key("privacy.mine_n", "N", len(h.Readings)), Href: "/me/access", Icon: "history"},
		{Words: text.Key("privacy.data_file"), Note: text.Key("privacy.data_file_note"), Href: "/me/data.json", Icon: "download"},
	}
	if meth, ok := s.charter().Method(s.charter().Privacy.Requests); ok {
		links = append(links, page.Link{Words: meth.Name.Words(), Note: meth.Says.Words(), Href: "/begin/" + meth.Key, Icon: "edit"})
	}
	contact := page.Facts{List: []page.Fact{{Term: text.Key("privacy.data_channel"), Value: text.Key("outbox.how_" + cmp.Or(h.Contact.Channel, "none"))}}}
	if h.Contact.Address != "" {
		contact.List = append(contact.List, plain(text.Key("privacy.data_address"), h.Contact.Address))
	}
	for _, tok := range h.Tokens {
		contact.List = append(contact.List, plain(text.Key("privacy.data_token"), tok.Label))
	}
	if h.Calendar != "" {
		contact.List = append(contact.List, plain(text.Key("privacy.data_calendar"), byClock(h.Calendar)))
	}
	told := page.Table{Caption: text.Key("privacy.data_told"), Empty: text.Key("privacy.data_none"), Total: strconv.Itoa(len(h.Told)), Columns: []page.Column{{Words: text.Key("privacy.data_when")}, {Words: text.Key("web.col.what")}}}
	for _, n := range h.Told[:min(len(h.Told), toldShown)] {
		told.Rows = append(told.Rows, page.Row{Cells: []page.Cell{{Words: text.Plain(byClock(n.At))}, {Words: text.Plain(n.Words), Href: "/matters/" + strconv.FormatInt(n.Matter, 10)}}})
	}
	p.Blocks = append(p.Blocks, page.Panel{Title: text.Key("privacy.data_answers"), Blocks: []page.Block{t}},
		page.Panel{Title: text.Key("privacy.data_contact"), Blocks: []page.Block{contact}}, page.Panel{Title: text.Key("privacy.data_told"), Blocks: []page.Block{told}}, page.Rows{List: links})
	if h.Officer != "" {
		p.Foot = []text.Words{text.Key("privacy.officer", "Officer", s.charter().Privacy.Officer)}
	}
	return p, nil
}
