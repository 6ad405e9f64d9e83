package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
)

// The other tests read without compression; this is what a browser asks for.
func TestAnswersAreCompressed(t *testing.T) {
	w := newTown(t)
	r := must(http.NewRequest(http.MethodGet, w.server.URL+"/", nil))
	r.Header.Set("Accept-Encoding", "gzip")
	res, err := w.visitor().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }() // read to its end
	if how, vary := res.Header.Get("Content-Encoding"), res.Header.Values("Vary"); how != "gzip" || !strings.Contains(strings.Join(vary, ", "), "Accept-Encoding") {
		t.Fatalf("a page comes as %q, which varies by %q", how, vary)
	}
	z, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(z)
	if err != nil || !strings.Contains(string(page), "</html>") {
		t.Errorf("the page does not come whole: %v, %d bytes", err, len(page))
	}
	if status, plain, h := w.visitor().get("/"); status != http.StatusOK || !strings.Contains(plain, "</html>") || h.Get("Content-Encoding") != "" {
		t.Errorf("without compression: %d, %d bytes as %q", status, len(plain), h.Get("Content-Encoding"))
	}
}
