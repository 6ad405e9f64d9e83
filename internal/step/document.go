package step

import (
	"strconv"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/page"
	"gongzhi/internal/text"
)

// Document is something that a step puts on paper: a notice to post, the minutes of a meeting, a resolution.
type Document struct {
	Kind  string // notice, minutes, resolution
	Item  string // which, where a step has several
	Body  []page.Para
	Facts []page.Fact
	Annex []text.Words
	By    text.Words // who signs; the zero value is the subdistrict
	At    time.Time
	Seq   int64 // of the act it says
}

// The kinds of documents.
const (
	NoticePaper     = "notice"
	MinutesPaper    = "minutes"
	ResolutionPaper = "resolution"
)

// Documenter is a step that leaves documents. They say nothing that its page does not.
type Documenter interface {
	// Documents are made of the step's own acts, in their order.
	Documents(acts []act.Act) ([]Document, error)
}

// numerals count the headings of a document: 一、 二、 …
var numerals = [...]string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}

// Headed puts facts as numbered sections: the term as a heading, the value below it.
func Headed(facts []page.Fact) []page.Para {
	var out []page.Para
	for i, f := range facts {
		head := f.Term
		if i < len(numerals) {
			head = text.Key("official.head", "Numeral", numerals[i], "No", text.Plain(strconv.Itoa(i+1)), "Head", f.Term)
		}
		out = append(out, page.Para{Words: head, Level: 1}, page.Para{Words: f.Value})
	}
	return out
}
