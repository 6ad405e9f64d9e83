package step

import (
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/text"
)

// Sitting is one meeting of a body as a list of meetings shows it.
type Sitting struct {
	Item      string // which body of the step, as in its publications and documents
	Body      text.Text
	At        time.Time
	Place     string
	Agenda    string
	Entitled  int64
	Present   int64     // once its record is in
	Recorded  time.Time // zero while there is no record, or it was sent back
	Returned  bool      // the last record was sent back
	Confirmed bool
	Result    Tagged // what it decided, once that is confirmed
}

// Tagged is words with whether they are good news.
type Tagged struct {
	Words text.Words
	Good  bool
}

// Sitter is a step at which bodies meet.
type Sitter interface {
	// Sittings are those that were called, in the order of the file, made of the step's own acts in their order.
	Sittings(acts []act.Act) ([]Sitting, error)
}
