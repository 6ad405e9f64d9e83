package charter

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"gongzhi/internal/act"
)

// maxFile and maxFolder bound what is read: a charter is text that people write.
const (
	maxFile   = 4 << 20
	maxFolder = 32 << 20
)

// Digest names a version by its files: the SHA-256 over each path with the digest of its content, in order of path.
// Files that begin with a dot do not count.
func Digest(files fs.FS) (act.Digest, error) {
	var list strings.Builder
	err := walk(files, func(name string, raw []byte) error {
		fmt.Fprintf(&list, "%s  %s\n", act.Sum(raw), name)
		return nil
	})
	return act.Sum([]byte(list.String())), err
}

// Pack puts the files into a zip whose bytes depend on the files only.
func Pack(files fs.FS) ([]byte, error) {
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	err := walk(files, func(name string, raw []byte) error {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			return err
		}
		_, err = w.Write(raw)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("charter: %w", err)
	}
	return buf.Bytes(), nil
}

// Unpack opens what Pack made.
func Unpack(raw []byte) (fs.FS, error) {
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, fmt.Errorf("charter: %w", err)
	}
	return z, nil
}

// walk gives every file in order of its path.
func walk(files fs.FS, do func(name string, raw []byte) error) error {
	total := 0
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name != "." && strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if total += int(info.Size()); info.Size() > maxFile || total > maxFolder {
			return fmt.Errorf("%s: the folder is larger than a charter may be", name)
		}
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		return do(name, raw)
	})
	if err != nil {
		return fmt.Errorf("charter: %w", err)
	}
	return nil
}
