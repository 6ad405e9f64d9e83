package step

import (
	"time"

	"gongzhi/internal/act"
)

// The public lists.
const (
	NoticeList  = "notice"
	MeetingList = "meeting"
)

// Publication is an entry of a public list: a notice with its days, a meeting with its hour. A later one of the same
// step and item takes its place.
type Publication struct {
	Kind   string
	Item   string // which, where a step has several
	Begins time.Time
	Ends   time.Time // zero where it has none
	Place  string
	Over   bool // it was taken back
}

// Publisher is a step of which some acts belong on a public list.
type Publisher interface {
	// Publishes gives the entry that an act of this step makes.
	Publishes(a act.Act) (Publication, bool)
}
