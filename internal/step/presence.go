package step

import "gongzhi/internal/act"

// Attended is a step that people come to: what they did there stands to their credit.
type Attended interface {
	// Attends tells what an act says of it; ok is false for every other act.
	Attends(a act.Act) (p Presence, ok bool)
	// Credits tells whether the hours stand once the matter has ended so.
	Credits(result string) bool
	// Places are those of the file, or the register whose rows they are.
	Places() (register string, items []Item)
}

// Presence is somebody who came to a place; or, where it names nobody, how many hours everybody who did worked there.
type Presence struct {
	Person act.Person
	Item   string // the place
	Hours  int64
}
