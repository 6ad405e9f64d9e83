package kinds_test

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/step/kinds"
	"gongzhi/internal/step/steptest"
	"gongzhi/internal/text"
)

var update = flag.Bool("update", false, "write docs/steps.md")

const docs = "../../../docs/steps.md"

// world has what some examples lean on beside what every one of them has.
func world(t *testing.T) *steptest.World {
	t.Helper()
	w := steptest.NewWorld()
	w.Profiles["owners"] = steptest.Laws(t, "../../../charters/linshanzhai/rules")
	w.Did["draft"], w.Did["works"] = []act.Person{"p1"}, []act.Person{"p1"}
	return w
}

func house(t *testing.T) *text.Bundle {
	t.Helper()
	b, err := text.New(text.House())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Every folder beside this one that holds a kind is on the list, once, under its own name.
func TestTheListIsWhole(t *testing.T) {
	var listed []string
	for _, k := range kinds.All() {
		listed = append(listed, k.Name())
	}
	slices.Sort(listed)
	if got := slices.Compact(slices.Clone(listed)); len(got) != len(listed) {
		t.Errorf("two kinds have one name: %v", listed)
	}
	folders, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, f := range folders {
		if _, err := os.Stat("../" + f.Name() + "/example.yaml"); err == nil {
			found = append(found, f.Name())
		}
	}
	if !slices.Equal(found, listed) {
		t.Errorf("the list has %v, the folders are %v", listed, found)
	}
}

// An example shows every key that its kind knows: a key nobody is shown is a key nobody uses. Those that exclude each
// other may stand in a comment.
func TestExamplesShowEveryKey(t *testing.T) {
	for _, k := range kinds.All() {
		t.Run(k.Name(), func(t *testing.T) {
			n, faults := source.Parse("methods/example.yaml", k.Example())
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			s, faults := k.Decode(n)
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			for _, key := range []string{"kind", "name", "says", "law", "next"} {
				if _, ok := n.Get(key); !ok {
					t.Errorf("the example has no %s", key)
				}
			}
			for _, key := range keys(reflect.TypeOf(s).Elem()) {
				if _, ok := n.Get(key); !ok && !bytes.Contains(k.Example(), []byte("\n# "+key+":")) {
					t.Errorf("the example does not show %s", key)
				}
			}
		})
	}
}

// keys are those of a kind's own struct, without what every step may say.
func keys(t reflect.Type) (out []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case !f.IsExported() || key == "-":
		case strings.HasSuffix(f.Tag.Get("yaml"), ",inline"):
			if f.Type != reflect.TypeFor[step.Common]() {
				out = append(out, keys(f.Type)...)
			}
		default:
			out = append(out, key)
		}
	}
	return out
}

// Whoever comes too late is told so in words: the engine refuses under the kind's name.
func TestEveryKindHasItsWords(t *testing.T) {
	b := house(t)
	for _, k := range kinds.All() {
		for _, key := range []string{k.Name() + ".closed", k.Name() + ".doc"} {
			for _, l := range text.Langs {
				if !b.Has(l, key) {
					t.Errorf("%s has no words in %s", key, l)
				}
			}
		}
	}
}

// docs/steps.md says what the kinds do now. Update it with: go test ./internal/step/kinds -update
func TestDocs(t *testing.T) {
	var out strings.Builder
	out.WriteString("# 步骤的种类 Kinds of steps\n\n" +
		"This page is made from the kinds themselves by `go test ./internal/step/kinds -update`. A method is a list of such steps.\n" +
		"Roles, numbers and words below are those of the example; a charter writes its own. “Owed” says that somebody has to\n" +
		"do it and that it stands in a queue until they have; what is not owed is a right.\n")
	for _, k := range kinds.All() {
		out.WriteString(section(t, k))
	}
	if *update {
		if err := os.MkdirAll("../../../docs", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(docs, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	old, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	if string(old) != out.String() {
		t.Error("docs/steps.md is not what the kinds say; run go test ./internal/step/kinds -update and look at the difference")
	}
}

func section(t *testing.T, k step.Kind) string {
	t.Helper()
	b := house(t)
	var out strings.Builder
	doc := text.Key(k.Name() + ".doc")
	fmt.Fprintf(&out, "\n## %s\n\n%s\n\n%s\n\n", k.Name(), b.Say(text.ZH, doc), b.Say(text.EN, doc))
	w := world(t)
	s := steptest.Must(t, k, string(k.Example()), w)
	for i, a := range walk(t, s, w) {
		if i == 0 {
			out.WriteString("| verb | 按钮 | button | by | owed |\n|---|---|---|---|---|\n")
		}
		fmt.Fprintf(&out, "| `%s` | %s | %s | %s | %s |\n", a.verb, b.Say(text.ZH, a.words), b.Say(text.EN, a.words), strings.Join(a.by, ", "), a.owed)
	}
	if !strings.HasSuffix(out.String(), "|\n") {
		out.WriteString("It asks nobody.\n")
	}
	fmt.Fprintf(&out, "\nOutcomes: `%s`.", strings.Join(s.Outcomes(), "`, `"))
	facts := step.Said(s)
	for i, name := range slices.Sorted(maps.Keys(facts)) {
		if i == 0 {
			out.WriteString(" Facts:")
		} else {
			out.WriteString(",")
		}
		fmt.Fprintf(&out, " `%s` (%s)", name, facts[name])
	}
	if len(facts) > 0 {
		out.WriteString(".")
	}
	fmt.Fprintf(&out, "\n\n```yaml\n%s```\n", k.Example())
	return out.String()
}

// verb is one that a step was seen to ask for.
type verb struct {
	verb  string
	words text.Words
	by    []string
	owed  string
}

// walk goes through a step at random, always in the same way, and gathers the verbs that it asks for.
func walk(t *testing.T, s step.Step, w *steptest.World) []verb {
	t.Helper()
	seen := map[string]*verb{}
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 11))
		m := steptest.Start(t, s, w)
		for range 100 {
			asks := m.Asks()
			for _, a := range asks {
				gather(seen, a)
			}
			if _, ended := m.Ended(); ended {
				break
			}
			due, timed := s.Due(m.View())
			if items := slices.Sorted(maps.Keys(m.Open)); len(items) > 0 {
				_ = m.Close(items[0], w.Children[rng.IntN(len(w.Children))])
			} else if timed && (len(asks) == 0 || rng.IntN(8) == 0) {
				m.Until(due)
			} else if rng.IntN(8) == 0 {
				m.Until(m.Now.Add(time.Duration(1+rng.IntN(200)) * time.Hour))
			} else if len(asks) > 0 {
				a := asks[rng.IntN(len(asks))]
				who := steptest.Who{Person: act.Person(fmt.Sprint("q", rng.IntN(9))), Role: a.By[rng.IntN(len(a.By))]}
				if len(a.Only) > 0 {
					who.Person = a.Only[0]
				}
				_ = m.Submit(who, steptest.Answer(rng, a, m.View())) // the refusals are looked at elsewhere
			}
		}
	}
	return slices.SortedFunc(func(yield func(verb) bool) {
		for _, v := range seen {
			slices.Sort(v.by)
			if !yield(*v) {
				return
			}
		}
	}, func(a, b verb) int { return cmp.Compare(a.verb, b.verb) })
}

func gather(seen map[string]*verb, a step.Ask) {
	v := seen[a.Verb]
	if v == nil {
		// Which item it is about differs from ask to ask; the page says only that there is one.
		words := a.Words
		words.Args = maps.Clone(words.Args)
		for key := range words.Args {
			words.Args[key] = "…"
		}
		v = &verb{verb: a.Verb, words: words, owed: ""}
		seen[a.Verb] = v
	}
	for _, role := range a.By {
		if !slices.Contains(v.by, role) {
			v.by = append(v.by, role)
		}
	}
	if a.Owed {
		v.owed = "✓"
	}
}
