package verify_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/clock"
	"gongzhi/internal/house"
	"gongzhi/internal/method"
	"gongzhi/internal/step"
	"gongzhi/internal/verify"
)

// problems has the town report problems, in public and in private, as far as they get in a day; some of the private ones
// so often. later is what happens to one of the private ones afterwards.
func problems(t testing.TB, h *house.House, c *clock.Manual, often int) (later func()) {
	t.Helper()
	n := 0
	as := func(login string) method.Actor {
		a, err := h.People.Actor(ctx, h.Store.Read(), act.Person("demo-"+login), calendar.DateOf(c.Now()))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	submission := func(verb string, pairs ...string) step.Submission {
		n++
		s := step.Submission{ID: fmt.Sprintf("problem-%08d", n), Verb: verb, Values: map[string][]string{}, Channel: "web"}
		for _, p := range pairs {
			k, v, _ := strings.Cut(p, "=")
			s.Values[k] = []string{v}
		}
		return s
	}
	report := func(openness, category string) func(login, verb string, pairs ...string) {
		begun, err := h.Desk.Begin(ctx, as("hotline"), "problem", act.RowID{Register: "community", ID: "daihe1"}, submission("",
			"category="+category, "place=演示路", "words=演示", "openness="+openness, "signature=anonymous"))
		if err != nil {
			t.Fatal(err)
		}
		return func(login, verb string, pairs ...string) {
			if _, err := h.Desk.Submit(ctx, as(login), begun.Matter, submission(verb, pairs...)); err != nil {
				t.Fatalf("%s: %v", verb, err)
			}
		}
	}
	handled := func(do func(login, verb string, pairs ...string), team string) {
		do("worker", "submit", "acceptance=accepted", "account=演示")
		do("grid", "submit", "finding=real", "found=属实")
		do("dispatcher", "approve")
		c.Advance(time.Minute)
		do(team, "finish", "done_how=已办")
		do("checker", "sheet", "dealt_with=pass")
		do("dispatcher", "submit", "reply=已办")
	}
	var unseen func(login, verb string, pairs ...string)
	for range often {
		handled(report("private", "litter"), "cleaning")
		unseen = report("private", "cover")
	}
	refused := report("private", "cover")
	refused("worker", "submit", "acceptance=not_ours", "account=演示")
	handled(report("public", "litter"), "cleaning")
	handled(report("public", "cover"), "facility")
	open := report("public", "litter")
	open("worker", "submit", "acceptance=accepted", "account=演示")
	return func() { unseen("worker", "submit", "acceptance=accepted", "account=演示") }
}

// figures changes what is said of the first set of indicators.
func (x *tampering) figures(change func(s *verify.Said)) {
	x.sets(func(list []verify.Said) { change(&list[0]) })
}

// sets changes the figures of all sets.
func (x *tampering) sets(change func(list []verify.Said)) {
	x.file("indicators.json", func(b []byte) []byte {
		var list []verify.Said
		if err := json.Unmarshal(b, &list); err != nil {
			panic(err)
		}
		change(list)
		raw, err := json.Marshal(list)
		if err != nil {
			panic(err)
		}
		return raw
	})
}

func figureMutations() []mutation {
	edit := func(name, want string, change func(m *verify.SaidMonth)) mutation {
		return mutation{"figures: " + name, want, func(x *tampering) { x.figures(func(s *verify.Said) { change(&s.Months[len(s.Months)-1]) }) }}
	}
	whole := func(name, want string, change func(s *verify.Said)) mutation {
		return mutation{"figures: " + name, want, func(x *tampering) { x.figures(change) }}
	}
	rate := func(m *verify.SaidMonth, key, group string) *verify.SaidValue {
		i := slices.IndexFunc(m.Rates, func(v verify.SaidValue) bool { return v.Rate == key && v.Group == group })
		return &m.Rates[i]
	}
	opened := func(m mutation) mutation {
		return mutation{"opened: " + m.name, m.want, func(x *tampering) {
			x.opened, x.files = true, x.own.opened
			x.rebuild()
			m.do(x)
		}}
	}
	return []mutation{
		{"figures: removed", "bundle.missing", func(x *tampering) { x.drop("indicators.json") }},
		{"figures: no JSON", "indicator.form", func(x *tampering) { x.file("indicators.json", func(b []byte) []byte { return b[:len(b)/2] }) }},
		{"figures: of no set", "indicator.set", func(x *tampering) { x.file("indicators.json", func([]byte) []byte { return []byte("[]") }) }},
		whole("of a set that is not there", "indicator.set", func(s *verify.Said) { s.Set = "satisfaction" }),
		whole("by another version", "indicator.charter", func(s *verify.Said) { s.Charter = act.Sum(nil) }),
		whole("a measure that says something else", "indicator.definition", func(s *verify.Said) { s.Measures[4].When = "true" }),
		whole("a measure by another name", "indicator.definition", func(s *verify.Said) { s.Measures[4].Name.ZH = "办结" }),
		whole("a rate over another denominator", "indicator.definition", func(s *verify.Said) { s.Rates[1].Of = "accepted" }),
		whole("a month left out", "indicator.month", func(s *verify.Said) { s.Months = s.Months[1:] }),
		whole("a month twice", "indicator.month", func(s *verify.Said) { s.Months = append(s.Months, s.Months[0]) }),
		whole("a month in which nothing was", "indicator.month", func(s *verify.Said) {
			s.Months = append(s.Months, verify.SaidMonth{Month: "2020-01"})
		}),
		edit("of another month", "indicator.month", func(m *verify.SaidMonth) { m.Month = "2026-01" }),
		edit("more closed than private matters allow", "indicator.more", func(m *verify.SaidMonth) { m.Measures["reworked"] += 4 }),
		edit("fewer closed than everybody can see", "indicator.less", func(m *verify.SaidMonth) { m.Measures["dealt_with"] = 1 }),
		edit("a measure left out", "indicator.definition", func(m *verify.SaidMonth) { delete(m.Measures, "filed") }),
		edit("a numerator above its denominator", "indicator.rate", func(m *verify.SaidMonth) { rate(m, "closing", "").Part = 9 }),
		edit("a denominator that is not its measure", "indicator.rate", func(m *verify.SaidMonth) { rate(m, "closing", "").Of++ }),
		edit("a numerator lower than everybody can see", "indicator.less", func(m *verify.SaidMonth) { rate(m, "closing", "").Part = 0 }),
		edit("a group of its own", "indicator.rate", func(m *verify.SaidMonth) { rate(m, "filing", "event").Group = "component" }),
		edit("more in the groups than in all", "indicator.rate", func(m *verify.SaidMonth) { rate(m, "filing", "event").Of += 4 }),
		edit("fewer in a group than are listed in it", "indicator.less", func(m *verify.SaidMonth) {
			r := rate(m, "filing", "event")
			r.Of, r.Part = 1, 1
		}),
		edit("a rate left out", "indicator.rate", func(m *verify.SaidMonth) { m.Rates = m.Rates[1:] }),
		edit("a rate twice", "indicator.rate", func(m *verify.SaidMonth) { m.Rates = append(m.Rates, m.Rates[len(m.Rates)-1]) }),
		edit("a public matter not listed", "indicator.matters", func(m *verify.SaidMonth) { m.Public["event"] = m.Public["event"][1:] }),
		edit("a public matter twice", "indicator.matters", func(m *verify.SaidMonth) { m.Public["component"] = append(m.Public["component"], m.Public["event"]...) }),
		edit("a matter of another method", "indicator.matters", func(m *verify.SaidMonth) { m.Public["event"] = append(m.Public["event"], 1) }),
		edit("a private matter listed", "indicator.matters", func(m *verify.SaidMonth) {
			m.Public["event"], m.Private = append(m.Public["event"], m.Public["event"][0]-3), m.Private-1
		}),
		edit("a public matter put into another group", "indicator.less", func(m *verify.SaidMonth) {
			m.Public["component"], m.Public["event"] = append(m.Public["component"], m.Public["event"]...), nil
		}),
		edit("one private matter more", "indicator.private", func(m *verify.SaidMonth) { m.Private++ }),
		edit("some private matters left out", "indicator.private", func(m *verify.SaidMonth) { m.Left-- }),
		edit("few private matters counted", "indicator.few", func(m *verify.SaidMonth) { m.Left = 0 }),
		opened(edit("one satisfied more", "indicator.more", func(m *verify.SaidMonth) { m.Measures["satisfied"]++ })),
		opened(edit("one closed fewer", "indicator.less", func(m *verify.SaidMonth) { m.Measures["on_time"]-- })),
		auditor("a public matter made private", "withheld.unduly", func(x *tampering) {
			i := x.find(act.Started, 0)
			for j := range x.acts {
				if a := &x.acts[j]; a.Matter == x.acts[i].Matter && !a.Withheld() {
					a.Sealed = append(a.Sealed, act.Commit(act.Blind, []byte("salt"), ""))
				}
			}
		}),
		insider("a private matter under a method that is not there", "method.unknown", func(x *tampering) {
			for i := range x.acts {
				if a := &x.acts[i]; a.Withheld() && a.Kind == act.Started {
					a.Basis.Clause = "methods/shortcut.yaml#start"
					return
				}
			}
		}),
		insider("a private matter more", "indicator.private", func(x *tampering) {
			for i := range x.acts {
				if a := x.acts[i]; a.Withheld() && a.Kind == act.Started {
					last := x.acts[len(x.acts)-1]
					a.Matter, a.At, a.Recorded = 500, last.At, last.Recorded
					x.acts = append(x.acts, a)
					return
				}
			}
		}),
	}
}

// A bundle with private matters in it is followed as far as it shows them, and wholly where it is opened. They are counted
// once there are so many that no figure tells of a single one; then public bytes only bound what is said.
func TestPrivateMattersInABundle(t *testing.T) {
	for _, tt := range []struct {
		day           int
		private, left uint64
	}{{2, 3, 3}, {early, 11, 11}, {enough, 11, 0}} {
		w := newTown(t, tt.day)
		reports := map[string]verify.Report{}
		for name, files := range map[string]fstest.MapFS{"public": w.public, "opened": w.opened} {
			r, err := verify.Bundle(files, verify.Options{Key: w.key.Public})
			if err != nil || !r.Good() {
				t.Fatalf("%d, %s: %+v, %v", tt.day, name, r, err)
			}
			reports[name] = r
		}
		public, opened := reports["public"], reports["opened"]
		if public.Private != int(tt.private) || opened.Private != 0 || public.Figures != opened.Figures {
			t.Errorf("%d: %+v, %+v", tt.day, public, opened)
		}
		// In an opened one it is the group of a private matter alone that is not worked out.
		if counted := tt.left == 0; (public.Bounded > 0) != counted || (opened.Bounded > 0) != counted || counted && opened.Bounded >= public.Bounded {
			t.Errorf("%d: of %d figures %d are bounded, %d in the opened one", tt.day, public.Figures, public.Bounded, opened.Bounded)
		}
		var said []verify.Said
		if err := json.Unmarshal(w.public["indicators.json"].Data, &said); err != nil {
			t.Fatal(err)
		}
		m := said[0].Months[len(said[0].Months)-1] // what went before is the demo's
		shown := uint64(len(m.Public["event"]) + len(m.Public["component"]))
		if m.Private != tt.private || m.Left != tt.left || m.Measures["received"] != shown+tt.private-tt.left {
			t.Errorf("%d: %d private, %d left out, %d shown, %v", tt.day, m.Private, m.Left, shown, m.Measures)
		}
		for path, f := range w.public {
			if strings.HasPrefix(path, "act/") {
				var a act.Act
				if json.Unmarshal(f.Data, &a) == nil && a.Withheld() {
					t.Errorf("%s is withheld and lies in the public bundle", path)
				}
			}
		}
	}
}

// Where private matters are counted, a figure that says more than they and the public ones could give is found, and so is
// one that counts them and says that it does not.
func TestFiguresOfManyPrivateMatters(t *testing.T) {
	w := newTown(t, enough)
	for name, tt := range map[string]struct {
		want   string
		change func(m *verify.SaidMonth)
	}{
		"more than there were":        {"indicator.more", func(m *verify.SaidMonth) { m.Measures["reworked"] += 12 }},
		"fewer than everybody sees":   {"indicator.less", func(m *verify.SaidMonth) { m.Measures["accepted"] = 1 }},
		"counted, and said not to be": {"indicator.more", func(m *verify.SaidMonth) { m.Left = m.Private }},
		"one of them left out":        {"indicator.private", func(m *verify.SaidMonth) { m.Left = 1 }},
	} {
		x := tamper(w, newTown(t, 3), &verify.Charters{})
		x.figures(func(s *verify.Said) { tt.change(&s.Months[len(s.Months)-1]) })
		r, err := verify.Bundle(x.files, verify.Options{Key: w.key.Public})
		if err != nil || r.Good() || !slices.ContainsFunc(r.Findings, func(f verify.Finding) bool { return f.Code == tt.want }) {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

// Private matters that are counted while their month runs are found: the figures of two days would tell of those between.
func TestPrivateMattersCountedTooEarly(t *testing.T) {
	x := tamper(newTown(t, early), newTown(t, 3), &verify.Charters{})
	x.figures(func(s *verify.Said) { s.Months[len(s.Months)-1].Left = 0 })
	r, err := verify.Bundle(x.files, verify.Options{Key: newTown(t, early).key.Public})
	if err != nil || r.Good() || !slices.ContainsFunc(r.Findings, func(f verify.Finding) bool { return f.Code == "indicator.early" }) {
		t.Errorf("%+v, %v", r, err)
	}
}
