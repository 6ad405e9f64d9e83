package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
	"gongzhi/internal/tlog"
)

// rootShown is how many hex digits of a root stand on paper and in its code: 128 bits, which nobody finds again.
const rootShown = 32

// logPage says in plain words what the public log is and how it stands.
func (s *Site) logPage(r *http.Request, rd *reader) (page.Page, error) {
	q := s.Store.Read()
	t, begun, err := s.PublicLog.Tree(r.Context(), q)
	if err != nil {
		return page.Page{}, err
	}
	given, _, err := s.LogKey(r.Context())
	if err != nil {
		return page.Page{}, err
	}
	p := page.Page{
		Frame: page.Resident, Title: text.Key("log.title"), Lead: text.Key("log.lead"), Back: &page.Link{Words: text.Key("web.home_name"), Href: "/"},
		Blocks: []page.Block{page.Prose{Words: []text.Words{text.Key("log.what"), text.Key("log.holds"), text.Key("log.proves")}}},
	}
	if !begun {
		p.Blocks = append(p.Blocks, page.Banner{Tone: page.Soon, Words: text.Key("log.not_begun")})
		return p, nil
	}
	facts := []page.Fact{
		{Term: text.Key("log.size"), Value: text.Plain(strconv.FormatInt(t.Size, 10))},
		{Term: text.Key("log.root"), Value: text.Plain(fours(t.Root))},
		{Term: text.Key("log.signed"), Value: text.Plain(calendar.Minute(t.At()))},
		{Term: text.Key("log.origin"), Value: text.Plain(given.Origin)},
		{Term: text.Key("log.key"), Value: text.Plain(given.Key)},
	}
	p.Blocks = append(p.Blocks, page.Panel{
		Title: text.Key("log.now"), Accent: true, Blocks: []page.Block{page.Facts{List: facts}},
		Links: []page.Link{
			{Words: text.Key("log.checkpoint"), Note: text.Key("log.checkpoint_note"), Href: "/log/checkpoint", Icon: "file-text"},
			{Words: text.Key("log.poster"), Note: text.Key("log.poster_note"), Href: "/log/poster", Icon: "printer"},
		},
	})
	witnessed, err := s.witnesses(r.Context(), q, t)
	if err != nil {
		return page.Page{}, err
	}
	p.Blocks = append(p.Blocks, witnessed, page.Panel{
		Title: text.Key("log.check_title"),
		Blocks: []page.Block{page.Prose{Words: []text.Words{text.Key("log.check_receipt"), text.Key("log.check_poster"), text.Key("log.check_all")}},
			page.Facts{List: []page.Fact{{Term: text.Key("log.command"), Value: text.Plain("gongzhi verify --key '" + given.Key + "' bundle.zip")}}}},
		Links: []page.Link{{Words: text.Key("log.bundle"), Note: text.Key("log.bundle_note"), Href: "/log/bundle.zip", Icon: "download"},
			{Words: text.Key("web.check.title"), Note: text.Key("web.check.note"), Href: "/check", Icon: "receipt"}},
	})
	return p, nil
}

func (s *Site) witnesses(ctx context.Context, q store.Q, t tlog.Tree) (page.Block, error) {
	list, err := s.PublicLog.Witnessed(ctx, q)
	if err != nil {
		return nil, err
	}
	table := page.Table{
		Caption: text.Key("log.witnesses"), Empty: text.Key("log.no_witnesses"),
		Columns: []page.Column{{Key: "name", Words: text.Key("log.witness")}, {Key: "size", Words: text.Key("log.size"), Numeric: true},
			{Key: "at", Words: text.Key("log.signed")}, {Key: "holds", Words: text.Key("log.holds_still")}},
	}
	for _, w := range list {
		root, there, err := s.PublicLog.RootAt(ctx, q, w.Size)
		if err != nil {
			return nil, err
		}
		tag := page.Tag{Words: text.Key("log.still"), Tone: page.Good}
		if !there || hex.EncodeToString(root[:]) != w.Root {
			tag = page.Tag{Words: text.Key("log.no_longer"), Tone: page.Late}
		}
		table.Rows = append(table.Rows, page.Row{Cells: []page.Cell{
			{Words: text.Plain(w.Name())}, {Words: text.Plain(strconv.FormatInt(w.Size, 10))}, {Words: text.Plain(calendar.Minute(w.At()))}, {Block: tag},
		}})
	}
	return page.Panel{Title: text.Key("log.witnesses"), Blocks: []page.Block{page.Prose{Words: []text.Words{text.Key("log.witnesses_say")}}, table}}, nil
}

// fours writes hex digits in groups, as they are read aloud.
func fours(hex string) string {
	var groups []string
	for len(hex) > 4 {
		groups, hex = append(groups, hex[:4]), hex[4:]
	}
	return strings.Join(append(groups, hex), " ")
}

// logAt says whether today's log still holds what a poster said: so many leaves with a root that begins so.
func (s *Site) logAt(r *http.Request, rd *reader) (page.Page, error) {
	size, errSize := strconv.ParseInt(r.URL.Query().Get("size"), 10, 64)
	said := strings.ToLower(strings.Map(func(c rune) rune {
		if c == ' ' || c == '-' {
			return -1
		}
		return c
	}, r.URL.Query().Get("root")))
	p := page.Page{Frame: page.Resident, Title: text.Key("log.at_title"), Back: &page.Link{Words: text.Key("log.title"), Href: "/log"}}
	form := page.Form{Get: true, Action: "/log/at", Submit: text.Key("log.at_go"), Quiet: true, Fields: []page.Field{
		{Name: "size", Label: text.Key("log.size"), Input: page.Number, Value: r.URL.Query().Get("size"), Required: true},
		{Name: "root", Label: text.Key("log.root"), Hint: text.Key("log.root_hint"), Input: page.Line, Value: r.URL.Query().Get("root"), Required: true},
	}}
	if r.URL.RawQuery == "" {
		p.Lead, p.Blocks = text.Key("log.at_lead"), []page.Block{form}
		return p, nil
	}
	if _, err := hex.DecodeString(said); err != nil || errSize != nil || size < 0 || len(said) < rootShown || len(said) > sha256.Size*2 {
		form.Problem = fault.InField("root", "log.at_form", fault.Basis{})
		p.Status, p.Blocks = statuses[fault.Invalid], []page.Block{form}
		return p, nil
	}
	q := s.Store.Read()
	t, _, err := s.PublicLog.Tree(r.Context(), q)
	if err != nil {
		return page.Page{}, err
	}
	root, there, err := s.PublicLog.RootAt(r.Context(), q, size)
	if err != nil {
		return page.Page{}, err
	}
	verdict := page.Banner{Tone: page.Good, Words: text.Key("log.at_holds", "Size", size, "Now", t.Size, "Since", t.Size-size)}
	switch {
	case !there:
		verdict = page.Banner{Tone: page.Late, Words: text.Key("log.at_beyond", "Size", size, "Now", t.Size)}
	case !strings.HasPrefix(hex.EncodeToString(root[:]), said):
		verdict = page.Banner{Tone: page.Late, Words: text.Key("log.at_broken", "Size", size)}
	}
	p.Blocks = []page.Block{verdict, page.Facts{List: []page.Fact{
		{Term: text.Key("log.at_said"), Value: text.Plain(fours(said))},
		{Term: text.Key("log.at_today", "Size", size), Value: text.Plain(fours(hex.EncodeToString(root[:])[:len(said)]))},
	}}, page.Prose{Words: []text.Words{text.Key("log.at_trust")}}, form}
	return p, nil
}

// poster is a sheet for the wall: the checkpoint as a code and in words.
func (s *Site) poster(*http.Request, *reader) (page.Page, error) {
	return page.Page{
		Frame: page.Paper, Title: text.Key("log.poster_title", "Place", s.charter().Head.Name), Lead: text.Key("log.poster_lead"),
		Back: &page.Link{Words: text.Key("log.title"), Href: "/log"}, Blocks: []page.Block{page.Prose{Words: []text.Words{text.Key("log.what"), text.Key("log.poster_use")}}},
	}, nil
}

// pinned is the checkpoint that paper carries, so that the wall bears witness; nil before the first.
func (s *Site) pinned(ctx context.Context) *page.QR {
	t, begun, err := s.PublicLog.Tree(ctx, s.Store.Read())
	if err != nil || !begun {
		return nil // the sheet is printed all the same
	}
	return &page.QR{
		Href: fmt.Sprintf("/log/at?size=%d&root=%s", t.Size, t.Root[:rootShown]),
		Note: text.Key("log.pinned", "At", calendar.Minute(t.At()), "Size", t.Size, "Root", fours(t.Root[:rootShown])),
	}
}

// Files of the log are the same for everybody and named by what is in them, but for the checkpoint.
const (
	forever = "public, max-age=31536000, immutable"
	fresh   = "public, no-cache"
)

// send answers with bytes that anybody may keep.
func (rd *reader) send(r *http.Request, kind, keep string, data []byte) (page.Page, error) {
	rd.done = true
	sum := sha256.Sum256(data)
	h := rd.writer.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", keep)
	h.Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
	h.Set("Vary", "Accept-Encoding") // not the cookie: what is sent is the same for everybody
	h.Set("Access-Control-Allow-Origin", "*")
	http.ServeContent(rd.writer, r, "", time.Time{}, strings.NewReader(string(data)))
	return page.Page{}, nil
}

func (s *Site) logCheckpoint(r *http.Request, rd *reader) (page.Page, error) {
	signed, err := s.PublicLog.Checkpoint(r.Context(), s.Store.Read())
	if err != nil {
		return page.Page{}, err
	}
	if signed == "" {
		return s.nowhere(r, rd)
	}
	return rd.send(r, "text/plain; charset=utf-8", fresh, []byte(signed))
}

// logBundle is everything that is public of the log in one file, for gongzhi verify.
func (s *Site) logBundle(r *http.Request, rd *reader) (page.Page, error) {
	_, begun, err := s.PublicLog.Tree(r.Context(), s.Store.Read())
	if err != nil {
		return page.Page{}, err
	}
	if !begun {
		return s.nowhere(r, rd)
	}
	f, made, err := s.Bundle(r.Context(), s.say(nil, text.Key("cli.export.readme"))) // both languages stand in it
	if err != nil {
		return page.Page{}, err
	}
	defer func() { _ = f.Close() }()
	rd.attach("gongzhi-" + s.charter().Head.Key + ".zip")
	h := rd.writer.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Cache-Control", fresh)
	h.Set("Access-Control-Allow-Origin", "*")
	http.ServeContent(rd.writer, r, "", made, f)
	return page.Page{}, nil
}

// entriesKept is how many full tiles of entries are kept at hand: some 300 KB each.
const entriesKept = 32

func (s *Site) logTile(r *http.Request, rd *reader) (page.Page, error) {
	level, n, w, ok := tlog.ReadTilePath("tile/" + r.PathValue("path"))
	if !ok {
		return s.nowhere(r, rd)
	}
	whole := level < 0 && w == 1<<tlog.Height // made from hundreds of acts, and never to change
	if data, kept := s.entries.Get(n); whole && kept {
		return rd.send(r, "application/octet-stream", forever, data)
	}
	var data []byte
	err := s.Store.View(r.Context(), func(ctx context.Context, q store.Q) (err error) {
		if level < 0 {
			data, err = s.PublicLog.Entries(ctx, q, n, w)
		} else {
			data, err = s.PublicLog.Tile(ctx, q, level, n, w)
		}
		return err
	})
	if errors.Is(err, tlog.ErrNoTile) {
		return s.nowhere(r, rd)
	}
	if err != nil {
		return page.Page{}, err
	}
	if whole {
		s.entries.Add(n, data)
	}
	return rd.send(r, "application/octet-stream", forever, data)
}

// logAct is an act too large for its leaf. Those that are withheld are not public, and those that are whole in their
// leaves need no second address.
func (s *Site) logAct(r *http.Request, rd *reader) (page.Page, error) {
	matter, errMatter := strconv.ParseInt(r.PathValue("matter"), 10, 64)
	seq, errSeq := strconv.ParseInt(r.PathValue("seq"), 10, 64)
	if errMatter != nil || errSeq != nil || matter < 0 || seq < 1 {
		return s.nowhere(r, rd)
	}
	list, err := s.Ledger.Page(r.Context(), s.Store.Read(), act.Matter(matter), seq-1, 1)
	if err != nil {
		return page.Page{}, err
	}
	if len(list) == 0 || list[0].Seq != seq || !tlog.IsLarge(list[0]) {
		return s.nowhere(r, rd)
	}
	raw, err := list[0].Canonical()
	if err != nil {
		return page.Page{}, err
	}
	return rd.send(r, "application/json", forever, raw)
}

// logCharter is a version of the charter that acts were done under, as its files were.
func (s *Site) logCharter(r *http.Request, rd *reader) (page.Page, error) {
	raw, err := s.Ledger.Charter(r.Context(), s.Store.Read(), act.Digest(strings.TrimSuffix(r.PathValue("digest"), ".zip")))
	if errors.Is(err, store.ErrNotFound) {
		return s.nowhere(r, rd)
	}
	if err != nil {
		return page.Page{}, err
	}
	return rd.send(r, "application/zip", forever, raw)
}

// logCosign takes the signatures of witnesses under a checkpoint of this log.
func (s *Site) logCosign(r *http.Request, rd *reader) (page.Page, error) {
	signed, err := io.ReadAll(r.Body)
	if err != nil {
		return page.Page{}, err
	}
	witnesses, err := s.Witnesses()
	if err != nil {
		return page.Page{}, err
	}
	if _, err := s.PublicLog.Cosigned(r.Context(), signed, witnesses); err != nil {
		return page.Page{}, err
	}
	rd.done = true
	rd.writer.WriteHeader(http.StatusNoContent)
	return page.Page{}, nil
}
