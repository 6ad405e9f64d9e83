package errcheck

import (
	"os"
	"testing"
)

func TestA(t *testing.T) {
	f, _ := os.Open("x")
	f.Close()
	os.Remove("x") // want "errcheck: "
}
