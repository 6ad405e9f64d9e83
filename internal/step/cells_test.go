package step_test

import (
	"fmt"
	"testing"

	"gongzhi/internal/step"
)

func TestCells(t *testing.T) {
	for _, tt := range []struct {
		name   string
		counts []int
		all    int
		alone  bool
		want   string
	}{
		{"too few altogether", []int{3, 1}, 4, true, "[false false]"},
		{"none small", []int{60, 40}, 100, true, "[true true]"},
		{"nobody said the other", []int{6, 0}, 6, true, "[true true]"},
		{"one small one follows from the total", []int{99, 1}, 100, true, "[false false]"},
		{"the next smallest hides it", []int{60, 30, 2}, 92, true, "[true false false]"},
		{"two that hide each other", []int{60, 3, 2}, 65, true, "[true false false]"},
		{"two that are one each", []int{60, 1, 1}, 62, true, "[false false false]"},
		{"those who said nothing are a cell", []int{60, 38}, 100, true, "[true false]"},
		{"several answers each", []int{60, 3, 98, 0, 100}, 100, false, "[true false false true true]"},
	} {
		if got := fmt.Sprint(step.Cells(tt.counts, tt.all, tt.alone, 5)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	if got := fmt.Sprint(step.Cells([]int{1, 0}, 1, true, 0)); got != "[true true]" {
		t.Errorf("without a bound: %s", got)
	}
}

// Whoever knows the rule, the total and every cell that is shown cannot tell what a small cell is: they list every division
// that would have been published like this, and find more than one number in it.
func TestNoCellCanBeWorkedOut(t *testing.T) {
	const fewest, most = 5, 18
	for _, alone := range []bool{true, false} {
		seen := map[string]map[string]bool{} // what is published → cell:value of what is left out
		for all := 1; all <= most; all++ {
			divisions(3, all, alone, func(counts []int) {
				shown := step.Cells(counts, all, alone, fewest)
				public := fmt.Sprint(all, shown)
				for i := range counts {
					if shown[i] {
						public += fmt.Sprint(" ", counts[i])
					}
				}
				if seen[public] == nil {
					seen[public] = map[string]bool{}
				}
				for i, n := range append(counts, rest(counts, all, alone)) {
					if i == len(counts) || !shown[i] {
						seen[public][fmt.Sprint(i, ":", n)] = true
					}
				}
			})
		}
		for all := 1; all <= most; all++ {
			divisions(3, all, alone, func(counts []int) {
				shown := step.Cells(counts, all, alone, fewest)
				public := fmt.Sprint(all, shown)
				for i := range counts {
					if shown[i] {
						public += fmt.Sprint(" ", counts[i])
					}
				}
				for i, n := range append(counts, rest(counts, all, alone)) {
					if n == 0 || n >= fewest {
						continue
					}
					if i < len(counts) && shown[i] {
						t.Fatalf("%v of %d: %d is shown", counts, all, n)
					}
					others := 0
					for m := 0; m <= all; m++ {
						if m != n && seen[public][fmt.Sprint(i, ":", m)] {
							others++
						}
					}
					if others == 0 {
						t.Fatalf("%v of %d: that cell %d is %d follows from %s", counts, all, i, n, public)
					}
				}
			})
		}
	}
}

// rest is what is left of all, which only those can work out who know that nobody stands in two cells.
func rest(counts []int, all int, alone bool) int {
	if !alone {
		return 0
	}
	for _, n := range counts {
		all -= n
	}
	return all
}

func divisions(cells, all int, alone bool, each func([]int)) {
	counts := make([]int, cells)
	var fill func(i, left int)
	fill = func(i, left int) {
		if i == cells {
			each(append([]int{}, counts...))
			return
		}
		for n := 0; n <= left; n++ {
			counts[i] = n
			next := left
			if alone {
				next -= n
			}
			fill(i+1, next)
		}
	}
	fill(0, all)
}
