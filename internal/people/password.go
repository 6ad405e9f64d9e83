package people

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
	"golang.org/x/crypto/argon2"

	"gongzhi/internal/fault"
)

// Cost of a password: 19 MiB twice, as OWASP recommends. Stored with each hash, so that it can rise.
var (
	memory uint32 = 19 * 1024 // KiB
	passes uint32 = 2
)

const (
	lanes   = 1
	keySize = 32
)

// QuickPasswords has passwords kept at the least cost there is, for tests that sign in hundreds of times. In anything that is
// no test it panics. Call it before the first password is kept.
func QuickPasswords() {
	if !testing.Testing() {
		panic("people: only tests keep passwords at less than their cost")
	}
	memory, passes = 8, 1
}

// MinPassword is the fewest characters of a password; length matters more than kinds of characters.
const MinPassword = 10

var b64 = base64.RawStdEncoding

// noPassword is what an unknown login is checked against, so that it takes as long as a known one.
func noPassword() string { return phc(make([]byte, 16), make([]byte, keySize)) }

// hashing bounds how many hashes are made at a time: each takes 19 MiB.
var hashing = make(chan struct{}, 4)

func phc(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, lanes, b64.EncodeToString(salt), b64.EncodeToString(key))
}

func hashPassword(password string) (string, error) {
	if n := utf8.RuneCountInString(password); n < MinPassword {
		return "", &fault.Refusal{Kind: fault.Invalid, Code: "form.faults", Args: fault.Args{"N": 1},
			Fields: []fault.Field{{Name: "password", Code: "people.password_short", Args: fault.Args{"Min": MinPassword}}}}
	}
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("people: salt: %w", err)
	}
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return phc(salt, argon2.IDKey([]byte(password), salt, passes, memory, lanes, keySize)), nil
}

// checkPassword tells whether a password belongs to a hash. It waits its turn, or gives up with the request.
func checkPassword(ctx context.Context, hash, password string) bool {
	var version, m, t, p int
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &m, &t, &p); err != nil || m < 8 || t < 1 || p < 1 || p > 255 {
		return false
	}
	salt, err := b64.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := b64.DecodeString(parts[5])
	if err != nil || len(want) == 0 {
		return false
	}
	select {
	case hashing <- struct{}{}:
		defer func() { <-hashing }()
	case <-ctx.Done():
		return false
	}
	got := argon2.IDKey([]byte(password), salt, uint32(t), uint32(m), uint8(p), uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}

var totpOpts = totp.ValidateOpts{Period: 30, Skew: 1, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}
