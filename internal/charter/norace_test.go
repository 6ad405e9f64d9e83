//go:build !race

package charter_test

const racing = false
