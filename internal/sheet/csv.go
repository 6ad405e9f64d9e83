package sheet

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// readCSV reads comma- or tab-separated text in UTF-8, or else in GB18030, the only Chinese encoding that has every
// name. Row numbers are those a spreadsheet shows: a quoted cell over several lines is one row, a blank line is a row.
func readCSV(ctx context.Context, file io.ReaderAt, size int64, g *gatherer) error {
	raw, err := io.ReadAll(io.NewSectionReader(file, 0, size))
	if err != nil {
		return damaged(err)
	}
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(raw) {
		if raw, err = simplifiedchinese.GB18030.NewDecoder().Bytes(raw); err != nil {
			return damaged(err)
		}
		if bytes.ContainsRune(raw, utf8.RuneError) {
			return otherKind("encoding")
		}
	}
	if bytes.IndexByte(raw, 0) >= 0 {
		return otherKind("unknown")
	}
	r := csv.NewReader(bytes.NewReader(raw))
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, true
	if first, _, _ := bytes.Cut(raw, []byte("\n")); bytes.Count(first, []byte("\t")) > bytes.Count(first, []byte(",")) {
		r.Comma = '\t'
	}
	g.begin("")
	folded := 0 // lines inside quoted cells so far
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return damaged(err)
		}
		line, _ := r.FieldPos(0)
		if err := g.add(line-folded, record); err != nil {
			return err
		}
		for _, cell := range record {
			folded += strings.Count(cell, "\n")
		}
	}
}
