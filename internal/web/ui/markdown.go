package ui

import (
	"html"
	"regexp"
	"strings"

	"github.com/a-h/templ"
)

var (
	bold   = regexp.MustCompile(`\*\*([^*\n]+)\*\*`)
	anchor = regexp.MustCompile(`\[([^\[\]<>\n]+)\]\(([^()<>\s]+)\)`)
	bullet = regexp.MustCompile(`^\s*[-*] +`)
	number = regexp.MustCompile(`^\s*[0-9]{1,3}(\. +|、 *)`)
)

// markdown turns the small subset that people may write (paragraphs, lists with - or 1., **bold**, [words](address))
// into HTML. Everything is escaped first and only these four are put back, so text can never become markup of another
// kind; an address that is not of the web, a telephone or this site stays text.
func markdown(raw string) string {
	var b strings.Builder
	list := "" // the list that is open
	para := false
	end := func() {
		if para {
			b.WriteString("</p>")
			para = false
		}
		if list != "" {
			b.WriteString("</" + list + ">")
			list = ""
		}
	}
	item := func(kind, words string) {
		if list != kind {
			end()
			b.WriteString("<" + kind + ">")
			list = kind
		}
		b.WriteString("<li>" + inline(words) + "</li>")
	}
	for line := range strings.SplitSeq(strings.ReplaceAll(raw, "\r\n", "\n"), "\n") {
		switch mark := bullet.FindString(line); {
		case strings.TrimSpace(line) == "":
			end()
		case mark != "":
			item("ul", line[len(mark):])
		case number.MatchString(line):
			item("ol", line[len(number.FindString(line)):])
		case para:
			b.WriteString("<br>" + inline(line))
		default:
			end()
			b.WriteString("<p>" + inline(line))
			para = true
		}
	}
	end()
	return b.String()
}

// inline escapes a line and puts bold and links back.
func inline(s string) string {
	s = bold.ReplaceAllString(html.EscapeString(strings.TrimSpace(s)), "<strong>$1</strong>")
	return anchor.ReplaceAllStringFunc(s, func(m string) string {
		part := anchor.FindStringSubmatch(m)
		href := html.UnescapeString(part[2])
		switch {
		case strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "//") && !strings.HasPrefix(href, `/\`), strings.HasPrefix(href, "#"):
			return `<a href="` + html.EscapeString(href) + `">` + part[1] + `</a>`
		case strings.HasPrefix(href, "https://"), strings.HasPrefix(href, "http://"), strings.HasPrefix(href, "tel:"), strings.HasPrefix(href, "mailto:"):
			return `<a href="` + html.EscapeString(string(templ.URL(href))) + `" rel="noopener noreferrer nofollow">` + part[1] + `</a>`
		}
		return m
	})
}
