package clock

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

// File is a clock moved by whoever writes the file: for tests of a whole program, which has to be told from outside
// that a week has gone by. The file holds one instant, as RFC 3339.
type File struct {
	path string
	mu   sync.Mutex
	told time.Time
}

// NewFile reads the file once, so that a wrong name or a wrong instant is told at the start and not at the first act.
func NewFile(path string) (*File, error) {
	f := &File{path: path}
	at, err := f.read()
	if err != nil {
		return nil, err
	}
	f.told = at
	return f, nil
}

func (f *File) read() (time.Time, error) {
	raw, err := os.ReadFile(f.path)
	if err != nil {
		return time.Time{}, fmt.Errorf("clock: %w", err)
	}
	at, err := time.Parse(time.RFC3339, strings.TrimSpace(string(raw)))
	if err != nil {
		return time.Time{}, fmt.Errorf("clock: %s: %w", f.path, err)
	}
	return whole(at), nil
}

// Now is the instant in the file. While the file cannot be read, because it is being written, it repeats the last one.
func (f *File) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	if at, err := f.read(); err == nil {
		f.told = at
	}
	return f.told
}
