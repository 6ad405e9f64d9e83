package verify

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/charter"
	"gongzhi/internal/method"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
)

// house is what the house's own book says of charters, keys and mandates.
type house struct {
	installed map[act.Digest]time.Time
	last      act.Digest // the version installed last
	charters  map[act.Digest]*charter.Charter
	mandates  map[string][]mandate // by id
	keyAt     []int                // leaves of the keys
}

// mandate is the part of an act that gives or recalls a mandate which matters here.
type mandate struct {
	ID     string        `json:"mandate"`
	Person act.Person    `json:"person"`
	Role   string        `json:"role"`
	Scope  string        `json:"scope"`
	Starts calendar.Date `json:"starts"`
	Ends   calendar.Date `json:"ends"`
	given  time.Time
}

func (v *verifier) readHouse() {
	v.house = house{installed: map[act.Digest]time.Time{}, charters: map[act.Digest]*charter.Charter{}, mandates: map[string][]mandate{}}
	for _, n := range v.chains[act.House] {
		a := v.act(n)
		switch a.Kind {
		case act.Installed:
			var body struct {
				Digest act.Digest `json:"digest"`
			}
			if a.Into(&body) != nil || body.Digest != a.Basis.Charter {
				v.at(Method, "charter.installed", n, "the act names two versions")
				continue
			}
			if _, again := v.house.installed[body.Digest]; !again {
				v.house.installed[body.Digest] = a.At
			}
			v.house.last = body.Digest
		case act.LogOpened, act.LogKey:
			var k act.KeyGiven
			if err := a.Into(&k); err != nil {
				v.at(Signature, "key.order", n, "%v", err)
				continue
			}
			v.keys, v.house.keyAt = append(v.keys, k), append(v.house.keyAt, n)
		case "mandate.given", "mandate.recalled":
			m := mandate{given: a.At}
			if err := a.Into(&m); err != nil {
				v.at(Method, "mandate.form", n, "%v", err)
				continue
			}
			v.house.mandates[m.ID] = append(v.house.mandates[m.ID], m)
		}
	}
}

// charterOf loads a version from the bundle; nil when it is not there, is not what its name says, or must not be run.
func (v *verifier) charterOf(n int, digest act.Digest) *charter.Charter {
	if c, known := v.house.charters[digest]; known {
		return c
	}
	v.house.charters[digest] = nil
	path := "charter/" + string(digest) + ".zip"
	raw := v.read(Method, path)
	if raw == nil {
		return nil
	}
	c, findings, err := v.opts.Charters.load(raw)
	if err != nil {
		v.at(Method, "charter.form", n, "%v", err)
		return nil
	}
	if c.Digest != digest {
		v.at(Method, "charter.digest", n, "%s holds version %s", path, c.Digest)
		return nil
	}
	if charter.Broken(findings) {
		v.at(Method, "charter.broken", n, "%s", findings[0].Code)
		return nil
	}
	v.house.charters[digest] = c
	return c
}

// Charters keeps what was loaded, by the bytes it was loaded from, for whoever verifies many bundles.
type Charters struct {
	mu    sync.Mutex
	known map[act.Digest]loaded
}

type loaded struct {
	charter  *charter.Charter
	findings []step.Finding
}

func (k *Charters) load(raw []byte) (*charter.Charter, []step.Finding, error) {
	if k != nil {
		k.mu.Lock()
		defer k.mu.Unlock()
		if l, ok := k.known[act.Sum(raw)]; ok {
			return l.charter, l.findings, nil
		}
	}
	files, err := charter.Unpack(raw)
	if err != nil {
		return nil, nil, err
	}
	c, findings, err := charter.Load(files)
	if err == nil && k != nil {
		if k.known == nil {
			k.known = map[act.Digest]loaded{}
		}
		k.known[act.Sum(raw)] = loaded{c, findings}
	}
	return c, findings, err
}

// matters follows every matter through its method.
func (v *verifier) matters() {
	for n, l := range v.leaves {
		if l.bad || l.charter == "" {
			continue
		}
		if at, ok := v.house.installed[l.charter]; !ok {
			v.at(Method, "charter.unknown", n, "version %s was never installed", l.charter)
		} else if l.at.Before(at) && l.matter != act.House {
			v.at(Method, "charter.later", n, "version %s was installed %s", l.charter, stamp(at))
		}
	}
	numbers := make([]act.Matter, 0, len(v.chains))
	for m := range v.chains {
		numbers = append(numbers, m)
	}
	slices.Sort(numbers)
	for _, m := range numbers {
		if m == act.House {
			v.houseActs(v.chains[m])
			continue
		}
		v.report.Matters++
		v.matter(v.chains[m])
	}
}

// houseActs makes sure that every version that was installed is in the bundle.
func (v *verifier) houseActs(list []int) {
	for _, n := range list {
		if a := v.act(n); a.Kind == act.Installed {
			v.charterOf(n, a.Basis.Charter)
		}
	}
}

func (v *verifier) matter(list []int) {
	all := make([]act.Act, len(list))
	for i, n := range list {
		all[i] = v.act(n)
	}
	first := all[0]
	var start act.Start
	if first.Seq != 1 {
		return // the chain has said so
	}
	private := first.Kind == act.Started && first.Withheld()
	if private && slices.ContainsFunc(all, func(a act.Act) bool { return len(a.Body) == 0 }) {
		v.sealedMatter(list, all)
		return
	}
	if first.Kind != act.Started || first.Into(&start) != nil {
		v.at(Method, "method.start", list[0], "the record begins with %s", first.Kind)
		return
	}
	c := v.charterOf(list[0], first.Basis.Charter)
	if c == nil {
		return
	}
	m, ok := c.Method(start.Method)
	if !ok {
		v.at(Method, "method.unknown", list[0], "the charter has no method %q", start.Method)
		return
	}
	acts := make([]act.Act, 0, len(list))
	for i, n := range list {
		a := all[i]
		if a.Kind == act.Moved {
			if c = v.charterOf(n, a.Basis.Charter); c == nil {
				return
			}
			if m, ok = c.Method(start.Method); !ok {
				v.at(Method, "method.unknown", n, "the charter has no method %q", start.Method)
				return
			}
		}
		if a.Basis.Charter != c.Digest {
			v.at(Method, "charter.switched", n, "the matter goes by version %s, this was done under %s", c.Digest, a.Basis.Charter)
			return
		}
		if (private || m.Discreet(a)) != a.Withheld() {
			v.at(Method, "withheld.unduly", n, "%s", a.Kind)
		}
		acts = append(acts, a)
		v.mandate(n, a, c)
	}
	b := &shut{}
	version := func(digest act.Digest) (method.Version, bool) {
		c := v.house.charters[digest] // every version of this matter was loaded above
		m, ok := c.Method(start.Method)
		return method.Version{Method: m, Moves: c.Moves, Around: func(at time.Time) method.Context {
			return method.Context{Now: at, Calendar: c.Calendar, Book: b, Charter: c.Digest, Own: c.OwnRoles(), NoAccount: c.NoAccount(), Fewest: c.Privacy.Fewest}
		}}, ok
	}
	from, _ := version(first.Basis.Charter)
	done, departure := method.Follow(acts, from, version, b.wasAsked)
	v.report.Rerun += done.Rerun
	v.report.Given += done.Given
	v.report.Taken += done.Taken
	v.report.Withheld += done.Withheld
	v.votes(all)
	if hides := m.Hides(method.Context{Now: first.At, Book: b}, start.Subject, done.Run.Matter.Facts); hides != private && !b.wasAsked() {
		v.at(Method, "withheld.unduly", list[0], "the matter as a whole")
	}
	if departure == nil && private {
		v.settled(acts, start.Method, from, version, b)
		return
	}
	if departure == nil {
		v.measure(first, c, m, done.Run, fromActs...)
		return
	}
	v.measure(first, c, m, done.Run)
	layer := Method
	if strings.HasPrefix(departure.Code, "ballot.") {
		layer = Tally
	}
	at := min(departure.At, len(list)-1)
	v.at(layer, departure.Code, list[at], "%s", departure.Why)
}

// settled measures a private matter as it stood when its month had ended.
func (v *verifier) settled(acts []act.Act, key string, from method.Version, version func(act.Digest) (method.Version, bool), b *shut) {
	end := monthEnd(acts[0].At)
	then := slices.IndexFunc(acts, func(a act.Act) bool { return !a.Recorded.Before(end) })
	if then < 0 {
		then = len(acts)
	}
	c := v.house.charters[acts[max(then-1, 0)].Basis.Charter]
	m, _ := c.Method(key)
	done, departure := method.Follow(acts[:then], from, version, b.wasAsked)
	if departure != nil || then == 0 {
		v.measure(acts[0], c, m, method.NewRun(acts[0].Matter))
		return
	}
	v.measure(acts[0], c, m, done.Run, fromActs...)
}

// sealedMatter is a private matter: the public sees that things were done, by whom, when and under which clause, and that
// nothing was changed. Then every act is withheld, and not only some.
func (v *verifier) sealedMatter(list []int, all []act.Act) {
	var c *charter.Charter
	v.report.Private++
	first := all[0]
	run, then := method.NewRun(first.Matter), (*charter.Charter)(nil) // when its month had ended
	for i, n := range list {
		a := all[i]
		settled := a.Recorded.Before(monthEnd(first.At))
		if a.Kind == act.Entered && settled {
			run.Visits[a.Step]++
		}
		if !a.Withheld() {
			v.at(Method, "withheld.unduly", n, "%s", a.Kind)
		}
		if c = v.charterOf(n, a.Basis.Charter); c != nil {
			v.mandate(n, a, c)
			if settled || then == nil {
				then = c
			}
		}
		v.report.Withheld++
	}
	if c == nil || then == nil {
		return
	}
	file, _, _ := strings.Cut(first.Basis.Clause, "#")
	for _, m := range then.Methods {
		if m.File() == file {
			v.measure(first, then, m, run, "visits")
			return
		}
	}
	v.at(Method, "method.unknown", list[0], "%s", first.Basis.Clause)
}

// votes counts certificates, and those behind which every ballot stands.
func (v *verifier) votes(acts []act.Act) {
	withheld := false
	for _, a := range acts {
		switch {
		case a.Kind == act.Entered:
			withheld = false
		case len(a.Body) == 0:
			withheld = true
		case a.Kind == "ballot.counted":
			v.report.Votes++
			if !withheld {
				v.report.Recount++
			}
		}
	}
}

// mandate makes sure that whoever acted at the desk had been given the role they acted in, for that day, and that it had
// not been recalled. Whether its place is that of the matter stands in registers, and how residents are let in for their
// own flats is not public.
func (v *verifier) mandate(n int, a act.Act, c *charter.Charter) {
	if a.By.Person == "" || c.OwnRoles()[a.By.Role] || a.By.Role == c.NoAccount() && a.By.Mandate == "" {
		return
	}
	given := v.house.mandates[a.By.Mandate]
	if len(given) == 0 {
		v.at(Method, "mandate.unknown", n, "%s was never given", a.By.Mandate)
		return
	}
	on, held := calendar.DateOf(a.At), false
	for _, m := range given {
		if m.Person != a.By.Person || m.Role != a.By.Role {
			v.at(Method, "mandate.mismatch", n, "%s is for another person or role", a.By.Mandate)
			return
		}
		if m.given.After(a.At) {
			break // what came later
		}
		held = !m.Starts.After(on) && (m.Ends.IsZero() || !m.Ends.Before(on))
	}
	if !held {
		v.at(Method, "mandate.dates", n, "%s did not hold on %s", a.By.Mandate, on)
	}
}

// shut is a book of registers whose rows are not public: asked for one, it remembers that it was.
type shut struct{ asked bool }

var errShut = errors.New("verify: the rows of registers are not in the bundle")

func (b *shut) wasAsked() bool {
	was := b.asked
	b.asked = false
	return was
}

func (b *shut) Rows(string, act.RowID, calendar.Date) ([]register.Row, error) {
	b.asked = true
	return nil, errShut
}

func (b *shut) Row(act.RowID, calendar.Date) (register.Row, bool, error) {
	b.asked = true
	return register.Row{}, false, errShut
}

func (b *shut) Covers(act.RowID, act.RowID, calendar.Date) bool {
	b.asked = true
	return true
}

// Derived is what a bundle says besides the log, so that nobody has to look for it: the roll and the certificate of
// every vote, in the order of the log.
type Derived struct {
	Matter act.Matter      `json:"matter"`
	Step   string          `json:"step"`
	Leaf   int64           `json:"leaf"` // of the certificate
	Root   act.Digest      `json:"roll_root"`
	Body   json.RawMessage `json:"certificate"`
}

// Tallies lists the votes among acts, by their leaves.
func Tallies(acts func(yield func(int64, act.Act) bool)) []Derived {
	out := []Derived{}
	for n, a := range acts {
		if a.Kind != "ballot.counted" {
			continue
		}
		var body struct {
			Root act.Digest `json:"root"`
		}
		if a.Into(&body) == nil {
			out = append(out, Derived{a.Matter, a.Step, n, body.Root, a.Body})
		}
	}
	return out
}

// derived makes sure that the tallies beside the log are those in it.
func (v *verifier) derived() {
	raw := v.read(Tally, "tallies.json")
	if raw == nil {
		return
	}
	var said []Derived
	if err := json.Unmarshal(raw, &said); err != nil {
		v.add(Tally, Finding{Code: "tally.form", File: "tallies.json", Leaf: -1, Why: err.Error()})
		return
	}
	are := Tallies(func(yield func(int64, act.Act) bool) {
		for _, n := range v.counted {
			if !yield(int64(n), v.act(n)) {
				return
			}
		}
	})
	for i := range max(len(said), len(are)) {
		if i >= len(said) || i >= len(are) || !same(said[i], are[i]) {
			f := Finding{Code: "tally.differs", File: "tallies.json", Leaf: -1}
			if i < len(are) {
				f.Leaf, f.Matter = are[i].Leaf, are[i].Matter
			}
			v.add(Tally, f)
		}
	}
}

func same(a, b Derived) bool {
	bodies := act.SameBody(a.Body, b.Body)
	a.Body, b.Body = nil, nil
	return bodies && reflect.DeepEqual(a, b)
}
