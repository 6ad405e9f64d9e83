package assets

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"
)

func whole() fstest.MapFS {
	return fstest.MapFS{
		"manifest.json":                      {Data: []byte(`{"core.css":"core-AAAA1111.css","barlow.woff2":"barlow-BBBB2222.woff2"}`)},
		"core-AAAA1111.css":                  {Data: []byte("body{}")},
		"barlow-BBBB2222.woff2":              {Data: []byte("wOF2")},
		"left-over-from-another-build.css":   {Data: []byte("p{}")},
		"folder/core-AAAA1111.css":           {Data: []byte("p{}")},
		"folder/manifest.json":               {Data: []byte(`{}`)},
		"folder/deeper/core-AAAA1111.css.gz": {Data: []byte("p{}")},
	}
}

func TestPath(t *testing.T) {
	s := Open(whole())
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	for plain, want := range map[string]string{
		"core.css": "/assets/core-AAAA1111.css",
		"wall.css": "/assets/wall.css", // was not built: the address answers 404
	} {
		if got := s.Path(plain); got != want {
			t.Errorf("Path(%q) = %q, want %q", plain, got, want)
		}
	}
}

func TestHandler(t *testing.T) {
	h := Open(whole()).Handler()
	for _, tt := range []struct {
		path, kind string
		status     int
	}{
		{"/assets/core-AAAA1111.css", "text/css; charset=utf-8", http.StatusOK},
		{"/assets/barlow-BBBB2222.woff2", "font/woff2", http.StatusOK},
		{"/assets/core.css", "", http.StatusNotFound},
		{"/assets/", "", http.StatusNotFound},
		{"/assets/manifest.json", "", http.StatusNotFound},
		{"/assets/folder", "", http.StatusNotFound},
		{"/assets/folder/core-AAAA1111.css", "", http.StatusNotFound},
		{"/assets/../assets.go", "", http.StatusNotFound},
		{"/assets/left-over-from-another-build.css", "", http.StatusNotFound},
	} {
		r := httptest.NewRequest("GET", "http://x/", nil)
		r.URL.Path = tt.path
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != tt.status {
			t.Errorf("%s: status %d, want %d", tt.path, w.Code, tt.status)
		}
		if tt.status == http.StatusOK && w.Header().Get("Content-Type") != tt.kind {
			t.Errorf("%s: Content-Type %q, want %q", tt.path, w.Header().Get("Content-Type"), tt.kind)
		}
		if cached := w.Header().Get("Cache-Control") != ""; cached != (tt.status == http.StatusOK) {
			t.Errorf("%s: kept for ever = %v with status %d", tt.path, cached, w.Code)
		}
	}
}

func TestErr(t *testing.T) {
	if err := Open(fstest.MapFS{".keep": {}}).Err(); !errors.Is(err, ErrNotBuilt) {
		t.Errorf("without a build: %v, want ErrNotBuilt", err)
	}
	lost := whole()
	delete(lost, "core-AAAA1111.css")
	if err := Open(lost).Err(); err == nil || errors.Is(err, ErrNotBuilt) {
		t.Errorf("with a lost file: %v, want an error that names it", err)
	}
	broken := whole()
	broken["manifest.json"] = &fstest.MapFile{Data: []byte(`{"core.css":`)}
	if err := Open(broken).Err(); err == nil {
		t.Error("with half a manifest: no error")
	}
}

// What is embedded is either a whole build or none; half a build must not reach a binary.
func TestEmbedded(t *testing.T) {
	err := Err()
	if errors.Is(err, ErrNotBuilt) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, plain := range []string{"core.css", "core.js", "staff.css", "staff.js", "wall.css", "print.css", "icons.svg"} {
		w := httptest.NewRecorder()
		Handler().ServeHTTP(w, httptest.NewRequest("GET", Path(plain), nil))
		if w.Code != http.StatusOK {
			t.Errorf("%s: status %d", plain, w.Code)
		}
	}
}
