package report_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"gongzhi/internal/page"
	"gongzhi/internal/report"
	"gongzhi/internal/text"
)

var sample = page.Official{
	Issuer: text.Plain("演示街道办事处"), Title: text.Plain("关于演示路12号院的公示"), To: text.Plain("全体业主："),
	Body:  []page.Para{{Words: text.Plain("一、内容"), Level: 1}, {Words: text.Plain("更换楼顶防水 <b>& 修整楼道照明。\n第二段。")}},
	Facts: []page.Fact{{Term: text.Plain("公示期"), Value: text.Plain("7 天")}}, Signed: text.Plain("演示街道办事处"), Date: text.Plain("2026年11月23日"),
	Check: text.Plain("扫码可核对。"),
}

func say(w text.Words) string { return w.Plain + w.Key }

// parts unpacks the file; each part is well-formed XML.
func parts(t *testing.T, raw []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(bytes.NewReader(b))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
		}
		out[f.Name] = string(b)
	}
	return out
}

// attr reads a number of the section's settings.
func attr(t *testing.T, doc, element, name string) float64 {
	t.Helper()
	_, rest, ok := strings.Cut(doc, "<w:"+element+" ")
	rest, _, _ = strings.Cut(rest, "/>")
	_, rest, there := strings.Cut(rest, "w:"+name+`="`)
	rest, _, _ = strings.Cut(rest, `"`)
	v, err := strconv.ParseFloat(rest, 64)
	if !ok || !there || err != nil {
		t.Fatalf("%s has no %s", element, name)
	}
	return v
}

// The measures of GB/T 9704-2012, 5.2: margins of 37 and 28 mm, each within 1 mm, a text block of 156 × 225 mm, 22 lines
// of 28 characters.
func TestMeasures(t *testing.T) {
	raw, err := report.Docx(sample, say)
	if err != nil {
		t.Fatal(err)
	}
	doc := parts(t, raw)["word/document.xml"]
	mm := func(element, name string) float64 { return attr(t, doc, element, name) / 1440 * 25.4 }
	near := func(what string, got, want, within float64) {
		t.Helper()
		if math.Abs(got-want) > within {
			t.Errorf("%s is %.2f mm, want %.2f", what, got, want)
		}
	}
	near("width", mm("pgSz", "w"), 210, .1)
	near("height", mm("pgSz", "h"), 297, .1)
	near("top", mm("pgMar", "top"), 37, 1)
	near("left", mm("pgMar", "left"), 28, 1)
	width := mm("pgSz", "w") - mm("pgMar", "left") - mm("pgMar", "right")
	height := mm("pgSz", "h") - mm("pgMar", "top") - mm("pgMar", "bottom")
	near("text block", width, 156, .1)
	near("text block", height, 225, .1)
	pitch := mm("docGrid", "linePitch")
	if n := math.Floor(height/pitch + .01); n != 22 {
		t.Errorf("%v lines", n)
	}
	character := (16 + attr(t, doc, "docGrid", "charSpace")/4096) / 72 * 25.4
	if n := math.Floor(width / character); n != 28 {
		t.Errorf("%v characters", n)
	}
	// The number lies 7 mm below the text block: its own height is 14 pt.
	near("page number", mm("pgMar", "bottom")-mm("pgMar", "footer")-14/72.*25.4, 7, 1)
}

func TestWhatIsInIt(t *testing.T) {
	raw, err := report.Docx(sample, say)
	if err != nil {
		t.Fatal(err)
	}
	again, err := report.Docx(sample, say)
	if err != nil || !bytes.Equal(raw, again) {
		t.Errorf("the same document gives other bytes: %v", err)
	}
	p := parts(t, raw)
	doc := p["word/document.xml"]
	for _, want := range []string{"仿宋_GB2312", "方正小标宋简体", "更换楼顶防水 &lt;b&gt;&amp; 修整楼道照明。", "第二段。", "公示期", "2026年11月23日"} {
		if !strings.Contains(doc, want) {
			t.Errorf("%s is missing", want)
		}
	}
	for name, side := range map[string]string{"word/odd.xml": "right", "word/even.xml": "left"} {
		if !strings.Contains(p[name], `<w:jc w:val="`+side+`"/>`) || !strings.Contains(p[name], " PAGE ") || strings.Count(p[name], "—") != 2 {
			t.Errorf("%s: %s", name, p[name])
		}
	}
	if !strings.Contains(p["word/settings.xml"], "evenAndOddHeaders") {
		t.Error("even pages have no foot of their own")
	}
}
