package method

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
)

// Departure is where a record does not follow its method.
type Departure struct {
	At   int    // index of the act
	Code string // "method.role"; a step's own codes are those of its refusals
	Why  string // for whoever looks closer: what stands there and what should
}

func (d *Departure) Error() string { return fmt.Sprintf("%s: act %d: %s", d.Code, d.At+1, d.Why) }

// Followed counts how a record was followed.
type Followed struct {
	Rerun    int // acts that the engine gave again, the same to the byte
	Given    int // acts by which people said something: who, when and under which clause was checked, what they said is theirs
	Taken    int // acts that rest on what is not public: their order was checked, what they say was not
	Withheld int // acts whose bodies are withheld
	Run      *Run
}

// Follow goes through a whole record as the engine would have written it. Whatever people submitted is taken as said,
// once it is clear that they were asked, in time and in a role that may; all that follows from it — what the clock does,
// how a step ends, where its outcome leads, what is counted — is worked out anew by the same code and held against the
// record. The Book of the surroundings may know no rows, and asked then says that a register was wanted. other finds the
// version that a matter was moved to. Acts without a body are those that are withheld.
func Follow(acts []act.Act, first Version, other func(act.Digest) (Version, bool), asked func() bool) (Followed, *Departure) {
	f := &follower{m: first.Method, acts: acts, around: first.Around, other: other, asked: asked, run: NewRun(0)}
	if len(acts) > 0 {
		f.run = NewRun(acts[0].Matter)
	}
	for f.next < len(acts) {
		if d := f.move(); d != nil {
			f.done.Run = f.run
			return f.done, d
		}
	}
	f.done.Run = f.run
	return f.done, nil
}

// Version is a method in one version of the charter, with the surroundings that it gives at an instant.
type Version struct {
	Method *Method
	Around func(time.Time) Context
	Moves  func(role string) bool // who may move a matter to it
}

type follower struct {
	m      *Method
	acts   []act.Act
	around func(time.Time) Context
	other  func(act.Digest) (Version, bool)
	asked  func() bool
	run    *Run
	c      Context
	next   int  // the act that is looked at
	given  int  // acts before this one were said by somebody
	leaned bool // the move before wanted a register, so what it led to may not be all that follows from it
	done   Followed
}

func (f *follower) departs(code, why string, args ...any) *Departure {
	return &Departure{f.next, code, fmt.Sprintf(why, args...)}
}

// move follows one move: what one submission, or one deadline, led to.
func (f *follower) move() *Departure {
	a := f.acts[f.next]
	f.c = f.around(a.At)
	f.asked() // forget what an earlier move wanted
	before, withheld, counted := f.next, f.run.Withheld, f.done
	led := f.leaned && before > 0 && f.acts[before-1].Kind == act.Entered && together(f.acts[before-1], a)
	err := f.rerun(a)
	if err == nil {
		f.leaned = f.asked()
		return nil
	}
	var d *Departure
	if !errors.As(err, &d) {
		d = f.departs("method.fold", "%v", err)
		if no, refused := fault.As(err); refused {
			d.Code = no.Code
		}
	}
	// What the public cannot see may be why it came out otherwise: then it is taken as recorded, and counted as such.
	register := f.asked()
	f.leaned = register
	switch {
	case led && d.Code == "method.role": // whoever brought it here did not do what the step did on its arrival
	case !register && !withheld || !leans[d.Code]:
		return d
	}
	f.done = counted
	return f.take(before)
}

// leans are the departures that may come from what is not public: a register's rows, or what households answered.
var leans = map[string]bool{"method.order": true, "method.body": true, "method.fold": true, "method.missing": true, "method.by": true, "method.clause": true}

// together tells whether two acts are of one move.
func together(a, b act.Act) bool {
	return a.Submission == b.Submission && a.By == b.By && a.At.Equal(b.At)
}

func (f *follower) rerun(a act.Act) error {
	switch {
	case f.next == 0:
		return f.start(a)
	case f.run.Closed:
		return f.departs("method.after_end", "the matter had ended as %s", f.run.Result)
	case a.Kind == act.Moved:
		return f.moved(a)
	case a.Kind == act.Added:
		return f.added(a)
	case a.By.Role == act.Clock:
		return f.tick(a)
	case a.Kind == act.ChildClosed:
		return f.child(a)
	}
	return f.said(a)
}

func (f *follower) start(a act.Act) error {
	var s act.Start
	if a.Kind != act.Started || a.Into(&s) != nil || s.Method != f.m.Key {
		return f.departs("method.start", "the record begins with %s", a.Kind)
	}
	house := a.By.Role == act.HouseItself && s.Parent != 0
	routine := a.By.Role == act.Clock && f.m.Start.Routine.begun(f.c.Calendar, a.At, s.Facts)
	if !house && !routine && !slices.Contains(f.m.Start.By, a.By.Role) {
		return f.departs("method.role", "%s may not begin this; %s may", a.By.Role, strings.Join(f.m.Start.By, ", "))
	}
	f.given = 1
	return f.m.Launch(f.run, f.c, a.By, act.Draft{Kind: a.Kind, Body: a.Body}, f.record)
}

// tick holds what the clock did against what was due, and when.
func (f *follower) tick(a act.Act) error {
	due, ok := f.m.Due(f.run, f.c)
	switch {
	case !ok:
		return f.departs("method.clock", "nothing was due")
	case !a.At.Equal(later(due, f.run.At)):
		return f.departs("method.clock", "due at %s, done at %s", due.Format(time.RFC3339Nano), a.At.Format(time.RFC3339Nano))
	}
	return f.m.Tick(f.run, f.c, f.record)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// moved goes on under the version that the act names.
func (f *follower) moved(a act.Act) error {
	var body act.Move
	if err := a.Into(&body); err != nil || body.From != f.run.Charter || body.To != a.Basis.Charter {
		return f.departs("method.move", "it went by version %s, and is moved from %s to %s", f.run.Charter, body.From, body.To)
	}
	to, ok := f.other(body.To)
	switch {
	case !ok || to.Method == nil:
		return f.departs("method.move", "version %s has no such method", body.To)
	case !to.Moves(a.By.Role):
		return f.departs("method.role", "%s may not move a matter", a.By.Role)
	}
	if due, ok := f.m.Due(f.run, f.c); ok && !due.After(a.At) {
		return f.departs("method.deadline", "the deadline of %s had not been let fall", due.Format(time.RFC3339))
	}
	run, err := to.Method.Adopt(f.m, f.run, f.acts[:f.next])
	if err != nil {
		return f.departs("method.move", "%v", err)
	}
	if err := to.Method.Fold(run, a); err != nil {
		return err
	}
	f.m, f.around, f.run = to.Method, to.Around, run
	f.done.Given++
	f.next++
	return nil
}

func (f *follower) child(a act.Act) error {
	var c act.Child
	if err := a.Into(&c); err != nil || a.By.Role != act.HouseItself {
		return f.departs("method.by", "only the house says that a child has ended")
	}
	if !slices.ContainsFunc(f.run.Children, func(x act.Child) bool { return x.Matter == c.Matter && x.Method == c.Method && x.Item == c.Item }) {
		return f.departs("method.child", "matter %d was never opened here", c.Matter)
	}
	return f.m.ChildClosed(f.run, f.c, c, f.record)
}

// added takes what somebody said beside the steps, once it is clear that they might.
func (f *follower) added(a act.Act) error {
	key := besideKey(a)
	b, basis, ok := f.m.BesideOf(BesideVerb + key)
	if !ok || a.Step != "" || a.Basis.Clause != basis.Clause {
		return f.departs("method.clause", "%s is nothing that stands beside the steps", a.Basis.Clause)
	}
	if due, ok := f.m.Due(f.run, f.c); ok && !due.After(a.At) {
		return f.departs("method.deadline", "the deadline of %s had not been let fall", due.Format(time.RFC3339))
	}
	ask, open := f.m.beside(f.run, key)
	switch {
	case !open || !slices.Contains(ask.By, a.By.Role):
		return f.departs("method.role", "%s may not add this", a.By.Role)
	case len(ask.Only) > 0 && !slices.Contains(ask.Only, a.By.Person):
		return f.departs("method.person", "only whoever began it may add this")
	case f.run.Added[key] >= b.Most:
		return f.departs("method.order", "this was said %d times already", b.Most)
	}
	f.given = f.next + 1
	same, err := f.record("", a.By, basis.Clause, act.Draft{Kind: a.Kind, Body: a.Body})
	if err != nil {
		return err
	}
	return f.m.Fold(f.run, same)
}

// said takes what somebody submitted: the drafts of the step up to its end. All after that is the engine's.
func (f *follower) said(a act.Act) error {
	p, ok := f.m.Step(f.run.Step)
	if !ok || a.Step != f.run.Step {
		return f.departs("method.order", "the matter stood at %q, this was done at %q", f.run.Step, a.Step)
	}
	if d := f.mayAct(p, a); d != nil {
		return d
	}
	var drafts []act.Draft
	end := f.next
	for ; end < len(f.acts); end++ {
		x := f.acts[end]
		if x.Submission != a.Submission || x.By != a.By || x.Step != a.Step || x.Kind == act.Entered || x.Kind == act.Closed {
			break
		}
		clause, ok := strings.CutPrefix(x.Basis.Clause, f.m.File()+"#"+f.run.Step)
		if !ok {
			return f.departs("method.clause", "%s is no clause of this step", x.Basis.Clause)
		}
		drafts = append(drafts, act.Draft{Kind: x.Kind, Clause: strings.TrimPrefix(clause, "."), Body: x.Body})
		if x.Kind == act.Ended {
			end++
			break
		}
	}
	f.given = end
	if len(drafts) == 0 {
		return f.departs("method.order", "%s stands where nothing was submitted", a.Kind)
	}
	return f.m.apply(f.run, f.c, a.By, act.RowID{}, "", drafts, f.record)
}

// mayAct makes sure that the step asked for it, of this role and person, and that no deadline had passed over it.
func (f *follower) mayAct(p *Placed, a act.Act) *Departure {
	if due, ok := f.m.Due(f.run, f.c); ok && !due.After(a.At) {
		return f.departs("method.deadline", "the deadline of %s had not been let fall", due.Format(time.RFC3339))
	}
	asks := f.m.Asks(f.run, f.c)
	if same := slices.DeleteFunc(slices.Clone(asks), func(x step.Ask) bool { return f.m.basis(p, x.Clause).Clause != a.Basis.Clause }); len(same) > 0 {
		asks = same
	}
	asks = about(asks, a)
	var of []step.Ask
	for _, x := range asks {
		if slices.Contains(x.By, a.By.Role) {
			of = append(of, x)
		}
	}
	if len(of) == 0 {
		if f.run.Withheld && slices.ContainsFunc(partsOf(p.Step).tasks, func(t task) bool { return slices.Contains(t.by, a.By.Role) || slices.Contains(t.to, a.By.Role) }) {
			return nil // who may is known, what was asked at that moment is not
		}
		return f.departs("method.role", "%s was not asked here", a.By.Role)
	}
	barred := func(x step.Ask) bool {
		return slices.Contains(x.Except, a.By.Person) || (len(x.Only) > 0 || a.By.Role == f.c.NoAccount) && !slices.Contains(x.Only, a.By.Person)
	}
	if !slices.ContainsFunc(of, func(x step.Ask) bool { return !barred(x) }) {
		return f.departs("method.person", "this needed another person's hands")
	}
	if !slices.ContainsFunc(of, func(x step.Ask) bool { return !barred(x) && !a.At.Before(x.Opens) }) {
		return f.departs("method.early", "it was not open yet")
	}
	return nil
}

// about keeps the asks of the item that the act names, where it names one.
func about(asks []step.Ask, a act.Act) []step.Ask {
	var body map[string]any
	if json.Unmarshal(a.Body, &body) != nil {
		return asks
	}
	for _, key := range []string{"item", "no"} {
		if body[key] == nil {
			continue
		}
		item := fmt.Sprint(body[key])
		if of := slices.DeleteFunc(slices.Clone(asks), func(x step.Ask) bool { return x.Item != item }); len(of) > 0 {
			return of
		}
	}
	return asks
}

// record is the engine's recorder: it writes nothing, but holds what the engine gives against what stands there.
func (f *follower) record(key string, by act.By, clause string, d act.Draft) (act.Act, error) {
	if f.next >= len(f.acts) {
		return act.Act{}, f.departs("method.missing", "%s should follow, and the record ends", d.Kind)
	}
	a := f.acts[f.next]
	switch {
	case a.Kind != d.Kind || a.Step != key:
		return a, f.departs("method.order", "%s at %q should stand here, %s at %q does", d.Kind, key, a.Kind, a.Step)
	case a.By != by:
		return a, f.departs("method.by", "done by %s, recorded for %s", by.Role, a.By.Role)
	case a.Basis.Clause != clause:
		return a, f.departs("method.clause", "its clause is %s, recorded is %s", clause, a.Basis.Clause)
	case !a.At.Equal(f.c.Now):
		return a, f.departs("method.at", "done at %s, recorded as of %s", f.c.Now.Format(time.RFC3339Nano), a.At.Format(time.RFC3339Nano))
	case f.next >= f.given && !same(d, a):
		return a, f.departs("method.body", "%s says something else than follows", a.Kind)
	}
	if err := f.prove(a); err != nil {
		return a, err
	}
	switch {
	case len(a.Body) == 0:
		f.done.Withheld++
	case f.next < f.given:
		f.done.Given++
	default:
		f.done.Rerun++
	}
	f.next++
	return a, nil
}

// prove has the step look at the figures of an act.
func (f *follower) prove(a act.Act) error {
	p, ok := f.m.Step(a.Step)
	if !ok || len(a.Body) == 0 || a.Step != f.run.Step {
		return nil
	}
	s, ok := p.Step.(step.Proven)
	if !ok {
		return nil
	}
	err := s.Prove(f.m.view(f.run, f.c, a.By, act.RowID{}), a, !f.run.Withheld)
	if no, refused := fault.As(err); refused {
		return f.departs(no.Code, "%v", no.Args)
	}
	return err
}

// same tells whether a draft and an act say the same. A child's number is the desk's to give.
func same(d act.Draft, a act.Act) bool {
	if len(a.Body) == 0 {
		return true
	}
	if start, ok := d.Body.(act.Start); ok && d.Kind == act.Opened {
		var c act.Child
		return a.Into(&c) == nil && c.Method == start.Method && c.Item == start.Item && c.Result == ""
	}
	raw, err := json.Marshal(d.Body)
	return err == nil && act.SameBody(raw, a.Body)
}

// take goes on over a move that cannot be worked out from what is public. The order of steps still has to be the
// method's, and figures have to agree with each other.
func (f *follower) take(from int) *Departure {
	run, err := f.m.Replay(f.acts[0].Matter, f.acts[:from])
	if err != nil {
		return f.departs("method.fold", "%v", err)
	}
	f.run, f.next = run, from
	first := f.acts[from]
	for f.next < len(f.acts) {
		a := f.acts[f.next]
		if !together(a, first) {
			return nil
		}
		if d := f.leads(a); d != nil {
			return d
		}
		if err := f.prove(a); err != nil {
			var d *Departure
			if errors.As(err, &d) {
				return d
			}
			return f.departs("method.fold", "%v", err)
		}
		if err := f.m.Fold(f.run, a); err != nil {
			return f.departs("method.fold", "%v", err)
		}
		f.done.Taken++
		f.next++
		if a.By.Role == act.Clock && f.next < len(f.acts) && a.Kind != act.Ended && a.Kind != act.Entered && f.acts[f.next].Step == a.Step && f.acts[f.next].Kind != act.Ended {
			return nil // the next thing the clock did at the same instant is a move of its own, but for what a step records as it begins
		}
	}
	return nil
}

// leads makes sure that a step is only entered, and a matter only closed, where the method has an arrow.
func (f *follower) leads(a act.Act) *Departure {
	to := ""
	switch a.Kind {
	case act.Entered:
		to = a.Step
	case act.Closed:
		var c act.Closing
		if err := a.Into(&c); err != nil {
			return f.departs("method.fold", "%v", err)
		}
		to = "end " + c.Result
	case act.Added:
		return nil
	default:
		if a.Step != f.run.Step {
			return f.departs("method.order", "the matter stood at %q, this was done at %q", f.run.Step, a.Step)
		}
		return nil
	}
	from := f.run.Step
	if from == "" && to == f.m.First() {
		return nil
	}
	for _, w := range f.m.Ways() {
		if w.From != from || w.Outcome != f.run.Results[from].Outcome {
			continue
		}
		if b, bounded := f.m.Visits[w.To]; w.To == to || bounded && b.Then == to {
			return nil
		}
	}
	return f.departs("method.order", "no arrow leads from %q, ended as %q, to %q", from, f.run.Results[from].Outcome, to)
}
