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
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"
)

// Vault seals and opens. It is safe for concurrent use.
//
// What is sealed names its key, so that values under an older one still open while they are moved to the new one. The
// index has a key of its own that stays: ids and printed codes are made from it (docs/decisions/0018).
type Vault struct {
	path string // of the key file; "" where there is none
	held atomic.Pointer[keys]
}

// keys are what the key file holds at one time.
type keys struct {
	file  os.FileInfo // as it was read
	seals []sealing   // the present one first
	index []byte
}

type sealing struct {
	id   string // four bytes that tell it from others
	aead cipher.AEAD
}

// First byte of what is sealed, so that another algorithm can follow.
const (
	unnamed = 1 // nonce and text, under whatever key opens it
	named   = 2 // the key's id, nonce and text
	idSize  = 4
)

// New makes a vault from 32 bytes of key.
func New(key []byte) (*Vault, error) {
	v := &Vault{}
	held, err := derive(keyFile{present: key})
	v.held.Store(held)
	return v, err
}

func derive(f keyFile) (*keys, error) {
	k := &keys{}
	for _, key := range append([][]byte{f.present}, f.old...) {
		if len(key) != 32 {
			return nil, fmt.Errorf("vault: the key has %d bytes, want 32", len(key))
		}
		seal, err := hkdf.Key(sha256.New, key, nil, "gongzhi seal", 32)
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
		sum := sha256.Sum256(append([]byte("gongzhi key id"), seal...))
		k.seals = append(k.seals, sealing{string(sum[:idSize]), aead})
	}
	index, err := hkdf.Key(sha256.New, f.indexKey(), nil, "gongzhi index", 32)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	k.index = index
	return k, nil
}

// Load reads the key file, and makes it where there is none yet. The file is synced before it is used: a value
// sealed under a key that did not reach the disk would be lost.
func Load(path string) (*Vault, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if _, err := create(path); err != nil {
			return nil, fmt.Errorf("vault: %w", err)
		}
	}
	v := &Vault{path: path}
	return v, v.read()
}

// read takes over what the key file holds now.
func (v *Vault) read() error {
	info, err := os.Stat(v.path)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	f, err := readKeys(v.path)
	if err != nil {
		return err
	}
	held, err := derive(f)
	if err != nil {
		return err
	}
	held.file = info
	v.held.Store(held)
	return nil
}

// now are the keys to seal with. Another process may have put a new one into the file: from then on nothing more is
// sealed under the old one, so that whoever moves values comes to an end.
func (v *Vault) now() *keys {
	held := v.held.Load()
	if v.path == "" {
		return held
	}
	// A changed file is another one, put in its place; the hour alone is too coarse on a quick disk.
	if info, err := os.Stat(v.path); err == nil && !(os.SameFile(info, held.file) && info.ModTime().Equal(held.file.ModTime())) && v.read() == nil {
		return v.held.Load()
	}
	return held
}

// Seal encrypts a value for one place, such as "act/1/7/3/phone".
func (v *Vault) Seal(place string, value []byte) []byte {
	present := v.now().seals[0]
	return append(append([]byte{named}, present.id...), present.aead.Seal(nil, nil, value, []byte(place))...)
}

// Open decrypts what was sealed for the same place.
func (v *Vault) Open(place string, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != unnamed && (sealed[0] != named || len(sealed) < 1+idSize) {
		return nil, fmt.Errorf("vault: %s was not sealed here", place)
	}
	for _, held := range []func() *keys{v.held.Load, v.now} { // a key this process has not seen yet may be in the file
		for _, s := range held().seals {
			box := sealed[1:]
			if sealed[0] == named {
				if string(sealed[1:1+idSize]) != s.id {
					continue
				}
				box = sealed[1+idSize:]
			}
			if value, err := s.aead.Open(nil, nil, box, []byte(place)); err == nil {
				return value, nil
			}
		}
	}
	return nil, fmt.Errorf("vault: %s does not open with this key", place)
}

// Fresh tells whether something is sealed under the present key.
func (v *Vault) Fresh(sealed []byte) bool {
	return len(sealed) > idSize && sealed[0] == named && string(sealed[1:1+idSize]) == v.now().seals[0].id
}

// Reseal moves a sealed value to the present key.
func (v *Vault) Reseal(place string, sealed []byte) ([]byte, error) {
	value, err := v.Open(place, sealed)
	if err != nil {
		return nil, err
	}
	return v.Seal(place, value), nil
}

// Index is a blind index: equal values of one domain ("1/person/phone") give equal indexes, and nothing else can be
// told from them without the key.
func (v *Vault) Index(domain, value string) string {
	mac := hmac.New(sha256.New, v.held.Load().index)
	mac.Write([]byte(domain))
	mac.Write([]byte{0})
	mac.Write([]byte(value))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}
