package charter

import (
	"encoding/xml"
	"fmt"
	"strings"
	"unicode"
)

// Colours of the design's day theme, by what they are for, and its type. Presentation attributes only: a page's content
// policy lets no style element in.
const (
	paper   = "#f4f4ef"
	surface = "#ffffff"
	sunken  = "#ecede7"
	ink     = "#18222b"
	ink2    = "#43505b"
	ink3    = "#5d6a75"
	line2   = "#c3c9c7"
	edge    = "#7d8a91"
	brand   = "#0f5c63"
	strong  = "#0a434a"
	soft    = "#e4efee"

	fonts = `system-ui, -apple-system, 'Segoe UI', 'PingFang SC', 'HarmonyOS Sans SC', MiSans, 'Microsoft YaHei UI', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif`
)

// svg gathers a drawing. Coordinates are whole pixels, so the same drawing has the same bytes everywhere.
type svg struct{ strings.Builder }

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}

func (s *svg) rect(x, y, w, h, r int, fill, stroke string) {
	fmt.Fprintf(s, `<rect x="%d" y="%d" width="%d" height="%d" rx="%d" fill="%s" stroke="%s"/>`+"\n", x, y, w, h, r, fill, stroke)
}

// text writes lines from a first baseline. anchor is start, middle or end.
func (s *svg) text(x, y, size, weight int, colour, anchor string, lines ...string) {
	for i, one := range lines {
		fmt.Fprintf(s, `<text x="%d" y="%d" font-size="%d" font-weight="%d" fill="%s" text-anchor="%s">%s</text>`+"\n",
			x, y+i*leading(size), size, weight, colour, anchor, escape(one))
	}
}

// arrow draws a way through points with a head at its last. over gives it a pale border that sets it off from the lanes
// it crosses.
func (s *svg) arrow(dash string, over bool, points ...int) {
	s.way(dash, over, points...)
	n := len(points)
	x, y, dx, dy := points[n-2], points[n-1], sign(points[n-2]-points[n-4]), sign(points[n-1]-points[n-3])
	fmt.Fprintf(s, `<path d="M%d %dL%d %dL%d %dZ" fill="%s"/>`+"\n",
		x, y, x-9*dx+5*dy, y-9*dy+5*dx, x-9*dx-5*dy, y-9*dy-5*dx, edge)
}

// way is an arrow without its head.
func (s *svg) way(dash string, over bool, points ...int) {
	var d strings.Builder
	for i := 0; i+1 < len(points); i += 2 {
		cmd := "L"
		if i == 0 {
			cmd = "M"
		}
		fmt.Fprintf(&d, "%s%d %d", cmd, points[i], points[i+1])
	}
	if over {
		fmt.Fprintf(s, `<path d="%s" fill="none" stroke="%s" stroke-width="8"/>`+"\n", d.String(), paper)
	}
	attr := ""
	if dash != "" {
		attr = fmt.Sprintf(` stroke-dasharray="%s"`, dash)
	}
	fmt.Fprintf(s, `<path d="%s" fill="none" stroke="%s" stroke-width="2" stroke-linejoin="round"%s/>`+"\n", d.String(), edge, attr)
}

func sign(n int) int {
	switch {
	case n > 0:
		return 1
	case n < 0:
		return -1
	}
	return 0
}

func leading(size int) int { return size*3/2 - size/8 }

// width measures text as it will stand in any of the fonts: a Han character is as wide as it is high, others a little
// more than half; the figures are those of the widest font that is common, so nothing runs over. It is in pixels,
// rounded up.
func width(s string, size int) int {
	total := 0
	for _, r := range s {
		total += wide(r)
	}
	return (total*size + 99) / 100
}

// wide is a character's width in hundredths of its height.
func wide(r rune) int {
	switch {
	case unicode.Is(unicode.Han, r), r >= 0x3000 && r <= 0x303f, r >= 0xff00 && r <= 0xff60, strings.ContainsRune("“”‘’…—→①②③", r):
		return 100
	case unicode.IsUpper(r), r == 'm', r == 'w':
		return 80
	case strings.ContainsRune("iljft .,:;'|()!", r):
		return 38
	}
	return 61
}

const closing = "，。；：、！？）》”’,.;:)!?%"

// wrap breaks a text into lines of at most so many pixels: at a blank, after a mark of punctuation, or between Han
// characters, but never before a closing mark. A word longer than the line stays whole.
func wrap(s string, size, most int) []string {
	var lines []string
	var lineNow strings.Builder
	flush := func() {
		if t := strings.TrimSpace(lineNow.String()); t != "" {
			lines = append(lines, t)
		}
		lineNow.Reset()
	}
	for _, piece := range pieces(s) {
		if lineNow.Len() > 0 && width(lineNow.String()+strings.TrimRight(piece, " "), size) > most {
			flush()
		}
		lineNow.WriteString(piece)
	}
	flush()
	return lines
}

// pieces are what a line may be broken between.
func pieces(s string) (out []string) {
	var one strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		one.WriteRune(r)
		last := i == len(runes)-1
		han := unicode.Is(unicode.Han, r) || strings.ContainsRune(closing+"·", r) && wide(r) == 100
		if last || r == ' ' || (han || unicode.Is(unicode.Han, runes[i+1])) && !strings.ContainsRune(closing, runes[i+1]) && !strings.ContainsRune("“（", r) {
			out = append(out, one.String())
			one.Reset()
		}
	}
	return out
}
