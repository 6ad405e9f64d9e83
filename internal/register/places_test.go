package register_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gongzhi/internal/register"
)

func TestDivisionCode(t *testing.T) {
	tests := []struct {
		name, in, want string
		ok             bool
	}{
		{"district", "410102", "410102", true},
		{"city", "410100", "410100", true},
		{"province", "410000", "410000", true},
		{"this subdistrict", "410102001", "410102001", true},
		{"its twelve digits", "410102001000", "410102001000", true},
		{"full width, blanks", "４１０１０２ ００１", "410102001", true},
		{"the last neighbour", "410102014", "410102014", true},
		{"first residents' committee", "410102001001", "410102001001", true},
		{"last residents' committee", "410102001199", "410102001199", true},
		{"villagers' committee", "410102001200", "410102001200", true},
		{"beyond committees", "410102001600", "", false},
		{"beyond subdistricts and towns", "410102600", "", false},
		{"no subdistrict", "410102000", "", false},
		{"no such province", "990102", "", false},
		{"county of no city", "410002", "", false},
		{"subdistrict of a city", "410100001", "", false},
		{"seven digits", "4101020", "", false},
		{"a letter", "41010200O", "", false},
		{"nothing", "", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := register.DivisionCode(tt.in)
			if ok != tt.ok || ok && got != tt.want {
				t.Errorf("DivisionCode(%q) = %q, %v", tt.in, got, ok)
			}
		})
	}
}

func TestParseAddress(t *testing.T) {
	type parts map[register.AddressPart]string
	tests := []struct {
		in   string
		want parts // nil: refused
	}{
		{"河南省郑州市中原区林山寨街道农业银行社区颍河路91号院3号楼2单元401室", parts{
			register.Province: "河南省", register.City: "郑州市", register.District: "中原区", register.Subdistrict: "林山寨街道",
			register.Community: "农业银行社区", register.Road: "颍河路", register.Number: "91号", register.Compound: "院",
			register.Building: "3号楼", register.Staircase: "2单元", register.Room: "401室",
		}},
		{"颍河路９１号院", parts{register.Road: "颍河路", register.Number: "91号", register.Compound: "院"}},
		{"颍河路91号", parts{register.Road: "颍河路", register.Number: "91号"}},
		{"演示花园小区3号楼2单元401", parts{register.Compound: "演示花园小区", register.Building: "3号楼", register.Staircase: "2单元", register.Room: "401"}},
		{"建设西路22号附3号 东户", parts{register.Road: "建设西路", register.Number: "22号附3号", register.Room: "东户"}},
		{"中原区伊河路5号院A座1201", parts{register.District: "中原区", register.Road: "伊河路", register.Number: "5号", register.Compound: "院", register.Building: "A座", register.Room: "1201"}},
		{"颍河路91号（原演示厂家属院）", parts{register.Road: "颍河路", register.Number: "91号", register.Remark: "（原演示厂家属院）"}},
		{"百花路与伊河路交叉口", nil}, // a crossing is no address
		{"颍河路", nil},        // leads to a road only
		{"河南省郑州市", nil},
		{"401室", nil},
		{"院", nil},
		{"2单元3号楼颍河路91号", nil}, // another order
		{"<script>", nil},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			a, ok := register.ParseAddress(tt.in)
			if ok != (tt.want != nil) {
				t.Fatalf("ParseAddress = %q, %v", a, ok)
			}
			for p := register.Province; ok && p <= register.Remark; p++ {
				if a.Part(p) != tt.want[p] {
					t.Errorf("part %d is %q, want %q", p, a.Part(p), tt.want[p])
				}
			}
		})
	}
}

// An address that is put together from parts is read as those parts, and what is shown reads the same again.
func TestAddressesReadBack(t *testing.T) {
	pick := func(t *rapid.T, name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
	rapid.Check(t, func(t *rapid.T) {
		in := pick(t, "province", "", "河南省") + pick(t, "city", "", "郑州市") + pick(t, "district", "", "中原区", "二七区") +
			pick(t, "subdistrict", "", "林山寨街道") + pick(t, "community", "", "碧沙岗社区", "百花社区") +
			pick(t, "road", "颍河路", "建设西路", "嵩山南路", "工人路", "中原中路") + pick(t, "number", "1号", "91号", "22号附3号") +
			pick(t, "compound", "", "院", "演示家属院") + pick(t, "building", "", "3号楼", "12号楼", "A座") +
			pick(t, "unit", "", "1单元", "2单元") + pick(t, "room", "", "401室", "1201", "东户")
		a, ok := register.ParseAddress(in)
		if !ok || a.String() != in {
			t.Fatalf("%q is read as %q, %v", in, a, ok)
		}
		if b, ok := register.ParseAddress(a.String()); !ok || b != a {
			t.Fatalf("%q is read again as %q", a, b)
		}
	})
}

func TestPhoneNumber(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"mobile", "13800001234", "13800001234"},
		{"mobile with country code and blanks", "+86 138 0000 1234", "13800001234"},
		{"mobile, 0086", "0086-138-0000-1234", "13800001234"},
		{"mobile of the newest series", "19900001234", "19900001234"},
		{"fixed", "0371-67000000", "0371-67000000"},
		{"fixed without the hyphen is the same", "037167000000", "0371-67000000"},
		{"fixed with brackets", "（0371）67000000", "0371-67000000"},
		{"fixed, three-digit area", "010-67000000", "010-67000000"},
		{"fixed, seven digits", "0379-6700000", "0379-6700000"},
		{"extension", "0371-67000000-801", "0371-67000000-801"},
		{"extension in words", "037167000000转801", "0371-67000000-801"},
		{"local", "6700 0000", "67000000"},
		{"service", "400-000-1234", "4000001234"},
		{"one short", "1380000123", ""},
		{"series not in use", "12800001234", ""},
		{"local number beginning with one", "0371-17000000", ""},
		{"mobile with an extension", "13800001234-12", ""},
		{"three-digit area, seven digits", "010-6700000", ""},
		{"two numbers", "13800001234/13800001235", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := register.PhoneNumber(tt.in)
			if ok != (tt.want != "") || ok && got != tt.want {
				t.Errorf("PhoneNumber(%q) = %q, %v", tt.in, got, ok)
			}
		})
	}
}

// A code made after the standards passes, and with any one character changed it does not.
func TestCreditCodesCheckEveryCharacter(t *testing.T) {
	const chars = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringOfN(rapid.RuneFrom([]rune("0123456789")), 8, 8, -1).Draw(t, "organisation")
		organisation := digits + organisationCheck(digits)
		body := "91410102" + organisation
		weight, sum := 1, 0 // the weights are the powers of three
		for _, c := range body {
			sum += weight * strings.IndexRune(chars, c)
			weight = weight * 3 % 31
		}
		code := body + string(chars[(31-sum%31)%31])
		if got, why := register.CreditCode(code); why != "" || got != code {
			t.Fatalf("CreditCode(%q) = %q, %q", code, got, why)
		}
		at := rapid.IntRange(0, 17).Draw(t, "at")
		other := rapid.SampledFrom([]rune(strings.ReplaceAll(chars, code[at:at+1], ""))).Draw(t, "other")
		if wrong := code[:at] + string(other) + code[at+1:]; wrong != code {
			if got, why := register.CreditCode(wrong); why == "" {
				t.Fatalf("CreditCode(%q) = %q, although a character of %q was changed", wrong, got, code)
			}
		}
	})
}

func organisationCheck(digits string) string {
	weights, sum := [...]int{3, 7, 9, 10, 5, 8, 4, 2}, 0
	for i, w := range weights {
		sum += w * int(digits[i]-'0')
	}
	switch c := 11 - sum%11; c {
	case 10:
		return "X"
	case 11:
		return "0"
	default:
		return string(rune('0' + c))
	}
}

// A point comes from a cell as well as from GeoJSON, and keeps the datum it was written in.
func TestCoordinateInACell(t *testing.T) {
	f := register.Field{Type: register.Geometry, Shapes: []string{"point"}}
	tests := []struct{ name, in, want, code string }{
		{"GPS", "113.63, 34.749 WGS84", "113.6300000 34.7490000 WGS84 ", ""},
		{"government map", "113.63,34.749（CGCS2000）", "113.6300000 34.7490000 CGCS2000 ", ""},
		{"AMap", "高德：113.6360512，34.7478252", "113.6300000 34.7490000 WGS84 GCJ-02", ""},
		{"AMap's own name", "113.6360512,34.7478252 GCJ-02", "113.6300000 34.7490000 WGS84 GCJ-02", ""},
		{"Baidu", "百度 113.6424415,34.7541566", "113.6300000 34.7490000 WGS84 BD-09", ""},
		{"full width", "１１３．６３，３４．７４９ ｗｇｓ８４", "113.6300000 34.7490000 WGS84 ", ""},
		{"no datum", "113.63,34.749", "", "coordinate_datum"},
		{"two datums", "GCJ-02 113.63,34.749 BD-09", "", "coordinate_datum"},
		{"latitude first", "34.749,113.63 WGS84", "", "geometry_range"},
		{"words", "颍河路", "", "geometry_json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v, why := f.Parse(tt.in, today)
			if codeOf(why) != tt.code {
				t.Fatalf("Parse(%q) = %v, %q; want %q", tt.in, v, codeOf(why), tt.code)
			}
			if why != nil {
				return
			}
			s := register.Shape(v)
			p := s.Middle()
			var lon, lat int32
			var datum, from string
			if _, err := fmt.Sscanf(strings.Replace(tt.want, ".", "", 2), "%d %d %s", &lon, &lat, &datum); err != nil {
				t.Fatal(err)
			}
			from = tt.want[strings.Index(tt.want, datum)+len(datum)+1:]
			// Another map's place comes back to ten centimetres: that map's own way back is no closer.
			near := func(a, b int32) bool { return a-b < 10 && b-a < 10 }
			if !near(p.Lon, lon) || !near(p.Lat, lat) || string(s.Datum) != datum || string(s.From) != from {
				t.Errorf("Parse(%q) = %v %v %q, want %s", tt.in, p, s.Datum, s.From, tt.want)
			}
			if back, why := f.Parse(f.Say(v), today); why != nil || back != v {
				t.Errorf("what is shown reads as %v, %v", back, why)
			}
		})
	}
}
