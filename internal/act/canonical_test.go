package act

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"
)

var bodies = []string{
	`{}`, `[]`, `null`, `true`, `0`, `-1`, `"x"`, `{"b":"乙","a":1}`, `{"a":{"d":[1,2,{"z":0,"y":"q"}],"c":null},"B":false}`,
	`{ "a" : 1 , "b" : [ ] }`, `{"a":1,"a":2}`, `{"a":-0}`, `{"a":1.50}`, `{"a":1e3}`, `{"a":9007199254740993}`, `{"a":123456789012345}`,
	`{"html":"<b>&amp;</b>"}`, `{"html":"\u003cb\u003e"}`, `{"line":"a\nb\t\"c\"\\"}`, `{"slash":"\/"}`, `{"é":1,"z":2}`, `{"\u0061":1}`, `{"😀":1,"ﬃ":2}`,
	"{\"sep\":\"\u2028\"}", `{"a":"\ud83d\ude00"}`, `{"a":"\ud83d"}`, "{\"bad\":\"\xff\"}", "{\"ctl\":\"\x01\"}", `{"a":1}x`, `{"a":1,}`, `[1,]`, `{`, `{"a"}`, `tru`, `01`, `-`,
	`{"twice":{"a":1,"a":1}}`, `{"c":1,"b":2,"a":3}`, `[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]`, ` 1 `, `{"a":1 }`, `"\u0000"`, `"\b\f"`,
}

// both makes sure that the short way gives what the long way gives, or gives up.
func both(t *testing.T, a Act) (short bool) {
	t.Helper()
	if len(a.Body) == 0 {
		a.Body = json.RawMessage("{}")
	}
	want, err := a.thorough()
	got, ok := a.plain(nil)
	if !ok {
		return false
	}
	if err != nil {
		t.Fatalf("the short way takes %q, the long way refuses it: %v", a.Body, err)
	}
	if !bytes.Equal(got, want) {
		t.Fatalf("the short way gives\n%s, the long way\n%s", got, want)
	}
	return true
}

func sample(body string) Act {
	at := time.Date(2026, 3, 2, 8, 0, 0, 123456000, time.UTC)
	return Act{
		Tenant: 1, Matter: 7, Seq: 3, Kind: "form.submitted", Step: "handle", At: at, Recorded: at.Add(time.Second),
		By: By{Person: "u1", Role: "worker", Mandate: "m"}, Basis: Basis{Charter: "c", Clause: "methods/修.yaml#handle"}, Submission: "id-00001",
		Body: json.RawMessage(body), Sealed: []Commitment{{"phone", "aa"}, {"name", "bb"}}, Prev: "ff",
	}
}

func TestBothWaysAgree(t *testing.T) {
	short := 0
	for _, body := range bodies {
		if both(t, sample(body)) {
			short++
		}
	}
	if short < 15 {
		t.Errorf("only %d of %d bodies go the short way", short, len(bodies))
	}
	edges := map[string]func(*Act){
		"made without signal": func(a *Act) { a.Made = a.At.Add(-time.Hour) },
		"nothing but what must be": func(a *Act) {
			*a = Act{Kind: "k", At: a.At, Recorded: a.Recorded, By: By{Role: "clock"}, Body: a.Body}
		},
		"no person":           func(a *Act) { a.By.Person = "" },
		"no mandate":          func(a *Act) { a.By.Mandate = "" },
		"one sealed":          func(a *Act) { a.Sealed = a.Sealed[:1] },
		"none sealed":         func(a *Act) { a.Sealed = nil },
		"empty list sealed":   func(a *Act) { a.Sealed = []Commitment{} },
		"whole second":        func(a *Act) { a.At = a.At.Truncate(time.Second) },
		"quotes in a name":    func(a *Act) { a.Step = `a"b` },
		"angle brackets":      func(a *Act) { a.Basis.Clause = "<b>&" },
		"no UTF-8":            func(a *Act) { a.Kind = "\xff" },
		"separators":          func(a *Act) { a.Kind = "\u2028" },
		"a great number":      func(a *Act) { a.Matter = 1<<53 + 1 },
		"a negative number":   func(a *Act) { a.Seq = -1 },
		"in Beijing":          func(a *Act) { a.At = a.At.In(time.FixedZone("", 8*3600)) },
		"the zero instant":    func(a *Act) { a.At = time.Time{} },
		"beyond what is said": func(a *Act) { a.At = a.At.AddDate(9000, 0, 0) },
		"no body":             func(a *Act) { a.Body = nil },
	}
	for name, change := range edges {
		t.Run(name, func(t *testing.T) {
			a := sample(`{"a":1}`)
			change(&a)
			both(t, a)
		})
	}
	if !both(t, sample(`{"method":"repair","facts":{"what":"灯","urgency":3}}`)) {
		t.Error("an ordinary act does not go the short way")
	}
}

func FuzzBothWaysAgree(f *testing.F) {
	for _, body := range bodies {
		f.Add(body, "step", "clause")
	}
	f.Fuzz(func(t *testing.T, body, step, clause string) {
		a := sample(body)
		a.Step, a.Basis.Clause = step, clause
		both(t, a)
	})
}

func BenchmarkCanonical(b *testing.B) {
	a := sample(`{"method":"repair","subject":{"register":"compound","id":"yinghe91"},"title":{"zh":"颍河路91号院报修","en":"Repair"},"facts":{"details":"楼道三层照明灯损坏，夜间通行不便","sort":"light","urgency":3,"what":"灯"}}`)
	b.Run("short", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := a.Canonical(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("long", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := a.thorough(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
