package ui

import "gongzhi/internal/page"

// proofLines are what a browser checks of a proof, in the order in which it is said.
func proofLines(p page.Proof) []string {
	lines := []string{"leaf", "root", "signature"}
	if p.Opening != "" {
		lines = append(lines, "own")
	}
	return lines
}
