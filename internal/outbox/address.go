package outbox

import (
	"net/mail"
	"regexp"
	"strings"
)

// isMail tells whether s is one bare address that can stand in a header and in an SMTP command.
func isMail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= 254 && !strings.ContainsAny(s, "\r\n <>\"")
}

var mobile = regexp.MustCompile(`^1[3-9][0-9]{9}$`)

// isMobile tells whether s is a mobile number of the mainland.
func isMobile(s string) bool { return mobile.MatchString(s) }
