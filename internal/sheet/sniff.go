package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf16"

	"gongzhi/internal/fault"
)

// An honest workbook unpacks to some ten or twenty times its size, one of nothing but repeated cells to about a
// hundred. These limits are looked at in the archive's directory, before anything is unpacked.
const (
	maxUnzipped = 256 << 20
	maxPart     = 32 << 20 // of what is not a sheet: it is held in memory
	maxRatio    = 250
	maxParts    = 2_000
)

// signatures are how files of other kinds begin. Names are keys of words under "sheet.kind.".
var signatures = []struct{ begins, kind string }{
	{"%PDF", "pdf"}, {"\x89PNG", "picture"}, {"\xff\xd8\xff", "picture"}, {"GIF8", "picture"}, {"BM", "picture"},
	{"Rar!", "archive"}, {"7z\xbc\xaf", "archive"}, {"\x1f\x8b", "archive"}, {"{\\rtf", "document"}, {"MZ", "program"},
	{"\x7fELF", "program"}, {"SQLite format 3", "database"},
}

// sniff tells "xlsx" or "csv" by what is in the file, and refuses everything else.
func sniff(file io.ReaderAt, size int64) (string, error) {
	head := make([]byte, min(size, 64<<10))
	if _, err := file.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return "", damaged(err)
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return "xlsx", inspect(file, size)
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return "", oldOffice(file, size)
	}
	binary := bytes.IndexByte(head, 0) >= 0
	for _, s := range signatures {
		// Two letters alone may as well begin a table.
		if bytes.HasPrefix(head, []byte(s.begins)) && (binary || len(s.begins) > 2) {
			return "", otherKind(s.kind)
		}
	}
	text := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))))
	switch {
	case bytes.HasPrefix(text, []byte("<")): // many a system's "Excel" is a web page
		return "", otherKind("web")
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return "", otherKind("utf16")
	case binary:
		return "", otherKind("unknown")
	}
	return "csv", nil
}

func otherKind(kind string) error {
	return refuse(fault.Unsupported, "kind."+kind, nil)
}

// oldOffice tells a workbook under a password, which is wrapped in the old container, from an old .xls. Entries of the
// container's directory are names in UTF-16.
func oldOffice(file io.ReaderAt, size int64) error {
	raw, err := io.ReadAll(io.NewSectionReader(file, 0, size))
	if err != nil {
		return damaged(err)
	}
	if bytes.Contains(raw, wide("EncryptedPackage")) {
		return refuse(fault.Unsupported, "password", nil)
	}
	return otherKind("xls")
}

func wide(s string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

// inspect reads the directory of an archive: is it a workbook, and how large does it say it is? The sizes may lie, but
// then unpacking fails at the size that was declared.
func inspect(file io.ReaderAt, size int64) error {
	z, err := zip.NewReader(file, size)
	if err != nil {
		return damaged(err)
	}
	if len(z.File) > maxParts {
		return refuse(fault.Unsupported, "bomb", nil)
	}
	var total uint64
	names := map[string]bool{}
	for _, f := range z.File {
		name := strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))
		if names[name] {
			return damaged(errors.New("two parts have one name"))
		}
		names[name] = true
		total += f.UncompressedSize64
		large := f.UncompressedSize64 > 1<<20
		switch {
		case f.Flags&1 != 0:
			return refuse(fault.Unsupported, "password", nil)
		case total > maxUnzipped, total < f.UncompressedSize64,
			large && f.UncompressedSize64/maxRatio > f.CompressedSize64,
			f.UncompressedSize64 > maxPart && !streamed(name):
			return refuse(fault.Unsupported, "bomb", nil)
		}
	}
	switch {
	case names["xl/workbook.xml"] && names["[content_types].xml"]:
		return nil
	case names["xl/workbook.bin"]:
		return otherKind("xlsb")
	case names["word/document.xml"], names["ppt/presentation.xml"]:
		return otherKind("document")
	case names["mimetype"] && names["content.xml"]:
		return otherKind("ods")
	}
	return otherKind("archive")
}

// streamed tells whether a part may be large because it is not held in memory.
func streamed(name string) bool {
	return name == "xl/sharedstrings.xml" || strings.HasPrefix(name, "xl/worksheets/sheet")
}
