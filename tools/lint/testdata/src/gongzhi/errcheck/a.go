package errcheck

import (
	"fmt"
	"io"
	"os"
	"strings"
)

type builder struct{ strings.Builder }

func printed(terminal io.Writer, file *os.File) {
	var b builder
	fmt.Fprint(terminal, "a")
	fmt.Fprintf(terminal, "%d", 1)
	fmt.Fprintln(&b, "a")
	fmt.Fprintln(file, "a")       // want "errcheck: "
	io.WriteString(terminal, "a") // want "errcheck: "
	fmt.Fprintln(io.MultiWriter(terminal, func() io.Writer {
		file.Sync() // want "errcheck: "
		return file
	}()), "a")
}

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
