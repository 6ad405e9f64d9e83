package web_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"testing"
)

func multipartForm(t *testing.T, fields map[string]string, name, content string) (io.Reader, string) {
	t.Helper()
	var buf bytes.Buffer
	m := multipart.NewWriter(&buf)
	for k, v := range fields {
		if err := m.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	f, err := m.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, content); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return &buf, m.FormDataContentType()
}
