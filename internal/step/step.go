// Package step says what every kind of step must do.
//
// In: a View of the matter and a Submission. Out: draft acts, or a refusal with its basis. A step is stateless: what
// has happened at it is folded from its acts, so the same acts always give the same state. It does no I/O, reads no
// clock and draws no random number. The kinds live in folders below, listed by hand in step/kinds and proved by
// steptest.
package step

import (
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/expr"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/source"
	"gongzhi/internal/text"
)

// Kind makes steps of one kind from YAML.
type Kind interface {
	// Name is the word after "kind:" in a method.
	Name() string
	// Decode reads one step. Faults of form (unknown keys, wrong types) are returned, faults of sense are for Check.
	Decode(n source.Node) (Step, []source.Fault)
	// Example is a step of this kind as a charter would write it, shown in the docs and run by the tests.
	Example() []byte
}

// Step is one step of a method.
type Step interface {
	Shared() *Common
	// Outcomes are the ways it can end, each of which the method must send somewhere.
	Outcomes() []string
	// Facts are what an ending tells later conditions, by name.
	Facts() map[string]expr.Type
	// Check reports what is wrong with the YAML, each with its place.
	Check(c *Checker)

	// Enter is called once when a matter arrives.
	Enter(v View) ([]act.Draft, error)
	// Fold adds one act of this visit to the state. state is nil at the first act (the step.entered act itself).
	// The state may be changed in place; it must hold nothing that is not in the acts.
	Fold(state any, a act.Act) (any, error)
	// Asks is what the step now waits for, and from whom. Nobody may submit what is not asked.
	Asks(v View) []Ask
	// Take answers a submission to one of the asks. The engine has already made sure that the submitter holds one
	// of the roles asked, is not among Except, and that the fields are well-formed.
	Take(v View, s Submission) ([]act.Draft, error)
	// Due is when time alone will move it.
	Due(v View) (at time.Time, ok bool)
	// Tick is called when v.Now has reached Due.
	Tick(v View) ([]act.Draft, error)
	// Panel is what anyone may see of the step. It has no forms: they follow from Asks.
	Panel(v View) page.Panel
}

// View is everything a step may know. Steps must not change what they are shown.
type View struct {
	Now      time.Time
	Matter   Matter
	Key      string    // this step's key in the method
	Visit    int       // from 1; higher when the matter has come back here
	Entered  time.Time // when this visit began
	State    any       // as Fold left it
	Hidden   []act.Act // of this visit, not in State because their bodies are withheld from whoever looks; none at the desk
	Who      act.By    // who submits; for Enter and Tick, whoever or whatever brought the matter here
	Scope    act.RowID // the row that Who's mandate is for, e.g. an owner's flat
	Calendar *calendar.Calendar
	Results  map[string]Result       // how earlier steps ended, by step key; the latest visit counts
	Did      map[string][]act.Person // who acted at earlier steps, by step key, first to last, each once
	Book     Book
	Urn      func() ([]string, error) // the slips of this step's secret vote, sorted; nil where there is no urn
	Vars     func() map[string]any    // what CEL conditions see, worked out when first asked for
	File     string                   // the method's file, for Clause
	// Earlier are the matters of this method about this row that have ended, latest first, a few years of them at most. A
	// step looks only when it takes something, and records what it found there, so that its state follows from its acts.
	Earlier func() ([]Earlier, error)
	// Counted works out a figure from the records of other matters as they stand now, for the same use as Earlier; nil where
	// there are no records.
	Counted func(c *Counted) (Figure, error)
	// Fewest is how many households or people must have answered before it is shown how they divide, so that no figure
	// tells what one of them said. 0 shows all.
	Fewest int
}

// Matter is what all steps of one run share.
type Matter struct {
	Number  act.Matter
	Method  string
	Title   text.Text
	Subject act.RowID
	Opened  time.Time
	Parent  act.Matter
	Item    string
	Facts   map[string]any
	Starter act.By // who began it; no person where the house did
	Private bool   // for the starter and those who handle it
}

// Result is how a step ended.
type Result struct {
	Outcome string
	At      time.Time
	Facts   map[string]any
}

// Book reads registers as they stood on a date. Rows come in a stable order.
type Book interface {
	// Rows are those of one register below a row (any depth), or all of them when under is zero.
	Rows(name string, under act.RowID, on calendar.Date) ([]register.Row, error)
	Row(id act.RowID, on calendar.Date) (register.Row, bool, error)
	// Covers tells whether a row is, or lies below, another.
	Covers(above, below act.RowID, on calendar.Date) bool
}

// Clause names a key of this step as the basis of an act or a refusal. An empty key is the step itself.
func (v View) Clause(key string) string {
	c := v.File + "#" + v.Key
	if key != "" {
		c += "." + key
	}
	return c
}

// Basis is Clause together with the law the step cites.
func (v View) Basis(key string, common *Common) fault.Basis {
	return fault.Basis{Clause: v.Clause(key), Law: common.Law}
}

// Today is the legal date of Now.
func (v View) Today() calendar.Date { return calendar.DateOf(v.Now) }

// Ask is something a step waits for from someone.
type Ask struct {
	Verb   string       // what the submission must name: "object"
	Item   string       // which of several like things it is about, e.g. one package; empty if there is one
	By     []string     // roles that may do it
	Except []act.Person // people who may not, because the rule keeps two tasks in two hands
	Only   []act.Person // when not empty, nobody but these may: the task was given to them by name
	Words  text.Words   // what the button says
	Lead   text.Words   // one sentence: what is asked and why
	Fields Fields
	Opens  time.Time // before this instant it is shown but refused; zero is open already
	Due    time.Time // until when it is expected; zero where nothing presses
	Told   bool      // a right, but those it is for by name are told that it is open to them
	Owed   bool      // somebody has to do this: it stands in work queues. Otherwise it is a right.
	Own    bool      // the submitter's own row matters: the mandate's scope must lie within the subject
	Danger bool      // needs its own page
	Device bool      // the browser it is sent from is told apart from others: Submission.Device
	Again  bool      // answered again and again by the same person: for the next, or to put it right
	Clause string    // key within the step that grants or demands it
}

// Submission is someone's input before it becomes acts.
type Submission struct {
	ID      string // made by the client, UUIDv7; the same ID gives the same answer
	Step    string // the step it was written for; empty means the one the matter stands at
	Verb    string
	Item    string
	As      string // the mandate to act under, for who holds several; empty lets the engine choose
	Values  map[string][]string
	Files   map[string][]File
	Made    time.Time // the client's own clock; zero if it did not say
	Channel string    // web, paper, api, import
	Device  string    `json:"-"` // tells the browser it came from apart from others within the matter; empty where nobody asked or knows
}

// Secret begins the names of answers that no part of the house may keep: what somebody chose in a secret vote. They are in
// no act, in no digest of a submission and in no log.
const Secret = "secret."

// Value is the first value of a field, or "".
func (s Submission) Value(name string) string {
	if v := s.Values[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// File is a stored attachment.
type File struct {
	Name string     `json:"name"`
	Type string     `json:"type"`
	Size int64      `json:"size"`
	Hash act.Digest `json:"hash"`
}

// Verbs that the engine itself submits.
const (
	VerbChildClosed = "child.closed" // to a step that opened children; Item is the child's item
)

// End is the draft that ends the step. Facts must be of the types that the step declares.
func End(outcome string, facts map[string]any) act.Draft {
	return act.Draft{Kind: act.Ended, Body: act.Ending{Outcome: outcome, Facts: facts}}
}

// Outcome reads how an act ended its step, for a fold that keeps it.
func Outcome(ended act.Act, into *string) error {
	var e act.Ending
	if err := ended.Into(&e); err != nil {
		return err
	}
	*into = e.Outcome
	return nil
}

// Open is the draft that starts a child matter. The engine numbers and starts the child in the same transaction.
func Open(method string, subject act.RowID, title text.Text, item string, facts map[string]any) act.Draft {
	return act.Draft{Kind: act.Opened, Body: act.Start{Method: method, Subject: subject, Title: title, Item: item, Facts: facts}}
}
