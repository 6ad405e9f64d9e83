package source_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongzhi/internal/source"
)

func TestDifferences(t *testing.T) {
	tests := []struct {
		name, before, after string
		want                []string // "path: before -> after @line before/line after"
	}{
		{"nothing", "a: 1\nb: [x, y]\n", "a: 1\nb: [x, y]\n", nil},
		{"comments, order and style mean nothing", "a: 1 # why\nb: {c: x}\n", "b:\n  c: \"x\"\na: 1\n", nil},
		{"a value", "steps:\n  ask:\n    window: 30 days\n", "steps:\n  ask:\n    window: 45 days\n", []string{"steps.ask.window: 30 days -> 45 days @3/3"}},
		{"added and removed", "a: 1\nb: 2\n", "a: 1\nc: {d: 3}\n", []string{"b: 2 ->  @2/0", "c:  -> {d: 3} @0/2"}},
		{"removed before what stays", "a: 1\nb: 2\n", "b: 3\n", []string{"a: 1 ->  @1/0", "b: 2 -> 3 @2/1"}},
		{"entries by their key", "f:\n  - {key: a, n: 1}\n  - {key: b, n: 2}\n", "f:\n  - {key: b, n: 3}\n  - {key: a, n: 1}\n", []string{"f[b].n: 2 -> 3 @3/2"}},
		{"an entry more", "f: [{value: x}]\n", "f: [{value: x}, {value: y, n: 1}]\n", []string{"f[y]:  -> {value: y, n: 1} @0/1"}},
		{"plain lists as a whole", "by: [a, b]\n", "by: [b, a]\n", []string{"by: [a, b] -> [b, a] @1/1"}},
		{"another kind of value", "by: a\n", "by: [a]\n", []string{"by: a -> [a] @1/1"}},
		{"an empty text is a value", "a: \"\"\n", "b: \"\"\n", []string{`a: "" ->  @1/0`, `b:  -> "" @0/1`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before, bad := source.Parse("x.yaml", []byte(tt.before))
			after, worse := source.Parse("x.yaml", []byte(tt.after))
			if len(bad)+len(worse) > 0 {
				t.Fatal(bad, worse)
			}
			var got []string
			for _, d := range source.Differences(before, after) {
				got = append(got, fmt.Sprintf("%s: %s -> %s @%d/%d", d.Path, d.Before, d.After, d.WasLine, d.NowLine))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
