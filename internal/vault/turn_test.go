package vault_test

import (
	"path/filepath"
	"testing"

	"gongzhi/internal/vault"
)

// A new key takes over while another process goes on: nothing is lost, nothing more is sealed under the old key, and the
// old key is of no use once it has left the file. Indexes stay as they are.
func TestTheKeyIsChanged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vault.key")
	serving, err := vault.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	before := serving.Seal("a", []byte("one"))
	index := serving.Index("1/person/phone", "00000000000")
	for _, want := range []bool{true, false} { // begun, then gone on with
		if begun, err := vault.Turn(path); err != nil || begun != want {
			t.Fatalf("begun %v, %v", begun, err)
		}
	}
	moving, err := vault.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if moving.Fresh(before) {
		t.Error("what was sealed before counts as sealed under the new key")
	}
	if during := serving.Seal("a", []byte("two")); !moving.Fresh(during) {
		t.Error("a process that runs on seals under the old key")
	}
	moved, err := moving.Reseal("a", before)
	if err != nil || !moving.Fresh(moved) {
		t.Fatalf("not moved: %v", err)
	}
	if err := vault.Settle(path); err != nil {
		t.Fatal(err)
	}
	after, err := vault.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := after.Open("a", before); err == nil {
		t.Error("the old key still opens")
	}
	for _, v := range []*vault.Vault{after, serving} {
		if got, err := v.Open("a", moved); err != nil || string(got) != "one" {
			t.Errorf("%q, %v", got, err)
		}
		if v.Index("1/person/phone", "00000000000") != index {
			t.Error("an index changed with the key")
		}
	}
	if begun, err := vault.Turn(path); err != nil || !begun {
		t.Errorf("a second change: %v, %v", begun, err)
	}
}
