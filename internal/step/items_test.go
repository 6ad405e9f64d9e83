package step_test

import (
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
)

// registers is a charter with one register of places and one of people.
type registers struct{ step.Charter }

func (registers) RegisterFields(name string) (map[string]string, bool) {
	return nil, name == "road_section" || name == "household"
}
func (registers) Personal(register, _ string) bool { return register == "household" }

func TestOnlyNamesOfPlacesAreListed(t *testing.T) {
	for name, want := range map[string]string{"road_section": "", "household": "items.personal", "roads": "register.unknown"} {
		c := &step.Checker{Charter: registers{}, Node: source.Node{}}
		c.Register(name, "register")
		got := ""
		if len(c.List) > 0 {
			got = c.List[0].Code
		}
		if got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// Whoever was at several of the steps is kept away once; who was at none is not.
func TestHands(t *testing.T) {
	v := step.View{Did: handsOf}
	got := v.Hands([]string{"works", "draft", "nowhere"})
	if len(got) != 3 || got[0] != "b1" || got[1] != "p1" || got[2] != "p2" {
		t.Errorf("got %v", got)
	}
	if len(handsOf["works"]) != 2 {
		t.Error("the view was changed")
	}
}

var handsOf = map[string][]act.Person{"works": {"b1", "p1"}, "draft": {"p1", "p2"}, "other": {"x"}}
