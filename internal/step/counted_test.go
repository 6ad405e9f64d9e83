package step_test

import (
	"testing"

	"gongzhi/internal/step"
)

func TestOneFigureOfSeveralRows(t *testing.T) {
	parts := func(ns ...int64) (out []step.Part) {
		for _, n := range ns {
			out = append(out, step.Part{Value: n})
		}
		return out
	}
	for _, tt := range []struct {
		parts            []step.Part
		least, most, sum int64
	}{{nil, 0, 0, 0}, {parts(3), 3, 3, 3}, {parts(3, 0, 12), 0, 12, 15}, {parts(-1, 4), -1, 4, 3}} {
		for of, want := range map[string]int64{step.OfLeast: tt.least, step.OfMost: tt.most, step.OfSum: tt.sum} {
			c := step.Counted{Of: of}
			if got := c.Over(tt.parts).Value; got != want {
				t.Errorf("%s of %v is %d, want %d", of, tt.parts, got, want)
			}
		}
	}
}
