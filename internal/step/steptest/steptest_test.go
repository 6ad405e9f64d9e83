package steptest_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/expr"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/step/steptest"
	"gongzhi/internal/text"
)

// trap stands in for a test that is meant to fail, and keeps what it was told.
type trap struct {
	testing.TB
	said string
}

func (t *trap) Helper()    {}
func (t *trap) Log(...any) {}

func (t *trap) Fatalf(format string, args ...any) {
	t.said = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (t *trap) Errorf(format string, args ...any) {
	if t.said == "" {
		t.said = fmt.Sprintf(format, args...)
	}
}

// toy is a sound step: it takes three votes and ends after a day at the latest. Each fault below breaks one promise.
type toy struct {
	step.Common
	fault string
	calls int
}

type toyState struct {
	N     int
	Ended bool
	Seen  map[string]bool
}

func (k *toy) Outcomes() []string          { return []string{"done"} }
func (k *toy) Facts() map[string]expr.Type { return map[string]expr.Type{"n": expr.Int} }
func (k *toy) Check(*step.Checker)         {}

func (k *toy) Enter(step.View) ([]act.Draft, error) { return nil, nil }

func (k *toy) Fold(s any, a act.Act) (any, error) {
	st, ok := s.(*toyState)
	if !ok {
		st = &toyState{Seen: map[string]bool{}}
		if k.fault == "a state that is not in the acts" {
			k.calls++
			st.N = 1000 * k.calls
		}
	}
	switch a.Kind {
	case "toy.voted":
		st.N++
	case act.Ended:
		st.Ended = true
	}
	return st, nil
}

var fields = step.Fields{
	{Key: "why", Label: text.Text{ZH: "原因", EN: "Why"}, Type: step.TextType, Required: true, Audience: step.Staff},
}

func (k *toy) Asks(v step.View) []step.Ask {
	st := v.State.(*toyState)
	if st.Ended && k.fault != "asks after its end" {
		return nil
	}
	if k.fault == "looking changes the state" {
		st.Seen[v.Now.String()] = true
	}
	ask := step.Ask{Verb: "vote", By: []string{"resident"}, Words: text.Key("place"), Fields: fields, Clause: "by"}
	if k.fault == "a button without words" {
		ask.Words = text.Key("no.such.words")
	}
	if k.fault == "one language only" {
		ask.Words = text.Words{Text: text.Text{ZH: "投票"}}
	}
	if k.fault == "the same thing twice" {
		return []step.Ask{ask, ask}
	}
	return []step.Ask{ask}
}

func (k *toy) Take(v step.View, s step.Submission) ([]act.Draft, error) {
	st := v.State.(*toyState)
	if k.fault != "takes what nobody asked" {
		if _, err := step.Asked(k, v, s); err != nil {
			return nil, err
		}
	}
	body := map[string]any{"n": st.N}
	switch k.fault {
	case "another answer each time":
		k.calls++
		body["n"] = k.calls
	case "publishes what is sealed":
		body["why"] = s.Value("why")
	case "a float in a body":
		body["n"] = 0.5
	case "asking changes the state":
		st.N += 10
	case "an error that is no refusal":
		return nil, errors.New("disk full")
	}
	drafts := []act.Draft{{Kind: "toy.voted", Body: body}}
	if st.N < 2 {
		return drafts, nil
	}
	end := step.End("done", map[string]any{"n": 3})
	switch k.fault {
	case "an outcome it never declared":
		end = step.End("perhaps", nil)
	case "a fact of another type":
		end = step.End("done", map[string]any{"n": "three"})
	case "something after its end":
		return append(drafts, end, drafts[0]), nil
	}
	return append(drafts, end), nil
}

func (k *toy) Due(v step.View) (time.Time, bool) {
	if k.fault == "stranded" || v.State.(*toyState).Ended {
		return time.Time{}, false
	}
	return v.Entered.Add(24 * time.Hour), true
}

func (k *toy) Tick(step.View) ([]act.Draft, error) {
	if k.fault == "time that stands still" {
		return nil, nil
	}
	return []act.Draft{step.End("done", map[string]any{"n": 0})}, nil
}

func (k *toy) Panel(v step.View) page.Panel {
	p := v.Card(&k.Common, page.Tag{Words: text.Key("place")}, false)
	if k.fault == "a panel that says nothing" {
		p.Title = text.Words{}
	}
	return p
}

// A suite that lets everything pass proves nothing, so each promise is broken once, and must be missed.
func TestEveryBrokenPromiseIsNoticed(t *testing.T) {
	tests := []struct{ fault, says string }{
		{"", ""},
		{"another answer each time", "two answers"},
		{"looking changes the state", "changed the state"},
		{"asking changes the state", "two answers"},
		{"a state that is not in the acts", "changed the state"},
		{"publishes what is sealed", "sealed value"},
		{"a float in a body", "no integer"},
		{"an error that is no refusal", "not a refusal"},
		{"asks after its end", "yet it asks"},
		{"takes what nobody asked", "was answered with"},
		{"an outcome it never declared", "none of"},
		{"a fact of another type", "declared as"},
		{"something after its end", "after the step has ended"},
		{"a button without words", "no words in zh"},
		{"one language only", "one language only"},
		{"the same thing twice", "asked twice"},
		{"stranded", "stranded"},
		{"time that stands still", "for ever"},
		{"a panel that says nothing", "without a title"},
	}
	for _, tt := range tests {
		t.Run(tt.fault, func(t *testing.T) {
			k := &toy{Common: step.Common{Name: text.Text{ZH: "试", EN: "Toy"}}, fault: tt.fault}
			caught := &trap{TB: t}
			w := steptest.NewWorld()
			w.Runs = 60
			done := make(chan struct{})
			go func() { // Fatalf leaves by Goexit, as in a real test
				defer close(done)
				steptest.Walk(caught, k, w)
			}()
			<-done
			if (tt.says == "") != (caught.said == "") || !strings.Contains(caught.said, tt.says) {
				t.Errorf("the suite said %q, want %q", caught.said, tt.says)
			}
		})
	}
}
