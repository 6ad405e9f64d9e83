package notice

import (
	"slices"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/step"
)

// Hung is the act that says, with its proof, that the sheet hangs on the ground.
const Hung = "notice.hung"

// The acts of a notice.
const (
	posted    = "notice.posted"
	objected  = "notice.objected"
	answered  = "notice.answered"
	withdrawn = "notice.withdrawn" // the objector takes an objection back
	settled   = "notice.settled"
	reported  = "notice.reported"
	hung      = Hung
	retracted = "notice.retracted" // the poster takes the notice back, to post it anew
	held      = "notice.held"      // the time is over and objections are not resolved
)

type (
	postedBody struct {
		Answers map[string]any `json:"answers"`
		Closes  time.Time      `json:"closes"` // as published; no later change of a calendar moves it
		Roll    *roll          `json:"roll,omitempty"`
	}
	// roll is what was published of a ballot's roll. Its lines are in the registers, as of the day; the root fixes them.
	roll struct {
		Of    string        `json:"of"`
		Day   calendar.Date `json:"day"`
		Root  act.Digest    `json:"root"`
		Area  uint64        `json:"area"` // 0.01 m²
		Heads uint64        `json:"heads"`
		Parts int           `json:"parts"`
	}
	objectedBody struct {
		No      int            `json:"no"`
		Answers map[string]any `json:"answers,omitempty"` // marks only; words are sealed
	}
	answeredBody struct {
		No       int            `json:"no"`
		Answers  map[string]any `json:"answers"`
		Resolved bool           `json:"resolved"`
	}
	settledBody struct {
		No       int    `json:"no"`
		Decision string `json:"decision"`
		Reason   string `json:"reason"`
	}
	withdrawnBody struct {
		No int `json:"no"`
	}
	reportedBody struct {
		Answers map[string]any `json:"answers"`
	}
	hungBody struct {
		Answers map[string]any `json:"answers"`
	}
	retractedBody struct {
		Reason string `json:"reason"`
	}
	heldBody struct {
		Open int `json:"open"`
	}
)

// standing of an objection.
type standing int

const (
	received standing = iota + 1
	disputed          // answered, and the objector does not accept it
	resolved
	takenBack
	wasDismissed
	wasUpheld
)

var standingNames = [...]string{
	received: "received", disputed: "disputed", resolved: "resolved", takenBack: "withdrawn", wasDismissed: "dismissed", wasUpheld: "upheld",
}

func (s standing) String() string { return standingNames[s] }

type objection struct {
	No       int
	At       time.Time // received
	Since    time.Time // when it came to where it stands
	By       act.Person
	Standing standing
	Answers  map[string]any // of the last answer
	Hands    []act.Person   // who answered
	Reason   string         // of the settlement
}

func (o objection) stands() bool { return o.Standing == received || o.Standing == disputed }

type report struct {
	At      time.Time
	Answers map[string]any
}

type state struct {
	Answers    map[string]any
	PostedBy   act.Person
	Posted     time.Time // zero while it is not posted
	Closes     time.Time
	Objections []objection
	Reports    []report
	Hung       []report // each time the sheet was seen hanging
	Roll       *roll    // as it was posted last
	Held       bool
	Ended      bool
	Outcome    string
}

func (st *state) open() bool { return !st.Posted.IsZero() && !st.Ended }

// objectors are those whose objections still stand.
func (st *state) objectors() (who []act.Person) {
	for _, o := range st.Objections {
		if o.stands() {
			who = step.Both(who, o.By)
		}
	}
	return who
}

// with gives the objections as they will stand once one of them has come to now, by the hands of who.
func (st *state) with(no int, now standing, who act.Person) []objection {
	list := slices.Clone(st.Objections)
	o := &list[no-1]
	o.Standing = now
	if now == disputed || now == resolved {
		o.Hands = append(slices.Clone(o.Hands), who)
	}
	return list
}

// unresolved counts what holds the notice.
func unresolved(list []objection) (n int) {
	for _, o := range list {
		if o.stands() {
			n++
		}
	}
	return n
}

// ending ends the notice with these objections counted.
func (st *state) ending(outcome string, list []objection) act.Draft {
	var answered, withdrawn, dismissed int
	for _, o := range list {
		if len(o.Hands) > 0 {
			answered++
		}
		switch o.Standing {
		case takenBack:
			withdrawn++
		case wasDismissed:
			dismissed++
		case received, disputed, resolved, wasUpheld:
		}
	}
	facts := map[string]any{"objections": len(list), "answered": answered, "withdrawn": withdrawn, "dismissed": dismissed}
	if r := st.Roll; r != nil {
		facts[step.RollOf], facts[step.RollDay], facts[step.RollRoot] = r.Of, r.Day.String(), string(r.Root)
	}
	return step.End(outcome, facts)
}

// Fold adds one act.
func (n *Notice) Fold(s any, a act.Act) (any, error) {
	st, ok := s.(*state)
	if !ok {
		st = &state{}
	}
	switch a.Kind {
	case posted:
		var b postedBody
		if err := a.Into(&b); err != nil {
			return nil, err
		}
		st.Posted, st.PostedBy, st.Closes, st.Answers, st.Roll, st.Held = a.At, a.By.Person, b.Closes, b.Answers, b.Roll, false
	case retracted:
		st.Posted, st.Answers, st.Held, st.Hung = time.Time{}, nil, false, nil
	case held:
		st.Held = true
	case reported:
		var b reportedBody
		if err := a.Into(&b); err != nil {
			return nil, err
		}
		st.Reports = append(st.Reports, report{a.At, b.Answers})
	case hung:
		var b hungBody
		if err := a.Into(&b); err != nil {
			return nil, err
		}
		st.Hung = append(st.Hung, report{a.At, b.Answers})
	case act.Ended:
		st.Ended = true
		return st, step.Outcome(a, &st.Outcome)
	case objected, answered, withdrawn, settled:
		return st, st.foldObjection(a)
	}
	return st, nil
}

func (st *state) foldObjection(a act.Act) error {
	if a.Kind == objected {
		var b objectedBody
		if err := a.Into(&b); err != nil {
			return err
		}
		st.Objections = append(st.Objections, objection{No: b.No, At: a.At, Since: a.At, By: a.By.Person, Standing: received})
		return nil
	}
	var b struct {
		answeredBody
		Decision string `json:"decision"`
		Reason   string `json:"reason"`
	}
	if err := a.Into(&b); err != nil {
		return err
	}
	o := &st.Objections[b.No-1]
	o.Since = a.At
	switch a.Kind {
	case answered:
		o.Answers, o.Standing = b.Answers, disputed
		o.Hands = append(o.Hands, a.By.Person)
		if b.Resolved {
			o.Standing = resolved
		}
	case withdrawn:
		o.Standing = takenBack
	case settled:
		o.Reason, o.Standing = b.Reason, wasDismissed
		if b.Decision == upheld {
			o.Standing = wasUpheld
		}
	}
	return nil
}
