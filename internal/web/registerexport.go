package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"net/http"
	"strings"

	"gongzhi/internal/act"
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
	return page.Page{}, s.Store.View(r.Context(), func(ctx context.Context, q store.Q) error {
		in := s.registers(ctx, q, rd)
		n, digest := 0, sha256.New()
		for line, err := range s.lines(in, l) {
			if err != nil {
				return err
			}
			n++
			_, _ = digest.Write([]byte(strings.Join(line, "\x1f") + "\n")) // a hash takes everything
		}
		filter := s.say(rd, text.Key("lists.export_all"))
		chips, err := s.chips(in, l)
		if err != nil {
			return err
		}
		if len(chips) > 0 {
			said := make([]string, len(chips))
			for i, c := range chips {
				said[i] = s.say(rd, c.Words)
			}
			filter = strings.Join(said, "；")
		}
		day := l.filter.On.String()
		title := s.say(rd, text.Key("lists.export_title", "Register", l.schema.Name, "Day", day, "Filter", filter, "N", n, "Hash", hex.EncodeToString(digest.Sum(nil))))
		rd.attach(s.say(rd, text.Key("lists.export_name", "Register", l.schema.Name, "Day", day)) + "." + ending)
		if kind != "" {
			rd.writer.Header().Set("Content-Type", kind)
		}
		return sheet.WriteRows(rd.writer, format, l.schema, rd.lang, title, s.lines(in, l))
	})
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
