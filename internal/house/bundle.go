package house

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// bundled is the public bundle as one file, made when somebody first asks for it. It lies in the data folder under one
// name, so that there is never more than one, whatever ends the program.
type bundled struct {
	mu   sync.Mutex
	made time.Time // zero: not by this process
}

// bundleFresh is for how long a bundle is given out before it is made again: it reads the whole log.
const bundleFresh = time.Hour

// Bundle opens the public bundle as an archive, which is at most an hour old, with a file README.txt that says what it is.
// Whoever asks while it is made waits for it.
func (h *House) Bundle(ctx context.Context, readme string) (f *os.File, made time.Time, err error) {
	h.bundle.mu.Lock()
	defer h.bundle.mu.Unlock()
	path := filepath.Join(filepath.Dir(h.keys), "public-bundle.zip")
	if now := h.Clock.Now(); h.bundle.made.IsZero() || now.Sub(h.bundle.made) >= bundleFresh {
		// The next reader wants it too, also where this one has gone away.
		if err := h.pack(context.WithoutCancel(ctx), path+".new", readme); err != nil {
			return nil, time.Time{}, errors.Join(err, os.RemoveAll(path+".new"))
		}
		if err := os.Rename(path+".new", path); err != nil {
			return nil, time.Time{}, fmt.Errorf("house: %w", err)
		}
		h.bundle.made = now
	}
	if f, err = os.Open(path); err != nil {
		return nil, time.Time{}, fmt.Errorf("house: %w", err)
	}
	return f, h.bundle.made, nil
}

func (h *House) pack(ctx context.Context, path, readme string) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("house: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	z := zip.NewWriter(f)
	put := func(name string, data []byte) error {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(data)
		}
		return err
	}
	if err := h.Export(ctx, false, put); err != nil {
		return err
	}
	if err := put("README.txt", []byte(readme+"\n")); err != nil {
		return err
	}
	return z.Close()
}
