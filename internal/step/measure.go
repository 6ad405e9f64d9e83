package step

import (
	"fmt"
	"slices"

	"gongzhi/internal/exact"
	"gongzhi/internal/page"
	"gongzhi/internal/text"
)

// Measure is what a meter counts.
type Measure string

const (
	People     Measure = "people"
	Households Measure = "households"
	SquareM    Measure = "area" // in 0.01 m²
)

// named are the shares that have a name of their own in the text files; others are written as fractions.
var named = []string{"1/2", "1/3", "2/3", "1/4", "3/4", "1/5", "3/5", "4/5", "9/10"}

// Share says a threshold's fraction: "三分之二".
func Share(t exact.Threshold) text.Words {
	if s := t.Share().String(); !slices.Contains(named, s) {
		return text.Plain(s)
	}
	return text.Key(fmt.Sprintf("share.of_%d_%d", t.Num, t.Den))
}

// Meter shows part of all against a threshold and says how much is missing. A zero threshold is a plain count.
func (m Measure) Meter(label text.Words, part, all uint64, t exact.Threshold) page.Meter {
	out := page.Meter{Label: label, Part: part, All: all, Threshold: t}
	out.Shown = text.Key("measure."+string(m)+".shown", "Part", m.amount(part), "All", m.amount(all))
	if t.Den == 0 {
		return out
	}
	out.Reached = t.Met(part, all)
	short, ok := t.Short(part, all)
	switch {
	case out.Reached && t.Strict:
		out.Verdict = text.Key("measure.over", "Share", Share(t))
	case out.Reached:
		out.Verdict = text.Key("measure.reached", "Share", Share(t))
	case !ok:
		out.Verdict = text.Key("measure.nothing")
	default:
		out.Verdict = m.Short(short, t)
	}
	return out
}

// Short says how much is missing to a threshold.
func (m Measure) Short(missing uint64, t exact.Threshold) text.Words {
	key := "measure." + string(m) + ".short"
	if t.Strict {
		key += "_over"
	}
	w := text.Key(key, "Missing", m.amount(missing), "Share", Share(t))
	if m != SquareM {
		w.Args["N"] = int(missing) // chooses the plural
	}
	return w
}

func (m Measure) amount(n uint64) string {
	if m == SquareM {
		return exact.Area(n).Grouped()
	}
	return fmt.Sprint(n)
}
