// Package report makes documents of what was decided, in the layout of official documents.
//
// In: a [page.Official] and the words of a language. Out: the bytes of a Word file that Word, WPS and LibreOffice open,
// in the measures of GB/T 9704-2012: A4, a text block of 156 × 225 mm, 22 lines of 28 characters. The same document,
// printed from its page, has the same measures. It reads nothing and decides nothing.
package report

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"

	"gongzhi/internal/page"
	"gongzhi/internal/text"
)

// The measures of GB/T 9704-2012 in twentieths of a point. The text block is what the margins leave: 156 × 225 mm.
const (
	pageWidth  = 11906 // 210 mm
	pageHeight = 16838 // 297 mm
	top        = 2098  // 37 mm
	left       = 1588  // 28 mm
	right      = pageWidth - left - 8844
	bottom     = pageHeight - top - 12756
	line       = 580  // 225 mm / 22
	spacing    = -849 // of the grid, in 1/4096 pt: 28 characters of 16 pt in 156 mm
	footer     = 1304 // the page number lies 7 mm below the text block
)

// Sizes of type in half points.
const (
	title2 = 44 // 2号
	body3  = 32 // 3号
	small4 = 28 // 4号
)

// The typefaces, as offices have them. Where one is missing, the program takes its own.
const (
	songBold = "方正小标宋简体"
	fangSong = "仿宋_GB2312"
	hei      = "黑体"
	song     = "宋体"
)

// Docx writes the document.
func Docx(d page.Official, say func(text.Words) string) ([]byte, error) {
	var b strings.Builder
	w := &writer{&b, say}
	if !d.Issuer.IsZero() {
		w.para(para{size: title2 + 8, font: songBold, colour: "C00000", align: "center", line: 900}, d.Issuer)
	}
	if !d.Number.IsZero() {
		w.para(para{align: "center"}, d.Number)
	}
	w.rule()
	w.empty(1)
	w.para(para{size: title2, font: songBold, align: "center", line: 700}, d.Title)
	w.empty(1)
	if !d.To.IsZero() {
		w.para(para{}, d.To)
	}
	for _, p := range d.Body {
		switch p.Level {
		case 1:
			w.para(para{font: hei, indent: true}, p.Words)
		default:
			w.para(para{indent: true}, p.Words)
		}
	}
	if len(d.Facts) > 0 {
		w.table(d.Facts)
	}
	if len(d.Annex) > 0 {
		w.empty(1)
		for i, a := range d.Annex {
			w.para(para{indent: true}, text.Key("official.annex", "N", i+1, "Name", a))
		}
	}
	w.empty(2)
	w.para(para{align: "right", after: 4}, d.Signed)
	w.para(para{align: "right", after: 4}, d.Date)
	if !d.Check.IsZero() {
		w.empty(1)
		w.para(para{size: small4}, d.Check)
	}
	if d.Pinned != nil { // in words; whoever prints from the page has the code, too
		w.para(para{size: small4}, d.Pinned.Note)
	}
	return pack(b.String())
}

type writer struct {
	*strings.Builder
	say func(text.Words) string
}

type para struct {
	size   int    // half points; 0 is that of the body
	font   string // "" is that of the body
	colour string
	align  string
	line   int  // exact height; 0 is that of the grid
	indent bool // by two characters
	after  int  // characters left free at the right
}

func (w *writer) para(p para, words text.Words) {
	for _, s := range strings.Split(w.say(words), "\n") {
		w.one(p, s)
	}
}

func (w *writer) one(p para, s string) {
	if p.size == 0 {
		p.size = body3
	}
	if p.font == "" {
		p.font = fangSong
	}
	if p.line == 0 {
		p.line = line
	}
	fmt.Fprintf(w, `<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="%d" w:lineRule="exact"/>`, p.line)
	if p.indent {
		w.WriteString(`<w:ind w:firstLineChars="200" w:firstLine="640"/>`)
	}
	if p.after > 0 {
		fmt.Fprintf(w, `<w:ind w:rightChars="%d" w:right="%d"/>`, p.after*100, p.after*320)
	}
	if p.align != "" {
		fmt.Fprintf(w, `<w:jc w:val="%s"/>`, p.align)
	}
	w.WriteString(`</w:pPr>`)
	w.run(p, s)
	w.WriteString(`</w:p>`)
}

func (w *writer) run(p para, s string) {
	fmt.Fprintf(w, `<w:r><w:rPr><w:rFonts w:ascii="%[1]s" w:hAnsi="%[1]s" w:eastAsia="%[1]s"/>`, p.font)
	if p.colour != "" {
		fmt.Fprintf(w, `<w:color w:val="%s"/>`, p.colour)
	}
	fmt.Fprintf(w, `<w:sz w:val="%[1]d"/><w:szCs w:val="%[1]d"/></w:rPr><w:t xml:space="preserve">%[2]s</w:t></w:r>`, p.size, escape(s))
}

// rule is the red line, as wide as the text block.
func (w *writer) rule() {
	w.WriteString(`<w:p><w:pPr><w:pBdr><w:bottom w:val="single" w:sz="12" w:space="1" w:color="C00000"/></w:pBdr><w:spacing w:before="0" w:after="0" w:line="227" w:lineRule="exact"/></w:pPr></w:p>`)
}

func (w *writer) empty(n int) {
	for range n {
		w.one(para{}, "")
	}
}

// table is terms and values, each row whole on one page.
func (w *writer) table(facts []page.Fact) {
	w.WriteString(`<w:tbl><w:tblPr><w:tblW w:w="8844" w:type="dxa"/><w:tblBorders>`)
	for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		fmt.Fprintf(w, `<w:%s w:val="single" w:sz="4" w:space="0" w:color="000000"/>`, side)
	}
	w.WriteString(`</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid><w:gridCol w:w="2844"/><w:gridCol w:w="6000"/></w:tblGrid>`)
	for _, f := range facts {
		w.WriteString(`<w:tr><w:trPr><w:cantSplit/></w:trPr>`)
		for i, words := range []text.Words{f.Term, f.Value} {
			fmt.Fprintf(w, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/></w:tcPr>`, [...]int{2844, 6000}[i])
			w.para(para{size: small4, font: [...]string{hei, fangSong}[i]}, words)
			w.WriteString(`</w:tc>`)
		}
		w.WriteString(`</w:tr>`)
	}
	w.WriteString(`</w:tbl>`)
}

func escape(s string) string {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.String()
}

const (
	namespaces = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	office     = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	kinds      = "application/vnd.openxmlformats-officedocument.wordprocessingml."
)

// number is a foot with "— n —": at the right of odd pages, at the left of even ones, one character in.
func number(side string) string {
	indent := `<w:ind w:` + side + `Chars="100" w:` + side + `="280"/>`
	rpr := `<w:rPr><w:rFonts w:ascii="` + song + `" w:hAnsi="` + song + `" w:eastAsia="` + song + `"/><w:sz w:val="28"/></w:rPr>`
	run := func(s string) string { return `<w:r>` + rpr + s + `</w:r>` }
	return xml.Header + `<w:ftr ` + namespaces + `><w:p><w:pPr><w:spacing w:before="0" w:after="0"/>` + indent + `<w:jc w:val="` + side + `"/></w:pPr>` +
		run(`<w:t xml:space="preserve">— </w:t>`) + run(`<w:fldChar w:fldCharType="begin"/>`) + run(`<w:instrText xml:space="preserve"> PAGE </w:instrText>`) +
		run(`<w:fldChar w:fldCharType="separate"/>`) + run(`<w:t>1</w:t>`) + run(`<w:fldChar w:fldCharType="end"/>`) +
		run(`<w:t xml:space="preserve"> —</w:t>`) + `</w:p></w:ftr>`
}

// pack puts the parts of a Word file together. The same document gives the same bytes.
func pack(body string) ([]byte, error) {
	section := fmt.Sprintf(`<w:sectPr><w:footerReference w:type="default" r:id="rId2"/><w:footerReference w:type="even" r:id="rId3"/>`+
		`<w:pgSz w:w="%d" w:h="%d"/><w:pgMar w:top="%d" w:right="%d" w:bottom="%d" w:left="%d" w:header="851" w:footer="%d" w:gutter="0"/>`+
		`<w:docGrid w:type="linesAndChars" w:linePitch="%d" w:charSpace="%d"/></w:sectPr>`, pageWidth, pageHeight, top, right, bottom, left, footer, line, spacing)
	parts := [][2]string{
		{"[Content_Types].xml", xml.Header + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/word/document.xml" ContentType="` + kinds + `document.main+xml"/><Override PartName="/word/settings.xml" ContentType="` + kinds + `settings+xml"/>` +
			`<Override PartName="/word/odd.xml" ContentType="` + kinds + `footer+xml"/><Override PartName="/word/even.xml" ContentType="` + kinds + `footer+xml"/></Types>`},
		{"_rels/.rels", xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
			`<Relationship Id="rId1" Type="` + office + `/officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/_rels/document.xml.rels", xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
			`<Relationship Id="rId1" Type="` + office + `/settings" Target="settings.xml"/><Relationship Id="rId2" Type="` + office + `/footer" Target="odd.xml"/>` +
			`<Relationship Id="rId3" Type="` + office + `/footer" Target="even.xml"/></Relationships>`},
		{"word/settings.xml", xml.Header + `<w:settings ` + namespaces + `><w:evenAndOddHeaders/><w:characterSpacingControl w:val="doNotCompress"/></w:settings>`},
		{"word/odd.xml", number("right")},
		{"word/even.xml", number("left")},
		{"word/document.xml", xml.Header + `<w:document ` + namespaces + `><w:body>` + body + section + `</w:body></w:document>`},
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, p := range parts {
		f, err := z.Create(p[0])
		if err != nil {
			return nil, fmt.Errorf("report: %w", err)
		}
		if _, err := f.Write([]byte(p[1])); err != nil {
			return nil, fmt.Errorf("report: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return out.Bytes(), nil
}
