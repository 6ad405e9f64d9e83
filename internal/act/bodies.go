package act

import "gongzhi/internal/text"

// Bodies of the acts that the engine writes. They are public: a subject is named by its row, never by a person.

// Start is the body of Started. Exactly one of Method's subjects is named, or none where the method has none.
type Start struct {
	Method  string         `json:"method"`
	Subject RowID          `json:"subject,omitzero"`
	Title   text.Text      `json:"title"`
	Parent  Matter         `json:"parent,omitempty"`
	Item    string         `json:"item,omitempty"` // the parent's item this matter was opened for
	Facts   map[string]any `json:"facts,omitempty"`
	Private bool           `json:"private,omitempty"` // for whoever began it and those who handle it: every act is withheld from the public
}

// RowID names a register row: "compound/yinghe91".
type RowID struct {
	Register string `json:"register"`
	ID       string `json:"id"`
}

// IsZero tells whether no row is named.
func (r RowID) IsZero() bool { return r == RowID{} }

func (r RowID) String() string { return r.Register + "/" + r.ID }

// Ending is the body of Ended: how the step ended, and the facts that later conditions may use.
type Ending struct {
	Outcome string         `json:"outcome"`
	Facts   map[string]any `json:"facts,omitempty"`
}

// Closing is the body of Closed.
type Closing struct {
	Result string `json:"result"`
}

// Child is the body of Opened and ChildClosed.
type Child struct {
	Matter Matter `json:"matter"`
	Method string `json:"method"`
	Item   string `json:"item,omitempty"`
	Result string `json:"result,omitempty"`
}

// Written is the body of Kept: a row of a register and what was written into it. A field without a value was cleared.
type Written struct {
	Row    string         `json:"row"` // "award/m12-enter"
	Values map[string]any `json:"values"`
}

// Addition is the body of Added: which of the things that may be said beside the steps, and its public answers.
type Addition struct {
	What    string         `json:"what"`
	Answers map[string]any `json:"answers"`
}

// KeyGiven is the body of LogOpened and LogKey: the key under which the public log is signed from here on. Signed is the
// statement "gongzhi log key\n<key>\n" as a note signed with the key before; a key that was lost leaves it empty.
type KeyGiven struct {
	Origin string `json:"origin"`
	Key    string `json:"key"` // verifier key of a signed note
	Before string `json:"before,omitempty"`
	Signed string `json:"signed,omitempty"`
}

// Move is the body of Moved: from which version of the charter to which, and what was decided.
type Move struct {
	From     Digest `json:"from"`
	To       Digest `json:"to"`
	Decision string `json:"decision"` // in the words of whoever decided; public
}
