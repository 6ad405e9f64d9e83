package exact_test

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"gongzhi/internal/exact"
)

var (
	atLeastTwoThirds     = exact.Threshold{Num: 2, Den: 3}
	atLeastThreeQuarters = exact.Threshold{Num: 3, Den: 4}
	atLeastHalf          = exact.Threshold{Num: 1, Den: 2}
	overHalf             = exact.Threshold{Strict: true, Num: 1, Den: 2}
	overTwoThirds        = exact.Threshold{Strict: true, Num: 2, Den: 3}
)

func TestThresholdMet(t *testing.T) {
	const most = math.MaxUint64
	tests := []struct {
		name      string
		th        exact.Threshold
		part, all uint64
		want      bool
	}{
		{"exactly two thirds counts", atLeastTwoThirds, 600_00, 900_00, true},
		{"a hundredth below two thirds", atLeastTwoThirds, 599_99, 900_00, false},
		{"exactly two thirds is not over two thirds", overTwoThirds, 600_00, 900_00, false},
		{"a hundredth over two thirds", overTwoThirds, 600_01, 900_00, true},
		{"half is not more than half", overHalf, 300_00, 600_00, false},
		{"exactly three quarters counts", atLeastThreeQuarters, 450_00, 600_00, true},
		{"short by 2.00 m²", atLeastTwoThirds, 770_00, 1158_00, false},
		{"six of nine heads", atLeastTwoThirds, 6, 9, true},
		{"six of ten heads", atLeastTwoThirds, 6, 10, false},
		{"everybody", atLeastThreeQuarters, 10, 10, true},
		{"nobody voted", atLeastTwoThirds, 0, 10, false},
		{"nobody on the roll", atLeastTwoThirds, 0, 0, false},
		{"nobody on the roll, half", overHalf, 0, 0, false},
		{"zero denominator", exact.Threshold{}, 5, 5, false},
		{"zero denominator, nobody", exact.Threshold{}, 0, 0, false},
		{"a part above the whole is a fault", atLeastHalf, 11, 10, false},
		{"no overflow, met", overHalf, most, most, true},
		{"no overflow, half of the largest even", overHalf, most / 2, most - 1, false},
		{"no overflow, at least half of it", atLeastHalf, most / 2, most - 1, true},
		{"no overflow in the threshold", exact.Threshold{Num: most - 1, Den: most}, most - 1, most, true},
		{"no overflow in the threshold, one short", exact.Threshold{Num: most - 1, Den: most}, most - 2, most, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.th.Met(tt.part, tt.all); got != tt.want {
				t.Errorf("(%v).Met(%d, %d) = %v, want %v", tt.th, tt.part, tt.all, got, tt.want)
			}
		})
	}
}

func TestThresholdNeed(t *testing.T) {
	tests := []struct {
		name              string
		th                exact.Threshold
		part, all         uint64
		need, short       uint64
		reachable, enough bool
	}{
		{"compound of example 3b", atLeastTwoThirds, 770_00, 1158_00, 772_00, 2_00, true, false},
		{"heads round up", atLeastTwoThirds, 6, 10, 7, 1, true, false},
		{"over half of an even number", overHalf, 5, 10, 6, 1, true, false},
		{"over half of an odd number", overHalf, 5, 9, 5, 0, true, true},
		{"nobody on the roll", overHalf, 0, 0, 0, 0, false, false},
		{"no threshold", exact.Threshold{}, 1, 1, 0, 0, false, false},
		{"over the whole", exact.Threshold{Strict: true, Num: 1, Den: 1}, 1, 1, 0, 0, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			need, ok := tt.th.Need(tt.all)
			if need != tt.need || ok != tt.reachable {
				t.Errorf("Need(%d) = %d, %v, want %d, %v", tt.all, need, ok, tt.need, tt.reachable)
			}
			if short, ok := tt.th.Short(tt.part, tt.all); short != tt.short || ok != tt.reachable {
				t.Errorf("Short(%d, %d) = %d, %v, want %d, %v", tt.part, tt.all, short, ok, tt.short, tt.reachable)
			}
			if got := tt.th.Met(tt.part, tt.all); got != tt.enough {
				t.Errorf("Met(%d, %d) = %v, want %v", tt.part, tt.all, got, tt.enough)
			}
		})
	}
}

func TestParseThreshold(t *testing.T) {
	tests := []struct {
		name, text string
		want       exact.Threshold
		reason     exact.Reason
	}{
		{"at least", "at_least 2/3", atLeastTwoThirds, 0},
		{"over", "over 1/2", overHalf, 0},
		{"unanimous", "at_least 1/1", exact.Threshold{Num: 1, Den: 1}, 0},
		{"anybody at all", "over 0/1", exact.Threshold{Strict: true, Num: 0, Den: 1}, 0},
		{"kept as written", "at_least 4/6", exact.Threshold{Num: 4, Den: 6}, 0},
		{"blanks", "  over   1/2 ", overHalf, 0},

		{"empty", " ", exact.Threshold{}, exact.Empty},
		{"no word", "2/3", exact.Threshold{}, exact.NotANumber},
		{"another word", "more_than 2/3", exact.Threshold{}, exact.NotANumber},
		{"blanks inside the fraction", "over 1 / 2", exact.Threshold{}, exact.NotANumber},
		{"percent", "over 50%", exact.Threshold{}, exact.NotANumber},
		{"decimals", "at_least 0.66/1", exact.Threshold{}, exact.TooManyDecimals},
		{"no numerator", "at_least /3", exact.Threshold{}, exact.Empty},
		{"negative", "at_least -2/3", exact.Threshold{}, exact.Negative},
		{"no denominator", "over 1/0", exact.Threshold{}, exact.OutOfRange},
		{"cannot be missed", "at_least 0/1", exact.Threshold{}, exact.OutOfRange},
		{"cannot be met", "over 1/1", exact.Threshold{}, exact.OutOfRange},
		{"more than the whole", "at_least 3/2", exact.Threshold{}, exact.OutOfRange},
		{"too large", "over 1/9007199254740992", exact.Threshold{}, exact.TooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := exact.ParseThreshold(tt.text)
			if got != tt.want {
				t.Errorf("ParseThreshold(%q) = %+v, want %+v", tt.text, got, tt.want)
			}
			checkReason(t, err, tt.text, tt.reason)
		})
	}
}

func TestThresholdImplies(t *testing.T) {
	tests := []struct {
		t, u exact.Threshold
		want bool
	}{
		{overHalf, overHalf, true},
		{overHalf, atLeastHalf, true},
		{atLeastHalf, overHalf, false}, // exactly half passes the one and not the other
		{atLeastTwoThirds, overHalf, true},
		{overHalf, atLeastTwoThirds, false},
		{exact.Threshold{Num: 4, Den: 6}, atLeastTwoThirds, true},
		{exact.Threshold{Num: 67, Den: 100}, atLeastTwoThirds, true},
		{exact.Threshold{Num: 66, Den: 100}, atLeastTwoThirds, false}, // rounded down by a careless hand
		{exact.Threshold{}, atLeastTwoThirds, true},
		{atLeastTwoThirds, exact.Threshold{}, false},
	}
	for _, tt := range tests {
		if got := tt.t.Implies(tt.u); got != tt.want {
			t.Errorf("(%v).Implies(%v) = %v, want %v", tt.t, tt.u, got, tt.want)
		}
	}
}

func TestParseFraction(t *testing.T) {
	if f, err := exact.ParseFraction(" １３５ / 174 "); err != nil || f != (exact.Fraction{Num: 135, Den: 174}) {
		t.Errorf("ParseFraction = %v, %v", f, err)
	}
	for text, reason := range map[string]exact.Reason{
		"2": exact.NotANumber, "2/": exact.Empty, "2/0": exact.OutOfRange, "2/3/4": exact.NotANumber, "1,000/2": exact.NotANumber,
	} {
		_, err := exact.ParseFraction(text)
		checkReason(t, err, text, reason)
	}
}

func TestPercent(t *testing.T) {
	tests := []struct {
		name      string
		part, all uint64
		decimals  int
		want      string
		ok        bool
	}{
		{"the report floors this to 77", 135, 174, 1, "77.6", true},
		{"no decimals", 135, 174, 0, "78", true},
		{"four decimals", 135, 174, 4, "77.5862", true},
		{"half goes up", 1, 8, 1, "12.5", true},
		{"half goes up to the next", 1, 8, 0, "13", true},
		{"just below half", 1249, 10000, 0, "12", true},
		{"nothing of something", 0, 174, 1, "0.0", true},
		{"small", 1, 100_000, 2, "0.00", true},
		{"small, rounded up", 5, 100_000, 2, "0.01", true},
		{"all", 174, 174, 2, "100.00", true},
		{"rounds up to all, which a threshold never does", 99_999, 100_000, 1, "100.0", true},
		{"above the whole, as growth is", 1446, 1000, 1, "144.6", true},
		{"a share of nothing", 0, 0, 1, "", false},
		{"largest numbers", math.MaxUint64, math.MaxUint64, 9, "100.000000000", true},
		{"largest share", math.MaxUint64, 1, 0, "1844674407370955161500", true},
		{"negative decimals count as none", 1, 3, -1, "33", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := exact.Percent(tt.part, tt.all, tt.decimals)
			if got != tt.want || ok != tt.ok {
				t.Errorf("Percent(%d, %d, %d) = %q, %v, want %q, %v", tt.part, tt.all, tt.decimals, got, ok, tt.want, tt.ok)
			}
		})
	}
}

func anyThreshold(t *rapid.T) exact.Threshold {
	den := rapid.Uint64Min(1).Draw(t, "den")
	return exact.Threshold{
		Strict: rapid.Bool().Draw(t, "strict"),
		Num:    rapid.Uint64Max(den).Draw(t, "num"),
		Den:    den,
	}
}

// TestMetAgreesWithBigNumbers recounts with arithmetic that has no size at all.
func TestMetAgreesWithBigNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		th := anyThreshold(t)
		all := rapid.Uint64Min(1).Draw(t, "all")
		part := rapid.Uint64Max(all).Draw(t, "part")
		u := func(n uint64) *big.Int { return new(big.Int).SetUint64(n) }
		c := u(part).Mul(u(part), u(th.Den)).Cmp(u(th.Num).Mul(u(th.Num), u(all)))
		if want := c > 0 || (c == 0 && !th.Strict); th.Met(part, all) != want {
			t.Fatalf("(%v).Met(%d, %d) = %v", th, part, all, !want)
		}
	})
}

// TestNeedIsTheLeast holds Need to its word: it meets, and one less does not.
func TestNeedIsTheLeast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		th, all := anyThreshold(t), rapid.Uint64().Draw(t, "all")
		need, ok := th.Need(all)
		if !ok {
			if th.Met(all, all) {
				t.Fatalf("(%v).Need(%d) says never, but all of it meets", th, all)
			}
			return
		}
		if !th.Met(need, all) || (need > 0 && th.Met(need-1, all)) {
			t.Fatalf("(%v).Need(%d) = %d is not the least that meets", th, all, need)
		}
	})
}

// TestImpliesHolds looks for a count that meets the stronger threshold and misses the weaker one.
func TestImpliesHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyThreshold(t), anyThreshold(t)
		all := rapid.Uint64Range(1, 1000).Draw(t, "all")
		part := rapid.Uint64Max(all).Draw(t, "part")
		if a.Implies(b) && a.Met(part, all) && !b.Met(part, all) {
			t.Fatalf("%v implies %v, yet %d of %d meets only the first", a, b, part, all)
		}
		if !a.Implies(b) && !b.Implies(a) {
			t.Fatalf("%v and %v: neither is as strong as the other", a, b)
		}
	})
}

func FuzzParseThreshold(f *testing.F) {
	for _, s := range []string{"at_least 2/3", "over 1/2", "over 1/1", "", "at_least 0/0", "over １/２"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		th, err := exact.ParseThreshold(s)
		if err != nil {
			return
		}
		if back, err := exact.ParseThreshold(th.String()); err != nil || back != th {
			t.Fatalf("%q read as %v, read back as %v, %v", s, th, back, err)
		}
		if th.Met(0, 100) || !th.Met(100, 100) {
			t.Fatalf("%q was accepted but nothing meets it, or everything misses it", s)
		}
	})
}
