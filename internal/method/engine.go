package method

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/exact"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
)

// Actor is a person with what they may act as.
type Actor struct {
	Person   act.Person
	Mandates []Mandate
}

// Mandate lets a person act in a role over a part of the territory. A zero Scope is the whole subdistrict.
type Mandate struct {
	ID    string
	Role  string
	Scope act.RowID
}

// Over tells whether a mandate reaches a row on a day: the row is its place or lies within it; or, where the role is
// one's own (an owner's flat), its place lies within the row. A mandate over the whole subdistrict reaches every row,
// and what is about no row is within every mandate. Nobody owns a flat in the whole subdistrict.
func (m Mandate) Over(book step.Book, own bool, row act.RowID, on calendar.Date) bool {
	switch {
	case row.IsZero(), m.Scope.IsZero() && !own:
		return true
	case own:
		return book.Covers(row, m.Scope, on)
	}
	return book.Covers(m.Scope, row, on)
}

// Recorder turns a draft into an act: it numbers it, seals it and puts it into the chain. Nothing is recorded for
// good before the whole submission has been answered.
type Recorder func(step string, by act.By, clause string, d act.Draft) (act.Act, error)

// Begin says whether this person may start a matter on this row, and what the first act says.
func (m *Method) Begin(c Context, who Actor, subject act.RowID, s step.Submission) (act.Draft, act.By, error) {
	basis := fault.Basis{Clause: m.File() + "#start", Law: m.Law}
	name, err := m.named(c, subject, basis)
	if err != nil {
		return act.Draft{}, act.By{}, err
	}
	by, _, err := m.mandate(c, who, s.As, step.Ask{By: m.Start.By, Only: []act.Person{who.Person}}, subject, basis)
	if err != nil {
		return act.Draft{}, act.By{}, err
	}
	if !m.About(c, subject) {
		basis.Clause += ".when"
		return act.Draft{}, act.By{}, fault.Refuse(fault.Invalid, "method.when", basis, fault.Args{"When": m.Start.When, "Subject": name})
	}
	answers, err := m.Start.Fields.Read(s, basis, known(c))
	if err != nil {
		return act.Draft{}, act.By{}, err
	}
	title, err := m.title(c, name, answers.Open)
	if err != nil {
		return act.Draft{}, act.By{}, err
	}
	start := act.Start{Method: m.Key, Subject: subject, Title: title, Facts: answers.Open}
	start.Private = m.Hides(c, subject, answers.Open)
	return act.Draft{Kind: act.Started, Body: start, Sealed: answers.Sealed}, by, nil
}

// About tells whether a matter may be about a row, as start.when says; one that cannot be told may not.
func (m *Method) About(c Context, subject act.RowID) bool {
	if m.when == nil {
		return true
	}
	ok, err := m.when.Bool(map[string]any{"subject": m.subject(subject, c)})
	return ok && err == nil
}

// Hides tells whether a matter that was begun with these public answers is private. What cannot be told is: the other way
// round could not be taken back.
func (m *Method) Hides(c Context, subject act.RowID, said map[string]any) bool {
	if m.private == nil {
		return false
	}
	facts := m.facts(&Run{Matter: step.Matter{Facts: said}})
	ok, err := m.private.Bool(map[string]any{"matter": facts, "subject": m.subject(subject, c)})
	return ok || err != nil
}

// BeginChild is the first act of a matter that another one opens. What it is told in answer to a question that is not
// public is sealed here too, however it was said there.
func (m *Method) BeginChild(c Context, start act.Start, sealed map[string]string) act.Draft {
	facts, hidden := maps.Clone(start.Facts), maps.Clone(sealed)
	for _, f := range m.Start.Fields {
		if v, told := facts[f.Key]; told && f.Audience != step.Public {
			if hidden == nil {
				hidden = map[string]string{}
			}
			hidden[f.Key] = step.Sealable(v)
			delete(facts, f.Key)
		}
	}
	start.Facts, start.Private = facts, m.Hides(c, start.Subject, facts)
	return act.Draft{Kind: act.Started, Body: start, Sealed: hidden}
}

// named gives the name of the subject, and refuses a row that is not there or of another register.
func (m *Method) named(c Context, subject act.RowID, basis fault.Basis) (string, error) {
	if m.Subject == "" && subject.IsZero() {
		return "", nil
	}
	row, ok, err := c.Book.Row(subject, calendar.DateOf(c.Now))
	if err != nil {
		return "", fmt.Errorf("method: %s: %w", m.Key, err)
	}
	if !ok || subject.Register != m.Subject {
		return "", fault.Refuse(fault.NotFound, "method.subject", basis, fault.Args{"Subject": subject.String(), "Register": m.Subject})
	}
	return row.Name, nil
}

// Launch records the first act and takes the matter to its first step.
func (m *Method) Launch(r *Run, c Context, by act.By, d act.Draft, record Recorder) error {
	a, err := record("", by, m.File()+"#start", d)
	if err != nil {
		return err
	}
	if err := m.Fold(r, a); err != nil {
		return err
	}
	return m.enter(r, c, by, act.RowID{}, m.First(), record)
}

// Asks is what the matter waits for now.
func (m *Method) Asks(r *Run, c Context) []step.Ask {
	p, ok := m.Step(r.Step)
	if !ok {
		return nil
	}
	v := m.view(r, c, act.By{}, act.RowID{})
	asks := p.Step.Asks(v)
	if within := v.Within(p.Step.Shared()); !within.IsZero() {
		due, _ := within.End(c.Calendar, r.Entered)
		for i := range asks {
			if asks[i].Owed && asks[i].Due.IsZero() {
				asks[i].Due = due
			}
		}
	}
	return append(asks, m.besides(r)...)
}

// For keeps the asks that this person may answer, with the mandate that allows each.
func (m *Method) For(r *Run, c Context, who Actor) []step.Ask {
	return slices.DeleteFunc(m.Asks(r, c), func(a step.Ask) bool {
		_, _, err := m.mandate(c, who, "", a, r.Matter.Subject, fault.Basis{})
		return err != nil
	})
}

// Due is when time alone moves the matter.
func (m *Method) Due(r *Run, c Context) (time.Time, bool) {
	p, ok := m.Step(r.Step)
	if !ok {
		return time.Time{}, false
	}
	return p.Step.Due(m.view(r, c, act.By{}, act.RowID{}))
}

// Panel is what anyone may see of the step at hand.
func (m *Method) Panel(r *Run, c Context) (page.Panel, bool) {
	p, ok := m.Step(r.Step)
	if !ok {
		return page.Panel{}, false
	}
	return p.Step.Panel(m.view(r, c, act.By{}, act.RowID{})), true
}

// Take answers a submission. A refusal leaves the run as it was; after any other error the run must be dropped.
func (m *Method) Take(r *Run, c Context, who Actor, s step.Submission, record Recorder) error {
	if _, _, beside := m.BesideOf(s.Verb); beside {
		return m.add(r, c, who, s, record)
	}
	p, ok := m.Step(r.Step)
	if !ok || (s.Step != "" && s.Step != r.Step) {
		return m.late(r, s)
	}
	asks := p.Step.Asks(m.view(r, c, act.By{}, act.RowID{}))
	i := slices.IndexFunc(asks, func(a step.Ask) bool { return a.Verb == s.Verb && a.Item == s.Item })
	if i < 0 {
		return m.unasked(r, c, p, s, asks)
	}
	ask := asks[i]
	basis := m.basis(p, ask.Clause)
	by, scope, err := m.mandate(c, who, s.As, ask, r.Matter.Subject, basis)
	if err != nil {
		return err
	}
	if c.Now.Before(ask.Opens) {
		return fault.Refuse(fault.Closed, "step.early", basis, fault.Args{"Opens": calendar.Minute(ask.Opens)})
	}
	drafts, err := p.Step.Take(m.view(r, c, by, scope), s)
	if err != nil {
		return err
	}
	return m.apply(r, c, by, scope, ask.Clause, drafts, record)
}

// unasked refuses what the step does not ask for now, in the step's own words where it has any: that a vote is over
// while its papers are still being typed in. What the step would record is never taken.
func (m *Method) unasked(r *Run, c Context, p *Placed, s step.Submission, asks []step.Ask) error {
	_, err := p.Step.Take(m.view(r, c, act.By{}, act.RowID{}), s)
	if own, refused := fault.As(err); refused && own.Code != "step.not_asked" {
		return own
	}
	if slices.ContainsFunc(asks, func(a step.Ask) bool { return a.Verb == s.Verb }) {
		return fault.Refuse(fault.NotFound, "step.item", m.basis(p, ""), fault.Args{"Item": s.Item})
	}
	return m.late(r, s)
}

// late refuses what the matter does not wait for: it has moved on, or is not there yet.
func (m *Method) late(r *Run, s step.Submission) error {
	last := s.Step
	if last == "" {
		last = r.Step
		if n := len(r.Path); n > 1 && !r.Closed {
			last = r.Path[n-2]
		} else if n > 0 && r.Closed {
			last = r.Path[n-1]
		}
	}
	if p, ok := m.Step(last); ok {
		if no := m.early(r, p); no != nil {
			return no
		}
		if _, ended := r.Results[last]; ended && last != r.Step {
			kind := p.Step.Shared().Kind
			return fault.Refuse(fault.Closed, kind+".closed", m.basis(p, ""), fault.Args{"Step": p.Step.Shared().Name, "Verb": s.Verb})
		}
		return fault.Refuse(fault.Closed, "step.not_asked", m.basis(p, ""), fault.Args{"Step": p.Step.Shared().Name, "Verb": s.Verb})
	}
	return fault.Refuse(fault.Closed, "step.not_asked", fault.Basis{Clause: m.File() + "#steps", Law: m.Law}, fault.Args{"Step": m.Name, "Verb": s.Verb})
}

// early refuses what is for a step that must wait for others, and names the first of them: a vote before its roll was
// posted for as long as the law wants, and every objection to it answered.
func (m *Method) early(r *Run, p *Placed) error {
	if p.Key == r.Step || r.Closed {
		return nil
	}
	for _, need := range m.Requires[p.Key] {
		if met(r, need) {
			continue
		}
		key, _, _ := strings.Cut(need, ".")
		before, ok := m.Step(key)
		if !ok {
			return nil
		}
		basis := fault.Basis{Clause: m.File() + "#requires." + p.Key, Law: before.Step.Shared().Law}
		return fault.Refuse(fault.Closed, "step.too_early", basis, fault.Args{"Step": p.Step.Shared().Name, "Before": before.Step.Shared().Name})
	}
	return nil
}

// Tick is called when c.Now has reached Due.
func (m *Method) Tick(r *Run, c Context, record Recorder) error {
	p, ok := m.Step(r.Step)
	if !ok {
		return nil
	}
	by := act.By{Role: act.Clock}
	drafts, err := p.Step.Tick(m.view(r, c, by, act.RowID{}))
	if err != nil {
		return err
	}
	return m.apply(r, c, by, act.RowID{}, "", drafts, record)
}

// ChildClosed tells a matter that one it opened has ended.
func (m *Method) ChildClosed(r *Run, c Context, child act.Child, record Recorder) error {
	by := act.By{Role: act.HouseItself}
	a, err := record(r.Step, by, m.File()+"#"+r.Step, act.Draft{Kind: act.ChildClosed, Body: child})
	if err != nil {
		return err
	}
	if err := m.Fold(r, a); err != nil {
		return err
	}
	p, ok := m.Step(r.Step)
	if !ok {
		return nil
	}
	drafts, err := p.Step.Take(m.view(r, c, by, act.RowID{}), step.Submission{Verb: step.VerbChildClosed, Item: child.Item})
	if _, refused := fault.As(err); refused {
		return nil // the matter did not wait for its children and has gone on to a step that has none
	}
	if err != nil {
		return err
	}
	return m.apply(r, c, by, act.RowID{}, "", drafts, record)
}

// apply records what a step wants recorded and, where it ended, goes where its outcome leads.
func (m *Method) apply(r *Run, c Context, by act.By, scope act.RowID, clause string, drafts []act.Draft, record Recorder) error {
	key := r.Step
	p, _ := m.Step(key)
	for i, d := range drafts {
		if d.Clause == "" {
			d.Clause = clause
		}
		a, err := record(key, by, m.basis(p, d.Clause).Clause, d)
		if err != nil {
			return err
		}
		if err := m.Fold(r, a); err != nil {
			return err
		}
		if a.Kind != act.Ended {
			continue
		}
		if i != len(drafts)-1 {
			return fmt.Errorf("method: %s: step %s records something after it ended", m.Key, key)
		}
		return m.leave(r, c, by, scope, p, record)
	}
	return nil
}

// leave goes from a step that has just ended.
func (m *Method) leave(r *Run, c Context, by act.By, scope act.RowID, p *Placed, record Recorder) error {
	to, err := m.route(r, c, p)
	if err != nil {
		return err
	}
	result, end := EndOf(to)
	if b, bounded := m.Visits[to]; !end && bounded && r.Visits[to] >= b.Most {
		to = b.Then
		result, end = EndOf(to)
	}
	if !end {
		return m.enter(r, c, by, scope, to, record)
	}
	a, err := record("", by, m.File()+"#"+p.Key+".next", act.Draft{Kind: act.Closed, Body: act.Closing{Result: result}})
	if err != nil {
		return err
	}
	return m.Fold(r, a)
}

// route picks the first branch that holds. A condition that cannot be answered does not hold.
func (m *Method) route(r *Run, c Context, p *Placed) (string, error) {
	outcome := r.Results[p.Key].Outcome
	for _, b := range p.next[outcome] {
		if b.when == nil {
			return b.to, nil
		}
		if ok, err := b.when.Bool(m.vars(r, c)); err == nil && ok {
			return b.to, nil
		}
	}
	return "", fmt.Errorf("method: %s: step %s ended as %q, which leads nowhere", m.Key, p.Key, outcome)
}

func (m *Method) enter(r *Run, c Context, by act.By, scope act.RowID, to string, record Recorder) error {
	p, ok := m.Step(to)
	if !ok {
		return fmt.Errorf("method: %s has no step %q", m.Key, to)
	}
	for _, need := range m.Requires[to] {
		if !met(r, need) {
			// The check proves that this cannot be; it is looked at again because so much rests on it.
			return fmt.Errorf("method: %s: %s was about to begin without %s", m.Key, to, need)
		}
	}
	a, err := record(to, by, m.basis(p, "").Clause, act.Draft{Kind: act.Entered, Body: struct{}{}})
	if err != nil {
		return err
	}
	if err := m.Fold(r, a); err != nil {
		return err
	}
	drafts, err := p.Step.Enter(m.view(r, c, by, scope))
	if err != nil {
		return err
	}
	return m.apply(r, c, by, scope, "", drafts, record)
}

func (m *Method) basis(p *Placed, key string) fault.Basis {
	return step.View{File: m.File(), Key: p.Key}.Basis(key, p.Step.Shared())
}

// mandate picks the mandate under which a person may act: the one asked for, or the first that fits.
func (m *Method) mandate(c Context, who Actor, as string, ask step.Ask, subject act.RowID, basis fault.Basis) (act.By, act.RowID, error) {
	if who.Person == "" {
		return act.By{}, act.RowID{}, fault.Refuse(fault.SignIn, "step.sign_in", basis, nil)
	}
	today := calendar.DateOf(c.Now)
	for _, md := range who.Mandates {
		if (as != "" && md.ID != as) || !slices.Contains(ask.By, md.Role) {
			continue
		}
		if !md.Over(c.Book, c.Own[md.Role], subject, today) {
			continue
		}
		if md.Role == c.NoAccount && !slices.Contains(ask.Only, who.Person) {
			continue // everybody holds it, so it opens only what is meant for this one
		}
		if len(ask.Only) > 0 && !slices.Contains(ask.Only, who.Person) {
			return act.By{}, act.RowID{}, fault.Refuse(fault.Denied, "step.by_name", basis, nil)
		}
		if slices.Contains(ask.Except, who.Person) {
			return act.By{}, act.RowID{}, fault.Refuse(fault.Denied, "step.own_work", basis, nil)
		}
		return act.By{Person: who.Person, Role: md.Role, Mandate: md.ID}, md.Scope, nil
	}
	return act.By{}, act.RowID{}, fault.Refuse(fault.Denied, "step.not_yours", basis, fault.Args{"Roles": ask.By})
}

func known(c Context) func(act.RowID) bool {
	return func(id act.RowID) bool {
		_, ok, err := c.Book.Row(id, calendar.DateOf(c.Now))
		return ok && err == nil
	}
}

// View is what the step at hand may know; nobody acts.
func (m *Method) View(r *Run, c Context) step.View { return m.view(r, c, act.By{}, act.RowID{}) }

// Left are the units that a step still wants to hear from: the doors to knock on.
func (m *Method) Left(r *Run, c Context) []act.RowID {
	p, ok := m.Step(r.Step)
	if !ok {
		return nil
	}
	rounds, ok := p.Step.(step.Rounds)
	if !ok {
		return nil
	}
	return rounds.Left(m.view(r, c, act.By{}, act.RowID{}))
}

// Weights are the areas that those who are left would bring, where the step weighs them.
func (m *Method) Weights(r *Run, c Context) map[act.RowID]exact.Area {
	p, ok := m.Step(r.Step)
	if !ok {
		return nil
	}
	weighed, ok := p.Step.(step.Weighed)
	if !ok {
		return nil
	}
	return weighed.Weights(m.view(r, c, act.By{}, act.RowID{}))
}

// Contacts are when each unit was last spoken to, or visited, by the acts of a matter.
func (m *Method) Contacts(acts []act.Act) map[act.RowID]time.Time {
	last := map[act.RowID]time.Time{}
	for _, a := range acts {
		p, ok := m.Step(a.Step)
		if !ok {
			continue
		}
		if contacts, ok := p.Step.(step.Contacts); ok {
			if unit, ok := contacts.Contact(a); ok && a.At.After(last[unit]) {
				last[unit] = a.At
			}
		}
	}
	return last
}

// Discreet tells whether an act says what one household answered; the public sees that it was recorded, and totals.
func (m *Method) Discreet(a act.Act) bool {
	p, ok := m.Step(a.Step)
	if !ok {
		return false
	}
	d, ok := p.Step.(step.Discreet)
	return ok && slices.Contains(d.Discreet(), a.Kind)
}
