package steptest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"gongzhi/internal/act"
	"gongzhi/internal/expr"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

func compare(a, b string) int { return cmp.Compare(a, b) }

// said holds the words that were found complete; filling a message in is the slowest thing a walk does.
var said sync.Map

var house = sync.OnceValues(func() (*text.Bundle, error) { return text.New(text.House()) })

// words makes sure that something is said in every language, with every place of the message filled.
func (m *Sim) words(where string, w text.Words) {
	if w.Key == "" && w.Text.Key != "" {
		w = w.Text.Words()
	}
	if w.Key == "" {
		if w.Plain == "" && (w.Text.ZH == "" || w.Text.EN == "") {
			m.T.Helper()
			m.Fatalf("%s: words in one language only: %+v", where, w)
		}
		return
	}
	id := w.Key + fmt.Sprint(w.Args)
	if _, known := said.Load(id); known {
		return
	}
	m.T.Helper()
	b, err := house()
	if err != nil {
		m.Fatalf("%v", err)
	}
	for _, l := range text.Langs {
		if s := b.Say(l, w); s == "" || strings.Contains(s, "⟦") || strings.Contains(s, "<no value>") {
			m.Fatalf("%s: no words in %s: %q (%+v)", where, l, s, w)
		}
	}
	said.Store(id, true)
}

var wordsType = reflect.TypeFor[text.Words]()

// allWords finds every Words in a value that says something.
func (m *Sim) allWords(where string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == wordsType {
			if w := v.Interface().(text.Words); !w.IsZero() {
				m.words(where, w)
			}
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				m.allWords(where, v.Field(i))
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			m.allWords(where, v.Index(i))
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			m.allWords(where, v.Elem())
		}
	default:
	}
}

// refusal makes sure that a no has words for everything it says, and a basis. Any other error is a fault of ours.
func (m *Sim) refusal(err error) {
	m.T.Helper()
	r, ok := fault.As(err)
	if !ok {
		m.Fatalf("not a refusal: %v", err)
	}
	if r.Basis.Clause == "" {
		m.Fatalf("a refusal without a basis: %v", err)
	}
	m.words("refusal "+r.Code, text.Words{Key: r.Code, Args: r.Args})
	for _, f := range r.Fields {
		m.words("field "+f.Name, text.Words{Key: f.Code, Args: f.Args})
	}
}

// drafts looks at what would be published.
func (m *Sim) drafts(drafts []act.Draft, sealed []string) {
	m.T.Helper()
	for i, d := range drafts {
		if d.Kind == "" {
			m.Fatalf("a draft without a kind: %+v", d)
		}
		raw, err := json.Marshal(d.Body)
		if err != nil {
			m.Fatalf("body of %s: %v", d.Kind, err)
		}
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.UseNumber()
		var body any
		if err := dec.Decode(&body); err != nil {
			m.Fatalf("body of %s: %v", d.Kind, err)
		}
		m.integers(d.Kind, body)
		for _, value := range sealed {
			quoted, _ := json.Marshal(strings.TrimSpace(value))
			if len(value) >= 6 && bytes.Contains(raw, quoted[1:len(quoted)-1]) {
				m.Fatalf("%s publishes a sealed value: %s", d.Kind, raw)
			}
		}
		if d.Kind != act.Ended {
			continue
		}
		if i != len(drafts)-1 {
			m.Fatalf("%s comes after the step has ended", drafts[i+1].Kind)
		}
		end, ok := d.Body.(act.Ending)
		if !ok {
			m.Fatalf("step.ended with the body %T", d.Body)
		}
		m.ending(end)
	}
}

// integers refuses numbers with a point or an exponent: a float is not the same everywhere.
func (m *Sim) integers(where string, v any) {
	m.T.Helper()
	switch v := v.(type) {
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			m.Fatalf("%s: %s is no integer", where, v)
		}
	case []any:
		for _, x := range v {
			m.integers(where, x)
		}
	case map[string]any:
		for key, x := range v {
			m.integers(where+"."+key, x)
		}
	}
}

// ending holds the outcome and the facts to what the step declares.
func (m *Sim) ending(e act.Ending) {
	m.T.Helper()
	if !slices.Contains(m.Step.Outcomes(), e.Outcome) {
		m.Fatalf("outcome %q is none of %v", e.Outcome, m.Step.Outcomes())
	}
	declared := m.Step.Facts()
	for name, v := range e.Facts {
		if t, ok := declared[name]; !ok {
			m.Fatalf("fact %q is not declared", name)
		} else if !fits(t, v) {
			m.Fatalf("fact %q is %T, declared as %s", name, v, t)
		}
	}
}

func fits(t expr.Type, v any) bool {
	switch v.(type) {
	case bool:
		return t.String() == expr.Bool.String()
	case int, int64:
		return t.String() == expr.Int.String()
	case string:
		return t.String() == expr.Text.String()
	case []string:
		return t.String() == expr.Texts.String()
	case map[string]any:
		return t.String() == expr.Object(nil).String()
	case []map[string]any, []any:
		return t.String() == expr.Objects(nil).String()
	}
	return false
}

// sameState compares the state that grew act by act with one folded from all acts at once. Equal means equal in every
// part, the unexported ones too.
func (m *Sim) sameState(why string) {
	m.T.Helper()
	if fresh := m.Refold(); !reflect.DeepEqual(fresh, m.State) {
		a, _ := json.Marshal(m.State)
		b, _ := json.Marshal(fresh)
		m.Fatalf("%s:\nkept   %s\nanew   %s", why, a, b)
	}
}

// standing checks what must hold between any two actions.
func (m *Sim) standing() {
	m.T.Helper()
	v := m.View()
	asks := m.Step.Asks(v)
	if again := m.Step.Asks(v); !reflect.DeepEqual(asks, again) {
		m.Fatalf("the same view had two lists of asks:\n%+v\n%+v", asks, again)
	}
	due, timed := m.Step.Due(v)
	_, ended := m.Ended()
	panel := m.Step.Panel(v)
	if panel.Title.IsZero() {
		m.Fatalf("a panel without a title")
	}
	m.allWords("panel", reflect.ValueOf(panel))
	m.sameState("looking changed the state")
	if ended {
		if len(asks) > 0 || timed {
			m.Fatalf("ended, yet it asks %v or waits until %v", asks, due)
		}
		return
	}
	seen := map[string]bool{}
	owed := len(m.Open) > 0
	for _, a := range asks {
		owed = owed || a.Owed
		m.ask(a)
		if id := a.Verb + "\x00" + a.Item; seen[id] {
			m.Fatalf("asked twice: %s %s", a.Verb, a.Item)
		} else {
			seen[id] = true
		}
	}
	if !owed && !timed {
		m.Fatalf("stranded: nobody owes anything and no time will move it; it asks %v", asks)
	}
}

func (m *Sim) ask(a step.Ask) {
	m.T.Helper()
	if a.Verb == "" || len(a.By) == 0 || a.Words.IsZero() {
		m.Fatalf("an ask needs a verb, roles and words: %+v", a)
	}
	m.allWords("ask "+a.Verb, reflect.ValueOf([]text.Words{a.Words, a.Lead}))
	seen := map[string]bool{}
	for _, f := range a.Fields {
		if f.Key == "" || seen[f.Key] {
			m.Fatalf("ask %s: field %q has no key of its own", a.Verb, f.Key)
		}
		seen[f.Key] = true
		m.words("ask "+a.Verb, f.Label.Words())
		for _, o := range f.Options {
			m.words("ask "+a.Verb, o.Label.Words())
		}
		if f.Audience != step.Public && f.Audience != step.Staff && f.Audience != step.Self {
			m.Fatalf("ask %s: field %s has no audience", a.Verb, f.Key)
		}
		if f.Personal && f.Audience == step.Public {
			m.Fatalf("ask %s: field %s is personal and public", a.Verb, f.Key)
		}
	}
}
