package steptest

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Sim runs one step the way the engine does: it numbers acts and folds them, keeps people away from what they may not
// do, and calls the step when its time has come. It holds the step to what every kind promises at each call.
type Sim struct {
	T     testing.TB
	Step  step.Step
	World *World
	Now   time.Time
	Acts  []act.Act
	State any
	Open  map[string]act.Child // children that are open, by item
	Urn   []string             // slips of a secret vote, sorted
	trail []string             // what was done, for the report of a failure
}

// Who is somebody who submits.
type Who struct {
	Person act.Person
	Role   string
	Scope  act.RowID // the subject where zero
}

// Start brings a matter to the step. Enter must not fail: a matter has to be able to arrive.
func Start(t testing.TB, s step.Step, w *World) *Sim {
	t.Helper()
	m := &Sim{T: t, Step: s, World: w, Now: w.Now, Open: map[string]act.Child{}}
	by := act.By{Role: act.HouseItself}
	m.record(by, []act.Draft{{Kind: act.Entered, Body: struct{}{}}})
	err := m.call("enter", by, act.RowID{}, nil, func(v step.View) ([]act.Draft, error) { return s.Enter(v) })
	if err != nil {
		m.Fatalf("a matter could not arrive: %v", err)
	}
	return m
}

// View is what the step would be shown now.
func (m *Sim) View() step.View {
	w := m.World
	return step.View{
		Now: m.Now, Key: "example", Visit: 1, Entered: w.Now, State: m.State, Who: act.By{Role: act.HouseItself},
		Matter:   step.Matter{Number: 1, Method: "example", Title: text.Text{ZH: "例", EN: "example"}, Subject: w.Subject, Opened: w.Now, Facts: w.Facts, Starter: act.By{Person: "starter", Role: "resident"}},
		Calendar: w.Calendar, Results: w.Results, Did: w.Did, Book: w.Book, Vars: func() map[string]any { return w.Vars }, Urn: func() ([]string, error) { return slices.Clone(m.Urn), nil }, File: "methods/example.yaml",
		Earlier: func() ([]step.Earlier, error) { return w.Earlier, nil },
		Counted: func(c *step.Counted) (step.Figure, error) { return w.Counted[c.Key], nil },
	}
}

// Asks is what the step waits for now. Nothing is asked once it has ended.
func (m *Sim) Asks() []step.Ask { return m.Step.Asks(m.View()) }

// Ended is how the step ended, if it has.
func (m *Sim) Ended() (act.Ending, bool) {
	last := m.Acts[len(m.Acts)-1]
	if last.Kind != act.Ended {
		return act.Ending{}, false
	}
	var e act.Ending
	if err := last.Into(&e); err != nil {
		m.Fatalf("%v", err)
	}
	return e, true
}

// Submit does what the engine does with a submission: it finds the ask and refuses strangers, those who are kept out,
// what comes too early, and values that are not well-formed, before the step is asked.
func (m *Sim) Submit(who Who, s step.Submission) error {
	m.T.Helper()
	v := m.View()
	basis := v.Basis("", m.Step.Shared())
	ask, ok := step.Find(m.Step.Asks(v), s)
	switch {
	case !ok:
		return m.Take(who, s) // the step says no in its own words
	case !slices.Contains(ask.By, who.Role):
		return fault.Refuse(fault.Denied, "step.not_yours", basis, nil)
	case len(ask.Only) > 0 && !slices.Contains(ask.Only, who.Person):
		return fault.Refuse(fault.Denied, "step.by_name", basis, nil)
	case slices.Contains(ask.Except, who.Person):
		return fault.Refuse(fault.Denied, "step.own_work", basis, nil)
	case m.Now.Before(ask.Opens):
		return fault.Refuse(fault.Closed, "step.early", basis, fault.Args{"Opens": calendar.Minute(ask.Opens)})
	}
	if _, err := ask.Fields.Read(s, basis, v.Known); err != nil {
		return err
	}
	var sealed []string
	for _, f := range ask.Fields {
		if f.Audience != step.Public {
			sealed = append(sealed, s.Values[f.Key]...)
		}
	}
	return m.Take(who, s, sealed...)
}

// Take hands a submission to the step without looking at it first. sealed are values that must not become public.
func (m *Sim) Take(who Who, s step.Submission, sealed ...string) error {
	m.T.Helper()
	if who.Scope.IsZero() {
		who.Scope = m.World.Subject
	}
	name := fmt.Sprintf("%s %s/%s by %s (%s, %s) %v", m.Now.Format(time.DateTime), s.Verb, s.Item, who.Person, who.Role, who.Scope, s.Values)
	by := act.By{Person: who.Person, Role: who.Role, Mandate: "m-" + string(who.Person)}
	return m.call(name, by, who.Scope, sealed, func(v step.View) ([]act.Draft, error) { return m.Step.Take(v, s) })
}

// Close ends a child as the engine does: it records the end under the house's name, folds it, and then tells the step.
// A refusal is no fault: the step did not wait for this child.
func (m *Sim) Close(item, result string) error {
	m.T.Helper()
	by := act.By{Role: act.HouseItself}
	child := m.Open[item]
	child.Result = result
	delete(m.Open, item)
	m.trail = append(m.trail, "child "+item+" closed: "+result)
	m.record(by, []act.Draft{{Kind: act.ChildClosed, Body: child}})
	s := step.Submission{Verb: step.VerbChildClosed, Item: item}
	return m.call("child.closed "+item, by, act.RowID{}, nil, func(v step.View) ([]act.Draft, error) { return m.Step.Take(v, s) })
}

// Until lets time pass. Whatever falls due on the way happens at its own instant, in order.
func (m *Sim) Until(at time.Time) {
	m.T.Helper()
	for {
		if _, ended := m.Ended(); ended {
			break
		}
		due, ok := m.Step.Due(m.View())
		if !ok || due.After(at) {
			break
		}
		m.Now = later(m.Now, due)
		m.tick()
	}
	m.Now = later(m.Now, at)
}

func (m *Sim) tick() {
	m.T.Helper()
	err := m.call(m.Now.Format(time.DateTime)+" tick", act.By{Role: act.Clock}, act.RowID{}, nil, func(v step.View) ([]act.Draft, error) { return m.Step.Tick(v) })
	if err != nil {
		m.Fatalf("tick: %v", err)
	}
	if _, ended := m.Ended(); ended {
		return
	}
	if due, ok := m.Step.Due(m.View()); ok && !due.After(m.Now) {
		m.Fatalf("tick at %s leaves the same due instant %s: the timekeeper would call again for ever", m.Now, due)
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// call asks the step, makes sure that it changed nothing and would say the same again, and records what it drafted.
func (m *Sim) call(name string, by act.By, scope act.RowID, sealed []string, do func(step.View) ([]act.Draft, error)) error {
	m.T.Helper()
	m.trail = append(m.trail, name)
	v := m.View()
	v.Who, v.Scope = by, scope
	drafts, err := do(v)
	again, err2 := do(v)
	if a, b := answer(drafts, err), answer(again, err2); a != b {
		m.Fatalf("the same view had two answers:\n%s\n%s", a, b)
	}
	m.sameState("asking changed the state")
	if err != nil {
		if len(drafts) > 0 {
			m.Fatalf("drafts beside a refusal: %v", err)
		}
		m.refusal(err)
		return err
	}
	m.drafts(drafts, sealed)
	m.record(by, drafts)
	return nil
}

func answer(drafts []act.Draft, err error) string {
	raw, bad := json.Marshal(drafts)
	return fmt.Sprint(string(raw), err, bad)
}

// record appends the acts of some drafts and folds them.
func (m *Sim) record(by act.By, drafts []act.Draft) {
	m.T.Helper()
	for _, d := range drafts {
		body := d.Body
		if start, ok := body.(act.Start); ok && d.Kind == act.Opened {
			child := act.Child{Matter: act.Matter(100 + len(m.Acts)), Method: start.Method, Item: start.Item}
			m.Open[start.Item] = child
			body = child
		}
		if body == nil {
			body = struct{}{}
		}
		if d.Slip != nil {
			m.Urn = append(m.Urn, d.Slip.Text)
			slices.Sort(m.Urn)
		}
		if d.OpenUrn {
			m.Urn = nil
		}
		raw, err := json.Marshal(body)
		if err != nil {
			m.Fatalf("body of %s: %v", d.Kind, err)
		}
		a := act.Act{
			Tenant: 1, Matter: 1, Seq: int64(len(m.Acts) + 1), Kind: d.Kind, Step: "example", At: m.Now, Recorded: m.Now, By: by,
			Basis: act.Basis{Charter: "c", Clause: m.View().Clause(d.Clause)}, Body: raw,
		}
		for field := range d.Sealed {
			a.Sealed = append(a.Sealed, act.Commitment{Field: field, Hash: act.Sum([]byte(field))})
		}
		slices.SortFunc(a.Sealed, func(a, b act.Commitment) int { return compare(a.Field, b.Field) })
		prev := act.Digest("")
		if n := len(m.Acts); n > 0 {
			prev = m.Acts[n-1].Hash
		}
		if err := a.Seal(prev); err != nil {
			m.Fatalf("sealing %s: %v", a.Kind, err)
		}
		m.Acts = append(m.Acts, a)
		m.State, err = m.Step.Fold(m.State, a)
		if err != nil {
			m.Fatalf("fold of %s: %v", a.Kind, err)
		}
	}
}

// Refold folds every act anew.
func (m *Sim) Refold() any {
	m.T.Helper()
	var state any
	for _, a := range m.Acts {
		var err error
		if state, err = m.Step.Fold(state, a); err != nil {
			m.Fatalf("fold of act %d, %s, anew: %v", a.Seq, a.Kind, err)
		}
	}
	return state
}

// Fatalf fails with the run that led here.
func (m *Sim) Fatalf(format string, args ...any) {
	m.T.Helper()
	for _, line := range m.trail {
		m.T.Log(line)
	}
	m.T.Fatalf(format, args...)
}
