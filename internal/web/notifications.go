package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/outbox"
	"gongzhi/internal/page"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

const (
	notesShown = 50
	mostUnseen = 99 // counted no further
)

// bell is the link to a reader's notifications, with how many are unread.
func (s *Site) bell(ctx context.Context, rd *reader) page.Link {
	l := page.Link{Words: text.Key("outbox.title"), Href: "/me/notifications", Icon: "bell"}
	n, err := s.Outbox.Unseen(ctx, s.Store.Read(), rd.account.Person, mostUnseen)
	if err != nil {
		s.Log.Error("unread notifications not counted", "error", err) // the page itself can still be read
		return l
	}
	l.Count = int(n)
	return l
}

// notifications is what a reader was told, newest first.
func (s *Site) notifications(r *http.Request, rd *reader) (page.Page, error) {
	q := s.Store.Read()
	list, err := s.Outbox.Notes(r.Context(), q, rd.account.Person, notesShown)
	if err != nil {
		return page.Page{}, err
	}
	rows := make([]page.Link, 0, len(list))
	unseen := 0
	for _, n := range list {
		m, ok, err := s.Docket.Find(r.Context(), q, act.Matter(n.Matter))
		if err != nil {
			return page.Page{}, err
		}
		if !ok {
			continue // the docket is being folded anew
		}
		when := day(date(n.Made), s.Clock.Now())
		if n.Kind == outbox.Work && m.Step != n.Step {
			when = text.Key("outbox.done", "Day", when)
		}
		if n.Seen == 0 {
			unseen++
			when = text.Key("outbox.new", "Day", when)
		}
		href := fmt.Sprintf("/matters/%d", n.Matter)
		if n.Kind == outbox.Added { // what was added stands at the desk
			href = s.matterHref(rd, n.Matter)
		}
		rows = append(rows, page.Link{Words: outbox.Say(s.charter(), m, n.Kind, n.Step, n.Due), Note: when, Href: href, Icon: noteIcons[n.Kind]})
	}
	p := page.Page{
		Frame: page.Resident, Title: text.Key("outbox.title"), Lead: text.Key("outbox.lead"), State: text.Key("outbox.unseen_none"),
		Back: &page.Link{Words: text.Key("web.me.title"), Href: "/me"}, Blocks: []page.Block{page.Rows{List: rows, Empty: text.Key("outbox.none")}},
	}
	if unseen > 0 {
		p.State = text.Key("outbox.unseen", "N", unseen)
		p.Blocks = append([]page.Block{page.Form{Action: "/me/notifications", Submit: text.Key("outbox.see"), Quiet: true}}, p.Blocks...)
	}
	p.Blocks = append(p.Blocks, page.Rows{List: []page.Link{{Words: text.Key("outbox.settings"), Href: "/me/notifications/settings", Icon: "settings"}}})
	return p, nil
}

var noteIcons = map[string]string{outbox.Work: "checkbox", outbox.Notice: "file-text", outbox.Decided: "circle-check", outbox.Moved: "bell", outbox.Added: "plus"}

// seeNotifications marks all as read.
func (s *Site) seeNotifications(r *http.Request, rd *reader) (page.Page, error) {
	err := s.Store.Write(r.Context(), func(ctx context.Context, tx *store.Tx) error { return s.Outbox.See(ctx, tx, rd.account.Person) })
	if err != nil {
		return page.Page{}, err
	}
	return rd.redirect(r, "/me/notifications")
}

func (s *Site) notifyForm(r *http.Request, rd *reader) (page.Page, error) {
	p, err := s.Outbox.Preference(r.Context(), s.Store.Read(), rd.account.Person)
	if err != nil {
		return page.Page{}, err
	}
	return s.notifyPage(p, r.URL.Query().Get("saved") != "", nil), nil
}

func (s *Site) notifyPage(p outbox.Preference, saved bool, problem *fault.Refusal) page.Page {
	channel := p.Channel
	if channel == "" {
		channel = "none"
	}
	f := page.Form{Action: "/me/notifications/settings", Submit: text.Key("outbox.save"), Problem: problem, Fields: []page.Field{
		{Name: "kinds", Label: text.Key("outbox.kinds"), Input: page.Many, Options: []page.Option{
			{Value: outbox.Work, Words: text.Key("outbox.kind.work")}, {Value: outbox.Notice, Words: text.Key("outbox.kind.notice")},
			{Value: outbox.Decided, Words: text.Key("outbox.kind.decided")}, {Value: outbox.Moved, Words: text.Key("outbox.kind.moved")},
		}},
		{Name: "channel", Label: text.Key("outbox.how"), Input: page.Choice, Value: channel, Options: []page.Option{
			{Value: "none", Words: text.Key("outbox.how_none")}, {Value: outbox.Email, Words: text.Key("outbox.how_email")},
			{Value: outbox.SMS, Words: text.Key("outbox.how_sms")},
		}},
		{Name: "email", Label: text.Key("outbox.address_email"), Hint: text.Key("outbox.address_hint"), Input: page.Line, Max: 254},
		{Name: "phone", Label: text.Key("outbox.address_phone"), Hint: text.Key("outbox.address_hint"), Input: page.Phone, Max: 11},
	}}
	for kind, wanted := range map[string]bool{outbox.Work: p.Work, outbox.Notice: p.Notice, outbox.Decided: p.Decided, outbox.Moved: p.Moved} {
		if wanted {
			f.Fields[0].Values = append(f.Fields[0].Values, kind)
		}
	}
	switch p.Channel {
	case outbox.Email:
		f.Fields[2].Value = p.Address
	case outbox.SMS:
		f.Fields[3].Value = p.Address
	}
	out := page.Page{
		Frame: page.Resident, Title: text.Key("outbox.settings"), Lead: text.Key("outbox.settings_lead"),
		Back: &page.Link{Words: text.Key("outbox.title"), Href: "/me/notifications"}, Blocks: []page.Block{f},
	}
	if saved {
		out.Blocks = append([]page.Block{page.Banner{Tone: page.Good, Words: text.Key("outbox.saved")}}, out.Blocks...)
	}
	if problem != nil {
		out.Status = statuses[problem.Kind]
	}
	return out
}

func (s *Site) notifySave(r *http.Request, rd *reader) (page.Page, error) {
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	p := outbox.Preference{Person: rd.account.Person, Channel: r.PostForm.Get("channel")}
	for _, kind := range r.PostForm["kinds"] {
		p.Work, p.Notice, p.Decided = p.Work || kind == outbox.Work, p.Notice || kind == outbox.Notice, p.Decided || kind == outbox.Decided
		p.Moved = p.Moved || kind == outbox.Moved
	}
	switch p.Channel {
	case "none":
		p.Channel = ""
	case outbox.Email:
		p.Address = r.PostForm.Get("email")
	case outbox.SMS:
		p.Address = r.PostForm.Get("phone")
	}
	err := s.Store.Write(r.Context(), func(ctx context.Context, tx *store.Tx) error { return s.Outbox.Prefer(ctx, tx, p) })
	if no, ok := fault.As(err); ok && no.Kind == fault.Invalid {
		return s.notifyPage(p, false, no), nil
	}
	if err != nil {
		return page.Page{}, err
	}
	return rd.redirect(r, "/me/notifications/settings?saved=1")
}

// messages shows administrators what became of everything that was sent out, and lets them send again what was given up.
func (s *Site) messages(r *http.Request, rd *reader) (page.Page, error) {
	q := s.Store.Read()
	counts, err := s.Outbox.Counts(r.Context(), q)
	if err != nil {
		return page.Page{}, err
	}
	dead, err := s.Outbox.Given(r.Context(), q, pageOf)
	if err != nil {
		return page.Page{}, err
	}
	channels := page.Table{Caption: text.Key("outbox.desk.channels"), Empty: text.Key("outbox.desk.none"), Columns: []page.Column{
		{Words: text.Key("outbox.desk.channel")}, {Words: text.Key("outbox.desk.waiting"), Numeric: true}, {Words: text.Key("outbox.desk.sent"), Numeric: true},
		{Words: text.Key("outbox.desk.dead"), Numeric: true},
	}}
	var of [outbox.Dead + 1]int64
	for i, c := range counts {
		of[c.State] = c.N
		if i+1 < len(counts) && counts[i+1].Channel == c.Channel {
			continue
		}
		cells := []page.Cell{{Words: channelName(c.Channel)}}
		for _, n := range of[outbox.Waiting:] {
			cells = append(cells, page.Cell{Words: text.Plain(strconv.FormatInt(n, 10))})
		}
		channels.Rows, of = append(channels.Rows, page.Row{Cells: cells}), [outbox.Dead + 1]int64{}
	}
	t := page.Table{Caption: text.Key("outbox.desk.dead_title"), Empty: text.Key("outbox.desk.dead_none"), Columns: []page.Column{
		{Words: text.Key("outbox.desk.channel")}, {Words: text.Key("outbox.desk.matter")}, {Words: text.Key("outbox.desk.why")},
		{Words: text.Key("outbox.desk.tries"), Numeric: true},
	}}
	if len(dead) > 0 {
		t.Bulk = &page.Form{Action: "/desk/messages", Submit: text.Key("outbox.desk.retry")}
	}
	for _, m := range dead {
		t.Rows = append(t.Rows, page.Row{Value: m.ID, Cells: []page.Cell{
			{Words: channelName(m.Channel)}, {Words: text.Plain(strconv.FormatInt(m.Matter, 10)), Href: fmt.Sprintf("/desk/matters/%d", m.Matter)},
			{Words: text.Plain(m.Fault)}, {Words: text.Plain(strconv.FormatInt(m.Tries, 10))},
		}})
	}
	p := page.Page{Frame: page.Desk, Title: text.Key("outbox.desk.title"), Lead: text.Key("outbox.desk.lead"), Blocks: []page.Block{
		page.Panel{Title: text.Key("outbox.desk.dead_title"), Blocks: []page.Block{t}}, page.Panel{Title: text.Key("outbox.desk.channels"), Blocks: []page.Block{channels}},
	}}
	if n, err := strconv.Atoi(r.URL.Query().Get("retried")); err == nil && n > 0 {
		p.Blocks = append([]page.Block{page.Banner{Tone: page.Good, Words: text.Key("outbox.desk.retried", "N", n)}}, p.Blocks...)
	}
	return p, nil
}

// channelName says e-mail and text message; hooks and robots go by the name the operator gave them.
func channelName(name string) text.Words {
	if name == outbox.Email || name == outbox.SMS {
		return text.Key("outbox.channels." + name)
	}
	return text.Plain(name)
}

// retryMessages lets ticked messages be tried again.
func (s *Site) retryMessages(r *http.Request, rd *reader) (page.Page, error) {
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	n := 0
	err := s.Store.Write(r.Context(), func(ctx context.Context, tx *store.Tx) error {
		n = 0
		for _, id := range r.PostForm["row"] {
			ok, err := s.Outbox.Retry(ctx, tx, id)
			if err != nil {
				return err
			}
			if ok {
				n++
			}
		}
		return nil
	})
	if err != nil {
		return page.Page{}, err
	}
	return rd.redirect(r, "/desk/messages?"+url.Values{"retried": {strconv.Itoa(n)}}.Encode())
}
