package ui

import (
	"context"
	"strconv"
	"strings"

	"gongzhi/internal/page"
	"gongzhi/internal/text"
)

// A trend is drawn on a sheet of trendWide by trendHigh units, with room for its figures at the left and its names at
// the right.
const (
	trendWide, trendHigh                        = 400, 170
	trendLeft, trendRight, trendTop, trendUnder = 34, 70, 10, 24
)

// curve is one line of a trend on its sheet.
type curve struct {
	D, Class string
	X, Y     int // its last point
	Href     string
	NameY    int // where its name stands, clear of the other
	Words    string
}

// wholePercent is all of something, in hundredths of a per cent.
const wholePercent = 10_000

// pointWords is a point in words.
func pointWords(p page.Point) text.Words {
	switch {
	case p.None:
		return text.Plain("—")
	case p.Shown.IsZero():
		return text.Plain(strconv.Itoa(p.N))
	}
	return p.Shown
}

type grid struct {
	Y    int
	Says string
}

type tick struct {
	X    int
	Says string
}

// ceiling is the round number at or above n that the axis ends at: 1, 2 or 5 with noughts, never below 2.
func ceiling(n int) int {
	for unit := 1; ; unit *= 10 {
		for _, m := range []int{2, 5, 10} {
			if m*unit >= n {
				return m * unit
			}
		}
	}
}

// curves lays a trend out: its lines, its grid from zero, and every few of its labels.
func curves(ctx context.Context, x page.Trend) (lines []curve, grids []grid, ticks []tick) {
	most, n := 0, len(x.Labels)
	for _, s := range x.Lines {
		for _, p := range s.Points {
			most = max(most, p.N)
		}
	}
	top := ceiling(most)
	if x.Percent {
		top = wholePercent
	}
	px := func(i int) int { return trendLeft + i*(trendWide-trendLeft-trendRight)/max(1, n-1) }
	py := func(c int) int { return trendHigh - trendUnder - c*(trendHigh-trendTop-trendUnder)/top }
	for k, s := range x.Lines {
		c := curve{Class: "trend-line trend-" + strconv.Itoa(k%2+1)}
		var d strings.Builder
		drawing := "M"
		for i, p := range s.Points {
			if p.None {
				drawing = "M"
				continue
			}
			c.X, c.Y, c.Href = px(i), py(p.N), p.Href
			c.Words = say(ctx, "trend.last", "Name", s.Words, "Value", pointWords(p))
			d.WriteString(drawing + strconv.Itoa(c.X) + " " + strconv.Itoa(c.Y))
			drawing = "L"
		}
		if c.D, c.NameY = d.String(), c.Y; c.D != "" {
			lines = append(lines, c)
		}
	}
	if len(lines) == 2 {
		if gap := lines[1].NameY - lines[0].NameY; gap >= 0 && gap < 16 {
			lines[0].NameY, lines[1].NameY = lines[0].NameY-8, lines[0].NameY+8
		} else if gap < 0 && gap > -16 {
			lines[0].NameY, lines[1].NameY = lines[0].NameY+8, lines[0].NameY-8
		}
	}
	for _, v := range []int{0, top / 2, top} {
		said := v
		if x.Percent {
			said = v * 100 / wholePercent
		}
		grids = append(grids, grid{py(v), strconv.Itoa(said)})
	}
	for i := n - 1; i >= 0; i -= 3 {
		ticks = append(ticks, tick{px(i), t(ctx, x.Labels[i])})
	}
	return lines, grids, ticks
}
