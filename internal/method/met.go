package method

import "strings"

// met tells whether the latest ending of a step was the one required.
func met(r *Run, requirement string) bool {
	other, outcome, _ := strings.Cut(requirement, ".")
	return r.Results[other].Outcome == outcome
}

// Kept tells whether every declared requirement of the step a run stands at holds; the random walk asks it after
// every act.
func (m *Method) Kept(r *Run) bool {
	for _, need := range m.Requires[r.Step] {
		if !met(r, need) {
			return false
		}
	}
	return true
}
