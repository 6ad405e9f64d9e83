package charter_test

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"gongzhi/internal/charter"
)

func TestCompare(t *testing.T) {
	base := func() fstest.MapFS {
		return fstest.MapFS{
			"charter.yaml":          {Data: []byte("charter: c\n")},
			"methods/a.yaml":        {Data: []byte("method: a\nsteps: {x: {within: 5 days}}\n")},
			"methods/b.yaml":        {Data: []byte("method: b\n")},
			"calendars/days.yaml":   {Data: []byte("days: [2026-01-01]\n")},
			"scenarios/one.txtar":   {Data: []byte("begin a\n")},
			"texts/words.zh.yaml":   {Data: []byte("a: 甲\n")},
			".hidden/not/read.yaml": {Data: []byte("x: 1\n")},
		}
	}
	tests := []struct {
		name    string
		change  func(fstest.MapFS)
		where   []string
		methods []string
	}{
		{"nothing", func(fstest.MapFS) {}, nil, nil},
		{"a method touches itself", func(f fstest.MapFS) {
			f["methods/a.yaml"] = &fstest.MapFile{Data: []byte("method: a\nsteps: {x: {within: 9 days}}\n")}
		}, []string{"methods/a.yaml#steps.x.within"}, []string{"a"}},
		{"a new method", func(f fstest.MapFS) { f["methods/c.yaml"] = &fstest.MapFile{Data: []byte("method: c\n")} }, []string{"methods/c.yaml"}, []string{"c"}},
		{"a method that is gone", func(f fstest.MapFS) { delete(f, "methods/b.yaml") }, []string{"methods/b.yaml"}, []string{"b"}},
		{"what all share touches all", func(f fstest.MapFS) {
			f["calendars/days.yaml"] = &fstest.MapFile{Data: []byte("days: [2026-01-02]\n")}
		}, []string{"calendars/days.yaml#days"}, []string{"a", "b"}},
		{"words and scenarios touch none", func(f fstest.MapFS) {
			f["texts/words.zh.yaml"] = &fstest.MapFile{Data: []byte("a: 乙\n")}
			f["scenarios/one.txtar"] = &fstest.MapFile{Data: []byte("begin b\n")}
		}, []string{"scenarios/one.txtar", "texts/words.zh.yaml#a"}, nil},
		{"what is no YAML is compared whole", func(f fstest.MapFS) {
			f["methods/a.yaml"] = &fstest.MapFile{Data: []byte("method: [a\n")}
		}, []string{"methods/a.yaml"}, []string{"a"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			after := base()
			tt.change(after)
			got, err := charter.Compare(base(), after)
			if err != nil {
				t.Fatal(err)
			}
			var where []string
			for _, c := range got.Changes {
				where = append(where, c.Where())
			}
			if diff := cmp.Diff(tt.where, where); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.methods, got.Methods); diff != "" {
				t.Error(diff)
			}
		})
	}
}
