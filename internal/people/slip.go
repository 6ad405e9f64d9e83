package people

import (
	"crypto/rand"
	"fmt"
	"strings"

	"gongzhi/internal/act"
)

// Whoever reports something without an account is nobody, and is kept apart from everybody else all the same: by a code
// that is made for one matter and that only they have. What the rules call them, and under which id they began, is worked
// out of the code with the key of the index; so nothing is kept beside the matter itself, no two matters can be told to be
// of one person, and whoever has the record and not the code cannot come by it.

// slipLength is how many letters and digits a code has: 80 bits, in the alphabet of base 32.
const slipLength = 16

// NewSlip makes a code.
func (p *People) NewSlip() string { return rand.Text()[:slipLength] }

// ReadSlip takes a code as people type it, with blanks, hyphens, small letters, and the digits that stand for no letter
// here. ok is false for what is no code.
func ReadSlip(typed string) (code string, ok bool) {
	code = strings.Map(func(c rune) rune {
		switch {
		case c == ' ' || c == '-' || c == '\t' || c == '　':
			return -1
		case c == '0':
			return 'O'
		case c == '1':
			return 'I'
		case c == '8':
			return 'B'
		}
		return c
	}, strings.ToUpper(typed))
	return code, len(code) == slipLength && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// Slip gives the name under which the holder of a code acts, and the id of the submission by which they began.
func (p *People) Slip(code string) (person act.Person, submission string) {
	place := fmt.Sprintf("%d/slip", p.tenant)
	return act.Person("slip-" + p.vault.Index(place+"/person", code)), "slip-" + p.vault.Index(place+"/submission", code)
}
