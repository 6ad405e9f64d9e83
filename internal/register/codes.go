package register

import (
	"regexp"
	"strings"
	"time"
	"unicode"

	"gongzhi/internal/calendar"
)

// Fold makes text as Chinese input methods and spreadsheets produce it comparable: full-width letters, digits and
// signs become the plain ones, blanks of any kind at the ends and marks of no width go.
func Fold(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～': // the full-width block mirrors ASCII
			return r - '！' + '!'
		case r == '−' || r == '–' || r == '—':
			return '-'
		case r == '\u200b' || r == '\u200c' || r == '\u200d' || r == '\u2060' || r == '\ufeff':
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// Tight is Fold without any blanks: "张　三" and "张三" are the same name.
func Tight(s string) string {
	return strings.ReplaceAll(Fold(s), " ", "")
}

// IDFault says what is wrong with an identity number or a credit code. Its words stand under "register.value.".
type IDFault string

const (
	IDLength       IDFault = "id_length"       // neither 18 characters nor the form of another document
	IDOld          IDFault = "id_old"          // a number of 15 digits, out of use
	IDDate         IDFault = "id_date"         // the date of birth is no day, or not past
	IDChecksum     IDFault = "id_checksum"     // a digit is wrong
	IDRounded      IDFault = "id_rounded"      // kept as a number by a spreadsheet, which cuts off after 15 digits
	USCCForm       IDFault = "uscc_form"       // not 18 of the characters in use
	USCCChecksum   IDFault = "uscc_checksum"   // a character is wrong
	USCCDepartment IDFault = "uscc_department" // the organisation code inside does not check
)

var (
	residentForm = regexp.MustCompile(`^[1-9][0-9]{16}[0-9X]$`)
	otherForm    = regexp.MustCompile(`^[A-Z]{1,3}[0-9A-Z]{6,10}$`) // passports, permits of Hong Kong, Macao and Taiwan
	roundedForm  = regexp.MustCompile(`^([0-9](\.[0-9]+)?E\+?1[0-9]|[1-9][0-9]{14}000)$`)
)

// ResidentID reads a resident identity number after GB 11643-1999: 17 digits, a check character (X for ten), and a
// date of birth that is a real day before on. It gives the number with a capital X, or what is wrong with it.
func ResidentID(s string, on calendar.Date) (string, IDFault) {
	s = strings.ToUpper(Tight(s))
	switch {
	case len(s) == 15 && strings.Trim(s, "0123456789") == "":
		return "", IDOld
	case !residentForm.MatchString(s):
		if roundedForm.MatchString(s) {
			return "", IDRounded
		}
		return "", IDLength
	}
	weights := [...]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(s[i]-'0')
	}
	if s[17] != "10X98765432"[sum%11] {
		if roundedForm.MatchString(s) {
			return "", IDRounded
		}
		return "", IDChecksum
	}
	born, err := time.Parse("20060102", s[6:14])
	if err != nil {
		return "", IDDate
	}
	day, err := calendar.NewDate(born.Year(), born.Month(), born.Day())
	if err != nil || !day.Before(on) {
		return "", IDDate
	}
	return s, ""
}

// PersonalDocument reads a resident identity number, or the number of another document by its form alone: a letter
// comes first, so a mistyped resident number can never pass as one.
func PersonalDocument(s string, on calendar.Date) (string, IDFault) {
	if t := strings.ToUpper(Tight(s)); otherForm.MatchString(t) {
		return t, ""
	}
	return ResidentID(s, on)
}

const usccChars = "0123456789ABCDEFGHJKLMNPQRTUWXY" // no I, O, S, V, Z: they look like digits

// CreditCode reads a unified social credit code after GB 32100-2015, and the organisation code in it after GB 11714.
func CreditCode(s string) (string, IDFault) {
	s = strings.ToUpper(Tight(s))
	if len(s) != 18 || strings.Trim(s, usccChars) != "" {
		return "", USCCForm
	}
	weights := [...]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}
	sum := 0
	for i, w := range weights {
		sum += w * strings.IndexByte(usccChars, s[i])
	}
	if s[17] != usccChars[(31-sum%31)%31] {
		return "", USCCChecksum
	}
	if !OrganisationCode(s[8:17]) {
		return "", USCCDepartment
	}
	return s, ""
}

// OrganisationCode checks an organisation code of nine characters after GB 11714.
func OrganisationCode(s string) bool {
	if len(s) != 9 {
		return false
	}
	weights := [...]int{3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			sum += w * int(c-'0')
		case c >= 'A' && c <= 'Z':
			sum += w * int(c-'A'+10)
		default:
			return false
		}
	}
	check := 11 - sum%11 // 10 is X, 11 is 0
	return s[8] == "?123456789X0"[check]
}

var (
	mobileForm  = regexp.MustCompile(`^1[3-9][0-9]{9}$`)
	fixedForm   = regexp.MustCompile(`^(0(?:10|2[0-9]))([2-9][0-9]{7})$|^(0[3-9][0-9]{2})([2-9][0-9]{6,7})$`)
	localForm   = regexp.MustCompile(`^[2-9][0-9]{6,7}$`)
	serviceForm = regexp.MustCompile(`^[48]00[0-9]{7}$`)
	extension   = regexp.MustCompile(`(?:-|转|ext\.?)([0-9]{1,6})$`)
)

// PhoneNumber reads a Chinese telephone number: a mobile one, a fixed one with or without its area code and extension,
// or one of the 400 and 800 services. Blanks, brackets, hyphens and +86 mean nothing. However it was written, one number
// is kept one way, or nobody could find it again: "13800001234", "0371-67000000", "0371-67000000-801", "67000000".
func PhoneNumber(s string) (string, bool) {
	s = strings.ToLower(Tight(s))
	s = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(s, "+86"), "0086"), "-")
	if number, ok := plainPhone(s); ok {
		return number, true
	}
	at := extension.FindStringSubmatchIndex(s)
	if at == nil {
		return "", false
	}
	number, ok := plainPhone(s[:at[0]])
	return number + "-" + s[at[2]:at[3]], ok && !mobileForm.MatchString(number)
}

func plainPhone(s string) (string, bool) {
	s = strings.NewReplacer("-", "", "(", "", ")", "").Replace(s)
	if m := fixedForm.FindStringSubmatch(s); m != nil {
		return m[1] + m[3] + "-" + m[2] + m[4], true
	}
	return s, mobileForm.MatchString(s) || localForm.MatchString(s) || serviceForm.MatchString(s)
}
