package step

import (
	"gongzhi/internal/act"
	"gongzhi/internal/page"
	"gongzhi/internal/text"
)

// Certified is a step whose end anyone may check: from its acts alone it makes a certificate, by the very rules that
// ended it.
type Certified interface {
	// Certify works from the acts of one visit that has ended. It fails where they do not give what they recorded.
	Certify(acts []act.Act) (Certificate, error)
}

// Certificate is one result three ways: as a page, as data, and as the files from which it can be made again. It names
// nobody.
type Certificate struct {
	Blocks []page.Block
	Data   any // to be shown as JSON
	Files  []Enclosure
}

// Enclosure is a file that comes with a certificate.
type Enclosure struct {
	Name    string // "renovate-roll.csv"
	Words   text.Words
	Note    text.Words
	Type    string // of its content
	Content []byte
}
