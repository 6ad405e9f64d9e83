package act_test

import (
	"encoding/json"
	"testing"
	"time"

	"gongzhi/internal/act"
)

func example() act.Act {
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	return act.Act{
		Tenant: 1, Matter: 7, Seq: 1, Kind: "notice.posted", Step: "publicity_1", At: at, Recorded: at,
		By: act.By{Person: "p1", Role: "secretary", Mandate: "m1"}, Basis: act.Basis{Charter: "c", Clause: "methods/r.yaml#publicity_1"},
		Body: json.RawMessage(`{"b":"乙","a":1}`),
	}
}

func TestAnyChangeBreaksTheChain(t *testing.T) {
	a := example()
	if err := a.Seal(""); err != nil {
		t.Fatal(err)
	}
	if err := a.Verify("", 1); err != nil {
		t.Fatalf("untouched: %v", err)
	}
	tests := map[string]func(*act.Act){
		"body":       func(a *act.Act) { a.Body = json.RawMessage(`{"b":"乙","a":2}`) },
		"who":        func(a *act.Act) { a.By.Person = "p2" },
		"back-dated": func(a *act.Act) { a.At = a.At.Add(-time.Microsecond) },
		"other law":  func(a *act.Act) { a.Basis.Charter = "d" },
		"other step": func(a *act.Act) { a.Step = "works" },
		"other town": func(a *act.Act) { a.Tenant = 2 },
		"sealed":     func(a *act.Act) { a.Sealed = []act.Commitment{{Field: "name", Hash: "00"}} },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			b := a
			change(&b)
			if b.Verify("", 1) == nil {
				t.Error("the change was not noticed")
			}
		})
	}
	if a.Verify("", 2) == nil || a.Verify("ff", 1) == nil {
		t.Error("a wrong place in the chain was not noticed")
	}
}

// The order of keys and the white space of a body are not part of what was done.
func TestCanonicalBytesIgnoreSpelling(t *testing.T) {
	a, b := example(), example()
	b.Body = json.RawMessage("{ \"a\": 1,\n \"b\": \"\\u4e59\" }")
	if a.Seal("") != nil || b.Seal("") != nil || a.Hash != b.Hash {
		t.Errorf("hashes differ: %s %s", a.Hash, b.Hash)
	}
}

func TestCommitmentNeedsTheSalt(t *testing.T) {
	a := act.Commit("phone", []byte("salt-1"), "00000000000")
	if a == act.Commit("phone", []byte("salt-2"), "00000000000") {
		t.Error("two salts, one commitment")
	}
	if a == act.Commit("phone", []byte("salt-1"), "00000000001") {
		t.Error("two values, one commitment")
	}
}
