package web

import (
	"cmp"
	"errors"
	"io/fs"
	"net/http"
	"strconv"

	"gongzhi/internal/act"
	"gongzhi/internal/charter"
	"gongzhi/internal/page"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// charterVersion is an earlier version beside the one in force: value by value where they differ, file by file, and which
// methods a matter would follow otherwise.
func (s *Site) charterVersion(r *http.Request, rd *reader) (page.Page, error) {
	digest := act.Digest(r.PathValue("digest"))
	raw, err := s.Ledger.Charter(r.Context(), s.Store.Read(), digest)
	if errors.Is(err, store.ErrNotFound) {
		return s.nowhere(r, rd)
	}
	if err != nil {
		return page.Page{}, err
	}
	before, err := charter.Unpack(raw)
	if err != nil {
		return page.Page{}, err
	}
	return s.versionPage(digest, before)
}

func (s *Site) versionPage(digest act.Digest, before fs.FS) (page.Page, error) {
	c := s.charter()
	between, err := charter.Compare(before, c.Files)
	if err != nil {
		return page.Page{}, err
	}
	p := page.Page{
		Frame: page.Resident, Title: text.Key("web.charter.version", "Digest", string(digest[:12])), Back: &page.Link{Words: text.Key("web.charter.title", "Place", c.Head.Name), Href: "/charter"},
		Lead: text.Key("web.charter.between", "N", len(between.Changes), "Digest", string(c.Digest[:12])),
	}
	if digest == c.Digest {
		p.State, p.Lead = text.Key("web.charter.in_force"), text.Key("web.charter.same")
	}
	methods := page.Rows{Title: text.Key("web.charter.moved")}
	for _, key := range between.Methods {
		methods.List = append(methods.List, page.Link{Words: s.methodName(key), Note: text.Plain("methods/" + key + ".yaml"), Href: "/methods/" + key, Icon: "scale"})
	}
	if len(methods.List) > 0 {
		p.Blocks = append(p.Blocks, methods)
	}
	for list := between.Changes; len(list) > 0; {
		file := list[0].File
		t := differences(text.Plain(file), text.Key("web.charter.was"))
		for len(list) > 0 && list[0].File == file {
			t.Rows = append(t.Rows, difference(cmp.Or(list[0].Path, file), list[0]))
			list = list[1:]
		}
		t.Total = strconv.Itoa(len(t.Rows))
		p.Blocks = append(p.Blocks, page.Section{Title: text.Plain(file), Folded: len(between.Changes) > versionOpen, Blocks: []page.Block{t}})
	}
	p.Blocks = append(p.Blocks, page.Rows{List: []page.Link{{Words: text.Key("web.charter.files"), Href: "/log/charter/" + string(digest) + ".zip", Icon: "download"}}})
	return p, nil
}

// versionOpen is how many differences stand open at once; beyond it each file is folded.
const versionOpen = 40

// differences is a table of what the version in force says otherwise than another, which was says.
func differences(caption, was text.Words) page.Table {
	return page.Table{Caption: caption, Columns: []page.Column{{Words: text.Key("web.charter.place")}, {Words: was}, {Words: text.Key("web.charter.now")}}}
}

func difference(place string, c charter.Change) page.Row {
	return page.Row{Cells: []page.Cell{{Words: text.Plain(place)}, {Words: said(c.Before)}, {Words: said(c.After)}}}
}

// said is a value of a version; where it has none, that is said.
func said(v string) text.Words {
	if v == "" {
		return text.Key("web.charter.absent")
	}
	return text.Plain(v)
}
