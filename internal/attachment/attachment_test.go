package attachment_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gongzhi/internal/attachment"
	"gongzhi/internal/fault"
	"gongzhi/internal/ledger"
	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
	"gongzhi/internal/vault"
)

func open(t *testing.T, db *store.DB) (*attachment.Files, string) {
	t.Helper()
	v, err := vault.New(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return ledger.New(1, v).AddTenant(ctx, tx, "demo", "演示", tx.Now())
	})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	f, err := attachment.Open(1, dir)
	if err != nil {
		t.Fatal(err)
	}
	return f, dir
}

var png = []byte("\x89PNG\r\n\x1a\n a picture")

func TestKeepsOnceAndGivesBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		f, _ := open(t, db)
		a, err := f.Put(ctx, db, `C:\Users\x\照片.png`, bytes.NewReader(png))
		if err != nil {
			t.Fatal(err)
		}
		b, err := f.Put(ctx, db, "again.png", bytes.NewReader(png))
		if err != nil || b.Hash != a.Hash {
			t.Fatalf("the same bytes: %v %v", b, err)
		}
		s, err := f.Get(ctx, db.Read(), a.Hash)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		if got, _ := io.ReadAll(s); !bytes.Equal(got, png) || s.Name != "照片.png" || s.Type != "image/png" || s.Public {
			t.Errorf("got %q %+v", got, s.File)
		}
	})
}

func TestRefusesAndKeepsNothing(t *testing.T) {
	db := storetest.Open(t, store.Config{})
	f, dir := open(t, db)
	tests := []struct {
		name string
		file string
		body io.Reader
		only []string
		want fault.Kind
	}{
		{"nothing in it", "a.png", strings.NewReader(""), nil, fault.Invalid},
		{"a program called a photo", "a.jpg", strings.NewReader("\x7fELF\x02\x01\x01"), nil, fault.Unsupported},
		{"a page called a photo", "a.png", strings.NewReader("<html><script>alert(1)</script>"), nil, fault.Unsupported},
		{"a zip called a zip", "a.zip", strings.NewReader("PK\x03\x04"), nil, fault.Unsupported},
		{"a photo where a table is wanted", "a.png", bytes.NewReader(png), []string{attachment.Spreadsheet}, fault.Unsupported},
		{"one byte too many", "a.png", io.MultiReader(bytes.NewReader(png), io.LimitReader(zeros{}, attachment.MaxSize)), nil, fault.TooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := f.Put(context.Background(), db, tt.file, tt.body, tt.only...); !fault.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, ".incoming*")); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestUnknownIsNotFound(t *testing.T) {
	db := storetest.Open(t, store.Config{})
	f, _ := open(t, db)
	if _, err := f.Get(context.Background(), db.Read(), "ab"); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}

func TestADiskThatCannotBeWrittenSaysSo(t *testing.T) {
	db := storetest.Open(t, store.Config{})
	f, dir := open(t, db)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Put(context.Background(), db, "a.png", bytes.NewReader(png)); !fault.Is(err, fault.Unavailable) {
		t.Error(err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
