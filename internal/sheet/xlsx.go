package sheet

import (
	"archive/zip"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// readXLSX streams every visible sheet. Values are those the file holds, not as it shows them: a cell that shows 79
// may hold 78.62, and the area that counts is the one held.
func readXLSX(ctx context.Context, file io.ReaderAt, size int64, g *gatherer) (err error) {
	// The library unpacks large sheets into files, and leaves them behind where it gives up half-way.
	dir, err := os.MkdirTemp("", "gongzhi-sheet-")
	if err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	f, err := excelize.OpenReader(io.NewSectionReader(file, 0, size), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: 16 << 20, TmpDir: dir,
	})
	if err != nil {
		return damaged(err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	z, err := zip.NewReader(file, size)
	if err != nil {
		return damaged(err)
	}
	parts, err := sheetParts(z)
	if err != nil {
		return damaged(err)
	}
	for _, name := range f.GetSheetList() {
		if visible, err := f.GetSheetVisible(name); err != nil || !visible {
			continue
		}
		part, ok := parts[name]
		if !ok {
			continue // a chart
		}
		g.begin(name)
		last, err := readSheet(ctx, f, name, g)
		if err != nil {
			return damaged(err)
		}
		seen, err := look(ctx, part)
		if err != nil {
			return damaged(err)
		}
		// The library stops without a word where a sheet's XML breaks off. Rows must not be lost that way.
		if seen.lastRow > last {
			return damaged(fmt.Errorf("sheet %q cannot be read beyond row %d", name, last))
		}
		seen.fillDown(&g.tables[len(g.tables)-1])
	}
	return nil
}

func readSheet(ctx context.Context, f *excelize.File, name string, g *gatherer) (last int, err error) {
	rows, err := f.Rows(name)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		last++
		if last%1024 == 0 && ctx.Err() != nil {
			return last, ctx.Err()
		}
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return last, err
		}
		if len(cells) > 0 {
			if err := g.add(last, cells); err != nil {
				return last, err
			}
		}
	}
	return last, rows.Error()
}

// sheetParts maps the names of sheets to their parts of the archive.
func sheetParts(z *zip.Reader) (map[string]*zip.File, error) {
	var book struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
			ID   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
			Also string `xml:"http://purl.oclc.org/ooxml/officeDocument/relationships id,attr"` // the strict variant
		} `xml:"sheets>sheet"`
	}
	var rels struct {
		Of []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := decodePart(z, "xl/workbook.xml", &book); err != nil {
		return nil, err
	}
	if err := decodePart(z, "xl/_rels/workbook.xml.rels", &rels); err != nil {
		return nil, err
	}
	target := map[string]string{}
	for _, r := range rels.Of {
		target[r.ID] = strings.TrimPrefix(path.Join("xl", r.Target), "/")
		if strings.HasPrefix(r.Target, "/") {
			target[r.ID] = strings.TrimPrefix(path.Clean(r.Target), "/")
		}
	}
	parts := map[string]*zip.File{}
	for _, s := range book.Sheets {
		for _, f := range z.File {
			if strings.EqualFold(f.Name, target[s.ID+s.Also]) && strings.Contains(f.Name, "worksheets/") {
				parts[s.Name] = f
			}
		}
	}
	return parts, nil
}

func decodePart(z *zip.Reader, name string, into any) (err error) {
	for _, f := range z.File {
		if !strings.EqualFold(f.Name, name) {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, r.Close()) }()
		return xml.NewDecoder(io.LimitReader(r, maxPart)).Decode(into)
	}
	return fmt.Errorf("part %s is missing", name)
}

// seen is what the plain text of a sheet's XML tells beside its cells.
type seen struct {
	lastRow int
	merged  []span
}

// span is a merged range, cut to its first column.
type span struct{ col, from, to int }

// maxMerged bounds the merged ranges that are kept; a roster merges its title and, at most, its buildings.
const maxMerged = 20_000

var (
	rowTag    = regexp.MustCompile(`<(?:\w+:)?row\s[^>]*?\br="(\d{1,7})"`)
	mergedTag = regexp.MustCompile(`<(?:\w+:)?mergeCell\s[^>]*?\bref="([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"`)
)

// look reads a sheet's part to its end, which also proves its checksum, and keeps the number of its last row and its
// merged ranges. The streaming reader gives neither, and the ranges stand after all cells.
func look(ctx context.Context, part *zip.File) (s seen, err error) {
	r, err := part.Open()
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	const overlap = 512 // longer than any tag that is looked for
	buf := make([]byte, 256<<10)
	kept := 0
	for {
		if err := ctx.Err(); err != nil {
			return s, err
		}
		n, err := io.ReadFull(r, buf[kept:])
		text := buf[:kept+n]
		rows := rowTag.FindAllSubmatch(text, -1)
		if len(rows) > 0 {
			if n, err := strconv.Atoi(string(rows[len(rows)-1][1])); err == nil {
				s.lastRow = max(s.lastRow, n)
			}
		}
		for _, m := range mergedTag.FindAllSubmatch(text, -1) {
			s.merge(m)
		}
		if err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return s, nil
			}
			return s, err
		}
		kept = copy(buf, text[len(text)-overlap:])
	}
}

func (s *seen) merge(m [][]byte) {
	col, err := excelize.ColumnNameToNumber(string(m[1]))
	from, err1 := strconv.Atoi(string(m[2]))
	to, err2 := strconv.Atoi(string(m[3]))
	one := span{col - 1, from, to}
	if err != nil || err1 != nil || err2 != nil || to <= from || len(s.merged) >= maxMerged {
		return
	}
	if len(s.merged) == 0 || s.merged[len(s.merged)-1] != one {
		s.merged = append(s.merged, one)
	}
}

// fillDown writes the value of a cell merged downwards into the rows it stands for: people merge the building's name
// over all of its rooms. Blank cells that are not merged stay blank.
func (s *seen) fillDown(t *Table) {
	at := make(map[int]int, len(t.Rows))
	for i, r := range t.Rows {
		at[r.N] = i
	}
	for _, m := range s.merged {
		first, ok := at[m.from]
		if !ok || t.Rows[first].cell(m.col) == "" {
			continue
		}
		value := t.Rows[first].Cells[m.col]
		for i := first + 1; i < len(t.Rows) && t.Rows[i].N <= m.to; i++ {
			row := &t.Rows[i]
			if row.cell(m.col) == "" {
				for len(row.Cells) <= m.col {
					row.Cells = append(row.Cells, "")
				}
				row.Cells[m.col] = value
			}
		}
	}
}
