package text

import (
	"testing"
	"testing/fstest"
	"time"
)

func TestDirectWordsAreThoseOfTheTemplate(t *testing.T) {
	b, err := New(fstest.MapFS{"a.zh.yaml": {Data: []byte("x: x")}, "a.en.yaml": {Data: []byte(`
plain: Words only
spaced: "a {{ .A }} b{{.B}}"
twice: "{{.A}}{{.A}}"
deeper: "{{.A.B}} {{.B}}"
piped: "{{printf \"%q\" .A}}"
plural: {one: "{{.N}} day", other: "{{.N}} days"}
one_form: {other: "{{.N}} days"}
brace: "{.A} }} {{.B}}"
x: x
`)}})
	if err != nil {
		t.Fatal(err)
	}
	values := []any{"text", "", "<b>", 0, -7, int64(12), 3.5, true, nil, []string{"a", "b"}, time.Unix(0, 0).UTC(), Plain("p"), Key("plain"), Text{EN: "t"}, Key("none")}
	for _, key := range b.Keys(EN) {
		for _, v := range values {
			for _, w := range []Words{Key(key), Key(key, "A", v), Key(key, "A", v, "B", v), Key(key, "N", 1), Key(key, "N", 2), Key(key, "N", v, "A", v, "B", 1)} {
				if got, want := b.Say(EN, w), b.template(EN, w); got != want {
					t.Errorf("%s with %v: %q, the template says %q", key, w.Args, got, want)
				}
			}
		}
	}
}

// Each message of the house says the same both ways, with and without values.
func TestTheHouseSpeaksTheSameBothWays(t *testing.T) {
	b, err := New(House())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, l := range Langs {
		for key, d := range b.layers[0].direct[l] {
			w := Words{Key: key, Args: Args{}}
			for i, name := range d.places {
				w.Args[name] = i
			}
			if got, want := b.Say(l, w), b.template(l, w); got != want {
				t.Errorf("%s %s: %q, the template says %q", l, key, got, want)
			}
			n++
		}
	}
	if all := len(b.Keys(ZH)) + len(b.Keys(EN)); n < all*3/4 {
		t.Errorf("only %d of %d messages are direct", n, all)
	}
}

func BenchmarkSay(b *testing.B) {
	words, err := New(House())
	if err != nil {
		b.Fatal(err)
	}
	for name, w := range map[string]Words{"words": Key("form.submit"), "places": Key("web.step.since", "Day", "2026-03-02")} {
		b.Run(name+"/direct", func(b *testing.B) {
			for b.Loop() {
				words.Say(ZH, w)
			}
		})
		b.Run(name+"/template", func(b *testing.B) {
			for b.Loop() {
				words.template(ZH, w)
			}
		})
	}
}
