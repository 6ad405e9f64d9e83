// Package text holds words by key and language.
//
// In: YAML files of messages, one per language, from the house and from a charter. Out: sentences in the reader's
// language. A missing word is never papered over: Say returns the key itself, the check and the tests report it.
package text

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"go.yaml.in/yaml/v4"
	"golang.org/x/text/language"
)

// Lang is a language that every word exists in.
type Lang string

const (
	ZH Lang = "zh"
	EN Lang = "en"
)

// Langs lists the languages, Chinese first.
var Langs = []Lang{ZH, EN}

// Tag is the BCP 47 name used in lang attributes.
func (l Lang) Tag() string {
	if l == ZH {
		return "zh-Hans"
	}
	return string(l)
}

// Text is words that a charter writes in place, once per language. Where the house itself fills such a place, as in
// the label of a question that every charter needs, it names a key of the text files instead; see [Named].
type Text struct {
	ZH  string `yaml:"zh" json:"zh"`
	EN  string `yaml:"en" json:"en"`
	Key string `yaml:"-" json:"key,omitempty"`
}

// Named is a Text that stands in the text files under a key.
func Named(key string) Text { return Text{Key: key} }

// About is a Text of the text files that speaks of something a charter named: the message says it as {{.Of}}.
func About(key string, of Text) Text { return Text{ZH: of.ZH, EN: of.EN, Key: key} }

// In gives the words of one language, and Chinese where that language has none.
func (t Text) In(l Lang) string {
	if l == EN && t.EN != "" {
		return t.EN
	}
	return t.ZH
}

// Words are the text as Words.
func (t Text) Words() Words {
	switch {
	case t.Key != "" && t.ZH+t.EN != "":
		return Key(t.Key, "Of", Text{ZH: t.ZH, EN: t.EN})
	case t.Key != "":
		return Words{Key: t.Key}
	}
	return Words{Text: t}
}

// IsZero tells whether nothing was written.
func (t Text) IsZero() bool { return t == Text{} }

// Args fill the places of a message. A value may be Words; they are said in the same language.
type Args = map[string]any

// Words are something to be said to a reader whose language is not known yet: a key of the text files with its
// arguments, or the charter's own Text, or plain data (a name, a number) that is the same in every language.
type Words struct {
	Key   string `json:"key,omitempty"`
	Args  Args   `json:"args,omitempty"`
	Text  Text   `json:"text,omitzero"`
	Plain string `json:"plain,omitempty"`
}

// Key names words of the text files. Arguments come as name, value pairs.
func Key(key string, pairs ...any) Words {
	w := Words{Key: key}
	for i := 0; i+1 < len(pairs); i += 2 {
		if w.Args == nil {
			w.Args = Args{}
		}
		w.Args[pairs[i].(string)] = pairs[i+1]
	}
	return w
}

// Plain is data that is not translated.
func Plain(s string) Words { return Words{Plain: s} }

// IsZero tells whether there is nothing to say.
func (w Words) IsZero() bool { return w.Key == "" && w.Plain == "" && w.Text.IsZero() }

// Bundle is all the words of a house and its charter. It does not change once built.
type Bundle struct {
	layers    []layer // what a later one says goes before what an earlier one says
	templates func() map[Lang]*i18n.Localizer
}

// layer is what one folder says. It does not change once read.
type layer struct {
	messages map[Lang]map[string]*i18n.Message
	direct   map[Lang]map[string]direct // of those, the ones that need no template engine
}

// New builds a Bundle from folders that hold NAME.zh.yaml and NAME.en.yaml files. A later folder overrides an
// earlier one, so a charter may say a thing in its own words; within a folder a key may stand in one file only.
// What stands in [House] is read once in a process.
func New(folders ...fs.FS) (*Bundle, error) {
	b := &Bundle{}
	for _, folder := range folders {
		get := func() (layer, error) { return readLayer(folder) }
		if folder == House() {
			get = houseLayer
		}
		one, err := get()
		if err != nil {
			return nil, err
		}
		b.layers = append(b.layers, one)
	}
	// Few messages ever need it, and those of a page with plural forms are the first.
	b.templates = sync.OnceValue(b.catalogue)
	return b, nil
}

// readLayer reads a folder, its languages side by side.
func readLayer(folder fs.FS) (layer, error) {
	one := layer{messages: map[Lang]map[string]*i18n.Message{}, direct: map[Lang]map[string]direct{}}
	var (
		group sync.WaitGroup
		mu    sync.Mutex
		errs  = make([]error, len(Langs))
	)
	for i, l := range Langs {
		group.Go(func() {
			messages, err := read(folder, l)
			short := make(map[string]direct, len(messages))
			for key, m := range messages {
				if d, ok := directly(m); ok {
					short[key] = d
				}
			}
			mu.Lock()
			defer mu.Unlock()
			one.messages[l], one.direct[l], errs[i] = messages, short, err
		})
	}
	group.Wait()
	return one, cmp.Or(errs...)
}

// catalogue gives every message to the template engine, in the order in which the layers override each other.
func (b *Bundle) catalogue() map[Lang]*i18n.Localizer {
	all := i18n.NewBundle(language.Chinese)
	say := map[Lang]*i18n.Localizer{}
	for _, l := range Langs {
		tag := language.Make(string(l))
		for _, one := range b.layers {
			for _, m := range one.messages[l] {
				if err := all.AddMessages(tag, m); err != nil {
					panic(err) // only for a language without rules for its plural forms
				}
			}
		}
		say[l] = i18n.NewLocalizer(all, string(l))
	}
	return say
}

// read gathers one folder's messages of one language.
func read(folder fs.FS, l Lang) (map[string]*i18n.Message, error) {
	names, err := fs.Glob(folder, "*."+string(l)+".yaml")
	if err != nil {
		return nil, err
	}
	all := map[string]*i18n.Message{}
	for _, name := range names {
		raw, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, fmt.Errorf("text: %w", err)
		}
		var file map[string]any
		if err := yaml.Unmarshal(raw, &file); err != nil {
			return nil, fmt.Errorf("text: %s: %w", name, err)
		}
		messages := map[string]*i18n.Message{}
		if err := flatten("", file, messages); err != nil {
			return nil, fmt.Errorf("text: %s: %w", name, err)
		}
		for key, m := range messages {
			if _, twice := all[key]; twice {
				return nil, fmt.Errorf("text: %s: %s stands in another file of the folder too", name, key)
			}
			all[key] = m
		}
	}
	return all, nil
}

// flatten turns nested keys into dotted ones. A map with only "one" and "other" is one message with plural forms.
func flatten(prefix string, in map[string]any, out map[string]*i18n.Message) error {
	for key, v := range in {
		id := strings.TrimPrefix(prefix+"."+key, ".")
		switch v := v.(type) {
		case string:
			out[id] = &i18n.Message{ID: id, Other: v}
		case map[string]any:
			other, plural := v["other"].(string)
			if plural {
				one, _ := v["one"].(string)
				out[id] = &i18n.Message{ID: id, One: one, Other: other}
				continue
			}
			if err := flatten(id, v, out); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s is %T, want words or a group of words", id, v)
		}
	}
	return nil
}

// Has tells whether the key has words in this language.
func (b *Bundle) Has(l Lang, key string) bool {
	return slices.ContainsFunc(b.layers, func(one layer) bool { return one.messages[l][key] != nil })
}

// Keys lists every key known in a language, sorted.
func (b *Bundle) Keys(l Lang) []string {
	all := map[string]bool{}
	for _, one := range b.layers {
		for key := range one.messages[l] {
			all[key] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// short is the message of a key where it needs no template engine. The last layer that says something under the key decides.
func (b *Bundle) short(l Lang, key string) (d direct, ok bool) {
	for _, one := range slices.Backward(b.layers) {
		if d, ok = one.direct[l][key]; ok || one.messages[l][key] != nil {
			return d, ok
		}
	}
	return d, false
}

// Say puts words into a language. A count for plural forms is taken from the argument "N". Words that are missing
// come back as their key in double brackets, which no reader can overlook and the page tests reject.
func (b *Bundle) Say(l Lang, w Words) string {
	if w.Key == "" {
		if w.Plain != "" {
			return w.Plain
		}
		if w.Text.Key != "" {
			return b.Say(l, w.Text.Words())
		}
		return w.Text.In(l)
	}
	if d, ok := b.short(l, w.Key); ok {
		if s, ok := d.say(w.Args, func(w Words) string { return b.Say(l, w) }); ok {
			return s
		}
	}
	return b.template(l, w)
}

// template is the way of Say for whatever is more than words with places in them.
func (b *Bundle) template(l Lang, w Words) string {
	if !b.Has(l, w.Key) {
		return "⟦" + w.Key + "⟧"
	}
	data := Args{}
	for k, v := range w.Args {
		switch v := v.(type) {
		case Words:
			data[k] = b.Say(l, v)
		case Text:
			data[k] = b.Say(l, v.Words())
		default:
			data[k] = v
		}
	}
	cfg := &i18n.LocalizeConfig{MessageID: w.Key, TemplateData: data}
	if n, ok := data["N"]; ok {
		cfg.PluralCount = n
	}
	s, err := b.templates()[l].Localize(cfg)
	if err != nil && s == "" {
		return "⟦" + w.Key + "⟧"
	}
	return s
}
