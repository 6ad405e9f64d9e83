package book

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"gongzhi/internal/act"
)

const saltSize = 16

// place binds a sealed value to where it stands: moved to another row, field or tenant it does not open.
func place(tenant act.Tenant, row act.RowID, field string) string {
	return "row/" + strconv.FormatInt(int64(tenant), 10) + "/" + row.String() + "/" + field
}

// seal encrypts a value with a fresh salt, and commits to it with the same salt: whoever may open the value can prove
// what was recorded, nobody else learns anything from the commitment, and both end when the value is erased.
func (b *Book) seal(tenant act.Tenant, row act.RowID, field, value string) (string, act.Commitment, error) {
	salt := make([]byte, saltSize, saltSize+len(value))
	if _, err := rand.Read(salt); err != nil {
		return "", act.Commitment{}, fmt.Errorf("book: salt: %w", err)
	}
	commitment := act.Commit(field, salt, value)
	box := b.vault.Seal(place(tenant, row, field), append(salt, value...))
	return base64.RawStdEncoding.EncodeToString(box), commitment, nil
}

// open gives a sealed value back.
func (b *Book) open(tenant act.Tenant, row act.RowID, field, sealed string) (string, error) {
	box, err := base64.RawStdEncoding.DecodeString(sealed)
	if err != nil {
		return "", fmt.Errorf("book: %s of %s is damaged: %w", field, row, err)
	}
	plain, err := b.vault.Open(place(tenant, row, field), box)
	if err != nil {
		return "", fmt.Errorf("book: %w", err)
	}
	if len(plain) < saltSize {
		return "", fmt.Errorf("book: %s of %s is damaged", field, row)
	}
	return string(plain[saltSize:]), nil
}

// sealedOf reads the sealed fields of a version, each still closed.
func (s stored) sealedOf() (map[string]string, error) {
	m := map[string]string{}
	if err := json.Unmarshal([]byte(s.Sealed), &m); err != nil {
		return nil, fmt.Errorf("book: sealed fields of %s: %w", s.row(), err)
	}
	return m, nil
}

// blind is the look-up form of a personal value.
func (b *Book) blind(tenant act.Tenant, register, field, value string) string {
	return b.vault.Index(strings.Join([]string{strconv.FormatInt(int64(tenant), 10), register, field}, "/"), value)
}

// Pseudonym makes a row's id out of what tells a person from others, such as an identity number. The same parts give
// the same id; without the key nobody can try numbers out on an id, although ids are public.
func (b *Book) Pseudonym(tenant act.Tenant, parts ...string) string {
	var named strings.Builder
	for _, p := range parts {
		named.WriteString(strconv.Itoa(len(p)) + ":" + p) // so that no two lists of parts read the same
	}
	return b.vault.Index(strconv.FormatInt(int64(tenant), 10)+"/name", named.String())[:20]
}
