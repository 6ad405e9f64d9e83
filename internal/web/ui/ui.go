// Package ui draws pages as HTML.
//
// In: a [page.Page] and the [Context] of its reader (language, size of text, place, who is signed in). Out: one whole
// HTML document that reads, submits and prints without script. There is one component for each block of package page,
// in a templ file with its style beside it. It asks no database, decides nothing and holds no words: they come from the
// text files under "ui.". It writes no inline script and no style element, so the strictest content policy holds.
package ui

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gongzhi/internal/page"
	"gongzhi/internal/text"
)

// Prefer is the address that remembers a reader's choice of language, size and theme in a cookie. It takes lang, size
// or theme, and back, and answers with a redirect; links to it stand in every frame, because they work without script.
const Prefer = "/prefer"

// Sizes of text: html at 100, 125 and 175 %.
const (
	Normal = iota + 1
	Large
	Largest
)

// Context is what a page cannot know about its reader. Lang, Bundle, Path and Now are required.
type Context struct {
	Lang   text.Lang
	Bundle *text.Bundle
	Place  text.Text   // the subdistrict
	Size   int         // [Normal], [Large] or [Largest]; anything else is Normal
	Night  bool        // the dark theme, for walls
	Path   string      // of this page with its query; where a preference link comes back to
	Origin string      // "https://host", before the addresses in QR codes
	Now    time.Time   // the server's time
	Demo   bool        // say that the data is made up
	Person *Person     // who is signed in
	Nav    []Group     // desk: at the left
	Tools  []page.Link // desk: at the right of the top bar
	Search string      // desk: where the search form goes; empty leaves it out
	Foot   []page.Link // accessibility statement, privacy, …

	// Checkpoint is printed on every sheet, so that the wall it hangs on bears witness to the public log; nil prints none.
	Checkpoint *page.QR

	// Drawn is told how many of the page's own blocks are drawn, where somebody waits for very many; nil tells nobody.
	Drawn func(done, total int)

	// Asset gives the address of a built file by its plain name. Default: "/assets/" and the name.
	Asset func(name string) string
	// Clause gives the page of a clause such as "methods/renovation.yaml#publicity_1.days", or "" where there is none.
	Clause func(clause string) string
}

// Person is the reader, and in which capacity they act.
type Person struct {
	ID      string // opaque: a phone keeps what one person wrote apart from what another did
	Name    string
	Mandate text.Words
	Links   []page.Link // my matters, sign out
}

// Group is one heading of the desk's navigation with its links.
type Group struct {
	Title text.Words
	Links []page.Link
}

// Render writes the whole document. What it cannot draw is an error, and then part of the document may have been
// written: a door renders into a buffer first.
func Render(w io.Writer, c *Context, p page.Page) error {
	r := &reader{Context: c, ids: map[string]int{}, said: map[string]string{}}
	if err := document(p).Render(context.WithValue(context.Background(), readerKey{}, r), w); err != nil {
		return fmt.Errorf("ui: %w", err)
	}
	return nil
}

// reader is the Context while one document is drawn.
type reader struct {
	*Context
	ids  map[string]int    // how often each id was asked for
	said map[string]string // words without arguments, by key
}

type readerKey struct{}

// from gives the reader of the document being drawn. There always is one: components are not exported.
func from(ctx context.Context) *reader { return ctx.Value(readerKey{}).(*reader) }

// t says words to the reader. Those without arguments are looked up once for a document: a table says the words of its
// columns again in every row.
func t(ctx context.Context, w text.Words) string {
	r := from(ctx)
	if w.Key == "" || len(w.Args) > 0 {
		return r.Bundle.Say(r.Lang, w)
	}
	s, ok := r.said[w.Key]
	if !ok {
		s = r.Bundle.Say(r.Lang, w)
		r.said[w.Key] = s
	}
	return s
}

// say says words of this package's own text files: say(ctx, "form.problems", "N", 2) looks up "ui.form.problems".
func say(ctx context.Context, key string, pairs ...any) string {
	return t(ctx, text.Key("ui."+key, pairs...))
}

// id makes an id that the document does not have yet: base, then base-2, base-3.
func id(ctx context.Context, base string) string {
	r := from(ctx)
	r.ids[base]++
	if n := r.ids[base]; n > 1 {
		return base + "-" + strconv.Itoa(n)
	}
	return base
}

// asset gives the address of a built file.
func asset(ctx context.Context, name string) string {
	if f := from(ctx).Asset; f != nil {
		return f(name)
	}
	return "/assets/" + name
}

// prefer is the link that changes one preference and comes back here.
func prefer(ctx context.Context, name, value string) templ.SafeURL {
	return templ.SafeURL(Prefer + "?" + url.Values{name: {value}, "back": {from(ctx).Path}}.Encode())
}

// tellDrawn tells whoever waits that one more of the page's own blocks stands.
func tellDrawn(ctx context.Context, done, total int) string {
	if f := from(ctx).Drawn; f != nil {
		f(done, total)
	}
	return ""
}

// themes are day and night, the one in use marked.
func themes(ctx context.Context) []page.Link {
	night := from(ctx).Night
	return []page.Link{
		{Words: text.Key("ui.theme.day"), Href: string(prefer(ctx, "theme", "day")), Here: !night},
		{Words: text.Key("ui.theme.night"), Href: string(prefer(ctx, "theme", "night")), Here: night},
	}
}

// tilesFirst parts the figures, which run over the whole wall, from what stands beneath them.
func tilesFirst(list []page.Block) (tiles, rest []page.Block) {
	for _, b := range list {
		if _, ok := b.(page.Figures); ok {
			tiles = append(tiles, b)
		} else {
			rest = append(rest, b)
		}
	}
	return tiles, rest
}

// otherLang is the language the reader could change to.
func otherLang(ctx context.Context) text.Lang {
	if from(ctx).Lang == text.ZH {
		return text.EN
	}
	return text.ZH
}

// size is the reader's size of text, Normal when it is none of the three.
func size(ctx context.Context) int {
	if s := from(ctx).Size; s == Large || s == Largest {
		return s
	}
	return Normal
}

// nextSize is the size that the switch in the header leads to; after the largest comes the normal one.
func nextSize(ctx context.Context) string { return strconv.Itoa(size(ctx)%Largest + 1) }

var frameNames = [...]string{page.Resident: "resident", page.Desk: "desk", page.Wall: "wall", page.Paper: "paper"}

// frameName is the class of the document; a page that names no frame is a resident's.
func frameName(f page.Frame) string {
	if f < page.Resident || int(f) >= len(frameNames) {
		f = page.Resident
	}
	return frameNames[f]
}

// title is what the window and the bookmark say: "Title：State - place", with a warning in front when a form came back.
func title(ctx context.Context, p page.Page) string {
	s := t(ctx, p.Title)
	if !p.State.IsZero() {
		s = say(ctx, "title.state", "Title", s, "State", p.State)
	}
	if faulty(p.Blocks) || faulty(p.Aside) {
		s = say(ctx, "title.faulty", "Title", s)
	}
	return say(ctx, "title.place", "Title", s, "Place", from(ctx).Place)
}

// faulty tells whether a form among the blocks, at any depth, came back with problems.
func faulty(blocks []page.Block) bool {
	for _, b := range blocks {
		switch b := b.(type) {
		case page.Form:
			if b.Problem != nil {
				return true
			}
		case page.Check:
			if b.Form.Problem != nil {
				return true
			}
		case page.Panel:
			if faulty(b.Blocks) {
				return true
			}
		case page.Section:
			if faulty(b.Blocks) {
				return true
			}
		}
	}
	return false
}

// clause is the address of a clause, or "".
func clause(ctx context.Context, name string) string {
	if f := from(ctx).Clause; f != nil && name != "" {
		return f(name)
	}
	return ""
}

// absolute is an address as somebody elsewhere would type it.
func absolute(ctx context.Context, href string) string {
	if strings.HasPrefix(href, "/") {
		return from(ctx).Origin + href
	}
	return href
}

// sheets tells whether a page is ballots to be printed.
func sheets(p page.Page) bool {
	return slices.ContainsFunc(p.Blocks, func(b page.Block) bool { _, ok := b.(page.Sheet); return ok })
}

// officialOf is the document of a page that is one.
func officialOf(p page.Page) (page.Official, bool) {
	if len(p.Blocks) != 1 {
		return page.Official{}, false
	}
	o, ok := p.Blocks[0].(page.Official)
	return o, ok
}

// annex names an attachment at the end of a document.
func annex(i int, name text.Words) text.Words {
	return text.Key("official.annex", "N", i+1, "Name", name)
}
