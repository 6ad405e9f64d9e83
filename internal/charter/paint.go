package charter

import (
	"fmt"
	"strings"
)

// svg writes the drawing once everything has its place.
func (d *drawing) svg() string {
	right := d.left + rowWidth
	full := right + d.label[onRight] + d.lanes[onRight]*laneStep + d.pill + margin
	full = max(full, d.left+rowWidth+margin)
	d.top = margin

	var head svg
	head.text(margin, d.top+24, 24, 600, ink, "start", wrap(d.m.Name.In(d.lang), 24, full-2*margin)...)
	d.top += 24 + 14
	says := wrap(d.m.Says.In(d.lang), 15, full-2*margin)
	head.text(margin, d.top+18, 15, 400, ink2, "start", says...)
	d.top += len(says)*leading(15) + 8
	if d.m.Law != "" {
		law := wrap(d.say("draw.law", "Law", d.m.Law), smallSize, full-2*margin)
		head.text(margin, d.top+16, smallSize, 400, ink3, "start", law...)
		d.top += len(law)*leading(smallSize) + 4
	}
	d.top += 24

	var body svg
	y := d.start(&body)
	for i, r := range d.list {
		r.y = y
		y += r.height
		if i < len(d.list)-1 {
			y += max(gap, len(r.down)*leading(smallSize)+26)
		}
	}
	for i := range d.list {
		d.arrows(&body, i, false)
	}
	d.trunks(&body)
	for i := range d.list { // what crosses lanes goes over them
		d.arrows(&body, i, true)
	}
	for i := range d.list {
		d.box(&body, i)
	}
	y = d.last(&body, y)
	y = d.foot(&body, y, full)

	var out svg
	id := "gz-" + d.m.Key
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" lang="%s" aria-labelledby="%s-title %s-desc" font-family="%s">`+"\n",
		full, y, full, y, d.lang.Tag(), id, id, fonts)
	fmt.Fprintf(&out, "<title id=\"%s-title\">%s</title>\n", id, escape(d.say("draw.title", "Method", d.m.Name.In(d.lang))))
	fmt.Fprintf(&out, "<desc id=\"%s-desc\">%s</desc>\n", id, escape(d.told()))
	out.rect(0, 0, full, y, 0, paper, "none")
	out.WriteString(head.String())
	out.WriteString(body.String())
	out.WriteString("</svg>")
	return out.String()
}

// start draws who begins a matter, above the first row, and gives where that row stands.
func (d *drawing) start(s *svg) int {
	if len(d.list) == 0 {
		return d.top
	}
	lines := wrap(d.say("draw.start", "Roles", d.roles(d.m.Start.By)), smallSize, rowWidth-40)
	w, h := widest(lines, smallSize)+32, len(lines)*leading(smallSize)+12
	x := d.left + (rowWidth-w)/2
	s.rect(x, d.top, w, h, h/2, sunken, line2)
	s.text(d.left+rowWidth/2, d.top+19, smallSize, 400, ink2, "middle", lines...)
	s.arrow("", false, d.left+rowWidth/2, d.top+h, d.left+rowWidth/2, d.top+h+30)
	return d.top + h + 30
}

// box draws a row: number, name, term, facts.
func (d *drawing) box(s *svg, i int) {
	r := d.list[i]
	s.rect(d.left, r.y, rowWidth, r.height, 10, surface, line2)
	content := len(r.name)*leading(nameSize) + len(r.facts)*leading(smallSize)
	y := r.y + (r.height-content)/2
	fmt.Fprintf(s, `<circle cx="%d" cy="%d" r="14" fill="%s"/>`+"\n", d.left+30, y+leading(nameSize)/2, brand)
	s.text(d.left+30, y+leading(nameSize)/2+5, 14, 600, surface, "middle", fmt.Sprint(i+1))
	s.text(d.left+54, y+18, nameSize, 600, ink, "start", r.name...)
	if r.term != "" {
		w := width(r.term, smallSize) + 20
		s.rect(d.left+rowWidth-w-12, y, w, 24, 12, soft, "none")
		s.text(d.left+rowWidth-w/2-12, y+17, smallSize, 500, strong, "middle", r.term)
	}
	s.text(d.left+54, y+len(r.name)*leading(nameSize)+14, smallSize, 400, ink2, "start", r.facts...)
}

// arrows draws the ways out of a row: those to ends, or all others.
func (d *drawing) arrows(s *svg, i int, ends bool) {
	r := d.list[i]
	mid := d.left + rowWidth/2
	if r.straight && !ends {
		next := d.list[i+1]
		s.arrow("", false, mid, r.y+r.height, mid, next.y)
		s.text(mid+14, r.y+r.height+(next.y-r.y-r.height-len(r.down)*leading(smallSize))/2+13, smallSize, 400, ink2, "start", r.down...)
	}
	for side := range r.out {
		y := r.y + 10
		if r.in[side] {
			y += slot
		}
		for _, e := range r.out[side] {
			h := max(slot, len(e.label)*leading(smallSize)+12, len(e.end)*leading(smallSize)+18)
			y += h
			if ends == (e.to < 0) {
				d.side(s, side, e, y-max(8, len(e.end)*leading(smallSize)/2+3))
			}
		}
	}
}

// side draws one arrow that leaves at a side at height y, its label above it.
func (d *drawing) side(s *svg, side int, e exit, y int) {
	right := d.left + rowWidth
	label := y - 6 - (len(e.label)-1)*leading(smallSize)
	switch {
	case e.to < 0:
		x := right + d.label[onRight] + d.lanes[onRight]*laneStep
		s.arrow("", true, right, y, x, y)
		h := len(e.end)*leading(smallSize) + 12
		s.rect(x, y-h/2, widest(e.end, smallSize)+28, h, min(h/2, 16), sunken, edge)
		s.text(x+14, y-h/2+20-1, smallSize, 500, ink, "start", e.end...)
		s.text(right+10, label, smallSize, 400, ink2, "start", e.label...)
	case side == onLeft:
		s.way(dashes[side], false, d.left, y, d.laneAt(side, e.to), y)
		s.text(d.left-10, label, smallSize, 400, ink2, "end", e.label...)
		d.list[e.to].far[side] = max(d.list[e.to].far[side], y)
	default:
		s.way(dashes[side], false, right, y, d.laneAt(side, e.to), y)
		s.text(right+10, label, smallSize, 400, ink2, "start", e.label...)
		if far := &d.list[e.to].far[side]; *far == 0 || y < *far {
			*far = y
		}
	}
}

// dashes tell a way back from a way on.
var dashes = [2]string{onLeft: "6 4", onRight: ""}

func (d *drawing) laneAt(side, to int) int {
	n := d.list[to].lane[side] * laneStep
	if side == onLeft {
		return d.left - d.label[onLeft] - n
	}
	return d.left + rowWidth + d.label[onRight] + n
}

// trunks draws what the ways to one row share: the lane from the farthest of them, once, and the head.
func (d *drawing) trunks(s *svg) {
	for j, r := range d.list {
		for side, far := range r.far {
			if far == 0 {
				continue
			}
			x, border := d.laneAt(side, j), d.left+side*rowWidth
			s.arrow(dashes[side], false, x, far, x, r.y+22, border, r.y+22)
		}
	}
}

// last draws the end that the last row leads straight down to.
func (d *drawing) last(s *svg, y int) int {
	if len(d.list) == 0 {
		return y
	}
	r := d.list[len(d.list)-1]
	if r.end == "" {
		return y
	}
	mid := d.left + rowWidth/2
	down := max(gap, len(r.endLabel)*leading(smallSize)+26)
	s.arrow("", false, mid, y, mid, y+down)
	s.text(mid+14, y+(down-len(r.endLabel)*leading(smallSize))/2+13, smallSize, 400, ink2, "start", r.endLabel...)
	y += down
	w := width(r.end, 15) + 48
	s.rect(mid-w/2, y, w, 36, 18, brand, brand)
	s.text(mid, y+23, 15, 600, surface, "middle", r.end)
	return y + 36
}

// foot writes the notes: conditions as the charter has them, and bounds.
func (d *drawing) foot(s *svg, y, full int) int {
	if len(d.notes) == 0 {
		return y + margin
	}
	y += 30
	fmt.Fprintf(s, `<path d="M%d %dH%d" stroke="%s"/>`+"\n", margin, y, full-margin, line2)
	y += 24
	s.text(margin, y, 14, 600, ink, "start", d.say("draw.notes"))
	for _, note := range d.notes {
		lines := wrap(note, smallSize, full-2*margin)
		s.text(margin, y+21, smallSize, 400, ink2, "start", lines...)
		y += len(lines)*leading(smallSize) + 2
	}
	return y + margin
}

// told says the whole drawing in sentences.
func (d *drawing) told() string {
	if len(d.list) == 0 {
		return ""
	}
	var ways strings.Builder
	for _, w := range d.m.Ways() {
		p, _ := d.m.Step(w.From)
		ways.WriteString(d.say("draw.way", "From", p.Step.Shared().Name.In(d.lang), "Outcome", d.outcome(p, w.Outcome), "To", d.goes(w.To)))
	}
	first := d.list[0].p.Step.Shared().Name.In(d.lang)
	return strings.TrimSpace(d.say("draw.desc", "N", len(d.list), "First", first, "Ways", ways.String()))
}
