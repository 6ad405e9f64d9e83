package vote_test

import (
	"fmt"
	"testing"
	"time"

	"gongzhi/internal/vote"
)

// bigVote is a compound of n flats in which four of five vote, one owner in ten twice, under the special rule.
func bigVote(b *testing.B, n int) (vote.Roll, []vote.Ballot, vote.Terms) {
	b.Helper()
	ballots := make([]vote.Ballot, 0, n)
	for i := range n * 9 / 10 {
		choice := vote.Yes
		if i%5 == 0 {
			choice = vote.No
		}
		ballots = append(ballots, ballot(fmt.Sprintf("ballot-%06d", i), vote.PartID(fmt.Sprintf("p%d", i%(n*8/10)+1)), choice, i))
	}
	terms := vote.Terms{Items: []vote.Item{{ID: vote.SoleItem, Rule: statutes(b).special}}, Closes: opens.Add(1000 * time.Hour * 24)}
	return roll(b, equal(n, 78_62), vote.RollOptions{}), ballots, terms
}

func BenchmarkClose100000(b *testing.B) {
	r, ballots, terms := bigVote(b, 100_000)
	for b.Loop() {
		n, err := terms.Close(r, ballots)
		if err != nil || n.Items[0].Cast.Heads != 80_000 {
			b.Fatal(n.Items[0], err)
		}
	}
}

func BenchmarkRoll100000(b *testing.B) {
	parts := equal(100_000, 78_62)
	for b.Loop() {
		r, err := vote.NewRoll(parts, vote.RollOptions{})
		if err != nil || r.Root() == "" {
			b.Fatal(err)
		}
	}
}

// BenchmarkTally shows that neither adding a ballot nor reading slows as ballots grow.
func BenchmarkTally(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		r, ballots, terms := bigVote(b, n)
		b.Run(fmt.Sprintf("add/%d", n), func(b *testing.B) {
			var tally *vote.Tally
			for i := 0; b.Loop(); i++ {
				if i%len(ballots) == 0 {
					b.StopTimer()
					var err error
					if tally, err = vote.NewTally(r, terms); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
				}
				tally.Add(ballots[i%len(ballots)])
			}
		})
		tally, err := vote.NewTally(r, terms)
		if err != nil {
			b.Fatal(err)
		}
		for _, ballot := range ballots {
			tally.Add(ballot)
		}
		b.Run(fmt.Sprintf("read/%d", n), func(b *testing.B) {
			for b.Loop() {
				if f := tally.Figures(); f.Items[0].Cast.Heads == 0 {
					b.Fatal("nothing counted")
				}
			}
		})
	}
}
