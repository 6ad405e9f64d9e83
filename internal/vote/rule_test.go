package vote_test

import (
	"os"
	"strings"
	"testing"

	"gongzhi/internal/calendar"
	"gongzhi/internal/source"
	"gongzhi/internal/vote"
)

const rules = "../../charters/linshanzhai/rules/"

func profile(t testing.TB, path string) vote.Profile {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	n, faults := source.Parse(path, raw)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	p, faults := vote.ReadProfile(n)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return p
}

func rule(t testing.TB, p vote.Profile, key string) vote.Rule {
	t.Helper()
	r, ok := p.Rule(key)
	if !ok {
		t.Fatalf("%s has no rule %q", p.ID, key)
	}
	return r
}

// law holds the four statutory rules and a local one, read from their files.
type law struct{ ordinary, special, oldOrdinary, oldSpecial, lift vote.Rule }

func statutes(t testing.TB) law {
	t.Helper()
	civil, old := profile(t, rules+"owners_civil_code_2021.yaml"), profile(t, rules+"owners_property_law_2007.yaml")
	return law{
		rule(t, civil, "ordinary"), rule(t, civil, "special"), rule(t, old, "ordinary"), rule(t, old, "special"),
		rule(t, profile(t, "testdata/lift_consent.yaml"), "consent"),
	}
}

func TestRuleFilesSayWhatTheLawSays(t *testing.T) {
	l := statutes(t)
	tests := []struct {
		rule         vote.Rule
		name         string
		quorum, pass string // area, heads
		of           vote.Whole
	}{
		{l.ordinary, "owners_civil_code_2021#ordinary", "at_least 2/3, at_least 2/3", "over 1/2, over 1/2", vote.OfCast},
		{l.special, "owners_civil_code_2021#special", "at_least 2/3, at_least 2/3", "at_least 3/4, at_least 3/4", vote.OfCast},
		{l.oldOrdinary, "owners_property_law_2007#ordinary", ", ", "over 1/2, over 1/2", vote.OfRoll},
		{l.oldSpecial, "owners_property_law_2007#special", ", ", "at_least 2/3, at_least 2/3", vote.OfRoll},
	}
	for _, tt := range tests {
		if got := tt.rule.Name(); got != tt.name {
			t.Errorf("Name = %q, want %q", got, tt.name)
		}
		if got := tt.rule.Quorum.Area.String() + ", " + tt.rule.Quorum.Heads.String(); got != tt.quorum {
			t.Errorf("%s: quorum %q, want %q", tt.name, got, tt.quorum)
		}
		if got := tt.rule.Pass.Area.String() + ", " + tt.rule.Pass.Heads.String(); got != tt.pass {
			t.Errorf("%s: pass %q, want %q", tt.name, got, tt.pass)
		}
		if tt.rule.Pass.Of != tt.of || tt.rule.Pass.Basis == "" || tt.rule.Basis == "" {
			t.Errorf("%s: of %v, basis %q / %q", tt.name, tt.rule.Pass.Of, tt.rule.Pass.Basis, tt.rule.Basis)
		}
	}
}

func TestProfileIsChosenByTheDayOfTheDecision(t *testing.T) {
	civil, old := profile(t, rules+"owners_civil_code_2021.yaml"), profile(t, rules+"owners_property_law_2007.yaml")
	ps, clashes := vote.NewProfiles([]vote.Profile{civil, old})
	if len(clashes) > 0 {
		t.Fatal(clashes)
	}
	tests := []struct{ day, want string }{
		{"2007-09-30", ""},
		{"2007-10-01", old.ID},
		{"2020-12-31", old.ID},
		{"2021-01-01", civil.ID},
		{"2026-11-23", civil.ID},
	}
	for _, tt := range tests {
		p, ok := ps.On(calendar.MustDate(tt.day))
		if p.ID != tt.want || ok != (tt.want != "") {
			t.Errorf("On(%s) = %q, %v; want %q", tt.day, p.ID, ok, tt.want)
		}
	}
	if p, ok := ps.ByID(old.ID); !ok || p.ID != old.ID {
		t.Errorf("ByID(%q) = %q, %v", old.ID, p.ID, ok)
	}
	if _, ok := ps.ByID("nothing"); ok {
		t.Error("ByID found a profile that is not there")
	}
	old.Until = civil.InForce
	if _, clashes := vote.NewProfiles([]vote.Profile{civil, old}); len(clashes) != 1 {
		t.Errorf("two laws for one day: clashes %v, want one", clashes)
	}
}

func TestMatterChoosesTheRule(t *testing.T) {
	civil, old := profile(t, rules+"owners_civil_code_2021.yaml"), profile(t, rules+"owners_property_law_2007.yaml")
	tests := []struct{ matter, now, then string }{
		{"rules_of_procedure", "ordinary", "ordinary"},
		{"covenant", "ordinary", "ordinary"},
		{"committee", "ordinary", "ordinary"},
		{"manager", "ordinary", "ordinary"},
		{"fund_use", "ordinary", "special"}, // the Civil Code made it easier to use the fund
		{"fund_raise", "special", "special"},
		{"rebuild", "special", "special"},
		{"use_change", "special", "ordinary"}, // and harder to let the common parts
		{"other", "ordinary", "ordinary"},
		{"parking_fees", "", ""},
	}
	for _, tt := range tests {
		a, _ := civil.For(tt.matter)
		b, _ := old.For(tt.matter)
		if a.Key != tt.now || b.Key != tt.then {
			t.Errorf("For(%s) = %q, %q; want %q, %q", tt.matter, a.Key, b.Key, tt.now, tt.then)
		}
	}
	for matter, shown := range map[string]bool{"covenant": true, "committee": false, "fund_raise": false, "rebuild": false, "use_change": false} {
		if r, _ := civil.For(matter); r.Follow != shown {
			t.Errorf("For(%s).Follow = %v, want %v", matter, r.Follow, shown)
		}
	}
}

func TestNoWeaker(t *testing.T) {
	l := statutes(t)
	tests := []struct {
		name string
		r, u vote.Rule
		want bool
	}{
		{"itself", l.special, l.special, true},
		{"special for an ordinary matter", l.special, l.ordinary, true},
		{"ordinary for a special matter", l.ordinary, l.special, false},
		{"old special for an ordinary matter: 2/3 of all take part", l.oldSpecial, l.ordinary, true},
		{"old special for a special matter: 2/3 of those who took part", l.oldSpecial, l.special, false},
		{"old ordinary has no participation of two thirds", l.oldOrdinary, l.ordinary, false},
		{"a share of the cast is none of the roll", l.special, l.oldOrdinary, false},
		{"no rule at all", vote.Rule{}, l.ordinary, false},
	}
	for _, tt := range tests {
		if got := tt.r.NoWeaker(tt.u); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

const goodRule = `profile: p
in_force: 2021-01-01
basis: b
evidence: law
ordinary:
  basis: b
  matters: [m]
  quorum: { of: roll, area: at_least 2/3, heads: at_least 2/3, basis: q }
  pass: { of: cast, area: over 1/2, heads: over 1/2, basis: p }
`

func TestRuleFileFaultsHaveTheirLine(t *testing.T) {
	tests := []struct {
		name, old, new string
		code           string
		line           int
	}{
		{"unknown key", "basis: b\nevidence", "basis: b\nbases: c\nevidence", "yaml.unknown_key", 4},
		{"unknown key in a clause", "heads: over 1/2, basis: p", "heads: over 1/2, votes: 1, basis: p", "yaml.unknown_key", 9},
		{"a share that is no fraction", "area: over 1/2", "area: over half", "yaml.type", 9},
		{"a share of more than everything", "area: over 1/2", "area: at_least 3/2", "yaml.type", 9},
		{"a percentage", "area: at_least 2/3", "area: at_least 66.67%", "yaml.type", 8},
		{"of nothing", "of: cast, ", "", "vote.rule.of_missing", 9},
		{"of everybody present", "of: cast", "of: present", "yaml.type", 9},
		{"quorum of the cast", "of: roll", "of: cast", "vote.rule.quorum_of_cast", 8},
		{"one axis only", "heads: over 1/2, ", "", "vote.rule.heads_missing", 9},
		{"the other axis only", "area: at_least 2/3, ", "", "vote.rule.area_missing", 8},
		{"a number without its clause", ", basis: p", "", "vote.rule.basis_missing", 9},
		{"no pass", "  pass: { of: cast, area: over 1/2, heads: over 1/2, basis: p }\n", "", "vote.rule.none", 1},
		{"no first day", "in_force: 2021-01-01\n", "", "vote.rule.in_force_missing", 1},
		{"no such day", "2021-01-01", "2021-02-30", "yaml.type", 2},
		{"an end before the beginning", "evidence", "until: 2020-12-31\nevidence", "vote.rule.until_before", 4},
		{"nobody says how well it is known", "evidence: law\n", "", "vote.rule.evidence_missing", 1},
		{"a matter under two rules", "[m]", "[m, m]", "vote.rule.matter_twice", 7},
		{"follows for an unknown matter", "ordinary:", "follow: { never: [x], basis: b }\nordinary:", "vote.rule.matter_unknown", 5},
		{"a limit without basis", "ordinary:", "proxy: { heads: 3 }\nordinary:", "vote.rule.basis_missing", 5},
		{"a negative limit", "ordinary:", "proxy: { heads: -1, basis: b, evidence: law }\nordinary:", "vote.rule.proxy_limit", 5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(goodRule, tt.old, tt.new, 1)
			if text == goodRule {
				t.Fatal("the case changes nothing")
			}
			n, faults := source.Parse("r.yaml", []byte(text))
			if len(faults) == 0 {
				_, faults = vote.ReadProfile(n)
			}
			for _, f := range faults {
				if f.Code == tt.code && f.Place.Line == tt.line {
					return
				}
			}
			t.Errorf("faults %v, want %s at line %d", faults, tt.code, tt.line)
		})
	}
	n, _ := source.Parse("r.yaml", []byte(goodRule))
	if _, faults := vote.ReadProfile(n); len(faults) > 0 {
		t.Errorf("the good file: %v", faults)
	}
}
