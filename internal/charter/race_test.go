//go:build race

package charter_test

// The race detector makes a walk ten times as long and finds nothing in it: the rules have no goroutines.
const racing = true
