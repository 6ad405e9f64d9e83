package main

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"
)

// Each linter has a folder of its name, whose comments say what it must find; it must let everything else be.
func TestLinters(t *testing.T) {
	for _, a := range linters() {
		t.Run(a.Name, func(t *testing.T) {
			folders := []string{"gongzhi/" + a.Name}
			if a.Name == "forbidigo" {
				folders = append(folders, "gongzhi/internal/clock")
			}
			analysistest.Run(t, analysistest.TestData(), a, folders...)
		})
	}
}
