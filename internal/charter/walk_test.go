package charter_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/charter"
	"gongzhi/internal/fault"
	"gongzhi/internal/method"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/step/steptest"
	"gongzhi/internal/text"
)

// The walk sends people at random through every method of every charter, without a database so that thousands of runs
// take seconds: right and wrong answers, by those who may and those who may not, with the hour jumping ahead. Whatever
// they do, nothing panics, every refusal has words and says on what basis, no matter is left waiting for nobody, every
// declared requirement holds, and the acts alone give the same standing again. internal/scenario walks fewer runs
// through the whole house.

// runsEach is how many runs each method gets; GONGZHI_WALK asks for more.
func runsEach(t *testing.T) int {
	if s := os.Getenv("GONGZHI_WALK"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if testing.Short() || racing {
		return 10
	}
	return 250
}

// actions is the most that happens in one run.
const actions = 400

func TestWalk(t *testing.T) {
	dirs, err := filepath.Glob("../../charters/*/charter.yaml")
	if err != nil || len(dirs) == 0 {
		t.Fatal("no charters", err)
	}
	runs, ends := 0, map[string]int{}
	for _, head := range dirs {
		c, findings, err := charter.Load(os.DirFS(filepath.Dir(head)))
		if err != nil || charter.Broken(findings) {
			t.Fatal(head, findings, err)
		}
		for _, key := range c.MethodKeys() {
			w := newCrowd(c, c.Methods[key])
			for i := range runsEach(t) {
				seed := uint64(i)
				end := w.run(t, key, seed)
				runs++
				ends[key+" "+end]++
				if t.Failed() {
					t.Fatalf("%s, run %d", key, i)
				}
			}
		}
	}
	t.Logf("%d runs; %d different ends", runs, len(ends))
	for _, k := range slices.Sorted(maps.Keys(ends)) {
		t.Logf("%6d %s", ends[k], k)
	}
}

// crowd is everybody who may have to do with one method, and a place for them.
type crowd struct {
	c       *charter.Charter
	m       *method.Method
	book    steptest.Book
	subject act.RowID
	people  []method.Actor
}

func newCrowd(c *charter.Charter, m *method.Method) *crowd {
	w := &crowd{c: c, m: m}
	at := map[string]act.RowID{} // one row of each register, below one another
	var grow func(key string) act.RowID
	grow = func(key string) act.RowID {
		if id, ok := at[key]; ok {
			return id
		}
		s, ok := c.Registers.Get(key)
		if !ok {
			return act.RowID{}
		}
		parent := act.RowID{}
		if s.Parent != "" {
			parent = grow(s.Parent)
		}
		id := act.RowID{Register: key, ID: key + "1"}
		at[key] = id
		w.book = append(w.book, register.Row{ID: id, Parent: parent, Name: key, Values: valuesOf(s, 1)})
		for n := 2; n <= 4; n++ {
			w.book = append(w.book, register.Row{ID: act.RowID{Register: key, ID: fmt.Sprint(key, n)}, Parent: parent, Name: fmt.Sprint(key, n), Values: valuesOf(s, n)})
		}
		return id
	}
	for _, s := range c.Registers.All() {
		grow(s.Key)
	}
	if m.Subject != "" {
		w.subject = at[m.Subject]
	}
	n := 0
	for _, key := range slices.Sorted(maps.Keys(c.Roles)) {
		role := c.Roles[key]
		var scopes []act.RowID
		switch {
		case role.Scope == "":
			scopes = []act.RowID{{}, {}, {}, {}}
		case role.Own:
			rows, _ := w.book.Rows(role.Scope, w.subject, calendar.Date{})
			for _, r := range rows {
				scopes = append(scopes, r.ID)
			}
		default:
			scopes = []act.RowID{at[role.Scope], at[role.Scope], at[role.Scope], at[role.Scope]}
		}
		for _, s := range scopes {
			n++
			w.people = append(w.people, method.Actor{
				Person: act.Person(fmt.Sprintf("p%d", n)), Mandates: []method.Mandate{{ID: fmt.Sprintf("m%d", n), Role: key, Scope: s}},
			})
		}
	}
	return w
}

// valuesOf makes up a row: whatever the register wants, and yes to every question.
func valuesOf(s *register.Schema, n int) map[string]any {
	v := map[string]any{}
	for _, f := range s.Fields {
		switch f.Type {
		case register.Yes:
			v[f.Key] = true
		case register.Count, register.Money:
			v[f.Key] = int64(10 + n)
		case register.Area:
			v[f.Key] = int64(6000 + 500*n)
		case register.Choice:
			v[f.Key] = f.Options[0].Value
		case register.Rows:
			v[f.Key] = []string{fmt.Sprintf("person/person%d", n)}
		case register.Many:
			v[f.Key] = []string{}
		case register.Line, register.Text:
			v[f.Key] = fmt.Sprintf("演示%d", n)
		case register.Date:
			v[f.Key] = fmt.Sprintf("2026-01-%02d", 1+n%28)
		case register.Phone, register.IDNumber, register.USCC, register.Division, register.Place, register.OneRow,
			register.Geometry: // may be left out
		}
	}
	return v
}

// walk is one run.
type walk struct {
	*crowd
	t        *testing.T
	rng      *rand.Rand
	now      time.Time
	run      *method.Run
	acts     []act.Act
	head     act.Digest
	children []act.Child
}

func (w *crowd) run(t *testing.T, key string, seed uint64) string {
	x := &walk{crowd: w, t: t, rng: rand.New(rand.NewPCG(seed, 7)), now: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC), run: method.NewRun(1)}
	if !x.begin() {
		t.Errorf("%s: nobody could begin it", key)
		return "never began"
	}
	for range actions {
		if x.run.Closed || t.Failed() {
			break
		}
		x.waits()
		x.act()
		if !x.m.Kept(x.run) {
			t.Errorf("at %s without what it requires", x.run.Step)
		}
	}
	x.replay()
	if x.run.Closed {
		if len(x.m.Asks(x.run, x.context())) > 0 {
			t.Error("something is asked after the end")
		}
		return x.run.Result
	}
	return "still at " + x.run.Step
}

func (x *walk) context() method.Context {
	return method.Context{Now: x.now, Calendar: x.c.Calendar, Book: x.book, Charter: x.c.Digest, Own: x.c.OwnRoles()}
}

func (x *walk) view() step.View {
	return step.View{Now: x.now, Matter: x.run.Matter, Book: x.book, Calendar: x.c.Calendar}
}

func (x *walk) begin() bool {
	var last error
	for range 200 {
		s := steptest.Answer(x.rng, step.Ask{Fields: x.m.Start.Fields}, step.View{Now: x.now, Matter: step.Matter{Subject: x.subject}, Book: x.book})
		draft, by, err := x.m.Begin(x.context(), x.anyone(x.m.Start.By), x.subject, s)
		if x.refused(err) {
			last = err
			continue
		}
		if err := x.m.Launch(x.run, x.context(), by, draft, x.record); err != nil {
			x.t.Fatal(err)
		}
		return true
	}
	x.t.Log(last)
	return false
}

// anyone is mostly somebody who holds one of the roles.
func (x *walk) anyone(roles []string) method.Actor {
	var fit []method.Actor
	for _, p := range x.people {
		if slices.Contains(roles, p.Mandates[0].Role) {
			fit = append(fit, p)
		}
	}
	if len(fit) == 0 || x.rng.IntN(12) == 0 {
		return x.people[x.rng.IntN(len(x.people))]
	}
	return fit[x.rng.IntN(len(fit))]
}

// record does what the desk and the ledger do.
func (x *walk) record(key string, by act.By, clause string, d act.Draft) (act.Act, error) {
	if start, ok := d.Body.(act.Start); ok && d.Kind == act.Opened {
		child := act.Child{Matter: act.Matter(100 + len(x.children)), Method: start.Method, Item: start.Item}
		x.children = append(x.children, child)
		d.Body = child
	}
	raw, err := json.Marshal(d.Body)
	if err != nil {
		return act.Act{}, err
	}
	a := act.Act{
		Tenant: 1, Matter: 1, Seq: int64(len(x.acts) + 1), Kind: d.Kind, Step: key, At: x.now, Recorded: x.now, By: by,
		Basis: act.Basis{Charter: x.c.Digest, Clause: clause}, Body: raw,
	}
	for _, field := range slices.Sorted(maps.Keys(d.Sealed)) {
		a.Sealed = append(a.Sealed, act.Commit(field, []byte("salt"), d.Sealed[field]))
	}
	if err := a.Seal(x.head); err != nil {
		return act.Act{}, err
	}
	x.head = a.Hash
	x.acts = append(x.acts, a)
	return a, nil
}

// waits makes sure that the matter waits for somebody, for the hour, or for a matter it opened.
func (x *walk) waits() {
	if _, due := x.m.Due(x.run, x.context()); due {
		return
	}
	for _, a := range x.m.Asks(x.run, x.context()) {
		if a.Owed && slices.ContainsFunc(a.By, x.c.HasRole) {
			return
		}
	}
	for _, c := range x.children {
		if c.Result == "" {
			return
		}
	}
	x.t.Errorf("stranded at %s after %d acts", x.run.Step, len(x.acts))
}

// act does one thing: lets time pass, closes a child, or has somebody answer.
func (x *walk) act() {
	due, timed := x.m.Due(x.run, x.context())
	asks := x.m.Asks(x.run, x.context())
	switch n := x.rng.IntN(20); {
	case n == 0 || len(asks) == 0 && timed:
		if timed && due.After(x.now) {
			x.now = due.Add(time.Duration(x.rng.IntN(3)) * time.Hour)
		} else {
			x.now = x.now.Add(time.Duration(1+x.rng.IntN(72)) * time.Hour)
		}
	case n < 4:
		x.now = x.now.Add(time.Duration(1+x.rng.IntN(30)) * time.Hour)
	case n < 8 || len(asks) == 0:
		x.closeChild()
	default:
		x.answer(asks)
	}
	x.pass()
}

// pass lets deadlines fall, each at its instant.
func (x *walk) pass() {
	now := x.now
	defer func() { x.now = now }()
	for range 100 {
		due, ok := x.m.Due(x.run, x.context())
		if !ok || due.After(now) {
			return
		}
		before := len(x.acts)
		x.now = due
		if err := x.m.Tick(x.run, x.context(), x.record); err != nil {
			x.t.Errorf("tick at %s: %v", x.run.Step, err)
			return
		}
		x.now = now
		if len(x.acts) == before {
			x.t.Errorf("due at %s, but nothing follows", x.run.Step)
			return
		}
	}
	x.t.Errorf("time never lets go of %s", x.run.Step)
}

func (x *walk) closeChild() {
	for i, c := range x.children {
		if c.Result != "" {
			continue
		}
		m, ok := x.c.Method(c.Method)
		if !ok {
			x.t.Fatalf("opened a matter of %q, which there is not", c.Method)
		}
		results := slices.Sorted(maps.Keys(m.Results))
		x.children[i].Result = results[x.rng.IntN(len(results))]
		if err := x.m.ChildClosed(x.run, x.context(), x.children[i], x.record); err != nil {
			x.t.Errorf("child closed at %s: %v", x.run.Step, err)
		}
		return
	}
}

func (x *walk) answer(asks []step.Ask) {
	a := asks[x.rng.IntN(len(asks))]
	var owed []step.Ask
	for _, b := range asks {
		if b.Owed {
			owed = append(owed, b)
		}
	}
	if len(owed) > 0 && x.rng.IntN(4) > 0 { // mostly what has to be done, when it can be done
		a = owed[x.rng.IntN(len(owed))]
		if a.Opens.After(x.now) {
			x.now = a.Opens
			x.pass()
			return
		}
	}
	who := x.anyone(a.By)
	s := steptest.Answer(x.rng, a, x.view())
	for _, f := range a.Fields {
		if f.Type == step.PersonType && s.Values[f.Key] != nil {
			s.Values[f.Key] = []string{string(x.anyone(f.Roles).Person)}
		}
	}
	if x.rng.IntN(3) > 0 {
		agree(a, s)
	}
	switch x.rng.IntN(25) {
	case 0:
		s.Verb = "no such verb"
	case 1:
		s.Step = x.run.Path[x.rng.IntN(len(x.run.Path))]
	case 2:
		s.Item = "no such item"
	}
	before := len(x.acts)
	err := x.m.Take(x.run, x.context(), who, s, x.record)
	if x.refused(err) && len(x.acts) != before {
		x.t.Errorf("%s was refused, but %d acts were recorded", s.Verb, len(x.acts)-before)
	}
}

// agree makes answers and counts come out whole and in favour: figures made up one by one seldom add up, and no run would ever get
// past its first meeting.
func agree(a step.Ask, s step.Submission) {
	for _, f := range a.Fields {
		for _, o := range f.Options {
			if f.Type == step.ChoiceType && s.Values[f.Key] != nil && slices.Contains([]string{"yes", "agree", "pass", "signed", "register"}, o.Value) {
				s.Values[f.Key] = []string{o.Value}
			}
		}
		if f.Type != step.CountType || s.Values[f.Key] == nil {
			continue
		}
		s.Values[f.Key] = []string{"9"}
		if f.Key == "no" || f.Key == "abstain" {
			s.Values[f.Key] = []string{"0"}
		}
	}
}

// refused tells whether it was a no, and holds each no to what a person needs: words in both languages and a basis.
func (x *walk) refused(err error) bool {
	if err == nil {
		return false
	}
	no, ok := fault.As(err)
	if !ok {
		x.t.Errorf("at %s: a fault of ours: %v", x.run.Step, err)
		return true
	}
	for _, l := range text.Langs {
		if !x.c.Texts.Has(l, no.Code) {
			x.t.Errorf("%s has no words in %s", no.Code, l)
		}
		for _, f := range no.Fields {
			if !x.c.Texts.Has(l, f.Code) {
				x.t.Errorf("%s has no words in %s", f.Code, l)
			}
		}
	}
	if no.Basis.Clause == "" {
		x.t.Errorf("%s has no basis", no.Code)
	}
	return true
}

// replay folds the acts again; they alone have to give the same standing.
func (x *walk) replay() {
	again, err := x.m.Replay(1, x.acts)
	if err != nil {
		x.t.Fatal(err)
	}
	if !reflect.DeepEqual(again, x.run) {
		x.t.Errorf("%d acts, folded again, give another standing at %s", len(x.acts), x.run.Step)
	}
	var prev act.Digest
	for i, a := range x.acts {
		if err := a.Verify(prev, int64(i+1)); err != nil {
			x.t.Error(err)
		}
		prev = a.Hash
	}
}
