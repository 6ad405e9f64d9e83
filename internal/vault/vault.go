// Package vault seals values under a key that is not in the database.
//
// In: a value and the place it belongs to. Out: bytes that only this key opens, and only at that place; and blind
// indexes, by which equal values can be found without being read. The key is a file beside the database, made at
// the first start and readable by its owner only. Whoever has the database alone has no personal value.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Vault seals and opens. It is safe for concurrent use.
type Vault struct {
	aead  cipher.AEAD
	index []byte
}

const version = 1 // first byte of everything sealed, so that another algorithm can follow

// New makes a vault from 32 bytes of key.
func New(key []byte) (*Vault, error) {
	if len(key) != 32 {
		return nil, fmt.Errorf("vault: the key has %d bytes, want 32", len(key))
	}
	seal, err := hkdf.Key(sha256.New, key, nil, "gongzhi seal", 32)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	index, err := hkdf.Key(sha256.New, key, nil, "gongzhi index", 32)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	block, err := aes.NewCipher(seal)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	return &Vault{aead: aead, index: index}, nil
}

// Load reads the key file, and makes it where there is none yet. The file is synced before it is used: a value
// sealed under a key that did not reach the disk would be lost.
func Load(path string) (*Vault, error) {
	key, err := Key(path)
	if err != nil {
		return nil, err
	}
	return New(key)
}

// Key reads 32 bytes of key from a file, and makes it where there is none yet.
func Key(path string) ([]byte, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		raw, err = create(path)
	}
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(raw)))
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("vault: %s is not a key file", path)
	}
	return key, nil
}

func create(path string) ([]byte, error) {
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	raw := []byte(base64.StdEncoding.EncodeToString(key) + "\n")
	_, werr := f.Write(raw)
	if err := errors.Join(werr, f.Sync(), f.Close()); err != nil {
		return nil, err
	}
	return raw, nil
}

// Seal encrypts a value for one place, such as "act/1/7/3/phone".
func (v *Vault) Seal(place string, value []byte) []byte {
	return append([]byte{version}, v.aead.Seal(nil, nil, value, []byte(place))...)
}

// Open decrypts what was sealed for the same place.
func (v *Vault) Open(place string, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != version {
		return nil, fmt.Errorf("vault: %s was not sealed here", place)
	}
	value, err := v.aead.Open(nil, nil, sealed[1:], []byte(place))
	if err != nil {
		return nil, fmt.Errorf("vault: %s does not open with this key", place)
	}
	return value, nil
}

// Index is a blind index: equal values of one domain ("1/person/phone") give equal indexes, and nothing else can be
// told from them without the key.
func (v *Vault) Index(domain, value string) string {
	mac := hmac.New(sha256.New, v.index)
	mac.Write([]byte(domain))
	mac.Write([]byte{0})
	mac.Write([]byte(value))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}
