package text_test

import (
	"slices"
	"testing"
	"testing/fstest"

	"gongzhi/internal/text"
)

func bundle(t *testing.T, zh, en string) *text.Bundle {
	t.Helper()
	b, err := text.New(fstest.MapFS{
		"a.zh.yaml": {Data: []byte(zh)},
		"a.en.yaml": {Data: []byte(en)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSay(t *testing.T) {
	b := bundle(t, "left: '还有 {{.N}} 天'\nwho: '{{.Who}}已提交'", "left:\n  one: '{{.N}} day left'\n  other: '{{.N}} days left'\nwho: '{{.Who}} submitted'")
	tests := []struct {
		name string
		lang text.Lang
		w    text.Words
		want string
	}{
		{"key with a count", text.ZH, text.Key("left", "N", 5), "还有 5 天"},
		{"one day", text.EN, text.Key("left", "N", 1), "1 day left"},
		{"several days", text.EN, text.Key("left", "N", 5), "5 days left"},
		{"words inside words", text.EN, text.Key("who", "Who", text.Text{ZH: "社区", EN: "the community"}), "the community submitted"},
		{"a charter's own text", text.EN, text.Text{ZH: "公示", EN: "Notice"}.Words(), "Notice"},
		{"no English yet: the Chinese is better than nothing", text.EN, text.Text{ZH: "公示"}.Words(), "公示"},
		{"plain data", text.EN, text.Plain("78.62"), "78.62"},
		{"a missing word shows itself", text.ZH, text.Key("nowhere"), "⟦nowhere⟧"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := b.Say(tt.lang, tt.w); got != tt.want {
				t.Errorf("Say = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestSameKeyTwiceInAFolderIsAFault(t *testing.T) {
	_, err := text.New(fstest.MapFS{"a.zh.yaml": {Data: []byte("x: 1号")}, "b.zh.yaml": {Data: []byte("x: 2号")}})
	if err == nil {
		t.Fatal("two files with the same key were accepted")
	}
}

// Every sentence of the house exists in every language.
func TestHouseIsComplete(t *testing.T) {
	b, err := text.New(text.House())
	if err != nil {
		t.Fatal(err)
	}
	zh, en := b.Keys(text.ZH), b.Keys(text.EN)
	for _, k := range zh {
		if !slices.Contains(en, k) {
			t.Errorf("%s has no English", k)
		}
	}
	for _, k := range en {
		if !slices.Contains(zh, k) {
			t.Errorf("%s has no Chinese", k)
		}
	}
}

// A label that the house itself writes is said like one that a charter wrote.
func TestNamedTextIsSaidByItsKey(t *testing.T) {
	b, err := text.New(text.House())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := b.Say(text.EN, text.Named("place").Words()), b.Say(text.EN, text.Key("place")); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
