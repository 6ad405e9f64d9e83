package method

import (
	"slices"

	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Stage is a stretch of a method that people speak of as one, such as 施工 or 验收评价: what a wall and a map show. Every
// step stands in one stage; a result stands in the one that it completes.
type Stage struct {
	Name    text.Text `yaml:"name"`
	Steps   []string  `yaml:"steps,omitempty"`
	Results []string  `yaml:"results,omitempty"`
}

// MaxStages is how many stages can be told apart on a map.
const MaxStages = 7

// StageOf is the number of the stage in which a matter stands, from 1; 0 where there is none, such as for a matter that
// ended without completing one.
func (m *Method) StageOf(at, result string) int {
	return 1 + slices.IndexFunc(m.Stages, func(s Stage) bool {
		return at != "" && slices.Contains(s.Steps, at) || at == "" && slices.Contains(s.Results, result)
	})
}

// stages makes sure that no step is forgotten and none is in two stages.
func (c *checker) stages() {
	if len(c.m.Stages) == 0 {
		return
	}
	if len(c.m.Stages) > MaxStages {
		c.add(step.Error, "stages.many", text.Args{"Max": MaxStages}, c.at("stages"))
	}
	seen := map[string]bool{}
	for i, s := range c.m.Stages {
		c.words(s.Name, "stages", i, "name")
		for j, key := range s.Steps {
			if _, ok := c.m.Step(key); !ok || seen[key] {
				c.add(step.Error, "stages.step", text.Args{"Step": key}, c.at("stages", i, "steps", j))
			}
			seen[key] = true
		}
		for j, key := range s.Results {
			if _, ok := c.m.Results[key]; !ok || seen["end "+key] {
				c.add(step.Error, "stages.result", text.Args{"Result": key}, c.at("stages", i, "results", j))
			}
			seen["end "+key] = true
		}
	}
	for _, p := range c.m.List {
		if !seen[p.Key] {
			c.add(step.Error, "stages.missing", text.Args{"Step": p.Key}, c.at("stages"))
		}
	}
}
