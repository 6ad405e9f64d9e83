package ui

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/text"
)

func house(t testing.TB) *text.Bundle {
	t.Helper()
	b, err := text.New(text.House())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func reading(t testing.TB, l text.Lang, size int) *Context {
	link := func(words, icon string, count int) page.Link {
		return page.Link{Words: w(words), Href: "#", Icon: icon, Count: count}
	}
	return &Context{
		Lang: l, Bundle: house(t), Place: text.Text{ZH: "林山寨街道", EN: "Linshanzhai"}, Size: size, Path: "/styleguide?frame=1&x=2",
		Origin: "https://gongzhi.example", Now: sampleNow, Demo: true, Search: "/search",
		Person: &Person{Name: "周敏", Mandate: w("facts.community_value"), Links: []page.Link{link("rows.none", "", 0)}},
		Nav:    []Group{{Links: []page.Link{link("queue.title", "inbox", 23)}}, {Title: w("facts.title"), Links: []page.Link{link("table.caption", "table", 0)}}},
		Tools:  []page.Link{link("wall.late", "bell", 5)},
		Foot:   []page.Link{link("notice.check", "", 0)},
	}
}

func rendered(t testing.TB, c *Context, p page.Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := Render(&b, c, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// everyPage calls check with each page of the style guide in every language and size.
func everyPage(t *testing.T, check func(t *testing.T, doc string)) {
	for i, p := range Styleguide() {
		for _, l := range text.Langs {
			for _, s := range []int{Normal, Large, Largest} {
				t.Run(fmt.Sprintf("%d-%s-%s-%d", i, frameName(p.Frame), l, s), func(t *testing.T) {
					check(t, rendered(t, reading(t, l, s), p))
				})
			}
		}
	}
}

// A block that joins package page must join All, and then TestEveryBlockIsDrawn asks for its component.
func TestAllIsWhole(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "..", "page", "page.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var declared, listed []string
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "block" && f.Recv != nil {
			declared = append(declared, f.Recv.List[0].Type.(*ast.Ident).Name)
		}
	}
	for _, b := range page.All() {
		listed = append(listed, reflect.TypeOf(b).Name())
	}
	slices.Sort(declared)
	slices.Sort(listed)
	if !slices.Equal(declared, listed) {
		t.Errorf("page.All lists %v, package page declares %v", listed, declared)
	}
}

// Even a block with nothing in it is drawn: what is missing must not take the page down.
func TestEveryBlockIsDrawn(t *testing.T) {
	c := reading(t, text.ZH, Normal)
	for _, b := range page.All() {
		t.Run(reflect.TypeOf(b).Name(), func(t *testing.T) {
			if err := Render(&bytes.Buffer{}, c, page.Page{Blocks: []page.Block{b, nil}}); err != nil {
				t.Error(err)
			}
			used := false
			for _, p := range Styleguide() {
				used = used || uses(reflect.ValueOf(p), reflect.TypeOf(b))
			}
			if !used {
				t.Error("the style guide does not show it")
			}
		})
	}
	if err := Render(&bytes.Buffer{}, c, page.Page{Blocks: []page.Block{&page.Prose{}}}); err == nil {
		t.Error("a block without a component was passed over in silence")
	}
}

// uses tells whether a value holds another of the given type, at any depth.
func uses(v reflect.Value, want reflect.Type) bool {
	if v.IsValid() && v.Type() == want {
		return true
	}
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		return !v.IsNil() && uses(v.Elem(), want)
	case reflect.Slice:
		for i := range v.Len() {
			if uses(v.Index(i), want) {
				return true
			}
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return false
		}
		for i := range v.NumField() {
			if uses(v.Field(i), want) {
				return true
			}
		}
	}
	return false
}

func TestNoMissingWords(t *testing.T) {
	everyPage(t, func(t *testing.T, doc string) {
		if i := strings.Index(doc, "⟦"); i >= 0 {
			t.Errorf("missing words: %s", doc[i:min(len(doc), i+60)])
		}
		if strings.Contains(doc, "no value") {
			t.Error("a message has a place that nobody filled")
		}
	})
}

func TestDocumentIsSound(t *testing.T) {
	everyPage(t, func(t *testing.T, doc string) {
		for _, fault := range unsound(t, doc) {
			t.Error(fault)
		}
	})
}

// unsound lists what is wrong with a document: ids, headings, labels, links within the page, and what the content
// policy forbids.
func unsound(t *testing.T, doc string) (faults []string) {
	t.Helper()
	bad := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	root, err := html.Parse(strings.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	ids, labelled := map[string]bool{}, map[string]bool{}
	var all []*html.Node
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		all = append(all, n)
		if id := attr(n, "id"); id != "" {
			if ids[id] {
				bad("id %q twice", id)
			}
			ids[id] = true
		}
		if n.Data == "label" {
			labelled[attr(n, "for")] = true
		}
	}
	level, ones, landmarks := 0, 0, map[string]int{}
	for _, n := range all {
		switch n.Data {
		case "h1", "h2", "h3", "h4", "h5", "h6":
			l, _ := strconv.Atoi(n.Data[1:])
			if l == 1 {
				ones++
			}
			if inside(n, "nav") {
				continue // an outline of its own
			}
			if l > level+1 {
				bad("h%d %q after h%d", l, words(n), level)
			}
			level = l
			if strings.TrimSpace(words(n)) == "" {
				bad("empty %s", n.Data)
			}
		case "main", "header", "footer":
			landmarks[n.Data]++
		case "input", "select", "textarea":
			if attr(n, "type") != "hidden" && !labelled[attr(n, "id")] && attr(n, "aria-label") == "" {
				bad("%s %q has no label", n.Data, attr(n, "name"))
			}
		case "style":
			bad("a style element")
		case "script":
			if attr(n, "src") == "" {
				bad("an inline script")
			}
		case "a":
			href := attr(n, "href")
			if to, ok := strings.CutPrefix(href, "#"); ok && to != "" && to != "next" && !ids[to] {
				bad("link to #%s, which is not there", to)
			}
			if strings.TrimSpace(words(n)) == "" {
				bad("a link without words to %q", href)
			}
		case "table":
			if !strings.Contains(doc, "<caption") {
				bad("a table without a caption")
			}
		case "th":
			if attr(n, "scope") == "" {
				bad("th %q without scope", words(n))
			}
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") {
				bad("%s has %s", n.Data, a.Key)
			}
			if a.Key == "style" && !regexp.MustCompile(`^--part:[0-9.]+%(;--at:[0-9.]+%)?;?$`).MatchString(a.Val) {
				bad("style %q", a.Val)
			}
			if a.Key == "aria-labelledby" || a.Key == "aria-describedby" || a.Key == "form" {
				for _, id := range strings.Fields(a.Val) {
					if !ids[id] {
						bad("%s names %q, which is not there", a.Key, id)
					}
				}
			}
		}
	}
	if ones != 1 {
		bad("%d h1", ones)
	}
	if landmarks["main"] != 1 || landmarks["header"] != 1 {
		bad("landmarks: %v", landmarks)
	}
	// What the parser had to move or close was nested wrongly: the same tree must come out of its own serialisation.
	if got, want := strings.Count(doc, "<p>")+strings.Count(doc, "<p "), count(all, "p"); got != want {
		bad("%d <p> written, %d parsed: wrong nesting", got, want)
	}
	return faults
}

func count(all []*html.Node, name string) (n int) {
	for _, x := range all {
		if x.Data == name {
			n++
		}
	}
	return n
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func words(n *html.Node) string {
	var b strings.Builder
	for x := range n.Descendants() {
		if x.Type == html.TextNode {
			b.WriteString(x.Data)
		}
	}
	return b.String()
}

func inside(n *html.Node, name string) bool {
	for a := range n.Ancestors() {
		if a.Data == name {
			return true
		}
	}
	return false
}

// The check itself must be able to say no.
func TestUnsoundIsFound(t *testing.T) {
	for _, tt := range []struct{ name, doc, want string }{
		{"two h1", `<header></header><main><h1>a</h1><h1>b</h1></main>`, "2 h1"},
		{"same id", `<header></header><main><h1 id=a>a</h1><p id=a></p></main>`, `id "a" twice`},
		{"skipped level", `<header></header><main><h1>a</h1><h3>b</h3></main>`, "h3"},
		{"no label", `<header></header><main><h1>a</h1><input name=x></main>`, "no label"},
		{"inline script", `<header></header><main><h1>a</h1><script>1</script></main>`, "inline script"},
		{"handler", `<header></header><main><h1 onclick="x">a</h1></main>`, "onclick"},
		{"wrong nesting", `<header></header><main><h1>a</h1><p>a<p><ul></ul></p></main>`, "wrong nesting"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.Join(unsound(t, tt.doc), "; "); !strings.Contains(got, tt.want) {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

// Whatever people write stays text, in every place that a page can show it.
func TestHostileTextStaysText(t *testing.T) {
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>'`
	x := text.Plain(evil)
	link := page.Link{Words: x, Note: x, Href: `javascript:alert(1)`, Icon: "x"}
	doc := rendered(t, reading(t, text.ZH, Normal), page.Page{
		Title: x, State: x, Lead: x, Back: &link, Actions: []page.Link{link},
		Blocks: []page.Block{
			page.Prose{Words: []text.Words{x}, Raw: evil + "\n\n- [a](javascript:alert(1)) [b](//evil.example) [c](/ok\"onclick=alert(1)) **" + evil + "**"},
			page.Panel{Title: x, Tag: x, Links: []page.Link{link}},
			page.Section{ID: evil, Title: x},
			page.Form{Title: x, Action: `javascript:alert(1)`, Hidden: map[string]string{evil: evil}, Submit: x, Fields: []page.Field{
				{Name: evil, Label: x, Hint: x, Input: page.Line, Value: evil, Unit: x},
				{Name: "t", Label: x, Input: page.Area, Value: "</textarea>" + evil},
				{Name: "c", Label: x, Input: page.Choice, Options: []page.Option{{Value: evil, Words: x, Hint: x}}},
			}, Problem: &fault.Refusal{Code: evil, Fields: []fault.Field{{Name: evil, Code: evil}}}},
			page.Table{Caption: x, Total: evil, Columns: []page.Column{{Words: x}, {Words: x}}, Rows: []page.Row{{Href: `javascript:alert(1)`, Value: evil, Cells: []page.Cell{{Words: x}, {Words: x}}}}, Next: `javascript:alert(1)`},
			page.Receipt{Code: evil, Href: `javascript:alert(1)`}, page.QR{Href: evil, Note: x},
			page.History{Title: x, List: []page.Entry{{Who: x, What: x, Note: x, Hash: evil, Basis: &page.Basis{Law: evil, Href: `javascript:alert(1)`}}}},
		},
	})
	root, err := html.Parse(strings.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if n.Data == "script" && attr(n, "src") == "" || n.Data == "img" {
			t.Errorf("text became <%s>", n.Data)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || strings.HasPrefix(strings.ToLower(a.Val), "javascript:") && (a.Key == "href" || a.Key == "action") {
				t.Errorf("text became %s=%q", a.Key, a.Val)
			}
		}
	}
}

func TestMarkdown(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"paragraphs", "a\n\nb", "<p>a</p><p>b</p>"},
		{"line break", "a\r\nb", "<p>a<br>b</p>"},
		{"lists", "- a\n* b\n\n1. c\n2、d", "<ul><li>a</li><li>b</li></ul><ol><li>c</li><li>d</li></ol>"},
		{"a decimal is no list", "1.5 元", "<p>1.5 元</p>"},
		{"list after paragraph", "a\n- b\nc", "<p>a</p><ul><li>b</li></ul><p>c</p>"},
		{"bold", "**a** b", "<p><strong>a</strong> b</p>"},
		{"own link", "[a](/b?c=1&d=2)", `<p><a href="/b?c=1&amp;d=2">a</a></p>`},
		{"other site", "[a](https://x.cn)", `<p><a href="https://x.cn" rel="noopener noreferrer nofollow">a</a></p>`},
		{"script address stays text", "[a](javascript:x)", "<p>[a](javascript:x)</p>"},
		{"other host in disguise stays text", "[a](//x.cn)", "<p>[a](//x.cn)</p>"},
		{"backslash in disguise stays text", `[a](/\x.cn)`, `<p>[a](/\x.cn)</p>`},
		{"tags are text", "<b>", "<p>&lt;b&gt;</p>"},
		{"crossed marks do not nest wrongly", "[**a](/b)**", "<p>[<strong>a](/b)</strong></p>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := markdown(tt.in); got != tt.want {
				t.Errorf("markdown(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

// Whatever is written, what comes out parses to the few elements there are and nothing else.
func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{"a\n- b", "**[a](/b)**", "[a](/**b**)", "1. <x>\n2. [", "[a](https://x\"y)"} {
		f.Add(s)
	}
	allowed := []string{"html", "head", "body", "p", "br", "ul", "ol", "li", "strong", "a"}
	f.Fuzz(func(t *testing.T, in string) {
		root, err := html.Parse(strings.NewReader(markdown(in)))
		if err != nil {
			t.Fatal(err)
		}
		for n := range root.Descendants() {
			if n.Type == html.ElementNode && !slices.Contains(allowed, n.Data) {
				t.Errorf("markdown(%q) made <%s>", in, n.Data)
			}
			for _, a := range n.Attr {
				if a.Key != "href" && a.Key != "rel" {
					t.Errorf("markdown(%q) made %s", in, a.Key)
				}
			}
		}
	})
}

func TestWhen(t *testing.T) {
	at := func(s string) time.Time {
		x, err := calendar.ParseInstant(s)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	page1 := func(l text.Lang, now, due string) string {
		c := reading(t, l, Normal)
		c.Now = at(now)
		doc := rendered(t, c, page.Page{Title: text.Plain("x"), Blocks: []page.Block{page.Deadline{Due: at(due), Now: at(now)}}})
		root, err := html.Parse(strings.NewReader(doc))
		if err != nil {
			t.Fatal(err)
		}
		for n := range root.Descendants() {
			if n.Data == "time" && attr(n, "data-until") != "" {
				return strings.Join(strings.Fields(shown(n)), " ")
			}
		}
		return ""
	}
	tests := []struct {
		name, now, due string
		zh, en         string
	}{
		{"days and hours", "2026-11-23 11:00", "2026-11-28 18:00", "还有 5 天 7 小时 11月28日 18:00 截止", "Closes in 5 d 7 h 28 Nov 18:00"},
		{"midnight belongs to the day before", "2026-11-23 11:00", "2026-11-29 00:00", "还有 5 天 13 小时 11月28日 24:00 截止", "Closes in 5 d 13 h 28 Nov 24:00"},
		{"another year is said", "2026-12-31 23:00", "2027-01-02 10:00", "还有 1 天 11 小时 2027年1月2日 10:00 截止", "Closes in 1 d 11 h 2 Jan 2027 10:00"},
		{"hours and minutes", "2026-11-28 14:40", "2026-11-28 18:00", "还有 3 小时 20 分钟 11月28日 18:00 截止", "Closes in 3 h 20 min 28 Nov 18:00"},
		{"the last second is a minute", "2026-11-28 17:59:59", "2026-11-28 18:00", "还有 1 分钟 11月28日 18:00 截止", "Closes in 1 min 28 Nov 18:00"},
		{"at the instant it has closed", "2026-11-28 18:00", "2026-11-28 18:00", "已截止 11月28日 18:00", "Closed 28 Nov 18:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := page1(text.ZH, tt.now, tt.due); got != tt.zh {
				t.Errorf("zh %q, want %q", got, tt.zh)
			}
			if got := page1(text.EN, tt.now, tt.due); got != tt.en {
				t.Errorf("en %q, want %q", got, tt.en)
			}
		})
	}
}

// shown is the words of a node without what is hidden.
func shown(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	for _, a := range n.Attr {
		if a.Key == "hidden" {
			return ""
		}
	}
	var b strings.Builder
	for c := range n.ChildNodes() {
		b.WriteString(shown(c))
	}
	return b.String()
}

func TestDeadlineWithoutNowTakesTheReaders(t *testing.T) {
	doc := rendered(t, reading(t, text.ZH, Normal), page.Page{Title: text.Plain("x"), Blocks: []page.Block{page.Deadline{Due: sampleNow.Add(26 * time.Hour)}}})
	if !strings.Contains(doc, `data-left="days">1<`) || !strings.Contains(doc, `data-left="hours">2<`) {
		t.Error("the countdown does not run from the reader's instant")
	}
}

func TestSegments(t *testing.T) {
	due := func(left time.Duration) page.Deadline {
		return page.Deadline{Due: sampleNow.Add(left), Now: sampleNow}
	}
	tests := []struct {
		name string
		n    page.Notice
		want string
	}{
		{"not begun", page.Notice{Days: 3}, "0.00% 0.00% 0.00%"},
		{"the present day fills by the hour", page.Notice{Day: 2, Days: 3, Closes: due(30 * time.Hour)}, "100.00% 75.00% 0.00%"},
		{"never beyond the day it says", page.Notice{Day: 1, Days: 3, Closes: due(time.Hour)}, "100.00% 0.00% 0.00%"},
		{"never before the day it says", page.Notice{Day: 3, Days: 3, Closes: due(90 * time.Hour)}, "100.00% 100.00% 0.00%"},
		{"over", page.Notice{Day: 3, Days: 3, Closes: due(-time.Hour)}, "100.00% 100.00% 100.00%"},
		{"long ones are one bar", page.Notice{Day: 30, Days: 60}, "50.00%"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for i := range segments(tt.n) {
				got = append(got, strings.TrimPrefix(string(segmentStyle(tt.n, i)), "--part:"))
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("%s, want %s", s, tt.want)
			}
		})
	}
}

// A form that came back keeps what was typed, says each fault twice in the same words, and warns in the title.
func TestFormComesBack(t *testing.T) {
	f := sampleForm()
	doc := rendered(t, reading(t, text.ZH, Normal), page.Page{Title: text.Plain("标题"), Blocks: []page.Block{page.Panel{Blocks: []page.Block{f}}}})
	for _, want := range []string{
		"<title>有错误：标题 - 林山寨街道</title>", "有 2 处要改", `href="#f-phone"`, "联系电话：这里要填 11 位手机号",
		`value="1380013"`, `value="2026-13-01"`, `aria-invalid="true"`, `type="hidden" name="csrf" value="sample"`,
		`&#34;&lt;b&gt;&#34; &amp; co</textarea>`, `enctype="multipart/form-data"`,
	} {
		if !strings.Contains(doc, want) {
			t.Errorf("no %s", want)
		}
	}
	if n := strings.Count(doc, "这里要填 11 位手机号"); n != 2 {
		t.Errorf("the fault is said %d times, want 2", n)
	}
	for _, not := range []string{`type="date" required`, "maxlength"} {
		if strings.Contains(doc, not) {
			t.Errorf("found %s", not)
		}
	}
}

// A law is cited in Chinese; to an English reader's screen reader it is said to be Chinese.
func TestBasisSaysItsLanguage(t *testing.T) {
	p := page.Page{Title: text.Plain("x"), Blocks: []page.Block{page.Basis{Law: "民法典第二百七十八条", Assumed: true}}}
	if doc := rendered(t, reading(t, text.EN, Normal), p); !strings.Contains(doc, `<span lang="zh-Hans">民法典第二百七十八条</span>`) {
		t.Error("the citation has no language")
	}
	c := reading(t, text.ZH, Normal)
	c.Clause = func(string) string { return "/charter/x" }
	p.Blocks = []page.Block{page.Basis{Clause: "a.yaml#b"}}
	if doc := rendered(t, c, p); !strings.Contains(doc, `<a href="/charter/x">依据：<span>a.yaml#b</span></a>`) {
		t.Error("the clause is not opened")
	}
}

func TestReaderPreferences(t *testing.T) {
	for _, tt := range []struct {
		size int
		want []string
	}{
		{Normal, []string{`data-size="1"`, "size=2"}}, {Large, []string{`data-size="2"`, "size=3"}},
		{Largest, []string{`data-size="3"`, "size=1"}}, {99, []string{`data-size="1"`, "size=2"}},
	} {
		doc := rendered(t, reading(t, text.EN, tt.size), Styleguide()[0])
		for _, want := range append(tt.want, `lang="en"`, "lang=zh", "back=%2Fstyleguide%3Fframe%3D1%26x%3D2") {
			if !strings.Contains(doc, want) {
				t.Errorf("size %d: no %s", tt.size, want)
			}
		}
	}
}

// No colour and no size outside tokens.css; percentages, em and ch depend on what is there.
func TestStylesUseTokens(t *testing.T) {
	raw := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(|[0-9.](px|rem|pt|vw)\b`)
	comment := regexp.MustCompile(`(?s)/\*.*?\*/|@page[^}]*}`)
	names, err := filepath.Glob("*.css")
	if err != nil || len(names) < 20 {
		t.Fatalf("%d style sheets found: %v", len(names), err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if name == "tokens.css" {
			continue
		}
		for _, m := range raw.FindAllString(comment.ReplaceAllString(string(b), ""), -1) {
			t.Errorf("%s: %q belongs in tokens.css", name, m)
		}
		for _, not := range []string{":has(", "@container", "@layer"} {
			if strings.Contains(string(b), not) {
				t.Errorf("%s: %s is not known to the oldest browsers", name, not)
			}
		}
	}
}

// Every icon that a component or the style guide names is in the sprite.
func TestIconsAreInTheSprite(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "assets", "icons.txt"))
	if err != nil {
		t.Fatal(err)
	}
	listed := strings.Fields(regexp.MustCompile(`#.*`).ReplaceAllString(string(b), ""))
	used := regexp.MustCompile(`icons\.svg#([a-z0-9-]+)`)
	for _, p := range Styleguide() {
		for _, m := range used.FindAllStringSubmatch(rendered(t, reading(t, text.ZH, Normal), p), -1) {
			if !slices.Contains(listed, m[1]) {
				t.Errorf("icon %q is not in assets/icons.txt", m[1])
			}
		}
	}
}

func BenchmarkTable200(b *testing.B) {
	c, p := reading(b, text.ZH, Normal), Styleguide()[2]
	x := sampleTable(true)
	for len(x.Rows) < 200 {
		x.Rows = append(x.Rows, x.Rows[:4]...)
	}
	p.Blocks = []page.Block{x}
	var buf bytes.Buffer
	b.ReportAllocs()
	for b.Loop() {
		buf.Reset()
		if err := Render(&buf, c, p); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(buf.Len()))
}

func BenchmarkMatter(b *testing.B) {
	c, p := reading(b, text.ZH, Normal), Styleguide()[0]
	var buf bytes.Buffer
	b.ReportAllocs()
	for b.Loop() {
		buf.Reset()
		if err := Render(&buf, c, p); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(buf.Len()))
}
