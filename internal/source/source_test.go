package source_test

import (
	"testing"

	"gongzhi/internal/source"
)

func TestDecodeSaysWhere(t *testing.T) {
	n, faults := source.Parse("m.yaml", []byte("days: seven\nname: a\n\ndayz: 7\n"))
	if len(faults) != 0 {
		t.Fatal(faults)
	}
	var into struct {
		Days int    `yaml:"days"`
		Name string `yaml:"name"`
	}
	got := n.Decode(&into)
	want := []struct {
		code      string
		line, col int
	}{{"yaml.type", 1, 7}, {"yaml.unknown_key", 4, 1}}
	if len(got) != len(want) {
		t.Fatalf("got %v", got)
	}
	for i, w := range want {
		if got[i].Code != w.code || got[i].Place.Line != w.line || got[i].Place.Col != w.col {
			t.Errorf("fault %d = %v, want %v", i, got[i], w)
		}
	}
	if into.Name != "a" {
		t.Error("one fault must not lose the rest")
	}
}

func TestSyntaxAndDoubleKeys(t *testing.T) {
	if _, f := source.Parse("m.yaml", []byte("a: [1\nb: 2")); len(f) != 1 || f[0].Code != "yaml.syntax" {
		t.Errorf("syntax: %v", f)
	}
	_, f := source.Parse("m.yaml", []byte("a: 1\nb:\n  c: 1\n  c: 2\n"))
	if len(f) != 1 || f[0].Code != "yaml.twice" || f[0].Place.Line != 4 {
		t.Errorf("double key: %v", f)
	}
}

func TestAtFallsBackToTheHolder(t *testing.T) {
	n, _ := source.Parse("m.yaml", []byte("steps:\n  a:\n    kind: notice\n"))
	if p := n.At("steps", "a", "days"); p.Line != 3 {
		t.Errorf("absent key: %v, want the line of its map", p)
	}
	if p := n.KeyAt("steps", "a"); p.Line != 2 || p.Col != 3 {
		t.Errorf("key: %v", p)
	}
}
