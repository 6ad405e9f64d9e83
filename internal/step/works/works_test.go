package works_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/step/steptest"
	"gongzhi/internal/step/works"
	"gongzhi/internal/text"
)

var example = string(works.Kind{}.Example())

func TestKind(t *testing.T) {
	steptest.Run(t, works.Kind{}, func(w *steptest.World) { w.Length, w.Runs = 150, 60 })
}

func start(t testing.TB) *steptest.Sim {
	t.Helper()
	w := steptest.NewWorld()
	return steptest.Start(t, steptest.Must(t, works.Kind{}, example, w), w)
}

// turn is "person verb item": b… builds, a… accepts, c… is chief, o… the owner side.
func submit(m *steptest.Sim, line string) error {
	w := strings.Fields(line)
	s := step.Submission{Verb: w[1], Item: w[2], Values: map[string][]string{}}
	role := map[byte]string{'b': "contractor", 'a': "supervisor", 'c': "section_chief", 'o': "owner_side"}[w[0][0]]
	switch w[1] {
	case "report":
		s.Values["text"] = []string{"two thirds are laid"}
	case "accept":
		s.Values["result"] = []string{"good"}
	case "return", "waive", "refuse_change":
		s.Values["reason"] = []string{"leaks"}
	case "change":
		s.Values["reason"], s.Values["cost"], s.Values["days"] = []string{"rock"}, []string{w[3]}, []string{"2"}
	}
	if len(w) > 3 && w[3] == "mute" {
		s.Values = map[string][]string{}
	}
	return m.Submit(steptest.Who{Person: act.Person(w[0]), Role: role}, s)
}

const (
	water  = "b1 start water; b1 submit water; a1 accept water"
	power  = "b1 start power; b1 submit power; a1 accept power"
	facade = "b1 start facade; b1 submit facade"
	paving = "b1 start paving; b1 submit paving; a1 accept paving"
)

func TestWorks(t *testing.T) {
	tests := []struct {
		name, run string
		last      string // the turn that is looked at
		refused   fault.Kind
		code      string
	}{
		{"outside after all of inside", water + ";" + power + ";" + facade, "a1 accept facade", 0, ""},
		{"outside before any of inside", facade, "a1 accept facade", fault.Conflict, "works.order"},
		{"outside after half of inside", water + ";" + facade, "a1 accept facade", fault.Conflict, "works.order"},
		{"inside needs nothing", "b1 start power; b1 submit power", "a1 accept power", 0, ""},
		{"started before what it comes after", "", "b1 start paving", fault.Conflict, "works.after"},
		{"what it comes after is submitted only", "b1 start water; b1 submit water", "b1 start paving", fault.Conflict, "works.after"},
		{"started once that is accepted", water, "b1 start paving", 0, ""},
		{"out of order with a waiver", facade + "; c1 waive facade", "a1 accept facade", 0, ""},
		{"a waiver is for its own package", facade + "; c1 waive facade;" + water + "; b1 start paving; b1 submit paving", "a1 accept paving", fault.Conflict, "works.order"},
		{"a waiver without a reason", facade, "c1 waive facade mute", fault.Invalid, "form.faults"},
		{"the builder waives", facade, "b1 waive facade", fault.Denied, ""},
		{"a waiver twice", facade + "; c1 waive facade", "c2 waive facade", fault.Closed, ""},
		{"nothing to waive inside", "", "c1 waive water", fault.Closed, ""},
		{"nothing to waive when it is in turn", water + ";" + power + ";" + facade, "c1 waive facade", fault.Closed, ""},
		{"accepted before it was submitted", "b1 start water", "a1 accept water", fault.Closed, ""},
		{"submitted before it was started", "", "b1 submit water", fault.Closed, ""},
		{"returned and not submitted again", "b1 start water; b1 submit water; a1 return water", "a1 accept water", fault.Closed, ""},
		{"returned and submitted again", "b1 start water; b1 submit water; a1 return water; b2 submit water", "a1 accept water", 0, ""},
		{"returned without a reason", "b1 start water; b1 submit water", "a1 return water mute", fault.Invalid, ""},
		{"an acceptance without its finding", "b1 start water; b1 submit water", "a1 accept water mute", fault.Invalid, ""},
		{"accepted twice", water, "a2 accept water", fault.Closed, ""},
		{"a report before the start", "", "b1 report water", fault.Closed, ""},
		{"a change of a package that is accepted", water, "b1 change water 10.00", fault.Closed, ""},
		{"a change by somebody who does not build", "", "c1 change water 10.00", fault.Denied, ""},
		{"a change refused without a reason", "b1 change water 10.00", "c1 refuse_change water#1 mute", fault.Invalid, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := start(t)
			for turn := range strings.SplitSeq(tt.run, ";") {
				if turn = strings.TrimSpace(turn); turn != "" {
					if err := submit(m, turn); err != nil {
						t.Fatalf("%s: %v", turn, err)
					}
				}
			}
			err := submit(m, tt.last)
			if tt.refused == 0 && err != nil || tt.refused != 0 && !fault.Is(err, tt.refused) {
				t.Fatalf("%s: %v, want %v", tt.last, err, tt.refused)
			}
			if r, ok := fault.As(err); ok && tt.code != "" && r.Code != tt.code {
				t.Errorf("refused by %s, want %s", r.Code, tt.code)
			}
		})
	}
}

// The refusal names the packages that come first, and the clause that says so.
func TestTheRefusalNamesWhatComesFirst(t *testing.T) {
	m := start(t)
	for _, turn := range strings.Split(water+";"+facade, ";") {
		if err := submit(m, turn); err != nil {
			t.Fatal(err)
		}
	}
	r, ok := fault.As(submit(m, "a1 accept facade"))
	if !ok || r.Basis.Clause != "methods/example.yaml#example.order" || r.Basis.Law == "" {
		t.Fatalf("got %+v", r)
	}
	b, err := text.New(text.House())
	if err != nil {
		t.Fatal(err)
	}
	zh, en := b.Say(text.ZH, text.Words{Key: r.Code, Args: r.Args}), b.Say(text.EN, text.Words{Key: r.Code, Args: r.Args})
	if !strings.Contains(zh, "电力线路") || strings.Contains(zh, "供水管道") || !strings.Contains(en, "Power lines") || strings.Contains(en, "Paving") {
		t.Errorf("it says %q, %q", zh, en)
	}
}

// Whoever put a hand to a package does not accept it, nor does whoever let it go out of order.
func TestHandsAreKeptApart(t *testing.T) {
	w := steptest.NewWorld()
	yaml := strings.Replace(example, "accept_by: [supervisor, resident_rep]", "accept_by: [contractor, section_chief]", 1)
	yaml = strings.Replace(yaml, "waive_by: [section_chief]", "waive_by: [section_chief, contractor]", 1)
	m := steptest.Start(t, steptest.Must(t, works.Kind{}, yaml, w), w)
	for _, line := range []string{"b1 start facade", "b2 report facade", "b3 submit facade"} {
		if err := submit(m, line); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range []string{"b1 waive facade", "b2 waive facade", "b3 waive facade", "b1 accept facade", "b2 accept facade", "b3 return facade"} {
		if err := submit(m, line); !fault.Is(err, fault.Denied) {
			t.Errorf("%s: %v", line, err)
		}
	}
	if err := submit(m, "c1 waive facade"); err != nil {
		t.Fatal(err)
	}
	if err := submit(m, "c1 accept facade"); !fault.Is(err, fault.Denied) {
		t.Errorf("the chief accepts what the chief let go: %v", err)
	}
	if err := submit(m, "c2 accept facade"); err != nil {
		t.Errorf("another chief: %v", err)
	}
}

func TestCompleted(t *testing.T) {
	all := water + ";" + power + ";" + paving + ";" + facade
	tests := []struct {
		name, run string
		want      map[string]any // nil while it goes on
	}{
		{"three of four", water + ";" + power + ";" + paving, nil},
		{"all four", all + "; a1 accept facade", map[string]any{"packages": 4., "accepted": 4., "waived": 0., "changes": 0., "cost": 0.}},
		{"one waived", facade + "; c1 waive facade; a1 accept facade;" + water + ";" + power + ";" + paving, map[string]any{"waived": 1., "accepted": 4.}},
		{"a change undecided holds it open", "b1 change facade 10.00;" + all + "; a1 accept facade", nil},
		{"decided, it ends", "b1 change facade 1000.50;" + all + "; a1 accept facade; c1 approve_change facade#1", map[string]any{"changes": 1., "cost": 100050., "days": 2.}},
		{"a saving", "b1 change facade -10.00;" + all + "; o1 approve_change facade#1; a1 accept facade", map[string]any{"changes": 1., "cost": -1000.}},
		{"refused, it costs nothing", "b1 change facade 10.00; b1 change water 5.00; c1 refuse_change facade#1; c1 approve_change water#2;" + all + "; a1 accept facade",
			map[string]any{"changes": 1., "cost": 500.}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := start(t)
			for turn := range strings.SplitSeq(tt.run, ";") {
				if err := submit(m, turn); err != nil {
					t.Fatalf("%s: %v", turn, err)
				}
			}
			end, ended := m.Ended()
			if ended != (tt.want != nil) {
				t.Fatalf("ended: %v", ended)
			}
			for key, want := range tt.want {
				if end.Facts[key] != want {
					t.Errorf("%s is %v, want %v", key, end.Facts[key], want)
				}
			}
		})
	}
}

// The builder who asks for a change holds the deciding role too, and still may not decide.
func TestNobodyDecidesOnTheirOwnChange(t *testing.T) {
	w := steptest.NewWorld()
	yaml := strings.Replace(example, "change_by: [section_chief, owner_side]", "change_by: [contractor]", 1)
	m := steptest.Start(t, steptest.Must(t, works.Kind{}, yaml, w), w)
	if err := submit(m, "b1 change water 10.00"); err != nil {
		t.Fatal(err)
	}
	if err := submit(m, "b1 approve_change water#1"); !fault.Is(err, fault.Denied) {
		t.Errorf("got %v", err)
	}
	if err := submit(m, "b2 approve_change water#1"); err != nil {
		t.Error(err)
	}
}

func TestMoneyBeyondCounting(t *testing.T) {
	m := start(t)
	for _, line := range []string{"b1 change water 90000000000000.00", "b1 change water 90000000000000.00", "c1 approve_change water#1"} {
		if err := submit(m, line); err != nil {
			t.Fatal(err)
		}
	}
	if err := submit(m, "c1 approve_change water#2"); !fault.Is(err, fault.TooLarge) {
		t.Errorf("got %v", err)
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name, from, to string
		want           []string
	}{
		{"nobody builds", "by: [contractor]", "by: []", []string{"role.none"}},
		{"nobody accepts", "accept_by: [supervisor, resident_rep]\n", "", []string{"role.none"}},
		{"after what is not there", "after: [water]", "after: [gas]", []string{"works.after"}},
		{"after itself", "after: [water]", "after: [paving]", []string{"works.loop", "works.after"}},
		{"a class nobody has", "first: inner", "first: core", []string{"works.class"}},
		{"a class before itself", "first: inner, then: outer", "first: outer, then: outer", []string{"works.loop"}},
		{"inside that waits for outside", "class: inner }", "class: inner, after: [facade] }", []string{"works.loop"}},
		{"a package twice", "key: power", "key: water", []string{"items.key"}},
		{"no order at all is allowed", "order:\n  - { first: inner, then: outer }\n", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(example, tt.from) {
				t.Fatalf("the example has no %q", tt.from)
			}
			_, findings := steptest.Load(t, works.Kind{}, strings.Replace(example, tt.from, tt.to, 1), steptest.NewWorld())
			var got []string
			for _, f := range findings {
				got = append(got, f.Code)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("findings %v, want %v", got, tt.want)
			}
		})
	}
}

// replace changes the example and makes sure that there was something to change.
func replace(t *testing.T, yaml, from, to string) string {
	t.Helper()
	if !strings.Contains(yaml, from) {
		t.Fatalf("there is no %q", from)
	}
	return strings.Replace(yaml, from, to, 1)
}

// Progress is owed every so many days from the start or the last report, of packages that are under way only.
func TestReportsAreOwed(t *testing.T) {
	m := start(t)
	owed := func() (due time.Time, is bool) {
		for _, a := range m.Step.Asks(m.View()) {
			if a.Verb == "report" && a.Item == "water" {
				return a.Due, a.Owed
			}
		}
		return time.Time{}, false
	}
	if _, is := owed(); is {
		t.Error("owed before the start")
	}
	if err := submit(m, "b1 start water"); err != nil {
		t.Fatal(err)
	}
	first, is := owed()
	if want := calendar.DateOf(m.Now).Add(8).Start(); !is || !first.Equal(want) {
		t.Errorf("after the start: %v, due %s, want %s", is, first, want)
	}
	m.Now = m.Now.Add(72 * time.Hour)
	if err := submit(m, "b1 report water"); err != nil {
		t.Fatal(err)
	}
	if again, is := owed(); !is || !again.Equal(first.Add(72*time.Hour)) {
		t.Errorf("after a report: %v, due %s, want three days after %s", is, again, first)
	}
	if err := submit(m, "b1 submit water"); err != nil {
		t.Fatal(err)
	}
	if _, is := owed(); is {
		t.Error("owed of a package that waits for its acceptance")
	}
}
