package exact_test

import (
	"testing"

	"gongzhi/internal/exact"
)

func TestParseMoney(t *testing.T) {
	tests := []struct {
		name, text string
		want       exact.Money
		reason     exact.Reason
	}{
		{"plain", "1234.50", 1234_50, 0},
		{"thousands and sign", "￥1,234.50", 1234_50, 0},
		{"unit", "15 元", 15_00, 0},
		{"full width", "１５．５元", 15_50, 0},
		{"ten thousands", "12.5 万元", 125_000_00, 0},
		{"ten thousands to the fen", "12.345678万元", 123_456_78, 0},
		{"hundred millions", "1.2亿元", 120_000_000_00, 0},
		{"hundred millions without yuan", "1.2亿", 120_000_000_00, 0},
		{"a refund", "-￥20", -20_00, 0},
		{"nothing", "0", 0, 0},
		{"largest", "90071992547409.91", 1<<53 - 1, 0},

		{"half a fen", "0.005", 0, exact.TooManyDecimals},
		{"half a fen in ten thousands", "0.0000005万元", 0, exact.TooManyDecimals},
		{"above the largest", "900720亿元", 0, exact.TooLarge},
		{"another currency", "15 USD", 0, exact.UnknownUnit},
		{"another unit", "15 角", 0, exact.UnknownUnit},
		{"two signs", "--15", 0, exact.NotANumber},
		{"sign after the mark", "￥-15", 0, exact.NotANumber},
		{"empty", "元", 0, exact.Empty},
		{"decimal comma", "15,50", 0, exact.BadGrouping},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := exact.ParseMoney(tt.text)
			if got != tt.want {
				t.Errorf("ParseMoney(%q) = %d, want %d", tt.text, got, tt.want)
			}
			checkReason(t, err, tt.text, tt.reason)
		})
	}
}

func TestMoneyPlus(t *testing.T) {
	const most = exact.Money(1<<53 - 1)
	tests := []struct {
		name       string
		a, b, want exact.Money
		ok         bool
	}{
		{"ordinary", 10_00, -3_50, 6_50, true},
		{"to the largest", most - 1, 1, most, true},
		{"above", most, 1, 0, false},
		{"below", -most, -1, 0, false},
		{"wraps up", 1<<63 - 1, 1, 0, false},
		{"wraps down", -1 << 63, -1 << 63, 0, false},
	}
	for _, tt := range tests {
		if got, ok := tt.a.Plus(tt.b); got != tt.want || ok != tt.ok {
			t.Errorf("%s: Plus = %d, %v, want %d, %v", tt.name, got, ok, tt.want, tt.ok)
		}
	}
}

func FuzzParseMoney(f *testing.F) {
	for _, s := range []string{"￥1,234.50", "-0.01", "12.345678万元", "1.2亿", "", "元", "-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := exact.ParseMoney(s)
		if err != nil {
			return
		}
		for _, text := range []string{m.String(), m.Grouped()} {
			if back, err := exact.ParseMoney(text); err != nil || back != m {
				t.Fatalf("%q read as %d, written %q, read back as %d, %v", s, m, text, back, err)
			}
		}
	})
}
