package claim_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/step/claim"
	"gongzhi/internal/step/steptest"
)

func TestKind(t *testing.T) { steptest.Run(t, claim.Kind{}) }

var example = string(claim.Kind{}.Example())

func TestKindShared(t *testing.T) {
	w := steptest.NewWorld()
	w.Runs = 100
	steptest.Walk(t, steptest.Must(t, claim.Kind{}, example+"shared: true\n", w), w)
}

// cut takes the lines from one to before another out of the example.
func cut(from, to string) string {
	i := strings.Index(example, from)
	return example[:i] + example[i+strings.Index(example[i:], to):]
}

// A register gives the things to be claimed as they stood on the day it opened.
func TestKindOfRows(t *testing.T) {
	w := steptest.NewWorld()
	w.Length = 80
	m := steptest.Start(t, steptest.Must(t, claim.Kind{}, cut("items:", "window:")+"register: part\n", w), w)
	if n := len(m.Asks()); n != 12 {
		t.Fatalf("%d things to claim, want the 12 rows", n)
	}
	w.Book = w.Book[:3]
	if n := len(m.Asks()); n != 12 {
		t.Errorf("%d things to claim after the register changed, want the 12 of the day it opened", n)
	}
}

func TestNothingToClaim(t *testing.T) {
	w := steptest.NewWorld()
	w.Fields["road_section"] = map[string]string{"name": "line"}
	m := steptest.Start(t, steptest.Must(t, claim.Kind{}, cut("items:", "window:")+"register: road_section\n", w), w)
	if end, ended := m.Ended(); !ended || end.Outcome != "lapsed" || end.Facts["items"] != 0. {
		t.Errorf("ended %v as %+v", ended, end)
	}
}

func unit(p string) steptest.Who { return steptest.Who{Person: act.Person(p), Role: "unit"} }

var secretary = steptest.Who{Person: "s", Role: "community_secretary"}

func do(verb, item string) step.Submission {
	s := step.Submission{Verb: verb, Item: item, Values: map[string][]string{}}
	switch verb {
	case "claim":
		s.Values["unit"], s.Values["phone"] = []string{"No. 5 Middle School"}, []string{"13800000000"}
	case "reject", "release":
		s.Values["reason"] = []string{"asked for it"}
	}
	return s
}

// Ten working days from Monday the 2nd are over at midnight after Monday the 16th.
var closes = time.Date(2026, 3, 16, 16, 0, 0, 0, time.UTC)

func TestClaims(t *testing.T) {
	type turn struct {
		at      time.Time // zero: at once
		who     steptest.Who
		verb    string
		item    string
		refused fault.Kind
	}
	none := time.Time{}
	tests := []struct {
		name    string
		shared  bool
		turns   []turn
		until   time.Time
		want    string
		claimed float64
	}{
		{"both confirmed ends it early", false, []turn{
			{none, unit("u1"), "claim", "north", 0}, {none, unit("u2"), "claim", "south", 0},
			{none, secretary, "confirm", "north", 0}, {none, secretary, "confirm", "south", 0},
		}, none, "claimed", 2},
		{"taken is taken", false, []turn{{none, unit("u1"), "claim", "north", 0}, {none, unit("u2"), "claim", "north", fault.Closed}}, none, "", 0},
		{"one confirmed at the close is enough", false, []turn{{none, unit("u1"), "claim", "north", 0}, {none, secretary, "confirm", "north", 0}}, closes, "claimed", 1},
		{"nobody came", false, nil, closes, "lapsed", 0},
		{"a second before the close", false, nil, closes.Add(-time.Second), "", 0},
		{"too late by nothing", false, []turn{{closes.Add(-time.Second), unit("u1"), "claim", "north", 0}, {closes, unit("u2"), "claim", "south", fault.Closed}}, none, "", 0},
		{"a claim in time is answered after the close", false, []turn{
			{none, unit("u1"), "claim", "north", 0}, {closes.Add(time.Hour), secretary, "confirm", "north", 0},
		}, none, "claimed", 1},
		{"and may be turned down then", false, []turn{
			{none, unit("u1"), "claim", "north", 0}, {closes.Add(time.Hour), secretary, "reject", "north", 0},
		}, none, "lapsed", 0},
		{"a claim given up is free again", false, []turn{
			{none, unit("u1"), "claim", "north", 0}, {none, secretary, "confirm", "north", 0}, {none, unit("u1"), "release", "north", 0},
			{none, unit("u2"), "claim", "north", 0},
		}, none, "", 0},
		{"nobody gives up what another claimed", false, []turn{{none, unit("u1"), "claim", "north", 0}, {none, unit("u2"), "release", "north", fault.Denied}}, none, "", 0},
		{"nobody confirms their own claim", false, []turn{
			{none, unit("s"), "claim", "north", 0}, {none, secretary, "confirm", "north", fault.Denied}, {none, secretary, "reject", "north", fault.Denied},
		}, none, "", 0},
		{"no such thing", false, []turn{{none, unit("u1"), "claim", "west", fault.Closed}}, none, "", 0},
		{"shared: several claim one thing", true, []turn{
			{none, unit("u1"), "claim", "north", 0}, {none, unit("u2"), "claim", "north", 0}, {none, unit("u2"), "claim", "north", fault.Denied},
			{none, secretary, "confirm", "north#1", 0}, {none, secretary, "reject", "north#2", 0}, {none, unit("u2"), "claim", "north", 0},
			{none, secretary, "confirm", "north#3", 0},
		}, closes, "claimed", 1},
		{"shared: stays open when all have a claim", true, []turn{
			{none, unit("u1"), "claim", "north", 0}, {none, unit("u1"), "claim", "south", 0},
			{none, secretary, "confirm", "north#1", 0}, {none, secretary, "confirm", "south#1", 0},
		}, none, "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := steptest.NewWorld()
			yaml := example
			if tt.shared {
				yaml += "shared: true\n"
			}
			m := steptest.Start(t, steptest.Must(t, claim.Kind{}, yaml, w), w)
			for i, turn := range tt.turns {
				m.Until(turn.at)
				err := m.Submit(turn.who, do(turn.verb, turn.item))
				if turn.refused == 0 && err != nil || turn.refused != 0 && !fault.Is(err, turn.refused) {
					t.Fatalf("turn %d, %s %s: %v, want %v", i, turn.verb, turn.item, err, turn.refused)
				}
			}
			m.Until(tt.until)
			end, ended := m.Ended()
			if ended != (tt.want != "") || end.Outcome != tt.want {
				t.Fatalf("ended %v as %q, want %q", ended, end.Outcome, tt.want)
			}
			if ended && end.Facts["claimed"] != tt.claimed {
				t.Errorf("claimed %v, want %v", end.Facts["claimed"], tt.claimed)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name, yaml string
		want       []string
	}{
		{"nobody claims", strings.Replace(example, "by: [unit, shopkeeper]", "by: []", 1), []string{"role.none"}},
		{"nobody confirms", strings.Replace(example, "confirm_by: [community_secretary]\n", "", 1), []string{"role.none"}},
		{"no window", strings.Replace(example, "window: 10 workdays\n", "", 1), []string{"claim.window"}},
		{"nothing to claim", cut("items:", "window:"), []string{"items.none"}},
		{"a thing twice", strings.Replace(example, "key: south", "key: north", 1), []string{"items.key"}},
		{"two sources", example + "register: part\n", []string{"items.twice"}},
		{"a register that does not exist", cut("items:", "window:") + "register: roads\n", []string{"register.unknown"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, findings := steptest.Load(t, claim.Kind{}, tt.yaml, steptest.NewWorld())
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
