package web

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"strings"

	"gongzhi/internal/access"
	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// lookedAt is the access log for auditors: who, in which capacity, what for, what. It never shows what was read.
func (s *Site) lookedAt(r *http.Request, rd *reader) (page.Page, error) {
	q := s.Store.Read()
	list, err := s.Access.Latest(r.Context(), q, before(r), pageOf+1)
	if err != nil {
		return page.Page{}, err
	}
	t := page.Table{Caption: text.Key("privacy.log"), Empty: text.Key("privacy.log_none"), Columns: []page.Column{
		{Words: text.Key("web.col.number"), Numeric: true}, {Words: text.Key("privacy.col.when")}, {Words: text.Key("web.col.who")},
		{Words: text.Key("privacy.col.what_for")}, {Words: text.Key("web.col.what")}, {Words: text.Key("privacy.col.about")},
	}}
	if len(list) > pageOf {
		list = list[:pageOf]
		t.Next = "/desk/access?before=" + strconv.FormatInt(list[pageOf-1].Seq, 10)
	}
	for _, e := range list {
		what, err := s.whatWasRead(r.Context(), q, e)
		if err != nil {
			return page.Page{}, err
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			{Words: text.Plain(strconv.FormatInt(e.Seq, 10))}, {Words: instant(e)},
			{Words: text.Key("privacy.reader", "Role", s.charter().RoleName(e.By.Role), "Person", string(e.By.Person))},
			{Words: s.purposeName(e.Purpose)}, {Words: what}, {Words: text.Plain(string(e.Subject))},
		}})
	}
	return page.Page{Frame: page.Desk, Title: text.Key("privacy.log"), Lead: text.Key("privacy.log_lead"), Blocks: []page.Block{t}}, nil
}

// lookedAtMe is what of the log is about the reader: which role read what, when and what for. Names of staff are the
// auditors' to see.
func (s *Site) lookedAtMe(r *http.Request, rd *reader) (page.Page, error) {
	q := s.Store.Read()
	list, err := s.Access.About(r.Context(), q, rd.account.Person, before(r), pageOf+1)
	if err != nil {
		return page.Page{}, err
	}
	t := page.Table{Caption: text.Key("privacy.mine"), Empty: text.Key("privacy.mine_none"), Columns: []page.Column{
		{Words: text.Key("privacy.col.when")}, {Words: text.Key("web.col.who")}, {Words: text.Key("privacy.col.what_for")}, {Words: text.Key("web.col.what")},
	}}
	if len(list) > pageOf {
		list = list[:pageOf]
		t.Next = "/me/access?before=" + strconv.FormatInt(list[pageOf-1].Seq, 10)
	}
	for _, e := range list {
		what, err := s.whatWasRead(r.Context(), q, e)
		if err != nil {
			return page.Page{}, err
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			{Words: instant(e)}, {Words: s.charter().RoleName(e.By.Role)}, {Words: s.purposeName(e.Purpose)}, {Words: what},
		}})
	}
	p := page.Page{
		Frame: page.Resident, Title: text.Key("privacy.mine"), Lead: text.Key("privacy.mine_lead"), Back: &page.Link{Words: text.Key("web.me.title"), Href: "/me"},
		Blocks: []page.Block{t},
	}
	if officer := s.charter().Privacy.Officer; officer.ZH != "" {
		p.Foot = []text.Words{text.Key("privacy.officer", "Officer", officer)}
	}
	return p, nil
}

// before is where a list that goes back in time goes on.
func before(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil || n < 1 {
		return math.MaxInt64
	}
	return n
}

func instant(e access.Entry) text.Words {
	return text.Plain(calendar.Minute(e.At))
}

func (s *Site) purposeName(key string) text.Words {
	if p, ok := s.charter().Privacy.Purposes[key]; ok {
		return p.Name.Words()
	}
	return text.Plain(key) // of a charter that said it otherwise
}

// whatWasRead says in words which fields of what an entry is about.
func (s *Site) whatWasRead(ctx context.Context, q store.Q, e access.Entry) (text.Words, error) {
	if row, ok := strings.CutPrefix(e.Object, "row "); ok {
		id, ok := register.ParseRowID(row)
		sch, known := s.charter().Registers.Get(id.Register)
		if !ok || !known {
			return text.Plain(e.Object), nil
		}
		return text.Key("privacy.read_row", "Register", sch.Name, "Fields", labels(e.Fields, func(key string) (text.Text, bool) {
			f, ok := sch.Field(key)
			if !ok {
				return text.Text{}, false
			}
			return f.Label, true
		})), nil
	}
	object, _ := strings.CutPrefix(e.Object, "act ")
	matter, _, _ := strings.Cut(object, "/")
	n, err := strconv.ParseInt(matter, 10, 64)
	if err != nil {
		return text.Plain(e.Object), nil //nolint:nilerr // an entry of a door that named it otherwise
	}
	m, ok, err := s.Docket.Find(ctx, q, act.Matter(n))
	if err != nil || !ok {
		return text.Plain(e.Object), err
	}
	return text.Key("privacy.read_act", "Matter", text.Text{ZH: m.TitleZH, EN: m.TitleEN}, "Fields", labels(e.Fields, s.questionLabel(m.Method))), nil
}

// questionLabel finds what a field of a method's steps is called.
func (s *Site) questionLabel(key string) func(field string) (text.Text, bool) {
	return func(field string) (text.Text, bool) {
		m, ok := s.charter().Method(key)
		if !ok {
			return text.Text{}, false
		}
		for _, p := range m.List {
			if f, ok := question(m, p.Key, field); ok {
				return f.Label, true
			}
		}
		f, ok := question(m, "", field)
		return f.Label, ok
	}
}

// labels joins what fields are called; one that has no name any more stands as it is.
func labels(keys []string, label func(string) (text.Text, bool)) text.Text {
	var names []text.Text
	for _, key := range keys {
		t, ok := label(key)
		if !ok {
			t = text.Text{ZH: key, EN: key}
		}
		names = append(names, t)
	}
	return inOneLine(names)
}

// inOneLine sets names one after the other, as each language does.
func inOneLine(names []text.Text) text.Text {
	var zh, en []string
	for _, t := range names {
		zh, en = append(zh, t.ZH), append(en, t.EN)
	}
	return text.Text{ZH: strings.Join(zh, "、"), EN: strings.Join(en, ", ")}
}
