package cli_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Somebody outside keeps an eye on a log: registers, signs what goes on, and keeps the proof of what does not.
func TestWitnessOutside(t *testing.T) {
	dir := t.TempDir()
	data, bundle, mine := filepath.Join(dir, "data"), filepath.Join(dir, "bundle"), filepath.Join(dir, "witness")
	if code, out := run(t, "export", bundle, "--data", data); code != 0 {
		t.Fatal(out)
	}
	site := http.NewServeMux()
	site.Handle("GET /log/", http.StripPrefix("/log/", http.FileServer(http.Dir(bundle))))
	site.HandleFunc("POST /log/cosignatures", func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		line := filepath.Join(dir, "line")
		if err != nil || os.WriteFile(line, raw, 0o600) != nil {
			t.Error(err)
		}
		if code, out := run(t, "log", "cosign", line, "--data", data); code != 0 || !strings.HasPrefix(out, "— library.example ") {
			t.Errorf("what it sent was not taken: %d %s", code, out)
			w.WriteHeader(http.StatusUnprocessableEntity)
		}
	})
	server := httptest.NewServer(site)
	defer server.Close()
	round := func(args ...string) (int, string) {
		return run(t, append([]string{"witness", server.URL, "--name", "library.example", "--dir", mine, "--lang", "en"}, args...)...)
	}
	code, out := round()
	key := regexp.MustCompile(`library\.example\+\S+`).FindString(out)
	if code != 0 || key == "" {
		t.Fatalf("%d %s", code, out)
	}
	if code, out := run(t, "log", "witness", key, "--data", data); code != 0 {
		t.Fatal(out)
	}
	_, report := run(t, "verify", bundle, "--json")
	log := regexp.MustCompile(`"key": "([^"]+)"`).FindStringSubmatch(report)[1]
	for range 2 { // the second time there is nothing new
		if code, out := round("--key", log); code != 0 || !strings.Contains(out, "Signed") {
			t.Fatalf("%d %s", code, out)
		}
	}
	if code, out := run(t, "log", "--data", data); code != 0 || !strings.Contains(out, "— library.example ") {
		t.Errorf("the checkpoint does not carry it: %s", out)
	}

	// Another history under the same key: what an office would show that had made a new record.
	again, raw := filepath.Join(dir, "again"), filepath.Join("keys", "log.key")
	seed, err := os.ReadFile(filepath.Join(data, raw))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(again, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(again, raw), seed, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(bundle); err != nil {
		t.Fatal(err)
	}
	if code, out := run(t, "export", bundle, "--data", again); code != 0 {
		t.Fatal(out)
	}
	if code, out := round("--key", log); code != 1 || !strings.Contains(out, "does not go on") {
		t.Errorf("a log made anew: %d %s", code, out)
	}
	if _, err := os.Stat(filepath.Join(mine, "forked")); err != nil {
		t.Error(err)
	}
	for _, args := range [][]string{{"witness"}, {"witness", server.URL}, {"witness", server.URL, "--name", "a b"}} {
		if code, _ := run(t, append(args, "--dir", mine)...); code != 2 {
			t.Errorf("%v: %d", args, code)
		}
	}
	if code, _ := round("--key", "nonsense"); code != 2 {
		t.Errorf("a key that is none: %d", code)
	}
}
