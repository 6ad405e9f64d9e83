package ui

import "gongzhi/internal/page"

// The shades of stars begin at two; a road with fewer has the lightest.
const leastStars, mostStars = 2, 5

// starsOf is the shade of a column.
func starsOf(c page.Marked) int {
	n := 0
	for _, lit := range c.Marks {
		if lit {
			n++
		}
	}
	return shade(n)
}

func shade(stars int) int { return min(max(stars, leastStars), mostStars) }
