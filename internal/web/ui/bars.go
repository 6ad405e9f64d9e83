package ui

import (
	"context"
	"strconv"
	"strings"

	"gongzhi/internal/page"
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
	NameY    int // where its name stands, clear of the other
	Words    string
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
		for _, c := range s.Counts {
			most = max(most, c)
		}
	}
	top := ceiling(most)
	px := func(i int) int { return trendLeft + i*(trendWide-trendLeft-trendRight)/max(1, n-1) }
	py := func(c int) int { return trendHigh - trendUnder - c*(trendHigh-trendTop-trendUnder)/top }
	for k, s := range x.Lines {
		c := curve{Class: "trend-line trend-" + strconv.Itoa(k%2+1)}
		var d strings.Builder
		for i, v := range s.Counts {
			c.X, c.Y = px(i), py(v)
			d.WriteString([]string{"M", "L"}[min(i, 1)] + strconv.Itoa(c.X) + " " + strconv.Itoa(c.Y))
		}
		c.D, c.NameY = d.String(), c.Y
		if len(s.Counts) > 0 {
			c.Words = say(ctx, "trend.last", "Name", s.Words, "N", s.Counts[len(s.Counts)-1])
		}
		lines = append(lines, c)
	}
	if len(lines) == 2 {
		if gap := lines[1].NameY - lines[0].NameY; gap >= 0 && gap < 16 {
			lines[0].NameY, lines[1].NameY = lines[0].NameY-8, lines[0].NameY+8
		} else if gap < 0 && gap > -16 {
			lines[0].NameY, lines[1].NameY = lines[0].NameY+8, lines[0].NameY-8
		}
	}
	for _, v := range []int{0, top / 2, top} {
		grids = append(grids, grid{py(v), strconv.Itoa(v)})
	}
	for i := n - 1; i >= 0; i -= 3 {
		ticks = append(ticks, tick{px(i), t(ctx, x.Labels[i])})
	}
	return lines, grids, ticks
}
