package errcheck

import "os"

func f() {
	f, err := os.Open("x")
	if err != nil {
		return
	}
	defer f.Close()
	defer f.Sync() // want "errcheck: "
	f.Close()      // want "errcheck: "
	os.Remove("a") //nolint:errcheck // it may be gone already
	os.Remove("b") // want "errcheck: "
	_ = os.Remove("c")
	//nolint:errcheck // it may be gone already
	os.Remove("d")
	//nolint:exhaustive // another linter's name excuses nothing
	os.Remove("e") // want "errcheck: "
}
