package vault

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// keyFile is what the file of keys says: a line with the present key, then, once it was changed, one with the key of the
// index and one for each older key that values may still be sealed under.
//
//	3q2+7w…
//	index 3q2+7w…
//	old 3q2+7w…
type keyFile struct {
	present []byte
	index   []byte // nil: the present one
	old     [][]byte
}

func (f keyFile) indexKey() []byte {
	if f.index != nil {
		return f.index
	}
	return f.present
}

func readKeys(path string) (f keyFile, err error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return f, fmt.Errorf("vault: %w", err)
	}
	for n, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		word, said, _ := strings.Cut(strings.TrimSpace(line), " ")
		if n == 0 {
			word, said = "", word
		}
		key, err := base64.StdEncoding.DecodeString(said)
		if err != nil || len(key) != 32 {
			return f, fmt.Errorf("vault: %s is not a key file", path)
		}
		switch word {
		case "":
			f.present = key
		case "index":
			f.index = key
		case "old":
			f.old = append(f.old, key)
		default:
			return f, fmt.Errorf("vault: %s is not a key file", path)
		}
	}
	return f, nil
}

// write puts the file in the place of the one before, whole or not at all.
func (f keyFile) write(path string) error {
	var b bytes.Buffer
	line := func(word string, key []byte) { b.WriteString(word + base64.StdEncoding.EncodeToString(key) + "\n") }
	line("", f.present)
	if f.index != nil {
		line("index ", f.index)
	}
	for _, key := range f.old {
		line("old ", key)
	}
	temp := path + ".new"
	file, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	_, werr := file.Write(b.Bytes())
	if err := errors.Join(werr, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	if err := os.Rename(temp, path); err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

// Turn begins a change of the key: a new one is put first in the file, and what is sealed from now on is sealed under it.
// A change that was begun and not ended goes on; begun says which it was.
func Turn(path string) (begun bool, err error) {
	f, err := readKeys(path)
	if err != nil || len(f.old) > 0 {
		return false, err
	}
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return false, fmt.Errorf("vault: %w", err)
	}
	return true, keyFile{present: key, index: f.indexKey(), old: [][]byte{f.present}}.write(path)
}

// Settle ends a change of the key: the older ones leave the file. Whoever calls it has made sure that nothing is sealed
// under them any more.
func Settle(path string) error {
	f, err := readKeys(path)
	if err != nil {
		return err
	}
	f.old = nil
	return f.write(path)
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
