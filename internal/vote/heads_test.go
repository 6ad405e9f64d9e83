package vote_test

import (
	"math"
	"testing"

	"gongzhi/internal/exact"
	"gongzhi/internal/fault"
	"gongzhi/internal/source"
	"gongzhi/internal/vote"
)

// threshold reads shares as a charter writes them.
func threshold(t *testing.T) func(string) exact.Threshold {
	return func(s string) exact.Threshold {
		th, err := exact.ParseThreshold(s)
		if err != nil {
			t.Fatal(err)
		}
		return th
	}
}

func TestMeetingsByHeads(t *testing.T) {
	share := threshold(t)
	residents := vote.HeadRule{Quorum: share("over 1/2"), Of: vote.OfPresent, Pass: share("over 1/2"), Basis: "城市居民委员会组织法第九条"}
	committee := vote.HeadRule{Quorum: share("over 1/2"), Of: vote.OfEntitled, Pass: share("at_least 1/2"), Basis: "河南省物业管理条例第二十八条"}
	party := vote.HeadRule{Quorum: share("at_least 2/3"), Of: vote.OfEntitled, Pass: share("over 1/2")}
	noQuorum := vote.HeadRule{Of: vote.OfPresent, Pass: share("over 1/2")}
	tests := []struct {
		name                                string
		rule                                vote.HeadRule
		entitled, present, yes, no, abstain uint64
		want                                vote.Outcome
		missing                             uint64 // to pass
		outOfReach                          bool
	}{
		{"residents: 51 of 100 present, 26 agree", residents, 100, 51, 26, 25, 0, vote.Passed, 0, false},
		{"residents: half is not more than half", residents, 100, 50, 50, 0, 0, vote.NotQuorate, 0, false},
		{"residents: half of those present", residents, 100, 60, 30, 20, 10, vote.NotPassed, 1, false},
		{"residents: an odd number present", residents, 101, 51, 26, 25, 0, vote.Passed, 0, false},
		{"residents: who is present and silent still counts", residents, 100, 60, 30, 0, 0, vote.NotPassed, 1, false},
		{"residents: void papers count as present", residents, 100, 60, 29, 20, 1, vote.NotPassed, 2, false},
		{"committee: four of seven present, half of all seven is four", committee, 7, 4, 4, 0, 0, vote.Passed, 0, false},
		{"committee: three of seven is below half of all", committee, 7, 4, 3, 1, 0, vote.NotPassed, 1, false},
		{"committee: three of six is half of all", committee, 6, 4, 3, 1, 0, vote.Passed, 0, false},
		{"committee: three of six present", committee, 6, 3, 3, 0, 0, vote.NotQuorate, 0, false},
		{"committee: the rest cannot save it", committee, 7, 7, 2, 5, 0, vote.NotPassed, 2, true},
		{"party: exactly two thirds present, more than half of all", party, 9, 6, 5, 1, 0, vote.Passed, 0, false},
		{"party: one below two thirds", party, 9, 5, 5, 0, 0, vote.NotQuorate, 0, false},
		{"party: an even number, half", party, 12, 8, 6, 2, 0, vote.NotPassed, 1, false},
		{"committee: those who have not voted yet could still save it", committee, 7, 7, 2, 3, 0, vote.NotPassed, 2, false},
		{"no quorum asked", noQuorum, 100, 1, 1, 0, 0, vote.Passed, 0, false},
		{"no quorum asked, nobody there", noQuorum, 100, 0, 0, 0, 0, vote.NotPassed, 0, false},
		{"nobody entitled", residents, 0, 0, 0, 0, 0, vote.NotQuorate, 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := tt.rule.CountHeads(tt.entitled, tt.present, tt.yes, tt.no, tt.abstain)
			if err != nil {
				t.Fatal(err)
			}
			pass := c.Checks[len(c.Checks)-1]
			if c.Outcome != tt.want || c.NoVote != tt.present-tt.yes-tt.no-tt.abstain {
				t.Errorf("%v, %d without a vote; want %v", c.Outcome, c.NoVote, tt.want)
			}
			if tt.present > 0 && tt.entitled > 0 && (pass.Missing != tt.missing || pass.OutOfReach != tt.outOfReach) {
				t.Errorf("missing %d, out of reach %v; want %d, %v", pass.Missing, pass.OutOfReach, tt.missing, tt.outOfReach)
			}
		})
	}
	for name, n := range map[string][5]uint64{
		"more present than entitled": {10, 11, 6, 0, 0},
		"more votes than present":    {10, 6, 4, 2, 1},
		"votes that wrap around":     {10, 6, math.MaxUint64, 7, 0},
	} {
		if _, err := residents.CountHeads(n[0], n[1], n[2], n[3], n[4]); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
	if _, err := (vote.HeadRule{Quorum: share("over 1/2")}).CountHeads(3, 3, 3, 0, 0); !fault.Is(err, fault.Invalid) {
		t.Errorf("no rule to pass by: %v, want a refusal", err)
	}
}

func TestHeadRuleFromAMethod(t *testing.T) {
	n, _ := source.Parse("m.yaml", []byte("{ quorum: over 1/2, of: entitled, pass: at_least 1/2, basis: b }"))
	var r vote.HeadRule
	if faults := n.Decode(&r); len(faults) > 0 {
		t.Fatal(faults)
	}
	if r.Quorum.String() != "over 1/2" || r.Of != vote.OfEntitled || r.Pass.String() != "at_least 1/2" {
		t.Errorf("%+v", r)
	}
}

func TestHeadRuleNoWeaker(t *testing.T) {
	share := threshold(t)
	rule := func(quorum string, of vote.HeadWhole, pass string) vote.HeadRule {
		r := vote.HeadRule{Of: of, Pass: share(pass)}
		if quorum != "" {
			r.Quorum = share(quorum)
		}
		return r
	}
	residents, branch := rule("over 1/2", vote.OfPresent, "over 1/2"), rule("over 1/2", vote.OfEntitled, "over 1/2")
	tests := []struct {
		name string
		r, u vote.HeadRule
		want bool
	}{
		{"itself", residents, residents, true},
		{"half is not more than half", rule("at_least 1/2", vote.OfPresent, "over 1/2"), residents, false},
		{"a tie passes nothing", rule("over 1/2", vote.OfPresent, "at_least 1/2"), residents, false},
		{"two thirds present", rule("at_least 2/3", vote.OfPresent, "over 1/2"), residents, true},
		{"no quorum, but more than half of all agree", rule("", vote.OfEntitled, "over 1/2"), residents, true},
		{"no quorum, and of those present", rule("", vote.OfPresent, "at_least 3/4"), residents, false},
		{"of those present where the law asks of all", residents, branch, false},
		{"nine tenths of those present are none of all", rule("over 1/2", vote.OfPresent, "at_least 9/10"), branch, false},
		{"the law asks for no quorum", rule("", vote.OfPresent, "over 1/2"), rule("", vote.OfPresent, "over 1/2"), true},
		{"no rule at all", vote.HeadRule{}, residents, false},
	}
	for _, tt := range tests {
		if got := tt.r.NoWeaker(tt.u); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
