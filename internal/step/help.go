package step

import (
	"time"

	"gongzhi/internal/act"
)

// Assisted is a vote in which owners may be helped, and where what stands out is listed.
type Assisted interface {
	Step
	Help(v View) Help
}

// Help is who was helped to vote, as far as it was said. It tells nothing of what anybody chose.
type Help struct {
	Asked   bool // the charter has it recorded
	Watched bool // the charter says what stands out
	Voted   int  // heads that have a ballot standing
	Heads   int  // heads that were helped, those whose ballot does not stand too
	Online  int  // of them those whose voter said so online
	Helpers []Helper
	Odd     []Odd
}

// Helper is somebody who helped with papers. They come most first.
type Helper struct {
	Who   act.Person
	Heads int
}

// Odd is something to be looked into: a question, no finding. A family votes from one telephone, and a building head helps
// a whole staircase of old people.
type Odd struct {
	Of          string     // "helper" or "device"
	Who         act.Person // the helper
	Heads       int
	Said        int  // ballots of a device whose voters said that they were helped
	Within      Span // the rule looks at so long a time
	Share       bool // the rule looks at a share of all who took part
	From, Until time.Time
}
