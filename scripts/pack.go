//go:build ignore

// Pack writes a folder as .tar.gz or .zip so that the same files give the same bytes on every machine: names sorted,
// one time, no owner, and only two modes.
//
//	go run scripts/pack.go OUTPUT FOLDER SECONDS
//
// The archive holds the folder under its own name. SECONDS since 1970 is the time of every entry. Files that
// may be executed keep that; everything else about them is dropped. Anything but files and folders is refused.
package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: go run scripts/pack.go OUTPUT FOLDER SECONDS")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

// An archive takes one file at a time.
type archive interface {
	add(name string, mode fs.FileMode, at time.Time, data []byte) error
	io.Closer
}

func run(out, folder, seconds string) error {
	sec, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return err
	}
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	var a archive = newTar(f)
	if strings.HasSuffix(out, ".zip") {
		a = zipped{zip.NewWriter(f)}
	}
	at := time.Unix(sec, 0).UTC()
	base := filepath.Dir(folder)
	// WalkDir goes in lexical order, the same everywhere.
	err = filepath.WalkDir(folder, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s is neither file nor folder", p)
		}
		mode := fs.FileMode(0o644)
		if info.Mode()&0o100 != 0 {
			mode = 0o755
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(base, p)
		if err != nil {
			return err
		}
		return a.add(path.Clean(filepath.ToSlash(rel)), mode, at, data)
	})
	if err != nil {
		return err
	}
	if err := a.Close(); err != nil {
		return err
	}
	return f.Close()
}

type tarred struct {
	*tar.Writer
	gz *gzip.Writer
}

func newTar(w io.Writer) tarred {
	gz, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a constant
	}
	return tarred{tar.NewWriter(gz), gz}
}

func (t tarred) add(name string, mode fs.FileMode, at time.Time, data []byte) error {
	h := &tar.Header{Name: name, Mode: int64(mode), Size: int64(len(data)), ModTime: at, Typeflag: tar.TypeReg, Format: tar.FormatPAX}
	if err := t.WriteHeader(h); err != nil {
		return err
	}
	_, err := t.Write(data)
	return err
}

func (t tarred) Close() error {
	if err := t.Writer.Close(); err != nil {
		return err
	}
	return t.gz.Close()
}

type zipped struct{ *zip.Writer }

func (z zipped) add(name string, mode fs.FileMode, at time.Time, data []byte) error {
	h := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at}
	h.SetMode(mode)
	w, err := z.CreateHeader(h)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}
