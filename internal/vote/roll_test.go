package vote_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/gowebpki/jcs"

	"gongzhi/internal/fault"
	"gongzhi/internal/vote"
)

func TestHeadsByTheOwnerSetRule(t *testing.T) {
	r := roll(t, mixed(), vote.RollOptions{Builder: "builder"})
	if got := r.Total(); got != (vote.Sides{Area: 1158_00, Heads: 10}) {
		t.Errorf("total %+v, want 1158.00 m² and 10 heads", got)
	}
	tests := []struct {
		part     vote.PartID
		head     vote.HeadID
		grouping vote.Grouping
	}{
		{"a", "a", vote.OnePart},
		{"g1", "g1", vote.SameOwners},
		{"g2", "g1", vote.SameOwners},
		{"h", "h", vote.CoOwned},
		{"k", "k", vote.CoOwned}, // g with k is somebody else than g
		{"x1", "x1", vote.BuilderHeld},
		{"x3", "x1", vote.BuilderHeld}, // sold, not handed over: the builder's vote, not the buyer's
	}
	for _, tt := range tests {
		i := slices.IndexFunc(r.Lines(), func(l vote.Line) bool { return l.ID == tt.part })
		l := r.Lines()[i]
		if l.Head != tt.head || l.Grouping != tt.grouping {
			t.Errorf("%s: head %s by %v, want %s by %v", tt.part, l.Head, l.Grouping, tt.head, tt.grouping)
		}
		if h, ok := r.HeadOf(tt.part); !ok || h.ID != tt.head {
			t.Errorf("HeadOf(%s) = %s, %v", tt.part, h.ID, ok)
		}
	}
	if h, ok := r.Head("x1"); !ok || h.Area != 300_00 || !slices.Equal(h.Owners, []vote.OwnerID{"builder"}) || len(h.Parts) != 3 {
		t.Errorf("the builder's head: %+v, %v", h, ok)
	}
	if h, _ := r.Head("h"); !slices.Equal(h.Owners, []vote.OwnerID{"h1", "h2"}) {
		t.Errorf("owners %v, want them sorted", h.Owners)
	}
}

func TestOwnersAreASet(t *testing.T) {
	parts := equal(4, 10_00)
	parts[0].Owners = []vote.OwnerID{"x", "y"}
	parts[1].Owners = []vote.OwnerID{"y", "x", "y"}
	parts[2].Owners = []vote.OwnerID{"xy"}
	parts[3].Owners = nil // nobody registered
	r := roll(t, parts, vote.RollOptions{})
	if got := r.Total(); got != (vote.Sides{Area: 40_00, Heads: 3}) {
		t.Errorf("total %+v, want three heads of 40.00 m²", got)
	}
	if l := r.Lines()[3]; l.Grouping != vote.OwnerUnknown {
		t.Errorf("a part of nobody: %v", l.Grouping)
	}
	if !slices.Equal(parts[1].Owners, []vote.OwnerID{"y", "x", "y"}) {
		t.Error("NewRoll changed what it was given")
	}
}

func TestTwoBuildersAreTwoHeads(t *testing.T) {
	parts := equal(4, 10_00)
	for i := range parts {
		parts[i].State, parts[i].Owners = vote.Unsold, nil
	}
	parts[1].Builder, parts[2].Builder = "first", "second"
	if n := roll(t, parts, vote.RollOptions{Builder: "first"}).Total().Heads; n != 2 {
		t.Errorf("%d heads, want 2", n)
	}
}

func TestSpacesCountOnlyWhereTheRulesSaySo(t *testing.T) {
	parts := equal(3, 80_00)
	parts[2].Kind, parts[2].Owners = vote.Space, parts[0].Owners
	out := roll(t, parts, vote.RollOptions{})
	if got := out.Total(); got != (vote.Sides{Area: 160_00, Heads: 2}) {
		t.Errorf("left out: %+v", got)
	}
	if l := out.Lines()[2]; l.Head != "" || l.Grouping != vote.SpaceLeftOut {
		t.Errorf("left out: line %+v", l)
	}
	if _, ok := out.HeadOf("p3"); ok {
		t.Error("a space that is left out has a head")
	}
	in := roll(t, parts, vote.RollOptions{CountSpecialSpaces: true, SpacesRule: "议事规则第八条"})
	if got := in.Total(); got != (vote.Sides{Area: 240_00, Heads: 2}) {
		t.Errorf("counted: %+v, want its area and no further head", got)
	}
	if in.Root() == out.Root() {
		t.Error("two rules, one root")
	}
}

func TestRollFaultsComeAllAtOnceWithTheirRow(t *testing.T) {
	parts := equal(6, 10_00)
	parts[1].ID = "p1"
	parts[2].ID = ""
	parts[3].Kind = 0
	parts[4].State = 9
	parts[5].State = vote.Unsold
	_, err := vote.NewRoll(parts, vote.RollOptions{})
	no, ok := fault.As(err)
	if !ok || no.Kind != fault.Invalid {
		t.Fatalf("got %v, want a refusal", err)
	}
	want := []string{"2 vote.roll.part_twice", "3 vote.roll.part_missing", "4 vote.roll.kind", "5 vote.roll.state", "6 vote.roll.builder_missing"}
	var got []string
	for _, f := range no.Fields {
		got = append(got, fmt.Sprint(f.Row, " ", f.Code))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	huge := equal(3, 1<<52)
	if _, err := vote.NewRoll(huge, vote.RollOptions{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("areas that do not add up: %v", err)
	}
	odd := equal(1, 1)
	odd[0].Owners = []vote.OwnerID{vote.AnyOwner}
	if _, err := vote.NewRoll(odd, vote.RollOptions{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an owner called %q: %v", vote.AnyOwner, err)
	}
}

func TestRootDependsOnNothingButTheRoll(t *testing.T) {
	parts := mixed()
	r := roll(t, parts, vote.RollOptions{Builder: "builder"})
	slices.Reverse(parts)
	if other := roll(t, parts, vote.RollOptions{Builder: "builder"}); !bytes.Equal(r.Canonical(), other.Canonical()) {
		t.Error("the order of the parts changed the roll")
	}
	parts[0].Area++
	if other := roll(t, parts, vote.RollOptions{Builder: "builder"}); other.Root() == r.Root() {
		t.Error("another area, the same root")
	}
}

// TestCanonicalIsRFC8785 compares every line with the library that canonicalises acts.
func TestCanonicalIsRFC8785(t *testing.T) {
	parts := equal(3, 78_62)
	parts[0].Room, parts[0].Building = "1\"\\\x01\x1f\b\f\n\r\t\v</>&\u2028", "12号楼"
	parts[1].Source, parts[1].Owners = vote.Surveyed, []vote.OwnerID{"甲", "乙"}
	parts[2].State = vote.Undelivered
	lines := bytes.Split(bytes.TrimSuffix(roll(t, parts, vote.RollOptions{Builder: "b"}).Canonical(), []byte("\n")), []byte("\n"))
	if len(lines) != 4 {
		t.Fatalf("%d lines, want the heading and three parts", len(lines))
	}
	for _, l := range lines {
		want, err := jcs.Transform(l)
		if err != nil {
			t.Fatalf("%s: %v", l, err)
		}
		if !bytes.Equal(l, want) {
			t.Errorf("got  %s\nwant %s", l, want)
		}
	}
}
