package scenario_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/charter"
	"gongzhi/internal/clock"
	"gongzhi/internal/desk"
	"gongzhi/internal/fault"
	"gongzhi/internal/house"
	"gongzhi/internal/house/housetest"
	"gongzhi/internal/method"
	"gongzhi/internal/register"
	"gongzhi/internal/scenario"
	"gongzhi/internal/step"
	"gongzhi/internal/step/steptest"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
	"gongzhi/internal/timekeeper"
)

// Runs of the walk over all methods of all charters together, as far as there is time; GONGZHI_WALK sets another number,
// which is walked to its end however long that takes.
const (
	walks      = 3000
	walksShort = 120
	patience   = 90 * time.Second
	few        = 3   // runs of each method there is always time for
	moves      = 40  // random moves of one run, before it is driven to its end
	drive      = 300 // moves within which a driven run must have ended, for each matter in it
)

// TestWalk sends people at random through every method of every charter: what is asked and what is not, values that
// are wanted and that are not, the wrong people, the same thing twice, two at once, time forward and back. Whatever
// they do, the house keeps what it promises; see the checks in walker.
func TestWalk(t *testing.T) {
	n, wait := walks, patience
	if testing.Short() {
		n = walksShort
	}
	if s := os.Getenv("GONGZHI_WALK"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
		wait = 24 * time.Hour
	}
	all := charters(t)
	for name, files := range all {
		t.Run(name, func(t *testing.T) {
			c, findings, err := charter.Load(files)
			if err != nil || charter.Broken(findings) {
				t.Fatal("the charter does not pass its check; gongzhi check says why: ", err)
			}
			until := clock.System.Now().Add(wait / time.Duration(len(all)))
			each := max(4, n/len(all)/max(1, len(c.Methods)))
			w := newWalker(t, files)
			for _, key := range c.MethodKeys() {
				t.Run(key, func(t *testing.T) {
					w.t, w.rng = t, rand.New(rand.NewPCG(uint64(each), uint64(len(key))))
					for run := range each {
						if run >= few && clock.System.Now().After(until) {
							break
						}
						w.run(key, run)
					}
				})
			}
			w.t = t
			w.end()
			t.Logf("%d submissions", w.sent)
		})
	}
}

// walker is one house with runs of one method in it.
type walker struct {
	t      *testing.T
	ctx    context.Context
	h      *house.House
	clock  *clock.Manual
	keeper *timekeeper.Keeper
	rng    *rand.Rand
	people []method.Actor
	sent   int
	looked int
	trail  []string
	seen   map[string]bool // refusals whose words were looked at
}

func newWalker(t *testing.T, files fs.FS) *walker {
	t.Helper()
	c := clock.NewManual(housetest.Start)
	h, err := house.Open(context.Background(), house.Config{Charter: files, Clock: c})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	w := &walker{t: t, ctx: context.Background(), h: h, clock: c, rng: rand.New(rand.NewPCG(1, 1)), seen: map[string]bool{}}
	w.keeper = timekeeper.New(timekeeper.Config{Desk: h.Desk, Docket: h.Docket, Store: h.Store, Clock: h.Clock})
	w.furnish()
	return w
}

// furnish fills every register with some rows and puts people into each role.
func (w *walker) furnish() {
	on := calendar.DateOf(w.h.Clock.Now())
	reader := w.h.Book.Reader(w.ctx, w.h.Store.Read(), w.h.Tenant, w.h.Charter.Registers)
	for _, schema := range w.named() {
		parents := []register.Row{{}}
		if schema.Parent != "" {
			all := w.rows(reader, schema.Parent, on)
			if parents = own(all); len(parents) == 0 {
				parents = all[:1]
			}
		}
		set := book.Set{On: on}
		for i := range len(parents) + 2 { // one in each place, and more in the first
			e := register.Entry{ID: act.RowID{Register: schema.Key, ID: fmt.Sprintf("w%02d", i+1)}, Values: map[string]any{}}
			if schema.Parent != "" {
				e.Parent = parents[i%len(parents)].ID
			}
			for _, f := range schema.Fields {
				if f.Formula != "" {
					continue // computed, never written
				}
				if v := w.value(reader, f, i, on); v != nil {
					e.Values[f.Key] = v
				}
			}
			set.Entries = append(set.Entries, e)
		}
		if _, err := w.h.Change(w.ctx, act.By{Role: act.HouseItself}, "walk-"+schema.Key, "registers/", set); err != nil {
			w.t.Fatalf("rows of %s: %v", schema.Key, describe(err))
		}
	}
	for key, role := range w.h.Charter.Roles {
		places := []register.Row{{}}
		if role.Scope != "" {
			if places = own(w.rows(reader, role.Scope, on)); len(places) > 4 {
				places = []register.Row{places[0], places[1], places[len(places)-1]}
			}
		}
		for i := range 3 * len(places) { // three in each place, so that hands can be kept apart
			p := housetest.Person{Name: act.Person(fmt.Sprintf("p-%s-%d", key, i)), Role: key, Scope: places[i/3].ID}
			housetest.Admit(w.t, w.h, p)
			w.people = append(w.people, housetest.Actor(w.t, w.h, p.Name))
		}
	}
	slices.SortFunc(w.people, func(a, b method.Actor) int { return strings.Compare(string(a.Person), string(b.Person)) })
}

// named are all registers, those first whose rows others lie below or name.
func (w *walker) named() (out []*register.Schema) {
	seen := map[string]bool{}
	var visit func(key string)
	visit = func(key string) {
		schema, ok := w.h.Charter.Registers.Get(key)
		if !ok || seen[key] {
			return
		}
		seen[key] = true
		visit(schema.Parent)
		for _, f := range schema.Fields {
			for _, other := range f.Registers {
				visit(other)
			}
		}
		out = append(out, schema)
	}
	for _, schema := range w.h.Charter.Registers.All() {
		visit(schema.Key)
	}
	return out
}

// own keeps the rows that furnish made.
func own(rows []register.Row) []register.Row {
	return slices.DeleteFunc(rows, func(r register.Row) bool { return !strings.HasPrefix(r.ID.ID, "w0") })
}

func (w *walker) rows(r *book.Reader, name string, on calendar.Date) []register.Row {
	rows, err := r.Rows(name, act.RowID{}, on)
	if err != nil {
		w.t.Fatal(err)
	}
	return rows
}

// value is something that a register's field takes.
func (w *walker) value(reader *book.Reader, f register.Field, i int, on calendar.Date) any {
	switch f.Type {
	case register.Line, register.Text:
		for _, try := range []string{fmt.Sprintf("%s %d", f.Key, i+1), fmt.Sprintf("10%d", i+1), strconv.Itoa(i + 1)} {
			if v, bad := f.Parse(try, on); bad == nil {
				return v
			}
		}
		return nil
	case register.Choice:
		return f.Options[0].Value
	case register.Many:
		return []string{f.Options[0].Value}
	case register.Yes:
		return true
	case register.Count, register.Money:
		for _, try := range []int{6 + i, 1990 + i, 2020 + i, 1} {
			if v, bad := f.Parse(strconv.Itoa(try), on); bad == nil {
				return v
			}
		}
	case register.Area:
		return int64(6000 + 100*i)
	case register.Date:
		return "1990-01-01"
	case register.Place:
		return "演示路" + strconv.Itoa(i+1) + "号"
	case register.Rows, register.OneRow:
		for _, name := range f.Registers {
			rows := w.rows(reader, name, on)
			switch {
			case f.Type == register.OneRow && len(rows) > 0:
				return rows[(i+i/len(rows))%len(rows)].ID.String() // another for each in one place
			case f.Type == register.Rows && i < len(rows):
				return []string{rows[i].ID.String()}
			}
		}
	case register.USCC: // two characters of it are check digits: one pair fits
		for _, organisation := range "0123456789X" {
			for _, whole := range "0123456789ABCDEFGHJKLMNPQRTUWXY" {
				if v, bad := f.Parse(fmt.Sprintf("91410102%08d%c%c", 99990000+i, organisation, whole), on); bad == nil {
					return v
				}
			}
		}
	case register.Phone, register.IDNumber, register.Division, register.Geometry: // rarely required, and their forms are tested where they are
	}
	return nil
}

func describe(err error) string {
	if r, ok := fault.As(err); ok {
		return fmt.Sprintf("%s %v %v", r.Code, r.Args, r.Fields)
	}
	return err.Error()
}

func (w *walker) fatalf(format string, args ...any) {
	w.t.Helper()
	for _, line := range w.trail[max(0, len(w.trail)-60):] {
		w.t.Log(line)
	}
	w.t.Fatalf(format, args...)
}

func (w *walker) note(format string, args ...any) {
	w.trail = append(w.trail, fmt.Sprintf(format, args...))
}

func (w *walker) id() string {
	w.sent++
	return fmt.Sprintf("walk-%08d", w.sent)
}

// run is one matter from its beginning to its end.
func (w *walker) run(key string, n int) {
	w.trail = []string{fmt.Sprintf("run %d of %s", n, key)}
	number, ok := w.begin(key)
	if !ok {
		return
	}
	for range moves {
		w.move(number)
		w.look(number)
		if w.closed(number) {
			break
		}
	}
	for n := 0; n < drive*w.size(number); n++ {
		if w.closed(number) {
			return
		}
		w.push(number)
		w.look(number)
	}
	if !w.closed(number) {
		w.read(number, func(s desk.Standing) {
			for _, a := range s.Asks() {
				w.note("left at %s: %s %s by %v except %v only %v owed %v", s.Run.Step, a.Verb, a.Item, a.By, a.Except, a.Only, a.Owed)
			}
			w.note("children: %+v", s.Run.Children)
		})
		w.fatalf("after %d moves towards an end, matter %d has none", drive, number)
	}
}

// size is a matter with all that it opened.
func (w *walker) size(number act.Matter) int {
	n := 1
	w.read(number, func(s desk.Standing) { n += len(s.Run.Children) })
	return n
}

// begin starts a matter on some row, sometimes by somebody who may not.
func (w *walker) begin(key string) (act.Matter, bool) {
	m, _ := w.h.Charter.Method(key)
	subjects := []act.RowID{{}}
	if m.Subject != "" {
		on := calendar.DateOf(w.h.Clock.Now())
		rows := w.rows(w.h.Book.Reader(w.ctx, w.h.Store.Read(), w.h.Tenant, w.h.Charter.Registers), m.Subject, on)
		subjects = []act.RowID{own(rows)[0].ID} // where everybody is who can bring it to an end
	}
	var last error
	for range 2000 {
		who, subject := pick(w.rng, w.people), pick(w.rng, subjects)
		if !slices.ContainsFunc(who.Mandates, func(md method.Mandate) bool { return slices.Contains(m.Start.By, md.Role) }) && w.rng.IntN(4) > 0 {
			continue
		}
		var s step.Submission
		err := w.h.Store.View(w.ctx, func(ctx context.Context, q store.Q) error {
			view := step.View{Now: w.h.Clock.Now(), Matter: step.Matter{Subject: subject}, Book: w.h.Book.Reader(ctx, q, w.h.Tenant, w.h.Charter.Registers)}
			s = steptest.Answer(w.rng, step.Ask{Fields: m.Start.Fields}, view)
			return nil
		})
		if err != nil {
			w.fatalf("%v", err)
		}
		s.ID = w.id()
		r, err := w.h.Desk.Begin(w.ctx, who, key, subject, s)
		if err == nil {
			w.note("%s begins %s on %s: matter %d", who.Person, key, subject, r.Matter)
			return r.Matter, true
		}
		w.refused(err)
		last = err
	}
	w.t.Errorf("%s was never begun in 2000 tries: %s", key, describe(last))
	return 0, false
}

func pick[T any](rng *rand.Rand, of []T) T { return of[rng.IntN(len(of))] }

// asks are those of a matter, with the view that answers are made for.
func (w *walker) asks(number act.Matter) (asks []step.Ask, view step.View) {
	w.read(number, func(s desk.Standing) {
		asks = s.Asks()
		view = step.View{Now: s.Context.Now, Matter: s.Run.Matter}
	})
	return asks, view
}

func (w *walker) read(number act.Matter, see func(desk.Standing)) {
	err := w.h.Desk.Read(w.ctx, number, func(_ context.Context, _ store.Q, s desk.Standing) error { see(s); return nil })
	if err != nil {
		w.fatalf("reading matter %d: %v", number, err)
	}
}

func (w *walker) closed(number act.Matter) (closed bool) {
	w.read(number, func(s desk.Standing) { closed = s.Run.Closed })
	return closed
}

// move does one thing at random.
func (w *walker) move(number act.Matter) {
	number = w.child(number)
	asks, view := w.asks(number)
	switch n := w.rng.IntN(20); {
	case n < 3:
		w.time(time.Duration(w.rng.Int64N(int64(12 * 24 * time.Hour))))
	case n == 3:
		w.time(-time.Duration(w.rng.Int64N(int64(40 * 24 * time.Hour))))
	case n == 4 || len(asks) == 0:
		w.send(number, pick(w.rng, w.people), step.Submission{ID: w.id(), Verb: pick(w.rng, []string{"", "nothing", "submit", "close", step.VerbChildClosed, "\x00"}), Item: pick(w.rng, []string{"", "1", "no"})})
	case n == 5:
		w.both(number, asks, view)
	default:
		a := pick(w.rng, asks)
		s := w.answer(a, view)
		if w.rng.IntN(10) == 0 {
			s.Step = "elsewhere"
		}
		who := pick(w.rng, w.people)
		if w.rng.IntN(4) > 0 {
			who = w.someone(number, a, who)
		}
		w.send(number, who, s)
		if w.rng.IntN(6) == 0 {
			w.send(number, who, s)
		}
	}
}

// child goes down to a matter that this one waits for, sometimes.
func (w *walker) child(number act.Matter) act.Matter {
	var open []act.Matter
	w.read(number, func(s desk.Standing) {
		for _, c := range s.Run.Children {
			if c.Result == "" {
				open = append(open, c.Matter)
			}
		}
	})
	if len(open) > 0 && w.rng.IntN(5) > 0 {
		return w.child(pick(w.rng, open))
	}
	return number
}

func (w *walker) answer(a step.Ask, view step.View) (s step.Submission) {
	err := w.h.Store.View(w.ctx, func(ctx context.Context, q store.Q) error {
		view.Book = w.h.Book.Reader(ctx, q, w.h.Tenant, w.h.Charter.Registers)
		s = steptest.Answer(w.rng, a, view)
		return nil
	})
	if err != nil {
		w.fatalf("%v", err)
	}
	s.ID = w.id()
	for _, f := range a.Fields { // people are ours, by the roles that are asked for
		if f.Type != step.PersonType || len(s.Values[f.Key]) != 1 {
			continue
		}
		role := pick(w.rng, f.Roles)
		s.Values[f.Key] = []string{fmt.Sprintf("p-%s-%d", role, w.rng.IntN(6))}
	}
	return s
}

// someone who may answer an ask, if anybody may.
func (w *walker) someone(number act.Matter, a step.Ask, otherwise method.Actor) method.Actor {
	var may []method.Actor
	w.read(number, func(s desk.Standing) {
		for _, p := range w.people {
			if !slices.ContainsFunc(p.Mandates, func(m method.Mandate) bool { return slices.Contains(a.By, m.Role) }) {
				continue
			}
			if slices.ContainsFunc(s.For(p), func(x step.Ask) bool { return x.Verb == a.Verb && x.Item == a.Item }) {
				may = append(may, p)
			}
		}
	})
	if len(may) == 0 {
		return otherwise
	}
	return pick(w.rng, may)
}

// send submits, and submits again what was accepted; it tells whether it was.
func (w *walker) send(number act.Matter, who method.Actor, s step.Submission) bool {
	r, err := w.h.Desk.Submit(w.ctx, who, number, s)
	w.note("%s %s: %s %s %s %v → %v", w.h.Clock.Now().Format(time.DateTime), who.Person, s.ID, s.Verb, s.Item, s.Values, err)
	if err != nil {
		w.refused(err)
		return false
	}
	if again, err := w.h.Desk.Submit(w.ctx, who, number, s); err != nil || again != r {
		w.fatalf("the same again: %+v, %v; first %+v", again, err, r)
	}
	return true
}

// both lets two people answer the same ask at once.
func (w *walker) both(number act.Matter, asks []step.Ask, view step.View) {
	a := pick(w.rng, asks)
	one, other := w.answer(a, view), w.answer(a, view)
	first, second := w.someone(number, a, pick(w.rng, w.people)), w.someone(number, a, pick(w.rng, w.people))
	var errs [2]error
	var all sync.WaitGroup
	all.Go(func() { _, errs[0] = w.h.Desk.Submit(w.ctx, first, number, one) })
	all.Go(func() { _, errs[1] = w.h.Desk.Submit(w.ctx, second, number, other) })
	all.Wait()
	w.note("%s and %s at once: %s %s → %v, %v", first.Person, second.Person, a.Verb, a.Item, errs[0], errs[1])
	for _, err := range errs {
		if err != nil {
			w.refused(err)
		}
	}
}

func (w *walker) time(by time.Duration) {
	w.clock.Set(w.h.Clock.Now().Add(by))
	if n := len(w.trail); n > 0 && strings.HasPrefix(w.trail[n-1], "it is") {
		w.trail = w.trail[:n-1]
	}
	w.note("it is %s", w.h.Clock.Now().Format(time.DateTime))
	w.keep()
}

func (w *walker) keep() {
	if _, err := w.keeper.CatchUp(w.ctx); err != nil {
		w.fatalf("timekeeper: %v", err)
	}
	due, err := w.h.Docket.DueBy(w.ctx, w.h.Store.Read(), w.h.Clock.Now().UnixMicro(), 1)
	if err != nil {
		w.fatalf("%v", err)
	}
	if len(due) > 0 {
		w.fatalf("matter %d cannot be moved: %v", due[0].Matter, w.h.Desk.Tick(w.ctx, act.Matter(due[0].Matter), w.h.Clock.Now()))
	}
}

// push does what is owed, or lets time pass, as people would who want the matter to end.
func (w *walker) push(number act.Matter) {
	number = w.child(number)
	asks, view := w.asks(number)
	w.rng.Shuffle(len(asks), func(i, j int) { asks[i], asks[j] = asks[j], asks[i] })
	slices.SortStableFunc(asks, func(a, b step.Ask) int {
		switch {
		case a.Owed == b.Owed:
			return 0
		case a.Owed:
			return -1
		}
		return 1
	})
	for _, a := range asks {
		if !a.Owed && w.rng.IntN(6) > 0 {
			continue
		}
		who := w.someone(number, a, method.Actor{})
		if who.Person == "" && a.Owed && len(a.Only) == 0 {
			who = w.appoint(pick(w.rng, a.By)) // everybody has had a hand in it: somebody new has to be found
		}
		if who.Person == "" {
			continue
		}
		for range 4 {
			s := w.answer(a, view)
			w.addUp(s)
			if a.Verb == "recount" {
				w.pile(number, s)
			}
			if w.send(number, who, s) {
				return
			}
		}
	}
	w.time(time.Duration(1+w.rng.IntN(10)) * 24 * time.Hour)
}

// pile makes a count by hand agree, as it does once people have looked where it differed: none of anything at first, then
// what the record says was typed in.
func (w *walker) pile(number act.Matter, s step.Submission) {
	for key := range s.Values {
		s.Values[key] = []string{"0"}
	}
	acts, err := w.h.Ledger.Acts(w.ctx, w.h.Store.Read(), number, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, a := range slices.Backward(acts) {
		if a.Kind != "ballot.recounted" {
			continue
		}
		var said struct {
			Differences []step.Difference `json:"differences"`
		}
		if err := a.Into(&said); err != nil {
			w.t.Fatal(err)
		}
		for _, d := range said.Differences {
			if key := string(d.Item) + "_" + d.Choice.String(); d.Hand == 0 {
				s.Values[key] = []string{strconv.FormatInt(d.Typed, 10)}
			}
		}
		return
	}
}

// appoint gives a role to somebody new, in the first place.
func (w *walker) appoint(role string) method.Actor {
	p := housetest.Person{Name: act.Person(fmt.Sprintf("p-%s-%d", role, len(w.people))), Role: role}
	for _, other := range w.people {
		for _, m := range other.Mandates {
			if m.Role == role && p.Scope.IsZero() {
				p.Scope = m.Scope
			}
		}
	}
	housetest.Admit(w.t, w.h, p)
	a := housetest.Actor(w.t, w.h, p.Name)
	w.people = append(w.people, a)
	w.note("%s is appointed", p.Name)
	return a
}

// addUp makes the counts of a meeting fit each other, which chance seldom does.
func (w *walker) addUp(s step.Submission) {
	if s.Values["present"] == nil {
		return
	}
	present := w.rng.IntN(10)
	yes := w.rng.IntN(present + 1)
	for key, n := range map[string]int{"present": present, "yes": yes, "no": present - yes, "abstain": 0} {
		if s.Values[key] != nil {
			s.Values[key] = []string{strconv.Itoa(n)}
		}
	}
}

// look holds a matter to what every matter promises.
func (w *walker) look(number act.Matter) {
	w.read(number, func(s desk.Standing) {
		if !s.Method.Kept(s.Run) {
			w.fatalf("matter %d came to %s against its requirements: %v", number, s.Run.Step, s.Run.Path)
		}
		if s.Run.Closed {
			if s.Row.Step != "" || s.Row.Result == "" || s.Row.Due != 0 || len(s.Asks()) > 0 {
				w.fatalf("matter %d is closed, but %+v asks %v", number, s.Row, s.Asks())
			}
			return
		}
		waits := s.Row.Due > 0
		for _, a := range s.Asks() {
			waits = waits || a.Owed || len(a.By) > 0
		}
		for _, c := range s.Run.Children {
			waits = waits || c.Result == ""
		}
		if !waits {
			w.fatalf("matter %d is stranded at %s: nothing is owed, nothing is due", number, s.Run.Step)
		}
		if w.looked++; w.looked%5 != 0 { // reading the whole record each time would be all that the walk does
			return
		}
		fresh := w.replay(number, s.Method)
		if !reflect.DeepEqual(s.Run, fresh) {
			w.fatalf("matter %d replayed stands otherwise:\n%+v\n%+v", number, fresh, s.Run)
		}
	})
}

func (w *walker) replay(number act.Matter, m *method.Method) *method.Run {
	acts, err := w.h.Ledger.Acts(w.ctx, w.h.Store.Read(), number, 0)
	if err != nil {
		w.fatalf("%v", err)
	}
	run, err := m.Replay(number, acts)
	if err != nil {
		w.fatalf("replay: %v", err)
	}
	return run
}

// refused makes sure that a no is an answer to a person: a refusal with words in every language and, where a rule
// says no, its clause.
func (w *walker) refused(err error) {
	r, ok := fault.As(err)
	if !ok {
		w.fatalf("a fault of ours: %v", err)
	}
	if w.seen[r.Code] {
		return
	}
	w.seen[r.Code] = true
	said := []text.Words{{Key: r.Code, Args: r.Args}}
	for _, f := range r.Fields {
		said = append(said, text.Words{Key: f.Code, Args: f.Args})
	}
	for _, l := range text.Langs {
		for _, words := range said {
			if s := w.h.Charter.Texts.Say(l, words); strings.Contains(s, "⟦") || strings.Contains(s, "<no value>") {
				w.t.Errorf("no words in %s: %s (%v)", l, s, words.Args)
			}
		}
	}
	switch r.Code {
	case "matter.unknown", "submission.reused", "submission.id": // of the house itself, not of a rule
	default:
		if r.Basis.Clause == "" {
			w.t.Errorf("%s names no clause", r.Code)
		}
	}
}

// end holds the whole house to what it promises.
func (w *walker) end() {
	if err := w.h.Verify(w.ctx); err != nil {
		w.t.Error(err)
	}
	before, err := scenario.Dump(w.ctx, w.h)
	_, refold := w.h.Desk.Refold(w.ctx)
	after, err2 := scenario.Dump(w.ctx, w.h)
	if err := errors.Join(err, refold, err2); err != nil {
		w.t.Fatal(err)
	}
	if before != after {
		w.t.Errorf("the docket is another after it was folded again:\n%s\nwas\n%s", after, before)
	}
}
