package web

import (
	"maps"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
)

func TestASessionComesBackAsItWent(t *testing.T) {
	deadline := time.Date(2026, 4, 1, 1, 2, 3, 456_000, time.UTC)
	values := map[string]any{"person": "p-演示", "proof": "\"{\\", "": ""}
	for name, write := range map[string]scs.Codec{"as now": sessionCodec{}, "as before": scs.GobCodec{}} {
		raw, err := write.Encode(deadline, values)
		if err != nil {
			t.Fatal(name, err)
		}
		till, got, err := sessionCodec{}.Decode(raw)
		if err != nil || !till.Equal(deadline) || !maps.Equal(got, values) {
			t.Errorf("%s: %v until %v, %v", name, got, till, err)
		}
	}
	if _, err := (sessionCodec{}).Encode(deadline, map[string]any{"n": 1}); err == nil {
		t.Error("a number is kept, and would come back as text")
	}
	for _, raw := range []string{"", "{", "\x00"} {
		if _, _, err := (sessionCodec{}).Decode([]byte(raw)); err == nil {
			t.Errorf("%q is a session", raw)
		}
	}
}

func BenchmarkSession(b *testing.B) {
	for name, codec := range map[string]scs.Codec{"json": sessionCodec{}, "gob": scs.GobCodec{}} {
		raw, err := codec.Encode(time.Unix(1772413200, 0), map[string]any{sessionPerson: "0197f3c2-6c1e-7a3a-9d6e-3b1f0c9d2e11", sessionProof: "0123456789abcdef0123456789abcdef"})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := codec.Decode(raw); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
