package clock_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"gongzhi/internal/clock"
)

func TestFileTellsWhatIsWrittenInIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "now")
	write := func(s string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := clock.NewFile(path); err == nil {
		t.Error("a clock without its file was taken")
	}
	write("tomorrow")
	if _, err := clock.NewFile(path); err == nil {
		t.Error("a clock was made of a word")
	}
	write("2026-03-02T20:00:00+08:00\n")
	f, err := clock.NewFile(path)
	if err != nil {
		t.Fatal(err)
	}
	week := noon.Add(7 * 24 * time.Hour)
	for _, tt := range []struct {
		name, in string
		want     time.Time
	}{
		{"as it was opened", "2026-03-02T20:00:00+08:00", noon},
		{"a week later", "2026-03-09T12:00:00Z", week},
		{"half written", "2026-03-1", week},
		{"empty", "", week},
	} {
		write(tt.in)
		if got := f.Now(); got != tt.want {
			t.Errorf("%s: the clock tells %v, want %v", tt.name, got, tt.want)
		}
	}
}
