package web

import (
	"context"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// charterPage is the whole charter: its methods, what in it still waits to be confirmed, and every file as it stands.
func (s *Site) charterPage(r *http.Request, rd *reader) (page.Page, error) {
	c := s.charter()
	open, all := page.Rows{Empty: text.Key("web.charter.assumed_none")}, 0
	for _, key := range c.MethodKeys() {
		m := c.Methods[key]
		var zh, en []string
		for _, p := range m.List {
			if common := p.Step.Shared(); common.Assumed {
				zh, en = append(zh, common.Name.In(text.ZH)), append(en, common.Name.In(text.EN))
			}
		}
		if len(zh) > 0 {
			all += len(zh)
			open.List = append(open.List, page.Link{
				Words: m.Name.Words(), Note: text.Text{ZH: strings.Join(zh, "、"), EN: strings.Join(en, ", ")}.Words(), Href: "/methods/" + key, Icon: "scale", Count: len(zh),
			})
		}
	}
	p := page.Page{
		Frame: page.Resident, Title: text.Key("web.charter.title", "Place", c.Head.Name), Lead: text.Key("web.charter.lead", "Digest", string(c.Digest[:12])), Back: &page.Link{Words: text.Key("web.methods"), Href: "/methods"},
		Blocks: []page.Block{page.Panel{Title: text.Key("web.charter.assumed"), Blocks: []page.Block{page.Prose{Words: []text.Words{text.Key("web.charter.assumed_lead", "N", all)}}, open}}},
	}
	versions, err := s.versions(r.Context(), s.Store.Read())
	if err != nil {
		return page.Page{}, err
	}
	p.Blocks = append(p.Blocks, versions)
	folders := map[string][]page.Link{}
	var order []string
	err = fs.WalkDir(c.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".yaml") {
			return err
		}
		dir := path.Dir(name)
		if !slices.Contains(order, dir) {
			order = append(order, dir)
		}
		l := page.Link{Words: text.Plain(name), Href: "/charter/" + name, Icon: "file-text"}
		key := strings.TrimSuffix(path.Base(name), ".yaml")
		if sch, ok := c.Registers.Get(key); ok && dir == "registers" {
			l.Words, l.Note = sch.Name.Words(), text.Plain(name)
		}
		if m, ok := c.Method(key); ok && dir == "methods" {
			l.Words, l.Note = m.Name.Words(), text.Plain(name)
		}
		folders[dir] = append(folders[dir], l)
		return nil
	})
	for _, dir := range order {
		key := "web.charter.folder." + dir
		title := text.Plain(dir)
		if c.Texts.Has(text.ZH, key) {
			title = text.Key(key)
		} else if dir == "." {
			title = text.Key("web.charter.root")
		}
		p.Blocks = append(p.Blocks, page.Rows{Title: title, List: folders[dir]})
	}
	return p, err
}

// versions are the versions of the charter that are kept here, the newest first: the one in force, and those that open
// matters still run under.
func (s *Site) versions(ctx context.Context, q store.Q) (page.Block, error) {
	list, err := s.Ledger.Charters(ctx, q)
	if err != nil {
		return nil, err
	}
	t := page.Table{
		Caption: text.Key("web.charter.versions"), Total: strconv.Itoa(len(list)),
		Columns: []page.Column{{Words: text.Key("web.col.charter")}, {Words: text.Key("web.col.from")}, {Words: text.Key("web.charter.state")}, {Words: text.Key("web.charter.take")}},
	}
	for _, v := range list {
		state := page.Tag{Words: text.Key("web.charter.former")}
		if v.Digest == string(s.charter().Digest) {
			state = page.Tag{Words: text.Key("web.charter.in_force"), Tone: page.Good}
		}
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
			{Words: text.Plain(v.Digest[:12]), Href: "/charter/versions/" + v.Digest}, {Words: text.Plain(date(v.Made).String())}, {Block: state},
			{Words: text.Key("web.charter.files"), Href: "/log/charter/" + v.Digest + ".zip"},
		}})
	}
	return page.Panel{Title: text.Key("web.charter.versions"), Blocks: []page.Block{page.Prose{Words: []text.Words{text.Key("web.charter.versions_lead")}}, t}}, nil
}

// chapter begins a part of a file: a key that stands at the left edge.
var chapter = regexp.MustCompile(`^([A-Za-z0-9_]+):`)

// charterFile shows a file of the charter as it is, part by part, so that a clause can be read where it stands; with raw
// in the query it is the file itself, for programs.
func (s *Site) charterFile(r *http.Request, rd *reader) (page.Page, error) {
	name := r.PathValue("file")
	raw, err := fs.ReadFile(s.charter().Files, name)
	if err != nil || !strings.HasSuffix(name, ".yaml") {
		return page.Page{}, fault.Refuse(fault.NotFound, "web.nowhere", fault.Basis{}, nil)
	}
	if r.URL.Query().Get("raw") != "" {
		rd.done = true
		rd.writer.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = rd.writer.Write(raw) // the reader may have gone
		return page.Page{}, nil
	}
	p := page.Page{
		Frame: page.Resident, Title: text.Plain(name), Lead: text.Key("web.charter.file_lead", "Digest", string(s.charter().Digest[:12])),
		Back: &page.Link{Words: text.Key("web.charter.title", "Place", s.charter().Head.Name), Href: "/charter"},
	}
	var also []page.Link
	if key, ok := strings.CutPrefix(strings.TrimSuffix(name, ".yaml"), "methods/"); ok {
		also = append(also, page.Link{Words: s.methodName(key), Note: text.Key("web.charter.drawn"), Href: "/methods/" + key, Icon: "route"})
	}
	also = append(also, page.Link{Words: text.Key("web.charter.raw"), Href: "/charter/" + name + "?raw=1", Icon: "download"})
	for _, part := range chapters(string(raw)) {
		if part.key == "" {
			p.Blocks = append(p.Blocks, page.Code{Text: part.text})
			continue
		}
		p.Blocks = append(p.Blocks, page.Section{ID: part.key, Title: text.Plain(part.key), Blocks: []page.Block{page.Code{Text: part.text}}})
	}
	p.Blocks = append(p.Blocks, page.Rows{List: also})
	return p, nil
}

type part struct{ key, text string }

// chapters cuts a file where a key at the left edge has lines beneath it; its comment goes with it. What stands before
// the first of them, and keys of one line, stay together.
func chapters(raw string) (out []part) {
	lines := strings.Split(strings.TrimRight(raw, "\n"), "\n")
	begins := func(i int) string { // the key that begins here, looking over its comment
		for ; i < len(lines) && strings.HasPrefix(lines[i], "#"); i++ {
		}
		if i+1 >= len(lines) || !strings.HasPrefix(lines[i+1], " ") {
			return ""
		}
		if m := chapter.FindStringSubmatch(lines[i]); m != nil {
			return m[1]
		}
		return ""
	}
	var now part
	var held []string
	keep := func() {
		if now.text = strings.Trim(strings.Join(held, "\n"), "\n"); now.text != "" {
			out = append(out, now)
		}
		held = nil
	}
	inComment := false
	for i, line := range lines {
		if left := line != "" && !strings.HasPrefix(line, " "); left && !inComment { // a key's comment has begun its part already
			if key := begins(i); key != "" || now.key != "" {
				keep()
				now = part{key: key}
			}
		}
		inComment = strings.HasPrefix(line, "#")
		held = append(held, line)
	}
	keep()
	return out
}
