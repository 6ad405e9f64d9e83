// Package assets holds the styles, scripts, icons and numerals that the pages load, as they were built.
//
// In: the folder dist, written by assets/build.mjs and embedded into the binary. Out: the address of a file by its
// plain name, and a handler that serves it. Names carry a hash of the content, so an address never changes its
// meaning. It builds nothing, and it works without a build too: the Go code can be compiled and tested where no
// Node is, and Err then says in words what is missing.
package assets

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// Prefix is where the handler expects to be mounted.
const Prefix = "/assets/"

// ErrNotBuilt means that the binary was compiled before `make assets`. Pages still read and submit; they are bare.
var ErrNotBuilt = errors.New("assets: styles and scripts were not built: run make assets, then build again")

//go:embed all:dist
var embedded embed.FS

// A Set is one build of the assets.
type Set struct {
	files fs.FS
	names map[string]string // plain name to name with hash
	err   error
}

var built = load()

func load() Set {
	dist, err := fs.Sub(embedded, "dist")
	if err != nil {
		return Set{err: err}
	}
	return Open(dist)
}

// Open reads a folder with a manifest.json. A folder without one gives an empty Set whose Err is [ErrNotBuilt]; one
// whose manifest names a file that is not there gives a Set whose Err says which.
func Open(dist fs.FS) Set {
	b, err := fs.ReadFile(dist, "manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return Set{files: dist, err: ErrNotBuilt}
	}
	if err != nil {
		return Set{files: dist, err: fmt.Errorf("assets: %w", err)}
	}
	s := Set{files: dist}
	if err := json.Unmarshal(b, &s.names); err != nil {
		return Set{files: dist, err: fmt.Errorf("assets: manifest.json: %w", err)}
	}
	for plain, name := range s.names {
		if _, err := fs.Stat(dist, name); err != nil {
			return Set{files: dist, err: fmt.Errorf("assets: %s: %w", plain, err)}
		}
	}
	return s
}

// Path gives the address of a file by its plain name: "core.css" is "/assets/core-UGXVKJMY.css". A name that was not
// built gives an address that answers 404, so that a mistake shows in the first test that follows the page's links.
func (s Set) Path(plain string) string {
	if name, ok := s.names[plain]; ok {
		return Prefix + name
	}
	return Prefix + plain
}

// Err is nil when the assets were built whole. Say it at start; it is no reason not to serve.
func (s Set) Err() error { return s.err }

// Handler serves the files under [Prefix], for ever: a changed file has another name. Anything else is 404, also the
// list of the folder.
func (s Set) Handler() http.Handler {
	known := make(map[string]bool, len(s.names))
	for _, name := range s.names {
		known[name] = true
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, Prefix)
		if !known[name] {
			http.NotFound(w, r)
			return
		}
		// Named here, because what the machine's own table says of .woff2 differs from one Windows to the next.
		if t, ok := types[path.Ext(name)]; ok {
			w.Header().Set("Content-Type", t)
		}
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		http.ServeFileFS(w, r, s.files, name)
	})
}

// Worker serves the service worker. Its address never changes, and neither does what it may look after: the whole site.
func (s Set) Worker() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := s.names["worker.js"]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", types[".js"])
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		http.ServeFileFS(w, r, s.files, name)
	})
}

var types = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".woff2": "font/woff2",
}

// FS is the folder as embedded.
func FS() fs.FS { return built.files }

// Path gives the address of an embedded file, as [Set.Path].
func Path(plain string) string { return built.Path(plain) }

// Err says whether the embedded assets were built, as [Set.Err].
func Err() error { return built.Err() }

// Worker serves the embedded service worker, as [Set.Worker].
func Worker() http.Handler { return built.Worker() }

// Handler serves the embedded assets, as [Set.Handler].
func Handler() http.Handler { return built.Handler() }
