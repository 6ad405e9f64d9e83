package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/exact"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// deviceCookie tells one browser from another while a vote is open that wants it told. It is random, is sent nowhere but to
// the matters' pages, and what is kept of it is a hash that differs from matter to matter.
const deviceCookie = "gongzhi_device"

// markDevice gives the browser its mark, where a form asks for it, until the form is no longer asked.
func (s *Site) markDevice(r *http.Request, rd *reader, a step.Ask, now time.Time) {
	if !a.Device || !a.Due.After(now) {
		return
	}
	if _, err := r.Cookie(deviceCookie); err == nil {
		return
	}
	http.SetCookie(rd.writer, &http.Cookie{
		Name: deviceCookie, Value: rand.Text(), Path: "/matters", MaxAge: int(a.Due.Sub(now) / time.Second), HttpOnly: true, Secure: s.sessions.Cookie.Secure,
		SameSite: http.SameSiteLaxMode,
	})
}

// device is what may be kept of that mark; empty where the browser has none.
func device(r *http.Request, n int64) string {
	c, err := r.Cookie(deviceCookie)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256([]byte("gongzhi device\n" + strconv.FormatInt(n, 10) + "\n" + c.Value))
	return hex.EncodeToString(sum[:8])
}

// helpSums are what anybody may know of help with a vote: how much there was, and how much of it by one person.
func helpSums(h step.Help) []page.Fact {
	if !h.Asked {
		return nil
	}
	facts := []page.Fact{{Term: text.Key("papers.helped"), Value: text.Key("papers.helped_is", "N", h.Heads, "Online", h.Online)}}
	if len(h.Helpers) > 0 {
		facts = append(facts, page.Fact{Term: text.Key("papers.helpers"), Value: text.Key("papers.helpers_is", "N", len(h.Helpers), "Most", h.Helpers[0].Heads, "Percent", percent(h.Helpers[0].Heads, h.Voted))})
	}
	if h.Watched {
		facts = append(facts, page.Fact{Term: text.Key("papers.odd"), Value: text.Key("papers.odd_n", "N", len(h.Odd))})
	}
	return facts
}

func percent(part, all int) string {
	p, _ := exact.Percent(uint64(min(part, all)), uint64(all), 1)
	return p
}

// helpPanel is the same with names, and what is to be looked into, for whoever handles the vote.
func (s *Site) helpPanel(ctx context.Context, q store.Q, h step.Help) ([]page.Block, error) {
	if !h.Asked && !h.Watched {
		return nil, nil
	}
	names := map[act.Person]string{}
	name := func(who act.Person) (text.Words, error) {
		if _, known := names[who]; !known {
			a, _, err := s.People.Find(ctx, q, who)
			if err != nil {
				return text.Words{}, err
			}
			names[who] = a.Name
		}
		return text.Plain(names[who]), nil
	}
	blocks := []page.Block{page.Facts{List: helpSums(h)}}
	if len(h.Helpers) > 0 {
		t := page.Table{Caption: text.Key("papers.helpers"), Total: strconv.Itoa(len(h.Helpers)), Columns: []page.Column{
			{Words: text.Key("papers.helper")}, {Words: text.Key("papers.heads"), Numeric: true}, {Words: text.Key("papers.share"), Numeric: true},
		}}
		for _, x := range h.Helpers {
			who, err := name(x.Who)
			if err != nil {
				return nil, err
			}
			t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Words: who}, {Words: text.Plain(strconv.Itoa(x.Heads))}, {Words: text.Plain(percent(x.Heads, h.Voted) + " %")}}})
		}
		blocks = append(blocks, t)
	}
	if h.Watched {
		t := page.Table{Caption: text.Key("papers.odd"), Total: strconv.Itoa(len(h.Odd)), Empty: text.Key("papers.odd_none"), Columns: []page.Column{
			{Words: text.Key("papers.odd_what")}, {Words: text.Key("papers.helper")}, {Words: text.Key("papers.odd_when")},
		}}
		for _, x := range h.Odd {
			row := []page.Cell{{Words: text.Key("papers.odd_is."+x.Of, "Heads", x.Heads, "Said", x.Said)}, {}, {Words: text.Key("papers.odd_from", "From", calendar.Minute(x.From), "Until", calendar.Minute(x.Until))}}
			if x.Share {
				row[0].Words = step.Besides(row[0].Words, text.Key("papers.odd_share", "Percent", percent(x.Heads, h.Voted)))
			}
			if !x.Within.IsZero() {
				row[0].Words = step.Besides(row[0].Words, text.Key("papers.odd_within", "Within", x.Within.Words()))
			}
			if x.Who != "" {
				var err error
				if row[1].Words, err = name(x.Who); err != nil {
					return nil, err
				}
			}
			t.Rows = append(t.Rows, page.Row{Cells: row})
		}
		blocks = append(blocks, page.Prose{Words: []text.Words{text.Key("papers.odd_lead")}}, t)
	}
	return []page.Block{page.Section{Title: text.Key("papers.help"), Blocks: blocks}}, nil
}
