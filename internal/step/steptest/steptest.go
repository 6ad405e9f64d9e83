// Package steptest proves what every kind of step promises.
//
// In: a Kind. Out: a failed test with the run that shows the fault. It stands in for the engine: it numbers and folds
// acts, lets time pass, and walks at random through whatever the step asks, several hundred times. It is used by tests
// only and never built into the binary.
package steptest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Run decodes and checks the kind's example and walks it at random. change fits the world to the kind.
//
// It proves: the example is without fault; the same view gives the same answer and nothing is changed by looking;
// bodies hold integers, texts, yes and no only, and no sealed value; folding anew gives the same state; once ended
// nothing is asked and everything is refused as closed; what is not asked is refused; outcomes and facts are as
// declared; every ask, refusal and panel has its words in every language; the step is never stranded and its time
// never stands still; the same submission twice does no harm; every outcome is reached, or the example hides one.
func Run(t *testing.T, kind step.Kind, change ...func(*World)) {
	t.Helper()
	w := NewWorld()
	for _, c := range change {
		c(w)
	}
	n, faults := source.Parse("methods/example.yaml", kind.Example())
	if len(faults) > 0 {
		t.Fatalf("example.yaml: %v", faults)
	}
	if _, ok := n.Get("kind"); !ok {
		t.Fatal("example.yaml: does not say its kind")
	}
	s := Must(t, kind, string(kind.Example()), w)
	if got := s.Shared().Kind; got != kind.Name() {
		t.Fatalf("example.yaml is of kind %q, want %q", got, kind.Name())
	}
	for outcome := range s.Shared().Next {
		if !slices.Contains(s.Outcomes(), outcome) {
			t.Errorf("example.yaml: next has %q, which is no outcome", outcome)
		}
	}
	unhandled := slices.DeleteFunc(slices.Clone(s.Outcomes()), func(o string) bool { _, ok := s.Shared().Next[o]; return ok })
	if len(unhandled) > 0 {
		t.Errorf("example.yaml: next does not handle %v", unhandled)
	}
	// The engine says this of a step that is over, and knows no more than these two.
	(&Sim{T: t}).words("late", text.Key(kind.Name()+".closed", "Step", s.Shared().Name, "Verb", "x"))
	Walk(t, s, w)
}

// Walk walks a step at random; see Run.
func Walk(t testing.TB, s step.Step, w *World) {
	t.Helper()
	runs, length := w.Runs, w.Length
	if runs == 0 {
		runs = 300
	}
	if length == 0 {
		length = 40
	}
	reached := map[string]int{}
	for seed := range runs {
		m := Start(t, s, w)
		m.trail = append(m.trail, fmt.Sprintf("seed %d", seed))
		reached[walk(m, rand.New(rand.NewPCG(uint64(seed), 7)), length)]++
	}
	for _, o := range s.Outcomes() {
		if reached[o] == 0 && !slices.Contains(w.Rare, o) {
			t.Errorf("in %d runs the step never ended as %q: %v", runs, o, reached)
		}
	}
}

// walk takes random actions and gives the outcome, or "" where the step still waits.
func walk(m *Sim, rng *rand.Rand, length int) string {
	m.T.Helper()
	var verbs []step.Submission
	var last step.Submission
	var lastWho Who
	// Some runs are busy and some sleepy, so that windows close both full and empty.
	pace := rng.IntN(6) + 1
	for range length {
		m.standing()
		if end, ended := m.Ended(); ended {
			m.afterEnd(rng, verbs)
			return end.Outcome
		}
		asks := m.Asks()
		switch dice := rng.IntN(20); {
		case dice == 0:
			m.unasked(rng, verbs)
		case dice == 1 && last.Verb != "":
			_ = m.Submit(lastWho, last) // the same again, as an offline phone sends it: refused or harmless, see standing
		case dice == 2 && len(asks) > 0:
			m.kept(rng, asks)
		case dice < 3+pace:
			m.pass(rng)
		case len(m.Open) > 0 && rng.IntN(2) == 0:
			m.child(rng)
		case len(asks) > 0:
			ask := m.choose(rng, asks)
			last, lastWho = Answer(rng, ask, m.View()), m.somebody(rng, ask)
			verbs = append(verbs, last)
			_ = m.Submit(lastWho, last) // a refusal was looked at by the Sim
		default:
			m.pass(rng)
		}
	}
	m.standing()
	return ""
}

// choose takes mostly what is owed and open, as people do; rights and what comes too early are tried now and then.
func (m *Sim) choose(rng *rand.Rand, asks []step.Ask) step.Ask {
	var pressing []step.Ask
	for _, a := range asks {
		if a.Owed && !m.Now.Before(a.Opens) {
			pressing = append(pressing, a)
		}
	}
	if len(pressing) > 0 && rng.IntN(3) > 0 {
		return pick(rng, pressing...)
	}
	return pick(rng, asks...)
}

// somebody holds one of the roles asked and is not kept out, if there is such a person.
func (m *Sim) somebody(rng *rand.Rand, ask step.Ask) Who {
	who := Who{Role: pick(rng, ask.By...), Person: act.Person(fmt.Sprintf("p%d", 1+rng.IntN(6)))}
	for range 20 {
		if !slices.Contains(ask.Except, who.Person) {
			break
		}
		who.Person = act.Person(fmt.Sprintf("p%d", 1+rng.IntN(9)))
	}
	if len(ask.Only) > 0 {
		who.Person = pick(rng, ask.Only...)
	}
	if ask.Own && len(m.World.Book) > 0 {
		if below := m.below(); len(below) > 0 {
			row := pick(rng, below...)
			who.Scope = row
			who.Person = act.Person("owner-of-" + row.ID)
			if slices.Contains(ask.Except, who.Person) {
				who.Person += "-too"
			}
		}
	}
	return who
}

func (m *Sim) below() (out []act.RowID) {
	for _, r := range m.World.Book {
		if r.ID != m.World.Subject && m.World.Book.Covers(m.World.Subject, r.ID, m.View().Today()) {
			out = append(out, r.ID)
		}
	}
	return out
}

// kept tries somebody whom an ask keeps out; the engine's guard must refuse.
func (m *Sim) kept(rng *rand.Rand, asks []step.Ask) {
	m.T.Helper()
	ask := pick(rng, asks...)
	before := len(m.Acts)
	for _, p := range ask.Except {
		if err := m.Submit(Who{Person: p, Role: ask.By[0]}, Answer(rng, ask, m.View())); err == nil || len(m.Acts) != before {
			m.Fatalf("%s by %s, whom the ask keeps out: %v", ask.Verb, p, err)
		}
	}
}

// unasked hands the step what it does not ask for.
func (m *Sim) unasked(rng *rand.Rand, verbs []step.Submission) {
	m.T.Helper()
	s := step.Submission{ID: "x", Verb: "no_such_verb", Values: map[string][]string{}}
	if len(verbs) > 0 && rng.IntN(2) == 0 {
		s = pick(rng, verbs...)
		if _, asked := step.Find(m.Asks(), s); asked {
			return
		}
	}
	err := m.Take(Who{Person: "p1", Role: "anyone"}, s)
	if !fault.Is(err, fault.Closed) && !fault.Is(err, fault.Denied) {
		m.Fatalf("%s %s is not asked, and was answered with %v", s.Verb, s.Item, err)
	}
}

// afterEnd makes sure that nothing can follow.
func (m *Sim) afterEnd(rng *rand.Rand, verbs []step.Submission) {
	m.T.Helper()
	m.Now = m.Now.Add(time.Hour)
	m.standing()
	verbs = append(verbs, step.Submission{ID: "x", Verb: "no_such_verb"})
	for range min(len(verbs), 4) {
		s := pick(rng, verbs...)
		if err := m.Take(Who{Person: "p1", Role: "anyone"}, s); !fault.Is(err, fault.Closed) {
			m.Fatalf("%s after the end was answered with %v", s.Verb, err)
		}
	}
}

// pass lets minutes, days, or all the time until the next deadline go by.
func (m *Sim) pass(rng *rand.Rand) {
	m.T.Helper()
	due, ok := m.Step.Due(m.View())
	if asks := m.Asks(); len(asks) > 0 && rng.IntN(2) == 0 {
		if opens := pick(rng, asks...).Opens; opens.After(m.Now) {
			due, ok = opens, true
		}
	}
	switch {
	case ok && rng.IntN(3) == 0:
		m.Until(due)
	case ok && rng.IntN(3) == 0 && due.Add(-time.Second).After(m.Now):
		m.Until(due.Add(-time.Second))
	default:
		m.Until(m.Now.Add(pick(rng, time.Minute, time.Hour, 24*time.Hour, 100*time.Hour)))
	}
}

func (m *Sim) child(rng *rand.Rand) {
	m.T.Helper()
	var items []string
	for item := range m.Open {
		items = append(items, item)
	}
	slices.Sort(items)
	_ = m.Close(pick(rng, items...), pick(rng, m.World.Children...)) // a step that no longer waits may refuse
}
