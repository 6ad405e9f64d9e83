package web

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"iter"
	"net/http"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/attachment"
	"gongzhi/internal/book"
	"gongzhi/internal/page"
	"gongzhi/internal/sheet"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

func (s *Site) exportExcel(r *http.Request, rd *reader) (page.Page, error) {
	return s.export(r, rd, sheet.Excel, "xlsx", "")
}

func (s *Site) exportCSV(r *http.Request, rd *reader) (page.Page, error) {
	if r.URL.Query().Get("charset") == "gb18030" {
		return s.export(r, rd, sheet.GB18030, "csv", "text/csv; charset=gb18030")
	}
	return s.export(r, rd, sheet.CSV, "csv", "text/csv; charset=utf-8")
}

// export writes a list as a file, as the reader sees it, cut as its address says. The line above the header tells the
// day, the filters, how many rows follow, and a digest over them. The rows are walked twice over one snapshot, since the
// digest comes first; none are held.
func (s *Site) export(r *http.Request, rd *reader, format sheet.Format, ending, kind string) (page.Page, error) {
	l, err := s.listing(r)
	if err != nil {
		return page.Page{}, err
	}
	day := l.filter.On.String()
	x := production{
		title: text.Key("lists.export_of", "Register", l.schema.Name, "Format", ending), kind: cmp.Or(kind, attachment.Spreadsheet),
		name: s.say(rd, text.Key("lists.export_name", "Register", l.schema.Name, "Day", day)) + "." + ending,
		back: &page.Link{Words: l.schema.Name.Words(), Href: l.with(l.path(), "", "")},
	}
	return s.produce(r, rd, x, func(ctx context.Context, j *job, w io.Writer) error {
		return s.Store.View(ctx, func(ctx context.Context, q store.Q) error {
			in := s.registers(ctx, q, rd)
			n, digest := 0, sha256.New()
			for line, err := range s.lines(in, l) {
				if err != nil {
					return err
				}
				n++
				j.tell(stageCounting, n, 0)
				_, _ = digest.Write([]byte(strings.Join(line, "\x1f") + "\n")) // a hash takes everything
			}
			filter, err := s.filterWords(rd, in, l)
			if err != nil {
				return err
			}
			title := s.say(rd, text.Key("lists.export_title", "Register", l.schema.Name, "Day", day, "Filter", filter, "N", n, "Hash", hex.EncodeToString(digest.Sum(nil))))
			return sheet.WriteRows(w, format, l.schema, rd.lang, title, told(s.lines(in, l), j, n))
		})
	})
}

// filterWords say what a list is cut by.
func (s *Site) filterWords(rd *reader, in *book.Reader, l listing) (string, error) {
	chips, err := s.chips(in, l)
	if err != nil || len(chips) == 0 {
		return s.say(rd, text.Key("lists.export_all")), err
	}
	said := make([]string, len(chips))
	for i, c := range chips {
		said[i] = s.say(rd, c.Words)
	}
	return strings.Join(said, "；"), nil
}

// told counts lines as they are written.
func told(lines iter.Seq2[[]string, error], j *job, total int) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		n := 0
		for line, err := range lines {
			n++
			j.tell(stageLines, n, total)
			if !yield(line, err) {
				return
			}
		}
	}
}

// lines walks a whole list, page by page.
func (s *Site) lines(in *book.Reader, l listing) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		names := map[act.RowID]string{}
		name := func(id act.RowID) (string, error) {
			if said, known := names[id]; known {
				return said, nil
			}
			row, _, err := in.Row(id, l.filter.On)
			if len(names) < 10_000 {
				names[id] = row.Name
			}
			return row.Name, err
		}
		for after := ""; ; {
			p, err := in.List(l.filter, after, 0)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, row := range p.Rows {
				line, err := sheet.Line(l.schema, row, name)
				if !yield(line, err) || err != nil {
					return
				}
			}
			if after = p.Next; after == "" {
				return
			}
		}
	}
}
