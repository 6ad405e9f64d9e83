package register

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gongzhi/internal/geo"
)

// DivisionCode checks a division code: 6 digits down to the county (GB/T 2260), 9 down to the subdistrict or town
// (GB/T 10114), 12 down to the committee (the statistics office's code). Of nine digits the last three are 001–099 a
// subdistrict, 100–199 a town, 200–399 a township, 400–599 run by an enterprise; of twelve the last three are 000 the
// subdistrict itself, 001–199 a residents' committee, 200–399 a villagers' committee, 400–599 what is run like one.
// Whether such a place exists only the published list tells.
func DivisionCode(s string) (string, bool) {
	s = Tight(s)
	if len(s) != 6 && len(s) != 9 && len(s) != 12 || strings.Trim(s, "0123456789") != "" {
		return "", false
	}
	if !slices.Contains(provinces, s[:2]) || s[2:4] == "00" && s[4:6] != "00" {
		return "", false
	}
	level := func(digits string) bool { n, _ := strconv.Atoi(digits); return n >= 1 && n <= 599 }
	switch {
	case len(s) == 6:
		return s, true
	case s[4:6] == "00" || !level(s[6:9]): // a subdistrict lies in a county
		return "", false
	case len(s) == 9:
		return s, true
	}
	return s, s[9:] == "000" || level(s[9:])
}

// provinces are the first two digits that GB/T 2260 has given out.
var provinces = []string{
	"11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44", "45", "46",
	"50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82",
}

// AddressPart is a level of a standard address.
type AddressPart int

const (
	Province AddressPart = iota + 1
	City
	District
	Subdistrict
	Community
	Road
	Number   // of the house: "91号"
	Compound // "院", or a name: "演示花园小区"
	Building
	Staircase
	Room
	Remark // in brackets at the end: "（原演示厂家属院）"
)

// Address is an address in the order of GB/T 23705-2009, from the province down to the room. Its parts, joined, are the
// address as it is shown; the words of a part stay as they were written.
type Address struct{ parts [Remark + 1]string }

// Part is what stands at one level, or "".
func (a Address) Part(p AddressPart) string { return a.parts[p] }

// String is the address as it is shown.
func (a Address) String() string { return strings.Join(a.parts[:], "") }

// addressForms are the parts in their order; each may be left out.
var addressForms = [...]struct {
	part AddressPart
	form *regexp.Regexp
}{
	{Province, regexp.MustCompile(`^(?:\p{Han}{2,6}?省|\p{Han}{2,8}?自治区|(?:北京|天津|上海|重庆)市?)`)},
	{City, regexp.MustCompile(`^(?:\p{Han}{2,10}?(?:市|自治州|地区|盟))`)},
	{District, regexp.MustCompile(`^(?:\p{Han}{1,9}?[^社小园\P{Han}](?:区|县|旗|市))`)},
	{Subdistrict, regexp.MustCompile(`^(?:\p{Han}{2,10}?(?:街道办事处|街道|镇|乡))`)},
	{Community, regexp.MustCompile(`^(?:\p{Han}{2,14}?(?:社区|村)(?:居委会|村委会)?)`)},
	{Road, regexp.MustCompile(`^(?:[0-9]{0,4}[^号楼室\P{Han}]{1,12}?(?:大道|大街|胡同|路|街|巷|弄|道)(?:[东西南北中]?[一二三四五六七八九十]?[段街巷])?)`)},
	{Number, regexp.MustCompile(`^(?:(?:付|附)?[0-9]+(?:[-之附][0-9]+|[甲乙丙丁])?号(?:附[0-9]+号?)?)`)},
	{Compound, regexp.MustCompile(`^(?:[\p{Han}0-9A-Z·]{0,20}(?:小区|家属院|花园|新村|公寓|大厦|广场|宿舍|院)(?:[东西南北]区|[一二三四五六七八九十]期)?)`)},
	{Building, regexp.MustCompile(`^(?:[0-9A-Z甲乙丙丁东西南北中一二三四五六七八九十#]{1,6}?(?:号楼|号栋|号幢|栋|幢|座|楼))`)},
	{Staircase, regexp.MustCompile(`^(?:[0-9A-Z甲乙丙丁东西南北中一二三四五六七八九十]{1,4}?(?:号)?单元)`)},
	{Room, regexp.MustCompile(`^(?:(?:-?[0-9]{1,2}(?:层|楼))?[0-9A-Z东西南北中-]{1,8}(?:号|室|户|房)?)`)},
	{Remark, regexp.MustCompile(`^\([^()]{1,40}\)$`)},
}

// ParseAddress reads an address as people write it. ok is false when something in it belongs to no part, when the
// parts stand in another order, and when it leads nowhere: there must be a road with its number, or a compound, or
// the community with something below it.
func ParseAddress(s string) (a Address, ok bool) {
	rest := strings.ToUpper(Tight(s))
	rest = strings.NewReplacer(",", "", "，", "", "、", "").Replace(rest)
	for _, f := range addressForms {
		if m := f.form.FindString(rest); m != "" {
			if f.part == Number && buildingAt(rest) {
				continue // 3号楼 is no house number
			}
			a.parts[f.part], rest = m, rest[len(m):]
			if f.part == Remark {
				a.parts[Remark] = "（" + m[1:len(m)-1] + "）"
			}
		}
	}
	found := a.parts[Number] != "" && (a.parts[Road] != "" || a.parts[Community] != "") ||
		a.parts[Compound] != "" && a.parts[Compound] != "院" || a.parts[Community] != "" && a.parts[Building] != ""
	return a, rest == "" && found
}

// buildingAt tells whether what looks like a house number is the number of a building.
func buildingAt(s string) bool {
	for _, f := range addressForms {
		if f.part == Building {
			return f.form.MatchString(s)
		}
	}
	return false
}

// datumWords are how people name the datum of a coordinate.
var datumWords = map[string]geo.Datum{
	"wgs84": geo.WGS84, "wgs-84": geo.WGS84, "gps": geo.WGS84,
	"cgcs2000": geo.CGCS2000, "国家2000": geo.CGCS2000, "天地图": geo.CGCS2000,
	"gcj02": geo.GCJ02, "gcj-02": geo.GCJ02, "火星坐标": geo.GCJ02, "高德": geo.GCJ02, "腾讯": geo.GCJ02,
	"bd09": geo.BD09, "bd-09": geo.BD09, "bd09ll": geo.BD09, "百度": geo.BD09,
}

// coordinateForm is [datum] longitude, latitude [datum].
var coordinateForm = func() *regexp.Regexp {
	words := slices.Sorted(maps.Keys(datumWords))
	slices.Reverse(words) // the longer of two that begin alike comes first
	datum := "(" + strings.Join(words, "|") + ")"
	const degrees = `(-?[0-9]{1,3}(?:\.[0-9]{1,15})?)`
	return regexp.MustCompile(`^(?:` + datum + `[: ] ?)?` + degrees + `(?:, ?| )` + degrees + `(?: ?\(?` + datum + `\)?)?$`)
}()

// coordinate reads what stands in one cell of a sheet, "113.63, 34.749 GCJ-02" or "高德：113.63,34.749", as the GeoJSON of
// a point. The datum has to be said: without it the place may lie half a kilometre off. Anything else gives nothing and
// is for GeoJSON to read; code is the reason why a coordinate is refused.
func coordinate(s string) (point, code string) {
	m := coordinateForm.FindStringSubmatch(strings.NewReplacer("，", ",", "、", ",").Replace(strings.ToLower(Fold(s))))
	if m == nil {
		return "", ""
	}
	before, after := datumWords[m[1]], datumWords[m[4]]
	switch {
	case before == "" && after == "", before != "" && after != "" && before != after:
		return "", "coordinate_datum"
	}
	return `{"type":"Point","coordinates":[` + m[2] + `,` + m[3] + `],"datum":"` + string(cmp.Or(before, after)) + `"}`, ""
}
