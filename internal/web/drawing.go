package web

import (
	"encoding/xml"
	"fmt"
	"math"
	"strings"
)

// Colours of the day theme, by what they are for.
const (
	drawSoft   = "#e4efee"
	drawSunken = "#ecede7"
	drawInk    = "#18222b"
	drawBrand  = "#0f5c63"
	drawLine   = "#7d8a91"
)

// drawing gathers an SVG about a centre. Angles are degrees, counted from the right against the clock; points are
// rounded to a tenth of a pixel, so that the same drawing has the same bytes everywhere.
type drawing struct{ strings.Builder }

func newDrawing(w, h int) *drawing {
	d := &drawing{}
	fmt.Fprintf(d, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" font-family="sans-serif">`+"\n", w, h, w, h)
	return d
}

func (d *drawing) done() string { return d.String() + "</svg>\n" }

func polar(x, y, r int, degrees float64) (px, py float64) {
	a := degrees * math.Pi / 180
	return float64(x) + float64(r)*math.Cos(a), float64(y) - float64(r)*math.Sin(a)
}

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}

// sector is the ground between two circles and two angles, the first the greater.
func (d *drawing) sector(x, y, inner, outer int, from, to float64, fill string) {
	ax, ay := polar(x, y, inner, from)
	bx, by := polar(x, y, outer, from)
	cx, cy := polar(x, y, outer, to)
	ex, ey := polar(x, y, inner, to)
	fmt.Fprintf(d, `<path d="M%.1f %.1fL%.1f %.1fA%d %d 0 0 1 %.1f %.1fL%.1f %.1fA%d %d 0 0 0 %.1f %.1fZ" fill="%s" stroke="%s"/>`+"\n",
		ax, ay, bx, by, outer, outer, cx, cy, ex, ey, inner, inner, ax, ay, fill, drawLine)
}

func (d *drawing) spoke(x, y, inner, outer int, degrees float64) {
	ax, ay := polar(x, y, inner, degrees)
	bx, by := polar(x, y, outer, degrees)
	fmt.Fprintf(d, `<path d="M%.1f %.1fL%.1f %.1f" stroke="%s" stroke-width="3"/>`+"\n", ax, ay, bx, by, drawBrand)
}

// along writes beside a spoke so that no words stand on their head, and ends at its outer end, where there is most room.
// Words that are too long for it are cut.
func (d *drawing) along(x, y, inner, outer int, degrees float64, words string) {
	const size = 12
	if r := []rune(words); len(r)*size > outer-inner {
		words = string(r[:(outer-inner)/size-1]) + "…"
	}
	turn, anchor := -degrees, "end"
	if degrees > 90 {
		turn, anchor = 180-degrees, "start"
	}
	px, py := polar(x, y, outer, degrees)
	fmt.Fprintf(d, `<text x="%.1f" y="%.1f" dy="-4" font-size="%d" fill="%s" text-anchor="%s" transform="rotate(%.1f %.1f %.1f)">%s</text>`+"\n",
		px, py, size, drawInk, anchor, turn, px, py, escaped(words))
}

// room is how many dots of a width stand side by side between two angles.
func (d *drawing) room(r int, from, to float64, step int) int {
	return int(math.Abs(to-from) * math.Pi / 180 * float64(r) / float64(step))
}

func (d *drawing) dot(x, y, r int, degrees float64, size int, title string) {
	px, py := polar(x, y, r, degrees)
	fmt.Fprintf(d, `<circle cx="%.1f" cy="%.1f" r="%d" fill="%s"><title>%s</title></circle>`+"\n", px, py, size, drawBrand, escaped(title))
}

// at writes in the middle of a point of a circle.
func (d *drawing) at(x, y, r int, degrees float64, words string) {
	px, py := polar(x, y, r, degrees)
	fmt.Fprintf(d, `<text x="%.1f" y="%.1f" dy="4" font-size="12" fill="%s" text-anchor="middle">%s</text>`+"\n", px, py, drawInk, escaped(words))
}

func (d *drawing) disc(x, y, r int) {
	fmt.Fprintf(d, `<circle cx="%d" cy="%d" r="%d" fill="%s"/>`+"\n", x, y, r, drawBrand)
}

func (d *drawing) words(x, y, size int, words string) {
	fmt.Fprintf(d, `<text x="%d" y="%d" font-size="%d" font-weight="700" fill="%s" text-anchor="middle">%s</text>`+"\n", x, y, size, drawInk, escaped(words))
}
