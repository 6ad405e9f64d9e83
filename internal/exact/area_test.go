package exact_test

import (
	"encoding/json"
	"errors"
	"testing"

	"go.yaml.in/yaml/v4"

	"gongzhi/internal/exact"
)

func TestParseArea(t *testing.T) {
	tests := []struct {
		name, text string
		want       exact.Area
		reason     exact.Reason // zero: accepted
	}{
		{"plain", "78.62", 78_62, 0},
		{"with the one-character unit", "78.62㎡", 78_62, 0},
		{"full width, blank, written unit", "７８．６２ 平方米", 78_62, 0},
		{"ideographic blanks around", "　78.62　", 78_62, 0},
		{"superscript unit", "78.62 m²", 78_62, 0},
		{"typed unit", "78.62m2", 78_62, 0},
		{"thousands", "1,158.00", 1158_00, 0},
		{"full-width thousands", "１，１５８．００", 1158_00, 0},
		{"millions", "1,234,567.8", 1_234_567_80, 0},
		{"one decimal", "78.6", 78_60, 0},
		{"no decimals", "78", 78_00, 0},
		{"nothing is an area", "0", 0, 0},
		{"leading zeros of a padded column", "0078.62", 78_62, 0},
		{"largest", "90071992547409.91", 1<<53 - 1, 0},

		{"one above the largest", "90071992547409.92", 0, exact.TooLarge},
		{"far above", "99999999999999999999999999", 0, exact.TooLarge},
		{"empty", "", 0, exact.Empty},
		{"blank", " 　", 0, exact.Empty},
		{"unit only", "㎡", 0, exact.Empty},
		{"third decimal", "78.625", 0, exact.TooManyDecimals},
		{"third decimal, zero", "78.620", 0, exact.TooManyDecimals},
		{"negative", "-1", 0, exact.Negative},
		{"negative, full width", "－1", 0, exact.Negative},
		{"negative, mathematical sign", "−1", 0, exact.Negative},
		{"plus", "+1", 0, exact.NotANumber},
		{"exponent", "1e3", 0, exact.NotANumber},
		{"words", "不详", 0, exact.NotANumber},
		{"a cell with a formula error", "#N/A", 0, exact.NotANumber},
		{"two points", "78.6.2", 0, exact.NotANumber},
		{"point last", "78.", 0, exact.NotANumber},
		{"point first", ".5", 0, exact.NotANumber},
		{"two numbers", "78 62", 0, exact.NotANumber},
		{"decimal comma", "11,58", 0, exact.BadGrouping},
		{"comma first", ",158", 0, exact.BadGrouping},
		{"long first group", "1158,000", 0, exact.BadGrouping},
		{"comma in the decimals", "1.15,8", 0, exact.NotANumber},
		{"mu", "78.62亩", 0, exact.UnknownUnit},
		{"hectares", "78.62 ha", 0, exact.UnknownUnit},
		{"percent", "78%", 0, exact.UnknownUnit},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := exact.ParseArea(tt.text)
			if got != tt.want {
				t.Errorf("ParseArea(%q) = %d, want %d", tt.text, got, tt.want)
			}
			checkReason(t, err, tt.text, tt.reason)
		})
	}
}

// checkReason fails unless err says why text was refused, or is nil when it should have been accepted.
func checkReason(t *testing.T, err error, text string, want exact.Reason) {
	t.Helper()
	if want == 0 {
		if err != nil {
			t.Errorf("refused: %v", err)
		}
		return
	}
	var pe *exact.ParseError
	if !errors.As(err, &pe) {
		t.Fatalf("error = %v, want a *ParseError", err)
	}
	if pe.Reason != want || pe.Text != text {
		t.Errorf("refused with %v of %q, want %v of %q", pe.Reason, pe.Text, want, text)
	}
}

func TestAreaText(t *testing.T) {
	tests := []struct {
		area           exact.Area
		plain, grouped string
	}{
		{0, "0.00", "0.00"},
		{5, "0.05", "0.05"},
		{78_62, "78.62", "78.62"},
		{999_99, "999.99", "999.99"},
		{1000_00, "1000.00", "1,000.00"},
		{1_234_567_80, "1234567.80", "1,234,567.80"},
	}
	for _, tt := range tests {
		if got := tt.area.String(); got != tt.plain {
			t.Errorf("String of %d = %q, want %q", tt.area, got, tt.plain)
		}
		if got := tt.area.Grouped(); got != tt.grouped {
			t.Errorf("Grouped of %d = %q, want %q", tt.area, got, tt.grouped)
		}
	}
}

func TestAreaPlus(t *testing.T) {
	const most = exact.Area(1<<53 - 1)
	tests := []struct {
		name    string
		a, b    exact.Area
		want    exact.Area
		refused bool
	}{
		{"compound of example 3", 680_00, 478_00, 1158_00, false},
		{"up to the largest", most - 1, 1, most, false},
		{"one above", most, 1, 0, true},
		{"wraps 64 bits", 1<<64 - 1, 1, 0, true},
	}
	for _, tt := range tests {
		if got, ok := tt.a.Plus(tt.b); got != tt.want || ok == tt.refused {
			t.Errorf("%s: Plus = %d, %v, want %d, %v", tt.name, got, ok, tt.want, !tt.refused)
		}
	}
}

func TestMu(t *testing.T) {
	tests := []struct {
		text   string
		m2     exact.Fraction
		area   exact.Area
		exactM bool
	}{
		{"15 亩", exact.Fraction{Num: 10_000, Den: 1}, 10_000_00, true}, // a hectare
		{"１", exact.Fraction{Num: 2000, Den: 3}, 666_67, false},
		{"0.01亩", exact.Fraction{Num: 20, Den: 3}, 6_67, false},
		{"0.02亩", exact.Fraction{Num: 40, Den: 3}, 13_33, false},
		{"0.03亩", exact.Fraction{Num: 20, Den: 1}, 20_00, true},
		{"1,300亩", exact.Fraction{Num: 2_600_000, Den: 3}, 866_666_67, false},
	}
	for _, tt := range tests {
		m, err := exact.ParseMu(tt.text)
		if err != nil {
			t.Errorf("ParseMu(%q): %v", tt.text, err)
			continue
		}
		if f, ok := m.SquareMetres(); !ok || f != tt.m2 {
			t.Errorf("%s = %v m², want %v", tt.text, f, tt.m2)
		}
		if a, ex, ok := m.Area(); !ok || a != tt.area || ex != tt.exactM {
			t.Errorf("%s = %v m² (exact %v), want %v (exact %v)", tt.text, a, ex, tt.area, tt.exactM)
		}
	}
	_, err := exact.ParseMu("666.67㎡")
	checkReason(t, err, "666.67㎡", exact.UnknownUnit)
	if _, _, ok := exact.Mu(1 << 53).Area(); ok {
		t.Error("more mu than an Area holds were converted")
	}
	if _, ok := exact.Mu(1 << 63).SquareMetres(); ok {
		t.Error("an overflowing numerator was returned")
	}
}

// TestFiles reads quantities where charters and the API keep them: a YAML number must reach the parser as written.
func TestFiles(t *testing.T) {
	type file struct {
		Area  exact.Area      `yaml:"area" json:"area"`
		Grant exact.Money     `yaml:"grant" json:"grant"`
		Pass  exact.Threshold `yaml:"pass" json:"pass"`
		None  exact.Threshold `yaml:"none" json:"none"`
	}
	want := file{78_60, 15_000_00, exact.Threshold{Num: 2, Den: 3}, exact.Threshold{}}
	var got file
	if err := yaml.Load([]byte("area: 78.60\ngrant: 1.5万元\npass: at_least 2/3\n"), &got); err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("from YAML: %+v, want %+v", got, want)
	}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if s := string(text); s != `{"area":"78.60","grant":"15000.00","pass":"at_least 2/3","none":""}` {
		t.Errorf("as JSON: %s", s)
	}
	got = file{}
	if err := json.Unmarshal(text, &got); err != nil || got != want {
		t.Errorf("from JSON: %+v, %v, want %+v", got, err, want)
	}
	if err := yaml.Load([]byte("area: 78.625\n"), &got); err == nil {
		t.Error("three decimals were read from YAML")
	}
}

func FuzzParseArea(f *testing.F) {
	for _, s := range []string{"78.62㎡", "７８．６２ 平方米", "1,158.00", "-1", "", "1,15", "90071992547409.92", "m2", "²"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := exact.ParseArea(s)
		if err != nil {
			if a != 0 {
				t.Fatalf("ParseArea(%q) refused and yet gave %d", s, a)
			}
			return
		}
		for _, text := range []string{a.String(), a.Grouped(), a.Grouped() + "㎡"} {
			if back, err := exact.ParseArea(text); err != nil || back != a {
				t.Fatalf("%q read as %d, written %q, read back as %d, %v", s, a, text, back, err)
			}
		}
	})
}
