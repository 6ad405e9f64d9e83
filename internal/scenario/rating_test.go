package scenario_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"go.yaml.in/yaml/v4"

	"gongzhi/internal/act"
	"gongzhi/internal/scenario"
)

// scale is as much of the rating's file as the arithmetic needs.
type scale struct {
	Dimensions []struct {
		Key    string
		Weight int
		Points []struct {
			Key string
			Off int
		}
	}
}

// The monthly rating of a section can be worked out again from its record and the file alone, by nothing but sums: what is
// left of each dimension, the score, the stars (85 of 100), the flag (under 70 or a veto black, from 90 red), and the months
// in a row.
func TestARatingIsWorkedOutAgain(t *testing.T) {
	dir := "../../charters/linshanzhai"
	raw, err := os.ReadFile(filepath.Join(dir, "methods/road_rating.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Steps struct{ Rate scale } }
	if err := yaml.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile(filepath.Join(dir, "scenarios/road_rating.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := scenario.New(t.Context(), scenario.Config{Charter: os.DirFS(dir)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, line := range p.Load(script) {
		if err := p.Do(t.Context(), line); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	months, row := 0, 0
	for n := act.Matter(1); n <= 4; n++ {
		acts, err := p.House.Ledger.Acts(t.Context(), p.House.Store.Read(), n, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range acts {
			if a.Kind != "score.rated" {
				continue
			}
			months++
			var said struct {
				Found  map[string]int
				Vetoes []string
				Left   map[string]int
				Score  int
				Stars  int
				Grade  string
				Streak int
			}
			if err := json.Unmarshal(a.Body, &said); err != nil {
				t.Fatal(err)
			}
			score, stars := 0, 0
			for _, d := range file.Steps.Rate.Dimensions {
				left := d.Weight
				for _, x := range d.Points {
					left -= said.Found[x.Key] * x.Off
				}
				left = max(left, 0)
				if left != said.Left[d.Key] {
					t.Errorf("matter %d: %s has %d left, recorded %d", n, d.Key, left, said.Left[d.Key])
				}
				score += left
				if left*100 >= d.Weight*85 {
					stars++
				}
			}
			grade := "plain"
			if len(said.Vetoes) > 0 || score < 70 {
				grade = "black"
			} else if score >= 90 {
				grade = "red"
			}
			if row++; grade != "red" {
				row = 0
			}
			if score != said.Score || stars != said.Stars || grade != said.Grade || row != said.Streak {
				t.Errorf("matter %d: worked out %d points, %d stars, %s, %d in a row; recorded %+v", n, score, stars, grade, row, said)
			}
		}
	}
	if months != 4 {
		t.Errorf("%d months were rated, want 4", months)
	}
}
