package step

// Cells tells which counts of a division of households may be public, so that none of them tells of fewer than so many.
//
// Counts are those of the answers to one question, of all who answered anything: what is left of all is a cell, too. Where
// each household stands in one cell only (alone), small cells could be worked out from the others and the total; then as
// many of the next larger ones are left out as it takes that nobody can. Where a household may stand in several, what is
// left of all is each cell's own other side. Nothing is shown where all are fewer than so many. Fewest below two shows
// everything.
//
// That no left-out cell can be worked out by somebody who knows this rule is tested for every division of up to eighteen.
func Cells(counts []int, all int, alone bool, fewest int) []bool {
	shown := make([]bool, len(counts))
	if fewest > 1 && all < fewest {
		return shown
	}
	few := func(n int) bool { return n > 0 && n < fewest }
	rest, left, hidden := all, 0, 0
	for i, n := range counts {
		shown[i] = !few(n) && (alone || !few(all-n))
		rest -= n
		if !shown[i] {
			left, hidden = left+n, hidden+1
		}
	}
	if !alone {
		return shown
	}
	if rest > 0 && (hidden > 0 || few(rest)) { // it is never shown
		left, hidden = left+rest, hidden+1
	}
	for hidden > 0 && (hidden == 1 || left < fewest || left == hidden*(fewest-1)) {
		next := -1
		for i, n := range counts {
			if shown[i] && n > 0 && (next < 0 || n < counts[next]) {
				next = i
			}
		}
		if next < 0 { // nothing is left to hide behind but that nobody said some things
			clear(shown)
			return shown
		}
		shown[next] = false
		left, hidden = left+counts[next], hidden+1
	}
	return shown
}
