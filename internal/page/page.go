// Package page is what a reader sees, as typed blocks.
//
// A page says which words, figures, forms and links there are and in which order; it holds no HTML, no colour and no
// language. One page model feeds HTML, JSON and the terminal: web/ui draws each block, api encodes it, try prints it.
// Whatever reaches a page has already been cut down to what its audience may see.
package page

import (
	"time"

	"gongzhi/internal/calendar"
	"gongzhi/internal/exact"
	"gongzhi/internal/fault"
	"gongzhi/internal/geo"
	"gongzhi/internal/text"
)

// Frame is the surface a page belongs to.
type Frame int

const (
	Resident Frame = iota + 1 // phone first, one column, no sign-in to read
	Desk                      // staff: navigation at the left
	Wall                      // the big screen
	Paper                     // made to be printed
)

// Page is one answer to one reader.
type Page struct {
	Frame   Frame
	Title   text.Words // the h1; the document title is "Title：State - place"
	State   text.Words // where it stands, in one phrase
	Lead    text.Words // one sentence under the title
	Back    *Link
	Blocks  []Block
	Aside   []Block      // desk, wall: at the right
	Side    []Block      // wall: at the left
	Locator *Map         // resident: where it is, as a strip above the title
	Actions []Link       // resident: the fixed bar, first is primary, two at most
	Head    []Link       // desk: buttons beside the title
	Foot    []text.Words // who is responsible for what the page shows, and how to reach them
	Status  int          // HTTP status; 0 is 200
	Refresh time.Duration
	Kept    bool // it opens again without signal, also while it has no form for that
}

// Block is one component. The set is closed: web/ui has one folder entry for each.
type Block interface{ block() }

// Link goes somewhere.
type Link struct {
	Words text.Words
	Note  text.Words
	Href  string
	Icon  string     // name of an icon of the sprite, or empty
	Count int        // shown as a badge when not zero
	Unit  text.Words // of Count, where the words before it do not say what is counted
	Here  bool       // the page one is on
	Tone  Tone       // a light before the words, in the tabs of a queue
}

// Prose is paragraphs. Raw is charter or user text in the small Markdown subset (paragraphs, lists, bold, links).
type Prose struct {
	Words []text.Words
	Raw   string
}

// Panel is a card: what one step shows and asks.
type Panel struct {
	Title  text.Words
	Tag    text.Words
	Accent bool // the one thing that is asked now
	Blocks []Block
	Links  []Link // rows at the foot
}

// Section groups blocks under a heading without a card.
type Section struct {
	ID     string
	Title  text.Words
	Blocks []Block
	Folded bool // shows its heading only, until it is opened; on paper it stands open
}

// Facts is a list of terms and values.
type Facts struct{ List []Fact }

// Fact is one term with its value; Block replaces Value where the value is more than words.
type Fact struct {
	Term  text.Words
	Value text.Words
	Block Block
	Href  string
}

// Table has a caption for those who cannot see it. On phones each row becomes a small list.
type Table struct {
	Caption text.Words
	Columns []Column
	Rows    []Row
	Empty   text.Words // said when there are no rows
	Total   string     // "27" or, where counting stops, "1,000+"
	Tabs    []Link     // ways to cut the list; Here is the one that is shown
	Filters *Form      // a plain GET form above
	Bulk    *Form      // one verb over the ticked rows, sent as "row"; only Action, Hidden, Submit and Danger count
	Chips   []Link     // chosen filters; the link removes one
	Next    string     // href of the next page, by key, or empty
	Links   []Link     // import, export
}

// Column describes the cells below it.
type Column struct {
	Key     string
	Words   text.Words
	Numeric bool
}

// Row is one line. Cells stand in the order of the columns.
type Row struct {
	Href  string
	Value string // what a tick sends; empty where the row cannot be ticked
	Cells []Cell
	Bad   bool // a row with a fault, in previews
}

// Cell is words, or one small block (Tag, Light, Deadline, Progress, Buttons).
type Cell struct {
	Words text.Words
	Block Block
	Href  string
}

// Tag is a state in words.
type Tag struct {
	Words text.Words
	Tone  Tone
}

// Tone colours a state; words always carry it too.
type Tone int

const (
	Plain Tone = iota
	Going
	Good
	Soon
	Late
)

// Light is a deadline's colour with its shape and words.
type Light struct {
	Tone  Tone
	Words text.Words
	Note  text.Words // the day or hour itself
}

// Progress says how far along ordered stages something is: N of Of.
type Progress struct {
	N, Of int
	Words text.Words // the name of stage N
}

// Buttons are links that act. The first is the primary one, unless all are Quiet.
type Buttons struct {
	List  []Link
	Quiet bool
}

// Deadline says until when, how long that is from now, and how it was counted.
type Deadline struct {
	Label text.Words
	Due   time.Time
	Now   time.Time // the server's time, which drives the countdown
	Count *calendar.Explanation
}

// Steps is the method as a list: what was done, where it stands, what follows.
type Steps struct {
	Title text.Words
	Lead  text.Words
	List  []Step
}

// Standing of a step within its matter.
type Standing int

const (
	Later Standing = iota
	Now
	Done
	Failed
	Skipped
)

// Step is one line of Steps.
type Step struct {
	Name     text.Words
	Term     text.Words // 一征, 三议之一
	Note     text.Words
	Standing Standing
	Aside    bool // a way round: it has no number
	Links    []Link
}

// Tally is the pair of meters of a two-axis vote, or one meter for a plain count.
type Tally struct {
	Meters []Meter
	Note   text.Words // "其中纸质 23 张", "同意、反对的票数在截止后公布"
}

// Meter is exact: part of all, and the threshold as a fraction of all.
type Meter struct {
	Label     text.Words
	Part, All uint64
	Shown     text.Words // "5,966 / 8,320 ㎡"
	Threshold exact.Threshold
	Verdict   text.Words // "已过三分之二", "还差 4 户到三分之二"
	Reached   bool
}

// Notice is a publication with its days as segments.
type Notice struct {
	Day, Days int
	Open      bool
	Closes    Deadline
	Received  int // objections
	Answered  int
}

// Form posts to Action. Problems are shown at the top and at their fields; Values keep what was typed.
type Form struct {
	Title   text.Words
	Lead    text.Words
	Action  string
	Get     bool
	Files   bool
	Hidden  map[string]string
	Fields  []Field
	Submit  text.Words
	Danger  bool
	Quiet   bool // not the main thing to do here
	Basis   *Basis
	Problem *fault.Refusal
	Offline Offline // may be filled in without signal
	Look    bool    // and is looked over before it is sent, where there is signal
	Again   bool    // and filled in again for the next, once one is kept
	Fold    bool    // shown folded under its title, one of many on a page
}

// Name is what a list calls the form by: its title, or what its button says.
func (f Form) Name() text.Words {
	if f.Title.IsZero() {
		return f.Submit
	}
	return f.Title
}

// Offline says whether a form may be filled in without signal, and what its page does once that was sent.
type Offline int

const (
	Follow Offline = iota + 1 // on to the receipt
	Stay                      // here, where the next form is
)

// Input is the kind of control.
type Input int

const (
	Line Input = iota + 1
	Area
	Number
	Date
	Instant
	Choice // radios
	Select
	Many // check boxes
	Yes  // one check box
	File
	Secret
	Phone
	Pick // one of many: radios for those found so far, and a line to find others by, sent under the name + PickText
)

// PickText ends the name of the line by which a Pick is looked for.
const PickText = ".find"

// Field is one question.
type Field struct {
	Name     string
	Label    text.Words
	Hint     text.Words
	Input    Input
	Options  []Option
	Value    string
	Values   []string
	Required bool
	Max      int
	Unit     text.Words
	Accept   string   // file types
	Copies   bool     // a File that takes nothing but what is offered: copies that somebody has looked over
	Sealed   bool     // said beside the field: who may see it
	Width    int      // characters expected, 0 is full
	Focus    bool     // where the keyboard is when the page opens: one field of a page at most
	Picture  string   // an Area of rectangles: the address of the picture they are drawn on
	Autofill string   // what a browser may offer, in HTML's words; empty is as the kind of input has it
	Draw     *Drawing // an Area that is a shape: it may be drawn on a map instead of being written
}

// Drawing says what is drawn in a field, and over what.
type Drawing struct {
	Kind string // point, line or polygon
	// Degrees has a point written as longitude and latitude, "113.612000,34.748000", and not as GeoJSON. Such a point is
	// where the reader may stand, so it can be taken from the telephone too.
	Degrees bool
	Ground  []string // addresses of layers that lie beneath, as GeoJSON
}

// Option is one answer of a Choice or a Pick.
type Option struct {
	Value string
	Words text.Words
	Hint  text.Words
}

// Pictures are photographs, small, each leading to itself. Words say what it is to whoever does not see it.
type Pictures struct {
	Title text.Words
	List  []Picture
}

// Picture is one of Pictures: the address of an image.
type Picture struct {
	Src   string
	Words text.Words
}

// Rows is a list of links that take the whole width.
type Rows struct {
	Title text.Words
	List  []Link
	Empty text.Words
}

// History is acts, newest first.
type History struct {
	Title text.Words
	List  []Entry
}

// Entry is one act as its reader may see it.
type Entry struct {
	Who    text.Words
	What   text.Words
	At     time.Time
	Late   time.Time // when it was recorded, if that differs
	Basis  *Basis
	Note   text.Words
	Hash   string
	Sealed []text.Words // names of sealed fields
}

// Basis is the chip that opens the clause. Law is as the charter cites it.
type Basis struct {
	Words   text.Words
	Clause  string
	Law     string
	Href    string
	Assumed bool // a default that nobody has confirmed yet
}

// Receipt confirms that something was recorded.
type Receipt struct {
	Code  string // shown in groups of four
	Href  string // what the QR opens
	At    time.Time
	Next  []text.Words
	Links []Link
	Proof *Proof // that it is in the public log; nil where no log is kept
}

// Proof is checked in the reader's browser, or by the command line.
type Proof struct {
	Entry   int64  // its number in the log, from 1; 0 while it waits to be taken in
	Href    string // the proof as a file
	Opening string // the same with what the reader did, in full; for who acted only
	Command string
}

// Check shows every answer before it is sent.
type Check struct {
	Answers []Fact
	Form    Form
}

// Refused is a no to a reader: the words of the refusal, its basis, who can help.
type Refused struct {
	Refusal *fault.Refusal
	Help    text.Words
	Links   []Link
}

// Banner is a sentence that must not be missed; it never disappears by itself.
type Banner struct {
	Tone  Tone
	Words text.Words
	Links []Link
}

// Diagram is a drawing of our own as SVG, with a sentence that says the same.
type Diagram struct {
	SVG     string
	Caption text.Words
}

// Sheet is one printed ballot, on a page of its own.
type Sheet struct {
	Title     text.Words
	For       text.Words // the household
	Lead      text.Words
	QR        QR
	Questions []Question
	Lines     []text.Words // to write on: signature, date
	Notes     []text.Words
	Fine      []text.Words // what fixes the roll and the record, in small type
}

// Question is one question of a Sheet with its boxes to tick.
type Question struct {
	Words   text.Words
	Choices []text.Words
}

// Official is a document in the layout of official documents. It is laid out in the measures of paper.
type Official struct {
	Issuer text.Words // whose name stands at the head, in red
	Number text.Words // 〔2026〕3号, where the office gives one
	Title  text.Words
	To     text.Words
	Body   []Para
	Facts  []Fact // a table after the text; only words of it are shown
	Annex  []text.Words
	Signed text.Words
	Date   text.Words
	Check  text.Words // what it was made of and how to check it
	Href   string     // what the code at the end opens
	Pinned *QR        // the checkpoint of the public log at the moment it is printed: in words, and as a code
}

// Para is one paragraph of an Official. Level 1 is a heading, 0 is text.
type Para struct {
	Words text.Words
	Level int
}

// Code is text for programs, set in even width, line by line. It is shown as it is.
type Code struct{ Text string }

// QR is a code that opens a page, or hands a text to a telephone.
type QR struct {
	Href string
	Text string // instead of an address of ours
	Note text.Words
}

// Figures are the tiles of a wall or a summary; each opens its rows.
type Figures struct{ List []Figure }

// Figure is one value with the place that explains it.
type Figure struct {
	Label text.Words
	Value text.Words
	Unit  text.Words
	Note  text.Words
	Href  string
	Tone  Tone
}

// Ordered is a bar of ordered stages with counts, as on the wall.
type Ordered struct {
	Title text.Words
	List  []Stage
}

// Stage is one bar of Ordered; N of Of.
type Stage struct {
	Words text.Words
	N, Of int
	Href  string
	Step  int // 0 to 7 on the ramp
	Late  int // how many of N are late
}

// Map is shapes at their true places, with the same data as a list beneath: whoever cannot see it loses nothing.
type Map struct {
	Title  text.Words
	Says   text.Words // what there is to see, in one sentence
	Ground []Place    // what lies beneath: borders of communities, roads
	Places []Place    // what it is about; those with a Note are listed
	Key    []Stage    // what the colours mean, with their counts
	Lines  []Stage    // what the weights of roads mean: Step is the stars
	Strip  bool       // a low picture of one place among its neighbours, without names and list
	Near   bool       // may be looked at from nearer, where there is a script
	Folded bool       // the list lies behind a line, where the screen has no room for it

	Dots   []Dot      // single places, gathered where they are close together; their list is the page's to give
	Window geo.Bounds // what of the ground is shown; all of it where zero
	Zoom   string     // begins the address that shows the ground around dots that were gathered
}

// Dot is one place of a Map, or as many as lie together there.
type Dot struct {
	At     geo.Position
	Name   text.Words // of one
	Href   string
	N      int        // how many, where it stands for several
	Around geo.Bounds // the ground they lie on
}

// Place is one shape of a Map.
type Place struct {
	Shape geo.Shape
	Name  text.Words
	Note  text.Words // where it stands, in words
	Href  string
	Step  int  // 0 to 7 on the ramp; 0 is not in scope
	Stars int  // 2 to 5 of a road, by the weight of its line; 0 is not rated
	Late  int  // days late: a red outline and a pin with the number
	Here  bool // what the page is about
}

// Bars compares places by how far they are: each bar is cut by ordered stages.
type Bars struct {
	Title text.Words
	Note  text.Words // what the figures at the right are
	List  []Bar
}

// Bar is one line of Bars.
type Bar struct {
	Words text.Words
	Shown text.Words // the figures in words: "2 / 15"
	Parts []Stage    // Of of each is the length of the whole bar
	Href  string
}

// Trend is counts or shares over time as lines from zero, each named at its end, with the table of the same figures.
type Trend struct {
	Title   text.Words
	Says    text.Words // what it shows, in one sentence
	Each    text.Words // what one label stands for, as the head of the table; default the day from which it counts
	Labels  []text.Words
	Lines   []Series
	Percent bool       // shares, as hundredths of a per cent
	Empty   text.Words // said where no line has a value
}

// Series is one line of a Trend, one point for each label.
type Series struct {
	Words  text.Words
	Points []Point
}

// Point is one value of a Series.
type Point struct {
	N     int
	None  bool       // there is nothing to count: the line has a gap
	Shown text.Words // default N
	Href  string     // its rows
}

// Matrix is marks by two orders: which stars each road was given.
type Matrix struct {
	Title text.Words
	Note  text.Words
	Rows  []text.Words // the orders of the marks, each known by its first letter
	List  []Marked
	All   *Link // where the whole list is
	Empty text.Words
}

// Marked is one column of a Matrix.
type Marked struct {
	Words text.Words
	Says  text.Words // its marks in words
	Href  string
	Marks []bool
}

// Month is a calendar of one month or some weeks, in weeks from Monday to Sunday. Its page has the same as a list, for screens without
// room for seven columns.
type Month struct {
	Title    text.Words
	Weekdays []text.Words
	Weeks    [][]Day
	Ways     []Link // to the months before and after
}

// Day is one cell of a Month.
type Day struct {
	Words text.Words // its number, with the month where one begins
	Away  bool       // of the month before or after, or over
	Today bool
	List  []Link
	More  int // besides those in the list
}

func (Prose) block()    {}
func (Panel) block()    {}
func (Section) block()  {}
func (Facts) block()    {}
func (Table) block()    {}
func (Tag) block()      {}
func (Light) block()    {}
func (Progress) block() {}
func (Buttons) block()  {}
func (Deadline) block() {}
func (Steps) block()    {}
func (Tally) block()    {}
func (Notice) block()   {}
func (Form) block()     {}
func (Rows) block()     {}
func (Pictures) block() {}
func (History) block()  {}
func (Basis) block()    {}
func (Receipt) block()  {}
func (Check) block()    {}
func (Refused) block()  {}
func (Banner) block()   {}
func (Diagram) block()  {}
func (Sheet) block()    {}
func (Code) block()     {}
func (Official) block() {}
func (QR) block()       {}
func (Figures) block()  {}
func (Ordered) block()  {}
func (Map) block()      {}
func (Bars) block()     {}
func (Trend) block()    {}
func (Matrix) block()   {}
func (Month) block()    {}

// All has one of every block, for those who must know each: the tests of web/ui and of the other doors walk it.
func All() []Block {
	return []Block{
		Prose{}, Panel{}, Section{}, Facts{}, Table{}, Tag{}, Light{}, Progress{}, Buttons{}, Deadline{}, Steps{}, Tally{},
		Notice{}, Form{}, Rows{}, Pictures{}, History{}, Basis{}, Receipt{}, Check{}, Refused{}, Banner{}, Diagram{}, Code{}, Official{}, QR{}, Figures{},
		Ordered{}, Map{}, Bars{}, Trend{}, Matrix{}, Month{}, Sheet{},
	}
}
