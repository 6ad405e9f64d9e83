package sheet

import (
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"gongzhi/internal/register"
)

var (
	plainID     = regexp.MustCompile(`^[0-9A-Za-z]{1,12}$`)
	justDigits  = regexp.MustCompile(`^[0-9]+$`)
	wholeNumber = regexp.MustCompile(`^([0-9]+)\.0+$`)
	aNumber     = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$`)
)

// slug is a part of a row's id. What is no plain word, such as 东楼, becomes a short hash: ids are ASCII.
func slug(s string) string {
	switch {
	case s == "":
		return ""
	case plainID.MatchString(s):
		return strings.ToLower(s)
	}
	if rest := strings.TrimSuffix(s, "号楼"); rest != s && plainID.MatchString(rest) {
		return strings.ToLower(rest)
	}
	sum := sha256.Sum256([]byte(s))
	return "x" + hex.EncodeToString(sum[:5])
}

// buildingName writes a building's number one way: 3, ３号楼, 3栋, #3 and 三号楼 are all 3号楼. Other names stay.
func buildingName(s string) string {
	s = wholeNumber.ReplaceAllString(register.Tight(s), "$1")
	rest := strings.Trim(s, "#第")
	for _, end := range []string{"号楼", "号栋", "号幢", "楼", "栋", "幢", "座", "号"} {
		if cut, ok := strings.CutSuffix(rest, end); ok && cut != "" {
			rest = strings.TrimRight(cut, "#") // 5#楼
			break
		}
	}
	if n := digits(rest); justDigits.MatchString(n) {
		return n + "号楼"
	}
	if plainID.MatchString(rest) {
		return strings.ToUpper(rest) + "座"
	}
	return s
}

// unitName writes a staircase one way: 2, ２单元 and 二单元 are all 2.
func unitName(s string) string {
	s = wholeNumber.ReplaceAllString(register.Tight(s), "$1")
	for _, end := range []string{"号单元", "单元", "门洞", "门", "梯"} {
		if cut, ok := strings.CutSuffix(s, end); ok && cut != "" {
			s = cut
			break
		}
	}
	return digits(s)
}

// roomName writes a room one way: 401, ４０１室 and 401号 are all 401.
func roomName(s string) string {
	s = wholeNumber.ReplaceAllString(register.Tight(s), "$1")
	for _, end := range []string{"室", "号", "房"} {
		if cut, ok := strings.CutSuffix(s, end); ok && cut != "" {
			return cut
		}
	}
	return s
}

// digits turns Chinese numerals up to 99 into digits and drops leading zeros; anything else stays.
func digits(s string) string {
	if justDigits.MatchString(s) {
		if n, err := strconv.Atoi(s); err == nil {
			return strconv.Itoa(n)
		}
		return s
	}
	const numerals = "〇一二三四五六七八九"
	tens, ones, ten := strings.Cut(s, "十")
	value := func(s string) int {
		if r := []rune(s); len(r) == 1 {
			for i, c := range []rune(numerals) {
				if c == r[0] {
					return i
				}
			}
		}
		return -1
	}
	if !ten {
		if n := value(s); n >= 0 {
			return strconv.Itoa(n)
		}
		return s
	}
	t, o := 1, 0
	if tens != "" {
		t = value(tens)
	}
	if ones != "" {
		o = value(ones)
	}
	if t < 1 || o < 0 {
		return s
	}
	return strconv.Itoa(t*10 + o)
}

// tidyDecimal undoes what a spreadsheet's binary numbers do to a decimal: 78.62000000000001 was 78.62. Spreadsheets
// show fifteen digits, so a number of more is rounded to those and to nothing less.
func tidyDecimal(s string) string {
	t := register.Tight(s)
	if !aNumber.MatchString(t) || len(t) <= 16 && !strings.ContainsAny(t, "eE") {
		return s
	}
	f, _, err := big.ParseFloat(t, 10, 200, big.ToNearestEven)
	if err != nil {
		return s
	}
	short, _, err := big.ParseFloat(f.Text('e', 14), 10, 200, big.ToNearestEven)
	if err != nil {
		return s
	}
	out := short.Text('f', 20)
	return strings.TrimSuffix(strings.TrimRight(out, "0"), ".")
}

// tidyWhole writes a whole number that a spreadsheet keeps as 1.3800001234E10, or as 13800001234.0, in digits.
func tidyWhole(s string) string {
	t := wholeNumber.ReplaceAllString(register.Tight(s), "$1")
	if !aNumber.MatchString(t) || !strings.ContainsAny(t, "eE") {
		return t
	}
	q, ok := new(big.Rat).SetString(t)
	if !ok || !q.IsInt() || q.Num().BitLen() > 50 { // beyond that digits are already lost
		return t
	}
	return q.Num().String()
}

var (
	bracketed   = regexp.MustCompile(`[(（\[【][^()（）\[\]【】]*[)）\]】]$`) // at the end; elsewhere it is part of a firm's name
	firmEnd     = regexp.MustCompile(`(公司|集团|厂|局|处|所|中心|银行|支行|医院|学校|大学|学院|中学|小学|幼儿园|委员会|合作社|政府|办事处|商行|商店|协会|基金会|研究院|设计院|事务所)$`)
	placeholder = regexp.MustCompile(`^(开发商|建设单位|开发单位|未售|待售|空置?|无|暂无|-+|/|\\)$`)
)

// firm tells whether a name is that of an organisation.
func firm(name string) bool { return firmEnd.MatchString(name) }

// twoNames tells whether blanks may separate two names, as in 张三 李四. Blanks that only pad a name, as in 张　三, leave
// a single character on one side.
func twoNames(s string) bool {
	parts := strings.Fields(bracketed.ReplaceAllString(register.Fold(s), ""))
	if len(parts) < 2 || firm(strings.Join(parts, "")) {
		return false
	}
	for _, p := range parts {
		if !hanOnly.MatchString(p) {
			return false
		}
	}
	return true
}

// ownerName is a name without the blanks people pad it with and without remarks in brackets.
func ownerName(s string) string {
	return strings.TrimSpace(bracketed.ReplaceAllString(register.Tight(s), ""))
}

var (
	ditto    = regexp.MustCompile(`^(同上|〃|″|"|''|同前)$`)
	hanOnly  = regexp.MustCompile(`^\p{Han}{2,}$`)
	andMore  = regexp.MustCompile(`等.{0,4}(人|户)?$`)
	nameLike = regexp.MustCompile(`^[\p{Han}·•.A-Za-z' -]{1,40}$`)
)
