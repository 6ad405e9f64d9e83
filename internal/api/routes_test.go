package api

import (
	"os"
	"strings"
	"testing"

	"gongzhi/internal/fault"
	"gongzhi/internal/method"
	"gongzhi/internal/text"
)

// Every route has an audience, and every address that changes something wants a token.
func TestRoutesHaveAudiences(t *testing.T) {
	a := New(Config{})
	seen := map[string]bool{}
	for _, rt := range a.routes() {
		method, path, _ := strings.Cut(rt.pattern, " ")
		if seen[rt.pattern] || !strings.HasPrefix(path, base+"/") {
			t.Errorf("%s stands twice or outside %s", rt.pattern, base)
		}
		seen[rt.pattern] = true
		switch {
		case rt.audience != anyone && rt.audience != tokenHolder:
			t.Errorf("%s has no audience", rt.pattern)
		case method != "GET" && rt.audience == anyone:
			t.Errorf("%s lets anyone write", rt.pattern)
		}
		if err := rt.audience.admits(nobody); (err == nil) != (rt.audience == anyone) {
			t.Errorf("%s: without a token: %v", rt.pattern, err)
		}
		if err := rt.audience.admits(&caller{somebody}); err != nil {
			t.Errorf("%s: with a token: %v", rt.pattern, err)
		}
	}
	if err := audience(0).admits(&caller{somebody}); !fault.Is(err, fault.SignIn) {
		t.Errorf("no audience admits somebody: %v", err)
	}
}

var somebody = method.Actor{Person: "u1"}

func TestEveryKindHasAStatusAndATitle(t *testing.T) {
	words, err := text.New(text.House())
	if err != nil {
		t.Fatal(err)
	}
	for k := fault.Invalid; k <= fault.Unavailable; k++ {
		if statuses[k] < 400 {
			t.Errorf("%s has status %d", k, statuses[k])
		}
		for _, l := range text.Langs {
			if !words.Has(l, "api.kind."+k.String()) {
				t.Errorf("%s has no title in %s", k, l)
			}
		}
	}
}

func TestLanguage(t *testing.T) {
	for accept, want := range map[string]text.Lang{
		"": text.ZH, "en": text.EN, "zh": text.ZH, "en-US,en;q=0.9": text.EN, "zh-CN,en;q=0.8": text.ZH, "en;q=0.5, zh;q=0.4": text.EN,
		"fr": text.ZH, "fr, en;q=0.1": text.EN, "en;q=0": text.ZH, "*": text.ZH, "en;q=x": text.ZH, "EN": text.EN,
	} {
		if got := language(accept); got != want {
			t.Errorf("%q: %s, want %s", accept, got, want)
		}
	}
}

// Every word that this package names exists; a code is found by its quotes.
func TestWordsExist(t *testing.T) {
	words, err := text.New(text.House())
	if err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range files {
		if strings.HasSuffix(f.Name(), "_test.go") || !strings.HasSuffix(f.Name(), ".go") {
			continue
		}
		raw, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(string(raw), `"api.`)[1:] {
			key, _, _ := strings.Cut(part, `"`)
			if strings.HasSuffix(key, ".") {
				continue // put together from parts: tested where they are
			}
			n++
			for _, l := range text.Langs {
				if !words.Has(l, "api."+key) {
					t.Errorf("%s: api.%s has no words in %s", f.Name(), key, l)
				}
			}
		}
	}
	if n < 20 {
		t.Errorf("only %d codes were found", n)
	}
}
