package works_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/step/steptest"
	"gongzhi/internal/step/works"
)

// class of each package of the example.
var class = map[string]string{"water": "inner", "power": "inner", "paving": "outer", "facade": "outer"}

// Whatever people try and in whatever order, the record never shows a package of the outside accepted before the whole
// inside, unless somebody let it go in writing; nor anything accepted by who worked on it or let it go. The record is
// read here without the step's own state, as a citizen would read it.
func TestTheRecordAlwaysKeepsTheOrder(t *testing.T) {
	w := steptest.NewWorld()
	yaml := example // every role may do everything, so that only the rules on people and order hold anybody back
	for _, roles := range []string{"by: [contractor]", "accept_by: [supervisor, resident_rep]", "waive_by: [section_chief]", "change_by: [section_chief, owner_side]"} {
		key := roles[:slices.Index([]byte(roles), '[')]
		yaml = replace(t, yaml, roles, key+"[anyone]")
	}
	s := steptest.Must(t, works.Kind{}, yaml, w)
	var outOfOrder, done int
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 3))
		m := steptest.Start(t, s, w)
		for range 200 {
			asks := m.Asks()
			if len(asks) == 0 {
				break
			}
			a := asks[rng.IntN(len(asks))]
			who := steptest.Who{Person: act.Person(fmt.Sprint("p", rng.IntN(5))), Role: "anyone"}
			_ = m.Submit(who, steptest.Answer(rng, a, m.View())) // refusals are what this is about
		}
		accepted := map[string]bool{}
		hands, waivers := map[string][]act.Person{}, map[string][]act.Person{}
		for _, a := range m.Acts {
			var b struct{ Package string }
			if err := a.Into(&b); err != nil {
				t.Fatal(err)
			}
			switch a.Kind {
			case "works.started", "works.reported", "works.submitted":
				hands[b.Package] = append(hands[b.Package], a.By.Person)
			case "works.waived":
				waivers[b.Package] = append(waivers[b.Package], a.By.Person)
				if slices.Contains(hands[b.Package], a.By.Person) {
					t.Fatalf("seed %d: %s let go by %s, who worked on it", seed, b.Package, a.By.Person)
				}
			case "works.accepted":
				if slices.Contains(slices.Concat(hands[b.Package], waivers[b.Package]), a.By.Person) {
					t.Fatalf("seed %d: %s accepted by %s, who worked on it or let it go", seed, b.Package, a.By.Person)
				}
				early := class[b.Package] == "outer" && !(accepted["water"] && accepted["power"])
				if early && len(waivers[b.Package]) == 0 {
					t.Fatalf("seed %d: %s accepted before the inside", seed, b.Package)
				}
				if early {
					outOfOrder++
				}
				accepted[b.Package] = true
			case act.Ended:
				done++
			}
		}
		if _, ended := m.Ended(); ended && len(accepted) != 4 {
			t.Fatalf("seed %d: ended with %d packages accepted", seed, len(accepted))
		}
	}
	if outOfOrder == 0 || done == 0 {
		t.Errorf("the runs show too little: %d accepted out of order, %d finished", outOfOrder, done)
	}
}
