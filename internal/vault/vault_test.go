package vault_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"gongzhi/internal/vault"
)

func TestSealedValuesOpenOnlyAtTheirPlace(t *testing.T) {
	v, err := vault.Load(filepath.Join(t.TempDir(), "keys", "vault.key"))
	if err != nil {
		t.Fatal(err)
	}
	sealed := v.Seal("act/1/7/3/phone", []byte("00000000000"))
	if bytes.Contains(sealed, []byte("00000000000")) {
		t.Fatal("the value can be read in what was sealed")
	}
	if got, err := v.Open("act/1/7/3/phone", sealed); err != nil || string(got) != "00000000000" {
		t.Errorf("Open = %q, %v", got, err)
	}
	if _, err := v.Open("act/1/7/4/phone", sealed); err == nil {
		t.Error("a value moved to another act still opened")
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := v.Open("act/1/7/3/phone", sealed); err == nil {
		t.Error("a changed value still opened")
	}
}

func TestTheKeyStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vault.key")
	a, err := vault.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := vault.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Open("p", a.Seal("p", []byte("x"))); err != nil {
		t.Error(err)
	}
	if a.Index("d", "x") != b.Index("d", "x") || a.Index("d", "x") == a.Index("e", "x") {
		t.Error("blind indexes do not hold")
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file is readable by others: %v %v", info.Mode(), err)
	}
	if err := os.WriteFile(path, []byte("not a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.Load(path); err == nil {
		t.Error("a damaged key file was accepted")
	}
}
