package charter

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
)

// Bounds of what is read: a charter is text that people write, and its scenarios.
const (
	maxFile   = 4 << 20
	maxFolder = 32 << 20
	maxFiles  = 2000
)

// Digest names a version by its files: the SHA-256 over each path with the digest of its content, in order of path.
// Files and folders that begin with a dot do not count.
func Digest(files fs.FS) (act.Digest, error) {
	raw, err := read(files)
	if err != nil {
		return "", err
	}
	return digest(raw), nil
}

func digest(raw map[string][]byte) act.Digest {
	var list strings.Builder
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		fmt.Fprintf(&list, "%s  %s\n", act.Sum(raw[name]), name)
	}
	return act.Sum([]byte(list.String()))
}

// Pack puts the files into a zip whose bytes depend on the files only.
func Pack(files fs.FS) ([]byte, error) {
	raw, err := read(files)
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			return nil, fmt.Errorf("charter: %w", err)
		}
		if _, err := w.Write(raw[name]); err != nil {
			return nil, fmt.Errorf("charter: %w", err)
		}
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

// read gives every file by its path. Only ordinary files count: behind a link there could be anything, and the same
// charter would be another version on another machine. It refuses a folder larger than a charter can be, so that a
// wrong path (a home folder, a disk) is told and not read through.
func read(files fs.FS) (map[string][]byte, error) {
	all := map[string][]byte{}
	total, entries := 0, 0
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entries++; entries > 2*maxFiles {
			return refuse("charter.too_many", name)
		}
		switch hidden := name != "." && strings.HasPrefix(d.Name(), "."); {
		case hidden && d.IsDir():
			return fs.SkipDir
		case hidden || d.IsDir():
			return nil
		case !d.Type().IsRegular():
			return refuse("charter.irregular", name)
		case len(all) == maxFiles:
			return refuse("charter.too_many", name)
		}
		raw, err := readFile(files, name, min(maxFile, maxFolder-total))
		all[name], total = raw, total+len(raw)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("charter: %w", err)
	}
	return all, nil
}

// readFile reads no more than it may, whatever size the file claims to have.
func readFile(files fs.FS, name string, most int) ([]byte, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() // only read from
	raw, err := io.ReadAll(io.LimitReader(f, int64(most)+1))
	if err == nil && len(raw) > most {
		return nil, refuse("charter.too_large", name)
	}
	return raw, err
}

func refuse(code, name string) error {
	return fault.Refuse(fault.TooLarge, code, fault.Basis{}, fault.Args{
		"File": name, "FileMB": maxFile >> 20, "FolderMB": maxFolder >> 20, "Files": maxFiles,
	})
}
