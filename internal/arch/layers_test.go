package arch

import (
	"strings"
	"testing"
)

// own is the list of this house.
func own(t *testing.T) House {
	t.Helper()
	h, err := Read(layersTxt)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestMay(t *testing.T) {
	h := own(t)
	tests := []struct {
		name, from, to, want string // want is part of the answer; "" means allowed
	}{
		{"above", "desk", "method", ""},
		{"own storey", "method", "step", ""},
		{"below", "vote", "ledger", "stands below"},
		{"far below", "exact", "web/ui", "stands below"},
		{"folder of a listed one", "web/ui", "page", ""},
		{"not listed", "gossip", "exact", "in no storey"},
		{"imports what is not listed", "desk", "gossip", "in no storey"},
		{"beside looks at all", "bench", "cli", ""},
		{"nothing leans on beside", "cli", "bench", "beside the house"},
		{"kind to kind", "step/ballot", "step/form", "stands alone"},
		{"kind to its own folder", "step/ballot", "step", ""},
		{"kind to the suite", "step/ballot", "step/steptest", ""},
		{"the list of kinds", "step/kinds", "step/form", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := h.May(tt.from, tt.to)
			if (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Errorf("May(%q, %q) = %q, want %q", tt.from, tt.to, got, tt.want)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	for _, tt := range []struct{ name, txt, want string }{
		{"package before a storey", "exact: shares\n", "layers.txt:1"},
		{"no purpose", "== ground\nexact\n", "layers.txt:2"},
		{"listed twice", "== ground\nexact: a\n== words\nexact: b\n", "listed twice"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Read(tt.txt)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Read = %v, want an error with %q", err, tt.want)
			}
		})
	}
}
