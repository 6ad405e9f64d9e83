// Package attachment keeps files by their digest.
//
// In: the bytes somebody sends, never more than the limit. Out: a step.File that an act may name. A file is written,
// synced and moved into place before anything refers to it, so an act never names bytes that are not there; what was
// sent twice is kept once. What a file is, its content says, not its name.
package attachment

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
)

//go:embed attachment.sql
var sqlText string

var (
	queries       = store.MustQueries("attachment", sqlText)
	addFile       = queries.Get("add")
	getFile       = queries.Get("find")
	publish       = queries.Get("publish")
	privateBefore = queries.Get("private-before")
	forget        = queries.Get("forget")
	forgetUpload  = queries.Get("forget-upload")
	knownFile     = queries.Get("known")
)

// MaxSize is the largest file taken.
const MaxSize = 20 << 20

// Spreadsheet is the type of an .xlsx file.
const Spreadsheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// GeoJSON is the type of a file of shapes. It is taken only where it is asked for.
const GeoJSON = "application/geo+json"

// types that are taken, with the ending that a name of theirs may have where content alone does not tell.
var types = []string{"image/jpeg", "image/png", "image/webp", "application/pdf", Spreadsheet, "text/csv"}

// Files are the attachments of one tenant, in one folder.
type Files struct {
	tenant int64
	dir    string
	moving sync.RWMutex // held while a file is put in place, and alone while one is removed
}

// Open uses a folder, and makes it where there is none.
func Open(tenant act.Tenant, dir string) (*Files, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("attachment: %w", err)
	}
	return &Files{tenant: int64(tenant), dir: dir}, nil
}

func (f *Files) path(hash act.Digest) string {
	return filepath.Join(f.dir, string(hash[:2]), string(hash))
}

// Put reads a file to its end and keeps it; a photograph without what the camera wrote beside the picture. It refuses a
// file that is too large or of a kind that is not taken, and then keeps nothing. only says which types are taken; empty is
// those of every form.
func (f *Files) Put(ctx context.Context, db *store.DB, name string, r io.Reader, only ...string) (step.File, error) {
	if len(only) == 0 {
		only = types
	}
	return f.put(ctx, db, "", name, r, only)
}

func (f *Files) put(ctx context.Context, db *store.DB, who act.Person, name string, r io.Reader, taken []string) (step.File, error) {
	temp, err := os.CreateTemp(f.dir, ".incoming-*")
	if err != nil {
		return step.File{}, unavailable(err)
	}
	defer func() { _ = os.Remove(temp.Name()) }() // gone already when it was moved into place
	head := bufio.NewReader(r)
	first, _ := head.Peek(12) // a shorter file is no photograph, and an error comes again below
	r = head
	if photograph(first) {
		raw, err := io.ReadAll(io.LimitReader(head, MaxSize+1))
		if err != nil {
			_ = temp.Close()
			return step.File{}, unavailable(err)
		}
		if len(raw) <= MaxSize {
			raw = stripped(raw)
		}
		r = bytes.NewReader(raw)
	}
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(temp, sum), io.LimitReader(r, MaxSize+1))
	if err != nil {
		_ = temp.Close()
		return step.File{}, unavailable(err)
	}
	file := step.File{Name: clean(name), Size: size, Hash: act.Digest(hex.EncodeToString(sum.Sum(nil)))}
	file.Type, err = sniff(temp, file.Name)
	if err := errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return step.File{}, unavailable(err)
	}
	args := fault.Args{"Name": file.Name, "Max": MaxSize >> 20}
	switch {
	case size > MaxSize:
		return step.File{}, fault.Refuse(fault.TooLarge, "file.large", fault.Basis{}, args)
	case size == 0:
		return step.File{}, fault.Refuse(fault.Invalid, "file.empty", fault.Basis{}, args)
	case heic(first):
		return step.File{}, fault.Refuse(fault.Unsupported, "file.heic", fault.Basis{}, args)
	case !slices.Contains(taken, file.Type):
		return step.File{}, fault.Refuse(fault.Unsupported, "file.type", fault.Basis{}, args)
	}
	f.moving.RLock()
	defer f.moving.RUnlock()
	if err := f.place(temp.Name(), file.Hash); err != nil {
		return step.File{}, unavailable(err)
	}
	err = db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := store.Exec(ctx, tx, addFile, f.tenant, string(file.Hash), file.Name, file.Type, file.Size, tx.Now().UnixMicro())
		if err == nil && who != "" {
			_, err = store.Exec(ctx, tx, addUpload, f.tenant, string(file.Hash), string(who))
		}
		return err
	})
	return file, err
}

// place moves a synced file to where its digest says, and syncs the folder.
func (f *Files) place(temp string, hash act.Digest) error {
	to := f.path(hash)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	if err := os.Rename(temp, to); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(to))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func unavailable(err error) error {
	return errors.Join(fault.Refuse(fault.Unavailable, "desk.unavailable", fault.Basis{}, nil), fmt.Errorf("attachment: %w", err))
}

// clean keeps a name short and free of paths.
func clean(name string) string {
	name = filepath.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError {
			return -1
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 120 {
		name = string(r[len(r)-120:])
	}
	return name
}

// sniff tells a type from the first bytes; a spreadsheet is a zip whose name says so, text is a table if it is called so.
func sniff(f io.ReaderAt, name string) (string, error) {
	head := make([]byte, 512)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	typ, _, _ := strings.Cut(http.DetectContentType(head[:n]), ";")
	switch ext := strings.ToLower(filepath.Ext(name)); {
	case typ == "application/zip" && ext == ".xlsx":
		return Spreadsheet, nil
	case (typ == "text/plain" || typ == "application/octet-stream") && ext == ".csv":
		return "text/csv", nil
	case typ == "text/plain" && (ext == ".geojson" || ext == ".json"):
		return GeoJSON, nil
	}
	return typ, nil
}

// Stored is a file that can be read.
type Stored struct {
	step.File
	Public bool
	f      *os.File
}

// Read gives the bytes.
func (s *Stored) Read(p []byte) (int, error) { return s.f.Read(p) }

// Seek serves ranges.
func (s *Stored) Seek(offset int64, whence int) (int64, error) { return s.f.Seek(offset, whence) }

// ReadAt serves readers of zip files.
func (s *Stored) ReadAt(p []byte, off int64) (int, error) { return s.f.ReadAt(p, off) }

// Close closes it.
func (s *Stored) Close() error { return s.f.Close() }

// Find tells what is known of a file, and whether anyone may read it.
func (f *Files) Find(ctx context.Context, q store.Q, hash act.Digest) (file step.File, public bool, err error) {
	type row struct {
		Hash string `db:"hash"`
		Name string `db:"name"`
		Type string `db:"type"`
		Size int64  `db:"size"`
		Open bool   `db:"open"`
	}
	r, err := store.Get[row](ctx, q, getFile, f.tenant, string(hash))
	if errors.Is(err, store.ErrNotFound) {
		return file, false, fault.Refuse(fault.NotFound, "file.unknown", fault.Basis{}, nil)
	}
	return step.File{Name: r.Name, Type: r.Type, Size: r.Size, Hash: hash}, r.Open, err
}

// Get opens a file by its digest.
func (f *Files) Get(ctx context.Context, q store.Q, hash act.Digest) (*Stored, error) {
	known, public, err := f.Find(ctx, q, hash)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(f.path(hash))
	if err != nil {
		return nil, fmt.Errorf("attachment: %w", err)
	}
	return &Stored{File: known, Public: public, f: file}, nil
}

// Publish lets anyone read a file; it is called when a public field of an act names it.
func (f *Files) Publish(ctx context.Context, tx *store.Tx, hash act.Digest) error {
	_, err := store.Exec(ctx, tx, publish, f.tenant, string(hash))
	return err
}

// Forget takes files off the record, in the transaction that erased the last answer that named them. Clear then removes
// their bytes.
func (f *Files) Forget(ctx context.Context, tx *store.Tx, hashes []act.Digest) error {
	for _, h := range hashes {
		for _, q := range []*store.Query{forget, forgetUpload} {
			if _, err := store.Exec(ctx, tx, q, f.tenant, string(h)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Clear removes the bytes of files that are not on record, once that is committed. A file that somebody has sent anew
// in the meantime stays. Bytes that a crash leaves behind are found by the next sweep.
func (f *Files) Clear(ctx context.Context, q store.Q, hashes []act.Digest) error {
	f.moving.Lock()
	defer f.moving.Unlock()
	var errs []error
	for _, h := range hashes {
		known, err := f.known(ctx, q, h)
		if err == nil && !known {
			if err = os.Remove(f.path(h)); errors.Is(err, fs.ErrNotExist) {
				err = nil
			}
		}
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("attachment: %w", err)
	}
	return nil
}

func (f *Files) known(ctx context.Context, q store.Q, hash act.Digest) (bool, error) {
	_, err := store.Get[string](ctx, q, knownFile, f.tenant, string(hash))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// PrivateBefore gives files that were kept before an instant and are not open to anyone, after one of them, at most so
// many in the order of their digests.
func (f *Files) PrivateBefore(ctx context.Context, q store.Q, after act.Digest, before time.Time, limit int) ([]act.Digest, error) {
	list, err := store.Select[string](ctx, q, privateBefore, f.tenant, string(after), before.UnixMicro(), limit)
	if err != nil {
		return nil, err
	}
	out := make([]act.Digest, len(list))
	for i, h := range list {
		out[i] = act.Digest(h)
	}
	return out, nil
}
