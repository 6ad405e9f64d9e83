package step

import (
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/text"
	"gongzhi/internal/vote"
)

// OnPaper is a step whose ballots also go out and come back on paper.
type OnPaper interface {
	Enrols
	// Sheet is what every printed ballot says; ok is false while there is nothing to print.
	Sheet(v View) (s Sheet, ok bool)
	// Papers is how the ballots went out, and what came back.
	Papers(v View) Papers
}

// Sheet is a printed ballot without the household.
type Sheet struct {
	Roll     vote.Roll
	Root     act.Digest
	Closes   time.Time
	Items    []Item
	Choices  []text.Words
	Stations []Item // where it may be handed in, besides to whoever brings it
	Proxy    bool   // somebody else may hand it in with a written mandate
	Assist   bool   // somebody may help to fill it in, and signs for that
}

// Papers are the ballots as things: brought to the doors, put into boxes, read twice, counted by hand.
type Papers struct {
	Ways      []string // in which a ballot may have been brought, in the order of the form
	Delivered map[vote.PartID]Delivery
	Entered   []Entered
	Boxes     []BoxEvent
	Recounts  []Recount
}

// Delivery is how a ballot was brought to a household last.
type Delivery struct {
	Way   string
	At    time.Time
	Tries int // how often it was noted
	Done  bool
}

// Entered is one paper that came back.
type Entered struct {
	No      int
	Part    vote.PartID // empty where nobody can tell
	Waits   string      // the verb it waits for: verify, settle; empty where it is resolved
	Void    bool
	Reason  string
	Channel vote.Channel
	Hands   []act.Person
}

// BoxEvent is one line of the log of a sealed box.
type BoxEvent struct {
	At        time.Time
	Opened    bool
	Box       string
	Place     string
	Seal      string // number on the seal
	Papers    int64  // counted when it was opened
	Witnesses int
}

// Recount is one counting by hand.
type Recount struct {
	At          time.Time
	Differences []Difference
}

// Difference is where a count by hand and what was typed in are not the same.
type Difference struct {
	Item   vote.ItemID `json:"item"`
	Choice vote.Choice `json:"choice"`
	Hand   int64       `json:"hand"`
	Typed  int64       `json:"typed"`
}
