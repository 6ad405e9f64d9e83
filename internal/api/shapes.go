package api

import (
	"encoding/json"
	"strconv"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/docket"
	"gongzhi/internal/ledger"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// The shapes that go out. What is empty is left out, so that adding a key later breaks nobody.

// words stand in both languages.
type words struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

func said(b *text.Bundle, w text.Words) *words {
	if w.IsZero() {
		return nil
	}
	return &words{b.Say(text.ZH, w), b.Say(text.EN, w)}
}

// instant is RFC 3339 in UTC to the microsecond, or nothing.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(step.InstantLayout)
}

func micros(n int64) string {
	if n == 0 {
		return ""
	}
	return instant(time.UnixMicro(n))
}

func matterID(n act.Matter) string { return strconv.FormatInt(int64(n), 10) }

// line is one matter of a list.
type line struct {
	Matter  string `json:"matter"`
	Method  string `json:"method"`
	Title   words  `json:"title"`
	Subject string `json:"subject,omitempty"`
	Step    string `json:"step,omitempty"`   // absent once it is closed
	Result  string `json:"result,omitempty"` // absent while it is open
	Opened  string `json:"opened" format:"date-time"`
	Updated string `json:"updated" format:"date-time"`
	Due     string `json:"due,omitempty" format:"date-time"` // when time alone moves it
	Parent  string `json:"parent,omitempty"`
}

func lineOf(m docket.Matter) line {
	l := line{
		Matter: strconv.FormatInt(m.Number, 10), Method: m.Method, Title: words{m.TitleZH, m.TitleEN}, Subject: m.Subject, Step: m.Step,
		Result: m.Result, Opened: micros(m.Opened), Updated: micros(m.Updated), Due: micros(m.Due),
	}
	if m.Parent != 0 {
		l.Parent = strconv.FormatInt(m.Parent, 10)
	}
	return l
}

// list is a page of matters, newest first. Next is the cursor of the page after; absent on the last.
type list struct {
	Matters []line `json:"matters"`
	Total   string `json:"total"` // "27" or, where counting stops, "1,000+"
	Next    string `json:"next,omitempty"`
}

// standing is where one matter stands, as anyone may know it.
type standing struct {
	line
	Charter  string            `json:"charter"` // the version it goes by
	Facts    map[string]any    `json:"facts,omitempty"`
	StepName *words            `json:"step_name,omitempty"`
	Entered  string            `json:"entered,omitempty" format:"date-time"`
	Deadline *deadline         `json:"deadline,omitempty"`
	Asks     []ask             `json:"asks,omitempty"`
	Results  map[string]result `json:"results,omitempty"`
	Children []child           `json:"children,omitempty"`
	Last     last              `json:"last"`
}

// deadline is until when the step at hand should end, and how that was counted.
type deadline struct {
	At      string                `json:"at" format:"date-time"`
	Counted *calendar.Explanation `json:"counted"`
}

// ask is something the matter waits for. Mine says that whoever brings the token may answer it.
type ask struct {
	Verb   string   `json:"verb"`
	Item   string   `json:"item,omitempty"`
	By     []string `json:"by"`
	Words  *words   `json:"words,omitempty"`
	Fields []field  `json:"fields,omitempty"`
	Opens  string   `json:"opens,omitempty" format:"date-time"`
	Due    string   `json:"due,omitempty" format:"date-time"`
	Owed   bool     `json:"owed"` // somebody has to; otherwise it is a right
	Clause string   `json:"clause"`
	Mine   bool     `json:"mine,omitempty"`
}

// field is one question of an ask.
type field struct {
	Key      string   `json:"key"`
	Label    *words   `json:"label,omitempty"`
	Type     string   `json:"type"`
	Options  []option `json:"options,omitempty"`
	Register string   `json:"register,omitempty"`
	Required bool     `json:"required"`
	Max      int      `json:"max,omitempty"`
	Audience string   `json:"audience"`
}

type option struct {
	Value string `json:"value"`
	Label *words `json:"label,omitempty"`
}

// result is how a step ended, the latest visit.
type result struct {
	Outcome string         `json:"outcome"`
	At      string         `json:"at" format:"date-time"`
	Facts   map[string]any `json:"facts,omitempty"`
}

// child is a matter that this one opened.
type child struct {
	Matter string `json:"matter"`
	Method string `json:"method"`
	Item   string `json:"item,omitempty"`
	Result string `json:"result,omitempty"`
}

// last is the newest act: whoever kept an earlier one can see that the chain went on from it.
type last struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"`
}

// recorded is one act as anyone may see it: the role that acted, never the person nor the mandate, which would let a
// stranger follow one resident through all matters.
type recorded struct {
	Seq      int64           `json:"seq"`
	Kind     string          `json:"kind"`
	Step     string          `json:"step,omitempty"`
	At       string          `json:"at" format:"date-time"`
	Recorded string          `json:"recorded" format:"date-time"`
	Role     string          `json:"role"`
	Charter  string          `json:"charter"`
	Clause   string          `json:"clause,omitempty"`
	Body     json.RawMessage `json:"body"`
	Withheld bool            `json:"withheld,omitempty"` // the body says what one household answered and is not shown
	Sealed   []string        `json:"sealed,omitempty"`   // fields that only commitments stand for
	Prev     string          `json:"prev,omitempty"`
	Hash     string          `json:"hash"`
}

func recordedOf(a act.Act) recorded {
	r := recorded{
		Seq: a.Seq, Kind: a.Kind, Step: a.Step, At: instant(a.At), Recorded: instant(a.Recorded), Role: a.By.Role,
		Charter: string(a.Basis.Charter), Clause: a.Basis.Clause, Body: a.Body, Prev: string(a.Prev), Hash: string(a.Hash),
	}
	for _, c := range a.Sealed {
		r.Sealed = append(r.Sealed, c.Field)
	}
	return r
}

// record is a page of acts, oldest first. After is what to ask for next; absent on the last.
type record struct {
	Acts  []recorded `json:"acts"`
	After string     `json:"after,omitempty"`
}

// receipt says what a submission led to.
type receipt struct {
	ID       string `json:"id"`
	Matter   string `json:"matter"`
	First    int64  `json:"first"`
	Last     int64  `json:"last"`
	Recorded string `json:"recorded" format:"date-time"`
}

func receiptOf(r ledger.Receipt) receipt {
	return receipt{r.ID, matterID(r.Matter), r.First, r.Last, instant(r.At())}
}
